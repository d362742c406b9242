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
};

struct layout_column {
    int weight; /* share of the width */
    int min_cols;
};

struct layout_pane {
    const char *name;
    int column;
    int weight;   /* share of the column's height */
    int min_rows; /* with its upper edge; the lower one is the next pane's upper, or a row more */
};

/* What there is to place; a plain value, so that weights can be changed in a copy. */
struct layout_spec {
    const char *name;
    int columns;
    int panes; /* in the order of the tabs, within a column from top to bottom */
    struct layout_column column[LAYOUT_MAX_COLUMNS];
    struct layout_pane pane[LAYOUT_MAX_PANES];
    int console_rows;    /* at least, prompt included */
    int console_percent; /* of the screen's height, when that is more */
    int sentence_rows;   /* 0 is 1; a screen of few rows has 1 in any case */
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

/* The pane at a cell, or LAYOUT_NO_PANE. */
int layout_pane_at(const struct layout *layout, const struct layout_spec *spec, int y, int x);

/* The pane `step` places after `pane` in tab order, around the end. */
int layout_next_pane(const struct layout_spec *spec, int pane, int step);

/* Gives a pane more or less of its column's height; the column's others share the rest. */
void layout_grow_pane(struct layout_spec *spec, int pane, int step);

/* Gives a pane's column more or less of the width. */
void layout_grow_column(struct layout_spec *spec, int pane, int step);

#endif
