#!/usr/bin/env bats
# The mail client: with our server, with servers that say what they are told to, and with real ones.
bats_require_minimum_version 1.5.0
# slow
# threads
load helper
SERVER=smtp-server CLIENT=smtp-client

new() { find Maildir/new -type f; }
new_is() { [ "$(new | wc -l)" = "$1" ]; }

# fake [WORD=REPLY]...: the server of smtp-fake.py on PORT; what the client says is in `said`.
fake() {
  rm -f fake.out
  start fake python3 "$BATS_TEST_DIRNAME/smtp-fake.py" said "$@"
  eventually test -s fake.out
  PORT=$(cat fake.out)
}

# The message that a client put on the wire, its dots taken off, is in `wired`.
unwire() {
  python3 -c '
import re, sys
said = open(sys.argv[1], "rb").read()
text = said.split(b"DATA\r\n", 1)[1]
end = (b"\r\n" + text).index(b"\r\n.\r\n")
assert (b"\r\n" + text)[end + 5:] == b"QUIT\r\n", text[end:]
text = text[:end]
assert not re.search(rb"(?<!\r)\n|\r(?!\n)", text), "a CR or a LF alone"
open("wired", "wb").write(re.sub(rb"(\A|(?<=\r\n))\.", b"", text))' said
}

# send [OPTION...]: the client, stdout and stderr apart
send() { run --separate-stderr client "$@"; }

delivered() {
  echo "stderr: $stderr"
  same 0 "$status"
  same '' "$stderr"
  same '' "$output"
}

@test "with smtp-server: the message arrives, and nothing is printed" {
  server
  send -f alice@crepes.fr -t bob@hamburger.edu -s ketchup <<<'Do you like ketchup?'
  delivered
  new_is 1
  quiet server
  python '
import email, email.policy, email.utils
m = email.message_from_binary_file(open(arg[0], "rb"), policy=email.policy.default)
assert m["From"] == "alice@crepes.fr" and m["To"] == "bob@hamburger.edu" and m["Subject"] == "ketchup", m
assert m["Return-Path"] == "<alice@crepes.fr>"
assert abs(time.time() - m["Date"].datetime.timestamp()) < 60, m["Date"]
assert m["Message-ID"].startswith("<") and "@" in m["Message-ID"] and m["Message-ID"].endswith(">")
assert m.keys() == ["Return-Path", "Received", "Date", "From", "To", "Message-ID", "Subject"], m.keys()
assert m.get_content() == "Do you like ketchup?\n" and not m.defects' "$(new)"
}

@test "-v shows the dialogue as textbooks print it" {
  ours client
  fake EHLO='250-fake|250 HELP'
  send -v -m -f alice@crepes.fr -t bob@hamburger.edu < <(printf 'Subject: x\n\n.dot\nend')
  same 0 "$status"
  same '' "$stderr"
  same "$(
    cat <<EOF
S: 220 fake
C: EHLO $(uname -n)
S: 250-fake
S: 250 HELP
C: MAIL FROM:<alice@crepes.fr>
S: 250 ok
C: RCPT TO:<bob@hamburger.edu>
S: 250 ok
C: DATA
S: 354 go on
C: Subject: x
C: 
C: ..dot
C: end
C: .
S: 250 ok
C: QUIT
S: 221 bye
EOF
  )" "$output"
}

@test "who sends nothing special is himself, to the postmaster" {
  fake
  send </dev/null
  delivered
  grep -qF "MAIL FROM:<$(id -un)@$(uname -n)>" said
  grep -qF 'RCPT TO:<postmaster>' said
  unwire
  grep -q '^To: postmaster' wired
}

@test "line ends become CRLF and dots are stuffed; nothing else changes (-m)" {
  local count=0 text
  for text in '' 'a' 'a\n' 'a\r\n' 'a\rb' '.\n' '..\n.\n' '.' 'a\n.b\n\n.\n' '\n' '\n\n.\n\n' 'a\r\r\nb' 'x\0y\n\377\376\n' 'a \t\n'; do
    count=$((count + 1))
    fake EHLO='250-fake|250 8BITMIME'
    # shellcheck disable=SC2059
    printf "$text" >typed
    send -m <typed
    delivered
    unwire
    # the same by Python: universal newlines, and an end to the last line
    python '
text = open("typed", "rb").read()
lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
if lines[-1] == b"": lines.pop()
wanted = b"".join(line + b"\r\n" for line in lines)
got = open("wired", "rb").read()
assert got == wanted, (text, wanted, got)'
  done
  same 14 "$count"
}

@test "every byte arrives unchanged at smtp-server" {
  server -q
  python 'open("typed", "wb").write(b"".join(bytes([c]) * 3 + b"x\n" for c in range(256) if c not in (10, 13)))'
  send -m <typed
  delivered
  sed 's/$/\r/' typed >sent
  python3 "$BATS_TEST_DIRNAME/smtp-same.py" "$(new)" sent
}

@test "a subject and a text beyond ASCII are told as MIME has it" {
  server -q
  local subject='Grüße aus Zürich und eine so lange Überschrift, dass sie nicht in ein Wort passt: 東京 = ? _ 🍕'
  send -s "$subject" <<<'Schöne Grüße'
  delivered
  LC_ALL=C grep -qv '[^ -~[:cntrl:]]' "$(new)"
  python '
import email, email.policy
m = email.message_from_binary_file(open(arg[0], "rb"), policy=email.policy.default)
assert m["Subject"] == arg[1], m["Subject"]
assert m.get_content() == "Schöne Grüße\n"
assert not m.defects and not m["Subject"].defects
header = open(arg[0], "rb").read().split(b"\r\n\r\n")[0]
assert header.isascii() and max(map(len, header.split(b"\r\n"))) <= 78' "$(new)" "$subject"
}

@test "nothing is folded: a line of 998 bytes passes, a longer one is refused before anything is sent" {
  server
  printf '%0998d\n' 0 >typed
  send -m <typed
  delivered
  sed 's/$/\r/' typed >sent
  python3 "$BATS_TEST_DIRNAME/smtp-same.py" "$(new)" sent
  printf 'x\n%0999d\n' 0 >typed
  send -m <typed
  same 1 "$status"
  same 'smtp-client: line 2 of the message is longer than the 998 bytes that SMTP carries: nothing was sent' "$stderr"
  new_is 1
  same 1 "$(grep -c connected server.out)"
}

@test "a big message, of 9 MB" {
  server -q
  yes 'All work and no play makes Jack a dull boy.' | head -n "$(amount 209000)" >typed
  send -m <typed
  delivered
  sed 's/$/\r/' typed >sent
  python3 "$BATS_TEST_DIRNAME/smtp-same.py" "$(new)" sent
}

@test "who types is told what to do, and one Ctrl-D ends the message" {
  ours client
  fake
  PATIENCE=$PATIENCE timeout 30 python3 -c '
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""
while b"at the end:" not in seen: seen += os.read(fd, 999)
os.write(fd, b"hello\n\x04")
try:
    while os.read(fd, 999): pass
except OSError: pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' "$BIN_DIR/smtp-client" "$HOST" "$PORT"
  unwire
  same hello "$(tail -n 1 wired | tr -d '\r')"
}

@test "every -t is a recipient, in order; the null sender" {
  fake
  send -t a@x -f '' -t b@x -t c@x <<<hi
  delivered
  same 'MAIL FROM:<> RCPT TO:<a@x> RCPT TO:<b@x> RCPT TO:<c@x> DATA' "$(tr -d '\r' <said | sed -n '2,6p' | xargs)"
  unwire
  tr -d '\r' <wired | grep -A2 -x 'To: a@x,' | tr -d '\n' | grep -qx 'To: a@x, b@x, c@x'
  grep -q '^From: MAILER-DAEMON@' wired
}

@test "EHLO refused: HELO" {
  local code
  for code in '500 what?' '502 no' '504 no' '550 no'; do
    fake EHLO="$code"
    send <<<hi
    delivered
    same "EHLO HELO MAIL" "$(sed 's/ .*//' said | head -n 3 | xargs)"
    unwire
  done
}

@test "replies of many lines, and a byte at a time" {
  ours client
  fake hello='slow:220-one|220-two|220 three' EHLO='slow:250-fake|250-SIZE 1000|250 HELP' MAIL='slow:250-a|250 b' \
    DATA='slow:354-a|354 b' .='slow:250-a|250-b|250 c' QUIT='slow:221-a|221 b!'
  send -v <<<hi
  same 0 "$status"
  same 'S: 220-one S: 220-two S: 220 three S: 250-fake S: 250-SIZE 1000 S: 250 HELP S: 250-a S: 250 b S: 250 ok
S: 354-a S: 354 b S: 250-a S: 250-b S: 250 c S: 221-a S: 221 b' \
    "$(grep ^S: <<<"$output" | tr '\n' ' ' | sed 's/ok /ok\n/;s/ $//')"
}

# mail_of PYTHON: what was wired is ASCII in lines of at most 76 bytes if it is encoded; m is the
# mail, as Python's parser reads it.
mail_of() {
  unwire
  python '
import email, email.policy
wired = open("wired", "rb").read()
m = email.message_from_bytes(wired, policy=email.policy.default)
assert not m.defects, m.defects
text = m.get_payload(decode=True).decode(errors="replace").replace("\r\n", "\n")
if m["Content-Transfer-Encoding"] == "quoted-printable":
    assert wired.isascii() and max(map(len, wired.split(b"\r\n"))) <= 76, wired
'"$1"
}

@test "8-bit text goes as it is to a server with 8BITMIME, encoded to any other" {
  local reply encoding
  for reply in '250 fake' '250-8BITMIME|250 HELP' '250-fake|250 8BITMIMEX' '250-fake|250-X8BITMIME|250 X 8BITMIME' \
    '250 we have 8BITMIME' '500 what|' '250-fake|250 8BITMIME' '250-fake|250-8bitmime|250 HELP' '250-fake|250-8BitMIME now|250 HELP'; do
    fake EHLO="${reply%|}"
    send -f a@b <<<'Grüße aus 東京 🍕'
    delivered
    encoding=quoted-printable
    case $reply in '250-fake|250 8BITMIME' | *8bitmime* | *'8BitMIME now'*) encoding=8bit ;; esac
    if [ "$encoding" = 8bit ]; then
      grep -qx $'MAIL FROM:<a@b> BODY=8BITMIME\r' said
    else
      grep -qx $'MAIL FROM:<a@b>\r' said
      same 0 "$(LC_ALL=C grep -c '[^ -~[:cntrl:]]' said)"
    fi
    mail_of "
assert m['MIME-Version'] == '1.0' and m['Content-Transfer-Encoding'] == '$encoding', m.items()
assert m['Content-Type'] == 'text/plain; charset=\"utf-8\"', m['Content-Type']
assert text == 'Grüße aus 東京 🍕\n', text"
  done
  # ASCII needs none of it
  fake EHLO='250-fake|250 8BITMIME'
  send -f a@b <<<'hi'
  delivered
  grep -qx $'MAIL FROM:<a@b>\r' said
  mail_of 'assert "MIME-Version" not in m and "Content-Transfer-Encoding" not in m and text == "hi\n"'
}

@test "what is encoded comes back: line ends, spaces, dots, long lines, bytes of all kinds" {
  python '
lines = ["ü", ".", "..", ".ü", "spaces at the end  ", "tab\t", " ", "=", "=3D", "=?utf-8?q?x?=", "", "From me",
         "ü" * 499, "x" * 998, "x" * 75, "x" * 76, "x" * 77, "x" * 75 + " ", "x" * 74 + "ü", "end: \x01\x1b\x7f"]
open("typed", "w").write("\n".join(lines) + "\n")'
  fake
  send <typed
  delivered
  mail_of 'assert text == open("typed").read(), text'
  # a NUL is neither 7bit nor 8bit (RFC 2045, 2.7 and 2.8)
  fake EHLO='250-fake|250 8BITMIME'
  printf 'a\0b\n' >typed
  send <typed
  delivered
  mail_of 'assert text == "a\0b\n", text'
  # what is not UTF-8 is of an unknown alphabet (RFC 1428), and its bytes come back, too
  fake
  printf 'Gr\374\337e\nx\377\n' >typed
  send <typed
  delivered
  mail_of '
assert m.get_content_charset() == "unknown-8bit", m["Content-Type"]
assert m.get_payload(decode=True) == b"Gr\xfc\xdfe\r\nx\xff\r\n", m.get_payload(decode=True)'
}

@test "-m: a message of 8 bits is not changed, and not sent where ASCII is all that is taken" {
  fake
  send -m < <(printf 'Subject: x\n\nGr\303\274\303\237e\n')
  same 1 "$status"
  same "smtp-client: 127.0.0.1 port $PORT takes ASCII only (it offers no 8BITMIME), and the message has more: nothing was sent; encode it, or leave out -m" "$stderr"
  same 'EHLO QUIT' "$(sed 's/[ \r].*//' said | xargs)"
  fake EHLO='250-fake|250 8BITMIME'
  send -m < <(printf 'Subject: x\n\nGr\303\274\303\237e\n')
  delivered
  unwire
  printf 'Subject: x\r\n\r\nGr\303\274\303\237e\r\n' | cmp - wired
}

@test "a header line in the text is text: -m is for those who bring their own" {
  fake
  send -s outside < <(printf 'Content-Type: text/html; charset=latin1\nSubject: inside\n\nGr\303\274n\n')
  delivered
  mail_of '
assert m["Subject"] == "outside" and m.get_content_type() == "text/plain" and m.get_all("Subject") == ["outside"]
assert text == "Content-Type: text/html; charset=latin1\nSubject: inside\n\nGrün\n", text'
}

@test "any subject arrives as it was typed, in lines of at most 76 bytes" {
  local subject long
  long=$(printf '%0200d' 0)
  for subject in Grün '東京 🍕' "$(printf 'x%.0s' {1..40}) ü" "$(printf '🍕%.0s' {1..200})" '=?utf-8?q?trick?=' ' around ' 'a  b ü  c' 'ü_=?' "ü$long" ; do
    fake
    send -s "$subject" <<<hi
    delivered
    unwire
    python '
import email, email.header, email.policy
head = open("wired", "rb").read().split(b"\r\n\r\n")[0].split(b"\r\n")
begin = next(i for i, line in enumerate(head) if line.startswith(b"Subject: "))
end = begin + 1
while end < len(head) and head[end].startswith(b" "): end += 1
field = head[begin:end]
assert b"".join(field).isascii() and max(map(len, field)) <= 76, field
words = [line.removeprefix(b"Subject: ").strip().decode() for line in field]
for word in words: email.header.decode_header(word)[0][0].decode()     # whole characters
value = "\n ".join(words)
assert str(email.header.make_header(email.header.decode_header(value))) == arg[0], field
m = email.message_from_bytes(open("wired", "rb").read(), policy=email.policy.default)
assert m["Subject"] == arg[0] and not m["Subject"].defects, m["Subject"]' "$subject"
  done
}

@test "refused before anything is sent: an address beyond ASCII, control characters in the subject" {
  ours client
  fake # whose only client comes last
  local bad
  for bad in 'jörg@example.org' 'joerg@exämple.org' $'j\377@example.org'; do
    mistake -f "$bad"
    same 'smtp-client: an address with letters beyond ASCII needs SMTPUTF8, which is not here' "$stderr"
    mistake -t ok@example.org -t "$bad"
    same 'smtp-client: an address with letters beyond ASCII needs SMTPUTF8, which is not here' "$stderr"
  done
  for bad in $'a\tb' $'a\033[31mb' $'\001' $'a\177' $'a\rb' $'a\nBcc: c@d' $'ü\a'; do
    mistake -s "$bad"
    same 'smtp-client: -s: a subject is one line, and has no control characters' "$stderr"
  done
  mistake -s $'Gr\374n'
  same 'smtp-client: -s: the subject is neither ASCII nor UTF-8' "$stderr"
  send <<<hi
  delivered
}

refused() { # WHAT THE SERVER SAYS, THE END OF THE LINE ON STDERR
  fake "${@:2}"
  send -f alice@crepes.fr -t bob@hamburger.edu <<<hi
  echo "stderr: $stderr"
  same 1 "$status"
  same '' "$output"
  same "smtp-client: 127.0.0.1 port $PORT refused the $1" "$stderr"
}

@test "refused: the connection, the greeting, the sender, the recipient, the message are told apart" {
  ours client
  refused 'connection: 554 go away' hello='554 go away'
  refused 'connection: 421 busy' hello='421 busy!'
  refused 'greeting: 501 who?' EHLO='500 no' HELO='501 who?'
  refused 'greeting: 421 later' EHLO='421 later!'
  refused 'sender alice@crepes.fr: 550 not you' MAIL='550 not you'
  refused 'recipient bob@hamburger.edu: 550 nobody' RCPT='550 nobody'
  refused 'recipient bob@hamburger.edu: 450-try\r\n450 later' RCPT='450-try|450 later'
  refused 'message: 451 no disk' DATA='451 no disk'
  refused 'message: 554 spam' .='554 spam'
  refused 'message: 552 too big' .='552 too big!'
  # and each time it says goodbye
  refused 'sender alice@crepes.fr: 550 not you' MAIL='550 not you'
  same QUIT "$(tail -n 1 said | tr -d '\r')"
}

@test "the same from smtp-server" {
  server -q
  send -f a@b.invalid -t c@d <<<hi
  same 1 "$status"
  [[ $stderr = *'refused the sender a@b.invalid: 550 '* ]]
  send -f a@b -t c@d.invalid <<<hi
  same 1 "$status"
  [[ $stderr = *'refused the recipient c@d.invalid: 550 '* ]]
  new_is 0
}

@test "the same from smtp-server: a message that is too big" {
  bulk
  server -q
  yes 'All work and no play makes Jack a dull boy.' | head -n 250000 >typed
  send -f a@b -t c@d <typed
  same 1 "$status"
  [[ $stderr = *'refused the message: 552 '* ]]
  new_is 0
}

@test "one recipient is refused, the other gets the message; status 1" {
  server -q
  send -f a@b -t c@d -t e@f.invalid <<<hi
  same 1 "$status"
  same 1 "${#stderr_lines[@]}"
  [[ $stderr = *'refused the recipient e@f.invalid: 550 '* ]]
  new_is 1
}

@test "251 is no refusal; what the server does after QUIT does not matter" {
  fake RCPT='251 he lives elsewhere' QUIT='500 what?!'
  send <<<hi
  delivered
  fake QUIT='!'
  send <<<hi
  delivered
  fake .='250 ok!'
  send <<<hi
  delivered
}

@test "the message is stored: nonsense, silence, a reset or half a line after QUIT make no failure of it" {
  ours client
  local reply
  for reply in bye '' '250' '2 2 1' '221-half a reply|bye' '221-more!' "$(printf 'x%.0s' {1..9000})" \
    "$(printf '221-x|%.0s' {1..2000})" / bye/ '221 goo/' '!'; do
    fake QUIT="$reply"
    send <<<hi
    delivered
  done
  fake QUIT='~'
  send -w 3 <<<hi
  delivered
  # and what was refused stays so: told once
  for reply in bye / 'ha/'; do
    fake .='552 too big' QUIT="$reply"
    send <<<hi
    same 1 "$status"
    same "smtp-client: 127.0.0.1 port $PORT refused the message: 552 too big" "$stderr"
  done
  # -v shows what the server said, be it an answer or not
  fake QUIT=bye
  send -v <<<hi
  same 0 "$status"
  same "C: QUIT S: bye" "$(tail -n 2 <<<"$output" | xargs)"
}

@test "a server that answers 250 to everything was sent nothing: only 354 lets the text go" {
  ours client
  local code
  for code in 250 220 221 251 421 503; do
    fake DATA="$code ok"
    send <<<hi
    same 1 "$status"
    same 1 "${#stderr_lines[@]}"
    [[ $stderr == *"'$code ok' to the message, which needs another reply: the message does not count as sent" ||
      $stderr == *"refused the message: $code ok" ]]
    eventually grep -q QUIT said
    never grep -qx $'hi\r' said
  done
}

@test "a reply of the wrong step does not count: at each step only the codes that RFC 5321 names" {
  ours client
  local wrong
  for wrong in 'hello=250 ok' 'hello=354 go on' 'EHLO=220 ok' 'EHLO=354 go on' 'MAIL=354 go on' 'MAIL=251 ok' \
    'RCPT=220 ok' 'RCPT=252 perhaps' 'RCPT=354 go on' '.=354 go on' '.=220 ok' '.=251 ok' '.=221 bye'; do
    fake "$wrong"
    send <<<hi
    same 1 "$status"
    same 1 "${#stderr_lines[@]}"
    [[ $stderr == *"${wrong#*=}"*"needs another reply"* ]] || { echo "$wrong: $stderr" >&2; return 1; }
  done
  fake 'RCPT=251 will forward'
  send <<<hi
  same 0 "$status"
}

@test "lines of different codes are no reply" {
  ours client
  local word
  for word in hello EHLO MAIL RCPT DATA .; do
    fake "$word=250-x|550 no"
    send <<<hi
    same 1 "$status"
    [[ $stderr == *"does not speak SMTP: one reply has the codes 250 and 550" ]]
  done
}

@test "a 250 that was said before the text went out is no reply to it" {
  ours client
  fake 'DATA=354 go on|250 taken'
  send <<<hi
  same 1 "$status"
  [[ $stderr == *"answers the message before it is sent, with '250 taken': nothing was sent" ]]
  fake 'DATA=354 go on|421 that is enough'
  send <<<hi
  same 1 "$status"
  [[ $stderr == *"refused the message: 421 that is enough" ]]
}

@test "servers that are none, that leave, that are silent, that never stop: one line, status 1, no hang" {
  ours client
  local word
  fake hello='HTTP/1.1 400 Bad Request!'
  send <<<hi
  same 1 "$status"
  [[ $stderr = "smtp-client: 127.0.0.1 port $PORT does not speak SMTP: it says 'HTTP/1.1 400 Bad Request"* ]]
  for word in hello EHLO MAIL RCPT DATA .; do
    fake "$word=!"
    send <<<hi
    same 1 "$status"
    same 1 "${#stderr_lines[@]}"
    fake "$word=~"
    send -w 0.3 <<<hi
    same 1 "$status"
    [[ $stderr = "smtp-client: recv from 127.0.0.1 port $PORT: "*' (ETIMEDOUT)'* ]]
    same 1 "${#stderr_lines[@]}"
  done
  fake hello="$(python3 -c 'print("220-x|" * 5000)')"
  send <<<hi
  same 1 "$status"
  [[ $stderr = *'sends a reply without an end' ]]
  fake hello="220 $(python3 -c 'print("x" * 20000)')"
  send <<<hi
  same 1 "$status"
  [[ $stderr = *'sends a reply without an end' ]]
  PORT=$(free_port)
  send <<<hi
  same 1 "$status"
  [[ $stderr = "smtp-client: connect to 127.0.0.1 port $PORT: Connection refused (ECONNREFUSED): nothing listens there; start smtp-server first" ]]
}

@test "a server that has enough in the middle of the message: its words are told" {
  # It reads a little of a big message, says 421, and takes the rest without a look, or breaks off.
  yes 'All work and no play makes Jack a dull boy.' | head -n "$(amount 200000)" >big
  local rest
  for rest in 'c.shutdown(socket.SHUT_WR)' 'c.close()'; do
    rm -f rude.out
    start rude python3 -c "
import socket
w = socket.create_server(('127.0.0.1', 0))
print(w.getsockname()[1], flush=True)
c = w.accept()[0]
for reply in (b'220 a', b'250 a', b'250 a', b'250 a', b'354 a'):
    c.sendall(reply + b'\r\n'); c.recv(5000)
c.sendall(b'421 that is enough\r\n'); $rest
while c.fileno() != -1 and c.recv(65536): pass"
    eventually test -s rude.out
    PORT=$(cat rude.out)
    send <big
    echo "$stderr"
    same 1 "$status"
    [[ $stderr = *'refused the message: 421 that is enough' ]]
  done
}

@test "IPv6, localhost, an unknown host" {
  server -q
  HOST=localhost send <<<hi
  delivered
  HOST=no.such.invalid send <<<hi
  same 1 "$status"
  same 1 "${#stderr_lines[@]}"
  grep -q ' lo$' /proc/net/if_inet6 2>/dev/null || skip 'no IPv6 here'
  SERVER_NAME=six server -q -6
  HOST=::1 send <<<hi
  delivered
  HOST=::1 send -4 <<<hi
  same 1 "$status"
  new_is 2
}

@test "it meets smtp-server on localhost, whichever family the resolver names first" {
  ours server
  local family order
  for family in -4 -6; do
    server -q "$family"
    HOST=localhost
    for order in '::1 127.0.0.1' '127.0.0.1 ::1'; do
      run --separate-stderr with_localhost "$order" client <<<hi
      delivered
    done
  done
  new_is 4
}

@test "the command line: help, version, mistakes" {
  ours client
  run --separate-stderr "$BIN_DIR/smtp-client" --help
  same 0 "$status"
  [[ $output = *'smtp-client [-46mv] [-f FROM] [-t TO]... [-s SUBJECT] [-w SECONDS] [HOST [PORT]]'* ]]
  run --separate-stderr "$BIN_DIR/smtp-client" --version
  same 0 "$status"
  fake # whose only client comes last: no mistake connects
  local long
  long=$(printf 'x%.0s' {1..255})
  mistake -x
  mistake -w 0
  mistake -t ''
  mistake -t $'a@b>\r\nRCPT TO:<c@d'
  mistake -t 'a@b>'
  mistake -f '<a@b>'
  mistake -f "$long"
  mistake -s $'two\nlines'
  mistake -m -s subject
  mistake -v -- a 1 2
  send <<<hi
  delivered
}

mistake() {
  run --separate-stderr timeout 20 "$BIN_DIR/smtp-client" "$@" "$HOST" "$PORT" <<<hi
  echo "$*: $stderr"
  same 2 "$status"
  same '' "$output"
  same 1 "${#stderr_lines[@]}"
}

# --- real mail servers

@test "Postfix takes the mail and delivers it; what it refuses is told" {
  once
  need postfix
  [ "$(id -u)" = 0 ] || skip 'Postfix starts as root only'
  local base
  base=$(mktemp -d /tmp/smtp-client.XXXXXX) # a place that Postfix's own users may enter
  PORT=$(free_port)
  postfix_in "$base"
  timeout 60 postfix -c "$base/etc" start >postfix.out 2>&1 || { cat postfix.out; rm -r "$base"; skip 'Postfix does not start here'; }
  eventually in_use "$PORT"
  send -f alice@crepes.fr -t bob@hamburger.edu -s 'Grüße' < <(printf 'Do you like ketchup?\n.\n..\nGrüße\n')
  local first=$status said=$stderr
  eventually bash -c "find '$base/mail/bob/new' -type f 2>/dev/null | grep -q ." || true
  cp "$base"/mail/bob/new/* arrived || true
  send -f evil@crepes.fr -t bob@hamburger.edu <<<hi
  local sender=$stderr
  send -f alice@crepes.fr -t nobody@hamburger.edu <<<hi
  local recipient=$stderr
  yes 'All work and no play makes Jack a dull boy.' | head -n 1000 >typed
  send -f alice@crepes.fr -t bob@hamburger.edu <typed
  local message=$stderr
  timeout 60 postfix -c "$base/etc" stop >>postfix.out 2>&1
  cat "$base/log" || true
  rm -r "$base"
  same '' "$said"
  same 0 "$first"
  python '
import email, email.policy
m = email.message_from_binary_file(open("arrived", "rb"), policy=email.policy.default)
assert m["Subject"] == "Grüße" and m["From"] == "alice@crepes.fr"
assert m.get_content() == "Do you like ketchup?\n.\n..\nGrüße\n", m.get_content()'
  [[ $sender = *'refused the sender evil@crepes.fr: 5'* || $sender = *'refused the recipient bob@hamburger.edu: 554 5.7.1 <evil@crepes.fr>: Sender address rejected'* ]]
  [[ $recipient = *'refused the recipient nobody@hamburger.edu: 550 '* ]]
  [[ $message = *'refused the message: 552 '* ]]
}

# A Postfix of its own, in directory $1: it knows bob@hamburger.edu and nobody else.
postfix_in() {
  mkdir "$1"/{etc,queue,data,mail}
  chmod 755 "$1"
  chown postfix "$1/data"
  chown 65534 "$1/mail"
  cat >"$1/etc/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $1/queue
data_directory = $1/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = hamburger.edu
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = hamburger.edu
virtual_mailbox_base = $1/mail
virtual_mailbox_maps = inline:{ { bob@hamburger.edu = bob/ } }
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_mynetworks, reject
smtpd_delay_reject = no
smtpd_sender_restrictions = check_sender_access inline:{ { evil@crepes.fr = REJECT } }
message_size_limit = 20000
maillog_file = $1/log
maillog_file_prefixes = /tmp
EOF
  cat >"$1/etc/master.cf" <<EOF
127.0.0.1:$PORT inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
retry unix - - n - - error
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
EOF
}

@test "Postfix's smtp-sink takes the mail" {
  once
  need smtp-sink
  PORT=$(free_port)
  local user=()
  [ "$(id -u)" != 0 ] || user=(-u nobody)
  start sink smtp-sink "${user[@]}" -v "127.0.0.1:$PORT" 10
  eventually in_use "$PORT"
  send -f alice@crepes.fr -t bob@hamburger.edu < <(printf '.\n..\nhi\n')
  delivered
  eventually grep -q 'RCPT TO:<bob@hamburger.edu>' sink.err
}

@test "aiosmtpd takes the mail, byte for byte" {
  once
  local python
  for python in python3 /usr/bin/python3; do
    "$python" -c 'import aiosmtpd' 2>/dev/null && break
    python=''
  done
  [ -n "$python" ] || skip 'aiosmtpd is not installed'
  PORT=$(free_port)
  start sink "$python" -c '
import sys, time
from aiosmtpd.controller import Controller
class Keep:
    async def handle_DATA(self, server, session, envelope):
        open("arrived", "wb").write(envelope.original_content)
        open("envelope", "w").write(f"{envelope.mail_from} {envelope.rcpt_tos}\n")
        return "250 kept"
Controller(Keep(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
time.sleep(60)' "$PORT"
  eventually in_use "$PORT"
  printf '.\n..x\nGr\303\274\303\237e\n\nend' >typed
  send -m -f alice@crepes.fr -t bob@hamburger.edu -t eve@hamburger.edu <typed
  delivered
  same "alice@crepes.fr ['bob@hamburger.edu', 'eve@hamburger.edu']" "$(cat envelope)"
  printf '.\r\n..x\r\nGr\303\274\303\237e\r\n\r\nend\r\n' | cmp - arrived
}

@test "aiosmtpd and smtp-server get 8 bits, a server without 8BITMIME gets ASCII, and all read the same" {
  once
  local python
  for python in python3 /usr/bin/python3; do
    "$python" -c 'import aiosmtpd' 2>/dev/null && break
    python=''
  done
  [ -n "$python" ] || skip 'aiosmtpd is not installed'
  local how
  for how in with without; do
    PORT=$(free_port)
    rm -f arrived
    start "$how" "$python" -c '
import sys, time
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
class Keep:
    if sys.argv[2] == "without":
        async def handle_EHLO(self, server, session, envelope, hostname, responses):
            session.host_name = hostname
            return [line for line in responses if "8BITMIME" not in line]
    async def handle_DATA(self, server, session, envelope):
        open("options", "w").write(" ".join(envelope.mail_options))
        open("arrived", "wb").write(envelope.original_content)
        return "250 kept"
Controller(Keep(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
time.sleep(60)' "$PORT" "$how"
    eventually in_use "$PORT"
    send -s 'Grüße' <<<'東京 = 🍕'
    delivered
    same "$([ "$how" = without ] || echo BODY=8BITMIME)" "$(cat options)"
    same "$([ "$how" = without ] && echo 0 || echo 1)" "$(LC_ALL=C grep -c '[^ -~[:cntrl:]]' arrived)"
    python '
import email, email.policy
m = email.message_from_binary_file(open("arrived", "rb"), policy=email.policy.default)
assert m["Subject"] == "Grüße" and m.get_content() == "東京 = 🍕\n" and not m.defects'
  done
  server
  send <<<'東京'
  delivered
  grep -q 'BODY=8BITMIME' server.out
  grep -qx $'東京\r' "$(new)"
}

# --- what is expected of any client: by these tests scripts/grade marks other people's, too

# typed TEXT CODE [BEFORE]: gives TEXT (as for printf) to the client, whose server is CODE.
typed() {
  HOST=${HOST:-127.0.0.1}
  # shellcheck disable=SC2059
  printf "$1" >typed.txt
  python_server "typed = open('typed.txt', 'rb').read()
$2"
  local status=0
  UNDER_CLIENT=${UNDER_CLIENT:-} client <typed.txt >shown 2>&1 || status=$?
  [ "$status" -lt 124 ] || { tail -n 1 shown >&2; content; false; }
  content
}

# grade client message 3: It delivers what it reads from its input: HELO, MAIL FROM, RCPT TO, DATA, the text, and a dot.
# hint: socket, connect to {host} and {port}; the server speaks first; then say a command, hear its reply.
@test "the dialogue, and the text" {
  typed 'Do you like ketchup?\nHow about pickles?\n' '
said, message = mail_server(c)
has_text(message, typed)
form = [rb"(HELO|EHLO) \S+", rb"MAIL FROM: ?<[^<>]*>.*", rb"RCPT TO: ?<[^<>]+>.*", rb"DATA"]
if len(said) < 4 or not all(re.fullmatch(f, line.strip(), re.I) for f, line in zip(form, said)):
    raise SystemExit("expected: HELO host, MAIL FROM:<...>, RCPT TO:<...>, DATA\nactual:   %r" % said)'
}

# grade client crlf 1 after message: Every line ends with CRLF, in the dialogue and in the message.
# hint: the lines of the Internet end with \r\n, whatever they end with in your input.
@test "every line ends with CRLF" {
  typed 'one\ntwo\n\nthree\n' '
said, message = mail_server(c)
for line in said + message:
    if not line.endswith(b"\r\n") or b"\r" in line[:-2]: raise SystemExit("expected: CRLF at the end\nactual:   " + show(line))'
}

# grade client waits 2 after message: It waits for the reply to each command before it says the next one, and lets the server
#   speak first.
# hint: receive the 220 before you say HELO, and the 250 before you go on; recv waits for it.
@test "it does not talk before it is answered" {
  typed 'hello\n' 'has_text(mail_server(c, pause=0.5)[1], typed)'
}

# grade client lines 2 after waits: A reply may have several lines: 250-one, 250-two, 250 three.
# hint: a minus behind the code means that another line follows: go on until there is a blank.
@test "replies of several lines" {
  typed 'hello\n' '
many = b"%d-one\r\n%d-two\r\n%d three\r\n"
replies = {word: many.replace(b"%d", code) for word, code in (("connection", b"220"), ("EHLO", b"250"), ("HELO", b"250"), (".", b"250"))}
has_text(mail_server(c, replies, pause=0.3)[1], typed)'
}

# grade client pieces 2 after message: A reply may come in pieces, byte by byte.
# hint: TCP is a byte stream: one recv is not one reply. Receive until the newline.
@test "replies in pieces" {
  typed 'hello\n' '
at_once(c)
class Slow:
    def __getattr__(self, name): return getattr(c, name)
    def sendall(self, words):
        for byte in words: c.sendall(bytes([byte])); time.sleep(0.01)
said, message = mail_server(Slow())
has_text(message, typed)
same((b"MAIL", b"RCPT", b"DATA"), tuple(line[:4].upper() for line in said[1:4]), "the dialogue")'
}

# grade client dots 2 after message: A line that begins with a dot goes out with a second one before it.
# hint: a lone dot ends the message; so that one in the text does not, every dot at the beginning of a
#   line is doubled (RFC 5321, 4.5.2).
@test "dots at the beginning of a line" {
  typed 'begin\n.\n..\n.dot\nQUIT\na.b\n' '
said, message = mail_server(c)
same(b"begin\r\n..\r\n...\r\n..dot\r\nQUIT\r\na.b\r\n", b"".join(message[-6:]), "the end of the message")
has_text(message, typed)'
}

# grade client last-line 1 after message: A last line without a newline is ended before the dot.
# hint: the message ends with CRLF . CRLF: the first CRLF belongs to the last line.
@test "a last line without a newline" {
  typed 'one\ntwo' 'has_text(mail_server(c)[1], typed + b"\n")'
}

# grade client header 1 after message: If it sends header lines of its own, an empty line stands between them and the text.
# hint: From:, To:, Subject: ... each on a line; then an empty line; then the text.
@test "an empty line between header and text" {
  typed 'first\nsecond\n' '
message = [line.rstrip(b"\r\n") for line in mail_server(c)[1]]
before = message[:-2]
if before and (before[-1] or not all(re.match(rb"[!-9;-~]+:|[ \t]", line) for line in before[:-1])):
    raise SystemExit("expected: header lines, then an empty line\nactual:   %r" % before)'
}

# grade client bytes 1 after message: Letters beyond ASCII arrive as they were typed.
# hint: send bytes as you read them; encode("ascii") and its like cannot.
@test "letters beyond ASCII in the text" {
  typed 'Gr\303\274\303\237e\n' 'has_text(mail_server(c)[1], typed)'
}

# grade client refused 2 after message: If the server refuses the sender or the recipient, no message is sent.
# hint: look at the first digit of the reply: 2 and 3 mean go on, 4 and 5 mean no; then say QUIT and end.
@test "a server that refuses" {
  for word in MAIL RCPT; do
    typed 'hello\n' "
said, message = mail_server(c, {'$word': b'550 no\r\n', 'DATA': b'503 what for?\r\n'})
if any(line.upper().startswith(b'DATA') for line in said):
    raise SystemExit('$word was answered with 550\nexpected: QUIT, or the end of the connection\nactual:   %r' % said[-2:])"
  done
}

# grade client quit 1 after message: It says QUIT, then the connection ends.
# hint: after the 250 for the message: QUIT; receive 221; close.
@test "it says goodbye" {
  typed 'hello\n' '
said, message = mail_server(c)
same(b"QUIT\r\n", said[-1].upper() if said else b""); same(b"", rest(c), "behind QUIT")'
}

# grade client early 1 after message: If the server closes the connection too early, the client ends.
# hint: recv returns 0 when the server has closed: end, or you go round for ever.
@test "a server that leaves" {
  typed 'hello\n' 'mail_server(c, {"MAIL": None})'
}

# grade client large 1 after message: A text of a megabyte arrives whole.
# hint: send may take only a part of the bytes: loop until all are sent (in Python: sendall).
@test "a megabyte of text" {
  typed "$(yes 'All work and no play makes Jack a dull boy.' | head -n 24000)\n" '
time.sleep(0.3)
has_text(mail_server(c)[1], typed)'
}

# grade client families 1 after message: It reaches a server at an IPv6 address, too.
# hint: getaddrinfo gives the family and the address for socket and connect (in Python: create_connection).
@test "a server at ::1" {
  grep -q ' lo$' /proc/net/if_inet6 2>/dev/null || skip 'no IPv6 here'
  HOST=::1 typed 'hello\n' 'has_text(mail_server(c)[1], typed)'
}

# grade client short 2 after pieces: It also works when each send takes, and each recv gives, only a part.
# hint: look at what send returns: it may be less than you gave it. The rest is yours to send.
@test "forced short reads and writes of the client" {
  fault short
  UNDER_CLIENT=$FAULTY typed "$(yes 'All work and no play makes Jack a dull boy.' | head -n 30)\n" '
said, message = mail_server(c)
has_text(message, typed)'
}
