/* SPDX-License-Identifier: MIT */
/* ladder: the drawing as a Mermaid sequence diagram, which GitHub and many editors show. */
#include "ladder.h"

#include <ctype.h>
#include <string.h>

/* Words, with what Mermaid might take for its own as #NUMBER;. */
static void put(const char *words)
{
    for (; *words != '\0'; words++)
        if (isalnum((unsigned char)*words) || (unsigned char)*words > 127 ||
            strchr(" ()=_.,:/-'\"", *words) != NULL)
            putchar(*words);
        else
            printf("#%d;", *words);
}

static void put_more(const char *between, const char *words)
{
    if (*words == '\0')
        return;
    printf("%s", between);
    put(words);
}

static size_t number(const struct column *column)
{
    return column == NULL || !column->shown ? 999 : column->rank;
}

static void put_call(const struct step *step, enum state state)
{
    put(call_words(step));
    put_more(" ", error_words(step));
    put_more(", ", waited_words(step));
    put_more("<br/>", state_name(state));
}

/* An arrow on its own line; before and after: the calls that it joins, when they are adjacent. */
static void put_arrow(struct arrow *arrow, const struct step *before, enum state state,
                      const struct step *after, enum state second)
{
    const struct column *source = arrow->from != NULL ? arrow->from->column : arrow->over;
    const struct column *target = arrow->to != NULL ? arrow->to->column : arrow->over;
    const char *head = arrow->lost ? "-x" : arrow->kind == DATA || arrow->kind == SYN ? "->>" : "-->>";
    printf("    P%zu%sP%zu: ", number(source), head, number(target));
    if (before != NULL) {
        put_call(before, state);
        printf("<br/>");
    }
    put(arrow_words(arrow, 40));
    if (after != NULL) {
        printf("<br/>");
        put_call(after, second);
    }
    putchar('\n');
    arrow->drawn = true;
    if (after == NULL && arrow->to == NULL && arrow->news != NO_STATE)
        printf("    Note over P%zu: %s\n", number(target), state_name(arrow->news));
}

static size_t draw_step(struct trace *trace, size_t i)
{
    struct step *step = &trace->steps[i];
    const struct event *e = step->event;
    enum state state = tcp_step(step);
    struct arrow *alone = e->out != NULL && e->out->to == NULL && step->part != BEGINS ? e->out : NULL;
    if (e->call == REMARK) {
        printf("    Note over P0: %s ", plain_words(e->column->program));
        put(call_words(step));
        putchar('\n');
        return 1;
    }
    bool shared = i + 1 < trace->step_count && answers(step, step + 1);
    if (shared) {
        enum state second = tcp_step(step + 1);
        put_arrow(e->out, step, state, step + 1, second != NO_STATE ? second : e->out->news);
    } else if (alone != NULL) {
        put_arrow(alone, step, state, NULL, NO_STATE);
    } else {
        for (struct arrow *a = step->part != BEGINS ? e->in : NULL; a != NULL; a = a->next_in) {
            if (!a->drawn)
                put_arrow(a, NULL, NO_STATE, NULL, NO_STATE);
            state = state == NO_STATE ? a->news : state;
        }
        printf("    Note over P%zu: ", e->column->rank);
        put_call(step, state);
        if (step->part != BEGINS)
            put_more("<br/>", detail_words(e));
        putchar('\n');
    }
    for (struct arrow *a = step->part != BEGINS ? e->out : NULL; a != NULL; a = a->next_out)
        if (a->to == NULL && !a->drawn)
            put_arrow(a, NULL, NO_STATE, NULL, NO_STATE);
    return shared ? 2 : 1;
}

void draw_mermaid(struct trace *trace)
{
    bool nobody = false;
    puts("sequenceDiagram");
    for (size_t rank = 0, left = 1; left > 0; rank++, left--)
        for (const struct column *c = trace->columns; c != NULL; c = c->next)
            if (c->shown && c->rank == rank) {
                printf("    participant P%zu as ", rank);
                put(plain_words(c->label));
                put_more("<br/>", c->who);
                putchar('\n');
                left++;
            }
    for (size_t i = 0; i < trace->step_count; i++)
        for (const struct arrow *a = trace->steps[i].event->out; a != NULL; a = a->next_out)
            nobody = nobody || (a->to == NULL && (a->over == NULL || !a->over->shown));
    if (nobody)
        puts("    participant P999 as nobody");
    for (size_t i = 0; i < trace->step_count;)
        i += draw_step(trace, i);
}
