/* SPDX-License-Identifier: MIT */
/* Bodies: counted and chunked, whole, byte by byte and in every split. */
#include "../../web/http/body.h"
#include "web_check.h"

#include <stdlib.h>

#define N(text) text, sizeof text - 1

struct outcome {
    enum progress progress;
    size_t used;      /* bytes of the body when it was decided */
    char content[64]; /* what was in it */
    size_t length;
};

static const struct test {
    const char *name, *bytes;
    size_t length;
    enum progress progress;
    size_t used; /* DONE: where the body ends; FAULT: the offending byte */
    const char *content;
} chunked[] = {
    {"RFC 9112 7.1: two chunks", N("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"), DONE, 21, "hello!"},
    {"RFC 9112 7.1: what follows is not the body's", N("1\r\na\r\n0\r\n\r\nGET"), DONE, 11, "a"},
    {"RFC 9112 7.1: no content", N("0\r\n\r\n"), DONE, 5, ""},
    {"RFC 9112 7.1: hexadecimal in both cases",
     N("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"), DONE, 36, "01234567890123456789a"},
    {"RFC 9112 7.1: leading zeros", N("0001\r\na\r\n000\r\n\r\n"), DONE, 16, "a"},
    {"RFC 9112 7.1: not ended", N("1\r\na\r\n0\r\n"), MORE, 9, "a"},
    {"RFC 9112 7.1.1: extensions", N("1;a;b=c;d=\"e\"\r\nx\r\n0;f\r\n\r\n"), DONE, 25, "x"},
    {"RFC 9112 7.1.1: white space before an extension", N("1 \t;a\r\nx\r\n0\r\n\r\n"), DONE, 15,
     "x"},
    {"RFC 9112 7.1.2: trailers", N("0\r\nA: b\r\nC:\r\n\r\n"), DONE, 15, ""},
    {"RFC 9112 7.1: a bare LF after the size", N("1\na\r\n0\r\n\r\n"), FAULT, 1, ""},
    {"RFC 9112 7.1: a bare LF after the data", N("1\r\na\n0\r\n\r\n"), FAULT, 4, "a"},
    {"RFC 9112 7.1: a bare CR after the size", N("1\ra\r\n0\r\n\r\n"), FAULT, 2, ""},
    {"RFC 9112 7.1: no size", N("\r\na\r\n"), FAULT, 0, ""},
    {"RFC 9112 7.1: a sign", N("+1\r\na\r\n"), FAULT, 0, ""},
    {"RFC 9112 7.1: a minus", N("-1\r\na\r\n"), FAULT, 0, ""},
    {"RFC 9112 7.1: 0x", N("0x1\r\na\r\n"), FAULT, 1, ""},
    {"RFC 9112 7.1: a space before the size", N(" 1\r\na\r\n"), FAULT, 0, ""},
    {"RFC 9112 7.1: a space after the size", N("1 \r\na\r\n"), FAULT, 2, ""},
    {"RFC 9112 7.1: a letter", N("g\r\n"), FAULT, 0, ""},
    {"RFC 9112 7.1: more data than announced", N("1\r\nab\r\n0\r\n\r\n"), FAULT, 4, "a"},
    {"RFC 9112 7.1: overflow", N("10000000000000001\r\na\r\n"), FAULT, 15, ""},
    {"RFC 9112 7.1: zeros without end", N("00000000000000000001\r\na\r\n"), FAULT, 15, ""},
    {"RFC 9112 7.1.1: a bare LF in an extension", N("1;a\nx\r\n0\r\n\r\n"), FAULT, 3, ""},
    {"RFC 9112 7.1.1: a bare CR in an extension", N("1;a\rb\r\nx\r\n"), FAULT, 4, ""},
    {"RFC 9112 7.1.1: a NUL in an extension", N("1;\0\r\nx\r\n"), FAULT, 2, ""},
    {"RFC 9112 7.1.2: a folded trailer", N("0\r\nA: b\r\n c\r\n\r\n"), FAULT, 9, ""},
    {"RFC 9112 7.1.2: a trailer without colon", N("0\r\nAb\r\n\r\n"), FAULT, 5, ""},
    {"RFC 9112 7.1.2: a space before the colon", N("0\r\nA : b\r\n\r\n"), FAULT, 4, ""},
    {"RFC 9112 7.1.2: a bare LF after a trailer", N("0\r\nA: b\n\r\n"), FAULT, 7, ""},
    {"RFC 9112 7.1: a bare LF at the end", N("0\r\n\n"), FAULT, 3, ""},
    {"RFC 9112 7.1: a bare CR at the end", N("0\r\n\rx"), FAULT, 4, ""},
};

static struct outcome run(struct body *b, const char *bytes, size_t length, size_t cut, size_t step)
{
    struct outcome o = {.progress = MORE};
    size_t from = 0;
    for (size_t to = cut; from < length && o.progress == MORE; to += step) {
        if (to > length)
            to = length;
        while (from < to && o.progress == MORE) {
            size_t used, content;
            char *copy = malloc(to - from);
            if (copy == NULL)
                abort();
            memcpy(copy, bytes + from, to - from);
            o.progress = body_parse(b, copy, to - from, &used, &content);
            free(copy);
            memcpy(o.content + o.length, bytes + from + used - content, content);
            o.length += content;
            if (o.progress == FAULT)
                o.used = from + b->fault.at;
            from += used;
        }
    }
    if (o.progress != FAULT)
        o.used = from;
    return o;
}

static void check(const char *name, const struct test *t, struct outcome o)
{
    check_number(name, "progress", t->progress, o.progress);
    check_number(name, "offset", (long)t->used, (long)o.used);
    check_text(name, t->content, o.content, o.length);
}

static void test_long(void)
{
    static const char chunk[] = "1;b\r\nx\r\n";
    struct body b;
    size_t used, content;
    char *bytes = malloc(20000);
    if (bytes == NULL)
        abort();
    memset(bytes, 'a', 20000);
    memcpy(bytes, "1;", 2);
    body_start_chunked(&b);
    check_number("RFC 9112 7.1.1: an extension without end", "progress", FAULT,
                 body_parse(&b, bytes, 20000, &used, &content));
    memcpy(bytes, "0\r\nA:", 5);
    body_start_chunked(&b);
    check_number("RFC 9112 7.1.2: a trailer without end", "progress", FAULT,
                 body_parse(&b, bytes, 20000, &used, &content));
    /* many small ones */
    body_start_chunked(&b);
    enum progress p = MORE;
    for (int i = 0; i < 10000 && p == MORE; i++)
        for (size_t at = 0; at < sizeof chunk - 1 && p == MORE; at += used)
            p = body_parse(&b, &chunk[at], sizeof chunk - 1 - at, &used, &content);
    check_number("RFC 9112 7.1.1: extensions on every chunk", "progress", FAULT, p);
    free(bytes);
}

int main(void)
{
    struct body b;
    for (size_t i = 0; i < sizeof chunked / sizeof *chunked; i++) {
        const struct test *t = &chunked[i];
        for (size_t cut = 1; cut <= t->length; cut++) {
            body_start_chunked(&b);
            check(t->name, t, run(&b, t->bytes, t->length, cut, t->length));
        }
        body_start_chunked(&b);
        check(t->name, t, run(&b, t->bytes, t->length, 1, 1));
    }
    static const struct test counted = {"RFC 9112 6.2: five bytes", N("helloGET"), DONE, 5,
                                        "hello"};
    for (size_t cut = 1; cut <= 8; cut++) {
        body_start_counted(&b, 5);
        check(counted.name, &counted, run(&b, counted.bytes, counted.length, cut, 1));
    }
    static const struct test open = {"RFC 9112 6.3: until the end", N("hello"), MORE, 5, "hello"};
    body_start_until_close(&b);
    check(open.name, &open, run(&b, open.bytes, open.length, 2, 1));
    test_long();
    return check_end();
}
