/* See narration.h. */
#include "tui/narration.h"

#include "procarium/report.h"
#include "text.h"
#include "tui/app.h"
#include "tui/glyph.h"

#include <stdio.h>
#include <string.h>

enum { EXPLAINED_MAX = 2000 }; /* lines of a trace: of a longer one, a frame has no time to tell */

/* ---- The text ---- */

/* The last item of this kind before the demo's place; the count of items if there is none. */
static u32 item_last(const struct player_ui *ui, bool is_chapter)
{
    for (u32 i = player_position(ui->player); i-- > 0;) {
        enum player_item_kind kind = player_item(ui->player, i).kind;
        if (kind == ITEM_CHAPTER)
            return is_chapter ? i : player_count(ui->player);
        if (!is_chapter && (kind == ITEM_SAY || kind == ITEM_ASK))
            return i;
    }
    return player_count(ui->player);
}

/* What that item told; "" for nothing. */
static const char *told_last(const struct player_ui *ui, bool is_chapter)
{
    u32 i = item_last(ui, is_chapter);

    return i < player_count(ui->player) && ui->told[i] ? ui->told[i] : "";
}

const char *narration_words(const struct app *app)
{
    return told_last(&app->player, false);
}

const char *narration_chapter(const struct app *app)
{
    return told_last(&app->player, true);
}

static void tell_demo(const struct app *app, struct telling *n)
{
    const struct player_ui *ui = &app->player;
    u32 item = item_last(ui, false);

    n->name = ui->name;
    n->chapter = narration_chapter(app);
    n->number = player_ui_chapter(app);
    n->position = player_position(ui->player);
    n->count = player_count(ui->player);
    n->speed = app->is_playing ? app_speed_text(app) : NULL;
    strbuf_clear(&n->contents);
    n->chapters = player_ui_chapters(app, &n->contents);
    n->kind = item < n->count && player_item(ui->player, item).kind == ITEM_ASK ? NARRATION_QUESTION
                                                                                : NARRATION_WORDS;
    n->stop = 0;
    strbuf_clear(&n->text);
    if (n->position == 0 || !(n->chapter[0] || narration_words(app)[0]))
        strbuf_puts(&n->text,
                    _("Space or the right arrow goes on, the left arrow back; F5 plays. Type "
                      "commands at any time: the next key press comes back to the demo."));
    else
        strbuf_puts(&n->text, narration_words(app));
}

/*
 * Of what `explain` says about a command, that which holds at every step in it: the call in C and
 * the way through the kernel. What happened by now, the trace shows.
 */
static void keep_what_holds(const struct machine *m, u64 command, struct strbuf *kept)
{
    static const char *const later[] = { "\nWhat happened\n", "\nFrom outside, now" };
    struct strbuf all = STRBUF_INIT;

    strbuf_clear(kept);
    if (report_explain(m, command, &all)) {
        const char *text = strbuf_text(&all), *begin = strchr(text, '\n');
        size_t length = begin ? strlen(begin) : 0;
        for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
            const char *end = begin ? strstr(begin, later[i]) : NULL;
            length = end && (size_t)(end - begin) < length ? (size_t)(end - begin) : length;
        }
        strbuf_add(kept, begin ? begin : "", length);
    }
    strbuf_finish(&all);
}

/* At a step the sentence is about that, and the rest is not worked out anew: a key has 4 ms. */
static void tell_step(const struct view_state *vs, struct telling *n, u64 command)
{
    if (!n->is_inside || n->told != command || n->branches != vs->branches)
        keep_what_holds(vs->m, command, &n->holds);
    strbuf_puts(&n->text, strbuf_text(&vs->sentence));
    strbuf_puts(&n->text, strbuf_text(&n->holds));
}

static void tell_command(struct app *app, struct telling *n)
{
    const struct view_state *vs = &app->vs;
    struct narration_state *state = app->state[PANE_NARRATION];
    u64 command = view_trace_command(vs->view);
    bool is_inside = machine_is_inside(vs->m);
    char quiet[SENTENCE_SIZE];

    n->kind = NARRATION_COMMAND;
    if (n->stop == vs->stops)
        return;
    strbuf_clear(&n->text);
    if (n->told != command || n->is_inside != is_inside || !is_inside)
        state->scroll.top = 0;
    bool is_short = command > 0 && view_trace_count(vs->view) <= EXPLAINED_MAX;
    if (is_short && is_inside)
        tell_step(vs, n, command);
    else if (is_short)
        report_explain(vs->m, 0, &n->text);
    else if (machine_position(vs->m).command > 0)
        strbuf_puts(&n->text, app_sentence(app, quiet, sizeof quiet));
    else
        strbuf_puts(&n->text, _("What the last command did is told here, and what a lesson says. "
                                "Type fork, or demo, which lists the lessons."));
    n->stop = vs->stops;
    n->told = command;
    n->branches = vs->branches;
    n->is_inside = is_inside;
}

void narration_refresh(struct app *app)
{
    if (app->player.player)
        tell_demo(app, &app->vs.telling);
    else
        app->vs.telling.name = NULL;
    if (!app->player.player && app->layout.is_shown[PANE_NARRATION])
        tell_command(app, &app->vs.telling);
}

/* ---- Reading ---- */

static struct narration_state *state_of(struct app *app)
{
    return app->state[PANE_NARRATION];
}

void narration_begin(struct app *app)
{
    state_of(app)->scroll.top = 0;
    state_of(app)->shows_end = false;
    app->player.text_item = item_last(&app->player, false);
}

void narration_go_on(struct app *app)
{
    u32 before = app->player.text_item;

    narration_begin(app);
    state_of(app)->shows_end = app->player.text_item == before;
}

void narration_to_end(struct app *app)
{
    state_of(app)->shows_end = true;
}

bool narration_has_pane(const struct app *app)
{
    return app->layout.is_shown[PANE_NARRATION] && !app->has_help && !app->pager.is_open;
}

/* Rows that come after those that were drawn last. */
static int rows_left(const struct app *app)
{
    const struct narration_state *state = app->state[PANE_NARRATION];
    const struct scroll *scroll = &state->scroll;

    if (!app->player.player || !(app->player.is_shown || narration_has_pane(app)))
        return 0;
    return scroll->page > 0 ? scroll->total - scroll->top - scroll->page : 0;
}

bool narration_page(struct app *app)
{
    struct scroll *scroll = &state_of(app)->scroll;

    if (rows_left(app) <= 0)
        return false;
    scroll_move(scroll, scroll->page);
    return true;
}

int narration_weight(const struct app *app)
{
    const struct player_ui *ui = &app->player;

    if (!ui->player || player_position(ui->player) == 0)
        return 0;
    struct player_item last = player_item(ui->player, player_position(ui->player) - 1);
    return last.kind == ITEM_SAY ? glyph_width(last.title) : 40;
}

void narration_hint(const struct app *app, char *text, size_t size)
{
    const struct player_ui *ui = &app->player;

    if (rows_left(app) > 0) {
        snprintf(text, size, _("Space: more"));
        return;
    }
    if (app->pending.is_open) {
        snprintf(text, size, _("Space: the answer"));
        return;
    }
    u32 position = player_position(ui->player);
    if (position == player_count(ui->player)) {
        snprintf(text, size, _("the end of the demo"));
        return;
    }
    struct player_item item = player_item(ui->player, position);
    if (item.kind == ITEM_COMMAND)
        snprintf(text, size, _("Space: %.40s"), item.text);
    else
        snprintf(text, size, _("Space: on"));
}

/* ---- The strip above the console ---- */

int narration_strip_rows(const struct app *app, int cols, int most)
{
    int rows = 1 + narration_text_rows(&app->vs.telling, cols - 2, most - 1);
    int least = most < 5 ? most : 5; /* a steady height, so that the screen does not jump */

    return rows < least ? least : rows < most ? rows : most;
}

/* "01-first-fork: title of the chapter ───── ×2 ── 7 of 23" */
static void draw_title(const struct telling *n, const struct canvas *canvas)
{
    char right[64], speed[24] = "";

    if (n->speed)
        snprintf(speed, sizeof speed, _("playing ×%s, "), n->speed);
    snprintf(right, sizeof right, _(" %s%u of %u "), speed, n->position, n->count);
    draw_horizontal(canvas, 0, 0, canvas->area.cols, draw_style(canvas, STYLE_BORDER));
    int x = draw_textf(canvas, 0, 1, draw_style(canvas, STYLE_DIM),
                       n->chapter[0] ? " %s: " : " %s ", n->name);
    if (n->chapter[0])
        draw_textf(canvas, 0, x, draw_style(canvas, STYLE_TITLE_FOCUS), "%s ", n->chapter);
    x = canvas->area.cols - glyph_width(right) - 1;
    draw_text(canvas, 0, x, draw_style(canvas, n->speed ? STYLE_PROMPT : STYLE_DIM), right);
}

void narration_draw_strip(struct app *app, const struct canvas *canvas)
{
    struct canvas part = draw_part(canvas, 1, 1, canvas->area.rows - 1, canvas->area.cols - 2);

    draw_clear(canvas);
    draw_title(&app->vs.telling, canvas);
    narration_draw_text(&part, &app->vs.telling, state_of(app), true);
}
