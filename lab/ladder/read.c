/* SPDX-License-Identifier: MIT */
/* The lines of a trace become events. The format is in socktrace(5); nothing else knows it. */
#include "read.h"
#include "../../common/die.h"
#include "model.h"
#include "style.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum field {
    VERSION_,
    EVENT,
    BEGIN,
    END,
    PID,
    TID,
    NAME,
    CALL,
    FD,
    KIND,
    ID,
    LOCAL,
    PEER,
    OFFSET,
    WANT,
    COUNT,
    RESULT,
    ERRNO,
    ARGS,
    DATA_,
    FIELDS
};

/* Reads \n, \x41 and their kin in place; returns how many bytes are left. */
static size_t unescape(char *text)
{
    static const char letters[] = "nrt", bytes[] = "\n\r\t";
    char *to = text;
    for (const char *s = text; *s != '\0'; s++) {
        const char *letter;
        if (*s != '\\' || s[1] == '\0') {
            *to++ = *s;
        } else if (*++s == 'x' && isxdigit((unsigned char)s[1]) && isxdigit((unsigned char)s[2])) {
            *to++ = (char)strtol((char[]){s[1], s[2], '\0'}, NULL, 16);
            s += 2;
        } else {
            letter = strchr(letters, *s);
            *to++ = letter != NULL ? bytes[letter - letters] : *s;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

/* One copy of each address, so that two are the same when their pointers are. IPv4 through an IPv6
 * socket is IPv4: its other end says so too. NULL: none yet. */
static const char *address(char *text)
{
    static struct known {
        char *text;
        struct known *next;
    } * all;
    size_t length = strlen(text);
    if (strcmp(text, "-") == 0 || (length > 2 && strcmp(text + length - 2, ":0") == 0))
        return NULL;
    char *bracket = strchr(text, ']');
    if (strncmp(text, "[::ffff:", 8) == 0 && strchr(text, '.') != NULL && bracket != NULL) {
        memmove(bracket, bracket + 1, strlen(bracket));
        text += 8;
    }
    for (struct known *k = all; k != NULL; k = k->next)
        if (strcmp(k->text, text) == 0)
            return k->text;
    struct known *k = allocate(sizeof *k);
    *k = (struct known){.text = copy(text), .next = all};
    all = k;
    return k->text;
}

static enum call call_of(const char *name, bool note)
{
    static const struct {
        const char *name;
        enum call call;
    } calls[] = {
        {"socket", SOCKET},   {"socketpair", SOCKET}, {"bind", BIND},      {"listen", LISTEN},
        {"connect", CONNECT}, {"accept", ACCEPT},     {"accept4", ACCEPT}, {"send", SEND},
        {"sendto", SEND},     {"sendmsg", SEND},      {"sendmmsg", SEND},  {"write", SEND},
        {"writev", SEND},     {"sendfile", SEND},     {"dprintf", SEND},   {"recv", RECV},
        {"recvfrom", RECV},   {"recvmsg", RECV},      {"recvmmsg", RECV},  {"read", RECV},
        {"readv", RECV},      {"shutdown", SHUTDOWN}, {"close", CLOSE},
    };
    if (note)
        return strcmp(name, "exit") == 0 || strcmp(name, "killed") == 0 ? EXIT
               : name[0] == 'u' || name[0] == 'h' || name[0] == 'q'     ? REMARK
                                                                        : ASIDE;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(calls[i].name, name) == 0)
            return calls[i].call;
    return ASIDE;
}

/* A number of the trace; '-' is 0. What is beyond any sense is made small enough to be added. */
static long long number_of(const char *field)
{
    const long long most = 1LL << 60;
    long long number = strtoll(field, NULL, 10);
    return number > most ? most : number < -most ? -most : number;
}

static bool split(char *line, char *fields[FIELDS])
{
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = line;
        line += strcspn(line, "\t");
        if ((*line == '\0') != (i == FIELDS - 1))
            return false;
        *line++ = '\0';
    }
    char *data = fields[DATA_];
    size_t length = strlen(data);
    return strcmp(data, "-") == 0 || (length > 1 && data[0] == '"' && data[length - 1] == '"');
}

static void add(struct trace *trace, struct event *event)
{
    if (trace->count == trace->room) {
        trace->room = trace->room * 2 + 1024;
        trace->events = realloc(trace->events, trace->room * sizeof *trace->events);
        if (trace->events == NULL)
            die("realloc for %zu events", trace->room);
    }
    trace->events[trace->count++] = event;
}

/* The call's return takes the place of its announcement, unless that is drawn already. */
static bool replaced(const struct trace *trace, struct event *event)
{
    struct event *before = event->column->latest;
    if (before == NULL || !before->waiting || before->begin != event->begin)
        return false;
    event->announced = before->announced;
    for (size_t i = trace->count; i-- > trace->drawn;)
        if (trace->events[i] == before) {
            free(before->name);
            free(before->args);
            *before = *event;
            return true;
        }
    return false;
}

void read_line(struct trace *trace, char *line, const char *file, long number)
{
    char *field[FIELDS], value[128];
    int version = 0, used = 0;
    if (sscanf(line, "S%d\t%n", &version, &used) != 1 || used == 0) {
        complain(0, "%s line %ld: not a line of a trace: passed over", file, number);
        return;
    }
    if (version != 1)
        complain(
            1, "%s line %ld: trace of version %d, this ladder reads version 1: take a newer ladder",
            file, number, version);
    if (!split(line, field)) {
        complain(0, "%s line %ld: torn: passed over", file, number);
        return;
    }
    unescape(field[NAME]);
    struct event e = {
        .line = number,
        .begin = number_of(field[BEGIN]),
        .end = *field[END] == '-' ? number_of(field[BEGIN]) : number_of(field[END]),
        .waiting = strcmp(field[EVENT], "begin") == 0,
        .call = call_of(field[CALL], strcmp(field[EVENT], "note") == 0),
        .column =
            column_of(trace, (int)number_of(field[PID]), (int)number_of(field[TID]), field[NAME]),
        .fd = *field[FD] == '-' ? -1 : (int)number_of(field[FD]),
        .local = address(field[LOCAL]),
        .peer = address(field[PEER]),
        .offset = number_of(field[OFFSET]),
        .want = *field[WANT] == '-' ? -1 : number_of(field[WANT]),
        .count = number_of(field[COUNT]),
        .result = number_of(field[RESULT]),
    };
    if (*field[ID] != '-') {
        e.socket = end_of(trace, field[ID]);
        e.socket->tcp = strncmp(field[KIND], "tcp", 3) == 0;
        e.socket->datagrams =
            strncmp(field[KIND], "udp", 3) == 0 || strcmp(field[KIND], "unix-dgram") == 0;
        if (e.call == SEND || e.call == RECV) {
            e.socket->shared =
                e.socket->shared || (e.socket->pid != 0 && e.socket->pid != e.column->pid);
            e.socket->pid = e.column->pid;
            if (e.column->serves == NULL)
                e.column->serves = e.socket;
        }
        if (e.end > e.socket->last_use)
            e.socket->last_use = e.end;
    }
    e.name = copy(field[CALL]);
    e.error = *field[ERRNO] == '-' ? NULL : copy(field[ERRNO]);
    e.args = *field[ARGS] == '-' ? NULL : copy(field[ARGS]);
    bool asked = strcmp(e.name, "getsockopt") == 0 && e.error == NULL &&
                 argument(e.args, "opt", value, sizeof value) != NULL &&
                 strcmp(value, "SO_ERROR") == 0 &&
                 argument(e.args, "val", value, sizeof value) != NULL;
    e.call = asked ? ASKED : e.call;
    if (asked && strcmp(value, "0") != 0)
        e.error = copy(value);
    if (*field[DATA_] == '"') {
        field[DATA_][strlen(field[DATA_]) - 1] = '\0';
        e.data = (unsigned char *)copy(field[DATA_] + 1);
        e.length = unescape((char *)e.data);
    }
    if (e.call == ACCEPT && argument(e.args, "newid", value, sizeof value) != NULL) {
        struct end *made = end_of(trace, value);
        made->tcp = e.socket != NULL && e.socket->tcp;
    }
    if (e.error == NULL && !e.waiting && e.socket != NULL)
        trace->servers += e.call == LISTEN || (e.call == BIND && e.socket->datagrams);
    bool ends = e.call == EXIT && !(style.book && strcmp(e.name, "killed") == 0);
    for (struct column *c = trace->columns; c != NULL && ends; c = c->next)
        c->ended = c->ended || c->pid == e.column->pid;
    if (replaced(trace, &e))
        return;
    struct event *event = allocate(sizeof *event);
    *event = e;
    add(trace, event);
    if (strcmp(field[EVENT], "note") != 0)
        e.column->latest = event;
}

bool read_source(struct trace *trace, struct source *s, bool last)
{
    bool any = false;
    for (;;) {
        if (s->size < s->length + 4096) {
            s->size = 2 * s->size + 65536;
            s->text = realloc(s->text, s->size);
            if (s->text == NULL)
                die("realloc %zu bytes", s->size);
        }
        ssize_t n = read(s->fd, s->text + s->length, s->size - s->length - 1);
        if (n == -1 && errno != EINTR)
            die("read %s", s->name);
        if (n <= 0)
            break;
        any = true;
        s->length += (size_t)n;
        char *line = s->text, *newline;
        while ((newline = memchr(line, '\n', s->length - (size_t)(line - s->text))) != NULL) {
            *newline = '\0';
            read_line(trace, line, s->name, ++s->line);
            line = newline + 1;
        }
        s->length -= (size_t)(line - s->text);
        memmove(s->text, line, s->length);
    }
    if (last && s->length > 0) {
        s->text[s->length] = '\0';
        s->length = 0;
        read_line(trace, s->text, s->name, ++s->line);
    }
    return any;
}
