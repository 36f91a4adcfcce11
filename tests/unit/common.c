/* SPDX-License-Identifier: MIT */
/* Unit tests of common/. send() and poll() are replaced here, so that they can be made to do less
 * than they were asked to, and to be interrupted; towupper(), so that it can name a capital that the
 * locale does not have (in Latin 1 it does so for the micro sign). */
#include "../../common/die.h"
#include "../../common/net.h"
#include "../../common/text.h"
#include "check.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <locale.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wctype.h>
#define poll poll_of_the_header /* glibc declares that poll() only writes to *fds: not so below */
#include <poll.h>
#undef poll
int poll(struct pollfd *fds, nfds_t n, int milliseconds);

static size_t send_most = 1 << 20; /* what one send() takes */
static int interruptions;          /* so many calls fail with EINTR first */

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
    if (interruptions > 0 && interruptions-- > 0)
        return errno = EINTR, -1;
    return sendto(fd, bytes, n < send_most ? n : send_most, flags, NULL, 0);
}

int poll(struct pollfd *fds, nfds_t n, int milliseconds)
{
    if (n == 0)
        return select(0, NULL, NULL, NULL, &(struct timeval){0, milliseconds * 1000});
    if (interruptions > 0 && interruptions-- > 0)
        return errno = EINTR, -1;
    fd_set out;
    FD_ZERO(&out);
    FD_SET(fds->fd, &out);
    struct timeval most = {milliseconds / 1000, milliseconds % 1000 * 1000};
    int ready = select(fds->fd + 1, NULL, &out, NULL, &most);
    return n == 1 && ready > 0 ? 1 : ready;
}

static wint_t lacks_capital; /* the character, or 0 */

static wint_t capital_of(wint_t c)
{
    return c == lacks_capital ? WEOF : towupper(c);
}

/* No function of that name can be put before the C library's: on macOS it is inline, and musl's has
 * its object file in common with others. So text.c is compiled once more, to call this one. */
#define towupper capital_of
#include "../../common/text.c"
#undef towupper

/* Runs work() in a child; returns its exit status, its stdout and stderr (one after the other). */
static char said[4000];
static int status_of(void (*work)(void))
{
    int pipes[2], status;
    fflush(stdout);
    if (pipe(pipes) == -1)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        dup2(pipes[1], STDERR_FILENO);
        work();
        fflush(stdout);
        _exit(0);
    }
    close(pipes[1]);
    size_t length = 0;
    for (ssize_t n; (n = read(pipes[0], said + length, sizeof said - 1 - length)) > 0;)
        length += (size_t)n;
    said[length] = '\0';
    close(pipes[0]);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* --- die.h --- */

static void refused(void) { name_program("p", "q"); errno = ECONNREFUSED; die("connect to %s", "h"); }
static void in_use(void) { name_program("p", NULL); errno = EADDRINUSE; die("bind to h"); }
static void timed_out(void) { name_program("p", NULL); errno = EAGAIN; warn("recv from %d", 7); }
static void plain(void) { name_program("p", NULL); errno = EPIPE; complain(3, "no %s", "luck"); }
static void kept(void) { errno = ENOENT; warn("open"); complain(0, "and"); exit(errno == ENOENT ? 9 : 8); }

static void test_die(void)
{
    CHECK_INT(1, status_of(refused));
    CHECK_TEXT("p: connect to h: Connection refused (ECONNREFUSED): nothing listens there; start q first\n",
               said);
    CHECK_INT(1, status_of(in_use));
    CHECK_INT(0, strncmp(said, "p: bind to h: Address already in use (EADDRINUSE): ", 51));
    CHECK_INT(1, strstr(said, "ss -tulnp") != NULL);
    CHECK_INT(0, status_of(timed_out));
    CHECK_INT(0, strncmp(said, "p: recv from 7: Connection timed out (ETIMEDOUT): ", 50));
    CHECK_INT(3, status_of(plain));
    CHECK_TEXT("p: no luck\n", said);
    CHECK_INT(9, status_of(kept));
    CHECK_TEXT("ECONNRESET", errno_name(ECONNRESET));
    CHECK_TEXT("ENAMETOOLONG", errno_name(ENAMETOOLONG));
    CHECK_TEXT("E?", errno_name(12345));
}

/* --- options.h --- */

static struct options options;
static char *arguments[8];
static void parse(void)
{
    int count = 0;
    while (arguments[count] != NULL)
        count++;
    options = (struct options){.host = "host", .port = "1", .peer = "peer"};
    parse_options(&options, count, arguments, "[-46q] [-w SECONDS] [-n TRIES] [HOST [PORT]]");
    printf("%s|%s|%s|%s|%d|%g|%g|%s", options.program, options.folder, options.host, options.port,
           options.family == AF_INET ? 4 : options.family == AF_INET6 ? 6 : 0,
           number_option(&options, 'w', 5, 0.001, 100), number_option(&options, 'n', 3, 1, 10),
           options.value['q'] ? "quiet" : "");
}

static int parsed(const char *a, const char *b, const char *c, const char *d)
{
    const char *given[] = {"some/where/prog", a, b, c, d, NULL};
    memcpy(arguments, given, sizeof given);
    return status_of(parse);
}

static void test_options(void)
{
    CHECK_INT(0, parsed(NULL, NULL, NULL, NULL));
    CHECK_TEXT("prog|some/where/|host|1|0|5|3|", said);
    CHECK_INT(0, parsed("-6q", "-w0.5", "h", "p"));
    CHECK_TEXT("prog|some/where/|h|p|6|0.5|3|quiet", said);
    CHECK_INT(0, parsed("-4", "-n", "7", "h"));
    CHECK_TEXT("prog|some/where/|h|1|4|5|7|", said);
    CHECK_INT(0, parsed("--help", NULL, NULL, NULL));
    CHECK_TEXT("usage: prog [-46q] [-w SECONDS] [-n TRIES] [HOST [PORT]]\nMore: man prog\n", said);
    CHECK_INT(0, parsed("--version", NULL, NULL, NULL));
    CHECK_INT(0, strncmp(said, "prog (Both Ends) ", 17));
    CHECK_INT(2, parsed("-x", NULL, NULL, NULL));
    CHECK_INT(2, parsed("-w", NULL, NULL, NULL));
    CHECK_INT(2, parsed("-w", "soon", NULL, NULL));
    CHECK_INT(2, parsed("-w", "0", NULL, NULL));
    CHECK_INT(2, parsed("-w", "1s", NULL, NULL));
    CHECK_INT(2, parsed("-w", "nan", NULL, NULL));
    CHECK_INT(2, parsed("-n", "0", NULL, NULL));
    CHECK_INT(2, parsed("-n", "1.5", NULL, NULL));
    CHECK_INT(2, parsed("-n", "11", NULL, NULL));
    CHECK_INT(2, parsed("-w", "", NULL, NULL));
    CHECK_INT(2, parsed("12000", NULL, NULL, NULL)); /* HOST was forgotten */
    CHECK_INT(2, parsed("a", "b", "c", NULL));
    CHECK_TEXT("prog: c: one argument too many; try --help\n", said);
    CHECK_INT(2, parsed("a", "1", "-q", NULL));
    CHECK_TEXT("prog: -q: options go first; try --help\n", said);
}

/* --- net.h: addresses --- */

static const char *port, *bind_to;
static int family;
static void look_up(void)
{
    struct options o = {.port = port, .family = family};
    o.value['b'] = bind_to;
    struct addrinfo *list = resolve(&o, SOCK_STREAM);
    printf("%s", address_of(list->ai_addr, list->ai_addrlen).text);
    freeaddrinfo(list);
}

static int looked_up(const char *p, const char *b, int f)
{
    port = p, bind_to = b, family = f;
    return status_of(look_up);
}

static void test_addresses(void)
{
    CHECK_INT(0, looked_up("12000", NULL, AF_UNSPEC));
    CHECK_TEXT("127.0.0.1 port 12000", said);
    CHECK_INT(0, looked_up("65535", NULL, AF_INET6));
    CHECK_TEXT("::1 port 65535", said);
    CHECK_INT(0, looked_up("0", "*", AF_UNSPEC));
    CHECK_TEXT(":: port 0", said);
    CHECK_INT(0, looked_up("http", "*", AF_INET));
    CHECK_TEXT("0.0.0.0 port 80", said);
    CHECK_INT(2, looked_up("65536", NULL, AF_UNSPEC));
    CHECK_INT(2, looked_up("-1", NULL, AF_UNSPEC));
    CHECK_INT(2, looked_up("", NULL, AF_UNSPEC));
    CHECK_INT(2, looked_up("no-such-service", NULL, AF_UNSPEC));
    CHECK_INT(2, looked_up("12000x", NULL, AF_UNSPEC));
    CHECK_INT(1, looked_up("1", "no-such-host.invalid", AF_UNSPEC));

    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(49646)};
    inet_pton(AF_INET6, "::ffff:192.0.2.7", &six.sin6_addr);
    CHECK_TEXT("192.0.2.7:49646", address_of(&six, sizeof six).log);
    inet_pton(AF_INET6, "2001:db8::1", &six.sin6_addr);
    CHECK_TEXT("[2001:db8::1]:49646", address_of(&six, sizeof six).log);
    CHECK_TEXT("2001:db8::1 port 49646", address_of(&six, sizeof six).text);
    CHECK_TEXT("?:?", address_of(&(struct sockaddr){.sa_family = 99}, 2).log);
}

/* --- net.h: bytes --- */

static void test_send_all(void)
{
    int pair[2];
    char sent[150], received[150]; /* few enough for the buffer, byte by byte */
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (char)(i * 7);
    for (send_most = 1; send_most <= 256; send_most *= 4) {
        size_t n = 0;
        socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
        interruptions = 2;
        CHECK_INT(0, send_all(pair[0], sent, sizeof sent));
        CHECK_INT(0, interruptions);
        close(pair[0]);
        for (ssize_t got; (got = read(pair[1], received + n, sizeof received - n)) > 0;)
            n += (size_t)got;
        CHECK_INT(sizeof sent, n);
        CHECK_INT(0, memcmp(sent, received, sizeof sent));
        close(pair[1]);
    }
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    close(pair[1]);
    CHECK_INT(-1, send_all(pair[0], sent, 1));
    CHECK_INT(EPIPE, errno);
    CHECK_INT(0, send_all(pair[0], sent, 0));
    close(pair[0]);
}

static void test_bound_waits(void)
{
    int pair[2];
    char byte;
    struct timespec began, ended;
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    bound_waits(pair[0], 0.05);
    clock_gettime(CLOCK_MONOTONIC, &began);
    CHECK_INT(-1, recv(pair[0], &byte, 1, 0));
    CHECK_INT(EAGAIN, errno);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    double waited = (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
    CHECK_INT(1, waited > 0.04 && waited < 10);
    struct timeval most;
    bound_waits(pair[0], 2.9999999);
    getsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &most, &(socklen_t){sizeof most});
    CHECK_INT(1, most.tv_sec == 2 || (most.tv_sec == 3 && most.tv_usec == 0));
    bound_waits(pair[0], 1e-9); /* 0 would mean: no bound */
    getsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &most, &(socklen_t){sizeof most});
    CHECK_INT(1, most.tv_sec > 0 || most.tv_usec > 0);
    close(pair[0]);
    close(pair[1]);
}

static void test_finish_connect(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    int listening = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(0, bind(listening, (struct sockaddr *)&here, sizeof here));
    CHECK_INT(0, getsockname(listening, (struct sockaddr *)&here, &length));

    /* An interrupted connect goes on by itself: a non-blocking one does the same, without signals. */
    fcntl(client, F_SETFL, O_NONBLOCK);
    if (connect(client, (struct sockaddr *)&here, sizeof here) == -1 && errno == EINPROGRESS)
        errno = EINTR;
    interruptions = errno == EINTR ? 1 : 0;
    CHECK_INT(-1, finish_connect(client, 10));
    CHECK_INT(ECONNREFUSED, errno);
    close(client);

    listen(listening, 5);
    client = socket(AF_INET, SOCK_STREAM, 0);
    fcntl(client, F_SETFL, O_NONBLOCK);
    connect(client, (struct sockaddr *)&here, sizeof here);
    errno = EINTR;
    interruptions = 2;
    CHECK_INT(0, finish_connect(client, 10));
    CHECK_INT(0, interruptions);
    errno = EINPROGRESS; /* so ends a bounded wait in a blocking connect */
    CHECK_INT(-1, finish_connect(client, 10));
    CHECK_INT(ETIMEDOUT, errno);
    errno = ENETUNREACH;
    CHECK_INT(-1, finish_connect(client, 10));
    CHECK_INT(ENETUNREACH, errno);
    close(client);
    close(listening);
}

static void accept_emfile(void) { name_program("p", NULL); errno = EMFILE; accept_failed(); }
static void accept_emfile_for_a_while(void) { accept_emfile(); accept_emfile(); accept_emfile(); }
static void out_of_threads(void) { name_program("p", NULL); errno = EAGAIN; exit(ran_out("pthread_create")); }
static void accept_lost(void) { name_program("p", NULL); errno = ECONNABORTED; accept_failed(); }

static void test_accept_failed(void)
{
    double began = now();
    CHECK_INT(0, status_of(accept_emfile));
    CHECK_INT(0, strncmp(said, "p: accept: Too many open files (EMFILE)", 39));
    CHECK_INT(1, now() >= began + 0.05);
    CHECK_INT(0, status_of(accept_emfile_for_a_while));
    CHECK_INT(1, strchr(said, '\n') == strrchr(said, '\n')); /* one warning, of three */
    CHECK_INT(0, status_of(accept_lost));
    CHECK_TEXT("", said);
    began = now();
    CHECK_INT(1, status_of(out_of_threads));
    CHECK_INT(0, strncmp(said, "p: pthread_create: Resource temporarily unavailable (EAGAIN)", 60));
    CHECK_INT(1, now() >= began + 1);
}

/* The peer sends what nobody reads, and closes or not: how long that holds us up, and whether our
 * last words get through. */
static void test_let_peer_close(void)
{
    int pair[2];
    char bytes[16];
    for (int closes = 0; closes < 2; closes++) {
        socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
        CHECK_INT(6, write(pair[1], "unread", 6));
        CHECK_INT(4, write(pair[0], "last", 4));
        if (closes)
            shutdown(pair[1], SHUT_WR);
        double began = now();
        let_peer_close(pair[0], 0.3);
        double took = now() - began;
        CHECK_INT(1, closes ? took < 0.25 : took >= 0.3 && took < 10);
        CHECK_INT(-1, recv(pair[0], bytes, 1, MSG_DONTWAIT) == 1 ? 1 : -1); /* all is read away */
        close(pair[0]);
        CHECK_INT(4, read(pair[1], bytes, sizeof bytes));
        CHECK_INT(0, read(pair[1], bytes, sizeof bytes));
        close(pair[1]);
    }
}

static void test_both_families(void)
{
    struct addrinfo here = {.ai_family = AF_INET6};
    struct options o = {.family = AF_UNSPEC};
    int only = 2, fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (fd == -1)
        return; /* a machine without IPv6 */
    both_families(fd, &here, &o);
    getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &(socklen_t){sizeof only});
    CHECK_INT(0, only);
    o.family = AF_INET6;
    both_families(fd, &here, &o);
    getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &(socklen_t){sizeof only});
    CHECK_INT(1, only);
    close(fd);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    here.ai_family = AF_INET;
    errno = 0;
    both_families(fd, &here, &o);
    CHECK_INT(0, errno); /* it was left alone */
    close(fd);
}

static const char *typed;
static size_t typed_length;
static void read_lines(void)
{
    FILE *keyboard = tmpfile();
    fwrite(typed, 1, typed_length, keyboard);
    rewind(keyboard);
    dup2(fileno(keyboard), STDIN_FILENO);
    name_program("p", NULL);
    char line[6];
    size_t n = 1;
    while (n > 0) {
        n = read_line("", line, 5, "word");
        printf("%zu:", n);
        fwrite(line, 1, n, stdout);
    }
}

static void test_read_line(void)
{
    typed = "ab\n\n\0x\n12345\nend";
    typed_length = 16;
    CHECK_INT(0, status_of(read_lines));
    CHECK_INT(0, memcmp("3:ab\n1:\n3:\0x\n6:12345\n3:end0:", said, 28));
    typed = "ab\n123456\n";
    typed_length = 10;
    CHECK_INT(1, status_of(read_lines));
    CHECK_TEXT("p: a word has more than 5 bytes; nothing of it was sent\n3:ab\n", said);
}

/* --- text.h --- */

/* text goes through to_upper() in pieces of each size; the result must not depend on the size. */
static void check_upper(const char *expected, const char *text, size_t length)
{
    for (size_t piece = 1; piece <= length; piece++) {
        char out[200];
        size_t made = 0;
        struct cut_character cut = {0};
        for (size_t at = 0; at < length; at += piece)
            made += to_upper(&cut, text + at, length - at < piece ? length - at : piece, out + made);
        memcpy(out + made, cut.bytes, cut.count);
        out[made + cut.count] = '\0';
        CHECK_TEXT(expected, out);
    }
}

/* The pieces, each ended by '|', as they arrive: is there a "close", and how many bytes of the last
 * piece belong to the session? */
static void check_close(bool is_close, size_t used, const char *pieces)
{
    struct line line = {0};
    size_t result = 0;
    for (const char *end; (end = strchr(pieces, '|')) != NULL; pieces = end + 1)
        result = until_close(&line, pieces, (size_t)(end - pieces));
    CHECK_INT(is_close, line.is_close);
    CHECK_INT(used, result);
    if (is_close)
        CHECK_INT(1, line.end > now() && line.end <= now() + 1);
}

static void test_until_close(void)
{
    check_close(true, 6, "close\n|");
    check_close(true, 7, "close\r\n|");
    check_close(true, 5, "close|");
    check_close(true, 5, "first|close|");
    check_close(true, 8, "a\nclose\nmore\n|");
    check_close(true, 1, "c|l|o|s|e|\n|");
    check_close(true, 1, "x\n|close\r|\n|");
    check_close(true, 3, "clo|se\nx|");
    check_close(false, 8, "enclose\n|");
    check_close(false, 6, "Close\n|");
    check_close(false, 7, "closed\n|");
    check_close(false, 7, "close \n|");
    check_close(false, 5, "clos\n|");
    check_close(false, 8, "close\rx\n|");
    check_close(false, 9, "close\rx\r\n|");
    check_close(false, 7, "cl\rose\n|");
    check_close(false, 8, "clclose\n|");
    check_close(false, 2, "clos|e |");
    struct line line = {0};
    CHECK_INT(7, until_close(&line, "close\0\n", 7));
    CHECK_INT(false, line.is_close);
}

static void test_text(void)
{
    char out[200];
    setlocale(LC_CTYPE, "C.UTF-8");
    check_upper("HELLO, 42!\n", "hello, 42!\n", 11);
    check_upper("GR\xc3\x96\xc3\x9f" "ER \xce\xa9", "gr\xc3\xb6\xc3\x9f" "er \xcf\x89", 11);
    check_upper("\xff\xfe" "A\x80" "B\xc3", "\xff\xfe" "a\x80" "b\xc3", 6);
    check_upper("A\xe2\x82" "B", "a\xe2\x82" "b", 4);
    check_upper("\xe2\xb1\xaf", "\xc9\x90", 2); /* two bytes become three */
    check_upper("I", "\xc4\xb1", 2);            /* and one */
    lacks_capital = 0xb5;
    check_upper("A\xc2\xb5" "B", "a\xc2\xb5" "b", 4);
    check_upper("\xc2\xb5", "\xc2\xb5", 2);
    lacks_capital = 0;
    struct cut_character cut = {0};
    CHECK_INT(3, to_upper(&cut, "\0a\0", 3, out));
    CHECK_INT(0, memcmp("\0A\0", out, 3));

    CHECK_TEXT("hello\\n", shown("hello\n", 6, out));
    CHECK_TEXT("it\\'s \\\\ \\t\\r\\x00\\x1b", shown("it's \\ \t\r\0\x1b", 11, out));
    CHECK_TEXT("\xc3\xb6\\xc3", shown("\xc3\xb6\xc3", 3, out));
    CHECK_TEXT("\\xff\\xfe", shown("\xff\xfe", 2, out));
    CHECK_TEXT("\\xc2\\x9b", shown("\xc2\x9b", 2, out)); /* a control character beyond ASCII */
    CHECK_TEXT("", shown("", 0, out));
    setlocale(LC_CTYPE, "C");
    check_upper("\xc3\xb6" "A", "\xc3\xb6" "a", 3);
    CHECK_TEXT("\\xc3\\xb6", shown("\xc3\xb6", 2, out));
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_die();
    test_options();
    test_addresses();
    test_send_all();
    test_bound_waits();
    test_finish_connect();
    test_accept_failed();
    test_let_peer_close();
    test_both_families();
    test_read_line();
    test_until_close();
    test_text();
    printf("common: %d failures\n", failures);
    return failures != 0;
}
