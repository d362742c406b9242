/*
 * All of the terminal's foundation around an engine that only echoes: for trying it by hand and for
 * the screen tests. `help` in it lists what it can do.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tui/console.h"
#include "tui/glyph.h"
#include "tui/history.h"
#include "tui/layout.h"
#include "tui/lineed.h"
#include "tui/loop.h"
#include "tui/mem.h"
#include "tui/pane.h"
#include "tui/term.h"
#include "tui/theme.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { PANES = 5, TICK = 0 };

struct app {
    struct terminal term;
    struct loop *loop;
    struct lineed *le;
    struct history_list *history;
    struct console *console;
    struct theme theme;
    struct layout_spec spec;
    struct layout layout;
    int focus;
    bool is_zoomed;
    int commands;
    struct scroll scroll[PANES];
    bool is_done;
    char sentence[256];
};

/* ---- Panes ---- */

static void draw_list(const struct canvas *canvas, void *state, const void *view, bool has_focus)
{
    static const struct draw_column columns[] = { { "PID", 5, ALIGN_RIGHT },
                                                  { "S", 1, ALIGN_LEFT },
                                                  { "COMM", 0, ALIGN_LEFT } };
    const struct theme *theme = canvas->theme;
    struct scroll *scroll = state;

    (void)view;
    draw_heading(canvas, 0, columns, 3);
    scroll_fit(scroll, 40, canvas->area.rows - 1);
    bool has_bar = scroll->total > scroll->page;
    struct canvas rows =
        draw_part(canvas, 1, 0, canvas->area.rows - 1, canvas->area.cols - has_bar);
    for (int i = 0; i < rows.area.rows && scroll->top + i < scroll->total; i++) {
        int pid = scroll->top + i;
        char number[16], name[64];
        const char state_letter[2] = { "RSDTtZX"[pid % 7], 0 };
        snprintf(number, sizeof number, "%d", pid);
        snprintf(name, sizeof name, "%s%s", pid == 2 ? theme_symbol(theme, SYMBOL_CURRENT) : "",
                 pid % 3 ? "sh" : "a-long-name-三-é-that-is-cut-somewhere");
        attr_t attrs[] = { theme_task(theme, pid), theme_state(theme, state_letter[0]),
                           pid == 5 ? draw_style(canvas, STYLE_CHANGED)
                                    : draw_style(canvas, STYLE_NORMAL) };
        draw_row(&rows, i, columns, 3, (const char *const[]){ number, state_letter, name }, attrs);
        if (has_focus && i == 0)
            draw_paint(&rows, i, 0, rows.area.cols, draw_style(canvas, STYLE_FOCUS));
    }
    struct canvas all = draw_part(canvas, 1, 0, canvas->area.rows - 1, canvas->area.cols);
    draw_scrollbar(&all, scroll);
}

static void draw_styles(const struct canvas *canvas, void *state, const void *view, bool has_focus)
{
    static const char *const names[] = {
        "normal", "dim",    "border", "border*", "title", "title*", "focus", "current",  "changed",
        "was",    "kernel", "shared", "free",    "error", "prompt", "hint",  "sentence", "key",
        "R",      "S",      "D",      "T",       "t",     "Z",      "X",     "task0",    "task1",
        "task2",  "task3",  "task4",  "task5",   "task6", "task7"
    };
    int y = 0, x = 0;

    (void)state;
    (void)view;
    (void)has_focus;
    for (int i = 0; i < STYLES; i++) {
        if (x + glyph_width(names[i]) > canvas->area.cols) {
            y++;
            x = 0;
        }
        x = draw_text(canvas, y, x, draw_style(canvas, (enum style)i), names[i]) + 1;
    }
    draw_bar(canvas, y + 1, 0, canvas->area.cols, 3, 10, draw_style(canvas, STYLE_NORMAL));
}

static void draw_text_pane(const struct canvas *canvas, void *state, const void *view,
                           bool has_focus)
{
    const struct app *app = view;

    (void)state;
    (void)has_focus;
    int y =
        draw_wrapped(canvas, 0, canvas->area.rows - 1, draw_style(canvas, STYLE_NORMAL),
                     "A paragraph that wraps at blanks, with wide characters 三体问题 and a "
                     "control byte \x1b[31m "
                     "and a bad one \xff and an override \xe2\x80\xae, all of which stay visible.");
    draw_textf(canvas, y, 0, draw_style(canvas, STYLE_HINT), "commands: %d", app->commands);
}

static void note_commands(void *state, const void *view, char *note, size_t size)
{
    const struct app *app = view;

    (void)state;
    snprintf(note, size, "step %d of 61", app->commands);
}

static bool scroll_mouse(void *state, const void *view, const struct key *key)
{
    (void)view;
    scroll_move(state, key->mouse == MOUSE_WHEEL_UP ? -3 : key->mouse == MOUSE_WHEEL_DOWN ? 3 : 0);
    return true;
}

static const struct pane panes[PANES] = {
    { .name = "tasks", .title = "tasks", .draw = draw_list, .mouse = scroll_mouse },
    { .name = "states", .title = "states", .draw = draw_styles },
    { .name = "memory", .title = "memory", .draw = draw_text_pane },
    { .name = "trace", .title = "trace", .draw = draw_text_pane, .note = note_commands },
    { .name = "stack", .title = "stack", .draw = draw_list, .mouse = scroll_mouse },
};

static const struct layout_spec teach = {
    .name = "teach",
    .columns = 3,
    .panes = PANES,
    .column = { { 40, 26 }, { 60, 40 }, { 50, 40 } },
    .pane = { { "tasks", 0, 50, 6, 0, false, false },
              { "states", 0, 50, 6, 0, false, false },
              { "memory", 1, 50, 6, 0, false, false },
              { "trace", 1, 50, 6, 0, false, false },
              { "stack", 2, 100, 8, 0, false, false } },
    .console_rows = 4,
    .console_percent = 25,
};

/* ---- Drawing ---- */

static void draw_bar_line(struct app *app, const struct canvas *canvas)
{
    int x = draw_text(canvas, 0, 1, draw_style(canvas, STYLE_KEY), "F2");
    x = draw_text(canvas, 0, x, draw_style(canvas, STYLE_DIM), " next ");
    x = draw_text(canvas, 0, x, draw_style(canvas, STYLE_KEY), "F3");
    x = draw_text(canvas, 0, x, draw_style(canvas, STYLE_DIM), " zoom ");
    for (int i = 0; i < PANES; i++) {
        enum style style = i == app->focus           ? STYLE_TITLE_FOCUS
                           : app->layout.is_shown[i] ? STYLE_TITLE
                                                     : STYLE_DIM;
        x = draw_textf(canvas, 0, x + 1, draw_style(canvas, style), "%d %s", i + 1, panes[i].name);
    }
}

static void draw(void *arg)
{
    struct app *app = arg;
    struct canvas screen = { stdscr, { 0, 0, app->term.rows, app->term.cols }, &app->theme };
    int y, x;

    layout_compute(&app->spec,
                   &(struct layout_request){ app->term.rows, app->term.cols, app->focus,
                                             app->is_zoomed ? app->focus : LAYOUT_NO_PANE },
                   &app->layout);
    werase(stdscr);
    if (app->layout.is_too_small)
        draw_text(&screen, 0, 0, draw_style(&screen, STYLE_ERROR), "too small: at least 40x10");
    for (int i = 0; i < PANES; i++)
        if (app->layout.is_shown[i])
            pane_draw(
                &panes[i], stdscr, &app->theme,
                &(struct pane_place){ app->layout.pane[i], app->layout.edges[i], i == app->focus },
                &app->scroll[i], app);
    struct canvas part = screen;
    if (!app->layout.is_too_small) {
        part.area = app->layout.sentence;
        draw_text(&part, 0, 1, draw_style(&part, STYLE_SENTENCE), app->sentence);
        part.area = app->layout.bar;
        draw_bar_line(app, &part);
    }
    struct console_line line = { .prompt = "2 sh> ", .page = 0 };
    lineed_get_view(app->le, &line.text);
    line.candidates = lineed_candidates(app->le, &line.page);
    if (strncmp(lineed_text(app->le, NULL), "store", 5) == 0)
        line.hint = "store ADDR VALUE";
    part.area = app->layout.console;
    console_draw(app->console, &part, &line, &y, &x);
    wmove(stdscr, y, x);
    wnoutrefresh(stdscr);
}

/* ---- Keys ---- */

static enum key_use code_used(struct app *app, const struct key *key)
{
    switch (key->code) {
    case KEY_F(2):
        app->focus = layout_next_pane(&app->spec, app->focus, 1);
        return KEY_USED;
    case KEY_F(3):
        app->is_zoomed = !app->is_zoomed;
        return KEY_USED;
    case KEY_PPAGE:
        console_scroll_pages(app->console, -1);
        return KEY_USED;
    case KEY_NPAGE:
        console_scroll_pages(app->console, 1);
        return KEY_USED;
    default:
        return KEY_FOR_LINE;
    }
}

static enum key_use mouse_used(struct app *app, const struct key *key)
{
    int pane = layout_pane_at(&app->layout, &app->spec, key->y, key->x);

    if (pane == LAYOUT_NO_PANE) {
        console_scroll_rows(app->console, key->mouse == MOUSE_WHEEL_UP ? -3 : 3);
        return KEY_USED;
    }
    if (key->mouse == MOUSE_PRESS)
        app->focus = pane;
    struct pane_place place = { app->layout.pane[pane], app->layout.edges[pane], true };
    struct key own;
    if (pane_own_cells(&place, key, &own) && panes[pane].mouse)
        panes[pane].mouse(&app->scroll[pane], app, &own);
    return KEY_USED;
}

static enum key_use look_at_key(void *arg, const struct key *key)
{
    struct app *app = arg;

    if (key->kind == KEY_KIND_MOUSE)
        return mouse_used(app, key);
    if (key->kind == KEY_KIND_CODE)
        return code_used(app, key);
    if (key->kind == KEY_KIND_PASTE)
        return KEY_FOR_LINE;
    if (key->ch == KEY_CTRL('c')) {
        console_writef(app->console, STYLE_PROMPT, "2 sh> ");
        console_writef(app->console, STYLE_NORMAL, "%s^C\n", lineed_text(app->le, NULL));
        lineed_cancel(app->le);
        return KEY_LEAVE;
    }
    if (key->ch == KEY_CTRL('z')) {
        loop_suspend(app->loop);
        return KEY_USED;
    }
    if (key->ch == KEY_CTRL('l')) {
        term_repaint(&app->term);
        return KEY_USED;
    }
    if (key->alt && key->ch >= L'1' && key->ch < L'1' + PANES) {
        app->focus = (int)(key->ch - L'1');
        return KEY_USED;
    }
    return KEY_FOR_LINE;
}

/* ---- The line editor's needs ---- */

static const char *const words[] = { "abort", "bind",   "clear", "echo", "help",
                                     "lines", "mode",   "mouse", "quit", "segv",
                                     "slow",  "stderr", "store", "三体", "三国" };

static bool next_key(void *arg, struct key *key)
{
    return loop_next_key(((struct app *)arg)->loop, key);
}

static bool interrupted(void *arg)
{
    struct app *app = arg;
    return loop_interrupted(app->loop);
}

static void complete(void *arg, const char *line, size_t cursor, struct completion *completion)
{
    size_t start = cursor, common = 0;
    const char *first = NULL;

    (void)arg;
    while (start > 0 && line[start - 1] != ' ')
        start--;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(words[i], line + start, cursor - start) != 0)
            continue;
        completion_add(completion, words[i]);
        if (!first) {
            first = words[i];
            common = strlen(first);
        }
        while (strncmp(first, words[i], common) != 0 || (first[common] & 0xC0) == 0x80)
            common--;
    }
    if (!first)
        return;
    completion->insert = mem_alloc(strlen(first) + 2);
    memcpy(completion->insert, first + (cursor - start), common - (cursor - start));
    if (completion->count == 1)
        strcat(completion->insert, " ");
}

static void report(void *arg, const char *message)
{
    console_writef(((struct app *)arg)->console, STYLE_ERROR, "%s\n", message);
}

/* ---- The engine ---- */

static void slow(struct app *app, int seconds)
{
    for (int i = 0; i < seconds * 100; i++) {
        if (loop_interrupted(app->loop)) {
            console_write(app->console, STYLE_ERROR, "interrupted\n");
            return;
        }
        if (i % 10 == 0) {
            snprintf(app->sentence, sizeof app->sentence, "working: %d%%", i / seconds);
            loop_draw_now(app->loop);
        }
        usleep(10000);
    }
    console_write(app->console, STYLE_NORMAL, "done\n");
}

/* Calls itself until the stack is full; `deep` is only there to hide that from the compiler. */
static int overflow_stack(volatile int deep)
{
    volatile char here[4096];

    here[0] = (char)deep;
    return deep > 0 ? overflow_stack(deep + 1) + here[0] : 0;
}

static void run(struct app *app, const char *line)
{
    const char *output;
    int number = 0;

    app->commands++;
    if (strcmp(line, "quit") == 0)
        loop_quit(app->loop);
    else if (strcmp(line, "help") == 0)
        console_write(app->console, STYLE_HINT,
                      "quit abort segv overflow stderr TEXT lines N slow SECONDS mode vi|emacs "
                      "bind ... mouse "
                      "on|off clear; all else is echoed\n");
    else if (strcmp(line, "abort") == 0) {
        fprintf(stderr, "demo: assertion failed\n");
        abort();
    } else if (strcmp(line, "segv") == 0)
        raise(SIGSEGV);
    else if (strcmp(line, "overflow") == 0)
        app->commands += overflow_stack(1);
    else if (strncmp(line, "stderr ", 7) == 0)
        fprintf(stderr, "%s\n", line + 7);
    else if (sscanf(line, "lines %d", &number) == 1)
        for (int i = 1; i <= number; i++)
            console_writef(app->console, STYLE_NORMAL, "line %d\n", i);
    else if (sscanf(line, "slow %d", &number) == 1)
        slow(app, number);
    else if (strncmp(line, "mode ", 5) == 0)
        lineed_set_mode(app->le, strcmp(line + 5, "vi") == 0 ? LINEED_VI : LINEED_EMACS);
    else if (strncmp(line, "mouse ", 6) == 0)
        term_set_mouse(&app->term, strcmp(line + 6, "on") == 0);
    else if (strcmp(line, "clear") == 0)
        console_clear(app->console);
    else if (strncmp(line, "bind", 4) == 0) {
        if (!lineed_command(app->le, line, &output))
            console_write(app->console, STYLE_ERROR, "refused\n");
        console_write(app->console, STYLE_NORMAL, output);
    } else if (*line)
        console_writef(app->console, STYLE_NORMAL, "<%s>\n", line);
    snprintf(app->sentence, sizeof app->sentence, "Command %d was: %.200s", app->commands, line);
}

static void session(struct app *app)
{
    const char *line;

    while (!loop_is_quitting(app->loop)) {
        switch (lineed_read(app->le, &line)) {
        case LINEED_LINE:
            console_write(app->console, STYLE_PROMPT, "2 sh> ");
            console_writef(app->console, STYLE_NORMAL, "%s\n", line);
            console_to_end(app->console);
            run(app, line);
            break;
        case LINEED_EOF:
            loop_quit(app->loop);
            break;
        case LINEED_CANCEL:
            break;
        }
        loop_redraw(app->loop);
    }
}

int main(int argc, char **argv)
{
    static const struct loop_ops loop_ops = { .draw = draw, .key = look_at_key };
    static const struct lineed_ops lineed_ops = { next_key, complete, interrupted };
    struct app app = { .spec = teach };
    char why[256];

    term_set_locale();
    if (!term_is_usable(why, sizeof why)) {
        fprintf(stderr, "tui_demo: %s\n", why);
        return 2;
    }
    app.console = console_create(2000);
    app.history = history_list_create(1000);
    if (argc > 1 && !history_list_open(app.history, argv[1], why, sizeof why))
        report(&app, why);
    app.le = lineed_create("tui_demo", &lineed_ops, &app, app.history, why, sizeof why);
    char *editrc = lineed_editrc_path();
    if (editrc)
        lineed_load_editrc(app.le, editrc, report, &app);
    free(editrc);
    app.loop = loop_create(&loop_ops, &app);
    term_start(&app.term, true);
    loop_set_terminal(app.loop, &app.term);
    theme_init(&app.theme, THEME_AUTOMATIC, !app.term.has_unicode);
    snprintf(app.sentence, sizeof app.sentence, "The demo is ready.");
    session(&app);
    int number = loop_deadly_signal(app.loop);
    term_stop(&app.term);
    lineed_destroy(app.le);
    history_list_destroy(app.history);
    console_destroy(app.console);
    loop_destroy(app.loop);
    if (number) {
        signal(number, SIG_DFL);
        raise(number);
    }
    return 0;
}
