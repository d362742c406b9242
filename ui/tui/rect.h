/* A rectangle of cells, and how a box in it meets its neighbours. */
#ifndef PROCARIUM_TUI_RECT_H
#define PROCARIUM_TUI_RECT_H

#include <stdbool.h>

struct rect {
    int y;
    int x;
    int rows;
    int cols;
};

/* How a box meets the one above it and the one below it. */
enum box_edges {
    BOX_WHOLE = 0,
    BOX_JOINED = 1, /* its upper edge is also the lower edge of a box above */
    BOX_OPEN = 2,   /* it has no lower edge: the box below is joined */
};

/* A rectangle without a cell draws nothing. */
static inline bool rect_is_empty(const struct rect *rect)
{
    return rect->rows <= 0 || rect->cols <= 0;
}

static inline bool rect_contains(const struct rect *rect, int y, int x)
{
    return y >= rect->y && y < rect->y + rect->rows && x >= rect->x && x < rect->x + rect->cols;
}

#endif
