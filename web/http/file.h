/* SPDX-License-Identifier: MIT */
/* From a path to an open file below the served directory, and never to one outside it. */
#ifndef WEB_FILE_H
#define WEB_FILE_H

#include "date.h"
#include "target.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum { ETAG_BYTES = 64 };

/* The time of a status change is in nobody's power to set, unlike st_mtime: it moves whenever the
 * content does. (macOS has another name for it than POSIX.1-2008.) */
#ifdef __APPLE__
#define STATUS_CHANGE(s) ((s)->st_ctimespec)
#else
#define STATUS_CHANGE(s) ((s)->st_ctim)
#endif

struct site {
    int root;         /* the served directory, open; -1: there is none by that name now */
    const char *name; /* its absolute name, as it was given */
    dev_t device;     /* which one it is */
    ino_t inode;
    bool echo;           /* /echo answers with the request */
    struct cache *cache; /* of small files, or NULL; one thread's, like this struct */
    int64_t now;         /* seconds since 1970: site_tick sets it */
    uint64_t turn;       /* the driver counts: requests of one turn had all begun before it */
    char date[DATE_BYTES];
};

struct file {
    int fd; /* -1 when CONTENT is set */
    bool is_directory;
    uint64_t size;
    int64_t modified;               /* seconds since 1970 */
    char modified_text[DATE_BYTES]; /* for Last-Modified: never later than it was opened */
    char etag[ETAG_BYTES];          /* changes when the content does (RFC 9110, 8.8.3) */
    const char *content;            /* all of it, out of the cache; or NULL */
    struct cached *cached;          /* whose content that is: cache_release gives it back */
};

/* Tells the site what time it is, once a turn: SECONDS since 1970. */
void site_tick(struct site *site, int64_t seconds);

/* Opens the directory that has the site's name now, if that is another one than before, or the
 * first. True: it is, or there is none any more, and errno says why (0: there is). */
bool site_look(struct site *site);

/* Opens the regular file or directory PATH, component by component, following symbolic links only
 * where they end inside, as realpath(3) says; names that begin with a dot are not there, but for
 * /.well-known/ (RFC 8615). Returns 0 and fills *F, which the caller closes; or -1 and errno:
 * ENOENT, EACCES (no permission, or neither file nor directory), EXDEV (a link leads outside),
 * ELOOP, EMFILE ... */
int file_open(const struct site *site, const struct path *path, struct file *f);

/* Fills *F but for fd and content from what fstat said. A file changed just before NOW (seconds)
 * gets a weak tag, since it could change again within one tick of the clock. */
void file_describe(struct file *f, const struct stat *status, int64_t now);

#endif
