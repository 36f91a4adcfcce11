/* SPDX-License-Identifier: MIT */
/* socksh-options.c - the options of a socket, and the names of hosts and services. */
#include "socksh.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <unistd.h>

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
    long ms = take_milliseconds(c);
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

void call_gethostname(struct command *c)
{
    static char name[256];
    if (complete(c)) {
        say("gethostname(name, %zu)", sizeof name);
        result(gethostname(name, sizeof name - 1));
        last.data = name;
        last.length = strlen(name);
        if (!last.failed) {
            tell("%s", quote(name, last.length));
        }
    }
}

void call_getservbyname(struct command *c)
{
    struct word name = take_word(c, "the name of the service");
    struct word protocol = {.bytes = NULL};
    struct servent *entry;
    if (more(c)) {
        protocol = take_word(c, "the protocol");
    }
    if (!complete(c)) {
        return;
    }
    say("getservbyname(%s, %s%s%s)", quote(name.bytes, name.length), protocol.bytes ? "\"" : "",
        protocol.bytes ? protocol.bytes : "NULL", protocol.bytes ? "\"" : "");
    entry = getservbyname(name.bytes, protocol.bytes);
    last.failed = entry == NULL;
    last.value = entry != NULL ? ntohs((in_port_t)entry->s_port) : -1;
    if (entry != NULL) {
        printf(" = {\"%s\", port %ld, \"%s\"}\n", entry->s_name, last.value, entry->s_proto);
    } else {
        printf(" = NULL\n");
        tell("the list of services (/etc/services) has no such entry");
    }
}

static const char *gai_name(int error)
{
    return error == EAI_NONAME    ? "EAI_NONAME"
           : error == EAI_AGAIN   ? "EAI_AGAIN"
           : error == EAI_FAIL    ? "EAI_FAIL"
           : error == EAI_FAMILY  ? "EAI_FAMILY"
           : error == EAI_SERVICE ? "EAI_SERVICE"
           : error == EAI_SYSTEM  ? "EAI_SYSTEM"
                                  : "EAI_...";
}

static void list_addresses(const struct addrinfo *list)
{
    for (const struct addrinfo *p = list; p != NULL; p = p->ai_next) {
        struct address a = {.length = p->ai_addrlen};
        memcpy(&a.storage, p->ai_addr, p->ai_addrlen);
        tell("%s %s", p->ai_socktype == SOCK_STREAM ? "SOCK_STREAM" : "SOCK_DGRAM",
             address_in_c(&a));
        told(address_text(&a));
    }
}

/* getaddrinfo HOST [SERVICE] [tcp|udp] [inet|inet6] [passive]; - as a host or service: NULL */
void call_getaddrinfo(struct command *c)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    const char *text[2] = {take_word(c, "the host").bytes, "-"};
    int error;

    if (more(c)) {
        text[1] = take_word(c, "the service").bytes;
    }
    while (more(c)) {
        const char *word = take_word(c, "a hint").bytes;
        if (strcasecmp(word, "tcp") == 0 || strcasecmp(word, "udp") == 0) {
            hints.ai_socktype = strcasecmp(word, "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM;
        } else if (same_name(word, "AF_INET") || same_name(word, "AF_INET6")) {
            hints.ai_family = same_name(word, "AF_INET") ? AF_INET : AF_INET6;
        } else if (same_name(word, "AI_PASSIVE")) {
            hints.ai_flags = AI_PASSIVE;
        } else {
            wrong(c, "getaddrinfo's hints are tcp, udp, inet, inet6, passive, not '%.40s'", word);
        }
    }
    if (!complete(c)) {
        return;
    }
    const char *host = strcmp(text[0], "-") != 0 ? text[0] : NULL;
    const char *service = strcmp(text[1], "-") != 0 ? text[1] : NULL;
    say("getaddrinfo(%s, ", host ? quote(host, strlen(host)) : "NULL");
    printf("%s, &hints, &list)", service ? quote(service, strlen(service)) : "NULL");
    fflush(stdout);
    error = getaddrinfo(host, service, &hints, &list);
    last.value = error == 0 ? 0 : -1;
    last.failed = error != 0;
    if (error != 0) {
        printf(" = %s\n", gai_name(error));
        tell("%s", gai_strerror(error));
        told(gai_name(error));
        return;
    }
    printf(" = 0\n");
    list_addresses(list);
    freeaddrinfo(list);
}
