#!/usr/bin/env bats
# What a person types in scripts/: setup, demo, test, bench; and a fresh clone.
# variants: plain
# slow
# alone
load helper

teardown() {
  tmux -S outer kill-server 2>/dev/null || true
  end_all
}

# --- setup ---

# In path/, for anybody to use: the commands of this machine, but for the named ones.
path_without() {
  tools_without path "$@"
  chmod 755 . path
}

@test "setup --check reports a line for each tool, port, IPv6 and netcat" {
  run "$ROOT/scripts/setup" --check
  same 0 "$status"
  for what in cc cmake bats socat 'port 12000 is free\|in use   port 12000\|which ports are in use' 'IPv6 loopback' 'localhost is: ' 'nc is: '; do
    grep -q -- "$what" <<<"$output" || { echo "no line for $what"; return 1; }
  done
}

@test "setup --check names who has a default port" {
  need ss ps
  alone
  start server "$BIN_DIR/tcp-upper-server" -q 12000
  eventually in_use 12000
  run "$ROOT/scripts/setup" --check
  [[ $output == *"in use   port 12000, by tcp-upper-server (pid $PID): end it, or give the pair another port"* ]]
}

@test "setup names what is missing, and without rights the one command to run" {
  need setpriv
  path_without socat mandoc
  local user=()
  [ "$(id -u)" != 0 ] || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  cp "$ROOT/scripts/setup" . && chmod 755 setup
  # sudo must not work here without a password: a sudo of our own says no.
  rm -f path/sudo && printf '#!/bin/sh\nexit 1\n' >path/sudo && chmod 755 path/sudo
  "${user[@]}" env PATH=path test -r setup || skip "user nobody cannot reach the test's folder"
  run "${user[@]}" env PATH=path bash ./setup --all </dev/null
  same 1 "$status"
  grep -q 'setup: missing: .*mandoc.*socat' <<<"$output"
  grep -q 'setup: run this: sudo .*install.* mandoc .*socat' <<<"$output"
  # The default run needs neither: it is light.
  run "${user[@]}" env PATH=path bash ./setup </dev/null
  never grep -q 'mandoc\|socat' <<<"$output"
}

@test "setup: no package that it installs starts a service" {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || skip "setup installs only as root, on Debian"
  [ ! -e /usr/sbin/policy-rc.d ] || skip "this machine has a policy for services already"
  path_without mandoc apt-get apt-cache
  # An apt-get of our own, which asks what a package that has a service asks.
  printf '#!/bin/sh\nfor word; do [ "$word" != install ] || { /usr/sbin/policy-rc.d mandoc start; echo "policy $?" >%q/asked; }; done\n' "$PWD" >path/apt-get
  printf '#!/bin/sh\n' >path/apt-cache
  chmod 755 path/apt-get path/apt-cache
  run env PATH="$PWD/path" bash "$ROOT/scripts/setup" --all </dev/null
  same 0 "$status"
  same "policy 101" "$(cat asked)"
  [ ! -e /usr/sbin/policy-rc.d ]
}

@test "setup: with nothing missing it says so and changes nothing" {
  run "$ROOT/scripts/setup" --build
  same 0 "$status"
  same "setup: nothing is missing" "$output"
}

@test "setup and demo: a wrong argument is told, with status 2" {
  run "$ROOT/scripts/setup" --nonsense
  same 2 "$status"
  run "$ROOT/scripts/demo" no-such-pair
  same 2 "$status"
  [[ $output == "demo: there is no pair 'no-such-pair'; these there are:"*tcp-upper* ]]
}

# --- demo ---

@test "demo without a terminal: every pair talks, in order, and ends by itself" {
  alone
  local pair
  for pair in $("$ROOT/scripts/demo" -l | awk 'NR > 1 {print $1}'); do
    timeout 60 "$ROOT/scripts/demo" "$pair" >"$pair.out" 2>"$pair.log" </dev/null || { cat "$pair.out" "$pair.log"; return 1; }
  done
  # The transcript of the main pair: both ends, each line where it belongs.
  sed -E 's/127\.0\.0\.1:[0-9]+/A:P/' tcp-upper.out >plain
  [[ $(cat plain) == *"client < hello, world"$'\n'"server | ...connected from: A:P"$'\n'"server | A:P recv: 'hello, world\\n'"$'\n'"server | A:P sent: 'HELLO, WORLD\\n'"$'\n'"client > HELLO, WORLD"* ]]
  # Behind it the ladder of that run: a message's way to the call that received it (its end is at the
  # client's send, or at the recv that already waits when the server comes to it).
  grep -Eq '[┼├] send\([0-9]+\) = 13' tcp-upper.out
  grep -Eq 'recv(\([0-9]+\))? = 13 ┤◄─+ "hello, world\\n" ─+[┼┊]' tcp-upper.out
  grep -q 'client > Thank you for connecting' tcp-greet.out
  grep -q 'client > OK...first message' udp-echo.out
  grep -q 'client > 3 sent, 3 received, 0% lost' udp-ping.out
  never in_use 12000
}

@test "demo: the default port is taken, so it takes another one" {
  slow
  alone
  start other "$BIN_DIR/tcp-echo-server" 12000
  eventually in_use 12000
  run timeout 60 "$ROOT/scripts/demo" </dev/null
  same 0 "$status"
  [[ $output == *EADDRINUSE*"client > HELLO, WORLD"* ]]
}

@test "demo in tmux: server above, client below, a key for each step; nothing stays behind" {
  need tmux
  alone
  local screen='tmux -S outer'
  # shellcheck disable=SC2086
  $screen -f /dev/null new-session -d -x 100 -y 30 "env -u TMUX '$ROOT/scripts/demo'; echo ended >ended" 3>&- 4>&-
  shows() { $screen capture-pane -p | grep -qF -- "$1"; }
  press() { $screen send-keys "$1"; }
  eventually shows 'Next, in the server: start tcp-upper-server'
  press x
  eventually shows 'tcp-upper-server: listening on 127.0.0.1 port 12000'
  press x
  eventually shows 'Input lowercase sentence:'
  press x
  eventually shows 'From Server: HELLO, WORLD'
  press x
  eventually shows 'From Server: BOTH ENDS OF THE PIPE'
  press x
  eventually shows 'closed connection'
  eventually shows 'TIME_WAIT' # the ladder, drawn as it happens
  press x
  eventually test -e ended
  never in_use 12000
}

@test "demo in tmux: when its port is taken, the server gets another one, and the client meets it there" {
  slow
  need tmux
  alone
  start other "$BIN_DIR/tcp-echo-server" 12345
  eventually in_use 12345
  local screen='tmux -S outer'
  # shellcheck disable=SC2086
  $screen -f /dev/null new-session -d -x 120 -y 30 "'$ROOT/scripts/demo' tcp-greet; echo ended >ended" 3>&- 4>&-
  shows() { $screen capture-pane -p | grep -qF -- "$1"; }
  press() { $screen send-keys x; }
  eventually shows 'Next, in the server: start tcp-greet-server'
  press
  eventually shows 'its port is taken; let the system pick one'
  press
  eventually shows 'Next, in the client: start tcp-greet-client 127.0.0.1'
  press
  eventually shows 'Thank you for connecting'
  eventually shows 'That was the pair'
  press
  eventually test -e ended
}

@test "demo inside somebody's tmux: Ctrl-C in the middle leaves no process and no port behind" {
  slow
  need tmux
  alone
  local screen='tmux -S outer'
  # shellcheck disable=SC2086
  $screen -f /dev/null new-session -d -x 100 -y 30 "'$ROOT/scripts/demo'; echo ended >ended" 3>&- 4>&-
  shows() { $screen capture-pane -p | grep -qF -- "$1"; }
  eventually shows 'Next, in the server'
  $screen send-keys x
  eventually in_use 12000
  $screen send-keys C-c
  eventually test -e ended
  never in_use 12000
}

@test "demo without a terminal: ended in the middle, it leaves nothing behind" {
  alone
  start demo "$ROOT/scripts/demo" udp-ping
  eventually grep -q 'client \$' demo.out
  kill "$PID"
  eventually ended "$PID"
  never in_use 8888
}

# --- bench ---

@test "scripts/bench: one short round gives the table, the goals and the plot" {
  deep
  need ss
  run timeout 300 "$ROOT/scripts/bench" -r 1 -s 0.05
  same 0 "$status"
  grep -q '^bare threads  *[0-9]' <<<"$output"
  grep -q '^tcp-echo-server-threaded  *at least 0.93 of bare threads' <<<"$output"
  grep -q '^tcp-echo-server-polled  *10000 idle connections, [0-9]* bytes each\|not tried' <<<"$output"
  python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$ROOT/build/bench.svg"
}

# --- a fresh clone ---

@test "in a fresh clone the README's build works, installs, and is called by its name" {
  slow
  git clone -q "$ROOT" clone 2>/dev/null || skip "this is no clone"
  cd clone
  grep -qx 'cmake -S . -B build && cmake --build build' README.md
  cmake -S . -B build >/dev/null && cmake --build build >/dev/null
  build/bin/tcp-upper-client --version
  cmake --install build --prefix "$PWD/installed" >/dev/null
  installed/bin/tcp-upper-server --help
  [ -e installed/share/man/man1/tcp-upper-server.1 ]
  [ -z "$(git status --porcelain --untracked-files=normal | grep -v '^?? installed/')" ]
  # The instruments find their libraries without the build, also as links and under another prefix.
  rm -r build
  mv installed moved
  mkdir links
  ln -s ../moved/bin/socktrace ../moved/bin/sockfault links
  PORT=$(free_port)
  for bin in moved/bin links; do
    run timeout "$PATIENCE" "$bin/socktrace" moved/bin/tcp-upper-client 127.0.0.1 "$PORT" <<<hello
    [[ $output == *'connect('*ECONNREFUSED* ]]
    run timeout "$PATIENCE" "$bin/sockfault" refuse moved/bin/tcp-upper-client 127.0.0.1 "$PORT" <<<hello
    [[ $output == "sockfault: refuse: connect("*") to 127.0.0.1 port $PORT is refused"* ]]
  done
}
