/* SPDX-License-Identifier: MIT */
/* The C library's own calls, behind those of the preloaded library. */
#ifndef SOCKTRACE_REAL_H
#define SOCKTRACE_REAL_H

#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

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

/* Finds them. Two threads may do this at once: they store the same. */
void find_real_calls(void);

#endif
