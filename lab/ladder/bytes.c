/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* wcwidth(3) */
#include "bytes.h"
#include "style.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

char *buffer(void)
{
    static char ring[8][ROOM];
    static int turn;
    char *text = ring[turn++ % 8];
    text[0] = '\0';
    return text;
}

void add(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, ROOM - length, format, arguments);
    va_end(arguments);
}

/* The width of the character at text and how many bytes it has; -1 and 1 for what is no printable
 * character (RFC 3629 says which sequences are). */
static int decode(const unsigned char *s, size_t length, int *bytes)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    int more = s[0] < 0x80   ? 1
               : s[0] < 0xc2 ? 0
               : s[0] < 0xe0 ? 2
               : s[0] < 0xf0 ? 3
               : s[0] < 0xf5 ? 4
                             : 0;
    unsigned c = more < 2 ? s[0] : s[0] & (0x7fU >> more);
    *bytes = 1;
    if (more == 0 || (size_t)more > length || (more > 1 && !style.utf8))
        return -1;
    for (int i = 1; i < more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || c < ' ' ||
        (c >= 0x7f && c < 0xa0))
        return -1;
    int width = wcwidth((wchar_t)c);
    *bytes = more;
    if (width == -1 && more > 1 && style.form != 't')
        return 1; /* the locale does not know it, a browser will */
    if (width == -1)
        *bytes = 1;
    return width;
}

int glyph(const char *text, int *bytes)
{
    int width = decode((const unsigned char *)text, strlen(text), bytes);
    return width < 0 ? 1 : width;
}

int words_width(const char *text)
{
    int width = 0, bytes;
    for (; *text != '\0'; text += bytes)
        width += glyph(text, &bytes);
    return width;
}

bool add_bytes(char *text, const unsigned char *data, size_t length, int width, bool quoted)
{
    for (size_t i = 0; i < length;) {
        char shown[8];
        int bytes, wide = decode(data + i, length - i, &bytes);
        const char *special = data[i] != '\0' ? strchr("\nn\rr\tt", data[i]) : NULL;
        if (wide >= 0 && !(quoted && (data[i] == '"' || data[i] == '\\')))
            snprintf(shown, sizeof shown, "%.*s", bytes, (const char *)data + i);
        else if (wide >= 0)
            snprintf(shown, sizeof shown, "\\%c", data[i]);
        else if (special != NULL)
            snprintf(shown, sizeof shown, "\\%c", special[1]);
        else
            snprintf(shown, sizeof shown, "\\x%02x", data[i]);
        wide = wide < 0 || shown[0] == '\\' ? (int)strlen(shown) : wide;
        if ((width -= wide) < 0 || strlen(text) + strlen(shown) + 8 > ROOM)
            return false;
        add(text, "%s", shown);
        i += (size_t)bytes;
    }
    return true;
}

const char *plain_words(const char *text)
{
    char *words = buffer();
    add_bytes(words, (const unsigned char *)text, strlen(text), ROOM, false);
    return words;
}

const char *dots(void)
{
    return style.utf8 ? "…" : "...";
}
