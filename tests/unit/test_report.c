// Text reports about tasks, their stacks, and the kernel's tables.
#include "reported_session.h"

#include "cunit_main.h"

#include <string.h>

static void test_tasks(void)
{
    open_session("boot sh; fork; $!: exit 3");
    report_ps(m, &out);
    CU_ASSERT_TRUE(has(">*     2      2      1  R "));
    CU_ASSERT_TRUE(has("       3      3      2  Z "));
    CU_ASSERT_TRUE(has("sh               exit 3\n"));
    CU_ASSERT_TRUE(has("init             wait4\n"));
    strbuf_clear(&out);
    report_pstree(m, &out);
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "0 swapper\n└─ 1 init\n   └─ 2 sh ▶ *\n"
                                              "      └─ 3 sh <zombie, exit 3>\n");
    strbuf_clear(&out);
    CU_ASSERT_FALSE(report_task(m, 77, 0, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "no task has PID 77");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_task(m, 3, 0, &out));
    CU_ASSERT_TRUE(has("exit_state                  16 EXIT_ZOMBIE"));
    CU_ASSERT_TRUE(has("exit_code                   768 (exit 3)"));
    CU_ASSERT_TRUE(has("memory\n"));
    close_session();
}

// The bit of a word of report_task_groups.
static u32 group_bit(const char *word)
{
    u32 bit = 1;

    for (const char *at = report_task_groups; at < strstr(report_task_groups, word); at++)
        bit <<= *at == ' ';
    return bit;
}

static void test_task_groups(void)
{
    open_session("boot sh; fork; $!: exit 3");
    CU_ASSERT_TRUE(report_task(m, 3, group_bit("state"), &out));
    CU_ASSERT_TRUE(has("state\n  state                       32 EXIT_DEAD\n"
                       "  exit_state                  16 EXIT_ZOMBIE\n"));
    CU_ASSERT_FALSE(has("family\n"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_task_pair(m, 2, 3, 0, &out));
    CU_ASSERT_TRUE(has("  pid                 2                           3\n"));
    CU_ASSERT_TRUE(has("  exit_state          0                           16 EXIT_ZOMBIE\n"));
    CU_ASSERT_FALSE(has("  comm "));
    CU_ASSERT_FALSE(report_task_pair(m, 2, 77, 0, &out));
    strbuf_clear(&out);
    u32 groups = group_bit("family") | group_bit("stack") | group_bit("all");
    CU_ASSERT_TRUE(report_task(m, 2, groups, &out));
    CU_ASSERT_TRUE(has("family\n"));
    CU_ASSERT_TRUE(has("group_leader "));
    CU_ASSERT_TRUE(has("kernel stack\n"));
    CU_ASSERT_FALSE(has("state\n"));
    close_session();
}

static void test_threads_fold(void)
{
    open_session(
        "clone CLONE_VM|CLONE_SIGHAND|CLONE_THREAD; clone CLONE_VM|CLONE_SIGHAND|CLONE_THREAD");
    report_pstree(m, &out);
    CU_ASSERT_TRUE(has("1 init {2 threads}"));
    close_session();
}

static void test_stack(void)
{
    open_session("boot sh");
    CU_ASSERT_TRUE(report_bt(m, 1, &out));
    const char *const frames[] = { "#0 ",
                                   " context_switch at ",
                                   "#1 ",
                                   " schedule at ",
                                   "#2 ",
                                   " do_wait at ",
                                   "#3 ",
                                   " sys_wait4 at ",
                                   "#4 ",
                                   " system_call at ",
                                   "ORIG_EAX: 114 wait4",
                                   NULL };
    CU_ASSERT_TRUE(has_in_order(frames));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_stack(m, 1, &out));
    const char *const parts[] = { "esp0",        "pt_regs", "wait4(-1, 0, 0)",
                                  "system_call", "do_wait", "context_switch",
                                  "<- esp",      "free",    "thread_info",
                                  "(1 init)",    NULL };
    CU_ASSERT_TRUE(has_in_order(parts));
    CU_ASSERT_TRUE(has("& ffffe000 = "));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_bt(m, 2, &out)); // in user mode
    CU_ASSERT_TRUE(has("the kernel stack is empty"));
    run_in_session("fork"); // the child has lost the CPU by an interrupt
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_stack(m, 3, &out));
    CU_ASSERT_TRUE(has(" pt_regs               interrupt 0x20\n"));
    close_session();
}

static void test_tables(void)
{
    open_session("boot sh; fork");
    report_slabs(m, &out);
    CU_ASSERT_TRUE(has("  task_struct        1264          3      3      1     4k  8, "));
    strbuf_clear(&out);
    report_pidmap(m, &out);
    CU_ASSERT_TRUE(has(" last_pid 3, next 4\n in use: 0-3\n"));
    strbuf_clear(&out);
    report_runq(m, &out);
    CU_ASSERT_TRUE(has("3 sh"));
    CU_ASSERT_TRUE(has(">2 sh"));
    strbuf_clear(&out);
    report_kmem(m, &out);
    CU_ASSERT_TRUE(has("TOTAL MEM     16384"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_files(m, 3, &out));
    CU_ASSERT_TRUE(has("keep   /dev/console\n"));
    run_in_session("3: signal SIGUSR1 handler; 3: sigprocmask block SIGUSR2; kill -USR2 3");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sig(m, 3, &out));
    CU_ASSERT_TRUE(has(" blocked        SIGUSR2\n"));
    CU_ASSERT_TRUE(has(" shared pending SIGUSR2\n"));
    CU_ASSERT_TRUE(has(" SIGUSR1        handler "));
    CU_ASSERT_TRUE(has(": SIGUSR2 code 0 from 2\n"));
    run_in_session("3: sigprocmask set 1 2 3 4 5 6 7 8 10 11");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sig(m, 3, &out));
    CU_ASSERT_TRUE(has(" SIGBUS SIGFPE and 2 more\n"));
    close_session();
}

// pidmap says beforehand which PID the next fork gets, at every end of the numbers.
static void test_next_pid(void)
{
    open_session("sysctl procarium.last_pid 32766; fork");
    report_pidmap(m, &out);
    CU_ASSERT_TRUE(has(" last_pid 32767, next 300 (wraps around)\n"));
    run_in_session("fork; expect 300; sysctl procarium.last_pid 32766");
    strbuf_clear(&out);
    report_pidmap(m, &out);
    CU_ASSERT_TRUE(has(" last_pid 32766, next 301 (wraps around)\n"));
    run_in_session("fork; expect 301");
    close_session();
    open_session("sysctl kernel.pid_max 302; sysctl procarium.last_pid 299; fork; fork");
    report_pidmap(m, &out);
    CU_ASSERT_TRUE(has(" last_pid 301, next none: all in use\n"));
    run_in_session("fork; expect -EAGAIN; kill -KILL 300; wait");
    strbuf_clear(&out);
    report_pidmap(m, &out);
    CU_ASSERT_TRUE(has(" last_pid 301, next 300 (wraps around)\n"));
    run_in_session("fork; expect 300");
    close_session();
}

// A report walks what it finds at every step inside a command: nothing may stop it.
static void test_every_step(void)
{
    open_session("boot sh; fork; $!: exit 3; wait; vfork; $!: exec /bin/ls; clone "
                 "CLONE_VM|CLONE_SIGHAND|CLONE_THREAD; fork; kill -STOP $!; kill -CONT $!");
    u64 commands = machine_position(m).commands;
    u32 steps = 0;

    run_in_session("goto 0");
    while (machine_position(m).command < commands && steps++ < 20000) {
        run_in_session("step");
        strbuf_clear(&out);
        report_ps(m, &out);
        report_pstree(m, &out);
        report_runq(m, &out);
        report_step_sentence(m, &out);
        for (s32 pid = 0; pid < 8; pid++) {
            report_task(m, pid, 0, &out);
            report_stack(m, pid, &out);
            report_bt(m, pid, &out);
            report_files(m, pid, &out);
            report_sig(m, pid, &out);
        }
        CU_ASSERT_TRUE_FATAL(strlen(strbuf_text(&out)) == out.length);
    }
    CU_ASSERT_TRUE(steps > 500);
    close_session();
}

static CU_TestInfo tests[] = {
    { "ps, pstree and task say who is there", test_tasks },
    { "task shows the groups that are wanted", test_task_groups },
    { "threads are folded", test_threads_fold },
    { "bt and stack show the frames of a sleeper", test_stack },
    { "the kernel's tables are shown", test_tables },
    { "the next PID is foretold", test_next_pid },
    { "every report holds at every step", test_every_step },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "report", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
