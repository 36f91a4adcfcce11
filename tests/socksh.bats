#!/usr/bin/env bats
# variants: plain asan
# socksh: the language, every call, real peers at the other end, bad input, the terminal.
# slow
load helper
bats_require_minimum_version 1.5.0

# socksh without the descriptors of bats, so that the first socket is 3.
setup_file() {
  printf '#!/bin/sh\nexec "%s/socksh" "$@" 3>&- 4>&-\n' "$BIN_DIR" >"$BATS_FILE_TMPDIR/socksh"
  chmod +x "$BATS_FILE_TMPDIR/socksh"
}
SOCKSH=$BATS_FILE_TMPDIR/socksh

# sh COMMANDS: runs them; output in out.txt, errors in err.txt, STATUS is the exit status.
sh() {
  STATUS=0
  timeout "$PATIENCE" "$SOCKSH" -e "$1" >out.txt 2>err.txt </dev/null || STATUS=$?
}

# good COMMANDS: they end as expected, with nothing on stderr.
good() {
  sh "$1"
  same 0 "$STATUS" && same '' "$(cat err.txt)" || { cat out.txt err.txt >&2; return 1; }
}

# bad STATUS ERROR COMMANDS: they end so, with this one line on stderr.
bad() {
  sh "$3"
  same "$1 $2" "$STATUS $(cat err.txt)" || { cat out.txt >&2; return 1; }
  same 1 "$(wc -l <err.txt)"
}

# A page without the backspaces that make its letters bold.
flat() { sed $'s/.\b//g'; }

ipv6() { python 'socket(AF_INET6).bind(("::1", 0))' 2>/dev/null || skip "this machine has no IPv6"; }

# status_of PID: waits until it has ended, and sets STATUS to its exit status.
status_of() {
  STATUS=0
  eventually ended "$1"
  wait "$1" || STATUS=$?
}
ended() { ! alive "$1"; }

# waits_for NAME TEXT: until the output of a started socksh has it.
waits_for() { eventually grep -qF -- "$2" "$1.out"; }

TCP='s = socket tcp; bind $s 127.0.0.1 0; port = getsockname $s; listen $s 5
c = socket tcp; connect $c 127.0.0.1 $port; p = accept $s'
UDP='s = socket udp; bind $s 127.0.0.1 0; port = getsockname $s; c = socket udp'

# ---- the command line

@test "--help, --version and the synopsis of the man page" {
  need mandoc
  run -0 "$SOCKSH" --help
  same "usage: socksh [-e COMMANDS] [FILE]" "${lines[0]}"
  same "socksh [-e COMMANDS] [FILE]" \
    "$(MANWIDTH=80 mandoc -T ascii "$ROOT/docs/man/socksh.1" | flat | sed -n '/^SYNOPSIS/{n;s/^ *//;s/  */ /g;p;}')"
  run -0 "$SOCKSH" --version
  same "socksh (Both Ends) 1.0" "$output"
}

@test "the man page is clean and names every command of help" {
  need mandoc
  same '' "$(mandoc -T lint -W warning "$ROOT/docs/man/socksh.1")"
  page=$(mandoc -T ascii "$ROOT/docs/man/socksh.1" | flat)
  for call in $("$SOCKSH" -e help | sed -n 's/^    \([a-z]*\).*/\1/p'); do
    grep -qE "^ {5}(\[NAME =\] \[)?$call\b" <<<"$page" || { echo "not there: $call" >&2; false; }
  done
  grep -q rlwrap <<<"$page"
}

@test "a wrong command line: one line, status 2" {
  for arguments in -x -e 'one two' '-e help file'; do
    # shellcheck disable=SC2086
    run -2 --separate-stderr "$SOCKSH" $arguments </dev/null
    same '' "$output"
    same 1 "${#stderr_lines[@]}"
    [[ $stderr == "socksh: "*"usage: socksh [-e COMMANDS] [FILE]" ]]
  done
}

@test "a script that is not there or cannot be read: one line, status 1" {
  run -1 --separate-stderr "$SOCKSH" nowhere.socksh
  same "socksh: open nowhere.socksh: No such file or directory (ENOENT): is the name right?" "$stderr"
  mkdir folder
  run -1 --separate-stderr "$SOCKSH" folder
  same "socksh: folder:1: read: Is a directory (EISDIR)" "$stderr"
}

# ---- how it shows a call

@test "a conversation is shown call by call, as C would write it" {
  cat >talk.socksh <<'END'
# One message each way.
server = socket tcp
bind $server 127.0.0.1 0
port = getsockname $server
listen $server 1
client = socket tcp
connect $client 127.0.0.1 $port
conn = accept $server
send $client "hi\n"
recv $conn 10 peek
recv $conn
expect 3
close $client
recv $conn; expect 0
END
  run -0 --separate-stderr "$SOCKSH" talk.socksh
  same '' "$stderr"
  port=$(sed -n 's/.*connect(4, {AF_INET, 127.0.0.1:\([0-9]*\)}.*/\1/p' <<<"$output")
  theirs=$(sed -n 's/.*connection from 127.0.0.1:\([0-9]*\);.*/\1/p' <<<"$output")
  cat >expected.txt <<END
# One message each way.
server = socket tcp
    socket(AF_INET, SOCK_STREAM, 0) = 3
bind \$server 127.0.0.1 0
    bind(3, {AF_INET, 127.0.0.1:0}, 16) = 0
    port 0: the system chose a free port, and getsockname tells which
port = getsockname \$server
    getsockname(3, &address, &length) = 0
    {AF_INET, 127.0.0.1:$port}
listen \$server 1
    listen(3, 1) = 0
client = socket tcp
    socket(AF_INET, SOCK_STREAM, 0) = 4
connect \$client 127.0.0.1 \$port
    connect(4, {AF_INET, 127.0.0.1:$port}, 16) = 0
conn = accept \$server
    accept(3, &address, &length) = 5
    5 is the connection from 127.0.0.1:$theirs; 3 goes on listening
send \$client "hi\\n"
    send(4, "hi\\n", 3, 0) = 3
recv \$conn 10 peek
    recv(5, buffer, 10, MSG_PEEK) = 3
    "hi\\n"
    MSG_PEEK: they were only looked at, the next recv gets them again
recv \$conn
    recv(5, buffer, 1024, 0) = 3
    "hi\\n"
expect 3
    as expected
close \$client
    close(4) = 0
recv \$conn
    recv(5, buffer, 1024, 0) = 0
    the end of the stream: the peer sends no more
expect 0
    as expected
END
  same "$(cat expected.txt)" "$output"
}

@test "what is shown is what ran: strace saw the same calls and results" {
  need strace
  strace -o trace.txt true 2>/dev/null || skip "strace is not allowed here"
  cat >calls.socksh <<'END'
s = socket tcp
setsockopt $s reuseaddr 1
bind $s 127.0.0.1 0
port = getsockname $s
listen $s 7
c = socket tcp
connect $c 127.0.0.1 $port
p = accept $s
send $c "abc"
recv $p 2 peek
recv $p 9
shutdown $c wr
recv $p 0
linger $p 0
close $p
recv $c 9 dontwait
close $c
u = socket udp6
expect ok or error
d = socket unix dgram
recv $d 5 peek|dontwait
expect EAGAIN
getpeername $s
expect ENOTCONN
END
  sed -i 's/^recv $c 9 dontwait/&\nexpect error/' calls.socksh
  ASAN_OPTIONS=detect_leaks=0 strace -qq -o trace.txt -e trace=network,close "$SOCKSH" calls.socksh >shown.txt 2>err.txt || cat err.txt
  same '' "$(cat err.txt)"
  # Both as NAME FIRST-ARGUMENT = RESULT; strace also sees the probing that socksh does by itself.
  sed -n 's/^    \([a-z]*\)(\([A-Z0-9_]*\),\{0,1\}.*) = \(-\{0,1\}[0-9]*\).*$/\1 \2 = \3/p' shown.txt >ours.txt
  grep -vE 'SO_TYPE|SO_ACCEPTCONN' trace.txt |
    sed -n 's/^\([a-z]*\)(\([A-Z0-9_]*\),\{0,1\}.*) *= \(-\{0,1\}[0-9]*\).*$/\1 \2 = \3/p' |
    sed 's/^recvfrom/recv/;s/^sendto/send/' >theirs.txt
  same 21 "$(wc -l <ours.txt)"
  while read -r call; do
    grep -qxF -- "$call" theirs.txt || { echo "strace did not see: $call" >&2; cat theirs.txt >&2; false; }
  done <ours.txt
  grep -q 'socket(AF_INET6, SOCK_DGRAM' trace.txt
  grep -q 'recvfrom(., 0x[0-9a-f]*, 5, MSG_PEEK|MSG_DONTWAIT' trace.txt
  grep -q 'SO_LINGER, {l_onoff=1, l_linger=0}' trace.txt
  grep -q 'listen(3, 7)' trace.txt
}

@test "bytes are shown escaped, long ones shortened" {
  good "$UDP"'
    sendto $c "\0\x01\t\n\r\\\"\x7f\xff~é" 127.0.0.1 $port; expect 12
    recvfrom $s
    sendto $c ""*99999999999999 127.0.0.1 $port; expect 0; recvfrom $s; expect ""
    sendto $c "ab"*0 127.0.0.1 $port; expect 0; recvfrom $s; expect ""
    sendto $c "ab"*3 127.0.0.1 $port; recvfrom $s; expect "ababab"
    sendto $c "x"*49 127.0.0.1 $port
    recvfrom $s'
  grep -qF '    "\x00\x01\t\n\r\\\"\x7f\xff~\xc3\xa9" from 127.0.0.1:' out.txt
  grep -qF "    \"$(printf 'x%.0s' {1..48})\"... from " out.txt
}

# ---- the words

@test "the names of errors are those of errno(3), and their texts" {
  python '
import errno, subprocess
out = subprocess.run([arg[0], "-e", "\n".join("help " + n for n in arg[1:])], capture_output=True, text=True).stdout
for name in arg[1:]:
    text = os.strerror(getattr(errno, name))
    assert f"    {name}: {text}: " in out, (name, text)' \
    "$SOCKSH" EBADF ENOTSOCK EINTR EAGAIN EINPROGRESS EALREADY EPIPE ECONNRESET ECONNREFUSED \
    ECONNABORTED ETIMEDOUT EHOSTUNREACH ENETUNREACH ENETDOWN EADDRINUSE EADDRNOTAVAIL \
    EAFNOSUPPORT EACCES EPERM EISCONN ENOTCONN EDESTADDRREQ EMSGSIZE EOPNOTSUPP EPROTOTYPE \
    EPROTONOSUPPORT ENOPROTOOPT EINVAL EDOM EFAULT EMFILE ENFILE ENOBUFS ENOMEM ENOENT EEXIST \
    EISDIR ENOTDIR ENAMETOOLONG EROFS EIO
}

@test "help knows every command, and what it says to try works" {
  calls=$("$SOCKSH" -e help | sed -n 's/^    \([a-z]*\)\( .*\)*$/\1/p')
  for call in socket bind listen accept connect send recv sendto recvfrom shutdown close getsockname \
    getpeername setsockopt getsockopt linger fcntl poll getaddrinfo getservbyname gethostname signal \
    unlink sleep status expect within help quit; do
    grep -qx "$call" <<<"$calls" || { echo "help does not list $call" >&2; false; }
  done
  for call in $calls; do
    good "help $call"
    example=$(sed -n 's/^    try: //p' out.txt)
    [ -n "$example" ]
    grep -qw "$call" <<<"$example"
    good "$example"
  done
  bad 2 "socksh: -e:1: neither a call nor an error is named 'frobnicate'; 'help' lists the calls" \
    'help frobnicate'
}

@test "expect: what holds and what does not" {
  while IFS='|' read -r want call expectation; do
    sh "$call
expect $expectation"
    same "$want: $call: $expectation" "$STATUS: $call: $expectation"
  done <<'END'
0|getservbyname domain udp|53
0|getservbyname domain udp|= 53
0|getservbyname domain udp|=53
0|getservbyname domain udp|< 54
1|getservbyname domain udp|< 53
0|getservbyname domain udp|> 52
1|getservbyname domain udp|> 53
1|getservbyname domain udp|54
0|getservbyname domain udp|ok
1|getservbyname domain udp|error
1|getservbyname domain udp|not ok
0|getservbyname domain udp|not 54
0|getservbyname domain udp|54 or 53
1|getservbyname domain udp|not 54 or 53
1|getservbyname domain udp|"53"
1|getservbyname domain udp|EBADF
0|close 99|EBADF
0|close 99|error
0|close 99|-1
0|close 99|EPIPE or EBADF
1|close 99|EPIPE
1|close 99|ok
1|close 99|< 5
1|close 99|not EBADF
0|getaddrinfo 127.0.0.1 80|127.0.0.1:80
1|getaddrinfo 127.0.0.1 80|127.0.0.1:8
1|getaddrinfo 127.0.0.1 80|27.0.0.1:80
0|getaddrinfo 127.0.0.1 80|not 127.0.0.1:81
2|close 99|EBADFD
2|close 99|
2|close 99|EBADF EPIPE
2|close 99|EBADF or
2|close 99|> x
END
}

@test "expect compares all bytes, and how many they are" {
  for bytes in hell hello! '' hellO 'hello\0'; do
    sh "$UDP; sendto \$c hello 127.0.0.1 \$port; recvfrom \$s; expect \"$bytes\""
    same "$bytes: 1" "$bytes: $STATUS"
  done
  good "$UDP"'; sendto $c "a\0b" 127.0.0.1 $port; recvfrom $s; expect "a\0b"; expect not "a\0c"; expect not "a"'
}

@test "expect says what came instead" {
  sh "$UDP
sendto \$c hello 127.0.0.1 \$port
recvfrom \$s
expect \"hullo\""
  same 1 "$STATUS"
  same 'socksh: -e:4: expected "hullo", but recvfrom gave 5 "hello" 127.0.0.1:PORT' \
    "$(sed 's/127.0.0.1:[0-9]*$/127.0.0.1:PORT/' err.txt)"
  bad 1 'socksh: -e:1: expected not EBADF or 5, but close gave -1 EBADF' 'close 99; expect not EBADF or 5'
}

@test "a script stops where a call fails and no expect follows" {
  bad 1 "socksh: -e:2: close gave EBADF, and no 'expect' says that it should" 'gethostname
close 99
gethostname
socket tcp'
  same 1 "$(grep -c 'gethostname(' out.txt)"
  grep -q 'socket(' out.txt && false
  bad 1 "socksh: -e:1: close gave EBADF, and no 'expect' says that it should" 'close 99'
  bad 1 "socksh: -e:1: close gave EBADF, and no 'expect' says that it should" 'close 99; quit'
  bad 1 "socksh: -e:1: getaddrinfo gave an error, and no 'expect' says that it should" \
    'getaddrinfo 300.1.1.1'
}

@test "a bad word: one line that names the place, status 2, and nothing after it runs" {
  printf '# first\nsocket tcp\n\n  bnd 3 127.0.0.1 0\nsocket tcp\n' >wrong.socksh
  run -2 --separate-stderr "$SOCKSH" wrong.socksh
  same "socksh: wrong.socksh:4: no call is named 'bnd'; 'help' lists them all" "$stderr"
  same 1 "$(grep -c 'socket(' <<<"$output")"
  run -2 --separate-stderr "$SOCKSH" <wrong.socksh
  same "socksh: stdin:4: no call is named 'bnd'; 'help' lists them all" "$stderr"
  while IFS='|' read -r words text; do
    bad 2 "socksh: -e:1: $text" "$words"
  done <<'END'
socket|the kind of socket is missing: tcp, udp, tcp6, udp6, unix stream, unix dgram
socket sctp|no kind of socket is named 'sctp': tcp, udp, tcp6, udp6, unix stream ...
bind|the descriptor of a socket is missing
bind 3|the address is missing
bind 3 127.0.0.1|the port, after the address, is missing
bind 3 127.0.0.1 70000|a port is a number from 0 to 65535 or a name such as http, not '70000'
bind 3 127.0.0.1:|a port is a number from 0 to 65535 or a name such as http, not ''
"a\nb"|no call is named 'a?b'; 'help' lists them all
bind 3 127.0.0.1 0 0|'0' is one word too many
bind x 127.0.0.1 0|a descriptor is a number such as 3 or the name of a socket, not 'x'
bind -1 127.0.0.1 0|a descriptor is a number such as 3 or the name of a socket, not '-1'
bind 99999999999 127.0.0.1 0|a descriptor is a number such as 3 or the name of a socket, not '99999999999'
listen 3|the backlog is missing
listen 3 x|the backlog is a number from -1 to 1000000, not 'x'
listen 3 99999999999999999999|the backlog is a number from -1 to 1000000, not '99999999999999999999'
recv 3 5 oops|no flag is named 'oops': peek, oob, waitall, dontwait, dontroute
recv 3 1048577|the size is a number from 0 to 1048576, not '1048577'
recv 3 -1|the size is a number from 0 to 1048576, not '-1'
send 3|what to send is missing
send 3 "x|the closing quote is missing
send 3 "x\q"|an escape is \n \r \t \0 \\ \" or \x and two digits, as \x7f
send 3 "x\x4"|an escape is \n \r \t \0 \\ \" or \x and two digits, as \x7f
send 3 "x"*|after "..."* stands how often, with at most 16777216 bytes in all
send 3 "x"*99999999999999999999|after "..."* stands how often, with at most 16777216 bytes in all
send 3 "xx"*8388609|after "..."* stands how often, with at most 16777216 bytes in all
send 3 "x"*16777216|the command is longer than 16777216 bytes
send $nobody "x"|nothing is named 'nobody' yet; 'nobody = socket tcp' would name a socket
shutdown 3|shutdown needs the direction: rd, wr or rdwr
shutdown 3 up|shutdown needs the direction: rd, wr or rdwr
setsockopt 3 reuse 1|no option is named 'reuse'; 'help setsockopt' lists some
setsockopt 3 reuseaddr|the value is missing
linger 3 soon|the time in seconds, or off, is a number from 0 to 32767, not 'soon'
fcntl 3 fast|fcntl knows nonblock and block, not 'fast'
poll|poll needs a descriptor and what to wait for: in, out, pri, err, hup
poll 3|after the descriptor, poll needs what to wait for: in, out, pri, err, hup
poll 3 in soon|a time is given in seconds, from 0 to 86400, not as 'soon'
sleep|the time in seconds is missing
sleep nan|a time is given in seconds, from 0.001 to 86400, not as 'nan'
sleep -1|a time is given in seconds, from 0.001 to 86400, not as '-1'
within 5|a call is missing
within x accept 3|a time is given in seconds, from 0.001 to 86400, not as 'x'
close 2|0, 1 and 2 are the shell's own input and output
signal hup ignore|the only signal here is pipe, not 'hup'
signal pipe shout|a signal can be set to ignore, default or catch, not 'shout'
getaddrinfo x y z|getaddrinfo's hints are tcp, udp, inet, inet6, passive, not 'z'
expect 5|expect stands after a call
9x = socket tcp|'9x' cannot be a name: up to 31 letters, digits and _; up to 64 names
a-b = 5|'a-b' cannot be a name: up to 31 letters, digits and _; up to 64 names
x = y z|no call is named 'y'; 'help' lists them all
END
}

@test "an address that cannot be resolved: one line, with the resolver's words" {
  while IFS='|' read -r words text; do
    sh "$words"
    same '2 1' "$STATUS $(wc -l <err.txt)"
    grep -qF "socksh: -e:1: no address for $text: " err.txt || { cat err.txt >&2; false; }
  done <<'END'
bind 3 127.0.0.1 -1|'127.0.0.1' port '-1'
bind 3 127.0.0.1 no-such-service|'127.0.0.1' port 'no-such-service'
bind 3 [:5|'[' port '5'
bind 3 []:5|'[]' port '5'
bind 3 "a\nb" 5|'a?b' port '5'
bind 3 300.1.1.1:5|'300.1.1.1' port '5'
END
}

@test "names keep values; constants and spellings of C are understood" {
  good 'let s = SOCKET_NAME; host=127.0.0.1; size = 3
a = socket AF_INET SOCK_DGRAM; b=socket tcp4; d = socket unix SOCK_STREAM; e = socket INET stream
bind a $host:0; p = getsockname $a
sendto b "x" 127.0.0.1 $p dontroute; expect error
f = socket udp; sendto f hello 127.0.0.1:$p MSG_DONTROUTE
recvfrom $a $size MSG_PEEK|MSG_DONTWAIT; expect "hel"
recvfrom a; expect "hello"
setsockopt b SO_REUSEADDR 1; n = getsockopt b reuseaddr; expect 1 or 4
shutdown d SHUT_RDWR; expect ENOTCONN or ok
poll a POLLIN pollout 1; expect POLLOUT; expect 1'
}

@test "calls may be typed as in C" {
  good 'u = socket(AF_INET, SOCK_DGRAM, 0); bind($u, 127.0.0.1, 0); p = getsockname($u)
connect($u, 127.0.0.1, $p); send($u, "a (b, c) | d", 0); recv($u, 100, 0); expect "a (b, c) | d"
recv($u, 10, MSG_PEEK | MSG_DONTWAIT); expect EAGAIN; shutdown($u, SHUT_RDWR); close($u)
s = socket(AF_INET, SOCK_STREAM, 0); listen($s,1); getsockopt($s, SO_ACCEPTCONN); expect 1'
}

@test "a name keeps its value; what has been expected stays expected" {
  good 'close 99; expect EBADF; x = 5; gethostname'
  good 's = socket tcp; close $s; socket udp; status'
  grep -qE '^     3 +udp ' out.txt
  good 'a = socket tcp; close $a; b = socket tcp; status'
  grep -qE '^     3 b +tcp ' out.txt
}

@test "64 names and no more; 64 words and no more" {
  good "$(for i in {1..64}; do echo "n$i = $i"; done; echo 'n64 = 5')"
  bad 2 "socksh: -e:65: 'n65' cannot be a name: up to 31 letters, digits and _; up to 64 names" \
    "$(for i in {1..65}; do echo "n$i = $i"; done)"
  good 'a234567890123456789012345678901 = socket tcp; close $a234567890123456789012345678901'
  bad 2 "socksh: -e:1: 'a2345678901234567890123456789012' cannot be a name: up to 31 letters, digits and _; up to 64 names" \
    'a2345678901234567890123456789012 = 5'
  bad 2 'socksh: -e:1: a command has at most 64 words' "send $(printf 'x %.0s' {1..64})"
}

# ---- the calls

@test "TCP over IPv4 and IPv6, Unix stream and datagram sockets" {
  good "$TCP"'; send $p "over"; recv $c; expect "over"; getpeername $c; expect 127.0.0.1:$port'
  good 's = socket unix stream; bind $s ./sock; listen $s 1; c = socket unix stream
connect $c ./sock; p = accept $s; send $c "local"; recv $p; expect "local"
getpeername $c; expect ./sock; status; unlink ./sock
c = socket unix stream; connect $c ./sock; expect ENOENT'
  good 'a = socket unix dgram; bind $a here; b = socket unix dgram; bind $b there
sendto $b "ping" here; recvfrom $a; expect "ping"; expect there
sendto $a "pong" $from; recvfrom $b; expect "pong"; expect here; bind $b other; expect EINVAL'
  ipv6
  good 's = socket tcp6; bind $s ::1 0; port = getsockname $s; listen $s 1; c = socket tcp6
connect $c [::1]:$port; mine = getsockname $c; p = accept $s; expect [::1]:$mine
s = socket udp6; bind $s ::1 0; port = getsockname $s; c = socket udp6
sendto $c "six" ::1 $port; recvfrom $s; expect "six"; sendto $s "back" $from; recvfrom $c; expect "back"'
}

@test "an address in each way to write it, and a path that does not print" {
  for address in '127.0.0.1 0' 127.0.0.1:0 'localhost 0' localhost:0 '* 0' '*:0' :0 '127.0.0.1 domain'; do
    good "s = socket udp; bind \$s $address; expect ok or EACCES or EADDRINUSE"
    grep -qE 'bind\(3, \{AF_INET, (127.0.0.1|0.0.0.0):(0|53)\}, 16\)' out.txt
  done
  good 's = socket unix stream; bind $s "./a\nb"; getsockname $s; status; unlink "./a\nb"'
  grep -qF '{AF_UNIX, ./a?b}' out.txt
  ipv6
  for address in '::1 0' '[::1]:0' '[::1] 0' ':: 0' '[::]:0' '* 0'; do
    good "s = socket udp6; bind \$s $address"
    grep -qE 'bind\(3, \{AF_INET6, \[::1?\]:0\}, 28\)' out.txt
  done
}

@test "every flag: peek, oob, waitall, dontwait, dontroute" {
  good "$TCP"'
send $c "abc" dontroute; expect 3
recv $p 3 peek waitall; expect "abc"
send $c "def"; recv $p 6 waitall; expect "abcdef"
recv $p 6 dontwait; expect EAGAIN
send $c "!" oob; poll $p pri 10; expect POLLPRI; recv $p 1 oob; expect "!"'
  # waitall waits: the second half comes 0.3 s after the first.
  start half "$SOCKSH" -e 's = socket tcp; bind $s 127.0.0.1 0; getsockname $s; listen $s 1
p = accept $s; recv $p 6 waitall; expect "abcdef"'
  waits_for half 'accept(3'
  PORT=$(sed -n 's/.*{AF_INET, 127.0.0.1:\([1-9][0-9]*\)}$/\1/p' half.out)
  python 's = create_connection((host, port)); s.sendall(b"abc"); time.sleep(0.3); s.sendall(b"def"); s.recv(1)'
  eventually grep -q 'as expected' half.out
}

@test "every option can be set and read back" {
  for option in reuseaddr keepalive oobinline broadcast dontroute nodelay; do
    good "s = socket tcp; setsockopt \$s $option 1; getsockopt \$s $option; expect > 0
setsockopt \$s $option 0; getsockopt \$s $option; expect 0"
  done
  good 's = socket tcp; setsockopt $s rcvbuf 20000; getsockopt $s rcvbuf; expect > 19999
setsockopt $s sndbuf 20000; getsockopt $s sndbuf; expect > 19999
setsockopt $s rcvlowat 3; getsockopt $s rcvlowat; expect 3
getsockopt $s type; expect 1; getsockopt $s acceptconn; expect 0
listen $s 1; getsockopt $s acceptconn; expect 1; getsockopt $s error; expect 0
setsockopt $s linger 1 7; getsockopt $s linger; linger $s off; getsockopt $s linger'
  grep -qF 'value is {1, 7}' out.txt
  grep -qF 'value is {0, ' out.txt
  ipv6
  good 's = socket tcp6; setsockopt $s v6only 1; getsockopt $s v6only; expect 1'
}

@test "linger is in seconds also where SO_LINGER counts ticks (macOS): there another option has them" {
  need strace
  # 0x1080 is its number there, and none here
  "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L -DSO_LINGER_SEC=0x1080 -w -o elsewhere \
    $(find "$ROOT/lab/socksh" -name '*.c' ! -name '*-linux.c')
  strace -f -qq -o trace.txt -e trace=setsockopt,getsockopt ./elsewhere -e 's = socket tcp
linger $s 5; expect ENOPROTOOPT; setsockopt $s linger 1 5; expect ENOPROTOOPT; getsockopt $s linger; expect ENOPROTOOPT'
  same 3 "$(grep -c 'SOL_SOCKET, 0x1080' trace.txt)"
  same 0 "$(grep -c 'SO_LINGER,' trace.txt)"
}

@test "a time limit by rcvtimeo and by within; a partial send" {
  good 's = socket udp; bind $s 127.0.0.1 0; setsockopt $s rcvtimeo 0.3; recv $s; expect EAGAIN'
  start=$(date +%s%N)
  good 's = socket udp; bind $s 127.0.0.1 0; within 0.4 recv $s; expect EINTR'
  (($(date +%s%N) - start >= 400000000))
  grep -qF "it still blocked after 0.4 s, and 'within' interrupted it" out.txt
  good 's = socket udp; bind $s 127.0.0.1 0; poll $s in 0.2; expect 0; poll $s in 0; expect 0; poll $s in $s out 0; expect 1'
  # within is over with its call: a later call may take longer.
  good 'within 0.1 gethostname; within 0.1 getservbyname domain udp; sleep 0.3; expect 0'
  { echo 'within 0.05 getservbyname domain udp'; sleep 0.3; echo gethostname; } |
    timeout "$PATIENCE" "$SOCKSH" >out.txt 2>err.txt
  same '' "$(cat err.txt)"
  good "$TCP"'; within 0.3 send $c "x"*16000000; expect > 0; expect < 16000000'
  grep -q 'only a part was taken: the other [0-9]* bytes' out.txt
}

@test "a non-blocking connect: EINPROGRESS, then poll and SO_ERROR" {
  good 's = socket unix stream; fcntl $s nonblock; connect $s ./nobody; expect ENOENT'
  good "$TCP"'; q = socket tcp; fcntl $q nonblock; connect $q 127.0.0.1 $port; expect EINPROGRESS or ok
poll $q out 10; expect POLLOUT; getsockopt $q error; expect 0; connect $q 127.0.0.1 $port; expect EISCONN or ok'
  good "$TCP"'; close $s; q = socket tcp; fcntl $q nonblock; connect $q 127.0.0.1 $port; expect EINPROGRESS or ECONNREFUSED
poll $q out 10; expect POLLHUP or POLLERR or POLLOUT'
}

@test "the classroom's errors, each by its name" {
  while IFS='|' read -r error commands; do
    good "$commands; expect $error"
  done <<'END'
EBADF|recv 77
ENOTSOCK|listen 0 1
EPIPE or ENOTCONN|s = socket tcp; send $s "x"
ENOTCONN|s = socket tcp; recv $s
EDESTADDRREQ|s = socket udp; send $s "x"
EOPNOTSUPP|s = socket udp; listen $s 1
EOPNOTSUPP|s = socket udp; accept $s
EINVAL|s = socket tcp; accept $s
EINVAL|s = socket tcp; bind $s 127.0.0.1 0; bind $s 127.0.0.1 0
EADDRNOTAVAIL|s = socket tcp; bind $s 192.0.2.1 0
EADDRINUSE|a = socket udp; bind $a 127.0.0.1 0; p = getsockname $a; b = socket udp; bind $b 127.0.0.1 $p
EAFNOSUPPORT|s = socket tcp; connect $s /nowhere
EISCONN|s = socket tcp; bind $s 127.0.0.1 0; p = getsockname $s; listen $s 1; c = socket tcp; connect $c 127.0.0.1 $p; connect $c 127.0.0.1 $p
EMSGSIZE|s = socket udp; sendto $s "x"*65508 127.0.0.1 9
ENOPROTOOPT or EOPNOTSUPP|s = socket udp; setsockopt $s nodelay 1
ENOENT|unlink ./nothing
EAI_NONAME or EAI_AGAIN|getaddrinfo 300.1.1.1
EAI_SERVICE or EAI_NONAME|getaddrinfo 127.0.0.1 no-such-service
END
}

@test "status: the state of each socket, and it takes nothing away" {
  good "$TCP"'; u = socket udp; n = socket unix stream
status $s; expect LISTEN or listening; status $c; expect ESTABLISHED or connected
send $c "hello"; poll $p in 10; status $p
recv $p; expect "hello"
shutdown $c wr; poll $p in 10; status $p; expect CLOSE_WAIT or connected; status $c
recv $p; expect 0'
  grep -qE '^ +5 p +tcp +127.* ESTABLISHED 5 bytes$' out.txt
  grep -qE '^ +5 p +tcp +127.* CLOSE_WAIT +end of stream$' out.txt
  grep -qE '^ +4 c +tcp +127.* (FIN_WAIT_2|FIN_WAIT_1) +nothing$' out.txt
  # A connection that waits, a datagram, an empty one, and an error that stays for the next call.
  good "$TCP"'; d = socket tcp; connect $d 127.0.0.1 $port; poll $s in 10; status $s'
  grep -qE 'LISTEN +a connection$' out.txt
  good "$UDP"'; sendto $c "seven b" 127.0.0.1 $port; sendto $c "" 127.0.0.1 $port
status; recvfrom $s; expect 7; status; recvfrom $s; expect 0
close $s; connect $c 127.0.0.1 $port; send $c "x"; poll $c in 10; status; status; recv $c; expect ECONNREFUSED'
  grep -qE ' 3 s +udp +127[^ ]+ - +bound +a datagram of 7 bytes$' out.txt
  grep -qE ' 3 s +udp +127[^ ]+ - +bound +a datagram of 0 bytes$' out.txt
  same 2 "$(grep -cE 'udp .* connected +an error$' out.txt)"
  good status
}

@test "status without TCP_INFO: what POSIX tells" {
  need cc
  files=$(ls "$ROOT"/lab/socksh/*.c | grep -v -- -linux)
  # shellcheck disable=SC2086
  cc -std=c11 -D_POSIX_C_SOURCE=200809L -o portable $files
  SOCKSH=./portable good "$TCP"'; n = socket tcp; bind $n 127.0.0.1 0; m = socket tcp
status $s; expect listening; status $c; expect connected; status $n; expect bound; status $m; expect new'
  timeout 60 ./portable "$ROOT/lab/scripts/half-close.socksh" >portable.out
}

@test "SIGPIPE: caught at first, ends the shell by default" {
  good "$TCP"'; shutdown $c wr; send $c "x"; expect EPIPE; expect SIGPIPE
signal pipe ignore; send $c "x"; expect EPIPE; expect not SIGPIPE
signal pipe catch; send $c "x"; expect SIGPIPE'
  sh "$TCP"'; shutdown $c wr; signal pipe default; send $c "x"; gethostname'
  same $((128 + 13)) "$STATUS"
  grep -q gethostname out.txt && false
  true
}

# ---- the other end is not ours

@test "a server for each netcat, and for Python" {
  for nc in $(netcats) python; do
    start "$nc" "$SOCKSH" -e 's = socket tcp; bind $s 127.0.0.1 0; getsockname $s; listen $s 1
p = accept $s; recv $p 6 waitall; expect "hello\n"; send $p "HELLO\n"; shutdown $p wr; recv $p; expect 0'
    pid=$PID
    waits_for "$nc" 'accept(3'
    PORT=$(sed -n 's/.*{AF_INET, 127.0.0.1:\([1-9][0-9]*\)}$/\1/p' "$nc.out")
    case $nc in
    nc.openbsd) reply=$(timeout "$PATIENCE" nc.openbsd -N 127.0.0.1 "$PORT" <<<hello) ;;
    nc.traditional) reply=$(timeout "$PATIENCE" nc.traditional -q 1 127.0.0.1 "$PORT" <<<hello) ;;
    busybox) reply=$(timeout "$PATIENCE" busybox nc 127.0.0.1 "$PORT" <<<hello) ;;
    socat) reply=$(timeout "$PATIENCE" socat - "TCP:127.0.0.1:$PORT" <<<hello) ;;
    python) reply=$(python 's = create_connection((host, port)); s.sendall(b"hello\n")
print(s.makefile().readline(), end=""); s.close()') ;;
    *) reply=$(timeout "$PATIENCE" "$nc" 127.0.0.1 "$PORT" <<<hello) ;;
    esac
    same "$nc: HELLO" "$nc: $reply"
    status_of "$pid"
    same "$nc: 0" "$nc: $STATUS" || { cat "$nc.out" "$nc.err" >&2; false; }
  done
}

@test "a client of a Python server, and a peer that resets" {
  start peer python3 -u -c '
from socket import *
s = create_server(("127.0.0.1", 0)); print(s.getsockname()[1])
c, _ = s.accept(); c.sendall(c.recv(100).upper()); c.recv(1); c.close()
c, _ = s.accept(); c.setsockopt(SOL_SOCKET, SO_LINGER, b"\1\0\0\0\0\0\0\0"); c.recv(100); c.close()'
  eventually [ -s peer.out ]
  good 'c = socket tcp; connect $c localhost '"$(cat peer.out)"'; send $c "hello\0\xff"
recv $c; expect "HELLO\0\xff"; close $c
c = socket tcp; connect $c 127.0.0.1:'"$(cat peer.out)"'; send $c "x"; recv $c; expect ECONNRESET'
}

@test "datagrams of any bytes, of none and of 65507, to and from Python" {
  start echo python3 -u -c '
from socket import *
s = socket(AF_INET, SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])
for _ in range(3):
    data, who = s.recvfrom(70000); print(len(data), sum(data)); s.sendto(data, who)
s.sendto(bytes(range(256)), who)'
  eventually [ -s echo.out ]
  good 'c = socket udp; connect $c 127.0.0.1 '"$(cat echo.out)"'
send $c ""; expect 0; recv $c 65507; expect ""; expect 0
send $c "\xab"*65507; expect 65507; recv $c 65507; expect "\xab"*65507
send $c "a\0b\n"; recvfrom $c 65507; expect "a\0b\n"
recv $c 256 waitall; expect 256; expect "'"$(printf '\\x%02x' {0..255})"'"'
  same "0 0
65507 $((65507 * 0xab))
4 $((97 + 98 + 10))" "$(tail -n +2 echo.out)"
}

# ---- what comes in

@test "commands from a pipe, without a newline at the end, with the ends of Windows" {
  printf 'gethostname\r\n\r\n# no end of line\r\nsocket tcp' | timeout "$PATIENCE" "$SOCKSH" >out.txt 2>err.txt
  same '' "$(cat err.txt)"
  grep -q 'socket(AF_INET, SOCK_STREAM, 0) = 3' out.txt
  for commands in '' ' ' ';;' '#' $'\n\n'; do good "$commands"; done
  timeout "$PATIENCE" "$SOCKSH" </dev/null
}

@test "a long line, one that is too long, NULs and control bytes" {
  { printf 'gethostname #'; head -c 65522 /dev/zero | tr '\0' x; echo; } >long.socksh
  timeout "$PATIENCE" "$SOCKSH" long.socksh >out.txt
  grep -q 'gethostname(name' out.txt
  { printf 'gethostname #'; head -c 65523 /dev/zero | tr '\0' x; echo; } >longer.socksh
  run -2 --separate-stderr timeout "$PATIENCE" "$SOCKSH" longer.socksh
  same 'socksh: longer.socksh:1: the line is longer than 65535 bytes' "$stderr"
  printf 'socket tcp\nsocket \0tcp\n' >nul.socksh
  run -2 --separate-stderr "$SOCKSH" nul.socksh
  same 'socksh: nul.socksh:2: a control byte, which in quotes is written \x00' "$stderr"
  printf '# \033[2J\n' >escape.socksh
  run -2 --separate-stderr "$SOCKSH" escape.socksh
  same 'socksh: escape.socksh:1: a control byte, which in quotes is written \x1b' "$stderr"
  printf '# \177\n' >delete.socksh
  run -2 --separate-stderr "$SOCKSH" delete.socksh
  same 'socksh: delete.socksh:1: a control byte, which in quotes is written \x7f' "$stderr"
  status=0
  timeout "$PATIENCE" "$SOCKSH" </dev/zero 2>err.txt || status=$?
  same '2 1' "$status $(wc -l <err.txt)"
}

@test "random bytes and shuffled words: a status, never a crash" {
  python '
import random, subprocess
random.seed(5)
words = "socket tcp udp unix bind 3 4 127.0.0.1 0 listen 1 accept connect send \"x\" \"x\"*9 \" \\ recv peek oob dontwait sendto recvfrom shutdown wr poll in out 0 fcntl nonblock status help expect not or = < > ; # $ $from getsockopt error linger off getsockname let x s ::1 [ ] : * none within 0.05".split()
for n in range(150):
    if n % 2:
        text = " ".join(random.choice(words) for _ in range(random.randrange(1, 30))).encode()
        text = b"socket tcp; socket udp; expect ok; " + text
    else:
        text = bytes(random.randrange(256) for _ in range(random.randrange(200)))
    done = subprocess.run([arg[0]], input=b"within 0.1 " + text if n % 5 == 0 else text, capture_output=True, timeout=60)
    assert done.returncode in (0, 1, 2), (text, done)
    assert done.returncode == 0 or len(done.stderr.splitlines()) == 1, (text, done)
' "$SOCKSH"
}

@test "an output that cannot be written is told" {
  [ -e /dev/full ] || skip "no /dev/full"
  status=0
  timeout "$PATIENCE" "$SOCKSH" -e 'gethostname; gethostname' >/dev/full 2>err.txt || status=$?
  same 1 "$status"
  same 'socksh: write to stdout: No space left on device (ENOSPC)' "$(cat err.txt)"
}

# ---- a person at the terminal

# at_terminal CODE: Python with a pseudo-terminal on which socksh runs: send(text), wait(text).
at_terminal() {
  python '
import pty, re, select, signal
pid, fd = pty.fork()
if pid == 0:
    os.execl(arg[0], "socksh")
seen = ""
def wait(text):
    global seen
    end = time.time() + 20
    while text not in seen:
        assert time.time() < end and select.select([fd], [], [], 20)[0], (text, seen)
        try: more = os.read(fd, 65536)
        except OSError: more = b""
        assert more, (text, seen)
        seen += more.decode().replace("\r\n", "\n")
    i = seen.index(text) + len(text)
    before, seen = seen[:i], seen[i:]
    return before
def send(text): os.write(fd, text.encode())
def status(): return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
def blocked(): # until it waits in a call that is neither a read nor running
    end = time.time() + 20
    while time.time() < end:
        if open(f"/proc/{pid}/stat").read().rsplit(")")[1].split()[0] == "S": return
        time.sleep(0.01)
def prompt(): # shown, and waiting for a command, so that Ctrl-C meets it there
    text = wait("socksh> "); blocked(); return text
prompt()
'"$1" "$SOCKSH" "${@:2}"
}

@test "Ctrl-C interrupts accept, and at the prompt gives a new one; Ctrl-D ends" {
  at_terminal '
send("s = socket tcp\n"); wait("= 3\n"); prompt()
send("listen s 1\n"); wait("= 0\n"); prompt()
send("accept s\n"); wait("accept(3, &address, &length)"); blocked(); send("\x03")
text = prompt(); assert " = -1 EINTR\n" in text and "Ctrl-C" in text, text
send("\x03"); wait("\n"); prompt()
send("half a command\x03"); wait("\n"); prompt()
send("getsockname s\n"); text = prompt(); assert "half" not in text and "= 0" in text, text
send("sleep 30\n"); wait("NULL)"); blocked(); send("\x03"); wait("EINTR"); prompt()
send("\x04"); assert status() == 0'
}

@test "at the terminal mistakes do not end it; they show the use; quit ends" {
  at_terminal '
send("bnd 3\n"); wait("socksh: no call is named \x27bnd\x27"); prompt()
send("bind 3\n"); wait("the address is missing\n    bind FD ADDRESS PORT\n"); prompt()
send("close 99\n"); wait("EBADF"); prompt()
send("close 99\n"); wait("EBADF"); prompt()
send("expect ok\n"); wait("socksh: expected ok, but close gave -1 EBADF\n"); prompt()
send("send 3 \x27\x01\n"); wait("control byte"); prompt()
send("gethostname\n"); wait(" = 0\n"); prompt()
send("quit\n"); assert status() == 0'
}

@test "Ctrl-C ends a script that waits" {
  start script "$SOCKSH" -e 's = socket tcp; listen $s 1
accept $s
gethostname'
  waits_for script 'accept(3'
  eventually grep -q '^State:.*S (sleeping)' "/proc/$PID/status"
  kill -INT "$PID"
  status_of "$PID"
  same 1 "$STATUS"
  same 'socksh: -e:2: interrupted' "$(err script)"
  grep -q gethostname script.out && false
  true
}

@test "the session of the man page, with netcat at the other end, is what happens" {
  need mandoc nc.openbsd
  mandoc -T ascii "$ROOT/docs/man/socksh.1" | flat | sed -n '/^EXAMPLES/,/^     Both ends/p' >page.txt
  at_terminal '
import subprocess
lines = [l[11:] for l in open("page.txt").read().split("\n") if l.startswith(" " * 11)]
assert lines[0] == "$ socksh" and "$ nc 127.0.0.1 12000" in lines and "hello" in lines, lines
free = str(arg[1])
shown = [l.replace("12000", free) for l in lines]
after = shown[shown.index("hello") + 1:]
for l in shown[1:shown.index("$ nc 127.0.0.1 " + free)] + after:
    if l.startswith("socksh> "):
        send(l[8:] + "\n"); wait(l[8:] + "\n")
    elif l.startswith("    accept") and "= 4" not in l:
        wait(l); nc = subprocess.Popen(["nc.openbsd", "127.0.0.1", free], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        nc.stdin.write(b"hello\n"); nc.stdin.flush()
    elif "= 4" in l and "accept" in l:
        wait(" = 4\n")
    elif "49646" in l:
        text = wait("\n"); assert re.sub(":[0-9]+;", ":49646;", text) == l + "\n", (text, l)
    else:
        wait(l + "\n")
assert nc.stdout.readline() == b"HELLO\n"
nc.kill(); send("\x04"); assert status() == 0' "$(free_port)"
}

@test "the other examples of the man page run" {
  need mandoc
  mandoc -T ascii "$ROOT/docs/man/socksh.1" | flat |
    sed -n '/^     Both ends/,/^DIAGNOSTICS/s/^           //p' | grep -v rlwrap | sed 's/^\$ //' >examples.sh
  same 3 "$(grep -c '^socksh ' examples.sh)"
  (cd "$ROOT" && PATH=$BIN_DIR:$PATH timeout "$PATIENCE" bash -e "$BATS_TEST_TMPDIR/examples.sh") >out.txt 2>err.txt
  same '' "$(cat err.txt)"
  same "$((1 + $(grep -c ^expect "$ROOT/lab/scripts/two-sends-one-recv.socksh")))" "$(grep -c '    as expected' out.txt)"
}
