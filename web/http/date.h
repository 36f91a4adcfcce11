/* SPDX-License-Identifier: MIT */
/* HTTP's dates (RFC 9110, 5.6.7), without the C library's: those speak the user's language. */
#ifndef WEB_DATE_H
#define WEB_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATE_BYTES = 30 }; /* "Sun, 06 Nov 1994 08:49:37 GMT" and its end */

/* Writes SECONDS since 1970 (years 0 to 9999, else the nearest of them) as an IMF-fixdate. */
void date_write(char to[DATE_BYTES], int64_t seconds);

/* Writes SECONDS as the log and the listing do: "21/Nov/2026:07:48:20 +0000", "2026-11-21 07:48".
 */
void date_write_log(char to[DATE_BYTES], int64_t seconds);
void date_write_short(char to[DATE_BYTES], int64_t seconds);

/* Reads LENGTH bytes at S in any of the three formats into *SECONDS. NOW settles the century of a
 * two-digit year (at most 50 years ahead). False: this is no HTTP-date, and is to be ignored. */
bool date_read(const char *s, size_t length, int64_t now, int64_t *seconds);

#endif
