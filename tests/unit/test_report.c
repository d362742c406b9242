/* Text reports about a machine in known states. */
#include "kernel/kernel.h"
#include "machine/record.h"
#include "procarium/report.h"
#include "procarium/script.h"

/* After the kernel's errnos: CUnit brings the host's macros of the same names. */
#include "cunit_main.h"

#include <string.h>

static struct session *session;
static const struct machine *m;
static struct strbuf out;

static void run(const char *commands)
{
    CU_ASSERT_EQUAL_FATAL(session_run(session, "test", commands, strlen(commands)), RUN_OK);
}

static void start(const char *commands)
{
    session = session_create(&(struct session_options){ 0 });
    CU_ASSERT_PTR_NOT_NULL_FATAL(session);
    m = session_machine(session);
    strbuf_clear(&out);
    run(commands);
}

static void finish(void)
{
    session_destroy(session);
    strbuf_finish(&out);
}

static bool has(const char *text)
{
    return strstr(strbuf_text(&out), text) != NULL;
}

/* Do these words occur in this order? `words` ends with NULL. */
static bool has_in_order(const char *const *words)
{
    const char *from = strbuf_text(&out);

    for (; *words; words++) {
        from = strstr(from, *words);
        if (!from) {
            fprintf(stderr, "missing or too early: %s\n", *words);
            return false;
        }
        from += strlen(*words);
    }
    return true;
}

static void trace(void)
{
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_trace(m, 0, &(struct trace_options){ .no_fields = true }, &out));
}

static void test_tasks(void)
{
    start("boot sh; fork; $!: exit 3");
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
    finish();
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
    start("boot sh; fork; $!: exit 3");
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
    finish();
}

static void test_threads_fold(void)
{
    start("clone CLONE_VM|CLONE_SIGHAND|CLONE_THREAD; clone CLONE_VM|CLONE_SIGHAND|CLONE_THREAD");
    report_pstree(m, &out);
    CU_ASSERT_TRUE(has("1 init {2 threads}"));
    finish();
}

static void test_stack(void)
{
    start("boot sh");
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
    CU_ASSERT_TRUE(report_bt(m, 2, &out)); /* in user mode */
    CU_ASSERT_TRUE(has("the kernel stack is empty"));
    finish();
}

/* The order of copy_process(), facts 3.5. */
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

    start("fork");
    trace();
    CU_ASSERT_TRUE(has_in_order(steps));
    finish();
}

/* Facts 6.2, 6.3 and 7.3. */
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

    start("fork; $!: exit 3");
    trace();
    CU_ASSERT_TRUE(has_in_order(ending));
    run("wait");
    trace();
    CU_ASSERT_TRUE(has_in_order(waiting));
    finish();
}

/* Every value "before" and "after" holds, wherever the machine stands. */
static void test_trace_is_the_same_anywhere(void)
{
    struct strbuf first = STRBUF_INIT;
    struct trace_options options = { 0 };

    start("boot sh; fork; $!: exit 3; wait");
    CU_ASSERT_TRUE(report_trace(m, 1, &options, &first));
    CU_ASSERT_TRUE(strstr(strbuf_text(&first), "task 3: pid 2 → 3") != NULL);
    CU_ASSERT_TRUE(strstr(strbuf_text(&first), "kernel: last_pid 2 → 3") != NULL);
    const char *const places[] = { "undo 1", "undo 1", "undo 1", "step 40", "redo", NULL };
    for (u32 i = 0; places[i]; i++) {
        run(places[i]);
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
    finish();
}

static void test_depth_and_window(void)
{
    start("fork");
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
    finish();
}

static void test_diff(void)
{
    start("boot sh; fork; $!: exit 3; wait");
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
    CU_ASSERT_TRUE(report_diff(m, 1, 0, &out)); /* backwards */
    CU_ASSERT_TRUE(has("- task 3 is gone: 1264 bytes"));
    CU_ASSERT_TRUE(has("kernel: last_pid 3 → 2"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_diff(m, 2, 2, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "  nothing has changed\n");
    CU_ASSERT_FALSE(report_diff(m, 0, 9, &out));
    finish();
}

static void test_sentences(void)
{
    start("boot sh; fork");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("2 sh forked 3 sh"));
    strbuf_clear(&out);
    run("clone CLONE_THREAD");
    report_sentence(m, 0, &out);
    CU_ASSERT_TRUE(has("is refused with EINVAL: CLONE_THREAD needs CLONE_SIGHAND"));
    strbuf_clear(&out);
    run("3: clone thread; $!: exec /bin/ls");
    report_sentence(m, 0, &out);
    CU_ASSERT_TRUE(has(" sh waits until the other threads of its process have ended"));
    strbuf_clear(&out);
    CU_ASSERT_FALSE(report_step_sentence(m, &out));
    run("goto 0; step 3");
    CU_ASSERT_TRUE(report_step_sentence(m, &out));
    CU_ASSERT_TRUE(has("do_fork(): "));
    finish();
    start("clone thread; 2: exec /bin/ls");
    report_sentence(m, 0, &out);
    CU_ASSERT_TRUE(has("2 init waits until 1 init has ended, to take its place, and init never"));
    finish();
}

/* Signals that no task sends are the kernel's, not those of swapper, which makes no calls. */
static void test_kernel_sends(void)
{
    start("store 0 1");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("; the kernel sends SIGSEGV to 1 init; "));
    CU_ASSERT_FALSE(has("swapper"));
    finish();
}

static void test_memory(void)
{
    start("boot sh; fork");
    kaddr task = kaddr_of(m, find_task_by_pid(m, 3));

    CU_ASSERT_TRUE(describe_address(m, task + 0x20, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "task 3 + 0x20 (run_list)");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(describe_address(m, find_task_by_pid(m, 3)->thread_info + 8, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "thread_info of 3 + 0x8 (flags)");
    strbuf_clear(&out);
    CU_ASSERT_FALSE(describe_address(m, 0x1000, &out));
    CU_ASSERT_TRUE(report_rd(m, task, 4, &out));
    CU_ASSERT_TRUE(has(": task 3\n"));
    CU_ASSERT_FALSE(report_rd(m, task + 1, 4, &out));
    CU_ASSERT_FALSE(report_rd(m, task, 0, &out));
    CU_ASSERT_FALSE(report_rd(m, 0xFFFFFFFC, 4, &out));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_struct(m, "struct task_struct", task, &out));
    CU_ASSERT_TRUE(has("  pid = 3\n"));
    CU_ASSERT_FALSE(has("but this is"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_struct(m, "mm_struct", task, &out));
    CU_ASSERT_TRUE(has("(but this is task 3)"));
    CU_ASSERT_FALSE(report_struct(m, "no_struct", task, &out));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_list(m, 0, &out));
    CU_ASSERT_TRUE(has("  4 links, and back at "));
    finish();
}

static void test_tables(void)
{
    start("boot sh; fork");
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
    run("3: signal SIGUSR1 handler; 3: sigprocmask block SIGUSR2; kill -USR2 3");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sig(m, 3, &out));
    CU_ASSERT_TRUE(has(" blocked        SIGUSR2\n"));
    CU_ASSERT_TRUE(has(" shared pending SIGUSR2\n"));
    CU_ASSERT_TRUE(has(" SIGUSR1        handler "));
    finish();
}

/* A report walks what it finds at every step inside a command: nothing may stop it. */
static void test_every_step(void)
{
    start("boot sh; fork; $!: exit 3; wait; vfork; $!: exec /bin/ls; clone "
          "CLONE_VM|CLONE_SIGHAND|CLONE_THREAD; fork; kill -STOP $!; kill -CONT $!");
    u64 commands = machine_position(m).commands;
    u32 steps = 0;

    run("goto 0");
    while (machine_position(m).command < commands && steps++ < 20000) {
        run("step");
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
    finish();
}

static bool explains(const char *commands, const char *const *words)
{
    start(commands);
    bool is_held = report_explain(m, 0, &out);
    bool well = is_held && has_in_order(words);
    finish();
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
    EXPLAINS("store heap 5", "*(int *)0x08051000 = value;", "page_fault()");
    EXPLAINS("load heap 7", "memcpy(buffer, (void *)0x08051000, 7);");
    /* A function is explained once, and memory is summed up; what the fault is about is there. */
    EXPLAINS("fork", "taken from slabs: task_struct", "vm_area_struct (4)", "From outside");
    EXPLAINS("store heap 1; fork; store heap 2", "do_wp_page()", "is copied to page frame");
    EXPLAINS("fork; $!: exit 3; wait", "exit 3 (status 0x300)", "given back to slabs:");
    /* Where sleepers sleep, as /proc tells it, and which signals wait. */
    EXPLAINS("vfork", "── 2 sh → 3 sh ──", "ret_from_fork()", "/proc/2/wchan", "do_fork");
    EXPLAINS("pipe; fork; $!: read 3 5", "pipe_readv()", "/proc/3/wchan", "pipe_wait");
    EXPLAINS("fork; $!: sigprocmask block TERM; kill -TERM $!", "/proc/3/status",
             "ShdPnd: 0000000000004000  SigBlk: 0000000000004000");
    EXPLAINS("settle off", "it asked nothing of the kernel");
    /* From inside, and after it was taken back. */
    EXPLAINS("fork; undo; step 20", "pid_t pid = fork();", "What happened");
}

/* Of a program that dies of an access, that access is told, and not those that went well. */
static void test_last_access(void)
{
    start("boot sh mem=8M; fork; 3: mmap 1600 private a; 3: store a 1 pages=1400; "
          "3: store a+1400p 1 pages=200");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(strncmp(strbuf_text(&out), "3 sh needs a page frame at ", 27) == 0);
    CU_ASSERT_TRUE(has("and there is none; 3 sh ends: killed by SIGKILL; "));
    CU_ASSERT_FALSE(has("stores"));
    finish();
}

static void test_explain_leaves_out(void)
{
    start("boot sh; clone thread");
    CU_ASSERT_TRUE(report_explain(m, 0, &out));
    CU_ASSERT_FALSE(has("an object of cache"));
    CU_ASSERT_FALSE(has("kmem_cache_alloc()"));
    const char *once = strstr(strbuf_text(&out), "context_switch()");
    CU_ASSERT_PTR_NOT_NULL_FATAL(once);
    CU_ASSERT_PTR_NULL(strstr(once + 1, "context_switch()"));
    CU_ASSERT_TRUE(strncmp(strbuf_text(&out), "2 sh cloned 3 sh", 16) == 0);
    finish();
    start("boot sh; repeat 5 { fork }; kill -STOP -1");
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("; in all 5 stopped."));
    finish();
}

/* The walk to an address, as vtop shows it. */
static bool walk_has(s32 pid, u32 address, const char *words)
{
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_vtop(m, pid, address, &out));
    if (!has(words))
        fprintf(stderr, "%s\n", strbuf_text(&out));
    return has(words);
}

static void test_vtop(void)
{
    start("store heap 1; load heap+1p; store heap+2p 2; mprotect heap+2p 1 none; fork");
    CU_ASSERT(walk_has(1, 0x0804B010,
                       "0804b010 = directory entry 32 | table entry 75 | offset 0x010"
                       "  (heap)\n"));
    CU_ASSERT(walk_has(1, 0x0804B010, "P -- U A D\n  frame "));
    CU_ASSERT(walk_has(2, 0x0804B010, "P -- U - D\n  frame "));
    CU_ASSERT(has(" + 0x010: physical 00"));
    CU_ASSERT(has("anonymous, _count 1 (2 users), _mapcount 1 (mapped 2 times)"));
    CU_ASSERT(walk_has(1, 0x0804C000, "the zero page"));
    CU_ASSERT(walk_has(1, 0x0804D000, "N -- - A D\n"));
    CU_ASSERT(has("N: the page is there, but PROT_NONE"));
    CU_ASSERT(walk_has(1, 0x08048000, "P -- U A -\n"));
    CU_ASSERT(has("of a file, _count 2 (3 users)"));
    CU_ASSERT(walk_has(1, 0x08049000, "no page: an access is a page fault"));
    CU_ASSERT(walk_has(1, 0x40000000, "(in no area)"));
    CU_ASSERT(has("no page table: an access is a page fault"));
    CU_ASSERT(walk_has(1, 0xC0123456, "a page of 4 MB, the kernel's: physical 00123456"));
    CU_ASSERT(has("P RW - A D"));
    finish();
}

static void test_memory_reports(void)
{
    start("store heap 1; load heap+1p; store heap+2p 2; mprotect heap+2p 1 none; fork");
    CU_ASSERT_TRUE(report_ptes(m, 2, &out));
    CU_ASSERT(has_in_order((const char *const[]){ "08048000  text ", "P -- U - -", "0804b000  heap",
                                                  "P -- U - D", "0804c000  heap", "P -- U A -",
                                                  "the zero page", "0804d000  heap", "N -- - - D",
                                                  "bffff000  stack", "P -- U - D", NULL }));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_shared(m, 1, 2, &out));
    CU_ASSERT(has_in_order((const char *const[]){ "0804b000  heap", "r- ===", "r-  one frame until",
                                                  "0804d000  heap", "-- ===", "--  one frame for",
                                                  "5 in one frame, 0 parted", NULL }));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_vm(m, 1, &out));
    CU_ASSERT(has_in_order((const char *const[]){
        "28 pages mapped by areas, 4 present (3 anonymous)", "2 page tables",
        "08048000  0804a000  r-xp ", "text  /sbin/init", "0804d000  0804e000  ---p",
        "bffeb000  c0000000  rw-p", "stack", NULL }));
    /* Every frame has its letter, and every letter its word. */
    strbuf_clear(&out);
    report_pages(m, &out);
    CU_ASSERT(has("  a anonymous, A the same with several users; f of a file, F with several"));
    for (const char *letter = "KAF0spt."; *letter; letter++)
        CU_ASSERT_PTR_NOT_NULL(strchr(strbuf_text(&out), *letter));
    CU_ASSERT(has("more rows like this"));
    finish();
}

/* What happened last is still what is told after variables were set. */
static void test_quiet_commands(void)
{
    start("boot sh; fork; let child $!; let other 7");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has("2 sh forked 3 sh"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, machine_position(m).command, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "");
    trace();
    CU_ASSERT_TRUE(has("sys_fork() {"));
    run("undo 3");
    strbuf_clear(&out);
    CU_ASSERT_FALSE(report_sentence(m, 0, &out));
    finish();
    start("boot sh; fork; focus 1"); // the panes follow that one
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "");
    finish();
    start("let child 3");
    trace();
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "");
    finish();
}

/* Of many page faults and stores, the first and their number. */
static void test_many_accesses(void)
{
    start("boot sh; mmap 300 private cache; store cache \"x\" pages=300");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_TRUE(has_in_order((const char *const[]){
        "2 sh writes 0xb7ed4000, untouched so far", "2 sh stores \"x\" at 0xb7ed4000",
        "in all 300 page faults, 300 stores.", NULL }));
    CU_ASSERT_FALSE(has("b7ed5000"));
    run("store cache 1");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_sentence(m, 0, &out));
    CU_ASSERT_FALSE(has("in all"));
    finish();
}

static CU_TestInfo tests[] = {
    { "a sentence counts faults and stores", test_many_accesses },
    { "quiet commands leave what happened told", test_quiet_commands },
    { "explain tells nothing twice, and the main thing first", test_explain_leaves_out },
    { "a deadly access is what is told", test_last_access },
    { "vtop", test_vtop },
    { "vm, pte, shared, pages", test_memory_reports },
    { "ps, pstree and task say who is there", test_tasks },
    { "task shows the groups that are wanted", test_task_groups },
    { "threads are folded", test_threads_fold },
    { "bt and stack show the frames of a sleeper", test_stack },
    { "fork's functions come in the kernel's order", test_fork_order },
    { "so do those of exit and wait4", test_exit_and_wait_order },
    { "a trace is the same wherever the machine stands", test_trace_is_the_same_anywhere },
    { "depth and window limit a trace", test_depth_and_window },
    { "diff names what changed, forwards and backwards", test_diff },
    { "a sentence says what happened", test_sentences },
    { "what nobody sends, the kernel does", test_kernel_sends },
    { "a command is explained at length", test_explain },
    { "addresses, words, structures and lists are explained", test_memory },
    { "the kernel's tables are shown", test_tables },
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
