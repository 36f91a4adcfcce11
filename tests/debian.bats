#!/usr/bin/env bats
# The README's second command in a Debian 13 that has nothing: as root, with the clone in /root, which only root
# may enter; then as an ordinary user without sudo.
# variants: plain
# slow
# all: the default tests in a fresh Debian 13, as root in /root and as an ordinary user
# takes: 300 s
load helper
load debian

SUITE=trixie

setup_file() {
  local reason
  if reason=$(debian_lacks "$SUITE"); then
    echo "$reason" >"$BATS_FILE_TMPDIR/lacks"
  else
    debian_make "$SUITE" "$BATS_FILE_TMPDIR/debian" 3>&- 4>&-
  fi
}

teardown_file() { [ -e "$BATS_FILE_TMPDIR/lacks" ] || debian_gone "$BATS_FILE_TMPDIR/debian"; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  PIDS=()
  [ ! -e "$BATS_FILE_TMPDIR/lacks" ] || skip "$(cat "$BATS_FILE_TMPDIR/lacks")"
  DEBIAN=$BATS_FILE_TMPDIR/debian
}

@test "as root in /root: ./scripts/test sets up, builds, and is green" {
  git clone -q "$ROOT" "$DEBIAN/root/bothends" 2>/dev/null || skip "this is no clone"
  chmod 700 "$DEBIAN/root"
  debian_run "$DEBIAN" sh -c 'cd bothends && ./scripts/setup' >setup.out 2>&1 || { cat setup.out && false; }
  # With a network of its own: the default ports are free there.
  run debian_alone "$DEBIAN" sh -c 'cd bothends && timeout 1700 ./scripts/test'
  echo "$output"
  same 0 "$status"
  [[ ${lines[-1]} =~ ^[1-9][0-9]*\ passed,\ 0\ failed,\ [0-9]+\ skipped$ ]]
}

@test "as an ordinary user without sudo: green, and what is missing is named with the command to run" {
  [ -d "$DEBIAN/root/bothends/build" ] || skip "the first test did not get that far"
  debian_run "$DEBIAN" sh -c 'useradd -m student && cp -r bothends /home/student/ && rm -rf /home/student/bothends/build* && chown -R student: /home/student'
  run debian_alone "$DEBIAN" runuser -u student -- sh -c 'cd ~/bothends && ./scripts/test --quick tests/tcp-upper.bats tests/udp-echo.bats'
  echo "$output"
  same 0 "$status"
  [[ ${lines[-1]} =~ ^[1-9][0-9]*\ passed,\ 0\ failed ]]
  debian_run "$DEBIAN" apt-get -qq remove -y bats >/dev/null 2>&1
  run debian_alone "$DEBIAN" runuser -u student -- sh -c 'cd ~/bothends && ./scripts/test'
  same 1 "$status"
  [[ $output == *"setup: missing: bats"*"setup: run this: sudo apt-get install -y --no-install-recommends bats"* ]]
}
