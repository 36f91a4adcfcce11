/* SPDX-License-Identifier: MIT */
#ifndef SOCKSH_TABLE_H
#define SOCKSH_TABLE_H

#include "take.h"

struct call {
    const char *name;
    void (*run)(struct command *c);
};

extern const struct call calls[]; /* all, with a NULL name after the last one */

#endif
