#!/usr/bin/env bats
# What a person types in scripts/ works on macOS too: its bash is 3.2, its tools are BSD's. Neither is to be had
# here; so the scripts run with a PATH that lacks what is lacking there, and with tools that refuse what theirs do.
# variants: plain
# slow
bats_require_minimum_version 1.5.0
load helper

LACKING='timeout ss setsid prlimit setpriv getent strace tac pidof ip flock stdbuf nproc sha256sum md5sum'

# A PATH like macOS's, in which /bin and /usr/bin have only what is not lacking there.
setup_file() {
  # shellcheck disable=SC2086 # words
  tools_without "$BATS_FILE_TMPDIR/mac" $LACKING
  cd "$BATS_FILE_TMPDIR/mac" || return
  refuses sed '[[ "$1" != -i && "$1" != -i* ]]'
  refuses grep '[[ "$1" != -*P* ]]'
  refuses xargs '[ "$1" != -d ]'
}

# refuses TOOL CONDITION: TOOL, but for when the condition does not hold.
refuses() {
  local real
  real=$(command -v "$1")
  rm -f "$1"
  printf '#!/bin/bash\n%s || { echo "%s: illegal option, on a Mac" >&2; exit 1; }\nexec %q "$@"\n' "$2" "$1" "$real" >"$1"
  chmod +x "$1"
}

mac() { env PATH="$BATS_FILE_TMPDIR/mac" "$@"; }

@test "demo" {
  alone
  run mac "$ROOT/scripts/demo" tcp-upper </dev/null
  same 0 "$status"
  [[ $output == *"client > HELLO, WORLD"*"server | "*"closed connection"* ]]
}

@test "setup --check, and with nothing missing" {
  run mac "$ROOT/scripts/setup" --check
  same 0 "$status"
  [[ $output == *"ok       cc"* && $output == *"missing  ss"* ]]
  run mac "$ROOT/scripts/setup" --build
  same "setup: nothing is missing" "$output"
}

@test "test: a pair's file" {
  run mac "$ROOT/scripts/test" --quick "$ROOT/tests/tcp-greet.bats"
  same 0 "$status" || { echo "$output" && false; }
  [[ ${lines[-1]} =~ ^[1-9][0-9]*\ passed,\ 0\ failed ]]
}

@test "grade, grade-all and skeleton" {
  run mac "$ROOT/scripts/grade" tcp-greet-client --no-ladder -- python3 "$ROOT/tests/grade/tcp-greet-client.py" '{host}' '{port}'
  same 0 "$status" || { echo "$output" && false; }
  mkdir -p class/ann
  cp "$ROOT/tests/grade/udp-echo-server.py" class/ann/mine.py
  run mac "$ROOT/scripts/grade-all" udp-echo-server class -- python3 mine.py '{port}'
  same 0 "$status" || { echo "$output" && false; }
  mac "$ROOT/scripts/skeleton" tcp-upper-client c | grep -q 'your code'
}

@test "site" {
  need cmark-gfm
  mac "$ROOT/scripts/site" "$PWD/site" >/dev/null
  [ -s site/index.html ]
}

@test "the scripts use nothing that bash 3.2 or BSD's tools lack" {
  cd "$ROOT"
  never grep -nE 'mapfile|readarray|(declare|local|typeset) -[a-zA-Z]*[An]|\$\{[A-Za-z_]+(\[[^]]*\])?(,,?|\^\^?)|\[-1\]|&>>|\|&|coproc|readlink -f|sed -i|%N|grep -[a-zA-Z]*P|xargs -d|stat -c|-printf|\btac\b' \
    scripts/demo scripts/setup scripts/test scripts/flowcharts scripts/site scripts/grade*[a-z]
}

@test "the stand-in for timeout does what GNU's does" {
  local timeout=$ROOT/tests/portable/timeout
  run "$timeout" 5 sh -c 'echo out; exit 3'
  same 3 "$status"
  same out "$output"
  run "$timeout" 0.2 sleep 30
  same 124 "$status"
  run "$timeout" -k 0.2 0.2 bash -c 'trap "" TERM; while :; do sleep 0.1; done'
  same 124 "$status"
  run -127 "$timeout" 5 ./absent
  same 127 "$status"
  run "$timeout" 5 bash -c 'kill -9 $$'
  same 137 "$status"
  run "$timeout"
  same 125 "$status"
  "$timeout" 20 sleep 20 3>&- &
  kill "$!"
  wait "$!" || same 143 $?
}
