/* SPDX-License-Identifier: MIT */
/* The options of a socket: setsockopt, getsockopt, linger, fcntl. */
#include "calls.h"
#include "errors.h"
#include "say.h"
#include "take.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#ifdef SO_LINGER_SEC /* macOS: its SO_LINGER counts ticks, and this the seconds that POSIX has */
#undef SO_LINGER
#define SO_LINGER SO_LINGER_SEC
#endif

enum kind { NUMBER, ERROR, TIME, LINGER };

static const struct option {
    const char *name;
    const char *level_name;
    int level;
    int value;
    enum kind kind;
} options[] = {{"SO_REUSEADDR", "SOL_SOCKET", SOL_SOCKET, SO_REUSEADDR, NUMBER},
               {"SO_KEEPALIVE", "SOL_SOCKET", SOL_SOCKET, SO_KEEPALIVE, NUMBER},
               {"SO_BROADCAST", "SOL_SOCKET", SOL_SOCKET, SO_BROADCAST, NUMBER},
               {"SO_DONTROUTE", "SOL_SOCKET", SOL_SOCKET, SO_DONTROUTE, NUMBER},
               {"SO_OOBINLINE", "SOL_SOCKET", SOL_SOCKET, SO_OOBINLINE, NUMBER},
               {"SO_SNDBUF", "SOL_SOCKET", SOL_SOCKET, SO_SNDBUF, NUMBER},
               {"SO_RCVBUF", "SOL_SOCKET", SOL_SOCKET, SO_RCVBUF, NUMBER},
               {"SO_RCVLOWAT", "SOL_SOCKET", SOL_SOCKET, SO_RCVLOWAT, NUMBER},
               {"SO_SNDTIMEO", "SOL_SOCKET", SOL_SOCKET, SO_SNDTIMEO, TIME},
               {"SO_RCVTIMEO", "SOL_SOCKET", SOL_SOCKET, SO_RCVTIMEO, TIME},
               {"SO_LINGER", "SOL_SOCKET", SOL_SOCKET, SO_LINGER, LINGER},
               {"SO_ERROR", "SOL_SOCKET", SOL_SOCKET, SO_ERROR, ERROR},
               {"SO_TYPE", "SOL_SOCKET", SOL_SOCKET, SO_TYPE, NUMBER},
               {"SO_ACCEPTCONN", "SOL_SOCKET", SOL_SOCKET, SO_ACCEPTCONN, NUMBER},
               {"TCP_NODELAY", "IPPROTO_TCP", IPPROTO_TCP, TCP_NODELAY, NUMBER},
               {"IPV6_V6ONLY", "IPPROTO_IPV6", IPPROTO_IPV6, IPV6_V6ONLY, NUMBER},
               {NULL, NULL, 0, 0, NUMBER}};

static const struct option *take_option(struct command *c)
{
    struct word w = take_word(c, "the name of the option");
    const struct option *o = options;
    while (o->name != NULL && !same_name(w.bytes, o->name)) {
        o++;
    }
    if (o->name == NULL) {
        wrong(c, "no option is named '%.40s'; 'help setsockopt' lists some", w.bytes);
    }
    return o;
}

static void set_linger(struct command *c, int fd, bool on, int seconds)
{
    struct linger value = {.l_onoff = on, .l_linger = seconds};
    if (complete(c)) {
        say("setsockopt(%d, SOL_SOCKET, SO_LINGER, {%d, %d}, %zu)", fd, on, seconds, sizeof value);
        result(setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, sizeof value));
        if (!last.failed && on && seconds == 0) {
            tell("from now on close sends a reset (RST) instead of an orderly end (FIN)");
        }
    }
}

void call_linger(struct command *c)
{
    int fd = take_fd(c);
    bool on = !more(c) || strcasecmp(c->word[c->next].bytes, "off") != 0;
    int seconds = 0;
    if (on) {
        seconds = (int)take_number(c, "the time in seconds, or off,", 0, 32767);
    } else {
        c->next++;
    }
    set_linger(c, fd, on, seconds);
}

static void set_time(struct command *c, int fd, const struct option *o)
{
    long ms = take_milliseconds(c, 1);
    struct timeval value = {.tv_sec = ms / 1000};
    value.tv_usec = (int)(ms % 1000) * 1000;
    if (complete(c)) {
        say("setsockopt(%d, %s, %s, {%ld, %ld}, %zu)", fd, o->level_name, o->name, ms / 1000,
            ms % 1000 * 1000, sizeof value);
        result(setsockopt(fd, o->level, o->value, &value, sizeof value));
    }
}

void call_setsockopt(struct command *c)
{
    int value, fd = take_fd(c);
    const struct option *o = take_option(c);
    if (o->kind == TIME) {
        set_time(c, fd, o);
        return;
    }
    value = (int)take_number(c, "the value", INT_MIN, INT_MAX);
    if (o->kind == LINGER) {
        set_linger(c, fd, value != 0, more(c) ? (int)take_number(c, "the time", 0, 32767) : 0);
    } else if (complete(c)) {
        say("setsockopt(%d, %s, %s, %d, %zu)", fd, o->level_name, o->name, value, sizeof value);
        result(setsockopt(fd, o->level, o->value, &value, sizeof value));
    }
}

/* The value becomes the result: `n = getsockopt $s sndbuf`, `expect ECONNREFUSED`. */
void call_getsockopt(struct command *c)
{
    union {
        int number;
        struct linger linger;
        struct timeval time;
    } value = {0};
    socklen_t length = sizeof value;
    int fd = take_fd(c);
    const struct option *o = take_option(c);
    if (!complete(c)) {
        return;
    }
    say("getsockopt(%d, %s, %s, &value, &length)", fd, o->level_name, o->name);
    result(getsockopt(fd, o->level, o->value, &value, &length));
    if (last.failed) {
        return;
    }
    last.value = value.number;
    if (o->kind == LINGER) {
        tell("value is {%d, %d}", value.linger.l_onoff, value.linger.l_linger);
    } else if (o->kind == TIME) {
        tell("value is {%ld, %ld}", (long)value.time.tv_sec, (long)value.time.tv_usec);
        last.value = (long)value.time.tv_sec;
    } else if (o->kind == ERROR && value.number != 0) {
        tell("value is %s: %s", error_name(value.number), error_meaning("connect", value.number));
        told(error_name(value.number));
    } else {
        tell("value is %d", value.number);
    }
}

void call_fcntl(struct command *c)
{
    int fd = take_fd(c);
    struct word w = take_word(c, "nonblock or block");
    const bool block = strcasecmp(w.bytes, "block") == 0;
    if (!block && strcasecmp(w.bytes, "nonblock") != 0 && strcasecmp(w.bytes, "O_NONBLOCK") != 0) {
        wrong(c, "fcntl knows nonblock and block, not '%.40s'", w.bytes);
    }
    if (complete(c)) {
        say("fcntl(%d, F_SETFL, %s)", fd, block ? "0" : "O_NONBLOCK");
        result(fcntl(fd, F_SETFL, block ? 0 : O_NONBLOCK));
    }
}
