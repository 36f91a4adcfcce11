/* SPDX-License-Identifier: MIT */
/* What the launcher, the watcher and the preloaded library of socktrace share.
 *
 * The launcher (socktrace.c) makes a small file, the state, that every watched process maps. It
 * starts the watcher and then becomes COMMAND, so that COMMAND keeps the process number, signals
 * and exit status that it would have without socktrace. The library (preload/) tells each call
 * when it has returned; the watcher tells of calls that have been waiting for a while and of
 * processes that are gone. No lock is ever taken: a process may be killed at any point. */
#ifndef SOCKTRACE_STATE_H
#define SOCKTRACE_STATE_H

#include "people.h"

#include <stdatomic.h>

enum {
    SLOT_DATA = 128, /* for the reason in a note */
    SLOTS = 512,
    PROCESSES = 1024,
    WAYS = 8,
    BUCKETS = 1024,
    TICK_MS = 25 /* how often the watcher looks */
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

#endif
