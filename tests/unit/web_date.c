/* SPDX-License-Identifier: MIT */
/* HTTP-dates against the C library's calendar, and against what they must not be. */
#include "../../web/http/date.h"
#include "web_check.h"

#include <stdlib.h>
#include <time.h>

enum { BAD = 0, GOOD = 1 };
static const int64_t now = 1795247300; /* 2026-11-21 07:48:20 UTC, by date(1) */

static const struct {
    const char *name, *text;
    int good;
    int64_t seconds; /* by date -u -d ... +%s */
} tests[] = {
    {"RFC 9110 5.6.7: IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", GOOD, 784111777},
    {"RFC 9110 5.6.7: RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", GOOD, 784111777},
    {"RFC 9110 5.6.7: asctime", "Sun Nov  6 08:49:37 1994", GOOD, 784111777},
    {"RFC 9110 5.6.7: asctime, two digits", "Wed Nov 16 08:49:37 1994", GOOD, 784975777},
    {"RFC 9110 5.6.7: two digits within 50 years", "Saturday, 21-Nov-76 07:48:20 GMT", GOOD,
     3373170500},
    {"RFC 9110 5.6.7: two digits, more than 50 years", "Monday, 21-Nov-77 07:48:20 GMT", GOOD,
     248946500},
    {"RFC 9110 5.6.7: the epoch", "Thu, 01 Jan 1970 00:00:00 GMT", GOOD, 0},
    {"RFC 9110 5.6.7: before it", "Wed, 31 Dec 1969 23:59:59 GMT", GOOD, -1},
    {"RFC 9110 5.6.7: the year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", GOOD, 253402300799},
    {"RFC 9110 5.6.7: a leap day", "Thu, 29 Feb 2024 00:00:00 GMT", GOOD, 1709164800},
    {"RFC 9110 5.6.7: a leap day in 2000", "Tue, 29 Feb 2000 00:00:00 GMT", GOOD, 951782400},
    {"RFC 9110 5.6.7: no leap day", "Tue, 29 Feb 2023 00:00:00 GMT", BAD, 0},
    {"RFC 9110 5.6.7: no leap day in 2100", "Mon, 29 Feb 2100 00:00:00 GMT", BAD, 0},
    {"RFC 9110 5.6.7: a leap second", "Sat, 31 Dec 2016 23:59:60 GMT", GOOD, 1483228800},
    {"RFC 9110 5.6.7: day 0", "Sun, 00 Nov 1994 08:49:37 GMT", BAD, 0},
    {"RFC 9110 5.6.7: day 31 of 30", "Sun, 31 Nov 1994 08:49:37 GMT", BAD, 0},
    {"RFC 9110 5.6.7: hour 24", "Sun, 06 Nov 1994 24:00:00 GMT", BAD, 0},
    {"RFC 9110 5.6.7: minute 60", "Sun, 06 Nov 1994 08:60:00 GMT", BAD, 0},
    {"RFC 9110 5.6.7: second 61", "Sun, 06 Nov 1994 08:49:61 GMT", BAD, 0},
    {"RFC 9110 5.6.7: another zone", "Sun, 06 Nov 1994 08:49:37 CET", BAD, 0},
    {"RFC 9110 5.6.7: an offset", "Sun, 06 Nov 1994 08:49:37 +0000", BAD, 0},
    {"RFC 9110 5.6.7: case matters", "sun, 06 nov 1994 08:49:37 gmt", BAD, 0},
    {"RFC 9110 5.6.7: one digit", "Sun, 6 Nov 1994 08:49:37 GMT", BAD, 0},
    {"RFC 9110 5.6.7: cut short", "Sun, 06 Nov 1994 08:49:37", BAD, 0},
    {"RFC 9110 5.6.7: something after it", "Sun, 06 Nov 1994 08:49:37 GMT ", BAD, 0},
    {"RFC 9110 5.6.7: nothing", "", BAD, 0},
    {"RFC 9110 5.6.7: a short day's name in RFC 850", "Sun, 06-Nov-94 08:49:37 GMT", BAD, 0},
    {"RFC 9110 5.6.7: no such month", "Sun, 06 Foo 1994 08:49:37 GMT", BAD, 0},
};

int main(void)
{
    char text[DATE_BYTES], expected[64];
    int64_t seconds = 0;

    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        size_t length = strlen(tests[i].text);
        char *copy = malloc(length > 0 ? length : 1); /* not terminated */
        if (copy == NULL)
            abort();
        memcpy(copy, tests[i].text, length);
        int good = date_read(copy, length, now, &seconds);
        free(copy);
        check_number(tests[i].name, "accepted", tests[i].good, good);
        if (good && tests[i].good)
            check_number(tests[i].name, "seconds", tests[i].seconds, seconds);
    }
    /* Every 9 hours and some through four centuries, against gmtime and strftime in the C locale.
     */
    for (int64_t t = -2208988800; t < 10413792000; t += 3222223 * 7) {
        time_t clock = (time_t)t;
        struct tm tm;
        if (gmtime_r(&clock, &tm) == NULL)
            abort();
        strftime(expected, sizeof expected, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        date_write(text, t);
        check_text("RFC 9110 5.6.7: as strftime writes it", expected, text, strlen(text));
        check_number(expected, "reads back", 1, date_read(text, strlen(text), now, &seconds));
        check_number(expected, "seconds", t, seconds);
        strftime(expected, sizeof expected, "%A, %d-%b-%y %H:%M:%S GMT", &tm);
        if (tm.tm_year + 1900 > 2026 - 50 && tm.tm_year + 1900 <= 2026 + 50) {
            check_number(expected, "reads", 1,
                         date_read(expected, strlen(expected), now, &seconds));
            check_number(expected, "seconds", t, seconds);
        }
        strftime(expected, sizeof expected, "%a %b %e %H:%M:%S %Y", &tm);
        check_number(expected, "reads", 1, date_read(expected, strlen(expected), now, &seconds));
        check_number(expected, "seconds", t, seconds);
    }
    date_write(text, INT64_MAX);
    check_text("the last date", "Fri, 31 Dec 9999 23:59:59 GMT", text, strlen(text));
    date_write(text, INT64_MIN);
    check_text("the first date", "Sat, 01 Jan 0000 00:00:00 GMT", text, strlen(text));
    date_write_log(text, 784111777);
    check_text("the log's format", "06/Nov/1994:08:49:37 +0000", text, strlen(text));
    date_write_short(text, 784111777);
    check_text("the listing's format", "1994-11-06 08:49", text, strlen(text));
    return check_end();
}
