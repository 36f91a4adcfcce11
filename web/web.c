/* SPDX-License-Identifier: MIT */
#include "web.h"
#include "../common/die.h"
#include "../common/net.h"

#include <stdio.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static _Atomic uint64_t served; /* the directory that the log has named last; 0: none */

static uint64_t identity(const struct site *site)
{
    return site->root == -1 ? 0 : (uint64_t)site->device * 31 + (uint64_t)site->inode;
}

void open_site(struct site *site, const struct options *o)
{
    static char name[2 * PATH_BYTES];
    const char *given = o->value['d'] ? o->value['d'] : ".";
    size_t length = 0;

    if (*given !=
        '/') { /* whatever becomes the current directory: it is this one's that is meant */
        if (getcwd(name, PATH_BYTES) == NULL)
            die("open directory %s", given);
        length = strlen(name);
    }
    if (length > 0 && strcmp(given, ".") != 0)
        name[length++] = '/';
    if (length + strlen(given) >= sizeof name)
        complain(1, "open directory %s: its name is too long", given);
    if (length == 0 || name[length - 1] == '/')
        strcpy(name + length, given);
    *site = (struct site){.root = -1, .name = name, .echo = o->value['e'] != NULL};
    if (!site_look(site) || site->root == -1)
        die("open directory %s", given);
    served = identity(site);
    site_tick(site, (int64_t)time(NULL));
}

/* One write, so that lines of several threads do not mix; a log that cannot be written is no reason
 * not to serve. */
static void write_text(struct text *t)
{
    for (size_t done = 0; done < t->length && !t->failed;) {
        ssize_t n = write(STDOUT_FILENO, t->bytes + done, t->length - done);
        if (n == -1 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    text_free(t);
}

void look_at_site(struct site *site, bool quiet)
{
    struct text line = {0};

    site_tick(site, (int64_t)time(NULL));
    if (!site_look(site))
        return;
    int reason = errno;
    uint64_t now = identity(site);
    if (atomic_exchange(&served, now) == now || quiet) /* another thread has said so */
        return;
    if (site->root != -1)
        text_string(&line,
                    "# another directory has the name of the served one now, and is served: ");
    else
        text_format(&line,
                    "# the served directory is gone (%s); until there is one again, all is 404: ",
                    errno_name(reason));
    text_escaped(&line, site->name, strlen(site->name), 0);
    text_string(&line, "\n");
    write_text(&line);
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
    write_text(&line);
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
