/* Drawing a page large: what an entry of a page table names, and what happens when it is copied. */
#include "tui/close_up.h"

#include "text.h"
#include "tui/glyph.h"
#include "tui/memory_list.h"

#include <stdio.h>
#include <string.h>

enum {
    BOX_ROWS = 3,
    BOXES_AT = 1, /* the row in which the entries and the upper frame begin */
    LOWER_AT = BOXES_AT + BOX_ROWS,
    DIGITS_LEAST = 3,
    ARROW_LEAST = 3,
    ARROW_MOST = 12,
    FRAME_LEAST = 12, /* a frame's box */
    FRAME_MOST = 24,
    MARGIN_COLS = 1,
    TEXT_BYTES = 8, /* that are looked at to tell text from numbers */
};

/* Whether a frame stands above or below: a copy below the one that it was copied from. */
enum shelf { SHELF_UPPER, SHELF_LOWER };

struct close_up {
    const struct canvas *canvas;
    const struct view_pair_row *row;
    const s32 *pair;
    struct page_arrow arrow[2];
    struct view_pair_bytes bytes;
    int entry_cols, entry_x[2];
    int frame_cols, frame_x;
};

static enum shelf shelf_of(const struct close_up *c, int side)
{
    if (c->arrow[side].place == PAGE_COMMON)
        return SHELF_UPPER;
    return side == 1 || c->arrow[1].place == PAGE_COMMON ? SHELF_LOWER : SHELF_UPPER;
}

/* ---- Boxes ---- */

/* A box of three rows with a title in its upper edge; double: it is new here. */
static void draw_frame_of_box(const struct canvas *canvas, int y, int x, int cols, bool is_double,
                              attr_t attrs)
{
    static const char *const pieces[2][6] = { { "─", "│", "┌", "┐", "└", "┘" },
                                              { "═", "║", "╔", "╗", "╚", "╝" } };
    const char *const *p = pieces[is_double];

    for (int i = 1; i < cols - 1; i++) {
        draw_text(canvas, y, x + i, attrs, p[0]);
        draw_text(canvas, y + 2, x + i, attrs, p[0]);
    }
    draw_text(canvas, y + 1, x, attrs, p[1]);
    draw_text(canvas, y + 1, x + cols - 1, attrs, p[1]);
    draw_text(canvas, y, x, attrs, p[2]);
    draw_text(canvas, y, x + cols - 1, attrs, p[3]);
    draw_text(canvas, y + 2, x, attrs, p[4]);
    draw_text(canvas, y + 2, x + cols - 1, attrs, p[5]);
}

/* A title in the upper edge, as far as it goes; the column behind it. */
static int draw_title(const struct canvas *canvas, int y, int x, int end, attr_t attrs,
                      const char *text)
{
    int width = glyph_width(text);

    if (x + width + 2 > end)
        return x;
    draw_text(canvas, y, x, attrs, " ");
    draw_text(canvas, y, x + 1, attrs, text);
    draw_text(canvas, y, x + 1 + width, attrs, " ");
    return x + width + 2;
}

static void draw_entry(const struct close_up *c, const struct view_state *vs, int side)
{
    const struct canvas *canvas = c->canvas;
    const struct view_pair_side *page = &c->row->side[side];
    attr_t attrs = theme_task(canvas->theme, c->pair[side]);
    int x = c->entry_x[side], y = BOXES_AT;
    struct view_task task;
    char name[96];

    draw_frame_of_box(canvas, y, x, c->entry_cols, false, attrs);
    if (view_task_by_pid(vs->view, c->pair[side], &task)) {
        snprintf(name, sizeof name, "%d %s", task.pid, task.comm);
        if (glyph_width(name) > c->entry_cols - 4)
            snprintf(name, sizeof name, "%d", task.pid);
        draw_title(canvas, y, x + 1, x + c->entry_cols - 1, attrs | A_BOLD, name);
    }
    if (!page->is_there) {
        draw_text(canvas, y + 1, x + 2,
                  draw_style(canvas, page->was_there ? STYLE_CHANGED : STYLE_DIM),
                  page->was_there ? _("gone") : _("none"));
        return;
    }
    int digits = c->entry_cols - ENTRY_BITS - 5;
    char frame[16];
    snprintf(frame, sizeof frame, "%u", page->frame);
    draw_text(canvas, y + 1, x + 2 + digits - glyph_width(frame),
              page->was_there && page->frame != page->frame_was ? draw_style(canvas, STYLE_CHANGED)
                                                                : draw_style(canvas, STYLE_NORMAL),
              frame);
    memory_draw_bits(canvas, y + 1, x + 3 + digits, page);
}

static bool is_plain(u8 byte)
{
    return byte >= 0x20 && byte < 0x7F;
}

/* Are the first bytes text, rather than numbers? */
static bool are_text(const struct view_pair_bytes *bytes)
{
    int plain = 0, other = 0;

    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < TEXT_BYTES && bytes->side[side].is_there; i++) {
            u8 byte = bytes->side[side].byte[i];
            plain += is_plain(byte);
            other += byte && !is_plain(byte);
        }
    }
    return plain >= other;
}

static void draw_bytes(const struct close_up *c, int y, int x, int cols, int side)
{
    const struct view_pair_bytes_side *bytes = &c->bytes.side[side];
    bool is_text = are_text(&c->bytes);
    int end = x + cols, width = is_text ? 1 : 3;

    if (c->bytes.offset > 0)
        x = draw_textf(c->canvas, y, x, draw_style(c->canvas, STYLE_DIM), "+%u ", c->bytes.offset);
    for (int i = 0; i < VIEW_PAIR_BYTES && x + width <= end + !is_text; i++, x += width) {
        u8 byte = bytes->byte[i];
        bool is_dull = is_text ? !is_plain(byte) : !byte;
        attr_t attrs = draw_style(c->canvas, bytes->changed[i] ? STYLE_CHANGED
                                             : is_dull         ? STYLE_FREE
                                                               : STYLE_NORMAL);
        if (!is_text)
            draw_textf(c->canvas, y, x, attrs, "%02x", byte);
        else if (is_dull)
            draw_text(c->canvas, y, x, attrs, theme_symbol(c->canvas->theme, SYMBOL_FREE));
        else
            draw_textf(c->canvas, y, x, attrs, "%c", byte);
    }
}

/* The frame that a side's entry names. */
static void draw_frame(const struct close_up *c, int side)
{
    const struct canvas *canvas = c->canvas;
    const struct view_pair_side *page = &c->row->side[side];
    int y = shelf_of(c, side) == SHELF_LOWER ? LOWER_AT : BOXES_AT, x = c->frame_x;
    attr_t attrs = page_frame_attrs(canvas, c->row, side, c->pair[side]);
    bool is_new = page->users_was == 0 && c->arrow[side].is_lit;
    char text[48], count[PAGE_COUNT_SIZE];

    draw_frame_of_box(canvas, y, x, c->frame_cols, is_new, attrs & ~(attr_t)A_REVERSE);
    snprintf(text, sizeof text, c->frame_cols >= FRAME_LEAST + 6 ? _("frame %u") : "%u",
             page->frame);
    int at = draw_title(canvas, y, x + 1, x + c->frame_cols - 1, attrs, text);
    page_count_text(c->row, side, false, count);
    if (*count)
        at = draw_text(canvas, y, at,
                       page->users != page->users_was && page->users_was > 0
                           ? draw_style(canvas, STYLE_CHANGED)
                           : attrs,
                       count);
    if (*count)
        draw_text(canvas, y, at, attrs, " ");
    draw_bytes(c, y + 1, x + 1, c->frame_cols - 2, side);
}

/* ---- Arrows ---- */

/* From the entry to the frame beside it, or down to the one below. */
static void draw_arrow(const struct close_up *c, int side)
{
    static const char *const pieces[2][3] = { { "│", "└", "┘" }, { "║", "╚", "╝" } };
    const struct canvas *canvas = c->canvas;
    const struct page_arrow *arrow = &c->arrow[side];
    attr_t attrs = page_arrow_attrs(canvas, arrow, c->pair[side]);
    const char *head = theme_symbol(canvas->theme, side == 0 ? SYMBOL_RIGHT : SYMBOL_LEFT);
    int from = side == 0 ? c->entry_x[0] + c->entry_cols : c->frame_x + c->frame_cols;
    int end = side == 0 ? c->frame_x : c->entry_x[1]; /* behind the last column */
    int y = BOXES_AT + 1;

    if (shelf_of(c, side) == SHELF_LOWER) {
        int x = c->entry_x[side] + c->entry_cols / 2;
        y = LOWER_AT + 1;
        for (int row = LOWER_AT; row < y; row++)
            draw_text(canvas, row, x, attrs, pieces[arrow->is_lit][0]);
        draw_text(canvas, y, x, attrs, pieces[arrow->is_lit][side == 0 ? 1 : 2]);
        from = side == 0 ? x + 1 : from;
        end = side == 0 ? end : x;
    }
    for (int x = from; x < end; x++)
        draw_text(canvas, y, x, attrs, page_arrow_line(arrow));
    draw_text(canvas, y, side == 0 ? end - 1 : from, attrs, head);
}

/* ---- All of it ---- */

static void draw_heading_line(const struct close_up *c, bool has_other)
{
    const struct canvas *canvas = c->canvas;
    char words[96];
    int x = draw_textf(canvas, 0, 0, draw_style(canvas, STYLE_TITLE), "%s ", c->row->name);

    memory_words(c->row, has_other, canvas->area.cols - x - 12, words, sizeof words);
    x = draw_textf(canvas, 0, x, draw_style(canvas, STYLE_DIM), _("at %08x, "), c->row->address);
    x = draw_textf(canvas, 0, x, draw_style(canvas, c->row->parts_now ? STYLE_CURRENT : STYLE_DIM),
                   "%s ", words);
    draw_horizontal(canvas, 0, x, canvas->area.cols - x, draw_style(canvas, STYLE_BORDER));
}

/* Entries left and right, what is left for the frames between arrows that are not too long. */
static void lay_out(struct close_up *c, int cols)
{
    int digits = DIGITS_LEAST;

    for (int side = 0; side < 2; side++) {
        char text[16];
        int width = snprintf(text, sizeof text, "%u", c->row->side[side].frame);
        digits = width > digits ? width : digits;
    }
    c->entry_cols = digits + ENTRY_BITS + 5;
    int left = cols - 2 * MARGIN_COLS - 2 * c->entry_cols;
    int arrow = (left - FRAME_LEAST) / 3;
    arrow = arrow < ARROW_LEAST ? ARROW_LEAST : arrow > ARROW_MOST ? ARROW_MOST : arrow;
    c->frame_cols = left - 2 * arrow < FRAME_MOST ? left - 2 * arrow : FRAME_MOST;
    int width = 2 * (c->entry_cols + arrow) + c->frame_cols, x = (cols - width) / 2;
    c->entry_x[0] = x;
    c->frame_x = x + c->entry_cols + arrow;
    c->entry_x[1] = x + width - c->entry_cols;
}

void close_up_draw(const struct canvas *canvas, const struct view_state *vs, u32 at,
                   const struct view_pair_row *row, const bool is_new[2], const s32 pair[2])
{
    struct close_up c = { .canvas = canvas, .row = row, .pair = pair };
    bool has_other = pair[1] >= 0;

    page_arrows_of(row, pair, is_new, c.arrow);
    view_pair_bytes(vs->view, at, &c.bytes);
    lay_out(&c, canvas->area.cols);
    draw_heading_line(&c, has_other);
    for (int side = 0; side <= (int)has_other; side++) {
        draw_entry(&c, vs, side);
        if (c.arrow[side].place == PAGE_NOWHERE)
            continue;
        draw_frame(&c, side);
        draw_arrow(&c, side);
    }
}
