/* SPDX-License-Identifier: MIT */
/* From a line to the words of its commands. */
#include "words.h"
#include "take.h"
#include "variables.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What parts words; so listen(3, 1) is understood, and so is MSG_PEEK | MSG_DONTWAIT. */
#define BLANKS " \t|(),"

/* The bytes of all words of one command: room for a send that no buffer takes in one piece. */
static char bytes[16 * 1024 * 1024];
static size_t used;

static void add(struct command *c, const char *from, size_t length)
{
    if (length >= sizeof bytes - used) {
        wrong(c, "the command is longer than %zu bytes", sizeof bytes);
        return;
    }
    memcpy(bytes + used, from, length);
    used += length;
}

/* After the backslash: n r t 0 \ " or x and two hexadecimal digits. Returns what follows. */
static const char *add_escape(struct command *c, const char *p)
{
    static const char from[] = "nrt0\\\"", to[] = "\n\r\t\0\\\"";
    const char *found = *p != '\0' ? strchr(from, *p) : NULL;
    if (found != NULL) {
        add(c, to + (found - from), 1);
        return p + 1;
    }
    if (*p == 'x' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2])) {
        char digits[3] = {p[1], p[2], '\0'};
        char byte = (char)strtol(digits, NULL, 16);
        add(c, &byte, 1);
        return p + 3;
    }
    wrong(c, "an escape is \\n \\r \\t \\0 \\\\ \\\" or \\x and two digits, as \\x7f");
    return p + strlen(p);
}

/* "..." or "..."*N, p after the first quote. Returns what follows. */
static const char *add_quoted(struct command *c, const char *p)
{
    size_t start = used, length;
    while (*p != '\0' && *p != '"') {
        if (*p == '\\') {
            p = add_escape(c, p + 1);
        } else {
            add(c, p++, 1);
        }
    }
    if (*p != '"') {
        wrong(c, "the closing quote is missing");
        return p;
    }
    length = used - start;
    p++;
    if (*p == '*') {
        char *end;
        unsigned long times = strtoul(p + 1, &end, 10);
        if (!isdigit((unsigned char)p[1]) || (length > 0 && times > sizeof bytes / length)) {
            wrong(c, "after \"...\"* stands how often, with at most %zu bytes in all",
                  sizeof bytes);
            return p;
        }
        used = times > 0 ? used : start;
        for (unsigned long i = 1; i < times && length > 0; i++) {
            add(c, bytes + start, length);
        }
        p = end;
    }
    return p;
}

/* $NAME, p after the dollar. Returns what follows. */
static const char *add_variable(struct command *c, const char *p)
{
    char name[32] = "";
    const char *value;
    size_t length = 0;
    while (is_name_byte(p[length])) {
        length++;
    }
    snprintf(name, sizeof name, "%.*s", (int)(length < 31 ? length : 31), p);
    value = variable(name);
    if (value == NULL) {
        wrong(c, "nothing is named '%s' yet; '%s = socket tcp' would name a socket", name, name);
    } else {
        add(c, value, strlen(value));
    }
    return p + length;
}

static const char *add_bare(struct command *c, const char *p)
{
    if (strchr("=<>", *p) != NULL) { /* words of their own: s=socket tcp is understood */
        add(c, p, 1);
        return p + 1;
    }
    while (*p != '\0' && strchr(BLANKS ";\"=<>", *p) == NULL) {
        if (*p == '$') {
            p = add_variable(c, p + 1);
        } else {
            add(c, p++, 1);
        }
    }
    return p;
}

const char *split(struct command *c, const char *text)
{
    const char *p = text;

    c->count = c->next = 0;
    c->wrong[0] = '\0';
    used = 0;
    while (true) {
        p += strspn(p, BLANKS);
        if (*p == '\0' || *p == '#' || c->wrong[0] != '\0') {
            return NULL;
        }
        if (*p == ';') {
            return p + 1;
        }
        if (c->count == MAX_WORDS) {
            wrong(c, "a command has at most %d words", MAX_WORDS);
            return NULL;
        }
        struct word *w = &c->word[c->count++];
        w->bytes = bytes + used;
        w->quoted = *p == '"';
        p = w->quoted ? add_quoted(c, p + 1) : add_bare(c, p);
        w->length = (size_t)(bytes + used - w->bytes);
        bytes[used] = '\0';
        used += used < sizeof bytes - 1;
    }
}
