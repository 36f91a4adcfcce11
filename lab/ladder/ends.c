/* SPDX-License-Identifier: MIT */
/* Who holds which socket. A stream ends when the last descriptor of its socket is closed, in
 * whatever process that is. */
#include "ends.h"
#include "model.h"

#include <stdlib.h>
#include <string.h>

static struct hold {
    int pid, fd;
    struct end *end;
    struct hold *next;
} * holds;

struct column *outside(struct trace *trace)
{
    if (trace->outside == NULL)
        trace->outside = column_of(trace, 0, 0, "not watched");
    return trace->outside;
}

struct arrow *point(enum deed kind, struct event *from, struct event *to, struct column *over)
{
    struct arrow *arrow = allocate(sizeof *arrow), **last;
    *arrow = (struct arrow){.kind = kind, .from = from, .to = to, .over = over};
    if (from != NULL) {
        for (last = &from->out; *last != NULL; last = &(*last)->next_out)
            ;
        *last = arrow;
    }
    if (to != NULL) {
        for (last = &to->in; *last != NULL; last = &(*last)->next_in)
            ;
        *last = arrow;
    }
    return arrow;
}

void hold(int pid, int fd, struct end *end)
{
    struct hold *h = allocate(sizeof *h);
    *h = (struct hold){pid, fd, end, holds};
    holds = h;
    end->holders++;
}

/* Where the other end is that has not been accepted yet: in the queue of a listening socket. */
static struct column *outside_of(struct trace *trace, const struct end *end)
{
    if (end->watched && end->made != NULL && end->made->after != NULL)
        return end->made->after->column;
    return outside(trace);
}

void finish(struct trace *trace, struct event *e, struct end *end)
{
    if (end->finished != NULL || end->datagrams || end->peer == NULL || end->broken || end->pending)
        return;
    struct column *over = end->twin != NULL ? end->twin->user : outside_of(trace, end);
    if (over == NULL || over == e->column)
        return; /* a pair within one program */
    bool unread = end->tcp && end->twin != NULL && end->twin->sent > end->received;
    end->finished = point(unread && e->call != SHUTDOWN ? RST : FIN, e, NULL, over);
    end->finished->end = end;
    if (end->finished->kind == RST)
        end->twin->broken = true;
}

/* Lets go of descriptor fd, or of all when fd is -1. What a child still uses is not finished, even
 * if its first line comes after its parent's close. */
void release(struct trace *trace, struct event *e, int fd)
{
    for (struct hold **h = &holds; *h != NULL;) {
        struct end *end = (*h)->end;
        if ((*h)->pid != e->column->pid || (fd != -1 && (*h)->fd != fd)) {
            h = &(*h)->next;
            continue;
        }
        struct hold *gone = *h;
        *h = gone->next;
        free(gone);
        if (--end->holders > 0 || end->last_use > e->end)
            continue;
        e->stops_listening = e->stops_listening || end->listened != NULL;
        finish(trace, e, end);
    }
}

static void inherit(int parent, int child)
{
    for (struct hold *h = holds; h != NULL; h = h->next)
        if (h->pid == parent)
            hold(child, h->fd, h->end);
}

void hold_aside(struct trace *trace, struct event *e)
{
    char value[64];
    const char *parent = argument(e->args, "ppid", value, sizeof value);
    if (strcmp(e->name, "fork") == 0 && parent != NULL) {
        inherit(atoi(parent), e->column->pid);
        for (struct column *c = trace->columns; c != NULL && e->column->parent == NULL; c = c->next)
            if (c->pid == atoi(parent) && c->tid == c->pid && c != e->column)
                e->column->parent = c;
    } else if (strcmp(e->name, "start") == 0) {
        release(trace, e, -1);
    } else if (strcmp(e->name, "inherit") == 0 && e->socket != NULL) {
        hold(e->column->pid, e->fd, e->socket);
        if (e->socket->peer == NULL)
            e->socket->peer = e->peer;
        if (e->socket->local == NULL)
            e->socket->local = e->local;
    } else if ((strncmp(e->name, "dup", 3) == 0 || strcmp(e->name, "fcntl") == 0) &&
               e->result >= 0 && e->socket != NULL && argument(e->args, "opt", value, 1) == NULL) {
        if (strcmp(e->name, "fcntl") == 0 &&
            strncmp(argument(e->args, "cmd", value, sizeof value) ? value : "", "F_DUP", 5) != 0)
            return;
        release(trace, e, (int)e->result);
        hold(e->column->pid, (int)e->result, e->socket);
    }
}
