/* A pane in its box, and scrolling in it. */
#include "tui/pane.h"

#include <stdio.h>

void pane_draw(const struct pane *pane, WINDOW *win, const struct theme *theme,
               const struct pane_place *place, void *state, const void *view)
{
    struct canvas canvas = { .win = win, .area = place->area, .theme = theme };
    char note[128] = "";

    if (pane->note)
        pane->note(state, view, note, sizeof note);
    draw_box(&canvas, place->edges, place->has_focus, pane->title, note);
    struct canvas inside = draw_inside(&canvas, place->edges);
    if (!rect_is_empty(&inside.area))
        pane->draw(&inside, state, view, place->has_focus);
}

bool pane_own_cells(const struct pane_place *place, const struct key *key, struct key *own)
{
    struct canvas canvas = { .area = place->area };
    struct rect inside = draw_inside(&canvas, place->edges).area;

    *own = *key;
    own->y -= inside.y;
    own->x -= inside.x;
    return rect_contains(&inside, key->y, key->x);
}

static int *tab_of(const struct pane *pane, void *state)
{
    return (int *)(void *)((char *)state + pane->tab_at);
}

void pane_show_tab(const struct pane *pane, void *state, const void *view, int i)
{
    *tab_of(pane, state) = i;
    if (pane->tab_shown)
        pane->tab_shown(state, view);
}

bool pane_command(const struct pane *pane, void *state, const void *view, const struct key *key,
                  char *line, size_t size)
{
    if (pane->command && pane->command(state, view, key, line, size))
        return true;
    if (!pane->tabs || key->kind != KEY_KIND_CHAR || key->ch != L'\r')
        return false;
    const char *next = pane->tabs[*tab_of(pane, state) + 1];
    snprintf(line, size, "pane %s %s", pane->name, next ? next : pane->tabs[0]);
    return true;
}

bool pane_scroll_key(struct scroll *scroll, const struct key *key)
{
    int page = scroll->page > 1 ? scroll->page - 1 : 1; /* one row stays in sight */

    if (key->kind != KEY_KIND_CODE)
        return false;
    switch (key->code) {
    case KEY_UP:
        scroll_move(scroll, -1);
        return true;
    case KEY_DOWN:
        scroll_move(scroll, 1);
        return true;
    case KEY_PPAGE:
        scroll_move(scroll, -page);
        return true;
    case KEY_NPAGE:
        scroll_move(scroll, page);
        return true;
    case KEY_HOME:
        scroll_move(scroll, -scroll->total);
        return true;
    case KEY_END:
        scroll_move(scroll, scroll->total);
        return true;
    default:
        return false;
    }
}

bool pane_scroll_mouse(struct scroll *scroll, const struct key *key)
{
    if (key->mouse != MOUSE_WHEEL_UP && key->mouse != MOUSE_WHEEL_DOWN)
        return false;
    scroll_move(scroll, key->mouse == MOUSE_WHEEL_UP ? -3 : 3);
    return true;
}

bool pane_scrolls_key(void *state, const void *view, const struct key *key)
{
    (void)view;
    return pane_scroll_key(state, key);
}

bool pane_scrolls_mouse(void *state, const void *view, const struct key *key)
{
    (void)view;
    return pane_scroll_mouse(state, key);
}
