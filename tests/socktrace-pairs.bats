#!/usr/bin/env bats
# The pairs' own test files pass unchanged when every program in them runs under socktrace.
# variants: plain
load helper
load socktrace/helper

# passes FILE: tests/FILE.bats, with wrapped programs
passes() {
  [ -f "$ROOT/tests/$1.bats" ] || skip "there is no tests/$1.bats"
  touch trace
  chmod 666 trace # some tests run a program as another user
  chmod 755 . .. ../..
  "$ROOT/tests/under" "socktrace -o $PWD/trace" "$BIN_DIR" traced/bin
  # shellcheck disable=SC2046
  env $(compgen -e | sed -n 's/^BATS_.*/-u &/p') BIN_DIR="$PWD/traced/bin" \
    bats --tap "$ROOT/tests/$1.bats" >tap 2>&1 3>&- 4>&- || { grep -A 12 '^not ok' tap; return 1; }
  grep -c '^ok' tap
  whole trace
  # The tests did run under it: as many calls as that.
  [ "$(grep -c $'^S1\tend\t' trace)" -ge 50 ]
}

@test "tcp-upper" { passes tcp-upper; }
@test "tcp-greet" { passes tcp-greet; }
@test "tcp-connect" { passes tcp-connect; }
@test "tcp-echo" { passes tcp-echo; }
@test "udp-upper" { passes udp-upper; }
@test "udp-echo" { passes udp-echo; }
