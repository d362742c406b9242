// Sending signals: the queues, who is chosen to take a signal, and what stops and continues at
// once. Taking them is in signal_deliver.c, the system calls about them in signal_calls.c.
#include "kernel/signal.h"

// ---- Sets and flags ------------------------------------------------------------------------------

void sigaddset(struct machine *m, const struct sigset *s, s32 sig)
{
    u32 word = (u32)(sig - 1) / 32;

    set(m, s->sig[word], s->sig[word] | 1u << (sig - 1) % 32);
}

void sigdelset(struct machine *m, const struct sigset *s, s32 sig)
{
    u32 word = (u32)(sig - 1) / 32;

    set(m, s->sig[word], s->sig[word] & ~(1u << (sig - 1) % 32));
}

bool signal_pending(const struct machine *m, const struct task_struct *p)
{
    return test_tsk_thread_flag(m, p, TIF_SIGPENDING);
}

// Has p something to take: an unblocked signal in either queue, or a group stop to join?
static bool has_signal_work(const struct machine *m, const struct task_struct *p)
{
    const struct signal_struct *sig = signal_of(m, p);
    u64 pending = sigset_bits(&p->pending.signal) | sigset_bits(&sig->shared_pending.signal);

    return sig->group_stop_count > 0 || pending & ~sigset_bits(&p->blocked);
}

static void set_sigpending(struct machine *m, const struct task_struct *p)
{
    if (!signal_pending(m, p))
        set_tsk_thread_flag(m, p, TIF_SIGPENDING);
    add_work(m, p);
}

// After kernel/signal.c, recalc_sigpending_tsk().
void recalc_sigpending_tsk(struct machine *m, const struct task_struct *p)
{
    if (has_signal_work(m, p))
        set_sigpending(m, p);
    else if (signal_pending(m, p))
        clear_tsk_thread_flag(m, p, TIF_SIGPENDING);
}

static bool has_handler(const struct machine *m, const struct task_struct *p, s32 sig)
{
    uaddr handler = sighand_of(m, p)->action[sig - 1].sa_handler;

    return handler != SIG_DFL && handler != SIG_IGN;
}

// ---- The queues ------------------------------------------------------------------------------------

static const struct sigqueue *sigqueue_at(const struct machine *m, kaddr address)
{
    return at(m, address, struct sigqueue);
}

void init_sigpending(struct machine *m, const struct sigpending *pending)
{
    sigset_store(m, &pending->signal, 0);
    list_init(m, &pending->list);
}

// An entry for the queue, or 0: without memory, or past what RLIMIT_SIGPENDING grants the user.
// After kernel/signal.c, __sigqueue_alloc().
static kaddr sigqueue_alloc(struct machine *m, const struct task_struct *p)
{
    const struct user_struct *user = at(m, p->user, struct user_struct);

    if ((u32)user->sigpending >= signal_of(m, p)->rlim[RLIMIT_SIGPENDING].rlim_cur)
        return 0;
    kaddr q = kmem_cache_alloc(m, kernel(m)->caches.sigqueue);
    if (!q)
        return 0;
    set(m, user->sigpending, user->sigpending + 1);
    set(m, user->count, user->count + 1);
    set(m, sigqueue_at(m, q)->user, p->user);
    return q;
}

// After kernel/signal.c, __sigqueue_free().
static void sigqueue_free(struct machine *m, kaddr q)
{
    const struct user_struct *user = at(m, sigqueue_at(m, q)->user, struct user_struct);

    set(m, user->sigpending, user->sigpending - 1);
    free_uid(m, user);
    kmem_cache_free(m, kernel(m)->caches.sigqueue, q);
}

// After kernel/signal.c, flush_sigqueue(): forgets everything that is pending there.
void flush_sigqueue(struct machine *m, const struct sigpending *pending)
{
    sigset_store(m, &pending->signal, 0);
    while (!list_empty(m, &pending->list)) {
        kaddr q = pending->list.next; // `list` is the first member

        list_del_init(m, &sigqueue_at(m, q)->list);
        sigqueue_free(m, q);
    }
}

void rm_from_queue_full(struct machine *m, u64 mask, const struct sigpending *pending)
{
    u64 bits = sigset_bits(&pending->signal);

    if (!(bits & mask))
        return;
    sigset_store(m, &pending->signal, bits & ~mask);
    list_for_each_safe(m, q, following, &pending->list)
    {
        if (!is_in_mask(sigqueue_at(m, q)->si_signo, mask))
            continue;
        list_del_init(m, &sigqueue_at(m, q)->list);
        sigqueue_free(m, q);
    }
}

void rm_from_queue(struct machine *m, u64 mask, const struct sigpending *pending)
{
    rm_from_queue_full(m, mask & (SIGMASK(SIGRTMIN) - 1), pending);
}

void collect_signal(struct machine *m, s32 sig, const struct sigpending *pending)
{
    kaddr first = 0;
    bool more = false;

    list_for_each(m, q, &pending->list)
    {
        if (sigqueue_at(m, q)->si_signo != sig)
            continue;
        if (first) {
            more = true;
            break;
        }
        first = q;
    }
    if (!more)
        sigdelset(m, &pending->signal, sig);
    if (first) { // else there was no memory for an entry, and the bit is all there is
        list_del_init(m, &sigqueue_at(m, first)->list);
        sigqueue_free(m, first);
    }
}

// Is it a signal that is queued at most once, and waiting already? (LEGACY_QUEUE)
static bool is_legacy_queued(const struct sigpending *pending, s32 sig)
{
    return sig < SIGRTMIN && sigismember(&pending->signal, sig);
}

// Puts the signal into a queue of p's. Without an entry the bit alone tells of it; only a
// real-time signal that was not sent by kill() is refused then: -EAGAIN.
static s32 send_signal(struct machine *m, const struct siginfo *info, const struct task_struct *p,
                       const struct sigpending *pending)
{
    KFN(m, send_signal);
    kaddr q = sigqueue_alloc(m, p);

    if (q) {
        struct sigqueue entry = {
            .flags = 0,
            .si_signo = info->signo,
            .si_code = info->code,
            .si_pid = info->pid,
            .si_uid = info->uid,
            .si_status = info->status,
            .user = p->user,
        };
        const size_t head = sizeof entry.list;

        copy(m, (const u8 *)sigqueue_at(m, q) + head, (const u8 *)&entry + head,
             sizeof entry - head);
        list_add_tail(m, &sigqueue_at(m, q)->list, &pending->list);
    } else if (info->signo >= SIGRTMIN && info->code != SI_USER && info->code != SI_KERNEL) {
        KRETURN(-EAGAIN);
    }
    sigaddset(m, &pending->signal, info->signo);
    note(m, EVENT_SEND, info->pid, p->pid, info->signo);
    return 0;
}

// ---- Waking the one who takes it ---------------------------------------------------------------------

void wake_up_for_signal(struct machine *m, const struct task_struct *p, s32 sig, bool resume)
{
    KFN(m, signal_wake_up);
    u32 mask = TASK_INTERRUPTIBLE;

    if (resume)
        mask |= TASK_STOPPED | TASK_TRACED;
    set_sigpending(m, p);
    wake_up_state(m, p, mask, sig ? CAUSE_SIGNAL | sig : CAUSE_FUNCTION | KSYM_signal_wake_up);
}

// After kernel/signal.c, signal_wake_up(). resume: from STOPPED and TRACED too.
void signal_wake_up(struct machine *m, const struct task_struct *p, bool resume)
{
    wake_up_for_signal(m, p, 0, resume);
}

// Would p make use of the signal now? After kernel/signal.c, wants_signal().
//
// Unlike Linux 2.6.11, and as in later ones: SIGKILL is always wanted. There, a stopped task with
// another signal pending (a CLONE_STOPPED child has SIGSTOP) could not be killed.
static bool wants_signal(const struct machine *m, const struct task_struct *p, s32 sig)
{
    if (sigismember(&p->blocked, sig) || p->flags & PF_EXITING)
        return false;
    if (sig == SIGKILL)
        return true;
    return !(p->state & (TASK_STOPPED | TASK_TRACED)) &&
           (kaddr_of(m, p) == rq(m)->curr || !signal_pending(m, p));
}

// The thread of p's group that shall take the signal, or NULL: then it just stays queued.
static const struct task_struct *choose_thread(struct machine *m, const struct task_struct *p,
                                               s32 sig)
{
    const struct signal_struct *group = signal_of(m, p);

    if (wants_signal(m, p, sig))
        return p;
    if (thread_group_empty(m, p))
        return NULL;
    if (!group->curr_target)
        set(m, group->curr_target, kaddr_of(m, p));
    const struct task_struct *first = task_at(m, group->curr_target);
    const struct task_struct *t = first;

    while (!wants_signal(m, t, sig)) {
        t = next_thread(m, t);
        if (t == first)
            return NULL;
    }
    set(m, group->curr_target, kaddr_of(m, t));
    return t;
}

// Everybody dies of it: SIGKILL for every thread, wherever it sleeps (but in D).
static void kill_group(struct machine *m, const struct task_struct *p, s32 sig)
{
    const struct signal_struct *group = signal_of(m, p);
    const struct task_struct *t = p;

    set(m, group->flags, SIGNAL_GROUP_EXIT);
    set(m, group->group_exit_code, sig);
    set(m, group->group_stop_count, 0);
    do {
        sigaddset(m, &t->pending.signal, SIGKILL);
        wake_up_for_signal(m, t, sig, true);
        t = next_thread(m, t);
    } while (t != p);
}

// The others stop, so that their memory holds still while `chosen` writes the core file.
//
// Unlike Linux: not for init, which then discards the signal. 2.6.11 would let it discard the
// signal and join the stop, for ever.
static void stop_group_for_core(struct machine *m, const struct task_struct *p,
                                const struct task_struct *chosen, s32 sig)
{
    const struct signal_struct *group = signal_of(m, p);
    const struct task_struct *t = p;
    s32 count = 0;

    if (p->tgid == 1) {
        wake_up_for_signal(m, chosen, sig, false);
        return;
    }
    rm_from_queue(m, SIG_KERNEL_STOP_MASK, &chosen->pending);
    rm_from_queue(m, SIG_KERNEL_STOP_MASK, &group->shared_pending);
    set(m, group->group_exit_task, kaddr_of(m, chosen));
    do {
        count++;
        t = next_thread(m, t);
    } while (t != p);
    set(m, group->group_stop_count, count);
    do {
        wake_up_for_signal(m, t, sig, false);
        t = next_thread(m, t);
    } while (t != p);
}

// After kernel/signal.c, __group_complete_signal(): a signal has been put into the shared queue;
// finds it a thread, and ends the group at once if it is fatal.
static void __group_complete_signal(struct machine *m, const struct task_struct *p, s32 sig)
{
    KFN(m, __group_complete_signal);
    const struct task_struct *t = choose_thread(m, p, sig);

    if (!t)
        return;
    bool fatal = !is_in_mask(sig, SIG_KERNEL_IGNORE_MASK | SIG_KERNEL_STOP_MASK) &&
                 sighand_of(m, p)->action[sig - 1].sa_handler == SIG_DFL;
    if (fatal && !(signal_of(m, p)->flags & SIGNAL_GROUP_EXIT) &&
        !sigismember(&t->real_blocked, sig) && (sig == SIGKILL || !t->ptrace)) {
        if (is_in_mask(sig, SIG_KERNEL_COREDUMP_MASK))
            stop_group_for_core(m, p, t, sig);
        else
            kill_group(m, p, sig);
        return;
    }
    wake_up_for_signal(m, t, sig, sig == SIGKILL);
}

// ---- What acts when it is sent -------------------------------------------------------------------------

// A half-finished or finished stop of p's group is over. `was` is what the parent shall hear.
static void tell_parent_of_group(struct machine *m, const struct task_struct *p, s32 was)
{
    const struct task_struct *leader = task_at(m, p->group_leader);

    if (p->ptrace)
        do_notify_parent_cldstop(m, p, task_at(m, p->parent), was);
    else
        do_notify_parent_cldstop(m, leader, task_at(m, leader->real_parent), was);
}

static void note_continued(struct machine *m, const struct task_struct *p)
{
    s32 leader = task_at(m, p->group_leader)->pid;

    note(m, EVENT_CONTINUED, leader, 0, 0);
    if (!has_handler(m, p, SIGCONT))
        note(m, EVENT_SIGNAL, leader, SIGCONT, ACTION_CONTINUE);
}

// SIGCONT: whatever its disposition, the group goes on. True if it had stopped, or half stopped.
static bool continue_group(struct machine *m, const struct task_struct *p)
{
    const struct signal_struct *group = signal_of(m, p);
    const struct task_struct *t = p;
    bool stopped = group->group_stop_count > 0 || group->flags & SIGNAL_STOP_STOPPED;

    if (group->group_stop_count > 0) { // half done: as if it had finished
        set(m, group->group_stop_count, 0);
        set(m, group->flags, SIGNAL_STOP_CONTINUED);
        note_continued(m, p);
        tell_parent_of_group(m, p, CLD_STOPPED);
    }
    rm_from_queue(m, SIG_KERNEL_STOP_MASK, &group->shared_pending);
    do {
        u32 mask = TASK_STOPPED;

        rm_from_queue(m, SIG_KERNEL_STOP_MASK, &t->pending);
        if (has_handler(m, t, SIGCONT) && !sigismember(&t->blocked, SIGCONT)) {
            // It must not see user mode before the signal that follows is queued.
            set_sigpending(m, t);
            mask |= TASK_INTERRUPTIBLE;
        }
        if ((u32)t->state & mask) {
            if (t->state == TASK_STOPPED) // it goes on in do_signal(), where it stopped
                set_tsk_thread_flag(m, t, TIF_SIGPENDING);
            wake_up_state(m, t, mask, CAUSE_SIGNAL | SIGCONT);
            add_work(m, t);
        }
        t = next_thread(m, t);
    } while (t != p);
    if (group->flags & SIGNAL_STOP_STOPPED) {
        set(m, group->flags, SIGNAL_STOP_CONTINUED);
        set(m, group->group_exit_code, 0);
        note_continued(m, p);
        tell_parent_of_group(m, p, CLD_CONTINUED);
    } else { // a stop that was taken from the queue but not yet carried out shall not be
        set(m, group->flags, group->flags & ~(u32)SIGNAL_STOP_DEQUEUED);
    }
    return stopped;
}

// After kernel/signal.c, handle_stop_signal(): stop signals and SIGCONT cancel each other.
bool handle_stop_signal(struct machine *m, s32 sig, const struct task_struct *p)
{
    KFN(m, handle_stop_signal);
    const struct signal_struct *group = signal_of(m, p);
    const struct task_struct *t = p;

    if (p->flags & PF_DEAD) // 2.6.11 means "the group is exiting" but looks at the wrong flags
        return false;
    if (is_in_mask(sig, SIG_KERNEL_STOP_MASK)) {
        rm_from_queue(m, SIGMASK(SIGCONT), &group->shared_pending);
        do {
            rm_from_queue(m, SIGMASK(SIGCONT), &t->pending);
            t = next_thread(m, t);
        } while (t != p);
    } else if (sig == SIGCONT) {
        return continue_group(m, p);
    } else if (sig == SIGKILL) {
        set(m, group->flags, 0u); // undoes a stop that is under way
    }
    return false;
}

// ---- Sending ---------------------------------------------------------------------------------------------

// Dropped without a trace? Never when blocked: the disposition may change before it is taken.
// After kernel/signal.c, sig_ignored().
static bool sig_ignored(const struct machine *m, const struct task_struct *p, s32 sig)
{
    if (p->ptrace || sigismember(&p->blocked, sig))
        return false;
    uaddr handler = sighand_of(m, p)->action[sig - 1].sa_handler;
    return handler == SIG_IGN || (handler == SIG_DFL && is_in_mask(sig, SIG_KERNEL_IGNORE_MASK));
}

// Is there no point in queueing? Says so in an event, unless the signal has had its effect.
static bool is_dropped(struct machine *m, const struct task_struct *p, s32 sig,
                       const struct sigpending *pending, bool has_acted)
{
    bool ignored = sig_ignored(m, p, sig);

    if (!ignored && !is_legacy_queued(pending, sig))
        return false;
    s32 why = !ignored ? 1 : sighand_of(m, p)->action[sig - 1].sa_handler == SIG_DFL ? 2 : 0;
    if (!has_acted)
        note(m, EVENT_SIGNAL_DROPPED, p->pid, sig, why);
    return true;
}

// After kernel/signal.c, specific_send_sig_info(): 0, or -EAGAIN when the queue is full.
s32 specific_send_sig_info(struct machine *m, const struct siginfo *info,
                           const struct task_struct *p)
{
    KFN(m, specific_send_sig_info);

    if (is_dropped(m, p, info->signo, &p->pending, false))
        return 0;
    s32 error = send_signal(m, info, p, &p->pending);
    if (!error && !sigismember(&p->blocked, info->signo))
        wake_up_for_signal(m, p, info->signo, info->signo == SIGKILL);
    return error;
}

// The kernel's own: no permission is asked, nothing can block or ignore it. After kernel/signal.c,
// force_sig().
void force_sig(struct machine *m, s32 sig, const struct task_struct *p)
{
    KFN(m, force_sig);
    const struct k_sigaction *action = &sighand_of(m, p)->action[sig - 1];
    struct siginfo info = { .signo = sig, .code = SI_KERNEL };

    if (sigismember(&p->blocked, sig) || action->sa_handler == SIG_IGN) {
        set(m, action->sa_handler, SIG_DFL);
        sigdelset(m, &p->blocked, sig);
        recalc_sigpending_tsk(m, p);
    }
    specific_send_sig_info(m, &info, p);
}

s32 __group_send_sig_info(struct machine *m, const struct siginfo *info,
                          const struct task_struct *p)
{
    KFN(m, __group_send_sig_info);
    const struct sigpending *shared = &signal_of(m, p)->shared_pending;

    bool has_acted = handle_stop_signal(m, info->signo, p);
    if (is_dropped(m, p, info->signo, shared, has_acted))
        return 0;
    s32 error = send_signal(m, info, p, shared);
    if (!error)
        __group_complete_signal(m, p, info->signo);
    return error;
}

// ---- To parents, and to one's own threads ------------------------------------------------------------------

// Sleepers in wait look again. After kernel/signal.c, __wake_up_parent().
static void __wake_up_parent(struct machine *m, const struct task_struct *parent)
{
    wake_up(m, &signal_of(m, parent)->wait_chldexit, TASK_INTERRUPTIBLE, 1);
}

// After kernel/signal.c, do_notify_parent(). A parent that ignores SIGCHLD lets p reap itself.
void do_notify_parent(struct machine *m, const struct task_struct *p, s32 sig)
{
    KFN(m, do_notify_parent);
    const struct task_struct *parent = task_at(m, p->parent);
    const struct k_sigaction *action = &sighand_of(m, parent)->action[SIGCHLD - 1];
    struct siginfo info = { .signo = sig, .pid = p->pid, .uid = p->uid };

    info.status = p->exit_code & 0x7F;
    if (p->exit_code & 0x80) {
        info.code = CLD_DUMPED;
    } else if (info.status) {
        info.code = CLD_KILLED;
    } else {
        info.code = CLD_EXITED;
        info.status = p->exit_code >> 8;
    }
    if (sig == SIGCHLD && (action->sa_handler == SIG_IGN || action->sa_flags & SA_NOCLDWAIT)) {
        set(m, p->exit_signal, -1);
        if (action->sa_handler == SIG_IGN)
            sig = 0;
    }
    if (is_valid_signal(sig))
        __group_send_sig_info(m, &info, parent);
    __wake_up_parent(m, parent);
}

// After kernel/signal.c, do_notify_parent_cldstop(). why: CLD_STOPPED, CLD_CONTINUED, CLD_TRAPPED.
void do_notify_parent_cldstop(struct machine *m, const struct task_struct *p,
                              const struct task_struct *parent, s32 why)
{
    KFN(m, do_notify_parent_cldstop);
    const struct k_sigaction *action = &sighand_of(m, parent)->action[SIGCHLD - 1];
    struct siginfo info = { .signo = SIGCHLD, .code = why, .pid = p->pid, .uid = p->uid };

    if (why == CLD_CONTINUED)
        info.status = SIGCONT;
    else
        info.status = (why == CLD_STOPPED ? signal_of(m, p)->group_exit_code : p->exit_code) & 0x7F;
    if (action->sa_handler != SIG_IGN && !(action->sa_flags & SA_NOCLDSTOP))
        __group_send_sig_info(m, &info, parent);
    __wake_up_parent(m, parent);
}

// After kernel/signal.c, zap_other_threads(): the other threads of p's group shall die.
void zap_other_threads(struct machine *m, const struct task_struct *p)
{
    KFN(m, zap_other_threads);
    const struct signal_struct *group = signal_of(m, p);

    set(m, group->flags, SIGNAL_GROUP_EXIT);
    set(m, group->group_stop_count, 0);
    for (const struct task_struct *t = next_thread(m, p); t != p; t = next_thread(m, t)) {
        if (t->exit_state)
            continue;
        if (kaddr_of(m, t) != p->group_leader)
            set(m, t->exit_signal, -1);
        sigaddset(m, &t->pending.signal, SIGKILL);
        rm_from_queue(m, SIG_KERNEL_STOP_MASK, &t->pending);
        wake_up_for_signal(m, t, SIGKILL, true);
    }
}
