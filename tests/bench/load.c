/* SPDX-License-Identifier: MIT */
/* load tcp|udp PORT CLIENTS SECONDS: so many clients of an echo service at 127.0.0.1, each of which sends
 * 64 bytes, waits for as many to come back, and sends again. Prints messages per second and the 99th
 * percentile of the round trip in microseconds. A UDP message that is not answered within a second is sent
 * again and counted as lost.
 * load idle PORT CLIENTS SECONDS: connects them and keeps them without a word; prints how many. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 64, SLOTS = 1 << 21 };
struct client {
    double sent;
    size_t received;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int ascending(const void *a, const void *b)
{
    return (*(const float *)a > *(const float *)b) - (*(const float *)a < *(const float *)b);
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return fprintf(stderr, "usage: load tcp|udp|idle PORT CLIENTS SECONDS\n"), 2;
    int udp = strcmp(argv[1], "udp") == 0, count = atoi(argv[3]), on = 1;
    double seconds = atof(argv[4]);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((unsigned short)atoi(argv[2]));
    struct pollfd *sockets = calloc((size_t)count, sizeof *sockets);
    struct client *clients = calloc((size_t)count, sizeof *clients);
    float *times = malloc(SLOTS * sizeof *times);
    char message[MESSAGE], reply[4096];
    memset(message, 'm', sizeof message);
    message[MESSAGE - 1] = '\n';

    for (int i = 0; i < count; i++) {
        int fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
        if (fd == -1 || connect(fd, (struct sockaddr *)&to, sizeof to) == -1)
            fail("connect");
        if (!udp)
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockets[i] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    if (strcmp(argv[1], "idle") == 0) {
        printf("%d\n", count);
        fflush(stdout);
        sleep((unsigned)seconds);
        return 0;
    }

    /* What happens in the first tenth, while the server gets under way, does not count. */
    double began = now(), counted = began + seconds / 10, end = began + seconds;
    size_t answered = 0, lost = 0;
    for (int i = 0; i < count; i++) {
        clients[i].sent = now();
        if (send(sockets[i].fd, message, MESSAGE, 0) != MESSAGE)
            fail("send");
    }
    for (double t = began; t < end; t = now()) {
        int ready = poll(sockets, (nfds_t)count, 1000);
        for (int i = 0; i < count && (ready > 0 || udp); i++) {
            if (sockets[i].revents == 0) {
                if (!udp || t - clients[i].sent < 1)
                    continue;
                lost++;
            } else {
                ready--;
                ssize_t n = recv(sockets[i].fd, reply, sizeof reply, 0);
                if (n <= 0)
                    fail("recv");
                clients[i].received += (size_t)n;
                if (!udp && clients[i].received < MESSAGE)
                    continue;
                double time = now();
                if (time >= counted) {
                    if (answered < SLOTS)
                        times[answered] = (float)((time - clients[i].sent) * 1e6);
                    answered++;
                }
            }
            clients[i].received = 0;
            clients[i].sent = now();
            if (send(sockets[i].fd, message, MESSAGE, 0) != MESSAGE)
                fail("send");
        }
    }
    for (int i = 0; i < count && !udp; i++) { /* an orderly end: nobody is reset */
        shutdown(sockets[i].fd, SHUT_WR);
        while (recv(sockets[i].fd, reply, sizeof reply, 0) > 0)
            ;
    }
    size_t kept = answered < SLOTS ? answered : SLOTS;
    if (kept == 0)
        return fprintf(stderr, "load: no answer\n"), 1;
    qsort(times, kept, sizeof *times, ascending);
    printf("%.0f %.0f %zu\n", (double)answered / (seconds * 0.9), (double)times[kept * 99 / 100], lost);
    return 0;
}
