/* See world.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "world.h"

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
    PROCESSES_MAX = 40,     /* in the life of a world */
    REST_MS = 5000,         /* a world that takes longer to come to rest has gone wrong */
    FIRST_FD = 100,         /* of the ends that processes have, so that exec knows them */
    STACK_BYTES = 64 << 10, /* of a vfork child */
};

/* What a process says: it has answered, or (a new one) it is there. */
struct report {
    int pid; /* in the namespace */
    int slot;
    struct answer answer;
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

/*
 * The address sanitizer asks this. Its handlers would be a real process's, who has none of its own
 * after exec.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0";
}

/* ---- Inside: a process that does what it is told ---- */

struct self {
    int slot;
    char *place[PLACES];
};

static _Noreturn void live(struct self *self, enum op first);

static int request_fd(int slot)
{
    return FIRST_FD + 1 + slot;
}

static void on_signal(int number)
{
    (void)number;
}

static long failed(long value)
{
    return value < 0 ? -errno : value;
}

static int borrow(void *arg)
{
    live(arg, OP_VFORK);
}

static long act_vfork(const struct self *self, int slot)
{
    struct self child = *self;
    char *stack =
        mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (stack == MAP_FAILED)
        return -errno;
    child.slot = slot;
    long value =
        failed(clone(borrow, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, &child));
    munmap(stack, STACK_BYTES);
    return value;
}

static long act_signal(int number, long how)
{
    struct sigaction action = { .sa_handler = how == 0 ? SIG_DFL : how == 1 ? SIG_IGN : on_signal };

    action.sa_flags = how == 3 ? SA_RESTART : 0;
    return failed(sigaction(number, &action, NULL));
}

static long act_sigprocmask(bool unblocks, int number)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, number);
    return failed(sigprocmask(unblocks ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL));
}

static long act_mmap(struct self *self, long place, bool is_shared)
{
    char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                        MAP_ANONYMOUS | (is_shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);

    if (memory == MAP_FAILED)
        return -errno;
    self->place[place] = memory;
    return 0;
}

static long act_exec(const struct self *self)
{
    char slot[16];

    snprintf(slot, sizeof slot, "%d", self->slot);
    execl("/proc/self/exe", "reality", "--resume", slot, (char *)NULL);
    return -errno;
}

const struct open_way open_ways[OPEN_WAYS] = {
    { O_RDONLY, "RDONLY" },
    { O_RDWR | O_CREAT, "RDWR|CREAT" },
    { O_RDWR | O_CREAT | O_EXCL, "RDWR|CREAT|EXCL" },
    { O_RDWR | O_TRUNC, "RDWR|TRUNC" },
    { O_WRONLY | O_APPEND | O_CREAT, "WRONLY|APPEND|CREAT" },
    { O_RDONLY | O_DIRECTORY, "DIRECTORY" },
};

const struct fcntl_way fcntl_ways[FCNTL_WAYS] = {
    { F_SETFD, FD_CLOEXEC, "F_SETFD FD_CLOEXEC" },
    { F_SETFD, 0, "F_SETFD 0" },
    { F_GETFD, 0, "F_GETFD" },
    { F_SETFL, O_NONBLOCK, "F_SETFL NONBLOCK" },
    { F_SETFL, O_APPEND, "F_SETFL APPEND" },
    { F_SETFL, 0, "F_SETFL 0" },
    { F_GETFL, 0, "F_GETFL" },
    { F_DUPFD, 6, "F_DUPFD 6" },
};

static long act_open(long file, long way)
{
    char name[16];

    snprintf(name, sizeof name, "f%ld", file);
    return failed(open(name, open_ways[way].flags, 0666));
}

/* What every file of a system with large ones has is not asked for. */
static long act_fcntl(long fd, long way)
{
    const struct fcntl_way *how = &fcntl_ways[way];
    long value = failed(fcntl((int)fd, how->command, how->argument));

    return how->command == F_GETFL && value > 0 ? value & (O_ACCMODE | O_APPEND | O_NONBLOCK)
                                                : value;
}

static long act_read(const struct act *request, int *sum)
{
    char bytes[TEXT_MAX];
    long value = failed(read((int)request->a, bytes, (size_t)request->b));

    *sum = value > 0 ? text_sum(bytes, value) : 0;
    return value;
}

static long act_write(const struct act *request)
{
    char bytes[TEXT_MAX];

    for (int i = 0; i < request->b; i++)
        bytes[i] = text_byte(request, i);
    return failed(write((int)request->a, bytes, (size_t)request->b));
}

static long act_on_files(const struct act *request, int *sum)
{
    int ends[2], fd = (int)request->a;
    char name[16];

    switch (request->op) {
    case OP_PIPE:
        return failed(pipe(ends));
    case OP_OPEN:
        return act_open(request->a, request->b);
    case OP_CLOSE:
        return failed(close(fd));
    case OP_DUP:
        return failed(dup(fd));
    case OP_DUP2:
        return failed(dup2(fd, (int)request->b));
    case OP_FCNTL:
        return act_fcntl(request->a, request->b);
    case OP_READ:
        return act_read(request, sum);
    case OP_WRITE:
        return act_write(request);
    case OP_LSEEK:
        return failed(lseek(fd, request->b, request->b < 0 ? SEEK_END : SEEK_SET));
    case OP_UNLINK:
        snprintf(name, sizeof name, "f%ld", request->a);
        return failed(unlink(name));
    default:
        return -ENOSYS;
    }
}

/* Requests to fork carry the slot of the child in a. */
static long act(struct self *self, const struct act *request, int *status)
{
    long value = 0;

    switch (request->op) {
    case OP_FORK:
        value = failed(fork());
        if (value == 0)
            self->slot = (int)request->a;
        return value;
    case OP_VFORK:
        return act_vfork(self, (int)request->a);
    case OP_EXEC:
        return act_exec(self);
    case OP_EXIT:
        _exit((int)request->a);
    case OP_WAIT:
        return failed(wait4((pid_t)request->a, status, (int)request->b, NULL));
    case OP_KILL:
        return failed(kill((pid_t)request->a, (int)request->b));
    case OP_PAUSE:
        return failed(pause());
    case OP_SIGNAL:
        return act_signal((int)request->a, request->b);
    case OP_SIGPROCMASK:
        return act_sigprocmask(request->a, (int)request->b);
    case OP_SETPGID:
        return failed(setpgid((pid_t)request->a, (pid_t)request->b));
    case OP_SETSID:
        return failed(setsid());
    case OP_MMAP:
        return act_mmap(self, request->a, request->b);
    case OP_STORE:
        memcpy(self->place[request->a], &request->b, PLACE_BYTES);
        return 0;
    case OP_LOAD:
        memcpy(&value, self->place[request->a], PLACE_BYTES);
        return value;
    default:
        return act_on_files(request, status);
    }
}

static void say(const struct self *self, enum op op, long value, int status)
{
    int pid = (int)syscall(SYS_getpid); /* the C library may remember a vfork parent's */
    struct report report = { pid, self->slot, { pid, op, value, status } };

    while (send(FIRST_FD, &report, sizeof report, 0) < 0 && errno == EINTR)
        ;
}

/*
 * Says that it is there, by what `first` answers in it, and carries acts out until the process ends
 * or we are gone.
 */
static _Noreturn void live(struct self *self, enum op first)
{
    struct act request;

    say(self, first, 0, 0);
    for (;;) {
        ssize_t size = recv(request_fd(self->slot), &request, sizeof request, 0);
        int status = 0;

        if (size < 0 && errno == EINTR)
            continue;
        if (size != (ssize_t)sizeof request)
            _exit(0);
        long value = act(self, &request, &status); /* in a child of fork, the slot is its own now */
        say(self, request.op, value, status);
    }
}

void world_resume(int argc, char **argv)
{
    struct self self = { 0 };

    if (argc != 3 || strcmp(argv[1], "--resume") != 0)
        return;
    self.slot = atoi(argv[2]);
    live(&self, OP_EXEC);
}

static _Noreturn void begin(void)
{
    struct self self = { 0 };
    const struct rlimit none = { 0, 0 };

    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    setrlimit(RLIMIT_CORE, &none);
    cpu_set_t one; /* as the simulated machine has: fewer races that nobody asked for */
    CPU_ZERO(&one);
    int cpu = sched_getcpu();
    CPU_SET((size_t)(cpu < 0 ? 0 : cpu), &one);
    sched_setaffinity(0, sizeof one, &one);
    prctl(PR_SET_DUMPABLE, 0); /* no core, whoever might want one */
    live(&self, OP_COUNT);
}

/* ---- Outside: making and ending it ---- */

/* The process between us and init: it makes the namespace, and takes it down when we end. */
static _Noreturn void launch(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid(); /* nobody's signals to his group reach anybody but us */
    if (getppid() != parent ||
        (unshare(CLONE_NEWPID) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0))
        _exit(1);
    pid_t init = fork();
    if (init == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        begin();
    }
    _exit(init < 0 || waitpid(init, NULL, 0) != init);
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
        if (chdir(w->folder) != 0)
            _exit(1);
        launch(parent);
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
        if (w->process[0].host_pid) /* the kernel ends all that are in its namespace */
            kill(w->process[0].host_pid, SIGKILL);
        else
            kill(w->launcher, SIGKILL);
        waitpid(w->launcher, NULL, 0);
    }
    close(w->reports);
    for (int i = 0; i < PROCESSES_MAX; i++)
        close(w->requests[i]);
    remove_folder(w);
    free(w);
}

/* ---- Outside: looking ---- */

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

/* ---- Outside: acting ---- */

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
