/* SPDX-License-Identifier: MIT */
/* What sockfault (the launcher) and its preloaded library both know: the list of faults, how it is
 * written on the command line, and the dice that decide when a fault strikes. */
#ifndef SOCKFAULT_LIST_H
#define SOCKFAULT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The faults, in the order of sockfault(1); the number of a fault is part of its dice. */
enum fault {
    FAULT_SHORT,
    FAULT_BYTE,
    FAULT_EINTR,
    FAULT_DROP,
    FAULT_DUP,
    FAULT_REORDER,
    FAULT_DELAY,
    FAULT_JITTER,
    FAULT_SLOW,
    FAULT_REFUSE,
    FAULT_RST,
    FAULT_EMFILE,
    FAULT_WOULDBLOCK,
    FAULTS
};

/* What was asked for. value: per cent (drop, dup), milliseconds (delay, jitter), bytes a second
 * (slow), sockets (emfile). */
struct faults {
    bool on[FAULTS];
    long value[FAULTS];
};

/* The name of a fault, as in sockfault(1). */
const char *fault_name(enum fault fault);

/* Adds the comma-separated list to *faults; of a fault named twice the last value counts.
 * Returns true, or false with one line in error that names the place: which fault of the list, and
 * what is wrong with it. */
bool faults_parse(struct faults *faults, const char *list, char *error, size_t size);

/* The n-th throw (n counts from 0) of a fault's dice: the same number on every machine, whatever
 * the time, the process and the other faults. */
uint64_t faults_dice(uint64_t seed, enum fault fault, uint64_t n);

#endif
