/* SPDX-License-Identifier: MIT */
#include "web.h"
#include "../common/die.h"
#include "../common/net.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void open_site(struct site *site, const struct options *o)
{
    static char real[PATH_BYTES];
    const char *name = o->value['d'] ? o->value['d'] : ".";

    *site = (struct site){.real = real, .echo = o->value['e'] != NULL};
    if (chdir(name) == -1 || getcwd(real, sizeof real) == NULL ||
        (site->root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
        die("open directory %s", name);
    site_tick(site, (int64_t)time(NULL));
}

void announce_url(int fd, const struct options *o)
{
    struct options first_line = *o;
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;

    first_line.value['q'] = "";
    announce(fd, &first_line);
    if (o->value['q'] || getsockname(fd, (struct sockaddr *)&bound, &length) == -1)
        return;
    struct address here = address_of(&bound, length);
    if (o->value['b'] && *o->value['b'] == '*')
        strcpy(here.host, "localhost");
    printf(strchr(here.host, ':') ? "in a browser: http://[%s]:%s/\n"
                                  : "in a browser: http://%s:%s/\n",
           here.host, here.port);
}

int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
