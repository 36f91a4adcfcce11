/* SPDX-License-Identifier: MIT */
/* socksh-status.c - poll, and status: what can be said of every socket without changing it. */
#include "socksh.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MAX_POLLED = 16, MAX_FD = 1024 };

static const struct event {
    short value;
    const char *name;
    const char *meaning;
} events[] = {{POLLIN, "POLLIN", "recv or accept will not block"},
              {POLLOUT, "POLLOUT", "send will not block"},
              {POLLPRI, "POLLPRI", "out-of-band data"},
              {POLLERR, "POLLERR", "an error waits; the next call gives it"},
              {POLLHUP, "POLLHUP", "both directions are closed"},
              {POLLNVAL, "POLLNVAL", "this descriptor is not open"}};

enum { EVENTS = sizeof events / sizeof events[0] };

/* Takes in, out, pri, err, hup as long as they come; false: there was none. */
static bool take_events(struct command *c, struct pollfd *p)
{
    bool any = false;
    for (int i = 0; more(c) && i < EVENTS; i++) {
        const char *typed = c->word[c->next].bytes;
        if (strcasecmp(typed, events[i].name) == 0 || strcasecmp(typed, events[i].name + 4) == 0) {
            p->events = (short)(p->events | events[i].value);
            c->next++;
            any = true;
            i = -1;
        }
    }
    return any;
}

/* The events as C writes them, or 0. */
static const char *events_text(short value)
{
    static char text[80];
    text[0] = '\0';
    for (int i = 0; i < EVENTS; i++) {
        if ((value & events[i].value) != 0) {
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] ? " | " : "",
                     events[i].name);
        }
    }
    return text[0] ? text : "0";
}

/* poll FD EVENT... [FD EVENT...] [SECONDS] */
void call_poll(struct command *c)
{
    struct pollfd list[MAX_POLLED];
    char text[MAX_POLLED * 100] = "";
    int n = 0;
    long timeout = -1;

    while (more(c) && n < MAX_POLLED) {
        const int start = c->next;
        list[n] = (struct pollfd){.fd = take_fd(c)};
        if (!take_events(c, &list[n])) {
            if (n > 0 && c->next == c->count) { /* a last number is the time */
                c->wrong[0] = '\0';
                c->next = start;
                timeout =
                    strcmp(c->word[start].bytes, "0") == 0 ? (c->next++, 0) : take_milliseconds(c);
                break;
            }
            wrong(c, "after the descriptor, poll needs what to wait for: in, out, pri, err, hup");
        }
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s{%d, %s}", n ? ", " : "",
                 list[n].fd, events_text(list[n].events));
        n++;
    }
    if (n == 0) {
        wrong(c, "poll needs a descriptor and what to wait for: in, out, pri, err, hup");
    }
    if (!complete(c)) {
        return;
    }
    say("poll({%s}, %d, %ld)", text, n, timeout);
    result(poll(list, (nfds_t)n, (int)timeout));
    if (last.value == 0) {
        tell("nothing happened in that time");
    }
    for (int i = 0; i < n && !last.failed; i++) {
        for (int e = 0; e < EVENTS; e++) {
            if ((list[i].revents & events[e].value) != 0) {
                tell("%d: %s: %s", list[i].fd, events[e].name, events[e].meaning);
                told(events[e].name);
            }
        }
    }
}

static const char *kind_of(int family, int type)
{
    if (family == AF_UNIX) {
        return type == SOCK_DGRAM ? "unix-d" : "unix";
    }
    if (type == SOCK_STREAM) {
        return family == AF_INET6 ? "tcp6" : "tcp";
    }
    return family == AF_INET6 ? "udp6" : "udp";
}

/* The state as far as POSIX tells it. */
static const char *plain_state(int fd, bool has_peer, bool has_address)
{
    int listens = 0;
    socklen_t length = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 && listens) {
        return "listening";
    }
    return has_peer ? "connected" : has_address ? "bound" : "new";
}

/* What waits in the socket, without taking it: an error is only polled for, since asking with
 * getsockopt or recv would take it away. */
static const char *waiting(int fd, int type)
{
    static char text[80], peeked[1024 * 1024];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    struct address a = {.length = 0};
    ssize_t n;

    a.length = sizeof a.storage;
    if (poll(&p, 1, 0) <= 0) {
        return "nothing";
    }
    if ((p.revents & POLLERR) != 0) {
        return "an error";
    }
    if ((p.revents & POLLIN) == 0) {
        return "nothing";
    }
    if (strcmp(plain_state(fd, true, true), "listening") == 0) {
        return "a connection";
    }
    n = recv(fd, peeked, sizeof peeked, MSG_PEEK | MSG_DONTWAIT);
    if (n == -1) {
        return "nothing";
    }
    if (type != SOCK_STREAM) {
        snprintf(text, sizeof text, "a datagram of %zd bytes", n);
        return text;
    }
    snprintf(text, sizeof text, "%zd bytes%s", n, n == sizeof peeked ? " or more" : "");
    return n == 0 ? "end of stream" : text;
}

/* One socket; its columns are there to be measured before they are printed. */
struct row {
    char local[160];
    char peer[160];
    const char *kind;
    const char *state;
    int type;
};

static bool look_at(int fd, struct row *row)
{
    struct address here = {.length = sizeof here.storage}, peer = {.length = sizeof peer.storage};
    bool has_peer, has_address;

    row->type = socket_type(fd);
    if (row->type == 0 || getsockname(fd, (struct sockaddr *)&here.storage, &here.length) == -1) {
        return false;
    }
    const int family = here.storage.ss_family;
    has_peer = getpeername(fd, (struct sockaddr *)&peer.storage, &peer.length) == 0;
    has_address = family == AF_UNIX ? strcmp(address_text(&here), "(unnamed)") != 0
                                    : address_port(&here) != 0;
    snprintf(row->local, sizeof row->local, "%s", has_address ? address_text(&here) : "-");
    snprintf(row->peer, sizeof row->peer, "%s", has_peer ? address_text(&peer) : "-");
    row->kind = kind_of(family, row->type);
    row->state = NULL;
    if (row->type == SOCK_STREAM && family != AF_UNIX) {
        row->state = tcp_state(fd);
    }
    if (row->state == NULL) {
        row->state = plain_state(fd, has_peer, has_address);
    }
    return true;
}

static int longer(int width, const char *text)
{
    return (int)strlen(text) > width ? (int)strlen(text) : width;
}

void call_status(struct command *c)
{
    const bool one = more(c);
    const int first = one ? take_fd(c) : 0, end = one ? first : MAX_FD;
    int local = 5, peer = 4;
    struct row row;

    if (!complete(c)) {
        return;
    }
    for (int fd = first; fd <= end; fd++) {
        if (look_at(fd, &row)) {
            local = longer(local, row.local);
            peer = longer(peer, row.peer);
            last.value++;
        }
    }
    if (last.value == 0) {
        tell(one ? "%d is not a socket" : "there is no socket", first);
        return;
    }
    tell("%2s %-8s %-6s %-*s %-*s %-11s %s", "fd", "name", "kind", local, "local", peer, "peer",
         "state", "waiting");
    for (int fd = first; fd <= end; fd++) {
        if (look_at(fd, &row)) {
            tell("%2d %-8s %-6s %-*s %-*s %-11s %s", fd, variable_of(fd), row.kind, local,
                 row.local, peer, row.peer, row.state, waiting(fd, row.type));
            told(row.state);
        }
    }
}
