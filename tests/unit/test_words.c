// From the words of a command to what it does: defaults, numbers, names, places in memory.
#include "script/session.h"

#include "cunit_main.h"
#include "told_session.h"

#include <stdlib.h>
#include <string.h>

static void test_signals(void)
{
    holds_in("fork; kill 2; wait; expect status SIGTERM");
    holds_in("sigprocmask block 32; expect blocked 1 31 0; expect blocked 1 32 1; "
             "expect blocked 1 33 0; sigprocmask set 33 RTMAX; expect blocked 1 32 0; "
             "expect blocked 1 33 1; expect blocked 1 64 1");
    fails_in("open /etc/motd; fcntl 3 F_SETFL FD_CLOEXEC", "not a flag of open(2)");
}

// What clone needs beside its flags it gets, unless it is given.
static void test_clone(void)
{
    holds_in("clone VM|CHILD_CLEARTID|SIGCHLD; expect field 2 clear_child_tid == 0xbfffe000");
    holds_in("clone VM|CHILD_CLEARTID|SIGCHLD ctid=bffff000; "
             "expect field 2 clear_child_tid == 0xbffff000");
    holds_in("clone VM|SIGCHLD; expect field 2 clear_child_tid == 0");
}

static void test_offsets(void)
{
    holds_in("let end field 1 mm->brk; brk +2p; brk -1p; let less $?; brk +16; brk -16; "
             "expect value == $less; brk -1p; expect value == $end");
    holds_in("store heap+4096 7; load heap+1p; expect value 7");
    // In a gap, a page is meant, not all that comes behind it.
    holds_in("mmap 1 private a; munmap 0x40000000; expect 0; store a 1; expect fault anon");
    fails_in("mmap 1 private bss", "every program has a part called");
}

// Only what begins at the stack pointer moves it.
static void test_stack_pointer(void)
{
    holds_in("mmap 1 private stacks; let esp field 1 pt_regs->esp; store stacks 1; "
             "expect field 1 pt_regs->esp == $esp; store stack-2p 1; "
             "expect field 1 pt_regs->esp < $esp");
}

static void test_numbers(void)
{
    struct told t;
    struct session *s = new_session(&t);

    holds_in("boot mem=8192k thread_size=4k; expect field 1 thread.esp0 != 0; expect tasks 1");
    holds_in("repeat 4000 { let x 1 }; repeat 4000 { let x 1 }"); // each counts for itself
    run(s, "let a 0xc0000000; let b 0xbfffffff; say \"$a $b\"");
    CU_ASSERT_STRING_EQUAL(strbuf_text(&t.words), "1 c0000000 3221225471\n");
    run(s, "sysctl procarium.last_pid 4999; fork; struct task_struct 5000");
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.text), "\n  pid = 5000\n"));
    finish(s, &t);
}

// What is right but for its quotes is said to be so.
static void test_quotes(void)
{
    fails_in("settle \"on\"", "(write it without quotes)");
    fails_in("focus \"1\"", "(write it without quotes)");
    fails_in("settle \"no\"", "“no” is not one of: off on ()");
    fails_in("focus \"one\"", "“one” is not a number ()");
}

// Inside a command, `diff` is about that one.
static void test_diff_inside(void)
{
    struct told t;
    struct session *s = new_session(&t);

    CU_ASSERT_EQUAL(run(s, "fork; fork; undo; step 5; diff"), RUN_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&t.text), "+ task 3 is new: 1264 bytes"));
    CU_ASSERT_PTR_NULL(strstr(strbuf_text(&t.text), "+ task 2 is new"));
    finish(s, &t);
}

// ~ is the home, alone and before a slash, and a part of a name elsewhere.
static void test_home(void)
{
    static const struct {
        const char *written, *path;
    } cases[] = {
        { "~", "/nonexistent" }, { "~/a", "/nonexistent/a" }, { "~a", "~a" }, { "a~/b", "a~/b" }
    };
    struct session *s = session_create(&(struct session_options){ .home = "/nonexistent" });

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    for (u32 i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_STRING_EQUAL(file_path(s, cases[i].written), cases[i].path);
    session_destroy(s);
}

// A brace too many in one mistake does not open the block of the next one.
static void test_going_on(void)
{
    static const char text[] = "frok }; repeat 2 { frok; fork }; fork";
    struct session *s = session_create(&(struct session_options){ .keep_going = true });

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(session_run(s, "test", text, strlen(text)), RUN_MISTAKE);
    CU_ASSERT_EQUAL(session_mistakes(s), 2);
    CU_ASSERT_EQUAL(machine_position(session_machine(s)).commands, 1);
    session_destroy(s);
}

static CU_TestInfo tests[] = {
    { "signals", test_signals },
    { "what clone gets", test_clone },
    { "offsets", test_offsets },
    { "the stack pointer", test_stack_pointer },
    { "numbers", test_numbers },
    { "quotes", test_quotes },
    { "diff inside a command", test_diff_inside },
    { "the home", test_home },
    { "going on after mistakes", test_going_on },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "words", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
