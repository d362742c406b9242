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

/* ---- Slab caches ---- */

/* How many of the columns fit beside the name. */
static int slab_cells(int cols)
{
    return cols >= 48 ? 6 : cols >= 42 ? 5 : 4;
}

static void draw_slab(const struct canvas *canvas, int y, const struct draw_column *columns,
                      int count, const struct view_slab *slab)
{
    char size[16], active[24], slabs[24], colour[24];

    snprintf(size, sizeof size, "%u", slab->object_size);
    snprintf(active, sizeof active, "%u/%u", slab->active, slab->objects);
    snprintf(slabs, sizeof slabs, "%u", slab->slabs);
    snprintf(colour, sizeof colour, "%u/%u", slab->colour_next, slab->colours);
    const char *cells[] = { slab->changed ? theme_symbol(canvas->theme, SYMBOL_CHANGED) : "",
                            slab->name,
                            size,
                            active,
                            slabs,
                            colour };
    attr_t text = draw_style(canvas, slab->changed  ? STYLE_CURRENT
                                     : slab->active ? STYLE_NORMAL
                                                    : STYLE_DIM);
    attr_t mark = slab->changed ? draw_style(canvas, STYLE_CHANGED) : text;
    attr_t attrs[] = { mark, text, text, text, text, text };
    draw_row(canvas, y, columns, count, cells, attrs);
}

/* True once with each new stop: time to have a change in sight. */
static bool is_new_stop(struct kernel_state *state, const struct view_state *vs)
{
    if (state->stop == vs->stops)
        return false;
    state->stop = vs->stops;
    return true;
}

/* If no row in sight has changed, goes to the first that has. */
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
    if (first >= 0)
        scroll_show(&state->scroll, first);
}

static void draw_slabs(const struct canvas *canvas, struct kernel_state *state,
                       const struct view_state *vs)
{
    /* The last ones are left out where the names would not fit. */
    static const struct draw_column columns[] = {
        { "", 1, ALIGN_LEFT },        { "CACHE", 0, ALIGN_LEFT },  { "SIZE", 6, ALIGN_RIGHT },
        { "IN USE", 9, ALIGN_RIGHT }, { "SLABS", 5, ALIGN_RIGHT }, { "COLOUR", 6, ALIGN_RIGHT }
    };
    struct view_slab slabs[ROWS_MAX];
    int rows = canvas->area.rows - 1;

    rows = rows < ROWS_MAX ? rows : ROWS_MAX;
    scroll_fit(&state->scroll, (int)view_slab_count(vs->view), rows);
    if (is_new_stop(state, vs))
        show_changed_slab(state, vs);
    int cols = canvas->area.cols - 1, bar = cols - TABLE_COLS - 2;
    cols = cols < TABLE_COLS ? cols : TABLE_COLS; /* a number must not be far from its name */
    struct canvas part = draw_part(canvas, 0, 0, 1, cols);
    int cells = slab_cells(canvas->area.cols);
    draw_heading(&part, 0, columns, cells);
    part = draw_part(canvas, 1, 0, rows, cols);
    u32 count = view_slabs(vs->view, (u32)state->scroll.top, (u32)(rows > 0 ? rows : 0), slabs);
    for (u32 i = 0; i < count; i++)
        draw_slab(&part, (int)i, columns, cells, &slabs[i]);
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

enum { BLOCKS_AT = 28 }; /* where they are drawn */

/* "3", or "4 → 3" with a new count. */
static void draw_block_count(const struct canvas *canvas, int y, u32 was, u32 is, attr_t attrs)
{
    char text[16];
    int x = 15, width = snprintf(text, sizeof text, "%u", is);

    if (was != is) {
        x = draw_textf(canvas, y, x, draw_style(canvas, STYLE_WAS), "%4u", was);
        x = draw_textf(canvas, y, x, draw_style(canvas, STYLE_DIM), " → ");
        attrs = draw_style(canvas, STYLE_CHANGED);
    } else {
        x += 7;
    }
    draw_textf(canvas, y, x + (width < 4 ? 4 - width : 0), attrs, "%u", is);
}

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
        draw_block_count(canvas, y, was, blocks, attrs);
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
