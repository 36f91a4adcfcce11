/* SPDX-License-Identifier: MIT */
/* Makes every call that socktrace watches, in every way that matters, and prints what each returned
 * and what errno was: the same with and without socktrace. Run without arguments; it runs itself
 * again with "inherited FD"; with "wrong", hands over pointers to nowhere; with "cut", gives too
 * little room to addresses.
 *
 * After each step errno must be as the call left it: calls that succeed leave it alone, so each
 * step begins with errno = 4242. */
#ifdef __linux__
#define _GNU_SOURCE /* accept4(), dup3(), sendmmsg(), close_range() ... */
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#endif

enum { MARK = 4242 };

static int failures;
/* unknown to the compiler: _FORTIFY_SOURCE checks them */
static volatile size_t two = 2, three = 3, four = 4;

static void show(const char *step, long result)
{
    int error = errno;

    printf("%s = %ld", step, result);
    if (result == -1)
        printf(" errno %d", error);
    else if (error != MARK)
        printf(" ERRNO TOUCHED: %d", error), failures++;
    printf("\n");
    fflush(stdout);
}

#define STEP(call)                                                                                 \
    do {                                                                                           \
        errno = MARK;                                                                              \
        long result_ = (long)(call);                                                               \
        show(#call, result_);                                                                      \
    } while (0)

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static struct sockaddr_in own_address(int fd)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;

    getsockname(fd, (struct sockaddr *)&address, &length);
    return address;
}

struct client {
    struct sockaddr_in to;
    int fd;
};

static void *client_thread(void *arg)
{
    struct sockaddr_in *to = &((struct client *)arg)->to;
    char buffer[100];
    int fd = ((struct client *)arg)->fd;

    if (connect(fd, (struct sockaddr *)to, sizeof *to) == -1)
        perror("connect");
    if (send(fd, "hello", 5, 0) != 5 || send(fd, " world\n", 7, 0) != 7)
        perror("send");
    while (recv(fd, buffer, sizeof buffer, 0) > 0)
        continue;
    close(fd);
    return NULL;
}

static void stream(void)
{
    struct sockaddr_in address = loopback(0);
    struct sockaddr_in peer;
    struct client client;
    socklen_t length = sizeof peer;
    char buffer[100];
    struct iovec parts[2] = {{buffer, 3}, {buffer + 3, 3}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    int one = 1;
    pthread_t thread;
    int s, c, d;

    STEP(s = socket(AF_INET, SOCK_STREAM, 0));
    STEP(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    STEP(bind(s, (struct sockaddr *)&address, sizeof address));
    STEP(listen(s, 5));
    client.to = own_address(s);
    STEP(client.fd = socket(AF_INET, SOCK_STREAM, 0));
    pthread_create(&thread, NULL, client_thread, &client);
    STEP(c = accept(s, (struct sockaddr *)&peer, &length));
    STEP(recv(c, buffer, 2, MSG_PEEK));
    STEP(recv(c, buffer, two, 0));
    STEP(read(c, buffer, two));
    STEP(recvmsg(c, &message, MSG_WAITALL));
    STEP(recv(c, buffer, 2, MSG_WAITALL));
    STEP(d = dup(c));
    STEP(write(d, "ab", 2));
    STEP(close(c));
    STEP(dup2(d, c));
    STEP(writev(c, parts, 2));
    STEP(sendmsg(c, &message, 0));
    STEP(dprintf(c, "number %d\n", 7));
    STEP(shutdown(c, SHUT_WR));
    STEP(recv(c, buffer, sizeof buffer, 0));
    STEP(shutdown(d, SHUT_RDWR) == 0 || errno == ENOTCONN ? (errno = MARK) : -1);
    STEP(close(c));
    STEP(close(d));
    pthread_join(thread, NULL);
    STEP(fcntl(s, F_SETFL, O_NONBLOCK));
    STEP(accept(s, NULL, NULL));
    STEP(close(s));
    STEP(close(s));
    STEP(recv(s, buffer, 1, 0));
    STEP(send(0, "x", 1, 0));
}

static void datagrams(void)
{
    struct sockaddr_in address = loopback(0);
    struct sockaddr_in to, from;
    socklen_t length = sizeof from;
    char buffer[100];
    struct iovec part = {buffer, 3};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int u, v;

    STEP(u = socket(AF_INET, SOCK_DGRAM, 0));
    STEP(bind(u, (struct sockaddr *)&address, sizeof address));
    to = own_address(u);
    STEP(v = socket(AF_INET, SOCK_DGRAM, 0));
    STEP(sendto(v, "0123456789", 10, 0, (struct sockaddr *)&to, sizeof to));
    STEP(recvfrom(u, buffer, four, 0, (struct sockaddr *)&from, &length));
    STEP(sendto(u, "", 0, 0, (struct sockaddr *)&from, length));
    STEP(recv(v, buffer, 4, 0));
    STEP(connect(v, (struct sockaddr *)&to, sizeof to));
    STEP(send(v, "abcdef", 6, 0));
    STEP(recvmsg(u, &message, 0));
    STEP(message.msg_flags & MSG_TRUNC);
    STEP(send(v, "abcdef", 6, 0));
    STEP(recv(u, buffer, 2, MSG_TRUNC));
    STEP(recv(u, buffer, 2, MSG_DONTWAIT));
    STEP(close(u));
    STEP(send(v, "lost", 4, 0));
    STEP(recv(v, buffer, 4, 0)); /* ECONNREFUSED: the answer to the datagram */
    STEP(close(v));
}

static void processes(const char *self)
{
    char buffer[100];
    char text[20];
    int pair[2];
    int status;
    pid_t child;

    STEP(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    STEP(send(pair[0], "one", 3, 0));
    child = fork();
    if (child == 0) {
        if (send(pair[0], "two", 3, 0) != 3)
            _exit(1);
        _exit(3);
    }
    STEP(waitpid(child, &status, 0) == child);
    STEP(WEXITSTATUS(status));
    child = fork();
    if (child == 0) {
        snprintf(text, sizeof text, "%d", pair[0]);
        execl(self, self, "inherited", text, (char *)NULL);
        _exit(127);
    }
    STEP(waitpid(child, &status, 0) == child);
    STEP(WEXITSTATUS(status));
    STEP(send(pair[0], "four", 4, 0));
    STEP(recv(pair[1], buffer, sizeof buffer, 0));
    STEP(close(pair[1]));
    signal(SIGPIPE, SIG_IGN);
    STEP(send(pair[0], "x", 1, 0));
    STEP(close(pair[0]));
}

static volatile sig_atomic_t alarms;
static sigjmp_buf away;

static void on_alarm(int number)
{
    (void)number;
    if (++alarms == 2)
        siglongjmp(away, 1);
}

static void interruptions(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval soon = {.it_value = {0, 60000}};
    char buffer[10];
    int pair[2];

    sigaction(SIGALRM, &action, NULL);
    STEP(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    setitimer(ITIMER_REAL, &soon, NULL);
    STEP(recv(pair[0], buffer, sizeof buffer, 0)); /* EINTR */
    setitimer(ITIMER_REAL, &soon, NULL);
    if (sigsetjmp(away, 1) == 0)
        STEP(recv(pair[0], buffer, sizeof buffer, 0)); /* left by siglongjmp() */
    STEP(send(pair[1], "x", 1, 0));
    STEP(recv(pair[0], buffer, sizeof buffer, 0));
    STEP(close(pair[0]));
    STEP(close(pair[1]));
}

static void waiting(void)
{
    struct timeval tv = {0, 1000};
    int pair[2];
    struct pollfd fds[2];
    fd_set set;

    STEP(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    fds[0] = (struct pollfd){.fd = pair[0], .events = POLLIN};
    fds[1] = (struct pollfd){.fd = pair[1], .events = POLLIN | POLLOUT};
    STEP(poll(fds, 2, 10));
    STEP(poll(fds, 1, 40));
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    STEP(select(pair[0] + 1, &set, NULL, NULL, &tv));
    STEP(close(pair[0]));
    STEP(close(pair[1]));
}

/* Wrong pointers are EFAULT, not the end. */
static void wrong_pointers(void)
{
    void *const wrong = (void *)8;
    struct iovec bad = {(void *)8, 100};
    struct msghdr message = {.msg_iov = &bad, .msg_iovlen = 1};
    struct sockaddr_in nowhere = loopback(9);
    int u, pair[2];

    STEP(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    STEP(send(pair[0], wrong, 100, 0));
    STEP(write(pair[0], wrong, 100));
    STEP(sendmsg(pair[0], &message, 0));
    STEP(sendmsg(pair[0], wrong, 0));
    STEP(writev(pair[0], &bad, 1));
    STEP(writev(pair[0], wrong, 1));
    STEP(send(pair[0], "x", 1, 0));
    STEP(recv(pair[1], wrong, 100, 0));
    STEP(recvmsg(pair[1], wrong, 0));
    STEP(send(-1, wrong, 100, 0));
    STEP(u = socket(AF_INET, SOCK_DGRAM, 0));
    STEP(bind(u, wrong, sizeof nowhere));
    STEP(connect(u, wrong, sizeof nowhere));
    STEP(sendto(u, "x", 1, 0, wrong, sizeof nowhere));
    STEP(setsockopt(u, SOL_SOCKET, SO_REUSEADDR, wrong, sizeof u));
    STEP(getsockopt(u, SOL_SOCKET, SO_REUSEADDR, wrong, wrong));
    STEP(getsockname(u, wrong, wrong));
    STEP(accept(u, (struct sockaddr *)&nowhere, wrong));
    STEP(recvfrom(u, &bad, sizeof bad, MSG_DONTWAIT, (struct sockaddr *)&nowhere, wrong));
    STEP(poll(wrong, 1, 10));
    STEP(close(u));
    STEP(close(pair[0]));
    STEP(close(pair[1]));
}

static void names(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int result;

    errno = MARK;
    result = getaddrinfo("127.0.0.1", "80", &hints, &list);
    printf("getaddrinfo = %d\n", result);
    if (result == 0)
        freeaddrinfo(list);
    hints.ai_flags = AI_NUMERICHOST;
    result = getaddrinfo("no.such.name", "80", &hints, &list);
    printf("getaddrinfo = %d\n", result == EAI_NONAME);
}

#ifdef __linux__
static void only_linux(void)
{
    struct sockaddr_in address = loopback(0);
    char buffer[3][10];
    struct iovec parts[3] = {{buffer[0], 4}, {buffer[1], 4}, {buffer[2], 4}};
    struct mmsghdr messages[3] = {{{.msg_iov = &parts[0], .msg_iovlen = 1}, 0},
                                  {{.msg_iov = &parts[1], .msg_iovlen = 1}, 0},
                                  {{.msg_iov = &parts[2], .msg_iovlen = 1}, 0}};
    struct epoll_event event = {.events = EPOLLIN};
    off_t offset = 0;
    int s, c, a, e, f, pair[2], closed = 0;
    socklen_t length = sizeof address;

    STEP(s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    STEP(listen(s, 1)); /* binds it to a port of its own */
    getsockname(s, (struct sockaddr *)&address, &length);
    address = loopback(ntohs(address.sin_port));
    STEP(c = socket(AF_INET, SOCK_STREAM, 0));
    STEP(connect(c, (struct sockaddr *)&address, sizeof address));
    STEP(a = accept4(s, NULL, NULL, SOCK_NONBLOCK));
    STEP(recv(a, buffer[0], 4, 0));
    STEP(f = open("/proc/self/exe", O_RDONLY));
    STEP(sendfile(c, f, &offset, 100));
    STEP(dup3(f, c, 0));
    STEP(close(c));
    STEP(read(f, buffer[0], 4));
    STEP(close(f));
    STEP(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    memcpy(buffer, "abcdefghijklmnopqrstuvwxyz", 26);
    STEP(sendmmsg(pair[0], messages, 3, 0));
    STEP(recvmmsg(pair[1], messages, 3, MSG_DONTWAIT, NULL));
    STEP(e = epoll_create1(0));
    event.data.fd = pair[1];
    STEP(epoll_ctl(e, EPOLL_CTL_ADD, pair[1], &event));
    STEP(send(pair[0], "x", 1, 0));
    STEP(epoll_wait(e, &event, 1, 100));
    /* A program that closes all that it may have: 3 and above, by all the ways there are. */
    for (int fd = 900; fd < 1100; fd++)
        closed += close(fd) == 0;
    STEP(closed); /* none of them was the program's */
    STEP(send(pair[0], "y", 1, 0));
    STEP(close_range(20, 2000, 0));
    STEP(send(pair[0], "z", 1, 0));
    for (int fd = 990; fd < 1010; fd++)
        dup2(1, fd);
    STEP(send(pair[0], "!", 1, 0));
    closefrom(3);
    STEP(send(pair[0], "?", 1, 0));
}
#endif

#ifdef __linux__
/* Addresses for which there are 4 bytes only, the last that may be touched. The system tells how
 * long they would have been, and a connection that was reset has no other address to show. */
static void cut_addresses(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sockaddr *cut = (struct sockaddr *)(pages + page - 4);
    struct linger reset = {1, 0};
    struct iovec part = {pages, 4};
    struct sockaddr_in to;
    char buffer[8];
    socklen_t length;
    int s, c, a;

    mprotect(pages + page, page, PROT_NONE);
    STEP(s = socket(AF_INET, SOCK_STREAM, 0));
    STEP(listen(s, 2));
    to = loopback(ntohs(own_address(s).sin_port));
    for (int with_flags = 0; with_flags < 2; with_flags++) {
        STEP(c = socket(AF_INET, SOCK_STREAM, 0));
        STEP(connect(c, (struct sockaddr *)&to, sizeof to));
        STEP(setsockopt(c, SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
        STEP(close(c));
        length = 4;
        STEP(a = with_flags ? accept4(s, cut, &length, SOCK_CLOEXEC) : accept(s, cut, &length));
        STEP(length);
        length = 4;
        STEP(getsockname(a, cut, &length));
        STEP(close(a));
    }
    STEP(close(s));
    STEP(s = socket(AF_INET, SOCK_DGRAM, 0));
    to = loopback(0);
    STEP(bind(s, (struct sockaddr *)&to, sizeof to));
    to = own_address(s);
    STEP(c = socket(AF_INET, SOCK_DGRAM, 0));
    for (int i = 0; i < 3; i++)
        STEP(sendto(c, "abc", three, 0, (struct sockaddr *)&to, sizeof to));
    length = 4;
    STEP(recvfrom(s, buffer, three, 0, cut, &length));
    STEP(length);
    struct mmsghdr message = {
        {.msg_name = cut, .msg_namelen = 4, .msg_iov = &part, .msg_iovlen = 1}, 0};
    STEP(recvmsg(s, &message.msg_hdr, 0));
    STEP(message.msg_hdr.msg_namelen);
    message.msg_hdr.msg_namelen = 4;
    STEP(recvmmsg(s, &message, 1, 0, NULL));
    STEP(message.msg_hdr.msg_namelen);
    STEP(close(s));
    STEP(close(c));
}
#endif

int main(int argc, char **argv)
{
    if (argc == 3) { /* "inherited FD" */
        errno = MARK;
        return send(atoi(argv[2]), "three", 5, 0) == 5 && errno == MARK ? 4 : 1;
    }
#ifdef __linux__
    if (argc == 2 && strcmp(argv[1], "cut") == 0) {
        cut_addresses();
        return failures > 0;
    }
#endif
    if (argc == 2) { /* "wrong": not under a sanitizer, which looks at them */
        wrong_pointers();
        return failures > 0;
    }
    stream();
    datagrams();
    processes(argv[0]);
    interruptions();
    waiting();
    names();
#ifdef __linux__
    only_linux();
#endif
    return failures > 0;
}
