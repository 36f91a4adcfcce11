/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target (libFuzzer): any bytes, in any pieces, with a store that fails now and then.
 * The first byte chooses where to cut, the second when the store fails; the rest is the dialogue.
 * What must hold whatever comes is asserted; the same bytes in one piece must say the same.
 *
 *     clang -g -O2 -D_POSIX_C_SOURCE=200809L -fsanitize=fuzzer,address,undefined \
 *         tests/fuzz/smtp_session.c mail/smtp.c -o fuzz-smtp_session
 *     ./fuzz-smtp_session -dict=tests/fuzz/smtp_session.dict tests/fuzz/corpus/smtp_session
 */
#include "../../mail/smtp.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

struct box {
    unsigned failing; /* 0: never; otherwise the n-th call fails */
    unsigned calls, begun, ended, kept;
    bool open;
    uint64_t sum; /* of what was written, and where */
};

static bool fails(struct box *box)
{
    return ++box->calls == box->failing;
}

static bool begin(void *context)
{
    struct box *box = context;
    assert(!box->open);
    if (fails(box))
        return false;
    box->begun++;
    box->open = true;
    return true;
}

static bool write_bytes(void *context, const char *bytes, size_t length)
{
    struct box *box = context;
    assert(box->open && length > 0);
    assert(memcmp(bytes + length - 2, "\r\n", 2) == 0); /* whole lines only */
    if (strncmp(bytes, "Return-Path: <", 14) != 0)      /* that has the date in it */
        for (size_t i = 0; i < length; i++)
            box->sum = (box->sum ^ (unsigned char)bytes[i]) * 1099511628211u;
    return !fails(box);
}

static bool commit(void *context)
{
    struct box *box = context;
    assert(box->open);
    box->open = false;
    box->ended++;
    if (fails(box))
        return false;
    box->kept++;
    return true;
}

static void drop(void *context)
{
    struct box *box = context;
    assert(box->open);
    box->open = false;
    box->ended++;
}

static const struct smtp_store store = {begin, write_bytes, commit, drop};

/* Runs a session over the bytes in pieces of 1 to `piece` bytes. Returns a sum of the replies. */
static uint64_t run(const uint8_t *bytes, size_t size, size_t piece, struct box *box)
{
    struct smtp session;
    uint64_t sum = 0;
    smtp_start(&session, "host", "192.0.2.1", &store, box);
    for (size_t at = 0; at < size;) {
        size_t length = piece == 0 ? size - at : 1 + (at * 7 + piece) % piece;
        if (length > size - at)
            length = size - at;
        char part[65536]; /* a copy of its own: nothing behind it may be read */
        if (length > sizeof part)
            length = sizeof part;
        memcpy(part, bytes + at, length);
        bool before = session.state == SMTP_END;
        unsigned kept = box->kept;
        size_t taken = smtp_input(&session, part, length);
        assert(taken >= 1 && taken <= length);
        at += taken;
        size_t reply = strlen(session.reply);
        assert(!before || reply == 0);
        assert(reply == 0 || session.line_done); /* no reply but to a line */
        assert(session.length <= sizeof session.line);
        if (reply > 0) {
            size_t line = strcspn(session.reply, "\r\n") + 2; /* of one line, or of EHLO's two */
            bool more = session.reply[3] == '-';
            assert(line >= 6 && line <= 512 && (more || session.reply[3] == ' '));
            assert(session.reply[0] >= '2' && session.reply[0] <= '5');
            assert(strcmp(session.reply + line, more ? SMTP_EXTENSION : "") == 0);
        }
        assert(box->kept == kept || (box->kept == kept + 1 && !strncmp(session.reply, "250", 3)));
        assert(box->open == (session.state == SMTP_TEXT && session.refusal == NULL));
        assert(session.recipients >= 0 && session.recipients <= SMTP_RECIPIENTS_MAX);
        assert(session.state != SMTP_TEXT || session.recipients > 0);
        for (size_t i = 0; i < reply; i++)
            sum = (sum ^ (unsigned char)session.reply[i]) * 1099511628211u;
    }
    smtp_stop(&session, "Bye");
    assert(!box->open && box->begun == box->ended);
    return sum ^ box->sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    struct box cut = {.failing = bytes[1]}, whole = {.failing = bytes[1]};
    uint64_t a = run(bytes + 2, size - 2, 1 + bytes[0] % 64, &cut);
    uint64_t b = run(bytes + 2, size - 2, 0, &whole);
    assert(a == b && cut.kept == whole.kept);
    return 0;
}
