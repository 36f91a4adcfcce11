/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target (libFuzzer): what the mail client encodes is ASCII in short lines, and decoded again
 * it is what it was. The first byte says in which column a field begins.
 *
 *     clang -g -O1 -D_POSIX_C_SOURCE=200809L -fsanitize=fuzzer,address,undefined \
 *         tests/fuzz/smtp_mime.c mail/mime.c -o fuzz-smtp_mime
 *     ./fuzz-smtp_mime tests/fuzz/corpus/smtp_mime
 */
#include "../../mail/mime.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static unsigned char decoded[1 << 16];

static size_t hex(const char *p)
{
    static const char digits[] = "0123456789ABCDEF";
    assert(p[0] && p[1] && strchr(digits, p[0]) && strchr(digits, p[1]));
    return (size_t)(strchr(digits, p[0]) - digits) * 16 + (size_t)(strchr(digits, p[1]) - digits);
}

/* Lines of at most 76 bytes from this column on, all of them ASCII that prints (and tabs). */
static void check_lines(const char *text, size_t length, size_t column)
{
    for (size_t i = 0; i < length; i++) {
        column = text[i] == '\n' ? 0 : column + 1;
        assert(column <= 76);
        assert(text[i] == '\n' || text[i] == '\t' || (text[i] >= ' ' && text[i] <= '~'));
    }
}

static void quoted_printable(const char *bytes, size_t size)
{
    char *sent;
    size_t length, n = 0, at = 0;
    FILE *out = open_memstream(&sent, &length);
    write_quoted_printable(out, bytes, size);
    fclose(out);
    check_lines(sent, length, 0);
    for (size_t i = 0; i < length; i++) {
        if (sent[i] == '=' && sent[i + 1] == '\n') {
            i++;
            continue;
        }
        bool space = sent[i] == ' ' || sent[i] == '\t';
        assert(!space || (i + 1 < length && sent[i + 1] != '\n'));
        decoded[n++] = sent[i] == '=' ? (unsigned char)hex(sent + i + 1) : (unsigned char)sent[i];
        i += sent[i] == '=' ? 2 : 0;
    }
    for (size_t i = 0; i < size; i++, at++) { /* all line ends are LF now */
        bool end = bytes[i] == '\r' || bytes[i] == '\n';
        if (bytes[i] == '\r' && i + 1 < size && bytes[i + 1] == '\n')
            i++;
        assert(at < n && decoded[at] == (end ? '\n' : (unsigned char)bytes[i]));
    }
    assert(at == n);
    free(sent);
}

static void field_text(const char *text, size_t column)
{
    static const char begin[] = "=?UTF-8?Q?";
    char *sent;
    size_t length, n = 0;
    FILE *out = open_memstream(&sent, &length);
    write_field_text(out, text, column);
    fclose(out);
    if (strncmp(sent, begin, strlen(begin)) != 0) {
        assert(strcmp(sent, text) == 0 && strstr(text, "=?") == NULL);
        free(sent);
        return;
    }
    check_lines(sent, length, column);
    for (char *word = strtok(sent, "\n"); word; word = strtok(NULL, "\n")) {
        size_t first = n;
        word += *word == ' ';
        size_t end = strlen(word);
        assert(end <= 75 && strncmp(word, begin, strlen(begin)) == 0);
        assert(strcmp(word + end - 2, "?=") == 0);
        for (char *p = word + strlen(begin); p < word + end - 2; p++) {
            assert(*p != '?' && *p != ' ' && *p != '_');
            decoded[n++] = *p == '=' ? (unsigned char)hex(p + 1) : (unsigned char)*p;
            p += *p == '=' ? 2 : 0;
        }
        assert(!is_utf8(text, strlen(text)) || is_utf8((char *)decoded + first, n - first));
    }
    assert(n == strlen(text) && memcmp(decoded, text, n) == 0);
    free(sent);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 1 || size > sizeof decoded)
        return 0;
    char *text = malloc(size); /* a copy of its own: nothing behind it may be read */
    assert(text != NULL);
    memcpy(text, bytes + 1, size - 1);
    quoted_printable(text, size - 1);
    text[size - 1] = '\0';
    for (char *p = text; *p; p++) /* a subject has no control characters: they were refused */
        if ((unsigned char)*p < ' ' || *p == '\177')
            *p = '=';
    field_text(text, 9 + bytes[0] % 30);
    free(text);
    return 0;
}
