/* SPDX-License-Identifier: MIT */
#include "trouble.h"

#include "../common/die.h"

bool trouble_is_new(struct trouble *trouble)
{
    return atomic_fetch_add(&trouble->count, 1) == 0;
}

void trouble_is_over(struct trouble *trouble, const char *what)
{
    unsigned long count = atomic_exchange(&trouble->count, 0);
    if (count > 1)
        complain(0, "%s: works again, after %lu errors", what, count);
}
