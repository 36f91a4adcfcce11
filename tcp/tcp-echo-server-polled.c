/* SPDX-License-Identifier: MIT */
/* tcp-echo-server-polled [-46q] [-b ADDRESS] [PORT]
 *
 * Sends back what arrives, as it arrives. One thread serves all: poll() says who need not wait.
 * Run it in one terminal, tcp-echo-client (or: nc localhost 9999) in others. Port 9999.
 * Protocol: bytes come back as they are; "close", a line or all that arrives at once, is the last. */
#include "../common/die.h"
#include "../common/net.h"
#include "../common/text.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 65536 /* sockets */

struct door {
    int socket;
    struct address address;
    bool quiet; /* no log */
    int fits;
    ssize_t kept; /* bytes that the client has not taken yet */
    char bytes[1024];
};

/* Serves a client as far as it can without waiting. Returns false when it is done or lost. */
static bool serve(struct door *client)
{
    char *bytes = client->bytes, text[SHOWN_ROOM(sizeof client->bytes)];
    int fits = client->fits;
    ssize_t n = client->kept, used = n, sent = 0;

    /* Box: receive a message. It may come in parts, or together with others. */
    if (client->kept == 0) {
        n = recv(client->socket, bytes, sizeof client->bytes, 0);
        if (n <= 0 || fits == 6)
            return n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR));
        if (!client->quiet)
            printf("%s recv: '%s'\n", client->address.log, shown(bytes, (size_t)n, text));
        for (used = 0; used < n && fits < 6; used++) {
            char c = bytes[used];
            if (c != '\r' || fits != 5)
                fits = fits >= 0 && c == "close\n"[fits] ? fits + 1 : c == '\n' ? 0 : -1;
        }
        if (n == 5 && memcmp(bytes, "close", 5) == 0)
            fits = 6;
        client->fits = fits;
        client->kept = used;
    }

    /* Box: send it back, or as much of it as goes. */
    sent = send(client->socket, bytes, (size_t)client->kept, 0);
    if (sent == -1)
        return errno == EAGAIN || errno == EINTR;
    if (!client->quiet)
        printf("%s sent: '%s'\n", client->address.log, shown(bytes, (size_t)sent, text));
    client->kept -= sent;
    memmove(bytes, bytes + sent, (size_t)client->kept);
    if (fits == 6 && client->kept == 0)
        shutdown(client->socket, SHUT_WR);
    return true;
}

int main(int argc, char **argv)
{
    struct options options = {.port = "9999", .peer = "tcp-echo-client"};
    parse_options(&options, argc, argv, "[-46q] [-b ADDRESS] [PORT]");
    struct addrinfo *here = resolve(&options, SOCK_STREAM);
    struct address where = address_of(here->ai_addr, here->ai_addrlen);

    /* Box: create the welcoming socket. */
    int welcoming = socket(here->ai_family, here->ai_socktype, here->ai_protocol);
    if (welcoming == -1)
        die("socket for %s", where.text);
    int on = 1, ipv6_only = options.family == AF_INET6;
    setsockopt(welcoming, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* restart at once */
    setsockopt(welcoming, IPPROTO_IPV6, IPV6_V6ONLY, &ipv6_only, sizeof ipv6_only); /* for -b '*' */

    /* Box: bind it to the server's address and port. */
    if (bind(welcoming, here->ai_addr, here->ai_addrlen) == -1)
        die("bind to %s", where.text);

    /* Box: listen for connection requests. */
    if (listen(welcoming, SOMAXCONN) == -1)
        die("listen on %s", where.text);
    announce(welcoming, &options);
    getsockname(welcoming, here->ai_addr, &here->ai_addrlen);
    where = address_of(here->ai_addr, here->ai_addrlen);
    freeaddrinfo(here);

    fcntl(welcoming, F_SETFL, O_NONBLOCK); /* no waiting for a client that has left meanwhile */
    static struct door doors[MOST];        /* [0] is the welcoming socket */
    static struct pollfd ready[MOST];
    nfds_t count = 1;
    bool full = false;
    doors[0].socket = welcoming;
    if (!options.value['q'])
        printf("waiting for connection... listening on port %s\n", where.port);
    for (;;) {
        /* Box: wait until a socket is ready, or a second is over. */
        for (nfds_t i = 0; i < count; i++)
            ready[i] = (struct pollfd){doors[i].socket, doors[i].kept ? POLLOUT : POLLIN, 0};
        ready[0].events = full || count == MOST ? 0 : POLLIN;
        bool idle = poll(ready, count, 1000) == 0;

        for (nfds_t i = count; i-- > 1;) {
            struct door *client = &doors[i];
            errno = 0;
            if (idle ? client->fits < 6 || client->kept : ready[i].revents == 0 || serve(client))
                continue;
            if (errno != 0 && client->fits < 6)
                warn("serve %s", client->address.log);
            /* Box: close the connection socket, but not the welcoming socket. */
            close(client->socket);
            if (!client->quiet)
                printf("%s - closed connection\n", client->address.log);
            *client = doors[--count];
            full = false;
        }
        if (idle)
            full = false;
        if (ready[0].revents == 0)
            continue;
        /* Box: accept a connection request; it gets a connection socket of its own. */
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int connection = accept(welcoming, (struct sockaddr *)&address, &length);
        if (connection == -1) {
            full = errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
            if (full)
                warn("accept");
            continue;
        }
        fcntl(connection, F_SETFL, O_NONBLOCK);
        doors[count++] = (struct door){.socket = connection, .address = address_of(&address, length), .quiet = options.value['q']};
        if (!options.value['q'])
            printf("...connected from: %s\n", doors[count - 1].address.log);
    }
}
