/* Remembering where tasks were drawn. */
#include "tui/pid_places.h"

#include <stdio.h>

void pid_places_begin(struct pid_places *places, const struct canvas *inside)
{
    places->count = 0;
    places->y = inside->area.y;
    places->x = inside->area.x;
}

void pid_places_add(struct pid_places *places, const struct canvas *canvas,
                    const struct rect *cells, s32 pid)
{
    if (places->count == PID_PLACES_MAX)
        return;
    struct rect area = { canvas->area.y + cells->y, canvas->area.x + cells->x, cells->rows,
                         cells->cols };
    places->of[places->count++] = (struct pid_place){ area, pid };
}

bool pid_places_command(const struct pid_places *places, const struct key *key, char *line,
                        size_t size)
{
    if (key->kind != KEY_KIND_MOUSE || key->mouse != MOUSE_PRESS)
        return false;
    for (int i = 0; i < places->count; i++)
        if (rect_contains(&places->of[i].area, places->y + key->y, places->x + key->x)) {
            snprintf(line, size, "choose %d", places->of[i].pid);
            return true;
        }
    return false;
}
