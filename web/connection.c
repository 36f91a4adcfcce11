/* SPDX-License-Identifier: MIT */
/* A connection's life: IDLE, READ_HEAD, READ_BODY, MAKE, SEND, IDLE again; LINGER and closed. */
#include "connection.h"
#include "../common/net.h"
#include "http/memory.h"
#include "ready.h"
#include "web.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void set_deadline(const struct worker *w, struct connection *c, int64_t from, double time)
{
    c->deadline = from + (int64_t)(time * w->scale);
}

static void free_exchange(struct exchange *x)
{
    answer_free(&x->answer);
    text_free(&x->raw);
    memory_free(x, sizeof *x);
}

void worker_end(struct worker *w)
{
    while (w->spare != NULL) {
        struct exchange *x = w->spare;
        w->spare = x->next;
        free_exchange(x);
    }
    w->spares = 0;
    cache_clear(&w->cache);
    if (w->site.root != -1)
        close(w->site.root);
}

static void go_idle(struct worker *w, struct connection *c)
{
    struct exchange *x = c->exchange;
    size_t text = x->raw.size + x->answer.text.size + x->answer.page.size;
    if (w->spares < SPARES && text <= SPARE_TEXT_MAX && memory_taken() <= MEMORY_KEPT) {
        x->next = w->spare;
        w->spare = x;
        w->spares++;
    } else {
        free_exchange(x);
    }
    c->exchange = NULL;
    c->state = IDLE;
    set_deadline(w, c, w->now, IDLE_TIME);
}

static void expect_head(struct worker *w, struct connection *c)
{
    request_start(&c->exchange->request);
    c->exchange->at = c->exchange->raw.length = 0;
    c->exchange->raw.failed = false;
    c->state = READ_HEAD;
    set_deadline(w, c, w->now, HEAD_TIME);
}

/* An exchange for a connection on which something has come. */
static bool wake_up(struct worker *w, struct connection *c)
{
    struct exchange *x = w->spare;
    if (x != NULL) {
        w->spare = x->next;
        w->spares--;
    } else {
        if ((x = memory_new(sizeof *x, MEMORY_REQUESTS)) == NULL)
            return false;
        answer_start(&x->answer);
        x->raw = (struct text){0};
    }
    x->length = 0;
    c->exchange = x;
    expect_head(w, c);
    return true;
}

static void log_it(struct worker *w, const struct connection *c)
{
    socklen_t length =
        c->client.any.sa_family == AF_INET ? sizeof c->client.ipv4 : sizeof c->client;
    if (!w->quiet)
        write_log(&c->exchange->answer, &c->exchange->request, w->site.now,
                  address_of(&c->client, length).host);
}

void connection_close(struct worker *w, struct connection *c)
{
    if (c->state == SEND)
        log_it(w, c); /* with the bytes that were sent, although there should be more */
    if (c->exchange != NULL) {
        answer_end(&c->exchange->answer);
        go_idle(w, c);
    }
    close(c->fd);
}

/* Nothing more is sent; what comes is read for a while, so that a reset destroys no answer. */
static short linger(struct worker *w, struct connection *c)
{
    shutdown(c->fd, SHUT_WR);
    c->state = LINGER;
    set_deadline(w, c, w->now, LINGER_TIME);
    return POLLIN;
}

/* There is no memory to read a request in. */
static short turn_away(struct worker *w, struct connection *c)
{
    warn_seldom(&w->turned_away, "answer a client other than with 503");
    send_all(c->fd, answer_no_memory, strlen(answer_no_memory));
    return linger(w, c);
}

/* The answer has been sent. GO_ON: a next request has come already. */
static short finish(struct worker *w, struct connection *c)
{
    struct exchange *x = c->exchange;
    bool close_it = x->answer.close || w->stopping;
    /* Closing with bytes unread would reset the connection, and could take the answer with it. */
    bool unread = x->at < x->length || x->at == 0;

    log_it(w, c);
    answer_end(&x->answer);
    x->length -= x->at;
    memmove(x->bytes, x->bytes + x->at, x->length);
    if (!close_it && x->length > 0) {
        expect_head(w, c);
        return GO_ON;
    }
    go_idle(w, c);
    if (!close_it)
        return POLLIN;
    if (!unread && recv(c->fd, w->buffer, 1, MSG_PEEK) <= 0)
        return 0;
    return linger(w, c);
}

/* Sends what the client takes; at most one buffer of a file, so that others get their turn. */
static short send_answer(struct worker *w, struct connection *c)
{
    struct exchange *x = c->exchange;
    ssize_t length = answer_read(&x->answer, w->buffer, sizeof w->buffer);
    ssize_t sent = 0;

    if (length == -1)
        return 0;
    if (length > 0)
        sent = send(c->fd, w->buffer, (size_t)length, x->answer.close ? send_and_close : 0);
    if (sent == -1 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        return 0;
    if (sent > 0) {
        answer_sent(&x->answer, (size_t)sent);
        set_deadline(w, c, w->now, STALL_TIME);
    }
    return x->answer.piece == x->answer.pieces ? finish(w, c) : POLLOUT;
}

static short start_sending(struct worker *w, struct connection *c)
{
    c->state = SEND;
    set_deadline(w, c, w->now, STALL_TIME);
    return send_answer(w, c);
}

/* X->at stays 0 here: what follows a fault is never read as a request. */
static short send_fault(struct worker *w, struct connection *c, const struct fault *f,
                        const char *bytes, size_t length)
{
    struct exchange *x = c->exchange;
    x->at = 0;
    text_free(&x->raw);
    answer_fault(&x->answer, &w->site, &x->request, f, bytes, length);
    return start_sending(w, c);
}

static short read_body(struct worker *w, struct connection *c)
{
    static const struct fault too_large = {413, 0, "a request body may have 1 MiB here",
                                           "RFC 9110, 15.5.14"};
    static const struct fault no_memory = {503, 0, "the server is out of memory",
                                           "RFC 9110, 15.6.4"};
    struct exchange *x = c->exchange;
    enum progress p = x->request.framing == NO_BODY ? DONE : MORE;

    while (p == MORE && x->at < x->length) {
        size_t used, content;
        p = body_parse(&x->body, x->bytes + x->at, x->length - x->at, &used, &content);
        if (p == FAULT) { /* shown with what stands before it in the body, as far as it is here */
            struct fault f = x->body.fault;
            f.at += x->at - x->request.length;
            return send_fault(w, c, &f, x->bytes + x->request.length,
                              x->length - x->request.length);
        }
        if (x->body.content > BODY_MAX)
            return send_fault(w, c, &too_large, x->bytes, x->request.length);
        if (w->site.echo)
            text_add(&x->raw, x->bytes + x->at, used);
        if (x->raw.failed)
            return send_fault(w, c, &no_memory, x->bytes, x->request.length);
        x->at += used;
    }
    if (p == DONE) {
        c->state = MAKE;
        if (answer_begin(&x->answer, &w->site, &x->request, &x->raw) == MORE)
            return GO_ON;
        return start_sending(w, c);
    }
    x->at = x->length = x->request.length; /* the head stays: the answer is made from it */
    set_deadline(w, c, x->body_began,
                 (double)BODY_TIME + (double)x->body.seen * 1000 / (double)BODY_RATE);
    return POLLIN;
}

static short read_head(struct worker *w, struct connection *c)
{
    struct exchange *x = c->exchange;
    struct request *r = &x->request;

    switch (request_parse(r, x->bytes, x->length)) {
    case MORE:
        return POLLIN;
    case FAULT:
        return send_fault(w, c, &r->head.fault, x->bytes, x->length);
    default:
        break;
    }
    if (answer_early(&x->answer, &w->site, r))
        return start_sending(w, c);
    x->at = r->length;
    if (w->site.echo)
        text_add(&x->raw, x->bytes, x->at);
    if (r->framing == CHUNKED)
        body_start_chunked(&x->body);
    else
        body_start_counted(&x->body, r->content_length);
    /* RFC 9110, 10.1.1: said only to one who still waits. So short a text always finds room, save
     * with one who has not read the answers before it. */
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (r->expects_continue && x->at == x->length && send_all(c->fd, go_on, sizeof go_on - 1) == -1)
        return 0;
    c->state = READ_BODY;
    x->body_began = w->now;
    return read_body(w, c);
}

void connection_open(struct worker *w, struct connection *c, int fd, const union client *client)
{
    *c = (struct connection){.fd = fd, .state = IDLE, .since = w->now, .client = *client};
    set_deadline(w, c, w->now, IDLE_TIME);
}

short connection_ready(struct worker *w, struct connection *c)
{
    struct exchange *x;
    short events;

    if (c->state == SEND) {
        events = send_answer(w, c);
    } else if (c->state == LINGER) {
        ssize_t n = recv(c->fd, w->buffer, sizeof w->buffer, 0);
        events = n > 0 || (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) ? POLLIN : 0;
    } else {
        if (c->state == IDLE && !wake_up(w, c))
            return turn_away(w, c);
        x = c->exchange;
        ssize_t n = recv(c->fd, x->bytes + x->length, sizeof x->bytes - x->length, 0);
        if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            if (x->length == 0)
                go_idle(w, c);
            return POLLIN;
        }
        if (n <= 0)
            return 0;
        x->length += (size_t)n;
        events = c->state == READ_HEAD ? read_head(w, c) : read_body(w, c);
    }
    c->since = w->now;
    return events;
}

short connection_go_on(struct worker *w, struct connection *c)
{
    struct exchange *x = c->exchange;

    c->since = w->now;
    w->site.turn++; /* the request may have begun only now */
    if (c->state == READ_HEAD)
        return read_head(w, c);
    if (answer_go_on(&x->answer, &w->site, &x->request) == MORE)
        return GO_ON;
    return start_sending(w, c);
}

short connection_late(struct worker *w, struct connection *c)
{
    struct exchange *x = c->exchange;
    struct fault late = {408, 0, "the rest of the request did not come in time",
                         "RFC 9110, 15.5.9"};

    if (c->state != READ_HEAD && c->state != READ_BODY)
        return 0;
    late.at = c->state == READ_HEAD ? x->length : x->request.length;
    return send_fault(w, c, &late, x->bytes, late.at);
}
