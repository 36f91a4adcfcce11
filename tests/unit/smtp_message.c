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
        CHECK_INT(0, write_wire(out, table[i].typed, strlen(table[i].typed)));
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

/* The first line that is too long is told; a dot that is stuffed does not count. */
static void test_long_lines(void)
{
    for (size_t n = 996; n <= 1000; n++)
        for (int dot = 0; dot <= 1; dot++) {
            char text[1100], *wire;
            size_t length;
            FILE *out = open_memstream(&wire, &length);
            snprintf(text, sizeof text, "one\n%s%0*d\nthree\n", dot ? "." : "", (int)n - dot, 0);
            CHECK_INT(n > 998 ? 2 : 0, write_wire(out, text, strlen(text)));
            fclose(out);
            CHECK_INT(strlen("one\r\n") + (size_t)dot + n + strlen("\r\nthree\r\n"), length);
            free(wire);
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

static char *header_of(const char *from, const char *subject, bool eight_bit)
{
    static const char *to[] = {"bob@hamburger.edu", "eve@hamburger.edu"};
    struct envelope e = {from, to, 2, subject, "crepes.fr"};
    char *header;
    size_t length;
    FILE *out = open_memstream(&header, &length);
    write_header(out, &e, eight_bit);
    fclose(out);
    CHECK_INT(strlen(header), length);
    CHECK_TEXT("\n\n", header + length - 2);
    return header;
}

static void test_header(void)
{
    char *header = header_of("alice@crepes.fr", "ketchup", false);
    CHECK_TEXT("alice@crepes.fr", field(header, "From: "));
    CHECK_TEXT("bob@hamburger.edu,\n eve@hamburger.edu", field(header, "To: "));
    CHECK_TEXT("ketchup", field(header, "Subject: "));
    CHECK_INT(31, strlen(field(header, "Date: "))); /* "Sat, 21 Nov 2026 07:48:28 +0000" */
    CHECK_INT('<', field(header, "Message-ID: ")[0]);
    CHECK_TEXT("@crepes.fr>", strchr(field(header, "Message-ID: "), '@'));
    CHECK_TEXT("", field(header, "MIME-Version: "));
    free(header);

    header = header_of("", NULL, true);
    CHECK_TEXT("MAILER-DAEMON@crepes.fr", field(header, "From: "));
    CHECK_INT(1, strstr(header, "Subject") == NULL);
    CHECK_TEXT("1.0", field(header, "MIME-Version: "));
    CHECK_TEXT("text/plain; charset=UTF-8", field(header, "Content-Type: "));
    CHECK_TEXT("8bit", field(header, "Content-Transfer-Encoding: "));
    free(header);
}

/* RFC 2047 section 2: words of at most 75 bytes; section 5: no character is cut in two. */
static void test_encoded_subject(void)
{
    char *header = header_of("a@b", "Gr\303\274\303\237e = ? _", false);
    CHECK_TEXT("=?UTF-8?Q?Gr=C3=BC=C3=9Fe=20=3D=20=3F=20=5F?=", field(header, "Subject: "));
    free(header);
    for (int ascii = 0; ascii < 8; ascii++)
        for (int bytes = 2; bytes <= 4; bytes++) {
            static const char *const letters[] = {"\303\274", "\346\235\261", "\360\237\215\225"};
            char subject[900] = "", decoded[900] = "";
            for (int i = 0; i < ascii; i++)
                strcat(subject, "x");
            for (int i = 0; i < 100; i++)
                strcat(subject, letters[bytes - 2]);
            header = header_of("a@b", subject, false);
            char value[4000];
            snprintf(value, sizeof value, "%s", field(header, "Subject: "));
            for (char *word = strtok(value, "\n"); word; word = strtok(NULL, "\n")) {
                word += *word == ' ';
                size_t length = strlen(word);
                CHECK_INT(1, length <= 75 && length > 12);
                CHECK_INT(0, strncmp(word, "=?UTF-8?Q?", 10));
                CHECK_TEXT("?=", word + length - 2);
                CHECK_INT(1, word[10] == 'x' || (strtol(word + 11, NULL, 16) & 0xc0) == 0xc0);
                size_t n = strlen(decoded);
                for (char *p = word + 10; p < word + length - 2; p += *p == '=' ? 3 : 1)
                    decoded[n++] = *p == '=' ? (char)strtol((char[]){p[1], p[2], 0}, NULL, 16) : *p;
                decoded[n] = '\0';
            }
            CHECK_TEXT(subject, decoded);
            free(header);
        }
}

int main(void)
{
    test_wire();
    test_long_lines();
    test_header();
    test_encoded_subject();
    printf("smtp_message: %s\n", failures ? "FAILED" : "ok");
    return failures != 0;
}
