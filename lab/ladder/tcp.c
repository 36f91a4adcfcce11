/* SPDX-License-Identifier: MIT */
/* The states of TCP (RFC 9293, figure 5), as far as the calls of both ends imply them. */
#include "tcp.h"
#include "model.h"

#include <string.h>

const char *state_name(enum state state)
{
    static const char *const names[] = {"",         "LISTEN",     "SYN_SENT", "ESTABLISHED",
                                        "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT",
                                        "CLOSED"};
    return names[state];
}

static enum state change(struct end *end, enum state state)
{
    if (end == NULL || end->state == state)
        return NO_STATE;
    return end->state = state;
}

/* The end's own program has finished sending. */
static enum state finished(struct end *end)
{
    return end->state == CLOSED ? NO_STATE
                                : change(end, end->state == CLOSE_WAIT ? LAST_ACK : FIN_WAIT);
}

/* The other program has finished sending. */
static enum state heard_fin(struct end *end)
{
    if (end == NULL || end->state == CLOSED)
        return NO_STATE;
    return change(end, end->state == FIN_WAIT ? TIME_WAIT : CLOSE_WAIT);
}

static enum state connect_step(const struct step *step)
{
    const struct event *e = step->event;
    bool pending = e->error != NULL && strcmp(e->error, "EINPROGRESS") == 0;
    if (step->part == BEGINS || pending)
        return change(e->socket, SYN_SENT);
    return change(e->socket, e->error == NULL ? ESTABLISHED : CLOSED);
}

/* close, shutdown and exit, if they ended the stream: one arrow for each end that they finished. */
static enum state finish_step(const struct event *e)
{
    enum state state = NO_STATE;
    for (struct arrow *a = e->out; a != NULL; a = a->next_out) {
        if (a->end == NULL || !a->end->tcp)
            continue;
        state = a->kind == RST ? change(a->end, CLOSED) : finished(a->end);
        a->news = a->kind == RST ? change(a->end->twin, CLOSED) : heard_fin(a->end->twin);
    }
    if (e->call == CLOSE && (e->stops_listening || e->socket->state == SYN_SENT))
        state = change(e->socket, CLOSED);
    return state;
}

enum state tcp_step(const struct step *step)
{
    const struct event *e = step->event;
    if (step->part == LEFT)
        return NO_STATE;
    if (e->call == EXIT)
        return finish_step(e);
    if (e->socket == NULL || !e->socket->tcp || (step->part == BEGINS && e->call != CONNECT))
        return NO_STATE;
    switch (e->call) {
    case LISTEN:
        return e->error == NULL ? change(e->socket, LISTENING) : NO_STATE;
    case CONNECT:
        return connect_step(step);
    case ACCEPT:
        if (e->accepted == NULL)
            return NO_STATE;
        /* What has come while it waited in the queue is told where it is received. */
        return e->accepted->state == NO_STATE ? change(e->accepted, ESTABLISHED) : ESTABLISHED;
    case ASKED:
        return e->error != NULL ? change(e->socket, CLOSED) : NO_STATE;
    case SHUTDOWN:
    case CLOSE:
        return finish_step(e);
    case SEND:
    case RECV:
        if (e->in != NULL && e->in->kind == RST)
            return change(e->socket, CLOSED);
        if (e->in != NULL && e->in->kind == FIN && e->in->from == NULL)
            return heard_fin(e->socket);
        if (e->error == NULL && e->socket->state == SYN_SENT)
            return change(e->socket, ESTABLISHED);
        return NO_STATE;
    default:
        return NO_STATE;
    }
}
