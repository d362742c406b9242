/* Sizes that a person changes: a pane gets exactly what was asked for, and others give it. */
#include "tui/layout.h"

#include <stddef.h>

/* Panes or columns one after the other, with what each has and needs. */
struct run {
    int count;
    int *weight[LAYOUT_MAX_PANES];
    int size[LAYOUT_MAX_PANES];
    int min[LAYOUT_MAX_PANES];
};

/* Takes up to `wanted` from part i; returns what it gave. */
static int take(struct run *run, int i, int wanted)
{
    int spare = run->size[i] - run->min[i];
    int given = spare < wanted ? spare : wanted;

    if (given < 0)
        given = 0;
    run->size[i] -= given;
    return given;
}

/* Gives part `at` the size, from those behind it first, then from those before it. */
static void give(struct run *run, int at, int size)
{
    int wanted = size - run->size[at];

    if (wanted < 0) { /* it gives away: to the next, or the one before */
        int other = at + 1 < run->count ? at + 1 : at - 1;
        if (other >= 0)
            run->size[other] += take(run, at, -wanted);
        return;
    }
    for (int i = at + 1; i < run->count && wanted > 0; i++) {
        int given = take(run, i, wanted);
        run->size[at] += given;
        wanted -= given;
    }
    for (int i = at - 1; i >= 0 && wanted > 0; i--) {
        int given = take(run, i, wanted);
        run->size[at] += given;
        wanted -= given;
    }
}

/*
 * Weights in exact proportion to the sizes, and about as heavy as they were, since parts that are
 * not shown now keep theirs.
 */
static void keep_sizes(struct run *run)
{
    int sizes = 0, weights = 0;

    for (int i = 0; i < run->count; i++) {
        sizes += run->size[i];
        weights += *run->weight[i];
    }
    int each = sizes > 0 && weights > sizes ? weights / sizes : 1;
    for (int i = 0; i < run->count; i++)
        *run->weight[i] = run->size[i] > 0 ? run->size[i] * each : 1;
}

static void resize_rows(struct layout_spec *spec, const struct layout *layout, int pane, int rows)
{
    struct run run = { .count = 0 };
    int order[LAYOUT_MAX_PANES], at = 0;

    layout_order(spec, order);
    for (int k = 0; k < spec->panes; k++) {
        int i = order[k];
        if (!layout->is_shown[i] || spec->pane[i].column != spec->pane[pane].column)
            continue;
        if (i == pane)
            at = run.count;
        run.weight[run.count] = &spec->pane[i].weight;
        run.size[run.count] = layout->pane[i].rows - !(layout->edges[i] & BOX_OPEN);
        run.min[run.count++] = spec->pane[i].min_rows;
    }
    give(&run, at, rows - !(layout->edges[pane] & BOX_OPEN));
    keep_sizes(&run);
}

static void resize_cols(struct layout_spec *spec, const struct layout *layout, int pane, int cols)
{
    struct run run = { .count = 0 };
    int at = 0;

    for (int c = 0; c < spec->columns; c++) {
        int shown = LAYOUT_NO_PANE;
        for (int i = 0; i < spec->panes && shown == LAYOUT_NO_PANE; i++)
            if (layout->is_shown[i] && spec->pane[i].column == c)
                shown = i;
        if (shown == LAYOUT_NO_PANE)
            continue;
        if (c == spec->pane[pane].column)
            at = run.count;
        run.weight[run.count] = &spec->column[c].weight;
        run.size[run.count] = layout->pane[shown].cols;
        run.min[run.count++] = spec->column[c].min_cols;
    }
    give(&run, at, cols);
    keep_sizes(&run);
}

void layout_resize(struct layout_spec *spec, const struct layout *layout, int pane, int rows,
                   int cols)
{
    if (layout->is_too_small || pane < 0 || pane >= spec->panes || !layout->is_shown[pane])
        return;
    if (rows > 0)
        resize_rows(spec, layout, pane, rows);
    if (cols > 0)
        resize_cols(spec, layout, pane, cols);
}

void layout_resize_console(struct layout_spec *spec, int rows, int screen_rows)
{
    enum { LEAST = 3 };

    if (screen_rows <= 0)
        return;
    rows = rows < LEAST ? LEAST : rows > screen_rows ? screen_rows : rows;
    spec->console_rows = LEAST;
    /* Rounded up, so that the share of this screen is exactly these rows. */
    spec->console_percent = (rows * 100 + screen_rows - 1) / screen_rows;
}

/* ---- Borders ---- */

struct layout_border layout_border_at(const struct layout *layout, const struct layout_spec *spec,
                                      int y, int x)
{
    struct layout_border none = { BORDER_NONE, LAYOUT_NO_PANE };

    if (layout->is_too_small)
        return none;
    if (y == layout->bar.y)
        return (struct layout_border){ BORDER_CONSOLE, LAYOUT_NO_PANE };
    for (int i = 0; i < spec->panes; i++) {
        const struct rect *r = &layout->pane[i];
        if (!layout->is_shown[i])
            continue;
        if (y == r->y + r->rows && x >= r->x && x < r->x + r->cols && (layout->edges[i] & BOX_OPEN))
            return (struct layout_border){ BORDER_BELOW, i };
        bool is_last_column = r->x + r->cols >= layout->bar.cols;
        if (y >= r->y && y < r->y + r->rows && !is_last_column &&
            (x == r->x + r->cols - 1 || x == r->x + r->cols))
            return (struct layout_border){ BORDER_RIGHT, i };
    }
    return none;
}
