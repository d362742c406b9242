/* See settings.h. */
#include "tui/settings.h"

#include "config.h"
#include "text.h"
#include "tui/app.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add_place(const struct mistake *mistake, struct strbuf *out)
{
    if (mistake->source[0]) /* else the file cannot be read, and the message names it */
        strbuf_printf(out, _("line %u: "), mistake->line);
    strbuf_puts(out, mistake->message);
}

bool settings_take_mistake(struct settings *settings, const struct mistake *mistake)
{
    struct strbuf *full = &settings->in_full;

    if (!settings->is_running)
        return false;
    if (settings->mistakes++ == 0)
        add_place(mistake, &settings->first);
    add_place(mistake, full);
    if (mistake->hint[0])
        strbuf_printf(full, " (%s)", mistake->hint);
    strbuf_putc(full, '\n');
    if (!mistake->source[0])
        return true;
    strbuf_printf(full, "  %s\n  ", mistake->source);
    strbuf_repeat(full, ' ', (int)mistake->caret);
    strbuf_puts(full, "^\n");
    return true;
}

/* The file's name as a person writes it. */
static void add_path(const char *path, struct strbuf *out)
{
    const char *home = getenv("HOME");
    size_t length = home ? strlen(home) : 0;

    if (length > 1 && strncmp(path, home, length) == 0 && path[length] == '/')
        strbuf_printf(out, "~%s", path + length);
    else
        strbuf_puts(out, path);
}

void settings_run(struct app *app, struct strbuf *boot)
{
    struct settings *s = &app->settings;
    struct strbuf shown = STRBUF_INIT;
    char path[PATH_MAX];

    s->has_run = s->is_running = true;
    config_run(app->session, boot);
    s->is_running = false;
    if (s->mistakes > 0 && config_path(path, sizeof path)) {
        add_path(path, &shown);
        console_writef(app->console, STYLE_ERROR,
                       s->mistakes == 1 ? _("%u mistake in %s") : _("%u mistakes in %s"),
                       s->mistakes, strbuf_text(&shown));
        console_write(app->console, STYLE_HINT, _(" (settings shows all): "));
        console_writef(app->console, STYLE_ERROR, "%s\n", strbuf_text(&s->first));
    }
    strbuf_finish(&shown);
}

void settings_show(struct app *app)
{
    const struct settings *s = &app->settings;
    struct strbuf out = STRBUF_INIT;
    char path[PATH_MAX];

    bool has_path = config_path(path, sizeof path);
    if (has_path)
        add_path(path, &out);
    if (!has_path)
        strbuf_puts(&out, _("no file: there is no HOME in the environment"));
    else if (access(path, F_OK) != 0)
        strbuf_puts(&out, _(": no such file; it may hold commands about the screen, and boot"));
    else if (!s->has_run)
        strbuf_puts(&out, _(": not read, as --no-config wants it"));
    else if (s->mistakes == 0)
        strbuf_puts(&out, _(": nothing was wrong in it at the start"));
    strbuf_putc(&out, '\n');
    strbuf_puts(&out, strbuf_text(&s->in_full));
    app_say(app, strbuf_text(&out), out.length);
    strbuf_finish(&out);
}

void settings_finish(struct settings *settings)
{
    strbuf_finish(&settings->first);
    strbuf_finish(&settings->in_full);
}
