/* SPDX-License-Identifier: MIT */
/* socksh-state-posix.c - POSIX has no call that tells the state of a TCP connection; `status`
 * then says what the other calls tell: new, bound, listening, connected. */
#include "socksh.h"

const char *tcp_state(int fd)
{
    (void)fd;
    return NULL;
}
