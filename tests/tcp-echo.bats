#!/usr/bin/env bats
# The echo pair over TCP. There are five servers, and what one promises, all promise: each test of a
# server runs for all of them, side by side. SERVER=tcp-echo-server-polled tests that one alone, and
# SERVER_CMD anybody's.
# threads
load helper
if [ -n "${SERVER_CMD:-}" ]; then
  SERVERS=${SERVERS:-${SERVER:-foreign}}
else
  SERVERS=${SERVERS:-${SERVER:-tcp-echo-server tcp-echo-server-forked tcp-echo-server-threaded tcp-echo-server-pooled tcp-echo-server-polled}}
fi
export SERVERS # bats reads this file again for each test, with the environment of the first time
SERVER='' CLIENT=tcp-echo-client

# each COMMAND...: runs it for every server, each in a folder of its own, and shows what failed.
each() {
  local server failed=0 jobs=()
  for server in $SERVERS; do
    mkdir -p "$server"
    (
      trap - DEBUG RETURN
      cd "$server" || exit
      SERVER=$server PIDS=()
      trap 'code=$?; trap - EXIT; teardown || code=1; exit $code' EXIT
      trap 'echo "failed: $BASH_COMMAND"' ERR
      set -eE
      "$@"
    ) >"$server/said" 2>&1 3>&- 4>&- &
    jobs+=("$!")
  done
  for server in $SERVERS; do
    wait "${jobs[0]}" || { failed=1 && echo "--- $server:" && cat "$server/said"; } >&2
    jobs=("${jobs[@]:1}")
  done
  return "$failed"
}

# several: whether this server has room for a second client beside the first.
several() { [ "$SERVER" != tcp-echo-server ]; }

one_message() {
  server
  run client <<<'hello'
  answered
  replies hello "$output"
  quiet server
}
# grade server message 3: A message comes back.
# hint: socket, bind to {port}, listen, accept; then send back what recv has given.
# grade client message 3: It sends the message that is typed, and shows the echo.
# hint: socket, connect to {host} and {port}, read a line, send it, receive the echo, show it.
@test "a message comes back, and both stderrs stay empty" { each one_message; }

byte_for_byte() {
  server
  printf 'one\n\ntwo words\n\tgrößer \377\n%01500d\nno newline' 7 >input
  client <input >output
  replies "$(cat input)" "$(cat output)"
  [ -n "${CLIENT_CMD:-}" ] || cmp output input
}
# grade client more 2 after message: It goes on, message by message over one connection, until the end of its input.
# hint: read, send and receive stand in a loop; connect stands before it, close behind it.
@test "the client goes on until the end of its input, byte for byte" { each byte_for_byte; }

log() {
  server
  client <<<"it's me" >/dev/null
  eventually grep -q 'closed connection' server.out
  local peer
  peer=$(sed -n 's/^\.\.\.connected from: //p' server.out)
  same "$(printf '%s\n' "...connected from: $peer" "$peer recv: 'it\\'s me\\n'" "$peer sent: 'it\\'s me\\n'" \
    "$peer - closed connection")" "$(grep -F "$peer" server.out)"
  same "$(printf '%s\n' "$SERVER: listening on 127.0.0.1 port $PORT" \
    "in another terminal: $BIN_DIR/tcp-echo-client 127.0.0.1 $PORT" \
    "waiting for connection... listening on port $PORT")" "$(head -n 3 server.out)"
  # Before each wait: one more than there were clients; of a pool, each thread has its own.
  local waits=2
  [ "$SERVER" != tcp-echo-server-pooled ] || waits=5
  eventually grep_count "$waits" "^waiting for connection... listening on port $PORT\$" server.out
  same $((waits + 6)) "$(wc -l <server.out)"
}
grep_count() { [ "$(grep -c "$2" "$3")" = "$1" ]; }
@test "the log tells the whole conversation in the lecture's words" { undisturbed && ours server && each log; }

quiet_log() {
  server -q
  for words in hello close; do client <<<$words >/dev/null; done
  survives
  same "$SERVER: listening on 127.0.0.1 port $PORT" "$(out server)"
}
@test "-q leaves the first line only" { ours server && each quiet_log; }

families() {
  server -6
  HOST=::1
  same hello "$(client <<<hello)"
  SERVER_NAME=all server -b '*'
  for HOST in 127.0.0.1 ::1 localhost; do same "hello $HOST" "$(client <<<"hello $HOST")"; done
  SERVER_NAME=six server -6 -b '*'
  HOST=::1
  same hello "$(client <<<hello)"
  HOST=127.0.0.1 # with -6 it has no IPv4 address, though :: could stand for both
  never client <<<hello 2>refused
  grep -q '(ECONNREFUSED)' refused
  eventually grep -q '^127\.0\.0\.1:[0-9]* recv' all.out
  eventually grep -q '^\[::1\]:[0-9]* recv' all.out
  for option in -4 -6; do
    SERVER_NAME=one$option server $option
    HOST=localhost
    for order in '::1 127.0.0.1' '127.0.0.1 ::1'; do same hello "$(with_localhost "$order" client <<<hello)"; done
  done
}
@test "the pair meets on ::1, on localhost whatever comes first, and on -b * over IPv4 and IPv6" { ours server && each families; }

# --- close ---

closes() {
  server
  python '
def session(*messages, ends, answered=None):
    s = create_connection((host, port))
    s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    for message in messages:
        s.sendall(message)
        got = b""
        while len(got) < len(message) and (piece := s.recv(100)): got += piece
        want = message if answered is None or message != messages[-1] else answered
        assert got == want, (messages, got)
    if ends: assert s.recv(100) == b"", (messages, "goes on")
    else: s.sendall(b"?"); assert s.recv(100) == b"?", messages
for end in (b"", b"\n", b"\r\n"): session(b"close" + end, ends=True)
session(b"first\n", b"close", ends=True)
session(b"no newline", b"close", ends=True)
session(b"first\nclose\n", ends=True)
session(b"\n", b"close\n", ends=True)
session(b"clo", b"se\n", ends=True)
session(b"close\r", b"\n", ends=True)
session(*(bytes([b]) for b in b"close\n"), ends=True)
session(*(bytes([b]) for b in b"x\nclose\r\n"), ends=True)
session(b"close\nmore\n", ends=True, answered=b"close\n")
for message in (b"enclose\n", b"close the door\n", b"closed\n", b"close \n", b"Close\n", b"clos\n", b"close\0\n", b"clos\0e\n",
                b"close\rx\n", b"cl\rose\n", b"clclose\n"):
    session(message, ends=False)
    session(*(bytes([b]) for b in message), ends=False)'
}
@test "close ends the session, as a line or alone, however TCP cuts it; enclose does not" { whole && each closes; }

orderly() {
  server -q
  python '
import threading
s = create_connection((host, port))
s.sendall(b"close\n" + b"x" * 3000000); s.shutdown(SHUT_WR)
time.sleep(0.3)
got = b""
while (piece := s.recv(100)): got += piece
assert got == b"close\n", got'
  survives
}
@test "what a client still sends behind close does not destroy the echo" { bulk && each orderly; }

left_open() {
  server
  python '
s = create_connection((host, port)); s.sendall(b"close\n")
same(b"close\n", rest(s))
while "closed connection" not in open("server.out").read(): time.sleep(0.05)'
  quiet server
  survives
}
@test "after close the server closes, also if the client keeps its end open" { ours server && each left_open; }

talks_on() {
  server -q
  python '
for pause, words in ((0.3, b"x"), (0.001, b"x" * 10000)):
    s = create_connection((host, port)); s.sendall(b"close\n"); same(b"close\n", receive(s, 6))
    talk_on(s, words, pause)'
  survives
}
@test "after close the server closes, also if the client goes on talking" { ours server && each talks_on; }

basics() {
  server -q
  python '
s = create_connection((host, port)); at_once(s)
if arg[0] == "exact":
    s.sendall(b"hello\n"); same(b"hello\n", receive(s, 6)); silent(s, 0.3, "after the echo")
elif arg[0] == "bytes":
    s.sendall(b"a\x00b\xff\xfe\xc3(\n"); same(b"a\x00b\xff\xfe\xc3(\n", receive(s, 8))
elif arg[0] == "no-newline":
    s.sendall(b"hello"); same(b"hello", receive(s, 5))
elif arg[0] == "pieces":
    s.sendall(b"first half, "); time.sleep(0.2); s.sendall(b"second half\n")
    same(b"first half, second half\n", receive(s, 24))
elif arg[0] == "close":
    s.sendall(b"close\n"); same(b"close\n", rest(s))
elif arg[0] == "enclose":
    for words in (b"enclose\n", b"close the door\n"): s.sendall(words); same(words, receive(s, len(words)))
elif arg[0] == "half-close":
    s.sendall(b"last words"); s.shutdown(SHUT_WR); same(b"last words", rest(s))
elif arg[0] == "large":
    import threading
    sent = (b"abcdefghij" * 100000 + b"\n") * 10
    threading.Thread(target=lambda: s.sendall(sent), daemon=True).start()
    same(sent, receive(s, len(sent)))' "$1"
}

# grade server exact 1 after message: As many bytes come back as were sent: no NUL, no greeting, no newline more.
# hint: send exactly as many bytes as recv returned; the NUL that ends a string in C is not sent.
@test "a message comes back byte for byte, and nothing behind it" { each basics exact; }

# grade server bytes 1 after message: NULs and bytes that are no text come back, too.
# hint: what comes from a socket is bytes, not a string: no strlen(), no decode() that can fail.
@test "bytes that are no text" { each basics bytes; }

# grade server no-newline 1 after message: A message without a newline is echoed too, at once.
# hint: send back whatever recv has given; do not wait for a newline, or for more.
@test "a message without a newline" { each basics no-newline; }

# grade server pieces 2 after message: A message that comes in two segments comes back whole.
# hint: TCP is a byte stream: one send is not one recv. Go on with recv and send until recv returns 0.
@test "a message in two segments" { each basics pieces; }

# grade server close 2 after message: The message close comes back too, then the server closes the connection.
# hint: compare what came, without its newline, with close: send it back, then leave the loop and close.
@test "close is echoed, then the server closes" { each basics close; }

# grade server enclose 1 after message: A message that only contains the word does not end the session.
# hint: compare the whole line with close, not its first letters, and do not search for the word in it.
@test "enclose does not end the session" { each basics enclose; }

# grade server half-close 1 after message: When the client has finished sending, all comes back, then the server closes.
# hint: recv returns 0 when the client has finished: leave the loop, and close the connection socket.
@test "half-close: everything comes back, then the stream ends" { each basics half-close; }

# grade server large 2 after pieces: Ten megabytes come back, though no buffer holds them.
# hint: send may take only a part of the bytes: loop until all are sent (in Python: sendall).
@test "ten megabytes, larger than any one buffer" { bulk && each basics large; }

short_io() {
  UNDER=$FAULTY server -q
  python '
s = create_connection((host, port))
for words in (b"hello\n", b"abcdefghij" * 200 + b"\n"): s.sendall(words); same(words, receive(s, len(words)))'
}
# grade server short 2 after pieces: It also works when each send takes, and each recv gives, only a part.
# hint: look at what send returns: it may be less than you gave it. The rest is yours to send.
@test "forced short reads and writes of the server" { fault short && each short_io; }

at_once() {
  several || return 0
  server
  python '
clients = [create_connection((host, port)) for _ in range(4)]
for turn in range(3):
    for i, c in enumerate(clients):
        message = b"message %d from client %d\n" % (turn, i)
        c.sendall(message); same(message, receive(c, len(message)), "client %d" % i)'
}
# grade tcp-echo-server-* at-once 4 after next: Several clients are served at once, none waits for another.
# hint: your server blocks in recv of one client while another waits: give each connection a thread,
#   a process, or a place in poll.
@test "several clients at once" { each at_once; }

next_client() {
  server
  python '
first, second = create_connection((host, port)), create_connection((host, port))
first.sendall(b"one\n"); same(b"one\n", receive(first, 4))
second.sendall(b"two\n")
first.close()
same(b"two\n", receive(second, 4)); second.close()
third = create_connection((host, port)); third.sendall(b"three\n"); same(b"three\n", receive(third, 6))'
}
# grade server next 2 after message: After one client it serves the next, also one that connected meanwhile.
# hint: accept stands in an endless loop; close the connection socket, never the welcoming socket.
@test "the next client is served when the first has gone" { each next_client; }

# --- with programs that we did not write ---

netcats_ask() {
  server
  for name in $(netcats); do
    same "from a netcat" "$(nc_client "$name" <<<'from a netcat')" || { echo "$name" && false; }
    same "$(printf 'bye\nclose')" "$(printf 'bye\nclose\n' | nc_client "$name")" || { echo "$name" && false; }
  done
}
@test "the server answers every netcat" { once; each netcats_ask; }

textbook() {
  server
  same "$(printf 'response:  I am first client.\nresponse:  2nd message\nresponse:  close\nend')" "$(python '
sock = socket(AF_INET, SOCK_STREAM)
sock.connect((host, port))
for data in ("I am first client.", "2nd message", "close"):
    sock.send(data.encode())
    print("response: ", sock.recv(1024).decode())
print("end" if sock.recv(1024) == b"" else "goes on")')"
}
@test "Python's textbook client sends no newlines and waits" { whole && each textbook; }

interleaved() {
  server
  if several; then
    python '
clients = [create_connection((host, port)) for _ in range(4)]
for turn in range(3):
    for i, c in enumerate(clients):
        message = b"message %d from client %d\n" % (turn, i)
        c.sendall(message); same(message, receive(c, len(message)), "client %d" % i)
clients[2].close()
clients[3].sendall(b"close\n"); same(b"close\n", rest(clients[3]))
for c in clients[:2]: c.sendall(b"on\n"); same(b"on\n", receive(c, 3))'
  else
    python '
first, second = create_connection((host, port)), create_connection((host, port))
first.sendall(b"one\n"); same(b"one\n", receive(first, 4))
second.sendall(b"two\n")
second.settimeout(0.5)
try: raise SystemExit("served two at once: %r" % second.recv(100))
except timeout: pass
first.close()
second.settimeout(getdefaulttimeout())
same(b"two\n", receive(second, 4))'
  fi
}
@test "several clients interleave; the iterative server lets the second wait" { each interleaved; }

megabytes() {
  server -q
  head -c 10000000 /dev/urandom >sent
  timeout "$PATIENCE" socat -t 20 - "TCP:$HOST:$PORT" <sent | cmp - sent
}
@test "ten megabytes, there and back" { bulk && need socat && each megabytes; }

# --- what every server survives ---

survives() { run client <<<'still there'; answered; same 'still there' "$output"; }

# No process stays behind a client: no zombie, and no child.
no_children() { [ -n "${SERVER_CMD:-}" ] || eventually no_child_of "$SERVER_PID"; }
no_child_of() { [ -z "$(ps -o pid= --ppid "$1")" ]; }

resets() {
  server
  python '
import struct
def reset(s): s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0)); s.close()
for words in (b"", b"mid-line", b"line\n", b"line\nmid-line", b"close\n", b"x" * 300000, b"y\n" * 150000):
    for answered in (False, True):
        s = create_connection((host, port))
        s.setblocking(False)
        try: s.send(words)
        except BlockingIOError: pass
        s.setblocking(True); s.settimeout(20)
        if answered and b"\n" in words: s.recv(1)
        reset(s)'
  survives
  no_children
}
# grade server reset 2 after next: A client that breaks off with a reset does not end the server.
# hint: recv and send fail with ECONNRESET when the client is lost, or send with EPIPE, and in C the signal
#   SIGPIPE ends the program unless it is ignored: close that connection socket and go on with the others; do not exit.
@test "survives a reset at any point" { each resets; }

leaving() {
  server
  python '
for words in (b"", b"mid-li", b"clo", b"x\n" * 1000):
    s = create_connection((host, port)); s.sendall(words); s.close()'
  survives
  no_children
}
# grade server leave 1 after next: Clients that leave without a word, in mid-line or without reading do no harm.
# hint: recv may return 0 at once; send to a client that has left fails with EPIPE, and in C the signal
#   SIGPIPE ends the program unless it is ignored.
@test "survives clients that leave: without a word, mid-line, with replies unread" { each leaving; }

never_reads() {
  server -q
  python '
lazy = [create_connection((host, port)) for _ in range(3 if arg else 1)]
for s in lazy:
    s.settimeout(0.5)
    try:
        while True: s.send(b"y" * 65535 + b"\n")
    except (timeout, ConnectionError): pass
if arg:
    other = create_connection((host, port))
    for _ in range(50): other.sendall(b"served\n"); same(b"served\n", receive(other, 7))
if arg and arg[0] != "0":
    ticks = lambda: sum(map(int, open("/proc/%s/stat" % arg[0]).read().rpartition(")")[2].split()[11:13]))
    before = ticks(); time.sleep(0.5)
    assert ticks() - before <= 10, "busy waiting"
    memory = int(open("/proc/%s/statm" % arg[0]).read().split()[1]) * 4096
    print(memory)
for s in lazy: s.close()' $(several && { [ -z "${SERVER_CMD:-}" ] && echo "$SERVER_PID" || echo 0; })
  survives
}
# grade tcp-echo-server never-reads 1 after next: A client that never reads blocks the server only while it stays connected.
# hint: send blocks when the client does not read, and fails when it has gone, in C also by the signal SIGPIPE:
#   close, and accept the next.
# grade tcp-echo-server-* never-reads 2 after at-once: Clients that never read do not keep the others waiting.
# hint: send blocks when a client does not read: only its own thread or process may wait for it.
@test "survives clients that never read, and serves the others meanwhile" { undisturbed && each never_reads; }

forgets_nothing() {
  server -q
  python '
import hashlib, random
s = create_connection((host, port))
s.setblocking(False)
sent, sums = 0, [hashlib.sha256(), hashlib.sha256()]
block = random.randbytes(65536)
end = time.time() + 1
while time.time() < end and sent < 50000000:
    try: n = s.send(block); sums[0].update(block[:n]); sent += n
    except BlockingIOError: time.sleep(0.01)
s.setblocking(True); s.settimeout(20)
s.shutdown(SHUT_WR)
got = 0
while (piece := s.recv(65536)): sums[1].update(piece); got += len(piece)
assert got == sent and sums[0].digest() == sums[1].digest(), (sent, got)'
}
@test "forgets nothing of a client that reads only at the end" { bulk && each forgets_nothing; }

odd_bytes() {
  server -q
  python '
s = create_connection((host, port))
s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
for i in range(200): s.sendall(b"z"); assert s.recv(10) == b"z"
odd = b"\0" * 3000 + bytes(range(256)) * 8 + b"\xff\xfe\xc3(\xe2\x82"
s.sendall(odd)
same(odd, receive(s, len(odd)))'
  survives
}
@test "survives a byte at a time, NULs, invalid UTF-8, lines without an end" { each odd_bytes; }

# The server waits: little of the processor for a second, one warning then (of each thread), and another.
patient() {
  local lines ticks
  lines=$(wc -l <server.err) ticks=$(ticks)
  sleep 1
  [ $(($(ticks) - ticks)) -le 20 ] # of 100
  [ $(($(wc -l <server.err) - lines)) -le 8 ]
  eventually has_lines $((lines + 1)) server.err
}
ticks() { awk '{print $14 + $15}' "/proc/$SERVER_PID/stat"; }

descriptors() {
  UNDER='prlimit --nofile=4:256' server # 0, 1, 2 and the welcoming socket
  start waiting timeout "$PATIENCE" "$BIN_DIR/$CLIENT" 127.0.0.1 "$PORT"
  eventually grep -q 'accept: .*EMFILE' server.err
  patient
  prlimit --pid "$SERVER_PID" --nofile=64:256
  survives
}
@test "out of descriptors: it warns, waits without burning the processor, and recovers" { ours server && each descriptors; }

descriptors_served() {
  [ "$SERVER" != tcp-echo-server ] || return 0
  # 0, 1, 2, the welcoming socket, and two for clients; but the parent of -forked keeps none of theirs.
  UNDER="prlimit --nofile=6:256" server
  local limit=6
  [ "$SERVER" != tcp-echo-server-forked ] || limit=4
  python '
import subprocess
served = create_connection((host, port)); served.sendall(b"a\n"); served.recv(9)
subprocess.run(["prlimit", "--pid", arg[0], "--nofile=%s:256" % arg[1]], check=True)
others = [create_connection((host, port)) for _ in range(4)]
while "EMFILE" not in open("server.err").read(): time.sleep(0.05)
times = []
for _ in range(30):
    start = time.time(); served.sendall(b"b\n"); assert served.recv(9) == b"b\n"
    times.append(time.time() - start); time.sleep(0.05)
assert sorted(times)[15] < 0.7, times # more than half of them, on a busy machine too
for s in others: s.close()' "$SERVER_PID" "$limit"
  prlimit --pid "$SERVER_PID" --nofile=64:256
  survives
}
@test "out of descriptors: those who are served do not notice" { undisturbed && ours server && each descriptors_served; }

# The limit of processes counts threads too, and does not hold for root: a user who is nobody else's.
as_somebody() {
  [ "$(id -u)" = 0 ] || skip "only root can become a user without other processes"
  need setpriv prlimit
  # It may look into any folder, as root may: the programs can lie below one that is closed, such as /root.
  BECOME="setpriv --reuid $((300000 + RANDOM)) --clear-groups --inh-caps=+dac_read_search --ambient-caps=+dac_read_search"
  SOMEBODY="$BECOME prlimit --nproc=$1:1000"
}

no_process() {
  UNDER=$SOMEBODY server
  start waiting bash -c "echo patience | timeout $PATIENCE '$BIN_DIR/$CLIENT' 127.0.0.1 $PORT"
  eventually grep -q "$1: .*EAGAIN" server.err
  patient
  same '' "$(out waiting)"
  $BECOME prlimit --pid "$SERVER_PID" --nproc=100:1000
  eventually grep -qx patience waiting.out # that client was not lost
  survives
}
@test "out of processes: -forked warns, waits, and serves the client once there is room" {
  ours server
  [[ " $SERVERS " == *' tcp-echo-server-forked '* ]] || skip "not asked for"
  as_somebody 1
  SERVERS=tcp-echo-server-forked each no_process fork
}
@test "out of threads: -threaded warns, waits, and serves the client once there is room" {
  ours server
  [[ " $SERVERS " == *' tcp-echo-server-threaded '* ]] || skip "not asked for"
  sanitized Thread && skip "ThreadSanitizer needs threads of its own"
  as_somebody 1
  SERVERS=tcp-echo-server-threaded each no_process pthread_create
}
sanitized() { nm -D "$BIN_DIR/tcp-echo-client" 2>/dev/null | grep -qi "__${1:0:1}san_init"; }

pool_short() {
  UNDER=$SOMEBODY server -t 3
  eventually grep -q 'pthread_create: .*EAGAIN' server.err
  survives # with the threads that there are
  $BECOME prlimit --pid "$SERVER_PID" --nproc=100:1000
  eventually threads_are 4 # main and three
}
threads_are() { [ "$(ls "/proc/$SERVER_PID/task" | wc -l)" = "$1" ]; }
@test "out of threads: -pooled serves with those it got, and gets the others later" {
  ours server
  [[ " $SERVERS " == *' tcp-echo-server-pooled '* ]] || skip "not asked for"
  sanitized Thread && skip "ThreadSanitizer needs threads of its own"
  as_somebody 2
  SERVERS=tcp-echo-server-pooled each pool_short
}

restart() {
  server
  start held python3 -c "
from socket import *; import time
s = create_connection(('127.0.0.1', $PORT)); s.sendall(b'x\n'); s.recv(1); print('held', flush=True); time.sleep(60)"
  eventually grep -q held held.out
  kill "$SERVER_PID" # bash lets no background command see SIGINT; both end it in the same way
  eventually ended "$SERVER_PID"
  SERVER_NAME=again SERVER_PORT=$PORT server
  survives
}
# grade server restart 1 after message: Ended with a connection still open, it can be started again at once.
# hint: setsockopt SO_REUSEADDR on the welcoming socket, before bind.
@test "restarts at once after Ctrl-C with a connection still open" { each restart; }

crowd() {
  server
  local before
  before=$(doors)
  python '
for _ in range(20):
    crowd = [create_connection((host, port)) for _ in range(arg and 10 or 1)]
    for s in crowd: s.sendall(b"hello\n")
    for s in crowd:
        same(b"hello\n", receive(s, 6))
        s.close()' $(several && [ "$SERVER" != tcp-echo-server-pooled ] && echo many)
  no_children
  eventually doors_are "$before"
  survives
  quiet server
}
doors() { [ -n "${SERVER_CMD:-}" ] || ls "/proc/$SERVER_PID/fd" | wc -l; }
doors_are() { [ "$(doors)" = "$1" ]; }
# grade tcp-echo-server-* crowd 1 after at-once: Twenty times ten clients come and go, and each gets its echo.
# hint: close the connection socket when its client has gone, in the parent of a child process too.
@test "many short clients leave no process, no zombie, no descriptor and no error behind" { each crowd; }

# --- what only some of them have ---

only() {
  ours server
  [[ " $SERVERS " == *" $1 "* ]] || skip "not asked for"
  SERVERS=$1
}

@test "-pooled -t 2 serves two, and the third waits" {
  only tcp-echo-server-pooled
  SERVER=$SERVERS server -t 2
  python '
a, b, c = (create_connection((host, port)) for _ in "abc")
for s in (a, b): s.sendall(b"hi\n"); same(b"hi\n", receive(s, 3))
c.sendall(b"third\n"); c.settimeout(0.5)
try: raise SystemExit("served three: %r" % c.recv(9))
except timeout: pass
b.close(); c.settimeout(getdefaulttimeout()); same(b"third\n", receive(c, 6))'
  for wrong in 0 -1 x 1.5 100000 ''; do
    run timeout 5 "$BIN_DIR/$SERVERS" -t "$wrong" 0
    same 2 "$status" || { echo "-t '$wrong'" && false; }
  done
}

@test "-polled: a client lost before accept() costs the next one nothing, however busy the server" {
  undisturbed
  only tcp-echo-server-polled
  need strace
  UNDER='strace -D -qq -o trace -e trace=accept -e inject=accept:error=ECONNABORTED:when=2'
  $UNDER true 2>/dev/null || skip "strace may not trace here"
  SERVER=$SERVERS server
  python '
busy = create_connection((host, port)); busy.sendall(b"a"); busy.recv(9)
following = create_connection((host, port)); following.sendall(b"hi"); following.setblocking(False)
for _ in range(100): # never idle for a second, with which the server would try again
    busy.sendall(b"x"); busy.recv(9); time.sleep(0.05)
    try: assert following.recv(9) == b"hi"; break
    except BlockingIOError: pass
else: raise SystemExit("not served in five busy seconds")'
  quiet server
}

@test "-polled: one that never pauses keeps neither those who said close nor a second try of accept()" {
  undisturbed
  only tcp-echo-server-polled
  SERVER=$SERVERS server
  python '
busy = create_connection((host, port))
crowd = [create_connection((host, port)) for _ in range(20)]
for s in crowd: s.sendall(b"close\n"); same(b"close\n", receive(s, 6))
while open("server.out").read().count("closed connection") < 20:
    busy.sendall(b"x"); busy.recv(9); time.sleep(0.2)'
  quiet server
  need strace
  UNDER='strace -D -qq -o trace -e trace=accept -e inject=accept:error=ENFILE:when=2'
  $UNDER true 2>/dev/null || skip "strace may not trace here"
  SERVER=$SERVERS server
  python '
busy = create_connection((host, port)); busy.sendall(b"a"); busy.recv(9)
following = create_connection((host, port)); following.sendall(b"hi"); following.setblocking(False)
while True:
    busy.sendall(b"x"); busy.recv(9); time.sleep(0.2)
    try: assert following.recv(9) == b"hi"; break
    except BlockingIOError: pass'
  same 1 "$(grep -c '^tcp-echo-server-polled: accept: .*(ENFILE)' server.err)"
}

@test "-polled never waits in accept(), should the client have left since poll()" {
  only tcp-echo-server-polled
  [ -r "/proc/$$/fdinfo/0" ] || skip "no /proc/PID/fdinfo here"
  SERVER=$SERVERS server
  python 'create_connection((host, port)).close()' # poll() has run: whatever stands before it is done
  eventually grep -q 'closed connection' server.out
  local door
  door=$(find "/proc/$SERVER_PID/fd" -lname 'socket:*' -printf '%f\n')
  ((0$(sed -n 's/^flags:[^0-9]*//p' "/proc/$SERVER_PID/fdinfo/$door") & 04000)) # O_NONBLOCK
}

@test "-polled holds 10,000 idle connections in less than 2 KiB each" {
  deep
  undisturbed
  only tcp-echo-server-polled
  if sanitized Address || sanitized Thread; then skip "a sanitizer has memory of its own"; fi
  [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 10100 ] || skip "at most $(ulimit -Hn) descriptors here"
  UNDER='prlimit --nofile=10100:10100' SERVER=$SERVERS server -q
  run prlimit --nofile=10100:10100 timeout 180 python3 -c "
from socket import *
def rss(): return int(open('/proc/$SERVER_PID/statm').read().split()[1]) * 4096
def ask(s): s.sendall(b'hello\n'); assert s.recv(9) == b'hello\n'
ask(create_connection(('127.0.0.1', $PORT)))
before = rss()
held = []
for i in range(10000):
    held.append(create_connection(('127.0.0.1', $PORT)))
for s in held[::100]: ask(s)
each = (rss() - before) / 10000
assert each < 2048, each
print(each)"
  same 0 "$status" || { echo "$output" && false; }
}

@test "each sibling is a small diff from the iterative server, and a page of its own" {
  ours server
  cd "$ROOT/tcp"
  local name most changed
  for name in forked:25 threaded:25 pooled:25 polled:45; do
    most=${name#*:} name=tcp-echo-server-${name%:*}.c
    changed=$(diff tcp-echo-server.c "$name" | grep -c '^[<>]')
    [ "$changed" -gt 0 ] && [ "$changed" -le "$most" ] || { echo "$name: $changed changed lines" && false; }
  done
}

# --- the client, with servers that we did not write ---

@test "the client is answered by every netcat" {
  once
  ours client
  for name in $(netcats); do
    nc_server "$name" 'hello\n'
    same hello "$(client <<<'hello')" || { echo "$name" && false; }
    eventually grep -qx hello nc.out
  done
}

@test "the client with an echo made of socat and cat" {
  once
  bulk
  need socat
  PORT=$(free_port)
  start peer socat "TCP-LISTEN:$PORT,bind=127.0.0.1,reuseaddr,fork" EXEC:cat
  eventually in_use "$PORT"
  head -c 300000 /dev/urandom | base64 -w 5000 >input
  printf 'no newline' >>input
  client <input >output
  cmp input output
}
# grade client newline 1 after message: What it sends is the message with its newline: no byte more, none less.
# hint: send as many bytes as were read, the newline too; no NUL at the end, nothing of an older line.
@test "the message goes out with its newline and nothing else" {
  python_server '
for words in (b"a longer message\n", b"short\n"):
    same(words, receive(c, len(words))); c.sendall(words)
same(b"", rest(c))'
  replies "$(printf 'a longer message\nshort')" "$(printf 'a longer message\nshort\n' | client)" || { content; false; }
  content
}

# grade client early 1 after message: If the server closes before the echo is whole, the client ends.
# hint: recv returns 0 when the server has closed: leave the loop, or it goes round for ever.
@test "a server that closes early does not keep the client" {
  python_server 'receive(c, 5); c.sendall(b"hel"); c.shutdown(SHUT_WR); rest(c)'
  local status=0
  printf 'hello\nmore\n' | client >output 2>/dev/null || status=$?
  [ "$status" != 124 ] || { echo "the server has closed, and the client goes on" >&2; false; }
}

# grade client families 1 after message: It reaches a server at an IPv6 address, too.
# hint: ask getaddrinfo for the addresses of {host}, and try each: socket with its family, connect.
@test "the client reaches a server on ::1" {
  HOST=::1
  python_server 'while (piece := c.recv(100)): c.sendall(piece)'
  replies hello "$(client <<<hello)"
}

# grade client short 2 after pieces: It also works when each send takes, and each recv gives, only a part.
# hint: look at what send returns: it may be less than you gave it. The rest is yours to send.
@test "forced short reads and writes of the client" {
  fault short
  python_server '
while (piece := c.recv(4096)): c.sendall(piece)'
  printf 'hello\n%s\n' "$(printf 'abcdefghij%.0s' {1..200})" >input
  replies "$(cat input)" "$(UNDER_CLIENT=$FAULTY client <input)"
}

# grade client pieces 3 after message: The echo is received until it has as many bytes as the message, in however many pieces.
# hint: your client took one recv for the whole echo: receive until all its bytes have come.
@test "the echo has as many bytes as the message, in however many pieces it comes" {
  python_server '
c.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
for word in (b"hello there", b"two"):
    got = b""
    while word not in got: got += receive(c, 1)
    for b in word + b"\n": c.sendall(bytes([b])); time.sleep(0.01)'
  replies "$(printf 'hello there\ntwo')" "$(printf 'hello there\ntwo\n' | client)"
}

@test "the lecture's server: what it receives it sends, and close ends it" {
  whole
  python_server '
while True:
    data = c.recv(1024)
    if not data: break
    c.send(data)
    if "close" == data.decode().rstrip(): break
c.close()'
  run client <<<"$(printf 'hello\nclose')"
  same 0 "$status"
  same "$(printf 'hello\nclose')" "$output"
}

@test "after close the client ends; what stands behind it is not sent" {
  ours client
  python_server '
while (data := c.recv(1024)): c.sendall(data); print(data, flush=True)'
  same close "$(printf 'close\nmore\n' | client)"
  eventually ended "$PID"
  same "b'close\\n'" "$(out peer)"
}

@test "a server that closes early: what came is shown, the rest is told, status 1" {
  ours client
  python_server 'c.recv(6, MSG_WAITALL); c.sendall(b"hel"); c.shutdown(SHUT_WR); c.recv(100)'
  run bash -c "timeout 20 '$BIN_DIR/$CLIENT' 127.0.0.1 $PORT <<<hello 2>error"
  same 1 "$status"
  same hel "$output"
  same "tcp-echo-client: 127.0.0.1 port $PORT closed the connection after 3 of 6 bytes" "$(cat error)"
}

@test "a server that resets the connection is told the same way" {
  ours client
  python_server '
import struct
c.recv(6); c.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0)); c.close()'
  run client <<<hello
  same 1 "$status"
  same "tcp-echo-client: 127.0.0.1 port $PORT closed the connection after 0 of 6 bytes" "$output"
}

# grade client large 2 after pieces: A message of 65,536 bytes, and its echo, are larger than any one buffer.
# hint: loop on send until all is sent, and on recv until as many bytes have come.
@test "65,536 bytes cannot deadlock, however small the server's buffers" {
  python_server '
while (piece := c.recv(512)): c.sendall(piece)' '
l.setsockopt(SOL_SOCKET, SO_SNDBUF, 2048); l.setsockopt(SOL_SOCKET, SO_RCVBUF, 2048)'
  head -c 65536 /dev/zero | tr '\0' q >input
  echo >>input
  client <input >output
  replies "$(cat input)" "$(cat output)"
}

@test "a longer message is refused before anything of it is sent" {
  ours client
  python_server 'print(c.recv(100))'
  head -c 65537 /dev/zero | tr '\0' q >input
  run client <input
  same 1 "$status"
  same "tcp-echo-client: a message has more than 65536 bytes; nothing of it was sent" "$output"
  eventually ended "$PID"
  same "b''" "$(out peer)"
}

@test "-w bounds the wait for a server that says nothing" {
  ours client
  python_server 'time.sleep(60)'
  run client -w 0.2 <<<hello
  same 1 "$status"
  [[ $output == "tcp-echo-client: recv from 127.0.0.1 port $PORT: Connection timed out (ETIMEDOUT): "* ]]
}

@test "a server that is not there: refused, and what to do" {
  ours client
  PORT=$(free_port)
  run client <<<hello
  same 1 "$status"
  same "tcp-echo-client: connect to 127.0.0.1 port $PORT: Connection refused (ECONNREFUSED): nothing listens there; start tcp-echo-server first" "$output"
}

@test "on a terminal: prompts and labels, and close ends the client" {
  ours client
  python_server 'while (data := c.recv(1024)): c.sendall(data)'
  python '
import pty
pid, fd = pty.fork()
if pid == 0: os.execvp(arg[0], [arg[0], host, str(port)])
def until(text):
    seen = b""
    while text not in seen: seen += os.read(fd, 1000)
    return seen
until(b"message: ")
os.write(fd, b"I am first client.\n")
assert b"response: I am first client.\r\nmessage: " in until(b"message: ")
os.write(fd, b"close\n")
assert b"response: close\r\n" in until(b"response: close\r\n")
assert os.waitpid(pid, 0)[1] == 0' "$BIN_DIR/$CLIENT"
}
