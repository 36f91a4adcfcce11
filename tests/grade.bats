#!/usr/bin/env bats
# scripts/grade: that it marks rightly, that it is safe, and that its reports are what the systems expect.
# variants: plain
# slow
# takes: 100 s
load helper

grade() { timeout 300 "$ROOT/scripts/grade" "$@"; }
reference() { echo "$ROOT/tests/grade/$1.py"; }

# --- it marks rightly ---

@test "a reference gets full marks, and a mutant loses what its mistake costs" {
  local exercise
  for exercise in tcp-greet-server udp-echo-client; do
    timeout 200 python3 "$ROOT/tests/grade/prove.py" "$exercise" 'the reference'
  done
  timeout 200 python3 "$ROOT/tests/grade/prove.py" tcp-upper-server 'one recv for each client'
}

@test "each exercise has its proof in one of tests/grade-proof-*.bats" {
  local name kind proofs=("$ROOT"/tests/grade-proof-*.bats)
  for name in $("$ROOT/scripts/grade" -l | awk '{print $1}'); do
    kind=${name%%-*}
    [[ " ${proofs[*]} " == *"/grade-proof-$kind.bats "* ]] || { echo "no proof for $name" >&2; return 1; }
    grep -q "prove.py\" '$kind-\*'" "$ROOT/tests/grade-proof-$kind.bats"
  done
}

@test "--only: these checks and those that they come after; one that there is not is named" {
  run grade tcp-upper-server --no-ladder --only pieces -o csv -- python3 "$(reference tcp-upper-server)" '{port}'
  same 0 "$status"
  same "$(printf 'check\nsentence\npieces')" "$(cut -d, -f2 <<<"$output")"
  run grade tcp-upper-server --only nonsense -- true
  same 2 "$status"
  [[ $output == *"there is no check 'nonsense' here: sentence, "* ]]
}

@test "the relay in C, of which the skeleton is made, gets full marks; no warning from gcc or clang" {
  for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    $compiler -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror \
      "$ROOT/tests/grade/tcp-relay.c" "$ROOT"/common/*.c -pthread -o tcp-relay
  done
  grade tcp-relay --no-ladder -- ./tcp-relay '{port}' '{host}' '{target}'
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
MUTANTS["tcp-echo-server"] += MUTANTS["tcp-echo-server-threaded"] # what they share is lost there
MUTANTS["web-server"] += MUTANTS["web-server-simple"]
lost = set(" ".join(m[-1] for m in MUTANTS[name] if m[-1] != "ALL").split())
first = listed.split()[1]
assert {line.split()[1] for line in listed.split("\n")} - lost <= {first}, (name, lost)
PYTHON
  done
}

# --- it is fair ---

@test "a slow starter, a buffered and a talkative program are graded like any other" {
  sed 's/^port = /import time; time.sleep(4); print("x" * 5000000)\nport = /' "$(reference tcp-upper-server)" >slow.py
  run grade tcp-upper-server --no-ladder --only sentence,two-in-one,next -- python3 slow.py '{port}'
  same 0 "$status"
  [ "${#output}" -lt 20000 ]
}

@test "prompts, labels and CR on the client's screen do not matter" {
  sed 's/print("From Server:", reply.decode().rstrip("\\n"))/print("Input lowercase sentence: The answer is:", reply.decode().rstrip("\\n"), end="\\r\\n")/' \
    "$(reference tcp-upper-client)" >wordy.py
  grep -q 'The answer is' wordy.py
  grade tcp-upper-client --no-ladder --only more,last-line,pieces -- python3 wordy.py '{host}' '{port}'
}

@test "a program with its port built in: --port" {
  PORT=$(free_port)
  sed "s/int(sys.argv\[1\])/$PORT/" "$(reference udp-upper-server)" >fixed.py
  grade udp-upper-server --no-ladder --only exact,largest,clients --port "$PORT" -- python3 fixed.py
}

@test "a toolkit in a folder with a blank in its name takes no points" {
  mkdir 'sp ace'
  ln -s "$BIN_DIR" 'sp ace/bin'
  [ -x "$BIN_DIR/sockfault" ] || skip "sockfault is not built here"
  BIN_DIR="$PWD/sp ace/bin" grade tcp-greet-server --no-ladder --only exact,short -- python3 "$(reference tcp-greet-server)" '{port}'
}

@test "a port that is built in is named" {
  need ss pgrep
  PORT=$(free_port)
  sed "s/int(sys.argv\[1\])/$PORT/" "$(reference tcp-greet-server)" >fixed.py
  run grade tcp-greet-server --no-ladder -- python3 fixed.py '{port}'
  same 3 "$status"
  [[ $output == *"could not be started: your program listens on port $PORT, not on "*"or give --port $PORT"* ]]
}

# --- it is safe ---

@test "without {dir} in its command a server is started in the folder of its files; --port goes with it" {
  PORT=$(free_port)
  mkdir submission
  sed "s/int(sys.argv\[1\])/$PORT/; s/sys.argv\[2\] if .* else //" "$(reference web-server-simple)" >submission/mine.py
  cd submission
  grade web-server-simple --no-ladder --only exact,missing,folder --port "$PORT" -- python3 mine.py
}

@test "a program in C, and one that is started by a script of two processes" {
  need cc
  cc "$ROOT/udp/udp-upper-server.c" "$ROOT"/common/*.c -o a.out
  printf '#!/bin/sh\n./a.out "$@" # no exec\n' >run.sh
  chmod +x run.sh
  grade udp-upper-server --no-ladder --only exact,row -- ./a.out '{port}'
  grade udp-upper-server --no-ladder --only exact,row -- ./run.sh '{port}'
}

@test "it needs no root" {
  need setpriv
  [ "$(id -u)" = 0 ] || skip "nobody is root here"
  folder=$(mktemp -d /tmp/grade-nobody.XXXXXX)
  cp "$(reference udp-echo-server)" "$folder/mine.py"
  chmod -R 755 "$folder"
  chown 65534 "$folder"
  local python=/usr/bin/python3 # not one in the home of root
  setpriv --reuid=65534 --clear-groups test -x "$BIN_DIR/udp-echo-client" -a -x "$python" || { rm -r "$folder"; skip "nobody may not read this folder"; }
  cd "$folder"
  run env HOME="$folder" TMPDIR="$folder" PATH="/usr/bin:/bin" setpriv --reuid=65534 --clear-groups \
    timeout 120 "$python" "$ROOT/scripts/grade" udp-echo-server --no-ladder -- "$python" mine.py '{port}'
  cd /
  rm -r "$folder"
  echo "$output"
  same 0 "$status"
}

@test "nothing that the program starts outlives the grading, and it leaves no file behind" {
  cat >spawner.py <<PYTHON
import os, subprocess, sys
open("left-behind", "w").write("x")
subprocess.Popen(["sleep", "4321.$$"], start_new_session=True)
if os.fork() == 0: os.setsid(); import time; time.sleep(60)
exec(open("$(reference udp-upper-server)").read())
PYTHON
  grade udp-upper-server --no-ladder --only exact,bytes -- python3 spawner.py '{port}'
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

@test "stopped at any moment it leaves no folder and no process" {
  export TMPDIR=$PWD/tmp
  mkdir tmp
  for checks in 1 2 3 4 5; do # when so many are under way
    start grading "$ROOT/scripts/grade" tcp-upper-server --jobs 8 -- python3 "$(reference tcp-upper-server)" '{port}' "stopped.$$"
    PATIENCE=60 eventually are_under_way "$checks"
    kill -TERM "$PID"
    kill -TERM "$PID" 2>/dev/null || true # grade-all sends one more than the terminal
    status=0
    wait "$PID" || status=$?
    same 143 "$status"
    same "$(printf '\ngrade: stopped')" "$(err grading)"
    same '' "$(find tmp -mindepth 1)"
    never pgrep -f "tcp-upper-server.py .*stopped.$$"
  done
}
are_under_way() { [ "$(find tmp -name 'run-*' | wc -l)" -ge "$1" ]; }

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
  run grade tcp-upper-server --no-ladder --only pieces,large,short -- python3 one.py '{port}'
  same 1 "$status"
  [[ $output == *"hint: TCP is a byte stream: one send is not one recv."* ]]
  [[ $output == *"expected: b'FIRST HALF, SECOND HALF\\n'"*"actual:   b'FIRST HALF, '"* ]]
  [[ $output == *"not checked: because pieces did not pass"* ]]
}

@test "a server that answers nobody is told so, and multi-line replies stand as they are" {
  sed 's/connection.sendall(message.upper())/break/' "$(reference tcp-upper-server)" >mute.py
  run grade tcp-upper-server --no-ladder -- python3 mute.py '{port}'
  same 1 "$status"
  [[ $output == *"our client got no answer from your server; it said:"*"tcp-upper-client: "*"closed the connection after 0 of 6 bytes"* ]]
  sed 's/reply.decode()/"Two Words"/' "$(reference tcp-upper-client)" >wrong.py
  run grade tcp-upper-client --no-ladder -- python3 wrong.py '{host}' '{port}'
  same 1 "$status"
  [[ $output == *"expected these reply lines:"$'\n'"           HELLO"$'\n'"         the client showed:"$'\n'*"           From Server: Two Words"$'\n'* ]]
}

@test "what a program says at its end is shown once, however much it said before, with the signal that ended it" {
  cat >noisy.py <<'PYTHON'
import signal, sys
for number in range(20000): print("debug line", number, flush=number % 1000 == 0)
if len(sys.argv) > 2: sys.stdout.flush(); signal.signal(signal.SIGPIPE, signal.SIG_DFL); signal.raise_signal(signal.SIGPIPE)
print("half\rdone", file=sys.stderr)
raise RuntimeError("the real matter")
PYTHON
  run grade tcp-greet-server --no-ladder -o text -o csv:csv -- python3 noisy.py '{port}'
  same 3 "$status"
  [[ $output == *"your program said:"*"... (cut)"*"Traceback"*"RuntimeError: the real matter"* ]]
  same 1 "$(grep -c 'RuntimeError: the real matter' <<<"$output")"
  python3 -c 'import csv; lines = list(csv.DictReader(open("csv", newline=""))); assert len(lines) == 7 and "the real matter" in lines[0]["explanation"], lines'
  run grade tcp-greet-client --no-ladder -- python3 noisy.py '{host}' '{port}'
  same 1 "$status"
  [[ $output == *"debug line 19999"*"(ended by SIGPIPE)"* ]]
}

@test "what came of a reply is shown when the rest does not come" {
  [ -x "$BIN_DIR/sockfault" ] || skip "sockfault is not built here"
  sed 's/connection.sendall(/connection.send(/' "$(reference tcp-upper-server)" >lossy.py
  run grade tcp-upper-server --no-ladder --only short -- python3 lossy.py '{port}'
  same 1 "$status"
  [[ $output == *"FAILED     0/2  short "*"expected 6 bytes, and within "*" s there came only: b'H"* ]]
}

@test "of a long conversation the beginning is shown, and the end, where it went wrong" {
  python3 - <<PYTHON
import sys
sys.path.insert(0, "$ROOT/scripts/grade-lib")
import run
shown = run.explain("# x", "", "\\n".join(f"line {number}" for number in range(1, 101)))
assert "line 1\\n" in shown and "line 50" not in shown and "line 100" in shown, shown
PYTHON
}

@test "a failure shows the conversation, seen from the program" {
  [ -x "$BIN_DIR/ladder" ] && [ -x "$BIN_DIR/socktrace" ] || skip "socktrace or ladder is not built here"
  sed 's/        while True:/        for once in (1,):/' "$(reference tcp-upper-server)" >one.py
  run grade tcp-upper-server --only pieces -- python3 one.py '{port}'
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
  run grade tcp-upper-server -o csv:report -- ./no-such-program '{port}'
  same 3 "$status"
  same "grade: ./no-such-program: no such program here, or it cannot be executed" "$output"
  grep -q '^tcp-upper-server,sentence,failed,0,3,.*could not be started: ./no-such-program' report
  run env BIN_DIR=/no/such/folder "$ROOT/scripts/grade" tcp-upper-server -- true
  same 2 "$status"
  [[ $output == "grade: /no/such/folder/tcp-upper-client is not built"* ]]
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

@test "a report that cannot be written is told before the first check, and nothing is left" {
  mkdir folder
  printf 'open("began", "w")\n' >mine.py
  for file in no/such/x folder mine.py/x; do
    run grade tcp-greet-client -o "csv:$file" -- python3 "$PWD/mine.py" # would write where it is started
    same 2 "$status"
    [[ $output == "grade: write csv to $file: "* ]]
    [ "${#lines[@]}" = 1 ]
  done
  [ "$(ls)" = "$(printf 'folder\nmine.py')" ]
}

@test "a program in a folder above, or beside" {
  mkdir -p sub/sub
  cp "$(reference tcp-greet-client)" mine.py
  cp mine.py sub/beside.py
  cd sub/sub
  grade tcp-greet-client --no-ladder -- python3 ../../mine.py '{host}' '{port}'
  cd ..
  grade tcp-greet-client --no-ladder -- python3 ./sub/../beside.py '{host}' '{port}'
}

# --- grading systems: each in a folder that looks like theirs ---

@test "Gradescope: setup.sh installs the packages when one tool of them all is missing" {
  need ss ps
  "$ROOT/scripts/grade-pack" gradescope udp-upper-server -o autograder.zip -- python3 mine.py '{port}'
  python3 -m zipfile -e autograder.zip source
  mkdir tools
  for tool in bash dirname cmake make cc ss ps python3; do ln -s "$(command -v $tool)" tools/; done
  printf '#!/bin/bash\necho "$@" >>%q; exit 9\n' "$PWD/asked" >tools/apt-get
  chmod +x tools/apt-get
  run env PATH="$PWD/tools" bash source/setup.sh
  same 9 "$status"
  same update "$(<asked)"
}

@test "Gradescope: setup.sh and run_autograder of the zip mark a submission, and one that does not compile" {
  deep
  need ss ps # or it would install them
  mkdir -p autograder/submission autograder/results
  "$ROOT/scripts/grade-pack" gradescope udp-upper-server -o autograder.zip -b '! grep wrong mine.py' -- python3 mine.py '{port}'
  python3 -m zipfile -e autograder.zip autograder/source
  never test -e autograder/source/bothends/tests/grade/udp-upper-server.py # the solution
  bash autograder/source/setup.sh
  install -m 755 autograder/source/run_autograder autograder/
  cp "$(reference udp-upper-server)" autograder/submission/mine.py
  (cd / && timeout 300 "$OLDPWD/autograder/run_autograder")
  python3 "$ROOT/tests/grade/validate.py" gradescope autograder/results/results.json
  grep -q 'udp-upper-server: 13 of 13 points' autograder/results/results.json
  sed 's/message.upper()/message/' "$(reference udp-upper-server)" >autograder/submission/mine.py
  rm autograder/results/results.json
  (cd / && timeout 300 "$OLDPWD/autograder/run_autograder")
  python3 "$ROOT/tests/grade/validate.py" gradescope autograder/results/results.json
  grep -q 'udp-upper-server: 0 of 13 points' autograder/results/results.json
  echo 'this is wrong' >>autograder/submission/mine.py
  (cd / && timeout 300 "$OLDPWD/autograder/run_autograder")
  python3 -c 'import json; r = json.load(open("autograder/results/results.json")); assert r["score"] == 0 and "this is wrong" in r["output"], r'
}

@test "Classroom 50: autograder.py, beside its bundle, marks the checkout that it is started in" {
  deep
  mkdir -p bundle checkout
  "$ROOT/scripts/grade-pack" classroom50 tcp-greet-client -o bundle -- python3 mine.py '{host}' '{port}'
  python3 -c 'import json; assert set(json.load(open("bundle/runtime.json"))) <= {"runs-on", "python", "node", "java", "go", "rust", "apt", "container"}'
  cp "$(reference tcp-greet-client)" checkout/mine.py
  cd checkout
  CLASSROOM=nets ASSIGNMENT=greet OWNER=alice USERNAME=alice ASSIGNMENT_TYPE=individual SUBMISSION_TAG=submit/2026-11-21T10-00-00Z-abcdef0 \
    COMMIT_URL=https://example/commit RELEASE_URL=https://example/release REVIEW_URL=https://example/compare \
    CLASSROOM50_BUNDLE_DIR=$PWD/../bundle timeout 300 python3 ../bundle/autograder.py
  python3 "$ROOT/tests/grade/validate.py" classroom50 result.json
  python3 -c 'import json; r = json.load(open("result.json")); assert (r["score"], r["max-score"], r["owner"], r["assignment"]) == (8, 8, "alice", "greet"), r'
  rm mine.py result.json
  CLASSROOM=nets ASSIGNMENT=greet OWNER=alice SUBMISSION_TAG=submit/x timeout 300 python3 ../bundle/autograder.py
  python3 -c 'import json; r = json.load(open("result.json")); assert r["score"] == 0 and r["max-score"] == 8, r'
}

@test "grade-pack: a wrong command line" {
  for words in '' 'moodle tcp-upper-server -- x' 'gradescope no-such -- x' 'gradescope tcp-upper-server'; do
    # shellcheck disable=SC2086
    run "$ROOT/scripts/grade-pack" $words
    same 2 "$status"
    [[ $output == "grade-pack: "* ]]
  done
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

@test "grade-all: marks that cannot be written are told before anything is marked" {
  mkdir -p class
  cp "$(reference tcp-greet-client)" class/ann.py
  run timeout 100 "$ROOT/scripts/grade-all" tcp-greet-client class -o none/marks.csv
  same 2 "$status"
  same 'grade-all: none/marks.csv: No such file or directory; scripts/grade-all --help tells how' "$output"
}

@test "grade-all that is stopped leaves nothing running, and what it has marked is kept" {
  mkdir class
  cp "$(reference tcp-greet-client)" class/alice.py
  printf 'import sys, time\nmark = "%s"\ntime.sleep(600)\n' "stopped.$$" >class/bob.py
  start all timeout 200 "$ROOT/scripts/grade-all" tcp-greet-client class -o marks.csv -- python3 '{file}' '{host}' '{port}' "stopped.$$"
  all=$PID
  PATIENCE=120 eventually bob_runs
  kill -TERM "$all"
  status=0
  wait "$all" || status=$?
  eventually never pgrep -f "python3 .*/class/bob.py .*stopped.$$"
  grep -q '^alice,8,full marks' marks.csv
  never grep -q '^bob' marks.csv
  grep -q 'stopped; the same command goes on' all.err
}
bob_runs() { pgrep -f "^[^ ]*python3 [^ ]*/class/bob.py 127[^ ]* [0-9]* stopped.$$" >/dev/null; }

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

@test "the line that builds a C skeleton builds one whose boxes are filled" {
  need cc
  cd "$ROOT"
  for sheet in docs/exercises/*-*.md; do
    name=$(basename "$sheet" .md)
    line=$(grep -oE '`cc [^`]*`' "$sheet" | tr -d '`')
    for solution in {tcp,udp,web,mail,tests/grade}/"$name".c; do
      [ ! -e "$solution" ] || sed 's#"\(\.\./\)*common/#"common/#' "$solution" >"$BATS_TEST_TMPDIR/mine.c"
    done
    bash -c "${line/mine.c/$BATS_TEST_TMPDIR/mine.c} -o $BATS_TEST_TMPDIR/mine"
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
    same "$(cat {tcp,udp,web,mail,tests/grade}/"$name".c 2>/dev/null | grep -c '/\* Box: ')" "$(grep -c 'your code' "$BATS_TEST_TMPDIR/mine.c")"
    # The protocol's own work stays; what the boxes name is for the student.
    case $name in
    web-server-simple) never grep -nE '[^a-z_](send_all|socket|bind|listen|accept|poll|request_parse|answer_request)\(.*;' "$BATS_TEST_TMPDIR/mine.c" ;;
    smtp-client) never grep -nE '[^a-z_](socket|connect|close)\(.*;|command\("' "$BATS_TEST_TMPDIR/mine.c" ;;
    *) never grep -nE '[^a-z_](send_all|send|recv|sendto|recvfrom|socket|bind|accept|connect)\(.*;' "$BATS_TEST_TMPDIR/mine.c" ;;
    esac
    same "$(tr -cd '{' <"$BATS_TEST_TMPDIR/mine.c" | wc -c)" "$(tr -cd '}' <"$BATS_TEST_TMPDIR/mine.c" | wc -c)"
  done
  sheets=(docs/exercises/*-*.md)
  [ ${#sheets[@]} -ge 9 ]
  run scripts/skeleton no-such python
  same 2 "$status"
}
