/* SPDX-License-Identifier: MIT */
/* KNOWN BAD, on purpose: on a non-blocking socket takes EAGAIN for the end. cc -DFIXED is the cure.
 * usage: eagain-is-end PORT: sends a line to 127.0.0.1, prints all that comes back. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
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
    const char line[] = "hello, world\n";
    if (fd == -1 || connect(fd, (struct sockaddr *)&server, sizeof server) == -1 ||
        send(fd, line, strlen(line), 0) != (ssize_t)strlen(line)) {
        perror("connect and send");
        return 1;
    }
    shutdown(fd, SHUT_WR);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    do {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        poll(&ready, 1, -1);
        n = recv(fd, reply, sizeof reply, 0);
        if (n > 0)
            fwrite(reply, 1, (size_t)n, stdout);
#ifdef FIXED
    } while (n > 0 || (n == -1 && errno == EAGAIN));
#else
    } while (n > 0); /* BAD: poll promises nothing; EAGAIN means: later */
#endif
    close(fd);
    return n == 0 ? 0 : 1;
}
