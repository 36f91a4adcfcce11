/* SPDX-License-Identifier: MIT */
/* web-server [-46eq] [-b ADDRESS] [-d DIR] [-t THREADS] [-w SECONDS] [PORT]
 *
 * A web server that a browser, a fuzzer and a benchmark can trust. It still handles one request at
 * a time, but it waits for all its clients at once, as poll(2) does: a silent or slow one holds up
 * nobody. Nor does one who asks for much: that is done in parts, and others have turns in between.
 *
 * Run it in a directory with some pages and open http://localhost:8080/ in a browser. Port 8080.
 * Protocol: HTTP/1.1 (RFC 9110, RFC 9112). What is done with a request: http/answer.c. What is done
 * with a connection: connection.c. Who is served next: loop.c. */
#include "../common/die.h"
#include "../common/net.h"
#include "loop.h"
#include "ready.h"
#include "web.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS_MAX = 64, LISTEN_QUEUE = 1024 };

static int stop[2]; /* a pipe: one byte, never read, ends the poll of every loop for good */
static int welcoming;
static atomic_int loops;

static void on_signal(int signal_number)
{
    int error = errno;
    (void)signal_number;
    if (write(stop[1], "", 1) == -1) {
        /* it is full: then they know already */
    }
    errno = error;
}

static void *run(void *worker)
{
    serve(worker, welcoming, stop[0]);
    worker_end(worker);
    free(worker);
    return NULL;
}

int main(int argc, char **argv)
{
    struct options options = {.port = "8080", .peer = "web-get"};
    parse_options(&options, argc, argv,
                  "[-46eq] [-b ADDRESS] [-d DIR] [-t THREADS] [-w SECONDS] [PORT]");
    size_t threads = (size_t)number_option(&options, 't', 1, 1, THREADS_MAX);
    double seconds = number_option(&options, 'w', HEAD_TIME / 1000, 0.1, 3600);
    struct site site;
    open_site(&site, &options); /* an error is to be seen before anything else happens */
    struct addrinfo *here = resolve(&options, SOCK_STREAM);
    struct address where = address_of(here->ai_addr, here->ai_addrlen);

    /* As many descriptors as the system lets this process have without asking. */
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &files) == -1) {
#ifdef OPEN_MAX /* macOS says that there is no limit, and then takes no more than this */
            files.rlim_cur = OPEN_MAX;
            setrlimit(RLIMIT_NOFILE, &files);
#endif
        }
    }
    struct sigaction action = {.sa_handler = on_signal};
    if (pipe(stop) == -1 || fcntl(stop[1], F_SETFL, O_NONBLOCK) == -1)
        die("pipe");
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    /* Box: create the welcoming socket. */
    welcoming = socket(here->ai_family, here->ai_socktype, here->ai_protocol);
    if (welcoming == -1)
        die("socket for %s", where.text);
    int on = 1, ipv6_only = options.family == AF_INET6;
    setsockopt(welcoming, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* restart at once */
    setsockopt(welcoming, IPPROTO_IPV6, IPV6_V6ONLY, &ipv6_only, sizeof ipv6_only); /* for -b '*' */
    setsockopt(welcoming, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* connections inherit it */
    ready_accept(welcoming);

    /* Box: bind it to the server's address and port; listen for connection requests. */
    if (bind(welcoming, here->ai_addr, here->ai_addrlen) == -1)
        die("bind to %s", where.text);
    if (listen(welcoming, LISTEN_QUEUE) == -1 || fcntl(welcoming, F_SETFL, O_NONBLOCK) == -1)
        die("listen on %s", where.text);
    freeaddrinfo(here);
    announce_url(welcoming, &options);

    /* Box: serve, in one loop or in several that share the welcoming socket and nothing else. The
     * first one is this thread: a process without others finds its descriptors faster. */
    struct worker *workers[THREADS_MAX] = {NULL};
    pthread_t thread[THREADS_MAX];
    atomic_init(&loops, (int)threads);
    for (size_t i = 0; i < threads; i++) {
        struct worker *worker = workers[i] = calloc(1, sizeof *worker);
        if (worker == NULL)
            die("start thread %zu", i);
        if (i == 0)
            worker->site = site;
        else
            open_site(&worker->site, &options);
        worker->loops = &loops;
        worker->scale = seconds * 1000 / (double)HEAD_TIME;
        worker->quiet = options.value['q'] != NULL;
    }
    for (size_t i = 1; i < threads; i++) {
        errno = pthread_create(&thread[i], NULL, run, workers[i]);
        if (errno != 0)
            die("start thread %zu", i);
    }
    run(workers[0]);
    for (size_t i = 1; i < threads; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
