/* See picture.h. */
#include "tui/picture.h"

#include "tui/glyph.h"
#include "tui/mem.h"

#include <string.h>

/* Pixels of a cell in an SVG picture. */
enum { CELL_WIDTH = 9, CELL_HEIGHT = 18, BASELINE = 14, MARGIN = 9 };

static const struct picture_cell *cell_at(const struct picture *p, int y, int x)
{
    return &p->cells[y * p->cols + x];
}

void picture_finish(struct picture *picture)
{
    free(picture->cells);
    *picture = (struct picture){ 0 };
}

static bool is_blank(const struct picture_cell *cell)
{
    return cell->text[0] == ' ' && cell->text[1] == '\0' && !cell->is_underlined;
}

static bool is_alike(const struct picture_cell *a, const struct picture_cell *b)
{
    return a->fg == b->fg && a->bg == b->bg && a->is_bold == b->is_bold &&
           a->is_underlined == b->is_underlined;
}

/* The columns up to the last that is not blank on the paper's own colour. */
static int used_cols(const struct picture *p, int y)
{
    int cols = p->cols;

    while (cols > 0 && is_blank(cell_at(p, y, cols - 1)) && cell_at(p, y, cols - 1)->bg == p->bg)
        cols--;
    return cols;
}

static void add_escaped(struct strbuf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            strbuf_puts(out, "&amp;");
            break;
        case '<':
            strbuf_puts(out, "&lt;");
            break;
        case '>':
            strbuf_puts(out, "&gt;");
            break;
        default:
            strbuf_putc(out, *text);
        }
    }
}

/* ---- Plain text ---- */

static void write_text(const struct picture *p, struct strbuf *out)
{
    for (int y = 0; y < p->rows; y++) {
        int cols = p->cols;
        while (cols > 0 && strcmp(cell_at(p, y, cols - 1)->text, " ") == 0)
            cols--;
        for (int x = 0; x < cols; x++)
            strbuf_puts(out, cell_at(p, y, x)->text);
        strbuf_putc(out, '\n');
    }
}

/* ---- HTML ---- */

static void open_span(const struct picture *p, const struct picture_cell *c, struct strbuf *out)
{
    strbuf_printf(out, "<span style=\"color:#%06x", c->fg);
    if (c->bg != p->bg)
        strbuf_printf(out, ";background:#%06x", c->bg);
    if (c->is_bold)
        strbuf_puts(out, ";font-weight:bold");
    if (c->is_underlined)
        strbuf_puts(out, ";text-decoration:underline");
    strbuf_puts(out, "\">");
}

static bool is_plain(const struct picture *p, const struct picture_cell *c)
{
    return !c->is_bold && !c->is_underlined && c->bg == p->bg && (c->fg == p->fg || is_blank(c));
}

static void write_html_row(const struct picture *p, int y, struct strbuf *out)
{
    int cols = used_cols(p, y);

    for (int x = 0; x < cols;) {
        const struct picture_cell *first = cell_at(p, y, x);
        bool has_span = !is_plain(p, first);
        if (has_span)
            open_span(p, first, out);
        do
            add_escaped(out, cell_at(p, y, x++)->text);
        while (x < cols &&
               (has_span ? is_alike(first, cell_at(p, y, x)) : is_plain(p, cell_at(p, y, x))));
        if (has_span)
            strbuf_puts(out, "</span>");
    }
    strbuf_putc(out, '\n');
}

static void write_html(const struct picture *p, struct strbuf *out)
{
    strbuf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"generator\" content=\"procarium\">\n"
                     "<title>procarium</title>\n</head>\n<body>\n");
    strbuf_printf(out,
                  "<pre style=\"display:inline-block;padding:0.5em;margin:0;color:#%06x;"
                  "background:#%06x;font:14px/1.17 'DejaVu Sans Mono','Liberation Mono',Menlo,"
                  "Consolas,monospace\">\n",
                  p->fg, p->bg);
    for (int y = 0; y < p->rows; y++)
        write_html_row(p, y, out);
    strbuf_puts(out, "</pre>\n</body>\n</html>\n");
}

/* ---- SVG ---- */

enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8, HEAVY = 16 };

/* Where the lines of a box drawing character lead; 0 for other characters. */
static unsigned lines_of(const char *text)
{
    static const struct {
        const char *text;
        unsigned lines;
    } table[] = {
        { "─", LEFT | RIGHT },
        { "│", UP | DOWN },
        { "┌", RIGHT | DOWN },
        { "┐", LEFT | DOWN },
        { "└", RIGHT | UP },
        { "┘", LEFT | UP },
        { "├", RIGHT | UP | DOWN },
        { "┤", LEFT | UP | DOWN },
        { "┬", LEFT | RIGHT | DOWN },
        { "┴", LEFT | RIGHT | UP },
        { "┼", LEFT | RIGHT | UP | DOWN },
        { "┃", UP | DOWN | HEAVY },
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(text, table[i].text) == 0)
            return table[i].lines;
    return 0;
}

/* Blocks are drawn, too: fonts leave gaps between them. Their share of the colour in percent. */
static int block_of(const char *text)
{
    return strcmp(text, "█") == 0 ? 100 : strcmp(text, "░") == 0 ? 25 : 0;
}

/* What a run of cells is drawn with. */
enum brush { BRUSH_NONE, BRUSH_TEXT, BRUSH_LINES, BRUSH_BLOCK };

static enum brush brush_of(const struct picture_cell *c)
{
    if (is_blank(c))
        return BRUSH_NONE;
    return lines_of(c->text) ? BRUSH_LINES : block_of(c->text) ? BRUSH_BLOCK : BRUSH_TEXT;
}

static void add_lines(const struct picture *p, int y, int x, int end, struct strbuf *out)
{
    const struct picture_cell *first = cell_at(p, y, x);
    bool is_heavy = lines_of(first->text) & HEAVY;

    strbuf_printf(out, "<path stroke=\"#%06x\" stroke-width=\"%s\" d=\"", first->fg,
                  is_heavy         ? "3"
                  : first->is_bold ? "1.6"
                                   : "1");
    for (; x < end; x++) {
        unsigned lines = lines_of(cell_at(p, y, x)->text);
        double left = MARGIN + x * CELL_WIDTH, top = MARGIN + y * CELL_HEIGHT;
        double middle = left + CELL_WIDTH / 2.0, centre = top + CELL_HEIGHT / 2.0;
        if (lines & (LEFT | RIGHT))
            strbuf_printf(out, "M%g %gH%g", lines & LEFT ? left : middle, centre,
                          lines & RIGHT ? left + CELL_WIDTH : middle);
        if (lines & (UP | DOWN))
            strbuf_printf(out, "M%g %gV%g", middle, lines & UP ? top : centre,
                          lines & DOWN ? top + CELL_HEIGHT : centre);
    }
    strbuf_puts(out, "\"/>\n");
}

static void add_text_run(const struct picture *p, int y, int x, int end, struct strbuf *out)
{
    const struct picture_cell *first = cell_at(p, y, x);

    strbuf_printf(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s>",
                  MARGIN + x * CELL_WIDTH, MARGIN + y * CELL_HEIGHT + BASELINE,
                  (end - x) * CELL_WIDTH, first->fg, first->is_bold ? " font-weight=\"bold\"" : "",
                  first->is_underlined ? " text-decoration=\"underline\"" : "");
    for (; x < end; x++)
        add_escaped(out, cell_at(p, y, x)->text);
    strbuf_puts(out, "</text>\n");
}

static void add_block_run(const struct picture *p, int y, int x, int end, struct strbuf *out)
{
    for (; x < end; x++) {
        int share = block_of(cell_at(p, y, x)->text);
        strbuf_printf(out,
                      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\" "
                      "fill-opacity=\"%d.%02d\"/>\n",
                      MARGIN + x * CELL_WIDTH, MARGIN + y * CELL_HEIGHT, CELL_WIDTH, CELL_HEIGHT,
                      cell_at(p, y, x)->fg, share / 100, share % 100);
    }
}

static void add_paper(const struct picture *p, int y, struct strbuf *out)
{
    for (int x = 0, end; x < p->cols; x = end) {
        unsigned bg = cell_at(p, y, x)->bg;
        for (end = x + 1; end < p->cols && cell_at(p, y, end)->bg == bg; end++)
            ;
        if (bg != p->bg)
            strbuf_printf(out,
                          "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
                          MARGIN + x * CELL_WIDTH, MARGIN + y * CELL_HEIGHT, (end - x) * CELL_WIDTH,
                          CELL_HEIGHT, bg);
    }
}

/* Is the cell part of the run that another one began? Blanks inside a text are. */
static bool belongs(const struct picture *p, int y, int x, const struct picture_cell *first,
                    enum brush brush)
{
    const struct picture_cell *c = cell_at(p, y, x);
    enum brush own = brush_of(c);
    bool is_inner_blank = brush == BRUSH_TEXT && own == BRUSH_NONE && x + 1 < p->cols &&
                          brush_of(c + 1) == BRUSH_TEXT && is_alike(first, c + 1);

    if (brush == BRUSH_LINES && (lines_of(c->text) ^ lines_of(first->text)) & HEAVY)
        return false;
    return (own == brush && is_alike(first, c)) || is_inner_blank;
}

static void write_svg_row(const struct picture *p, int y, struct strbuf *out)
{
    add_paper(p, y, out);
    for (int x = 0, end; x < p->cols; x = end) {
        const struct picture_cell *first = cell_at(p, y, x);
        enum brush brush = brush_of(first);
        for (end = x + 1; end < p->cols && belongs(p, y, end, first, brush); end++)
            ;
        if (brush == BRUSH_TEXT)
            add_text_run(p, y, x, end, out);
        else if (brush == BRUSH_LINES)
            add_lines(p, y, x, end, out);
        else if (brush == BRUSH_BLOCK)
            add_block_run(p, y, x, end, out);
    }
}

static void write_svg(const struct picture *p, struct strbuf *out)
{
    int width = p->cols * CELL_WIDTH + 2 * MARGIN, height = p->rows * CELL_HEIGHT + 2 * MARGIN;

    strbuf_printf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
        "viewBox=\"0 0 %d %d\">\n<title>procarium</title>\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"#%06x\"/>\n"
        "<g font-family=\"'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace\" "
        "font-size=\"15\" xml:space=\"preserve\" fill=\"none\">\n",
        width, height, width, height, p->bg);
    for (int y = 0; y < p->rows; y++)
        write_svg_row(p, y, out);
    strbuf_puts(out, "</g>\n</svg>\n");
}

void picture_write(const struct picture *picture, enum screen_form form, struct strbuf *out)
{
    switch (form) {
    case SCREEN_SVG:
        write_svg(picture, out);
        break;
    case SCREEN_HTML:
        write_html(picture, out);
        break;
    case SCREEN_TEXT:
        write_text(picture, out);
        break;
    }
}
