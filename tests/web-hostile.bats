#!/usr/bin/env bats
# web-server among clients that mean harm, or are merely slow, gone or many.
# slow
# threads
load helper
load web
SERVER=web-server
GET='GET /index.html HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'

# The server still serves.
serves() {
  output=$(ask "$GET")
  answered 200
  has '<h1>It works</h1>'
}

cpu() { awk '{print $14 + $15}' "/proc/$SERVER_PID/stat"; }

@test "silent clients hold up nobody, however long they may be silent" {
  site
  server -w 600 -d www
  run python "
import select
silent = [create_connection((host, port)) for i in range(4)]
silent[0].sendall(b'GET / HT')
silent[1].sendall(b'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc')
silent[2].sendall(b'GET / HTTP/1.1\r\nHost: h\r\n\r\n')
page = silent[2].makefile('rb')
while b'It works' not in page.readline(): pass
other = create_connection((host, port))
other.sendall(b'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
assert b'It works' in other.makefile('rb').read()
assert not select.select(silent, [], [], 0)[0] # they are still waited for"
  same 0 "$status"
  quiet server
}

@test "greedy clients hold up nobody: requests by the hundred, each of them much work" {
  undisturbed
  site
  mkdir www/many
  (cd www/many && seq 2000 | xargs touch)
  server -d www
  python "
greedy = [create_connection((host, port)) for i in range(8)]
for s in greedy: s.sendall(b'HEAD /many/ HTTP/1.1\r\nHost: h\r\n\r\n' * 50)
for i in range(30):
    other = create_connection((host, port))
    other.sendall(b'GET /index.html HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
    assert b'It works' in other.makefile('rb').read()"
  # The log says who was served before whom. If each of the eight had one whole list in its turn, there
  # would be 240 of them before the 30th page.
  eventually grep -q 'HEAD /many/' server.out # it serves the greedy ones, too
  before=$(awk '/GET \/index.html/ && ++n == 30 {print heads + 0} /HEAD \/many/ {heads++}' server.out)
  ((before < 120)) || { echo "$before lists were made before 30 small pages" >&2; return 1; }
}

@test "silent and dripping clients are ended in time" {
  site
  server -w 0.5 -d www
  run python "
import select
silent = create_connection((host, port))
head = create_connection((host, port)); head.sendall(b'GET / HT')
body = create_connection((host, port))
body.sendall(b'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc')
drip = create_connection((host, port))
begun = time.monotonic()
other = create_connection((host, port))
other.sendall(b'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
assert b'It works' in other.makefile('rb').read()
assert time.monotonic() - begun < 20
# A byte at a time, and the whole head is late all the same: RFC 9110, 15.5.9.
answers = b''
try:
    for i in range(400):
        drip.sendall(b'GET / HTTP/1.1\r\nA: ' + b'a' * 500 if i == 0 else b'a')
        if select.select([drip], [], [], 0.05)[0]: break
    while piece := drip.recv(1000): answers += piece
except ConnectionError: pass
assert 0.4 < time.monotonic() - begun < 20, time.monotonic() - begun
assert answers.startswith(b'HTTP/1.1 408 '), answers
for s in head, body:
    answer = s.makefile('rb').read()
    assert answer.startswith(b'HTTP/1.1 408 ') and b'RFC 9110, 15.5.9' in answer, answer
assert silent.recv(100) == b''"
  same 0 "$status"
  quiet server
}

@test "a reader that stalls is ended; one that goes on reading slowly is served" {
  bulk
  site
  truncate -s 30M www/large
  server -w 1.5 -d www # a stall may last 4.5 s
  run python "
s = socket(); s.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096); s.connect((host, port))
s.sendall(b'GET /large HTTP/1.1\r\nHost: h\r\n\r\n')
slow = socket(); slow.setsockopt(SOL_SOCKET, SO_RCVBUF, 65536); slow.connect((host, port))
slow.sendall(b'GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
n, begun = 0, time.monotonic()
while True:
    piece = slow.recv(1 << 16)
    if not piece: break
    n += len(piece)
    if time.monotonic() - begun < 7: time.sleep(0.02)
assert n > 30 << 20, n
# By now the other has not read for longer than that: it is logged with less than the whole.
import re
end = time.monotonic() + 60
while len(re.findall('GET /large HTTP/1.1. 200 [0-9]', open('server.out').read())) < 2 and time.monotonic() < end:
    time.sleep(0.02)
n = 0
try:
    while True:
        piece = s.recv(1 << 16)
        if not piece: break
        n += len(piece)
except ConnectionError: pass
assert n < 30 << 20, n"
  same 0 "$status"
  eventually grep -q '"GET /large HTTP/1.1" 200 [0-9]*$' server.out
  serves
  quiet server
}

@test "resets at any point" {
  site
  truncate -s 10M www/large
  server -d www
  run python "
import struct
def reset(s):
    s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack('ii', 1, 0)); s.close()
request = b'GET /large HTTP/1.1\r\nHost: h\r\n\r\n'
for n in list(range(0, len(request) + 1, 3)) + [len(request)]:
    s = create_connection((host, port)); s.sendall(request[:n]); reset(s)
for n in 1, 1000, $(amount 100000), $(amount 5000000):
    s = create_connection((host, port)); s.sendall(request)
    while n > 0: n -= len(s.recv(min(n, 65536)))
    reset(s)
s = create_connection((host, port)); s.sendall(b'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc'); reset(s)
s = create_connection((host, port)); s.sendall(b'nonsense\r\n'); reset(s)
# One that leaves without a word, mid-line.
s = create_connection((host, port)); s.sendall(b'GET /'); s.shutdown(SHUT_WR)
assert s.recv(100) == b''"
  same 0 "$status"
  serves
  alive "$SERVER_PID"
  quiet server
}

@test "any bytes at all: noise, NULs, invalid UTF-8, lines without an end" {
  site
  server -d www
  run python "
import random
random.seed(2026)
seeds = [b'GET / HTTP/1.1\r\nHost: h\r\n\r\n', b'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
         b'GET /kilo.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1,5-9\r\n\r\n']
for i in range($([ "${FAULT:-}" = byte ] && echo 30 || echo 300)):
    data = bytearray(random.choice(seeds)) if i % 3 else bytearray(random.randbytes(random.randrange(1, 3000)))
    for j in range(random.randrange(4)):
        data[random.randrange(len(data))] = random.choice(b'\x00\r\n :\xff\t;,%5')
    s = create_connection((host, port))
    try:
        s.sendall(data); s.shutdown(SHUT_WR)
        answer = s.makefile('rb').read()
    except ConnectionError: continue
    assert answer == b'' or answer.startswith(b'HTTP/1.1 '), answer
s = create_connection((host, port))
try:
    for i in range(100): s.sendall(b'a' * $(amount 10000))
except ConnectionError: pass"
  same 0 "$status"
  serves
  run grep -aPc '[^\x20-\x7e]' server.out
  same 0 "$output"
  quiet server
}

@test "an answer to a refused request arrives although the client goes on sending (RFC 9112 9.6)" {
  site
  server -d www
  run python "
for i in range(3):
    s = create_connection((host, port))
    s.sendall(b'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n' + b'a' * 300000)
    for j in range(20): # a reset would end this with EPIPE or ECONNRESET
        time.sleep(0.02)
        s.sendall(b'a' * 1000)
    same(b'HTTP/1.1 413 ', receive(s, 13))"
  same 0 "$status"
  serves
}

@test "out of descriptors it warns once, burns no CPU, and recovers" {
  site
  UNDER='prlimit --nofile=24' server -d www
  start crowd python3 -c "
import socket, sys
crowd = [socket.create_connection(('127.0.0.1', $PORT)) for i in range(40)]
for s in crowd: s.sendall(b'GET / HTTP/1.1\r\n')
print('here', flush=True)
import time; time.sleep(60)"
  CROWD=$PID
  eventually grep -q here crowd.out
  eventually grep -q EMFILE server.err
  before=$(cpu)
  sleep 2
  (($(cpu) - before < 20)) # of 200 ticks
  kill "$CROWD"
  eventually serves
  same 1 "$(grep -c EMFILE server.err)"
}

@test "out of descriptors again and again: it is said once" {
  undisturbed
  site
  UNDER='prlimit --nofile=24' server -q -d www
  python "
def used(): return len(os.listdir('/proc/$SERVER_PID/fd'))
def wait(until):
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end, used()
        time.sleep(0.01)
before = used()
for turn in range(5):
    crowd = [create_connection((host, port)) for i in range(40)]
    for s in crowd: s.sendall(b'GET / HTTP/1.1\\r\\n')
    wait(lambda: 23 in map(int, os.listdir('/proc/$SERVER_PID/fd'))) # the last one that it may have
    time.sleep(0.02) # it asks for another one within the same turn
    for s in crowd: s.close()
    wait(lambda: used() == before)"
  same 1 "$(grep -c EMFILE server.err)"
}

@test "out of descriptors it ends the connections that have been idle for a while" {
  site
  UNDER='prlimit --nofile=24' server -w 20 -d www # idle: 30 s, but 2 s when there are no descriptors
  run python "
idle = []
for i in range(30): # more than it can have
    s = create_connection((host, port)); idle.append(s)
    s.sendall(b'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n') # needs no file's descriptor
begun = time.monotonic()
for s in idle: # all are served, the last ones when the first have been ended
    assert s.makefile('rb').readline().startswith(b'HTTP/1.1 200 ')
assert time.monotonic() - begun < 28"
  same 0 "$status"
  serves
}

@test "1000 slow connections of slowhttptest leave it serving" {
  once
  deep
  need slowhttptest
  site
  ulimit -n 4096 || skip "cannot have 4096 descriptors"
  server -d www
  for attack in -H -B -X; do
    start slow timeout 20 slowhttptest -c 1000 "$attack" -r 1000 -i 2 -l 5 -x 10 -p 3 -u "http://$HOST:$PORT/kilo.bin"
    SLOW=$PID
    eventually crowded
    serves
    timeout 20 tail --pid="$SLOW" -f /dev/null
    serves
  done
  quiet server
}

crowded() { (($(ss -Htn state established "sport = :$PORT" | wc -l) > 800)) || ! alive "$SLOW"; }

@test "SIGTERM: what is being sent is finished, the rest ended, status 0; SIGINT too" {
  site
  local size=20000000 # more than fits into the system's buffers
  [ "${FAULT:-}" != byte ] || size=5000
  truncate -s "$size" www/large
  for signal in TERM INT; do
    SERVER_NAME=server-$signal server -d www
    run python "
import signal
idle = create_connection((host, port))
idle.sendall(b'GET / HTTP/1.1\r\nHost: h\r\n\r\n')
page = idle.makefile('rb')
while b'It works' not in page.readline(): pass
half = create_connection((host, port)); half.sendall(b'GET / ')
s = create_connection((host, port))
s.sendall(b'GET /large HTTP/1.1\r\nHost: h\r\n\r\n')
got = s.recv(1000)
os.kill($SERVER_PID, signal.SIG$signal)
assert page.read() == b''
assert half.recv(100) == b''
time.sleep(0.3)
try:
    create_connection((host, port)).recv(1); raise SystemExit('still accepting')
except OSError: pass
n = len(got)
while True:
    piece = s.recv(1 << 20)
    if not piece: break
    n += len(piece)
assert n > $size, n"
    echo "$output"
    same 0 "$status"
    wait "$SERVER_PID" # its status
    quiet "server-$signal"
  done
}

@test "SIGTERM: a reader that does not read is waited for five seconds at most" {
  site
  truncate -s 100M www/large
  server -d www
  start stuck python3 -c "
import socket, time
s = socket.create_connection(('127.0.0.1', $PORT))
s.sendall(b'GET /large HTTP/1.1\r\nHost: h\r\n\r\n')
s.recv(1000); print('here', flush=True); time.sleep(60)"
  eventually grep -q here stuck.out
  begun=$SECONDS
  kill "$SERVER_PID"
  wait "$SERVER_PID"
  ((SECONDS - begun >= 4 && SECONDS - begun <= 25))
}

@test "a restart at once, with a connection still open" {
  site
  server -d www
  exec 9<>"/dev/tcp/127.0.0.1/$PORT"
  printf 'GET / HTTP/1.1\r\nHost: h\r\n\r\n' >&9
  head -c 10 <&9 >/dev/null
  kill -INT "$SERVER_PID"
  wait "$SERVER_PID"
  SERVER_PORT=$PORT SERVER_NAME=again server -d www
  serves
  exec 9>&-
  quiet again
}

@test "-t 4: four loops, many clients at once, every byte right" {
  site
  head -c "$(amount 300000)" /dev/urandom >www/random
  server -q -t 4 -d www
  run python "
import http.client, threading
data = open('www/random', 'rb').read()
wrong = []
def client():
    try:
        for i in range($([ "${FAULT:-}" = byte ] && echo 1 || echo 5)):
            c = http.client.HTTPConnection(host, port)
            for j in range(5):
                c.request('GET', '/random')
                if c.getresponse().read() != data: wrong.append('content')
                c.request('GET', '/none')
                if c.getresponse().read().count(b'404') != 1: wrong.append('404')
            c.close()
    except Exception as e: wrong.append(repr(e))
threads = [threading.Thread(target=client) for i in range(16)]
for t in threads: t.start()
for t in threads: t.join()
assert not wrong, wrong[:3]"
  same 0 "$status"
  kill "$SERVER_PID"
  wait "$SERVER_PID"
  quiet server
}

@test "many idle connections, and all of them still alive" {
  site
  ulimit -n 4096 || skip "cannot have 4096 descriptors"
  server -q -d www
  run python "
import http.client
r = b'GET /style.css HTTP/1.1\r\nHost: h\r\n\r\n'
many = [create_connection((host, port)) for i in range($([ "${FAULT:-}" = byte ] && echo 100 || echo 1000))]
for turn in range(3):
    for s in many: s.sendall(r)
    for s in many:
        answer = b''
        while not answer.endswith(b'color:red}\n') and (piece := s.recv(1000)): answer += piece
        assert answer.startswith(b'HTTP/1.1 200 ') and answer.endswith(b'color:red}\n'), answer"
  same 0 "$status"
}

@test "-e: the memory for 32 large echoes is given back when their clients have gone" {
  undisturbed
  ! grep -qE '__asan_init|__tsan_init' "$BIN_DIR/web-server" || skip 'a sanitizer has memory of its own'
  site
  server -e -q -d www
  python "
def rss(): return int(open('/proc/$SERVER_PID/statm').read().split()[1]) * os.sysconf('SC_PAGESIZE') >> 20
many = [create_connection((host, port)) for i in range(32)]
for s in many:
    s.sendall(b'POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n' +
              b'1\r\nx\r\n' * 200000 + b'0\r\n')
for s in many:
    s.sendall(b'\r\n')
    assert len(s.makefile('rb').read()) > 1200000
    s.close()
kept = rss()
assert kept < 40, 'it keeps %d MiB' % kept"
}

# Peers that ask for much and read nothing, MANY of them, each sending DATA: the server's memory stays below
# the bound of its manual, but for what is not counted; a small request is answered beside them; some of the
# large ones are refused with 503, and served when the others have gone.
bounded() {
  ! grep -qE '__asan_init|__tsan_init' "$BIN_DIR/web-server" || skip 'a sanitizer has memory of its own'
  python "
import re, select
def most(): return int(re.search('VmHWM:\s*([0-9]+)', open('/proc/$SERVER_PID/status').read())[1]) >> 10
data = $2
many = []
for i in range($1):
    s = socket(); s.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096); s.connect((host, port)); many.append(s)
    s.sendall(data)
first = {}
while len(first) < len(many):
    ready = select.select([s for s in many if s not in first], [], [], 30)[0]
    assert ready, 'no answer'
    for s in ready: first[s] = s.recv(12)
refused = sum(answer == b'HTTP/1.1 503' for answer in first.values())
assert most() < 160, '%d MiB for %d clients, of whom %d were refused' % (most(), len(many), refused)
assert set(first.values()) == {b'HTTP/1.1 200', b'HTTP/1.1 503'}, set(first.values())
def get(data):
    s = create_connection((host, port)); s.sendall(data.replace(b'Host:', b'Connection: close\r\nHost:', 1))
    return s.makefile('rb').read()
small = get(b'GET /index.html HTTP/1.1\r\nHost: h\r\n\r\n')
assert small.startswith(b'HTTP/1.1 200 '), small
for s in many: s.close()
end = time.monotonic() + 20
while not get(data).startswith(b'HTTP/1.1 200 '): assert time.monotonic() < end, 'refused for ever'
"
}

@test "memory is bounded for all clients together: requests of 1 MiB to be echoed" {
  undisturbed
  site
  server -e -q -d www
  bounded 300 "b'POST /echo HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 1048576\\r\\n\\r\\n' + b'x' * 1048576"
}

@test "memory is bounded for all clients together: lists of large directories" {
  undisturbed
  site
  mkdir www/many
  printf -v name '%0200d' 0
  (cd www/many && seq -f "$name%g" 10000 | xargs touch)
  server -q -d www
  bounded 60 "b'GET /many/ HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n'"
}

@test "memory is bounded for all clients together: heads that never end" {
  undisturbed
  ulimit -n 7000 || skip "cannot have 7000 descriptors"
  site
  server -q -w 600 -d www
  python "
many = []
for i in range(6000):
    s = create_connection((host, port)); s.sendall(b'GET /index.html HT'); many.append(s)
s = many[-1] # by now 112 MiB are taken, in pieces of 20 KiB
same(b'HTTP/1.1 503 ', receive(s, 13))
for s in many: s.close()"
  eventually serves
  same 1 "$(grep -c 503 server.err)" # said once, however often
}

@test "IPv6, -b '*', localhost" {
  site
  server -6 -d www
  HOST=[::1] get /
  answered 200
  same "in a browser, or with $BIN_DIR/web-get in another terminal: http://[::1]:$PORT/" "$(sed -n 2p server.out)"
  SERVER_NAME=all server -b '*' -d www
  for HOST in 127.0.0.1 '[::1]' localhost; do
    get /
    answered 200
  done
  grep -q '^127.0.0.1 - - ' all.out
  same "in a browser, or with $BIN_DIR/web-get in another terminal: http://localhost:$PORT/" "$(sed -n 2p all.out)"
}

@test "-6 -b '*' leaves IPv4 alone" {
  site
  leaves_ipv4_alone
}

@test "curl, wget and Python's http.client are content" {
  once
  need curl wget
  site
  head -c 200000 /dev/urandom >www/random
  server -d www
  curl -sSf -o c "http://$HOST:$PORT/random"
  cmp c www/random
  head -c 1000 www/random >c
  curl -sSf -C - -o c "http://$HOST:$PORT/random" # takes up where it stopped
  cmp c www/random
  curl -sSf -z c -o d "http://$HOST:$PORT/random"
  wget -q -O w "http://$HOST:$PORT/random"
  cmp w www/random
  wget -q -r -np -nH -P copy "http://$HOST:$PORT/dir/"
  cmp copy/dir/a.txt www/dir/a.txt
  run python "
import http.client, urllib.request
assert urllib.request.urlopen(f'http://{host}:{port}/dir').read().count(b'a.txt') == 2
c = http.client.HTTPConnection(host, port)
for method, path, status in [('GET', '/', 200), ('HEAD', '/random', 200), ('POST', '/', 405), ('GET', '/none', 404), ('OPTIONS', '/', 200)]:
    c.request(method, path, body=b'x' * 1000 if method == 'POST' else None)
    r = c.getresponse(); r.read()
    assert r.status == status, (method, path, r.status)"
  same 0 "$status"
  quiet server
}

@test "errors: a port in use, no such directory, a wrong option" {
  site
  server -d www
  run "$BIN_DIR/web-server" -d www "$PORT"
  same 1 "$status"
  has EADDRINUSE "127.0.0.1 port $PORT"
  run "$BIN_DIR/web-server" -d none 0
  same 1 "$status"
  has ENOENT none
  for option in -x '-t 0' '-t x' '-w -1'; do
    # shellcheck disable=SC2086
    run "$BIN_DIR/web-server" $option 0
    same 2 "$status"
  done
  run "$BIN_DIR/web-server" --help
  same 0 "$status"
  has '[-46eq] [-b ADDRESS] [-d DIR] [-t THREADS] [-w SECONDS] [PORT]'
}
