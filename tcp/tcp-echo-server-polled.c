/* SPDX-License-Identifier: MIT */
/* tcp-echo-server-polled [-46q] [-b ADDRESS] [PORT]
 *
 * Sends back what arrives, as it arrives. One thread serves all, and never waits for one alone.
 * Run it in one terminal, tcp-echo-client (or: nc localhost 9999) in others. Port 9999.
 * Protocol: bytes come back as they are; "close", as a line or all that arrives, is the last. */
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
#include <time.h>
#include <unistd.h>

static struct options options = {.port = "9999", .peer = "tcp-echo-client"};
#define LOG(...) (options.value['q'] ? 0 : printf(__VA_ARGS__))
#define MOST 65536 /* doors */

/* A socket, the door of a process to the network, and what to know when it is served again. */
struct door {
    int socket, fits;
    ssize_t kept; /* bytes that are to be sent before more is received */
    time_t end;   /* after "close": when the client is to have closed, too */
    char bytes[1024];
    struct address address;
};

/* Serves a client as far as it goes without waiting. Returns false when it is done or lost. */
static bool serve(struct door *client)
{
    char *bytes = client->bytes, text[SHOWN_ROOM(sizeof client->bytes)];
    int fits = client->fits; /* so much of the line is "close\n": 6 is all, -1 is another line */
    ssize_t n = 0, used = client->kept;
    /* Box: receive a message. It may come in parts, or together with others. */
    if (used == 0 && (n = recv(client->socket, bytes, sizeof client->bytes, 0)) > 0 && fits < 6) {
        LOG("%s recv: '%s'\n", client->address.log, shown(bytes, (size_t)n, text));
        for (used = 0; used < n && fits < 6; used++) {
            char c = bytes[used];
            if (c != '\r' || fits != 5)
                fits = fits >= 0 && c == "close\n"[fits] ? fits + 1 : c == '\n' ? 0 : -1;
        }
        client->fits = fits = n == 5 && memcmp(bytes, "close", 5) == 0 ? 6 : fits;
    }
    /* Box: send it back. */
    if (used > 0 && (n = send(client->socket, bytes, (size_t)used, 0)) > 0) {
        LOG("%s sent: '%s'\n", client->address.log, shown(bytes, (size_t)n, text));
        memmove(bytes, bytes + n, (size_t)(used -= n));
        if (fits == 6 && used == 0)
            shutdown(client->socket, SHUT_WR);
        client->end = time(NULL) + 1;
    }
    client->kept = used;
    bool late = fits == 6 && used == 0 && time(NULL) > client->end;
    if (!late && (n > 0 || (n == -1 && (errno == EINTR || errno == EAGAIN))))
        return true;
    if (n == -1 && fits < 6)
        warn("serve %s", client->address.log);
    /* Box: close the connection socket, but not the welcoming socket. */
    close(client->socket);
    LOG("%s - closed connection\n", client->address.log);
    return false;
}

int main(int argc, char **argv)
{
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
    freeaddrinfo(here);
    where = announce(welcoming, &options);
    fcntl(welcoming, F_SETFL, O_NONBLOCK); /* a client may leave between poll() and accept() */
    static struct pollfd ready[MOST];
    static struct door doors[MOST]; /* but for the first: that is the welcoming socket */
    nfds_t count = 1;
    time_t end = 0; /* of the second in which accept() failed */
    for (;;) {
        LOG("waiting for connection... listening on port %s\n", where.port);
        /* Box: wait for a connection request, and serve whoever is ready meanwhile. */
        do {
            ready[0] = (struct pollfd){welcoming, count < MOST && time(NULL) > end ? POLLIN : 0, 0};
            for (nfds_t i = 1; i < count; i++)
                ready[i] = (struct pollfd){doors[i].socket, doors[i].kept ? POLLOUT : POLLIN, 0};
            poll(ready, count, 1000); /* after a second another look at those who are to close */
            for (nfds_t i = count; i-- > 1;)
                if ((ready[i].revents || doors[i].fits == 6) && !serve(&doors[i]))
                    doors[i] = doors[--count];
        } while (ready[0].revents == 0);
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int connection = accept(welcoming, (struct sockaddr *)&address, &length);
        if (connection == -1) {
            if (errno != EINTR && errno != EAGAIN && errno != ECONNABORTED) /* what ran out? */
                warn("accept"), end = time(NULL);
            continue;
        }
        fcntl(connection, F_SETFL, O_NONBLOCK);
        doors[count++] = (struct door){connection, .address = address_of(&address, length)};
        LOG("...connected from: %s\n", doors[count - 1].address.log);
    }
}
