// Signals: who gets one, what it does at once and what it does when it is taken.
#include "booted_machine.h"
#include "cunit_main.h"
#include "signal_acts.h"

// ---- Default actions -----------------------------------------------------------------------------

static void test_default_actions(void)
{
    static const u8 core[] = { SIGQUIT, SIGILL,  SIGTRAP, SIGABRT, SIGBUS,
                               SIGFPE,  SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS };

    for (s32 sig = 1; sig <= _NSIG; sig++) {
        struct booted *b = power_on_machine();
        s32 child = CALL(b, 1, fork, 0);
        bool dumps = false;

        for (size_t i = 0; i < sizeof core; i++)
            dumps |= core[i] == sig;
        CU_ASSERT_EQUAL(kill_by(b, 1, child, sig), 0);
        if (sig == SIGCHLD || sig == SIGCONT || sig == SIGURG || sig == SIGWINCH) {
            CU_ASSERT_EQUAL(state_of(b, child), 'R');
            CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_SIGNAL_DROPPED, child, sig));
        } else if (sig >= SIGSTOP && sig <= SIGTTOU) {
            // The group 0 of init's children is orphaned: only SIGSTOP stops it.
            CU_ASSERT_EQUAL(state_of(b, child), sig == SIGSTOP ? 'T' : 'R');
            CU_ASSERT(took(b, child, sig, sig == SIGSTOP ? ACTION_STOP : ACTION_IGNORE));
        } else {
            CU_ASSERT_EQUAL(state_of(b, child), 'Z');
            CU_ASSERT(took(b, child, sig, dumps ? ACTION_CORE : ACTION_TERMINATE));
            CU_ASSERT_EQUAL(wait_status(b, 1, child, 0), sig);
        }
        power_off(b);
    }
}

static void test_core_needs_a_limit(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_CORE, 4096, RLIM_INFINITY), 0);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGSEGV), 0);
    CU_ASSERT_EQUAL(wait_status(b, 1, child, 0), 0x8B);
    power_off(b);
}

static void test_core_of_threads(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, child);
    s32 sleeper = new_thread(b, child);

    CU_ASSERT_EQUAL(CALL(b, sleeper, pause, 0), NO_RETURN);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGQUIT), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(state_of(b, sleeper), '-');
    CU_ASSERT(took(b, child, SIGQUIT, ACTION_CORE));
    CU_ASSERT(took(b, thread, SIGQUIT, ACTION_TERMINATE));
    CU_ASSERT_EQUAL(wait_status(b, 1, child, 0), SIGQUIT);
    power_off(b);
}

static void test_fatal_for_all_threads(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, child);

    CU_ASSERT_EQUAL(CALL(b, thread, pause, 0), NO_RETURN);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGTERM), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT(took(b, thread, SIGTERM, ACTION_TERMINATE));
    CU_ASSERT_EQUAL(wait_status(b, 1, child, 0), SIGTERM);
    power_off(b);
}

static void test_init_takes_nothing_without_handler(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    for (s32 sig = 1; sig <= _NSIG; sig++) {
        CU_ASSERT_EQUAL(kill_by(b, child, 1, sig), 0);
        CU_ASSERT_EQUAL(state_of(b, 1), 'R');
        CU_ASSERT_FALSE(signal_pending(b->m, task(b, 1)));
    }
    CU_ASSERT_EQUAL(kill_by(b, child, 1, SIGKILL), 0);
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_SEND, child, 1)); // accepted …
    CU_ASSERT(took(b, 1, SIGKILL, ACTION_IGNORE));          // … and discarded when taken
    set_action(b, 1, SIGTERM, HANDLER, 0);
    CU_ASSERT_EQUAL(kill_by(b, child, 1, SIGTERM), 0);
    CU_ASSERT(took(b, 1, SIGTERM, ACTION_HANDLER));
    CU_ASSERT_EQUAL(cpu(b->m)->panicked, 0);
    power_off(b);
}

// ---- Queues ----------------------------------------------------------------------------------------------

static void test_legacy_signals_are_queued_once(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    block(b, child, SIG_BLOCK, BIT(SIGUSR1), 1);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGUSR1), 0);
        CU_ASSERT_EQUAL(kill_by(b, 1, child, 33), 0);
    }
    CU_ASSERT_EQUAL(queued_shared(b, child, SIGUSR1), 1);
    CU_ASSERT_EQUAL(queued_shared(b, child, 33), 3);
    CU_ASSERT_EQUAL(kernel(b->m)->root_user.sigpending, 4);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGUSR1), 0);
    const struct event *e = heard(b, EVENT_SIGNAL_DROPPED, child, SIGUSR1);
    CU_ASSERT_FATAL(e != NULL);
    CU_ASSERT_EQUAL(e->c, 1);
    // The private queue is another one.
    CU_ASSERT_EQUAL(CALL(b, 1, tgkill, (u32)child, (u32)child, SIGUSR1), 0);
    CU_ASSERT(is_pending(b, child, SIGUSR1));
    set_action(b, child, 33, HANDLER, 0);
    block(b, child, SIG_SETMASK, BIT(SIGUSR1), 0);
    u32 taken = 0;
    for (u32 i = 0; i < b->count; i++)
        taken += b->heard[i].kind == EVENT_SIGNAL && b->heard[i].b == 33;
    CU_ASSERT_EQUAL(taken, 3);
    kill_by(b, 1, child, SIGKILL);
    wait_status(b, 1, child, 0);
    CU_ASSERT_EQUAL(kernel(b->m)->root_user.sigpending, 0);
    power_off(b);
}

static void test_queue_limit(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    block(b, child, SIG_BLOCK, BIT(SIGUSR1), 0xFFFFFFFF);
    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_SIGPENDING, 2, 2), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, tgkill, (u32)child, (u32)child, 40), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, tgkill, (u32)child, (u32)child, 40), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, tgkill, (u32)child, (u32)child, 40), -EAGAIN);
    CU_ASSERT(refused(b, 1, EAGAIN, REFUSED_SIGNAL_QUEUE_FULL));
    // Below SIGRTMIN, and from kill(), the bit alone is set.
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGUSR1), 0);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, 41), 0);
    CU_ASSERT(is_shared_pending(b, child, SIGUSR1));
    CU_ASSERT(is_shared_pending(b, child, 41));
    CU_ASSERT_EQUAL(queued_shared(b, child, 41), 0);
    set_action(b, child, 41, HANDLER, 0);
    block(b, child, SIG_UNBLOCK, 0, 1u << (41 - 33));
    CU_ASSERT(took(b, child, 41, ACTION_HANDLER));
    CU_ASSERT_FALSE(is_shared_pending(b, child, 41));
    power_off(b);
}

static void test_private_before_shared_lowest_first(void)
{
    static const s32 order[] = { SIGUSR2, SIGTERM, SIGHUP, SIGUSR1 };
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    u32 next = 0;

    for (u32 i = 0; i < 4; i++)
        set_action(b, child, order[i], HANDLER, 0);
    block(b, child, SIG_SETMASK, ~0u, ~0u);
    kill_by(b, 1, child, SIGUSR1);
    kill_by(b, 1, child, SIGHUP);
    CALL(b, 1, tgkill, (u32)child, (u32)child, SIGTERM);
    CALL(b, 1, tgkill, (u32)child, (u32)child, SIGUSR2);
    block(b, child, SIG_SETMASK, 0, 0);
    for (u32 i = 0; i < b->count; i++) {
        if (b->heard[i].kind == EVENT_SIGNAL && next < 4)
            CU_ASSERT_EQUAL(b->heard[i].b, order[next++]);
    }
    CU_ASSERT_EQUAL(next, 4);
    power_off(b);
}

static void test_blocked_is_never_dropped(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    set_action(b, child, SIGUSR1, SIG_IGN, 0);
    block(b, child, SIG_BLOCK, BIT(SIGUSR1) | BIT(SIGCHLD), 0);
    kill_by(b, 1, child, SIGUSR1);
    kill_by(b, 1, child, SIGCHLD);
    CU_ASSERT(is_shared_pending(b, child, SIGUSR1));
    CU_ASSERT(is_shared_pending(b, child, SIGCHLD));
    block(b, child, SIG_UNBLOCK, BIT(SIGUSR1) | BIT(SIGCHLD), 0);
    CU_ASSERT(took(b, child, SIGUSR1, ACTION_IGNORE));
    CU_ASSERT(took(b, child, SIGCHLD, ACTION_IGNORE));
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    // And 9 and 19 cannot be blocked, without a word.
    block(b, child, SIG_SETMASK, ~0u, ~0u);
    CU_ASSERT_EQUAL(task(b, child)->blocked.sig[0], ~(BIT(SIGKILL) | BIT(SIGSTOP)));
    CU_ASSERT_EQUAL(CALL(b, child, rt_sigprocmask, 3), -EINVAL);
    power_off(b);
}

static void test_ignored_is_dropped(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    set_action(b, child, SIGTERM, SIG_IGN, 0);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGTERM), 0);
    const struct event *e = heard(b, EVENT_SIGNAL_DROPPED, child, SIGTERM);
    CU_ASSERT_FATAL(e != NULL);
    CU_ASSERT_EQUAL(e->c, 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_FALSE(is_shared_pending(b, child, SIGTERM));
    power_off(b);
}

// ---- sigaction ----------------------------------------------------------------------------------------------

static void test_sigaction_errors(void)
{
    static const s32 bad[] = { 0, -1, 65, 1000, SIGKILL, SIGSTOP };
    struct booted *b = power_on_machine();

    for (u32 i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CU_ASSERT_EQUAL(CALL(b, 1, rt_sigaction, (u32)bad[i], SIG_IGN, 0), -EINVAL);
        CU_ASSERT(refused(b, 1, EINVAL, REFUSED_BAD_SIGNAL));
    }
    power_off(b);
}

static void test_sigaction_flushes(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, child);

    block(b, child, SIG_BLOCK, BIT(SIGUSR1) | BIT(SIGURG), 1);
    block(b, thread, SIG_BLOCK, BIT(SIGUSR1) | BIT(SIGURG), 1);
    kill_by(b, 1, child, SIGUSR1);
    kill_by(b, 1, child, SIGURG);
    kill_by(b, 1, child, 33);
    CALL(b, 1, tgkill, (u32)child, (u32)thread, SIGUSR1);
    set_action(b, child, SIGUSR1, SIG_IGN, 0);
    CU_ASSERT_FALSE(is_shared_pending(b, child, SIGUSR1));
    CU_ASSERT_FALSE(is_pending(b, thread, SIGUSR1));
    set_action(b, child, SIGURG, SIG_DFL, 0); // ignored by default
    CU_ASSERT_FALSE(is_shared_pending(b, child, SIGURG));
    set_action(b, child, 33, SIG_IGN, 0);
    CU_ASSERT_FALSE(is_shared_pending(b, child, 33));
    CU_ASSERT_EQUAL(kernel(b->m)->root_user.sigpending, 0);
    power_off(b);
}

static void test_handler_flags(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    set_action(b, child, SIGUSR1, HANDLER, SA_RESETHAND);
    CU_ASSERT_EQUAL(CALL(b, child, pause, 0), NO_RETURN);
    kill_by(b, 1, child, SIGUSR1);
    CU_ASSERT(took(b, child, SIGUSR1, ACTION_HANDLER));
    CU_ASSERT_EQUAL(heard(b, EVENT_RETURN, child, __NR_pause)->c, -EINTR);
    kill_by(b, 1, child, SIGUSR1); // the default again
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    power_off(b);
}

static void test_restart(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0);

    set_action(b, parent, SIGUSR1, HANDLER, 0);
    set_action(b, parent, SIGUSR2, HANDLER, SA_RESTART);
    CU_ASSERT_EQUAL(CALL(b, parent, wait4, (u32)child), NO_RETURN);
    kill_by(b, 1, parent, SIGUSR2);
    CU_ASSERT(took(b, parent, SIGUSR2, ACTION_HANDLER));
    CU_ASSERT_EQUAL(state_of(b, parent), 'S');
    kill_by(b, 1, parent, SIGSTOP); // no handler: the program never learns of it
    CU_ASSERT_EQUAL(state_of(b, parent), 'T');
    kill_by(b, 1, parent, SIGCONT);
    CU_ASSERT_EQUAL(state_of(b, parent), 'S');
    kill_by(b, 1, parent, SIGUSR1);
    CU_ASSERT(took(b, parent, SIGUSR1, ACTION_HANDLER));
    CU_ASSERT_EQUAL(heard(b, EVENT_RETURN, parent, __NR_wait4)->c, -EINTR);
    CU_ASSERT(refused(b, parent, EINTR, REFUSED_INTERRUPTED));
    // pause does not restart, whatever the handler's flags.
    CU_ASSERT_EQUAL(CALL(b, parent, pause, 0), NO_RETURN);
    kill_by(b, 1, parent, SIGUSR2);
    CU_ASSERT_EQUAL(heard(b, EVENT_RETURN, parent, __NR_pause)->c, -EINTR);
    power_off(b);
}

static void test_exec_keeps_what_is_ignored(void)
{
    static const char *const strings[] = { "/bin/true", NULL };
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    set_action(b, child, SIGUSR1, HANDLER, SA_RESTART);
    set_action(b, child, SIGUSR2, SIG_IGN, 0);
    make(b, child, (struct call){ __NR_execve, { 0 }, strings });
    const struct sighand_struct *sighand = sighand_of(b->m, task(b, child));
    CU_ASSERT_EQUAL(sighand->action[SIGUSR1 - 1].sa_handler, SIG_DFL);
    CU_ASSERT_EQUAL(sighand->action[SIGUSR1 - 1].sa_flags, 0);
    CU_ASSERT_EQUAL(sighand->action[SIGUSR2 - 1].sa_handler, SIG_IGN);
    power_off(b);
}

// ---- Children's ends ----------------------------------------------------------------------------------------

static void test_ignoring_sigchld(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);

    set_action(b, parent, SIGCHLD, SIG_IGN, 0);
    s32 child = CALL(b, parent, fork, 0);
    CALL(b, child, exit, 3);
    CU_ASSERT_EQUAL(state_of(b, child), '-');
    CU_ASSERT_PTR_NULL(heard(b, EVENT_SEND, child, parent));
    CU_ASSERT_EQUAL(CALL(b, parent, wait4, (u32)-1), -ECHILD);
    // SA_NOCLDWAIT: no zombie either, but the signal comes.
    set_action(b, parent, SIGCHLD, HANDLER, SA_NOCLDWAIT);
    child = CALL(b, parent, fork, 0);
    CALL(b, child, exit, 3);
    CU_ASSERT_EQUAL(state_of(b, child), '-');
    CU_ASSERT(took(b, parent, SIGCHLD, ACTION_HANDLER));
    // The default ignores it too, but is not SIG_IGN.
    set_action(b, parent, SIGCHLD, SIG_DFL, 0);
    child = CALL(b, parent, fork, 0);
    CALL(b, child, exit, 3);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_SIGNAL_DROPPED, parent, SIGCHLD));
    power_off(b);
}

static void test_exit_signal(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);

    set_action(b, parent, SIGUSR1, HANDLER, 0);
    s32 child = CALL(b, parent, clone, SIGUSR1);
    CALL(b, child, exit, 0);
    CU_ASSERT(took(b, parent, SIGUSR1, ACTION_HANDLER));
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    child = CALL(b, parent, clone, 0);
    CALL(b, child, exit, 0);
    CU_ASSERT_PTR_NULL(heard(b, EVENT_SEND, child, parent));
    power_off(b);
}

// ---- kill: who is meant, and who may ---------------------------------------------------------------------------

static void test_kill_errors(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(kill_by(b, 1, 99, SIGTERM), -ESRCH);
    CU_ASSERT(refused(b, 1, ESRCH, REFUSED_NO_TASK));
    CU_ASSERT_EQUAL(kill_by(b, 1, -99, SIGTERM), -ESRCH);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, 65), -EINVAL);
    CU_ASSERT(refused(b, 1, EINVAL, REFUSED_BAD_SIGNAL));
    CU_ASSERT_EQUAL(kill_by(b, 1, child, -1), -EINVAL);
    CU_ASSERT_EQUAL(kill_by(b, 1, 0, SIGTERM), -EINVAL); // the group 0 that init is in
    CU_ASSERT(refused(b, 1, EINVAL, REFUSED_GROUP_ZERO));
    CU_ASSERT_EQUAL(kill_by(b, 1, child, 0), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_EQUAL(kill_by(b, child, -1, SIGTERM), -ESRCH); // only init and itself are left
    CU_ASSERT_EQUAL(CALL(b, 1, tgkill, 0, (u32)child, SIGTERM), -EINVAL);
    CU_ASSERT_EQUAL(CALL(b, 1, tgkill, 1, (u32)child, SIGTERM), -ESRCH);
    CU_ASSERT_EQUAL(CALL(b, 1, tgkill, (u32)child, (u32)child, 65), -EINVAL);
    CALL(b, child, exit, 0);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGTERM), 0); // a zombie is there to be signalled
    power_off(b);
}

static void test_kill_targets(void)
{
    struct booted *b = power_on_machine();
    s32 leader = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, leader, setsid, 0), leader);
    s32 member = CALL(b, leader, fork, 0);
    s32 other = CALL(b, leader, fork, 0);
    CU_ASSERT_EQUAL(CALL(b, other, setpgid, 0, 0), 0);
    s32 thread = new_thread(b, member);

    CU_ASSERT_EQUAL(CALL(b, thread, pause, 0), NO_RETURN);
    set_action(b, leader, SIGTERM, SIG_IGN, 0);
    CU_ASSERT_EQUAL(kill_by(b, leader, 0, SIGTERM), 0);
    CU_ASSERT_EQUAL(state_of(b, member), 'Z');
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(state_of(b, other), 'R');
    CU_ASSERT_EQUAL(kill_by(b, 1, -other, SIGTERM), 0);
    CU_ASSERT_EQUAL(state_of(b, other), 'Z');
    member = CALL(b, leader, fork, 0);
    other = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(kill_by(b, leader, -1, SIGKILL), 0);
    CU_ASSERT_EQUAL(state_of(b, member), 'Z');
    CU_ASSERT_EQUAL(state_of(b, other), 'Z');
    CU_ASSERT_EQUAL(state_of(b, leader), 'R');
    CU_ASSERT_EQUAL(state_of(b, 1), 'R');
    power_off(b);
}

static void test_kill_permission(void)
{
    struct booted *b = power_on_machine();
    s32 root = CALL(b, 1, fork, 0);
    s32 user = CALL(b, 1, fork, 0);
    s32 friend = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, user, setuid, 1000), 0);
    CU_ASSERT_EQUAL(CALL(b, friend, setuid, 1000), 0);
    CU_ASSERT_EQUAL(kill_by(b, user, root, SIGTERM), -EPERM);
    CU_ASSERT(refused(b, user, EPERM, REFUSED_NOT_PERMITTED));
    CU_ASSERT_EQUAL(kill_by(b, user, root, 0), -EPERM);
    CU_ASSERT_EQUAL(kill_by(b, user, root, SIGCONT), 0); // the same session
    CU_ASSERT_EQUAL(CALL(b, root, setsid, 0), root);
    CU_ASSERT_EQUAL(kill_by(b, user, root, SIGCONT), -EPERM);
    CU_ASSERT_EQUAL(CALL(b, user, tgkill, (u32)root, (u32)root, SIGTERM), -EPERM);
    CU_ASSERT_EQUAL(kill_by(b, user, friend, SIGTERM), 0);
    CU_ASSERT_EQUAL(state_of(b, friend), 'Z');
    CU_ASSERT_EQUAL(kill_by(b, user, -1, SIGTERM), 0); // refusals do not count
    CU_ASSERT_EQUAL(state_of(b, root), 'R');
    CU_ASSERT_EQUAL(kill_by(b, root, user, SIGTERM), 0);
    CU_ASSERT_EQUAL(state_of(b, user), 'Z');
    power_off(b);
}

// ---- Choosing a thread --------------------------------------------------------------------------------------------

static void test_a_thread_that_wants_it(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 second = new_thread(b, child);
    s32 third = new_thread(b, child);

    set_action(b, child, SIGUSR1, HANDLER, 0);
    block(b, child, SIG_BLOCK, BIT(SIGUSR1), 0);
    kill_by(b, 1, child, SIGUSR1);
    CU_ASSERT(took(b, second, SIGUSR1, ACTION_HANDLER) || took(b, third, SIGUSR1, ACTION_HANDLER));
    CU_ASSERT_PTR_NULL(heard(b, EVENT_SIGNAL, child, SIGUSR1));
    block(b, second, SIG_BLOCK, BIT(SIGUSR1), 0);
    kill_by(b, 1, child, SIGUSR1);
    CU_ASSERT(took(b, third, SIGUSR1, ACTION_HANDLER));
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, child))->curr_target, kaddr_of(b->m, task(b, third)));
    block(b, third, SIG_BLOCK, BIT(SIGUSR1), 0);
    kill_by(b, 1, child, SIGUSR1);
    CU_ASSERT(is_shared_pending(b, child, SIGUSR1)); // nobody: it stays queued
    block(b, second, SIG_UNBLOCK, BIT(SIGUSR1), 0);
    CU_ASSERT(took(b, second, SIGUSR1, ACTION_HANDLER));
    // To one thread means to that one.
    CU_ASSERT_EQUAL(CALL(b, 1, tgkill, (u32)child, (u32)third, SIGUSR1), 0);
    CU_ASSERT(is_pending(b, third, SIGUSR1));
    CU_ASSERT_PTR_NULL(heard(b, EVENT_SIGNAL, second, SIGUSR1));
    power_off(b);
}

static void test_a_d_sleeper_is_not_woken(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, parent, vfork, 0), NO_RETURN);
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(state_of(b, parent), 'D');
    CU_ASSERT_EQUAL(kill_by(b, 1, parent, SIGKILL), 0);
    CU_ASSERT_EQUAL(state_of(b, parent), 'D');
    CALL(b, child, exit, 0);
    CU_ASSERT_EQUAL(state_of(b, parent), 'Z');
    CU_ASSERT_EQUAL(wait_status(b, 1, parent, 0), SIGKILL);
    power_off(b);
}

static void test_exec_while_the_leader_is_in_d(void)
{
    static const char *const strings[] = { "/bin/true", NULL };
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, child);

    CU_ASSERT_EQUAL(CALL(b, child, vfork, 0), NO_RETURN);
    s32 grandchild = console(b->m)->last_child;
    CU_ASSERT_EQUAL(make(b, thread, (struct call){ __NR_execve, { 0 }, strings }), NO_RETURN);
    CU_ASSERT_EQUAL(state_of(b, thread), 'D');
    kill_by(b, 1, child, SIGTERM);
    kill_by(b, 1, child, SIGKILL);
    CU_ASSERT_EQUAL(state_of(b, thread), 'D');
    CALL(b, grandchild, exit, 0);
    CU_ASSERT_EQUAL(state_of(b, thread), '-'); // it has taken the leader's number over …
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');  // … and died
    CU_ASSERT_EQUAL(wait_status(b, 1, child, 0), SIGKILL);
    power_off(b);
}

static void test_undo_of_signals(void)
{
    struct booted *b = power_on_machine();
    size_t size = b->m->image_size;
    u8 *start = malloc(size);
    u64 begin = machine_position(b->m).command;

    memcpy(start, b->m->image, size);
    s32 child = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, child);
    block(b, thread, SIG_BLOCK, BIT(SIGUSR1), 1);
    kill_by(b, 1, child, SIGSTOP);
    CALL(b, 1, tgkill, (u32)child, (u32)thread, 33);
    kill_by(b, 1, child, SIGCONT);
    kill_by(b, 1, child, SIGQUIT);
    wait_status(b, 1, child, 0);
    u8 *end = malloc(size);
    u64 last = machine_position(b->m).command;
    memcpy(end, b->m->image, size);
    CU_ASSERT(machine_goto(b->m, begin));
    CU_ASSERT_EQUAL(memcmp(start, b->m->image, size), 0);
    CU_ASSERT(machine_goto(b->m, last));
    CU_ASSERT_EQUAL(memcmp(end, b->m->image, size), 0);
    free(start);
    free(end);
    power_off(b);
}

static CU_TestInfo tests[] = {
    { "default actions", test_default_actions },
    { "a core file needs a limit that allows it", test_core_needs_a_limit },
    { "a core dump ends all threads", test_core_of_threads },
    { "a fatal signal ends all threads", test_fatal_for_all_threads },
    { "init takes nothing that it has no handler for", test_init_takes_nothing_without_handler },
    { "legacy signals are queued once", test_legacy_signals_are_queued_once },
    { "RLIMIT_SIGPENDING", test_queue_limit },
    { "private before shared, lowest first", test_private_before_shared_lowest_first },
    { "a blocked signal is never dropped", test_blocked_is_never_dropped },
    { "an ignored signal is dropped", test_ignored_is_dropped },
    { "sigaction: errors", test_sigaction_errors },
    { "sigaction: ignoring forgets what is pending", test_sigaction_flushes },
    { "sigaction: SA_RESETHAND", test_handler_flags },
    { "an interrupted call fails or restarts", test_restart },
    { "exec keeps what is ignored", test_exec_keeps_what_is_ignored },
    { "ignoring SIGCHLD", test_ignoring_sigchld },
    { "the exit signal", test_exit_signal },
    { "kill: errors", test_kill_errors },
    { "kill: targets", test_kill_targets },
    { "kill: permission", test_kill_permission },
    { "a thread that wants the signal takes it", test_a_thread_that_wants_it },
    { "a D sleeper is not woken", test_a_d_sleeper_is_not_woken },
    { "exec by a thread while the leader is in D", test_exec_while_the_leader_is_in_d },
    { "undo and redo of signals", test_undo_of_signals },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "signal", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
