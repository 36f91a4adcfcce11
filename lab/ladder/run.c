/* SPDX-License-Identifier: MIT */
/* Runs the programs of a conversation one after the other, each when the one before is ready.
 * That is seen in the trace: it listens, or has bound a datagram socket, or has ended. */
#include "run.h"
#include "../../common/die.h"
#include "../trace/program.h"
#include "draw.h"
#include "model.h"
#include "pause.h"
#include "read.h"
#include "style.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 20 /* seconds for a server to become ready */

struct program {
    pid_t pid;
    bool group; /* it leads one */
    bool ended;
    int status;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Is there a program of that name? What a shell alone knows, as exit, has none. */
static bool is_program(const char *name)
{
    char path[4096];
    return strchr(name, '/') != NULL || find_program(name, getenv("PATH"), path, sizeof path) == 0;
}

/* The words by which socktrace is to start the command. A plain one needs no shell, and should have
 * none: that of macOS is protected, so that neither it nor what it starts could be watched. */
static void words_of(const char **words, const char *command)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                " _./:,@%+-";
    char *line = allocate(strlen(command) + 6);
    const char **word = words;
    strcpy(line, command);
    for (char *next = strtok(line, " "); next != NULL; next = strtok(NULL, " "))
        *word++ = next;
    if (word > words && is_program(words[0]) && command[strspn(command, plain)] == '\0')
        return;
    /* A single command takes the place of the shell, so that a signal reaches it at once. */
    bool single = strpbrk(command, ";&|<>(){}$`=\n") == NULL && strncmp(command, "exit", 4) != 0;
    sprintf(line, "%s%s", single ? "exec " : "", command);
    words[0] = "sh";
    words[1] = "-c";
    words[2] = line;
    words[3] = NULL;
}

/* Every program but the last runs in a process group of its own, by which it is ended, and has no
 * input. What they print goes to stderr: stdout is for the drawing. */
static pid_t start(const char *socktrace, const char *file, char *command, bool last)
{
    pid_t pid = fork();
    if (pid == -1)
        die("fork for %s", command);
    if (pid > 0 && !last)
        setpgid(pid, pid); /* here too: whoever comes first */
    if (pid > 0)
        return pid;
    signal(SIGPIPE, SIG_DFL);
    int null = open("/dev/null", O_RDWR);
    if (!last) {
        setpgid(0, 0);
        dup2(null, STDIN_FILENO);
    }
    dup2(style.quiet ? null : STDERR_FILENO, STDOUT_FILENO);
    close(null);
    const char **words = allocate((strlen(command) + 9) * sizeof *words); /* more than there are */
    memcpy(words, (const char *[]){socktrace, "-p", "-o", file}, 4 * sizeof *words);
    words_of(words + 4, command);
    execvp(socktrace, (char *const *)words);
    warn("exec %s", socktrace);
    _exit(126);
}

static bool has_ended(struct program *p)
{
    if (!p->ended && waitpid(p->pid, &p->status, WNOHANG) == p->pid)
        p->ended = true;
    return p->ended;
}

/* Is every program that has a socket waiting for something? */
static bool all_wait(const struct trace *trace)
{
    for (const struct column *c = trace->columns; c != NULL; c = c->next)
        if (c->latest != NULL && !c->latest->waiting && !c->ended)
            return false;
    return true;
}

/* Reads on until the trace has been quiet for a while. */
static void settle(struct trace *trace, struct source *source)
{
    double start = now(), news = start;
    while (now() < start + 3 && now() < news + (all_wait(trace) ? 0.06 : 0.5)) {
        if (read_source(trace, source, false))
            news = now();
        pause_a_little();
    }
}

static void end(struct program *p)
{
    double start = now();
    pid_t whom = p->group ? -p->pid : p->pid;
    if (!has_ended(p))
        kill(whom, SIGTERM);
    while (!has_ended(p)) {
        if (now() > start + 2)
            kill(whom, SIGKILL);
        pause_a_little();
    }
}

/* Waits for the program to end, or, if it is a server, to be ready; draws meanwhile if that is
 * wanted. */
static void wait_for(struct trace *trace, struct source *source, struct program *p, bool server,
                     const char *command)
{
    int servers = trace->servers;
    double start = now();
    for (int quiet = 0; !interrupted && !has_ended(p); pause_a_little()) {
        quiet = read_source(trace, source, false) ? 0 : quiet + 1;
        if (style.live && quiet == 6 && trace->count > trace->drawn)
            draw(trace, false);
        if (server && trace->servers > servers)
            return;
        if (server && now() > start + PATIENCE) {
            complain(0, "'%s' has neither listened nor bound nor ended in %d s", command, PATIENCE);
            interrupted = true;
        }
    }
}

int run(struct trace *trace, const char *socktrace, const char *keep, char **commands)
{
    const char *folder = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
    char *file = allocate(strlen(folder) + sizeof "/ladder-XXXXXX");
    sprintf(file, "%s/ladder-XXXXXX", folder);
    int fd = keep != NULL ? open(keep, O_RDWR | O_CREAT | O_TRUNC, 0666) : mkstemp(file);
    struct source source = {.name = keep != NULL ? keep : file, .fd = fd};
    if (fd == -1)
        die("open %s", source.name);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    int count = 0, status = 0;
    while (commands[count] != NULL)
        count++;
    struct program *programs = allocate((size_t)count * sizeof *programs);
    int started = 0;
    for (; started < count && !interrupted; started++) {
        bool last = started == count - 1;
        programs[started].pid = start(socktrace, source.name, commands[started], last);
        programs[started].group = !last;
        wait_for(trace, &source, &programs[started], !last, commands[started]);
    }
    settle(trace, &source);
    draw(trace, true);
    fflush(stdout);
    for (int i = 0; i < started; i++) {
        end(&programs[i]);
        int result = WIFEXITED(programs[i].status) ? WEXITSTATUS(programs[i].status) : 0;
        if (status == 0 && (result == 126 || result == 127))
            status = result;
    }
    if (keep == NULL)
        unlink(file);
    close(fd);
    free(file);
    free(source.text);
    free(programs);
    return status;
}
