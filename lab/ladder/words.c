/* SPDX-License-Identifier: MIT */
/* The words of the drawing, the same for every pen. */
#include "words.h"
#include "bytes.h"
#include "model.h"
#include "style.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    char text[6], number[6];
} system_ports[1000];
static size_t system_port_count;

static void add_system_port(const struct trace *trace, const char *address)
{
    const char *port = address != NULL ? strrchr(address, ':') : NULL;
    if (port == NULL || strlen(port) > 6 || system_port_count == 1000)
        return;
    for (const struct end *e = trace->ends; e != NULL; e = e->next)
        if (e->bound && e->local != NULL && strrchr(e->local, ':') != NULL &&
            strcmp(strrchr(e->local, ':'), port) == 0)
            return;
    for (size_t i = 0; i < system_port_count; i++)
        if (strcmp(system_ports[i].text, port + 1) == 0)
            return;
    strcpy(system_ports[system_port_count].text, port + 1);
    snprintf(system_ports[system_port_count].number, 6, "%u", 49152 + (unsigned)system_port_count);
    system_port_count++;
}

/* A port that nobody bound is the system's choice, another one in every run: in a book they are
 * numbered from 49152, where the choice begins (RFC 6335, section 6). */
void find_system_ports(struct trace *trace)
{
    for (size_t i = 0; i < trace->step_count; i++) {
        const struct event *e = trace->steps[i].event;
        if (e->call == ACCEPT)
            add_system_port(trace, e->peer);
        else if (e->call == CONNECT ||
                 (e->call == SEND && e->socket != NULL && e->socket->datagrams))
            add_system_port(trace, e->local);
    }
}

const char *address_words(const char *address)
{
    char *words = buffer();
    const char *port = address != NULL ? strrchr(address, ':') : NULL;
    if (port == NULL || strncmp(address, "unix:", 5) == 0) {
        add(words, "%s", address == NULL ? "?" : plain_words(address));
        return words;
    }
    bool six = address[0] == '[';
    const char *number = port + 1;
    for (size_t i = 0; style.book && i < system_port_count; i++)
        if (strcmp(system_ports[i].text, number) == 0)
            number = system_ports[i].number;
    add(words, "%.*s port %s", (int)(port - address) - 2 * six, address + six, number);
    return words;
}

const char *call_words(const struct step *step)
{
    const struct event *e = step->event;
    char *words = buffer(), how[32], status[32];
    bool counts = e->call == SEND || e->call == RECV || e->call == ACCEPT || e->call == SOCKET;
    if (e->call == REMARK) {
        add(words,
            strcmp(e->name, "unwatched") == 0 ? "cannot be watched: %s"
            : strcmp(e->name, "hidden") == 0  ? "from here on a socket cannot be seen: %s"
                                              : "made no socket call",
            e->data != NULL ? plain_words((const char *)e->data) : "");
        return words;
    }
    if (e->call == EXIT) {
        snprintf(status, sizeof status, "(%lld)", e->result);
        add(words, "%s%s", e->name, strcmp(e->name, "exit") == 0 ? status : " by a signal");
        return words;
    }
    add(words, "%s", e->name);
    if (step->part == LEFT) {
        add(words, "(%d)", e->fd);
        return words;
    }
    if (step->part != RETURNS && e->call == SOCKET)
        add(words, "()");
    else if (step->part != RETURNS && e->call == SHUTDOWN)
        add(words, "(%d, %s)", e->fd, argument(e->args, "how", how, sizeof how) ? how : "?");
    else if (step->part != RETURNS && e->fd >= 0)
        add(words, "(%d)", e->fd);
    else if (step->part != RETURNS)
        add(words, "()");
    if (step->part == BEGINS)
        add(words, " %s", dots());
    else if (e->error == NULL && (counts || step->part == RETURNS))
        add(words, " = %lld", e->result);
    if (e->call == SEND && step->part != BEGINS && e->result == e->count && e->count < e->want)
        add(words, " of %lld", e->want);
    return words;
}

const char *detail_words(const struct event *e)
{
    char *words = buffer(), value[64];
    if (e->call == SOCKET && argument(e->args, "domain", value, sizeof value) != NULL)
        add(words, "%s%s",
            strncmp(value, "AF_INET", 7) != 0 || e->socket == NULL ? ""
            : e->socket->tcp                                       ? "TCP, "
            : e->socket->datagrams                                 ? "UDP, "
                                                                   : "",
            strcmp(value, "AF_INET") == 0    ? "IPv4"
            : strcmp(value, "AF_INET6") == 0 ? "IPv6"
                                             : value);
    else if (e->call == BIND)
        add(words, "%s", address_words(e->local != NULL ? e->local : e->peer));
    else if (e->call == LISTEN && argument(e->args, "backlog", value, sizeof value) != NULL)
        add(words, "queue of %s", value);
    else if (e->call == CONNECT)
        add(words, "%s", address_words(e->peer));
    else if (e->call == ACCEPT && e->result >= 0 && !e->waiting)
        add(words, "%s", address_words(e->peer));
    else if (e->call == RECV && says(e, "flags", "MSG_PEEK"))
        add(words, "only looked (MSG_PEEK)");
    return words;
}

const char *error_words(const struct step *step)
{
    return step->event->error != NULL && step->part != BEGINS ? step->event->error : "";
}

const char *waited_words(const struct step *step)
{
    const struct event *e = step->event;
    double seconds = (double)(e->end - e->begin) / 1e9;
    char *words = buffer();
    if (step->part != BEGINS && seconds >= 0.095 && !style.book)
        add(words, "waited %.1f s", seconds);
    return words;
}

/* How much of what was sent this arrow brings, if not all. */
static void add_share(char *words, const struct arrow *arrow, int width)
{
    const struct event *e = arrow->from != NULL ? arrow->from : arrow->to;
    char value[32];
    long long lost = e->count - arrow->count;
    if (arrow->from == NULL && argument(e->args, "full", value, sizeof value) != NULL)
        lost = strtol(value, NULL, 10) - arrow->count;
    if (lost <= 0 || arrow->lost)
        return;
    const char *bytes = width > 40 ? " bytes" : "";
    add(words, "%lld of %lld%s", arrow->count, arrow->count + lost, bytes);
    if (e->socket->datagrams)
        add(words, ", %lld lost", lost);
}

const char *arrow_words(const struct arrow *arrow, int width)
{
    char *words = buffer();
    const struct event *e = arrow->from != NULL ? arrow->from : arrow->to;
    if (arrow->kind != DATA) {
        const char *text = arrow->kind == SYN   ? address_words(e->peer)
                           : arrow->kind == FIN ? "FIN"
                                                : "RST";
        bool fits = words_width(text) <= width;
        add_bytes(words, (const unsigned char *)text, strlen(text), fits ? width : width - 1,
                  false);
        add(words, "%s", fits ? "" : style.utf8 ? "…" : ".");
        return words;
    }
    size_t count = (size_t)arrow->count, offset = (size_t)arrow->offset, length = 0;
    const char *end = !arrow->lost ? "" : e->socket->datagrams ? " lost" : " unread";
    if (offset < e->length)
        length = e->length - offset < count ? e->length - offset : count;
    width -= words_width(end);
    add_share(words, arrow, width);
    size_t start = strlen(words);
    add(words, "%s\"", start > 0 ? " " : "");
    bool whole = add_bytes(words, e->data + offset, length, width - words_width(words) - 1, true);
    if (whole && length == count) {
        add(words, "\"%s", end);
        return words;
    }
    words[start] = '\0';
    if (start == 0)
        add(words, "%zu byte%s", count, count == 1 ? "" : "s");
    start = strlen(words);
    add(words, " \"");
    int left = width - words_width(words) - words_width(dots());
    if (left < 3 || length == 0) {
        words[start] = '\0';
    } else {
        add_bytes(words, e->data + offset, length, left, true);
        add(words, "%s", dots());
    }
    add(words, "%s", end);
    return words;
}
