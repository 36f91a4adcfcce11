/* SPDX-License-Identifier: MIT */
/* What becomes of bytes. */
#ifndef SOCKFAULT_TRANSFER_H
#define SOCKFAULT_TRANSFER_H

#include "strike.h"

#include <sys/types.h>

/* recvmsg(2) and sendmsg(2), disturbed; name is the call that the program made. */
ssize_t receive(const char *name, int fd, enum kind kind, struct msghdr *message, int flags);
ssize_t transmit(const char *name, int fd, enum kind kind, const struct msghdr *message, int flags);

/* How many of n bytes this call may move at most; and, when it has, the time that they take. */
size_t part_of(size_t n);
void say_part(const char *name, int fd, size_t done, size_t asked);
bool pace(const char *name, int fd, size_t n);

#endif
