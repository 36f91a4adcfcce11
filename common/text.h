/* SPDX-License-Identifier: MIT */
/* Bytes from the network, made upper case or fit to be shown. */
#ifndef TEXT_H
#define TEXT_H
#include <limits.h>
#include <stddef.h>

/* The beginning of a character that TCP has cut in two; {0} at the beginning of a stream. */
struct cut_character {
    size_t count;
    char bytes[MB_LEN_MAX];
};

/* Makes n bytes upper case by the characters of the user's locale; other bytes pass as they are.
 * A character that is not whole yet waits in *cut; at the end of the stream its bytes are to be
 * sent as they are. Returns how many bytes it put into out. POSIX: mbrtowc(), towupper(). */
size_t to_upper(struct cut_character *cut, const char *bytes, size_t n, char *out);
#define UPPER_ROOM(n) (2 * (n) + MB_LEN_MAX)

/* n bytes as text for a log: what does not print as \n, \r, \t or \xHH. Returns out. */
const char *shown(const char *bytes, size_t n, char *out);
#define SHOWN_ROOM(n) (4 * (n) + 1)
#endif
