/* SPDX-License-Identifier: MIT */
/* One connection of web-server: what to do as soon as something can be done. */
#ifndef WEB_CONNECTION_H
#define WEB_CONNECTION_H

#include "http/answer.h"
#include "http/cache.h"
#include "web.h"

#include <netinet/in.h>
#include <stdatomic.h>

/* How long a client may take, in milliseconds; -w scales them all. */
enum {
    HEAD_TIME = 10000, /* for a whole head, from its first byte */
    BODY_TIME = 10000, /* for a body, and a second more for each BODY_RATE bytes of it */
    BODY_RATE = 500,
    IDLE_TIME = 15000,   /* between requests */
    STALL_TIME = 30000,  /* without taking a byte of the answer */
    LINGER_TIME = 2000,  /* to read on after an error, so that the client sees it */
    CROWDED_TIME = 1000, /* between requests, while descriptors are short */
};

/* Exchanges that a thread keeps for the next requests, and the bytes of text that each may hold. */
enum { SPARES = 64, SPARE_TEXT_MAX = 65536 };

/* What a connection needs while a request is being read or answered, and only then. */
struct exchange {
    struct exchange *next; /* in the list of those to be used again */
    int64_t body_began;    /* milliseconds */
    size_t length, at;     /* bytes that have come, and how far they have been dealt with */
    struct request request;
    struct body body;
    struct answer answer;
    struct text raw; /* the request as it arrived, for the echo */
    char bytes[HEAD_MAX + 4096];
};

union client {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

/* Idle ones are many: this is all that they cost here, beside a pointer. */
struct connection {
    int fd;
    enum { IDLE, READ_HEAD, READ_BODY, MAKE, SEND, LINGER } state;
    short watched;             /* the events that the loop waits for; 0: it is in the queue */
    bool late;                 /* its deadline has passed */
    struct connection *behind; /* in the queue of those that can go on at once */
    int64_t since, deadline;   /* milliseconds: of the last event; of the next one */
    struct exchange *exchange; /* NULL when IDLE or LINGER */
    union client client;
};

/* What the connections of one thread share. */
struct worker {
    struct site site;
    struct cache cache;
    int64_t now;       /* milliseconds, once a turn */
    double scale;      /* of the deadlines */
    bool quiet;        /* no log */
    bool stopping;     /* finish what is being sent, then end */
    atomic_int *loops; /* that may still accept: the last one to stop closes the door */
    struct exchange *spare;
    int spares;
    struct seldom short_of_descriptors, turned_away, lost; /* warnings */
    char buffer[1 << 19]; /* what is being sent or thrown away: nobody's beyond one call */
};

/* Takes FD, which comes from CLIENT, as a new connection. */
void connection_open(struct worker *w, struct connection *c, int fd, const union client *client);

enum { GO_ON = -1 };

/* Does what can be done at once, but no more than one request's worth. Returns what to wait for,
 * POLLIN or POLLOUT; 0: close it; GO_ON: it needs to wait for nothing but others, who have their
 * turns before it; then comes connection_go_on, and nothing else. */
short connection_ready(struct worker *w, struct connection *c);
short connection_go_on(struct worker *w, struct connection *c);

/* The same, when the deadline has passed. */
short connection_late(struct worker *w, struct connection *c);

/* Ends it at once; what is being sent is logged as far as it was. */
void connection_close(struct worker *w, struct connection *c);

/* Frees what *W keeps for later, when it has no connections any more. */
void worker_end(struct worker *w);

#endif
