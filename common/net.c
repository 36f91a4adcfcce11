/* SPDX-License-Identifier: MIT */
#include "net.h"
#include "die.h"
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct addrinfo *resolve(const struct options *o, int type)
{
    struct addrinfo hints = {.ai_family = o->family, .ai_socktype = type}, *list = NULL;
    const char *host = o->host ? o->host : o->value['b'];

    if (host == NULL)
        host = o->family == AF_INET6 ? "::1" : "127.0.0.1";
    else if (strcmp(host, "*") == 0)
        host = o->family == AF_INET ? "0.0.0.0" : "::";
    char *end;
    long port = strtol(o->port, &end, 10);
    int error = getaddrinfo(host, o->port, &hints, &list);
    if (error == EAI_SERVICE || (*end == '\0' && (end == o->port || port < 0 || port > 65535)))
        complain(2, "port '%s': give a number from 0 to 65535, or a service name", o->port);
    if (error != 0)
        complain(1, "look up %s: %s: %s", host, gai_strerror(error),
                 o->family && error != EAI_NONAME ? "does -4 or -6 fit?" : "is it spelt right?");
    return list;
}

struct address address_of(const void *socket_address, socklen_t length)
{
    struct address a = {.host = "?", .port = "?"};
    getnameinfo(socket_address, length, a.host, sizeof a.host, a.port, sizeof a.port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    if (strncmp(a.host, "::ffff:", 7) == 0 && strchr(a.host, '.') != NULL)
        memmove(a.host, a.host + 7, strlen(a.host + 7) + 1);
    snprintf(a.text, sizeof a.text, "%s port %s", a.host, a.port);
    snprintf(a.log, sizeof a.log, strchr(a.host, ':') ? "[%s]:%s" : "%s:%s", a.host, a.port);
    return a;
}

struct address announce(int fd, const struct options *o)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &length) == -1)
        die("getsockname");
    struct address here = address_of(&bound, length);
    const char *host = here.host;
    if (o->value['b'] != NULL && *o->value['b'] == '*') /* no client connects to "every address" */
        host = o->family == AF_INET6 ? "::1" : "localhost";
    printf("%s: listening on %s\n", o->program, here.text);
    if (!o->value['q'])
        printf("in another terminal: %s%s %s %s\n", o->folder, o->peer, host, here.port);
    return here;
}

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bound_waits(int fd, double seconds)
{
    struct timeval most = {.tv_sec = (time_t)seconds}; /* no time at all would mean for ever */
    most.tv_usec = (suseconds_t)((seconds - (double)most.tv_sec) * 1e6) + (seconds < 1e-6);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
}

int finish_connect(int fd, double seconds)
{
    int ready = -1, error = errno == EINTR || errno == EINPROGRESS ? ETIMEDOUT : errno;
    while (ready == -1 && errno == EINTR)
        ready = poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, (int)(seconds * 1000));
    if (ready == 1)
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
    errno = error;
    return error == 0 ? 0 : -1;
}

void both_families(int fd, const struct addrinfo *here, const struct options *o)
{
    int only = o->family == AF_INET6;
    if (here->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
}

void accept_failed(void)
{
    static _Thread_local double warned;
    if (errno == EINTR || errno == ECONNABORTED || errno == EAGAIN)
        return;
    if (warned == 0 || now() > warned + 1) {
        warn("accept");
        warned = now();
    }
    poll(NULL, 0, 50);
}

bool ran_out(const char *call)
{
    warn("%s", call);
    sleep(1);
    return true;
}

void let_peer_close(int fd, double seconds)
{
    char unread[4096];
    double end = now() + seconds;
    ssize_t n = 1;
    shutdown(fd, SHUT_WR);
    while (now() < end && (n > 0 || (n == -1 && errno == EINTR))) {
        bound_waits(fd, end - now());
        n = recv(fd, unread, sizeof unread, 0);
    }
}

int send_all(int fd, const void *bytes, size_t n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t sent = send(fd, (const char *)bytes + done, n - done, 0);
        if (sent == -1 && errno != EINTR)
            return -1;
        if (sent > 0)
            done += (size_t)sent;
    }
    return 0;
}

size_t read_line(const char *label, char *line, size_t most, const char *line_is)
{
    size_t n = 0;
    int c = '\0';
    prompt(label);
    while (c != '\n') {
        c = getchar();
        if (c == EOF)
            break;
        if (n == most && c != '\n')
            complain(1, "a %s has more than %zu bytes; nothing of it was sent", line_is, most);
        line[n] = (char)c;
        n++;
    }
    if (ferror(stdin))
        die("the standard input");
    return n;
}

void prompt(const char *text)
{
    if (isatty(STDIN_FILENO))
        fputs(text, stderr);
}
