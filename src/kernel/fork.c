// Creating tasks: do_fork() and copy_process(), in the order of 2.6.11's kernel/fork.c. What the
// child shares or copies is in fork_resources.c.
#include "kernel/kernel.h"

// ---- task_struct and kernel stack --------------------------------------------------------------

static kaddr alloc_task_struct(struct machine *m)
{
    KFN(m, alloc_task_struct);
    KRETURN(kmem_cache_alloc(m, kernel(m)->caches.task_struct));
}

static void free_task_struct(struct machine *m, kaddr task)
{
    KFN(m, free_task_struct);
    kmem_cache_free(m, kernel(m)->caches.task_struct, task);
}

// thread_info and the kernel stack above it: one block, aligned to its size.
static kaddr alloc_thread_info(struct machine *m)
{
    KFN(m, alloc_thread_info);
    KRETURN(kmalloc(m, cpu(m)->thread_size));
}

static void free_thread_info(struct machine *m, kaddr stack)
{
    KFN(m, free_thread_info);
    kfree(m, stack);
}

static void free_task(struct machine *m, kaddr task)
{
    free_thread_info(m, task_at(m, task)->thread_info);
    free_task_struct(m, task);
}

// After kernel/fork.c, dup_task_struct(): both structures copied, the stack's contents not.
static kaddr dup_task_struct(struct machine *m, const struct task_struct *orig)
{
    KFN(m, dup_task_struct);
    kaddr task = alloc_task_struct(m);
    if (!task)
        KRETURN(0u);
    kaddr stack = alloc_thread_info(m);
    if (!stack) {
        free_task_struct(m, task);
        KRETURN(0u);
    }
    const struct task_struct *p = task_at(m, task);

    copy(m, kpointer(m, stack), thread_info_of(m, orig), sizeof(struct thread_info));
    copy(m, p, orig, sizeof *p);
    set(m, p->thread_info, stack);
    set(m, thread_info_of(m, p)->task, task);
    set(m, p->usage, 2); // one for being alive, one for whoever reaps it
    KRETURN(task);
}

// After include/linux/sched.h, put_task_struct() and kernel/fork.c, __put_task_struct().
void put_task_struct(struct machine *m, const struct task_struct *p)
{
    set(m, p->usage, p->usage - 1);
    if (p->usage)
        return;
    KFN(m, __put_task_struct);
    const struct user_struct *user = at(m, p->user, struct user_struct);

    set(m, at(m, p->group_info, struct group_info)->usage,
        at(m, p->group_info, struct group_info)->usage - 1);
    free_uid(m, user);
    free_task(m, kaddr_of(m, p));
}

// ---- copy_process ------------------------------------------------------------------------------------

// Security modules and auditing are not configured into this kernel: their hooks are there and say
// yes.
static s32 security_task_create(struct machine *m)
{
    KFN(m, security_task_create);
    return 0;
}

static s32 security_task_alloc(struct machine *m)
{
    KFN(m, security_task_alloc);
    return 0;
}

static s32 audit_alloc(struct machine *m)
{
    KFN(m, audit_alloc);
    return 0;
}

static void copy_flags(struct machine *m, u32 clone_flags, const struct task_struct *p)
{
    KFN(m, copy_flags);
    set(m, p->flags, (p->flags & ~(u32)PF_SUPERPRIV) | PF_FORKNOEXEC);
    if (!(clone_flags & CLONE_PTRACE))
        set(m, p->ptrace, 0u);
}

static s32 check_flags(struct machine *m, u32 flags)
{
    if ((flags & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS))
        return refuse(m, EINVAL, REFUSED_NEWNS_WITH_FS);
    if (flags & CLONE_THREAD && !(flags & CLONE_SIGHAND))
        return refuse(m, EINVAL, REFUSED_THREAD_WITHOUT_SIGHAND);
    if (flags & CLONE_SIGHAND && !(flags & CLONE_VM))
        return refuse(m, EINVAL, REFUSED_SIGHAND_WITHOUT_VM);
    return 0;
}

static bool is_over_nproc(const struct machine *m, const struct task_struct *p)
{
    const struct user_struct *user = at(m, p->user, struct user_struct);

    return (u32)user->processes >= signal_of(m, p)->rlim[RLIMIT_NPROC].rlim_cur &&
           !capable(m, p, CAP_SYS_ADMIN) && !capable(m, p, CAP_SYS_RESOURCE) && user->uid != 0;
}

// Steps 11-13: what a child does not inherit.
static void clear_child(struct machine *m, const struct task_struct *p)
{
    list_init(m, &p->children);
    list_init(m, &p->sibling);
    set(m, p->vfork_done, 0u);
    clear_tsk_thread_flag(m, p, TIF_SIGPENDING);
    init_sigpending(m, &p->pending);
    set(m, p->it_real_value, 0u);
    set(m, p->it_real_incr, 0u);
    set(m, p->it_virt_value, 0u);
    set(m, p->it_virt_incr, 0u);
    set(m, p->it_prof_value, 0u);
    set(m, p->it_prof_incr, 0u);
    set(m, p->utime, 0u);
    set(m, p->stime, 0u);
    set(m, p->rchar, (u64)0);
    set(m, p->wchar, (u64)0);
    set(m, p->lock_depth, -1);
    set(m, p->start_time[0], (u32)(cpu(m)->clock / 1000000000u));
    set(m, p->start_time[1], (u32)(cpu(m)->clock % 1000000000u));
}

// Steps 31-38, under the task list lock: from here on everybody can see the child.
static s32 link_task(struct machine *m, u32 flags, const struct task_struct *p)
{
    const struct task_struct *me = current(m);
    const struct signal_struct *sig = signal_of(m, me);

    if (sigismember(&me->pending.signal, SIGKILL))
        return refuse(m, EINTR, REFUSED_SIGKILL_PENDING);
    set(m, p->real_parent,
        flags & (CLONE_PARENT | CLONE_THREAD) ? me->real_parent : kaddr_of(m, me));
    set(m, p->parent, p->real_parent);
    if (flags & CLONE_THREAD) {
        if (sig->flags & SIGNAL_GROUP_EXIT)
            return refuse(m, EAGAIN, REFUSED_GROUP_EXITING);
        set(m, p->group_leader, me->group_leader);
        if (sig->group_stop_count > 0) { // the newcomer stops with the others
            set(m, sig->group_stop_count, sig->group_stop_count + 1);
            set_tsk_thread_flag(m, p, TIF_SIGPENDING);
        }
    }
    const struct kernel_data *k = kernel(m);
    if (thread_group_leader(p))
        list_add_tail(m, &p->tasks, &k->init_task.tasks);
    list_add_tail(m, &p->sibling, &task_at(m, p->parent)->children);
    attach_pid(m, p, PIDTYPE_PID, p->pid);
    attach_pid(m, p, PIDTYPE_TGID, p->tgid);
    if (thread_group_leader(p)) {
        attach_pid(m, p, PIDTYPE_PGID, signal_of(m, p)->pgrp);
        attach_pid(m, p, PIDTYPE_SID, signal_of(m, p)->session);
        set(m, k->process_counts, k->process_counts + 1);
    }
    set(m, k->nr_threads, k->nr_threads + 1);
    set(m, k->total_forks, k->total_forks + 1);
    return 0;
}

// Steps 27-30.
static void init_child_identity(struct machine *m, u32 flags, uaddr child_tidptr,
                                const struct task_struct *p)
{
    set(m, p->set_child_tid, flags & CLONE_CHILD_SETTID ? child_tidptr : 0u);
    set(m, p->clear_child_tid, flags & CLONE_CHILD_CLEARTID ? child_tidptr : 0u);
    clear_tsk_thread_flag(m, p, TIF_SYSCALL_TRACE);
    set(m, p->parent_exec_id, p->self_exec_id);
    set(m, p->exit_signal, flags & CLONE_THREAD ? -1 : (s32)(flags & CSIGNAL));
    set(m, p->pdeath_signal, 0);
    set(m, p->exit_state, 0);
}

// After kernel/fork.c, copy_process(). The child's address, or 0 and the error in *error.
static kaddr copy_process(struct machine *m, u32 flags, u32 stack_start, uaddr parent_tidptr,
                          uaddr child_tidptr, u32 tls, s32 pid, s32 *error)
{
    KFN(m, copy_process);
    const struct task_struct *me = current(m);
    const struct kernel_data *k = kernel(m);
    kaddr child;

    if ((*error = check_flags(m, flags)) || (*error = security_task_create(m)))
        KRETURN(0u);
    child = dup_task_struct(m, me);
    if (!child) {
        *error = refuse(m, ENOMEM, REFUSED_NO_MEMORY);
        KRETURN(0u);
    }
    const struct task_struct *p = task_at(m, child);
    const struct user_struct *user = at(m, p->user, struct user_struct);
    const struct group_info *groups = at(m, p->group_info, struct group_info);

    if (is_over_nproc(m, me)) {
        *error = refuse(m, EAGAIN, REFUSED_NPROC);
        goto bad_fork_free;
    }
    set(m, user->count, user->count + 1);
    set(m, user->processes, user->processes + 1);
    set(m, groups->usage, groups->usage + 1);
    if (k->nr_threads >= k->max_threads) {
        *error = refuse(m, EAGAIN, REFUSED_THREADS_MAX);
        goto bad_fork_cleanup_count;
    }
    set(m, p->did_exec, 0u);
    copy_flags(m, flags, p);
    set(m, p->pid, pid);
    if (flags & CLONE_PARENT_SETTID && !put_user(m, parent_tidptr, (u32)pid)) {
        *error = refuse(m, EFAULT, REFUSED_BAD_ADDRESS);
        goto bad_fork_cleanup_count;
    }
    clear_child(m, p);
    set(m, p->tgid, flags & CLONE_THREAD ? me->tgid : pid);
    if ((*error = security_task_alloc(m)) || (*error = audit_alloc(m)))
        goto bad_fork_cleanup_count;
    if ((*error = copy_resources(m, flags, stack_start, tls, p))) {
        if (*error == -ENOMEM)
            note(m, EVENT_REFUSED, me->pid, ENOMEM, REFUSED_NO_MEMORY);
        goto bad_fork_cleanup_count;
    }
    init_child_identity(m, flags, child_tidptr, p);
    sched_fork(m, p);
    set(m, p->group_leader, child);
    list_init(m, &p->ptrace_children);
    list_init(m, &p->ptrace_list);
    if ((*error = link_task(m, flags, p))) {
        drop_resources(m, flags, p);
        goto bad_fork_cleanup_count;
    }
    KRETURN(child);

bad_fork_cleanup_count:
    set(m, groups->usage, groups->usage - 1);
    set(m, user->processes, user->processes - 1);
    free_uid(m, user);
bad_fork_free:
    free_task(m, child);
    KRETURN(0u);
}

// ---- do_fork --------------------------------------------------------------------------------------

// What do_fork() keeps on its stack while a vfork parent sleeps in it.
struct vfork_locals {
    struct completion done;
    s32 pid;
};
_Static_assert(sizeof(struct vfork_locals) <= KFRAME_LOCALS, "they fit into the frame");

s32 do_fork(struct machine *m, u32 clone_flags, u32 stack_start, uaddr parent_tidptr,
            uaddr child_tidptr, u32 tls)
{
    KFN(m, do_fork);
    const struct vfork_locals *locals = at(m, KLOCALS(), struct vfork_locals);
    const struct task_struct *me = current(m);
    s32 error = 0;

    if (!is_resuming(m)) {
        s32 pid = alloc_pidmap(m);
        if (pid < 0)
            KRETURN(refuse(m, EAGAIN, REFUSED_NO_PID));
        kaddr child = copy_process(m, clone_flags, stack_start, parent_tidptr, child_tidptr, tls,
                                   pid, &error);
        if (!child) {
            free_pidmap(m, pid);
            KRETURN(error);
        }
        const struct task_struct *p = task_at(m, child);
        set(m, console(m)->last_child, pid);
        set(m, console(m)->has_last_child, 1u);
        note(m, EVENT_FORK, me->pid, pid, (s32)(clone_flags & ~CLONE_EAGER));
        if (clone_flags & CLONE_VFORK) {
            set(m, p->vfork_done, KLOCALS());
            init_completion(m, &locals->done);
            set(m, locals->pid, pid);
        }
        if (clone_flags & CLONE_STOPPED) {
            sigaddset(m, &p->pending.signal, SIGSTOP);
            set_tsk_thread_flag(m, p, TIF_SIGPENDING);
            set(m, p->state, TASK_STOPPED);
            note_state(m, p, 'R', CAUSE_SIGNAL | SIGSTOP);
        } else {
            wake_up_new_task(m, p, clone_flags);
        }
        if (!(clone_flags & CLONE_VFORK))
            KRETURN(pid);
        note(m, EVENT_VFORK_WAIT, me->pid, pid, 0);
    }
    if (!wait_for_completion(m, &locals->done))
        return CALL_SLEEPS;
    KRETURN(locals->pid);
}

// A kernel thread starts as init does: no user mode yet, its registers all zero.
// After arch/i386/kernel/process.c, kernel_thread().
s32 kernel_thread(struct machine *m, u32 flags, const char *comm)
{
    KFN(m, kernel_thread);
    s32 pid = do_fork(m, flags | CLONE_VM | CLONE_UNTRACED, 0, 0, 0, 0);

    if (pid > 0) {
        const struct task_struct *p = find_task_by_pid(m, pid);
        struct pt_regs regs = {
            .xds = USER_DS, .xes = USER_DS, .orig_eax = -1, .xcs = KERNEL_CS, .eflags = 0x286
        };

        copy(m, task_pt_regs(m, p), &regs, sizeof regs);
        set_task_comm(m, p, comm);
    }
    KRETURN(pid);
}

// After kernel/fork.c, fork_init(): how many threads the RAM allows, and half of it for a user.
void fork_init(struct machine *m)
{
    KFN(m, fork_init);
    u32 per_thread = 8 * cpu(m)->thread_size / PAGE_SIZE;
    s32 max = (s32)(mm_data(m)->zone.present_pages / per_thread);
    const struct rlimit *nproc = &kernel(m)->init_signals.rlim[RLIMIT_NPROC];

    max = max < 20 ? 20 : max;
    set(m, kernel(m)->max_threads, max);
    set(m, nproc->rlim_cur, (u32)max / 2);
    set(m, nproc->rlim_max, (u32)max / 2);
}

// ---- The calls -----------------------------------------------------------------------------------------

s32 sys_fork(struct machine *m, bool eager)
{
    KFN(m, sys_fork);
    return do_fork(m, SIGCHLD | (eager ? CLONE_EAGER : 0), task_pt_regs(m, current(m))->esp, 0, 0,
                   0);
}

s32 sys_vfork(struct machine *m)
{
    KFN(m, sys_vfork);
    return do_fork(m, CLONE_VFORK | CLONE_VM | SIGCHLD, task_pt_regs(m, current(m))->esp, 0, 0, 0);
}

s32 sys_clone(struct machine *m, u32 flags, u32 stack, uaddr parent_tidptr, uaddr child_tidptr,
              u32 tls)
{
    KFN(m, sys_clone);
    return do_fork(m, flags & ~CLONE_EAGER, stack ? stack : task_pt_regs(m, current(m))->esp,
                   parent_tidptr, child_tidptr, tls);
}
