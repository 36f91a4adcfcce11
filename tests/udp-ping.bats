#!/usr/bin/env bats
# The pinger, against our echo server and others.
# variants: plain asan short byte eintr traced
load helper
SERVER=udp-echo-server CLIENT=udp-ping TRANSPORT=udp

# The output without what differs from run to run.
plain() { sed -E 's/[0-9]+\.[0-9]{3}/T/g; s/port [0-9]+/port N/' <<<"$output"; }

@test "numbered messages, a line for each reply, the summary" {
  server
  run client -c 3 -i 0.05 -w 10
  same 0 "$status"
  same "$(printf '%s\n' \
    'from 127.0.0.1 port N: seq=1 time=T ms' \
    'from 127.0.0.1 port N: seq=2 time=T ms' \
    'from 127.0.0.1 port N: seq=3 time=T ms' \
    '3 sent, 3 received, 0% lost' \
    'round trip min/avg/max T/T/T ms')" "$(plain)"
}

@test "the server sees them come from one port" {
  ours server
  server
  run client -c 3 -i 0 -w 10
  eventually grep -q 'Ping 3' server.out
  peer=$(sed -n 's/^Message\[\(.*\)\] - Ping 1$/\1/p' server.out)
  same "$(printf "Message[$peer] - Ping %d\n" 1 2 3)" "$(grep ^Message server.out)"
  quiet server
}

@test "ten of them, unless -c says otherwise" {
  server
  run client -i 0 -w 10
  same 0 "$status"
  same 10 "$(grep -c seq= <<<"$output")"
  [[ $output == *'10 sent, 10 received, 0% lost'* ]]
}

@test "one each second, unless -i says otherwise" {
  ours client
  server
  begun=${EPOCHREALTIME/./}
  run client -c 2 -w 4
  took=$((${EPOCHREALTIME/./} - begun))
  ((took >= 1000000 && took < 5000000))
  begun=${EPOCHREALTIME/./}
  run client -c 3 -i 0.3 -w 4
  took=$((${EPOCHREALTIME/./} - begun))
  ((took >= 600000 && took < 5000000))
}

@test "min, avg and max are those of the lines, without the lost ones" {
  ours client
  foreign '
for d in 0.02, 0.08, 0.005, 0.04:
    m, a = s.recvfrom(100)
    if m == b"Ping 2": m, a = s.recvfrom(100)
    time.sleep(d)
    s.sendto(m, a)'
  run client -c 5 -i 0
  same 0 "$status"
  sed -n 's/.*time=\(.*\) ms/\1/p' <<<"$output" >times
  same 4 "$(wc -l <times)"
  sed -n 's,^round trip min/avg/max \(.*\) ms$,\1,p' <<<"$output" | tr / ' ' >summary
  python3 - <<'END'
times = [float(l) for l in open("times")]
least, average, most = map(float, open("summary").read().split())
assert (least, most) == (min(times), max(times)), (times, least, most)
assert abs(average - sum(times) / 4) < 0.0011, (times, average)
for time, slept in zip(times, (20, 80, 5, 40)):
    assert slept <= time < slept + 2000, (time, slept)
END
}

@test "a lost one times out, and the others go on" {
  ours client
  foreign '
while True:
    m, a = s.recvfrom(100)
    if m != b"Ping 2": s.sendto(b"OK..." + m, a)'
  run client -c 3 -i 0.05 -w 1
  same 0 "$status"
  same "$(printf '%s\n' \
    'from 127.0.0.1 port N: seq=1 time=T ms' \
    'Request timed out: seq=2' \
    'from 127.0.0.1 port N: seq=3 time=T ms' \
    '3 sent, 2 received, 33% lost' \
    'round trip min/avg/max T/T/T ms')" "$(plain)"
}

@test "a late one is told from the reply to the message at hand, and is not lost" {
  ours client
  foreign '
first, a = s.recvfrom(100)
m, a = s.recvfrom(100)
s.sendto(first, a)
time.sleep(0.05)
s.sendto(m, a)'
  run client -c 2 -i 0.05 -w 1
  same 0 "$status"
  same "$(printf '%s\n' \
    'Request timed out: seq=1' \
    'from 127.0.0.1 port N: seq=1 time=T ms (late)' \
    'from 127.0.0.1 port N: seq=2 time=T ms' \
    '2 sent, 2 received, 0% lost' \
    'round trip min/avg/max T/T/T ms')" "$(plain)"
  late=$(sed -n 's/.*seq=1 time=\(.*\)\..* ms (late)/\1/p' <<<"$output")
  ((late >= 1000))
}

@test "late is late also before the next message is sent" {
  ours client
  foreign '
m, a = s.recvfrom(100)
time.sleep(1.5)
s.sendto(m, a)
s.sendto(*s.recvfrom(100))'
  run client -c 2 -i 4 -w 1
  same "$(printf '%s\n' \
    'Request timed out: seq=1' \
    'from 127.0.0.1 port N: seq=1 time=T ms (late)' \
    'from 127.0.0.1 port N: seq=2 time=T ms' \
    '2 sent, 2 received, 0% lost' \
    'round trip min/avg/max T/T/T ms')" "$(plain)"
  late=$(sed -n 's/.*seq=1 time=\(.*\)\..* ms (late)/\1/p' <<<"$output")
  ((late >= 1500 && late < 4000))
}

@test "a doubled one is told, and counted once" {
  ours client
  foreign '
while True:
    m, a = s.recvfrom(100)
    for i in 1, 2: s.sendto(m, a)'
  run client -c 2 -i 1
  same 0 "$status"
  same "$(printf '%s\n' \
    'from 127.0.0.1 port N: seq=1 time=T ms' \
    'from 127.0.0.1 port N: seq=1 time=T ms (doubled)' \
    'from 127.0.0.1 port N: seq=2 time=T ms' \
    '2 sent, 2 received, 0% lost' \
    'round trip min/avg/max T/T/T ms')" "$(plain)"
}

@test "the textbook's server, in Python, which answers in capitals and loses some" {
  ours client
  foreign '
while True:
    message, address = s.recvfrom(1024)
    message = message.upper()
    if message.endswith(b"4"): continue
    s.sendto(message, address)'
  run client -c 5 -i 0
  same 0 "$status"
  same 4 "$(grep -c 'seq=. time=' <<<"$output")"
  same 'Request timed out: seq=4' "$(grep timed <<<"$output")"
  [[ $output == *'5 sent, 4 received, 20% lost'* ]]
}

@test "a plain echo service: socat with PIPE" {
  ours client
  need socat
  PORT=$(free_port)
  start socat timeout 60 socat "UDP-LISTEN:$PORT,bind=127.0.0.1,fork" PIPE
  eventually in_use "$PORT"
  run client -c 3 -i 0 -w "$PATIENCE"
  same 0 "$status"
  [[ $output == *'3 sent, 3 received, 0% lost'* ]]
}

@test "what is no reply is passed over, and does not make the wait longer" {
  ours client
  foreign '
m, a = s.recvfrom(100)
s.settimeout(0.02)
while True:
    for junk in b"", b"\0\0\0", b"7", b"Ping", b"Ping 0", b"Ping -1", b"Ping 2", b"Ping 99999999999999999999", b"\xff" * 65507:
        s.sendto(junk, a)
    try: s.recvfrom(100)
    except TimeoutError: pass'
  begun=${EPOCHREALTIME/./}
  run client -c 1 -w 0.5
  took=$((${EPOCHREALTIME/./} - begun))
  same 1 "$status"
  same $'Request timed out: seq=1\n1 sent, 0 received, 100% lost' "$output"
  ((took >= 500000 && took < 5000000))
}

@test "no reply at all: status 1" {
  ours client
  foreign 'time.sleep(60)'
  run client -c 2 -i 0 -w 0.2
  same 1 "$status"
  same $'Request timed out: seq=1\nRequest timed out: seq=2\n2 sent, 0 received, 100% lost' "$output"
}

@test "Ctrl-C ends it with the summary" {
  ours client
  server
  start ping "$BIN_DIR/udp-ping" -i 60 "$HOST" "$PORT"
  pid=$PID
  eventually grep -q seq=1 ping.out
  kill -INT "$pid"
  status=0
  wait "$pid" || status=$?
  same 0 "$status"
  output=$(out ping)
  same "$(printf '%s\n' \
    'from 127.0.0.1 port N: seq=1 time=T ms' \
    '1 sent, 1 received, 0% lost' \
    'round trip min/avg/max T/T/T ms')" "$(plain)"
  quiet ping
}

@test "Ctrl-C while nothing has come: status 1" {
  ours client
  foreign 'print(s.recvfrom(100), flush=True); time.sleep(60)'
  start ping "$BIN_DIR/udp-ping" -w 60 "$HOST" "$PORT"
  pid=$PID
  eventually grep -q Ping foreign.out
  eventually interrupted "$pid"
  status=0
  wait "$pid" || status=$?
  same 1 "$status"
  same '1 sent, 0 received, 100% lost' "$(out ping)"
}
interrupted() { kill -INT "$1" 2>/dev/null; ! alive "$1" || grep -q '^State:.Z' "/proc/$1/status"; }

@test "a closed port is reported at once" {
  ours client
  PORT=$(free_port)
  begun=$SECONDS
  run client -w 60
  same 1 "$status"
  same "udp-ping: send to 127.0.0.1 port $PORT: Connection refused (ECONNREFUSED): nothing listens there; start udp-echo-server first
1 sent, 0 received, 100% lost" "$output"
  ((SECONDS - begun < 10))
}

@test "a server that ends in between: an error, and the summary" {
  ours client
  foreign '
s.sendto(*s.recvfrom(100))
s.sendto(*s.recvfrom(100))
s.close()'
  run client -i 0.2 -w 10
  same 1 "$status"
  [[ $output == *"udp-ping: send to 127.0.0.1 port $PORT: Connection refused (ECONNREFUSED)"* ]]
  [[ $output == *'3 sent, 2 received, 33% lost'* ]]
}

@test "IPv6" {
  ours server
  server -6
  HOST=::1
  run client -c 1 -w 10
  same 0 "$status"
  [[ $output == "from ::1 port $PORT: seq=1 time="* ]]
}

@test "localhost: ::1 first and the server on 127.0.0.1, and the other way round" {
  ours client
  server
  run with_localhost '::1 127.0.0.1' timeout "$PATIENCE" "$BIN_DIR/$CLIENT" -c 1 -w 10 localhost "$PORT"
  same 0 "$status"
  same $'from 127.0.0.1 port N: seq=1 time=T ms\n1 sent, 1 received, 0% lost\nround trip min/avg/max T/T/T ms' "$(plain)"
  SERVER_NAME=second server -6
  run with_localhost '127.0.0.1 ::1' timeout "$PATIENCE" "$BIN_DIR/$CLIENT" -c 1 -w 10 localhost "$PORT"
  same 0 "$status"
  same $'from ::1 port N: seq=1 time=T ms\n1 sent, 1 received, 0% lost\nround trip min/avg/max T/T/T ms' "$(plain)"
}

@test "two at once: each gets its own replies" {
  server
  start one timeout 60 "$BIN_DIR/$CLIENT" -c 20 -i 0 -w 10 "$HOST" "$PORT"
  one=$PID
  start two timeout 60 "$BIN_DIR/$CLIENT" -c 20 -i 0 -w 10 "$HOST" "$PORT"
  wait "$one" "$PID"
  for name in one two; do
    same "$(seq 20)" "$(sed -n 's/.*seq=\(.*\) time.*/\1/p' $name.out)"
    quiet $name
  done
}

@test "a wrong command line: status 2, one line that says what is right" {
  while read -r words; do
    run timeout "$PATIENCE" "$BIN_DIR/udp-ping" $words
    same 2 "$status"
    same 1 "${#lines[@]}"
    [[ $output == "udp-ping: "* ]]
  done <<'END'
-x
-c
-c 0
-c 1.5
-c 100001
-i -1
-i soon
-w 0
localhost 65536
localhost 8888 more
END
}

@test "--help and --version" {
  run "$BIN_DIR/udp-ping" --help
  same 0 "$status"
  same 'usage: udp-ping [-46] [-c COUNT] [-i SECONDS] [-w SECONDS] [HOST [PORT]]' "${lines[0]}"
  run "$BIN_DIR/udp-ping" --version
  same 0 "$status"
  [[ $output == "udp-ping "* ]]
}

@test "cc with the source files alone builds it" {
  need cc
  cc "$ROOT/udp/udp-ping.c" "$ROOT"/common/*.c -pthread -o udp-ping
  ./udp-ping --version
}
