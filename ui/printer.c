/* What is printed as commands run, as text or as JSON Lines. */
#include "printer.h"

#include "procarium/report.h"
#include "text.h"
#include "tui/glyph.h"
#include "tui/term.h"
#include "write_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 78, SENTENCE_INDENT = 3, ROUNDS_TOLD = 3, OUTPUT_BUFFER = 1 << 16 };

struct printer {
    enum printer_style style;
    struct session *session;
    struct json_writer *json; /* for snapshots in text too */
    struct strbuf line;
    bool is_ascii; /* a terminal that has no other signs is to show it */
    bool has_moved;
    bool has_elided;
    bool has_printed;
    bool (*ask)(void *person, struct strbuf *reply);
    bool (*is_interrupted)(void *person);
    void *person;
};

static void put_to(const struct printer *p, FILE *out, const char *text, size_t length)
{
    if (!p->is_ascii) {
        fwrite(text, 1, length, out);
        return;
    }
    while (length > 0) {
        char bytes[4];
        wchar_t ch;
        size_t used = glyph_decode(text, length, &ch);
        fwrite(bytes, 1, glyph_encode(glyph_plain(ch), bytes), out);
        text += used;
        length -= used;
    }
}

void printer_put(struct printer *p, const char *text, size_t length)
{
    put_to(p, stdout, text, length);
    p->has_printed = true;
}

static void put_line(struct printer *p)
{
    strbuf_putc(&p->line, '\n');
    printer_put(p, strbuf_text(&p->line), p->line.length);
    strbuf_clear(&p->line);
}

/* The columns that a word takes, near enough: its characters. */
static int columns(const char *text, size_t length)
{
    int count = 0;

    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* Text in lines of at most WIDTH columns, begun by `indent` blanks; empty lines are kept. */
static void put_wrapped(struct printer *p, const char *text, int indent)
{
    int column = 0;

    for (const char *w = text; *w;) {
        size_t blanks = strspn(w, " \t\n");
        const char *first_end = memchr(w, '\n', blanks);
        bool is_paragraph =
            first_end && memchr(first_end + 1, '\n', blanks - (size_t)(first_end + 1 - w));

        w += blanks;
        size_t length = strcspn(w, " \t\n");
        int width = columns(w, length);
        if (column > 0 && (is_paragraph || column + 1 + width > WIDTH)) {
            put_line(p);
            if (is_paragraph)
                put_line(p);
            column = 0;
        }
        if (length == 0)
            break;
        strbuf_repeat(&p->line, ' ', column == 0 ? indent : 1);
        strbuf_add(&p->line, w, length);
        column += width + (column == 0 ? indent : 1);
        w += length;
    }
    if (column > 0)
        put_line(p);
}

/* ---- JSON ---- */

static void write_json(void *context, const char *bytes, size_t n)
{
    put_to(context, stdout, bytes, n);
}

/* {"type":TYPE,"text":TEXT} */
static void put_json_text(struct printer *p, const char *type, const char *text, size_t length)
{
    strbuf_printf(&p->line, "{\"type\":\"%s\",\"text\":", type);
    json_add_text(&p->line, text, length);
    strbuf_putc(&p->line, '}');
    put_line(p);
}

/* ---- The face ---- */

static void on_echo(void *context, const struct echo *echo)
{
    struct printer *p = context;

    p->has_moved = false;
    if (echo->is_aside)
        return;
    if (p->style == PRINT_JSON) {
        json_command(p->json, echo->number, echo->line, echo->actor, echo->text,
                     strlen(echo->text));
        return;
    }
    strbuf_printf(&p->line, "> %s", echo->text);
    put_line(p);
}

static void put_position(struct printer *p)
{
    struct time_position at = machine_position(session_machine(p->session));

    if (at.step > 0)
        strbuf_printf(&p->line, _("   in command %llu of %llu, step %llu of %llu"),
                      (unsigned long long)at.command + 1, (unsigned long long)at.commands,
                      (unsigned long long)at.step, (unsigned long long)at.steps);
    else if (at.commands == 0)
        strbuf_printf(&p->line, _("   a machine that has just been booted; focus on task %d"),
                      session_focus(p->session));
    else
        strbuf_printf(&p->line, _("   after command %llu of %llu"), (unsigned long long)at.command,
                      (unsigned long long)at.commands);
    put_line(p);
}

/* Typed: of a long `repeat`, the first rounds tell enough. */
static bool is_elided(struct printer *p, const struct echo *echo)
{
    if (p->style != PRINT_TYPED || echo->round < ROUNDS_TOLD) {
        p->has_elided = false;
        return false;
    }
    if (!p->has_elided) {
        strbuf_puts(&p->line, "   …");
        put_line(p);
    }
    p->has_elided = true;
    return true;
}

// What the command did that ran last.
static void add_sentence(const struct machine *m, struct strbuf *out)
{
    u64 command = machine_position(m).command;

    if (command > 0 && !report_sentence(m, command, out))
        strbuf_puts(out, _("It did more than the journal holds (see --journal-size)."));
}

static void on_done(void *context, const struct echo *echo)
{
    struct printer *p = context;
    const struct machine *m = session_machine(p->session);
    struct strbuf sentence = STRBUF_INIT;

    if (p->style != PRINT_JSON && !is_elided(p, echo)) {
        if (p->has_moved)
            put_position(p);
        if (echo->acts)
            add_sentence(m, &sentence);
        else if (p->has_moved && machine_is_inside(m))
            report_step_sentence(m, &sentence);
        put_wrapped(p, strbuf_text(&sentence), SENTENCE_INDENT);
        put_wrapped(p, echo->advice, SENTENCE_INDENT);
    }
    strbuf_finish(&sentence);
    p->has_moved = false;
    fflush(stdout);
}

static void on_text(void *context, const char *text, size_t length)
{
    struct printer *p = context;

    if (p->style == PRINT_JSON)
        put_json_text(p, "text", text, length);
    else
        printer_put(p, text, length);
}

static void on_mistake(void *context, const struct mistake *mistake)
{
    struct printer *p = context;
    struct strbuf out = STRBUF_INIT;

    if (p->style == PRINT_JSON)
        json_error(p->json, mistake->line, mistake->column, mistake->message);
    fflush(stdout);
    strbuf_printf(&out, "%s:%u:%u: %s", mistake->file, mistake->line, mistake->column,
                  mistake->message);
    if (mistake->hint[0])
        strbuf_printf(&out, " (%s)", mistake->hint);
    strbuf_putc(&out, '\n');
    if (mistake->source[0])
        strbuf_printf(&out, "  %s\n  %*s^\n", mistake->source, (int)mistake->caret, "");
    put_to(p, stderr, strbuf_text(&out), out.length);
    fflush(stderr);
    strbuf_finish(&out);
}

/* The choices have a line each. */
static void put_question(struct printer *p, const char *text)
{
    size_t length = strcspn(text, "\n");
    struct strbuf first = STRBUF_INIT;

    strbuf_add(&first, text, length);
    put_wrapped(p, strbuf_text(&first), 0);
    strbuf_finish(&first);
    while (text[length] != '\0') {
        text += length + 1;
        length = strcspn(text, "\n");
        strbuf_add(&p->line, text, length);
        put_line(p);
    }
}

static void on_narrate(void *context, enum narration kind, const char *text)
{
    static const char *const types[] = { "chapter", "say", "question", "answer", "cue" };
    struct printer *p = context;

    if (p->style == PRINT_JSON) {
        put_json_text(p, types[kind], text, strlen(text));
        return;
    }
    if (kind == NARRATE_CUE)
        return; /* not for those who watch */
    if (p->has_printed && (kind == NARRATE_CHAPTER || kind == NARRATE_SAY))
        put_line(p);
    if (kind == NARRATE_CHAPTER) {
        put_wrapped(p, text, 0);
        strbuf_repeat(&p->line, '=', columns(text, strlen(text)));
        put_line(p);
    } else if (kind == NARRATE_ANSWER) {
        put_wrapped(p, text, SENTENCE_INDENT);
    } else if (kind == NARRATE_QUESTION) {
        put_question(p, text);
    } else {
        put_wrapped(p, text, 0);
    }
}

static void on_snapshot(void *context, u64 n)
{
    struct printer *p = context;

    json_snapshot(p->json, session_machine(p->session), n);
    p->has_printed = true;
}

static void on_moved(void *context)
{
    struct printer *p = context;

    p->has_moved = true;
}

static enum asked on_ask(void *context, const struct question *question, struct strbuf *reply)
{
    struct printer *p = context;

    (void)question; /* it has been printed */
    return p->ask(p->person, reply) ? ASKED_REPLY : ASKED_NOBODY;
}

static bool on_interrupt(void *context)
{
    struct printer *p = context;

    return p->is_interrupted(p->person);
}

void printer_set_person(struct printer *p, bool (*ask)(void *person, struct strbuf *reply),
                        bool (*is_interrupted)(void *person), void *person)
{
    p->ask = ask;
    p->is_interrupted = is_interrupted;
    p->person = person;
}

struct printer *printer_create(enum printer_style style)
{
    struct printer *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->style = style;
    p->is_ascii = style != PRINT_JSON && isatty(STDOUT_FILENO) && !term_prints_unicode();
    p->json = json_create(write_json, p);
    if (!p->json) {
        free(p);
        return NULL;
    }
    setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);
    return p;
}

void printer_attach(struct printer *p, struct session *session)
{
    bool is_quiet = p->style == PRINT_QUIET;
    struct face face = {
        .context = p,
        .echo = is_quiet || p->style == PRINT_TYPED ? NULL : on_echo,
        .done = is_quiet ? NULL : on_done,
        .text = on_text,
        .mistake = on_mistake,
        .narrate = is_quiet ? NULL : on_narrate,
        .write = write_file,
        .snapshot = on_snapshot,
        .moved = is_quiet ? NULL : on_moved,
        .ask = p->ask ? on_ask : NULL,
        .is_interrupted = p->is_interrupted ? on_interrupt : NULL,
    };

    p->session = session;
    session_set_face(session, &face);
    if (p->style == PRINT_JSON)
        session_listen(session, json_listen, p->json);
}

bool printer_end(struct printer *p)
{
    if (p->style == PRINT_JSON && p->session) {
        const struct machine *m = session_machine(p->session);

        json_snapshot(p->json, m, machine_position(m).command);
    }
    return fflush(stdout) == 0 && !ferror(stdout);
}

void printer_destroy(struct printer *p)
{
    if (!p)
        return;
    if (p->session && p->style == PRINT_JSON)
        session_unlisten(p->session, json_listen, p->json);
    json_destroy(p->json);
    strbuf_finish(&p->line);
    free(p);
}
