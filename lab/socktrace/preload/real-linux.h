/* SPDX-License-Identifier: MIT */
/* The calls that only Linux and its C libraries have. */
#ifndef SOCKTRACE_REAL_LINUX_H
#define SOCKTRACE_REAL_LINUX_H

#include "real.h"

#include <sys/epoll.h>

struct mmsghdr { /* as <sys/socket.h> has it with _GNU_SOURCE only */
    struct msghdr msg_hdr;
    unsigned int msg_len;
};

#define LINUX_CALLS(X)                                                                             \
    X(int, accept4, (int, struct sockaddr *, socklen_t *, int))                                    \
    X(int, dup3, (int, int, int))                                                                  \
    X(int, fcntl64, (int, int, ...))                                                               \
    X(ssize_t, sendfile, (int, int, off_t *, size_t))                                              \
    X(ssize_t, sendfile64, (int, int, off_t *, size_t))                                            \
    X(int, sendmmsg, (int, struct mmsghdr *, unsigned int, int))                                   \
    X(int, recvmmsg, (int, struct mmsghdr *, unsigned int, int, struct timespec *))                \
    X(ssize_t, __recv_chk, (int, void *, size_t, size_t, int))                                     \
    X(ssize_t, __recvfrom_chk, (int, void *, size_t, size_t, int, struct sockaddr *, socklen_t *)) \
    X(ssize_t, __read_chk, (int, void *, size_t, size_t))                                          \
    X(int, __vdprintf_chk, (int, int, const char *, va_list))                                      \
    X(int, __poll_chk, (struct pollfd *, nfds_t, int, size_t))                                     \
    X(int, ppoll, (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *))            \
    X(int, __ppoll_chk,                                                                            \
      (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *, size_t))                \
    X(int, epoll_wait, (int, struct epoll_event *, int, int))                                      \
    X(int, epoll_pwait, (int, struct epoll_event *, int, int, const sigset_t *))                   \
    X(int, close_range, (unsigned int, unsigned int, int))                                         \
    X(void, closefrom, (int))                                                                      \
    X(int, execvpe, (const char *, char *const[], char *const[]))                                  \
    X(int, fexecve, (int, char *const[], char *const[]))

struct linux_calls {
    LINUX_CALLS(MEMBER)
};
extern struct linux_calls linux_real;

void find_linux_calls(void);

#endif
