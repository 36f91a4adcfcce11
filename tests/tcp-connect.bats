#!/usr/bin/env bats
# tcp-connect: the lecture's first example, step by step.
load helper
CLIENT=tcp-connect

# Something to connect to that we did not write: prints nothing, accepts for ever.
listener() {
  PORT=$(free_port)
  start peer python3 -c "
from socket import *
s = socket(${2:-AF_INET}); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); s.bind(('$1', $PORT)); s.listen(50)
while True: s.accept()"
  eventually in_use "$PORT"
}

@test "every step in its order, then both ends" {
  listener 127.0.0.1
  client >output
  same "Creating the socket (IPv4, TCP)..." "$(sed -n 1p output)"
  same "done." "$(sed -n 2p output)"
  same "Looking up the service $PORT..." "$(sed -n 3p output)"
  same "Looking up the host 127.0.0.1..." "$(sed -n 5p output)"
  same "127.0.0.1." "$(sed -n 6p output)"
  same "Connecting to 127.0.0.1 port $PORT..." "$(sed -n 7p output)"
  [[ $(sed -n 8p output) =~ ^done,\ after\ [0-9]+\.[0-9]\ ms\.$ ]]
  [[ $(sed -n 9p output) =~ ^Connected\ from\ 127\.0\.0\.1:[0-9]+$ ]]
  same "Connected to 127.0.0.1:$PORT" "$(sed -n 10p output)"
  same 10 "$(wc -l <output)"
}

@test "IPv6: the socket is of the address's family" {
  listener ::1 AF_INET6
  HOST=::1
  run client
  same 0 "$status"
  [[ $output == *"Creating the socket (IPv6, TCP)..."*"Connected from [::1]:"*"Connected to [::1]:$PORT" ]]
}

@test "localhost: every address is found, each is tried, with its result" {
  listener 127.0.0.1
  HOST=localhost
  run with_localhost '::1 127.0.0.1' client
  same 0 "$status"
  [[ $output == *"::1, 127.0.0.1."*"Connecting to ::1 port $PORT..."*"refused: reached the machine, nothing listens"*"Connecting to 127.0.0.1 port $PORT..."*"Connected to 127.0.0.1:$PORT" ]]
}

@test "a service by its name and by its number" {
  run "$BIN_DIR/tcp-connect" 127.0.0.1 smtp
  [[ $output == *"Looking up the service smtp..."$'\n'"port 25, smtp."* ]]
  run "$BIN_DIR/tcp-connect" 127.0.0.1 80
  [[ $output == *"Looking up the service 80..."$'\n'"port 80, http."* ]]
  run "$BIN_DIR/tcp-connect" 127.0.0.1 8
  [[ $output == *"port 8, which has no name here."* ]]
  run "$BIN_DIR/tcp-connect" 127.0.0.1
  [[ $output == *"Looking up the service http..."* ]]
}

@test "refused: reached the machine, nothing listens" {
  PORT=$(free_port)
  run client
  same 1 "$status"
  [[ $output == *"refused: reached the machine, nothing listens, after "*"tcp-connect: connect to 127.0.0.1 port $PORT: Connection refused (ECONNREFUSED): "* ]]
}

@test "timed out: packets vanish" {
  # A full queue of connections: Linux then drops the packets that ask for more.
  [ "$(uname)" = Linux ] || skip "a full backlog drops packets on Linux"
  PORT=$(free_port)
  start peer python3 -c "
from socket import *; import time
s = socket(); s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); s.bind(('127.0.0.1', $PORT)); s.listen(0)
held = []
for i in range(8):
    c = socket(); c.setblocking(False); c.connect_ex(('127.0.0.1', $PORT)); held.append(c)
print('full', flush=True); time.sleep(60)"
  eventually grep -q full peer.out
  run client -w 0.3
  same 1 "$status"
  [[ $output == *"timed out, packets vanish: firewall, client isolation, wrong address, after 3"??.?" ms."* ]]
  [[ $output == *"(ETIMEDOUT)"* ]]
}

@test "unreachable: no way leads there" {
  need unshare
  unshare -rn true 2>/dev/null || skip "no network namespaces here"
  # A network namespace of its own has no routes at all.
  run timeout "$PATIENCE" unshare -rn "$BIN_DIR/tcp-connect" 192.0.2.1 http
  same 1 "$status"
  [[ $output == *"unreachable: no way leads there, after "*"(ENETUNREACH)"* ]]
}

@test "unknown host and unknown service are told apart" {
  run "$BIN_DIR/tcp-connect" no-such-host.invalid http
  same 1 "$status"
  [[ $output == *"tcp-connect: host no-such-host.invalid: "*": is it spelt right?" ]]
  run "$BIN_DIR/tcp-connect" localhost no-such-service
  same 1 "$status"
  [[ $output == *"tcp-connect: service 'no-such-service': neither known here"* ]]
  run "$BIN_DIR/tcp-connect" localhost 65536
  same 2 "$status"
  run "$BIN_DIR/tcp-connect"
  same 2 "$status"
  [[ $output == "tcp-connect: HOST is missing; usage: "* ]]
}

@test "-l lists the lecture's services as this machine's database has them" {
  run "$BIN_DIR/tcp-connect" -l
  same 0 "$status"
  expected="Service   Port no."
  for service in echo daytime ftp telnet smtp finger http pop3; do
    number=$(getent services "$service/tcp" | awk '{sub("/.*", "", $2); print $2}')
    [ -z "$number" ] || expected+=$'\n'$(printf '%-10s%s' "$service" "$number")
  done
  same "$expected" "$output"
}

@test "every listener of the other pairs, and a netcat" {
  for SERVER in tcp-upper-server tcp-greet-server; do
    server
    run client
    same 0 "$status"
  done
  nc_server "$(netcats | head -n 1)" hello
  run client
  same 0 "$status"
}
