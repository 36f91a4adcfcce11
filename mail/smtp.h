/* SPDX-License-Identifier: MIT */
/*
 * The server's half of an SMTP session (RFC 5321), without a socket: bytes of the client go in,
 * replies and a stored message come out. A server, a unit test and a fuzzer drive the same code:
 *
 *     smtp_start(&session, host, peer, &store, context);          the reply is the 220 banner
 *     while (session.state != SMTP_END) {
 *         send session.reply; receive bytes;
 *         for (i = 0; i < n; i += smtp_input(&session, bytes + i, n - i))
 *             look at session.line, .note and .reply
 *     }
 *     smtp_stop(&session, why);          whatever the end: an unfinished message is dropped
 */
#ifndef SMTP_H
#define SMTP_H

#include <stdbool.h>
#include <stddef.h>

/* The extension that EHLO announces: a message may have bytes above 127 (RFC 6152). */
#define SMTP_EXTENSION "250 8BITMIME\r\n"

/* Sizes in bytes, line ends included (RFC 5321 section 4.5.3.1). */
enum {
    SMTP_COMMAND_MAX = 512,          /* a command line */
    SMTP_TEXT_MAX = 1000,            /* a line of the message, a stuffed dot not counted */
    SMTP_REPLY_MAX = 512,            /* a reply line */
    SMTP_LOCAL_MAX = 64,             /* the part of an address before the @ */
    SMTP_DOMAIN_MAX = 255,           /* the part behind it, and the name after HELO */
    SMTP_PATH_MAX = 256,             /* a whole path with its < and > */
    SMTP_RECIPIENTS_MAX = 100,       /* recipients of one message */
    SMTP_MISTAKES_MAX = 50,          /* wrong commands without a message between; our choice */
    SMTP_SIZE_MAX = 10 * 1024 * 1024 /* a message; our choice, the RFC asks for 64 KiB */
};

/* What has been agreed so far. The first four wait for a command. */
enum smtp_state {
    SMTP_START, /* connected, no HELO yet */
    SMTP_READY, /* greeted: a mail transaction may begin */
    SMTP_MAIL,  /* the sender is known */
    SMTP_RCPT,  /* and at least one recipient */
    SMTP_TEXT,  /* after DATA: lines of the message, up to the lone dot */
    SMTP_END    /* nothing more is read */
};

/* Where messages go. Each gets the context given to smtp_start(). */
struct smtp_store {
    bool (*begin)(void *context);                                   /* false: no message begun */
    bool (*write)(void *context, const char *bytes, size_t length); /* false: disk error */
    bool (*commit)(void *context); /* true: it is on disk; false: no part of it is left */
    void (*abort)(void *context);  /* leaves no part of it */
};

struct smtp {
    enum smtp_state state;

    /* What one smtp_input() gives its caller: */
    bool line_done;                 /* `line` is a whole line of the client */
    size_t length;                  /* bytes in `line`, its line end not counted */
    char line[SMTP_TEXT_MAX + 1];   /* with a stuffed dot; a longer one is cut */
    const char *note;               /* worth a line in the log, or NULL; once in a message */

    /* For the client, with CRLF, and in two lines after EHLO; "" when there is none. */
    char reply[SMTP_REPLY_MAX + sizeof SMTP_EXTENSION];

    /* What the session knows: */
    const char *host;                  /* our name */
    const char *peer;                  /* the client's address, as a number */
    const char *protocol;              /* "SMTP", or "ESMTP" after EHLO */
    char client[SMTP_DOMAIN_MAX + 1];  /* its name, as it said after HELO */
    char sender[SMTP_PATH_MAX + 1];    /* without < and >; "" is the null sender */
    char recipient[SMTP_PATH_MAX + 1]; /* the first one */
    int recipients;
    size_t size;         /* bytes of the message so far */
    const char *refusal; /* what will answer the end of the data, or NULL for 250 */
    bool lf_noted;       /* the note about LF was made, for this message */
    bool dot_noted;      /* and the one about a dot between LFs */
    int mistakes;        /* replies of 50x since a message was stored */
    size_t count;        /* bytes of the line that is arriving, none forgotten */
    char previous;       /* the last of them */
    const struct smtp_store *store;
    void *context;
};

/*
 * Begins a session: session->reply is the banner. `host` is our name, `peer` the client's address
 * in numbers; both and the store must outlive the session.
 */
void smtp_start(struct smtp *session, const char *host, const char *peer,
                const struct smtp_store *store, void *context);

/*
 * Takes bytes up to the end of the next line, or all of them, or up to something for the log.
 * Returns how many it took, at least 1 when count > 0. A command may be split anywhere, and many
 * may come at once: call again for the rest.
 */
size_t smtp_input(struct smtp *session, const char *bytes, size_t count);

/* Ends a session from our side: the reply is 421 with `why`; an unfinished message is dropped. */
void smtp_stop(struct smtp *session, const char *why);

#endif
