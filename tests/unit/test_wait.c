// wait4 in all its forms: whom it means, what it reports, when it sleeps and when it does not.
#include "booted_machine.h"
#include "cunit_main.h"

#define HANDLER 0x08049000u

static s32 wait_for(struct booted *b, s32 pid, s32 child, u32 options)
{
    return CALL(b, pid, wait4, (u32)child, 0, options);
}

static s32 dead_child(struct booted *b, s32 parent, s32 code)
{
    s32 child = CALL(b, parent, fork, 0);

    exit_task(b, child, code);
    return child;
}

// A session's leader, a child of init, with a child that is a group of its own: not an orphaned
// one, so that the terminal's stop signals stop it.
static s32 new_shell(struct booted *b)
{
    s32 shell = CALL(b, 1, fork, 0);

    CALL(b, shell, setsid, 0);
    return shell;
}

static s32 new_job(struct booted *b, s32 shell)
{
    s32 job = CALL(b, shell, fork, 0);

    CALL(b, shell, setpgid, (u32)job, (u32)job);
    return job;
}

// ---- Whom it means ---------------------------------------------------------------------------

static void test_who(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);

    CALL(b, parent, setpgid, 0, 0);
    s32 same = CALL(b, parent, fork, 0), other = CALL(b, parent, fork, 0);
    s32 third = CALL(b, parent, fork, 0), stranger = CALL(b, 1, fork, 0);
    CALL(b, parent, setpgid, (u32)other, (u32)other);
    CALL(b, parent, setpgid, (u32)third, (u32)other);
    exit_task(b, stranger, 1);
    CU_ASSERT_EQUAL(wait_for(b, parent, stranger, WNOHANG), -ECHILD); // not its child
    CU_ASSERT_EQUAL(wait_for(b, parent, 999, 0), -ECHILD);
    CU_ASSERT_TRUE(refused(b, parent, ECHILD, REFUSED_NO_CHILD));
    CU_ASSERT_EQUAL(wait_for(b, parent, -999, 0), -ECHILD);
    CU_ASSERT_EQUAL(wait_for(b, parent, parent, 0), -ECHILD);
    CU_ASSERT_EQUAL(wait_for(b, parent, -1, WNOHANG), 0); // all live
    CU_ASSERT_EQUAL(wait_for(b, parent, same, WNOHANG), 0);
    exit_task(b, third, 3);
    CU_ASSERT_EQUAL(wait_for(b, parent, same, WNOHANG), 0);
    CU_ASSERT_EQUAL(wait_for(b, parent, 0, WNOHANG), 0); // its own group: `same` only
    CU_ASSERT_EQUAL(wait_for(b, parent, -other, WNOHANG), third);
    CU_ASSERT_EQUAL(waited_status(b, parent, third), 0x300);
    CU_ASSERT_EQUAL(wait_for(b, parent, third, WNOHANG), -ECHILD); // gone
    exit_task(b, other, 0);
    exit_task(b, same, 0);
    CU_ASSERT_EQUAL(wait_for(b, parent, 0, 0), same);
    CU_ASSERT_EQUAL(wait_for(b, parent, -1, 0), other);
    CU_ASSERT_EQUAL(wait_for(b, parent, -1, 0), -ECHILD);
    power_off(b);
}

// Several zombies: in the order of the children list.
static void test_order_of_zombies(void)
{
    struct booted *b = power_on_machine();
    s32 first = CALL(b, 1, fork, 0), second = CALL(b, 1, fork, 0), third = CALL(b, 1, fork, 0);

    exit_task(b, third, 3);
    exit_task(b, first, 1);
    exit_task(b, second, 2);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, 0), first);
    CU_ASSERT_EQUAL(wait_for(b, 1, third, 0), third);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, 0), second);
    power_off(b);
}

static void test_options(void)
{
    static const u32 bad[] = { WEXITED, WNOWAIT, 0x10, 0x80, 0x08000000, 0x10000000, 0xFFFFFFFF };
    struct booted *b = power_on_machine();
    s32 child = dead_child(b, 1, 0);

    for (u32 i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_EQUAL(wait_for(b, 1, -1, bad[i]), -EINVAL);
        CU_ASSERT_TRUE(refused(b, 1, EINVAL, REFUSED_BAD_OPTION));
    }
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WNOHANG | WUNTRACED | WCONTINUED | __WALL | __WNOTHREAD),
                    child);
    child = dead_child(b, 1, 0);
    CU_ASSERT_EQUAL(CALL(b, 1, waitpid, (u32)child, 0, WNOHANG), child); // the older number
    power_off(b);
}

// "Clone" children, whose exit signal is not SIGCHLD, are waited for apart.
static void test_clone_children(void)
{
    struct booted *b = power_on_machine();
    s32 clone = clone_with(b, 1, 0);

    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WNOHANG), -ECHILD);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WNOHANG | __WCLONE), 0);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WNOHANG | __WALL), 0);
    s32 plain = CALL(b, 1, fork, 0);
    exit_task(b, clone, 1);
    exit_task(b, plain, 2);
    CU_ASSERT_EQUAL(wait_for(b, 1, clone, 0), -ECHILD);
    CU_ASSERT_EQUAL(wait_for(b, 1, plain, __WCLONE), -ECHILD);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, __WCLONE), clone);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, 0), plain);
    clone = clone_with(b, 1, SIGUSR1 | CLONE_VM);
    CALL(b, 1, rt_sigaction, SIGUSR1, SIG_IGN);
    exit_task(b, clone, 3);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, __WALL), clone);
    power_off(b);
}

// Children of other threads of the caller's process, and __WNOTHREAD.
static void test_threads(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);
    s32 child = CALL(b, thread, fork, 0);

    CU_ASSERT_EQUAL(wait_for(b, process, -1, WNOHANG), 0);
    CU_ASSERT_EQUAL(wait_for(b, process, -1, WNOHANG | __WNOTHREAD), -ECHILD);
    CU_ASSERT_EQUAL(wait_for(b, thread, -1, WNOHANG | __WNOTHREAD), 0);
    CU_ASSERT_EQUAL(wait_for(b, process, thread, __WALL), -ECHILD); // no child: a thread
    CU_ASSERT_EQUAL(wait_for(b, 1, thread, __WALL), -ECHILD);
    CU_ASSERT_EQUAL(wait_for(b, process, -1, 0), NO_RETURN);
    exit_task(b, child, 4); // its parent is the thread, but the process waits
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, process, __NR_wait4), child);
    CU_ASSERT_EQUAL(waited_status(b, process, child), 0x400);
    // A process whose leader has threads is a child, but not yet one to be reaped.
    exit_task(b, process, 0);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WNOHANG), 0);
    power_off(b);
}

// ---- Sleeping --------------------------------------------------------------------------------

static void test_sleep(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0), second = CALL(b, parent, fork, 0);

    CU_ASSERT_EQUAL(wait_for(b, parent, second, 0), NO_RETURN);
    CU_ASSERT(RAN(b, "sys_wait4", "do_wait", "add_wait_queue", "schedule", "deactivate_task",
                  "context_switch"));
    CU_ASSERT_EQUAL(state_of(b, parent), 'S');
    CU_ASSERT_TRUE(state_change(b, parent, 'R', 'S') != NULL);
    CU_ASSERT_FALSE(is_able(b, parent));
    exit_task(b, child, 1); // wakes it, but it is not the one: it sleeps on
    CU_ASSERT_EQUAL(state_of(b, parent), 'S');
    CU_ASSERT_TRUE(state_change(b, parent, 'S', 'R') != NULL);
    CU_ASSERT_TRUE(heard(b, EVENT_RESUME, parent, 0) != NULL);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    exit_task(b, second, 2);
    CU_ASSERT(RAN(b, "exit_notify", "do_notify_parent", "__wake_up", "try_to_wake_up", "schedule",
                  "system_call", "sys_wait4", "do_wait", "wait_task_zombie", "release_task",
                  "remove_wait_queue"));
    CU_ASSERT_EQUAL(state_of(b, parent), 'R');
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, parent, __NR_wait4), second);
    CU_ASSERT_EQUAL(waited_status(b, parent, second), 0x200);
    CU_ASSERT_EQUAL(state_of(b, second), '-');
    CU_ASSERT_TRUE(list_empty(b->m, &signal_of(b->m, task(b, parent))->wait_chldexit.task_list));
    power_off(b);
}

// "wait also returns ECHILD after blocking if the last child self-reaped"
static void test_ignored(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0), second = CALL(b, parent, fork, 0);

    CALL(b, parent, rt_sigaction, SIGCHLD, SIG_IGN);
    CU_ASSERT_EQUAL(wait_for(b, parent, -1, 0), NO_RETURN);
    exit_task(b, child, 1);
    CU_ASSERT_EQUAL(state_of(b, parent), 'S');
    exit_task(b, second, 1);
    CU_ASSERT_EQUAL(state_of(b, parent), 'R');
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, parent, __NR_wait4), -ECHILD);
    power_off(b);
}

static void test_interrupted(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0);

    CALL(b, parent, rt_sigaction, SIGUSR1, HANDLER);
    CALL(b, parent, rt_sigaction, SIGUSR2, HANDLER, SA_RESTART);
    CALL(b, parent, rt_sigaction, SIGHUP, SIG_IGN);
    wait_for(b, parent, -1, 0);
    CALL(b, 1, kill, (u32)parent, SIGHUP);
    CU_ASSERT_EQUAL(state_of(b, parent), 'S'); // not even woken
    CALL(b, 1, kill, (u32)parent, SIGUSR2);
    CU_ASSERT_TRUE(took(b, parent, SIGUSR2, ACTION_HANDLER));
    CU_ASSERT_EQUAL(state_of(b, parent), 'S'); // the call was made again
    CU_ASSERT_EQUAL(times_entered(b, "sys_wait4"), 2);
    CALL(b, 1, kill, (u32)parent, SIGSTOP);
    CU_ASSERT_EQUAL(state_of(b, parent), 'T');
    CALL(b, 1, kill, (u32)parent, SIGCONT);
    CU_ASSERT_EQUAL(state_of(b, parent), 'S');
    CALL(b, 1, kill, (u32)parent, SIGUSR1);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, parent, __NR_wait4), -EINTR);
    CU_ASSERT_EQUAL(state_of(b, parent), 'R');
    CALL(b, child, exit, 0);
    CU_ASSERT_EQUAL(wait_for(b, parent, -1, 0), child);
    // With SIGCHLD handled: the child's death interrupts nothing that has its answer.
    child = CALL(b, parent, fork, 0);
    CALL(b, parent, rt_sigaction, SIGCHLD, HANDLER);
    wait_for(b, parent, -1, 0);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, parent, __NR_wait4), child);
    CU_ASSERT_TRUE(took(b, parent, SIGCHLD, ACTION_HANDLER));
    power_off(b);
}

// Two threads wait for the same child: one gets it, the other has none left.
static void test_two_waiters(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);
    s32 child = CALL(b, process, fork, 0);

    wait_for(b, process, -1, 0);
    wait_for(b, thread, -1, 0);
    exit_task(b, child, 0);
    s32 one = heard_value(b, EVENT_RETURN, process, __NR_wait4);
    s32 two = heard_value(b, EVENT_RETURN, thread, __NR_wait4);
    CU_ASSERT_TRUE((one == child && two == -ECHILD) || (one == -ECHILD && two == child));
    power_off(b);
}

// ---- Stops and continuations -------------------------------------------------------------------

static void test_stopped(void)
{
    struct booted *b = power_on_machine();
    s32 shell = new_shell(b);
    s32 child = new_job(b, shell);

    CALL(b, 1, kill, (u32)child, SIGTSTP);
    CU_ASSERT_EQUAL(state_of(b, child), 'T');
    CU_ASSERT_EQUAL(wait_for(b, shell, -1, WNOHANG), 0);
    CU_ASSERT_EQUAL(wait_for(b, shell, -1, WNOHANG | WCONTINUED), 0);
    CU_ASSERT_EQUAL(wait_for(b, shell, -1, WNOHANG | WUNTRACED), child);
    CU_ASSERT_EQUAL(waited_status(b, shell, child), 0x147F);
    CU_ASSERT_EQUAL(wait_for(b, shell, -1, WNOHANG | WUNTRACED), 0); // once
    CALL(b, 1, kill, (u32)child, SIGCONT);
    CU_ASSERT_EQUAL(wait_for(b, shell, -1, WNOHANG | WUNTRACED), 0);
    CU_ASSERT_EQUAL(wait_for(b, shell, -1, WNOHANG | WCONTINUED), child);
    CU_ASSERT_EQUAL(waited_status(b, shell, child), 0xFFFF);
    CU_ASSERT_EQUAL(wait_for(b, shell, -1, WNOHANG | WCONTINUED), 0);
    CALL(b, 1, kill, (u32)child, SIGSTOP);
    CALL(b, 1, kill, (u32)child, SIGCONT); // unseen: the stop is over
    CU_ASSERT_EQUAL(wait_for(b, shell, -1, WNOHANG | WUNTRACED), 0);
    CALL(b, 1, kill, (u32)child, SIGSTOP);
    CALL(b, 1, kill, (u32)child, SIGKILL);
    CU_ASSERT_EQUAL(wait_for(b, shell, -1, WUNTRACED), child);
    CU_ASSERT_EQUAL(waited_status(b, shell, child), SIGKILL);
    power_off(b);
}

// A reported child goes to the end of the list, so that its siblings have their turn.
static void test_stops_in_turn(void)
{
    struct booted *b = power_on_machine();
    s32 first = CALL(b, 1, fork, 0), second = CALL(b, 1, fork, 0);

    CALL(b, 1, kill, (u32)first, SIGSTOP);
    CALL(b, 1, kill, (u32)second, SIGSTOP);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WUNTRACED), first);
    CALL(b, 1, kill, (u32)first, SIGCONT);
    CALL(b, 1, kill, (u32)first, SIGSTOP);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WUNTRACED), second);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WUNTRACED), first);
    power_off(b);
}

static void test_sleep_for_stop(void)
{
    struct booted *b = power_on_machine();
    s32 parent = new_shell(b);
    s32 child = new_job(b, parent);

    wait_for(b, parent, -1, WUNTRACED | WCONTINUED);
    CALL(b, 1, kill, (u32)child, SIGTTIN);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, parent, __NR_wait4), child);
    CU_ASSERT_EQUAL(waited_status(b, parent, child), SIGTTIN << 8 | 0x7F);
    wait_for(b, parent, -1, WCONTINUED);
    CALL(b, 1, kill, (u32)child, SIGCONT);
    CU_ASSERT_EQUAL(waited_status(b, parent, child), 0xFFFF);
    wait_for(b, parent, -1, 0);
    CALL(b, 1, kill, (u32)child, SIGSTOP);
    CU_ASSERT_EQUAL(state_of(b, parent), 'S'); // woken, and back to sleep: it had not asked
    CU_ASSERT_TRUE(heard(b, EVENT_RESUME, parent, 0) != NULL);
    power_off(b);
}

// "SIGTERM to a stopped process then SIGCONT: the process continues and dies of SIGTERM."
static void test_term_while_stopped(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CALL(b, 1, kill, (u32)child, SIGSTOP);
    CALL(b, 1, kill, (u32)child, SIGTERM);
    CU_ASSERT_EQUAL(state_of(b, child), 'T');
    CALL(b, 1, kill, (u32)child, SIGCONT);
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, 0), child);
    CU_ASSERT_EQUAL(waited_status(b, 1, child), SIGTERM);
    power_off(b);
}

// A process has stopped when its last thread has.
static void test_group_stop(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);

    turn_settle(b, false);
    CALL(b, process, kill, (u32)process, SIGSTOP); // it stops on its way back to user mode
    CU_ASSERT_EQUAL(state_of(b, process), 'T');
    CU_ASSERT_EQUAL(state_of(b, thread), 'R');
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WNOHANG | WUNTRACED), 0);
    turn_settle(b, true);
    CU_ASSERT_EQUAL(state_of(b, thread), 'T');
    CU_ASSERT_EQUAL(wait_for(b, 1, -1, WNOHANG | WUNTRACED), process);
    CU_ASSERT_EQUAL(waited_status(b, 1, process), SIGSTOP << 8 | 0x7F);
    power_off(b);
}

// ---- What is collected -------------------------------------------------------------------------

static void test_times(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0);

    exit_task(b, child, 0);
    history_begin(b->m, NULL);
    set(b->m, task(b, child)->utime, 30u);
    set(b->m, signal_of(b->m, task(b, child))->utime, 7u);  // of its dead threads
    set(b->m, signal_of(b->m, task(b, child))->cutime, 5u); // of its reaped children
    set(b->m, task(b, child)->stime, 2u);
    history_end(b->m);
    wait_for(b, parent, -1, 0);
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, parent))->cutime, 42);
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, parent))->cstime, 2);
    power_off(b);
}

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "whom it means", test_who },
        { "several zombies", test_order_of_zombies },
        { "options", test_options },
        { "clone children", test_clone_children },
        { "children of other threads", test_threads },
        { "sleeping and going on", test_sleep },
        { "children that reap themselves", test_ignored },
        { "signals in between", test_interrupted },
        { "two waiters", test_two_waiters },
        { "stopped and continued", test_stopped },
        { "stops in turn", test_stops_in_turn },
        { "sleeping for a stop", test_sleep_for_stop },
        { "SIGTERM while stopped", test_term_while_stopped },
        { "a group stop", test_group_stop },
        { "times", test_times },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "wait", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
