/* SPDX-License-Identifier: MIT */
#include "die.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name = "?", *other_end = "the server";
/* What to do about the classroom's usual causes; call "": whichever it was; %s: the other end. */
static const struct { int error; const char *call, *advice; } causes[] = {
    {EADDRINUSE, "bind", ": another program holds it ('ss -tulnp' shows which); take another port"},
    {EACCES, "bind", ": ports below 1024 need privileges; take a higher one"},
    {EADDRNOTAVAIL, "bind", ": no interface here has that address ('ip address' lists them)"},
    {EAFNOSUPPORT, "", ": this machine lacks that address family; try -4"},
    {ECONNREFUSED, "", ": nothing listens there; start %s first"},
    {ETIMEDOUT, "", ": no answer in time; the other end is busy, or packets vanish on the way"},
    {EHOSTUNREACH, "", ": no way leads there; check the address and the network"},
    {ENETUNREACH, "", ": no way leads there; check the address and the network"},
    {ECONNRESET, "", ": the other end broke the connection off"},
};
#define E(error) {error, #error}
static const struct { int error; const char *name; } names[] = {
    E(EACCES), E(EADDRINUSE), E(EADDRNOTAVAIL), E(EAFNOSUPPORT), E(EAGAIN), E(ECONNABORTED),
    E(ECONNREFUSED), E(ECONNRESET), E(EDQUOT), E(EFBIG), E(EHOSTUNREACH), E(EINTR), E(EINVAL),
    E(EIO), E(EISDIR), E(ELOOP), E(EMFILE), E(EMSGSIZE), E(ENAMETOOLONG), E(ENETDOWN),
    E(ENETUNREACH), E(ENFILE), E(ENOBUFS), E(ENOENT), E(ENOMEM), E(ENOSPC), E(ENOTCONN), E(ENOTDIR),
    E(EPERM), E(EPIPE), E(EROFS), E(ETIMEDOUT), E(ETXTBSY),
};

const char *errno_name(int error)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].error == error)
            return names[i].name;
    return "E?";
}

void name_program(const char *program, const char *peer)
{
    name = program;
    other_end = peer ? peer : other_end;
}

void tell(int status, int error, const char *what, ...)
{
    char tried[600], reason[100] = "", advice[200] = "", line[1200];
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(tried, sizeof tried, what, arguments);
    va_end(arguments);
    if (error == EAGAIN && strchr("rsc", *tried) != NULL)
        error = ETIMEDOUT; /* of recv, send or connect, but not of fork */
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
        if (causes[i].error == error && strstr(tried, causes[i].call) == tried)
            snprintf(advice, sizeof advice, causes[i].advice, other_end);
    if (error == 0 || strerror_r(error, reason, sizeof reason) != 0)
        snprintf(line, sizeof line, "%s: %s\n", name, tried);
    else
        snprintf(line, sizeof line, "%s: %s: %s (%s)%s\n", name, tried, reason, errno_name(error),
                 advice);
    fputs(line, stderr); /* at once: lines of several threads or children never mix */
    if (status != 0)
        exit(status);
}
