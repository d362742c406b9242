/* See actor.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_BYTES = 64 << 10 }; /* of a vfork child */

/*
 * The address sanitizer asks this. Its handlers would be a real process's, who has none of its own
 * after exec.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0";
}

struct self {
    int slot;
    char *place[PLACES];
};

static _Noreturn void live(struct self *self, enum op first);

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
        ssize_t size = recv(FIRST_FD + 1 + self->slot, &request, sizeof request, 0);
        int status = 0;

        if (size < 0 && errno == EINTR)
            continue;
        if (size != (ssize_t)sizeof request)
            _exit(0);
        long value = act(self, &request, &status); /* in a child of fork, the slot is its own now */
        say(self, request.op, value, status);
    }
}

void actor_resume(int argc, char **argv)
{
    struct self self = { 0 };

    if (argc != 3 || strcmp(argv[1], "--resume") != 0)
        return;
    self.slot = atoi(argv[2]);
    live(&self, OP_EXEC);
}

_Noreturn void actor_begin(void)
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
