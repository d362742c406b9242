/* What a task has open, and what it does about signals: the reports, with what changed since the last stop. */
#include "procarium/report.h"
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { GUTTER_COLS = 1, SQUEEZE_COLS = 56 };

/* ---- What changed: lines are known by a number that their text gives ---- */

static u32 number_of(const char *line, size_t length)
{
    u32 hash = 2166136261u;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)line[i]) * 16777619u;
    return hash ? hash : 1;
}

static bool was_there(const struct files_state *state, u32 number)
{
    if (!state->has_then)
        return true;
    for (int i = 0; i < state->then_lines; i++)
        if (state->then[i] == number)
            return true;
    return false;
}

/* With a new stop, what was shown is what was; of another task or another report nothing is known. */
static bool begin_stop(struct files_state *state, const struct view_state *vs, s32 pid)
{
    bool is_same = state->pid == pid && state->shown_tab == state->tab;

    if (state->stop == vs->stops && is_same)
        return false;
    state->has_then = is_same && state->stop + 1 == vs->stops;
    memcpy(state->then, state->now, sizeof state->now);
    state->then_lines = state->now_lines;
    if (!is_same)
        state->scroll.top = 0;
    state->stop = vs->stops;
    state->pid = pid;
    state->shown_tab = state->tab;
    return true;
}

/* Takes the lines down, but for the first, which says whose they are; returns the first new one. */
static int read_lines(struct files_state *state, const char *text)
{
    int first_new = -1;

    state->now_lines = 0;
    text += strcspn(text, "\n");
    for (text += *text == '\n'; *text && state->now_lines < FILES_LINES_MAX;) {
        size_t length = strcspn(text, "\n");
        u32 number = number_of(text, length);
        /* The line with the counts changes with any other. */
        if (!was_there(state, number) && (first_new < 0 || first_new < 2))
            first_new = state->now_lines;
        state->now[state->now_lines++] = number;
        text += length + (text[length] == '\n');
    }
    return first_new;
}

/* ---- Drawing ---- */

/* Columns of the table that hold nothing but blanks, of which one is enough. */
struct squeeze {
    bool is_spare[SQUEEZE_COLS];
};

static bool is_table_line(const char *line)
{
    return strncmp(line, "   ", 3) == 0;
}

static struct squeeze squeeze_of(const char *text)
{
    struct squeeze s;
    char before = 'x';

    memset(s.is_spare, true, sizeof s.is_spare);
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        size_t length = strcspn(text, "\n");
        for (size_t i = 0; is_table_line(text) && i < SQUEEZE_COLS; i++) {
            bool is_blank = i < length && text[i] == ' ' && before == ' ';
            before = i < length ? text[i] : 'x';
            s.is_spare[i] = s.is_spare[i] && is_blank;
        }
    }
    return s;
}

static void squeeze_line(char *line, const struct squeeze *s)
{
    size_t to = 0;

    for (size_t i = 0; line[i]; i++)
        if (i >= SQUEEZE_COLS || !s->is_spare[i])
            line[to++] = line[i];
    line[to] = 0;
}

/* One line, wrapped where it is too long; returns the rows that it took. */
static int draw_line(const struct canvas *canvas, int y, char *line, const struct squeeze *s,
                     bool is_new)
{
    bool is_table = is_table_line(line), is_heading = strstr(line, " FD ") != NULL;
    int cols = canvas->area.cols - GUTTER_COLS, rows = canvas->area.rows - y;
    struct canvas part = draw_part(canvas, y, GUTTER_COLS, rows, cols);
    enum style style = is_heading ? STYLE_DIM : is_new ? STYLE_CURRENT : STYLE_NORMAL;

    if (is_new)
        draw_text(canvas, y, 0, draw_style(canvas, STYLE_CHANGED),
                  theme_symbol(canvas->theme, SYMBOL_CHANGED));
    if (is_table && cols < SQUEEZE_COLS)
        squeeze_line(line, s);
    line += *line == ' ';
    if (is_table || glyph_width(line) <= cols) {
        draw_field(&part, 0, 0, cols, ALIGN_LEFT, draw_style(canvas, style), line);
        return 1;
    }
    return draw_wrapped(&part, 0, rows, draw_style(canvas, style), line);
}

static void draw_lines(const struct canvas *canvas, struct files_state *state, const char *text)
{
    struct squeeze squeeze = squeeze_of(text);
    char line[512];
    int y = 0;

    text += strcspn(text, "\n");
    for (int n = -state->scroll.top; *text && y < canvas->area.rows; n++) {
        text += *text == '\n';
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        if (n >= 0 && length > 0)
            y += draw_line(canvas, y, line, &squeeze, !was_there(state, number_of(text, length)));
        text += length;
    }
}

/* Lines that take a second row. */
static int count_long_lines(const char *text, int cols)
{
    int count = 0;

    for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
        count += !is_table_line(text) && (int)strcspn(text, "\n") > cols + 1;
    return count;
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct files_state *state = pane;
    struct strbuf out = STRBUF_INIT;
    s32 pid = view_state_task(vs);
    int rows = canvas->area.rows;

    (void)has_focus;
    bool is_new_stop = begin_stop(state, vs, pid);
    bool is_known =
        state->tab == TAB_SIGNALS ? report_sig(vs->m, pid, &out) : report_files(vs->m, pid, &out);
    if (is_known) {
        int first_new = read_lines(state, strbuf_text(&out));
        scroll_fit(&state->scroll, state->now_lines,
                   rows - count_long_lines(strbuf_text(&out), canvas->area.cols - 1 - GUTTER_COLS));
        if (is_new_stop && first_new >= 0)
            scroll_show(&state->scroll, first_new);
        struct canvas part = draw_part(canvas, 0, 0, rows, canvas->area.cols - 1);
        draw_lines(&part, state, strbuf_text(&out));
        draw_scrollbar(canvas, &state->scroll);
    } else {
        draw_wrapped(canvas, 0, rows, draw_style(canvas, STYLE_DIM), strbuf_text(&out));
    }
    strbuf_finish(&out);
}

static const char *const tabs[] = { "fds", "signals", NULL };

static void note(void *pane, const void *view, char *text, size_t size)
{
    static const char *const titles[FILES_TABS] = { "files", "signals" };
    const struct files_state *state = pane;
    const struct view_state *vs = view;
    struct view_task task;

    if (view_task_by_pid(vs->view, view_state_task(vs), &task))
        snprintf(text, size, _("%s of %d %s"), titles[state->tab], task.pid, task.comm);
}

const struct pane files_pane = {
    .name = "files",
    .brief = 4,
    .title = "files and signals",
    .min_rows = 8,
    .min_cols = 40,
    .state_size = sizeof(struct files_state),
    .tabs = tabs,
    .tab_at = offsetof(struct files_state, tab),
    .draw = draw,
    .note = note,
    .key = pane_scrolls_key,
    .mouse = pane_scrolls_mouse,
};
