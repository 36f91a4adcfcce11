/* SPDX-License-Identifier: MIT */
/* udp-upper-server [-46q] [-b ADDRESS] [PORT]
 *
 * Sends every datagram back in upper case, to whoever sent it. There is no connection: one socket
 * serves all clients, each datagram tells whose it is, and nothing is kept from one to the next.
 *
 * Run it in one terminal, udp-upper-client (or: nc -u localhost 12000) in another. Port 12000.
 * Protocol: a datagram is a request; the reply is one datagram, the empty one too. */
#include "../common/die.h"
#include "../common/net.h"
#include "../common/text.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define LARGEST 65536 /* more than UDP's length field can say: no datagram is ever cut */

int main(int argc, char **argv)
{
    struct options options = {.port = "12000", .peer = "udp-upper-client"};
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

    static char bytes[LARGEST], upper[UPPER_ROOM(LARGEST)], text[SHOWN_ROOM(sizeof upper)];
    for (;;) {
        /* Box: read a datagram, and with it the client's address and port. */
        struct sockaddr_storage client;
        socklen_t length = sizeof client;
        ssize_t n = recvfrom(server, bytes, sizeof bytes, 0, (struct sockaddr *)&client, &length);
        if (n == -1 && errno != EINTR)
            warn("recvfrom on %s", where.text);
        if (n == -1)
            continue;
        if (!options.value['q'])
            printf("%s recv: '%s'\n", address_of(&client, length).log,
                   shown(bytes, (size_t)n, text));

        /* What is only a part of a character at the datagram's end goes back as it is. */
        struct cut_character cut = {0};
        size_t made = to_upper(&cut, bytes, (size_t)n, upper);
        memcpy(upper + made, cut.bytes, cut.count);
        made += cut.count;

        /* Box: write the reply, specifying the client's address and port. One that cannot be sent
         * is lost, as any datagram may be. */
        do
            n = sendto(server, upper, made, 0, (struct sockaddr *)&client, length);
        while (n == -1 && errno == EINTR);
        if (n == -1)
            warn("sendto %s", address_of(&client, length).log);
        else if (!options.value['q'])
            printf("%s sent: '%s'\n", address_of(&client, length).log, shown(upper, made, text));
    }
}
