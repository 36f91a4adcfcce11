/* SPDX-License-Identifier: MIT */
/* ladder: the words of the drawing, the same for every pen. Bytes that do not print are escaped. */
#define _XOPEN_SOURCE 700 /* wcwidth(3) */
#include "ladder.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define ROOM 1024
static struct {
    char text[6], number[6];
} system_ports[1000];
static size_t system_port_count;

static char *buffer(void)
{
    static char ring[8][ROOM];
    static int turn;
    char *text = ring[turn++ % 8];
    text[0] = '\0';
    return text;
}

static void add(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, ROOM - length, format, arguments);
    va_end(arguments);
}

/* The width of the character at text and how many bytes it has; -1 and 1 for what is no printable
 * character (RFC 3629 says which sequences are). */
static int decode(const unsigned char *s, size_t length, int *bytes)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    int more = s[0] < 0x80   ? 1
               : s[0] < 0xc2 ? 0
               : s[0] < 0xe0 ? 2
               : s[0] < 0xf0 ? 3
               : s[0] < 0xf5 ? 4
                             : 0;
    unsigned c = more < 2 ? s[0] : s[0] & (0x7fU >> more);
    *bytes = 1;
    if (more == 0 || (size_t)more > length || (more > 1 && !style.utf8))
        return -1;
    for (int i = 1; i < more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || c < ' ' ||
        (c >= 0x7f && c < 0xa0))
        return -1;
    int width = wcwidth((wchar_t)c);
    *bytes = more;
    if (width == -1 && more > 1 && style.form != 't')
        return 1; /* the locale does not know it, a browser will */
    if (width == -1)
        *bytes = 1;
    return width;
}

int glyph(const char *text, int *bytes)
{
    int width = decode((const unsigned char *)text, strlen(text), bytes);
    return width < 0 ? 1 : width;
}

int words_width(const char *text)
{
    int width = 0, bytes;
    for (; *text != '\0'; text += bytes)
        width += glyph(text, &bytes);
    return width;
}

/* Adds the bytes as characters and escapes, as many as fit into width; false: not all did. */
static bool add_bytes(char *text, const unsigned char *data, size_t length, int width, bool quoted)
{
    for (size_t i = 0; i < length;) {
        char shown[8];
        int bytes, wide = decode(data + i, length - i, &bytes);
        const char *special = data[i] != '\0' ? strchr("\nn\rr\tt", data[i]) : NULL;
        if (wide >= 0 && !(quoted && (data[i] == '"' || data[i] == '\\')))
            snprintf(shown, sizeof shown, "%.*s", bytes, (const char *)data + i);
        else if (wide >= 0)
            snprintf(shown, sizeof shown, "\\%c", data[i]);
        else if (special != NULL)
            snprintf(shown, sizeof shown, "\\%c", special[1]);
        else
            snprintf(shown, sizeof shown, "\\x%02x", data[i]);
        wide = wide < 0 || shown[0] == '\\' ? (int)strlen(shown) : wide;
        if ((width -= wide) < 0 || strlen(text) + strlen(shown) + 8 > ROOM)
            return false;
        add(text, "%s", shown);
        i += (size_t)bytes;
    }
    return true;
}

const char *plain_words(const char *text)
{
    char *words = buffer();
    add_bytes(words, (const unsigned char *)text, strlen(text), ROOM, false);
    return words;
}

static const char *dots(void)
{
    return style.utf8 ? "…" : "...";
}

static void add_system_port(const struct trace *trace, const char *address)
{
    const char *port = address != NULL ? strrchr(address, ':') : NULL;
    if (port == NULL || strlen(port) > 6 || system_port_count == 1000)
        return;
    for (const struct end *e = trace->ends; e != NULL; e = e->next)
        if (e->bound && e->local != NULL && strcmp(strrchr(e->local, ':'), port) == 0)
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
    else if (e->call == RECV && argument(e->args, "flags", value, sizeof value) != NULL &&
             strstr(value, "MSG_PEEK") != NULL)
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
