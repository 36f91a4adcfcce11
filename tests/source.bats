#!/usr/bin/env bats
# The form of the lecture programs, and that everybody can build them.
# variants: plain
load helper

programs() { grep -v '^#' "$ROOT/tests/manifest" | awk '{print $1}' | while read -r n; do
  for d in tcp udp; do [ ! -e "$ROOT/$d/$n.c" ] || echo "$d/$n.c"; done; done; }

@test "cc NAME.c common/*.c -pthread builds each, without CMake" {
  cd "$ROOT"
  for file in $(programs); do
    cc "$file" common/*.c -pthread -o "$BATS_TEST_TMPDIR/program"
    "$BATS_TEST_TMPDIR/program" --version | grep -q '^program '
  done
  run "$BATS_TEST_TMPDIR/program" localhost 1 -w 1 # so built it reads its command line in the same way
  same 'program: -w: options go first; try --help' "$output"
}

@test "no warning, from gcc or from clang" {
  cd "$ROOT"
  local compiler flags="-std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes"
  for compiler in gcc clang; do
    need "$compiler"
    for file in common/*.c $(programs); do
      # shellcheck disable=SC2086
      $compiler $flags -c "$file" -o "$BATS_TEST_TMPDIR/x.o" 2>&1 | tee -a "$BATS_TEST_TMPDIR/warnings"
    done
  done
  [ ! -s "$BATS_TEST_TMPDIR/warnings" ]
}

@test "a lecture program is one page: at most 110 lines of at most 100 columns" {
  cd "$ROOT"
  for file in $(programs) web/web-server-simple.c; do
    [ -e "$file" ] || continue
    case $file in
    *-polled.c | */udp-echo-client.c | */udp-ping.c | */tcp-connect.c | web/*) most=120 ;; # the fullest
    *) most=110 ;;
    esac
    [ "$(wc -l <"$file")" -le $most ] || { wc -l "$file"; return 1; }
    never awk 'length > 100 {print FILENAME ":" FNR; found = 1} END {exit !found}' "$file"
  done
}

@test "it says what it is, how to run it, and its protocol; a licence is one line" {
  cd "$ROOT"
  for file in $(programs); do
    name=$(basename "$file" .c)
    same '/* SPDX-License-Identifier: MIT */' "$(head -n 1 "$file")"
    same "/* $name" "$(sed -n 2p "$file" | cut -d' ' -f1,2)"
    head -n 14 "$file" | grep -q 'Protocol: ' || { echo "$file: no protocol"; return 1; }
  done
}

@test "common/ has at most 480 lines; blank ones are no cost" {
  [ "$(cat "$ROOT"/common/*.[ch] | grep -c .)" -le 480 ]
}

# boxes FILE CALL...: the calls stand in this order in main (and the function beside it), each once.
boxes() {
  local file=$1 call line last=0
  shift
  sed 's|/\*.*\*/||; s|^ \* .*||; s|^/\* .*||' "$ROOT/$file" >code
  for call; do
    same "$file: 1 $call" "$file: $(grep -cE "(^|[^a-z_.>])$call\(" code) $call"
    line=$(grep -nE "(^|[^a-z_.>])$call\(" code | cut -d: -f1)
    [ "$line" -gt "$last" ] || { echo "$file: $call stands before its predecessor"; return 1; }
    last=$line
  done
}

@test "the boxes of the flowchart: each call once, in its order" {
  cd "$BATS_TEST_TMPDIR"
  # What serves a client stands in a function above main; main has the rest.
  boxes tcp/tcp-upper-server.c recv send_all
  boxes tcp/tcp-upper-server.c socket bind listen accept close
  boxes tcp/tcp-upper-client.c socket connect send_all recv
  boxes tcp/tcp-greet-server.c socket bind listen accept send_all close
  boxes tcp/tcp-greet-client.c socket connect recv
  boxes tcp/tcp-echo-client.c socket connect send_all recv
  boxes tcp/tcp-connect.c socket connect
  boxes udp/udp-upper-server.c socket bind recvfrom sendto
  boxes udp/udp-echo-server.c socket bind recvfrom sendto
  boxes udp/udp-upper-client.c send recv socket connect close
  boxes udp/udp-echo-client.c send recv socket connect close
  boxes udp/udp-ping.c send recv socket connect close
  for file in "$ROOT"/tcp/tcp-echo-server*.c; do
    boxes "tcp/$(basename "$file")" socket bind listen accept
    boxes "tcp/$(basename "$file")" recv send_all
  done
}

@test "lecture programs know no instrument, and include no umbrella header" {
  cd "$ROOT"
  for file in $(programs); do
    never grep -nwiE 'socktrace|sockfault|ladder|trace|fault|getenv|common\.h' "$file"
  done
}
