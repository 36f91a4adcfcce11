/* SPDX-License-Identifier: MIT */
/* The calls that POSIX does not have, and the forms that glibc's headers make of POSIX calls
 * (_FORTIFY_SOURCE, large files). */
#define _DEFAULT_SOURCE
#include "../../trace/program.h"
#include "calls.h"
#include "real-linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>

enum { MESSAGES_MAX = 1024 }; /* recvmmsg(2) takes no more at a time */

#undef REAL
#define REAL(name) linux_real.name

/* ---- calls of Linux ---- */

WATCH(int, accept4)(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    struct watch w;
    socklen_t room = room_for(address, length);
    int result;

    if (!watch_begin(&w, "accept4", fd, WATCH_ANY))
        return REAL(accept4)(fd, address, length, flags);
    switch (flags) {
    case SOCK_CLOEXEC:
        arg_text(&w.event, "flags", "SOCK_CLOEXEC");
        break;
    case SOCK_NONBLOCK:
        arg_text(&w.event, "flags", "SOCK_NONBLOCK");
        break;
    case SOCK_CLOEXEC | SOCK_NONBLOCK:
        arg_text(&w.event, "flags", "SOCK_CLOEXEC|SOCK_NONBLOCK");
        break;
    }
    watch_waits(&w);
    result = REAL(accept4)(fd, address, length, flags);
    watch_returned(&w, result);
    if (result != -1)
        watch_accepted(&w, result, address, length, room);
    watch_end(&w);
    return result;
}

WATCH(int, dup3)(int fd, int to, int flags)
{
    struct watch w;
    uint64_t replaced;
    int result;

    if (fd != to)
        forget_trace_descriptor(to);
    if (socket_id(fd) == 0 && watch_begin_replace(&w, fd, to)) {
        result = REAL(dup3)(fd, to, flags);
        watch_returned(&w, result == -1 ? -1 : 0);
        watch_end(&w);
        return result;
    }
    if (!watch_begin(&w, "dup3", fd, WATCH_SOCKETS))
        return REAL(dup3)(fd, to, flags);
    replaced = socket_id(to);
    arg_number(&w.event, "to", to);
    result = REAL(dup3)(fd, to, flags);
    watch_returned(&w, result);
    if (result != -1 && replaced != 0)
        arg_number(&w.event, "replaced", (int64_t)replaced);
    watch_end(&w);
    return result;
}

WATCH(int, fcntl64)(int fd, int command, ...)
{
    va_list values;
    void *argument;

    va_start(values, command);
    argument = va_arg(values, void *);
    va_end(values);
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC || command == F_SETFL)
        return fcntl(fd, command, argument);
    return REAL(fcntl64)(fd, command, argument);
}

static ssize_t watch_sendfile(ssize_t (*call)(int, int, off_t *, size_t), int fd, int file,
                              off_t *offset, size_t count)
{
    struct watch w;
    ssize_t n;

    if (!watch_begin(&w, "sendfile", fd, WATCH_SOCKETS))
        return call(fd, file, offset, count);
    w.event.want = (int64_t)count;
    watch_waits(&w);
    n = call(fd, file, offset, count);
    watch_returned(&w, n);
    watch_sent(&w, n, NULL, 0);
    return n;
}

WATCH(ssize_t, sendfile)(int fd, int file, off_t *offset, size_t count)
{
    return watch_sendfile(REAL(sendfile), fd, file, offset, count);
}

WATCH(ssize_t, sendfile64)(int fd, int file, off_t *offset, size_t count)
{
    return watch_sendfile(REAL(sendfile64), fd, file, offset, count);
}

static void arg_message(struct event *event, int number, int of)
{
    char value[32];
    struct text text = text_in(value, sizeof value);

    put_number(&text, number);
    put_char(&text, '/');
    put_number(&text, of);
    arg_text(event, "msg", value);
}

WATCH(int, sendmmsg)(int fd, struct mmsghdr *messages, unsigned int count, int flags)
{
    struct watch w;
    size_t flags_end;
    int result;
    struct msghdr first = as_given(count > 0 ? &messages[0].msg_hdr : NULL);

    if (!watch_send(&w, "sendmmsg", fd, first.msg_iov, (int)first.msg_iovlen, flags, NULL, 0,
                    WATCH_ANY))
        return REAL(sendmmsg)(fd, messages, count, flags);
    result = REAL(sendmmsg)(fd, messages, count, flags);
    watch_returned(&w, result);
    flags_end = strlen(w.event.args);
    if (result == -1)
        watch_sent(&w, -1, first.msg_iov, (int)first.msg_iovlen);
    for (int i = 0; i < result; i++) {
        struct msghdr *message = &messages[i].msg_hdr;
        w.event.args[flags_end] = '\0';
        arg_message(&w.event, i + 1, result);
        w.event.want = (int64_t)total(message->msg_iov, (int)message->msg_iovlen);
        if (message->msg_name != NULL && is_datagram(&w))
            address_text(w.event.peer, message->msg_name, message->msg_namelen);
        watch_sent(&w, (ssize_t)messages[i].msg_len, message->msg_iov, (int)message->msg_iovlen);
    }
    return result;
}

WATCH(int, recvmmsg)
(int fd, struct mmsghdr *messages, unsigned int count, int flags, struct timespec *timeout)
{
    struct watch w;
    size_t flags_end;
    socklen_t room[MESSAGES_MAX] = {0};
    int result;

    if (!watch_receive(&w, "recvmmsg", fd, 0, flags, WATCH_ANY))
        return REAL(recvmmsg)(fd, messages, count, flags, timeout);
    count = count < MESSAGES_MAX ? count : MESSAGES_MAX;
    if (is_readable(messages, count * sizeof *messages))
        for (unsigned int i = 0; i < count; i++)
            room[i] = messages[i].msg_hdr.msg_name != NULL ? messages[i].msg_hdr.msg_namelen : 0;
    result = REAL(recvmmsg)(fd, messages, count, flags, timeout);
    watch_returned(&w, result);
    flags_end = strlen(w.event.args);
    if (result == -1)
        watch_received(&w, -1, flags, NULL, 0);
    for (int i = 0; i < result; i++) {
        struct msghdr *message = &messages[i].msg_hdr;
        w.event.args[flags_end] = '\0';
        arg_message(&w.event, i + 1, result);
        if (message->msg_flags & MSG_TRUNC)
            arg_number(&w.event, "truncated", 1);
        w.event.want = (int64_t)total(message->msg_iov, (int)message->msg_iovlen);
        if (has_all(&message->msg_namelen, room[i]) && is_datagram(&w))
            address_text(w.event.peer, message->msg_name, message->msg_namelen);
        watch_received(&w, (ssize_t)messages[i].msg_len, flags, message->msg_iov,
                       (int)message->msg_iovlen);
    }
    return result;
}

/* epoll gives back what the program stored, mostly the descriptor or a pointer: only a number that
 * is the descriptor of a socket can be told. */
static void arg_epoll(struct event *event, const struct epoll_event *events, int count)
{
    char value[400] = "";
    struct text text = text_in(value, sizeof value);

    for (int i = 0; i < count; i++) {
        char names[80];
        if (events[i].data.u64 > 0xffffff || socket_id((int)events[i].data.u64) == 0)
            continue;
        if (text.end - text.at < 90)
            break;
        if (value[0] != '\0')
            put_char(&text, ',');
        put_number(&text, (int64_t)events[i].data.u64);
        put_char(&text, ':');
        put_text(&text, poll_events(names, sizeof names, (int)events[i].events));
    }
    if (value[0] == '\0') {
        struct text number = text_in(value, sizeof value);
        put_number(&number, count);
        put_text(&number, ":?");
    }
    arg_text(event, "ready", value);
}

static int watch_epoll(struct watch *w, int result, const struct epoll_event *events)
{
    watch_returned(w, result);
    if (result > 0)
        arg_epoll(&w->event, events, result);
    watch_end(w);
    return result;
}

WATCH(int, epoll_wait)(int fd, struct epoll_event *events, int room, int timeout)
{
    struct watch w;

    if (!watching_polls() || !watch_begin(&w, "epoll_wait", fd, WATCH_ANY))
        return REAL(epoll_wait)(fd, events, room, timeout);
    arg_number(&w.event, "timeout", timeout);
    watch_waits(&w);
    return watch_epoll(&w, REAL(epoll_wait)(fd, events, room, timeout), events);
}

WATCH(int, epoll_pwait)
(int fd, struct epoll_event *events, int room, int timeout, const sigset_t *signals)
{
    struct watch w;

    if (!watching_polls() || !watch_begin(&w, "epoll_pwait", fd, WATCH_ANY))
        return REAL(epoll_pwait)(fd, events, room, timeout, signals);
    arg_number(&w.event, "timeout", timeout);
    watch_waits(&w);
    return watch_epoll(&w, REAL(epoll_pwait)(fd, events, room, timeout, signals), events);
}

static int64_t milliseconds(const struct timespec *time)
{
    return time != NULL ? time->tv_sec * 1000 + time->tv_nsec / 1000000 : -1;
}

WATCH(int, ppoll)
(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *signals)
{
    struct watch w;
    int result;

    if (!watch_poll(&w, "ppoll", fds, count, milliseconds(timeout)))
        return REAL(ppoll)(fds, count, timeout, signals);
    result = REAL(ppoll)(fds, count, timeout, signals);
    watch_polled(&w, result, fds, count);
    return result;
}

/* ---- closing many ---- */

/* Each socket in the range gets its close event; the trace's own descriptor stays open. */
static void close_sockets(unsigned int first, unsigned int last)
{
    for (unsigned int fd = first; fd <= last && fd < 4096; fd++) {
        if (socket_id((int)fd) != 0)
            close((int)fd);
    }
}

WATCH(int, close_range)(unsigned int first, unsigned int last, int flags)
{
    if (flags == 0 && first <= last)
        close_sockets(first, last);
    return REAL(close_range)(first, last, flags);
}

WATCH(void, closefrom)(int first)
{
    close_sockets(first > 0 ? (unsigned int)first : 0, 4095);
    REAL(closefrom)(first);
}

/* ---- what glibc's headers make of calls with _FORTIFY_SOURCE ---- */

WATCH(ssize_t, __recv_chk)(int fd, void *buffer, size_t size, size_t room, int flags)
{
    struct watch w;
    struct iovec data = {buffer, size};
    ssize_t n;

    if (!watch_receive(&w, "recv", fd, size, flags, WATCH_ANY))
        return REAL(__recv_chk)(fd, buffer, size, room, flags);
    n = REAL(__recv_chk)(fd, buffer, size, room, flags | ask_length(&w, flags));
    watch_returned(&w, n);
    if (ask_length(&w, flags) != 0)
        n = without_rest(&w, n, size);
    watch_received(&w, n, flags, &data, 1);
    return n;
}

WATCH(ssize_t, __recvfrom_chk)
(int fd, void *buffer, size_t size, size_t room, int flags, struct sockaddr *from,
 socklen_t *length)
{
    struct watch w;
    struct iovec data = {buffer, size};
    socklen_t space = room_for(from, length);
    ssize_t n;

    if (!watch_receive(&w, "recvfrom", fd, size, flags, WATCH_ANY))
        return REAL(__recvfrom_chk)(fd, buffer, size, room, flags, from, length);
    n = REAL(__recvfrom_chk)(fd, buffer, size, room, flags | ask_length(&w, flags), from, length);
    watch_returned(&w, n);
    if (ask_length(&w, flags) != 0)
        n = without_rest(&w, n, size);
    if (n >= 0 && has_all(length, space) && is_datagram(&w))
        address_text(w.event.peer, from, *length);
    watch_received(&w, n, flags, &data, 1);
    return n;
}

WATCH(ssize_t, __read_chk)(int fd, void *buffer, size_t size, size_t room)
{
    struct watch w;
    struct iovec data = {buffer, size};
    ssize_t n;

    if (!watch_receive(&w, "read", fd, size, 0, WATCH_SOCKETS))
        return REAL(__read_chk)(fd, buffer, size, room);
    n = REAL(__read_chk)(fd, buffer, size, room);
    watch_returned(&w, n);
    watch_received(&w, n, 0, &data, 1);
    return n;
}

WATCH(int, __vdprintf_chk)(int fd, int flag, const char *format, va_list values)
{
    if (socket_id(fd) != 0)
        return vdprintf(fd, format, values);
    return REAL(__vdprintf_chk)(fd, flag, format, values);
}

WATCH(int, __dprintf_chk)(int fd, int flag, const char *format, ...)
{
    va_list values;
    int n;

    va_start(values, format);
    n = __vdprintf_chk(fd, flag, format, values);
    va_end(values);
    return n;
}

WATCH(int, __poll_chk)(struct pollfd *fds, nfds_t count, int timeout, size_t room)
{
    struct watch w;
    int result;

    if (!watch_poll(&w, "poll", fds, count, timeout))
        return REAL(__poll_chk)(fds, count, timeout, room);
    result = REAL(__poll_chk)(fds, count, timeout, room);
    watch_polled(&w, result, fds, count);
    return result;
}

WATCH(int, __ppoll_chk)
(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *signals,
 size_t room)
{
    struct watch w;
    int result;

    if (!watch_poll(&w, "ppoll", fds, count, milliseconds(timeout)))
        return REAL(__ppoll_chk)(fds, count, timeout, signals, room);
    result = REAL(__ppoll_chk)(fds, count, timeout, signals, room);
    watch_polled(&w, result, fds, count);
    return result;
}

/* ---- other programs ---- */

WATCH(int, execvpe)(const char *file, char *const argv[], char *const environment[])
{
    char path[4096];
    const char *path_list = getenv("PATH");

    if (find_program(file, path_list != NULL ? path_list : "/bin:/usr/bin", path, sizeof path) == 0)
        watch_program(path, environment);
    return REAL(execvpe)(file, argv, environment);
}

WATCH(int, fexecve)(int fd, char *const argv[], char *const environment[])
{
    char path[40];
    struct text text = text_in(path, sizeof path);

    put_text(&text, "/proc/self/fd/");
    put_number(&text, fd);
    watch_program(path, environment);
    return REAL(fexecve)(fd, argv, environment);
}
