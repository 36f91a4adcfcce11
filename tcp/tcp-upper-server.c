/* SPDX-License-Identifier: MIT */
/* tcp-upper-server [-46q] [-b ADDRESS] [PORT]
 *
 * Sends back in upper case whatever arrives, as it arrives, until the client is done. It serves one
 * client at a time: a second one is connected by the system, but waits in the queue for accept().
 *
 * Run it in one terminal, tcp-upper-client (or: nc localhost 12000) in another. Port 12000.
 * Protocol: bytes; every letter comes back as its capital. The client ends it by closing. */
#include "../common/die.h"
#include "../common/net.h"
#include "../common/text.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Serves one client over its connection socket, until it is done or lost. */
static void serve(int connection, const char *client, const struct options *options)
{
    char bytes[4096], upper[UPPER_ROOM(sizeof bytes)], text[SHOWN_ROOM(sizeof upper)];
    struct cut_character cut = {0};
    ssize_t n;

    do {
        /* Box: read the request. What arrives may be a part of a line, or several of them. */
        n = recv(connection, bytes, sizeof bytes, 0);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1) {
            warn("recv from %s", client);
            return;
        }
        if (n > 0 && !options->value['q'])
            printf("%s recv: '%s'\n", client, shown(bytes, (size_t)n, text));

        /* Box: write the reply. */
        size_t length = to_upper(&cut, bytes, (size_t)n, upper);
        if (n == 0) { /* the end of the stream: what stays of a character goes back as it is */
            length = cut.count;
            memcpy(upper, cut.bytes, length);
        }
        if (send_all(connection, upper, length) == -1) {
            warn("send to %s", client);
            return;
        }
        if (length > 0 && !options->value['q'])
            printf("%s sent: '%s'\n", client, shown(upper, length, text));
    } while (n != 0);
}

int main(int argc, char **argv)
{
    struct options options = {.port = "12000", .peer = "tcp-upper-client"};
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
    announce(welcoming, &options);

    for (;;) {
        /* Box: wait for a connection request; it gets a connection socket of its own. */
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int connection = accept(welcoming, (struct sockaddr *)&address, &length);
        if (connection == -1) {
            accept_failed();
            continue;
        }
        struct address client = address_of(&address, length);
        if (!options.value['q'])
            printf("...connected from: %s\n", client.log);
        serve(connection, client.log, &options);

        /* Box: close the connection socket, but not the welcoming socket. */
        close(connection);
        if (!options.value['q'])
            printf("%s - closed connection\n", client.log);
    }
}
