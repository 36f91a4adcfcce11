#!/usr/bin/env bats
# scripts/grade: that it marks rightly, that it is safe, and that its reports are what the systems expect.
# variants: plain
load helper

reference() { echo "python3 $ROOT/tests/grade/$1.py"; }
grade() { timeout 120 "$ROOT/scripts/grade" "$@"; }

# --- it marks rightly: the reference gets full marks, each mutant loses what names its mistake ---

prove() { timeout 900 python3 "$ROOT/tests/grade/prove.py" "$1"; }
@test "tcp-upper-server: its reference and its mutants" { prove tcp-upper-server; }
@test "tcp-upper-client: its reference and its mutants" { prove tcp-upper-client; }
