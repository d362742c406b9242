// What `explain` adds to the events: the call in C, the kernel's way, and the view from outside.
#include "report/explain.h"

#include "kernel/files.h"
#include "kernel/signal.h"
#include "mm/vm.h"
#include "procarium/names.h"
#include "report/text.h"

#include <string.h>

// ---- In C ----------------------------------------------------------------------------------------

// A call as it is written in C. In `form`, each @ takes the next letter of `kinds`: where and how
// an argument is shown.
struct c_call {
    s32 nr;
    const char *form;
    const char *kinds; // pairs: the argument's number, and d x S W C R P M F H A B O N K U o
    const char *note;
};

static const struct c_call c_calls[] = {
    { __NR_fork, "pid_t pid = fork();", "",
      "0 in the child, its PID in the parent; do_fork(SIGCHLD)" },
    { __NR_vfork, "pid_t pid = vfork();", "", "do_fork(CLONE_VFORK|CLONE_VM|SIGCHLD)" },
    { __NR_clone, "clone(function, stack, @, argument);", "0C",
      "the C library's wrapper; the call itself returns twice, as fork does" },
    { __NR_execve, "execve(path, argv, environ);", "", "returns only if it fails" },
    { __NR_exit, "_exit(@);", "0d", "exit(3) runs handlers and flushes buffers first" },
    { __NR_exit_group, "exit(@);", "0d", "the C library's exit(3) ends in exit_group(2)" },
    { __NR_wait4, "pid_t pid = waitpid(@, &status, @);", "0d2W", "WIFEXITED(status) says how" },
    { __NR_waitpid, "pid_t pid = waitpid(@, &status, @);", "0d2W", "WIFEXITED(status) says how" },
    { __NR_kill, "kill(@, @);", "0d1S", NULL },
    { __NR_tgkill, "tgkill(@, @, @);", "0d1d2S", NULL },
    { __NR_rt_sigaction,
      "struct sigaction act = { .sa_handler = @, .sa_flags = @ }; sigaction(@, &act, NULL);",
      "1H2A0S", NULL },
    { __NR_rt_sigprocmask, "sigprocmask(@, &set, NULL);", "0B", NULL },
    { __NR_pause, "pause();", "", "always returns -1, with EINTR" },
    { __NR_setpgid, "setpgid(@, @);", "0d1d", NULL },
    { __NR_setsid, "pid_t sid = setsid();", "", NULL },
    { __NR_nice, "nice(@);", "0d", NULL },
    { __NR_sched_yield, "sched_yield();", "", NULL },
    { __NR_setrlimit, "setrlimit(@, &(struct rlimit){ @, @ });", "0R1U2U", NULL },
    { __NR_setuid, "setuid(@);", "0d", NULL },
    { __NR_ioperm, "ioperm(@, @, @);", "0x1d2d", NULL },
    { __NR_prctl, "prctl(PR_SET_PDEATHSIG, @);", "1S", NULL },
    { __NR_mmap, "void *p = mmap(@, @, @, @, @, 0);", "0x1d2P3M3F", NULL },
    { __NR_munmap, "munmap((void *)@, @);", "0x1d", NULL },
    { __NR_mprotect, "mprotect((void *)@, @, @);", "0x1d2P", NULL },
    { __NR_brk, "brk((void *)@);", "0x", NULL },
    { __NR_open, "int fd = open(path, @, @);", "1O2o", "the mode counts if the file is made" },
    { __NR_read, "ssize_t n = read(@, buffer, @);", "0d2d", "0 is the end of the file" },
    { __NR_write, "ssize_t n = write(@, buffer, @);", "0d2d", "n may be less than was asked for" },
    { __NR_lseek, "off_t position = lseek(@, @, @);", "0d1d2N", NULL },
    { __NR_pipe, "int fd[2]; pipe(fd);", "", "fd[0] to read from, fd[1] to write to" },
    { __NR_chdir, "chdir(path);", "", NULL },
    { __NR_chroot, "chroot(path);", "", "chdir(\"/\") should follow" },
    { __NR_getcwd, "char *path = getcwd(buffer, @);", "1d", NULL },
    { __NR_umask, "mode_t old = umask(@);", "0o", NULL },
    { __NR_unlink, "unlink(path);", "", NULL },
    { __NR_close, "close(@);", "0d", NULL },
    { __NR_dup, "int fd = dup(@);", "0d", NULL },
    { __NR_dup2, "dup2(@, @);", "0d1d", NULL },
    { __NR_fcntl, "fcntl(@, @, @);", "0d1K2d", NULL },
};

static void add_bits(u32 value, const char *const *names, u32 count, const char *none,
                     struct strbuf *out)
{
    const char *before = "";

    for (u32 i = 0; i < count; i++) {
        if (!(value & 1u << i) || !names[i])
            continue;
        strbuf_printf(out, "%s%s", before, names[i]);
        before = " | ";
    }
    if (!*before)
        strbuf_puts(out, none);
}

static void add_clone_flags(u32 flags, struct strbuf *out)
{
    u32 exit_signal = flags & CSIGNAL;
    const char *name = name_of(NAMES_SIGNAL, exit_signal);

    if (flags == exit_signal && !name) {
        strbuf_printf(out, "%u", exit_signal);
        return;
    }
    if (flags != exit_signal)
        names_of_flags(NAMES_CLONE, flags & ~CSIGNAL, out);
    if (exit_signal)
        strbuf_puts(out, flags != exit_signal ? "|" : "");
    if (name)
        strbuf_puts(out, name);
    else if (exit_signal)
        strbuf_printf(out, "%u", exit_signal);
}

static void add_handler(u32 value, struct strbuf *out)
{
    strbuf_puts(out, value == SIG_DFL ? "SIG_DFL" : value == SIG_IGN ? "SIG_IGN" : "handler");
}

// The name that an argument has in C, or NULL.
static const char *argument_name(u32 value, char kind)
{
    static const char *const how[] = { "SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK" };
    static const char *const whence[] = { "SEEK_SET", "SEEK_CUR", "SEEK_END" };
    static const char *const fcntl[] = { "F_DUPFD", "F_GETFD", "F_SETFD", "F_GETFL", "F_SETFL" };

    switch (kind) {
    case 'N':
        return value < sizeof whence / sizeof *whence ? whence[value] : NULL;
    case 'K':
        return value < sizeof fcntl / sizeof *fcntl ? fcntl[value] : NULL;
    case 'B':
        return value < sizeof how / sizeof *how ? how[value] : NULL;
    case 'S':
        return name_of(NAMES_SIGNAL, value);
    case 'R':
        return name_of(NAMES_RLIMIT, value);
    case 'U':
        return value == RLIM_INFINITY ? "RLIM_INFINITY" : NULL;
    default:
        return NULL;
    }
}

static void add_argument(u32 value, char kind, struct strbuf *out)
{
    static const char *const prot[] = { "PROT_READ", "PROT_WRITE", "PROT_EXEC" };
    static const char *const map[] = { "MAP_SHARED", "MAP_PRIVATE", NULL,
                                       NULL,         "MAP_FIXED",   "MAP_ANONYMOUS" };
    const char *name = argument_name(value, kind);

    switch (name ? 0 : kind) {
    case 0:
        strbuf_puts(out, name);
        break;
    case 'O':
        if (!(value & O_ACCMODE))
            strbuf_puts(out, value ? "O_RDONLY|" : "O_RDONLY");
        if (value)
            names_of_flags(NAMES_OPEN, value, out);
        break;
    case 'o':
        strbuf_printf(out, "0%o", value);
        break;
    case 'C':
        add_clone_flags(value, out);
        break;
    case 'H':
        add_handler(value, out);
        break;
    case 'P':
        add_bits(value, prot, sizeof prot / sizeof *prot, "PROT_NONE", out);
        break;
    case 'M':
        add_bits(value, map, sizeof map / sizeof *map, "0", out);
        break;
    case 'F': // what the flags of mmap make of the descriptor
        strbuf_puts(out, value & MAP_ANONYMOUS ? "-1" : "fd");
        break;
    case 'W':
    case 'A':
        names_of_flags(kind == 'W' ? NAMES_WAIT : NAMES_SA, value, out);
        break;
    case 'x':
        strbuf_printf(out, value ? "0x%08x" : "NULL", value);
        break;
    default:
        strbuf_printf(out, "%d", (s32)value);
        break;
    }
}

// The command `io`: no descriptor stands for what it reads.
static const struct c_call disk_read = { __NR_read, "ssize_t n = read(disk, buffer, @);", "2d",
                                         "as if disk were /dev/hda, opened" };

static const struct c_call *find_c_call(const struct pt_regs *r)
{
    if (r->orig_eax == __NR_read && r->edi == READ_DISK)
        return &disk_read;
    for (u32 i = 0; i < sizeof c_calls / sizeof *c_calls; i++)
        if (c_calls[i].nr == r->orig_eax)
            return &c_calls[i];
    return NULL;
}

static void add_c_call(const struct pt_regs *r, struct strbuf *out)
{
    const u32 args[] = { r->ebx, r->ecx, r->edx, r->esi, r->edi, r->ebp };
    const struct c_call *c = find_c_call(r);

    if (!c)
        return;
    strbuf_puts(out, "In C\n    ");
    const char *kind = c->kinds;
    for (const char *f = c->form; *f; f++) {
        if (*f != '@') {
            strbuf_putc(out, *f);
            continue;
        }
        add_argument(args[kind[0] - '0'], kind[1], out);
        kind += 2;
    }
    if (c->note)
        strbuf_printf(out, "  // %s", c->note);
    strbuf_putc(out, '\n');
}

// An access to memory: what the CPU did, in place of a call.
static bool add_c_access(const struct event *event, struct strbuf *out)
{
    if (event->kind != EVENT_LOAD && event->kind != EVENT_STORE)
        return false;
    const char *form = event->kind == EVENT_LOAD
                           ? event->c == 4 ? "In C\n    int value = *(int *)0x%08x;\n"
                                           : "In C\n    memcpy(buffer, (void *)0x%08x, %d);\n"
                       : event->c == 4 ? "In C\n    *(int *)0x%08x = value;\n"
                                       : "In C\n    memcpy((void *)0x%08x, buffer, %d);\n";
    strbuf_printf(out, form, (u32)event->b, event->c);
    return true;
}

void explain_in_c(const struct machine *m, const struct record_range *range, struct strbuf *out)
{
    for (u64 i = range->begin; i < range->end; i++) {
        const struct record *r = record_get(m, i);
        struct moment then = MOMENT_INIT;
        struct pt_regs regs;
        u32 esp;

        if (r->kind == RECORD_NOTE) {
            struct event event = record_event(r);
            if (add_c_access(&event, out))
                return;
        }
        if (r->kind != RECORD_ENTER || r->id != KSYM_system_call)
            continue;
        if (moment_set(&then, m, i, 0)) {
            u32 size = cpu(m)->thread_size;
            moment_get(&then, m, offsetof(struct image_head, cpu.esp), &esp, sizeof esp);
            kaddr top = ((esp - 1) & ~(size - 1)) + size;
            moment_get(&then, m, kaddr_to_offset(top - (u32)sizeof regs), &regs, sizeof regs);
            add_c_call(&regs, out);
        }
        moment_finish(&then);
        return;
    }
}

// ---- In the kernel -------------------------------------------------------------------------------

#define FUNCTIONS_SHOWN 30
#define DEPTH_SHOWN     3
#define DEPTH_DEEP      5 // of what has its point further in

static void add_function(enum ksym symbol, u32 depth, struct strbuf *out)
{
    const struct ksym_info *info = ksym_info(symbol);
    struct strbuf name = STRBUF_INIT;

    strbuf_repeat(&name, ' ', 4 + (int)depth * 2);
    strbuf_printf(&name, "%s()", info->name);
    add_padded(out, strbuf_text(&name), 34);
    strbuf_printf(out, "%s\n", info->purpose);
    strbuf_finish(&name);
}

// Which functions are not worth a line: memory for this and that is a matter of the trace.
static bool is_plumbing(u32 symbol)
{
    switch (symbol) {
    case KSYM_kmem_cache_alloc:
    case KSYM_kmem_cache_free:
    case KSYM___kmalloc:
    case KSYM_kfree:
    case KSYM___alloc_pages:
    case KSYM___free_pages:
    case KSYM_get_zeroed_page:
        return true;
    default:
        return false;
    }
}

// A way into the kernel: told again, when another task takes it.
static bool is_entrance(u32 symbol)
{
    return symbol == KSYM_system_call || symbol == KSYM_page_fault ||
           symbol == KSYM_common_interrupt;
}

// How deep the story goes from a function on that stands near the entrance.
static u32 depth_shown(u32 symbol, u32 depth, u32 before)
{
    bool is_deep = symbol == KSYM_page_fault || symbol == KSYM_sys_read ||
                   symbol == KSYM_sys_write || symbol == KSYM_sys_execve;

    if (depth > 1)
        return before;
    return is_deep ? DEPTH_DEEP : depth == 1 ? before : DEPTH_SHOWN;
}

void explain_functions(const struct story *story, struct strbuf *out)
{
    bool was_told[KSYM_COUNT] = { false };
    u32 shown = 0, left_out = 0, deepest = DEPTH_SHOWN, nesting = 0;
    struct event turn = { .kind = EVENT_COUNT };

    for (u64 i = story->range.begin; i < story->range.end; i++) {
        const struct record *r = record_get(story->m, i);
        struct event event = record_event(r);
        u32 depth = record_depth(r, &nesting);

        if (r->kind == RECORD_NOTE && event.kind == EVENT_SWITCH)
            turn = event;
        if (r->kind == RECORD_ENTER)
            deepest = depth_shown(r->id, depth, deepest);
        if (r->kind != RECORD_ENTER || depth > deepest || is_plumbing(r->id) ||
            (was_told[r->id] && !is_entrance(r->id)))
            continue;
        was_told[r->id] = true;
        if (shown >= FUNCTIONS_SHOWN) {
            left_out++;
            continue;
        }
        if (shown++ == 0)
            strbuf_puts(out, "In the kernel (trace shows all of it)\n");
        if (turn.kind == EVENT_SWITCH) {
            strbuf_puts(out, "  ");
            event_text(story, &turn, out);
            strbuf_putc(out, '\n');
            turn.kind = EVENT_COUNT;
        }
        add_function((enum ksym)r->id, depth, out);
    }
    if (left_out)
        strbuf_printf(out, "    … and %u more\n", left_out);
}

// ---- From outside --------------------------------------------------------------------------------

#define TASKS_SHOWN 3u

struct pids {
    s32 pid[TASKS_SHOWN];
    u32 count;
};

static void add_pid(struct pids *pids, s32 pid)
{
    for (u32 i = 0; i < pids->count; i++)
        if (pids->pid[i] == pid)
            return;
    if (pid > 0 && pids->count < TASKS_SHOWN)
        pids->pid[pids->count++] = pid;
}

// The tasks that an event is about, those first that it changes.
static void add_pids_of(const struct event *e, struct pids *pids)
{
    switch (e->kind) {
    case EVENT_FORK:
        add_pid(pids, e->b);
        add_pid(pids, e->a);
        break;
    case EVENT_SEND:
        add_pid(pids, e->b);
        break;
    case EVENT_WAIT_STATUS:
        add_pid(pids, e->b);
        add_pid(pids, e->a);
        break;
    case EVENT_STATE:
    case EVENT_EXEC:
    case EVENT_SIGNAL:
    case EVENT_EXIT:
    case EVENT_RELEASE:
    case EVENT_FAULT:
    case EVENT_LOAD:
    case EVENT_STORE:
    case EVENT_OPEN:
    case EVENT_PIPE:
    case EVENT_READ:
    case EVENT_WRITE:
    case EVENT_END_OF_FILE:
    case EVENT_DISK_WAIT:
        add_pid(pids, e->a);
        break;
    default:
        break;
    }
}

// The words that crash(8) has for states.
static const char *crash_state(char letter)
{
    switch (letter) {
    case 'R':
        return "RU";
    case 'S':
        return "IN";
    case 'D':
        return "UN";
    case 'T':
        return "ST";
    case 't':
        return "TR";
    case 'Z':
        return "ZO";
    default:
        return "DE";
    }
}

// One line of /proc: its path, padded, and then its text.
static void add_proc(s32 pid, const char *file, struct strbuf *out)
{
    struct strbuf path = STRBUF_INIT;

    strbuf_printf(&path, "    /proc/%d/%s", pid, file);
    add_padded(out, strbuf_text(&path), 24);
    strbuf_finish(&path);
}

static void add_stat(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    const struct signal_struct *sig = p->signal ? at(m, p->signal, struct signal_struct) : NULL;

    add_proc(p->pid, "stat", out);
    strbuf_printf(out, "%d (", p->pid);
    strbuf_add_visible(out, p->comm, strlen(p->comm));
    strbuf_printf(out, ") %c %d %d %d …\n", task_state_letter(p), parent_pid(m, p),
                  sig ? sig->pgrp : 0, sig ? sig->session : 0);
}

// What can be told only of some: where it sleeps, and signals that wait or are blocked.
static void add_status(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    const struct signal_struct *sig = p->signal ? at(m, p->signal, struct signal_struct) : NULL;
    u64 shared = sig ? sigset_bits(&sig->shared_pending.signal) : 0;
    u64 own = sigset_bits(&p->pending.signal), blocked = sigset_bits(&p->blocked);
    char letter = task_state_letter(p);

    if (letter == 'S' || letter == 'D') {
        add_proc(p->pid, "wchan", out);
        add_sleeps_in(m, p, out);
        strbuf_putc(out, '\n');
    }
    if (own | shared | blocked) {
        add_proc(p->pid, "status", out);
        strbuf_printf(out, "SigPnd: %016llx  ShdPnd: %016llx  SigBlk: %016llx\n",
                      (unsigned long long)own, (unsigned long long)shared,
                      (unsigned long long)blocked);
    }
}

static void add_crash_row(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    const struct mm_struct *mm = p->mm ? at(m, p->mm, struct mm_struct) : NULL;

    strbuf_printf(out, "    %7d %6d   0  %08x  %s  %6u %6u  ", p->pid, parent_pid(m, p),
                  kaddr_of(m, p), crash_state(task_state_letter(p)), mm ? mm->total_vm * 4 : 0,
                  mm ? mm->rss * 4 : 0);
    strbuf_add_visible(out, p->comm, strlen(p->comm));
    strbuf_putc(out, '\n');
}

static void add_outside(const struct machine *m, const struct pids *pids, struct strbuf *out)
{
    bool has_title = false;

    for (u32 i = 0; i < pids->count; i++) {
        const struct task_struct *p = find_task_by_pid(m, pids->pid[i]);

        if (p) {
            add_stat(m, p, out);
            add_status(m, p, out);
            continue;
        }
        add_proc(pids->pid[i], "stat", out);
        strbuf_puts(out, "No such file or directory: the task is gone\n");
    }
    for (u32 i = 0; i < pids->count; i++) {
        const struct task_struct *p = find_task_by_pid(m, pids->pid[i]);

        if (p && !has_title)
            strbuf_puts(out, "    crash> ps\n        PID   PPID CPU  TASK      ST     VSZ    RSS"
                             "  COMM\n");
        has_title |= p != NULL;
        if (p)
            add_crash_row(m, p, out);
    }
}

void explain_outside(const struct machine *m, const struct record_range *range, struct strbuf *out)
{
    struct pids pids = { .count = 0 };

    for (u64 i = range->begin; i < range->end && pids.count < TASKS_SHOWN; i++) {
        const struct record *r = record_get(m, i);
        struct event event = record_event(r);

        if (r->kind == RECORD_NOTE)
            add_pids_of(&event, &pids);
    }
    if (pids.count == 0)
        return;
    strbuf_puts(out, "From outside, now (stat: pid, name, state, parent, group, session)\n");
    add_outside(m, &pids, out);
    strbuf_puts(out, "    Here: task (stat), vm (maps), files (fd), sig (status), bt (wchan).\n");
}
