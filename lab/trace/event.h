/* SPDX-License-Identifier: MIT */
/* An event, as socktrace(5) describes it, and the line that it becomes. */
#ifndef TRACE_EVENT_H
#define TRACE_EVENT_H

#include "names.h"

#include <limits.h>
#include <sys/uio.h>

enum {
    NAME_SIZE = 64,
    ADDRESS_SIZE = 128,
    ARGS_SIZE = 640,
    FIXED_SIZE = 1600 /* no line has more than this beside its data */
};

#define NONE INT64_MIN /* a number that an event does not have */
#define NO_FD INT_MIN  /* the same for its descriptor: programs do call recv(-1, ...) */

enum what { END, BEGIN, NOTE };

/* One event: socktrace(5) describes the fields. Texts are stored as they are printed, escaped. */
struct event {
    enum what what;
    enum kind kind;
    int64_t begin, end;
    int pid, tid;
    int fd, error;
    uint64_t id;
    int64_t offset, want, count, result;
    char name[NAME_SIZE];
    char call[16];
    char local[ADDRESS_SIZE], peer[ADDRESS_SIZE];
    char args[ARGS_SIZE];
};

/* Appends " key=value" to the arguments of an event. */
void arg_number(struct event *event, const char *key, int64_t value);
void arg_text(struct event *event, const char *key, const char *value);

void arg_message_flags(struct event *event, int flags);
void arg_open_flags(struct event *event, int flags);
void arg_socket(struct event *event, int domain, int type, int protocol);
void arg_option(struct event *event, int level, int option);

/* Writes an event as one line, with its newline, into buffer; returns its length. The buffer must
 * have room for FIXED_SIZE and four times the data that is shown, at most `limit` bytes. */
size_t trace_line(char *buffer, size_t size, const struct event *event, const struct iovec *data,
                  int parts, size_t limit);

#endif
