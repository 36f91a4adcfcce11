/* SPDX-License-Identifier: MIT */
/* When a fault strikes, and what is said of it. */
#ifndef SOCKFAULT_STRIKE_H
#define SOCKFAULT_STRIKE_H

#include "../list.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum kind { FOREIGN, STREAM, DATAGRAM }; /* FOREIGN: no IPv4 or IPv6 socket; left alone */
enum call { ACCEPT, CONNECT, RECEIVE, SEND, WAIT, CALLS };

/* One of these comes first in each replacement: it finds the real calls and reads the faults. */
void ready(void);
enum kind kind_of(int fd);

bool is_internet(int family);
bool is_blocking(int fd, int flags);
in_port_t port_of(const struct sockaddr_storage *address);

struct text {
    char s[80];
};

struct text text_of(const struct sockaddr_storage *address); /* "127.0.0.1 port 12000" */

extern struct faults faults; /* what was asked for */

void say(enum fault fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The n-th throw of a fault's dice; does it strike then, by the per cent that were asked for; does
 * one strike that is now and then. */
uint64_t dice(enum fault fault, uint64_t n);
bool chance(enum fault fault, unsigned long n);
bool now_and_then(enum fault fault, unsigned long n, enum call call);

/* Does a fault that is now and then strike this time? */
bool strikes(enum fault fault, enum call call);

/* True, with errno EINTR. what: the descriptor as text; "" for a call that takes several */
bool interrupted(const char *name, enum call call, const char *what);

/* True, with errno: this call is to fail with EINTR, or on a non-blocking socket with EAGAIN. */
bool struck(const char *name, enum call call, int fd, int flags);
bool wait_struck(const char *name);

/* A socket in an edge-triggered epoll(7) set keeps its full reads: there a short one means "empty",
 * and the program may rightly wait for ever. */
bool edge_triggered(int fd);
void set_edge_triggered(int fd, bool on);

#endif
