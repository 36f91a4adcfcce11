/* SPDX-License-Identifier: MIT */
/* The drawing as a Mermaid sequence diagram, which GitHub and many editors show. */
#include "bytes.h"
#include "model.h"
#include "order.h"
#include "pens.h"
#include "tcp.h"
#include "words.h"

#include <ctype.h>
#include <stdio.h>
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

static void put_call(const struct step *step)
{
    put(call_words(step));
    put_more(" ", error_words(step));
    put_more(", ", waited_words(step));
}

static void note(const struct column *column, const char *words)
{
    if (*words != '\0')
        printf("    Note over P%zu: %s\n", column->rank, words);
}

/* An arrow with its words, under the calls that it joins: one, two, or (when it stands alone) none.
 */
static void put_arrow(struct arrow *arrow, const struct step *before, const struct step *after)
{
    const struct column *source = arrow->from != NULL ? arrow->from->column : arrow->over;
    const struct column *target = arrow->to != NULL ? arrow->to->column : arrow->over;
    bool solid = arrow->kind == DATA || arrow->kind == SYN;
    printf("    P%zu%sP%zu: ", number(source),
           arrow->lost ? "-x"
           : solid     ? "->>"
                       : "-->>",
           number(target));
    if (before != NULL)
        put_call(before);
    if (after != NULL) {
        printf(" → ");
        put_call(after);
    }
    put_more(before != NULL ? "<br/>" : "", arrow_words(arrow, 40));
    putchar('\n');
    arrow->drawn = true;
}

static size_t draw_step(struct trace *trace, size_t i)
{
    struct step *step = &trace->steps[i];
    const struct event *e = step->event;
    enum state state = tcp_step(step);
    struct arrow *first = step->part == BEGINS ? NULL : e->out;
    bool shared = i + 1 < trace->step_count && answers(step, step + 1);
    if (e->call == REMARK) {
        printf("    Note over P0: ");
        put(plain_words(e->column->program));
        put_more(" ", call_words(step));
        putchar('\n');
        return 1;
    }
    for (struct arrow *a = step->part == BEGINS ? NULL : e->in; a != NULL; a = a->next_in) {
        if (!a->drawn)
            put_arrow(a, NULL, NULL);
        state = state == NO_STATE ? a->news : state;
    }
    if (shared || (first != NULL && first->to == NULL)) {
        put_arrow(first, step, shared ? step + 1 : NULL);
    } else {
        printf("    Note over P%zu: ", e->column->rank);
        put_call(step);
        put_more("<br/>", step->part == BEGINS ? "" : detail_words(e));
        putchar('\n');
    }
    note(e->column, state_name(state));
    if (shared) {
        enum state second = tcp_step(step + 1);
        note(step[1].event->column, state_name(second != NO_STATE ? second : first->news));
    }
    for (struct arrow *a = first; a != NULL; a = a->next_out) {
        if (a->to == NULL && !a->drawn)
            put_arrow(a, NULL, NULL);
        if (a->to == NULL && a->over != NULL)
            note(a->over, state_name(a->news));
    }
    return shared ? 2 : 1;
}

void draw_mermaid(struct trace *trace)
{
    bool nobody = false;
    puts("sequenceDiagram");
    for (size_t rank = 0; rank < trace->rank_count; rank++) {
        printf("    participant P%zu as ", rank);
        put(plain_words(trace->ranks[rank]->label));
        put_more("<br/>", trace->ranks[rank]->who);
        putchar('\n');
    }
    for (size_t i = 0; i < trace->step_count; i++)
        for (const struct arrow *a = trace->steps[i].event->out; a != NULL; a = a->next_out)
            nobody = nobody || (a->to == NULL && (a->over == NULL || !a->over->shown));
    if (nobody)
        puts("    participant P999 as nobody");
    for (size_t i = 0; i < trace->step_count;)
        i += draw_step(trace, i);
}
