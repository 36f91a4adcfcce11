/* SPDX-License-Identifier: MIT */
/* Fuzzes the date parser: what it reads, written again, is read as the same. */
#include "../../web/http/date.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MUST(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int64_t now = 1795247300;
    int64_t seconds, again;
    char text[DATE_BYTES], *copy = malloc(size + 1);

    MUST(copy != NULL);
    memcpy(copy + 1, data, size);
    if (date_read(copy + 1, size, now, &seconds)) {
        date_write(text, seconds);
        MUST(strlen(text) == DATE_BYTES - 1);
        MUST(date_read(text, strlen(text), now, &again));
        MUST(again == seconds || seconds == 253402300800); /* a leap second after the last one */
    }
    free(copy);
    if (size >= sizeof seconds) {
        memcpy(&seconds, data, sizeof seconds);
        date_write(text, seconds);
        MUST(strlen(text) == DATE_BYTES - 1);
        date_write_log(text, seconds);
        date_write_short(text, seconds);
    }
    return 0;
}
