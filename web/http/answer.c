/* SPDX-License-Identifier: MIT */
/* From a request to its answer: method, file, preconditions, ranges, in RFC 9110's order. */
#include "answer.h"
#include "cache.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char allow[] = "Allow: GET, HEAD, OPTIONS\r\n";
static const char allow_echo[] = "Allow: GET, HEAD, OPTIONS, POST\r\n";

/* Says why file_open failed, which left its reason in errno. */
static void refuse_file(struct answer *a, const struct site *site, const struct request *r)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
        answer_refuse(a, site, r, 404, r->path.at, "there is no such file here", "RFC 9110, 15.5.5",
                      "");
        break;
    case EXDEV:
    case ELOOP:
        answer_refuse(a, site, r, 403, r->path.at,
                      "a symbolic link leads out of the served directory", "RFC 9110, 15.5.4", "");
        break;
    case EACCES:
        answer_refuse(a, site, r, 403, r->path.at, "this is no file, or not a readable one",
                      "RFC 9110, 15.5.4", "");
        break;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        a->close = true; /* which gives one descriptor back */
        answer_refuse(a, site, r, 503, r->path.at, "the server is out of descriptors or memory",
                      "RFC 9110, 15.6.4", "Retry-After: 1\r\n");
        break;
    default:
        answer_refuse(a, site, r, 500, r->path.at, "the file could not be opened",
                      "RFC 9110, 15.6.1", "");
    }
}

/* A whole page out of memory, a->page. */
static void send_page(struct answer *a, const struct site *site, const struct request *r,
                      const char *type)
{
    answer_head(a, site, r, 200);
    answer_content(a, type, a->page.length);
    answer_head_end(a);
    answer_page(a, r);
}

/* A directory with its slash: index.html if it has one, else what is in it. */
static void send_directory(struct answer *a, const struct site *site, const struct request *r,
                           struct path *path)
{
    struct path index = *path;

    path_add(&index, "index.html", 10);
    if (cache_find(site, &index, &a->file)) {
        answer_file(a, site, r, index.name);
        return;
    }
    if (file_open(site, path, &a->file) == -1) {
        refuse_file(a, site, r);
        return;
    }
    struct file directory = a->file;
    a->file.fd = -1;
    if (!directory.is_directory) {
        close(directory.fd);
        errno = ENOTDIR;
        refuse_file(a, site, r);
    } else if (file_open(site, &index, &a->file) == 0 && !a->file.is_directory) {
        close(directory.fd);
        cache_add(site, &index, &a->file);
        answer_file(a, site, r, index.name);
    } else if (a->file.fd == -1 && errno != ENOENT) {
        int reason = errno;
        close(directory.fd);
        errno = reason;
        refuse_file(a, site, r);
    } else if (answer_condition(a, site, r, &(struct validators){NULL, 0, site->now})) {
        close(directory.fd); /* a list has no validators, but it is there: RFC 9110, 13.1.1 */
    } else if ((a->listing = listing_open(path, directory.fd)) == NULL) {
        refuse_file(a, site, r);
    }
}

/* A directory without its slash: relative links on its page would miss (RFC 9110, 15.4.2). Rebuilt
 * from the decoded path, it begins with one slash, and so cannot name another host. */
static void redirect(struct answer *a, const struct site *site, const struct request *r,
                     const struct path *path)
{
    char encoded[3 * PATH_BYTES + 1];

    answer_head(a, site, r, 301);
    text_string(&a->text, "Location: /");
    text_add(&a->text, encoded, path_encode(encoded, path->name, path->length));
    text_string(&a->text, "/");
    if (r->query.length > 0) {
        text_string(&a->text, "?");
        text_add(&a->text, r->head.bytes + r->query.at, r->query.length);
    }
    text_string(&a->text, "\r\nContent-Length: 0\r\n");
    answer_head_end(a);
}

static bool is_echo(const struct site *site, const struct request *r)
{
    return site->echo && r->path.length == 5 && memcmp(r->head.bytes + r->path.at, "/echo", 5) == 0;
}

/* The methods, RFC 9110, 9: true if this one wants a file, else it has been answered. */
static bool take_method(struct answer *a, const struct site *site, const struct request *r)
{
    const char *allowed = is_echo(site, r) ? allow_echo : allow;
    switch (r->method) {
    case GET:
    case HEAD:
        return true;
    case OPTIONS:
        answer_head(a, site, r, 200);
        text_string(&a->text, allowed);
        text_string(&a->text, "Content-Length: 0\r\n");
        answer_head_end(a);
        return false;
    case UNKNOWN:
        answer_refuse(a, site, r, 501, r->line.at, "this method is not known here (case matters)",
                      "RFC 9110, 9.1", "");
        return false;
    default:
        if (r->method == POST && is_echo(site, r))
            return true;
        answer_refuse(a, site, r, 405, r->line.at, "this method is not allowed for a file",
                      "RFC 9110, 15.5.6", allowed);
        return false;
    }
}

/* The request itself: its memory becomes the page's. */
static void echo(struct answer *a, const struct site *site, const struct request *r,
                 struct text *raw)
{
    if (raw != NULL) {
        struct text empty = a->page;
        a->page = *raw;
        *raw = empty;
    }
    send_page(a, site, r, "text/plain; charset=utf-8");
}

/* What the path leads to. */
static void send_target(struct answer *a, const struct site *site, const struct request *r)
{
    struct path path;
    int status = path_decode(&path, r->head.bytes + r->path.at, r->path.length);
    if (status != 0) {
        answer_refuse(a, site, r, status, r->path.at,
                      status == 400 ? "%00 stands in no file's name"
                                    : "no file's name has a slash in it",
                      "RFC 3986, 7.3", "");
    } else if (path.directory) {
        send_directory(a, site, r, &path);
    } else if (cache_find(site, &path, &a->file)) {
        answer_file(a, site, r, path.name);
    } else if (file_open(site, &path, &a->file) == -1) {
        a->file.fd = -1;
        refuse_file(a, site, r);
    } else if (a->file.is_directory) {
        redirect(a, site, r, &path);
    } else {
        cache_add(site, &path, &a->file);
        answer_file(a, site, r, path.name);
    }
}

enum progress answer_begin(struct answer *a, const struct site *site, const struct request *r,
                           struct text *raw)
{
    a->close = r->close;
    a->file = (struct file){.fd = -1};
    if (!take_method(a, site, r))
        return DONE;
    if (is_echo(site, r))
        echo(a, site, r, raw);
    else
        send_target(a, site, r);
    return a->listing != NULL ? MORE : DONE;
}

enum progress answer_go_on(struct answer *a, const struct site *site, const struct request *r)
{
    if (listing_go_on(a->listing, site, &a->page) == MORE)
        return MORE;
    listing_close(a->listing);
    a->listing = NULL;
    send_page(a, site, r, "text/html; charset=utf-8");
    return DONE;
}

void answer_request(struct answer *a, const struct site *site, const struct request *r,
                    struct text *raw)
{
    enum progress p = answer_begin(a, site, r, raw);
    while (p == MORE)
        p = answer_go_on(a, site, r);
}

bool answer_early(struct answer *a, const struct site *site, const struct request *r)
{
    a->file = (struct file){.fd = -1};
    if (r->framing == LENGTH && r->content_length > BODY_MAX) {
        const struct field *f = head_find(&r->head, "content-length", NULL);
        a->close = true;
        answer_refuse(a, site, r, 413, f->value.at, "a request body may have 1 MiB here",
                      "RFC 9110, 15.5.14", "");
        return true;
    }
    if (!r->expects_continue || r->method == GET || r->method == HEAD)
        return false;
    a->close = true; /* its body may come all the same: nobody can tell it from a request */
    return !take_method(a, site, r);
}
