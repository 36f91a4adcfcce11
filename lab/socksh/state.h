/* SPDX-License-Identifier: MIT */
#ifndef SOCKSH_STATE_H
#define SOCKSH_STATE_H

/* state-linux.c or state-posix.c: LISTEN, CLOSE_WAIT, ...; NULL: cannot tell. */
const char *tcp_state(int fd);

#endif
