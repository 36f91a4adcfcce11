/* SPDX-License-Identifier: MIT */
/* A getaddrinfo for LD_PRELOAD, for tests that must not depend on the machine's hosts file: to it,
 * localhost has the addresses of LOCALHOST in the environment, in their order:
 *
 *     LD_PRELOAD=build/lib/localhost.so LOCALHOST='::1 127.0.0.1' build/bin/tcp-upper-client
 *
 * With -4 or -6 those of the other family are left out. Every other name, and localhost without
 * that variable, goes to the system's own getaddrinfo. With glibc, whose freeaddrinfo takes a list
 * that was linked from several. */
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef int look_up(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    static look_up *real;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    const char *order = getenv("LOCALHOST");
    if (order == NULL || node == NULL || strcmp(node, "localhost") != 0)
        return real(node, service, hints, result);

    char host[64];
    int error = EAI_NONAME, family = hints != NULL ? hints->ai_family : AF_UNSPEC;
    struct addrinfo **end = result;
    *result = NULL;
    for (int n; sscanf(order, "%63s%n", host, &n) == 1; order += n) {
        if (family != AF_UNSPEC && (family == AF_INET6) != (strchr(host, ':') != NULL))
            continue;
        if ((error = real(host, service, hints, end)) != 0)
            return error;
        while (*end != NULL)
            end = &(*end)->ai_next;
    }
    return *result != NULL ? 0 : error;
}
