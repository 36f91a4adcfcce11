# SPDX-License-Identifier: MIT
# What the tests of the web servers load beside helper.bash.
#
#   site                     a directory www with something in it
#   ask BYTES                sends BYTES (escapes as in Python) on one connection and shows all that comes
#   refused STATUS RULE B    BYTES are answered with STATUS once, RULE is named, the connection is closed
#   get PATH [CURL...]       curl with head: the answer is in $output

site() {
  DIR=$PWD/www
  mkdir -p www/dir www/.git www/.well-known
  printf '<h1>It works</h1>\n' >www/index.html
  printf 'body{color:red}\n' >www/style.css
  printf 'inner\n' >www/dir/a.txt
  printf 'hidden\n' >www/.secret
  printf 'config\n' >www/.git/config
  printf 'known\n' >www/.well-known/x
  python3 -c "open('www/kilo.bin','wb').write(bytes(i%251 for i in range(1000)))"
  printf 'outside\n' >secret
}

ask() {
  python "
data = arg[0].encode('latin-1').decode('unicode_escape').encode('latin-1')
s = create_connection((host, port))
s.sendall(data)
answer = b''
while True:
    try:
        piece = s.recv(65536)
    except ConnectionResetError:
        answer += b'\n(reset)'
        break
    if not piece: break
    answer += piece
sys.stdout.buffer.write(answer.replace(b'\r\n', b'\n'))
" "$1"
}

refused() {
  local answer
  answer=$(ask "$3")
  # One answer, and after it the end of the connection: what follows is no request any more.
  if [[ "$answer" != "HTTP/1.1 $1 "* || "$answer" != *"($2)"* || "$answer" != *"Connection: close"* ]] ||
    [ "$(grep -c '^HTTP/1.1 ' <<<"$answer")" != 1 ]; then
    printf 'expected %s and %s for %s\nwas: %s\n' "$1" "$2" "$3" "$answer" >&2
    return 1
  fi
}

get() {
  local path=$1
  shift
  run timeout "$PATIENCE" curl -si --path-as-is "$@" "http://$HOST:$PORT$path"
  output=${output//$'\r'/}
  # shellcheck disable=SC2154
  [ "$status" = 0 ] || { echo "curl ended with $status" >&2; return 1; }
}

# answered N: the last answer's status; has TEXT..., hasnot TEXT: what is in $output
answered() {
  [[ "$output" == "HTTP/1.1 $1 "* ]] || { printf 'expected %s, was:\n%s\n' "$1" "$output" >&2; return 1; }
}

has() {
  local line
  for line; do
    [[ "$output" == *"$line"* ]] || { printf 'expected %s in:\n%s\n' "$line" "$output" >&2; return 1; }
  done
}

hasnot() {
  [[ "$output" != *"$1"* ]] || { printf 'did not expect %s in:\n%s\n' "$1" "$output" >&2; return 1; }
}

# leaves_ipv4_alone: with -6 -b '*' the server of www answers over IPv6, and over IPv4 nobody does.
leaves_ipv4_alone() {
  server -6 -b '*' -d www
  HOST='[::1]' get /
  answered 200
  run timeout "$PATIENCE" curl -sS "http://127.0.0.1:$PORT/"
  same 7 "$status" # refused
}
