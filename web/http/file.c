/* SPDX-License-Identifier: MIT */
/* Opening what a request names. Every component is opened from the directory before it and without
 * following a link (openat, O_NOFOLLOW), so that nobody can swap one for a way out in between. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

/* Puts what the symbolic link NAME in DIR says into PATH, instead of its component of LENGTH bytes
 * at AT. The components before are no links, so ".." is one of them less. */
static int follow(const struct site *site, int dir, const char *name, struct path *path, size_t at,
                  size_t length)
{
    char text[2 * PATH_BYTES];
    struct path old = *path;
    ssize_t n = readlinkat(dir, name, text, PATH_BYTES - 1);

    if (n == -1)
        return -1;
    size_t link = (size_t)n, skip = 0, rest = old.length - at - length;
    text[link] = '\0';
    path->length = at > 0 ? at - 1 : 0; /* what stands before the component, without its slash */
    if (text[0] == '/') {
        skip = strlen(site->real);
        if (strncmp(text, site->real, skip) != 0 || (text[skip] != '/' && text[skip] != '\0')) {
            errno = EXDEV;
            return -1;
        }
        path->length = 0;
    }
    path->name[path->length] = '\0';
    memcpy(text + link, old.name + at + length, rest); /* begins with a slash, or is empty */
    for (size_t i = skip; i < link + rest;) {
        size_t end = i;
        while (end < link + rest && text[end] != '/')
            end++;
        if (!path_add(path, text + i, end - i)) {
            errno = EXDEV;
            return -1;
        }
        i = end + 1;
    }
    return 0;
}

/* Walks down PATH: a descriptor, or -1 and errno; on meeting a link, -1 with *FOLLOWED set and the
 * path rewritten, to be walked again. */
static int walk(const struct site *site, struct path *path, bool *followed)
{
    char component[PATH_BYTES];
    struct stat status;
    int dir = openat(site->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *followed = false;
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
                *followed = follow(site, dir, component, path, at, length) == 0;
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
