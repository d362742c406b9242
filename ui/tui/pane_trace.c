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

/* Where a line begins: as deep as it is nested, but rather less deep than cut at its end. */
static int indent_of(const struct view_line *line, int cols)
{
    int level = cols >= WIDE_COLS ? 2 : 1, x = GUTTER_COLS + (int)line->depth * level;
    bool has_sign = line->kind == VIEW_LINE_NOTE || line->kind == VIEW_LINE_FIELD;
    int last = cols - glyph_width(line->text) - (has_sign ? SIGN_COLS : 0);

    x = x < cols / 2 ? x : cols / 2;
    x = x < last ? x : last;
    return x > GUTTER_COLS ? x : GUTTER_COLS;
}

static void draw_line(const struct canvas *canvas, int y, const struct view_line *line)
{
    int cols = canvas->area.cols, x = indent_of(line, cols);
    attr_t attrs = draw_style(canvas, style_of(line));

    if (line->is_cursor)
        draw_text(canvas, y, 0, draw_style(canvas, STYLE_CURRENT),
                  theme_symbol(canvas->theme, SYMBOL_CURRENT));
    if (line->kind == VIEW_LINE_NOTE)
        x = draw_text(canvas, y, x, draw_style(canvas, STYLE_DIM), "# ");
    else if (line->kind == VIEW_LINE_FIELD)
        x = draw_textf(canvas, y, x, draw_style(canvas, STYLE_DIM), "%s ",
                       theme_symbol(canvas->theme, SYMBOL_FREE));
    int width = glyph_width(line->text), room = cols - x;
    x = draw_field(canvas, y, x, width < room ? width : room, ALIGN_LEFT, attrs, line->text);
    x = x + 2 > PURPOSE_AT ? x + 2 : PURPOSE_AT;
    room = cols - x;
    if (line->meaning && cols >= PURPOSE_COLS && room >= MEANING_COLS)
        draw_field(canvas, y, x, room, ALIGN_LEFT, draw_style(canvas, STYLE_DIM), line->meaning);
    if (line->is_cursor)
        draw_paint(canvas, y, 0, cols, draw_style(canvas, STYLE_FOCUS));
}

/* The line where the call or the page fault begins: before it, the CPU may have had to go to the acting task. */
static int first_call(const struct view_state *vs)
{
    struct view_line lines[PREAMBLE_MAX];
    u32 count = view_trace(vs->view, 0, PREAMBLE_MAX, lines);

    for (u32 i = 0; i < count; i++)
        if (strncmp(lines[i].text, "system_call(", strlen("system_call(")) == 0 ||
            strncmp(lines[i].text, "page_fault(", strlen("page_fault(")) == 0)
            return (int)i;
    return 0;
}

/* With a new stop: the cursor's line in the middle; without one, the beginning. */
static void follow(struct trace_state *state, const struct view_state *vs)
{
    s32 cursor = view_trace_cursor(vs->view);

    if (state->stop == vs->stops)
        return;
    state->stop = vs->stops;
    if (cursor < 0)
        state->scroll.top = first_call(vs);
    else if (cursor < state->scroll.top + 1 ||
             cursor >= state->scroll.top + state->scroll.page * 3 / 4)
        state->scroll.top = cursor - state->scroll.page / 2;
    scroll_move(&state->scroll, 0);
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
    int rows = canvas->area.rows < ROWS_MAX ? canvas->area.rows : ROWS_MAX;
    u32 total = view_trace_count(vs->view);

    (void)has_focus;
    if (total == 0) {
        draw_wrapped(canvas, 0, rows, draw_style(canvas, STYLE_DIM), nothing(vs));
        return;
    }
    scroll_fit(&state->scroll, (int)total, rows);
    follow(state, vs);
    bool has_bar = state->scroll.total > rows;
    struct canvas part = draw_part(canvas, 0, 0, rows, canvas->area.cols - (has_bar ? 1 : 0));
    u32 count = view_trace(vs->view, (u32)state->scroll.top, (u32)rows, lines);
    for (u32 i = 0; i < count; i++)
        draw_line(&part, (int)i, &lines[i]);
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
    .key = pane_scrolls_key,
    .mouse = pane_scrolls_mouse,
};
