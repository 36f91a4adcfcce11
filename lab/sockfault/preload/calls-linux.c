/* SPDX-License-Identifier: MIT */
/* The socket calls that only Linux and glibc have. Other systems do without this file; what their
 * programs call is all in calls.c. */
#define _GNU_SOURCE
#include "calls.h"
#include "real-linux.h"

#include <errno.h>
#include <sys/stat.h>

/* ---- epoll ----------------------------------------------------------------------------------- */

static int fault_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event)
{
    ready();
    if (event != NULL && what != EPOLL_CTL_DEL)
        set_edge_triggered(fd, (event->events & EPOLLET) != 0);
    return own.epoll_ctl(epoll, what, fd, event);
}
REPLACE(epoll_ctl);

static int fault_epoll_wait(int epoll, struct epoll_event *events, int count, int timeout)
{
    ready();
    if (timeout != 0 && wait_struck("epoll_wait"))
        return -1;
    return own.epoll_wait(epoll, events, count, timeout);
}
REPLACE(epoll_wait);

static int fault_epoll_pwait(int epoll, struct epoll_event *events, int count, int timeout,
                             const sigset_t *mask)
{
    ready();
    if (timeout != 0 && wait_struck("epoll_pwait"))
        return -1;
    return own.epoll_pwait(epoll, events, count, timeout, mask);
}
REPLACE(epoll_pwait);

static int fault_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                       const sigset_t *mask)
{
    bool sockets = false;

    ready();
    for (nfds_t i = 0; i < count; i++)
        sockets = sockets || kind_of(fds[i].fd) != FOREIGN;
    if (sockets && (timeout == NULL || timeout->tv_sec != 0 || timeout->tv_nsec != 0) &&
        wait_struck("ppoll"))
        return -1;
    return own.ppoll(fds, count, timeout, mask);
}
REPLACE(ppoll);

/* ---- accept4, many datagrams at once, sendfile ----------------------------------------------- */

static int fault_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    ready();
    if (accept_struck("accept4", fd, 0))
        return -1;
    /* glibc gives the address a type of its own, with all families in it */
    return accepted(__extension__ own.accept4(fd, address, size, flags));
}
REPLACE(accept4);

static int fault_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    unsigned sent = 0;
    enum kind kind = kind_of(fd);

    while (sent < count) {
        struct msghdr *message = &messages[sent].msg_hdr;
        ssize_t n = kind == FOREIGN ? real.sendmsg(fd, message, flags)
                                    : transmit("sendmmsg", fd, kind, message, flags);
        if (n == -1)
            return sent > 0 ? (int)sent : -1;
        messages[sent++].msg_len = (unsigned)n;
        if (kind == STREAM)
            break; /* it may have been cut */
    }
    return (int)sent;
}
REPLACE(sendmmsg);

#ifdef __GLIBC__
typedef int recvmmsg_flags;
#else
typedef unsigned recvmmsg_flags; /* musl */
#endif

static int fault_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, recvmmsg_flags flags,
                          struct timespec *timeout)
{
    ready();
    if (kind_of(fd) != FOREIGN && struck("recvmmsg", RECEIVE, fd, (int)flags))
        return -1;
    return own.recvmmsg(fd, messages, count, flags, timeout);
}
REPLACE(recvmmsg);

static ssize_t fault_sendfile(int fd, int file, off_t *offset, size_t count)
{
    struct stat status;

    ready();
    if (kind_of(fd) != STREAM)
        return own.sendfile(fd, file, offset, count);
    if (struck("sendfile", SEND, fd, 0))
        return -1;
    off_t at = offset != NULL ? *offset : lseek(file, 0, SEEK_CUR);
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && at >= 0 && at < status.st_size &&
        (size_t)(status.st_size - at) < count)
        count = (size_t)(status.st_size - at);
    ssize_t n = own.sendfile(fd, file, offset, part_of(count));
    if (n > 0) {
        pace("sendfile", fd, (size_t)n);
        if (part_of(count) < count)
            say_part("sendfile", fd, (size_t)n, count);
    }
    return n;
}
REPLACE(sendfile);
#if defined __GLIBC__ && defined __LP64__ /* the same call by another name */
extern __typeof__(sendfile) sendfile64
    __attribute__((alias("fault_sendfile"), visibility("default")));
#endif

/* ---- the fortified names; with too little room the C library ends the program ---------------- */

static ssize_t fault___read_chk(int fd, void *buffer, size_t size, size_t room)
{
    ready();
    return size > room ? own.__read_chk(fd, buffer, size, room) : fault_read(fd, buffer, size);
}
REPLACE(__read_chk);

static ssize_t fault___recv_chk(int fd, void *buffer, size_t size, size_t room, int flags)
{
    ready();
    return size > room ? own.__recv_chk(fd, buffer, size, room, flags)
                       : fault_recv(fd, buffer, size, flags);
}
REPLACE(__recv_chk);

static ssize_t fault___recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags,
                                    struct sockaddr *from, socklen_t *from_size)
{
    ready();
    return size > room ? own.__recvfrom_chk(fd, buffer, size, room, flags, from, from_size)
                       : fault_recvfrom(fd, buffer, size, flags, from, from_size);
}
REPLACE(__recvfrom_chk);

static int fault___poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room)
{
    ready();
    return room / sizeof *fds < count ? own.__poll_chk(fds, count, timeout, room)
                                      : fault_poll(fds, count, timeout);
}
REPLACE(__poll_chk);

static int fault___ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                             const sigset_t *mask, size_t room)
{
    ready();
    return room / sizeof *fds < count ? own.__ppoll_chk(fds, count, timeout, mask, room)
                                      : fault_ppoll(fds, count, timeout, mask);
}
REPLACE(__ppoll_chk);
