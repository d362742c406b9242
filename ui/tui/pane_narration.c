/* The narration: a lesson's chapter, its words and questions; without one, what the last command did. */
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"
#include "tui/squeeze.h"

#include <stdio.h>
#include <string.h>

enum {
    PROGRESS_ROWS = 8, /* from here on there is room for a bar that says how far the lesson is */
    TABLE_COLS = 76,   /* from here on what `explain` says has columns */
};

/* ---- The text as it stands in its place ---- */

/*
 * A question's choices in one row, where that is wide enough: a strip has few rows. Then comes the
 * answer, if it has been told. Returns the answer, "" for none.
 */
static const char *add_choices(const char *choices, int cols, struct strbuf *out)
{
    struct strbuf row = STRBUF_INIT;
    const char *at = choices;

    while (strncmp(at, "\n  ", 3) == 0) {
        size_t length = strcspn(at + 3, "\n");
        strbuf_puts(&row, row.length > 0 ? "    " : "  ");
        strbuf_add(&row, at + 3, length);
        at += 3 + length;
    }
    if (row.length > 0 && glyph_width(strbuf_text(&row)) <= cols)
        strbuf_printf(out, "\n%s", strbuf_text(&row));
    else
        strbuf_add(out, choices, (size_t)(at - choices));
    strbuf_puts(out, at);
    strbuf_finish(&row);
    return at;
}

static void lay_out(const struct telling *n, int cols, int rows, bool is_strip, struct strbuf *out)
{
    const char *text = strbuf_text(&n->text);
    const char *choices = n->kind == NARRATION_QUESTION ? strstr(text, "\n  ") : NULL;
    bool is_tight = is_strip || draw_wrapped_rows(text, cols) > rows;
    size_t length = choices ? (size_t)(choices - text) : strlen(text);

    if (n->kind == NARRATION_COMMAND && cols < TABLE_COLS) {
        squeeze_text(text, cols, out);
        return;
    }
    strbuf_add(out, text, length);
    if (!choices || !is_tight) {
        strbuf_puts(out, text + length);
        return;
    }
    const char *answer = add_choices(choices, cols, out);
    if (*answer && draw_wrapped_rows(strbuf_text(out), cols) > rows) {
        strbuf_truncate(out, length); /* the answer names the choice that matters */
        strbuf_puts(out, answer);
    }
}

int narration_text_rows(const struct telling *n, int cols, int most)
{
    struct strbuf text = STRBUF_INIT;

    lay_out(n, cols, most, true, &text);
    int rows = draw_wrapped_rows(strbuf_text(&text), cols);
    strbuf_finish(&text);
    return rows;
}

/* What a line is: the first one is number 0. */
static enum style style_of(const struct telling *n, const char *line, int number)
{
    bool is_more = line[0] == ' ';

    switch (n->kind) {
    case NARRATION_COMMAND:
        return number == 0 ? STYLE_SENTENCE : is_more ? STYLE_NORMAL : STYLE_TITLE;
    case NARRATION_QUESTION: /* behind the question and the choices comes the answer */
        return number > 0 && !is_more ? STYLE_SENTENCE : STYLE_NORMAL;
    case NARRATION_WORDS:
        break;
    }
    return STYLE_NORMAL;
}

void narration_draw_text(const struct canvas *canvas, const struct telling *n,
                         struct narration_state *state, bool is_strip)
{
    struct strbuf text = STRBUF_INIT, line = STRBUF_INIT;
    int cols = canvas->area.cols, rows = canvas->area.rows;

    lay_out(n, cols, rows, is_strip, &text);
    scroll_fit(&state->scroll, draw_wrapped_rows(strbuf_text(&text), cols), rows);
    if (state->shows_end)
        scroll_move(&state->scroll, state->scroll.total);
    const char *at = strbuf_text(&text);
    for (int y = -state->scroll.top, number = 0; *at && y < rows; number++) {
        size_t length = strcspn(at, "\n");
        strbuf_clear(&line);
        strbuf_add(&line, at, length);
        attr_t attrs = draw_style(canvas, style_of(n, at, number));
        int needed = draw_wrapped_rows(strbuf_text(&line), cols);
        draw_wrapped(canvas, y, needed, attrs, strbuf_text(&line));
        y += needed > 0 ? needed : 1;
        at += length + (at[length] == '\n');
    }
    strbuf_finish(&line);
    strbuf_finish(&text);
}

/* ---- The pane ---- */

/* "Three generations                    chapter 5 of 6" */
static void draw_chapter(const struct canvas *canvas, const struct telling *n)
{
    char place[48];
    int cols = canvas->area.cols;

    snprintf(place, sizeof place, _("chapter %d of %d"), n->number, n->chapters);
    int room = cols - glyph_width(place) - 2;
    bool has_place = n->number > 0 && room >= glyph_width(n->chapter);
    draw_field(canvas, 0, 0, has_place ? room : cols, ALIGN_LEFT,
               draw_style(canvas, STYLE_TITLE_FOCUS), n->chapter[0] ? n->chapter : n->name);
    if (has_place)
        draw_text(canvas, 0, cols - glyph_width(place), draw_style(canvas, STYLE_DIM), place);
}

/* Below the text, where there is room for all: a click goes to a chapter. */
static void draw_contents(const struct canvas *canvas, const struct telling *n,
                          struct narration_state *state, int y)
{
    struct canvas part = draw_part(canvas, y, 0, n->chapters, canvas->area.cols);
    const char *at = strbuf_text(&n->contents);

    state->list_y = state->listed = 0;
    if (n->chapters == 0 || y + n->chapters > canvas->area.rows)
        return;
    state->list_y = y;
    state->listed = n->chapters;
    for (int i = 0; i < n->chapters; i++) {
        int length = (int)strcspn(at, "\n");
        draw_textf(&part, i, 0, draw_style(canvas, *at == '>' ? STYLE_TITLE : STYLE_DIM), "%.*s",
                   length, at);
        at += length + 1;
    }
}

static void draw_demo(const struct canvas *canvas, const struct telling *n,
                      struct narration_state *state)
{
    int rows = canvas->area.rows, cols = canvas->area.cols;
    bool has_bar = rows >= PROGRESS_ROWS;
    struct canvas text = draw_part(canvas, 1, 0, rows - 1 - (has_bar ? 2 : 0), cols - 1);

    draw_chapter(canvas, n);
    narration_draw_text(&text, n, state, false);
    struct canvas beside = draw_part(canvas, 1, 0, text.area.rows, cols);
    draw_scrollbar(&beside, &state->scroll);
    draw_contents(&beside, n, state, state->scroll.total + 1);
    if (has_bar)
        draw_bar(canvas, rows - 1, 0, cols, (long)n->position, (long)n->count,
                 draw_style(canvas, n->speed ? STYLE_PROMPT : STYLE_DIM));
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct narration_state *state = pane;
    struct canvas text = draw_part(canvas, 0, 0, canvas->area.rows, canvas->area.cols - 1);

    (void)has_focus;
    if (vs->telling.name) {
        draw_demo(canvas, &vs->telling, state);
        return;
    }
    state->list_y = 0;
    narration_draw_text(&text, &vs->telling, state, false);
    draw_scrollbar(canvas, &state->scroll);
}

/* "7 of 23, 10-copy-on-write", or the command. */
static void note(void *pane, const void *view, char *text, size_t size)
{
    const struct view_state *vs = view;
    const struct telling *n = &vs->telling;

    (void)pane;
    if (n->name && n->speed)
        snprintf(text, size, _("%u of %u, playing ×%s, %.60s"), n->position, n->count, n->speed,
                 n->name);
    else if (n->name)
        snprintf(text, size, _("%u of %u, %.60s"), n->position, n->count, n->name);
    else if (n->told > 0 && n->told <= machine_position(vs->m).commands)
        snprintf(text, size, "%.60s", session_history(vs->session, n->told - 1).text);
}

/* Whoever scrolls goes where they like. */
static bool take_key(void *pane, const void *view, const struct key *key)
{
    struct narration_state *state = pane;

    (void)view;
    state->shows_end = false;
    return pane_scroll_key(&state->scroll, key);
}

static bool command(void *pane, const void *view, const struct key *key, char *line, size_t size)
{
    const struct narration_state *state = pane;
    int chapter = key->y - state->list_y; /* the list begins below the chapter's title */

    (void)view;
    if (key->kind != KEY_KIND_MOUSE || key->mouse != MOUSE_PRESS || state->list_y == 0 ||
        chapter < 1 || chapter > state->listed)
        return false;
    snprintf(line, size, "chapters %d", chapter);
    return true;
}

static bool take_mouse(void *pane, const void *view, const struct key *key)
{
    struct narration_state *state = pane;

    (void)view;
    state->shows_end = false;
    return pane_scroll_mouse(&state->scroll, key);
}

const struct pane narration_pane = {
    .name = "narration",
    .brief = 4,
    .title = "narration",
    .min_rows = 6,
    .min_cols = 40,
    .state_size = sizeof(struct narration_state),
    .draw = draw,
    .note = note,
    .key = take_key,
    .command = command,
    .mouse = take_mouse,
};
