/* SPDX-License-Identifier: MIT */
/*
 * The client's half of an SMTP dialogue (RFC 5321) over one connection: it says a command and
 * hears the reply. Where the dialogue breaks down, one line on stderr and status 1 end the program.
 */
#ifndef TALK_H
#define TALK_H

#include <stdbool.h>
#include <stddef.h>

/* Begins: on this connection, to the server `name`; `shown`: print the dialogue. */
void talk_begin(int connection, const char *name, bool shown);

/*
 * From here on only the goodbye is missing: the mail is the server's, or was refused. If the
 * dialogue breaks down now, the program ends with `status`, without a word.
 */
void talk_done(int status);

/* Reads a reply, of however many lines (section 4.2.1). Returns its code, 220 to 599. */
int read_reply(void);

/* Sends. If the server has gone, the next reply tells what it still had to say. */
void send_bytes(const char *bytes, size_t length);

/* Says a command, as for printf(3), and returns the code of the reply. */
int command(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The server's last words, fit to be shown. */
const char *its_words(void);

/* Whether the server's last words, its reply to EHLO, name an extension (section 4.1.1.1). */
bool offers(const char *extension);

/* Whether the server has said more than was asked of it. */
bool has_more_to_say(void);

/* Prints what the server refused, in its own words; or that its answer is none to this. */
void refused(const char *what, const char *whom);

#endif
