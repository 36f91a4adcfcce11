/* SPDX-License-Identifier: MIT */
/* A gethostname for LD_PRELOAD, for figures that must not depend on the machine's name: every machine
 * is called mail.example.org (a name for examples, RFC 2606). */
#include <stdio.h>
#include <unistd.h>

int gethostname(char *name, size_t size)
{
    snprintf(name, size, "mail.example.org");
    return 0;
}
