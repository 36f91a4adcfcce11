/* SPDX-License-Identifier: MIT */
/* Fuzzes the request parser and the body parser: whatever the bytes and however they are cut, the
 * verdict is the same, and what is accepted holds what the rest of the program relies on. */
#include "../../web/http/body.h"
#include "../../web/http/request.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MUST(what) ((what) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes in memory of just their size, so that reading one too many is seen. */
static enum progress parse(struct request *r, const char *bytes, size_t length)
{
    char *copy = malloc(length + 1);
    MUST(copy != NULL);
    memcpy(copy + 1, bytes, length);
    enum progress p = request_parse(r, copy + 1, length);
    free(copy);
    return p;
}

static void check_body(const struct request *r, const char *bytes, size_t length)
{
    struct body whole, cut;
    size_t used = 0, used_cut = 0, content;
    enum progress p = MORE, q = MORE;

    if (r->framing == NO_BODY)
        return;
    r->framing == CHUNKED ? body_start_chunked(&whole)
                          : body_start_counted(&whole, r->content_length);
    cut = whole;
    for (size_t n; p == MORE && used < length; used += n) {
        p = body_parse(&whole, bytes + used, length - used, &n, &content);
        MUST(n <= length - used && content <= n);
    }
    for (size_t n; q == MORE && used_cut < length; used_cut += n)
        q = body_parse(&cut, bytes + used_cut, 1, &n, &content);
    MUST(p == q && used == used_cut && whole.content == cut.content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    static struct request whole, cut;
    size_t length = 0;
    enum progress q = MORE;

    request_start(&whole);
    enum progress p = parse(&whole, bytes, size);
    request_start(&cut);
    while (q == MORE && length < size) { /* in steps that grow, or long inputs take too long */
        length += 1 + length / 64;
        length = length < size ? length : size;
        q = parse(&cut, bytes, length);
    }
    MUST(size == 0 || p == q);
    if (p == FAULT) {
        MUST(whole.head.fault.at == cut.head.fault.at && whole.head.fault.at < size);
        MUST(whole.head.fault.status == cut.head.fault.status && whole.head.fault.status >= 400);
        MUST(whole.head.fault.rule == cut.head.fault.rule && whole.head.fault.section != NULL);
    } else if (p == DONE) {
        MUST(whole.length == cut.length && whole.length <= size && whole.length <= HEAD_MAX);
        MUST(memcmp(bytes + whole.length - 4, "\r\n\r\n", 4) == 0);
        MUST(memchr(bytes, '\0', whole.length) == NULL);
        MUST(whole.target.length > 0 && whole.target.at + whole.target.length < whole.length);
        MUST(whole.framing != LENGTH || whole.content_length > 0);
        for (size_t i = 0; i < whole.head.count; i++) {
            const struct field *f = &whole.head.field[i];
            MUST(f->name.length > 0 && f->value.at + (size_t)f->value.length < whole.length);
        }
        check_body(&whole, bytes + whole.length, size - whole.length);
    }
    return 0;
}
