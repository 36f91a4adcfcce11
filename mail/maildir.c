/* SPDX-License-Identifier: MIT */
/* See maildir.h. Directories are held open, so that a name is one word and never too long. */
#include "maildir.h"

#include "../common/die.h"
#include "trouble.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *maildir;
static int tmp = -1, new = -1;
static struct trouble creating, writing, storing;

/* Opens the directory `name` in `parent`, after making it where it is missing: then what is in it
 * is only safe when its own name is, which stands in the directory above. */
static int open_directory(int parent, const char *name)
{
    bool made = mkdirat(parent, name, 0700) == 0;
    if (!made && errno != EEXIST)
        die("make the Maildir %s", maildir);
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY);
    if (fd == -1)
        die("open the Maildir %s", maildir);
    if (made) {
        int above = openat(fd, "..", O_RDONLY | O_DIRECTORY);
        if (above == -1 || fsync(above) == -1)
            die("bring the Maildir %s to the disk", maildir);
        close(above);
    }
    return fd;
}

void maildir_open(const char *dir)
{
    maildir = dir;
    int fd = open_directory(AT_FDCWD, dir);
    close(open_directory(fd, "cur"));
    tmp = open_directory(fd, "tmp");
    new = open_directory(fd, "new");
    if (faccessat(fd, "tmp", W_OK | X_OK, 0) == -1 || faccessat(fd, "new", W_OK | X_OK, 0) == -1)
        die("write in the Maildir %s", dir);
    close(fd);
    signal(SIGXFSZ, SIG_IGN); /* beyond ulimit -f is a disk error (EFBIG), not the end */
}

/* No two messages get the same name: the time, the process, and the number of it in the process. */
static bool begin(void *context)
{
    static atomic_ulong count;
    struct maildir_message *m = context;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(m->name, sizeof m->name, "%lld.M%06ldP%ldQ%lu.localhost", (long long)now.tv_sec,
             now.tv_nsec / 1000, (long)getpid(), atomic_fetch_add(&count, 1) + 1);
    int fd = openat(tmp, m->name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    m->file = fd == -1 ? NULL : fdopen(fd, "w");
    if (m->file)
        return true;
    if (trouble_is_new(&creating))
        warn("create a file in %s/tmp", maildir);
    if (fd != -1) {
        close(fd);
        unlinkat(tmp, m->name, 0);
    }
    return false;
}

static bool write_bytes(void *context, const char *bytes, size_t length)
{
    struct maildir_message *m = context;
    if (fwrite(bytes, 1, length, m->file) == length)
        return true;
    if (trouble_is_new(&writing))
        warn("write a message in %s/tmp", maildir);
    return false;
}

/* Only what fsync() has seen survives a power cut: the file first, then its name in new. */
static bool commit(void *context)
{
    struct maildir_message *m = context;
    bool whole = fflush(m->file) == 0 && fsync(fileno(m->file)) == 0;
    int error = errno;
    whole = fclose(m->file) == 0 && whole;
    if (whole && renameat(tmp, m->name, new, m->name) == 0 && fsync(new) == 0) {
        trouble_is_over(&creating, "create a file");
        trouble_is_over(&writing, "write a message");
        trouble_is_over(&storing, "store a message");
        return true;
    }
    if (whole)
        error = errno;
    unlinkat(tmp, m->name, 0);
    unlinkat(new, m->name, 0);
    errno = error;
    if (trouble_is_new(&storing))
        warn("store a message in %s", maildir);
    return false;
}

static void drop(void *context)
{
    struct maildir_message *m = context;
    fclose(m->file);
    unlinkat(tmp, m->name, 0);
}

const struct smtp_store maildir_store = {begin, write_bytes, commit, drop};
