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
#include "../common/text.h"
#include "dialogue.h"
#include "message.h"
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESS_MAX = 254, SUBJECT_MAX = 900, RECIPIENTS_MAX = 1000 };

static struct options options = {.host = "localhost", .port = "2525", .peer = "smtp-server"};
static struct address server;
static int client = -1;  /* our socket */
static char reply[8192]; /* the server's last words, without the last CRLF */
static int status = -1;  /* what this program ends with, once it has said QUIT */

/* After QUIT the mail is the server's, or was refused: what goes wrong then does not matter. */
static void end_if_done(void)
{
    if (status != -1)
        exit(status);
}

/* The dialogue for -v, a line at a time. */
static void show(const char *who, const char *bytes, size_t length)
{
    const char *end = bytes + length;
    while (options.value['v'] && bytes < end) {
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
            die("recv from %s", server.text);
        if (heard_length == 0)
            complain(1, "%s closed the connection in the middle of the dialogue", server.text);
    }
    return heard[heard_read++];
}

/* Has the server said more than was asked of it? */
static bool has_more_to_say(void)
{
    struct pollfd soon = {.fd = client, .events = POLLIN};
    return heard_read < heard_length || poll(&soon, 1, 0) == 1;
}

/* Reads a reply: "250-..." is followed by another line, "250 ..." is the last. Returns its code. */
static int read_reply(void)
{
    char text[SHOWN_ROOM(80)];
    size_t length = 0, line = 0; /* line: where the current one begins */
    for (bool more = true; more; line = length) {
        do {
            if (length == sizeof reply - 1) {
                end_if_done();
                complain(1, "%s sends a reply without an end", server.text);
            }
            reply[length++] = next_byte();
        } while (reply[length - 1] != '\n');
        reply[length] = '\0';
        show("S:", reply + line, length - line);
        if (strspn(reply + line, "0123456789") != 3 || strchr(" -\r\n", reply[line + 3]) == NULL) {
            end_if_done();
            complain(1, "%s does not speak SMTP: it says '%s'", server.text,
                     shown(reply + line, length - line < 80 ? length - line : 80, text));
        }
        if (strncmp(reply, reply + line, 3) != 0) { /* RFC 5321, 4.2.1 */
            end_if_done();
            complain(1, "%s does not speak SMTP: one reply has the codes %.3s and %.3s",
                     server.text, reply, reply + line);
        }
        more = reply[line + 3] == '-';
    }
    while (length > 0 && strchr("\r\n", reply[length - 1]))
        reply[--length] = '\0';
    return atoi(reply);
}

/* Sends. If the server has gone, the next reply tells what it still had to say. */
static void send_bytes(const char *bytes, size_t length)
{
    show("C:", bytes, length);
    if (send_all(client, bytes, length) == -1 && errno != EPIPE && errno != ECONNRESET) {
        end_if_done();
        die("send to %s", server.text);
    }
}

/* Says a command, as for printf(3), and returns the code of the reply. */
static int __attribute__((format(printf, 1, 2))) command(const char *format, ...)
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

/* The server's last words, fit to be shown. */
static const char *its_words(void)
{
    static char words[SHOWN_ROOM(sizeof reply)];
    return shown(reply, strlen(reply), words);
}

/* Prints what the server refused, in its own words; or that its answer is none to this. */
static void refused(const char *what, const char *whom)
{
    if (*reply >= '4')
        complain(0, "%s refused the %s%s: %s", server.text, what, whom, its_words());
    else
        complain(0,
                 "%s answered '%s' to the %s%s, which needs another reply: the message does not "
                 "count as sent",
                 server.text, its_words(), what, whom);
}

/* The dialogue, command by command. Returns true when every recipient gets the message. */
static bool deliver(const struct envelope *mail, const char *text, size_t length, bool eight_bit)
{
    size_t accepted = 0;

    /* Box: the server speaks first. */
    if (read_reply() != 220) {
        refused("connection", "");
        return false;
    }

    /* Box: say who we are, to an old server in the old way. */
    int code = command("EHLO %s", mail->host);
    eight_bit = eight_bit && code == 250 && strstr(reply, "8BITMIME") != NULL;
    if (code / 100 == 5)
        code = command("HELO %s", mail->host);
    if (code != 250) {
        refused("greeting", "");
        return false;
    }

    /* Box: the envelope. The sender, and then each recipient. */
    if (command("MAIL FROM:<%s>%s", mail->from, eight_bit ? " BODY=8BITMIME" : "") != 250) {
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
        read_reply();
        if (*reply >= '4') {
            refused("message", "");
            exit(1);
        }
        complain(1, "%s answers the message before it is sent, with '%s': nothing was sent",
                 server.text, its_words());
    }

    /* Box: the message, up to a dot on a line of its own. Only the reply to it makes it sent. */
    send_bytes(text, length);
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
    return address;
}

/* A stream into memory; finish() it, and *bytes and *length are what was written. */
static FILE *begin(char **bytes, size_t *length)
{
    FILE *out = open_memstream(bytes, length);
    if (out == NULL)
        die("keep the message");
    return out;
}

static void finish(FILE *out)
{
    if (fclose(out) != 0)
        die("keep the message");
}

/* Reads the standard input to its end. */
static char *read_text(size_t *length)
{
    char *text = NULL, bytes[4096];
    size_t n;
    FILE *out = begin(&text, length);
    prompt("Type the message, and Ctrl-D on a line of its own at the end:\n");
    do { /* a short count is the end: on a terminal a second look would want a second Ctrl-D */
        n = fread(bytes, 1, sizeof bytes, stdin);
        fwrite(bytes, 1, n, out);
    } while (n == sizeof bytes);
    if (ferror(stdin))
        die("read the standard input");
    finish(out);
    return text;
}

/* The message as it goes over the wire: with its header, unless it has one, and the lone dot. */
static char *wire_form(const struct envelope *mail, const char *text, size_t n, size_t *length)
{
    char *header = NULL, *wire = NULL;
    size_t header_length = 0;
    FILE *out = begin(&header, &header_length);
    if (!options.value['m'])
        write_header(out, mail, has_8bit(text, n));
    finish(out);

    out = begin(&wire, length);
    write_wire(out, header, header_length);
    size_t too_long = write_wire(out, text, n);
    if (too_long > 0)
        complain(1,
                 "line %zu of the message is longer than the %d bytes that SMTP carries: "
                 "nothing was sent",
                 too_long, WIRE_LINE_MAX);
    fputs(".\r\n", out);
    finish(out);
    free(header);
    return wire;
}

int main(int argc, char **argv)
{
    static const char *to[RECIPIENTS_MAX] = {"postmaster"};
    static char host[256] = "localhost", me[512];
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

    gethostname(host, sizeof host - 1);
    const struct passwd *user = getpwuid(getuid());
    snprintf(me, sizeof me, "%s@%s", user ? user->pw_name : "somebody", host);
    if (options.value['f'])
        mail.from = checked(options.value['f']);
    mail.subject = options.value['s'];
    if (mail.subject && (strpbrk(mail.subject, "\r\n") || strlen(mail.subject) > SUBJECT_MAX))
        complain(2, "-s: a subject is one line of at most %d bytes", SUBJECT_MAX);

    /* Box: read the message, all of it: while a person types, no server should have to wait. */
    size_t text_length, length;
    char *text = read_text(&text_length);
    char *message = wire_form(&mail, text, text_length, &length);

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
    status = deliver(&mail, message, length, has_8bit(text, text_length)) ? 0 : 1;
    command("QUIT");

    /* Box: close the socket. */
    close(client);
    free(message);
    free(text);
    return status;
}
