/* SPDX-License-Identifier: MIT */
#ifndef SOCKSH_EXPECT_H
#define SOCKSH_EXPECT_H

#include "take.h"

/* expect [not] RESULT [or RESULT ...]: is that what the last call gave? If not,
 * the text says what was expected and what came instead. */
bool expect(struct command *c, char *text, size_t size);

#endif
