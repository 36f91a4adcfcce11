#!/usr/bin/env bats
# socktrace against strace: both see the same run, and must tell the same calls with the same results.
load helper
load socktrace/helper

CALLS_SEEN=trace=network,read,write,readv,writev,sendfile,dup,dup2,dup3,close

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  HOST=127.0.0.1 PIDS=()
  need strace python3
  strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
}

# both COMMAND...: runs it under both; stdin is the test's
both() {
  rm -rf seen
  mkdir seen
  timeout "$PATIENCE" strace -ff -ttt -y -s 0 -e "$CALLS_SEEN" -o seen/strace \
    "$TRACER" -o seen/trace "$@" 3>&- 4>&-
}

# agree: the two tell the same
agree() {
  whole_trace "${1:-seen}/trace"
  python3 "$ROOT/tests/socktrace/compare.py" "${1:-seen}/trace" "${1:-seen}/strace"
}

# both_start NAME COMMAND...: the same in the background, a server; its files are in NAME/
both_start() {
  local name=$1
  shift
  mkdir -p "$name"
  start "$name" timeout "$PATIENCE" strace -ff -ttt -y -s 0 -e "$CALLS_SEEN" -o "$name/strace" \
    "$TRACER" -o "$name/trace" "$@"
}

# A page to fetch; sets PORT.
page_server() {
  start pages python3 -u -c '
import http.server
s = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
print(s.server_port)
s.serve_forever()'
  eventually has_lines 1 pages.out
  PORT=$(out pages)
}

@test "a program that makes every call: threads, fork, execve, dup, datagrams, errors" {
  build calls -O1
  both ./calls </dev/null >/dev/null
  agree
  both ./calls wrong </dev/null >/dev/null
  agree
}

@test "each netcat as a client" {
  local name
  page_server
  for name in $(netcats); do
    echo "$name"
    case $name in
    busybox) set -- busybox nc "$HOST" "$PORT" ;;
    socat) set -- socat -t 5 - "TCP:$HOST:$PORT" ;;
    nc.openbsd) set -- nc.openbsd -N "$HOST" "$PORT" ;;
    *) set -- "$name" "$HOST" "$PORT" ;;
    esac
    if ! watchable "$1"; then
      echo "$1 is statically linked: left out" >&3
      continue
    fi
    printf 'GET / HTTP/1.0\r\n\r\n' | both "$@" >answer
    grep -q '200 OK' answer
    agree
  done
}

@test "each netcat as a server" {
  local name i
  for name in $(netcats); do
    echo "$name"
    PORT=$(free_port)
    case $name in
    nc.openbsd) set -- nc.openbsd -l 127.0.0.1 "$PORT" ;;
    nc.traditional) set -- nc.traditional -l -p "$PORT" -s 127.0.0.1 ;;
    ncat) set -- ncat -l 127.0.0.1 "$PORT" ;;
    busybox) set -- busybox nc -l -p "$PORT" ;;
    socat) set -- socat -t 5 - "TCP-LISTEN:$PORT,bind=127.0.0.1" ;;
    esac
    watchable "$1" || continue
    both_start "$name" "$@"
    i=$PID
    eventually in_use "$PORT"
    python '
c = create_connection((host, port))
c.sendall(b"hello\n")
c.shutdown(SHUT_WR)
c.recv(100)'
    eventually ended "$i"
    grep -q hello "$name.out"
    agree "$name"
  done
}

@test "curl" {
  need curl
  page_server
  both curl -sS -o answer "http://127.0.0.1:$PORT/"
  agree
  grep -qi html answer
}

@test "a pair in Python, with threads, over IPv4, IPv6, UDP and AF_UNIX" {
  both python3 "$ROOT/tests/socktrace/pair.py"
  agree
}

# Every program of the toolkit, as far as it is built: the server, then its client against it.
pair() {
  local server=$1 client=$2 i
  for i in "$server" "$client"; do
    [ -x "$BIN_DIR/$i" ] || skip "$i is not built"
  done
  both_start server "$BIN_DIR/$server" "${@:3}" 0
  i=$PID
  eventually has_lines 1 server.out
  PORT=$(sed -n '1s/.* port \([0-9]*\)$/\1/p' server.out)
  printf 'hello\nworld\n' | both "$BIN_DIR/$client" "$HOST" "$PORT" >answer
  agree
  # strace hands the signal on to nobody: the server itself is ended, then strace ends.
  kill "$(awk -F '\t' 'NR == 1 { print $5 }' server/trace)"
  eventually ended "$i"
  agree server
}

@test "tcp-upper" { pair tcp-upper-server tcp-upper-client; }
@test "udp-upper" { pair udp-upper-server udp-upper-client; }
@test "udp-echo" { pair udp-echo-server udp-echo-client; }
@test "tcp-echo, threaded" { pair tcp-echo-server-threaded tcp-echo-client; }
@test "tcp-echo, one at a time" { pair tcp-echo-server tcp-echo-client; }
@test "tcp-echo, forked" { pair tcp-echo-server-forked tcp-echo-client; }
@test "tcp-echo, pooled" { pair tcp-echo-server-pooled tcp-echo-client; }
@test "tcp-echo, polled" { pair tcp-echo-server-polled tcp-echo-client; }
@test "tcp-greet" { pair tcp-greet-server tcp-greet-client; }
