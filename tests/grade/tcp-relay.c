/* SPDX-License-Identifier: MIT */
/* tcp-relay PORT HOST TARGET
 *
 * Stands between clients and a server: connect to its PORT, and it is as if you were connected to
 * HOST, port TARGET. This is the solution of the exercise, from which its skeleton is made.
 *
 * Protocol: none of its own; bytes pass both ways as they come, and so does the end of each. */
#include "../../common/die.h"
#include "../../common/net.h"
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct options here, server;

struct way {
    int from, to; /* sockets */
};

/* One direction: all that comes goes on, and its end, too. */
static void *pass_on(void *argument)
{
    const struct way *way = argument;
    char bytes[4096];
    ssize_t n;

    /* Box: receive what there is, send it on, until the sender has finished. */
    while ((n = recv(way->from, bytes, sizeof bytes, 0)) > 0 || (n == -1 && errno == EINTR))
        if (n > 0 && send_all(way->to, bytes, (size_t)n) == -1)
            break;

    /* Box: half-close: tell the other side so; or, if one has broken off, let go of both. */
    if (n != 0)
        shutdown(way->from, SHUT_RDWR);
    shutdown(way->to, n == 0 ? SHUT_WR : SHUT_RDWR);
    return NULL;
}

/* Serves the client at the connection socket. */
static void *serve(void *argument)
{
    int client = (int)(intptr_t)argument, target = -1;

    /* Box: connect to the server, at the first of its addresses that answers. */
    struct addrinfo *list = resolve(&server, SOCK_STREAM), *a;
    for (a = list; a != NULL; a = a->ai_next) {
        target = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (target != -1 && connect(target, a->ai_addr, a->ai_addrlen) == 0)
            break;
        if (target != -1)
            close(target);
    }
    freeaddrinfo(list);

    /* Box: pass on in both directions at once, each in a thread of its own. */
    if (a != NULL) {
        struct way there = {client, target}, back = {target, client};
        pthread_t thread;
        if (pthread_create(&thread, NULL, pass_on, &back) == 0) {
            pass_on(&there);
            pthread_join(thread, NULL);
        }
        close(target);
    }

    /* Box: close the connection socket, but not the welcoming socket. */
    close(client);
    return NULL;
}

int main(int argc, char **argv)
{
    name_program("tcp-relay", NULL);
    if (argc != 4)
        complain(2, "say the port, and the server's host and port: tcp-relay PORT HOST TARGET");
    signal(SIGPIPE, SIG_IGN); /* a send to a connection that was broken off fails with EPIPE */
    here.port = argv[1];
    server.host = argv[2];
    server.port = argv[3];
    struct addrinfo *own = resolve(&here, SOCK_STREAM);

    /* Box: create the welcoming socket, bind it to the port, listen. */
    int welcoming = socket(own->ai_family, own->ai_socktype, own->ai_protocol), on = 1;
    setsockopt(welcoming, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* restart at once */
    if (bind(welcoming, own->ai_addr, own->ai_addrlen) == -1 || listen(welcoming, SOMAXCONN) == -1)
        die("listen on port %s", here.port);
    freeaddrinfo(own);

    for (;;) {
        /* Box: wait for a client, and give it a thread of its own. */
        int connection = accept(welcoming, NULL, NULL);
        if (connection == -1) {
            accept_failed();
            continue;
        }
        pthread_t thread;
        if ((errno = pthread_create(&thread, NULL, serve, (void *)(intptr_t)connection)) == 0) {
            pthread_detach(thread);
        } else {
            warn("pthread_create");
            close(connection);
        }
    }
}
