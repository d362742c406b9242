/* The chosen task's task_struct, by groups, with what the last step changed. */
#include "text.h"
#include "tui/glyph.h"
#include "tui/mem.h"
#include "tui/panes.h"

#include <stdio.h>
#include <string.h>

enum {
    FIELDS_MAX = 320,
    HEADING_ROWS = 14, /* panes lower than this have no room for the groups' names */
    NAME_COLS = 26,    /* names are aligned to this at most */
    NARROW_NAME_COLS = 16,
    NARROW_COLS = 50,
    GUTTER_COLS = 2,
};

static const char arrow[] = " → ";

/* A line of the pane: a field, or the name of the group that begins here. */
struct line {
    const char *group; /* NULL: a field */
    int field;
};

struct fields {
    struct view_field *field;
    struct line *line;
    int lines;
    int changed; /* how many fields are */
    int first;   /* the line of the first of them, -1 for none */
};

static void add_lines(struct fields *f, int count, bool has_headings)
{
    const char *group = NULL;

    for (int i = 0; i < count; i++) {
        const struct view_field *field = &f->field[i];
        if (has_headings && field->group != group)
            f->line[f->lines++] = (struct line){ .group = field->group };
        group = field->group;
        if (field->changed && f->changed++ == 0)
            f->first = f->lines;
        f->line[f->lines++] = (struct line){ .field = i };
    }
}

/* The task's fields as lines; fields_finish() frees them. */
static struct fields read_fields(const struct view_state *vs, const struct task_state *state,
                                 bool has_headings)
{
    struct fields f = { .field = mem_alloc(FIELDS_MAX * sizeof *f.field),
                        .line = mem_alloc(2 * FIELDS_MAX * sizeof *f.line),
                        .first = -1 };
    u32 count = view_fields(vs->view, state->pid, state->shows_all ? VIEW_ALL : VIEW_ESSENTIAL, 0,
                            FIELDS_MAX, f.field, NULL);

    add_lines(&f, (int)count, has_headings);
    return f;
}

static void fields_finish(struct fields *f)
{
    free(f->field);
    free(f->line);
}

static void draw_value(const struct canvas *canvas, int y, int x, const struct view_field *field)
{
    int cols = canvas->area.cols - x, value = glyph_width(field->value);
    int between = glyph_width(arrow);
    char was[sizeof field->was];

    if (!field->changed) {
        draw_field(canvas, y, x, cols, ALIGN_LEFT, draw_style(canvas, STYLE_NORMAL), field->value);
        return;
    }
    snprintf(was, sizeof was, "%s", field->was);
    if (glyph_width(was) + between + value > cols)
        was[strcspn(was, " ")] = 0; /* "1 TASK_INTERRUPTIBLE": the number says it, too */
    if (*was) {
        /* What is now comes first when both do not fit. */
        int width = glyph_width(was), room = cols - between - value;
        if (room < width && room < cols / 3)
            room = cols / 3;
        x = draw_field(canvas, y, x, width < room ? width : room, ALIGN_LEFT,
                       draw_style(canvas, STYLE_WAS), was);
        x = draw_text(canvas, y, x, draw_style(canvas, STYLE_DIM), arrow);
    }
    cols = canvas->area.cols - x;
    draw_field(canvas, y, x, value < cols ? value : cols, ALIGN_LEFT,
               draw_style(canvas, STYLE_CHANGED), field->value);
}

static void draw_line(const struct canvas *canvas, int y, const struct fields *f,
                      const struct line *line)
{
    const struct view_field *field = &f->field[line->field];
    int cols = canvas->area.cols < NARROW_COLS ? NARROW_NAME_COLS : NAME_COLS;
    attr_t name = draw_style(canvas, field->changed ? STYLE_CURRENT : STYLE_DIM);

    if (line->group) {
        int x = draw_textf(canvas, y, 0, draw_style(canvas, STYLE_TITLE), "%s ", line->group);
        draw_horizontal(canvas, y, x, canvas->area.cols - x, draw_style(canvas, STYLE_BORDER));
        return;
    }
    if (field->changed)
        draw_text(canvas, y, 0, draw_style(canvas, STYLE_CHANGED),
                  theme_symbol(canvas->theme, SYMBOL_CHANGED));
    int x = draw_text(canvas, y, GUTTER_COLS, name, field->name);
    x = x < GUTTER_COLS + cols ? GUTTER_COLS + cols : x; /* a long one pushes its value on */
    draw_value(canvas, y, x + 1, field);
}

/* With a new stop or another task: has the first change in sight. */
static void follow(struct task_state *state, const struct view_state *vs, const struct fields *f)
{
    if (state->stop == vs->stops)
        return;
    state->stop = vs->stops;
    if (f->first < 0)
        return;
    bool is_group_first = f->first > 0 && f->line[f->first - 1].group;
    int from = f->first - is_group_first;
    if (from < state->scroll.top || f->first >= state->scroll.top + state->scroll.page) {
        state->scroll.top = from;
        scroll_move(&state->scroll, 0);
    }
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct task_state *state = pane;
    s32 pid = view_state_task(vs);

    (void)has_focus;
    if (pid != state->pid)
        state->scroll.top = 0;
    state->pid = pid;
    struct fields f = read_fields(vs, state, canvas->area.rows >= HEADING_ROWS);
    if (f.lines == 0)
        draw_text(canvas, 0, 0, draw_style(canvas, STYLE_DIM), _("no task"));
    scroll_fit(&state->scroll, f.lines, canvas->area.rows);
    follow(state, vs, &f);
    bool has_bar = f.lines > canvas->area.rows;
    struct canvas part =
        draw_part(canvas, 0, 0, canvas->area.rows, canvas->area.cols - (has_bar ? 1 : 0));
    for (int i = 0; i < canvas->area.rows && state->scroll.top + i < f.lines; i++)
        draw_line(&part, i, &f, &f.line[state->scroll.top + i]);
    draw_scrollbar(canvas, &state->scroll);
    fields_finish(&f);
}

static void note(void *pane, const void *view, char *text, size_t size)
{
    const struct view_state *vs = view;
    const struct task_state *state = pane;
    struct view_task task;
    s32 pid = view_state_task(vs);

    if (pid < 0 || !view_task_by_pid(vs->view, pid, &task))
        return;
    snprintf(text, size, "%s%d %s%s", state->shows_all ? _("all of ") : "", pid, task.comm,
             task.mark == VIEW_NEW ? _(", new") : "");
}

static const char *const tabs[] = { "short", "all", NULL };

static void show_tab(void *pane, const void *view, int i)
{
    struct task_state *state = pane;

    (void)view;
    state->shows_all = i == 1;
    state->scroll.top = 0;
}

static bool command(void *pane, const void *view, const struct key *key, char *line, size_t size)
{
    const struct task_state *state = pane;

    (void)view;
    return pane_next_tab(&task_pane, state->shows_all, key, line, size);
}

static bool take_key(void *pane, const void *view, const struct key *key)
{
    struct task_state *state = pane;

    (void)view;
    return pane_scroll_key(&state->scroll, key);
}

static bool take_mouse(void *pane, const void *view, const struct key *key)
{
    struct task_state *state = pane;

    (void)view;
    return pane_scroll_mouse(&state->scroll, key);
}

const struct pane task_pane = {
    .name = "task",
    .title = "task_struct",
    .min_rows = 7,
    .min_cols = 40,
    .state_size = sizeof(struct task_state),
    .tabs = tabs,
    .show_tab = show_tab,
    .draw = draw,
    .note = note,
    .key = take_key,
    .command = command,
    .mouse = take_mouse,
};
