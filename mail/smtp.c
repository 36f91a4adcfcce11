/* SPDX-License-Identifier: MIT */
/*
 * The server's half of an SMTP session, RFC 5321. smtp.h says how it is driven; the table of
 * states is below, in `commands`, and is what section 4.1.4 of the RFC tells in words.
 */
#include "smtp.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LETTERS_DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* Every reply is made here: one line, cut to what section 4.5.3.1.5 allows. */
static void __attribute__((format(printf, 2, 3))) reply(struct smtp *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(s->reply, SMTP_REPLY_MAX - 1, format, arguments);
    va_end(arguments);
    strcat(s->reply, "\r\n");
}

static char upper(char c) /* not toupper: the user's locale has no say here (Turkish i) */
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Whether `text` begins with `word`; letter case does not count in SMTP's words (section 2.4). */
static bool has_prefix(const char *text, const char *word)
{
    while (*word && upper(*text) == upper(*word))
        text++, word++;
    return *word == '\0';
}

/* Whether the `length` bytes of `text` are `word`. */
static bool is_word(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && has_prefix(text, word);
}

static bool same_word(const char *text, const char *word)
{
    return is_word(text, strlen(text), word);
}

/* Length of the words made of `allowed` and joined by single dots that `text` begins with, or 0. */
static size_t dotted_length(const char *text, const char *allowed)
{
    for (size_t length = 0;; length++) {
        size_t word = strspn(text + length, allowed);
        length += word;
        if (word == 0 || text[length] != '.')
            return word == 0 ? 0 : length;
    }
}

/* A domain (section 4.1.2). '_' is no letter, yet real hosts have it. */
static size_t name_length(const char *text)
{
    size_t length = dotted_length(text, LETTERS_DIGITS "-_");
    return length <= SMTP_DOMAIN_MAX ? length : 0;
}

/* A domain, or an address in brackets. */
static size_t domain_length(const char *text)
{
    size_t length;
    if (*text == '[') {
        length = 1 + strspn(text + 1, LETTERS_DIGITS ".:-");
        length = length > 1 && text[length] == ']' ? length + 1 : 0;
    } else {
        length = name_length(text);
    }
    return length <= SMTP_DOMAIN_MAX ? length : 0;
}

/* What stands before the @: words with dots, or a string in quotes. */
static size_t local_length(const char *text)
{
    size_t length = 0;
    if (*text == '"') {
        for (length = 1; text[length] != '"'; length++) {
            if (text[length] == '\\')
                length++;
            if (text[length] < ' ' || text[length] > '~')
                return 0;
        }
        length++;
    } else {
        length = dotted_length(text, LETTERS_DIGITS "!#$%&'*+-/=?^_`{|}~");
    }
    return length <= SMTP_LOCAL_MAX ? length : 0;
}

/* Length of a route, "@a,@b:", each of them a domain (section 4.1.2: A-d-l), or 0. */
static size_t route_length(const char *text)
{
    for (size_t length = 0; text[length] == '@'; length++) { /* over the comma */
        size_t name = name_length(text + length + 1);
        length += 1 + name;
        if (name > 0 && text[length] == ':')
            return length + 1;
        if (name == 0 || text[length] != ',')
            return 0;
    }
    return 0;
}

/*
 * Length of the path that `text` begins with, < and > included (section 4.1.2), or 0. Where its
 * mailbox begins and how long that is goes to `mailbox` and `length`: 0 for the null path <>.
 */
static size_t path_length(const char *text, const char **mailbox, size_t *length)
{
    const char *begin = text + 1;
    if (*text != '<')
        return 0;
    begin += route_length(begin); /* <@a,@b:user@c>: it is skipped, as section 3.6.1 wants */
    bool routed = begin > text + 1;
    size_t local = local_length(begin), domain = 0;
    if (local > 0 && begin[local] == '@')
        domain = domain_length(begin + local + 1);
    if (domain > 0)
        *length = local + 1 + domain;
    else /* section 4.5.1: the one name that every server knows without a domain */
        *length = !routed && has_prefix(begin, "postmaster>") ? strlen("postmaster") : 0;
    *mailbox = begin;
    bool whole = begin[*length] == '>' && (*length > 0 || !routed);
    return whole ? (size_t)(begin + *length + 1 - text) : 0;
}

/*
 * Reads `keyword:<path>` and copies the mailbox out of it. Returns what stands behind the path, ""
 * or parameters with a space before them; on an error makes the reply and returns NULL.
 */
static const char *read_path(struct smtp *s, const char *argument, const char *keyword,
                             char *mailbox)
{
    size_t key = strlen(keyword), length = 0;
    if (!has_prefix(argument, keyword)) {
        reply(s, "501 Syntax error: write %s<user@domain>", keyword);
        return NULL;
    }
    /* No space may follow the colon (section 3.3), but textbooks print one, and people type it. */
    const char *text = argument + key + strspn(argument + key, " "), *begin;
    size_t path = path_length(text, &begin, &length);
    if (path > SMTP_PATH_MAX)
        reply(s, "501 Path too long: at most %d bytes", SMTP_PATH_MAX);
    else if (path == 0)
        reply(s, "501 Syntax error in the path: write <user@domain>");
    else if (text[path] != '\0' && text[path] != ' ')
        reply(s, "501 Syntax error: nothing may follow the >");
    else {
        memcpy(mailbox, begin, length);
        mailbox[length] = '\0';
        return text + path;
    }
    return NULL;
}

/*
 * Reads the parameters of MAIL FROM, which belong to extensions. Ours has BODY=7BIT and
 * BODY=8BITMIME (RFC 6152 section 3): either way every byte is kept as it comes. On an error makes
 * the reply and returns false.
 */
static bool read_parameters(struct smtp *s, const char *text)
{
    static const char body[] = "BODY=";
    const size_t name = sizeof body - 1;
    bool body_said = false;
    for (size_t length; *(text += strspn(text, " ")) != '\0'; text += length) {
        length = strcspn(text, " ");
        const char *value = text + name;
        if (strcmp(s->protocol, "ESMTP") != 0)
            reply(s, "555 Parameter not recognized: only EHLO, not HELO, has extensions");
        else if (!has_prefix(text, body))
            reply(s, "555 Parameter not recognized: the only one is BODY");
        else if (body_said)
            reply(s, "501 Syntax error: BODY was said already");
        else if (!is_word(value, length - name, "7BIT") &&
                 !is_word(value, length - name, "8BITMIME"))
            reply(s, "501 Syntax error: write BODY=7BIT or BODY=8BITMIME");
        else {
            body_said = true;
            continue;
        }
        return false;
    }
    return true;
}

/* No host is ever called .invalid (RFC 6761): the one kind of mailbox that surely is not there. */
static bool is_invalid(const char *path)
{
    const char *at = strrchr(path, '@');
    const char *dot = strrchr(path, '.');
    return at && same_word(dot && dot > at ? dot + 1 : at + 1, "invalid");
}

/* One function for each command. It makes the reply; 2xx and 3xx move on in the table below. */

static void hello(struct smtp *s, const char *argument)
{
    size_t length = domain_length(argument);
    if (length == 0 || argument[length] != '\0') {
        reply(s, "501 Syntax error: say your name, a domain or [address]");
        return;
    }
    strcpy(s->client, argument);
    s->protocol = s->line[0] == 'E' || s->line[0] == 'e' ? "ESMTP" : "SMTP";
    bool extended = strcmp(s->protocol, "ESMTP") == 0;
    reply(s, "250%c%s Hello %s, pleased to meet you", extended ? '-' : ' ', s->host, s->client);
    if (extended)
        strcat(s->reply, SMTP_EXTENSION);
}

static void mail(struct smtp *s, const char *argument)
{
    char path[SMTP_PATH_MAX + 1];
    const char *parameters = read_path(s, argument, "FROM:", path);
    if (!parameters || !read_parameters(s, parameters))
        return;
    if (is_invalid(path)) {
        reply(s, "550 No such sender: .invalid is never a host");
        return;
    }
    strcpy(s->sender, path);
    s->recipients = 0;
    reply(s, "250 <%s> Sender OK", path);
}

static void rcpt(struct smtp *s, const char *argument)
{
    char path[SMTP_PATH_MAX + 1];
    const char *parameters = read_path(s, argument, "TO:", path);
    if (!parameters)
        return;
    if (*parameters != '\0') {
        reply(s, "555 Parameter not recognized: RCPT has none here");
        return;
    }
    if (*path == '\0') {
        reply(s, "501 Syntax error: <> is a sender, never a recipient");
        return;
    }
    if (is_invalid(path)) {
        reply(s, "550 No such mailbox: .invalid is never a host");
        return;
    }
    if (s->recipients == SMTP_RECIPIENTS_MAX) {
        reply(s, "452 Too many recipients: send the message again for the rest");
        return;
    }
    if (s->recipients++ == 0)
        strcpy(s->recipient, path);
    reply(s, "250 <%s> Recipient OK", path);
}

/* The two lines that every receiving server puts in front (section 4.4). */
static bool write_trace(struct smtp *s)
{
    char text[4 * SMTP_REPLY_MAX], date[64], whom[SMTP_PATH_MAX + 16] = "";
    time_t now = time(NULL);
    struct tm utc;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&now, &utc));
    if (s->recipients == 1) /* more would tell each about the others */
        snprintf(whom, sizeof whom, "\r\n\tfor <%s>", s->recipient);
    int length = snprintf(text, sizeof text,
                          "Return-Path: <%s>\r\n"
                          "Received: from %s ([%s%.64s])\r\n"
                          "\tby %.255s with %s%s;\r\n"
                          "\t%s\r\n",
                          s->sender, s->client, strchr(s->peer, ':') ? "IPv6:" : "", s->peer,
                          s->host, s->protocol, whom, date);
    return s->store->write(s->context, text, (size_t)length);
}

static void data(struct smtp *s, const char *argument)
{
    (void)argument;
    bool begun = s->store->begin(s->context);
    if (begun && write_trace(s)) {
        s->size = 0;
        s->refusal = NULL;
        s->lf_noted = s->dot_noted = false;
        reply(s, "354 Send the message, end it with <CRLF>.<CRLF>");
        return;
    }
    if (begun)
        s->store->abort(s->context);
    reply(s, "451 Local error: the message cannot be stored now");
}

static void ok(struct smtp *s, const char *argument)
{
    (void)argument;
    reply(s, "250 OK");
}

static void vrfy(struct smtp *s, const char *argument)
{
    (void)argument;
    reply(s, "252 Not verified, but mail for it would be taken");
}

static void help(struct smtp *s, const char *argument)
{
    if (*argument)
        reply(s, "504 There is no help about that: try HELP alone");
    else
        reply(s, "214 EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP: RFC 5321 section 4.1.1");
}

static void quit(struct smtp *s, const char *argument)
{
    (void)argument;
    reply(s, "221 %s Bye", s->host);
}

static void not_here(struct smtp *s, const char *argument)
{
    (void)argument;
    reply(s, "502 Command not implemented");
}

/*
 * The table of states. A row is a command, a column the state that it comes in, an entry the state
 * that it leads to when its reply is 2xx or 3xx; after any other reply the session stays where it
 * is. BAD is "503 Bad sequence of commands". From TEXT only the end of the data leads on, to READY.
 */
/* clang-format off */
enum { START = SMTP_START, READY, MAIL, RCPT, TEXT, END, BAD };

static const struct command {
    const char *verb;
    enum { NONE, MAYBE, NEEDED } argument;
    void (*run)(struct smtp *s, const char *argument);
    unsigned char next[4];
} commands[] = {
    /*                             START  READY  MAIL   RCPT */
    {"EHLO",     NEEDED, hello,    {READY, READY, READY, READY}},
    {"HELO",     NEEDED, hello,    {READY, READY, READY, READY}},
    {"MAIL",     NEEDED, mail,     {BAD,   MAIL,  BAD,   BAD}},
    {"RCPT",     NEEDED, rcpt,     {BAD,   BAD,   RCPT,  RCPT}},
    {"DATA",     NONE,   data,     {BAD,   BAD,   BAD,   TEXT}},
    {"RSET",     NONE,   ok,       {START, READY, READY, READY}},
    {"NOOP",     MAYBE,  ok,       {START, READY, MAIL,  RCPT}},
    {"VRFY",     NEEDED, vrfy,     {START, READY, MAIL,  RCPT}},
    {"HELP",     MAYBE,  help,     {START, READY, MAIL,  RCPT}},
    {"QUIT",     NONE,   quit,     {END,   END,   END,   END}},
    /* Known, and not here: EXPN of the RFC itself, the rest of extensions. */
    {"EXPN",     MAYBE,  not_here, {START, READY, MAIL,  RCPT}},
    {"AUTH",     MAYBE,  not_here, {START, READY, MAIL,  RCPT}},
    {"BDAT",     MAYBE,  not_here, {START, READY, MAIL,  RCPT}},
    {"STARTTLS", MAYBE,  not_here, {START, READY, MAIL,  RCPT}},
};
/* clang-format on */

/* What a 503 adds, by state. */
static const char *const expected[] = {"EHLO or HELO comes first", "MAIL comes first",
                                       "RCPT comes next", "RCPT or DATA comes next"};

static void run_command(struct smtp *s, const char *verb, const char *argument)
{
    const struct command *c = commands, *end = commands + sizeof commands / sizeof commands[0];
    while (c < end && !same_word(verb, c->verb))
        c++;
    if (c == end)
        reply(s, "500 Command not recognized: try HELP");
    else if (c->next[s->state] == BAD)
        reply(s, "503 Bad sequence of commands: %s", expected[s->state]);
    else if (c->argument == NONE && *argument)
        reply(s, "501 Syntax error: %s stands alone", c->verb);
    else if (c->argument == NEEDED && !*argument)
        reply(s, "501 Syntax error: %s needs a parameter", c->verb);
    else {
        c->run(s, argument);
        if (s->reply[0] < '4')
            s->state = (enum smtp_state)c->next[s->state];
    }
}

static bool has_control_character(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return true;
    return false;
}

/* Takes `line` as a command. `count` has its line end too and is not cut, as s->length is. */
static void take_command(struct smtp *s, size_t count)
{
    if (count > SMTP_COMMAND_MAX) {
        reply(s, "500 Line too long: a command has at most %d bytes", SMTP_COMMAND_MAX);
        return;
    }
    if (has_control_character(s->line, s->length)) { /* a NUL too: the rest is a string */
        reply(s, "500 Syntax error: a control character in a command");
        return;
    }
    char command[SMTP_COMMAND_MAX + 1]; /* a copy: the caller logs the line as it came */
    size_t length = s->length;
    while (length > 0 && s->line[length - 1] == ' ') /* tolerated, section 4.1.1 */
        length--;
    memcpy(command, s->line, length);
    command[length] = '\0';

    char *argument = command + strcspn(command, " ");
    if (*argument)
        *argument++ = '\0';
    run_command(s, command, argument + strspn(argument, " "));
}

/*
 * Ends a session that is all mistakes: an empty line is one byte, and its reply, with the log's
 * lines about both, is a hundred. Section 4.2.2 has 421 for it: the server may have enough.
 */
static void count_mistake(struct smtp *s)
{
    if (++s->mistakes < SMTP_MISTAKES_MAX)
        return;
    reply(s, "421 %s Too many mistakes, closing the connection", s->host);
    s->state = SMTP_END;
}

/* The message is refused. That is said at the end of the data, not before; nothing is kept. */
static void refuse(struct smtp *s, const char *why)
{
    s->store->abort(s->context);
    s->refusal = why;
}

/* Takes a line of the message: `count` bytes up to and with its CRLF. */
static void take_text(struct smtp *s, size_t count)
{
    if (count == 3 && s->line[0] == '.') { /* the end of the data */
        if (!s->refusal && !s->store->commit(s->context))
            s->refusal = "451 Local error: the message was not stored, send it again later";
        if (!s->refusal)
            s->mistakes = 0;
        reply(s, "%s", s->refusal ? s->refusal : "250 OK, the message is stored");
        s->state = SMTP_READY;
        return;
    }
    size_t stuffed = s->line[0] == '.'; /* section 4.5.2: the client put it there, off it comes */
    s->size += count - stuffed;
    if (s->refusal)
        return;
    if (count - stuffed > SMTP_TEXT_MAX)
        refuse(s, "500 Line too long: a line of a message has at most 1000 bytes");
    else if (s->size > SMTP_SIZE_MAX)
        refuse(s, "552 Message too big: at most 10 MiB");
    else if (!s->store->write(s->context, s->line + stuffed, count - stuffed))
        refuse(s, "451 Local error: the message was not stored, send it again later");
}

/* Whether a dot stands alone between the LF that has just come and the one before it. */
static bool is_dot_between_lfs(const struct smtp *s, bool crlf)
{
    size_t dot = s->count - (crlf ? 3 : 2); /* where it would stand */
    if (s->count > sizeof s->line || dot >= s->count || s->line[dot] != '.')
        return false;
    return dot == 0 ? !crlf : s->line[dot - 1] == '\n';
}

/*
 * At a LF in the message: what the log should hear about it, or NULL. A LF without CR ends a
 * command, for people who type, but nothing in the message: were LF.LF the end of it for us and
 * plain text for the server that sends to us, its user could hide commands in a message, and so
 * smuggle in a second one that the first server never saw. Each of the two notes is made once in
 * a message: it may have a million such lines.
 */
static const char *note_of_lf(struct smtp *s, bool crlf)
{
    if (!s->dot_noted && is_dot_between_lfs(s, crlf)) {
        s->dot_noted = true;
        return "a dot between LFs does not end the message, only CRLF.CRLF does: what follows, "
               "commands too, is still text (see smuggling in smtp-server(1))";
    }
    if (crlf || s->lf_noted)
        return NULL;
    s->lf_noted = true;
    return "a LF without CR does not end a line of the message (with netcat: -C sends CRLF)";
}

/* Ends the line that s->line holds, and does what it says. */
static void take_line(struct smtp *s, bool crlf)
{
    size_t count = s->count;
    s->length = count > sizeof s->line ? sizeof s->line : count - (crlf ? 2 : 1);
    s->count = 0;
    s->line_done = true;
    if (s->state == SMTP_TEXT) {
        take_text(s, count);
        return;
    }
    take_command(s, count);
    if (strncmp(s->reply, "50", 2) == 0)
        count_mistake(s);
}

void smtp_start(struct smtp *s, const char *host, const char *peer, const struct smtp_store *store,
                void *context)
{
    memset(s, 0, sizeof *s);
    s->host = host;
    s->peer = peer;
    s->store = store;
    s->context = context;
    reply(s, "220 %s SMTP for learning: it delivers nowhere and relays nothing", host);
}

size_t smtp_input(struct smtp *s, const char *bytes, size_t count)
{
    s->line_done = false;
    s->note = NULL;
    s->reply[0] = '\0';
    for (size_t i = 0; i < count && s->state != SMTP_END; i++) {
        char c = bytes[i];
        bool crlf = c == '\n' && s->previous == '\r';
        s->previous = c;
        if (s->count < sizeof s->line)
            s->line[s->count] = c;
        s->count++;
        if (c != '\n')
            continue;
        if (s->state == SMTP_TEXT)
            s->note = note_of_lf(s, crlf);
        if (crlf || s->state != SMTP_TEXT)
            take_line(s, crlf);
        if (s->line_done || s->note)
            return i + 1;
    }
    return count;
}

void smtp_stop(struct smtp *s, const char *why)
{
    if (s->state == SMTP_TEXT && !s->refusal)
        s->store->abort(s->context);
    s->line_done = false;
    s->note = NULL;
    s->state = SMTP_END;
    reply(s, "421 %s %s", s->host, why);
}
