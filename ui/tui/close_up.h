/* One page of two tasks, drawn large: their page table entries as boxes, arrows, and the frames. */
#ifndef PROCARIUM_TUI_CLOSE_UP_H
#define PROCARIUM_TUI_CLOSE_UP_H

#include "tui/page_arrows.h"
#include "tui/view_state.h"

/* What it takes. */
enum { CLOSE_UP_ROWS = 7, CLOSE_UP_COLS = 44 };

/*
 * Draws the page in this row of the list, which is not an area's. The frame that both have, or had,
 * stands above, a copy below it, with some of their bytes.
 */
void close_up_draw(const struct canvas *canvas, const struct view_state *vs, u32 at,
                   const struct view_pair_row *row, const bool is_new[2], const s32 pair[2]);

#endif
