/* SPDX-License-Identifier: MIT */
/* How a call and its result are shown, and the signals that interrupt a call. */
#define _XOPEN_SOURCE 700 /* setitimer */
#include "say.h"
#include "errors.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

struct result last;
volatile sig_atomic_t interrupted;
static long limit; /* of a call, in milliseconds; 0: it may block for ever */

static volatile sig_atomic_t timed_out;   /* by `within` */
static volatile sig_atomic_t broken_pipe; /* SIGPIPE came */

static void on_signal(int number)
{
    if (number == SIGINT) {
        interrupted = 1;
    } else if (number == SIGALRM) {
        timed_out = 1;
    } else {
        broken_pipe = 1;
    }
}

/* Without SA_RESTART: a signal makes a blocked call return, with EINTR. */
void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGPIPE, &action, NULL);
}

/* The timer goes on every 20 ms, in case that the first signal comes just before the call. */
static void set_timer(long milliseconds)
{
    struct itimerval timer = {{0, milliseconds ? 20000 : 0},
                              {milliseconds / 1000, (int)(milliseconds % 1000) * 1000}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

void set_limit(long milliseconds)
{
    limit = milliseconds;
    set_timer(0);
}

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("    ");
    vprintf(format, arguments);
    va_end(arguments);
    fflush(stdout); /* a call that blocks is seen without its result */
    timed_out = broken_pipe = 0;
    set_timer(limit);
}

void result(long value)
{
    int error = errno;
    set_timer(0);
    last.value = value;
    last.failed = value == -1;
    last.error = last.failed ? error : 0;
    if (!last.failed) {
        printf(" = %ld\n", value);
    } else {
        printf(" = -1 %s\n", error_name(error));
        if (timed_out && error == EINTR) {
            tell("it still blocked after %g s, and 'within' interrupted it", (double)limit / 1000);
        } else {
            tell("%s: %s", strerror(error), error_meaning(last.call, error));
        }
    }
    if (broken_pipe) {
        tell("SIGPIPE came too: it ends a program that neither catches nor ignores it");
        told("SIGPIPE");
    }
}

void tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("    ");
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void told(const char *word)
{
    size_t used = strlen(last.told);
    snprintf(last.told + used, sizeof last.told - used, used ? "%s " : " %s ", word);
}
