/* The kernel's own tables, one at a time: slab caches, the bitmap of PIDs, the run queue, free page frames. */
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stddef.h>
#include <stdio.h>

enum {
    ROWS_MAX = 128,
    PID_BITS_MAX = 8192,
    TABLE_COLS = 60, /* a table has no use for more */
    BAR_LEAST = 16,  /* but there can be bars beside it */
    BAR_MOST = 50,
};

/* The line above a table: all of it, or what fits. */
static void draw_summary(const struct canvas *canvas, const char *full, const char *brief)
{
    draw_text(canvas, 0, 0, draw_style(canvas, STYLE_NORMAL),
              glyph_width(full) < canvas->area.cols ? full : brief);
}

/* ---- A number that may be new ---- */

/* How wide "3 → 4" is: what was, and what is. */
struct change_cols {
    int was, is; /* was 0: only what is has a place */
};

enum { ARROW_COLS = 3 };

static int change_width(struct change_cols cols)
{
    return (cols.was ? cols.was + ARROW_COLS : 0) + cols.is;
}

/*
 * The value at the right, before it what it was if that is another and has a place, behind it "/of"
 * unless of is -1.
 */
static void draw_change(const struct canvas *canvas, int y, int x, struct change_cols cols,
                        attr_t attrs, u32 was, u32 is, s64 of)
{
    char then[16], now[16], all[16] = "";
    bool is_new = was != is;

    int before = is_new && cols.was ? snprintf(then, sizeof then, "%u", was) + ARROW_COLS : 0;
    int width = before + snprintf(now, sizeof now, "%u", is);
    if (of >= 0)
        width += snprintf(all, sizeof all, "/%u", (u32)of);
    x += width < change_width(cols) ? change_width(cols) - width : 0;
    if (before) {
        x = draw_text(canvas, y, x, draw_style(canvas, STYLE_WAS), then);
        x = draw_text(canvas, y, x, draw_style(canvas, STYLE_DIM), " → ");
    }
    x = draw_text(canvas, y, x, is_new ? draw_style(canvas, STYLE_CHANGED) : attrs, now);
    draw_text(canvas, y, x, attrs, all);
}

/* ---- Slab caches ---- */

enum {
    CACHE_COLS = 15, /* for the longest names */
    SIZE_COLS = 6,
    SLABS_COLS = 5,
    DIGITS_LEAST = 3,
};

/* What there is room for beside the names. Each column has a blank before it. */
struct slab_columns {
    int name_cols;
    bool has_slabs, has_colour;
    struct change_cols use, slabs,
        colour; /* as wide as the largest of all caches, to stay in place */
};

static int digits_of(u32 value)
{
    int digits = 1;

    for (; value >= 10; value /= 10)
        digits++;
    return digits;
}

/* What the columns that are there take, with the mark and the blank before the name. */
static int slab_width(const struct slab_columns *c)
{
    return 2 + 1 + SIZE_COLS + 1 + change_width(c->use) +
           (c->has_slabs ? 1 + change_width(c->slabs) : 0) +
           (c->has_colour ? 1 + change_width(c->colour) : 0);
}

/* What was has a place of its own everywhere, or where it says most, or the last columns go. */
static struct slab_columns slab_columns(const struct view_state *vs, int cols)
{
    struct view_slab slabs[ROWS_MAX];
    u32 count = view_slabs(vs->view, 0, ROWS_MAX, slabs), most = 0;
    int digits = DIGITS_LEAST;

    for (u32 i = 0; i < count; i++)
        most = slabs[i].objects > most ? slabs[i].objects : most;
    digits = digits_of(most) > digits ? digits_of(most) : digits;
    struct slab_columns c = { .has_slabs = true,
                              .has_colour = true,
                              .use = { digits, 2 * digits + 1 },
                              .slabs = { digits, digits },
                              .colour = { 2, 6 } };
    if (cols - slab_width(&c) < CACHE_COLS)
        c.colour.was = 0;
    if (cols - slab_width(&c) < CACHE_COLS)
        c.slabs = (struct change_cols){ 0, SLABS_COLS };
    if (cols - slab_width(&c) < CACHE_COLS)
        c.has_colour = false;
    if (cols - slab_width(&c) < CACHE_COLS)
        c.has_slabs = false;
    c.name_cols = cols - slab_width(&c);
    return c;
}

static void draw_slab_heading(const struct canvas *canvas, const struct slab_columns *c)
{
    attr_t dim = draw_style(canvas, STYLE_DIM);
    int x = draw_field(canvas, 0, 2, c->name_cols, ALIGN_LEFT, dim, _("CACHE")) + 1;

    x = draw_field(canvas, 0, x, SIZE_COLS, ALIGN_RIGHT, dim, _("SIZE")) + 1;
    x = draw_field(canvas, 0, x, change_width(c->use), ALIGN_RIGHT, dim, _("IN USE")) + 1;
    if (c->has_slabs)
        x = draw_field(canvas, 0, x, change_width(c->slabs), ALIGN_RIGHT, dim, _("SLABS")) + 1;
    if (c->has_colour)
        draw_field(canvas, 0, x, change_width(c->colour), ALIGN_RIGHT, dim, _("COLOUR"));
}

static void draw_slab(const struct canvas *canvas, int y, const struct slab_columns *c,
                      const struct view_slab *slab)
{
    attr_t text = draw_style(canvas, slab->changed  ? STYLE_CURRENT
                                     : slab->active ? STYLE_NORMAL
                                                    : STYLE_DIM);
    char size[16];

    if (slab->changed)
        draw_text(canvas, y, 0, draw_style(canvas, STYLE_CHANGED),
                  theme_symbol(canvas->theme, SYMBOL_CHANGED));
    snprintf(size, sizeof size, "%u", slab->object_size);
    int x = draw_field(canvas, y, 2, c->name_cols, ALIGN_LEFT, text, slab->name) + 1;
    x = draw_field(canvas, y, x, SIZE_COLS, ALIGN_RIGHT, text, size) + 1;
    draw_change(canvas, y, x, c->use, text, slab->active_was, slab->active, slab->objects);
    x += change_width(c->use) + 1;
    if (c->has_slabs) {
        draw_change(canvas, y, x, c->slabs, text, slab->slabs_was, slab->slabs, -1);
        x += change_width(c->slabs) + 1;
    }
    if (c->has_colour)
        draw_change(canvas, y, x, c->colour, text, slab->colour_was, slab->colour_next,
                    slab->colours);
}

/* True once with each new stop: time to have a change in sight. */
static bool is_new_stop(struct kernel_state *state, const struct view_state *vs)
{
    if (state->stop == vs->stops)
        return false;
    state->stop = vs->stops;
    return true;
}

/* If no row in sight has changed, goes to the first that has, near the top: more may follow it. */
static void show_changed_slab(struct kernel_state *state, const struct view_state *vs)
{
    struct view_slab slabs[ROWS_MAX];
    int count = (int)view_slabs(vs->view, 0, ROWS_MAX, slabs);
    int first = -1;

    for (int i = count - 1; i >= 0; i--) {
        if (!slabs[i].changed)
            continue;
        if (i >= state->scroll.top && i < state->scroll.top + state->scroll.page)
            return;
        first = i;
    }
    if (first >= 0) {
        state->scroll.top = first > 0 ? first - 1 : 0;
        scroll_move(&state->scroll, 0);
    }
}

static void draw_slabs(const struct canvas *canvas, struct kernel_state *state,
                       const struct view_state *vs)
{
    struct view_slab slabs[ROWS_MAX];
    int rows = canvas->area.rows - 1;

    rows = rows < ROWS_MAX ? rows : ROWS_MAX;
    scroll_fit(&state->scroll, (int)view_slab_count(vs->view), rows);
    if (is_new_stop(state, vs))
        show_changed_slab(state, vs);
    int cols = canvas->area.cols - 1, bar = cols - TABLE_COLS - 2;
    cols = cols < TABLE_COLS ? cols : TABLE_COLS; /* a number must not be far from its name */
    struct canvas part = draw_part(canvas, 0, 0, 1, cols);
    struct slab_columns columns = slab_columns(vs, cols);
    draw_slab_heading(&part, &columns);
    part = draw_part(canvas, 1, 0, rows, cols);
    u32 count = view_slabs(vs->view, (u32)state->scroll.top, (u32)(rows > 0 ? rows : 0), slabs);
    for (u32 i = 0; i < count; i++)
        draw_slab(&part, (int)i, &columns, &slabs[i]);
    part = draw_part(canvas, 1, TABLE_COLS + 2, rows, bar < BAR_MOST ? bar : BAR_MOST);
    for (u32 i = 0; i < count && bar >= BAR_LEAST; i++)
        if (slabs[i].objects > 0)
            draw_bar(&part, (int)i, 0, part.area.cols, slabs[i].active, slabs[i].objects,
                     draw_style(canvas, slabs[i].changed ? STYLE_NORMAL : STYLE_DIM));
}

/* ---- PIDs ---- */

static void draw_pids(const struct canvas *canvas, struct kernel_state *state,
                      const struct view_state *vs)
{
    u8 bits[PID_BITS_MAX];
    struct view_pidmap map;
    char full[128], brief[64];
    int across = canvas->area.cols - 7, rows = canvas->area.rows - 1;

    view_pidmap(vs->view, &map);
    snprintf(full, sizeof full, _("last_pid %d, the next is %d; %u in use, %u free of pid_max %d"),
             map.last_pid, map.next_pid, map.used, map.free, map.pid_max);
    snprintf(brief, sizeof brief, _("last_pid %d, next %d; %u in use"), map.last_pid, map.next_pid,
             map.used);
    draw_summary(canvas, full, brief);
    across -= across % 10;
    if (across < 10 || rows < 1)
        return;
    scroll_fit(&state->scroll, (map.pid_max + across - 1) / across, rows);
    if (is_new_stop(state, vs))
        scroll_show(&state->scroll, map.last_pid / across);
    u32 first = (u32)(state->scroll.top * across), count = (u32)(rows * across);
    count = view_pids(vs->view, first, count < PID_BITS_MAX ? count : PID_BITS_MAX, bits);
    for (u32 i = 0; i < count; i++) {
        int y = 1 + (int)i / across, x = (int)i % across;
        s32 pid = (s32)(first + i);
        attr_t attrs = bits[i] & VIEW_PID_USED ? theme_task(canvas->theme, pid)
                                               : draw_style(canvas, STYLE_FREE);
        if (x == 0)
            draw_textf(canvas, y, 0, draw_style(canvas, STYLE_DIM), "%6d", pid);
        struct view_task task;
        if (bits[i] & VIEW_PID_USED && state->places.count < PID_PLACES_MAX &&
            view_task_by_pid(vs->view, pid, &task))
            pid_places_add(&state->places, canvas, &(struct rect){ y, 7 + x, 1, 1 }, pid);
        if (bits[i] & VIEW_PID_CHANGED)
            attrs = draw_style(canvas, STYLE_CHANGED);
        draw_text(canvas, y, 7 + x, attrs,
                  bits[i] & VIEW_PID_USED ? "1" : theme_symbol(canvas->theme, SYMBOL_FREE));
    }
}

/* ---- The run queue ---- */

static void draw_runqueue(const struct canvas *canvas, struct kernel_state *state,
                          const struct view_state *vs)
{
    static const struct draw_column columns[] = { { "", 1, ALIGN_LEFT },
                                                  { "ARRAY", 7, ALIGN_LEFT },
                                                  { "PRIO", 4, ALIGN_RIGHT },
                                                  { "SLICE", 5, ALIGN_RIGHT },
                                                  { "TASK", 0, ALIGN_LEFT } };
    struct view_queued queued[ROWS_MAX];
    struct view_runqueue rq;
    char full[128], brief[64];
    int rows = canvas->area.rows - 2;

    view_runqueue(vs->view, &rq);
    snprintf(full, sizeof full, _("%u can run: %u active, %u expired; %llu switches"), rq.running,
             rq.active, rq.expired, (unsigned long long)rq.switches);
    snprintf(brief, sizeof brief, _("%u can run: %u active, %u expired"), rq.running, rq.active,
             rq.expired);
    draw_summary(canvas, full, brief);
    draw_heading(canvas, 1, columns, 5);
    rows = rows < ROWS_MAX ? rows : ROWS_MAX;
    scroll_fit(&state->scroll, (int)rq.running, rows);
    u32 count = view_queued(vs->view, (u32)state->scroll.top, (u32)(rows > 0 ? rows : 0), queued);
    for (u32 i = 0; i < count; i++) {
        const struct view_queued *q = &queued[i];
        struct rect row = { (int)i + 2, 0, 1, canvas->area.cols };
        pid_places_add(&state->places, canvas, &row, q->pid);
        char prio[16], slice[16], task[96];
        snprintf(prio, sizeof prio, "%u", q->prio);
        snprintf(slice, sizeof slice, "%u", q->time_slice);
        snprintf(task, sizeof task, "%d %s%s%s", q->pid, q->comm, q->is_current ? " " : "",
                 q->is_current ? theme_symbol(canvas->theme, SYMBOL_CURRENT) : "");
        attr_t normal = draw_style(canvas, q->changed ? STYLE_CURRENT : STYLE_NORMAL);
        attr_t attrs[] = { draw_style(canvas, STYLE_CHANGED), normal, normal, normal,
                           theme_task(canvas->theme, q->pid) };
        const char *cells[] = { q->changed ? theme_symbol(canvas->theme, SYMBOL_CHANGED) : "",
                                q->is_expired ? _("expired") : _("active"), prio, slice, task };
        if (!q->changed)
            attrs[0] = normal;
        draw_row(canvas, (int)i + 2, columns, 5, cells, attrs);
    }
}

/* ---- Free page frames ---- */

enum { BLOCK_COUNT_AT = 15, BLOCKS_AT = 28 }; /* where they are drawn */

/* The buddy allocator's lists: the blocks of 2^order frames that wait in each, a sign for each. */
static void draw_blocks(const struct canvas *canvas, struct kernel_state *state,
                        const struct view_state *vs)
{
    enum { ORDERS = sizeof((struct view_memory *)0)->free_blocks / sizeof(u32) };
    const char *sign = theme_symbol(canvas->theme, SYMBOL_CHANGED);
    struct view_memory memory;
    char full[128], brief[64];
    int rows = canvas->area.rows - 2;

    view_memory(vs->view, &memory);
    snprintf(full, sizeof full, _("frames: %u of %u free; %u kernel, %u slab, %u other"),
             memory.free, memory.frames, memory.kernel, memory.slab, memory.other);
    snprintf(brief, sizeof brief, _("%u of %u frames free"), memory.free, memory.frames);
    draw_summary(canvas, full, brief);
    draw_text(canvas, 1, 0, draw_style(canvas, STYLE_DIM), _("  ORDER FRAMES    FREE BLOCKS"));
    scroll_fit(&state->scroll, ORDERS, rows);
    for (int y = 2; y - 2 < rows && state->scroll.top + y - 2 < ORDERS; y++) {
        int order = state->scroll.top + y - 2;
        u32 blocks = memory.free_blocks[order], was = memory.free_blocks_was[order];
        attr_t attrs = draw_style(canvas, blocks ? STYLE_NORMAL : STYLE_DIM);
        if (was != blocks)
            draw_text(canvas, y, 0, draw_style(canvas, STYLE_CHANGED), sign);
        draw_textf(canvas, y, 2, attrs, "%5d %6u", order, 1u << order);
        draw_change(canvas, y, BLOCK_COUNT_AT, (struct change_cols){ 4, 4 }, attrs, was, blocks,
                    -1);
        for (u32 i = 0; i < blocks && BLOCKS_AT + (int)i < canvas->area.cols - 1; i++)
            draw_text(canvas, y, BLOCKS_AT + (int)i, attrs,
                      theme_symbol(canvas->theme, SYMBOL_BAR_FULL));
    }
}

/* ---- The pane ---- */

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    struct kernel_state *state = pane;

    (void)has_focus;
    pid_places_begin(&state->places, canvas);
    switch (state->tab) {
    case TAB_SLABS:
        draw_slabs(canvas, state, view);
        break;
    case TAB_PIDS:
        draw_pids(canvas, state, view);
        break;
    case TAB_RUNQUEUE:
        draw_runqueue(canvas, state, view);
        break;
    default:
        draw_blocks(canvas, state, view);
        break;
    }
    draw_scrollbar(canvas, &state->scroll);
}

static const char *const tabs[] = { "slabs", "pids", "runq", "blocks", NULL };

static void note(void *pane, const void *view, char *text, size_t size)
{
    static const char *const titles[KERNEL_TABS] = { "slab caches", "PIDs", "run queue",
                                                     "free frames" };
    const struct kernel_state *state = pane;

    (void)view;
    snprintf(text, size, _("%s, %d of %d"), titles[state->tab], state->tab + 1, KERNEL_TABS);
}

static void tab_shown(void *pane, const void *view)
{
    struct kernel_state *state = pane;

    (void)view;
    state->scroll.top = 0;
    state->stop = 0;
}

/* A click on a task chooses it. */
static bool command(void *pane, const void *view, const struct key *key, char *line, size_t size)
{
    const struct kernel_state *state = pane;

    (void)view;
    return pid_places_command(&state->places, key, line, size);
}

const struct pane kernel_pane = {
    .name = "kernel",
    .brief = 4,
    .title = "kernel",
    .min_rows = 7,
    .min_cols = 40,
    .state_size = sizeof(struct kernel_state),
    .tabs = tabs,
    .tab_at = offsetof(struct kernel_state, tab),
    .tab_shown = tab_shown,
    .draw = draw,
    .note = note,
    .key = pane_scrolls_key,
    .command = command,
    .mouse = pane_scrolls_mouse,
};
