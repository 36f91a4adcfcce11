/* SPDX-License-Identifier: MIT */
/* From words to socket addresses, and back to text. */
#include "address.h"
#include "take.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* The family of a socket; AF_UNSPEC: not a socket, and the call shall say so itself. */
static int socket_family(int fd)
{
    struct address a = {.length = sizeof a.storage};
    return getsockname(fd, (struct sockaddr *)&a.storage, &a.length) == 0 ? a.storage.ss_family
                                                                          : AF_UNSPEC;
}

int socket_type(int fd)
{
    int type = 0;
    socklen_t length = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 ? type : 0;
}

static bool set_path(struct command *c, struct address *a, const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof un.sun_path) {
        wrong(c, "a path has at most %zu bytes here", sizeof un.sun_path - 1);
        return false;
    }
    memcpy(un.sun_path, path, strlen(path));
    memcpy(&a->storage, &un, sizeof un);
    a->length = sizeof un;
    return true;
}

/* An address is looked at as a number first, whatever the family of the socket: if it is of the
 * wrong family, the call says so. A name is resolved for the socket's family. */
static bool look_up(struct command *c, int fd, struct address *a, const char *host,
                    const char *port)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = socket_type(fd)};
    struct addrinfo *list = NULL;
    char *end;
    int error;

    if (port[0] == '\0' ||
        (isdigit((unsigned char)port[0]) && (strtol(port, &end, 10) > 65535 || *end != '\0'))) {
        wrong(c, "a port is a number from 0 to 65535 or a name such as http, not '%.20s'", port);
        return false;
    }
    if (strcmp(host, "*") == 0) {
        host = NULL;
        hints.ai_flags = AI_PASSIVE;
        hints.ai_family = socket_family(fd);
    }
    error = getaddrinfo(host, port, &hints, &list);
    if (error == EAI_NONAME && host != NULL) {
        hints.ai_flags = 0;
        hints.ai_family = socket_family(fd);
        error = getaddrinfo(host, port, &hints, &list);
    }
    if (error != 0) {
        wrong(c, "no address for '%.80s' port '%.20s': %s", host ? host : "*", port,
              gai_strerror(error));
        return false;
    }
    memcpy(&a->storage, list->ai_addr, list->ai_addrlen);
    a->length = list->ai_addrlen;
    freeaddrinfo(list);
    return true;
}

/* ADDRESS PORT, ADDRESS:PORT, [ADDRESS]:PORT, a path, or none (connect: no peer any more) */
bool take_address(struct command *c, int fd, struct address *a)
{
    struct word w = take_word(c, "the address");
    const char *colon = strrchr(w.bytes, ':'), *from = w.bytes, *port;
    size_t length = strlen(w.bytes);
    char host[256];

    memset(a, 0, sizeof *a);
    if (c->wrong[0] != '\0') {
        return false;
    }
    if (strcmp(w.bytes, "none") == 0) {
        a->storage.ss_family = AF_UNSPEC;
        a->length = sizeof(struct sockaddr_in);
        return true;
    }
    if (socket_family(fd) == AF_UNIX || strchr(w.bytes, '/') != NULL) {
        return set_path(c, a, w.bytes);
    }
    if (colon != NULL && (strchr(w.bytes, ':') == colon || colon[-1] == ']')) {
        length = (size_t)(colon - w.bytes);
        port = colon + 1;
    } else {
        port = take_word(c, "the port, after the address,").bytes;
    }
    if (length > 2 && from[0] == '[' && from[length - 1] == ']') {
        from++;
        length -= 2;
    }
    snprintf(host, sizeof host, "%.*s", length < sizeof host ? (int)length : 255, from);
    return c->wrong[0] == '\0' && look_up(c, fd, a, host[0] != '\0' ? host : "*", port);
}

int address_port(const struct address *a)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (a->storage.ss_family == AF_INET) {
        memcpy(&in, &a->storage, sizeof in);
        return ntohs(in.sin_port);
    }
    if (a->storage.ss_family == AF_INET6) {
        memcpy(&in6, &a->storage, sizeof in6);
        return ntohs(in6.sin6_port);
    }
    return 0;
}

const char *address_text(const struct address *a)
{
    static char text[160];
    char host[128], port[16];
    struct sockaddr_un un;

    if (a->storage.ss_family == AF_UNIX) {
        memcpy(&un, &a->storage, sizeof un);
        snprintf(text, sizeof text, "%.*s", (int)sizeof un.sun_path,
                 a->length > offsetof(struct sockaddr_un, sun_path) && un.sun_path[0] != '\0'
                     ? un.sun_path
                     : "(unnamed)");
        make_printable(text);
    } else if (getnameinfo((const struct sockaddr *)&a->storage, a->length, host, sizeof host, port,
                           sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
        snprintf(text, sizeof text, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    } else {
        snprintf(text, sizeof text, "(none)");
    }
    return text;
}

const char *address_in_c(const struct address *a)
{
    static char text[200];
    const int family = a->storage.ss_family;
    if (family == AF_UNSPEC) {
        return "{AF_UNSPEC}";
    }
    snprintf(text, sizeof text, "{%s, %s}",
             family == AF_INET    ? "AF_INET"
             : family == AF_INET6 ? "AF_INET6"
                                  : "AF_UNIX",
             address_text(a));
    return text;
}
