/* Arrows from page table entries to page frames, in one row. */
#include "tui/page_arrows.h"

#include "tui/glyph.h"

#include <stdio.h>
#include <string.h>

enum {
    DIGITS_LEAST = 3,
    COUNT_LEAST = 3, /* "=c2", "2→1" */
    EDGE_COLS = 1,   /* between the entry's bits and the arrow */
};

/* What a form takes: its shortest arrow, with the head, and the least between two frames. */
static const struct {
    int arrow, gap;
    int around; /* brackets, of one frame */
    int blank;  /* between arrow and frame */
    int before_count;
} forms[PAGE_FORMS] = {
    [PAGE_TIGHT] = { 1, 1, 0, 0, 0 },
    [PAGE_CLOSE] = { 2, 1, 0, 0, 1 },
    [PAGE_PLAIN] = { 2, 1, 0, 1, 1 },
    [PAGE_BOXED] = { 3, 1, 2, 0, 1 },
};

/* ---- Where a frame stands ---- */

/* One side of a page, now or at the last stop. */
struct side {
    bool is_there;
    u32 frame, bits;
};

static enum page_place place_of(const struct side sides[2], int i, bool are_of_one, bool is_alone)
{
    const struct side *here = &sides[i], *there = &sides[!i];

    if (!here->is_there)
        return PAGE_NOWHERE;
    if (is_alone) /* where it stays when a child comes */
        return PAGE_COMMON;
    if (!there->is_there)
        return PAGE_OWN;
    if (here->frame == there->frame)
        return PAGE_COMMON;
    /* Who may write has a frame of its own; the other's is what they had in common. */
    return are_of_one && !(here->bits & VIEW_PTE_RW) && there->bits & VIEW_PTE_RW ? PAGE_COMMON
                                                                                  : PAGE_OWN;
}

void page_arrows_of(const struct view_pair_row *row, const s32 pair[2], const bool is_new[2],
                    struct page_arrow arrows[2])
{
    bool are_of_one = row->link != VIEW_LINK_NONE;
    struct side now[2], then[2];

    for (int i = 0; i < 2; i++) {
        const struct view_pair_side *side = &row->side[i];
        now[i] = (struct side){ side->is_there, side->frame, side->bits };
        then[i] = (struct side){ side->was_there && !is_new[i], side->frame_was, side->bits_was };
    }
    for (int i = 0; i < 2; i++) {
        bool is_alone = pair[1] < 0;
        enum page_place was = place_of(then, i, are_of_one, is_alone || is_new[!i]);
        arrows[i].place = place_of(now, i, are_of_one, is_alone);
        arrows[i].is_lit =
            now[i].is_there && (was != arrows[i].place || now[i].frame != then[i].frame);
    }
}

/* ---- Counts ---- */

void page_count_text(const struct view_pair_row *row, int side, bool is_short,
                     char text[PAGE_COUNT_SIZE])
{
    const struct view_pair_side *page = &row->side[side];
    bool is_common = row->link == VIEW_LINK_SAME || row->link == VIEW_LINK_COW;
    const char *mark = row->link == VIEW_LINK_COW ? "=c" : "=";

    bool has_left = page->users_was > page->users && page->users > 0;

    *text = 0;
    if (has_left && !is_short)
        snprintf(text, PAGE_COUNT_SIZE, "%u→%u", page->users_was, page->users);
    else if (page->users > 1 || has_left)
        snprintf(text, PAGE_COUNT_SIZE, "%s%u", mark, page->users);
    else if (is_common) /* the zero page, which nobody counts, or one address space */
        snprintf(text, PAGE_COUNT_SIZE, "%s", mark);
}

/* ---- The track ---- */

static int count_digits(u32 number)
{
    int digits = 1;

    for (; number >= 10; number /= 10)
        digits++;
    return digits;
}

struct page_needs page_needs_of(const struct view_pair_row *rows, u32 count)
{
    struct page_needs needs = { DIGITS_LEAST, COUNT_LEAST, COUNT_LEAST };

    for (u32 i = 0; i < count; i++) {
        for (int side = 0; side < 2 && !rows[i].is_area; side++) {
            char text[PAGE_COUNT_SIZE];
            if (!rows[i].side[side].is_there)
                continue;
            int digits = count_digits(rows[i].side[side].frame);
            needs.digits = digits > needs.digits ? digits : needs.digits;
            page_count_text(&rows[i], side, false, text);
            needs.count = glyph_width(text) > needs.count ? glyph_width(text) : needs.count;
            page_count_text(&rows[i], side, true, text);
            int width = glyph_width(text);
            needs.short_count = width > needs.short_count ? width : needs.short_count;
        }
    }
    return needs;
}

static int own_cols(enum page_form form, const struct page_needs *needs)
{
    return needs->digits + forms[form].around;
}

static int common_cols(enum page_form form, const struct page_needs *needs)
{
    return needs->digits + forms[form].around + forms[form].before_count +
           (form == PAGE_TIGHT ? needs->short_count : needs->count);
}

int page_track_least(enum page_form form, const struct page_needs *needs)
{
    int side =
        EDGE_COLS + forms[form].arrow + forms[form].blank + own_cols(form, needs) + forms[form].gap;

    return 2 * side + common_cols(form, needs);
}

struct page_track page_track_of(int cols, const struct page_needs *needs)
{
    struct page_track track = { .form = PAGE_BOXED, .cols = cols };

    while (track.form > PAGE_TIGHT && cols < page_track_least(track.form, needs))
        track.form--;
    int spare = (cols - page_track_least(track.form, needs)) / 2;
    int arrow = forms[track.form].arrow + (spare > 0 ? (spare * 2 + 2) / 3 : 0);
    int before = EDGE_COLS + arrow + forms[track.form].blank;
    track.own_cols = own_cols(track.form, needs);
    track.common_cols = common_cols(track.form, needs);
    track.own_x[0] = before;
    track.own_x[1] = cols - before - track.own_cols;
    track.common_x = (cols - track.common_cols) / 2;
    return track;
}

/* ---- Drawing ---- */

attr_t page_arrow_attrs(const struct canvas *canvas, const struct page_arrow *arrow, s32 pid)
{
    return arrow->is_lit ? draw_style(canvas, STYLE_CHANGED) : theme_task(canvas->theme, pid);
}

const char *page_arrow_line(const struct page_arrow *arrow)
{
    return arrow->is_lit ? "═" : "─";
}

attr_t page_frame_attrs(const struct canvas *canvas, const struct view_pair_row *row, int side,
                        s32 pid)
{
    const struct view_pair_side *page = &row->side[side];
    bool is_common = row->link == VIEW_LINK_SAME || row->link == VIEW_LINK_COW;

    if (is_common || page->users > 1)
        return draw_style(canvas, STYLE_SHARED);
    attr_t attrs = theme_task(canvas->theme, pid);
    return !page->was_there || page->frame != page->frame_was ? theme_marked(canvas->theme, attrs)
                                                              : attrs;
}

/* From x to before `end`, with its head at the frame: to the right of the left task. */
static void draw_arrow(const struct canvas *canvas, int y, int x, int end, int side,
                       const struct page_arrow *arrow, s32 pid)
{
    attr_t attrs = page_arrow_attrs(canvas, arrow, pid);
    const char *head = theme_symbol(canvas->theme, side == 0 ? SYMBOL_RIGHT : SYMBOL_LEFT);

    for (int at = x; at < end; at++)
        draw_text(canvas, y, at, attrs,
                  at == (side == 0 ? end - 1 : x) ? head : page_arrow_line(arrow));
}

/* A frame's number and count as one text, and where the count begins in it. */
static int frame_text(const struct page_track *track, const struct view_pair_row *row, int side,
                      char *text, size_t size)
{
    bool is_boxed = track->form == PAGE_BOXED;
    char count[PAGE_COUNT_SIZE];

    page_count_text(row, side, track->form == PAGE_TIGHT, count);
    int at = snprintf(text, size, "%s%u%s", is_boxed ? "[" : "", row->side[side].frame,
                      *count && forms[track->form].before_count ? " " : "");
    snprintf(text + at, size - (size_t)at, "%s%s", count, is_boxed ? "]" : "");
    return at;
}

/* The frame that a side's entry names, and its arrow. */
static void draw_side(const struct canvas *canvas, int y, const struct page_track *track,
                      const struct view_pair_row *row, int side, const struct page_arrow *arrow,
                      s32 pid)
{
    const struct view_pair_side *page = &row->side[side];
    attr_t attrs = page_frame_attrs(canvas, row, side, pid);
    int blank = forms[track->form].blank;
    char text[48];

    int count_at = frame_text(track, row, side, text, sizeof text), width = glyph_width(text);
    int x = arrow->place == PAGE_COMMON ? track->common_x
            : side == 0                 ? track->own_x[0]
                                        : track->own_x[1] + track->own_cols - width;
    draw_text(canvas, y, x, attrs, text);
    char *end = strchr(text, ']');
    if (end)
        *end = 0;
    if (page->users != page->users_was && page->users_was > 0)
        draw_text(canvas, y, x + count_at, draw_style(canvas, STYLE_CHANGED), text + count_at);
    if (side == 0)
        draw_arrow(canvas, y, EDGE_COLS, x - blank, side, arrow, pid);
    else
        draw_arrow(canvas, y, x + width + blank, track->cols - EDGE_COLS, side, arrow, pid);
}

void page_arrows_draw(const struct canvas *canvas, int y, int x, const struct page_track *track,
                      const struct view_pair_row *row, const struct page_arrow arrows[2],
                      const s32 pair[2])
{
    struct canvas part = draw_part(canvas, y, x, 1, track->cols);

    for (int side = 0; side < 2; side++)
        if (arrows[side].place != PAGE_NOWHERE)
            draw_side(&part, 0, track, row, side, &arrows[side], pair[side]);
}
