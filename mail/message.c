/* SPDX-License-Identifier: MIT */
#include "message.h"
#include "mime.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum encoding encoding_for(const char *text, size_t length, bool server_takes_8bit)
{
    if (memchr(text, '\0', length) != NULL)
        return QUOTED_PRINTABLE;
    if (!has_8bit(text, length))
        return SEVEN_BIT;
    return server_takes_8bit ? EIGHT_BIT : QUOTED_PRINTABLE;
}

void write_header(FILE *out, const struct envelope *e, const char *text, size_t length,
                  enum encoding encoding)
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
        write_field_text(out, e->subject, strlen("Subject: "));
        fputs("\n", out);
    }
    if (encoding != SEVEN_BIT)
        fprintf(out,
                "MIME-Version: 1.0\n"
                "Content-Type: text/plain; charset=%s\n"
                "Content-Transfer-Encoding: %s\n",
                is_utf8(text, length) ? "utf-8" : "unknown-8bit",
                encoding == EIGHT_BIT ? "8bit" : "quoted-printable");
    fputs("\n", out);
}

size_t long_line(const char *bytes, size_t length)
{
    size_t line = 1, column = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\r' && bytes[i] != '\n') {
            if (++column > WIRE_LINE_MAX)
                return line;
            continue;
        }
        if (bytes[i] == '\r' && i + 1 < length && bytes[i + 1] == '\n')
            i++;
        line++;
        column = 0;
    }
    return 0;
}

void write_wire(FILE *out, const char *bytes, size_t length)
{
    bool begins = true; /* a line */
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        if (c == '\r' || c == '\n') {
            if (c == '\r' && i + 1 < length && bytes[i + 1] == '\n')
                i++;
            fputs("\r\n", out);
            begins = true;
            continue;
        }
        if (begins && c == '.')
            putc('.', out);
        putc(c, out);
        begins = false;
    }
    if (!begins)
        fputs("\r\n", out);
}

char *compose(const struct envelope *envelope, const char *text, size_t text_length,
              enum encoding encoding, size_t *length)
{
    char *plain = NULL, *wire = NULL;
    size_t plain_length;
    FILE *out = open_memstream(&plain, &plain_length);
    if (out == NULL)
        return NULL;
    if (envelope)
        write_header(out, envelope, text, text_length, encoding);
    if (encoding == QUOTED_PRINTABLE)
        write_quoted_printable(out, text, text_length);
    else
        fwrite(text, 1, text_length, out);
    bool whole = fclose(out) == 0;

    out = whole ? open_memstream(&wire, length) : NULL;
    if (out) {
        write_wire(out, plain, plain_length);
        fputs(".\r\n", out);
        whole = fclose(out) == 0;
    }
    free(plain);
    if (out && whole)
        return wire;
    free(wire);
    return NULL;
}
