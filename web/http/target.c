/* SPDX-License-Identifier: MIT */
/* Paths: percent-decoding, dot segments, percent-encoding; hosts and ports. */
#include "target.h"

#include <arpa/inet.h>
#include <string.h>

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

static bool is_unreserved(char c) /* RFC 3986, 2.3, by range: isalnum() asks the locale */
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool path_add(struct path *p, const char *segment, size_t length)
{
    if (length == 0 || (length == 1 && segment[0] == '.'))
        return true;
    if (length == 2 && segment[0] == '.' && segment[1] == '.') {
        if (p->length == 0)
            return false;
        while (p->length > 0 && p->name[p->length - 1] != '/')
            p->length--;
        if (p->length > 0)
            p->length--;
        p->name[p->length] = '\0';
        return true;
    }
    if (p->length + length + 2 > sizeof p->name)
        return false;
    if (p->length > 0)
        p->name[p->length++] = '/';
    memcpy(p->name + p->length, segment, length);
    p->length += length;
    p->name[p->length] = '\0';
    return true;
}

int path_decode(struct path *p, const char *encoded, size_t length)
{
    char segment[PATH_BYTES];
    size_t i = 0, n;

    p->length = 0;
    p->name[0] = '\0';
    p->directory = true; /* the empty path is the directory itself: RFC 9110, 4.2.3 */
    if (length >= PATH_BYTES - 16)
        return 404;
    while (i < length) {
        for (n = 0; i < length && encoded[i] != '/'; i++) {
            char c = encoded[i];
            if (c == '%') {
                int high = i + 2 < length ? hex_value(encoded[i + 1]) : -1;
                int low = i + 2 < length ? hex_value(encoded[i + 2]) : -1;
                if (high < 0 || low < 0)
                    return 400;
                c = (char)(high * 16 + low);
                i += 2;
                if (c == '/')
                    return 404; /* data, not a separator (RFC 3986, 2.2): no file is called so */
            }
            if (c == '\0')
                return 400; /* it would end the name for the system, and for nobody else */
            segment[n++] = c;
        }
        bool dots =
            (n == 1 && segment[0] == '.') || (n == 2 && segment[0] == '.' && segment[1] == '.');
        p->directory = n == 0 || dots || i < length;
        path_add(p, segment, n); /* ".." at the top stays at the top */
        i++;                     /* the slash */
    }
    return 0;
}

size_t path_encode(char *to, const char *name, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (is_unreserved(name[i]) || c == '/') {
            to[n++] = name[i];
        } else {
            to[n++] = '%';
            to[n++] = digits[c >> 4];
            to[n++] = digits[c & 15];
        }
    }
    to[n] = '\0';
    return n;
}

bool authority_is_sound(const char *s, size_t length, bool may_be_empty)
{
    size_t i = 0;
    if (length > 0 && s[0] == '[') {
        char address[INET6_ADDRSTRLEN];
        struct in6_addr ignored;
        const char *end = memchr(s, ']', length);
        if (end == NULL || (size_t)(end - s) > sizeof address)
            return false;
        i = (size_t)(end - s) + 1;
        memcpy(address, s + 1, i - 2);
        address[i - 2] = '\0';
        if (strlen(address) != i - 2 || inet_pton(AF_INET6, address, &ignored) != 1)
            return false;
    } else {
        for (; i < length && s[i] != ':'; i++) {
            bool encoded = s[i] == '%' && length - i > 2 && hex_value(s[i + 1]) >= 0 &&
                           hex_value(s[i + 2]) >= 0;
            if (!encoded && !is_unreserved(s[i]) && memchr("!$&'()*+,;=", s[i], 11) == NULL)
                return false;
        }
        if (i == 0 && (!may_be_empty || length > 0))
            return false;
    }
    unsigned port = 0;
    if (i < length && s[i] == ':')
        for (i++; i < length && is_digit(s[i]) && port <= 65535; i++)
            port = port * 10 + (unsigned)(s[i] - '0');
    return i == length && port <= 65535;
}
