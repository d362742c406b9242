// The end of a task: do_exit() and what it lets go of, in the order of 2.6.11's kernel/exit.c.
#include "kernel/kernel.h"

// ---- Letting go ----------------------------------------------------------------------------------

// After kernel/exit.c, exit_mm(): the address space goes, the borrowed one stays loaded.
static void exit_mm(struct machine *m, const struct task_struct *p)
{
    KFN(m, exit_mm);
    kaddr address = p->mm;

    mm_release(m, p, address);
    if (!address)
        return;
    const struct mm_struct *mm = at(m, address, struct mm_struct);
    set(m, mm->mm_count, mm->mm_count + 1); // lazily borrowed until the switch away
    set(m, p->mm, 0u);
    mmput(m, address);
}

// After ipc/sem.c, exit_sem(): the last sharer drops the list.
void exit_sem(struct machine *m, const struct task_struct *p)
{
    KFN(m, exit_sem);
    kaddr list = p->undo_list;

    if (!list)
        return;
    const s32 *refcnt = &at(m, list, struct sem_undo_list)->refcnt;
    set(m, p->undo_list, 0u);
    set(m, *refcnt, *refcnt - 1);
    if (!*refcnt)
        kfree(m, list);
}

void exit_files(struct machine *m, const struct task_struct *p)
{
    KFN(m, exit_files);
    kaddr files = p->files;

    if (!files)
        return;
    set(m, p->files, 0u);
    put_files_struct(m, files);
}

void exit_fs(struct machine *m, const struct task_struct *p)
{
    KFN(m, exit_fs);
    kaddr fs = p->fs;

    if (!fs)
        return;
    set(m, p->fs, 0u);
    put_fs_struct(m, fs);
}

void exit_namespace(struct machine *m, const struct task_struct *p)
{
    KFN(m, exit_namespace);
    kaddr ns = p->namespace;

    if (!ns)
        return;
    set(m, p->namespace, 0u);
    put_namespace(m, ns);
}

void exit_sighand(struct machine *m, const struct task_struct *p)
{
    KFN(m, __exit_sighand);
    kaddr address = p->sighand;
    const struct sighand_struct *sighand = at(m, address, struct sighand_struct);

    set(m, p->sighand, 0u);
    set(m, sighand->count, sighand->count - 1);
    if (!sighand->count)
        kmem_cache_free(m, kernel(m)->caches.sighand, address);
}

// After kernel/signal.c, __exit_signal().
void exit_signal(struct machine *m, const struct task_struct *p)
{
    KFN(m, __exit_signal);
    kaddr address = p->signal;
    const struct signal_struct *sig = at(m, address, struct signal_struct);

    set(m, sig->count, sig->count - 1);
    if (!sig->count) {
        flush_sigqueue(m, &sig->shared_pending);
    } else {
        if (sig->group_exit_task && sig->count == sig->notify_count) { // de_thread() waits
            kaddr waiter = sig->group_exit_task;

            set(m, sig->group_exit_task, 0u);
            wake_up_process(m, task_at(m, waiter), CAUSE_FUNCTION | KSYM___exit_signal);
        }
        if (sig->curr_target == kaddr_of(m, p))
            set(m, sig->curr_target, kaddr_of(m, next_thread(m, p)));
        set(m, sig->utime, sig->utime + p->utime);
        set(m, sig->stime, sig->stime + p->stime);
        set(m, sig->nvcsw, sig->nvcsw + p->nvcsw);
        set(m, sig->nivcsw, sig->nivcsw + p->nivcsw);
    }
    set(m, p->signal, 0u);
    clear_tsk_thread_flag(m, p, TIF_SIGPENDING);
    flush_sigqueue(m, &p->pending);
    if (!sig->count)
        kmem_cache_free(m, kernel(m)->caches.signal, address);
}

// ---- Orphans ---------------------------------------------------------------------------------------

// Would the group be orphaned if `ignored` were gone? After will_become_orphaned_pgrp().
static bool will_become_orphaned_pgrp(const struct machine *m, s32 pgrp,
                                      const struct task_struct *ignored)
{
    for (const struct task_struct *p = first_of_pid(m, PIDTYPE_PGID, pgrp); p;
         p = next_of_pid(m, PIDTYPE_PGID, p)) {
        const struct task_struct *parent = task_at(m, p->real_parent);

        if (p == ignored || p->exit_state || parent->pid == 1)
            continue;
        if (process_group(m, parent) != pgrp &&
            signal_of(m, parent)->session == signal_of(m, p)->session)
            return false;
    }
    return true;
}

bool is_orphaned_pgrp(const struct machine *m, s32 pgrp)
{
    return will_become_orphaned_pgrp(m, pgrp, NULL);
}

static bool has_stopped_jobs(const struct machine *m, s32 pgrp)
{
    for (const struct task_struct *p = first_of_pid(m, PIDTYPE_PGID, pgrp); p;
         p = next_of_pid(m, PIDTYPE_PGID, p))
        if (p->state == TASK_STOPPED)
            return true;
    return false;
}

static void hang_up_stopped_jobs(struct machine *m, s32 pgrp)
{
    kill_pg(m, pgrp, SIGHUP);
    kill_pg(m, pgrp, SIGCONT);
}

// One child gets a new parent. After kernel/exit.c, reparent_thread().
static void reparent_thread(struct machine *m, const struct task_struct *p,
                            const struct task_struct *father, const struct task_struct *reaper)
{
    KFN(m, reparent_thread);
    s32 group = process_group(m, p);

    if (p->pdeath_signal) {
        struct siginfo info = { p->pdeath_signal, SI_USER, father->tgid, father->uid, 0 };

        group_send_sig_info(m, &info, p);
    }
    set(m, p->real_parent, kaddr_of(m, reaper));
    set(m, p->parent, kaddr_of(m, reaper));
    list_move_tail(m, &p->sibling, &reaper->children);
    note(m, EVENT_REPARENT, p->pid, father->pid, reaper->pid);
    if (p->exit_signal != -1)
        set(m, p->exit_signal, SIGCHLD);
    if (p->exit_state == EXIT_ZOMBIE && p->exit_signal != -1 && thread_group_empty(m, p))
        do_notify_parent(m, p, p->exit_signal);
    // If only we tied a stopped group to our session, it must not stay stopped for ever.
    if (group != process_group(m, father) &&
        signal_of(m, p)->session == signal_of(m, father)->session &&
        will_become_orphaned_pgrp(m, group, father) && has_stopped_jobs(m, group))
        hang_up_stopped_jobs(m, group);
}

// A living thread of the same group, else init. After choose_new_parent().
static const struct task_struct *choose_new_parent(const struct machine *m,
                                                   const struct task_struct *father)
{
    for (const struct task_struct *t = next_thread(m, father); t != father; t = next_thread(m, t))
        if (!t->exit_state)
            return t;
    return task_at(m, kernel(m)->child_reaper);
}

static void forget_original_parent(struct machine *m, const struct task_struct *father)
{
    KFN(m, forget_original_parent);
    if (list_empty(m, &father->children))
        return;
    const struct task_struct *reaper = choose_new_parent(m, father);

    list_for_each_safe(m, link, following, &father->children)
    {
        const struct task_struct *p = list_entry(m, link, struct task_struct, sibling);
        // A child that ignored its end may have released itself: it was a self-reaping zombie.
        bool reaped;

        reparent_thread(m, p, father, reaper);
        reaped = p->exit_state == EXIT_ZOMBIE && p->exit_signal == -1 && thread_group_empty(m, p);
        if (reaped) {
            set(m, p->exit_state, EXIT_DEAD);
            note_state(m, p, 'Z', CAUSE_FUNCTION | KSYM_forget_original_parent);
            release_task(m, p);
        }
    }
}

// ---- Telling the world -------------------------------------------------------------------------------

// A thread that took a group's signal with it into its grave lets a sibling have it.
static void retarget_group_signal(struct machine *m, const struct task_struct *p)
{
    const struct signal_struct *sig = signal_of(m, p);
    u32 pending = sig->shared_pending.signal.sig[0] | sig->shared_pending.signal.sig[1];

    if (!pending || sig->flags & SIGNAL_GROUP_EXIT || thread_group_empty(m, p))
        return;
    for (const struct task_struct *t = next_thread(m, p); t != p; t = next_thread(m, t)) {
        if (signal_pending(m, t) || t->flags & PF_EXITING)
            continue;
        recalc_sigpending_tsk(m, t);
        if (signal_pending(m, t))
            signal_wake_up(m, t, false);
    }
}

// The focus of a dead task passes to its real parent; of one that dies for a sibling's exec, to
// that sibling.
static void pass_focus(struct machine *m, const struct task_struct *p)
{
    kaddr heir = signal_of(m, p)->group_exit_task;

    if (console(m)->focus == p->pid)
        set_focus(m, task_at(m, heir ? heir : p->real_parent)->pid);
}

// A thread that execs waits until the leader, whose number it takes over, is a zombie.
static void wake_up_exec(struct machine *m, const struct task_struct *leader)
{
    const struct signal_struct *sig = signal_of(m, leader);

    if (sig->notify_count < 0)
        wake_up_process(m, task_at(m, sig->group_exit_task), CAUSE_FUNCTION | KSYM_exit_notify);
}

// After kernel/exit.c, exit_notify().
static void exit_notify(struct machine *m, const struct task_struct *p)
{
    KFN(m, exit_notify);
    const struct task_struct *parent = task_at(m, p->real_parent);
    s32 group = process_group(m, p);

    retarget_group_signal(m, p);
    forget_original_parent(m, p);
    if (process_group(m, parent) != group &&
        signal_of(m, parent)->session == signal_of(m, p)->session &&
        will_become_orphaned_pgrp(m, group, p) && has_stopped_jobs(m, group))
        hang_up_stopped_jobs(m, group);
    if (p->exit_signal != SIGCHLD && p->exit_signal != -1 &&
        (p->parent_exec_id != parent->self_exec_id || p->self_exec_id != p->parent_exec_id) &&
        !capable(m, p, CAP_KILL))
        set(m, p->exit_signal, SIGCHLD);
    if (p->exit_signal != -1 && thread_group_empty(m, p))
        do_notify_parent(m, p, p->exit_signal);
    bool self_reaping = p->exit_signal == -1;
    set(m, p->exit_state, self_reaping ? EXIT_DEAD : EXIT_ZOMBIE);
    pass_focus(m, p);
    note_state(m, p, 'R', CAUSE_FUNCTION | KSYM_do_exit);
    if (thread_group_leader(p))
        wake_up_exec(m, p);
    if (self_reaping)
        release_task(m, p);
    else
        note(m, EVENT_ZOMBIE, p->pid, task_at(m, p->parent)->pid,
             thread_group_empty(m, p) ? p->exit_signal : -1);
    set(m, p->flags, p->flags | PF_DEAD);
}

// ---- do_exit --------------------------------------------------------------------------------------------

void panic(struct machine *m, enum panic_reason reason)
{
    KFN(m, panic);
    note(m, EVENT_PANIC, current(m)->pid, (s32)reason, 0);
    set(m, cpu(m)->panicked, (u32)reason);
}

// Never returns in the kernel; here, another task is current afterwards (or the machine has
// panicked). After kernel/exit.c, do_exit().
void do_exit(struct machine *m, s32 code)
{
    KFN(m, do_exit);
    const struct task_struct *p = current(m);

    if (p->pid == 0 || p->pid == 1) {
        panic(m, p->pid ? PANIC_KILLED_INIT : PANIC_KILLED_IDLE);
        return;
    }
    set(m, p->flags, p->flags | PF_EXITING);
    note(m, EVENT_EXIT, p->pid, code, signal_of(m, p)->flags & SIGNAL_GROUP_EXIT ? 1 : 0);
    const struct signal_struct *sig = signal_of(m, p);
    set(m, sig->live, sig->live - 1);
    exit_mm(m, p);
    exit_sem(m, p);
    exit_files(m, p);
    exit_fs(m, p);
    exit_namespace(m, p);
    exit_thread(m, p);
    if (!sig->live && sig->leader && sig->tty) {
        KFN_PART(m, disassociate_ctty);
        set(m, sig->tty, 0u);
    }
    set(m, p->exit_code, code);
    exit_notify(m, p);
    schedule(m);
}

// After kernel/exit.c, do_group_exit(): all threads of the process end.
void do_group_exit(struct machine *m, s32 code)
{
    KFN(m, do_group_exit);
    const struct task_struct *p = current(m);
    const struct signal_struct *sig = signal_of(m, p);

    if (p->pid == 1) { // the panic comes before anything is torn down
        do_exit(m, code);
        return;
    }
    if (sig->flags & SIGNAL_GROUP_EXIT) {
        code = sig->group_exit_code;
    } else if (!thread_group_empty(m, p)) {
        set(m, sig->flags, (u32)SIGNAL_GROUP_EXIT);
        set(m, sig->group_exit_code, code);
        zap_other_threads(m, p);
    }
    do_exit(m, code);
}

// ---- release_task ------------------------------------------------------------------------------------------

// Off the hash tables and lists. After kernel/exit.c, __unhash_process().
static void unhash_process(struct machine *m, const struct task_struct *p)
{
    KFN(m, __unhash_process);
    const struct kernel_data *k = kernel(m);

    set(m, k->nr_threads, k->nr_threads - 1);
    detach_pid(m, p, PIDTYPE_PID);
    detach_pid(m, p, PIDTYPE_TGID);
    if (thread_group_leader(p)) {
        detach_pid(m, p, PIDTYPE_PGID);
        detach_pid(m, p, PIDTYPE_SID);
        set(m, k->process_counts, k->process_counts - 1);
        list_del_init(m, &p->tasks);
    }
    list_del_init(m, &p->sibling);
}

// After kernel/exit.c, release_task(): nothing but the last reference keeps the descriptor.
void release_task(struct machine *m, const struct task_struct *p)
{
    while (p) {
        KFN_PART(m, release_task);
        const struct user_struct *user = at(m, p->user, struct user_struct);
        const struct task_struct *leader = task_at(m, p->group_leader);
        const struct task_struct *zapped = NULL;

        note(m, EVENT_RELEASE, p->pid, (s32)kaddr_of(m, p), 0);
        set(m, user->processes, user->processes - 1);
        exit_signal(m, p);
        exit_sighand(m, p);
        unhash_process(m, p);
        // A leader that died before its last thread: only now can its parent be told.
        if (leader != p && leader->exit_state == EXIT_ZOMBIE && thread_group_empty(m, leader)) {
            do_notify_parent(m, leader, leader->exit_signal);
            if (leader->exit_signal == -1) {
                set(m, leader->exit_state, EXIT_DEAD);
                note_state(m, leader, 'Z', CAUSE_FUNCTION | KSYM_release_task);
                zapped = leader;
            }
        }
        sched_exit(m, p);
        put_task_struct(m, p);
        p = zapped;
    }
}
