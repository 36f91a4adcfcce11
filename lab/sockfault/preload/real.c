/* SPDX-License-Identifier: MIT */
#include "real.h"

struct real_calls real;

void find_real_calls(void)
{
#define X(name) FIND(real, name);
    REAL_CALLS(X)
#undef X
}
