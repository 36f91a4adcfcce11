/* SPDX-License-Identifier: MIT */
/* tcp-greet-server [-46q] [-b ADDRESS] [PORT]
 *
 * Greets each client and closes: here it is the server that speaks first.
 *
 * Run it in one terminal, tcp-greet-client (or: nc localhost 12345) in another. Port 12345.
 * Protocol: the server sends a line and closes; what the client sends is read away. */
#include "../common/die.h"
#include "../common/net.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char greeting[] = "Thank you for connecting\n";
    struct options options = {.port = "12345", .peer = "tcp-greet-client"};
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
            printf("Got connection from %s\n", client.log);

        /* Box: send the greeting. */
        if (send_all(connection, greeting, strlen(greeting)) == -1)
            warn("send to %s", client.log);

        /* Box: close the connection. No client keeps the next one waiting for long. */
        let_peer_close(connection, 0.2);
        close(connection);
    }
}
