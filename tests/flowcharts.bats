#!/usr/bin/env bats
# The figures of docs/flowcharts are what the programs do: every pair is run again and compared.
# variants: plain
load helper
bats_require_minimum_version 1.5.0

flowcharts() { BIN_DIR=$BIN_DIR timeout 120 "$ROOT/scripts/flowcharts" "$@" 3>&- 4>&-; }
figure() { echo "$ROOT/docs/flowcharts/$1"; }

@test "every pair still does what its figure shows" {
  flowcharts --check
}

@test "there is a figure in each form for every pair that is built, and a page that shows it" {
  while read -r pair; do
    [ -e "$(figure "$pair.txt")" ] || { echo "no figure of $pair" >&3; continue; }
    [ -s "$(figure "$pair.svg")" ]
    [ -s "$(figure "$pair.mmd")" ]
    grep -q "($pair.svg)" "$(figure README.md)"
  done < <(flowcharts --list)
}

# The boxes of one column of a figure: left or right of two.
boxes() {
  case $1 in
  left) grep -oE '[a-z0-9]+\([^)]*\)[^┤┼├│┊]*[┤┼]' ;;
  right) grep -oE '[├┼] [a-z0-9]+\(' | tr -d '├┼ ' ;;
  esac <"$(figure "$2.txt")" | sed 's/(.*//' | tr '\n' ' '
}

@test "TCP: the boxes of the lecture's figure, in its order" {
  [[ "$(boxes left tcp-upper)" =~ ^'socket bind listen accept recv send '(recv )?'close accept '$ ]]
  same 'socket connect send recv close ' "$(boxes right tcp-upper)"
}

@test "UDP: the boxes of the lecture's figure, in its order" {
  for pair in udp-upper udp-echo; do
    same 'socket bind recvfrom sendto recvfrom ' "$(boxes left $pair)"
    [[ "$(boxes right $pair)" =~ ^'socket '(connect )?'send recv close '$ ]]
  done
}

@test "a figure that is not what the programs do is found" {
  cp -r "$ROOT/docs/flowcharts" "$ROOT/scripts" .
  mkdir -p tree/docs tree/scripts
  mv flowcharts tree/docs/
  cp "$ROOT/scripts/flowcharts" tree/scripts/
  sed -i 's/listen(3)/listen(9)/' tree/docs/flowcharts/tcp-upper.txt
  run -1 env BIN_DIR="$BIN_DIR" tree/scripts/flowcharts --check tcp-upper 3>&- 4>&-
  [[ $output == *'tcp-upper: the figure is not what the programs do'* ]]
  run -0 env BIN_DIR="$BIN_DIR" tree/scripts/flowcharts --check udp-upper 3>&- 4>&-
}

@test "a pair that does not exist, an option that does not exist" {
  run -2 flowcharts no-such-pair
  [[ $output == *"there is no pair 'no-such-pair'"* ]]
  run -2 flowcharts --paint
}
