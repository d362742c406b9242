// The kernel's own data, and the functions that its files offer each other.
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include "kernel/errno.h"
#include "kernel/task.h"
#include "kernel/unistd.h"

// ---- Static data: what a kernel image has in .data and .bss -------------------------------------

#define MAX_PRIO     140
#define MAX_RT_PRIO  100
#define BITMAP_WORDS 5

struct prio_array {
    u32 nr_active;
    u32 bitmap[BITMAP_WORDS]; // 140 lists and a delimiter bit that is always set
    struct list_head queue[MAX_PRIO];
};

struct runqueue {
    u32 nr_running;
    u64_i386 nr_switches;
    u32 nr_uninterruptible;
    u32 expired_timestamp;
    u64_i386 timestamp_last_tick;
    kaddr curr, idle;
    kaddr prev_mm;
    kaddr active, expired; // struct prio_array
    struct prio_array arrays[2];
    s32 best_expired_prio;
    u32 nr_iowait;
};

#define PIDMAP_ENTRIES 1 // 32768 pids: one page of bits
struct pidmap {
    u32 nr_free;
    kaddr page;
};

struct kernel_caches { // kmem_cache addresses
    kaddr task_struct, signal, sighand, files, fs, mm, pgd, filp, dentry, sigqueue, names;
    kaddr namespace, user;
};

#define ROOTFS_FILES 16 // besides the root directory's entry, which is root_dentry

// The boot task's kernel stack comes first: it must be aligned to its size.
struct kernel_data {
    u8 init_thread_union[8192];
    u8 swapper_pg_dir[PAGE_SIZE];
    u8 empty_zero_page[PAGE_SIZE];
    struct task_struct init_task __attribute__((aligned(16)));
    struct signal_struct init_signals;
    struct sighand_struct init_sighand;
    struct files_struct init_files;
    struct fs_struct init_fs;
    struct mm_struct init_mm;
    struct namespace_struct init_namespace;
    struct user_struct root_user;
    struct group_info init_groups;
    struct dentry root_dentry;
    struct list_head inodes; // all that are in use
    struct kernel_caches caches;
    struct pidmap pidmap[PIDMAP_ENTRIES];
    u32 pidhash_shift;
    kaddr pid_hash[PIDTYPE_MAX]; // arrays of 2^pidhash_shift chain heads
    struct runqueue runqueue;
    kaddr child_reaper;
    s32 last_pid;
    s32 pid_max;
    s32 nr_threads, max_threads;
    u32 process_counts;
    u32 total_forks;
    u32 last_ino;
    struct wait_queue_head console_wait; // who reads what nobody types
    struct wait_queue_head page_wait;    // who waits for a page; Unlike Linux: one queue for all
    struct list_head disk_queue;         // pages that the disk is to deliver, by lru, oldest first
    struct file disk_file;               // the disk itself, for `io`
    // The files that are there when the machine is switched on. (rootfs.c)
    struct dentry rootfs_dentry[ROOTFS_FILES];
    struct inode rootfs_inode[ROOTFS_FILES];
    char rootfs_text[512]; // what the files begin with, each up to its NUL
};

// The kernel image is loaded at 1 MB; its data begins 1 MB later.
#define KERNEL_DATA 0xC0200000u

static inline const struct kernel_data *kernel(const struct machine *m)
{
    return at(m, KERNEL_DATA, struct kernel_data);
}

static inline const struct runqueue *rq(const struct machine *m)
{
    return &kernel(m)->runqueue;
}

static inline const struct task_struct *task_at(const struct machine *m, kaddr address)
{
    return at(m, address, struct task_struct);
}

static inline const struct signal_struct *signal_of(const struct machine *m,
                                                    const struct task_struct *p)
{
    return at(m, p->signal, struct signal_struct);
}

static inline const struct sighand_struct *sighand_of(const struct machine *m,
                                                      const struct task_struct *p)
{
    return at(m, p->sighand, struct sighand_struct);
}

// The base of the kernel stack that is loaded: the stack pointer with its low bits cut off.
static inline kaddr current_thread_info(const struct machine *m)
{
    u32 esp = cpu(m)->mode == CPU_USER ? cpu(m)->tss_esp0 - 1 : cpu(m)->esp;

    return esp & ~(cpu(m)->thread_size - 1);
}

// The running task, as i386 finds it: the first word of the thread_info under the stack.
static inline const struct task_struct *current(const struct machine *m)
{
    return task_at(m, at(m, current_thread_info(m), struct thread_info)->task);
}

static inline const struct thread_info *thread_info_of(const struct machine *m,
                                                       const struct task_struct *p)
{
    return at(m, p->thread_info, struct thread_info);
}

// The saved registers at the top of a task's kernel stack.
static inline const struct pt_regs *task_pt_regs(const struct machine *m,
                                                 const struct task_struct *p)
{
    return at(m, p->thread_info + cpu(m)->thread_size - (u32)sizeof(struct pt_regs),
              struct pt_regs);
}

static inline bool test_tsk_thread_flag(const struct machine *m, const struct task_struct *p,
                                        u32 flag)
{
    return thread_info_of(m, p)->flags >> flag & 1;
}

static inline void set_tsk_thread_flag(struct machine *m, const struct task_struct *p, u32 flag)
{
    set(m, thread_info_of(m, p)->flags, thread_info_of(m, p)->flags | 1u << flag);
}

static inline void clear_tsk_thread_flag(struct machine *m, const struct task_struct *p, u32 flag)
{
    set(m, thread_info_of(m, p)->flags, thread_info_of(m, p)->flags & ~(1u << flag));
}

static inline bool thread_group_leader(const struct task_struct *p)
{
    return p->pid == p->tgid;
}

// A system call that has put its task to sleep, or ended it, returns this through all its callers
// at once; it never reaches user mode. Another task is current by then.
#define CALL_SLEEPS (-600)
// Internal errors of 2.6.11 that turn into EINTR or a restart on the way to user mode.
#define ERESTARTSYS           512
#define ERESTARTNOINTR        513
#define ERESTARTNOHAND        514
#define ERESTART_RESTARTBLOCK 516

// ---- boot.c --------------------------------------------------------------------------------------
struct boot_options {
    u32 ram_bytes;   // RAM_MIN … RAM_MAX, whole pages
    u32 thread_size; // 4096 or 8192
    u32 cache_line;  // 32, 64 or 128
    bool shell;      // boot sh: init waits in a loop and a shell (pid 2) has the focus
};
extern const struct boot_options boot_defaults;
// Power on: everything until init (and the shell) run in user mode. History is position 0 then.
void boot(struct machine *m, const struct boot_options *options);
// Is it booted (and not powered off)?
bool is_booted(const struct machine *m);

// ---- entry.c: in and out of the kernel; focus and settling -------------------------------------
struct call {
    s32 nr;      // __NR_…
    u32 args[6]; // ebx, ecx, edx, esi, edi, ebp
    // execve of a file of the host (machine/program.h): ebx is its number.
    // Strings that the call finds in user memory: path, then argv…; NULL-ended. May be NULL.
    const char *const *strings;
};

// Can this task make a call now? If not, says in words what it is doing instead.
bool can_act(const struct machine *m, const struct task_struct *p, struct strbuf *why);
// Puts task p on the CPU if it is not, makes the call, and settles if settling is on. The task
// must be able to act. Inside a command of the history.
void make_call(struct machine *m, const struct task_struct *p, const struct call *call);
// Lets every task that has something left to do in the kernel run; then the focus.
void settle(struct machine *m);
void set_focus(struct machine *m, s32 pid);
// Does the task have a call to finish or a signal to take, if it ran now?
bool has_kernel_work(const struct machine *m, const struct task_struct *p);
// For kernel code: is `me` still on the CPU after something that may have slept?
static inline bool is_current(const struct machine *m, const struct task_struct *me)
{
    return current(m) == me;
}
// The string that strings[index] of the running call names, or NULL.
const char *call_string(const struct machine *m, u32 index);
// True while a sleeping call is run again from its saved frame.
bool is_resuming(const struct machine *m);
// The sleeping place is reached again: from here on everything runs for the first time.
void end_resuming(struct machine *m);
// The current task comes from user mode into the kernel: its kernel stack is loaded …
void enter_from_user(struct machine *m);
// … and goes back, if nothing else must be done first. False if it does not run any more.
bool exit_to_user_mode(struct machine *m);
// Remembers that p may have kernel work, so that settling finds it without a search.
void add_work(struct machine *m, const struct task_struct *p);

// The pieces of make_call() for init_program.c: the current task, in user mode, makes a call …
void enter_call(struct machine *m, const struct call *call);
// … whoever is current in the kernel goes on until user mode …
void run_current(struct machine *m);
// … and p, which must be runnable, gets the CPU and goes on until user mode or sleep.
void give_cpu(struct machine *m, const struct task_struct *p);
// Settles as after `settle off`: searches all runnable tasks for work.
void settle_all(struct machine *m);

// ---- fault.c: the CPU's accesses to user memory, and page faults ---------------------------------
struct access {
    uaddr address;
    u32 size;          // bytes, not 0
    const void *bytes; // to be stored; NULL to load
    bool moves_stack;  // first lets the stack pointer go down to the address, if it is above
    u32 pages;         // the same again in so many pages that follow
};
// Puts task p on the CPU if it is not, and lets it access its memory as an instruction would, page
// faults included; settles if settling is on. The task must be able to act. Inside a command of
// the history. $? becomes the first bytes loaded.
void make_access(struct machine *m, const struct task_struct *p, const struct access *access);
// The program puts `size` bytes where it has room for them: right below its stack pointer. Where
// that is; false if it does not get there. `bytes` NULL: only where it is.
bool fill_buffer(struct machine *m, const void *bytes, u32 size, uaddr *address);
// Writes a word of the current task's user memory as the kernel does; false = EFAULT.
bool put_user(struct machine *m, uaddr address, u32 value);

// ---- init_program.c ------------------------------------------------------------------------------
void start_init_program(struct machine *m);
void run_init_program(struct machine *m);
// Is p init, in user mode with its program's next wait to make?
bool is_init_idle(const struct machine *m, const struct task_struct *p);

// ---- sched.c ---------------------------------------------------------------------------------
void sched_init(struct machine *m);
void sched_fork(struct machine *m, const struct task_struct *p);
void wake_up_new_task(struct machine *m, const struct task_struct *p, u32 clone_flags);
void sched_exit(struct machine *m, const struct task_struct *p);
// Picks the next task and switches to it. After this another task may be current: the caller
// returns CALL_SLEEPS at once if is_current() says so.
void schedule(struct machine *m);
// The rest of a switch, run by the task that was switched to.
void finish_task_switch(struct machine *m, const struct task_struct *prev);
// mask: states that may be woken. True if it woke.
bool try_to_wake_up(struct machine *m, const struct task_struct *p, u32 mask, s32 cause);
bool wake_up_process(struct machine *m, const struct task_struct *p, s32 cause);
bool wake_up_state(struct machine *m, const struct task_struct *p, u32 mask, s32 cause);
void set_task_state(struct machine *m, const struct task_struct *p, s32 state);
// Tells the world that p's state letter went from `from` to what it is now (if it differs).
void note_state(struct machine *m, const struct task_struct *p, char from, s32 cause);
// R S D T t Z X, as /proc/PID/stat says.
char task_state_letter(const struct task_struct *p);
void set_tsk_need_resched(struct machine *m, const struct task_struct *p);
s32 effective_prio(const struct task_struct *p);
u32 task_timeslice(const struct task_struct *p);
s32 sys_nice(struct machine *m, s32 increment);
s32 sys_sched_yield(struct machine *m);
static inline bool is_idle_task(const struct machine *m, const struct task_struct *p)
{
    return p == &kernel(m)->init_task;
}

// Wait queues and completions. (completion.c; the kernel has them in kernel/wait.c and sched.c)
void init_waitqueue_head(struct machine *m, const struct wait_queue_head *q);
void add_wait_queue(struct machine *m, const struct wait_queue_head *q, kaddr entry,
                    bool exclusive);
void remove_wait_queue(struct machine *m, kaddr entry);
// An entry that leaves the queue when its task is woken; and its end, when it runs again.
void prepare_to_wait(struct machine *m, const struct wait_queue_head *q, kaddr entry, s32 state);
void finish_wait(struct machine *m, kaddr entry);
// prepare_to_wait() for a page (struct wait_bit_queue); and what wakes those who wait for it.
void prepare_to_wait_on_page(struct machine *m, kaddr entry, kaddr page);
void wake_up_page(struct machine *m, kaddr page);
// Wakes sleepers whose state is in mask, at most nr exclusive ones (0 = all).
void wake_up(struct machine *m, const struct wait_queue_head *q, u32 mask, u32 nr_exclusive);
void init_completion(struct machine *m, const struct completion *x);
// False if the caller now sleeps (return CALL_SLEEPS); true when the completion is done.
bool wait_for_completion(struct machine *m, const struct completion *x);
void complete(struct machine *m, const struct completion *x);

// ---- pid.c -----------------------------------------------------------------------------------
void pidhash_init(struct machine *m, kaddr tables, u32 shift);
void pidmap_init(struct machine *m);
s32 alloc_pidmap(struct machine *m); // a pid, or -1
void free_pidmap(struct machine *m, s32 nr);
void attach_pid(struct machine *m, const struct task_struct *p, enum pid_type type, s32 nr);
void detach_pid(struct machine *m, const struct task_struct *p, enum pid_type type);
// The task that stands in the hash chain for this number, or NULL.
const struct task_struct *find_task_by_pid_type(const struct machine *m, enum pid_type type,
                                                s32 nr);
const struct task_struct *find_task_by_pid(const struct machine *m, s32 nr);
// All tasks with a number of one type: for (p = first; p; p = next). NULL ends.
const struct task_struct *first_of_pid(const struct machine *m, enum pid_type type, s32 nr);
const struct task_struct *next_of_pid(const struct machine *m, enum pid_type type,
                                      const struct task_struct *p);
const struct task_struct *next_thread(const struct machine *m, const struct task_struct *p);
bool thread_group_empty(const struct machine *m, const struct task_struct *p);
u32 pid_hashfn(u32 nr, u32 shift);
bool is_pid_in_use(const struct machine *m, s32 nr);
// Says in words, one line each, what is wrong with the pid bitmap and hash tables; returns the
// number of lines (0 = all is well).
int check_pids(const struct machine *m, struct strbuf *out);
static inline s32 process_group(const struct machine *m, const struct task_struct *p)
{
    return signal_of(m, p)->pgrp;
}

// Process list walk: for_each_process starts after init_task. NULL ends.
const struct task_struct *first_process(const struct machine *m);
const struct task_struct *next_process(const struct machine *m, const struct task_struct *p);
// Every task: leaders in list order, each followed by its other threads. NULL ends.
const struct task_struct *next_task_and_thread(const struct machine *m,
                                               const struct task_struct *p);

// A call of the running task fails, and says why. Returns -error.
static inline s32 refuse(struct machine *m, s32 error, enum refusal why)
{
    note(m, EVENT_REFUSED, current(m)->pid, error, (s32)why);
    return -error;
}

// ---- fork.c ------------------------------------------------------------------------------------
void fork_init(struct machine *m);
// Pid of the child, or a negative errno, or CALL_SLEEPS (vfork).
s32 do_fork(struct machine *m, u32 clone_flags, u32 stack_start, uaddr parent_tidptr,
            uaddr child_tidptr, u32 tls);
// A thread in the kernel with nothing to run in user mode. Used to boot init.
s32 kernel_thread(struct machine *m, u32 flags, const char *comm);
void put_task_struct(struct machine *m, const struct task_struct *p);
void mmput(struct machine *m, kaddr mm);
void mmdrop(struct machine *m, kaddr mm);
kaddr mm_alloc(struct machine *m);
void mm_release(struct machine *m, const struct task_struct *p, kaddr mm);

s32 copy_mm(struct machine *m, u32 clone_flags, const struct task_struct *p); // fork_mm.c
// Steps 18-26 of copy_process(): what the child shares or copies. 0, or an error after which all is
// as before. (fork_resources.c)
s32 copy_resources(struct machine *m, u32 flags, u32 stack_start, u32 tls,
                   const struct task_struct *p);
void drop_resources(struct machine *m, u32 flags, const struct task_struct *p);
void exit_mmap(struct machine *m, kaddr mm);
s32 copy_thread(struct machine *m, u32 clone_flags, u32 stack_start, u32 tls,
                const struct task_struct *p); // process.c
s32 sys_ioperm(struct machine *m, u32 from, u32 count, bool allowed);
void exit_thread(struct machine *m, const struct task_struct *p);
void put_namespace(struct machine *m, kaddr address);
s32 sys_fork(struct machine *m, bool eager);
s32 sys_vfork(struct machine *m);
s32 sys_clone(struct machine *m, u32 flags, u32 stack, uaddr parent_tidptr, uaddr child_tidptr,
              u32 tls);

// ---- exec.c ------------------------------------------------------------------------------------
s32 sys_execve(struct machine *m);
void set_task_comm(struct machine *m, const struct task_struct *p, const char *name);

// ---- exit.c, wait.c ------------------------------------------------------------------------------
// These end the running task: another one is current when they return.
void do_exit(struct machine *m, s32 code);
void do_group_exit(struct machine *m, s32 code);
void release_task(struct machine *m, const struct task_struct *p);
void panic(struct machine *m, enum panic_reason reason);
bool is_orphaned_pgrp(const struct machine *m, s32 pgrp);
void exit_files(struct machine *m, const struct task_struct *p);
void exit_fs(struct machine *m, const struct task_struct *p);
void exit_sem(struct machine *m, const struct task_struct *p);
void exit_namespace(struct machine *m, const struct task_struct *p);
void exit_sighand(struct machine *m, const struct task_struct *p); // __exit_sighand
void exit_signal(struct machine *m, const struct task_struct *p);  // __exit_signal
s32 sys_wait4(struct machine *m, s32 pid, u32 options);

#define WNOHANG     0x1u
#define WUNTRACED   0x2u
#define WSTOPPED    0x2u
#define WEXITED     0x4u
#define WCONTINUED  0x8u
#define WNOWAIT     0x01000000u
#define __WNOTHREAD 0x20000000u
#define __WALL      0x40000000u
#define __WCLONE    0x80000000u

// ---- signal.c -----------------------------------------------------------------------------------
enum signal_number {
    SIGHUP = 1,
    SIGINT,
    SIGQUIT,
    SIGILL,
    SIGTRAP,
    SIGABRT,
    SIGBUS,
    SIGFPE,
    SIGKILL,
    SIGUSR1,
    SIGSEGV,
    SIGUSR2,
    SIGPIPE,
    SIGALRM,
    SIGTERM,
    SIGSTKFLT,
    SIGCHLD,
    SIGCONT,
    SIGSTOP,
    SIGTSTP,
    SIGTTIN,
    SIGTTOU,
    SIGURG,
    SIGXCPU,
    SIGXFSZ,
    SIGVTALRM,
    SIGPROF,
    SIGWINCH,
    SIGIO,
    SIGPWR,
    SIGSYS,
    SIGRTMIN
};
#define SI_USER       0
#define SI_KERNEL     0x80
#define SI_TKILL      (-6)
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_TRAPPED   4
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

struct siginfo { // host-side argument; queued as struct sigqueue
    s32 signo, code, pid;
    u32 uid;
    s32 status;
};

static inline bool sigismember(const struct sigset *s, s32 sig)
{
    return s->sig[(sig - 1) / 32] >> ((sig - 1) % 32) & 1;
}
// The C library has functions of these names, which the face's libraries call: ours are linked under
// others, so that nobody gets the wrong one.
void sigaddset(struct machine *m, const struct sigset *s, s32 sig) __asm__("kernel_sigaddset");
void sigdelset(struct machine *m, const struct sigset *s, s32 sig) __asm__("kernel_sigdelset");
bool signal_pending(const struct machine *m, const struct task_struct *p);
void recalc_sigpending_tsk(struct machine *m, const struct task_struct *p);
void init_sigpending(struct machine *m, const struct sigpending *pending);
void flush_sigqueue(struct machine *m, const struct sigpending *pending);
void signal_wake_up(struct machine *m, const struct task_struct *p, bool resume);
// To one thread. sender: pid or 0 for the kernel.
s32 specific_send_sig_info(struct machine *m, const struct siginfo *info,
                           const struct task_struct *p);
// To a process: the shared queue, then a thread that wants it.
s32 group_send_sig_info(struct machine *m, const struct siginfo *info, const struct task_struct *p);
// To every member of a process group from the kernel; 0 or ESRCH.
s32 kill_pg(struct machine *m, s32 pgrp, s32 sig);
void do_notify_parent(struct machine *m, const struct task_struct *p, s32 sig);
void do_notify_parent_cldstop(struct machine *m, const struct task_struct *p,
                              const struct task_struct *parent, s32 why);
// From the kernel to one thread; blocking or ignoring it does not help.
void force_sig(struct machine *m, s32 sig, const struct task_struct *p);
void zap_other_threads(struct machine *m, const struct task_struct *p);
void flush_signal_handlers(struct machine *m, const struct task_struct *p, bool force_default);
// On the way to user mode. False if the task no longer runs (stopped or ended).
bool do_signal(struct machine *m);
s32 sys_kill(struct machine *m, s32 pid, s32 sig);
s32 sys_tgkill(struct machine *m, s32 tgid, s32 pid, s32 sig);
s32 sys_rt_sigaction(struct machine *m, s32 sig, u32 handler, u32 flags, struct sigset mask);
s32 sys_rt_sigprocmask(struct machine *m, u32 how, struct sigset mask);
s32 sys_pause(struct machine *m);
#define SIG_BLOCK   0u
#define SIG_UNBLOCK 1u
#define SIG_SETMASK 2u

#define PR_SET_PDEATHSIG 1

// ---- sys.c ----------------------------------------------------------------------------------------
s32 sys_setpgid(struct machine *m, s32 pid, s32 pgid);
s32 sys_setsid(struct machine *m);
s32 sys_setrlimit(struct machine *m, u32 resource, u32 soft, u32 hard);
#define CAP_KILL         5
#define CAP_SYS_RAWIO    17
#define CAP_SYS_CHROOT   18
#define CAP_SYS_ADMIN    21
#define CAP_SYS_NICE     23
#define CAP_SYS_RESOURCE 24
bool capable(const struct machine *m, const struct task_struct *p, u32 capability);
s32 sys_setuid(struct machine *m, u32 uid);
// One reference to a user_struct fewer; the last frees it (root's is static and never freed).
void free_uid(struct machine *m, const struct user_struct *user);
// sysctl by name ("kernel.pid_max", "kernel.threads-max", …). False and why: no such name, or
// out of range.
bool sysctl_set(struct machine *m, const char *name, s64 value, struct strbuf *why);
// The same without changing anything: would sysctl_set() take it?
bool sysctl_check(const struct machine *m, const char *name, s64 value, struct strbuf *why);
bool sysctl_get(const struct machine *m, const char *name, s64 *value);
// The sysctl names there are: index from 0; NULL ends.
const char *sysctl_name(u32 index);

// ---- Files (the rest of them: kernel/files.h) --------------------------------------------------
void files_init(struct machine *m);
void fput(struct machine *m, kaddr file);
// 0 or a negative errno. After kernel/fork.c, copy_files(): a new table, every file count + 1.
s32 dup_fd(struct machine *m, kaddr old_files, kaddr *new_files);
void put_files_struct(struct machine *m, kaddr files);
void put_fs_struct(struct machine *m, kaddr fs);
void dget(struct machine *m, kaddr dentry);
void dput(struct machine *m, kaddr dentry);
s32 unshare_files(struct machine *m);
void flush_old_files(struct machine *m, kaddr files); // closes close-on-exec descriptors
// The calls about files, by the saved registers.
s32 file_call(struct machine *m, const struct pt_regs *r);
// Where the kernel stack of a task that sleeps in this function has the function's locals, or 0.
kaddr locals_of_sleeper(const struct machine *m, const struct task_struct *p, enum ksym function);

// ---- check.c --------------------------------------------------------------------------------------
// (machine_check() of include/procarium/machine.h)
// What is wrong with open files, names, pipes, and who waits for them; the number of lines.
int check_files(const struct machine *m, struct strbuf *out);
// The same for queued signals and users.
int check_signal_queues(const struct machine *m, struct strbuf *out);
// The same for address spaces, page tables and the pages they map.
int check_mm(const struct machine *m, struct strbuf *out);

#endif
