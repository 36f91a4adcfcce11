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

# It ends a little before the wait does: who waits anew after each of them needs nearly twice the time.
@test "what is no reply is passed over, and does not make the wait longer" {
  ours client
  foreign '
m, a = s.recvfrom(100)
end = time.time() + 3.6
while time.time() < end:
    for junk in b"", b"\0\0\0", b"7", b"Ping", b"Ping 0", b"Ping -1", b"Ping 2", b"Ping 99999999999999999999", b"\xff" * 65507:
        s.sendto(junk, a)
    time.sleep(0.02)
time.sleep(60)'
  begun=${EPOCHREALTIME/./}
  run client -c 1 -w 4
  took=$((${EPOCHREALTIME/./} - begun))
  same 1 "$status"
  same $'Request timed out: seq=1\n1 sent, 0 received, 100% lost' "$output"
  ((took >= 4000000 && took < 6500000)) || { echo "took $took us" && false; }
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
  # Between the second reply and the third message the server has to be gone: with 0.2 s it was not always, on a busy
  # machine, and the message was lost in its socket instead of refused.
  run client -i 2 -w 10
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

@test "what was lost at one address is not late at the next" {
  ours client
  foreign '
t = socket(AF_INET6, SOCK_DGRAM); t.bind(("::1", s.getsockname()[1]))
print("ready", flush=True)
t.recvfrom(100) # says nothing, and leaves
t.close()
while True: s.sendto(*s.recvfrom(100))'
  eventually grep -q ready foreign.out
  run with_localhost '::1 127.0.0.1' timeout "$PATIENCE" "$BIN_DIR/$CLIENT" -c 2 -i 0 -w 4 localhost "$PORT"
  same 0 "$status"
  same "$(printf '%s\n' \
    'Request timed out: seq=1' \
    'from 127.0.0.1 port N: seq=1 time=T ms' \
    'from 127.0.0.1 port N: seq=2 time=T ms' \
    '2 sent, 2 received, 0% lost' \
    'round trip min/avg/max T/T/T ms')" "$(plain)"
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

# --- what is expected of any pinger: by these tests scripts/grade marks other people's, too

# pinged [OPTION...]: the pinger's ten messages; what it shows is in the file shown.
pinged() {
  [ "$#" -gt 0 ] || set -- -i 0 -w 1
  local status=0
  client "$@" >shown 2>&1 || status=$?
  [ "$status" -lt 124 ] || { tail -n 1 shown && false; } >&2
}

# grade client ping 3: It sends Ping 1 to Ping 10, and shows a line with the number and the time for each reply.
# hint: socket; in a loop over the numbers: note the time, sendto {host} and {port}, recvfrom, print number and time.
@test "ten messages, ten replies" {
  server
  pinged -i 0 -w 10
  python 'has_told("shown")'
}

# grade client ten 2 after ping: Each message is one datagram that begins with Ping and its number; each goes out once, in order.
# hint: one send for each number from 1 to 10; no NUL, no newline needed.
@test "the server gets each of them once" {
  foreign '
while True:
    m, a = s.recvfrom(70000)
    print(m[:60], flush=True)
    s.sendto(b"OK..." + m, a)'
  pinged
  python '
got = [eval(line) for line in open("foreign.out").read().split("\n")[1:-1]]
numbers = [re.match(rb"(?i)Ping (\d+)(?!\d)", m) for m in got]
if [int(n[1]) if n else 0 for n in numbers] != list(range(1, 11)):
    raise SystemExit("expected: Ping 1, Ping 2 ... Ping 10\nactual:   %s" % got)'
}

# grade client capitals 1 after ping: The textbook's server answers in capitals, and its replies are replies, too.
# hint: take the number out of the reply, and compare that.
@test "a server that answers in capitals" {
  foreign 'lossy(s, bytes.upper, percent=0)'
  pinged
  python 'has_told("shown")'
}

# grade client lossy 3 after ping: On a line that loses some (the same ones for everybody) it tells which were lost, and goes on;
#   nothing is sent again.
# hint: give recvfrom one second (SO_RCVTIMEO, poll or settimeout); no reply within it: print "Request timed out"
#   and the number; then the next message.
@test "lost ones, by seed" {
  foreign 'lossy(s, lambda m: b"OK..." + m, seed=9, percent=30, seen=lambda m, lost: print(m[:60], flush=True))'
  pinged
  python '
chance = random.Random(9)
has_told("shown", [i for i in range(1, 11) if chance.random() < 0.3])
same(10, len(open("foreign.out").readlines()) - 1, "number of datagrams")'
}

# grade client waits 1 after ping: It waits a second for each reply, not less.
# hint: the time limit for recvfrom is one second.
@test "a reply that takes its time" {
  foreign '
while True:
    m, a = s.recvfrom(70000)
    if m.startswith(b"Ping 2") or m.startswith(b"Ping 7"): time.sleep(0.5)
    s.sendto(b"OK..." + m, a)'
  pinged
  python 'has_told("shown")'
}

# grade client silence 1 after ping: If no reply ever comes it tells ten losses, and ends.
# hint: UDP promises nothing: a recvfrom without a time limit waits for ever.
@test "no reply to any of them" {
  foreign 'time.sleep(60)'
  PATIENCE=$((PATIENCE + 14)) pinged
  python 'has_told("shown", range(1, 11))'
}

# grade client late 2 after ping: A reply that comes late is not taken for the reply to the message at hand.
# hint: look at the number in the reply: is it that of your message? If not, wait for the rest of the second.
@test "a late reply" {
  foreign '
while True:
    m, a = s.recvfrom(70000)
    if m.startswith(b"Ping 3"): late = m
    elif m.startswith(b"Ping 4"): s.sendto(b"OK..." + late, a)
    else: s.sendto(b"OK..." + m, a)'
  pinged
  python 'has_told("shown", (3, 4))'
}

# grade client doubled 1 after ping: A reply that comes twice is not taken for the reply to the next message.
# hint: look at the number in the reply: is it that of your message?
@test "a reply that comes twice" {
  foreign '
while True:
    m, a = s.recvfrom(70000)
    if m.startswith(b"Ping 6"): s.sendto(b"OK..." + m, a); s.sendto(b"OK..." + m, a)
    elif not m.startswith(b"Ping 7"): s.sendto(b"OK..." + m, a)'
  pinged
  python 'has_told("shown", (7,))'
}

# grade client junk 1 after ping: What is no reply, an empty datagram for one, is passed over, and does not make the wait longer.
# hint: what is left of the second is the time limit for the next recvfrom.
@test "datagrams that are no replies" {
  foreign '
s.settimeout(0.05)
answered, asked = True, b""
while True:
    try: asked, a = s.recvfrom(70000)
    except TimeoutError: pass
    if asked:
        if asked.startswith(b"Ping 5"):
            for junk in b"", b"\0\xff", b"hello": s.sendto(junk, a)
        else:
            if not asked.startswith(b"Ping 10"): s.sendto(b"", a)
            s.sendto(b"OK..." + asked, a); asked = b""'
  pinged
  python 'has_told("shown", (5,))'
}

# grade client others 1 after ping: A datagram from somebody else is no reply.
# hint: connect the socket, or look at the address that recvfrom gives.
@test "a reply from somebody else" {
  foreign '
other = socket(AF_INET, SOCK_DGRAM); other.bind(("127.0.0.1", 0))
while True:
    m, a = s.recvfrom(70000)
    (other if m.startswith(b"Ping 8") else s).sendto(b"OK..." + m, a)'
  pinged
  python 'has_told("shown", (8,))'
}
