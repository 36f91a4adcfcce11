/* SPDX-License-Identifier: MIT */
/* bare threads|epoll|udp PORT: the barest echo loops there are, for scripts/bench to compare with. They check
 * next to nothing, log nothing, and serve as long as all goes well. epoll is Linux's; elsewhere: poll. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

static void *echo(void *argument)
{
    int fd = (int)(intptr_t)argument;
    char bytes[1024];
    for (ssize_t n; (n = recv(fd, bytes, sizeof bytes, 0)) > 0;)
        send(fd, bytes, (size_t)n, 0);
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return fprintf(stderr, "usage: bare threads|epoll|udp PORT\n"), 2;
    int udp = strcmp(argv[1], "udp") == 0, on = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    here.sin_port = htons((unsigned short)atoi(argv[2]));
    int fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) == -1 || (!udp && listen(fd, SOMAXCONN) == -1))
        return perror("bare"), 1;

    if (udp) {
        static char bytes[65536];
        for (;;) {
            struct sockaddr_storage from;
            socklen_t length = sizeof from;
            ssize_t n = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length);
            if (n >= 0)
                sendto(fd, bytes, (size_t)n, 0, (struct sockaddr *)&from, length);
        }
    }
    if (strcmp(argv[1], "threads") == 0)
        for (;;) {
            pthread_t thread;
            int client = accept(fd, NULL, NULL);
            if (client != -1 && pthread_create(&thread, NULL, echo, (void *)(intptr_t)client) == 0)
                pthread_detach(thread);
        }
    char bytes[1024];
#ifdef __linux__
    struct epoll_event events[512], event = {.events = EPOLLIN, .data.fd = fd};
    int set = epoll_create1(0);
    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
    for (;;) {
        int count = epoll_wait(set, events, 512, -1);
        for (int i = 0; i < count; i++) {
            int client = events[i].data.fd;
            if (client == fd) {
                event.data.fd = accept(fd, NULL, NULL);
                epoll_ctl(set, EPOLL_CTL_ADD, event.data.fd, &event);
                continue;
            }
            ssize_t n = recv(client, bytes, sizeof bytes, 0);
            if (n > 0)
                send(client, bytes, (size_t)n, 0);
            else
                close(client);
        }
    }
#else
    static struct pollfd set[20000];
    nfds_t count = 1;
    for (set[0] = (struct pollfd){.fd = fd, .events = POLLIN};;) {
        poll(set, count, -1);
        for (nfds_t i = count; i-- > 0;) {
            if (set[i].revents == 0)
                continue;
            if (i == 0) {
                set[count++] = (struct pollfd){.fd = accept(fd, NULL, NULL), .events = POLLIN};
                continue;
            }
            ssize_t n = recv(set[i].fd, bytes, sizeof bytes, 0);
            if (n > 0) {
                send(set[i].fd, bytes, (size_t)n, 0);
            } else {
                close(set[i].fd);
                set[i] = set[--count];
            }
        }
    }
#endif
}
