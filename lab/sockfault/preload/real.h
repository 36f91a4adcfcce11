/* SPDX-License-Identifier: MIT */
/* The C library's own calls, and how ours stand in front of them. */
#ifndef SOCKFAULT_REAL_H
#define SOCKFAULT_REAL_H

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "next.h"

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

void find_real_calls(void);

#endif
