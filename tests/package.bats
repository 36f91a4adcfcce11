#!/usr/bin/env bats
# The packages: what is in the Debian package, and that it works where nothing but it was installed; the
# steps of the Homebrew formula; the commands of the devcontainer.
# variants: plain
# takes: 170 s
# all: the Debian package, installed and used in a fresh Debian; the Homebrew formula's steps, and the devcontainer's
# shellcheck disable=SC2016,SC2034 # what runs in the Debian is expanded there; helper.bash reads PIDS
load helper
# shellcheck source=tests/debian.bash
. "$ROOT/tests/debian.bash"

setup_file() {
  command -v dpkg-shlibdeps >/dev/null || return 0 # then each test says so
  clean_copy "$BATS_FILE_TMPDIR/source"
  cd "$BATS_FILE_TMPDIR/source" || return
  CMAKE_BUILD_PARALLEL_LEVEL=2 bash -ec "$(readme '^cmake -S')
    $(readme cpack)" >"$BATS_FILE_TMPDIR/log" 2>&1 || { tail -n 40 "$BATS_FILE_TMPDIR/log"; return 1; }
  rm -r "$BATS_FILE_TMPDIR/source/build/bin" # nothing may be found there
  dpkg-deb -x "$BATS_FILE_TMPDIR"/source/build/*.deb "$BATS_FILE_TMPDIR/unpacked" || return

  DEBIAN=$BATS_FILE_TMPDIR/debian LACKS=$(debian_lacks bookworm || true)
  export DEBIAN LACKS
  [ -z "$LACKS" ] || return 0
  debian_make bookworm "$DEBIAN"
  debian_run "$DEBIAN" useradd -m -s /bin/bash student
  mkdir "$DEBIAN/root/build"
  cp "$BATS_FILE_TMPDIR"/source/build/*.deb "$DEBIAN/root/build/"
  # Nobody is there to say yes; and what the package needs must be all that it depends on.
  printf '%s\n' 'APT::Get::Assume-Yes "true";' 'APT::Install-Recommends "false";' >"$DEBIAN/etc/apt/apt.conf.d/99test"
  local install
  install=$(readme '^sudo apt install')
  debian_run "$DEBIAN" bash -ec "apt-get install -qq man-db
    find / -xdev ! -type d ! -path '/var/*' ! -path '/proc/*' | sort >/var/before
    ${install#sudo }" >"$BATS_FILE_TMPDIR/apt" 2>&1 || { cat "$BATS_FILE_TMPDIR/apt"; return 1; }
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  command -v dpkg-shlibdeps >/dev/null || skip "dpkg-dev is not installed: no Debian package can be made"
  PIDS=()
}

teardown_file() {
  [ -z "${DEBIAN:-}" ] || debian_gone "$DEBIAN"
}

# readme PATTERN: the one command of the README in which that stands.
readme() {
  local found
  found=$(awk '/^```/ {on = /^```sh/; next} on' "$ROOT/README.md" | grep "$1")
  [ "$(wc -l <<<"$found")" = 1 ] || { echo "the README has not just one command with $1" >&2; return 1; }
  echo "$found"
}

# What lies in the clone, without what was built in it.
clean_copy() {
  mkdir -p "$1"
  tar -C "$ROOT" --exclude=./.git --exclude='./build' --exclude='./build-*' --exclude=__pycache__ -cf - . | tar -C "$1" -xf -
}

# The package and its contents.
package() { echo "$BATS_FILE_TMPDIR"/source/build/*.deb; }
unpacked() { cd "$BATS_FILE_TMPDIR/unpacked/usr" || return; }
field() { dpkg-deb -f "$(package)" "$1"; }
programs() { awk '!/^#/ && NF {print $1}' "$ROOT/tests/manifest"; }

# student SCRIPT, root SCRIPT: in the Debian with the package, in a network of its own.
student() { in_debian runuser -l student -c "$1"; }
root() { in_debian bash -c "$1"; }
in_debian() {
  [ -z "$LACKS" ] || skip "$LACKS"
  local script="set -euo pipefail; export LC_ALL=C.UTF-8
    started() { exec {said}< <(exec \"\$@\"); read -r line <&\$said; port=\${line##* }; } # a server that has said where it listens
    ${*: -1}"
  debian_alone "$DEBIAN" timeout 120 "${@:1:$#-1}" "$script" </dev/null
}

# --- the package itself ---

@test "cpack -G DEB makes one package, with Debian's name and the project's version" {
  local version
  version=$(sed -nE 's/^project\(bothends VERSION ([0-9.]+) .*/\1/p' "$ROOT/CMakeLists.txt")
  same "bothends_${version}_$(dpkg --print-architecture).deb" "$(basename "$(package)")"
  same bothends "$(field Package)"
  same "$version" "$(field Version)"
  [[ $(field Depends) == *bats*python3*libc6* ]]
}

@test "it holds every program, its page compressed, and the libraries of the instruments" {
  unpacked
  local program page count=0
  for program in $(programs) bothends-grade bothends-grade-all bothends-skeleton; do
    [ -x "bin/$program" ] || { echo "no $program"; return 1; }
    page=share/man/man1/$program.1.gz
    gzip -dc "$page" | grep -q '^\.Dt' || { echo "no page of $program"; return 1; }
    ((count += 1))
  done
  same "$count" "$(find bin -type f | wc -l)"
  [ -e share/man/man5/socktrace.5.gz ]
  [ "$(find lib -name 'lib*.so' | wc -l)" -ge 2 ]
  same "" "$(find . -name '*.pyc' -o -name __pycache__ -o -type d -empty)"
}

@test "no file of it knows where it was built" {
  unpacked
  never grep -rlF -e "$BATS_FILE_TMPDIR" -e "$ROOT" .
}

@test "the pages that only the package has are clean, too" {
  command -v mandoc >/dev/null || skip "mandoc is not installed"
  mandoc -T lint -W warning "$ROOT"/packaging/man/*.1
}

@test "lintian finds neither an error nor a warning" {
  command -v lintian >/dev/null || skip "lintian is not installed"
  run lintian --allow-root --fail-on error,warning "$(package)"
  echo "$output"
  same 0 "$status"
}

@test "in the docs of the package every link leads to a file, and the commands have the names that they have there" {
  unpacked
  cd share/doc/bothends
  local page link count=0
  while read -r page; do
    while read -r link; do
      [ -e "$(dirname "$page")/${link%%#*}" ] || { echo "$page: $link leads nowhere"; return 1; }
      ((count += 1))
    done < <(grep -oE '\]\([^)#:]+(#[^)]*)?\)' "$page" | sed -E 's/^\]\(//; s/\)$//')
  done < <(find . -name '*.md')
  [ $count -ge 100 ]
  never grep -rnE --include='*.md' 'scripts/(grade|grade-all|skeleton)\b[^-]' .
  never grep -rnE 'scripts/(grade|grade-all|skeleton)\b[^-]' ../../bothends/scripts
  grep -q 'bothends-grade tcp-upper-server -- python3 mine.py {port}' docs/exercises/tcp-upper-server.md
}

# --- in a Debian where nothing else was installed ---

@test "in a fresh Debian: a pair meets" {
  student 'started tcp-upper-server -q 0
    [ "$(tcp-upper-client 127.0.0.1 "$port" <<<hello)" = HELLO ]
    started udp-echo-server -q 0
    udp-ping -c 2 -i 0.01 127.0.0.1 "$port" | grep "2 sent, 2 received"'
}

@test "in a fresh Debian: socktrace, sockfault and ladder find their libraries, socksh its scripts" {
  student 'started tcp-upper-server -q 0
    socktrace tcp-upper-client 127.0.0.1 "$port" <<<hello 2>trace
    grep "^connect(.*) = 0" trace
    status=0; sockfault refuse tcp-upper-client 127.0.0.1 "$port" <<<hello 2>fault || status=$?
    [ $status = 1 ]
    grep "^sockfault: refuse: connect(" fault
    echo hello | ladder -qrw 80 -- tcp-upper-server tcp-upper-client >drawn
    grep "\"hello.n\" ───────┼ send" drawn
    cd /usr/share/doc/bothends
    socksh lab/scripts/two-sends-one-recv.socksh'
}

@test "in a fresh Debian: man shows the pages" {
  local program count=0
  for program in $(programs); do ((count += 1)); done
  same "$count" "$(student "for page in $(programs | paste -sd' '); do man \$page | grep -c \"^NAME\"; done" | grep -cx 1)"
  student 'man 5 socktrace | grep "^NAME"
    man bothends-grade-all | grep "mark anybody"
    man -k "mark anybody" | grep "^bothends-skeleton"'
}

@test "in a fresh Debian: bothends-grade gives a student full marks, and writes nothing below /usr" {
  [ -z "$LACKS" ] || skip "$LACKS"
  local exercise handed_in=$DEBIAN/home/student/handed-in
  mkdir -p "$handed_in"
  for exercise in tcp-greet-client tcp-relay web-server-simple; do
    cp "$ROOT/tests/grade/$exercise.py" "$handed_in/$exercise-mine.py"
  done
  root 'chown -R student: /home/student/handed-in; touch /var/installed'
  local marking='cd /home/student/handed-in
    bothends-grade tcp-greet-client -- python3 tcp-greet-client-mine.py {host} {port} | grep -x "8 of 8 points"
    bothends-grade tcp-relay -- python3 tcp-relay-mine.py {port} {host} {target} | grep -xE "([0-9]+) of \1 points"
    bothends-grade web-server-simple -- python3 web-server-simple-mine.py {port} {dir} | grep -xE "([0-9]+) of \1 points"'
  student "$marking"
  root 'cd /home/student/handed-in && bothends-grade tcp-greet-client -- python3 tcp-greet-client-mine.py {host} {port}'
  same "" "$(root 'find /usr -newer /var/installed')"
}

@test "in a fresh Debian: a wrong program loses points, each explained; grade-all marks a folder; a skeleton is printed" {
  student 'mkdir -p class/anna class/bert
    printf "%s\n" "import sys, socket" "s = socket.create_connection((sys.argv[1], int(sys.argv[2])))" "print(s.recv(3))" >class/anna/mine.py
    cp /usr/share/bothends/tests/grade/tcp-greet-client.py class/bert/mine.py
    status=0; bothends-grade tcp-greet-client -- python3 class/anna/mine.py {host} {port} >marks || status=$?
    [ $status = 1 ]
    grep "the conversation, seen from your program" marks
    bothends-grade-all tcp-greet-client class
    grep "^bert,8,full marks" class-tcp-greet-client.csv
    grep "^anna,[0-7],marked" class-tcp-greet-client.csv
    bothends-skeleton tcp-upper-server python >mine.py
    grep "# your code" mine.py
    bothends-skeleton tcp-upper-server c >mine.c
    for header in $(sed -n "s/^#include \"//p" mine.c); do [ -e "/usr/share/bothends/${header%\"}" ]; done
    grep "^#include \"common/" mine.c'
}

@test "in a fresh Debian: what was installed goes away again" {
  [ -z "$LACKS" ] || skip "$LACKS"
  debian_run "$DEBIAN" bash -ec 'apt-get purge -qq -y --auto-remove bothends
    find / -xdev ! -type d ! -path "/var/*" ! -path "/proc/*" | sort >/var/after' >apt 2>&1 || { cat apt; return 1; }
  same "" "$(comm -13 "$DEBIAN/var/before" "$DEBIAN/var/after" | grep -vE '^/(home|tmp)/')"
  [ ! -e "$DEBIAN/usr/share/bothends" ]
}

# --- elsewhere ---

@test "the steps of the Homebrew formula build, install, and pass its test" {
  command -v ruby >/dev/null || skip "ruby is not installed"
  local formula=$ROOT/packaging/homebrew/bothends.rb
  ruby -wc "$formula"
  cp -r "$BATS_FILE_TMPDIR/source" keg-source
  rm -rf keg-source/build
  (cd keg-source && timeout 300 ruby "$ROOT/tests/package/homebrew.rb" "$formula" "$BATS_TEST_TMPDIR/prefix" >../log 2>&1) ||
    { tail -n 40 log; return 1; }
  grep -x 'the test of the formula has passed' log
  # What the exercises say one types, with the folder of this prefix: what a skeleton includes is there.
  cd prefix
  local build
  build=$(grep -oE 'cc -I[^ ]* mine.c [^ ]*/common/\*.c -pthread' share/doc/bothends/docs/exercises/tcp-upper-server.md)
  cp share/bothends/tcp/tcp-upper-server.c mine.c
  sed -i 's@"\.\./common@"common@' mine.c
  bash -c "$build"
  ./a.out --version
}

@test "the commands of the devcontainer, in a fresh Debian of its image" {
  local file=$ROOT/.devcontainer/devcontainer.json image lacks dir=$BATS_TEST_TMPDIR/codespace
  value() { python3 -c 'import json, sys; print(eval("file" + sys.argv[2], {"file": json.load(open(sys.argv[1]))}))' "$file" "$1"; }
  image=$(value '["image"]')
  [[ $image == */devcontainers/base:* ]]
  # No command that is not run here.
  same "postCreateCommand" "$(python3 -c 'import json, sys; print(*[key for key in json.load(open(sys.argv[1])) if key.endswith("Command")])' "$file")"
  ! lacks=$(debian_lacks "${image##*:}") || skip "$lacks"
  debian_make "${image##*:}" "$dir"
  # What the image has beside a bare Debian, as far as the commands need it: its user, who may do all by sudo.
  debian_run "$dir" bash -ec 'apt-get install -qq -y --no-install-recommends sudo git curl ca-certificates
    useradd -m -s /bin/bash vscode
    echo "vscode ALL=(root) NOPASSWD:ALL" >/etc/sudoers.d/vscode' >apt 2>&1 || { cat apt; debian_gone "$dir"; return 1; }
  clean_copy "$dir/workspaces/bothends"
  local path status=0
  path=$(value '["remoteEnv"]["PATH"]')
  path=${path//'${containerWorkspaceFolder}'//workspaces/bothends}
  path=${path//'${containerEnv:PATH}'//usr/local/bin:/usr/bin:/bin}
  debian_run "$dir" bash -ec 'chown -R vscode: /workspaces; exec runuser -u vscode -- bash -ec "cd /workspaces/bothends; $1"' \
    bash "$(value '["postCreateCommand"]')" >created 2>&1 </dev/null || { tail -n 40 created; debian_gone "$dir"; return 1; }
  # Then its terminal finds the programs, and the ports that are forwarded are those of the servers.
  debian_alone "$dir" runuser -u vscode -- timeout 60 env "PATH=$path" bash -euc 'cd /workspaces/bothends
    exec {said}< <(exec tcp-upper-server -q 0)
    read -r line <&$said
    [ "$(tcp-upper-client 127.0.0.1 "${line##* }" <<<hello)" = HELLO ]
    exec {said}< <(exec web-server -q -d docs)
    read -r line <&$said
    echo "$line" | grep " port $1\$"
    curl -sf "http://127.0.0.1:$1/web.md" | cmp - docs/web.md
    ./scripts/grade tcp-greet-client -- python3 tests/grade/tcp-greet-client.py {host} {port}' bash "$(value '["forwardPorts"][0]')" >used 2>&1 </dev/null || status=$?
  cat used
  debian_gone "$dir"
  same 0 "$status"
}
