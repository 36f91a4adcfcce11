/* SPDX-License-Identifier: MIT */
#ifndef WEB_LISTING_H
#define WEB_LISTING_H

#include "file.h"
#include "text.h"

/* Adds an HTML page that lists what can be had from the directory PATH, open as FD, which it
 * closes. Returns 0, or -1 and errno. */
int listing_write(struct text *t, const struct site *site, const struct path *path, int fd);

#endif
