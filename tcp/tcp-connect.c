/* SPDX-License-Identifier: MIT */
/* tcp-connect [-46l] [-w SECONDS] [HOST [SERVICE]]
 *
 * Connects to any server, and tells each step as it takes it. -l: lists the common services.
 * Try: tcp-connect localhost 12000, with tcp-upper-server (or nc -l 12000) in another terminal.
 * Protocol: none; it connects and closes. SERVICE http. */
#include "../common/die.h"
#include "../common/net.h"
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void list_services(void)
{
    const char *names[] = {"echo", "daytime", "ftp", "telnet", "smtp", "finger", "http", "pop3"};
    printf("Service   Port no.\n");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct servent *service = getservbyname(names[i], "tcp");
        if (service != NULL)
            printf("%-10s%d\n", names[i], ntohs((uint16_t)service->s_port));
    }
}

static const char *meaning(int error)
{
    switch (error) {
    case ECONNREFUSED: return "refused: reached the machine, nothing listens";
    case ETIMEDOUT:  return "timed out, packets vanish: firewall, client isolation, wrong address";
    case ENETUNREACH:
    case EHOSTUNREACH: return "unreachable: no way leads there";
    default:           return strerror(error);
    }
}

static int create(int family)
{
    /* Box: create the socket. */
    printf("Creating the socket (%s, TCP)...\n", family == AF_INET6 ? "IPv6" : "IPv4");
    int fd = socket(family, SOCK_STREAM, 0);
    printf("%s.\n", fd == -1 ? strerror(errno) : "done");
    return fd;
}

int main(int argc, char **argv)
{
    struct options options = {.port = "http"};
    parse_options(&options, argc, argv, "[-46l] [-w SECONDS] [HOST [SERVICE]]");
    double wait = number_option(&options, 'w', 10, 0.001, 100000);
    if (options.value['l']) {
        list_services();
        return 0;
    }
    if (options.host == NULL)
        complain(2, "HOST is missing; usage: tcp-connect [-46l] [-w SECONDS] [HOST [SERVICE]]");
    int family = options.family == AF_INET6 ? AF_INET6 : AF_INET, fd = create(family), error = 0;

    /* Box: look up the service: the port number of a name, or the name of a port number. */
    printf("Looking up the service %s...\n", options.port);
    char *end, port[8];
    long number = strtol(options.port, &end, 10);
    bool named = *end != '\0' || end == options.port;
    struct servent *service = named ? getservbyname(options.port, "tcp")
                                    : getservbyport(htons((uint16_t)number), "tcp");
    if (named ? service == NULL : number < 0 || number > 65535)
        complain(named ? 1 : 2, "service '%s': neither known here (tcp-connect -l lists the usual) "
                 "nor a number from 0 to 65535", options.port);
    snprintf(port, sizeof port, "%d", named ? ntohs((uint16_t)service->s_port) : (int)number);
    printf("port %s, %s.\n", port, service ? service->s_name : "which has no name here");

    /* Box: look up the host: every address that it has. */
    printf("Looking up the host %s...\n", options.host);
    struct addrinfo hints = {.ai_family = options.family, .ai_socktype = SOCK_STREAM}, *list, *a;
    struct address server;
    int unknown = getaddrinfo(options.host, port, &hints, &list);
    if (unknown != 0)
        complain(1, "host %s: %s: is it spelt right?", options.host, gai_strerror(unknown));
    for (a = list; a != NULL; a = a->ai_next)
        printf("%s%s", address_of(a->ai_addr, a->ai_addrlen).host, a->ai_next ? ", " : ".\n");

    for (a = list; a != NULL; a = a->ai_next) {
        server = address_of(a->ai_addr, a->ai_addrlen);
        if (a != list || a->ai_family != family) { /* a socket is of one family, and for one try */
            close(fd);
            fd = create(a->ai_family);
        }
        bound_waits(fd, wait);

        /* Box: connect it to the server. */
        printf("Connecting to %s...\n", server.text);
        double began = now();
        bool done = connect(fd, a->ai_addr, a->ai_addrlen) == 0 || finish_connect(fd, wait) == 0;
        error = fd == -1 ? EAFNOSUPPORT : errno;
        printf("%s, after %.1f ms.\n", done ? "done" : meaning(error), (now() - began) * 1000);
        if (done)
            break;
    }
    if (a == NULL)
        tell(1, error, "connect to %s", server.text);

    struct sockaddr_storage address;
    getsockname(fd, (struct sockaddr *)&address, &a->ai_addrlen);
    printf("Connected from %s\n", address_of(&address, a->ai_addrlen).log);
    printf("Connected to %s\n", server.log);

    /* Box: close the socket. */
    close(fd);
    freeaddrinfo(list);
    return 0;
}
