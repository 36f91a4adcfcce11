/* SPDX-License-Identifier: MIT */
/* An event as a line for people. */
#ifndef SOCKTRACE_PEOPLE_H
#define SOCKTRACE_PEOPLE_H

#include "../trace/event.h"

/* How events are shown to people. */
struct look {
    bool colour, utf8;
    int command;        /* process number of COMMAND: its own lines need no number */
    int64_t data_limit; /* -s, or its default */
};

/* As trace_line(), for people. Returns 0 for an event that they need not see. */
size_t human_line(char *buffer, size_t size, const struct event *event, const struct iovec *data,
                  int parts, const struct look *look);

#endif
