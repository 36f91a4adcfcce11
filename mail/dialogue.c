/* SPDX-License-Identifier: MIT */
#include "dialogue.h"
#include "../common/text.h"
#include <stdio.h>

void print_dialogue(const char *where, const char *who, const char *bytes, size_t length)
{
    char text[SHOWN_ROOM(DIALOGUE_MAX)], *to = text;
    shown(bytes, length < DIALOGUE_MAX ? length : DIALOGUE_MAX, text);

    /* shown() escapes what would end its quotes. There are none here, and mails say "don't". */
    for (const char *from = text; *from; *to++ = *from++) {
        if (from[0] == '\\' && from[1] == '\'')
            from++;
        else if (from[0] == '\\')
            *to++ = *from++;
    }
    *to = '\0';
    printf("%s%s %s\n", where, who, text);
}
