/* One pane on the whole screen, for whoever types; and the bar, which names those that are out of sight. */
#include "shell.h"

static void type(struct vt *vt, const char *line)
{
    run_command(vt, line, line);
}

/* Whoever types zooms what they looked at last, and comes back to where they were. */
static void test_zoom_while_typing(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_key(vt, VTERM_KEY_FUNCTION(2)); /* nothing was looked at: what the layout is about */
    VT_ASSERT(vt, vt_wait_text(vt, "zoom tasks"));
    VT_ASSERT(vt, vt_wait_gone(vt, "states ─"));
    vt_key(vt, VTERM_KEY_FUNCTION(2));
    VT_ASSERT(vt, vt_wait_text(vt, "zoom off"));
    VT_ASSERT(vt, vt_wait_gone(vt, "1 tasks")); /* the arrows are the console's again */
    type(vt, "layout sched");
    vt_key(vt, VTERM_KEY_FUNCTION(2));
    VT_ASSERT(vt, vt_wait_text(vt, "zoom states"));
    type(vt, "layout teach; pane trace");
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_text(vt, "pane console"));
    vt_type(vt, "fork");
    vt_key(vt, VTERM_KEY_FUNCTION(2));
    VT_ASSERT(vt, vt_wait_text(vt, "zoom trace"));
    VT_ASSERT(vt, vt_wait_gone(vt, "states ─"));
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
    type(vt, "pane console"); /* the zoomed pane stays in sight */
    CU_ASSERT_TRUE(vt_find(vt, "┌ trace ─", NULL, NULL));
    CU_ASSERT_FALSE(vt_find(vt, "states ─", NULL, NULL));
    vt_key(vt, VTERM_KEY_FUNCTION(2));
    VT_ASSERT(vt, vt_wait_text(vt, "states ─"));
    type(vt, "zoom kernel"); /* one that has no place in this layout */
    VT_ASSERT(vt, vt_wait_text(vt, "kernel ─"));
    type(vt, "zoom");
    VT_ASSERT(vt, vt_wait_text(vt, "task_struct ─"));
    CU_ASSERT_FALSE(vt_find(vt, "kernel ─", NULL, NULL));
    quit_procarium(vt);
}

/* Panes that are out of sight are named as far as there is room, and a click on one calls it. */
static void test_names_in_bar(void)
{
    struct vt *vt = start_shell(24, 80);
    int row, col;

    VT_ASSERT(vt, vt_find(vt, "F10 quit  5 stack 6 kern 7 mem 8 9 0 N", &row, &col));
    CU_ASSERT_EQUAL(row, 18);
    vt_resize(vt, 30, 100);
    VT_ASSERT(vt, vt_wait_text(vt, "5 stack 6 kern 7 mem 8 file 9 time 0 ring N narr"));
    vt_resize(vt, 24, 80);
    VT_ASSERT(vt, vt_wait_text(vt, "6 kern 7 mem 8 9 0 N"));
    VT_ASSERT(vt, vt_find(vt, "6 kern", &row, &col));
    vt_mouse(vt, 1, row, col + 3);
    VT_ASSERT(vt, vt_wait_text(vt, "pane kernel"));
    VT_ASSERT(vt, vt_find(vt, "9 0 N", &row, &col));
    vt_mouse(vt, 1, row, col + 4);
    VT_ASSERT(vt, vt_wait_text(vt, "pane narration"));
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "zoom while typing", test_zoom_while_typing },
    { "names in the bar", test_names_in_bar },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "zoom", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
