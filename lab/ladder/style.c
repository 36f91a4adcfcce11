/* SPDX-License-Identifier: MIT */
/* The command line. */
#include "style.h"
#include "../../common/die.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct style style = {.width = 80, .form = 't'};

#define OPTIONS "[-afqr] [-o TRACE] [-T text | svg | mermaid] [-w WIDTH]"
static const char usage[] = "usage: ladder " OPTIONS " [FILE ...]\n"
                            "       ladder " OPTIONS " -- 'SERVER COMMAND' 'CLIENT COMMAND'\n"
                            "More: man ladder\n";

void read_options(int argc, char **argv, const char **keep)
{
    char *end;
    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        exit(fputs(usage, stdout) == EOF);
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        exit(puts("ladder (Both Ends) 1.0") == EOF);
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
