// Job control: stopping a process and letting it go on, and who hears of it.
#include "booted_machine.h"
#include "cunit_main.h"
#include "signal_acts.h"

static void test_stop_and_continue(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGSTOP), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'T');
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_STOPPED, child, SIGSTOP));
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, child))->flags, SIGNAL_STOP_STOPPED);
    CU_ASSERT_EQUAL(wait_status(b, 1, child, 0), NO_RETURN);
    CU_ASSERT_EQUAL(wait_status(b, 1, child, WUNTRACED), 0x137F);
    CU_ASSERT_EQUAL(wait_status(b, 1, child, WUNTRACED), NO_RETURN); // told once
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGCONT), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT(took(b, child, SIGCONT, ACTION_CONTINUE));
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_CONTINUED, child, 0));
    CU_ASSERT_FALSE(signal_pending(b->m, task(b, child)));
    CU_ASSERT_EQUAL(task(b, child)->exit_code, 0);
    CU_ASSERT_EQUAL(wait_status(b, 1, child, WCONTINUED), 0xFFFF);
    CU_ASSERT_EQUAL(wait_status(b, 1, child, WCONTINUED), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, child, setsid, 0), child); // it can act again
    power_off(b);
}

static void test_stop_of_a_group(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 second = new_thread(b, child);
    s32 third = new_thread(b, child);

    CU_ASSERT_EQUAL(CALL(b, third, pause, 0), NO_RETURN);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGSTOP), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'T');
    CU_ASSERT_EQUAL(state_of(b, second), 'T');
    CU_ASSERT_EQUAL(state_of(b, third), 'T');
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, child))->group_stop_count, 0);
    CU_ASSERT_EQUAL(wait_status(b, 1, child, WUNTRACED), 0x137F);
    CU_ASSERT_EQUAL(kill_by(b, 1, second, SIGCONT), 0); // any thread's number will do
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_EQUAL(state_of(b, second), 'R');
    CU_ASSERT_EQUAL(state_of(b, third), 'S'); // its pause was made again
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGKILL), 0);
    CU_ASSERT_EQUAL(wait_status(b, 1, child, 0), SIGKILL);
    power_off(b);
}

// A thread in D stops only after its event; until then the stop is half done.
static void test_half_done_stop(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, child);

    CU_ASSERT_EQUAL(CALL(b, thread, vfork, 0), NO_RETURN);
    s32 grandchild = console(b->m)->last_child;
    kill_by(b, 1, child, SIGSTOP);
    CU_ASSERT_EQUAL(state_of(b, child), 'T');
    CU_ASSERT_EQUAL(state_of(b, thread), 'D');
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, child))->group_stop_count, 1);
    CU_ASSERT_PTR_NULL(heard(b, EVENT_STOPPED, child, SIGSTOP));
    CU_ASSERT_EQUAL(wait_status(b, 1, child, WUNTRACED), NO_RETURN);
    kill_by(b, 1, child, SIGCONT); // as if it had finished
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_EQUAL(state_of(b, thread), 'D');
    CU_ASSERT_EQUAL(wait_status(b, 1, child, WCONTINUED), 0xFFFF);
    kill_by(b, 1, child, SIGSTOP);
    CALL(b, grandchild, exit, 0);
    CU_ASSERT_EQUAL(state_of(b, thread), 'T');
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_STOPPED, child, SIGSTOP));
    CU_ASSERT_EQUAL(wait_status(b, 1, child, WUNTRACED), 0x137F);
    kill_by(b, 1, child, SIGCONT);
    CU_ASSERT_EQUAL(state_of(b, thread), 'R');
    CU_ASSERT_EQUAL(heard(b, EVENT_RETURN, thread, __NR_vfork)->c, grandchild);
    CU_ASSERT_PTR_NULL(heard(b, EVENT_SIGNAL_DROPPED, child, SIGCONT)); // it has acted
    power_off(b);
}

static void test_sigterm_waits_for_sigcont(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    kill_by(b, 1, child, SIGSTOP);
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGTERM), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'T');
    CU_ASSERT(is_shared_pending(b, child, SIGTERM));
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGCONT), 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(wait_status(b, 1, child, 0), 0x000F);
    power_off(b);
}

static void test_sigkill_ends_a_stopped_group(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, child);

    kill_by(b, 1, child, SIGSTOP);
    CU_ASSERT_EQUAL(state_of(b, thread), 'T');
    CU_ASSERT_EQUAL(kill_by(b, 1, child, SIGKILL), 0);
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(wait_status(b, 1, child, 0), SIGKILL);
    power_off(b);
}

static void test_stop_and_cont_cancel_each_other(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    block(b, child, SIG_BLOCK, BIT(SIGTSTP) | BIT(SIGCONT), 0);
    kill_by(b, 1, child, SIGTSTP);
    CU_ASSERT(is_shared_pending(b, child, SIGTSTP));
    kill_by(b, 1, child, SIGCONT);
    CU_ASSERT_FALSE(is_shared_pending(b, child, SIGTSTP));
    CU_ASSERT(is_shared_pending(b, child, SIGCONT)); // blocked, so it is kept
    kill_by(b, 1, child, SIGTTIN);
    CU_ASSERT_FALSE(is_shared_pending(b, child, SIGCONT));
    CU_ASSERT_EQUAL(queued_shared(b, child, SIGCONT), 0);
    power_off(b);
}

static void test_sigcont_with_a_handler(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    set_action(b, child, SIGCONT, HANDLER, 0);
    CU_ASSERT_EQUAL(CALL(b, child, pause, 0), NO_RETURN);
    kill_by(b, 1, child, SIGSTOP);
    CU_ASSERT_EQUAL(state_of(b, child), 'T');
    kill_by(b, 1, child, SIGCONT);
    CU_ASSERT(took(b, child, SIGCONT, ACTION_HANDLER));
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    const struct event *e = heard(b, EVENT_RETURN, child, __NR_pause);
    CU_ASSERT_FATAL(e != NULL);
    CU_ASSERT_EQUAL(e->c, -EINTR);
    power_off(b);
}

static void test_orphaned_group_does_not_stop(void)
{
    struct booted *b = power_on_machine();
    s32 shell = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, shell, setsid, 0), shell);
    s32 job = CALL(b, shell, fork, 0);
    CU_ASSERT_EQUAL(CALL(b, shell, setpgid, (u32)job, (u32)job), 0);
    kill_by(b, shell, job, SIGTSTP);
    CU_ASSERT_EQUAL(state_of(b, job), 'T'); // the shell could continue it
    CU_ASSERT_EQUAL(wait_status(b, shell, job, WUNTRACED), 0x147F);
    kill_by(b, shell, shell, SIGTSTP);
    CU_ASSERT_EQUAL(state_of(b, shell), 'R'); // nobody could
    CU_ASSERT(took(b, shell, SIGTSTP, ACTION_IGNORE));
    // The shell ends: the job must not stay stopped for ever.
    CU_ASSERT_EQUAL(CALL(b, shell, exit, 0), NO_RETURN);
    CU_ASSERT_PTR_NOT_NULL(heard(b, EVENT_SEND, 0, job));
    CU_ASSERT_EQUAL(state_of(b, job), 'Z');
    CU_ASSERT_EQUAL(wait_status(b, 1, job, 0), SIGHUP);
    power_off(b);
}

static void test_parent_hears_of_stops(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0);

    set_action(b, parent, SIGCHLD, HANDLER, 0);
    kill_by(b, 1, child, SIGSTOP);
    CU_ASSERT(took(b, parent, SIGCHLD, ACTION_HANDLER));
    kill_by(b, 1, child, SIGCONT);
    CU_ASSERT(took(b, parent, SIGCHLD, ACTION_HANDLER));
    set_action(b, parent, SIGCHLD, HANDLER, SA_NOCLDSTOP);
    kill_by(b, 1, child, SIGSTOP);
    CU_ASSERT_PTR_NULL(heard(b, EVENT_SIGNAL, parent, SIGCHLD));
    kill_by(b, 1, child, SIGKILL); // its end is told all the same
    CU_ASSERT(took(b, parent, SIGCHLD, ACTION_HANDLER));
    power_off(b);
}

static CU_TestInfo tests[] = {
    { "stop and continue", test_stop_and_continue },
    { "a group stops and continues", test_stop_of_a_group },
    { "a stop that is half done", test_half_done_stop },
    { "SIGTERM to a stopped process waits for SIGCONT", test_sigterm_waits_for_sigcont },
    { "SIGKILL ends a stopped group", test_sigkill_ends_a_stopped_group },
    { "stop signals and SIGCONT cancel each other", test_stop_and_cont_cancel_each_other },
    { "SIGCONT with a handler", test_sigcont_with_a_handler },
    { "an orphaned group does not stop", test_orphaned_group_does_not_stop },
    { "the parent hears of stops", test_parent_hears_of_stops },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "stop", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
