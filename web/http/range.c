/* SPDX-License-Identifier: MIT */
/* Range: bytes=0-499, 1000-, -500. */
#include "range.h"
#include "head.h"
#include "target.h"

#include <string.h>

/* Takes digits off S; too large a number stays at the largest one, which lies beyond any file. */
static bool take_number(const char **s, const char *end, uint64_t *value)
{
    const char *start = *s;
    for (*value = 0; *s < end && is_digit(**s); ++*s) {
        uint64_t digit = (uint64_t)(**s - '0');
        *value = *value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *value * 10 + digit;
    }
    return *s > start;
}

/* One range-spec into first and last; false if it is no range-spec (RFC 9110, 14.1.1). A range that
 * lies outside the file comes back with FIRST beyond it. */
static bool read_spec(const char *s, size_t length, uint64_t size, uint64_t *first, uint64_t *last)
{
    const char *end = s + length;

    if (*s == '-') { /* suffix-range: the last so many bytes */
        uint64_t suffix;
        s++;
        if (!take_number(&s, end, &suffix) || s != end)
            return false;
        *first = suffix == 0 ? size : suffix < size ? size - suffix : 0;
        *last = UINT64_MAX;
        return true;
    }
    if (!take_number(&s, end, first) || s == end || *s++ != '-')
        return false;
    if (s == end) {
        *last = UINT64_MAX;
        return true;
    }
    return take_number(&s, end, last) && s == end && *last >= *first;
}

/* Adds one range, swallowing those it overlaps or touches (RFC 9110, 15.3.7.2). */
static int add(struct range *range, int count, uint64_t first, uint64_t end)
{
    for (int i = 0; i < count; i++) {
        uint64_t other = range[i].first, other_end = other + range[i].length;
        if (first <= other_end && other <= end) {
            first = first < other ? first : other;
            end = end > other_end ? end : other_end;
            memmove(range + i, range + i + 1, (size_t)(--count - i) * sizeof *range);
            i = -1; /* what has grown may touch another one now */
        }
    }
    if (count < RANGES_MAX)
        range[count] = (struct range){first, end - first};
    return count + 1;
}

int range_read(const char *s, size_t length, uint64_t size, struct range range[RANGES_MAX])
{
    const char *spec;
    size_t spec_length;
    int count = 0;
    bool any = false;

    if (length < 6 || !same_word(s, 6, "bytes=")) /* the unit, in any case: RFC 9110, 14.1 */
        return 0;
    s += 6;
    length -= 6;
    while (list_next(&s, &length, &spec, &spec_length)) {
        uint64_t first, last;
        if (!read_spec(spec, spec_length, size, &first, &last))
            return RANGES_BAD;
        any = true;
        if (first >= size)
            continue;
        count = add(range, count, first, last < size ? last + 1 : size);
        if (count > RANGES_MAX)
            return 0;
    }
    return count > 0 ? count : any ? RANGES_UNMET : RANGES_BAD;
}
