/* SPDX-License-Identifier: MIT */
/* What ladder's parts share: a trace (socktrace(5)) as events, and what is found out of them. It is
 * read into events, the two ends of every conversation are matched into arrows, the events are put
 * in order, and one of three pens draws. */
#ifndef LADDER_MODEL_H
#define LADDER_MODEL_H

#include <stdbool.h>
#include <stddef.h>

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
    const char *local, *peer; /* "127.0.0.1:12000", or NULL; shared text; see read.c */
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

struct column *column_of(struct trace *trace, int pid, int tid, const char *program);
struct end *end_of(struct trace *trace, const char *id);
void *allocate(size_t size);  /* zeroed; never NULL */
char *copy(const char *text); /* never NULL */

/* The value of key in field 19, in value; NULL when it is not there. */
const char *argument(const char *args, const char *key, char *value, size_t size);

/* Whether WORD is in the value of KEY in E's arguments. */
bool says(const struct event *e, const char *key, const char *word);

#endif
