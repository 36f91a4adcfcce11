/* SPDX-License-Identifier: MIT */
/* Can a program be watched? Says so by looking at its file.
 *
 * The file formats: ELF as in the System V ABI, generic part, chapters 4 and 5 (only the few fields
 * that matter, so that no <elf.h> is needed); "#!" as in execve(2). The library calls this between
 * vfork() and execve(), so that only async-signal-safe calls are used. */
#include "program.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PT_INTERP_TYPE = 3, PT_NOTE_TYPE = 4, SCRIPTS_DEEP = 4 };

const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* A number of the file's own byte order; only files of this machine's order get here. */
static uint64_t number_at(const unsigned char *at, size_t size)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    switch (size) {
    case 2:
        memcpy(&two, at, sizeof two);
        return two;
    case 4:
        memcpy(&four, at, sizeof four);
        return four;
    default:
        memcpy(&eight, at, sizeof eight);
        return eight;
    }
}

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;

    memcpy(&first, &one, 1);
    return first == 1;
}

/* Is a PT_NOTE segment the mark of the Go linker? A note: sizes of name and content, type. */
static bool is_go_note(int file, off_t offset)
{
    unsigned char note[16];

    return pread(file, note, sizeof note, offset) == sizeof note && number_at(note, 4) == 4 &&
           memcmp(note + 12, "Go\0", 4) == 0;
}

static const char *why_elf_unwatchable(int file, const unsigned char *head, bool loader)
{
    bool wide = head[4] == 2; /* EI_CLASS: 64 bits */
    uint64_t table = number_at(head + (wide ? 32 : 28), wide ? 8 : 4);
    size_t size = (size_t)number_at(head + (wide ? 54 : 42), 2);
    size_t count = (size_t)number_at(head + (wide ? 56 : 44), 2);
    bool dynamic = false;
    bool go = false;

    if (wide != (sizeof(void *) == 8) || (head[5] == 1) != is_little_endian())
        return "it was built for another kind of processor";
    for (size_t i = 0; i < count && i < 64; i++) {
        unsigned char segment[56];
        if (pread(file, segment, wide ? 56 : 32, (off_t)(table + i * size)) != (wide ? 56 : 32))
            return NULL;
        switch (number_at(segment, 4)) {
        case PT_INTERP_TYPE:
            dynamic = true;
            break;
        case PT_NOTE_TYPE:
            go |= is_go_note(file, (off_t)number_at(segment + (wide ? 8 : 4), wide ? 8 : 4));
            break;
        }
    }
    if (go)
        return "it is written in Go, which calls the system without the C library";
    if (!dynamic && !loader)
        return "it is statically linked, its C library is inside of it";
    return NULL;
}

static const char *look_at(int file, const char *path, int deep)
{
    unsigned char head[256] = {0};
    struct stat status;
    ssize_t n = pread(file, head, sizeof head - 1, 0);

    if (fstat(file, &status) == 0 && (status.st_mode & S_ISUID) && status.st_uid != geteuid())
        return "it is set-user-ID, the system preloads nothing into it";
    if (fstat(file, &status) == 0 && (status.st_mode & S_ISGID) && status.st_gid != getegid())
        return "it is set-group-ID, the system preloads nothing into it";
    if (n >= 64 && memcmp(head, "\177ELF", 4) == 0)
        return why_elf_unwatchable(file, head, strncmp(last_part(path), "ld-", 3) == 0);
    if (n > 2 && head[0] == '#' && head[1] == '!' && deep < SCRIPTS_DEEP) {
        char *interpreter = (char *)head + 2;
        const char *why = NULL;
        int next;
        interpreter += strspn(interpreter, " \t");
        interpreter[strcspn(interpreter, " \t\r\n")] = '\0';
        next = open(interpreter, O_RDONLY | O_CLOEXEC);
        if (next != -1) {
            why = look_at(next, interpreter, deep + 1);
            close(next);
        }
        return why;
    }
    return NULL;
}

const char *why_unwatchable(const char *path)
{
    const char *why = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file == -1)
        return NULL; /* execve() says it better */
    why = look_at(file, path, 0);
    close(file);
    return why;
}

/* As execve(2) will look at it: by the effective user, which access() does not. */
static bool may_execute(const char *file)
{
    return faccessat(AT_FDCWD, file, X_OK, AT_EACCESS) == 0;
}

int find_program(const char *file, const char *path_list, char *found, size_t size)
{
    int error = ENOENT;

    if (strchr(file, '/') != NULL) {
        if (strlen(file) >= size)
            return ENAMETOOLONG;
        strcpy(found, file);
        return may_execute(found) ? 0 : errno;
    }
    for (const char *at = path_list; at != NULL && file[0] != '\0';) {
        size_t length = strcspn(at, ":");
        struct text text = text_in(found, size);
        struct stat status;
        for (size_t i = 0; i < length; i++)
            put_char(&text, at[i]);
        put_text(&text, length > 0 ? "/" : "./");
        put_text(&text, file);
        if (stat(found, &status) == 0 && S_ISREG(status.st_mode)) {
            if (may_execute(found))
                return 0;
            error = EACCES;
        }
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
    return error;
}
