/* SPDX-License-Identifier: MIT */
/* The request parser: every rule with its section, whole, byte by byte, and in every split. */
#include "../../web/http/request.h"
#include "web_check.h"

#include <stdlib.h>

#define HOST "Host: h\r\n"
#define GOOD "GET / HTTP/1.1\r\n" HOST
#define N(text) text, sizeof text - 1

enum { OK = 200 };

static const struct test {
    const char *name, *request;
    size_t length;
    int status; /* OK, or the fault's */
    long at;    /* the fault's offset; -1 where the test does not care */
} tests[] = {
    {"RFC 9112 3: a plain request", N(GOOD "\r\n"), OK, -1},
    {"RFC 9112 2.2: empty lines before a request are skipped", N("\r\n\r\n" GOOD "\r\n"), OK, -1},
    {"RFC 9112 2.2: a bare LF ends no line", N("GET / HTTP/1.1\nHost: h\r\n\r\n"), 400, 14},
    {"RFC 9112 2.2: a bare LF ends no field", N("GET / HTTP/1.1\r\nHost: h\n\r\n"), 400, 23},
    {"RFC 9112 2.2: a bare LF ends no head", N(GOOD "\n"), 400, 25},
    {"RFC 9112 2.2: a bare LF before the request", N("\n" GOOD "\r\n"), 400, 0},
    {"RFC 9112 2.2: a bare CR in the request line", N("GET /\r HTTP/1.1\r\n" HOST "\r\n"), 400, 5},
    {"RFC 9112 2.2: a bare CR in a field", N(GOOD "A: b\rc\r\n\r\n"), 400, 29},
    {"RFC 9112 2.2: a bare CR before the request", N("\r" GOOD "\r\n"), 400, 0},
    {"RFC 9112 2.2: white space before the first field", N("GET / HTTP/1.1\r\n " HOST "\r\n"), 400,
     16},
    {"RFC 9112 3: two spaces before the target", N("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400, 4},
    {"RFC 9112 3: two spaces before the version", N("GET /  HTTP/1.1\r\n" HOST "\r\n"), 400, 6},
    {"RFC 9112 3: a space after the version", N("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400, 6},
    {"RFC 9112 3: a tab for a space", N("GET\t/ HTTP/1.1\r\n" HOST "\r\n"), 400, 3},
    {"RFC 9112 3: a space before the method", N(" GET / HTTP/1.1\r\n" HOST "\r\n"), 400, 0},
    {"RFC 9112 3: a space in the target", N("GET /a b HTTP/1.1\r\n" HOST "\r\n"), 400, 7},
    {"RFC 9112 3: no version (HTTP/0.9)", N("GET /\r\n\r\n"), 400, -1},
    {"RFC 9112 3: a method alone", N("GET\r\n\r\n"), 400, -1},
    {"RFC 9112 3: a method and a space", N("GET \r\n\r\n"), 400, -1},
    {"RFC 9112 3.1: a method is a token", N("G(T / HTTP/1.1\r\n" HOST "\r\n"), 400, 1},
    {"RFC 9112 3: TLS", N("\x16\x03\x01\x02\x00\x01"), 400, 0},
    {"RFC 9112 2.3: small letters", N("GET / http/1.1\r\n" HOST "\r\n"), 400, 6},
    {"RFC 9112 2.3: two digits", N("GET / HTTP/1.10\r\n" HOST "\r\n"), 400, 6},
    {"RFC 9112 2.3: a leading zero", N("GET / HTTP/01.1\r\n" HOST "\r\n"), 400, 6},
    {"RFC 9112 2.3: no minor", N("GET / HTTP/1\r\n" HOST "\r\n"), 400, 6},
    {"RFC 9112 2.3: no dot", N("GET / HTTP/1,1\r\n" HOST "\r\n"), 400, 6},
    {"RFC 9112 2.3: a letter", N("GET / HTTP/1.x\r\n" HOST "\r\n"), 400, 6},
    {"RFC 9110 15.6.6: HTTP/2.0", N("PRI * HTTP/2.0\r\n\r\n"), 505, 11},
    {"RFC 9110 15.6.6: HTTP/0.9", N("GET / HTTP/0.9\r\n\r\n"), 505, 11},
    {"RFC 9110 2.5: HTTP/1.2 is served", N("GET / HTTP/1.2\r\n" HOST "\r\n"), OK, -1},
    {"RFC 9110 9.1: unknown methods parse", N("get / HTTP/1.1\r\n" HOST "\r\n"), OK, -1},
    {"RFC 9110 7.1: a fragment", N("GET /#a HTTP/1.1\r\n" HOST "\r\n"), 400, 5},
    {"RFC 3986 2.1: a raw byte above 127", N("GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n"), 400, 5},
    {"RFC 3986 2.1: a bad escape", N("GET /%zz HTTP/1.1\r\n" HOST "\r\n"), 400, 5},
    {"RFC 3986 2.1: a cut escape", N("GET /%4 HTTP/1.1\r\n" HOST "\r\n"), 400, 5},
    {"RFC 3986 2.1: a bad escape in the query", N("GET /?%4g HTTP/1.1\r\n" HOST "\r\n"), 400, 6},
    {"RFC 9112 3.2: a NUL", N("GET /\0 HTTP/1.1\r\n" HOST "\r\n"), 400, 5},
    {"RFC 9112 3.2: a DEL", N("GET /\x7f HTTP/1.1\r\n" HOST "\r\n"), 400, 5},
    {"RFC 9112 3.2: a target without its slash", N("GET a HTTP/1.1\r\n" HOST "\r\n"), 400, 4},
    {"RFC 9112 3.2.2: absolute form", N("GET http://h:80/a HTTP/1.1\r\n" HOST "\r\n"), OK, -1},
    {"RFC 9112 3.2.2: absolute form, any case", N("GET HTTP://h HTTP/1.1\r\n" HOST "\r\n"), OK, -1},
    {"RFC 9112 3.2.2: http only", N("GET https://h/ HTTP/1.1\r\n" HOST "\r\n"), 400, 4},
    {"RFC 9110 4.2.1: an empty host", N("GET http:///a HTTP/1.1\r\n" HOST "\r\n"), 400, 11},
    {"RFC 9110 4.2.4: user information", N("GET http://u@h/ HTTP/1.1\r\n" HOST "\r\n"), 400, 11},
    {"RFC 9112 3.2.3: CONNECT host:port parses", N("CONNECT h:1 HTTP/1.1\r\n" HOST "\r\n"), OK, -1},
    {"RFC 9112 3.2.3: CONNECT with a path", N("CONNECT /a HTTP/1.1\r\n" HOST "\r\n"), 400, 8},
    {"RFC 9112 3.2.4: OPTIONS *", N("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), OK, -1},
    {"RFC 9112 3.2.4: GET *", N("GET * HTTP/1.1\r\n" HOST "\r\n"), 400, 4},
    {"RFC 9112 3.2: no Host", N("GET / HTTP/1.1\r\n\r\n"), 400, 0},
    {"RFC 9112 3.2: no Host in 1.0 is fine", N("GET / HTTP/1.0\r\n\r\n"), OK, -1},
    {"RFC 9112 3.2: two Hosts", N(GOOD "host: h\r\n\r\n"), 400, 25},
    {"RFC 9112 3.2: a Host with a path", N("GET / HTTP/1.1\r\nHost: h/a\r\n\r\n"), 400, 22},
    {"RFC 9112 3.2: a Host with a space", N("GET / HTTP/1.1\r\nHost: h a\r\n\r\n"), 400, 22},
    {"RFC 9112 3.2: a Host with user information", N("GET / HTTP/1.1\r\nHost: a@h\r\n\r\n"), 400,
     22},
    {"RFC 9112 3.2: an empty Host", N("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400, 21},
    {"RFC 9112 3.2: a port that is none", N("GET / HTTP/1.1\r\nHost: h:x\r\n\r\n"), 400, 22},
    {"RFC 9112 3.2: a port too large", N("GET / HTTP/1.1\r\nHost: h:65536\r\n\r\n"), 400, 22},
    {"RFC 9110 7.2: a Host with port", N("GET / HTTP/1.1\r\nHost: h.example:65535\r\n\r\n"), OK,
     -1},
    {"RFC 3986 3.2.2: an IPv6 Host", N("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"), OK, -1},
    {"RFC 3986 3.2.2: no IPv6 address", N("GET / HTTP/1.1\r\nHost: [::g]\r\n\r\n"), 400, 22},
    {"RFC 3986 3.2.2: an open bracket", N("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), 400, 22},
    {"RFC 3986 3.2.2: a NUL in brackets", N("GET / HTTP/1.1\r\nHost: [::1\0]\r\n\r\n"), 400, -1},
    {"RFC 9112 5.1: a space before the colon", N("GET / HTTP/1.1\r\nHost : h\r\n\r\n"), 400, 20},
    {"RFC 9112 5.1: a tab before the colon", N("GET / HTTP/1.1\r\nHost\t: h\r\n\r\n"), 400, 20},
    {"RFC 9110 5.1: an empty name", N(GOOD ": x\r\n\r\n"), 400, 25},
    {"RFC 9110 5.6.2: a name that is no token", N(GOOD "A(: x\r\n\r\n"), 400, 26},
    {"RFC 9110 5.6.2: a byte above 127 in a name", N(GOOD "A\xe4: x\r\n\r\n"), 400, 26},
    {"RFC 9112 5: no colon", N(GOOD "Nonsense\r\n\r\n"), 400, 33},
    {"RFC 9112 5.2: line folding", N(GOOD "A: b\r\n c\r\n\r\n"), 400, 31},
    {"RFC 9112 5.2: line folding by a tab", N(GOOD "A: b\r\n\tc\r\n\r\n"), 400, 31},
    {"RFC 9110 5.5: a NUL in a value", N(GOOD "A: b\0c\r\n\r\n"), 400, 29},
    {"RFC 9110 5.5: a control byte in a value", N(GOOD "A: b\x01\r\n\r\n"), 400, 29},
    {"RFC 9110 5.5: bytes above 127 in a value", N(GOOD "A: \xc3\xa4\r\n\r\n"), OK, -1},
    {"RFC 9110 5.5: an empty value", N(GOOD "A:\r\n\r\n"), OK, -1},
    {"RFC 9110 8.6: Content-Length", N(GOOD "Content-Length: 5\r\n\r\n"), OK, -1},
    {"RFC 9110 8.6: a sign", N(GOOD "Content-Length: +5\r\n\r\n"), 400, 41},
    {"RFC 9110 8.6: a minus", N(GOOD "Content-Length: -5\r\n\r\n"), 400, 41},
    {"RFC 9110 8.6: hexadecimal", N(GOOD "Content-Length: 0x5\r\n\r\n"), 400, 42},
    {"RFC 9110 8.6: a list", N(GOOD "Content-Length: 5, 5\r\n\r\n"), 400, 42},
    {"RFC 9110 8.6: nothing", N(GOOD "Content-Length:\r\n\r\n"), 400, 40},
    {"RFC 9110 8.6: overflow", N(GOOD "Content-Length: 18446744073709551621\r\n\r\n"), 400, -1},
    {"RFC 9110 8.6: beyond 63 bits", N(GOOD "Content-Length: 9223372036854775808\r\n\r\n"), 400,
     -1},
    {"RFC 9112 6.3: two that differ", N(GOOD "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"), 400,
     60},
    {"RFC 9112 6.3: two alike", N(GOOD "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"), OK, -1},
    {"RFC 9112 6.3: with Transfer-Encoding",
     N(GOOD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), 400, 25},
    {"RFC 9112 6.3: with Transfer-Encoding before",
     N(GOOD "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"), 400, 53},
    {"RFC 9112 6.1: chunked", N(GOOD "Transfer-Encoding: chunked\r\n\r\n"), OK, -1},
    {"RFC 9112 7: chunked in any case", N(GOOD "transfer-encoding: CHUNKED\r\n\r\n"), OK, -1},
    {"RFC 9112 6.1: in HTTP/1.0", N("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400,
     16},
    {"RFC 9112 6.1: unknown alone", N(GOOD "Transfer-Encoding: gzip\r\n\r\n"), 501, 44},
    {"RFC 9112 6.1: a vertical tab", N(GOOD "Transfer-Encoding: \vchunked\r\n\r\n"), 400, 44},
    {"RFC 9112 6.1: quoted", N(GOOD "Transfer-Encoding: \"chunked\"\r\n\r\n"), 501, 44},
    {"RFC 9112 6.1: nearly chunked", N(GOOD "Transfer-Encoding: xchunked\r\n\r\n"), 501, 44},
    {"RFC 9112 6.1: a prefix", N(GOOD "Transfer-Encoding: chunke\r\n\r\n"), 501, 44},
    {"RFC 9112 6.1: unknown, then chunked", N(GOOD "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501,
     -1},
    {"RFC 9112 6.3: chunked not last", N(GOOD "Transfer-Encoding: chunked, gzip\r\n\r\n"), 400, -1},
    {"RFC 9112 6.1: chunked twice", N(GOOD "Transfer-Encoding: chunked, chunked\r\n\r\n"), 400, -1},
    {"RFC 9112 6.1: chunked twice on two lines",
     N(GOOD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), 400, -1},
    {"RFC 9112 6.1: identity after chunked",
     N(GOOD "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"), 400, -1},
    {"RFC 9112 6.3: two unknown", N(GOOD "Transfer-Encoding: gzip, br\r\n\r\n"), 400, -1},
    {"RFC 9112 6.1: empty", N(GOOD "Transfer-Encoding:\r\n\r\n"), 400, -1},
    {"RFC 9112 6.1: an empty element", N(GOOD "Transfer-Encoding: ,chunked\r\n\r\n"), 400, -1},
    {"RFC 9110 10.1.1: 100-continue", N(GOOD "Expect: 100-Continue\r\n\r\n"), OK, -1},
    {"RFC 9110 10.1.1: another expectation", N(GOOD "Expect: tea\r\n\r\n"), 417, 33},
    {"RFC 9110 7.8: Upgrade is ignored", N(GOOD "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"), OK,
     -1},
};

struct result {
    enum progress progress;
    size_t consumed; /* how many bytes had come when it was clear */
    struct request request;
};

/* Gives the parser STEP bytes at first and then STEP2 at a time, in memory of exactly that size, so
 * that a sanitizer sees it read one too many. */
static struct result run(const char *bytes, size_t length, size_t step, size_t step2)
{
    struct result result = {.progress = MORE};
    request_start(&result.request);
    for (size_t n = step < length ? step : length;; n = n + step2 < length ? n + step2 : length) {
        char *copy = malloc(n > 0 ? n : 1);
        if (copy == NULL)
            abort();
        memcpy(copy, bytes, n);
        result.progress = request_parse(&result.request, copy, n);
        free(copy);
        result.consumed = n;
        if (result.progress != MORE || n == length)
            return result;
    }
}

static void compare(const char *name, const struct result *a, const struct result *b)
{
    const struct request *x = &a->request, *y = &b->request;
    check_number(name, "progress", a->progress, b->progress);
    if (a->progress == FAULT && b->progress == FAULT) {
        check_number(name, "status", x->head.fault.status, y->head.fault.status);
        check_number(name, "offset", (long)x->head.fault.at, (long)y->head.fault.at);
    } else if (a->progress == DONE) {
        check_number(name, "length", (long)x->length, (long)y->length);
        check_number(name, "method", x->method, y->method);
        check_number(name, "framing", x->framing, y->framing);
        check_number(name, "target", x->target.at, y->target.at);
        check_number(name, "fields", (long)x->head.count, (long)y->head.count);
    }
}

static void test_all(const char *name, const char *bytes, size_t length, int status, long at)
{
    struct result whole = run(bytes, length, length, length);
    check_number(name, "status", status,
                 whole.progress == DONE   ? OK
                 : whole.progress == MORE ? 0
                                          : whole.request.head.fault.status);
    if (whole.progress == FAULT && at >= 0)
        check_number(name, "offset of the fault", at, (long)whole.request.head.fault.at);
    if (whole.progress == DONE && length < 1000)
        check_number(name, "length", (long)length, (long)whole.request.length);
    struct result bytewise = run(bytes, length, 0, 1);
    compare(name, &whole, &bytewise);
    for (size_t cut = 1; cut < length; cut += length < 1000 ? 1 : 97) {
        struct result split = run(bytes, length, cut, length);
        compare(name, &whole, &split);
    }
}

static void test_limits(void)
{
    static char buffer[40000];
    size_t n;

    n = (size_t)sprintf(buffer, "GET /");
    memset(buffer + n, 'a', 8192 - n - 11); /* GET /aaa HTTP/1.1 and CR are 8192 bytes */
    n = 8192 - 11;
    n += (size_t)sprintf(buffer + n, " HTTP/1.1\r\n" HOST "\r\n");
    test_all("RFC 9112 3: the longest request line", buffer, n, OK, -1);

    n = (size_t)sprintf(buffer, "GET /");
    memset(buffer + n, 'a', 8192);
    n += 8192;
    n += (size_t)sprintf(buffer + n, " HTTP/1.1\r\n" HOST "\r\n");
    test_all("RFC 9110 15.5.15: a request line too long", buffer, n, 414, 0);
    buffer[8000] = '\r'; /* whichever rule is broken too: the length is judged first */
    test_all("RFC 9110 15.5.15: too long, with a bare CR", buffer, n, 414, 0);
    memset(buffer, 'a', 20000);
    test_all("RFC 9110 15.5.15: a line without an end", buffer, 20000, 414, 0);

    n = (size_t)sprintf(buffer, GOOD "A: ");
    memset(buffer + n, 'a', 16384 - n - 4);
    memcpy(buffer + 16380, "\r\n\r\n", 4);
    test_all("RFC 6585 5: the longest head", buffer, 16384, OK, -1);
    memset(buffer + n, 'a', 16384 - n - 3);
    memcpy(buffer + 16381, "\r\n\r\n", 4);
    test_all("RFC 6585 5: a head too long by one", buffer, 16385, 431, 16383);
    memset(buffer + n, 'a', 20000);
    test_all("RFC 6585 5: a field without an end", buffer, 20000, 431, 16383);

    for (int fields = 100; fields <= 101; fields++) {
        n = (size_t)sprintf(buffer, GOOD);
        for (int i = 1; i < fields; i++)
            n += (size_t)sprintf(buffer + n, "A: b\r\n");
        n += (size_t)sprintf(buffer + n, "\r\n");
        test_all(fields == 100 ? "RFC 6585 5: 100 fields" : "RFC 6585 5: 101 fields", buffer, n,
                 fields == 100 ? OK : 431, -1);
    }
}

/* What was understood of sound requests. */
static void test_results(void)
{
    static const char full[] =
        "POST http://h.example/a/b?c=d&e HTTP/1.1\r\nHost: x\r\nName: \t v w \t\r\n"
        "Connection: keep-alive, Close\r\nContent-Length: 007\r\n\r\nbody";
    struct request r;
    request_start(&r);
    check_number("RFC 9112 3", "progress", DONE, request_parse(&r, full, sizeof full - 1));
    check_number("RFC 9112 2.1", "the body begins after the empty line", (long)sizeof full - 5,
                 (long)r.length);
    check_number("RFC 9110 9.3.3", "method", POST, r.method);
    check_text("RFC 9112 3.2.2: path", "/a/b", full + r.path.at, r.path.length);
    check_text("RFC 9112 3.2.2: query", "c=d&e", full + r.query.at, r.query.length);
    const struct field *f = head_find(&r.head, "NAME", NULL);
    check_number("RFC 9110 5.1: names in any case", "found", 1, f != NULL);
    if (f != NULL)
        check_text("RFC 9112 5.1: white space is trimmed", "v w", full + f->value.at,
                   f->value.length);
    check_number("RFC 9112 9.3: close", "close", 1, r.close);
    check_number("RFC 9112 6.2", "framing", LENGTH, r.framing);
    check_number("RFC 9110 8.6: leading zeros", "length", 7, (long long)r.content_length);

    static const struct {
        const char *name, *head;
        int close, minor, expects;
        enum method method;
    } kept[] = {
        {"RFC 9112 9.3: 1.1 stays open", GOOD "\r\n", 0, 1, 0, GET},
        {"RFC 9112 9.3: 1.0 closes", "GET / HTTP/1.0\r\n\r\n", 1, 0, 0, GET},
        {"RFC 9112 9.3: 1.0 asks to stay", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 0, 0,
         0, GET},
        {"RFC 9112 9.3: close has the last word",
         "GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", 1, 0, 0, GET},
        {"RFC 9110 7.6.1: a longer option", GOOD "Connection: closed\r\n\r\n", 0, 1, 0, GET},
        {"RFC 9110 10.1.1: Expect without a body", GOOD "Expect: 100-continue\r\n\r\n", 0, 1, 0,
         GET},
        {"RFC 9110 10.1.1: Expect with a body",
         GOOD "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n", 0, 1, 1, GET},
        {"RFC 9110 10.1.1: Expect in 1.0",
         "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", 1, 0, 0, POST},
        {"RFC 9110 9.1: methods are case-sensitive", "get / HTTP/1.1\r\n" HOST "\r\n", 0, 1, 0,
         UNKNOWN},
        {"RFC 9110 9.1: a known prefix", "GETS / HTTP/1.1\r\n" HOST "\r\n", 0, 1, 0, UNKNOWN},
        {"RFC 9110 9.3.5", "DELETE / HTTP/1.1\r\n" HOST "\r\n", 0, 1, 0, UNSUPPORTED},
        {"RFC 9110 9.3.2", "HEAD / HTTP/1.1\r\n" HOST "\r\n", 0, 1, 0, HEAD},
    };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        request_start(&r);
        check_number(kept[i].name, "progress", DONE,
                     request_parse(&r, kept[i].head, strlen(kept[i].head)));
        check_number(kept[i].name, "close", kept[i].close, r.close);
        check_number(kept[i].name, "minor", kept[i].minor, r.minor);
        check_number(kept[i].name, "expects", kept[i].expects, r.expects_continue);
        check_number(kept[i].name, "method", kept[i].method, r.method);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        test_all(tests[i].name, tests[i].request, tests[i].length, tests[i].status, tests[i].at);
    test_limits();
    test_results();
    return check_end();
}
