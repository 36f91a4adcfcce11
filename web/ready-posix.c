/* SPDX-License-Identifier: MIT */
/* poll(2), which every system has. */
#include "ready.h"

#include <stdlib.h>

struct ready {
    struct pollfd *polls; /* by descriptor: fd is -1 where nothing is watched, and poll skips it */
    size_t count, size;
    size_t next; /* where the last look ended: so everybody has a turn */
};

const int send_and_close = 0;

void ready_accept(int fd)
{
    (void)fd;
}

struct ready *ready_open(void)
{
    return calloc(1, sizeof(struct ready));
}

bool ready_watch(struct ready *r, int fd, short events)
{
    size_t i = (size_t)fd;

    if (i >= r->size) {
        size_t size = 2 * i + 64;
        struct pollfd *polls = realloc(r->polls, size * sizeof *polls);
        if (polls == NULL)
            return false;
        for (; r->size < size; r->size++)
            polls[r->size] = (struct pollfd){.fd = -1};
        r->polls = polls;
    }
    r->polls[i] = (struct pollfd){.fd = events != 0 ? fd : -1, .events = events};
    if (i >= r->count)
        r->count = i + 1;
    while (r->count > 0 && r->polls[r->count - 1].fd == -1)
        r->count--;
    return true;
}

int ready_wait(struct ready *r, int fds[READY_MOST], int milliseconds)
{
    int left = poll(r->polls, (nfds_t)r->count, milliseconds), n = 0;

    while (left > 0 && n < READY_MOST) {
        r->next = r->next + 1 < r->count ? r->next + 1 : 0;
        if (r->polls[r->next].revents != 0) {
            fds[n++] = r->polls[r->next].fd;
            left--;
        }
    }
    return n;
}

void ready_close(struct ready *r)
{
    free(r->polls);
    free(r);
}
