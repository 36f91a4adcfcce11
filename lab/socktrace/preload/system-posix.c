/* SPDX-License-Identifier: MIT */
/* Takes the place of system-linux.c on other systems. The tests build the library with it on Linux,
 * too. */
#include "../../trace/text.h"
#include "system.h"

#include <stdlib.h>
#include <unistd.h>
#ifdef __APPLE__
#include <crt_externs.h>
#include <pthread.h>
#endif

void system_load(void)
{
}

bool system_socket_id(int fd, uint64_t *id)
{
    (void)fd;
    (void)id;
    return false;
}

#ifdef __APPLE__
int system_thread(void)
{
    uint64_t number = 0;

    if (pthread_main_np())
        return (int)getpid();
    pthread_threadid_np(NULL, &number);
    return (int)number;
}

size_t system_arguments(char *buffer, size_t size)
{
    struct text text = text_in(buffer, size);

    for (int i = 0; i < *_NSGetArgc(); i++) {
        put_text(&text, (*_NSGetArgv())[i]);
        if (text.at < text.end)
            *text.at++ = '\0';
    }
    return (size_t)(text.at - buffer);
}
#else
static _Atomic int threads;
static _Thread_local int number; /* 0: the first thread, or one that was not seen yet */

/* POSIX gives threads no number: they are counted, from the number of their process. */
int system_thread(void)
{
    static _Atomic int process;
    int pid = (int)getpid();

    if (process != pid) { /* the first call of a process, or of a child that fork() made */
        process = pid;
        threads = 0;
        number = pid;
    } else if (number == 0) {
        number = pid + ++threads;
    }
    return number;
}

size_t system_arguments(char *buffer, size_t size)
{
    struct text text = text_in(buffer, size);

    put_text(&text, "program");
    return (size_t)(text.at - buffer) + 1;
}
#endif

static void (*tell_exit)(int status);

static void at_exit(void)
{
    tell_exit(-1); /* the status is not told */
}

void system_at_exit(void (*tell)(int status))
{
    tell_exit = tell;
    atexit(at_exit);
}

int system_stderr_of(int pid)
{
    (void)pid;
    return -1;
}

int system_full_length_flag(void)
{
    return 0;
}
