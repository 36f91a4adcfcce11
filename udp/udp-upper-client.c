/* SPDX-License-Identifier: MIT */
/* udp-upper-client [-46] [-n TRIES] [-w SECONDS] [HOST [PORT]]
 *
 * Reads sentences from the keyboard, sends each to the server in a datagram, and shows the reply.
 *
 * Start udp-upper-server first (or: nc -u -l 12000) elsewhere. HOST localhost, PORT 12000.
 * Protocol: one datagram, one reply, both without the newline. Either may be lost on the way: we
 * wait a second for the reply, then send again, three times in all. */
#include "../common/die.h"
#include "../common/net.h"
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST 65507 /* bytes that a datagram holds: 65535 less 20 of IPv4 and 8 of UDP */
#define LARGEST 65536 /* more than any datagram: no reply is ever cut */

/* Sends a sentence, at most tries times, and receives the reply. Returns its length, or -1. */
static ssize_t ask(int client, const char *sentence, size_t length, char *reply, int tries)
{
    ssize_t n;
    do {
        /* Box: send the datagram. */
        while (send(client, sentence, length, 0) == -1)
            if (errno != EINTR)
                return -1;

        /* Box: receive the reply. With EAGAIN it is lost, or late: send again. */
        do
            n = recv(client, reply, LARGEST, 0);
        while (n == -1 && errno == EINTR);
        tries--;
    } while (n == -1 && errno == EAGAIN && tries > 0);
    return n;
}

int main(int argc, char **argv)
{
    struct options options = {.host = "localhost", .port = "12000", .peer = "udp-upper-server"};
    parse_options(&options, argc, argv, "[-46] [-n TRIES] [-w SECONDS] [HOST [PORT]]");
    int tries = (int)number_option(&options, 'n', 3, 1, 1000), room = 3 * LARGEST;
    double wait = number_option(&options, 'w', 1, 0.001, 100000);
    struct addrinfo *list = resolve(&options, SOCK_DGRAM), *a = list;
    struct address server;
    static char sentence[LONGEST + 1], reply[LARGEST];

    for (;;) {
        /* Box: read a sentence from the keyboard. */
        size_t typed = read_line("Input lowercase sentence: ", sentence, LONGEST, "sentence");
        if (typed == 0)
            break;
        size_t length = typed - (sentence[typed - 1] == '\n');
        ssize_t n = -1;

        /* A name may have several addresses, IPv6 and IPv4: stay with the first that answers. */
        for (; a != NULL; a = a->ai_next) {
            server = address_of(a->ai_addr, a->ai_addrlen);

            /* Box: create the client's socket. Each sentence gets a new one: a late or doubled
             * reply to the one before it goes to a port that is closed, and is never shown. */
            int client = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
            if (client == -1)
                continue;
            setsockopt(client, SOL_SOCKET, SO_SNDBUF, &room, sizeof room); /* macOS's own: 9216 */
            bound_waits(client, wait);

            /* Box: connect it to the server. That sends nothing: it notes the server's address, so
             * that nobody else can reply, and that we are told when no program has that port. */
            if (connect(client, a->ai_addr, a->ai_addrlen) == 0)
                n = ask(client, sentence, length, reply, tries);

            /* Box: close the socket. */
            close(client);
            if (n >= 0)
                break;
            if (errno == EAGAIN)
                complain(1, "no reply from %s after %d tries", server.text, tries);
        }
        if (a == NULL)
            die("send to %s", server.text);

        prompt("From Server: ");
        fwrite(reply, 1, (size_t)n, stdout);
        if (sentence[typed - 1] == '\n' && (n == 0 || reply[n - 1] != '\n'))
            putchar('\n');
        if (fflush(stdout) != 0 || ferror(stdout))
            die("write to the standard output");
    }
    prompt("\n");
    freeaddrinfo(list);
    return 0;
}
