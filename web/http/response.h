/* SPDX-License-Identifier: MIT */
/* A response's head, as its bytes arrive (RFC 9112, 4), and the URL that it is asked for with. */
#ifndef WEB_RESPONSE_H
#define WEB_RESPONSE_H

#include "body.h"

struct response {
    struct head head;
    int status;       /* 100 to 599; 0 until the status line was taken */
    struct body body; /* how the body ends (RFC 9112, 6.3), once the head is DONE */
    bool no_body;     /* there is none, whatever the fields say */
    size_t length;    /* of the head in bytes */
};

void response_start(struct response *r);

/* Judges BYTES, all LENGTH bytes since response_start, the answer to a GET. DONE: the head is whole
 * (perhaps of an interim answer, status 1xx: start again behind it). FAULT: r->head.fault. */
enum progress response_parse(struct response *r, const char *bytes, size_t length);

/* The name of a field that RFC 9110 requires in such a response and that is not there, and its
 * *SECTION; or NULL. */
const char *response_lacks(const struct response *r, const char **section);

/* Whether Date and Last-Modified, where they are there, are dates as a sender has to write them
 * (RFC 9110, 5.6.7), and one each. False: *F says why. */
bool response_dates_are_sound(const struct response *r, struct fault *f);

/* An http URL (RFC 9110, 4.2.1) in parts that a client needs. */
struct url {
    char host[256], port[6]; /* without brackets; "80" if the URL names none */
    char authority[300];     /* for the Host field */
    char target[8000];       /* path and query, what is no URL byte as %HH; never empty */
};

/* Takes TEXT apart, "http://" may be left out. Returns NULL, or what is wrong with it. */
const char *url_parse(struct url *url, const char *text);

#endif
