/* SPDX-License-Identifier: MIT */
/* The names of errors, flags and options, and what errors mean to a beginner.
 * Names that POSIX does not have stand in #ifdef. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* for the flags and options that are not POSIX */
#endif
#include "names.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

struct name {
    int value;
    const char *name;
};

#define N(constant) {constant, #constant}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct name errors[] = {
    N(E2BIG), N(EACCES), N(EADDRINUSE), N(EADDRNOTAVAIL), N(EAFNOSUPPORT), N(EAGAIN), N(EALREADY),
    N(EBADF), N(ECONNABORTED), N(ECONNREFUSED), N(ECONNRESET), N(EDESTADDRREQ), N(EDOM), N(EEXIST),
    N(EFAULT), N(EHOSTUNREACH), N(EINPROGRESS), N(EINTR), N(EINVAL), N(EIO), N(EISCONN), N(EISDIR),
    N(ELOOP), N(EMFILE), N(EMSGSIZE), N(ENAMETOOLONG), N(ENETDOWN), N(ENETRESET), N(ENETUNREACH),
    N(ENFILE), N(ENOBUFS), N(ENODEV), N(ENOENT), N(ENOMEM), N(ENOPROTOOPT), N(ENOSPC), N(ENOSYS),
    N(ENOTCONN), N(ENOTDIR), N(ENOTSOCK), N(ENOTTY), N(ENXIO), N(EOPNOTSUPP), N(EPERM), N(EPIPE),
    N(EPROTO), N(EPROTONOSUPPORT), N(EPROTOTYPE), N(ERANGE), N(EROFS), N(ESPIPE), N(ESRCH),
    N(ETIMEDOUT),
#if EWOULDBLOCK != EAGAIN
    N(EWOULDBLOCK),
#endif
#if ENOTSUP != EOPNOTSUPP /* where they are one, the sockets' name is told */
    N(ENOTSUP),
#endif
#ifdef EHOSTDOWN
    N(EHOSTDOWN),
#endif
#ifdef ESOCKTNOSUPPORT
    N(ESOCKTNOSUPPORT),
#endif
#ifdef EPFNOSUPPORT
    N(EPFNOSUPPORT),
#endif
#ifdef ESHUTDOWN
    N(ESHUTDOWN),
#endif
#ifdef ETOOMANYREFS
    N(ETOOMANYREFS),
#endif
#ifdef ENONET
    N(ENONET),
#endif
};

static const struct name lookup_errors[] = {
    N(EAI_AGAIN), N(EAI_BADFLAGS), N(EAI_FAIL), N(EAI_FAMILY), N(EAI_MEMORY), N(EAI_NONAME),
    N(EAI_SERVICE), N(EAI_SOCKTYPE), N(EAI_SYSTEM), N(EAI_OVERFLOW),
#ifdef EAI_NODATA
    N(EAI_NODATA),
#endif
#ifdef EAI_ADDRFAMILY
    N(EAI_ADDRFAMILY),
#endif
};

/* What an error means, said for one call (NULL: for any call). The first that fits is taken. */
static const struct {
    const char *error, *call, *meaning;
} meanings[] = {
    {"EACCES", "bind", "this port is reserved for the administrator"},
    {"EACCES", NULL, "not allowed"},
    {"EADDRINUSE", "connect", "no port is free for this connection"},
    {"EADDRINUSE", NULL, "another socket has this address"},
    {"EADDRNOTAVAIL", "bind", "this machine has no such address"},
    {"EADDRNOTAVAIL", NULL, "this address cannot be used"},
    {"EAFNOSUPPORT", NULL, "the socket is of another address family"},
    {"EAGAIN", "accept", "no client is waiting now"},
    {"EAGAIN", "recv", "nothing has arrived yet"},
    {"EAGAIN", "read", "nothing has arrived yet"},
    {"EAGAIN", "send", "no room to send now"},
    {"EAGAIN", "write", "no room to send now"},
    {"EALREADY", "connect", "the attempt goes on"},
    {"EBADF", NULL, "there is no such descriptor"},
    {"ECONNABORTED", "accept", "the client has left already"},
    {"ECONNREFUSED", "connect", "nothing listens there"},
    {"ECONNREFUSED", NULL, "nobody has the port that the last datagram went to"},
    {"ECONNRESET", NULL, "the other end has reset the connection"},
    {"EDESTADDRREQ", NULL, "to whom?"},
    {"EHOSTUNREACH", NULL, "no way to that host"},
    {"EINPROGRESS", "connect", "under way; the call does not wait"},
    {"EINTR", NULL, "interrupted by a signal"},
    {"EISCONN", NULL, "is connected already"},
    {"EMFILE", NULL, "the program has no descriptor left"},
    {"EMSGSIZE", NULL, "too long for one datagram"},
    {"ENETUNREACH", NULL, "no way to that network"},
    {"ENFILE", NULL, "the system has no descriptor left"},
    {"ENOENT", NULL, "there is no such file"},
    {"ENOPROTOOPT", NULL, "this socket has no such option"},
    {"ENOTCONN", NULL, "is not connected"},
    {"ENOTSOCK", NULL, "this descriptor is not a socket"},
    {"EOPNOTSUPP", NULL, "not for this type of socket"},
    {"ENOTSUP", NULL, "not for this type of socket"},
    {"EPERM", NULL, "not allowed"},
    {"EPIPE", NULL, "nothing can be sent any more"},
    {"ETIMEDOUT", NULL, "no answer came"},
    {"EINVAL", "accept", "the socket does not listen"},
    {"EINVAL", "bind", "has an address already, or this is none"},
    {"EAI_NONAME", NULL, "no such name"},
    {"EAI_SERVICE", NULL, "no such service"},
    {"EAI_AGAIN", NULL, "the name service does not answer"},
};

static const struct name message_flags[] = {
    N(MSG_CTRUNC), N(MSG_DONTROUTE), N(MSG_EOR), N(MSG_OOB), N(MSG_PEEK), N(MSG_TRUNC),
    N(MSG_WAITALL),
#ifdef MSG_NOSIGNAL
    N(MSG_NOSIGNAL),
#endif
#ifdef MSG_DONTWAIT
    N(MSG_DONTWAIT),
#endif
#ifdef MSG_CONFIRM
    N(MSG_CONFIRM),
#endif
#ifdef MSG_MORE
    N(MSG_MORE),
#endif
#ifdef MSG_ERRQUEUE
    N(MSG_ERRQUEUE),
#endif
#ifdef MSG_FASTOPEN
    N(MSG_FASTOPEN),
#endif
#ifdef MSG_CMSG_CLOEXEC
    N(MSG_CMSG_CLOEXEC),
#endif
#ifdef MSG_WAITFORONE
    N(MSG_WAITFORONE),
#endif
};

static const struct name domains[] = {
    N(AF_INET), N(AF_INET6), N(AF_UNIX), N(AF_UNSPEC),
#ifdef AF_NETLINK
    N(AF_NETLINK),
#endif
#ifdef AF_PACKET
    N(AF_PACKET),
#endif
};

static const struct name types[] = {
    N(SOCK_STREAM), N(SOCK_DGRAM), N(SOCK_SEQPACKET),
#ifdef SOCK_RAW
    N(SOCK_RAW),
#endif
};

static const struct name protocols[] = {
    N(IPPROTO_TCP), N(IPPROTO_UDP), N(IPPROTO_ICMP),
#ifdef IPPROTO_ICMPV6
    N(IPPROTO_ICMPV6),
#endif
};

static const struct name socket_options[] = {
    N(SO_ACCEPTCONN), N(SO_BROADCAST), N(SO_DEBUG), N(SO_DONTROUTE), N(SO_ERROR), N(SO_KEEPALIVE),
    N(SO_LINGER), N(SO_OOBINLINE), N(SO_RCVBUF), N(SO_RCVLOWAT), N(SO_RCVTIMEO), N(SO_REUSEADDR),
    N(SO_SNDBUF), N(SO_SNDLOWAT), N(SO_SNDTIMEO), N(SO_TYPE),
#ifdef SO_REUSEPORT
    N(SO_REUSEPORT),
#endif
#ifdef SO_NOSIGPIPE
    N(SO_NOSIGPIPE),
#endif
#ifdef SO_PROTOCOL
    N(SO_PROTOCOL),
#endif
#ifdef SO_DOMAIN
    N(SO_DOMAIN),
#endif
#ifdef SO_PRIORITY
    N(SO_PRIORITY),
#endif
#ifdef SO_TIMESTAMP
    N(SO_TIMESTAMP),
#endif
#ifdef SO_BINDTODEVICE
    N(SO_BINDTODEVICE),
#endif
#ifdef SO_PEERCRED
    N(SO_PEERCRED),
#endif
};

static const struct name tcp_options[] = {
    N(TCP_NODELAY),
#ifdef TCP_MAXSEG
    N(TCP_MAXSEG),
#endif
#ifdef TCP_CORK
    N(TCP_CORK),
#endif
#ifdef TCP_KEEPIDLE
    N(TCP_KEEPIDLE),
#endif
#ifdef TCP_KEEPINTVL
    N(TCP_KEEPINTVL),
#endif
#ifdef TCP_KEEPCNT
    N(TCP_KEEPCNT),
#endif
#ifdef TCP_FASTOPEN
    N(TCP_FASTOPEN),
#endif
#ifdef TCP_USER_TIMEOUT
    N(TCP_USER_TIMEOUT),
#endif
#ifdef TCP_INFO
    N(TCP_INFO),
#endif
#ifdef TCP_QUICKACK
    N(TCP_QUICKACK),
#endif
#ifdef TCP_DEFER_ACCEPT
    N(TCP_DEFER_ACCEPT),
#endif
#ifdef TCP_CONGESTION
    N(TCP_CONGESTION),
#endif
};

static const struct name ip_options[] = {
#ifdef IP_TTL
    N(IP_TTL),
#endif
#ifdef IP_TOS
    N(IP_TOS),
#endif
#ifdef IP_RECVERR
    N(IP_RECVERR),
#endif
#ifdef IP_PKTINFO
    N(IP_PKTINFO),
#endif
#ifdef IP_MTU_DISCOVER
    N(IP_MTU_DISCOVER),
#endif
#ifdef IP_MULTICAST_TTL
    N(IP_MULTICAST_TTL),
#endif
#ifdef IP_MULTICAST_LOOP
    N(IP_MULTICAST_LOOP),
#endif
#ifdef IP_ADD_MEMBERSHIP
    N(IP_ADD_MEMBERSHIP),
#endif
#ifdef IP_BIND_ADDRESS_NO_PORT
    N(IP_BIND_ADDRESS_NO_PORT),
#endif
};

static const struct name ipv6_options[] = {
    N(IPV6_V6ONLY), N(IPV6_UNICAST_HOPS), N(IPV6_MULTICAST_HOPS), N(IPV6_MULTICAST_LOOP),
    N(IPV6_JOIN_GROUP),
#ifdef IPV6_TCLASS
    N(IPV6_TCLASS),
#endif
#ifdef IPV6_RECVPKTINFO
    N(IPV6_RECVPKTINFO),
#endif
#ifdef IPV6_RECVERR
    N(IPV6_RECVERR),
#endif
};

static const struct name poll_names[] = {
    {POLLIN, "IN"}, {POLLPRI, "PRI"}, {POLLOUT, "OUT"}, {POLLERR, "ERR"}, {POLLHUP, "HUP"},
    {POLLNVAL, "NVAL"},
#ifdef POLLRDHUP
    {POLLRDHUP, "RDHUP"},
#endif
};

static const char *name_of(const struct name *names, size_t count, int value)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].value == value)
            return names[i].name;
    return NULL;
}

const char *error_name(int error)
{
    return name_of(errors, COUNT(errors), error);
}

const char *lookup_error_name(int error)
{
    const char *name = name_of(lookup_errors, COUNT(lookup_errors), error);
    return name != NULL ? name : "EAI?";
}

const char *error_meaning(const char *call, enum kind kind, const char *name)
{
    for (size_t i = 0; i < COUNT(meanings); i++) {
        const char *of = meanings[i].call;
        if (strcmp(meanings[i].error, name) != 0)
            continue;
        if (of == NULL || strncmp(call, of, strlen(of)) == 0) {
            if (kind == UNIX_STREAM && strcmp(name, "EACCES") == 0)
                return "not allowed";
            return meanings[i].meaning;
        }
    }
    return NULL;
}

const char *kind_name(enum kind kind)
{
    static const char *const names[] = {NULL,   "tcp4",       "tcp6",           "udp4", "udp6",
                                        "unix", "unix-dgram", "unix-seqpacket", "other"};
    return names[kind];
}

/* The names of all bits that are set, and the rest as a number. */
static void put_bits(struct text *text, const struct name *names, size_t count, int bits)
{
    const char *between = "";

    for (size_t i = 0; i < count; i++) {
        if (names[i].value == 0 || (bits & names[i].value) != names[i].value)
            continue;
        put_text(text, between);
        put_text(text, names[i].name);
        bits &= ~names[i].value;
        between = "|";
    }
    if (bits != 0) {
        put_text(text, between);
        put_number(text, bits);
    }
}

void put_message_flags(struct text *text, int flags)
{
    put_bits(text, message_flags, COUNT(message_flags), flags);
}

static void put_name(struct text *text, const struct name *names, size_t count, int value)
{
    const char *name = name_of(names, count, value);

    if (name != NULL)
        put_text(text, name);
    else
        put_number(text, value);
}

void put_domain(struct text *text, int domain)
{
    put_name(text, domains, COUNT(domains), domain);
}

void put_socket_type(struct text *text, int type)
{
    const char *extra = "";

#ifdef SOCK_CLOEXEC /* Linux lets flags stand beside the type */
    switch (type & (SOCK_CLOEXEC | SOCK_NONBLOCK)) {
    case SOCK_CLOEXEC:
        extra = "|SOCK_CLOEXEC";
        break;
    case SOCK_NONBLOCK:
        extra = "|SOCK_NONBLOCK";
        break;
    case SOCK_CLOEXEC | SOCK_NONBLOCK:
        extra = "|SOCK_CLOEXEC|SOCK_NONBLOCK";
        break;
    }
    type &= ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
#endif
    put_name(text, types, COUNT(types), type);
    put_text(text, extra);
}

void put_protocol(struct text *text, int domain, int protocol)
{
    if (protocol != 0 && (domain == AF_INET || domain == AF_INET6))
        put_name(text, protocols, COUNT(protocols), protocol);
    else
        put_number(text, protocol);
}

void put_option(struct text *text, int level, int option)
{
    const char *name = NULL;

    if (level == SOL_SOCKET)
        name = name_of(socket_options, COUNT(socket_options), option);
    else if (level == IPPROTO_TCP)
        name = name_of(tcp_options, COUNT(tcp_options), option);
    else if (level == IPPROTO_IP)
        name = name_of(ip_options, COUNT(ip_options), option);
    else if (level == IPPROTO_IPV6)
        name = name_of(ipv6_options, COUNT(ipv6_options), option);
    if (name != NULL) {
        put_text(text, name);
    } else {
        put_number(text, level);
        put_char(text, '/');
        put_number(text, option);
    }
}

const char *poll_events(char *buffer, size_t size, int events)
{
    struct text text = text_in(buffer, size);

    put_text(&text, "");
    put_bits(&text, poll_names, COUNT(poll_names), events);
    return buffer;
}
