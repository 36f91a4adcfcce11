#!/usr/bin/env bats
# web-server-simple: one request at a time. What both servers share is tested in web-server.bats; here,
# that it comes through, and that nobody stops a server that waits for one client at a time.
load helper
load web
SERVER=web-server-simple
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

@test "a silent client holds it up for two seconds, a dripping one too, and no longer" {
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

@test "out of descriptors for the file: 503, and it goes on" {
  site
  UNDER='prlimit --nofile=6:256' server -d www
  get /dir/a.txt
  answered 503
  has 'Retry-After: 1'
  alive "$SERVER_PID"
}
