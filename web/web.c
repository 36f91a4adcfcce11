/* SPDX-License-Identifier: MIT */
#include "web.h"
#include "../common/die.h"
#include "../common/net.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
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
    first_line.value['q'] = "";
    struct address here = announce(fd, &first_line);

    if (o->value['b'] && *o->value['b'] == '*')
        strcpy(here.host, "localhost");
    if (o->value['q'] == NULL)
        printf(strchr(here.host, ':') ? "%s with %s%s in another terminal: http://[%s]:%s/\n"
                                      : "%s with %s%s in another terminal: http://%s:%s/\n",
               "in a browser, or", o->folder, o->peer, here.host, here.port);
}

void write_log(const struct answer *a, const struct request *r, int64_t now, const char *client)
{
    struct text line = {0};

    answer_log(&line, a, r, now, client);
    /* One write, so that lines of several threads do not mix; a log that cannot be written is no
     * reason not to serve. */
    for (size_t done = 0; done < line.length;) {
        ssize_t n = write(STDOUT_FILENO, line.bytes + done, line.length - done);
        if (n == -1 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    text_free(&line);
}

void warn_seldom(struct seldom *s, const char *what, ...)
{
    char text[300], before[60] = "";
    int error = errno;
    int64_t now = milliseconds();
    va_list arguments;

    if (now < s->again) {
        s->times++;
        return;
    }
    va_start(arguments, what);
    vsnprintf(text, sizeof text, what, arguments);
    va_end(arguments);
    if (s->times > 0)
        snprintf(before, sizeof before, " (%lu times more since the last such line)", s->times);
    errno = error;
    warn("%s%s", text, before);
    *s = (struct seldom){.again = now + 60000};
}

int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
