/* SPDX-License-Identifier: MIT */
/* tcp-greet-client [-46] [-w SECONDS] [HOST [PORT]]
 *
 * Prints whatever the server says until it closes: it reads any server that speaks first.
 *
 * Start tcp-greet-server first (or: echo hello | nc -l 12345) in another terminal. HOST localhost,
 * PORT 12345. Protocol: the end of the stream is the end of the message. */
#include "../common/die.h"
#include "../common/net.h"
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct options options = {.host = "localhost", .port = "12345", .peer = "tcp-greet-server"};
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

        /* Box: connect it to the server. */
        if (connect(client, a->ai_addr, a->ai_addrlen) == 0 || finish_connect(client, wait) == 0)
            break;
        close(client);
    }
    if (a == NULL)
        die("connect to %s", server.text);
    freeaddrinfo(list);

    /* Box: receive the message, up to the end of the stream, in however many pieces it comes. */
    char piece[4096];
    ssize_t n;
    while ((n = recv(client, piece, sizeof piece, 0)) != 0) {
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            die("recv from %s", server.text);
        fwrite(piece, 1, (size_t)n, stdout);
        if (fflush(stdout) != 0 || ferror(stdout))
            die("write to the standard output");
    }

    /* Box: close the socket. */
    close(client);
    return 0;
}
