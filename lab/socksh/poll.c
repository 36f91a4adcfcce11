/* SPDX-License-Identifier: MIT */
/* poll */
#include "calls.h"
#include "say.h"
#include "take.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MAX_POLLED = 16 };

static const struct event {
    short value;
    const char *name;
    const char *meaning;
} events[] = {{POLLIN, "POLLIN", "recv or accept will not block"},
              {POLLOUT, "POLLOUT", "send will not block"},
              {POLLPRI, "POLLPRI", "out-of-band data"},
              {POLLERR, "POLLERR", "an error waits; the next call gives it"},
              {POLLHUP, "POLLHUP", "both directions are closed"},
              {POLLNVAL, "POLLNVAL", "this descriptor is not open"}};

/* in, IN or POLLIN; NULL: none of them */
static const struct event *find_event(const char *typed)
{
    for (int i = 0; i < COUNT(events); i++) {
        if (strcasecmp(typed, events[i].name) == 0 ||
            strcasecmp(typed, events[i].name + strlen("POLL")) == 0) {
            return &events[i];
        }
    }
    return NULL;
}

static void take_events(struct command *c, struct pollfd *p)
{
    const struct event *event;
    while (more(c) && (event = find_event(c->word[c->next].bytes)) != NULL) {
        p->events = (short)(p->events | event->value);
        c->next++;
    }
    if (p->events == 0) {
        wrong(c, "after the descriptor, poll needs what to wait for: in, out, pri, err, hup");
    }
}

/* The events as C writes them, or 0. */
static const char *events_text(short value)
{
    static char text[80];
    text[0] = '\0';
    for (int i = 0; i < COUNT(events); i++) {
        if ((value & events[i].value) != 0) {
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] ? " | " : "",
                     events[i].name);
        }
    }
    return text[0] ? text : "0";
}

/* poll FD EVENT... [FD EVENT...] [SECONDS] */
void call_poll(struct command *c)
{
    struct pollfd list[MAX_POLLED];
    char text[MAX_POLLED * 100] = "";
    int n = 0;
    long timeout = -1;

    while (more(c) && n < MAX_POLLED) {
        if (n > 0 && c->next == c->count - 1) { /* a word after which no event comes: the time */
            timeout = take_milliseconds(c, 0);
            break;
        }
        list[n] = (struct pollfd){.fd = take_fd(c)};
        take_events(c, &list[n]);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s{%d, %s}", n ? ", " : "",
                 list[n].fd, events_text(list[n].events));
        n++;
    }
    if (n == 0) {
        wrong(c, "poll needs a descriptor and what to wait for: in, out, pri, err, hup");
    }
    if (!complete(c)) {
        return;
    }
    say("poll({%s}, %d, %ld)", text, n, timeout);
    result(poll(list, (nfds_t)n, (int)timeout));
    if (last.value == 0) {
        tell("nothing happened in that time");
    }
    for (int i = 0; i < n && !last.failed; i++) {
        for (int e = 0; e < COUNT(events); e++) {
            if ((list[i].revents & events[e].value) != 0) {
                tell("%d: %s: %s", list[i].fd, events[e].name, events[e].meaning);
                told(events[e].name);
            }
        }
    }
}
