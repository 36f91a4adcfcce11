/* SPDX-License-Identifier: MIT */
/* One thread, one poll(2), any number of connections.
 *
 * poll is told about every descriptor on every call, which takes its time when thousands of them
 * are idle: 3 to 15 milliseconds for 10,000. So the array is kept in two parts: first the
 * connections that have said something lately, then the silent ones; and while the first part has
 * something to do, the second is asked about only as often as takes a 16th of the time. That is
 * all it needs to serve the busy beside the idle at nearly full speed, and it is portable, as
 * epoll(7) and kqueue(2) are not. The price: a silent connection that wakes up beside busy ones may
 * wait 16 times as long as such a look. */
#include "loop.h"
#include "../common/die.h"
#include "web.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    SILENT_SHARE = 16,  /* a look at the silent ones takes this part of the time */
    SILENT_AFTER = 250, /* ms without an event */
    SILENT_MANY = 64,   /* fewer are not worth the trouble */
    CHECK_EVERY = 250,  /* ms between looks at the deadlines */
    PAUSE = 1000,       /* ms without accept() when descriptors have run out */
    FINISH = 5000,      /* ms to finish after SIGINT or SIGTERM */
    ACCEPT_MOST = 64,   /* connections at a time */
};

/* polls[i] is the connection at[i]; the first two are the welcoming socket and the stop pipe. */
enum { WELCOMING, STOP, FIRST };

struct loop {
    struct worker *worker;
    struct pollfd *polls;
    struct connection *at;
    size_t count, size;
    size_t busy; /* polls[FIRST] to polls[busy - 1] are the ones that are not silent */
    int welcoming;
    bool short_of_descriptors;
    int64_t accept_again; /* milliseconds */
    int64_t silent_at;    /* microseconds */
};

static void swap(struct loop *l, size_t i, size_t j)
{
    struct pollfd poll = l->polls[i];
    struct connection connection = l->at[i];
    l->polls[i] = l->polls[j];
    l->at[i] = l->at[j];
    l->polls[j] = poll;
    l->at[j] = connection;
}

static void finish(struct loop *l, size_t i)
{
    connection_close(l->worker, &l->at[i]);
    if (i < l->busy) { /* a hole moves to the end of its part, and then to the end of all */
        swap(l, i, --l->busy);
        i = l->busy;
    }
    swap(l, i, --l->count);
    l->accept_again = 0; /* its descriptor is free */
}

/* What connection_ready or connection_late said. False if connection I is gone, and another has
 * taken its place. */
static bool proceed(struct loop *l, size_t i, short events)
{
    l->polls[i].events = events;
    if (events == 0)
        finish(l, i);
    return events != 0;
}

static bool grow(struct loop *l)
{
    size_t size = l->size * 2 + 64;
    struct pollfd *polls = realloc(l->polls, size * sizeof *polls);
    if (polls != NULL)
        l->polls = polls;
    struct connection *at = realloc(l->at, size * sizeof *at);
    if (at != NULL)
        l->at = at;
    if (polls == NULL || at == NULL)
        return false;
    l->size = size;
    return true;
}

/* Box: accept the connections that wait. */
static void accept_all(struct loop *l)
{
    for (int n = 0; n < ACCEPT_MOST; n++) {
        if (l->count == l->size && !grow(l)) {
            warn("remember a connection");
            l->accept_again = l->worker->now + PAUSE;
            return;
        }
        struct connection *c = &l->at[l->count];
        socklen_t length = sizeof c->client;
        int fd = accept(l->welcoming, &c->client.any, &length);
        if (fd == -1) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) {
                l->short_of_descriptors = false; /* nobody waits any more */
            } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                if (!l->short_of_descriptors)
                    warn("accept: clients have to wait");
                l->short_of_descriptors = true;
                l->accept_again = l->worker->now + PAUSE; /* asking at once would burn the CPU */
            }
            return; /* or it has left already */
        }
        if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1) {
            close(fd);
            continue;
        }
        l->worker->site.turn++; /* its request may have begun only now */
        connection_open(l->worker, c, fd);
        size_t i = l->count++;
        l->polls[i] = (struct pollfd){.fd = fd};
        swap(l, i, l->busy);
        i = l->busy++;
        proceed(l, i, connection_ready(l->worker, &l->at[i])); /* its request may be here already */
    }
}

/* Ends what is too late, and tells the silent from the busy. */
static void check_deadlines(struct loop *l)
{
    struct worker *w = l->worker;
    for (size_t i = FIRST; i < l->count;) {
        struct connection *c = &l->at[i];
        bool late = w->now >= c->deadline;
        if (c->state == IDLE &&
            (w->stopping ||
             (l->short_of_descriptors && (double)(w->now - c->since) >= CROWDED_TIME * w->scale)))
            late = true;
        if (w->stopping && c->state != SEND) {
            finish(l, i);
        } else if (late && !proceed(l, i, connection_late(w, c))) {
            continue;
        } else if (i < l->busy && w->now - l->at[i].since >= SILENT_AFTER) {
            swap(l, i, --l->busy); /* what comes here instead is looked at next */
        } else {
            i++;
        }
    }
}

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Box: wait until something can be done, for WAIT milliseconds at most. Returns how many of the
 * connections were asked about; the others keep their events of 0. */
static size_t wait_for_events(struct loop *l, int wait)
{
    l->polls[WELCOMING].revents = l->polls[STOP].revents = 0;
    if (l->busy == FIRST || l->count - l->busy < SILENT_MANY) {
        poll(l->polls, (nfds_t)l->count, wait);
        return l->count;
    }
    int64_t now = microseconds(), left = (l->silent_at - now + 999) / 1000;
    if (left > 0) {
        poll(l->polls, (nfds_t)l->busy, left < wait ? (int)left : wait);
        return l->busy;
    }
    poll(l->polls, (nfds_t)l->count, 0);
    l->silent_at = now + SILENT_SHARE * (microseconds() - now);
    return l->count;
}

void serve(struct worker *w, int welcoming, int stop)
{
    struct loop l = {.worker = w, .welcoming = welcoming, .count = FIRST, .busy = FIRST};
    int64_t check_at = 0, end = INT64_MAX;

    if (!grow(&l))
        die("start");
    l.polls[STOP] = (struct pollfd){.fd = stop, .events = POLLIN};
    l.polls[WELCOMING].events = POLLIN;
    w->site.cache = &w->cache;
    for (w->now = milliseconds(); !w->stopping || (l.count > FIRST && w->now < end);) {
        bool may_accept = !w->stopping && w->now >= l.accept_again;
        int wait = check_at > w->now ? (int)(check_at - w->now) : 0;
        if (l.count == FIRST && !w->stopping)
            wait = may_accept ? -1 : PAUSE;
        l.polls[WELCOMING].fd = may_accept ? welcoming : -1;
        size_t count = wait_for_events(&l, wait);
        w->now = milliseconds();
        site_tick(&w->site, (int64_t)time(NULL));
        w->site.turn++;
        for (size_t i = FIRST; i < count && i < l.count;) {
            short events = l.polls[i].revents;
            l.polls[i].revents = 0;
            if (events == 0) {
                i++;
                continue;
            }
            size_t j = i;
            if (i >= l.busy) { /* silent no more: it changes places with the first silent one */
                j = l.busy++;
                swap(&l, i, j);
            }
            if (proceed(&l, j, connection_ready(w, &l.at[j])) || j < i)
                i++;
        }
        if (l.polls[STOP].revents != 0 && !w->stopping) {
            w->stopping = true;
            if (atomic_fetch_sub(w->loops, 1) == 1)
                close(welcoming); /* who comes now is to be refused, not to wait in the queue */
            end = w->now + FINISH;
            l.polls[STOP].fd = -1;
            check_at = 0;
        }
        if (may_accept && !w->stopping && l.polls[WELCOMING].revents != 0)
            accept_all(&l);
        if (w->now >= check_at) {
            check_deadlines(&l);
            check_at = w->now + CHECK_EVERY;
        }
    }
    while (l.count > FIRST)
        finish(&l, l.count - 1);
    free(l.polls);
    free(l.at);
}
