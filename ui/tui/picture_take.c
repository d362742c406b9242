/* Reading the cells of a picture from curses: characters, and colours as red, green and blue. */
#include "tui/glyph.h"
#include "tui/mem.h"
#include "tui/picture.h"

#include <ncurses.h>
#include <string.h>
#include <wchar.h>

/* What the terminal's own colours stand for. */
enum { DARK_FG = 0xD8D8D8, DARK_BG = 0x16181C, LIGHT_FG = 0x202020, LIGHT_BG = 0xFFFFFF };

/* The 256 colours as xterm has them. */
static unsigned rgb_of(short colour, unsigned own)
{
    static const unsigned plain[16] = { 0x000000, 0xCD3131, 0x0DBC79, 0xC5A332, 0x2472C8, 0xBC3FBC,
                                        0x11A8CD, 0xE5E5E5, 0x767676, 0xF14C4C, 0x23D18B, 0xF5F543,
                                        0x3B8EEA, 0xD670D6, 0x29B8DB, 0xFFFFFF };
    static const unsigned levels[6] = { 0, 95, 135, 175, 215, 255 };

    if (colour < 0)
        return own;
    unsigned c = (unsigned)colour;
    if (c < 16)
        return plain[c];
    if (c < 232)
        return levels[(c - 16) / 36] << 16 | levels[(c - 16) / 6 % 6] << 8 | levels[(c - 16) % 6];
    unsigned grey = 8 + (c - 232) * 10;
    return grey << 16 | grey << 8 | grey;
}

/* Dim text stands closer to its paper. */
static unsigned mix(unsigned fg, unsigned bg)
{
    unsigned result = 0;

    for (int shift = 0; shift <= 16; shift += 8) {
        unsigned f = fg >> shift & 0xFF, b = bg >> shift & 0xFF;
        result |= (f * 3 + b * 2) / 5 << shift;
    }
    return result;
}

static void take_colours(struct picture_cell *cell, const struct picture *p, attr_t attrs,
                         short pair)
{
    short fg = -1, bg = -1;

    if (pair > 0)
        pair_content(pair, &fg, &bg);
    cell->fg = rgb_of(fg, p->fg);
    cell->bg = rgb_of(bg, p->bg);
    if (attrs & A_DIM)
        cell->fg = mix(cell->fg, cell->bg);
    if (attrs & A_REVERSE) {
        unsigned kept = cell->fg;
        cell->fg = cell->bg;
        cell->bg = kept;
    }
    cell->is_bold = (attrs & A_BOLD) != 0;
    cell->is_underlined = (attrs & A_UNDERLINE) != 0;
}

/* Takes one cell; returns how many columns its character fills. */
static int take_cell(const struct picture *p, struct picture_cell *cell, int y, int x)
{
    wchar_t wide[CCHARW_MAX + 1] = { 0 };
    attr_t attrs = A_NORMAL;
    short pair = 0;
    cchar_t c;

    if (mvwin_wch(stdscr, y, x, &c) == OK)
        getcchar(&c, wide, &attrs, &pair, NULL);
    take_colours(cell, p, attrs, pair);
    if (wide[0] < L' ')
        wide[0] = L' ', wide[1] = 0;
    char *text = glyph_to_utf8(wide, wcslen(wide));
    bool fits = strlen(text) < sizeof cell->text;
    strcpy(cell->text, fits ? text : "?");
    free(text);
    return wcwidth(wide[0]) == 2 ? 2 : 1;
}

void picture_take(struct picture *p, bool is_light)
{
    int y0, x0;

    getyx(stdscr, y0, x0);
    p->fg = is_light ? LIGHT_FG : DARK_FG;
    p->bg = is_light ? LIGHT_BG : DARK_BG;
    getmaxyx(stdscr, p->rows, p->cols);
    p->cells = mem_alloc((size_t)p->rows * (size_t)p->cols * sizeof *p->cells);
    for (int y = 0; y < p->rows; y++)
        for (int x = 0; x < p->cols;) {
            struct picture_cell *cell = &p->cells[y * p->cols + x];
            int width = take_cell(p, cell, y, x);
            if (width == 2 && x + 1 < p->cols) {
                cell[1] = *cell;
                cell[1].text[0] = '\0';
            }
            x += width;
        }
    wmove(stdscr, y0, x0);
}
