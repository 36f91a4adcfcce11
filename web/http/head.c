/* SPDX-License-Identifier: MIT */
/* Lines and fields of a message's head, judged as strictly as RFC 9112 lets a server judge them. */
#include "head.h"

#include <string.h>

void head_start(struct head *h)
{
    h->bytes = NULL;
    h->line = h->seen = h->count = 0;
}

bool head_fault(struct head *h, int status, size_t at, const char *rule, const char *section)
{
    h->fault = (struct fault){status, at, rule, section};
    return false;
}

bool is_token_byte(char c)
{
    /* A table beats twelve comparisons: every byte of every field name comes through here. */
    static const bool token[256] = {
        ['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1, ['*'] = 1, ['+'] = 1,
        ['-'] = 1, ['.'] = 1, ['^'] = 1, ['_'] = 1, ['`'] = 1, ['|'] = 1,  ['~'] = 1, ['0'] = 1,
        ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1,  ['7'] = 1, ['8'] = 1,
        ['9'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1,  ['F'] = 1, ['G'] = 1,
        ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1,  ['N'] = 1, ['O'] = 1,
        ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1,  ['V'] = 1, ['W'] = 1,
        ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1,  ['d'] = 1, ['e'] = 1,
        ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1,  ['l'] = 1, ['m'] = 1,
        ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1,  ['t'] = 1, ['u'] = 1,
        ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1,
    };
    return token[(unsigned char)c];
}

bool is_value_byte(char c)
{
    unsigned char byte = (unsigned char)c;
    return (byte >= ' ' && byte != 0x7f) || byte == '\t';
}

enum progress head_line(struct head *h, const char *bytes, size_t length, struct span *line)
{
    const char *lf = memchr(bytes + h->seen, '\n', length - h->seen);
    size_t end = lf != NULL ? (size_t)(lf - bytes) : length;

    h->bytes = bytes;
    if (end >= HEAD_MAX) {
        head_fault(h, 431, HEAD_MAX - 1, "a request head may have 16384 bytes here", "RFC 6585, 5");
        return FAULT;
    }
    h->seen = end;
    if (lf == NULL)
        return MORE;
    if (end == h->line || bytes[end - 1] != '\r') {
        head_fault(h, 400, end, "a line ends with CR LF; this LF stands alone", "RFC 9112, 2.2");
        return FAULT;
    }
    line->at = (uint16_t)h->line;
    line->length = (uint16_t)(end - 1 - h->line);
    h->line = h->seen = end + 1;
    return DONE;
}

bool head_add(struct head *h, struct span line)
{
    const char *bytes = h->bytes;
    size_t at = line.at, end = at + line.length;

    if (h->count == FIELDS_MAX)
        return head_fault(h, 431, at, "a request may have 100 fields here", "RFC 6585, 5");
    struct field *field = &h->field[h->count];

    if (bytes[at] == ' ' || bytes[at] == '\t')
        return head_fault(h, 400, at,
                          "a line that begins with white space (line folding) is refused",
                          h->count > 0 ? "RFC 9112, 5.2" : "RFC 9112, 2.2");
    while (at < end && is_token_byte(bytes[at]))
        at++;
    if (at == end)
        return head_fault(h, 400, at, "a field line has a colon after its name", "RFC 9112, 5");
    if (bytes[at] == ' ' || bytes[at] == '\t')
        return head_fault(h, 400, at, "no white space stands between a field's name and its colon",
                          "RFC 9112, 5.1");
    if (bytes[at] != ':')
        return head_fault(h, 400, at, "a field name has token characters only", "RFC 9110, 5.6.2");
    if (at == line.at)
        return head_fault(h, 400, at, "a field name is not empty", "RFC 9110, 5.1");
    field->name = (struct span){line.at, (uint16_t)(at - line.at)};

    at++;
    while (at < end && (bytes[at] == ' ' || bytes[at] == '\t'))
        at++;
    for (size_t i = at; i < end; i++)
        if (!is_value_byte(bytes[i]))
            return bytes[i] == '\r'
                       ? head_fault(h, 400, i, "a CR without its LF is refused", "RFC 9112, 2.2")
                       : head_fault(h, 400, i, "a field value has no control bytes",
                                    "RFC 9110, 5.5");
    while (end > at && (bytes[end - 1] == ' ' || bytes[end - 1] == '\t'))
        end--;
    field->value = (struct span){(uint16_t)at, (uint16_t)(end - at)};
    h->count++;
    return true;
}

bool same_word(const char *bytes, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++) {
        char a = bytes[i], b = word[i];
        if (a >= 'A' && a <= 'Z')
            a = (char)(a + ('a' - 'A'));
        if (b >= 'A' && b <= 'Z')
            b = (char)(b + ('a' - 'A'));
        if (b == '\0' || a != b)
            return false;
    }
    return word[length] == '\0';
}

const struct field *head_find(const struct head *h, const char *name, const struct field *from)
{
    const struct field *end = h->field + h->count;
    size_t length = strlen(name);
    for (const struct field *f = from != NULL ? from + 1 : h->field; f < end; f++)
        if (f->name.length == length && same_word(h->bytes + f->name.at, length, name))
            return f;
    return NULL;
}

bool list_next(const char **list, size_t *length, const char **element, size_t *element_length)
{
    while (*length > 0 && (**list == ',' || **list == ' ' || **list == '\t')) {
        ++*list;
        --*length;
    }
    if (*length == 0)
        return false;
    const char *comma = memchr(*list, ',', *length);
    size_t taken = comma != NULL ? (size_t)(comma - *list) : *length;
    *element = *list;
    *element_length = taken;
    while ((*element)[*element_length - 1] == ' ' || (*element)[*element_length - 1] == '\t')
        --*element_length;
    *list += taken;
    *length -= taken;
    return true;
}
