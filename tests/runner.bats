#!/usr/bin/env bats
# scripts/test: what it runs, what it counts, and what it says at the end.
# variants: plain
# slow
load helper

# tests FILE...: runs the files with scripts/test, on the variants in WANTED, or only as they are.
tests() { run timeout 120 env VARIANTS="${WANTED:-plain}" "$ROOT/scripts/test" --quick "$@"; }

@test "it counts what passed, failed and was skipped, says why, and fails when a test does" {
  printf '@test "good" { true; }\n@test "bad" { false; }\n@test "left out" { skip "no moon"; }\n' >three.bats
  JOBS=1 tests "$PWD/three.bats"
  same 1 "$status"
  same "1 passed, 1 failed, 1 skipped" "${lines[-1]}"
  grep -q 'skipped: 1: no moon' <<<"$output"
  grep -q 'not ok 2 bad' <<<"$output"
  printf '@test "good" { true; }\n' >one.bats
  tests "$PWD/one.bats"
  same 0 "$status"
  same "1 passed, 0 failed, 0 skipped" "${lines[-1]}"
}

@test "a test file that breaks off, or is not there, is no success" {
  printf '@test "one" { true; }\n@test "two" { kill -9 $PPID; kill -9 $$; }\n' >broken.bats
  tests "$PWD/broken.bats"
  same 1 "$status"
  tests "$PWD/absent.bats"
  same 2 "$status"
}

@test "what passes only in its second run is said to be unsteady, with what it said" {
  printf '@test "at times" {\n  [ -d %q/there ] || { echo "no luck"; mkdir %q/there; false; }\n}\n' "$PWD" "$PWD" >unsteady.bats
  tests "$PWD/unsteady.bats"
  same 0 "$status"
  grep -q -- '--- unsteady: plain-unsteady.bats' <<<"$output"
  grep -q 'no luck' <<<"$output"
}

@test "it ends with the slowest tests, the slowest first, and the time it took" {
  for i in 1 2 3 4 5 6 7 8 9 10 11; do printf '@test "t%s" { sleep 0.0%s; }\n' "$i" "$i"; done >many.bats
  printf '@test "the slow one" { sleep 0.5; }\n' >>many.bats
  tests "$PWD/many.bats"
  same 0 "$status"
  same 10 "$(grep -c '^ *[0-9.]* s  many.bats: ' <<<"$output")"
  grep -A1 '^the slowest tests:' <<<"$output" | grep -q ' 0\.[5-9] s  many.bats: the slow one (plain)'
  grep -qE '^1 jobs in [0-9]+ min [0-9]+ s$' <<<"$output"
}

@test "what only --all runs is listed by --help, and runs without it when it is asked for" {
  run "$ROOT/scripts/test" --help
  same 0 "$status"
  local file
  while read -r file; do
    grep -qF "$(sed -n 's/^# all: //p' "$file") (tests/${file##*/})" <<<"$output"
  done < <(grep -l '^# all: ' "$ROOT"/tests/*.bats)
  printf '# all: what nobody waits for\n@test "deep" { [ -n "${ALL:-}" ] || skip "deep: with --all"; }\n' >rare.bats
  tests "$PWD/rare.bats"
  same "0 passed, 0 failed, 1 skipped" "${lines[-1]}"
}

@test "each variant gets its own programs, and is named to the tests" {
  printf '# variants: plain asan byte\n@test "which" { echo "$VARIANT $BIN_DIR ${FAULT:-none}" >>"$SEEN"; }\n' >variants.bats
  export SEEN=$PWD/seen WANTED="plain asan byte short"
  tests "$PWD/variants.bats"
  same "3 passed, 0 failed, 0 skipped" "${lines[-1]}"
  grep -q "^plain $ROOT/build/bin none$" seen
  grep -q "^asan $ROOT/build-asan/bin none$" seen
  grep -q "^byte .*/byte/bin byte$" seen
}

@test "ended by Ctrl-C or by a signal it leaves nothing that runs" {
  printf '@test "for ever" { echo $$ >%q/pid; sleep 1000; }\n' "$PWD" >ever.bats
  start test "$ROOT/scripts/test" --quick "$PWD/ever.bats"
  eventually [ -s pid ]
  kill "$PID"
  eventually ended "$PID"
  eventually ended "$(cat pid)"
}
