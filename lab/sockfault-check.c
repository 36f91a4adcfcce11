/* SPDX-License-Identifier: MIT */
/* Would this program load our library? The dynamic linker passes over the request in silence for
 * some programs; they must be named, lest a test pass because nothing was disturbed. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockfault-check.h"

#ifdef __linux__
#include <elf.h>
#include <link.h>

/* The program headers name an interpreter (the dynamic linker) unless the program is static. */
static const char *check_binary(int fd, const unsigned char *head, size_t length)
{
    ElfW(Ehdr) elf;
    ElfW(Phdr) part;

    if (length < sizeof elf || memcmp(head, ELFMAG, SELFMAG) != 0)
        return NULL;
    memcpy(&elf, head, sizeof elf);
    if (elf.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
        return "cannot be disturbed: it was built for another word size than sockfault";
    for (int i = 0; i < elf.e_phnum; i++) {
        off_t at = (off_t)(elf.e_phoff + (size_t)i * elf.e_phentsize);
        if (pread(fd, &part, sizeof part, at) != sizeof part)
            return NULL;
        if (part.p_type == PT_INTERP)
            return NULL;
    }
    return "cannot be disturbed: it is statically linked, so no library can be put before its own";
}
#else
static const char *check_binary(int fd, const unsigned char *head, size_t length)
{
    (void)fd, (void)head, (void)length;
    return NULL;
}
#endif

/* One file of the chain script, interpreter ...: what is in the way, or NULL, and the
 * next in path. */
static const char *check_file(char path[PATH_MAX])
{
    unsigned char head[256] = {0};
    struct stat file;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    *path = '\0';
    if (fd == -1)
        return NULL; /* may be run but not be read: exec will tell */
    ssize_t n = read(fd, head, sizeof head - 1);
    const char *reason = n > 0 ? check_binary(fd, head, (size_t)n) : NULL;
    if (fstat(fd, &file) == 0 && ((file.st_mode & S_ISUID && file.st_uid != geteuid()) ||
                                  (file.st_mode & S_ISGID && file.st_gid != getegid())))
        reason = "cannot be disturbed: it is set-user-ID or set-group-ID, and the system protects "
                 "such programs from foreign libraries";
    close(fd);
    sscanf((char *)head, "#! %254s", path);
    return reason;
}

const char *cannot_preload(const char *command)
{
    char path[PATH_MAX];
    const char *reason = NULL;

    snprintf(path, sizeof path, "%s", command);
    for (int depth = 0; reason == NULL && *path != '\0' && depth < 5; depth++)
        reason = check_file(path);
    return reason;
}
