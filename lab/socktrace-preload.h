/* SPDX-License-Identifier: MIT */
/* socktrace-preload.h - the inside of the preloaded library.
 *
 * A wrapper looks like this, and nothing in it may change what the program gets:
 *
 *     struct watch w;
 *     if (!watch_receive(&w, "recv", fd, size, flags, WATCH_ANY))
 *         return REAL(recv)(fd, buffer, size, flags);
 *     n = REAL(recv)(fd, buffer, size, flags);
 *     watch_received(&w, n, flags, data, 1);     (writes the event and restores errno)
 *     return n; */
#ifndef SOCKTRACE_PRELOAD_H
#define SOCKTRACE_PRELOAD_H

#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socktrace.h"

#ifdef __APPLE__
#include <crt_externs.h>
#define environ (*_NSGetEnviron()) /* libraries have no environ of their own there */
#else
extern char **environ;
#endif

#ifndef RTLD_NEXT
#define RTLD_NEXT ((void *)-1L) /* POSIX since 2024; glibc has it with _GNU_SOURCE only */
#endif

/* The library stands before the C library: its own recv() is called, REAL(recv) is the next one's.
 * On macOS dyld interposes instead: interposed_recv() is called for recv(), which is the real one. */
#ifdef __APPLE__
#define WATCH(type, name) static type interposed_##name
#define REAL(name) name
#define INTERPOSE(type, name, parameters)                                                          \
    __attribute__((used, section("__DATA,__interpose"))) static const struct {                     \
        type(*with) parameters;                                                                    \
        type(*what) parameters;                                                                    \
    } interpose_##name = {interposed_##name, name};
#else
#define WATCH(type, name) __attribute__((visibility("default"))) type name
#define REAL(name) real.name
#define MEMBER(type, name, parameters) type(*name) parameters;
#define LOAD(type, name, parameters)                                                               \
    symbol = dlsym(RTLD_NEXT, #name);                                                              \
    memcpy(&real.name, &symbol, sizeof symbol);
#endif

/* read, write and close stand first: dlsym() itself may use them. */
#define POSIX_CALLS(X)                                                                             \
    X(ssize_t, read, (int, void *, size_t))                                                        \
    X(ssize_t, write, (int, const void *, size_t))                                                 \
    X(int, close, (int))                                                                           \
    X(int, socket, (int, int, int))                                                                \
    X(int, socketpair, (int, int, int, int[2]))                                                    \
    X(int, bind, (int, const struct sockaddr *, socklen_t))                                        \
    X(int, listen, (int, int))                                                                     \
    X(int, accept, (int, struct sockaddr *, socklen_t *))                                          \
    X(int, connect, (int, const struct sockaddr *, socklen_t))                                     \
    X(ssize_t, send, (int, const void *, size_t, int))                                             \
    X(ssize_t, sendto, (int, const void *, size_t, int, const struct sockaddr *, socklen_t))       \
    X(ssize_t, sendmsg, (int, const struct msghdr *, int))                                         \
    X(ssize_t, recv, (int, void *, size_t, int))                                                   \
    X(ssize_t, recvfrom, (int, void *, size_t, int, struct sockaddr *, socklen_t *))               \
    X(ssize_t, recvmsg, (int, struct msghdr *, int))                                               \
    X(ssize_t, readv, (int, const struct iovec *, int))                                            \
    X(ssize_t, writev, (int, const struct iovec *, int))                                           \
    X(int, vdprintf, (int, const char *, va_list))                                                 \
    X(int, shutdown, (int, int))                                                                   \
    X(int, dup, (int))                                                                             \
    X(int, dup2, (int, int))                                                                       \
    X(int, fcntl, (int, int, ...))                                                                 \
    X(int, getsockopt, (int, int, int, void *, socklen_t *))                                       \
    X(int, setsockopt, (int, int, int, const void *, socklen_t))                                   \
    X(int, getsockname, (int, struct sockaddr *, socklen_t *))                                     \
    X(int, getpeername, (int, struct sockaddr *, socklen_t *))                                     \
    X(int, getaddrinfo, (const char *, const char *, const struct addrinfo *, struct addrinfo **)) \
    X(int, poll, (struct pollfd *, nfds_t, int))                                                   \
    X(int, select, (int, fd_set *, fd_set *, fd_set *, struct timeval *))                          \
    X(int, pselect,                                                                                \
      (int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *))              \
    X(FILE *, fdopen, (int, const char *))                                                         \
    X(int, execv, (const char *, char *const[]))                                                   \
    X(int, execve, (const char *, char *const[], char *const[]))                                   \
    X(int, execvp, (const char *, char *const[]))                                                  \
    X(int, posix_spawn,                                                                            \
      (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,       \
       char *const[], char *const[]))                                                              \
    X(int, posix_spawnp,                                                                           \
      (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,       \
       char *const[], char *const[]))                                                              \
    X(void, _exit, (int))                                                                          \
    X(void, _Exit, (int))

#ifndef __APPLE__
struct posix_calls {
    POSIX_CALLS(MEMBER)
};
extern struct posix_calls real;
#endif

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

/* Asks for the length of a datagram that does not fit, where the system tells it: then the call
 * returns more than there was room for, and the program gets what it would have got. */
/* A message as the program gave it, or an empty one if it cannot be read. */
struct msghdr as_given(const struct msghdr *message);
int ask_length(const struct watch *w, int flags);
ssize_t without_rest(struct watch *w, ssize_t n, size_t room);

bool watch_begin_replace(struct watch *w, int fd, int to); /* for dup2(), when fd is no socket */

/* poll() and its kin: watch_poll is false when no socket is asked for. */
bool watch_poll(struct watch *w, const char *call, struct pollfd *fds, nfds_t count,
                int64_t timeout);
void watch_polled(struct watch *w, int result, const struct pollfd *fds, nfds_t count);

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

/* ---- what each system does in its own way: socktrace-linux.c, socktrace-portable.c ---- */

void system_load(void);
bool system_socket_id(int fd, uint64_t *id);        /* false: it cannot tell */
int system_thread(void);                            /* the number of this thread */
size_t system_arguments(char *buffer, size_t size); /* the command line, NUL after each argument */
void system_at_exit(void);                          /* arranges for watch_exit to be called */
int system_stderr_of(int pid);                      /* opens the stderr of another process, or -1 */
int system_full_length_flag(void);                  /* makes recv tell a datagram's whole length */

#endif
