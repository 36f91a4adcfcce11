#!/usr/bin/env bats
# The greeting pair: the server speaks first, then closes.
load helper
SERVER=tcp-greet-server CLIENT=tcp-greet-client
GREETING='Thank you for connecting'

# grade server greeting 3: Each client is greeted with the line: Thank you for connecting
# hint: after accept send the line and its newline, then close the connection socket.
# grade client greeting 3: It connects, and shows the line that the server sends.
# hint: socket, connect to {host} and {port}, recv, show it; the client sends nothing.
@test "the server greets and closes, the client prints it and ends" {
  server
  run client
  answered
  replies "$GREETING" "$output"
}

# grade server exact 1 after greeting: What is sent is the line, its newline, and nothing else; then the server closes.
# hint: send as many bytes as the line has, the NUL not; then close the connection socket.
@test "the greeting is the line and its newline, then the stream ends" {
  server
  python 's = create_connection((host, port)); same(b"Thank you for connecting\n", rest(s))'
}

# grade server short 2 after greeting: It also works when each send takes only a part.
# hint: look at what send returns: it may be less than you gave it. The rest is yours to send.
@test "forced short writes of the server" {
  fault byte
  UNDER=$FAULTY server
  python 's = create_connection((host, port)); same(b"Thank you for connecting\n", receive(s, 25))'
}

# grade client ends 1 after greeting: When the server has closed, the client ends.
# hint: recv returns 0 when the server has closed: leave the loop, or it goes round for ever.
@test "the client ends when the server has closed, also without a word" {
  PORT=$(free_port)
  start peer timeout 60 python3 -c "
from socket import *
s = socket(); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); s.bind(('127.0.0.1', $PORT)); s.listen(1)
c, addr = s.accept(); c.shutdown(SHUT_WR); c.recv(100)"
  eventually in_use "$PORT"
  local status=0
  client </dev/null >output 2>/dev/null || status=$?
  [ "$status" != 124 ] || { echo "the server has closed, and the client goes on" >&2; false; }
}

# grade client families 1 after greeting: It reaches a server at an IPv6 address, too.
# hint: ask getaddrinfo for the addresses of {host}, and try each: socket with its family, connect.
@test "the client reaches a server on ::1" {
  PORT=$(free_port) HOST=::1
  start peer timeout 60 python3 -c "
from socket import *
s = socket(AF_INET6); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); s.bind(('::1', $PORT)); s.listen(1)
c, addr = s.accept(); c.sendall(b'$GREETING\n'); c.close()"
  eventually in_use "$PORT"
  replies "$GREETING" "$(client </dev/null)"
}

@test "what the client prints is the greeting and its newline, and stderr stays empty" {
  server
  client >output 2>client.err
  printf '%s\n' "$GREETING" | cmp - output
  quiet client
  quiet server
}

@test "the log: Got connection from A:P; with -q only the first line" {
  ours server
  server
  client >/dev/null
  eventually has_lines 3 server.out
  [[ $(sed -n 3p server.out) =~ ^Got\ connection\ from\ 127\.0\.0\.1:[0-9]+$ ]]
  same "in another terminal: $BIN_DIR/tcp-greet-client 127.0.0.1 $PORT" "$(sed -n 2p server.out)"
  server -q
  client >/dev/null
  same "tcp-greet-server: listening on 127.0.0.1 port $PORT" "$(out server)"
}

@test "the pair meets on ::1, on localhost in either order, and on -b *; -6 leaves IPv4 alone" {
  ours server
  server -6
  HOST=::1
  same "$GREETING" "$(client)"
  HOST=localhost
  for order in '::1 127.0.0.1' '127.0.0.1 ::1'; do same "$GREETING" "$(with_localhost "$order" client)"; done
  server -b '*'
  for HOST in 127.0.0.1 ::1 localhost; do same "$GREETING" "$(client)"; done
  server -6 -b '*'
  HOST=::1
  same "$GREETING" "$(client)"
  HOST=127.0.0.1 # with -6 it has no IPv4 address, though :: could stand for both
  run client
  same 1 "$status"
  [[ $output == *"(ECONNREFUSED)"* ]]
}

@test "the server greets every netcat, with nothing to say" {
  once
  server
  for name in $(netcats); do
    same "$GREETING" "$(nc_client "$name" </dev/null)" || { echo "$name"; return 1; }
  done
}

@test "the greeting is not lost to a client that talks before it listens" {
  server
  python '
for i in range(50):
    s = create_connection((host, port))
    try: s.sendall(b"hello hello " * 100)
    except (BrokenPipeError, ConnectionResetError): pass
    time.sleep(0.002)
    got = b""
    while (piece := s.recv(100)): got += piece
    assert got == b"Thank you for connecting\n", (i, got)
    s.close()'
}

# grade server next 2 after greeting: Many clients are greeted, one after the other.
# hint: accept stands in an endless loop; close the connection socket, never the welcoming socket.
@test "the next clients are greeted when the first have gone" {
  server
  python '
for i in range(5):
    s = create_connection((host, port)); same(b"Thank you for connecting\n", receive(s, 25), "client %d" % i); s.close()'
}

@test "clients one after the other, and many at once" {
  server
  python '
clients = [create_connection((host, port)) for i in range(20)]
for s in clients[10:] + clients[:10]:
    same(b"Thank you for connecting\n", receive(s, 25))
    s.close()'
}

# grade server silent 1 after next: A client that neither talks nor leaves keeps the next one waiting at most some seconds.
# hint: do not wait for ever for a client that you have greeted: bound the recv behind shutdown, or close.
@test "one that neither reads nor leaves does not keep the next one waiting for long" {
  server
  python '
silent = create_connection((host, port))
s = create_connection((host, port))
same(b"Thank you for connecting\n", receive(s, 25))'
}

@test "ten that neither read nor leave keep the next one waiting for a second in all, and one that talks on hardly longer" {
  ours server
  server
  python '
import threading
begun = time.time()
talker = create_connection((host, port))
def talk():
    try:
        while True: talker.send(b"x"); time.sleep(0.05)
    except OSError: pass
threading.Thread(target=talk, daemon=True).start()
silent = [create_connection((host, port)) for _ in range(10)]
s = create_connection((host, port))
same(b"Thank you for connecting\n", receive(s, 25))
assert time.time() - begun < 10, time.time() - begun'
}

# grade server reset 1 after next: Clients that break off or leave at once do not end the server.
# hint: send and recv fail when the client is lost, in C also by the signal SIGPIPE: close that connection socket, and accept the next one.
@test "survives resets and clients that leave without a word" {
  server
  python '
import struct
for i in range(50):
    s = create_connection((host, port))
    if i % 2: s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    s.close()'
  same "$GREETING" "$(client)"
}

@test "out of descriptors: it warns, waits without burning the processor, and recovers" {
  ours server
  UNDER='prlimit --nofile=4:256' server
  start waiting "$BIN_DIR/$CLIENT" 127.0.0.1 "$PORT"
  eventually grep -q 'accept: .*EMFILE' server.err
  before=$(awk '{print $14 + $15}' "/proc/$SERVER_PID/stat")
  sleep 1 # all that it does in this time counts
  after=$(awk '{print $14 + $15}' "/proc/$SERVER_PID/stat")
  [ $((after - before)) -le 20 ] # of the 100 ticks in that second
  [ "$(wc -l <server.err)" -le 20 ] # and one warning a second is enough
  prlimit --pid "$SERVER_PID" --nofile=64:256
  same "$GREETING" "$(client)"
  eventually grep -qx "$GREETING" waiting.out
}

@test "whoever has been greeted leaves no descriptor behind" {
  ours server
  UNDER='prlimit --nofile=10:256' server
  python '
for _ in range(20):
    s = create_connection((host, port))
    while s.recv(100): pass
    s.close()'
  quiet server
}

# grade server restart 1 after greeting: It can be started again at once.
# hint: setsockopt SO_REUSEADDR on the welcoming socket, before bind.
@test "restarts at once on the same port" {
  server
  client >/dev/null
  kill "$SERVER_PID" || true # One that ended by itself has lost another check already.
  eventually ended "$SERVER_PID"
  SERVER_PORT=$PORT server
  same "$GREETING" "$(client)"
}

@test "the client reads whatever speaks first: every netcat as the server" {
  once
  ours client
  for name in $(netcats); do
    nc_server "$name" 'one\ntwo, no newline'
    # Some netcats stay after their input: then it is the client's turn to be ended.
    start greeted "$BIN_DIR/$CLIENT" 127.0.0.1 "$PORT"
    eventually grep -q 'two, no newline' greeted.out || { echo "$name"; return 1; }
    kill "$PID" || true
    printf 'one\ntwo, no newline' | cmp - greeted.out
  done
}

@test "the lecture's other port, 29876, and Python's textbook server" {
  ours client
  alone
  in_use 29876 && skip "port 29876 is in use"
  PORT=29876
  start peer timeout "$PATIENCE" python3 -c "
from socket import *
s = socket(); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); s.bind(('127.0.0.1', 29876)); s.listen(1)
c, addr = s.accept(); c.send(b'Thank you for connecting'); c.close()"
  eventually in_use "$PORT"
  run client
  same 0 "$status"
  same "$GREETING" "$output"
}

# grade client pieces 3 after greeting: All is shown that the server sends until it closes, in however many pieces it comes.
# hint: your client took one recv for the whole greeting: receive until recv returns 0.
@test "a stream in pieces and a long one arrive whole" {
  PORT=$(free_port)
  start peer timeout "$PATIENCE" python3 -c "
from socket import *; import time
s = socket(); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); s.bind(('127.0.0.1', $PORT)); s.listen(1)
c, addr = s.accept(); c.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
for b in b'piece by piece\n': c.sendall(bytes([b])); time.sleep(0.005)
c.sendall(b'0123456789' * $(amount 100000)); c.close()"
  eventually in_use "$PORT"
  client </dev/null >output
  python3 -c "import sys; sys.stdout.write('piece by piece\n' + '0123456789' * $(amount 100000))" >expected
  if [ -z "${CLIENT_CMD:-}" ]; then cmp expected output; else
    replies 'piece by piece' "$(head -c 1000 output)"
    tail -c 1000000 expected >end && tr -d '\r\n' <output | tail -c 1000000 | cmp - end
  fi
}

@test "a server that resets in the middle: what came is shown, status 1" {
  ours client
  PORT=$(free_port)
  start peer timeout "$PATIENCE" python3 -c "
from socket import *; import struct, time
s = socket(); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); s.bind(('127.0.0.1', $PORT)); s.listen(1)
c, addr = s.accept(); c.sendall(b'half a gree'); time.sleep(0.3)
c.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack('ii', 1, 0)); c.close()"
  eventually in_use "$PORT"
  run client
  same 1 "$status"
  [[ $output == "half a gree"*"tcp-greet-client: recv from 127.0.0.1 port $PORT: Connection reset by peer (ECONNRESET): "* ]]
}

@test "-w bounds the wait for a server that says nothing" {
  ours client
  PORT=$(free_port)
  start peer timeout "$PATIENCE" python3 -c "
from socket import *; import time
s = socket(); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); s.bind(('127.0.0.1', $PORT)); s.listen(1)
time.sleep(60)"
  eventually in_use "$PORT"
  run client -w 0.2
  same 1 "$status"
  [[ $output == *ETIMEDOUT* ]]
}
