/* SPDX-License-Identifier: MIT */
/* Bytes from the network, made upper case or fit to be shown. */
#ifndef TEXT_H
#define TEXT_H
#include <limits.h>
#include <stdbool.h>
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

/* The line that is arriving, as far as it matters; {0} at the beginning of a stream. */
struct line {
    char start[sizeof "close\r" - 1];
    size_t length; /* bytes so far */
    bool is_close; /* "close" has come */
    double end;    /* then, by now(): a second later, when the client is to have closed, too */
};

/* Looks for the word that ends a session in n bytes that have arrived: "close" as a line, which TCP
 * may have cut anywhere, or as all that arrived at once (a client may send it without a newline).
 * Returns how many of the bytes belong to the session: those behind "close" do not. */
size_t until_close(struct line *line, const char *bytes, size_t n);

/* n bytes as text for a log: what does not print as \n, \r, \t or \xHH. Returns out. */
const char *shown(const char *bytes, size_t n, char *out);
#define SHOWN_ROOM(n) (4 * (n) + 1)
#endif
