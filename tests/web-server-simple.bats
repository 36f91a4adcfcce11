#!/usr/bin/env bats
# web-server-simple: one request at a time. What both servers share is tested in web-server.bats; here,
# that it comes through, and that nobody stops a server that waits for one client at a time.
load helper
load web
SERVER=${SERVER:-web-server-simple} # what both servers promise is tested with either
H='Host: h\r\n'

@test "a page, its header lines, and the log" {
  site
  server -d www
  get /
  answered 200
  has 'Content-Type: text/html; charset=utf-8' 'Content-Length: 18' 'Connection: close' '<h1>It works</h1>'
  get /none
  answered 404
  eventually grep -qF '#   ^' server.out
  same "web-server-simple: listening on 127.0.0.1 port $PORT
in a browser, or with $BIN_DIR/web-get in another terminal: http://127.0.0.1:$PORT/" "$(head -n 2 server.out)"
  grep -q '^127.0.0.1 - - \[.*\] "GET / HTTP/1.1" 200 18$' server.out
  quiet server
}

@test "it serves the current directory without -d, and every byte of a large file" {
  head -c "$(amount 5000000)" /dev/urandom >large
  server -q
  curl -sS -o got "http://$HOST:$PORT/large"
  cmp got large
  same "web-server-simple: listening on 127.0.0.1 port $PORT" "$(out server)"
}

@test "RFC 9110: 405 with Allow, 404, HEAD, no dot-dot, no dot file, no link outside, no FIFO" {
  site
  ln -s ../secret www/out
  mkfifo www/fifo
  server -d www
  get / -X DELETE
  answered 405
  has 'Allow: GET, HEAD, OPTIONS'
  get / -I
  answered 200
  for path in /../secret /%2e%2e/secret /..%2fsecret /.secret; do
    get "$path"
    answered 404
  done
  for path in /out /fifo; do
    get "$path"
    answered 403
  done
}

@test "RFC 9112 9.6: one request a connection; what follows, and a body, is thrown away" {
  site
  server -d www
  output=$(ask "GET / HTTP/1.1\r\n${H}\r\nGET / HTTP/1.1\r\n${H}\r\n")
  same 1 "$(grep -c '^HTTP/1.1' <<<"$output")"
  output=$(ask "POST / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello")
  answered 405
  refused 400 'RFC 9112, 6.3' "POST / HTTP/1.1\r\n${H}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
  refused 431 'RFC 6585, 5' "GET / HTTP/1.1\r\nA: $(printf '%020000d' 0)\r\n\r\n"
}

# soon SECONDS CODE: CODE sets took, and a slow machine can only have made that longer: so the best of up
# to four tries counts, and has to be less than SECONDS.
soon() {
  python "
def attempt():
$(sed 's/^/    /' <<<"$2")
    return took
for n in range(4):
    took = attempt()
    if took < $1: break
else: raise SystemExit('it took %.2f s, and must not take $1' % took)"
}

@test "a silent client holds it up for two seconds, a dripping one too" {
  site
  server -d www
  run python "
silent = create_connection((host, port))
drip = create_connection((host, port)); drip.sendall(b'GET / HTTP/1.1\r\n')
begun = time.monotonic()
s = create_connection((host, port)); s.sendall(b'GET / HTTP/1.1\r\nHost: h\r\n\r\n')
s.setblocking(False)
answer = b''
while b'It works' not in answer:
    try: answer += s.recv(1000)
    except BlockingIOError: pass
    try: drip.sendall(b'a')
    except ConnectionError: pass
    time.sleep(0.05)
assert time.monotonic() - begun > 1.5
assert silent.recv(1) == b''"
  same 0 "$status"
}

@test "... and no longer" {
  site
  server -d www
  soon 3 "
begun = time.monotonic()
silent = create_connection((host, port))
same(b'', silent.recv(1))
took = time.monotonic() - begun"
}

@test "a client that has its answer and stays is waited for half a second" {
  site
  server -d www
  soon 1.5 "
stays = create_connection((host, port)); stays.sendall(b'GET / HTTP/1.1\r\nHost: h\r\n\r\n')
assert b'It works' in stays.makefile('rb').read()
begun = time.monotonic()
s = create_connection((host, port)); s.sendall(b'GET / HTTP/1.1\r\nHost: h\r\n\r\n')
assert b'It works' in s.makefile('rb').read()
took = time.monotonic() - begun"
}

@test "RFC 9112 9.6: a large answer arrives whole, though taken slowly by a client that asks again meanwhile" {
  bulk
  site
  head -c 6000000 /dev/urandom >www/large
  server -d www
  python "
s = socket(); s.setsockopt(SOL_SOCKET, SO_RCVBUF, 65536); s.settimeout(20); s.connect((host, port))
begun = time.monotonic()
s.sendall(b'GET /large HTTP/1.1\r\nHost: h\r\n\r\n')
got = s.recv(1)
s.sendall(b'GET / HTTP/1.1\r\nHost: h\r\n\r\n')
while time.monotonic() - begun < 2.5: # longer than the server waits for a request
    got += s.recv(20000)
    time.sleep(0.02)
while piece := s.recv(1 << 16): got += piece
same(open('www/large', 'rb').read(), got.partition(b'\r\n\r\n')[2])"
}

@test "-b '*' serves both families, -6 -b '*' leaves IPv4 alone" {
  site
  server -b '*' -d www
  for HOST in 127.0.0.1 '[::1]'; do
    get /
    answered 200
  done
  leaves_ipv4_alone
}

@test "resets, a half-close: the next client is served" {
  site
  truncate -s "$(amount 50000000)" www/large
  server -d www
  run python "
import struct
for n in range(0, 30, 3):
    s = create_connection((host, port)); s.sendall(b'GET /large HTTP/1.1\r\nHost: h\r\n\r\n'[:n])
    s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack('ii', 1, 0)); s.close()
s = create_connection((host, port)); s.sendall(b'GET / HTTP/1.1\r\nHost: h\r\n\r\n'); s.shutdown(SHUT_WR)
answer = s.makefile('rb').read()
assert b'It works' in answer, answer"
  same 0 "$status"
}

@test "a reader that never reads: the next client is served" {
  bulk
  site
  truncate -s 50M www/large
  server -d www
  run python "
stuck = create_connection((host, port)); stuck.sendall(b'GET /large HTTP/1.1\r\nHost: h\r\n\r\n')
s = create_connection((host, port)); s.sendall(b'GET / HTTP/1.1\r\nHost: h\r\n\r\n')
answer = s.makefile('rb').read()
assert b'It works' in answer, answer"
  same 0 "$status"
  grep -q "send to 127.0.0.1: .*(ETIMEDOUT)" server.err
}

@test "the served directory is made again: the new one is served, and the log says so" {
  ours server
  site
  server -d www
  rm -r www
  get /index.html
  answered 404
  mkdir www
  echo second >www/index.html
  get /index.html
  answered 200
  has second
  grep -qF "# the served directory is gone (ENOENT); until there is one again, all is 404: $PWD/www" server.out
  grep -qF "# another directory has the name of the served one now, and is served: $PWD/www" server.out
}

@test "clients that break off, one after the other: it is said once" {
  undisturbed
  ours server
  site
  truncate -s 20M www/large
  server -d www
  python "
import struct
for i in range(5):
    s = create_connection((host, port))
    s.sendall(b'GET /large HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n')
    s.recv(1000)
    s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack('ii', 1, 0)); s.close()"
  eventually all_logged
  same 1 "$(grep -c 'send to 127.0.0.1' server.err)"
}
all_logged() { [ "$(grep -c 'GET /large' server.out)" = 5 ]; }

@test "out of descriptors for the file: 503, and it goes on" {
  site
  UNDER='prlimit --nofile=6:256' server -d www
  get /dir/a.txt
  answered 503
  has 'Retry-After: 1'
  alive "$SERVER_PID"
}

# --- what is expected of any web server: by these tests scripts/grade marks other people's, too

# is_served: a page comes, as it should from a server that has survived something.
is_served() {
  python '
status, head, body = get((host, port), "/style.css")
same((200, b"body{color:red}\n"), (status, body[:16]), "the next request, for /style.css")'
}

# grade web-server* page 3: A file that is asked for comes: with status 200, header lines, an empty line, and its bytes.
# hint: accept, recv the request, take the path out of its first line, read the file under {dir}; send
#   "HTTP/1.1 200 OK", the header lines, an empty line, and what was in the file.
@test "a page" {
  site
  server -d www
  python '
status, head, body = get((host, port), "/index.html")
same(200, status, "status"); same(b"<h1>It works</h1>\n", body[:18], "body")'
}

# grade web-server* head 1 after page: Every line of the head ends with CRLF, and every header line is a name, a colon, a value.
# hint: in HTTP a line ends with \r\n, the last header line is followed by an empty one, \r\n\r\n in all.
@test "the form of the head" {
  site
  server -d www
  python '
status, head, body = get((host, port), "/index.html")
for line in head.split(b"\r\n")[1:]:
    if b"\n" in line or b"\r" in line or not re.fullmatch(rb"[!#$%&*+.^_`|~0-9A-Za-z-]+:[\t -\xff]*", line):
        raise SystemExit("this is no header line: %r" % line)'
}

# grade web-server* exact 1 after page: The body is the file and nothing else; then the connection is closed.
# hint: no print() into the response, no NUL, no newline more; Content-Length, if you send it, is the
#   number of bytes in the file; close the connection socket when all is sent.
@test "a page is exactly the file, and then the connection ends" {
  site
  server -d www
  python '
s = create_connection((host, port)); s.sendall(request("/style.css"))
same(b"body{color:red}\n", rest(s).partition(b"\r\n\r\n")[2], "all behind the head")'
}

# grade web-server* type 1 after page: Content-Type says what it is: text/html, text/css, image/png ...
# hint: the end of the file name tells the type.
@test "the type of a file" {
  site
  cp www/kilo.bin www/picture.png
  server -d www
  python '
for path, kind in ("/index.html", b"text/html"), ("/style.css", b"text/css"), ("/picture.png", b"image/png"):
    status, head, body = get((host, port), path)
    found = re.search(rb"(?i)\r\nContent-Type:[ \t]*([^\r\n; ]*)", head)
    same(kind, found[1].lower() if found else b"no Content-Type", path)'
}

# grade web-server* missing 2 after page: What is not there is answered with status 404.
# hint: when the file cannot be opened, send "HTTP/1.1 404 Not Found", header lines, an empty line, and
#   some words for the reader; then go on with the next connection.
@test "a page that is not there" {
  site
  server -d www
  python '
for path in "/none.html", "/dir/none", "/index.html/more":
    same(404, get((host, port), path)[0], "status of " + path)'
  is_served
}

# grade web-server* bytes 1 after page: A file that is no text comes byte for byte.
# hint: open the file in binary mode, and send bytes: no decode(), no strlen(), no change of line ends.
@test "a file that is no text" {
  site
  server -d www
  python 'same(bytes(i % 251 for i in range(1000)), get((host, port), "/kilo.bin")[2][:1000])'
}

# grade web-server* large 2 after bytes: A file of five megabytes comes whole.
# hint: send may take only a part of the bytes: loop until all are sent (in Python: sendall).
@test "a large file" {
  bulk
  site
  python 'open("www/large.bin", "wb").write(random.Random(5).randbytes(5000000))'
  server -q -d www
  python '
s = create_connection((host, port)); s.sendall(request("/large.bin"))
time.sleep(0.3)  # by now every buffer on the way is full
same(open("www/large.bin", "rb").read(), answer(s)[2][:5000000])'
}

# grade web-server* pieces 2 after page: A request may come in pieces, cut anywhere.
# hint: TCP is a byte stream: recv again until the empty line, \r\n\r\n, has come.
@test "a request in pieces" {
  site
  server -d www
  python '
s = create_connection((host, port)); at_once(s)
for piece in b"GE", b"T /style.css HT", b"TP/1.1\r\nHost: local", b"host\r", b"\nConnection: close\r\n\r", b"\n":
    s.sendall(piece); time.sleep(0.15)
status, head, body = answer(s); same((200, b"body{color:red}\n"), (status, body[:16]))'
}

# grade web-server* browser 1 after page: The request of a browser, with three kilobytes of header lines, is answered whole.
# hint: read the request to its empty line before you close: closed with bytes unread, a connection is
#   reset, and the response may be lost.
@test "the long request of a browser" {
  site
  server -d www
  python '
s = create_connection((host, port)); at_once(s)
lines = b"".join(b"X-Line-%d: %s\r\n" % (i, b"x" * 280) for i in range(10))
s.sendall(b"GET /style.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"); time.sleep(0.1)
s.sendall(lines[:1500]); time.sleep(0.1); s.sendall(lines[1500:] + b"\r\n")
time.sleep(0.3)
status, head, body = answer(s); same((200, b"body{color:red}\n"), (status, body[:16])); same(b"", rest(s))'
}

# grade web-server* outside 2 after missing: Nothing outside its folder is given out, however the path is written.
# hint: put the path and {dir} together, resolve it (realpath), and look whether it still begins with {dir}/.
@test "no way out of the folder" {
  site
  server -d www
  python '
for path in "/../secret", "/dir/../../secret", "//../secret", "/%2e%2e/secret", "/" + os.path.abspath("secret"), "../secret":
    s = create_connection((host, port)); s.sendall(request(path))
    status, head, body = answer(s)
    if b"outside" in body or status == 200:
        raise SystemExit("GET %s\nexpected: no file\nactual:   status %d, %s" % (path, status, show(body)))'
  is_served
}

# grade web-server* folder 1 after page: The name of a folder is answered, with whatever status, and does no harm.
# hint: a folder cannot be read like a file: is it a file at all? If not: 404.
@test "a folder" {
  site
  server -d www
  python 'get((host, port), "/dir"); get((host, port), "/"); get((host, port), "/dir/")'
  is_served
}

# grade web-server* method 1 after page: Methods that it does not serve are refused: with 405, or 501 if it does not know them.
# hint: the first word of the request is the method; you serve GET (and HEAD, if you like).
@test "another method" {
  site
  server -d www
  python '
for method in "POST", "DELETE", "BREW":
    status = get((host, port), "/style.css", method)[0]
    if status not in (400, 405, 501):
        raise SystemExit("%s /style.css\nexpected: status 405, or 501 if it is not known\nactual:   status %d" % (method, status))'
  is_served
}

# grade web-server* rubbish 1 after page: What is no request is answered with 400, or not at all; the next one is served.
# hint: the first line may have fewer words than you take out of it, and bytes that are no text.
@test "what is no request" {
  site
  server -d www
  python '
for words in b"hello\r\n\r\n", b"\r\n\r\n", b"GET\r\n\r\n", b"GET /\xff\xfe HTTP/1.1\r\nHost: h\r\n\r\n", b"\x16\x03\x01\0\xff\r\n\r\n", b"GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n":
    s = create_connection((host, port)); s.sendall(words); s.shutdown(SHUT_WR)
    try: got = rest(s)
    except ConnectionResetError: got = b""
    if got and not re.match(rb"HTTP/1\.[01] 4\d\d", got):
        raise SystemExit("%r\nexpected: status 400, or nothing\nactual:   %s" % (words, show(got)))'
  is_served
}

# grade web-server* next 2 after page: It serves request after request, also of a client that had to wait.
# hint: accept stands in an endless loop; close the connection socket, never the welcoming socket.
@test "one request after the other" {
  site
  server -d www
  python '
waiting = [create_connection((host, port)) for i in range(3)]
for s in waiting: s.sendall(request("/style.css"))
for s in waiting: same(b"body{color:red}\n", answer(s)[2][:16]); s.close()'
  for i in {1..5}; do is_served; done
}

# grade web-server* reset 2 after next: Clients that break off with a reset do not end the server.
# hint: recv and send fail with ECONNRESET when the client is lost, or send with EPIPE, and in C the signal
#   SIGPIPE ends the program unless it is ignored: close that connection socket and accept the next one; do not exit.
@test "clients that break off" {
  site
  python 'open("www/large.bin", "wb").write(b"x" * 5000000)'
  server -q -d www
  python '
for words in b"", b"GE", b"GET / HT", request("/style.css"), request("/large.bin"), request("/large.bin"):
    s = create_connection((host, port)); s.sendall(words)
    if b"large" in words: s.recv(1)
    reset(s)'
  is_served
}

# grade web-server* leave 1 after next: Clients that leave without a word, in mid-line or without reading do no harm.
# hint: recv may return 0 at once; send to a client that has left fails with EPIPE, and in C the signal
#   SIGPIPE ends the program unless it is ignored.
@test "clients that leave" {
  site
  python 'open("www/large.bin", "wb").write(b"x" * 5000000)'
  server -q -d www
  python '
for words in b"", b"GE", b"GET / HTTP/1.1\r\nHost", request("/style.css"), request("/large.bin"):
    s = create_connection((host, port)); s.sendall(words); s.close()
s = create_connection((host, port)); s.sendall(request("/large.bin")); s.shutdown(SHUT_WR); s.recv(1); s.close()'
  is_served
}

# grade web-server-simple silent 1 after next: A client that says nothing keeps the others waiting for some seconds only.
# hint: browsers open connections that they may never use: give recv two seconds (SO_RCVTIMEO or
#   settimeout), then close, and accept the next one.
# grade web-server at-once 3 after next: Clients that say nothing, or half of a request, keep nobody waiting.
# hint: give each client a thread of its own (or poll them all): while one recv waits, the others go on.
@test "silent clients" {
  site
  server -d www
  silent=1
  [ "$SERVER" != web-server ] || silent=20
  python '
silent = [create_connection((host, port)) for i in range(int(arg[0]))]
for s in silent[::2]: s.sendall(b"GET /style.css HT")
status, head, body = get((host, port), "/style.css")
same((200, b"body{color:red}\n"), (status, body[:16]))' $silent
}

# grade web-server* short 2 after pieces: It also works when each send takes, and each recv gives, only a part.
# hint: look at what send returns: it may be less than you gave it. The rest is yours to send.
@test "forced short reads and writes" {
  fault short
  site
  UNDER=$FAULTY server -q -d www
  python '
for path, file in ("/style.css", "www/style.css"), ("/kilo.bin", "www/kilo.bin"):
    status, head, body = get((host, port), path)
    same(200, status, path); want = open(file, "rb").read(); same(want, body[:len(want)], path)'
}

# grade web-server* restart 1 after page: Ended with a connection still open, it can be started again at once.
# hint: setsockopt SO_REUSEADDR on the welcoming socket, before bind.
@test "it starts again at once" {
  site
  server -q -d www
  start held python3 -c "
from socket import *; import time
s = create_connection(('127.0.0.1', $PORT)); s.sendall(b'GET /style.css HTTP/1.1\r\n\r\n'); s.recv(1); print('held', flush=True); time.sleep(60)"
  eventually grep -q held held.out
  kill "$SERVER_PID"
  eventually ended "$SERVER_PID"
  SERVER_PORT=$PORT server -q -d www
  is_served
}
