/* SPDX-License-Identifier: MIT */
/* udp-echo-server [-46q] [-b ADDRESS] [PORT]
 *
 * Sends every message back with OK... before it, to whoever sent it. Several clients can talk to it
 * at once through its one socket; the log tells them apart by their ports.
 *
 * Run it in one terminal, udp-echo-client (or: nc -u localhost 8888) in another. Port 8888.
 * Protocol: a datagram is a message; the reply is one datagram, the message behind OK... */
#include "../common/die.h"
#include "../common/net.h"
#include "../common/text.h"
#include <stdio.h>
#include <sys/socket.h>

#define LARGEST 65536 /* more than UDP's length field can say: no datagram is ever cut */
#define OK 5          /* bytes in "OK..." */

int main(int argc, char **argv)
{
    struct options options = {.port = "8888", .peer = "udp-echo-client"};
    parse_options(&options, argc, argv, "[-46q] [-b ADDRESS] [PORT]");
    struct addrinfo *here = resolve(&options, SOCK_DGRAM);
    struct address where = address_of(here->ai_addr, here->ai_addrlen);

    /* Box: create the server's socket. */
    int server = socket(here->ai_family, here->ai_socktype, here->ai_protocol);
    if (server == -1)
        die("socket for %s", where.text);
    int room = 3 * LARGEST;
    setsockopt(server, SOL_SOCKET, SO_SNDBUF, &room, sizeof room); /* macOS's own: 9216 bytes */
    both_families(server, here, &options);

    /* Box: bind it to the server's address and port. */
    if (bind(server, here->ai_addr, here->ai_addrlen) == -1)
        die("bind to %s", where.text);
    freeaddrinfo(here);
    where = announce(server, &options);

    static char reply[OK + LARGEST] = "OK...", text[SHOWN_ROOM(LARGEST)];
    char *message = reply + OK;
    for (;;) {
        /* Box: read a datagram, and with it the client's address and port. */
        struct sockaddr_storage client;
        socklen_t length = sizeof client;
        ssize_t n = recvfrom(server, message, LARGEST, 0, (struct sockaddr *)&client, &length);
        if (n == -1 && errno != EINTR)
            warn("recvfrom on %s", where.text);
        if (n == -1)
            continue;

        /* Box: write the reply, specifying the client's address and port. One that cannot be sent
         * is lost, as any datagram may be. */
        while (sendto(server, reply, OK + (size_t)n, 0, (struct sockaddr *)&client, length) == -1)
            if (errno != EINTR) {
                warn("sendto %s", address_of(&client, length).log);
                break;
            }

        if (n > 0 && message[n - 1] == '\n') /* netcat sends the newline too */
            n--;
        if (!options.value['q'])
            printf("Message[%s] - %s\n", address_of(&client, length).log,
                   shown(message, (size_t)n, text));
    }
}
