#!/usr/bin/env bats
# What all programs have in common: the command line, the errors that a class meets, and the manifest.
load helper

# each NAME...: the programs of the manifest whose names match one of the patterns.
each() {
  local pattern name
  while read -r name _; do
    for pattern; do
      # shellcheck disable=SC2254
      case $name in $pattern) echo "$name" ;; esac
    done
  done < <(grep -v '^#' "$ROOT/tests/manifest")
}

servers() { each 'tcp-*-server*' 'udp-*-server'; }
clients() { each 'tcp-*-client' 'udp-*-client' udp-ping; }

# fails STATUS PROGRAM ARG...: ends with STATUS and one line of its own on stderr, nothing on stdout.
fails() {
  local expected=$1 program=$2 status=0
  shift 2
  # shellcheck disable=SC2086
  timeout "$PATIENCE" ${UNDER:-} "$BIN_DIR/$program" "$@" >fails.out 2>fails.err </dev/null || status=$?
  same "$program $*: $expected" "$program $*: $status"
  same "$program $*: 1 line" "$program $*: $(wc -l <fails.err) line"
  [[ $(cat fails.err) == "$program: "* ]] || { cat fails.err; return 1; }
}

@test "the manifest names every program, its peer, its tests and its page, and nothing else" {
  local name peer tests page
  while read -r name peer tests page; do
    [ -x "$BIN_DIR/$name" ] || { echo "$name is not built"; return 1; }
    [ "$peer" = - ] || [ -x "$BIN_DIR/$peer" ] || { echo "$name: no peer $peer"; return 1; }
    grep -q "$name\|${name%-server*}" "$ROOT/tests/$tests" || { echo "$name is not in tests/$tests"; return 1; }
    grep -q "^\.Nm $name\$" "$ROOT/docs/man/$page" || { echo "$page is no page of $name"; return 1; }
  done < <(grep -v '^#' "$ROOT/tests/manifest")
  same "$(each '*' | sort)" "$(find "$BIN_DIR" -type f -executable ! -name 'unit-*' ! -name 'fuzz-*' -printf '%f\n' | sort)"
}

@test "--help prints the synopsis of the man page, on stdout, with status 0" {
  need mandoc
  local name page synopsis
  while read -r name _ _ page; do
    timeout "$PATIENCE" "$BIN_DIR/$name" --help >help.out 2>help.err
    quiet help
    synopsis=$(mandoc -T ascii -O width=1000 "$ROOT/docs/man/$page" | col -b |
      sed -n '/^SYNOPSIS/,/^DESCRIPTION/{/^ /{s/^ *//;p;}}' | head -n 1)
    same "usage: $synopsis" "$(head -n 1 help.out)"
  done < <(grep -v '^#' "$ROOT/tests/manifest")
}

@test "--help and --version are understood behind other options, too" {
  for name in $(each '*'); do
    case $name in ladder | sock*) continue ;; esac # no -4: theirs are other options
    [[ $("$BIN_DIR/$name" -4 --help) == "usage: $name "* ]]
    [[ $("$BIN_DIR/$name" -4 --version) == "$name "* ]]
  done
}

@test "--version names the program and the project, with status 0" {
  for name in $(each '*'); do
    timeout "$PATIENCE" "$BIN_DIR/$name" --version >version.out
    [[ $(cat version.out) =~ ^$name\ \(Both\ Ends\)\ [0-9]+\.[0-9]+(\.[0-9]+)?$ ]] || { echo "$name: $(cat version.out)"; return 1; }
  done
}

@test "an option that there is not: one line, status 2" {
  for name in $(each '*'); do fails 2 "$name" -Z; done
  fails 2 tcp-upper-client --hlep
  same 'tcp-upper-client: --hlep: unknown; try --help' "$(<fails.err)"
}

@test "too many arguments: one line, status 2" {
  for name in $(servers); do fails 2 "$name" 0 more; done
  for name in $(clients); do fails 2 "$name" localhost 1 more; done
}

@test "a port without a host: the error names the order" {
  for name in $(clients); do
    fails 2 "$name" 12000
    grep -q '12000: HOST comes before PORT' fails.err
  done
}

@test "an address of the other family: the error speaks of -4 and -6, not of spelling" {
  fails 1 tcp-upper-client -4 ::1
  grep -q 'look up ::1: .*: does -4 or -6 fit?' fails.err
  fails 1 tcp-upper-client -6 127.0.0.1
  grep -q 'look up 127.0.0.1: .*: does -4 or -6 fit?' fails.err
}

@test "a port that is none: one line, status 2" {
  local port
  for port in 65536 -1 12x '' no-such-service 99999999999999999999; do
    for name in $(servers); do fails 2 "$name" -- "$port"; done
    for name in $(clients); do fails 2 "$name" -- localhost "$port"; done
  done
}

@test "an option without its value, or with a wrong one: one line, status 2" {
  for name in $(clients); do
    fails 2 "$name" -w
    fails 2 "$name" -w 0
    fails 2 "$name" -w soon
  done
  for name in $(servers); do fails 2 "$name" -b; done
}

@test "an unknown host: one line, status 1" {
  for name in $(clients); do
    fails 1 "$name" no-such-host.invalid
    grep -q 'no-such-host.invalid: .*is it spelt right' fails.err
  done
  for name in $(servers); do fails 1 "$name" -b no-such-host.invalid 0; done
}

@test "an address that is not this machine's: the error says so" {
  for name in $(servers); do
    fails 1 "$name" -b 192.0.2.1 0
    grep -q 'bind to 192.0.2.1 port 0: .*(EADDRNOTAVAIL): no interface here' fails.err
  done
}

@test "a port in use: the error says who could hold it and how to look" {
  for name in $(servers); do
    SERVER=$name server
    fails 1 "$name" "$PORT"
    grep -q "^$name: bind to 127.0.0.1 port $PORT: .*(EADDRINUSE): another program holds it ('ss -tulnp' shows which)" fails.err
  done
}

@test "a port below 1024 without privileges: the error says so" {
  need setpriv
  local first
  first=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)
  [ "$first" -gt 80 ] || skip "this system lets everybody have port 80"
  in_use 80 && skip "port 80 is in use"
  [ "$(id -u)" != 0 ] || UNDER="setpriv --reuid=65534 --regid=65534 --clear-groups"
  # shellcheck disable=SC2086
  ${UNDER:-} test -x "$BIN_DIR/tcp-upper-server" || skip "user nobody cannot reach $BIN_DIR"
  for name in $(servers); do
    fails 1 "$name" 80
    grep -q 'bind to 127.0.0.1 port 80: Permission denied (EACCES): ports below 1024 need privileges' fails.err
  done
}

@test "nothing listens: the client names the server to start, at once" {
  local peer
  while read -r name peer _; do
    [[ " $(clients | tr '\n' ' ') " == *" $name "* ]] || continue
    PORT=$(free_port)
    status=0
    timeout "$PATIENCE" "$BIN_DIR/$name" 127.0.0.1 "$PORT" >refused.out 2>refused.err <<<hello || status=$?
    same "$name 1" "$name $status"
    grep -q "127.0.0.1 port $PORT: Connection refused (ECONNREFUSED): nothing listens there; start $peer first" refused.err
  done < <(grep -v '^#' "$ROOT/tests/manifest")
}

@test "started by its path, a server names its peer by the same path" {
  whole
  for name in $(servers); do
    SERVER=$name server
    grep -q "^in another terminal: $BIN_DIR/.* 127.0.0.1 $PORT$" server.out
  done
}

@test "a log that nobody reads does not stop a server" {
  SERVER=tcp-upper-server CLIENT=tcp-upper-client
  mkfifo log
  start server bash -c "exec '$BIN_DIR/$SERVER' 0 >log"
  exec 5<log
  read -r -t "$PATIENCE" line <&5
  exec 5<&- # from here on writing the log fails
  PORT=${line##* }
  same ONE "$(client <<<one)"
  same TWO "$(client <<<two)"
}
