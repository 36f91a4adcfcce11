/* SPDX-License-Identifier: MIT */
#include "text.h"
#include "net.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

size_t to_upper(struct cut_character *cut, const char *bytes, size_t n, char *out)
{
    size_t made = 0;
    for (size_t i = 0; i < n; i++) {
        wint_t ascii = cut->count == 0 ? (unsigned char)bytes[i] : 128;
        wint_t capital = ascii == 'i' ? towupper('i') : (wint_t)toupper((int)ascii);
        if (capital < 128) { /* the quick way; not for a Turkish i, whose capital is not ASCII */
            out[made++] = (char)capital;
            continue;
        }
        cut->bytes[cut->count++] = bytes[i];
        while (cut->count > 0) {
            wchar_t c;
            size_t length = mbrtowc(&c, cut->bytes, cut->count, &(mbstate_t){0});
            if (length == (size_t)-2)
                break; /* the rest of it is still to come */
            if (length == (size_t)-1 || length == 0) { /* no character, or NUL */
                length = 1;
                c = (wchar_t)WEOF; /* which has no bytes: wcrtomb() refuses it */
            }
            size_t put = wcrtomb(out + made, (wchar_t)towupper((wint_t)c), &(mbstate_t){0});
            if (put == (size_t)-1) { /* so it does a capital that the locale lacks: pass them on */
                put = length;
                memcpy(out + made, cut->bytes, length);
            }
            made += put;
            cut->count -= length;
            memmove(cut->bytes, cut->bytes + length, cut->count);
        }
    }
    return made;
}

size_t until_close(struct line *line, const char *bytes, size_t n)
{
    bool alone = n == 5 && memcmp(bytes, "close", 5) == 0;
    size_t used = alone ? n : 0;
    line->is_close = alone;
    while (used < n && !line->is_close) {
        char c = bytes[used];
        size_t length = line->length;
        if (c == '\n') {
            line->is_close = (length == 5 || length == 6) &&
                             memcmp(line->start, "close\r", length) == 0;
            line->length = 0;
        } else {
            if (length < sizeof line->start)
                line->start[length] = c;
            line->length++;
        }
        used++;
    }
    line->end = now() + 1;
    return used;
}

const char *shown(const char *bytes, size_t n, char *out)
{
    static const char specials[] = "\n\r\t\\'";
    char *next = out;
    size_t length;
    for (size_t i = 0; i < n; i += length) {
        wchar_t c = L'\0';
        const char *special = memchr(specials, bytes[i], 5);
        length = mbrtowc(&c, bytes + i, n - i, &(mbstate_t){0});
        if (length > n - i || length == 0) { /* no character, only a part of one, or NUL */
            length = 1;
            c = L'\0';
        }
        if (special != NULL)
            next += sprintf(next, "\\%c", "nrt\\'"[special - specials]);
        else if (iswprint((wint_t)c))
            next += sprintf(next, "%.*s", (int)length, bytes + i);
        else
            for (size_t end = i + length, at = i; at < end; at++)
                next += sprintf(next, "\\x%02x", (unsigned char)bytes[at]);
    }
    *next = '\0';
    return out;
}
