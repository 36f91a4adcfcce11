/* SPDX-License-Identifier: MIT */
/* Unit test of web/ready.h, once with ready-linux.c and once with ready-posix.c. */
#include "../../web/ready.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MANY = READY_MOST + 100 };

static int failures;

static void same(const char *what, int expected, int actual)
{
    if (expected != actual) {
        printf("%s: expected %d, was %d\n", what, expected, actual);
        failures++;
    }
}

static int wait_for(struct ready *r, int milliseconds)
{
    int fds[READY_MOST];
    int n = ready_wait(r, fds, milliseconds);
    return n == 1 ? fds[0] : -n;
}

int main(void)
{
    struct rlimit files;
    struct ready *r = ready_open();
    int one[2], other[2], fds[READY_MOST], many[MANY];

    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = MANY + 100;
    setrlimit(RLIMIT_NOFILE, &files);
    if (r == NULL || pipe(one) == -1 || pipe(other) == -1)
        return 1;

    same("nothing is watched", 0, wait_for(r, 0));
    ready_watch(r, one[0], POLLIN);
    ready_watch(r, other[0], POLLIN);
    same("nothing has come, and it waits no longer than told", 0, wait_for(r, 20));
    same("a byte is written", 1, (int)write(other[1], "x", 1));
    same("it has come", other[0], wait_for(r, -1));
    same("it is still there", other[0], wait_for(r, 0));
    ready_watch(r, other[0], 0);
    same("nobody asks for it any more", 0, wait_for(r, 0));
    ready_watch(r, other[0], POLLIN);
    same("but now", other[0], wait_for(r, -1));

    ready_watch(r, one[1], POLLOUT);
    same("two at a time", -2, wait_for(r, -1));
    ready_watch(r, other[0], 0);
    same("there is room in a pipe", one[1], wait_for(r, -1));
    ready_watch(r, one[1], POLLIN);
    same("which is not what this one waits for", 0, wait_for(r, 0));
    ready_watch(r, one[1], 0);

    /* The number of a closed descriptor belongs to the next one, which is watched anew or not. */
    int old = one[0];
    ready_watch(r, old, 0);
    close(old);
    same("the number is used again", old, dup(other[0]));
    same("and is not watched", 0, wait_for(r, 0));
    ready_watch(r, old, POLLIN);
    same("until it is", old, wait_for(r, -1));
    ready_watch(r, old, 0);

    /* More are ready than are told at a time: everybody has a turn. */
    char seen[2 * MANY] = {0};
    int told = 0;
    for (int i = 0; i < MANY; i++) {
        many[i] = dup(other[0]);
        if (many[i] == -1 || many[i] >= 2 * MANY || !ready_watch(r, many[i], POLLIN))
            return 1;
    }
    for (int turn = 0; turn < 2; turn++)
        for (int n = ready_wait(r, fds, -1); n > 0; n--) {
            told += !seen[fds[n - 1]];
            seen[fds[n - 1]] = 1;
        }
    same("all are told in two turns", MANY, told);
    for (int i = 0; i < MANY; i++) {
        ready_watch(r, many[i], 0);
        close(many[i]);
    }

    ready_watch(r, other[0], POLLIN);
    same("the byte is read", 1, (int)read(other[0], seen, 1));
    same("nothing is left", 0, wait_for(r, 0));
    close(other[1]);
    same("the end is an event, too", other[0], wait_for(r, -1));
    ready_close(r);
    return failures > 0;
}
