/* SPDX-License-Identifier: MIT */
#include "model.h"
#include "../../common/die.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL)
        die("calloc %zu bytes", size);
    return memory;
}

char *copy(const char *text)
{
    return strcpy(allocate(strlen(text) + 1), text);
}

struct end *end_of(struct trace *trace, const char *id)
{
    for (struct end *e = trace->ends; e != NULL; e = e->next)
        if (strcmp(e->id, id) == 0)
            return e;
    struct end *e = allocate(sizeof *e);
    e->id = copy(id);
    e->next = trace->ends;
    return trace->ends = e;
}

struct column *column_of(struct trace *trace, int pid, int tid, const char *program)
{
    struct column **last = &trace->columns;
    for (; *last != NULL; last = &(*last)->next)
        if ((*last)->pid == pid && (*last)->tid == tid && strcmp((*last)->program, program) == 0)
            return *last;
    *last = allocate(sizeof **last);
    (*last)->pid = pid;
    (*last)->tid = tid;
    (*last)->program = copy(program);
    for (struct column *c = trace->columns; c != *last; c = c->next)
        if (c->pid == pid && c->tid == pid && strcmp(c->program, program) == 0 && tid != pid)
            (*last)->parent = c;
    return *last;
}

const char *argument(const char *args, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);
    for (const char *s = args; s != NULL && *s != '\0'; s += strcspn(s, " "), s += strspn(s, " "))
        if (strncmp(s, key, length) == 0 && s[length] == '=') {
            snprintf(value, size, "%.*s", (int)strcspn(s + length + 1, " "), s + length + 1);
            return value;
        }
    return NULL;
}

bool says(const struct event *e, const char *key, const char *word)
{
    char value[128];
    return argument(e->args, key, value, sizeof value) != NULL && strstr(value, word) != NULL;
}
