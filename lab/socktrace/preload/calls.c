/* SPDX-License-Identifier: MIT */
/* The calls that the preloaded library watches, as POSIX has them.
 *
 * Each function stands before the C library's function of the same name, calls it with the same
 * arguments, and tells what happened. watch.h shows the pattern. What only Linux has stands in
 * calls-linux.c. */
#include "calls.h"
#include "../../trace/program.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#ifdef __APPLE__
#include <crt_externs.h>
#define environ (*_NSGetEnviron()) /* libraries have no environ of their own there */
#else
extern char **environ;
#endif

#ifndef IOV_MAX
#define IOV_MAX 1024 /* POSIX: where <limits.h> leaves it to sysconf(), it is at least 16 */
#endif

static struct iovec one(uintptr_t data, size_t size) /* no const void *: gcc takes that for a read */
{
    return (struct iovec){(void *)data, size};
}

/* ---- a socket's life ---- */

WATCH(int, socket)(int domain, int type, int protocol)
{
    struct watch w;
    int fd;

    if (!watch_begin(&w, "socket", NO_FD, WATCH_ANY))
        return REAL(socket)(domain, type, protocol);
    arg_socket(&w.event, domain, type, protocol);
    fd = REAL(socket)(domain, type, protocol);
    watch_returned(&w, fd);
    if (fd != -1)
        watch_new(&w, fd);
    watch_end(&w);
    return fd;
}

WATCH(int, socketpair)(int domain, int type, int protocol, int pair[2])
{
    struct watch w;
    struct watch second = {.event = {.begin = 0}};
    int result;

    if (!watch_begin(&w, "socketpair", NO_FD, WATCH_ANY))
        return REAL(socketpair)(domain, type, protocol, pair);
    arg_socket(&w.event, domain, type, protocol);
    result = REAL(socketpair)(domain, type, protocol, pair);
    watch_returned(&w, result);
    if (result == 0) {
        watch_new(&w, pair[0]);
        second.event.begin = w.event.begin;
        watch_new(&second, pair[1]);
        arg_number(&w.event, "pair", pair[1]);
        arg_number(&w.event, "pairid", (int64_t)second.event.id);
    }
    watch_end(&w);
    return result;
}

WATCH(int, bind)(int fd, const struct sockaddr *address, socklen_t length)
{
    struct watch w;
    char asked[ADDRESS_SIZE];
    int result;

    if (!watch_begin(&w, "bind", fd, WATCH_ANY))
        return REAL(bind)(fd, address, length);
    result = REAL(bind)(fd, address, length);
    watch_returned(&w, result);
    if (address != NULL && length > 0 && is_readable(address, length)) {
        address_text(asked, address, length);
        if (result == 0)
            watch_refresh(&w, false);
        else
            memcpy(w.event.local, asked, sizeof asked);
        if (strcmp(w.event.local, asked) != 0)
            arg_text(&w.event, "asked", asked);
    }
    watch_end(&w);
    return result;
}

WATCH(int, listen)(int fd, int backlog)
{
    struct watch w;
    int result;

    if (!watch_begin(&w, "listen", fd, WATCH_ANY))
        return REAL(listen)(fd, backlog);
    arg_number(&w.event, "backlog", backlog);
    result = REAL(listen)(fd, backlog);
    watch_returned(&w, result);
    if (result == 0)
        watch_refresh(&w, false); /* listen() binds a socket that has no address */
    watch_end(&w);
    return result;
}

WATCH(int, accept)(int fd, struct sockaddr *address, socklen_t *length)
{
    struct watch w;
    socklen_t room = room_for(address, length);
    int result;

    if (!watch_begin(&w, "accept", fd, WATCH_ANY))
        return REAL(accept)(fd, address, length);
    watch_waits(&w);
    result = REAL(accept)(fd, address, length);
    watch_returned(&w, result);
    if (result != -1)
        watch_accepted(&w, result, address, length, room);
    watch_end(&w);
    return result;
}

WATCH(int, connect)(int fd, const struct sockaddr *address, socklen_t length)
{
    struct watch w;
    char peer[ADDRESS_SIZE] = "";
    int result;

    if (!watch_begin(&w, "connect", fd, WATCH_ANY))
        return REAL(connect)(fd, address, length);
    if (address != NULL && length > 0 && w.event.id != 0 && is_readable(address, length)) {
        address_text(peer, address, length);
        memcpy(w.event.peer, peer, sizeof peer);
    }
    watch_waits(&w);
    result = REAL(connect)(fd, address, length);
    watch_returned(&w, result);
    if (result == 0) {
        w.event.peer[0] = '\0';
        watch_refresh(&w, true);
    } else if (w.error == EINPROGRESS || w.error == EINTR) {
        watch_refresh(&w, false);
        watch_remember_peer(&w, peer);
    }
    memcpy(w.event.peer, peer, sizeof peer);
    watch_end(&w);
    return result;
}

WATCH(int, shutdown)(int fd, int how)
{
    static const char *const names[] = {"SHUT_RD", "SHUT_WR", "SHUT_RDWR"};
    struct watch w;
    int result;

    _Static_assert(SHUT_RD == 0 && SHUT_WR == 1 && SHUT_RDWR == 2, "the order of the names");
    if (!watch_begin(&w, "shutdown", fd, WATCH_ANY))
        return REAL(shutdown)(fd, how);
    if (how >= 0 && how <= 2)
        arg_text(&w.event, "how", names[how]);
    else
        arg_number(&w.event, "how", how);
    result = REAL(shutdown)(fd, how);
    watch_returned(&w, result);
    watch_end(&w);
    return result;
}

WATCH(int, close)(int fd)
{
    struct watch w;
    int result;

    if (is_trace_descriptor(fd)) { /* a program that closes all it might have: there is nothing */
        errno = EBADF;
        return -1;
    }
    if (!watch_begin(&w, "close", fd, WATCH_SOCKETS))
        return REAL(close)(fd);
    watch_waits(&w);
    result = REAL(close)(fd);
    watch_returned(&w, result);
    watch_end(&w);
    return result;
}

/* How many of the parts can be looked at: all, or none if the pointer or the number is wrong. */
static int parts_given(const struct iovec *data, size_t parts)
{
    return parts <= IOV_MAX && is_readable(data, parts * sizeof *data) ? (int)parts : 0;
}

struct msghdr as_given(const struct msghdr *message)
{
    struct msghdr given = {.msg_name = NULL};

    if (is_readable(message, sizeof *message)) {
        given = *message;
        given.msg_iovlen = 0; /* its type is not the same on all systems */
        given.msg_iovlen += (unsigned)parts_given(message->msg_iov, (size_t)message->msg_iovlen);
    }
    return given;
}

/* ---- receiving ---- */

int ask_length(const struct watch *w, int flags)
{
    return is_datagram(w) && !(flags & MSG_TRUNC) ? system_full_length_flag() : 0;
}

ssize_t without_rest(struct watch *w, ssize_t n, size_t room)
{
    if (n < 0 || (size_t)n <= room)
        return n;
    arg_number(&w->event, "full", n);
    w->event.result = (int64_t)room;
    return (ssize_t)room;
}

WATCH(ssize_t, recv)(int fd, void *buffer, size_t size, int flags)
{
    struct watch w;
    struct iovec data = one((uintptr_t)buffer, size);
    ssize_t n;

    if (!watch_receive(&w, "recv", fd, size, flags, WATCH_ANY))
        return REAL(recv)(fd, buffer, size, flags);
    n = REAL(recv)(fd, buffer, size, flags | ask_length(&w, flags));
    watch_returned(&w, n);
    if (ask_length(&w, flags) != 0)
        n = without_rest(&w, n, size);
    watch_received(&w, n, flags, &data, 1);
    return n;
}

WATCH(ssize_t, recvfrom)
(int fd, void *buffer, size_t size, int flags, struct sockaddr *from, socklen_t *length)
{
    struct watch w;
    struct iovec data = one((uintptr_t)buffer, size);
    socklen_t room = room_for(from, length);
    ssize_t n;

    if (!watch_receive(&w, "recvfrom", fd, size, flags, WATCH_ANY))
        return REAL(recvfrom)(fd, buffer, size, flags, from, length);
    n = REAL(recvfrom)(fd, buffer, size, flags | ask_length(&w, flags), from, length);
    watch_returned(&w, n);
    if (ask_length(&w, flags) != 0)
        n = without_rest(&w, n, size);
    if (n >= 0 && has_all(length, room) && is_datagram(&w))
        address_text(w.event.peer, from, *length);
    watch_received(&w, n, flags, &data, 1);
    return n;
}

WATCH(ssize_t, recvmsg)(int fd, struct msghdr *message, int flags)
{
    struct watch w;
    struct msghdr given = as_given(message);
    struct iovec *data = given.msg_iov;
    int parts = (int)given.msg_iovlen;
    size_t size = total(data, parts);
    socklen_t room = given.msg_name != NULL ? given.msg_namelen : 0;
    ssize_t n;

    if (!watch_receive(&w, "recvmsg", fd, size, flags, WATCH_ANY))
        return REAL(recvmsg)(fd, message, flags);
    n = REAL(recvmsg)(fd, message, flags | ask_length(&w, flags));
    watch_returned(&w, n);
    if (ask_length(&w, flags) != 0)
        n = without_rest(&w, n, size);
    else if (n >= 0 && is_datagram(&w) && (message->msg_flags & MSG_TRUNC))
        arg_number(&w.event, "truncated", 1);
    if (n >= 0 && has_all(&message->msg_namelen, room) && is_datagram(&w))
        address_text(w.event.peer, message->msg_name, message->msg_namelen);
    watch_received(&w, n, flags, data, parts);
    return n;
}

WATCH(ssize_t, read)(int fd, void *buffer, size_t size)
{
    struct watch w;
    struct iovec data = one((uintptr_t)buffer, size);
    ssize_t n;

    if (!watch_receive(&w, "read", fd, size, 0, WATCH_SOCKETS))
        return REAL(read)(fd, buffer, size);
    n = REAL(read)(fd, buffer, size);
    watch_returned(&w, n);
    watch_received(&w, n, 0, &data, 1);
    return n;
}

WATCH(ssize_t, readv)(int fd, const struct iovec *data, int parts)
{
    struct watch w;
    int given = parts_given(data, (size_t)parts);
    ssize_t n;

    if (!watch_receive(&w, "readv", fd, total(data, given), 0, WATCH_SOCKETS))
        return REAL(readv)(fd, data, parts);
    n = REAL(readv)(fd, data, parts);
    watch_returned(&w, n);
    watch_received(&w, n, 0, data, given);
    return n;
}

/* ---- sending ---- */

WATCH(ssize_t, send)(int fd, const void *buffer, size_t size, int flags)
{
    struct watch w;
    struct iovec data = one((uintptr_t)buffer, size);
    ssize_t n;

    if (!watch_send(&w, "send", fd, &data, 1, flags, NULL, 0, WATCH_ANY))
        return REAL(send)(fd, buffer, size, flags);
    n = REAL(send)(fd, buffer, size, flags);
    watch_returned(&w, n);
    watch_sent(&w, n, &data, 1);
    return n;
}

WATCH(ssize_t, sendto)
(int fd, const void *buffer, size_t size, int flags, const struct sockaddr *to, socklen_t length)
{
    struct watch w;
    struct iovec data = one((uintptr_t)buffer, size);
    ssize_t n;

    if (!watch_send(&w, "sendto", fd, &data, 1, flags, to, length, WATCH_ANY))
        return REAL(sendto)(fd, buffer, size, flags, to, length);
    n = REAL(sendto)(fd, buffer, size, flags, to, length);
    watch_returned(&w, n);
    watch_sent(&w, n, &data, 1);
    return n;
}

WATCH(ssize_t, sendmsg)(int fd, const struct msghdr *message, int flags)
{
    struct watch w;
    struct msghdr given = as_given(message);
    ssize_t n;

    if (!watch_send(&w, "sendmsg", fd, given.msg_iov, (int)given.msg_iovlen, flags, given.msg_name,
                    given.msg_namelen, WATCH_ANY))
        return REAL(sendmsg)(fd, message, flags);
    n = REAL(sendmsg)(fd, message, flags);
    watch_returned(&w, n);
    watch_sent(&w, n, given.msg_iov, (int)given.msg_iovlen);
    return n;
}

WATCH(ssize_t, write)(int fd, const void *buffer, size_t size)
{
    struct watch w;
    struct iovec data = one((uintptr_t)buffer, size);
    ssize_t n;

    if (!watch_send(&w, "write", fd, &data, 1, 0, NULL, 0, WATCH_SOCKETS))
        return REAL(write)(fd, buffer, size);
    n = REAL(write)(fd, buffer, size);
    watch_returned(&w, n);
    watch_sent(&w, n, &data, 1);
    return n;
}

WATCH(ssize_t, writev)(int fd, const struct iovec *data, int parts)
{
    struct watch w;
    int given = parts_given(data, (size_t)parts);
    ssize_t n;

    if (!watch_send(&w, "writev", fd, data, given, 0, NULL, 0, WATCH_SOCKETS))
        return REAL(writev)(fd, data, parts);
    n = REAL(writev)(fd, data, parts);
    watch_returned(&w, n);
    watch_sent(&w, n, data, given);
    return n;
}

/* The C library's dprintf() does not write through write(): the text is made twice. */
WATCH(int, vdprintf)(int fd, const char *format, va_list values)
{
    struct watch w;
    char text[1024];
    struct iovec data = one((uintptr_t)text, 0);
    va_list copy;
    int n;

    if (socket_id(fd) == 0)
        return REAL(vdprintf)(fd, format, values);
    va_copy(copy, values);
    n = vsnprintf(text, sizeof text, format, copy);
    va_end(copy);
    data.iov_len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    if (!watch_send(&w, "dprintf", fd, &data, 1, 0, NULL, 0, WATCH_SOCKETS))
        return REAL(vdprintf)(fd, format, values);
    w.event.want = n;
    n = REAL(vdprintf)(fd, format, values);
    watch_returned(&w, n);
    watch_sent(&w, n, &data, 1);
    return n;
}

#ifndef __APPLE__ /* there dprintf() itself calls vdprintf() or is not seen */
WATCH(int, dprintf)(int fd, const char *format, ...)
{
    va_list values;
    int n;

    va_start(values, format);
    n = vdprintf(fd, format, values);
    va_end(values);
    return n;
}
#endif

/* ---- descriptors ---- */

WATCH(int, dup)(int fd)
{
    struct watch w;
    int result;

    if (!watch_begin(&w, "dup", fd, WATCH_SOCKETS))
        return REAL(dup)(fd);
    result = REAL(dup)(fd);
    watch_returned(&w, result);
    watch_end(&w);
    return result;
}

/* A file that takes the number of a socket closes the socket. */
bool watch_begin_replace(struct watch *w, int fd, int to)
{
    int error = errno;
    bool is_open = REAL(fcntl)(fd, F_GETFD) != -1;

    errno = error;
    return is_open && watch_begin(w, "close", to, WATCH_SOCKETS);
}

WATCH(int, dup2)(int fd, int to)
{
    struct watch w;
    uint64_t replaced;
    int result;

    if (fd != to)
        forget_trace_descriptor(to);
    if (socket_id(fd) == 0 && watch_begin_replace(&w, fd, to)) {
        result = REAL(dup2)(fd, to);
        watch_returned(&w, result == -1 ? -1 : 0);
        watch_end(&w);
        return result;
    }
    if (!watch_begin(&w, "dup2", fd, WATCH_SOCKETS))
        return REAL(dup2)(fd, to);
    replaced = socket_id(to);
    arg_number(&w.event, "to", to);
    result = REAL(dup2)(fd, to);
    watch_returned(&w, result);
    if (result != -1 && fd != to && replaced != 0)
        arg_number(&w.event, "replaced", (int64_t)replaced);
    watch_end(&w);
    return result;
}

/* The one optional argument of fcntl() is an int or a pointer; both travel as a pointer. */
WATCH(int, fcntl)(int fd, int command, ...)
{
    struct watch w;
    va_list values;
    void *argument;
    int result;

    va_start(values, command);
    argument = va_arg(values, void *);
    va_end(values);
    if ((command != F_DUPFD && command != F_DUPFD_CLOEXEC && command != F_SETFL) ||
        !watch_begin(&w, "fcntl", fd, WATCH_SOCKETS))
        return REAL(fcntl)(fd, command, argument);
    arg_text(&w.event, "cmd",
             command == F_SETFL   ? "F_SETFL"
             : command == F_DUPFD ? "F_DUPFD"
                                  : "F_DUPFD_CLOEXEC");
    if (command == F_SETFL)
        arg_open_flags(&w.event, (int)(intptr_t)argument);
    result = REAL(fcntl)(fd, command, argument);
    watch_returned(&w, result);
    watch_end(&w);
    return result;
}

WATCH(FILE *, fdopen)(int fd, const char *mode)
{
    FILE *stream = REAL(fdopen)(fd, mode);

    if (stream != NULL)
        watch_hidden(fd, "stdio (fdopen) reads and writes this socket inside of the C library");
    return stream;
}

/* ---- questions and settings ---- */

/* The value of a socket option, as far as its size tells what it is. */
static void arg_value(struct event *event, int level, int option, const void *value, size_t size)
{
    char text[96];
    struct text out = text_in(text, sizeof text);
    struct linger linger;
    struct timeval time;
    int number;

    if (value == NULL || !is_readable(value, size))
        return;
    if (level == SOL_SOCKET && option == SO_LINGER && size == sizeof linger) {
        memcpy(&linger, value, sizeof linger);
        put_text(&out, linger.l_onoff ? "on," : "off,");
        put_number(&out, linger.l_linger);
    } else if (level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO) &&
               size == sizeof time) {
        memcpy(&time, value, sizeof time);
        put_number(&out, time.tv_sec);
        put_char(&out, '.');
        for (long digit = 100000; digit > 0; digit /= 10)
            put_char(&out, (char)('0' + (long)time.tv_usec / digit % 10));
    } else if (size == sizeof number) {
        memcpy(&number, value, sizeof number);
        if (level == SOL_SOCKET && option == SO_ERROR && number != 0 && error_name(number) != NULL)
            put_text(&out, error_name(number));
        else
            put_number(&out, number);
    } else if (size == 1) {
        put_number(&out, *(const unsigned char *)value);
    } else {
        return;
    }
    arg_text(event, "val", text);
}

WATCH(int, setsockopt)(int fd, int level, int option, const void *value, socklen_t size)
{
    struct watch w;
    int result;

    if (!watch_begin(&w, "setsockopt", fd, WATCH_ANY))
        return REAL(setsockopt)(fd, level, option, value, size);
    arg_option(&w.event, level, option);
    result = REAL(setsockopt)(fd, level, option, value, size);
    watch_returned(&w, result);
    if (size <= 1000)
        arg_value(&w.event, level, option, value, size);
    watch_end(&w);
    return result;
}

WATCH(int, getsockopt)(int fd, int level, int option, void *value, socklen_t *size)
{
    struct watch w;
    int result;

    if (!watch_begin(&w, "getsockopt", fd, WATCH_NO_FILES))
        return REAL(getsockopt)(fd, level, option, value, size);
    arg_option(&w.event, level, option);
    result = REAL(getsockopt)(fd, level, option, value, size);
    watch_returned(&w, result);
    if (result == 0)
        arg_value(&w.event, level, option, value, *size);
    watch_end(&w);
    return result;
}

WATCH(int, getsockname)(int fd, struct sockaddr *address, socklen_t *length)
{
    struct watch w;
    int result;

    if (!watch_begin(&w, "getsockname", fd, WATCH_NO_FILES))
        return REAL(getsockname)(fd, address, length);
    result = REAL(getsockname)(fd, address, length);
    watch_returned(&w, result);
    watch_end(&w);
    return result;
}

WATCH(int, getpeername)(int fd, struct sockaddr *address, socklen_t *length)
{
    struct watch w;
    int result;

    if (!watch_begin(&w, "getpeername", fd, WATCH_NO_FILES))
        return REAL(getpeername)(fd, address, length);
    result = REAL(getpeername)(fd, address, length);
    watch_returned(&w, result);
    watch_end(&w);
    return result;
}

/* Every address once, in the order in which the program will see them. */
static void arg_addresses(struct event *event, const struct addrinfo *list)
{
    char text[400];
    struct text out = text_in(text, sizeof text);
    char last[ADDRESS_SIZE] = "";

    text[0] = '\0';
    for (const struct addrinfo *at = list; at != NULL; at = at->ai_next) {
        char address[ADDRESS_SIZE];
        address_text(address, at->ai_addr, at->ai_addrlen);
        if (strcmp(address, last) == 0 || out.end - out.at < (ptrdiff_t)strlen(address) + 1)
            continue; /* the same for another type of socket */
        if (at != list)
            put_char(&out, ',');
        put_text(&out, address);
        memcpy(last, address, sizeof last);
    }
    arg_text(event, "addresses", text);
}

WATCH(int, getaddrinfo)
(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
    struct watch w;
    int result;

    if (!watch_begin(&w, "getaddrinfo", NO_FD, WATCH_ANY))
        return REAL(getaddrinfo)(host, service, hints, list);
    if (host != NULL)
        arg_text(&w.event, "host", host);
    if (service != NULL)
        arg_text(&w.event, "service", service);
    watch_waits(&w);
    quiet_depth++; /* what the C library does to find out is not the program's doing */
    result = REAL(getaddrinfo)(host, service, hints, list);
    quiet_depth--;
    watch_returned(&w, result);
    if (result == 0)
        arg_addresses(&w.event, *list);
    watch_end(&w);
    return result;
}

/* ---- waiting for several (option -p) ---- */

static void put_ready(struct text *text, int fd, int events)
{
    char names[80];

    if (text->end - text->at < 90)
        return;
    if (text->at[-1] != '\0' && text->at[-1] != '=')
        put_char(text, ',');
    put_number(text, fd);
    put_char(text, ':');
    put_text(text, poll_events(names, sizeof names, events));
}

/* Lists the sockets of a poll(): asked for, or reported. Returns whether there are any. */
static bool arg_polled(struct event *event, const char *key, const struct pollfd *fds, nfds_t count,
                       bool reported)
{
    char value[400] = {'='};
    struct text text = text_in(value + 1, sizeof value - 1);

    for (nfds_t i = 0; i < count; i++) {
        int events = reported ? fds[i].revents : fds[i].events;
        if (events != 0 && fds[i].fd >= 0 && socket_id(fds[i].fd) != 0)
            put_ready(&text, fds[i].fd, events);
    }
    if (value[1] != '\0')
        arg_text(event, key, value + 1);
    return value[1] != '\0';
}

bool watch_poll(struct watch *w, const char *call, struct pollfd *fds, nfds_t count,
                int64_t timeout)
{
    if (!watching_polls() || !is_readable(fds, count * sizeof *fds) ||
        !watch_begin(w, call, NO_FD, WATCH_ANY))
        return false;
    arg_number(&w->event, "timeout", timeout);
    if (!arg_polled(&w->event, "fds", fds, count, false)) {
        errno = w->error;
        return false;
    }
    watch_waits(w);
    return true;
}

void watch_polled(struct watch *w, int result, const struct pollfd *fds, nfds_t count)
{
    watch_returned(w, result);
    if (result > 0)
        arg_polled(&w->event, "ready", fds, count, true);
    watch_end(w);
}

WATCH(int, poll)(struct pollfd *fds, nfds_t count, int timeout)
{
    struct watch w;
    int result;

    if (!watch_poll(&w, "poll", fds, count, timeout))
        return REAL(poll)(fds, count, timeout);
    result = REAL(poll)(fds, count, timeout);
    watch_polled(&w, result, fds, count);
    return result;
}

static bool arg_selected(struct event *event, const char *key, int count, const fd_set *in,
                         const fd_set *out, const fd_set *except)
{
    char value[400] = {'='};
    struct text text = text_in(value + 1, sizeof value - 1);

    for (int fd = 0; fd < count && fd < FD_SETSIZE; fd++) {
        int events = (in != NULL && FD_ISSET(fd, in) ? POLLIN : 0) |
                     (out != NULL && FD_ISSET(fd, out) ? POLLOUT : 0) |
                     (except != NULL && FD_ISSET(fd, except) ? POLLPRI : 0);
        if (events != 0 && socket_id(fd) != 0)
            put_ready(&text, fd, events);
    }
    if (value[1] != '\0')
        arg_text(event, key, value + 1);
    return value[1] != '\0';
}

static bool watch_select(struct watch *w, const char *call, int count, const fd_set *in,
                         const fd_set *out, const fd_set *except, int64_t timeout)
{
    if (!watching_polls() || !watch_begin(w, call, NO_FD, WATCH_ANY))
        return false;
    arg_number(&w->event, "timeout", timeout);
    if (!arg_selected(&w->event, "fds", count, in, out, except)) {
        errno = w->error;
        return false;
    }
    watch_waits(w);
    return true;
}

static void watch_selected(struct watch *w, int result, int count, const fd_set *in,
                           const fd_set *out, const fd_set *except)
{
    watch_returned(w, result);
    if (result > 0)
        arg_selected(&w->event, "ready", count, in, out, except);
    watch_end(w);
}

WATCH(int, select)(int count, fd_set *in, fd_set *out, fd_set *except, struct timeval *timeout)
{
    struct watch w;
    int64_t ms = timeout != NULL ? timeout->tv_sec * 1000 + timeout->tv_usec / 1000 : -1;
    int result;

    if (!watch_select(&w, "select", count, in, out, except, ms))
        return REAL(select)(count, in, out, except, timeout);
    result = REAL(select)(count, in, out, except, timeout);
    watch_selected(&w, result, count, in, out, except);
    return result;
}

WATCH(int, pselect)
(int count, fd_set *in, fd_set *out, fd_set *except, const struct timespec *timeout,
 const sigset_t *signals)
{
    struct watch w;
    int64_t ms = timeout != NULL ? timeout->tv_sec * 1000 + timeout->tv_nsec / 1000000 : -1;
    int result;

    if (!watch_select(&w, "pselect", count, in, out, except, ms))
        return REAL(pselect)(count, in, out, except, timeout, signals);
    result = REAL(pselect)(count, in, out, except, timeout, signals);
    watch_selected(&w, result, count, in, out, except);
    return result;
}

/* ---- other programs, and the end of this one ---- */

/* Looks for FILE as execvp() will, in the PATH of this program. */
static void watch_found(const char *file, char *const environment[])
{
    char path[PATH_MAX];
    const char *path_list = getenv("PATH");

    if (file != NULL &&
        find_program(file, path_list != NULL ? path_list : "/bin:/usr/bin", path, sizeof path) == 0)
        watch_program(path, environment);
}

WATCH(int, execve)(const char *path, char *const argv[], char *const environment[])
{
    watch_program(path, environment);
    return REAL(execve)(path, argv, environment);
}

WATCH(int, execv)(const char *path, char *const argv[])
{
    watch_program(path, environ);
    return REAL(execv)(path, argv);
}

WATCH(int, execvp)(const char *file, char *const argv[])
{
    watch_found(file, environ);
    return REAL(execvp)(file, argv);
}

WATCH(int, posix_spawn)
(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
 const posix_spawnattr_t *attributes, char *const argv[], char *const environment[])
{
    watch_program(path, environment);
    return REAL(posix_spawn)(pid, path, actions, attributes, argv, environment);
}

WATCH(int, posix_spawnp)
(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
 const posix_spawnattr_t *attributes, char *const argv[], char *const environment[])
{
    watch_found(file, environment);
    return REAL(posix_spawnp)(pid, file, actions, attributes, argv, environment);
}

#ifndef __APPLE__ /* there these call the functions above */
/* Counts the arguments of execl() and its kin, up to the null pointer. */
static size_t count_arguments(va_list values)
{
    size_t count = 1;

    while (va_arg(values, char *) != NULL)
        count++;
    return count;
}

static void take_arguments(char **argv, const char *first, va_list values)
{
    *argv++ = (char *)(uintptr_t)first;
    while ((*argv++ = va_arg(values, char *)) != NULL)
        continue;
}

#define WITH_ARGUMENTS(first, call)                                                                \
    va_list values, again;                                                                         \
    va_start(values, first);                                                                       \
    va_copy(again, values);                                                                        \
    char *argv[count_arguments(again) + 1];                                                        \
    va_end(again);                                                                                 \
    take_arguments(argv, first, values);                                                           \
    int result = call;                                                                             \
    va_end(values);                                                                                \
    return result

WATCH(int, execl)(const char *path, const char *first, ...)
{
    WITH_ARGUMENTS(first, execv(path, argv));
}

WATCH(int, execlp)(const char *file, const char *first, ...)
{
    WITH_ARGUMENTS(first, execvp(file, argv));
}

WATCH(int, execle)(const char *path, const char *first, ...)
{
    va_list values, again;

    va_start(values, first);
    va_copy(again, values);
    char *argv[count_arguments(again) + 1];
    va_end(again);
    take_arguments(argv, first, values);
    char **environment = va_arg(values, char **);
    va_end(values);
    return execve(path, argv, environment);
}
#endif

WATCH(void, _exit)(int status)
{
    watch_exit(status);
    REAL(_exit)(status);
    for (;;) /* it does not return, but its type does not say so */
        continue;
}

WATCH(void, _Exit)(int status)
{
    watch_exit(status);
    REAL(_Exit)(status);
    for (;;)
        continue;
}

#ifdef __APPLE__
POSIX_CALLS(INTERPOSE)
#endif
