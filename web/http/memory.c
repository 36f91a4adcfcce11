/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_size_t taken;

bool memory_take(size_t size, size_t limit)
{
    if (atomic_fetch_add(&taken, size) + size <= limit)
        return true;
    memory_give_back(size);
    errno = ENOMEM;
    return false;
}

void memory_give_back(size_t size)
{
    atomic_fetch_sub(&taken, size);
}

size_t memory_taken(void)
{
    return atomic_load(&taken);
}

static void *resize(void *old, size_t old_size, size_t size, size_t limit)
{
    if (!memory_take(size - old_size, limit))
        return NULL;
    void *new = realloc(old, size);
    if (new == NULL)
        memory_give_back(size - old_size);
    return new;
}

void *memory_resize(void *old, size_t old_size, size_t size)
{
    return resize(old, old_size, size, size > MEMORY_SMALL ? MEMORY_LARGE : MEMORY_MAX);
}

void *memory_new(size_t size, size_t limit)
{
    return resize(NULL, 0, size, limit);
}

void memory_free(void *memory, size_t size)
{
    free(memory);
    memory_give_back(size);
}
