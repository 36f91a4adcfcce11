/* SPDX-License-Identifier: MIT */
#include "talk.h"

#include "../common/die.h"
#include "../common/net.h"
#include "../common/text.h"
#include "dialogue.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int client = -1;    /* our socket */
static const char *server; /* whom it is connected to */
static bool dialogue_shown;
static char reply[8192]; /* the server's last words, without the last CRLF */
static int status = -1;  /* what this program ends with, once talk_done() was called */

void talk_begin(int connection, const char *name, bool shown_too)
{
    client = connection;
    server = name;
    dialogue_shown = shown_too;
}

void talk_done(int end_with)
{
    status = end_with;
}

static void end_if_done(void)
{
    if (status != -1)
        exit(status);
}

/* The dialogue for -v, a line at a time. */
static void show(const char *who, const char *bytes, size_t length)
{
    const char *end = bytes + length;
    while (dialogue_shown && bytes < end) {
        const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t n = (size_t)((lf ? lf : end) - bytes);
        print_dialogue("", who, bytes, n > 0 && bytes[n - 1] == '\r' ? n - 1 : n);
        bytes += n + 1;
    }
}

/* What has come of the server's words, and how far they have been read. */
static char heard[4096];
static ssize_t heard_length, heard_read;

/* The next byte that the server sent. */
static char next_byte(void)
{
    while (heard_read >= heard_length) {
        heard_read = 0;
        heard_length = recv(client, heard, sizeof heard, 0);
        if (heard_length == -1 && errno == EINTR)
            continue;
        if (heard_length <= 0)
            end_if_done();
        if (heard_length == -1)
            die("recv from %s", server);
        if (heard_length == 0)
            complain(1, "%s closed the connection in the middle of the dialogue", server);
    }
    return heard[heard_read++];
}

bool has_more_to_say(void)
{
    struct pollfd soon = {.fd = client, .events = POLLIN};
    return heard_read < heard_length || poll(&soon, 1, 0) == 1;
}

/* Reads a reply: "250-..." is followed by another line, "250 ..." is the last. Returns its code. */
int read_reply(void)
{
    char text[SHOWN_ROOM(80)];
    size_t length = 0, line = 0; /* line: where the current one begins */
    for (bool more = true; more; line = length) {
        do {
            if (length == sizeof reply - 1) {
                end_if_done();
                complain(1, "%s sends a reply without an end", server);
            }
            reply[length++] = next_byte();
        } while (reply[length - 1] != '\n');
        reply[length] = '\0';
        show("S:", reply + line, length - line);
        if (strspn(reply + line, "0123456789") != 3 || strchr(" -\r\n", reply[line + 3]) == NULL) {
            end_if_done();
            complain(1, "%s does not speak SMTP: it says '%s'", server,
                     shown(reply + line, length - line < 80 ? length - line : 80, text));
        }
        if (strncmp(reply, reply + line, 3) != 0) { /* RFC 5321, 4.2.1 */
            end_if_done();
            complain(1, "%s does not speak SMTP: one reply has the codes %.3s and %.3s",
                     server, reply, reply + line);
        }
        more = reply[line + 3] == '-';
    }
    while (length > 0 && strchr("\r\n", reply[length - 1]))
        reply[--length] = '\0';
    return atoi(reply);
}

void send_bytes(const char *bytes, size_t length)
{
    show("C:", bytes, length);
    if (send_all(client, bytes, length) == -1 && errno != EPIPE && errno != ECONNRESET) {
        end_if_done();
        die("send to %s", server);
    }
}

int command(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 2, format, arguments);
    va_end(arguments);
    memcpy(line + length, "\r\n", 2);
    send_bytes(line, (size_t)length + 2);
    return read_reply();
}

const char *its_words(void)
{
    static char words[SHOWN_ROOM(sizeof reply)];
    return shown(reply, strlen(reply), words);
}

/* Whether the line that `text` begins with has this keyword, written in capitals, in front. */
static bool has_keyword(const char *text, const char *keyword)
{
    for (; *keyword; text++, keyword++) {
        bool small = *text >= 'a' && *text <= 'z'; /* no toupper(): Turkish has another I */
        if ((small ? *text - 'a' + 'A' : *text) != *keyword)
            return false;
    }
    return *text == '\0' || strchr(" \r\n", *text) != NULL;
}

bool offers(const char *extension)
{
    const char *lf = strchr(reply, '\n'); /* the first line is a greeting */
    for (; lf != NULL; lf = strchr(lf + 1, '\n'))
        if (strlen(lf) > strlen("\n250-") && has_keyword(lf + strlen("\n250-"), extension))
            return true;
    return false;
}

void refused(const char *what, const char *whom)
{
    if (*reply >= '4')
        complain(0, "%s refused the %s%s: %s", server, what, whom, its_words());
    else
        complain(0,
                 "%s answered '%s' to the %s%s, which needs another reply: the message does not "
                 "count as sent",
                 server, its_words(), what, whom);
}
