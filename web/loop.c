/* SPDX-License-Identifier: MIT */
/* One thread, any number of connections: wait until some can go on, and let these go on. */
#include "loop.h"
#include "../common/die.h"
#include "ready.h"
#include "web.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CHECK_EVERY = 250, /* ms between looks at the deadlines */
    PAUSE = 1000,      /* ms without accept() when descriptors have run out */
    FINISH = 5000,     /* ms to finish after SIGINT or SIGTERM */
    ACCEPT_MOST = 64,  /* connections at a time */
    SLICE = 2,         /* ms for the queue, before those are heard who have said something */
};

struct loop {
    struct worker *worker;
    struct ready *ready;
    struct connection **at; /* by descriptor, below SIZE; NULL: none of this loop's */
    int size, count;
    int welcoming;
    bool accepting; /* WELCOMING is watched */
    bool short_of_descriptors;
    int64_t accept_again;             /* milliseconds */
    struct connection *front, **back; /* the queue of those that can go on at once */
};

static void finish(struct loop *l, struct connection *c)
{
    l->at[c->fd] = NULL;
    if (c->watched != 0)
        ready_watch(l->ready, c->fd, 0);
    connection_close(l->worker, c);
    free(c);
    l->count--;
    l->accept_again = 0; /* its descriptor is free */
}

/* Puts a connection at the end of the queue. Nothing of it is watched meanwhile. */
static void queue(struct loop *l, struct connection *c)
{
    if (c->watched != 0)
        ready_watch(l->ready, c->fd, 0);
    c->watched = 0;
    c->behind = NULL;
    *l->back = c;
    l->back = &c->behind;
}

/* What connection_ready or its like said. */
static void proceed(struct loop *l, struct connection *c, short events)
{
    if (events == GO_ON) {
        queue(l, c);
        return;
    }
    if (events != 0 && events != c->watched && !ready_watch(l->ready, c->fd, events)) {
        warn_seldom(&l->worker->lost, "watch a connection");
        events = 0;
    }
    if (events != 0)
        c->watched = events;
    else
        finish(l, c);
}

/* A turn for each in the queue, as far as the time goes; who is not done stands in it again. So
 * whoever comes with a small request waits a SLICE, however much others have asked for. */
static void take_turns(struct loop *l)
{
    struct worker *w = l->worker;
    int64_t end = milliseconds() + SLICE;

    while (l->front != NULL) {
        struct connection *c = l->front;
        l->front = c->behind;
        if (l->front == NULL)
            l->back = &l->front;
        bool late = c->late;
        c->late = false;
        if (w->stopping && c->state != MAKE && c->state != SEND)
            finish(l, c);
        else if (late)
            proceed(l, c, connection_late(w, c));
        else
            proceed(l, c, connection_go_on(w, c));
        if (milliseconds() >= end)
            break;
    }
}

/* A place for a connection with descriptor FD, or NULL. */
static struct connection *place(struct loop *l, int fd)
{
    if (fd >= l->size) {
        int size = 2 * fd + 64;
        struct connection **at = realloc(l->at, (size_t)size * sizeof *at);
        if (at == NULL)
            return NULL;
        while (l->size < size)
            at[l->size++] = NULL;
        l->at = at;
    }
    return l->at[fd] = malloc(sizeof *l->at[fd]);
}

/* Box: accept the connections that wait. */
static void accept_all(struct loop *l)
{
    for (int n = 0; n < ACCEPT_MOST; n++) {
        union client client;
        socklen_t length = sizeof client;
        int fd = accept(l->welcoming, &client.any, &length);
        if (fd == -1) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) {
                l->short_of_descriptors = false; /* nobody waits any more */
            } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                if (!l->short_of_descriptors)
                    warn_seldom(&l->worker->short_of_descriptors, "accept: clients have to wait");
                l->short_of_descriptors = true;
                l->accept_again = l->worker->now + PAUSE; /* asking at once would burn the CPU */
            }
            return; /* or it has left already */
        }
        struct connection *c = NULL;
        if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1 || (c = place(l, fd)) == NULL) {
            warn_seldom(&l->worker->lost, "take a connection");
            close(fd);
            return;
        }
        l->count++;
        l->worker->site.turn++; /* its request may have begun only now */
        connection_open(l->worker, c, fd, &client);
        proceed(l, c, connection_ready(l->worker, c)); /* its request may be here already */
    }
}

/* What is too late goes to the queue, as there may be thousands. */
static void check_deadlines(struct loop *l)
{
    struct worker *w = l->worker;
    for (int fd = 0; fd < l->size; fd++) {
        struct connection *c = l->at[fd];
        if (c == NULL || c->watched == 0)
            continue;
        bool crowded = l->short_of_descriptors && c->state == IDLE &&
                       (double)(w->now - c->since) >= (double)CROWDED_TIME * w->scale;
        c->late = crowded || w->now >= c->deadline;
        if (c->late || (w->stopping && c->state != SEND))
            queue(l, c);
    }
}

/* Watches for clients, or no more. */
static void set_accepting(struct loop *l, bool accepting)
{
    if (accepting != l->accepting && !ready_watch(l->ready, l->welcoming, accepting ? POLLIN : 0))
        die("watch the welcoming socket");
    l->accepting = accepting;
}

void serve(struct worker *w, int welcoming, int stop)
{
    struct loop l = {.worker = w, .ready = ready_open(), .welcoming = welcoming};
    int64_t check_at = 0, end = INT64_MAX;
    int fds[READY_MOST];

    if (l.ready == NULL || !ready_watch(l.ready, stop, POLLIN))
        die("start");
    w->site.cache = &w->cache;
    l.back = &l.front;
    for (w->now = milliseconds(); !w->stopping || (l.count > 0 && w->now < end);) {
        set_accepting(&l, !w->stopping && w->now >= l.accept_again);
        int wait = check_at > w->now && l.front == NULL ? (int)(check_at - w->now) : 0;
        if (l.count == 0 && !w->stopping)
            wait = l.accepting ? -1 : PAUSE;
        /* Box: wait until something can be done. */
        int count = ready_wait(l.ready, fds, wait);
        int64_t before = w->now;
        w->now = milliseconds();
        if (w->now != before) /* a look costs a system call: a thousand in a second are enough */
            look_at_site(&w->site, w->quiet);
        w->site.turn++;
        for (int i = 0; i < count; i++) {
            if (fds[i] == welcoming) {
                if (!w->stopping)
                    accept_all(&l);
            } else if (fds[i] != stop) {
                struct connection *c = l.at[fds[i]];
                proceed(&l, c, connection_ready(w, c));
            } else {
                w->stopping = true;
                ready_watch(l.ready, stop, 0);
                set_accepting(&l, false);
                if (atomic_fetch_sub(w->loops, 1) == 1)
                    close(welcoming); /* who comes now is to be refused, not to wait in the queue */
                end = w->now + FINISH;
                check_at = 0;
            }
        }
        if (w->now >= check_at) {
            check_deadlines(&l);
            check_at = w->now + CHECK_EVERY;
        }
        take_turns(&l);
    }
    for (int fd = 0; fd < l.size; fd++)
        if (l.at[fd] != NULL)
            finish(&l, l.at[fd]);
    ready_close(l.ready);
    free(l.at);
}
