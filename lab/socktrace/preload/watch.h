/* SPDX-License-Identifier: MIT */
/* What the preloaded library knows of each call, and how it tells it.
 *
 * A wrapper looks like this, and nothing in it may change what the program gets:
 *
 *     struct watch w;
 *     if (!watch_receive(&w, "recv", fd, size, flags, WATCH_ANY))
 *         return REAL(recv)(fd, buffer, size, flags);
 *     n = REAL(recv)(fd, buffer, size, flags);
 *     watch_received(&w, n, flags, data, 1);     (writes the event and restores errno)
 *     return n; */
#ifndef SOCKTRACE_WATCH_H
#define SOCKTRACE_WATCH_H

#include "../state.h"
#include "real.h"

/* Which descriptors: any, so that errors are told; only sockets; or all but open files, as programs
 * ask getpeername() and the like to find out whether a descriptor is a socket. */
enum which { WATCH_ANY, WATCH_SOCKETS, WATCH_NO_FILES };

struct watch {
    struct event event;
    struct entry *entry;
    struct slot *slot;
    int error; /* errno as the program left it, then as the call left it */
};

/* The parts of a call. watch_begin returns false when the call is not to be told. It is followed by
 * what goes into the event, by watch_waits, by the real call, by watch_returned (takes time and
 * errno) and by watch_end (writes the event, restores errno). */
bool watch_begin(struct watch *w, const char *call, int fd, enum which which);
void watch_waits(struct watch *w);
void watch_returned(struct watch *w, int64_t result);
void watch_end(struct watch *w);
void watch_end_data(struct watch *w, const struct iovec *data, int parts, size_t count);

bool watch_receive(struct watch *w, const char *call, int fd, size_t want, int flags,
                   enum which which);
void watch_received(struct watch *w, ssize_t n, int flags, const struct iovec *data, int parts);
bool watch_send(struct watch *w, const char *call, int fd, const struct iovec *data, int parts,
                int flags, const struct sockaddr *to, socklen_t length, enum which which);
void watch_sent(struct watch *w, ssize_t n, const struct iovec *data, int parts);

/* Facts about sockets. */
void watch_new(struct watch *w, int fd);        /* fd was made: nothing is known of it yet */
void watch_refresh(struct watch *w, bool peer); /* the socket's addresses may have changed */
void watch_remember_peer(struct watch *w, const char *peer);
/* An address that a call gives: the room for it is asked for before, as the call then puts the
 * whole length there, also when there was room for a part of the address only. */
socklen_t room_for(const struct sockaddr *address, const socklen_t *length);
bool has_all(const socklen_t *length, socklen_t room);
void watch_accepted(struct watch *w, int fd, const struct sockaddr *from, const socklen_t *length,
                    socklen_t room);
uint64_t socket_id(int fd); /* 0: no socket */
bool is_datagram(const struct watch *w);
void address_text(char text[ADDRESS_SIZE], const struct sockaddr *address, socklen_t length);
size_t total(const struct iovec *data, int parts);
/* May these bytes be read? A program that hands a wrong pointer to the system gets EFAULT from it,
 * and must get the same here, not a crash. */
bool is_readable(const void *at, size_t size);

/* The process. */
bool watching_polls(void);
bool is_trace_descriptor(int fd);
void forget_trace_descriptor(int fd);                            /* another file takes its number */
void watch_program(const char *path, char *const environment[]); /* before it is executed */
void watch_hidden(int fd, const char *why);
void watch_exit(int status);
extern _Thread_local int quiet_depth; /* above 0: inside of the C library, tell nothing */

#endif
