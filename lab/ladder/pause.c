/* SPDX-License-Identifier: MIT */
#include "pause.h"

#include <time.h>

volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

void catch_interrupts(void)
{
    struct sigaction stop = {.sa_handler = interrupt};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
}

void pause_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}
