/* SPDX-License-Identifier: MIT */
/* tcp-upper-client [-46] [-w SECONDS] [HOST [PORT]]
 *
 * Reads sentences from the keyboard, sends each to the server, and shows the reply.
 *
 * Start tcp-upper-server first (or: nc -l 12000) in another terminal. HOST localhost, PORT 12000.
 * Protocol: a sentence ends with a newline, and so does its reply. If the last sentence has none,
 * we close our direction behind it, and the end of the stream ends the reply. */
#include "../common/die.h"
#include "../common/net.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST 65536 /* bytes in a sentence */

/* How many characters n bytes of UTF-8 have: in capitals as many, while their bytes may be more, or
 * fewer. */
static size_t characters(const char *bytes, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += (bytes[i] & 0xC0) != 0x80;
    return count;
}

int main(int argc, char **argv)
{
    struct options options = {.host = "localhost", .port = "12000", .peer = "tcp-upper-server"};
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
        int room = 4 * LONGEST; /* for a whole reply: the server never has to wait for us to read */
        setsockopt(client, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);

        /* Box: connect it to the server. */
        if (connect(client, a->ai_addr, a->ai_addrlen) == 0 || finish_connect(client, wait) == 0)
            break;
        close(client);
    }
    if (a == NULL)
        die("connect to %s", server.text);
    freeaddrinfo(list);

    for (;;) {
        /* Box: read a sentence from the keyboard. */
        char line[LONGEST + 1], reply[4096];
        size_t length = read_line("Input lowercase sentence: ", line, LONGEST, "sentence");
        if (length == 0)
            break;

        /* Box: send it. If the server has gone, recv() tells what still came from it. */
        if (send_all(client, line, length) == -1 && errno != EPIPE && errno != ECONNRESET)
            die("send to %s", server.text);
        if (line[length - 1] != '\n')
            shutdown(client, SHUT_WR);

        /* Box: receive the reply, up to its newline, in however many pieces it comes. */
        size_t sent = characters(line, length), received = 0;
        bool whole = false;
        ssize_t n;
        while (!whole && (n = recv(client, reply, sizeof reply, 0)) != 0) {
            if (n == -1 && errno == EINTR)
                continue;
            if (n == -1 && errno == ECONNRESET)
                break;
            if (n == -1)
                die("recv from %s", server.text);
            if (received == 0)
                prompt("From Server: ");
            fwrite(reply, 1, (size_t)n, stdout);
            received += characters(reply, (size_t)n);
            whole = memchr(reply, '\n', (size_t)n) != NULL;
        }
        if (fflush(stdout) != 0 || ferror(stdout))
            die("write to the standard output");
        if (!whole && received < sent)
            complain(1, "%s closed the connection after %zu of %zu %s", server.text, received, sent,
                     sent == length ? "bytes" : "characters");
    }
    prompt("\n");

    /* Box: close the socket. */
    close(client);
    return 0;
}
