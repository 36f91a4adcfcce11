#!/usr/bin/env bats
# variants: plain asan
# The scripts of lab/scripts: each runs, and checks itself by its expects.
load helper
SCRIPTS=$ROOT/lab/scripts

# script NAME: it ends with 0 and says nothing on stderr, and every expect in it was looked at.
script() {
  local file=$SCRIPTS/$1.socksh status=0
  timeout 60 "$BIN_DIR/socksh" "$file" >script.out 2>script.err </dev/null || status=$?
  same 0 "$status" || { cat script.out script.err >&2; return 1; }
  quiet script
  same "$(grep -c '^expect' "$file")" "$(grep -c '^    as expected$' script.out)"
}

# none COMMAND: it finds nothing. (A bare ! would not end a test.)
none() { if "$@"; then return 1; fi; }

ipv6() { python 'socket(AF_INET6).bind(("::1", 0))' 2>/dev/null || skip "this machine has no IPv6"; }

@test "two sends in one recv" { script two-sends-one-recv; }
@test "recv gives 0" { script recv-zero; }
@test "half-close" { script half-close; }
@test "reset against end of stream" { script reset-or-end; }
@test "close with unread data" { script close-unread; }
@test "SIGPIPE against EPIPE" { script sigpipe-epipe; }
@test "send blocks because nobody reads" { script send-blocks; }
@test "MSG_PEEK twice" { script peek-twice; }
@test "out-of-band data" { script out-of-band; }
@test "connect before accept" { script connect-before-accept; }
@test "a full backlog" { script full-backlog; }
@test "address in use, with and without SO_REUSEADDR" { script address-in-use; }
@test "TIME_WAIT and who closes first" { script time-wait; }
@test "port 0" { script port-zero; }
@test "0.0.0.0, 127.0.0.1 and ::1" { ipv6; script which-address; }
@test "bytes cut from a datagram" { script datagram-cut; }
@test "a connected datagram socket" { script connected-datagram; }
@test "UDP to a closed port, connected and not" { script udp-closed-port; }
@test "two UDP servers on one port" { script two-udp-servers; }

@test "every script has its test here and its line in the README, and both name no other" {
  files=$(cd "$SCRIPTS" && ls -- *.socksh | sed 's/\.socksh$//' | sort)
  [ "$(wc -l <<<"$files")" -ge 19 ]
  tested=$(sed -n 's/^@test .* script \([a-z-]*\); }$/\1/p' "$BATS_TEST_FILENAME" | sort)
  same "$files" "$tested"
  listed=$(sed -n 's/^| \[\([a-z-]*\)](\1\.socksh) | .* |$/\1/p' "$SCRIPTS/README.md" | sort)
  same "$files" "$listed"
}

@test "every script begins with what to expect, and names no fixed descriptor or port" {
  for file in "$SCRIPTS"/*.socksh; do
    sed -n 1p "$file" | grep -q '^# .*\.$' || { echo "$file: no title" >&2; false; }
    same '#' "$(sed -n 2p "$file")"
    # A block of comments, at least five lines, up to the first command.
    (($(sed '/^#/!q' "$file" | wc -l) > 5)) || { echo "$file: no explanation" >&2; false; }
    none grep -nE '^[^#]*\b(bind|listen|accept|send|sendto|recv|recvfrom|close|shutdown) [0-9]' "$file"
    # Port 0, a name that begins with $, or 9, which is discard.
    none grep -nE '^[^#]*\b(127\.0\.0\.1|0\.0\.0\.0|::1?) [1-8]' "$file"
    none grep -nE '.{81}' "$file"
  done
}

@test "a script that expects something else goes red, with its place" {
  for file in "$SCRIPTS"/*.socksh; do
    # The last expect of each, turned round.
    line=$(grep -n '^expect' "$file" | tail -1 | cut -d: -f1)
    sed "${line}s/^expect not /expect /;t;${line}s/^expect /expect not /" "$file" >mutant.socksh
    status=0
    timeout 60 "$BIN_DIR/socksh" mutant.socksh >/dev/null 2>mutant.txt || status=$?
    same 1 "$status"
    grep -q "^socksh: mutant.socksh:$line: expected " mutant.txt
  done
}
