/* SPDX-License-Identifier: MIT */
/* The steps of the drawing, and who stands in which lane. */
#ifndef LADDER_ORDER_H
#define LADDER_ORDER_H

#include "model.h"

bool visible(const struct event *event);
void order(struct trace *trace, size_t first);

/* Does next receive what step sends, and nothing else? Then they share a row. */
bool answers(const struct step *step, const struct step *next);
void order_left(struct trace *trace); /* steps for the arrows that match_end() made, when live */

#endif
