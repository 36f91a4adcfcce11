/* SPDX-License-Identifier: MIT */
/* The least that can be called a web server, to measure others against: one poll(2) loop that sends
 * the same bytes whenever something comes. web-bare PORT SIZE */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1024 };

int main(int argc, char **argv)
{
    static struct pollfd polls[MOST];
    static char request[65536], answer[1 << 20];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int on = 1, count = 1, size = argc > 2 ? atoi(argv[2]) : 1024;

    if (argc < 2 || size < 0 || size > 1000000)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    here.sin_port = htons((in_port_t)atoi(argv[1]));
    int head = sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size);
    memset(answer + head, 'x', (size_t)size);
    polls[0].fd = socket(AF_INET, SOCK_STREAM, 0);
    polls[0].events = POLLIN;
    setsockopt(polls[0].fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(polls[0].fd, (struct sockaddr *)&here, sizeof here) == -1 ||
        listen(polls[0].fd, 1024) == -1)
        return perror("web-bare"), 1;
    for (;;) {
        poll(polls, (nfds_t)count, -1);
        for (int i = count - 1; i > 0; i--)
            if (polls[i].revents != 0) {
                ssize_t n = recv(polls[i].fd, request, sizeof request, 0);
                if (n > 0)
                    n = send(polls[i].fd, answer, (size_t)(head + size), 0);
                if (n <= 0) {
                    close(polls[i].fd);
                    polls[i] = polls[--count];
                }
            }
        if (polls[0].revents != 0 && count < MOST) {
            polls[count].fd = accept(polls[0].fd, NULL, NULL);
            polls[count].events = POLLIN;
            polls[count].revents = 0;
            count += polls[count].fd != -1;
        }
    }
}
