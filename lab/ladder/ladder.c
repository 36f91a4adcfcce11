/* SPDX-License-Identifier: MIT */
/* ladder: draws the conversation that socktrace(1) saw. See ladder(1).
 *
 *     ladder trace                        draws the trace that is in a file
 *     ladder -- 'nc -l 12000' 'nc 127.0.0.1 12000'    runs two programs, and draws what they did */
#include "../../common/die.h"
#include "draw.h"
#include "model.h"
#include "pause.h"
#include "read.h"
#include "run.h"
#include "style.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

int main(int argc, char **argv)
{
    static struct trace trace;
    static struct source source;
    const char *keep = NULL;
    name_program("ladder", NULL);
    setlocale(LC_CTYPE, "");
    read_options(argc, argv, &keep);
    style.utf8 = style.form != 't' || strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    catch_interrupts();
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
