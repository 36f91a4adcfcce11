/* SPDX-License-Identifier: MIT */
/* ladder: the drawing as text. Two columns stand face to face with the arrows between them; of more,
 * each has its words on the right. A row is a row of cells, so wide characters keep their place. */
#include "../common/die.h"
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

enum glyph { LINE, WAITS, LEFT_TEE, RIGHT_TEE, CROSS, DASH, LEFT_HEAD, RIGHT_HEAD };
static const char *const unicode[] = {"│", "┊", "┤", "├", "┼", "─", "◄", "►"},
                         *const ascii[] = {"|", ":", "+", "+", "+", "-", "<", ">"};

/* What is said beside one lifeline, in rows. */
struct words {
    struct column *column;
    char rows[5][256];
    int count;
    bool call; /* the first row is a call, not only a state */
};

#define MOST_CELLS 2000
static char cells[MOST_CELLS][16];
static struct column *lanes[MOST_CELLS]; /* who has the lane now */
static size_t lane_count;
static const struct event *drawing; /* the call that the pen is at */

static const char *pen(enum glyph glyph)
{
    return style.utf8 ? unicode[glyph] : ascii[glyph];
}

static bool facing(void)
{
    return lane_count <= 2;
}

static int margin(void)
{
    int wide = style.width * 26 / 80;
    return wide > 40 ? 40 : wide;
}

/* Where the lifeline of a lane stands. */
static int place(size_t lane)
{
    if (facing())
        return lane == 0 ? margin() : style.width - 1 - margin();
    return (int)lane * ((style.width - 26) / (int)(lane_count - 1));
}

/* How much room there is beside a lifeline before the next. */
static int room(void)
{
    return facing() ? margin() - 1 : (style.width - 26) / (int)(lane_count - 1) - 3;
}

static void put(int x, const char *text)
{
    int bytes;
    for (; *text != '\0'; text += bytes) {
        int width = glyph(text, &bytes);
        if (width == 0 && x > 0 && strlen(cells[x - 1]) + (size_t)bytes < sizeof cells[0])
            strncat(cells[x - 1], text, (size_t)bytes);
        if (width == 0)
            continue;
        if (x + width > style.width)
            return;
        snprintf(cells[x], sizeof cells[x], "%.*s", bytes, text);
        if (width == 2)
            cells[x + 1][0] = '\0';
        x += width;
    }
}

static void start_row(void)
{
    for (int x = 0; x < style.width; x++)
        strcpy(cells[x], " ");
    for (size_t lane = 0; lane < lane_count; lane++)
        if (lanes[lane] != NULL && lanes[lane]->headed && !lanes[lane]->gone)
            put(place(lane), pen(lanes[lane]->blocked ? WAITS : LINE));
}

static void end_row(void)
{
    int length = style.width;
    while (length > 0 && strcmp(cells[length - 1], " ") == 0)
        length--;
    for (int x = 0; x < length; x++)
        fputs(cells[x], stdout);
    putchar('\n');
}

static void head_row(bool who)
{
    bool empty = true;
    start_row();
    for (size_t lane = 0; lane < lane_count; lane++) {
        const char *text = lanes[lane] == NULL ? "" : who ? lanes[lane]->who : plain_words(lanes[lane]->label);
        int wide = words_width(text), x = place(lane) - (facing() ? wide / 2 : 0);
        put(x < 0 ? 0 : x + wide > style.width ? style.width - wide : x, text);
        empty = empty && *text == '\0';
    }
    if (!empty)
        end_row();
}

/* The name of one column in a row of its own, and from here on its lifeline. */
static void head_one(struct column *c)
{
    start_row();
    put(place(c->lane), plain_words(c->label));
    put(place(c->lane) + words_width(plain_words(c->label)) + 1, c->who);
    end_row();
    c->headed = true;
}

static void head(void)
{
    bool fits = true;
    for (size_t lane = 0; lane < lane_count; lane++)
        if (lanes[lane] != NULL && words_width(plain_words(lanes[lane]->label)) > room() + (facing() ? 8 : 1))
            fits = false;
    for (size_t lane = 0; lane < lane_count; lane++)
        if (lanes[lane] != NULL && !fits)
            head_one(lanes[lane]);
    if (!fits)
        return;
    head_row(false);
    head_row(true);
    for (size_t lane = 0; lane < lane_count; lane++)
        if (lanes[lane] != NULL)
            lanes[lane]->headed = true;
}

/* Beside its call a column says how long it waited and its TCP state, in the same row if there is
 * room for it. */
static void say(struct words *words, struct column *column, const char *text, bool outer)
{
    words->column = column;
    char *row = words->rows[words->count > 0 ? words->count - 1 : 0];
    if (*text == '\0' || words->count == 5)
        return;
    int gap = room() - words_width(row) - words_width(text);
    if (words->count == 0 || gap < 1) {
        snprintf(words->rows[words->count++], sizeof words->rows[0], "%s", text);
        return;
    }
    char both[600];
    if (facing() && column->lane == 0)
        snprintf(both, sizeof both, "%s%*s%s", text, outer ? gap : 1, "", row);
    else
        snprintf(both, sizeof both, "%s%*s%s", row, outer && facing() ? gap : 1, "", text);
    snprintf(row, sizeof words->rows[0], "%.255s", both);
}

static void put_words(const struct words *words, int row)
{
    if (words->column == NULL || row >= words->count)
        return;
    bool left = facing() && words->column->lane == 0;
    int x = place(words->column->lane), wide = words_width(words->rows[row]);
    int start = left ? x - 1 - wide : x + 2;
    if (!facing() && start + wide > style.width)
        start = x - 1 - wide > 0 ? x - 1 - wide : 0;
    put(start, words->rows[row]);
    if (row == 0 && words->call && (facing() || start == x + 2))
        put(x, pen(left ? LEFT_TEE : RIGHT_TEE));
    if (!facing() && start == x + 2 && x + 1 < style.width)
        put(x + 1, " ");
}

/* Where an arrow begins and ends; lost ones end before they reach anybody. */
static void span(const struct arrow *arrow, int *from, int *to)
{
    struct column *target = arrow->to != NULL ? arrow->to->column : arrow->over;
    struct column *source = arrow->from != NULL ? arrow->from->column : arrow->over;
    *from = place(source->lane);
    if (target != NULL && target->shown)
        *to = place(target->lane) + (!arrow->lost ? 0 : target->lane > source->lane ? -1 : 1);
    else if (source->lane == 0)
        *to = (facing() ? place(1) : place(lane_count - 1)) - 1;
    else
        *to = place(0) + 1;
}

static void put_arrow(const struct arrow *arrow)
{
    int from, to;
    span(arrow, &from, &to);
    bool right = to > from;
    int left_end = (right ? from : to) + 1, right_end = (right ? to : from) - 1;
    if (from == to) { /* to itself */
        put(from + 1, " ");
        put(from + 2, arrow_words(arrow, style.width - from - 3));
        return;
    }
    for (int x = left_end; x <= right_end; x++)
        put(x, strcmp(cells[x], " ") == 0 ? pen(DASH) : pen(CROSS));
    put(right ? right_end : left_end, arrow->lost ? "x" : pen(right ? RIGHT_HEAD : LEFT_HEAD));
    int inner = right_end - left_end - 4;
    const char *text = arrow_words(arrow, inner < 8 ? style.width - right_end - 4 : inner);
    int wide = words_width(text);
    char padded[300];
    snprintf(padded, sizeof padded, " %s ", text);
    if (wide <= inner)
        put(left_end + (right_end - left_end - wide) / 2 - right, padded);
    else if (inner < 8)
        put(right_end + 2, padded);
    else
        put(left_end + 2 - right, padded);
    if (arrow->from != drawing)
        return; /* from a call further up */
    enum glyph tee = right ? RIGHT_TEE : LEFT_TEE;
    bool bare = strcmp(cells[from], pen(LINE)) == 0 || strcmp(cells[from], pen(tee)) == 0;
    put(from, pen(bare ? tee : CROSS));
}

/* Does the arrow need the cells where these words stand? */
static bool in_the_way(const struct words *words, const struct arrow *arrow)
{
    int from, to, x;
    if (words->column == NULL || words->count == 0 || facing())
        return false;
    span(arrow, &from, &to);
    x = place(words->column->lane);
    int near = from < to ? from : to, far = from < to ? to : from;
    return x < far ? x + 2 + words_width(words->rows[0]) > near : far - near < 13;
}

static void rows(const struct words *a, const struct words *b, struct arrow *arrow, const char *aside)
{
    int count = a->count > b->count ? a->count : b->count;
    for (int i = 0; i < count || (i == 0 && arrow != NULL); i++) {
        start_row();
        put_words(a, i);
        put_words(b, i);
        if (i == 0 && arrow != NULL)
            put_arrow(arrow);
        else if (i == 0 && facing() && a->column != NULL && *aside != '\0') {
            int x = place(a->column->lane), gap = place(1) - place(0) - 3;
            put(a->column->lane == 0 ? x + 2 : x - 1 - (words_width(aside) > gap ? gap : words_width(aside)), aside);
        }
        end_row();
    }
    if (arrow != NULL)
        arrow->drawn = true;
}

/* One row, or two when the arrow needs the room of the words. */
static void together(const struct words *a, const struct words *b, struct arrow *arrow, const char *aside)
{
    static const struct words none;
    bool crowded_a = arrow != NULL && in_the_way(a, arrow);
    bool crowded_b = arrow != NULL && in_the_way(b, arrow);
    if (!crowded_a && !crowded_b) {
        rows(a, b, arrow, aside);
        return;
    }
    rows(a, &none, crowded_a ? NULL : arrow, aside);
    if (crowded_a || b->count > 0)
        rows(&none, b, crowded_a && !crowded_b ? arrow : NULL, "");
    if (crowded_a && crowded_b)
        rows(&none, &none, arrow, "");
}

static struct arrow *undrawn(const struct event *e, bool in)
{
    struct arrow *arrow = in ? e->in : e->out;
    while (arrow != NULL && (arrow->drawn || (!in && arrow->to != NULL)))
        arrow = in ? arrow->next_in : arrow->next_out;
    return arrow;
}

static void remark(const struct step *step)
{
    const struct column *c = step->event->column;
    char line[MOST_CELLS];
    snprintf(line, sizeof line, "* %s %d: %s", plain_words(c->program), c->pid, call_words(step));
    for (char *s = line; *s != '\0';) {
        int length = (int)strlen(s);
        for (; length > 0 && (words_width(s) > style.width || length < (int)strlen(s));) {
            int cut = style.width;
            while (cut > 1 && s[cut] != ' ')
                cut--;
            length = cut;
            break;
        }
        printf("%.*s\n", length, s);
        s += length;
    }
}

static void describe(struct words *words, const struct step *step, enum state state)
{
    words->call = true;
    char call[256];
    snprintf(call, sizeof call, "%s %s", call_words(step), error_words(step));
    bool fits = *error_words(step) != '\0' && words_width(call) <= room();
    say(words, step->event->column, fits ? call : call_words(step), false);
    say(words, step->event->column, fits ? "" : error_words(step), false);
    say(words, step->event->column, waited_words(step), false);
    say(words, step->event->column, state_name(state), true);
}

static size_t draw_step(struct trace *trace, size_t i)
{
    struct step *step = &trace->steps[i], *next = i + 1 < trace->step_count ? step + 1 : NULL;
    struct words here = {0}, there = {0};
    static const struct words none;
    enum state state = tcp_step(step);
    struct event *e = step->event;
    drawing = e;
    e->column->blocked = false;
    describe(&here, step, state);
    struct arrow *arrow = undrawn(e, false);
    const char *aside = step->part == LEFT || step->part == BEGINS ? "" : detail_words(e);
    if (step->part == BEGINS)
        arrow = NULL;
    else if (next != NULL && answers(step, next)) {
        enum state second = tcp_step(next);
        next->event->column->blocked = false;
        describe(&there, next, second != NO_STATE ? second : next->event->in->news);
        together(&here, &there, next->event->in, "");
        while ((arrow = undrawn(e, false)) != NULL)
            rows(&none, &none, arrow, "");
        return 2;
    } else if (arrow == NULL) {
        arrow = undrawn(e, true);
    }
    if (arrow != NULL && arrow->to == e)
        say(&here, e->column, state_name(arrow->news), true);
    else if (arrow != NULL && arrow->over != NULL)
        say(&there, arrow->over, state_name(arrow->news), true);
    bool first = arrow != NULL && arrow->to == e && in_the_way(&here, arrow);
    if (first)
        rows(&none, &none, arrow, "");
    bool needed = e->call == BIND || e->call == ACCEPT || e->call == RECV ||
                  words_width(here.rows[0]) + words_width(aside) < room();
    if (!facing() && *aside != '\0' && needed && (arrow == NULL || arrow->kind != SYN))
        say(&here, e->column, aside, false);
    together(&here, &there, first ? NULL : arrow, aside);
    while (step->part != BEGINS && ((arrow = undrawn(e, false)) != NULL || (arrow = undrawn(e, true)) != NULL))
        rows(&none, &none, arrow, "");
    e->column->blocked = step->part == BEGINS;
    return 1;
}

static void seat(struct trace *trace)
{
    if (trace->lane_count > MOST_CELLS || (trace->lane_count > 2 && room() < -1))
        complain(1, "%zu columns do not fit into %d characters: give a greater -w, or draw an SVG with -T svg",
             trace->lane_count, style.width);
    for (struct column *c = trace->columns; c != NULL; c = c->next)
        if (c->shown && (lanes[c->lane] == NULL || style.live))
            lanes[c->lane] = c;
}

void draw_text(struct trace *trace, size_t first)
{
    static size_t lanes_before;
    lane_count = trace->lane_count;
    if (lane_count > lanes_before) {
        memset(lanes, 0, sizeof lanes);
        seat(trace);
        head();
        lanes_before = lane_count;
    }
    for (size_t i = first; i < trace->step_count;) {
        struct column *c = trace->steps[i].event->column;
        if (trace->steps[i].event->call == REMARK) {
            remark(&trace->steps[i++]);
            continue;
        }
        if (!c->headed) {
            lanes[c->lane] = c;
            head_one(c);
        }
        i += draw_step(trace, i);
        for (size_t lane = 0; lane < lane_count; lane++)
            if (lanes[lane] != NULL && lanes[lane]->ended && lanes[lane]->last_step < i && !style.live)
                lanes[lane]->gone = true;
    }
    fflush(stdout);
}
