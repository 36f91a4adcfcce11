/* SPDX-License-Identifier: MIT */
/* The names of the errors, and what they mean. */
#ifndef SOCKSH_ERRORS_H
#define SOCKSH_ERRORS_H

const char *error_name(int error);                      /* "EPIPE" */
int error_number(const char *name);                     /* 0: no such name */
const char *error_meaning(const char *call, int error); /* in a beginner's words */

/* The errors that mean something of their own in a call, one after the other, from *at = 0 on;
 * 0: no more. */
int next_error(const char *call, int *at);

#endif
