/* SPDX-License-Identifier: MIT */
/* What an SVG is drawn with. Colours stand in attributes, for programs without style sheets;
 * a style sheet changes them for dark screens. Lengths are in pixels. */
#ifndef LADDER_INK_H
#define LADDER_INK_H

#include "model.h"

/* Colours: one for each enum state, and two more. */
enum { DATA_COLOUR = CLOSED + 1, BAD_COLOUR };

#define CALL_TEXT                                                                                  \
    "class=\"ink\" fill=\"#1f2328\" font-family=\"'DejaVu Sans Mono',Menlo,Consolas,monospace\" "  \
    "font-size=\"14\""
#define NOTE_TEXT "class=\"dim\" fill=\"#57606a\" font-size=\"12\""
#define BAD_TEXT "class=\"bad\" fill=\"#b3151f\" font-size=\"12\" font-weight=\"bold\""
#define HEAD_TEXT "class=\"ink\" fill=\"#1f2328\" font-size=\"15\" font-weight=\"bold\""
#define HALO_TEXT                                                                                  \
    "aria-hidden=\"true\" class=\"halo\" stroke=\"#ffffff\" fill=\"none\" "                        \
    "stroke-width=\"4\" " LABEL_FONT
#define LABEL_FONT "font-family=\"'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"12.5\""
#define LABEL_TEXT "stroke=\"none\" " LABEL_FONT

/* Words as XML text; as a <text> at x, y: anchor is start, middle or end, kind one of the above. */
void xml(const char *words);
void text(double x, double y, const char *anchor, const char *kind, const char *words);

/* A piece of a lifeline, dotted when its program waits; the name of a state, on a badge. */
void line(double x, double from, double to, int colour, bool waits);
void badge(double x, double y, enum state state);

/* An arrow, dashed and ending in a cross when it is lost, in a group that its words may follow and
 * that "</g>" ends. */
void start_arrow(double x1, double y1, double x2, double y2, int colour, bool lost);

void style_sheet(void);
#endif
