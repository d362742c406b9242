/* The mouse: a click chooses, the wheel scrolls, a border can be dragged. */
#include "text.h"
#include "tui/app.h"

#include <ncurses.h>
#include <stdio.h>
#include <string.h>

/* ---- Borders ---- */

/* The size that the dragged border asks for when it is at (y, x). */
static void dragged_size(const struct app *app, int y, int x, int *rows, int *cols)
{
    const struct rect *r = &app->layout.pane[app->dragged.pane];

    *rows = *cols = 0;
    if (app->dragged.kind == BORDER_BELOW)
        *rows = y - r->y < 1 ? 1 : y - r->y;
    else
        *cols = x - r->x + 1 < 1 ? 1 : x - r->x + 1;
}

static void drag(struct app *app, const struct key *key)
{
    int rows, cols;

    app->has_dragged = true;
    if (app->dragged.kind == BORDER_CONSOLE) {
        layout_resize_console(app_spec(app), app->layout.console.rows + app->layout.bar.y - key->y,
                              app->term.rows);
    } else {
        dragged_size(app, key->y, key->x, &rows, &cols);
        layout_resize(app_spec(app), &app->layout, app->dragged.pane, rows, cols);
    }
    app_place(app);
}

/* What was dragged, as the command that does the same. */
static enum key_use release(struct app *app)
{
    const struct rect *r = app->dragged.kind == BORDER_CONSOLE
                               ? &app->layout.console
                               : &app->layout.pane[app->dragged.pane];
    const char *name =
        app->dragged.kind == BORDER_CONSOLE ? "console" : pane_table[app->dragged.pane]->name;
    bool has_dragged = app->has_dragged;
    char line[64];

    app->dragged.kind = BORDER_NONE;
    app->has_dragged = false;
    if (!has_dragged)
        return KEY_USED;
    snprintf(line, sizeof line, "size %s %dx%d", name, r->rows, r->cols);
    return app_request(app, REQUEST_VIEW, line);
}

/* ---- Clicks ---- */

static enum key_use click_bar(struct app *app, int x)
{
    char line[64];

    for (int i = 0; i < app->bar_places; i++) {
        const struct bar_place *place = &app->bar[i];
        if (x < place->x || x >= place->x + place->cols)
            continue;
        if (place->pane != LAYOUT_NO_PANE) {
            snprintf(line, sizeof line, "pane %s", pane_table[place->pane]->name);
            return app_request(app, REQUEST_VIEW, line);
        }
        loop_push_key(app->loop, &(struct key){ .kind = KEY_KIND_CODE, .code = place->code });
        return KEY_USED;
    }
    return KEY_USED;
}

static enum key_use click_pane(struct app *app, int pane, const struct key *key)
{
    struct pane_place place = { app->layout.pane[pane], app->layout.edges[pane], true };
    char line[200] = "", command[96];
    enum request request = REQUEST_VIEW;
    struct key own;

    if (app->focus != pane)
        snprintf(line, sizeof line, "pane %s", pane_table[pane]->name);
    if (pane_own_cells(&place, key, &own) &&
        pane_command(pane_table[pane], app->state[pane], &app->vs, &own, command, sizeof command)) {
        size_t used = strlen(line);
        snprintf(line + used, sizeof line - used, "%s%s", used ? "; " : "", command);
        request = app_request_of(command);
    }
    return line[0] ? app_request(app, request, line) : KEY_USED;
}

static enum key_use press(struct app *app, int pane, const struct key *key)
{
    if (!app->is_zoomed)
        app->dragged = layout_border_at(&app->layout, app_spec(app), key->y, key->x);
    app->has_dragged = false;
    if (key->y == app->layout.bar.y)
        return click_bar(app, key->x);
    if (pane != LAYOUT_NO_PANE)
        return click_pane(app, pane, key);
    return app->focus == LAYOUT_NO_PANE ? KEY_USED : app_request(app, REQUEST_VIEW, "pane console");
}

enum key_use app_mouse(struct app *app, const struct key *key)
{
    int pane = layout_pane_at(&app->layout, app_spec(app), key->y, key->x);

    if (app->layout.is_too_small)
        return KEY_USED;
    if (key->mouse == MOUSE_WHEEL_UP || key->mouse == MOUSE_WHEEL_DOWN)
        return app_turn_wheel(app, pane, key);
    if (app->has_help || app->pager.is_open)
        return KEY_USED;
    if (key->mouse == MOUSE_PRESS)
        return press(app, pane, key);
    if (app->dragged.kind == BORDER_NONE)
        return KEY_USED;
    if (key->mouse == MOUSE_RELEASE)
        return release(app);
    drag(app, key);
    return KEY_USED;
}
