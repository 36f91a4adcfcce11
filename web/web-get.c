/* SPDX-License-Identifier: MIT */
/* web-get [-46iv] [-o FILE] [-w SECONDS] URL
 *
 * Gets one page or file from a web server and writes it to the standard output: the client's end.
 * It is as strict as web-server: what the protocol forbids it reports, and ends with status 1.
 *
 * Start web-server first in another terminal, then: web-get http://localhost:8080/
 * Protocol: HTTP/1.1 (RFC 9110, RFC 9112), one request, answered to its announced end. */
#include "../common/die.h"
#include "../common/net.h"
#include "http/response.h"
#include "http/text.h"
#include "web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PROGRESS_FROM = 1 << 20, /* bytes: shorter bodies get no progress line */
    INTERIM_MAX = 20,        /* answers with status 1xx: each ends a wait, so they are counted */
};

static struct options options = {.port = "80", .peer = "web-server"};
static FILE *output;
static struct address server;
static int wrong; /* something was, and the status will be 1 */

/* With -v: a line of the dialogue, on stderr. */
static void tell_line(const char *mark, const char *bytes, size_t length)
{
    struct text line = {0};
    if (options.value['v'] == NULL)
        return;
    text_escaped(&line, bytes, length, 0);
    fprintf(stderr, "%s %.*s\n", mark, (int)line.length, line.length > 0 ? line.bytes : "");
    text_free(&line);
}

static void tell_lines(const char *mark, const char *bytes, size_t length)
{
    for (size_t i = 0, end; i < length; i = end + 2) {
        for (end = i; end < length && bytes[end] != '\r'; end++)
            ;
        tell_line(mark, bytes + i, end - i);
    }
}

/* One line for what is wrong, and the offending bytes with a caret. */
static void report(const struct fault *f, const char *bytes, size_t length)
{
    struct text excerpt = {0};
    complain(0, "%s broke a rule: %s (%s)", server.text, f->rule, f->section);
    text_excerpt(&excerpt, "    ", bytes, length, f->at);
    fwrite(excerpt.bytes, 1, excerpt.length, stderr);
    text_free(&excerpt);
    wrong = 1;
}

static size_t receive(int client, char *to, size_t size)
{
    ssize_t n;
    do
        n = recv(client, to, size, 0);
    while (n == -1 && errno == EINTR);
    if (n == -1)
        die("recv from %s", server.text);
    return (size_t)n;
}

static void write_out(const char *bytes, size_t length)
{
    if (length > 0 && fwrite(bytes, 1, length, output) != length)
        die("write to %s", options.value['o'] ? options.value['o'] : "the standard output");
}

/* A line that overwrites itself, for a person who waits. */
static void show_progress(const struct body *b, bool last)
{
    static int64_t shown;
    int64_t now = milliseconds();
    if (!isatty(STDERR_FILENO) || (output == stdout && isatty(STDOUT_FILENO)) ||
        b->content < PROGRESS_FROM || (!last && now - shown < 200))
        return;
    shown = now;
    if (b->kind == COUNTED)
        fprintf(stderr, "\r%ju of %ju bytes%s", (uintmax_t)b->content,
                (uintmax_t)(b->content + b->left), last ? "\n" : "");
    else
        fprintf(stderr, "\r%ju bytes%s", (uintmax_t)b->content, last ? "\n" : "");
}

/* Box: receive the body, to its announced end. BYTES holds HAVE of it already. */
static void receive_body(int client, struct body *b, char *bytes, size_t have, size_t size)
{
    enum progress p = b->kind == COUNTED && b->left == 0 ? DONE : MORE;

    while (p == MORE) {
        for (size_t at = 0, used, content; p == MORE && at < have; at += used) {
            p = body_parse(b, bytes + at, have - at, &used, &content);
            write_out(bytes + at + used - content, content);
            if (p == FAULT) {
                b->fault.at += at;
                report(&b->fault, bytes, have);
                return;
            }
            if (p == DONE) {
                have -= at + used;
                memmove(bytes, bytes + at + used, have);
                break;
            }
        }
        show_progress(b, p == DONE);
        if (p == MORE && (have = receive(client, bytes, size)) == 0) {
            if (b->kind == UNTIL_CLOSE)
                return;
            complain(0, "%s closed the connection in the body, after %ju bytes of %s (RFC 9112, 8)",
                     server.text, (uintmax_t)b->content,
                     b->kind == COUNTED ? "what Content-Length announced" : "content in chunks");
            wrong = 1;
            return;
        }
    }
    /* We said Connection: close, so nothing more may come; a second is enough to see it. */
    bound_waits(client, 1);
    ssize_t more = have > 0 ? (ssize_t)have : -1;
    for (errno = EINTR; more == -1 && errno == EINTR;)
        more = recv(client, bytes, size, 0);
    if (more > 0) {
        struct fault longer = {0, 0, "the response is longer than announced", "RFC 9112, 6.3"};
        report(&longer, bytes, (size_t)more);
    }
}

int main(int argc, char **argv)
{
    static char bytes[1 << 18];
    static struct url url;
    static struct response response;
    int client = -1;

    int has_url = argc > 1 && argv[argc - 1][0] != '-';
    parse_options(&options, argc - has_url, argv, "[-46iv] [-o FILE] [-w SECONDS] URL");
    double wait = number_option(&options, 'w', 60, 0.001, 100000);
    const char *mistake = has_url ? url_parse(&url, argv[argc - 1]) : "it comes last";
    if (mistake != NULL)
        complain(2, "URL %s: %s", has_url ? argv[argc - 1] : "missing", mistake);
    /* Box: look up the address of the server. A name may have several: try each in turn. */
    options.host = url.host;
    options.port = url.port;
    struct addrinfo *list = resolve(&options, SOCK_STREAM), *a;
    for (a = list; a != NULL; a = a->ai_next) {
        server = address_of(a->ai_addr, a->ai_addrlen);
        tell_line("* connect to", server.text, strlen(server.text));

        /* Box: create the client's socket. */
        client = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (client == -1)
            continue;
        bound_waits(client, wait);

        /* Box: connect it to the server. */
        if (connect(client, a->ai_addr, a->ai_addrlen) == 0 || finish_connect(client, wait) == 0)
            break;
        close(client);
    }
    if (a == NULL)
        die("connect to %s", server.text);
    freeaddrinfo(list);

    /* Box: send the request. */
    int n =
        snprintf(bytes, sizeof bytes, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
                 url.target, url.authority);
    tell_lines(">", bytes, (size_t)n);
    if (send_all(client, bytes, (size_t)n) == -1 && errno != EPIPE && errno != ECONNRESET)
        die("send to %s", server.text);

    /* Box: receive the response's head; interim ones (1xx) come before it, and are passed over. */
    size_t length = 0;
    int interim = 0;
    do {
        enum progress p;
        length -= response.length;
        memmove(bytes, bytes + response.length, length);
        response_start(&response);
        while ((p = response_parse(&response, bytes, length)) == MORE) {
            size_t more = receive(client, bytes + length, sizeof bytes - length);
            if (more == 0)
                complain(1, "%s closed the connection %s (RFC 9112, 8)", server.text,
                         length == 0 ? "without an answer" : "in the head of its answer");
            length += more;
        }
        if (p == FAULT) {
            report(&response.head.fault, bytes, length);
            return 1;
        }
        tell_lines("<", bytes, response.length);
        if (response.status < 200 && ++interim > INTERIM_MAX)
            complain(1, "%s sent %d interim answers (1xx) and no final one (RFC 9110, 15.2)",
                     server.text, interim);
    } while (response.status < 200);
    output = stdout;
    if (options.value['o'] && (output = fopen(options.value['o'], "w")) == NULL)
        die("open %s", options.value['o']);
    setvbuf(output, NULL, _IOFBF, 1 << 16);
    if (options.value['i'])
        write_out(bytes, response.length);
    const char *section, *lacking = response_lacks(&response, &section);
    if (lacking != NULL) {
        complain(0, "%s sent no %s field, which such a response needs (%s)", server.text, lacking,
                 section);
        wrong = 1;
    }
    struct fault date;
    if (!response_dates_are_sound(&response, &date))
        report(&date, bytes, response.length);

    length -= response.length;
    memmove(bytes, bytes + response.length, length);
    if (response.no_body)
        body_start_counted(&response.body, 0);
    receive_body(client, &response.body, bytes, length, sizeof bytes);
    if (fflush(output) != 0 || ferror(output))
        die("write to %s", options.value['o'] ? options.value['o'] : "the standard output");

    /* Box: close the socket. */
    close(client);
    return wrong || response.status >= 400;
}
