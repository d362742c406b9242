/* What the session tells: into the console. */
#include "demos.h"
#include "procarium/report.h"
#include "text.h"
#include "tui/app.h"
#include "tui/glyph.h"
#include "tui/picture.h"
#include "write_file.h"

#include <stdio.h>
#include <string.h>

enum {
    ACTS_TOLD = 12,    /* commands of one run that are told one by one */
    POLL_EVERY = 64,   /* commands between two looks at the keyboard */
    PROGRESS_MS = 100, /* between two frames of progress */
};

/* ---- Several commands in one run ---- */

void face_begin(struct app *app)
{
    app->acts = 0;
    if (!app->keeps_pager)
        pager_clear(&app->pager);
    strbuf_clear(&app->act_text);
    strbuf_clear(&app->act_sentence);
    app->polls = 0;
    app->total = 0;
    app->drawn = loop_now();
}

/* One command of several, with its sentence. */
static void tell_act(struct app *app)
{
    if (app->act_text.length == 0)
        return;
    console_writef(app->console, STYLE_DIM, "> %s", strbuf_text(&app->act_text));
    if (app->act_sentence.length > 0)
        console_writef(app->console, STYLE_DIM, "  # %s", strbuf_text(&app->act_sentence));
    console_write(app->console, STYLE_DIM, "\n");
    strbuf_clear(&app->act_text);
}

void face_end(struct app *app)
{
    if (app->acts > 1)
        tell_act(app);
    if (app->acts > ACTS_TOLD)
        console_writef(app->console, STYLE_HINT, _("… %llu commands in all\n"),
                       (unsigned long long)app->acts);
}

/* Something runs again that was told when it ran first. */
static bool is_silent(const struct app *app)
{
    return app->is_replaying || app->player.is_restoring;
}

static void on_done(void *context, const struct echo *echo)
{
    struct app *app = context;

    if (!echo->acts || is_silent(app))
        return;
    if (*echo->advice && strcmp(echo->file, _("command line")) == 0)
        console_writef(app->console, STYLE_HINT, "%s\n", echo->advice);
    if (++app->acts > ACTS_TOLD)
        return;
    if (app->acts > 1)
        tell_act(app);
    strbuf_clear(&app->act_text);
    strbuf_puts(&app->act_text, echo->text);
    strbuf_clear(&app->act_sentence);
    report_sentence(app->vs.m, machine_position(app->vs.m).command, &app->act_sentence);
}

/* ---- The rest ---- */

void app_say(struct app *app, const char *text, size_t length)
{
    struct strbuf copy = STRBUF_INIT;

    if (is_silent(app))
        return;
    strbuf_add(&copy, text, length);
    console_write(app->console, STYLE_NORMAL, strbuf_text(&copy));
    if (!app->keeps_pager)
        pager_add(&app->pager, text, length);
    strbuf_finish(&copy);
}

static void on_text(void *context, const char *text, size_t length)
{
    app_say(context, text, length);
}

static void on_mistake(void *context, const struct mistake *mistake)
{
    struct app *app = context;
    bool is_typed = strcmp(mistake->file, _("command line")) == 0;

    if (is_silent(app) || settings_take_mistake(&app->settings, mistake))
        return;
    app->player.is_shown = false;
    app_set_playing(app, false);
    if (is_typed && app->text.length == 0) { /* under the line as it was typed */
        console_writef(app->console, STYLE_ERROR, "%*s^ ",
                       glyph_width(strbuf_text(&app->prompt)) + (int)mistake->caret, "");
    } else if (mistake->source[0]) {
        console_writef(app->console, STYLE_NORMAL, "  %s\n", mistake->source);
        console_writef(app->console, STYLE_ERROR, "  %*s^\n", (int)mistake->caret, "");
    }
    if (!is_typed)
        console_writef(app->console, STYLE_ERROR, "%s:%u:%u: ", mistake->file, mistake->line,
                       mistake->column);
    console_write(app->console, STYLE_ERROR, mistake->message);
    if (mistake->hint[0])
        console_writef(app->console, STYLE_HINT, " (%s)", mistake->hint);
    console_write(app->console, STYLE_ERROR, "\n");
}

static void on_narrate(void *context, enum narration kind, const char *text)
{
    static const enum style styles[] = { STYLE_TITLE_FOCUS, STYLE_NORMAL, STYLE_PROMPT,
                                         STYLE_SENTENCE };
    struct app *app = context;

    if (!player_ui_tell(app, kind, text) && kind != NARRATE_CUE && !is_silent(app))
        console_writef(app->console, styles[kind], "%s\n", text);
}

/* The class predicts first: the answer comes with the next key. */
static enum asked on_ask(void *context, const struct question *question, struct strbuf *reply)
{
    struct app *app = context;

    (void)reply;
    if (app->player.is_restoring)
        return ASKED_LATER;
    pending_open(&app->pending, question);
    app_set_playing(app, false);
    return ASKED_LATER;
}

static void write_line(void *context, const char *bytes, size_t n)
{
    on_text(context, bytes, n);
}

static bool on_write(void *context, const char *path, bool may_replace, const char *bytes,
                     size_t length, struct strbuf *why)
{
    const struct app *app = context;

    return app->is_replaying || write_file(NULL, path, may_replace, bytes, length, why);
}

/* The screen as it is, but without the command that asks for it. */
static bool on_screen(void *context, enum screen_form form, struct strbuf *out)
{
    struct app *app = context;
    struct picture picture = { 0 };
    bool is_echoed = app->echoed > 0 && console_count(app->console) == app->echoed;
    bool is_busy = app->is_busy;

    if (app->is_replaying)
        return true;
    if (is_echoed)
        console_hide_last(app->console);
    app->is_busy = false;
    app_draw(app);
    app->is_busy = is_busy;
    if (is_echoed)
        console_unhide_last(app->console);
    picture_take(&picture, app->theme.name == THEME_LIGHT);
    picture_write(&picture, form, out);
    picture_finish(&picture);
    loop_redraw(app->loop);
    return true;
}

static void on_snapshot(void *context, u64 n)
{
    struct app *app = context;
    struct json_writer *json = json_create(write_line, app);

    if (json)
        json_snapshot(json, app->vs.m, n);
    json_destroy(json);
}

static bool tell_lessons(struct app *app)
{
    struct strbuf list = STRBUF_INIT;
    bool well = demos_list(&list);

    strbuf_puts(&list, _("demo NUMBER plays one.\n"));
    if (well)
        on_text(app, strbuf_text(&list), list.length);
    strbuf_finish(&list);
    return well;
}

static bool tell_chapters(struct app *app)
{
    struct strbuf list = STRBUF_INIT;
    bool well = player_ui_chapters(app, &list) > 0;

    on_text(app, strbuf_text(&list), list.length);
    strbuf_finish(&list);
    return well;
}

static bool on_lesson(void *context, const struct lesson_wish *wish, struct strbuf *why)
{
    struct app *app = context;

    if (wish->kind == LESSON_LIST) {
        if (!tell_lessons(app))
            strbuf_puts(why, _("the lessons are not where procarium looks for them: name a file"));
        return why->length == 0;
    }
    if (wish->kind == LESSON_PLAY) {
        strbuf_clear(&app->wanted_demo);
        if (!demos_find(wish->name, &app->wanted_demo))
            strbuf_puts(why, _("there is no such lesson: demo lists them"));
    } else if (!app->player.player && !(wish->kind == LESSON_ON && app->pending.is_open)) {
        strbuf_puts(why, _("no lesson is being played: demo lists them"));
    } else if (wish->kind == LESSON_CHAPTERS) {
        if (!tell_chapters(app))
            strbuf_puts(why, _("this lesson has no chapters"));
        return why->length == 0;
    } else if (wish->kind == LESSON_CHAPTER && !player_ui_has_chapter(app, wish->number)) {
        strbuf_puts(why, _("the lesson has no such chapter: chapters lists them"));
    }
    app->wish = *wish;
    app->has_wish = why->length == 0;
    return app->has_wish;
}

static bool is_interrupted(void *context)
{
    struct app *app = context;

    if (app->is_replaying)
        return keeping_was_stopped(app);
    if (app->polls++ % POLL_EVERY != 0)
        return false;
    if (app->total == 0 && loop_now() - app->drawn > PROGRESS_MS) {
        app->drawn = loop_now();
        loop_draw_now(app->loop);
    }
    return loop_interrupted(app->loop);
}

static void on_progress(void *context, u64 done, u64 total)
{
    struct app *app = context;

    app->done = done;
    app->total = total;
    if (loop_now() - app->drawn < PROGRESS_MS)
        return;
    app->drawn = loop_now();
    loop_draw_now(app->loop);
}

void app_set_face(struct app *app)
{
    struct face face = {
        .context = app,
        .done = on_done,
        .text = on_text,
        .mistake = on_mistake,
        .narrate = on_narrate,
        .ask = on_ask,
        .lesson = on_lesson,
        .write = on_write,
        .screen = on_screen,
        .view = app_view,
        .snapshot = on_snapshot,
        .is_interrupted = is_interrupted,
        .progress = on_progress,
    };

    session_set_face(app->session, &face);
}
