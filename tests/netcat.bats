#!/usr/bin/env bats
# The netcat sheet: every line of docs/netcat.md is run, with the netcats that are there. A block whose info
# string is "sh ROLE PAIR" holds a command a line; the pair's port stands for the one that the test has.
# variants: plain
# slow
# alone
load helper

# lines ROLE PAIR: the commands of that block, a line each.
lines() {
  awk -v start="\`\`\`sh $1 $2" '/^```/ {on = $0 == start; next} on' "$ROOT/docs/netcat.md"
}

port_of() {
  case $1 in tcp-echo) echo 9999 ;; tcp-greet) echo 12345 ;; udp-echo) echo 8888 ;; *) echo 12000 ;; esac
}

# each ROLE PAIR FUNCTION: calls FUNCTION COMMAND for every line whose netcat is there; says which is not.
each() {
  local line tool count=0
  while IFS= read -r line; do
    tool=$(grep -oE 'nc\.openbsd|nc\.traditional|ncat|busybox|socat' <<<"$line" | head -n 1)
    if ! command -v "$tool" >/dev/null; then
      echo "# skipped: $tool is not installed: $line" >&3
      continue
    fi
    ((count += 1))
    echo "\$ $line"
    mkdir "run$count" && cd "run$count"
    "$3" "$line"
    cd ..
  done < <(lines "$1" "$2" | sed "s/\b$(port_of "$2")\b/@/g")
  [ $count -gt 0 ] || skip "none of the block's netcats is installed"
}

# Runs it as a client of the server that was started; it has to end by itself, and to show the reply.
as_client() {
  local shown status=0
  shown=$(timeout "$PATIENCE" bash -c "${1//@/$PORT}") || status=$?
  same "$EXPECTED" "$shown"
  same 0 $status # 124: it did not end
}

# Starts it as a server, and lets our client talk to it.
as_server() {
  PORT=$(free_port)
  start netcat timeout $((3 * PATIENCE)) bash -c "${1//@/$PORT}"
  eventually in_use "$PORT"
  same "$EXPECTED" "$(printf '%s' "$MESSAGE" | client -w 10)"
  kill "$PID" 2>/dev/null || true # most serve one client, and end
}

# Starts it as a server, waits until it shows the message, and types the reply.
typed() {
  PORT=$(free_port)
  mkfifo keys
  start netcat timeout $((3 * PATIENCE)) bash -c "exec ${1//@/$PORT} <keys"
  local netcat=$PID
  exec 7>keys
  eventually in_use "$PORT"
  if [ "$CLIENT" = tcp-connect ]; then
    # shellcheck disable=SC2119
    client 7>&- | grep -qx "Connected to 127.0.0.1:$PORT"
  else
    printf '%s\n' "$MESSAGE" >sentence
    start client bash -c "exec timeout $PATIENCE $BIN_DIR/$CLIENT -w 15 $HOST $PORT <sentence 7>&-"
    eventually grep -q "$MESSAGE" netcat.out
    printf '%s\n' "$EXPECTED" >&7
    eventually ended "$PID"
    same "$EXPECTED" "$(out client)"
    quiet client
  fi
  exec 7>&-
  kill "$netcat" 2>/dev/null || true
}

@test "the uppercase pair over TCP: netcat as client" {
  SERVER=tcp-upper-server EXPECTED=HELLO
  server
  each client tcp-upper as_client
}

@test "the uppercase pair over TCP: netcat as server, typed" {
  CLIENT=tcp-upper-client MESSAGE='who is there' EXPECTED='IT IS ME'
  each typed tcp-upper typed
}

@test "the uppercase pair over TCP: netcat as server, with tr" {
  CLIENT=tcp-upper-client MESSAGE=$'hello\nworld\n' EXPECTED=$'HELLO\nWORLD'
  each server tcp-upper as_server
}

@test "the echo pair over TCP: netcat as client" {
  SERVER=tcp-echo-server-threaded EXPECTED=$'hello\nclose'
  server
  each client tcp-echo as_client
}

@test "the echo pair over TCP: netcat as server" {
  CLIENT=tcp-echo-client MESSAGE=$'hello\nworld\n' EXPECTED=$'hello\nworld'
  each server tcp-echo as_server
}

@test "the greeting: netcat as client" {
  SERVER=tcp-greet-server EXPECTED='Thank you for connecting'
  server
  each client tcp-greet as_client
}

@test "the greeting: netcat as server" {
  CLIENT=tcp-greet-client MESSAGE='' EXPECTED='Thank you for connecting'
  each server tcp-greet as_server
}

@test "the uppercase pair over UDP: netcat as client" {
  SERVER=udp-upper-server EXPECTED=HELLO
  server
  each client udp-upper as_client
}

@test "the uppercase pair over UDP: netcat as server, typed and with tr" {
  CLIENT=udp-upper-client MESSAGE='who is there' EXPECTED='IT IS ME'
  mkdir by-hand && cd by-hand
  each typed udp-upper typed
  cd .. # socat begins a tr for each datagram
  MESSAGE=$'hello\nworld\n' EXPECTED=$'HELLO\nWORLD'
  each server udp-upper as_server
}

@test "the echo pair over UDP: netcat as client" {
  SERVER=udp-echo-server EXPECTED=OK...hello
  server
  each client udp-echo as_client
}

@test "the echo pair over UDP: netcat as server, typed and with sed" {
  CLIENT=udp-echo-client MESSAGE='who is there' EXPECTED='OK...who is there'
  mkdir by-hand && cd by-hand
  each typed udp-echo typed
  cd ..
  MESSAGE=$'hello\nworld\n' EXPECTED=$'OK...hello\nOK...world'
  each server udp-echo as_server
}

@test "look up and connect: netcat as client" {
  SERVER=tcp-echo-server-threaded EXPECTED=connected
  server
  each client tcp-connect as_client
}

@test "look up and connect: netcat as server" {
  CLIENT=tcp-connect
  each typed tcp-connect typed
}

# table HEADING: the commands of that part's table, and behind a tab what happens.
table() {
  awk -v heading="## $1" '/^## / {on = $0 == heading} on && /^\| `/' "$ROOT/docs/netcat.md" |
    sed -E 's/^\| `(.*)` \| (.*) \|$/\1\t\2/; s/\\\|/|/g; s/\b12000\b/@/g'
}

# One row: shows HELLO or not, hangs or ends, as the table says. A command that hangs is given two seconds.
row() {
  local command=${1//@/$PORT} says=$2 tool status=0 hangs=0
  tool=$(grep -oE 'nc\.openbsd|nc\.traditional|ncat|busybox|socat' <<<"$command" | head -n 1)
  command -v "$tool" >/dev/null || { echo "# skipped: $tool is not installed: $command" >&3; return 0; }
  echo "\$ $command: $says"
  [[ $says != *hangs* ]] || hangs=1
  if [ $hangs = 1 ]; then
    run -124 timeout 3 bash -c "$command"
  else
    run -0 timeout "$PATIENCE" bash -c "$command"
  fi
  case $says in
  *lost*) same '' "$output" ;;
  *) same HELLO "$output" ;;
  esac
}

@test "why a pipe into nc hangs: the table" {
  bats_require_minimum_version 1.5.0
  local command says rows=0
  while IFS=$'\t' read -r command says; do
    # a server for each: a netcat that hangs keeps the next one waiting
    start "upper$rows" "$BIN_DIR/tcp-upper-server" -q 0
    eventually grep -q port "upper$rows.out"
    PORT=$(sed -n '1s/.* port //p' "upper$rows.out")
    row "$command" "$says"
    ((rows += 1))
  done < <(table "Why does a pipe into nc hang without -N?")
  same 7 $rows
}

@test "why ncat -u loses the reply: the table, with a server that thinks" {
  bats_require_minimum_version 1.5.0
  local command says rows=0
  start slow python3 -uc '
from socket import *
import time
s = socket(AF_INET, SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])
while True:
    try:
        message, client = s.recvfrom(2048)
        time.sleep(0.3)
        s.sendto(message.upper(), client)
    except ConnectionError:
        pass'
  eventually grep -q . slow.out
  PORT=$(out slow)
  while IFS=$'\t' read -r command says; do
    row "$command" "$says"
    ((rows += 1))
  done < <(table "Why does ncat -u lose the reply?")
  same 7 $rows
}

@test "every block of commands is run by a test, and what the page says of addresses holds" {
  same '' "$(comm -3 \
    <(grep -oE '^```sh .*' "$ROOT/docs/netcat.md" | cut -d' ' -f2,3 | sort -u) \
    <(grep -oE 'each (client|server|typed) [a-z-]+' "$ROOT/tests/netcat.bats" | cut -d' ' -f2,3 | sort -u))"
  need nc.openbsd
  local port
  port=$(free_port)
  start four nc.openbsd -l "$port"
  eventually in_use "$port"
  need ss
  same "0.0.0.0:$port" "$(ss -Hltn "sport = :$port" | awk '{print $4}')"
  need nc.traditional
  [[ $(nc.traditional -w 1 ::1 "$port" </dev/null 2>&1) == *"forward host lookup failed"* ]]
}
