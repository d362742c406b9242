// See names.h. The tables are the only place where these names are written for people.
#include "procarium/names.h"

#include "kernel/pipe.h"
#include "machine/ksym.h"
#include "mm/vm.h"

#include <stdio.h>

struct name_entry {
    const char *name;
    u32 value;
    const char *meaning; // or NULL
};

static const struct name_entry errno_names[] = {
#define X(name, number, text) { #name, number, text },
    ERRNO_LIST(X)
#undef X
};

// The real-time signals are SIGRTMIN+n here as in the kernel, where SIGRTMIN is 32.
#define RT(n)                                                                                      \
    {                                                                                              \
        "SIGRTMIN+" #n, SIGRTMIN + n, "terminates; real-time: queued as often as sent"             \
    }
static const struct name_entry signal_names[] = {
    { "SIGHUP", SIGHUP, "terminates: the terminal is gone" },
    { "SIGINT", SIGINT, "terminates: ^C" },
    { "SIGQUIT", SIGQUIT, "terminates with a core: ^\\" },
    { "SIGILL", SIGILL, "terminates with a core: bad instruction" },
    { "SIGTRAP", SIGTRAP, "terminates with a core: breakpoint" },
    { "SIGABRT", SIGABRT, "terminates with a core: abort()" },
    { "SIGBUS", SIGBUS, "terminates with a core: bad access" },
    { "SIGFPE", SIGFPE, "terminates with a core: arithmetic" },
    { "SIGKILL", SIGKILL, "terminates, always" },
    { "SIGUSR1", SIGUSR1, "terminates: free for programs" },
    { "SIGSEGV", SIGSEGV, "terminates with a core: invalid memory" },
    { "SIGUSR2", SIGUSR2, "terminates: free for programs" },
    { "SIGPIPE", SIGPIPE, "terminates: nobody reads the pipe" },
    { "SIGALRM", SIGALRM, "terminates: alarm()" },
    { "SIGTERM", SIGTERM, "terminates: please end" },
    { "SIGSTKFLT", SIGSTKFLT, "terminates" },
    { "SIGCHLD", SIGCHLD, "is ignored: a child ended, stopped or went on" },
    { "SIGCONT", SIGCONT, "continues a stopped process" },
    { "SIGSTOP", SIGSTOP, "stops, always" },
    { "SIGTSTP", SIGTSTP, "stops: ^Z" },
    { "SIGTTIN", SIGTTIN, "stops: reads from the terminal in the background" },
    { "SIGTTOU", SIGTTOU, "stops: writes to the terminal in the background" },
    { "SIGURG", SIGURG, "is ignored: urgent data" },
    { "SIGXCPU", SIGXCPU, "terminates with a core: CPU time used up" },
    { "SIGXFSZ", SIGXFSZ, "terminates with a core: file too large" },
    { "SIGVTALRM", SIGVTALRM, "terminates: virtual timer" },
    { "SIGPROF", SIGPROF, "terminates: profiling timer" },
    { "SIGWINCH", SIGWINCH, "is ignored: window size changed" },
    { "SIGIO", SIGIO, "terminates: input or output is possible" },
    { "SIGPWR", SIGPWR, "terminates: power failure" },
    { "SIGSYS", SIGSYS, "terminates with a core: bad system call" },
    { "SIGRTMIN", SIGRTMIN, "terminates; real-time: queued as often as sent" },
    RT(1),
    RT(2),
    RT(3),
    RT(4),
    RT(5),
    RT(6),
    RT(7),
    RT(8),
    RT(9),
    RT(10),
    RT(11),
    RT(12),
    RT(13),
    RT(14),
    RT(15),
    RT(16),
    RT(17),
    RT(18),
    RT(19),
    RT(20),
    RT(21),
    RT(22),
    RT(23),
    RT(24),
    RT(25),
    RT(26),
    RT(27),
    RT(28),
    RT(29),
    RT(30),
    RT(31),
    { "SIGRTMAX", _NSIG, "terminates; real-time: queued as often as sent" },
    // Other names of the same: found by word, never shown.
    { "SIGIOT", SIGABRT, NULL },
    { "SIGCLD", SIGCHLD, NULL },
    { "SIGPOLL", SIGIO, NULL },
};
#undef RT

static const struct name_entry syscall_names[] = {
#define X(name, number) { #name, number, NULL },
    SYSCALL_LIST(X)
#undef X
};

static const struct name_entry rlimit_names[] = {
    { "RLIMIT_CPU", RLIMIT_CPU, "seconds on the CPU" },
    { "RLIMIT_FSIZE", RLIMIT_FSIZE, "bytes of a file" },
    { "RLIMIT_DATA", RLIMIT_DATA, "bytes of data and heap" },
    { "RLIMIT_STACK", RLIMIT_STACK, "bytes of user stack" },
    { "RLIMIT_CORE", RLIMIT_CORE, "bytes of a core file" },
    { "RLIMIT_RSS", RLIMIT_RSS, "bytes resident" },
    { "RLIMIT_NPROC", RLIMIT_NPROC, "processes of the user" },
    { "RLIMIT_NOFILE", RLIMIT_NOFILE, "open files" },
    { "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK, "bytes locked in memory" },
    { "RLIMIT_AS", RLIMIT_AS, "bytes of address space" },
    { "RLIMIT_LOCKS", RLIMIT_LOCKS, "file locks" },
    { "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING, "queued signals" },
    { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE, "bytes in message queues" },
};

static const struct name_entry state_names[] = {
    { "TASK_RUNNING", TASK_RUNNING, "runs, or is ready to" },
    { "TASK_INTERRUPTIBLE", TASK_INTERRUPTIBLE, "sleeps; a signal may wake it" },
    { "TASK_UNINTERRUPTIBLE", TASK_UNINTERRUPTIBLE, "sleeps; no signal wakes it" },
    { "TASK_STOPPED", TASK_STOPPED, "stopped by a signal" },
    { "TASK_TRACED", TASK_TRACED, "stopped by its tracer" },
    { "EXIT_ZOMBIE", EXIT_ZOMBIE, "ended; its status waits for the parent" },
    { "EXIT_DEAD", EXIT_DEAD, "ended, and being taken apart" },
};

static const struct name_entry cpu_mode_names[] = {
    { "off", CPU_OFF, NULL },
    { "kernel", CPU_KERNEL, "runs kernel code" },
    { "user", CPU_USER, "runs a program" },
};

#define F(name, meaning)                                                                           \
    {                                                                                              \
#name, name, meaning                                                                       \
    }
static const struct name_entry clone_names[] = {
    F(CLONE_VM, "share the address space"),
    F(CLONE_FS, "share root, working directory and umask"),
    F(CLONE_FILES, "share the descriptor table"),
    F(CLONE_SIGHAND, "share the signal handlers"),
    F(CLONE_PTRACE, "the child is traced too, if the caller is"),
    F(CLONE_VFORK, "the caller waits until the child execs or ends"),
    F(CLONE_PARENT, "the child's parent is the caller's parent"),
    F(CLONE_THREAD, "a thread: same thread group"),
    F(CLONE_NEWNS, "a mount namespace of its own"),
    F(CLONE_SYSVSEM, "share the semaphore undo list"),
    F(CLONE_SETTLS, "install a TLS descriptor for the child"),
    F(CLONE_PARENT_SETTID, "store the child's id in the parent's memory"),
    F(CLONE_CHILD_CLEARTID, "zero the id in memory when the child leaves it"),
    F(CLONE_DETACHED, "historic, ignored"),
    F(CLONE_UNTRACED, "a tracer cannot force CLONE_PTRACE"),
    F(CLONE_CHILD_SETTID, "store the child's id in the child's memory"),
    F(CLONE_STOPPED, "start stopped"),
};

static const struct name_entry wait_names[] = {
    F(WNOHANG, "do not sleep: 0 if no child is ready"),
    F(WUNTRACED, "report stopped children too"),
    F(WEXITED, "report ended children (waitid)"),
    F(WCONTINUED, "report continued children too"),
    F(WNOWAIT, "leave the child waitable (waitid)"),
    F(__WNOTHREAD, "only children of the calling thread"),
    F(__WALL, "all children, clones or not"),
    F(__WCLONE, "only clone children: exit signal other than SIGCHLD"),
    { "WSTOPPED", WSTOPPED, NULL },
};

static const struct name_entry sa_names[] = {
    F(SA_NOCLDSTOP, "no SIGCHLD when a child stops"),
    F(SA_NOCLDWAIT, "children leave no zombies"),
    F(SA_SIGINFO, "the handler takes three arguments"),
    F(SA_ONSTACK, "the handler runs on the alternate stack"),
    F(SA_RESTART, "interrupted calls are restarted"),
    F(SA_NODEFER, "the signal is not blocked in its handler"),
    F(SA_RESETHAND, "back to default once taken"),
};

static const struct name_entry process_flag_names[] = {
    F(PF_STARTING, "being created"),
    F(PF_EXITING, "on its way out"),
    F(PF_DEAD, "has left the CPU for ever, or is about to"),
    F(PF_FORKNOEXEC, "forked, but has not called exec"),
    F(PF_SUPERPRIV, "has used super-user rights"),
    F(PF_DUMPCORE, "dumped a core"),
    F(PF_SIGNALED, "killed by a signal"),
};

#define T(name, meaning)                                                                           \
    {                                                                                              \
#name, 1u << name, meaning                                                                 \
    }
static const struct name_entry thread_flag_names[] = {
    T(TIF_SYSCALL_TRACE, "a tracer wants to see its calls"),
    T(TIF_NOTIFY_RESUME, "something to do before it resumes"),
    T(TIF_SIGPENDING, "a signal waits to be taken"),
    T(TIF_NEED_RESCHED, "somebody else should run"),
    T(TIF_SINGLESTEP, "runs one instruction at a time"),
    T(TIF_IRET, "must return by iret"),
};

static const struct name_entry signal_flag_names[] = {
    F(SIGNAL_STOP_STOPPED, "the whole group has stopped"),
    F(SIGNAL_STOP_DEQUEUED, "a stop signal was taken"),
    F(SIGNAL_STOP_CONTINUED, "continued, and nobody has waited for that yet"),
    F(SIGNAL_GROUP_EXIT, "the whole group ends"),
};

static const struct name_entry page_flag_names[] = {
    T(PG_locked, "locked"),
    T(PG_slab, "belongs to a slab"),
    T(PG_reserved, "never given out"),
    T(PG_private, "heads a free block"),
    T(PG_zeroed, "is free and holds zeros"),
};

static const struct name_entry slab_flag_names[] = {
    F(SLAB_HWCACHE_ALIGN, "objects start at cache lines"),
    F(SLAB_PANIC, "cannot do without"),
    F(CFLGS_OFF_SLAB, "descriptors lie outside the slabs"),
};

static const struct name_entry vm_names[] = {
    { "VM_READ", VM_READ, "may be read" },
    { "VM_WRITE", VM_WRITE, "may be written" },
    { "VM_EXEC", VM_EXEC, "may be executed" },
    { "VM_SHARED", VM_SHARED, "writes are seen by all who map it" },
    { "VM_MAYREAD", VM_MAYREAD, "mprotect may allow reading" },
    { "VM_MAYWRITE", VM_MAYWRITE, "mprotect may allow writing" },
    { "VM_MAYEXEC", VM_MAYEXEC, "mprotect may allow executing" },
    { "VM_MAYSHARE", VM_MAYSHARE, "mapped as shared" },
    { "VM_GROWSDOWN", VM_GROWSDOWN, "a stack: grows on a fault below it" },
    { "VM_LOCKED", VM_LOCKED, "pages stay in memory" },
    { "VM_DONTCOPY", VM_DONTCOPY, "fork leaves it out" },
    { "VM_RESERVED", VM_RESERVED, "not for swapping" },
    { "VM_ACCOUNT", VM_ACCOUNT, "counts as committed memory" },
};

static const struct name_entry vm_ops_names[] = {
    { "anonymous", VM_OPS_NONE, NULL },
    { "generic_file_vm_ops", VM_OPS_FILEMAP, NULL },
    { "shmem_vm_ops", VM_OPS_SHMEM, NULL },
};

static const struct name_entry rb_names[] = {
    { "red", 0, NULL },
    { "black", 1, NULL },
};

static const struct name_entry wait_queue_flag_names[] = {
    F(WQ_FLAG_EXCLUSIVE, "one such sleeper is woken at a time"),
};

static const struct name_entry open_names[] = {
    F(O_WRONLY, "write only"),
    F(O_RDWR, "read and write"),
    F(O_CREAT, "make the file if there is none"),
    F(O_EXCL, "with O_CREAT: fail if there is one"),
    F(O_NOCTTY, "it does not become the terminal"),
    F(O_TRUNC, "empty the file"),
    F(O_APPEND, "each write goes to the end"),
    F(O_NONBLOCK, "fail with EAGAIN rather than sleep"),
    F(O_SYNC, "a write is on the disk when it returns"),
    F(O_DIRECTORY, "fail if it is no directory"),
    { "O_RDONLY", O_RDONLY, "read only" },
};

static const struct name_entry fops_names[] = {
    { "none", FOPS_NONE, NULL },
    { "generic_file", FOPS_FILE, "the page cache" },
    { "directory", FOPS_DIRECTORY, NULL },
    { "read_pipe_fops", FOPS_READ_PIPE, "the end of a pipe to read from" },
    { "write_pipe_fops", FOPS_WRITE_PIPE, "the end of a pipe to write to" },
    { "tty_fops", FOPS_CONSOLE, "the console" },
    { "null_fops", FOPS_NULL, "nothing" },
    { "zero_fops", FOPS_ZERO, "zeros" },
    { "def_blk_fops", FOPS_DISK, "the disk" },
};

static const struct name_entry pipe_buf_names[] = {
    { "none", PIPE_BUF_EMPTY, NULL },
    { "anon_pipe_buf_ops", PIPE_BUF_ANON, NULL },
};
#undef F
#undef T

static const struct {
    const struct name_entry *entries;
    u32 count;
    const char *prefix;
} sets[NAMES_SET_COUNT] = {
#define SET(table, prefix)                                                                         \
    {                                                                                              \
        table, sizeof table / sizeof table[0], prefix                                              \
    }
    [NAMES_ERRNO] = SET(errno_names, "E"),
    [NAMES_SIGNAL] = SET(signal_names, "SIG"),
    [NAMES_SYSCALL] = SET(syscall_names, "__NR_"),
    [NAMES_RLIMIT] = SET(rlimit_names, "RLIMIT_"),
    [NAMES_STATE] = SET(state_names, "TASK_"),
    [NAMES_CPU_MODE] = SET(cpu_mode_names, ""),
    [NAMES_CLONE] = SET(clone_names, "CLONE_"),
    [NAMES_WAIT] = SET(wait_names, "__W"),
    [NAMES_SA] = SET(sa_names, "SA_"),
    [NAMES_PF] = SET(process_flag_names, "PF_"),
    [NAMES_TIF] = SET(thread_flag_names, "TIF_"),
    [NAMES_SIGNAL_FLAG] = SET(signal_flag_names, "SIGNAL_"),
    [NAMES_PAGE_FLAG] = SET(page_flag_names, "PG_"),
    [NAMES_SLAB_FLAG] = SET(slab_flag_names, "SLAB_"),
    [NAMES_WQ_FLAG] = SET(wait_queue_flag_names, "WQ_FLAG_"),
    [NAMES_VM] = SET(vm_names, "VM_"),
    [NAMES_VM_OPS] = SET(vm_ops_names, ""),
    [NAMES_RB] = SET(rb_names, ""),
    [NAMES_OPEN] = SET(open_names, "O_"),
    [NAMES_FOPS] = SET(fops_names, ""),
    [NAMES_PIPE_BUF] = SET(pipe_buf_names, ""),
#undef SET
};

// Characters that every locale agrees on.
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same_word(const char *name, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!name[i] || lower(name[i]) != lower(word[i]))
            return false;
    }
    return name[length] == '\0';
}

// Does the word name this entry, whole or without the prefix?
static bool is_named(const char *name, const char *prefix, const char *word, size_t length)
{
    size_t i = 0;

    if (length == 0)
        return false;
    if (is_same_word(name, word, length))
        return true;
    while (prefix[i] && prefix[i] == name[i])
        i++;
    return prefix[i] == '\0' && is_same_word(name + i, word, length);
}

const char *name_at(enum name_set set, u32 index)
{
    if (set >= NAMES_SET_COUNT || index >= sets[set].count)
        return NULL;
    return sets[set].entries[index].name;
}

static const struct name_entry *find_value(enum name_set set, u32 value)
{
    if (set >= NAMES_SET_COUNT)
        return NULL;
    for (u32 i = 0; i < sets[set].count; i++) {
        if (sets[set].entries[i].value == value)
            return &sets[set].entries[i];
    }
    return NULL;
}

const char *name_of(enum name_set set, u32 value)
{
    const struct name_entry *e = find_value(set, value);

    return e ? e->name : NULL;
}

const char *name_meaning(enum name_set set, u32 value)
{
    const struct name_entry *e = find_value(set, value);

    return e ? e->meaning : NULL;
}

bool name_parse(enum name_set set, const char *word, size_t length, u32 *value)
{
    if (set >= NAMES_SET_COUNT)
        return false;
    for (u32 i = 0; i < sets[set].count; i++) {
        const struct name_entry *e = &sets[set].entries[i];

        if (!is_named(e->name, sets[set].prefix, word, length))
            continue;
        *value = e->value;
        return true;
    }
    return false;
}

void names_of_flags(enum name_set set, u32 value, struct strbuf *out)
{
    const char *between = "";

    for (u32 i = 0; set < NAMES_SET_COUNT && i < sets[set].count && value; i++) {
        const struct name_entry *e = &sets[set].entries[i];

        if (!(value & e->value))
            continue;
        strbuf_puts(out, between);
        strbuf_puts(out, e->name);
        value &= ~e->value;
        between = "|";
    }
    if (value)
        strbuf_printf(out, "%s0x%x", between, value);
    else if (!between[0])
        strbuf_putc(out, '0');
}

// A number, decimal or 0x…, that fits in 32 bits.
static bool parse_number(const char *word, size_t length, u32 *value)
{
    bool is_hex = length > 2 && word[0] == '0' && lower(word[1]) == 'x';
    u64 sum = 0;

    for (size_t i = is_hex ? 2 : 0; i < length; i++) {
        char c = lower(word[i]);
        u32 digit = c >= '0' && c <= '9'             ? (u32)(c - '0')
                    : is_hex && c >= 'a' && c <= 'f' ? (u32)(c - 'a') + 10
                                                     : 99;

        if (digit == 99)
            return false;
        sum = sum * (is_hex ? 16 : 10) + digit;
        if (sum > UINT32_MAX)
            return false;
    }
    *value = (u32)sum;
    return length > 0;
}

// "RTMIN", "SIGRTMIN+3", "RTMAX-1".
static bool parse_real_time(const char *word, size_t length, s32 *signal)
{
    u32 distance;

    if (length > 3 && is_same_word("SIG", word, 3)) {
        word += 3;
        length -= 3;
    }
    if (length < 7 || length > 8 || !parse_number(word + 6, length - 6, &distance) ||
        distance > _NSIG - SIGRTMIN)
        return false;
    if (is_same_word("RTMIN+", word, 6))
        *signal = SIGRTMIN + (s32)distance;
    else if (is_same_word("RTMAX-", word, 6))
        *signal = _NSIG - (s32)distance;
    else
        return false;
    return true;
}

bool signal_parse(const char *word, size_t length, s32 *signal)
{
    u32 value;

    if (length > 1 && word[0] == '-') {
        word++;
        length--;
    }
    if (length <= 9 && length > 0 && word[0] >= '0' && word[0] <= '9' &&
        parse_number(word, length, &value) && value <= INT32_MAX) {
        *signal = (s32)value;
        return true;
    }
    if (name_parse(NAMES_SIGNAL, word, length, &value)) {
        *signal = (s32)value;
        return true;
    }
    return parse_real_time(word, length, signal);
}

bool clone_flag_parse(const char *word, size_t length, u32 *flag)
{
    s32 signal;

    if (parse_number(word, length, flag) || name_parse(NAMES_CLONE, word, length, flag))
        return true;
    if (length == 0 || word[0] == '-' || !signal_parse(word, length, &signal))
        return false;
    *flag = (u32)signal;
    return true;
}

bool wait_option_parse(const char *word, size_t length, u32 *option)
{
    static const char *const prefixes[] = { "W", "__" };

    if (parse_number(word, length, option) || name_parse(NAMES_WAIT, word, length, option))
        return true;
    for (u32 i = 0; i < sizeof wait_names / sizeof wait_names[0]; i++) {
        for (u32 k = 0; k < 2; k++) {
            if (!is_named(wait_names[i].name, prefixes[k], word, length))
                continue;
            *option = wait_names[i].value;
            return true;
        }
    }
    return false;
}

const char *signal_text(s32 signal, char *buffer, size_t size)
{
    const char *name = signal > 0 ? name_of(NAMES_SIGNAL, (u32)signal) : NULL;

    if (name)
        return name;
    snprintf(buffer, size, "signal %d", signal);
    return buffer;
}

const char *cause_text(s32 cause, char *buffer, size_t size)
{
    s32 number = cause & 0xFFFF;
    const char *name = NULL;

    switch (cause & ~0xFFFF) {
    case CAUSE_CALL:
        name = name_of(NAMES_SYSCALL, (u32)number);
        break;
    case CAUSE_SIGNAL:
        return signal_text(number, buffer, size);
    case CAUSE_FUNCTION:
        name = number < KSYM_COUNT ? ksym_info((enum ksym)number)->name : NULL;
        break;
    default:
        break;
    }
    if (name)
        return name;
    snprintf(buffer, size, "%d", number);
    return buffer;
}

const char *state_letter_text(char letter)
{
    switch (letter) {
    case 'R':
        return "running or ready";
    case 'S':
        return "sleeping, interruptible";
    case 'D':
        return "sleeping, uninterruptible";
    case 'T':
        return "stopped";
    case 't':
        return "stopped by its tracer";
    case 'Z':
        return "zombie";
    case 'X':
        return "dead";
    default:
        return "?";
    }
}

void wait_status_text(u32 status, struct strbuf *out)
{
    char buffer[16];
    s32 signal = (s32)(status & 0x7F);

    if (status == 0xFFFF)
        strbuf_puts(out, "continued");
    else if ((status & 0xFF) == 0x7F)
        strbuf_printf(out, "stopped by %s",
                      signal_text((s32)(status >> 8 & 0xFF), buffer, sizeof buffer));
    else if (signal)
        strbuf_printf(out, "killed by %s%s", signal_text(signal, buffer, sizeof buffer),
                      status & 0x80 ? " (core)" : "");
    else
        strbuf_printf(out, "exit %u", status >> 8 & 0xFF);
}
