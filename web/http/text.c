/* SPDX-License-Identifier: MIT */
/* Text that grows, and bytes made fit to be shown. */
#include "text.h"
#include "memory.h"

#include <stdarg.h>
#include <stdio.h>

static bool room(struct text *t, size_t length)
{
    if (t->size - t->length > length)
        return true;
    size_t size = t->size > 0 ? t->size : 1024;
    while (size - t->length <= length && size <= (size_t)-1 / 4)
        size *= 2;
    char *bytes = NULL;
    if (!t->failed && size - t->length > length)
        bytes = memory_resize(t->bytes, t->size, size);
    if (bytes == NULL) {
        t->failed = true;
        return false;
    }
    t->bytes = bytes;
    t->size = size;
    return true;
}

void text_add(struct text *t, const void *bytes, size_t length)
{
    if (room(t, length)) {
        if (length > 0)
            memcpy(t->bytes + t->length, bytes, length);
        t->length += length;
    }
}

void text_number(struct text *t, uint64_t number)
{
    char digits[20], *first = digits + sizeof digits; /* printf takes its time, in every head */
    do
        *--first = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    text_add(t, first, (size_t)(digits + sizeof digits - first));
}

void text_format(struct text *t, const char *format, ...)
{
    char line[512]; /* what is longer is added piece by piece */
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof line)
        t->failed = true;
    else
        text_add(t, line, (size_t)length);
}

void text_free(struct text *t)
{
    memory_free(t->bytes, t->size);
    *t = (struct text){0};
}

void text_escaped(struct text *t, const char *bytes, size_t length, char quote)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c < ' ' || c > '~' || c == '\\' || (c == quote && quote != 0))
            text_format(t, "\\x%02x", c);
        else
            text_add(t, bytes + i, 1);
    }
}

void text_html(struct text *t, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (bytes[i]) {
        case '&':
            text_string(t, "&amp;");
            break;
        case '<':
            text_string(t, "&lt;");
            break;
        case '>':
            text_string(t, "&gt;");
            break;
        case '"':
            text_string(t, "&quot;");
            break;
        case '\'':
            text_string(t, "&#39;");
            break;
        default:
            text_add(t, bytes + i, 1);
        }
    }
}

void text_excerpt(struct text *t, const char *indent, const char *bytes, size_t length, size_t at)
{
    size_t from = at, to = at;

    while (from > 0 && at - from < 60 && bytes[from - 1] != '\n')
        from--;
    while (to < length && to - at < 30 && bytes[to] != '\n' && bytes[to] != '\r')
        to++;
    if (to == at && at < length)
        to++; /* the offender is the CR or LF itself */
    text_string(t, indent);
    size_t start = t->length;
    text_escaped(t, bytes + from, at - from, 0);
    size_t column = t->length - start; /* escaped bytes are wider than one column */
    text_escaped(t, bytes + at, to - at, 0);
    text_string(t, "\n");
    text_string(t, indent);
    while (column-- > 0)
        text_string(t, " ");
    text_string(t, "^\n");
}
