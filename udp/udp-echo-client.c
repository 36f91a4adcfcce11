/* SPDX-License-Identifier: MIT */
/* udp-echo-client [-46] [-n TRIES] [-w SECONDS] [HOST [PORT]]
 *
 * Sends each message that is typed in a datagram, all of them from one socket, and shows the echo.
 * Start udp-echo-server first (or any echo service) in another terminal. HOST localhost, PORT 8888.
 * Protocol: one datagram, one reply, without the newline: OK... and the message, or the message
 * alone. What else comes, such as a late reply to an earlier message, is passed over. */
#include "../common/die.h"
#include "../common/net.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST 65502 /* bytes in a message: with OK... it still fits into a datagram */
#define LARGEST 65536 /* more than any datagram: no reply is ever cut */

struct datagram {
    size_t length;
    char bytes[LARGEST];
};

static bool echoes(const struct datagram *reply, const struct datagram *message)
{
    size_t extra = reply->length - message->length;
    return (extra == 0 || (extra == 5 && memcmp(reply->bytes, "OK...", 5) == 0)) &&
           memcmp(reply->bytes + extra, message->bytes, message->length) == 0;
}

/* Sends a message, at most tries times, and receives its echo. Returns 0, or -1. */
static int ask(int client, const struct datagram *message, struct datagram *reply, int tries,
               double wait)
{
    reply->length = 0;
    for (; tries > 0; tries--) {
        /* Box: send the message. */
        while (send(client, message->bytes, message->length, 0) == -1)
            if (errno != EINTR)
                return -1;

        /* Box: receive its echo. Whatever else comes does not make the wait longer. */
        double end = now() + wait;
        while (now() < end) {
            bound_waits(client, end - now());
            ssize_t n = recv(client, reply->bytes, LARGEST, 0);
            if (n == -1 && errno != EAGAIN && errno != EINTR)
                return -1;
            if (n == -1)
                continue;
            reply->length = (size_t)n;
            if (n > 0 && reply->bytes[n - 1] == '\n') /* somebody types the reply into netcat */
                reply->length--;
            if (echoes(reply, message))
                return 0;
        }
    }
    errno = EAGAIN;
    return -1;
}

int main(int argc, char **argv)
{
    struct options options = {.host = "localhost", .port = "8888", .peer = "udp-echo-server"};
    parse_options(&options, argc, argv, "[-46] [-n TRIES] [-w SECONDS] [HOST [PORT]]");
    int tries = (int)number_option(&options, 'n', 3, 1, 1000), room = 3 * LARGEST;
    double wait = number_option(&options, 'w', 1, 0.001, 100000);
    struct addrinfo *list = resolve(&options, SOCK_DGRAM), *a;
    struct address server;
    static struct datagram message, reply;
    size_t typed = 0; /* bytes typed that have no reply yet */
    bool lost = false;

    /* A name may have several addresses, IPv6 and IPv4: stay with the first that answers. */
    for (a = list; a != NULL; a = a->ai_next) {
        server = address_of(a->ai_addr, a->ai_addrlen);

        /* Box: create the client's socket. */
        int client = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (client == -1)
            continue;
        setsockopt(client, SOL_SOCKET, SO_SNDBUF, &room, sizeof room); /* macOS's own: 9216 */

        /* Box: connect it to the server, so that we are told when no program has that port. */
        bool connected = connect(client, a->ai_addr, a->ai_addrlen) == 0;
        while (connected) {
            /* Box: enter a message, unless one is left that nobody took at the address before. */
            if (typed == 0)
                typed = read_line("Enter message to send : ", message.bytes, LONGEST, "message");
            if (typed == 0)
                break;
            message.length = typed - (message.bytes[typed - 1] == '\n');
            if (ask(client, &message, &reply, tries, wait) == -1)
                break;
            prompt("Server reply : ");
            fwrite(reply.bytes, 1, reply.length, stdout);
            if (message.length < typed)
                putchar('\n');
            if (fflush(stdout) != 0 || ferror(stdout))
                die("write to the standard output");
            typed = 0;
        }
        lost = errno == EAGAIN;

        /* Box: close the socket. */
        close(client);
        if (connected && (typed == 0 || lost))
            break;
    }
    if (a == NULL)
        die("send to %s", server.text);
    freeaddrinfo(list);
    if (typed > 0)
        complain(1, "no reply from %s after %d tries%s", server.text, tries,
                 reply.length > 0 ? "; what came from there was no echo" : "");
    prompt("\n");
    return 0;
}
