/* SPDX-License-Identifier: MIT */
/* What the two web servers have in common besides the core. */
#ifndef WEB_H
#define WEB_H

#include "../common/options.h"
#include "core/file.h"

/* Opens the directory to be served, -d's or the current one, and prepares *SITE; dies if it cannot.
 */
void open_site(struct site *site, const struct options *o);

/* The two first lines of a web server's output: where it listens, and what to open in a browser. */
void announce_url(int fd, const struct options *o);

/* Milliseconds on a clock that nobody sets. POSIX: CLOCK_MONOTONIC. */
int64_t milliseconds(void);

#endif
