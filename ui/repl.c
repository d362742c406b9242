/* The line-by-line session: libedit on the terminal itself, completion, ^C. */
#include "repl.h"

#include "config.h"
#include "printer.h"
#include "repl_keys.h"
#include "session_file.h"
#include "state.h"
#include "text.h"
#include "tui/glyph.h"
#include "tui/history.h"
#include "tui/job.h"
#include "tui/term.h"

#include <histedit.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { HISTORY_LINES = 10000, COMPLETIONS_SHOWN = 200, NOTE_COLUMNS = 60 };

struct repl {
    struct session *session;
    struct printer *printer;
    EditLine *el;
    struct repl_keys keys; /* libedit's client data points here */
    struct history_list *history;
    char search_prompt[4 * HISTORY_SEARCH_MAX + 64];
    struct strbuf prompt;
    struct strbuf line; /* the line being edited, as UTF-8 */
    struct strbuf text; /* the lines read so far of what is not complete yet */
    u32 number;         /* of the next line */
    struct session_file *file;
    bool has_unicode;       /* the terminal shows more than ASCII */
    u64 polls, replay_stop; /* questions whether ^C was typed; the one at which it was then */
};

/* ---- libedit's questions ---- */

static struct repl *repl_of(EditLine *el)
{
    char *keys = NULL;

    el_get(el, EL_CLIENTDATA, &keys);
    return (struct repl *)(void *)(keys - offsetof(struct repl, keys));
}

static char *prompt_of(EditLine *el)
{
    struct repl *r = repl_of(el);

    if (repl_keys_search_prompt(&r->keys, r->search_prompt, sizeof r->search_prompt))
        return r->search_prompt;
    return r->prompt.text;
}

/* ---- Completion ---- */

/* How many bytes of a note are shown: no half character. */
static int shown_bytes(const char *note)
{
    size_t n = strnlen(note, NOTE_COLUMNS + 1);

    if (n <= NOTE_COLUMNS)
        return (int)n;
    for (n = NOTE_COLUMNS; n > 0 && ((unsigned char)note[n] & 0xC0) == 0x80;)
        n--;
    return (int)n;
}

static void list_candidates(struct repl *r, const struct completions *found)
{
    struct strbuf out = STRBUF_INIT;

    strbuf_putc(&out, '\n');
    for (u32 i = 0; i < found->count && i < COMPLETIONS_SHOWN; i++)
        strbuf_printf(&out, "  %-24s %.*s\n", found->words[i], shown_bytes(found->notes[i]),
                      found->notes[i]);
    if (found->count > COMPLETIONS_SHOWN)
        strbuf_printf(&out, _("  … and %u more\n"), found->count - COMPLETIONS_SHOWN);
    printer_put(r->printer, strbuf_text(&out), out.length);
    strbuf_finish(&out);
}

static void insert(EditLine *el, const struct completions *found, const char *line, size_t cursor)
{
    int typed = 0;

    for (size_t i = found->start; i < cursor; i++)
        typed += ((unsigned char)line[i] & 0xC0) != 0x80;
    wchar_t *wide = glyph_to_wide(found->common, strlen(found->common), NULL);
    if (typed > 0)
        el_deletestr(el, typed);
    el_winsertstr(el, wide);
    if (found->is_final)
        el_winsertstr(el, L" ");
    free(wide);
}

static unsigned char complete(EditLine *el, int key)
{
    struct repl *r = repl_of(el);
    const LineInfoW *info = el_wline(el);
    struct completions found;
    unsigned char result = CC_REFRESH;

    (void)key;
    strbuf_clear(&r->line);
    strbuf_puts(&r->line, strbuf_text(&r->text)); /* the lines before, if it has several */
    size_t before = r->line.length;
    char *typed = glyph_to_utf8(info->buffer, (size_t)(info->cursor - info->buffer));
    strbuf_puts(&r->line, typed);
    free(typed);
    size_t cursor = r->line.length;
    session_complete(r->session, strbuf_text(&r->line), cursor, &found);
    if (found.count == 0 || found.start < before) {
        result = CC_ERROR;
    } else if (strlen(found.common) > cursor - found.start || found.is_final) {
        insert(el, &found, strbuf_text(&r->line), cursor);
    } else {
        list_candidates(r, &found);
        result = CC_REDISPLAY;
    }
    completions_finish(&found);
    return result;
}

/* ---- Reading ---- */

static bool read_line(struct repl *r, struct strbuf *out)
{
    int count = 0;

    const wchar_t *wide = repl_keys_read_line(&r->keys, &count);

    if (!wide && repl_was_interrupted() && !repl_ending_signal()) {
        repl_clear_interrupt();
        el_reset(r->el);
        fputs("^C\n", stdout);
        strbuf_clear(out);
        strbuf_clear(&r->text);
        return true;
    }
    if (!wide || count <= 0)
        return false;
    char *text = glyph_to_utf8(wide, (size_t)count);
    strbuf_puts(out, text);
    free(text);
    wchar_t *kept = wcsdup(wide);
    if (kept) {
        kept[wcscspn(kept, L"\r\n")] = L'\0';
        history_list_add(r->history, kept);
        free(kept);
    }
    return true;
}

static void make_prompt(struct repl *r)
{
    strbuf_clear(&r->prompt);
    if (r->text.length > 0)
        strbuf_puts(&r->prompt, r->has_unicode ? "… " : "> ");
    else
        session_prompt(r->session, &r->prompt);
}

/* Reads until no block and no quoted word is open. False at the end of the input. */
static bool read_commands(struct repl *r)
{
    struct open_ends ends = { 0 };
    size_t done = 0;

    strbuf_clear(&r->text);
    do {
        make_prompt(r);
        if (!read_line(r, &r->text))
            return false;
        if (r->text.length <= done) /* ^C takes back the lines before it, too */
            return true;
        open_ends_add(&ends, strbuf_text(&r->text) + done, r->text.length - done);
        done = r->text.length;
    } while (has_open_ends(&ends));
    return true;
}

static bool is_interrupted(void *context)
{
    struct repl *r = context;

    r->polls++;
    return repl_was_interrupted();
}

static bool ask(void *context, struct strbuf *reply)
{
    struct repl *r = context;

    strbuf_clear(&r->prompt);
    strbuf_puts(&r->prompt, "? ");
    return read_line(r, reply);
}

/* ---- The session ---- */

static void keep(struct repl *r, const char *text, enum run_result result, bool is_typed)
{
    struct outcome outcome = { result, r->polls };
    struct strbuf why = STRBUF_INIT;

    if (!r->file)
        return;
    session_file_add(r->file, text, &outcome, is_typed, true, &why);
    if (why.length > 0)
        fprintf(stderr, "procarium: %s\n", strbuf_text(&why));
    strbuf_finish(&why);
}

static enum run_result run(struct repl *r, const char *text, size_t length, bool is_typed)
{
    r->polls = 0;
    enum run_result result =
        session_run_from(r->session, _("command line"), r->number, text, length);

    keep(r, text, result, is_typed);

    for (size_t i = 0; i < length; i++)
        r->number += text[i] == '\n';
    if (result == RUN_INTERRUPTED) {
        repl_clear_interrupt();
        puts(_("interrupted"));
    }
    return result;
}

static void run_all(struct repl *r, const char *first)
{
    enum run_result result = RUN_OK;

    if (first) {
        make_prompt(r);
        printf("%s%s\n", strbuf_text(&r->prompt), first);
        result = run(r, first, strlen(first), false);
    }
    while (result != RUN_QUIT && read_commands(r)) {
        result = run(r, strbuf_text(&r->text), r->text.length, true);
        strbuf_clear(&r->text);
    }
    if (result != RUN_QUIT)
        fputc('\n', stdout);
}

static bool open_editor(struct repl *r)
{
    char why[256];

    term_set_locale();
    r->has_unicode = MB_CUR_MAX > 1 && term_prints_unicode(); /* libedit dies of half characters */
    if (!term_is_usable(why, sizeof why))
        setenv("TERM", "dumb", 1); /* else libedit says once more that it does not know this one */
    r->history = history_list_create(HISTORY_LINES);
    repl_keys_begin(&r->keys, r->history);
    r->el = el_init("procarium", stdin, stdout, stderr);
    if (!r->el || !r->history)
        return false;
    el_set(r->el, EL_EDITOR, "emacs"); /* first: it binds all keys */
    repl_keys_bind(&r->keys, r->el);
    el_set(r->el, EL_PROMPT, prompt_of);
    el_wset(r->el, EL_HIST, history_list_libedit, r->history);
    el_wset(r->el, EL_ADDFN, L"procarium-complete", L"completes the word", complete);
    el_set(r->el, EL_BIND, "^I", "procarium-complete", NULL);
    return true;
}

static void open_history(struct repl *r)
{
    char *path = state_path("history");
    char why[512] = "";

    if (path && !history_list_open(r->history, path, why, sizeof why))
        fprintf(stderr, "procarium: %s\n", why);
    free(path);
}

static void close_editor(struct repl *r)
{
    /* Ended behind its shell's back, it would be stopped on its way here. */
    if (r->el && job_has_terminal())
        el_end(r->el);
    repl_keys_end(&r->keys);
    if (r->history)
        history_list_destroy(r->history);
    strbuf_finish(&r->prompt);
    strbuf_finish(&r->line);
    strbuf_finish(&r->text);
}

/* ---- Going on with the last session ---- */

static bool was_stopped(void *context)
{
    struct repl *r = context;

    return repl_was_interrupted() || ++r->polls == r->replay_stop;
}

static bool write_nothing(void *context, const char *path, bool may_replace, const char *bytes,
                          size_t length, struct strbuf *why)
{
    (void)context, (void)path, (void)may_replace, (void)bytes, (void)length, (void)why;
    return true; /* it was written then */
}

/* Runs again what was typed then. How many lines have ended otherwise. */
static unsigned run_again(struct repl *r, struct session_file *file)
{
    struct strbuf text = STRBUF_INIT;
    struct outcome outcome;
    unsigned others = 0;

    while (!repl_was_interrupted() && session_file_next(file, &text, &outcome)) {
        r->polls = 0;
        r->replay_stop = outcome.result == RUN_INTERRUPTED ? outcome.polls : 0;
        enum run_result result = session_run_from(r->session, _("command line"), r->number++,
                                                  strbuf_text(&text), text.length);
        others += result != outcome.result;
    }
    strbuf_finish(&text);
    return others;
}

static bool resume(struct repl *r)
{
    struct face silent = { .context = r, .is_interrupted = was_stopped, .write = write_nothing };
    struct session_file *file = session_file_resume();

    if (!file) {
        puts(_("there is no session that could go on"));
        return false;
    }
    session_set_face(r->session, &silent);
    unsigned others = run_again(r, file);
    printer_attach(r->printer, r->session);
    printf(_("The last session goes on; %u lines were typed.\n"), r->number - 1);
    if (others > 0)
        printf(_("%u of them have ended otherwise than they did then (lessons need the panes).\n"),
               others);
    if (repl_was_interrupted()) {
        repl_clear_interrupt();
        puts(_("It was stopped on its way: from here on, it is not kept."));
        session_file_close(file);
        file = NULL;
    }
    session_file_close(r->file);
    r->file = file;
    return true;
}

bool repl_run(struct session *session, bool resumes, bool has_config)
{
    struct strbuf boot = STRBUF_INIT;
    struct repl r = { .session = session, .printer = printer_create(PRINT_TYPED), .number = 1 };

    if (!r.printer)
        return false;
    bool well = open_editor(&r);
    if (well) {
        printer_set_person(r.printer, ask, is_interrupted, &r);
        printer_attach(r.printer, session);
        open_history(&r);
        strbuf_puts(&boot, "boot sh");
        if (has_config)
            config_run(session, &boot);
        r.file = session_file_create();
        run_all(&r, resumes && resume(&r) ? NULL : strbuf_text(&boot));
        session_file_close(r.file);
    }
    strbuf_finish(&boot);
    close_editor(&r);
    printer_destroy(r.printer);
    if (repl_ending_signal())
        job_end_by(repl_ending_signal());
    return well;
}
