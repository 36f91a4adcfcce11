/* SPDX-License-Identifier: MIT */
/* RTLD_NEXT is reserved by POSIX and defined by everybody, but only for who asks for more than
 * POSIX; and that would give the socket calls other types (glibc) or none. Hence this file. */
#undef _POSIX_C_SOURCE
#define _GNU_SOURCE
#include <dlfcn.h>

#include "next.h"

void *next_call(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}
