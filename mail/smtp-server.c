/* SPDX-License-Identifier: MIT */
/* smtp-server [-46q] [-b ADDRESS] [-d DIR] [-w SECONDS] [PORT]
 *
 * Takes mail from any mail program and keeps it in the Maildir DIR. It delivers nowhere and relays
 * nothing. The dialogue is in smtp.c and the store in maildir.c; here are the sockets.
 *
 * Run it in one terminal, smtp-client (or: nc -C localhost 2525) in another. Port 2525.
 * Protocol: SMTP, RFC 5321. Several clients at once: each has a thread, which waits for its client,
 * and for the disk, without keeping the others waiting. */
#include "../common/die.h"
#include "../common/net.h"
#include "dialogue.h"
#include "maildir.h"
#include "smtp.h"
#include "trouble.h"
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct options options = {.port = "2525", .peer = "smtp-client"};
#define LOG(...) (options.value['q'] ? 0 : printf(__VA_ARGS__))

static double patience;              /* seconds that a client may be silent */
static char host[256] = "localhost"; /* our name */

struct client {
    int connection;
    struct address address;
};

/* A line of the log. */
static void show(const struct client *client, const char *who, const char *line, size_t length)
{
    char where[sizeof client->address.log + 1];
    snprintf(where, sizeof where, "%s ", client->address.log);
    if (!options.value['q'])
        print_dialogue(where, who, line, length);
}

/* Sends the reply, if there is one. Returns 0, or -1 when the client cannot have it. */
static int answer(const struct client *client, const struct smtp *session)
{
    size_t length = strlen(session->reply);
    if (length == 0)
        return 0;
    for (const char *line = session->reply, *end; *line; line = end + 2) {
        end = strstr(line, "\r\n");
        show(client, "S:", line, (size_t)(end - line));
    }
    if (send_all(client->connection, session->reply, length) == 0)
        return 0;
    warn("send to %s", client->address.text);
    return -1;
}

/* Serves one client over its connection socket, until it is done or lost. */
static void dialogue(const struct client *client)
{
    struct maildir_message message = {.file = NULL};
    struct smtp session;
    char bytes[4096];

    smtp_start(&session, host, client->address.host, &maildir_store, &message);
    int error = answer(client, &session);
    while (error == 0 && session.state != SMTP_END) {
        /* Box: read the request: a part of a line, or many lines. */
        ssize_t n = recv(client->connection, bytes, sizeof bytes, 0);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            smtp_stop(&session, "Silent for too long, closing the connection");
            answer(client, &session);
            break;
        }
        if (n == -1)
            warn("recv from %s", client->address.text);
        if (n <= 0)
            break;

        /* Box: write the reply, one for each command. */
        for (size_t i = 0; i < (size_t)n && error == 0;) {
            i += smtp_input(&session, bytes + i, (size_t)n - i);
            if (session.line_done)
                show(client, "C:", session.line, session.length);
            if (session.note)
                show(client, "!!", session.note, strlen(session.note));
            error = answer(client, &session);
        }
    }
    if (session.state == SMTP_TEXT) {
        static const char lost[] = "the end came in the middle of a message: nothing of it is kept";
        show(client, "!!", lost, sizeof lost - 1);
    }
    smtp_stop(&session, ""); /* drops what has no end */
}

static void *serve(void *argument)
{
    struct client *client = argument;
    bound_waits(client->connection, patience);
    dialogue(client);

    /* Box: close the connection socket, but not the welcoming socket. */
    char rest[4096]; /* first a second for the client to close: a reset could destroy the reply */
    ssize_t n;
    time_t end = time(NULL) + 1;
    shutdown(client->connection, SHUT_WR);
    bound_waits(client->connection, 1);
    do
        n = recv(client->connection, rest, sizeof rest, 0);
    while (time(NULL) <= end && (n > 0 || (n == -1 && errno == EINTR)));
    close(client->connection);
    LOG("%s - closed connection\n", client->address.log);
    free(client);
    return NULL;
}

/* After accept() failed: that client is lost, or descriptors are, which may come back. */
static void no_connection(struct trouble *accepting)
{
    if (errno == EINTR || errno == ECONNABORTED)
        return;
    if (trouble_is_new(accepting))
        warn("accept: clients have to wait");
    sleep(1); /* to ask at once would burn the CPU */
}

int main(int argc, char **argv)
{
    static struct trouble accepting, threading;
    parse_options(&options, argc, argv, "[-46q] [-b ADDRESS] [-d DIR] [-w SECONDS] [PORT]");
    patience = number_option(&options, 'w', 300, 0.001, 100000); /* RFC 5321 section 4.5.3.2.7 */
    const char *dir = options.value['d'] ? options.value['d'] : "Maildir";
    gethostname(host, sizeof host - 1);
    struct addrinfo *here = resolve(&options, SOCK_STREAM);
    struct address where = address_of(here->ai_addr, here->ai_addrlen);
    maildir_open(dir);

    /* Box: create the welcoming socket. */
    int welcoming = socket(here->ai_family, here->ai_socktype, here->ai_protocol);
    if (welcoming == -1)
        die("socket for %s", where.text);
    int on = 1, ipv6_only = options.family == AF_INET6;
    setsockopt(welcoming, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* restart at once */
    setsockopt(welcoming, IPPROTO_IPV6, IPV6_V6ONLY, &ipv6_only, sizeof ipv6_only); /* for -b '*' */

    /* Box: bind it to the server's address and port. */
    if (bind(welcoming, here->ai_addr, here->ai_addrlen) == -1)
        die("bind to %s", where.text);

    /* Box: listen for connection requests. */
    if (listen(welcoming, SOMAXCONN) == -1)
        die("listen on %s", where.text);
    freeaddrinfo(here);
    announce(welcoming, &options);
    LOG("mail is kept in %s/new\n", dir);

    for (;;) {
        /* Box: wait for a connection request; it gets a connection socket of its own. */
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        struct client *client = malloc(sizeof *client);
        int connection = client ? accept(welcoming, (struct sockaddr *)&address, &length) : -1;
        if (connection == -1) {
            no_connection(&accepting);
            free(client);
            continue;
        }
        trouble_is_over(&accepting, "accept");
        *client = (struct client){connection, address_of(&address, length)};
        LOG("...connected from: %s\n", client->address.log);

        /* Box: create a thread for it. Where none is left, the client may come again later. */
        pthread_t thread;
        errno = pthread_create(&thread, NULL, serve, client);
        if (errno == 0) {
            pthread_detach(thread);
            trouble_is_over(&threading, "pthread_create");
            continue;
        }
        if (trouble_is_new(&threading))
            warn("pthread_create for %s", client->address.text);
        static const char busy[] = "421 localhost Too many clients, try again later\r\n";
        send_all(connection, busy, sizeof busy - 1);
        close(connection);
        LOG("%s - closed connection\n", client->address.log);
        free(client);
    }
}
