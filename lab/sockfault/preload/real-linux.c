/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "real-linux.h"

struct linux_calls own;

void find_linux_calls(void)
{
#define X(name) FIND(own, name);
    LINUX_CALLS(X)
#undef X
}
