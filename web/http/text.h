/* SPDX-License-Identifier: MIT */
/* Text that grows. */
#ifndef WEB_TEXT_H
#define WEB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
    char *bytes;
    size_t length, size;
    bool failed; /* memory ran out: what is here is not whole */
};

void text_add(struct text *t, const void *bytes, size_t length);
void text_number(struct text *t, uint64_t number); /* decimal */
void text_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Here, as the compiler knows the length of a literal. */
static inline void text_string(struct text *t, const char *string)
{
    text_add(t, string, strlen(string));
}

/* Frees the memory; the text is empty then. */
void text_free(struct text *t);

/* Adds bytes that came from somewhere, safe to look at on a terminal, in a log and in text/plain:
 * what is not printable ASCII, a backslash, or QUOTE (unless that is 0) becomes \xHH. */
void text_escaped(struct text *t, const char *bytes, size_t length, char quote);

/* Adds bytes as HTML text, or as an attribute's value in double quotes, of a page in UTF-8: a byte
 * that is part of no character, or a control character, becomes U+FFFD. */
void text_html(struct text *t, const char *bytes, size_t length);

/* Adds two lines, each after INDENT: the line of BYTES around offset AT, escaped, with at most some
 * 60 bytes before and 30 after it, and a caret below the byte at AT. */
void text_excerpt(struct text *t, const char *indent, const char *bytes, size_t length, size_t at);

#endif
