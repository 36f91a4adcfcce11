#!/usr/bin/env bats
# sockfault: each fault as sockfault(1) has it, seen from inside a disturbed process (sockfault-probe.py) and
# with programs that are wrong on purpose (bad/): they pass alone, and fail under the fault.
# slow
load helper

PROBE=$BATS_TEST_DIRNAME/sockfault-probe.py
BAD=$BATS_TEST_DIRNAME/bad

fault() { timeout "$PATIENCE" "$BIN_DIR/sockfault" "$@"; }

# probe FAULTS CASE [ARG...]: the case's lines in $output, sockfault's own words in err probe
probe() {
  local faults=$1
  shift
  # shellcheck disable=SC2086 # the faults may have options before them
  # Into a file: a child that hangs must not keep this test waiting for the end of a pipe.
  run bash -c '"$@" >probe.out 2>probe.err' - timeout -k 5 "$PATIENCE" "$BIN_DIR/sockfault" $faults python3 "$PROBE" "$@"
  [ "$status" -eq 0 ] || { cat probe.err probe.out >&2; return 1; }
  run cat probe.out
}

# The dice of sockfault(1), written a second time from its page: dice EXPRESSION, with throw(seed, fault, n),
# then(seed, fault, n, kind): does a fault that strikes now and then strike its n-th call?
dice() {
  python3 -c "
FAULTS = 'short byte eintr drop dup reorder delay jitter slow refuse rst emfile wouldblock'.split()
KINDS = 'accept connect receive send wait'.split()
def throw(seed, fault, n):
    z = (seed + 0x9e3779b97f4a7c15 * (13 * n + FAULTS.index(fault) + 1)) % 2**64
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 % 2**64
    z = (z ^ z >> 27) * 0x94d049bb133111eb % 2**64
    return z ^ z >> 31
def then(seed, fault, n, kind):
    return n == 0 or throw(seed, fault, 5 * n + KINDS.index(kind)) % 100 < 25
print($1)"
}

# A peer that nobody disturbs: answers each line in upper case, pausing before the last byte.
upper_peer() {
  start peer python3 -c "
import socket, time
server = socket.create_server(('127.0.0.1', 0))
print('listening on 127.0.0.1 port', server.getsockname()[1], flush=True)
while True:
    end = server.accept()[0]
    try:
        for line in end.makefile('rb'):
            end.sendall(line.upper())
    except OSError:
        pass
    end.close()"
  eventually grep -qE ' port [0-9]+$' peer.out
  PORT=$(sed -n 's/.* port //p' peer.out)
}

udp_peer() {
  start peer python3 -c "
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('127.0.0.1', 0))
print('listening on 127.0.0.1 port', server.getsockname()[1], flush=True)
while True:
    question, sender = server.recvfrom(2000)
    print(question, flush=True)
    server.sendto(question + b' it is', sender)"
  eventually grep -qE ' port [0-9]+$' peer.out
  PORT=$(sed -n 's/.* port //p' peer.out)
}

# ---- the command line --------------------------------------------------------------------------

@test "--help and --version" {
  run fault --help
  same 0 "$status"
  same 'usage: sockfault [-q] [-s SEED] FAULT[,FAULT...] COMMAND [ARG...]' "${lines[0]}"
  run fault --version
  same 0 "$status"
  [[ $output == 'sockfault (Both Ends) '[0-9]* ]]
}

# wrong STATUS WORDS ARG...: one line on stderr, that status, and WORDS in the line
wrong() {
  local expected=$1 words=$2
  shift 2
  output=$(fault "$@" 2>&1) && status=0 || status=$?
  same "$expected" "$status"
  same 1 "$(grep -c '' <<<"$output")"
  [[ $output == sockfault:* && $output == *"$words"* ]] || { echo "no '$words' in: $output" >&2; return 1; }
}

@test "a wrong command line is one line that names the place, and status 2" {
  wrong 2 "usage: sockfault"
  wrong 2 "no command" short
  wrong 2 "no option -x" -x short true
  wrong 2 "-s" -s
  wrong 2 "-s" -s one short true
  wrong 2 "-s" -s -1 short true
  wrong 2 "fault 1, 'udp-ping': is not one of short, byte" udp-ping -c 20
  wrong 2 "fault 2, 'shrt'" short,shrt true
  wrong 2 "fault 2, ''" short, true
  wrong 2 "fault 1, ''" '' true
  wrong 2 "fault 1, 'short=1': takes no value" short=1 true
  wrong 2 "options stand before the faults" short -q true
  for bad in drop drop= drop=30 drop=101% drop=-1% drop=%  drop=3%% drop=0x1% drop=1e1% drop=99999999999999999999%; do
    wrong 2 "fault 2, '$bad': wants a percentage" "eintr,$bad" true
  done
  for bad in delay=50 delay=ms delay=-5ms delay=3601s delay=3600001ms delay=5m; do
    wrong 2 "fault 1, '$bad': wants a time" "$bad" true
  done
  for bad in slow=0 slow=1k slow=-1 slow=2000000000; do wrong 2 "fault 1, '$bad': wants bytes" "$bad" true; done
  for bad in emfile emfile=x emfile=-1 emfile=1.5; do wrong 2 "fault 1, '$bad': wants a number" "$bad" true; done
  wrong 2 "jitter" jitter=20ms true
}

@test "what is right is accepted, in any number and order" {
  run fault -q -s 9223372036854775807 short,byte,eintr,drop=0%,dup=100%,reorder,jitter=1s,delay=3600s,slow=1 true
  same 0 "$status"
  run fault -s 0 refuse,rst,emfile=0,wouldblock,drop=007% true
  same 0 "$status"
  same "" "$output"
}

@test "status 127 for a missing command, 126 for one that cannot be run; each is named" {
  wrong 127 "no-such-command: no such command (ENOENT)" short no-such-command
  wrong 127 "./no-such-command" short ./no-such-command
  echo text >plain
  wrong 126 "./plain: " short ./plain
  mkdir folder
  wrong 126 "./folder: " short ./folder
  run fault short sh -c 'exit 7'
  same 7 "$status"
  printf 'exit 9\n' >script && chmod +x script
  run fault short ./script
  same 9 "$status"
}

@test "a program that cannot be disturbed is named, and not run" {
  echo '#include <stdio.h>
int main(void) { puts("I ran"); }' >still.c
  "${CC:-cc}" -static still.c -o still 2>cc.err || skip "no static C library"
  ./still
  wrong 126 "./still: cannot be disturbed: it is statically linked" short ./still
  printf '#! %s/still\n' "$PWD" >script && chmod +x script
  wrong 126 "./script: cannot be disturbed: it is statically linked" short ./script
  "${CC:-cc}" still.c -o still
  fault short ./still
  [ "$(id -u)" -eq 0 ] || skip "only root can make a program of somebody else"
  chown 65534 still && chmod 4755 still
  wrong 126 "set-user-ID" short ./still
}

@test "the library is found from a link, through PATH, and from a folder with a blank" {
  upper_peer
  for name in "$BIN_DIR/sockfault" sockfault; do
    PATH=$BIN_DIR:$PATH run timeout "$PATIENCE" "$name" -q byte python3 "$BAD/one-recv.py" "$PORT"
    same H "$output"
  done
  mkdir -p "a folder/bin" "a folder/lib"
  cp "$BIN_DIR/sockfault" "a folder/bin/"
  cp "$BIN_DIR"/../lib/libsockfault.* "a folder/lib/"
  run timeout "$PATIENCE" "a folder/bin/sockfault" -q byte python3 "$BAD/one-recv.py" "$PORT"
  same H "$output"
}

@test "process, arguments, stdin, stdout and exit status are the command's own" {
  run bash -c 'printf in | "$@"' - "$BIN_DIR/sockfault" short sh -c 'cat; echo " $0 $1" "$#"; exit 3' 'a b' ''
  same 3 "$status"
  same "in a b  1" "$output"
  run bash -c 'echo $$; exec "$@"' - "$BIN_DIR/sockfault" short sh -c 'echo $$'
  same "${lines[0]}" "${lines[1]}"
}

# ---- datagrams ---------------------------------------------------------------------------------

@test "drop: the datagrams that the page's dice choose, the same each time, whatever the time" {
  for seed in 0 1 4242 9223372036854775807; do
    expected=$(dice "*[n for n in range(40) if throw($seed, 'drop', n) % 100 >= 30]")
    probe "-q -s $seed drop=30%" datagrams 40
    same "$expected" "$output"
    same "" "$(cat probe.err)"
  done
  probe "-s 4242 drop=30%" datagrams 10 0.03
  same "$(dice "*[n for n in range(10) if throw(4242, 'drop', n) % 100 >= 30]")" "$output"
  probe "-q drop=0%" datagrams 10
  same "0 1 2 3 4 5 6 7 8 9" "$output"
  probe "-q drop=100%" datagrams 10
  same "" "$output"
  # without -s the seed is 0
  probe "-q drop=30%" datagrams 40
  same "$(dice "*[n for n in range(40) if throw(0, 'drop', n) % 100 >= 30]")" "$output"
}

@test "drop says which datagram was lost, on the way to whom" {
  probe "drop=100%" datagrams 2
  same 2 "$(grep -c '' probe.err)"
  grep -qE '^sockfault: drop: sendto\([0-9]+\): datagram 2 \(1 byte to 127\.0\.0\.1 port [0-9]+\) is lost$' probe.err
}

@test "every call that sends a datagram is disturbed; threads share one count" {
  probe "-q drop=100%" datagram_calls
  same "$(printf '%s\n' sendto send write writev sendmsg)" "$output"
  probe "-q dup=100%" datagram_calls
  same "$(printf '%s\n' "sendto a a b b c c" "send a a b b c c" "write a a b b c c" \
    "writev a! a! b! b! c! c!" "sendmsg a? a? b? b? c? c?")" "$output"
  probe "-q drop=30%" threads
  same "$(dice "sum(throw(0, 'drop', n) % 100 >= 30 for n in range(100))")" "$output"
}

@test "dup: the datagrams that the dice choose arrive twice" {
  probe "-q -s 7 dup=40%" datagrams 20
  same "$(dice "*[n for n in range(20) for _ in range(2 if throw(7, 'dup', n) % 100 < 40 else 1)]")" "$output"
}

@test "reorder: the first and then some are overtaken by one, and none is lost" {
  for seed in 0 11; do # with these the last one is not held back
    expected=$(dice "*(lambda held: sorted(range(27), key=lambda n: n + 1.5 * (n in held)))(
      [n for n in range(27) if then($seed, 'reorder', n, 'send')
       and not (n > 0 and then($seed, 'reorder', n - 1, 'send'))])")
    probe "-q -s $seed reorder" datagrams 27
    same "$expected" "$output"
  done
  # one that nobody overtakes leaves at last, while the program waits for it
  probe "-q reorder" datagrams 1 0 2.5
  same 0 "$output"
  # delayed as well
  probe "-q -s 11 reorder,delay=20ms" datagrams 27
  same "$expected" "$output"
}

@test "delay and jitter: a datagram leaves so much later, and sendto does not wait for it" {
  probe "-q delay=50ms,jitter=20ms" delays 6
  i=0
  for expected in $(dice "*[50 - 20 + throw(0, 'jitter', n) % 41 for n in range(6)]"); do
    took=${lines[i++]}
    # never earlier (but for rounding); later only as far as the machine is busy
    [ "$took" -ge $((expected - 1)) ] && [ "$took" -le $((expected + 1000)) ] ||
      { echo "datagram $i: $took ms instead of $expected" >&2; return 1; }
  done
  probe "delay=200ms" delays 1
  [ "$output" -ge 199 ]
  grep -q 'goes out in 200 ms' probe.err
}

@test "a late datagram still goes out when its socket is closed, and the program ends" {
  udp_peer
  for end in exit _exit fork; do
    probe "-q delay=500ms" late "$end" "$PORT"
    same "sendto came back at once" "$output"
  done
  eventually grep -q late peer.out
  sleep 0.1 # a fourth would be here by now: the child must not send its parent's a second time
  same 3 "$(grep -c late peer.out)"
}

@test "late datagrams of threads and of forked children are all sent, once" {
  for faults in delay=20ms,jitter=10ms reorder,delay=3ms; do
    probe "-q $faults" forks
    same 110 "$output"
  done
}

@test "a child that is forked just when the first late datagram is sent is not stuck" {
  need cc
  # What pthread_atfork(3) calls in glibc takes its time, in a thread. Elsewhere this test finds nothing.
  printf '%s\n' '#define _GNU_SOURCE' '#include <dlfcn.h>' '#include <unistd.h>' \
    'int __register_atfork(void (*a)(void), void (*b)(void), void (*c)(void), void *d) {' \
    '  int (*real)(void (*)(void), void (*)(void), void (*)(void), void *) = dlsym(RTLD_NEXT, "__register_atfork");' \
    '  if (gettid() != getpid()) usleep(300000);' '  return real(a, b, c, d); }' >slow.c
  cc -shared -fPIC -o slow.so slow.c -ldl
  ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$PWD/slow.so probe "-q delay=5ms" first_forks
  same 6 "$output"
}

@test "late datagrams take no descriptor that the program would have got" {
  probe "-q delay=300ms" descriptors
  with=$output
  same "$(python3 "$PROBE" descriptors)" "$with"
}

@test "what the system itself refuses, it refuses under every fault of datagrams" {
  expected=$(python3 "$PROBE" udp_errors)
  for faults in drop=100% dup=100% reorder delay=10ms; do
    probe "-q $faults" udp_errors
    same "$expected" "$output"
  done
}

# ---- streams -----------------------------------------------------------------------------------

@test "short: every call moves half, at least a byte" {
  probe "-q short" short_calls
  same "$(printf '%s 4 abcd\n' send write writev sendmsg sendto sendfile
    printf '%s abcd ef g h then 0\n' recv read readv recvfrom recvmsg recv_into waitall)" "$output"
}

@test "byte: every call moves one byte" {
  probe "-q byte" short_calls
  same "$(printf '%s 1 a\n' send write writev sendmsg sendto sendfile
    printf '%s a b c d e f g h then 0\n' recv read readv recvfrom recvmsg recv_into waitall)" "$output"
}

@test "short and byte leave alone what must not be cut" {
  for faults in short byte; do
    probe "$faults" untouched
    same "$(python3 "$PROBE" untouched)" "$output"
  done
  probe "short" edge
  same 8 "$output"
}

@test "a call with many buffers moves all of them, if nothing was to be cut" {
  run python3 "$PROBE" many_parts
  same 0 "$status"
  alone=$output
  same 8 "$(grep -c ' 20 abcdefghijklmnopqrst$' <<<"$alone")"
  for faults in emfile=50 rst dup=0% slow=100000; do
    probe "-q $faults" many_parts
    same "$alone" "$output"
  done
}

@test "short says how much it left for the next call" {
  probe short short_calls
  grep -qE '^sockfault: short: send\([0-9]+\) moved 4 of 8 bytes; the rest is for the next call$' probe.err
  probe byte short_calls
  grep -qE '^sockfault: byte: recv\([0-9]+\) moved 1 of 8 bytes' probe.err
}

@test "nothing is lost or reordered in a stream, however it is disturbed" {
  probe "-q short" big 3000000
  same whole "$output"
  probe "-q byte" big 3000
  same whole "$output"
  probe "-q eintr,short,slow=1000000,wouldblock" big 100000
  same whole "$output"
}

@test "eintr: the first call of each kind, then as the dice say; nothing is taken by it" {
  probe "-q -s 3 eintr" eintr
  row() { sed -n "s/^$1 //p" <<<"$output"; }
  for kind in connect accept send receive wait; do
    row=$(row "$kind")
    expected=$(dice "''.join('.x'[then(3, 'eintr', n, '$kind')] for n in range(${#row}))")
    same "$kind $expected" "$kind $row"
  done
  same "0 0 0 0 0" "$(row SO_ERROR)"
  same "............" "$(row 'not waiting')"
  same "............" "$(row 'not blocking')"
}

@test "eintr: an interrupted connect goes on by itself, as POSIX has it" {
  probe eintr connect_again
  same "$(printf '%s\n' "blocking True True" "connect EINTR" "blocking True" "writable True" "SO_ERROR 0" \
    "same peer True" "refused ECONNREFUSED")" "$output"
  grep -qE 'eintr: connect\([0-9]+\) interrupted \(EINTR\), it goes on by itself: poll, read SO_ERROR$' probe.err
}

@test "wouldblock: non-blocking calls now and then, blocking ones never" {
  probe "-q -s 5 wouldblock" wouldblock
  for kind in accept send; do
    row=$(sed -n "s/^$kind //p" <<<"$output")
    same "$(dice "''.join('.x'[then(5, 'wouldblock', n, '$kind')] for n in range(${#row}))")" "$row"
  done
  grep -q '^blocking 1$' <<<"$output"
  grep -q '^dontwait True$' <<<"$output"
}

@test "refuse: connect fails for TCP, and nobody is asked" {
  probe refuse refuse
  same "$(printf '%s\n' "tcp ECONNREFUSED" "udp 0" "queue []")" "$output"
  grep -qE '^sockfault: refuse: connect\([0-9]+\) to 127.0.0.1 port [0-9]+ is refused \(ECONNREFUSED\)' probe.err
}

@test "emfile=3: three sockets at a time, and no more" {
  probe emfile=3 emfile
  same "$(printf '%s\n' "socket EMFILE" "accept EMFILE" "socketpair 1" "after a close True" \
    "and again True")" "$output"
  grep -q 'EMFILE): 3 sockets are open$' probe.err
}

@test "rst: close, the end of the program and its death reset the connection" {
  for how in close exit kill; do
    probe "-q rst" reset "$how"
    same "1 ECONNRESET" "$output"
    run python3 "$PROBE" reset "$how"
    same "1 0" "$output"
  done
  # also of a connection that somebody else has made
  run python "
import subprocess
server = create_server(('127.0.0.1', 0))
client, end = create_connection(server.getsockname()), server.accept()[0]
subprocess.run(['$BIN_DIR/sockfault', '-q', 'rst', 'python3', '$PROBE', 'inherited', str(client.fileno())],
               pass_fds=[client.fileno()], check=True)
client.close()
try:
    print(end.recv(10))
except ConnectionResetError:
    print('reset')"
  same reset "$output"
  probe rst reset close
  grep -qE '^sockfault: rst: close\([0-9]+\) resets the connection to 127.0.0.1 port' probe.err
}

@test "slow: so many bytes a second, in both directions" {
  probe "-q slow=1000" slow 700
  sent=$(sed -n 's/^sent 700 in \(.*\) s$/\1/p' <<<"$output")
  received=$(sed -n 's/^received 700 in \(.*\) s$/\1/p' <<<"$output")
  python3 -c "assert 0.7 <= $sent < 5 and 0.7 <= $received < 5, ($sent, $received)"
  probe "-q slow=40" slow_parts
  same "10 abcdefghij" "$output"
  probe "-q slow=1000" slow 700
  # a non-blocking call comes back with the bytes of a tenth of a second
  grep -q '^non-blocking 100$' <<<"$output"
}

@test "a stderr that has become a connection gets no word of ours" {
  probe short hide_stderr
  same abcdefgh "$output"
}

# ---- programs that are wrong on purpose, and their cures -----------------------------------------

# verdict NAME FAULT [-DFIXED]: ok or bad, by status and by what the client printed
verdict() {
  local expected="HELLO, WORLD" name=$1 faults=$2
  if [ ! -x "$name$3" ]; then
    "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra ${3:+"$3"} "$BAD/$name.c" -o "$name$3"
  fi
  if [ -n "$faults" ]; then
    run timeout 3 "$BIN_DIR/sockfault" -q "$faults" "./$name$3" "$PORT"
  else
    run timeout 3 "./$name$3" "$PORT"
  fi
  [ "$name" != next-reply ] || expected=$(printf '%s\n' "1: 1 it is" "2: 2 it is" "3: 3 it is" "4: 4 it is" "5: 5 it is")
  if [ "$status" -eq 0 ] && [ "$output" = "$expected" ]; then echo ok; else echo bad; fi
}

# found NAME FAULT: the bad one passes alone and fails under the fault, the cured one passes both times
found() {
  same "$1 ok" "$1 $(verdict "$1" '' '')"
  same "$1 under $2 bad" "$1 under $2 $(verdict "$1" "$2" '')"
  same "$1 cured ok" "$1 cured $(verdict "$1" '' -DFIXED)"
  same "$1 cured under $2 ok" "$1 cured under $2 $(verdict "$1" "$2" -DFIXED)"
}

@test "one recv taken for the message is found by short and byte" {
  upper_peer
  found one-recv short
  found one-recv byte
}

@test "an unchecked send is found by short and byte" {
  upper_peer
  found unchecked-send short
  found unchecked-send byte
}

@test "no EINTR is found by eintr" {
  upper_peer
  found no-eintr eintr
}

@test "EAGAIN taken for the end is found by wouldblock" {
  upper_peer
  found eagain-is-end wouldblock
}

@test "the next datagram taken for the answer is found by drop and dup" {
  udp_peer
  found next-reply drop=30%
  found next-reply dup=50%
}

@test "one send and one recv in Python are found by short and byte" {
  upper_peer
  run python3 "$BAD/one-recv.py" "$PORT"
  same "HELLO, WORLD" "$output"
  for faults in short byte; do
    run fault -q "$faults" python3 "$BAD/one-recv.py" "$PORT"
    [ "$output" != "HELLO, WORLD" ]
    run fault -q "$faults" python3 "$BAD/one-recv.py" "$PORT" fixed
    same "HELLO, WORLD" "$output"
  done
}

@test "a server that EMFILE ends is found by emfile" {
  upper_peer # only to compile nothing: its port is not used
  for word in '' fixed; do
    start "server$word" "$BIN_DIR/sockfault" -q emfile=2 python3 "$BAD/dies-of-emfile.py" $word
    server=$PID
    eventually grep -qE ' port [0-9]+$' "server$word.out"
    PORT=$(sed -n 's/.* port //p' "server$word.out")
    # one client is served while a second one waits in the queue; then the second one is served
    # shellcheck disable=SC2086
    python "
try:
    first = create_connection((host, port)); first.sendall(b'a\n')
    # the one that EMFILE ends may be gone even before it has answered the first
    assert first.recv(10) == b'A\n' or not arg
    second = create_connection((host, port)); second.sendall(b'b\n')
    time.sleep(0.3)
    first.close()
    print(second.recv(10))
except OSError:
    print('nothing')" $word >answer
    if [ -z "$word" ]; then
      eventually bash -c "! kill -0 $server 2>/dev/null"
      if grep -q "b'B" answer; then return 1; fi
    else
      same "b'B\\n'" "$(cat answer)"
      alive "$server"
    fi
  done
}

# ---- together with the other instruments ---------------------------------------------------------

@test "socktrace sees what the program sees, whichever of the two comes first" {
  [ -x "$BIN_DIR/socktrace" ] || skip "socktrace is not built"
  cat >three.py <<'END'
import socket
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in b"a", b"b", b"c":
    sender.sendto(i, receiver.getsockname())
print(receiver.recv(9), receiver.recv(9))
END
  expected=$(dice "'b\'%s\' b\'%s\'' % tuple(c for n, c in enumerate('abc') if throw(0, 'drop', n) % 100 >= 30)")
  timeout "$PATIENCE" "$BIN_DIR/sockfault" drop=30% "$BIN_DIR/socktrace" python3 three.py >inner.out 2>inner.err
  timeout "$PATIENCE" "$BIN_DIR/socktrace" "$BIN_DIR/sockfault" drop=30% python3 three.py >outer.out 2>outer.err
  for order in inner outer; do
    same "$expected" "$(cat $order.out)"
    same 3 "$(grep -c '^sendto([0-9]*, "[abc]") = 1 ' $order.err)" # the lost one too: the program was told so
    same 1 "$(grep -c '^sockfault: drop: .*datagram 2 ' $order.err)"
    # none of the calls by which sockfault itself looks at sockets
    same 0 "$(grep -cE 'getsockopt|SO_TYPE|fcntl' $order.err)"
  done
}
