/* SPDX-License-Identifier: MIT */
/* KNOWN BAD, on purpose: never asks how much send has sent. cc -DFIXED unchecked-send.c is the cure.
 * usage: unchecked-send PORT: sends a line to 127.0.0.1, prints all that comes back. */
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
    ssize_t n;

    server.sin_port = htons((in_port_t)atoi(argc > 1 ? argv[1] : "12000"));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1 || connect(fd, (struct sockaddr *)&server, sizeof server) == -1) {
        perror("connect");
        return 1;
    }
    const char line[] = "hello, world\n";
#ifdef FIXED
    for (size_t sent = 0; sent < strlen(line); sent += (size_t)n)
        if ((n = send(fd, line + sent, strlen(line) - sent, 0)) == -1) {
            perror("send");
            return 1;
        }
#else
    send(fd, line, strlen(line), 0); /* BAD: it may have taken a part only */
#endif
    shutdown(fd, SHUT_WR);
    while ((n = recv(fd, reply, sizeof reply, 0)) > 0)
        fwrite(reply, 1, (size_t)n, stdout);
    close(fd);
    return n == 0 ? 0 : 1;
}
