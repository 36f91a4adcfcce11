/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

bool has_8bit(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)bytes[i] > 127)
            return true;
    return false;
}

/*
 * A text with other letters than ASCII's, for a header field: words such as =?UTF-8?Q?Gr=C3=BCn?=,
 * of at most 75 bytes, each on a line of its own, none with a part of a character (RFC 2047).
 */
static void write_encoded(FILE *out, const char *text)
{
    static const char begin[] = "=?UTF-8?Q?", end[] = "?=";
    size_t length = 0; /* of this word without its end */
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool first = (c & 0xc0) != 0x80; /* of the bytes of a character, which are four at most */
        if (p > text && first && length + 4 * 3 + strlen(end) > 75) {
            fprintf(out, "%s\n ", end);
            length = 0;
        }
        if (length == 0)
            length = (size_t)fprintf(out, "%s", begin);
        bool plain = c > ' ' && c < 127 && strchr("=?_", c) == NULL;
        length += (size_t)fprintf(out, plain ? "%c" : "=%02X", c);
    }
    fputs(end, out);
}

void write_header(FILE *out, const struct envelope *e, bool text_has_8bit)
{
    char date[64];
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&now.tv_sec, &utc));
    fprintf(out, "Date: %s\n", date);
    if (*e->from)
        fprintf(out, "From: %s\n", e->from);
    else /* a report, to which nobody is to answer */
        fprintf(out, "From: MAILER-DAEMON@%s\n", e->host);
    for (size_t i = 0; i < e->recipients; i++)
        fprintf(out, "%s%s", i == 0 ? "To: " : ",\n ", e->to[i]);
    fprintf(out, "\nMessage-ID: <%lld.%09ld.%ld@%s>\n", (long long)now.tv_sec, now.tv_nsec,
            (long)getpid(), e->host);
    if (e->subject) {
        fputs("Subject: ", out);
        if (has_8bit(e->subject, strlen(e->subject)))
            write_encoded(out, e->subject);
        else
            fputs(e->subject, out);
        fputs("\n", out);
    }
    if (text_has_8bit)
        fputs("MIME-Version: 1.0\n"
              "Content-Type: text/plain; charset=UTF-8\n"
              "Content-Transfer-Encoding: 8bit\n",
              out);
    fputs("\n", out);
}

size_t write_wire(FILE *out, const char *bytes, size_t length)
{
    size_t line = 1, column = 0, too_long = 0;
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        if (c == '\r' || c == '\n') {
            if (c == '\r' && i + 1 < length && bytes[i + 1] == '\n')
                i++;
            fputs("\r\n", out);
            line++;
            column = 0;
            continue;
        }
        if (column++ == 0 && c == '.')
            putc('.', out);
        putc(c, out);
        if (column > WIRE_LINE_MAX && too_long == 0)
            too_long = line;
    }
    if (column > 0)
        fputs("\r\n", out);
    return too_long;
}
