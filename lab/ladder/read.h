/* SPDX-License-Identifier: MIT */
/* The lines of a trace become events. */
#ifndef LADDER_READ_H
#define LADDER_READ_H

#include "model.h"

/* A file that may still grow. */
struct source {
    const char *name;
    int fd;
    char *text; /* read, but not yet a whole line */
    size_t length, size;
    long line;
};

/* One line of a trace into the model; a torn or foreign one is reported and passed over.
 * line: without its newline, changed. file and number: for the report. */
void read_line(struct trace *trace, char *line, const char *file, long number);
/* The lines that the source has by now; last: what has no newline is a line too. Returns whether
 * there were any bytes. */
bool read_source(struct trace *trace, struct source *source, bool last);

#endif
