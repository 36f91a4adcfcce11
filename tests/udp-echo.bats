#!/usr/bin/env bats
# The echo pair over UDP: OK... and the message.
# variants: plain asan short byte eintr traced
load helper
SERVER=udp-echo-server CLIENT=udp-echo-client TRANSPORT=udp

# What begins in the background as $1, with lines typed later by: type_in $1 TEXT
begin() {
  mkfifo "$1.in"
  start "$1" bash -c 'exec "${@:2}" <>"$1"' - "$1.in" "${@:2}"
}
type_in() { printf '%s\n' "$2" >>"$1.in"; }

# A netcat as client: OK... and what it sends comes back.
netcat_asks() {
  ours server
  need "$1"
  server
  begin netcat "$@" "$PORT"
  type_in netcat hello
  eventually grep -qx 'OK\.\.\.hello' netcat.out
  eventually grep -qx 'Message\[127\.0\.0\.1:[0-9]*\] - hello' server.out
  quiet server
}

# A netcat as server, with a person before it who types the reply to each message.
netcat_serves() {
  ours client
  need "$1"
  PORT=$(free_port)
  begin netcat "${@//'{port}'/$PORT}"
  eventually in_use "$PORT"
  begin client "$BIN_DIR/$CLIENT" -w "$PATIENCE" "$HOST" "$PORT"
  for message in hello again; do
    type_in client "$message"
    eventually grep -q "$message" netcat.out
    type_in netcat "OK...$message"
    eventually grep -qx "OK\.\.\.$message" client.out
  done
  printf 'OK...hello\nOK...again\n' | cmp - client.out
  quiet client
}

# grade server message 3: A message comes back behind OK....
# hint: socket, bind to {port}, recvfrom, then sendto the address that recvfrom gave.
# grade client message 3: It sends the message that is typed, and shows the reply.
# hint: socket, read a line, sendto {host} and {port}, recvfrom, show it.
@test "a message comes back behind OK..." {
  server
  run client <<<'hello'
  answered
  replies OK...hello "$output"
}

# grade client more 2 after message: It goes on, message by message, until the end of its input.
# hint: read, send and receive stand in a loop.
@test "message after message, an empty one, and a last one without a newline" {
  server
  printf 'one two\n\nthree' | client >got 2>errors
  replies "$(printf 'OK...one two\nOK...\nOK...three')" "$(cat got)"
  [ -n "${CLIENT_CMD:-}" ] || printf 'OK...one two\nOK...\nOK...three' | cmp - got
  same '' "$(cat errors)"
}

# grade server exact 1 after message: The reply is one datagram with exactly its bytes: no NUL, no newline more.
# hint: sendto as many bytes as belong to the reply; the NUL that ends a string in C is not sent.
@test "the reply is one datagram, and nothing behind it" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
s.send(b"hello"); same(b"OK..." + b"hello", s.recv(70000)); silent(s, 0.1, "after the reply")
s.send(b"again"); same(b"OK...again", s.recv(70000))'
}

# grade server bytes 1 after message: NULs and bytes that are no text come back, too.
# hint: what comes from a socket is bytes, not a string: no strlen(), no decode() that can fail.
@test "bytes that are no text" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
s.send(b"a\x00b\xff\xfe\xc3(z\n"); same(b"OK..." + b"a\x00b\xff\xfe\xc3(z\n", s.recv(70000))'
}

# grade server empty 2 after message: The empty datagram is answered, and the server goes on.
# hint: recvfrom returns 0 for an empty datagram: with UDP that is no end of anything.
@test "the empty datagram is a datagram" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
s.send(b""); same(b"OK..." + b"", s.recv(70000))
s.send(b"on"); same(b"OK..." + b"on", s.recv(70000))'
}

# grade server largest 1 after message: The largest datagram with room for the reply (65502 bytes) is answered whole.
# hint: recvfrom cuts off what does not fit: give it room for 65535 bytes.
@test "the largest datagram is answered whole" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
m = b"x" * 65502
s.send(m); same(b"OK..." + m, s.recv(70000))'
}

# grade server row 2 after message: Fifty datagrams in a row get fifty replies, each its own.
# hint: recvfrom and sendto stand in an endless loop; one datagram, one reply.
@test "fifty datagrams in a row" {
  server
  python '
s = socket(AF_INET, SOCK_DGRAM); s.connect((host, port))
for i in range(50): s.send(b"number %d" % i)
for i in range(50): same(b"OK..." + b"number %d" % i, s.recv(70000))'
}

# grade server clients 2 after message: Of several clients each gets its own replies.
# hint: send the reply to the address that came with its datagram, not to an older one.
@test "clients that take turns" {
  server
  python '
clients = [socket(AF_INET, SOCK_DGRAM) for _ in range(3)]
for turn in range(3):
    for i, s in enumerate(clients): s.sendto(b"turn %d of %d" % (turn, i), (host, port))
    for i, s in enumerate(clients): same(b"OK..." + b"turn %d of %d" % (turn, i), s.recv(70000), "client %d" % i)'
}

# grade client datagram 1 after message: A message is one datagram, without its newline.
# hint: send as many bytes as the line has, less its newline; no NUL.
@test "a message is one datagram, without its newline" {
  foreign '
s.settimeout(20)
for want in b"a longer message", b"short":
    m, a = s.recvfrom(70000); same(want, m); s.sendto(b"OK..." + m, a)'
  replies "OK...a longer message
OK...short" "$(printf 'a longer message\nshort\n' | client)" || { cat foreign.err >&2; false; }
  wait "$PID" || { cat foreign.err >&2; false; }
}

# grade client loss 2 after message: What is lost is sent again: three tries, a second apart.
# hint: give recvfrom a second (SO_RCVTIMEO, poll or settimeout); when nothing has come, send again.
@test "lost replies: the client asks again" {
  foreign '
tries = {}
while True:
    m, a = s.recvfrom(70000)
    word = m.strip(b"\r\n\0")
    tries[word] = tries.get(word, 0) + 1
    if tries[word] == {b"one": 1, b"two": 2, b"three": 3}[word]: s.sendto(b"OK..." + m, a)'
  replies "OK...one
OK...two
OK...three" "$(printf 'one\ntwo\nthree\n' | client)"
}

# grade client lossy 2 after loss: Behind a line that loses four of ten datagrams (the same ones for everybody) each message
#   gets its reply, once.
# hint: go on with the next message only when the reply to this one has come, or three tries were in vain.
@test "a line that loses four of ten, by seed" {
  foreign 'lossy(s, lambda m: b"OK..." + m)'
  for i in {1..8}; do echo "message $i"; done >typed
  replies "$(sed s/^/OK.../ <typed)" "$(client <typed)"
}

# grade client silence 1 after message: If no reply ever comes the client gives up and ends.
# hint: UDP promises nothing: a recvfrom without a time limit waits for ever.
@test "no reply ever: the client ends" {
  foreign 'time.sleep(60)'
  local status=0
  client <<<hello >output 2>/dev/null || status=$?
  [ "$status" != 124 ] || { echo "no reply came, and the client still waits" >&2; false; }
}

# grade client doubled 2 after message: A reply that comes twice, or late, is not shown for another message.
# hint: a reply belongs to a message: compare it with what you sent before you show it.
@test "doubled and late replies are shown once, each for its own message" {
  foreign '
old = []
while True:
    m, a = s.recvfrom(70000)
    for r, b in old: s.sendto(r, b)
    for i in 1, 2: s.sendto(b"OK..." + m, a)
    old.append((b"OK..." + m, a))'
  for i in {1..10}; do echo "message $i"; done >typed
  replies "$(sed s/^/OK.../ <typed)" "$(client <typed)"
}

@test "no message at all: nothing is printed, nothing is sent" {
  server
  run client </dev/null
  same 0 "$status"
  same '' "$output"
}

@test "the log is the lecture's: a line for each message, one port for each client" {
  ours server
  server
  printf '1st udp client\n\nbye\n' | client
  printf '2nd udp client\n' | client
  eventually grep -q '2nd' server.out
  mapfile -t peers < <(sed -n 's/^Message\[\(.*\)\] - .*/\1/p' server.out)
  [[ ${peers[0]} == 127.0.0.1:* && ${peers[0]} != "${peers[3]}" ]]
  same "$(printf '%s\n' "udp-echo-server: listening on 127.0.0.1 port $PORT" \
    "in another terminal: $BIN_DIR/udp-echo-client 127.0.0.1 $PORT" \
    "Message[${peers[0]}] - 1st udp client" "Message[${peers[0]}] - " "Message[${peers[0]}] - bye" \
    "Message[${peers[3]}] - 2nd udp client")" "$(out server)"
  quiet server
}

@test "-q leaves the first line of the log" {
  ours server
  server -q
  same OK...hello "$(client <<<hello)"
  same "udp-echo-server: listening on 127.0.0.1 port $PORT" "$(out server)"
}

@test "any bytes come back as they are; the log shows them escaped" {
  ours server
  server
  printf 'straße\nab\377\200\303\ne\0f\n\033[31mred\n' | client >got
  printf 'OK...straße\nOK...ab\377\200\303\nOK...e\0f\nOK...\033[31mred\n' | cmp - got
  eventually grep -q 'red$' server.out
  grep -qx 'Message\[127.0.0.1:[0-9]*\] - straße' server.out
  grep -qF ' - ab\xff\x80\xc3' server.out
  grep -qF ' - e\x00f' server.out
  grep -qF ' - \x1b[31mred' server.out
}

# grade client largest 1 after message: The largest datagram goes out whole, and its reply is shown whole.
# hint: recvfrom cuts off what does not fit: give it room for 65535 bytes.
@test "a message of 65502 bytes, the largest whose reply is a datagram" {
  server
  head -c 65502 /dev/zero | tr '\0' a >message
  client <message >got
  replies "OK...$(cat message)" "$(cat got)"
}

@test "both ends ask for room for the largest datagram, and where the system gives more it stays" { room_for_the_largest; }

@test "a longer message is refused before anything of it is sent" {
  ours client
  server
  { echo short; head -c 65503 /dev/zero | tr '\0' a; echo; } >messages
  run client <messages
  same 1 "$status"
  same $'OK...short\nudp-echo-client: a message has more than 65502 bytes; nothing of it was sent' "$output"
  same 1 "$(grep -c ^Message server.out)"
}

@test "a datagram that leaves no room for OK... is a warning, and the next client is served" {
  ours server
  server -q
  run python '
s = socket(AF_INET, SOCK_DGRAM)
s.connect((host, port))
s.send(b"x" * 65507)
s.send(b"y")
print(s.recv(70000))'
  same "b'OK...y'" "$output"
  grep -qx 'udp-echo-server: sendto 127\.0\.0\.1:[0-9]*: Message too long (EMSGSIZE)' server.err
  same OK...hello "$(client <<<hello)"
}

@test "the server answers each datagram with one: the empty, the largest, several in a row" {
  server
  run python '
s = socket(AF_INET, SOCK_DGRAM)
s.connect((host, port))
for m in b"", b"a", b"x" * 65502, b"\0\n", b"":
    s.send(m)
    assert s.recv(70000) == b"OK..." + m, (len(m), m[:20])
for i in range(50): s.send(b"number %d" % i)
for i in range(50):
    got = s.recv(70000)
    assert got == b"OK...number %d" % i, (i, got)
s.settimeout(0.2)
try: print("one too many:", s.recv(70000))
except TimeoutError: print("fine")'
  same fine "$output"
}

@test "IPv6" {
  ours server
  server -6
  HOST=::1
  same OK...hello "$(client <<<hello)"
  eventually grep -qx 'Message\[\[::1\]:[0-9]*\] - hello' server.out
}

@test "localhost: ::1 first and the server on 127.0.0.1, and the other way round" {
  ours client
  server
  printf 'hello\nworld\n' | with_localhost '::1 127.0.0.1' timeout "$PATIENCE" "$BIN_DIR/$CLIENT" localhost "$PORT" >got 2>errors
  printf 'OK...hello\nOK...world\n' | cmp - got
  same '' "$(cat errors)"
  SERVER_NAME=second server -6
  printf 'hello\nworld\n' | with_localhost '127.0.0.1 ::1' timeout "$PATIENCE" "$BIN_DIR/$CLIENT" localhost "$PORT" >got 2>errors
  printf 'OK...hello\nOK...world\n' | cmp - got
  same '' "$(cat errors)"
  same 1 "$(sed -n 's/^Message\[\(.*\)\] - .*/\1/p' second.out | sort -u | wc -l)"
}

@test "-b '*' answers on both families, and shows IPv4 as IPv4" {
  ours server
  server -b '*'
  same OK...one "$(client <<<one)"
  HOST=::1
  same OK...two "$(client <<<two)"
  eventually grep -q '^Message\[\[::1\]:[0-9]*\] - two' server.out
  grep -q '^Message\[127\.0\.0\.1:[0-9]*\] - one' server.out
}

@test "two clients at once, told apart by their ports" {
  ours server
  server
  begin first timeout 60 "$BIN_DIR/$CLIENT" "$HOST" "$PORT"
  begin second timeout 60 "$BIN_DIR/$CLIENT" "$HOST" "$PORT"
  for i in 1 2 3; do
    type_in first "first $i"
    type_in second "second $i"
    eventually grep -qx "OK...first $i" first.out
    eventually grep -qx "OK...second $i" second.out
  done
  same "$(printf 'OK...first %d\n' 1 2 3)" "$(out first)"
  same "$(printf 'OK...second %d\n' 1 2 3)" "$(out second)"
  same 1 "$(sed -n 's/^Message\[\(.*\)\] - first .*/\1/p' server.out | sort -u | wc -l)"
  same 2 "$(sed -n 's/^Message\[\(.*\)\] - .*/\1/p' server.out | sort -u | wc -l)"
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
  eventually grep -qx 'OK\.\.\.hello' socat.out
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

@test "a plain echo service, which adds no OK...: socat with PIPE" {
  ours client
  need socat
  PORT=$(free_port)
  start socat timeout 60 socat "UDP-LISTEN:$PORT,bind=127.0.0.1,fork" PIPE
  eventually in_use "$PORT"
  printf 'hello\nworld' | client >got
  printf 'hello\nworld' | cmp - got
}

@test "a plain echo service in Python, the empty message too" {
  ours client
  foreign '
while True: s.sendto(*s.recvfrom(70000))'
  printf 'hello\n\nworld\n' | client >got
  printf 'hello\n\nworld\n' | cmp - got
}

@test "the lecture's client, in Python, asks" {
  server
  run python '
s = socket(AF_INET, SOCK_DGRAM)
for msg in "1st udp client", "message sent from 1st client":
    s.sendto(msg.encode(), (host, port))
    d = s.recvfrom(1024)
    reply = d[0]
    addr = d[1]
    print("Server reply : " + reply.decode())'
  same 0 "$status"
  same $'Server reply : OK...1st udp client\nServer reply : OK...message sent from 1st client' "$output"
}

@test "the lecture's server, in Python, serves" {
  foreign '
while 1:
    d = s.recvfrom(1024)
    data = d[0]
    addr = d[1]
    if not data:
        break
    reply = b"OK..." + data
    s.sendto(reply, addr)
    print("Message[" + addr[0] + ":" + str(addr[1]) + "] - " + data.strip().decode(), flush=True)
s.close()'
  same $'OK...hello\nOK...world' "$(printf 'hello\nworld\n' | client)"
  same 1 "$(sed -n 's/^Message\[\(.*\)\] - .*/\1/p' foreign.out | sort -u | wc -l)"
}

@test "a late or doubled reply is never shown for a later message" {
  ours client
  # Before each reply all earlier ones come again, and after it this one.
  foreign '
old = []
while True:
    m, a = s.recvfrom(70000)
    for r in old: s.sendto(r, a)
    for i in 1, 2: s.sendto(b"OK..." + m, a)
    old.append(b"OK..." + m)'
  for i in {1..60}; do echo "message $i"; done >messages
  client <messages >got
  sed 's/^/OK.../' messages | cmp - got
}

@test "neither is what only looks like the reply" {
  ours client
  foreign '
while True:
    m, a = s.recvfrom(70000)
    for r in b"", b"OK...", b"OK..." + m[:-1], b"OK..." + m + b"!", b"OK.." + m, b"ok..." + m, m + m, m[1:]:
        s.sendto(r, a)
    s.sendto(b"OK..." + m, a)'
  same $'OK...hello\nOK...world' "$(printf 'hello\nworld\n' | client)"
}

@test "a message and a reply that are lost are sent again" {
  ours client
  foreign '
seen = {}
while True:
    m, a = s.recvfrom(70000)
    seen[m] = seen.get(m, 0) + 1
    if seen[m] == 3: s.sendto(b"OK..." + m, a)'
  printf 'one\ntwo\n' | client -n 50 -w 0.2 >got 2>errors
  printf 'OK...one\nOK...two\n' | cmp - got
  same '' "$(cat errors)"
}

@test "no reply after 3 tries: it says so, having sent three times from one port" {
  ours client
  foreign '
while True:
    m, a = s.recvfrom(70000)
    print(m.decode(), a[1], flush=True)'
  run client -w 0.3 <<<hello
  same 1 "$status"
  same "udp-echo-client: no reply from 127.0.0.1 port $PORT after 3 tries" "$output"
  same 3 "$(grep -c '^hello' foreign.out)"
  same 1 "$(sed -n 's/^hello //p' foreign.out | sort -u | wc -l)"
}

# They end a little before the wait does: who waits anew after each of them needs nearly twice the time.
@test "wrong datagrams do not make the wait longer" {
  ours client
  foreign '
while True:
    m, a = s.recvfrom(70000)
    end = time.time() + 1.8
    while time.time() < end: s.sendto(b"OK...something else", a); time.sleep(0.05)'
  begun=${EPOCHREALTIME/./}
  run client -n 2 -w 2 <<<hello
  took=$((${EPOCHREALTIME/./} - begun))
  same 1 "$status"
  same "udp-echo-client: no reply from 127.0.0.1 port $PORT after 2 tries; what came from there was no echo" "$output"
  ((took >= 4000000 && took < 6500000)) || { echo "took $took us" && false; }
}

@test "a closed port is reported at once" {
  ours client
  PORT=$(free_port)
  begun=$SECONDS
  run client -w 60 <<<hello
  same 1 "$status"
  same "udp-echo-client: send to 127.0.0.1 port $PORT: Connection refused (ECONNREFUSED): nothing listens there; start udp-echo-server first" "$output"
  ((SECONDS - begun < 10))
}

@test "a server that ends between two messages: what came is printed, the rest is an error" {
  ours client
  server
  begin client timeout 60 "$BIN_DIR/$CLIENT" "$HOST" "$PORT"
  pid=$PID
  type_in client one
  eventually grep -qxF OK...one client.out
  kill "$SERVER_PID"
  eventually eval '! in_use "$PORT"'
  type_in client two
  eventually ended "$pid"
  same OK...one "$(out client)"
  [[ $(err client) == "udp-echo-client: send to 127.0.0.1 port $PORT: Connection refused"* ]]
}

# grade client others 1 after message: A datagram from somebody else is not taken for the reply.
# hint: connect the socket, or look at the address that recvfrom gives.
@test "a datagram from somebody else is not taken for the reply" {
  foreign '
other = socket(AF_INET, SOCK_DGRAM)
other.bind(("127.0.0.1", 0))
m, a = s.recvfrom(70000)
for i in range(5): other.sendto(b"OK..." + m + b"!", a)
s.sendto(b"OK..." + m, a)'
  run client <<<one
  replies OK...one "$output"
}

@test "the standard output full: an error, not silence" {
  ours client
  [ -w /dev/full ] || skip "no /dev/full here"
  server
  run bash -c "echo hello | '$BIN_DIR/$CLIENT' $HOST $PORT 2>&1 >/dev/full"
  same 1 "$status"
  [[ $output == "udp-echo-client: write to the standard output: No space left on device (ENOSPC)" ]]
}

# grade server gone 1 after message: A client that is gone when its reply comes does no harm.
# hint: sendto may fail, or a later recvfrom tell that nobody was there: go on with the next datagram.
@test "a client that is gone when its reply comes does not disturb the others" {
  server
  python '
for i in range(20):
    s = socket(AF_INET, SOCK_DGRAM)
    s.sendto(b"gone", (host, port))
    s.close()'
  same OK...hello "$(client <<<hello)"
  alive "$SERVER_PID"
  quiet server
}

@test "port in use: the second server says so, and does not take the first one's datagrams" {
  ours server
  server
  run timeout "$PATIENCE" "$BIN_DIR/$SERVER" "$PORT"
  same 1 "$status"
  [[ $output == "udp-echo-server: bind to 127.0.0.1 port $PORT: Address already in use (EADDRINUSE): "*"ss -tulnp"* ]]
  same OK...hello "$(client <<<hello)"
}

@test "restart at once on the same port" {
  ours server
  server
  same OK...one "$(client <<<one)"
  kill "$SERVER_PID"
  eventually ended "$SERVER_PID"
  SERVER_NAME=second SERVER_PORT=$PORT server
  same OK...two "$(client <<<two)"
}

@test "a wrong command line: status 2, one line that says what is right" {
  ours client
  while read -r program words; do
    run timeout "$PATIENCE" "$BIN_DIR/$program" $words </dev/null
    same 2 "$status"
    same 1 "${#lines[@]}"
    [[ $output == "$program: "* ]]
  done <<'END'
udp-echo-client -x
udp-echo-client -n
udp-echo-client -n 0
udp-echo-client -n 1.5
udp-echo-client -n many
udp-echo-client -w 0
udp-echo-client -w -1
udp-echo-client -w nan
udp-echo-client localhost 65536
udp-echo-client localhost 8888 more
udp-echo-server -x
udp-echo-server -b
udp-echo-server 65536
udp-echo-server 8888 more
END
}

@test "a name that does not exist, an address that is not ours: status 1" {
  ours client
  run timeout "$PATIENCE" "$BIN_DIR/$CLIENT" no.such.host.invalid 8888 <<<hello
  same 1 "$status"
  [[ $output == "udp-echo-client: look up no.such.host.invalid: "* ]]
  run timeout "$PATIENCE" "$BIN_DIR/$SERVER" -b 192.0.2.1 0
  same 1 "$status"
  [[ $output == "udp-echo-server: bind to 192.0.2.1 port 0: "*"(EADDRNOTAVAIL)"* ]]
}

@test "on a terminal it prompts and labels, on stderr" {
  need script
  ours client
  server
  begin terminal script -qec "stty -echo; '$BIN_DIR/$CLIENT' $HOST $PORT" /dev/null
  eventually grep -q 'Enter message to send : ' terminal.out
  type_in terminal hello
  eventually grep -qF OK...hello terminal.out
  type_in terminal $'\4'
  eventually grep -q '^Enter.*send : .$' terminal.out
  same $'Enter message to send : Server reply : OK...hello\r\nEnter message to send : \r' "$(out terminal)"
}
