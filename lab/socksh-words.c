/* SPDX-License-Identifier: MIT */
/* socksh-words.c - from a line to words, numbers and descriptors; the variables. */
#include "socksh.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_VARIABLES = 64 };

/* The bytes of all words of one command: room for a send that no buffer takes in one piece. */
static char bytes[16 * 1024 * 1024];
static size_t used;

static struct {
    char name[32];
    char value[160];
    bool is_socket; /* status shows its name */
} variables[MAX_VARIABLES];

void wrong(struct command *c, const char *format, ...)
{
    if (c->wrong[0] == '\0') { /* the first mistake explains the others */
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(c->wrong, sizeof c->wrong, format, arguments);
        va_end(arguments);
    }
}

const char *variable(const char *name)
{
    for (int i = 0; i < MAX_VARIABLES; i++) {
        if (variables[i].name[0] != '\0' && strcmp(variables[i].name, name) == 0) {
            return variables[i].value;
        }
    }
    return NULL;
}

const char *variable_of(int fd)
{
    char value[16];
    snprintf(value, sizeof value, "%d", fd);
    for (int i = 0; i < MAX_VARIABLES; i++) {
        if (variables[i].is_socket && strcmp(variables[i].value, value) == 0) {
            return variables[i].name;
        }
    }
    return "";
}

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

bool set_variable(const char *name, const char *value, bool is_socket)
{
    size_t length = strlen(name);
    int i = 0;
    for (size_t n = 0; n < length; n++) {
        if (!is_name_byte(name[n])) {
            return false;
        }
    }
    while (i < MAX_VARIABLES && variables[i].name[0] != '\0' &&
           strcmp(variables[i].name, name) != 0) {
        i++;
    }
    if (length == 0 || isdigit((unsigned char)name[0]) || i == MAX_VARIABLES ||
        length >= sizeof variables[i].name || strlen(value) >= sizeof variables[i].value) {
        return false;
    }
    for (int n = 0; is_socket && n < MAX_VARIABLES; n++) { /* a number closed and given again */
        variables[n].is_socket &= strcmp(variables[n].value, value) != 0;
    }
    variables[i].is_socket = is_socket;
    memcpy(variables[i].name, name, length + 1);
    memcpy(variables[i].value, value, strlen(value) + 1);
    return true;
}

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
        for (unsigned long i = 1; i < times; i++) {
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
    while (*p != '\0' && strchr(" \t|;\"=<>", *p) == NULL) {
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
        p += strspn(p, " \t|"); /* MSG_PEEK|MSG_DONTWAIT are two words */
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

long take_milliseconds(struct command *c)
{
    struct word w = take_word(c, "the time in seconds");
    char *end = w.bytes;
    double seconds = strtod(w.bytes, &end);
    if (c->wrong[0] == '\0' &&
        (end == w.bytes || *end != '\0' || !(seconds >= 0.001 && seconds <= 86400))) {
        wrong(c, "a time is given in seconds, from 0.001 to 86400, not as '%.40s'", w.bytes);
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
