/* SPDX-License-Identifier: MIT */
/* An event as a line for programs. As in text.c, everything here may run at any moment. */
#include "event.h"

#include <fcntl.h>
#include <string.h>

static struct text new_arg(struct event *event, const char *key)
{
    size_t used = strlen(event->args);
    struct text text = text_in(event->args + used, sizeof event->args - used);

    if (used > 0)
        put_char(&text, ' ');
    put_text(&text, key);
    put_char(&text, '=');
    return text;
}

void arg_number(struct event *event, const char *key, int64_t value)
{
    struct text text = new_arg(event, key);
    put_number(&text, value);
}

void arg_text(struct event *event, const char *key, const char *value)
{
    struct text text = new_arg(event, key);
    put_escaped(&text, value, strlen(value), true);
}

void arg_message_flags(struct event *event, int flags)
{
    char value[200];
    struct text text = text_in(value, sizeof value);

    if (flags == 0)
        return;
    put_message_flags(&text, flags);
    arg_text(event, "flags", value);
}

void arg_open_flags(struct event *event, int flags)
{
    arg_text(event, "flags", flags & O_NONBLOCK ? "O_NONBLOCK" : "0");
}

void arg_socket(struct event *event, int domain, int type, int protocol)
{
    char value[80];
    struct text text = text_in(value, sizeof value);

    put_domain(&text, domain);
    arg_text(event, "domain", value);

    text = text_in(value, sizeof value);
    put_socket_type(&text, type);
    arg_text(event, "type", value);

    text = text_in(value, sizeof value);
    put_protocol(&text, domain, protocol);
    arg_text(event, "protocol", value);
}

void arg_option(struct event *event, int level, int option)
{
    char value[80];
    struct text text = text_in(value, sizeof value);

    put_option(&text, level, option);
    arg_text(event, "opt", value);
}

/* The first bytes of a vector of buffers, at most limit, quoted. */
static void put_data(struct text *text, const struct iovec *data, int parts, size_t limit)
{
    put_char(text, '"');
    text->end--; /* for the closing quote */
    for (int i = 0; i < parts && limit > 0; i++) {
        size_t count = data[i].iov_len < limit ? data[i].iov_len : limit;
        put_escaped(text, data[i].iov_base, count, false);
        limit -= count;
    }
    text->end++;
    put_char(text, '"');
}

static void field_text(struct text *text, const char *s)
{
    put_char(text, '\t');
    put_text(text, s != NULL && s[0] != '\0' ? s : "-");
}

static void field_number(struct text *text, int64_t n)
{
    put_char(text, '\t');
    if (n == NONE)
        put_char(text, '-');
    else
        put_number(text, n);
}

size_t trace_line(char *buffer, size_t size, const struct event *event, const struct iovec *data,
                  int parts, size_t limit)
{
    struct text text = text_in(buffer, size - 1);
    const char *error = NULL;
    bool lookup = strcmp(event->call, "getaddrinfo") == 0;

    if (lookup && event->result != 0)
        error = lookup_error_name((int)event->result);
    else if (!lookup && event->error != 0)
        error = error_name(event->error);

    put_text(&text, "S1");
    field_text(&text, event->what == BEGIN ? "begin" : event->what == NOTE ? "note" : "end");
    field_number(&text, event->begin);
    field_number(&text, event->what == BEGIN ? NONE : event->end);
    field_number(&text, event->pid);
    field_number(&text, event->tid);
    field_text(&text, event->name);
    field_text(&text, event->call);
    field_number(&text, event->fd == NO_FD ? NONE : event->fd);
    field_text(&text, kind_name(event->kind));
    field_number(&text, event->id == 0 ? NONE : (int64_t)event->id);
    field_text(&text, event->local);
    field_text(&text, event->peer);
    field_number(&text, event->offset);
    field_number(&text, event->want);
    field_number(&text, event->count);
    field_number(&text, event->result);
    if (event->error != 0 && error == NULL)
        field_number(&text, event->error);
    else
        field_text(&text, error);
    field_text(&text, event->args);
    put_char(&text, '\t');
    if (data != NULL)
        put_data(&text, data, parts, limit);
    else
        put_char(&text, '-');
    text.end++;
    put_char(&text, '\n');
    return (size_t)(text.at - buffer);
}
