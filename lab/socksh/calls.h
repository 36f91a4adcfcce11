/* SPDX-License-Identifier: MIT */
/* The calls, each: take the words, show it, call it. */
#ifndef SOCKSH_CALLS_H
#define SOCKSH_CALLS_H

#include "address.h"

void call_socket(struct command *c);
void call_bind(struct command *c);
void call_listen(struct command *c);
void call_connect(struct command *c);
void call_accept(struct command *c);
void call_shutdown(struct command *c);
void call_close(struct command *c);
void call_getsockname(struct command *c);
void call_getpeername(struct command *c);
void call_unlink(struct command *c);
void call_sleep(struct command *c);
void call_signal(struct command *c);

void told_from(const struct address *a); /* told, and $from from now on */

/* In data.c, options.c, names.c, poll.c, status.c */
void call_send(struct command *c);
void call_recv(struct command *c);
void call_sendto(struct command *c);
void call_recvfrom(struct command *c);
void call_fcntl(struct command *c);
void call_getsockopt(struct command *c);
void call_linger(struct command *c);
void call_setsockopt(struct command *c);
void call_getaddrinfo(struct command *c);
void call_gethostname(struct command *c);
void call_getservbyname(struct command *c);
void call_poll(struct command *c);
void call_status(struct command *c);

#endif
