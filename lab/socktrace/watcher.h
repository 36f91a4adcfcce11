/* SPDX-License-Identifier: MIT */
/* The process beside a traced program that tells what no call tells itself:
 * that a call has been waiting for a while, that a process is gone. */
#ifndef SOCKTRACE_WATCHER_H
#define SOCKTRACE_WATCHER_H

#include "state.h"

/* Watches until all processes are gone, removes the state's file, and ends. From `executed` it
 * reads the end of file when COMMAND has been executed, or a byte when that failed. `name` is its
 * name, or NULL when it has been said that it cannot be watched. */
_Noreturn void watch_processes(struct state *state, const char *state_path, int executed,
                               const char *name);

/* Says that a program's calls cannot be seen: one line on stderr, one in the trace. */
void tell_unwatched(const struct state *state, const char *name, int pid, const char *why);

#endif
