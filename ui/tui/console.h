/* The console: what was said so far, wrapped and scrolled, and under it the line being typed. */
#ifndef PROCARIUM_TUI_CONSOLE_H
#define PROCARIUM_TUI_CONSOLE_H

#include "tui/draw.h"
#include "tui/lineed.h"

struct console;

/* An empty console that keeps the last max_lines lines. console_destroy() frees it. */
struct console *console_create(int max_lines);
void console_destroy(struct console *console);

/*
 * Adds text in a style at the end. A newline in it ends the line; what comes after it, or with the
 * next call, is the next line. A line longer than a few screens is cut.
 */
void console_write(struct console *console, enum style style, const char *text);
void console_writef(struct console *console, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes the last line away again. */
void console_drop_last(struct console *console);

/* Has the last line not drawn, or drawn again. Nothing may be written in between. */
void console_hide_last(struct console *console);
void console_unhide_last(struct console *console);

/* Forgets all lines. */
void console_clear(struct console *console);

/* The number of lines that are kept. */
int console_count(const struct console *console);

/*
 * Scrolls by pages of the last drawn size, up (older) when negative, to the end with
 * console_to_end().
 */
void console_scroll_pages(struct console *console, int pages);
void console_scroll_rows(struct console *console, int rows);
void console_to_end(struct console *console);
/* How many rows it was scrolled up from its end. */
int console_rows_below(const struct console *console);

/* The line at the console's end. */
struct console_line {
    const char *prompt;
    struct lineed_view text;
    const char *hint;                    /* at the right, when there is room; NULL for none */
    const struct completion *candidates; /* NULL for none */
    unsigned page;                       /* which page of the candidates */
};

/*
 * Draws the end of the console, or where it was scrolled to, and puts the place of the text cursor
 * into *y and *x, in cells of the screen.
 */
void console_draw(struct console *console, const struct canvas *canvas,
                  const struct console_line *line, int *y, int *x);

#endif
