/* SPDX-License-Identifier: MIT */
#include "real.h"

#ifdef __APPLE__
void find_real_calls(void)
{
}
#else
struct posix_calls real;

void find_real_calls(void)
{
    void *symbol;

    POSIX_CALLS(LOAD)
}
#endif
