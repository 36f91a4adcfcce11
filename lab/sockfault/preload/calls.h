/* SPDX-License-Identifier: MIT */
/* What the calls of Linux share with those of POSIX. */
#ifndef SOCKFAULT_CALLS_H
#define SOCKFAULT_CALLS_H

#include "real.h"
#include "transfer.h"

/* accept(2) before and after the real call: true with errno, the connection stays in the queue. */
bool accept_struck(const char *name, int fd, int flags);
int accepted(int fd);

/* The replacements that go by other names as well. */
ssize_t fault_read(int fd, void *buffer, size_t size);
ssize_t fault_recv(int fd, void *buffer, size_t size, int flags);
ssize_t fault_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
                       socklen_t *from_size);
int fault_poll(struct pollfd *fds, nfds_t count, int timeout);

#endif
