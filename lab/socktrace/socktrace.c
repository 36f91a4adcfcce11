/* SPDX-License-Identifier: MIT */
/* socktrace - run any program and tell its socket calls: see socktrace(1).
 *
 *     socktrace nc -l 12000                      tells people, on stderr
 *     socktrace -o trace tcp-upper-client        tells ladder(1), in a file: socktrace(5)
 *
 * This file is the launcher: it prepares the state, starts the watcher, and becomes COMMAND with a
 * library preloaded (preload/) that does the telling. */
#define _XOPEN_SOURCE 700 /* realpath(), strdup() */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../trace/program.h"
#include "state.h"
#include "watcher.h"

#ifdef __APPLE__
#define LIBRARY "libsocktrace.dylib"
#define PRELOAD "DYLD_INSERT_LIBRARIES"
#else
#define LIBRARY "libsocktrace.so"
#define PRELOAD "LD_PRELOAD"
#endif
#ifndef INSTALLED_LIBRARY /* where `cmake --install` puts it, as seen from the program's folder */
#define INSTALLED_LIBRARY "../lib/bothends"
#endif

enum { FAILED = 1, WRONG_USE = 2, CANNOT_RUN = 126, NOT_FOUND = 127 };
enum { FEW_PROCESSES = 64 };
enum { DATA_FOR_FILES = 256, DATA_FOR_PEOPLE = 40, DATA_MOST = 1000000 };

static const char usage[] = "usage: socktrace [-p] [-n NAME] [-o FILE] [-s N] COMMAND [ARG ...]\n";

static char state_path[PATH_MAX]; /* empty: not made yet, or the watcher's to remove */

/* One line on stderr, and the end. */
static _Noreturn void stop(int status, const char *what, const char *which, int error)
{
    const char *name = error_name(error);

    if (state_path[0] != '\0')
        unlink(state_path);
    fprintf(stderr, "socktrace: %s %s: %s%s%s%s\n", what, which, strerror(error),
            name != NULL ? " (" : "", name != NULL ? name : "", name != NULL ? ")" : "");
    exit(status);
}

/* The folder of this program, as the shell found it. */
static void find_folder(char folder[PATH_MAX], const char *argv0)
{
    char found[PATH_MAX];
    const char *path_list = getenv("PATH");

    int error = find_program(argv0, path_list, found, sizeof found);
    if (error == 0 && realpath(found, folder) == NULL)
        error = errno;
    if (error != 0)
        stop(FAILED, "find the folder of", argv0, error);
    *strrchr(folder, '/') = '\0';
}

static void find_library(char library[PATH_MAX], const char *argv0)
{
    static const char *const places[] = {"../lib", INSTALLED_LIBRARY, "../lib/bothends", "."};
    char folder[PATH_MAX];
    char path[2 * PATH_MAX];

    find_folder(folder, argv0);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", folder, places[i], LIBRARY);
        if (realpath(path, library) == NULL)
            continue;
        if (strchr(library, ':') == NULL)
            return;
        fprintf(stderr,
                "socktrace: %s: a path with a colon cannot be preloaded: move the programs\n",
                library);
        exit(FAILED);
    }
    stop(FAILED, "find " LIBRARY " beside", folder, ENOENT);
}

/* NAME=VALUE, or NAME=VALUE:OLD. */
static void put_before(const char *name, const char *value)
{
    const char *old = getenv(name);
    size_t size = strlen(value) + (old != NULL ? strlen(old) : 0) + 2;
    char *both = malloc(size);

    if (both == NULL)
        stop(FAILED, "set", name, ENOMEM);
    snprintf(both, size, "%s%s%s", value, old != NULL && *old != '\0' ? ":" : "",
             old != NULL ? old : "");
    if (setenv(name, both, 1) == -1)
        stop(FAILED, "set", name, errno);
    free(both);
}

static void set_environment(char *library, const char *file)
{
    const char *preload = getenv(PRELOAD);

#ifndef __APPLE__
    if (strchr(library, ' ') != NULL) { /* it would end the entry of the list; a name has none */
        char *slash = strrchr(library, '/');
        *slash = '\0';
        put_before("LD_LIBRARY_PATH", library);
        library = slash + 1;
    }
#endif
    if (preload == NULL || strstr(preload, library) == NULL)
        put_before(PRELOAD, library);
    /* A program built with AddressSanitizer insists on being the first library otherwise. */
    if (getenv("ASAN_OPTIONS") == NULL || strstr(getenv("ASAN_OPTIONS"), "link_order") == NULL)
        put_before("ASAN_OPTIONS", "verify_asan_link_order=0");
    if (setenv("SOCKTRACE_STATE", state_path, 1) == -1 ||
        (file[0] != '\0' && setenv("SOCKTRACE", file, 1) == -1))
        stop(FAILED, "set", "SOCKTRACE", errno);
}

/* The trace's file, by a path that stays true when COMMAND changes its folder. */
static void open_file(const char *name, char path[PATH_MAX])
{
    int fd;

    path[0] = '\0';
    if (name == NULL || name[0] == '\0')
        return;
    fd = open(name, O_RDWR | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0666);
    if (fd == -1 && errno == EACCES) /* a file that may be written but not read */
        fd = open(name, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
    if (fd == -1)
        stop(FAILED, "open", name, errno);
    close(fd);
    if (realpath(name, path) == NULL)
        stop(FAILED, "open", name, errno);
}

/* A new, empty state that watched programs map by its path. */
static struct state *make_state(void)
{
    char path[PATH_MAX];
    const char *folder = getenv("TMPDIR");
    struct state *state;
    int fd;

    snprintf(path, sizeof path, "%s/socktrace.XXXXXX",
             folder != NULL && folder[0] == '/' ? folder : "/tmp");
    fd = mkstemp(path);
    if (fd == -1)
        stop(FAILED, "make", path, errno);
    strcpy(state_path, path);
    if (ftruncate(fd, sizeof *state) == -1)
        stop(FAILED, "make", path, errno);
    state = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (state == MAP_FAILED)
        stop(FAILED, "map", path, errno);
    close(fd);
    strcpy(state->magic, STATE_MAGIC);
    return state;
}

static void describe_terminal(struct state *state)
{
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    struct stat status;

    setlocale(LC_CTYPE, "");
    state->look.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    state->look.colour = isatty(STDERR_FILENO) && (no_colour == NULL || *no_colour == '\0') &&
                         term != NULL && strcmp(term, "dumb") != 0;
    if (fstat(STDERR_FILENO, &status) == 0) {
        state->stderr_device = (uint64_t)status.st_dev;
        state->stderr_inode = (uint64_t)status.st_ino;
    }
}

static int64_t parse_limit(const char *text)
{
    char *end;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || n < 0 || n > DATA_MOST) {
        fprintf(stderr, "socktrace: -s %s: not a number of bytes from 0 to %d\n", text, DATA_MOST);
        exit(WRONG_USE);
    }
    return n;
}

/* A pipe that COMMAND does not get, above the numbers of stdin, stdout and stderr, also when they
 * are closed. */
static void make_pipe(int ends[2])
{
    int low[2];

    if (pipe(low) == -1)
        stop(FAILED, "make", "a pipe", errno);
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (ends[i] == -1)
            stop(FAILED, "make", "a pipe", errno);
    }
    close(low[0]);
    close(low[1]);
}

/* Starts the watcher: a grandchild, so that COMMAND gets no child that it did not make. Where no
 * process can be had, COMMAND runs without: then no wait is announced. */
static void start_watcher(struct state *state, int executed, const char *name)
{
    pid_t child = fork();

    if (child == 0) {
        pid_t watcher = setsid() == -1 ? -1 : fork();
        if (watcher == 0)
            watch_processes(state, state_path, executed, name);
        state->watcher = watcher > 0 ? watcher : 0;
        _exit(0);
    }
    while (child > 0 && waitpid(child, NULL, 0) == -1 && errno == EINTR)
        continue;
}

/* A program that may have few processes is to have them all. */
static bool is_short_of_processes(void)
{
#ifdef RLIMIT_NPROC /* not POSIX */
    struct rlimit processes;

    return getrlimit(RLIMIT_NPROC, &processes) == 0 && processes.rlim_cur < FEW_PROCESSES;
#else
    return false;
#endif
}

struct options {
    const char *file, *name;
    int64_t limit; /* -1: not given */
    bool polls;
};

/* Reads the options; what begins at optind is COMMAND. */
static struct options parse_options(int argc, char **argv)
{
    struct options options = {.file = getenv("SOCKTRACE"), .limit = -1};
    int option;

    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        exit(printf("%sMore: man socktrace\n", usage) < 0);
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        exit(printf("socktrace (Both Ends) 1.0\n") < 0);
    opterr = 0;
    while ((option = getopt(argc, argv, "+:n:o:ps:")) != -1) {
        switch (option) {
        case 'n':
            options.name = optarg;
            break;
        case 'o':
            options.file = optarg;
            break;
        case 'p':
            options.polls = true;
            break;
        case 's':
            options.limit = parse_limit(optarg);
            break;
        default:
            fprintf(stderr, "socktrace: option -%c %s: see socktrace --help\n", optopt,
                    option == ':' ? "needs an argument" : "is unknown");
            exit(WRONG_USE);
        }
    }
    if (optind == argc) {
        fputs("socktrace: no COMMAND given: see socktrace --help\n", stderr);
        exit(WRONG_USE);
    }
    return options;
}

static void fill_state(struct state *state, const struct options *options)
{
    if (options->name != NULL) {
        struct text text = text_in(state->name, sizeof state->name);
        put_escaped(&text, options->name, strlen(options->name), true);
    }
    state->polls = options->polls;
    state->look.command = getpid();
    state->look.data_limit = options->limit >= 0      ? options->limit
                             : state->file[0] != '\0' ? DATA_FOR_FILES
                                                      : DATA_FOR_PEOPLE;
    describe_terminal(state);
}

int main(int argc, char **argv)
{
    const struct options options = parse_options(argc, argv);
    char **arguments = argv + optind;
    char library[PATH_MAX], command[PATH_MAX], file[PATH_MAX];
    struct rlimit descriptors = {0, 0};
    sigset_t all, signals;
    struct state *state;
    const char *why;
    int executed[2];
    int error;

    error = find_program(arguments[0], getenv("PATH"), command, sizeof command);
    if (error != 0)
        stop(error == ENOENT || error == ENOTDIR ? NOT_FOUND : CANNOT_RUN, "run", arguments[0],
             error);
    find_library(library, argv[0]);
    open_file(options.file, file);

    /* Until COMMAND runs, no signal leaves half of the work behind, and what socktrace itself opens
     * does not count against COMMAND's limit. */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &signals);
    getrlimit(RLIMIT_NOFILE, &descriptors);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){descriptors.rlim_max, descriptors.rlim_max});
    state = make_state();
    strcpy(state->file, file);
    fill_state(state, &options);
    why = why_unwatchable(command);
    if (why != NULL)
        tell_unwatched(state, last_part(command), getpid(), why);
    make_pipe(executed);
    set_environment(library, state->file);
    if (!is_short_of_processes())
        start_watcher(state, executed[0], why == NULL ? last_part(command) : NULL);
    state_path[0] = '\0';

    setrlimit(RLIMIT_NOFILE, &descriptors);
    sigprocmask(SIG_SETMASK, &signals, NULL);
    execvp(command, arguments); /* command is a path: nothing is looked for again */
    error = errno;
    if (write(executed[1], "x", 1) == -1) /* tells the watcher that there is nothing to watch */
        perror("socktrace");
    stop(error == ENOENT ? NOT_FOUND : CANNOT_RUN, "run", arguments[0], error);
}
