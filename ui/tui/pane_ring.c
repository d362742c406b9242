/* The circular list of all processes, as a ring: each with its links to the next and the one before. */
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stdio.h>
#include <string.h>

enum {
    BOX_COLS = 12, /* "│ 2 sh     │" */
    BOX_ROWS = 4,  /* with the name and the address in it */
    GAP_COLS = 3,  /* between two boxes of a row */
    GAP_ROWS = 2,  /* between two rows */
    ROWS_LEAST = 2 * BOX_ROWS + 1,
    LEGEND_ROWS = 1,
    NODES_MAX = 128,
};

/* Where nodes stand: along the edge of a grid, clockwise from its upper left corner. */
struct grid {
    int across, down;
    int gap_rows;
};

struct spot {
    int column, row;
};

static int grid_room(const struct grid *grid)
{
    return grid->down < 2 ? grid->across : 2 * grid->across + 2 * (grid->down - 2);
}

/* As small a grid as the nodes need, and no larger than the pane. */
static struct grid grid_for(const struct canvas *canvas, int nodes)
{
    int rows = canvas->area.rows - LEGEND_ROWS;
    int widest = (canvas->area.cols + GAP_COLS) / (BOX_COLS + GAP_COLS);
    struct grid grid = { .down = rows >= ROWS_LEAST ? 2 : 1, .gap_rows = GAP_ROWS };

    if (rows < 2 * BOX_ROWS + GAP_ROWS)
        grid.gap_rows = 1;
    grid.across = grid.down == 2 ? (nodes + 1) / 2 : nodes;
    grid.across = grid.across > widest ? widest : grid.across;
    while (grid.down >= 2 && grid_room(&grid) < nodes &&
           (grid.down + 1) * (BOX_ROWS + grid.gap_rows) - grid.gap_rows <= rows)
        grid.down++;
    return grid;
}

static struct spot spot_of(const struct grid *grid, int i)
{
    if (i < grid->across)
        return (struct spot){ i, 0 };
    i -= grid->across;
    if (i < grid->down - 2)
        return (struct spot){ grid->across - 1, i + 1 };
    i -= grid->down - 2;
    if (i < grid->across)
        return (struct spot){ grid->across - 1 - i, grid->down - 1 };
    return (struct spot){ 0, grid->down - 2 - (i - grid->across) };
}

static int spot_x(const struct spot *spot)
{
    return spot->column * (BOX_COLS + GAP_COLS);
}

static int spot_y(const struct grid *grid, const struct spot *spot)
{
    return spot->row * (BOX_ROWS + grid->gap_rows);
}

/* ---- Boxes ---- */

static void draw_node(const struct canvas *canvas, int y, int x, const struct view_ring_node *node,
                      bool is_chosen)
{
    struct canvas box = draw_part(canvas, y, x, BOX_ROWS, BOX_COLS);
    struct canvas inside = draw_inside(&box, 0);
    attr_t own = theme_task(canvas->theme, node->pid);
    char text[96];

    if (node->mark == VIEW_NEW)
        own = draw_style(canvas, STYLE_CHANGED);
    draw_box(&box, 0, is_chosen, NULL, NULL);
    snprintf(text, sizeof text, "%d %s", node->pid, node->comm);
    draw_field(&inside, 0, 0, inside.area.cols, ALIGN_LEFT, own, text);
    draw_textf(&inside, 1, 1, draw_style(canvas, STYLE_DIM), "%08x", node->link);
}

/* ---- Links: the upper or left arrow is next, the other one prev ---- */

static attr_t link_style(const struct canvas *canvas, bool has_changed)
{
    return draw_style(canvas, has_changed ? STYLE_CHANGED : STYLE_BORDER);
}

/* Between two boxes of a row, of which the left one begins at x. */
static void draw_across(const struct canvas *canvas, int y, int x, bool goes_right,
                        const struct view_ring_node *from, const struct view_ring_node *to,
                        bool is_far)
{
    const struct theme *theme = canvas->theme;
    attr_t next = link_style(canvas, from->next_changed),
           prev = link_style(canvas, to->prev_changed);

    x += BOX_COLS;
    for (int line = 0; line < 2; line++) {
        attr_t attrs = line == 0 ? next : prev;
        bool is_right = (line == 0) == goes_right;
        int end = is_right ? x + GAP_COLS - 1 : x;
        draw_horizontal(canvas, y + 1 + line, x, GAP_COLS, attrs);
        draw_text(canvas, y + 1 + line, end, attrs,
                  theme_symbol(theme, is_right ? SYMBOL_RIGHT : SYMBOL_LEFT));
        if (is_far)
            draw_text(canvas, y + 1 + line, x + 1, attrs, theme_symbol(theme, SYMBOL_ELLIPSIS));
    }
}

/* From one row to the other, in `rows` rows from y on; the words say which link is which. */
static void draw_down(const struct canvas *canvas, int y, int x, int rows, bool goes_down,
                      const struct view_ring_node *from, const struct view_ring_node *to,
                      bool is_far)
{
    const struct theme *theme = canvas->theme;
    attr_t attrs[2] = { link_style(canvas, from->next_changed),
                        link_style(canvas, to->prev_changed) };
    const char *words[2] = { is_far ? _("…next") : _("next"), is_far ? _("…prev") : _("prev") };

    for (int line = 0; line < 2; line++) {
        bool is_down = (line == 0) == goes_down;
        int at = x + 1 + line * 5, end = is_down ? y + rows - 1 : y;
        draw_vertical(canvas, y, at, rows, attrs[line]);
        draw_text(canvas, end, at, attrs[line],
                  theme_symbol(theme, is_down ? SYMBOL_DOWN : SYMBOL_UP));
        draw_text(canvas, y + (rows > 1 && !is_down ? 1 : 0), at + 1, draw_style(canvas, STYLE_DIM),
                  words[line]);
    }
}

/* The last node's way back to the first when it does not stand right below it. */
static void draw_way_back(const struct canvas *canvas, const struct grid *grid, int y, int x,
                          const struct view_ring_node *from, const struct view_ring_node *to,
                          bool is_far)
{
    attr_t next = link_style(canvas, from->next_changed),
           prev = link_style(canvas, to->prev_changed);
    int top = BOX_ROWS + grid->gap_rows;

    draw_horizontal(canvas, y + 1, 1, x - 1, next);
    draw_horizontal(canvas, y + 2, 6, x - 6, prev);
    draw_text(canvas, y + 2, x - 1, prev, theme_symbol(canvas->theme, SYMBOL_RIGHT));
    draw_down(canvas, BOX_ROWS, 0, y + 1 - BOX_ROWS, false, from, to, is_far);
    draw_vertical(canvas, top, 6, y + 2 - top, prev);
    draw_text(canvas, y + 1, 1, next, canvas->theme->is_ascii ? "+" : "└");
    draw_text(canvas, y + 2, 6, prev, canvas->theme->is_ascii ? "+" : "└");
}

static void draw_link(const struct canvas *canvas, const struct grid *grid,
                      const struct view_ring_node *nodes, int from, int to, bool is_far)
{
    struct spot a = spot_of(grid, from), b = spot_of(grid, to);
    int ya = spot_y(grid, &a), yb = spot_y(grid, &b);

    if (a.row == b.row && a.column - b.column <= 1 && b.column - a.column <= 1)
        draw_across(canvas, ya, spot_x(a.column < b.column ? &a : &b), a.column < b.column,
                    &nodes[from], &nodes[to], is_far);
    else if (a.column == b.column)
        draw_down(canvas, (ya < yb ? ya : yb) + BOX_ROWS, spot_x(&a),
                  (ya < yb ? yb - ya : ya - yb) - BOX_ROWS, a.row < b.row, &nodes[from], &nodes[to],
                  is_far);
    else if (grid->down > 1)
        draw_way_back(canvas, grid, ya, spot_x(&a), &nodes[from], &nodes[to], is_far);
}

/* ---- The pane ---- */

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct view_ring_node nodes[NODES_MAX];
    bool leaves_out;
    struct ring_state *state = pane;
    s32 chosen = view_state_task(vs);

    (void)has_focus;
    pid_places_begin(&state->places, canvas);
    struct grid most = grid_for(canvas, NODES_MAX);
    int room = grid_room(&most) < NODES_MAX ? grid_room(&most) : NODES_MAX;
    int count = (int)view_ring(vs->view, chosen, (u32)(room > 2 ? room : 2), nodes, &leaves_out);
    if (count == 0) {
        draw_text(canvas, 0, 0, draw_style(canvas, STYLE_DIM), _("the machine is off"));
        return;
    }
    struct grid grid = grid_for(canvas, count);
    for (int i = 0; i < count; i++) {
        struct spot spot = spot_of(&grid, i);
        bool is_last = i + 1 == count;
        struct rect box = { spot_y(&grid, &spot), spot_x(&spot), BOX_ROWS, BOX_COLS };
        draw_node(canvas, box.y, box.x, &nodes[i], nodes[i].pid == chosen);
        pid_places_add(&state->places, canvas, &box, nodes[i].pid);
        if (count > 1)
            draw_link(canvas, &grid, nodes, i, is_last ? 0 : i + 1,
                      is_last ? leaves_out : nodes[i + 1].is_far);
    }
    draw_text(canvas, canvas->area.rows - 1, 0, draw_style(canvas, STYLE_DIM),
              _("upper arrow: tasks.next; lower: tasks.prev"));
}

static void note(void *pane, const void *view, char *text, size_t size)
{
    const struct view_state *vs = view;
    struct view_ring_node nodes[2];
    bool leaves_out;

    (void)pane;
    if (view_ring(vs->view, 0, 2, nodes, &leaves_out) > 0)
        snprintf(text, size, _("init_task.tasks at %08x"), nodes[0].link);
}

/* Up and Down go round: to the one before, to the next; a click chooses. */
static bool command(void *pane, const void *view, const struct key *key, char *line, size_t size)
{
    const struct view_state *vs = view;
    const struct ring_state *state = pane;
    s32 pid = view_state_task(vs);

    if (key->kind == KEY_KIND_MOUSE)
        return pid_places_command(&state->places, key, line, size);
    if (key->kind != KEY_KIND_CODE || (key->code != KEY_UP && key->code != KEY_DOWN))
        return false;
    pid = view_ring_step(vs->view, pid, key->code == KEY_DOWN);
    snprintf(line, size, "choose %d", pid);
    return pid >= 0;
}

const struct pane ring_pane = {
    .name = "ring",
    .title = "the ring of processes",
    .min_rows = 12,
    .min_cols = 40,
    .state_size = sizeof(struct ring_state),
    .draw = draw,
    .note = note,
    .command = command,
};
