// fork, vfork, clone and exec without memory: at each allocation in turn, ENOMEM, and everything
// is as before.
#include "booted_machine.h"
#include "cunit_main.h"
#include "hoard.h"

#include <string.h>

static const struct call fork_call = { .nr = __NR_fork };

#define EXEC_OPEN_FILE 2u // which of exec's allocations that is

// What a call fails with that has memory for its first n allocations.
static s32 error_without(s32 nr, u32 n)
{
    return nr == __NR_execve && n == EXEC_OPEN_FILE ? ENFILE : ENOMEM;
}

// At each of the `expected` first allocations of the call; behind them lies the point from which
// exec cannot return. From private_from on, exec has a handler table of its own already, which it
// keeps.
static void fail_until(struct booted *b, s32 pid, struct call call, u32 expected, u32 private_from)
{
    struct allocations a = allocations_of(b, pid, call);
    struct usage before = usage_of(b->m);
    u64 position = machine_position(b->m).command;
    s32 last_pid = kernel(b->m)->last_pid;
    bool creates = call.nr != __NR_execve;

    CU_ASSERT_TRUE(creates ? a.count == expected : a.count > expected);
    for (u32 n = 0; n < expected; n++) {
        bool same = false;
        s32 value = make_with_memory_for(b, pid, call, &a, n, &same);
        struct usage after = usage_of(b->m);

        CU_ASSERT_EQUAL(value, -error_without(call.nr, n));
        CU_ASSERT_TRUE(refused(b, pid, error_without(call.nr, n), REFUSED_NO_MEMORY));
        if (n < private_from) {
            CU_ASSERT_TRUE(same);
            CU_ASSERT_TRUE(is_same_usage(&before, &after));
        }
        CU_ASSERT_EQUAL(kernel(b->m)->last_pid, last_pid + creates); // taken, and given back
        if (creates)
            CU_ASSERT_FALSE(is_pid_in_use(b->m, last_pid + 1));
        CU_ASSERT_TRUE(machine_goto(b->m, position));
    }
    CU_ASSERT_NOT_EQUAL(make_with_memory_for(b, pid, call, &a, a.count, NULL), -ENOMEM);
    CU_ASSERT_TRUE(machine_goto(b->m, position));
}

static void fail_everywhere(struct booted *b, s32 pid, struct call call, u32 expected)
{
    fail_until(b, pid, call, expected, expected);
}

// A child of init that has made the call's caches warm.
static struct booted *warm_machine(u32 thread_size, struct call call)
{
    struct boot_options options = boot_defaults;

    options.thread_size = thread_size;
    struct booted *b = power_on_with(&options, 0);
    for (u32 i = 0; i < 2; i++) {
        make(b, 1, call);
        exit_task(b, console(b->m)->last_child, 0);
        CALL(b, 1, wait4, (u32)-1, 0, __WALL);
    }
    return b;
}

static void test_fork(void)
{
    for (u32 size = 4096; size <= 8192; size *= 2) {
        struct booted *b = warm_machine(size, fork_call);

        // task_struct, stack, files, fs, sighand, signal, mm, pgd, text, page table, data, heap,
        // stack, page table
        fail_everywhere(b, 1, fork_call, 14);
        power_off(b);
    }
}

static void test_vfork(void)
{
    struct call call = { .nr = __NR_vfork };
    struct booted *b = warm_machine(8192, call);

    fail_everywhere(b, 1, call, 6);
    power_off(b);
}

static void test_thread(void)
{
    struct call call = { .nr = __NR_clone, .args = { THREAD_FLAGS } };
    struct booted *b = power_on_machine();

    for (u32 i = 0; i < 2; i++)
        exit_task(b, new_thread(b, 1), 0);
    fail_everywhere(b, 1, call, 2);
    power_off(b);
}

static void test_namespace_and_undos(void)
{
    struct call call = { .nr = __NR_clone, .args = { CLONE_NEWNS | CLONE_SYSVSEM | SIGCHLD } };
    struct booted *b = warm_machine(8192, call); // init has its list of undos from here on

    fail_everywhere(b, 1, call, 15);
    power_off(b);
    // The first sharer makes the list for its parent, who keeps it when the call fails later.
    b = warm_machine(8192, fork_call);
    call.args[0] = CLONE_SYSVSEM | SIGCHLD;
    struct allocations a = allocations_of(b, 1, call);
    CU_ASSERT_EQUAL(a.count, 15);
    for (u32 n = 2; n < a.count; n++) {
        CU_ASSERT_EQUAL(make_with_memory_for(b, 1, call, &a, n, NULL), -ENOMEM);
        CU_ASSERT_EQUAL(task(b, 1)->undo_list != 0, n > 2);
        if (n > 2)
            CU_ASSERT_EQUAL(at(b->m, task(b, 1)->undo_list, struct sem_undo_list)->refcnt, 1);
        CU_ASSERT_TRUE(machine_goto(b->m, machine_position(b->m).command - 1));
    }
    power_off(b);
}

static void test_large_table(void)
{
    struct booted *b = power_on_machine();

    CALL(b, 1, setrlimit, RLIMIT_NOFILE, 4000, 4000);
    CU_ASSERT_EQUAL(CALL(b, 1, dup2, 0, 2000), 2000);
    for (u32 i = 0; i < 3; i++) {
        exit_task(b, CALL(b, 1, fork, 0), 0);
        CALL(b, 1, wait4, (u32)-1, 0, 0);
    }
    fail_everywhere(b, 1, fork_call, 17); // two bit sets and an array of pointers more
    power_off(b);
}

static void test_exec(void)
{
    static const char *const strings[] = { "/bin/true", NULL };
    struct call call = { .nr = __NR_execve, .strings = strings };
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    exec(b, child, "/bin/true");
    exec(b, child, "/bin/true");
    focus_on(b, child);
    // the path's page, linux_binprm, the open file, mm, pgd, a page of strings
    fail_everywhere(b, child, call, 6);
    s32 other = clone_with(b, child, CLONE_VM | CLONE_SIGHAND | CLONE_FILES | SIGCHLD);
    exec(b, other, "/bin/true");
    exit_task(b, other, 0);
    CALL(b, child, wait4, (u32)-1, 0, 0);
    clone_with(b, child, CLONE_VM | CLONE_SIGHAND | CLONE_FILES | SIGCHLD);
    focus_on(b, child);
    fail_until(b, child, call, 8, 7); // and a handler table and a file table of its own
    power_off(b);
}

// Without memory for a table of its own, exec ends nobody.
static void test_exec_with_threads(void)
{
    static const char *const strings[] = { "/bin/true", NULL };
    struct call call = { .nr = __NR_execve, .strings = strings };
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);

    exec(b, child, "/bin/true");
    new_thread(b, child);
    exec(b, child, "/bin/true");
    s32 thread = new_thread(b, child);
    focus_on(b, child);
    struct allocations a = allocations_of(b, child, call);
    CU_ASSERT_TRUE(a.count > 7);
    for (u32 n = 0; n < 7; n++) { // up to the handler table
        u64 position = machine_position(b->m).command;
        bool same;

        CU_ASSERT_EQUAL(make_with_memory_for(b, child, call, &a, n, &same),
                        -error_without(call.nr, n));
        CU_ASSERT_TRUE(same);
        CU_ASSERT_EQUAL(state_of(b, thread), 'R');
        CU_ASSERT_TRUE(machine_goto(b->m, position));
    }
    power_off(b);
}

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "fork", test_fork },
        { "vfork", test_vfork },
        { "a thread", test_thread },
        { "a namespace and semaphore undos", test_namespace_and_undos },
        { "a large file table", test_large_table },
        { "exec", test_exec },
        { "exec with threads", test_exec_with_threads },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "no memory", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
