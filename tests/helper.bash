# SPDX-License-Identifier: MIT
# What every test file loads. A test file names its pair (SERVER=tcp-upper-server CLIENT=tcp-upper-client,
# TRANSPORT=udp for datagrams), then each test says:
#
#   server               starts SERVER on a free port and waits until it listens; sets HOST PORT SERVER_PID
#   server -q -6         the same with options; UNDER='prlimit --nofile=4' runs it under that command
#   client <<< hello     runs CLIENT against it, bounded in time; with bats: run client <<< hello
#   start NAME COMMAND   starts anything else in the background; its output: out NAME, err NAME
#   eventually COMMAND   waits until COMMAND succeeds, at most PATIENCE seconds
#
# The ends can be replaced, so that the same tests judge anybody's programs:
#   SERVER_CMD='python3 mine.py {port}'    CLIENT_CMD='java Client {host} {port}'
# A test that looks at more than the wire says so: ours server, ours client.

ROOT=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
: "${BIN_DIR:=$ROOT/build/bin}" "${PATIENCE:=20}" "${TRANSPORT:=tcp}"
export LC_ALL="${TEST_LOCALE:-C.UTF-8}"
# What Linux has and macOS lacks, where it is lacking.
command -v timeout >/dev/null || PATH=$PATH:${BASH_SOURCE[0]%/*}/portable

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  HOST=127.0.0.1 PORT=''
  PIDS=()
}

# Ends what the test started, by pid.
teardown() { end_all; }
end_all() {
  local pid
  for pid in "${PIDS[@]}"; do kill -CONT "$pid" 2>/dev/null && kill "$pid" 2>/dev/null; done
  for pid in "${PIDS[@]}"; do
    gone_in_time "$pid" || kill -KILL "$pid" 2>/dev/null
  done
  find /tmp/bothends-ports -lname "$$" -delete 2>/dev/null || true
  # A sanitizer's report is a failure, whoever wrote it.
  if grep -lE 'ERROR: (Address|Leak)Sanitizer|runtime error:|WARNING: ThreadSanitizer' -- *.err 2>/dev/null; then
    cat -- *.err >&2
    return 1
  fi
}

# gone_in_time PID: within five seconds.
gone_in_time() {
  if [[ $OSTYPE == linux* ]]; then
    timeout 5 tail --pid="$1" -s 0.05 -f /dev/null 2>/dev/null
  else
    PATIENCE=5 eventually ended "$1" 2>/dev/null
  fi
}

eventually() {
  local end=$((SECONDS + PATIENCE)) try=0 pauses=(0.02 0.02 0.03 0.05 0.07) # then 0.1: to look costs, too
  until "$@"; do
    if ((SECONDS >= end)); then
      echo "gave up after $PATIENCE s, waiting for: $*" >&2
      return 1
    fi
    sleep "${pauses[try++]:-0.1}"
  done
}

# start NAME COMMAND [ARG...]: in the background, output to NAME.out and NAME.err; PID is its pid.
start() {
  local name=$1
  shift
  : >"$name.out" 2>"$name.err" # at once: nobody is to read what an earlier one of that name wrote
  "$@" >"$name.out" 2>"$name.err" </dev/null 3>&- 4>&- &
  PID=$!
  PIDS+=("$PID")
}

out() { cat "$1.out"; }
err() { cat "$1.err"; }

# A port that nobody uses, below the range from which the system picks its own; it is ours until the
# test ends: a link that has its name leads to our process. FIXED_PORT: the one that a program to be
# graded has built in.
free_port() {
  local port=${FIXED_PORT:-} ports=/tmp/bothends-ports owner
  if [ -n "$port" ]; then
    eventually not_in_use "$port" || return
    echo "$port"
    return
  fi
  [ -d "$ports" ] || mkdir -m 1777 "$ports" 2>/dev/null || true
  while :; do
    port=$((13000 + RANDOM % 16000)) # none of the default ports
    if [ -L "$ports/$port" ] && owner=$(readlink "$ports/$port"); then
      alive "$owner" && continue
      rm -f "$ports/$port" 2>/dev/null
    fi
    ln -s "$$" "$ports/$port" 2>/dev/null && unused "$port" && break
  done
  echo "$port"
}

# The listening table, for programs that do not say when they are ready; never a connection that probes.
# From ss where there is one, from the kernel's own table on Linux without it, and from netstat on other systems.
in_use() { [ "$(sockets_at "$1" listening)" ]; }
not_in_use() { ! in_use "$1"; }
unused() { [ -z "$(sockets_at "$1" any)" ]; }
sockets_at() {
  # shellcheck disable=SC2016 # awk's
  if [ "$2" = listening ]; then
    ss -Hltun "sport = :$1" 2>/dev/null || listening_table "$1" '$4 == "0A" || FILENAME ~ /udp/' 'LISTEN|^udp'
  else
    ss -Htuan "sport = :$1" 2>/dev/null || listening_table "$1" 1 .
  fi
}
listening_table() {
  if [ -r /proc/net/tcp ]; then
    local tables=(/proc/net/tcp /proc/net/udp)
    [ ! -r /proc/net/tcp6 ] || tables+=(/proc/net/tcp6 /proc/net/udp6)
    awk -v port="$(printf ':%04X' "$1")" "index(\$2, port) == length(\$2) - 4 && ($2)" "${tables[@]}"
  else
    netstat -an 2>/dev/null | awk -v port="$1" '/^(tcp|udp)/ { n = split($4, part, /[.:]/); if (part[n] == port) print }' |
      grep -E "$3" || true
  fi
}

# Somebody else's command, with {host}, {port}, {dir} and {target} put in. DIR: the folder whose files
# a server gives out, or in which it keeps some.
filled_in() {
  local command=${1//'{port}'/$PORT}
  command=${command//'{host}'/$HOST}
  command=${command//'{target}'/${TARGET:-}}
  echo "${command//'{dir}'/${DIR:-$PWD}}"
}

# server [OPTION...]: see above. With SERVER_NAME, a second server beside the first.
server() {
  local name=${SERVER_NAME:-server}
  if [ -n "${SERVER_CMD:-}" ]; then
    local try
    export GRADE_DIR=${DIR:-} # where scripts/grade-run starts it
    for try in 1 2; do # again if, in spite of all, somebody else took the port before it
      PORT=${SERVER_PORT:-$(free_port)}
      [ "$try" = 1 ] || [ -z "${GRADE_SAID:-}" ] || : >"$GRADE_SAID" # what it said is said once
      # With a port built in, and no SO_REUSEADDR, it can only start when TIME_WAIT is over.
      [ "$try" = 1 ] || [ -z "${FIXED_PORT:-}" ] || [ -n "${SERVER_PORT:-}" ] || PATIENCE=70 eventually unused "$PORT" || true
      start "$name" bash -c "exec ${UNDER:-} $(filled_in "$SERVER_CMD")"
      SERVER_PID=$PID
      PATIENCE=${START_PATIENCE:-$PATIENCE} eventually in_use_or_ended "$PORT" 2>/dev/null || break
      in_use "$PORT" && break
    done
    in_use "$PORT" || { not_started "$name"; return 1; }
  else
    local program=$BIN_DIR/$SERVER
    case ${UNDER:-} in prlimit*) need prlimit ;; esac
    if [ -n "${UNDER:-}" ] && [ -n "${FAULT:-}" ]; then
      UNDER="$BIN_DIR/sockfault -q $FAULT $UNDER" program=$UNDISTURBED/$SERVER
    fi
    # shellcheck disable=SC2086
    start "$name" ${UNDER:-} "$program" "$@" "${SERVER_PORT:-${FIXED_PORT:-0}}"
    SERVER_PID=$PID
    eventually listening_or_ended "$name"
    PORT=$(sed -n "1s/^$SERVER: listening on .* port \([0-9]*\)\$/\1/p" "$name.out")
    [ -n "$PORT" ] || { cat "$name.out" "$name.err" >&2; return 1; }
  fi
}

in_use_or_ended() { in_use "$1" || ! alive "$SERVER_PID"; }
not_started() {
  local ports
  if alive "$SERVER_PID"; then
    ports=$(ports_of_server)
    if [ -n "$ports" ]; then
      echo "could not be started: your program listens on port $ports, not on $PORT:" \
        "put {port} into its command, and let it use that; or give --port ${ports%% *}" >&2
    else
      echo "could not be started: no socket listens on port $PORT after ${START_PATIENCE:-$PATIENCE} s;" \
        "put {port} into the command, or give --port if your program has its port built in" >&2
    fi
  else
    echo "could not be started: the program ended before it listened on port $PORT" >&2
  fi
}

# Those on which the server listens, seen by the process groups of it and of what scripts/grade-run has started.
ports_of_server() {
  local pid
  for pid in "$SERVER_PID" $(pgrep -g "$(pgrep -d, -P "$SERVER_PID")" 2>/dev/null); do
    ss -Hltunp | awk -v pid="pid=$pid," 'index($0, pid) { sub(/.*:/, "", $5); print $5 }'
  done | sort -un | paste -sd ' '
}

listening_or_ended() { [ "$(head -c 1 "$1.out")" ] || ! alive "$PID"; }

alive() { kill -0 "$1" 2>/dev/null; }

# client [OPTION...]: CLIENT with HOST and PORT behind the options; stdin is the test's. Of somebody
# else's only what it says on stdout counts, and that it ends; not which status it ends with.
client() {
  local status=0
  if [ -n "${CLIENT_CMD:-}" ]; then
    timeout "$((${START_PATIENCE:-0} + PATIENCE))" bash -c "exec ${UNDER_CLIENT:-} $(filled_in "$CLIENT_CMD")" 2>>client.err || status=$?
    [ "$status" != 127 ] || cat client.err >&2
    [ "$status" != 124 ] || echo "the client had not ended after $((${START_PATIENCE:-0} + PATIENCE)) s" >&2
    [ "$status" -ge 124 ] || status=0
    return "$status"
  else
    # shellcheck disable=SC2086
    timeout "$PATIENCE" ${UNDER_CLIENT:-} "$BIN_DIR/$CLIENT" "$@" "$HOST" "$PORT"
  fi
}

# python CODE [ARG...]: a peer that we did not write: Python's sockets, bounded in time.
# In the code: host, port and arg = the ARGs; what tests/grade/peer.py has; every wait is bounded by PATIENCE, and
# can tell what came until then; all of it by twice that.
python() {
  local code=$1
  shift
  timeout $((2 * PATIENCE)) python3 -Sc "
import os, sys, time
sys.path.insert(0, '$ROOT/tests/grade')
from peer import *
setdefaulttimeout($PATIENCE)
host, port, arg = '$HOST', int('${PORT:-0}'), sys.argv[1:]
$code" "$@" || { local status=$?; [ $status != 124 ] || echo "not done after $((2 * PATIENCE)) s" >&2; return $status; }
}

need() {
  local tool
  for tool; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done
}

# tools_without FOLDER NAME...: fills FOLDER with links to all commands of PATH, but for those of these names.
tools_without() {
  local folder=$1 dir file name dirs
  shift
  mkdir "$folder"
  IFS=: read -r -a dirs <<<"$PATH"
  for dir in "${dirs[@]}"; do
    for file in "$dir"/*; do
      name=${file##*/}
      [[ " $* " == *" $name "* ]] || [ -e "$folder/$name" ] || ln -s "$file" "$folder/$name" 2>/dev/null || true
    done
  done
}

# ours server|client: the test looks at what only our own program promises (its log, its options).
ours() {
  case $1 in
  server) [ -z "${SERVER_CMD:-}" ] || skip "only for our own server" ;;
  client) [ -z "${CLIENT_CMD:-}" ] || skip "only for our own client" ;;
  esac
}

# slow: not with scripts/test --quick.
slow() { [ -z "${QUICK:-}" ] || skip "slow, not with --quick"; }

# once: what the test is about does not depend on how our programs were built, or are disturbed.
once() { [ "${VARIANT:-plain}" = plain ] || skip "once: in the plain variant"; }

# deep: only with scripts/test --all.
deep() { [ -n "${ALL:-}" ] || skip "deep: with --all"; }

# whole: the test expects that what was sent at once also arrives at once, as it does unless a fault
# (short, byte: see sockfault) makes each call do less than it was asked to.
whole() {
  case ${FAULT:-} in short | byte) skip "under $FAULT a call does only a part" ;; esac
}

# amount N: N bytes; under byte, where each of them takes a call of its own, a thousandth of them.
amount() { [ "${FAULT:-}" = byte ] && echo $(($1 / 1000)) || echo "$1"; }

# bulk: the test has to fill the system's buffers, megabytes; a byte at a time that takes minutes.
bulk() { [ "${FAULT:-}" != byte ] || skip "megabytes, a byte at a time"; }

# undisturbed: the test measures, or injects faults of its own.
undisturbed() { [ -z "${FAULT:-}" ] || skip "not under $FAULT"; }

# fault FAULTS: sets FAULTY to what stands before a command to disturb it in this way, see sockfault(1).
fault() {
  undisturbed
  FAULTY="$BIN_DIR/sockfault -q $1"
  [ -x "$BIN_DIR/sockfault" ] || skip "sockfault is not built here"
}

# The netcats of this machine, by the names that Debian gives them.
netcats() {
  local name
  for name in nc.openbsd nc.traditional ncat busybox socat; do
    # No &&: the status of the last one would be that of this function, and some tests trap that.
    if command -v "$name" >/dev/null; then echo "$name"; fi
  done
}

# The error output of a run must be empty when nothing went wrong.
quiet() {
  case $1 in client) [ -z "${CLIENT_CMD:-}" ] || return 0 ;; server) [ -z "${SERVER_CMD:-}" ] || return 0 ;; esac
  [ ! -s "$1.err" ] || { echo "on stderr of $1:" >&2; cat "$1.err" >&2; return 1; }
}

# never COMMAND: fails when it succeeds ("! COMMAND" is no check: set -e passes over it).
never() {
  if "$@"; then
    echo "should not have succeeded: $*" >&2
    return 1
  fi
}

# Compares, and shows both when they differ: same EXPECTED ACTUAL
same() {
  [ "$1" = "$2" ] || { printf 'expected: %s\nactual:   %s\n' "$(shown "$1")" "$(shown "$2")" >&2; return 1; }
}

# shown TEXT: as it stands, unless there is something in it that one would not see.
shown() {
  if [ -z "$1" ]; then
    printf nothing
  elif [[ ${1//$'\n'/} == *[![:print:]]* || $1 == *' '$'\n'* || $1 == [[:space:]]* || $1 == *[[:space:]] ]]; then
    printf '%q' "$1"
  else
    printf '%s' "${1//$'\n'/$'\n'          }"
  fi
}

# answered: after "run client", with a server to be graded: our client, which tells what it got, got its reply.
# A client to be graded may have any status, but has to end.
answered() {
  [ "$status" != 0 ] || return 0
  [ -z "${SERVER_CMD:-}" ] || echo "our client got no answer from your server; it said:" >&2
  [ -z "${CLIENT_CMD:-}" ] || echo "your client did not end as it should (status $status); it said:" >&2
  echo "${output:-nothing}" >&2
  return 1
}

# replies EXPECTED ACTUAL: what a client showed. Ours shows the replies and nothing else. Of somebody
# else's the reply lines count, each at the end of a line: prompts, labels and CR do not matter.
replies() {
  [ -n "${CLIENT_CMD:-}" ] || { same "$1" "$2"; return; }
  [ "$(reply_lines "$1" "$1")" = "$(reply_lines "$1" "$2")" ] ||
    { printf 'expected these reply lines:\n%s\nthe client showed:\n%s\n' "$(indented "$1")" "$(indented "$2")" >&2; return 1; }
}
indented() { echo "${1:0:1000}" | tr -d '\r' | LC_ALL=C tr '\000-\010\013-\037\177' '?' | sed 's/^/  /'; }
reply_lines() {
  LC_ALL=C awk '
    { sub(/[ \t\r"'\'']+$/, "") }
    NR == FNR { if ($0 != "") wanted[$0]; next }
    {
      best = ""
      for (w in wanted) {
        at = length($0) - length(w)
        if (length(w) > length(best) && at >= 0 && substr($0, at + 1) == w &&
            (at == 0 || substr($0, at, 1) !~ /[A-Za-z0-9]/)) best = w
      }
      if (best != "") print best
    }' <(printf '%s\n' "$1") <(printf '%s\n' "$2")
}

# nc_client NAME: that netcat as a TCP client of HOST PORT, which ends once it has been answered and its
# input is at an end; each netcat wants that said in its own way.
nc_client() {
  case $1 in
  nc.openbsd) timeout "$PATIENCE" nc.openbsd -N "$HOST" "$PORT" ;;
  nc.traditional) timeout "$PATIENCE" nc.traditional -q 1 "$HOST" "$PORT" ;;
  ncat) timeout "$PATIENCE" ncat "$HOST" "$PORT" ;;
  busybox) timeout "$PATIENCE" busybox nc "$HOST" "$PORT" ;;
  socat) timeout "$PATIENCE" socat -t 5 - "TCP:$HOST:$PORT" ;;
  esac
}

# nc_server NAME TEXT: that netcat as a TCP server on 127.0.0.1 for one client, to whom it says TEXT
# (as for printf); what the client says is in nc.out. Sets PORT.
nc_server() {
  local command
  PORT=$(free_port)
  case $1 in
  nc.openbsd) command="nc.openbsd -l 127.0.0.1 $PORT" ;;
  nc.traditional) command="nc.traditional -l -p $PORT -s 127.0.0.1" ;;
  ncat) command="ncat -l 127.0.0.1 $PORT" ;;
  busybox) command="busybox nc -l -p $PORT" ;;
  socat) command="socat -t 5 - TCP-LISTEN:$PORT,bind=127.0.0.1" ;;
  esac
  start nc bash -c "printf '$2' | exec timeout $PATIENCE $command"
  eventually in_use "$PORT"
}

# has_lines N FILE: enough has arrived.
has_lines() { [ "$(wc -l <"$2")" -ge "$1" ]; }

ended() { ! alive "$1"; }

# Runs a command with a resolver that knows localhost by the ADDRESSES, in that order:
# with_localhost '::1 127.0.0.1' COMMAND...  (see tests/preload/localhost.c)
with_localhost() {
  local addresses=$1 name=$2
  shift 2
  LOCALHOST=$addresses LD_PRELOAD=$BIN_DIR/../lib/localhost.so \
    ASAN_OPTIONS=verify_asan_link_order=0:${ASAN_OPTIONS:-} "$name" "$@"
}

# alone: this test needs the default ports; no other test that does runs meanwhile.
alone() {
  local lock=${TMPDIR:-/tmp}/bothends-default-ports.lock
  start alone python3 -uc "import fcntl, time; f = open('$lock', 'w'); fcntl.flock(f, fcntl.LOCK_EX); print('alone'); time.sleep(3600)"
  PATIENCE=900 eventually grep -q alone alone.out
}

# BSD's systems, macOS too, take no datagram that is larger than the room for sending: 9216 bytes, unless asked for
# more. Both ends of a UDP pair ask for it, and where the system gives more it stays.
room_for_the_largest() {
  undisturbed
  ours server
  ours client
  need strace
  UNDER='strace -D -qq -o server.trace -e trace=setsockopt' UNDER_CLIENT='strace -qq -o client.trace -e trace=setsockopt'
  $UNDER true 2>/dev/null || skip "strace may not trace here"
  server "$@"
  ASAN_OPTIONS=detect_leaks=0 client -w 10 <<<hello # nothing looks for leaks under strace
  local end room
  for end in server client; do
    room=$(sed -n 's/.*SOL_SOCKET, SO_SNDBUF, \[\([0-9]*\)\].*/\1/p' $end.trace)
    ((room >= 65527)) || { cat $end.trace && false; }
  done
  room=$(ss -Hlunm "sport = :$PORT" | sed -n 's/.*,tb\([0-9]*\),.*/\1/p')
  ((room >= $(cat /proc/sys/net/core/wmem_default)))
}

# foreign CODE: a Python program with a UDP socket s, bound at HOST and a free port. Sets PORT.
foreign() {
  start foreign timeout 60 python3 -Sc "
import sys, time
sys.path.insert(0, '$ROOT/tests/grade')
from peer import *
s = socket(AF_INET6 if ':' in '$HOST' else AF_INET, SOCK_DGRAM)
s.bind(('$HOST', 0))
print(s.getsockname()[1], flush=True)
$1"
  eventually grep -q . foreign.out
  PORT=$(head -n 1 foreign.out)
}

# python_server CODE [BEFORE]: a Python TCP server on HOST for one client, whose connection is c in CODE, with
# request(WORDS) to take a line from it; BEFORE is done with the listening socket l first. Sets PORT.
python_server() {
  PORT=$(free_port)
  start peer timeout "$((${START_PATIENCE:-0} + PATIENCE))" python3 -Sc "
import sys; sys.path.insert(0, '$ROOT/tests/grade')
from peer import *
setdefaulttimeout($PATIENCE)
l = socket(AF_INET6 if ':' in '$HOST' else AF_INET, SOCK_STREAM); l.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
${2:-}
l.bind(('$HOST', $PORT)); l.listen(5); l.settimeout(${START_PATIENCE:-$PATIENCE})
c, a = l.accept(); c.settimeout(getdefaulttimeout())
def request(words):
    got = receive(c, len(words))
    while got[:1] in (b'\r', b'\n'): got = got[1:] + receive(c, 1)
    same(words, got)
$1"
  eventually in_use "$PORT"
}

# content: the python_server has got what it expected.
content() { wait "$PID" || { err peer >&2; return 1; }; }
