/* SPDX-License-Identifier: MIT */
/* The mail client's message: its form on the wire (RFC 5321 section 4.5.2) and its header (RFC
 * 5322). */
#include "../../mail/message.h"
#include "check.h"
#include <stdlib.h>
#include <string.h>

static void test_wire(void)
{
    static const struct {
        const char *typed, *wire;
    } table[] = {
        {"", ""},
        {"a", "a\r\n"},
        {"a\n", "a\r\n"},
        {"a\r\n", "a\r\n"},
        {"a\r", "a\r\n"},
        {"a\rb\nc\r\nd", "a\r\nb\r\nc\r\nd\r\n"},
        {"\n", "\r\n"},
        {"\n\n", "\r\n\r\n"},
        {"\r\n\r\n", "\r\n\r\n"},
        {"\n\r", "\r\n\r\n"},
        {"a\r\r\nb", "a\r\n\r\nb\r\n"},
        {".", "..\r\n"},
        {".\n.", "..\r\n..\r\n"},
        {"..\n", "...\r\n"},
        {"a\n.b.\n", "a\r\n..b.\r\n"},
        {"a\r.b", "a\r\n..b\r\n"},
        {"a.\n", "a.\r\n"},
        {" .\n", " .\r\n"},
        {"\303\244\377\t \n", "\303\244\377\t \r\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char *wire;
        size_t length;
        FILE *out = open_memstream(&wire, &length);
        write_wire(out, table[i].typed, strlen(table[i].typed));
        fclose(out);
        CHECK_TEXT(table[i].wire, wire);
        CHECK_INT(strlen(table[i].wire), length);
        free(wire);
    }
    /* A NUL is a byte like any other. */
    char *wire;
    size_t length;
    FILE *out = open_memstream(&wire, &length);
    write_wire(out, "a\0.\n\0", 5);
    fclose(out);
    CHECK_INT(8, length);
    CHECK_INT(0, memcmp(wire, "a\0.\r\n\0\r\n", 8));
    free(wire);
}

/* The first line that is too long is found, whatever ends the lines before it. */
static void test_long_lines(void)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    for (size_t n = 996; n <= 1000; n++)
        for (int end = 0; end < 3; end++) {
            char text[1100];
            snprintf(text, sizeof text, "one%s%0*d%sthree", ends[end], (int)n, 0, ends[end]);
            CHECK_INT(n > 998 ? 2 : 0, long_line(text, strlen(text)));
            snprintf(text, sizeof text, "%s%s%0*d", ends[end], ends[end], (int)n, 0);
            CHECK_INT(n > 998 ? 3 : 0, long_line(text, strlen(text)));
        }
    CHECK_INT(0, long_line("", 0));
}

/* What a text needs: RFC 6152 section 3, RFC 2045 section 2.7. */
static void test_encoding(void)
{
    for (int takes_8bit = 0; takes_8bit <= 1; takes_8bit++) {
        CHECK_INT(SEVEN_BIT, encoding_for("", 0, takes_8bit));
        CHECK_INT(SEVEN_BIT, encoding_for("a\177\001\n", 4, takes_8bit));
        CHECK_INT(takes_8bit ? EIGHT_BIT : QUOTED_PRINTABLE,
                  encoding_for("a\200", 2, takes_8bit));
        CHECK_INT(QUOTED_PRINTABLE, encoding_for("a\0b", 3, takes_8bit));
        CHECK_INT(QUOTED_PRINTABLE, encoding_for("\377\0", 2, takes_8bit));
    }
}

/* The value of a header field, its lines put together, or "". */
static const char *field(const char *header, const char *name)
{
    static char value[4000];
    const char *at = strstr(header, name);
    *value = '\0';
    if (at == NULL || (at != header && at[-1] != '\n'))
        return value;
    snprintf(value, sizeof value, "%s", at + strlen(name));
    char *end = value + strcspn(value, "\n");
    while (end[0] == '\n' && end[1] == ' ')
        end += 1 + strcspn(end + 1, "\n");
    *end = '\0';
    return value;
}

static char *header_of(const char *from, const char *subject, const char *text,
                       enum encoding encoding)
{
    static const char *to[] = {"bob@hamburger.edu", "eve@hamburger.edu"};
    struct envelope e = {from, to, 2, subject, "crepes.fr"};
    char *header;
    size_t length;
    FILE *out = open_memstream(&header, &length);
    write_header(out, &e, text, strlen(text), encoding);
    fclose(out);
    CHECK_INT(strlen(header), length);
    CHECK_TEXT("\n\n", header + length - 2);
    return header;
}

static void test_header(void)
{
    char *header = header_of("alice@crepes.fr", "ketchup", "hi\n", SEVEN_BIT);
    CHECK_TEXT("alice@crepes.fr", field(header, "From: "));
    CHECK_TEXT("bob@hamburger.edu,\n eve@hamburger.edu", field(header, "To: "));
    CHECK_TEXT("ketchup", field(header, "Subject: "));
    CHECK_INT(31, strlen(field(header, "Date: "))); /* "Sat, 21 Nov 2026 07:48:28 +0000" */
    CHECK_INT('<', field(header, "Message-ID: ")[0]);
    CHECK_TEXT("@crepes.fr>", strchr(field(header, "Message-ID: "), '@'));
    CHECK_TEXT("", field(header, "MIME-Version: "));
    free(header);

    header = header_of("", NULL, "Gr\303\274n\n", EIGHT_BIT);
    CHECK_TEXT("MAILER-DAEMON@crepes.fr", field(header, "From: "));
    CHECK_INT(1, strstr(header, "Subject") == NULL);
    CHECK_TEXT("1.0", field(header, "MIME-Version: "));
    CHECK_TEXT("text/plain; charset=utf-8", field(header, "Content-Type: "));
    CHECK_TEXT("8bit", field(header, "Content-Transfer-Encoding: "));
    free(header);

    /* a text of another alphabet, of which nobody says which (RFC 1428) */
    header = header_of("", NULL, "Gr\374n\n", QUOTED_PRINTABLE);
    CHECK_TEXT("text/plain; charset=unknown-8bit", field(header, "Content-Type: "));
    CHECK_TEXT("quoted-printable", field(header, "Content-Transfer-Encoding: "));
    free(header);
}

/* The whole: header, text and dot; or the text alone. */
static void test_compose(void)
{
    static const char *to[] = {"bob@hamburger.edu"};
    struct envelope e = {"alice@crepes.fr", to, 1, NULL, "crepes.fr"};
    size_t length;
    char *wire = compose(&e, "\303\274\n.", 4, QUOTED_PRINTABLE, &length);
    static const char end[] = "quoted-printable\r\n\r\n=C3=BC\r\n..\r\n.\r\n";
    CHECK_INT(strlen(wire), length);
    CHECK_TEXT(end, wire + length - strlen(end));
    free(wire);
    wire = compose(NULL, "\303\274 \n.", 5, EIGHT_BIT, &length);
    CHECK_TEXT("\303\274 \r\n..\r\n.\r\n", wire);
    free(wire);
    wire = compose(NULL, "", 0, SEVEN_BIT, &length);
    CHECK_TEXT(".\r\n", wire);
    free(wire);
}

int main(void)
{
    test_wire();
    test_long_lines();
    test_header();
    test_encoding();
    test_compose();
    printf("smtp_message: %s\n", failures ? "FAILED" : "ok");
    return failures != 0;
}
