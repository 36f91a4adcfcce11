/* SPDX-License-Identifier: MIT */
/* The answer to a request: a head and content, made without a socket and read piece by piece. */
#ifndef WEB_ANSWER_H
#define WEB_ANSWER_H

#include "body.h"
#include "condition.h"
#include "file.h"
#include "listing.h"
#include "range.h"
#include "request.h"
#include "text.h"

#include <sys/types.h>

enum { BODY_MAX = 1 << 20 }; /* larger request bodies: 413 */

struct answer {
    int status;
    bool close;              /* the connection ends after this answer */
    size_t head_length;      /* in bytes, of TEXT */
    uint64_t sent;           /* bytes so far, all told */
    size_t piece, pieces;    /* the one being sent, and how many there are */
    uint64_t offset;         /* into that piece */
    struct text text;        /* the head, then the heads of parts */
    struct text page;        /* content that is no file's */
    struct text note;        /* for the log: what rule was broken */
    struct file file;        /* fd -1 and no content: there is none */
    struct listing *listing; /* not done yet: it will be the page; or NULL */
    struct piece {
        enum source {
            OF_TEXT,
            OF_PAGE,
            OF_FILE,
            OF_NO_MEMORY
        } source; /* whose bytes it is a run of */
        uint64_t at, length;
    } list[2 * RANGES_MAX + 2];
};

/* Before the first use of *A. */
void answer_start(struct answer *a);

/* Begins the answer to a request that request_parse found sound and whose body has been read. RAW
 * is the request as it arrived, head and body, for the echo, and is taken away; or NULL. *A was
 * started or ended. MORE: call answer_go_on until it is DONE, each time with the same request. */
enum progress answer_begin(struct answer *a, const struct site *site, const struct request *r,
                           struct text *raw);

/* Does another part of the work, a fraction of a millisecond. */
enum progress answer_go_on(struct answer *a, const struct site *site, const struct request *r);

/* All of it at once, for a server with one client at a time. */
void answer_request(struct answer *a, const struct site *site, const struct request *r,
                    struct text *raw);

/* Whether a request whose head is sound is refused before its body is read: a body too large, or
 * one that the client will not send before it is told to (Expect) and that nobody wants. If so, *A
 * is the answer. */
bool answer_early(struct answer *a, const struct site *site, const struct request *r);

/* Makes an error page, which ends the connection, for a fault found at f->at of the LENGTH bytes at
 * BYTES. What is known of the request by then is in *R. */
void answer_fault(struct answer *a, const struct site *site, const struct request *r,
                  const struct fault *f, const char *bytes, size_t length);

/* A whole answer, 503, for a client whose request nobody has the memory to read. */
extern const char answer_no_memory[];

/* Copies at most SIZE of the bytes to be sent next to TO. Returns how many; 0: all are sent; -1:
 * they cannot be had (the file has become shorter than the head says), so close the connection. */
ssize_t answer_read(struct answer *a, char *to, size_t size);

/* Moves on by LENGTH bytes of those that answer_read copied. */
void answer_sent(struct answer *a, size_t length);

/* Adds the log's line for this answer, in Common Log Format with the bytes of content sent so far,
 * and what rule was broken. CLIENT is the address. */
void answer_log(struct text *log, const struct answer *a, const struct request *r, int64_t now,
                const char *client);

/* Closes the file; the memory can be used for the next answer, or freed. */
void answer_end(struct answer *a);
void answer_free(struct answer *a);

/* What the above are made of. A head: its first lines, then fields by text_string(&a->text, ...)
 * and answer_content, its end; content: its pieces, or a->page whole. */
void answer_head(struct answer *a, const struct site *site, const struct request *r, int status);
void answer_content(struct answer *a, const char *type, uint64_t length);
void answer_head_end(struct answer *a);
void answer_page(struct answer *a, const struct request *r);
void answer_piece(struct answer *a, enum source source, uint64_t at, uint64_t length);

/* An error page for the byte at AT of the request's head; MORE_FIELDS are lines of the head, or
 * "".*/
void answer_refuse(struct answer *a, const struct site *site, const struct request *r, int status,
                   size_t at, const char *rule, const char *section, const char *more_fields);

/* Whether the preconditions of *R leave no need for the content that *V describes. If so, *A is the
 * answer: 304 or 412. */
bool answer_condition(struct answer *a, const struct site *site, const struct request *r,
                      const struct validators *v);

/* The file in a->file, called NAME, as preconditions and ranges want it. */
void answer_file(struct answer *a, const struct site *site, const struct request *r,
                 const char *name);

#endif
