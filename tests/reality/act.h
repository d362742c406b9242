/* One act of one process: what simulated tasks and real processes are both told to do. */
#ifndef REALITY_ACT_H
#define REALITY_ACT_H

enum {
    PLACES = 4,       /* pieces of memory that an act can name */
    PLACE_BYTES = 4,  /* of each, those that are stored and loaded */
    ANSWERS_MAX = 64, /* in one step */
};

enum op {
    OP_FORK,
    OP_VFORK,
    OP_EXEC,
    OP_EXIT, /* code */
    OP_WAIT, /* pid, options */
    OP_KILL, /* pid, signal */
    OP_PAUSE,
    OP_SIGNAL,      /* signal, 0 default | 1 ignore | 2 handler | 3 handler with restart */
    OP_SIGPROCMASK, /* 0 block | 1 unblock, signal */
    OP_SETPGID,     /* pid, group */
    OP_SETSID,
    OP_MMAP,  /* place, 1 for shared */
    OP_STORE, /* place, the bytes as a number */
    OP_LOAD,  /* place */
    OP_COUNT
};

struct act {
    int pid; /* who */
    enum op op;
    long a, b;
};

/* What a call answered, when it was back in user mode: value as the kernel gives it (-errno). */
struct answer {
    int pid;
    enum op op;
    long value;
    int status; /* of a wait that found somebody */
};

/* What can be seen of a process from outside. */
struct looks {
    char state; /* as in /proc/PID/stat, but R for one that only waits for its next act */
    int ppid, pgrp, session;
    unsigned long pending, shared_pending, blocked, ignored, caught; /* signal n is bit n - 1 */
};

#endif
