/* SPDX-License-Identifier: MIT */
/* A page of text that is drawn row by row. Two columns stand face to face with the arrows between
 * them; of more, each has its words on the right. */
#ifndef LADDER_PAGE_H
#define LADDER_PAGE_H

#include "model.h"

/* What is said beside one lifeline, in rows. */
struct words {
    struct column *column;
    char rows[5][256];
    int count;
    bool call; /* the first row is a call, not only a state */
};

/* A new row with the lifelines in it, and its end. */
void start_row(void);
void end_row(void);

/* Into the row: the words' row of that number; an arrow; and beside the lifeline of a column, where
 * else an arrow would be, an address (only if two columns face each other). drawing: the call that
 * the row belongs to, for an arrow that begins there. */
void put_words(const struct words *words, int row);
void put_arrow(const struct arrow *arrow, const struct event *drawing);
void put_aside(const struct column *column, const char *text);

/* Adds text to the words of a column, in the same row if there is room; outer: at the page's edge.
 */
void say(struct words *words, struct column *column, const char *text, bool outer);

/* Does the arrow need the cells where these words stand? */
bool in_the_way(const struct words *words, const struct arrow *arrow);

/* Gives every column that is shown its lane, and prints their names; or one that takes over a lane.
 */
void seat_all(const struct trace *trace);
void seat_one(struct column *column);

/* Ends the lifelines of the programs that are gone when so many steps are drawn. */
void let_go(size_t steps);

/* How many characters there are beside a lifeline; do two columns stand face to face? */
int room(void);
bool facing(void);
#endif
