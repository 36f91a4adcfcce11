/* SPDX-License-Identifier: MIT */
#ifndef SOCKFAULT_NEXT_H
#define SOCKFAULT_NEXT_H

/* The function of that name behind ours: in the next library, in the end the C library, or NULL. */
void *next_call(const char *name);

#endif
