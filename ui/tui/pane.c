/* A pane in its box. */
#include "tui/pane.h"

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

bool pane_mouse(const struct pane *pane, const struct pane_place *place, void *state,
                const void *view, const struct key *key)
{
    struct canvas canvas = { .area = place->area };
    struct rect inside = draw_inside(&canvas, place->edges).area;
    struct key own = *key;

    if (!pane->mouse || !rect_contains(&inside, key->y, key->x))
        return false;
    own.y -= inside.y;
    own.x -= inside.x;
    return pane->mouse(state, view, &own);
}
