/* SPDX-License-Identifier: MIT */
/* A table of small files by name. An entry counts only while fstatat(2) shows the same file with
 * the same size and times as when it was read, and no link on the way to it: then its content is
 * the same, and open, read and close are saved. One thread has one cache, so there is no lock. */
#include "cache.h"
#include "memory.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct cached {
    int users; /* answers being sent from it, and one for its slot */
    struct stat status;
    struct file file; /* what is known of it, ready to be given out */
    uint64_t turn;    /* when it was last found unchanged */
    size_t memory;    /* in bytes, all of it */
    char *name;
    char content[]; /* status.st_size bytes; then the name */
};

static struct cached **slot_of(struct cache *cache, const struct path *path)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < path->length; i++)
        hash = (hash ^ (unsigned char)path->name[i]) * 16777619u;
    return &cache->slot[hash % CACHE_SLOTS];
}

void cache_release(struct cached *c)
{
    if (c != NULL && --c->users == 0)
        memory_free(c, c->memory);
}

void cache_clear(struct cache *cache)
{
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        cache_release(cache->slot[i]);
        cache->slot[i] = NULL;
    }
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Whether no directory of NAME is a symbolic link: one could have come that leads out. */
static bool is_direct(const struct site *site, char *name)
{
    struct stat status;
    bool direct = true;

    for (char *slash = name; direct && (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = '\0'; /* what stands before it is the directory's name */
        direct =
            fstatat(site->root, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
    }
    return direct;
}

static bool unchanged(const struct site *site, const struct cached *c)
{
    struct stat status;
    return is_direct(site, c->name) &&
           fstatat(site->root, c->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           status.st_dev == c->status.st_dev && status.st_ino == c->status.st_ino &&
           status.st_size == c->status.st_size && status.st_mode == c->status.st_mode &&
           same_time(STATUS_CHANGE(&status), STATUS_CHANGE(&c->status));
}

bool cache_find(const struct site *site, const struct path *path, struct file *f)
{
    struct cached *c = site->cache != NULL ? *slot_of(site->cache, path) : NULL;

    if (c == NULL || strcmp(c->name, path->name) != 0 ||
        (c->turn != site->turn && !unchanged(site, c)))
        return false;
    c->turn = site->turn;
    c->users++;
    *f = c->file;
    return true;
}

void cache_add(const struct site *site, const struct path *path, struct file *f)
{
    struct stat before, after;

    if (site->cache == NULL || f->is_directory || f->size > CACHED_BYTES_MAX ||
        fstat(f->fd, &before) == -1 || site->now - (int64_t)STATUS_CHANGE(&before).tv_sec < 2)
        return;
    size_t size = (size_t)f->size;
    size_t memory = sizeof(struct cached) + size + path->length + 1;
    struct cached *c = memory_new(memory, MEMORY_KEPT);
    if (c == NULL)
        return;
    if (pread(f->fd, c->content, size, 0) != (ssize_t)size || fstat(f->fd, &after) == -1 ||
        !same_time(STATUS_CHANGE(&before), STATUS_CHANGE(&after)) ||
        before.st_size != (off_t)size) {
        memory_free(c, memory);
        return;
    }
    file_describe(f, &after, site->now);
    c->users = 1;
    c->memory = memory;
    c->status = after;
    c->turn = site->turn;
    c->name = c->content + size;
    memcpy(c->name, path->name, path->length + 1);
    struct cached **slot = slot_of(site->cache, path);
    cache_release(*slot);
    *slot = c;
    close(f->fd);
    f->fd = -1;
    f->content = c->content;
    f->cached = c;
    c->file = *f;
    c->users++;
}
