/* SPDX-License-Identifier: MIT */
/* socksh-help.c - what help says of each call, and what each error means. */
#include "socksh.h"

#include <errno.h>
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

/* What an error means in one call; without a call: in any of them. */
static const struct {
    const char *call;
    int error;
    const char *meaning;
} meanings[] = {
    {"socket", EAFNOSUPPORT, "this system does not know that family, such as IPv6"},
    {"bind", EADDRINUSE, "a socket or an old connection has this port (see reuseaddr)"},
    {"bind", EADDRNOTAVAIL, "this machine does not have that address"},
    {"bind", EACCES, "ports below 1024 need privilege; or the directory is not writable"},
    {"bind", EINVAL, "it has an address already; or the address is of another family"},
    {"bind", ENOENT, "the directory of the path does not exist"},
    {"listen", EADDRINUSE, "another socket listens on this port"},
    {"listen", EOPNOTSUPP, "only sockets with connections listen: TCP yes, UDP no"},
    {"listen", EINVAL, "it is connected already"},
    {"accept", EINVAL, "it does not listen: call listen first"},
    {"accept", EAGAIN, "no connection waits, and the call shall not block"},
    {"accept", EOPNOTSUPP, "UDP has no connections to accept"},
    {"accept", ECONNABORTED, "the client was gone before it was accepted"},
    {"accept", EMFILE, "the process has too many descriptors open; the client still waits"},
    {"connect", ECONNREFUSED, "nothing listens on that port; start the server first"},
    {"connect", ETIMEDOUT, "nobody answered: no such machine, a firewall, or a full backlog"},
    {"connect", EINPROGRESS, "it goes on in the background; poll for out, then getsockopt error"},
    {"connect", EALREADY, "the connect before still goes on"},
    {"connect", EISCONN, "it is connected already; a new connection takes a new socket"},
    {"connect", EAGAIN, "no free local port; with a Unix socket: the backlog is full"},
    {"connect", EPROTOTYPE, "the Unix socket there is of the other type"},
    {"connect", ENOENT, "no Unix socket has that path"},
    {"connect", EADDRNOTAVAIL, "no free port on this side, or no such address there"},
    {"connect", ENETUNREACH, "no route leads to that address"},
    {"connect", EAFNOSUPPORT, "the address is of another family than the socket"},
    {"connect", EINVAL, "it listens, or the address is of another family"},
    {"send", EPIPE, "no connection to send on: never made, shut down here, or closed by the peer"},
    {"send", EAGAIN, "the send buffer is full: the peer does not read; try again later"},
    {"send", ECONNRESET, "the peer ended the connection by a reset (RST)"},
    {"send", ECONNREFUSED,
     "an earlier datagram of this connected socket found no program on that port"},
    {"send", EDESTADDRREQ, "a UDP socket without connect has no peer: use sendto"},
    {"send", ENOTCONN, "it has no peer: connect first; a welcoming socket never has one"},
    {"send", EMSGSIZE, "too long for one datagram: over IPv4, UDP carries at most 65507 bytes"},
    {"send", ENOBUFS, "the system has no room for it just now"},
    {"recv", ECONNRESET, "the peer ended the connection by a reset (RST), not in order"},
    {"recv", EAGAIN, "nothing has come yet, and the call shall not block"},
    {"recv", ECONNREFUSED, "a datagram sent before found no program on that port (ICMP said so)"},
    {"recv", ENOTCONN, "it has no peer: connect first, or recv from what accept returned"},
    {"recv", EINVAL, "no out-of-band byte waits"},
    {"sendto", EDESTADDRREQ, "the address of the receiver is missing"},
    {"sendto", EMSGSIZE, "too long for one datagram: over IPv4, UDP carries at most 65507 bytes"},
    {"sendto", EISCONN, "a connected socket sends to its peer only: use send"},
    {"sendto", EACCES, "a broadcast address: set the option broadcast first"},
    {"sendto", EPIPE,
     "no connection to send on: never made, shut down here, or closed by the peer"},
    {"sendto", ECONNREFUSED, "an earlier datagram found no program on that port"},
    {"sendto", EINVAL, "port 0, or an address of another family"},
    {"sendto", EAFNOSUPPORT, "the address is of another family than the socket"},
    {"sendto", ENETUNREACH, "no route leads to that address"},
    {"recvfrom", EAGAIN, "no datagram has come yet, and the call shall not block"},
    {"recvfrom", ECONNREFUSED, "a datagram sent before found no program on that port"},
    {"shutdown", ENOTCONN, "there is no connection, or it is over already"},
    {"getpeername", ENOTCONN, "it has no peer: not connected yet, or not any more"},
    {"setsockopt", EINVAL, "the value is out of range, or it is too late for this option"},
    {"setsockopt", ENOPROTOOPT, "this kind of socket has no such option"},
    {"setsockopt", EDOM, "the time is out of range"},
    {"poll", EINTR, "a signal (Ctrl-C) interrupted the call; nothing is lost, call it again"},
    {"unlink", ENOENT, "there is no such file"},
    {NULL, EBADF, "this descriptor is not open: never made, or closed already"},
    {NULL, ENOTSOCK, "this descriptor is open, but is not a socket"},
    {NULL, EINTR, "a signal (Ctrl-C) interrupted the call; nothing is lost, call it again"},
    {NULL, EAGAIN, "it would block, and shall not; try again later"},
    {NULL, EINPROGRESS, "it goes on in the background"},
    {NULL, EALREADY, "the same was asked before and still goes on"},
    {NULL, EPIPE, "the other end is closed: nobody can read it"},
    {NULL, ECONNRESET, "the peer ended the connection by a reset (RST)"},
    {NULL, ECONNREFUSED, "nothing listens on that port"},
    {NULL, ECONNABORTED, "the connection was ended before it was used"},
    {NULL, ETIMEDOUT, "nobody answered in time"},
    {NULL, EHOSTUNREACH, "no route leads to that machine, or it does not answer"},
    {NULL, ENETUNREACH, "no route leads to that network"},
    {NULL, ENETDOWN, "the network interface is down"},
    {NULL, EADDRINUSE, "the port is taken"},
    {NULL, EADDRNOTAVAIL, "this machine does not have that address"},
    {NULL, EAFNOSUPPORT, "an address of another family than the socket, or one not known here"},
    {NULL, EACCES, "not allowed"},
    {NULL, EPERM, "not allowed, or a firewall refused it"},
    {NULL, EISCONN, "it is connected already"},
    {NULL, ENOTCONN, "it has no peer"},
    {NULL, EDESTADDRREQ, "it has no peer, and the call names none"},
    {NULL, EMSGSIZE, "too long for one datagram"},
    {NULL, EOPNOTSUPP, "this kind of socket cannot do that"},
    {NULL, EPROTOTYPE, "this type of socket does not fit"},
    {NULL, EPROTONOSUPPORT, "this family has no such type of socket"},
    {NULL, ENOPROTOOPT, "there is no such option at this level"},
    {NULL, EINVAL, "a value is not valid here, or the socket is in the wrong state"},
    {NULL, EDOM, "the value is out of range"},
    {NULL, EFAULT, "a pointer led nowhere"},
    {NULL, EMFILE, "the process has too many descriptors open"},
    {NULL, ENFILE, "the system has too many files open"},
    {NULL, ENOBUFS, "the system has no buffers left"},
    {NULL, ENOMEM, "the system has no memory left"},
    {NULL, ENOENT, "there is no such file"},
    {NULL, EEXIST, "there is such a file already"},
    {NULL, EISDIR, "this is a directory"},
    {NULL, ENOTDIR, "a part of the path is not a directory"},
    {NULL, ENAMETOOLONG, "the name is too long"},
    {NULL, EROFS, "the file system cannot be written"},
    {NULL, EIO, "the device failed"},
    {NULL, ENOSPC, "the device is full"},
};

static const struct {
    int error;
    const char *name;
} names[] = {
    {EBADF, "EBADF"},
    {ENOTSOCK, "ENOTSOCK"},
    {EINTR, "EINTR"},
    {EAGAIN, "EAGAIN"},
    {EWOULDBLOCK, "EWOULDBLOCK"},
    {EINPROGRESS, "EINPROGRESS"},
    {EALREADY, "EALREADY"},
    {EPIPE, "EPIPE"},
    {ECONNRESET, "ECONNRESET"},
    {ECONNREFUSED, "ECONNREFUSED"},
    {ECONNABORTED, "ECONNABORTED"},
    {ETIMEDOUT, "ETIMEDOUT"},
    {EHOSTUNREACH, "EHOSTUNREACH"},
    {ENETUNREACH, "ENETUNREACH"},

    {ENETDOWN, "ENETDOWN"},
    {EADDRINUSE, "EADDRINUSE"},
    {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
    {EAFNOSUPPORT, "EAFNOSUPPORT"},
    {EACCES, "EACCES"},
    {EPERM, "EPERM"},
    {EISCONN, "EISCONN"},
    {ENOTCONN, "ENOTCONN"},
    {EDESTADDRREQ, "EDESTADDRREQ"},
    {EMSGSIZE, "EMSGSIZE"},
    {EOPNOTSUPP, "EOPNOTSUPP"},
    {EPROTOTYPE, "EPROTOTYPE"},
    {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
    {ENOPROTOOPT, "ENOPROTOOPT"},
    {EINVAL, "EINVAL"},
    {EDOM, "EDOM"},
    {EFAULT, "EFAULT"},
    {EMFILE, "EMFILE"},
    {ENFILE, "ENFILE"},
    {ENOBUFS, "ENOBUFS"},
    {ENOMEM, "ENOMEM"},
    {ENOENT, "ENOENT"},
    {EEXIST, "EEXIST"},
    {EISDIR, "EISDIR"},
    {ENOTDIR, "ENOTDIR"},
    {ENAMETOOLONG, "ENAMETOOLONG"},
    {EROFS, "EROFS"},
    {EIO, "EIO"},
    {ENOSPC, "ENOSPC"},
};

enum {
    HELPS = sizeof help / sizeof help[0],
    MEANINGS = sizeof meanings / sizeof meanings[0],
    NAMES = sizeof names / sizeof names[0]
};

const char *error_name(int error)
{
    static char number[16];
    for (int i = 0; i < NAMES; i++) {
        if (names[i].error == error) {
            return names[i].name;
        }
    }
    snprintf(number, sizeof number, "errno %d", error);
    return number;
}

int error_number(const char *name)
{
    for (int i = 0; i < NAMES; i++) {
        if (strcmp(names[i].name, name) == 0) {
            return names[i].error;
        }
    }
    return 0;
}

const char *error_meaning(const char *call, int error)
{
    const char *general = "see errno(3)";
    for (int i = 0; i < MEANINGS; i++) {
        if (meanings[i].error == error && meanings[i].call == NULL) {
            general = meanings[i].meaning;
        } else if (meanings[i].error == error && strcmp(meanings[i].call, call) == 0) {
            return meanings[i].meaning;
        }
    }
    return general;
}

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
            for (int m = 0; m < MEANINGS; m++) {
                if (meanings[m].call != NULL && strcmp(meanings[m].call, name) == 0) {
                    tell("%-13s %s", error_name(meanings[m].error), meanings[m].meaning);
                }
            }
            tell("try: %s", help[i].example);
            return;
        }
    }
    wrong(c, "neither a call nor an error is named '%.40s'; 'help' lists the calls", name);
}
