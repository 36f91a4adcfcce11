/* SPDX-License-Identifier: MIT */
/* epoll(7): the kernel keeps the list of what is watched, and tells only what is ready. */
#define _GNU_SOURCE
#include "ready.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct ready {
    int epoll;
};

const int send_and_close = MSG_MORE;

void ready_accept(int fd)
{
    int seconds = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
}

struct ready *ready_open(void)
{
    struct ready *r = malloc(sizeof *r);
    if (r != NULL && (r->epoll = epoll_create1(EPOLL_CLOEXEC)) == -1) {
        free(r);
        return NULL;
    }
    return r;
}

bool ready_watch(struct ready *r, int fd, short events)
{
    /* Its events have the numbers of poll's. */
    struct epoll_event event = {.events = (uint32_t)events, .data.fd = fd};

    if (events == 0)
        return epoll_ctl(r->epoll, EPOLL_CTL_DEL, fd, &event) == 0;
    return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ||
           (errno == EEXIST && epoll_ctl(r->epoll, EPOLL_CTL_MOD, fd, &event) == 0);
}

int ready_wait(struct ready *r, int fds[READY_MOST], int milliseconds)
{
    struct epoll_event events[READY_MOST];
    int n = epoll_wait(r->epoll, events, READY_MOST, milliseconds);

    for (int i = 0; i < n; i++)
        fds[i] = events[i].data.fd;
    return n > 0 ? n : 0;
}

void ready_close(struct ready *r)
{
    close(r->epoll);
    free(r);
}
