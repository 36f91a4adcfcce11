/* SPDX-License-Identifier: MIT */
/* The request line, and the fields that decide where a request ends. */
#include "request.h"
#include "target.h"

#include <string.h>

static const struct {
    const char *name;
    enum method method;
} methods[] = {
    {"GET", GET},
    {"HEAD", HEAD},
    {"OPTIONS", OPTIONS},
    {"POST", POST},
    {"PUT", UNSUPPORTED},
    {"DELETE", UNSUPPORTED},
    {"CONNECT", UNSUPPORTED},
    {"TRACE", UNSUPPORTED},
    {"PATCH", UNSUPPORTED},
};

void request_start(struct request *r)
{
    head_start(&r->head);
    r->has_line = false;
    r->method = UNKNOWN;
    r->line = r->target = r->path = r->query = (struct span){0, 0};
    r->asterisk = r->close = r->expects_continue = false;
    r->minor = 1;
    r->framing = NO_BODY;
    r->content_length = 0;
    r->length = 0;
}

static bool bad(struct request *r, size_t at, const char *rule, const char *section)
{
    return head_fault(&r->head, 400, at, rule, section);
}

/* Every byte of the target, whatever its form (RFC 3986, 2 as browsers practise it: of the
 * printable characters only the fragment's '#' is refused). */
static bool check_target_bytes(struct request *r, const char *bytes, size_t at, size_t end)
{
    for (; at < end; at++) {
        unsigned char c = (unsigned char)bytes[at];
        if (c < 0x21 || c == 0x7f)
            return bad(r, at, "a request target has no control bytes", "RFC 9112, 3.2");
        if (c >= 0x80)
            return bad(r, at, "a request target is ASCII; other bytes are sent as %HH",
                       "RFC 3986, 2.1");
        if (c == '#')
            return bad(r, at, "a fragment stays in the browser and is never sent", "RFC 9110, 7.1");
        if (c == '%' &&
            (end - at < 3 || hex_value(bytes[at + 1]) < 0 || hex_value(bytes[at + 2]) < 0))
            return bad(r, at, "a % is followed by two hexadecimal digits", "RFC 3986, 2.1");
    }
    return true;
}

/* The four forms of RFC 9112, 3.2: splits the target into path and query. */
static bool take_target(struct request *r, const char *bytes, bool connect)
{
    size_t at = r->target.at, end = at + r->target.length;

    if (!check_target_bytes(r, bytes, at, end))
        return false;
    if (connect)
        return authority_is_sound(bytes + at, r->target.length, false) ||
               bad(r, at, "CONNECT has host:port as its target", "RFC 9112, 3.2.3");
    if (r->target.length == 1 && bytes[at] == '*') {
        r->asterisk = true;
        return r->method == OPTIONS || r->method == UNKNOWN || /* that one may: M-SEARCH does */
               bad(r, at, "of the methods here only OPTIONS has the target *", "RFC 9112, 3.2.4");
    }
    if (bytes[at] != '/') {
        if (r->target.length < 7 || !same_word(bytes + at, 7, "http://"))
            return bad(r, at, "a target begins with a slash, or with http://", "RFC 9112, 3.2");
        size_t host = at += 7;
        while (at < end && bytes[at] != '/' && bytes[at] != '?')
            at++;
        if (!authority_is_sound(bytes + host, at - host, false))
            return bad(r, host, "the target's host is missing or malformed", "RFC 9110, 4.2.1");
        r->asterisk = r->method == OPTIONS && at == end; /* RFC 9112, 3.2.4, last paragraph */
    }
    const char *mark = memchr(bytes + at, '?', end - at);
    size_t path_end = mark != NULL ? (size_t)(mark - bytes) : end;
    r->path = (struct span){(uint16_t)at, (uint16_t)(path_end - at)};
    if (mark != NULL)
        r->query = (struct span){(uint16_t)(path_end + 1), (uint16_t)(end - path_end - 1)};
    return true;
}

/* request-line = method SP request-target SP HTTP-version, RFC 9112, 3. */
static bool take_line(struct request *r, struct span line)
{
    const char *bytes = r->head.bytes;
    size_t at = line.at, end = at + line.length, method_length;
    bool connect = false;

    r->line = line;
    r->has_line = true;
    while (at < end && is_token_byte(bytes[at]))
        at++;
    if (at == line.at || at == end || bytes[at] != ' ')
        return bad(r, at,
                   at == end ? "a method is followed by a space and a target"
                             : "a method has token characters and one space after it",
                   "RFC 9112, 3.1");
    method_length = at - line.at;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strlen(methods[i].name) == method_length &&
            memcmp(methods[i].name, bytes + line.at, method_length) == 0) { /* case matters */
            r->method = methods[i].method;
            connect = strcmp(methods[i].name, "CONNECT") == 0;
        }

    size_t target = ++at;
    while (at < end && bytes[at] != ' ')
        at++;
    r->target = (struct span){(uint16_t)target, (uint16_t)(at - target)};
    if (at == target)
        return bad(r, at, "one space, and only one, stands before the target", "RFC 9112, 3");
    if (at == end)
        return bad(r, at, "a request line ends with its version, HTTP/1.1", "RFC 9112, 3");

    const char *version = bytes + ++at;
    if (end - at != 8 || memcmp(version, "HTTP/", 5) != 0 || !is_digit(version[5]) ||
        version[6] != '.' || !is_digit(version[7]))
        return bad(r, at, "after one space stands HTTP/, a digit, a dot and a digit",
                   "RFC 9112, 2.3");
    if (version[5] != '1')
        return head_fault(&r->head, 505, at + 5, "this server speaks HTTP/1.1 and HTTP/1.0",
                          "RFC 9110, 15.6.6");
    r->minor = version[7] == '0' ? 0 : 1; /* HTTP/1.2 is served as 1.1: RFC 9110, 2.5 */
    return take_target(r, bytes, connect);
}

/* One Host, and a sound one: RFC 9112, 3.2. */
static bool judge_host(struct request *r)
{
    const struct field *host = head_find(&r->head, "host", NULL);
    if (host == NULL)
        return r->minor == 0 ||
               bad(r, r->line.at, "an HTTP/1.1 request has a Host field", "RFC 9112, 3.2");
    const struct field *second = head_find(&r->head, "host", host);
    if (second != NULL)
        return bad(r, second->name.at, "a request has one Host field", "RFC 9112, 3.2");
    return authority_is_sound(r->head.bytes + host->value.at, host->value.length, r->asterisk) ||
           bad(r, host->value.at, "Host is a host name or address, and perhaps a port",
               "RFC 9112, 3.2");
}

/* Transfer-Encoding: chunked, or nothing that this server could follow (RFC 9112, 6.1 and 6.3). */
static bool judge_encoding(struct request *r, const struct field *first)
{
    const char *bytes = r->head.bytes, *list, *coding = "";
    size_t length, coding_length = 0, codings = 0;
    bool chunked = false;

    if (r->minor == 0)
        return bad(r, first->name.at, "HTTP/1.0 has no Transfer-Encoding", "RFC 9112, 6.1");
    const struct field *both = head_find(&r->head, "content-length", NULL);
    if (both != NULL)
        return bad(r, both->name.at, "Content-Length beside Transfer-Encoding smuggles requests",
                   "RFC 9112, 6.3");
    for (const struct field *f = first; f != NULL;
         f = head_find(&r->head, "transfer-encoding", f)) {
        list = bytes + f->value.at;
        length = f->value.length;
        if (length == 0 || list[0] == ',' || list[length - 1] == ',')
            return bad(r, f->value.at, "Transfer-Encoding has an empty element", "RFC 9112, 6.1");
        for (; list_next(&list, &length, &coding, &coding_length); codings++) {
            if (chunked)
                return bad(r, (size_t)(coding - bytes),
                           "chunked is the last coding, and is applied once", "RFC 9112, 6.1");
            chunked = same_word(coding, coding_length, "chunked");
        }
    }
    if (codings == 1 && chunked) {
        r->framing = CHUNKED;
        return true;
    }
    if (chunked || codings == 1)
        return head_fault(&r->head, 501, first->value.at, "chunked is the only coding known here",
                          "RFC 9112, 6.1");
    return bad(r, (size_t)(coding - bytes), "the last coding of a request is chunked",
               "RFC 9112, 6.3");
}

/* Content-Length: digits that fit, and the same ones if it comes twice (RFC 9112, 6.3). */
static bool judge_length(struct request *r, const struct field *first)
{
    for (const struct field *f = first; f != NULL; f = head_find(&r->head, "content-length", f)) {
        const char *digits = r->head.bytes + f->value.at;
        uint64_t value = 0;
        if (f->value.length == 0)
            return bad(r, f->value.at, "Content-Length is not empty", "RFC 9110, 8.6");
        for (size_t i = 0; i < f->value.length; i++) {
            if (!is_digit(digits[i]))
                return bad(r, f->value.at + i, "Content-Length has digits only", "RFC 9110, 8.6");
            if (value > (INT64_MAX - 9) / 10)
                return bad(r, f->value.at + i, "Content-Length is too large a number",
                           "RFC 9110, 8.6");
            value = value * 10 + (uint64_t)(digits[i] - '0');
        }
        if (f != first && value != r->content_length)
            return bad(r, f->value.at, "two Content-Lengths differ", "RFC 9112, 6.3");
        r->content_length = value;
    }
    r->framing = r->content_length > 0 ? LENGTH : NO_BODY;
    return true;
}

/* The connection options and the expectation: RFC 9112, 9.3 and RFC 9110, 10.1.1. */
static bool judge_connection(struct request *r)
{
    const char *bytes = r->head.bytes, *list, *option;
    size_t length, option_length;
    bool keep = r->minor > 0;

    for (const struct field *f = NULL; (f = head_find(&r->head, "connection", f)) != NULL;) {
        list = bytes + f->value.at;
        length = f->value.length;
        while (list_next(&list, &length, &option, &option_length))
            if (same_word(option, option_length, "close"))
                r->close = true;
            else if (same_word(option, option_length, "keep-alive"))
                keep = true;
    }
    r->close = r->close || !keep;
    const struct field *expect = head_find(&r->head, "expect", NULL);
    if (expect == NULL || r->minor == 0)
        return true;
    if (!same_word(bytes + expect->value.at, expect->value.length, "100-continue"))
        return head_fault(&r->head, 417, expect->value.at, "100-continue is the only expectation",
                          "RFC 9110, 10.1.1");
    r->expects_continue = r->framing != NO_BODY;
    return true;
}

static bool judge_fields(struct request *r)
{
    const struct field *encoding = head_find(&r->head, "transfer-encoding", NULL);
    const struct field *length = head_find(&r->head, "content-length", NULL);
    return (encoding == NULL || judge_encoding(r, encoding)) &&
           (encoding != NULL || length == NULL || judge_length(r, length)) && judge_host(r) &&
           judge_connection(r);
}

enum progress request_parse(struct request *r, const char *bytes, size_t length)
{
    struct head *h = &r->head;
    struct span line;

    for (;;) {
        /* Told at its first byte, since TLS has no lines: somebody opened https:// here. */
        if (!r->has_line && h->line < length && !is_token_byte(bytes[h->line]) &&
            bytes[h->line] != '\r' && bytes[h->line] != '\n') {
            h->bytes = bytes;
            bad(r, h->line,
                bytes[h->line] == 0x16 ? "this is TLS (https); this server speaks http"
                                       : "a request begins with its method",
                "RFC 9112, 3");
            return FAULT;
        }
        size_t start = h->line;
        enum progress p = head_line(h, bytes, length, &line);
        size_t end = p == DONE ? h->line - 1 : p == MORE ? h->seen : h->fault.at;
        if (!r->has_line && end - start > REQUEST_LINE_MAX) {
            head_fault(h, 414, start, "a request line may have 8192 bytes here",
                       "RFC 9110, 15.5.15");
            return FAULT;
        }
        if (p != DONE)
            return p;
        if (!r->has_line) {
            if (line.length > 0 && !take_line(r, line)) /* empty lines are skipped: RFC 9112, 2.2 */
                return FAULT;
        } else if (line.length > 0) {
            if (!head_add(h, line))
                return FAULT;
        } else {
            r->length = h->line;
            return judge_fields(r) ? DONE : FAULT;
        }
    }
}
