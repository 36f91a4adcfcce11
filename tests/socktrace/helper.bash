# SPDX-License-Identifier: MIT
# What the tests of socktrace share.
TRACER=$BIN_DIR/socktrace
export ASAN_OPTIONS=detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}

# bats keeps descriptors of its own open: not for the program, so that its numbers are 3, 4, 5.
socktrace() { "$TRACER" "$@" 3>&- 4>&-; }

# alone PROGRAM: its output without socktrace, to compare with
alone() { "$1" </dev/null >alone 3>&- 4>&-; }

# build PROGRAM [FLAG...]: calls.c, which makes every call
build() {
  local program=$1
  shift
  "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L "$@" -o "$program" \
    "$ROOT/tests/socktrace/calls.c" -pthread 2>build.log
}

# run_split COMMAND...: stdout to split.out, stderr to split.err, and $output and $status; stdin is the test's
run_split() {
  status=0
  timeout -k 5 "$PATIENCE" "$@" >split.out 2>split.err 3>&- 4>&- || status=$?
  output=$(cat split.out)
}

# has FILE REGEX
has() {
  grep -q -- "$2" "$1" || { printf 'no line like %s in:\n' "$2" >&2; tail -n 50 "$1" >&2; return 1; }
}

# whole_trace TRACE: each line is as socktrace(5) has it
whole_trace() {
  local bad
  bad=$(awk -F '\t' '
    function number(s) { return s ~ /^-?[0-9]+$/ }
    NF != 20 || $1 != "S1" || $2 !~ /^(begin|end|note)$/ || !number($3) ||
    ($2 == "begin") != ($4 == "-") || ($4 != "-" && $4 < $3) || !number($5) || !number($6) ||
    $7 == "" || $8 !~ /^[a-z0-9_]+$/ || $20 !~ /^(-|"([^"\\]|\\["\\nrt]|\\x[0-9a-f][0-9a-f])*")$/ ||
    /[^\t -~]/ { print NR ": " $0 }' "$1")
  if [ ! -s "$1" ] || [ -n "$bad" ]; then
    printf 'not a trace: %s\n%s\n' "$1" "$bad" >&2
    return 1
  fi
  [ "$(tail -c 1 "$1" | od -An -c | tr -d ' ')" = '\n' ]
}

# unwatched NAME REASON COMMAND...: COMMAND runs (status 5) and is said to be unwatchable
unwatched() {
  local name=$1 reason=$2
  shift 2
  rm -f trace
  run_split "$TRACER" -o trace "$@"
  same 5 "$status"
  eventually grep -q "^socktrace: $name cannot be watched: .*$reason" split.err
  same 1 "$(wc -l <split.err)"
  eventually grep -q $'\t'"$name"$'\tunwatched\t' trace
  whole_trace trace
}

# bad STATUS LINE [ARG...]: socktrace ends with STATUS and says LINE, nothing else
bad() {
  local expected=$1 line=$2
  shift 2
  run_split "$TRACER" "$@"
  same "$expected" "$status"
  same "$line" "$(cat split.err)"
  same '' "$output"
}

is_empty() { [ -z "$(ls "$1")" ]; }

# watchable PROGRAM: it is dynamically linked
watchable() { ldd "$(command -v "$1")" >/dev/null 2>&1; }
