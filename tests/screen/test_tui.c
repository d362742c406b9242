/* procarium on a screen: panes, demos, sizes, mistakes, and every way to end. */
#include "shell.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int sizes[][2] = { { 24, 80 }, { 45, 160 } };

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static const char demo[] = "boot sh\n"
                           "chapter \"One\"\n"
                           "say \"First words about nothing.\"\n"
                           "fork\n"
                           "expect 3\n"
                           "say \"Task $! is new.\"\n"
                           "ask \"Who am I?\" focus\n"
                           "chapter \"Two\"\n"
                           "kill -9 3\n"
                           "ps\n";

static int make_demo(void)
{
    return make_home_with_lesson(demo);
}

static void test_greeting(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct vt *vt = start_shell(sizes[i][0], sizes[i][1]);
        CU_ASSERT_TRUE(vt_find(vt, "Type fork", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "init> boot sh", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "S wait4", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "F1 help", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "task_struct", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "R running", NULL, NULL));
        quit_procarium(vt);
    }
}

static void test_fork_and_the_end(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct vt *vt = start_shell(sizes[i][0], sizes[i][1]);
        vt_type(vt, "fork\r");
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
        CU_ASSERT_TRUE(is_beside(vt, "─3 sh", "R") || is_beside(vt, "─ 3 sh", "R"));
        CU_ASSERT_TRUE(vt_find(vt, "▶2 sh 3 sh", NULL, NULL) || is_beside(vt, "ready", "3 sh"));
        CU_ASSERT_TRUE(vt_find(vt, "do_fork() {", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "3 sh: fork → R", NULL, NULL));
        vt_type(vt, "3: exit 7\r");
        VT_ASSERT(vt, vt_wait_text(vt, "Z exit 7"));
        CU_ASSERT_TRUE(vt_find(vt, "3 sh R → Z: do_exit", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "do_exit() {", NULL, NULL));
        vt_type(vt, "wait\r");
        VT_ASSERT(vt, vt_wait_text(vt, "gone, exit 7"));
        vt_type(vt, "fork\r");
        VT_ASSERT(vt, vt_wait_gone(vt, "gone"));
        quit_procarium(vt);
    }
}

static void test_fields_are_marked(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct vt *vt = start_shell(sizes[i][0], sizes[i][1]);
        int row, col;
        vt_type(vt, "2: pause\r");
        VT_ASSERT(vt, vt_wait_text(vt, "→ 1 TASK_INTERRUPTIBLE"));
        VT_ASSERT(vt, vt_find(vt, "▪ state", &row, &col));
        VT_ASSERT(vt, vt_find_from(vt, row, "→ 1 TASK", &row, &col));
        CU_ASSERT_NOT_EQUAL(vt_bg(vt, row, col + 2), VT_DEFAULT_COLOR);
        vt_type(vt, "undo\r"); /* the next stop takes the marks away */
        VT_ASSERT(vt, vt_wait_gone(vt, "→ 1 TASK"));
        quit_procarium(vt);
    }
}

static void test_choosing_a_task(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_key(vt, VTERM_KEY_TAB);
    vt_key(vt, VTERM_KEY_UP);
    VT_ASSERT(vt, vt_wait_text(vt, "1 init ─┤"));
    vt_key(vt, VTERM_KEY_ENTER);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> focus 1"));
    VT_ASSERT(vt, vt_wait_text(vt, "1 init>"));
    vt_type(vt, "\0335"); /* Alt-5: the stack, which was behind a tab */
    VT_ASSERT(vt, vt_wait_text(vt, "thread_info"));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_text(vt, "pane console"));
    CU_ASSERT_TRUE(vt_find(vt, "kernel stack", NULL, NULL)); /* it stays in sight */
    vt_type(vt, "\0336");
    VT_ASSERT(vt, vt_wait_text(vt, "slab caches"));
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "last_pid 2"));
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "can run"));
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "frames free"));
    vt_key(vt, VTERM_KEY_FUNCTION(2));
    VT_ASSERT(vt, vt_wait_gone(vt, "R running"));
    vt_key(vt, VTERM_KEY_FUNCTION(2));
    VT_ASSERT(vt, vt_wait_text(vt, "R running"));
    vt_mouse(vt, 1, 1, 8); /* a click in the tree chooses */
    vt_settle(vt, 60);
    CU_ASSERT_TRUE(vt_find(vt, "frames free", NULL, NULL)); /* and all panes stay in sight */
    vt_type(vt, "\0334");
    VT_ASSERT(vt, wait_either(vt, "0 swapper ─┐", "0 swapper ─┤"));
    quit_procarium(vt);
}

static void test_help(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_key(vt, VTERM_KEY_FUNCTION(1));
    VT_ASSERT(vt, vt_wait_text(vt, "closes"));
    CU_ASSERT_TRUE(is_beside(vt, "F8", "one step on, over"));
    for (int i = 0; i < 40 && !vt_find(vt, "leaves procarium", NULL, NULL); i++) {
        vt_key(vt, VTERM_KEY_PAGEDOWN);
        vt_settle(vt, 10);
    }
    VT_ASSERT(vt, vt_wait_text(vt, "leaves procarium"));
    vt_key(vt, VTERM_KEY_FUNCTION(1));
    VT_ASSERT(vt, vt_wait_gone(vt, "leaves procarium"));
    quit_procarium(vt);
}

static void test_long_output(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "help\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Esc closes"));
    CU_ASSERT_TRUE(vt_find(vt, "makes a child", NULL, NULL)); /* from its beginning */
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_gone(vt, "makes a child: a copy"));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_text(vt, "R running"));
    vt_key(vt, VTERM_KEY_PAGEUP); /* it is in the console, too */
    VT_ASSERT(vt, vt_wait_text(vt, "more below"));
    vt_type(vt, "ps\r");
    VT_ASSERT(vt, vt_wait_text(vt, "Esc closes"));
    vt_type(vt, "quit\r"); /* letters always type */
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static void test_mistakes(void)
{
    struct vt *vt = start_shell(24, 80);
    int typed, caret, col, row;

    vt_type(vt, "kill 77\r");
    VT_ASSERT(vt, wait_either(vt, "ESRCH", "no task"));
    vt_type(vt, "frok\r");
    VT_ASSERT(vt, vt_wait_text(vt, "did you mean “fork”?"));
    VT_ASSERT(vt, vt_find(vt, "> frok", &row, &typed));
    VT_ASSERT(vt, vt_find(vt, "^ there is no command", &row, &caret));
    CU_ASSERT_EQUAL(caret, typed + 2); /* under the word */
    vt_type(vt, "expect state 2 Z\r");
    VT_ASSERT(vt, vt_wait_text(vt, "but it is in R"));
    vt_type(vt, "repeat 2 {\r");
    vt_type(vt, "fork }\r");
    VT_ASSERT(vt, vt_wait_text(vt, "forked 4 sh"));
    CU_ASSERT_TRUE(vt_find(vt, "> fork  # 2 sh forked", NULL, &col));
    vt_type(vt, "kill -K\t");
    VT_ASSERT(vt, vt_wait_text(vt, "> kill -KILL"));
    CU_ASSERT_TRUE(is_beside(vt, "> kill -KILL", "kill [-SIG")); /* the usage at the right */
    quit_procarium(vt);
}

/* A terminal that does not mark a paste: much in one line is refused, and soon. */
static void test_huge_lines(void)
{
    static const char *const options[] = { NULL, "--plain" };
    size_t size = 1 << 18;
    char *line = malloc(size);

    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    memset(line, 'a', size);
    line[size - 1] = '\r';
    for (size_t i = 0; i < 2; i++) {
        struct vt *vt = start_procarium(24, 80, NULL, options[i]);

        VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
        vt_send(vt, line, size);
        VT_ASSERT(vt, vt_wait_text(vt, "longer than 4096 bytes"));
        run_command(vt, "expect tasks 7", "but it is 2");
        quit_procarium(vt);
    }
    free(line);
}

/* Without panes: what is typed behind a ^C is the next line, all of it. */
static void test_plain_interrupt(void)
{
    struct vt *vt = start_procarium(24, 80, NULL, "--plain");

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    for (int i = 3; i < 6; i++) {
        char answer[32];

        snprintf(answer, sizeof answer, "and %d to 2 sh", i);
        vt_type(vt, "frok");
        run_command(vt, "\003fork", answer);
    }
    quit_procarium(vt);
}

static void test_interrupting_a_repeat(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "repeat 10000000 { fork; $!: exit 0; wait }\r");
    VT_ASSERT(vt, vt_wait_text(vt, "of 10000000 rounds"));
    vt_type(vt, "\003");
    VT_ASSERT(vt, vt_wait_text(vt, "interrupted"));
    vt_type(vt, "repeat 10000000 { fork; $!: exit 0; wait }\r");
    VT_ASSERT(vt, vt_wait_text(vt, "rounds"));
    vt_type(vt, "\003expect tasks 77\r"); /* what is typed behind the ^C stays */
    VT_ASSERT(vt, vt_wait_text(vt, "tasks == 77"));
    vt_type(vt, "check\r");
    VT_ASSERT(vt, vt_wait_text(vt, "all is well"));
    vt_type(vt, "undo\r");
    VT_ASSERT(vt, vt_wait_text(vt, "> undo"));
    quit_procarium(vt);
}

static void test_paste(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_paste(vt, "fork\nfork\n3: exit 5\nps");
    VT_ASSERT(vt, vt_wait_text(vt, "Z exit 5"));
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> ps")); /* no newline: not run */
    quit_procarium(vt);
}

static void test_sizes(void)
{
    static const int odd[][2] = { { 60, 200 }, { 24, 80 }, { 10, 40 }, { 3, 20 },  { 1, 1 },
                                  { 2, 3 },    { 5, 200 }, { 60, 10 }, { 30, 100 } };
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "fork; fork; 3: pause\r");
    VT_ASSERT(vt, vt_wait_text(vt, "S pause"));
    vt_type(vt, "kept");
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        vt_resize(vt, odd[i][0], odd[i][1]);
        if (odd[i][1] >= 20) {
            VT_ASSERT(vt, vt_wait_text(vt, "kept"));
        }
    }
    vt_resize(vt, 9, 39);
    VT_ASSERT(vt, vt_wait_text(vt, "too small"));
    vt_resize(vt, 45, 160);
    VT_ASSERT(vt, vt_wait_text(vt, "kernel stack"));
    for (int i = 0; i < 100; i++)
        vt_resize(vt, 1 + i * 7 % 60, 1 + i * 13 % 200);
    vt_resize(vt, 24, 80);
    VT_ASSERT(vt, vt_wait_text(vt, "kept"));
    VT_ASSERT(vt, vt_wait_text(vt, "S pause"));
    quit_procarium(vt);
}

static void test_demo(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct vt *vt = start_procarium(sizes[i][0], sizes[i][1], NULL, lesson_file);
        VT_ASSERT(vt, vt_wait_text(vt, "Space: boot sh"));
        vt_key(vt, VTERM_KEY_RIGHT); /* the machine and the first words come together */
        VT_ASSERT(vt, vt_wait_text(vt, "First words"));
        VT_ASSERT(vt, wait_either(vt, ": One", "│One "));
        CU_ASSERT_TRUE(vt_find(vt, "2 sh>", NULL, NULL));
        VT_ASSERT(vt, vt_wait_text(vt, "Space: fork"));
        vt_key(vt, VTERM_KEY_PAGEDOWN);
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
        vt_type(vt, " ");
        VT_ASSERT(vt, vt_wait_text(vt, "Task 3 is new."));
        vt_key(vt, VTERM_KEY_LEFT); /* back before the words, and before the fork */
        VT_ASSERT(vt, vt_wait_text(vt, "First words"));
        vt_key(vt, VTERM_KEY_PAGEUP);
        VT_ASSERT(vt, vt_wait_text(vt, "Space: fork"));
        vt_type(vt, "  ");
        VT_ASSERT(vt, vt_wait_text(vt, "Task 3 is new."));
        vt_type(vt, "kill -STOP 3\r"); /* somebody takes over */
        VT_ASSERT(vt, vt_wait_text(vt, "R → T"));
        vt_type(vt, " ");
        VT_ASSERT(vt, vt_wait_text(vt, "Who am I?"));
        VT_ASSERT(vt, vt_wait_gone(vt, "T SIGSTOP")); /* and it comes back */
        vt_type(vt, "2\r");
        VT_ASSERT(vt, vt_wait_text(vt, "Right: 2"));
        vt_type(vt, " ");
        VT_ASSERT(vt, wait_either(vt, "Z killed by", "Z SIGKILL"));
        VT_ASSERT(vt, wait_either(vt, ": Two", "│Two "));
        vt_type(vt, " ");
        VT_ASSERT(vt, vt_wait_text(vt, "the end of the demo"));
        quit_procarium(vt);
    }
}

static void test_demo_comes_back_from_another_line(void)
{
    struct vt *vt = start_procarium(24, 80, NULL, lesson_file);

    VT_ASSERT(vt, vt_wait_text(vt, "Space: boot sh"));
    vt_type(vt, "  "); /* boot and say, fork */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    vt_type(vt, "undo; vfork\r");
    VT_ASSERT(vt, vt_wait_text(vt, "vforked"));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "Task 3 is new."));
    VT_ASSERT(vt, vt_wait_gone(vt, "D vfork"));
    quit_procarium(vt);
}

static void test_demo_plays_by_itself(void)
{
    struct vt *vt = start_procarium(24, 80, NULL, lesson_file);

    VT_ASSERT(vt, vt_wait_text(vt, "Space: boot sh"));
    vt_key(vt, VTERM_KEY_FUNCTION(5));
    VT_ASSERT(vt, vt_wait_text(vt, "playing"));
    vt_type(vt, "+++++");
    VT_ASSERT(vt, vt_wait_text(vt, "×32"));
    VT_ASSERT(vt, vt_wait_text(vt, "Space: the answer"));
    CU_ASSERT_FALSE(vt_find(vt, "playing", NULL, NULL));
    vt_type(vt, "\003");
    quit_procarium(vt);
}

static void test_demo_command(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "fork; demo\r");
    VT_ASSERT(vt, vt_wait_text(vt, "01-first-fork"));
    vt_type(vt, "demo 2\r");
    VT_ASSERT(vt, vt_wait_text(vt, "02-zombie-and-wait"));
    VT_ASSERT(vt, vt_wait_text(vt, "Space: boot sh"));
    vt_type(vt, "demo off\r");
    VT_ASSERT(vt, vt_wait_gone(vt, "Space: boot sh"));
    vt_type(vt, "demo 77\r");
    VT_ASSERT(vt, vt_wait_text(vt, "there is no such lesson"));
    quit_procarium(vt);
}

/* Who types what a shell would understand is told what to type here, in the console. */
static void test_advice(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "exec ls\r");
    VT_ASSERT(vt, vt_wait_text(vt, "a path: exec /bin/ls"));
    vt_type(vt, "exec /bin/ls\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 ls>"));
    vt_type(vt, "sudo rm -rf /\r");
    VT_ASSERT(vt, vt_wait_text(vt, "root already"));
    quit_procarium(vt);
}

static void test_bad_demo(void)
{
    struct vt *vt = start_procarium(24, 80, NULL, "/nonexistent.demo");

    VT_ASSERT(vt, vt_wait_text(vt, "it may not be read"));
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    quit_procarium(vt);
}

static void test_ends(void)
{
    static const int numbers[] = { SIGTERM, SIGHUP };
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "\004");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    expect_restored(vt);
    vt_stop(vt);
    vt = start_shell(24, 80);
    vt_key(vt, VTERM_KEY_FUNCTION(10));
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    expect_restored(vt);
    vt_stop(vt);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        vt = start_shell(24, 80);
        vt_type(vt, "half");
        vt_signal(vt, numbers[i]);
        CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + numbers[i]);
        expect_restored(vt);
        vt_stop(vt);
    }
    vt = start_shell(24, 80);
    vt_type(vt, "repeat 10000000 { fork; $!: exit 0; wait }\r");
    VT_ASSERT(vt, vt_wait_text(vt, "rounds"));
    vt_signal(vt, SIGTERM);
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + SIGTERM);
    expect_restored(vt);
    vt_stop(vt);
}

static bool is_restored(const struct vt *vt, void *arg)
{
    (void)arg;
    return vt_is_termios_restored(vt) && !vt_is_altscreen(vt) && vt_cursor_is_visible(vt);
}

static void test_kill(void)
{
    struct vt *vt = start_under_sh(24, 80, "");

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "fork\r");
    VT_ASSERT(vt, vt_wait_text(vt, "forked"));
    kill_under_sh(vt, SIGKILL);
    VT_ASSERT(vt, vt_wait(vt, is_restored, NULL)); /* by the guard */
    vt_type(vt, "\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    CU_ASSERT_TRUE(vt_has_received(vt, "\033[?1002l", 8));
    vt_stop(vt);
}

/* Stopped and continued by somebody else: the screen is drawn again, nothing is lost. */
/* Has a whole screen been sent since so many bytes were received? */
static bool is_drawn_anew(const struct vt *vt, void *before)
{
    return vt_bytes_received(vt) - *(size_t *)before > 1000;
}

static void test_stop_and_continue(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "half");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half"));
    vt_signal(vt, SIGSTOP);
    vt_type(vt, " typed");
    size_t before = vt_bytes_received(vt);
    vt_signal(vt, SIGCONT);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half typed"));
    VT_ASSERT(vt, vt_wait(vt, is_drawn_anew, &before)); /* what was typed may come first */
    CU_ASSERT_TRUE(vt_is_altscreen(vt));
    quit_procarium(vt);
}

/* ^Z, fg, SIGSTOP and SIGKILL, as under a person's shell. */
static void test_under_a_shell(void)
{
    struct vt *vt = vt_start(24, 80, NULL,
                             (const char *[]){ "/bin/bash", "--norc", "--noprofile", "-i", NULL });
    char command[512];

    snprintf(command, sizeof command, "PS1='shell-%%'; %s\r", getenv("PROCARIUM"));
    vt_type(vt, command);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "half typed\032");
    VT_ASSERT(vt, vt_wait_text(vt, "Stopped"));
    CU_ASSERT_FALSE(vt_is_altscreen(vt));
    vt_type(vt, "echo us$((1))able\r");
    VT_ASSERT(vt, vt_wait_text(vt, "us1able"));
    vt_resize(vt, 30, 100);
    vt_type(vt, "bg\r"); /* which has no terminal for it */
    VT_ASSERT(vt, vt_wait_text(vt, "&"));
    vt_type(vt, "clear; fg\r"); /* so that the next Stopped is a new one */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half typed"));
    CU_ASSERT_TRUE(vt_is_altscreen(vt));
    vt_type(vt, "\032");
    VT_ASSERT(vt, vt_wait_text(vt, "Stopped"));
    /* Killed while stopped: it ends without asking for the terminal, which is the shell's. */
    vt_type(vt, "kill %1; while jobs %1 >/dev/null 2>&1; do sleep 0.05; done; echo en$((1))ded\r");
    VT_ASSERT(vt, vt_wait_text(vt, "en1ded"));
    snprintf(command, sizeof command, "clear; %s\r", getenv("PROCARIUM"));
    vt_type(vt, command);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "\032");
    VT_ASSERT(vt, vt_wait_text(vt, "Stopped"));
    /* While stopped: the screen is the shell's. A plain `wait` returns for a job that is stopped. */
    vt_type(vt, "kill -9 %1; wait -f %1; echo go$((1))ne\r");
    VT_ASSERT(vt, vt_wait_text(vt, "go1ne"));
    vt_type(vt, "exit\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static void test_crash(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_signal(vt, SIGABRT);
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + SIGABRT);
    expect_restored(vt);
    vt_stop(vt);
}

static void test_panic(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "1: exit\r");
    VT_ASSERT(vt, wait_either(vt, "sleep", "cannot make a call"));
    vt_type(vt, "boot; exit\r");
    VT_ASSERT(vt, vt_wait_text(vt, "kernel panic"));
    vt_type(vt, "undo\r");
    VT_ASSERT(vt, vt_wait_text(vt, "1 init [0 of 1]>"));
    quit_procarium(vt);
}

static void test_many_tasks(void)
{
    struct vt *vt = start_shell(45, 160);

    vt_type(vt, "boot mem=896M thread_size=4K; sysctl kernel.threads-max 40000; "
                "repeat 20000 { clone thread }\r");
    VT_ASSERT(vt, vt_wait_text(vt, "20001 tasks"));
    vt_key(vt, VTERM_KEY_TAB);
    vt_key(vt, VTERM_KEY_PAGEUP);
    vt_key(vt, VTERM_KEY_HOME);
    VT_ASSERT(vt, vt_wait_text(vt, "0 swapper"));
    quit_procarium(vt);
}

static void test_poor_terminals(void)
{
    static const char *const names[] = { "TERM=vt100", "TERM=linux", "TERM=screen", "TERM=ansi" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct vt *vt = start_procarium(24, 80, (const char *[]){ names[i], NULL }, NULL);
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
        vt_type(vt, "fork\r");
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
        if (i == 0) { /* plain signs where lines and arrows cannot be expected */
            for (int row = 0; row < 24; row++)
                for (const char *c = vt_row(vt, row); *c; c++)
                    CU_ASSERT_TRUE((unsigned char)*c < 0x80);
        }
        quit_procarium(vt);
    }
    struct vt *vt = start_procarium(24, 80, (const char *[]){ "TERM=dumb", NULL }, NULL);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>")); /* line by line instead */
    vt_type(vt, "quit\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static CU_TestInfo tests[] = {
    { "greeting", test_greeting },
    { "fork, exit, wait", test_fork_and_the_end },
    { "changed fields are marked", test_fields_are_marked },
    { "choosing a task, and the other panes", test_choosing_a_task },
    { "help", test_help },
    { "long output", test_long_output },
    { "mistakes", test_mistakes },
    { "huge lines", test_huge_lines },
    { "interrupting a line without panes", test_plain_interrupt },
    { "interrupting a repeat", test_interrupting_a_repeat },
    { "paste", test_paste },
    { "sizes", test_sizes },
    { "demo", test_demo },
    { "a demo comes back from another line of time", test_demo_comes_back_from_another_line },
    { "a demo plays by itself", test_demo_plays_by_itself },
    { "the command demo", test_demo_command },
    { "a demo that is not there", test_bad_demo },
    { "advice", test_advice },
    { "every way to end", test_ends },
    { "kill -9", test_kill },
    { "stopped and continued", test_stop_and_continue },
    { "under a shell", test_under_a_shell },
    { "crash", test_crash },
    { "panic", test_panic },
    { "many tasks", test_many_tasks },
    { "poor terminals", test_poor_terminals },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "panes", make_demo, remove_home, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
