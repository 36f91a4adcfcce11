#!/usr/bin/env bats
# The grader marks rightly: the exercises web-*. Each reference and a program of ours of each kind gets full
# marks, and each mutant loses what its mistake costs, and keeps what is beside it. See tests/grade/prove.py.
# variants: plain
# slow
# all: the whole proof of the grader, web
# takes: 90 s
load helper

@test "the grader marks references, programs of ours and mutants rightly: web" {
  JOBS=4 timeout 1100 python3 "$ROOT/tests/grade/prove.py" 'web-*'
}
