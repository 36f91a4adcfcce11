/* SPDX-License-Identifier: MIT */
/* Datagrams that leave later than they were sent: delay, jitter and reorder. */
#ifndef SOCKFAULT_LATER_H
#define SOCKFAULT_LATER_H

#include <stdbool.h>
#include <sys/socket.h>

/* Keeps a copy of the datagram, and of its socket, and sends it after that many milliseconds, from
 * a thread of its own. hold: milliseconds more, which end early when later_release() is called.
 * Returns false when memory, descriptors or threads ran out: send it now instead. */
bool later_send(int fd, const struct msghdr *message, int flags, long milliseconds, long hold);

/* The held datagram, if there is one, may go, that many milliseconds from now: its
 * successor left. */
void later_release(long milliseconds);

/* Waits until everything has left; what is held leaves at once. For the end of the program. */
void later_flush(void);

#endif
