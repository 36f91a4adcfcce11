#!/usr/bin/env bats
# The mail server, against RFC 5321, other people's mail programs, and hostile clients.
bats_require_minimum_version 1.5.0
# slow
# threads
load helper
SERVER=smtp-server CLIENT=smtp-client

new() { find "${1:-Maildir}/new" -type f; }
count_new() { new "$@" | wc -l; }
parts() { find "${1:-Maildir}/tmp" -type f | wc -l; }
new_is() { [ "$(count_new)" = "$1" ]; }
closed_is() { [ "$(grep -c 'closed connection' server.out)" = "$1" ]; }
codes() { tr -d '\r' | sed '/^...-/d; s/^\(...\).*/\1/' | tr '\n' ' '; }

# What the lecture types, line ends as in $1.
lecture() {
  printf "%s$1" 'HELO crepes.fr' 'MAIL FROM: <alice@crepes.fr>' 'RCPT TO: <bob@hamburger.edu>' DATA \
    'Do you like ketchup?' 'How about pickles?' . QUIT
}

# A message that has everything in it that a careless server breaks.
message() {
  printf 'From: <alice@crepes.fr>\r\nTo: <bob@hamburger.edu>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n'
  printf 'Message-ID: <1@crepes.fr>\r\nSubject: test\r\n\r\n'
  printf '.\r\n..\r\n...x\r\n. \r\n\r\n \r\nQUIT\r\nDATA\r\n.a\r\nGr\303\274\303\237e \377\376\r\n'
  printf '%0998d\r\n' 0
  printf '\r\n\r\nend\r\n'
}

# tee: puts smtp-tee.py before the server, and PORT becomes its port; what passes is in `wire`.
through_tee() {
  start tee python3 "$BATS_TEST_DIRNAME/smtp-tee.py" "$PORT" wire
  eventually test -s tee.out
  PORT=$(cat tee.out)
}

stored_is() { # FILE [wire]
  eventually new_is 1
  python3 "$BATS_TEST_DIRNAME/smtp-same.py" "$(new)" "$@"
  eventually no_parts
}

no_parts() { [ "$(parts)" = 0 ]; }

# --- by hand

@test "the lecture's dialogue, typed into each netcat" {
  once
  server
  local nc n=0
  for nc in $(netcats); do
    case $nc in
    busybox) nc='busybox nc' ;;
    socat) nc='socat -t 10 -' ;;
    nc.traditional) nc='nc.traditional -q 10' ;;
    nc.openbsd) nc='nc.openbsd -q 10' ;;
    esac
    local where="$HOST $PORT"
    [[ $nc = socat* ]] && where="TCP:$HOST:$PORT"
    # The whole dialogue at once, which is pipelining; the readers end when the server closes.
    # shellcheck disable=SC2086
    run bash -c "$(declare -f lecture); lecture '\r\n' | timeout 20 $nc $where"
    echo "$nc: $output"
    same 0 "$status"
    same '220 250 250 250 354 250 221 ' "$(codes <<<"$output")"
    n=$((n + 1))
    same "$n" "$(count_new)"
  done
  [ "$n" -gt 0 ] || skip 'no netcat is installed'
  local file
  for file in $(new); do
    printf 'Do you like ketchup?\r\nHow about pickles?\r\n' >sent
    python3 "$BATS_TEST_DIRNAME/smtp-same.py" "$file" sent
  done
  quiet server
}

@test "netcats that turn LF into CRLF (-C, crlf) serve to type with" {
  once
  server
  local n=0 command
  for command in "nc.openbsd -C -q 10 $HOST $PORT" "ncat -C $HOST $PORT" "socat -t 10 - TCP:$HOST:$PORT,crlf"; do
    command -v "${command%% *}" >/dev/null || continue
    run bash -c "$(declare -f lecture); lecture '\n' | timeout 20 $command"
    echo "$command: $output"
    same '220 250 250 250 354 250 221 ' "$(codes <<<"$output")"
    n=$((n + 1))
    same "$n" "$(count_new)"
  done
  [ "$n" -gt 0 ] || skip 'no netcat with -C is installed'
}

@test "the log is the dialogue, as textbooks print it" {
  ours server
  server
  lecture '\r\n' | python '
s = create_connection((host, port))
s.sendall(sys.stdin.buffer.read())
while s.recv(4096): pass'
  eventually closed_is 1
  local peer host
  peer=$(sed -n 's/^\.\.\.connected from: //p' server.out)
  host=$(uname -n)
  same "$(
    cat <<EOF
smtp-server: listening on 127.0.0.1 port $PORT
in another terminal: $BIN_DIR/smtp-client 127.0.0.1 $PORT
mail is kept in Maildir/new
...connected from: $peer
$peer S: 220 $host SMTP for learning: it delivers nowhere and relays nothing
$peer C: HELO crepes.fr
$peer S: 250 $host Hello crepes.fr, pleased to meet you
$peer C: MAIL FROM: <alice@crepes.fr>
$peer S: 250 <alice@crepes.fr> Sender OK
$peer C: RCPT TO: <bob@hamburger.edu>
$peer S: 250 <bob@hamburger.edu> Recipient OK
$peer C: DATA
$peer S: 354 Send the message, end it with <CRLF>.<CRLF>
$peer C: Do you like ketchup?
$peer C: How about pickles?
$peer C: .
$peer S: 250 OK, the message is stored
$peer C: QUIT
$peer S: 221 $host Bye
$peer - closed connection
EOF
  )" "$(out server)"
  quiet server
}

@test "-q leaves the first line; bytes that do not print are escaped in the log" {
  ours server
  server -q
  lecture '\r\n' | python 's = create_connection((host, port)); s.sendall(sys.stdin.buffer.read())
while s.recv(999): pass'
  eventually new_is 1
  same "smtp-server: listening on 127.0.0.1 port $PORT" "$(out server)"
  SERVER_NAME=second server
  python 's = create_connection((host, port)); s.sendall(b"NO\x1b[31mOP\0\xff\r\nNOOP don\x27t \\\x27 \\n\r\nQUIT\r\n")
while s.recv(999): pass'
  eventually grep -qF 'C: NO\x1b[31mOP\x00\xff' second.out
  grep -qF "C: NOOP don't \\\\' \\\\n" second.out
}

@test "a reply comes to each command as soon as it is whole, however it is cut" {
  server
  python '
s = create_connection((host, port))
r = s.makefile("rb")
assert r.readline().startswith(b"220 ")
s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
for line, code in [("EHLO a.example", 250), ("NOOP", 250), ("HELP", 214), ("VRFY bob", 252), ("EXPN all", 502),
                   ("MAIL FROM:<a@b>", 250), ("RCPT TO:<postmaster>", 250), ("RSET", 250), ("DATA", 503),
                   ("mail from:<>", 250), ("rcpt to:<c@d>", 250), ("FOO", 500), ("HELP x", 504),
                   ("RCPT TO:<c@d> X=1", 555), ("RCPT TO:c", 501), ("RCPT TO:<c@d.invalid>", 550), ("data", 354),
                   ("hi", None), (".", 250), ("quit", 221)]:
    for byte in (line + "\r\n").encode():
        s.send(bytes([byte]))
    if code:
        answer = r.readline()
        while answer.startswith(b"%d-" % code): answer = r.readline()
        assert answer.startswith(b"%d " % code), (line, answer)
assert r.read() == b""   # and then the server closes'
  new_is 1
}

# --- other people's mail programs

@test "curl delivers, and the stored message is the sent one byte for byte" {
  once
  need curl
  server
  through_tee
  message >sent
  timeout 20 curl -sS --mail-from alice@crepes.fr --mail-rcpt bob@hamburger.edu \
    --upload-file sent "smtp://$HOST:$PORT/crepes.fr"
  stored_is sent
  stored_is wire wire
}

@test "swaks delivers, and the stored message is the sent one byte for byte" {
  once
  need swaks
  server
  through_tee
  message >sent
  timeout 20 swaks --silent 2 --server "$HOST" --port "$PORT" --helo crepes.fr --from alice@crepes.fr \
    --to bob@hamburger.edu --data @sent
  stored_is wire wire
  grep -q '^\.\.\.x' "$(new)"
}

@test "msmtp delivers, and the stored message is the sent one byte for byte" {
  once
  need msmtp
  server
  through_tee
  message >sent
  tr -d '\r' <sent | timeout 20 msmtp --host="$HOST" --port="$PORT" --auth=off --tls=off --domain=crepes.fr \
    --from=alice@crepes.fr bob@hamburger.edu
  stored_is sent
  stored_is wire wire
}

@test "s-nail delivers, and the stored message is the sent one byte for byte" {
  once
  need s-nail
  server
  through_tee
  printf 'Do you like ketchup?\n.\n..dots\nGr\303\274\303\237e\n' >body
  MAILRC=/dev/null HOME=$PWD timeout 20 s-nail -n -S v15-compat -S mta="smtp://$HOST:$PORT" \
    -S smtp-auth=none -S hostname=crepes.fr -S from=alice@crepes.fr -s ketchup bob@hamburger.edu <body
  stored_is wire wire
  grep -q '^Do you like ketchup?' "$(new)"
}

@test "Python's smtplib delivers, and the stored message is the sent one byte for byte" {
  once
  server
  message >sent
  python '
import smtplib
with smtplib.SMTP(host, port, local_hostname="crepes.fr", timeout=20) as s:
    s.sendmail("alice@crepes.fr", ["bob@hamburger.edu", "postmaster"], open("sent", "rb").read())
    assert s.does_esmtp and list(s.esmtp_features) == ["8bitmime"], s.esmtp_features
    assert s.verify("bob")[0] == 252 and s.noop()[0] == 250 and b"RFC 5321" in s.help()'
  stored_is sent
}

@test "8BITMIME: Python's smtplib says BODY=8BITMIME, and every byte is kept" {
  once
  server
  printf 'Subject: x\r\n\r\nGr\303\274\303\237e \377\r\n' >sent
  python '
import smtplib
with smtplib.SMTP(host, port, local_hostname="crepes.fr", timeout=20) as s:
    s.ehlo()
    s.sendmail("alice@crepes.fr", ["bob@hamburger.edu"], open("sent", "rb").read(), mail_options=["BODY=8BITMIME"])
    assert s.mail("a@b", ["BODY=NONE"])[0] == 501 and s.docmd("MAIL FROM:<a@b> SMTPUTF8")[0] == 555'
  stored_is sent
}

@test "a message of two recipients keeps them apart; a single one is named" {
  server
  python '
import smtplib
with smtplib.SMTP(host, port, local_hostname="crepes.fr", timeout=20) as s:
    s.sendmail("", ["bob@hamburger.edu", "eve@hamburger.edu"], b"x\r\n")
    s.sendmail("alice@crepes.fr", ["carl@hamburger.edu"], b"y\r\n")'
  new_is 2
  local two one
  two=$(grep -lx $'x\r' Maildir/new/*) one=$(grep -lx $'y\r' Maildir/new/*)
  same $'Return-Path: <>\r' "$(head -n 1 "$two")"
  same $'Return-Path: <alice@crepes.fr>\r' "$(head -n 1 "$one")"
  ! grep -q hamburger "$two" || false
  grep -q '^	for <carl@hamburger.edu>;' "$one"
  grep -q '^Received: from crepes.fr (\[127\.0\.0\.1\])' "$one"
  # the date is one, and is now
  timeout 20 python3 -c '
import email, email.utils, sys, time
m = email.message_from_file(open(sys.argv[1]))
t = email.utils.parsedate_to_datetime(m["Received"].rsplit(";", 1)[1].strip()).timestamp()
assert abs(time.time() - t) < 60, m["Received"]' "$one"
}

@test "every byte there is passes unchanged, NUL and 8 bits too" {
  server
  python '
body = b"".join(bytes([c]) + b"x" + bytes([c, c]) + b"y\r\n" for c in range(256)) + b"\0\0\r\n"
open("sent", "wb").write(body)
stuffed = (b"\r\n" + body).replace(b"\r\n.", b"\r\n..")[2:]
s = create_connection((host, port))
s.sendall(b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + stuffed + b".\r\nQUIT\r\n")
while s.recv(4096): pass'
  stored_is sent
}

# --- the smuggling lesson

@test "LF . LF never ends the message, and the log tells so: nothing is smuggled in" {
  ours server
  server
  local end n=0
  for end in '\n.\n' '\n.\r\n' '\r\n.\n'; do
    printf "HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\none${end}MAIL FROM:<evil@b>\r\nRCPT TO:<c@d>\r\nDATA\r\ntwo\r\n.\r\nQUIT\r\n" >typed
    python 's = create_connection((host, port)); s.sendall(open("typed", "rb").read())
open("replies", "wb").write(s.makefile("rb").read())'
    same '220 250 250 250 354 250 221 ' "$(codes <replies)"
    n=$((n + 1))
    same "$n" "$(count_new)"
    same "$n" "$(grep -c '!! a dot between LFs does not end the message' server.out)"
  done
  same 0 "$(grep -l 'Return-Path: <evil' Maildir/new/* | wc -l)"
  same 3 "$(cat Maildir/new/* | grep -c 'MAIL FROM:<evil')"
}

@test "who types with netcat and without CRLF is told why the message does not end" {
  once
  ours server
  server
  python '
s = create_connection((host, port)); r = s.makefile("rb")
s.sendall(b"HELO a\nMAIL FROM:<a@b>\nRCPT TO:<c@d>\nDATA\nhello\n.\n")
while not r.readline().startswith(b"354 "): pass
while b"a dot between LFs" not in open("server.out", "rb").read(): time.sleep(.02)
s.sendall(b"\r\n.\r\nQUIT\n")
while s.recv(999): pass'
  grep -q '!! a LF without CR does not end a line .*(with netcat: -C sends CRLF)' server.out
  printf 'hello\n.\n\r\n' >sent
  stored_is sent
}

@test "a message makes no log that is many times its size: each note is made once" {
  ours server
  server
  python '
s = create_connection((host, port)); r = s.makefile("rb")
s.sendall(b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + b"\n." * 100000 + b"\r\n.\r\nQUIT\r\n")
assert b"\r\n221 " in r.read()'
  eventually closed_is 1
  same 2 "$(grep -c ' !! ' server.out)"
  # 200 KB: a line of the log shows 8 KB of it, escaped
  [ "$(wc -c <server.out)" -lt 100000 ]
}

@test "a client that sends nothing but mistakes is closed with 421, and fills no log" {
  ours server
  server
  python '
s = create_connection((host, port)); s.sendall(b"\n" * 100000)
heard = b""
while more := receive(s, 4096): heard += more
lines = heard.splitlines()
assert lines[-1].startswith(b"421 ") and len(lines) == 51, (len(lines), lines[-1])'
  eventually closed_is 1
  [ "$(wc -l <server.out)" -lt 120 ]
}

# --- what is answered 250 is on disk; what is not, is not there

@test "the connection ends in the middle of the message: nothing of it is kept" {
  server
  python '
import struct
begin = b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
for reset in (False, True):
    for half in (b"", b"half", b"half\r\n", b"half\r\n.", b"half\r\n.\r"):
        s = create_connection((host, port))
        s.sendall(begin + half)
        r = s.makefile("rb")
        while not r.readline().startswith(b"354 "): pass
        if reset:
            s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        r.close(); s.close()
s = create_connection((host, port))
s.sendall(begin + b"whole\r\n.\r\nQUIT\r\n")
while s.recv(999): pass'
  if [ -z "${SERVER_CMD:-}" ]; then
    eventually closed_is 11
    same 10 "$(grep -c 'in the middle of a message: nothing of it is kept' server.out)"
  fi
  printf 'whole\r\n' >sent
  stored_is sent
}

@test "a full disk answers 451, leaves no part, and says so; the next message is stored" {
  ours server
  mkdir full
  mount -t tmpfs -o size=64k,mode=777 none full 2>/dev/null || skip 'no right to mount a small disk'
  server -d full/mail
  python '
line = b"x" * 98 + b"\r\n"
s = create_connection((host, port))
for size in (2000, 10):
    s.sendall(b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + line * size + b".\r\n")
s.sendall(b"QUIT\r\n")
open("replies", "wb").write(s.makefile("rb").read())'
  local kept left
  kept=$(count_new full/mail) left=$(parts full/mail)
  kill "$SERVER_PID" # before its disk goes
  eventually not_alive "$SERVER_PID"
  umount full
  same '220 250 250 250 354 451 250 250 250 354 250 221 ' "$(codes <replies)"
  same 1 "$kept"
  same 0 "$left"
  grep -q '^smtp-server: .* full/mail.*: No space left on device (ENOSPC)' server.err
}

not_alive() { ! alive "$1"; }

# limited LIMIT: the server, then a limit for it, see prlimit(1)
limited() {
  server -q
  prlimit --pid "$SERVER_PID" "$1"
}

@test "a file that may not grow is a disk error too, not the end of the server" {
  ours server
  limited --fsize=65536
  python '
s = create_connection((host, port))
for size in (2000, 10):
    s.sendall(b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + (b"x" * 98 + b"\r\n") * size + b".\r\n")
s.sendall(b"QUIT\r\n")
open("replies", "wb").write(s.makefile("rb").read())'
  same '220 250 250 250 354 451 250 250 250 354 250 221 ' "$(codes <replies)"
  new_is 1
  same 0 "$(parts)"
  grep -q '(EFBIG)' server.err
}

@test "250 comes after the file and its name are on the disk, and not before" {
  ours server
  need strace
  UNDER='strace -D -f -qq -o trace -e trace=fsync,renameat,renameat2,sendto,sendmsg,recvfrom,recvmsg' server -q
  lecture '\r\n' | python '
s = create_connection((host, port)); r = s.makefile("rb")
lines = sys.stdin.buffer.readlines()
s.sendall(b"".join(lines[:4]))
while not r.readline().startswith(b"354 "): pass
s.sendall(b"".join(lines[4:]))
r.read()'
  new_is 1
  # the kinds of calls in order: nothing is sent between the message and the last fsync
  run sed -nE 's/^[0-9]+ +(fsync|renameat|send|recv).*/\1/p' trace
  [[ $(uniq <<<"$output" | xargs) == *' recv fsync renameat fsync send '* ]]
  same 2 "$(sed -n '/recv/,$p' <<<"$output" | grep -c fsync)"
}

@test "a Maildir that was just made is on the disk before the server listens, and so is its name" {
  ours server
  need strace
  mkdir deep
  UNDER='strace -D -f -qq -y -o trace -e trace=mkdirat,fsync,listen' server -q -d deep/Maildir
  # where each of the four was made, and what was brought to the disk, in order
  same "deep:Maildir
fsync $(pwd -P)/deep
cur
fsync $(pwd -P)/deep/Maildir
tmp
fsync $(pwd -P)/deep/Maildir
new
fsync $(pwd -P)/deep/Maildir
listen" "$(sed -nE 's/^[0-9]+ +mkdirat\(AT_FDCWD.*, "(.*)\/(.*)", 0700\) = 0$/\1:\2/p
    s/^[0-9]+ +mkdirat\([0-9].*, "(.*)", 0700\) = 0$/\1/p; s/^[0-9]+ +fsync\([0-9]+<(.*)>\) += 0$/fsync \1/p
    s/^[0-9]+ +(listen).*/\1/p' trace)"
}

@test "the disk refuses to write it down (fsync fails): 451, and no part stays" {
  ours server
  need strace
  local when
  for when in 1 2; do # 1: of the file; 2: of its name, when it stands in new already
    rm -rf Maildir
    mkdir -p Maildir/{cur,tmp,new} # else the first are for these
    start "server$when" strace -D -f -qq -o trace -e trace=fsync -e inject="fsync:error=EIO:when=$when" \
      "$BIN_DIR/smtp-server" -q 0
    eventually listening_or_ended "server$when"
    PORT=$(sed -n '1s/.* port //p' "server$when.out")
    python 's = create_connection((host, port)); s.sendall(b"HELO a\r\n" + b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhi\r\n.\r\n" * 2 + b"QUIT\r\n")
open("replies", "wb").write(s.makefile("rb").read())'
    same '220 250 250 250 354 451 250 250 354 250 221 ' "$(codes <replies)"
    new_is 1
    same 0 "$(parts)"
    same 1 "$(wc -l <"server$when.err")"
    grep -q '^smtp-server: store a message in Maildir: Input/output error (EIO)' "server$when.err"
  done
  # a Maildir that it cannot be sure of is no place for mail
  rm -rf Maildir
  ASAN_OPTIONS=detect_leaks=0 run timeout "$PATIENCE" strace -f -qq -o trace -e trace=fsync \
    -e inject="fsync:error=EIO:when=2" "$BIN_DIR/smtp-server" -q 0
  same 1 "$status"
  [[ $output == 'smtp-server: bring the Maildir Maildir to the disk: Input/output error (EIO)'* ]]
}

@test "the Maildir goes while the server runs: 451, and the session goes on" {
  ours server
  server
  rm -r Maildir
  python 's = create_connection((host, port)); s.sendall(b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nNOOP\r\nQUIT\r\n")
open("replies", "wb").write(s.makefile("rb").read())'
  same '220 250 250 250 451 250 221 ' "$(codes <replies)"
  grep -q '^smtp-server: create a file in Maildir/tmp: No such file or directory (ENOENT)' server.err
}

@test "an error that a client can repeat is reported once, then counted" {
  ours server
  limited --fsize=1000
  python '
s = create_connection((host, port)); r = s.makefile("rb"); r.readline()
def say(words, code):
    s.sendall(words + b"\r\n"); line = r.readline(); assert line.startswith(code), (words, line)
def message(text, code):
    say(b"MAIL FROM:<a@b>", b"250"); say(b"RCPT TO:<c@d>", b"250"); say(b"DATA", b"354"); say(text + b"\r\n.", code)
say(b"HELO a", b"250")
for i in range(100): message(b"x" * 998, b"451")
open("reported", "wb").write(open("server.err", "rb").read())
message(b"short", b"250")'
  same 'smtp-server: store a message in Maildir: File too large (EFBIG)' "$(cat reported)"
  same 'smtp-server: store a message: works again, after 100 errors' "$(tail -n +2 server.err)"
}

@test "new goes while a message is under way: 451, and no part stays" {
  ours server
  server
  python '
s = create_connection((host, port)); r = s.makefile("rb")
s.sendall(b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhalf\r\n")
while not r.readline().startswith(b"354 "): pass
os.rmdir("Maildir/new")
s.sendall(b".\r\nQUIT\r\n")
assert r.read().startswith(b"451 ")'
  same 0 "$(parts)"
  grep -q '^smtp-server: store a message in Maildir: No such file or directory (ENOENT)' server.err
}

@test "a DIR that cannot be used: one clear line, status 1" {
  ours server
  echo >file
  run --separate-stderr timeout 20 "$BIN_DIR/smtp-server" -d file 0
  same 1 "$status"
  same '' "$output"
  same 'smtp-server: open the Maildir file: Not a directory (ENOTDIR)' "$stderr"
  run --separate-stderr timeout 20 "$BIN_DIR/smtp-server" -d no/such 0
  same 1 "$status"
  same 'smtp-server: make the Maildir no/such: No such file or directory (ENOENT)' "$stderr"
}

@test "a DIR without the right to write: one clear line, status 1" {
  ours server
  local as=() dir
  dir=$(mktemp -d /tmp/smtp-server.XXXXXX) # where nobody may look, too
  mkdir -p "$dir/locked/tmp" "$dir/locked/new" "$dir/locked/cur"
  chmod 755 "$dir"
  chmod 555 "$dir/locked" "$dir"/locked/*
  cp "$BIN_DIR/smtp-server" "$dir"
  [ "$(id -u)" != 0 ] || as=(setpriv --reuid=65534 --clear-groups)
  run --separate-stderr timeout 20 "${as[@]}" "$dir/smtp-server" -d "$dir/locked" 0
  chmod 755 "$dir/locked" "$dir"/locked/*
  rm -r "$dir"
  same 1 "$status"
  same "smtp-server: write in the Maildir $dir/locked: Permission denied (EACCES)" "$stderr"
}

@test "messages are files of the owner alone, in a Maildir" {
  ours server
  server
  lecture '\r\n' | python 's = create_connection((host, port)); s.sendall(sys.stdin.buffer.read())
while s.recv(999): pass'
  new_is 1
  same 600 "$(stat -c %a "$(new)")"
  same 'cur new tmp' "$(cd Maildir && echo *)"
  same 700 "$(stat -c %a Maildir)"
}

@test "too big a message answers 552 and loses nothing else" {
  bulk
  server -q
  python '
begin = b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
s = create_connection((host, port))
s.sendall(b"EHLO a\r\n" + begin + b"one\r\n.\r\n" + begin + (b"x" * 998 + b"\r\n") * 10500 + b".\r\n")
s.sendall(begin + b"two\r\n.\r\nQUIT\r\n")
open("replies", "wb").write(s.makefile("rb").read())'
  same '220 250 250 250 354 250 250 250 354 552 250 250 354 250 221 ' "$(codes <replies)"
  same 2 "$(count_new)"
  same 0 "$(parts)"
}

# --- several clients, and bad ones

@test "clients do not wait for each other" {
  server
  python '
idle = [create_connection((host, port)) for i in range(20)]
middle = create_connection((host, port))
middle.sendall(b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nfirst\r\n")
s = create_connection((host, port))
s.sendall(b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nsecond\r\n.\r\nQUIT\r\n")
while s.recv(999): pass
assert len(os.listdir("Maildir/new")) == 1
middle.sendall(b".\r\nQUIT\r\n")
while middle.recv(999): pass
assert len(os.listdir("Maildir/new")) == 2
for s in idle: same(b"220 ", receive(s, 4))'
}

@test "a silent client is closed with 421, and leaves nothing behind" {
  ours server
  server -w 0.5
  python '
for said in (b"", b"HELO a\r\n", b"HEL", b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhalf\r\n"):
    s = create_connection((host, port))
    s.sendall(said)
    heard = s.makefile("rb").read()      # up to the end: the server closes
    assert heard.split(b"\r\n")[-2].startswith(b"421 "), heard'
  new_is 0
  same 0 "$(parts)"
  quiet server
}

@test "a client that is slow, but not silent, is served to the end" {
  ours server
  server -w 2
  python '
s = create_connection((host, port))
begin = time.monotonic()
for byte in b"HELO a\r\nMAIL FROM:<a@b>\r\n":
    s.send(bytes([byte]))
    time.sleep(.1)
assert time.monotonic() - begin > 2.4
s.sendall(b"RCPT TO:<c@d>\r\nDATA\r\nslow\r\n.\r\nQUIT\r\n")
assert b"221 " in s.makefile("rb").read()'
  new_is 1
}

@test "a client that never reads is given up after -w, and the others are served meanwhile" {
  bulk
  ours server
  server -q -w 1
  python '
s = create_connection((host, port))
s.setblocking(False)
try:
    while not os.path.getsize("server.err"): # the replies fill every buffer there is
        try: s.send(b"HELP\r\n" * 10000)
        except BlockingIOError: time.sleep(.01)
except ConnectionError: pass
t = create_connection((host, port)); t.sendall(b"QUIT\r\n"); assert b"221 " in t.makefile("rb").read()'
  grep -q '^smtp-server: send to 127.0.0.1 port [0-9]*: .* (ETIMEDOUT)' server.err
}

@test "what a client sends behind QUIT does not destroy the goodbye" {
  server -q
  python '
for i in range(20):
    s = create_connection((host, port))
    s.sendall(b"HELO a\r\nQUIT\r\n" + b"NOOP\r\n" * 50000)
    got = b""
    while True:
        more = s.recv(4096)
        if not more: break
        got += more
    assert got.count(b"\r\n") == 3 and b"\r\n221 " in got, got'
}

@test "a client that goes on talking behind QUIT is closed too" {
  server -q
  python '
for pause, words in ((0.3, b"x"), (0.001, b"x" * 10000)):
    s = create_connection((host, port)); s.sendall(b"QUIT\r\n")
    while s.recv(4096): pass
    talk_on(s, words, pause)'
}

@test "clients that reset, leave mid-line, send rubbish: the next one is served" {
  server -q
  python '
import random, struct
chance = random.Random(1)
for i in range(60):
    s = create_connection((host, port))
    s.send([b"", b"HELO", b"\0" * 9000, b"\xff\xfe\r\n" * 500, b"x" * 100000, chance.randbytes(5000)][i % 6])
    if i % 2: s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
s = create_connection((host, port)); s.sendall(b"QUIT\r\n"); assert b"221 " in s.makefile("rb").read()'
  alive "$SERVER_PID"
}

@test "descriptors run out: it warns, waits, burns no CPU, and recovers" {
  ours server
  limited --nofile=24
  python '
clients = [create_connection((host, port)) for i in range(40)]
def cpu(): return sum(map(int, open(f"/proc/{arg[0]}/stat").read().rsplit(")")[1].split()[11:13]))
while b"(EMFILE)" not in open("server.err", "rb").read(): time.sleep(.02)
before = cpu()
time.sleep(1.5)
assert cpu() - before < 30, "the server spins"      # of 150 ticks
lines = open("server.err").read().splitlines()
assert len(lines) == 1 and lines[0].startswith("smtp-server: accept: "), lines
for s in clients: s.close()
s = create_connection((host, port))
s.sendall(b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n")
assert b"221 " in s.makefile("rb").read()' "$SERVER_PID"
  new_is 1
  grep -qE '^smtp-server: accept: works again, after [0-9]+ errors$' server.err
}

@test "threads run out: the client is told 421, the others go on, and it recovers" {
  ours server
  ! grep -qE '__asan_init|__tsan_init' "$BIN_DIR/smtp-server" ||
    skip 'a sanitizer needs the memory that this test takes away'
  limited --as=120000000
  python '
clients, words = [], b"220 "
while words == b"220 ":
    clients.append(create_connection((host, port)))
    words = receive(clients[-1], 4)
assert words == b"421 " and len(clients) > 3, (words, len(clients))
clients[0].sendall(b"NOOP\r\n")
heard = b""
while b"250 OK" not in heard: heard += clients[0].recv(999)
for s in clients: s.close()
words, end = b"", time.monotonic() + 15
while words != b"220 " and time.monotonic() < end:
    words = receive(create_connection((host, port)), 4)
assert words == b"220 "'
  grep -q '^smtp-server: pthread_create for 127.0.0.1 port ' server.err
}

@test "it starts again at once on its port, with a connection still open" {
  ours server
  server -q
  local port=$PORT
  python '
import signal
s = create_connection((host, port)); receive(s, 4)
os.kill(int(arg[0]), signal.SIGTERM)
while s.recv(999): pass' "$SERVER_PID"
  eventually not_alive "$SERVER_PID"
  SERVER_NAME=again SERVER_PORT=$port server -q
  same "$port" "$PORT"
  python 's = create_connection((host, port)); s.recv(4)'
}

@test "many clients at once: no message lost, none doubled, none changed" {
  server -q
  run timeout 100 "$BATS_TEST_DIRNAME/bench/smtp-load" -c 40 -n 400 -d Maildir "$HOST" "$PORT"
  echo "$output"
  same 0 "$status"
  [[ $output = '40 clients: 400 of 400 messages answered 250 '*'; 400 kept' ]]
  same 0 "$(parts)"
  quiet server
}

@test "killed in the middle: what was answered 250 is there, once and whole" {
  server -q
  run timeout 100 "$BATS_TEST_DIRNAME/bench/smtp-load" -c 40 -n 400 -d Maildir -k "$SERVER_PID" "$HOST" "$PORT"
  echo "$output"
  same 0 "$status"
  [[ $output = '40 clients: '[23]??' of 400 messages answered 250 '* ]]
  eventually not_alive "$SERVER_PID"
  # and the same Maildir serves on
  SERVER_NAME=again server -q
  rm Maildir/new/*
  run timeout 100 "$BATS_TEST_DIRNAME/bench/smtp-load" -c 5 -n 20 -d Maildir "$HOST" "$PORT"
  echo "$output"
  same 0 "$status"
}

# --- the command line

@test "IPv4, IPv6, every address" {
  ours server
  server -q
  python 's = create_connection(("127.0.0.1", port)); s.recv(4)'
  grep -q ' lo$' /proc/net/if_inet6 2>/dev/null || skip 'no IPv6 here'
  SERVER_NAME=six server -q -6
  grep -q '^smtp-server: listening on ::1 port' six.out
  python 's = create_connection(("::1", port)); s.sendall(b"HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\nQUIT\r\n")
while s.recv(999): pass'
  grep -q 'from a (\[IPv6:::1\])' Maildir/new/*
  SERVER_NAME=all server -q -b '*'
  python 'create_connection(("::1", port)).recv(4); create_connection(("127.0.0.1", port)).recv(4)'
}

@test "the command line: help, version, mistakes, a port that is taken" {
  ours server
  run --separate-stderr "$BIN_DIR/smtp-server" --help
  same 0 "$status"
  [[ $output = *'smtp-server [-46q] [-b ADDRESS] [-d DIR] [-w SECONDS] [PORT]'* ]]
  same '' "$stderr"
  run --separate-stderr "$BIN_DIR/smtp-server" --version
  same 0 "$status"
  local wrong
  for wrong in -x '-w 0' '-w x' '-d' '2525 2526' '99999'; do
    # shellcheck disable=SC2086
    run --separate-stderr timeout 20 "$BIN_DIR/smtp-server" $wrong
    echo "$wrong: $stderr"
    same 2 "$status"
    same '' "$output"
    same 1 "${#stderr_lines[@]}"
  done
  [ ! -e Maildir ] # a mistake makes nothing
  server -q
  run --separate-stderr timeout 20 "$BIN_DIR/smtp-server" "$PORT"
  same 1 "$status"
  [[ $stderr = "smtp-server: bind to 127.0.0.1 port $PORT: Address already in use (EADDRINUSE)"* ]]
}

# --- what is expected of any server: by these tests scripts/grade marks other people's, too

# mails [OPTION...]: the server, whose folder is mail.
mails() {
  mkdir -p mail
  DIR=$PWD/mail
  server -q -d mail "$@"
}

# grade server dialogue 3: It speaks first, with 220, and answers HELO, MAIL FROM, RCPT TO, DATA, the message and QUIT.
# hint: socket, bind to {port}, listen, accept; send "220 ..."; then take line by line, and answer each: 250,
#   354 for DATA, 250 for the dot that ends the message, 221 for QUIT.
@test "the lecture's dialogue, step by step" {
  mails
  python '
m = Mail((host, port))
m.begin(); m.message(b"Do you like ketchup?\nHow about pickles?\n"); m.say("QUIT", 221)'
}

# grade server stored 2 after dialogue: A message that was answered with 250 is in a file of its own in its folder.
# hint: write the lines between DATA and the dot to a new file beneath {dir}, close it, then send 250.
@test "a message is kept" {
  mails
  python '
m = Mail((host, port)); m.begin()
m.message(b"Do you like ketchup?\nHow about pickles?\n")
has_kept("mail", b"Do you like ketchup?\nHow about pickles?\n")'
}

# grade server replies 1 after dialogue: Every line of a reply is three digits, a blank or a minus, some words, and CRLF.
# hint: the lines of the Internet end with \r\n.
@test "the form of the replies" {
  mails
  python '
m = Mail((host, port))
for words, code in ("EHLO crepes.fr", 250), ("NOOP", 250), ("MAIL FROM:<alice@crepes.fr>", 250), ("QUIT", 221):
    for line in m.say(words, code).splitlines(True):
        if not re.fullmatch(rb"\d\d\d[ -][^\r\n]*\r\n", line): raise SystemExit("in reply to %s: %r" % (words, line))'
}

# grade server quit 1 after dialogue: After QUIT and 221 it closes the connection.
# hint: leave the loop at QUIT, and close the connection socket, not the welcoming one.
@test "after 221 comes the end" {
  mails
  python 'm = Mail((host, port)); m.say("HELO a", 250); m.say("QUIT", 221); same(b"", m.lines.read(), "behind 221")'
}

# grade server dots 2 after stored: A dot that was doubled at the beginning of a line is taken off; only a lone one ends the message.
# hint: in the message: is the line "."? It ends. Does it begin with a dot? Take that dot off (RFC 5321, 4.5.2).
@test "dots" {
  mails
  python '
m = Mail((host, port)); m.begin()
text = b"begin\n.\n..\n.dot\na.b\n...\nend\n"
m.message(text); has_kept("mail", text); m.say("QUIT", 221)'
}

# grade server smuggling 1 after dots: A dot between bare LFs does not end the message, only CRLF . CRLF does.
# hint: end a line of the message at \r\n only: otherwise a second message can be hidden in a first one.
@test "a dot between LFs" {
  mails
  python '
m = Mail((host, port)); m.begin()
m.last = "a message with LF . LF and LF . CRLF in it"
m.s.sendall(b"one\n.\ntwo\n.\r\nthree\r\n.\r\n"); m.hear(250); m.say("NOOP", 250); m.say("QUIT", 221)
same(1, sum(b"one" in file or b"three" in file for file in kept("mail")), "number of messages")'
}

# grade server unknown 1 after dialogue: What it does not know is answered with 500 (or another 5xx), and the dialogue goes on.
# hint: the default branch: "500 I do not know that"; then the next line.
@test "an unknown command" {
  mails
  python '
m = Mail((host, port)); m.say("HELO a", 250); m.say("FOO bar", 5); m.say("", 5); m.envelope(); m.message(b"x\n"); m.say("QUIT", 221)'
}

# grade server order 2 after dialogue: What comes in the wrong order is answered with 503, and does no harm.
# hint: remember how far the dialogue is: RCPT needs MAIL before it, DATA needs RCPT.
@test "the wrong order" {
  mails
  python '
m = Mail((host, port)); m.say("HELO a", 250)
m.say("RCPT TO:<bob@hamburger.edu>", 503); m.say("DATA", 503)
m.say("MAIL FROM:<alice@crepes.fr>", 250); m.say("DATA", 503)
m.say("RCPT TO:<bob@hamburger.edu>", 250); m.say("DATA", 354); m.message(b"x\n"); m.say("DATA", 503); m.say("QUIT", 221)'
}

# grade server case 1 after dialogue: A command may be written in small letters, too.
# hint: compare the first word without regard to case (RFC 5321, 2.4).
@test "small letters" {
  mails
  python '
m = Mail((host, port))
for words, code in ("helo a", 250), ("mail from:<alice@crepes.fr>", 250), ("Rcpt To:<bob@hamburger.edu>", 250), ("data", 354):
    m.say(words, code)
m.message(b"x\n"); m.say("quit", 221)'
}

# grade server rset 1 after dialogue: RSET forgets sender and recipients.
# hint: after RSET the dialogue is where it was after HELO.
@test "RSET" {
  mails
  python '
m = Mail((host, port)); m.say("HELO a", 250); m.say("MAIL FROM:<eve@crepes.fr>", 250); m.say("RCPT TO:<bob@hamburger.edu>", 250)
m.say("RSET", 250); m.say("DATA", 503); m.envelope(); m.message(b"x\n"); m.say("QUIT", 221)'
}

# grade server recipients 1 after stored: A message may have several recipients.
# hint: RCPT may come again and again before DATA.
@test "several recipients" {
  mails
  python '
m = Mail((host, port)); m.say("HELO a", 250); m.say("MAIL FROM:<alice@crepes.fr>", 250)
for name in "bob", "carl", "eve": m.say("RCPT TO:<%s@hamburger.edu>" % name, 250)
m.say("DATA", 354); m.message(b"for all of you\n"); has_kept("mail", b"for all of you\n")'
}

# grade server second 1 after stored: After one message another may come over the same connection.
# hint: after the dot the dialogue is where it was after HELO, and each message gets a file of its own.
@test "two messages in one session" {
  mails
  python '
m = Mail((host, port)); m.begin(); m.message(b"the first\n"); m.envelope(); m.message(b"the second\n"); m.say("QUIT", 221)
has_kept("mail", b"the first\n", b"the second\n")'
}

# grade server pieces 2 after dialogue: A line may come in pieces, cut anywhere.
# hint: TCP is a byte stream: one recv is not one command. Keep what has come until CRLF is in it.
@test "commands in pieces" {
  mails
  python '
m = Mail((host, port)); at_once(m.s)
for line, code in ("HELO a", 250), ("MAIL FROM:<alice@crepes.fr>", 250), ("RCPT TO:<bob@hamburger.edu>", 250), ("DATA", 354), ("hello\r\n.", 250), ("QUIT", 221):
    words = line.encode() + b"\r\n"
    m.last = repr(line) + ", in pieces"
    for piece in words[:3], words[3:-1], words[-1:]:
        m.s.sendall(piece); time.sleep(0.05)
    m.hear(code)'
}

# grade server at-a-stroke 2 after dialogue: Many lines may come in one piece, and each command is answered.
# hint: recv may give you more than one line: take them one after the other, and keep the rest for later.
@test "a whole dialogue at a stroke" {
  mails
  python '
m = Mail((host, port)); m.last = "a whole dialogue that was sent at once"
m.s.sendall(b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhello\r\n.\r\nMAIL FROM:<a@b>\r\nNOOP\r\nQUIT\r\n")
for code in 250, 250, 250, 354, 250, 250, 250, 221: m.hear(code)
same(b"", m.lines.read(), "behind 221")'
}

# grade server half 2 after stored: If the connection ends in the middle of a message, nothing of it is kept.
# hint: the message is whole when the dot has come; only then it gets its file (or its place in the folder).
@test "half a message" {
  mails
  python '
for broken in False, True:
    m = Mail((host, port)); m.begin(); m.s.sendall(b"only a half\r\n.")
    if broken: m.lines.close(); reset(m.s)
    else: m.s.shutdown(SHUT_WR); m.lines.read()
m = Mail((host, port)); m.begin(); m.message(b"whole\n"); m.say("QUIT", 221)
has_kept("mail", b"whole\n")
if any(b"only a half" in file for file in kept("mail")): raise SystemExit("half a message was kept")'
}

# grade server bytes 1 after stored: Letters beyond ASCII, and lines of 998 bytes, are kept as they came.
# hint: a message is bytes: write it as it came, without decode().
@test "bytes of all kinds, and long lines" {
  mails
  python '
text = b"Gr\xc3\xbc\xc3\x9fe \xff\xfe\n" + b"x" * 998 + b"\n"
m = Mail((host, port)); m.begin(); m.message(text); has_kept("mail", text)'
}

# grade server large 1 after stored: A message of a megabyte is kept whole.
# hint: receive until the dot has come, in however many pieces; write each line as it comes.
@test "a megabyte" {
  mails
  python '
text = b"All work and no play makes Jack a dull boy.\n" * 24000
m = Mail((host, port)); m.begin(); m.message(text); has_kept("mail", text)'
}

# grade server next 2 after dialogue: After one client it serves the next.
# hint: accept stands in an endless loop; close the connection socket, never the welcoming socket.
@test "client after client" {
  mails
  python '
for i in range(5):
    m = Mail((host, port)); m.begin(); m.message(b"x\n"); m.say("QUIT", 221); m.s.close()'
}

# grade server reset 2 after next: Clients that break off with a reset do not end the server.
# hint: recv and send fail with ECONNRESET when the client is lost, or send with EPIPE, and in C the signal
#   SIGPIPE ends the program unless it is ignored: close that connection socket and accept the next one; do not exit.
@test "clients that break off, at any point" {
  mails
  python '
for words in b"", b"HE", b"HELO a\r\n", b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhal", b"NOOP\r\n" * 3000:
    for heard in False, True:
        s = create_connection((host, port)); s.sendall(words)
        if heard: s.recv(1)
        reset(s)
m = Mail((host, port)); m.begin(); m.message(b"x\n"); m.say("QUIT", 221)'
}

# grade server leave 1 after next: Clients that leave without a word, or in mid-line, do no harm.
# hint: recv may return 0 at once; send to a client that has left fails with EPIPE, and in C the signal
#   SIGPIPE ends the program unless it is ignored.
@test "clients that leave, at any point" {
  mails
  python '
for words in b"", b"HE", b"HELO a\r\nMAIL", b"HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n", b"NOOP\r\n" * 3000:
    s = create_connection((host, port)); s.sendall(words); s.close()
m = Mail((host, port)); m.begin(); m.message(b"x\n"); m.say("QUIT", 221)'
}

# grade server at-once 3 after next: Several clients are served at once, none waits for another.
# hint: give each client a thread of its own (or poll them all): while one recv waits, the others go on.
@test "several clients at once" {
  mails
  python '
clients = [Mail((host, port)) for i in range(5)]
for m in clients: m.say("HELO a", 250)
for m in reversed(clients): m.envelope()
for i, m in enumerate(clients): m.message(b"of client %d\n" % i)
for m in clients: m.say("QUIT", 221)
has_kept("mail", *(b"of client %d\n" % i for i in range(5)))'
}

# grade server short 2 after pieces: It also works when each send takes, and each recv gives, only a part.
# hint: look at what send returns: it may be less than you gave it. The rest is yours to send.
@test "forced short reads and writes" {
  fault short
  UNDER=$FAULTY mails
  python 'm = Mail((host, port)); m.begin(); m.message(b"short\n"); m.say("QUIT", 221)'
}

# grade server restart 1 after dialogue: Ended with a connection still open, it can be started again at once.
# hint: setsockopt SO_REUSEADDR on the welcoming socket, before bind.
@test "started again at once" {
  mails
  start held python3 -c "
from socket import *; import time
s = create_connection(('127.0.0.1', $PORT)); s.recv(1); print('held', flush=True); time.sleep(60)"
  eventually grep -q held held.out
  kill "$SERVER_PID"
  eventually ended "$SERVER_PID"
  SERVER_PORT=$PORT mails
  python 'Mail((host, port)).say("QUIT", 221)'
}
