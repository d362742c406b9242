/* Where a pane has drawn which tasks, so that a click on one chooses it. */
#ifndef PROCARIUM_TUI_PID_PLACES_H
#define PROCARIUM_TUI_PID_PLACES_H

#include "procarium/types.h"
#include "tui/draw.h"
#include "tui/key.h"

enum { PID_PLACES_MAX = 256 };

struct pid_places {
    int count;
    struct pid_place {
        struct rect area; /* of the screen */
        s32 pid;
    } of[PID_PLACES_MAX];
    int y, x; /* where the pane's inside begins on the screen */
};

/* Before drawing: nothing is there yet. */
void pid_places_begin(struct pid_places *places, const struct canvas *inside);
/* A task stands in these cells of the canvas. */
void pid_places_add(struct pid_places *places, const struct canvas *canvas,
                    const struct rect *cells, s32 pid);
/* A press on a task, in the pane's own cells: writes "choose PID". False for any other key. */
bool pid_places_command(const struct pid_places *places, const struct key *key, char *line,
                        size_t size);

#endif
