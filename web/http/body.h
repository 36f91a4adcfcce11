/* SPDX-License-Identifier: MIT */
/* Where a body ends: counted, chunked, or with the connection (RFC 9112, 6 and 7). */
#ifndef WEB_BODY_H
#define WEB_BODY_H

#include "head.h"

struct body {
    enum { COUNTED, IN_CHUNKS, UNTIL_CLOSE } kind;
    int state;        /* of the chunked coding: body.c knows */
    int digits;       /* of the chunk size so far */
    uint64_t left;    /* bytes of content to come, in the body or in this chunk */
    uint64_t content; /* bytes of content so far */
    size_t overhead;  /* bytes of chunk extensions and trailers so far */
    uint64_t seen;    /* bytes of the body so far, all told */
    struct fault fault;
};

void body_start_counted(struct body *b, uint64_t length);
void body_start_chunked(struct body *b);
void body_start_until_close(struct body *b);

/* Takes the next bytes of a body: *USED of the LENGTH at BYTES, up to the end of one run of
 * content, which is *CONTENT_LENGTH bytes long (perhaps 0) and ends there. Call it until everything
 * is used. DONE: the body has ended. FAULT: b->fault, at an offset into BYTES. */
enum progress body_parse(struct body *b, const char *bytes, size_t length, size_t *used,
                         size_t *content_length);

#endif
