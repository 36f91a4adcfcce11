/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "real-linux.h"

struct linux_calls linux_real;

void find_linux_calls(void)
{
    void *symbol;

#define real linux_real
    LINUX_CALLS(LOAD)
#undef real
}
