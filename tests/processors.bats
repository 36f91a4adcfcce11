#!/usr/bin/env bats
# The lecture pairs and the cores on other processors: 32 bits (armhf), and the other byte order (s390x).
# all: the pairs and the cores under qemu, on 32 bits and on big-endian
# variants: plain
# takes: 90 s
#
# Built by Debian's cross compilers, started by qemu-user through wrappers, as tests/under does it; the pairs' own
# test files run on them. Left out is what the emulation itself minds, not the programs: LD_PRELOAD (the libraries
# are this machine's), counted descriptors and processes (qemu needs some itself), and letters beyond ASCII on
# big-endian, where the C library cannot read this machine's locale files.
load helper

# built ARCH TRIPLET: fills BIN_DIR with wrappers of the programs that it builds, for the tests of this file.
built() {
  local qemu
  need "$2-gcc"
  qemu=$(command -v "qemu-$1-static" || command -v "qemu-$1") || skip "qemu-$1-static is not installed"
  made=$BATS_FILE_TMPDIR/$1
  [ ! -e "$made/done" ] || return 0
  mkdir -p "$made/bin"
  cmake -S "$ROOT" -B "$made/tree" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$1" -DCMAKE_C_COMPILER="$2-gcc" \
    -DCMAKE_CROSSCOMPILING_EMULATOR="$qemu" -DCMAKE_EXE_LINKER_FLAGS=-static \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O1 -DCMAKE_COMPILE_WARNING_AS_ERROR=ON >log
  cmake --build "$made/tree" -j"$(getconf _NPROCESSORS_ONLN)" >>log 2>&1 || { tail -n 30 log; return 1; }
  for program in "$made/tree/bin"/*; do
    # -0: the program names itself after the wrapper
    printf '#!/bin/sh\nexec "%s" -0 "$0" "%s" "$@"\n' "$qemu" "$program" >"$made/bin/${program##*/}"
    chmod +x "$made/bin/${program##*/}"
  done
  rm -f "$made/bin/sockfault" "$made/bin/socktrace" # they preload: the tests skip what wants them
  : >"$made/done"
}

# passes FILE AT_LEAST PATTERN: the tests of that file whose names match
passes() {
  env -u BATS_RUN_TMPDIR -u BATS_FILE_TMPDIR -u BATS_TEST_TMPDIR -u BATS_SUITE_TMPDIR BIN_DIR="$made/bin" \
    timeout 60 bats --tap -f "$3" "$ROOT/tests/$1.bats" >tap 2>&1 </dev/null 3>&- || { cat tap; return 1; }
  never grep '^not ok' tap
  cat tap
  [ "$(grep '^ok ' tap | grep -vc '# skip')" -ge "$2" ]
}

pairs() {
  passes tcp-upper 6 'bytes that are no character|server answers every netcat|two messages in one|ten megabytes|reset at any point|Ctrl-C'
  passes tcp-echo 7 'bytes that are no text|ten megabytes|every netcat|reset at any point|cannot deadlock|in pieces'
  passes tcp-greet 3 'netcat|resets'
  passes udp-upper 6 'bytes that are no text|in Python|largest'
  passes udp-echo 6 'bytes that are no text|in Python|largest'
}

# What a unit test leaves out: web_date compares with the C library for 1900, which 32 bits of time_t do not reach;
# common wants letters of a locale.
cores() { (cd "$made/tree" && ctest -E "^$1\$" --output-on-failure --timeout 60); }

@test "32 bits: the pairs" { built arm arm-linux-gnueabihf; pairs; }
@test "32 bits: the cores" { built arm arm-linux-gnueabihf; cores web_date; }
@test "big-endian: the pairs" { built s390x s390x-linux-gnu; pairs; }
@test "big-endian: the cores" { built s390x s390x-linux-gnu; cores common; }
