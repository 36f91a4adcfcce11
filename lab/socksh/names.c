/* SPDX-License-Identifier: MIT */
/* The names of hosts and services. */
#include "address.h"
#include "calls.h"
#include "say.h"
#include "take.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

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
    say("getservbyname(%s, ", quote(name.bytes, name.length));
    printf("%s)", protocol.bytes ? quote(protocol.bytes, protocol.length) : "NULL");
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
