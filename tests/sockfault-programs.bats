#!/usr/bin/env bats
# Every program passes its own tests with its sockets disturbed: see tests/faults.
# variants: plain
load helper

# The tests in the tests know nothing of the one around them.
own_tests() {
  local variable
  for variable in $(compgen -v BATS_); do unset "$variable" 2>/dev/null || true; done
  BIN_DIR=$BIN_DIR "$ROOT/tests/faults" "$@"
}

@test "every program passes its own tests under short" { (own_tests short); }
@test "every program passes its own tests under byte" { (own_tests byte); }
@test "every program passes its own tests under eintr" { (own_tests eintr); }
