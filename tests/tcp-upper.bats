#!/usr/bin/env bats
# The uppercase pair over TCP.
load helper
SERVER=tcp-upper-server CLIENT=tcp-upper-client

# --- the pair with itself ---

@test "a sentence comes back in upper case" {
  server
  run client <<<'hello'
  same 0 "$status"
  same HELLO "$output"
}

@test "the client goes on until the end of its input, byte for byte" {
  server
  printf 'one\n\ntwo words\nno newline' >input
  client <input >output
  printf 'ONE\n\nTWO WORDS\nNO NEWLINE' | cmp - output
}

@test "a run without an error leaves both stderrs empty" {
  server
  client <<<'hello' 2>client.err
  quiet client
  quiet server
}

@test "the log tells the whole conversation in the lecture's words" {
  ours server
  whole
  server
  client <<<'hello'
  eventually grep -q 'closed connection' server.out
  peer=$(sed -n 's/^\.\.\.connected from: //p' server.out)
  same "$(printf '%s\n' "tcp-upper-server: listening on 127.0.0.1 port $PORT" \
    "in another terminal: $BIN_DIR/tcp-upper-client 127.0.0.1 $PORT" \
    "...connected from: $peer" "$peer recv: 'hello\\n'" "$peer sent: 'HELLO\\n'" \
    "$peer - closed connection")" "$(out server)"
}

@test "-q leaves the first line only" {
  ours server
  server -q
  client <<<'hello'
  same "tcp-upper-server: listening on 127.0.0.1 port $PORT" "$(out server)"
}

@test "the pair meets on ::1, and on -b * over IPv4 and IPv6 alike" {
  ours server
  server -6
  HOST=::1
  same HELLO "$(client <<<hello)"
  server -b '*'
  for HOST in 127.0.0.1 ::1 localhost; do same "HELLO $HOST" "$(client <<<"hello $HOST" | sed s/LOCALHOST/localhost/)"; done
  eventually grep -q '^127\.0\.0\.1:[0-9]* recv' server.out
  eventually grep -q '^\[::1\]:[0-9]* recv' server.out
}

@test "the second line names an address that the server has: -b * with -6 is not localhost's 127.0.0.1" {
  ours server
  server -6 -b '*'
  eventually has_lines 2 server.out
  same "in another terminal: $PROGRAMS/tcp-upper-client ::1 $PORT" "$(sed -n 2p server.out)"
  HOST=127.0.0.1
  run client <<<hello # with -6 it has no IPv4 address, though :: could stand for both
  same 1 "$status"
  [[ $output == *"(ECONNREFUSED)"* ]]
  server -b '*'
  eventually has_lines 2 server.out
  same "in another terminal: $PROGRAMS/tcp-upper-client localhost $PORT" "$(sed -n 2p server.out)"
}

@test "the pair meets on localhost, whichever family the resolver names first" {
  ours server
  for option in -4 -6; do
    server $option
    HOST=localhost
    for order in '::1 127.0.0.1' '127.0.0.1 ::1'; do
      same HELLO "$(with_localhost "$order" client <<<hello)"
    done
  done
}

@test "letters of the user's locale, also when TCP cuts one in two" {
  server
  same 'GRÖSSER ΩMEGA' "$(client <<<'grösser ωmega')"
  python '
s = create_connection((host, port))
s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
for byte in "häß\n".encode(): s.sendall(bytes([byte])); time.sleep(0.01)
got = b""
while not got.endswith(b"\n"): got += s.recv(100)
assert got == "HÄß\n".encode(), got'
}

@test "bytes that are no character pass unchanged" {
  server
  python '
s = create_connection((host, port))
sent = b"a\x00b\xff\xfe\xc3(\xe2\x82z\n" + bytes(range(128, 192)) + b"\xc3"
s.sendall(sent); s.shutdown(SHUT_WR)
got = b""
while (piece := s.recv(4096)): got += piece
want = b"A\x00B\xff\xfe\xc3(\xe2\x82Z\n" + bytes(range(128, 192)) + b"\xc3"
assert got == want, got'
}

@test "in the C locale only ASCII has capitals" {
  ours server
  LC_ALL=C server
  same "$(printf 'GR\303\266\303\237E')" "$(client <<<'größe')"
}

# --- the server, with clients that we did not write ---

@test "the server answers every netcat" {
  server
  for name in $(netcats); do
    same "HELLO FROM A NETCAT" "$(nc_client "$name" <<<'hello from a netcat')" || { echo "$name"; return 1; }
  done
}

@test "Python's textbook client sends no newline and waits" {
  whole
  server
  run python '
clientSocket = socket(AF_INET, SOCK_STREAM)
clientSocket.connect((host, port))
clientSocket.send("sentence".encode())
print("From Server:", clientSocket.recv(1024).decode())
clientSocket.close()'
  same 0 "$status"
  same "From Server: SENTENCE" "$output"
}

@test "a message in pieces, and two messages in one" {
  server
  python '
s = create_connection((host, port))
s.sendall(b"first "); assert s.recv(100) == b"FIRST "
s.sendall(b"half\nsecond\nthird\n")
got = b""
while got.count(b"\n") < 3: got += s.recv(100)
assert got == b"HALF\nSECOND\nTHIRD\n", got'
}

@test "half-close: everything that was sent is answered, then the stream ends" {
  server
  python '
s = create_connection((host, port))
s.sendall(b"last words"); s.shutdown(SHUT_WR)
got = b""
while (piece := s.recv(100)): got += piece
assert got == b"LAST WORDS", got'
}

@test "ten megabytes, larger than any one buffer" {
  whole
  server -q
  python '
import threading
sent = b"abcdefghij" * (1 << 20)
s = create_connection((host, port))
def send(): s.sendall(sent); s.shutdown(SHUT_WR)
threading.Thread(target=send).start()
got = bytearray()
while (piece := s.recv(1 << 16)): got += piece
assert bytes(got) == sent.upper(), len(got)'
}

@test "one client at a time: the second is connected, but waits" {
  whole
  server
  python '
first, second = create_connection((host, port)), create_connection((host, port))
first.sendall(b"one\n"); assert first.recv(100) == b"ONE\n"
second.sendall(b"two\n")
second.settimeout(0.3)
try: raise SystemExit("served two at once: %r" % second.recv(100))
except timeout: pass
first.close()
second.settimeout(20)
assert second.recv(100) == b"TWO\n"'
}

# --- what every server survives ---

survives() { run client <<<'still there'; same 0 "$status"; same 'STILL THERE' "$output"; }

@test "survives a reset at any point" {
  server
  python '
import struct
def reset(s): s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0)); s.close()
for words in (b"", b"mid-line", b"line\n", b"x" * 300000):
    for answered in (False, True):
        s = create_connection((host, port))
        s.setblocking(False)
        try: s.send(words)
        except BlockingIOError: pass
        s.setblocking(True); s.settimeout(20)
        if answered and words: s.recv(1)
        reset(s)'
  survives
}

@test "survives clients that leave: without a word, mid-line, with replies unread" {
  server
  python '
for words in (b"", b"mid-li", b"x\n" * 1000):
    s = create_connection((host, port)); s.sendall(words); s.close()'
  survives
}

@test "survives one that never reads, once it has gone" {
  server -q
  python '
s = create_connection((host, port)); s.settimeout(1)
try:
    while True: s.send(b"y" * 65536)
except timeout: pass
s.close()'
  survives
}

@test "survives lines without an end, NULs and a byte at a time" {
  server -q
  python '
s = create_connection((host, port))
s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
for i in range(200):
    s.sendall(b"z"); assert s.recv(10) == b"Z"
s.sendall(b"\0" * 5000)
left = 5000
while left: left -= len(s.recv(left))'
  survives
}

@test "out of descriptors: it warns, waits without burning the processor, and recovers" {
  ours server
  UNDER='prlimit --nofile=4:256' server # 0, 1, 2 and the welcoming socket
  start waiting timeout "$PATIENCE" "$BIN_DIR/$CLIENT" 127.0.0.1 "$PORT"
  eventually grep -q 'accept: .*EMFILE' server.err
  before=$(awk '{print $14 + $15}' "/proc/$SERVER_PID/stat")
  eventually has_lines 2 server.err # a second try, a second later
  after=$(awk '{print $14 + $15}' "/proc/$SERVER_PID/stat")
  [ $((after - before)) -le 20 ] # of the 100 ticks in that second
  prlimit --pid "$SERVER_PID" --nofile=64:256
  survives
}

@test "restarts at once after Ctrl-C with a connection still open" {
  ours server
  server
  start held python3 -c "
from socket import *; import time
s = create_connection(('127.0.0.1', $PORT)); s.sendall(b'x'); s.recv(1); print('held', flush=True); time.sleep(60)"
  eventually grep -q held held.out
  kill "$SERVER_PID" # bash lets no background command see SIGINT; both end it in the same way
  eventually ended "$SERVER_PID"
  SERVER_PORT=$PORT server
  survives
}

# --- the client, with servers that we did not write ---

@test "the client is answered by every netcat" {
  ours client
  for name in $(netcats); do
    nc_server "$name" 'FROM A NETCAT\n'
    same "FROM A NETCAT" "$(client <<<'hello')" || { echo "$name"; return 1; }
    eventually grep -qx hello nc.out
  done
}

@test "the reply ends with its newline, in however many pieces it comes" {
  whole
  python_server '
c.recv(100); c.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
for b in b"HELLO THERE\n": c.sendall(bytes([b])); time.sleep(0.01)
assert c.recv(100) == b"two\n"
c.sendall(b"TWO\n")'
  same "$(printf 'HELLO THERE\nTWO')" "$(printf 'hello there\ntwo\n' | client)"
}

@test "Python's textbook server: one recv, one send, close" {
  python_server 'c.send(c.recv(1024).decode().upper().encode()); c.close()'
  same SENTENCE "$(client <<<sentence)"
}

@test "a server that closes early: what came is shown, the rest is told, status 1" {
  ours client
  python_server 'c.recv(6, MSG_WAITALL); c.sendall(b"HEL"); c.shutdown(SHUT_WR); c.recv(100)'
  run bash -c "timeout 20 '$BIN_DIR/$CLIENT' 127.0.0.1 $PORT <<<hello 2>error"
  same 1 "$status"
  same HEL "$output"
  same "tcp-upper-client: 127.0.0.1 port $PORT closed the connection after 3 of 6 bytes" "$(cat error)"
}

@test "a server that resets the connection is told the same way" {
  ours client
  python_server '
import struct
c.recv(6); c.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0)); c.close()'
  run client <<<hello
  same 1 "$status"
  same "tcp-upper-client: 127.0.0.1 port $PORT closed the connection after 0 of 6 bytes" "$output"
}

@test "a textbook server that read only a part of a long sentence is told, not believed" {
  whole
  ours client
  python_server 'c.sendall(c.recv(1024).upper()); time.sleep(0.2); c.close()'
  run bash -c "head -c 5000 /dev/zero | tr '\\0' a | timeout 20 '$BIN_DIR/$CLIENT' 127.0.0.1 $PORT 2>error"
  same 1 "$status"
  same 1024 "${#output}"
  same "tcp-upper-client: 127.0.0.1 port $PORT closed the connection after 1024 of 5000 bytes" "$(cat error)"
}

@test "65,536 bytes cannot deadlock, however small the server's buffers" {
  python_server '
while (piece := c.recv(512)): c.sendall(piece.upper())' '
l.setsockopt(SOL_SOCKET, SO_SNDBUF, 2048); l.setsockopt(SOL_SOCKET, SO_RCVBUF, 2048)'
  head -c 65536 /dev/zero | tr '\0' q >input
  echo >>input
  client <input >output
  tr q Q <input | cmp - output
}

@test "a longer sentence is refused before anything of it is sent" {
  ours client
  server
  head -c 65537 /dev/zero | tr '\0' q >input
  run client <input
  same 1 "$status"
  same "tcp-upper-client: a sentence has more than 65536 bytes; nothing of it was sent" "$output"
  eventually grep -q 'closed connection' server.out
  never grep -q recv server.out
}

@test "-w bounds the wait for a server that says nothing" {
  ours client
  python_server 'time.sleep(60)'
  run client -w 0.2 <<<hello
  same 1 "$status"
  [[ $output == "tcp-upper-client: recv from 127.0.0.1 port $PORT: Connection timed out (ETIMEDOUT): "* ]]
}

@test "a folder as the input is an error with a name" {
  ours client
  server
  run client </
  same 1 "$status"
  same "tcp-upper-client: the standard input: Is a directory (EISDIR)" "$output"
}

@test "a server that is not there: refused, and what to do" {
  ours client
  PORT=$(free_port)
  run client <<<hello
  same 1 "$status"
  same "tcp-upper-client: connect to 127.0.0.1 port $PORT: Connection refused (ECONNREFUSED): nothing listens there; start tcp-upper-server first" "$output"
}

@test "a reader of the client's output that goes away ends it with an error, not a hang" {
  ours client
  server
  run bash -c "yes hello | timeout 20 '$BIN_DIR/$CLIENT' 127.0.0.1 $PORT 2>error | head -n 1; echo \${PIPESTATUS[1]}"
  same "$(printf 'HELLO\n1')" "$output"
  grep -q 'tcp-upper-client: write to the standard output: Broken pipe (EPIPE)' error
}

@test "on a terminal: prompts and labels, on stderr" {
  ours client
  server
  python '
import pty
pid, fd = pty.fork()
if pid == 0: os.execvp(arg[0], [arg[0], host, str(port)])
def until(text):
    seen = b""
    while text not in seen: seen += os.read(fd, 1000)
    return seen
until(b"Input lowercase sentence: ")
os.write(fd, b"hello\n")
assert b"From Server: HELLO\r\nInput lowercase sentence: " in until(b"sentence: ")
os.write(fd, b"\x04")
assert os.waitpid(pid, 0)[1] == 0' "$BIN_DIR/$CLIENT"
}
