/* Where panes stand: every size of screen, tabs, focus, zoom and weights. */
#include "cunit_main.h"
#include "tui/layout.h"

#include <stdio.h>
#include <string.h>

static const struct layout_spec spec = {
    .name = "test",
    .columns = 3,
    .panes = 6,
    .column = { { 40, 26 }, { 60, 40 }, { 50, 40 } },
    .pane = { { "a", 0, 50, 6, 0, false, false },
              { "b", 0, 50, 6, 0, false, false },
              { "c", 1, 50, 6, 0, false, false },
              { "d", 1, 50, 6, 0, false, false },
              { "e", 2, 70, 8, 0, false, false },
              { "f", 2, 30, 5, 0, false, false } },
    .console_rows = 4,
    .console_percent = 25,
};

enum { A, B, C, D, E, F };

static struct layout compute(int rows, int cols, int focus, int zoom)
{
    struct layout layout;

    layout_compute(&spec, &(struct layout_request){ rows, cols, focus, zoom }, &layout);
    return layout;
}

/* Marks the rectangle's cells; false when one lies outside or is taken. */
static bool claim(char *cells, int rows, int cols, const struct rect *rect)
{
    for (int y = rect->y; y < rect->y + rect->rows; y++) {
        for (int x = rect->x; x < rect->x + rect->cols; x++) {
            if (y < 0 || x < 0 || y >= rows || x >= cols || cells[y * cols + x])
                return false;
            cells[y * cols + x] = 1;
        }
    }
    return true;
}

/* No overlap, nothing outside, no gap, the focus in sight, each shown pane at its least size. */
static bool is_sound(const struct layout *layout, int rows, int cols, int focus)
{
    static char cells[300 * 300];
    int claimed = 0;
    bool ok = true;

    memset(cells, 0, sizeof cells);
    for (int i = 0; i < spec.panes; i++) {
        ok = ok && claim(cells, rows, cols, &layout->pane[i]);
        ok = ok && layout->is_shown[i] == !rect_is_empty(&layout->pane[i]);
        ok = ok && (!layout->is_shown[i] || layout->pane[i].rows >= 4);
    }
    ok = ok && claim(cells, rows, cols, &layout->sentence);
    ok = ok && claim(cells, rows, cols, &layout->bar);
    ok = ok && claim(cells, rows, cols, &layout->console);
    for (int i = 0; i < rows * cols; i++)
        claimed += cells[i];
    if (layout->is_too_small)
        return ok && layout->hidden == spec.panes;
    return ok && claimed == rows * cols && (focus < 0 || layout->is_shown[focus]);
}

static void test_every_size(void)
{
    for (int rows = 0; rows <= 70; rows++) {
        for (int cols = 0; cols <= 220; cols += cols < 90 ? 1 : 7) {
            for (int focus = -1; focus < spec.panes; focus++) {
                struct layout layout = compute(rows, cols, focus, LAYOUT_NO_PANE);
                if (!is_sound(&layout, rows, cols, focus)) {
                    printf("    %dx%d, focus %d\n", rows, cols, focus);
                    CU_FAIL_FATAL("not sound");
                }
                layout = compute(rows, cols, focus, focus);
                CU_ASSERT_TRUE_FATAL(is_sound(&layout, rows, cols, focus));
            }
        }
    }
}

static void test_80x24(void)
{
    struct layout layout = compute(24, 80, A, LAYOUT_NO_PANE);

    CU_ASSERT_FALSE(layout.is_too_small);
    CU_ASSERT_EQUAL(layout.console.rows, 6);
    CU_ASSERT_EQUAL(layout.bar.y, 17);
    CU_ASSERT_EQUAL(layout.sentence.y, 16);
    CU_ASSERT_TRUE(layout.is_shown[A] && layout.is_shown[B] && layout.is_shown[C]);
    CU_ASSERT_TRUE(layout.is_shown[D] && !layout.is_shown[E] && !layout.is_shown[F]);
    CU_ASSERT_EQUAL(layout.hidden, 2);
    CU_ASSERT_EQUAL(layout.pane[A].cols, 32);
    CU_ASSERT_EQUAL(layout.pane[C].x, 32);
    CU_ASSERT_EQUAL(layout.pane[B].y, 7);
    CU_ASSERT_EQUAL(layout.edges[A], BOX_OPEN);
    CU_ASSERT_EQUAL(layout.edges[B], BOX_JOINED);
    CU_ASSERT_EQUAL(layout.pane[A].rows, 7);
    CU_ASSERT_EQUAL(layout.pane[B].rows, 9);
}

static void test_focus_comes_into_sight(void)
{
    struct layout layout = compute(24, 80, F, LAYOUT_NO_PANE);

    CU_ASSERT_TRUE(layout.is_shown[A] && layout.is_shown[B]);
    CU_ASSERT_TRUE(layout.is_shown[E] && layout.is_shown[F]);
    CU_ASSERT_FALSE(layout.is_shown[C] || layout.is_shown[D]);
    CU_ASSERT_EQUAL(layout.hidden, 2);

    layout = compute(12, 80, D, LAYOUT_NO_PANE); /* one pane a column */
    CU_ASSERT_TRUE(layout.is_shown[A] && !layout.is_shown[B]);
    CU_ASSERT_TRUE(!layout.is_shown[C] && layout.is_shown[D]);
}

static void test_wide(void)
{
    struct layout layout = compute(60, 200, LAYOUT_NO_PANE, LAYOUT_NO_PANE);

    CU_ASSERT_EQUAL(layout.hidden, 0);
    CU_ASSERT_EQUAL(layout.console.rows, 15);
    CU_ASSERT_EQUAL(layout.pane[E].x + layout.pane[E].cols, 200);
    CU_ASSERT_TRUE(layout.pane[E].rows > 2 * layout.pane[F].rows);
}

static void test_zoom(void)
{
    struct layout layout = compute(24, 80, C, C);

    CU_ASSERT_EQUAL(layout.pane[C].rows, 16);
    CU_ASSERT_EQUAL(layout.pane[C].cols, 80);
    CU_ASSERT_EQUAL(layout.hidden, 5);
    CU_ASSERT_EQUAL(layout.console.rows, 6); /* the command line is always there */
}

static void test_too_small(void)
{
    struct layout layout = compute(9, 80, A, LAYOUT_NO_PANE);

    CU_ASSERT_TRUE(layout.is_too_small);
    CU_ASSERT_EQUAL(layout.console.y, 1); /* below the message */
    CU_ASSERT_EQUAL(layout.console.rows, 8);
    CU_ASSERT_EQUAL(compute(1, 80, A, LAYOUT_NO_PANE).console.rows, 1);
    CU_ASSERT_TRUE(compute(24, 39, A, LAYOUT_NO_PANE).is_too_small);
    CU_ASSERT_FALSE(compute(10, 40, A, LAYOUT_NO_PANE).is_too_small);
}

static void test_moving(void)
{
    struct layout layout = compute(24, 80, A, LAYOUT_NO_PANE);

    CU_ASSERT_EQUAL(layout_pane_at(&layout, &spec, 0, 0), A);
    CU_ASSERT_EQUAL(layout_pane_at(&layout, &spec, 15, 79), D);
    CU_ASSERT_EQUAL(layout_pane_at(&layout, &spec, 20, 5), LAYOUT_NO_PANE);
    CU_ASSERT_EQUAL(layout_next_pane(&spec, F, 1), A);
    CU_ASSERT_EQUAL(layout_next_pane(&spec, A, -1), F);
    CU_ASSERT_EQUAL(layout_next_pane(&spec, LAYOUT_NO_PANE, 1), A);
}

static struct layout computed(const struct layout_spec *changed, int rows, int cols, int focus)
{
    struct layout layout;

    layout_compute(changed, &(struct layout_request){ rows, cols, focus, LAYOUT_NO_PANE }, &layout);
    return layout;
}

static void test_exact_sizes(void)
{
    for (int rows = 1; rows <= 40; rows += 3) {
        for (int cols = 1; cols <= 160; cols += 7) {
            struct layout_spec changed = spec;
            struct layout before = computed(&changed, 45, 160, A);
            layout_resize(&changed, &before, C, rows, cols);
            struct layout after = computed(&changed, 45, 160, A);
            int area = before.pane[C].rows + before.pane[D].rows;
            int least = 6, most = area - 7; /* the lower one has a row more */
            int expected = rows < least ? least : rows > most ? most : rows;
            CU_ASSERT_EQUAL(after.pane[C].rows, expected);
            expected = cols < 40 ? 40 : cols > 160 - 66 ? 160 - 66 : cols;
            CU_ASSERT_EQUAL(after.pane[C].cols, expected);
            CU_ASSERT_EQUAL(after.pane[A].rows, before.pane[A].rows);
            CU_ASSERT_EQUAL(after.pane[D].cols, after.pane[C].cols);
            CU_ASSERT_TRUE(after.is_shown[F]);
        }
    }
    /* The lowest one counts its lower edge, and takes from above. */
    struct layout_spec changed = spec;
    struct layout before = computed(&changed, 45, 160, A);
    layout_resize(&changed, &before, D, 20, 0);
    CU_ASSERT_EQUAL(computed(&changed, 45, 160, A).pane[D].rows, 20);
    CU_ASSERT_EQUAL(computed(&changed, 45, 160, A).pane[D].cols, before.pane[D].cols);
    /* Twice the screen: in proportion. */
    CU_ASSERT_TRUE(computed(&changed, 90, 160, A).pane[D].rows > 36);
    layout_resize(&changed, &before, LAYOUT_NO_PANE, 3, 3);
    layout_resize_console(&changed, 17, 45);
    CU_ASSERT_EQUAL(computed(&changed, 45, 160, A).console.rows, 17);
    layout_resize_console(&changed, 0, 45);
    CU_ASSERT_EQUAL(computed(&changed, 45, 160, A).console.rows, 3);
    layout_resize_console(&changed, 100, 24);
    CU_ASSERT_EQUAL(computed(&changed, 24, 80, A).bar.y, 6); /* the panes keep a few rows */
}

static void test_borders(void)
{
    struct layout layout = compute(45, 160, A, LAYOUT_NO_PANE);
    struct layout_border border =
        layout_border_at(&layout, &spec, layout.pane[B].y, layout.pane[B].x + 3);

    CU_ASSERT_EQUAL(border.kind, BORDER_BELOW);
    CU_ASSERT_EQUAL(border.pane, A);
    border = layout_border_at(&layout, &spec, layout.pane[D].y + 2, layout.pane[D].x);
    CU_ASSERT_EQUAL(border.kind, BORDER_RIGHT);
    CU_ASSERT_TRUE(border.pane == A || border.pane == B);
    border = layout_border_at(&layout, &spec, layout.pane[D].y + 2, layout.pane[D].x - 1);
    CU_ASSERT_EQUAL(border.kind, BORDER_RIGHT);
    border = layout_border_at(&layout, &spec, layout.bar.y, 5);
    CU_ASSERT_EQUAL(border.kind, BORDER_CONSOLE);
    border = layout_border_at(&layout, &spec, 3, 159); /* the screen's edge */
    CU_ASSERT_EQUAL(border.kind, BORDER_NONE);
    border = layout_border_at(&layout, &spec, layout.pane[C].y + 2, layout.pane[C].x + 5);
    CU_ASSERT_EQUAL(border.kind, BORDER_NONE);
}

static void test_ranks_and_extras(void)
{
    struct layout_spec changed = spec;

    changed.pane[A].rank = 2; /* below B */
    changed.pane[B].rank = 1;
    changed.pane[D].is_extra = true;
    struct layout layout = computed(&changed, 45, 160, LAYOUT_NO_PANE);
    CU_ASSERT_TRUE(layout.pane[A].y > layout.pane[B].y);
    CU_ASSERT_FALSE(layout.is_shown[D]);
    CU_ASSERT_EQUAL(layout.pane[C].rows, layout.bar.y - 1);
    layout = computed(&changed, 45, 160, D);
    CU_ASSERT_TRUE(layout.is_shown[C] && layout.is_shown[D]);
}

/* A pane with a place in lessons only takes it, gives it back, and may be called at any time. */
static void test_lesson(void)
{
    struct layout_spec changed = spec;

    changed.pane[B].is_for_lesson = true;
    layout_set_lesson(&changed, false);
    struct layout layout = computed(&changed, 45, 160, LAYOUT_NO_PANE);
    CU_ASSERT_FALSE(layout.is_shown[B]);
    CU_ASSERT_EQUAL(layout.pane[A].rows, layout.bar.y - 1);
    layout = computed(&changed, 45, 160, B);
    CU_ASSERT_TRUE(layout.is_shown[B]);
    layout_set_lesson(&changed, true);
    layout = computed(&changed, 45, 160, LAYOUT_NO_PANE);
    CU_ASSERT_TRUE(layout.is_shown[A] && layout.is_shown[B]);
}

static CU_TestInfo tests[] = {
    { "every size is sound", test_every_size },
    { "80x24", test_80x24 },
    { "the focus comes into sight", test_focus_comes_into_sight },
    { "wide", test_wide },
    { "zoom", test_zoom },
    { "a place in lessons only", test_lesson },
    { "too small", test_too_small },
    { "moving", test_moving },
    { "exact sizes", test_exact_sizes },
    { "borders", test_borders },
    { "ranks and extras", test_ranks_and_extras },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "layout", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
