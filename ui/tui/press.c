/* Keys and the wheel by their names: what they do to a pane, the console, the help or a long output. */
#include "text.h"
#include "tui/app.h"

#include <limits.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHEEL_ROWS = 3 };

/* Where the map is, in the memory pane, wherever that is. */
enum { IN_MAP = INT_MAX / 2 };

static const struct key keys[] = {
    [PRESS_UP] = { .kind = KEY_KIND_CODE, .code = KEY_UP },
    [PRESS_DOWN] = { .kind = KEY_KIND_CODE, .code = KEY_DOWN },
    [PRESS_PAGE_UP] = { .kind = KEY_KIND_CODE, .code = KEY_PPAGE },
    [PRESS_PAGE_DOWN] = { .kind = KEY_KIND_CODE, .code = KEY_NPAGE },
    [PRESS_HOME] = { .kind = KEY_KIND_CODE, .code = KEY_HOME },
    [PRESS_END] = { .kind = KEY_KIND_CODE, .code = KEY_END },
    [PRESS_ENTER] = { .kind = KEY_KIND_CHAR, .ch = L'\r' },
    [PRESS_ESC] = { .kind = KEY_KIND_CHAR, .ch = L'\033' },
    [PRESS_WHEEL_UP] = { .kind = KEY_KIND_MOUSE, .mouse = MOUSE_WHEEL_UP },
    [PRESS_WHEEL_DOWN] = { .kind = KEY_KIND_MOUSE, .mouse = MOUSE_WHEEL_DOWN },
    [PRESS_MAP_UP] = { .kind = KEY_KIND_MOUSE, .mouse = MOUSE_WHEEL_UP, .y = IN_MAP, .x = IN_MAP },
    [PRESS_MAP_DOWN] = { .kind = KEY_KIND_MOUSE,
                         .mouse = MOUSE_WHEEL_DOWN,
                         .y = IN_MAP,
                         .x = IN_MAP },
};

_Static_assert(sizeof keys / sizeof keys[0] == PRESS_COUNT, "a key for each name");

static bool is_same_key(const struct key *k, const struct key *key)
{
    if (k->kind != key->kind)
        return false;
    return k->kind == KEY_KIND_CODE    ? k->code == key->code
           : k->kind == KEY_KIND_MOUSE ? k->mouse == key->mouse
                                       : k->ch == key->ch && !key->alt;
}

const char *press_name(const struct key *key)
{
    for (u32 i = 0; i < PRESS_COUNT; i++)
        if (is_same_key(&keys[i], key))
            return script_press_name((enum press_key)i);
    return NULL;
}

/* ---- What they do ---- */

static bool is_wheel(const struct key *key)
{
    return key->kind == KEY_KIND_MOUSE;
}

static int rows_of_wheel(const struct key *key)
{
    return key->mouse == MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
}

static void scroll_console(struct app *app, const struct key *key)
{
    if (is_wheel(key)) {
        console_scroll_rows(app->console, rows_of_wheel(key));
        return;
    }
    switch (key->code) {
    case KEY_UP:
    case KEY_DOWN:
        console_scroll_rows(app->console, key->code == KEY_UP ? -1 : 1);
        break;
    case KEY_PPAGE:
    case KEY_NPAGE:
        console_scroll_pages(app->console, key->code == KEY_PPAGE ? -1 : 1);
        break;
    case KEY_HOME: /* as far as it goes */
        console_scroll_rows(app->console, INT_MIN / 2);
        break;
    default:
        console_to_end(app->console);
    }
}

static void press_in_console(struct app *app, const struct key *key)
{
    app->player.is_shown = false; /* the output is what is to be seen */
    scroll_console(app, key);
    if (console_rows_below(app->console) <= 1) /* only the line that tells of this key */
        console_to_end(app->console);
}

/* In what lies over the panes: help, or a long output. */
static void press_over_panes(struct scroll *scroll, bool *is_open, const struct key *key)
{
    if (!*is_open)
        return;
    if (is_wheel(key))
        scroll_move(scroll, rows_of_wheel(key));
    else if (key->kind == KEY_KIND_CODE)
        pane_scroll_key(scroll, key);
    else
        *is_open = false;
}

static void press_once(struct app *app, const char *target, int pane, const struct key *key)
{
    if (pane != LAYOUT_NO_PANE && is_wheel(key))
        pane_table[pane]->mouse(app->state[pane], &app->vs, key);
    else if (pane != LAYOUT_NO_PANE)
        pane_table[pane]->key(app->state[pane], &app->vs, key);
    else if (strcmp(target, "console") == 0)
        press_in_console(app, key);
    else if (strcmp(target, "help") == 0)
        press_over_panes(&app->help_scroll, &app->has_help, key);
    else
        press_over_panes(&app->pager.scroll, &app->pager.is_open, key);
}

/*
 * A pane goes where the last stop happened when it is drawn. That comes before what a key does there, however
 * soon it is pressed: `fork; press trace End`.
 */
static void draw_what_is_new(struct app *app)
{
    bool is_busy = app->is_busy;

    view_state_refresh(&app->vs);
    if (app->drawn_stop == app->vs.stops)
        return;
    app->is_busy = false;
    app_draw(app);
    app->is_busy = is_busy;
}

bool app_do_press(struct app *app, const struct view_command *c, struct strbuf *why)
{
    int pane = pane_by_name(c->word[0]);
    const struct key *key =
        &keys[script_press_key(c->word[1])]; /* the table of commands knows it */
    int times = c->words > 2 ? (int)strtol(c->word[2], NULL, 0) : 1;

    if (pane != LAYOUT_NO_PANE &&
        !(is_wheel(key) ? pane_table[pane]->mouse : pane_table[pane]->key)) {
        strbuf_printf(why, _("%s takes no keys"), c->word[0]);
        return false;
    }
    if (key->y == IN_MAP && pane != PANE_MEMORY) {
        strbuf_printf(why, _("%s has no map"), c->word[0]);
        return false;
    }
    if (pane != LAYOUT_NO_PANE)
        draw_what_is_new(app);
    for (int n = 0; n < times; n++)
        press_once(app, c->word[0], pane, key);
    return true;
}

enum key_use app_press(struct app *app, const char *target, const char *name)
{
    char line[64];

    snprintf(line, sizeof line, "press %s %s", target, name);
    app_run_view_key(app, line);
    return KEY_USED;
}

/* ---- The wheel ---- */

enum key_use app_turn_wheel(struct app *app, int pane, const struct key *key)
{
    struct pane_place place;
    struct key own;
    char line[96];

    if (app->has_help || app->pager.is_open)
        return app_press(app, app->has_help ? "help" : "output", press_name(key));
    if (pane == LAYOUT_NO_PANE) {
        bool is_idle = key->mouse == MOUSE_WHEEL_DOWN && console_rows_below(app->console) == 0;
        return is_idle ? KEY_USED : app_press(app, "console", press_name(key));
    }
    place = (struct pane_place){ app->layout.pane[pane], app->layout.edges[pane], true };
    if (!pane_own_cells(&place, key, &own) || !pane_table[pane]->mouse)
        return KEY_USED;
    if (!pane_command(pane_table[pane], app->state[pane], &app->vs, &own, line, sizeof line))
        return app_press(app, pane_table[pane]->name, press_name(key));
    app_run_view_key(app, line);
    return KEY_USED;
}
