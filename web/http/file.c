/* SPDX-License-Identifier: MIT */
/* Opening what a request names. Every component is opened from the directory before it and without
 * following a link (openat, O_NOFOLLOW), so that nobody can swap one for a way out in between. */
#define _XOPEN_SOURCE 700 /* for realpath(3): of POSIX.1-2008, but an option there (XSI) */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_MAX = 16 };

_Static_assert(sizeof(off_t) >= 8, "files of 2 GiB and more: compile with _FILE_OFFSET_BITS=64");

void site_tick(struct site *site, int64_t seconds)
{
    if (seconds != site->now || site->date[0] == '\0')
        date_write(site->date, seconds);
    site->now = seconds;
}

static bool has_run_out(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

bool site_look(struct site *site)
{
    struct stat status;

    if (stat(site->name, &status) == 0 && site->root != -1 && status.st_dev == site->device &&
        status.st_ino == site->inode)
        return false;
    int root = open(site->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root == -1 && (site->root == -1 || has_run_out(errno)))
        return false; /* nothing new, or nothing that could be said of it */
    if (root != -1 && fstat(root, &status) == 0) {
        site->device = status.st_dev;
        site->inode = status.st_ino;
        errno = 0;
    }
    int reason = errno;
    if (site->root != -1)
        close(site->root);
    site->root = root;
    errno = reason;
    return true;
}

void file_describe(struct file *f, const struct stat *status, int64_t now)
{
    struct timespec changed = STATUS_CHANGE(status);
    bool weak = now - (int64_t)changed.tv_sec < 2;

    f->is_directory = S_ISDIR(status->st_mode);
    f->size = (uint64_t)status->st_size;
    f->modified = (int64_t)status->st_mtime;
    date_write(f->modified_text, f->modified < now ? f->modified : now); /* RFC 9110, 8.8.2.1 */
    snprintf(f->etag, sizeof f->etag, "%s\"%jx-%jx-%jx\"", weak ? "W/" : "",
             (uintmax_t)status->st_ino, (uintmax_t)status->st_size,
             (uintmax_t)changed.tv_sec * 1000000000 + (uintmax_t)changed.tv_nsec);
}

/* A name that begins with a dot is not for the public, except .well-known at the top. */
static bool is_hidden(const char *path, size_t at, size_t length)
{
    return path[at] == '.' && !(at == 0 && length == 11 && memcmp(path, ".well-known", 11) == 0);
}

/* Where the link called NAME, below the directory called TOP, ends: a name below it, which the
 * caller frees with *MEMORY; or NULL and errno. */
static const char *end_of_link(const char *top, const char *name, char **memory)
{
    size_t length = strlen(top), size = length + strlen(name) + 2;
    char *whole = malloc(size);

    *memory = NULL;
    if (whole == NULL)
        return NULL;
    snprintf(whole, size, "%s/%s", top, name);
    *memory = realpath(whole, NULL);
    int reason = errno;
    free(whole);
    errno = reason;
    if (*memory == NULL)
        return NULL;
    if (strcmp(top, "/") == 0)
        length = 0;
    if (strncmp(*memory, top, length) == 0 && (*memory)[length] == '/')
        return *memory + length + 1;
    if (strcmp(*memory, top) == 0)
        return "";
    errno = EXDEV;
    return NULL;
}

/* Puts into PATH, instead of its component of LENGTH bytes at AT, a link, and of those before, what
 * the link leads to in the end: realpath(3) knows. That is a name and no more: it is walked down
 * again, without following links, so whatever happens meanwhile leads nowhere else. */
static int follow(const struct site *site, struct path *path, size_t at, size_t length)
{
    struct path link = *path;
    const char *rest = path->name + at + length, *end = NULL;
    char *memory = NULL, *top = realpath(site->name, NULL);
    int result = -1;

    link.name[at + length] = '\0';
    if (top != NULL)
        end = end_of_link(top, link.name, &memory);
    if (end != NULL) {
        struct path target = {0};
        errno = ENAMETOOLONG;
        if (path_add(&target, end, strlen(end)) &&
            path_add(&target, rest + (*rest == '/'), strlen(rest + (*rest == '/')))) {
            *path = target;
            result = 0;
        }
    }
    int reason = errno;
    free(memory);
    free(top);
    errno = reason;
    return result;
}

/* Walks down PATH: a descriptor, or -1 and errno; on meeting a link, -1 with *FOLLOWED set and the
 * path rewritten, to be walked again. */
static int walk(const struct site *site, struct path *path, bool *followed)
{
    char component[PATH_BYTES];
    struct stat status;
    int dir = openat(site->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *followed = false;
    if (site->root == -1)
        errno = ENOENT;
    for (size_t at = 0; dir != -1 && at < path->length;) {
        size_t length = strcspn(path->name + at, "/");
        bool last = at + length == path->length;
        int next = -1;
        memcpy(component, path->name + at, length);
        component[length] = '\0';

        if (is_hidden(path->name, at, length)) {
            errno = ENOENT;
        } else if (fstatat(dir, component, &status, AT_SYMLINK_NOFOLLOW) == 0) {
            if (S_ISLNK(status.st_mode))
                *followed = follow(site, path, at, length) == 0;
            else if (S_ISDIR(status.st_mode))
                next = openat(dir, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            else if (!last)
                errno = ENOTDIR;
            else if (!S_ISREG(status.st_mode)) /* opening a device might already do something */
                errno = EACCES;
            else /* not blocking, should it have become a FIFO by now */
                next = openat(dir, component, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        }
        int reason = errno;
        close(dir);
        errno = reason;
        dir = next;
        at += length + 1;
    }
    return dir;
}

int file_open(const struct site *site, const struct path *path, struct file *f)
{
    struct path walked = *path;
    struct stat status;
    bool followed = true;
    int fd = -1;

    for (int links = 0; fd == -1 && followed; links++) {
        if (links > LINKS_MAX) {
            errno = ELOOP;
            return -1;
        }
        fd = walk(site, &walked, &followed);
    }
    if (fd == -1)
        return -1;
    if (fstat(fd, &status) == -1 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) {
        close(fd);
        errno = EACCES;
        return -1;
    }
    *f = (struct file){.fd = fd};
    file_describe(f, &status, site->now);
    return 0;
}
