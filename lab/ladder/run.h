/* SPDX-License-Identifier: MIT */
#ifndef LADDER_RUN_H
#define LADDER_RUN_H

#include "model.h"

/* Starts each command under socktrace when the one before is ready, and draws meanwhile or at the
 * end. socktrace: where it is. keep: the file for the trace, or NULL. Returns the exit status. */
int run(struct trace *trace, const char *socktrace, const char *keep, char **commands);

#endif
