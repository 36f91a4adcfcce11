/* SPDX-License-Identifier: MIT */
/* udp-ping [-46] [-c COUNT] [-i SECONDS] [-w SECONDS] [HOST [PORT]]
 *
 * Sends numbered messages to an echo server, and tells how long each reply took. Ctrl-C ends it.
 * Start udp-echo-server first (or any echo service) in another terminal. HOST localhost, PORT 8888.
 * Protocol: the reply to "Ping 1" is a datagram with the same number, such as "OK...Ping 1". */
#include "../common/die.h"
#include "../common/net.h"
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 100000 /* messages */
static struct ping { double sent; bool answered, timed_out; } pings[MOST + 1];
static int sent, received;
static double least, sum, most; /* milliseconds */
static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    stopped = signal_number;
}

/* Counts and shows a reply, which we know by its number: OK...Ping 1, Ping 1, PING 1. */
static void note(const char *reply, const char *server)
{
    int i;
    if (sscanf(reply, "%*[OK.PINGing]%6d", &i) != 1 || i < 1 || i > sent)
        return;
    double time = (now() - pings[i].sent) * 1000;
    const char *remark = pings[i].timed_out ? " (late)" : "";
    if (pings[i].answered)
        remark = " (doubled)";
    printf("from %s: seq=%d time=%.3f ms%s\n", server, i, time, remark);
    if (pings[i].answered)
        return;
    pings[i].answered = true;
    received++;
    sum += time;
    least = received == 1 || time < least ? time : least;
    most = time > most ? time : most;
}

/* Sends the messages and receives their replies. Returns 0, or -1. */
static int ping(int client, const char *server, int count, double interval, double wait)
{
    static char message[sizeof "Ping -2147483648"], reply[65536];
    for (int i = 1; i <= count && !stopped; i++) {
        /* Box: send a message with its number. */
        sent = i;
        pings[i] = (struct ping){.sent = now()};
        while (send(client, message, (size_t)sprintf(message, "Ping %d", i), 0) == -1)
            if (errno != EINTR)
                return -1;

        /* Box: receive its reply, and others until the next message is due. */
        while (!stopped) {
            bool done = pings[i].answered || pings[i].timed_out;
            double pause = i < count ? interval : 0; /* none behind the last one */
            double left = pings[i].sent + (done ? pause : wait) - now();
            if (left > 0) {
                bound_waits(client, left);
                ssize_t n = recv(client, reply, sizeof reply - 1, 0);
                if (n == -1 && errno != EAGAIN && errno != EINTR)
                    return -1;
                reply[n == -1 ? 0 : n] = '\0';
                note(reply, server);
            } else if (done) {
                break;
            } else {
                printf("Request timed out: seq=%d\n", i);
                pings[i].timed_out = true;
            }
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct options options = {.host = "localhost", .port = "8888", .peer = "udp-echo-server"};
    parse_options(&options, argc, argv, "[-46] [-c COUNT] [-i SECONDS] [-w SECONDS] [HOST [PORT]]");
    int count = (int)number_option(&options, 'c', 10, 1, MOST), result = -1;
    double interval = number_option(&options, 'i', 1, 0, 100000);
    double wait = number_option(&options, 'w', 1, 0.001, 100000);
    struct addrinfo *list = resolve(&options, SOCK_DGRAM);
    struct address server;
    sigaction(SIGINT, &(struct sigaction){.sa_handler = stop}, NULL); /* ends it, with a summary */

    /* A name may have several addresses, IPv6 and IPv4: stay with the first that answers. */
    for (struct addrinfo *a = list; a != NULL && result == -1 && received == 0; a = a->ai_next) {
        server = address_of(a->ai_addr, a->ai_addrlen);

        /* Box: create the client's socket. */
        int client = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (client == -1)
            continue;

        /* Box: connect it to the server, so that we are told when no program has that port. */
        if (connect(client, a->ai_addr, a->ai_addrlen) == 0)
            result = ping(client, server.text, count, interval, wait);

        /* Box: close the socket. */
        close(client);
    }
    if (result == -1)
        warn("send to %s", server.text);
    if (sent > 0)
        printf("%d sent, %d received, %d%% lost\n", sent, received, 100 * (sent - received) / sent);
    if (received > 0)
        printf("round trip min/avg/max %.3f/%.3f/%.3f ms\n", least, sum / received, most);
    freeaddrinfo(list);
    return result == -1 || received == 0;
}
