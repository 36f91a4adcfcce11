/* SPDX-License-Identifier: MIT */
/* ladder: draws the conversation that socktrace(1) saw. See ladder(1).
 *
 *     ladder trace                        draws the trace that is in a file
 *     ladder -- 'nc -l 12000' 'nc 127.0.0.1 12000'    runs two programs, and draws what they did */
#include "ladder.h"
#include "../common/die.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct style style = {.width = 80, .form = 't'};
volatile sig_atomic_t interrupted;

#define OPTIONS "[-afqr] [-o TRACE] [-T text | svg | mermaid] [-w WIDTH]"
static const char usage[] = "usage: ladder " OPTIONS " [FILE ...]\n"
                            "       ladder " OPTIONS " -- 'SERVER COMMAND' 'CLIENT COMMAND'\n"
                            "More: man ladder\n";

static void interrupt(int number)
{
    (void)number;
    interrupted = true;
}

void pause_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

void draw(struct trace *trace, bool last)
{
    size_t first = trace->step_count;
    match(trace, trace->drawn);
    if (last)
        match_end(trace);
    order(trace, trace->drawn);
    trace->drawn = trace->count;
    if (last && style.live)
        order_left(trace);
    if (trace->step_count == first)
        return;
    if (style.book)
        find_system_ports(trace);
    if (style.form == 's')
        draw_svg(trace);
    else if (style.form == 'm')
        draw_mermaid(trace);
    else
        draw_text(trace, first);
}

/* Draws what comes, in portions: what several programs write at the same moment belongs together.
 */
static void follow(struct trace *trace, struct source *source)
{
    struct stat file;
    for (int quiet = 0; !interrupted; pause_a_little()) {
        quiet = read_source(trace, source, false) ? 0 : quiet + 1;
        if (quiet == 6 && trace->count > trace->drawn)
            draw(trace, false);
        if (fstat(source->fd, &file) == 0 && S_ISREG(file.st_mode) ? file.st_nlink == 0 : quiet > 0)
            break; /* removed: nobody will write it any more; a pipe: its end */
    }
    draw(trace, true);
}

static int open_trace(const char *name)
{
    int fd;
    while ((fd = open(name, O_RDONLY)) == -1) {
        if (errno != ENOENT || !style.live || interrupted)
            die("open %s", name);
        pause_a_little(); /* it will be there when the first program starts */
    }
    return fd;
}

static void read_options(int argc, char **argv, const char **keep)
{
    char *end;
    for (int letter; (letter = getopt(argc, argv, ":afo:qrT:w:")) != -1;) {
        switch (letter) {
        case 'a':
            style.all = true;
            break;
        case 'f':
            style.live = true;
            break;
        case 'q':
            style.quiet = true;
            break;
        case 'r':
            style.book = true;
            break;
        case 'o':
            *keep = optarg;
            break;
        case 'T':
            style.form = optarg[0];
            if (strcmp(optarg, "text") != 0 && strcmp(optarg, "svg") != 0 &&
                strcmp(optarg, "mermaid") != 0)
                complain(2, "-T '%s': give text, svg or mermaid", optarg);
            break;
        case 'w':
            style.width = (int)strtol(optarg, &end, 10);
            if (*end != '\0' || style.width < 60 || style.width > 1000)
                complain(2, "-w '%s': give a number from 60 to 1000", optarg);
            break;
        default:
            complain(2, "-%c: %s; usage: ladder " OPTIONS " [FILE ...]", optopt,
                     letter == ':' ? "its value is missing" : "no such option");
        }
    }
    if (style.live && (style.form != 't' || style.book))
        complain(2, "-f draws text, as it comes: not together with -r, -T svg or -T mermaid");
}

int main(int argc, char **argv)
{
    static struct trace trace;
    static struct source source;
    const char *keep = NULL;
    name_program("ladder", NULL);
    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) == EOF;
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        return puts("ladder (Both Ends) 1.0") == EOF;
    setlocale(LC_CTYPE, "");
    read_options(argc, argv, &keep);
    style.utf8 = style.form != 't' || strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    struct sigaction stop = {.sa_handler = interrupt};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    signal(SIGPIPE, SIG_IGN); /* there are servers to be ended, whoever reads our drawing */

    int status = 0;
    if (strcmp(argv[optind - 1], "--") == 0 && optind < argc) {
        char beside[4096];
        const char *slash = strrchr(argv[0], '/');
        snprintf(beside, sizeof beside, "%.*ssocktrace", slash ? (int)(slash + 1 - argv[0]) : 0,
                 argv[0]);
        status = run(&trace, beside, keep, argv + optind);
    } else if (style.live) {
        source = (struct source){.name = optind < argc ? argv[optind] : "stdin"};
        source.fd = optind < argc ? open_trace(argv[optind]) : STDIN_FILENO;
        follow(&trace, &source);
    } else {
        do {
            source = (struct source){.name = optind < argc ? argv[optind] : "stdin",
                                     .text = source.text,
                                     .size = source.size};
            source.fd = optind < argc ? open_trace(argv[optind]) : STDIN_FILENO;
            read_source(&trace, &source, true);
            close(source.fd);
        } while (++optind < argc);
        draw(&trace, true);
    }
    if (trace.step_count == 0 && status == 0)
        complain(1, "nothing to draw: there is no socket call in the trace");
    if (fflush(stdout) == EOF || ferror(stdout))
        die("write the drawing");
    return status;
}
