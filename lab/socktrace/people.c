/* SPDX-License-Identifier: MIT */
/* An event as a line for people: what the call was, and what its result means. As in
 * ../trace/text.c, everything here may run at any moment. */
#include "people.h"

#include <errno.h>
#include <string.h>

/* The value of an argument as it stands in event->args; "" if it is not there. */
static const char *arg(const struct event *event, const char *key, char *value, size_t size)
{
    struct text text = text_in(value, size);
    size_t length = strlen(key);

    *text.at = '\0';
    for (const char *at = event->args; at != NULL && *at != '\0';) {
        if (strncmp(at, key, length) == 0 && at[length] == '=') {
            for (at += length + 1; *at != '\0' && *at != ' '; at++)
                put_char(&text, *at);
            return value;
        }
        at = strchr(at, ' ');
        if (at != NULL)
            at++;
    }
    return value;
}

/* "127.0.0.1:80" as "127.0.0.1 port 80", "[::1]:80" as "::1 port 80", others as they are. */
static void put_place(struct text *text, const char *address)
{
    const char *port = strrchr(address, ':');

    if (strncmp(address, "unix:", 5) == 0) {
        put_text(text, address[5] != '\0' ? address + 5 : "a socket without a name");
    } else if (port == NULL) {
        put_text(text, address[0] != '\0' ? address : "?");
    } else {
        for (const char *at = address; at < port; at++)
            if (*at != '[' && *at != ']')
                put_char(text, *at);
        put_text(text, " port ");
        put_text(text, port + 1);
    }
}

/* A list of addresses with commas between them; spoils the list. */
static void put_places(struct text *text, const char *between, char *list)
{
    for (char *comma; list != NULL; list = comma, between = ", ") {
        comma = strchr(list, ',');
        if (comma != NULL)
            *comma++ = '\0';
        put_text(text, between);
        put_place(text, list);
    }
}

/* How many bytes of s are one printable character beyond ASCII in UTF-8, or 0. */
static size_t utf8_character(const unsigned char *s, size_t count)
{
    size_t length = s[0] >= 0xc2 && s[0] < 0xe0   ? 2
                    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                    : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                  : 0;

    if (length == 0 || length > count)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xc2 && s[1] < 0xa0) || (s[0] == 0xe0 && s[1] < 0xa0) ||
        (s[0] == 0xed && s[1] >= 0xa0) || (s[0] == 0xf0 && s[1] < 0x90) ||
        (s[0] == 0xf4 && s[1] >= 0x90) || (s[0] == 0xe2 && s[1] == 0x80 && s[2] >= 0xa8))
        return 0; /* control characters, surrogates, overlong forms, marks of direction */
    return length;
}

static void put_readable(struct text *text, const struct iovec *data, int parts, int64_t count,
                         const struct look *look)
{
    size_t limit = (size_t)(count < look->data_limit ? count : look->data_limit);
    bool cut = count > look->data_limit;

    put_char(text, '"');
    for (int i = 0; i < parts && limit > 0; i++) {
        const char *s = data[i].iov_base;
        size_t n = data[i].iov_len < limit ? data[i].iov_len : limit;
        for (size_t at = 0; at < n;) {
            size_t step = look->utf8 ? utf8_character((const unsigned char *)s + at, n - at) : 0;
            if (step == 0)
                put_escaped(text, s + at, step = 1, false);
            else
                for (size_t j = 0; j < step; j++)
                    put_char(text, s[at + j]);
            at += step;
        }
        limit -= n;
    }
    put_text(text, cut ? "\"..." : "\"");
}

static void put_duration(struct text *text, int64_t ns)
{
    int64_t ms = ns / 1000000;

    if (ms < 100) {
        put_number(text, ms);
        put_text(text, " ms");
    } else {
        put_number(text, ms / 1000);
        put_char(text, '.');
        put_number(text, ms % 1000 / 100);
        put_text(text, " s");
    }
}

static bool is(const struct event *event, const char *call)
{
    return strcmp(event->call, call) == 0;
}

static bool starts(const struct event *event, const char *call)
{
    return strncmp(event->call, call, strlen(call)) == 0;
}

static bool receives(const struct event *event)
{
    return starts(event, "recv") || starts(event, "read");
}

static bool sends(const struct event *event)
{
    return (starts(event, "send") || starts(event, "write") || is(event, "dprintf"));
}

static bool is_stream(const struct event *event)
{
    return event->kind == TCP4 || event->kind == TCP6 || event->kind == UNIX_STREAM;
}

static bool is_inet(const struct event *event)
{
    return event->kind == TCP4 || event->kind == TCP6 || event->kind == UDP4 || event->kind == UDP6;
}

/* What stands in the brackets of a call. */
static void put_arguments(struct text *text, const struct event *event, const struct iovec *data,
                          int parts, const struct look *look)
{
    static const char *const shown[] = {"domain", "type", "protocol", "backlog", "how",  "cmd",
                                        "to",     "opt",  "val",      "flags",   "host", "service"};
    char value[ARGS_SIZE];
    bool comma = false;

    if (event->fd != NO_FD && !is(event, "socket") && !is(event, "socketpair")) {
        put_number(text, event->fd);
        comma = true;
    }
    if (is(event, "connect")) {
        put_text(text, ", ");
        put_place(text, event->peer);
    } else if (is(event, "bind")) {
        put_text(text, ", ");
        put_place(text, arg(event, "asked", value, sizeof value)[0] != '\0' ? value : event->local);
    }
    if (sends(event) && data != NULL) {
        put_text(text, ", ");
        put_readable(text, data, parts, event->want, look);
    } else if (sends(event) && event->want != NONE) {
        put_text(text, ", ");
        put_number(text, event->want);
        put_text(text, " bytes");
    }
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (arg(event, shown[i], value, sizeof value)[0] == '\0')
            continue;
        if (is(event, "getsockopt") && strcmp(shown[i], "val") == 0)
            continue; /* an answer, not a question */
        if (comma)
            put_text(text, ", ");
        put_text(text, value);
        comma = true;
    }
}

/* What the result means, as pieces with commas between them. */
static void put_story(struct text *text, const struct event *event, const struct iovec *data,
                      int parts, const struct look *look)
{
    char value[ARGS_SIZE];
    const char *between = "   ";
    const char *error =
        is(event, "getaddrinfo") ? lookup_error_name((int)event->result) : error_name(event->error);
    bool failed = is(event, "getaddrinfo") ? event->result != 0 : event->result == -1;
    bool accepts = starts(event, "accept");
    bool waited = event->end - event->begin >= 10000000;

    if (receives(event) && !failed && data != NULL && event->count > 0) {
        put_text(text, between);
        put_readable(text, data, parts, event->count, look);
    }
    if (failed && waited && event->error == EAGAIN && (receives(event) || accepts)) {
        put_text(text, between);
        put_text(text, "nothing came in the time that the program allows");
        between = ", ";
    } else if (failed && error != NULL && error_meaning(event->call, event->kind, error) != NULL) {
        put_text(text, between);
        put_text(text, error_meaning(event->call, event->kind, error));
        between = ", ";
    }
    if (receives(event) && event->result == 0 && event->want > 0 && is_stream(event)) {
        put_text(text, between);
        put_text(text, "the other end has finished sending");
        between = ", ";
    } else if (receives(event) && event->count == 0 && !failed && !is_stream(event)) {
        put_text(text, between);
        put_text(text, "an empty datagram");
        between = ", ";
    }
    if (sends(event) && !failed && is_stream(event) && event->count < event->want) {
        put_text(text, between);
        put_text(text, "took only ");
        put_number(text, event->count);
        put_text(text, " of ");
        put_number(text, event->want);
        put_text(text, " bytes");
        between = ", ";
    }
    if (!failed && event->peer[0] != '\0' &&
        (accepts || is(event, "getpeername") ||
         (is_inet(event) && !is_stream(event) && (sends(event) || receives(event))))) {
        put_text(text, between);
        put_text(text, accepts || receives(event) ? "from " : sends(event) ? "to " : "");
        put_place(text, event->peer);
        between = ", ";
    }
    if (!failed && (is(event, "getsockname") || (is(event, "connect") && is_inet(event)) ||
                    arg(event, "asked", value, sizeof value)[0] != '\0')) {
        put_text(text, between);
        put_text(text, is(event, "connect") ? "from " : is(event, "bind") ? "is now " : "");
        put_place(text, event->local);
        between = ", ";
    }
    if (is(event, "socketpair") && !failed) {
        put_text(text, between);
        put_text(text, "made ");
        put_number(text, event->fd);
        put_text(text, " and ");
        put_text(text, arg(event, "pair", value, sizeof value));
        between = ", ";
    }
    if (is(event, "getsockopt") && !failed) {
        put_text(text, between);
        arg(event, "opt", value, sizeof value);
        if (strcmp(value, "SO_ERROR") == 0 && strstr(event->args, "val=0") != NULL)
            put_text(text, "no error");
        else
            put_text(text, arg(event, "val", value, sizeof value));
        between = ", ";
    }
    if (arg(event, "addresses", value, sizeof value)[0] != '\0') {
        put_places(text, between, value);
        between = ", ";
    }
    if (arg(event, "ready", value, sizeof value)[0] != '\0') {
        put_text(text, between);
        put_text(text, "ready: ");
        put_text(text, value);
        between = ", ";
    }
    if (arg(event, "full", value, sizeof value)[0] != '\0') {
        put_text(text, between);
        put_text(text, "the rest of the ");
        put_text(text, value);
        put_text(text, " bytes is lost");
        between = ", ";
    } else if (arg(event, "truncated", value, sizeof value)[0] != '\0') {
        put_text(text, between);
        put_text(text, "the rest of the datagram is lost");
        between = ", ";
    }
    if (waited) {
        put_text(text, between);
        put_text(text, "waited ");
        put_duration(text, event->end - event->begin);
    }
}

static const char *waits_for(const struct event *event)
{
    return starts(event, "accept")    ? "a client"
           : receives(event)          ? "data"
           : sends(event)             ? "room to send"
           : is(event, "connect")     ? "an answer"
           : is(event, "getaddrinfo") ? "the name service"
           : is(event, "close")       ? "unsent data"
                                      : "something to happen";
}

/* A note for people, or nothing. */
static void put_note(struct text *text, const struct event *event, const struct iovec *data,
                     int parts)
{
    char value[ARGS_SIZE];

    if (is(event, "unwatched") || is(event, "hidden")) {
        put_text(text, "socktrace: ");
        put_text(text, event->name);
        put_text(text, is(event, "hidden") ? ": from here on, unseen: " : " cannot be watched: ");
        for (int i = 0; i < parts; i++)
            for (size_t j = 0; j < data[i].iov_len; j++)
                put_char(text, ((const char *)data[i].iov_base)[j]);
    } else if (is(event, "quiet")) {
        put_text(text, "socktrace: ");
        put_text(text, event->name);
        put_text(text, " made no socket call that could be watched");
    } else if (is(event, "killed")) {
        put_text(text, event->name);
        put_text(text, " was ended by a signal");
        if (arg(event, "in", value, sizeof value)[0] != '\0') {
            put_text(text, " in ");
            put_text(text, value);
            put_text(text, "()");
        }
    } else if (is(event, "inherit")) {
        put_text(text, "started with descriptor ");
        put_number(text, event->fd);
        put_text(text, ", a socket");
        if (event->peer[0] != '\0') {
            put_text(text, " connected to ");
            put_place(text, event->peer);
        }
    }
}

size_t human_line(char *buffer, size_t size, const struct event *event, const struct iovec *data,
                  int parts, const struct look *look)
{
    struct text text = text_in(buffer, size - 8); /* leaves room for the colour and the newline */
    char *begin;

    if (look->colour)
        put_text(&text, "\033[36m");
    if (event->pid != look->command || event->tid != event->pid) {
        put_text(&text, event->tid != event->pid ? "[thread " : "[process ");
        put_number(&text, event->tid);
        put_text(&text, "] ");
    }
    begin = text.at;
    if (event->what == NOTE) {
        put_note(&text, event, data, parts);
    } else {
        put_text(&text, event->call);
        put_char(&text, '(');
        put_arguments(&text, event, data, parts, look);
        put_char(&text, ')');
    }
    if (event->what == BEGIN) {
        put_text(&text, " waits for ");
        put_text(&text, waits_for(event));
    } else if (event->what == END) {
        const char *error = error_name(event->error);
        put_text(&text, " = ");
        if (is(event, "getaddrinfo") && event->result != 0) {
            put_text(&text, lookup_error_name((int)event->result));
        } else {
            put_number(&text, event->result);
            if (event->result == -1) {
                put_char(&text, ' ');
                if (error != NULL)
                    put_text(&text, error);
                else
                    put_number(&text, event->error);
            }
        }
        put_story(&text, event, data, parts, look);
    }
    if (text.at == begin)
        return 0;
    text.end = buffer + size - 1;
    put_text(&text, look->colour ? "\033[0m\n" : "\n");
    return (size_t)(text.at - buffer);
}
