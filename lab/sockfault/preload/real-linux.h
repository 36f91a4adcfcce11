/* SPDX-License-Identifier: MIT */
/* The socket calls that only Linux and glibc have. Include it after #define _GNU_SOURCE, to use
 * them. */
#ifndef SOCKFAULT_REAL_LINUX_H
#define SOCKFAULT_REAL_LINUX_H

void find_linux_calls(void);

#ifdef _GNU_SOURCE
#include "real.h"

#include <sys/epoll.h>
#include <sys/sendfile.h>

/* gcc -D_FORTIFY_SOURCE turns read, recv and poll into these; no header declares them all. */
ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room);
ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags,
                       struct sockaddr *from, socklen_t *from_size);
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t room);

#define LINUX_CALLS(X)                                                                             \
    X(accept4)                                                                                     \
    X(epoll_ctl) X(epoll_pwait) X(epoll_wait) X(ppoll) X(recvmmsg) X(sendfile) X(__poll_chk)       \
        X(__ppoll_chk) X(__read_chk) X(__recv_chk) X(__recvfrom_chk)

struct linux_calls {
#define X(name) __typeof__(name) *name;
    LINUX_CALLS(X)
#undef X
};
extern struct linux_calls own;
#endif

#endif
