/* The frame map: the RAM as one glyph a page frame, with a legend of the glyphs in sight. */
#ifndef PROCARIUM_TUI_FRAME_MAP_H
#define PROCARIUM_TUI_FRAME_MAP_H

#include "tui/draw.h"
#include "tui/view_state.h"

struct frame_map {
    u32 first; /* frame in the upper left corner */
    int across;
    int rows;
    bool is_stale; /* there was a stop: the frame that matters is to be in sight again */
};

/* What is lit in it: the frames of the page under the hand, -1 for none. */
struct frame_light {
    s64 frame[2];
};

/* A glyph and a colour for each of the two tasks that are looked at. */
char frame_glyph_of(const s32 pair[2], int side);

/* Scrolls by rows, as far as there are frames. */
void frame_map_scroll(struct frame_map *map, int rows, u32 frames);

/*
 * Draws the map of the pair that the view looks at, its heading and its legend. `wanted` (-1: none)
 * is the frame to have in sight after a stop.
 */
void frame_map_draw(const struct canvas *canvas, struct frame_map *map, const struct view_state *vs,
                    const s32 pair[2], s64 wanted, const struct frame_light *light);

#endif
