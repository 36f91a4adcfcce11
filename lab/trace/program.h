/* SPDX-License-Identifier: MIT */
/* Where a program is, and whether it can be watched. */
#ifndef TRACE_PROGRAM_H
#define TRACE_PROGRAM_H

#include <stddef.h>

/* Looks at the file of a program. Returns NULL if nothing speaks against it, else the reason, in
 * words that fit after "cannot be watched: ". Uses only async-signal-safe calls. */
const char *why_unwatchable(const char *path);
/* Finds a program as execvp() does. Returns 0, or the error that execvp() would give. */
int find_program(const char *file, const char *path_list, char *found, size_t size);
const char *last_part(const char *path);

#endif
