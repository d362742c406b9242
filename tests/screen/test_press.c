/* Whatever is scrolled, by wheel or key, is a command line, and many are one: the console stays calm. */
#include "shell.h"

#include <string.h>

enum { WHEEL_UP = 4, WHEEL_DOWN = 5, LEFT = 1 };

/* How many rows hold the text. */
static int rows_with(const struct vt *vt, const char *text)
{
    int row = -1, count = 0;

    while (vt_find_from(vt, row + 1, text, &row, NULL))
        count++;
    return count;
}

static void turn(struct vt *vt, int button, int times, int row, int col)
{
    for (int i = 0; i < times; i++)
        vt_mouse(vt, button, row, col);
}

/* Over a pane: one line with a count, and the pane has moved. */
static void test_wheel_in_panes(void)
{
    struct vt *vt = start_shell(24, 80);

    run_command(vt, "fork", "2 sh forked 3 sh");
    VT_ASSERT(vt, vt_find(vt, "│  system_call() {", NULL, NULL));
    turn(vt, WHEEL_DOWN, 5, 3, 50);
    VT_ASSERT(vt, vt_wait_text(vt, "> press trace WheelDown 5"));
    CU_ASSERT_FALSE(vt_find(vt, "│  system_call() {", NULL, NULL));
    CU_ASSERT_EQUAL(rows_with(vt, "> press"), 1);
    turn(vt, WHEEL_UP, 5, 3, 50);
    VT_ASSERT(vt, vt_wait_text(vt, "> press trace WheelUp 5"));
    CU_ASSERT_TRUE(vt_find(vt, "│  system_call() {", NULL, NULL));
    CU_ASSERT_EQUAL(rows_with(vt, "> press"), 1); /* of several only the last */
    run_command(vt, "press trace WheelDown 5", "> press trace WheelDown 5");
    VT_ASSERT(vt, vt_wait_gone(vt, "│  system_call() {"));
    run_command(vt, "press states WheelDown", "states takes no keys");
    run_command(vt, "press trace MapDown", "trace has no map");
    quit_procarium(vt);
}

/* However soon a pane is scrolled: what has just happened takes it to its place first. */
static void test_press_at_once(void)
{
    struct vt *vt = start_shell(24, 80);

    run_command(vt, "fork; press trace End", "2 sh forked 3 sh");
    CU_ASSERT_FALSE(vt_find(vt, "│  system_call() {", NULL, NULL));
    run_command(vt, "pane trace fields; press trace Home", "│  · cpu: mode 2 user");
    run_command(vt, "vfork; press trace PageDown 2", "2 sh vforked 4 sh");
    CU_ASSERT_FALSE(vt_find(vt, "│  system_call() {", NULL, NULL));
    quit_procarium(vt);
}

/* The list of pages and the map are scrolled apart. */
static void test_wheel_in_map(void)
{
    struct vt *vt = start_shell(45, 160);
    int row, col;

    run_command(vt, "layout memory", "page frames");
    VT_ASSERT(vt, vt_find(vt, "page frames", &row, &col));
    CU_ASSERT_FALSE(vt_find(vt, "page frames 0", NULL, NULL));
    turn(vt, WHEEL_UP, 9, row + 3, col + 9);
    VT_ASSERT(vt, vt_wait_text(vt, "> press memory MapUp 9"));
    VT_ASSERT(vt, vt_wait_text(vt, "page frames 0"));
    run_command(vt, "press memory MapDown 9", "> press memory MapDown 9");
    VT_ASSERT(vt, vt_wait_gone(vt, "page frames 0"));
    turn(vt, WHEEL_DOWN, 1, 3, col + 9);
    VT_ASSERT(vt, vt_wait_text(vt, "> press memory WheelDown"));
    quit_procarium(vt);
}

/* In the console, while a line is being typed: it keeps its words and its cursor. */
static void test_wheel_in_console(void)
{
    struct vt *vt = start_shell(24, 80);

    for (int i = 0; i < 9; i++)
        run_command(vt, i % 2 ? "nice 1" : "nice -1", "2 sh>");
    turn(vt, WHEEL_DOWN, 3, 22, 5); /* at its end there is nothing to scroll */
    vt_type(vt, "fox");
    VT_ASSERT(vt, vt_wait_text(vt, "> fox"));
    CU_ASSERT_FALSE(vt_find(vt, "> press", NULL, NULL));
    vt_key(vt, VTERM_KEY_LEFT);
    turn(vt, WHEEL_UP, 2, 22, 5);
    VT_ASSERT(vt, vt_wait_text(vt, "7 more below")); /* six rows, and the line that says it */
    vt_type(vt, "\014");                             /* ^L, too */
    vt_type(vt, "r");
    VT_ASSERT(vt, vt_wait_text(vt, "> forx"));
    vt_key(vt, VTERM_KEY_DEL);
    vt_type(vt, "k\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    VT_ASSERT(vt, vt_wait_text(vt, "> redraw"));
    CU_ASSERT_FALSE(vt_find(vt, "> press", NULL, NULL)); /* redraw has taken its place */
    vt_key(vt, VTERM_KEY_PAGEUP);
    VT_ASSERT(vt, vt_wait_text(vt, "more below"));
    vt_key(vt, VTERM_KEY_PAGEDOWN);
    VT_ASSERT(vt, vt_wait_text(vt, "> press console PageDown"));
    run_command(vt, "press console Home", "procarium shows how");
    run_command(vt, "press console End", "> press console End");
    VT_ASSERT(vt, vt_wait_gone(vt, "procarium shows how"));
    quit_procarium(vt);
}

/* What lies over the panes is scrolled and closed by the same command. */
static void test_over_panes(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_key(vt, VTERM_KEY_FUNCTION(1));
    VT_ASSERT(vt, vt_wait_text(vt, "this help (keys)"));
    turn(vt, WHEEL_DOWN, 4, 5, 40);
    VT_ASSERT(vt, vt_wait_text(vt, "> press help WheelDown 4"));
    CU_ASSERT_FALSE(vt_find(vt, "this help (keys)", NULL, NULL));
    vt_key(vt, VTERM_KEY_HOME);
    VT_ASSERT(vt, vt_wait_text(vt, "this help (keys)"));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_gone(vt, "Esc closes"));
    VT_ASSERT(vt, vt_wait_text(vt, "> press help Esc"));
    run_command(vt, "help language", "Space or arrows go on");
    vt_type(vt, " ");
    VT_ASSERT(vt, vt_wait_text(vt, "> press output PageDown"));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_gone(vt, "Esc closes"));
    run_command(vt, "press output Down", "> press output Down"); /* nothing is open */
    quit_procarium(vt);
}

/* A click on what can be gone to goes there. */
static void test_clicks(void)
{
    struct vt *vt = start_shell(45, 160);
    int row, col;

    run_command(vt, "store heap 1; fork", "2 sh forked 3 sh");
    run_command(vt, "pane timeline", "after 2, the last");
    VT_ASSERT(vt, vt_find(vt, "  1  store heap 1", &row, &col));
    vt_mouse(vt, LEFT, row, col + 4);
    VT_ASSERT(vt, vt_wait_text(vt, "> goto 1"));
    VT_ASSERT(vt, vt_wait_text(vt, "after 1 of 2"));
    run_command(vt, "layout memory", "heap+0");
    VT_ASSERT(vt, vt_find(vt, "heap+0", &row, &col));
    vt_mouse(vt, LEFT, row, col + 1);
    VT_ASSERT(vt, vt_wait_text(vt, "> pane memory; vtop 2 0x08051000"));
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "a key behind a command", test_press_at_once },
    { "the wheel in panes", test_wheel_in_panes },
    { "the wheel over the map", test_wheel_in_map },
    { "the wheel in the console, while typing", test_wheel_in_console },
    { "help and long outputs", test_over_panes },
    { "clicks", test_clicks },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "press", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
