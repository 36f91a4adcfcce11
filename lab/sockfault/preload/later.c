/* SPDX-License-Identifier: MIT */
/* One thread and one queue, sorted by the time at which each datagram is due. A thread, because the
 * program may sleep in recv(2) waiting for the answer to the very datagram that is still here. The
 * socket is kept open by a duplicate until its datagram has left, whatever the program closes. */
#include "later.h"
#include "real.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct datagram {
    struct datagram *next;
    struct timespec due;    /* CLOCK_REALTIME: what pthread_cond_timedwait(3) counts by */
    struct timespec unheld; /* when it would be due if it were not held back */
    bool held;
    int fd, flags;
    struct msghdr message;
    struct iovec bytes;
    struct sockaddr_storage to;
    unsigned char storage[]; /* ancillary data, then the bytes */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct datagram *queue;
static unsigned unsent; /* in the queue, or just being sent */
static bool thread_runs;

static struct timespec from_now(long milliseconds)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += milliseconds / 1000;
    t.tv_nsec += milliseconds % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

static bool after(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

static void insert(struct datagram *d)
{
    struct datagram **place = &queue;

    while (*place != NULL && !after(&(*place)->due, &d->due))
        place = &(*place)->next;
    d->next = *place;
    *place = d;
    pthread_cond_broadcast(&changed);
}

static void forget(struct datagram *d)
{
    real.close(d->fd);
    free(d);
}

static void send_and_forget(struct datagram *d)
{
    /* An error here is that of an earlier datagram (ECONNREFUSED); once told, it is gone. */
    if (real.sendmsg(d->fd, &d->message, d->flags) == -1)
        real.sendmsg(d->fd, &d->message, d->flags);
    forget(d);
}

static void *send_when_due(void *nothing)
{
    (void)nothing;
    pthread_mutex_lock(&lock);
    for (;;) {
        struct timespec now = from_now(0);
        struct datagram *d = queue;
        if (d == NULL) {
            pthread_cond_wait(&changed, &lock);
        } else if (after(&d->due, &now)) {
            struct timespec due = d->due;
            pthread_cond_timedwait(&changed, &lock, &due);
        } else {
            queue = d->next;
            pthread_mutex_unlock(&lock);
            send_and_forget(d);
            pthread_mutex_lock(&lock);
            unsent--;
            pthread_cond_broadcast(&changed);
        }
    }
    return NULL;
}

/* A signal handler of the program may call send or _exit too: it must not find the lock taken by
 * the very thread that it interrupted. */
static sigset_t lock_queue(void)
{
    sigset_t all, old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_mutex_lock(&lock);
    return old;
}

static void unlock_queue(const sigset_t *old)
{
    pthread_mutex_unlock(&lock);
    pthread_sigmask(SIG_SETMASK, old, NULL);
}

static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void parent_after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

/* The queue stays the parent's business; so does its thread, which the child has not got, and which
 * may have been waiting: whoever then signals the copy of the condition would wait for it
 * for ever. */
static void child_after_fork(void)
{
    static const pthread_cond_t fresh = PTHREAD_COND_INITIALIZER;

    changed = fresh;
    while (queue != NULL) {
        struct datagram *d = queue;
        queue = d->next;
        forget(d);
    }
    unsent = 0;
    thread_runs = false;
    pthread_mutex_unlock(&lock);
}

/* Before main(): when the first datagram came it was too late. Another thread could fork in that
 * moment, and its child would find the lock taken for ever. */
__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(before_fork, parent_after_fork, child_after_fork);
}

/* With the lock held and all signals blocked, so that the thread never runs the program's
 * handlers. */
static bool start_thread(void)
{
    pthread_t thread;

    if (!thread_runs && pthread_create(&thread, NULL, send_when_due, NULL) == 0) {
        pthread_detach(thread);
        thread_runs = true;
    }
    return thread_runs;
}

/* A copy in one piece: header, address, ancillary data, bytes. NULL when something ran out. */
static struct datagram *copy(int fd, const struct msghdr *message, int flags)
{
    size_t length = 0;

    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        length += message->msg_iov[i].iov_len;
    struct datagram *d = calloc(1, sizeof *d + (size_t)message->msg_controllen + length);
    if (d == NULL)
        return NULL;
    /* A high number: the program's next socket gets the number that it would have had. */
    d->fd = real.fcntl(fd, F_DUPFD_CLOEXEC, 200);
    if (d->fd == -1)
        d->fd = real.fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (d->fd == -1) {
        free(d);
        return NULL;
    }
    d->flags = flags;
    d->message = *message;
    if (message->msg_name != NULL)
        d->message.msg_name = memcpy(&d->to, message->msg_name, message->msg_namelen);
    d->message.msg_control = NULL;
    if (message->msg_controllen > 0)
        d->message.msg_control = memcpy(d->storage, message->msg_control, message->msg_controllen);
    d->bytes.iov_base = d->storage + message->msg_controllen;
    d->message.msg_iov = &d->bytes;
    d->message.msg_iovlen = 1;
    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++) {
        const struct iovec *part = &message->msg_iov[i];
        if (part->iov_len > 0)
            memcpy((char *)d->bytes.iov_base + d->bytes.iov_len, part->iov_base, part->iov_len);
        d->bytes.iov_len += part->iov_len;
    }
    return d;
}

bool later_send(int fd, const struct msghdr *message, int flags, long milliseconds, long hold)
{
    struct datagram *d = copy(fd, message, flags);

    if (d == NULL)
        return false;
    d->due = from_now(milliseconds + hold);
    d->unheld = from_now(milliseconds);
    d->held = hold > 0;
    sigset_t old = lock_queue();
    bool accepted = start_thread();
    if (accepted) {
        insert(d);
        unsent++;
    }
    unlock_queue(&old);
    if (!accepted)
        forget(d);
    return accepted;
}

/* With the lock held: takes the held datagram out of the queue; NULL if there is none. */
static struct datagram *take_held(void)
{
    struct datagram **place = &queue;

    while (*place != NULL && !(*place)->held)
        place = &(*place)->next;
    struct datagram *d = *place;
    if (d != NULL) {
        *place = d->next;
        d->held = false;
    }
    return d;
}

void later_release(long milliseconds)
{
    sigset_t old = lock_queue();
    struct datagram *d = take_held();

    if (d != NULL && milliseconds > 0) {
        d->due = from_now(milliseconds);
        insert(d);
    } else if (d != NULL) { /* here and now: the thread might wake up after further datagrams */
        send_and_forget(d);
        unsent--;
    }
    unlock_queue(&old);
}

void later_flush(void)
{
    sigset_t old = lock_queue();
    struct datagram *d = take_held();

    if (d != NULL) { /* the last one: nothing will come that could overtake it */
        d->due = d->unheld;
        insert(d);
    }
    while (unsent > 0)
        pthread_cond_wait(&changed, &lock);
    unlock_queue(&old);
}
