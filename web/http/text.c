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

/* The length of the character at the beginning of LENGTH bytes of UTF-8; 0: there is none, or it is
 * a control character (RFC 3629, 4). */
static size_t character(const char *bytes, size_t length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)bytes[0];
    size_t n = 2;

    if (first < 0x80)
        return first >= ' ' && first != 0x7f;
    if (first >= 0xe0)
        n = first >= 0xf0 ? 4 : 3;
    if (first < 0xc2 || first > 0xf4 || n > length)
        return 0;
    uint32_t code = first & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if ((c & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (c & 0x3fu);
    }
    bool surrogate = code >= 0xd800 && code < 0xe000;
    return code >= least[n] && code >= 0xa0 && code <= 0x10ffff && !surrogate ? n : 0;
}

void text_html(struct text *t, const char *bytes, size_t length)
{
    for (size_t i = 0, n = 1; i<length; i += n> 0 ? n : 1) {
        n = character(bytes + i, length - i);
        if (n == 0)
            text_string(t, "&#xFFFD;");
        else if (bytes[i] == '&')
            text_string(t, "&amp;");
        else if (bytes[i] == '<')
            text_string(t, "&lt;");
        else if (bytes[i] == '>')
            text_string(t, "&gt;");
        else if (bytes[i] == '"')
            text_string(t, "&quot;");
        else if (bytes[i] == '\'')
            text_string(t, "&#39;");
        else
            text_add(t, bytes + i, n);
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
