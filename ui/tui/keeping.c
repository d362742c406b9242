/* See keeping.h. */
#include "tui/keeping.h"

#include "text.h"
#include "tui/app.h"
#include "tui/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_SHOWN = 8, POLL_EVERY = 64 };

void keeping_add(struct app *app, const char *text, const struct outcome *outcome)
{
    struct strbuf why = STRBUF_INIT;

    if (app->is_replaying || !app->file)
        return;
    session_file_add(app->file, text, outcome, app->has_begun, app->acts > 0, &why);
    if (why.length > 0)
        console_writef(app->console, STYLE_ERROR, "%s\n", strbuf_text(&why));
    strbuf_finish(&why);
}

/* A quoted word of the command language. */
static void add_quoted(struct strbuf *out, const char *text)
{
    strbuf_putc(out, '"');
    for (; *text; text++) {
        if (strchr("\"\\$", *text))
            strbuf_putc(out, '\\');
        strbuf_putc(out, *text);
    }
    strbuf_putc(out, '"');
}

void keeping_add_demo(struct app *app, const char *path)
{
    struct strbuf line = STRBUF_INIT;
    char *full = realpath(path, NULL); /* the next session may begin in another folder */

    strbuf_puts(&line, "demo ");
    add_quoted(&line, full ? full : path);
    app->acts = 0;
    keeping_add(app, strbuf_text(&line), &(struct outcome){ RUN_OK, 0 });
    strbuf_finish(&line);
    free(full);
}

/* ---- Going on ---- */

bool keeping_was_stopped(struct app *app)
{
    app->polls++;
    if (app->polls % POLL_EVERY == 0 && loop_interrupted(app->loop))
        app->is_replay_given_up = true;
    return app->is_replay_given_up || app->polls == app->replay_stop;
}

static void run_again(struct app *app, const char *text, const struct outcome *outcome)
{
    app->replay_stop = outcome->result == RUN_INTERRUPTED ? outcome->polls : 0;
    app->result = RUN_OK;
    if (strcmp(text, "demo next") == 0)
        player_ui_next(app);
    else if (strcmp(text, "demo back") == 0)
        player_ui_back(app);
    else
        app_run(app, _("command line"), text);
    app->wants_to_play = false;
    app->line_number++;
}

/* The last lines as they were typed, so that one knows where one was. */
static void show_last(struct app *app, char *const *lines, unsigned count)
{
    for (unsigned i = count < LINES_SHOWN ? 0 : count - LINES_SHOWN; i < count; i++)
        console_writef(app->console, STYLE_DIM, "> %s\n", lines[i % LINES_SHOWN]);
    for (int i = 0; i < LINES_SHOWN; i++)
        free(lines[i]);
}

static void tell_resumed(struct app *app, unsigned count, unsigned others)
{
    console_writef(app->console, STYLE_HINT, _("The last session goes on; %u lines were typed.\n"),
                   count);
    if (others > 0)
        console_writef(app->console, STYLE_ERROR,
                       _("%u of them have ended otherwise than they did then.\n"), others);
    if (!app->is_replay_given_up)
        return;
    console_write(app->console, STYLE_ERROR,
                  _("It was stopped on its way: from here on, it is not kept.\n"));
    session_file_close(app->file);
    app->file = NULL;
}

bool keeping_resume(struct app *app)
{
    struct strbuf text = STRBUF_INIT;
    char *last[LINES_SHOWN] = { NULL };
    struct outcome outcome;
    unsigned count = 0, others = 0;
    struct session_file *file = session_file_resume();

    if (!file)
        return false;
    session_file_close(app->file);
    app->file = file;
    app->is_replaying = true;
    while (!app->is_replay_given_up && session_file_next(file, &text, &outcome)) {
        run_again(app, strbuf_text(&text), &outcome);
        others += app->result != outcome.result && !app->is_replay_given_up;
        free(last[count % LINES_SHOWN]);
        last[count++ % LINES_SHOWN] = mem_text(strbuf_text(&text));
    }
    app->is_replaying = false;
    app->polls = 0;
    pager_clear(&app->pager);
    show_last(app, last, count);
    tell_resumed(app, count, others);
    strbuf_finish(&text);
    return true;
}
