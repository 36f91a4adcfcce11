/* SPDX-License-Identifier: MIT */
/* Bytes as people can read them, and how wide they get. */
#ifndef LADDER_BYTES_H
#define LADDER_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#define ROOM 1024 /* bytes of a buffer */

/* An empty text of ROOM bytes; the call but seven after this one takes it again. */
char *buffer(void);

/* Adds to a buffer, as printf() would; what does not fit is cut. */
void add(char *text, const char *format, ...);

/* Adds the bytes as characters and escapes, as many as fit into width; false: not all did. */
bool add_bytes(char *text, const unsigned char *data, size_t length, int width, bool quoted);

const char *plain_words(const char *text); /* any text, unprintable bytes escaped */
int glyph(const char *text, int *bytes);   /* width of the next character: 0, 1, 2 */
int words_width(const char *text);

/* "…", or what ASCII has for it. */
const char *dots(void);
#endif
