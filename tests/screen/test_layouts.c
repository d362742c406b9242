/* The face: every layout at every size, panes' sizes, themes, and every key as a command. */
#include "shell.h"

#include <string.h>

static const int sizes[][2] = { { 24, 80 }, { 30, 100 }, { 45, 160 }, { 60, 200 } };
static const char *const layouts[] = { "teach", "memory", "kernel", "sched", "io", "all" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct vt *start(int rows, int cols, const char *const *env, const char *option)
{
    struct vt *vt = start_procarium(rows, cols, env, option);

    VT_ASSERT(vt, vt_wait_text(vt, "2 sh>"));
    return vt;
}

/* The last row is an empty prompt, and the line stands above it. */
static bool has_run(const struct vt *vt, void *arg)
{
    const char *const *line = arg;
    const char *last = vt_row(vt, vt_rows(vt) - 1);
    size_t length = strlen(last);

    return vt_find(vt, *line, NULL, NULL) && length > 0 && last[length - 1] == '>';
}

static void run(struct vt *vt, const char *line)
{
    vt_type(vt, line);
    vt_type(vt, "\r");
    VT_ASSERT(vt, vt_wait(vt, has_run, &line));
}

/* The row of the key bar: where the console begins is below it. */
static int bar_row(const struct vt *vt)
{
    int row = -1;

    return vt_find(vt, "F1 help", &row, NULL) ? row : -1;
}

/* ---- Layouts ---- */

static bool is_one_of(const char *cell, const char *const *set, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(cell, set[i]) == 0)
            return true;
    return false;
}

/* Boxes are whole: the area's left and right edges and corners are lines, on every row. */
static bool has_whole_boxes(const struct vt *vt)
{
    static const char *const left[] = { "┌", "│", "├", "└" };
    static const char *const right[] = { "┐", "│", "┤", "┘" };
    int bottom = -1;

    for (int row = 0; row < vt_rows(vt); row++)
        if (strcmp(vt_cell_text(vt, row, 0), "└") == 0)
            bottom = row;
    if (bottom < 0 || strcmp(vt_cell_text(vt, bottom, vt_cols(vt) - 1), "┘") != 0)
        return false;
    for (int row = 0; row <= bottom; row++)
        if (!is_one_of(vt_cell_text(vt, row, 0), left, COUNT(left)) ||
            !is_one_of(vt_cell_text(vt, row, vt_cols(vt) - 1), right, COUNT(right)))
            return false;
    return true;
}

/* The foreground of a text, where it first stands in a row that also holds `beside`. */
static int colour_of(const struct vt *vt, const char *text, const char *beside)
{
    int row = -1, col;

    while (vt_find_from(vt, row + 1, text, &row, &col))
        if (strstr(vt_row(vt, row), beside))
            return vt_fg(vt, row, col);
    return VT_DEFAULT_COLOR;
}

static bool shows_layout(const struct vt *vt, const char *layout)
{
    bool is_teach = strcmp(layout, "teach") == 0 || strcmp(layout, "all") == 0;
    bool has_kernel = vt_cols(vt) >= 130 || !is_teach;

    if (has_kernel && strcmp(layout, "memory") == 0 && !vt_find(vt, " memory ─", NULL, NULL) &&
        !vt_find(vt, "page frames", NULL, NULL))
        return false;
    if (has_kernel && strcmp(layout, "sched") == 0 && !vt_find(vt, "run queue", NULL, NULL))
        return false;
    if (has_kernel && strcmp(layout, "kernel") == 0 && !vt_find(vt, "slab caches", NULL, NULL))
        return false;
    if (is_teach &&
        (!vt_find(vt, "┌ tasks ─", NULL, NULL) || !vt_find(vt, " states ─", NULL, NULL)))
        return false;
    return vt_find(vt, " trace ─", NULL, NULL);
}

static void test_every_layout(void)
{
    for (size_t s = 0; s < COUNT(sizes); s++) {
        struct vt *vt = start_shell(sizes[s][0], sizes[s][1]);
        run(vt, "fork");
        VT_ASSERT(vt, vt_wait_text(vt, "2 sh forked 3 sh"));
        for (size_t i = 0; i < COUNT(layouts); i++) {
            char line[64], echo[64];
            snprintf(line, sizeof line, "layout %s", layouts[i]);
            snprintf(echo, sizeof echo, "2 sh> %s", line);
            run(vt, line);
            VT_ASSERT(vt, vt_wait_text(vt, echo));
            VT_ASSERT(vt, has_whole_boxes(vt));
            VT_ASSERT(vt, shows_layout(vt, layouts[i]));
            CU_ASSERT_TRUE(vt_find(vt, "2 sh forked 3 sh", NULL, NULL)); /* the sentence */
            CU_ASSERT_TRUE(bar_row(vt) > 0);
            /* The new task is marked, and has its own colour. */
            if (vt_find(vt, "tasks ─", NULL, NULL)) {
                CU_ASSERT_TRUE(vt_find(vt, "│+", NULL, NULL));
                CU_ASSERT_NOT_EQUAL(colour_of(vt, "3 sh", "R"), VT_DEFAULT_COLOR);
                CU_ASSERT_NOT_EQUAL(colour_of(vt, "3 sh", "R"), colour_of(vt, "1 init", "S"));
            }
        }
        quit_procarium(vt);
    }
}

static void test_layouts_by_key(void)
{
    struct vt *vt = start_shell(24, 80);

    for (size_t i = 1; i <= COUNT(layouts); i++) {
        char echo[64];
        snprintf(echo, sizeof echo, "2 sh> layout %s", layouts[i % COUNT(layouts)]);
        vt_key(vt, VTERM_KEY_FUNCTION(12));
        VT_ASSERT(vt, vt_wait_text(vt, echo));
    }
    vt_type(vt, "\033s");
    VT_ASSERT(vt, vt_wait_text(vt, "run queue, 3 of"));
    run(vt, "layout");
    VT_ASSERT(vt, vt_wait_text(vt, "* sched"));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_gone(vt, "Esc closes"));
    run(vt, "layout nonsense");
    VT_ASSERT(vt, vt_wait_text(vt, "is not one of: teach memory kernel"));
    run(vt, "pane");
    VT_ASSERT(vt, vt_wait_text(vt, "words fields calls"));
    /* As the table of commands has them: views_of_pane(). */
    CU_ASSERT_TRUE(vt_find(vt, " tasks      threads folded ", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, " task       short all ", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, " kernel     slabs pids runq blocks ", NULL, NULL));
    CU_ASSERT_TRUE(vt_find(vt, " files      fds signals ", NULL, NULL));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_gone(vt, "Esc closes"));
    run(vt, "pane trace nonsense");
    VT_ASSERT(vt, vt_wait_text(vt, "it has: words fields"));
    run(vt, "pane trace fields");
    quit_procarium(vt);
}

static void test_zoom(void)
{
    struct vt *vt = start_shell(24, 80);
    static const char *const panes[] = { "tasks", "states", "trace", "task", "stack", "kernel" };

    for (size_t i = 0; i < COUNT(panes); i++) {
        char line[64];
        snprintf(line, sizeof line, "zoom %s", panes[i]);
        run(vt, line);
        VT_ASSERT(vt, vt_wait_text(vt, line));
        VT_ASSERT(vt, has_whole_boxes(vt));
        CU_ASSERT_STRING_EQUAL(vt_cell_text(vt, 0, 79), "┐"); /* one box only */
        CU_ASSERT_FALSE(strstr(vt_row(vt, 0), "┌ ") != strrchr(vt_row(vt, 0), '\xe2') &&
                        strstr(vt_row(vt, 0), "┐┌"));
        for (int row = 0; row < vt_rows(vt); row++)
            CU_ASSERT_STRING_NOT_EQUAL(vt_cell_text(vt, row, 0), "├");
    }
    vt_key(vt, VTERM_KEY_FUNCTION(2));
    VT_ASSERT(vt, vt_wait_text(vt, "┐┌"));
    run(vt, "zoom console");
    VT_ASSERT(vt, vt_wait_gone(vt, "┌"));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_text(vt, "┐┌"));
    quit_procarium(vt);
}

/* ---- Sizes ---- */

/* The row in which a box's upper edge stands. */
static int edge_row(const struct vt *vt, const char *title)
{
    int row = -1;

    return vt_find(vt, title, &row, NULL) ? row : -1;
}

static void mouse(struct vt *vt, const char *button_and_end, int row, int col)
{
    char bytes[64];

    snprintf(bytes, sizeof bytes, "\033[<%.*s;%d;%d%c", (int)strlen(button_and_end) - 1,
             button_and_end, col + 1, row + 1, button_and_end[strlen(button_and_end) - 1]);
    vt_type(vt, bytes);
}

static void drag(struct vt *vt, int row, int col, int to_row, int to_col)
{
    mouse(vt, "0M", row, col);
    mouse(vt, "32M", (row + to_row) / 2, (col + to_col) / 2);
    mouse(vt, "32M", to_row, to_col);
    mouse(vt, "0m", to_row, to_col);
}

static void test_sizes_by_command_and_key(void)
{
    struct vt *vt = start_shell(45, 160);
    int before = edge_row(vt, "├ states ─"), bar = bar_row(vt);

    run(vt, "size tasks 10x60");
    VT_ASSERT(vt, vt_wait_text(vt, "> size tasks 10x60"));
    CU_ASSERT_EQUAL(edge_row(vt, "├ states ─"), 10);
    CU_ASSERT_STRING_EQUAL(vt_cell_text(vt, 0, 59), "┐");
    vt_type(vt, "\0331");
    VT_ASSERT(vt, vt_wait_text(vt, "> pane tasks"));
    vt_type(vt, "\033[1;3B\033[1;3B"); /* Alt-Down, twice */
    VT_ASSERT(vt, vt_wait_text(vt, "> size tasks shorter"));
    CU_ASSERT_EQUAL(edge_row(vt, "├ states ─"), 8);
    vt_type(vt, "\033[1;3C");
    VT_ASSERT(vt, vt_wait_text(vt, "> size tasks wider"));
    CU_ASSERT_STRING_EQUAL(vt_cell_text(vt, 0, 61), "┐");
    vt_type(vt, "\033[1;3A\033[1;3D");
    VT_ASSERT(vt, vt_wait_text(vt, "> size tasks narrower"));
    CU_ASSERT_EQUAL(edge_row(vt, "├ states ─"), 9);
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_text(vt, "> pane console"));
    vt_type(vt, "\033[1;3A");
    VT_ASSERT(vt, vt_wait_text(vt, "> size console taller"));
    CU_ASSERT_EQUAL(bar_row(vt), bar - 1);
    run(vt, "size tasks 500x500"); /* nobody gets less than it needs */
    VT_ASSERT(vt, vt_wait_text(vt, "> size tasks 500x500"));
    CU_ASSERT_TRUE(vt_find(vt, "states ─", NULL, NULL) && has_whole_boxes(vt));
    run(vt, "size reset");
    VT_ASSERT(vt, vt_wait_text(vt, "> size reset"));
    CU_ASSERT_EQUAL(edge_row(vt, "├ states ─"), before);
    CU_ASSERT_EQUAL(bar_row(vt), bar);
    run(vt, "size tasks big");
    VT_ASSERT(vt, vt_wait_text(vt, "ROWSxCOLUMNS taller shorter"));
    run(vt, "size nobody 3x3");
    VT_ASSERT(vt, vt_wait_text(vt, "“nobody” is not one of"));
    quit_procarium(vt);
}

static void test_dragging_borders(void)
{
    struct vt *vt = start_shell(45, 160);
    int row = edge_row(vt, "├ states ─"), bar = bar_row(vt);

    drag(vt, row, 5, row - 4, 5);
    VT_ASSERT(vt, vt_wait_text(vt, "> size tasks "));
    CU_ASSERT_EQUAL(edge_row(vt, "├ states ─"), row - 4);
    drag(vt, 3, 50, 3, 60);
    VT_ASSERT(vt, vt_wait_text(vt, "x61"));
    CU_ASSERT_STRING_EQUAL(vt_cell_text(vt, 0, 60), "┐");
    drag(vt, bar, 155, bar - 5, 155);
    VT_ASSERT(vt, vt_wait_text(vt, "> size console "));
    CU_ASSERT_EQUAL(bar_row(vt), bar - 5);
    drag(vt, bar - 5, 155, 0, 0); /* far beyond: as far as it goes */
    VT_ASSERT(vt, vt_wait_text(vt, "> size console 3"));
    CU_ASSERT_TRUE(has_whole_boxes(vt));
    quit_procarium(vt);
}

static void test_clicks(void)
{
    struct vt *vt = start_shell(60, 200); /* the bar has room for all names and keys */
    int row, col;

    VT_ASSERT(vt, vt_find(vt, "6 kernel", &row, &col));
    vt_mouse(vt, 1, row, col + 2); /* a name in the bar */
    VT_ASSERT(vt, vt_wait_text(vt, "> pane kernel"));
    VT_ASSERT(vt, vt_find(vt, "F12 layout", &row, &col));
    vt_mouse(vt, 1, row, col + 2); /* a key in the bar */
    VT_ASSERT(vt, vt_wait_text(vt, "> layout memory"));
    vt_mouse(vt, 1, 2, 8); /* a row of the tree */
    VT_ASSERT(vt, vt_wait_text(vt, "> pane tasks; choose 1"));
    run(vt, "mouse off");
    VT_ASSERT(vt, vt_wait_text(vt, "> mouse off"));
    CU_ASSERT_TRUE(vt_has_received(vt, "\033[?1002l", 8));
    quit_procarium(vt);
}

/* ---- Themes ---- */

static bool has_colours(const struct vt *vt)
{
    for (int row = 0; row < vt_rows(vt); row++)
        for (int col = 0; col < vt_cols(vt); col++)
            if (vt_fg(vt, row, col) != VT_DEFAULT_COLOR || vt_bg(vt, row, col) != VT_DEFAULT_COLOR)
                return true;
    return false;
}

/* Every cell has this background, but for marks. */
static bool is_painted(const struct vt *vt, void *arg)
{
    int background = *(int *)arg, others = 0;

    for (int row = 0; row < vt_rows(vt); row++)
        for (int col = 0; col < vt_cols(vt); col++)
            others += vt_bg(vt, row, col) != background;
    return others < 200; /* the keys in the bar, a mark or two */
}

static void test_themes(void)
{
    static const struct {
        const char *name;
        int background;
    } themes[] = { { "light", 231 }, { "high-contrast", 16 }, { "dark", VT_DEFAULT_COLOR } };
    struct vt *vt = start_shell(24, 80);

    run(vt, "fork");
    VT_ASSERT(vt, vt_wait_text(vt, "forked"));
    for (size_t i = 0; i < COUNT(themes); i++) {
        char line[64];
        int background = themes[i].background;
        snprintf(line, sizeof line, "theme %s", themes[i].name);
        run(vt, line);
        VT_ASSERT(vt, vt_wait(vt, is_painted, &background));
        CU_ASSERT_TRUE(has_colours(vt));
        CU_ASSERT_NOT_EQUAL(colour_of(vt, "3 sh", "R"), colour_of(vt, "2 sh", "focus"));
    }
    run(vt, "theme mono");
    VT_ASSERT(vt, vt_wait_text(vt, "> theme mono"));
    CU_ASSERT_FALSE(has_colours(vt));
    CU_ASSERT_TRUE(vt_find(vt, "│+", NULL, NULL)); /* the mark is no colour */
    run(vt, "theme mono ascii");
    VT_ASSERT(vt, vt_wait_gone(vt, "┌"));
    for (int row = 0; row < 24; row++)
        for (const char *c = vt_row(vt, row); *c; c++)
            CU_ASSERT_TRUE_FATAL((unsigned char)*c < 0x80);
    run(vt, "until frobnicate"); /* each sign has its own plain one */
    VT_ASSERT(vt, vt_wait_text(vt, "\"frobnicate\" is neither"));
    run(vt, "theme utf8 dark");
    VT_ASSERT(vt, vt_wait_text(vt, "┌"));
    run(vt, "theme");
    VT_ASSERT(vt, vt_wait_text(vt, "Esc closes")); /* longer than the console */
    CU_ASSERT_TRUE(vt_find(vt, "* dark", NULL, NULL));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_gone(vt, "Esc closes"));
    run(vt, "theme pink");
    VT_ASSERT(vt, vt_wait_text(vt, "is not one of: dark light"));
    quit_procarium(vt);
}

static void test_themes_from_outside(void)
{
    static const struct {
        const char *env, *option;
        bool has_colours;
        int background;
    } ways[] = {
        { "NO_COLOR=1", NULL, false, VT_DEFAULT_COLOR },
        { "NO_COLOR=1", "--theme=light", true, 231 },
        { "COLORFGBG=0;15", NULL, true, 231 },
        { "COLORFGBG=15;default;0", NULL, true, VT_DEFAULT_COLOR },
        { "NO_COLOR=", "--theme=mono", false, VT_DEFAULT_COLOR },
        { "TERM=xterm", "--theme=light", true, 7 },
        { "TERM=linux", "--theme=high-contrast", true, 0 },
        { "TERM=vt100", "--theme=light", false, VT_DEFAULT_COLOR },
    };

    for (size_t i = 0; i < COUNT(ways); i++) {
        struct vt *vt = start(24, 80, (const char *[]){ ways[i].env, NULL }, ways[i].option);
        int background = ways[i].background;
        CU_ASSERT_EQUAL(has_colours(vt), ways[i].has_colours);
        CU_ASSERT_TRUE(is_painted(vt, &background));
        quit_procarium(vt);
    }
    struct vt *vt = start_procarium(24, 80, NULL, "--theme=pink");
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 2);
    CU_ASSERT_TRUE(vt_find(vt, "not one of dark", NULL, NULL));
    vt_stop(vt);
}

/* ---- Going ---- */

static void test_until(void)
{
    struct vt *vt = start_shell(45, 160);

    run(vt, "fork; 3: exit 7");
    VT_ASSERT(vt, vt_wait_text(vt, "Z exit 7"));
    run(vt, "until back copy_mm");
    VT_ASSERT(vt, vt_wait_text(vt, "copy_mm(): "));
    CU_ASSERT_TRUE(vt_find(vt, "2 sh [1 of 2, step", NULL, NULL));
    run(vt, "until state 3 Z");
    VT_ASSERT(vt, vt_wait_text(vt, "R → Z"));
    CU_ASSERT_TRUE(vt_find(vt, "[2 of 2, step", NULL, NULL));
    run(vt, "until copy_mm");
    VT_ASSERT(vt, vt_wait_text(vt, "nothing like that lies ahead"));
    CU_ASSERT_TRUE(vt_find(vt, "[2 of 2, step", NULL, NULL)); /* it stays there */
    run(vt, "until frobnicate");
    VT_ASSERT(vt, vt_wait_text(vt, "neither a kernel function"));
    quit_procarium(vt);
}

static void test_marks_stay_until_the_next_stop(void)
{
    struct vt *vt = start_shell(24, 80);

    run(vt, "fork");
    VT_ASSERT(vt, vt_wait_text(vt, "│+"));
    run(vt, "layout sched"); /* no stop: what is new stays marked */
    VT_ASSERT(vt, vt_wait_text(vt, "│+"));
    CU_ASSERT_TRUE(vt_find(vt, "▪ active", NULL, NULL));
    run(vt, "help fork");
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_text(vt, "│+"));
    run(vt, "kill -STOP 3");
    VT_ASSERT(vt, vt_wait_gone(vt, "│+"));
    CU_ASSERT_TRUE(vt_find(vt, "│▪", NULL, NULL));
    quit_procarium(vt);
}

static void test_playing(void)
{
    struct vt *vt = start_shell(24, 80);

    run(vt, "fork");
    VT_ASSERT(vt, vt_wait_text(vt, "forked"));
    vt_type(vt, "play 1/4\r");
    VT_ASSERT(vt, vt_wait_text(vt, "playing ×1/4"));
    VT_ASSERT(vt, vt_wait_text(vt, "░")); /* how far */
    vt_type(vt, "+");
    VT_ASSERT(vt, vt_wait_text(vt, "playing ×1/2"));
    vt_type(vt, "-");
    VT_ASSERT(vt, vt_wait_text(vt, "playing ×1/4"));
    vt_key(vt, VTERM_KEY_FUNCTION(5)); /* pauses */
    VT_ASSERT(vt, vt_wait_text(vt, "F1 help"));
    vt_type(vt, "play 32\r");
    VT_ASSERT(vt, vt_wait_text(vt, "playing ×32"));
    vt_type(vt, "\033");
    VT_ASSERT(vt, vt_wait_text(vt, "F1 help"));
    run(vt, "play 5");
    VT_ASSERT(vt, vt_wait_text(vt, "is not one of: off faster"));
    quit_procarium(vt);
}

/* ---- Every key ---- */

/* Each key, and what the screen shows then; behind a $ what its last row ends with. */
static const struct {
    const char *bytes;
    const char *shows;
} keys[] = {
    { "fork\r", "2 sh forked 3 sh" },
    { "\033OP", "closes" }, /* F1 */
    { "\033[6~", "closes" },
    { "\033OP", "> keys" },
    { "\033OQ", "> zoom" }, /* F2 */
    { "\033OQ", "┐┌" },
    { "\033OR", "> undo" },   /* F3 */
    { "\033OS", "> redo" },   /* F4 */
    { "\033[18~", "> back" }, /* F7 */
    { "\033OR", "> undo" },
    { "\033[20~", "> step" },   /* F9 */
    { "\033[19~", "> next" },   /* F8 */
    { "\033[23~", "> finish" }, /* F11 */
    { "\033[C", "> step" },
    { " ", "> step 2" },
    { "\033[D", "> back" },
    { "\033OS", "> redo" },
    { "\033[15~", "playing" }, /* F5 */
    { "+", "> play faster" },
    { "-", "> play slower" },
    { "\033", "> play off" },
    { "redo\r", "2 sh> " },
    { "\033[17~", "> pane tasks" },     /* F6 */
    { "\033[17;2~", "> pane console" }, /* Shift-F6 */
    { "\t", "> pane tasks" },
    { "\033[A", "> choose 2" },
    { "\033[B", "> choose 3" },
    { "\r", "> focus 3" },
    { "\033", "> choose off; pane console" },
    { "\033[Z", "> pane narration" }, /* Shift-Tab: the last one in sight */
    { "\033", "> pane console" },
    { "\033n", "> pane narration" },
    { "\0334", "> pane task" },
    { "\r", "> pane task all" },
    { "\033[6~", "> press task PageDown" },
    { "\033[5~", "> press task PageUp" },
    { "\033[F", "> press task End" },
    { "\033[H", "> press task Home" },
    { "\033[B", "> press task Down" },
    { "\033[B", "> press task Down 2" },
    { "\033[A", "> press task Up" },
    { "\0331", "> pane tasks" },
    { "\0332", "> pane states" },
    { "\0333", "> pane trace" },
    { "\r", "> pane trace fields" },
    { "\0334", "> pane task" },
    { "\0335", "> pane stack" },
    { "\0336", "> pane kernel" },
    { "\r", "> pane kernel pids" },
    { "\033[1;3A", "> size kernel taller" },
    { "\033[1;3B", "> size kernel shorter" },
    { "\033", "> pane console" },
    { "\033[24~", "> layout memory" }, /* F12 */
    { "\033k", "> layout kernel" },
    { "\033a", "> layout all" },
    { "\033m", "> layout memory" },
    { "\033s", "> layout sched" },
    { "\033t", "> layout teach" },
    { "for", "> for" },
    { "\t", "> fork" },
    { "\003", "> fork ^C" },
    { "\033[A", "$> redo" }, /* a line typed before */
    { "\003", "redo^C" },
    { "\022for", "$(history: for) fork" }, /* ^R */
    { "\003", "^C" },
    { "\014", "> redraw" }, /* ^L */
    { "\033[5~", " more below" },
    { "\033[6~", "> press console PageDown" },
};

struct ending {
    const char *text;
};

static bool ends_with(const struct vt *vt, void *arg)
{
    const struct ending *ending = arg;
    const char *last = vt_row(vt, vt_rows(vt) - 1);
    size_t length = strlen(last), size = strlen(ending->text);

    return length >= size && strcmp(last + length - size, ending->text) == 0;
}

static void test_every_key(void)
{
    struct vt *vt = start_shell(45, 160);

    for (size_t i = 0; i < COUNT(keys); i++) {
        vt_type(vt, keys[i].bytes);
        const char *shows = keys[i].shows;
        bool is_shown = shows[0] == '$' ? vt_wait(vt, ends_with, &(struct ending){ shows + 1 })
                                        : vt_wait_text(vt, shows);
        if (!is_shown)
            printf("    key %zu, %s\n", i, shows);
        VT_ASSERT(vt, is_shown);
    }
    vt_type(vt, "\033[21~"); /* F10 */
    CU_ASSERT_EQUAL(vt_wait_exit(vt), 0);
    vt_stop(vt);
}

static void test_usage_as_one_types(void)
{
    struct vt *vt = start_shell(24, 80);

    vt_type(vt, "until ");
    VT_ASSERT(vt, vt_wait_text(vt, "until [back] FUNCTION"));
    vt_type(vt, "copy_m\t");
    VT_ASSERT(vt, vt_wait_text(vt, "> until copy_mm"));
    vt_type(vt, "\003layout k\t");
    VT_ASSERT(vt, vt_wait_text(vt, "> layout kernel"));
    vt_type(vt, "\003size st\t");
    VT_ASSERT(vt, vt_wait_text(vt, "states"));
    vt_type(vt, "\003pane trace; press trace PageD\t");
    VT_ASSERT(vt, vt_wait_text(vt, "press trace PageDown"));
    quit_procarium(vt);
}

static CU_TestInfo tests[] = {
    { "every layout at every size", test_every_layout },
    { "layouts by key", test_layouts_by_key },
    { "zoom", test_zoom },
    { "sizes by command and key", test_sizes_by_command_and_key },
    { "dragging borders", test_dragging_borders },
    { "clicks", test_clicks },
    { "themes", test_themes },
    { "themes from outside", test_themes_from_outside },
    { "until", test_until },
    { "marks stay until the next stop", test_marks_stay_until_the_next_stop },
    { "playing", test_playing },
    { "every key", test_every_key },
    { "usage as one types", test_usage_as_one_types },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "layouts", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
