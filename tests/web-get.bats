#!/usr/bin/env bats
# web-get against our server, against Python's, and against servers that break the rules.
load helper
load web
SERVER=web-server

fetch() { run timeout "$PATIENCE" "$BIN_DIR/web-get" "$@"; }

# liar BYTES: a server that reads a request and answers BYTES (escapes as in Python), then closes.
liar() {
  local name=liar$((LIARS += 1))
  start "$name" python3 -c "
import socket, sys
answer = sys.argv[1].encode('latin-1').decode('unicode_escape').encode('latin-1')
s = socket.create_server(('127.0.0.1', 0))
print(s.getsockname()[1], flush=True)
while True:
    c = s.accept()[0]
    data = b''
    while b'\r\n\r\n' not in data:
        piece = c.recv(1000)
        if not piece: break
        data += piece
    c.sendall(answer)
    c.close()" "$1"
  eventually test -s "$name.out"
  PORT=$(cat "$name.out")
}

# says STATUS CONTENT STDERR-PART BYTES: what web-get makes of a liar
says() {
  liar "$4"
  run --separate-stderr timeout "$PATIENCE" "$BIN_DIR/web-get" "http://127.0.0.1:$PORT/"
  same "$1" "$status"
  same "$2" "$output"
  # shellcheck disable=SC2154
  [[ "$stderr" == *"$3"* && ( -n "$3" || -z "$stderr" ) ]] || { printf 'expected %s, was %s\n' "$3" "$stderr" >&2; return 1; }
}

D='Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n'
OK="HTTP/1.1 200 OK\r\n$D"
bats_require_minimum_version 1.5.0

@test "a page, to stdout, to a file, with its head, with the dialogue" {
  site
  head -c "$(amount 3000000)" /dev/urandom >www/large
  server -d www
  fetch "http://127.0.0.1:$PORT/"
  same 0 "$status"
  same '<h1>It works</h1>' "$output"
  fetch -o got "http://127.0.0.1:$PORT/large"
  same '' "$output"
  cmp got www/large
  fetch -i "http://localhost:$PORT/style.css#part"
  output=${output//$'\r'/}
  answered 200
  has 'Content-Type: text/css' 'body{color:red}'
  fetch -v "127.0.0.1:$PORT/dir?a=b"
  has '* connect to 127.0.0.1 port' '> GET /dir?a=b HTTP/1.1' "> Host: 127.0.0.1:$PORT" '< HTTP/1.1 301 Moved' '< Location: /dir/?a=b'
  same 0 "$status"
  fetch "http://127.0.0.1:$PORT/none"
  same 1 "$status"
  has '404 Not Found'
  quiet server
}

@test "IPv6, names with spaces and letters beyond ASCII" {
  site
  echo umlaut >'www/ä b.txt'
  server -6 -d www
  fetch "http://[::1]:$PORT/ä b.txt"
  same umlaut "$output"
}

@test "Python's server: HTTP/1.0, to the end of the stream" {
  site
  start py python3 -u -m http.server -d www --bind 127.0.0.1 0
  eventually grep -q 'port' py.out
  PORT=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' py.out)
  fetch "http://127.0.0.1:$PORT/kilo.bin" -o x
  fetch -o got "http://127.0.0.1:$PORT/kilo.bin"
  same 0 "$status"
  cmp got www/kilo.bin
  fetch "http://127.0.0.1:$PORT/none"
  same 1 "$status"
}

@test "RFC 9112 6.3 and 7: bodies counted, chunked, and until the end" {
  says 0 hello '' "${OK}Content-Length: 5\r\n\r\nhello"
  says 0 hello '' "${OK}Transfer-Encoding: chunked\r\n\r\n2;x\r\nhe\r\n3\r\nllo\r\n0\r\nT: x\r\n\r\n"
  says 0 hello '' "${OK}\r\nhello"
  says 0 '' '' "HTTP/1.1 204 No Content\r\n$D\r\n"
  says 0 hello '' "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n${OK}Content-Length: 5\r\n\r\nhello"
}

@test "RFC 9110 15.2: interim answers before the final one, but not without end" {
  local interim='HTTP/1.1 103 Early Hints\r\n\r\n' many=
  for _ in {1..20}; do many+=$interim; done
  says 0 hello '' "$many${OK}Content-Length: 5\r\n\r\nhello"
  says 1 '' 'sent 21 interim answers (1xx) and no final one (RFC 9110, 15.2)' "$many$interim${OK}Content-Length: 5\r\n\r\nhello"
}

@test "RFC 9112 8: a body shorter than announced; 6.3: one that is longer" {
  says 1 hell 'after 4 bytes' "${OK}Content-Length: 5\r\n\r\nhell"
  says 1 he '(RFC 9112, 8)' "${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n"
  says 1 hello 'longer than announced (RFC 9112, 6.3)' "${OK}Content-Length: 5\r\n\r\nhello!"
  says 1 '' 'without an answer' ''
  says 1 '' 'in the head of its answer' "${OK}"
}

@test "RFC 9112 7.1: a bad chunk; RFC 9110 6.6.1 and 15.5.6: a missing header line" {
  says 1 '' '(RFC 9112, 7.1)' "${OK}Transfer-Encoding: chunked\r\n\r\nx\r\nhello\r\n0\r\n\r\n"
  says 1 he '(RFC 9112, 7.1)' "${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n"
  says 1 hello 'no Date field' "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
  says 1 '' 'no Allow field' "HTTP/1.1 405 No\r\n${D}Content-Length: 0\r\n\r\n"
}

@test "RFC 9110 15: status codes are 100 to 599" {
  for code in 000 099 600 999; do
    says 1 '' 'a status code begins with 1 to 5 (RFC 9110, 15)' "HTTP/1.1 $code No\r\n${D}Content-Length: 5\r\n\r\nhello"
  done
  says 1 hello '' "HTTP/1.1 599 Yes\r\n${D}Content-Length: 5\r\n\r\nhello"
  says 0 hello '' "HTTP/1.1 299 Yes\r\n${D}Content-Length: 5\r\n\r\nhello"
}

@test "RFC 9110 5.6.7: dates that are none, or of a format that nobody may send" {
  local date rule='Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110, 5.6.7)'
  for date in yesterday '' 0 'Sun, 06 Nov 1994 08:49:37' 'Sun, 6 Nov 1994 08:49:37 GMT' 'Sun, 06 Nov 1994 08:49:37 CET' \
    'Sun, 31 Nov 1994 08:49:37 GMT' 'Sun, 06 Nov 1994 24:49:37 GMT' 'Sunday, 06-Nov-94 08:49:37 GMT' 'Sun Nov  6 08:49:37 1994'; do
    says 1 hello "$rule" "HTTP/1.1 200 OK\r\nDate: $date\r\nContent-Length: 5\r\n\r\nhello"
  done
  says 1 hello "$rule" "${OK}Last-Modified: yesterday\r\nContent-Length: 5\r\n\r\nhello"
  says 1 hello '(RFC 9110, 5.3)' "$OK${D}Content-Length: 5\r\n\r\nhello"
  says 0 hello '' "${OK}Last-Modified: Sat, 31 Dec 2016 23:59:60 GMT\r\nContent-Length: 5\r\n\r\nhello"
}

@test "RFC 9112 4 and 5: heads that are none" {
  for head in 'HTTP/1.1 200\r\n' 'HTTP/1.1  200 OK\r\n' 'HTTP/1.1 20 OK\r\n' 'HTTP/1.1 2000 OK\r\n' 'http/1.1 200 OK\r\n' 'HTTP/2.0 200 OK\r\n' \
    'HTTP/1.1 200 OK\n' 'hello\r\n' 'HTTP/1.1 200 OK\r\nA : b\r\n' 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n' \
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n' 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n' \
    'HTTP/1.1 200 OK\r\nContent-Length: +5\r\n' 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n' 'HTTP/1.1 204 No\r\nContent-Length: 5\r\n'; do
    says 1 '' 'broke a rule: ' "$head$D\r\nhello"
  done
}

@test "-w bounds the wait for a server that says nothing" {
  start mute python3 -c "
import socket, time
s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)
c = s.accept(); time.sleep(60)"
  eventually test -s mute.out
  fetch -w 0.5 "http://127.0.0.1:$(cat mute.out)/"
  same 1 "$status"
  has ETIMEDOUT
}

@test "errors: no server, no URL, https, a bad port, an unknown option" {
  fetch "http://127.0.0.1:$(free_port)/"
  same 1 "$status"
  has ECONNREFUSED web-server
  for url in https://localhost/ http:// 'http://a@b/' 'http://a:x/' 'http://a:99999/' 'http://a b/'; do
    fetch "$url"
    same 2 "$status"
  done
  fetch
  same 2 "$status"
  fetch -x http://localhost/
  same 2 "$status"
  fetch --help
  same 0 "$status"
  has '[-46iv] [-o FILE] [-w SECONDS] URL'
}
