#!/usr/bin/env bats
# What docs/mail.md shows is what runs: each block behind a line "<!-- checked: NAME -->" is made again here.
# variants: plain
bats_require_minimum_version 1.5.0
# slow
load helper
SERVER=smtp-server CLIENT=smtp-client

# shown NAME: the block of the page
shown() {
  awk -v mark="<!-- checked: $1 -->" '$0 == mark {found = 1; next} found && /^```/ {if (inside) exit; inside = 1; next}
    inside' "$ROOT/docs/mail.md"
}

# As on the page: this machine is called laptop, the ports are those of the examples, a date is a date.
masked() {
  sed -E "s/\r\$//; s#$BIN_DIR/##g; s/\\b$(uname -n)\\b/laptop/g; s/\\b$PORT\\b/2525/g; s/127\.0\.0\.1:[0-9]+/127.0.0.1:49646/
    s/[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8}/Sat, 21 Nov 2026 10:00:00/
    s/<[0-9.]+@laptop>/<1795255200.000000000.1@laptop>/"
}

matches() {
  [ -n "$(shown "$1")" ]
  same "$(shown "$1")" "$(cat)"
}

# type LINE...: as with nc -C, each line when the reply to the last has come
typed() {
  python '
s = create_connection((host, port))
r = s.makefile("rb")
r.readline()
for line in arg:
    s.sendall(line.encode().decode("unicode_escape").encode() + b"\r\n")
    if line[:4] in ("HELO", "MAIL", "RCPT", "DATA", ".", "QUIT"): r.readline()
r.read()' "$@"
}

setup_server() {
  ours server
  ours client
  server "$@"
}

@test "the dialogue by hand, and what is kept of it" {
  setup_server
  typed 'HELO crepes.fr' 'MAIL FROM: <alice@crepes.fr>' 'RCPT TO: <bob@hamburger.edu>' DATA \
    'Do you like ketchup?' 'How about pickles?' . QUIT
  eventually grep -q 'closed connection' server.out
  masked <server.out | matches 'by hand'
  cat Maildir/new/* | masked | matches kept
}

@test "the ladder" {
  setup_server
  printf 'Subject: ketchup\n\nDo you like ketchup?\n.\n' | client -v -m -f alice@crepes.fr -t bob@hamburger.edu |
    masked | python3 "$BATS_TEST_DIRNAME/smtp-ladder.py" | matches ladder
}

@test "the smuggling lesson" {
  setup_server
  typed 'HELO crepes.fr' 'MAIL FROM:<alice@crepes.fr>' 'RCPT TO:<bob@hamburger.edu>' DATA \
    'one\n.\nMAIL FROM:<boss@crepes.fr>' . QUIT
  eventually grep -q 'closed connection' server.out
  masked <server.out | sed -n '/C: DATA/,/250 OK, the message/p' | matches smuggling
}

@test "the three refusals" {
  setup_server -q # not two million lines of log
  shown refused | sed -n 's/^\$ //p' >commands
  while read -r command; do
    printf '$ %s\n' "$command"
    # the same command, but for the port
    HOME=$PWD PATH=$BIN_DIR:$PATH timeout 60 bash -c "$command 127.0.0.1 $PORT" 2>&1 || true
  done <commands | masked | matches refused
}

@test "the table of states is that of smtp.c" {
  # the page's rows, and those of the array, as: VERB START READY MAIL RCPT
  page() {
    sed -n '/^| | START/,/^$/p' "$ROOT/docs/mail.md" | sed -n '3,$s/[|`,]/ /gp' | sed 's/503/BAD/g' |
      awk '{for (i = 1; i <= NF - 4; i++) print $i, $(NF-3), $(NF-2), $(NF-1), $NF}' | sort
  }
  code() {
    sed -nE 's/^ *\{"([A-Z]+)", +[A-Z]+, +[a-z_]+, +\{([A-Z]+), +([A-Z]+), +([A-Z]+), +([A-Z]+)\}\},$/\1 \2 \3 \4 \5/p' \
      "$ROOT/mail/smtp.c" | grep -vE '^(EXPN|AUTH|BDAT|STARTTLS) ' | sort
  }
  same 10 "$(page | wc -l)"
  same "$(page)" "$(code)"
}

@test "the commands that the manuals show are run" {
  setup_server
  echo 'Do you like ketchup?' | client -v -t bob@hamburger.edu -s ketchup >said
  grep -q '^S: 250 OK' said
  need curl
  printf 'Subject: x\r\n\r\nhi\r\n' >message.txt
  timeout 20 curl -sS --mail-from alice@crepes.fr --mail-rcpt bob@hamburger.edu -T message.txt "smtp://localhost:$PORT"
  same 2 "$(find Maildir/new -type f | wc -l)"
}

@test "the manuals are clean, and agree with --help" {
  need mandoc
  local name
  for name in smtp-server smtp-client; do
    run mandoc -T lint -W warning "$ROOT/docs/man/$name.1"
    same '' "$output"
    same "$("$BIN_DIR/$name" --help | sed -n '1s/^usage: //p')" \
      "$(mandoc -T ascii -O width=500 "$ROOT/docs/man/$name.1" | col -b | sed -n '/^SYNOPSIS/{n;s/^ *//p;}')"
  done
}
