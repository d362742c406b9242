/* One frame: the panes where the layout puts them, the sentence, the key bar, the console. */
#include "text.h"
#include "tui/app.h"
#include "tui/glyph.h"
#include "tui/mem.h"
#include "tui/notes.h"

#include <stdio.h>
#include <string.h>

enum {
    MEDIUM_COLS = 110,  /* from here on every pane's name stands in the bar */
    NARRATION_MOST = 9, /* rows of a demo's text */
    CONSOLE_LEAST = 4,  /* rows that stay the console's beside it */
    COMMAND_COLS = 24,  /* of a command in the sentence about it */
};

/* ---- Layout ---- */

struct layout_spec *app_spec(struct app *app)
{
    return &app->specs[app->layout_number][layouts_width(app->term.cols)];
}

void app_place(struct app *app)
{
    struct layout_request request = { app->term.rows, app->term.cols, app->in_sight,
                                      app->is_zoomed ? app->zoomed : LAYOUT_NO_PANE };
    struct layout *l = &app->layout;

    layout_set_lesson(app_spec(app), app->player.player != NULL);
    layout_compute(app_spec(app), &request, l);
    if (app->focus != LAYOUT_NO_PANE && !app->is_zoomed &&
        !l->is_shown[app->focus]) { /* the size has changed */
        request.focus = app->in_sight = app->focus;
        layout_compute(app_spec(app), &request, l);
    }
    if (!app->is_zoomed || app->zoomed != LAYOUT_NO_PANE || l->is_too_small)
        return;
    /* The console has the whole screen. */
    for (int i = 0; i < PANES; i++)
        l->is_shown[i] = false;
    l->hidden = PANES;
    l->console.rows += l->sentence.y;
    l->sentence.y = 0;
    l->bar.y = l->sentence.rows;
    l->console.y = l->bar.y + 1;
}

/* ---- The sentence ---- */

static void draw_progress(const struct app *app, const struct canvas *canvas)
{
    char text[96];

    if (app->total == 0) {
        draw_text(canvas, 0, 1, draw_style(canvas, STYLE_SENTENCE), _("Running; ^C stops it."));
        return;
    }
    snprintf(text, sizeof text, _(" %llu of %llu rounds; ^C stops it"),
             (unsigned long long)app->done, (unsigned long long)app->total);
    int cols = canvas->area.cols - glyph_width(text) - 2;
    cols = cols > 40 ? 40 : cols;
    if (cols > 0)
        draw_bar(canvas, 0, 1, cols, (long)app->done, (long)app->total,
                 draw_style(canvas, STYLE_SENTENCE));
    draw_text(canvas, 0, cols > 0 ? cols + 1 : 1, draw_style(canvas, STYLE_SENTENCE), text);
}

/* The beginning of a command, so that what is said of it has room behind it. */
static void add_beginning(struct strbuf *out, const char *line)
{
    size_t length = strlen(line), at = 0;
    struct glyph glyph;
    wchar_t ch;

    for (int width = 0; at < length; width += glyph.width) {
        size_t used = glyph_decode(line + at, length - at, &ch);
        glyph_of(ch, &glyph);
        if (width + glyph.width > COMMAND_COLS)
            break;
        at += used;
    }
    strbuf_add(out, line, at);
    if (at < length)
        strbuf_puts(out, "…");
}

/* When nothing has happened that events tell about. */
static const char *quiet_sentence(const struct app *app, char *text, size_t size)
{
    u64 told = view_trace_command(app->vs.view);
    u64 command = told > 0 ? told : machine_position(app->vs.m).command;

    if (command == 0 && view_focus(app->vs.view) == 1)
        return _("A machine has booted: swapper (0) idles, init (1) is the only process.");
    if (command == 0)
        return _("A machine has booted: init (1) waits for its children, a shell (2) for you.");
    const char *line = session_history(app->session, command - 1).text;
    struct strbuf out = STRBUF_INIT;
    add_beginning(&out, line);
    const struct command_info *info = script_command_line(line).command;
    if (told > 0)
        strbuf_puts(&out, _(": done, and no kernel function ran for it."));
    else
        strbuf_printf(&out, _("%s%s. It did more than the journal holds (see --journal-size)."),
                      info ? ": " : "", info ? info->summary : "");
    snprintf(text, size, "%s", strbuf_text(&out));
    strbuf_finish(&out);
    return text;
}

const char *app_sentence(const struct app *app, char *text, size_t size)
{
    return app->vs.sentence.length > 0 ? strbuf_text(&app->vs.sentence)
                                       : quiet_sentence(app, text, size);
}

static void draw_sentence(const struct app *app, const struct canvas *canvas)
{
    struct canvas part = draw_part(canvas, 0, 1, canvas->area.rows, canvas->area.cols - 2);
    char quiet[SENTENCE_SIZE];
    const char *text = app_sentence(app, quiet, sizeof quiet), *hint = " explain";

    draw_wrapped(&part, 0, part.area.rows, draw_style(canvas, STYLE_SENTENCE), text);
    if (draw_wrapped_rows(text, part.area.cols) <= part.area.rows)
        return;
    /* It goes on elsewhere: where, stands at its end. */
    int x = part.area.cols - glyph_width(hint) - 1, y = part.area.rows - 1;
    x = draw_text(&part, y, x, draw_style(canvas, STYLE_SENTENCE),
                  theme_symbol(canvas->theme, SYMBOL_ELLIPSIS));
    draw_text(&part, y, x, draw_style(canvas, STYLE_HINT), hint);
}

/* ---- The bar ---- */

static int key_width(const struct key_help *row)
{
    return glyph_width(row->key) + 1 + glyph_width(row->bar) + 1;
}

/* The width of all keys up to a rank. */
static int keys_width(int rank)
{
    const struct key_help *row;
    int width = 0;

    for (int i = 0; (row = app_key_help(i)) != NULL; i++)
        width += row->bar && row->rank <= rank ? key_width(row) : 0;
    return width;
}

/* The keys of the highest rank with which all those up to it still fit. */
static int rank_that_fits(int cols)
{
    int rank = 5;

    while (rank > 0 && keys_width(rank) > cols)
        rank--;
    return rank;
}

/* Notes what a click there means. */
static void add_bar_place(struct app *app, int x, int end, int pane, int code)
{
    if (app->bar_places < BAR_PLACES)
        app->bar[app->bar_places++] = (struct bar_place){ x, end - x, pane, code };
}

static void draw_keys(struct app *app, const struct canvas *canvas, int x, int cols)
{
    int rank = rank_that_fits(cols);
    const struct key_help *row;

    for (int i = 0; (row = app_key_help(i)) != NULL; i++) {
        int begin = x;
        if (!row->bar || row->rank > rank || key_width(row) > cols)
            continue;
        cols -= key_width(row);
        x = draw_text(canvas, 0, x, draw_style(canvas, STYLE_KEY), row->key);
        x = draw_textf(canvas, 0, x, draw_style(canvas, STYLE_DIM), " %s ", row->bar);
        add_bar_place(app, begin, x, LAYOUT_NO_PANE, row->code);
    }
}

/* While it plays: how fast, how far, and the keys for that. */
static void draw_playing(const struct app *app, const struct canvas *canvas, int x, int cols)
{
    static const char *const hint = " + faster  - slower  Esc stops";
    struct time_position at = machine_position(app->vs.m);
    const struct player *p = app->player.player;
    unsigned long long done = p ? player_position(p) : at.step,
                       all = p ? player_count(p) : at.steps;
    char text[64];

    snprintf(text, sizeof text, _(" playing ×%s  %llu of %llu "), app_speed_text(app), done, all);
    x = draw_text(canvas, 0, x, draw_style(canvas, STYLE_KEY), text);
    int bar = cols - glyph_width(text) - 1;
    bool has_hint = bar > glyph_width(hint) + 10;
    bar -= has_hint ? glyph_width(hint) : 0;
    if (bar > 0)
        draw_bar(canvas, 0, x + 1, bar, (long)done, (long)(all ? all : 1),
                 draw_style(canvas, STYLE_SENTENCE));
    if (has_hint)
        draw_text(canvas, 0, x + 1 + bar, draw_style(canvas, STYLE_HINT), hint);
}

static bool has_tab(const struct app *app, int pane, bool shows_all)
{
    return shows_all || !app->layout.is_shown[pane] || pane == app->focus;
}

/* How many columns of its name stand behind a pane's sign. */
struct tabs {
    int cols[PANES];
    int width; /* of all tabs in all, each with a blank behind it */
};

static int tab_width(int name_cols)
{
    return 2 + (name_cols > 0 ? name_cols + 1 : 0);
}

/* Gives a pane's name so many columns, if there is room for them. */
static void widen_tab(struct tabs *tabs, int pane, int cols, int room)
{
    int more = tab_width(cols) - tab_width(tabs->cols[pane]);

    if (more <= 0 || tabs->width + more > room)
        return;
    tabs->cols[pane] = cols;
    tabs->width += more;
}

/* Names as they fit: first all in brief, as far as there is room, then in full. */
static void share_room(const struct app *app, bool shows_all, int room, struct tabs *tabs)
{
    *tabs = (struct tabs){ .width = 0 };
    for (int i = 0; i < PANES; i++)
        tabs->width += has_tab(app, i, shows_all) ? tab_width(0) : 0;
    for (int i = 0; i < PANES; i++) {
        int brief = pane_table[i]->brief, full = glyph_width(pane_table[i]->name);
        if (has_tab(app, i, shows_all))
            widen_tab(tabs, i, brief > 0 ? brief : full, room);
    }
    for (int i = 0; i < PANES; i++)
        if (tabs->cols[i] > 0)
            widen_tab(tabs, i, glyph_width(pane_table[i]->name), room);
}

static bool has_all_names(const struct tabs *tabs)
{
    for (int i = 0; i < PANES; i++)
        if (tabs->cols[i] != glyph_width(pane_table[i]->name))
            return false;
    return true;
}

static void draw_tab(struct app *app, const struct canvas *canvas, int x, int pane, int cols)
{
    enum style style = pane == app->focus           ? STYLE_TITLE_FOCUS
                       : app->layout.is_shown[pane] ? STYLE_TITLE
                                                    : STYLE_DIM;

    draw_textf(canvas, 0, x, draw_style(canvas, style), cols > 0 ? "%lc %.*s" : "%lc%.*s",
               (wint_t)pane_letter(pane), cols, pane_table[pane]->name);
    add_bar_place(app, x, x + tab_width(cols) - 1, pane, 0);
}

/*
 * At the right the panes, all of them or those behind tabs, each with the sign that goes there and
 * its name; what the keys that everybody needs leave of the row is shared out.
 */
static void draw_bar_line(struct app *app, const struct canvas *canvas)
{
    static const char *const word = "panes ";
    struct tabs tabs;
    int cols = canvas->area.cols;

    share_room(app, true, cols - 3 - keys_width(2), &tabs);
    bool shows_all = cols >= MEDIUM_COLS && has_all_names(&tabs);
    if (!shows_all)
        share_room(app, false, cols - 2 - keys_width(1), &tabs);
    bool has_names = false;
    for (int i = 0; i < PANES; i++)
        has_names = has_names || tabs.cols[i] > 0;
    int before = has_names ? 0 : glyph_width(word), x = cols - tabs.width;
    if (!has_names && app->layout.hidden > 0)
        draw_text(canvas, 0, x - before, draw_style(canvas, STYLE_DIM), word);
    app->bar_places = 0;
    if (app->is_playing)
        draw_playing(app, canvas, 1, x - before - 2);
    else
        draw_keys(app, canvas, 1, x - before - 1);
    for (int i = 0; i < PANES; i++) {
        if (!has_tab(app, i, shows_all))
            continue;
        draw_tab(app, canvas, x, i, tabs.cols[i]);
        x += tab_width(tabs.cols[i]);
    }
}

/* ---- The console ---- */

static const char *make_prompt(struct app *app)
{
    strbuf_clear(&app->prompt);
    if (app->text.length > 0)
        strbuf_puts(&app->prompt, "… ");
    else
        session_prompt(app->session, &app->prompt);
    return strbuf_text(&app->prompt);
}

/* Where a demo's text stands if no pane has it: above the console's output, or in its place. */
static int demo_rows(const struct app *app, const struct rect *console)
{
    if (!app->player.player || narration_has_pane(app))
        return 0;
    int rows = narration_strip_rows(app, console->cols, NARRATION_MOST);
    if (console->rows - rows >= CONSOLE_LEAST)
        return rows;
    return app->player.is_shown ? console->rows - 1 : 1;
}

int app_output_rows(struct app *app)
{
    narration_refresh(app);
    return app->layout.console.rows - demo_rows(app, &app->layout.console) - 1;
}

static void draw_console(struct app *app, const struct canvas *screen, int *y, int *x)
{
    struct console_line line = { .prompt = make_prompt(app) };
    struct canvas part = *screen;
    char hint[128] = "";
    size_t cursor;

    part.area = app->layout.console;
    int rows = app->layout.is_too_small ? 0 : demo_rows(app, &part.area);
    if (rows > 0) {
        struct canvas text = draw_part(&part, 0, 0, rows, part.area.cols);
        narration_draw_strip(app, &text);
    }
    lineed_get_view(app->le, &line.text);
    line.candidates = lineed_candidates(app->le, &line.page);
    const char *typed = lineed_text(app->le, &cursor);
    if (*typed)
        snprintf(hint, sizeof hint, "%s", session_usage(app->session, typed, cursor));
    else if (app->player.player || app->pending.is_open)
        narration_hint(app, hint, sizeof hint);
    line.hint = hint;
    part.area.y += rows;
    part.area.rows -= rows;
    console_draw(app->console, &part, &line, y, x);
}

/* ---- All of it ---- */

static void draw_panes(struct app *app)
{
    app->drawn_stop = app->vs.stops;
    for (int i = 0; i < PANES; i++) {
        struct pane_place place = { app->layout.pane[i], app->layout.edges[i], i == app->focus };
        if (app->layout.is_shown[i])
            pane_draw(pane_table[i], stdscr, &app->theme, &place, app->state[i], &app->vs);
    }
}

/* While commands run, the panes stay as they were: only the progress is drawn. */
static void draw_busy(struct app *app)
{
    struct canvas part = { stdscr, app->layout.sentence, &app->theme };

    if (app->layout.is_too_small)
        return;
    draw_clear(&part);
    draw_progress(app, &part);
    wnoutrefresh(stdscr);
}

void app_draw(void *arg)
{
    struct app *app = arg;
    struct canvas screen = { stdscr, { 0, 0, app->term.rows, app->term.cols }, &app->theme };
    struct canvas part = screen;
    int y, x;

    if (app->is_busy) {
        draw_busy(app);
        return;
    }
    view_state_refresh(&app->vs);
    app_place(app);
    narration_refresh(app);
    werase(stdscr);
    if (app->layout.is_too_small) {
        draw_textf(&screen, 0, 0, draw_style(&screen, STYLE_ERROR), _("too small: %dx%d at least"),
                   LAYOUT_MIN_COLS, LAYOUT_MIN_ROWS);
    } else {
        draw_panes(app);
        part.area = app->layout.sentence;
        draw_sentence(app, &part);
        part.area = app->layout.bar;
        draw_bar_line(app, &part);
        part.area = (struct rect){ 0, 0, app->layout.sentence.y, app->term.cols };
        if (app->has_help)
            help_draw(&part, &app->help_scroll);
        else if (app->pager.is_open)
            pager_draw(&part, &app->pager);
    }
    draw_console(app, &screen, &y, &x);
    wmove(stdscr, y, x);
    wnoutrefresh(stdscr);
    notes_update(app);
}
