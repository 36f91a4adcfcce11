/* SPDX-License-Identifier: MIT */
/* The chunked transfer coding, read strictly: it decides where the next request begins, and two
 * readers who disagree about that can be played off against each other (request smuggling). */
#include "body.h"
#include "target.h"

enum { OVERHEAD_MAX = 8192, SIZE_DIGITS_MAX = 15 }; /* RFC 9112, 7.1.1 asks for limits */

enum {
    SIZE,
    EXTENSION_OR_END,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    END_LF
};

static void start(struct body *b)
{
    b->state = SIZE;
    b->digits = 0;
    b->left = b->content = b->seen = 0;
    b->overhead = 0;
}

void body_start_counted(struct body *b, uint64_t length)
{
    start(b);
    b->kind = COUNTED;
    b->left = length;
}

void body_start_chunked(struct body *b)
{
    start(b);
    b->kind = IN_CHUNKS;
}

void body_start_until_close(struct body *b)
{
    start(b);
    b->kind = UNTIL_CLOSE;
    b->left = UINT64_MAX;
}

static enum progress bad(struct body *b, size_t at, const char *rule, const char *section)
{
    b->fault = (struct fault){400, at, rule, section};
    return FAULT;
}

/* One byte that is no content. */
static enum progress step(struct body *b, char c, size_t at)
{
    static const char chunk[] = "RFC 9112, 7.1", extension[] = "RFC 9112, 7.1.1";

    if (b->state >= TRAILER || b->state == EXTENSION)
        if (++b->overhead > OVERHEAD_MAX)
            return bad(b, at, "chunk extensions and trailers may have 8192 bytes here", extension);
    switch (b->state) {
    case SIZE:
        if (hex_value(c) >= 0) {
            if (++b->digits > SIZE_DIGITS_MAX)
                return bad(b, at, "a chunk size may have 15 digits here", chunk);
            b->left = b->left * 16 + (uint64_t)hex_value(c);
            return MORE;
        }
        if (b->digits == 0)
            return bad(b, at, "a chunk begins with its size in hexadecimal digits", chunk);
        b->state = c == '\r' ? SIZE_LF : c == ';' ? EXTENSION : EXTENSION_OR_END;
        if (b->state == EXTENSION_OR_END && c != ' ' && c != '\t')
            return bad(b, at, "a chunk size is followed by CR LF or an extension", chunk);
        return MORE;
    case EXTENSION_OR_END: /* white space may stand before an extension, and nowhere else */
        if (c == ';')
            b->state = EXTENSION;
        else if (c != ' ' && c != '\t')
            return bad(b, at, "white space after a chunk size is refused", chunk);
        else if (++b->overhead > OVERHEAD_MAX)
            return bad(b, at, "chunk extensions and trailers may have 8192 bytes here", extension);
        return MORE;
    case EXTENSION: /* ignored, as 7.1.1 demands, but never a way to hide a line's end */
        if (c == '\r')
            b->state = SIZE_LF;
        else if (!is_value_byte(c))
            return bad(b, at, "a chunk extension has no control bytes", extension);
        return MORE;
    case SIZE_LF:
        if (c != '\n')
            return bad(b, at, "the CR after a chunk size is followed by LF", chunk);
        b->state = b->left > 0 ? DATA : TRAILER;
        b->digits = 0;
        return MORE;
    case DATA_CR:
        if (c != '\r')
            return bad(b, at, "a chunk's data is as long as its size said, then CR LF", chunk);
        b->state = DATA_LF;
        return MORE;
    case DATA_LF:
        if (c != '\n')
            return bad(b, at, "a chunk's data is as long as its size said, then CR LF", chunk);
        b->state = SIZE;
        return MORE;
    case TRAILER: /* the first byte of a line of the trailer section */
        if (c == '\r') {
            b->state = END_LF;
            return MORE;
        }
        b->state = TRAILER_NAME;
        return is_token_byte(c)
                   ? MORE
                   : bad(b, at, "a trailer field begins with its name", "RFC 9112, 7.1.2");
    case TRAILER_NAME:
        if (c == ':')
            b->state = TRAILER_VALUE;
        else if (!is_token_byte(c))
            return bad(b, at, "a trailer field has a name and a colon", "RFC 9112, 7.1.2");
        return MORE;
    case TRAILER_VALUE:
        if (c == '\r')
            b->state = TRAILER_LF;
        else if (!is_value_byte(c))
            return bad(b, at, "a trailer field has no control bytes", "RFC 9112, 7.1.2");
        return MORE;
    case TRAILER_LF:
        if (c != '\n')
            return bad(b, at, "a trailer field ends with CR LF", "RFC 9112, 7.1.2");
        b->state = TRAILER;
        return MORE;
    default: /* END_LF */
        return c == '\n' ? DONE : bad(b, at, "a chunked body ends with CR LF", chunk);
    }
}

enum progress body_parse(struct body *b, const char *bytes, size_t length, size_t *used,
                         size_t *content_length)
{
    enum progress p = MORE;
    size_t at = 0;

    *content_length = 0;
    if (b->kind == IN_CHUNKS)
        while (at < length && b->state != DATA && p == MORE) {
            p = step(b, bytes[at], at);
            at += p != FAULT;
        }
    if (p == MORE && (b->kind != IN_CHUNKS || b->state == DATA)) {
        *content_length = length - at < b->left ? length - at : (size_t)b->left;
        at += *content_length;
        b->content += *content_length;
        if (b->kind != UNTIL_CLOSE)
            b->left -= *content_length;
        if (b->left == 0 && b->kind == COUNTED)
            p = DONE;
        if (b->left == 0 && b->kind == IN_CHUNKS)
            b->state = DATA_CR;
    }
    *used = at;
    b->seen += at;
    return p;
}
