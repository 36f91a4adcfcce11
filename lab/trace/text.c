/* SPDX-License-Identifier: MIT */
/* Text for readers: numbers, escaped bytes, addresses.
 *
 * These functions run inside of any program, at any moment, also in a signal handler: they use no
 * stdio, no memory but the caller's, and never touch errno. */
#include "text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

struct text text_in(char *buffer, size_t size)
{
    return (struct text){buffer, buffer + size - 1};
}

void put_char(struct text *text, char c)
{
    if (text->at < text->end)
        *text->at++ = c;
    *text->at = '\0';
}

void put_text(struct text *text, const char *s)
{
    while (*s != '\0')
        put_char(text, *s++);
    *text->at = '\0';
}

void put_number(struct text *text, int64_t n)
{
    char digits[24];
    size_t i = sizeof digits;
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;

    digits[--i] = '\0';
    do {
        digits[--i] = (char)('0' + left % 10);
        left /= 10;
    } while (left != 0);
    if (n < 0)
        digits[--i] = '-';
    put_text(text, digits + i);
}

void put_escaped(struct text *text, const char *bytes, size_t count, bool space)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        unsigned char c = (unsigned char)bytes[i];
        char escape[4] = {'\\', (char)c, hex[c >> 4], hex[c & 15]};
        ptrdiff_t length = 2;

        if (c == '\n' || c == '\r' || c == '\t') {
            escape[1] = c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
        } else if ((c > ' ' && c < 0x7f && c != '\\' && c != '"') || (c == ' ' && !space)) {
            escape[0] = (char)c;
            length = 1;
        } else if (c != '\\' && c != '"') {
            escape[1] = 'x';
            length = 4;
        }
        if (text->end - text->at < length)
            break;
        memcpy(text->at, escape, (size_t)length);
        text->at += length;
    }
    *text->at = '\0';
}

void put_address(struct text *text, const struct sockaddr *address, socklen_t length)
{
    char host[INET6_ADDRSTRLEN];

    if (length < sizeof address->sa_family) {
        put_text(text, "unix:"); /* what an unnamed AF_UNIX socket gives */
    } else if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memset(&in, 0, sizeof in);
        memcpy(&in, address, length < sizeof in ? length : sizeof in);
        put_text(text, inet_ntop(AF_INET, &in.sin_addr, host, sizeof host));
        put_char(text, ':');
        put_number(text, ntohs(in.sin_port));
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memset(&in6, 0, sizeof in6);
        memcpy(&in6, address, length < sizeof in6 ? length : sizeof in6);
        put_char(text, '[');
        put_text(text, inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof host));
        if (in6.sin6_scope_id != 0) {
            put_char(text, '%');
            put_number(text, in6.sin6_scope_id);
        }
        put_text(text, "]:");
        put_number(text, ntohs(in6.sin6_port));
    } else if (address->sa_family == AF_UNIX) {
        const char *path = (const char *)address + offsetof(struct sockaddr_un, sun_path);
        size_t size = length > offsetof(struct sockaddr_un, sun_path)
                          ? length - offsetof(struct sockaddr_un, sun_path)
                          : 0;
        put_text(text, "unix:");
        if (size > 0 && path[0] == '\0') { /* Linux: the abstract name space */
            put_char(text, '@');
            put_escaped(text, path + 1, size - 1, true);
        } else {
            put_escaped(text, path, strnlen(path, size), true);
        }
    } else {
        put_text(text, "family:");
        put_number(text, address->sa_family);
    }
}
