/* SPDX-License-Identifier: MIT */
/* expect: is the result of the last call the one that a script states? */
#include "expect.h"
#include "errors.h"
#include "say.h"
#include "take.h"

#include <stdio.h>
#include <string.h>

/* One alternative of expect: "bytes", a number, ok, error, an errno's name, a word told. */
static bool matches(struct command *c)
{
    struct word w = take_word(c, "a result");
    char padded[256];

    if (!w.quoted && strlen(w.bytes) == 1 && strchr("=<>", w.bytes[0]) != NULL) {
        long value = take_number(c, "the number", -1, 2147483647);
        return w.bytes[0] == '='   ? last.value == value
               : w.bytes[0] == '<' ? !last.failed && last.value < value
                                   : !last.failed && last.value > value;
    }
    if (w.quoted) {
        return last.data != NULL && last.length == w.length &&
               memcmp(last.data, w.bytes, w.length) == 0;
    }
    if (strspn(w.bytes, "-0123456789") == w.length) {
        c->next--;
        return last.value == take_number(c, "the number", -1, 2147483647);
    }
    if (strcmp(w.bytes, "ok") == 0 || strcmp(w.bytes, "error") == 0) {
        return last.failed == (w.bytes[0] == 'e');
    }
    if (error_number(w.bytes) != 0) {
        return last.failed && last.error == error_number(w.bytes);
    }
    if (w.bytes[0] == 'E' && strspn(w.bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == w.length &&
        strcmp(w.bytes, "ESTABLISHED") != 0) {
        wrong(c, "no error is named '%.40s'", w.bytes);
    }
    snprintf(padded, sizeof padded, " %s ", w.bytes);
    return strstr(last.told, padded) != NULL;
}

/* What was expected and what came instead. */
static void disagree(const struct command *c, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "expected");
    for (int i = 1; i < c->count && used < size; i++) {
        const struct word *w = &c->word[i];
        used += (size_t)snprintf(text + used, size - used, " %s",
                                 w->quoted ? quote(w->bytes, w->length) : w->bytes);
    }
    if (used < size) {
        snprintf(text + used, size - used, ", but %s gave %ld%s%s%s%s%.*s", last.call, last.value,
                 last.error ? " " : "", last.error ? error_name(last.error) : "",
                 last.data ? " " : "", last.data ? quote(last.data, last.length) : "",
                 last.told[0] ? (int)strlen(last.told) - 1 : 0, last.told);
    }
}

bool expect(struct command *c, char *text, size_t size)
{
    bool negated, found;

    c->next = 1;
    negated = more(c) && strcmp(c->word[1].bytes, "not") == 0;
    c->next += negated;
    if (last.call == NULL) {
        wrong(c, "expect stands after a call");
    }
    found = matches(c);
    while (more(c) && strcmp(c->word[c->next].bytes, "or") == 0) {
        c->next++;
        found = matches(c) || found;
    }
    if (complete(c) && found == negated) {
        disagree(c, text, size);
    }
    return found != negated;
}
