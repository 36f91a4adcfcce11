/* SPDX-License-Identifier: MIT */
/* socktrace.h - what the launcher, the watcher and the preloaded library of socktrace share.
 *
 * The launcher (socktrace.c) makes a small file, the state, that every watched process maps. It
 * starts the watcher and then becomes COMMAND, so that COMMAND keeps the process number, signals
 * and exit status that it would have without socktrace. The library (socktrace-preload.c) tells
 * each call when it has returned; the watcher tells of calls that have been waiting for a while
 * and of processes that are gone. No lock is ever taken: a process may be killed at any point. */
#ifndef SOCKTRACE_H
#define SOCKTRACE_H

#include "socktrace-program.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

enum {
    NAME_SIZE = 64,
    ADDRESS_SIZE = 128,
    ARGS_SIZE = 640,
    SLOT_DATA = 128,   /* for the reason in a note */
    FIXED_SIZE = 1600, /* no line has more than this beside its data */
    SLOTS = 512,
    PROCESSES = 1024,
    WAYS = 8,
    BUCKETS = 1024,
    TICK_MS = 25 /* how often the watcher looks */
};

#define NONE INT64_MIN /* a number that an event does not have */
#define NO_FD INT_MIN  /* the same for its descriptor: programs do call recv(-1, ...) */

enum what { END, BEGIN, NOTE };

enum kind {
    KIND_NONE,
    TCP4,
    TCP6,
    UDP4,
    UDP6,
    UNIX_STREAM,
    UNIX_DGRAM,
    UNIX_SEQPACKET,
    KIND_OTHER
};

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

/* What is known of a socket, by all the processes that hold it. */
struct facts {
    enum kind kind;
    bool told; /* connect() gave the peer of a socket that is not connected */
    char local[ADDRESS_SIZE], peer[ADDRESS_SIZE];
};

struct entry {
    _Atomic uint64_t key; /* the socket's id */
    _Atomic uint64_t used;
    _Atomic uint64_t sent, received;
    _Atomic uint32_t version; /* odd while the facts are being written */
    struct facts facts;
};

/* A call that has not returned. The library fills it; the watcher reads it after a tick. */
enum slot_state { SLOT_FREE, SLOT_FILLING, SLOT_WAITING, SLOT_TELLING, SLOT_TOLD, SLOT_NOTE };

struct slot {
    _Atomic int state;
    _Atomic int pid;
    struct event event;
    size_t length;
    char data[SLOT_DATA];
};

enum process_state { PROCESS_FREE, PROCESS_FILLING, PROCESS_RUNNING, PROCESS_ENDED };

struct process {
    _Atomic int state;
    _Atomic int pid;
    _Atomic bool told; /* the trace speaks of it */
    char name[NAME_SIZE];
};

/* How events are shown to people. */
struct look {
    bool colour, utf8;
    int command;        /* process number of COMMAND: its own lines need no number */
    int64_t data_limit; /* -s, or its default */
};

struct state {
    char magic[16];
    char file[PATH_MAX];  /* where the trace goes; empty: to people, on stderr */
    char name[NAME_SIZE]; /* -n, or empty */
    struct look look;
    bool polls; /* -p */
    uint64_t stderr_device, stderr_inode;
    _Atomic int watcher;    /* process number of the watcher, 0 when there is none */
    _Atomic int reported;   /* how many programs have loaded the library */
    _Atomic uint64_t calls; /* how many socket calls were seen */
    struct process processes[PROCESSES];
    struct slot slots[SLOTS];
    struct entry entries[BUCKETS][WAYS];
};

#define STATE_MAGIC "socktrace-1.0.0"

/* ---- socktrace-text.c: bytes for readers; nothing in it allocates or locks ---- */

struct text {
    char *at, *end; /* end: one before the end of the buffer */
};

struct text text_in(char *buffer, size_t size);
void put_char(struct text *text, char c);
void put_text(struct text *text, const char *s);
void put_number(struct text *text, int64_t n);
/* Bytes as socktrace(5) escapes them; with `space`, the space too. Never leaves half an escape. */
void put_escaped(struct text *text, const char *bytes, size_t count, bool space);
void put_address(struct text *text, const struct sockaddr *address, socklen_t length);

/* Appends " key=value" to the arguments of an event; `flags` and the like come from the names. */
void arg_number(struct event *event, const char *key, int64_t value);
void arg_text(struct event *event, const char *key, const char *value);

/* Writes an event as one line, with its newline, into buffer; returns its length. The buffer must
 * have room for FIXED_SIZE and four times the data that is shown, at most `limit` bytes. */
size_t trace_line(char *buffer, size_t size, const struct event *event, const struct iovec *data,
                  int parts, size_t limit);
/* The same for people. Returns 0 for an event that they need not see. */
size_t human_line(char *buffer, size_t size, const struct event *event, const struct iovec *data,
                  int parts, const struct look *look);

/* ---- socktrace-names.c: the names of constants ---- */

const char *error_name(int error); /* "EINTR", or NULL */
const char *error_meaning(const char *call, enum kind kind, const char *name);
const char *lookup_error_name(int error); /* of getaddrinfo() */
const char *kind_name(enum kind kind);
void arg_message_flags(struct event *event, int flags);
void arg_open_flags(struct event *event, int flags);
void arg_socket(struct event *event, int domain, int type, int protocol);
void arg_option(struct event *event, int level, int option);
const char *poll_events(char *buffer, size_t size, int events);

#endif
