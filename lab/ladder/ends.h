/* SPDX-License-Identifier: MIT */
/* Who holds which socket. */
#ifndef LADDER_ENDS_H
#define LADDER_ENDS_H

#include "model.h"

/* hold: one more descriptor for it. release: closes fd of the event's process, or all with -1, and
 * so finishes a stream if nobody holds it any more. finish: ends the stream in one direction, with
 * an arrow. hold_aside: fork, exec, dup and their kin. */
void hold(int pid, int fd, struct end *end);
void release(struct trace *trace, struct event *event, int fd);
void finish(struct trace *trace, struct event *event, struct end *end);
void hold_aside(struct trace *trace, struct event *event);

/* A new arrow; the column for ends that nobody watched. */
struct arrow *point(enum deed kind, struct event *from, struct event *to, struct column *over);
struct column *outside(struct trace *trace);

#endif
