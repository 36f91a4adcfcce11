#!/usr/bin/env bats
# Whatever the docs show is run: each transcript, in terminals of its own.
# variants: plain
# slow
# alone
load helper

play() {
  alone
  cd "$ROOT"
  timeout 300 python3 tests/transcripts.py "$@"
}

@test "README: the transcripts" { play README.md; }

@test "docs/: the transcripts of every page" {
  local page pages=()
  for page in "$ROOT"/docs/*.md; do
    ! grep -q '^```console ' "$page" || pages+=("$page")
  done
  play "${pages[@]}"
}

@test "docs/guide/: the transcripts of every page" {
  local page pages=()
  for page in "$ROOT"/docs/guide/*.md; do
    ! grep -q '^```console ' "$page" || pages+=("$page")
  done
  play "${pages[@]}"
}

@test "docs/guide/: a figure of a pair is the one of docs/flowcharts" {
  local page pair figures=0
  for page in "$ROOT"/docs/guide/*.md; do
    while read -r pair; do
      diff -u "$ROOT/docs/flowcharts/$pair.txt" <(awk -v start="\`\`\`text figure $pair" '/^```/ {on = $0 == start; next} on' "$page")
      ((figures += 1))
    done < <(sed -n 's/^```text figure //p' "$page")
  done
  [ $figures -ge 3 ]
}

@test "no transcript is left out: every console block names its terminal" {
  never grep -nE '^```(console *$|shell|bash)' "$ROOT"/README.md "$ROOT"/docs/*.md "$ROOT"/docs/*/*.md
}

@test "a transcript that is wrong is found" {
  printf '# T\n```console a\n$ echo one\ntwo\n```\n' >wrong.md
  run env PATIENCE=1 python3 "$ROOT/tests/transcripts.py" wrong.md
  same 1 "$status"
  [[ $output == *"1 transcripts played, 1 failed" ]]
}

@test "every link between the pages leads to a file" {
  cd "$ROOT"
  local page link wrong=0
  for page in README.md CONTRIBUTING.md docs/*.md docs/*/*.md; do
    [ -e "$page" ] || continue
    while read -r link; do
      [ -e "$(dirname "$page")/${link%%#*}" ] || { echo "$page: $link leads nowhere"; wrong=1; }
    done < <(grep -oE '\]\([^)#:]+(#[^)]*)?\)' "$page" | sed -E 's/^\]\(//; s/\)$//')
  done
  [ $wrong = 0 ]
}

@test "docs/instructor.md: its pairs can be shown, and setup --check says what the page quotes" {
  local page=$ROOT/docs/instructor.md pair quoted count=0
  while read -r pair; do
    "$ROOT/scripts/demo" -l | grep -q "^$pair " || { echo "there is no pair $pair to show"; return 1; }
    ((count += 1))
  done < <(grep -oE 'scripts/demo [a-z]+-[a-z]+' "$page" | cut -d' ' -f2)
  [ $count -ge 3 ]
  for quoted in 'in use   port $port, by' 'missing  IPv6 loopback (::1): ' 'info     localhost is: ' 'info     nc is: ' \
    'info     this is WSL: ' 'a program of another user'; do
    grep -qF "$quoted" "$ROOT/scripts/setup" || { echo "setup --check does not say: $quoted"; return 1; }
    grep -qF "${quoted/\$port/12000}" "$page"
  done
}

@test "docs/guide/from-python.md: what is quoted of ours stands in the file, and every lecture program is there" {
  once
  python3 - "$ROOT" <<'END'
import re, sys
root = sys.argv[1]
page = open(root + "/docs/guide/from-python.md").read()
quotes = re.findall(r"^```c (\S+)\n(.*?)^```$", page, re.M | re.S)
for name, lines in quotes:
    assert "\n" + lines in open(f"{root}/{name}").read(), f"{name} does not have:\n{lines}"
missing = {"tcp/tcp-upper-server.c", "tcp/tcp-upper-client.c", "udp/udp-upper-server.c", "udp/udp-upper-client.c",
           "udp/udp-echo-server.c", "udp/udp-echo-client.c", "tcp/tcp-echo-client.c",
           "tcp/tcp-echo-server-threaded.c", "tcp/tcp-greet-server.c", "tcp/tcp-greet-client.c",
           "tcp/tcp-connect.c"} - {name for name, _ in quotes}
assert not missing, missing
END
}
