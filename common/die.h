/* SPDX-License-Identifier: MIT */
/* One line for every error: what was tried, on which address, why it failed, what to do. */
#ifndef DIE_H
#define DIE_H
#include <errno.h>

/* "PROGRAM: WHAT: text of errno (ERRNO_NAME): what to do", on stderr. WHAT, as for printf(), begins
 * with the call that failed; EAGAIN, with which a bounded wait ends, is told as ETIMEDOUT. die ends
 * the program with status 1, warn goes on; complain, without errno, ends it with status, if any. */
#define die(...) tell(1, errno, __VA_ARGS__)
#define warn(...) tell(0, errno, __VA_ARGS__)
#define complain(status, ...) tell(status, 0, __VA_ARGS__)
void tell(int status, int error, const char *what, ...) __attribute__((format(printf, 3, 4)));

/* Sets PROGRAM, and (or NULL) its peer, for "start PEER first"; the strings must last. */
void name_program(const char *program, const char *peer);

/* The name of an error number, such as "ECONNREFUSED" (POSIX <errno.h>), or "E?". */
const char *errno_name(int error);
#endif
