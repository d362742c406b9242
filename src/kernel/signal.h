// What signal.c (sending) and signal_deliver.c (taking) share: sets, groups of signals, the queues.
#ifndef KERNEL_SIGNAL_H
#define KERNEL_SIGNAL_H

#include "kernel/kernel.h"

// A set as one number: signal n is bit n - 1.
#define SIGMASK(sig) (1ull << ((sig)-1))

#define SIG_KERNEL_ONLY_MASK (SIGMASK(SIGKILL) | SIGMASK(SIGSTOP))
#define SIG_KERNEL_STOP_MASK                                                                       \
    (SIGMASK(SIGSTOP) | SIGMASK(SIGTSTP) | SIGMASK(SIGTTIN) | SIGMASK(SIGTTOU))
#define SIG_KERNEL_COREDUMP_MASK                                                                   \
    (SIGMASK(SIGQUIT) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP) | SIGMASK(SIGABRT) | SIGMASK(SIGBUS) |  \
     SIGMASK(SIGFPE) | SIGMASK(SIGSEGV) | SIGMASK(SIGXCPU) | SIGMASK(SIGXFSZ) | SIGMASK(SIGSYS))
#define SIG_KERNEL_IGNORE_MASK                                                                     \
    (SIGMASK(SIGCONT) | SIGMASK(SIGCHLD) | SIGMASK(SIGWINCH) | SIGMASK(SIGURG))

static inline u64 sigset_bits(const struct sigset *s)
{
    return s->sig[0] | (u64)s->sig[1] << 32;
}

static inline void sigset_store(struct machine *m, const struct sigset *s, u64 bits)
{
    set_pair(m, s, (u32)bits, (u32)(bits >> 32));
}

static inline bool is_valid_signal(s32 sig)
{
    return sig >= 1 && sig <= _NSIG;
}

static inline bool is_in_mask(s32 sig, u64 mask)
{
    return mask >> (sig - 1) & 1;
}

// A call fails: says why, and gives the value to return.
static inline s32 refuse_call(struct machine *m, s32 error, enum refusal why)
{
    note(m, EVENT_REFUSED, current(m)->pid, error, (s32)why);
    return -error;
}

// Takes the signals of `mask` that are queued at most once (below SIGRTMIN) out of a queue. After
// kernel/signal.c, rm_from_queue().
void rm_from_queue(struct machine *m, u64 mask, const struct sigpending *pending);
// The same for any signal. After rm_from_queue_full() of later kernels.
void rm_from_queue_full(struct machine *m, u64 mask, const struct sigpending *pending);
// Takes the first queued entry of sig out, and its bit too if that was the last.
void collect_signal(struct machine *m, s32 sig, const struct sigpending *pending);
// Sets TIF_SIGPENDING so that p looks at its signals, and wakes it; sig is for the event.
void wake_up_for_signal(struct machine *m, const struct task_struct *p, s32 sig, bool resume);

// Stop signals and SIGCONT cancel each other, SIGCONT continues, at the moment they are sent. True
// if p's group goes on because of it.
bool handle_stop_signal(struct machine *m, s32 sig, const struct task_struct *p);
// To p's group, with no question of permission. 0, or -EAGAIN when the queue is full.
s32 __group_send_sig_info(struct machine *m, const struct siginfo *info,
                          const struct task_struct *p);

#endif
