/* The process tree: who is there, in which state, and who runs. */
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    ROWS_MAX = 256,  /* of one frame */
    NAME_MIN = 10,   /* columns of the branches, PID and name */
    TASK_COLS = 7,   /* of these, for PID and name */
    ABOUT_MIN = 9,   /* columns of the last column */
    STATE_COLS = 4,  /* "▶ R " */
    GUTTER_COLS = 2, /* the mark of a change */
    WIDE_COLS = 40,  /* from here on a level of branches takes three columns, else two */
    MORE_FROM = 76,  /* from here on there is more about each task, */
    ABOUT_MOST = 26, /* behind what is known anyway */
};

/* A row's branches, PID and name; deeper levels than fit are cut off at the left. */
static void name_text(const struct canvas *canvas, const struct view_task *task, u32 levels_max,
                      char *out, size_t size)
{
    const struct theme *theme = canvas->theme;
    const char *gap = canvas->area.cols < WIDE_COLS ? "" : " ";
    size_t n = 0;
    u32 levels = task->depth < levels_max ? task->depth : levels_max;

    out[0] = 0;
    if (levels < task->depth && levels > 0)
        n += (size_t)snprintf(out, size, "%s %s", theme_symbol(theme, SYMBOL_ELLIPSIS), gap);
    for (u32 level = levels; level-- > 0 && n + 16 < size;) {
        bool is_set = level < 64 && task->rails >> level & 1;
        const char *piece = level == 0
                                ? theme_symbol(theme, is_set ? SYMBOL_TREE_NEXT : SYMBOL_TREE_LAST)
                            : is_set ? theme_symbol(theme, SYMBOL_TREE_DOWN)
                                     : "  ";
        if (n > 0 && level + 1 == levels && levels < task->depth)
            continue; /* the ellipsis stands there */
        n += (size_t)snprintf(out + n, size - n, "%s%s", piece, gap);
    }
    n += (size_t)snprintf(out + n, size - n, "%d %s", task->pid, task->comm);
    if (task->threads > 0 && n < size)
        snprintf(out + n, size - n, " +%u", task->threads);
}

static const char *mark_text(const struct theme *theme, enum view_mark mark)
{
    switch (mark) {
    case VIEW_CHANGED:
        return theme_symbol(theme, SYMBOL_CHANGED);
    case VIEW_NEW:
        return "+";
    case VIEW_GHOST:
        return "-";
    case VIEW_SAME:
        break;
    }
    return " ";
}

static void about_text(const struct view_task *task, int cols, char *out, size_t size)
{
    static const char killed[] = "killed by ";
    const char *focus = task->is_focus ? _("focus") : "";
    const char *about = task->about;

    if (glyph_width(about) > cols && strncmp(about, killed, strlen(killed)) == 0)
        about += strlen(killed);
    if (task->mark == VIEW_GHOST)
        snprintf(out, size, about[0] ? _("gone, %s") : "%s", about[0] ? about : _("gone"));
    else if (about[0] && task->is_focus && glyph_width(about) + 2 + glyph_width(focus) <= cols)
        snprintf(out, size, "%s, %s", about, focus);
    else if (about[0] && task->is_focus) /* as ps has it, where the word has no room */
        snprintf(out, size, glyph_width(about) + 2 <= cols ? "%s *" : "*%s", about);
    else
        snprintf(out, size, "%s", about[0] ? about : focus);
}

/* What else a wide pane has room for: whose child or thread it is, and where its descriptor lies. */
static void draw_more(const struct canvas *canvas, int y, int x, const struct view_task *task)
{
    draw_textf(canvas, y, x, draw_style(canvas, STYLE_DIM),
               task->is_thread ? _("thread of %-5d") : _("child of %-6d"),
               task->is_thread ? task->tgid : task->ppid);
    if (x + 30 <= canvas->area.cols) /* with the address whole */
        draw_textf(canvas, y, x + 17, draw_style(canvas, STYLE_DIM), _("task %08x"), task->task);
}

static void draw_task(const struct canvas *canvas, int y, int name_cols,
                      const struct view_task *task, const char *name)
{
    const struct theme *theme = canvas->theme;
    bool is_ghost = task->mark == VIEW_GHOST;
    attr_t dim = draw_style(canvas, STYLE_DIM), changed = draw_style(canvas, STYLE_CHANGED);
    attr_t own = is_ghost ? dim : theme_task(theme, task->pid);
    attr_t state = is_ghost ? dim : theme_state(theme, task->state);
    bool has_more = canvas->area.cols >= MORE_FROM;
    int about_cols = canvas->area.cols - GUTTER_COLS - name_cols - STATE_COLS - 1;
    about_cols = has_more && about_cols > ABOUT_MOST ? ABOUT_MOST : about_cols;
    const char letter[2] = { task->state, 0 };
    char about[96];

    if (task->mark != VIEW_SAME)
        draw_text(canvas, y, 0, is_ghost ? dim : changed, mark_text(theme, task->mark));
    int x = draw_field(canvas, y, GUTTER_COLS, name_cols, ALIGN_LEFT,
                       task->is_current ? own | A_BOLD : own, name);
    draw_text(canvas, y, x + 1, draw_style(canvas, STYLE_CURRENT),
              task->is_current ? theme_symbol(theme, SYMBOL_CURRENT) : " ");
    draw_text(canvas, y, x + 3, task->mark == VIEW_CHANGED ? changed : state, letter);
    about_text(task, about_cols, about, sizeof about);
    draw_field(canvas, y, x + STATE_COLS + 1, about_cols, ALIGN_LEFT,
               is_ghost                                   ? dim
               : task->is_focus && task->about[0] == '\0' ? draw_style(canvas, STYLE_PROMPT)
                                                          : draw_style(canvas, STYLE_NORMAL),
               about);
    if (has_more && task->pid != 0)
        draw_more(canvas, y, x + STATE_COLS + 1 + ABOUT_MOST + 1, task);
}

/* With a new stop: has the task that moved last in sight, and the chosen one. */
static void follow(struct tree_state *state, const struct view_state *vs)
{
    if (state->stop == vs->stops && state->chosen == vs->chosen)
        return;
    bool is_new = state->stop != vs->stops;
    state->stop = vs->stops;
    state->chosen = vs->chosen;
    s32 chosen = view_task_row(vs->view, view_state_task(vs));
    s32 moved = vs->states.last.arrow != VIEW_ARROW_NONE
                    ? view_task_row(vs->view, vs->states.last.pid)
                    : -1;
    if (chosen >= 0)
        scroll_show(&state->scroll, chosen);
    if (moved >= 0 && is_new)
        scroll_show(&state->scroll, moved);
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct tree_state *state = pane;
    struct view_task tasks[ROWS_MAX];
    char names[ROWS_MAX][160];
    int rows = canvas->area.rows < ROWS_MAX ? canvas->area.rows : ROWS_MAX;
    int most = canvas->area.cols - GUTTER_COLS - STATE_COLS - 1 - ABOUT_MIN;
    int name_cols = NAME_MIN;
    int level_cols = canvas->area.cols < WIDE_COLS ? 2 : 3;
    u32 levels = most > TASK_COLS + level_cols ? (u32)((most - TASK_COLS) / level_cols) : 1;

    scroll_fit(&state->scroll, (int)view_task_count(vs->view), rows);
    follow(state, vs);
    u32 count = view_tasks(vs->view, (u32)state->scroll.top, (u32)rows, tasks);
    for (u32 i = 0; i < count; i++) {
        name_text(canvas, &tasks[i], levels, names[i], sizeof names[i]);
        int width = glyph_width(names[i]);
        name_cols = width > name_cols ? width : name_cols;
    }
    name_cols = name_cols < most ? name_cols : most;
    for (u32 i = 0; i < count; i++) {
        draw_task(canvas, (int)i, name_cols, &tasks[i], names[i]);
        bool is_chosen = tasks[i].mark != VIEW_GHOST && tasks[i].pid == view_state_task(vs);
        if (is_chosen && has_focus)
            draw_paint(canvas, (int)i, 0, canvas->area.cols, draw_style(canvas, STYLE_FOCUS));
        else if (is_chosen && vs->chosen != FOLLOW)
            draw_text(canvas, (int)i, 1, draw_style(canvas, STYLE_PROMPT), ">");
    }
    draw_scrollbar(canvas, &state->scroll);
}

static void note(void *pane, const void *view, char *text, size_t size)
{
    const struct view_state *vs = view;
    u32 count = 0;

    (void)pane;
    for (int i = 0; i < VIEW_BOX_COUNT; i++)
        count += vs->states.box[i].count;
    snprintf(text, size, count == 1 ? _("%u task") : _("%u tasks"), count);
}

/* The task `step` rows further on, as a command. */
static bool choose(const struct view_state *vs, int step, char *line, size_t size)
{
    s32 row = view_task_row(vs->view, view_state_task(vs));
    s32 last = (s32)view_task_count(vs->view) - 1;
    struct view_task task;

    do { /* past ghosts */
        row += step;
        if (row < 0 || row > last)
            return false;
    } while (view_tasks(vs->view, (u32)row, 1, &task) == 1 && task.mark == VIEW_GHOST);
    snprintf(line, size, "choose %d", task.pid);
    return true;
}

static bool take_key(void *pane, const void *view, const struct key *key)
{
    struct tree_state *state = pane;

    (void)view;
    return pane_scroll_key(&state->scroll, key);
}

/* The task in the row that was clicked. */
static bool choose_row(const struct tree_state *state, const struct view_state *vs, int y,
                       char *line, size_t size)
{
    struct view_task task;

    if (view_tasks(vs->view, (u32)(state->scroll.top + y), 1, &task) != 1 ||
        task.mark == VIEW_GHOST)
        return false;
    snprintf(line, size, "choose %d", task.pid);
    return true;
}

/* Arrows and clicks choose a task; Enter gives the chosen one the focus. */
static bool command(void *pane, const void *view, const struct key *key, char *line, size_t size)
{
    const struct view_state *vs = view;
    s32 pid = view_state_task(vs);

    if (key->kind == KEY_KIND_MOUSE)
        return key->mouse == MOUSE_PRESS && choose_row(pane, vs, key->y, line, size);
    if (key->kind == KEY_KIND_CODE && (key->code == KEY_UP || key->code == KEY_DOWN))
        return choose(vs, key->code == KEY_UP ? -1 : 1, line, size);
    if (key->kind != KEY_KIND_CHAR || key->ch != L'\r' || pid < 0)
        return false;
    snprintf(line, size, "focus %d", pid);
    return true;
}

/* Threads have rows of their own, or are counted at their leader. */
static const char *const tabs[] = { "threads", "folded", NULL };

static void tab_shown(void *pane, const void *view)
{
    const struct view_state *vs = view;
    struct tree_state *state = pane;

    view_fold_threads(vs->view, state->tab == TAB_FOLDED);
    state->stop = 0;
}

const struct pane tree_pane = {
    .name = "tasks",
    .title = "tasks",
    .min_rows = 6,
    .min_cols = 28,
    .state_size = sizeof(struct tree_state),
    .tabs = tabs,
    .tab_at = offsetof(struct tree_state, tab),
    .tab_shown = tab_shown,
    .draw = draw,
    .note = note,
    .key = take_key,
    .command = command,
    .mouse = pane_scrolls_mouse,
};
