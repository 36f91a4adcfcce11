/* SPDX-License-Identifier: MIT */
/* Checks that say what was expected and what came, and go on. */
#ifndef WEB_CHECK_H
#define WEB_CHECK_H

#include <stdio.h>
#include <string.h>

static int checks, failures;

static void check_number(const char *test, const char *what, long long expected, long long actual)
{
    checks++;
    if (expected != actual && ++failures)
        printf("not ok: %s: %s: expected %lld, was %lld\n", test, what, expected, actual);
}

static inline void check_text(const char *test, const char *expected, const char *actual,
                              size_t length)
{
    checks++;
    if ((strlen(expected) != length || memcmp(expected, actual, length) != 0) && ++failures)
        printf("not ok: %s: expected \"%s\", was \"%.*s\"\n", test, expected, (int)length, actual);
}

static int check_end(void)
{
    printf("%d checks, %d failures\n", checks, failures);
    return failures > 0 || checks == 0;
}

#endif
