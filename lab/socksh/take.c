/* SPDX-License-Identifier: MIT */
/* What the words of a command stand for: numbers, times, descriptors, names. */
#include "take.h"
#include "variables.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void make_printable(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == '\x7f') {
            *text = '?';
        }
    }
}

void wrong(struct command *c, const char *format, ...)
{
    if (c->wrong[0] == '\0') { /* the first mistake explains the others */
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(c->wrong, sizeof c->wrong, format, arguments);
        va_end(arguments);
        make_printable(c->wrong);
    }
}

bool more(const struct command *c)
{
    return c->wrong[0] == '\0' && c->next < c->count;
}

bool complete(struct command *c)
{
    if (more(c)) {
        wrong(c, "'%.40s' is one word too many", c->word[c->next].bytes);
    }
    return c->wrong[0] == '\0';
}

struct word take_word(struct command *c, const char *what)
{
    static char empty[1];
    if (!more(c)) {
        wrong(c, "%s is missing", what);
        return (struct word){.bytes = empty};
    }
    return c->word[c->next++];
}

bool at_number(const struct command *c)
{
    const char *p = more(c) && !c->word[c->next].quoted ? c->word[c->next].bytes : "";
    p += *p == '-';
    return *p != '\0' && strspn(p, "0123456789.") == strlen(p);
}

long take_number(struct command *c, const char *what, long least, long most)
{
    struct word w = take_word(c, what);
    char *end = w.bytes;
    long value;
    errno = 0;
    value = strtol(w.bytes, &end, 10);
    if (c->wrong[0] == '\0' &&
        (end == w.bytes || *end != '\0' || errno != 0 || value < least || value > most)) {
        wrong(c, "%s is a number from %ld to %ld, not '%.40s'", what, least, most, w.bytes);
    }
    return c->wrong[0] == '\0' ? value : 0;
}

long take_milliseconds(struct command *c, long least)
{
    struct word w = take_word(c, "the time in seconds");
    char *end = w.bytes;
    double seconds = strtod(w.bytes, &end);
    if (c->wrong[0] == '\0' && (end == w.bytes || *end != '\0' ||
                                !(seconds * 1000 >= (double)least && seconds <= 86400))) {
        wrong(c, "a time is given in seconds, from %g to 86400, not as '%.40s'",
              (double)least / 1000, w.bytes);
    }
    return c->wrong[0] == '\0' ? (long)(seconds * 1000 + 0.5) : 0;
}

int take_fd(struct command *c)
{
    const char *value = more(c) ? variable(c->word[c->next].bytes) : NULL;
    struct word w;
    if (value == NULL) {
        value = (w = take_word(c, "the descriptor of a socket")).bytes;
    } else {
        c->next++; /* a name does without its $ here */
    }
    if (c->wrong[0] == '\0' &&
        (strspn(value, "0123456789") != strlen(value) || !*value || strlen(value) > 7)) {
        wrong(c, "a descriptor is a number such as 3 or the name of a socket, not '%.40s'", value);
    }
    return c->wrong[0] == '\0' ? atoi(value) : 0;
}

bool same_name(const char *typed, const char *constant)
{
    const char *rest = strchr(constant, '_');
    return strcasecmp(typed, constant) == 0 || (rest != NULL && strcasecmp(typed, rest + 1) == 0);
}

const char *quote(const char *from, size_t length)
{
    enum { SHOWN = 48 };
    static const char special[] = "\n\r\t\\\"", letter[] = "nrt\\\"";
    static char text[4 * SHOWN + 16];
    char *p = text;

    *p++ = '"';
    for (size_t i = 0; i < length && i < SHOWN; i++) {
        const char *found = from[i] != '\0' ? strchr(special, from[i]) : NULL;
        if (found != NULL) {
            p += sprintf(p, "\\%c", letter[found - special]);
        } else if (from[i] >= ' ' && from[i] <= '~') {
            *p++ = from[i];
        } else {
            p += sprintf(p, "\\x%02x", (unsigned char)from[i]);
        }
    }
    strcpy(p, length > SHOWN ? "\"..." : "\"");
    return text;
}

const struct constant *take_constant(struct command *c, const struct constant *list, int n)
{
    for (int i = 0; more(c) && i < n; i++) {
        const char *typed = c->word[c->next].bytes;
        if (same_name(typed, list[i].name) || strcasecmp(typed, list[i].other) == 0) {
            c->next++;
            return &list[i];
        }
    }
    return NULL;
}
