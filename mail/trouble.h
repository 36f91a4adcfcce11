/* SPDX-License-Identifier: MIT */
/*
 * An error that comes again and again while its cause lasts: no descriptor, no thread, a full disk.
 * A client can bring it about as often as it likes, so it is reported once, and then counted:
 *
 *     static struct trouble no_file;
 *     if (... fails) { if (trouble_is_new(&no_file)) warn("create a file"); ... }
 *     trouble_is_over(&no_file, "create a file");
 */
#ifndef TROUBLE_H
#define TROUBLE_H

#include <stdatomic.h>
#include <stdbool.h>

/* One kind of error; static, so it begins as 0. Threads may share it. */
struct trouble {
    atomic_ulong count; /* how often it came, since it was last over */
};

/* Counts the error. Whether it is the first, which is to be reported. Leaves errno as it is. */
bool trouble_is_new(struct trouble *trouble);

/* What failed works again. If more than the first error came, one line on stderr has the count. */
void trouble_is_over(struct trouble *trouble, const char *what);

#endif
