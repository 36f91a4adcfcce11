/* SPDX-License-Identifier: MIT */
/* KNOWN BAD, on purpose: takes one recv for the message. cc -DFIXED one-recv.c is the cure.
 * usage: one-recv PORT: sends a line to 127.0.0.1, prints the line that comes back. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in server = {.sin_family = AF_INET};
    char reply[100];
    size_t have = 0;
    ssize_t n;

    server.sin_port = htons((in_port_t)atoi(argc > 1 ? argv[1] : "12000"));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1 || connect(fd, (struct sockaddr *)&server, sizeof server) == -1) {
        perror("connect");
        return 1;
    }
    const char line[] = "hello, world\n";
    for (size_t sent = 0; sent < strlen(line); sent += (size_t)n)
        if ((n = send(fd, line + sent, strlen(line) - sent, 0)) == -1) {
            perror("send");
            return 1;
        }
#ifdef FIXED
    do {
        n = recv(fd, reply + have, sizeof reply - have, 0);
        have += n > 0 ? (size_t)n : 0;
    } while (n > 0 && have < sizeof reply && reply[have - 1] != '\n');
#else
    n = recv(fd, reply, sizeof reply, 0); /* BAD: the line may come in pieces */
    have = n > 0 ? (size_t)n : 0;
#endif
    fwrite(reply, 1, have, stdout);
    close(fd);
    return n > 0 ? 0 : 1;
}
