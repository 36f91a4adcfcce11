/* SPDX-License-Identifier: MIT */
/* The calls of a connection's life, each: take the words, show it, call it. */
#include "calls.h"
#include "address.h"
#include "say.h"
#include "take.h"
#include "variables.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

static const struct constant families[] = {
    {AF_INET, "AF_INET", "IPv4"}, {AF_INET6, "AF_INET6", "IPv6"}, {AF_UNIX, "AF_UNIX", "local"}};
static const struct constant types[] = {{SOCK_STREAM, "SOCK_STREAM", "TCP"},
                                        {SOCK_DGRAM, "SOCK_DGRAM", "UDP"},
                                        {SOCK_SEQPACKET, "SOCK_SEQPACKET", "packet"}};
static const struct constant ways[] = {
    {SHUT_RD, "SHUT_RD", "read"}, {SHUT_WR, "SHUT_WR", "write"}, {SHUT_RDWR, "SHUT_RDWR", "both"}};

/* socket tcp, socket udp6, socket unix dgram, socket AF_INET SOCK_STREAM */
void call_socket(struct command *c)
{
    const struct constant *family = NULL, *type = NULL, *found;
    while (more(c)) {
        char *typed = c->word[c->next].bytes;
        size_t length = strlen(typed);
        if (length == 4 && (typed[3] == '4' || typed[3] == '6') &&
            (strncasecmp(typed, "tcp", 3) == 0 || strncasecmp(typed, "udp", 3) == 0)) {
            family = &families[typed[3] == '4' ? 0 : 1];
            typed[3] = '\0'; /* tcp6: TCP over IPv6 */
        }
        if ((found = take_constant(c, families, COUNT(families))) != NULL) {
            family = found;
        } else if ((found = take_constant(c, types, COUNT(types))) != NULL) {
            type = found;
        } else if (strcmp(typed, "0") == 0 && type != NULL) {
            c->next++; /* the protocol, which the family and the type decide */
        } else {
            wrong(c, "no kind of socket is named '%.40s': tcp, udp, tcp6, udp6, unix stream ...",
                  typed);
        }
    }
    if (family == NULL && type == NULL) {
        wrong(c, "the kind of socket is missing: tcp, udp, tcp6, udp6, unix stream, unix dgram");
    }
    if (complete(c)) {
        family = family ? family : &families[0];
        type = type ? type : &types[0];
        say("socket(%s, %s, 0)", family->name, type->name);
        result(socket(family->value, type->value, 0));
    }
}

void call_bind(struct command *c)
{
    struct address a;
    int fd = take_fd(c);
    if (take_address(c, fd, &a) && complete(c)) {
        say("bind(%d, %s, %d)", fd, address_in_c(&a), (int)a.length);
        result(bind(fd, (struct sockaddr *)&a.storage, a.length));
        if (!last.failed && a.storage.ss_family != AF_UNIX && address_port(&a) == 0) {
            tell("port 0: the system chose a free port, and getsockname tells which");
        }
    }
}

void call_listen(struct command *c)
{
    int fd = take_fd(c);
    int backlog = (int)take_number(c, "the backlog", -1, 1000000);
    if (complete(c)) {
        say("listen(%d, %d)", fd, backlog);
        result(listen(fd, backlog));
    }
}

void call_connect(struct command *c)
{
    struct address a;
    int fd = take_fd(c);
    if (take_address(c, fd, &a) && complete(c)) {
        say("connect(%d, %s, %d)", fd, address_in_c(&a), (int)a.length);
        result(connect(fd, (struct sockaddr *)&a.storage, a.length));
        if (!last.failed && socket_type(fd) == SOCK_DGRAM && a.storage.ss_family != AF_UNSPEC) {
            tell("nothing was sent: from now on this socket knows only this peer");
        }
        if (last.error == EINTR) {
            tell("the connecting goes on in the background");
        }
    }
}

void told_from(const struct address *a)
{
    told(address_text(a));
    set_variable("from", address_text(a), false);
}

void call_accept(struct command *c)
{
    struct address a = {.length = sizeof a.storage};
    int fd = take_fd(c);
    if (complete(c)) {
        say("accept(%d, &address, &length)", fd);
        result(accept(fd, (struct sockaddr *)&a.storage, &a.length));
        if (!last.failed) {
            tell("%ld is the connection from %s; %d goes on listening", last.value,
                 address_text(&a), fd);
            told_from(&a);
        }
    }
}

void call_shutdown(struct command *c)
{
    int fd = take_fd(c);
    const struct constant *way = take_constant(c, ways, COUNT(ways));
    if (way == NULL) {
        wrong(c, "shutdown needs the direction: rd, wr or rdwr");
    }
    if (complete(c)) {
        say("shutdown(%d, %s)", fd, way->name);
        result(shutdown(fd, way->value));
    }
}

void call_close(struct command *c)
{
    int fd = take_fd(c);
    if (c->wrong[0] == '\0' && fd <= STDERR_FILENO) {
        wrong(c, "0, 1 and 2 are the shell's own input and output");
    }
    if (complete(c)) {
        say("close(%d)", fd);
        result(close(fd));
        if (!last.failed) {
            forget_socket(fd);
        }
    }
}

static void name_of(struct command *c, const char *name,
                    int (*call)(int, struct sockaddr *, socklen_t *))
{
    struct address a = {.length = sizeof a.storage};
    int fd = take_fd(c);
    if (complete(c)) {
        say("%s(%d, &address, &length)", name, fd);
        result(call(fd, (struct sockaddr *)&a.storage, &a.length));
        if (!last.failed) {
            tell("%s", address_in_c(&a));
            told(address_text(&a));
            last.value = address_port(&a);
        }
    }
}

void call_getsockname(struct command *c)
{
    name_of(c, "getsockname", getsockname);
}

void call_getpeername(struct command *c)
{
    name_of(c, "getpeername", getpeername);
}

void call_unlink(struct command *c)
{
    struct word w = take_word(c, "the path");
    if (complete(c)) {
        say("unlink(%s)", quote(w.bytes, w.length));
        result(unlink(w.bytes));
    }
}

void call_sleep(struct command *c)
{
    long ms = take_milliseconds(c, 1);
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    if (complete(c)) {
        say("nanosleep({%ld, %ld}, NULL)", ms / 1000, ms % 1000 * 1000000);
        result(nanosleep(&time, NULL));
    }
}

/* signal pipe ignore, signal pipe default, signal pipe catch */
void call_signal(struct command *c)
{
    static void (*catcher)(int); /* say.c's own, which notes that the signal came */
    struct word number = take_word(c, "the signal, pipe,");
    struct word what = take_word(c, "ignore, default or catch");
    const bool ignore = strcasecmp(what.bytes, "ignore") == 0 || same_name(what.bytes, "SIG_IGN");
    const bool reset = strcasecmp(what.bytes, "default") == 0 || same_name(what.bytes, "SIG_DFL");
    struct sigaction action;

    if (strcasecmp(number.bytes, "pipe") != 0 && strcasecmp(number.bytes, "SIGPIPE") != 0) {
        wrong(c, "the only signal here is pipe, not '%.40s'", number.bytes);
    }
    if (!ignore && !reset && strcasecmp(what.bytes, "catch") != 0) {
        wrong(c, "a signal can be set to ignore, default or catch, not '%.40s'", what.bytes);
    }
    if (complete(c)) {
        sigaction(SIGPIPE, NULL, &action);
        if (catcher == NULL) {
            catcher = action.sa_handler;
        }
        action.sa_handler = ignore ? SIG_IGN : reset ? SIG_DFL : catcher;
        say("signal(SIGPIPE, %s)", ignore ? "SIG_IGN" : reset ? "SIG_DFL" : "on_signal");
        result(sigaction(SIGPIPE, &action, NULL));
    }
}
