// fork, vfork and clone: the order of things, what is shared and what is copied, what is refused,
// and the time slice.
#include "booted_machine.h"
#include "cunit_main.h"

#include <string.h>

// ---- The order of functions ------------------------------------------------------------------

static void test_order_of_fork(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), 2);
    CU_ASSERT(RAN(b, "system_call", "sys_fork", "do_fork", "alloc_pidmap", "copy_process",
                  "security_task_create", "dup_task_struct", "alloc_task_struct",
                  "alloc_thread_info", "copy_flags", "security_task_alloc", "audit_alloc",
                  "copy_semundo", "copy_files", "copy_fs", "copy_sighand", "copy_signal", "copy_mm",
                  "mm_init", "dup_mmap", "copy_keys", "copy_namespace", "copy_thread", "sched_fork",
                  "attach_pid", "attach_pid", "attach_pid", "attach_pid", "wake_up_new_task",
                  "work_resched", "schedule", "context_switch", "__switch_to", "ret_from_fork",
                  "schedule_tail", "finish_task_switch"));
    CU_ASSERT_EQUAL(times_entered(b, "attach_pid"), 4);
    CU_ASSERT_EQUAL(times_entered(b, "copy_process"), 1);
    CU_ASSERT_EQUAL(times_entered(b, "activate_task"), 0);
    power_off(b);
}

static void test_order_of_vfork(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(CALL(b, 1, vfork, 0), NO_RETURN);
    CU_ASSERT(RAN(b, "system_call", "sys_vfork", "do_fork", "alloc_pidmap", "copy_process",
                  "copy_mm", "copy_thread", "sched_fork", "wake_up_new_task", "activate_task",
                  "wait_for_completion", "add_wait_queue", "schedule", "deactivate_task",
                  "context_switch", "ret_from_fork"));
    CU_ASSERT_EQUAL(times_entered(b, "mm_init"), 0);
    power_off(b);
}

static void test_order_of_clone(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(new_thread(b, 1), 2);
    CU_ASSERT(RAN(b, "system_call", "sys_clone", "do_fork", "alloc_pidmap", "copy_process",
                  "dup_task_struct", "copy_files", "copy_fs", "copy_sighand", "copy_signal",
                  "copy_mm", "copy_thread", "sched_fork", "attach_pid", "attach_pid",
                  "wake_up_new_task", "activate_task"));
    CU_ASSERT_EQUAL(times_entered(b, "attach_pid"), 2); // threads are in two tables only
    CU_ASSERT_EQUAL(times_entered(b, "mm_init"), 0);
    power_off(b);
}

// ---- Sharing ---------------------------------------------------------------------------------

static s32 count_of(const struct booted *b, kaddr object)
{
    return object ? *at(b->m, object, s32) : 0; // the counts that come first
}

static s32 mm_users(const struct booted *b, s32 pid)
{
    return at(b->m, task(b, pid)->mm, struct mm_struct)->mm_users;
}

// An object with its count as first member: the parent's, with one more user, or another one.
static void expect_object(const struct booted *b, kaddr parents, kaddr childs, s32 before,
                          bool is_shared)
{
    CU_ASSERT_EQUAL(childs == parents, is_shared);
    CU_ASSERT_EQUAL(count_of(b, parents), is_shared ? before + 1 : before);
    if (!is_shared)
        CU_ASSERT_EQUAL(count_of(b, childs), 1);
}

static void expect_sharing(struct booted *b, s32 parent, u32 flags)
{
    const struct task_struct *p = task(b, parent);
    struct task_struct was = *p;
    s32 files = count_of(b, p->files), fs = count_of(b, p->fs), signal = count_of(b, p->signal);
    s32 sighand = count_of(b, p->sighand), users = mm_users(b, parent);
    s32 ns = count_of(b, p->namespace);
    s32 pid = clone_with(b, parent, flags);
    const struct task_struct *c = task(b, pid);

    CU_ASSERT_TRUE_FATAL(pid > 0);
    expect_object(b, p->files, c->files, files, flags & CLONE_FILES);
    expect_object(b, p->fs, c->fs, fs, flags & CLONE_FS);
    expect_object(b, p->sighand, c->sighand, sighand, flags & (CLONE_SIGHAND | CLONE_THREAD));
    expect_object(b, p->signal, c->signal, signal, flags & CLONE_THREAD);
    expect_object(b, p->namespace, c->namespace, ns, !(flags & CLONE_NEWNS));
    CU_ASSERT_EQUAL(c->mm == p->mm, !!(flags & CLONE_VM));
    CU_ASSERT_EQUAL(mm_users(b, parent), users + !!(flags & CLONE_VM));
    CU_ASSERT_EQUAL(c->active_mm, c->mm);
    CU_ASSERT_EQUAL(c->undo_list != 0, !!(flags & CLONE_SYSVSEM));
    if (flags & CLONE_SYSVSEM)
        CU_ASSERT_EQUAL(c->undo_list, p->undo_list);
    CU_ASSERT_EQUAL(c->tgid, flags & CLONE_THREAD ? p->tgid : pid);
    CU_ASSERT_EQUAL(c->group_leader, flags & CLONE_THREAD ? p->group_leader : kaddr_of(b->m, c));
    CU_ASSERT_EQUAL(c->real_parent,
                    flags & (CLONE_THREAD | CLONE_PARENT) ? was.real_parent : kaddr_of(b->m, p));
    CU_ASSERT_EQUAL(c->exit_signal, flags & CLONE_THREAD ? -1 : (s32)(flags & CSIGNAL));
    CU_ASSERT_EQUAL(state_of(b, pid), flags & CLONE_STOPPED ? 'T' : 'R');
    CU_ASSERT_EQUAL(p->undo_list != 0, flags & CLONE_SYSVSEM || was.undo_list);
    CU_ASSERT_EQUAL(machine_goto(b->m, machine_position(b->m).command - 1), true);
}

// Each flag alone, and every combination of those that decide what is shared.
static void test_sharing(void)
{
    static const u32 others[] = {
        CLONE_PARENT, CLONE_SYSVSEM,       CLONE_DETACHED,       CLONE_UNTRACED,     CLONE_STOPPED,
        CLONE_PTRACE, CLONE_PARENT_SETTID, CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, CLONE_NEWNS,
    };
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);

    new_thread(b, parent); // so that counts are not all 1
    for (u32 i = 0; i < sizeof others / sizeof *others; i++) {
        expect_sharing(b, parent, others[i] | SIGCHLD);
        if (others[i] != CLONE_NEWNS)
            expect_sharing(b, parent, others[i] | THREAD_FLAGS);
    }
    for (u32 bits = 0; bits < 64; bits++) {
        u32 flags = (bits & 1 ? CLONE_VM : 0) | (bits & 2 ? CLONE_FS : 0) |
                    (bits & 4 ? CLONE_FILES : 0) | (bits & 8 ? CLONE_SIGHAND : 0) |
                    (bits & 16 ? CLONE_THREAD : 0) | (bits & 32 ? CLONE_NEWNS : 0);
        bool legal = !(flags & CLONE_NEWNS && flags & CLONE_FS) &&
                     !(flags & CLONE_THREAD && !(flags & CLONE_SIGHAND)) &&
                     !(flags & CLONE_SIGHAND && !(flags & CLONE_VM));

        if (legal)
            expect_sharing(b, parent, flags | SIGUSR1);
        else
            CU_ASSERT_EQUAL(clone_with(b, parent, flags | SIGUSR1), -EINVAL);
    }
    power_off(b);
}

// What the copies hold.
static void test_copies(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);

    CALL(b, parent, setsid, 0);
    open_path(b, parent, "/etc/motd", O_CLOEXEC);
    CALL(b, parent, rt_sigaction, SIGUSR1, 0x08049000, SA_RESTART);
    CALL(b, parent, rt_sigaction, SIGUSR2, SIG_IGN);
    CALL(b, parent, rt_sigprocmask, SIG_BLOCK, 1u << (SIGHUP - 1) | 1u << (SIGTERM - 1));
    CALL(b, parent, kill, (u32)parent, SIGHUP);
    CALL(b, parent, tgkill, (u32)parent, (u32)parent, SIGTERM);
    CALL(b, parent, prctl, PR_SET_PDEATHSIG, SIGKILL);
    CALL(b, parent, setrlimit, RLIMIT_CORE, 5000, 6000);
    CALL(b, parent, nice, 4);
    s32 pid = CALL(b, parent, fork, 0);
    const struct task_struct *p = task(b, parent), *c = task(b, pid);
    const struct signal_struct *sig = signal_of(b->m, c);
    const struct files_struct *pf = at(b->m, p->files, struct files_struct);
    const struct files_struct *cf = at(b->m, c->files, struct files_struct);

    CU_ASSERT_EQUAL(memcmp(cf->fd_array, pf->fd_array, sizeof cf->fd_array), 0);
    CU_ASSERT_EQUAL(cf->fd, kaddr_of(b->m, cf->fd_array));
    CU_ASSERT_EQUAL(cf->close_on_exec_init[0], 8);
    CU_ASSERT_EQUAL(at(b->m, cf->fd_array[3], struct file)->f_count, 2);
    CU_ASSERT_EQUAL(at(b->m, cf->fd_array[0], struct file)->f_count, 12); // three of four tables
    CU_ASSERT_EQUAL(memcmp(sighand_of(b->m, p)->action, sighand_of(b->m, c)->action,
                           sizeof sighand_of(b->m, p)->action),
                    0);
    CU_ASSERT_TRUE(sigismember(&c->blocked, SIGHUP));
    CU_ASSERT_FALSE(sigismember(&sig->shared_pending.signal, SIGHUP));
    CU_ASSERT_TRUE(list_empty(b->m, &sig->shared_pending.list));
    CU_ASSERT_FALSE(sigismember(&c->pending.signal, SIGTERM));
    CU_ASSERT_TRUE(list_empty(b->m, &c->pending.list));
    CU_ASSERT_FALSE(signal_pending(b->m, c));
    CU_ASSERT_EQUAL(sig->pgrp, parent);
    CU_ASSERT_EQUAL(sig->session, parent);
    CU_ASSERT_EQUAL(sig->leader, 0);
    CU_ASSERT_EQUAL(sig->live, 1);
    CU_ASSERT_EQUAL(sig->rlim[RLIMIT_CORE].rlim_max, 6000);
    CU_ASSERT_EQUAL(c->pdeath_signal, 0);
    CU_ASSERT_EQUAL(p->pdeath_signal, SIGKILL);
    CU_ASSERT_EQUAL(c->static_prio, 124);
    CU_ASSERT_STRING_EQUAL(c->comm, p->comm);
    CU_ASSERT_EQUAL(c->usage, 2);
    CU_ASSERT_EQUAL(c->lock_depth, -1);
    CU_ASSERT_TRUE(c->flags & PF_FORKNOEXEC);
    CU_ASSERT_FALSE(c->flags & PF_SUPERPRIV);
    CU_ASSERT_EQUAL(c->parent_exec_id, p->self_exec_id);
    CU_ASSERT_EQUAL(c->vfork_done, 0);
    CU_ASSERT_TRUE(list_empty(b->m, &c->children));
    CU_ASSERT_EQUAL(task_at(b->m, c->real_parent), p);
    CU_ASSERT_EQUAL(p->children.prev, kaddr_of(b->m, &c->sibling)); // at the tail
    CU_ASSERT_EQUAL(kernel(b->m)->init_task.tasks.prev, kaddr_of(b->m, &c->tasks));
    power_off(b);
}

static void test_tid_addresses(void)
{
    struct booted *b = power_on_machine();
    const u32 tids = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
    s32 pid = CALL(b, 1, clone, tids | CLONE_VM | SIGCHLD, 0xB0000000, 0x0804b000, 0, 0x0804c000);

    CU_ASSERT_EQUAL(task(b, pid)->set_child_tid, 0x0804c000);
    CU_ASSERT_EQUAL(task(b, pid)->clear_child_tid, 0x0804c000);
    CU_ASSERT_EQUAL(task_pt_regs(b->m, task(b, pid))->esp, 0xB0000000);
    // A bad address for the parent's copy is found before anything is shared …
    CU_ASSERT_EQUAL(CALL(b, 1, clone, CLONE_PARENT_SETTID | SIGCHLD, 0, 0xC0000000), -EFAULT);
    CU_ASSERT_TRUE(refused(b, 1, EFAULT, REFUSED_BAD_ADDRESS));
    CU_ASSERT_EQUAL(times_entered(b, "copy_files"), 0);
    // … and one for the child's is the child's own business.
    CU_ASSERT_TRUE(CALL(b, 1, clone, CLONE_CHILD_SETTID | SIGCHLD, 0, 0, 0, 0xFFFFFFFF) > 0);
    power_off(b);
}

// ---- Refusals --------------------------------------------------------------------------------

// Nothing but the pid is used up.
static void expect_refusal(struct booted *b, s32 pid, u32 flags, s32 error, enum refusal why)
{
    struct usage before = usage_of(b->m);
    s32 last_pid = kernel(b->m)->last_pid;

    CU_ASSERT_EQUAL(clone_with(b, pid, flags), -error);
    CU_ASSERT_TRUE(refused(b, pid, error, why));
    struct usage after = usage_of(b->m);
    CU_ASSERT_TRUE(is_same_usage(&before, &after));
    CU_ASSERT_EQUAL(kernel(b->m)->last_pid, last_pid + 1);
    CU_ASSERT_EQUAL(heard_count(b, EVENT_FORK), 0);
}

static void test_illegal(void)
{
    struct booted *b = power_on_machine();
    const u32 all = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

    expect_refusal(b, 1, CLONE_NEWNS | CLONE_FS, EINVAL, REFUSED_NEWNS_WITH_FS);
    expect_refusal(b, 1, CLONE_NEWNS | all, EINVAL, REFUSED_NEWNS_WITH_FS);
    expect_refusal(b, 1, CLONE_THREAD, EINVAL, REFUSED_THREAD_WITHOUT_SIGHAND);
    expect_refusal(b, 1, CLONE_THREAD | CLONE_VM, EINVAL, REFUSED_THREAD_WITHOUT_SIGHAND);
    expect_refusal(b, 1, all & ~CLONE_SIGHAND, EINVAL, REFUSED_THREAD_WITHOUT_SIGHAND);
    expect_refusal(b, 1, CLONE_SIGHAND, EINVAL, REFUSED_SIGHAND_WITHOUT_VM);
    expect_refusal(b, 1, CLONE_SIGHAND | CLONE_THREAD | CLONE_FS, EINVAL,
                   REFUSED_SIGHAND_WITHOUT_VM);
    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), 9); // seven numbers went by
    s32 user = console(b->m)->last_child;
    CALL(b, user, setuid, 500);
    expect_refusal(b, user, CLONE_NEWNS, EPERM, REFUSED_NO_CAP_SYS_ADMIN);
    power_off(b);
}

static void test_process_limit(void)
{
    struct booted *b = power_on_machine();
    s32 user = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, user, setrlimit, RLIMIT_NPROC, 3, 10), 0);
    s32 second = CALL(b, user, fork, 0), third = CALL(b, user, fork, 0);
    s32 fourth = CALL(b, user, fork, 0);
    CU_ASSERT_TRUE(fourth > 0); // root may have any number
    CU_ASSERT_EQUAL(CALL(b, user, setuid, 500), 0);
    CU_ASSERT_EQUAL(CALL(b, second, setuid, 500), 0);
    CU_ASSERT_TRUE(new_thread(b, second) > 0);
    expect_refusal(b, second, SIGCHLD, EAGAIN, REFUSED_NPROC);
    expect_refusal(b, user, THREAD_FLAGS, EAGAIN, REFUSED_NPROC); // threads count too
    CU_ASSERT_EQUAL(CALL(b, third, setuid, 500), -EAGAIN);
    CU_ASSERT_TRUE(CALL(b, 1, fork, 0) > 0);
    exit_task(b, second, 0); // a zombie with a thread: still two
    expect_refusal(b, user, SIGCHLD, EAGAIN, REFUSED_NPROC);
    power_off(b);
}

static void test_threads_max(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(kernel(b->m)->max_threads, 1024); // 64 MB
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, 1))->rlim[RLIMIT_NPROC].rlim_cur, 512);
    tune(b, "kernel.threads-max", 4);
    for (s32 pid = 2; pid <= 4; pid++)
        CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), pid);
    expect_refusal(b, 1, SIGCHLD, EAGAIN, REFUSED_THREADS_MAX); // root too
    expect_refusal(b, 2, THREAD_FLAGS, EAGAIN, REFUSED_THREADS_MAX);
    exit_task(b, 2, 0);
    expect_refusal(b, 1, SIGCHLD, EAGAIN, REFUSED_THREADS_MAX); // a zombie counts
    CALL(b, 1, wait4, (u32)-1);
    CU_ASSERT_TRUE(CALL(b, 1, fork, 0) > 0);
    power_off(b);
}

static void test_no_pid(void)
{
    struct booted *b = power_on_machine();

    b->unchecked = true;
    tune(b, "kernel.pid_max", 301);
    tune(b, "kernel.threads-max", 10000);
    for (s32 pid = 2; pid <= 300; pid++)
        CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), pid);
    b->unchecked = false;
    struct usage before = usage_of(b->m);
    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), -EAGAIN);
    CU_ASSERT_TRUE(refused(b, 1, EAGAIN, REFUSED_NO_PID));
    CU_ASSERT_EQUAL(times_entered(b, "copy_process"), 0);
    struct usage after = usage_of(b->m);
    CU_ASSERT_TRUE(is_same_usage(&before, &after));
    exit_task(b, 17, 0);
    CALL(b, 1, wait4, 17);
    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), -EAGAIN); // below 300 nothing is given out again
    exit_task(b, 300, 0);
    CALL(b, 1, wait4, 300);
    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), 300);
    power_off(b);
}

static void test_dying_group(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);

    turn_settle(b, false);
    CALL(b, 1, kill, (u32)process, SIGKILL); // both have it pending, and have yet to take it
    CU_ASSERT_EQUAL(state_of(b, process), 'R');
    // Whoever gets the CPU takes it before user mode: no call can be made in between.
    CALL(b, thread, fork, 0);
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(times_entered(b, "sys_fork"), 0);
    power_off(b);
}

// ---- Time slices and the run queue -----------------------------------------------------------

static void set_slice(struct booted *b, s32 pid, u32 ticks)
{
    history_begin(b->m, NULL);
    set(b->m, task(b, pid)->time_slice, ticks);
    history_end(b->m);
}

static void test_slices(void)
{
    static const u32 table[][3] = { { 100, 50, 50 }, { 101, 51, 50 }, { 3, 2, 1 }, { 2, 1, 1 } };
    struct booted *b = power_on_machine();

    for (u32 i = 0; i < 4; i++) {
        set_slice(b, 1, table[i][0]);
        s32 pid = CALL(b, 1, fork, 0);

        CU_ASSERT_EQUAL(task(b, pid)->time_slice, table[i][1]);
        CU_ASSERT_EQUAL(task(b, pid)->first_time_slice, 1);
        CU_ASSERT_EQUAL(task(b, 1)->time_slice, table[i][2]);
    }
    set_slice(b, 1, 100);
    static const u32 halves[][2] = { { 50, 50 }, { 25, 25 }, { 13, 12 }, { 6, 6 } };
    for (u32 i = 0; i < 4; i++) {
        s32 pid = CALL(b, 1, fork, 0);

        CU_ASSERT_EQUAL(task(b, pid)->time_slice, halves[i][0]);
        CU_ASSERT_EQUAL(task(b, 1)->time_slice, halves[i][1]);
    }
    // The last tick: the parent expires, and begins its next slice.
    s32 parent = CALL(b, 1, fork, 0);
    focus_on(b, parent);
    set_slice(b, parent, 1);
    s32 pid = CALL(b, parent, fork, 0);
    CU_ASSERT_EQUAL(task(b, pid)->time_slice, 1);
    CU_ASSERT_EQUAL(task(b, parent)->time_slice, 100);
    CU_ASSERT_EQUAL(task(b, parent)->first_time_slice, 0);
    CU_ASSERT_EQUAL(task(b, parent)->array, rq(b->m)->expired);
    CU_ASSERT_TRUE(RAN(b, "sched_fork", "scheduler_tick"));
    power_off(b);
}

static void test_queue(void)
{
    struct booted *b = power_on_machine();

    s32 first = CALL(b, 1, fork, 0);
    const struct task_struct *init = task(b, 1);
    CU_ASSERT_EQUAL(init->run_list.prev, kaddr_of(b->m, &task(b, first)->run_list));
    CU_ASSERT_EQUAL(task(b, first)->array, init->array);
    CU_ASSERT_EQUAL(task(b, first)->prio, init->prio);
    const struct event *switched = heard_first(b, EVENT_SWITCH);
    CU_ASSERT_TRUE(switched && switched->a == 1 && switched->b == first); // the child runs first
    const struct event *returned = heard_first(b, EVENT_RETURN);
    CU_ASSERT_TRUE(returned && returned->a == first && returned->c == 0);
    CU_ASSERT_EQUAL(heard_count(b, EVENT_RETURN), 2);
    // With the memory shared, the child is last, and its parent goes on.
    s32 last = clone_with(b, 1, CLONE_VM | SIGCHLD);
    CU_ASSERT_EQUAL(at(b->m, init->array, struct prio_array)->queue[task(b, last)->prio].prev,
                    kaddr_of(b->m, &task(b, last)->run_list));
    returned = heard_first(b, EVENT_RETURN);
    CU_ASSERT_TRUE(returned && returned->a == 1 && returned->c == last);
    // A second plain child comes right before the parent, after the first one.
    s32 second = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(task(b, first)->run_list.next, kaddr_of(b->m, &task(b, second)->run_list));
    CU_ASSERT_EQUAL(task(b, second)->run_list.next, kaddr_of(b->m, &init->run_list));
    power_off(b);
}

static void test_returns_of_vfork(void)
{
    struct booted *b = power_on_machine();

    CALL(b, 1, vfork, 0);
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(state_of(b, 1), 'D');
    CU_ASSERT_EQUAL(rq(b->m)->nr_uninterruptible, 1);
    CU_ASSERT_EQUAL(heard_count(b, EVENT_RETURN), 1);
    CU_ASSERT_TRUE(heard_value(b, EVENT_RETURN, child, __NR_vfork) == 0);
    CU_ASSERT_EQUAL(current_pid(b), child);
    CU_ASSERT_EQUAL(task(b, child)->vfork_done & ~8191u, task(b, 1)->thread_info);
    CU_ASSERT_EQUAL(task_pt_regs(b->m, task(b, child))->esp,
                    task_pt_regs(b->m, task(b, 1))->esp); // the same stack
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, 1, __NR_vfork), child);
    CU_ASSERT_EQUAL(rq(b->m)->nr_uninterruptible, 0);
    // clone with CLONE_VFORK, and a stopped child.
    CU_ASSERT_EQUAL(clone_with(b, 1, CLONE_VFORK | SIGCHLD), NO_RETURN);
    child = console(b->m)->last_child;
    CU_ASSERT_NOT_EQUAL(task(b, child)->mm, task(b, 1)->mm);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, 1), 'R');
    power_off(b);
}

static void test_stopped(void)
{
    struct booted *b = power_on_machine();
    s32 pid = clone_with(b, 1, CLONE_STOPPED | SIGCHLD);

    CU_ASSERT_EQUAL(state_of(b, pid), 'T');
    CU_ASSERT_EQUAL(task(b, pid)->array, 0);
    CU_ASSERT_TRUE(sigismember(&task(b, pid)->pending.signal, SIGSTOP));
    CU_ASSERT_EQUAL(times_entered(b, "wake_up_new_task"), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)-1, 0, WNOHANG | WUNTRACED), 0); // no stop to report
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)pid, SIGCONT), 0);
    CU_ASSERT_EQUAL(state_of(b, pid), 'R');
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, pid, __NR_clone), 0);
    pid = clone_with(b, 1, CLONE_STOPPED | SIGCHLD);
    CALL(b, 1, kill, (u32)pid, SIGKILL); // another signal is pending, and it dies all the same
    CU_ASSERT_EQUAL(state_of(b, pid), 'Z');
    power_off(b);
}

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "the order of fork", test_order_of_fork },
        { "the order of vfork", test_order_of_vfork },
        { "the order of clone", test_order_of_clone },
        { "what is shared", test_sharing },
        { "what copies hold", test_copies },
        { "addresses for thread ids", test_tid_addresses },
        { "illegal flags", test_illegal },
        { "a user's processes", test_process_limit },
        { "threads-max", test_threads_max },
        { "no number left", test_no_pid },
        { "a group that is killed", test_dying_group },
        { "time slices", test_slices },
        { "places in the run queue", test_queue },
        { "vfork returns twice too", test_returns_of_vfork },
        { "a stopped child", test_stopped },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "fork", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
