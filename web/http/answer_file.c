/* SPDX-License-Identifier: MIT */
/* The answer that is a file, or parts of one. */
#include "answer.h"
#include "media.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void validator_fields(struct answer *a)
{
    text_string(&a->text, "ETag: ");
    text_string(&a->text, a->file.etag);
    text_string(&a->text, "\r\nLast-Modified: ");
    text_string(&a->text, a->file.modified_text);
    text_string(&a->text, "\r\n");
}

static void content_range(struct text *t, const struct range *range, uint64_t size)
{
    text_format(t, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", range->first,
                range->first + range->length - 1, size);
}

/* multipart/byteranges, RFC 9110, 14.6: the parts' heads are text, their bodies the file's. */
static void send_parts(struct answer *a, const char *type, const struct range *range, int count)
{
    struct text heads = {0};
    char boundary[ETAG_BYTES], full_type[ETAG_BYTES + 40] = "multipart/byteranges; boundary=";
    uint64_t length = 0;
    size_t from = 0, ends[RANGES_MAX + 1];

    const char *tag = strchr(a->file.etag, '"') + 1; /* hexadecimal digits and hyphens */
    size_t tag_length = strcspn(tag, "\"");
    memcpy(boundary, tag, tag_length);
    boundary[tag_length] = '\0';
    strcat(full_type, boundary);
    for (int i = 0; i < count; i++) {
        text_format(&heads, "%s--%s\r\nContent-Type: %s\r\n", i > 0 ? "\r\n" : "", boundary, type);
        content_range(&heads, &range[i], a->file.size);
        text_string(&heads, "\r\n");
        ends[i] = heads.length;
        length += range[i].length;
    }
    text_format(&heads, "\r\n--%s--\r\n", boundary);
    ends[count] = heads.length;

    answer_content(a, full_type, length + heads.length);
    answer_head_end(a);
    for (int i = 0; i <= count; i++) {
        answer_piece(a, OF_TEXT, a->text.length + from, ends[i] - from);
        if (i < count)
            answer_piece(a, OF_FILE, range[i].first, range[i].length);
        from = ends[i];
    }
    text_add(&a->text, heads.bytes, heads.length);
    a->text.failed = a->text.failed || heads.failed;
    text_free(&heads);
}

bool answer_condition(struct answer *a, const struct site *site, const struct request *r,
                      const struct validators *v)
{
    const char *rule, *section;
    int status = condition_judge(&r->head, v, &rule, &section);

    if (status == 412) {
        const struct field *f = head_find(&r->head, "if-match", NULL);
        if (f == NULL)
            f = head_find(&r->head, "if-unmodified-since", NULL);
        answer_refuse(a, site, r, 412, f->value.at, rule, section, "");
    } else if (status == 304) { /* no content, and of its fields only these: RFC 9110, 15.4.5 */
        answer_head(a, site, r, 304);
        if (v->etag != NULL)
            validator_fields(a);
        answer_head_end(a);
    }
    return status != 0;
}

/* The file that a->file holds: preconditions first, then ranges (RFC 9110, 13.2.2). */
void answer_file(struct answer *a, const struct site *site, const struct request *r,
                 const char *name)
{
    const struct head *h = &r->head;
    const struct validators v = {a->file.etag, a->file.modified, site->now};
    const struct field *field = head_find(h, "range", NULL);
    struct range range[RANGES_MAX];
    const char *type = media_type(name);
    int ranges = 0;

    if (answer_condition(a, site, r, &v))
        return;
    /* Range is defined for GET only, and has one value: RFC 9110, 14.2. */
    if (field != NULL && r->method == GET && head_find(h, "range", field) == NULL &&
        a->file.size > 0 && condition_range_applies(h, &v))
        ranges = range_read(h->bytes + field->value.at, field->value.length, a->file.size, range);
    if (ranges < 0) {
        char size[64];
        snprintf(size, sizeof size, "Content-Range: bytes */%" PRIu64 "\r\n", a->file.size);
        answer_refuse(a, site, r, 416, field->value.at,
                      ranges == RANGES_BAD ? "a range is first-last, first- or -length"
                                           : "the file has no bytes in this range",
                      "RFC 9110, 15.5.17", size);
        return;
    }
    answer_head(a, site, r, ranges > 0 ? 206 : 200);
    text_string(&a->text, "Accept-Ranges: bytes\r\n");
    validator_fields(a);
    if (ranges > 1) {
        send_parts(a, type, range, ranges);
        return;
    }
    if (ranges == 0)
        range[0] = (struct range){0, a->file.size};
    else
        content_range(&a->text, range, a->file.size);
    answer_content(a, type, range[0].length);
    answer_head_end(a);
    if (r->method == GET && range[0].length > 0)
        answer_piece(a, OF_FILE, range[0].first, range[0].length);
}
