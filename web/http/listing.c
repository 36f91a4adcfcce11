/* SPDX-License-Identifier: MIT */
/* A directory as a page: sorted, escaped, readable on a phone. */
#include "listing.h"
#include "date.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
    char *name;
    struct file file;
};

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->file.is_directory != y->file.is_directory)
        return x->file.is_directory ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Only what a request for it would find: the same walk decides (file_open). */
static bool can_be_had(const struct site *site, const struct path *path, struct entry *e)
{
    struct path inside = *path;
    size_t length = strlen(e->name);
    if (e->name[0] == '.' && !(path->length == 0 && strcmp(e->name, ".well-known") == 0))
        return false;
    if (!path_add(&inside, e->name, length) || file_open(site, &inside, &e->file) == -1)
        return false;
    close(e->file.fd);
    return true;
}

static void write_entry(struct text *t, const struct entry *e)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    char encoded[3 * 256 + 1], date[DATE_BYTES];
    size_t length = strlen(e->name), unit = 0;
    uint64_t size = e->file.size;
    const char *slash = e->file.is_directory ? "/" : "";

    if (length > 255)
        return;
    path_encode(encoded, e->name, length);
    date_write_short(date, e->file.modified);
    /* "./" keeps a name with a colon from being read as a scheme: RFC 3986, 4.2 */
    text_string(t, "<tr><td><a href=\"./");
    text_string(t, encoded);
    text_string(t, slash);
    text_string(t, "\">");
    text_html(t, e->name, length);
    text_string(t, slash);
    text_string(t, "</a><td>");
    for (; size >= 10240 && unit < 6; unit++)
        size /= 1024;
    if (!e->file.is_directory)
        text_format(t, "%ju %s", (uintmax_t)size, units[unit]);
    text_format(t, "<td>%s\n", date);
}

int listing_write(struct text *t, const struct site *site, const struct path *path, int fd)
{
    struct entry *entries = NULL;
    size_t count = 0, size = 0;
    DIR *dir = fdopendir(fd);

    if (dir == NULL) {
        close(fd);
        return -1;
    }
    for (struct dirent *d; (d = readdir(dir)) != NULL;) {
        struct entry e = {.name = d->d_name};
        if (!can_be_had(site, path, &e))
            continue;
        if (count == size) {
            struct entry *more = realloc(entries, (size = size * 2 + 64) * sizeof *entries);
            if (more == NULL) {
                t->failed = true;
                break;
            }
            entries = more;
        }
        if ((e.name = strdup(d->d_name)) == NULL) {
            t->failed = true;
            break;
        }
        entries[count++] = e;
    }
    closedir(dir);
    if (count > 0)
        qsort(entries, count, sizeof *entries, by_name);

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
    for (size_t i = 0; i < count; i++) {
        write_entry(t, &entries[i]);
        free(entries[i].name);
    }
    free(entries);
    text_string(t, "</table>\n");
    return 0;
}
