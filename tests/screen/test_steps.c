/* Stepping by keys: on, over, back, by itself, and through what has just run. */
#include "shell.h"

static const int sizes[][2] = { { 24, 80 }, { 45, 160 } };

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void test_stepping(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct vt *vt = start_shell(sizes[i][0], sizes[i][1]);
        vt_type(vt, "fork\r");
        VT_ASSERT(vt, wait_either(vt, "─3 sh", "─ 3 sh"));
        vt_key(vt, VTERM_KEY_FUNCTION(3));
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh [0 of 1]>"));
        CU_ASSERT_TRUE(vt_find(vt, "2 sh> undo", NULL, NULL));
        CU_ASSERT_TRUE(is_beside(vt, "3 sh", "gone")); /* its ghost */
        vt_key(vt, VTERM_KEY_FUNCTION(9));
        VT_ASSERT(vt, vt_wait_text(vt, "step 1 of "));
        vt_key(vt, VTERM_KEY_RIGHT);
        VT_ASSERT(vt, vt_wait_text(vt, "step 2 of "));
        vt_type(vt, " ");
        VT_ASSERT(vt, vt_wait_text(vt, "step 3 of "));
        CU_ASSERT_TRUE(is_beside(vt, "▶", "do_fork() {"));
        CU_ASSERT_TRUE(vt_find(vt, "> step 3", NULL, NULL)); /* keys are commands, counted */
        vt_key(vt, VTERM_KEY_FUNCTION(8));
        vt_key(vt, VTERM_KEY_FUNCTION(8));
        VT_ASSERT(vt, vt_wait_text(vt, "> next 2"));
        vt_key(vt, VTERM_KEY_LEFT);
        VT_ASSERT(vt, vt_wait_text(vt, "> back"));
        vt_type(vt, "step 20\r");
        VT_ASSERT(vt, vt_wait_text(vt, "> step 20"));
        vt_key(vt, VTERM_KEY_FUNCTION(4));
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
        vt_key(vt, VTERM_KEY_RIGHT); /* past the end: a message, nothing else */
        VT_ASSERT(vt, vt_wait_text(vt, "nothing lies ahead"));
        quit_procarium(vt);
    }
}

/* Right behind a command F9 and F8 walk through it; behind one that was walked through they do not. */
static void test_walk_through(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_key(vt, VTERM_KEY_FUNCTION(9)); /* there is no command yet */
    VT_ASSERT(vt, vt_wait_text(vt, "nothing lies ahead"));
    CU_ASSERT_FALSE(vt_find(vt, "F3 goes", NULL, NULL));
    run_command(vt, "fork", "2 sh forked 3 sh");
    run_command(vt, "ps", "COMM"); /* who looks has not moved */
    vt_key(vt, VTERM_KEY_FUNCTION(9));
    VT_ASSERT(vt, vt_wait_text(vt, "> undo; step"));
    VT_ASSERT(vt, vt_wait_text(vt, "─ step 1 of 95 in fork ─"));
    vt_key(vt, VTERM_KEY_FUNCTION(9));
    VT_ASSERT(vt, vt_wait_text(vt, "─ step 2 of 95 in fork ─"));
    run_command(vt, "redo", "2 sh forked 3 sh");
    vt_key(vt, VTERM_KEY_FUNCTION(9)); /* the end was gone to: no way round to the start */
    VT_ASSERT(vt, vt_wait_text(vt, "F3 goes to the start of “fork”, F9 then into it"));
    CU_ASSERT_TRUE(vt_find(vt, "2 sh forked 3 sh", NULL, NULL));
    run_command(vt, "undo; vfork", "2 sh vforked 3 sh"); /* as many commands, another line */
    vt_key(vt, VTERM_KEY_FUNCTION(8));
    VT_ASSERT(vt, vt_wait_text(vt, "> undo; next"));
    VT_ASSERT(vt, vt_wait_text(vt, " in vfork ─"));
    vt_key(vt, VTERM_KEY_FUNCTION(8));
    VT_ASSERT(vt, vt_wait_text(vt, "> next"));
    run_command(vt, "redo; 3: exec /bin/ls", "execve");
    vt_key(vt, VTERM_KEY_RIGHT); /* the arrow never goes back: a slip would change the time */
    VT_ASSERT(vt, vt_wait_text(vt, "F3 goes to the start of “3: exec /bin/ls”"));
    quit_procarium(vt);
}

static void test_half_typed_line_survives_keys(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "fork\r");
    VT_ASSERT(vt, vt_wait_text(vt, "forked"));
    vt_type(vt, "kill -9 3");
    VT_ASSERT(vt, vt_wait_text(vt, "> kill -9 3"));
    vt_key(vt, VTERM_KEY_FUNCTION(7));
    VT_ASSERT(vt, vt_wait_text(vt, "]> kill -9 3"));
    vt_type(vt, " ");
    vt_type(vt, "4");
    VT_ASSERT(vt, vt_wait_text(vt, "]> kill -9 3 4")); /* the blank was typed */
    quit_procarium(vt);
}

static void test_playing_a_command(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "fork\r");
    VT_ASSERT(vt, vt_wait_text(vt, "forked"));
    vt_key(vt, VTERM_KEY_FUNCTION(5));
    VT_ASSERT(vt, vt_wait_text(vt, "[0 of 1]>"));
    vt_type(vt, "+++++");
    VT_ASSERT(vt, vt_wait_text(vt, "step 1 of"));
    VT_ASSERT(vt, vt_wait_text(vt, "fork returns 0 to 3 sh and 3 to 2 sh"));
    VT_ASSERT(vt, vt_wait_gone(vt, "[1 of 1"));
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "stepping", test_stepping },
    { "walking through what has just run", test_walk_through },
    { "a half-typed line survives keys", test_half_typed_line_survives_keys },
    { "playing a command", test_playing_a_command },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "steps", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
