/* SPDX-License-Identifier: MIT */
#ifndef SOCKFAULT_CHECK_H
#define SOCKFAULT_CHECK_H

/* Why the program in this file would ignore a preloaded library, as text for a person, or NULL if
 * nothing is known to be in the way. A script stands for its interpreter. Source: ld.so(8). */
const char *cannot_preload(const char *path);

#endif
