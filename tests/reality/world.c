/* See world.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "world.h"

#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PROCESSES_MAX = 40, /* in the life of a world */
    REST_MS = 5000,     /* a world that takes longer to come to rest has gone wrong */
};

struct process {
    int pid, host_pid; /* 0: none yet; those that are gone keep theirs */
    bool is_busy;      /* it was told to act and has not answered */
};

struct world {
    char folder[64]; /* where its files are; "": none */
    pid_t launcher;
    int requests[PROCESSES_MAX]; /* our ends, one for each process there may be */
    int reports;
    struct process process[PROCESSES_MAX];
    int count;
    int newcomer; /* the slot of one that is being made and has not reported; 0: nobody */
};

/* ---- Making and ending it ---- */

static bool make_folder(struct world *w)
{
    const char *where = getenv("TMPDIR");
    int length = snprintf(w->folder, sizeof w->folder, "%s/reality-XXXXXX", where ? where : "/tmp");

    if (length < (int)sizeof w->folder && mkdtemp(w->folder))
        return true;
    w->folder[0] = '\0';
    return false;
}

static void remove_folder(const struct world *w)
{
    char path[sizeof w->folder + 16];

    if (!w->folder[0])
        return;
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/f%d", w->folder, i);
        unlink(path);
    }
    rmdir(w->folder);
}

/*
 * The process between us and init: it makes the namespace, and takes it and the folder down when
 * init has ended or we have, however that came.
 */
static _Noreturn void launch(const struct world *w, pid_t parent)
{
    sigset_t ends;
    pid_t init = -1;
    int number;

    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD); /* init is gone */
    sigaddset(&ends, SIGTERM); /* we are */
    sigprocmask(SIG_BLOCK, &ends, NULL);
    setsid(); /* nobody's signals to our group reach it */
    bool is_made = chdir(w->folder) == 0 &&
                   (unshare(CLONE_NEWPID) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a new user namespace would have cleared it */
    if (is_made && getppid() == parent)
        init = fork();
    if (init == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigprocmask(SIG_UNBLOCK, &ends, NULL);
        actor_begin();
    }
    if (init > 0) {
        while (sigwait(&ends, &number) != 0)
            ;
        kill(init, SIGKILL); /* the kernel ends all that are in its namespace */
        waitpid(init, NULL, 0);
    }
    remove_folder(w);
    _exit(init < 0);
}

static bool open_ends(struct world *w, int ends[PROCESSES_MAX + 1])
{
    int pair[2], on = 1;

    for (int i = 0; i <= PROCESSES_MAX; i++) {
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
            return false;
        ends[i] = pair[1];
        if (i == 0)
            w->reports = pair[0];
        else
            w->requests[i - 1] = pair[0];
    }
    return setsockopt(w->reports, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0;
}

static bool has_begun(struct world *w);

struct world *world_create(void)
{
    struct world *w = calloc(1, sizeof *w);
    int ends[PROCESSES_MAX + 1];
    pid_t parent = getpid();

    if (!w || !make_folder(w) || !open_ends(w, ends)) {
        if (w)
            remove_folder(w);
        free(w);
        return NULL;
    }
    w->launcher = fork();
    if (w->launcher == 0) {
        for (int i = 0; i <= PROCESSES_MAX; i++)
            dup2(ends[i], FIRST_FD + i);
        for (int i = 3; i < FIRST_FD; i++)
            close(i);
        launch(w, parent);
    }
    for (int i = 0; i <= PROCESSES_MAX; i++)
        close(ends[i]);
    w->count = 1;
    if (w->launcher > 0 && has_begun(w))
        return w;
    world_destroy(w);
    return NULL;
}

void world_destroy(struct world *w)
{
    if (!w)
        return;
    if (w->launcher > 0) {
        kill(w->launcher, SIGTERM);
        waitpid(w->launcher, NULL, 0);
    } else {
        remove_folder(w);
    }
    close(w->reports);
    for (int i = 0; i < PROCESSES_MAX; i++)
        close(w->requests[i]);
    free(w);
}

/* ---- Looking ---- */

static bool read_proc(int pid, const char *name, char *text, size_t size)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* What stands behind the name in /proc/PID/stat: state, ppid, pgrp, session. */
static bool read_stat(int host_pid, char *state, int *ppid, int *pgrp, int *session)
{
    char text[1024];

    if (!host_pid || !read_proc(host_pid, "stat", text, sizeof text))
        return false;
    char *end = strrchr(text, ')');
    return end && sscanf(end + 1, " %c %d %d %d", state, ppid, pgrp, session) == 4;
}

/* Its slot, or -1. */
static int find(const struct world *w, int pid)
{
    for (int i = 0; i < w->count; i++)
        if (w->process[i].pid == pid)
            return i;
    return -1;
}

/* A number of ours in theirs; 0 for who is not among them. */
static int inside(const struct world *w, int host_pid)
{
    for (int i = 0; i < w->count; i++)
        if (w->process[i].host_pid == host_pid)
            return w->process[i].pid;
    return 0;
}

static unsigned long mask_of(const char *text, const char *name)
{
    const char *line = strstr(text, name);

    return line ? strtoul(line + strlen(name), NULL, 16) : 0;
}

bool world_look(const struct world *w, int pid, struct looks *looks)
{
    int slot = find(w, pid), ppid, pgrp, session;
    const struct process *p = &w->process[slot < 0 ? 0 : slot];
    char text[4096];

    *looks = (struct looks){ 0 };
    if (slot < 0 || !read_stat(p->host_pid, &looks->state, &ppid, &pgrp, &session) ||
        !read_proc(p->host_pid, "status", text, sizeof text))
        return false;
    if (looks->state == 'S' && !p->is_busy)
        looks->state = 'R';
    looks->ppid = inside(w, ppid);
    looks->pgrp = inside(w, pgrp);
    looks->session = inside(w, session);
    looks->pending = mask_of(text, "\nSigPnd:\t");
    looks->shared_pending = mask_of(text, "\nShdPnd:\t");
    looks->blocked = mask_of(text, "\nSigBlk:\t");
    looks->ignored = mask_of(text, "\nSigIgn:\t");
    looks->caught = mask_of(text, "\nSigCgt:\t");
    return true;
}

/* ---- Acting ---- */

/* The report that has come next, and who has sent it. False if there is none. */
static bool read_report(struct world *w, struct report *report, int *host_pid)
{
    char control[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec part = { report, sizeof *report };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
    };

    if (recvmsg(w->reports, &message, MSG_DONTWAIT) != (ssize_t)sizeof *report)
        return false;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_CREDENTIALS)
        return false;
    *host_pid = ((struct ucred *)(void *)CMSG_DATA(header))->pid;
    return true;
}

static void take_reports(struct world *w, struct answer *answers, size_t *count)
{
    struct report report;
    int host_pid;

    while (read_report(w, &report, &host_pid)) {
        struct process *p = &w->process[report.slot];

        *p = (struct process){ .pid = report.pid, .host_pid = host_pid };
        if (report.slot == w->newcomer ||
            (report.answer.value < 0 &&
             (report.answer.op == OP_FORK || report.answer.op == OP_VFORK)))
            w->newcomer = 0;
        if (report.answer.op != OP_COUNT && *count < ANSWERS_MAX)
            answers[(*count)++] = report.answer;
    }
}

/* Waits for init. False if it does not come, as where no namespace may be made. */
static bool has_begun(struct world *w)
{
    struct pollfd poller = { .fd = w->reports, .events = POLLIN };
    struct answer answers[ANSWERS_MAX];
    size_t count = 0;

    if (poll(&poller, 1, REST_MS) == 1)
        take_reports(w, answers, &count);
    return w->process[0].host_pid != 0;
}

/* Does nobody run? */
static bool is_at_rest(const struct world *w)
{
    int ppid, pgrp, session;
    char state;

    if (w->newcomer)
        return false;
    for (int i = 0; i < w->count; i++)
        if (read_stat(w->process[i].host_pid, &state, &ppid, &pgrp, &session) &&
            (state == 'R' || state == 'X'))
            return false;
    return true;
}

/* Waits for reports, one millisecond at most. */
static void wait_a_little(const struct world *w)
{
    struct pollfd poller = { .fd = w->reports, .events = POLLIN };

    poll(&poller, 1, 1);
}

static bool come_to_rest(struct world *w, struct answer *answers, size_t *count)
{
    struct timespec begin, now;
    int rests = 0;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        size_t before = *count;

        take_reports(w, answers, count);
        /* Twice, with a pause between: who has been woken runs by then, or has reported. */
        rests = is_at_rest(w) && *count == before ? rests + 1 : 0;
        if (rests == 2)
            return true;
        wait_a_little(w);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 <
             REST_MS);
    return false;
}

static int by_pid(const void *a, const void *b)
{
    const struct answer *one = a, *other = b;

    return one->pid != other->pid ? (one->pid > other->pid) - (one->pid < other->pid)
                                  : (one->op > other->op) - (one->op < other->op);
}

bool world_act(struct world *w, const struct act *act, struct answer *answers, size_t *count)
{
    int slot = find(w, act->pid);
    struct act request = *act;

    *count = 0;
    if (slot < 0)
        return false;
    if (act->op == OP_FORK || act->op == OP_VFORK) {
        if (w->count == PROCESSES_MAX)
            return false;
        request.a = w->newcomer = w->count++;
    }
    w->process[slot].is_busy = true;
    if (send(w->requests[slot], &request, sizeof request, 0) < 0)
        return false;
    bool well = come_to_rest(w, answers, count);
    qsort(answers, *count, sizeof *answers, by_pid);
    return well;
}
