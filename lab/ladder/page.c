/* SPDX-License-Identifier: MIT */
#include "page.h"
#include "../../common/die.h"
#include "bytes.h"
#include "model.h"
#include "style.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

#define MOST_CELLS 1001
#define LAST_LANE 26 /* characters, for the words of the rightmost of more than two columns */

enum sign { LINE, WAITS, LEFT_TEE, RIGHT_TEE, CROSS, DASH, LEFT_HEAD, RIGHT_HEAD };
static const char *const unicode[] = {"│", "┊", "┤", "├", "┼", "─", "◄", "►"};
static const char *const ascii[] = {"|", ":", "+", "+", "+", "-", "<", ">"};

static char cells[MOST_CELLS][16]; /* of one row: a character each, wide ones with "" behind */
static struct column *lanes[MOST_CELLS]; /* who has the lane now */
static size_t lane_count;

static const char *pen(enum sign sign)
{
    return style.utf8 ? unicode[sign] : ascii[sign];
}

bool facing(void)
{
    return lane_count <= 2;
}

static int margin(void)
{
    int wide = style.width * 26 / 80;
    return wide > 40 ? 40 : wide;
}

static int between_lanes(void)
{
    return (style.width - LAST_LANE) / (int)(lane_count - 1);
}

/* Where the lifeline of a lane stands. */
static int place(size_t lane)
{
    if (facing())
        return lane == 0 ? margin() : style.width - 1 - margin();
    return (int)lane * between_lanes();
}

int room(void)
{
    return facing() ? margin() - 1 : between_lanes() - 3;
}

static void put(int x, const char *text)
{
    int bytes;
    for (; *text != '\0'; text += bytes) {
        int width = glyph(text, &bytes);
        if (x < 0 || x + width > style.width)
            return;
        if (width == 0 && x > 0 && strlen(cells[x - 1]) + (size_t)bytes < sizeof cells[0])
            strncat(cells[x - 1], text, (size_t)bytes);
        else if (width > 0)
            snprintf(cells[x], sizeof cells[x], "%.*s", bytes, text);
        if (width == 2)
            cells[x + 1][0] = '\0';
        x += width;
    }
}

void start_row(void)
{
    for (int x = 0; x < style.width; x++)
        strcpy(cells[x], " ");
    for (size_t lane = 0; lane < lane_count; lane++)
        if (lanes[lane] != NULL && lanes[lane]->headed && !lanes[lane]->gone)
            put(place(lane), pen(lanes[lane]->blocked ? WAITS : LINE));
}

void end_row(void)
{
    int length = style.width;
    while (length > 0 && strcmp(cells[length - 1], " ") == 0)
        length--;
    for (int x = 0; x < length; x++)
        fputs(cells[x], stdout);
    putchar('\n');
}

void say(struct words *words, struct column *column, const char *text, bool outer)
{
    char both[600];
    char *row = words->rows[words->count > 0 ? words->count - 1 : 0];
    words->column = column;
    if (*text == '\0' || words->count == 5)
        return;
    int gap = room() - words_width(row) - words_width(text);
    if (words->count == 0 || gap < 1) {
        row = words->rows[words->count++];
        snprintf(both, sizeof both, "%s", text);
    } else if (facing() && column->lane == 0) {
        snprintf(both, sizeof both, "%s%*s%s", text, outer ? gap : 1, "", row);
    } else {
        snprintf(both, sizeof both, "%s%*s%s", row, outer && facing() ? gap : 1, "", text);
    }
    snprintf(row, sizeof words->rows[0], "%.255s", both);
}

void put_words(const struct words *words, int row)
{
    if (words->column == NULL || row >= words->count)
        return;
    bool left = facing() && words->column->lane == 0;
    int x = place(words->column->lane), wide = words_width(words->rows[row]);
    int start = left ? x - 1 - wide : x + 2;
    if (!facing() && start + wide > style.width) /* the page ends: on the other side, then */
        start = x - 1 - wide;
    put(start < 0 ? 0 : start, words->rows[row]);
    if (start == x + 2)
        put(x + 1, " ");
    if (left)
        put(x - 1, " ");
    if (row == 0 && words->call && (left || start == x + 2))
        put(x, pen(left ? LEFT_TEE : RIGHT_TEE));
}

void put_aside(const struct column *column, const char *text)
{
    int wide = words_width(text), gap = place(1) - place(0) - 3;
    if (!facing() || *text == '\0')
        return;
    if (column->lane == 0)
        put(place(0) + 2, text);
    else
        put(place(1) - 1 - (wide > gap ? gap : wide), text);
    if (wide > gap && lane_count == 2)
        put(place(1) - 1, style.utf8 ? "…" : ".");
}

/* Where an arrow begins and ends; a lost one ends before it reaches anybody. */
static void span(const struct arrow *arrow, int *from, int *to)
{
    const struct column *source = arrow->from != NULL ? arrow->from->column : arrow->over;
    const struct column *target = arrow->to != NULL ? arrow->to->column : arrow->over;
    *from = place(source->lane);
    if (target != NULL && target->shown)
        *to = place(target->lane);
    else if (source->lane == 0)
        *to = place(facing() ? 1 : lane_count - 1);
    else
        *to = place(0);
    if (arrow->lost)
        *to += *to > *from ? -1 : 1;
}

void put_arrow(const struct arrow *arrow, const struct event *drawing)
{
    int from, to;
    char label[300];
    span(arrow, &from, &to);
    if (from == to) { /* from a program to itself */
        put(from + 1, " ");
        put(from + 2, arrow_words(arrow, style.width - from - 3));
        return;
    }
    bool right = to > from;
    int first = (right ? from : to) + 1, last = (right ? to : from) - 1, inner = last - first - 4;
    for (int x = first; x <= last; x++)
        put(x, pen(strcmp(cells[x], " ") == 0 ? DASH : CROSS));
    put(right ? last : first, arrow->lost ? "x" : pen(right ? RIGHT_HEAD : LEFT_HEAD));
    bool behind = inner < 8; /* no room on the arrow: the words stand behind it */
    snprintf(label, sizeof label, " %s ",
             arrow_words(arrow, behind ? style.width - last - 4 : inner));
    put(behind ? last + 2 : first + (last - first + 2 - words_width(label)) / 2 - right, label);
    if (arrow->from != drawing)
        return; /* from a call further up: without a tee */
    enum sign tee = right ? RIGHT_TEE : LEFT_TEE;
    bool bare = strcmp(cells[from], pen(LINE)) == 0 || strcmp(cells[from], pen(tee)) == 0;
    put(from, pen(bare ? tee : CROSS));
}

bool in_the_way(const struct words *words, const struct arrow *arrow)
{
    int from, to;
    if (arrow == NULL || words->column == NULL || words->count == 0 || facing())
        return false;
    span(arrow, &from, &to);
    int x = place(words->column->lane), near = from < to ? from : to, far = from < to ? to : from;
    return x < far ? x + 2 + words_width(words->rows[0]) > near : far - near < 13;
}

/* The names. */

static void name_row(bool who)
{
    start_row();
    for (size_t lane = 0; lane < lane_count; lane++) {
        const struct column *c = lanes[lane];
        const char *text = c == NULL ? "" : who ? c->who : plain_words(c->label);
        int wide = words_width(text), x = place(lane) - (facing() ? wide / 2 : 0);
        put(x < 0 ? 0 : x + wide > style.width ? style.width - wide : x, text);
    }
    end_row();
}

void seat_one(struct column *column)
{
    const char *label = plain_words(column->label);
    lanes[column->lane] = column;
    start_row();
    put(place(column->lane), label);
    put(place(column->lane) + words_width(label) + 1, column->who);
    end_row();
    column->headed = true;
}

void seat_all(const struct trace *trace)
{
    bool fits = true, numbered = false;
    lane_count = trace->lane_count;
    if (lane_count >= MOST_CELLS || (!facing() && between_lanes() < 2))
        complain(1, "%zu columns do not fit into %d characters: give a greater -w, or -T svg",
                 lane_count, style.width);
    memset(lanes, 0, sizeof lanes);
    for (struct column *c = trace->columns; c != NULL; c = c->next)
        if (c->shown && (lanes[c->lane] == NULL || c->first_step < lanes[c->lane]->first_step))
            lanes[c->lane] = c;
    for (size_t lane = 0; lane < lane_count; lane++) {
        const struct column *c = lanes[lane];
        int wide = c == NULL ? 0 : words_width(plain_words(c->label));
        fits = fits && wide <= room() + (facing() ? 8 : 1);
        numbered = numbered || (c != NULL && c->who[0] != '\0');
    }
    if (fits)
        name_row(false);
    if (fits && numbered)
        name_row(true);
    for (size_t lane = 0; lane < lane_count; lane++)
        if (lanes[lane] != NULL && !fits)
            seat_one(lanes[lane]);
        else if (lanes[lane] != NULL)
            lanes[lane]->headed = true;
}

void let_go(size_t steps)
{
    for (size_t lane = 0; lane < lane_count; lane++)
        if (lanes[lane] != NULL && lanes[lane]->ended && lanes[lane]->last_step < steps)
            lanes[lane]->gone = true;
}
