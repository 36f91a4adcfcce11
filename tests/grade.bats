#!/usr/bin/env bats
# scripts/grade: that it marks rightly, that it is safe, and that its reports are what the systems expect.
# variants: plain
# slow
# alone
load helper

grade() { timeout 120 "$ROOT/scripts/grade" "$@"; }
reference() { echo "$ROOT/tests/grade/$1.py"; }

# --- it marks rightly: the reference gets full marks, each mutant loses what names its mistake ---

prove() { JOBS=4 timeout 900 python3 "$ROOT/tests/grade/prove.py" "$1"; }
@test "tcp-upper-server: its reference and its mutants" { prove tcp-upper-server; }
@test "tcp-upper-client: its reference and its mutants" { prove tcp-upper-client; }
@test "udp-upper-server: its reference and its mutants" { prove udp-upper-server; }
@test "udp-upper-client: its reference and its mutants" { prove udp-upper-client; }
@test "udp-echo-server: its reference and its mutants" { prove udp-echo-server; }
@test "udp-echo-client: its reference and its mutants" { prove udp-echo-client; }
@test "tcp-echo-server: its reference and its mutants" { prove tcp-echo-server; }
@test "tcp-echo-server-threaded: its reference and its mutants" { prove tcp-echo-server-threaded; }
@test "tcp-echo-client: its reference and its mutants" { prove tcp-echo-client; }
@test "tcp-greet-server: its reference and its mutants" { prove tcp-greet-server; }
@test "tcp-greet-client: its reference and its mutants" { prove tcp-greet-client; }

@test "our own programs get full marks" {
  for name in tcp-upper-server tcp-echo-server-polled udp-echo-server; do
    grade "$name" --no-ladder -- "$BIN_DIR/$name" -q '{port}'
  done
  for name in tcp-upper-client udp-echo-client tcp-greet-client; do
    grade "$name" --no-ladder -- "$BIN_DIR/$name" '{host}' '{port}'
  done
}

@test "every exercise has a proof, of at least six mistakes; and every check is lost by one of them" {
  for name in $("$ROOT/scripts/grade" -l | awk '{print $1}'); do
    case $name in tcp-echo-server-forked | tcp-echo-server-pooled | tcp-echo-server-polled) continue ;; esac # as -threaded
    python3 - "$name" "$("$ROOT/scripts/grade" -l "$name")" <<PYTHON
import sys
sys.path.insert(0, "$ROOT/tests/grade")
from mutants import MUTANTS
name, listed = sys.argv[1:]
assert len(MUTANTS[name]) >= 6, name
lost = set(" ".join(m[-1] for m in MUTANTS[name] if m[-1] != "ALL").split())
first = listed.split()[1]
assert {line.split()[1] for line in listed.split("\n")} - lost <= {first}, (name, lost)
PYTHON
  done
}

# --- it is fair ---

@test "a slow starter, a buffered and a talkative program are graded like any other" {
  sed 's/^port = /import time; time.sleep(4); print("x" * 5000000)\nport = /' "$(reference tcp-upper-server)" >slow.py
  run grade tcp-upper-server --no-ladder -- python3 slow.py '{port}'
  same 0 "$status"
  [ "${#output}" -lt 20000 ]
}

@test "prompts, labels and CR on the client's screen do not matter" {
  sed 's/print("From Server:", reply.decode().rstrip("\\n"))/print("Input lowercase sentence: The answer is:", reply.decode().rstrip("\\n"), end="\\r\\n")/' \
    "$(reference tcp-upper-client)" >wordy.py
  grep -q 'The answer is' wordy.py
  grade tcp-upper-client --no-ladder -- python3 wordy.py '{host}' '{port}'
}

@test "a program with its port built in: --port" {
  PORT=$(free_port)
  sed "s/int(sys.argv\[1\])/$PORT/" "$(reference udp-upper-server)" >fixed.py
  grade udp-upper-server --no-ladder --port "$PORT" -- python3 fixed.py
}

# --- it is safe ---

@test "nothing that the program starts outlives the grading, and it leaves no file behind" {
  cat >spawner.py <<PYTHON
import os, subprocess, sys
open("left-behind", "w").write("x")
subprocess.Popen(["sleep", "4321.$$"], start_new_session=True)
if os.fork() == 0: os.setsid(); import time; time.sleep(60)
exec(open("$(reference udp-upper-server)").read())
PYTHON
  grade udp-upper-server --no-ladder -- python3 spawner.py '{port}'
  never pgrep -f "sleep 4321.$$"
  [ ! -e left-behind ]
}

@test "a program that hangs, eats its input or floods its output ends in time" {
  printf 'import sys\nwhile True: print("flood", flush=True)\n' >flood.py
  began=$SECONDS
  run grade tcp-upper-client --no-ladder -- python3 flood.py
  same 1 "$status"
  [ $((SECONDS - began)) -lt 60 ]
  [ "${#output}" -lt 60000 ]
}

@test "two gradings side by side do not meet" {
  start one "$ROOT/scripts/grade" tcp-echo-server --no-ladder -- python3 "$(reference tcp-echo-server)" '{port}'
  one=$PID
  start two "$ROOT/scripts/grade" tcp-upper-server --no-ladder -- python3 "$(reference tcp-upper-server)" '{port}'
  wait "$one"
  wait "$PID"
}

# --- its reports ---

@test "every format is what its system expects: full marks and lost ones" {
  sed 's/message.upper()/b"\\x1b]]><\&" + message/' "$(reference tcp-upper-server)" >wrong.py
  for program in "$(reference tcp-upper-server)" wrong.py; do
    run grade tcp-upper-server -o tap:tap -o junit:junit -o gradescope:gradescope -o classroom50:classroom50 \
      -o autolab:autolab -o csv:csv -- python3 "$program" '{port}'
    for format in tap junit gradescope classroom50 autolab csv; do
      python3 "$ROOT/tests/grade/validate.py" $format $format || { echo "$format" && cat $format && false; }
    done
  done
  grep -q 'hint: ' tap
  grep -q 'sentence,failed,0,3' csv
  [[ $output == *"0 of 23 points"* ]]
}

@test "Autolab's line is the last, Classroom 50 gets what its runner says" {
  run env CLASSROOM=nets ASSIGNMENT=lab1 OWNER=alice SUBMISSION_TAG=submit/x COMMIT_URL=u RELEASE_URL=v \
    "$ROOT/scripts/grade" tcp-greet-client --no-ladder -o text -o classroom50:result.json -o autolab -- python3 "$(reference tcp-greet-client)" '{host}' '{port}'
  same 0 "$status"
  same '{"scores": {"tcp-greet-client": 8}}' "${lines[-1]}"
  grep -q '"assignment": "lab1"' result.json
  grep -q '"owner": "alice"' result.json
}

@test "a failure says what to do, what was expected and what came" {
  sed 's/        while True:/        for once in (1,):/' "$(reference tcp-upper-server)" >one.py
  run grade tcp-upper-server --no-ladder -- python3 one.py '{port}'
  same 1 "$status"
  [[ $output == *"hint: TCP is a byte stream: one send is not one recv."* ]]
  [[ $output == *"expected: b'FIRST HALF, SECOND HALF\\n'"*"actual:   b'FIRST HALF, '"* ]]
  [[ $output == *"not checked: because pieces did not pass"* ]]
}

@test "a failure shows the conversation, seen from the program" {
  [ -x "$BIN_DIR/ladder" ] && [ -x "$BIN_DIR/socktrace" ] || skip "socktrace or ladder is not built here"
  sed 's/        while True:/        for once in (1,):/' "$(reference tcp-upper-server)" >one.py
  run grade tcp-upper-server -- python3 one.py '{port}'
  same 1 "$status"
  [[ $output == *"the conversation, seen from your program:"*'recv('*'"first half, "'*'"FIRST HALF, "'*FIN* ]]
}

# --- the command line ---

@test "status 2 for a wrong command line, 3 for a program that does not start" {
  for words in '' 'no-such' 'tcp-upper-server' 'tcp-upper-server -o pdf:x -- true' 'tcp-upper-server --jobs 0 -- true'; do
    # shellcheck disable=SC2086
    run grade $words
    same 2 "$status"
    [[ $output == "grade: "* ]]
  done
  run grade tcp-upper-server -- ./no-such-program '{port}'
  same 3 "$status"
  run grade tcp-upper-server --no-ladder -- python3 -c '1 +' '{port}'
  same 3 "$status"
  [[ $output == *'could not be started: the program ended before it listened'*SyntaxError* ]]
  run grade tcp-upper-server --no-ladder --start 2 -- sleep 60
  same 3 "$status"
}

@test "-l lists exercises and checks; every check says what it wants, and what to do" {
  run grade -l
  [[ $output == *"tcp-upper-server "* ]]
  run grade -l tcp-upper-server
  [[ $output == *"TCP"* || $output == *"segments"* ]]
  python3 - <<PYTHON
import sys
sys.path.insert(0, "$ROOT/scripts/grade-lib")
import checks
for name, found in checks.exercises().items():
    names = [check.name for check in found]
    assert len(set(names)) == len(names), (name, names)
    for check in found:
        assert check.requirement and check.hint and check.points > 0, (name, check)
        assert set(check.after) <= set(names), (name, check)
PYTHON
}

# --- a folder of submissions ---

@test "grade-all marks a folder, and goes on where it was stopped" {
  mkdir -p class/carol class/dave class/empty
  cp "$(reference tcp-greet-client)" class/alice.py
  sed 's/4096/10/; s/while True:/for once in (1,):/' "$(reference tcp-greet-client)" >class/carol/mine.py
  printf '#!/bin/sh\nexec python3 %s "$@"\n' "$(reference tcp-greet-client)" >class/dave/run
  chmod +x class/dave/run
  run timeout 100 "$ROOT/scripts/grade-all" tcp-greet-client class -o marks.csv -r reports
  same 1 "$status"
  grep -qx 'alice,8,full marks,3,1,1,3' marks.csv
  grep -q '^carol,[0-7],marked,0,' marks.csv
  grep -qx 'dave,8,full marks,3,1,1,3' marks.csv
  grep -q '^empty,0,"\?it has no file' marks.csv
  grep -q '8 of 8 points' reports/alice.txt
  cp marks.csv whole.csv
  sed '/^dave/,$d' whole.csv >marks.csv
  printf 'dave,8,full' >>marks.csv # stopped in the middle of a line
  run timeout 100 "$ROOT/scripts/grade-all" tcp-greet-client class -o marks.csv
  [[ $output == *"2 are marked already"*"1/2  dave"* ]]
  cmp marks.csv whole.csv
}

# --- the exercises ---

@test "each sheet shows the checks that there are" {
  cd "$ROOT"
  for sheet in docs/exercises/*-*.md; do
    name=$(basename "$sheet" .md)
    diff <(sed -n "/^\`\`\`text checks $name\$/,/^\`\`\`\$/p" "$sheet" | sed '1d;$d') <(scripts/grade -l "$name")
    grep -q "    scripts/grade $name -- " "$sheet"
    grep -q "($name.md)" docs/exercises/README.md
  done
}

@test "a skeleton has every box and no solution; Python can read it, and in C every brace is closed" {
  cd "$ROOT"
  for sheet in docs/exercises/*-*.md; do
    name=$(basename "$sheet" .md)
    scripts/skeleton "$name" python >"$BATS_TEST_TMPDIR/mine.py"
    same "$(grep -c '# Box: ' "tests/grade/$name.py")" "$(grep -c 'your code' "$BATS_TEST_TMPDIR/mine.py")"
    never grep -nE 'sendall|recv|sendto|\.send|socket\(' "$BATS_TEST_TMPDIR/mine.py"
    python3 -c 'import sys; compile(open(sys.argv[1]).read(), "mine.py", "exec")' "$BATS_TEST_TMPDIR/mine.py"
    scripts/skeleton "$name" c >"$BATS_TEST_TMPDIR/mine.c"
    same "$(cat tcp/"$name".c udp/"$name".c 2>/dev/null | grep -c '/\* Box: ')" "$(grep -c 'your code' "$BATS_TEST_TMPDIR/mine.c")"
    never grep -nE '[^a-z_](send_all|recv|sendto|recvfrom|socket|bind|accept|connect)\(.*;' "$BATS_TEST_TMPDIR/mine.c"
    same "$(tr -cd '{' <"$BATS_TEST_TMPDIR/mine.c" | wc -c)" "$(tr -cd '}' <"$BATS_TEST_TMPDIR/mine.c" | wc -c)"
  done
  run scripts/skeleton no-such python
  same 2 "$status"
}
