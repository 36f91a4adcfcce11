/* SPDX-License-Identifier: MIT */
/* Fuzzes the target decoder: a decoded path never climbs, holds no NUL and no empty segment, and
 * comes back to itself when it is encoded and decoded once more. */
#include "../../web/http/target.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MUST(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct path path, again;
    static char encoded[3 * PATH_BYTES + 2];
    char *copy = malloc(size + 1);

    MUST(copy != NULL);
    memcpy(copy + 1, data, size);
    int status = path_decode(&path, copy + 1, size);
    authority_is_sound(copy + 1, size, size % 2);
    free(copy);
    if (status != 0) {
        MUST(status == 400 || status == 404);
        return 0;
    }
    MUST(strlen(path.name) == path.length && path.length <= size);
    for (const char *s = path.name; *s != '\0';) {
        size_t n = strcspn(s, "/");
        MUST(n > 0 && !(n == 1 && s[0] == '.') && !(n == 2 && s[0] == '.' && s[1] == '.'));
        s += n;
        MUST(*s == '\0' || s[1] != '\0');
        s += *s == '/';
    }
    encoded[0] = '/';
    size_t length = path_encode(encoded + 1, path.name, path.length) + 1;
    MUST(strlen(encoded) == length);
    if (length < PATH_BYTES - 16) {
        MUST(path_decode(&again, encoded, length) == 0);
        MUST(again.length == path.length && memcmp(again.name, path.name, path.length) == 0);
    }
    return 0;
}
