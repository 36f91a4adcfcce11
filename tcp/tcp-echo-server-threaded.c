/* SPDX-License-Identifier: MIT */
/* tcp-echo-server-threaded [-46q] [-b ADDRESS] [PORT]
 *
 * Sends back what arrives, as it arrives. A thread of its own serves each client.
 * Run it in one terminal, tcp-echo-client (or: nc localhost 9999) in others. Port 9999.
 * Protocol: bytes come back as they are; "close", as a line or all that arrives, is the last. */
#include "../common/die.h"
#include "../common/net.h"
#include "../common/text.h"
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct options options = {.port = "9999", .peer = "tcp-echo-client"};
#define LOG(...) (options.value['q'] ? 0 : printf(__VA_ARGS__))

/* A socket, the door of a process to the network, and the address of its client. */
struct door {
    int socket;
    struct address address;
};

/* Serves a client until it is done or lost. */
static void *serve(void *argument)
{
    struct door *client = argument;
    char bytes[1024], text[SHOWN_ROOM(sizeof bytes)];
    int fits = 0; /* how much of the line is "close\n" so far: 6 is all of it, -1 is another line */
    ssize_t n, used;
    time_t end = 0; /* after "close": when the client is to have closed, too */
    /* Box: receive a message. It may come in parts, or together with others. */
    while ((n = recv(client->socket, bytes, sizeof bytes, 0)) > 0 || (n == -1 && errno == EINTR)) {
        if (fits == 6 && time(NULL) > end)
            break;
        if (n == -1 || fits == 6)
            continue;
        LOG("%s recv: '%s'\n", client->address.log, shown(bytes, (size_t)n, text));
        for (used = 0; used < n && fits < 6; used++) {
            char c = bytes[used];
            if (c != '\r' || fits != 5)
                fits = fits >= 0 && c == "close\n"[fits] ? fits + 1 : c == '\n' ? 0 : -1;
        }
        fits = n == 5 && memcmp(bytes, "close", 5) == 0 ? 6 : fits;

        /* Box: send it back. */
        if ((n = send_all(client->socket, bytes, (size_t)used)) == -1)
            break;
        LOG("%s sent: '%s'\n", client->address.log, shown(bytes, (size_t)used, text));
        if (fits == 6) { /* a second for the client to close: a reset could destroy the echo */
            shutdown(client->socket, SHUT_WR);
            bound_waits(client->socket, 1);
            end = time(NULL) + 1;
        }
    }
    if (n == -1 && fits < 6)
        warn("serve %s", client->address.log);

    /* Box: close the connection socket, but not the welcoming socket. */
    close(client->socket);
    LOG("%s - closed connection\n", client->address.log);
    free(client);
    return NULL;
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

    for (;;) {
        LOG("waiting for connection... listening on port %s\n", where.port);
        /* Box: wait for a connection request; it gets a connection socket of its own. */
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        struct door *client = malloc(sizeof *client);
        int connection = client ? accept(welcoming, (struct sockaddr *)&address, &length) : -1;
        if (connection == -1) {
            accept_failed();
            free(client);
            continue;
        }
        *client = (struct door){connection, address_of(&address, length)};
        LOG("...connected from: %s\n", client->address.log);

        /* Box: create a thread. It serves the client; this one goes on to the next one. */
        pthread_t thread;
        for (; (errno = pthread_create(&thread, NULL, serve, client)) != 0; sleep(1))
            warn("pthread_create for %s", client->address.log);
        pthread_detach(thread);
    }
}
