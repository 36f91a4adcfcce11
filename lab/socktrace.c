/* SPDX-License-Identifier: MIT */
/* socktrace - run any program and tell its socket calls: see socktrace(1).
 *
 *     socktrace nc -l 12000                      tells people, on stderr
 *     socktrace -o trace tcp-upper-client        tells ladder(1), in a file: socktrace(5)
 *
 * This file is the launcher: it prepares the state, starts the watcher, and becomes COMMAND with a
 * library preloaded (socktrace-preload.c) that does the telling. */
#define _XOPEN_SOURCE 700 /* realpath(), strdup() */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "socktrace-watcher.h"
#include "socktrace.h"

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
enum { DATA_FOR_FILES = 256, DATA_FOR_PEOPLE = 40, DATA_MOST = 1000000 };

static const char usage[] = "usage: socktrace [-p] [-n NAME] [-o FILE] [-s N] COMMAND [ARG...]\n";

/* One line on stderr, and the end. */
static void stop(int status, const char *what, const char *which, int error)
{
    const char *name = error_name(error);

    fprintf(stderr, "socktrace: %s %s: %s%s%s%s\n", what, which, strerror(error),
            name != NULL ? " (" : "", name != NULL ? name : "", name != NULL ? ")" : "");
    exit(status);
}

static void stop_usage(const char *what)
{
    fprintf(stderr, "socktrace: %s\n%s", what, usage);
    exit(WRONG_USE);
}

/* The folder of this program, as the shell found it. */
static void find_folder(char folder[PATH_MAX], const char *argv0)
{
    char found[PATH_MAX];
    const char *path_list = getenv("PATH");

    if (find_program(argv0, path_list, found, sizeof found) != 0 || realpath(found, folder) == NULL)
        stop(FAILED, "find the folder of", argv0, ENOENT);
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
        if (realpath(path, library) != NULL)
            return;
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

static void set_environment(const char *library, const char *state_path, const char *file)
{
    const char *preload = getenv(PRELOAD);

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
static struct state *make_state(char path[PATH_MAX])
{
    const char *folder = getenv("TMPDIR");
    struct state *state;
    int fd;

    snprintf(path, PATH_MAX, "%s/socktrace.XXXXXX",
             folder != NULL && folder[0] == '/' ? folder : "/tmp");
    fd = mkstemp(path);
    if (fd == -1)
        stop(FAILED, "make", path, errno);
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
        fprintf(stderr, "socktrace: -s %s: not a number of bytes from 0 to %d\n%s", text,
                DATA_MOST, usage);
        exit(WRONG_USE);
    }
    return n;
}

/* Starts the watcher: a grandchild, so that COMMAND gets no child that it did not make. */
static void start_watcher(struct state *state, const char *state_path, int executed,
                          const char *name)
{
    pid_t child = fork();

    if (child == -1)
        stop(FAILED, "start", "the watcher", errno);
    if (child == 0) {
        pid_t watcher = setsid() == -1 ? -1 : fork();
        if (watcher == 0)
            watch_processes(state, state_path, executed, name);
        state->watcher = watcher > 0 ? watcher : 0;
        _exit(0);
    }
    while (waitpid(child, NULL, 0) == -1 && errno == EINTR)
        continue;
}

int main(int argc, char **argv)
{
    const char *file = getenv("SOCKTRACE");
    const char *name = NULL;
    int64_t limit = -1;
    bool polls = false;
    char library[PATH_MAX], state_path[PATH_MAX], command[PATH_MAX], file_path[PATH_MAX];
    struct state *state;
    const char *why;
    int executed[2];
    int option, error;

    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        return printf("%sMore: man socktrace\n", usage) < 0;
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        return printf("socktrace (Both Ends) 1.0\n") < 0;
    opterr = 0;
    while ((option = getopt(argc, argv, "+:n:o:ps:")) != -1) {
        switch (option) {
        case 'n':
            name = optarg;
            break;
        case 'o':
            file = optarg;
            break;
        case 'p':
            polls = true;
            break;
        case 's':
            limit = parse_limit(optarg);
            break;
        default:
            fprintf(stderr, "socktrace: option -%c %s\n%s", optopt,
                    option == ':' ? "needs an argument" : "is unknown", usage);
            return WRONG_USE;
        }
    }
    if (optind == argc)
        stop_usage("no COMMAND given");
    argv += optind;
    error = find_program(argv[0], getenv("PATH"), command, sizeof command);
    if (error != 0)
        stop(error == ENOENT || error == ENOTDIR ? NOT_FOUND : CANNOT_RUN, "run", argv[0], error);
    find_library(library, argv[-optind]);
    if (strpbrk(library, PRELOAD[0] == 'L' ? " :" : ":") != NULL) {
        fprintf(stderr, "socktrace: %s: a path with a space or a colon cannot be preloaded: "
                        "move the programs\n", library);
        return FAILED;
    }

    open_file(file, file_path);
    state = make_state(state_path);
    strcpy(state->file, file_path);
    if (name != NULL) {
        struct text text = text_in(state->name, sizeof state->name);
        put_escaped(&text, name, strlen(name), true);
    }
    state->polls = polls;
    state->look.data_limit = limit >= 0              ? limit
                        : state->file[0] != '\0' ? DATA_FOR_FILES
                                                 : DATA_FOR_PEOPLE;
    describe_terminal(state);
    state->look.command = getpid();
    why = why_unwatchable(command);
    if (why != NULL)
        tell_unwatched(state, last_part(command), getpid(), why);

    if (pipe(executed) == -1)
        stop(FAILED, "make", "a pipe", errno);
    fcntl(executed[0], F_SETFD, FD_CLOEXEC);
    fcntl(executed[1], F_SETFD, FD_CLOEXEC);
    set_environment(library, state_path, state->file);
    start_watcher(state, state_path, executed[0], why == NULL ? last_part(command) : NULL);
    execv(command, argv);

    error = errno;
    if (write(executed[1], "x", 1) == -1) /* tells the watcher that there is nothing to watch */
        perror("socktrace");
    stop(error == ENOENT ? NOT_FOUND : CANNOT_RUN, "run", argv[0], error);
}
