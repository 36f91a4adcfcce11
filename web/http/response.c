/* SPDX-License-Identifier: MIT */
/* The client's half: status line, framing, required fields, URLs; as strict as the server's. */
#include "response.h"
#include "date.h"
#include "target.h"

#include <string.h>

void response_start(struct response *r)
{
    head_start(&r->head);
    r->status = 0;
    r->no_body = false;
    r->length = 0;
}

static bool bad(struct response *r, size_t at, const char *rule, const char *section)
{
    return head_fault(&r->head, 502, at, rule, section);
}

/* status-line = HTTP-version SP status-code SP [ reason-phrase ], RFC 9112, 4. */
static bool take_line(struct response *r, struct span line)
{
    const char *s = r->head.bytes + line.at;
    size_t at = line.at, n = line.length;

    if (n < 8 || memcmp(s, "HTTP/", 5) != 0 || !is_digit(s[5]) || s[6] != '.' || !is_digit(s[7]))
        return bad(r, at, "a response begins with its version, HTTP/1.1", "RFC 9112, 4");
    if (s[5] != '1')
        return bad(r, at + 5, "this client speaks HTTP/1.1", "RFC 9112, 2.3");
    if (n < 9 || s[8] != ' ')
        return bad(r, at + 8, "one space stands after the version", "RFC 9112, 4");
    for (size_t i = 9; i < 12; i++)
        if (i >= n || !is_digit(s[i]))
            return bad(r, at + (i < n ? i : n), "a status code has three digits", "RFC 9112, 4");
    if (n < 13 || s[12] != ' ')
        return bad(r, at + 12, "a space stands after the status code, even before no reason phrase",
                   "RFC 9112, 4");
    for (size_t i = 13; i < n; i++)
        if (!is_value_byte(s[i]))
            return bad(r, at + i, "a reason phrase has no control bytes", "RFC 9112, 4");
    if (s[9] < '1' || s[9] > '5')
        return bad(r, at + 9, "a status code begins with 1 to 5", "RFC 9110, 15");
    r->status = (s[9] - '0') * 100 + (s[10] - '0') * 10 + (s[11] - '0');
    return true;
}

static bool take_length(struct response *r, const struct field *first)
{
    uint64_t length = 0;
    for (const struct field *f = first; f != NULL; f = head_find(&r->head, "content-length", f)) {
        const char *digits = r->head.bytes + f->value.at;
        uint64_t value = 0;
        for (size_t i = 0; i < f->value.length; i++) {
            if (!is_digit(digits[i]) || value > (INT64_MAX - 9) / 10)
                return bad(r, f->value.at + i, "Content-Length has digits only, and not too many",
                           "RFC 9110, 8.6");
            value = value * 10 + (uint64_t)(digits[i] - '0');
        }
        if (f->value.length == 0 || (f != first && value != length))
            return bad(r, f->value.at, "Content-Length has one value", "RFC 9112, 6.3");
        length = value;
    }
    body_start_counted(&r->body, length);
    r->no_body = length == 0;
    return true;
}

/* How the body ends: RFC 9112, 6.3. */
static bool judge_framing(struct response *r)
{
    const struct field *encoding = head_find(&r->head, "transfer-encoding", NULL);
    const struct field *length = head_find(&r->head, "content-length", NULL);

    if (encoding != NULL && (r->status < 200 || r->status == 204))
        return bad(r, encoding->name.at, "such a response has no Transfer-Encoding",
                   "RFC 9112, 6.1");
    if (length != NULL && (r->status < 200 || r->status == 204))
        return bad(r, length->name.at, "such a response has no Content-Length", "RFC 9110, 8.6");
    if (encoding != NULL && length != NULL)
        return bad(r, length->name.at, "Content-Length beside Transfer-Encoding smuggles responses",
                   "RFC 9112, 6.2");
    if (r->status < 200 || r->status == 204 || r->status == 304) {
        r->no_body = true;
        return true;
    }
    if (encoding != NULL) {
        if (!same_word(r->head.bytes + encoding->value.at, encoding->value.length, "chunked") ||
            head_find(&r->head, "transfer-encoding", encoding) != NULL)
            return bad(r, encoding->value.at, "chunked is the only coding that was not asked for",
                       "RFC 9112, 6.1");
        body_start_chunked(&r->body);
        return true;
    }
    if (length != NULL)
        return take_length(r, length);
    body_start_until_close(&r->body);
    return true;
}

enum progress response_parse(struct response *r, const char *bytes, size_t length)
{
    struct span line;

    for (;;) {
        enum progress p = head_line(&r->head, bytes, length, &line);
        if (p != DONE)
            return p;
        if (r->status == 0) {
            if (!take_line(r, line))
                return FAULT;
        } else if (line.length > 0) {
            if (!head_add(&r->head, line))
                return FAULT;
        } else {
            r->length = r->head.line;
            return judge_framing(r) ? DONE : FAULT;
        }
    }
}

const char *response_lacks(const struct response *r, const char **section)
{
    static const struct {
        int from, to; /* status codes */
        const char *name, *section;
    } required[] = {
        {200, 499, "Date", "RFC 9110, 6.6.1"},
        {401, 401, "WWW-Authenticate", "RFC 9110, 15.5.2"},
        {405, 405, "Allow", "RFC 9110, 15.5.6"},
        {407, 407, "Proxy-Authenticate", "RFC 9110, 15.5.8"},
        {426, 426, "Upgrade", "RFC 9110, 15.5.22"},
    };
    for (size_t i = 0; i < sizeof required / sizeof *required; i++)
        if (r->status >= required[i].from && r->status <= required[i].to &&
            head_find(&r->head, required[i].name, NULL) == NULL) {
            *section = required[i].section;
            return required[i].name;
        }
    return NULL;
}

/* Whether FIELD is an IMF-fixdate, the one format that a sender may use; the older two that a
 * recipient has to understand have other lengths. */
static bool is_fixdate(const struct head *h, const struct field *field)
{
    int64_t ignored;
    return field->value.length == DATE_BYTES - 1 &&
           date_read(h->bytes + field->value.at, field->value.length, 0, &ignored);
}

bool response_dates_are_sound(const struct response *r, struct fault *f)
{
    static const char *const names[] = {"date", "last-modified"};
    const struct head *h = &r->head;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct field *first = head_find(h, names[i], NULL);
        if (first == NULL)
            continue;
        const struct field *second = head_find(h, names[i], first);
        if (second != NULL) {
            *f = (struct fault){0, second->name.at, "such a field has one value", "RFC 9110, 5.3"};
            return false;
        }
        if (!is_fixdate(h, first)) {
            *f = (struct fault){0, first->value.at,
                                "a date is sent as in Sun, 06 Nov 1994 08:49:37 GMT",
                                "RFC 9110, 5.6.7"};
            return false;
        }
    }
    return true;
}

const char *url_parse(struct url *url, const char *text)
{
    const char *scheme_end = strstr(text, "://"), *s = text;
    if (scheme_end != NULL && scheme_end < text + strcspn(text, "/?#")) {
        if (!same_word(text, (size_t)(scheme_end - text), "http"))
            return "this client speaks http only";
        s = scheme_end + 3;
    }
    size_t length = strcspn(s, "/?#");
    if (!authority_is_sound(s, length, false) || length >= sizeof url->host)
        return "after http:// stands a host, and perhaps a colon and a port";
    memcpy(url->authority, s, length);
    url->authority[length] = '\0';

    const char *host = s, *end = memchr(s, ']', length);
    const char *colon =
        memchr(end != NULL ? end : s, ':', length - (size_t)((end != NULL ? end : s) - s));
    size_t host_length = (size_t)((colon != NULL ? colon : s + length) - s);
    if (end != NULL) {
        host++;
        host_length -= 2;
    }
    memcpy(url->host, host, host_length);
    url->host[host_length] = '\0';
    size_t port_length = colon != NULL ? (size_t)(s + length - colon) - 1 : 0;
    if (port_length >= sizeof url->port)
        return "a port has five digits at most";
    memcpy(url->port, colon != NULL ? colon + 1 : "", port_length);
    url->port[port_length] = '\0';
    if (port_length == 0)
        strcpy(url->port, "80");

    size_t n = 0;
    s += length;
    if (*s != '/')
        url->target[n++] = '/';            /* RFC 9110, 4.2.3 */
    for (; *s != '\0' && *s != '#'; s++) { /* the fragment stays here: RFC 9110, 7.1 */
        if (n + 4 > sizeof url->target)
            return "the URL is too long";
        if (*s > ' ' && *s < 0x7f)
            url->target[n++] = *s;
        else
            n += path_encode(url->target + n, s, 1);
    }
    url->target[n] = '\0';
    return NULL;
}
