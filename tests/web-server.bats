#!/usr/bin/env bats
# web-server: what it answers. Each test names the section of RFC 9110 or 9112 that it holds it to.
# slow
# threads
load helper
load web
SERVER=web-server

H='Host: h\r\n'
NEXT="GET /smuggled HTTP/1.1\r\n${H}\r\n"

@test "it says where it listens and what to open, then logs in Common Log Format with true byte counts" {
  site
  server -d www
  get /index.html
  get /none
  get /index.html -I
  eventually grep -q ' 200 -$' server.out
  same "web-server: listening on 127.0.0.1 port $PORT" "$(sed -n 1p server.out)"
  same "in a browser, or with $BIN_DIR/web-get in another terminal: http://127.0.0.1:$PORT/" "$(sed -n 2p server.out)"
  grep -Eq '^127\.0\.0\.1 - - \[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8} \+0000\] "GET /index.html HTTP/1.1" 200 18$' server.out
  grep -q '"HEAD /index.html HTTP/1.1" 200 -$' server.out
  # A refused request is followed by the rule and a caret under the byte.
  same '# 404: there is no such file here (RFC 9110, 15.5.5)
#   /none
#   ^' "$(grep '^#' server.out)"
  quiet server
}

@test "-q leaves the first line only" {
  site
  server -q -d www
  get /
  get /none
  same "web-server: listening on 127.0.0.1 port $PORT" "$(out server)"
  quiet server
}

@test "RFC 9110 8: a file comes with its type, length, validators and the date" {
  site
  server -d www
  get /index.html
  answered 200
  has 'Content-Type: text/html; charset=utf-8' 'Content-Length: 18' 'Accept-Ranges: bytes' \
    'Cache-Control: no-cache' 'X-Content-Type-Options: nosniff' 'ETag: ' "$(cat www/index.html)"
  touch -d '1994-11-06 08:49:37 UTC' www/index.html
  get /index.html
  has 'Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT'
  sent=$(sed -n 's/^Date: //p' <<<"$output")
  same "$sent" "$(LC_ALL=C date -u -d "$sent" '+%a, %d %b %Y %H:%M:%S GMT')"
  (($(date +%s) - $(date -d "$sent" +%s) <= 60))
  touch -d '2100-01-01' www/index.html # RFC 9110 8.8.2.1: never later than Date
  get /index.html
  same "$(sed -n 's/^Date: //p' <<<"$output")" "$(sed -n 's/^Last-Modified: //p' <<<"$output")"
}

@test "every byte of files small and large arrives" {
  site
  : >www/empty
  head -c 16384 /dev/urandom >www/a16k
  head -c 16385 /dev/urandom >www/a16k1
  head -c "$(amount 3000001)" /dev/urandom >www/large
  server -d www
  for file in empty a16k a16k1 large kilo.bin; do
    curl -s -o got "http://$HOST:$PORT/$file"
    cmp got "www/$file"
  done
}

@test "RFC 9110 9.3.2: HEAD has GET's head and no content, for errors too" {
  site
  server -d www
  for path in /index.html /dir /dir/ /none '/%00'; do
    get "$path"
    # A tag is weak while the file is new; it may grow up between the two.
    whole=$(sed '/^$/,$d; /^Date:/d; s|^ETag: W/|ETag: |' <<<"$output")
    same "$whole" "$(ask "HEAD $path HTTP/1.1\r\n${H}Connection: close\r\n\r\n" |
      sed '/^Date:/d; /^Connection:/d; s|^ETag: W/|ETag: |; /^$/,$d')"
    same '' "$(ask "HEAD $path HTTP/1.1\r\n${H}Connection: close\r\n\r\n" | sed '1,/^$/d')"
  done
  same '' "$(ask "HEAD / HTTP/1.1\r\nHost : h\r\n\r\n" | sed '1,/^$/d')"
}

@test "RFC 9110 9.3.7: OPTIONS, and OPTIONS *" {
  site
  server -d www
  get /index.html -X OPTIONS
  answered 200
  has 'Allow: GET, HEAD, OPTIONS' 'Content-Length: 0'
  output=$(ask "OPTIONS * HTTP/1.1\r\n${H}Connection: close\r\n\r\n")
  answered 200
  has 'Allow: GET, HEAD, OPTIONS'
}

@test "RFC 9110 15.5.6: a known method is not allowed, and Allow says what is; 15.6.2: others are unknown" {
  site
  server -d www
  for method in POST PUT DELETE TRACE PATCH; do
    get / -X "$method"
    answered 405
    has 'Allow: GET, HEAD, OPTIONS' '(RFC 9110, 15.5.6)'
    hasnot 'Connection: close'
  done
  output=$(ask "CONNECT h:1 HTTP/1.1\r\n${H}Connection: close\r\n\r\n")
  answered 405
  for method in get Get BREW GETS; do
    get / -X "$method"
    answered 501
    has '(RFC 9110, 9.1)'
  done
}

@test "RFC 9112 2.2 and 3: a request line that is not exactly one is refused, and ends the connection" {
  site
  server -d www
  refused 400 'RFC 9112, 3' "GET  / HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 2.3' "GET /  HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 2.3' "GET / HTTP/1.1 \r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 3.1' "GET\t/ HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 2.3' "GET / http/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 2.3' "GET / HTTP/1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 2.3' "GET / HTTP/11\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 3' "GET /\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 2.2' "GET / HTTP/1.1\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 3' "\x16\x03\x01\x02\x00\x01\x00"
  refused 505 'RFC 9110, 15.6.6' "GET / HTTP/2.0\r\n${H}\r\n$NEXT"
  refused 505 'RFC 9110, 15.6.6' "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
}

@test "RFC 9112 3.2: targets: forms, control bytes, fragments, raw and malformed escapes" {
  site
  server -d www
  refused 400 'RFC 9112, 3.2' "GET a HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 3.2' "GET /\x00 HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 3.2' "GET /\x7f HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9110, 7.1' "GET /#a HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 3986, 2.1' "GET /\xc3\xa4 HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 3986, 2.1' "GET /%zz HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 3986, 2.1' "GET /%4 HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 3.2.4' "GET * HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9112, 3.2' "GET https://h/ HTTP/1.1\r\n${H}\r\n$NEXT"
  refused 400 'RFC 9110, 4.2.1' "GET http:///x HTTP/1.1\r\n${H}\r\n$NEXT"
  output=$(ask "GET HTTP://other:80/index.html HTTP/1.1\r\n${H}Connection: close\r\n\r\n")
  answered 200
  output=$(ask "GET http://other HTTP/1.1\r\n${H}Connection: close\r\n\r\n")
  answered 200
}

@test "RFC 9112 3.2: one Host, and a valid one; HTTP/1.0 may do without" {
  site
  server -d www
  refused 400 'RFC 9112, 3.2' "GET / HTTP/1.1\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 3.2' "GET / HTTP/1.1\r\n${H}${H}\r\n$NEXT"
  refused 400 'RFC 9112, 3.2' "GET / HTTP/1.1\r\nHost: a b\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 3.2' "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 3.2' "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 3.2' "GET / HTTP/1.1\r\nHost:\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 3.2' "GET / HTTP/1.1\r\nHost: h:99999\r\n\r\n$NEXT"
  output=$(ask 'GET / HTTP/1.0\r\n\r\n')
  answered 200
  has 'Connection: close'
}

@test "RFC 9112 5: fields: white space, folding, names, control bytes" {
  site
  server -d www
  G="GET / HTTP/1.1\r\n${H}"
  refused 400 'RFC 9112, 5.1' "GET / HTTP/1.1\r\nHost : h\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 5.2' "${G}A: b\r\n c\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 2.2' "GET / HTTP/1.1\r\n ${H}\r\n$NEXT"
  refused 400 'RFC 9112, 5' "${G}Nonsense\r\n\r\n$NEXT"
  refused 400 'RFC 9110, 5.1' "${G}: x\r\n\r\n$NEXT"
  refused 400 'RFC 9110, 5.6.2' "${G}A(b: x\r\n\r\n$NEXT"
  refused 400 'RFC 9110, 5.5' "${G}A: b\x00c\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 2.2' "${G}A: b\rc\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 2.2' "${G}A: b\n\r\n$NEXT"
}

@test "RFC 9112 6: framing that two readers could read differently is refused" {
  site
  server -d www
  P="POST / HTTP/1.1\r\n${H}"
  for length in +5 -5 0x5 '5, 5' 5a '"5"' 99999999999999999999 9223372036854775808 '' '5 5' 1_0; do
    refused 400 'RFC 9110, 8.6' "${P}Content-Length: $length\r\n\r\nhello$NEXT"
  done
  refused 400 'RFC 9112, 6.3' "${P}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello$NEXT"
  refused 400 'RFC 9112, 6.3' "${P}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 6.3' "${P}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 6.1' "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 6.1' "${P}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 6.1' "${P}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 6.1' "${P}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n$NEXT"
  refused 400 'RFC 9110, 5.5' "${P}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 5.1' "${P}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n$NEXT"
  refused 501 'RFC 9112, 6.1' "${P}Transfer-Encoding: gzip\r\n\r\n$NEXT"
  refused 501 'RFC 9112, 6.1' "${P}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n$NEXT"
}

@test "RFC 9112 7.1: chunks that are not exactly chunks are refused" {
  site
  server -d www
  P="POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n"
  for chunk in '5\nhello\r\n' '5\r\nhello\n' '5\r\nhelloo\r\n' '-5\r\nhello\r\n' '+5\r\nhello\r\n' '0x5\r\nhello\r\n' \
    ' 5\r\nhello\r\n' '5 \r\nhello\r\n' 'g\r\n' '\r\n' 'FFFFFFFFFFFFFFFFF\r\n' '5\rhello\r\n'; do
    refused 400 'RFC 9112, 7.1' "${P}${chunk}0\r\n\r\n$NEXT"
  done
  refused 400 'RFC 9112, 7.1.1' "${P}5;a\nhello\r\n0\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 7.1.2' "${P}0\r\nA : b\r\n\r\n$NEXT"
  refused 400 'RFC 9112, 7.1.2' "${P}0\r\n A: b\r\n\r\n$NEXT"
  [[ ${FAULT:-} == @(short|byte) ]] && return # what came before is shown as far as it came with it
  output=$(ask "${P}5\r\nhelloo\r\n0\r\n\r\n")
  has '    helloo
         ^'
}

@test "RFC 9112 6: a body is read to its end, then comes the next request" {
  site
  server -d www
  END="GET /style.css HTTP/1.1\r\n${H}Connection: close\r\n\r\n"
  for body in 'Content-Length: 23\r\n\r\nGET /x HTTP/1.1\r\n\r\nab\r\n' \
    'Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello' 'Content-Length: 0\r\n\r\n' '\r\n' \
    'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n' \
    'Transfer-Encoding: Chunked\r\n\r\n5;a=b\r\nGET /\r\n0\r\nTrailer: x\r\n\r\n'; do
    output=$(ask "POST / HTTP/1.1\r\n${H}${body}GET / HTTP/1.1\r\n${H}${body}${END}")
    same 'HTTP/1.1 405 Method Not Allowed
HTTP/1.1 200 OK
HTTP/1.1 200 OK' "$(grep '^HTTP/1.1 ' <<<"$output")"
    has 'body{color:red}'
  done
}

@test "RFC 9110 15.5.14: a body that is announced to be too large is refused" {
  site
  server -d www
  output=$(ask "POST / HTTP/1.1\r\n${H}Content-Length: 1048577\r\n\r\n")
  answered 413
  has '(RFC 9110, 15.5.14)' 'Connection: close'
}

@test "RFC 9110 15.5.14: a body too large is refused when it gets so large; one that is not is read" {
  bulk
  site
  server -d www
  head -c 3000000 /dev/zero >zeros
  get / -H 'Transfer-Encoding: chunked' -H 'Expect:' --data-binary @zeros
  answered 413
  head -c 1048576 /dev/zero >zeros
  get / -H 'Expect:' --data-binary @zeros
  answered 405
}

@test "RFC 9110 15.5.15 and RFC 6585 5: lines, heads and fields have their limits" {
  site
  server -d www
  printf -v long '%09000d' 0
  refused 414 'RFC 9110, 15.5.15' "GET /$long HTTP/1.1\r\n${H}\r\n"
  refused 431 'RFC 6585, 5' "GET / HTTP/1.1\r\n${H}A: $long\r\nB: $long\r\n\r\n"
  printf -v many 'A: b\\r\\n%.0s' {1..100}
  refused 431 'RFC 6585, 5' "GET / HTTP/1.1\r\n${H}${many}\r\n"
  printf -v fits '%07900d' 0
  output=$(ask "GET /$fits HTTP/1.1\r\n${H}${many#A: b\\r\\n}Connection: close\r\n\r\n")
  answered 431
  output=$(ask "GET /$fits HTTP/1.1\r\n${H}Connection: close\r\n\r\n")
  answered 404
}

@test "RFC 9110 2.5: HTTP/1.2 is served as 1.1; RFC 9112 2.2: empty lines before a request are skipped" {
  site
  server -d www
  output=$(ask "GET / HTTP/1.2\r\n${H}Connection: close\r\n\r\n")
  answered 200
  output=$(ask "\r\n\r\n\r\nGET / HTTP/1.1\r\n${H}\r\n\r\n\r\nGET / HTTP/1.1\r\n${H}Connection: close\r\n\r\n")
  same 2 "$(grep -c '^HTTP/1.1 200' <<<"$output")"
}

@test "RFC 9110 10.1.1: Expect never makes a client wait" {
  site
  server -e -d www
  # Nobody wants this body: the answer comes before it, and the connection ends.
  output=$(ask "POST / HTTP/1.1\r\n${H}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
  answered 405
  has 'Connection: close'
  # This one is wanted.
  run python "
s = create_connection((host, port))
s.sendall(b'POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nConnection: close\r\nContent-Length: 5\r\n\r\n')
same(b'HTTP/1.1 100 Continue\r\n\r\n', receive(s, 25))
s.sendall(b'hello')
rest = s.makefile('rb').read()
assert rest.startswith(b'HTTP/1.1 200 ') and rest.endswith(b'hello'), rest"
  same 0 "$status"
  # Nobody waits where the body is here already, or in HTTP/1.0, or where there is none.
  for head in 'HTTP/1.1\r\nConnection: close\r\nContent-Length: 5\r\n' 'HTTP/1.0\r\nContent-Length: 5\r\n' 'HTTP/1.1\r\nConnection: close\r\n'; do
    output=$(ask "POST /echo ${head}${H}Expect: 100-continue\r\n\r\nhello")
    [[ ${FAULT:-} != @(short|byte) ]] || output=${output#HTTP/1.1 100 Continue$'\n\n'} # it came in parts
    answered 200
  done
  refused 417 'RFC 9110, 10.1.1' "GET / HTTP/1.1\r\n${H}Expect: tea\r\n\r\n"
}

@test "RFC 9110 7.8: an Upgrade is ignored" {
  site
  server -d www
  get / --http2
  answered 200
}

@test "RFC 9112 9.3: connections stay open, or not, as the client says" {
  site
  server -d www
  run timeout "$PATIENCE" curl -sv "http://$HOST:$PORT/" "http://$HOST:$PORT/style.css" "http://$HOST:$PORT/none"
  has 'using existing' # 'Re-using existing connection', or whatever this curl says of it
  output=$(ask "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n")
  same 2 "$(grep -c '^HTTP/1.1 200' <<<"$output")"
  has 'Connection: keep-alive' 'Connection: close'
}

@test "RFC 9112 9.3.2: 20 requests in one segment get 20 answers, in order" {
  site
  for i in {1..20}; do echo "page $i" >"www/$i.txt"; done
  server -d www
  requests=
  for i in {1..19}; do requests+="GET /$i.txt HTTP/1.1\r\n${H}\r\n"; done
  output=$(ask "${requests}GET /20.txt HTTP/1.1\r\n${H}Connection: close\r\n\r\n")
  same "$(printf 'page %d\n' {1..20})" "$(grep '^page' <<<"$output")"
}

@test "RFC 9112 2.2: a request byte by byte, in every split, and a half-close after it" {
  site
  server -d www
  run python "
request = b'GET /dir/a.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'
for cut in range(1, len(request)):
    s = create_connection((host, port))
    s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    s.sendall(request[:cut])
    if cut % 8 == 0: time.sleep(0.01)
    s.sendall(request[cut:])
    s.shutdown(SHUT_WR)
    answer = s.makefile('rb').read()
    assert answer.startswith(b'HTTP/1.1 200 ') and answer.endswith(b'inner\n'), (cut, answer)
s = create_connection((host, port))
s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
for byte in request:
    s.sendall(bytes([byte]))
    time.sleep(0.001)
answer = s.makefile('rb').read()
assert answer.endswith(b'inner\n'), answer"
  same 0 "$status"
}

@test "RFC 9110 13: conditional requests" {
  site
  touch -d '1994-11-06 08:49:37 UTC' www/index.html
  sleep 2.1 # a tag is strong only two seconds after the last change
  server -d www
  get /index.html
  tag=$(sed -n 's/^ETag: //p' <<<"$output")
  [[ $tag == '"'*'"' ]]
  for condition in "If-None-Match: $tag" "If-None-Match: W/$tag" 'If-None-Match: *' "If-None-Match: \"a\", $tag" \
    'If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT' 'If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT' \
    'If-Modified-Since: Sun Nov  6 08:49:37 1994'; do
    get /index.html -H "$condition"
    answered 304
    has "ETag: $tag"
    hasnot 'Content-Length'
    same '' "$(sed '1,/^$/d' <<<"$output")"
  done
  for condition in "If-Match: $tag" 'If-None-Match: "a"' 'If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT' \
    'If-Modified-Since: yesterday' 'If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT'; do
    get /index.html -H "$condition"
    answered 200
  done
  for condition in 'If-Match: "a"' "If-Match: W/$tag" 'If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT'; do
    get /index.html -H "$condition"
    answered 412
    has '(RFC 9110, 13.1'
  done
  get /none -H 'If-Match: "a"' # RFC 9110 13.2.1: only what would have succeeded
  answered 404
}

@test "RFC 9110 14: ranges: single, suffix, open, too long, several, unmet" {
  site
  server -d www
  check() { # RANGE FIRST LENGTH
    get /kilo.bin -r "$1" -o part -w '%{http_code} %header{content-range}'
    same "206 bytes $2-$(($2 + $3 - 1))/1000" "$output"
    cmp <(tail -c +$((1 + $2)) www/kilo.bin | head -c "$3") <(tail -c "$3" part)
  }
  check 0-0 0 1
  check 10-19 10 10
  check -5 995 5
  check 990- 990 10
  check 990-2000 990 10
  check -2000 0 1000
  check 5-9,10-14 5 10
  get /kilo.bin -H 'Range: bytes=1000-'
  answered 416
  has 'Content-Range: bytes */1000' '(RFC 9110, 15.5.17)'
  for range in 'bytes=5-4' 'bytes=x' 'bytes=' 'bytes=0-1 2-3' 'bytes=--1'; do # RFC 9110 14.1.1: no ranges
    get /kilo.bin -H "Range: $range"
    answered 416
  done
  for range in 'lines=0-1' 'bytes 0-1'; do # RFC 9110 14.2: ignored
    get /kilo.bin -H "Range: $range" -o part -w '%{http_code}'
    same 200 "$output"
  done
  get /kilo.bin -I -H 'Range: bytes=0-1' # RFC 9110 14.2: only GET has ranges
  answered 200
  run python "
import email, http.client
c = http.client.HTTPConnection(host, port)
c.request('GET', '/kilo.bin', headers={'Range': 'bytes=0-9, 500-509,-3'})
r = c.getresponse()
assert r.status == 206, r.status
body = r.read()
m = email.message_from_bytes(b'Content-Type: ' + r.getheader('Content-Type').encode() + b'\r\n\r\n' + body)
data = open('www/kilo.bin', 'rb').read()
parts = [(p['Content-Range'], p['Content-Type'], p.get_payload(decode=True)) for p in m.get_payload()]
t = 'application/octet-stream'
assert parts == [('bytes 0-9/1000', t, data[:10]), ('bytes 500-509/1000', t, data[500:510]), ('bytes 997-999/1000', t, data[997:])], parts"
  same 0 "$status"
  get /kilo.bin -o part -w '%{http_code} %{size_download}' -H "Range: bytes=$(seq -s, 0 10 190 | sed 's/[0-9]*/&-&/g')"
  same '200 1000' "$output" # RFC 9110 17.15: too many of them
}

@test "RFC 9110 13.1.5: If-Range: the rest of this version, or the whole of another" {
  site
  touch -d '1994-11-06 08:49:37 UTC' www/kilo.bin
  sleep 2.1
  server -d www
  get /kilo.bin -I
  tag=$(sed -n 's/^ETag: //p' <<<"$output")
  for validator in "$tag" 'Sun, 06 Nov 1994 08:49:37 GMT'; do
    get /kilo.bin -I -X GET -r 990- -H "If-Range: $validator"
    answered 206
  done
  for validator in '"a"' "W/$tag" 'Sun, 06 Nov 1994 08:49:38 GMT' 'Sun, 06 Nov 1994 08:49:36 GMT'; do
    get /kilo.bin -I -X GET -r 990- -H "If-Range: $validator"
    answered 200
  done
}

@test "RFC 9110 14.1.2: ranges beyond 4 GiB" {
  site
  truncate -s 6G www/sparse
  printf 'end' | dd of=www/sparse bs=1 seek=6442450941 conv=notrunc status=none
  server -d www
  get /sparse -r 6442450940-
  answered 206
  has 'Content-Range: bytes 6442450940-6442450943/6442450944' 'Content-Length: 4' 'end'
  get /sparse -I
  has 'Content-Length: 6442450944'
}

@test "a file that has changed is served changed at the very next request" {
  site
  server -d www
  run python "
import http.client
c = http.client.HTTPConnection(host, port)
for i in range(60):
    text = 'version %04d' % i   # always the same length
    open('www/page.txt', 'w').write(text)
    for again in range(3):
        c.request('GET', '/page.txt')
        got = c.getresponse().read().decode()
        assert got == text, (got, text)"
  same 0 "$status"
  # Left alone for two seconds it is kept in memory. The same length again: only its times tell.
  sleep 2.1
  get /page.txt
  get /page.txt
  printf 'version xxxx' >www/page.txt
  get /page.txt
  has 'version xxxx'
  rm www/page.txt
  get /page.txt
  answered 404
}

# replaced: DIR is removed, made again, moved away and replaced: whoever has the name is served, and the
# log says so, once.
replaced() {
  local again
  get /index.html
  answered 200
  rm -r www
  for again in 1 2 3; do
    get /index.html
    answered 404
  done
  mkdir www
  echo second >www/index.html
  for again in 1 2 3; do
    get /index.html
    answered 200
    has second
  done
  mkdir next
  echo third >next/index.html
  mv www old
  mv next www
  for again in 1 2 3; do
    get /index.html
    answered 200
    has third
  done
  same "# the served directory is gone (ENOENT); until there is one again, all is 404: $PWD/www
# another directory has the name of the served one now, and is served: $PWD/www
# another directory has the name of the served one now, and is served: $PWD/www" "$(grep '^# .*directory' server.out)"
}

@test "the served directory is made again, or replaced: the one that has its name is served" {
  site
  server -d www
  replaced
  quiet server
}

@test "the same with several threads: it is said once" {
  site
  server -t 4 -d www
  replaced
}

@test "the served directory is named by a link, which then leads to another one" {
  site
  mkdir release
  echo release >release/index.html
  ln -s www current
  server -q -d current
  get /
  has 'It works'
  ln -sfn release current
  get /
  has release
  ln -s "$PWD/release/index.html" release/absolute
  get /absolute
  answered 200
  same 1 "$(wc -l <server.out)" # -q
}

@test "a file that was served is not served any more through a link that has taken its directory's place" {
  site
  server -d www
  sleep 2.1 # as above
  get /dir/a.txt
  get /dir/a.txt
  has inner
  mv www/dir outside
  ln -s ../outside www/dir
  get /dir/a.txt
  answered 403
  rm www/dir
  mv outside www/.dir
  ln -s .dir www/dir
  get /dir/a.txt
  answered 404
  mv www/.dir www/real
  ln -sfn real www/dir
  for again in 1 2 3; do # a link that may be followed
    get /dir/a.txt
    answered 200
    has inner
  done
}

@test "RFC 9112 6.3: a file that shrinks while it is sent ends the connection; one that grows is as announced" {
  site
  local million
  million=$(amount 1000000)
  truncate -s $((40 * million)) www/large
  server -d www
  run python "
million = $million
s = create_connection((host, port))
s.sendall(b'GET /large HTTP/1.1\r\nHost: h\r\n\r\n')
n = len(s.recv(1000))
os.truncate('www/large', 1000)
while True:
    piece = s.recv(1 << 20)
    if not piece: break
    n += len(piece)
assert n < 40 * million, n
os.truncate('www/large', 20 * million)
s = create_connection((host, port))
s.sendall(b'GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
f = s.makefile('rb')
while f.readline() != b'\r\n': pass
os.truncate('www/large', 30 * million)
n = len(f.read())
assert n == 20 * million, n"
  same 0 "$status"
  quiet server
}

@test "RFC 3986 5.2.4: no path leads out of the directory" {
  site
  ln -s ../secret www/out
  ln -s "$PWD" www/up
  ln -s /etc www/etc
  ln -s dir/a.txt www/inside
  ln -s "$PWD/www/dir" www/absolute
  mkfifo www/fifo
  server -d www
  for path in /../secret /dir/../../secret /%2e%2e/secret /dir/%2e%2e/%2e%2e/secret /..%2fsecret '/..\secret' \
    //../secret /./../secret /%252e%252e/secret /.secret /.git/config /dir/../.git/config /.well-known/../.secret \
    '/index.html/' '/index.html/x' '/..;/secret' '/dir%2fa.txt'; do
    get "$path"
    answered 404
    hasnot outside
  done
  for path in /out /up/secret /etc/passwd; do
    get "$path"
    answered 403
    has '(RFC 9110, 15.5.4)'
  done
  get /fifo
  answered 403
  get '/index.html%00.txt'
  answered 400
  for path in /inside /absolute/a.txt /x/../dir/./a.txt /dir//a.txt; do
    get "$path"
    answered 200
    has inner
  done
  get /.well-known/x # RFC 8615
  answered 200
}

@test "RFC 9110 15.4.2: a directory redirects to its slash, on this host, query kept" {
  site
  mkdir -p 'www/evil.example/a b' www/dir2
  printf 'index of dir2\n' >www/dir2/index.html
  server -d www
  get '/dir?a=b&c'
  answered 301
  has 'Location: /dir/?a=b&c'
  get //evil.example
  has 'Location: /evil.example/'
  get '/evil.example/a%20b'
  has 'Location: /evil.example/a%20b/'
  get /dir2/
  answered 200
  has 'index of dir2'
}

@test "a listing is sorted and escaped, and shows only what can be had" {
  site
  rm www/index.html
  ln -s ../secret www/out
  ln -s dir/a.txt www/in
  mkfifo www/fifo
  : >'www/<b>x' >'www/a&"'\''.txt' >'www/x:y' >'www/100%'
  server -d www
  get /
  answered 200
  has 'Content-Type: text/html; charset=utf-8' '>&lt;b&gt;x<' 'a&amp;&quot;&#39;.txt' '<meta name="viewport"' '1000 B'
  # Directories first, then by byte value: 1 < k; what is hidden, no file, or outside is not shown.
  same "$(printf '%s\n' .well-known/ dir/ 100%25 %3Cb%3Ex a%26%22%27.txt in kilo.bin style.css x%3Ay)" \
    "$(sed -n 's/.*href="\.\/\([^"]*\)".*/\1/p' <<<"$output")"
  for name in $(sed -n 's/.*href="\.\/\([^"]*\)".*/\1/p' <<<"$output"); do
    get "/$name"
    answered 200
  done
}

@test "RFC 9110 13.1.1 and 13.1.2: a listing has no tags, and yet preconditions" {
  site
  server -d www
  for condition in 'If-Match: "x"' 'If-Match: W/"x"' 'If-Match: "x", "y"'; do
    get /dir/ -H "$condition"
    answered 412
    has '(RFC 9110, 13.1.1)'
  done
  get /dir/ -H 'If-None-Match: *'
  answered 304
  same '' "$(sed '1,/^$/d' <<<"$output")"
  for condition in 'If-Match: *' 'If-None-Match: "x"' 'If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT' \
    'If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT'; do
    get /dir/ -H "$condition"
    answered 200
    has a.txt
  done
}

@test "a listing is UTF-8 whatever the names are: what is no character is shown as U+FFFD, and can be had" {
  once
  site
  mkdir www/names
  python "
names = [b'latin \\xe4', b'cut \\xe2\\x82', b'long \\xc0\\xaf', b'surrogate \\xed\\xa0\\x80', b'beyond \\xf4\\x90\\x80\\x80', b'esc \\x1b[31m',
         b'line\\nfeed', b'delete \\x7f', b'c1 \\xc2\\x9b', 'good \u00e4\u20ac\U0001f600'.encode()]
for name in names: open(b'www/names/' + name, 'w').write('x')"
  server -d www
  python "
import http.client, re
c = http.client.HTTPConnection(host, port)
def get(path):
    c.request('GET', path)
    r = c.getresponse()
    return r.status, r.read()
status, page = get('/names/')
text = page.decode('utf-8', 'strict')
import unicodedata
assert not [c for c in text if unicodedata.category(c) == 'Cc' and c != '\\n'], text
shown = re.findall(r'>([^<]*)</a>', text)[1:]
bad = '&#xFFFD;'
same(sorted(['latin ' + bad, 'cut ' + 2 * bad, 'long ' + 2 * bad, 'surrogate ' + 3 * bad, 'beyond ' + 4 * bad, 'esc ' + bad + '[31m',
     'line' + bad + 'feed', 'delete ' + bad, 'c1 ' + 2 * bad, 'good \u00e4\u20ac\U0001f600']), sorted(shown))
for link in re.findall(r'href=\"\./([^\"]*)\"', text):
    assert get('/names/' + link) == (200, b'x'), link"
}

@test "RFC 9112 3.2.4: an asterisk belongs to OPTIONS; a method that is unknown here is 501 with it, too" {
  site
  server -d www
  output=$(ask 'M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nConnection: close\r\n\r\n')
  answered 501
  has '(RFC 9110, 9.1)'
  for method in GET HEAD POST PUT; do
    output=$(ask "$method * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    answered 400
  done
}

@test "a symbolic link is followed if it ends inside, whichever way it goes" {
  site
  ln -s ../www/dir/a.txt www/out-and-in
  ln -s "$PWD/way" www/far
  ln -s www/dir way
  ln -s ../www/.secret www/hidden
  ln -s ../../secret www/dir/out
  server -d www
  for path in /out-and-in /far/a.txt; do
    get "$path"
    answered 200
    has inner
  done
  get /hidden
  answered 404
  for path in /dir/out /far/out; do
    get "$path"
    answered 403
  done
  rm way
  ln -s / way # the same link, and now it ends elsewhere
  get /far/etc/passwd
  answered 403
}

@test "RFC 9110 17: nothing of a request comes back unescaped" {
  site
  server -d www
  get '/<script>alert(1)</script>"\'
  answered 404
  has 'Content-Type: text/plain; charset=utf-8' 'X-Content-Type-Options: nosniff' '"\x5c'
  eventually grep -qF '"GET /<script>alert(1)</script>\x22\x5c HTTP/1.1" 404 ' server.out
  get '/' -H $'Host: \e[31m'
  answered 400
  hasnot $'\e'
  run grep -c $'\e' server.out
  same 0 "$output"
}

@test "-e: /echo answers with the request as it arrived; without it there is no such file" {
  site
  server -e -d www
  output=$(ask 'POST /echo?x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 7\r\n\r\na=b&c=d')
  answered 200
  has 'Content-Type: text/plain; charset=utf-8' 'X-Content-Type-Options: nosniff'
  same 'POST /echo?x HTTP/1.1
Host: h
Connection: close
Content-Length: 7

a=b&c=d' "$(sed '1,/^$/d' <<<"$output")"
  output=$(ask 'POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\n\r\n')
  same '3;x
abc
0' "$(sed '1,/^$/d' <<<"$output" | sed '1,/^$/d')"
  get /echo -X OPTIONS
  has 'Allow: GET, HEAD, OPTIONS, POST'
  get /echo
  answered 200
  has 'User-Agent: curl/'
  kill "$SERVER_PID"
  SERVER_NAME=second server -d www
  get /echo
  answered 404
}
