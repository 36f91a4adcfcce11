/* SPDX-License-Identifier: MIT */
#include "watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { REPORT_TICKS = 400, SOME_DESCRIPTORS = 1024 };

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Ended, but nobody has asked how: its parent may first be waiting for the end of the stderr that
 * the watcher keeps open. POSIX cannot tell; Linux's /proc can. */
static bool is_zombie(int pid)
{
    char path[32], stat[512], *behind = NULL;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file == -1 ? -1 : read(file, stat, sizeof stat - 1);
    if (length > 0) {
        stat[length] = '\0';
        behind = strrchr(stat, ')'); /* PID (NAME) STATE ..., and the name may hold anything */
    }
    if (file != -1)
        close(file);
    return behind != NULL && strncmp(behind, ") Z", 3) == 0;
}

static bool is_gone(int pid)
{
    return kill(pid, 0) == -1 ? errno == ESRCH : is_zombie(pid);
}

static void tell(const struct state *state, const struct event *event, const struct iovec *data)
{
    char line[FIXED_SIZE + 4 * SLOT_DATA + 64];
    int file = -1;
    int parts = data != NULL ? 1 : 0;
    size_t limit = (size_t)state->look.data_limit;
    size_t length = 0;

    if (state->file[0] == '\0')
        length = human_line(line, sizeof line, event, data, parts, &state->look);
    else if ((file = open(state->file, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY)) != -1)
        length = trace_line(line, sizeof line, event, data, parts,
                            event->what == NOTE || limit > SLOT_DATA ? SLOT_DATA : limit);
    if (length > 0 && write(file != -1 ? file : STDERR_FILENO, line, length) == -1)
        length = 0; /* nobody reads any more: the program goes on */
    if (file != -1)
        close(file);
}

static struct event make_note(const char *call, const char *name, int pid)
{
    struct event event = {.what = NOTE,
                          .pid = pid,
                          .tid = pid,
                          .fd = NO_FD,
                          .offset = NONE,
                          .want = NONE,
                          .count = NONE,
                          .result = NONE};
    struct text text = text_in(event.name, sizeof event.name);

    event.begin = event.end = now();
    put_escaped(&text, name, strlen(name), true);
    text = text_in(event.call, sizeof event.call);
    put_text(&text, call);
    return event;
}

static void tell_note(const struct state *state, const struct event *event, const char *data,
                      size_t length)
{
    struct iovec part = {(void *)(uintptr_t)data, length};
    struct look look = state->look;
    char line[FIXED_SIZE + SLOT_DATA];

    if (state->file[0] != '\0')
        tell(state, event, &part);
    look.command = event->pid; /* no number before the line */
    length = human_line(line, sizeof line, event, &part, 1, &look);
    if (write(STDERR_FILENO, line, length) == -1)
        return; /* nobody reads it */
}

void tell_unwatched(const struct state *state, const char *name, int pid, const char *why)
{
    struct event event = make_note("unwatched", name, pid);

    tell_note(state, &event, why, strlen(why));
}

/* A call that has been waiting for a tick is told; a note that a program left here, at once. */
static void look_at_slot(const struct state *state, struct slot *slot)
{
    int expected = SLOT_WAITING;
    struct iovec data = {slot->data, slot->length};

    if (slot->state == SLOT_NOTE) {
        tell_note(state, &slot->event, slot->data, slot->length);
        slot->state = SLOT_FREE;
        return;
    }
    if (slot->state != SLOT_WAITING || now() - slot->event.begin < TICK_MS * 1000000 ||
        !atomic_compare_exchange_strong(&slot->state, &expected, SLOT_TELLING))
        return;
    tell(state, &slot->event, slot->length > 0 ? &data : NULL);
    slot->state = SLOT_TOLD;
}

/* A process that is gone without a word was ended by a signal: in which calls, and that it was. */
static void look_at_process(struct state *state, struct process *process)
{
    struct event event;
    int pid = process->pid;

    if ((process->state != PROCESS_RUNNING && process->state != PROCESS_ENDED) || !is_gone(pid))
        return;
    event = make_note("killed", "", pid);
    memcpy(event.name, process->name, NAME_SIZE);
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &state->slots[i];
        if (slot->pid != pid || slot->state == SLOT_FREE || slot->state == SLOT_NOTE)
            continue;
        if (slot->state == SLOT_WAITING && state->file[0] != '\0') {
            struct iovec data = {slot->data, slot->length};
            tell(state, &slot->event, slot->length > 0 ? &data : NULL);
        }
        event.args[0] = '\0';
        arg_text(&event, "in", slot->event.call);
        slot->state = SLOT_FREE;
    }
    if (process->state == PROCESS_RUNNING && process->told)
        tell(state, &event, NULL);
    process->state = PROCESS_FREE;
}

/* True while a process of the program lives. */
static bool look_around(struct state *state)
{
    bool alive = false;

    for (int i = 0; i < SLOTS; i++)
        look_at_slot(state, &state->slots[i]);
    for (int i = 0; i < PROCESSES; i++) {
        look_at_process(state, &state->processes[i]);
        alive |= state->processes[i].state != PROCESS_FREE;
    }
    return alive;
}

/* Only stderr is kept, for what people are to read; nobody waits for the watcher by mistake. */
static void let_go(int keep)
{
    static const int harmless[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTOU};

    sigset_t none;

    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        signal(harmless[i], SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int fd = 0; fd < SOME_DESCRIPTORS; fd++)
        if (fd != STDERR_FILENO && fd != keep)
            close(fd);
    if (chdir("/") == -1)
        return; /* then it keeps the folder, which harms little */
}

_Noreturn void watch_processes(struct state *state, const char *state_path, int executed,
                               const char *name)
{
    int command = state->look.command;
    int ticks = 0; /* since COMMAND was executed */
    bool alive = true;
    bool gone;
    char byte;

    let_go(executed);
    while (alive) {
        struct pollfd pipe = {.fd = executed, .events = POLLIN};
        poll(&pipe, 1, TICK_MS);
        if (pipe.revents != 0) {
            if (read(executed, &byte, 1) == 1) /* COMMAND could not be executed */
                break;
            close(executed);
            executed = -1;
        }
        gone = is_gone(command); /* before looking: what it left behind is seen then */
        alive = look_around(state) || !gone;
        if (executed == -1 && name != NULL && state->reported == 0 &&
            (gone || ticks == REPORT_TICKS)) {
            tell_unwatched(state, name, command, "it did not load the library");
            name = NULL;
        }
        if (gone && state->file[0] != '\0')
            close(STDERR_FILENO); /* who reads it need not wait for processes left behind */
        ticks += executed == -1;
    }
    look_around(state);
    unlink(state_path);
    _exit(0);
}
