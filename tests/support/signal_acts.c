// See signal_acts.h.
#include "signal_acts.h"

s32 kill_by(struct booted *b, s32 pid, s32 target, s32 sig)
{
    return CALL(b, pid, kill, (u32)target, (u32)sig);
}

void set_action(struct booted *b, s32 pid, s32 sig, u32 handler, u32 flags)
{
    CU_ASSERT_EQUAL(CALL(b, pid, rt_sigaction, (u32)sig, handler, flags), 0);
}

void block(struct booted *b, s32 pid, u32 how, u32 low, u32 high)
{
    CU_ASSERT_EQUAL(CALL(b, pid, rt_sigprocmask, how, low, high), 0);
}

s32 wait_status(struct booted *b, s32 waiter, s32 child, u32 options)
{
    const struct event *e;

    if (CALL(b, waiter, wait4, (u32)child, 0, options | WNOHANG) != child)
        return NO_RETURN;
    e = heard(b, EVENT_WAIT_STATUS, waiter, child);
    CU_ASSERT_FATAL(e != NULL);
    return e->c;
}

bool is_pending(const struct booted *b, s32 pid, s32 sig)
{
    return sigismember(&task(b, pid)->pending.signal, sig);
}

bool is_shared_pending(const struct booted *b, s32 pid, s32 sig)
{
    return sigismember(&signal_of(b->m, task(b, pid))->shared_pending.signal, sig);
}

u32 queued_shared(const struct booted *b, s32 pid, s32 sig)
{
    const struct sigpending *pending = &signal_of(b->m, task(b, pid))->shared_pending;
    u32 count = 0;

    list_for_each(b->m, q, &pending->list)
    {
        count += at(b->m, q, struct sigqueue)->si_signo == sig;
    }
    return count;
}
