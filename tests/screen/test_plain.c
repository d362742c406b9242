/* The session without panes: history search, pastes, stops and ends. */
#include "shell.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static bool is_taken(const struct vt *vt, void *arg)
{
    (void)arg;
    return !vt_is_termios_restored(vt);
}

/* While no line is read, the terminal takes keys such as ^R and ^V for its own. */
static void run_line(struct vt *vt, const char *command, const char *answer)
{
    run_command(vt, command, answer);
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
}

static struct vt *start_plain(void)
{
    struct vt *vt = start_procarium(24, 80, NULL, "--plain");

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
    return vt;
}

static void test_search(void)
{
    struct vt *vt = start_plain();

    run_line(vt, "expect tasks 7", "but it is 2");
    run_line(vt, "expect tasks 8", "tasks == 8");
    vt_type(vt, "half\022");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: ) half"));
    vt_type(vt, "tas");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: tas) expect tasks 8"));
    vt_type(vt, "\022");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: tas) expect tasks 7"));
    vt_type(vt, "\022");
    VT_ASSERT(vt, vt_wait_text(vt, "(not found: tas) expect tasks 7"));
    vt_type(vt, "\023");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: tas) expect tasks 8"));
    vt_type(vt, "x");
    VT_ASSERT(vt, vt_wait_text(vt, "(not found: tasx) expect tasks 8"));
    vt_type(vt, "\177");
    VT_ASSERT(vt, vt_wait_text(vt, "(history: tas) expect tasks 8"));
    vt_type(vt, "\007");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half"));
    vt_type(vt, "\003");
    VT_ASSERT(vt, vt_wait_text(vt, "^C"));
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
    vt_type(vt, "\022tasks 7\005 or 9"); /* ^E ends it and is obeyed */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> expect tasks 7 or 9"));
    vt_type(vt, "\003");
    VT_ASSERT(vt, vt_wait_text(vt, "or 9^C"));
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
    vt_type(vt, "\022tasks 8\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> expect tasks 8"));
    quit_procarium(vt);
}

/* Thousands of characters at once, where each one asks for a search or a line to be drawn. */
static void test_much_at_once(void)
{
    static const char *const before[] = { "\022", "xy\033[D", "\033b", "\026" };
    struct vt *vt = start_plain();
    size_t size = 1 << 14;
    char *text = malloc(size + 1);

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (int i = 0; i < 50; i++) {
        char command[64];
        snprintf(command, sizeof command, "expect tasks %d\r", 100 + i);
        vt_type(vt, command);
    }
    VT_ASSERT(vt, vt_wait_text(vt, "tasks == 149"));
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
    memset(text, 'a', size);
    text[size] = '\0';
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        char command[64], answer[64];
        vt_type(vt, before[i]);
        vt_type(vt, text);
        snprintf(command, sizeof command, "\003expect tasks %zu", 200 + i);
        snprintf(answer, sizeof answer, "tasks == %zu", 200 + i);
        run_line(vt, command, answer);
    }
    free(text);
    quit_procarium(vt);
}

/* A line of a megabyte: it is not read, nor drawn, byte by byte. */
static void test_long_line(void)
{
    struct vt *vt = start_plain();
    size_t size = 1 << 20;
    char *line = malloc(size);

    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    memset(line, 'a', size);
    line[size - 1] = '\r';
    long reads = count_reads(vt);
    size_t received = vt_bytes_received(vt);
    vt_send(vt, line, size);
    VT_ASSERT(vt, vt_wait_text(vt, "longer than 4096 bytes"));
    CU_ASSERT_TRUE(count_reads(vt) - reads < (long)size / 10);
    CU_ASSERT_TRUE(vt_bytes_received(vt) - received < size);
    free(line);
    quit_procarium(vt);
}

/* What was pasted behind a line that runs is gone with ^C, as a terminal drops it; read or not. */
static void test_interrupt_drops_paste(void)
{
    struct vt *vt = start_plain();

    vt_type(vt, "repeat 10000000 { fork; $!: exit 0; wait }; expect tasks 7\r"
                "expect tasks 8 # more than sixty bytes that have come at once\r"
                "expect tasks 9\r");
    VT_ASSERT(vt, vt_wait_text(vt, "   …")); /* the fourth round: the terminal sends signals */
    vt_type(vt, "\003");
    VT_ASSERT(vt, vt_wait_text(vt, "interrupted"));
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
    run_line(vt, "expect tasks 10", "tasks == 10");
    CU_ASSERT_FALSE(vt_find(vt, "tasks == 8", NULL, NULL));
    CU_ASSERT_FALSE(vt_find(vt, "tasks == 9", NULL, NULL));
    quit_procarium(vt);
}

/* What a keyboard, or a terminal with another character set, may send. */
static void test_odd_bytes(void)
{
    struct vt *vt = start_plain();

    vt_send(vt, "expect\0 tasks 7\r", 16);
    VT_ASSERT(vt, vt_wait_text(vt, "tasks == 7"));
    vt_type(vt, "expect tasks 8 # caf\xE9\r"); /* is no first third of anything */
    VT_ASSERT(vt, vt_wait_text(vt, "tasks == 8"));
    vt_type(vt, "expect tasks 9 # \xC2\x80\xED\xA0\x80\xF7\xBF\xBF\xBF 三\r");
    VT_ASSERT(vt, vt_wait_text(vt, "tasks == 9"));
    vt_type(vt, "\033x\"open\r"); /* libedit's own prompt for its commands fell over that */
    VT_ASSERT(vt, vt_wait_text(vt, "…"));
    vt_type(vt, "\003");
    run_line(vt, "expect tasks 10", "tasks == 10");
    quit_procarium(vt);
}

/* A locale without the characters of our prompts: libedit died of them. It is UTF-8 all the same. */
static void test_locale_c(void)
{
    struct vt *vt = start_procarium(24, 80, (const char *[]){ "LC_ALL=C", NULL }, "--plain");

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "repeat 2 {\r");
    VT_ASSERT(vt, vt_wait_text(vt, "…"));
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
    vt_type(vt, "\003");
    VT_ASSERT(vt, vt_wait_text(vt, "^C"));
    VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
    vt_type(vt, "\022é三");
    VT_ASSERT(vt, vt_wait_text(vt, "(not found: é三)"));
    quit_procarium(vt);
}

static bool is_restored(const struct vt *vt, void *arg)
{
    (void)arg;
    return vt_is_termios_restored(vt);
}

static void test_ends(void)
{
    static const int numbers[] = { SIGTERM, SIGHUP, SIGQUIT, SIGKILL, SIGABRT, SIGSEGV };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char ended[32];
        struct vt *vt = start_under_sh(24, 80, "--plain");
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
        vt_type(vt, "half");
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half"));
        VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
        kill_under_sh(vt, numbers[i]);
        VT_ASSERT(vt, vt_wait(vt, is_restored, NULL)); /* or by the guard, a little later */
        snprintf(ended, sizeof ended, "ended: %d", 128 + numbers[i]);
        if (numbers[i] == SIGSEGV) /* a sanitizer tells of it and ends by SIGABRT */
            snprintf(ended, sizeof ended, "ended: 13");
        VT_ASSERT(vt, vt_wait_text(vt, ended));
        vt_type(vt, "\r");
        CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
        vt_stop(vt);
    }
    struct vt *vt = start_plain();
    vt_type(vt, "repeat 10000000 { fork; $!: exit 0; wait }; expect tasks 77\r");
    VT_ASSERT(vt, vt_wait_text(vt, "expect tasks 77"));
    vt_signal(vt, SIGTERM);
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 128 + SIGTERM);
    CU_ASSERT_TRUE(vt_is_termios_restored(vt));
    vt_stop(vt);
}

/* ^Z, bg, fg and kill, as under a person's shell: one that leaves the terminal as it is. */
static void test_under_a_shell(void)
{
    struct vt *vt = vt_start(24, 80, NULL, (const char *[]){ "/bin/sh", "-i", NULL });
    char command[512];

    snprintf(command, sizeof command, "PS1='shell-%%'; %s --plain\r", getenv("PROCARIUM"));
    vt_type(vt, command);
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    vt_type(vt, "fork\rhalf");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half"));
    vt_type(vt, "\032lost"); /* what comes along with it is nobody's */
    VT_ASSERT(vt, vt_wait_text(vt, "Stopped"));
    vt_type(vt, "clear; echo us$((1))able; stty -a | grep -o '.icanon'; bg\r");
    VT_ASSERT(vt, vt_wait_text(vt, "us1able"));
    VT_ASSERT(vt, vt_wait_text(vt, "] /"));
    CU_ASSERT_TRUE(vt_find(vt, " icanon", NULL, NULL));
    vt_type(vt, "clear; fg\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half"));
    vt_type(vt, " typed");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half typed"));
    vt_type(vt, "\003"); /* which takes along what has not been read */
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh> half typed^C"));
    run_line(vt, "expect tasks 7", "but it is 3");
    vt_type(vt, "\032"); /* also when it is the terminal that takes it */
    VT_ASSERT(vt, vt_wait_text(vt, "Stopped"));
    /* bg and kill: it ends without asking for the terminal. */
    vt_type(vt, "bg; sleep 0.1; kill %1; kill -CONT %1;"
                " while kill -0 %1; do sleep 0.1; done; echo go$((1))ne\r");
    VT_ASSERT(vt, vt_wait_text(vt, "go1ne"));
    vt_type(vt, "exit\r");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

/* The guard is killed: the session goes on without one, and does not die of it. */
static void test_killed_guard(void)
{
    static const char *const options[] = { "--plain", "" };

    for (int i = 0; i < 2; i++) {
        struct vt *vt = start_procarium(24, 80, NULL, options[i][0] ? options[i] : NULL);
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
        VT_ASSERT(vt, vt_wait(vt, is_taken, NULL));
        kill_under_sh(vt, SIGKILL); /* its only child */
        run_line(vt, "fork", "2 sh forked 3 sh");
        run_line(vt, "expect tasks 7", "but it is 3");
        quit_procarium(vt);
    }
}

static CU_TestInfo tests[] = {
    { "a line of a megabyte", test_long_line },
    { "a ^C and what was pasted behind", test_interrupt_drops_paste },
    { "history search", test_search },
    { "much at once", test_much_at_once },
    { "odd bytes", test_odd_bytes },
    { "locale C", test_locale_c },
    { "ends", test_ends },
    { "under a shell", test_under_a_shell },
    { "a guard that is killed", test_killed_guard },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "without panes", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
