/* SPDX-License-Identifier: MIT */
/* Reading an answer off, piece by piece, as fast as the client takes it. */
#include "answer.h"
#include "cache.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void answer_start(struct answer *a)
{
    *a = (struct answer){.file.fd = -1};
}

ssize_t answer_read(struct answer *a, char *to, size_t size)
{
    uint64_t offset = a->offset;
    size_t n = 0;

    if (a->text.failed)
        return -1;
    for (size_t i = a->piece; i < a->pieces && n < size; i++, offset = 0) {
        uint64_t at = a->list[i].at + offset, left = a->list[i].length - offset;
        size_t length = left < size - n ? (size_t)left : size - n;
        if (a->list[i].source != OF_FILE) {
            const struct text *t = a->list[i].source == OF_TEXT ? &a->text : &a->page;
            memcpy(to + n, t->bytes + at, length);
        } else if (a->file.content != NULL) {
            memcpy(to + n, a->file.content + at, length);
        } else {
            ssize_t got;
            do
                got = pread(a->file.fd, to + n, length, (off_t)at);
            while (got == -1 && errno == EINTR);
            if (got <= 0) /* the file ends here now: what was promised cannot be kept */
                return n > 0 ? (ssize_t)n : -1;
            if ((size_t)got < length)
                return (ssize_t)(n + (size_t)got);
        }
        n += length;
    }
    return (ssize_t)n;
}

void answer_sent(struct answer *a, size_t length)
{
    a->sent += length;
    a->offset += length;
    while (a->piece < a->pieces && a->offset >= a->list[a->piece].length)
        a->offset -= a->list[a->piece++].length;
}

void answer_end(struct answer *a)
{
    cache_release(a->file.cached);
    if (a->file.fd != -1)
        close(a->file.fd);
    listing_close(a->listing);
    a->listing = NULL;
    a->file = (struct file){.fd = -1};
    a->status = 0;
    a->close = false;
    a->sent = a->offset = 0;
    a->piece = a->pieces = a->head_length = 0;
    a->text.length = a->page.length = a->note.length = 0;
    a->text.failed = a->page.failed = a->note.failed = false;
}

void answer_free(struct answer *a)
{
    answer_end(a);
    text_free(&a->text);
    text_free(&a->page);
    text_free(&a->note);
}
