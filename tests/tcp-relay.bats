#!/usr/bin/env bats
# The relay of docs/exercises: it stands between client and server, and passes bytes both ways. There is
# no program of ours; what is tested here are the exercise's solutions, in Python, and in C.
# exercise tcp-relay
# variants: plain
load helper
[ -n "${SERVER_CMD:-}" ] || SERVER_CMD="python3 $ROOT/tests/grade/tcp-relay.py {port} {host} {target}"

# relay CODE: the relay, and behind it a server in Python, which does CODE with each connection c.
relay() {
  TARGET=$(FIXED_PORT='' free_port)
  behind "$1"
  server
}
behind() {
  start behind timeout "$((${START_PATIENCE:-0} + 3 * PATIENCE))" python3 -c "
import sys; sys.path.insert(0, '$ROOT/tests/grade')
from peer import *
from threading import Thread
setdefaulttimeout($PATIENCE)
l = socket(AF_INET, SOCK_STREAM); l.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
l.bind(('$HOST', $TARGET)); l.listen(50); l.settimeout(None)
def echo(c):
    while (piece := c.recv(65536)): c.sendall(piece)
def serve(c):
    c.settimeout(getdefaulttimeout()); at_once(c)
$(sed 's/^/    /' <<<"$1")
    c.close()
while True: Thread(target=serve, args=(l.accept()[0],), daemon=True).start()"
  eventually in_use "$TARGET"
}

# grade tcp-relay pass 3: What the client sends comes to the server, and what the server replies comes to the client.
# hint: welcoming socket at {port}; accept a client; connect to {host} {target}; then recv from one, send to the other.
@test "a question and its answer" {
  relay 'same(b"question\n", receive(c, 9)); c.sendall(b"answer\n"); rest(c)'
  python 's = create_connection((host, port)); s.sendall(b"question\n"); same(b"answer\n", receive(s, 7))'
}

# grade tcp-relay first 2 after pass: The server may speak first: nobody has to wait for the client.
# hint: each direction goes by itself, in a thread of its own: you do not know who speaks next.
@test "the server speaks first, and twice" {
  relay 'c.sendall(b"220 hello\n"); same(b"HELO\n", receive(c, 5)); c.sendall(b"250 one\n"); time.sleep(0.2); c.sendall(b"250 two\n"); rest(c)'
  python '
s = create_connection((host, port))
same(b"220 hello\n", receive(s, 10)); s.sendall(b"HELO\n"); same(b"250 one\n250 two\n", receive(s, 16))'
}

# grade tcp-relay at-a-time 2 after pass: What comes is passed on at once, whether it has a newline or not.
# hint: pass on whatever recv has given; do not wait for more.
@test "a byte at a time" {
  relay 'echo(c)'
  python '
s = create_connection((host, port)); at_once(s)
for byte in b"no newline": s.sendall(bytes([byte])); same(bytes([byte]), receive(s, 1))'
}

# grade tcp-relay bytes 1 after pass: All bytes pass unchanged, NULs too.
# hint: what comes from a socket is bytes, not a string: no strlen(), no decode().
@test "bytes of all kinds" {
  relay 'echo(c)'
  python '
s = create_connection((host, port)); sent = bytes(range(256)) * 8 + b"\n"
s.sendall(sent); same(sent, receive(s, len(sent)))'
}

# grade tcp-relay half-close 3 after pass: When the client has finished sending, the server learns so, and still can reply.
# hint: recv returned 0: shutdown(other, SHUT_WR) says the same to the other side; the other direction goes on.
@test "half-close: the client has finished, the server has not" {
  relay 'got = rest(c); c.sendall(b"%d bytes\n" % len(got))'
  python '
s = create_connection((host, port)); s.sendall(b"x" * 1000); s.shutdown(SHUT_WR)
same(b"1000 bytes\n", rest(s))'
}

# grade tcp-relay half-back 2 after half-close: When the server has finished sending, the client learns so, and still can send.
# hint: each direction ends by itself; close both sockets when both have ended.
@test "half-close: the server has finished, the client has not" {
  relay 'c.sendall(b"go on\n"); c.shutdown(SHUT_WR); open("got", "wb").write(rest(c)); os.rename("got", "all")'
  python 's = create_connection((host, port)); same(b"go on\n", rest(s)); s.sendall(b"still here\n"); s.shutdown(SHUT_WR)'
  eventually test -e all
  same 'still here' "$(cat all)"
}

# grade tcp-relay large 2 after at-a-time: Five megabytes pass in both directions at once, though no buffer holds them.
# hint: loop until all is sent (in Python: sendall); a direction that waits must not keep the other waiting.
@test "five megabytes, both ways at once" {
  relay '
def send(): c.sendall(b"down" * 1250000)
t = Thread(target=send); t.start()
got = receive(c, 5000000); t.join(); c.sendall(b"whole" if got == b"abcde" * 1000000 else b"other")'
  python '
import threading
s = create_connection((host, port))
threading.Thread(target=lambda: s.sendall(b"abcde" * 1000000), daemon=True).start()
same(b"down" * 1250000, receive(s, 5000000)); same(b"whole", receive(s, 5), "what the server got")'
}

# grade tcp-relay next 2 after pass: After one client it serves the next.
# hint: accept stands in an endless loop; each client gets a connection to the server of its own.
@test "client after client" {
  relay 'echo(c)'
  python '
for i in range(5):
    with create_connection((host, port)) as s: s.sendall(b"%d\n" % i); same(b"%d\n" % i, receive(s, 2))'
}

# grade tcp-relay at-once 3 after next: Several clients are served at once, none waits for another.
# hint: give each client threads of its own (or poll all sockets).
@test "several clients at once" {
  relay 'echo(c)'
  python '
clients = [create_connection((host, port)) for i in range(5)]
for i, s in reversed(list(enumerate(clients))): s.sendall(b"client %d\n" % i)
for i, s in enumerate(clients): same(b"client %d\n" % i, receive(s, 9))'
}

# grade tcp-relay reset 2 after next: A client or a server that breaks off does not end the relay; the other one learns it.
# hint: recv and send fail with ECONNRESET, in C also by SIGPIPE: close these two sockets, and go on.
@test "connections that break off" {
  relay '
try: echo(c)
except ConnectionError: pass
open("gone", "ab").write(b"x\n")'
  python '
for words in b"", b"mid-line", b"x" * 300000:
    s = create_connection((host, port)); s.sendall(words); reset(s)'
  eventually test -e gone
  eventually has_lines 3 gone
  kill "${PIDS[0]}"
  eventually ended "${PIDS[0]}"
  behind 'receive(c, 1); reset(c)'
  python '
for i in range(3):
    s = create_connection((host, port)); s.sendall(b"x\n")
    try: same(b"", rest(s))
    except ConnectionResetError: pass'
  alive "$SERVER_PID"
}

# grade tcp-relay nobody 1 after next: If the server cannot be reached the client is closed, and the next one may have more luck.
# hint: connect fails with ECONNREFUSED: close the connection socket, and accept the next client.
@test "a server that is not there yet" {
  TARGET=$(FIXED_PORT='' free_port)
  server
  python '
for i in range(2):
    s = create_connection((host, port))
    try: same(b"", rest(s))
    except ConnectionResetError: pass'
  behind 'echo(c)'
  python 's = create_connection((host, port)); s.sendall(b"at last\n"); same(b"at last\n", receive(s, 8))'
}

# grade tcp-relay short 2 after at-a-time: It also works when each send takes, and each recv gives, only a part.
# hint: look at what send returns: it may be less than you gave it. The rest is yours to send.
@test "forced short reads and writes of the relay" {
  fault short
  UNDER=$FAULTY relay 'echo(c)'
  python 's = create_connection((host, port)); sent = b"abcdefghij" * 200; s.sendall(sent); same(sent, receive(s, len(sent)))'
}

# grade tcp-relay restart 1 after pass: Ended with a connection still open, it can be started again at once.
# hint: setsockopt SO_REUSEADDR on the welcoming socket, before bind.
@test "the relay starts again at once" {
  relay 'echo(c)'
  start held python3 -c "
from socket import *; import time
s = create_connection(('127.0.0.1', $PORT)); s.sendall(b'x\n'); s.recv(1); print('held', flush=True); time.sleep(60)"
  eventually grep -q held held.out
  kill "$SERVER_PID"
  eventually ended "$SERVER_PID"
  SERVER_PORT=$PORT server
  python 's = create_connection((host, port)); s.sendall(b"y\n"); same(b"y\n", receive(s, 2))'
}
