// What happened in a command, in words: in one sentence, and at length.
#include "reported_session.h"

#include "cunit_main.h"

#include <string.h>

static void test_sentences(void)
{
    open_session("boot sh; fork");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("2 sh forked 3 sh"));
    strbuf_clear(&out);
    run_in_session("clone CLONE_THREAD");
    report_sentence(m, 0, &out);
    CU_ASSERT_TRUE(has("is refused with EINVAL: CLONE_THREAD needs CLONE_SIGHAND"));
    strbuf_clear(&out);
    run_in_session("3: clone thread; $!: exec /bin/ls");
    report_sentence(m, 0, &out);
    CU_ASSERT_TRUE(has(" sh waits until the other threads of its process have ended"));
    strbuf_clear(&out);
    CU_ASSERT_FALSE(report_step_sentence(m, &out));
    run_in_session("goto 0; step 3");
    CU_ASSERT_TRUE(report_step_sentence(m, &out));
    CU_ASSERT_TRUE(has("do_fork(): "));
    close_session();
    open_session("clone thread; 2: exec /bin/ls");
    report_sentence(m, 0, &out);
    CU_ASSERT_TRUE(has("2 init waits until 1 init has ended, to take its place, and init never"));
    close_session();
}

// Signals that no task sends are the kernel's, not those of swapper, which makes no calls.
static void test_kernel_sends(void)
{
    open_session("store 0 1");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("; the kernel sends SIGSEGV to 1 init; "));
    CU_ASSERT_FALSE(has("swapper"));
    close_session();
}

// Of a program that dies of an access, that access is told, and not those that went well.
static void test_last_access(void)
{
    open_session("boot sh mem=8M; fork; 3: mmap 1600 private a; 3: store a 1 pages=1400; "
                 "3: store a+1400p 1 pages=200");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(strncmp(strbuf_text(&out), "3 sh needs a page frame at ", 27) == 0);
    CU_ASSERT_TRUE(has("and there is none; 3 sh ends: killed by SIGKILL; "));
    CU_ASSERT_FALSE(has("stores"));
    close_session();
}

// How many users the frame has lost of which a fault has made a copy.
static void test_frame_left(void)
{
    open_session("boot sh; store heap 1; fork; store heap 2");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("it gets a copy, page frame "));
    CU_ASSERT_TRUE(has(", count 2 → 1)"));
    close_session();
}

// Who goes on is told, not only that the signal which did it was dropped then.
static void test_continue(void)
{
    open_session("boot sh; clone STOPPED|SIGCHLD; kill -CONT 3");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("3 sh can run again: T → R (SIGCONT)"));
    CU_ASSERT_FALSE(has("dropped"));
    run_in_session("kill -CONT 3"); // it is not stopped: nothing else is to be told
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("SIGCONT means nothing to 3 sh (its default): it is dropped"));
    close_session();
}

// Why a parent in clone sleeps is told once, as for vfork.
static void test_clone_that_waits(void)
{
    open_session("boot sh; clone VM|VFORK|SIGUSR1");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("2 sh waits until 3 sh execs or ends; "));
    CU_ASSERT_FALSE(has("R → D"));
    close_session();
}

// Of many bytes the first are told, and how many there were.
static void test_many_bytes(void)
{
    open_session("pipe; write 4 heap 100");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("1 init writes 00 00 00 00 00 00 00 00… (100 bytes) to descriptor 4"));
    run_in_session("write 4 heap 8");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("1 init writes 00 00 00 00 00 00 00 00 to descriptor 4"));
    close_session();
}

// Of many page faults and stores, the first and their number.
static void test_many_accesses(void)
{
    open_session("boot sh; mmap 300 private cache; store cache \"x\" pages=300");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has_in_order((const char *const[]){
        "2 sh writes 0xb7ed4000, untouched so far", "2 sh stores \"x\" at 0xb7ed4000",
        "in all 300 page faults, 300 stores.", NULL }));
    CU_ASSERT_FALSE(has("b7ed5000"));
    run_in_session("store cache 1");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_FALSE(has("in all"));
    close_session();
}

// What happened last is still what is told after variables were set.
static void test_quiet_commands(void)
{
    open_session("boot sh; fork; let child $!; let other 7");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("2 sh forked 3 sh"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, machine_position(m).command, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "");
    trace_last();
    CU_ASSERT_TRUE(has("sys_fork() {"));
    run_in_session("undo 3");
    strbuf_clear(&out);
    CU_ASSERT_FALSE(report_sentence(m, 0, &out));
    close_session();
    open_session("boot sh; fork; focus 1"); // the panes follow that one
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "");
    close_session();
    open_session("let child 3");
    trace_last();
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "");
    close_session();
}

static bool explains(const char *commands, const char *const *words)
{
    open_session(commands);
    bool is_held = report_explain(m, 0, &out);
    bool well = is_held && has_in_order(words);
    close_session();
    return well;
}

#define EXPLAINS(commands, ...)                                                                    \
    CU_ASSERT_TRUE(explains("boot sh\n" commands, (const char *const[]){ __VA_ARGS__, NULL }))

static void test_explain(void)
{
    EXPLAINS("fork", "2 sh forked 3 sh", "In C", "pid_t pid = fork();", "In the kernel",
             "    system_call()", "      sys_fork()", "copy_process()", "What happened",
             "PID 3 is taken", "From outside", "/proc/3/stat", "3 (sh) R 2 0 0", "crash> ps", "RU");
    EXPLAINS("fork; kill -9 $!", "kill(3, SIGKILL);", "sys_kill()", "3 (sh) Z 2", "ZO");
    EXPLAINS("fork; $!: exit 3; wait -1 WNOHANG|WUNTRACED",
             "waitpid(-1, &status, WNOHANG|WUNTRACED);", "the task is gone");
    EXPLAINS("fork; $!: exit 3", "_exit(3);");
    EXPLAINS("clone VM|FS|CHLD", "clone(function, stack, CLONE_VM|CLONE_FS|SIGCHLD");
    EXPLAINS("clone VM", "clone(function, stack, CLONE_VM, argument);");
    EXPLAINS("signal CHLD ignore restart", ".sa_handler = SIG_IGN, .sa_flags = SA_RESTART",
             "sigaction(SIGCHLD,");
    EXPLAINS("sigprocmask unblock TERM", "sigprocmask(SIG_UNBLOCK, &set, NULL);");
    EXPLAINS("clone 200", "clone(function, stack, 200, argument);");
    EXPLAINS("clone VM|200", "clone(function, stack, CLONE_VM|200, argument);");
    EXPLAINS("clone", "clone(function, stack, 0, argument);");
    EXPLAINS("io", "read(disk, buffer, 512);  // as if disk were /dev/hda");
    EXPLAINS("mmap 3 shared x prot=none", "mmap(NULL, 12288, PROT_NONE, ",
             "MAP_SHARED | MAP_ANONYMOUS, -1, 0)");
    EXPLAINS("setrlimit NPROC 5", "setrlimit(RLIMIT_NPROC, &(struct rlimit){ 5, 5 });");
    EXPLAINS("setrlimit NPROC 5 unlimited", "(struct rlimit){ 5, RLIM_INFINITY });");
    EXPLAINS("store heap 5", "*(int *)0x08051000 = value;", "page_fault()");
    EXPLAINS("load heap 7", "memcpy(buffer, (void *)0x08051000, 7);");
    // A function is explained once, and memory is summed up; what the fault is about is there.
    EXPLAINS("fork", "taken from slabs: task_struct", "vm_area_struct (4)", "From outside");
    EXPLAINS("store heap 1; fork; store heap 2", "do_wp_page()", "is copied to page frame");
    EXPLAINS("fork; $!: exit 3; wait", "exit 3 (status 0x300)", "given back to slabs:");
    // Where sleepers sleep, as /proc tells it, and which signals wait.
    EXPLAINS("vfork", "── 2 sh → 3 sh ──", "ret_from_fork()", "/proc/2/wchan", "do_fork");
    EXPLAINS("pipe; fork; $!: read 3 5", "pipe_readv()", "/proc/3/wchan", "pipe_wait");
    EXPLAINS("fork; $!: sigprocmask block TERM; kill -TERM $!", "/proc/3/status",
             "ShdPnd: 0000000000004000  SigBlk: 0000000000004000");
    EXPLAINS("fork; kill -STOP $!; kill -TERM $!", "/proc/3/status",
             "ShdPnd: 0000000000004000  SigBlk: 0000000000000000");
    EXPLAINS("settle off", "It asked nothing of the kernel.");
    // From inside, and after it was taken back.
    EXPLAINS("fork; undo; step 20", "pid_t pid = fork();", "What happened");
}

static void test_explain_leaves_out(void)
{
    open_session("boot sh; clone thread");
    CU_ASSERT_TRUE(report_explain(m, 0, &out));
    CU_ASSERT_FALSE(has("an object of cache"));
    CU_ASSERT_FALSE(has("kmem_cache_alloc()"));
    const char *once = strstr(strbuf_text(&out), "context_switch()");
    CU_ASSERT_PTR_NOT_NULL_FATAL(once);
    CU_ASSERT_PTR_NULL(strstr(once + 1, "context_switch()"));
    CU_ASSERT_TRUE(strncmp(strbuf_text(&out), "2 sh cloned 3 sh", 16) == 0);
    close_session();
    open_session("boot sh; repeat 5 { fork }; kill -STOP -1");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("; in all 5 stopped."));
    close_session();
}

static void begin_sentence(const char *commands)
{
    run_in_session(commands);
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
}

// What has no room is told in brief; explain has all of it.
static void test_brief(void)
{
    open_session("boot sh");
    begin_sentence("clone VM|FS|FILES|SIGHAND|SYSVSEM|CHLD");
    CU_ASSERT_TRUE(has("2 sh cloned 3 sh (VM|FS|FILES|SIGHAND|SYSVSEM|SIGCHLD); "));
    CU_ASSERT_TRUE(has("; shared: files fs sighand mm."));
    strbuf_clear(&out);
    report_explain(m, 0, &out);
    CU_ASSERT_TRUE(has("(CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_SYSVSEM|SIGCHLD)"));
    begin_sentence("mmap 300 private big; store big 1 pages=300");
    CU_ASSERT_TRUE(has("; 01 00 00 00 is stored there; in all 300 page faults, 300 stores."));
    begin_sentence("store big 1");
    CU_ASSERT_TRUE(has("2 sh stores 01 00 00 00 at 0x"));
    begin_sentence("mmap 9 private more; store more \"a text of many letters\" pages=9");
    CU_ASSERT_TRUE(has("; \"a text o\"… is stored there; in all 9 page faults, 9 stores."));
    begin_sentence("boot sh; sysctl kernel.pid_max 301; repeat 298 { fork; $!: exit; wait }; fork");
    CU_ASSERT_TRUE(has("PID 300 is taken: the search wrapped around; "));
    CU_ASSERT_TRUE(has("; copied: files fs sighand signal mm."));
    close_session();
}

// What is still too long then loses what matters least.
static void test_clauses_dropped(void)
{
    open_session("boot sh");
    begin_sentence("pipe 0x10");
    CU_ASSERT_TRUE(has("2 sh has a pipe now: descriptor 3 reads from it, 4 writes to it; 2 sh is "
                       "refused with EFAULT: the address is not valid."));
    begin_sentence("boot sh; pipe; fork; mmap 20 private buf; write 4 buf 81920; 3: read 3 61440");
    CU_ASSERT_TRUE(has("3 sh reads 00 00 00 00… (61440 bytes) from descriptor 3 (pipe:["));
    CU_ASSERT_TRUE(has("; 2 sh writes 00 00 00 00… (81920 bytes) to descriptor 4 (pipe:["));
    CU_ASSERT_FALSE(has("returns"));
    close_session();
}

// Of a fork that is not told of it is not told what it copied; the faults by which the kernel fills
// a new program's pages are not counted.
static void test_only_what_is_told(void)
{
    open_session("boot sh; vfork; 3: kill -9 2");
    begin_sentence("3: exec /bin/ls"); // init starts another shell
    CU_ASSERT_TRUE(has("3 ls runs a new program; 2 sh ends: killed by SIGKILL; 4 sh runs a new "));
    CU_ASSERT_FALSE(has("copied"));
    CU_ASSERT_FALSE(has("in all"));
    close_session();
}

static CU_TestInfo tests[] = {
    { "a sentence says what happened", test_sentences },
    { "what nobody sends, the kernel does", test_kernel_sends },
    { "a deadly access is what is told", test_last_access },
    { "the frame that is left", test_frame_left },
    { "who goes on is told", test_continue },
    { "why a parent in clone sleeps", test_clone_that_waits },
    { "a sentence shortens bytes", test_many_bytes },
    { "a sentence counts faults and stores", test_many_accesses },
    { "what has no room is told in brief", test_brief },
    { "what matters least is left out", test_clauses_dropped },
    { "what belongs to something untold", test_only_what_is_told },
    { "quiet commands leave what happened told", test_quiet_commands },
    { "a command is explained at length", test_explain },
    { "explain tells nothing twice, and the main thing first", test_explain_leaves_out },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "sentences", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
