/* The page over the panes: text wrapped to the width, and where its rows begin. */
#include "tui/pager.h"

#include "text.h"
#include "tui/glyph.h"
#include "tui/mem.h"

#include <stdio.h>

enum { TEXT_MAX = 16 << 20, BOX_COLS = 3, BOX_ROWS = 2 };

void pager_clear(struct pager *pager)
{
    strbuf_clear(&pager->text);
    pager->is_open = false;
    pager->cols = 0;
}

void pager_finish(struct pager *pager)
{
    strbuf_finish(&pager->text);
    free(pager->rows);
    *pager = (struct pager){ 0 };
}

void pager_add(struct pager *pager, const char *text, size_t length)
{
    if (pager->text.length + length > TEXT_MAX)
        return;
    strbuf_add(&pager->text, text, length);
    pager->cols = 0;
}

static void add_row(struct pager *pager, size_t begin, int indent)
{
    if (pager->count == pager->room) {
        pager->room = pager->room ? pager->room * 2 : 256;
        pager->rows = mem_resize(pager->rows, (size_t)pager->room * sizeof *pager->rows);
    }
    pager->rows[pager->count++] = (struct pager_row){ begin, indent };
}

/* Where the row that begins at `at` ends: behind a newline, a blank, or as much as fits. */
static size_t row_end(const struct pager *pager, size_t at, int cols)
{
    const char *text = strbuf_text(&pager->text);
    size_t length = pager->text.length, blank = 0;
    int x = 0;

    while (at < length) {
        wchar_t ch;
        struct glyph glyph;
        size_t used = glyph_decode(text + at, length - at, &ch);
        if (ch == L'\n')
            return at + used;
        glyph_of(ch, &glyph);
        if (x > 0 && x + glyph.width > cols)
            return blank > 0 ? blank : at;
        x += glyph.width;
        at += used;
        if (ch == L' ')
            blank = at;
    }
    return at;
}

int pager_rows(struct pager *pager, int cols)
{
    const char *text = strbuf_text(&pager->text);

    if (pager->cols == cols)
        return pager->count;
    pager->cols = cols;
    pager->count = 0;
    for (size_t at = 0, line = 0; at < pager->text.length;) {
        bool begins = at == 0 || text[at - 1] == '\n';
        line = begins ? at : line;
        int indent =
            begins ? 0 : glyph_hanging_indent(text + line, pager->text.length - line, cols);
        add_row(pager, at, indent);
        at = row_end(pager, at, cols - indent);
    }
    return pager->count;
}

void pager_open(struct pager *pager, const char *title)
{
    snprintf(pager->title, sizeof pager->title, "%s", title);
    pager->is_open = true;
    pager->scroll.top = 0;
}

static void draw_row_text(const struct canvas *canvas, int y, const struct pager *pager, int row)
{
    const char *text = strbuf_text(&pager->text);
    size_t begin = pager->rows[row].begin;
    size_t end = row + 1 < pager->count ? pager->rows[row + 1].begin : pager->text.length;
    char line[1024];

    if (end > begin && text[end - 1] == '\n')
        end--;
    size_t size = end - begin < sizeof line - 1 ? end - begin : sizeof line - 1;
    memcpy(line, text + begin, size);
    line[size] = 0;
    draw_text(canvas, y, pager->rows[row].indent, draw_style(canvas, STYLE_NORMAL), line);
}

void pager_draw(const struct canvas *screen, struct pager *pager)
{
    struct scroll *scroll = &pager->scroll;
    int rows = screen->area.rows - BOX_ROWS,
        count = pager_rows(pager, screen->area.cols - BOX_COLS);
    char note[96];

    rows = count < rows ? count : rows; /* no more than it needs, above the console */
    struct canvas part = draw_part(screen, screen->area.rows - rows - BOX_ROWS, 0, rows + BOX_ROWS,
                                   screen->area.cols);
    const struct canvas *canvas = &part;
    scroll_fit(scroll, count, rows);
    if (pager_is_at_end(pager))
        snprintf(note, sizeof note, _("%d lines, Esc closes"), count);
    else
        snprintf(note, sizeof note, _("%d of %d lines, Space or arrows go on, Esc closes"),
                 scroll->top + rows, count);
    draw_clear(canvas);
    draw_box(canvas, BOX_WHOLE, true, pager->title, note);
    struct canvas inside = draw_inside(canvas, BOX_WHOLE);
    struct canvas text = draw_part(&inside, 0, 0, inside.area.rows, inside.area.cols - 1);
    for (int i = 0; i < rows && scroll->top + i < count; i++)
        draw_row_text(&text, i, pager, scroll->top + i);
    draw_scrollbar(&inside, scroll);
}

bool pager_is_at_end(const struct pager *pager)
{
    return pager->scroll.top + pager->scroll.page >= pager->scroll.total;
}
