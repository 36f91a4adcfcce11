/* SPDX-License-Identifier: MIT */
/* smtp-client [-46mv] [-f FROM] [-t TO]... [-s SUBJECT] [-w SECONDS] [HOST [PORT]]
 *
 * Reads the text of a mail and gives it to a mail server; with -v it shows the dialogue.
 *
 * Start smtp-server first in another terminal. HOST localhost, PORT 2525. FROM is you; TO is
 * postmaster, whom every mail server knows.
 * Protocol: SMTP, RFC 5321. The client says a command, the server answers it with a code. */
#include "../common/die.h"
#include "../common/net.h"
#include "message.h"
#include "mime.h"
#include "talk.h"
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESS_MAX = 254, SUBJECT_MAX = 900, RECIPIENTS_MAX = 1000 };

static struct options options = {.host = "localhost", .port = "2525", .peer = "smtp-server"};
static struct address server;

/* The dialogue, command by command. Returns true when every recipient gets the message. */
static bool deliver(const struct envelope *mail, const char *text, size_t text_length)
{
    bool whole = options.value['m'] != NULL; /* the text is: header and all */
    size_t accepted = 0, length;

    /* Box: the server speaks first. */
    if (read_reply() != 220) {
        refused("connection", "");
        return false;
    }

    /* Box: say who we are, to an old server in the old way. */
    int code = command("EHLO %s", mail->host);
    bool takes_8bit = code == 250 && offers("8BITMIME");
    if (code / 100 == 5)
        code = command("HELO %s", mail->host);
    if (code != 250) {
        refused("greeting", "");
        return false;
    }

    /* Which form of the message does this server take? */
    enum encoding encoding = encoding_for(text, text_length, takes_8bit);
    if (whole) /* its header says what it is, which is not ours to change */
        encoding = has_8bit(text, text_length) ? EIGHT_BIT : SEVEN_BIT;
    if (encoding == EIGHT_BIT && !takes_8bit) {
        complain(0,
                 "%s takes ASCII only (it offers no 8BITMIME), and the message has more: nothing "
                 "was sent; encode it, or leave out -m",
                 server.text);
        return false;
    }

    /* Box: the envelope. The sender, and then each recipient. */
    const char *body = encoding == EIGHT_BIT ? " BODY=8BITMIME" : "";
    if (command("MAIL FROM:<%s>%s", mail->from, body) != 250) {
        refused("sender ", *mail->from ? mail->from : "<>");
        return false;
    }
    for (size_t i = 0; i < mail->recipients; i++) {
        code = command("RCPT TO:<%s>", mail->to[i]);
        if (code == 250 || code == 251)
            accepted++;
        else
            refused("recipient ", mail->to[i]);
    }
    if (accepted == 0)
        return false;

    /* Box: ask whether the message may come. Only 354 lets it go. */
    if (command("DATA") != 354) {
        refused("message", "");
        return false;
    }
    if (has_more_to_say()) { /* no reply to the message; and a QUIT would be text now */
        if (read_reply() >= 400) {
            refused("message", "");
            exit(1);
        }
        complain(1, "%s answers the message before it is sent, with '%s': nothing was sent",
                 server.text, its_words());
    }

    /* Box: the message, up to a dot on a line of its own. Only the reply to it makes it sent. */
    char *message = compose(whole ? NULL : mail, text, text_length, encoding, &length);
    if (message == NULL)
        die("keep the message");
    send_bytes(message, length);
    free(message);
    if (read_reply() != 250) {
        refused("message", "");
        return false;
    }
    return accepted == mail->recipients;
}

/* An address goes into commands and into the header: what could end either has no place in it. */
static const char *checked(const char *address)
{
    size_t length = strlen(address);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)address[i] < ' ' || strchr("<>\177", address[i]))
            length = ADDRESS_MAX + 1;
    if (length > ADDRESS_MAX)
        complain(2, "this is no address; write user@domain, at most %d bytes", ADDRESS_MAX);
    if (has_8bit(address, length)) /* RFC 6531 section 3.2 */
        complain(2, "an address with letters beyond ASCII needs SMTPUTF8, which is not here");
    return address;
}

/* A subject is a line of letters: a control character could begin another field, or hide one. */
static const char *checked_subject(const char *subject)
{
    size_t length = strlen(subject);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)subject[i] < ' ' || subject[i] == '\177')
            complain(2, "-s: a subject is one line, and has no control characters");
    if (length > SUBJECT_MAX)
        complain(2, "-s: a subject has at most %d bytes", SUBJECT_MAX);
    if (!is_utf8(subject, length))
        complain(2, "-s: the subject is neither ASCII nor UTF-8");
    return subject;
}

/* This machine's name, or localhost for one that no server would take after EHLO. */
static void own_name(char *name, size_t size)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    name[size - 1] = '\0';
    if (gethostname(name, size - 1) == -1 || !*name || name[strspn(name, allowed)] != '\0')
        snprintf(name, size, "localhost");
}

/* Reads the standard input to its end. */
static char *read_text(size_t *length)
{
    char *text = NULL, bytes[4096];
    size_t n;
    FILE *out = open_memstream(&text, length);
    if (out == NULL)
        die("keep the message");
    prompt("Type the message, and Ctrl-D on a line of its own at the end:\n");
    do { /* a short count is the end: on a terminal a second look would want a second Ctrl-D */
        n = fread(bytes, 1, sizeof bytes, stdin);
        fwrite(bytes, 1, n, out);
    } while (n == sizeof bytes);
    if (ferror(stdin))
        die("read the standard input");
    if (fclose(out) != 0)
        die("keep the message");
    return text;
}

int main(int argc, char **argv)
{
    static const char *to[RECIPIENTS_MAX] = {"postmaster"};
    static char host[256], me[512];
    struct envelope mail = {.from = me, .to = to, .host = host};
    parse_options(&options, argc, argv,
                  "[-46mv] [-f FROM] [-t TO]... [-s SUBJECT] [-w SECONDS] [HOST [PORT]]");
    double wait = number_option(&options, 'w', 300, 0.001, 100000);
    if (options.value['m'] && options.value['s'])
        complain(2, "-s: with -m the whole message is read, and its subject is in it");

    optind = 1; /* the command line once more, for every -t */
    for (int letter; (letter = getopt(argc, argv, "46mvf:t:s:w:")) != -1;) {
        if (letter == 't' && mail.recipients == RECIPIENTS_MAX)
            complain(2, "-t: at most %d recipients", RECIPIENTS_MAX);
        if (letter == 't' && *optarg == '\0')
            complain(2, "-t: an empty address; only a sender may be nobody");
        if (letter == 't')
            to[mail.recipients++] = checked(optarg);
    }
    if (mail.recipients == 0)
        mail.recipients = 1; /* postmaster */

    own_name(host, sizeof host);
    const struct passwd *user = getpwuid(getuid());
    snprintf(me, sizeof me, "%s@%s", user ? user->pw_name : "somebody", host);
    mail.from = checked(options.value['f'] ? options.value['f'] : me);
    if (options.value['s'])
        mail.subject = checked_subject(options.value['s']);

    /* Box: read the message, all of it: while a person types, no server should have to wait. */
    size_t length;
    char *text = read_text(&length);
    size_t line = long_line(text, length);
    if (line > 0)
        complain(1,
                 "line %zu of the message is longer than the %d bytes that SMTP carries: "
                 "nothing was sent",
                 line, WIRE_LINE_MAX);

    int client = -1;
    struct addrinfo *list = resolve(&options, SOCK_STREAM), *a;
    for (a = list; a != NULL; a = a->ai_next) {
        server = address_of(a->ai_addr, a->ai_addrlen);

        /* Box: create the client's socket. */
        client = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (client == -1)
            continue;
        bound_waits(client, wait);

        /* Box: connect it to the server. */
        if (connect(client, a->ai_addr, a->ai_addrlen) == 0 || finish_connect(client, wait) == 0)
            break;
        close(client);
    }
    if (a == NULL)
        die("connect to %s", server.text);
    freeaddrinfo(list);

    /* Box: the dialogue, and goodbye; how the server answers that does not matter any more. */
    talk_begin(client, server.text, options.value['v'] != NULL);
    int status = deliver(&mail, text, length) ? 0 : 1;
    talk_done(status);
    command("QUIT");

    /* Box: close the socket. */
    close(client);
    free(text);
    return status;
}
