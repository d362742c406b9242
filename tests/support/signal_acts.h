// Signals as tests send, block and look for them, on a booted machine.
#ifndef SUPPORT_SIGNAL_ACTS_H
#define SUPPORT_SIGNAL_ACTS_H

#include "booted_machine.h"

#define HANDLER  0x08048100u // where programs have theirs
#define BIT(sig) (1u << ((sig)-1))

// kill(2); what it returned.
s32 kill_by(struct booted *b, s32 pid, s32 target, s32 sig);
// sigaction(2), which must succeed; handler: HANDLER, SIG_DFL or SIG_IGN.
void set_action(struct booted *b, s32 pid, s32 sig, u32 handler, u32 flags);
// sigprocmask(2), which must succeed: SIG_BLOCK …, and the set's two words.
void block(struct booted *b, s32 pid, u32 how, u32 low, u32 high);
// The status that a wait gives for a child; NO_RETURN if it has none to give.
s32 wait_status(struct booted *b, s32 waiter, s32 child, u32 options);

// Is it in the task's own queue, or in its thread group's?
bool is_pending(const struct booted *b, s32 pid, s32 sig);
bool is_shared_pending(const struct booted *b, s32 pid, s32 sig);
// How often it stands in its thread group's queue.
u32 queued_shared(const struct booted *b, s32 pid, s32 sig);

#endif
