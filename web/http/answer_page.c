/* SPDX-License-Identifier: MIT */
/* Heads of answers, error pages that teach, and the log. */
#include "answer.h"
#include "date.h"

#include <inttypes.h>

static const char *reason(int status) /* RFC 9110, 15 */
{
    switch (status) {
    case 200:
        return "OK";
    case 206:
        return "Partial Content";
    case 301:
        return "Moved Permanently";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 431:
        return "Request Header Fields Too Large"; /* RFC 6585, 5 */
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Internal Server Error";
    }
}

void answer_head(struct answer *a, const struct site *site, const struct request *r, int status)
{
    a->status = status;
    a->text.length = 0;
    text_string(&a->text, "HTTP/1.1 ");
    text_number(&a->text, (uint64_t)status);
    text_string(&a->text, " ");
    text_string(&a->text, reason(status));
    text_string(&a->text, "\r\nDate: ");
    text_string(&a->text, site->date);
    text_string(&a->text, "\r\nCache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n");
    if (a->close)
        text_string(&a->text, "Connection: close\r\n");
    else if (r->minor == 0) /* such a client has asked for it: RFC 9112, 9.3 */
        text_string(&a->text, "Connection: keep-alive\r\n");
}

void answer_content(struct answer *a, const char *type, uint64_t length)
{
    text_string(&a->text, "Content-Type: ");
    text_string(&a->text, type);
    text_string(&a->text, "\r\nContent-Length: ");
    text_number(&a->text, length);
    text_string(&a->text, "\r\n");
}

void answer_piece(struct answer *a, enum source source, uint64_t at, uint64_t length)
{
    a->list[a->pieces++] = (struct piece){source, at, length};
}

void answer_head_end(struct answer *a)
{
    text_string(&a->text, "\r\n");
    a->head_length = a->text.length;
    answer_piece(a, OF_TEXT, 0, a->head_length);
}

void answer_page(struct answer *a, const struct request *r)
{
    if (r->method != HEAD)
        answer_piece(a, OF_PAGE, 0, a->page.length);
    a->text.failed = a->text.failed || a->page.failed;
}

static void error_page(struct answer *a, const struct site *site, const struct request *r,
                       const struct fault *f, const char *bytes, size_t length,
                       const char *more_fields)
{
    a->page.length = 0;
    text_format(&a->page, "%d %s: %s (%s)\n\n", f->status, reason(f->status), f->rule, f->section);
    text_excerpt(&a->page, "    ", bytes, length, f->at);
    text_format(&a->note, "# %d: %s (%s)\n", f->status, f->rule, f->section);
    text_excerpt(&a->note, "#   ", bytes, length, f->at);

    answer_head(a, site, r, f->status);
    text_string(&a->text, more_fields);
    answer_content(a, "text/plain; charset=utf-8", a->page.length);
    answer_head_end(a);
    answer_page(a, r);
}

void answer_refuse(struct answer *a, const struct site *site, const struct request *r, int status,
                   size_t at, const char *rule, const char *section, const char *more_fields)
{
    struct fault f = {status, at, rule, section};
    const char *bytes = r->head.bytes;
    size_t length = r->length;

    if (at >= r->target.at && at - r->target.at < r->target.length) {
        /* Of the request line only the target: GET's page is to be as long as HEAD says. */
        bytes += r->target.at;
        length = r->target.length;
        f.at -= r->target.at;
    }
    error_page(a, site, r, &f, bytes, length, more_fields);
}

void answer_fault(struct answer *a, const struct site *site, const struct request *r,
                  const struct fault *f, const char *bytes, size_t length)
{
    a->close = true;
    a->pieces = 0;
    error_page(a, site, r, f, bytes, length, "");
}

void answer_log(struct text *log, const struct answer *a, const struct request *r, int64_t now,
                const char *client)
{
    char date[DATE_BYTES];

    date_write_log(date, now);
    text_format(log, "%s - - [%s] \"", client, date);
    if (r->has_line)
        text_escaped(log, r->head.bytes + r->line.at, r->line.length, '"');
    else
        text_string(log, "-");
    text_format(log, "\" %d ", a->status);
    if (a->sent > a->head_length)
        text_format(log, "%" PRIu64 "\n", a->sent - a->head_length);
    else
        text_string(log, "-\n");
    text_add(log, a->note.bytes, a->note.length);
}
