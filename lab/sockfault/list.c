/* SPDX-License-Identifier: MIT */
/* The list of faults: read from text, and the dice behind "now and then". */
#include "list.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum unit { NOTHING, PERCENT, TIME, RATE, COUNT };

static const struct {
    const char *name;
    enum unit unit;
} known[FAULTS] = {
    [FAULT_SHORT] = {"short", NOTHING},
    [FAULT_BYTE] = {"byte", NOTHING},
    [FAULT_EINTR] = {"eintr", NOTHING},
    [FAULT_DROP] = {"drop", PERCENT},
    [FAULT_DUP] = {"dup", PERCENT},
    [FAULT_REORDER] = {"reorder", NOTHING},
    [FAULT_DELAY] = {"delay", TIME},
    [FAULT_JITTER] = {"jitter", TIME},
    [FAULT_SLOW] = {"slow", RATE},
    [FAULT_REFUSE] = {"refuse", NOTHING},
    [FAULT_RST] = {"rst", NOTHING},
    [FAULT_EMFILE] = {"emfile", COUNT},
    [FAULT_WOULDBLOCK] = {"wouldblock", NOTHING},
};

static const char *const wanted[] = {
    [NOTHING] = "takes no value",
    [PERCENT] = "wants a percentage from 0% to 100%, such as 30%",
    [TIME] = "wants a time up to an hour, such as 50ms or 2s",
    [RATE] = "wants bytes a second from 1 to 1000000000, such as 1000",
    [COUNT] = "wants a number of sockets from 0 to 1000000, such as 2",
};

const char *fault_name(enum fault fault)
{
    return known[fault].name;
}

/* Reads the text after '=' (NULL: there was none). False: it is not what the unit wants. */
static bool read_value(enum unit unit, const char *text, long *value)
{
    char *end;

    if (unit == NOTHING)
        return text == NULL;
    if (text == NULL || !isdigit((unsigned char)text[0]) || strlen(text) > 12)
        return false;
    long long number = strtoll(text, &end, 10);
    if (number > 1000000000)
        return false;
    *value = (long)number;
    switch (unit) {
    case PERCENT:
        return strcmp(end, "%") == 0 && number <= 100;
    case TIME:
        if (strcmp(end, "s") == 0 && number <= 3600)
            *value = (long)number * 1000;
        else if (strcmp(end, "ms") != 0)
            return false;
        return *value <= 3600 * 1000;
    case RATE:
        return *end == '\0' && number >= 1;
    default:
        return *end == '\0' && number <= 1000000;
    }
}

/* One fault out of the list; item is its text, and is written to. NULL, or what is wrong. */
static const char *parse_one(struct faults *faults, char *item)
{
    char *value = strchr(item, '=');

    if (value != NULL)
        *value++ = '\0';
    for (int f = 0; f < FAULTS; f++) {
        if (strcmp(item, known[f].name) != 0)
            continue;
        if (!read_value(known[f].unit, value, &faults->value[f]))
            return wanted[known[f].unit];
        faults->on[f] = true;
        return NULL;
    }
    return "is not one of short, byte, eintr, drop=N%, dup=N%, reorder, delay=Nms, jitter=Nms, "
           "slow=N, refuse, rst, emfile=N, wouldblock";
}

bool faults_parse(struct faults *faults, const char *list, char *error, size_t size)
{
    int number = 1;

    for (;;) {
        size_t length = strcspn(list, ",");
        char item[32];
        snprintf(item, sizeof item, "%.*s", (int)(length < 31 ? length : 31), list);
        const char *wrong = parse_one(faults, item);
        if (wrong != NULL) {
            snprintf(error, size, "fault %d, '%.*s': %s", number, (int)(length < 60 ? length : 60),
                     list, wrong);
            return false;
        }
        if (list[length] == '\0')
            break;
        list += length + 1;
        number++;
    }
    if (faults->on[FAULT_JITTER] && !faults->on[FAULT_DELAY]) {
        snprintf(error, size, "fault 'jitter': it varies a delay: add one, such as delay=50ms");
        return false;
    }
    return true;
}

/* SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), addressed by number instead of walked: the n-th
 * throw needs no history, so no thread and no fork can change it. */
uint64_t faults_dice(uint64_t seed, enum fault fault, uint64_t n)
{
    uint64_t z = seed + UINT64_C(0x9e3779b97f4a7c15) * (n * FAULTS + (uint64_t)fault + 1);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
