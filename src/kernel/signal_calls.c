// The system calls about signals: sending them, and arranging what they do to the caller.
#include "kernel/signal.h"

// ---- Who is meant, and who may ------------------------------------------------------------------

// After kernel/signal.c, check_kill_permission(): 0, -EINVAL or -EPERM. What the kernel itself
// sends (code > 0) needs no permission.
static s32 check_kill_permission(struct machine *m, const struct siginfo *info,
                                 const struct task_struct *p)
{
    KFN(m, check_kill_permission);
    const struct task_struct *me = current(m);

    if (info->signo < 0 || info->signo > _NSIG)
        KRETURN(-EINVAL);
    if (info->code > 0)
        KRETURN(0);
    bool same_session = signal_of(m, me)->session == signal_of(m, p)->session;
    bool same_user =
        me->euid == p->suid || me->euid == p->uid || me->uid == p->suid || me->uid == p->uid;
    if (!same_user && !(info->signo == SIGCONT && same_session) && !capable(m, me, CAP_KILL))
        KRETURN(-EPERM);
    KRETURN(0);
}

s32 group_send_sig_info(struct machine *m, const struct siginfo *info, const struct task_struct *p)
{
    KFN(m, group_send_sig_info);
    s32 error = check_kill_permission(m, info, p);

    if (!error && info->signo && p->sighand)
        error = __group_send_sig_info(m, info, p);
    KRETURN(error);
}

// After kernel/signal.c, kill_pg_info(): 0 if one member at least was signalled.
static s32 kill_pg_info(struct machine *m, const struct siginfo *info, s32 pgrp)
{
    KFN(m, kill_pg_info);
    s32 error = -ESRCH;
    bool success = false;

    if (pgrp <= 0)
        KRETURN(-EINVAL);
    for (const struct task_struct *p = first_of_pid(m, PIDTYPE_PGID, pgrp); p;
         p = next_of_pid(m, PIDTYPE_PGID, p)) {
        error = group_send_sig_info(m, info, p);
        success |= !error;
    }
    KRETURN(success ? 0 : error);
}

s32 kill_pg(struct machine *m, s32 pgrp, s32 sig)
{
    struct siginfo info = { .signo = sig, .code = SI_KERNEL };

    return kill_pg_info(m, &info, pgrp);
}

// ---- kill and tgkill ---------------------------------------------------------------------------------------

// Every process but init and the caller's own.
static s32 kill_all(struct machine *m, const struct siginfo *info)
{
    s32 tgid = current(m)->tgid;
    s32 result = 0;
    bool found = false;

    for (const struct task_struct *p = first_process(m); p; p = next_process(m, p)) {
        if (p->pid <= 1 || p->tgid == tgid)
            continue;
        s32 error = group_send_sig_info(m, info, p);
        found = true;
        if (error != -EPERM)
            result = error;
    }
    return found ? result : -ESRCH;
}

// After kernel/signal.c, kill_something_info().
static s32 kill_something_info(struct machine *m, const struct siginfo *info, s32 pid)
{
    KFN(m, kill_something_info);

    if (pid == 0)
        KRETURN(kill_pg_info(m, info, process_group(m, current(m))));
    if (pid == -1)
        KRETURN(kill_all(m, info));
    if (pid < 0)
        KRETURN(kill_pg_info(m, info, (s32) - (u32)pid));
    const struct task_struct *p = find_task_by_pid(m, pid);
    KRETURN(p ? group_send_sig_info(m, info, p) : -ESRCH);
}

static enum refusal kill_refusal(s32 error, s32 sig)
{
    switch (error) {
    case -EINVAL:
        return sig < 0 || sig > _NSIG ? REFUSED_BAD_SIGNAL : REFUSED_GROUP_ZERO;
    case -EPERM:
        return REFUSED_NOT_PERMITTED;
    case -EAGAIN:
        return REFUSED_SIGNAL_QUEUE_FULL;
    default:
        return REFUSED_NO_TASK;
    }
}

s32 sys_kill(struct machine *m, s32 pid, s32 sig)
{
    KFN(m, sys_kill);
    const struct task_struct *me = current(m);
    struct siginfo info = { .signo = sig, .code = SI_USER, .pid = me->tgid, .uid = me->uid };
    s32 error = kill_something_info(m, &info, pid);

    if (error)
        refuse_call(m, -error, kill_refusal(error, sig));
    KRETURN(error);
}

s32 sys_tgkill(struct machine *m, s32 tgid, s32 pid, s32 sig)
{
    KFN(m, sys_tgkill);
    const struct task_struct *me = current(m);
    struct siginfo info = { .signo = sig, .code = SI_TKILL, .pid = me->tgid, .uid = me->uid };

    if (pid <= 0 || tgid <= 0)
        KRETURN(refuse_call(m, EINVAL, REFUSED_BAD_OPTION));
    const struct task_struct *p = find_task_by_pid(m, pid);
    s32 error = -ESRCH;
    if (p && p->tgid == tgid) {
        error = check_kill_permission(m, &info, p);
        if (!error && sig && p->sighand) {
            handle_stop_signal(m, sig, p);
            error = specific_send_sig_info(m, &info, p);
        }
    }
    if (error)
        refuse_call(m, -error, kill_refusal(error, sig));
    KRETURN(error);
}

// ---- Dispositions --------------------------------------------------------------------------------

// After kernel/signal.c, flush_signal_handlers(): for exec. What is ignored stays ignored unless
// force_default.
void flush_signal_handlers(struct machine *m, const struct task_struct *p, bool force_default)
{
    KFN(m, flush_signal_handlers);
    const struct sighand_struct *sighand = sighand_of(m, p);

    for (u32 i = 0; i < _NSIG; i++) {
        const struct k_sigaction *ka = &sighand->action[i];

        if (!(ka->sa_handler | ka->sa_flags | ka->sa_mask.sig[0] | ka->sa_mask.sig[1]))
            continue;
        if (force_default || ka->sa_handler != SIG_IGN)
            set(m, ka->sa_handler, SIG_DFL);
        set(m, ka->sa_flags, 0u);
        sigset_store(m, &ka->sa_mask, 0);
    }
}

// A signal that is ignored from now on does not stay pending in any queue of the group.
static void forget_pending(struct machine *m, const struct task_struct *me, s32 sig)
{
    const struct task_struct *t = me;

    rm_from_queue_full(m, SIGMASK(sig), &signal_of(m, me)->shared_pending);
    do {
        rm_from_queue_full(m, SIGMASK(sig), &t->pending);
        recalc_sigpending_tsk(m, t);
        t = next_thread(m, t);
    } while (t != me);
}

// After kernel/signal.c, do_sigaction(). 0, -EINVAL, or a restart when a signal must be taken
// first under the old action.
static s32 do_sigaction(struct machine *m, s32 sig, const struct k_sigaction *action)
{
    KFN(m, do_sigaction);
    const struct task_struct *me = current(m);

    if (!is_valid_signal(sig) || is_in_mask(sig, SIG_KERNEL_ONLY_MASK))
        KRETURN(refuse_call(m, EINVAL, REFUSED_BAD_SIGNAL));
    if (signal_pending(m, me))
        KRETURN(-ERESTARTNOINTR);
    const struct k_sigaction *ka = &sighand_of(m, me)->action[sig - 1];
    set(m, ka->sa_handler, action->sa_handler);
    set(m, ka->sa_flags, action->sa_flags);
    set(m, ka->sa_restorer, action->sa_restorer);
    sigset_store(m, &ka->sa_mask, sigset_bits(&action->sa_mask) & ~SIG_KERNEL_ONLY_MASK);
    if (ka->sa_handler == SIG_IGN ||
        (ka->sa_handler == SIG_DFL && is_in_mask(sig, SIG_KERNEL_IGNORE_MASK)))
        forget_pending(m, me, sig);
    KRETURN(0);
}

s32 sys_rt_sigaction(struct machine *m, s32 sig, u32 handler, u32 flags, struct sigset mask)
{
    KFN(m, sys_rt_sigaction);
    struct k_sigaction action = { .sa_handler = handler, .sa_flags = flags, .sa_mask = mask };

    KRETURN(do_sigaction(m, sig, &action));
}

// ---- The mask, and waiting --------------------------------------------------------------------------

// After kernel/signal.c, sys_rt_sigprocmask(). SIGKILL and SIGSTOP in the mask are left out
// without a word.
s32 sys_rt_sigprocmask(struct machine *m, u32 how, struct sigset mask)
{
    KFN(m, sys_rt_sigprocmask);
    const struct task_struct *me = current(m);
    u64 bits = sigset_bits(&mask) & ~SIG_KERNEL_ONLY_MASK;
    u64 blocked = sigset_bits(&me->blocked);

    switch (how) {
    case SIG_BLOCK:
        blocked |= bits;
        break;
    case SIG_UNBLOCK:
        blocked &= ~bits;
        break;
    case SIG_SETMASK:
        blocked = bits;
        break;
    default:
        KRETURN(refuse_call(m, EINVAL, REFUSED_BAD_OPTION));
    }
    sigset_store(m, &me->blocked, blocked);
    recalc_sigpending_tsk(m, me);
    KRETURN(0);
}

// Sleeps until a signal is taken. After kernel/signal.c, sys_pause().
s32 sys_pause(struct machine *m)
{
    KFN(m, sys_pause);
    const struct task_struct *me = current(m);

    if (is_resuming(m)) {
        end_resuming(m);
    } else {
        set_task_state(m, me, TASK_INTERRUPTIBLE);
        schedule(m);
        if (!is_current(m, me))
            return CALL_SLEEPS;
    }
    KRETURN(-ERESTARTNOHAND);
}
