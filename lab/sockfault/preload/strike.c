/* SPDX-License-Identifier: MIT */
/* When a fault strikes, and what is said of it. Decisions are numbered, not timed: see
 * faults_dice(). */
#include "strike.h"
#include "real.h"
#ifdef __linux__
#include "real-linux.h"
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    NOW_AND_THEN = 25, /* per cent, after the first, which always strikes */
    WATCHED = 65536    /* descriptors whose being edge-triggered is remembered */
};

struct faults faults;

static uint64_t seed;
static bool quiet;
static struct stat first_stderr;
static atomic_ulong throws[FAULTS][CALLS]; /* decisions so far */
static atomic_bool edge[WATCHED];

static void prepare(void)
{
    char error[200];
    const char *list = getenv("SOCKFAULT"), *text = getenv("SOCKFAULT_SEED");

    find_real_calls();
#ifdef __linux__
    find_linux_calls();
#endif
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
void say(enum fault fault, const char *format, ...)
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

bool is_internet(int family)
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

bool is_blocking(int fd, int flags)
{
    int error = errno, status = real.fcntl(fd, F_GETFL);

    errno = error;
    return !(flags & MSG_DONTWAIT) && status != -1 && !(status & O_NONBLOCK);
}

in_port_t port_of(const struct sockaddr_storage *address)
{
    return ntohs(address->ss_family == AF_INET ? ((const struct sockaddr_in *)address)->sin_port
                                               : ((const struct sockaddr_in6 *)address)->sin6_port);
}

struct text text_of(const struct sockaddr_storage *address)
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

/* ---- epoll ----------------------------------------------------------------------------------- */

bool edge_triggered(int fd)
{
    return fd >= 0 && fd < WATCHED && atomic_load(&edge[fd]);
}

void set_edge_triggered(int fd, bool on)
{
    if (fd >= 0 && fd < WATCHED)
        atomic_store(&edge[fd], on);
}

/* ---- now and then: eintr, wouldblock, reorder ------------------------------------------------ */

uint64_t dice(enum fault fault, uint64_t n)
{
    return faults_dice(seed, fault, n);
}

bool chance(enum fault fault, unsigned long n)
{
    return faults.on[fault] && dice(fault, n) % 100 < (unsigned long)faults.value[fault];
}

/* The first time for certain, so that one run is enough to find what is missing; then by dice. */
bool now_and_then(enum fault fault, unsigned long n, enum call call)
{
    return n == 0 || dice(fault, n * CALLS + call) % 100 < NOW_AND_THEN;
}

bool strikes(enum fault fault, enum call call)
{
    return faults.on[fault] && now_and_then(fault, atomic_fetch_add(&throws[fault][call], 1), call);
}

bool interrupted(const char *name, enum call call, const char *what)
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
