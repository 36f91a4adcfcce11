/* SPDX-License-Identifier: MIT */
/* What the words of a command stand for. */
#ifndef SOCKSH_TAKE_H
#define SOCKSH_TAKE_H

#include <stdbool.h>
#include <stddef.h>

enum { MAX_WORDS = 64 };

/* One word of a command: bytes of any value, with a NUL after the last one. */
struct word {
    char *bytes;
    size_t length;
    bool quoted;
};

/* One command. The take_ functions below take its words one after the other. */
struct command {
    struct word word[MAX_WORDS];
    int count;
    int next;        /* the first word not yet taken */
    char wrong[200]; /* what is wrong with the command; "" while nothing is */
};

/* A constant, the name that C gives it, and another one that people type. */
struct constant {
    int value;
    const char *name;
    const char *other;
};

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* The first mistake is kept in c->wrong, and from then on the take_ functions give
 * 0 or "": a call takes all its words and then asks once whether the command is complete. */
void wrong(struct command *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool complete(struct command *c);        /* nothing is wrong and no word is left */
bool more(const struct command *c);      /* nothing is wrong and a word is left */
bool at_number(const struct command *c); /* the next word is a number */
struct word take_word(struct command *c, const char *what);
long take_number(struct command *c, const char *what, long least, long most);
long take_milliseconds(struct command *c, long least); /* the word: seconds, such as 0.5 */
int take_fd(struct command *c);
const struct constant *take_constant(struct command *c, const struct constant *list, int n);
bool same_name(const char *typed, const char *constant); /* peek, PEEK or MSG_PEEK */
const char *quote(const char *bytes, size_t length);     /* shortened, in a static buffer */
void make_printable(char *text);                         /* ? for each control byte */

#endif
