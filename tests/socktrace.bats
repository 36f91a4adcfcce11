#!/usr/bin/env bats
# socktrace: what it tells people, what it writes for ladder, and that it only watches.
# variants: plain asan
# slow
load helper
load socktrace/helper
SERVER=tcp-upper-server CLIENT=tcp-upper-client

setup_file() {
  export CALLS=$BATS_FILE_TMPDIR/calls
  build "$CALLS" -O2
}

# ---- for people ----

@test "people read the client's calls in the words of the API" {
  server -q
  LC_ALL=C.UTF-8 run_split "$TRACER" "$BIN_DIR/$CLIENT" 127.0.0.1 "$PORT" <<<'hällo'
  same 0 "$status"
  same HÄLLO "$output"
  local from
  from=$(sed -n 's/^connect(3, .*) = 0   from 127.0.0.1 port //p' split.err)
  has split.err "^getaddrinfo(127.0.0.1, $PORT) = 0   127.0.0.1 port $PORT\$"
  has split.err '^socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3$'
  has split.err "^connect(3, 127.0.0.1 port $PORT) = 0   from 127.0.0.1 port $from\$"
  has split.err '^send(3, "hällo\\n") = 7$'
  has split.err '^recv(3) = 7   "HÄLLO\\n"'
  has split.err '^close(3) = 0$'
}

@test "a call that blocks is announced while it blocks, and tells afterwards how long" {
  start server "$TRACER" "$BIN_DIR/$SERVER" 0
  eventually grep -q '^accept(3) waits for a client$' server.err
  PORT=$(sed -n '1s/.* port //p' server.out)
  client <<<hello
  eventually grep -q '^close(4) = 0$' server.err
  has server.err '^accept(3) = 4   from 127.0.0.1 port [0-9]*, waited [0-9.]* m\?s$'
  has server.err '^recv(4) = 0   the other end has finished sending'
}

@test "a call that returns at once is not announced" {
  run_split "$TRACER" "$CALLS"
  ! grep -E '^(send|socket|close|bind|sendto)\(.* waits ' split.err
}

@test "errors are told by name and by what they mean" {
  PORT=$(free_port)
  run_split "$TRACER" "$BIN_DIR/$CLIENT" 127.0.0.1 "$PORT" </dev/null
  same 1 "$status"
  has split.err "^connect(3, 127.0.0.1 port $PORT) = -1 ECONNREFUSED   nothing listens there\$"
}

@test "a datagram that was cut says how much is lost" {
  run_split "$TRACER" "$CALLS"
  has split.err '^recvfrom(3) = 4   "0123"   from 127.0.0.1 port [0-9]*, the rest of the 10 bytes is lost'
}

@test "only what was received is shown, never what lay in the buffer before" {
  run_split "$TRACER" -s 1000 "$CALLS"
  has split.err '^recv(5, MSG_WAITALL) = 2   "d\\n"$'
  has split.err '^recv(4) = 15   "onetwothreefour"$'
}

@test "colour only on a terminal, and never with NO_COLOR" {
  need script
  run_split "$TRACER" "$CALLS"
  ! grep -q $'\033' split.err
  TERM=xterm NO_COLOR='' script -qec "'$TRACER' '$CALLS'" /dev/null </dev/null >on.tty
  grep -q $'\033\\[36m' on.tty
  TERM=xterm NO_COLOR=1 script -qec "'$TRACER' '$CALLS'" /dev/null </dev/null >off.tty
  ! grep -q $'\033' off.tty
}

@test "lines of another thread or process bear its number" {
  run_split "$TRACER" "$CALLS"
  has split.err '^\[thread [0-9]*\] send(4, "hello") = 5$'
  has split.err '^\[process [0-9]*\] send(3, "two") = 3$'
}

@test "a program whose stderr goes elsewhere still tells on socktrace's" {
  run_split "$TRACER" sh -c "'$CALLS' 2>/dev/null; true"
  has split.err '^\[process [0-9]*\] recv(5, MSG_WAITALL) = 2   "d\\n"$'
}

# ---- only watching ----

@test "results, errno and output are the same with socktrace and without" {
  alone "$CALLS"
  run_split "$TRACER" -p -o trace "$CALLS"
  same 0 "$status"
  diff alone split.out
  same '' "$(cat split.err)"
  run_split "$TRACER" -p "$CALLS"
  diff alone split.out
}

@test "pointers to nowhere are EFAULT, as without socktrace" {
  "$CALLS" wrong </dev/null >alone 3>&- 4>&-
  run_split "$TRACER" -p -o trace "$CALLS" wrong
  same 0 "$status"
  diff alone split.out
  run_split "$TRACER" -p "$CALLS" wrong
  diff alone split.out
}

@test "an address that the program has no room for is not looked at, and not told" {
  build fortified -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
  local program
  for program in "$CALLS" ./fortified; do
    rm -f trace
    "$program" cut </dev/null >alone 3>&- 4>&-
    same 3 "$(grep -c '^length = 16$' alone)"
    run_split "$TRACER" -o trace "$program" cut
    same 0 "$status"
    diff alone split.out
    whole_trace trace
    # two connections that were reset, three datagrams: whose, is not known
    same '- - - - -' "$(awk -F '\t' '$2 == "end" && $8 ~ /^(accept|recv)/ { print $13 }' trace | xargs)"
  done
}

@test "the same for a program built with _FORTIFY_SOURCE" {
  build fortified -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
  grep -q __recv_chk fortified || skip "this C library makes no __recv_chk"
  alone "./fortified"
  run_split "$TRACER" -p -o trace ./fortified
  diff alone split.out
  awk -F '\t' '$8 == "recvfrom" && $19 == "full=10" { found = 1 } END { exit !found }' trace
}

@test "the same for programs built with the sanitizers, by gcc and by clang" {
  once
  local cc sanitizer done=0
  for cc in gcc clang; do
    command -v "$cc" >/dev/null || continue
    for sanitizer in address,undefined thread; do
      CC=$cc build "sane" -O1 "-fsanitize=$sanitizer" || continue
      alone "./sane"
      run_split "$TRACER" -p -o trace ./sane
      same 0 "$status"
      diff alone split.out
      same '' "$(cat split.err)"
      done=$((done + 1))
    done
  done
  [ "$done" -gt 0 ] || skip "no compiler with sanitizers"
}

@test "the portable half of the library watches as well" {
  mkdir -p portable/bin portable/lib
  ln -s "$TRACER" portable/bin/socktrace
  cp "$TRACER" portable/bin/copy
  "${CC:-cc}" -shared -fPIC -O1 -std=c11 -D_POSIX_C_SOURCE=200809L -DSOCKTRACE_NO_INODES -w \
    -fvisibility=hidden -U_FORTIFY_SOURCE -o portable/lib/libsocktrace.so \
    "$ROOT"/lab/socktrace/{people,preload/{calls,watch,real,system-posix}}.c "$ROOT"/lab/trace/*.c -pthread -ldl
  alone "$CALLS"
  run_split portable/bin/copy -o trace "$CALLS"
  diff alone split.out
  whole_trace trace
  # The receiver's offsets, on the connection: hello and world came as 2, 2, 6 and 2 bytes.
  same "0 2 4 10" "$(awk -F '\t' '$2 == "end" && $10 == "tcp4" && $8 ~ /^(recv|read|recvmsg)$/ &&
    $16 > 0 && $9 == 5 && $19 !~ /PEEK/ { printf "%s%s", s, $14; s = " " }' trace)"
}

# What Alpine has for a C library; programs of musl cannot load a library that was built for glibc.
@test "with musl both instruments build, and do their work" {
  once
  need musl-gcc
  server -q
  local flags=(-std=c11 -D_POSIX_C_SOURCE=200809L -D'INSTALLED_LIBRARY=""' -O1 -w)
  local lab=$ROOT/lab
  mkdir -p musl/bin musl/lib
  musl-gcc "${flags[@]}" -o musl/bin/client "$ROOT"/tcp/tcp-upper-client.c "$ROOT"/common/*.c
  musl-gcc "${flags[@]}" -o musl/bin/socktrace "$lab"/{socktrace,trace}/*.c
  musl-gcc "${flags[@]}" -o musl/bin/sockfault "$lab"/{sockfault,trace}/*.c
  flags+=(-shared -fPIC -fvisibility=hidden)
  musl-gcc "${flags[@]}" -o musl/lib/libsocktrace.so "$lab"/socktrace/{people,preload/{calls,calls-linux,watch,real,real-linux,system-linux}}.c "$lab"/trace/*.c
  musl-gcc "${flags[@]}" -o musl/lib/libsockfault.so "$lab"/sockfault/{list,preload/*}.c
  unset ASAN_OPTIONS
  run_split musl/bin/socktrace -o trace musl/bin/client 127.0.0.1 "$PORT" <<<hello
  same "0 HELLO" "$status $output"
  same '' "$(cat split.err)"
  whole_trace trace
  same 'start socket connect send recv exit' \
    "$(awk -F '\t' '$2 != "begin" && $8 ~ /^(start|socket|connect|send|recv|exit)$/ { print $8 }' trace | uniq | xargs)"
  run_split musl/bin/sockfault byte musl/bin/client 127.0.0.1 "$PORT" <<<hello
  same "0 HELLO" "$status $output"
  has split.err '^sockfault: byte: send(3) moved 1 of 6 bytes'
}

@test "the program keeps its process number, exit status and signals" {
  run "$TRACER" -o trace sh -c 'exit 7'
  same 7 "$status"
  start shell "$TRACER" -o trace sh -c 'echo $$; exec sleep 60'
  eventually has_lines 1 shell.out
  same "$PID" "$(out shell)"
  run "$TRACER" -o trace sh -c 'kill -TERM $$'
  same 143 "$status"
}

@test "no descriptor, child or environment variable is there that should not be" {
  local list='exec 3>&- 4>&-; echo /proc/self/fd/*'
  same "$(bash -c "$list")" "$(socktrace -o trace bash -c "$list")"
  same '' "$(socktrace -o trace python3 -c '
import os
try: print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError: pass')"
  env >before
  socktrace -o trace env >after
  same 'ASAN_OPTIONS LD_PRELOAD SOCKTRACE SOCKTRACE_STATE' "$(sort before after | uniq -u |
    sed -n 's/^\([A-Z_]*\)=.*/\1/p' | sort -u | grep -vx _ | tr '\n' ' ' | sed 's/ $//')"
}

@test "a reader of the lines that goes away does not end the program" {
  alone "$CALLS"
  { socktrace "$CALLS" 2>&1 >traced; echo "$?" >status; } </dev/null | head -n 1 >/dev/null
  same 0 "$(cat status)"
  diff alone traced
}

@test "with few descriptors the program has all of them, if the hard limit has room for the trace's" {
  cat >few.py <<'END'
import socket
made = []
try:
    while True: made.append(socket.socket())
except OSError as e:
    print(len(made), e.errno)
END
  local alone
  run_split bash -c "ulimit -Sn 20; python3 few.py"
  alone=${output% *}
  run_split bash -c "ulimit -Sn 20; '$TRACER' -o trace python3 few.py"
  same "$alone 24" "$(cat split.out)" # 24: EMFILE
  run_split bash -c "ulimit -n 20; '$TRACER' -o trace python3 few.py"
  same "$((alone - 1)) 24" "$(cat split.out)"
  has trace $'\tsocket\t-\t.*\tEMFILE\t'
}

# ---- the trace ----

@test "each line has the twenty fields of socktrace(5)" {
  socktrace -p -o trace "$CALLS" </dev/null >/dev/null
  whole_trace trace
  [ "$(wc -l <trace)" -gt 100 ]
}

@test "offsets go on across dup, fork and execve" {
  socktrace -o trace "$CALLS" </dev/null >/dev/null
  # one, two (by a child), three (by a program that a child executed), four: 3, 3, 5 and 4 bytes.
  same '0 "one", 3 "two", 6 "three", 11 "four"' "$(awk -F '\t' '$10 == "unix" && $20 ~ /"(one|two|three|four)"/ {
    printf "%s%s %s", s, $14, $20; s = ", " }' trace)"
  same 1 "$(awk -F '\t' '$20 ~ /^"(one|two|three|four)"$/ { print $11 }' trace | sort -u | wc -l)"
  # "ab" through a copy made by dup(), then 6 bytes through the copy made back by dup2()
  same '0 write, 2 writev' "$(awk -F '\t' '$10 == "tcp4" && ($8 == "write" || $8 == "writev") {
    printf "%s%s %s", s, $14, $8; s = ", " }' trace)"
}

@test "a peek moves nothing" {
  socktrace -o trace "$CALLS" </dev/null >/dev/null
  same '0 0' "$(awk -F '\t' '$8 == "recv" && $16 == 2 && $20 == "\"he\"" {
    printf "%s%s", s, $14; s = " " }' trace)"
}

@test "both ends of a connection tell the same addresses and offsets" {
  start server "$TRACER" -o trace "$BIN_DIR/$SERVER" -q 0
  eventually has_lines 1 server.out
  PORT=$(sed -n '1s/.* port //p' server.out)
  socktrace -o trace "$BIN_DIR/$CLIENT" 127.0.0.1 "$PORT" <<<hello >/dev/null
  eventually grep -q $'\tclose\t4\t' trace
  whole_trace trace
  local local_end peer_end
  local_end=$(awk -F '\t' '$8 == "connect" && $2 != "begin" { print $12 }' trace)
  peer_end=$(awk -F '\t' '$8 == "accept" && $2 == "end" { print $13 }' trace)
  same "$local_end" "$peer_end"
  same "0 6 6 \"hello\\n\"" "$(awk -F '\t' -v at="$local_end" '$12 == at && $8 == "send" && $2 != "begin" {
    print $14, $15, $16, $20 }' trace)"
  same "0 6 \"hello\\n\"" "$(awk -F '\t' -v at="$local_end" '$13 == at && $8 == "recv" && $2 != "begin" && $16 > 0 {
    print $14, $16, $20 }' trace)"
}

@test "every byte comes back from its escapes" {
  cat >bytes.py <<'END'
import socket
a, b = socket.socketpair()
a.send(bytes(range(256)))
END
  socktrace -o trace -s 256 python3 bytes.py
  python3 - trace <<'END'
import re, sys
fields = [l.rstrip("\n").split("\t") for l in open(sys.argv[1], encoding="ascii")]
data = [f[19] for f in fields if f[7] == "send" and f[1] != "begin"][0]
assert data[0] == data[-1] == '"', data
names = {"n": 10, "r": 13, "t": 9, "\\": 92, '"': 34}
got = re.sub(r'\\(x[0-9a-f]{2}|.)', lambda m: chr(int(m[1][1:], 16) if m[1][0] == "x" and len(m[1]) == 3 else names[m[1]]), data[1:-1])
assert [ord(c) for c in got] == list(range(256)), got
END
}

@test "-s cuts the data, -n names the program, -p tells of poll" {
  socktrace -o trace -s 3 -n 'the server' -p "$CALLS" </dev/null >/dev/null
  whole_trace trace
  has trace $'\t10\t10\t10\t-\t-\t"012"$'
  same 'the\x20server' "$(cut -f 7 trace | sort -u)"
  has trace $'\tstart\t.*\t"'"$CALLS"'"$' # the command line is no data
  has trace $'\tpoll\t.*\ttimeout=10 fds=3:IN,4:IN|OUT ready=4:OUT\t-$'
  rm trace
  socktrace -o trace "$CALLS" </dev/null >/dev/null
  ! grep -q $'\tpoll\t' trace
}

@test "-s with more than a line's worth" {
  cat >long.py <<'END'
import socket
a, b = socket.socketpair()
a.send(b"\0" * 30000)
END
  socktrace -o trace -s 30000 python3 long.py
  whole_trace trace
  same "$((4 * 30000 + 2))" "$(awk -F '\t' '$8 == "send" && $2 != "begin" { print length($20) }' trace)"
}

@test "many threads and programs write whole lines into one file" {
  cat >many.py <<'END'
import socket, threading
def talk():
    a, b = socket.socketpair()
    for i in range(200):
        a.send(b"x" * 100); b.recv(1000)
threads = [threading.Thread(target=talk) for _ in range(8)]
for t in threads: t.start()
for t in threads: t.join()
END
  local i pids=()
  for i in 1 2 3 4; do
    socktrace -o trace -n "p$i" python3 many.py 3>&- 4>&- &
    pids+=($!)
  done
  wait "${pids[@]}"
  whole_trace trace
  for i in 1 2 3 4; do
    same '1600 1600' "$(awk -F '\t' -v name="p$i" '$2 == "end" && $7 == name { n[$8]++ }
      END { print n["send"], n["recv"] }' trace)"
  done
  # Each socket's offsets are 0, 100, 200, ... without a gap.
  same '' "$(awk -F '\t' '$2 == "end" && $8 == "send" { if ($14 != n[$7 $11] + 0) print; n[$7 $11] += $16 }' trace)"
}

@test "a process that is killed is told of, and the call that it was in" {
  start server "$TRACER" -o trace "$BIN_DIR/$SERVER" 0
  eventually grep -q $'\tbegin\t.*\taccept\t' trace
  kill -KILL "$PID"
  wait "$PID" || true
  eventually grep -q $'\tnote\t.*\tkilled\t' trace
  has trace $'^S1\tnote\t.*\t'"$PID"$'\t'"$PID"$'\ttcp-upper-server\tkilled\t.*\tin=accept\t-$'
}

@test "start, fork, exit: the life of the processes" {
  socktrace -o trace "$CALLS" </dev/null >/dev/null
  same 'start fork exit3 fork start inherit inherit exit4 exit0' "$(awk -F '\t' '$2 == "note" {
    printf "%s%s", s, $8 ($8 == "exit" ? $17 : ""); s = " " }' trace)"
}

@test "the state's file and the watcher go when the program goes" {
  export TMPDIR=$PWD/state
  mkdir "$TMPDIR"
  socktrace -o trace "$CALLS" </dev/null >/dev/null
  eventually is_empty "$TMPDIR"
  socktrace /dev/null 2>/dev/null || true
  socktrace -o /nonexistent/file true 2>/dev/null || true
  (ulimit -n 6; socktrace true 2>/dev/null) || true
  eventually is_empty "$TMPDIR"
}

@test "who reads its stderr to the end before asking how the program ended is not kept waiting" {
  local options
  for options in '' '-o trace'; do
    # shellcheck disable=SC2086
    timeout "$PATIENCE" python3 -c '
import subprocess, sys
for end, status in ("sys.exit(3)", 3), ("os.kill(os.getpid(), 9)", -9):
    program = [sys.executable, "-c", "import os, socket, sys; socket.socket().close(); " + end]
    got = subprocess.run(sys.argv[1:] + program, capture_output=True).returncode
    assert got == status, (end, got)' "$TRACER" $options
  done
}

@test "SOCKTRACE in the environment is -o; empty, it is nothing" {
  SOCKTRACE=trace socktrace "$CALLS" </dev/null >/dev/null 2>err
  same '' "$(cat err)"
  whole_trace trace
  SOCKTRACE='' run_split "$TRACER" "$CALLS"
  has split.err '^socket('
}

# ---- what cannot be watched ----

@test "a program that cannot be watched is named, on stderr and in the trace, and runs" {
  printf '#include <stdio.h>\nint main(void) { puts("ran"); return 5; }\n' >ran.c
  "${CC:-cc}" -o dynamic ran.c
  if "${CC:-cc}" -static -o static ran.c 2>/dev/null; then
    unwatched static "statically linked" ./static
    printf '#!%s\n' "$PWD/static" >script
    chmod +x script
    unwatched script "statically linked" ./script
    unwatched static "statically linked" sh -c 'true; ./static; exit 5'
  fi
  unwatched dynamic "without LD_PRELOAD" env -i ./dynamic
  if [ "$(id -u)" = 0 ]; then
    cp dynamic setuid
    chown 65534 setuid
    chmod 4755 setuid
    unwatched setuid "set-user-ID" ./setuid
  fi
}

@test "a program that does not load the library is named, also if its file shows no reason" {
  # Its loader is one that knows nothing of LD_PRELOAD: it ends at once, with status 5.
  [ "$(uname -ms)" = 'Linux x86_64' ] || skip "the loader is written for x86-64"
  echo 'void _start(void) { __asm__ volatile("syscall" : : "a"(60), "D"(5)); }' >loader.c
  "${CC:-cc}" -static -nostdlib -fno-stack-protector -o loader loader.c
  echo 'int main(void) { return 0; }' >odd.c
  "${CC:-cc}" -Wl,--dynamic-linker="$PWD/loader" -o odd odd.c
  unwatched odd "did not load the library" ./odd
}

@test "a program without any socket call is named too" {
  run_split "$TRACER" true
  same 'socktrace: true made no socket call that could be watched' "$(cat split.err)"
  run_split "$TRACER" -o trace true
  same '' "$(cat split.err)"
  same 'true quiet' "$(awk -F '\t' '{ print $7, $8 }' trace)"
}

@test "a socket that goes to stdio is said to be hidden" {
  cat >stdio.c <<'END'
#include <stdio.h>
#include <sys/socket.h>
int main(void)
{
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    FILE *stream = fdopen(pair[0], "w");
    return stream == NULL || fputs("unseen", stream) == EOF || fclose(stream) == EOF;
}
END
  "${CC:-cc}" -o stdio stdio.c
  run_split "$TRACER" ./stdio
  same 0 "$status"
  has split.err 'stdio (fdopen)'
  socktrace -o trace ./stdio
  has trace $'\thidden\t3\tunix\t'
}

# ---- the command line ----

@test "bad input is one clear line, with its own status" {
  touch plain-file
  bad 127 'socktrace: run nosuch-program: No such file or directory (ENOENT)' nosuch-program
  bad 126 'socktrace: run ./plain-file: Permission denied (EACCES)' ./plain-file
  bad 1 'socktrace: open /nonexistent/file: No such file or directory (ENOENT)' -o /nonexistent/file true
  bad 1 'socktrace: open .: Is a directory (EISDIR)' -o . true
  bad 2 'socktrace: no COMMAND given: see socktrace --help'
  bad 2 'socktrace: option -x is unknown: see socktrace --help' -x true
  bad 2 'socktrace: option -o needs an argument: see socktrace --help' -o
  bad 2 'socktrace: -s many: not a number of bytes from 0 to 1000000' -s many true
  bad 2 'socktrace: -s -1: not a number of bytes from 0 to 1000000' -s -1 true
}

@test "--help is the synopsis, --version the version, options end at COMMAND" {
  need mandoc col
  run_split "$TRACER" --help
  same 0 "$status"
  same "usage: $(mandoc -T ascii "$ROOT/docs/man/socktrace.1" | col -b |
    sed -n '/^SYNOPSIS/{n;s/^ *//p;}')" "$(sed 1q split.out)"
  same '' "$(cat split.err)"
  run_split "$TRACER" --version
  same 'socktrace (Both Ends) 1.0' "$(cat split.out)"
  run_split "$TRACER" -o trace echo -n -o --help
  same '-o --help' "$(cat split.out)"
}

@test "in a folder whose name has a space; with a colon it says that it cannot" {
  mkdir -p 'a folder/bin' 'a:b/bin'
  cp -r "$BIN_DIR/../lib" 'a folder/'
  cp -r "$BIN_DIR/../lib" a:b/
  cp "$BIN_DIR/socktrace" 'a folder/bin/'
  cp "$BIN_DIR/socktrace" a:b/bin/
  timeout "$PATIENCE" 'a folder/bin/socktrace' python3 -c 'import socket, subprocess; socket.socket(); subprocess.run(["python3", "-c", "import socket; socket.socket()"])' 2>seen
  same 2 "$(grep -c 'socket(' seen)"
  run timeout "$PATIENCE" a:b/bin/socktrace true
  same 1 "$status"
  [[ $output == *'a path with a colon cannot be preloaded: move the programs' ]]
}
