/* SPDX-License-Identifier: MIT */
/* A call and its result, as they are shown. */
#ifndef SOCKSH_SAY_H
#define SOCKSH_SAY_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* What the last call gave: `expect` looks at it, `NAME = CALL` keeps the value. */
struct result {
    const char *call; /* its name; NULL: there was none */
    long value;       /* the value returned, or what the call was asked for (a port, an option) */
    int error;        /* errno when it failed */
    bool failed;      /* it returned -1, or what stands for it */
    const char *data; /* the bytes it received */
    size_t length;
    char told[1024]; /* what else it told, between blanks: addresses, POLLIN, SIGPIPE, LISTEN */
};

extern struct result last;

/* say() prints a call as C would write it, result() what it returned (errno is
 * looked at when that is -1). Between the two the call may block; Ctrl-C interrupts it, and so
 * does a signal when it takes longer than the limit (in milliseconds; 0: none).
 * tell() prints one more line, told() adds a word that `expect` can ask for. */
extern volatile sig_atomic_t interrupted; /* by Ctrl-C */
void catch_signals(void);
void set_limit(long milliseconds);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void result(long value);
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void told(const char *word);

#endif
