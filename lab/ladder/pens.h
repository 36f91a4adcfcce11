/* SPDX-License-Identifier: MIT */
/* The pens. text: steps as they come, first is the first new one. */
#ifndef LADDER_PENS_H
#define LADDER_PENS_H

#include "model.h"

void draw_text(struct trace *trace, size_t first);
void draw_svg(struct trace *trace);
void draw_mermaid(struct trace *trace);

#endif
