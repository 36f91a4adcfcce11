/* SPDX-License-Identifier: MIT */
/* The library that sockfault(1) puts in front of the C library. Each call below has the name and
 * the manners of the real one, decides whether a fault strikes, and then makes the real call or
 * not. */
#include "calls.h"
#include "later.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static atomic_int highest; /* socket number seen */

/* ---- sockets: emfile, refuse, rst ------------------------------------------------------------ */

/* True, with errno: as many sockets are open as emfile allows. */
static bool out_of_sockets(const char *name)
{
    long open = 0;

    if (!faults.on[FAULT_EMFILE])
        return false;
    for (int fd = 0; fd <= atomic_load(&highest); fd++)
        open += kind_of(fd) != FOREIGN;
    if (open < faults.value[FAULT_EMFILE])
        return false;
    say(FAULT_EMFILE, "%s() finds no descriptor (EMFILE): %ld socket%s open", name, open,
        open == 1 ? " is" : "s are");
    errno = EMFILE;
    return true;
}

/* A close, and also the end of the program, now resets the connection instead of ending it. */
static void reset_on_close(int fd)
{
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    int error = errno;

    if (faults.on[FAULT_RST] && kind_of(fd) == STREAM)
        real.setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    errno = error;
}

int accepted(int fd)
{
    int old = atomic_load(&highest);

    if (fd == -1)
        return -1;
    while (old < fd && !atomic_compare_exchange_weak(&highest, &old, fd))
        continue;
    set_edge_triggered(fd, false);
    reset_on_close(fd);
    return fd;
}

bool accept_struck(const char *name, int fd, int flags)
{
    return kind_of(fd) == STREAM && (out_of_sockets(name) || struck(name, ACCEPT, fd, flags));
}

static int fault_socket(int family, int type, int protocol)
{
    ready();
    if (is_internet(family) && out_of_sockets("socket"))
        return -1;
    return accepted(real.socket(family, type, protocol));
}
REPLACE(socket);

static int fault_accept(int fd, struct sockaddr *address, socklen_t *size)
{
    ready();
    return accept_struck("accept", fd, 0) ? -1 : accepted(real.accept(fd, address, size));
}
REPLACE(accept);

/* POSIX: an interrupted connect fails, yet the connection is set up all the same, in the
 * background. So it is started without blocking, and only then reported as interrupted. */
static int interrupted_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    char number[16];
    int status = real.fcntl(fd, F_GETFL);

    real.fcntl(fd, F_SETFL, status | O_NONBLOCK);
    int result = real.connect(fd, address, size);
    int error = errno;
    real.fcntl(fd, F_SETFL, status);
    errno = error;
    if (result == 0 || (error != EINPROGRESS && error != EALREADY))
        return result;
    snprintf(number, sizeof number, "%d", fd);
    interrupted("connect", CONNECT, number);
    return -1;
}

static int fault_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    ready();
    if (kind_of(fd) != STREAM)
        return real.connect(fd, address, size);
    if (faults.on[FAULT_REFUSE]) {
        struct sockaddr_storage to = {0};
        memcpy(&to, address, size < sizeof to ? size : sizeof to);
        say(FAULT_REFUSE, "connect(%d) to %s is refused (ECONNREFUSED)", fd,
            is_internet(to.ss_family) ? text_of(&to).s : "no Internet address");
        errno = ECONNREFUSED;
        return -1;
    }
    if (is_blocking(fd, 0) && strikes(FAULT_EINTR, CONNECT))
        return interrupted_connect(fd, address, size);
    return real.connect(fd, address, size);
}
REPLACE(connect);

static int fault_close(int fd)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    int error = errno;

    ready();
    if (faults.on[FAULT_RST] && kind_of(fd) == STREAM) {
        reset_on_close(fd);
        if (real.getpeername(fd, (struct sockaddr *)&peer, &size) == 0)
            say(FAULT_RST, "close(%d) resets the connection to %s", fd, text_of(&peer).s);
    }
    errno = error;
    return real.close(fd);
}
REPLACE(close);

/* ---- the calls that read and send: all of them are receive() and transmit() ------------------ */

static ssize_t fault_recvmsg(int fd, struct msghdr *message, int flags)
{
    enum kind kind = kind_of(fd);

    return kind == FOREIGN ? real.recvmsg(fd, message, flags)
                           : receive("recvmsg", fd, kind, message, flags);
}
REPLACE(recvmsg);

ssize_t fault_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
                       socklen_t *from_size)
{
    struct iovec bytes = {buffer, size};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    enum kind kind = kind_of(fd);

    if (kind == FOREIGN)
        return real.recvfrom(fd, buffer, size, flags, from, from_size);
    message.msg_name = from;
    message.msg_namelen = from != NULL && from_size != NULL ? *from_size : 0;
    ssize_t n = receive("recvfrom", fd, kind, &message, flags);
    if (n != -1 && from != NULL && from_size != NULL)
        *from_size = message.msg_namelen;
    return n;
}
REPLACE(recvfrom);

ssize_t fault_recv(int fd, void *buffer, size_t size, int flags)
{
    struct iovec bytes = {buffer, size};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    enum kind kind = kind_of(fd);

    return kind == FOREIGN ? real.recv(fd, buffer, size, flags)
                           : receive("recv", fd, kind, &message, flags);
}
REPLACE(recv);

ssize_t fault_read(int fd, void *buffer, size_t size)
{
    struct iovec bytes = {buffer, size};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    enum kind kind = kind_of(fd);

    return kind == FOREIGN || size == 0 ? real.read(fd, buffer, size)
                                        : receive("read", fd, kind, &message, 0);
}
REPLACE(read);

/* What many calls take as const, struct iovec and struct msghdr do not; nothing writes to them. */
static struct iovec readable(const void *buffer, size_t size)
{
    union {
        const void *from;
        void *to;
    } bytes = {.from = buffer};

    return (struct iovec){bytes.to, size};
}

static ssize_t fault_readv(int fd, const struct iovec *parts, int count)
{
    struct msghdr message = {0};
    enum kind kind = kind_of(fd);

    if (kind == FOREIGN || count <= 0)
        return real.readv(fd, parts, count);
    message.msg_iov = readable(parts, 0).iov_base;
    for (int i = 0; i < count; i++)
        message.msg_iovlen++;
    return receive("readv", fd, kind, &message, 0);
}
REPLACE(readv);

static ssize_t fault_sendmsg(int fd, const struct msghdr *message, int flags)
{
    enum kind kind = kind_of(fd);

    return kind == FOREIGN ? real.sendmsg(fd, message, flags)
                           : transmit("sendmsg", fd, kind, message, flags);
}
REPLACE(sendmsg);

static ssize_t fault_sendto(int fd, const void *buffer, size_t size, int flags,
                            const struct sockaddr *to, socklen_t to_size)
{
    struct iovec bytes = readable(buffer, size);
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    enum kind kind = kind_of(fd);

    if (kind == FOREIGN)
        return real.sendto(fd, buffer, size, flags, to, to_size);
    message.msg_name = readable(to, 0).iov_base;
    message.msg_namelen = to != NULL ? to_size : 0;
    return transmit("sendto", fd, kind, &message, flags);
}
REPLACE(sendto);

static ssize_t fault_send(int fd, const void *buffer, size_t size, int flags)
{
    struct iovec bytes = readable(buffer, size);
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    enum kind kind = kind_of(fd);

    return kind == FOREIGN ? real.send(fd, buffer, size, flags)
                           : transmit("send", fd, kind, &message, flags);
}
REPLACE(send);

static ssize_t fault_write(int fd, const void *buffer, size_t size)
{
    struct iovec bytes = readable(buffer, size);
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    enum kind kind = kind_of(fd);

    return kind == FOREIGN ? real.write(fd, buffer, size)
                           : transmit("write", fd, kind, &message, 0);
}
REPLACE(write);

static ssize_t fault_writev(int fd, const struct iovec *parts, int count)
{
    struct msghdr message = {0};
    enum kind kind = kind_of(fd);

    if (kind == FOREIGN || count <= 0)
        return real.writev(fd, parts, count);
    message.msg_iov = readable(parts, 0).iov_base;
    for (int i = 0; i < count; i++)
        message.msg_iovlen++;
    return transmit("writev", fd, kind, &message, 0);
}
REPLACE(writev);

/* ---- waiting: poll and select ---------------------------------------------------------------- */

int fault_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    bool sockets = false;

    ready();
    for (nfds_t i = 0; faults.on[FAULT_EINTR] && i < count; i++)
        sockets = sockets || kind_of(fds[i].fd) != FOREIGN;
    return sockets && timeout != 0 && wait_struck("poll") ? -1 : real.poll(fds, count, timeout);
}
REPLACE(poll);

static bool select_struck(const char *name, int count, const fd_set *sets[3], bool may_wait)
{
    bool sockets = false;

    for (int fd = 0; faults.on[FAULT_EINTR] && may_wait && fd < count; fd++)
        for (int i = 0; i < 3; i++)
            sockets = sockets || (sets[i] != NULL && FD_ISSET(fd, sets[i]) && kind_of(fd));
    return sockets && wait_struck(name);
}

static int fault_select(int count, fd_set *readers, fd_set *writers, fd_set *others,
                        struct timeval *timeout)
{
    const fd_set *sets[] = {readers, writers, others};

    ready();
    if (select_struck("select", count, sets,
                      timeout == NULL || timeout->tv_sec != 0 || timeout->tv_usec != 0))
        return -1;
    return real.select(count, readers, writers, others, timeout);
}
REPLACE(select);

static int fault_pselect(int count, fd_set *readers, fd_set *writers, fd_set *others,
                         const struct timespec *timeout, const sigset_t *mask)
{
    const fd_set *sets[] = {readers, writers, others};

    ready();
    if (select_struck("pselect", count, sets,
                      timeout == NULL || timeout->tv_sec != 0 || timeout->tv_nsec != 0))
        return -1;
    return real.pselect(count, readers, writers, others, timeout, mask);
}
REPLACE(pselect);

/* ---- the end of the program: late datagrams still go out ------------------------------------- */

__attribute__((destructor)) static void at_exit(void)
{
    later_flush();
}

static _Noreturn void fault__exit(int status)
{
    ready();
    later_flush();
    real._exit(status);
    abort(); /* not reached; real._exit is not known not to return */
}
REPLACE(_exit);
