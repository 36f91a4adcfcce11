#!/usr/bin/env bats
# The uppercase pair over TCP.
load helper
SERVER=tcp-upper-server CLIENT=tcp-upper-client

# --- the pair with itself ---

# grade server sentence 3: A sentence comes back in capitals.
# hint: socket, bind to {port}, listen, accept; then recv what has come, and send it in capitals.
# grade client sentence 3: It sends the sentence that is typed, and shows the reply in capitals.
# hint: socket, connect to {host} and {port}, read a line, send it, receive the reply, show it.
@test "a sentence comes back in upper case" {
  server
  run client <<<'hello'
  answered
  replies HELLO "$output"
}

# grade client more 2 after sentence: It goes on, sentence by sentence over one connection, until the end of its input.
# hint: read, send and receive stand in a loop; connect stands before it, close behind it.
@test "the client goes on until the end of its input, byte for byte" {
  server
  printf 'one\n\ntwo words\n' >input
  client <input >output
  if [ -z "${CLIENT_CMD:-}" ]; then printf 'ONE\n\nTWO WORDS\n' | cmp - output; fi
  replies "$(printf 'ONE\n\nTWO WORDS')" "$(cat output)"
}

# grade client last-line 1 after more: A last line that has no newline is sent as it is; its reply has none either, and is shown.
# hint: no newline will come: at the end of your input shut down the sending side (shutdown), so that the server
#   closes behind its reply; and receive until the newline or the end of the stream.
@test "a last line without a newline, and its reply without one" {
  server
  printf 'two words\nno newline' >input
  client <input >output
  if [ -z "${CLIENT_CMD:-}" ]; then printf 'TWO WORDS\nNO NEWLINE' | cmp - output; fi
  replies "$(printf 'TWO WORDS\nNO NEWLINE')" "$(cat output)"
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
  same "in another terminal: $BIN_DIR/tcp-upper-client ::1 $PORT" "$(sed -n 2p server.out)"
  HOST=127.0.0.1
  run client <<<hello # with -6 it has no IPv4 address, though :: could stand for both
  same 1 "$status"
  [[ $output == *"(ECONNREFUSED)"* ]]
  server -b '*'
  eventually has_lines 2 server.out
  same "in another terminal: $BIN_DIR/tcp-upper-client localhost $PORT" "$(sed -n 2p server.out)"
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

# grade server exact 1 after sentence: As many bytes come back as were sent: no NUL, no greeting, no newline more.
# hint: send exactly as many bytes as recv returned; the NUL that ends a string in C is not sent.
@test "a sentence comes back byte for byte, and nothing behind it" {
  server
  python '
s = create_connection((host, port))
s.sendall(b"hello\n"); same(b"HELLO\n", receive(s, 6)); silent(s, 0.3, "after the reply")'
}

# grade server bytes 1 after sentence: NULs and bytes that are no letters pass unchanged.
# hint: what comes from a socket is bytes, not a string: no strlen(), no decode() that can fail; use the
#   count that recv returned.
@test "bytes that are no character pass unchanged" {
  server
  python '
s = create_connection((host, port))
sent = b"a\x00b\xff\xfe\xc3(\xe2\x82z\n" + bytes(range(128, 192)) + b"\xc3"
s.sendall(sent); s.shutdown(SHUT_WR)
want = b"A\x00B\xff\xfe\xc3(\xe2\x82Z\n" + bytes(range(128, 192)) + b"\xc3"
same(want, receive(s, len(want)))'
}

@test "in the C locale only ASCII has capitals" {
  ours server
  LC_ALL=C server
  same "$(printf 'GR\303\266\303\237E')" "$(client <<<'größe')"
}

# --- the server, with clients that we did not write ---

@test "the server answers every netcat" {
  once
  server
  for name in $(netcats); do
    same "HELLO FROM A NETCAT" "$(nc_client "$name" <<<'hello from a netcat')" || { echo "$name"; return 1; }
  done
}

# grade server no-newline 2 after sentence: A message without a newline is answered too, at once.
# hint: answer whatever recv has given; do not wait for a newline, or for more.
@test "Python's textbook client sends no newline and waits" {
  whole
  server
  python '
clientSocket = socket(AF_INET, SOCK_STREAM)
clientSocket.connect((host, port))
clientSocket.send("sentence".encode())
same("SENTENCE", receive(clientSocket, 8).decode())
clientSocket.close()'
}

# grade server pieces 2 after sentence: A message that comes in two segments is answered whole.
# hint: TCP is a byte stream: one send is not one recv. Go on with recv and send until recv returns 0.
@test "a message in two segments" {
  server
  python '
s = create_connection((host, port)); at_once(s)
s.sendall(b"first half, "); time.sleep(0.2); s.sendall(b"second half\n")
same(b"FIRST HALF, SECOND HALF\n", receive(s, 24))'
}

# grade server two-in-one 1 after sentence: Two messages that come in one segment are both answered.
# hint: recv may give you more than one line: all the bytes that it returned are to be answered.
@test "two messages in one segment" {
  server
  python '
s = create_connection((host, port))
s.sendall(b"one\ntwo\nthree\n"); same(b"ONE\nTWO\nTHREE\n", receive(s, 14))'
}

# grade server half-close 2 after sentence: When the client has finished sending, all is answered, then the server closes.
# hint: recv returns 0 when the client has finished: leave the loop, and close the connection socket.
@test "half-close: everything that was sent is answered, then the stream ends" {
  server
  python '
s = create_connection((host, port))
s.sendall(b"last words"); s.shutdown(SHUT_WR)
same(b"LAST WORDS", rest(s))'
}

# grade server large 2 after pieces: Ten megabytes come back, though no buffer holds them.
# hint: send may take only a part of the bytes: loop until all are sent (in Python: sendall).
@test "ten megabytes, larger than any one buffer" {
  bulk
  server -q
  python '
import threading
sent = (b"abcdefghij" * 100000 + b"\n") * 10
s = create_connection((host, port))
def send(): s.sendall(sent); s.shutdown(SHUT_WR)
threading.Thread(target=send).start()
same(sent.upper(), receive(s, len(sent)))'
}

# grade server short 2 after pieces: It also works when each send takes, and each recv gives, only a part.
# hint: look at what send returns: it may be less than you gave it. The rest is yours to send.
@test "forced short reads and writes of the server" {
  fault short
  UNDER=$FAULTY server
  python '
s = create_connection((host, port))
for words in (b"hello\n", b"abcdefghij" * 200 + b"\n"):
    s.sendall(words); same(words.upper(), receive(s, len(words)))'
}

# grade server next 2 after sentence: After one client it serves the next, also one that had to wait.
# hint: accept stands in an endless loop; close the connection socket, never the welcoming socket.
@test "the next client is served when the first has gone" {
  server
  python '
first, second = create_connection((host, port)), create_connection((host, port))
first.sendall(b"one\n"); same(b"ONE\n", receive(first, 4))
second.sendall(b"two\n")
first.close()
same(b"TWO\n", receive(second, 4)); second.close()
third = create_connection((host, port)); third.sendall(b"three\n"); same(b"THREE\n", receive(third, 6))'
}

@test "one client at a time: the second is connected, but waits" {
  server
  python '
first, second = create_connection((host, port)), create_connection((host, port))
first.sendall(b"one\n"); same(b"ONE\n", receive(first, 4))
second.sendall(b"two\n")
second.settimeout(0.3)
try: raise SystemExit("served two at once: %r" % second.recv(100))
except timeout: pass
first.close()
second.settimeout(getdefaulttimeout())
same(b"TWO\n", receive(second, 4))'
}

# --- what every server survives ---

survives() { run client <<<'still there'; answered; same 'STILL THERE' "$output"; }

# grade server reset 2 after next: A client that breaks off with a reset does not end the server.
# hint: recv and send fail with ECONNRESET when the client is lost, or send with EPIPE, and in C the signal
#   SIGPIPE ends the program unless it is ignored: close that connection socket and accept the next one; do not exit.
@test "survives a reset at any point" {
  server
  python '
for words in (b"", b"mid-line", b"line\n", b"line\nmid-line", b"x" * 300000, b"y\n" * 150000):
    for answered in (False, True):
        s = create_connection((host, port))
        s.setblocking(False)
        try: s.send(words)
        except BlockingIOError: pass
        s.setblocking(True); s.settimeout(20)
        if answered and b"\n" in words: s.recv(1)
        reset(s)'
  survives
}

# grade server leave 1 after next: Clients that leave without a word, in mid-line or without reading do no harm.
# hint: recv may return 0 at once; send to a client that has left fails with EPIPE, and in C the signal
#   SIGPIPE ends the program unless it is ignored.
@test "survives clients that leave: without a word, mid-line, with replies unread" {
  server
  python '
for words in (b"", b"mid-li", b"x\n" * 1000):
    s = create_connection((host, port)); s.sendall(words); s.close()
s = create_connection((host, port)); s.sendall(b"y\n" * 1000); s.recv(1); s.close()'
  survives
}

# grade server never-reads 1 after next: A client that sends but never reads blocks the server only while it stays connected.
# hint: send blocks when the client does not read, and fails when it has gone, in C also by the signal SIGPIPE:
#   close, and accept the next.
@test "survives one that never reads, once it has gone" {
  server -q
  python '
s = create_connection((host, port)); s.settimeout(1)
try:
    while True: s.send(b"y" * 65535 + b"\n")
except (timeout, ConnectionError): pass
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
  sleep 1 # all that it does in this time counts
  after=$(awk '{print $14 + $15}' "/proc/$SERVER_PID/stat")
  [ $((after - before)) -le 20 ] # of the 100 ticks in that second
  [ "$(wc -l <server.err)" -le 20 ] # and one warning a second is enough
  eventually has_lines 2 server.err # a second try, a second after the first
  prlimit --pid "$SERVER_PID" --nofile=64:256
  survives
}

# grade server restart 1 after sentence: Ended with a connection still open, it can be started again at once.
# hint: setsockopt SO_REUSEADDR on the welcoming socket, before bind.
@test "restarts at once after Ctrl-C with a connection still open" {
  server
  start held python3 -c "
from socket import *; import time
s = create_connection(('127.0.0.1', $PORT)); s.sendall(b'x\n'); s.recv(1); print('held', flush=True); time.sleep(60)"
  eventually grep -q held held.out
  kill "$SERVER_PID" # bash lets no background command see SIGINT; both end it in the same way
  eventually ended "$SERVER_PID"
  SERVER_PORT=$PORT server
  survives
}

# --- the client, with servers that we did not write ---

@test "the client is answered by every netcat" {
  once
  ours client
  for name in $(netcats); do
    nc_server "$name" 'FROM A NETCAT\n'
    same "FROM A NETCAT" "$(client <<<'hello')" || { echo "$name"; return 1; }
    eventually grep -qx hello nc.out
  done
}

# grade client newline 1 after sentence: What it sends is the sentence with its newline: no byte more, none less.
# hint: send as many bytes as were read, the newline too; no NUL at the end, nothing of an older line.
@test "the sentence goes out with its newline and nothing else" {
  python_server '
for words in (b"a longer sentence\n", b"short\n"):
    same(words, receive(c, len(words))); c.sendall(words.upper())
same(b"", rest(c))'
  replies "$(printf 'A LONGER SENTENCE\nSHORT')" "$(printf 'a longer sentence\nshort\n' | client)" || { content; false; }
  content
}

# grade client pieces 3 after sentence: The reply is received up to its newline, in however many pieces it comes.
# hint: your client took one recv for the whole reply: receive until the newline.
@test "the reply ends with its newline, in however many pieces it comes" {
  python_server '
request(b"hello there"); at_once(c)
for b in b"HELLO THERE\n": c.sendall(bytes([b])); time.sleep(0.01)
request(b"two")
c.sendall(b"TWO\n")'
  replies "$(printf 'HELLO THERE\nTWO')" "$(printf 'hello there\ntwo\n' | client)" || { content; false; }
  content
}

# grade client early 1 after sentence: If the server closes before the reply is whole, the client ends.
# hint: recv returns 0 when the server has closed: leave the loop, or it goes round for ever.
@test "a server that closes early does not keep the client" {
  python_server 'request(b"hello"); c.sendall(b"HEL"); c.shutdown(SHUT_WR); rest(c)'
  local status=0
  printf 'hello\nmore\n' | client >output 2>/dev/null || status=$?
  [ "$status" != 124 ] || { echo "the server has closed, and the client goes on"; false; }
}

# grade client families 1 after sentence: It reaches a server at an IPv6 address, too.
# hint: ask getaddrinfo for the addresses of {host}, and try each: socket with its family, connect.
@test "the client reaches a server on ::1" {
  HOST=::1
  python_server 'request(b"hello"); c.sendall(b"HELLO\n")'
  replies HELLO "$(client <<<hello)"
}

# grade client short 2 after pieces: It also works when each send takes, and each recv gives, only a part.
# hint: look at what send returns: it may be less than you gave it. The rest is yours to send.
@test "forced short reads and writes of the client" {
  fault short
  python_server '
for words in (b"hello\n", b"abcdefghij" * 200 + b"\n"):
    request(words[:-1]); c.sendall(words.upper())'
  printf 'hello\n%s\n' "$(printf 'abcdefghij%.0s' {1..200})" >input
  replies "$(tr a-z A-Z <input)" "$(UNDER_CLIENT=$FAULTY client <input)" || { content; false; }
}

@test "Python's textbook server: one recv, one send, close" {
  whole
  python_server 'c.send(c.recv(1024).decode().upper().encode()); c.close()'
  replies SENTENCE "$(client <<<sentence)"
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

@test "the last sentence needs no newline, and its reply is not believed either when a part is missing" {
  ours client
  python_server 'while c.recv(100): pass
c.sendall(b"HEL"); c.close()'
  run bash -c "printf hello | timeout 20 '$BIN_DIR/$CLIENT' 127.0.0.1 $PORT 2>error"
  same 1 "$status"
  same HEL "$output"
  same "tcp-upper-client: 127.0.0.1 port $PORT closed the connection after 3 of 5 bytes" "$(cat error)"
}

@test "a reply with fewer bytes than its sentence is whole, one with as many may not be" {
  ours client
  ours server
  server
  run bash -c "printf 'ııſ' | timeout 20 '$BIN_DIR/$CLIENT' 127.0.0.1 $PORT" # 2 bytes each; their capitals are ASCII
  same IIS "$output"
  same 0 "$status"
  python_server 'c.recv(9, MSG_WAITALL); c.sendall("ⱯⱯⱯ".encode()); c.shutdown(SHUT_WR); c.recv(100)' # 3 bytes each
  run bash -c "timeout 20 '$BIN_DIR/$CLIENT' 127.0.0.1 $PORT <<<ɐɐɐɐ 2>error"
  same ⱯⱯⱯ "$output"
  same 1 "$status"
  same "tcp-upper-client: 127.0.0.1 port $PORT closed the connection after 3 of 5 characters" "$(cat error)"
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

# grade client large 2 after pieces: A sentence of 65,536 bytes, and its reply, are larger than any one buffer.
# hint: loop on send until all is sent, and on recv until the newline has come.
@test "65,536 bytes cannot deadlock, however small the server's buffers" {
  python_server '
while (piece := c.recv(512)): c.sendall(piece.upper())' '
l.setsockopt(SOL_SOCKET, SO_SNDBUF, 2048); l.setsockopt(SOL_SOCKET, SO_RCVBUF, 2048)'
  head -c 65536 /dev/zero | tr '\0' q >input
  echo >>input
  client <input >output
  replies "$(tr q Q <input)" "$(cat output)"
}

# The same where the system's own buffers are as small as the server's: the client has made room for the
# whole reply, or both ends would wait in send for the other to read.
@test "65,536 bytes cannot deadlock, however small the system's buffers" {
  ours client
  slow
  need unshare ip
  unshare -rn true 2>/dev/null || skip "no network namespaces here"
  cat >pair <<'PAIR'
ip link set lo up
echo 4096 8192 8192 | tee /proc/sys/net/ipv4/tcp_rmem >/proc/sys/net/ipv4/tcp_wmem
python3 -c "
from socket import *
l = socket(); l.setsockopt(SOL_SOCKET, SO_SNDBUF, 2048); l.setsockopt(SOL_SOCKET, SO_RCVBUF, 2048)
l.bind(('127.0.0.1', 0)); l.listen(1); print(l.getsockname()[1], flush=True)
c, a = l.accept()
while (piece := c.recv(512)): c.sendall(piece.upper())" | { read -r port; "$@" 127.0.0.1 "$port" <input; }
PAIR
  head -c 65536 /dev/zero | tr '\0' q >input
  echo >>input
  timeout "$PATIENCE" unshare -rn bash pair "$BIN_DIR/$CLIENT" -w 10 >output
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
