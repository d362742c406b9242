// The commands that write files: the session, pictures of it, and what other programs read.
#include "script/session.h"

#include "procarium/report.h"
#include "script/messages.h"

#include <string.h>

// A file that the session has written: writing it again surprises nobody.
struct written {
    const char *path;
    struct written *next;
};

static bool was_written(const struct session *s, const char *path)
{
    for (const struct written *w = s->files; w; w = w->next)
        if (strcmp(w->path, path) == 0)
            return true;
    return false;
}

static void remember_written(struct session *s, const char *path)
{
    if (was_written(s, path))
        return;
    struct written *w = arena_new(&s->arena, struct written);
    w->path = arena_copy(&s->arena, path, strlen(path));
    w->next = s->files;
    s->files = w;
}

// Writes `text` to the file that word i names; word i + 1 may be `replace`.
static bool write_named(struct session *s, const struct node *n, u32 i, const struct strbuf *text)
{
    const struct face *f = &s->face;
    const struct word *w = &n->word[i];
    struct strbuf why = STRBUF_INIT;
    const char *written;

    if (!text_of_word(s, w, 0, &written))
        return false;
    const char *path = file_path(s, written);
    bool may_replace = was_written(s, path);
    if (i + 1 < n->words) {
        if (!word_is(&n->word[i + 1], "replace"))
            return fail(s, n->word[i + 1].offset, MSG_NOT_REPLACE);
        may_replace = true;
    }
    if (!f->write)
        return fail(s, n->name_offset, MSG_NO_WRITING);
    bool well = f->write(f->context, path, may_replace, strbuf_text(text), text->length, &why);
    if (well)
        remember_written(s, path);
    else
        fail(s, w->offset, MSG_CANNOT_WRITE, written, strbuf_text(&why));
    strbuf_finish(&why);
    return well;
}

__attribute__((format(printf, 2, 3))) static void tell(struct session *s, const char *format, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;

    va_start(args, format);
    strbuf_vprintf(&text, format, args);
    va_end(args);
    show(s, &text);
    strbuf_finish(&text);
}

// A file's name fit for a terminal; in s->shown.
static const char *shown_name(struct session *s, const struct word *w)
{
    const char *name = w->text;

    text_of_word(s, w, 0, &name); // it has been written: there is such a variable
    strbuf_clear(&s->shown);
    strbuf_add_visible(&s->shown, name, strlen(name));
    return strbuf_text(&s->shown);
}

RUN(save)
{
    struct strbuf text = STRBUF_INIT;

    session_save(s, &text);
    bool well = write_named(s, n, 0, &text);
    u64 commands = machine_position(s->m).commands;
    if (well)
        tell(s, commands == 1 ? TEXT_SAVED_ONE : TEXT_SAVED, shown_name(s, &n->word[0]),
             (unsigned long long)commands);
    strbuf_finish(&text);
    return well;
}

// ---- export --------------------------------------------------------------------------------------

static const char *text_of_command(void *context, u64 n)
{
    struct session *s = context;

    return show_node(s, history_cookie(s->m, n - 1));
}

// What was written, in words.
static bool export_text(struct session *s, const struct node *n, struct strbuf *text,
                        struct strbuf *what)
{
    u64 commands = s->m->history.run, held;
    u32 form;

    if (!word_choice(s, &n->word[0], "dot trace", &form))
        return false;
    if (form == 0) {
        strbuf_printf(what, TEXT_DOT, report_dot(s->m, text));
        return true;
    }
    held = report_trace_events(s->m, text_of_command, s, text);
    if (held == 0)
        return fail(s, n->word[0].offset, MSG_NOTHING_HELD);
    if (held < commands)
        strbuf_printf(what, TEXT_TRACE_HELD, (unsigned long long)held,
                      (unsigned long long)commands);
    else
        strbuf_printf(what, held == 1 ? TEXT_TRACE_ONE : TEXT_TRACE_ALL, (unsigned long long)held);
    return true;
}

RUN(export)
{
    struct strbuf text = STRBUF_INIT, what = STRBUF_INIT;
    bool well = export_text(s, n, &text, &what) && write_named(s, n, 1, &text);

    if (well)
        tell(s, TEXT_EXPORTED, shown_name(s, &n->word[1]), strbuf_text(&what));
    strbuf_finish(&text);
    strbuf_finish(&what);
    return well;
}

// ---- snapshot-screen -------------------------------------------------------------------------------

static bool ends_with(const struct word *w, const char *end)
{
    size_t length = strlen(end);

    return w->length > length && strcmp(w->text + w->length - length, end) == 0;
}

static bool screen_form(struct session *s, const struct word *w, enum screen_form *form)
{
    *form = ends_with(w, ".svg")                            ? SCREEN_SVG
            : ends_with(w, ".html") || ends_with(w, ".htm") ? SCREEN_HTML
                                                            : SCREEN_TEXT;
    return *form != SCREEN_TEXT || ends_with(w, ".txt") || fail(s, w->offset, MSG_SCREEN_FORM);
}

RUN(snapshot_screen)
{
    const struct face *f = &s->face;
    struct strbuf picture = STRBUF_INIT;
    enum screen_form form;

    if (!f->screen)
        return fail(s, n->name_offset, MSG_NO_SCREEN);
    if (!screen_form(s, &n->word[0], &form))
        return false;
    bool well = f->screen(f->context, form, &picture);
    if (!well)
        fail(s, n->name_offset, MSG_NO_SCREEN);
    well = well && write_named(s, n, 0, &picture);
    if (well)
        tell(s, TEXT_DRAWN, shown_name(s, &n->word[0]));
    strbuf_finish(&picture);
    return well;
}
