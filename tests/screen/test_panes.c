/* The panes about one thing on a screen: files and signals, the timeline, the ring, pointers, folding. */
#include "shell.h"

#include <string.h>

static const int sizes[][2] = { { 24, 80 }, { 30, 100 }, { 45, 160 }, { 60, 200 } };

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static struct vt *start_with(int size, const char *pane, const char *seen)
{
    struct vt *vt = start_shell(sizes[size][0], sizes[size][1]);
    char line[64];

    snprintf(line, sizeof line, "pane %s", pane);
    run_command(vt, line, seen);
    return vt;
}

/* Is the row of descriptor 3 there, and marked? */
static bool is_new_file(const struct vt *vt)
{
    return vt_find(vt, "▪ 3 c", NULL, NULL) || vt_find(vt, "▪   3  c", NULL, NULL);
}

/* What an open and a dup add is marked until the next stop. */
static void test_files(void)
{
    for (int i = 0; i < SIZES; i++) {
        struct vt *vt = start_with(i, "files", "files of 2 sh");
        run_command(vt, "open /etc/motd", "open returns 3");
        CU_ASSERT_TRUE(is_new_file(vt));
        run_command(vt, "signal SIGUSR1 handler", "returns 0 to 2");
        CU_ASSERT_FALSE(is_new_file(vt));
        run_command(vt, "pane files signals", "signals of 2 sh");
        CU_ASSERT_TRUE(is_beside(vt, "SIGUSR1", "handler"));
        run_command(vt, "sigprocmask block SIGUSR2", "sigprocmask returns");
        CU_ASSERT_TRUE(is_beside(vt, "▪blocked", "SIGUSR2"));
        quit_procarium(vt);
    }
}

/* Marks for what has run and what lies ahead, the cursor, and a line of time that was left. */
static void test_timeline(void)
{
    for (int i = 0; i < SIZES; i++) {
        struct vt *vt = start_with(i, "timeline", "booted; 0 ahead");
        run_command(vt, "fork", "after 1, the last");
        run_command(vt, "fork", "now    ●─●─●");
        run_command(vt, "undo", "now    ●─●─○");
        CU_ASSERT_TRUE(vt_find(vt, "▲ after 1 of 2", NULL, NULL));
        run_command(vt, "step 3", "in command 2, step 3 of");
        run_command(vt, "goto 1", "▲ after 1 of 2");
        run_command(vt, "vfork", "2 lines of time");
        CU_ASSERT_TRUE(vt_find(vt, "└─○ 1 left", NULL, NULL));
        vt_key(vt, VTERM_KEY_UP); /* the pane has the focus: one command before */
        VT_ASSERT(vt, vt_wait_text(vt, "press timeline Up"));
        vt_key(vt, VTERM_KEY_ENTER);
        VT_ASSERT(vt, vt_wait_text(vt, "goto 1"));
        VT_ASSERT(vt, vt_wait_text(vt, "▲ after 1 of 2"));
        quit_procarium(vt);
    }
}

static void test_ring(void)
{
    for (int i = 0; i < SIZES; i++) {
        struct vt *vt = start_with(i, "ring", "the ring of processes");
        CU_ASSERT_TRUE(is_beside(vt, "│0 swapper │", "│1 init"));
        CU_ASSERT_TRUE(vt_find(vt, "──▶", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "next▲", NULL, NULL) || vt_find(vt, "next▼", NULL, NULL) ||
                       vt_find(vt, "│next", NULL, NULL));
        run_command(vt, "fork", "│3 sh ");
        int row, col;
        VT_ASSERT(vt, vt_find(vt, "│3 sh ", &row, &col)); /* new: marked */
        CU_ASSERT_NOT_EQUAL(vt_bg(vt, row, col + 1), VT_DEFAULT_COLOR);
        vt_key(vt, VTERM_KEY_DOWN); /* round the ring: after the last comes swapper */
        VT_ASSERT(vt, vt_wait_text(vt, "choose 0"));
        run_command(vt, "repeat 40 { fork }", "43");
        VT_ASSERT(vt, vt_wait_text(vt, "…"));
        quit_procarium(vt);
    }
}

/* Is the text there, on another background than the terminal's? */
static bool is_lit(const struct vt *vt, const char *text)
{
    int row, col;

    return vt_find(vt, text, &row, &col) && vt_bg(vt, row, col) != VT_DEFAULT_COLOR;
}

/* A pointer to a task chooses it, one to another structure shows that. */
static void test_pointers(void)
{
    struct vt *vt = start_with(2, "task", "exit_signal");

    run_command(vt, "fork", "3 sh, new");
    for (int i = 1; i < 30 && !is_lit(vt, "real_parent"); i++) {
        char count[32];
        snprintf(count, sizeof count, i == 1 ? "press task Down" : "press task Down %d", i);
        vt_key(vt, VTERM_KEY_DOWN);
        VT_ASSERT(vt, vt_wait_text(vt, count));
    }
    vt_key(vt, VTERM_KEY_ENTER);
    VT_ASSERT(vt, vt_wait_text(vt, "choose 2"));
    VT_ASSERT(vt, vt_wait_gone(vt, "3 sh, new"));
    vt_type(vt, "\177"); /* Backspace: and back */
    VT_ASSERT(vt, vt_wait_text(vt, "choose back"));
    VT_ASSERT(vt, vt_wait_text(vt, "3 sh, new"));
    quit_procarium(vt);
}

static void test_folding(void)
{
    struct vt *vt = start_shell(24, 80);

    run_command(vt, "clone VM|FS|FILES|SIGHAND|THREAD", "2 sh cloned 3");
    CU_ASSERT_FALSE(vt_find(vt, "2 sh +1", NULL, NULL));
    run_command(vt, "pane tasks folded", "2 sh +1");
    run_command(vt, "clone VM|FS|FILES|SIGHAND|THREAD", "2 sh +2");
    run_command(vt, "pane tasks threads", "4 sh");
    VT_ASSERT(vt, vt_wait_gone(vt, "2 sh +2"));
    quit_procarium(vt);
}

/* Each at the smallest screens, and without any sign or colour of a good terminal. */
static void test_poor_and_small(void)
{
    static const char *const names[] = { "files", "timeline", "ring", "memory" };
    static const char *const env[] = { "TERM=vt100", "LC_ALL=C", NULL };
    static const int small[][2] = { { 24, 80 }, { 16, 50 }, { 10, 40 }, { 11, 133 }, { 60, 41 } };

    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        struct vt *vt = start_procarium(24, 80, env, NULL);
        char line[64];
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
        run_command(vt, "fork", "forked 3");
        run_command(vt, "3: fork; undo", "[1 of 2]>");
        snprintf(line, sizeof line, "pane %s", names[n]);
        run_command(vt, line, line);
        for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
            vt_resize(vt, small[i][0], small[i][1]);
            vt_settle(vt, 60);
            for (int row = 0; row < vt_rows(vt); row++) {
                const char *text = vt_row(vt, row);
                for (; *text; text++)
                    CU_ASSERT_FALSE((unsigned char)*text > 0x7E);
            }
        }
        vt_resize(vt, 24, 80);
        quit_procarium(vt);
    }
}

/* An empty trace says why it is empty; nobody is told that the machine has just been booted. */
static void test_no_trace(void)
{
    struct vt *vt = start_shell(24, 80);

    VT_ASSERT(vt, vt_wait_text(vt, "Type fork."));
    run_command(vt, "focus 1", "asked nothing of the kernel");
    run_command(vt, "focus 2; repeat 1000 { fork }", "1001 commands in all");
    run_command(vt, "kill -9 -1", "than the journal holds");
    CU_ASSERT_TRUE(vt_find(vt, "no trace of it is left", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, " kill -9 -1: sends", NULL, NULL));
    CU_ASSERT_FALSE(vt_find(vt, "A machine has booted", NULL, NULL));
    quit_procarium(vt);
}

/* What is too long for a pane's edge is cut, not left out. */
static void test_long_note(void)
{
    struct vt *vt = start_shell(24, 80);

    run_command(vt, "vfork", "2 sh R → D: vfork");
    run_command(vt, "3: exec /bin/ls", "2 sh D → R: __wake");
    run_command(vt, "store stack \"words that are quite long, and more\"", "┌ trace ─ store stack");
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "long notes are cut", test_long_note },
    { "an empty trace says why", test_no_trace },
    { "files and signals", test_files },
    { "the timeline", test_timeline },
    { "the ring", test_ring },
    { "pointers are followed", test_pointers },
    { "threads folded or not", test_folding },
    { "poor terminals and small screens", test_poor_and_small },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "panes", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
