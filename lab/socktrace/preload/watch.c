/* SPDX-License-Identifier: MIT */
/* What the preloaded library knows and how it tells it.
 *
 * It runs inside of any program, in any thread, in a signal handler, and between vfork() and
 * execve(). So: no lock, no malloc(), no stdio; what processes share is atomic; what it writes goes
 * out in one write(); errno is saved and restored. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* for MAP_ANON, POSIX since 2024 */
#endif
#include "watch.h"
#include "../../trace/program.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { LINE_ON_STACK = 4096, HIGH_DESCRIPTOR = 1000 };

static struct state *state; /* NULL: nothing is to be told */
static _Atomic int ready;   /* 1: loading, 2: loaded */
static int own_pid; /* of the process that this memory belongs to: not that of a child of vfork() */
static char program[NAME_SIZE];
static char arguments[512];        /* the command line */
static const char *_Atomic untold; /* "start" or "fork": not yet written */
static int64_t untold_since;
static _Atomic int trace_fd = -1;
static int trace_flags;
static bool guard_signals; /* writing could raise SIGPIPE or SIGXFSZ */

_Thread_local int quiet_depth;
static _Thread_local int known_pid, known_tid;
static _Thread_local struct slot *my_slot;

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* ---- where the events go ---- */

static bool is_file(int fd, dev_t device, ino_t inode)
{
    struct stat status;
    return fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

/* A descriptor far above those that the program uses, and closed by execve(). */
static int move_up(int fd, rlim_t limit)
{
    rlim_t high = HIGH_DESCRIPTOR;

    if (limit <= high)
        high = limit > 4 ? limit - 2 : limit;
    return REAL(fcntl)(fd, F_DUPFD_CLOEXEC, (int)high);
}

static int open_high(rlim_t limit)
{
    int low = -1;
    int high;

    if (state->file[0] != '\0') {
        low = open(state->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    } else {
        if (is_file(2, (dev_t)state->stderr_device, (ino_t)state->stderr_inode))
            return move_up(2, limit);
        low = system_stderr_of(state->watcher); /* this program's own stderr goes elsewhere */
    }
    if (low == -1)
        return -1;
    high = move_up(low, limit);
    if (high == -1)
        return low;
    REAL(close)(low);
    return high;
}

/* Under a low soft limit the trace's descriptor goes above it, so that the program can have all
 * that it may have. */
static int open_trace(void)
{
    struct rlimit limit = {0, 0};
    struct rlimit wide;
    int fd;

    getrlimit(RLIMIT_NOFILE, &limit);
    wide = limit;
    if (limit.rlim_cur <= HIGH_DESCRIPTOR && limit.rlim_max > limit.rlim_cur) {
        wide.rlim_cur = limit.rlim_max <= HIGH_DESCRIPTOR ? limit.rlim_max : HIGH_DESCRIPTOR + 8;
        setrlimit(RLIMIT_NOFILE, &wide);
    }
    fd = open_high(wide.rlim_cur);
    if (wide.rlim_cur != limit.rlim_cur)
        setrlimit(RLIMIT_NOFILE, &limit);
    return fd;
}

/* The trace's descriptor. close() and dup2() here tell when a program closes it or puts a file of
 * its own in its place; when that is done behind their back, the flags will hardly be the same. */
static int trace_descriptor(void)
{
    int fd = trace_fd;
    int fresh;
    struct stat status;
    struct rlimit limit;

    if (fd != -1 && REAL(fcntl)(fd, F_GETFL) == trace_flags)
        return fd;
    fresh = open_trace();
    if (fresh == -1 || fstat(fresh, &status) == -1)
        return -1;
    trace_flags = REAL(fcntl)(fresh, F_GETFL);
    guard_signals = !S_ISREG(status.st_mode) ||
                    (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY);
    if (!atomic_compare_exchange_strong(&trace_fd, &fd, fresh)) {
        REAL(close)(fresh); /* another thread was first */
        return fd;
    }
    return fresh;
}

bool is_trace_descriptor(int fd)
{
    return fd >= 0 && fd == trace_fd && REAL(fcntl)(fd, F_GETFL) == trace_flags;
}

void forget_trace_descriptor(int fd)
{
    atomic_compare_exchange_strong(&trace_fd, &fd, -1);
}

static void write_line(const char *line, size_t length)
{
    int fd = trace_descriptor();
    sigset_t both, before, pending;
    ssize_t n;

    if (fd == -1)
        return;
    if (!guard_signals) {
        while ((n = REAL(write)(fd, line, length)) == -1 && errno == EINTR)
            continue;
        return;
    }
    /* A reader of the trace that is gone must not end the program that is watched. */
    sigemptyset(&both);
    sigaddset(&both, SIGPIPE);
    sigaddset(&both, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &both, &before);
    sigpending(&pending);
    while ((n = REAL(write)(fd, line, length)) == -1 && errno == EINTR)
        continue;
    if (n == -1 && (errno == EPIPE || errno == EFBIG)) {
        int number = errno == EPIPE ? SIGPIPE : SIGXFSZ;
        sigset_t after;
        sigpending(&after);
        if (sigismember(&after, number) && !sigismember(&pending, number)) {
            sigemptyset(&both);
            sigaddset(&both, number);
            sigwait(&both, &number);
        }
    } else if (n == -1 && errno == EAGAIN) {
        struct pollfd room = {.fd = fd, .events = POLLOUT};
        if (REAL(poll)(&room, 1, 1000) == 1)
            n = REAL(write)(fd, line, length);
    }
    (void)n;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void tell(const struct event *event, const struct iovec *data, int parts, size_t count)
{
    char small[LINE_ON_STACK];
    char *line = small;
    size_t limit = (size_t)state->look.data_limit;
    size_t shown = count < limit || event->what == NOTE ? count : limit;
    size_t size = sizeof small;
    size_t length;

    if (FIXED_SIZE + 4 * shown > size) {
        size = FIXED_SIZE + 4 * shown;
        line = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
        if (line == MAP_FAILED)
            return;
    }
    if (state->file[0] != '\0')
        length = trace_line(line, size, event, data, parts, shown);
    else
        length = human_line(line, size, event, data, parts, &state->look);
    if (length > 0)
        write_line(line, length);
    if (line != small)
        munmap(line, size);
}

/* ---- what is known of a socket ---- */

size_t total(const struct iovec *data, int parts)
{
    size_t sum = 0;

    for (int i = 0; i < parts; i++)
        sum += data[i].iov_len;
    return sum;
}

bool is_readable(const void *at, size_t size)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (uintptr_t)at / page * page;
    int error = errno;
    bool readable = size == 0 || msync((void *)first, (uintptr_t)at + size - first, MS_ASYNC) == 0;

    errno = error;
    return readable;
}

void address_text(char text[ADDRESS_SIZE], const struct sockaddr *address, socklen_t length)
{
    struct text out = text_in(text, ADDRESS_SIZE);

    text[0] = '\0';
    put_address(&out, address, length);
}

static void ask_address(char text[ADDRESS_SIZE], int (*ask)(int, struct sockaddr *, socklen_t *),
                        int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;

    if (ask(fd, (struct sockaddr *)&address, &length) == 0)
        address_text(text, (struct sockaddr *)&address,
                     length < sizeof address ? length : (socklen_t)sizeof address);
}

static enum kind ask_kind(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int type = 0;
    socklen_t size = sizeof type;

    memset(&address, 0, sizeof address);
    if (REAL(getsockname)(fd, (struct sockaddr *)&address, &length) == -1 ||
        REAL(getsockopt)(fd, SOL_SOCKET, SO_TYPE, &type, &size) == -1)
        return KIND_OTHER;
    if (address.ss_family == AF_UNIX)
        return type == SOCK_STREAM      ? UNIX_STREAM
               : type == SOCK_DGRAM     ? UNIX_DGRAM
               : type == SOCK_SEQPACKET ? UNIX_SEQPACKET
                                        : KIND_OTHER;
    if (address.ss_family == AF_INET)
        return type == SOCK_STREAM ? TCP4 : type == SOCK_DGRAM ? UDP4 : KIND_OTHER;
    if (address.ss_family == AF_INET6)
        return type == SOCK_STREAM ? TCP6 : type == SOCK_DGRAM ? UDP6 : KIND_OTHER;
    return KIND_OTHER;
}

static bool is_stream(enum kind kind)
{
    return kind == TCP4 || kind == TCP6 || kind == UNIX_STREAM;
}

bool is_datagram(const struct watch *w)
{
    return w->event.kind == UDP4 || w->event.kind == UDP6 || w->event.kind == UNIX_DGRAM;
}

/* Where a system gives its sockets no inode number, the addresses are the name of a connection. */
static uint64_t id_of_addresses(int fd)
{
    char text[2][ADDRESS_SIZE] = {"", ""};
    uint64_t hash = 14695981039346656037u; /* FNV-1a */

    ask_address(text[0], REAL(getsockname), fd);
    ask_address(text[1], REAL(getpeername), fd);
    for (int i = 0; i < 2; i++)
        for (const char *at = text[i]; *at != '\0'; at++)
            hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    return hash >> 1;
}

uint64_t socket_id(int fd)
{
    struct stat status;
    int error = errno;
    uint64_t id = 0;

    if (fd < 0)
        return 0;
#ifdef SOCKTRACE_NO_INODES /* so that the last way can be tested where there are better ones */
    if (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode))
        id = id_of_addresses(fd);
#else
    if (!system_socket_id(fd, &id) && fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode))
        id = status.st_ino != 0 ? (uint64_t)status.st_ino : id_of_addresses(fd);
#endif
    errno = error;
    return id;
}

/* Finds or makes the entry of a socket in its bucket; a full bucket gives up its oldest entry. */
static struct entry *entry_of(uint64_t id, int64_t time)
{
    struct entry *bucket = state->entries[id * 0x9e3779b97f4a7c15u >> 54];
    struct entry *oldest = &bucket[0];
    uint64_t key;

    _Static_assert(BUCKETS == 1 << 10, "the shift above takes 10 bits");
    for (int i = 0; i < WAYS; i++) {
        if (bucket[i].key == id) {
            bucket[i].used = (uint64_t)time;
            return &bucket[i];
        }
        if (bucket[i].used < oldest->used)
            oldest = &bucket[i];
    }
    key = oldest->key;
    if (!atomic_compare_exchange_strong(&oldest->key, &key, id))
        return NULL; /* another thread was first; this event does without */
    oldest->used = (uint64_t)time;
    oldest->sent = oldest->received = 0;
    oldest->facts.kind = KIND_NONE;
    return oldest;
}

static bool read_facts(const struct entry *entry, struct facts *facts)
{
    uint32_t version = entry->version;

    if (version & 1)
        return false;
    *facts = entry->facts;
    atomic_thread_fence(memory_order_acquire);
    return entry->version == version && facts->kind != KIND_NONE;
}

static void write_facts(struct entry *entry, const struct event *event, const char *peer)
{
    uint32_t version = entry->version;

    if ((version & 1) || !atomic_compare_exchange_strong(&entry->version, &version, version + 1))
        return; /* being written, or its writer was killed: then the system is asked each time */
    entry->facts.kind = event->kind;
    memcpy(entry->facts.local, event->local, ADDRESS_SIZE);
    memcpy(entry->facts.peer, peer, ADDRESS_SIZE);
    entry->version = version + 2;
}

static bool is_bound(const char *local)
{
    size_t length = strlen(local);
    return length > 2 && strcmp(local + length - 2, ":0") != 0;
}

static void learn(struct watch *w, int fd)
{
    struct event *event = &w->event;
    struct facts facts;
    bool known = w->entry != NULL && read_facts(w->entry, &facts);
    bool news = !known;

    if (known) {
        event->kind = facts.kind;
        memcpy(event->local, facts.local, ADDRESS_SIZE);
        memcpy(event->peer, facts.peer, ADDRESS_SIZE);
    } else {
        event->kind = ask_kind(fd);
    }
    if (!is_bound(event->local)) {
        ask_address(event->local, REAL(getsockname), fd);
        news |= is_bound(event->local);
    }
    if (event->peer[0] == '\0' && (!known || is_stream(event->kind))) {
        ask_address(event->peer, REAL(getpeername), fd);
        news |= event->peer[0] != '\0';
    }
    if (news && w->entry != NULL)
        write_facts(w->entry, event, event->peer);
}

void watch_refresh(struct watch *w, bool peer)
{
    ask_address(w->event.local, REAL(getsockname), w->event.fd);
    if (peer)
        ask_address(w->event.peer, REAL(getpeername), w->event.fd);
    if (w->entry != NULL)
        write_facts(w->entry, &w->event, w->event.peer);
}

void watch_remember_peer(struct watch *w, const char *peer)
{
    char text[ADDRESS_SIZE] = "";
    struct text out = text_in(text, sizeof text);

    put_text(&out, peer);
    if (w->entry != NULL)
        write_facts(w->entry, &w->event, text);
}

void watch_new(struct watch *w, int fd)
{
    w->event.fd = fd;
    w->event.id = socket_id(fd);
    w->event.local[0] = w->event.peer[0] = '\0';
    if (w->event.id != 0 && (w->entry = entry_of(w->event.id, w->event.begin)) != NULL) {
        w->entry->sent = w->entry->received = 0;
        w->entry->facts.kind = KIND_NONE;
        w->entry->facts.local[0] = w->entry->facts.peer[0] = '\0';
    }
    learn(w, fd);
}

socklen_t room_for(const struct sockaddr *address, const socklen_t *length)
{
    return address != NULL && is_readable(length, sizeof *length) ? *length : 0;
}

bool has_all(const socklen_t *length, socklen_t room)
{
    return room > 0 && *length > 0 && *length <= room;
}

void watch_accepted(struct watch *w, int fd, const struct sockaddr *from, const socklen_t *length,
                    socklen_t room)
{
    struct watch fresh = {.event = {.begin = w->event.begin}};

    watch_new(&fresh, fd);
    arg_text(&w->event, "on", w->event.local);
    arg_number(&w->event, "newid", (int64_t)fresh.event.id);
    if (fresh.event.peer[0] == '\0' && has_all(length, room)) { /* gone already */
        address_text(fresh.event.peer, from, *length);
        watch_remember_peer(&fresh, fresh.event.peer);
    }
    memcpy(w->event.local, fresh.event.local, ADDRESS_SIZE);
    memcpy(w->event.peer, fresh.event.peer, ADDRESS_SIZE);
}

/* ---- a call ---- */

static void load(void);
static void tell_process(void);

static void start_event(struct event *event, const char *call, int fd)
{
    struct text text = text_in(event->call, sizeof event->call);

    /* Not a memset: the long texts need only their first byte. */
    event->what = END;
    event->kind = KIND_NONE;
    event->pid = getpid();
    if (event->pid != known_pid) { /* first call, or after fork() */
        known_tid = system_thread();
        known_pid = event->pid;
    }
    event->tid = known_tid;
    event->fd = fd;
    event->error = 0;
    event->id = 0;
    event->offset = event->want = event->count = event->result = NONE;
    memcpy(event->name, program, sizeof program);
    put_text(&text, call);
    event->local[0] = event->peer[0] = event->args[0] = '\0';
}

bool watch_begin(struct watch *w, const char *call, int fd, enum which which)
{
    int error = errno;
    uint64_t id;

    if (ready != 2)
        load();
    if (state == NULL || quiet_depth > 0) {
        errno = error;
        return false;
    }
    id = socket_id(fd);
    if (id == 0 &&
        (which == WATCH_SOCKETS || (which == WATCH_NO_FILES && REAL(fcntl)(fd, F_GETFD) != -1))) {
        errno = error;
        return false;
    }
    if (atomic_load_explicit(&untold, memory_order_relaxed) != NULL)
        tell_process();
    w->error = error;
    w->slot = NULL;
    w->entry = NULL;
    start_event(&w->event, call, fd);
    w->event.id = id;
    w->event.begin = now();
    if (id != 0) {
        w->entry = entry_of(id, w->event.begin);
        learn(w, fd);
    }
    errno = error;
    return true;
}

/* A place where the watcher sees the call while it waits. */
static struct slot *take_slot(const struct event *event)
{
    int expected;

    /* A call that was left by longjmp() has not given its place back. */
    if (my_slot != NULL && my_slot->pid == event->pid && my_slot->event.tid == event->tid) {
        expected = SLOT_WAITING;
        if (atomic_compare_exchange_strong(&my_slot->state, &expected, SLOT_FILLING))
            return my_slot;
        expected = SLOT_TOLD;
        if (atomic_compare_exchange_strong(&my_slot->state, &expected, SLOT_FILLING))
            return my_slot;
    }
    for (unsigned i = 0; i < 32; i++) {
        struct slot *slot = &state->slots[((unsigned)event->tid + i) % SLOTS];
        expected = SLOT_FREE;
        if (atomic_compare_exchange_strong(&slot->state, &expected, SLOT_FILLING))
            return slot;
    }
    return NULL; /* many threads wait: this one's wait is told when it is over */
}

void watch_waits(struct watch *w)
{
    w->event.begin = now();
    if (state->watcher != 0 && (w->slot = take_slot(&w->event)) != NULL) {
        my_slot = w->slot;
        w->slot->pid = w->event.pid;
        w->slot->event = w->event;
        w->slot->event.what = BEGIN;
        w->slot->length = 0;
        w->slot->state = SLOT_WAITING;
    }
    errno = w->error;
}

/* Gives the slot back; if the watcher is just telling of this call, its line comes first. */
static void leave_slot(struct slot *slot)
{
    int expected = SLOT_WAITING;

    my_slot = NULL;
    for (int i = 0; i < 200 && !atomic_compare_exchange_strong(&slot->state, &expected, SLOT_FREE);
         i++) {
        if (expected == SLOT_TELLING)
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        expected = expected == SLOT_TELLING ? SLOT_TOLD : expected;
    }
}

void watch_returned(struct watch *w, int64_t result)
{
    w->error = errno;
    w->event.end = now();
    w->event.result = result;
    w->event.error = result == -1 ? w->error : 0;
    if (w->slot != NULL)
        leave_slot(w->slot);
    w->slot = NULL;
}

void watch_end_data(struct watch *w, const struct iovec *data, int parts, size_t count)
{
    atomic_fetch_add_explicit(&state->calls, 1, memory_order_relaxed);
    tell(&w->event, data, parts, count);
    errno = w->error;
}

void watch_end(struct watch *w)
{
    watch_end_data(w, NULL, 0, 0);
}

static void watch_offset(struct watch *w, _Atomic uint64_t *moved, uint64_t count)
{
    if (moved != NULL && is_stream(w->event.kind))
        w->event.offset = (int64_t)atomic_fetch_add(moved, count);
}

bool watch_receive(struct watch *w, const char *call, int fd, size_t want, int flags,
                   enum which which)
{
    if (!watch_begin(w, call, fd, which))
        return false;
    w->event.want = (int64_t)want;
    arg_message_flags(&w->event, flags);
    watch_waits(w);
    return true;
}

/* After watch_returned: n is the result that the program gets. */
void watch_received(struct watch *w, ssize_t n, int flags, const struct iovec *data, int parts)
{
    uint64_t moved = n > 0 && !(flags & MSG_PEEK) ? (uint64_t)n : 0;
    ssize_t count = n > (ssize_t)w->event.want ? (ssize_t)w->event.want : n;

    watch_offset(w, w->entry != NULL ? &w->entry->received : NULL, moved);
    if (n < 0) {
        watch_end(w);
    } else {
        w->event.count = count;
        if (count < n) /* the program asked for the length with MSG_TRUNC */
            arg_number(&w->event, "full", n);
        watch_end_data(w, data, parts, (size_t)count);
    }
}

bool watch_send(struct watch *w, const char *call, int fd, const struct iovec *data, int parts,
                int flags, const struct sockaddr *to, socklen_t length, enum which which)
{
    if (!watch_begin(w, call, fd, which))
        return false;
    w->event.want = (int64_t)total(data, parts);
    arg_message_flags(&w->event, flags);
    if (to != NULL && length > 0 && !is_stream(w->event.kind) && is_readable(to, length))
        address_text(w->event.peer, to, length);
    watch_waits(w);
    return true;
}

void watch_sent(struct watch *w, ssize_t n, const struct iovec *data, int parts)
{
    size_t shown = n >= 0 && state->file[0] != '\0' ? (size_t)n : (size_t)w->event.want;

    for (int i = 0; n < 0 && i < parts; i++)
        if (!is_readable(data[i].iov_base, data[i].iov_len))
            parts = 0;
    watch_offset(w, w->entry != NULL ? &w->entry->sent : NULL, n > 0 ? (uint64_t)n : 0);
    if (n >= 0)
        w->event.count = n;
    if (is_datagram(w) && !is_bound(w->event.local)) { /* the first datagram binds the socket */
        char peer[ADDRESS_SIZE];
        memcpy(peer, w->event.peer, sizeof peer);
        w->event.peer[0] = '\0';
        watch_refresh(w, true);
        memcpy(w->event.peer, peer, sizeof peer);
    }
    watch_end_data(w, parts > 0 ? data : NULL, parts, shown);
}

/* ---- the process ---- */

static void watch_note(const char *call, int64_t result, int64_t time, const char *data)
{
    struct event event;
    struct iovec part = {(void *)(uintptr_t)data, data != NULL ? strlen(data) : 0};

    start_event(&event, call, NO_FD);
    event.what = NOTE;
    event.begin = event.end = time;
    event.result = result;
    if (strcmp(call, "start") == 0 || strcmp(call, "fork") == 0)
        arg_number(&event, "ppid", getppid());
    tell(&event, data != NULL ? &part : NULL, data != NULL ? 1 : 0, part.iov_len);
}

static struct process *process_of(int pid)
{
    for (unsigned i = 0; i < PROCESSES; i++) {
        struct process *process = &state->processes[((unsigned)pid + i) % PROCESSES];
        if (process->state == PROCESS_RUNNING && process->pid == pid)
            return process;
    }
    return NULL;
}

/* The watcher says when a process that stands here is gone without a word. */
static void register_process(int pid)
{
    struct process *process = process_of(pid); /* it is there after execve() */

    for (unsigned i = 0; process == NULL && i < PROCESSES; i++) {
        int expected = PROCESS_FREE;
        process = &state->processes[((unsigned)pid + i) % PROCESSES];
        if (!atomic_compare_exchange_strong(&process->state, &expected, PROCESS_FILLING))
            process = NULL;
    }
    if (process != NULL) {
        process->pid = pid;
        process->told = atomic_load(&untold) == NULL;
        memcpy(process->name, program, sizeof program);
        process->state = PROCESS_RUNNING;
    }
}

/* A process is told of when it makes its first socket call: most shells never do. */
static void tell_process(void)
{
    const char *call = atomic_exchange(&untold, NULL);
    struct process *process;

    if (call == NULL)
        return; /* another thread was first */
    watch_note(call, call[0] == 'f' ? 0 : NONE, untold_since, call[0] == 'f' ? NULL : arguments);
    process = process_of(getpid());
    if (process != NULL)
        process->told = true;
}

/* Runs in the child that fork() made. A parent with sockets shares them with its child. */
static void begin_child(void)
{
    int error = errno;

    my_slot = NULL;
    own_pid = getpid();
    if (state != NULL) {
        bool told = atomic_load(&untold) == NULL;
        untold = "fork";
        untold_since = now();
        register_process(getpid());
        if (told)
            tell_process();
    }
    errno = error;
}

/* Do other processes of the program go on, and may make socket calls yet? */
static bool has_company(int pid)
{
    for (int i = 0; i < PROCESSES; i++)
        if (state->processes[i].state == PROCESS_RUNNING && state->processes[i].pid != pid)
            return true;
    return false;
}

void watch_exit(int status)
{
    int pid = getpid();
    struct process *process;

    if (state == NULL || pid != own_pid) /* between vfork() and execve() */
        return;
    if (pid == state->look.command && state->calls == 0 && !has_company(pid))
        watch_note("quiet", NONE, now(), NULL);
    if (atomic_load(&untold) == NULL)
        watch_note("exit", status < 0 ? NONE : status & 0xff, now(), NULL);
    process = process_of(pid);
    if (process != NULL)
        process->state = PROCESS_ENDED;
    if (state->watcher == 0 && pid == state->look.command && getenv("SOCKTRACE_STATE") != NULL)
        unlink(getenv("SOCKTRACE_STATE")); /* there is nobody else to do it */
}

void watch_hidden(int fd, const char *why)
{
    int error = errno;
    struct watch w;
    struct iovec part = {(void *)(uintptr_t)why, strlen(why)};

    if (watch_begin(&w, "hidden", fd, WATCH_SOCKETS)) {
        w.event.what = NOTE;
        w.event.end = w.event.begin;
        tell(&w.event, &part, 1, part.iov_len);
    }
    errno = error;
}

bool watching_polls(void)
{
    if (ready != 2)
        load();
    return state != NULL && state->polls && quiet_depth == 0;
}

/* Its calls will not be seen: the watcher says so, on the stderr that socktrace was given. */
static void say_unwatched(const char *path, const char *why)
{
    struct event event;
    struct text name = text_in(event.name, sizeof event.name);
    struct iovec part = {(void *)(uintptr_t)why, strlen(why)};
    struct slot *slot;

    start_event(&event, "unwatched", NO_FD);
    event.what = NOTE;
    event.begin = event.end = now();
    put_escaped(&name, last_part(path), strlen(last_part(path)), true);
    slot = state->watcher != 0 ? take_slot(&event) : NULL;
    if (slot != NULL) {
        struct text reason = text_in(slot->data, sizeof slot->data);
        put_text(&reason, why);
        slot->length = (size_t)(reason.at - slot->data);
        slot->pid = event.pid;
        slot->event = event;
        slot->state = SLOT_NOTE;
    } else {
        tell(&event, &part, 1, part.iov_len);
    }
}

void watch_program(const char *path, char *const environment[])
{
    int error = errno;
    const char *why = NULL;
    bool preloads = false;

    if (ready != 2)
        load();
    if (state == NULL || path == NULL || access(path, X_OK) == -1) {
        errno = error;
        return;
    }
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++)
        preloads |= (strncmp(environment[i], "LD_PRELOAD=", 11) == 0 ||
                     strncmp(environment[i], "DYLD_INSERT_LIBRARIES=", 22) == 0) &&
                    strstr(environment[i], "libsocktrace") != NULL;
    why = why_unwatchable(path);
    if (why == NULL && !preloads)
        why = "it was started without LD_PRELOAD in its environment";
    if (why != NULL)
        say_unwatched(path, why);
    errno = error;
}

static struct state *map_state(void)
{
    const char *path = getenv("SOCKTRACE_STATE");
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    struct state *shared = MAP_FAILED;
    struct stat status;
    struct text text;

    if (file != -1) {
        if (fstat(file, &status) == 0 && status.st_size == (off_t)sizeof *shared)
            shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        /* Without a watcher nobody removes the state. What this process executes goes on alone. */
        if (shared != MAP_FAILED && shared->watcher == 0 && shared->file[0] != '\0')
            unlink(path);
        REAL(close)(file);
    }
    if (shared != MAP_FAILED && strcmp(shared->magic, STATE_MAGIC) == 0)
        return shared;
    /* socktrace has ended, and this program began later: go on, alone, if there is a file. */
    path = getenv("SOCKTRACE");
    if (path == NULL || path[0] != '/')
        return NULL;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (shared == MAP_FAILED)
        return NULL;
    text = text_in(shared->file, sizeof shared->file);
    put_text(&text, path);
    shared->look.data_limit = 256;
    return shared;
}

static void name_program(size_t size)
{
    struct text text = text_in(program, sizeof program);
    const char *name = last_part(arguments);
    const char *next = arguments + strlen(arguments) + 1;

    if (state->name[0] != '\0') {
        put_text(&text, state->name);
        return;
    }
    /* "python3 server.py" is server.py, a login shell's "-sh" is sh. */
    if (strncmp(name, "python", 6) == 0 && next < arguments + size && *next != '-' && *next != '\0')
        name = last_part(next);
    if (name[0] == '-')
        name++;
    put_escaped(&text, name, strlen(name), true);
}

static void tell_start(void)
{
    size_t size = system_arguments(arguments, sizeof arguments - 1);

    name_program(size);
    for (size_t i = 0; i + 1 < size; i++)
        if (arguments[i] == '\0')
            arguments[i] = ' ';
    state->reported++;
    untold_since = now();
    untold = "start";
    own_pid = getpid();
    register_process(getpid());
    for (int fd = 0; fd < 256; fd++) {
        struct watch w;
        if (watch_begin(&w, "inherit", fd, WATCH_SOCKETS)) {
            w.event.what = NOTE;
            w.event.end = w.event.begin;
            tell(&w.event, NULL, 0, 0);
        }
    }
}

static _Thread_local bool loading;

static void load(void)
{
    int expected = 0;
    int error = errno;

    if (loading)
        return;
    loading = true;
    find_real_calls();
    system_load();
    if (atomic_compare_exchange_strong(&ready, &expected, 1)) {
        state = map_state();
        ready = 2;
        if (state != NULL) {
            pthread_atfork(NULL, NULL, begin_child);
            system_at_exit(watch_exit);
            tell_start();
        }
    }
    loading = false;
    errno = error;
}

__attribute__((constructor)) static void begin_program(void)
{
    if (ready != 2)
        load();
}
