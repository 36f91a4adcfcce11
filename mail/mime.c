/* SPDX-License-Identifier: MIT */
#include "mime.h"

#include <string.h>

enum { MIME_LINE_MAX = 76, WORD_MAX = 75 }; /* RFC 2045 section 6.7 (5), RFC 2047 section 2 */

bool has_8bit(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)bytes[i] > 127)
            return true;
    return false;
}

/* How many bytes the character has that `p` begins with, or 0: the table of RFC 3629 section 4. */
static size_t character_length(const unsigned char *p, size_t room)
{
    static const struct {
        unsigned char first, last, least, most; /* of the first byte; of the second */
        size_t length;
    } table[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    size_t row = 0, rows = sizeof table / sizeof table[0];
    while (row < rows && (p[0] < table[row].first || p[0] > table[row].last))
        row++;
    if (row == rows || table[row].length > room)
        return 0;
    size_t length = table[row].length;
    if (length > 1 && (p[1] < table[row].least || p[1] > table[row].most))
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

bool is_utf8(const char *bytes, size_t length)
{
    const unsigned char *p = (const unsigned char *)bytes;
    for (size_t i = 0, n; i < length; i += n) {
        n = character_length(p + i, length - i);
        if (n == 0)
            return false;
    }
    return true;
}

/* Whether a reader would show it in another way: letters, what looks like a word, spaces around. */
static bool needs_words(const char *text)
{
    size_t length = strlen(text);
    return has_8bit(text, length) || strstr(text, "=?") != NULL || text[0] == ' ' ||
           (length > 0 && text[length - 1] == ' ');
}

void write_field_text(FILE *out, const char *text, size_t column)
{
    static const char begin[] = "=?UTF-8?Q?", end[] = "?=";
    const unsigned char *p = (const unsigned char *)text;
    size_t left = strlen(text), word = 0; /* word: bytes of this one, without its end */
    if (!needs_words(text)) {
        fputs(text, out);
        return;
    }
    for (size_t n; left > 0; p += n, left -= n) {
        n = character_length(p, left);
        if (n == 0)
            n = 1; /* no character; whoever asks is_utf8() first has none such */
        bool plain = n == 1 && *p > ' ' && *p < 127 && strchr("=?_", *p) == NULL;
        size_t needed = plain ? 1 : 3 * n;
        size_t room = MIME_LINE_MAX - column < WORD_MAX ? MIME_LINE_MAX - column : WORD_MAX;
        if (word > 0 && word + needed + strlen(end) > room) {
            fprintf(out, "%s\n ", end);
            word = 0;
            column = 1;
        }
        if (word == 0)
            word = (size_t)fprintf(out, "%s", begin);
        for (size_t i = 0; i < n; i++)
            fprintf(out, plain ? "%c" : "=%02X", p[i]);
        word += needed;
    }
    fputs(end, out);
}

static bool is_line_end(char c)
{
    return c == '\r' || c == '\n';
}

void write_quoted_printable(FILE *out, const char *bytes, size_t length)
{
    size_t column = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (is_line_end(bytes[i])) {
            if (c == '\r' && i + 1 < length && bytes[i + 1] == '\n')
                i++;
            putc('\n', out);
            column = 0;
            continue;
        }
        bool last = i + 1 == length || is_line_end(bytes[i + 1]);
        bool space = c == ' ' || c == '\t'; /* at the end of a line it would be lost on its way */
        bool plain = space ? !last : c > ' ' && c < 127 && c != '=';
        size_t needed = plain ? 1 : 3, room = last ? MIME_LINE_MAX : MIME_LINE_MAX - 1;
        if (column + needed > room) { /* a soft line break, which the reader takes off */
            fputs("=\n", out);
            column = 0;
        }
        if (plain)
            putc(c, out);
        else
            fprintf(out, "=%02X", c);
        column += needed;
    }
}
