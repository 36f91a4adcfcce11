/* SPDX-License-Identifier: MIT */
/* socksh - a shell whose commands are the socket calls.
 *
 *     socksh                       type calls: socket tcp, bind 3 127.0.0.1 12000, help
 *     socksh FILE                  run a script; it stops at the first unexpected result
 *     socksh -e 's = socket tcp; bind $s 127.0.0.1 0; getsockname $s'
 *
 * Every call is shown as C would write it, then what it returned, then what that means. */
#include "errors.h"
#include "expect.h"
#include "help.h"
#include "say.h"
#include "table.h"
#include "take.h"
#include "variables.h"
#include "words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DONE = 0, UNEXPECTED = 1, WRONG = 2 };

static const char synopsis[] = "[-e COMMANDS] [FILE]";

static FILE *input;            /* where the commands come from */
static const char *input_name; /* FILE, "-e" or "stdin"; NULL: a person at a terminal */
static int line_number;
static bool unexamined; /* the last call failed, and no expect has asked about it */
static int unexamined_line;

/* One line on stderr that names the place in the script; at a terminal the place is in sight. */
static void complain(int line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void complain(int line, const char *format, ...)
{
    va_list arguments;
    fflush(stdout);
    if (input_name != NULL) {
        fprintf(stderr, "socksh: %s:%d: ", input_name, line);
    } else {
        fprintf(stderr, "socksh: ");
    }
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

static const struct call *find_call(const char *name)
{
    const struct call *call = calls;
    while (call->name != NULL && strcmp(call->name, name) != 0) {
        call++;
    }
    return call->name != NULL ? call : NULL;
}

/* [NAME =] [within SECONDS] CALL WORDS..., or NAME = VALUE */
static int run_call(struct command *c)
{
    const char *name = NULL;
    const struct call *call = NULL;
    struct word w;
    char value[32];
    long limit = 0;

    c->next = strcmp(c->word[0].bytes, "let") == 0 && c->count > 3 ? 1 : 0;
    if (c->count - c->next > 2 && strcmp(c->word[c->next + 1].bytes, "=") == 0) {
        name = c->word[c->next].bytes;
        c->next += 2;
    }
    if (strcmp(c->word[c->next].bytes, "within") == 0) {
        c->next++;
        limit = take_milliseconds(c, 1);
    }
    w = take_word(c, "a call");
    if (c->wrong[0] == '\0' && (call = find_call(w.bytes)) != NULL) {
        last = (struct result){.call = call->name};
        set_limit(limit);
        call->run(c);
        set_limit(0);
        snprintf(value, sizeof value, "%ld", last.value);
    } else if (name == NULL || limit != 0 || more(c)) {
        wrong(c, "no call is named '%.40s'; 'help' lists them all", w.bytes);
    }
    const bool socket =
        call != NULL && !last.failed &&
        (call->run == find_call("socket")->run || call->run == find_call("accept")->run);
    if (c->wrong[0] == '\0' && name != NULL &&
        !set_variable(name, call != NULL ? value : w.bytes, socket)) {
        wrong(c, "'%.40s' cannot be a name: up to 31 letters, digits and _; up to 64 names", name);
    }
    if (c->wrong[0] != '\0') {
        complain(line_number, "%s", c->wrong);
        if (call != NULL && input_name == NULL) {
            fprintf(stderr, "    %s\n", usage_of(call->name));
        }
        last = (struct result){0};
        return WRONG;
    }
    if (call != NULL) {
        unexamined = last.failed;
        unexamined_line = line_number;
    }
    return DONE;
}

/* expect ...: of no consequence at a terminal, the end of a script that sees something else. */
static int run_expect(struct command *c)
{
    char text[600];
    bool expected = expect(c, text, sizeof text);

    if (c->wrong[0] != '\0') {
        complain(line_number, "%s", c->wrong);
        return WRONG;
    }
    unexamined = false;
    if (!expected) {
        complain(line_number, "%s", text);
        return UNEXPECTED;
    }
    tell("as expected");
    return DONE;
}

/* A script stops where a call failed and the next command does not expect that. */
static int check_unexamined(void)
{
    if (!unexamined || input_name == NULL) {
        return DONE;
    }
    complain(unexamined_line, "%s gave %s, and no 'expect' says that it should", last.call,
             last.error ? error_name(last.error) : "an error");
    return UNEXPECTED;
}

/* Runs the commands of a line; *quit says that there shall be no more. */
static int run_line(const char *line, bool *quit)
{
    struct command c;
    int status = DONE;

    for (const char *rest = line; rest != NULL && status == DONE && !*quit;) {
        const char *start = rest + strspn(rest, " \t");
        rest = split(&c, start);
        size_t length = rest != NULL ? (size_t)(rest - start - 1) : strlen(start);
        if (input_name != NULL) {
            printf("%.*s\n", (int)length, start);
        }
        if (c.wrong[0] != '\0') {
            complain(line_number, "%s", c.wrong);
            return WRONG;
        }
        if (c.count == 0) {
            continue;
        }
        if (strcmp(c.word[0].bytes, "expect") == 0) {
            status = run_expect(&c);
        } else if ((status = check_unexamined()) == DONE) {
            *quit = strcmp(c.word[0].bytes, "quit") == 0 || strcmp(c.word[0].bytes, "exit") == 0;
            status = *quit ? DONE : run_call(&c);
        }
        if (input_name != NULL && interrupted) {
            complain(line_number, "interrupted");
            return UNEXPECTED;
        }
    }
    return status;
}

/* The next byte of the input; the end of a line from Windows (\r\n) is one byte, \n. */
static int next_byte(void)
{
    int byte = getc(input);
    if (byte == '\r') {
        int next = getc(input);
        if (next == '\n') {
            return next;
        }
        ungetc(next, input);
    }
    return byte;
}

/* Reads a line without its end. Returns DONE, or WRONG with what is wrong said; *end: no line. */
static int read_line(char *line, size_t size, bool *end)
{
    size_t length = 0;
    int byte;

    line_number++;
    while ((byte = next_byte()) != EOF && byte != '\n') {
        if (length == size - 1) {
            complain(line_number, "the line is longer than %zu bytes", size - 1);
        } else if ((byte < ' ' && byte != '\t') || byte == '\x7f') {
            complain(line_number, "a control byte, which in quotes is written \\x%02x", byte);
        } else {
            line[length++] = (char)byte;
            continue;
        }
        while (input_name == NULL && byte != '\n' && byte != EOF) {
            byte = getc(input); /* at a terminal, the next line is as good as this one was not */
        }
        return WRONG;
    }
    line[length] = '\0';
    *end = byte == EOF && length == 0;
    return DONE;
}

static int run(void)
{
    static char line[65536];
    bool end = false, quit = false;
    int status = DONE;

    while (!quit && (status == DONE || input_name == NULL)) {
        if (input_name == NULL) {
            fflush(stdout);
            interrupted = 0;
            fputs("socksh> ", stderr);
        }
        status = read_line(line, sizeof line, &end);
        if (end && ferror(input) && errno == EINTR && input_name == NULL) {
            fputc('\n', stderr); /* Ctrl-C at the prompt: a new line */
            clearerr(input);
            continue;
        }
        if (end && ferror(input)) {
            complain(line_number, "read: %s (%s)", strerror(errno), error_name(errno));
            return UNEXPECTED;
        }
        if (end) {
            break;
        }
        if (status == DONE) {
            status = run_line(line, &quit);
        }
        if (fflush(stdout) == EOF && errno != EINTR) {
            break;
        }
    }
    if (input_name == NULL) {
        fputs(quit ? "" : "\n", stderr);
        return DONE;
    }
    return status == DONE ? check_unexamined() : status;
}

/* Ends with status 2, after one line that says what was wrong with the command line. */
static void bad_usage(const char *what)
{
    fprintf(stderr, "socksh: %s; usage: socksh %s\n", what, synopsis);
    exit(WRONG);
}

/* Returns the commands of -e, or NULL. */
static char *read_options(int argc, char **argv)
{
    char *commands = NULL;
    int option;

    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        printf("usage: socksh %s\nMore: man socksh\n", synopsis);
        exit(fflush(stdout) == EOF ? UNEXPECTED : DONE);
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        puts("socksh (Both Ends) 1.0");
        exit(fflush(stdout) == EOF ? UNEXPECTED : DONE);
    }
    while ((option = getopt(argc, argv, ":e:")) != -1) {
        if (option != 'e') {
            char what[] = "-?: no such option, or its value is missing";
            what[1] = (char)optopt;
            bad_usage(what);
        }
        commands = optarg;
    }
    if (argc - optind > (commands != NULL ? 0 : 1)) {
        bad_usage("one argument too many");
    }
    return commands;
}

static void open_input(char *commands, const char *file)
{
    input = stdin;
    input_name = isatty(STDIN_FILENO) ? NULL : "stdin";
    if (commands != NULL) {
        input_name = "-e";
        input = fmemopen(*commands ? commands : "\n", *commands ? strlen(commands) : 1, "r");
    } else if (file != NULL) { /* as standard input, so that the first socket is 3 */
        input_name = file;
        input = freopen(file, "r", stdin);
    }
    if (input == NULL) {
        fprintf(stderr, "socksh: open %s: %s (%s): is the name right?\n", input_name,
                strerror(errno), error_name(errno));
        exit(UNEXPECTED);
    }
}

int main(int argc, char **argv)
{
    char *commands = read_options(argc, argv);
    int status;

    open_input(commands, argv[optind]);
    catch_signals();
    status = run();
    if (fflush(stdout) == EOF || ferror(stdout)) {
        fprintf(stderr, "socksh: write to stdout: %s (%s)\n", strerror(errno), error_name(errno));
        return UNEXPECTED;
    }
    return status;
}
