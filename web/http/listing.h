/* SPDX-License-Identifier: MIT */
/* A directory as a page, made in parts: it may have 100,000 entries, and others wait. */
#ifndef WEB_LISTING_H
#define WEB_LISTING_H

#include "file.h"
#include "head.h"
#include "text.h"

struct listing;

/* Begins a list of what can be had from the directory PATH, open as FD, which it closes sooner or
 * later. NULL: errno says why. */
struct listing *listing_open(const struct path *path, int fd);

/* Does a part of the work, a fraction of a millisecond. DONE: *PAGE, empty at first, is the whole
 * page in HTML, unless its memory ran out (page->failed). */
enum progress listing_go_on(struct listing *l, const struct site *site, struct text *page);

/* Frees L; NULL is allowed. */
void listing_close(struct listing *l);

#endif
