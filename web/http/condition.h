/* SPDX-License-Identifier: MIT */
/* Conditional requests (RFC 9110, 13): does the client have this already, does it still apply? */
#ifndef WEB_CONDITION_H
#define WEB_CONDITION_H

#include "head.h"

struct validators {
    const char *etag; /* as sent: "x" in quotes, with W/ before a weak one; NULL: there is none */
    int64_t modified; /* Last-Modified, seconds since 1970; with no tag it is unknown, too */
    int64_t now;      /* when the answer is made, the same clock */
};

/* Judges the preconditions of a GET or HEAD that would be answered 200, in the order of RFC 9110,
 * 13.2.2. Returns 0 (go on), 304 or 412; *RULE and *SECTION say why. */
int condition_judge(const struct head *h, const struct validators *v, const char **rule,
                    const char **section);

/* Whether a Range field applies after a look at If-Range (RFC 9110, 13.1.5). */
bool condition_range_applies(const struct head *h, const struct validators *v);

#endif
