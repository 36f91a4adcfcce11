/* SPDX-License-Identifier: MIT */
/* send and recv, sendto and recvfrom. */
#include "address.h"
#include "calls.h"
#include "say.h"
#include "take.h"

#include <stdio.h>
#include <string.h>

static char buffer[1024 * 1024]; /* what recv receives */

static const struct constant flags[] = {{MSG_PEEK, "MSG_PEEK", ""},
                                        {MSG_OOB, "MSG_OOB", ""},
                                        {MSG_WAITALL, "MSG_WAITALL", ""},
                                        {MSG_DONTWAIT, "MSG_DONTWAIT", ""},
                                        {MSG_DONTROUTE, "MSG_DONTROUTE", ""}};

/* All words that are left are flags. Returns them as C would write them: MSG_PEEK | MSG_OOB. */
static const char *take_flags(struct command *c, int *value)
{
    static char text[128];
    *value = 0;
    text[0] = '\0';
    while (more(c)) {
        const struct constant *flag = take_constant(c, flags, COUNT(flags));
        if (flag == NULL && strcmp(c->word[c->next].bytes, "0") == 0) {
            c->next++; /* as C writes no flags */
        } else if (flag == NULL) {
            wrong(c, "no flag is named '%.40s': peek, oob, waitall, dontwait, dontroute",
                  c->word[c->next].bytes);
        } else if ((*value & flag->value) == 0) {
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *value ? " | " : "",
                     flag->name);
            *value |= flag->value;
        }
    }
    return *value ? text : "0";
}

static void sent(size_t length)
{
    if (!last.failed && (size_t)last.value < length) {
        tell("only a part was taken: the other %zu bytes are to be sent by another call",
             length - (size_t)last.value);
    }
}

void call_send(struct command *c)
{
    int value, fd = take_fd(c);
    struct word w = take_word(c, "what to send");
    const char *text = take_flags(c, &value);
    if (complete(c)) {
        say("send(%d, %s, %zu, %s)", fd, quote(w.bytes, w.length), w.length, text);
        result(send(fd, w.bytes, w.length, value));
        sent(w.length);
    }
}

void call_sendto(struct command *c)
{
    struct address a;
    int value, fd = take_fd(c);
    struct word w = take_word(c, "what to send");
    bool known = take_address(c, fd, &a);
    const char *text = take_flags(c, &value);
    if (known && complete(c)) {
        say("sendto(%d, %s, %zu, %s, %s, %d)", fd, quote(w.bytes, w.length), w.length, text,
            address_in_c(&a), (int)a.length);
        result(sendto(fd, w.bytes, w.length, value, (struct sockaddr *)&a.storage, a.length));
        sent(w.length);
    }
}

/* What recv or recvfrom gave, and what it did not say. */
static void received(int fd, long size, int value, const char *from)
{
    const bool datagram = socket_type(fd) == SOCK_DGRAM;

    last.data = buffer;
    last.length = (size_t)last.value;
    if (last.value > 0 || datagram) {
        tell("%s%s%s", quote(buffer, last.length), *from ? " from " : "", from);
    }
    if (last.value == 0 && datagram && size > 0) {
        tell("an empty datagram: it has a sender, and no bytes");
    } else if (last.value == 0 && size > 0) {
        tell("the end of the stream: the peer sends no more");
    } else if (last.value == size && datagram && (value & MSG_PEEK) == 0) {
        tell("the buffer is full: if the datagram was longer, its rest is lost");
    }
    if ((value & MSG_PEEK) != 0 && last.value > 0) {
        tell("MSG_PEEK: they were only looked at, the next recv gets them again");
    }
}

static void receive(struct command *c, bool from)
{
    struct address a = {.length = sizeof a.storage};
    int value, fd = take_fd(c);
    long size = at_number(c) ? take_number(c, "the size", 0, sizeof buffer) : 1024;
    const char *text = take_flags(c, &value);
    if (!complete(c)) {
        return;
    }
    if (from) {
        say("recvfrom(%d, buffer, %ld, %s, &address, &length)", fd, size, text);
        result(recvfrom(fd, buffer, (size_t)size, value, (struct sockaddr *)&a.storage, &a.length));
    } else {
        say("recv(%d, buffer, %ld, %s)", fd, size, text);
        result(recv(fd, buffer, (size_t)size, value));
    }
    from = from && !last.failed && a.length > 0 && a.storage.ss_family != AF_UNSPEC;
    if (from) {
        told_from(&a);
    }
    if (!last.failed) {
        received(fd, size, value, from ? address_text(&a) : "");
    }
}

void call_recv(struct command *c)
{
    receive(c, false);
}

void call_recvfrom(struct command *c)
{
    receive(c, true);
}
