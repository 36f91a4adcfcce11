/* SPDX-License-Identifier: MIT */
/* What the files of the preloaded library share. */
#ifndef SOCKFAULT_PRELOAD_H
#define SOCKFAULT_PRELOAD_H

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sockfault-next.h"

/* The C library's own calls, behind those that stand in front of them. The library itself calls
 * only these, so that a library that watches (socktrace) is not told of our calls. */
#define REAL_CALLS(X)                                                                              \
    X(accept)                                                                                      \
    X(bind) X(close) X(connect) X(fcntl) X(getpeername) X(getsockname) X(getsockopt) X(poll)       \
        X(pselect) X(read) X(readv) X(recv) X(recvfrom) X(recvmsg) X(select) X(send) X(sendmsg)    \
            X(sendto) X(setsockopt) X(socket) X(write) X(writev) X(_exit)

struct real_calls {
#define X(name) __typeof__(name) *name;
    REAL_CALLS(X)
#undef X
};
extern struct real_calls real;

/* Puts fault_NAME in front of NAME: on macOS by a table that dyld reads, else by its name. */
#ifdef __APPLE__
#define FIND(table, call) ((table).call = call)
#define REPLACE(name)                                                                              \
    __attribute__((used, section("__DATA,__interpose"))) static const struct {                     \
        void (*ours)(void), (*theirs)(void);                                                       \
    } interpose_##name = {(void (*)(void))fault_##name, (void (*)(void))name}
#else
#define FIND(table, call) (*(void **)&(table).call = next_call(#call))
#define REPLACE(name)                                                                              \
    extern __typeof__(name) name __attribute__((alias("fault_" #name), visibility("default")))
#endif

enum kind { FOREIGN, STREAM, DATAGRAM }; /* FOREIGN: no IPv4 or IPv6 socket; left alone */
enum call { ACCEPT, CONNECT, RECEIVE, SEND, WAIT, CALLS };

/* One of these comes first in each replacement: it finds the real calls and reads the faults. */
void ready(void);
enum kind kind_of(int fd);

/* True, with errno: this call is to fail with EINTR, or on a non-blocking socket with EAGAIN. */
bool struck(const char *name, enum call call, int fd, int flags);
bool wait_struck(const char *name);

/* accept(2) before and after the real call: true with errno, the connection stays in the queue. */
bool accept_struck(const char *name, int fd, int flags);
int accepted(int fd);

/* recvmsg(2) and sendmsg(2), disturbed; name is the call that the program made. */
ssize_t receive(const char *name, int fd, enum kind kind, struct msghdr *message, int flags);
ssize_t transmit(const char *name, int fd, enum kind kind, const struct msghdr *message, int flags);

/* How many of n bytes this call may move at most; and, when it has, the time that they take. */
size_t part_of(size_t n);
void say_part(const char *name, int fd, size_t done, size_t asked);
bool pace(const char *name, int fd, size_t n);

/* The replacements that go by other names as well. */
ssize_t fault_read(int fd, void *buffer, size_t size);
ssize_t fault_recv(int fd, void *buffer, size_t size, int flags);
ssize_t fault_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
                       socklen_t *from_size);
int fault_poll(struct pollfd *fds, nfds_t count, int timeout);

/* What only Linux has, in sockfault-linux.c. A socket in an edge-triggered epoll(7) set keeps its
 * full reads: there a short one means "empty", and the program may rightly wait for ever. */
#ifdef __linux__
void find_linux_calls(void);
bool edge_triggered(int fd);
void new_socket(int fd);
#else
#define find_linux_calls() ((void)0)
#define edge_triggered(fd) false
#define new_socket(fd) ((void)0)
#endif

#endif
