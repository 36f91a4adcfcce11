/* SPDX-License-Identifier: MIT */
/* What can be said of every socket without changing it. */
#include "address.h"
#include "calls.h"
#include "say.h"
#include "state.h"
#include "take.h"
#include "variables.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { MAX_FD = 1024 };

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

static bool listens(int fd)
{
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0;
}

/* What waits in the socket, without taking it: an error is only polled for, since asking with
 * getsockopt or recv would take it away. */
static const char *waiting(int fd, int type)
{
    static char text[80], peeked[1024 * 1024];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n;

    if (poll(&p, 1, 0) == 1 && (p.revents & POLLERR) != 0) {
        return "an error";
    }
    if ((p.revents & POLLIN) != 0 && listens(fd)) {
        return "a connection";
    }
    if ((p.revents & POLLIN) == 0 ||
        (n = recv(fd, peeked, sizeof peeked, MSG_PEEK | MSG_DONTWAIT)) == -1) {
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
    row->state = row->type == SOCK_STREAM && family != AF_UNIX ? tcp_state(fd) : NULL;
    if (row->state == NULL) {
        row->state = listens(fd)   ? "listening"
                     : has_peer    ? "connected"
                     : has_address ? "bound"
                                   : "new";
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
