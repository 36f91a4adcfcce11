/* SPDX-License-Identifier: MIT */
/* A dialogue on the screen, as textbooks print it: C: is the client, S: the server. */
#ifndef DIALOGUE_H
#define DIALOGUE_H
#include <stddef.h>

enum { DIALOGUE_MAX = 8192 }; /* bytes of a line that are shown */

/*
 * Prints a line of a dialogue: `where` (such as "127.0.0.1:49646 ", or ""), `who` ("C:", "S:"), and
 * the bytes, escaped where they do not print. Lines of several threads never mix.
 */
void print_dialogue(const char *where, const char *who, const char *bytes, size_t length);

#endif
