/* SPDX-License-Identifier: MIT */
/* Who received what. TCP ends find each other by their pair of addresses, the bytes by their
 * offset in the stream; datagrams by addresses, content and order. */
#include "match.h"
#include "ends.h"
#include "model.h"
#include "order.h"

#include <stdlib.h>
#include <string.h>

static struct event *datagrams, **next_datagram = &datagrams; /* sent, and not yet received */
static struct event *ready; /* the last call that made a server ready */

/* A call that acts stands where it began, one that receives where it returned: so a cause always
 * stands above its effect. */
static long long moment(const struct event *e)
{
    return e->call == RECV || e->call == ACCEPT ? e->end : e->begin;
}

static int by_moment(const void *a, const void *b)
{
    const struct event *x = *(struct event *const *)a, *y = *(struct event *const *)b;
    if (moment(x) != moment(y))
        return moment(x) < moment(y) ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

bool same_address(const char *a, const char *b)
{
    if (a == b || a == NULL || b == NULL)
        return a == b;
    const char *port_a = strrchr(a, ':'), *port_b = strrchr(b, ':');
    bool any = strncmp(a, "0.0.0.0:", 8) == 0 || strncmp(a, "[::]:", 5) == 0 ||
               strncmp(b, "0.0.0.0:", 8) == 0 || strncmp(b, "[::]:", 5) == 0;
    return any && port_a != NULL && port_b != NULL && strcmp(port_a, port_b) == 0;
}

/* What each call does. */

static void made(struct trace *trace, struct event *e)
{
    char value[64];
    hold(e->column->pid, e->fd, e->socket);
    e->socket->made = e;
    if (argument(e->args, "pairid", value, sizeof value) != NULL) {
        struct end *other = end_of(trace, value);
        other->twin = e->socket;
        other->made = e;
        other->datagrams = e->socket->datagrams;
        e->socket->pair = other->pair = true;
        other->user = e->column;
        e->socket->twin = other;
        e->socket->peer = other->peer = "pair";
        if (argument(e->args, "pair", value, sizeof value) != NULL)
            hold(e->column->pid, atoi(value), other);
    }
}

static void connected(struct trace *trace, struct event *e)
{
    struct end *listener = trace->ends;
    bool pending = e->error != NULL && strcmp(e->error, "EINPROGRESS") == 0;
    e->socket->local = e->local;
    if (e->socket->datagrams)
        return;
    while (listener != NULL && (listener->listened == NULL || listener->holders <= 0 ||
                                !same_address(listener->local, e->peer)))
        listener = listener->next;
    if (listener != NULL)
        e->after = listener->listened;
    if (e->error != NULL && !pending) {
        point(SYN, e, NULL, NULL)->lost = true;
        return;
    }
    e->socket->peer = e->peer;
    e->socket->watched = listener != NULL;
    e->socket->pending = pending;
    e->socket->made = e;
    point(SYN, e, NULL, listener != NULL ? listener->listened->column : outside(trace));
}

static void accepted(struct trace *trace, struct event *e)
{
    char value[64];
    if (e->result < 0 || argument(e->args, "newid", value, sizeof value) == NULL)
        return;
    struct end *end = end_of(trace, value), *other = trace->ends;
    end->local = e->local;
    end->peer = e->peer;
    end->made = e;
    end->user = e->column;
    e->accepted = end;
    hold(e->column->pid, (int)e->result, end);
    while (other != NULL && (other->taken || !other->watched || other->local != end->peer ||
                             !same_address(other->peer, end->local)))
        other = other->next;
    if (other == NULL) {
        outside(trace);
        return;
    }
    other->taken = true;
    other->pending = false;
    other->twin = end;
    end->twin = other;
    e->after = other->made;
}

static void sent(struct trace *trace, struct event *e)
{
    if (e->count <= 0 && !(e->socket->datagrams && e->error == NULL))
        return;
    if (e->socket->datagrams) {
        *next_datagram = e;
        next_datagram = &e->next_send;
        return;
    }
    if (e->socket->last_send != NULL && e->socket->sends != NULL)
        e->socket->last_send->next_send = e;
    else
        e->socket->sends = e;
    e->socket->last_send = e;
    e->socket->sent = e->offset + e->count;
    if (e->socket->twin == NULL && !e->socket->watched)
        point(DATA, e, NULL, outside(trace))->count = e->count;
}

static void received_stream(struct trace *trace, struct event *e)
{
    long long end = e->offset + e->count;
    struct end *from = e->socket->twin;
    e->socket->received = end;
    if (from == NULL) {
        point(DATA, NULL, e, outside(trace))->count = e->count;
        return;
    }
    for (struct event *s = from->sends; s != NULL && s->offset < end; s = s->next_send) {
        long long start = s->offset > e->offset ? s->offset : e->offset;
        long long stop = s->offset + s->count < end ? s->offset + s->count : end;
        if (start < stop) {
            struct arrow *arrow = point(DATA, s, e, NULL);
            arrow->offset = start - s->offset;
            arrow->count = stop - start;
            s->arrived += stop - start;
        }
        if (stop == s->offset + s->count)
            from->sends = s->next_send;
    }
}

static bool same_datagram(const struct event *s, const struct event *r)
{
    char value[32];
    size_t length = s->length < r->length ? s->length : r->length;
    bool cut = argument(r->args, "full", value, sizeof value) != NULL ||
               argument(r->args, "truncated", value, sizeof value) != NULL;
    return same_address(s->peer, r->local) &&
           (s->local == NULL || r->peer == NULL || same_address(s->local, r->peer)) &&
           (cut ? s->count > r->count : s->count == r->count) &&
           (length == 0 || memcmp(s->data, r->data, length) == 0);
}

static void received_datagram(struct trace *trace, struct event *e)
{
    struct event **s = &datagrams;
    while (*s != NULL && !same_datagram(*s, e))
        s = &(*s)->next_send;
    struct event *from = *s;
    if (from != NULL) {
        *s = from->next_send;
        if (next_datagram == &from->next_send)
            next_datagram = s;
        from->arrived = e->count;
    }
    point(DATA, from, e, from == NULL ? outside(trace) : NULL)->count = e->count;
}

static void received(struct trace *trace, struct event *e)
{
    struct end *twin = e->socket->twin;
    bool peek = says(e, "flags", "MSG_PEEK");
    bool reset = e->error != NULL && strcmp(e->error, "ECONNRESET") == 0;
    if (reset || (e->error != NULL && strcmp(e->error, "EPIPE") == 0))
        e->socket->broken = true;
    if (e->socket->datagrams && e->error == NULL && !peek)
        received_datagram(trace, e);
    else if (e->count > 0 && !peek)
        received_stream(trace, e);
    else if ((reset || (e->error == NULL && e->want != 0)) && !e->socket->datagrams) {
        struct arrow *fin = twin != NULL ? twin->finished : NULL;
        struct event *late = e->socket->last_send;
        if (fin != NULL && reset && fin->kind == FIN && late != NULL &&
            late->end > fin->from->begin) {
            point(RST, fin->from, e, NULL); /* what we sent came after its close */
        } else if (fin != NULL && fin->to == NULL) {
            fin->kind = reset ? RST : FIN;
            fin->to = e;
            e->in = fin;
        } else if (twin == NULL && !e->socket->watched) {
            point(reset ? RST : FIN, NULL, e, outside(trace));
        }
    }
}

/* What became of a connect that did not wait. */
static void asked(const struct event *e)
{
    struct end *end = e->socket;
    if (e->error == NULL)
        end->pending = false;
    if (e->error == NULL || end->made == NULL || end->made->call != CONNECT)
        return;
    end->broken = true;
    end->made->out->over = NULL;
    end->made->out->lost = true;
}

/* Which calls do not wait: those on a socket with O_NONBLOCK, and those with MSG_DONTWAIT. */
static void judge_waiting(struct event *e)
{
    if (strcmp(e->name, "fcntl") == 0 && says(e, "cmd", "F_SETFL"))
        e->socket->at_once = says(e, "flags", "O_NONBLOCK");
    if (e->call == SOCKET)
        e->socket->at_once = says(e, "type", "SOCK_NONBLOCK");
    if (e->accepted != NULL)
        e->accepted->at_once = says(e, "flags", "SOCK_NONBLOCK");
    e->at_once = e->socket->at_once || says(e, "flags", "MSG_DONTWAIT");
}

static void act(struct trace *trace, struct event *e)
{
    char how[32];
    if (e->call == EXIT)
        release(trace, e, -1);
    if (e->call == ASIDE)
        hold_aside(trace, e);
    if (e->socket == NULL || e->waiting)
        return;
    e->socket->user = e->column;
    if (e->call == SOCKET && e->error == NULL)
        made(trace, e);
    if (e->call == BIND && e->error == NULL) {
        e->socket->bound = true;
        e->socket->local = e->local;
        if (e->socket->datagrams)
            ready = e;
    }
    if (e->call == LISTEN && e->error == NULL) {
        e->socket->local = e->local;
        e->socket->listened = ready = e;
    }
    if (e->call == CONNECT)
        connected(trace, e);
    if (e->call == ASKED)
        asked(e);
    if (e->call == ACCEPT)
        accepted(trace, e);
    if ((e->call == SEND || e->call == RECV) && e->error == NULL)
        e->socket->pending = false;
    if (e->call == SEND && e->error == NULL)
        sent(trace, e);
    if (e->call == RECV || (e->call == SEND && e->error != NULL))
        received(trace, e);
    if (e->call == SHUTDOWN && e->error == NULL &&
        strcmp(argument(e->args, "how", how, sizeof how) ? how : "", "SHUT_RD") != 0)
        finish(trace, e, e->socket);
    if (e->call == CLOSE) {
        release(trace, e, e->fd);
        if (e->socket->holders <= 0 && e->socket->last_use <= e->end)
            finish(trace, e, e->socket); /* held since before the trace began */
    }
    judge_waiting(e);
}

static bool again(const struct event *e, const struct event *last)
{
    return last != NULL && e->error != NULL && last->error != NULL && e->fd == last->fd &&
           strcmp(e->error, "EAGAIN") == 0 && strcmp(last->error, "EAGAIN") == 0 &&
           strcmp(e->name, last->name) == 0;
}

void match_end(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++) {
        struct event *e = trace->events[i];
        bool dropped = e->out == NULL || (e->arrived < e->count && e->socket->twin != NULL);
        if (e->call != SEND || e->socket == NULL || !dropped || e->count < 0 || e->error != NULL ||
            e->waiting || (e->count == 0 && !e->socket->datagrams))
            continue;
        bool heard = false; /* a peer that nobody watches has answered, so it was there */
        for (size_t j = 0; j < trace->count && e->socket->datagrams; j++)
            heard = heard || (trace->events[j]->in != NULL && trace->events[j]->in->from == NULL &&
                              trace->events[j]->peer == e->peer);
        struct column *over = e->socket->twin != NULL ? e->socket->twin->user : NULL;
        for (struct end *end = trace->ends; end != NULL && e->socket->datagrams; end = end->next)
            if (end->bound && end->user != NULL && same_address(end->local, e->peer))
                over = end->user;
        struct arrow *arrow = point(DATA, e, NULL, heard ? trace->outside : over);
        arrow->lost = !heard;
        arrow->offset = e->socket->datagrams ? 0 : e->arrived;
        arrow->count = e->count - arrow->offset;
    }
}

static size_t deeper(size_t depth, const struct event *cause)
{
    return cause != NULL && cause->depth >= depth ? cause->depth + 1 : depth;
}

void match(struct trace *trace, size_t first)
{
    if (trace->count > first)
        qsort(trace->events + first, trace->count - first, sizeof *trace->events, by_moment);
    for (size_t i = first; i < trace->count; i++) {
        struct event *e = trace->events[i], *server = ready;
        act(trace, e);
        e->repeated = again(e, e->column->last);
        if (!visible(e))
            continue;
        const struct event *start = server, *made = NULL;
        if (e->column->parent != NULL && e->column->serves != NULL)
            made = e->column->serves->made; /* it exists because this was accepted */
        if (made != NULL && made->call == ACCEPT && made->column == e->column->parent)
            start = made;
        e->before = e->column->last;
        if (e->before == NULL && start != NULL && start->column != e->column)
            e->earliest = deeper(0, start);
        e->earliest = deeper(e->earliest, e->before);
        if (e->socket != NULL && e->socket->made != e)
            e->earliest = deeper(e->earliest, e->socket->made);
        e->depth = deeper(e->earliest, e->after);
        for (struct arrow *a = e->in; a != NULL; a = a->next_in)
            e->depth = deeper(e->depth, a->from);
        e->column->last = e;
    }
}
