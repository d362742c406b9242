/* One act of one process: what simulated tasks and real processes are both told to do. */
#ifndef REALITY_ACT_H
#define REALITY_ACT_H

enum {
    FILES = 2,        /* files that an act can name */
    TEXT_MAX = 40,    /* bytes that are read and written at once */
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
    OP_PIPE,
    OP_OPEN,   /* file, index into open_ways */
    OP_CLOSE,  /* descriptor */
    OP_DUP,    /* descriptor */
    OP_DUP2,   /* descriptor, descriptor */
    OP_FCNTL,  /* descriptor, index into fcntl_ways */
    OP_READ,   /* descriptor, bytes */
    OP_WRITE,  /* descriptor, bytes */
    OP_LSEEK,  /* descriptor, bytes from the beginning, or less than 0: from the end */
    OP_UNLINK, /* file */
    OP_COUNT
};

struct act {
    int pid; /* who */
    enum op op;
    long a, b;
};

/* What OP_OPEN and OP_FCNTL can ask for: for a real process, and in words. */
struct open_way {
    int flags;
    const char *text;
};

struct fcntl_way {
    int command, argument;
    const char *text;
};

enum { OPEN_WAYS = 6, FCNTL_WAYS = 8 };
extern const struct open_way open_ways[OPEN_WAYS];
extern const struct fcntl_way fcntl_ways[FCNTL_WAYS];

/* The byte at that place of what is written: so that it matters who has written how much. */
static inline char text_byte(const struct act *act, int i)
{
    return (char)('a' + (act->pid * 7 + (int)act->b * 3 + i) % 26);
}

/* Of what has been read, as the status of the answer. */
static inline int text_sum(const char *bytes, long count)
{
    unsigned sum = 0;

    for (long i = 0; i < count; i++)
        sum = sum * 31 + (unsigned char)bytes[i];
    return (int)(sum & 0x7FFFFFFF);
}

/* What a call answered, when it was back in user mode: value as the kernel gives it (-errno). */
struct answer {
    int pid;
    enum op op;
    long value;
    int status; /* of a wait that found somebody; what a read has read */
};

/* What can be seen of a process from outside. */
struct looks {
    char state; /* as in /proc/PID/stat, but R for one that only waits for its next act */
    int ppid, pgrp, session;
    unsigned long pending, shared_pending, blocked, ignored, caught; /* signal n is bit n - 1 */
};

#endif
