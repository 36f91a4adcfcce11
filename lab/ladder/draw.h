/* SPDX-License-Identifier: MIT */
#ifndef LADDER_DRAW_H
#define LADDER_DRAW_H

#include "model.h"

/* What the trace holds by now, drawn; last: nothing more comes. */
void draw(struct trace *trace, bool last);

#endif
