/* A page of two tasks in one row: arrows from their page table entries to the frames they name. */
#ifndef PROCARIUM_TUI_PAGE_ARROWS_H
#define PROCARIUM_TUI_PAGE_ARROWS_H

#include "procarium/view.h"
#include "tui/draw.h"

/*
 * A frame that both have, or that the one has still whom the other has left, stands in the middle;
 * one that a task has for itself stands at its side. So when a page is copied, its frame keeps its
 * place, and the writer's arrow moves from it to the new one:
 *
 *     P-UAD ──────▶ 684 =c2 ◀────── P-UAD
 *     P-UAD ──────▶ 684 2→1   687 ◀══ PWUAD
 */
enum page_place { PAGE_NOWHERE, PAGE_OWN, PAGE_COMMON };

struct page_arrow {
    enum page_place place; /* of the frame */
    bool is_lit;           /* it has moved since the last stop, or is new */
};

/* pair[1] is -1 if nobody stands beside. is_new: not there at the last stop; its arrows are lit. */
void page_arrows_of(const struct view_pair_row *row, const s32 pair[2], const bool is_new[2],
                    struct page_arrow arrows[2]);

/*
 * "=2", "=c2" until one of them writes, "2→1" (in short: "=1"); "" for a frame that one task has.
 */
enum { PAGE_COUNT_SIZE = 24 };
void page_count_text(const struct view_pair_row *row, int side, bool is_short,
                     char text[PAGE_COUNT_SIZE]);

/* ---- In one row ---- */

enum page_form { PAGE_TIGHT, PAGE_CLOSE, PAGE_PLAIN, PAGE_BOXED, PAGE_FORMS };

/* Where frames and arrows stand, in all rows alike. */
struct page_track {
    enum page_form form;
    int cols;
    int own_cols, own_x[2]; /* a frame of the left, of the right task */
    int common_cols, common_x;
};

/* What the frames of the rows need: their numbers' digits, and the columns of their counts. */
struct page_needs {
    int digits, count, short_count;
};
struct page_needs page_needs_of(const struct view_pair_row *rows, u32 count);
/* The columns that a form takes at least. */
int page_track_least(enum page_form form, const struct page_needs *needs);
/* The best form that so many columns have room for; PAGE_TIGHT is cut if need be. */
struct page_track page_track_of(int cols, const struct page_needs *needs);

/* The arrows and frames of a page's row, between the entries of the two; pair[1] -1: of the one. */
void page_arrows_draw(const struct canvas *canvas, int y, int x, const struct page_track *track,
                      const struct view_pair_row *row, const struct page_arrow arrows[2],
                      const s32 pair[2]);

/* ---- Their parts ---- */

/* An arrow's line: its style, and its piece for a direction. */
attr_t page_arrow_attrs(const struct canvas *canvas, const struct page_arrow *arrow, s32 pid);
const char *page_arrow_line(const struct page_arrow *arrow);
/* A frame's style: a shared one's, its owner's, marked if it is new at this place. */
attr_t page_frame_attrs(const struct canvas *canvas, const struct view_pair_row *row, int side,
                        s32 pid);

#endif
