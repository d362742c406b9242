// The end of tasks: the order of things, zombies, orphans, threads, the end of init, and what
// becomes of the focus.
#include "booted_machine.h"
#include "cunit_main.h"

#define HANDLER 0x08049000u

static s32 reap(struct booted *b, s32 pid, s32 child)
{
    CU_ASSERT_EQUAL(CALL(b, pid, wait4, (u32)child, 0, __WALL), child);
    return waited_status(b, pid, child);
}

// ---- One task --------------------------------------------------------------------------------

static void test_order(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    exit_task(b, child, 3);
    CU_ASSERT(RAN(b, "system_call", "sys_exit", "do_exit", "exit_mm", "mm_release", "mmput",
                  "exit_mmap", "exit_sem", "exit_files", "put_files_struct", "exit_fs",
                  "put_fs_struct", "exit_namespace", "exit_thread", "exit_notify",
                  "forget_original_parent", "do_notify_parent", "schedule", "deactivate_task",
                  "context_switch", "__switch_to", "finish_task_switch", "__mmdrop"));
    CU_ASSERT_EQUAL(times_entered(b, "release_task"), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)-1), child);
    CU_ASSERT(RAN(b, "system_call", "sys_wait4", "do_wait", "add_wait_queue", "wait_task_zombie",
                  "release_task", "__exit_signal", "__exit_sighand", "__unhash_process",
                  "detach_pid", "detach_pid", "detach_pid", "detach_pid", "sched_exit",
                  "__put_task_struct", "free_thread_info", "free_task_struct",
                  "remove_wait_queue"));
    CU_ASSERT_EQUAL(times_entered(b, "detach_pid"), 4);
    CU_ASSERT_EQUAL(waited_status(b, 1, child), 0x300);
    power_off(b);
}

static void test_order_of_group(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);

    CU_ASSERT_EQUAL(CALL(b, process, exit_group, 4), NO_RETURN);
    CU_ASSERT(RAN(b, "sys_exit_group", "do_group_exit", "zap_other_threads", "do_exit",
                  "exit_notify", "do_signal", "do_group_exit", "do_exit", "exit_notify",
                  "release_task", "do_notify_parent"));
    CU_ASSERT_EQUAL(times_entered(b, "do_notify_parent"), 1); // when the last one is released
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(reap(b, 1, process), 0x400);
    power_off(b);
}

static void test_zombie(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    const struct task_struct *p = task(b, child);
    struct task_struct was = *p;

    CALL(b, 1, rt_sigaction, SIGCHLD, HANDLER);
    CALL(b, child, exit, 0x1234);
    CU_ASSERT_PTR_EQUAL(task(b, child), p);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(p->exit_state, EXIT_ZOMBIE);
    CU_ASSERT_EQUAL(p->state, EXIT_DEAD); // it has left the run queue for ever
    CU_ASSERT_EQUAL(p->exit_code, 0x3400);
    CU_ASSERT_TRUE(p->flags & PF_EXITING && p->flags & PF_DEAD);
    CU_ASSERT_EQUAL(p->mm, 0);
    CU_ASSERT_EQUAL(p->active_mm, 0);
    CU_ASSERT_EQUAL(p->files, 0);
    CU_ASSERT_EQUAL(p->fs, 0);
    CU_ASSERT_EQUAL(p->namespace, 0);
    CU_ASSERT_EQUAL(p->thread_info, was.thread_info); // it keeps its stack,
    CU_ASSERT_EQUAL(p->signal, was.signal);           // these two
    CU_ASSERT_EQUAL(p->sighand, was.sighand);
    CU_ASSERT_TRUE(is_pid_in_use(b->m, child)); // and its number
    CU_ASSERT_EQUAL(p->usage, 1);
    CU_ASSERT_EQUAL(p->array, 0);
    CU_ASSERT_EQUAL(kernel(b->m)->nr_threads, 2);
    CU_ASSERT_TRUE(took(b, 1, SIGCHLD, ACTION_HANDLER));
    const struct event *ended = heard(b, EVENT_ZOMBIE, child, 1);
    CU_ASSERT_TRUE(ended && ended->c == SIGCHLD);
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, 0), 0);       // it can still be addressed,
    CU_ASSERT_EQUAL(CALL(b, 1, kill, (u32)child, SIGKILL), 0); // to no effect
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(reap(b, 1, child), 0x3400);
    CU_ASSERT_FALSE(is_pid_in_use(b->m, child));
    power_off(b);
}

// A leader's number stays taken while its group or session has members.
static void test_number_of_a_group(void)
{
    struct booted *b = power_on_machine();
    s32 leader = CALL(b, 1, fork, 0);

    CALL(b, leader, setsid, 0);
    s32 member = CALL(b, leader, fork, 0);
    exit_task(b, leader, 0);
    reap(b, 1, leader);
    CU_ASSERT_EQUAL(state_of(b, leader), '-');
    CU_ASSERT_TRUE(is_pid_in_use(b->m, leader));
    exit_task(b, member, 0);
    reap(b, 1, member);
    CU_ASSERT_FALSE(is_pid_in_use(b->m, leader));
    power_off(b);
}

// ---- Orphans ---------------------------------------------------------------------------------

static void test_orphans(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 living = CALL(b, parent, fork, 0);
    s32 dead = clone_with(b, parent, SIGUSR1);

    CALL(b, parent, rt_sigaction, SIGUSR1, SIG_IGN);
    exit_task(b, dead, 7);
    CU_ASSERT_EQUAL(parent_of(b, dead), parent);
    exit_task(b, parent, 0);
    CU_ASSERT_EQUAL(parent_of(b, living), 1);
    CU_ASSERT_EQUAL(parent_of(b, dead), 1);
    CU_ASSERT_EQUAL(task(b, dead)->exit_signal, SIGCHLD); // init would not expect another
    CU_ASSERT_TRUE(heard_value(b, EVENT_REPARENT, living, parent) == 1);
    CU_ASSERT_TRUE(heard_value(b, EVENT_REPARENT, dead, parent) == 1);
    CU_ASSERT_TRUE(
        RAN(b, "forget_original_parent", "reparent_thread", "reparent_thread", "do_notify_parent"));
    // They stand at the end of init's children, in their order.
    CU_ASSERT_EQUAL(task(b, parent)->sibling.next, kaddr_of(b->m, &task(b, living)->sibling));
    CU_ASSERT_EQUAL(task(b, living)->sibling.next, kaddr_of(b->m, &task(b, dead)->sibling));
    CU_ASSERT_EQUAL(reap(b, 1, dead), 0x700);
    exit_task(b, living, 8);
    CU_ASSERT_EQUAL(reap(b, 1, living), 0x800);
    power_off(b);
}

// To a thread of the same process, if one lives, whose wait then finds them.
static void test_to_sibling(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);
    s32 child = CALL(b, thread, fork, 0);

    CU_ASSERT_EQUAL(parent_of(b, child), thread);
    CU_ASSERT_EQUAL(parent_of(b, thread), 1); // a thread is its process's sibling
    exit_task(b, thread, 0);
    CU_ASSERT_EQUAL(parent_of(b, child), process);
    s32 other = new_thread(b, process);
    exit_task(b, process, 0); // the leader: a zombie, but the group lives
    CU_ASSERT_EQUAL(parent_of(b, child), other);
    exit_task(b, child, 1);
    CU_ASSERT_EQUAL(reap(b, other, child), 0x100);
    power_off(b);
}

static void test_death_signal(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0), deaf = CALL(b, parent, fork, 0);

    CALL(b, child, prctl, PR_SET_PDEATHSIG, SIGTERM);
    CALL(b, deaf, prctl, PR_SET_PDEATHSIG, SIGTERM);
    CALL(b, deaf, rt_sigaction, SIGTERM, SIG_IGN);
    s32 grandchild = CALL(b, child, fork, 0); // it is not inherited
    CU_ASSERT_EQUAL(CALL(b, child, prctl, PR_SET_PDEATHSIG, 65), -EINVAL);
    exit_task(b, parent, 0);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_SEND, parent, child), SIGTERM);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CU_ASSERT_EQUAL(state_of(b, deaf), 'R');
    CU_ASSERT_EQUAL(state_of(b, grandchild), 'R');
    CU_ASSERT_EQUAL(parent_of(b, grandchild), 1);
    CU_ASSERT_EQUAL(reap(b, 1, child), SIGTERM);
    power_off(b);
}

// The dying parent sends it: as another user it may not.
static void test_death_signal_permission(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0);

    CALL(b, child, prctl, PR_SET_PDEATHSIG, SIGKILL);
    CALL(b, parent, setuid, 500);
    exit_task(b, parent, 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_EQUAL(parent_of(b, child), 1);
    power_off(b);
}

// "Shell job: group leader stopped, shell exits: SIGHUP + SIGCONT to the group."
static void test_orphaned_group(void)
{
    struct booted *b = power_on_machine();
    s32 shell = CALL(b, 1, fork, 0);

    CALL(b, shell, setsid, 0);
    s32 job = CALL(b, shell, fork, 0), partner = CALL(b, shell, fork, 0);
    s32 running = CALL(b, shell, fork, 0);
    CALL(b, shell, setpgid, (u32)job, (u32)job);
    CALL(b, shell, setpgid, (u32)partner, (u32)job);
    CALL(b, shell, setpgid, (u32)running, (u32)running);
    CALL(b, partner, rt_sigaction, SIGHUP, HANDLER);
    CALL(b, shell, kill, (u32)-job, SIGTSTP);
    CU_ASSERT_EQUAL(state_of(b, job), 'T');
    CU_ASSERT_EQUAL(state_of(b, partner), 'T');
    exit_task(b, shell, 0);
    CU_ASSERT_EQUAL(state_of(b, job), 'Z'); // continued, and dead of SIGHUP
    CU_ASSERT_EQUAL(state_of(b, partner), 'R');
    CU_ASSERT_TRUE(took(b, partner, SIGHUP, ACTION_HANDLER));
    CU_ASSERT_EQUAL(state_of(b, running), 'R'); // orphaned too, but not stopped
    CU_ASSERT_PTR_NULL(heard(b, EVENT_SEND, 0, running));
    CU_ASSERT_EQUAL(reap(b, 1, job), SIGHUP);
    power_off(b);
}

// Being init's child in init's session keeps nobody from being orphaned.
static void test_orphaned_in_session_of_init(void)
{
    struct booted *b = power_on_machine();
    s32 shell = CALL(b, 1, fork, 0);
    s32 job = CALL(b, shell, fork, 0);

    CALL(b, shell, setpgid, (u32)job, (u32)job);
    CALL(b, shell, kill, (u32)job, SIGSTOP);
    CU_ASSERT_EQUAL(state_of(b, job), 'T');
    exit_task(b, shell, 0);
    CU_ASSERT_EQUAL(state_of(b, job), 'Z');
    power_off(b);
}

// The same when it is the job's own member between shell and stopped child that ends.
static void test_own_group_orphaned(void)
{
    struct booted *b = power_on_machine();
    s32 shell = CALL(b, 1, fork, 0);

    CALL(b, shell, setsid, 0);
    s32 job = CALL(b, shell, fork, 0);
    CALL(b, shell, setpgid, (u32)job, (u32)job);
    s32 helper = CALL(b, job, fork, 0);
    CALL(b, helper, rt_sigaction, SIGHUP, SIG_IGN);
    CALL(b, helper, kill, (u32)helper, SIGSTOP);
    CU_ASSERT_EQUAL(state_of(b, helper), 'T');
    exit_task(b, job, 0);
    CU_ASSERT_EQUAL(state_of(b, helper), 'R');
    power_off(b);
}

// ---- Who reaps -------------------------------------------------------------------------------

static void test_ignored(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0);

    CALL(b, parent, rt_sigaction, SIGCHLD, SIG_IGN);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, child), '-');
    CU_ASSERT_PTR_NULL(heard_first(b, EVENT_SEND));
    CU_ASSERT_TRUE(RAN(b, "exit_notify", "do_notify_parent", "release_task", "schedule",
                       "finish_task_switch", "__put_task_struct"));
    CU_ASSERT_TRUE(state_change(b, child, 'R', 'X') != NULL);
    CU_ASSERT_EQUAL(CALL(b, parent, wait4, (u32)-1), -ECHILD);
    // SA_NOCLDWAIT: reaped too, but the signal comes.
    CALL(b, parent, rt_sigaction, SIGCHLD, HANDLER, SA_NOCLDWAIT);
    child = CALL(b, parent, fork, 0);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, child), '-');
    CU_ASSERT_TRUE(took(b, parent, SIGCHLD, ACTION_HANDLER));
    // The default also discards the signal, but the zombie stays.
    CALL(b, parent, rt_sigaction, SIGCHLD, SIG_DFL);
    child = CALL(b, parent, fork, 0);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    // Another exit signal is not SIGCHLD.
    CALL(b, parent, rt_sigaction, SIGCHLD, SIG_IGN);
    s32 clone = clone_with(b, parent, SIGUSR2);
    CALL(b, parent, rt_sigaction, SIGUSR2, HANDLER);
    exit_task(b, clone, 0);
    CU_ASSERT_EQUAL(state_of(b, clone), 'Z');
    CU_ASSERT_TRUE(took(b, parent, SIGUSR2, ACTION_HANDLER));
    power_off(b);
}

// A zombie whose new parent ignores SIGCHLD goes at once.
static void test_orphan_of_ignorant(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0);

    exit_task(b, child, 0);
    CALL(b, 1, rt_sigaction, SIGCHLD, SIG_IGN);
    exit_task(b, parent, 0);
    CU_ASSERT_EQUAL(state_of(b, child), '-');
    CU_ASSERT_EQUAL(state_of(b, parent), '-');
    power_off(b);
}

static void test_exit_signal(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 silent = clone_with(b, parent, 0), changed = clone_with(b, parent, SIGUSR1);

    exit_task(b, silent, 0);
    CU_ASSERT_EQUAL(state_of(b, silent), 'Z');
    CU_ASSERT_PTR_NULL(heard_first(b, EVENT_SEND));
    // After an exec of the child, and without CAP_KILL, nothing but SIGCHLD is sent.
    CALL(b, changed, setuid, 500);
    exec(b, changed, "/bin/true");
    CALL(b, parent, rt_sigaction, SIGCHLD, HANDLER);
    exit_task(b, changed, 0);
    CU_ASSERT_TRUE(took(b, parent, SIGCHLD, ACTION_HANDLER));
    CU_ASSERT_EQUAL(task(b, changed)->exit_signal, SIGCHLD);
    power_off(b);
}

// ---- Threads ---------------------------------------------------------------------------------

static void test_thread(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);

    exit_task(b, thread, 5);
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_TRUE(state_change(b, thread, 'R', 'X') != NULL);
    CU_ASSERT_EQUAL(times_entered(b, "do_notify_parent"), 0);
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, process))->count, 1);
    CU_ASSERT_EQUAL(signal_of(b->m, task(b, process))->live, 1);
    power_off(b);
}

// "Two-thread process, leader calls exit(0) only."
static void test_leader_first(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);

    CALL(b, 1, rt_sigaction, SIGCHLD, HANDLER);
    exit_task(b, process, 0);
    CU_ASSERT_EQUAL(state_of(b, process), 'Z');
    CU_ASSERT_PTR_NULL(heard_first(b, EVENT_SEND));
    CU_ASSERT_EQUAL(CALL(b, 1, wait4, (u32)-1, 0, WNOHANG), 0);
    exit_task(b, thread, 9);
    CU_ASSERT_TRUE(RAN(b, "release_task", "__unhash_process", "do_notify_parent", "sched_exit"));
    CU_ASSERT_TRUE(took(b, 1, SIGCHLD, ACTION_HANDLER));
    CU_ASSERT_EQUAL(reap(b, 1, process), 0); // the leader's code
    // With SIGCHLD ignored, the last thread takes its leader along.
    CALL(b, 1, rt_sigaction, SIGCHLD, SIG_IGN);
    process = CALL(b, 1, fork, 0);
    thread = new_thread(b, process);
    exit_task(b, process, 0);
    exit_task(b, thread, 0);
    CU_ASSERT_EQUAL(times_entered(b, "release_task"), 2);
    CU_ASSERT_EQUAL(state_of(b, process), '-');
    power_off(b);
}

// exit_group finds threads wherever they are.
static void test_exit_group(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 asleep = new_thread(b, process),
        stopped = clone_with(b, process, THREAD_FLAGS | CLONE_STOPPED);
    s32 waiting = new_thread(b, process), caller = new_thread(b, process);

    CALL(b, asleep, pause, 0);
    s32 child = CALL(b, process, fork, 0);
    CALL(b, waiting, wait4, (u32)-1);
    CU_ASSERT_EQUAL(state_of(b, waiting), 'S');
    CU_ASSERT_EQUAL(state_of(b, stopped), 'T');
    CALL(b, caller, exit_group, 6);
    CU_ASSERT_EQUAL(state_of(b, asleep), '-');
    CU_ASSERT_EQUAL(state_of(b, stopped), '-');
    CU_ASSERT_EQUAL(state_of(b, waiting), '-');
    CU_ASSERT_EQUAL(state_of(b, caller), '-');
    CU_ASSERT_EQUAL(state_of(b, process), 'Z');
    CU_ASSERT_EQUAL(parent_of(b, child), 1);
    CU_ASSERT_EQUAL(reap(b, 1, process), 0x600); // the group's code, for all of them
    power_off(b);
}

// A thread of init takes its siblings along; pid 1 itself takes no SIGKILL.
static void test_exit_group_of_init(void)
{
    struct booted *b = power_on_machine();
    s32 caller = new_thread(b, 1), sibling = new_thread(b, 1);

    CALL(b, caller, exit_group, 3);
    CU_ASSERT_EQUAL(state_of(b, caller), '-');
    CU_ASSERT_EQUAL(state_of(b, sibling), '-');
    CU_ASSERT_EQUAL(state_of(b, 1), 'R');
    CU_ASSERT_EQUAL(cpu(b->m)->panicked, 0);
    power_off(b);
}

static void test_killed_group(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);

    CALL(b, process, pause, 0);
    CALL(b, 1, kill, (u32)process, SIGTERM);
    CU_ASSERT_EQUAL(state_of(b, thread), '-');
    CU_ASSERT_EQUAL(reap(b, 1, process), SIGTERM);
    process = CALL(b, 1, fork, 0);
    CALL(b, process, setrlimit, RLIMIT_CORE, 100000, 100000);
    CALL(b, 1, kill, (u32)process, SIGSEGV);
    CU_ASSERT_EQUAL(reap(b, 1, process), 0x8B);
    power_off(b);
}

// CLONE_PARENT: a sibling, for whom the common parent waits.
static void test_clone_parent(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);
    s32 child = CALL(b, parent, fork, 0);
    s32 sibling = clone_with(b, child, CLONE_PARENT | SIGCHLD);

    CU_ASSERT_EQUAL(parent_of(b, sibling), parent);
    CALL(b, parent, rt_sigaction, SIGCHLD, HANDLER);
    exit_task(b, sibling, 2);
    CU_ASSERT_TRUE(took(b, parent, SIGCHLD, ACTION_HANDLER));
    CU_ASSERT_EQUAL(CALL(b, child, wait4, (u32)-1), -ECHILD);
    CU_ASSERT_EQUAL(reap(b, parent, sibling), 0x200);
    power_off(b);
}

// ---- vfork, init, slices, focus ----------------------------------------------------------------

static void test_vfork_is_deaf(void)
{
    struct booted *b = power_on_machine();
    s32 parent = CALL(b, 1, fork, 0);

    CALL(b, parent, vfork, 0);
    s32 child = console(b->m)->last_child;
    CALL(b, 1, kill, (u32)parent, SIGKILL);
    CU_ASSERT_EQUAL(state_of(b, parent), 'D');
    CU_ASSERT_TRUE(signal_pending(b->m, task(b, parent)));
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, parent), 'Z');
    CU_ASSERT_PTR_NULL(heard(b, EVENT_RETURN, parent, __NR_vfork)); // it never saw user mode
    CU_ASSERT_EQUAL(reap(b, 1, parent), SIGKILL);
    power_off(b);
}

static void test_init(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    u64 position = machine_position(b->m).command;

    b->unchecked = true;
    CALL(b, 1, exit, 0);
    CU_ASSERT_EQUAL(cpu(b->m)->panicked, PANIC_KILLED_INIT);
    CU_ASSERT_TRUE(heard(b, EVENT_PANIC, 1, PANIC_KILLED_INIT) != NULL);
    CU_ASSERT_FALSE(is_able(b, 1) || is_able(b, child));
    CU_ASSERT_TRUE(machine_goto(b->m, position));
    CU_ASSERT_EQUAL(cpu(b->m)->panicked, 0);
    b->unchecked = false;
    CU_ASSERT_TRUE(CALL(b, 1, fork, 0) > 0);
    b->unchecked = true;
    CALL(b, 1, exit_group, 0);
    CU_ASSERT_EQUAL(cpu(b->m)->panicked, PANIC_KILLED_INIT);
    CU_ASSERT_TRUE(machine_goto(b->m, position));
    b->unchecked = false;
    CALL(b, child, kill, 1, SIGKILL); // accepted, and of no effect
    CU_ASSERT_EQUAL(state_of(b, 1), 'R');
    CU_ASSERT_TRUE(took(b, 1, SIGKILL, ACTION_IGNORE));
    power_off(b);
}

static void set_slices(struct booted *b, s32 parent, u32 parents, s32 child, u32 childs,
                       bool is_first)
{
    history_begin(b->m, NULL);
    set(b->m, task(b, parent)->time_slice, parents);
    set(b->m, task(b, child)->time_slice, childs);
    set(b->m, task(b, child)->first_time_slice, (u32)is_first);
    history_end(b->m);
}

static void test_slices(void)
{
    static const u32 table[][4] = {
        { 50, 50, 1, 100 }, { 50, 50, 0, 50 },  { 30, 20, 1, 50 },
        { 80, 50, 1, 100 }, { 100, 1, 1, 100 },
    };
    struct booted *b = power_on_machine();

    for (u32 i = 0; i < 5; i++) {
        s32 child = CALL(b, 1, fork, 0);

        exit_task(b, child, 0);
        set_slices(b, 1, table[i][0], child, table[i][1], table[i][2]);
        reap(b, 1, child);
        CU_ASSERT_EQUAL(task(b, 1)->time_slice, table[i][3]);
    }
    power_off(b);
}

static void test_focus(void)
{
    struct booted *b = power_on_machine();
    s32 process = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, process);
    s32 child = CALL(b, process, fork, 0);

    focus_on(b, child);
    CU_ASSERT_EQUAL(current_pid(b), child);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(console(b->m)->focus, process);
    CU_ASSERT_EQUAL(current_pid(b), process);
    focus_on(b, thread);
    CALL(b, 1, kill, (u32)process, SIGKILL);
    CU_ASSERT_EQUAL(console(b->m)->focus, 1);
    power_off(b);
}

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "the order of exit and of release", test_order },
        { "the order of exit_group", test_order_of_group },
        { "a zombie", test_zombie },
        { "the number of a group", test_number_of_a_group },
        { "orphans go to init", test_orphans },
        { "or to a sibling thread", test_to_sibling },
        { "the parent's death as a signal", test_death_signal },
        { "which not everybody may send", test_death_signal_permission },
        { "a stopped job of a shell that ends", test_orphaned_group },
        { "in init's session, too", test_orphaned_in_session_of_init },
        { "a stopped job whose leader ends", test_own_group_orphaned },
        { "a parent that ignores SIGCHLD", test_ignored },
        { "an init that does", test_orphan_of_ignorant },
        { "other exit signals", test_exit_signal },
        { "a thread", test_thread },
        { "a leader before its thread", test_leader_first },
        { "exit_group", test_exit_group },
        { "exit_group by a thread of init", test_exit_group_of_init },
        { "a group that is killed", test_killed_group },
        { "CLONE_PARENT", test_clone_parent },
        { "a vfork parent hears no SIGKILL", test_vfork_is_deaf },
        { "the end of init", test_init },
        { "slices given back", test_slices },
        { "the focus passes on", test_focus },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "exit", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
