/* SPDX-License-Identifier: MIT */
/* What the two web servers have in common besides the core. */
#ifndef WEB_H
#define WEB_H

#include "../common/options.h"
#include "http/answer.h"

/* Opens the directory to be served, -d's or the current one, and prepares *SITE; dies if it cannot.
 * Each thread has a site of its own. */
void open_site(struct site *site, const struct options *o);

/* Before a request, or several: what time is it, and which directory has the site's name now? Logs
 * it, unless QUIET, if that has become another one, or none. */
void look_at_site(struct site *site, bool quiet);

/* The two first lines of a web server's output: where it listens, and what to open in a browser. */
void announce_url(int fd, const struct options *o);

/* Writes an answer's line, and the rule broken, to the log: stdout. NOW: seconds since 1970. */
void write_log(const struct answer *a, const struct request *r, int64_t now, const char *client);

/* A warning that peers can bring about as often as they like. Zeros at first; one thread's. */
struct seldom {
    int64_t again;       /* milliseconds: not before then */
    unsigned long times; /* that it was not said meanwhile */
};

/* Warns of WHAT, as for printf, with errno, but once a minute at most; then says how often it has
 * been so since. */
void warn_seldom(struct seldom *s, const char *what, ...) __attribute__((format(printf, 2, 3)));

/* Milliseconds on a clock that nobody sets. POSIX: CLOCK_MONOTONIC. */
int64_t milliseconds(void);

#endif
