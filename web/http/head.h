/* SPDX-License-Identifier: MIT */
/* The head of a message, without its first line's meaning: lines and fields (RFC 9112, 2 and 5). */
#ifndef WEB_HEAD_H
#define WEB_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEAD_MAX = 16384, FIELDS_MAX = 100 }; /* larger heads: 431 (RFC 6585, 5) */

enum progress { MORE, DONE, FAULT };

/* What is wrong with a message: a broken rule, where it stands, and the byte that breaks it. */
struct fault {
    int status;          /* how a server answers it: 400, 431 ... */
    size_t at;           /* offset of the offending byte in the head or body that was parsed */
    const char *rule;    /* one sentence, without a full stop */
    const char *section; /* "RFC 9112, 5.1" */
};

struct span {
    uint16_t at, length; /* in bytes from the start of the head: it is never longer than HEAD_MAX */
};

struct field {
    struct span name, value;
};

struct head {
    const char *bytes; /* the head itself, the caller's: set by each call of head_line */
    size_t line;       /* where the line in progress begins */
    size_t seen;       /* how far its end has been looked for */
    size_t count;
    struct fault fault;
    struct field field[FIELDS_MAX];
};

/* Forgets everything, for a new message. */
void head_start(struct head *h);

/* Finds the next line of BYTES, all LENGTH bytes of the head so far, and sets *LINE to it without
 * its CRLF. MORE: it has not ended yet. FAULT: h->fault says why (RFC 9112, 2.2). */
enum progress head_line(struct head *h, const char *bytes, size_t length, struct span *line);

/* Takes LINE as a field line and adds it (RFC 9112, 5). False: h->fault says why. */
bool head_add(struct head *h, struct span line);

/* Notes a fault; returns false, so that a check can end with it. */
bool head_fault(struct head *h, int status, size_t at, const char *rule, const char *section);

/* The first field called NAME after FROM (NULL: from the beginning), or NULL (RFC 9110, 5.1). */
const struct field *head_find(const struct head *h, const char *name, const struct field *from);

/* Takes the next element of a comma-separated list off LIST (RFC 9110, 5.6.1): false at its end.
 * Elements lose their white space; empty ones are passed over. */
bool list_next(const char **list, size_t *length, const char **element, size_t *element_length);

/* Whether LENGTH bytes at BYTES are WORD, case of ASCII letters aside. */
bool same_word(const char *bytes, size_t length, const char *word);

bool is_token_byte(char c); /* tchar, RFC 9110, 5.6.2 */
bool is_value_byte(char c); /* VCHAR, SP, HTAB, obs-text: RFC 9110, 5.5 */

#endif
