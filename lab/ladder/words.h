/* SPDX-License-Identifier: MIT */
/* The words of the drawing. */
#ifndef LADDER_WORDS_H
#define LADDER_WORDS_H

#include "model.h"

/* The same words for every pen, UTF-8 or ASCII, in a buffer that the next call but seven
 * reuses. */
const char *call_words(const struct step *step);     /* "recv(4) = 6" */
const char *detail_words(const struct event *event); /* "from 127.0.0.1 port 49646", or "" */
const char *error_words(const struct step *step);    /* "ECONNREFUSED", or "" */
const char *waited_words(const struct step *step);   /* "waited 3.2 s", or "" */
const char *arrow_words(const struct arrow *arrow, int width); /* the bytes, at most width wide */
const char *address_words(const char *address);                /* "127.0.0.1 port 12000" */
void find_system_ports(struct trace *trace);                   /* for -r */

#endif
