/* SPDX-License-Identifier: MIT */
/* The command line, the same for every program (POSIX, Utility Syntax Guidelines). */
#ifndef OPTIONS_H
#define OPTIONS_H
struct options {
    const char *host, *port; /* the operands, or as they were: the defaults */
    const char *value[128];  /* value['w']: what stands behind -w; value['q']: not NULL with -q */
    int family;              /* AF_INET with -4, AF_INET6 with -6, or else AF_UNSPEC */
    const char *peer;        /* the program at the other end, to be named to the user */
    const char *program;     /* this one's name */
    char folder[200];        /* where it was started from: "build/bin/" or "" */
};

/* Reads the command line into *o. synopsis lists options and operands, as the man page does:
 * "[-46] [-w SECONDS] [HOST [PORT]]". --help and --version end with status 0, a mistake with 2.
 * From here on stdout is line-buffered, and a send to a closed connection fails with EPIPE. */
void parse_options(struct options *o, int argc, char **argv, const char *synopsis);

/* The number behind -letter, or usual without it; whole if least is 1 or more. One that is no
 * number, or not from least to most, ends the program with 2. */
double number_option(const struct options *o, int letter, double usual, double least, double most);
#endif
