/* SPDX-License-Identifier: MIT */
/* The states of TCP, as far as the calls tell. */
#ifndef LADDER_TCP_H
#define LADDER_TCP_H

#include "model.h"

/* The state of the event's end after the step, NO_STATE when it did not change; what becomes of the
 * other end is in news of the arrows from here. Once for each step, in their order. */
enum state tcp_step(const struct step *step);
const char *state_name(enum state state);

#endif
