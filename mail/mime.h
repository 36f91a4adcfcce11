/* SPDX-License-Identifier: MIT */
/* MIME: letters beyond ASCII, in a mail that has to be ASCII on its way (RFC 2045, RFC 2047). */
#ifndef MIME_H
#define MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether a byte is above 127: without MIME, mail is ASCII. */
bool has_8bit(const char *bytes, size_t length);

/* Whether the bytes are whole characters of UTF-8 (RFC 3629), of which ASCII is a part. */
bool is_utf8(const char *bytes, size_t length);

/*
 * Writes a text of one line, in UTF-8, for a header field: as it is if every reader shows that as
 * it was typed, or else in encoded words such as =?UTF-8?Q?Gr=C3=BCn?= (RFC 2047). `column` bytes
 * of the line are there already. A line with words has at most 76 bytes; the next begins with a
 * space. No word has a part of a character.
 */
void write_field_text(FILE *out, const char *text, size_t column);

/*
 * Writes bytes as quoted-printable (RFC 2045 section 6.7): lines ending in LF, of at most 76
 * bytes, all of them ASCII. CR, LF and CRLF are line ends; what else is in the bytes comes back.
 */
void write_quoted_printable(FILE *out, const char *bytes, size_t length);

#endif
