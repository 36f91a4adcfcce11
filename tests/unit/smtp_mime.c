/* SPDX-License-Identifier: MIT */
/* Letters beyond ASCII in the mail client's message: RFC 3629, RFC 2047, and RFC 2045 section 6.7.
 * The decoders here are small, and know nothing of the encoders. */
#include "../../mail/mime.h"
#include "check.h"
#include <stdlib.h>

/* A stream into memory, and what was written into it. */
static char *written;
static size_t written_length;

static FILE *begin(void)
{
    free(written);
    return open_memstream(&written, &written_length);
}

/* Every code point as RFC 3629 section 3 spells it, and what is none. */
static void test_utf8(void)
{
    for (unsigned long c = 0; c <= 0x120000; c += c < 0x3000 || c > 0xd700 ? 1 : 7) {
        char bytes[5] = {(char)c};
        size_t length = 1;
        if (c >= 0x10000)
            length = (size_t)snprintf(bytes, 5, "%c%c%c%c", (int)(0xf0 | c >> 18),
                                      (int)(0x80 | (c >> 12 & 0x3f)),
                                      (int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
        else if (c >= 0x800)
            length = (size_t)snprintf(bytes, 5, "%c%c%c", (int)(0xe0 | c >> 12),
                                      (int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
        else if (c >= 0x80)
            length = (size_t)snprintf(bytes, 5, "%c%c", (int)(0xc0 | c >> 6),
                                      (int)(0x80 | (c & 0x3f)));
        bool valid = (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;
        CHECK_INT(valid, is_utf8(bytes, length));
        for (size_t cut = 1; cut < length; cut++)
            CHECK_INT(false, is_utf8(bytes, cut));
    }
    static const char *const wrong[] = {
        "\200",         "a\277",        "\300\200",     "\301\277",         "\340\237\277",
        "\355\240\200", "\360\217\277\277", "\364\220\200\200", "\365\200\200\200",
        "\377",         "\376",         "\303(",        "\342\202(",        "\360\220\200(",
        "Gr\374n",      "\303\274\274",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK_INT(false, is_utf8(wrong[i], strlen(wrong[i])));
    CHECK_INT(true, is_utf8("", 0));
}

static const char *field_text(const char *text, size_t column)
{
    FILE *out = begin();
    write_field_text(out, text, column);
    fclose(out);
    return written;
}

static void test_words(void)
{
    CHECK_TEXT("", field_text("", 9));
    CHECK_TEXT("ketchup = ? _", field_text("ketchup = ? _", 9));
    CHECK_TEXT("=?UTF-8?Q?Gr=C3=BC=C3=9Fe=20=3D=20=3F=20=5F?=",
               field_text("Gr\303\274\303\237e = ? _", 9));
    /* what a reader would take for a word, or would take off */
    CHECK_TEXT("=?UTF-8?Q?=3D=3Fx=3FQ=3Fy=3F=3D?=", field_text("=?x?Q?y?=", 9));
    CHECK_TEXT("=?UTF-8?Q?=20a?=", field_text(" a", 9));
    CHECK_TEXT("=?UTF-8?Q?a=20?=", field_text("a ", 9));
}

/* RFC 2047 section 2: words of at most 75 bytes in lines of at most 76, no character cut in two. */
static void test_long_words(void)
{
    static const char *const letters[] = {"\303\274", "\346\235\261", "\360\237\215\225"};
    for (size_t column = 9; column < 40; column++)
        for (int ascii = 0; ascii < 8; ascii++)
            for (int kind = 0; kind < 3; kind++) {
                char text[900] = "", decoded[900];
                for (int i = 0; i < ascii; i++)
                    strcat(text, "x");
                for (int i = 0; i < 100; i++)
                    strcat(text, letters[kind]);
                field_text(text, column);
                size_t n = 0, before = column;
                for (char *line = strtok(written, "\n"); line; line = strtok(NULL, "\n")) {
                    size_t length = strlen(line), begins = n;
                    CHECK_INT(true, before + length <= 76);
                    char *word = line + (before == 0);
                    CHECK_INT(true, strlen(word) <= 75 && strlen(word) > 12);
                    CHECK_INT(0, strncmp(word, "=?UTF-8?Q?", 10));
                    CHECK_TEXT("?=", line + length - 2);
                    for (char *p = word + 10; p < line + length - 2; p += *p == '=' ? 3 : 1)
                        decoded[n++] =
                            *p == '=' ? (char)strtol((char[]){p[1], p[2], 0}, NULL, 16) : *p;
                    CHECK_INT(true, is_utf8(decoded + begins, n - begins));
                    before = 0;
                }
                decoded[n] = '\0';
                CHECK_TEXT(text, decoded);
            }
}

static const char *quoted(const char *bytes, size_t length)
{
    FILE *out = begin();
    write_quoted_printable(out, bytes, length);
    fclose(out);
    return written;
}

static void test_quoted_printable(void)
{
    static const struct {
        const char *typed, *sent;
    } table[] = {
        {"", ""},
        {"a", "a"},
        {"a\n", "a\n"},
        {"a\r\nb\rc\n\n", "a\nb\nc\n\n"},
        {"Gr\303\274n", "Gr=C3=BCn"},
        {"=", "=3D"},
        {"a b\tc", "a b\tc"},
        {"a \n", "a=20\n"},
        {"a\t\r\n", "a=09\n"},
        {"a  ", "a =20"},
        {" ", "=20"},
        {"\001\033\177", "=01=1B=7F"},
        {".\n", ".\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        CHECK_TEXT(table[i].sent, quoted(table[i].typed, strlen(table[i].typed)));
    CHECK_TEXT("a=00b", quoted("a\0b", 3));
    /* 76 bytes in a line, and one more: a soft break, which is one of the 76 */
    char text[300], sent[300];
    snprintf(text, sizeof text, "%076d\n%077d\n", 0, 0);
    snprintf(sent, sizeof sent, "%076d\n%075d=\n00\n", 0, 0);
    CHECK_TEXT(sent, quoted(text, strlen(text)));
    snprintf(text, sizeof text, "%073d=\n%074d=\n%072d=x", 0, 0, 0);
    snprintf(sent, sizeof sent, "%073d=3D\n%074d=\n=3D\n%072d=3Dx", 0, 0, 0);
    CHECK_TEXT(sent, quoted(text, strlen(text)));
    snprintf(text, sizeof text, "%075d \n", 0);
    snprintf(sent, sizeof sent, "%075d=\n=20\n", 0);
    CHECK_TEXT(sent, quoted(text, strlen(text)));
}

int main(void)
{
    test_utf8();
    test_words();
    test_long_words();
    test_quoted_printable();
    free(written);
    printf("smtp_mime: %s\n", failures ? "FAILED" : "ok");
    return failures != 0;
}
