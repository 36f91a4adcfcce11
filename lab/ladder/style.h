/* SPDX-License-Identifier: MIT */
/* How the drawing is to look. */
#ifndef LADDER_STYLE_H
#define LADDER_STYLE_H

#include <stdbool.h>

struct style {
    bool all;   /* -a: also the calls that move nothing */
    bool book;  /* -r: nothing that differs from run to run */
    bool live;  /* -f: draw while it happens */
    bool quiet; /* -q: what the commands print is dropped */
    bool utf8;
    int width; /* -w, in columns */
    char form; /* -T: t, s or m */
};
extern struct style style;

/* Reads the command line; what begins at optind is to be drawn. keep: the value of -o. */
void read_options(int argc, char **argv, const char **keep);

#endif
