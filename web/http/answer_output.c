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

const char answer_no_memory[] = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                                "Retry-After: 1\r\nContent-Length: 0\r\n\r\n";

/* There was no memory to make the answer in: this one needs none. */
static void give_up(struct answer *a)
{
    text_free(&a->text);
    text_free(&a->page);
    text_free(&a->note);
    text_string(&a->note, "# 503: the server is out of memory (RFC 9110, 15.6.4)\n");
    a->status = 503;
    a->close = true;
    a->head_length = sizeof answer_no_memory - 1;
    a->pieces = 0;
    answer_piece(a, OF_NO_MEMORY, 0, a->head_length);
}

static const char *bytes_of(const struct answer *a, enum source source)
{
    switch (source) {
    case OF_TEXT:
        return a->text.bytes;
    case OF_PAGE:
        return a->page.bytes;
    case OF_NO_MEMORY:
        return answer_no_memory;
    default:
        return a->file.content; /* NULL: it is to be read */
    }
}

ssize_t answer_read(struct answer *a, char *to, size_t size)
{
    if (a->text.failed) /* known before the first byte is sent */
        give_up(a);
    uint64_t offset = a->offset;
    size_t n = 0;

    for (size_t i = a->piece; i < a->pieces && n < size; i++, offset = 0) {
        uint64_t at = a->list[i].at + offset, left = a->list[i].length - offset;
        size_t length = left < size - n ? (size_t)left : size - n;
        const char *bytes = bytes_of(a, a->list[i].source);
        if (a->list[i].source != OF_FILE || bytes != NULL) {
            if (length > 0)
                memcpy(to + n, bytes + at, length);
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
