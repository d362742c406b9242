/* The memory pane on a screen: two tasks' pages beside each other, what they share, and the map. */
#include "shell.h"

#include <string.h>

static const int sizes[][2] = { { 24, 80 }, { 30, 100 }, { 45, 160 }, { 60, 200 } };

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static struct vt *start_memory(int rows, int cols)
{
    struct vt *vt = start_shell(rows, cols);

    vt_type(vt, "\0337"); /* Alt-7 */
    VT_ASSERT(vt, vt_wait_text(vt, "page frames"));
    return vt;
}

/* The row in which the page of this name stands, or -1. */
static int page_row(const struct vt *vt, const char *name)
{
    char text[64];
    int row = -1;

    snprintf(text, sizeof text, "%s  ", name); /* not the note, where one blank follows */
    vt_find(vt, text, &row, NULL);
    return row;
}

static bool row_has(const struct vt *vt, int row, const char *text)
{
    return row >= 0 && strstr(vt_row(vt, row), text);
}

static void test_alone(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct vt *vt = start_memory(sizes[i][0], sizes[i][1]);
        CU_ASSERT_TRUE(is_beside(vt, "2 sh PWUAD", "page"));
        CU_ASSERT_FALSE(vt_find(vt, "===", NULL, NULL));
        CU_ASSERT_TRUE(row_has(vt, page_row(vt, "stack-1"), "PWUAD"));
        CU_ASSERT_TRUE(row_has(vt, page_row(vt, "text+0"), "P-UA-"));
        CU_ASSERT_TRUE(vt_find(vt, "1/21 rw-p", NULL, NULL));
        quit_procarium(vt);
    }
}

/* Sharing after fork, the moment of parting, and what is marked; at every size. */
static void test_copy_on_write(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct vt *vt = start_memory(sizes[i][0], sizes[i][1]);
        run_command(vt, "store heap \"hello\"", "heap+0");
        run_command(vt, "fork", "forked 3 sh");
        int row = page_row(vt, "heap+0"), col;
        CU_ASSERT_TRUE(row_has(vt, row, "P-UAD =c="));
        CU_ASSERT_TRUE(row_has(vt, row, "▪"));
        CU_ASSERT_TRUE(row_has(vt, page_row(vt, "text+0"), "==="));
        CU_ASSERT_TRUE(is_beside(vt, "2 sh PWUAD", "3 sh PWUAD"));
        CU_ASSERT_TRUE(vt_find(vt, "2 pages changed", NULL, NULL));
        /* The lost W of the parent is marked, the kept U is not. */
        VT_ASSERT(vt, vt_find_from(vt, row, "P-UAD", &row, &col));
        CU_ASSERT_NOT_EQUAL(vt_bg(vt, row, col + 1), VT_DEFAULT_COLOR);
        CU_ASSERT_EQUAL(vt_bg(vt, row, col + 2), VT_DEFAULT_COLOR);

        run_command(vt, "3: store heap \"jelly\"", "count 2 → 1 ─");
        CU_ASSERT_TRUE(is_beside(vt, "heap+0: ", "count 2 → 1 ─"));
        CU_ASSERT_TRUE(vt_find(vt, "(of ", NULL, NULL)); /* the sentence */
        row = page_row(vt, "heap+0");
        CU_ASSERT_TRUE(row_has(vt, row, "P-UAD =/="));
        CU_ASSERT_TRUE(row_has(vt, row, "PWUAD"));
        VT_ASSERT(vt, vt_find_from(vt, row, "=/=", &row, &col));
        CU_ASSERT_NOT_EQUAL(vt_bg(vt, row, col), VT_DEFAULT_COLOR);
        CU_ASSERT_TRUE(is_beside(vt, "3 sh  ", "= shared")); /* the legend */
        CU_ASSERT_TRUE(vt_find(vt, "= shared", NULL, NULL));

        run_command(vt, "nice 1", "nice returns"); /* the marks go with the next stop */
        row = page_row(vt, "heap+0");
        CU_ASSERT_TRUE(row_has(vt, row, "=/="));
        CU_ASSERT_FALSE(row_has(vt, row, "▪"));
        VT_ASSERT(vt, vt_find_from(vt, row, "=/=", &row, &col));
        CU_ASSERT_EQUAL(vt_bg(vt, row, col), VT_DEFAULT_COLOR);
        quit_procarium(vt);
    }
}

/* A new page appears in its writer's colour, and is marked. */
static void test_the_writers_colour(void)
{
    struct vt *vt = start_memory(30, 100);
    int row, col;

    run_command(vt, "store heap \"hello\"", "heap+0");
    run_command(vt, "fork", "3 sh PWUAD");
    VT_ASSERT(vt, vt_find(vt, "3 sh PWUAD", &row, &col));
    int colour = vt_fg(vt, row, col);
    run_command(vt, "3: store heap \"jelly\"", "count 2 → 1 ─");
    VT_ASSERT(vt, vt_find(vt, "=/=", &row, &col));
    for (col += 3; vt_cell_text(vt, row, col)[0] == ' ';)
        col++;
    CU_ASSERT_TRUE(vt_cell(vt, row, col).attrs.reverse);
    CU_ASSERT_EQUAL(vt_fg(vt, row, col), colour);
    VT_ASSERT(vt, vt_find(vt, "page frames", &row, NULL));
    int marked = 0; /* in the map its glyph, too */
    for (int y = row + 1; y < row + 8; y++)
        for (int x = vt_cols(vt) / 2; x < vt_cols(vt); x++)
            marked += vt_cell_text(vt, y, x)[0] == '3' && vt_fg(vt, y, x) == colour &&
                      vt_cell(vt, y, x).attrs.reverse;
    CU_ASSERT_EQUAL(marked, 1);
    quit_procarium(vt);
}

/* Nothing is said by colour alone: the same text stands there without any. */
static void test_without_colour(void)
{
    static const char *const env[] = { "NO_COLOR=1", NULL };
    static const char *const ascii[] = { "TERM=vt100", "LC_ALL=C", NULL };
    const char *const *const envs[] = { env, ascii };

    for (int i = 0; i < 2; i++) {
        struct vt *vt = start_procarium(24, 80, envs[i], NULL);
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
        vt_type(vt, "\0337");
        VT_ASSERT(vt, vt_wait_text(vt, "page frames"));
        run_command(vt, "store heap \"hello\"", "heap+0");
        run_command(vt, "fork", "=c=");
        run_command(vt, "3: store heap \"jelly\"", "=/=");
        CU_ASSERT_TRUE(vt_find(vt, i ? "count 2 > 1 -" : "count 2 → 1 ─", NULL, NULL));
        CU_ASSERT_TRUE(row_has(vt, page_row(vt, "heap+0"), i ? "|* heap" : "│▪ heap"));
        int row, col;
        VT_ASSERT(vt, vt_find(vt, "=/=", &row, &col));
        CU_ASSERT_TRUE(vt_cell(vt, row, col).attrs.reverse);
        quit_procarium(vt);
    }
}

static void test_who_has_none(void)
{
    struct vt *vt = start_memory(24, 80);

    run_command(vt, "fork", "forked 3 sh");
    run_command(vt, "vfork", "one address space");
    CU_ASSERT_TRUE(row_has(vt, page_row(vt, "stack-1"), "==="));
    run_command(vt, "4: exec /bin/ls", "4 ls PWUAD");
    run_command(vt, "3: exit", "Z exit 0");
    vt_type(vt, "focus 1\r");
    VT_ASSERT(vt, vt_wait_text(vt, "1 init PWUAD"));
    vt_mouse(vt, 1, 1, 8); /* swapper in the tree */
    VT_ASSERT(vt, vt_wait_text(vt, "is a kernel thread"));
    quit_procarium(vt);
}

/* Up and Down choose a page, Enter shows its walk; the frame is lit in the map. */
static void test_hands(void)
{
    struct vt *vt = start_memory(30, 100);

    vt_key(vt, VTERM_KEY_DOWN);
    VT_ASSERT(vt, vt_wait_text(vt, "press memory Down"));
    int row = page_row(vt, "text+0"), col = 0;
    VT_ASSERT(vt, row >= 0 && vt_find_from(vt, row, "text+0", &row, &col));
    CU_ASSERT_NOT_EQUAL(vt_bg(vt, row, col), VT_DEFAULT_COLOR);
    vt_key(vt, VTERM_KEY_ENTER);
    VT_ASSERT(vt, vt_wait_text(vt, "vtop 2 0x08048000"));
    VT_ASSERT(vt, vt_wait_text(vt, "directory entry"));
    quit_procarium(vt);
}

/* Small and changing sizes leave nothing garbled: each row of the pane ends in its edge. */
static void test_sizes(void)
{
    static const int small[][2] = { { 10, 40 }, { 12, 44 }, { 16, 60 }, { 20, 121 }, { 24, 80 } };
    struct vt *vt = start_memory(24, 80);

    run_command(vt, "store heap \"hello\"", "heap+0");
    run_command(vt, "fork", "forked 3 sh");
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        int row, col;
        vt_resize(vt, small[i][0], small[i][1]);
        vt_settle(vt, 60);
        VT_ASSERT(vt, vt_find(vt, "─ memory", &row, &col) || vt_find(vt, "┌ memory", &row, &col) ||
                          vt_find(vt, "├ memory", &row, &col));
        CU_ASSERT_TRUE(vt_find(vt, "heap+0", &row, NULL));
        const char *line = vt_row(vt, row);
        CU_ASSERT_TRUE(strlen(line) > 3 && strcmp(line + strlen(line) - 3, "│") == 0);
    }
    quit_procarium(vt);
}

/* Any two can stand beside each other: two children of one parent share what it had. */
static void test_beside(void)
{
    struct vt *vt = start_memory(24, 80);

    run_command(vt, "store heap \"hello\"", "heap+0");
    run_command(vt, "fork; fork", "forked 4 sh");
    run_command(vt, "choose 3", "3 sh PWUAD");
    run_command(vt, "beside 4", "4 sh PWUAD");
    CU_ASSERT_TRUE(is_beside(vt, "3 sh PWUAD", "4 sh PWUAD"));
    CU_ASSERT_TRUE(row_has(vt, page_row(vt, "heap+0"), "=c="));
    run_command(vt, "beside off; choose 2", "beside off");
    VT_ASSERT(vt, vt_wait_text(vt, "2 sh PWUAD"));
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "one task alone", test_alone },
    { "copy-on-write at every size", test_copy_on_write },
    { "the writer's colour", test_the_writers_colour },
    { "without colour", test_without_colour },
    { "who has no memory", test_who_has_none },
    { "choosing a page", test_hands },
    { "any two beside each other", test_beside },
    { "sizes", test_sizes },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "memory pane", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
