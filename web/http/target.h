/* SPDX-License-Identifier: MIT */
/* From a request target to a name below the served directory, and back to a URL. */
#ifndef WEB_TARGET_H
#define WEB_TARGET_H

#include <stdbool.h>
#include <stddef.h>

enum { PATH_BYTES = 8192 + 16 }; /* room for the longest target and for "index.html" */

/* A name relative to the served directory: "a/b", no empty, "." or ".." segments, "" for itself. */
struct path {
    size_t length;
    bool directory; /* the target ended in a slash, or in a dot segment */
    char name[PATH_BYTES];
};

/* Decodes LENGTH bytes at ENCODED (the path of a target: empty, or beginning with a slash) into *P.
 * Each %HH is decoded once, and never into a separator; ".." stops at the top (RFC 3986, 5.2.4).
 * Returns 0, or the status to answer with: 400 for %00, 404 for what no file is called. */
int path_decode(struct path *p, const char *encoded, size_t length);

/* Appends one segment to *P, or takes one off for "..": false when that leads out of the top, or
 * when there is no room. */
bool path_add(struct path *p, const char *segment, size_t length);

/* Writes LENGTH bytes at NAME as a URL's path to TO (room for 3 * LENGTH + 1 bytes), everything but
 * unreserved characters and slashes as %HH (RFC 3986, 2.3). Returns the length. */
size_t path_encode(char *to, const char *name, size_t length);

/* Whether LENGTH bytes at S are uri-host [ ":" port ] (RFC 9110, 7.2; RFC 3986, 3.2.2). */
bool authority_is_sound(const char *s, size_t length, bool may_be_empty);

bool is_digit(char c);
int hex_value(char c); /* 0 to 15, or -1 */

#endif
