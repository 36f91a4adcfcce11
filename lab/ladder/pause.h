/* SPDX-License-Identifier: MIT */
/* Waits for a trace to grow, until somebody interrupts. */
#ifndef LADDER_PAUSE_H
#define LADDER_PAUSE_H

#include <signal.h>

extern volatile sig_atomic_t interrupted; /* by Ctrl-C, or because a program was not ready */
void catch_interrupts(void);
void pause_a_little(void);

#endif
