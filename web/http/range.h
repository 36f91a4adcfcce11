/* SPDX-License-Identifier: MIT */
/* Byte ranges (RFC 9110, 14). */
#ifndef WEB_RANGE_H
#define WEB_RANGE_H

#include <stddef.h>
#include <stdint.h>

enum {
    RANGES_MAX = 16,   /* more parts than this are served as the whole file: RFC 9110, 17.15 */
    RANGES_UNMET = -1, /* nothing of it lies inside the file: 416 */
    RANGES_BAD = -2,   /* it is no list of ranges: 416 too (RFC 9110, 15.5.17) */
};

struct range {
    uint64_t first, length; /* LENGTH is never 0 */
};

/* Reads LENGTH bytes at S, the value of a Range field, for a file of SIZE bytes (2^63 at most),
 * into RANGE; those that overlap or touch become one. Returns the number of ranges to send,
 * RANGES_UNMET, RANGES_BAD, or 0 to ignore the field: another unit, or too many ranges. */
int range_read(const char *s, size_t length, uint64_t size, struct range range[RANGES_MAX]);

#endif
