/* The trace of a command: its kernel functions as a graph, with the step at which the machine stands. */
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    ROWS_MAX = 256,    /* of one frame */
    WIDE_COLS = 52,    /* from here on a level is indented by two columns */
    PURPOSE_COLS = 76, /* from here on functions have their purpose beside them */
    PURPOSE_AT = 44,   /* its column, when the function's name ends before */
    MEANING_COLS = 18, /* less is no room for a function's purpose */
    PREAMBLE_MAX = 64, /* lines that may stand before the call itself */
    GUTTER_COLS = 2,
    SIGN_COLS = 2, /* of a note or a field */
};

static enum style style_of(const struct view_line *line)
{
    if (!line->is_done)
        return STYLE_DIM;
    switch (line->kind) {
    case VIEW_LINE_FIELD:
        return STYLE_WAS;
    case VIEW_LINE_NOTE:
        return STYLE_SENTENCE;
    case VIEW_LINE_SWITCH:
        return STYLE_CURRENT;
    case VIEW_LINE_CALL:
    case VIEW_LINE_LEAF:
    case VIEW_LINE_CLOSE:
        break;
    }
    return STYLE_NORMAL;
}

/* ---- Lines and their rows ---- */

static int sign_cols(const struct view_line *line)
{
    bool has_sign = line->kind == VIEW_LINE_NOTE || line->kind == VIEW_LINE_FIELD;

    return has_sign ? SIGN_COLS : 0;
}

/* The rows that a line takes which begins at x. */
static int rows_at(const struct view_line *line, int cols, int x)
{
    int room = cols - x - sign_cols(line), rows;

    if (glyph_width(line->text) <= room)
        return 1;
    rows = draw_wrapped_rows(line->text, room);
    return rows > 1 ? rows : 1;
}

/* The same where it takes the fewest. */
static int rows_of(const struct view_line *line, int cols)
{
    return rows_at(line, cols, GUTTER_COLS);
}

/* Where a line begins: as deep as it is nested, but rather less deep than in one row more. */
static int indent_of(const struct view_line *line, int cols)
{
    int level = cols >= WIDE_COLS ? 2 : 1, deep = GUTTER_COLS + (int)line->depth * level;
    int rows = rows_of(line, cols), x = GUTTER_COLS;

    deep = deep < cols / 2 ? deep : cols / 2;
    while (x < deep) {
        int middle = (x + deep + 1) / 2;
        if (rows_at(line, cols, middle) == rows)
            x = middle;
        else
            deep = middle - 1;
    }
    return x;
}

/* How many of the lines before line `end` have room in so many rows; one at least. */
static int lines_before(const struct view_state *vs, int end, int cols, int rows)
{
    struct view_line lines[ROWS_MAX];
    int first = end > rows ? end - rows : 0, i;
    int count = (int)view_trace(vs->view, (u32)first, (u32)(end - first), lines);

    for (i = count; i > 0 && rows > 0; i--) {
        rows -= rows_of(&lines[i - 1], cols);
        if (rows < 0 && i < count)
            break;
    }
    return count - i;
}

/* Draws a line from row y on, as much of it as there is room for; returns its rows. */
static int draw_line(const struct canvas *canvas, int y, const struct view_line *line)
{
    int cols = canvas->area.cols, x = indent_of(line, cols), rows = rows_at(line, cols, x);
    attr_t attrs = draw_style(canvas, style_of(line));

    if (line->is_cursor)
        draw_text(canvas, y, 0, draw_style(canvas, STYLE_CURRENT),
                  theme_symbol(canvas->theme, SYMBOL_CURRENT));
    if (line->kind == VIEW_LINE_NOTE)
        x = draw_text(canvas, y, x, draw_style(canvas, STYLE_DIM), "# ");
    else if (line->kind == VIEW_LINE_FIELD)
        x = draw_textf(canvas, y, x, draw_style(canvas, STYLE_DIM), "%s ",
                       theme_symbol(canvas->theme, SYMBOL_FREE));
    struct canvas part = draw_part(canvas, y, x, canvas->area.rows - y, cols - x);
    draw_wrapped(&part, 0, part.area.rows, attrs, line->text);
    x += glyph_width(line->text);
    x = x + 2 > PURPOSE_AT ? x + 2 : PURPOSE_AT;
    int room = cols - x;
    if (line->meaning && cols >= PURPOSE_COLS && room >= MEANING_COLS)
        draw_field(canvas, y, x, room, ALIGN_LEFT, draw_style(canvas, STYLE_DIM), line->meaning);
    for (int row = 0; line->is_cursor && row < rows; row++)
        draw_paint(canvas, y + row, 0, cols, draw_style(canvas, STYLE_FOCUS));
    return rows;
}

/* ---- Which lines are in sight ---- */

static bool is_call_of(const struct view_line *line, const char *function)
{
    return strncmp(line->text, function, strlen(function)) == 0;
}

/*
 * The line where the call or the page fault begins: before it, the CPU may have had to go to the acting
 * task. A fault that comes before a call of the same task is that of its buffer: the call matters.
 */
static int first_call(const struct view_state *vs)
{
    struct view_line lines[PREAMBLE_MAX];
    int count = (int)view_trace(vs->view, 0, PREAMBLE_MAX, lines), fault = -1;

    for (int i = 0; i < count; i++) {
        if (is_call_of(&lines[i], "system_call("))
            return i;
        if (fault < 0 && is_call_of(&lines[i], "page_fault("))
            fault = i;
        if (fault >= 0 && lines[i].kind == VIEW_LINE_SWITCH)
            break;
    }
    return fault > 0 ? fault : 0;
}

/* The rows between the first line in sight and a later one; `rows` if there are more. */
static int rows_between(const struct view_state *vs, int top, int line, int cols, int rows)
{
    struct view_line lines[ROWS_MAX];
    int used = 0;

    if (line - top >= rows)
        return rows;
    int count = (int)view_trace(vs->view, (u32)top, (u32)(line - top), lines);
    for (int i = 0; i < count; i++)
        used += rows_of(&lines[i], cols);
    return used < rows ? used : rows;
}

/* With a new stop: the cursor's line in the middle; without one, the beginning. */
static void follow(struct trace_state *state, const struct view_state *vs)
{
    struct scroll *scroll = &state->scroll;
    int cursor = view_trace_cursor(vs->view), rows = state->rows;

    if (state->stop == vs->stops)
        return;
    state->stop = vs->stops;
    if (cursor < 0)
        scroll->top = first_call(vs);
    else if (cursor < scroll->top + 1 ||
             rows_between(vs, scroll->top, cursor, state->cols, rows) >= rows * 3 / 4)
        scroll->top = cursor - lines_before(vs, cursor, state->cols, rows / 2);
    scroll_move(scroll, 0);
}

/* Notes the room for lines, and from it how far can be scrolled. */
static void fit(struct trace_state *state, const struct view_state *vs, int rows, int cols)
{
    int total = (int)view_trace_count(vs->view);

    if (state->stop != vs->stops || state->rows != rows || state->cols != cols) {
        state->last = total - lines_before(vs, total, cols, rows);
        state->rows = rows;
        state->cols = cols;
    }
    scroll_fit(&state->scroll, state->last + 1, 1);
}

/* Why there is no line. */
static const char *nothing(const struct view_state *vs)
{
    if (view_trace_command(vs->view) > 0)
        return _("The last command asked nothing of the kernel.");
    if (machine_position(vs->m).command > 0)
        return _("The last command did more than the journal holds: no trace of it is left.");
    return _("The kernel functions of a command appear here. Type fork.");
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct trace_state *state = pane;
    struct view_line lines[ROWS_MAX];
    int rows = canvas->area.rows < ROWS_MAX ? canvas->area.rows : ROWS_MAX, y = 0, whole = 0;

    (void)has_focus;
    if (view_trace_count(vs->view) == 0) {
        draw_wrapped(canvas, 0, rows, draw_style(canvas, STYLE_DIM), nothing(vs));
        return;
    }
    fit(state, vs, rows, canvas->area.cols - 1); /* the last column is the scroll mark's */
    follow(state, vs);
    struct canvas part = draw_part(canvas, 0, 0, rows, canvas->area.cols - 1);
    int count = (int)view_trace(vs->view, (u32)state->scroll.top, (u32)rows, lines);
    for (int i = 0; i < count && y < rows; i++) {
        y += draw_line(&part, y, &lines[i]);
        whole += y <= rows;
    }
    whole = whole > 0 ? whole : 1;
    scroll_fit(&state->scroll, state->last + whole, whole);
    draw_scrollbar(canvas, &state->scroll);
}

/* "step 7 of 61 in fork" */
static void note(void *pane, const void *view, char *text, size_t size)
{
    const struct view_state *vs = view;
    struct time_position at = machine_position(vs->m);
    u64 command = view_trace_command(vs->view);

    (void)pane;
    if (command == 0 || command > at.commands)
        return;
    struct history_entry entry = session_history(vs->session, command - 1);
    if (machine_is_inside(vs->m))
        snprintf(text, size, _("step %llu of %llu in %.40s"), (unsigned long long)at.step,
                 (unsigned long long)at.steps, entry.text);
    else
        snprintf(text, size, "%.60s", entry.text);
}

static const char *const tabs[] = { "words", "fields", "calls", NULL };

static void tab_shown(void *pane, const void *view)
{
    static const u32 details[TRACE_TABS] = { [TAB_WORDS] = VIEW_TRACE_NOTES,
                                             [TAB_FIELDS] = VIEW_TRACE_NOTES | VIEW_TRACE_FIELDS,
                                             [TAB_CALLS] = VIEW_TRACE_CALLS };
    const struct view_state *vs = view;
    struct trace_state *state = pane;

    view_trace_options(vs->view, details[state->tab], 0);
    state->stop = 0;
}

/* A page up ends with the line that was the first: how many lines that are, depends on them. */
static bool take_key(void *pane, const void *view, const struct key *key)
{
    struct trace_state *state = pane;
    struct scroll *scroll = &state->scroll;

    if (key->kind != KEY_KIND_CODE || key->code != KEY_PPAGE || scroll->top == 0)
        return pane_scroll_key(scroll, key);
    int lines = lines_before(view, scroll->top + 1, state->cols, state->rows);
    scroll_move(scroll, lines > 1 ? 1 - lines : -1);
    return true;
}

const struct pane trace_pane = {
    .name = "trace",
    .title = "trace",
    .min_rows = 7,
    .min_cols = 40,
    .state_size = sizeof(struct trace_state),
    .tabs = tabs,
    .tab_at = offsetof(struct trace_state, tab),
    .tab_shown = tab_shown,
    .draw = draw,
    .note = note,
    .key = take_key,
    .mouse = pane_scrolls_mouse,
};
