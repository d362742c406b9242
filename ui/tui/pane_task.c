/* The chosen task's task_struct, by groups, with what the last step changed. */
#include "text.h"
#include "tui/glyph.h"
#include "tui/mem.h"
#include "tui/panes.h"

#include <stddef.h>
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
    u32 count = view_fields(vs->view, state->pid, state->tab == TAB_ALL ? VIEW_ALL : VIEW_ESSENTIAL,
                            0, FIELDS_MAX, f.field, NULL);

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

/* The columns that a value takes when nothing of it is left out. */
static int value_width(const struct view_field *field)
{
    int width = glyph_width(field->value);

    return field->changed && field->was[0] ? width + glyph_width(arrow) + glyph_width(field->was)
                                           : width;
}

static void draw_line(const struct canvas *canvas, int y, const struct fields *f,
                      const struct line *line, kaddr cursor)
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
    int last = canvas->area.cols - 1 - value_width(field);
    cols = GUTTER_COLS + cols < last ? GUTTER_COLS + cols : last; /* a long value stands nearer */
    x = x < cols ? cols : x; /* a long name pushes its value on */
    draw_value(canvas, y, x + 1, field);
    if (cursor && field->address == cursor)
        draw_paint(canvas, y, 0, canvas->area.cols, draw_style(canvas, STYLE_FOCUS));
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

    if (pid != state->pid) {
        state->scroll.top = 0;
        state->cursor = 0;
    }
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
        draw_line(&part, i, &f, &f.line[state->scroll.top + i], has_focus ? state->cursor : 0);
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
    snprintf(text, size, "%s%d %s%s", state->tab == TAB_ALL ? _("all of ") : "", pid, task.comm,
             task.mark == VIEW_NEW ? _(", new") : "");
}

static const char *const tabs[] = { "short", "all", NULL };

static void tab_shown(void *pane, const void *view)
{
    struct task_state *state = pane;

    (void)view;
    state->scroll.top = 0;
}

/* The next pointer from the cursor on, in a direction; false when there is none. */
static bool move_cursor(struct task_state *state, const struct view_state *vs, int step)
{
    struct fields f = read_fields(vs, state, state->scroll.page >= HEADING_ROWS);
    int at = step > 0 ? state->scroll.top - 1 : state->scroll.top + state->scroll.page;
    bool is_found = false;

    for (int i = 0; state->cursor && i < f.lines; i++)
        if (!f.line[i].group && f.field[f.line[i].field].address == state->cursor)
            at = i;
    for (at += step; at >= 0 && at < f.lines && !is_found; at += step) {
        const struct view_field *field = &f.field[f.line[at].field];
        if (f.line[at].group || !field->target)
            continue;
        state->cursor = field->address;
        scroll_show(&state->scroll, at);
        is_found = true;
    }
    fields_finish(&f);
    return is_found;
}

/* The pointer under the cursor: a task is chosen, another structure is shown. */
static bool follow_pointer(const struct task_state *state, const struct view_state *vs, char *line,
                           size_t size)
{
    struct fields f = read_fields(vs, state, false);
    bool is_found = false;

    for (int i = 0; i < f.lines && state->cursor && !is_found; i++) {
        const struct view_field *field = &f.field[i];
        is_found = field->address == state->cursor && field->target;
        if (is_found && field->target_pid >= 0)
            snprintf(line, size, "choose %d", field->target_pid);
        else if (is_found)
            snprintf(line, size, "struct %s 0x%08x", field->target_type, field->target);
    }
    fields_finish(&f);
    return is_found;
}

/* Enter follows the pointer under the hand; while there is none, it shows the next view. */
static bool command(void *pane, const void *view, const struct key *key, char *line, size_t size)
{
    const struct task_state *state = pane;

    return key->kind == KEY_KIND_CHAR && key->ch == L'\r' &&
           follow_pointer(state, view, line, size);
}

static bool take_key(void *pane, const void *view, const struct key *key)
{
    struct task_state *state = pane;

    if (key->kind == KEY_KIND_CODE && (key->code == KEY_UP || key->code == KEY_DOWN) &&
        move_cursor(state, view, key->code == KEY_UP ? -1 : 1))
        return true;
    return pane_scroll_key(&state->scroll, key);
}

const struct pane task_pane = {
    .name = "task",
    .title = "task_struct",
    .min_rows = 7,
    .min_cols = 40,
    .state_size = sizeof(struct task_state),
    .tabs = tabs,
    .tab_at = offsetof(struct task_state, tab),
    .tab_shown = tab_shown,
    .draw = draw,
    .note = note,
    .key = take_key,
    .command = command,
    .mouse = pane_scrolls_mouse,
};
