#!/usr/bin/env bats
# The uppercase pair over UDP.
# variants: plain asan short byte eintr traced
load helper
SERVER=udp-upper-server CLIENT=udp-upper-client TRANSPORT=udp

# What begins in the background as $1, with lines typed later by: type_in $1 TEXT
begin() {
  mkfifo "$1.in"
  start "$1" bash -c 'exec "${@:2}" <>"$1"' - "$1.in" "${@:2}"
}
type_in() { printf '%s\n' "$2" >>"$1.in"; }

# A netcat as client: what it sends comes back in upper case.
netcat_asks() {
  ours server
  need "$1"
  server
  begin netcat "$@" "$PORT"
  type_in netcat hello
  eventually grep -qx HELLO netcat.out
  quiet server
}

# A netcat as server, with a person before it who does the work.
netcat_serves() {
  ours client
  need "$1"
  PORT=$(free_port)
  begin netcat "${@//'{port}'/$PORT}"
  eventually in_use "$PORT"
  begin client "$BIN_DIR/$CLIENT" -w "$PATIENCE" "$HOST" "$PORT"
  type_in client hello
  eventually grep -q hello netcat.out
  type_in netcat HELLO
  eventually grep -qx HELLO client.out
  printf 'HELLO\n' | cmp - client.out
  quiet client
}

# grade server sentence 3: A sentence comes back in capitals.
# hint: socket, bind to {port}, recvfrom, then sendto the address that recvfrom gave.
# grade client sentence 3: It sends the sentence that is typed, and shows the reply.
# hint: socket, read a line, sendto {host} and {port}, recvfrom, show it.
@test "a sentence comes back in upper case" {
  server
  run client <<<'hello'
  answered
  replies HELLO "$output"
}

# grade client more 2 after sentence: It goes on, sentence by sentence, until the end of its input.
# hint: read, send and receive stand in a loop.
@test "sentence after sentence, an empty one, and a last one without a newline" {
  server
  printf 'one two\n\nthree' | client >got 2>errors
  replies "$(printf 'ONE TWO\n\nTHREE')" "$(cat got)"
  [ -n "${CLIENT_CMD:-}" ] || printf 'ONE TWO\n\nTHREE' | cmp - got
  same '' "$(cat errors)"
}

# grade server exact 1 after sentence: The reply is one datagram with exactly its bytes: no NUL, no newline more.
# hint: sendto as many bytes as belong to the reply; the NUL that ends a string in C is not sent.
@test "the reply is one datagram, and nothing behind it" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
s.send(b"hello"); same(b"hello".upper(), s.recv(70000)); silent(s, 0.1, "after the reply")
s.send(b"again"); same(b"AGAIN", s.recv(70000))'
}

# grade server bytes 1 after sentence: NULs and bytes that are no text pass unchanged.
# hint: what comes from a socket is bytes, not a string: no strlen(), no decode() that can fail.
@test "bytes that are no text" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
s.send(b"a\x00b\xff\xfe\xc3(z\n"); same(b"a\x00b\xff\xfe\xc3(z\n".upper(), s.recv(70000))'
}

# grade server empty 2 after sentence: The empty datagram is answered, and the server goes on.
# hint: recvfrom returns 0 for an empty datagram: with UDP that is no end of anything.
@test "the empty datagram is a datagram" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
s.send(b""); same(b"".upper(), s.recv(70000))
s.send(b"on"); same(b"on".upper(), s.recv(70000))'
}

# grade server largest 1 after sentence: The largest datagram (65507 bytes) is answered whole.
# hint: recvfrom cuts off what does not fit: give it room for 65535 bytes.
@test "the largest datagram is answered whole" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
m = b"x" * 65507
s.send(m); same(m.upper(), s.recv(70000))'
}

# grade server row 2 after sentence: Fifty datagrams in a row get fifty replies, each its own.
# hint: recvfrom and sendto stand in an endless loop; one datagram, one reply.
@test "fifty datagrams in a row" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
for i in range(50): s.send(b"number %d" % i)
for i in range(50): same(b"NUMBER %d" % i, s.recv(70000))'
}

# grade server clients 2 after sentence: Of several clients each gets its own replies.
# hint: send the reply to the address that came with its datagram, not to an older one.
@test "clients that take turns" {
  server
  python '
clients = [socket(AF_INET, SOCK_DGRAM) for _ in range(3)]
for turn in range(3):
    for i, s in enumerate(clients): s.sendto(b"turn %d of %d" % (turn, i), (host, port))
    for i, s in enumerate(clients): same(b"TURN %d OF %d" % (turn, i), s.recv(70000), "client %d" % i)'
}

# grade client datagram 1 after sentence: A sentence is one datagram, without its newline.
# hint: send as many bytes as the line has, less its newline; no NUL.
@test "a sentence is one datagram, without its newline" {
  foreign '
s.settimeout(20)
for want in b"a longer sentence", b"short":
    m, a = s.recvfrom(70000); same(want, m); s.sendto(m.upper(), a)'
  replies "A LONGER SENTENCE
SHORT" "$(printf 'a longer sentence\nshort\n' | client)" || { cat foreign.err >&2; false; }
  wait "$PID" || { cat foreign.err >&2; false; }
}

# grade client loss 2 after sentence: What is lost is sent again: three tries, a second apart.
# hint: give recvfrom a second (SO_RCVTIMEO, poll or settimeout); when nothing has come, send again.
@test "lost replies: the client asks again" {
  foreign '
tries = {}
while True:
    m, a = s.recvfrom(70000)
    word = m.strip(b"\r\n\0")
    tries[word] = tries.get(word, 0) + 1
    if tries[word] == {b"one": 1, b"two": 2, b"three": 3}[word]: s.sendto(m.upper(), a)'
  replies "ONE
TWO
THREE" "$(printf 'one\ntwo\nthree\n' | client)"
}

# grade client lossy 2 after loss: Behind a line that loses four of ten datagrams (the same ones for everybody) each sentence
#   gets its reply, once.
# hint: go on with the next sentence only when the reply to this one has come, or three tries were in vain.
@test "a line that loses four of ten, by seed" {
  foreign 'lossy(s, bytes.upper)'
  for i in {1..8}; do echo "sentence $i"; done >typed
  replies "$(tr a-z A-Z <typed)" "$(client <typed)"
}

# grade client silence 1 after sentence: If no reply ever comes the client gives up and ends.
# hint: UDP promises nothing: a recvfrom without a time limit waits for ever.
@test "no reply ever: the client ends" {
  foreign 'time.sleep(60)'
  local status=0
  client <<<hello >output 2>/dev/null || status=$?
  [ "$status" != 124 ] || { echo "no reply came, and the client still waits" >&2; false; }
}

# grade client doubled 2 after sentence: A reply that comes twice, or late, is not shown for another sentence.
# hint: a reply belongs to a sentence: take a new socket for each, or compare before you show it.
@test "doubled and late replies are shown once, each for its own sentence" {
  foreign '
old = []
while True:
    m, a = s.recvfrom(70000)
    for r, b in old: s.sendto(r, b)
    for i in 1, 2: s.sendto(m.upper(), a)
    old.append((m.upper(), a))'
  for i in {1..10}; do echo "sentence $i"; done >typed
  replies "$(tr a-z A-Z <typed)" "$(client <typed)"
}

@test "no sentence at all: nothing is printed, nothing is sent" {
  server
  run client </dev/null
  same 0 "$status"
  same '' "$output"
}

@test "the log tells both directions in the lecture's words, a port for each sentence" {
  ours server
  server
  printf 'hello\nworld\n' | client
  eventually grep -q WORLD server.out
  mapfile -t peers < <(sed -n 's/ recv: .*//p' server.out)
  [ "${peers[0]}" != "${peers[1]}" ]
  same "$(printf '%s\n' "udp-upper-server: listening on 127.0.0.1 port $PORT" \
    "in another terminal: $BIN_DIR/udp-upper-client 127.0.0.1 $PORT" \
    "${peers[0]} recv: 'hello'" "${peers[0]} sent: 'HELLO'" \
    "${peers[1]} recv: 'world'" "${peers[1]} sent: 'WORLD'")" "$(out server)"
  [[ ${peers[0]} == 127.0.0.1:* ]]
  quiet server
}

@test "-q leaves the first line of the log" {
  ours server
  server -q
  same HELLO "$(client <<<hello)"
  same "udp-upper-server: listening on 127.0.0.1 port $PORT" "$(out server)"
}

@test "letters beyond ASCII; bytes that are no character, and NUL, pass as they are" {
  ours server
  server
  printf 'straße äöü\nab\377\200\303\ne\0f\n' | client >got
  printf 'STRAßE ÄÖÜ\nAB\377\200\303\nE\0F\n' | cmp - got
  eventually grep -qF "recv: 'ab\\xff\\x80\\xc3'" server.out
  eventually grep -qF "sent: 'E\\x00F'" server.out
}

# grade client largest 1 after sentence: The largest datagram goes out whole, and its reply is shown whole.
# hint: recvfrom cuts off what does not fit: give it room for 65535 bytes.
@test "a sentence of 65507 bytes, the largest that a datagram holds" {
  server
  head -c 65507 /dev/zero | tr '\0' a >sentence
  head -c 65507 /dev/zero | tr '\0' A >expected
  echo | cat sentence - | client >got
  replies "$(cat expected)" "$(cat got)"
}

@test "both ends ask for room for the largest datagram, and where the system gives more it stays" { room_for_the_largest; }

@test "a longer sentence is refused before anything of it is sent" {
  ours client
  foreign '
while True:
    m, a = s.recvfrom(70000)
    print(len(m), flush=True)
    s.sendto(m, a)'
  { echo short; head -c 65508 /dev/zero | tr '\0' a; echo; } >sentences
  run client <sentences
  same 1 "$status"
  same $'short\nudp-upper-client: a sentence has more than 65507 bytes; nothing of it was sent' "$output"
  same "$PORT"$'\n5' "$(out foreign)"
}

@test "IPv6" {
  ours server
  server -6
  HOST=::1
  same HELLO "$(client <<<hello)"
  eventually grep -q "^\[::1\]:[0-9]* recv: 'hello'" server.out
}

@test "localhost: ::1 first and the server on 127.0.0.1, and the other way round" {
  ours client
  server
  printf 'hello\nworld\n' | with_localhost '::1 127.0.0.1' timeout "$PATIENCE" "$BIN_DIR/$CLIENT" localhost "$PORT" >got 2>errors
  printf 'HELLO\nWORLD\n' | cmp - got
  same '' "$(cat errors)"
  SERVER_NAME=second server -6
  printf 'hello\nworld\n' | with_localhost '127.0.0.1 ::1' timeout "$PATIENCE" "$BIN_DIR/$CLIENT" localhost "$PORT" >got 2>errors
  printf 'HELLO\nWORLD\n' | cmp - got
  same '' "$(cat errors)"
}

@test "localhost: -4 and -6 keep to their family" {
  ours client
  server -6
  run with_localhost '127.0.0.1 ::1' timeout "$PATIENCE" "$BIN_DIR/$CLIENT" -4 localhost "$PORT" <<<hello
  same 1 "$status"
  [[ $output == "udp-upper-client: send to 127.0.0.1 port $PORT: Connection refused (ECONNREFUSED)"* ]]
  run with_localhost '127.0.0.1 ::1' timeout "$PATIENCE" "$BIN_DIR/$CLIENT" -6 localhost "$PORT" <<<hello
  same 0 "$status"
  same HELLO "$output"
}

@test "-b '*' answers on both families, and shows IPv4 as IPv4" {
  ours server
  server -b '*'
  same ONE "$(client <<<one)"
  HOST=::1
  same TWO "$(client <<<two)"
  eventually grep -q "^127\.0\.0\.1:[0-9]* recv: 'one'" server.out
  eventually grep -q "^\[::1\]:[0-9]* recv: 'two'" server.out
}

@test "-6 -b '*' leaves IPv4 alone" {
  ours server
  server -6 -b '*'
  run client <<<one
  same 1 "$status"
  HOST=::1
  same TWO "$(client <<<two)"
}

@test "two clients at once" {
  server
  begin first timeout 60 "$BIN_DIR/$CLIENT" "$HOST" "$PORT"
  begin second timeout 60 "$BIN_DIR/$CLIENT" "$HOST" "$PORT"
  for i in 1 2 3; do
    type_in first "first $i"
    type_in second "second $i"
    eventually grep -qx "FIRST $i" first.out
    eventually grep -qx "SECOND $i" second.out
  done
  same "$(printf 'FIRST %d\n' 1 2 3)" "$(out first)"
  same "$(printf 'SECOND %d\n' 1 2 3)" "$(out second)"
}

@test "nc.openbsd asks" { once; netcat_asks nc.openbsd -u 127.0.0.1; }
@test "nc.traditional asks" { once; netcat_asks nc.traditional -u 127.0.0.1; }
@test "ncat asks" { once; netcat_asks ncat -u 127.0.0.1; }
@test "busybox nc asks" {
  once
  need busybox
  busybox nc --help 2>&1 | grep -q -- -u || skip "this busybox nc knows no UDP"
  netcat_asks busybox nc -u 127.0.0.1
}
@test "socat asks" {
  once
  need socat
  server
  begin socat socat - "UDP:127.0.0.1:$PORT"
  type_in socat hello
  eventually grep -qx HELLO socat.out
}

@test "nc.openbsd serves" { once; netcat_serves nc.openbsd -u -l 127.0.0.1 '{port}'; }
@test "nc.traditional serves" { once; netcat_serves nc.traditional -u -l -s 127.0.0.1 -p '{port}'; }
@test "ncat serves" { once; netcat_serves ncat -u -l 127.0.0.1 '{port}'; }
@test "busybox nc serves" {
  once
  need busybox
  busybox nc --help 2>&1 | grep -q -- -u || skip "this busybox nc knows no UDP"
  netcat_serves busybox nc -u -l -s 127.0.0.1 -p '{port}'
}
@test "socat serves" { once; netcat_serves socat - 'UDP-LISTEN:{port},bind=127.0.0.1'; }

@test "the textbook's client, in Python, asks" {
  server
  run python '
clientSocket = socket(AF_INET, SOCK_DGRAM)
message = "hello from Python"
clientSocket.sendto(message.encode(), (host, port))
modifiedMessage, serverAddress = clientSocket.recvfrom(2048)
print(modifiedMessage.decode())
clientSocket.close()'
  same 0 "$status"
  same 'HELLO FROM PYTHON' "$output"
}

@test "the textbook's server, in Python, serves" {
  foreign '
while True:
    message, clientAddress = s.recvfrom(2048)
    modifiedMessage = message.decode().upper()
    s.sendto(modifiedMessage.encode(), clientAddress)'
  printf 'hello\n\nworld\n' | client >got
  printf 'HELLO\n\nWORLD\n' | cmp - got
}

@test "the server answers each datagram with one: the empty, the largest, several in a row" {
  server
  run python '
s = socket(AF_INET, SOCK_DGRAM)
s.connect((host, port))
for m in b"", b"a", b"x" * 65507, b"\0\n", b"":
    s.send(m)
    assert s.recv(70000) == m.upper(), (len(m), m[:20])
for i in range(50): s.send(b"number %d" % i)
for i in range(50):
    got = s.recv(70000)
    assert got == b"NUMBER %d" % i, (i, got)
s.settimeout(0.2)
try: print("one too many:", s.recv(70000))
except TimeoutError: print("fine")'
  same fine "$output"
}

@test "the largest over IPv6, which needs no 20 bytes for IPv4: 65527, there and back" {
  ours server
  server -q -6
  HOST=::1
  run python '
s = socket(AF_INET6, SOCK_DGRAM)
s.connect((host, port))
s.send(b"x" * 65527)
print(s.recv(70000) == b"X" * 65527)'
  same True "$output"
}

@test "half a character at the end of a datagram is not kept for the next one" {
  ours server
  server
  run python '
s = socket(AF_INET, SOCK_DGRAM)
s.connect((host, port))
for m, expected in (b"a\xc3", b"A\xc3"), (b"\xa4b", b"\xa4B"), ("ä".encode(), "Ä".encode()):
    s.send(m)
    got = s.recv(100)
    assert got == expected, (m, got)
print("fine")'
  same fine "$output"
}

@test "a reply too large for a datagram is a warning, and the next client is served" {
  ours server
  server -q
  # U+0250 has two bytes, its capital U+2C6F three: 32000 of them do not fit.
  run python '
s = socket(AF_INET, SOCK_DGRAM)
s.connect((host, port))
s.send("\u0250".encode() * 32000)
s.send("\u0250".encode())
print(s.recv(70000) == "\u2c6f".encode())'
  same True "$output"
  grep -qx 'udp-upper-server: sendto 127\.0\.0\.1:[0-9]*: Message too long (EMSGSIZE)' server.err
}

# grade server gone 1 after sentence: A client that is gone when its reply comes does no harm.
# hint: sendto may fail, or a later recvfrom tell that nobody was there: go on with the next datagram.
@test "a client that is gone when its reply comes does not disturb the others" {
  server
  python '
for i in range(20):
    s = socket(AF_INET, SOCK_DGRAM)
    s.sendto(b"gone", (host, port))
    s.close()'
  same HELLO "$(client <<<hello)"
  alive "$SERVER_PID"
  quiet server
}

@test "whatever recvfrom and sendto say, the server goes on" {
  undisturbed
  ours server
  need strace
  UNDER="strace -D -qq -o trace -e trace=recvfrom,sendto -e inject=recvfrom:error=ENOMEM:when=1 -e inject=sendto:error=ECONNREFUSED:when=1"
  $UNDER true 2>/dev/null || skip "strace may not trace here"
  server -q
  same HELLO "$(client -n 50 -w 0.5 <<<hello)"
  same "udp-upper-server: recvfrom on 127.0.0.1 port $PORT: Cannot allocate memory (ENOMEM)
udp-upper-server: sendto 127.0.0.1:N: Connection refused (ECONNREFUSED)" "$(sed 's/\(sendto [0-9.]*:\)[0-9]*/\1N/; s/\(ECONNREFUSED)\).*/\1/' server.err)"
}

@test "a late or doubled reply is never shown for a later sentence" {
  ours client
  # Before each reply all earlier ones come again, and after it this one: to ports that are closed,
  # except where the system happens to give one out again.
  foreign '
old = {}
while True:
    m, a = s.recvfrom(70000)
    for b in old:
        if b != a: s.sendto(old[b], b)
    s.sendto(m.upper(), a); s.sendto(m.upper(), a)
    old[a] = m.upper()
    print(len(old), flush=True)'
  for i in {1..100}; do echo "sentence $i"; done >sentences
  client <sentences >got
  tr a-z A-Z <sentences | cmp - got
  (($(tail -n 1 foreign.out) > 90))
}

@test "a lost sentence and a lost reply are sent again" {
  ours client
  foreign '
seen = {}
while True:
    m, a = s.recvfrom(70000)
    seen[m] = seen.get(m, 0) + 1
    if seen[m] == 3: s.sendto(m.upper(), a)'
  printf 'one\ntwo\n' | client -n 50 -w 0.2 >got 2>errors
  printf 'ONE\nTWO\n' | cmp - got
  same '' "$(cat errors)"
}

@test "a reply to the first try that comes during the second is the reply" {
  ours client
  foreign '
m, a = s.recvfrom(70000)
s.recvfrom(70000)
s.sendto(m.upper(), a)'
  run client -w 0.5 -n 20 <<<one
  same 0 "$status"
  same ONE "$output"
}

@test "no reply after 3 tries: it says so, having sent three times" {
  ours client
  foreign 'while True: print(s.recvfrom(70000)[0].decode(), flush=True)'
  run client -w 0.3 <<<hello
  same 1 "$status"
  same "udp-upper-client: no reply from 127.0.0.1 port $PORT after 3 tries" "$output"
  same "$(printf '%s\n' "$PORT" hello hello hello)" "$(out foreign)"
}

@test "-n and -w bound the wait; without them it is three seconds" {
  ours client
  foreign 'time.sleep(60)'
  begun=${EPOCHREALTIME/./}
  run client -n 1 -w 0.2 <<<hello
  took=$((${EPOCHREALTIME/./} - begun))
  same "udp-upper-client: no reply from 127.0.0.1 port $PORT after 1 tries" "$output"
  ((took >= 200000 && took < 2000000))
  begun=${EPOCHREALTIME/./}
  run client <<<hello
  took=$((${EPOCHREALTIME/./} - begun))
  same "udp-upper-client: no reply from 127.0.0.1 port $PORT after 3 tries" "$output"
  ((took >= 3000000 && took < 8000000))
}

@test "a closed port is reported at once" {
  ours client
  PORT=$(free_port)
  begun=$SECONDS
  run client -w 60 <<<hello
  same 1 "$status"
  same "udp-upper-client: send to 127.0.0.1 port $PORT: Connection refused (ECONNREFUSED): nothing listens there; start udp-upper-server first" "$output"
  ((SECONDS - begun < 10))
}

@test "a server that ends between two sentences: what came is printed, the rest is an error" {
  ours client
  server
  begin client timeout 60 "$BIN_DIR/$CLIENT" "$HOST" "$PORT"
  pid=$PID
  type_in client one
  eventually grep -qx ONE client.out
  kill "$SERVER_PID"
  eventually eval '! in_use "$PORT"'
  type_in client two
  eventually ended "$pid"
  same ONE "$(out client)"
  [[ $(err client) == "udp-upper-client: send to 127.0.0.1 port $PORT: Connection refused"* ]]
}

# grade client others 1 after sentence: A datagram from somebody else is not taken for the reply.
# hint: connect the socket, or look at the address that recvfrom gives.
@test "a datagram from somebody else is not taken for the reply" {
  foreign '
other = socket(AF_INET, SOCK_DGRAM)
other.bind(("127.0.0.1", 0))
m, a = s.recvfrom(70000)
for i in range(5): other.sendto(m.upper() + b"!", a)
s.sendto(m.upper(), a)'
  run client <<<one
  replies ONE "$output"
}

@test "replies of any size are shown whole, whatever the sentence's was" {
  ours client
  HOST=::1
  foreign '
for n in 0, 65507, 65527:
    m, a = s.recvfrom(70000)
    s.sendto(b"y" * n, a)'
  printf 'a\nb\nc\n' | client >got
  { echo; head -c 65507 /dev/zero | tr '\0' y; echo; head -c 65527 /dev/zero | tr '\0' y; echo; } | cmp - got
}

@test "the standard output full: an error, not silence" {
  ours client
  [ -w /dev/full ] || skip "no /dev/full here"
  server
  run bash -c "echo hello | '$BIN_DIR/$CLIENT' $HOST $PORT 2>&1 >/dev/full"
  same 1 "$status"
  [[ $output == "udp-upper-client: write to the standard output: No space left on device (ENOSPC)" ]]
}

@test "port in use: the second server says so, and does not take the first one's datagrams" {
  ours server
  server
  run timeout "$PATIENCE" "$BIN_DIR/$SERVER" "$PORT"
  same 1 "$status"
  [[ $output == "udp-upper-server: bind to 127.0.0.1 port $PORT: Address already in use (EADDRINUSE): "*"ss -tulnp"* ]]
  same HELLO "$(client <<<hello)"
}

@test "a port below 1024 without the privilege for it: says so" {
  ours server
  need setpriv
  [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 81 ] || skip "every port is free for all here"
  local without=()
  [ "$(id -u)" != 0 ] || without=(setpriv --bounding-set -net_bind_service)
  run timeout "$PATIENCE" "${without[@]}" "$BIN_DIR/$SERVER" 81
  same 1 "$status"
  same "udp-upper-server: bind to 127.0.0.1 port 81: Permission denied (EACCES): ports below 1024 need privileges; take a higher one" "$output"
}

@test "restart at once on the same port" {
  ours server
  server
  same ONE "$(client <<<one)"
  kill "$SERVER_PID"
  eventually ended "$SERVER_PID"
  SERVER_NAME=second SERVER_PORT=$PORT server
  same TWO "$(client <<<two)"
}

@test "a wrong command line: status 2, one line that says what is right" {
  ours client
  while read -r program words; do
    run timeout "$PATIENCE" "$BIN_DIR/$program" $words </dev/null
    same 2 "$status"
    same 1 "${#lines[@]}"
    [[ $output == "$program: "* ]]
  done <<'END'
udp-upper-client -x
udp-upper-client -n
udp-upper-client -n 0
udp-upper-client -n 1.5
udp-upper-client -n many
udp-upper-client -w 0
udp-upper-client -w -1
udp-upper-client -w nan
udp-upper-client localhost 65536
udp-upper-client localhost 12000 more
udp-upper-server -x
udp-upper-server -b
udp-upper-server 65536
udp-upper-server 12000 more
END
}

@test "a name that does not exist, an address that is not ours: status 1" {
  ours client
  run timeout "$PATIENCE" "$BIN_DIR/$CLIENT" no.such.host.invalid 12000 <<<hello
  same 1 "$status"
  [[ $output == "udp-upper-client: look up no.such.host.invalid: "* ]]
  run timeout "$PATIENCE" "$BIN_DIR/$SERVER" -b 192.0.2.1 0
  same 1 "$status"
  [[ $output == "udp-upper-server: bind to 192.0.2.1 port 0: "*"(EADDRNOTAVAIL)"* ]]
}

@test "on a terminal it prompts and labels, on stderr" {
  need script
  ours client
  server
  begin terminal script -qec "stty -echo; '$BIN_DIR/$CLIENT' $HOST $PORT" /dev/null
  eventually grep -q 'Input lowercase sentence: ' terminal.out
  type_in terminal hello
  eventually grep -q HELLO terminal.out
  type_in terminal $'\4'
  eventually grep -q '^Input.*sentence: .$' terminal.out
  same $'Input lowercase sentence: From Server: HELLO\r\nInput lowercase sentence: \r' "$(out terminal)"
}
