// Nothing is lost: when everybody but init has been reaped, frames, slab objects and pids are as
// after boot, whatever the tasks did meanwhile.
#include "booted_machine.h"
#include "cunit_main.h"
#include "random_acts.h"

static void expect_fresh(struct booted *b, const struct usage *fresh)
{
    struct usage now = usage_of(b->m);

    CU_ASSERT(is_same_usage(fresh, &now));
}

static void reap(struct booted *b, s32 pid, s32 child, s32 status)
{
    CU_ASSERT_EQUAL(CALL(b, pid, wait4, (u32)child, 0, __WALL), child);
    CU_ASSERT_EQUAL(waited_status(b, pid, child), status);
}

// One child of every kind, which does nothing but end.
static void test_kinds(void)
{
    static const u32 flags[] = {
        SIGCHLD,
        0,
        SIGUSR1,
        CLONE_VM,
        CLONE_FS | SIGCHLD,
        CLONE_FILES | SIGCHLD,
        CLONE_VM | CLONE_SIGHAND,
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD,
        CLONE_NEWNS | SIGCHLD,
        CLONE_DETACHED | CLONE_UNTRACED | SIGCHLD,
        CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_VM | SIGCHLD,
    };
    struct booted *b = power_on_machine();
    struct usage fresh = usage_of(b->m);

    for (u32 i = 0; i < sizeof flags / sizeof *flags; i++) {
        s32 child = clone_with(b, 1, flags[i]);

        CU_ASSERT_TRUE(child > 1);
        exit_task(b, child, 3);
        reap(b, 1, child, 0x300);
        expect_fresh(b, &fresh);
    }
    CU_ASSERT_EQUAL(CALL(b, 1, vfork, 0), NO_RETURN);
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(exec(b, child, "/bin/true"), 0);
    exit_task(b, child, 0);
    reap(b, 1, child, 0);
    expect_fresh(b, &fresh);
    power_off(b);
}

// A process with threads, semaphore undos, files, a session and a user of its own.
static void test_rich_process(void)
{
    struct booted *b = power_on_machine();
    struct usage fresh = usage_of(b->m);
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(CALL(b, child, setsid, 0), child);
    CU_ASSERT_EQUAL(open_path(b, child, "/etc/motd", 0), 3);
    CU_ASSERT_EQUAL(CALL(b, child, dup2, 3, 1500), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, child, setrlimit, RLIMIT_NOFILE, 2000, 2000), 0);
    CU_ASSERT_EQUAL(CALL(b, child, dup2, 3, 1500), 1500);
    CU_ASSERT_EQUAL(CALL(b, child, setuid, 500), 0);
    CU_ASSERT_EQUAL(CALL(b, child, rt_sigprocmask, SIG_BLOCK, 1u << (SIGUSR1 - 1)), 0);
    s32 thread = clone_with(b, child, THREAD_FLAGS | CLONE_SYSVSEM);
    s32 grandchild = CALL(b, thread, fork, 0);
    CU_ASSERT_EQUAL(CALL(b, thread, pause, 0), NO_RETURN);
    CU_ASSERT_EQUAL(CALL(b, child, kill, (u32)grandchild, SIGRTMIN), 0);
    CU_ASSERT_EQUAL(CALL(b, child, kill, (u32)child, SIGUSR1), 0);
    CU_ASSERT_EQUAL(CALL(b, child, exit_group, 7), NO_RETURN);
    reap(b, 1, child, 0x700);
    reap(b, 1, grandchild, SIGRTMIN);
    expect_fresh(b, &fresh);
    power_off(b);
}

// More tasks than the slabs' stacks hold, reaped from the first to the last, and the other way.
static void test_many(void)
{
    struct booted *b = power_on_machine();
    struct usage fresh = usage_of(b->m);

    for (u32 backwards = 0; backwards < 2; backwards++) {
        s32 first = kernel(b->m)->last_pid + 1;
        s32 last = first + 99;

        for (s32 pid = first; pid <= last; pid++)
            CU_ASSERT_EQUAL(CALL(b, 1, fork, 0), pid);
        for (s32 pid = first; pid <= last; pid++)
            exit_task(b, pid, 0);
        for (s32 i = 0; i < 100; i++)
            reap(b, 1, backwards ? last - i : first + i, 0);
        expect_fresh(b, &fresh);
    }
    power_off(b);
}

static void test_random(void)
{
    for (u64 seed = 1; seed <= 12; seed++) {
        struct booted *b = power_on_machine();
        struct randomness r = { seed * 0x9E3779B97F4A7C15ull, 40, seed % 3 == 0, false };
        // The page cache keeps what anybody reads of init's file.
        for (u32 page = 0; page < 3; page++)
            load(b, 1, 0x08048000 + page * PAGE_SIZE, 1);
        s32 fd = open_path(b, 1, "/etc/motd", 0);
        CU_ASSERT_EQUAL(read_some(b, 1, fd, 1), 1);
        CALL(b, 1, close, (u32)fd);
        struct usage fresh = usage_of(b->m);

        for (u32 i = 0; i < 400 && !b->unsound; i++)
            act_at_random(b, &r);
        end_all_but_init(b);
        expect_fresh(b, &fresh);
        power_off(b);
    }
}

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "a child of every kind", test_kinds },
        { "a process with everything", test_rich_process },
        { "a hundred children", test_many },
        { "random trees end without a trace", test_random },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "leaks", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
