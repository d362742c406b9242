/* Where each pane stands, from the size of the screen alone: a pure function, without curses. */
#ifndef PROCARIUM_TUI_LAYOUT_H
#define PROCARIUM_TUI_LAYOUT_H

#include "tui/rect.h"

#include <stdbool.h>

/*
 * From top to bottom: the panes in columns, the sentence, the bar of keys and tabs, the console.
 * Panes that do not fit are behind tabs: the pane with the focus is always in sight. Below
 * LAYOUT_MIN_ROWS x LAYOUT_MIN_COLS there is no layout, only a message and the edit line.
 */
enum {
    LAYOUT_MAX_PANES = 16,
    LAYOUT_MAX_COLUMNS = 4,
    LAYOUT_MIN_ROWS = 10,
    LAYOUT_MIN_COLS = 40,
    LAYOUT_FEW_ROWS = 20,
    LAYOUT_MANY_COLS = 160, /* what takes two rows of 80 columns takes one of these */
};

struct layout_column {
    int weight; /* share of the width */
    int min_cols;
};

struct layout_pane {
    const char *name;
    int column;
    int weight;    /* share of the column's height */
    int min_rows;  /* with its upper edge; the lower one is the next pane's upper, or a row more */
    int rank;      /* a column's panes stand in the order of their ranks; equal ones as they come */
    bool is_extra; /* has no place of its own: it comes into sight with the focus only */
    bool is_for_lesson; /* is_extra while no lesson is played */
};

/* What there is to place; a plain value, so that weights can be changed in a copy. */
struct layout_spec {
    const char *name;
    int columns;
    int panes; /* in the order of their numbers */
    struct layout_column column[LAYOUT_MAX_COLUMNS];
    struct layout_pane pane[LAYOUT_MAX_PANES];
    int console_rows;    /* at least, prompt included */
    int console_percent; /* of the screen's height, when that is more */
    int sentence_rows;   /* 0 is 1; a screen of few rows or many columns has 1 in any case */
};

enum { LAYOUT_NO_PANE = -1 };

struct layout_request {
    int rows;
    int cols;
    int focus; /* the pane that must be in sight, or LAYOUT_NO_PANE */
    int zoom;  /* the pane that takes all panes' place, or LAYOUT_NO_PANE */
};

struct layout {
    bool is_too_small;
    struct rect pane[LAYOUT_MAX_PANES]; /* empty for one behind a tab */
    bool is_shown[LAYOUT_MAX_PANES];
    unsigned edges[LAYOUT_MAX_PANES]; /* of enum box_edges */
    int hidden;                       /* how many are behind tabs */
    struct rect sentence;
    struct rect bar;
    struct rect console;
};

/* Computes the layout. Rectangles do not overlap and lie within the screen, whatever its size. */
void layout_compute(const struct layout_spec *spec, const struct layout_request *request,
                    struct layout *layout);

/* A lesson begins or ends: the panes that have a place in one only. */
void layout_set_lesson(struct layout_spec *spec, bool has_lesson);

/* The panes' numbers in the order of their ranks. */
void layout_order(const struct layout_spec *spec, int *order);

/* The pane at a cell, or LAYOUT_NO_PANE. */
int layout_pane_at(const struct layout *layout, const struct layout_spec *spec, int y, int x);

/* The pane `step` places after `pane` in tab order, around the end. */
int layout_next_pane(const struct layout_spec *spec, int pane, int step);

/* ---- Sizes that a person changes (layout_size.c) ---- */

/*
 * Gives a shown pane `rows` rows and its column `cols` columns, or what comes nearest: no pane gets
 * less than it needs. The panes below give or take first. 0 leaves that size as it is. `layout` is
 * what layout_compute() made of the spec.
 */
void layout_resize(struct layout_spec *spec, const struct layout *layout, int pane, int rows,
                   int cols);

/* Gives the console about `rows` rows on a screen of `screen_rows`. */
void layout_resize_console(struct layout_spec *spec, int rows, int screen_rows);

/* A line between two panes, or above the console, that can be dragged. */
struct layout_border {
    enum { BORDER_NONE, BORDER_BELOW, BORDER_RIGHT, BORDER_CONSOLE } kind;
    int pane; /* BELOW, RIGHT: the pane below or right of which it is */
};

struct layout_border layout_border_at(const struct layout *layout, const struct layout_spec *spec,
                                      int y, int x);

#endif
