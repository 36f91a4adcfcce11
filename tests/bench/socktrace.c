/* SPDX-License-Identifier: MIT */
/* What does socktrace -o cost? Sends and receives small messages over a TCP connection to itself,
 * alone and under socktrace, and prints the nanoseconds of processor time that one call takes.
 *
 *     bench-socktrace build/bin/socktrace [CALLS]
 *
 * Exit status 1 if a call costs LIMIT_NS more under socktrace. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CALLS = 40000, LIMIT_NS = 5000, ROUNDS = 9, MESSAGE = 32 };

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* A connection with both ends in this process. */
static void connect_to_myself(int ends[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int welcoming = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (welcoming == -1 || bind(welcoming, (struct sockaddr *)&address, length) == -1 ||
        listen(welcoming, 1) == -1 ||
        getsockname(welcoming, (struct sockaddr *)&address, &length) == -1)
        fail("listen");
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (ends[0] == -1 || connect(ends[0], (struct sockaddr *)&address, length) == -1)
        fail("connect");
    ends[1] = accept(welcoming, NULL, NULL);
    if (ends[1] == -1)
        fail("accept");
}

/* Prints the nanoseconds of one call: of the processor's time, that of other programs is not in it.
 */
static void measure(long calls)
{
    char message[MESSAGE];
    int ends[2];
    struct timespec begin, end;

    connect_to_myself(ends);
    memset(message, 'x', sizeof message);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    for (long i = 0; i < calls / 2; i++)
        if (send(ends[0], message, sizeof message, 0) != MESSAGE ||
            recv(ends[1], message, sizeof message, MSG_WAITALL) != MESSAGE)
            fail("send and recv");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    printf("%.0f\n",
           ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
               (double)calls);
}

/* Runs a command that measures, and keeps its result if it is the best so far. */
static void run(const char *command, double *best)
{
    double ns;
    FILE *output = popen(command, "r");

    if (output == NULL || fscanf(output, "%lf", &ns) != 1 || pclose(output) != 0) {
        fprintf(stderr, "bench-socktrace: %s: failed\n", command);
        exit(1);
    }
    if (*best == 0 || ns < *best)
        *best = ns;
}

int main(int argc, char **argv)
{
    char file[] = "/tmp/bench-socktrace.XXXXXX";
    char plain[4096], under[4096];
    long calls = argc > 2 ? atol(argv[2]) : CALLS;
    double alone = 0;
    double traced = 0;
    int fd;

    if (argc == 3 && strcmp(argv[1], "measure") == 0) {
        measure(calls);
        return 0;
    }
    if (argc < 2 || calls < 2) {
        fprintf(stderr, "usage: bench-socktrace SOCKTRACE [CALLS]\n");
        return 2;
    }
    fd = mkstemp(file);
    if (fd == -1)
        fail(file);
    close(fd);
    snprintf(plain, sizeof plain, "'%s' measure %ld", argv[0], calls);
    snprintf(under, sizeof under, "'%s' -o %s '%s' measure %ld", argv[1], file, argv[0], calls);
    for (int i = 0; i < ROUNDS; i++) { /* in turns, so that both have the same weather */
        run(plain, &alone);
        run(under, &traced);
    }
    unlink(file);
    printf("socktrace: %.0f ns a call alone, %.0f ns with -o: %.0f ns more (limit %d)\n", alone,
           traced, traced - alone, LIMIT_NS);
    return traced - alone < (double)LIMIT_NS ? 0 : 1;
}
