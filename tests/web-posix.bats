#!/usr/bin/env bats
# web-server as other systems have it: with poll(2), among the same clients; of 32 bits.
# variants: plain asan
# slow
load helper

@test "poll(2) in place of epoll(7): no client harms this one either" {
  deep
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

@test "where a long has 32 bits a file may have 2 GiB all the same" {
  need cmake clang
  mkdir -p 32/gnu
  : >32/gnu/stubs-32.h # all that a 64-bit machine's headers lack
  local headers
  headers="-m32 -I$PWD/32 -idirafter /usr/include/$(uname -m)-linux-gnu"
  # shellcheck disable=SC2086
  clang $headers -fsyntax-only -xc - <<<'#include <sys/stat.h>' 2>/dev/null || skip "no headers for 32 bits"
  printf '%s\n' '#include <sys/types.h>' '_Static_assert(sizeof(off_t) == 8, "off_t");' >32/off_t.h
  CC=clang cmake -S "$ROOT" -B build -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >cmake.log
  # shellcheck disable=SC2086
  python3 -c "
import json, shlex, subprocess, sys
done = 0
for unit in json.load(open('build/compile_commands.json')):
    if unit['file'].startswith('$ROOT/web/') and '/unit-' not in unit['command']:
        subprocess.run(shlex.split(unit['command']) + sys.argv[1:] + ['-fsyntax-only', '-Werror=shorten-64-to-32'], cwd=unit['directory'], check=True)
        done += 1
assert done > 20, done" $headers -include "$PWD/32/off_t.h"
}
