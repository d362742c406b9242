// The process descriptor and the structures it points to, at the layout of 2.6.11 on i386:
// uniprocessor, CONFIG_PREEMPT, no optional fields. Offsets are held by assertions below.
#ifndef KERNEL_TASK_H
#define KERNEL_TASK_H

#include "mm/fs.h"
#include "mm/mm.h"

// ---- States ------------------------------------------------------------------------------------
#define TASK_RUNNING         0
#define TASK_INTERRUPTIBLE   1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_STOPPED         4
#define TASK_TRACED          8
#define EXIT_ZOMBIE          16 // exit_state
#define EXIT_DEAD            32 // exit_state; and in state once the task has left the CPU for ever

// ---- Flags -------------------------------------------------------------------------------------
#define PF_STARTING   0x2
#define PF_EXITING    0x4
#define PF_DEAD       0x8
#define PF_FORKNOEXEC 0x40
#define PF_SUPERPRIV  0x100
#define PF_DUMPCORE   0x200
#define PF_SIGNALED   0x400

#define CSIGNAL              0x000000FFu
#define CLONE_VM             0x00000100u
#define CLONE_FS             0x00000200u
#define CLONE_FILES          0x00000400u
#define CLONE_SIGHAND        0x00000800u
#define CLONE_PTRACE         0x00002000u
#define CLONE_VFORK          0x00004000u
#define CLONE_PARENT         0x00008000u
#define CLONE_THREAD         0x00010000u
#define CLONE_NEWNS          0x00020000u
#define CLONE_SYSVSEM        0x00040000u
#define CLONE_SETTLS         0x00080000u
#define CLONE_PARENT_SETTID  0x00100000u
#define CLONE_CHILD_CLEARTID 0x00200000u
#define CLONE_DETACHED       0x00400000u
#define CLONE_UNTRACED       0x00800000u
#define CLONE_CHILD_SETTID   0x01000000u
#define CLONE_STOPPED        0x02000000u
// Not the kernel's: what a C library passes for a POSIX thread. (NPTL of glibc 2.3)
#define CLONE_NPTL_THREAD                                                                          \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |            \
     CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
#define CLONE_EAGER 0x80000000u // Unlike Linux: copy all pages at once, for comparison

#define TIF_SYSCALL_TRACE 0
#define TIF_NOTIFY_RESUME 1
#define TIF_SIGPENDING    2
#define TIF_NEED_RESCHED  3
#define TIF_SINGLESTEP    4
#define TIF_IRET          5

#define SIGNAL_STOP_STOPPED   1
#define SIGNAL_STOP_DEQUEUED  2
#define SIGNAL_STOP_CONTINUED 4
#define SIGNAL_GROUP_EXIT     8

// ---- The bottom and the top of the kernel stack ------------------------------------------------
struct thread_info { // 52 bytes
    kaddr task;
    kaddr exec_domain;
    u32 flags; // TIF_ bits
    u32 status;
    u32 cpu;
    s32 preempt_count;
    u32 addr_limit;
    u32 restart_block[5];
    u32 previous_esp;
};
_Static_assert(sizeof(struct thread_info) == 52, "thread_info is 52 bytes");

struct pt_regs { // 60 bytes
    u32 ebx, ecx, edx, esi, edi, ebp, eax;
    u32 xds, xes;
    s32 orig_eax; // system call number; negative for interrupts and exceptions
    u32 eip, xcs, eflags, esp, xss;
};
_Static_assert(sizeof(struct pt_regs) == 60, "pt_regs is 60 bytes");

#define USER_CS   0x73u
#define USER_DS   0x7Bu
#define KERNEL_CS 0x60u
#define KERNEL_DS 0x68u

struct thread_struct { // 656 bytes
    u64_i386 tls_array[3];
    u32 esp0;
    u32 sysenter_cs;
    u32 eip, esp;
    u32 fs, gs;
    u32 debugreg[8];
    u32 cr2, trap_no, error_code;
    u32 padding;
    u8 i387[512];
    kaddr vm86_info;
    u32 screen_bitmap, v86flags, v86mask, saved_esp0, saved_fs, saved_gs;
    kaddr io_bitmap_ptr;
    u32 io_bitmap_max;
    u32 padding_end[3];
};
_Static_assert(sizeof(struct thread_struct) == 656, "thread_struct is 656 bytes");

// ---- Signals -----------------------------------------------------------------------------------
#define _NSIG 64

struct sigset { // signal n is bit n - 1
    u32 sig[2];
};

struct sigpending {
    struct list_head list;
    struct sigset signal;
};

#define SIG_DFL      0u
#define SIG_IGN      1u
#define SA_NOCLDSTOP 0x1u
#define SA_NOCLDWAIT 0x2u
#define SA_SIGINFO   0x4u
#define SA_ONSTACK   0x08000000u
#define SA_RESTART   0x10000000u
#define SA_NODEFER   0x40000000u
#define SA_RESETHAND 0x80000000u

struct k_sigaction {  // 20 bytes
    uaddr sa_handler; // SIG_DFL, SIG_IGN or a user address
    u32 sa_flags;
    uaddr sa_restorer;
    struct sigset sa_mask;
};

struct sighand_struct { // 1284 bytes
    s32 count;
    struct k_sigaction action[_NSIG];
};
_Static_assert(sizeof(struct sighand_struct) == 1284, "sighand_struct is as in 2.6.11");

// One queued signal. (struct sigqueue with its siginfo)
struct sigqueue {
    struct list_head list;
    u32 flags;
    s32 si_signo, si_errno, si_code;
    s32 si_pid;
    u32 si_uid;
    s32 si_status;
    kaddr user; // user_struct
};

struct wait_queue_head {
    struct list_head task_list;
};

#define WQ_FLAG_EXCLUSIVE 1
enum wake_function {
    WAKE_DEFAULT,
    WAKE_AUTOREMOVE, // the entry leaves the queue when its task is woken
    WAKE_BIT         // the same, and only those who wait for this page
};

struct wait_queue { // 20 bytes; lies on the sleeper's kernel stack
    u32 flags;
    kaddr task;
    u32 func; // enum wake_function
    struct list_head task_list;
};
_Static_assert(sizeof(struct wait_queue) == 20, "wait_queue_t is 20 bytes");

// Waits for a page. (struct wait_bit_queue, whose key also names a bit; here it is PG_locked)
struct wait_bit_queue {
    struct wait_queue wait;
    kaddr page; // struct page
};

struct completion {
    u32 done;
    struct wait_queue_head wait;
};

enum rlimit_index {
    RLIMIT_CPU,
    RLIMIT_FSIZE,
    RLIMIT_DATA,
    RLIMIT_STACK,
    RLIMIT_CORE,
    RLIMIT_RSS,
    RLIMIT_NPROC,
    RLIMIT_NOFILE,
    RLIMIT_MEMLOCK,
    RLIMIT_AS,
    RLIMIT_LOCKS,
    RLIMIT_SIGPENDING,
    RLIMIT_MSGQUEUE,
    RLIM_NLIMITS
};
#define RLIM_INFINITY 0xFFFFFFFFu

struct rlimit {
    u32 rlim_cur, rlim_max;
};

struct signal_struct { // 236 bytes: what the threads of a process share about signals and time
    s32 count;         // references
    s32 live;          // threads that have not begun to exit
    struct wait_queue_head wait_chldexit;
    kaddr curr_target;
    struct sigpending shared_pending;
    s32 group_exit_code;
    kaddr group_exit_task;
    s32 notify_count;
    s32 group_stop_count;
    u32 flags; // SIGNAL_ bits
    struct list_head posix_timers;
    s32 pgrp;
    s32 tty_old_pgrp;
    s32 session;
    s32 leader;
    kaddr tty;
    u32 utime, stime, cutime, cstime;
    u32 nvcsw, nivcsw, cnvcsw, cnivcsw;
    u32 min_flt, maj_flt, cmin_flt, cmaj_flt;
    struct rlimit rlim[RLIM_NLIMITS];
};
_Static_assert(sizeof(struct signal_struct) == 236, "signal_struct is as in 2.6.11");

// ---- Files -------------------------------------------------------------------------------------
#define NR_OPEN_DEFAULT 32
#define FD_SET_WORDS    32

struct files_struct { // 412 bytes
    s32 count;
    s32 max_fds;
    s32 max_fdset;
    s32 next_fd;
    kaddr fd;            // array of struct file addresses; fd_array, or a larger one
    kaddr close_on_exec; // bit sets; the _init ones, or larger ones
    kaddr open_fds;
    u32 close_on_exec_init[FD_SET_WORDS];
    u32 open_fds_init[FD_SET_WORDS];
    kaddr fd_array[NR_OPEN_DEFAULT];
};
_Static_assert(sizeof(struct files_struct) == 412, "files_struct is as in 2.6.11");

struct fs_struct { // 32 bytes
    s32 count;
    s32 umask;
    kaddr root, pwd, altroot; // struct dentry
    kaddr rootmnt, pwdmnt, altrootmnt;
};
_Static_assert(sizeof(struct fs_struct) == 32, "fs_struct is as in 2.6.11");

struct namespace_struct { // struct namespace
    s32 count;
    kaddr root;
};

struct sem_undo_list {
    s32 refcnt;
};

struct user_struct {
    s32 count;     // references
    s32 processes; // what RLIMIT_NPROC limits
    s32 sigpending;
    u32 uid;
    struct list_head uidhash_list;
};

struct group_info {
    s32 usage;
    s32 ngroups;
};

// ---- PIDs --------------------------------------------------------------------------------------
enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_MAX };

struct pid {          // 20 bytes: a task's place in one of the four hash tables
    s32 nr;           // 0 = not hashed (except swapper's)
    kaddr chain_next; // hlist_node; 0 ends the chain. Unhashed list members have pprev 0
    kaddr chain_pprev;
    struct list_head pid_list; // the tasks with the same number of this type
};
_Static_assert(sizeof(struct pid) == 20, "struct pid is 20 bytes");

// ---- The descriptor ----------------------------------------------------------------------------
#define TASK_COMM_LEN 16

struct task_struct { // 1264 bytes
    s32 state;
    kaddr thread_info;
    s32 usage;
    u32 flags; // PF_ bits
    u32 ptrace;
    s32 lock_depth;
    s32 prio, static_prio;
    struct list_head run_list;
    kaddr array; // prio_array it is queued in, or 0
    u32 sleep_avg;
    u64_i386 timestamp, last_ran;
    s32 activated;
    u32 policy;
    u32 cpus_allowed;
    u32 time_slice, first_time_slice;
    struct list_head tasks;
    struct list_head ptrace_children, ptrace_list;
    kaddr mm, active_mm;
    kaddr binfmt;
    s32 exit_state;
    s32 exit_code, exit_signal;
    s32 pdeath_signal;
    u32 personality;
    u32 did_exec;
    s32 pid, tgid;
    kaddr real_parent, parent;
    struct list_head children, sibling;
    kaddr group_leader;
    struct pid pids[PIDTYPE_MAX];
    kaddr vfork_done;
    uaddr set_child_tid, clear_child_tid;
    u32 rt_priority;
    u32 it_real_value, it_prof_value, it_virt_value;
    u32 it_real_incr, it_prof_incr, it_virt_incr;
    struct { // timer_list
        struct list_head entry;
        u32 expires;
        u32 magic;
        u32 function;
        kaddr data, base;
    } real_timer;
    u32 utime, stime;
    u32 nvcsw, nivcsw;
    u32 start_time[2]; // timespec: seconds, nanoseconds
    u32 min_flt, maj_flt;
    u32 uid, euid, suid, fsuid;
    u32 gid, egid, sgid, fsgid;
    kaddr group_info;
    u32 cap_effective, cap_inheritable, cap_permitted;
    u32 keep_capabilities;
    kaddr user;
    s32 oomkilladj;
    char comm[TASK_COMM_LEN];
    s32 link_count, total_link_count;
    kaddr undo_list; // sysvsem
    struct thread_struct thread;
    kaddr fs, files;
    kaddr namespace;
    kaddr signal, sighand;
    struct sigset blocked, real_blocked;
    struct sigpending pending;
    uaddr sas_ss_sp;
    u32 sas_ss_size;
    u32 notifier, notifier_data, notifier_mask;
    kaddr security, audit_context;
    u32 parent_exec_id, self_exec_id;
    kaddr journal_info, reclaim_state, proc_dentry, backing_dev_info, io_context;
    u32 ptrace_message;
    kaddr last_siginfo, io_wait;
    u64_i386 rchar, wchar, syscr, syscw;
    u32 padding[2];
};

#define TASK_OFFSET(field, offset)                                                                 \
    _Static_assert(offsetof(struct task_struct, field) == (offset), #field " is as in 2.6.11")
TASK_OFFSET(run_list, 32);
TASK_OFFSET(timestamp, 48);
TASK_OFFSET(activated, 64);
TASK_OFFSET(tasks, 84);
TASK_OFFSET(mm, 108);
TASK_OFFSET(exit_state, 120);
TASK_OFFSET(pid, 144);
TASK_OFFSET(children, 160);
TASK_OFFSET(pids, 180);
TASK_OFFSET(vfork_done, 260);
TASK_OFFSET(rt_priority, 272);
TASK_OFFSET(utime, 328);
TASK_OFFSET(start_time, 344);
TASK_OFFSET(uid, 360);
TASK_OFFSET(cap_effective, 396);
TASK_OFFSET(user, 412);
TASK_OFFSET(comm, 420);
TASK_OFFSET(undo_list, 444);
TASK_OFFSET(thread, 448);
TASK_OFFSET(fs, 1104);
TASK_OFFSET(signal, 1116);
TASK_OFFSET(blocked, 1124);
TASK_OFFSET(pending, 1140);
TASK_OFFSET(parent_exec_id, 1184);
TASK_OFFSET(ptrace_message, 1212);
_Static_assert(sizeof(struct task_struct) == 1264, "task_struct is as in 2.6.11");

#endif
