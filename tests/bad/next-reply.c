/* SPDX-License-Identifier: MIT */
/* KNOWN BAD, on purpose: takes the next datagram for the answer to the last question, and waits for
 * ever. cc -DFIXED next-reply.c is the cure: questions have numbers, waits have an end.
 * usage: next-reply PORT: sends "1" to "5" to 127.0.0.1, prints each question and its answer. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in server = {.sin_family = AF_INET};
    char question[16], reply[100];

    server.sin_port = htons((in_port_t)atoi(argc > 1 ? argv[1] : "12000"));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd == -1 || connect(fd, (struct sockaddr *)&server, sizeof server) == -1) {
        perror("connect");
        return 1;
    }
#ifdef FIXED
    struct timeval patience = {.tv_usec = 300000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
#endif
    for (int i = 1; i <= 5; i++) {
        snprintf(question, sizeof question, "%d", i);
        ssize_t n = -1;
#ifdef FIXED
        for (int tries = 0; n == -1 && tries < 10; tries++) {
            send(fd, question, strlen(question), 0);
            do { /* answers to former questions are passed over */
                n = recv(fd, reply, sizeof reply - 1, 0);
                reply[n > 0 ? n : 0] = '\0';
            } while (n != -1 && atoi(reply) != i);
        }
#else
        send(fd, question, strlen(question), 0);
        n = recv(fd, reply, sizeof reply - 1, 0); /* BAD: lost, late or doubled, who knows */
#endif
        if (n == -1) {
            printf("%d: no answer\n", i);
            return 1;
        }
        printf("%d: %.*s\n", i, (int)n, reply);
        fflush(stdout);
    }
    close(fd);
    return 0;
}
