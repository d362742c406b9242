/* The list of the memory pane: the areas of one task or two, and their pages in a row each. */
#ifndef PROCARIUM_TUI_MEMORY_LIST_H
#define PROCARIUM_TUI_MEMORY_LIST_H

#include "tui/page_arrows.h"
#include "tui/view_state.h"

/* Where things stand in its rows, and whose memory it is. */
struct memory_list {
    const struct view_state *vs;
    s32 pair[2];
    bool is_new[2]; /* was not there at the last stop */
    bool has_other, has_address, has_words;
    int name, bits[2], arrows, words; /* columns where they begin */
    int name_cols, words_cols;
    struct page_track track;
};

/* Lays it out for these rows, those that are in sight, in so many columns. */
void memory_list_init(struct memory_list *list, const struct view_state *vs, const s32 pair[2],
                      const struct view_pair_summary *summary, int cols,
                      const struct view_pair_row *rows, u32 count);

void memory_list_heading(const struct memory_list *list, const struct canvas *canvas,
                         const char *what);
void memory_list_row(const struct memory_list *list, const struct canvas *canvas, int y,
                     const struct view_pair_row *row);

/* "PWUAD", a dash for a bit that is not set; those that changed stand out. */
enum { ENTRY_BITS = 5 };
void memory_draw_bits(const struct canvas *canvas, int y, int x, const struct view_pair_side *side);

/* What a page is, or what became of it, as long as there is room for. */
void memory_words(const struct view_pair_row *row, bool has_other, int cols, char *out,
                  size_t size);

#endif
