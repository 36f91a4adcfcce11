/* SPDX-License-Identifier: MIT */
/* The library that sockfault(1) puts in front of the C library. Each call below has the name and
 * the manners of the real one, decides whether a fault strikes, and then makes the real call or
 * not.
 *
 * All reading ends in receive(), all sending in transmit(); a fault never invents what the system
 * could not have done. Decisions are numbered, not timed: see faults_dice(). */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "sockfault-later.h"
#include "sockfault-preload.h"
#include "sockfault.h"

enum {
    NOW_AND_THEN = 25, /* per cent, after the first, which always strikes */
    HOLD = 1500, /* milliseconds that reorder waits for a successor: more than a ping's second */
    UDP_MOST = 65507, /* bytes in a UDP datagram over IPv4: 65535 - 20 - 8 */
    PARTS = 16        /* buffers that one call which is cut looks at */
};

struct real_calls real;

static struct faults faults;
static uint64_t seed;
static bool quiet;
static struct stat first_stderr;
static atomic_ulong datagrams;             /* sent so far, by this process */
static atomic_ulong throws[FAULTS][CALLS]; /* decisions so far */
static atomic_int highest;                 /* socket number seen */

static void prepare(void)
{
    char error[200];
    const char *list = getenv("SOCKFAULT"), *text = getenv("SOCKFAULT_SEED");

#define X(name) FIND(real, name);
    REAL_CALLS(X)
#undef X
    find_linux_calls();
    if (list != NULL && !faults_parse(&faults, list, error, sizeof error))
        memset(&faults, 0, sizeof faults); /* the launcher has checked it: someone changed it */
    seed = text != NULL ? strtoull(text, NULL, 10) : 0;
    quiet = getenv("SOCKFAULT_QUIET") != NULL || fstat(STDERR_FILENO, &first_stderr) == -1;
}

void ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, prepare);
}

/* One line, one write: threads and children do not mix theirs. Keeps errno. A server that has
 * turned its stderr into something else, perhaps a connection, must not find our words in there. */
__attribute__((format(printf, 2, 3))) static void say(enum fault fault, const char *format, ...)
{
    int error = errno;
    char line[400];
    struct stat now;
    va_list rest;

    if (quiet || fstat(STDERR_FILENO, &now) == -1 || now.st_ino != first_stderr.st_ino ||
        now.st_dev != first_stderr.st_dev) {
        errno = error;
        return;
    }
    int used = snprintf(line, sizeof line, "sockfault: %s: ", fault_name(fault));
    va_start(rest, format);
    vsnprintf(line + used, sizeof line - (size_t)used - 1, format, rest);
    va_end(rest);
    strcat(line, "\n");
    ssize_t written = real.write(STDERR_FILENO, line, strlen(line));
    (void)written;
    errno = error;
}

/* ---- what kind of descriptor, and what it is about ------------------------------------------- */

static bool is_internet(int family)
{
    return family == AF_INET || family == AF_INET6;
}

enum kind kind_of(int fd)
{
    int error = errno, type = 0;
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof type, own_size = sizeof own;
    enum kind kind = FOREIGN;

    ready();
    if (real.getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
        real.getsockname(fd, (struct sockaddr *)&own, &own_size) == 0 && is_internet(own.ss_family))
        kind = type == SOCK_STREAM ? STREAM : type == SOCK_DGRAM ? DATAGRAM : FOREIGN;
    errno = error;
    return kind;
}

static bool is_blocking(int fd, int flags)
{
    int error = errno, status = real.fcntl(fd, F_GETFL);

    errno = error;
    return !(flags & MSG_DONTWAIT) && status != -1 && !(status & O_NONBLOCK);
}

static in_port_t port_of(const struct sockaddr_storage *address)
{
    return ntohs(address->ss_family == AF_INET ? ((const struct sockaddr_in *)address)->sin_port
                                               : ((const struct sockaddr_in6 *)address)->sin6_port);
}

struct text {
    char s[80];
};

static struct text text_of(const struct sockaddr_storage *address)
{
    struct text text;
    char host[INET6_ADDRSTRLEN] = "?";

    if (address->ss_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, host, sizeof host);
    else
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, host, sizeof host);
    snprintf(text.s, sizeof text.s, "%s port %d", host, port_of(address));
    return text;
}

static size_t length_of(const struct msghdr *message)
{
    size_t length = 0;

    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        length += message->msg_iov[i].iov_len;
    return length;
}

/* ---- now and then: eintr, wouldblock, reorder ------------------------------------------------ */

/* The first time for certain, so that one run is enough to find what is missing; then by dice. */
static bool now_and_then(enum fault fault, unsigned long n, enum call call)
{
    return n == 0 || faults_dice(seed, fault, n * CALLS + call) % 100 < NOW_AND_THEN;
}

static bool strikes(enum fault fault, enum call call)
{
    return faults.on[fault] && now_and_then(fault, atomic_fetch_add(&throws[fault][call], 1), call);
}

/* what: the descriptor as text; "" for a call that takes several */
static bool interrupted(const char *name, enum call call, const char *what)
{
    static const char *const consequence[] = {
        [ACCEPT] = "no connection was taken: call it again",
        [CONNECT] = "it goes on by itself: poll, read SO_ERROR",
        [RECEIVE] = "nothing received: call it again",
        [SEND] = "nothing sent: call it again",
        [WAIT] = "nothing known: call it again",
    };

    say(FAULT_EINTR, "%s(%s) interrupted (EINTR), %s", name, what, consequence[call]);
    errno = EINTR;
    return true;
}

bool struck(const char *name, enum call call, int fd, int flags)
{
    char number[16];

    if (!faults.on[FAULT_EINTR] && !faults.on[FAULT_WOULDBLOCK])
        return false;
    if (is_blocking(fd, flags)) {
        snprintf(number, sizeof number, "%d", fd);
        return strikes(FAULT_EINTR, call) && interrupted(name, call, number);
    }
    if (edge_triggered(fd) || !strikes(FAULT_WOULDBLOCK, call))
        return false;
    say(FAULT_WOULDBLOCK, "%s(%d) would wait (EAGAIN): poll, call it again", name, fd);
    errno = EAGAIN;
    return true;
}

bool wait_struck(const char *name)
{
    return strikes(FAULT_EINTR, WAIT) && interrupted(name, WAIT, "");
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

static bool chance(enum fault fault, unsigned long n)
{
    return faults.on[fault] &&
           faults_dice(seed, fault, n) % 100 < (unsigned long)faults.value[fault];
}

/* delay, more or less jitter; not less than nothing */
static long delay_of(unsigned long n)
{
    long jitter = faults.value[FAULT_JITTER];
    uint64_t spread = (uint64_t)(2 * jitter + 1);
    long delay =
        faults.value[FAULT_DELAY] - jitter + (long)(faults_dice(seed, FAULT_JITTER, n) % spread);

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
    new_socket(fd);
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
