/* SPDX-License-Identifier: MIT */
/* An HTTP/1.1 request, parsed as its bytes arrive (RFC 9112, 3). */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "head.h"

enum { REQUEST_LINE_MAX = 8192 }; /* longer: 414; RFC 9112, 3 asks for 8000 at least */

enum method {
    UNKNOWN, /* 501 */
    GET,
    HEAD,
    OPTIONS,
    POST,        /* 405, except for the endpoint of web-server -e */
    UNSUPPORTED, /* a method that RFC 9110, 9.1 or RFC 5789 registers: 405 */
};

enum framing { NO_BODY, LENGTH, CHUNKED };

struct request {
    struct head head;
    bool has_line;           /* the request line has been read */
    enum method method;      /* valid, like the spans, as soon as the request line was taken */
    struct span line;        /* the whole request line, for the log */
    struct span target;      /* as sent */
    struct span path, query; /* of the target, still encoded; query without its '?' */
    bool asterisk;           /* the target is '*' */
    int minor;               /* of HTTP/1.minor */
    bool close;              /* the connection ends after the answer (RFC 9112, 9.3) */
    bool expects_continue;   /* RFC 9110, 10.1.1 */
    enum framing framing;    /* of the body, RFC 9112, 6.3 */
    uint64_t content_length;
    size_t length; /* of the head in bytes: the body begins there */
};

/* Forgets everything, for a new request. */
void request_start(struct request *r);

/* Judges BYTES, all LENGTH bytes that have arrived since request_start; call it again with the same
 * bytes and the new ones after MORE. How the bytes were cut makes no difference to the result.
 * DONE: the head is whole and its framing is sound. FAULT: r->head.fault; close the connection. */
enum progress request_parse(struct request *r, const char *bytes, size_t length);

#endif
