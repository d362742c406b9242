/* The sentence under the panes: whatever a lesson or a usual command makes it say has room there. */
#ifdef PROCARIUM_HOST_FILES
#include "host_file.h"
#endif
#include "machine/ksym.h"
#include "procarium/report.h"
#include "script/session.h"
#include "tui/draw.h"
#include "tui/glyph.h"

/* After the kernel's errnos: CUnit brings the host's macros of the same names. */
#include "cunit_main.h"
#include "shell.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

/* Where it stands on a screen of 80 columns and two rows, and on one of 160 and one. */
enum { NARROW_COLS = 78, NARROW_ROWS = 2, WIDE_COLS = 158 };

static const char *played; /* a script's path, or what is typed */
static struct session *session;

static void expect_room(const char *sentence, const char *of)
{
    int narrow = draw_wrapped_rows(sentence, NARROW_COLS);
    int wide = draw_wrapped_rows(sentence, WIDE_COLS);

    if (narrow > NARROW_ROWS || wide > 1)
        printf("\n%s: %s: %d columns: %s\n", played, of, glyph_width(sentence), sentence);
    CU_ASSERT_TRUE(narrow <= NARROW_ROWS);
    CU_ASSERT_TRUE(wide <= 1);
}

static void on_done(void *context, const struct echo *echo)
{
    const struct machine *m = session_machine(session);
    struct strbuf sentence = STRBUF_INIT;

    (void)context;
    if (echo->acts)
        report_sentence(m, machine_position(m).command, &sentence);
    const char *text = strbuf_text(&sentence);
    expect_room(text, echo->text);
    /* What was copied is told of a new task that is told of. */
    CU_ASSERT_TRUE(!strstr(text, "copied: ") || strstr(text, "forked ") || strstr(text, "cloned "));
    strbuf_finish(&sentence);
}

static void on_mistake(void *context, const struct mistake *mistake)
{
    (void)context;
    printf("\n%s:%u: %s\n", mistake->file, mistake->column, mistake->message);
}

static void start(const char *what)
{
    static const struct session_options options = {
        .keep_going = true,
        .face = { .done = on_done, .mistake = on_mistake },
#ifdef PROCARIUM_HOST_FILES
        .read_host_file = read_host_file,
#endif
    };

    played = what;
    session = session_create(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(session);
}

static void run_text(const char *text)
{
    session_run(session, "test", text, strlen(text));
}

/* All scripts of a folder; a lesson has some dozens of commands that say something. */
static void play_folder(const char *pattern)
{
    char path[512];
    glob_t found;

    snprintf(path, sizeof path, "%s/%s", getenv("PROCARIUM_SOURCE_ROOT"), pattern);
    CU_ASSERT_EQUAL_FATAL(glob(path, 0, NULL, &found), 0);
    CU_ASSERT_TRUE(found.gl_pathc > 10);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        start(found.gl_pathv[i]);
        CU_ASSERT_NOT_EQUAL(session_run_file(session, found.gl_pathv[i]), RUN_INTERRUPTED);
        CU_ASSERT_TRUE(machine_position(session_machine(session)).commands > 0);
        session_destroy(session);
    }
    globfree(&found);
}

static void test_lessons(void)
{
    play_folder("demos/*.demo");
}

static void test_scripts(void)
{
    play_folder("tests/script/*.pro");
}

/* What people type, with the longest words that it has; PIDs of five digits, too. */
static void test_usual_commands(void)
{
    static const char *const scripts[] = {
        "boot sh; fork; vfork; 4: exec /bin/ls; 3: exec /bin/sh one two three; 3: exit 9; exit 3",
        "boot sh; clone VM|FS|FILES|SIGHAND|THREAD|SYSVSEM|PARENT_SETTID|CHILD_CLEARTID; clone "
        "VM|FS|FILES|SIGHAND|VFORK|PARENT|SYSVSEM|UNTRACED|CHLD",
        "boot sh; clone VM; clone FS; clone FILES; clone FS|FILES|CHLD; clone SIGHAND; clone "
        "NEWNS|FS; clone THREAD; clone thread",
        "boot sh; fork; 3: fork; 3: fork; 3: fork; 3: exit 9; wait; kill -9 4; kill -SEGV 5; wait "
        "-1 WNOHANG",
        "boot sh; fork; kill -STOP 3; kill -CONT 3; kill -STOP 3; wait4 -1 WUNTRACED; kill -9 -1",
        "boot sh; signal SIGUSR1 handler restart; fork; 3: kill -USR1 2; 3: pause; kill -TERM 3; "
        "sigprocmask block SIGCHLD; tgkill 2 2 SIGUSR1; signal SIGSEGV ignore; store 0 1",
        "boot sh; mmap 900 private big; store big 1 pages=900; fork; 3: store big 2 pages=900; "
        "load big pages=900; 3: munmap big; store big \"words that are as long as they may be\"",
        "boot sh; mmap 9 shared s; store s \"a long text that is stored there\" pages=9; fork; "
        "3: load s 32; mprotect s none; load s",
        "boot sh; fork; 3: store 0xc0000000 1; load 0; fork; store stack-99 1; store stack-99999 1",
        "boot sh; pipe; fork; 3: read 3 61440; write 4 81920; close 4; 3: exit; open /etc/motd; "
        "read 5 10; dup 5; lseek 5 99; write 5 \"in vain\"; unlink /etc/motd; fcntl 5 F_SETFD 1",
        "sysctl kernel.pid_max 301; repeat 300 { fork; $!: exit; wait }; fork; vfork",
        "boot sh; fork; nice 19; sched_yield; setpgid 3 3; setsid; fork; 4: io; irq disk; ioperm 0 "
        "9 1",
        "boot sh; prctl PR_SET_PDEATHSIG SIGTERM; setrlimit nproc 2; fork; chdir "
        "/no/such/directory; "
        "chroot /bin; open /a/path/that/is/quite/long/and/not/there; exec /bin/none; getcwd",
        "boot sh; clone thread; clone thread; 4: exec /bin/ls; fork; $!: exit_group 255; exit",
        "fork; 2: fork; 2: fork; 2: fork; 2: exit; wait; exit",
    };

    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        start(scripts[i]);
        run_text(scripts[i]);
        CU_ASSERT_EQUAL(session_mistakes(session), 0);
        session_destroy(session);
    }
}

/* At a step: what a function is for, or one event. */
static void test_steps(void)
{
    struct strbuf sentence = STRBUF_INIT;

    played = "a function";
    for (int k = 0; k < KSYM_COUNT; k++) {
        const struct ksym_info *info = ksym_info((enum ksym)k);
        strbuf_clear(&sentence);
        strbuf_printf(&sentence, "%s(): %s.", info->name, info->purpose);
        expect_room(strbuf_text(&sentence), info->name);
    }
    start("steps");
    run_text(
        "boot sh; mmap 2 shared s; pipe; store s 1; fork; 3: store s \"long words\"; 3: read 3 "
        "100; store heap 1; vfork; 4: exec /bin/ls; write 4 \"hello\"; kill -SEGV 3; wait; "
        "undo 12");
    while (machine_position(session_machine(session)).command <
           machine_position(session_machine(session)).commands) {
        run_text("step");
        strbuf_clear(&sentence);
        report_step_sentence(session_machine(session), &sentence);
        expect_room(strbuf_text(&sentence), "step");
    }
    session_destroy(session);
    strbuf_finish(&sentence);
}

/* On the screen, at each size: the end is there; where it is not, it says what tells the rest. */
static void test_on_screen(void)
{
    static const int sizes[][2] = {
        { 24, 80 }, { 30, 100 }, { 40, 130 }, { 40, 159 }, { 45, 160 }
    };
    static const char command[] = "mmap 500 private big; store big 1 pages=500";

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct vt *vt = start_shell(sizes[i][0], sizes[i][1]);
        run_command(vt, command, "500 stores.");
        CU_ASSERT_TRUE(vt_find(vt, " 2 sh writes 0x", NULL, NULL));
        vt_resize(vt, 18, 80); /* a single row */
        VT_ASSERT(vt, vt_wait_text(vt, "… explain"));
        vt_resize(vt, sizes[i][0], sizes[i][1]);
        VT_ASSERT(vt, vt_wait_gone(vt, "… explain"));
        quit_procarium(vt);
    }
}

/* When too much happened for the journal, the sentence about that is whole, too. */
static void test_quiet(void)
{
    struct vt *vt = start_shell(24, 80);

    run_command(vt, "repeat 1000 { fork }", "1000 commands in all");
    run_command(vt, "kill -9 -1", "--journal-size).");
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "of every lesson", test_lessons },
    { "of every script", test_scripts },
    { "of usual commands", test_usual_commands },
    { "of every step", test_steps },
    { "on a screen", test_on_screen },
    { "of too much", test_quiet },
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
