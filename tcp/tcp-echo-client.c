/* SPDX-License-Identifier: MIT */
/* tcp-echo-client [-46] [-w SECONDS] [HOST [PORT]]
 *
 * Reads messages from the keyboard, sends each to the server, and shows the echo.
 *
 * Start tcp-echo-server (or a sibling) first in another terminal. HOST localhost, PORT 9999.
 * Protocol: an echo has as many bytes as its message, so that many are received. After the echo of
 * "close" the server closes, and so do we. */
#include "../common/die.h"
#include "../common/net.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST 65536 /* bytes in a message */

int main(int argc, char **argv)
{
    struct options options = {.host = "localhost", .port = "9999", .peer = "tcp-echo-server"};
    parse_options(&options, argc, argv, "[-46] [-w SECONDS] [HOST [PORT]]");
    double wait = number_option(&options, 'w', 60, 0.001, 100000);
    struct addrinfo *list = resolve(&options, SOCK_STREAM), *a;
    struct address server;
    int client = -1;

    /* A name may have several addresses, IPv6 and IPv4: try each in turn. */
    for (a = list; a != NULL; a = a->ai_next) {
        server = address_of(a->ai_addr, a->ai_addrlen);

        /* Box: create the client's socket. */
        client = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (client == -1)
            continue;
        bound_waits(client, wait);
        int room = 4 * LONGEST; /* for a whole echo: the server never has to wait for us to read */
        setsockopt(client, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);

        /* Box: connect it to the server. */
        if (connect(client, a->ai_addr, a->ai_addrlen) == 0 || finish_connect(client, wait) == 0)
            break;
        close(client);
    }
    if (a == NULL)
        die("connect to %s", server.text);
    freeaddrinfo(list);

    bool last = false;
    while (!last) {
        /* Box: read a message from the keyboard. */
        char line[LONGEST + 1], reply[4096];
        size_t length = read_line("message: ", line, LONGEST, "message");
        if (length == 0)
            break;
        last = (length == 5 || length == 6) && memcmp(line, "close\n", length) == 0;

        /* Box: send it. If the server has gone, recv() tells what still came from it. */
        if (send_all(client, line, length) == -1 && errno != EPIPE && errno != ECONNRESET)
            die("send to %s", server.text);

        /* Box: receive the echo, as many bytes as were sent, in however many pieces it comes. */
        size_t received = 0;
        ssize_t n;
        while (received < length && (n = recv(client, reply, sizeof reply, 0)) != 0) {
            if (n == -1 && errno == EINTR)
                continue;
            if (n == -1 && errno == ECONNRESET)
                break;
            if (n == -1)
                die("recv from %s", server.text);
            if (received == 0)
                prompt("response: ");
            fwrite(reply, 1, (size_t)n, stdout);
            received += (size_t)n;
        }
        if (fflush(stdout) != 0 || ferror(stdout))
            die("write to the standard output");
        if (received < length)
            complain(1, "%s closed the connection after %zu of %zu bytes", server.text, received,
                     length);
    }
    if (!last)
        prompt("\n");

    /* Box: close the socket. */
    close(client);
    return 0;
}
