/* SPDX-License-Identifier: MIT */
/* sockfault - disturb any program's sockets, the same way each time: see sockfault(1).
 *
 *     sockfault drop=30% udp-ping -c 20
 *     sockfault short,eintr python3 client.py
 *
 * This is only the launcher. It checks the list of faults and the command, puts the library
 * libsockfault in front of the C library (LD_PRELOAD), hands the faults over in the environment,
 * and becomes the command. The faults themselves are in preload/. */
#define _XOPEN_SOURCE 700 /* realpath */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../trace/program.h" /* what cannot be watched cannot be disturbed */
#include "list.h"

#ifdef __APPLE__
#define PRELOAD "DYLD_INSERT_LIBRARIES"
#define LIBRARY_PATH "DYLD_LIBRARY_PATH"
#define LIBRARY "libsockfault.dylib"
#else
#define PRELOAD "LD_PRELOAD"
#define LIBRARY_PATH "LD_LIBRARY_PATH"
#define LIBRARY "libsockfault.so"
#endif

#ifndef INSTALLED_LIBRARY /* where `cmake --install` puts it, as seen from the program's folder */
#define INSTALLED_LIBRARY "../lib/bothends"
#endif

enum { FAILED = 1, USAGE = 2, CANNOT_RUN = 126, NOT_FOUND = 127 };

static const char synopsis[] = "sockfault [-q] [-s SEED] FAULT[,FAULT...] COMMAND [ARG...]";

static _Noreturn void stop(int status, const char *what, const char *why)
{
    fprintf(stderr, "sockfault: %s: %s\n", what, why);
    exit(status);
}

/* NAME=VALUE, or NAME=OLD<join>VALUE where the variable is already set. */
static void append_environment(const char *name, const char *join, const char *value)
{
    const char *old = getenv(name);
    char text[8192];

    if (old == NULL || *old == '\0')
        old = join = "";
    if (snprintf(text, sizeof text, "%s%s%s", old, join, value) >= (int)sizeof text ||
        setenv(name, text, 1) == -1)
        stop(FAILED, name, "the environment is too large (ENOMEM)");
}

/* Finds a command as execvp(3) does. True: path is it. False: errno is ENOENT or EACCES. */
static bool find_command(const char *command, char path[PATH_MAX])
{
    const char *folders = strchr(command, '/') ? "" : getenv("PATH");
    int error = ENOENT;

    if (folders == NULL)
        folders = "/usr/local/bin:/bin:/usr/bin";
    for (;;) {
        size_t length = strcspn(folders, ":");
        struct stat file;
        int used =
            snprintf(path, PATH_MAX, "%.*s%s%s", (int)length, folders, length ? "/" : "", command);
        if (used < PATH_MAX && stat(path, &file) == 0) {
            if (S_ISREG(file.st_mode) && access(path, X_OK) == 0)
                return true;
            error = EACCES;
        }
        if (folders[length] == '\0')
            break;
        folders += length + 1;
    }
    errno = error;
    return false;
}

/* The library lies in ../lib seen from the launcher, or where it was installed. */
static void find_library(const char *argv0, char library[PATH_MAX])
{
    static const char *const places[] = {"../lib", INSTALLED_LIBRARY};
    char command[PATH_MAX], self[PATH_MAX], guess[PATH_MAX + 200];

    if (find_command(argv0, command) && realpath(command, self) != NULL)
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            snprintf(guess, sizeof guess, "%.*s%s/" LIBRARY, (int)(strrchr(self, '/') + 1 - self),
                     self, places[i]);
            if (realpath(guess, library) != NULL)
                return;
        }
    stop(FAILED, "find " LIBRARY,
         "it is neither in ../lib beside sockfault nor in " INSTALLED_LIBRARY
         " (ENOENT): build or install it");
}

/* Appends, so that a library that watches (socktrace) stays outside and sees what the program
 * sees. */
static void preload(char library[PATH_MAX])
{
    const char *list = getenv(PRELOAD);

    if (strchr(library, ':') != NULL)
        stop(FAILED, library, "a path with a colon cannot be in " PRELOAD ": move the folder");
#ifndef __APPLE__
    if (strchr(library, ' ') != NULL) { /* a blank would end the entry; a bare name has none */
        char *slash = strrchr(library, '/');
        *slash = '\0';
        append_environment(LIBRARY_PATH, ":", library);
        memmove(library, slash + 1, strlen(slash + 1) + 1);
    }
#endif
    if (list == NULL || strstr(list, library) == NULL)
        append_environment(PRELOAD, ":", library);
}

int main(int argc, char **argv)
{
    const char *self = argv[0];
    struct faults faults = {0};
    char error[400], command[PATH_MAX], library[PATH_MAX];
    const char *seed = NULL, *reason;
    bool quiet = false;

    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        printf("usage: %s\n", synopsis);
        printf(
            "faults: short byte eintr drop=30%% dup=10%% reorder delay=50ms jitter=20ms slow=1000\n"
            "        refuse rst emfile=2 wouldblock\nMore: man sockfault\n");
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("sockfault (Both Ends) 1.0\n");
        return 0;
    }
    opterr = 0;
    for (int letter; (letter = getopt(argc, argv, ":qs:")) != -1;)
        switch (letter) {
        case 'q':
            quiet = true;
            break;
        case 's':
            seed = optarg;
            if (*seed == '\0' || strlen(seed) > 19 || strspn(seed, "0123456789") != strlen(seed))
                stop(USAGE, "-s", "the seed is a whole number of up to 19 digits, such as 7");
            break;
        default:
            snprintf(error, sizeof error, letter == ':' ? "option -%c" : "no option -%c", optopt);
            snprintf(library, sizeof library, "%susage: %s", letter == ':' ? "needs a value; " : "",
                     synopsis);
            stop(USAGE, error, library);
        }
    argv += optind;
    if (argv[0] == NULL)
        stop(USAGE, "no fault is named; usage", synopsis);
    if (!faults_parse(&faults, argv[0], error, sizeof error))
        stop(USAGE, argv[0], error);
    if (argv[1] == NULL)
        stop(USAGE, "no command to disturb; usage", synopsis);

    if (!find_command(argv[1], command)) {
        if (errno == ENOENT && argv[1][0] == '-')
            stop(USAGE, argv[1], "options stand before the faults, a command after them");
        if (errno == ENOENT)
            stop(NOT_FOUND, argv[1], "no such command (ENOENT)");
        stop(CANNOT_RUN, argv[1], "it is there but is not an executable file (EACCES)");
    }
    if ((reason = why_unwatchable(command)) != NULL) {
        snprintf(error, sizeof error, "cannot be disturbed: %s", reason);
        stop(CANNOT_RUN, argv[1], error);
    }

    find_library(self, library);
    preload(library);
    append_environment("SOCKFAULT", ",", argv[0]);
    if ((seed != NULL && setenv("SOCKFAULT_SEED", seed, 1) == -1) ||
        (quiet && setenv("SOCKFAULT_QUIET", "1", 1) == -1))
        stop(FAILED, "setenv", "the environment is too large (ENOMEM)");
    /* A program built with -fsanitize=address insists on being first, unless told otherwise. */
    append_environment("ASAN_OPTIONS", ":", "verify_asan_link_order=0");

    execv(command, argv + 1);
    if (errno == ENOEXEC) { /* a script without #!: the shell runs it, as execvp(3) has it */
        argv[1] = command;
        argv[0] = "sh";
        execv("/bin/sh", argv);
    }
    stop(CANNOT_RUN, argv[1], strerror(errno));
}
