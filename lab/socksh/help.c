/* SPDX-License-Identifier: MIT */
/* What help says of each call, and what each error means. */
#include "help.h"
#include "errors.h"
#include "say.h"
#include "take.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *call;
    const char *usage;
    const char *prototype;
    const char *does;
    const char *example; /* complete: it runs, and it ends well */
} help[] = {
    {"socket", "socket tcp | udp | tcp6 | udp6 | unix stream | unix dgram",
     "int socket(int domain, int type, int protocol);",
     "Makes a socket, the door of a program to the network, and returns its descriptor.",
     "s = socket tcp; status"},
    {"bind", "bind FD ADDRESS PORT",
     "int bind(int fd, const struct sockaddr *address, socklen_t length);",
     "Gives the socket its own address and port. Port 0: the system picks a free one.",
     "s = socket tcp; bind $s 127.0.0.1 0; getsockname $s"},
    {"listen", "listen FD BACKLOG", "int listen(int fd, int backlog);",
     "Makes it a welcoming socket: up to about BACKLOG connections wait to be accepted.",
     "s = socket tcp; bind $s 127.0.0.1 0; listen $s 1; status"},
    {"accept", "accept FD", "int accept(int fd, struct sockaddr *address, socklen_t *length);",
     "Waits for a client and returns a new socket, the connection to this one client.",
     "s = socket tcp; listen $s 1; within 1 accept $s; expect EINTR"},
    {"connect", "connect FD ADDRESS PORT | connect FD none",
     "int connect(int fd, const struct sockaddr *address, socklen_t length);",
     "TCP: makes the connection. UDP: sends nothing, only keeps the peer's address.",
     "s = socket udp; connect $s 127.0.0.1 9; getpeername $s"},
    {"send", "send FD \"TEXT\"[*TIMES] [FLAG...]",
     "ssize_t send(int fd, const void *buffer, size_t length, int flags);",
     "Puts bytes into the send buffer; may take fewer than given. Flags: oob, dontwait, dontroute.",
     "s = socket udp; connect $s 127.0.0.1 9; send $s \"hi\\n\""},
    {"recv", "recv FD [SIZE] [FLAG...]",
     "ssize_t recv(int fd, void *buffer, size_t size, int flags);",
     "Waits for bytes and returns how many came: at most SIZE, perhaps fewer; 0 at the end.\n"
     "    Flags: peek, oob, waitall, dontwait.",
     "s = socket udp; bind $s 127.0.0.1 0; recv $s 10 dontwait; expect EAGAIN"},
    {"sendto", "sendto FD \"TEXT\"[*TIMES] ADDRESS PORT [FLAG...]",
     "ssize_t sendto(int fd, const void *buffer, size_t length, int flags,\n"
     "                   const struct sockaddr *address, socklen_t address_length);",
     "Sends one datagram to an address, $from for instance: that of the last one received.",
     "s = socket udp; sendto $s \"hi\\n\" 127.0.0.1 9"},
    {"recvfrom", "recvfrom FD [SIZE] [FLAG...]",
     "ssize_t recvfrom(int fd, void *buffer, size_t size, int flags,\n"
     "                     struct sockaddr *address, socklen_t *address_length);",
     "Waits for one datagram and tells its sender ($from). What exceeds SIZE is lost.",
     "s = socket udp; bind $s 127.0.0.1 0; within 0.5 recvfrom $s 10; expect EINTR"},
    {"shutdown", "shutdown FD rd | wr | rdwr", "int shutdown(int fd, int how);",
     "Ends one direction: after wr the peer reads the end of the stream, and can still send.",
     "s = socket tcp; shutdown $s wr; expect ENOTCONN"},
    {"close", "close FD", "int close(int fd);",
     "Gives the descriptor back; the connection ends when no other descriptor refers to it.",
     "s = socket tcp; close $s; close $s; expect EBADF"},
    {"getsockname", "getsockname FD",
     "int getsockname(int fd, struct sockaddr *address, socklen_t *length);",
     "Tells the socket's own address; its port is the value that NAME = getsockname keeps.",
     "s = socket udp; bind $s 127.0.0.1 0; port = getsockname $s; expect > 0"},
    {"getpeername", "getpeername FD",
     "int getpeername(int fd, struct sockaddr *address, socklen_t *length);",
     "Tells the address of the other end.", "s = socket tcp; getpeername $s; expect ENOTCONN"},
    {"setsockopt", "setsockopt FD OPTION VALUE",
     "int setsockopt(int fd, int level, int option, const void *value, socklen_t length);",
     "Sets an option: reuseaddr, keepalive, broadcast, oobinline, sndbuf, rcvbuf, sndtimeo,\n"
     "    rcvtimeo (seconds), linger (1 SECONDS), dontroute, rcvlowat, nodelay, v6only.",
     "s = socket tcp; setsockopt $s reuseaddr 1; getsockopt $s reuseaddr"},
    {"getsockopt", "getsockopt FD OPTION",
     "int getsockopt(int fd, int level, int option, void *value, socklen_t *length);",
     "Tells an option: those of setsockopt, and error, type, acceptconn.",
     "s = socket tcp; getsockopt $s rcvbuf; expect > 0"},
    {"linger", "linger FD SECONDS | off",
     "setsockopt(fd, SOL_SOCKET, SO_LINGER, {on, seconds}, sizeof(struct linger))",
     "How long close waits until all is sent. linger 0: close sends a reset.",
     "s = socket tcp; linger $s 0; getsockopt $s linger"},
    {"fcntl", "fcntl FD nonblock | block", "int fcntl(int fd, int command, ...);",
     "nonblock: a call that would wait returns EAGAIN (connect: EINPROGRESS) instead.",
     "s = socket udp; fcntl $s nonblock; recv $s; expect EAGAIN"},
    {"poll", "poll FD in | out | pri | err | hup... [FD ...] [SECONDS]",
     "int poll(struct pollfd list[], nfds_t count, int milliseconds);",
     "Waits until one of the sockets is ready, and tells which and for what.",
     "s = socket udp; bind $s 127.0.0.1 0; poll $s in out 1; expect POLLOUT"},
    {"getaddrinfo", "getaddrinfo HOST [SERVICE] [tcp | udp] [inet | inet6] [passive]",
     "int getaddrinfo(const char *host, const char *service,\n"
     "                    const struct addrinfo *hints, struct addrinfo **list);",
     "Turns names into addresses that connect and bind take; - stands for NULL.",
     "getaddrinfo 127.0.0.1 80; expect 127.0.0.1:80"},
    {"getservbyname", "getservbyname SERVICE [tcp | udp]",
     "struct servent *getservbyname(const char *name, const char *protocol);",
     "Looks a port up by the name of its service.", "getservbyname domain udp; expect 53"},
    {"gethostname", "gethostname", "int gethostname(char *name, size_t size);",
     "Tells the name of this machine.", "gethostname"},
    {"signal", "signal pipe ignore | default | catch",
     "void (*signal(int number, void (*action)(int)))(int);",
     "What SIGPIPE does. catch, as at the start: socksh notes it. default: it ends socksh.",
     "signal pipe ignore"},
    {"unlink", "unlink PATH", "int unlink(const char *path);",
     "Removes the file that bind made for a Unix socket; close leaves it there.",
     "unlink /nonexistent; expect ENOENT"},
    {"sleep", "sleep SECONDS", "int nanosleep(const struct timespec *time, struct timespec *rest);",
     "Waits.", "sleep 0.5"},
    {"status", "status [FD]",
     "(no call: getsockname, getpeername, getsockopt, poll, recv MSG_PEEK)",
     "Shows every socket: its addresses, its state, and what waits to be read.",
     "s = socket tcp; listen $s 1; status"},
    {"expect", "expect [not] RESULT [or RESULT...]",
     "(no call: looks at what the call before gave)",
     "RESULT: 5, < 5, > 5, ok, error, EPIPE, \"the bytes\", POLLIN, SIGPIPE, LISTEN, ADDRESS:PORT.",
     "s = socket tcp; listen $s 1; expect 0"},
    {"within", "within SECONDS CALL ...", "(no call: an alarm, whose signal interrupts the call)",
     "A call that blocks longer returns -1 EINTR, or what it has done so far.",
     "s = socket tcp; listen $s 1; within 0.5 accept $s; expect EINTR"},
    {"help", "help [CALL | ERROR]", "(no call)", "What a call does, or what an error means.",
     "help bind; help EPIPE"},
    {"quit", "quit", "(no call)", "Ends socksh, as the end of the input does.", "quit"},
};

enum { HELPS = sizeof help / sizeof help[0] };

const char *usage_of(const char *call)
{
    for (int i = 0; i < HELPS; i++) {
        if (strcmp(help[i].call, call) == 0) {
            return help[i].usage;
        }
    }
    return "";
}

static void list_calls(void)
{
    for (int i = 0; i < HELPS; i++) {
        tell("%s", help[i].usage);
    }
    tell("NAME = CALL keeps what the call gave; $NAME stands for it. # begins a comment.");
    tell("Ctrl-C interrupts a call that blocks; Ctrl-D or quit ends. help CALL tells more.");
}

static void tell_errors(const char *call)
{
    int at = 0;
    for (int error = next_error(call, &at); error != 0; error = next_error(call, &at)) {
        tell("%-13s %s", error_name(error), error_meaning(call, error));
    }
}

/* help, help CALL, help ERROR */
void call_help(struct command *c)
{
    const char *name = more(c) ? take_word(c, "the call").bytes : NULL;
    if (!complete(c)) {
        return;
    }
    if (name == NULL) {
        list_calls();
        return;
    }
    if (error_number(name) != 0) {
        tell("%s: %s: %s", name, strerror(error_number(name)),
             error_meaning("", error_number(name)));
        return;
    }
    for (int i = 0; i < HELPS; i++) {
        if (strcmp(help[i].call, name) == 0) {
            tell("%s", help[i].usage);
            tell("%s", help[i].prototype);
            tell("%s", help[i].does);
            tell_errors(name);
            tell("try: %s", help[i].example);
            return;
        }
    }
    wrong(c, "neither a call nor an error is named '%.40s'; 'help' lists the calls", name);
}
