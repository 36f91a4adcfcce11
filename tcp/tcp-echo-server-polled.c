/* SPDX-License-Identifier: MIT */
/* tcp-echo-server-polled [-46q] [-b ADDRESS] [PORT]: one thread, which waits for all at once
 *
 * Sends back what arrives, as it arrives. The siblings differ in how they serve many clients.
 * Run it in one terminal, tcp-echo-client (or: nc localhost 9999) in others. Port 9999.
 * Protocol: bytes come back as they are; "close", as a line or all that arrives, is the last. */
#include "../common/die.h"
#include "../common/net.h"
#include "../common/text.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct options options = {.port = "9999", .peer = "tcp-echo-client"};
#define MOST 65536 /* doors */
#define LOG(...) (options.value['q'] ? 0 : printf(__VA_ARGS__))

struct door { /* of a process to the network */
    int socket;
    struct address address; /* the client's */
    struct line line;       /* that the client is sending */
    bool asked; /* it has sent something: it is served once there is room for the echo */
};

/* Serves a client; closes the connection when it is done or lost. */
static void serve(struct door *client)
{
    char bytes[1024], text[SHOWN_ROOM(sizeof bytes)];
    ssize_t n = 0;

    /* Box: receive a message. It may come in parts, or together with others. */
    while ((n = recv(client->socket, bytes, sizeof bytes, 0)) != 0) {
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1 || (client->line.is_close && now() > client->line.end))
            break;
        if (client->line.is_close) /* what comes behind "close" is read away */
            return;
        LOG("%s recv: '%s'\n", client->address.log, shown(bytes, (size_t)n, text));
        size_t length = until_close(&client->line, bytes, (size_t)n);

        /* Box: send it back. */
        n = send_all(client->socket, bytes, length);
        if (n == -1)
            break;
        LOG("%s sent: '%s'\n", client->address.log, shown(bytes, length, text));
        return; /* it is the next one's turn */
    }
    if (n == -1 && !client->line.is_close)
        warn("serve %s", client->address.log);

    /* Box: close the connection socket, but not the welcoming socket. */
    close(client->socket);
    LOG("%s - closed connection\n", client->address.log);
    client->socket = -1;
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
    int on = 1;
    setsockopt(welcoming, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* restart at once */
    both_families(welcoming, here, &options);

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

    for (;;) {
        LOG("waiting for connection... listening on port %s\n", where.port);

        /* Box: wait for a connection request, and serve whoever is ready meanwhile. */
        do {
            ready[0] = (struct pollfd){welcoming, count < MOST ? POLLIN : 0, 0};
            for (nfds_t i = 1; i < count; i++)
                ready[i] = (struct pollfd){doors[i].socket, doors[i].asked ? POLLOUT : POLLIN, 0};
            poll(ready, count, 1000);
            for (nfds_t i = count - 1; i > 0; i--) {
                if (ready[i].revents != 0 && doors[i].asked)
                    serve(&doors[i]);
                if (ready[i].revents != 0)
                    doors[i].asked = !doors[i].asked;
                if (doors[i].socket == -1)
                    doors[i] = doors[--count];
                else if (doors[i].line.is_close) /* a second for the client to close */
                    shutdown(doors[i].socket, now() < doors[i].line.end ? SHUT_WR : SHUT_RDWR);
            }
        } while (ready[0].revents == 0);
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int connection = accept(welcoming, (struct sockaddr *)&address, &length);
        if (connection == -1) {
            accept_failed();
            continue;
        }
        struct door client = {connection, .address = address_of(&address, length)};
        LOG("...connected from: %s\n", client.address.log);
        doors[count] = client;
        count++;
    }
}
