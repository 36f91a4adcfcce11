/* SPDX-License-Identifier: MIT */
#ifndef SOCKSH_HELP_H
#define SOCKSH_HELP_H

#include "take.h"

void call_help(struct command *c);
const char *usage_of(const char *call);

#endif
