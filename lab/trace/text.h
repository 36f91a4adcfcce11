/* SPDX-License-Identifier: MIT */
/* Bytes for readers, put into a buffer. Nothing here allocates or locks. */
#ifndef TRACE_TEXT_H
#define TRACE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct text {
    char *at, *end; /* end: one before the end of the buffer */
};

struct text text_in(char *buffer, size_t size);
void put_char(struct text *text, char c);
void put_text(struct text *text, const char *s);
void put_number(struct text *text, int64_t n);
/* Bytes as socktrace(5) escapes them; with `space`, the space too. Never leaves half an escape. */
void put_escaped(struct text *text, const char *bytes, size_t count, bool space);
void put_address(struct text *text, const struct sockaddr *address, socklen_t length);

#endif
