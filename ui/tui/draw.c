/* Drawing into a rectangle of the screen: text, boxes, tables and scroll marks. */
#include "tui/draw.h"

#include "tui/glyph.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct canvas draw_part(const struct canvas *canvas, int y, int x, int rows, int cols)
{
    struct canvas part = *canvas;

    if (y < 0) {
        rows += y;
        y = 0;
    }
    if (x < 0) {
        cols += x;
        x = 0;
    }
    part.area.y += y;
    part.area.x += x;
    part.area.rows = rows < canvas->area.rows - y ? rows : canvas->area.rows - y;
    part.area.cols = cols < canvas->area.cols - x ? cols : canvas->area.cols - x;
    return part;
}

attr_t draw_style(const struct canvas *canvas, enum style style)
{
    return theme_style(canvas->theme, style);
}

/* ---- Cells ---- */

/* The attributes as curses takes them for a cell: without the pair, and the pair. */
static void set_attrs(WINDOW *win, attr_t attrs)
{
    (void)wattrset(win, (int)attrs);
}

/* Draws a character at x when it fits; returns its width, or -1 when it does not. */
static int put_glyph(const struct canvas *canvas, int y, int x, wchar_t ch)
{
    struct glyph glyph;

    glyph_of(canvas->theme->is_ascii ? glyph_plain(ch) : ch, &glyph);
    if (x + glyph.width > canvas->area.cols)
        return -1;
    if (x < 0 || y < 0 || y >= canvas->area.rows)
        return glyph.width;
    if (glyph.width > 0)
        mvwaddwstr(canvas->win, canvas->area.y + y, canvas->area.x + x, glyph.text);
    else if (x > 0)
        waddwstr(canvas->win, glyph.text); /* joins the cell before it */
    return glyph.width;
}

static void put_blanks(const struct canvas *canvas, int y, int x, int cols, attr_t attrs)
{
    set_attrs(canvas->win, attrs);
    for (int i = 0; i < cols; i++)
        if (put_glyph(canvas, y, x + i, L' ') < 0)
            return;
}

void draw_clear(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->area.rows; y++)
        put_blanks(canvas, y, 0, canvas->area.cols, A_NORMAL);
}

void draw_paint(const struct canvas *canvas, int y, int x, int cols, attr_t attrs)
{
    if (x < 0) {
        cols += x;
        x = 0;
    }
    if (cols > canvas->area.cols - x)
        cols = canvas->area.cols - x;
    if (y < 0 || y >= canvas->area.rows || cols <= 0)
        return;
    mvwchgat(canvas->win, canvas->area.y + y, canvas->area.x + x, cols, attrs & ~A_COLOR,
             (short)PAIR_NUMBER((int)attrs), NULL);
}

/* ---- Text ---- */

/* Draws up to n bytes within `limit` columns from x. */
static int put_text(const struct canvas *canvas, int y, int x, int limit, attr_t attrs,
                    const char *text, size_t n)
{
    struct canvas part = *canvas;

    if (x + limit < part.area.cols)
        part.area.cols = x + limit;
    set_attrs(canvas->win, attrs);
    while (n > 0) {
        wchar_t ch;
        size_t used = glyph_decode(text, n, &ch);
        int width = put_glyph(&part, y, x, ch);
        if (width < 0)
            break;
        x += width;
        text += used;
        n -= used;
    }
    return x;
}

int draw_text(const struct canvas *canvas, int y, int x, attr_t attrs, const char *text)
{
    return put_text(canvas, y, x, canvas->area.cols - x, attrs, text, strlen(text));
}

int draw_textf(const struct canvas *canvas, int y, int x, attr_t attrs, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return draw_text(canvas, y, x, attrs, text);
}

int draw_wide(const struct canvas *canvas, int y, int x, attr_t attrs, const wchar_t *text,
              size_t n)
{
    set_attrs(canvas->win, attrs);
    for (size_t i = 0; i < n; i++) {
        int width = put_glyph(canvas, y, x, text[i]);
        if (width < 0)
            break;
        x += width;
    }
    return x;
}

int draw_field(const struct canvas *canvas, int y, int x, int cols, enum align align, attr_t attrs,
               const char *text)
{
    const char *symbol = theme_symbol(canvas->theme, SYMBOL_ELLIPSIS);
    int width = glyph_width(text), end;

    if (cols <= 0)
        return x;
    if (width > cols) {
        end = put_text(canvas, y, x, cols - 1, attrs, text, strlen(text));
        end = put_text(canvas, y, end, x + cols - end, attrs, symbol, strlen(symbol));
    } else {
        int before = align == ALIGN_RIGHT ? cols - width : 0;
        put_blanks(canvas, y, x, before, attrs);
        end = put_text(canvas, y, x + before, width, attrs, text, strlen(text));
    }
    put_blanks(canvas, y, end, x + cols - end, attrs);
    return x + cols;
}

/*
 * The bytes of text that fit into cols, cut after a blank where there is one; *next is where to go
 * on.
 */
static size_t wrap_point(const char *text, int cols, size_t *next)
{
    size_t at = 0, n = strlen(text), blank = 0;
    int width = 0;

    while (at < n && text[at] != '\n') {
        wchar_t ch;
        struct glyph glyph;
        size_t used = glyph_decode(text + at, n - at, &ch);
        glyph_of(ch, &glyph);
        if (width + glyph.width > cols && at > 0 && ch != L' ')
            break;
        if (ch == L' ')
            blank = at;
        width += glyph.width;
        at += used;
    }
    if (at < n && text[at] != '\n' && blank > 0)
        at = blank;
    *next = at;
    while (text[*next] == ' ')
        ++*next;
    if (text[*next] == '\n')
        ++*next;
    return at;
}

/* Where a text that is wrapped row by row stands: the rows of a line hang below its first. */
struct wrap {
    const char *at, *line;
    int cols;
};

/* The next row: its bytes, and the columns that it is moved in by. */
static size_t wrap_next(struct wrap *w, int *indent)
{
    size_t next;

    *indent = w->at == w->line ? 0 : glyph_hanging_indent(w->line, strcspn(w->line, "\n"), w->cols);
    size_t size = wrap_point(w->at, w->cols - *indent, &next);
    w->at += next;
    if (w->at[-1] == '\n')
        w->line = w->at;
    return size;
}

int draw_wrapped(const struct canvas *canvas, int y, int rows, attr_t attrs, const char *text)
{
    struct wrap wrap = { text, text, canvas->area.cols };
    int used = 0;

    if (canvas->area.cols <= 0)
        return 0;
    for (; *wrap.at && used < rows; used++) {
        const char *row = wrap.at;
        int indent;
        size_t size = wrap_next(&wrap, &indent);
        bool is_cut = used == rows - 1 && *wrap.at;
        int cols = canvas->area.cols - indent - is_cut;
        int end = put_text(canvas, y + used, indent, cols, attrs, row, size);
        if (is_cut)
            draw_text(canvas, y + used, end, attrs, theme_symbol(canvas->theme, SYMBOL_ELLIPSIS));
    }
    return used;
}

int draw_wrapped_rows(const char *text, int cols)
{
    struct wrap wrap = { text, text, cols };
    int rows = 0, indent;

    for (; *wrap.at && cols > 0; rows++)
        wrap_next(&wrap, &indent);
    return rows;
}

/* ---- Lines and boxes ---- */

enum {
    BOX_HORIZONTAL,
    BOX_VERTICAL,
    BOX_UL,
    BOX_UR,
    BOX_LL,
    BOX_LR,
    BOX_TEE_RIGHT,
    BOX_TEE_LEFT,
    BOX_PIECES,
};

static const wchar_t box_pieces[BOX_PIECES + 1] = L"─│┌┐└┘├┤";
static const wchar_t box_pieces_ascii[BOX_PIECES + 1] = L"-|++++++";

static wchar_t box_piece(const struct canvas *canvas, int piece)
{
    return canvas->theme->is_ascii ? box_pieces_ascii[piece] : box_pieces[piece];
}

void draw_horizontal(const struct canvas *canvas, int y, int x, int cols, attr_t attrs)
{
    set_attrs(canvas->win, attrs);
    for (int i = 0; i < cols; i++)
        put_glyph(canvas, y, x + i, box_piece(canvas, BOX_HORIZONTAL));
}

void draw_vertical(const struct canvas *canvas, int y, int x, int rows, attr_t attrs)
{
    set_attrs(canvas->win, attrs);
    for (int i = 0; i < rows; i++)
        put_glyph(canvas, y + i, x, box_piece(canvas, BOX_VERTICAL));
}

enum { NOTE_COLS = 12 }; /* less of a long note says nothing */

/* The title and the note in the upper edge of a box; of a long note, the beginning. */
static void draw_edge_text(const struct canvas *canvas, bool has_focus, const char *title,
                           const char *note)
{
    attr_t border = draw_style(canvas, has_focus ? STYLE_BORDER_FOCUS : STYLE_BORDER);
    int right = canvas->area.cols - 1, left = 2;

    if (title && *title && right >= 5) {
        int width = glyph_width(title), room = right - 3;
        put_blanks(canvas, 0, 1, 1, border);
        left = draw_field(canvas, 0, 2, width < room ? width : room, ALIGN_LEFT,
                          draw_style(canvas, has_focus ? STYLE_TITLE_FOCUS : STYLE_TITLE), title);
        put_blanks(canvas, 0, left, 1, border);
    }
    if (note && *note) {
        int width = glyph_width(note), room = right - left - 5;
        bool is_cut = width > room;
        width = is_cut ? room : width;
        int x = right - 2 - width;
        if (!is_cut || width >= NOTE_COLS) {
            put_blanks(canvas, 0, x - 1, width + 2, border);
            draw_field(canvas, 0, x, width, ALIGN_LEFT, draw_style(canvas, STYLE_DIM), note);
        }
    }
}

void draw_box(const struct canvas *canvas, unsigned edges, bool has_focus, const char *title,
              const char *note)
{
    attr_t border = draw_style(canvas, has_focus ? STYLE_BORDER_FOCUS : STYLE_BORDER);
    int rows = canvas->area.rows, right = canvas->area.cols - 1;
    int inside = edges & BOX_OPEN ? rows - 1 : rows - 2;

    if (inside < 0 || right < 1)
        return;
    draw_horizontal(canvas, 0, 1, right - 1, border);
    draw_vertical(canvas, 1, 0, inside, border);
    draw_vertical(canvas, 1, right, inside, border);
    put_glyph(canvas, 0, 0, box_piece(canvas, edges & BOX_JOINED ? BOX_TEE_RIGHT : BOX_UL));
    put_glyph(canvas, 0, right, box_piece(canvas, edges & BOX_JOINED ? BOX_TEE_LEFT : BOX_UR));
    if (!(edges & BOX_OPEN)) {
        draw_horizontal(canvas, rows - 1, 1, right - 1, border);
        put_glyph(canvas, rows - 1, 0, box_piece(canvas, BOX_LL));
        put_glyph(canvas, rows - 1, right, box_piece(canvas, BOX_LR));
    }
    draw_edge_text(canvas, has_focus, title, note);
}

struct canvas draw_inside(const struct canvas *canvas, unsigned edges)
{
    int rows = edges & BOX_OPEN ? canvas->area.rows - 1 : canvas->area.rows - 2;

    return draw_part(canvas, 1, 1, rows, canvas->area.cols - 2);
}

void draw_bar(const struct canvas *canvas, int y, int x, int cols, long value, long full,
              attr_t attrs)
{
    long filled = full > 0 && value > 0 ? (long)((double)value / (double)full * cols + 0.5) : 0;

    for (int i = 0; i < cols; i++)
        draw_text(canvas, y, x + i, attrs,
                  theme_symbol(canvas->theme, i < filled ? SYMBOL_BAR_FULL : SYMBOL_BAR_EMPTY));
}

/* ---- Tables ---- */

/* What the columns with a width leave to each of the others. */
static int spare_width(const struct canvas *canvas, const struct draw_column *columns, int count)
{
    int left = canvas->area.cols - (count - 1), open = 0;

    for (int i = 0; i < count; i++) {
        left -= columns[i].cols;
        open += columns[i].cols == 0;
    }
    return open > 0 && left > 0 ? left / open : 0;
}

void draw_row(const struct canvas *canvas, int y, const struct draw_column *columns, int count,
              const char *const *cells, const attr_t *attrs)
{
    int spare = spare_width(canvas, columns, count), x = 0;

    for (int i = 0; i < count && x < canvas->area.cols; i++) {
        int cols = columns[i].cols ? columns[i].cols : spare;
        if (cols > canvas->area.cols - x)
            cols = canvas->area.cols - x;
        draw_field(canvas, y, x, cols, columns[i].align, attrs ? attrs[i] : A_NORMAL, cells[i]);
        x += cols + 1;
    }
}

void draw_heading(const struct canvas *canvas, int y, const struct draw_column *columns, int count)
{
    int spare = spare_width(canvas, columns, count), x = 0;

    for (int i = 0; i < count && x < canvas->area.cols; i++) {
        int cols = columns[i].cols ? columns[i].cols : spare;
        if (cols > canvas->area.cols - x)
            cols = canvas->area.cols - x;
        draw_field(canvas, y, x, cols, columns[i].align, draw_style(canvas, STYLE_DIM),
                   columns[i].title);
        x += cols + 1;
    }
}

/* ---- Scrolling ---- */

void scroll_fit(struct scroll *scroll, int total, int page)
{
    scroll->total = total > 0 ? total : 0;
    scroll->page = page > 0 ? page : 0;
    scroll_move(scroll, 0);
}

void scroll_move(struct scroll *scroll, int rows)
{
    int last = scroll->total - scroll->page;

    scroll->top += rows;
    if (scroll->top > last)
        scroll->top = last;
    if (scroll->top < 0)
        scroll->top = 0;
}

void scroll_show(struct scroll *scroll, int row)
{
    if (row < scroll->top)
        scroll->top = row;
    if (row >= scroll->top + scroll->page)
        scroll->top = row - scroll->page + 1;
    scroll_move(scroll, 0);
}

void draw_scrollbar(const struct canvas *canvas, const struct scroll *scroll)
{
    int rows = canvas->area.rows, x = canvas->area.cols - 1;

    if (scroll->total <= scroll->page || rows < 2)
        return;
    int size = (int)((long)rows * scroll->page / scroll->total);
    size = size < 1 ? 1 : size;
    int at = (int)((long)(rows - size) * scroll->top / (scroll->total - scroll->page));
    for (int i = 0; i < size; i++)
        draw_text(canvas, at + i, x, draw_style(canvas, STYLE_BORDER_FOCUS),
                  theme_symbol(canvas->theme, SYMBOL_SCROLL));
}
