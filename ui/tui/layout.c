/* Where each pane stands: sharing out rows and columns by weight. */
#include "tui/layout.h"

#include <string.h>

/* ---- Sharing a length ---- */

struct part {
    int weight;
    int min;
    int size; /* the result */
};

/*
 * Shares `length` out by weight, no part below its minimum; the minimums fit. A part that weight
 * alone would leave too small gets its minimum, and the others share the rest. Rounding goes to the
 * last part.
 */
static void share(struct part *parts, int count, int length)
{
    bool is_fixed[LAYOUT_MAX_PANES] = { false };
    bool changed = true;
    int last = -1;

    while (changed) {
        int left = length, weights = 0;
        changed = false;
        for (int i = 0; i < count; i++) {
            if (is_fixed[i])
                left -= parts[i].size;
            else
                weights += parts[i].weight;
        }
        for (int i = 0; i < count && !changed; i++) {
            if (is_fixed[i])
                continue;
            parts[i].size = weights > 0 ? left * parts[i].weight / weights : left;
            if (parts[i].size < parts[i].min) {
                parts[i].size = parts[i].min;
                is_fixed[i] = changed = true;
            }
        }
    }
    for (int i = 0; i < count; i++) {
        length -= parts[i].size;
        if (!is_fixed[i] || last < 0)
            last = i;
    }
    if (last >= 0)
        parts[last].size += length;
}

/* ---- Who is in sight ---- */

static bool has_column(const struct layout_spec *spec, int column)
{
    for (int i = 0; i < spec->panes; i++)
        if (spec->pane[i].column == column && !spec->pane[i].is_extra)
            return true;
    return false;
}

/*
 * Takes columns from the left while they fit; the focus' column takes the last one's place when it
 * does not.
 */
static int choose_columns(const struct layout_spec *spec, int cols, int focus_column,
                          bool *is_shown)
{
    int used = 0, count = 0, last = -1;

    for (int i = 0; i < spec->columns; i++) {
        is_shown[i] = false;
        if (!has_column(spec, i) || (count > 0 && used + spec->column[i].min_cols > cols))
            continue;
        is_shown[i] = true;
        used += spec->column[i].min_cols;
        last = i;
        count++;
    }
    if (focus_column < 0 || is_shown[focus_column] || last < 0)
        return count;
    /* Columns go, from the right, until the focus' column fits. */
    used += spec->column[focus_column].min_cols;
    for (int i = last; i >= 0 && (i == last || used > cols); i--) {
        if (!is_shown[i])
            continue;
        is_shown[i] = false;
        used -= spec->column[i].min_cols;
        count--;
    }
    is_shown[focus_column] = true;
    return count + 1;
}

void layout_set_lesson(struct layout_spec *spec, bool has_lesson)
{
    for (int i = 0; i < spec->panes; i++)
        if (spec->pane[i].is_for_lesson)
            spec->pane[i].is_extra = !has_lesson;
}

void layout_order(const struct layout_spec *spec, int *order)
{
    for (int i = 0; i < spec->panes; i++) {
        int at = i;
        for (; at > 0 && spec->pane[order[at - 1]].rank > spec->pane[i].rank; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

/*
 * Takes a column's panes from the top while they fit; one with the focus takes the place of the
 * lowest ones.
 */
static int choose_panes(const struct layout_spec *spec, int column, int rows, int focus,
                        bool *is_shown)
{
    bool has_focus = focus >= 0 && spec->pane[focus].column == column;
    int used = has_focus ? spec->pane[focus].min_rows : 0, count = has_focus;
    int order[LAYOUT_MAX_PANES];

    layout_order(spec, order);
    if (has_focus)
        is_shown[focus] = true;
    for (int n = 0; n < spec->panes; n++) {
        int i = order[n];
        if (spec->pane[i].column != column || spec->pane[i].is_extra || (has_focus && i == focus))
            continue;
        is_shown[i] = count == 0 || used + spec->pane[i].min_rows <= rows;
        if (is_shown[i]) {
            used += spec->pane[i].min_rows;
            count++;
        }
    }
    return count;
}

/* ---- Placing ---- */

static void place_column(const struct layout_spec *spec, int column, const struct rect *area,
                         int focus, struct layout *layout)
{
    struct part parts[LAYOUT_MAX_PANES];
    int order[LAYOUT_MAX_PANES], count = 0, y = area->y;
    bool is_shown[LAYOUT_MAX_PANES] = { false };

    layout_order(spec, order);
    choose_panes(spec, column, area->rows - 1, focus, is_shown); /* the last one's lower edge */
    for (int k = 0; k < spec->panes; k++) {
        int i = order[k], min = spec->pane[i].min_rows;
        if (is_shown[i])
            parts[count++] =
                (struct part){ spec->pane[i].weight, min < area->rows ? min : area->rows - 1, 0 };
    }
    share(parts, count, area->rows - 1);
    parts[count - 1].size++;
    for (int k = 0, n = 0; k < spec->panes; k++) {
        int i = order[k];
        if (!is_shown[i])
            continue;
        layout->pane[i] = (struct rect){ y, area->x, parts[n].size, area->cols };
        layout->is_shown[i] = true;
        layout->edges[i] = (n > 0 ? BOX_JOINED : 0u) | (n < count - 1 ? BOX_OPEN : 0u);
        y += parts[n++].size;
    }
}

static void place_columns(const struct layout_spec *spec, const struct rect *area, int focus,
                          struct layout *layout)
{
    struct part parts[LAYOUT_MAX_COLUMNS];
    bool is_shown[LAYOUT_MAX_COLUMNS];
    int count = 0, x = area->x;
    int focus_column = focus >= 0 ? spec->pane[focus].column : -1;

    choose_columns(spec, area->cols, focus_column, is_shown);
    for (int i = 0; i < spec->columns; i++) {
        int min = spec->column[i].min_cols;
        if (is_shown[i])
            parts[count++] =
                (struct part){ spec->column[i].weight, min < area->cols ? min : area->cols, 0 };
    }
    share(parts, count, area->cols);
    count = 0;
    for (int i = 0; i < spec->columns; i++) {
        if (!is_shown[i])
            continue;
        struct rect column = { area->y, x, area->rows, parts[count].size };
        place_column(spec, i, &column, focus, layout);
        x += parts[count++].size;
    }
}

void layout_compute(const struct layout_spec *spec, const struct layout_request *request,
                    struct layout *layout)
{
    int rows = request->rows, cols = request->cols;

    memset(layout, 0, sizeof *layout);
    if (rows < LAYOUT_MIN_ROWS || cols < LAYOUT_MIN_COLS) {
        layout->is_too_small = true;
        layout->hidden = spec->panes;
        int top = rows > 1 ? 1 : 0; /* below the message */
        layout->console = (struct rect){ top, 0, rows > top ? rows - top : 0, cols > 0 ? cols : 0 };
        return;
    }
    int console = rows * spec->console_percent / 100;
    if (console < spec->console_rows)
        console = spec->console_rows;
    bool has_one = rows < LAYOUT_FEW_ROWS || cols >= LAYOUT_MANY_COLS;
    int sentence = has_one || spec->sentence_rows < 1 ? 1 : spec->sentence_rows;
    int rest = rows - sentence - 1;
    int most = rest - LAYOUT_MIN_ROWS / 2; /* the panes keep half of the smallest screen */
    if (console > most)
        console = most;
    struct rect area = { 0, 0, rest - console, cols };
    layout->sentence = (struct rect){ area.rows, 0, sentence, cols };
    layout->bar = (struct rect){ area.rows + sentence, 0, 1, cols };
    layout->console = (struct rect){ area.rows + sentence + 1, 0, console, cols };
    if (request->zoom >= 0 && request->zoom < spec->panes) {
        layout->pane[request->zoom] = area;
        layout->is_shown[request->zoom] = true;
    } else {
        place_columns(spec, &area, request->focus < spec->panes ? request->focus : LAYOUT_NO_PANE,
                      layout);
    }
    for (int i = 0; i < spec->panes; i++)
        layout->hidden += !layout->is_shown[i];
}

/* ---- Moving ---- */

int layout_pane_at(const struct layout *layout, const struct layout_spec *spec, int y, int x)
{
    for (int i = 0; i < spec->panes; i++)
        if (layout->is_shown[i] && rect_contains(&layout->pane[i], y, x))
            return i;
    return LAYOUT_NO_PANE;
}

int layout_next_pane(const struct layout_spec *spec, int pane, int step)
{
    if (spec->panes <= 0)
        return LAYOUT_NO_PANE;
    if (pane < 0)
        return step < 0 ? spec->panes - 1 : 0;
    int next = (pane + step) % spec->panes;
    return next < 0 ? next + spec->panes : next;
}
