// Taking signals: what a task does about them on its way back to user mode. Group stops, core
// dumps, and the fate of a system call that was interrupted.
#include "kernel/signal.h"

// ---- Taking one from the queues --------------------------------------------------------------------

// The lowest signal in the set that is not blocked, or 0.
static s32 next_signal(const struct sigpending *pending, u64 blocked)
{
    u64 ready = sigset_bits(&pending->signal) & ~blocked;

    return ready ? __builtin_ctzll(ready) + 1 : 0;
}

// The running task's next signal, its own queue before the shared one; 0 = none. After
// kernel/signal.c, dequeue_signal().
static s32 dequeue_signal(struct machine *m, const struct task_struct *me)
{
    KFN(m, dequeue_signal);
    const struct signal_struct *group = signal_of(m, me);
    const struct sigpending *pending = &me->pending;
    s32 sig = next_signal(pending, sigset_bits(&me->blocked));

    if (!sig) {
        pending = &group->shared_pending;
        sig = next_signal(pending, sigset_bits(&me->blocked));
    }
    if (sig) {
        collect_signal(m, sig, pending);
        if (is_in_mask(sig, SIG_KERNEL_STOP_MASK))
            set(m, group->flags, group->flags | SIGNAL_STOP_DEQUEUED);
    }
    recalc_sigpending_tsk(m, me);
    KRETURN(sig);
}

// ---- Stopping as a group -------------------------------------------------------------------------------

// The running task has stopped; `remaining` threads of its group have yet to (-1: it has no
// others). The last one's stop is the group's: the parent hears of it.
static void finish_stop(struct machine *m, s32 remaining)
{
    KFN(m, finish_stop);
    const struct task_struct *me = current(m);
    const struct task_struct *leader = task_at(m, me->group_leader);

    if (remaining <= 0)
        note(m, EVENT_STOPPED, leader->pid, signal_of(m, me)->group_exit_code, 0);
    if (remaining < 0 || me->ptrace)
        do_notify_parent_cldstop(m, me, task_at(m, me->parent), CLD_STOPPED);
    else if (remaining == 0)
        do_notify_parent_cldstop(m, leader, task_at(m, leader->real_parent), CLD_STOPPED);
    schedule(m);
}

// The running task's part in a stop of its group by sig. remaining: as in finish_stop().
static void stop_self(struct machine *m, s32 sig, s32 remaining)
{
    const struct task_struct *me = current(m);

    set(m, me->exit_code, sig);
    if (remaining <= 0)
        set(m, signal_of(m, me)->flags, SIGNAL_STOP_STOPPED);
    set_task_state(m, me, TASK_STOPPED);
    finish_stop(m, remaining);
}

// Counts the other threads that have to stop too, and makes each look.
static s32 start_group_stop(struct machine *m, const struct task_struct *me, s32 sig)
{
    const struct signal_struct *group = signal_of(m, me);
    s32 others = 0;

    set(m, group->group_exit_code, sig);
    for (const struct task_struct *t = next_thread(m, me); t != me; t = next_thread(m, t)) {
        if (t->exit_state || t->state & (TASK_STOPPED | TASK_TRACED))
            continue;
        others++;
        wake_up_for_signal(m, t, sig, false);
    }
    set(m, group->group_stop_count, others);
    return others;
}

// The running task has taken a stop signal. False if the stop has been cancelled meanwhile; true
// if it was carried out: the task sleeps now. After kernel/signal.c, do_signal_stop().
static bool do_signal_stop(struct machine *m, s32 sig)
{
    KFN(m, do_signal_stop);
    const struct task_struct *me = current(m);
    const struct signal_struct *group = signal_of(m, me);
    s32 remaining = -1;

    if (!(group->flags & SIGNAL_STOP_DEQUEUED))
        return false;
    if (group->group_stop_count > 0) { // another thread has begun: join it
        sig = group->group_exit_code;
        remaining = group->group_stop_count - 1;
        set(m, group->group_stop_count, remaining);
    } else if (thread_group_empty(m, me)) {
        set(m, group->group_exit_code, sig);
    } else {
        remaining = start_group_stop(m, me, sig);
    }
    stop_self(m, sig, remaining);
    return true;
}

// Another thread has begun a group stop. False if this one need not join: it writes the core file
// that the others wait for, or all are dying. After kernel/signal.c, handle_group_stop().
static bool handle_group_stop(struct machine *m)
{
    KFN(m, handle_group_stop);
    const struct task_struct *me = current(m);
    const struct signal_struct *group = signal_of(m, me);

    if (group->group_exit_task == kaddr_of(m, me)) {
        set(m, group->group_exit_task, 0);
        return false;
    }
    if (group->flags & SIGNAL_GROUP_EXIT)
        return false;
    set(m, group->group_stop_count, group->group_stop_count - 1);
    stop_self(m, group->group_exit_code, group->group_stop_count);
    return true;
}

// ---- Dying of a signal -----------------------------------------------------------------------------------

// Everybody else who uses this memory dies: it is to be written out. (fs/exec.c)
static void zap_threads(struct machine *m, kaddr mm)
{
    KFN(m, zap_threads);
    const struct task_struct *me = current(m);

    if (at(m, mm, struct mm_struct)->mm_users == 1)
        return;
    for (const struct task_struct *p = first_process(m); p; p = next_task_and_thread(m, p)) {
        if (p->mm == mm && p != me)
            force_sig(m, SIGKILL, p);
    }
}

// The group ends with sig; 0x80 in its exit code says that a core file was written, which needs
// a RLIMIT_CORE of a page at least. Unlike Linux: the file is written in no time, so the other
// threads are not waited for. After fs/exec.c, do_coredump().
static void do_coredump(struct machine *m, s32 sig)
{
    KFN(m, do_coredump);
    const struct task_struct *me = current(m);
    const struct signal_struct *group = signal_of(m, me);

    if (!me->mm)
        return;
    set(m, group->flags, SIGNAL_GROUP_EXIT);
    set(m, group->group_exit_code, sig);
    zap_threads(m, me->mm);
    if (group->rlim[RLIMIT_CORE].rlim_cur >= PAGE_SIZE)
        set(m, group->group_exit_code, sig | 0x80);
}

// The signal that people should hear of: a group that is killed finds SIGKILL in every thread's
// queue, whatever signal was sent.
static s32 told_signal(const struct machine *m, const struct task_struct *me, s32 sig)
{
    const struct signal_struct *group = signal_of(m, me);
    s32 sent = group->group_exit_code & 0x7F;

    return sig == SIGKILL && group->flags & SIGNAL_GROUP_EXIT && sent ? sent : sig;
}

static void die_of_signal(struct machine *m, s32 sig)
{
    const struct task_struct *me = current(m);
    bool core = is_in_mask(sig, SIG_KERNEL_COREDUMP_MASK);

    note(m, EVENT_SIGNAL, me->pid, told_signal(m, me, sig), core ? ACTION_CORE : ACTION_TERMINATE);
    set(m, me->flags, me->flags | PF_SIGNALED);
    if (core)
        do_coredump(m, sig);
    do_group_exit(m, sig);
}

// ---- The delivery loop -------------------------------------------------------------------------------------

static void note_ignored(struct machine *m, const struct task_struct *me, s32 sig)
{
    note(m, EVENT_SIGNAL, me->pid, sig, sig == SIGCONT ? ACTION_CONTINUE : ACTION_IGNORE);
}

// Does the default action of sig do nothing to the running task?
static bool is_harmless(const struct machine *m, const struct task_struct *me, s32 sig)
{
    if (is_in_mask(sig, SIG_KERNEL_IGNORE_MASK))
        return true;
    if (me->pid == 1) // init takes nothing that it has no handler for
        return true;
    return is_in_mask(sig, SIG_KERNEL_STOP_MASK) && sig != SIGSTOP &&
           is_orphaned_pgrp(m, process_group(m, me)); // nobody could continue it
}

// Takes signals until one has a handler, and returns its number with the action in *action; 0
// when none is left; CALL_SLEEPS if the task has stopped or died. After kernel/signal.c.
static s32 get_signal_to_deliver(struct machine *m, struct k_sigaction *action)
{
    KFN(m, get_signal_to_deliver);
    const struct task_struct *me = current(m);

    for (;;) {
        if (signal_of(m, me)->group_stop_count > 0 && handle_group_stop(m))
            KRETURN(CALL_SLEEPS);
        s32 sig = dequeue_signal(m, me);
        if (!sig)
            KRETURN(0);
        const struct k_sigaction *ka = &sighand_of(m, me)->action[sig - 1];
        if (ka->sa_handler == SIG_IGN) {
            note_ignored(m, me, sig);
        } else if (ka->sa_handler != SIG_DFL) {
            *action = *ka;
            if (ka->sa_flags & SA_RESETHAND)
                set(m, ka->sa_handler, SIG_DFL);
            KRETURN(sig);
        } else if (is_harmless(m, me, sig)) {
            note_ignored(m, me, sig);
        } else if (is_in_mask(sig, SIG_KERNEL_STOP_MASK)) {
            note(m, EVENT_SIGNAL, me->pid, sig, ACTION_STOP);
            if (do_signal_stop(m, sig))
                KRETURN(CALL_SLEEPS);
        } else {
            die_of_signal(m, sig);
            KRETURN(CALL_SLEEPS);
        }
    }
}

// ---- The interrupted call -------------------------------------------------------------------------------------

// The call will be made again: its number back in eax, eip back on the two bytes of int 0x80.
static void restart_call(struct machine *m, const struct pt_regs *regs)
{
    set(m, regs->eax, (u32)regs->orig_eax);
    set(m, regs->eip, regs->eip - 2);
}

// A handler runs: a call that it interrupted fails with EINTR, or is made again after it.
static void fix_result_for_handler(struct machine *m, const struct pt_regs *regs,
                                   const struct k_sigaction *action)
{
    switch ((s32)regs->eax) {
    case -ERESTARTSYS:
        if (action->sa_flags & SA_RESTART) {
            restart_call(m, regs);
            return;
        }
        break;
    case -ERESTARTNOINTR:
        restart_call(m, regs);
        return;
    case -ERESTARTNOHAND:
    case -ERESTART_RESTARTBLOCK:
        break;
    default:
        return;
    }
    set(m, regs->eax, (u32)-EINTR);
    note(m, EVENT_REFUSED, current(m)->pid, EINTR, REFUSED_INTERRUPTED);
}

// No handler runs: the program never learns that its call was interrupted.
static void fix_result(struct machine *m, const struct pt_regs *regs)
{
    switch ((s32)regs->eax) {
    case -ERESTARTSYS:
    case -ERESTARTNOINTR:
    case -ERESTARTNOHAND:
    case -ERESTART_RESTARTBLOCK:
        restart_call(m, regs);
    }
}

// Unlike Linux: there is no user stack yet, so the handler counts as having run and returned. The
// mask that it would have run under has therefore come and gone, and `blocked` stays as it is.
static void handle_signal(struct machine *m, s32 sig, const struct k_sigaction *action,
                          const struct pt_regs *regs)
{
    KFN(m, handle_signal);

    if (regs->orig_eax >= 0)
        fix_result_for_handler(m, regs, action);
    note(m, EVENT_SIGNAL, current(m)->pid, sig, ACTION_HANDLER);
}

// After arch/i386/kernel/signal.c, do_signal(). A task that had stopped here comes in again when
// it is continued.
bool do_signal(struct machine *m)
{
    KFN(m, do_signal);
    const struct task_struct *me = current(m);
    const struct pt_regs *regs = task_pt_regs(m, me);
    struct k_sigaction action;
    s32 sig;

    if (is_resuming(m))
        end_resuming(m);
    set(m, me->exit_code, 0); // finish_stop() does this after its schedule()
    while ((sig = get_signal_to_deliver(m, &action)) > 0)
        handle_signal(m, sig, &action, regs);
    if (sig == CALL_SLEEPS)
        KRETURN(false);
    if (regs->orig_eax >= 0)
        fix_result(m, regs);
    KRETURN(true);
}
