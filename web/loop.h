/* SPDX-License-Identifier: MIT */
/* The loop of web-server: any number of connections, one thread. */
#ifndef WEB_LOOP_H
#define WEB_LOOP_H

#include "connection.h"

/* Serves what comes on WELCOMING, a listening socket that does not block and that other loops may
 * share, until STOP (a pipe's reading end, which nobody reads) becomes readable; then finishes what
 * is being sent. *W is zeros but for site, scale, quiet and loops. */
void serve(struct worker *w, int welcoming, int stop);

#endif
