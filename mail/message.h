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
    const char *subject; /* in UTF-8, without control characters; or NULL */
    const char *host;    /* the name of this machine */
};

/* How a text goes over the wire: Content-Transfer-Encoding, RFC 2045 section 6. */
enum encoding { SEVEN_BIT, EIGHT_BIT, QUOTED_PRINTABLE };

/*
 * The encoding that a text needs: bytes above 127 go as they are to a server that takes them
 * (8BITMIME, RFC 6152), and no server takes a NUL as it is (RFC 2045 section 2.7).
 */
enum encoding encoding_for(const char *text, size_t length, bool server_takes_8bit);

/*
 * Writes a header, lines ending in LF, and the empty line behind it: Date (now), From, To,
 * Message-ID, Subject, and unless the encoding is SEVEN_BIT the three fields of MIME, in which a
 * text that is not UTF-8 is "unknown-8bit" (RFC 1428).
 */
void write_header(FILE *out, const struct envelope *envelope, const char *text, size_t length,
                  enum encoding encoding);

enum { WIRE_LINE_MAX = 998 }; /* bytes, without CRLF: RFC 5321 section 4.5.3.1.6 */

/* The number of the first line, from 1, that is longer than WIRE_LINE_MAX, or 0. */
size_t long_line(const char *bytes, size_t length);

/*
 * Writes a message as SMTP carries it: CR, LF and CRLF all become CRLF, the last line gets one too,
 * and a dot that begins a line is doubled (RFC 5321 section 4.5.2). Nothing else changes. The lone
 * dot behind it is not written.
 */
void write_wire(FILE *out, const char *bytes, size_t length);

/*
 * The message as it goes over the wire, with the lone dot: a header made of `envelope`, then the
 * text in its encoding; or, where that is NULL, the text alone, as it is. Returns it, to be freed,
 * and its length; or NULL without memory.
 */
char *compose(const struct envelope *envelope, const char *text, size_t text_length,
              enum encoding encoding, size_t *length);

#endif
