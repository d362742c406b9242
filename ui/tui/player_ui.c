/* Playing a demo: going to the next thing worth a look, back to the one before, and coming back. */
#include "tui/player_ui.h"

#include "text.h"
#include "tui/app.h"
#include "tui/glyph.h"
#include "tui/mem.h"

#include <stdio.h>

bool player_ui_open(struct app *app, const char *path)
{
    struct player_ui *ui = &app->player;

    player_ui_close(app);
    ui->player = player_open(app->session, path);
    if (!ui->player)
        return false;
    session_run(app->session, path, "boot", strlen("boot")); /* as scripts begin */
    const char *slash = strrchr(path, '/');
    ui->name = mem_text(slash ? slash + 1 : path);
    char *dot = strrchr(ui->name, '.');
    if (dot && dot != ui->name)
        *dot = 0;
    ui->told = mem_alloc((player_count(ui->player) + 1) * sizeof *ui->told);
    ui->is_shown = true;
    return true;
}

void player_ui_close(struct app *app)
{
    struct player_ui *ui = &app->player;

    if (!ui->player)
        return;
    for (u32 i = 0; i < player_count(ui->player); i++)
        free(ui->told[i]);
    free(ui->told);
    free(ui->name);
    player_close(ui->player);
    *ui = (struct player_ui){ 0 };
}

bool player_ui_is_at_end(const struct app *app)
{
    const struct player *p = app->player.player;

    return !p || player_position(p) == player_count(p);
}

/* ---- Going ---- */

static void remember_place(struct app *app)
{
    app->player.place = machine_position(app->vs.m);
    app->player.branches = session_branch_count(app->session);
}

/* Runs the items up to `position` again, on a fresh machine. */
static void run_again(struct app *app, u32 position)
{
    struct player_ui *ui = &app->player;

    while (player_back(ui->player))
        ;
    app->is_busy = ui->is_restoring = true;
    session_run(app->session, ui->name, "boot", 4);
    while (player_position(ui->player) < position && !loop_is_quitting(app->loop) &&
           player_next(ui->player) == RUN_OK)
        ;
    app->is_busy = ui->is_restoring = false;
}

/* The person has typed commands meanwhile: the machine goes back to where the demo stood. */
static void come_back(struct app *app)
{
    struct player_ui *ui = &app->player;
    struct time_position now = machine_position(app->vs.m);
    char command[48];

    if (player_position(ui->player) == 0)
        return;
    if (session_branch_count(app->session) != ui->branches || now.commands < ui->place.command) {
        run_again(app, player_position(ui->player));
    } else if (now.command != ui->place.command || now.step != 0) {
        snprintf(command, sizeof command, "goto %llu", (unsigned long long)ui->place.command);
        session_run(app->session, ui->name, command, strlen(command));
    } else {
        return;
    }
    console_write(app->console, STYLE_HINT, _("Back to where the demo was.\n"));
}

/* Nothing to see: it belongs to what stands before it. */
static bool is_silent(const struct player *p, u32 i)
{
    struct player_item item = player_item(p, i);

    return item.kind == ITEM_EXPECT || strncmp(item.text, "let ", 4) == 0;
}

/* Is this the place after something worth a look? */
static bool is_stop(const struct player *p, u32 position)
{
    u32 i = position;

    if (position == 0)
        return true;
    if (position < player_count(p) && is_silent(p, position))
        return false;
    while (i > 0 && is_silent(p, i - 1))
        i--;
    return i > 0 && player_item(p, i - 1).kind != ITEM_CHAPTER;
}

/* Shows a demo's command in the console as if typed. */
static void echo_item(struct app *app, const struct player_item *item)
{
    strbuf_clear(&app->prompt);
    session_prompt(app->session, &app->prompt);
    console_write(app->console, STYLE_PROMPT, strbuf_text(&app->prompt));
    console_writef(app->console, STYLE_NORMAL, "%s\n", item->text);
    console_to_end(app->console);
}

void player_ui_next(struct app *app)
{
    struct player_ui *ui = &app->player;
    enum run_result result = RUN_OK;
    struct player_item item = { 0 };

    if (player_ui_is_at_end(app))
        return;
    come_back(app);
    ui->is_shown = true;
    app->is_busy = true;
    face_begin(app);
    do {
        u32 position = player_position(ui->player);
        if (!is_silent(ui->player, position)) {
            item = player_item(ui->player, position);
            if (item.kind == ITEM_COMMAND)
                echo_item(app, &item);
        }
        result = player_next(ui->player);
    } while (result == RUN_OK && !player_ui_is_at_end(app) &&
             !is_stop(ui->player, player_position(ui->player)));
    face_end(app);
    app->is_busy = false;
    app->result = result;
    remember_place(app);
    view_state_refresh(&app->vs);
    app_show_output(app, item.text);
    if (result != RUN_OK)
        app_set_playing(app, false);
}

bool player_ui_back(struct app *app)
{
    struct player_ui *ui = &app->player;

    if (!ui->player || player_position(ui->player) == 0)
        return false;
    come_back(app);
    do
        player_back(ui->player);
    while (!is_stop(ui->player, player_position(ui->player)));
    ui->is_shown = true;
    pager_clear(&app->pager);
    remember_place(app);
    view_state_refresh(&app->vs);
    return true;
}

/* ---- Telling ---- */

bool player_ui_tell(struct app *app, enum narration kind, const char *text)
{
    struct player_ui *ui = &app->player;
    u32 position = ui->player ? player_position(ui->player) : 0;

    if (!ui->player || !app->is_busy || position == 0)
        return false;
    char **told = &ui->told[position - 1];
    if (kind == NARRATE_ANSWER && *told) {
        struct strbuf both = STRBUF_INIT;
        strbuf_printf(&both, "%s\n%s", *told, text);
        free(*told);
        *told = mem_text(strbuf_text(&both));
        strbuf_finish(&both);
    } else {
        free(*told);
        *told = mem_text(text);
    }
    return true;
}

/* What the last item of this kind before the demo's place told; "" for nothing. */
static const char *told_last(const struct player_ui *ui, bool is_chapter)
{
    for (u32 i = player_position(ui->player); i-- > 0;) {
        enum player_item_kind kind = player_item(ui->player, i).kind;
        if (is_chapter && kind == ITEM_CHAPTER)
            return ui->told[i] ? ui->told[i] : "";
        if (!is_chapter && kind == ITEM_CHAPTER)
            return "";
        if (!is_chapter && (kind == ITEM_SAY || kind == ITEM_ASK))
            return ui->told[i] ? ui->told[i] : "";
    }
    return "";
}

static const char *body(const struct app *app)
{
    const struct player_ui *ui = &app->player;

    if (player_position(ui->player) == 0)
        return _(
            "Space or the right arrow goes on, the left arrow back; F5 plays. Type commands at "
            "any time: the next key press comes back to the demo.");
    return told_last(ui, false);
}

int player_ui_weight(const struct app *app)
{
    const struct player_ui *ui = &app->player;

    if (!ui->player || player_position(ui->player) == 0)
        return 0;
    struct player_item last = player_item(ui->player, player_position(ui->player) - 1);
    return last.kind == ITEM_SAY ? glyph_width(last.title) : 40;
}

void player_ui_hint(const struct app *app, char *text, size_t size)
{
    const struct player_ui *ui = &app->player;
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

static int text_rows(const char *text, int cols)
{
    /* Each row loses at most a word at its end; a guess that is a little too large does no harm. */
    return glyph_width(text) / (cols > 8 ? cols - 6 : 1) + 1;
}

int player_ui_rows(const struct app *app, int cols, int most)
{
    int rows = 1 + text_rows(body(app), cols - 2);
    int least = most < 5 ? most : 5; /* a steady height, so that the screen does not jump */

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

void player_ui_draw(const struct app *app, const struct canvas *canvas)
{
    struct canvas text = draw_part(canvas, 1, 1, canvas->area.rows - 1, canvas->area.cols - 2);

    draw_clear(canvas);
    draw_title(app, canvas);
    draw_wrapped(&text, 0, text.area.rows, draw_style(canvas, STYLE_NORMAL), body(app));
}
