/* SPDX-License-Identifier: MIT */
/* The words for what the calls take and give: kinds of sockets, errors, flags, options. */
#ifndef TRACE_NAMES_H
#define TRACE_NAMES_H

#include "text.h"

enum kind {
    KIND_NONE,
    TCP4,
    TCP6,
    UDP4,
    UDP6,
    UNIX_STREAM,
    UNIX_DGRAM,
    UNIX_SEQPACKET,
    KIND_OTHER
};

const char *kind_name(enum kind kind);    /* "tcp4", or NULL */
const char *error_name(int error);        /* "EINTR", or NULL */
const char *lookup_error_name(int error); /* of getaddrinfo() */
/* What an error means to a beginner, or NULL; name: what error_name() gives. */
const char *error_meaning(const char *call, enum kind kind, const char *name);

/* The names of constants; a number where there is no name. */
void put_message_flags(struct text *text, int flags);
void put_domain(struct text *text, int domain);
void put_socket_type(struct text *text, int type);
void put_protocol(struct text *text, int domain, int protocol);
void put_option(struct text *text, int level, int option);
const char *poll_events(char *buffer, size_t size, int events);

#endif
