/* SPDX-License-Identifier: MIT */
/* Around the socket calls: addresses from and to text, waits that end, all the bytes, a line. */
#ifndef NET_H
#define NET_H
#include "options.h"
#include <netdb.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

struct address {
    char host[64], port[8]; /* "127.0.0.1", "12000"; IPv4 inside IPv6 is shown as IPv4 */
    char text[80], log[80]; /* "127.0.0.1 port 12000"; "127.0.0.1:12000" or "[::1]:12000" */
};

/* The addresses of HOST, for a client to try in turn; without HOST, the one for a server to bind:
 * that of -b, or loopback, or every one for '*'. type: SOCK_STREAM or SOCK_DGRAM. Never NULL: an
 * unknown host ends the program with 1, a port that is none with 2. POSIX: getaddrinfo(). */
struct addrinfo *resolve(const struct options *o, int type);

/* A socket address of length bytes as text; "?" stands for what cannot be shown. */
struct address address_of(const void *socket_address, socklen_t length);

/* A server's first line; without -q also what to type next. Returns where it listens. */
struct address announce(int fd, const struct options *o);

/* Seconds since some moment in the past; setting the clock does not move them. POSIX:
 * clock_gettime(), CLOCK_MONOTONIC. */
double now(void);

/* Bounds every wait in connect, send and recv on fd: after it they fail with EAGAIN. Where it does
 * not count for connect (BSD, macOS), the system's own 75 seconds do. POSIX: SO_RCVTIMEO. */
void bound_waits(int fd, double seconds);

/* After connect() failed: 0 if it was only interrupted (then it goes on by itself: POSIX) and is
 * connected now; or else -1, with the errno that tells why. */
int finish_connect(int fd, double seconds);

/* Lets a server's IPv6 socket, to be bound to here, serve IPv4 too, unless -6 asks for IPv6 alone:
 * the systems' defaults differ. Leaves an IPv4 socket as it is. POSIX: IPV6_V6ONLY. */
void both_families(int fd, const struct addrinfo *here, const struct options *o);

/* After accept() failed: returns at once if only that client is lost; if something has run out
 * (descriptors, memory), gives it 50 ms to come back, and warns once a second. */
void accept_failed(void);

/* After a call failed because something has run out (processes, threads, memory): warns of it, and
 * gives it a second to come back. Returns true: try again. */
bool ran_out(const char *call);

/* Ends our direction of the connection, and waits at most that many seconds for the peer to close
 * its own, reading away what still comes. A server does so before it closes: close() over unread
 * bytes resets the connection, and a reset can destroy what we sent last. POSIX: shutdown(). */
void let_peer_close(int fd, double seconds);

/* Sends all n bytes, however few one send() takes. Returns 0, or -1 with send()'s errno. */
int send_all(int fd, const void *bytes, size_t n);

/* Reads a line from the keyboard: at most most bytes and a newline; line has room for most + 1. The
 * label is shown as by prompt(). Returns how many bytes, 0 at the end of input. A longer line ends
 * the program with 1: "a LINE_IS has more than ... bytes", and so does a read error. */
size_t read_line(const char *label, char *line, size_t most, const char *line_is);

/* Shows text on stderr if a person sits at the keyboard; a pipe gets no prompts and no labels. */
void prompt(const char *text);
#endif
