/* SPDX-License-Identifier: MIT */
/* From a line to the words of its commands. */
#ifndef SOCKSH_WORDS_H
#define SOCKSH_WORDS_H

#include "take.h"

/* Takes one command from the text, and returns where the next one begins, or NULL
 * after the last one. Its words live until the next split(). A mistake is kept in c->wrong. */
const char *split(struct command *c, const char *text);

#endif
