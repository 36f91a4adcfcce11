/* SPDX-License-Identifier: MIT */
/* From target to file: decoding, dot segments, and what may and may not be opened; media types. */
#include "../../web/http/cache.h"
#include "../../web/http/file.h"
#include "../../web/http/media.h"
#include "web_check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name, *encoded;
    int status;
    const char *decoded; /* with a slash at its end for a directory */
} targets[] = {
    {"RFC 9110 4.2.3: the empty path", "", 0, "/"},
    {"RFC 3986 3.3: the top", "/", 0, "/"},
    {"RFC 3986 3.3: a file", "/a/b.c", 0, "a/b.c"},
    {"RFC 3986 3.3: a directory", "/a/b/", 0, "a/b/"},
    {"RFC 3986 3.3: empty segments", "//a///b//", 0, "a/b/"},
    {"RFC 3986 5.2.4: a dot segment", "/./a/./b", 0, "a/b"},
    {"RFC 3986 5.2.4: two dots", "/a/b/../c", 0, "a/c"},
    {"RFC 3986 5.2.4: two dots at the end", "/a/b/..", 0, "a/"},
    {"RFC 3986 5.2.4: a dot at the end", "/a/.", 0, "a/"},
    {"RFC 3986 5.2.4: above the top", "/../../../etc/passwd", 0, "etc/passwd"},
    {"RFC 3986 6.2.2.3: dots in escapes", "/%2e%2E/%2e/a/%2e./b", 0, "b"},
    {"RFC 3986 3.3: three dots are a name", "/.../a", 0, ".../a"},
    {"RFC 3986 2.1: escapes", "/%41%c3%a4%20b", 0, "A\xc3\xa4 b"},
    {"RFC 3986 2.4: decoded once", "/%2541", 0, "%41"},
    {"RFC 3986 2.4: dots escaped twice", "/%252e%252e/a", 0, "%2e%2e/a"},
    {"RFC 3986 2.2: an escaped slash separates nothing", "/a%2fb", 404, ""},
    {"RFC 3986 2.2: nor does it climb", "/..%2f..%2Fetc", 404, ""},
    {"RFC 3986 7.3: a NUL", "/a%00.html", 400, ""},
    {"RFC 3986 2.1: cut off", "/a%4", 400, ""},
    {"RFC 3986 2.1: no digits", "/a%g1", 400, ""},
    {"a backslash is a letter here", "/..\\a", 0, "..\\a"},
};

static struct site site;

static void touch(const char *name, const char *content)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd == -1 || write(fd, content, strlen(content)) == -1 || close(fd) == -1)
        abort();
}

#define MUST(call) ((call) == 0 ? (void)0 : (perror(#call), exit(2)))

/* Opens NAME: its size, -1 for a directory, or -1000 - errno. */
static long try(const char *name)
{
    struct path path = {.length = strlen(name)};
    struct file f;
    strcpy(path.name, name);
    if (file_open(&site, &path, &f) == -1)
        return -1000 - errno;
    close(f.fd);
    return f.is_directory ? -1 : (long)f.size;
}

static void test_files(void)
{
    static const struct {
        const char *test, *name;
        long expected;
    } files[] = {
        {"a file", "a", 1},
        {"a file in a directory", "dir/bb", 2},
        {"the top", "", -1},
        {"a directory", "dir", -1},
        {"no such file", "none", -1000 - ENOENT},
        {"a file used as a directory", "a/b", -1000 - ENOTDIR},
        {"a link that stays inside", "dir/link-a", 1},
        {"a link to a directory inside", "link-dir/bb", 2},
        {"a link through a link", "link-link", 1},
        {"an absolute link that stays inside", "absolute", 1},
        {"an absolute link outside", "passwd", -1000 - EXDEV},
        {"an absolute link to a name with the same beginning", "beside", -1000 - EXDEV},
        {"a link up and out", "dir/up", -1000 - EXDEV},
        {"a directory link out", "out/secret", -1000 - EXDEV},
        {"a link out and in again", "out-in", 1},
        {"a link out and in again, to a directory", "out-in-dir/bb", 2},
        {"a link to a link outside that leads in again", "over-there", 1},
        {"a link out and in again, to a hidden file", "out-in-hidden", -1000 - ENOENT},
        {"a link to the top", "top/a", 1},
        {"a link in, and out again", "in-out", -1000 - EXDEV},
        {"links in a circle", "circle-a", -1000 - ELOOP},
        {"a link to nothing", "dangling", -1000 - ENOENT},
        {"a FIFO does not block", "fifo", -1000 - EACCES},
        {"a link to a device", "null", -1000 - EXDEV},
        {"a hidden file", ".hidden", -1000 - ENOENT},
        {"a file in a hidden directory", ".git/config", -1000 - ENOENT},
        {"a hidden file through a link", "link-hidden", -1000 - ENOENT},
        {"RFC 8615: .well-known", ".well-known/x", 1},
        {"RFC 8615: only at the top", "dir/.well-known/x", -1000 - ENOENT},
        {"RFC 8615: nothing hidden below", ".well-known/.x", -1000 - ENOENT},
        {"a name that begins like it", ".well-known2", -1000 - ENOENT},
    };
    char top[] = "/tmp/web_file.XXXXXX", name[PATH_MAX + 10];
    static char real[PATH_MAX];

    if (mkdtemp(top) == NULL || chdir(top) == -1 || getcwd(real, sizeof real - 10) == NULL)
        abort();
    MUST(mkdir("www", 0755));
    touch("secret", "secret");
    touch("www-beside", "x");
    MUST(chdir("www"));
    strcat(real, "/www");
    MUST(mkdir("dir", 0755));
    MUST(mkdir(".git", 0755));
    MUST(mkdir(".well-known", 0755));
    MUST(mkdir(".well-known2", 0755));
    MUST(mkdir("dir/.well-known", 0755));
    touch("a", "1");
    touch("dir/bb", "22");
    touch(".hidden", "3");
    touch(".git/config", "4");
    touch(".well-known/x", "5");
    touch(".well-known/.x", "5");
    touch("dir/.well-known/x", "5");
    MUST(symlink("../a", "dir/link-a"));
    MUST(symlink("dir/", "link-dir"));
    MUST(symlink("dir/link-a", "link-link"));
    snprintf(name, sizeof name, "%s/a", real);
    MUST(symlink(name, "absolute"));
    snprintf(name, sizeof name, "%s-beside", real);
    MUST(symlink(name, "beside"));
    MUST(symlink("/etc/passwd", "passwd"));
    MUST(symlink("../../secret", "dir/up"));
    MUST(symlink("..", "out"));
    MUST(symlink("../www/a", "out-in"));
    MUST(symlink("../www/dir", "out-in-dir"));
    MUST(symlink("../back", "over-there"));
    MUST(symlink("www/a", "../back"));
    MUST(symlink("../www/.hidden", "out-in-hidden"));
    MUST(symlink(".", "top"));
    MUST(symlink("dir/../../www/../secret", "in-out"));
    MUST(symlink("circle-b", "circle-a"));
    MUST(symlink("circle-a", "circle-b"));
    MUST(symlink("nothing", "dangling"));
    MUST(symlink("/dev/null", "null"));
    MUST(symlink(".hidden", "link-hidden"));
    MUST(mkfifo("fifo", 0644));
    site.root = open(".", O_RDONLY);
    site.name = real;
    site_tick(&site, (int64_t)time(NULL));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        check_number(files[i].test, files[i].name, files[i].expected, try(files[i].name));
}

static int find(const char *name, struct file *f)
{
    site.turn++;
    struct path path = {.length = strlen(name)};
    strcpy(path.name, name);
    return cache_find(&site, &path, f);
}

static void keep(const char *name)
{
    struct path path = {.length = strlen(name)};
    struct file f;
    strcpy(path.name, name);
    if (file_open(&site, &path, &f) == -1)
        abort();
    cache_add(&site, &path, &f);
    if (f.fd != -1)
        close(f.fd);
    cache_release(f.cached);
}

static void test_cache(void)
{
    static struct cache cache;
    struct file f, g;

    site.cache = &cache;
    keep("a");
    check_number("a file just written is not kept", "found", 0, find("a", &f));
    site_tick(&site, (int64_t)time(NULL) + 5);
    keep("a");
    check_number("a file left alone is kept", "found", 1, find("a", &f));
    check_text("its content", "1", f.content, (size_t)f.size);
    touch("a", "2"); /* the same size */
    check_number("a changed file is read again", "found", 0, find("a", &g));
    check_text("an answer being sent keeps what it began with", "1", f.content, (size_t)f.size);
    site_tick(&site, (int64_t)time(NULL) + 5);
    keep("a");
    check_number("found again", "found", 1, find("a", &g));
    check_text("the new content", "2", g.content, (size_t)g.size);
    check_number("RFC 9110 8.8.3: another tag", "same", 0, strcmp(f.etag, g.etag) == 0);
    MUST(unlink("a"));
    check_number("a removed file is gone", "found", 0, find("a", &(struct file){0}));
    cache_release(f.cached);
    cache_release(g.cached);
    site_tick(&site, (int64_t)time(NULL) + 5);
    keep("dir/bb");
    check_number("a file in a directory is kept", "found", 1, find("dir/bb", &f));
    cache_release(f.cached);
    MUST(rename("dir", "../dir"));
    MUST(symlink("../dir", "dir"));
    check_number("not when a link leads there, out", "found", 0, find("dir/bb", &f));
    check_number("nor is it opened then", "dir/bb", -1000 - EXDEV, try("dir/bb"));
    MUST(unlink("dir"));
    MUST(rename("../dir", ".dir"));
    MUST(symlink(".dir", "dir"));
    check_number("not when a link leads to a hidden one", "found", 0, find("dir/bb", &f));
    check_number("nor is it opened then", "dir/bb", -1000 - ENOENT, try("dir/bb"));
    MUST(unlink("dir"));
    MUST(rename(".dir", "dir"));
    check_number("back in its place it is there", "found", 1, find("dir/bb", &f));
    cache_release(f.cached);
    cache_clear(&cache);
    touch("a", "x");
    site_tick(&site, (int64_t)time(NULL));
    struct path path = {.length = 1, .name = "a"};
    check_number("opens", "a", 0, file_open(&site, &path, &f));
    close(f.fd);
    check_number("RFC 9110 8.8.1: a tag within the clock's tick is weak", "W", 'W', f.etag[0]);
}

int main(void)
{
    static struct path path;
    static char remove_all[PATH_MAX + 20];
    static const char *const types[][2] = {
        {"a.html", "text/html; charset=utf-8"},
        {"a/b.CSS", "text/css; charset=utf-8"},
        {"x.js", "text/javascript; charset=utf-8"},
        {"x.mjs", "text/javascript; charset=utf-8"},
        {"x.min.js", "text/javascript; charset=utf-8"},
        {"x.wasm", "application/wasm"},
        {"x.svg", "image/svg+xml"},
        {"x.woff2", "font/woff2"},
        {"x.mp4", "video/mp4"},
        {"x.tar.gz", "application/gzip"},
        {"Makefile", "application/octet-stream"},
        {"a.html/Makefile", "application/octet-stream"},
        {"x.", "application/octet-stream"},
    };

    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        size_t length = strlen(targets[i].encoded);
        char *copy = malloc(length > 0 ? length : 1);
        if (copy == NULL)
            abort();
        memcpy(copy, targets[i].encoded, length);
        int status = path_decode(&path, copy, length);
        free(copy);
        check_number(targets[i].name, "status", targets[i].status, status);
        if (status == 0 && path.directory)
            path.name[path.length++] = '/';
        if (status == 0)
            check_text(targets[i].name, targets[i].decoded, path.name, path.length);
    }
    char encoded[100];
    size_t length = path_encode(encoded, "a b/<\xc3\xa4>%?#:~.", 14);
    check_text("RFC 3986 2.3: encoding", "a%20b/%3C%C3%A4%3E%25%3F%23%3A~.", encoded, length);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        check_text(types[i][0], types[i][1], media_type(types[i][0]),
                   strlen(media_type(types[i][0])));
    test_files();
    test_cache();
    snprintf(remove_all, sizeof remove_all, "rm -r '%.*s'", (int)(strlen(site.name) - 4),
             site.name);
    check_number("tidying up", remove_all, 0, system(remove_all));
    return check_end();
}
