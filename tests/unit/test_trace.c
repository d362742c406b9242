// What happened in a command, function by function, and what it changed.
#include "reported_session.h"

#include "cunit_main.h"

#include <string.h>

// The order of copy_process(), facts 3.5.
static void test_fork_order(void)
{
    const char *const steps[] = { "system_call() {",
                                  "sys_fork() {",
                                  "do_fork() {",
                                  "alloc_pidmap() {",
                                  "= 2",
                                  "copy_process() {",
                                  "dup_task_struct() {",
                                  "alloc_task_struct() {",
                                  "alloc_thread_info() {",
                                  "copy_flags()",
                                  "copy_semundo()",
                                  "copy_files() {",
                                  "copy_fs() {",
                                  "copy_sighand() {",
                                  "copy_signal() {",
                                  "copy_mm() {",
                                  "dup_mmap()",
                                  "copy_namespace()",
                                  "copy_thread()",
                                  "sched_fork()",
                                  "attach_pid()",
                                  "attach_pid()",
                                  "attach_pid()",
                                  "attach_pid()",
                                  "wake_up_new_task()",
                                  "schedule() {",
                                  "context_switch() {",
                                  "── 1 init → 2 init ──",
                                  "ret_from_fork() {",
                                  "schedule_tail() {",
                                  "fork returns 0 to 2 init",
                                  "── 2 init → 1 init ──",
                                  "fork returns 2 to 1 init",
                                  NULL };

    open_session("fork");
    trace_last();
    CU_ASSERT_TRUE(has_in_order(steps));
    close_session();
}

// Facts 6.2, 6.3 and 7.3.
static void test_exit_and_wait_order(void)
{
    const char *const ending[] = { "do_exit() {",
                                   "exit_mm() {",
                                   "exit_sem()",
                                   "exit_files() {",
                                   "exit_fs() {",
                                   "exit_namespace()",
                                   "exit_thread()",
                                   "exit_notify() {",
                                   "forget_original_parent()",
                                   "do_notify_parent() {",
                                   "R → Z",
                                   "schedule() {",
                                   NULL };
    const char *const waiting[] = { "sys_wait4() {",
                                    "do_wait() {",
                                    "add_wait_queue()",
                                    "wait_task_zombie() {",
                                    "Z → X (wait4)",
                                    "release_task() {",
                                    "__exit_signal() {",
                                    "__exit_sighand() {",
                                    "__unhash_process() {",
                                    "sched_exit()",
                                    "remove_wait_queue()",
                                    "wait4 returns 2 to 1 init",
                                    NULL };

    open_session("fork; $!: exit 3");
    trace_last();
    CU_ASSERT_TRUE(has_in_order(ending));
    run_in_session("wait");
    trace_last();
    CU_ASSERT_TRUE(has_in_order(waiting));
    close_session();
}

// Every value "before" and "after" holds, wherever the machine stands.
static void test_trace_is_the_same_anywhere(void)
{
    struct strbuf first = STRBUF_INIT;
    struct trace_options options = { 0 };

    open_session("boot sh; fork; $!: exit 3; wait");
    CU_ASSERT_TRUE(report_trace(m, 1, &options, &first));
    CU_ASSERT_TRUE(strstr(strbuf_text(&first), "task 3: pid 2 → 3") != NULL);
    CU_ASSERT_TRUE(strstr(strbuf_text(&first), "kernel: last_pid 2 → 3") != NULL);
    const char *const places[] = { "undo 1", "undo 1", "undo 1", "step 40", "redo", NULL };
    for (u32 i = 0; places[i]; i++) {
        run_in_session(places[i]);
        strbuf_clear(&out);
        CU_ASSERT_TRUE(report_trace(m, 1, &options, &out));
        size_t marks = 0;
        for (const char *c = strbuf_text(&out); (c = strstr(c, "▶ ")); c++)
            marks++;
        CU_ASSERT_EQUAL(marks, machine_is_inside(m) ? 1 : 0);
        if (!marks)
            CU_ASSERT_STRING_EQUAL(strbuf_text(&out), strbuf_text(&first));
    }
    CU_ASSERT_FALSE(report_trace(m, 99, &options, &out));
    strbuf_finish(&first);
    close_session();
}

static void test_depth_and_window(void)
{
    open_session("fork");
    report_trace(
        m, 0, &(struct trace_options){ .max_depth = 1, .no_fields = true, .no_notes = true }, &out);
    CU_ASSERT_TRUE(has("  system_call()\n"));
    CU_ASSERT_FALSE(has("do_fork"));
    strbuf_clear(&out);
    report_trace(m, 0, &(struct trace_options){ .first = 2, .count = 3 }, &out);
    u32 lines = 0;
    for (const char *c = strbuf_text(&out); *c; c++)
        lines += *c == '\n';
    CU_ASSERT_EQUAL(lines, 3);
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_trace(m, 0, &(struct trace_options){ .function = "do_exit" }, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "  do_exit() was not called\n");
    close_session();
    open_session("boot sh; vfork"); // what a function does ends where it loses the CPU
    struct trace_options of_fork = { .function = "do_fork", .no_fields = true };
    CU_ASSERT_TRUE(report_trace(m, 0, &of_fork, &out));
    CU_ASSERT_TRUE(has("── 2 sh → 3 sh ──"));
    CU_ASSERT_FALSE(has("ret_from_fork"));
    close_session();
}

static void test_diff(void)
{
    open_session("boot sh; fork; $!: exit 3; wait");
    CU_ASSERT_TRUE(report_diff(m, 0, 1, &out));
    CU_ASSERT_TRUE(has("+ task 3 is new: 1264 bytes"));
    CU_ASSERT_TRUE(has("kernel: last_pid 2 → 3"));
    CU_ASSERT_TRUE(has("+ stack of 3 is new: 8192 bytes"));
    CU_ASSERT_FALSE(has("task 3: "));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_diff(m, 1, 2, &out));
    CU_ASSERT_TRUE(has("task 3: exit_state 0 → 16 EXIT_ZOMBIE"));
    CU_ASSERT_TRUE(has("task 3: exit_code 0 → 768 (exit 3)"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_diff(m, 2, 3, &out));
    CU_ASSERT_TRUE(has("- task 3 is gone: 1264 bytes"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_diff(m, 1, 0, &out)); // backwards
    CU_ASSERT_TRUE(has("- task 3 is gone: 1264 bytes"));
    CU_ASSERT_TRUE(has("kernel: last_pid 3 → 2"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_diff(m, 2, 2, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "  nothing has changed\n");
    CU_ASSERT_FALSE(report_diff(m, 0, 9, &out));
    run_in_session("fork"); // the new task has the old one's descriptor
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_diff(m, 1, 4, &out));
    CU_ASSERT_TRUE(has("task 4: pid 3 → 4"));
    CU_ASSERT_FALSE(has(" is new: 1264 bytes"));
    close_session();
}

// What has no cache of its own is known by whoever points to it.
static void test_pipe_in_trace(void)
{
    open_session("pipe; write 4 \"x\"");
    CU_ASSERT_TRUE(report_trace(m, 0, &(struct trace_options){ .no_notes = true }, &out));
    CU_ASSERT_TRUE(has(": nrbufs 0 → 1"));
    CU_ASSERT_TRUE(has("· pipe_inode_info "));
    close_session();
}

static CU_TestInfo tests[] = {
    { "fork's functions come in the kernel's order", test_fork_order },
    { "so do those of exit and wait4", test_exit_and_wait_order },
    { "a trace is the same wherever the machine stands", test_trace_is_the_same_anywhere },
    { "depth and window limit a trace", test_depth_and_window },
    { "a pipe is known for what it is", test_pipe_in_trace },
    { "diff names what changed, forwards and backwards", test_diff },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "trace", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
