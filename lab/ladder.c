/* SPDX-License-Identifier: MIT */
/* ladder: draws the conversation of a trace. See ladder(1). */
#include "../common/die.h"
#include "ladder.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options options = {.width = 80, .form = 't'};

int main(int argc, char **argv)
{
    name_program(argv[0], NULL);
    setlocale(LC_ALL, "");
    options.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    int letter;
    while ((letter = getopt(argc, argv, "arw:T:")) != -1) {
        if (letter == 'a') options.all = true;
        if (letter == 'r') options.book = true;
        if (letter == 'w') options.width = atoi(optarg);
        if (letter == 'T') options.form = optarg[0];
    }
    static struct trace trace;
    static char *line;
    size_t size = 0;
    FILE *f = optind < argc ? fopen(argv[optind], "r") : stdin;
    if (!f) die("open %s", argv[optind]);
    for (long n = 1; getline(&line, &size, f) != -1; n++)
        read_line(&trace, line, argv[optind], n);
    match(&trace, 0);
    match_end(&trace);
    order(&trace, 0);
    if (options.book) find_system_ports(&trace);
    draw_text(&trace, 0);
    return 0;
}
