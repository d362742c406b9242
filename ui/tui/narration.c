/* See narration.h. */
#include "tui/narration.h"

#include "text.h"
#include "tui/app.h"
#include "tui/glyph.h"

#include <stdio.h>
#include <string.h>

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

/*
 * A question's choices in one row, where that is wide enough: a screen of 24 rows has few for it.
 * Then comes the answer, if it has been told. Returns the answer, "" for none.
 */
static const char *add_choices(const char *choices, int cols, struct strbuf *out)
{
    struct strbuf row = STRBUF_INIT;
    const char *at = choices;

    while (strncmp(at, "\n  ", 3) == 0) {
        size_t length = strcspn(at + 3, "\n");
        strbuf_puts(&row, row.length > 0 ? "    " : "");
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

/* What is to be read at the demo's place, in so many columns and rows. */
static void add_text(const struct app *app, int cols, int rows, struct strbuf *out)
{
    const struct player_ui *ui = &app->player;
    bool has_begun = told_last(ui, true)[0] || told_last(ui, false)[0];

    if (player_position(ui->player) == 0 || !has_begun) {
        strbuf_puts(out, _("Space or the right arrow goes on, the left arrow back; F5 plays. Type "
                           "commands at any time: the next key press comes back to the demo."));
        return;
    }
    const char *text = told_last(ui, false);
    const char *choices = strstr(text, "\n  ");
    size_t length = choices ? (size_t)(choices - text) : strlen(text);
    strbuf_add(out, text, length);
    if (!choices)
        return;
    const char *answer = add_choices(choices, cols, out);
    if (*answer && draw_wrapped_rows(strbuf_text(out), cols) > rows) {
        strbuf_truncate(out, length); /* the answer names the choice that matters */
        strbuf_puts(out, answer);
    }
}

const char *narration_text(const struct app *app)
{
    return told_last(&app->player, false);
}

const char *narration_chapter(const struct app *app)
{
    return told_last(&app->player, true);
}

void narration_begin(struct app *app)
{
    app->player.page_top = app->player.rows_left = 0;
    app->player.shows_end = false;
    app->player.text_item = item_last(&app->player, false);
}

void narration_go_on(struct app *app)
{
    u32 before = app->player.text_item;

    narration_begin(app);
    app->player.shows_end = app->player.text_item == before;
}

bool narration_page(struct app *app)
{
    struct player_ui *ui = &app->player;

    if (!ui->player || !ui->is_shown || ui->rows_left == 0)
        return false;
    ui->page_top += ui->page_rows;
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

    if (ui->player && ui->is_shown && ui->rows_left > 0) {
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

/* ---- Drawing ---- */

int narration_rows(const struct app *app, int cols, int most)
{
    struct strbuf text = STRBUF_INIT;

    add_text(app, cols - 2, most - 1, &text);
    int rows = 1 + draw_wrapped_rows(strbuf_text(&text), cols - 2);
    int least = most < 5 ? most : 5; /* a steady height, so that the screen does not jump */
    strbuf_finish(&text);
    return rows < least ? least : rows < most ? rows : most;
}

/* "01-first-fork: title of the chapter ───── ×2 ── 7 of 23" */
static void draw_title(const struct app *app, const struct canvas *canvas)
{
    const struct player_ui *ui = &app->player;
    const char *chapter = told_last(ui, true);
    char right[64], speed[24] = "";

    if (app->is_playing)
        snprintf(speed, sizeof speed, _("playing ×%s, "), app_speed_text(app));
    snprintf(right, sizeof right, _(" %s%u of %u "), speed, player_position(ui->player),
             player_count(ui->player));
    draw_horizontal(canvas, 0, 0, canvas->area.cols, draw_style(canvas, STYLE_BORDER));
    int x = draw_textf(canvas, 0, 1, draw_style(canvas, STYLE_DIM), chapter[0] ? " %s: " : " %s ",
                       ui->name);
    if (chapter[0])
        draw_textf(canvas, 0, x, draw_style(canvas, STYLE_TITLE_FOCUS), "%s ", chapter);
    x = canvas->area.cols - glyph_width(right) - 1;
    draw_text(canvas, 0, x, draw_style(canvas, app->is_playing ? STYLE_PROMPT : STYLE_DIM), right);
}

void narration_draw(struct app *app, const struct canvas *canvas)
{
    struct player_ui *ui = &app->player;
    struct canvas part = draw_part(canvas, 1, 1, canvas->area.rows - 1, canvas->area.cols - 2);
    struct strbuf text = STRBUF_INIT;
    int cols = part.area.cols, rows = part.area.rows;

    draw_clear(canvas);
    draw_title(app, canvas);
    add_text(app, cols, rows, &text);
    int total = draw_wrapped_rows(strbuf_text(&text), cols);
    if (ui->shows_end && total > rows)
        ui->page_top = total - rows;
    if (ui->page_top >= total)
        ui->page_top = 0; /* the screen has become another */
    ui->page_rows = rows;
    ui->rows_left = rows > 0 && total > ui->page_top + rows ? total - ui->page_top - rows : 0;
    draw_wrapped(&part, 0, rows, draw_style(canvas, STYLE_NORMAL),
                 draw_wrapped_rest(strbuf_text(&text), cols, ui->page_top));
    strbuf_finish(&text);
}
