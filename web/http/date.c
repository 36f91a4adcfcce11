/* SPDX-License-Identifier: MIT */
/* Dates in HTTP's one format for writing and three for reading. */
#include "date.h"

#include <stdio.h>
#include <string.h>

static const char month_names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char day_names[7][10] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

struct date {
    int year, month, day, hour, minute, second; /* month and day count from 1 */
};

/* Days from 1970-01-01 to the first of March of YEAR, which begins the year here, so that a leap
 * day comes last; then 30.6 days to the month. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    int64_t era = (y + 400) / 400 - 1; /* years of the calendar before year 0 do not come here */
    int64_t of_era = y - era * 400;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * m + 2) / 5 + day - 1 -
           719468;
}

static struct date split(int64_t seconds, int *weekday)
{
    const int64_t first = days_of(0, 1, 1) * 86400, last = days_of(9999, 12, 31) * 86400 + 86399;
    struct date d = {0, 1, 1, 0, 0, 0};

    if (seconds < first)
        seconds = first;
    if (seconds > last)
        seconds = last;
    int64_t days = (seconds - first) / 86400, left = (seconds - first) % 86400;
    d.year = (int)(days / 366); /* never too late: then forward, a few steps at most */
    days += first / 86400;
    while (days_of(d.year + 1, 1, 1) <= days)
        d.year += 1 + (int)((days - days_of(d.year + 1, 1, 1)) / 366);
    while (d.month < 12 && days_of(d.year, d.month + 1, 1) <= days)
        d.month++;
    d.day = (int)(days - days_of(d.year, d.month, 1)) + 1;
    d.hour = (int)(left / 3600);
    d.minute = (int)(left / 60 % 60);
    d.second = (int)(left % 60);
    *weekday = (int)(((days + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    return d;
}

void date_write(char to[DATE_BYTES], int64_t seconds)
{
    int weekday;
    struct date d = split(seconds, &weekday);
    snprintf(to, DATE_BYTES, "%.3s, %02u %s %04u %02u:%02u:%02u GMT", day_names[weekday],
             (unsigned)d.day % 100, month_names[d.month - 1], (unsigned)d.year % 10000,
             (unsigned)d.hour % 100, (unsigned)d.minute % 100, (unsigned)d.second % 100);
}

void date_write_log(char to[DATE_BYTES], int64_t seconds)
{
    int weekday;
    struct date d = split(seconds, &weekday);
    snprintf(to, DATE_BYTES, "%02u/%s/%04u:%02u:%02u:%02u +0000", (unsigned)d.day % 100,
             month_names[d.month - 1], (unsigned)d.year % 10000, (unsigned)d.hour % 100,
             (unsigned)d.minute % 100, (unsigned)d.second % 100);
}

void date_write_short(char to[DATE_BYTES], int64_t seconds)
{
    int weekday;
    struct date d = split(seconds, &weekday);
    snprintf(to, DATE_BYTES, "%04u-%02u-%02u %02u:%02u", (unsigned)d.year % 10000,
             (unsigned)d.month % 100, (unsigned)d.day % 100, (unsigned)d.hour % 100,
             (unsigned)d.minute % 100);
}

/* Matches PATTERN: 0 is a digit, m the month's name, w and W the short and the long name of the
 * day, s a space or a digit; anything else is itself. Numbers go to NUMBER in turn. */
static bool match(const char *s, size_t length, const char *pattern, int number[6], int *month)
{
    const char *end = s + length;
    size_t numbers = 0;

    while (*pattern != '\0') {
        if (*pattern == 'm') {
            for (*month = 0; *month < 12; ++*month)
                if (end - s >= 3 && memcmp(s, month_names[*month], 3) == 0)
                    break;
            if (++*month > 12)
                return false;
            s += 3;
            pattern++;
        } else if (*pattern == 'w' || *pattern == 'W') {
            size_t taken = 0;
            for (int i = 0; i < 7 && taken == 0; i++) {
                size_t n = *pattern == 'w' ? 3 : strlen(day_names[i]);
                if ((size_t)(end - s) >= n && memcmp(s, day_names[i], n) == 0)
                    taken = n;
            }
            if (taken == 0)
                return false;
            s += taken;
            pattern++;
        } else if (*pattern == '0' || *pattern == 's') {
            int n = 0;
            for (; *pattern == '0' || *pattern == 's'; pattern++, s++) {
                if (s == end || !((*s >= '0' && *s <= '9') || (*s == ' ' && *pattern == 's')))
                    return false;
                n = n * 10 + (*s == ' ' ? 0 : *s - '0');
            }
            number[numbers++] = n;
        } else {
            if (s == end || *s++ != *pattern++)
                return false;
        }
    }
    return s == end;
}

bool date_read(const char *s, size_t length, int64_t now, int64_t *seconds)
{
    int n[6], month, weekday;
    struct date d;

    if (match(s, length, "w, 00 m 0000 00:00:00 GMT", n, &month)) { /* IMF-fixdate */
        d = (struct date){n[1], month, n[0], n[2], n[3], n[4]};
    } else if (match(s, length, "W, 00-m-00 00:00:00 GMT", n, &month)) { /* RFC 850's */
        int this_year = split(now, &weekday).year;
        d = (struct date){this_year - this_year % 100 + n[1], month, n[0], n[2], n[3], n[4]};
        if (d.year > this_year + 50)
            d.year -= 100;
    } else if (match(s, length, "w m s0 00:00:00 0000", n, &month)) { /* asctime()'s */
        d = (struct date){n[4], month, n[0], n[1], n[2], n[3]};
    } else {
        return false;
    }
    int next_month = d.month == 12 ? 1 : d.month + 1, next_year = d.year + (d.month == 12);
    if (d.day < 1 || d.day > days_of(next_year, next_month, 1) - days_of(d.year, d.month, 1) ||
        d.hour > 23 || d.minute > 59 || d.second > 60) /* 60: a leap second */
        return false;
    *seconds = ((days_of(d.year, d.month, d.day) * 24 + d.hour) * 60 + d.minute) * 60 + d.second;
    return true;
}
