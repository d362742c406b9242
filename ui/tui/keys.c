/* The keys: one table of what each does, and the first look at every key. */
#include "text.h"
#include "tui/app.h"
#include "tui/mem.h"

#include <ncurses.h>
#include <stdio.h>
#include <wctype.h>

#define F(n, bar_, rank_, command_, text_)                                                         \
    {                                                                                              \
        "F" #n, bar_, text_, rank_, KEY_F(n), command_                                             \
    }
#define ROW(key_, text_)                                                                           \
    {                                                                                              \
        key_, NULL, text_, 0, 0, NULL                                                              \
    }
#define HEADING(text_)                                                                             \
    {                                                                                              \
        text_, NULL, NULL, 0, 0, NULL                                                              \
    }

static const struct key_help help_rows[] = {
    HEADING("Keys"),
    F(1, "help", 0, "keys", "this help (keys)"),
    F(2, "zoom", 5, "zoom", "the whole screen for the pane that you were in, and back (zoom)"),
    F(3, "start", 4, "undo", "to the start of the command (undo)"),
    F(4, "end", 4, "redo", "to the end of the command (redo)"),
    F(5, "play", 1, "play",
      "plays the demo, or the last command step by step; again: pauses (play)"),
    F(6, "pane", 3, "pane next", "the next pane; Shift-F6 the one before (pane next)"),
    F(7, "back", 1, "back", "one step back (back)"),
    F(8, "next", 1, "next",
      "one step on, over deeper functions; the first of a command that has just run (next)"),
    F(9, "into", 0, "step",
      "one step on, into them; the first of a command that has just run (step)"),
    F(10, "quit", 1, "quit", "leaves (quit)"),
    ROW("F11, Shift-F8", "goes on until the function returns (finish)"),
    F(12, "layout", 2, "", "the next layout (layout)"),
    ROW("Alt-1 to Alt-0, Alt-N", "the pane with that sign before its name (pane)"),
    ROW("Alt and an arrow", "makes the pane, or the console, larger or smaller (size)"),
    ROW("Ctrl-C", "clears the line; stops what runs, when no command could be typed"),
    ROW("Ctrl-L", "draws the screen again (redraw)"),
    ROW("Ctrl-Z", "suspends: fg in the shell goes on. It and Ctrl-C are keys only, no commands"),
    ROW("Ctrl-D", "leaves, on an empty line (quit)"),
    HEADING("While nothing is typed"),
    ROW("Space, Right", "in a demo on (demo next); else one step into (step)"),
    ROW("Left", "in a demo back (demo back); else one step back (back)"),
    ROW("Page Down, Page Up", "in a demo on and back; else scroll the pane or the console (press)"),
    ROW("Alt-Page Down, Alt-Page Up", "in a demo to the next chapter, the one before (chapters)"),
    ROW("Tab, Shift-Tab", "the next pane in sight, the one before (pane next)"),
    ROW("Up, Down, Home, End",
        "in a pane: choose or scroll (choose, press); in the console: lines typed before"),
    ROW("Enter", "in the tree gives the focus; in other panes shows the next view (focus, pane)"),
    ROW("Alt-T M K S I A", "the layouts teach, memory, kernel, sched, io, all (layout)"),
    ROW("Backspace", "in a pane: the task that was chosen before (choose back)"),
    ROW("Esc", "back to the console; pauses playing (pane console)"),
    ROW("+ and -", "while playing: faster, slower (play)"),
    HEADING("While typing"),
    ROW("Tab", "completes the word, or lists what it could be"),
    ROW("Up, Down", "lines typed before"),
    ROW("Ctrl-R", "a search in the lines typed before; again: an older one"),
    ROW("Ctrl-A E W U K Y …", "edit the line, as in the shell and as ~/.editrc says"),
    HEADING("The mouse"),
    ROW("click",
        "chooses a pane, a task, a page, a command of the timeline, a chapter, a key in the bar"),
    ROW("wheel", "scrolls what is under it (press)"),
    ROW("drag a border", "changes the sizes at both sides of it (size)"),
};

const struct key_help *app_key_help(int i)
{
    return i < (int)(sizeof help_rows / sizeof help_rows[0]) ? &help_rows[i] : NULL;
}

static bool is_line_empty(const struct app *app)
{
    return lineed_is_empty(app->le) && app->text.length == 0;
}

static enum key_use view(struct app *app, const char *command)
{
    return app_request(app, REQUEST_VIEW, command);
}

/* ---- Panes ---- */

static enum key_use go_to_pane(struct app *app, int pane)
{
    char line[64];

    snprintf(line, sizeof line, "pane %s",
             pane == LAYOUT_NO_PANE ? "console" : pane_table[pane]->name);
    return view(app, line);
}

enum request app_request_of(const char *line)
{
    const struct command_info *command = script_command_line(line).command;

    return command && command->family == FAMILY_VIEW ? REQUEST_VIEW : REQUEST_COMMAND;
}

/* A key for the pane that the arrows are for, as the command that it means there. */
static enum key_use pane_takes(struct app *app, const struct key *key)
{
    const struct pane *pane = app->focus == LAYOUT_NO_PANE ? NULL : pane_table[app->focus];
    const char *name = press_name(key);
    char line[96];

    if (!pane)
        return KEY_FOR_LINE;
    if (pane_command(pane, app->state[app->focus], &app->vs, key, line, sizeof line)) {
        return app_request(app, app_request_of(line), line);
    }
    if (!pane->key || !name)
        return KEY_FOR_LINE;
    return app_press(app, pane->name, name);
}

/* Alt and an arrow: the size of the pane that the arrows are for, or of the console. */
static enum key_use resize(struct app *app, int code)
{
    const char *name = app->focus == LAYOUT_NO_PANE ? "console" : pane_table[app->focus]->name;
    const char *how = code == KEY_UP      ? "taller"
                      : code == KEY_DOWN  ? "shorter"
                      : code == KEY_RIGHT ? "wider"
                                          : "narrower";
    char line[64];

    snprintf(line, sizeof line, "size %s %s", name, how);
    return view(app, line);
}

static enum key_use next_layout(struct app *app)
{
    const char *name = layouts_name(app->layout_number + 1);
    char line[64];

    snprintf(line, sizeof line, "layout %s", name ? name : layouts_name(0));
    return view(app, line);
}

/* The layout whose name begins with a letter. */
static enum key_use layout_by_letter(struct app *app, wchar_t letter)
{
    char line[64];

    for (int i = 0; layouts_name(i); i++) {
        if ((wchar_t)layouts_name(i)[0] != letter)
            continue;
        snprintf(line, sizeof line, "layout %s", layouts_name(i));
        return view(app, line);
    }
    return KEY_FOR_LINE;
}

/* ---- Going on and back ---- */

static bool has_demo(const struct app *app)
{
    return app->player.player != NULL;
}

static enum key_use go_on(struct app *app)
{
    if (has_demo(app) || app->pending.is_open)
        return app_request(app, REQUEST_DEMO_NEXT, NULL);
    return app_request(app, REQUEST_COMMAND, "step");
}

static enum key_use go_back(struct app *app)
{
    if (has_demo(app))
        return app_request(app, REQUEST_DEMO_BACK, NULL);
    return app_request(app, REQUEST_COMMAND, "back");
}

static enum key_use page(struct app *app, const struct key *key)
{
    int pages = key->code == KEY_PPAGE ? -1 : 1;

    enum key_use use = pane_takes(app, key);
    if (use != KEY_FOR_LINE)
        return use;
    if (has_demo(app) && app->focus == LAYOUT_NO_PANE && is_line_empty(app))
        return pages > 0 ? go_on(app) : go_back(app);
    return app_press(app, "console", press_name(key));
}

static enum key_use next_chapter(struct app *app, int step)
{
    char line[32];
    int chapter = has_demo(app) ? player_ui_chapter(app) + step : 0;

    if (chapter < 1 || !player_ui_has_chapter(app, (u32)chapter))
        return KEY_USED;
    snprintf(line, sizeof line, "chapters %d", chapter);
    return app_request(app, REQUEST_COMMAND, line);
}

/* ---- Keys ---- */

/* Written out, so that the line says the same wherever it is played again. */
static enum key_use zoom(struct app *app)
{
    char line[64];

    snprintf(line, sizeof line, "zoom %s",
             app->is_zoomed ? "off" : pane_table[app_pane_to_zoom(app)]->name);
    return view(app, line);
}

/*
 * Who has just typed a command and presses F8 or F9 wants to walk through it: that begins before it.
 * Only then: who has walked to the end is told so, and does not find himself at the start again.
 */
static enum key_use step_on(struct app *app, const char *command)
{
    char line[32];
    bool has_steps = app->vs.has_just_run && view_trace_count(app->vs.view) > 0;

    snprintf(line, sizeof line, "%s%s", has_steps ? "undo; " : "", command);
    return app_request(app, REQUEST_COMMAND, line);
}

static enum key_use function_key(struct app *app, int code)
{
    if (code == KEY_F(2))
        return zoom(app);
    if (code == KEY_F(8) || code == KEY_F(9))
        return step_on(app, code == KEY_F(8) ? "next" : "step");
    if (code == KEY_F(12))
        return next_layout(app);
    if (code == KEY_F(6))
        return go_to_pane(app, app_next_pane(app, 1));
    if (code == KEY_F(18)) /* Shift-F6 */
        return go_to_pane(app, app_next_pane(app, -1));
    if (code == KEY_F(11) || code == KEY_F(20)) /* Shift-F8 */
        return app_request(app, REQUEST_COMMAND, "finish");
    for (size_t i = 0; i < sizeof help_rows / sizeof help_rows[0]; i++) {
        const char *command = help_rows[i].command;
        if (help_rows[i].code == code && command)
            return app_request(app, app_request_of(command), command);
    }
    return KEY_FOR_LINE;
}

/* Enter on an empty line. */
static enum key_use enter(struct app *app)
{
    if (app->pending.is_open)
        return go_on(app);
    pane_takes(app, &(struct key){ .kind = KEY_KIND_CHAR, .ch = L'\r' });
    return app->request == REQUEST_NONE ? KEY_USED : KEY_LEAVE;
}

/* Back to the console, and out of whatever stands in the way. */
static enum key_use escape(struct app *app)
{
    if (app->is_playing)
        return view(app, "play off");
    if (app->is_zoomed)
        return view(app, "zoom off; pane console");
    if (app->vs.chosen != FOLLOW)
        return view(app, "choose off; pane console");
    if (app->focus != LAYOUT_NO_PANE)
        return view(app, "pane console");
    return console_rows_below(app->console) == 0 ? KEY_USED : app_press(app, "console", "End");
}

/* A key with a code while nothing is typed. */
/* Backspace in a pane: the task that was shown before. */
static enum key_use back_to_chosen(struct app *app)
{
    return app->focus == LAYOUT_NO_PANE ? KEY_FOR_LINE : view(app, "choose back");
}

static enum key_use code_on_empty_line(struct app *app, const struct key *key)
{
    switch (key->code) {
    case KEY_RIGHT:
        return go_on(app);
    case KEY_LEFT:
        return go_back(app);
    case KEY_BTAB:
        return go_to_pane(app, app_next_pane(app, -1));
    case KEY_ENTER:
        return enter(app);
    case KEY_BACKSPACE:
        return back_to_chosen(app);
    case KEY_UP:
    case KEY_DOWN:
    case KEY_HOME:
    case KEY_END:
        return pane_takes(app, key);
    default:
        return KEY_FOR_LINE;
    }
}

static enum key_use code_used(struct app *app, const struct key *key)
{
    if (key->code >= KEY_F(1) && key->code <= KEY_F(24))
        return function_key(app, key->code);
    bool is_arrow = key->code == KEY_UP || key->code == KEY_DOWN || key->code == KEY_LEFT ||
                    key->code == KEY_RIGHT;
    if (key->alt && is_arrow)
        return resize(app, key->code);
    if (key->alt && (key->code == KEY_PPAGE || key->code == KEY_NPAGE))
        return next_chapter(app, key->code == KEY_PPAGE ? -1 : 1);
    switch (key->code) {
    case KEY_PPAGE:
    case KEY_NPAGE:
        return page(app, key);
    case APP_KEY_TICK:
        return app->is_playing ? app_request(app, REQUEST_TICK, NULL) : KEY_USED;
    default:
        return is_line_empty(app) ? code_on_empty_line(app, key) : KEY_FOR_LINE;
    }
}

static enum key_use char_on_empty_line(struct app *app, const struct key *key)
{
    switch (key->ch) {
    case L' ':
        return go_on(app);
    case L'\t':
        return go_to_pane(app, app_next_pane(app, 1));
    case L'\r':
    case L'\n':
        return enter(app);
    case L'\033':
        return escape(app);
    case L'\b':
    case 0x7F:
        return back_to_chosen(app);
    case L'+':
    case L'-':
        if (!app->is_playing)
            return KEY_FOR_LINE;
        return view(app, key->ch == L'+' ? "play faster" : "play slower");
    default:
        return KEY_FOR_LINE;
    }
}

/* ^C: what was typed stays to be read, the line is new. */
static enum key_use cancel_line(struct app *app)
{
    app_set_playing(app, false);
    app->has_help = app->pager.is_open = false;
    console_write(app->console, STYLE_PROMPT, strbuf_text(&app->prompt));
    console_writef(app->console, STYLE_NORMAL, "%s^C\n", lineed_text(app->le, NULL));
    console_to_end(app->console);
    strbuf_clear(&app->text);
    app->ends = (struct open_ends){ 0 };
    lineed_cancel(app->le);
    return KEY_LEAVE;
}

static enum key_use char_used(struct app *app, const struct key *key)
{
    if (key->ch == KEY_CTRL('c'))
        return cancel_line(app);
    if (key->ch == KEY_CTRL('z')) {
        loop_suspend(app->loop);
        return KEY_USED;
    }
    if (key->ch == KEY_CTRL('l')) {
        app_run_view_key(app, "redraw");
        return KEY_USED;
    }
    if (key->alt && (iswdigit((wint_t)key->ch) || is_line_empty(app))) {
        int pane = pane_by_letter(key->ch);
        if (pane != LAYOUT_NO_PANE)
            return go_to_pane(app, pane);
    }
    if (key->alt && is_line_empty(app)) {
        enum key_use use = layout_by_letter(app, key->ch);
        if (use != KEY_FOR_LINE)
            return use;
    }
    if (!key->alt && is_line_empty(app)) {
        enum key_use use = char_on_empty_line(app, key);
        if (use != KEY_FOR_LINE)
            return use;
    }
    app_set_playing(app, false); /* somebody types: the demo waits */
    app->player.is_shown = app->player.is_shown && is_line_empty(app);
    return KEY_FOR_LINE;
}

/*
 * While help or a long output lies over the panes, arrows scroll it; true when the key was for it.
 */
static bool overlay_takes(struct app *app, const struct key *key)
{
    const char *target = app->has_help ? "help" : "output", *name = NULL;
    bool is_empty = is_line_empty(app);

    if (key->kind == KEY_KIND_CODE &&
        (is_empty || key->code == KEY_PPAGE || key->code == KEY_NPAGE))
        name = press_name(key);
    if (key->kind == KEY_KIND_CHAR && !key->alt && is_empty) {
        bool is_going_on = app->has_help || !pager_is_at_end(&app->pager);
        name = key->ch == L' ' && is_going_on ? "PageDown" : key->ch == L'\033' ? "Esc" : NULL;
    }
    if (!name)
        return false;
    app_press(app, target, name);
    return true;
}

enum key_use app_key(void *arg, const struct key *key)
{
    struct app *app = arg;

    if ((app->has_help || app->pager.is_open) && overlay_takes(app, key))
        return KEY_USED;
    switch (key->kind) {
    case KEY_KIND_MOUSE:
        return app_mouse(app, key);
    case KEY_KIND_CODE:
        return code_used(app, key);
    case KEY_KIND_CHAR:
        return char_used(app, key);
    case KEY_KIND_PASTE:
        break;
    }
    app->player.is_shown = false;
    return KEY_FOR_LINE;
}
