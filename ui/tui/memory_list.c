/* Drawing the list of areas and pages. */
#include "tui/memory_list.h"

#include "text.h"
#include "tui/glyph.h"

#include <stdio.h>
#include <string.h>

enum {
    GUTTER_COLS = 1, /* the mark of a change */
    NAME_COLS = 9,   /* at least, with a blank behind it, and at most: */
    NAME_MOST = 16,
    ADDRESS_COLS = 10, /* with a blank behind it */
    WORDS_COLS = 11,   /* with a blank before them: fewer are no room for words */
    WORDS_MOST = 30,   /* so many are enough */
    ARROWS_MOST = 41,  /* the same */
};

/* ---- Where things stand ---- */

/* Takes columns from what is left if there are so many. */
static bool take(int *left, int cols)
{
    if (*left < cols)
        return false;
    *left -= cols;
    return true;
}

static int most(int *left, int cols)
{
    int taken = *left < cols ? *left : cols;

    *left -= taken > 0 ? taken : 0;
    return taken > 0 ? taken : 0;
}

void memory_list_init(struct memory_list *list, const struct view_state *vs, const s32 pair[2],
                      const struct view_pair_summary *summary, int cols,
                      const struct view_pair_row *rows, u32 count)
{
    struct page_needs needs = page_needs_of(rows, count);
    int plain = page_track_least(PAGE_PLAIN, &needs);

    *list = (struct memory_list){ .vs = vs, .has_other = pair[1] >= 0, .name_cols = NAME_COLS };
    for (int i = 0; i < 2; i++) {
        list->pair[i] = pair[i];
        list->is_new[i] = summary->is_new[i];
    }
    /* What is worth most comes first. */
    int left = cols - GUTTER_COLS - NAME_COLS - 2 * ENTRY_BITS;
    int arrows = most(&left, plain + 2);
    list->has_words = take(&left, WORDS_COLS);
    list->words_cols = list->has_words ? WORDS_COLS - 1 : 0;
    int boxes = page_track_least(PAGE_BOXED, &needs) - arrows;
    arrows += take(&left, boxes) ? boxes : 0;
    list->has_address = take(&left, ADDRESS_COLS);
    list->name_cols += most(&left, NAME_MOST / 2 - NAME_COLS / 2);
    arrows += most(&left, ARROWS_MOST - arrows);
    list->name_cols += most(&left, NAME_MOST - list->name_cols);
    list->words_cols += list->has_words ? most(&left, WORDS_MOST - list->words_cols) : 0;
    list->track = page_track_of(arrows, &needs);

    list->name = GUTTER_COLS + (list->has_address ? ADDRESS_COLS : 0);
    list->bits[0] = list->name + list->name_cols;
    list->arrows = list->bits[0] + ENTRY_BITS;
    list->bits[1] = list->arrows + arrows;
    list->words = list->bits[1] + ENTRY_BITS + 1;
}

/* ---- Words ---- */

static const char *kind_word(char kind)
{
    switch (kind) {
    case 'f':
    case 'F':
        return _("file page");
    case '0':
        return _("zero page");
    case 'a':
    case 'A':
        return _("anonymous");
    default:
        return _("page");
    }
}

static void long_words(const struct view_pair_row *row, bool has_other, char *out, size_t size)
{
    const struct view_pair_side *any = row->side[0].is_there ? &row->side[0] : &row->side[1];
    const char *kind = kind_word(any->kind);

    if (!any->is_there)
        snprintf(out, size, row->pages > 1 ? _("%u pages given back") : _("given back"),
                 row->pages);
    else if (row->pages > 1)
        snprintf(out, size, _("%u pages alike"), row->pages);
    else if (row->link == VIEW_LINK_COW)
        snprintf(out, size, _("%s, copy on write"), kind);
    else if (row->link == VIEW_LINK_PARTED)
        snprintf(out, size, row->parts_now ? _("%s, copied now") : _("%s, parted"),
                 kind_word(row->side[row->side[0].kind == 'F'].kind));
    else if (row->link == VIEW_LINK_SAME)
        snprintf(out, size, _("%s, shared"), kind);
    else if (!has_other && any->users > 1)
        snprintf(out, size, _("%s, %u users"), kind, any->users);
    else
        snprintf(out, size, "%s", kind);
}

void memory_words(const struct view_pair_row *row, bool has_other, int cols, char *out, size_t size)
{
    const struct view_pair_side *any = row->side[0].is_there ? &row->side[0] : &row->side[1];

    long_words(row, has_other, out, size);
    if (glyph_width(out) <= cols)
        return;
    if (!any->is_there || row->pages > 1)
        snprintf(out, size, _("%u pages"), row->pages);
    else
        snprintf(out, size, "%s", kind_word(any->kind));
}

/* ---- Rows ---- */

void memory_draw_bits(const struct canvas *canvas, int y, int x, const struct view_pair_side *side)
{
    static const char letters[] = "PWUAD";
    _Static_assert(sizeof letters - 1 == ENTRY_BITS, "a column a bit");

    for (int i = 0; letters[i]; i++) {
        u32 bit = 1u << i;
        const char text[2] = { side->bits & bit ? letters[i] : '-', 0 };
        bool is_news = side->was_there && (side->bits ^ side->bits_was) & bit;
        draw_text(canvas, y, x + i,
                  draw_style(canvas, is_news            ? STYLE_CHANGED
                                     : side->bits & bit ? STYLE_NORMAL
                                                        : STYLE_DIM),
                  text);
    }
}

static bool has_changed(const struct view_pair_side *side)
{
    return side->is_there != side->was_there || side->frame != side->frame_was ||
           side->bits != side->bits_was;
}

static void draw_entry(const struct memory_list *list, const struct canvas *canvas, int y, int i,
                       const struct view_pair_side *side)
{
    if (side->is_there)
        memory_draw_bits(canvas, y, list->bits[i], side);
    else if (side->was_there)
        draw_text(canvas, y, list->bits[i], draw_style(canvas, STYLE_CHANGED), _("gone"));
    else
        draw_text(canvas, y, list->bits[i] + ENTRY_BITS / 2, draw_style(canvas, STYLE_FREE),
                  theme_symbol(canvas->theme, SYMBOL_FREE));
}

/* " heap+3", and " heap+3 ×20", or "+3 ×20" below its area's name, for many that are alike. */
static void name_of_page(const struct view_pair_row *row, int cols, char *text, size_t size)
{
    const char *place = strpbrk(row->name, "+-");

    snprintf(text, size, row->pages > 1 ? " %s ×%u" : " %s", row->name, row->pages);
    if (row->pages > 1 && place && glyph_width(text) > cols)
        snprintf(text, size, "%s ×%u", place, row->pages);
}

static void draw_page(const struct memory_list *list, const struct canvas *canvas, int y,
                      const struct view_pair_row *row)
{
    struct page_arrow arrows[2];
    char text[96];

    page_arrows_of(row, list->pair, list->is_new, arrows);
    if (has_changed(&row->side[0]) || has_changed(&row->side[1]) || arrows[0].is_lit ||
        arrows[1].is_lit)
        draw_text(canvas, y, 0, draw_style(canvas, STYLE_CHANGED),
                  theme_symbol(canvas->theme, SYMBOL_CHANGED));
    if (list->has_address)
        draw_textf(canvas, y, GUTTER_COLS + 1, draw_style(canvas, STYLE_DIM), "%08x", row->address);
    name_of_page(row, list->name_cols - 1, text, sizeof text);
    draw_field(canvas, y, list->name, list->name_cols - 1, ALIGN_LEFT,
               draw_style(canvas, STYLE_NORMAL), text);
    for (int i = 0; i <= (int)list->has_other; i++)
        draw_entry(list, canvas, y, i, &row->side[i]);
    page_arrows_draw(canvas, y, list->arrows, &list->track, row, arrows, list->pair);
    if (!list->has_words)
        return;
    memory_words(row, list->has_other, list->words_cols, text, sizeof text);
    draw_field(canvas, y, list->words, list->words_cols, ALIGN_LEFT,
               draw_style(canvas, row->parts_now ? STYLE_CURRENT : STYLE_DIM), text);
}

/* Where an area begins: its parts, how many of its pages are there, what may be done with them. */
static void draw_area(const struct memory_list *list, const struct canvas *canvas, int y,
                      const struct view_pair_row *row)
{
    attr_t dim = draw_style(canvas, STYLE_DIM);
    int room = list->track.cols - 2, used = 0;
    const char *file = "";

    if (list->has_address)
        draw_textf(canvas, y, GUTTER_COLS + 1, dim, "%08x", row->address);
    draw_field(canvas, y, list->name, list->name_cols, ALIGN_LEFT, draw_style(canvas, STYLE_TITLE),
               row->name[0] ? row->name : _("area"));
    for (int i = 0; i <= (int)list->has_other; i++) {
        const struct view_pair_side *side = &row->side[i];
        char text[32];
        if (!side->is_there)
            continue;
        draw_text(canvas, y, list->bits[i] + (i ? 1 : 0), dim, side->may);
        snprintf(text, sizeof text, "%u/%u", side->present, side->size);
        if (glyph_width(text) > room / 2 - 1)
            snprintf(text, sizeof text, "%u", side->present);
        int width = glyph_width(text);
        draw_text(canvas, y,
                  i == 0 ? list->arrows + 1 : list->arrows + list->track.cols - 1 - width, dim,
                  text);
        used = width > used ? width : used;
        file = *file ? file : side->file;
    }
    if (list->has_words) {
        draw_field(canvas, y, list->words, list->words_cols, ALIGN_LEFT, dim, file);
        return;
    }
    int width = glyph_width(file);
    if (width + 2 * (used + 1) <= room)
        draw_text(canvas, y, list->arrows + (list->track.cols - width) / 2, dim, file);
}

void memory_list_row(const struct memory_list *list, const struct canvas *canvas, int y,
                     const struct view_pair_row *row)
{
    if (row->is_area)
        draw_area(list, canvas, y, row);
    else
        draw_page(list, canvas, y, row);
}

void memory_list_heading(const struct memory_list *list, const struct canvas *canvas,
                         const char *what)
{
    attr_t dim = draw_style(canvas, STYLE_DIM);
    const char *middle = _("frame");
    int width = glyph_width(middle), room = (list->track.cols - width) / 2 - 2;
    struct view_task task;
    char name[96];

    draw_text(canvas, 0, list->name + 1, dim, _("page"));
    draw_text(canvas, 0, list->arrows + (list->track.cols - width) / 2, dim, middle);
    for (int i = 0; i <= (int)list->has_other; i++) {
        s32 pid = list->pair[i];
        if (!view_task_by_pid(list->vs->view, pid, &task))
            continue;
        snprintf(name, sizeof name, "%d %s", pid, task.comm);
        if (glyph_width(name) > room)
            snprintf(name, sizeof name, "%d", pid);
        int at =
            i == 0 ? list->arrows + 1 : list->arrows + list->track.cols - 1 - glyph_width(name);
        draw_text(canvas, 0, list->bits[i], dim, "PWUAD");
        draw_text(canvas, 0, at, theme_task(canvas->theme, pid) | A_BOLD, name);
    }
    if (list->has_words)
        draw_field(canvas, 0, list->words, list->words_cols, ALIGN_LEFT, dim, what);
}
