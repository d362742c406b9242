/*
 * Memory: the areas and pages of one task, or of two beside each other, with what they share and
 * where they have parted; below, the frame map.
 */
#include "text.h"
#include "tui/close_up.h"
#include "tui/memory_list.h"
#include "tui/panes.h"

#include <stdio.h>
#include <string.h>

enum {
    ROWS_MAX = 256,    /* of one frame */
    BESIDE_FROM = 120, /* from so many columns on, the map stands beside the pages */
    MAP_FROM = 8,      /* from so many rows on there is a map */
    MAP_LEAST = 4,     /* rows of it beside a page that is drawn large */
    MAP_MOST = 24,
    LIST_LEAST = 9, /* the same, of the list */
};

/* What is drawn, and how. */
struct look {
    const struct view_state *vs;
    struct memory_state *state;
    struct view_pair_summary summary;
    bool has_focus;
};

/* Has the view look at the tasks that matter now. */
static void look_at(struct memory_state *state, const struct view_state *vs,
                    struct view_pair_summary *summary)
{
    s32 pid = view_state_task(vs);
    struct view_task other;

    if (vs->beside != FOLLOW && vs->beside != pid &&
        view_task_by_pid(vs->view, vs->beside, &other)) {
        state->pair[0] = pid;
        state->pair[1] = vs->beside;
    } else {
        view_choose_pair(vs->view, pid, state->pair);
    }
    view_pair(vs->view, state->pair);
    view_pair_summary(vs->view, summary);
}

/* Why there is nothing to show. */
static void draw_nothing(const struct look *look, const struct canvas *canvas)
{
    struct view_task task;
    s32 pid = look->state->pair[0];
    char text[128];

    if (!view_task_by_pid(look->vs->view, pid, &task))
        snprintf(text, sizeof text, "%s", _("no task"));
    else if (task.is_kernel)
        snprintf(text, sizeof text, _("%d %s is a kernel thread: it has no memory of its own."),
                 pid, task.comm);
    else
        snprintf(text, sizeof text, _("%d %s is dead: its memory has been given back."), pid,
                 task.comm);
    draw_wrapped(canvas, 0, canvas->area.rows, draw_style(canvas, STYLE_DIM), text);
}

/* With a new stop or another size: has the first change in sight, in the list and in the map. */
static void follow(struct look *look)
{
    struct memory_state *state = look->state;
    s32 row = look->summary.first_changed;

    if (state->stop == look->vs->stops && state->page == state->scroll.page)
        return;
    state->stop = look->vs->stops;
    state->page = state->scroll.page;
    if (row >= 0) {
        scroll_show(&state->scroll, row > 0 ? row - 1 : 0);
        scroll_show(&state->scroll, row);
    }
    state->map.is_stale = true;
}

/* Draws the rows in sight and what is above them. */
static void draw_rows(struct look *look, const struct canvas *canvas, int page)
{
    struct memory_state *state = look->state;
    struct view_pair_row rows[ROWS_MAX];
    struct memory_list list;
    u32 count = view_pair_rows(look->vs->view, (u32)state->scroll.top, (u32)page, rows);

    memory_list_init(&list, look->vs, state->pair, &look->summary, canvas->area.cols, rows, count);
    memory_list_heading(&list, canvas,
                        look->summary.is_one ? _("one address space") : _("what it is"));
    struct canvas part = draw_part(canvas, 1, 0, page, canvas->area.cols);
    for (u32 i = 0; i < count; i++) {
        memory_list_row(&list, &part, (int)i, &rows[i]);
        if (look->has_focus && state->has_cursor && !rows[i].is_area &&
            state->cursor - rows[i].address < rows[i].pages * 4096u)
            draw_paint(&part, (int)i, 0, part.area.cols, draw_style(&part, STYLE_FOCUS));
    }
}

static void draw_list(struct look *look, const struct canvas *canvas)
{
    struct memory_state *state = look->state;
    int page = canvas->area.rows - 1 < ROWS_MAX ? canvas->area.rows - 1 : ROWS_MAX;
    bool has_bar = (int)look->summary.rows > page;
    struct canvas part =
        draw_part(canvas, 0, 0, canvas->area.rows, canvas->area.cols - (has_bar ? 1 : 0));

    scroll_fit(&state->scroll, (int)look->summary.rows, page);
    follow(look);
    if (!look->summary.has_memory[0] && !look->summary.has_memory[1]) {
        draw_nothing(look, canvas);
        return;
    }
    draw_rows(look, &part, page);
    struct canvas bar = draw_part(canvas, 1, 0, page, canvas->area.cols);
    draw_scrollbar(&bar, &state->scroll);
}

/* ---- A page drawn large ---- */

/* The first page of this kind in the list; -1: there is none. */
static s32 find_link(const struct look *look, enum view_link link)
{
    struct view_pair_row row;

    for (u32 i = 0; i < look->summary.rows && i < ROWS_MAX; i++)
        if (view_pair_rows(look->vs->view, i, 1, &row) == 1 && !row.is_area && row.link == link)
            return (s32)i;
    return -1;
}

/* Its row: that under the hand, the one that changed last, or one that is to be copied on write. */
static s32 close_up_row(const struct look *look, struct view_pair_row *row)
{
    static const enum view_link links[] = { VIEW_LINK_COW, VIEW_LINK_PARTED, VIEW_LINK_SAME,
                                            VIEW_LINK_NONE };
    struct memory_state *state = look->state;
    const struct view *view = look->vs->view;
    s32 at = -1;

    if (look->has_focus && state->has_cursor)
        at = view_pair_find(view, state->cursor);
    if (at < 0 && look->summary.first_changed >= 0) {
        at = look->summary.first_changed;
        state->has_close_up = view_pair_rows(view, (u32)at, 1, row) == 1;
        state->close_up = row->address;
    }
    if (at < 0 && state->has_close_up)
        at = view_pair_find(view, state->close_up);
    for (int i = 0; i < 4 && at < 0; i++)
        at = find_link(look, links[i]);
    return at >= 0 && view_pair_rows(view, (u32)at, 1, row) == 1 ? at : -1;
}

static void draw_close_up(const struct look *look, const struct canvas *canvas)
{
    struct view_pair_row row;
    s32 at = close_up_row(look, &row);

    if (at >= 0)
        close_up_draw(canvas, look->vs, (u32)at, &row, look->summary.is_new, look->state->pair);
}

/* ---- The map ---- */

static bool row_at_cursor(const struct memory_state *state, const struct view_state *vs,
                          struct view_pair_row *row)
{
    s32 at = state->has_cursor ? view_pair_find(vs->view, state->cursor) : -1;

    return at >= 0 && view_pair_rows(vs->view, (u32)at, 1, row) == 1;
}

static void draw_map(const struct look *look, const struct canvas *canvas)
{
    struct frame_light light = { { -1, -1 } };
    struct memory_state *state = look->state;
    struct view_pair_row row;

    if (look->has_focus && row_at_cursor(state, look->vs, &row))
        for (int i = 0; i < 2; i++)
            light.frame[i] = row.side[i].is_there ? (s64)row.side[i].frame : -1;
    frame_map_draw(canvas, &state->map, look->vs, state->pair, look->summary.frame, &light);
}

/* Is there room for a page drawn large, in so many rows of the list's and the map's? */
static bool has_close_up(const struct look *look, int rows, int cols, bool is_beside)
{
    int needed = (int)look->summary.rows + 1;

    needed = needed > LIST_LEAST ? LIST_LEAST : needed;
    return cols >= CLOSE_UP_COLS && look->summary.rows > 0 &&
           rows >= needed + CLOSE_UP_ROWS + (is_beside ? 0 : MAP_LEAST);
}

/* Two fifths are the map's, and up to half of what the list does not need. */
static int map_rows(int rows, int needed)
{
    int map = rows < MAP_FROM ? 0 : rows * 2 / 5, spare = rows - needed;

    if (map > 0 && spare > map)
        map = spare < rows / 2 ? spare : rows / 2;
    return map < MAP_MOST ? map : MAP_MOST;
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct memory_state *state = pane;
    struct look look = { .vs = vs, .state = state, .has_focus = has_focus };
    int rows = canvas->area.rows, cols = canvas->area.cols;
    bool is_beside = cols >= BESIDE_FROM;
    int left = is_beside ? cols / 2 : cols;

    look_at(state, vs, &look.summary);
    int large = has_close_up(&look, rows, left, is_beside) ? CLOSE_UP_ROWS : 0;
    int below = is_beside ? 0 : map_rows(rows - large, (int)look.summary.rows + 1);
    struct canvas part = draw_part(canvas, 0, 0, rows - below - large, left);
    draw_list(&look, &part);
    if (large > 0) {
        part = draw_part(canvas, rows - below - large, 0, large, left);
        draw_close_up(&look, &part);
    }
    part = is_beside ? draw_part(canvas, 0, left + 2, rows, cols - left - 2)
                     : draw_part(canvas, rows - below, 0, below, cols);
    state->map_y = is_beside ? 0 : rows - below;
    state->map_x = is_beside ? left + 2 : 0;
    if (is_beside || below > 0)
        draw_map(&look, &part);
}

/* What has just happened to their pages. */
static void note(void *pane, const void *view, char *text, size_t size)
{
    const struct view_state *vs = view;
    struct memory_state *state = pane;
    struct view_pair_summary s;
    struct view_pair_row row;

    look_at(state, vs, &s);
    bool has_row =
        s.first_changed >= 0 && view_pair_rows(vs->view, (u32)s.first_changed, 1, &row) == 1;
    if (has_row && row.parts_now) {
        int side = row.side[0].frame != row.side[0].frame_was ? 0 : 1;
        int used = snprintf(text, size, _("%s: %u → %u"), row.name, row.side[side].frame_was,
                            row.side[side].frame);
        if (row.count != row.count_was && used > 0 && (size_t)used < size)
            snprintf(text + used, size - (size_t)used, _(", count %d → %d"), row.count_was,
                     row.count);
    } else if (s.changed > 0) {
        snprintf(text, size, s.changed == 1 ? _("%u page changed") : _("%u pages changed"),
                 s.changed);
    } else if (s.is_one) {
        snprintf(text, size, "%s", _("one address space"));
    } else if (state->pair[1] >= 0) {
        snprintf(text, size, _("%u shared, %u parted"), s.same + s.cow, s.parted);
    }
}

/* ---- Hands ---- */

/* Moves the cursor to the next page in a direction, from the first in sight when there is none. */
static void move_cursor(struct memory_state *state, const struct view_state *vs, int step)
{
    s32 at = state->has_cursor ? view_pair_find(vs->view, state->cursor) : -1;
    struct view_pair_row row;

    at = at < 0 ? state->scroll.top + (step > 0 ? -1 : 1) : at;
    do {
        at += step;
        if (at < 0 || view_pair_rows(vs->view, (u32)at, 1, &row) != 1)
            return;
    } while (row.is_area);
    state->has_cursor = true;
    state->cursor = row.address;
    scroll_show(&state->scroll, at > 0 ? at - 1 : at); /* with the area's own row */
    scroll_show(&state->scroll, at);
}

static void scroll_map(struct memory_state *state, const struct view_state *vs, int rows)
{
    struct view_pair_summary summary;

    view_pair_summary(vs->view, &summary);
    frame_map_scroll(&state->map, rows, summary.frames);
}

static bool take_key(void *pane, const void *view, const struct key *key)
{
    struct memory_state *state = pane;
    bool fits = state->scroll.total <= state->scroll.page;

    if (key->kind != KEY_KIND_CODE)
        return false;
    switch (key->code) {
    case KEY_UP:
        move_cursor(state, view, -1);
        return true;
    case KEY_DOWN:
        move_cursor(state, view, 1);
        return true;
    case KEY_PPAGE:
    case KEY_NPAGE:
        if (!fits)
            return pane_scroll_key(&state->scroll, key);
        scroll_map(state, view, key->code == KEY_PPAGE ? -state->map.rows : state->map.rows);
        return true;
    default:
        return pane_scroll_key(&state->scroll, key);
    }
}

/* The wheel, over the map? */
static bool is_over_map(const struct memory_state *state, const struct key *key)
{
    bool is_wheel = key->kind == KEY_KIND_MOUSE &&
                    (key->mouse == MOUSE_WHEEL_UP || key->mouse == MOUSE_WHEEL_DOWN);

    return is_wheel && key->y >= state->map_y && key->x >= state->map_x;
}

/* The page in a row of the list, if it is one. */
static bool page_in_row(const struct memory_state *state, const struct view_state *vs, int y,
                        struct view_pair_row *row)
{
    return y >= 1 && y <= state->scroll.page &&
           view_pair_rows(vs->view, (u32)(state->scroll.top + y - 1), 1, row) == 1 && !row->is_area;
}

/* Enter shows the walk through the page tables to the page under the hand, a click to the one there. */
static bool command(void *pane, const void *view, const struct key *key, char *line, size_t size)
{
    const struct memory_state *state = pane;
    struct view_pair_row row;

    if (is_over_map(state, key)) {
        snprintf(line, size, "press memory %s", key->mouse == MOUSE_WHEEL_UP ? "MapUp" : "MapDown");
        return true;
    }
    bool is_enter = key->kind == KEY_KIND_CHAR && key->ch == L'\r';
    bool is_click = key->kind == KEY_KIND_MOUSE && key->mouse == MOUSE_PRESS;
    if (!(is_enter && row_at_cursor(state, view, &row)) &&
        !(is_click && page_in_row(state, view, key->y, &row)))
        return false;
    snprintf(line, size, "vtop %d 0x%08x", state->pair[row.side[0].is_there ? 0 : 1], row.address);
    return true;
}

static bool take_mouse(void *pane, const void *view, const struct key *key)
{
    struct memory_state *state = pane;

    if (!is_over_map(state, key))
        return pane_scroll_mouse(&state->scroll, key);
    scroll_map(state, view, key->mouse == MOUSE_WHEEL_UP ? -2 : 2);
    return true;
}

const struct pane memory_pane = {
    .name = "memory",
    .brief = 3,
    .title = "memory",
    .min_rows = 8,
    .called_rows = 12,
    .min_cols = 40,
    .state_size = sizeof(struct memory_state),
    .draw = draw,
    .note = note,
    .key = take_key,
    .command = command,
    .mouse = take_mouse,
};
