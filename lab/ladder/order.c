/* SPDX-License-Identifier: MIT */
/* The order of the drawing, from top to bottom and from left to right. */
#include "order.h"
#include "../../common/die.h"
#include "model.h"
#include "style.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place {
    struct step step;
    long long position;
    int turn; /* among those of the same position */
    size_t number;
};

/* A pair of sockets with both ends in one process, by which it only wakes itself. */
static bool private(const struct end *end)
{
    return end != NULL && end->pair && !end->shared && !end->twin->shared &&
           (end->pid == 0 || end->twin->pid == 0 || end->pid == end->twin->pid);
}

bool visible(const struct event *e)
{
    if (!style.all && private(e->socket))
        return false;
    if (e->call == EXIT)
        return e->out != NULL || (strcmp(e->name, "killed") == 0 && !style.book);
    if (e->call == ASKED && e->error != NULL)
        return true;
    if (e->call == ASIDE || e->call == ASKED)
        return style.all && e->end != e->begin;
    return style.all || !e->repeated;
}

static bool receives(const struct event *e)
{
    return (e->call == RECV || e->call == ACCEPT) && !e->waiting;
}

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    if (x->turn != y->turn)
        return x->turn < y->turn ? -1 : 1;
    const struct column *left = x->step.event->column, *right = y->step.event->column;
    if (style.book && left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* By the clock; in a book by what depends on what, which is the same in every run. */
static struct place place_of(struct event *e, enum part part, size_t number)
{
    struct place p = {.step = {e, part}, .number = number};
    bool early = part == BEGINS && !e->waiting;
    if (style.book)
        p.position = (long long)(early ? e->earliest : e->depth);
    else
        p.position = receives(e) && !early ? e->end : e->begin;
    p.turn = part == BEGINS ? 1 : e->in != NULL ? 0 : 2;
    return p;
}

/* A call that waits has two steps, but only if there is something to see meanwhile: another
 * column's call that is not just the one that it waited for. */
static bool saw_nothing(const struct place *places, size_t begins, size_t count)
{
    const struct event *e = places[begins].step.event;
    for (size_t i = begins + 1; i < count; i++) {
        const struct step *s = &places[i].step;
        if (s->event == e)
            return true;
        bool awaited = s->event == e->after && e->call == ACCEPT;
        for (const struct arrow *a = e->in; a != NULL; a = a->next_in)
            awaited = awaited || a->from == s->event;
        if (s->event->column != e->column && s->part != BEGINS && !awaited)
            return false;
    }
    return true;
}

/* A thread or child that only waits to serve gets no column. */
static void add_step(struct trace *trace, struct event *event, enum part part)
{
    static size_t room;
    struct column *c = event->column;
    if (part == BEGINS && event->waiting && c->parent != NULL && !c->shown)
        return;
    if (trace->step_count == room) {
        room = room * 2 + 1024;
        trace->steps = realloc(trace->steps, room * sizeof *trace->steps);
        if (trace->steps == NULL)
            die("realloc for %zu steps", room);
    }
    if (!c->shown && event->call != REMARK) {
        c->shown = true;
        c->first_step = trace->step_count;
    }
    event->announced = part == BEGINS;
    c->last_step = trace->step_count;
    trace->steps[trace->step_count++] = (struct step){event, part};
}

static size_t drop_idle(struct place *places, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct step *s = &places[i].step;
        if (s->part != BEGINS || s->event->waiting || !saw_nothing(places, i, count))
            places[kept++] = places[i];
    }
    return kept;
}

static void order_steps(struct trace *trace, size_t first)
{
    struct place *places = allocate(2 * (trace->count - first + 1) * sizeof *places);
    size_t count = 0;
    for (size_t i = first; i < trace->count; i++) {
        struct event *e = trace->events[i];
        if (!visible(e))
            continue;
        struct place *place = &places[count++], early = place_of(e, BEGINS, i);
        *place = place_of(e, e->waiting ? BEGINS : e->announced ? RETURNS : WHOLE, i);
        if (receives(e) && !e->at_once && !e->announced && early.position < place->position)
            places[count++] = early;
    }
    qsort(places, count, sizeof *places, by_place);
    count = drop_idle(places, count);
    /* A call that begins to wait makes way for an arrow that needs but one row. */
    for (size_t i = 1; i + 1 < count; i++) {
        const struct event *last = places[i - 1].step.event, *e = places[i].step.event,
                           *next = places[i + 1].step.event;
        if (places[i].step.part == BEGINS && next->in != NULL && next->in->from == last &&
            next->column != e->column && places[i + 1].step.part != BEGINS) {
            struct place swap = places[i];
            places[i] = places[i + 1];
            places[i + 1] = swap;
        }
    }
    count = drop_idle(places, count);
    for (size_t i = 0; i < count; i++) {
        struct step *s = &places[i].step;
        add_step(trace, s->event, s->event->announced && s->part == WHOLE ? RETURNS : s->part);
    }
    free(places);
}

static void name_column(struct trace *trace, struct column *c)
{
    int same = 0, place = 0;
    for (struct column *o = trace->columns; o != NULL; o = o->next)
        if (o->shown && o->parent == NULL && strcmp(o->program, c->program) == 0) {
            same++;
            place += o->first_step <= c->first_step;
        }
    snprintf(c->label, sizeof c->label, "%s", c->program);
    if (c == trace->outside)
        return;
    bool thread = c->tid != c->pid;
    if (c->parent != NULL && c->who[0] == '\0')
        snprintf(c->who, sizeof c->who, "%s %d", thread ? "thread" : "child",
                 ++c->parent->children);
    else if (c->parent == NULL && !style.book)
        snprintf(c->who, sizeof c->who, "%d", c->pid);
    else if (c->parent == NULL && same > 1)
        snprintf(c->who, sizeof c->who, "number %d", place);
}

static bool before(const struct column *a, const struct column *b)
{
    for (const struct column *p = b->parent; p != NULL; p = p->parent)
        if (p == a)
            return true;
    while (a->parent != NULL && a->parent != b->parent && a->parent->shown)
        a = a->parent;
    while (b->parent != NULL && b->parent != a->parent && b->parent->shown)
        b = b->parent;
    return a->first_step < b->first_step;
}

/* A column a program; when they get many, one program takes the lane that another has left. */
static void order_columns(struct trace *trace, bool names)
{
    size_t count = 0, most = style.form == 't' ? (size_t)style.width / 20 : 6;
    struct column **sorted = NULL;
    for (struct column *c = trace->columns; c != NULL; c = c->next) {
        if (!c->shown || c == trace->outside)
            continue;
        sorted = realloc(sorted, (count + 2) * sizeof *sorted);
        if (sorted == NULL)
            die("realloc for %zu columns", count);
        size_t i = count++;
        for (; i > 0 && before(c, sorted[i - 1]); i--)
            sorted[i] = sorted[i - 1];
        sorted[i] = c;
    }
    size_t *free_from = allocate((count + 1) * sizeof *free_from);
    trace->lane_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct column *c = sorted[i];
        c->rank = i;
        if (names)
            name_column(trace, c);
        c->lane = trace->lane_count;
        for (size_t lane = 0; lane < trace->lane_count && count > most && !style.live; lane++)
            if (free_from[lane] < c->first_step && c->lane == trace->lane_count)
                c->lane = lane;
        free_from[c->lane] = c->ended || c->parent != NULL ? c->last_step : trace->step_count;
        trace->lane_count += c->lane == trace->lane_count;
    }
    if (trace->outside != NULL && trace->outside->shown) {
        name_column(trace, trace->outside);
        trace->outside->lane = trace->lane_count++;
        trace->outside->rank = count;
        sorted = sorted != NULL ? sorted : allocate(sizeof *sorted);
        sorted[count++] = trace->outside;
    }
    free(free_from);
    free(trace->ranks);
    trace->ranks = sorted;
    trace->rank_count = count;
}

/* While we follow, who is gone leaves its lane to the next that comes. */
static void retire(struct trace *trace, size_t first)
{
    bool new = false;
    for (size_t i = first; i < trace->step_count; i++)
        new = new || !trace->steps[i].event->column->headed;
    for (struct column *c = trace->columns; c != NULL && new; c = c->next) {
        bool served = c->parent != NULL && c->last != NULL && c->last->call == CLOSE;
        if (c->shown && c->last_step < first && (c->ended || served))
            c->shown = c->headed = false;
    }
}

/* The column of those that nobody watched is there if something comes from it or goes to it. */
static void show_outside(struct trace *trace, size_t first)
{
    bool used = style.live && trace->outside->shown;
    for (size_t i = first; i < trace->count && !used; i++) {
        for (const struct arrow *a = trace->events[i]->out; a != NULL; a = a->next_out)
            used = used || a->over == trace->outside;
        for (const struct arrow *a = trace->events[i]->in; a != NULL; a = a->next_in)
            used = used || a->from == NULL;
    }
    trace->outside->shown = used;
}

void order(struct trace *trace, size_t first)
{
    if (trace->outside != NULL)
        show_outside(trace, first);
    bool book = style.book;
    size_t before = trace->step_count;
    style.book = false;
    order_steps(trace, first);
    if (style.live)
        retire(trace, before);
    order_columns(trace, !book);
    style.book = book;
    if (!book)
        return;
    /* The order by cause depends on the ranks, and these on who came first by the clock. */
    trace->step_count = 0;
    for (size_t i = 0; i < trace->count; i++)
        trace->events[i]->announced = false;
    for (struct column *c = trace->columns; c != NULL; c = c->next)
        c->shown = c == trace->outside && c->shown;
    order_steps(trace, first);
    order_columns(trace, true);
}

void order_left(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        for (struct arrow *a = trace->events[i]->out; a != NULL; a = a->next_out)
            if (a->lost && !a->drawn)
                add_step(trace, trace->events[i], LEFT);
}

bool answers(const struct step *step, const struct step *next)
{
    const struct event *e = step->event, *n = next->event;
    return n->in != NULL && n->in->next_in == NULL && n->in->from == e && !n->in->drawn &&
           e->out == n->in && e->column->lane != n->column->lane && next->part != BEGINS &&
           step->part == WHOLE;
}
