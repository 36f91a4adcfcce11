/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* glibc's own getopt() also finds options behind HOST */
#include "options.h"
#include "die.h"
#include <ctype.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void parse_options(struct options *o, int argc, char **argv, const char *synopsis)
{
    o->program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    snprintf(o->folder, sizeof o->folder, "%.*s", (int)(o->program - argv[0]), argv[0]);
    name_program(o->program, o->peer);
    setlocale(LC_CTYPE, "");
    static char whole_line[1 << 16];
    setvbuf(stdout, whole_line, _IOLBF, sizeof whole_line);
    signal(SIGPIPE, SIG_IGN); /* macOS has no MSG_NOSIGNAL */
    char letters[64] = ":", *next = letters + 1; /* of "[-46] [-w SECONDS]": ":46w:" */
    bool option = false; /* inside of "-46" */
    for (const char *s = synopsis; *s != '\0'; s++) {
        option = *s == '-' || (option && isalnum((unsigned char)*s));
        if (option && *s != '-')
            next += sprintf(next, s[1] == ' ' ? "%c:" : "%c", *s);
    }
    int letter;
    while ((letter = getopt(argc, argv, letters)) != -1) {
        const char *word = optopt == '-' && argv[optind] ? argv[optind] : "";
        if (strcmp(word, "--help") == 0)
            exit(printf("usage: %s %s\nMore: man %s\n", o->program, synopsis, o->program) < 0);
        if (strcmp(word, "--version") == 0)
            exit(printf("%s (Both Ends) 1.0\n", o->program) < 0);
        if (letter == ':' || letter == '?')
            complain(2, "-%c%s: %s; try --help", optopt, word + strspn(word, "-"),
                     letter == ':' ? "no value" : "unknown");
        o->value[letter] = optarg ? optarg : "";
    }
    o->family = o->value['6'] ? AF_INET6 : AF_UNSPEC;
    if (o->value['4'])
        o->family = AF_INET;
    if (optind < argc && strstr(synopsis, "HOST"))
        o->host = argv[optind++];
    if (o->host && *o->host != '\0' && o->host[strspn(o->host, "0123456789")] == '\0')
        complain(2, "%s: HOST comes before PORT, such as: localhost %s", o->host, o->host);
    if (optind < argc && (strstr(synopsis, "PORT") || strstr(synopsis, "SERVICE")))
        o->port = argv[optind++];
    if (optind < argc)
        complain(2, "%s: %s; try --help", argv[optind],
                 *argv[optind] == '-' ? "options go first" : "one argument too many");
}

double number_option(const struct options *o, int letter, double usual, double least, double most)
{
    if (o->value[letter] == NULL)
        return usual;
    char *end;
    double number = strtod(o->value[letter], &end);
    int whole = least < 1 || strchr(o->value[letter], '.') == NULL;
    if (end == o->value[letter] || *end != '\0' || !whole || !(number >= least && number <= most))
        complain(2, "-%c '%s': give a number from %g to %g", letter, o->value[letter], least, most);
    return number;
}
