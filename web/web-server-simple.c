/* SPDX-License-Identifier: MIT */
/* web-server-simple [-46q] [-b ADDRESS] [-d DIR] [PORT]
 *
 * The web server of the homework: it handles one HTTP request at a time. It gets the file that the
 * request names from the file system and sends it, after the header lines that belong to it.
 *
 * Run it in a directory with some pages and open http://localhost:8080/ in a browser. Port 8080.
 * Protocol: HTTP/1.1 (RFC 9110, RFC 9112), one request on each connection. */
#include "../common/die.h"
#include "../common/net.h"
#include "http/answer.h"
#include "web.h"

#include <sys/socket.h>
#include <unistd.h>

/* A browser opens connections on which it says nothing for a while, in case it needs them later.
 * While this server waits for one of those it serves nobody: for a request two seconds in all. */
enum { PATIENCE = 2000 };

/* Serves one client over its connection socket: one request, one response. */
static void serve(int connection, struct site *site, struct answer *answer, const char *client,
                  const struct options *options)
{
    static char bytes[HEAD_MAX], piece[1 << 18];
    static struct seldom lost;
    struct request request;
    enum progress progress = MORE;
    size_t length = 0;
    int64_t n, end = milliseconds() + PATIENCE, left = PATIENCE;

    /* Box: receive the request. It may come in any number of parts; an empty line ends it. */
    request_start(&request);
    while (progress == MORE && left > 0) {
        bound_waits(connection, (double)left / 1000);
        n = recv(connection, bytes + length, sizeof bytes - length, 0);
        if (n == 0 || (n == -1 && errno != EINTR && errno != EAGAIN))
            return;
        if (n > 0)
            length += (size_t)n;
        left = end - milliseconds();

        /* Box: parse the request. */
        progress = request_parse(&request, bytes, length);
    }
    bound_waits(connection, (double)PATIENCE / 1000); /* of a client that does not read */
    if (length == 0)
        return;
    if (progress == MORE)
        head_fault(&request.head, 408, length, "a request comes within 2 s", "RFC 9110, 15.5.9");

    /* Box: get the file; make the response of it and the appropriate header lines. */
    look_at_site(site, options->value['q'] != NULL);
    request.close = true;
    if (progress == DONE)
        answer_request(answer, site, &request, NULL);
    else
        answer_fault(answer, site, &request, &request.head.fault, bytes, length);

    /* Box: send the response. */
    while ((n = answer_read(answer, piece, sizeof piece)) > 0) {
        if (send_all(connection, piece, (size_t)n) == -1) {
            warn_seldom(&lost, "send to %s", client);
            break;
        }
        answer_sent(answer, (size_t)n);
    }
    if (!options->value['q'])
        write_log(answer, &request, site->now, client);
    answer_end(answer);

    let_peer_close(connection, (double)PATIENCE / 4000); /* RFC 9112, 9.6 */
}

int main(int argc, char **argv)
{
    struct options options = {.port = "8080", .peer = "web-get"};
    parse_options(&options, argc, argv, "[-46q] [-b ADDRESS] [-d DIR] [PORT]");
    struct site site;
    struct answer answer;
    open_site(&site, &options);
    answer_start(&answer);
    struct addrinfo *here = resolve(&options, SOCK_STREAM);
    struct address where = address_of(here->ai_addr, here->ai_addrlen);

    /* Box: create the welcoming socket. */
    int welcoming = socket(here->ai_family, here->ai_socktype, here->ai_protocol);
    if (welcoming == -1)
        die("socket for %s", where.text);
    int on = 1;
    setsockopt(welcoming, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* restart at once */
    both_families(welcoming, here, &options);

    /* Box: bind it to the server's address and port; listen for connection requests. */
    if (bind(welcoming, here->ai_addr, here->ai_addrlen) == -1)
        die("bind to %s", where.text);
    if (listen(welcoming, SOMAXCONN) == -1)
        die("listen on %s", where.text);
    freeaddrinfo(here);
    announce_url(welcoming, &options);

    for (;;) {
        /* Box: accept a connection. */
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int connection = accept(welcoming, (struct sockaddr *)&address, &length);
        if (connection == -1) {
            accept_failed();
            continue;
        }
        serve(connection, &site, &answer, address_of(&address, length).host, &options);

        /* Box: close it. */
        close(connection);
    }
}
