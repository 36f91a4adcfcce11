/* SPDX-License-Identifier: MIT */
/* Which of many descriptors have something to say: ready-posix.c asks poll(2), on any system.
 *
 * poll is told about every descriptor on every call, which takes its time when thousands of them
 * are idle: 3 milliseconds and more for 10,000. So Linux has ready-linux.c, with epoll(7). */
#ifndef WEB_READY_H
#define WEB_READY_H

#include <poll.h>
#include <stdbool.h>

enum { READY_MOST = 256 }; /* descriptors at a time */

struct ready;

/* Begins, with nothing to watch. NULL: out of memory or descriptors, and errno tells which. */
struct ready *ready_open(void);

/* From now on watches FD for EVENTS: POLLIN or POLLOUT; 0: no more, which must stand before its
 * close. False: out of memory, and errno says so. */
bool ready_watch(struct ready *r, int fd, short events);

/* Waits until there is something, for MILLISECONDS at most (-1: for ever). Returns how many
 * descriptors it has put into FDS: those with an event, an error or an end; 0 after a signal. */
int ready_wait(struct ready *r, int fds[READY_MOST], int milliseconds);

/* Frees R; the descriptors stay open. */
void ready_close(struct ready *r);

/* Asks that accept(2) on FD, a listening socket, take a client only when it has said something, or
 * after a second of silence: so both are woken up less often. Does nothing where that is unknown.
 */
void ready_accept(int fd);

/* A flag for send(2), when what is sent is the last before the close: it may wait for the FIN and
 * leave in one segment with it, which saves the client one wake-up of two. 0: there is none. */
extern const int send_and_close;

#endif
