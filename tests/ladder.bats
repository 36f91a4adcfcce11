#!/usr/bin/env bats
# The ladder: traces written by hand after socktrace(5), and real runs of programs that are not ours.
# variants: plain asan
load helper
bats_require_minimum_version 1.5.0

LADDER=$BIN_DIR/ladder

# line EVENT PID PROGRAM CALL [FIELD=VALUE...]: a line of a trace, a millisecond after the one before.
# The fields that are not given are '-'; begin and end are milliseconds.
line() {
  local event=$1 pid=$2 program=$3 call=$4
  local tid=$pid begin='' end='' fd=- kind=- id=- local=- peer=- offset=- want=- count=- result=- errno=- args=- data=-
  shift 4
  local "$@"
  CLOCK=$((${CLOCK:-1000} + 1))
  begin=$((${begin:-$CLOCK} * 1000000))
  case $event in
  begin) end=- ;;
  note) end=$begin ;;
  *) end=$((${end:-$CLOCK} * 1000000 + 100)) ;;
  esac
  printf '%s\t' S1 "$event" "$begin" "$end" "$pid" "$tid" "$program" "$call" "$fd" "$kind" "$id" "$local" \
    "$peer" "$offset" "$want" "$count" "$result" "$errno" "$args"
  printf '%s\n' "$data"
}

STREAM='args=domain=AF_INET type=SOCK_STREAM protocol=IP'
A=127.0.0.1:12000 B=127.0.0.1:40001

# A server that listens on A, socket 1; and a client at B, socket 2, whose connection is socket 3.
server_listens() {
  line end 11 server socket fd=3 kind=tcp4 id=1 result=3 "$STREAM"
  line end 11 server bind fd=3 kind=tcp4 id=1 local=$A result=0
  line end 11 server listen fd=3 kind=tcp4 id=1 local=$A result=0 args=backlog=5
}
client_connects() {
  line end 22 client socket fd=3 kind=tcp4 id=2 result=3 "$STREAM"
  line end 22 client connect fd=3 kind=tcp4 id=2 local=$B peer=$A result=0
  line end 11 server accept fd=3 kind=tcp4 id=1 local=$A peer=$B result=4 args="on=$A newid=3"
}
client() { line "$1" 22 client "${@:2}" fd=3 kind=tcp4 id=2 local=$B peer=$A; }
server_end() { line "$1" 11 server "${@:2}" fd=4 kind=tcp4 id=3 local=$A peer=$B; }

# Runs it as a shell would, without the descriptors of bats.
ladder() { timeout "$PATIENCE" "$LADDER" "$@" 3>&- 4>&-; }
drawn() { ladder "$@" >drawing 2>errors; }
# The rows that hold all of these words, in this order.
row() {
  local pattern=''
  for word; do pattern+=".*$(sed 's/[][\\.*^$]/\\&/g' <<<"$word")"; done
  grep -q -- "$pattern" drawing || { echo "no row with: $*" >&2; cat drawing >&2; return 1; }
}
no_row() { ! grep -q -- "$1" drawing || { cat drawing >&2; return 1; }; }

@test "a TCP conversation, row by row" {
  {
    server_listens
    line begin 11 server accept fd=3 kind=tcp4 id=1 local=$A begin=1004
    line end 22 client socket fd=3 kind=tcp4 id=2 begin=4000 end=4000 result=3 "$STREAM"
    line end 22 client connect fd=3 kind=tcp4 id=2 begin=4001 end=4002 local=$B peer=$A result=0
    line end 11 server accept fd=3 kind=tcp4 id=1 begin=1004 end=4204 local=$A peer=$B result=4 args="on=$A newid=3"
    CLOCK=4300
    client end send offset=0 want=6 count=6 result=6 data='"hello\n"'
    server_end end recv offset=0 want=512 count=6 result=6 data='"hello\n"'
    server_end end send offset=0 want=6 count=6 result=6 data='"HELLO\n"'
    client end recv offset=0 want=512 count=6 result=6 data='"HELLO\n"'
    client end close result=0
    line note 22 client exit result=0
    server_end end recv offset=6 want=512 count=0 result=0
    server_end end close result=0
    line begin 11 server accept fd=3 kind=tcp4 id=1 local=$A
  } >trace
  drawn trace
  cat >expected <<'END'
                       server                     client
                         11                         22
             socket() = 3 ┤ TCP, IPv4                │
                  bind(3) ┤ 127.0.0.1 port 12000     │
LISTEN          listen(3) ┤ queue of 5               │
              accept(3) … ┤                          │
                          ┊                TCP, IPv4 ├ socket() = 3
                          ┊◄─ 127.0.0.1 port 12000 ──┼ connect(3)    ESTABLISHED
  waited 3.2 s accept = 4 ┤ 127.0.0.1 port 40001     │
              ESTABLISHED │                          │
              recv(4) = 6 ┤◄─────── "hello\n" ───────┼ send(3) = 6
              send(4) = 6 ┼─────── "HELLO\n" ───────►├ recv(3) = 6
CLOSE_WAIT    recv(4) = 0 ┤◄────────── FIN ──────────┼ close(3)         FIN_WAIT
LAST_ACK         close(4) ┼────────── FIN ──────────►  TIME_WAIT
              accept(3) … ┤
END
  diff expected drawing
  [ ! -s errors ]
}

@test "two sends in one recv, one send in three, and bytes that nobody read" {
  {
    server_listens
    client_connects
    client end send offset=0 want=5 count=5 result=5 data='"hello"'
    client end send offset=5 want=6 count=6 result=6 data='"world\n"'
    server_end end recv offset=0 want=512 count=11 result=11 data='"helloworld\n"'
    server_end end send offset=0 want=12 count=12 result=12 data='"abcdefghijkl"'
    client end recv offset=0 want=4 count=4 result=4 data='"abcd"'
    client end recv offset=4 want=4 count=4 result=4 data='"efgh"'
    client end recv offset=8 want=1 count=1 result=1 data='"i"'
    client end send offset=11 want=3 count=3 result=3 data='"xyz"'
    client end close result=0
    server_end end close result=0
  } >trace
  drawn trace
  row 'recv(4) = 11 ┤◄' ' "hello" '
  row '│◄' ' "world\n" '
  row 'send(4) = 12 ┼' ' 4 of 12 "abcd" ' '►├ recv(3) = 4'
  row ' 4 of 12 "efgh" ' '►├ recv(3) = 4'
  row ' 1 of 12 "i" ' '►├ recv(3) = 1'
  row '├─' '"jkl" unread' '─x'
  row ' x─' '"xyz" unread' '┼ send(3) = 3'
  same 5 "$(grep -c '◄.* "\|" .*►' drawing)"
  row 'RST' '┼ close(3)' CLOSED
  no_row FIN
}

@test "closing with bytes unread, or what is sent to a closed end, is a reset, not the end" {
  {
    server_listens
    client_connects
    server_end end send offset=0 want=3 count=3 result=3 data='"abc"'
    client end close result=0
    server_end end recv offset=0 want=9 result=-1 errno=ECONNRESET
    server_end end close result=0
  } >trace
  drawn trace
  row 'recv(4) ECONNRESET ┤◄' ' RST ' '┼ close(3)' 'CLOSED'
  no_row FIN
  {
    server_listens
    client_connects
    client end close result=0
    server_end end recv offset=0 want=9 count=0 result=0
    server_end end send offset=0 want=3 count=3 result=3 data='"abc"'
    server_end end recv offset=0 want=9 result=-1 errno=ECONNRESET
    server_end end close result=0
  } >trace
  drawn trace
  row CLOSE_WAIT 'recv(4) = 0 ┤◄' ' FIN ' '┼ close(3)' FIN_WAIT
  row 'send(4) = 3 ┼' '"abc" unread' x
  row 'recv(4) ECONNRESET ┤◄' ' RST '
}

@test "a connection refused, and one still on its way" {
  line end 22 client socket fd=3 kind=tcp4 id=2 result=3 "$STREAM" >trace
  line end 22 client connect fd=3 kind=tcp4 id=2 peer=$A result=-1 errno=ECONNREFUSED >>trace
  drawn trace
  row 'connect(3) ECONNREFUSED ┼─' '127.0.0.1 port 12000' x
  row CLOSED
  line end 22 client socket fd=3 kind=tcp4 id=2 result=3 "$STREAM" >trace
  line begin 22 client connect fd=3 kind=tcp4 id=2 peer=$A >>trace
  drawn trace
  row SYN_SENT 'connect(3) …'
}

@test "a connect that does not wait, and what became of it" {
  pending() {
    line end 22 client socket fd=3 kind=tcp4 id=2 result=3 "$STREAM"
    line end 22 client connect fd=3 kind=tcp4 id=2 local=$B peer=$A result=-1 errno=EINPROGRESS
  }
  { pending; client end getsockopt args='opt=SO_ERROR val=ECONNREFUSED' result=0; client end close result=0; } >trace
  drawn trace
  row 'connect(3) EINPROGRESS ┼─' '127.0.0.1 port 12000' x
  row SYN_SENT
  row 'getsockopt(3)'
  row CLOSED ECONNREFUSED
  no_row 'FIN\|not watched'
  { server_listens; pending; client end getsockopt args='opt=SO_ERROR val=0' result=0; client end close result=0; } >trace
  drawn trace
  row '│◄─' '127.0.0.1 port 12000' '┼ connect(3) EINPROGRESS'
  row ' FIN ' 'close(3)' FIN_WAIT
  no_row getsockopt
}

@test "datagrams: by addresses, content and order; cut ones, lost ones, empty ones" {
  U='127.0.0.1:8888' V='0.0.0.0:50001'
  {
    line end 11 server socket fd=3 kind=udp4 id=1 result=3 'args=domain=AF_INET type=SOCK_DGRAM protocol=0'
    line end 11 server bind fd=3 kind=udp4 id=1 local=0.0.0.0:8888 result=0
    line end 22 client socket fd=3 kind=udp4 id=2 result=3 'args=domain=AF_INET type=SOCK_DGRAM protocol=0'
    for text in one two gone one longer ''; do
      line end 22 client sendto fd=3 kind=udp4 id=2 local=$V peer=$U want=${#text} count=${#text} result=${#text} data="\"$text\""
    done
    line end 22 client sendto fd=3 kind=udp4 id=2 local=$V peer=127.0.0.1:7777 want=7 count=7 result=7 data='"nowhere"'
    got() { line end 11 server recvfrom fd=3 kind=udp4 id=1 local=0.0.0.0:8888 peer=127.0.0.1:50001 want=4 count="$1" result="$1" data="\"$2\"" args="${3:--}"; }
    got 3 two
    got 3 one
    got 3 one
    got 4 long full=6
    got 0 ''
  } >trace
  drawn trace
  same '"two" "one" "one" "long"' "$(grep -o '◄.*' drawing | grep -o '"[a-z]\+\("\|…\)' | head -4 | tr '\n' ' ' | sed 's/ $//')"
  same 2 "$(grep -c '◄.* "one" ' drawing)"
  same 1 "$(grep -c '◄.* "two" ' drawing)"
  row 'recvfrom(3) = 4 ┤◄' '4 of 6, 2 lost'
  row 'recvfrom(3) = 0 ┤◄' ' "" '
  row ' x─' '"gone" lost' '┼ sendto(3) = 4'
  row ' x─' '"nowhere" lost' '┼ sendto(3) = 7'
  same 2 "$(grep -c 'x─' drawing)"
}

@test "a thread and a child that serve have columns; those that only wait have none" {
  {
    server_listens
    line begin 11 server accept tid=12 fd=3 kind=tcp4 id=1 local=$A
    line begin 11 server accept tid=13 fd=3 kind=tcp4 id=1 local=$A
    client_connects
    client end send offset=0 want=2 count=2 result=2 data='"hi"'
    server_end end recv tid=14 offset=0 want=9 count=2 result=2 data='"hi"'
  } >trace
  drawn trace
  head -3 drawing | grep -q 'thread 1'
  no_row 'thread 2'
  row 'server ' 'server ' 'client'
}

@test "a server that forks: its own close is not the end of the stream, the child's is" {
  {
    server_listens
    client_connects
    line end 11 server close fd=4 kind=tcp4 id=3 local=$A peer=$B result=0
    line note 33 server fork args=ppid=11 # the system may let the parent run first
    line end 33 server send fd=4 kind=tcp4 id=3 local=$A peer=$B offset=0 want=2 count=2 result=2 data='"hi"'
    client end recv offset=0 want=9 count=2 result=2 data='"hi"'
    line end 33 server close fd=4 kind=tcp4 id=3 local=$A peer=$B result=0
    client end recv offset=2 want=9 count=0 result=0
  } >trace
  drawn trace
  grep -q 'child 1' drawing
  same 1 "$(grep -c FIN_WAIT drawing)"
  row '├ close(4) FIN_WAIT'
  row '├' ' FIN ' '►├ recv(3) = 0 CLOSE_WAIT'
}

@test "what a program left open ends with it" {
  {
    server_listens
    client_connects
    line note 22 client exit result=0
    server_end end recv offset=0 want=9 count=0 result=0
  } >trace
  drawn trace
  row 'CLOSE_WAIT    recv(4) = 0 ┤◄' ' FIN ' '┼ exit(0)' FIN_WAIT
}

@test "IPv4 through an IPv6 socket is the same conversation" {
  {
    line end 11 server socket fd=3 kind=tcp6 id=1 result=3 'args=domain=AF_INET6 type=SOCK_STREAM protocol=IP'
    line end 11 server listen fd=3 kind=tcp6 id=1 local=[::]:12000 result=0 args=backlog=5
    line end 22 client connect fd=3 kind=tcp4 id=2 local=$B peer=$A result=0
    line end 11 server accept fd=3 kind=tcp6 id=1 local=[::ffff:127.0.0.1]:12000 peer=[::ffff:127.0.0.1]:40001 result=4 \
      args='on=[::]:12000 newid=3'
    client end send offset=0 want=2 count=2 result=2 data='"hi"'
    line end 11 server recv fd=4 kind=tcp6 id=3 local=[::ffff:127.0.0.1]:12000 peer=[::ffff:127.0.0.1]:40001 \
      offset=0 want=9 count=2 result=2 data='"hi"'
  } >trace
  drawn trace
  row '┤◄' '127.0.0.1 port 12000' '┼ connect(3)' || row '│◄' '127.0.0.1 port 12000' '┼ connect(3)'
  row 'accept(3) = 4 ┤ 127.0.0.1 port 40001'
  row 'recv(4) = 2 ┤◄' '"hi"' '┼ send(3) = 2'
}

@test "an end that nobody watched has a column of its own" {
  {
    line end 22 client socket fd=3 kind=tcp4 id=2 result=3 "$STREAM"
    line end 22 client connect fd=3 kind=tcp4 id=2 local=$B peer=192.0.2.1:80 result=0
    client end send offset=0 want=2 count=2 result=2 data='"hi"'
    client end recv offset=0 want=9 count=3 result=3 data='"yes"'
  } >trace
  drawn trace
  head -1 drawing | grep -q 'not watched'
  row 'connect(3) ┼─' '192.0.2.1 port 80' '►│'
  row 'send(3) = 2 ┼─' '"hi"' '►│'
  row 'recv(3) = 3 ┤◄' '"yes"' '│'
}

@test "a program that cannot be watched, or makes no call, is named" {
  {
    server_listens
    line note 77 /bin/static unwatched 'data="it is statically linked"'
    line note 78 true quiet
  } >trace
  drawn trace
  row '/bin/static 77: cannot be watched: it is statically linked'
  row 'true 78: made no socket call'
}

@test "ASCII where the locale is not UTF-8; wide characters keep the columns straight" {
  {
    server_listens
    client_connects
    client end send offset=0 want=9 count=9 result=9 data='"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"'
    server_end end recv offset=0 want=512 count=9 result=9 data='"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"'
    client end send offset=9 want=4 count=4 result=4 data='"\xff\x00e\xcc"'
    server_end end recv offset=9 want=512 count=4 result=4 data='"\xff\x00e\xcc"'
  } >trace
  drawn trace
  row '┤◄' ' "日本語" ' '┼ send'
  row '"\xff\x00e\xcc"'
  python3 - drawing <<'END'
import sys, unicodedata
def width(s): return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in s)
for number, line in enumerate(open(sys.argv[1], encoding='utf-8'), 1):
    line = line.rstrip('\n')
    assert width(line) <= 80, (number, width(line))
    assert line == line.rstrip(), ('blank at the end', number)
    if number > 2:
        at = [width(line[:i]) for i, c in enumerate(line) if c in '│┊┤├┼']
        assert at == [26, 53], (number, at, line)
END
  LC_ALL=C drawn trace
  ! LC_ALL=C grep -q '[^ -~]' drawing
  row '+<' '9 bytes "' || row '+<' '\xe6'
  row '"\xff\x00e\xcc"'
}

@test "no row is wider than -w says, whatever happens" {
  {
    server_listens
    client_connects
    long=$(printf '%0300d' 7)
    client end send offset=0 want=900 count=900 result=900 data="\"$long\""
    server_end end recv offset=0 want=900 count=300 result=300 data="\"$long\""
    line end 11 server setsockopt fd=4 kind=tcp4 id=3 local=$A peer=$B result=-1 errno=ENOPROTOOPT
    line end 22 a-program-with-a-name-that-is-much-longer-than-any-column socket fd=9 kind=tcp6 id=77 result=9 \
      'args=domain=AF_INET6 type=SOCK_STREAM protocol=IP'
    line end 22 a-program-with-a-name-that-is-much-longer-than-any-column connect fd=9 kind=tcp6 id=77 \
      local=[2001:db8:1111:2222:3333:4444:5555:6666]:50000 peer=[2001:db8:1111:2222:3333:4444:5555:7777]:60000 \
      result=-1 errno=ECONNREFUSED
  } >trace
  for width in 60 72 80 133; do
    drawn -a -w $width trace
    python3 -c 'import sys; assert all(len(l.rstrip("\n")) <= int(sys.argv[1]) for l in open("drawing")), sys.argv' $width
  done
}

@test "svg: well-formed, described, readable as text, and nothing from elsewhere" {
  {
    server_listens
    client_connects
    client end send offset=0 want=7 count=7 result=7 data='"<&>\x00\xff\xc3\xa4"'
    server_end end recv offset=0 want=512 count=7 result=7 data='"<&>\x00\xff\xc3\xa4"'
  } >trace
  drawn -T svg trace
  python3 - <<'END'
import xml.etree.ElementTree as tree
root = tree.parse('drawing').getroot()
ns = '{http://www.w3.org/2000/svg}'
assert root.tag == ns + 'svg'
ids = {e.get('id') for e in root}
assert set(root.get('aria-labelledby').split()) <= ids
assert 'server' in root.find(ns + 'title').text and 'client' in root.find(ns + 'title').text
desc = root.find(ns + 'desc').text
texts = [t.text for t in root.iter(ns + 'text')]
for words in 'listen(3)', 'connect(3)', 'accept(3) = 4', 'send(3) = 7', 'recv(4) = 7':
    assert words in desc and words in texts, words
assert '"<&>\\x00\\xff\u00e4"' in texts, texts
assert 'ESTABLISHED' in texts and '127.0.0.1 port 12000' in texts
assert 'prefers-color-scheme: dark' in root.find(ns + 'style').text
for e in root.iter():
    assert e.tag not in (ns + 'script', ns + 'image', ns + 'use'), e.tag
    assert not any('href' in k or k.startswith('on') for k in e.attrib), e.attrib
END
  ! grep -q 'url(\|@import\|@font-face' drawing
}

@test "mermaid: nothing that its grammar would take for its own" {
  {
    server_listens
    client_connects
    client end send offset=0 want=15 count=15 result=15 data='"a;b#c%%<br>end\n"'
    server_end end recv offset=0 want=512 count=15 result=15 data='"a;b#c%%<br>end\n"'
  } >trace
  drawn -T mermaid trace
  python3 - <<'END'
import re
lines = open('drawing', encoding='utf-8').read().splitlines()
assert lines[0] == 'sequenceDiagram'
text = r'([^#;<>%\\]|#\d+;|<br/>)+'
for line in lines[1:]:
    assert re.fullmatch(r'    (participant P\d+ as |Note over P\d+: |P\d+(->>|-->>|-x)P\d+: )' + text, line), line
assert '    P1->>P0: send(3) = 15 → recv(4) = 15<br/>"a#59;b#35;c#37;#37;#60;br#62;end#92;n"' in lines, lines
END
}

@test "a torn or foreign line is told with its number and passed over; a newer trace is refused" {
  { server_listens; echo 'hello world'; line end 11 server close fd=3 kind=tcp4 id=1 result=0 | cut -c 1-60; client_connects
    client end send offset=0 want=5 count=5 result=5 data='"hel'; } >trace
  drawn trace
  same "ladder: trace line 4: not a line of a trace: passed over
ladder: trace line 5: torn: passed over
ladder: trace line 9: torn: passed over" "$(cat errors)"
  row 'accept(3) = 4'
  { server_listens | sed 's/^S1/S2/'; } >trace
  run --separate-stderr ladder trace
  same 1 "$status"
  same '' "$output"
  same 'ladder: trace line 1: trace of version 2, this ladder reads version 1: take a newer ladder' "$stderr"
  head -c 3000 /dev/urandom >noise
  run ladder noise
  same 1 "$status"
}

@test "no file, no call, a wrong option: one line each" {
  run ladder nowhere
  same "1 ladder: open nowhere: No such file or directory (ENOENT)" "$status $output"
  run ladder /dev/null
  same "1 ladder: nothing to draw: there is no socket call in the trace" "$status $output"
  run ladder -T png
  same "2 ladder: -T 'png': give text, svg or mermaid" "$status $output"
  run ladder -w 3
  same "2 ladder: -w '3': give a number from 60 to 1000" "$status $output"
  run ladder -x
  same 2 "$status"
  run ladder --help
  same 0 "$status"
  run ladder --version
  same "0 ladder (Both Ends) 1.0" "$status $output"
}

@test "EAGAIN is told once, and what a program says to itself not at all; -a tells all" {
  {
    server_listens
    line end 11 server socketpair fd=5 kind=unix id=8 result=0 'args=domain=AF_UNIX type=SOCK_STREAM protocol=0 pair=6 pairid=9'
    line end 11 server write fd=5 kind=unix id=8 offset=0 want=1 count=1 result=1 data='"!"'
    line end 11 server read fd=6 kind=unix id=9 offset=0 want=1 count=1 result=1 data='"!"'
    for _ in 1 2 3; do line end 11 server accept fd=3 kind=tcp4 id=1 local=$A result=-1 errno=EAGAIN; done
    line end 11 server getsockname fd=3 kind=tcp4 id=1 local=$A result=0
  } >trace
  drawn trace
  same 1 "$(grep -c EAGAIN drawing)"
  no_row 'socketpair\|getsockname\|read('
  drawn -a trace
  same 3 "$(grep -c EAGAIN drawing)"
  row 'socketpair()'
  row 'getsockname(3)'
}

@test "many clients, one after the other, share a lane; each is named where it begins" {
  {
    server_listens
    for n in 1 2 3 4 5 6; do
      line end $((30 + n)) client socket fd=3 kind=tcp4 id=$((20 + n)) result=3 "$STREAM"
      line end $((30 + n)) client connect fd=3 kind=tcp4 id=$((20 + n)) local=127.0.0.1:4000$n peer=$A result=0
      line end 11 server accept fd=3 kind=tcp4 id=1 local=$A peer=127.0.0.1:4000$n result=$((3 + n)) args="newid=$((50 + n))"
      line end $((30 + n)) client send fd=3 kind=tcp4 id=$((20 + n)) local=127.0.0.1:4000$n peer=$A offset=0 want=2 count=2 result=2 data='"hi"'
      line end 11 server recv fd=$((3 + n)) kind=tcp4 id=$((50 + n)) local=$A peer=127.0.0.1:4000$n offset=0 want=9 count=2 result=2 data='"hi"'
      line note $((30 + n)) client exit result=0
    done
  } >trace
  drawn trace
  for n in 1 2 3 4 5 6; do grep -q "$((30 + n))" drawing; done
  same 6 "$(grep -c '◄.* "hi" ' drawing)"
  [ "$(wc -L <drawing)" -le 80 ]
  drawn -T svg trace
  same 7 "$(grep -c 'font-size="15"' drawing)"
}

@test "more columns than the width can hold: it says what to do" {
  {
    server_listens
    for n in $(seq 100 140); do
      line end $n client$n connect fd=3 kind=tcp4 id=$n local=127.0.0.1:40$n peer=$A result=0
    done
  } >trace
  drawn -w 80 trace && return 1
  same "ladder: 42 columns do not fit into 80 characters: give a greater -w, or -T svg" "$(cat errors)"
  drawn -w 200 trace
  drawn -T svg trace
}

@test "a hundred damaged traces, and none that it chokes on" {
  {
    server_listens
    client_connects
    client end send offset=0 want=5 count=5 result=5 data='"hello"'
    server_end end recv offset=0 want=512 count=5 result=5 data='"hello"'
    line note 33 server fork args=ppid=11
    line end 33 server sendto fd=5 kind=udp4 id=7 local=0.0.0.0:7 peer=127.0.0.1:8 want=1 count=1 result=1 data='"x"'
    client end shutdown args=how=SHUT_WR result=0
    line note 22 client exit result=0
  } >good
  python3 - "$LADDER" <<'END'
import random, subprocess, sys
random.seed(7)
odd = ['-', '0', '-1', '9' * 19, '-' + '9' * 19, '127.0.0.1:0', ':', '[', 'x', '', 'unix:', '"\\x00"', '" "',
       'pair=5 pairid=7', 'newid=3', 'newid=2', 'full=9', 'ppid=22', '\\x1b[31m' * 99, '\u65e5\u672c' * 300]
good = [line.split('\t') for line in open('good').read().splitlines()]
for n in range(100):
    lines = [list(line) for line in good for _ in range(random.choice([0, 1, 1, 1, 1, 2]))]
    for _ in range(random.randrange(9)):
        line = random.choice(lines)
        line[random.randrange(20)] = random.choice(odd + [random.choice(random.choice(good))])
    if n % 3 == 0:
        random.shuffle(lines)
    open('bad', 'w').write('\n'.join('\t'.join(line) for line in lines))
    for options in ['-a'], ['-r', '-w', '60'], ['-T', 'svg'], ['-T', 'mermaid']:
        ran = subprocess.run([sys.argv[1], *options, 'bad'], capture_output=True, timeout=20)
        assert ran.returncode in (0, 1, 2), (n, options, ran.returncode, ran.stderr)
        assert b'Sanitizer' not in ran.stderr and b'runtime error' not in ran.stderr, (n, ran.stderr)
END
}

@test "10,000 calls of 400 clients are drawn in under a second" {
  python3 - >trace <<'END'
clock = 0
def line(pid, program, call, fd, id, local, peer, more, args='-', data='-'):
    global clock
    clock += 1000000
    print('S1', 'end', clock, clock + 100000, pid, pid, program, call, fd, 'tcp4', id, local, peer, *more, '-', args, data, sep='\t')
A = '127.0.0.1:12000'
plain = ('-', '-', '-', 0)
line(1, 'server', 'socket', 3, 1, '-', '-', plain)
line(1, 'server', 'listen', 3, 1, A, '-', plain)
for n in range(400):
    B, mine, yours = '127.0.0.1:%d' % (20000 + n), 10 + 2 * n, 11 + 2 * n
    client = 100 + n
    line(client, 'client', 'socket', 3, mine, '-', '-', plain)
    line(client, 'client', 'connect', 3, mine, B, A, plain)
    line(1, 'server', 'accept', 3, 1, A, B, ('-', '-', '-', 4 + n), 'newid=%d' % yours)
    for i in range(5):
        moved = (2 * i, 2, 2, 2)
        line(client, 'client', 'send', 3, mine, B, A, moved, data='"hi"')
        line(1, 'server', 'recv', 4 + n, yours, A, B, moved, data='"hi"')
        line(1, 'server', 'send', 4 + n, yours, A, B, moved, data='"HI"')
        line(client, 'client', 'recv', 3, mine, B, A, moved, data='"HI"')
    line(client, 'client', 'close', 3, mine, B, A, plain)
    line(1, 'server', 'close', 4 + n, yours, A, B, plain)
    print('S1', 'note', clock, clock, client, client, 'client', 'exit', *'--------', 0, '-', '-', '-', sep='\t')
END
  [ "$(wc -l <trace)" -ge 10000 ]
  limit=1000
  ! grep -q __asan "$LADDER" || limit=10000
  for form in text svg mermaid; do
    TIMEFORMAT=%U # of the processor: the machine may have other things to do
    took=$({ time ladder -T $form trace >drawing; } 2>&1)
    took=$((10#${took/./}))
    echo "$form: $took ms" >&3
    ((took < limit))
  done
}

@test "a pair of the lecture: the boxes of its figure, in its order" {
  P=$(free_port)
  ladder -q -r -- "$BIN_DIR/tcp-upper-server $P" "$BIN_DIR/tcp-upper-client 127.0.0.1 $P" <<<hello >drawing
  same 'socket bind listen accept recv send recv close' "$(boxes left)"
  same 'socket connect send recv close' "$(boxes right)"
  row '┤◄' '"hello\n"' '┼ send(3) = 6'
  row 'send(4) = 6 ┼' '"HELLO\n"' '►├ recv(3) = 6'
}

# The calls of a column, each once in a row of them; what waits for the next client is left out.
boxes() {
  case $1 in
  left) grep -oE '[a-z0-9]+\([^)]*\)[^┤┼├│┊]*[┤┼]' drawing ;;
  right) grep -oE '[├┼] [a-z0-9]+\(' drawing | tr -d '├┼ ' ;;
  esac | sed 's/(.*//' | tr '\n' ' ' | sed 's/ $//; s/ accept$//'
}

@test "programs that are not ours: netcat at both ends" {
  need nc
  P=$(free_port)
  ladder -q -- "nc -l 127.0.0.1 $P" "nc -N 127.0.0.1 $P" <<<hello >drawing
  row LISTEN 'listen(3)'
  row '┊◄─' "127.0.0.1 port $P" '┼ connect(3)'
  row '◄─' '"hello\n"'
}

@test "programs that are not ours: Python over UDP, and the server is ended by pid" {
  P=$(free_port)
  cat >server.py <<'END'
import os, sys
from socket import *
open('pid', 'w').write(str(os.getpid()))
s = socket(AF_INET, SOCK_DGRAM)
s.bind(('127.0.0.1', int(sys.argv[1])))
while True:
    data, peer = s.recvfrom(2048)
    s.sendto(b'OK...' + data, peer)
END
  cat >client.py <<'END'
import sys
from socket import *
s = socket(AF_INET, SOCK_DGRAM)
s.settimeout(10)
for text in sys.stdin:
    s.sendto(text.rstrip().encode(), ('127.0.0.1', int(sys.argv[1])))
    print(s.recvfrom(2048)[0].decode())
END
  printf 'one\ntwo\n' | ladder -- "python3 server.py $P" "python3 client.py $P" >drawing 2>printed
  same "$(printf 'OK...one\nOK...two')" "$(cat printed)"
  row 'recvfrom' '┤◄' '"one"' '┼ sendto(3) = 3'
  row 'sendto(3) = 8 ┼' '"OK...two"' '►├ recvfrom' '= 8'
  same 'socket bind recvfrom sendto recvfrom sendto recvfrom' "$(boxes left)"
  ! kill -0 "$(cat pid)"
}

@test "the same conversation gives the same drawing with -r" {
  for i in 1 2 3; do
    P=$(free_port)
    ladder -q -r -- "$BIN_DIR/tcp-upper-server $P" "$BIN_DIR/tcp-upper-client 127.0.0.1 $P" <<<hello | sed "s/$P/12000/g" >drawing.$i
  done
  cmp drawing.1 drawing.2
  cmp drawing.1 drawing.3
}

@test "-o keeps the trace, and all three forms can be drawn from it" {
  P=$(free_port)
  ladder -q -r -o kept -- "$BIN_DIR/tcp-upper-server $P" "$BIN_DIR/tcp-upper-client 127.0.0.1 $P" <<<hello >first
  ladder -r kept >again
  cmp first again
  ladder -T svg kept | grep -q '^<svg '
  ladder -T mermaid kept | grep -q '^sequenceDiagram'
}

@test "a command that does not exist is 127, a server that ends at once does not stop the run" {
  run -127 ladder -- 'no-such-program' 'true' </dev/null
  same 127 "$status"
  P=$(free_port)
  ladder -q -- 'exit 3' "$BIN_DIR/tcp-upper-client 127.0.0.1 $P" </dev/null >drawing 2>errors
  row 'ECONNREFUSED'
}

@test "a plain command needs no shell: where that is protected (macOS), what it starts is not watched" {
  P=$(free_port)
  mkdir shells
  printf '#!/bin/bash\necho sh >>shells/asked\nunset LD_PRELOAD\nexec /bin/bash "$@"\n' >shells/sh
  chmod +x shells/sh
  PATH=$PWD/shells:$BIN_DIR:$PATH ladder -q -o kept -- \
    "tcp-upper-server -4  $P" " $BIN_DIR/tcp-upper-client 127.0.0.1 $P " <<<hello >drawing
  row LISTEN 'listen(3)'
  row '◄─' '"hello\n"'
  never test -e shells/asked
  # what only a shell understands goes to the shell: a quoted space, a variable, its own command
  same 'a  b' "$(ladder -- 'printf "%s\n" "a  b"' 'true' </dev/null 2>&1 >/dev/null)"
  same "$PWD" "$(ladder -- 'echo $PWD' 'true' </dev/null 2>&1 >/dev/null)"
  PATH=$PWD/shells:$PATH ladder -- 'exit 3' 'cd .' </dev/null >drawing 2>&1 || true
  same 2 "$(grep -c sh shells/asked)"
}

@test "interrupted, it draws what there is and leaves no server behind" {
  P=$(free_port)
  start ladder "$LADDER" -- "echo \$\$ >pid; exec $BIN_DIR/tcp-upper-server $P" 'sleep 60'
  eventually test -s pid
  eventually in_use "$P"
  kill -INT "$PID"
  wait "$PID" || true
  cp ladder.out drawing
  row LISTEN 'listen(3)'
  ! kill -0 "$(cat pid)"
}

@test "-f draws while it happens, also a file that is not there yet, until that is removed" {
  P=$(free_port)
  start ladder "$LADDER" -f live
  LADDER_PID=$PID
  start server "$BIN_DIR/socktrace" -o live "$BIN_DIR/tcp-upper-server" "$P"
  eventually grep -q 'accept(3)' ladder.out
  "$BIN_DIR/socktrace" -o live "$BIN_DIR/tcp-upper-client" 127.0.0.1 "$P" <<<hello
  eventually grep -q '"HELLO' ladder.out
  eventually grep -q 'FIN' ladder.out
  rm live
  wait "$LADDER_PID"
  cp ladder.out drawing
  row '◄─' '"hello\n"'
  same 1 "$(grep -c 'listen(3)' drawing)"
}

@test "-f follows a run of its own" {
  P=$(free_port)
  ladder -f -q -- "$BIN_DIR/tcp-upper-server $P" "$BIN_DIR/tcp-upper-client 127.0.0.1 $P" <<<hello >drawing
  row '◄─' '"hello\n"'
  row 'LISTEN' 'listen(3)'
  same 1 "$(grep -c 'listen(3)' drawing)"
}

@test "-f tells at the end what was lost" {
  cat >client.py <<'END'
from socket import *
s = socket(AF_INET, SOCK_DGRAM)
s.sendto(b'into the void', ('127.0.0.1', 9))
END
  ladder -f -q -- 'python3 client.py' 'true' </dev/null >drawing
  row '"into the void" lost' 'x'
}

@test "-f: who is gone leaves its lane; a new column is named before its first call" {
  start ladder "$LADDER" -f live
  server_listens >live
  for n in 1 2 3; do
    {
      line end 3$n client connect fd=3 kind=tcp4 id=2$n local=127.0.0.1:4000$n peer=$A result=0
      line end 11 server accept fd=3 kind=tcp4 id=1 local=$A peer=127.0.0.1:4000$n result=4 args="newid=5$n"
    } >>live
    eventually grep -q "port 4000$n" ladder.out
    {
      line end 3$n client send fd=3 kind=tcp4 id=2$n local=127.0.0.1:4000$n peer=$A offset=0 want=2 count=2 result=2 data="\"h$n\""
      line end 11 server recv tid=6$n fd=4 kind=tcp4 id=5$n local=$A peer=127.0.0.1:4000$n offset=0 want=9 count=2 result=2 data="\"h$n\""
      line end 3$n client close fd=3 kind=tcp4 id=2$n local=127.0.0.1:4000$n peer=$A result=0
      line note 3$n client exit result=0
      line end 11 server close tid=6$n fd=4 kind=tcp4 id=5$n local=$A peer=127.0.0.1:4000$n result=0
    } >>live
    eventually grep -q "\"h$n\"" ladder.out
    eventually grep -q "thread $n" ladder.out
  done
  rm live
  wait "$PID"
  cp ladder.out drawing
  for n in 1 2 3; do row '│' '│◄' "\"h$n\"" '┼ send(3) = 2'; done
  ! grep -q '[│┊├].*[│┊├].*[│┊├].*[│┊├]' drawing
  same 3 "$(grep -c 'server *server *client' drawing)"
}

@test "-r: the clock may differ, the drawing does not" {
  turn() { # what two programs did, with the client's own steps early or late
    CLOCK=1000
    server_listens
    CLOCK=$1; line end 22 client socket fd=3 kind=tcp4 id=2 result=3 "$STREAM"
    CLOCK=1010; line end 22 client connect fd=3 kind=tcp4 id=2 local=$B peer=$A result=0
    CLOCK=1011; line end 11 server accept fd=3 kind=tcp4 id=1 local=$A peer=$B result=4 args="on=$A newid=3" begin=1004
    CLOCK=$2; client end send offset=0 want=2 count=2 result=2 data='"hi"'
    CLOCK=$3; server_end end send offset=0 want=2 count=2 result=2 data='"yo"'
    CLOCK=1030; server_end end recv offset=0 want=9 count=2 result=2 data='"hi"'
    CLOCK=1031; client end recv offset=0 want=9 count=2 result=2 data='"yo"'
  }
  turn 1004 1020 1025 | sort -n -k 3 >one
  turn 1008 1026 1012 | sort -n -k 3 >two
  ladder one >plain.one
  ladder two >plain.two
  ! cmp -s plain.one plain.two
  ladder -r one >drawing
  ladder -r two >again
  diff drawing again
  no_row '1[12]\b.*22\|waited'
  row '127.0.0.1 port 49152'
}

@test "-r: a call that cannot wait, by O_NONBLOCK or MSG_DONTWAIT, is not shown as one that waits" {
  talk() { # $1: what the server's welcoming socket and its recv are told
    CLOCK=1000
    server_listens
    [ -z "$1" ] || line end 11 server fcntl fd=3 kind=tcp4 id=1 result=0 args='cmd=F_SETFL flags=O_NONBLOCK'
    line end 22 client socket fd=3 kind=tcp4 id=2 result=3 "$STREAM"
    line end 22 client connect fd=3 kind=tcp4 id=2 local=$B peer=$A result=0
    line end 11 server accept fd=3 kind=tcp4 id=1 local=$A peer=$B result=4 args="on=$A newid=3"
    line end 22 client getsockname fd=3 kind=tcp4 id=2 result=0
    client end send offset=0 want=2 count=2 result=2 data='"hi"'
    server_end end recv offset=0 want=9 count=2 result=2 data='"hi"' "${1:-args=-}"
  }
  talk '' >waits
  talk args=flags=MSG_DONTWAIT >asks
  drawn -r waits
  row 'accept(3) …'
  row 'accept = 4'
  drawn -r asks
  no_row '…'
  row 'accept(3) = 4'
  row 'recv(4) = 2' '"hi"' 'send(3) = 2'
}

@test "a send that took only a part says of how much" {
  {
    server_listens
    client_connects
    client end send offset=0 want=3 count=1 result=1 data='"h"'
    client end send offset=1 want=2 count=2 result=2 data='"i\n"'
    server_end end recv offset=0 want=9 count=3 result=3 data='"hi\n"'
  } >trace
  drawn trace
  row 'send(3) = 1 of 3'
  no_row 'send(3) = 2 of'
}

@test "a client that has closed before it was accepted: the server's close is the last one" {
  {
    server_listens
    line end 22 client socket fd=3 kind=tcp4 id=2 result=3 "$STREAM"
    line end 22 client connect fd=3 kind=tcp4 id=2 local=$B peer=$A result=0
    client end close result=0
    line end 11 server accept fd=3 kind=tcp4 id=1 local=$A peer=$B result=4 args="on=$A newid=3"
    server_end end recv offset=0 want=9 count=0 result=0 data='""'
    server_end end close result=0
  } >trace
  drawn trace
  row 'ESTABLISHED' 'accept(3) = 4'
  row 'CLOSE_WAIT' 'recv(4) = 0'
  row 'LAST_ACK' 'close(4)'
}
