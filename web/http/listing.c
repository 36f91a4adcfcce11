/* SPDX-License-Identifier: MIT */
/* A directory as a page: sorted, escaped, readable on a phone. The entries go into a heap, the
 * least one on top, and come out of it in order: so sorting, too, is done in parts. */
#include "listing.h"
#include "date.h"
#include "memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    PART = 64, /* entries at a time */
    NAME_LENGTH_MAX = 255,
    DIR_BYTES = 33000, /* what opendir takes, about */
};

struct entry {
    size_t name; /* where it begins in the listing's names */
    uint64_t size;
    int64_t modified;
    bool is_directory;
};

struct listing {
    struct path path;
    DIR *dir;           /* NULL: all has been read, and is being written */
    struct text names;  /* each with a NUL at its end */
    struct entry *heap; /* no entry comes before its parent, the one at (i - 1) / 2 */
    size_t count, size;
};

static const char *name_of(const struct listing *l, const struct entry *e)
{
    return l->names.bytes + e->name;
}

/* Directories first, then by the bytes of the name. */
static bool comes_before(const struct listing *l, const struct entry *a, const struct entry *b)
{
    if (a->is_directory != b->is_directory)
        return a->is_directory;
    return strcmp(name_of(l, a), name_of(l, b)) < 0;
}

static bool push(struct listing *l, const struct entry *e)
{
    if (l->count == l->size) {
        size_t size = l->size * 2 + PART;
        struct entry *heap = memory_resize(l->heap, l->size * sizeof *heap, size * sizeof *heap);
        if (heap == NULL)
            return false;
        l->heap = heap;
        l->size = size;
    }
    size_t at = l->count++;
    for (; at > 0 && comes_before(l, e, &l->heap[(at - 1) / 2]); at = (at - 1) / 2)
        l->heap[at] = l->heap[(at - 1) / 2];
    l->heap[at] = *e;
    return true;
}

/* Takes the entry that comes before all others. */
static struct entry pop(struct listing *l)
{
    struct entry first = l->heap[0], last = l->heap[--l->count];
    size_t at = 0, child;

    while ((child = 2 * at + 1) < l->count) {
        if (child + 1 < l->count && comes_before(l, &l->heap[child + 1], &l->heap[child]))
            child++;
        if (!comes_before(l, &l->heap[child], &last))
            break;
        l->heap[at] = l->heap[child];
        at = child;
    }
    l->heap[at] = last;
    return first;
}

/* Only what a request for it would find (file_open): a link is followed as there, and the rest is
 * seen from the open directory, which is faster than to walk down to each entry. */
static bool can_be_had(const struct listing *l, const struct site *site, const char *name,
                       struct entry *e)
{
    struct stat status;
    int dir = dirfd(l->dir);

    if (name[0] == '.' && !(l->path.length == 0 && strcmp(name, ".well-known") == 0))
        return false;
    if (strlen(name) > NAME_LENGTH_MAX || fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) == -1)
        return false;
    if (S_ISLNK(status.st_mode)) {
        struct path inside = l->path;
        struct file file;
        if (!path_add(&inside, name, strlen(name)) || file_open(site, &inside, &file) == -1)
            return false;
        close(file.fd);
        *e = (struct entry){0, file.size, file.modified, file.is_directory};
        return true;
    }
    *e = (struct entry){0, (uint64_t)status.st_size, (int64_t)status.st_mtime,
                        S_ISDIR(status.st_mode)};
    return (S_ISREG(status.st_mode) || e->is_directory) &&
           faccessat(dir, name, R_OK, AT_EACCESS) == 0;
}

static void write_entry(struct text *t, const struct listing *l, const struct entry *e)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    char encoded[3 * NAME_LENGTH_MAX + 1], date[DATE_BYTES];
    const char *name = name_of(l, e), *slash = e->is_directory ? "/" : "";
    size_t unit = 0;
    uint64_t size = e->size;

    path_encode(encoded, name, strlen(name));
    date_write_short(date, e->modified);
    /* "./" keeps a name with a colon from being read as a scheme: RFC 3986, 4.2 */
    text_string(t, "<tr><td><a href=\"./");
    text_string(t, encoded);
    text_string(t, slash);
    text_string(t, "\">");
    text_html(t, name, strlen(name));
    text_string(t, slash);
    text_string(t, "</a><td>");
    for (; size >= 10240 && unit < 6; unit++)
        size /= 1024;
    if (!e->is_directory)
        text_format(t, "%ju %s", (uintmax_t)size, units[unit]);
    text_format(t, "<td>%s\n", date);
}

static void write_top(struct text *t, const struct path *path)
{
    text_string(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>/");
    text_html(t, path->name, path->length);
    text_string(
        t, "</title>\n<style>body{font-family:sans-serif;margin:1em}td{padding:.3em 1em .3em 0}"
           "td+td{text-align:right;white-space:nowrap}a{overflow-wrap:anywhere}</style>\n<h1>/");
    text_html(t, path->name, path->length);
    text_string(t, "</h1>\n<table>\n");
    if (path->length > 0)
        text_string(t, "<tr><td><a href=\"../\">../</a><td><td>\n");
}

struct listing *listing_open(const struct path *path, int fd)
{
    struct listing *l = memory_new(sizeof *l, MEMORY_LARGE);

    if (l != NULL && memory_take(DIR_BYTES, MEMORY_LARGE)) {
        *l = (struct listing){.path = *path, .dir = fdopendir(fd)};
        if (l->dir != NULL)
            return l;
        memory_give_back(DIR_BYTES);
    }
    int reason = errno;
    close(fd);
    if (l != NULL)
        memory_free(l, sizeof *l);
    errno = reason;
    return NULL;
}

/* Adds the next entry of the directory to the heap. False: there is none, or no memory. */
static bool read_entry(struct listing *l, const struct site *site, struct text *page)
{
    struct dirent *d = readdir(l->dir);
    struct entry e;

    if (d == NULL)
        return false;
    if (!can_be_had(l, site, d->d_name, &e))
        return true;
    e.name = l->names.length;
    text_add(&l->names, d->d_name, strlen(d->d_name) + 1);
    page->failed = page->failed || l->names.failed || !push(l, &e);
    return !page->failed;
}

enum progress listing_go_on(struct listing *l, const struct site *site, struct text *page)
{
    for (int n = 0; n < PART && !page->failed; n++) {
        if (l->dir != NULL) {
            if (read_entry(l, site, page))
                continue;
            closedir(l->dir);
            l->dir = NULL;
            write_top(page, &l->path);
        } else if (l->count > 0) {
            struct entry e = pop(l);
            write_entry(page, l, &e);
        } else {
            text_string(page, "</table>\n");
            return DONE;
        }
    }
    return page->failed ? DONE : MORE;
}

void listing_close(struct listing *l)
{
    if (l == NULL)
        return;
    if (l->dir != NULL)
        closedir(l->dir);
    text_free(&l->names);
    memory_free(l->heap, l->size * sizeof *l->heap);
    memory_give_back(DIR_BYTES);
    memory_free(l, sizeof *l);
}
