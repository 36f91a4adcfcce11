/* SPDX-License-Identifier: MIT */
/* The drawing as SVG, one file that needs nothing else. */
#include "bytes.h"
#include "ink.h"
#include "model.h"
#include "order.h"
#include "pens.h"
#include "tcp.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LANE 430 /* pixels from lifeline to lifeline */
#define BOX 196
#define EDGE 130

/* Where a step stands, worked out before anything is drawn. */
struct place {
    double y, height;
    enum state state;
};
static struct place *places;
static double bottom;

static double lifeline(const struct column *column)
{
    return EDGE + (double)LANE * (double)column->lane;
}

/* What stands under the call, from its address to how long it waited, a line each. */
static const char *note_of(const struct step *step)
{
    bool on_arrow = step->event->call == CONNECT && step->event->out != NULL;
    if (step->part == BEGINS || step->part == LEFT || on_arrow)
        return "";
    return detail_words(step->event);
}

static double height_of(const struct step *step)
{
    return 30 + 17 * ((*note_of(step) != '\0') + (*error_words(step) != '\0') +
                      (*waited_words(step) != '\0'));
}

/* Had another program this column's lane before, or has one after it? */
static bool lane_shared(const struct trace *trace, const struct column *c, bool before)
{
    for (const struct column *o = trace->columns; o != NULL; o = o->next)
        if (o->shown && o != c && o->lane == c->lane && (o->first_step < c->first_step) == before)
            return true;
    return false;
}

static void lay_out(struct trace *trace)
{
    double y = 96;
    places = allocate((trace->step_count + 1) * sizeof *places);
    for (size_t i = 0; i < trace->step_count; i++) {
        struct step *step = &trace->steps[i];
        struct column *c = step->event->column;
        if (!c->headed && c->first_step == i && lane_shared(trace, c, true))
            y += 56; /* for the name of who takes the lane */
        c->headed = true;
        places[i] = (struct place){y, height_of(step), tcp_step(step)};
        double row = places[i].height + (places[i].state != NO_STATE ? 10 : 0);
        if (step->part != BEGINS && step->event->out != NULL)
            for (const struct arrow *a = step->event->out->next_out; a != NULL; a = a->next_out)
                row += a->lost ? 24 : 0; /* the rest of it, on its own line */
        bool shares = i + 1 < trace->step_count && answers(step, step + 1);
        if (shares) {
            places[i + 1] = (struct place){y, height_of(step + 1), tcp_step(step + 1)};
            i++;
            if (places[i].height + 10 > row) /* room for a badge */
                row = places[i].height + 10;
        }
        y += row + 18;
    }
    bottom = y + 6;
    for (size_t i = 0; i < trace->step_count; i++)
        for (struct arrow *a = trace->steps[i].event->in; a != NULL; a = a->next_in)
            if (places[i].state == NO_STATE && trace->steps[i].part != BEGINS)
                places[i].state = a->news;
}

static const struct place *place_of(const struct trace *trace, const struct event *event)
{
    for (size_t i = trace->step_count; i-- > 0;)
        if (trace->steps[i].event == event && (trace->steps[i].part != BEGINS || event->waiting))
            return &places[i];
    return NULL;
}

/* The state that an arrow which no call received brings to this column. */
static int news_for(const struct column *column, const struct step *step)
{
    for (const struct arrow *a = step->event->out; a != NULL && step->part != BEGINS;
         a = a->next_out)
        if (a->to == NULL && a->over == column && a->news != NO_STATE)
            return (int)a->news;
    return NO_STATE;
}

/* The column that accepted the connection which another one now serves. */
static const struct column *handed_over(const struct event *e)
{
    const struct event *made = e->socket != NULL ? e->socket->made : NULL;
    return made != NULL && made->call == ACCEPT && made->column != e->column ? made->column : NULL;
}

/* A lifeline has the colour of its state, and is dotted while its program waits in a call. When a
 * server's connection is over, its welcoming socket still listens. */
static void draw_lifeline(const struct trace *trace, const struct column *column)
{
    bool second = lane_shared(trace, column, true), waits = false;
    double from = second ? places[column->first_step].y - 12 : 70, x = lifeline(column);
    int colour = NO_STATE, rest = NO_STATE;
    for (size_t i = second ? column->first_step : 0; i < trace->step_count; i++) {
        const struct step *s = &trace->steps[i];
        int news = s->event->column == column ? (int)places[i].state : news_for(column, s);
        bool took_over = handed_over(s->event) == column && colour == ESTABLISHED;
        if (took_over)
            news = rest;
        if (s->event->column != column && news == NO_STATE && !took_over)
            continue;
        double y = places[i].y + 15;
        line(x, from, y, colour, waits);
        from = y;
        if (s->event->column == column)
            waits = s->part == BEGINS;
        rest = news == LISTENING ? LISTENING : rest;
        if (news != NO_STATE || took_over)
            colour = news;
        else if (handed_over(s->event) != NULL && colour == NO_STATE)
            colour = ESTABLISHED;
        else if (colour == LAST_ACK || colour == CLOSED)
            colour = rest;
        bool leaves = column->ended || lane_shared(trace, column, false);
        if (leaves && column->last_step <= i)
            return;
    }
    line(x, from, bottom - 12, colour, waits);
}

static void draw_arrow(const struct trace *trace, struct arrow *arrow)
{
    const struct place *from = arrow->from != NULL ? place_of(trace, arrow->from) : NULL;
    const struct place *to = arrow->to != NULL ? place_of(trace, arrow->to) : NULL;
    const struct column *source = arrow->from != NULL ? arrow->from->column : arrow->over;
    const struct column *target = arrow->to != NULL ? arrow->to->column : arrow->over;
    if (arrow->drawn || (from == NULL && to == NULL))
        return;
    arrow->drawn = true;
    if (from == NULL)
        from = to;
    double y1 = from->y + 15, y2 = to != NULL ? to->y + 15 : y1;
    double x1 = lifeline(source), x2, sign;
    if (target != NULL && target->shown)
        x2 = lifeline(target);
    else
        x2 = source->lane == 0 ? x1 + LANE : x1 - LANE;
    if (x1 == x2)
        return;
    sign = x2 > x1 ? 1 : -1;
    x1 += arrow->from != NULL ? sign * BOX / 2 : sign * 2;
    x2 -= arrow->lost ? sign * (BOX / 2 + 26) : to != NULL ? sign * BOX / 2 : sign * 3;
    int colour = arrow->kind == RST || arrow->lost ? BAD_COLOUR
                 : arrow->kind == DATA             ? DATA_COLOUR
                 : arrow->kind == SYN              ? (int)SYN_SENT
                                                   : (int)FIN_WAIT;
    bool more = arrow->lost && arrow->from->out != arrow; /* beside what did arrive */
    if (more) {
        y1 = y2 = from->y + from->height + 12;
        x1 = lifeline(source) + sign * 2;
    }
    start_arrow(x1, y1, x2, y2, colour, arrow->lost);
    double gap = LANE - BOX, at = (x1 + x2) / 2; /* the words stand in the gap between two boxes */
    if (y1 != y2)                                /* where the lines are apart */
        at = arrow->to->in->next_in != NULL ? x1 + sign * gap * 0.3 : x2 - sign * gap * 0.36;
    else if (more)
        at = x1 + sign * (BOX / 2 + gap * 0.4);
    else if (fabs(x2 - x1) > LANE)
        at = x1 + sign * gap / 2;
    double y = y1 + (y2 - y1) * (at - x1) / (x2 - x1) - 7;
    const char *words = arrow_words(arrow, 29);
    if (y1 != y2 || fabs(x2 - x1) > LANE) /* something may lie behind the words */
        text(at, y, "middle", HALO_TEXT, words);
    text(at, y, "middle", LABEL_TEXT, words);
    puts("</g>");
}

/* accept takes the connection from the queue of the listening socket, where connect has put it. */
static void draw_queue(const struct trace *trace, const struct event *e)
{
    const struct event *connect = e->call == ACCEPT && e->accepted != NULL ? e->after : NULL;
    const struct place *from = connect != NULL ? place_of(trace, connect) : NULL;
    const struct place *to = from != NULL ? place_of(trace, e) : NULL;
    if (to == NULL || connect->out == NULL || connect->out->over == NULL)
        return;
    double x1 = lifeline(connect->out->over), x2 = lifeline(e->column), beside = BOX / 2.0;
    if (x1 == x2)
        start_arrow(x1 + 9, from->y + 19, x1 + 9, to->y, SYN_SENT, false);
    else
        start_arrow(x1, from->y + 15, x2 - (x2 > x1 ? beside : -beside), to->y + 15, SYN_SENT,
                    false);
    puts("</g>");
}

static void draw_box(const struct step *step, const struct place *place)
{
    const struct event *e = step->event;
    double x = lifeline(e->column), y = place->y + 20;
    if (e->call == REMARK) {
        char line[512];
        snprintf(line, sizeof line, "%s: %s", plain_words(e->column->program), call_words(step));
        text(EDGE - BOX / 2, y, "start", NOTE_TEXT, line);
        return;
    }
    printf("<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" rx=\"6\" class=\"%s\" "
           "fill=\"#f6f8fa\" "
           "stroke=\"%s\"%s/>",
           x - BOX / 2.0, place->y, BOX, place->height,
           e->error != NULL && step->part != BEGINS ? "box badbox" : "box",
           e->error != NULL && step->part != BEGINS ? "#b3151f" : "#8c959f",
           step->part == BEGINS ? " stroke-dasharray=\"4 3\"" : "");
    text(x, y, "middle", CALL_TEXT, call_words(step));
    if (*error_words(step) != '\0')
        text(x, y += 17, "middle", BAD_TEXT, error_words(step));
    if (*note_of(step) != '\0')
        text(x, y += 17, "middle", NOTE_TEXT, note_of(step));
    text(x, y + 17, "middle", NOTE_TEXT, waited_words(step));
    badge(x, place->y + place->height + 3, place->state);
}

/* What the drawing shows, for who cannot see it. */
static void describe(const struct trace *trace)
{
    printf("<title id=\"title\">");
    const char *between = "";
    for (size_t rank = 0; rank < trace->rank_count; rank++) {
        if (trace->ranks[rank]->parent != NULL)
            continue;
        printf("%s", between);
        xml(plain_words(trace->ranks[rank]->label));
        between = " and ";
    }
    puts(": socket calls</title>");
    printf("<desc id=\"desc\">A ladder of socket calls, one column for each program, from top to "
           "bottom: ");
    for (size_t i = 0; i < trace->step_count; i++) {
        const struct step *s = &trace->steps[i];
        xml(plain_words(s->event->column->label));
        printf("%s%s: ", *s->event->column->who ? " " : "", s->event->column->who);
        xml(call_words(s));
        for (const struct arrow *a = s->part == BEGINS ? NULL : s->event->in; a != NULL;
             a = a->next_in) {
            printf(" receives ");
            xml(arrow_words(a, 60));
        }
        for (const struct arrow *a = s->part == BEGINS ? NULL : s->event->out; a != NULL;
             a = a->next_out)
            if (a->lost)
                printf(", to nobody");
        printf(places[i].state != NO_STATE ? ", %s%s" : "%s%s", places[i].state ? "now " : "",
               state_name(places[i].state));
        printf(i + 1 < trace->step_count ? "; " : ".");
    }
    puts("</desc>");
}

void draw_svg(struct trace *trace)
{
    lay_out(trace);
    double width = 2 * EDGE + LANE * ((double)trace->lane_count - 1);
    printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 "
           "%.0f %.0f\" "
           "role=\"img\" aria-labelledby=\"title desc\" font-family=\"'DejaVu "
           "Sans',Verdana,Helvetica,Arial,sans-serif\">\n",
           width, bottom, width, bottom);
    describe(trace);
    style_sheet();
    printf("<rect width=\"%.0f\" height=\"%.0f\" class=\"paper\" fill=\"#ffffff\"/>\n", width,
           bottom);
    for (size_t rank = 0; rank < trace->rank_count; rank++) {
        const struct column *c = trace->ranks[rank];
        double top = lane_shared(trace, c, true) ? places[c->first_step].y - 74 : 0;
        text(lifeline(c), top + 40, "middle", HEAD_TEXT, plain_words(c->label));
        text(lifeline(c), top + 58, "middle", NOTE_TEXT, c->who);
        draw_lifeline(trace, c);
    }
    for (size_t i = 0; i < trace->step_count; i++) {
        const struct event *e = trace->steps[i].event;
        for (struct arrow *a = e->out; a != NULL; a = a->next_out)
            draw_arrow(trace, a);
        draw_queue(trace, e);
        for (struct arrow *a = e->in; a != NULL; a = a->next_in)
            draw_arrow(trace, a);
    }
    for (size_t i = 0; i < trace->step_count; i++) {
        draw_box(&trace->steps[i], &places[i]);
        for (struct arrow *a = trace->steps[i].event->out;
             a != NULL && trace->steps[i].part != BEGINS; a = a->next_out)
            if (a->to == NULL && a->over != NULL)
                badge(lifeline(a->over), places[i].y + 33, a->news);
    }
    puts("</svg>");
    free(places);
}
