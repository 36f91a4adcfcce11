/* SPDX-License-Identifier: MIT */
/*
 * The SMTP session without a socket, against RFC 5321: every command in every state, every limit,
 * the end of the data and what only looks like it, a failing store, and every way to cut the bytes.
 */
#include "../../mail/smtp.h"
#include "check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EQUAL(actual, wanted) CHECK_TEXT(wanted, actual)
#define CHECK(condition) CHECK_INT(true, (condition) != 0)

/* A store in memory. It keeps what was committed, and counts what a session asks of it. */
static struct box {
    char *text;
    size_t length, room;
    bool open;
    int begun, committed, aborted;
    int fail_begin, fail_write, fail_commit; /* true: that call fails; fail_write: the n-th write */
    int writes;
} box;

static bool box_begin(void *context)
{
    struct box *b = context;
    CHECK(!b->open); /* one message at a time */
    if (b->fail_begin)
        return false;
    b->begun++;
    b->open = true;
    b->length = 0;
    b->writes = 0;
    return true;
}

static bool box_write(void *context, const char *bytes, size_t length)
{
    struct box *b = context;
    CHECK(b->open);
    if (++b->writes == b->fail_write)
        return false;
    if (b->length + length > b->room) {
        b->room = 2 * (b->length + length);
        b->text = realloc(b->text, b->room);
    }
    memcpy(b->text + b->length, bytes, length);
    b->length += length;
    return true;
}

static bool box_commit(void *context)
{
    struct box *b = context;
    CHECK(b->open);
    b->open = false;
    if (b->fail_commit)
        return false;
    b->committed++;
    return true;
}

static void box_abort(void *context)
{
    struct box *b = context;
    CHECK(b->open);
    b->open = false;
    b->aborted++;
}

static const struct smtp_store store = {box_begin, box_write, box_commit, box_abort};
static struct smtp session;
static char codes[4096];  /* the replies' codes since the last call of codes_of, with spaces */
static char last[1024];   /* the last reply */
static char notes[65536]; /* the notes, one a line */

static void take_reply(void)
{
    size_t length = strlen(session.reply);
    if (length == 0)
        return;
    /* Section 4.2: three digits, a space, or a minus where another line follows, a text, CRLF;
     * section 4.5.3.1.5: at most 512 bytes. */
    for (const char *line = session.reply, *next; *line; line = next) {
        size_t text = strcspn(line, "\r\n");
        next = line + text + 2;
        CHECK(text <= 510 && text > 4 && strncmp(line + text, "\r\n", 2) == 0);
        CHECK(line[0] >= '2' && line[0] <= '5' && line[3] == (*next ? '-' : ' '));
        CHECK(strncmp(line, session.reply, 3) == 0);
    }
    snprintf(codes + strlen(codes), sizeof codes - strlen(codes), "%s%.3s", *codes ? " " : "",
             session.reply);
    snprintf(last, sizeof last, "%s", session.reply);
}

static void restart(void)
{
    free(box.text);
    memset(&box, 0, sizeof box);
    *codes = *notes = '\0';
    smtp_start(&session, "host", "192.0.2.1", &store, &box);
    CHECK(strncmp(session.reply, "220 host ", 9) == 0);
}

/* Feeds the bytes in pieces of at most `piece`. */
static void feed(const char *bytes, size_t length, size_t piece)
{
    for (size_t done = 0; done < length;) {
        size_t now = length - done < piece ? length - done : piece;
        for (size_t i = 0, taken; i < now; i += taken) {
            taken = smtp_input(&session, bytes + done + i, now - i);
            CHECK(taken >= 1 && taken <= now - i);
            if (taken == 0)
                abort();
            take_reply();
            if (session.note)
                strcat(strcat(notes, session.note), "\n");
        }
        done += now;
    }
}

/* Feeds a string and returns the codes that came back: "250 354". */
static const char *codes_of(const char *text)
{
    *codes = '\0';
    feed(text, strlen(text), strlen(text));
    return codes;
}

/* Brings a new session into a state. */
static void bring_to(enum smtp_state state)
{
    restart();
    if (state >= SMTP_READY)
        EQUAL(codes_of("EHLO client.example\r\n"), "250");
    if (state >= SMTP_MAIL)
        EQUAL(codes_of("MAIL FROM:<a@a.example>\r\n"), "250");
    if (state >= SMTP_RCPT)
        EQUAL(codes_of("RCPT TO:<b@b.example>\r\n"), "250");
    if (state >= SMTP_TEXT)
        EQUAL(codes_of("DATA\r\n"), "354");
    CHECK(session.state == state);
}

/* The message behind the two header fields that the server put in front; "" if none is stored. */
static const char *stored(void)
{
    static char text[4096];
    *text = '\0';
    if (box.committed == 0 || box.open)
        return text;
    size_t at = 0;
    for (int line = 0; line < 5 && at < box.length; at++) /* Return-Path, Received in four lines */
        if (box.text[at] == '\n') {
            line++;
            if (line >= 2 && box.text[at + 1] != '\t')
                line = 5;
        }
    snprintf(text, sizeof text, "%.*s", (int)(box.length - at), box.text + at);
    return text;
}

/* Every command in every state: section 4.1.4, and 4.3.2 for the codes. */
static void test_states(void)
{
    static const struct {
        const char *line;
        const char *code[4];
        enum smtp_state next[4];
    } table[] = {
#define S SMTP_START
#define R SMTP_READY
#define M SMTP_MAIL
#define C SMTP_RCPT
        {"EHLO x.example\r\n", {"250", "250", "250", "250"}, {R, R, R, R}},
        {"HELO x.example\r\n", {"250", "250", "250", "250"}, {R, R, R, R}},
        {"MAIL FROM:<c@c.example>\r\n", {"503", "250", "503", "503"}, {S, M, M, C}},
        {"RCPT TO:<d@d.example>\r\n", {"503", "503", "250", "250"}, {S, R, C, C}},
        {"DATA\r\n", {"503", "503", "503", "354"}, {S, R, M, SMTP_TEXT}},
        {"RSET\r\n", {"250", "250", "250", "250"}, {S, R, R, R}},
        {"NOOP\r\n", {"250", "250", "250", "250"}, {S, R, M, C}},
        {"NOOP what ever\r\n", {"250", "250", "250", "250"}, {S, R, M, C}},
        {"VRFY joe\r\n", {"252", "252", "252", "252"}, {S, R, M, C}},
        {"HELP\r\n", {"214", "214", "214", "214"}, {S, R, M, C}},
        {"HELP topic\r\n", {"504", "504", "504", "504"}, {S, R, M, C}},
        {"QUIT\r\n", {"221", "221", "221", "221"}, {SMTP_END, SMTP_END, SMTP_END, SMTP_END}},
        /* Refused, and nothing changes. */
        {"EXPN list\r\n", {"502", "502", "502", "502"}, {S, R, M, C}},
        {"STARTTLS\r\n", {"502", "502", "502", "502"}, {S, R, M, C}},
        {"AUTH PLAIN x\r\n", {"502", "502", "502", "502"}, {S, R, M, C}},
        {"BDAT 3 LAST\r\n", {"502", "502", "502", "502"}, {S, R, M, C}},
        {"WHAT\r\n", {"500", "500", "500", "500"}, {S, R, M, C}},
        {"MAILX FROM:<a@b>\r\n", {"500", "500", "500", "500"}, {S, R, M, C}},
        {"\r\n", {"500", "500", "500", "500"}, {S, R, M, C}},
        {" NOOP\r\n", {"500", "500", "500", "500"}, {S, R, M, C}},
        {"HELO\r\n", {"501", "501", "501", "501"}, {S, R, M, C}},
        {"EHLO two words\r\n", {"501", "501", "501", "501"}, {S, R, M, C}},
        {"VRFY\r\n", {"501", "501", "501", "501"}, {S, R, M, C}},
        {"RSET now\r\n", {"501", "501", "501", "501"}, {S, R, M, C}},
        {"QUIT now\r\n", {"501", "501", "501", "501"}, {S, R, M, C}},
        {"DATA now\r\n", {"503", "503", "503", "501"}, {S, R, M, C}},
        {"MAIL\r\n", {"503", "501", "503", "503"}, {S, R, M, C}},
        {"MAIL FROM:<a@b> SIZE=3\r\n", {"503", "555", "503", "503"}, {S, R, M, C}},
        {"RCPT\r\n", {"503", "503", "501", "501"}, {S, R, M, C}},
        {"RCPT TO:<a@b> NOTIFY=NEVER\r\n", {"503", "503", "555", "555"}, {S, R, M, C}},
        {"RCPT TO:<a@b.invalid>\r\n", {"503", "503", "550", "550"}, {S, R, M, C}},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        for (int state = S; state <= C; state++) {
            int before = failures;
            bring_to((enum smtp_state)state);
            EQUAL(codes_of(table[i].line), table[i].code[state]);
            CHECK(session.state == table[i].next[state]);
            if (failures > before)
                printf("  in state %d: %s", state, table[i].line);
        }
#undef S
#undef R
#undef M
#undef C
    /* After the end of the data: the next message, with no sender left over. */
    bring_to(SMTP_TEXT);
    EQUAL(codes_of("one\r\n.\r\n"), "250");
    EQUAL(codes_of("RCPT TO:<b@b.example>\r\n"), "503");
    EQUAL(codes_of("MAIL FROM:<z@z>\r\nDATA\r\nRCPT TO:<b@b>\r\nDATA\r\n.\r\n"),
          "250 503 250 354 250");
    CHECK(box.committed == 2);
    /* EHLO, HELO and RSET drop a message that was begun: its recipients are gone. */
    static const char *const drop[] = {"EHLO x\r\n", "HELO x\r\n", "RSET\r\n"};
    for (int i = 0; i < 3; i++) {
        bring_to(SMTP_RCPT);
        EQUAL(codes_of(drop[i]), "250");
        EQUAL(codes_of("DATA\r\nMAIL FROM:<c@c>\r\nDATA\r\n"), "503 250 503");
        CHECK(session.recipients == 0);
    }
    /* Nothing is read after QUIT. */
    bring_to(SMTP_READY);
    EQUAL(codes_of("QUIT\r\nNOOP\r\nMAIL FROM:<a@b>\r\n"), "221");
}

static void test_letter_case_and_spaces(void)
{
    restart();
    EQUAL(codes_of("ehlo X.example\r\nmAiL fRoM:<A@b.example>\r\nrcpt to:<PostMaster>\r\nDaTa\r\n"),
          "250 250 250 354");
    EQUAL(codes_of(".\r\nqUIT\r\n"), "250 221");
    bring_to(SMTP_READY);
    EQUAL(codes_of("RSET   \r\nNOOP \r\nMAIL FROM:<a@b>  \r\n"), "250 250 250");
}

static void test_paths(void)
{
    static const struct {
        const char *path, *code, *sender;
    } table[] = {
        {"<>", "250", ""},
        {"<a@b>", "250", "a@b"},
        {" <a@b>", "250", "a@b"}, /* as textbooks print it */
        {"<a.b+c@d-e.example>", "250", "a.b+c@d-e.example"},
        {"<A@B.Example>", "250", "A@B.Example"},
        {"<a@[127.0.0.1]>", "250", "a@[127.0.0.1]"},
        {"<a@[IPv6:::1]>", "250", "a@[IPv6:::1]"},
        {"<a@my_host>", "250", "a@my_host"},
        {"<\"a b\"@c>", "250", "\"a b\"@c"},
        {"<\"a\\\"@>b\"@c>", "250", "\"a\\\"@>b\"@c"},
        {"<\"\"@c>", "250", "\"\"@c"},
        {"<@one,@two:a@b>", "250", "a@b"},
        {"<@one.invalid:a@b>", "250", "a@b"},
        {"<@one.example,@two_2,@3:a@b>", "250", "a@b"},
        {"<@one:\"a:b\"@c>", "250", "\"a:b\"@c"},
        {"<postmaster>", "250", "postmaster"},
        /* no route: section 4.1.2, A-d-l = At-domain *( "," At-domain ), At-domain = "@" Domain */
        {"<@:a@b>", "501", NULL},
        {"<@one,two:a@b>", "501", NULL},
        {"<@one@two.example:a@b>", "501", NULL},
        {"<@one,:a@b>", "501", NULL},
        {"<@one,@:a@b>", "501", NULL},
        {"<@,@two:a@b>", "501", NULL},
        {"<,@two:a@b>", "501", NULL},
        {"<@@one:a@b>", "501", NULL},
        {"<@one, @two:a@b>", "501", NULL},
        {"<@one ,@two:a@b>", "501", NULL},
        {"<@one..example:a@b>", "501", NULL},
        {"<@.one:a@b>", "501", NULL},
        {"<@one.:a@b>", "501", NULL},
        {"<@[127.0.0.1]:a@b>", "501", NULL},
        {"<@<one>:a@b>", "501", NULL},
        {"<@\303\244:a@b>", "501", NULL},
        {"<@one;@two:a@b>", "501", NULL},
        {"<@one::a@b>", "501", NULL},
        {"<@one:@two:a@b>", "501", NULL},
        {"<@one,@two>", "501", NULL},
        {"<@one", "501", NULL},
        {"<@one,", "501", NULL},
        {"<@", "501", NULL},
        {"<@one:postmaster>", "501", NULL},
        {"<a@x.INVALID>", "550", NULL},
        {"<a@invalid>", "550", NULL},
        {"<a@invalid.example>", "250", "a@invalid.example"},
        {"<a@notinvalid>", "250", "a@notinvalid"},
        {"a@b", "501", NULL},
        {"", "501", NULL},
        {"<a@b", "501", NULL},
        {"<a@b>x", "501", NULL},
        {"<a@b>>", "501", NULL},
        {"<a>", "501", NULL},
        {"<@b>", "501", NULL},
        {"<a@>", "501", NULL},
        {"<a@b@c>", "501", NULL},
        {"<a b@c>", "501", NULL},
        {"<a..b@c>", "501", NULL},
        {"<.a@c>", "501", NULL},
        {"<a.@c>", "501", NULL},
        {"<a@b..c>", "501", NULL},
        {"<a@b.>", "501", NULL},
        {"<a@[]>", "501", NULL},
        {"<a@[1>", "501", NULL},
        {"<\"a@b>", "501", NULL},
        {"<\"a\\", "501", NULL},
        {"<\"a@b\">", "501", NULL},
        {"<:a@b>", "501", NULL},
        {"<@one a@b>", "501", NULL},
        {"<@one:>", "501", NULL},
        {"<@one:", "501", NULL},
        {"<\303\244@b>", "501", NULL},
        {"<a@b\303\244>", "501", NULL},
        {"<> SIZE=1", "555", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char line[300];
        bring_to(SMTP_READY);
        snprintf(line, sizeof line, "MAIL FROM:%s\r\n", table[i].path);
        EQUAL(codes_of(line), table[i].code);
        if (table[i].sender)
            EQUAL(session.sender, table[i].sender);
        bring_to(SMTP_MAIL);
        snprintf(line, sizeof line, "RCPT TO:%s\r\n", table[i].path);
        EQUAL(codes_of(line), strcmp(table[i].path, "<>") == 0 ? "501" : table[i].code);
        if (table[i].sender && *table[i].sender)
            EQUAL(session.recipient, table[i].sender);
    }
    bring_to(SMTP_READY);
    EQUAL(codes_of("MAIL TO:<a@b>\r\nMAIL FROM <a@b>\r\nMAIL FROM\r\nMAIL FROM :<a@b>\r\n"),
          "501 501 501 501");
    bring_to(SMTP_START);
    EQUAL(codes_of("EHLO [127.0.0.1]\r\nEHLO [IPv6:::1]\r\nEHLO a_b\r\nHELO a.b.c\r\n"),
          "250 250 250 250");
    EQUAL(codes_of("EHLO a..b\r\nEHLO <a>\r\nEHLO a\"b\r\nEHLO []\r\nEHLO [a\r\nEHLO \303\244\r\n"),
          "501 501 501 501 501 501");
    EQUAL(session.client, "a.b.c");
}

/* RFC 6152: the extension is announced after EHLO, and MAIL FROM may have BODY. */
static void test_8bitmime(void)
{
    static const struct {
        const char *parameters, *code;
    } table[] = {
        {" BODY=7BIT", "250"},
        {" BODY=8BITMIME", "250"},
        {" body=8bitmime", "250"},
        {"  BODY=7BIT  ", "250"},
        {" BODY=", "501"},
        {" BODY=8BIT", "501"},
        {" BODY=8BITMIMEX", "501"},
        {" BODY=BINARYMIME", "501"},
        {" BODY=7BIT BODY=8BITMIME", "501"},
        {"BODY=7BIT", "501"},
        {" BODY", "555"},
        {" BODYX=7BIT", "555"},
        {" =7BIT", "555"},
        {" SIZE=3", "555"},
        {" BODY=7BIT SIZE=3", "555"},
        {" SMTPUTF8", "555"},
    };
    bring_to(SMTP_READY);
    CHECK(strstr(last, "250-host ") == last && strstr(last, "\r\n250 8BITMIME\r\n") != NULL);
    EQUAL(codes_of("HELO x\r\n"), "250");
    CHECK(strstr(last, "250 host ") == last && strstr(last, "8BITMIME") == NULL);
    EQUAL(codes_of("MAIL FROM:<a@b> BODY=8BITMIME\r\n"), "555"); /* no EHLO, no extension */
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char line[100];
        bring_to(SMTP_READY);
        snprintf(line, sizeof line, "MAIL FROM:<a@b>%s\r\n", table[i].parameters);
        EQUAL(codes_of(line), table[i].code);
        EQUAL(session.sender, *table[i].code == '2' ? "a@b" : "");
    }
    bring_to(SMTP_MAIL);
    EQUAL(codes_of("RCPT TO:<a@b> BODY=7BIT\r\n"), "555");
    /* The longest names there are leave room for the second line. */
    static char name[SMTP_DOMAIN_MAX + 1];
    memset(name, 'x', sizeof name - 1);
    smtp_start(&session, name, "192.0.2.1", &store, &box);
    codes_of("EHLO ");
    codes_of(name);
    EQUAL(codes_of("\r\n"), "250");
    CHECK(strstr(last, "\r\n250 8BITMIME\r\n") != NULL);
}

/* n times the same letter. */
static const char *letters(size_t n)
{
    static char text[4][2000];
    static int turn;
    turn = (turn + 1) % 4;
    memset(text[turn], 'x', n);
    text[turn][n] = '\0';
    return text[turn];
}

/* The limits of section 4.5.3.1, on both sides of each. */
static void test_limits(void)
{
    char line[3000];
    for (int more = 0; more <= 1; more++) {
        bring_to(SMTP_READY);
        /* 4.5.3.1.4, a command line: 512 bytes with its CRLF */
        snprintf(line, sizeof line, "NOOP %s\r\n", letters(512 - 7 + (size_t)more));
        CHECK(strlen(line) == 512 + (size_t)more);
        EQUAL(codes_of(line), more ? "500" : "250");
        /* 4.5.3.1.1, a local part: 64 */
        snprintf(line, sizeof line, "MAIL FROM:<%s@b>\r\nRSET\r\n", letters(64 + (size_t)more));
        EQUAL(codes_of(line), more ? "501 250" : "250 250");
        /* 4.5.3.1.2, a domain: 255 */
        snprintf(line, sizeof line, "EHLO %s\r\n", letters(255 + (size_t)more));
        EQUAL(codes_of(line), more ? "501" : "250");
        /* 4.5.3.1.3, a path: 256 with < and > */
        snprintf(line, sizeof line, "MAIL FROM:<u@%s>\r\n", letters(252 + (size_t)more));
        EQUAL(codes_of(line), more ? "501" : "250");
        CHECK(session.state == (more ? SMTP_READY : SMTP_MAIL));
        if (!more)
            CHECK(strlen(session.sender) == 254);
        snprintf(line, sizeof line, "RSET\r\nMAIL FROM:<@%s:u@b>\r\n", letters(249 + (size_t)more));
        EQUAL(codes_of(line), more ? "250 501" : "250 250");
        /* 4.5.3.1.6, a line of text: 1000 with its CRLF, a stuffed dot not counted */
        for (int dot = 0; dot <= 1; dot++) {
            bring_to(SMTP_TEXT);
            snprintf(line, sizeof line, "%s%s\r\n.\r\n", dot ? ".." : "x",
                     letters(997 + (size_t)more));
            EQUAL(codes_of(line), more ? "500" : "250");
            CHECK(box.committed == !more && box.aborted == more);
            line[strlen(line) - strlen(".\r\n")] = '\0';
            if (!more)
                EQUAL(stored(), line + dot);
            EQUAL(codes_of("NOOP\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nhi\r\n.\r\n"),
                  "250 250 250 354 250");
            EQUAL(stored(), "hi\r\n");
        }
    }
    /* 4.5.3.1.8 and 4.5.3.1.10: 100 recipients, the next one 452, and the 100 are not lost */
    bring_to(SMTP_MAIL);
    for (int i = 1; i <= 102; i++) {
        snprintf(line, sizeof line, "RCPT TO:<user%d@b>\r\n", i);
        EQUAL(codes_of(line), i <= 100 ? "250" : "452");
    }
    CHECK(session.recipients == 100);
    EQUAL(codes_of("DATA\r\nhi\r\n.\r\n"), "354 250");
    /* A line that never ends is forgotten as it comes; the next command works. */
    bring_to(SMTP_READY);
    *codes = '\0';
    for (int i = 0; i < 1000; i++)
        feed(letters(1999), 1999, 1999);
    EQUAL(codes, "");
    EQUAL(codes_of("\r\nNOOP\r\n"), "500 250");
    /* The same in a message, and CRLF.CRLF is seen after it. */
    bring_to(SMTP_TEXT);
    for (int i = 0; i < 1000; i++)
        feed(letters(1999), 1999, 1999);
    EQUAL(codes_of(".\r\n.\r"), "");
    EQUAL(codes_of("\nNOOP\r\n"), "500 250");
    CHECK(box.committed == 0 && box.aborted == 1);
    /* 4.5.3.1.7: a message of our limit is taken, one byte more answers 552 and is not kept. */
    for (int more = 0; more <= 1; more++) {
        bring_to(SMTP_TEXT);
        snprintf(line, sizeof line, "%s\r\n", letters(998));
        for (int i = 0; i < SMTP_SIZE_MAX / 1000; i++)
            feed(line, 1000, 1000);
        snprintf(line, sizeof line, "%s\r\n", letters(SMTP_SIZE_MAX % 1000 - 2 + (size_t)more));
        EQUAL(codes_of(line), "");
        EQUAL(codes_of(".\r\n"), more ? "552" : "250");
        CHECK(box.committed == !more && box.aborted == more);
        if (!more) { /* every byte of it */
            char *begin = strstr(strstr(box.text, "\r\n\tby "), "\r\nx");
            CHECK(begin && box.length - (size_t)(begin + 2 - box.text) == SMTP_SIZE_MAX);
        }
        EQUAL(codes_of("MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nhi\r\n.\r\n"),
              "250 250 354 250");
        EQUAL(stored(), "hi\r\n");
    }
}

/* The message comes out as it was before dot-stuffing: section 4.5.2. */
static void test_text(void)
{
    static const struct {
        const char *sent, *kept;
    } table[] = {
        {".\r\n", ""},
        {"\r\n.\r\n", "\r\n"},
        {"hello\r\n.\r\n", "hello\r\n"},
        {"..\r\n.\r\n", ".\r\n"},
        {"...\r\n.\r\n", "..\r\n"},
        {".x\r\n.\r\n", "x\r\n"},
        {"a\r\n..b\r\n.\r\n", "a\r\n.b\r\n"},
        {"a.\r\n.\r\n", "a.\r\n"},
        {"a\r\n. \r\n.\r\n", "a\r\n \r\n"},
        {"\303\244\377\001\r\n.\r\n", "\303\244\377\001\r\n"},
        {"MAIL FROM:<x@y>\r\nQUIT\r\n.\r\n", "MAIL FROM:<x@y>\r\nQUIT\r\n"},
        /* CR, LF and dots that are not CRLF.CRLF: all of it is text. */
        {"a\n.\nb\r\n.\r\n", "a\n.\nb\r\n"},
        {"a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n"},
        {"a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n"}, /* a dot at the line's begin: stuffed, so it goes */
        {"a\r\n..\nb\r\n.\r\n", "a\r\n.\nb\r\n"},
        {"a\r.\rb\r\n.\r\n", "a\r.\rb\r\n"},
        {"a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n"},
        {"a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n"},
        {"a\r\n.\r\r\nb\r\n.\r\n", "a\r\n\r\r\nb\r\n"},
        {"a\n\r.\n\rb\r\n.\r\n", "a\n\r.\n\rb\r\n"},
        {"a\r\r\n.\r\n", "a\r\r\n"},
        {"\n.\n\r\n.\r\n", "\n.\n\r\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        for (size_t piece = 1; piece < 10; piece++) {
            size_t length = strlen(table[i].sent);
            bring_to(SMTP_TEXT);
            *codes = '\0';
            feed(table[i].sent, length - 1, piece);
            EQUAL(codes, ""); /* not before the last byte */
            feed("\n", 1, 1);
            EQUAL(codes, "250");
            EQUAL(stored(), table[i].kept);
        }
    /* A NUL is a byte like any other. */
    static const char nul[] = "a\0b\r\n\0.\r\n\0\r\n";
    bring_to(SMTP_TEXT);
    feed(nul, sizeof nul - 1, sizeof nul);
    EQUAL(codes_of(".\r\n"), "250");
    CHECK(box.length > sizeof nul &&
          memcmp(box.text + box.length - (sizeof nul - 1), nul, sizeof nul - 1) == 0);
    /* Every byte there is, in one line each. */
    for (int c = 0; c < 256; c++) {
        char line[] = {'x', (char)c, 'y', '\r', '\n'};
        bring_to(SMTP_TEXT);
        feed(line, 5, 5);
        EQUAL(codes_of(".\r\n"), "250");
        CHECK(memcmp(box.text + box.length - 5, line, 5) == 0);
    }
}

/* The smuggling lesson: a second message that only a server which takes LF.LF for the end sees. */
static void test_smuggling(void)
{
    static const char *const ends[] = {"\n.\n", "\n.\r\n", "\r\n.\n"};
    for (int i = 0; i < 3; i++) {
        char text[300];
        bring_to(SMTP_TEXT);
        snprintf(text, sizeof text,
                 "one%sMAIL FROM:<evil@b>\r\nRCPT TO:<c@c>\r\nDATA\r\ntwo\r\n.\r\n", ends[i]);
        EQUAL(codes_of(text), "250"); /* one message, one reply */
        CHECK(box.committed == 1);
        CHECK(strstr(stored(), "MAIL FROM:<evil@b>\r\nRCPT TO:<c@c>\r\nDATA\r\ntwo\r\n") != NULL);
        CHECK(strstr(notes, "a dot between LFs does not end the message") != NULL);
    }
    /* The plain case is told once a message, and at once: who types it waits for an answer. */
    bring_to(SMTP_TEXT);
    EQUAL(codes_of("a\nb\nc\n"), "");
    CHECK(strstr(notes, "a LF without CR") != NULL);
    CHECK(strchr(notes, '\n') == notes + strlen(notes) - 1);
    EQUAL(codes_of(".\n.\n"), "");
    CHECK(strstr(notes, "a dot between LFs") != NULL);
    /* Each note once in a message, however many such lines it has; the next message has its own. */
    for (int message = 0; message < 2; message++) {
        bring_to(SMTP_TEXT);
        for (int i = 0; i < 100; i++)
            EQUAL(codes_of("\n.\n.\n\r\n.\n"), "");
        size_t count = 0;
        for (const char *p = notes; (p = strchr(p, '\n')) != NULL; p++)
            count++;
        CHECK_INT(2, count);
        EQUAL(codes_of("\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"),
              "250 250 250 354");
        *notes = '\0';
        EQUAL(codes_of("\n.\n"), "");
        CHECK(strstr(notes, "a LF without CR") && strstr(notes, "a dot between LFs"));
    }
    /* Right line ends, dots at their begins and CRLF.CRLF are worth no note. */
    bring_to(SMTP_TEXT);
    EQUAL(codes_of("a.\r\n..\r\n..b\r\n\r\n.\r\n"), "250");
    EQUAL(notes, "");
    /* For commands a LF will do, and both ends may be mixed. */
    restart();
    EQUAL(codes_of("HELO a\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\nDATA\nhi\r\n.\r\nQUIT\n"),
          "250 250 250 354 250 221");
    EQUAL(stored(), "hi\r\n");
}

static void test_control_characters(void)
{
    static const char nul[] = "NOOP\0\r\n", nul_in_path[] = "MAIL FROM:<a@b>\0<c\r\n";
    bring_to(SMTP_READY);
    *codes = '\0';
    feed(nul, sizeof nul - 1, 100);
    feed(nul_in_path, sizeof nul_in_path - 1, 100);
    EQUAL(codes, "500 500");
    EQUAL(codes_of("NOOP\tx\r\nNOOP\rx\r\nNOOP \177\r\n\001\r\nNOOP\r\r\n"), "500 500 500 500 500");
    EQUAL(codes_of("NOOP \303\244\r\n\377\r\n"), "250 500");
    CHECK(session.state == SMTP_READY);
}

/* A session of nothing but mistakes is ended; a stored message starts the count again. */
static void test_mistakes(void)
{
    for (int stored_one = 0; stored_one <= 1; stored_one++) {
        bring_to(SMTP_RCPT);
        for (int i = 1; i < SMTP_MISTAKES_MAX; i++)
            EQUAL(codes_of(i % 2 ? "\n" : "HELO\r\n"), i % 2 ? "500" : "501");
        EQUAL(codes_of("NOOP\r\n"), "250");
        if (stored_one)
            EQUAL(codes_of("DATA\r\n.\r\n"), "354 250");
        EQUAL(codes_of("DATA x\r\n"), stored_one ? "503" : "421");
        CHECK_INT(stored_one ? SMTP_READY : SMTP_END, session.state);
    }
}

/* The two fields in front: section 4.4. */
static void test_trace(void)
{
    char wanted[400], date[64];
    for (int kind = 0; kind < 3; kind++) {
        const char *peer = kind == 1 ? "::1" : "192.0.2.1";
        free(box.text);
        memset(&box, 0, sizeof box);
        smtp_start(&session, "mail.example", peer, &store, &box);
        codes_of(kind == 1 ? "HELO me.example\r\n" : "EHLO me.example\r\n");
        codes_of(kind == 2 ? "MAIL FROM:<>\r\n" : "MAIL FROM:<a@a.example>\r\n");
        codes_of("RCPT TO:<b@b.example>\r\n");
        if (kind == 2)
            codes_of("RCPT TO:<c@c.example>\r\n");
        EQUAL(codes_of("DATA\r\nSubject: x\r\n\r\n.\r\n"), "354 250");
        snprintf(wanted, sizeof wanted,
                 "Return-Path: <%s>\r\n"
                 "Received: from me.example ([%s])\r\n"
                 "\tby mail.example with %s%s;\r\n"
                 "\t",
                 kind == 2 ? "" : "a@a.example", kind == 1 ? "IPv6:::1" : "192.0.2.1",
                 kind == 1 ? "SMTP" : "ESMTP", kind == 2 ? "" : "\r\n\tfor <b@b.example>");
        size_t length = strlen(wanted);
        CHECK(box.length > length && memcmp(box.text, wanted, length) == 0);
        /* the date: "Sat, 21 Nov 2026 07:48:28 +0000", now or a moment ago */
        time_t now = time(NULL);
        bool found = false;
        for (time_t t = now - 5; t <= now; t++) {
            strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000\r\nSubject: x\r\n\r\n",
                     gmtime(&t));
            found = found || (box.length == length + strlen(date) &&
                              memcmp(box.text + length, date, strlen(date)) == 0);
        }
        CHECK(found);
    }
    /* The longest names there are still make a whole field. */
    char line[1000];
    restart();
    snprintf(line, sizeof line, "EHLO %s\r\nMAIL FROM:<u@%s>\r\nRCPT TO:<%s@%s>\r\nDATA\r\n.\r\n",
             letters(255), letters(252), letters(64), letters(189));
    EQUAL(codes_of(line), "250 250 250 354 250");
    CHECK(box.length > 850 && memcmp(box.text + box.length - 8, " +0000\r\n", 8) == 0);
}

/* A disk error answers 451, leaves no part, and the session goes on. */
static void test_store_errors(void)
{
    static const char next[] = "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nhi\r\n.\r\n";
    bring_to(SMTP_RCPT);
    box.fail_begin = 1;
    EQUAL(codes_of("DATA\r\n"), "451");
    CHECK(session.state == SMTP_RCPT && box.aborted == 0);
    box.fail_begin = 0;
    EQUAL(codes_of("DATA\r\nhi\r\n.\r\n"), "354 250"); /* it may simply be tried again */
    bring_to(SMTP_RCPT);
    box.fail_write = 1; /* of the two fields in front */
    EQUAL(codes_of("DATA\r\n"), "451");
    CHECK(session.state == SMTP_RCPT && box.aborted == 1 && box.committed == 0);
    for (int n = 2; n <= 4; n++) {
        bring_to(SMTP_RCPT);
        box.fail_write = n;
        EQUAL(codes_of("DATA\r\n1\r\n2\r\n3\r\n"), "354");
        CHECK(box.aborted == 1); /* at once, not at the end */
        EQUAL(codes_of("4\r\n.\r\n"), "451");
        CHECK(box.committed == 0 && box.aborted == 1 && !box.open);
        box.fail_write = 0;
        EQUAL(codes_of(next), "250 250 354 250");
        EQUAL(stored(), "hi\r\n");
    }
    bring_to(SMTP_TEXT);
    box.fail_commit = 1;
    EQUAL(codes_of("hi\r\n.\r\n"), "451");
    CHECK(box.committed == 0 && !box.open);
    box.fail_commit = 0;
    EQUAL(codes_of(next), "250 250 354 250");
    CHECK(box.committed == 1);
}

/* The connection ends, or the server ends it: nothing of an unfinished message stays. */
static void test_stop(void)
{
    for (int state = SMTP_START; state <= SMTP_TEXT; state++) {
        bring_to((enum smtp_state)state);
        smtp_stop(&session, "Bye");
        EQUAL(session.reply, "421 host Bye\r\n");
        CHECK(session.state == SMTP_END);
        CHECK(box.committed == 0 && box.aborted == (state == SMTP_TEXT) && !box.open);
        EQUAL(codes_of("NOOP\r\n"), "");
    }
    static const char *const cuts[] = {"x", "x\r\n", "x\r\n.", "x\r\n.\r", "x\n.\n"};
    for (int i = 0; i < 5; i++) {
        bring_to(SMTP_TEXT);
        EQUAL(codes_of(cuts[i]), "");
        smtp_stop(&session, "Bye");
        CHECK(box.committed == 0 && box.aborted == 1);
    }
    /* A message that was refused already is not dropped twice. */
    bring_to(SMTP_TEXT);
    feed(letters(1500), 1500, 1500);
    EQUAL(codes_of("\r\nmore"), "");
    smtp_stop(&session, "Bye");
    CHECK(box.aborted == 1);
}

/* Any way to cut the bytes gives the same replies and the same messages. */
static void test_every_split(void)
{
    static const char script[] =
        "EHLO x\r\nmail from:<a@b>\nRCPT TO:<c@d>\r\nRCPT TO:<e>\r\nDATA\r\n"
        "S: x\r\n\r\n..dot\r\n.\n\r\n.\r\nNOOP\r\nMAIL FROM:<>\r\nRCPT TO:<f@g>\r\nDATA\r\n.\r\n"
        "HELP\r\nDATA\r\nQUIT\r\n";
    static const char wanted[] = "250 250 250 501 354 250 250 250 250 354 250 214 503 221";
    size_t length = sizeof script - 1;
    for (size_t one = 1; one <= length; one++)
        for (size_t two = one; two <= length; two++) {
            int before = failures;
            restart();
            feed(script, one, length);
            feed(script + one, two - one, length);
            feed(script + two, length - two, length);
            EQUAL(codes, wanted);
            CHECK(box.committed == 2 && box.aborted == 0);
            if (failures > before) {
                printf("  cut at %zu and %zu\n", one, two);
                return;
            }
        }
    for (size_t piece = 1; piece <= length; piece++) {
        restart();
        feed(script, length, piece);
        EQUAL(codes, wanted);
    }
    /* The line in the log is the client's own, whole, without its end. */
    restart();
    feed("NOOP a", 6, 1);
    CHECK(!session.line_done);
    feed("b \r\n", 4, 1);
    CHECK(session.line_done && session.length == 8 && memcmp(session.line, "NOOP ab ", 8) == 0);
}

int main(void)
{
    test_states();
    test_letter_case_and_spaces();
    test_paths();
    test_8bitmime();
    test_limits();
    test_text();
    test_smuggling();
    test_control_characters();
    test_mistakes();
    test_trace();
    test_store_errors();
    test_stop();
    test_every_split();
    free(box.text);
    printf("smtp_session: %s\n", failures ? "FAILED" : "ok");
    return failures != 0;
}
