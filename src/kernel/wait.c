// Waiting for children: wait4() as in 2.6.11's kernel/exit.c.
#include "kernel/kernel.h"

// eligible_child()'s answers.
enum eligibility { NOT_OURS, ELIGIBLE, LEADER_WITH_THREADS };

static enum eligibility eligible_child(const struct machine *m, s32 pid, u32 options,
                                       const struct task_struct *p)
{
    const struct task_struct *me = current(m);

    if (pid > 0    ? p->pid != pid
        : pid == 0 ? process_group(m, p) != process_group(m, me)
                   : pid != -1 && process_group(m, p) != (s32) - (u32)pid)
        return NOT_OURS;
    if (p->exit_signal == -1 && !p->ptrace)
        return NOT_OURS;
    if (!(options & __WALL) && (p->exit_signal != SIGCHLD) != !!(options & __WCLONE))
        return NOT_OURS;
    if (thread_group_leader(p) && !thread_group_empty(m, p) && p->tgid != me->tgid)
        return LEADER_WITH_THREADS;
    return ELIGIBLE;
}

static s32 answer(struct machine *m, const struct task_struct *p, u32 status)
{
    note(m, EVENT_WAIT_STATUS, current(m)->pid, p->pid, (s32)status);
    return p->pid;
}

// The child's times and switches count for its parent from now on.
static void collect_times(struct machine *m, const struct task_struct *p)
{
    const struct signal_struct *parent = signal_of(m, task_at(m, p->parent));
    const struct signal_struct *sig = signal_of(m, p);

    set(m, parent->cutime, parent->cutime + p->utime + sig->utime + sig->cutime);
    set(m, parent->cstime, parent->cstime + p->stime + sig->stime + sig->cstime);
    set(m, parent->cmin_flt, parent->cmin_flt + p->min_flt + sig->min_flt + sig->cmin_flt);
    set(m, parent->cmaj_flt, parent->cmaj_flt + p->maj_flt + sig->maj_flt + sig->cmaj_flt);
    set(m, parent->cnvcsw, parent->cnvcsw + p->nvcsw + sig->nvcsw + sig->cnvcsw);
    set(m, parent->cnivcsw, parent->cnivcsw + p->nivcsw + sig->nivcsw + sig->cnivcsw);
}

// After kernel/exit.c, wait_task_zombie(): the winner of the exchange reaps.
static s32 wait_task_zombie(struct machine *m, const struct task_struct *p)
{
    KFN(m, wait_task_zombie);
    const struct signal_struct *sig = signal_of(m, p);

    set(m, p->exit_state, EXIT_DEAD);
    note_state(m, p, 'Z', CAUSE_CALL | task_pt_regs(m, current(m))->orig_eax);
    collect_times(m, p);
    u32 status = (u32)(sig->flags & SIGNAL_GROUP_EXIT ? sig->group_exit_code : p->exit_code);
    s32 pid = answer(m, p, status);
    release_task(m, p);
    KRETURN(pid);
}

// Each stop is reported once, when all threads have stopped; the child goes to the end of the
// list, so that others come too.
static s32 wait_task_stopped(struct machine *m, const struct task_struct *p)
{
    KFN(m, wait_task_stopped);
    s32 code = p->exit_code;
    bool half_done = signal_of(m, p)->group_stop_count > 0 && !p->ptrace;

    if (!code || half_done)
        return 0;
    set(m, p->exit_code, 0);
    list_move_tail(m, &p->sibling, &task_at(m, p->parent)->children);
    KRETURN(answer(m, p, (u32)code << 8 | 0x7F));
}

static s32 wait_task_continued(struct machine *m, const struct task_struct *p)
{
    KFN(m, wait_task_continued);
    const struct signal_struct *sig = signal_of(m, p);

    if (!(sig->flags & SIGNAL_STOP_CONTINUED))
        return 0;
    set(m, sig->flags, sig->flags & ~(u32)SIGNAL_STOP_CONTINUED);
    KRETURN(answer(m, p, 0xFFFF));
}

// One thread's children. Returns a pid or 0; *exists says whether waiting makes sense.
static s32 scan_children(struct machine *m, const struct task_struct *t, s32 pid, u32 options,
                         bool *exists)
{
    list_for_each_safe(m, link, following, &t->children)
    {
        const struct task_struct *p = list_entry(m, link, struct task_struct, sibling);
        s32 found = 0;

        if (p->exit_state == EXIT_DEAD)
            continue;
        enum eligibility eligible = eligible_child(m, pid, options, p);
        if (eligible == NOT_OURS)
            continue;
        if (p->state == TASK_STOPPED && !p->exit_state) {
            *exists = true;
            if (options & WUNTRACED)
                found = wait_task_stopped(m, p);
        } else if (p->exit_state == EXIT_ZOMBIE && eligible == ELIGIBLE) {
            *exists = true;
            found = wait_task_zombie(m, p);
        } else {
            *exists = true;
            if (options & WCONTINUED)
                found = wait_task_continued(m, p);
        }
        if (found)
            return found;
    }
    return 0;
}

// A pid, 0 with WNOHANG, a negative errno, or CALL_SLEEPS. After kernel/exit.c, do_wait().
static s32 do_wait(struct machine *m, s32 pid, u32 options)
{
    KFN(m, do_wait);
    const struct task_struct *me = current(m);
    kaddr entry = KLOCALS();
    s32 result;

    if (!is_resuming(m))
        add_wait_queue(m, &signal_of(m, me)->wait_chldexit, entry, false);
    end_resuming(m);
    for (;;) {
        const struct task_struct *t = me;
        bool exists = false;

        set_task_state(m, me, TASK_INTERRUPTIBLE);
        do {
            result = scan_children(m, t, pid, options, &exists);
            if (result || options & __WNOTHREAD)
                break;
            t = next_thread(m, t);
        } while (t != me);
        if (result)
            break;
        if (!exists)
            result = -ECHILD;
        else if (!(options & WNOHANG))
            result = signal_pending(m, me) ? -ERESTARTSYS : CALL_SLEEPS;
        if (result != CALL_SLEEPS)
            break;
        schedule(m);
        if (!is_current(m, me))
            return CALL_SLEEPS;
    }
    set_task_state(m, me, TASK_RUNNING);
    remove_wait_queue(m, entry);
    if (result == -ECHILD)
        note(m, EVENT_REFUSED, me->pid, ECHILD, REFUSED_NO_CHILD);
    KRETURN(result);
}

s32 sys_wait4(struct machine *m, s32 pid, u32 options)
{
    KFN(m, sys_wait4);
    if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)) {
        note(m, EVENT_REFUSED, current(m)->pid, EINVAL, REFUSED_BAD_OPTION);
        KRETURN(-EINVAL);
    }
    return do_wait(m, pid, options | WEXITED);
}
