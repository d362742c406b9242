// No memory, at any moment of fork, of a fault, of exec and of a write: all of it works, or nothing is
// left behind.
#include "booted_machine.h"
#include "cunit_main.h"
#include "user_memory.h"

// Takes all but `left` frames; returns how many it took, to be given back.
static u32 take_all_but(struct booted *b, u32 left, kaddr *taken)
{
    u32 n = 0;

    history_begin(b->m, NULL);
    while (nr_free_pages(b->m) > left)
        taken[n++] = alloc_pages(b->m, 0);
    history_end(b->m);
    return n;
}

static void give_back(struct booted *b, const kaddr *taken, u32 n)
{
    history_begin(b->m, NULL);
    while (n-- > 0)
        free_pages(b->m, taken[n], 0);
    history_end(b->m);
}

static struct booted *small_machine(void)
{
    struct boot_options options = boot_defaults;

    options.ram_bytes = RAM_MIN;
    return power_on_with(&options, 0);
}

// The frames are taken in kernel mode by nobody in particular.
static void in_kernel(struct booted *b, bool on)
{
    history_begin(b->m, NULL);
    set(b->m, cpu(b->m)->mode, on ? CPU_KERNEL : CPU_USER);
    if (on)
        set_registers(b->m, kaddr_of(b->m, task_pt_regs(b->m, current(b->m))), 0);
    history_end(b->m);
}

static u32 starve(struct booted *b, u32 left, kaddr *taken)
{
    b->unchecked = true; // these frames are nobody's
    in_kernel(b, true);
    u32 n = take_all_but(b, left, taken);
    in_kernel(b, false);
    return n;
}

static void feed(struct booted *b, const kaddr *taken, u32 n)
{
    in_kernel(b, true);
    give_back(b, taken, n);
    in_kernel(b, false);
    b->unchecked = false;
    CU_ASSERT(is_machine_sound(b->m));
}

static kaddr taken[RAM_MIN / PAGE_SIZE];

// With k frames left, for every k: either all of it works, or nothing is left behind.
static void test_fork_without_memory(void)
{
    struct booted *b = small_machine();
    u32 refusals = 0;

    s32 parent = CALL(b, 1, fork, 0);
    uaddr here = map_anonymous(b, parent, 4 * 1024, MAP_PRIVATE);
    for (u32 i = 0; i < 4; i++) // four page tables
        put(b, parent, here + i * PGDIR_SIZE, "page");
    struct usage before = usage_of(b->m);
    for (u32 left = 0; left < 40; left++) {
        u32 n = starve(b, left, taken);
        s32 child = CALL(b, parent, fork, 0);

        CU_ASSERT(child > 0 || child == -ENOMEM);
        refusals += child == -ENOMEM;
        if (child > 0) {
            exit_task(b, child, 0);
            CALL(b, parent, wait4, (u32)child);
        }
        feed(b, taken, n);
        struct usage after = usage_of(b->m);
        CU_ASSERT(is_same_usage(&before, &after));
        CU_ASSERT(holds(b, parent, here, "page"));
        CU_ASSERT(put(b, parent, here, "page"));
    }
    CU_ASSERT(refusals > 4);
    power_off(b);
}

static void test_fault_without_memory(void)
{
    struct booted *b = small_machine();
    uaddr heap = heap_of(b, 1);
    u32 deaths = 0;

    put(b, 1, heap, "old");
    for (u32 left = 0; left < 6; left++) {
        s32 child = CALL(b, 1, fork, 0);
        uaddr here = map_anonymous(b, child, 1, MAP_PRIVATE);
        u32 n = starve(b, left, taken);

        for (int i = 0; i < 2; i++) {
            if (task(b, child)->exit_state || put(b, child, i ? here : heap, "new"))
                continue;
            deaths++;
            CU_ASSERT_EQUAL(fault_kind(b), FAULT_OOM);
            CU_ASSERT_EQUAL(task(b, child)->exit_code, SIGKILL);
        }
        feed(b, taken, n);
        CU_ASSERT(holds(b, 1, heap, "old"));
        if (is_able(b, child))
            exit_task(b, child, 0);
        CALL(b, 1, wait4, (u32)child);
    }
    CU_ASSERT(deaths >= 1);
    // init is not killed.
    u32 n = starve(b, 0, taken);
    CU_ASSERT_FALSE(put(b, 1, heap + PAGE_SIZE, "x"));
    CU_ASSERT_EQUAL(state_of(b, 1), 'R');
    feed(b, taken, n);
    CU_ASSERT(put(b, 1, heap + PAGE_SIZE, "x"));
    power_off(b);
}

// So many arguments that their addresses alone need several pages of the new stack.
static s32 exec_with_arguments(struct booted *b, s32 pid)
{
    static const char *strings[5000];

    for (u32 i = 0; i < sizeof strings / sizeof *strings - 1; i++)
        strings[i] = i ? "x" : "/usr/bin/vi";
    return make(b, pid, (struct call){ .nr = __NR_execve, .strings = strings });
}

static void test_exec_without_memory(void)
{
    struct booted *b = small_machine();
    struct usage before = usage_of(b->m);
    u32 kept = 0, killed = 0, done = 0;

    for (u32 left = 0; left < 40; left++) {
        s32 child = CALL(b, 1, fork, 0);
        u32 n = starve(b, left, taken);
        s32 result = exec_with_arguments(b, child);

        if (result == -ENOMEM || result == -ENFILE) { // before the point of no return
            kept++;
            CU_ASSERT(refused(b, child, -result, REFUSED_NO_MEMORY));
            CU_ASSERT_EQUAL(state_of(b, child), 'R');
            CU_ASSERT_STRING_EQUAL(task(b, child)->comm, "init");
        } else if (state_of(b, child) == 'Z') { // behind it
            killed++;
            CU_ASSERT_EQUAL(task(b, child)->exit_code, SIGKILL);
        } else {
            done++;
            CU_ASSERT_STRING_EQUAL(task(b, child)->comm, "vi");
        }
        feed(b, taken, n);
        if (is_able(b, child))
            exit_task(b, child, 0);
        CALL(b, 1, wait4, (u32)child);
        struct usage after = usage_of(b->m);
        CU_ASSERT(is_same_usage(&before, &after));
    }
    CU_ASSERT(kept > 0 && killed > 0 && done > 0);
    power_off(b);
}

static void test_write_without_memory(void)
{
    struct booted *b = small_machine();

    CU_ASSERT_EQUAL(open_path(b, 1, "/tmp/log", O_RDWR | O_CREAT), 3);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "first"), 5);
    CU_ASSERT_EQUAL(CALL(b, 1, lseek, 3, 2 * PAGE_SIZE, 0), 2 * PAGE_SIZE);
    u32 n = starve(b, 0, taken);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "second"), -ENOMEM);
    CU_ASSERT(refused(b, 1, ENOMEM, REFUSED_NO_MEMORY));
    feed(b, taken, n);
    CU_ASSERT_EQUAL(write_text(b, 1, 3, "second"), 6);
    power_off(b);
}

static CU_TestInfo tests[] = {
    { "fork without memory", test_fork_without_memory },
    { "a fault without memory", test_fault_without_memory },
    { "exec without memory", test_exec_without_memory },
    { "a write without memory", test_write_without_memory },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "no_memory", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
