/* Playing a demo: going to the next thing worth a look, back to the one before, and coming back. */
#include "tui/player_ui.h"

#include "text.h"
#include "tui/app.h"
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
    if (app->called != PANE_NARRATION) /* what it was for is over */
        app->called = LAYOUT_NO_PANE;
    return true;
}

void player_ui_close(struct app *app)
{
    struct player_ui *ui = &app->player;

    pending_close(&app->pending);
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

bool player_ui_has_more(const struct app *app)
{
    return app->pending.is_open || !player_ui_is_at_end(app);
}

/* ---- Going ---- */

static void remember_place(struct app *app)
{
    app->player.place = machine_position(app->vs.m);
    app->player.branches = session_branch_count(app->session);
}

static enum run_result run_item(struct player_ui *ui)
{
    ui->is_acting = true;
    enum run_result result = player_next(ui->player);
    ui->is_acting = false;
    return result;
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
           run_item(ui) == RUN_OK)
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
bool player_ui_is_silent(const struct player *p, u32 i)
{
    return player_item(p, i).traits & TRAIT_UNSEEN;
}

static bool sets_stage(const struct player *p, u32 i)
{
    return player_item(p, i).traits & TRAIT_SETS_STAGE;
}

bool player_ui_is_prelude(const struct player *p, u32 i)
{
    u32 next = i;

    while (next < player_count(p) && sets_stage(p, next))
        next++;
    if (next == i || next == player_count(p))
        return false;
    enum player_item_kind kind = player_item(p, next).kind;
    return kind == ITEM_CHAPTER || kind == ITEM_SAY || kind == ITEM_ASK;
}

/* Is this the place after something worth a look? */
static bool is_stop(const struct player *p, u32 position)
{
    u32 i = position;

    if (position == 0)
        return true;
    if (position < player_count(p) &&
        (player_ui_is_silent(p, position) || player_ui_is_prelude(p, position - 1)))
        return false;
    while (i > 0 && player_ui_is_silent(p, i - 1))
        i--;
    return i > 0 && player_item(p, i - 1).kind != ITEM_CHAPTER;
}

/*
 * Shows a demo's command in the console as if typed. The key that brought it had a line of its own,
 * and stands behind the command now, as a comment.
 */
static void echo_item(struct app *app, const struct player_item *item)
{
    bool has_key = app_drop_demo_key(app);

    strbuf_clear(&app->prompt);
    session_prompt(app->session, &app->prompt);
    console_write(app->console, STYLE_PROMPT, strbuf_text(&app->prompt));
    console_write(app->console, STYLE_NORMAL, item->text);
    console_write(app->console, STYLE_DIM, has_key ? "  # demo next\n" : "\n");
    console_to_end(app->console);
}

/* Up to the next stop. */
static void advance(struct app *app)
{
    struct player_ui *ui = &app->player;
    enum run_result result = RUN_OK;
    struct player_item item = { 0 };

    pending_close(&app->pending);
    come_back(app);
    ui->is_shown = true;
    app->is_busy = true;
    face_begin(app);
    do {
        u32 position = player_position(ui->player);
        if (!player_ui_is_silent(ui->player, position)) {
            item = player_item(ui->player, position);
            if (item.kind == ITEM_COMMAND && !app->is_replaying)
                echo_item(app, &item);
            app->echoed = console_count(app->console);
        }
        result = run_item(ui);
    } while (result == RUN_OK && !player_ui_is_at_end(app) &&
             !is_stop(ui->player, player_position(ui->player)));
    face_end(app);
    app->is_busy = false;
    app->result = result;
    remember_place(app);
    narration_go_on(app);
    view_state_refresh(&app->vs);
    app_show_output(app, item.text);
    if (result != RUN_OK)
        app_set_playing(app, false);
}

void player_ui_next(struct app *app)
{
    if (!app->is_replaying && narration_page(app))
        return;
    if (!app->is_replaying && app->pending.is_open) {
        player_ui_reveal(app, NULL);
        return;
    }
    if (player_ui_is_at_end(app))
        return;
    advance(app);
    keeping_add(app, "demo next", &(struct outcome){ app->result, app->polls });
}

bool player_ui_back(struct app *app)
{
    struct player_ui *ui = &app->player;

    if (!ui->player || player_position(ui->player) == 0)
        return false;
    pending_close(&app->pending);
    come_back(app);
    do
        player_back(ui->player);
    while (!is_stop(ui->player, player_position(ui->player)));
    ui->is_shown = true;
    pager_clear(&app->pager);
    remember_place(app);
    narration_begin(app);
    view_state_refresh(&app->vs);
    app->acts = 0;
    keeping_add(app, "demo back", &(struct outcome){ RUN_OK, 0 });
    return true;
}

/* ---- Chapters ---- */

/* The item of a chapter, from 1; the count of items if there is none. */
static u32 chapter_item(const struct player *p, u32 number)
{
    u32 i = 0;

    for (; i < player_count(p); i++)
        if (player_item(p, i).kind == ITEM_CHAPTER && --number == 0)
            break;
    return i;
}

int player_ui_chapter(const struct app *app)
{
    const struct player *p = app->player.player;
    int number = 0;

    for (u32 i = 0; i < player_position(p); i++)
        number += player_item(p, i).kind == ITEM_CHAPTER;
    return number;
}

bool player_ui_has_chapter(const struct app *app, u32 number)
{
    const struct player *p = app->player.player;

    return p && number > 0 && chapter_item(p, number) < player_count(p);
}

/* Goes there without showing what lies between, and shows its first text. */
void player_ui_go_to_chapter(struct app *app, u32 number)
{
    struct player_ui *ui = &app->player;
    u32 item = chapter_item(ui->player, number);
    enum run_result result = RUN_OK;

    pending_close(&app->pending);
    come_back(app);
    while (player_position(ui->player) > item)
        player_back(ui->player);
    app->is_busy = ui->is_restoring = true;
    while (player_position(ui->player) < item && result == RUN_OK)
        result = run_item(ui);
    app->is_busy = ui->is_restoring = false;
    remember_place(app);
    if (result == RUN_OK && !player_ui_is_at_end(app))
        advance(app);
    view_state_refresh(&app->vs);
}

int player_ui_chapters(const struct app *app, struct strbuf *out)
{
    const struct player *p = app->player.player;
    int here = player_ui_chapter(app), number = 0;

    for (u32 i = 0; i < player_count(p); i++) {
        struct player_item item = player_item(p, i);
        if (item.kind != ITEM_CHAPTER)
            continue;
        number++;
        strbuf_printf(out, "%s%3d  %s\n", number == here ? ">" : " ", number, item.title);
    }
    return number;
}

/* ---- Telling ---- */

static void add_told(char **told, const char *text)
{
    struct strbuf both = STRBUF_INIT;

    if (*told)
        strbuf_printf(&both, "%s\n", *told);
    strbuf_puts(&both, text);
    free(*told);
    *told = mem_text(strbuf_text(&both));
    strbuf_finish(&both);
}

bool player_ui_tell(struct app *app, enum narration kind, const char *text)
{
    struct player_ui *ui = &app->player;
    u32 position = ui->player ? player_position(ui->player) : 0;

    if (!ui->player || !app->is_busy || position == 0)
        return false;
    char **told = &ui->told[position - 1];
    if (kind != NARRATE_ANSWER) {
        free(*told);
        *told = NULL;
    }
    add_told(told, text);
    return true;
}

/* The item that asked last; the count of items if none did. */
static u32 asking_item(const struct player *p)
{
    u32 i = player_position(p);

    while (i > 0 && player_ui_is_silent(p, i - 1))
        i--;
    return i > 0 && player_item(p, i - 1).kind == ITEM_ASK ? i - 1 : player_count(p);
}

void player_ui_reveal(struct app *app, const char *reply)
{
    struct player_ui *ui = &app->player;
    struct strbuf verdict = STRBUF_INIT;

    pending_verdict(&app->pending, reply, &verdict);
    pending_close(&app->pending);
    u32 item = ui->player ? asking_item(ui->player) : 0;
    if (ui->player && item < player_count(ui->player)) {
        come_back(app);
        add_told(&ui->told[item], strbuf_text(&verdict));
        ui->is_shown = true;
        narration_to_end(app);
        pager_clear(&app->pager);
    } else {
        console_writef(app->console, STYLE_SENTENCE, "%s\n", strbuf_text(&verdict));
    }
    strbuf_finish(&verdict);
    view_state_refresh(&app->vs);
}
