/* SPDX-License-Identifier: MIT */
/* From events to a drawing. */
#include "draw.h"
#include "match.h"
#include "model.h"
#include "order.h"
#include "pens.h"
#include "style.h"
#include "words.h"

void draw(struct trace *trace, bool last)
{
    size_t first = trace->step_count;
    match(trace, trace->drawn);
    if (last)
        match_end(trace);
    order(trace, trace->drawn);
    trace->drawn = trace->count;
    if (last && style.live)
        order_left(trace);
    if (trace->step_count == first)
        return;
    if (style.book)
        find_system_ports(trace);
    if (style.form == 's')
        draw_svg(trace);
    else if (style.form == 'm')
        draw_mermaid(trace);
    else
        draw_text(trace, first);
}
