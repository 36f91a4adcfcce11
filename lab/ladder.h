/* SPDX-License-Identifier: MIT */
/* ladder: what its parts share. A trace (socktrace(5)) is read into events, the two ends of every
 * conversation are matched into arrows, the events are put in order, and one of three pens draws.
 */
#ifndef LADDER_H
#define LADDER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum call {
    SOCKET,
    BIND,
    LISTEN,
    CONNECT,
    ACCEPT,
    SEND,
    RECV,
    SHUTDOWN,
    CLOSE,
    EXIT,
    ASKED, /* what became of a connect that did not wait: getsockopt(SO_ERROR) */
    REMARK,
    ASIDE
};

/* The state of a TCP end, as far as the calls tell (RFC 9293, section 3.3.2). */
enum state {
    NO_STATE,
    LISTENING,
    SYN_SENT,
    ESTABLISHED,
    FIN_WAIT,
    CLOSE_WAIT,
    LAST_ACK,
    TIME_WAIT,
    CLOSED
};

/* One socket, by whatever number of descriptors and processes it is held. */
struct end {
    char *id; /* field 11 of the trace */
    bool tcp, datagrams;
    const char *local, *peer; /* "127.0.0.1:12000", or NULL; shared text; see ladder-read.c */
    bool pair, shared;        /* of socketpair(2); several processes send or receive on it */
    int pid;                  /* the last that did */
    bool bound;               /* by bind(2): its port is not one that the system picked */
    bool watched;             /* the socket it connected to is in the trace too */
    int holders;              /* how many descriptors are open */
    long long last_use;       /* when the trace names it for the last time, in ns */
    struct end *twin;         /* the other end of the connection */
    struct event *made, *listened;
    struct event *sends, *last_send; /* that are not wholly received, in the order of the stream */
    long long sent, received;        /* how far each direction has come */
    struct arrow *finished;          /* our end of the stream, on its way to the other end */
    struct column *user;             /* whose call was the last */
    bool at_once;                    /* O_NONBLOCK is set: no call of it waits */
    bool pending;       /* by a connect that did not wait, with no sign of success yet */
    bool taken, broken; /* by accept(2); by a reset */
    enum state state;
    struct end *next;
};

/* What one end did to the other. to is NULL when no call received it: then it ends at the column
 * over there, or, when over is NULL too, nowhere. from is NULL when nobody watched the sender. */
struct arrow {
    enum deed { SYN, DATA, FIN, RST } kind;
    struct event *from, *to;
    struct column *over;
    struct end *end;         /* FIN, RST: whose */
    enum state news;         /* the state of the end that it reaches, if it changes that */
    long long offset, count; /* DATA: these bytes of the call that sent */
    bool lost, drawn;        /* lost: on its way to over, where nobody received it */
    struct arrow *next_out, *next_in;
};

struct event {
    long line;            /* of the file */
    long long begin, end; /* ns; end is begin for what has not returned */
    bool waiting;         /* no return in the trace */
    enum call call;
    char *name, *error, *args; /* as in the trace; NULL for '-' */
    struct column *column;
    struct end *socket, *accepted;
    int fd;
    const char *local, *peer;
    long long offset, want, count, result;
    unsigned char *data;
    size_t length; /* of data: count bytes or fewer */
    struct arrow *out, *in;
    struct event *before;    /* the visible call before, in the same column */
    struct event *after;     /* must stand above, though no arrow says so */
    struct event *next_send; /* of the same stream, or the next datagram of all */
    long long arrived;       /* SEND: bytes that some call received */
    bool announced;          /* drawn when it began to wait */
    bool stops_listening;
    bool at_once;           /* it could not wait */
    bool repeated;          /* once more EAGAIN, like the call before */
    size_t earliest, depth; /* the longest chain of causes above its beginning; its effect */
};

/* A program, or one of its threads or children. */
struct column {
    int pid, tid;
    const char *program;
    char label[96], who[48]; /* "tcp-upper-server", "4711" or "thread 2" */
    struct column *parent;   /* the process of a thread, or what forked this process */
    struct event *latest;    /* the last line of the trace so far that is a call */
    struct end *serves;      /* the first socket on which it sends or receives */
    struct event *last;      /* the visible call before, while matching */
    bool shown, ended;       /* has a place in the drawing; its process is gone */
    size_t lane, rank;
    size_t first_step, last_step;
    int children;               /* threads and children that have got a number */
    bool headed, blocked, gone; /* what the pen has drawn so far */
    struct column *next;
};

/* A line of the drawing: a call, its beginning, its return, or what is left when all is over. */
struct step {
    struct event *event;
    enum part { WHOLE, BEGINS, RETURNS, LEFT } part;
};

struct trace {
    struct event **events;
    size_t count, room, drawn; /* drawn: so many events are done with */
    int servers;               /* how many sockets have been made ready to be called */
    struct end *ends;
    struct column *columns, *outside; /* outside: for the ends that nobody watched */
    struct step *steps;
    struct column **ranks; /* those that are shown, from left to right */
    size_t step_count, lane_count, rank_count;
};

struct style {
    bool all;   /* -a: also the calls that move nothing */
    bool book;  /* -r: nothing that differs from run to run */
    bool live;  /* -f: draw while it happens */
    bool quiet; /* -q: what the commands print is dropped */
    bool utf8;
    int width; /* -w, in columns */
    char form; /* -T: t, s or m */
};
extern struct style style;

/* A file that may still grow. */
struct source {
    const char *name;
    int fd;
    char *text; /* read, but not yet a whole line */
    size_t length, size;
    long line;
};

/* ladder-read.c: one line of a trace into the model; a torn or foreign one is reported and passed
 * over. line: without its newline, changed. file and number: for the report. */
void read_line(struct trace *trace, char *line, const char *file, long number);
/* The lines that the source has by now; last: what has no newline is a line too. Returns whether
 * there were any bytes. */
bool read_source(struct trace *trace, struct source *source, bool last);
struct column *column_of(struct trace *trace, int pid, int tid, const char *program);
struct end *end_of(struct trace *trace, const char *id);
void *allocate(size_t size); /* zeroed; never NULL */

/* The value of key in field 19, in value; NULL when it is not there. */
const char *argument(const char *args, const char *key, char *value, size_t size);

/* Whether WORD is in the value of KEY in E's arguments. */
bool says(const struct event *e, const char *key, const char *word);

/* ladder-match.c: who received what, for the events from first to the last, in the order of time.
 */
void match(struct trace *trace, size_t first);
void match_end(
    struct trace *trace); /* nothing more comes: what was sent and not received is lost */
bool same_address(const char *a, const char *b); /* a wildcard host is any host */

/* ladder-ends.c: who holds which socket. hold: one more descriptor for it. release: closes fd of
 * the event's process, or all with -1, and so finishes a stream if nobody holds it any more.
 * finish: ends the stream in one direction, with an arrow. hold_aside: fork, exec, dup and their
 * kin. */
void hold(int pid, int fd, struct end *end);
void release(struct trace *trace, struct event *event, int fd);
void finish(struct trace *trace, struct event *event, struct end *end);
void hold_aside(struct trace *trace, struct event *event);

/* A new arrow; the column for ends that nobody watched. */
struct arrow *point(enum deed kind, struct event *from, struct event *to, struct column *over);
struct column *outside(struct trace *trace);

/* ladder-order.c: the steps of the drawing, and who stands in which lane. */
bool visible(const struct event *event);
void order(struct trace *trace, size_t first);

/* Does next receive what step sends, and nothing else? Then they share a row. */
bool answers(const struct step *step, const struct step *next);
void order_left(struct trace *trace); /* steps for the arrows that match_end() made, when live */

/* ladder-tcp.c: the state of the event's end after the step, NO_STATE when it did not change; what
 * becomes of the other end is in news of the arrows from here. Once for each step, in their order.
 */
enum state tcp_step(const struct step *step);
const char *state_name(enum state state);

/* ladder-words.c: the same words for every pen, UTF-8 or ASCII, in a buffer that the next call but
 * seven reuses. */
const char *call_words(const struct step *step);     /* "recv(4) = 6" */
const char *detail_words(const struct event *event); /* "from 127.0.0.1 port 49646", or "" */
const char *error_words(const struct step *step);    /* "ECONNREFUSED", or "" */
const char *waited_words(const struct step *step);   /* "waited 3.2 s", or "" */
const char *plain_words(const char *text);           /* any text, unprintable bytes escaped */
const char *arrow_words(const struct arrow *arrow, int width); /* the bytes, at most width wide */
const char *address_words(const char *address);                /* "127.0.0.1 port 12000" */
void find_system_ports(struct trace *trace);                   /* for -r */
int glyph(const char *text, int *bytes); /* width of the next character: 0, 1, 2 */
int words_width(const char *text);

/* ladder-run.c: starts each command under socktrace when the one before is ready, and draws
 * meanwhile or at the end. socktrace: where it is. keep: the file for the trace, or NULL. Returns
 * the exit status. */
int run(struct trace *trace, const char *socktrace, const char *keep, char **commands);

/* ladder.c: what the trace holds by now, drawn; last: nothing more comes. */
void draw(struct trace *trace, bool last);
void pause_a_little(void);
extern volatile sig_atomic_t interrupted;

/* The pens. text: steps as they come, first is the first new one. */
void draw_text(struct trace *trace, size_t first);
void draw_svg(struct trace *trace);
void draw_mermaid(struct trace *trace);

#endif
