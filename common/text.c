/* SPDX-License-Identifier: MIT */
#include "text.h"
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
        for (size_t length, put; cut->count > 0; made += put, cut->count -= length) {
            wchar_t c;
            if ((length = mbrtowc(&c, cut->bytes, cut->count, &(mbstate_t){0})) == (size_t)-2)
                break; /* the rest of it is still to come */
            if (length == (size_t)-1 || length == 0) /* no character, or NUL: WEOF has no bytes */
                length = 1, c = (wchar_t)WEOF;
            put = wcrtomb(out + made, (wchar_t)towupper((wint_t)c), &(mbstate_t){0});
            if (put == (size_t)-1) /* nor has a capital that the locale lacks: pass them on */
                memcpy(out + made, cut->bytes, put = length);
            memmove(cut->bytes, cut->bytes + length, cut->count - length);
        }
    }
    return made;
}

const char *shown(const char *bytes, size_t n, char *out)
{
    static const char specials[] = "\n\r\t\\'";
    char *next = out;
    for (size_t i = 0, length; i < n; i += length) {
        wchar_t c = L'\0';
        const char *special = memchr(specials, bytes[i], 5);
        length = mbrtowc(&c, bytes + i, n - i, &(mbstate_t){0});
        if (length > n - i || length == 0) /* no character, only a part of one, or NUL */
            length = 1, c = L'\0';
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
