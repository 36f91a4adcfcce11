/* SPDX-License-Identifier: MIT */
/* What the calls of Linux share with those of POSIX. */
#ifndef SOCKTRACE_CALLS_H
#define SOCKTRACE_CALLS_H

#include "watch.h"

/* A message as the program gave it, or an empty one if it cannot be read. */
struct msghdr as_given(const struct msghdr *message);

/* Asks for the length of a datagram that does not fit, where the system tells it: then the call
 * returns more than there was room for, and the program gets what it would have got. */
int ask_length(const struct watch *w, int flags);
ssize_t without_rest(struct watch *w, ssize_t n, size_t room);

bool watch_begin_replace(struct watch *w, int fd, int to); /* for dup2(), when fd is no socket */

/* poll() and its kin: watch_poll is false when no socket is asked for. */
bool watch_poll(struct watch *w, const char *call, struct pollfd *fds, nfds_t count,
                int64_t timeout);
void watch_polled(struct watch *w, int result, const struct pollfd *fds, nfds_t count);

#endif
