/* SPDX-License-Identifier: MIT */
/* The drawing as text, step by step. */
#include "bytes.h"
#include "model.h"
#include "order.h"
#include "page.h"
#include "pens.h"
#include "style.h"
#include "tcp.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

static const struct words none;

static void rows(const struct words *a, const struct words *b, struct arrow *arrow,
                 const struct event *drawing)
{
    int count = a->count > b->count ? a->count : b->count;
    for (int i = 0; i < count || (i == 0 && arrow != NULL); i++) {
        start_row();
        put_words(a, i);
        put_words(b, i);
        if (i == 0 && arrow != NULL)
            put_arrow(arrow, drawing);
        end_row();
    }
    if (arrow != NULL)
        arrow->drawn = true;
}

/* The words of both ends in one row with the arrow, or in several when it needs their room. */
static void together(const struct words *a, const struct words *b, struct arrow *arrow,
                     const struct event *drawing)
{
    bool a_late = in_the_way(a, arrow), b_late = in_the_way(b, arrow);
    if (!a_late && !b_late) {
        rows(a, b, arrow, drawing);
        return;
    }
    rows(a, &none, a_late ? NULL : arrow, drawing);
    rows(&none, b, a_late && !b_late ? arrow : NULL, drawing);
    if (a_late && b_late)
        rows(&none, &none, arrow, drawing);
}

/* The next arrow that is to be drawn at this call: one that comes in, or that no call receives. */
static struct arrow *undrawn(const struct event *e, bool in)
{
    struct arrow *arrow = in ? e->in : e->out;
    while (arrow != NULL && (arrow->drawn || (!in && arrow->to != NULL)))
        arrow = in ? arrow->next_in : arrow->next_out;
    return arrow;
}

static void describe(struct words *words, const struct step *step, enum state state)
{
    struct column *column = step->event->column;
    char call[256];
    snprintf(call, sizeof call, "%s %s", call_words(step), error_words(step));
    bool fits = *error_words(step) != '\0' && words_width(call) <= room();
    words->call = true;
    say(words, column, fits ? call : call_words(step), false);
    say(words, column, fits ? "" : error_words(step), false);
    say(words, column, waited_words(step), false);
    say(words, column, state_name(state), true);
    column->blocked = false;
}

static void draw_pair(struct step *step, struct step *next)
{
    struct words here = {0}, there = {0};
    struct arrow *arrow = next->event->in;
    describe(&here, step, tcp_step(step));
    enum state state = tcp_step(next);
    describe(&there, next, state != NO_STATE ? state : arrow->news);
    together(&here, &there, arrow, step->event);
}

/* An address stands where else an arrow would be, or under the call. */
static void say_aside(struct words *words, const struct event *e)
{
    const char *aside = detail_words(e);
    bool needed = e->call == BIND || e->call == ACCEPT || e->call == RECV ||
                  words_width(words->rows[0]) + words_width(aside) < room();
    if (!facing() && needed)
        say(words, e->column, aside, false);
}

static void draw_alone(struct step *step)
{
    struct words here = {0}, there = {0};
    struct event *e = step->event;
    struct arrow *arrow = undrawn(e, false);
    describe(&here, step, tcp_step(step));
    if (arrow == NULL)
        arrow = undrawn(e, true);
    if (arrow != NULL && arrow->to == e)
        say(&here, e->column, state_name(arrow->news), true);
    else if (arrow != NULL && arrow->over != NULL)
        say(&there, arrow->over, state_name(arrow->news), true);
    if (arrow != NULL && arrow->to == e && in_the_way(&here, arrow)) {
        rows(&none, &none, arrow, e);
        arrow = NULL;
    }
    if (step->part != LEFT && (arrow == NULL || arrow->kind != SYN))
        say_aside(&here, e);
    if (arrow != NULL || !facing()) {
        together(&here, &there, arrow, e);
        return;
    }
    start_row();
    put_words(&here, 0);
    put_aside(e->column, detail_words(e));
    end_row();
    for (int i = 1; i < here.count; i++) {
        start_row();
        put_words(&here, i);
        end_row();
    }
}

/* A line of its own, for what is no call. */
static void remark(const struct step *step)
{
    const struct column *c = step->event->column;
    char text[1200], *line = text;
    char number[16] = "";
    if (!style.book)
        snprintf(number, sizeof number, " %d", c->pid);
    snprintf(text, sizeof text, "* %s%s: %s", plain_words(c->program), number, call_words(step));
    while (words_width(line) > style.width) {
        int at = style.width;
        while (at > 20 && line[at] != ' ')
            at--;
        printf("%.*s\n", at, line);
        line += at + (line[at] == ' ');
    }
    puts(line);
}

static size_t draw_step(struct trace *trace, size_t i)
{
    struct step *step = &trace->steps[i];
    struct event *e = step->event;
    struct arrow *arrow;
    bool pair = i + 1 < trace->step_count && answers(step, step + 1);
    if (e->call == REMARK) {
        remark(step);
    } else if (step->part == BEGINS) {
        struct words words = {0};
        describe(&words, step, tcp_step(step));
        rows(&words, &none, NULL, e);
        e->column->blocked = true;
        return 1;
    } else if (pair) {
        draw_pair(step, step + 1);
    } else {
        draw_alone(step);
    }
    while ((arrow = undrawn(e, false)) != NULL || (arrow = undrawn(e, true)) != NULL)
        rows(&none, &none, arrow, e);
    return pair ? 2 : 1;
}

/* A column gets its name before its first call. */
static void seat(const struct trace *trace, struct column *column)
{
    static bool seated;
    if (!column->shown || column->headed)
        return;
    if (seated && !style.live)
        seat_one(column);
    else
        seat_all(trace);
    seated = true;
}

void draw_text(struct trace *trace, size_t first)
{
    for (size_t i = first; i < trace->step_count;) {
        const struct step *step = &trace->steps[i];
        seat(trace, step->event->column);
        if (i + 1 < trace->step_count && answers(step, step + 1))
            seat(trace, step[1].event->column);
        i += draw_step(trace, i);
        if (!style.live)
            let_go(i);
    }
    fflush(stdout);
}
