/* SPDX-License-Identifier: MIT */
/* What becomes of bytes. All reading ends in receive(), all sending in transmit(); a fault never
 * invents what the system could not have done. */
#include "transfer.h"
#include "later.h"
#include "real.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    HOLD = 1500, /* milliseconds that reorder waits for a successor: more than a ping's second */
    UDP_MOST = 65507, /* bytes in a UDP datagram over IPv4: 65535 - 20 - 8 */
    PARTS = 16        /* buffers that one call which is cut looks at */
};

static atomic_ulong datagrams; /* sent so far, by this process */

static size_t length_of(const struct msghdr *message)
{
    size_t length = 0;

    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        length += message->msg_iov[i].iov_len;
    return length;
}

/* ---- short, byte, slow: how much one call moves ---------------------------------------------- */

size_t part_of(size_t n)
{
    size_t most = n;

    if (faults.on[FAULT_BYTE])
        most = 1;
    else if (faults.on[FAULT_SHORT])
        most = n / 2;
    return n == 0 ? 0 : most == 0 ? 1 : most;
}

void say_part(const char *name, int fd, size_t done, size_t asked)
{
    if (done < asked)
        say(faults.on[FAULT_BYTE] ? FAULT_BYTE : FAULT_SHORT,
            "%s(%d) moved %zu of %zu bytes; the rest is for the next call", name, fd, done, asked);
}

/* At most what a tenth of a second carries. */
static size_t slow_part(size_t n)
{
    size_t tenth = (size_t)faults.value[FAULT_SLOW] / 10;

    if (!faults.on[FAULT_SLOW] || n <= 1 || n <= tenth)
        return n;
    return tenth > 0 ? tenth : 1;
}

/* Sleeps as long as n bytes take; false: a signal handler of the program ran meanwhile. */
bool pace(const char *name, int fd, size_t n)
{
    int error = errno;
    bool undisturbed = true;

    if (!faults.on[FAULT_SLOW] || n == 0)
        return true;
    double seconds = (double)n / (double)faults.value[FAULT_SLOW];
    struct timespec rest = {.tv_sec = (time_t)seconds};
    rest.tv_nsec = (long)((seconds - (double)rest.tv_sec) * 1e9);
    say(FAULT_SLOW, "%s(%d): %zu byte%s on the line for %.3f s", name, fd, n, n == 1 ? "" : "s",
        seconds);
    while (nanosleep(&rest, &rest) == -1 && errno == EINTR)
        undisturbed = false;
    errno = error;
    return undisturbed;
}

/* The message from byte `from` on, at most n bytes of it. */
static struct msghdr cut(const struct msghdr *message, struct iovec parts[PARTS], size_t from,
                         size_t n)
{
    struct msghdr piece = *message;
    size_t used = 0;

    if (from == 0 && n >= length_of(message))
        return piece; /* all of it, in however many buffers */
    for (size_t i = 0; i < (size_t)message->msg_iovlen && used < PARTS && n > 0; i++) {
        struct iovec part = message->msg_iov[i];
        size_t skip = from < part.iov_len ? from : part.iov_len;
        part.iov_base = (char *)part.iov_base + skip;
        part.iov_len -= skip;
        from -= skip;
        if (part.iov_len > n)
            part.iov_len = n;
        n -= part.iov_len;
        if (part.iov_len > 0)
            parts[used++] = part;
    }
    piece.msg_iov = parts;
    piece.msg_iovlen = 0;
    while (used-- > 0)
        piece.msg_iovlen++; /* an int on some systems, a size_t on others */
    return piece;
}

/* "At most half" is half of what has arrived, not of the buffer: else a short line in a large
 * buffer would never be cut. So have a look first; that also waits as the call itself would. */
static ssize_t receive_stream(const char *name, int fd, struct msghdr *message, int flags)
{
    size_t asked = length_of(message), allowed = slow_part(asked);
    struct iovec parts[PARTS];
    char look[4096];

    if (faults.on[FAULT_SHORT] || faults.on[FAULT_BYTE]) {
        flags &= ~MSG_WAITALL; /* a signal could cut that, too */
        ssize_t there =
            real.recv(fd, look, allowed < sizeof look ? allowed : sizeof look, flags | MSG_PEEK);
        if (there == -1)
            return -1;
        allowed = part_of((size_t)there);
        say_part(name, fd, allowed, (size_t)there);
        if (there == 0)
            allowed = asked;
    }
    struct msghdr piece = cut(message, parts, 0, allowed);
    ssize_t n = real.recvmsg(fd, &piece, flags);
    message->msg_namelen = piece.msg_namelen;
    message->msg_controllen = piece.msg_controllen;
    message->msg_flags = piece.msg_flags;
    return n;
}

ssize_t receive(const char *name, int fd, enum kind kind, struct msghdr *message, int flags)
{
    ssize_t n;

    if (struck(name, RECEIVE, fd, flags))
        return -1;
    /* Looking takes nothing, urgent data is one byte; both are left as they are. */
    if (kind == DATAGRAM || flags & (MSG_PEEK | MSG_OOB) || edge_triggered(fd) ||
        length_of(message) == 0)
        n = real.recvmsg(fd, message, flags);
    else
        n = receive_stream(name, fd, message, flags);
    if (n > 0 && !(flags & MSG_PEEK))
        pace(name, fd, (size_t)n);
    return n;
}

/* A blocking send on a slow line comes back when all is sent; a non-blocking one after
 * one piece. */
static ssize_t send_stream(const char *name, int fd, const struct msghdr *message, int flags)
{
    size_t asked = length_of(message), allowed = part_of(asked), sent = 0;

    do {
        struct iovec parts[PARTS];
        struct msghdr piece = cut(message, parts, sent, slow_part(allowed - sent));
        ssize_t n = real.sendmsg(fd, &piece, flags);
        if (n == -1)
            return sent > 0 ? (ssize_t)sent : -1;
        sent += (size_t)n;
        if (!pace(name, fd, (size_t)n))
            break;
    } while (sent < allowed && faults.on[FAULT_SLOW] && is_blocking(fd, flags));
    if (allowed < asked)
        say_part(name, fd, sent, asked);
    return (ssize_t)sent;
}

/* ---- datagrams: drop, dup, reorder, delay ---------------------------------------------------- */

/* Where it goes. False: nowhere, and the real call knows which error to give. */
static bool destination(int fd, const struct msghdr *message, struct sockaddr_storage *to)
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof own, to_size = sizeof *to;
    int error = errno;

    memset(to, 0, sizeof *to);
    if (message->msg_name != NULL && message->msg_namelen <= sizeof *to)
        memcpy(to, message->msg_name, message->msg_namelen);
    else if (message->msg_name == NULL)
        real.getpeername(fd, (struct sockaddr *)to, &to_size);
    real.getsockname(fd, (struct sockaddr *)&own, &size);
    errno = error;
    return length_of(message) <= UDP_MOST && to->ss_family == own.ss_family && port_of(to) != 0;
}

/* The first real send gives a socket its port; a datagram that is lost or late must do so
 * as well. */
static void give_port(int fd)
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof own;
    int error = errno;

    if (real.getsockname(fd, (struct sockaddr *)&own, &size) == 0 && port_of(&own) == 0)
        real.bind(fd, (struct sockaddr *)&own, size);
    errno = error;
}

/* Never two in a row: what is held back must be overtaken by one that is not. */
static bool held_back(unsigned long n)
{
    return faults.on[FAULT_REORDER] && now_and_then(FAULT_REORDER, n, SEND) &&
           !(n > 0 && now_and_then(FAULT_REORDER, n - 1, SEND));
}

/* delay, more or less jitter; not less than nothing */
static long delay_of(unsigned long n)
{
    long jitter = faults.value[FAULT_JITTER];
    uint64_t spread = (uint64_t)(2 * jitter + 1);
    long delay = faults.value[FAULT_DELAY] - jitter + (long)(dice(FAULT_JITTER, n) % spread);

    return delay > 0 ? delay : 0;
}

static ssize_t send_datagram(const char *name, int fd, const struct msghdr *message, int flags)
{
    struct sockaddr_storage to;
    char what[160];

    if (!destination(fd, message, &to))
        return real.sendmsg(fd, message, flags);

    size_t length = length_of(message);
    unsigned long n = atomic_fetch_add(&datagrams, 1);
    snprintf(what, sizeof what, "%s(%d): datagram %lu (%zu byte%s to %s)", name, fd, n + 1, length,
             length == 1 ? "" : "s", text_of(&to).s);
    if (chance(FAULT_DROP, n)) {
        give_port(fd);
        say(FAULT_DROP, "%s is lost", what);
        return (ssize_t)length;
    }

    long delay = delay_of(n);
    if (held_back(n)) {
        give_port(fd);
        if (later_send(fd, message, flags, delay, HOLD)) {
            say(FAULT_REORDER, "%s waits for the next", what);
            return (ssize_t)length;
        }
    }
    ssize_t result = (ssize_t)length;
    pace(name, fd, length);
    for (int copies = chance(FAULT_DUP, n) ? 2 : 1; copies > 0; copies--) {
        give_port(fd);
        if (copies == 2)
            say(FAULT_DUP, "%s goes out twice", what);
        if (delay > 0 && later_send(fd, message, flags, delay, 0))
            say(FAULT_DELAY, "%s goes out in %ld ms", what, delay);
        else if (real.sendmsg(fd, message, flags) == -1)
            result = -1;
    }
    later_release(delay);
    return result;
}

ssize_t transmit(const char *name, int fd, enum kind kind, const struct msghdr *message, int flags)
{
    if (struck(name, SEND, fd, flags))
        return -1;
    if (kind == DATAGRAM)
        return send_datagram(name, fd, message, flags);
    if (flags & MSG_OOB || length_of(message) == 0)
        return real.sendmsg(fd, message, flags);
    return send_stream(name, fd, message, flags);
}
