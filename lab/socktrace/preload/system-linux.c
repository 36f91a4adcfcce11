/* SPDX-License-Identifier: MIT */
/* Questions to the system, as Linux answers them; system-posix.c takes its place elsewhere. */
#define _DEFAULT_SOURCE
#include "../../trace/text.h"
#include "real-linux.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>

void system_load(void)
{
    find_linux_calls();
}

/* Linux gives each socket a number for good, and tells it faster than fstat() does. */
bool system_socket_id(int fd, uint64_t *id)
{
    socklen_t size = sizeof *id;

    *id = 0;
    if (real.getsockopt(fd, SOL_SOCKET, SO_COOKIE, id, &size) == 0)
        return true;
    return errno == ENOTSOCK || errno == EBADF;
}

int system_thread(void)
{
    return (int)syscall(SYS_gettid);
}

size_t system_arguments(char *buffer, size_t size)
{
    int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = file != -1 ? real.read(file, buffer, size) : -1;

    if (file != -1)
        real.close(file);
    return n > 0 ? (size_t)n : 0;
}

static void (*tell_exit)(int status);

#ifdef __GLIBC__
static void at_exit(int status, void *unused)
{
    (void)unused;
    tell_exit(status);
}

void system_at_exit(void (*tell)(int status))
{
    tell_exit = tell;
    on_exit(at_exit, NULL); /* atexit() would not tell the status */
}
#else /* musl has no on_exit() */
static void at_exit(void)
{
    tell_exit(-1); /* the status is not told */
}

void system_at_exit(void (*tell)(int status))
{
    tell_exit = tell;
    atexit(at_exit);
}
#endif

int system_stderr_of(int pid)
{
    char path[40];
    struct text text = text_in(path, sizeof path);

    put_text(&text, "/proc/");
    put_number(&text, pid);
    put_text(&text, "/fd/2");
    return open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
}

int system_full_length_flag(void)
{
    return MSG_TRUNC; /* udp(7), unix(7): recv then returns the length that the datagram had */
}
