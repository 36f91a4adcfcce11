/* SPDX-License-Identifier: MIT */
/* Small files kept in memory, each asked about (one fstatat) before it is used, once a turn. */
#ifndef WEB_CACHE_H
#define WEB_CACHE_H

#include "file.h"

enum { CACHE_SLOTS = 512, CACHED_BYTES_MAX = 16384 }; /* 8 MiB at most */

struct cache {
    struct cached *slot[CACHE_SLOTS];
};

/* Finds PATH in the cache of SITE, still as it is on the disk: fills *F, with its content. False:
 * open it. */
bool cache_find(const struct site *site, const struct path *path, struct file *f);

/* Keeps what *F has open, if it is small and has been left alone long enough for its times to tell
 * a later change; then *F holds the content, and its descriptor is closed. */
void cache_add(const struct site *site, const struct path *path, struct file *f);

/* Gives back what cache_find or cache_add put into a struct file; NULL is allowed. */
void cache_release(struct cached *c);

/* Forgets everything that nobody holds. */
void cache_clear(struct cache *cache);

#endif
