/* SPDX-License-Identifier: MIT */
/* A mail as text: the header that it needs (RFC 5322), and its form on the wire (RFC 5321). */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct envelope {
    const char *from; /* "alice@crepes.fr", or "" for the null sender */
    const char **to;  /* addresses */
    size_t recipients;
    const char *subject; /* or NULL */
    const char *host;    /* the name of this machine */
};

/* Whether a byte is above 127: without MIME, mail is ASCII. */
bool has_8bit(const char *bytes, size_t length);

/*
 * Writes a header, lines ending in LF, and the empty line behind it: Date (now), From, To,
 * Message-ID, Subject, and for a text that has_8bit() the three fields of MIME that say UTF-8.
 */
void write_header(FILE *out, const struct envelope *envelope, bool text_has_8bit);

/*
 * Writes a message as SMTP carries it: CR, LF and CRLF all become CRLF, the last line gets one too,
 * and a dot that begins a line is doubled (RFC 5321 section 4.5.2). Nothing else changes. The lone
 * dot behind it is not written. Returns 0, or the number of the first line, from 1, that is longer
 * than WIRE_LINE_MAX bytes.
 */
enum { WIRE_LINE_MAX = 998 }; /* RFC 5321 section 4.5.3.1.6, without CRLF */
size_t write_wire(FILE *out, const char *bytes, size_t length);

#endif
