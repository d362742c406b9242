/* The keys: one table of what each does, and the first look at every key. */
#include "text.h"
#include "tui/app.h"
#include "tui/mem.h"

#include <ncurses.h>

enum { SPEED_MIN = -2, SPEED_MAX = 5, WHEEL_ROWS = 3 };

static const struct key_help help_rows[] = {
    { "Keys", NULL, NULL, 0 },
    { "F1", "help", "this help", 0 },
    { "F2", "zoom", "the whole screen for one pane, and back", 4 },
    { "F3", "start", "to the start of the command (undo)", 3 },
    { "F4", "end", "to the end of the command (redo)", 3 },
    { "F5", "play", "plays the demo, or the last command step by step; again: pauses", 1 },
    { "F6", "pane", "the next pane; Shift-F6 the one before", 2 },
    { "F7", "back", "one step back (back)", 1 },
    { "F8", "next", "one step on, over deeper functions (next)", 1 },
    { "F9", "into", "one step on, into them (step)", 0 },
    { "F10", "quit", "leaves (quit)", 2 },
    { "F11, Shift-F8", NULL, "goes on until the function returns (finish)", 0 },
    { "Alt-1 to Alt-6", NULL, "the pane with that number", 0 },
    { "Ctrl-C", NULL, "clears the line; stops what runs", 0 },
    { "Ctrl-L, Ctrl-Z", NULL, "draws the screen again; suspends", 0 },
    { "Ctrl-D", NULL, "leaves, on an empty line", 0 },
    { "While nothing is typed", NULL, NULL, 0 },
    { "Space, Right", NULL, "in a demo on; else one step into (step)", 0 },
    { "Left", NULL, "in a demo back; else one step back (back)", 0 },
    { "Page Down, Page Up", NULL, "in a demo on and back; else scroll the pane or the console", 0 },
    { "Tab, Shift-Tab", NULL, "the next pane, the pane before", 0 },
    { "Up, Down", NULL, "in a pane: choose or scroll; in the console: lines typed before", 0 },
    { "Enter", NULL, "in the tree gives the focus; in other panes shows more, or the next table",
      0 },
    { "Esc", NULL, "back to the console; pauses playing", 0 },
    { "+ and -", NULL, "while playing: faster, slower", 0 },
    { "While typing", NULL, NULL, 0 },
    { "Tab", NULL, "completes the word, or lists what it could be", 0 },
    { "Up, Down, Ctrl-R", NULL, "lines typed before; a search in them", 0 },
};

const struct key_help *app_key_help(int i)
{
    return i < (int)(sizeof help_rows / sizeof help_rows[0]) ? &help_rows[i] : NULL;
}

static bool is_line_empty(const struct app *app)
{
    return lineed_is_empty(app->le) && app->text.length == 0;
}

/* ---- Panes ---- */

static void go_to_pane(struct app *app, int pane)
{
    app->focus = pane;
    if (pane != LAYOUT_NO_PANE)
        app->in_sight = pane;
}

/* Around the panes and the console, which comes after the last. */
static void next_pane(struct app *app, int step)
{
    int pane = app->focus == LAYOUT_NO_PANE ? (step > 0 ? 0 : PANES - 1) : app->focus + step;

    go_to_pane(app, pane < 0 || pane >= PANES ? LAYOUT_NO_PANE : pane);
}

static bool pane_takes(struct app *app, const struct key *key)
{
    const struct pane *pane = app->focus == LAYOUT_NO_PANE ? NULL : app_pane(app->focus);
    bool is_taken = pane && pane->key && pane->key(app_pane_state(app, app->focus), &app->vs, key);

    app->vs.chosen = app->tree.chosen;
    return is_taken;
}

static enum key_use enter_in_pane(struct app *app, const struct key *key)
{
    const struct pane *pane = app->focus == LAYOUT_NO_PANE ? NULL : app_pane(app->focus);
    char line[96];

    if (pane && pane->command &&
        pane->command(app_pane_state(app, app->focus), &app->vs, line, sizeof line)) {
        app->vs.chosen = app->tree.chosen;
        return app_request(app, REQUEST_COMMAND, line);
    }
    pane_takes(app, key);
    return KEY_USED;
}

static enum key_use mouse_used(struct app *app, const struct key *key)
{
    int pane = layout_pane_at(&app->layout, app_layout_spec(app), key->y, key->x);
    int rows = key->mouse == MOUSE_WHEEL_UP     ? -WHEEL_ROWS
               : key->mouse == MOUSE_WHEEL_DOWN ? WHEEL_ROWS
                                                : 0;

    if (app->has_help || app->pager.is_open) {
        scroll_move(app->has_help ? &app->help_scroll : &app->pager.scroll, rows);
        return KEY_USED;
    }
    if (pane == LAYOUT_NO_PANE) {
        console_scroll_rows(app->console, rows);
        if (key->mouse == MOUSE_PRESS)
            go_to_pane(app, LAYOUT_NO_PANE);
        return KEY_USED;
    }
    if (key->mouse == MOUSE_PRESS)
        go_to_pane(app, pane);
    struct pane_place place = { app->layout.pane[pane], app->layout.edges[pane], true };
    pane_mouse(app_pane(pane), &place, app_pane_state(app, pane), &app->vs, key);
    return KEY_USED;
}

/* ---- Going on and back ---- */

static bool has_demo(const struct app *app)
{
    return app->player.player != NULL;
}

static enum key_use go_on(struct app *app)
{
    if (has_demo(app))
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

    if (app->focus != LAYOUT_NO_PANE && pane_takes(app, key))
        return KEY_USED;
    if (has_demo(app) && app->focus == LAYOUT_NO_PANE && is_line_empty(app))
        return pages > 0 ? go_on(app) : go_back(app);
    console_scroll_pages(app->console, pages);
    app->player.is_shown = false;
    return KEY_USED;
}

static void change_speed(struct app *app, int step)
{
    int speed = app->speed + step;

    app->speed = speed < SPEED_MIN ? SPEED_MIN : speed > SPEED_MAX ? SPEED_MAX : speed;
    app_set_playing(app, true);
}

/* ---- Keys ---- */

static enum key_use function_key(struct app *app, const struct key *key)
{
    switch (key->code - KEY_F0) {
    case 1:
        app->has_help = !app->has_help;
        app->help_scroll.top = 0;
        return KEY_USED;
    case 2:
        app->is_zoomed = !app->is_zoomed;
        return KEY_USED;
    case 3:
        return app_request(app, REQUEST_COMMAND, "undo");
    case 4:
        return app_request(app, REQUEST_COMMAND, "redo");
    case 5:
        return app_request(app, REQUEST_PLAY, NULL);
    case 6:
        next_pane(app, 1);
        return KEY_USED;
    case 18: /* Shift-F6 */
        next_pane(app, -1);
        return KEY_USED;
    case 7:
        return app_request(app, REQUEST_COMMAND, "back");
    case 8:
        return app_request(app, REQUEST_COMMAND, "next");
    case 9:
        return app_request(app, REQUEST_COMMAND, "step");
    case 10:
        return app_request(app, REQUEST_COMMAND, "quit");
    case 11:
    case 20: /* Shift-F8 */
        return app_request(app, REQUEST_COMMAND, "finish");
    default:
        return KEY_FOR_LINE;
    }
}

/* A key with a code while nothing is typed. */
static enum key_use code_on_empty_line(struct app *app, const struct key *key)
{
    switch (key->code) {
    case KEY_RIGHT:
        return go_on(app);
    case KEY_LEFT:
        return go_back(app);
    case KEY_BTAB:
        next_pane(app, -1);
        return KEY_USED;
    case KEY_ENTER:
        return enter_in_pane(app, &(struct key){ .kind = KEY_KIND_CHAR, .ch = L'\r' });
    case KEY_UP:
    case KEY_DOWN:
    case KEY_HOME:
    case KEY_END:
        return pane_takes(app, key) ? KEY_USED : KEY_FOR_LINE;
    default:
        return KEY_FOR_LINE;
    }
}

static enum key_use code_used(struct app *app, const struct key *key)
{
    if (key->code >= KEY_F(1) && key->code <= KEY_F(24))
        return function_key(app, key);
    switch (key->code) {
    case KEY_PPAGE:
    case KEY_NPAGE:
        return page(app, key);
    case APP_KEY_TICK:
        return app->is_playing ? app_request(app, REQUEST_PLAY, "tick") : KEY_USED;
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
        next_pane(app, 1);
        return KEY_USED;
    case L'\r':
    case L'\n':
        return enter_in_pane(app, &(struct key){ .kind = KEY_KIND_CHAR, .ch = L'\r' });
    case L'\033':
        if (app->is_playing)
            app_set_playing(app, false);
        else
            go_to_pane(app, LAYOUT_NO_PANE);
        app->is_zoomed = false;
        app->tree.chosen = FOLLOW;
        return KEY_USED;
    case L'+':
    case L'-':
        if (!app->is_playing)
            return KEY_FOR_LINE;
        change_speed(app, key->ch == L'+' ? 1 : -1);
        return KEY_USED;
    default:
        return KEY_FOR_LINE;
    }
}

/* ^C: what was typed stays to be read, the line is new. */
static enum key_use cancel_line(struct app *app)
{
    app_set_playing(app, false);
    app->has_help = app->pager.is_open = false;
    console_write(app->console, STYLE_PROMPT,
                  app->question ? app->question : strbuf_text(&app->prompt));
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
        term_repaint(&app->term);
        return KEY_USED;
    }
    if (app->question)
        return KEY_FOR_LINE;
    if (key->alt && key->ch >= L'1' && key->ch < L'1' + PANES) {
        go_to_pane(app, (int)(key->ch - L'1'));
        return KEY_USED;
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
    struct scroll *scroll = app->has_help ? &app->help_scroll : &app->pager.scroll;
    static const struct key page_down = { .kind = KEY_KIND_CODE, .code = KEY_NPAGE };
    bool is_empty = is_line_empty(app) && !app->question;

    if (key->kind == KEY_KIND_CODE &&
        (is_empty || key->code == KEY_PPAGE || key->code == KEY_NPAGE))
        return pane_scroll_key(scroll, key);
    if (key->kind != KEY_KIND_CHAR || key->alt || !is_empty)
        return false;
    if (key->ch == L' ' && (app->has_help || !pager_is_at_end(&app->pager)))
        return pane_scroll_key(scroll, &page_down);
    if (key->ch != L'\033' && key->ch != L'q')
        return false;
    if (app->has_help)
        app->has_help = false;
    else
        app->pager.is_open = false;
    return true;
}

enum key_use app_key(void *arg, const struct key *key)
{
    struct app *app = arg;

    if ((app->has_help || app->pager.is_open) && overlay_takes(app, key))
        return KEY_USED;
    switch (key->kind) {
    case KEY_KIND_MOUSE:
        return mouse_used(app, key);
    case KEY_KIND_CODE:
        return app->question ? KEY_FOR_LINE : code_used(app, key);
    case KEY_KIND_CHAR:
        return char_used(app, key);
    case KEY_KIND_PASTE:
        break;
    }
    app->player.is_shown = false;
    return KEY_FOR_LINE;
}
