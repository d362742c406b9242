/* The narration as a pane: a lesson's words where the layout has room, and what a command did without one. */
#include "shell.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int sizes[][2] = { { 24, 80 }, { 30, 100 }, { 45, 160 }, { 60, 200 } };

enum { SIZES = sizeof sizes / sizeof sizes[0], FIRST_WIDE = 2 };

static const char demo[] =
    "boot sh\n"
    "chapter \"Beginning\"\n"
    "say \"First words.\"\n"
    "chapter \"A question\"\n"
    "ask \"What does fork return?\" choices \"0|2|3\" value after \"fork\"\n"
    "fork\n"
    "layout memory\n"
    "chapter \"The end\"\n"
    "say \"Last words, and many. Here come some more of them, so that a pane of a small screen has "
    "no room for all in its few rows: they are as long as words in a lesson may well be, and "
    "longer than most. Whoever reads this must be able to read it to the end, for there is the "
    "point, which was the reason for saying all the rest, and had it not been for the point, "
    "nobody would have said so many words. This is the very end of them.\"\n"
    "vfork\n";

static int make_demo(void)
{
    return make_home_with_lesson(demo);
}

static struct vt *start_lesson(int size)
{
    struct vt *vt = start_procarium(sizes[size][0], sizes[size][1], NULL, lesson_file);

    VT_ASSERT(vt, vt_wait_text(vt, "Space: boot sh"));
    return vt;
}

/* Does the pane stand somewhere? Its title is in the box; the strip has only the lesson's name. */
static bool has_pane(const struct vt *vt)
{
    return vt_find(vt, "├ narration ─", NULL, NULL) || vt_find(vt, "┌ narration ─", NULL, NULL);
}

/* Does the pane begin above a row? */
static bool begins_above(const struct vt *vt, void *arg)
{
    const int *below = arg;
    int row;

    return vt_find(vt, "narration ─", &row, NULL) && row < *below;
}

static bool has_strip(const struct vt *vt)
{
    return vt_find(vt, "─ lesson: ", NULL, NULL) && !has_pane(vt);
}

/* Is the text drawn in another style than plain text, right behind a box's edge? */
static int colour_of(const struct vt *vt, const char *text)
{
    int row, col;

    CU_ASSERT_TRUE_FATAL(vt_find(vt, text, &row, &col));
    return vt_fg(vt, row, col + 3);
}

/* Without a lesson it says what the last command did, and is scrolled like any pane. */
static void test_command(void)
{
    for (int i = 0; i < SIZES; i++) {
        struct vt *vt = start_shell(sizes[i][0], sizes[i][1]);
        run_command(vt, "pane narration", "What the last command did");
        CU_ASSERT_TRUE(has_pane(vt));
        run_command(vt, "fork", "pid_t pid = fork();");
        CU_ASSERT_TRUE(vt_find(vt, "│In C ", NULL, NULL));
        CU_ASSERT_TRUE(i > 0 || vt_find(vt, "│      its PID in", NULL, NULL)); /* it hangs */
        vt_key(vt, VTERM_KEY_END);
        VT_ASSERT(vt, vt_wait_text(vt, "press narration End"));
        VT_ASSERT(vt, vt_wait_text(vt, "Here: task (stat), "));
        vt_key(vt, VTERM_KEY_HOME);
        VT_ASSERT(vt, vt_wait_text(vt, "│In C "));
        vt_key(vt, VTERM_KEY_END);
        VT_ASSERT(vt, vt_wait_gone(vt, "│In C "));
        run_command(vt, "3: exit 7", "_exit(7);"); /* another command: from its beginning */
        int row;
        VT_ASSERT(vt, vt_find(vt, "narration ─", &row, NULL));
        run_command(vt, "size narration taller", "> size narration taller");
        if (sizes[i][0] > 30) /* else nobody has a row to give */
            VT_ASSERT(vt, vt_wait(vt, begins_above, &row));
        run_command(vt, "zoom narration", "In the kernel");
        VT_ASSERT(vt, vt_wait_gone(vt, "states ─"));
        quit_procarium(vt);
    }
}

/* A table stays one: its columns stand closer where there is little room, and some are left out. */
static void test_table(void)
{
    static const struct {
        int rows, cols;
        const char *heading, *row, *other;
    } at[] = {
        { 24, 80, "│    PID PPID CPU TASK     ST VSZ RSS COMM ",
          "│      2    1   0 c0293510 RU 136   8 sh   ",
          "│      3    2   0 c0293020 RU 136   8 sh   " },
        { 40, 130, "│    PID PPID … TASK     ST VSZ RSS COMM ",
          "│      2    1 … c0293510 RU 136   8 sh   ",
          "│      3    2 … c0293020 RU 136   8 sh   " },
        { 45, 160, "│    PID PPID CPU TASK     ST VSZ RSS COMM ",
          "│      2    1   0 c0293510 RU 136   8 sh   ",
          "│      3    2   0 c0293020 RU 136   8 sh   " },
    };

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct vt *vt = start_shell(at[i].rows, at[i].cols);
        int heading, row;
        run_command(vt, "fork", "2 sh forked 3 sh");
        run_command(vt, "pane narration", "pane narration");
        vt_key(vt, VTERM_KEY_END);
        VT_ASSERT(vt, vt_wait_text(vt, at[i].heading));
        VT_ASSERT(vt, vt_find(vt, at[i].heading, &heading, NULL));
        VT_ASSERT(vt, vt_find(vt, at[i].row, &row, NULL));
        CU_ASSERT_EQUAL(row, heading + 2);
        VT_ASSERT(vt, vt_find(vt, at[i].other, &row, NULL));
        CU_ASSERT_EQUAL(row, heading + 1);
        CU_ASSERT_TRUE(vt_find(vt, "│    Here: task", &row, NULL));
        CU_ASSERT_EQUAL(row, heading + 3);
        run_command(vt, "zoom narration", " PID   PPID CPU  TASK ");
        quit_procarium(vt);
    }
}

/* A command that did nothing in the kernel, and one that did too much for a frame. */
static void test_other_commands(void)
{
    struct vt *vt = start_shell(45, 160);

    run_command(vt, "nice 0", "nice(0);");
    run_command(vt, "undo", "What the last command did");
    run_command(vt, "sysctl kernel.threads-max 4000", "│It asked nothing of the kernel.");
    run_command(vt, "repeat 900 { clone thread }", "clone(function, stack");
    run_command(vt, "exit_group", "│exit_group: ends all threads");
    quit_procarium(vt);
}

/* At a step it says that, and of the command what holds at each: nothing that is still to come. */
static void test_step(void)
{
    struct vt *vt = start_shell(45, 160);

    run_command(vt, "fork", "│2 sh forked 3 sh");
    vt_key(vt, VTERM_KEY_FUNCTION(9));
    VT_ASSERT(vt, vt_wait_text(vt, "│system_call(): takes"));
    vt_key(vt, VTERM_KEY_FUNCTION(9));
    VT_ASSERT(vt, vt_wait_text(vt, "│sys_fork(): fork(2)"));
    CU_ASSERT_TRUE(vt_find(vt, "│In C ", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, "pid_t pid = fork();", NULL, NULL));
    CU_ASSERT_FALSE(vt_find(vt, "forked 3 sh", NULL, NULL));
    run_command(vt, "pane narration", "pane narration");
    vt_key(vt, VTERM_KEY_END);
    VT_ASSERT(vt, vt_wait_gone(vt, "│In C "));
    CU_ASSERT_FALSE(vt_find(vt, "Here: task", NULL, NULL));
    run_command(vt, "redo", "│2 sh forked 3 sh");
    vt_key(vt, VTERM_KEY_END);
    VT_ASSERT(vt, vt_wait_text(vt, "Here: task"));
    quit_procarium(vt);
}

/* Wide screens have a place for it; elsewhere the strip stays, until the pane is called for. */
static void test_lesson(void)
{
    for (int i = 0; i < SIZES; i++) {
        struct vt *vt = start_lesson(i);
        bool is_wide = i >= FIRST_WIDE;
        vt_type(vt, " ");
        VT_ASSERT(vt, vt_wait_text(vt, "First words."));
        CU_ASSERT_EQUAL(has_pane(vt), is_wide);
        CU_ASSERT_EQUAL(has_strip(vt), !is_wide);
        run_command(vt, "pane narration", "chapter 1 of 3");
        CU_ASSERT_TRUE(has_pane(vt));
        CU_ASSERT_TRUE(vt_find(vt, "│Beginning ", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "│First words.", NULL, NULL));
        CU_ASSERT_TRUE(vt_find(vt, "─ 3 of 10, ", NULL, NULL));
        vt_type(vt, " ");
        VT_ASSERT(vt, vt_wait_text(vt, "│What does fork return?"));
        CU_ASSERT_TRUE(vt_find(vt, "│A question ", NULL, NULL));
        VT_ASSERT(vt, vt_wait_text(vt, "a) 0"));
        CU_ASSERT_FALSE(is_beside(vt, "a) 0", "b) 2")); /* as they are in the strip */
        vt_type(vt, "0\r");
        VT_ASSERT(vt, vt_wait_text(vt, "│Not quite. The machine says: c) 3"));
        CU_ASSERT_NOT_EQUAL(colour_of(vt, "│Not quite."), VT_DEFAULT_COLOR);
        CU_ASSERT_EQUAL(colour_of(vt, "│What does"), VT_DEFAULT_COLOR);
        vt_type(vt, " ");
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
        CU_ASSERT_TRUE(has_pane(vt));
        vt_type(vt, " "); /* in `layout memory` it has a place, or stays since it was called */
        VT_ASSERT(vt, wait_either(vt, "page frames", "┌ memory ─"));
        CU_ASSERT_TRUE(has_pane(vt));
        run_command(vt, "layout memory", is_wide ? "├ narration ─" : "─ lesson: ");
        CU_ASSERT_EQUAL(has_pane(vt), is_wide);
        run_command(vt, "demo off; ps", "COMM");
        vt_type(vt, "\033");
        VT_ASSERT(vt, vt_wait_gone(vt, "Esc closes"));
        CU_ASSERT_FALSE(has_pane(vt));
        CU_ASSERT_FALSE(has_strip(vt));
        quit_procarium(vt);
    }
}

/* What a lesson itself calls into sight its next layout takes away; so it does what was called for something else. */
static void test_called_by_hand(void)
{
    struct vt *vt = start_shell(24, 80);
    char line[600];

    run_command(vt, "pane ring", "the ring of processes");
    snprintf(line, sizeof line, "demo %s", lesson_file);
    run_command(vt, line, "Space: boot sh");
    run_command(vt, "chapters 2", "What does fork return?");
    vt_type(vt, "  ");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    CU_ASSERT_TRUE(vt_find(vt, "the ring of processes", NULL, NULL));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "┌ memory ─"));
    CU_ASSERT_FALSE(vt_find(vt, "the ring of processes", NULL, NULL));
    vt_type(vt, "\033n"); /* Alt-N */
    VT_ASSERT(vt, vt_wait_text(vt, "pane narration"));
    CU_ASSERT_TRUE(has_pane(vt));
    vt_type(vt, "\033s"); /* a layout by hand */
    VT_ASSERT(vt, vt_wait_text(vt, "run queue, "));
    CU_ASSERT_FALSE(has_pane(vt));
    quit_procarium(vt);
}

/* A lesson that arranges the panes and then shows a view of one of them, which is there already. */
static void test_called_before_a_view(void)
{
    char path[512];

    snprintf(path, sizeof path, "%s/demos/06-pid-wrap.demo", getenv("PROCARIUM_SOURCE_ROOT"));
    struct vt *vt = start_procarium(24, 80, NULL, path);
    VT_ASSERT(vt, vt_wait_text(vt, "Space: layout kernel"));
    vt_type(vt, "\033n"); /* Alt-N */
    VT_ASSERT(vt, vt_wait_text(vt, "├ narration ─"));
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "├ kernel ─"));
    CU_ASSERT_TRUE(has_pane(vt));
    CU_ASSERT_TRUE(vt_find(vt, "last_pid ", NULL, NULL));
    quit_procarium(vt);
}

/* While something lies over the panes, the words are where they can be read. */
static void test_covered(void)
{
    struct vt *vt = start_lesson(2);

    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "│First words."));
    vt_key(vt, VTERM_KEY_FUNCTION(1));
    VT_ASSERT(vt, vt_wait_text(vt, "Esc closes"));
    CU_ASSERT_TRUE(has_strip(vt));
    CU_ASSERT_TRUE(vt_find(vt, " First words.", NULL, NULL));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_text(vt, "│First words."));
    CU_ASSERT_FALSE(has_strip(vt));
    run_command(vt, "zoom trace", "zoom trace");
    VT_ASSERT(vt, vt_wait_text(vt, " First words."));
    CU_ASSERT_TRUE(has_strip(vt));
    quit_procarium(vt);
}

/* What does not fit into the pane is read page by page, by the same key. */
static void test_pages(void)
{
    struct vt *vt = start_lesson(0);

    run_command(vt, "chapters 3", " Last words, and many.");
    run_command(vt, "layout teach; pane narration", "│Last words, and many.");
    VT_ASSERT(vt, vt_wait_text(vt, "Space: more"));
    CU_ASSERT_FALSE(vt_find(vt, "very end", NULL, NULL));
    for (int i = 0; i < 9 && !vt_find(vt, "very end", NULL, NULL); i++) {
        vt_type(vt, " ");
        vt_settle(vt, 100);
    }
    CU_ASSERT_TRUE(vt_find(vt, "very end", NULL, NULL));
    VT_ASSERT(vt, vt_wait_text(vt, "Space: vfork"));
    vt_key(vt, VTERM_KEY_HOME); /* and back, by the keys of panes */
    VT_ASSERT(vt, vt_wait_text(vt, "│Last words, and many."));
    quit_procarium(vt);
}

/* A click on a chapter goes there. */
static void test_contents(void)
{
    struct vt *vt = start_lesson(0);
    int row, col;

    vt_type(vt, " ");
    run_command(vt, "zoom narration", ">  1  Beginning");
    VT_ASSERT(vt, vt_find(vt, "   2  A question", &row, &col));
    vt_mouse(vt, 1, row, col + 4);
    VT_ASSERT(vt, vt_wait_text(vt, "│What does fork return?"));
    VT_ASSERT(vt, vt_wait_text(vt, ">  2  A question"));
    CU_ASSERT_TRUE(vt_find(vt, "chapter 2 of 3", NULL, NULL));
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "what a command did", test_command },
    { "a table in it", test_table },
    { "a step of a command", test_step },
    { "commands with little or too much to tell", test_other_commands },
    { "a lesson in the pane", test_lesson },
    { "what was called by hand", test_called_by_hand },
    { "what was called before a view", test_called_before_a_view },
    { "help, a long output or another pane over it", test_covered },
    { "a text of several pages", test_pages },
    { "the list of chapters", test_contents },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "narration", make_demo, remove_home, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
