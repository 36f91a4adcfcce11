/* SPDX-License-Identifier: MIT */
/* Who received what. */
#ifndef LADDER_MATCH_H
#define LADDER_MATCH_H

#include "model.h"

/* Who received what, for the events from first to the last, in the order of time. */
void match(struct trace *trace, size_t first);
void match_end(struct trace *trace); /* no more comes: what was sent and not received is lost */
bool same_address(const char *a, const char *b); /* a wildcard host is any host */

#endif
