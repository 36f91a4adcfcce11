/* SPDX-License-Identifier: MIT */
/* KNOWN BAD, on purpose: takes an interrupted call for a failed one. cc -DFIXED no-eintr.c is the
 * cure. usage: no-eintr PORT: sends a line to 127.0.0.1, prints all that comes back. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef FIXED
#define AGAIN(call) while ((n = (call)) == -1 && errno == EINTR)
#else
#define AGAIN(call) n = (call) /* BAD: a signal handler ran, nothing has failed */
#endif

int main(int argc, char **argv)
{
    struct sockaddr_in server = {.sin_family = AF_INET};
    char reply[100];
    ssize_t n;

    server.sin_port = htons((in_port_t)atoi(argc > 1 ? argv[1] : "12000"));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    n = connect(fd, (struct sockaddr *)&server, sizeof server);
#ifdef FIXED
    if (n == -1 && errno == EINTR) { /* it goes on by itself: wait for its end, ask how it went */
        struct pollfd end = {.fd = fd, .events = POLLOUT};
        int error = 0;
        socklen_t size = sizeof error;
        AGAIN(poll(&end, 1, -1));
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        errno = error;
        n = error == 0 ? 0 : -1;
    }
#endif
    if (n == -1) {
        perror("connect");
        return 1;
    }
    const char line[] = "hello, world\n";
    for (size_t sent = 0; sent < strlen(line); sent += (size_t)n) {
        AGAIN(send(fd, line + sent, strlen(line) - sent, 0));
        if (n == -1) {
            perror("send");
            return 1;
        }
    }
    shutdown(fd, SHUT_WR);
    do {
        AGAIN(recv(fd, reply, sizeof reply, 0));
        if (n > 0)
            fwrite(reply, 1, (size_t)n, stdout);
    } while (n > 0);
    if (n == -1)
        perror("recv");
    close(fd);
    return n == 0 ? 0 : 1;
}
