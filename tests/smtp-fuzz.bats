#!/usr/bin/env bats
# variants: plain
# A short run of each fuzzer of mail/ over its corpus, with AddressSanitizer and UndefinedBehaviorSanitizer.
# all: fuzzing, a short run of each fuzzer of mail/
load helper

# fuzz NAME FILE...: the fuzzer of that name, with these files of mail/
fuzz() {
  need clang
  local name=$1
  shift
  clang -g -O1 -std=c11 -D_POSIX_C_SOURCE=200809L -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -o fuzz "$ROOT/tests/fuzz/$name.c" "${@/#/$ROOT/mail/}" 2>build.log || skip "clang here has no libFuzzer: $(head -n 1 build.log)"
  mkdir new
  timeout 120 ./fuzz new "$ROOT/tests/fuzz/corpus/$name" -max_len=2000 -max_total_time=5 -timeout=10 -print_final_stats=1 >fuzz.log 2>&1 ||
    { tail -n 40 fuzz.log >&2; return 1; }
  # It has run, and more than the corpus.
  (($(sed -n 's/^stat::number_of_executed_units: *//p' fuzz.log) > 1000))
}

@test "the server's half of the dialogue" { fuzz smtp_session smtp.c; }
@test "the client's encodings" { fuzz smtp_mime mime.c; }
