// Who gets the CPU: settling and not settling, acting as another task, yielding, and the program
// that init runs.
#include "booted_machine.h"
#include "cunit_main.h"

// ---- Settling --------------------------------------------------------------------------------

// Everybody who has something to do in the kernel does it; then the focus has the CPU again.
static void test_on(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(child, 2);
    CU_ASSERT_EQUAL(current_pid(b), 1);
    CU_ASSERT_EQUAL(cpu(b->m)->mode, CPU_USER);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, child, __NR_fork), 0);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, 1, __NR_fork), child);
    CU_ASSERT_EQUAL(heard_count(b, EVENT_SWITCH), 2);
    power_off(b);
}

// Without settling a command ends where its task is in user mode or has lost the CPU.
static void test_off(void)
{
    struct booted *b = power_on_machine();

    turn_settle(b, false);
    CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), NO_RETURN); // the child came first
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(current_pid(b), child);
    CU_ASSERT_EQUAL(heard_count(b, EVENT_RETURN), 1);
    CU_ASSERT_TRUE(task_pt_regs(b->m, task(b, 1))->orig_eax == __NR_fork);
    CU_ASSERT_TRUE(has_kernel_work(b->m, task(b, 1)));
    // Whoever acts returns from what it was in, first.
    CU_ASSERT_EQUAL(CALL(b, 1, kill, 1, 0), 0);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, 1, __NR_fork), child);
    CU_ASSERT_EQUAL(current_pid(b), 1);
    // A thread is not run at all before it is its turn.
    s32 thread = new_thread(b, 1);
    CU_ASSERT_EQUAL(task(b, thread)->thread.eip, ksym_address(KSYM_ret_from_fork));
    CU_ASSERT_EQUAL(CALL(b, child, kill, (u32)thread, 0), 0);
    CU_ASSERT_EQUAL(task(b, thread)->thread.eip, ksym_address(KSYM_ret_from_fork));
    // A signal waits for its taker to run.
    CALL(b, 1, kill, (u32)child, SIGTERM);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_TRUE(signal_pending(b->m, task(b, child)));
    turn_settle(b, true);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, thread, __NR_clone), 0);
    CU_ASSERT_FALSE(has_kernel_work(b->m, task(b, thread)));
    power_off(b);
}

// A chain of wake-ups in one command: a child's end, its parent's, and that one's.
static void test_chain(void)
{
    struct booted *b = power_on_machine();
    s32 a = CALL(b, 1, fork, 0);
    s32 second = CALL(b, a, fork, 0), third = CALL(b, second, fork, 0);

    CALL(b, second, wait4, (u32)-1);
    CALL(b, a, vfork, 0);
    s32 child = console(b->m)->last_child;
    CALL(b, child, kill, (u32)a, SIGTERM); // in D: later
    exit_task(b, third, 0);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, second, __NR_wait4), third);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, a), 'Z');
    CU_ASSERT_EQUAL(parent_of(b, second), 1);
    for (const struct task_struct *p = first_process(b->m); p; p = next_process(b->m, p))
        CU_ASSERT_FALSE(p != current(b->m) && has_kernel_work(b->m, p));
    power_off(b);
}

// What settling does at once, a person may do step by step: the end is the same.
static void test_same_end(void)
{
    struct booted *b = power_on_machine(), *twin = power_on_machine();
    s32 child = CALL(b, 1, fork, 0), second = CALL(b, child, fork, 0);

    CALL(b, child, wait4, (u32)-1);
    exit_task(b, second, 3);

    turn_settle(twin, false);
    CALL(twin, 1, fork, 0);
    CALL(twin, child, fork, 0);
    CALL(twin, child, wait4, (u32)-1);
    CALL(twin, second, exit, 3);
    turn_settle(twin, true);
    CU_ASSERT_EQUAL(state_of(twin, child), state_of(b, child));
    CU_ASSERT_EQUAL(state_of(twin, second), state_of(b, second));
    struct usage one = usage_of(b->m), two = usage_of(twin->m);
    CU_ASSERT_TRUE(is_same_usage(&one, &two));
    CU_ASSERT_EQUAL(task_pt_regs(twin->m, task(twin, child))->eax, (u32)second);
    power_off(b);
    power_off(twin);
}

// ---- Acting and switching ----------------------------------------------------------------------

// A task that is not on the CPU gets it first: an interrupt, schedule(), a switch.
static void test_actor(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    const struct runqueue *q = rq(b->m);
    u64 switches = q->nr_switches;

    CU_ASSERT_EQUAL(CALL(b, child, nice, 0), 0);
    CU_ASSERT(RAN(b, "ret_from_intr", "schedule", "context_switch", "__switch_to", "system_call",
                  "sys_nice", "ret_from_intr", "schedule", "context_switch"));
    CU_ASSERT_EQUAL(q->nr_switches, switches + 2); // there, and back to the focus
    CU_ASSERT_EQUAL(current_pid(b), 1);
    CU_ASSERT_EQUAL(q->curr, kaddr_of(b->m, task(b, 1)));
    focus_on(b, child);
    CU_ASSERT_EQUAL(current_pid(b), child);
    switches = q->nr_switches;
    CALL(b, child, nice, 0);
    CU_ASSERT_EQUAL(q->nr_switches, switches); // it stood there already
    CU_ASSERT_EQUAL(times_entered(b, "schedule"), 0);
    CU_ASSERT_EQUAL(heard_count(b, EVENT_SWITCH), 0);
    power_off(b);
}

// A focus that sleeps does not get the CPU; nobody runnable: the idle task.
static void test_idle(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    focus_on(b, child);
    CALL(b, child, pause, 0);
    CU_ASSERT_EQUAL(console(b->m)->focus, child);
    CU_ASSERT_EQUAL(current_pid(b), 1);
    CALL(b, 1, pause, 0);
    CU_ASSERT_EQUAL(current_pid(b), 0);
    CU_ASSERT_TRUE(is_idle_task(b->m, current(b->m)));
    CU_ASSERT_EQUAL(rq(b->m)->nr_running, 0);
    CU_ASSERT_FALSE(is_able(b, 0) || is_able(b, 1) || is_able(b, child));
    machine_goto(b->m, machine_position(b->m).command - 1);
    CU_ASSERT_EQUAL(current_pid(b), 1);
    power_off(b);
}

static void test_cannot_act(void)
{
    struct booted *b = power_on_machine();
    s32 zombie = CALL(b, 1, fork, 0), stopped = clone_with(b, 1, CLONE_STOPPED | SIGCHLD);
    s32 asleep = CALL(b, 1, fork, 0), deaf = CALL(b, 1, fork, 0);
    struct strbuf why = STRBUF_INIT;

    exit_task(b, zombie, 0);
    CALL(b, asleep, pause, 0);
    CALL(b, deaf, vfork, 0);
    s32 pids[] = { 0, zombie, stopped, asleep, deaf };
    for (u32 i = 0; i < sizeof pids / sizeof *pids; i++) {
        const struct task_struct *p = pids[i] ? task(b, pids[i]) : &kernel(b->m)->init_task;

        strbuf_clear(&why);
        CU_ASSERT_FALSE(can_act(b->m, p, &why));
        CU_ASSERT_TRUE(why.length > 0);
    }
    strbuf_finish(&why);
    power_off(b);
}

static void test_yield(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    turn_settle(b, false);
    CU_ASSERT_EQUAL(CALL(b, 1, sched_yield, 0), NO_RETURN);
    CU_ASSERT(RAN(b, "system_call", "sys_sched_yield", "schedule", "context_switch"));
    CU_ASSERT_EQUAL(current_pid(b), child);
    CU_ASSERT_EQUAL(task(b, 1)->array, rq(b->m)->expired);
    CU_ASSERT_EQUAL(task(b, child)->array, rq(b->m)->active);
    CU_ASSERT_EQUAL(state_of(b, 1), 'R');
    // All have yielded: the arrays change places, and the first one has its turn.
    CU_ASSERT_EQUAL(CALL(b, child, sched_yield, 0), NO_RETURN);
    CU_ASSERT_EQUAL(current_pid(b), 1);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_RETURN, 1, __NR_sched_yield), 0);
    CU_ASSERT_EQUAL(task(b, 1)->array, rq(b->m)->active);
    turn_settle(b, true);
    CU_ASSERT_EQUAL(CALL(b, 1, sched_yield, 0), 0);
    power_off(b);
}

// Alone in the run queue, a task that yields goes on at once.
static void test_yield_alone(void)
{
    struct booted *b = power_on_machine();
    u64 switches = rq(b->m)->nr_switches;

    CU_ASSERT_EQUAL(CALL(b, 1, sched_yield, 0), 0);
    CU_ASSERT_EQUAL(rq(b->m)->nr_switches, switches);
    power_off(b);
}

// ---- boot sh -----------------------------------------------------------------------------------

static void test_boot_shell(void)
{
    struct booted *b = power_on_shell();

    CU_ASSERT_TRUE(is_machine_sound(b->m));
    CU_ASSERT_EQUAL(console(b->m)->focus, 2);
    CU_ASSERT_EQUAL(current_pid(b), 2);
    CU_ASSERT_EQUAL(state_of(b, 1), 'S');
    CU_ASSERT_EQUAL(task_pt_regs(b->m, task(b, 1))->orig_eax, __NR_wait4);
    CU_ASSERT_STRING_EQUAL(task(b, 2)->comm, "sh");
    CU_ASSERT_EQUAL(parent_of(b, 2), 1);
    CU_ASSERT_EQUAL(console(b->m)->has_last_value, 0);
    power_off(b);
}

static void test_orphans(void)
{
    struct booted *b = power_on_shell();
    s32 child = CALL(b, 2, fork, 0);
    s32 living = CALL(b, child, fork, 0), dead = CALL(b, child, fork, 0);

    exit_task(b, dead, 1);
    CU_ASSERT_EQUAL(state_of(b, dead), 'Z');
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z'); // the shell's own
    CU_ASSERT_EQUAL(state_of(b, dead), '-');  // init has reaped it at once
    CU_ASSERT_EQUAL(waited_status(b, 1, dead), 0x100);
    CU_ASSERT_EQUAL(state_of(b, 1), 'S');
    exit_task(b, living, 2);
    CU_ASSERT_EQUAL(state_of(b, living), '-');
    CU_ASSERT_EQUAL(waited_status(b, 1, living), 0x200);
    CU_ASSERT_EQUAL(current_pid(b), 2);
    power_off(b);
}

static void test_respawn(void)
{
    struct booted *b = power_on_shell();
    s32 child = CALL(b, 2, fork, 0);

    exit_task(b, 2, 0);
    s32 shell = console(b->m)->shell;
    CU_ASSERT_TRUE(shell > child);
    CU_ASSERT_EQUAL(state_of(b, 2), '-');
    CU_ASSERT_STRING_EQUAL(task(b, shell)->comm, "sh");
    CU_ASSERT_EQUAL(console(b->m)->focus, shell);
    CU_ASSERT_EQUAL(current_pid(b), shell);
    CU_ASSERT_EQUAL(parent_of(b, child), 1);
    CU_ASSERT_EQUAL(state_of(b, 1), 'S');
    // Killed from elsewhere, with the focus on somebody else, who keeps it.
    focus_on(b, child);
    CALL(b, child, kill, (u32)shell, SIGKILL);
    CU_ASSERT_EQUAL(state_of(b, shell), '-');
    CU_ASSERT_TRUE(console(b->m)->shell > shell);
    CU_ASSERT_EQUAL(console(b->m)->focus, child);
    machine_goto(b->m, 0);
    CU_ASSERT_EQUAL(console(b->m)->shell, 2);
    power_off(b);
}

// No room for a new shell: init goes on reaping, and tries again after each child.
static void test_no_respawn(void)
{
    struct booted *b = power_on_shell();
    s32 child = CALL(b, 2, fork, 0), second = CALL(b, 2, fork, 0);

    tune(b, "kernel.threads-max", 1);
    exit_task(b, 2, 0);
    CU_ASSERT_EQUAL(state_of(b, 2), '-');
    CU_ASSERT_EQUAL(state_of(b, 1), 'S');
    CU_ASSERT_FALSE(is_able(b, 1));
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, child), '-');
    CU_ASSERT_TRUE(console(b->m)->shell == 2);
    tune(b, "kernel.threads-max", 100);
    exit_task(b, second, 0);
    CU_ASSERT_TRUE(console(b->m)->shell > second);
    CU_ASSERT_STRING_EQUAL(task(b, console(b->m)->shell)->comm, "sh");
    CU_ASSERT_EQUAL(current_pid(b), console(b->m)->shell);
    power_off(b);
}

// Nobody is left and no shell can be made: init sleeps, and the machine stands still.
static void test_nobody(void)
{
    struct booted *b = power_on_shell();

    tune(b, "kernel.threads-max", 1);
    exit_task(b, 2, 0);
    CU_ASSERT_EQUAL(state_of(b, 1), 'S');
    CU_ASSERT_EQUAL(current_pid(b), 0);
    power_off(b);
}

// With settling off, init's turn comes when the person gives it.
static void test_shell_unsettled(void)
{
    struct booted *b = power_on_shell();
    s32 child = CALL(b, 2, fork, 0), orphan = CALL(b, child, fork, 0);

    exit_task(b, child, 0);
    turn_settle(b, false);
    CALL(b, orphan, exit, 0);
    CU_ASSERT_EQUAL(state_of(b, orphan), 'Z');
    turn_settle(b, true);
    CU_ASSERT_EQUAL(state_of(b, orphan), '-');
    CU_ASSERT_EQUAL(state_of(b, 1), 'S');
    power_off(b);
}

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "settling", test_on },
        { "not settling", test_off },
        { "a chain of wake-ups", test_chain },
        { "step by step", test_same_end },
        { "acting as another task", test_actor },
        { "nobody to run", test_idle },
        { "who can't act", test_cannot_act },
        { "yielding", test_yield },
        { "yielding alone", test_yield_alone },
        { "boot sh", test_boot_shell },
        { "init reaps orphans", test_orphans },
        { "init starts a new shell", test_respawn },
        { "or cannot", test_no_respawn },
        { "and nobody is left", test_nobody },
        { "init without settling", test_shell_unsettled },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "settle", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
