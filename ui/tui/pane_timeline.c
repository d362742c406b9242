/*
 * The timeline: every command as a mark on a line, the cursor on it, the lines of time that were
 * left; and below, the commands by name.
 */
#include "procarium/report.h"
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stdio.h>
#include <string.h>

enum {
    MARK_COLS = 2,     /* a command and the line to the next */
    BRANCHES_MOST = 4, /* rows of lines that were left */
    LIST_FROM = 4,     /* fewer rows than this are left to the line itself */
    LABEL_COLS = 7,    /* "now   " before the line */
    TEXT_AT = 9,       /* a command in the list */
    WORDS_AT = 44,     /* what it did … */
    WORDS_LEAST = 50,  /* … where there are so many columns for it */
};

/* What the line shows: commands first … first + marks - 1, of which the cursor stands behind one. */
struct line {
    u64 first;
    int marks;
};

static struct line line_in_sight(const struct time_position *at, int cols)
{
    struct line line = { .marks = (cols - LABEL_COLS) / MARK_COLS };

    if (line.marks < 1)
        line.marks = 1;
    if (at->command > (u64)line.marks * 2 / 3)
        line.first = at->command - (u64)line.marks * 2 / 3;
    return line;
}

/* ---- The line ---- */

/* The acting task's number, when the command says it: "3: exit" is 3's. */
static s32 actor_of(const char *text)
{
    int pid = -1, used = 0;

    return sscanf(text, "%8d:%n", &pid, &used) == 1 && used > 0 ? pid : -1;
}

static int draw_mark(const struct canvas *canvas, int y, int x, bool is_done, bool is_cursor)
{
    const char *mark = is_done ? "●" : "○";
    attr_t attrs = draw_style(canvas, is_cursor ? STYLE_CHANGED
                                      : is_done ? STYLE_CURRENT
                                                : STYLE_DIM);

    return draw_text(canvas, y, x, attrs, mark);
}

static int draw_main_line(const struct canvas *canvas, int y, const struct time_position *at,
                          const struct line *line)
{
    attr_t quiet = draw_style(canvas, STYLE_BORDER);
    int x = draw_text(canvas, y, 0, draw_style(canvas, STYLE_TITLE), _("now"));

    x = x < LABEL_COLS - 1 ? LABEL_COLS - 1 : x;
    if (line->first > 0)
        draw_text(canvas, y, x, quiet, theme_symbol(canvas->theme, SYMBOL_ELLIPSIS));
    x++;
    for (int i = 0; i < line->marks && line->first + (u64)i <= at->commands; i++) {
        u64 n = line->first + (u64)i; /* position n: behind command n, 0 is the boot */
        if (i > 0) {
            draw_horizontal(canvas, y, x, 1, quiet);
            x++;
        }
        x = draw_mark(canvas, y, x, n <= at->command, n == at->command && at->step == 0);
    }
    if (line->first + (u64)line->marks <= at->commands)
        draw_text(canvas, y, x, quiet, theme_symbol(canvas->theme, SYMBOL_ELLIPSIS));
    return y + 1;
}

/* Where the cursor stands, in words under its mark. */
static int draw_cursor(const struct canvas *canvas, int y, const struct time_position *at,
                       const struct line *line)
{
    const char *up = theme_symbol(canvas->theme, SYMBOL_UP);
    int x = LABEL_COLS + (int)(at->command - line->first) * MARK_COLS;
    char text[96];

    if (at->step > 0) {
        x += 1;
        snprintf(text, sizeof text, _("%s in command %llu, step %llu of %llu"), up,
                 (unsigned long long)at->command + 1, (unsigned long long)at->step,
                 (unsigned long long)at->steps);
    } else if (at->command == 0) {
        snprintf(text, sizeof text, _("%s booted; %llu ahead"), up,
                 (unsigned long long)at->commands);
    } else if (at->command < at->commands) {
        snprintf(text, sizeof text, _("%s after %llu of %llu"), up, (unsigned long long)at->command,
                 (unsigned long long)at->commands);
    } else {
        snprintf(text, sizeof text, _("%s after %llu, the last"), up,
                 (unsigned long long)at->command);
    }
    int over = x + glyph_width(text) - canvas->area.cols;
    if (over > 0) { /* the words stand before their mark */
        draw_text(canvas, y, x, draw_style(canvas, STYLE_PROMPT), up);
        const char *words = text + strlen(up) + 1;
        x -= glyph_width(words) + 1;
        draw_text(canvas, y, x > 0 ? x : 0, draw_style(canvas, STYLE_PROMPT), words);
    } else {
        draw_text(canvas, y, x, draw_style(canvas, STYLE_PROMPT), text);
    }
    return y + 1;
}

/* A line of time that was left: it goes off where it parted from this one. */
static void draw_branch(const struct canvas *canvas, int y, const struct branch_info *branch,
                        const struct line *line)
{
    const struct theme *theme = canvas->theme;
    attr_t quiet = draw_style(canvas, STYLE_DIM);
    int at = branch->common >= line->first ? (int)(branch->common - line->first) : 0;
    int x = LABEL_COLS + at * MARK_COLS;
    u64 own = branch->commands - branch->common;
    char text[96];

    draw_textf(canvas, y, 0, quiet, "%6u", branch->number);
    snprintf(text, sizeof text, _(" %llu left"), (unsigned long long)own);
    int room = (canvas->area.cols - x - glyph_width(text) - 2) / MARK_COLS;
    x = draw_text(canvas, y, x, quiet, theme_symbol(theme, SYMBOL_TREE_LAST));
    for (u64 i = 0; i < own && (int)i < room; i++) {
        x = draw_text(canvas, y, x, quiet, "○");
        if (i + 1 < own)
            draw_horizontal(canvas, y, x++, 1, draw_style(canvas, STYLE_BORDER));
    }
    draw_textf(canvas, y, x, quiet, "%s  %s", text, branch->common == 0 ? branch->boot : "");
}

static int draw_branches(const struct canvas *canvas, int y, int most, const struct view_state *vs,
                         const struct line *line)
{
    u32 count = session_branch_count(vs->session);

    for (u32 i = count; i-- > 0 && most > 0;) { /* those that were left last come first */
        struct branch_info branch = session_branch(vs->session, i);
        if (branch.commands <= branch.common)
            continue;
        draw_branch(canvas, y++, &branch, line);
        most--;
    }
    return y;
}

/* ---- The commands by name ---- */

/* What command n did, in a sentence; it is worked out once at each stop. */
static const char *sentence_of(struct timeline_state *state, const struct view_state *vs, u64 n)
{
    u64 slot = n % TIMELINE_TOLD;
    struct strbuf out = STRBUF_INIT;

    if (state->told[slot] != n) {
        report_sentence(vs->m, n, &out);
        snprintf(state->words[slot], sizeof state->words[slot], "%s", strbuf_text(&out));
        state->told[slot] = n;
        strbuf_finish(&out);
    }
    return state->words[slot];
}

static void draw_command(const struct canvas *canvas, int y, struct timeline_state *state,
                         const struct view_state *vs, const struct time_position *at, u64 n,
                         bool is_chosen)
{
    bool is_done = n <= at->command, is_cursor = n == at->command && at->step == 0;
    const char *text = n == 0 ? _("(boot)") : "";
    attr_t attrs = draw_style(canvas, is_done ? STYLE_NORMAL : STYLE_DIM);

    if (n > 0) {
        text = session_history(vs->session, n - 1).text;
        if (is_done && actor_of(text) > 0)
            attrs = theme_task(canvas->theme, actor_of(text));
    }
    bool is_inside = at->step > 0 && n == at->command + 1;
    draw_text(canvas, y, 0, draw_style(canvas, STYLE_CURRENT),
              is_cursor || is_inside ? theme_symbol(canvas->theme, SYMBOL_CURRENT) : " ");
    draw_textf(canvas, y, 1, draw_style(canvas, STYLE_DIM), "%6llu", (unsigned long long)n);
    int room = canvas->area.cols - WORDS_AT;
    bool has_words = room >= WORDS_LEAST && n > 0 && is_done;
    draw_field(canvas, y, TEXT_AT, has_words ? WORDS_AT - TEXT_AT - 2 : canvas->area.cols - TEXT_AT,
               ALIGN_LEFT, attrs, text);
    if (has_words)
        draw_field(canvas, y, WORDS_AT, room, ALIGN_LEFT, draw_style(canvas, STYLE_DIM),
                   sentence_of(state, vs, n));
    if (is_chosen)
        draw_paint(canvas, y, 0, canvas->area.cols, draw_style(canvas, STYLE_FOCUS));
}

/* With a new stop: the cursor's command in sight, and chosen. */
static void follow(struct timeline_state *state, const struct view_state *vs,
                   const struct time_position *at)
{
    if (state->stop == vs->stops)
        return;
    state->stop = vs->stops;
    memset(state->told, 0, sizeof state->told);
    state->chosen = at->command + (at->step > 0);
    scroll_show(&state->scroll,
                (int)(state->chosen + 2 <= at->commands ? state->chosen + 2 : at->commands));
    scroll_show(&state->scroll, (int)state->chosen);
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct timeline_state *state = pane;
    struct time_position at = machine_position(vs->m);
    struct line line = line_in_sight(&at, canvas->area.cols);
    int rows = canvas->area.rows, y = draw_main_line(canvas, 0, &at, &line);

    y = draw_cursor(canvas, y, &at, &line);
    int most = rows - y - LIST_FROM;
    y = draw_branches(canvas, y, most < BRANCHES_MOST ? most : BRANCHES_MOST, vs, &line);
    int page = rows - y;
    if (page <= 0)
        return;
    scroll_fit(&state->scroll, (int)at.commands + 1, page);
    follow(state, vs, &at);
    struct canvas part = draw_part(canvas, y, 0, page, canvas->area.cols);
    for (int i = 0; i < page && state->scroll.top + i <= (int)at.commands; i++) {
        u64 n = (u64)(state->scroll.top + i);
        draw_command(&part, i, state, vs, &at, n, has_focus && n == state->chosen);
    }
    draw_scrollbar(&part, &state->scroll);
    state->list_y = y;
}

static void note(void *pane, const void *view, char *text, size_t size)
{
    const struct view_state *vs = view;
    u64 commands = machine_position(vs->m).commands;
    u32 branches = session_branch_count(vs->session);

    (void)pane;
    if (branches > 0)
        snprintf(text, size, _("%llu commands, %u lines of time"), (unsigned long long)commands,
                 branches + 1);
    else
        snprintf(text, size, commands == 1 ? _("%llu command") : _("%llu commands"),
                 (unsigned long long)commands);
}

/* ---- Hands ---- */

static void choose(struct timeline_state *state, const struct view_state *vs, s64 n)
{
    s64 last = (s64)machine_position(vs->m).commands;

    state->chosen = (u64)(n < 0 ? 0 : n > last ? last : n);
    scroll_show(&state->scroll, (int)state->chosen);
}

static bool take_key(void *pane, const void *view, const struct key *key)
{
    struct timeline_state *state = pane;

    if (key->kind == KEY_KIND_CODE && key->code == KEY_UP)
        choose(state, view, (s64)state->chosen - 1);
    else if (key->kind == KEY_KIND_CODE && key->code == KEY_DOWN)
        choose(state, view, (s64)state->chosen + 1);
    else
        return pane_scroll_key(&state->scroll, key);
    return true;
}

/* Enter goes there, and so does a click on a command. */
static bool command(void *pane, const void *view, const struct key *key, char *line, size_t size)
{
    const struct timeline_state *state = pane;
    const struct view_state *vs = view;
    u64 n = state->chosen;

    if (key->kind == KEY_KIND_MOUSE) {
        if (key->mouse != MOUSE_PRESS || key->y < state->list_y)
            return false;
        n = (u64)(state->scroll.top + key->y - state->list_y);
    } else if (key->kind != KEY_KIND_CHAR || key->ch != L'\r') {
        return false;
    }
    snprintf(line, size, "goto %llu", (unsigned long long)n);
    return n <= machine_position(vs->m).commands;
}

const struct pane timeline_pane = {
    .name = "timeline",
    .brief = 4,
    .title = "timeline",
    .min_rows = 7,
    .min_cols = 40,
    .state_size = sizeof(struct timeline_state),
    .draw = draw,
    .note = note,
    .key = take_key,
    .command = command,
    .mouse = pane_scrolls_mouse,
};
