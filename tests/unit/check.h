/* SPDX-License-Identifier: MIT */
/* The checks of the unit tests: each prints where it stands, what was expected and what came. */
#ifndef CHECK_H
#define CHECK_H
#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK_INT(expected, actual)                                                                \
    do {                                                                                           \
        long long e_ = (long long)(expected), a_ = (long long)(actual);                            \
        if (e_ != a_ && ++failures)                                                                \
            printf("%s:%d: %s: expected %lld, got %lld\n", __FILE__, __LINE__, #actual, e_, a_);   \
    } while (0)

#define CHECK_TEXT(expected, actual)                                                               \
    do {                                                                                           \
        const char *e_ = (expected), *a_ = (actual);                                               \
        if (strcmp(e_, a_) != 0 && ++failures)                                                     \
            printf("%s:%d: %s:\n  expected \"%s\"\n  got      \"%s\"\n", __FILE__, __LINE__,       \
                   #actual, e_, a_);                                                               \
    } while (0)

#endif
