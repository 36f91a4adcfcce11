/* SPDX-License-Identifier: MIT */
/* The state of a TCP connection, which only Linux's TCP_INFO tells so. */
#define _GNU_SOURCE /* struct tcp_info */
#include "state.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>

const char *tcp_state(int fd)
{
    /* In the order of the kernel's numbers; the names are those of RFC 9293. */
    static const char *const names[] = {NULL,         "ESTABLISHED", "SYN_SENT",  "SYN_RECEIVED",
                                        "FIN_WAIT_1", "FIN_WAIT_2",  "TIME_WAIT", "CLOSED",
                                        "CLOSE_WAIT", "LAST_ACK",    "LISTEN",    "CLOSING"};
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == -1 ||
        info.tcpi_state >= sizeof names / sizeof names[0]) {
        return NULL;
    }
    return names[info.tcpi_state];
}
