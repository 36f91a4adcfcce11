/* SPDX-License-Identifier: MIT */
/* socksh.h - what the parts of socksh share: a command's words, a call's result. */
#ifndef SOCKSH_H
#define SOCKSH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { MAX_WORDS = 64 };

/* One word of a command: bytes of any value, with a NUL after the last one. */
struct word {
    char *bytes;
    size_t length;
    bool quoted;
};

/* One command. The take_ functions below take its words one after the other. */
struct command {
    struct word word[MAX_WORDS];
    int count;
    int next;        /* the first word not yet taken */
    char wrong[200]; /* what is wrong with the command; "" while nothing is */
};

/* What the last call gave: `expect` looks at it, `NAME = CALL` keeps the value. */
struct result {
    const char *call;
    long value;       /* the value returned, or what the call was asked for (a port, an option) */
    int error;        /* errno when it failed */
    bool failed;      /* it returned -1, or what stands for it */
    const char *data; /* the bytes it received */
    size_t length;
    char told[1024]; /* what else it told, between blanks: addresses, POLLIN, SIGPIPE, LISTEN */
};

struct address {
    struct sockaddr_storage storage;
    socklen_t length;
};

struct call {
    const char *name;
    void (*run)(struct command *c);
};

extern struct result last;

/* socksh.c: say() prints a call as C would write it, result() what it returned. Between the two
 * the call may block, and Ctrl-C or `within` interrupts it. tell() prints a further line,
 * told() adds a word that `expect` can ask for. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void result(long value);
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void told(const char *word);

/* socksh-words.c. split() takes one command from the text and returns where the next begins, or
 * NULL after the last one. The first mistake is kept in c->wrong; the take_ functions then
 * return 0 or "", so that a call takes all its words first and asks complete() once. */
const char *split(struct command *c, const char *text);
void wrong(struct command *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool complete(struct command *c); /* nothing is wrong and no word is left */
bool more(const struct command *c);
bool at_number(const struct command *c); /* the next word is a number */
struct word take_word(struct command *c, const char *what);
long take_number(struct command *c, const char *what, long least, long most);
long take_milliseconds(struct command *c); /* from seconds, such as 0.5 */
int take_fd(struct command *c);
bool same_name(const char *typed, const char *constant); /* peek, PEEK or MSG_PEEK */
const char *quote(const char *bytes, size_t length);     /* shortened, in a static buffer */
const char *variable(const char *name);                  /* NULL: there is none */
const char *variable_of(int fd);                         /* its name, or "" */
bool set_variable(const char *name, const char *value, bool is_socket);

/* socksh-address.c. Addresses are written 127.0.0.1:80, [::1]:80, or as a path. */
bool take_address(struct command *c, int fd, struct address *a);
const char *address_text(const struct address *a); /* in a static buffer */
const char *address_in_c(const struct address *a); /* {AF_INET, 127.0.0.1:80} */
int address_port(const struct address *a);         /* 0: it has none */
int socket_type(int fd);                           /* SOCK_STREAM ...; 0: not a socket */

/* socksh-calls.c, socksh-options.c, socksh-status.c: the calls, a NULL name after the last. */
extern const struct call calls[];
void call_fcntl(struct command *c);
void call_getsockopt(struct command *c);
void call_linger(struct command *c);
void call_setsockopt(struct command *c);
void call_getaddrinfo(struct command *c);
void call_gethostname(struct command *c);
void call_getservbyname(struct command *c);
void call_poll(struct command *c);
void call_status(struct command *c);

/* socksh-state-linux.c or socksh-state-posix.c: LISTEN, CLOSE_WAIT, ...; NULL: cannot tell. */
const char *tcp_state(int fd);

/* socksh-help.c */
void call_help(struct command *c);
const char *usage_of(const char *call);
const char *error_name(int error);                      /* "EPIPE" */
int error_number(const char *name);                     /* 0: no such name */
const char *error_meaning(const char *call, int error); /* in a beginner's words */

#endif
