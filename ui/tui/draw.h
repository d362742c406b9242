/*
 * Drawing into a rectangle of the screen: everything is clipped, and no byte of text reaches the
 * terminal raw.
 */
#ifndef PROCARIUM_TUI_DRAW_H
#define PROCARIUM_TUI_DRAW_H

#include "tui/rect.h"
#include "tui/theme.h"

#include <stddef.h>

/*
 * Where to draw. Rows and columns count from the area's upper left corner; what lies outside is not
 * drawn.
 */
struct canvas {
    WINDOW *win;
    struct rect area;
    const struct theme *theme;
};

/* A part of a canvas, cut to it. */
struct canvas draw_part(const struct canvas *canvas, int y, int x, int rows, int cols);

/* The attributes of a style on this canvas. */
attr_t draw_style(const struct canvas *canvas, enum style style);

/* Blanks the whole area. */
void draw_clear(const struct canvas *canvas);

/* Gives cells other attributes and leaves their text. */
void draw_paint(const struct canvas *canvas, int y, int x, int cols, attr_t attrs);

/* Draws UTF-8 text up to the right edge; returns the column after it, or where it was cut. */
int draw_text(const struct canvas *canvas, int y, int x, attr_t attrs, const char *text);
int draw_textf(const struct canvas *canvas, int y, int x, attr_t attrs, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Draws n wide characters; returns the column after them, or where they were cut. */
int draw_wide(const struct canvas *canvas, int y, int x, attr_t attrs, const wchar_t *text,
              size_t n);

enum align { ALIGN_LEFT, ALIGN_RIGHT };

/*
 * Draws text in exactly `cols` columns: filled with blanks, or cut with an ellipsis. Returns x +
 * cols.
 */
int draw_field(const struct canvas *canvas, int y, int x, int cols, enum align align, attr_t attrs,
               const char *text);

/*
 * Draws text wrapped at blanks in at most `rows` rows of the canvas' width; returns those. The
 * further rows of a line that begins with blanks are moved in.
 */
int draw_wrapped(const struct canvas *canvas, int y, int rows, attr_t attrs, const char *text);
/* The rows that it takes in all. */
int draw_wrapped_rows(const char *text, int cols);

/*
 * A box around the area, with the edges that enum box_edges says, a title in the upper one (NULL
 * for none) and a note at its right.
 */
void draw_box(const struct canvas *canvas, unsigned edges, bool has_focus, const char *title,
              const char *note);

/* The inside of a box that is as large as the canvas. */
struct canvas draw_inside(const struct canvas *canvas, unsigned edges);

void draw_horizontal(const struct canvas *canvas, int y, int x, int cols, attr_t attrs);
void draw_vertical(const struct canvas *canvas, int y, int x, int rows, attr_t attrs);

/* A bar of `cols` columns, filled in proportion of value to full. */
void draw_bar(const struct canvas *canvas, int y, int x, int cols, long value, long full,
              attr_t attrs);

/* ---- Tables ---- */

struct draw_column {
    const char *title;
    int cols; /* width; 0 takes what the others leave */
    enum align align;
};

/* Draws one row of cells; attrs has one entry a cell, or is NULL for normal text. */
void draw_row(const struct canvas *canvas, int y, const struct draw_column *columns, int count,
              const char *const *cells, const attr_t *attrs);

/* Draws the columns' titles. */
void draw_heading(const struct canvas *canvas, int y, const struct draw_column *columns, int count);

/* ---- Scrolling ---- */

/* A list that is longer than its place. */
struct scroll {
    int total; /* rows there are */
    int page;  /* rows that fit */
    int top;   /* first row shown */
};

/* Sets the sizes and moves the top where it may be. */
void scroll_fit(struct scroll *scroll, int total, int page);

/* Moves by rows, as far as it goes. */
void scroll_move(struct scroll *scroll, int rows);

/* Moves as little as possible to have the row in sight. */
void scroll_show(struct scroll *scroll, int row);

/* A scroll mark in the canvas' last column, nothing when all fits. */
void draw_scrollbar(const struct canvas *canvas, const struct scroll *scroll);

#endif
