#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Gradescope runs this once, as root, when it builds the image of an assignment: it installs what the
# grader needs, and builds the programs at the other end. If your students' language needs more (node,
# golang, default-jdk), add it to the packages.
set -euo pipefail
cd "$(dirname "$0")"
. ./exercise # EXERCISE, COMMAND, BUILD, TARGETS

packages=(bats cmake make gcc libc6-dev iproute2 procps python3)
missing=false
for tool in bats cmake make cc ss ps python3; do command -v $tool >/dev/null || missing=true; done
if $missing; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install -y --no-install-recommends "${packages[@]}"
fi
cmake -S bothends -B bothends/build >/dev/null
cmake --build bothends/build -j"$(getconf _NPROCESSORS_ONLN)" --target "${TARGETS[@]}"
