#!/usr/bin/env bats
# variants: plain
# A short run of each fuzzer over its corpus, with AddressSanitizer and UndefinedBehaviorSanitizer. A long one:
#   clang -g -O1 -fsanitize=fuzzer,address,undefined -o fuzz tests/fuzz/NAME.c web/http/*.c
#   mkdir new && ./fuzz new tests/fuzz/corpus/NAME -max_len=20000
# all: fuzzing, a short run of each fuzzer of web/
load helper

fuzz() {
  need clang
  clang -g -O1 -std=c11 -D_POSIX_C_SOURCE=200809L -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -o fuzz "$ROOT/tests/fuzz/$1.c" "$ROOT"/web/http/*.c 2>build.log || skip "clang here has no libFuzzer: $(head -n 1 build.log)"
  mkdir new
  timeout 120 ./fuzz new "$ROOT/tests/fuzz/corpus/$1" -max_len=20000 -max_total_time=5 -timeout=10 -print_final_stats=1 >fuzz.log 2>&1 ||
    { tail -n 40 fuzz.log >&2; return 1; }
  # It has run, and more than the corpus.
  (($(sed -n 's/^stat::number_of_executed_units: *//p' fuzz.log) > 1000))
}

@test "the request parser and the body parser" { fuzz web_request; }
@test "the target decoder" { fuzz web_target; }
@test "ranges and preconditions" { fuzz web_range; }
@test "dates" { fuzz web_date; }
