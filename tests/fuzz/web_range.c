/* SPDX-License-Identifier: MIT */
/* Fuzzes ranges and preconditions: ranges lie inside the file and apart from each other. The first
 * eight bytes are the file's size, the rest a Range value, and then also a head of fields. */
#include "../../web/http/condition.h"
#include "../../web/http/range.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MUST(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_conditions(const char *bytes, size_t length)
{
    static struct head h;
    const struct validators strong = {"\"tag\"", 784111777, 1795247300};
    const struct validators weak = {"W/\"tag\"", 784111777, 784111777};
    const char *rule, *section;
    struct span line;

    head_start(&h);
    while (head_line(&h, bytes, length, &line) == DONE && line.length > 0)
        if (!head_add(&h, line))
            return;
    for (int i = 0; i < 2; i++) {
        int status = condition_judge(&h, i ? &strong : &weak, &rule, &section);
        MUST(status == 0 || status == 304 || status == 412);
        condition_range_applies(&h, i ? &strong : &weak);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct range range[RANGES_MAX];
    uint64_t file;

    if (size < sizeof file)
        return 0;
    memcpy(&file, data, sizeof file);
    file &= INT64_MAX;
    size -= sizeof file;
    char *copy = malloc(size + 1);
    MUST(copy != NULL);
    memcpy(copy + 1, data + sizeof file, size);
    int count = range_read(copy + 1, size, file, range);
    MUST(count >= RANGES_BAD && count <= RANGES_MAX);
    for (int i = 0; i < count; i++) {
        MUST(range[i].length > 0 && range[i].first < file);
        MUST(range[i].length <= file - range[i].first);
        for (int j = 0; j < i; j++)
            MUST(range[i].first + range[i].length < range[j].first ||
                 range[j].first + range[j].length < range[i].first);
    }
    check_conditions(copy + 1, size);
    free(copy);
    return 0;
}
