#!/usr/bin/env bats
# web-server with poll(2), as other systems than Linux have it, among the same clients.
# variants: plain asan
# slow
load helper

@test "poll(2) in place of epoll(7): no client harms this one either" {
  mkdir bin
  ln -s "$BIN_DIR"/* bin/
  rm bin/web-server
  ln -s "$(dirname "$BIN_DIR")/posix/web-server" bin/
  nm bin/web-server | grep -q ' ready_wait$' || skip "no symbols"
  never grep -q epoll_wait <(nm bin/web-server)
  run env -u BATS_RUN_TMPDIR BIN_DIR="$PWD/bin" timeout 600 bats --tap "$ROOT/tests/web-hostile.bats"
  echo "$output"
  same 0 "$status"
  same "1..$(grep -c '^@test' "$ROOT/tests/web-hostile.bats")" "$(grep '^1\.\.' <<<"$output")"
}
