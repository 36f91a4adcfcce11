/* SPDX-License-Identifier: MIT */
/* The names of the errors, and what they mean in a beginner's words. */
#include "errors.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
    {"poll", EINTR, "a signal (Ctrl-C) ended the wait; nothing is lost"},
    {"unlink", ENOENT, "there is no such file"},
    {NULL, EBADF, "this descriptor is not open: never made, or closed already"},
    {NULL, ENOTSOCK, "this descriptor is open, but is not a socket"},
    {NULL, EINTR, "a signal (Ctrl-C) ended the wait; nothing is lost"},
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

enum { MEANINGS = sizeof meanings / sizeof meanings[0], NAMES = sizeof names / sizeof names[0] };

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

int next_error(const char *call, int *at)
{
    while (*at < MEANINGS) {
        int i = (*at)++;
        if (meanings[i].call != NULL && strcmp(meanings[i].call, call) == 0) {
            return meanings[i].error;
        }
    }
    return 0;
}
