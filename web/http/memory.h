/* SPDX-License-Identifier: MIT */
/* The memory that a process takes for what its peers ask: counted, and bounded for all of them. */
#ifndef WEB_MEMORY_H
#define WEB_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* How much may be taken in all, in bytes, when a new piece is to be of this kind. What is large is
 * refused first, so that small requests are answered while many large ones wait to be read. */
enum {
    MEMORY_MAX = 128 << 20,      /* texts of up to MEMORY_SMALL */
    MEMORY_REQUESTS = 112 << 20, /* room for another request */
    MEMORY_LARGE = 96 << 20,     /* larger texts and lists */
    MEMORY_KEPT = 64 << 20,      /* what is kept only to be faster the next time */
    MEMORY_SMALL = 64 << 10,
};

/* Counts SIZE bytes, unless that would be more than LIMIT in all: then false, and errno is ENOMEM.
 * Any thread may call these. */
bool memory_take(size_t size, size_t limit);
void memory_give_back(size_t size);

/* Bytes that are taken now. */
size_t memory_taken(void);

/* Like malloc and free, counted. NULL: LIMIT, or the system's, is reached, and errno is ENOMEM. */
void *memory_new(size_t size, size_t limit);
void memory_free(void *memory, size_t size);

/* Like realloc, from OLD_SIZE to SIZE bytes; the limit is the one for this size. */
void *memory_resize(void *old, size_t old_size, size_t size);

#endif
