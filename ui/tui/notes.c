/* See notes.h. */
#include "tui/notes.h"

#include "text.h"
#include "tui/app.h"
#include "tui/notes_message.h"

#include <string.h>

/* Adds the words of the cues among items [from, to); those that have run as they were told. */
static void add_cues(const struct player_ui *ui, u32 from, u32 to, struct strbuf *out)
{
    for (u32 i = from; i < to; i++) {
        struct player_item item = player_item(ui->player, i);
        if (item.kind != ITEM_CUE)
            continue;
        strbuf_puts(out, out->length > 0 ? "\n" : "");
        strbuf_puts(out, ui->told[i] ? ui->told[i] : item.title);
    }
}

/* The first item from i on that is more than a check, and where those behind it end. */
static u32 next_shown(const struct player *p, u32 i)
{
    while (i < player_count(p) && (player_ui_is_silent(p, i) || player_ui_is_prelude(p, i)))
        i++;
    return i;
}

static void add_next(const struct player_ui *ui, u32 position, struct notes *notes)
{
    const struct player *p = ui->player;
    struct strbuf *next = &notes->field[NOTES_NEXT];
    u32 i = next_shown(p, position);

    if (i == player_count(p)) {
        strbuf_puts(next, _("the end of the lesson"));
        return;
    }
    struct player_item item = player_item(p, i);
    if (item.kind == ITEM_CHAPTER)
        strbuf_printf(next, _("a new chapter: %s"), item.title);
    else
        strbuf_puts(next, item.kind == ITEM_COMMAND ? item.text : item.title);
    u32 end = i + 1;
    while (end < player_count(p) && player_ui_is_silent(p, end))
        end++;
    add_cues(ui, i + 1, end, &notes->field[NOTES_AHEAD]);
}

static void collect(const struct app *app, struct notes *notes)
{
    const struct player_ui *ui = &app->player;

    if (!ui->player)
        return;
    u32 position = player_position(ui->player), first = position;
    while (first > 0 && player_ui_is_silent(ui->player, first - 1))
        first--;
    strbuf_puts(&notes->field[NOTES_LESSON], ui->name);
    strbuf_puts(&notes->field[NOTES_CHAPTER], narration_chapter(app));
    strbuf_printf(&notes->field[NOTES_PLACE], _("%u of %u"), position, player_count(ui->player));
    strbuf_puts(&notes->field[NOTES_TEXT], narration_words(app));
    if (app->pending.is_open)
        strbuf_puts(&notes->field[NOTES_ANSWER], app->pending.answer);
    add_cues(ui, first, position, &notes->field[NOTES_CUE]);
    add_next(ui, position, notes);
}

void notes_update(struct app *app)
{
    struct notes notes = { 0 };
    struct strbuf message = STRBUF_INIT;

    if (!app->notes_server || !notes_server_has_followers(app->notes_server))
        return;
    collect(app, &notes);
    notes_write(&notes, &message);
    bool is_new = strcmp(strbuf_text(&message), strbuf_text(&app->notes_sent)) != 0;
    if (is_new || app->has_new_follower) {
        notes_server_send(app->notes_server, strbuf_text(&message), message.length);
        strbuf_clear(&app->notes_sent);
        strbuf_puts(&app->notes_sent, strbuf_text(&message));
    }
    app->has_new_follower = false;
    strbuf_finish(&message);
    notes_finish(&notes);
}
