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

/* The row in which the page of this name stands, or -1; not where it is drawn large. */
static int page_row(const struct vt *vt, const char *name)
{
    static const char *const before[] = { "  ", "▪ ", "* " };
    char text[64];
    int row = -1;

    for (int i = 0; i < 3 && row < 0; i++) {
        snprintf(text, sizeof text, "%s%s ", before[i], name);
        vt_find(vt, text, &row, NULL);
    }
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
        CU_ASSERT_TRUE(is_beside(vt, "PWUAD 2 sh", "page"));
        CU_ASSERT_FALSE(vt_find(vt, "◀", NULL, NULL));
        CU_ASSERT_TRUE(row_has(vt, page_row(vt, "stack-1"), "PWUAD ─"));
        CU_ASSERT_TRUE(row_has(vt, page_row(vt, "text+0"), "P-UA- ─"));
        CU_ASSERT_TRUE(vt_find(vt, "rw-p  1/21", NULL, NULL));
        quit_procarium(vt);
    }
}

/* Where a page's row stands, and the frame's number that it names, in columns. */
struct place {
    int row, col;
};

static struct place place_of(struct vt *vt, const char *page, const char *frame)
{
    struct place at = { page_row(vt, page), -1 };
    int row = -1;

    VT_ASSERT(vt, at.row >= 0 && vt_find_from(vt, at.row, frame, &row, &at.col));
    CU_ASSERT_EQUAL(row, at.row);
    return at;
}

/* Is a text in a row lit (or no text there)? */
static bool is_lit(const struct vt *vt, int row, const char *text)
{
    int at, col;

    return vt_find_from(vt, row, text, &at, &col) && at == row &&
           vt_bg(vt, row, col) != VT_DEFAULT_COLOR;
}

/* One frame and two arrows to it; then the writer's arrow moves, and all else keeps its place. */
static void test_copy_on_write(void)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct vt *vt = start_memory(sizes[i][0], sizes[i][1]);
        int row, col;
        run_command(vt, "store heap \"hello\"", "heap+0");
        struct place alone = place_of(vt, "heap+0", "684");
        run_command(vt, "fork", "forked 3 sh");
        struct place before = place_of(vt, "heap+0", "684 =c2");
        CU_ASSERT_TRUE(before.row == alone.row && before.col == alone.col);
        CU_ASSERT_TRUE(row_has(vt, before.row, "▪"));
        CU_ASSERT_TRUE(row_has(vt, before.row, "P-UAD ──"));
        CU_ASSERT_TRUE(row_has(vt, before.row, "══ P-U-D"));
        CU_ASSERT_TRUE(is_lit(vt, before.row, "◀"));
        CU_ASSERT_FALSE(is_lit(vt, before.row, "▶"));
        CU_ASSERT_TRUE(is_lit(vt, before.row, "=c2"));
        CU_ASSERT_TRUE(row_has(vt, page_row(vt, "text+0"), "683 =2"));
        CU_ASSERT_TRUE(is_beside(vt, "PWUAD 2 sh", "3 sh PWUAD"));
        CU_ASSERT_TRUE(vt_find(vt, "2 pages changed", NULL, NULL));
        /* The lost W of the parent is marked, the kept U is not. */
        VT_ASSERT(vt, vt_find_from(vt, before.row, "P-UAD", &row, &col));
        CU_ASSERT_NOT_EQUAL(vt_bg(vt, row, col + 1), VT_DEFAULT_COLOR);
        CU_ASSERT_EQUAL(vt_bg(vt, row, col + 2), VT_DEFAULT_COLOR);

        run_command(vt, "3: store heap \"jelly\"", "count 2 → 1 ─");
        CU_ASSERT_TRUE(is_beside(vt, "heap+0: ", "count 2 → 1 ─"));
        CU_ASSERT_TRUE(vt_find(vt, "(of ", NULL, NULL)); /* the sentence */
        struct place after = place_of(vt, "heap+0", "684 2→1");
        CU_ASSERT_TRUE(after.row == before.row && after.col == before.col);
        CU_ASSERT_TRUE(row_has(vt, after.row, "P-UAD ──"));
        CU_ASSERT_TRUE(row_has(vt, after.row, "687"));
        CU_ASSERT_TRUE(row_has(vt, after.row, "══ PWUAD"));
        CU_ASSERT_TRUE(is_lit(vt, after.row, "◀══"));
        CU_ASSERT_TRUE(is_lit(vt, after.row, "2→1"));
        CU_ASSERT_FALSE(is_lit(vt, after.row, "▶"));
        CU_ASSERT_TRUE(is_beside(vt, "3 sh  ", "= shared")); /* the legend */

        vt_key(vt, VTERM_KEY_FUNCTION(3)); /* back: it is one frame again */
        VT_ASSERT(vt, vt_wait_text(vt, "684 =c2"));
        CU_ASSERT_FALSE(row_has(vt, before.row, "687"));
        CU_ASSERT_TRUE(is_lit(vt, before.row, "◀══"));
        CU_ASSERT_FALSE(is_lit(vt, before.row, "▶"));
        vt_key(vt, VTERM_KEY_FUNCTION(4));
        VT_ASSERT(vt, vt_wait_text(vt, "684 2→1"));

        run_command(vt, "nice 1", "nice returns"); /* the marks go with the next stop */
        struct place later = place_of(vt, "heap+0", "684");
        CU_ASSERT_FALSE(row_has(vt, later.row, "684 ="));
        CU_ASSERT_TRUE(later.row == before.row && later.col == before.col);
        CU_ASSERT_FALSE(row_has(vt, later.row, "▪"));
        CU_ASSERT_FALSE(is_lit(vt, later.row, "◀"));
        CU_ASSERT_TRUE(row_has(vt, later.row, "── PWUAD"));
        quit_procarium(vt);
    }
}

/* The parent's copy stands on its own side, too; who keeps a frame for itself takes it there. */
static void test_other_sides(void)
{
    struct vt *vt = start_memory(24, 80);

    run_command(vt, "store heap \"hello\"", "heap+0");
    run_command(vt, "fork; nice 1", "nice returns");
    struct place common = place_of(vt, "heap+0", "684 =c2");
    run_command(vt, "2: store heap \"jelly\"", "684 2→1 ◀");
    CU_ASSERT_TRUE(row_has(vt, common.row, "PWUAD ══▶ 687 684 2→1 ◀────── P-U-D"));
    run_command(vt, "3: store heap \"hallo\"", "nobody else has any more");
    CU_ASSERT_TRUE(row_has(vt, common.row, "PWUAD ──▶ 687         684 ◀══ PWUAD"));
    run_command(vt, "3: store heap+4096 \"own\"", "heap+1");
    CU_ASSERT_TRUE(row_has(vt, page_row(vt, "heap+1"), "◀══ PWUAD"));
    CU_ASSERT_FALSE(row_has(vt, page_row(vt, "heap+1"), "▶"));
    run_command(vt, "3: exit", "gone");
    CU_ASSERT_TRUE(row_has(vt, page_row(vt, "heap+1"), "gone"));
    quit_procarium(vt);
}

/* Steps into command 3 until the text stands there, but not for ever. */
static void step_to(struct vt *vt, int *step, const char *text)
{
    char prompt[32];

    for (int i = 0; i < 40 && !vt_find(vt, text, NULL, NULL); i++) {
        vt_key(vt, VTERM_KEY_FUNCTION(9));
        snprintf(prompt, sizeof prompt, "step %d]>", ++*step);
        VT_ASSERT(vt, vt_wait_text(vt, prompt));
    }
    VT_ASSERT(vt, vt_find(vt, text, NULL, NULL));
}

/* Inside the command: the arrow moves in one step, and one step back it is one frame again. */
static void test_steps(void)
{
    struct vt *vt = start_memory(24, 80);

    run_command(vt, "store heap \"hello\"", "heap+0");
    run_command(vt, "fork", "684 =c2");
    run_command(vt, "3: store heap \"jelly\"; undo", "[2 of 3]>");
    int step = 0;
    step_to(vt, &step, "is copied to page frame 687 for");
    CU_ASSERT_TRUE(row_has(vt, page_row(vt, "heap+0"), "P-UAD ──────▶ 684 =c2 ◀────── P-U-D"));
    step_to(vt, &step, "heap+0: 684 → 687 ─");
    CU_ASSERT_TRUE(row_has(vt, page_row(vt, "heap+0"), "P-UAD ──────▶ 684 2→1 687 ◀══ PWUAD"));
    vt_key(vt, VTERM_KEY_FUNCTION(7));
    VT_ASSERT(vt, vt_wait_text(vt, "P-UAD ──────▶ 684 =c2 ◀══════ P-U-D"));
    CU_ASSERT_FALSE(row_has(vt, page_row(vt, "heap+0"), "687"));
    quit_procarium(vt);
}

/* Frames with long numbers and counts have room, in fewer signs where there is little of it. */
static void test_long_numbers(void)
{
    struct vt *vt = start_shell(24, 80);

    run_command(vt, "boot sh mem=896M", "boot sh mem=896M");
    run_command(vt, "layout memory; mmap 9000 private big; store big 1 pages=9000",
                "+0 ×9000 PWUAD ─");
    run_command(vt, "store heap \"hello\"; repeat 10 { fork }", "forked 12");
    run_command(vt, "choose 12", "▶11373=c11◀────── P-U-D");
    run_command(vt, "12: store heap \"jelly\"", "count 11 …");
    int row = page_row(vt, "heap+0");
    CU_ASSERT_TRUE(row_has(vt, row, "▶11373=10  11518◀ PWUAD"));
    CU_ASSERT_TRUE(is_lit(vt, row, "=10"));
    const char *line = row >= 0 ? vt_row(vt, row) : "";
    CU_ASSERT_TRUE(strlen(line) > 3 && strcmp(line + strlen(line) - 3, "│") == 0);
    quit_procarium(vt);
}

/* Where there is room, the page that changed stands there large, with what is in it. */
static void test_close_up(void)
{
    static const int large[][2] = { { 30, 100 }, { 45, 160 }, { 60, 200 } };

    for (size_t i = 0; i < 3; i++) {
        struct vt *vt = start_memory(large[i][0], large[i][1]);
        int row, col, upper, lower;
        run_command(vt, "layout memory; store heap \"hello\"", "heap+0");
        run_command(vt, "fork", "forked 3 sh");
        VT_ASSERT(vt, vt_find(vt, "heap+0 at 08051000, anonymous, copy on write ─", &row, NULL));
        VT_ASSERT(vt, vt_find(vt, "▶│hello", &upper, &col));
        CU_ASSERT_EQUAL(upper, row + 2);
        CU_ASSERT_TRUE(row_has(vt, upper, "│ 684 P-UAD │──"));
        CU_ASSERT_TRUE(row_has(vt, upper, "│◀══"));
        CU_ASSERT_TRUE(row_has(vt, upper, "══│ 684 P-U-D │"));
        CU_ASSERT_TRUE(row_has(vt, upper - 1, "┌ frame 684 =c2 ─"));
        run_command(vt, "3: store heap+2 \"ap\"", "anonymous, copied now");
        VT_ASSERT(vt, vt_find(vt, "║", &lower, NULL));
        CU_ASSERT_EQUAL(lower, upper + 2);
        CU_ASSERT_TRUE(row_has(vt, upper, "│ 684 P-UAD │──"));
        CU_ASSERT_FALSE(row_has(vt, upper, "◀"));
        CU_ASSERT_TRUE(row_has(vt, upper, "│ 687 PWUAD │"));
        CU_ASSERT_TRUE(row_has(vt, upper - 1, "┌ frame 684 2→1 ─"));
        CU_ASSERT_TRUE(row_has(vt, upper + 3, "║heapo") || row_has(vt, lower + 1, "║heapo"));
        CU_ASSERT_TRUE(row_has(vt, lower + 1, "║◀══"));
        CU_ASSERT_TRUE(is_lit(vt, lower + 1, "◀══"));
        run_command(vt, "3: store heap+64 258", "stores 02 01 00 00"); /* no text */
        CU_ASSERT_TRUE(row_has(vt, upper, "│+64 00 00"));
        CU_ASSERT_TRUE(row_has(vt, lower + 1, "│+64 02 01"));
        quit_procarium(vt);
    }
}

/* The map's legend names the tasks in sight, the two of the pane first; of many, what a digit means. */
static void test_legend(void)
{
    struct vt *vt = start_shell(45, 160);

    run_command(vt, "layout memory", "page frames");
    run_command(vt, "repeat 3 { fork; $!: store heap \"x\" }", "forked 5 sh");
    VT_ASSERT(vt, vt_wait_text(vt, "5 sh  1 init  3 sh  4 sh"));
    run_command(vt, "repeat 60 { fork; $!: store heap \"x\" }", "120 commands in all");
    run_command(vt, "choose 65; 65: store heap+1p \"y\"", "65 sh stores \"y\" at");
    VT_ASSERT(vt, vt_wait_text(vt, " and other digits: how a PID ends"));
    CU_ASSERT_TRUE(is_beside(vt, "5 65 sh", "and other digits"));
    quit_procarium(vt);
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
    VT_ASSERT(vt, vt_find(vt, "687]◀══", &row, &col));
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
        run_command(vt, "fork", i ? "------> 684 =c2 <======" : "──────▶ 684 =c2 ◀══════");
        run_command(vt, "3: store heap \"jelly\"", i ? "684 2>1 687 <==" : "684 2→1 687 ◀══");
        CU_ASSERT_TRUE(vt_find(vt, i ? "count 2 > 1 -" : "count 2 → 1 ─", NULL, NULL));
        CU_ASSERT_TRUE(row_has(vt, page_row(vt, "heap+0"), i ? "|* heap" : "│▪ heap"));
        int row, col;
        VT_ASSERT(vt, vt_find(vt, i ? "<==" : "◀══", &row, &col));
        CU_ASSERT_TRUE(vt_cell(vt, row, col).attrs.reverse);
        VT_ASSERT(vt, vt_find(vt, i ? "---> 684" : "──▶ 684", &row, &col));
        CU_ASSERT_FALSE(vt_cell(vt, row, col).attrs.reverse);
        quit_procarium(vt);
    }
}

static void test_who_has_none(void)
{
    struct vt *vt = start_memory(24, 80);

    run_command(vt, "fork", "forked 3 sh");
    run_command(vt, "vfork", "one address space");
    CU_ASSERT_TRUE(row_has(vt, page_row(vt, "stack-1"), "▶ 682 =2 ◀"));
    run_command(vt, "4: exec /bin/ls", "4 ls PWUAD");
    run_command(vt, "3: exit", "Z exit 0");
    vt_type(vt, "focus 1\r");
    VT_ASSERT(vt, vt_wait_text(vt, "PWUAD 1 init"));
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
    CU_ASSERT_TRUE(is_beside(vt, "PWUAD 3 sh", "4 sh PWUAD"));
    CU_ASSERT_TRUE(row_has(vt, page_row(vt, "heap+0"), "▶ 684 =c3 ◀"));
    run_command(vt, "beside off; choose 2", "PWUAD 2 sh");
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "one task alone", test_alone },
    { "copy-on-write at every size", test_copy_on_write },
    { "on the other side", test_other_sides },
    { "step by step", test_steps },
    { "long numbers", test_long_numbers },
    { "a page drawn large", test_close_up },
    { "the map's legend", test_legend },
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
