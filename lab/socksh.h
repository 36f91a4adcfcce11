/* SPDX-License-Identifier: MIT */
/* socksh.h - what the parts of socksh share: a command's words, a call's result. */
#ifndef SOCKSH_H
#define SOCKSH_H

#include <signal.h>
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
    const char *call; /* its name; NULL: there was none */
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

/* A constant, the name that C gives it, and another one that people type. */
struct constant {
    int value;
    const char *name;
    const char *other;
};

struct call {
    const char *name;
    void (*run)(struct command *c);
};

extern struct result last;

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* socksh-say.c: say() prints a call as C would write it, result() what it returned (errno is
 * looked at when that is -1). Between the two the call may block; Ctrl-C interrupts it, and so
 * does a signal when it takes longer than the limit (in milliseconds; 0: none).
 * tell() prints one more line, told() adds a word that `expect` can ask for. */
extern volatile sig_atomic_t interrupted; /* by Ctrl-C */
void catch_signals(void);
void set_limit(long milliseconds);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void result(long value);
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void told(const char *word);

/* socksh-words.c: takes one command from the text, and returns where the next one begins, or NULL
 * after the last one. Its words live until the next split(). A mistake is kept in c->wrong. */
const char *split(struct command *c, const char *text);

/* socksh-take.c: the first mistake is kept in c->wrong, and from then on the take_ functions give
 * 0 or "": a call takes all its words and then asks once whether the command is complete. */
void wrong(struct command *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool complete(struct command *c);        /* nothing is wrong and no word is left */
bool more(const struct command *c);      /* nothing is wrong and a word is left */
bool at_number(const struct command *c); /* the next word is a number */
struct word take_word(struct command *c, const char *what);
long take_number(struct command *c, const char *what, long least, long most);
long take_milliseconds(struct command *c, long least); /* the word: seconds, such as 0.5 */
int take_fd(struct command *c);
const struct constant *take_constant(struct command *c, const struct constant *list, int n);
bool same_name(const char *typed, const char *constant); /* peek, PEEK or MSG_PEEK */
const char *quote(const char *bytes, size_t length);     /* shortened, in a static buffer */
void make_printable(char *text);                         /* ? for each control byte */

/* socksh-variables.c */
const char *variable(const char *name); /* its value, or NULL */
const char *variable_of(int fd);        /* the name of this socket, or "" */
bool set_variable(const char *name, const char *value, bool is_socket); /* false: cannot be */
void forget_socket(int fd); /* its name names no open socket any more */
bool is_name_byte(char byte);

/* socksh-address.c: addresses are written 127.0.0.1:80, [::1]:80, or as a path. The texts are in
 * static buffers. */
bool take_address(struct command *c, int fd, struct address *a);
const char *address_text(const struct address *a);
const char *address_in_c(const struct address *a); /* {AF_INET, 127.0.0.1:80} */
int address_port(const struct address *a);         /* 0: it has none */
int socket_type(int fd);                           /* SOCK_STREAM ...; 0: not a socket */

/* socksh-expect.c: expect [not] RESULT [or RESULT ...]: is that what the last call gave? If not,
 * the text says what was expected and what came instead. */
bool expect(struct command *c, char *text, size_t size);

/* socksh-calls.c: all calls, with a NULL name after the last one */
extern const struct call calls[];
void told_from(const struct address *a); /* told, and $from from now on */

/* The calls that are not in socksh-calls.c */
void call_send(struct command *c);
void call_recv(struct command *c);
void call_sendto(struct command *c);
void call_recvfrom(struct command *c);
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

/* socksh-help.c, socksh-errors.c */
void call_help(struct command *c);
const char *usage_of(const char *call);
const char *error_name(int error);                      /* "EPIPE" */
int error_number(const char *name);                     /* 0: no such name */
const char *error_meaning(const char *call, int error); /* in a beginner's words */
void tell_errors(const char *call);

#endif
