/*
 * Memory: the areas and pages of one task, or of two beside each other, with what they share and
 * where they have parted; below, the frame map.
 */
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stdio.h>
#include <string.h>

enum {
    ROWS_MAX = 256,  /* of one frame */
    GUTTER_COLS = 1, /* the mark of a change */
    NAME_COLS = 8,   /* at least, and at most: */
    NAME_MOST = 16,
    PAGE_COLS = 6,     /* the heading over the names */
    FRAME_COLS = 6,    /* with a blank before it */
    BITS_COLS = 6,     /* the same */
    LINK_COLS = 4,     /* the same */
    ADDRESS_COLS = 10, /* with a blank behind it */
    WORDS_COLS = 14,   /* fewer are no room for words */
    WORDS_MOST = 30,   /* so many are enough */
    ADDRESS_FROM = 74, /* from so many columns on, addresses stand before the names */
    BESIDE_FROM = 120, /* from so many on, the map stands beside the pages */
    MAP_FROM = 8,      /* from so many rows on there is a map */
    MAP_MOST = 24,
};

/* ---- Where things stand ---- */

struct columns {
    bool has_address, has_other, has_words;
    int name, side[2], link, words; /* where they begin */
    int name_cols, words_cols;
};

static struct columns columns_of(int cols, bool has_other)
{
    struct columns c = { .has_other = has_other };
    int fixed = FRAME_COLS + BITS_COLS;

    if (has_other)
        fixed += LINK_COLS + FRAME_COLS + BITS_COLS;
    c.has_address = cols >= ADDRESS_FROM;
    c.name = GUTTER_COLS + (c.has_address ? ADDRESS_COLS : 0);
    int spare = cols - c.name - fixed - NAME_COLS;
    c.has_words = spare >= WORDS_COLS + 1;
    c.name_cols = NAME_COLS;
    if (spare > 0)
        c.name_cols += c.has_words ? (spare - WORDS_COLS - 1) / 2 : spare;
    if (c.name_cols > NAME_MOST)
        c.name_cols = NAME_MOST;
    c.side[0] = c.name + c.name_cols;
    c.link = c.side[0] + FRAME_COLS + BITS_COLS;
    c.side[1] = c.link + LINK_COLS;
    c.words = c.name + c.name_cols + fixed + 1;
    c.words_cols = cols - c.words < WORDS_MOST ? cols - c.words : WORDS_MOST;
    return c;
}

/* What is drawn, and how. */
struct look {
    const struct view_state *vs;
    struct memory_state *state;
    struct columns columns;
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

/* ---- Words ---- */

static const char *kind_word(char kind)
{
    switch (kind) {
    case 'f':
    case 'F':
        return _("file page");
    case '0':
        return _("zero page");
    case 'a':
    case 'A':
        return _("anonymous");
    default:
        return _("page");
    }
}

/* What the page is, or what became of it. */
static void words_of(const struct view_pair_row *row, bool has_other, char *out, size_t size)
{
    const struct view_pair_side *any = row->side[0].is_there ? &row->side[0] : &row->side[1];
    int parted = row->side[0].is_there && row->side[0].frame != row->side[0].frame_was ? 0 : 1;

    if (!any->is_there)
        snprintf(out, size, row->pages > 1 ? _("%u pages given back") : _("given back"),
                 row->pages);
    else if (row->pages > 1)
        snprintf(out, size, _("%u pages alike"), row->pages);
    else if (row->parts_now)
        snprintf(out, size, _("%u: count %d → %d"), row->side[parted].frame_was, row->count_was,
                 row->count);
    else if (row->link == VIEW_LINK_COW)
        snprintf(out, size, "%s", _("copy on write"));
    else if (row->link == VIEW_LINK_PARTED)
        snprintf(out, size, "%s", _("parted"));
    else if (row->link == VIEW_LINK_SAME)
        snprintf(out, size, _("shared %s"), kind_word(any->kind));
    else if (!has_other && any->users > 1)
        snprintf(out, size, _("%s, %u users"), kind_word(any->kind), any->users);
    else
        snprintf(out, size, "%s", kind_word(any->kind));
}

/* ---- A row ---- */

static const char *link_text(enum view_link link)
{
    switch (link) {
    case VIEW_LINK_SAME:
        return "===";
    case VIEW_LINK_COW:
        return "=c=";
    case VIEW_LINK_PARTED:
        return "=/=";
    case VIEW_LINK_NONE:
        break;
    }
    return "";
}

/* "PWUAD", a dash for a bit that is not set; those that changed stand out. */
static void draw_bits(const struct canvas *canvas, int y, int x, const struct view_pair_side *side)
{
    static const char letters[] = "PWUAD";

    for (int i = 0; letters[i]; i++) {
        u32 bit = 1u << i;
        const char text[2] = { side->bits & bit ? letters[i] : '-', 0 };
        bool is_news = side->was_there && (side->bits ^ side->bits_was) & bit;
        draw_text(canvas, y, x + i,
                  draw_style(canvas, is_news            ? STYLE_CHANGED
                                     : side->bits & bit ? STYLE_NORMAL
                                                        : STYLE_DIM),
                  text);
    }
}

static bool has_changed(const struct view_pair_side *side)
{
    return side->is_there != side->was_there || side->frame != side->frame_was ||
           side->bits != side->bits_was;
}

static void draw_page_side(const struct canvas *canvas, int y, int x,
                           const struct view_pair_row *row, int i, s32 pid)
{
    const struct view_pair_side *side = &row->side[i];
    bool is_new = has_changed(side) && (!side->was_there || side->frame != side->frame_was);
    bool is_shared = row->link == VIEW_LINK_SAME || row->link == VIEW_LINK_COW || side->users > 1;
    char text[16];

    if (!side->is_there) {
        draw_field(canvas, y, x, FRAME_COLS, ALIGN_RIGHT,
                   draw_style(canvas, side->was_there ? STYLE_CHANGED : STYLE_FREE),
                   side->was_there ? _("gone") : theme_symbol(canvas->theme, SYMBOL_FREE));
        return;
    }
    snprintf(text, sizeof text, "%u", side->frame);
    attr_t attrs = is_shared ? draw_style(canvas, STYLE_SHARED) : theme_task(canvas->theme, pid);
    if (is_new)
        attrs = theme_marked(canvas->theme, attrs);
    int width = glyph_width(text);
    draw_text(canvas, y, x + FRAME_COLS - width, attrs, text);
    draw_bits(canvas, y, x + FRAME_COLS + 1, side);
}

static void draw_page(const struct look *look, const struct canvas *canvas, int y,
                      const struct view_pair_row *row)
{
    const struct columns *c = &look->columns;
    char text[96];

    if (has_changed(&row->side[0]) || has_changed(&row->side[1]))
        draw_text(canvas, y, 0, draw_style(canvas, STYLE_CHANGED),
                  theme_symbol(canvas->theme, SYMBOL_CHANGED));
    if (c->has_address)
        draw_textf(canvas, y, GUTTER_COLS + 1, draw_style(canvas, STYLE_DIM), "%08x", row->address);
    snprintf(text, sizeof text, row->pages > 1 ? " %s ×%u" : " %s", row->name, row->pages);
    draw_field(canvas, y, c->name, c->name_cols, ALIGN_LEFT, draw_style(canvas, STYLE_NORMAL),
               text);
    for (int i = 0; i <= (int)c->has_other; i++)
        draw_page_side(canvas, y, c->side[i], row, i, look->state->pair[i]);
    if (c->has_other)
        draw_text(canvas, y, c->link + 1,
                  draw_style(canvas, row->parts_now                  ? STYLE_CHANGED
                                     : row->link == VIEW_LINK_PARTED ? STYLE_NORMAL
                                                                     : STYLE_SHARED),
                  link_text(row->link));
    if (!c->has_words)
        return;
    words_of(row, c->has_other, text, sizeof text);
    draw_field(canvas, y, c->words, c->words_cols, ALIGN_LEFT,
               draw_style(canvas, row->parts_now ? STYLE_CURRENT : STYLE_DIM), text);
}

/* Where an area begins: its parts, how many of its pages are there, what may be done with them. */
static void draw_area(const struct look *look, const struct canvas *canvas, int y,
                      const struct view_pair_row *row)
{
    const struct columns *c = &look->columns;
    const char *file = "";
    char text[96];

    if (c->has_address)
        draw_textf(canvas, y, GUTTER_COLS + 1, draw_style(canvas, STYLE_DIM), "%08x", row->address);
    draw_field(canvas, y, c->name, c->name_cols, ALIGN_LEFT, draw_style(canvas, STYLE_TITLE),
               row->name[0] ? row->name : _("area"));
    for (int i = 0; i <= (int)c->has_other; i++) {
        const struct view_pair_side *side = &row->side[i];
        if (!side->is_there)
            continue;
        snprintf(text, sizeof text, "%u/%u", side->present, side->size);
        if (glyph_width(text) >= FRAME_COLS)
            snprintf(text, sizeof text, "%u", side->present);
        draw_field(canvas, y, c->side[i], FRAME_COLS, ALIGN_RIGHT, draw_style(canvas, STYLE_DIM),
                   text);
        draw_text(canvas, y, c->side[i] + FRAME_COLS + 1, draw_style(canvas, STYLE_DIM), side->may);
        file = *file ? file : side->file;
    }
    if (c->has_words)
        draw_field(canvas, y, c->words, c->words_cols, ALIGN_LEFT, draw_style(canvas, STYLE_DIM),
                   file);
}

/* ---- The list ---- */

static void draw_heading_row(const struct look *look, const struct canvas *canvas)
{
    const struct columns *c = &look->columns;
    struct view_task task;
    char name[96];

    draw_text(canvas, 0, c->name + 1, draw_style(canvas, STYLE_DIM), _("page"));
    for (int i = 0; i <= (int)c->has_other; i++) {
        s32 pid = look->state->pair[i];
        if (!view_task_by_pid(look->vs->view, pid, &task))
            continue;
        snprintf(name, sizeof name, "%d %s", pid, task.comm);
        int room = FRAME_COLS + (i ? LINK_COLS : c->name_cols - PAGE_COLS) - 1;
        if (glyph_width(name) > room)
            snprintf(name, sizeof name, "%d", pid);
        draw_field(canvas, 0, c->side[i] + FRAME_COLS - room, room, ALIGN_RIGHT,
                   theme_task(canvas->theme, pid) | A_BOLD, name);
        draw_text(canvas, 0, c->side[i] + FRAME_COLS + 1, draw_style(canvas, STYLE_DIM), "PWUAD");
    }
    if (c->has_words)
        draw_field(canvas, 0, c->words, c->words_cols, ALIGN_LEFT, draw_style(canvas, STYLE_DIM),
                   look->summary.is_one ? _("one address space") : _("what it is"));
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

static void draw_list(struct look *look, const struct canvas *canvas)
{
    struct memory_state *state = look->state;
    struct view_pair_row rows[ROWS_MAX];
    int page = canvas->area.rows - 1 < ROWS_MAX ? canvas->area.rows - 1 : ROWS_MAX;
    bool has_bar = (int)look->summary.rows > page;
    struct canvas part =
        draw_part(canvas, 0, 0, canvas->area.rows, canvas->area.cols - (has_bar ? 1 : 0));

    scroll_fit(&state->scroll, (int)look->summary.rows, page);
    follow(look);
    look->columns = columns_of(part.area.cols, state->pair[1] >= 0);
    if (!look->summary.has_memory[0] && !look->summary.has_memory[1]) {
        draw_nothing(look, canvas);
        return;
    }
    draw_heading_row(look, &part);
    part = draw_part(&part, 1, 0, page, part.area.cols);
    u32 count = view_pair_rows(look->vs->view, (u32)state->scroll.top, (u32)page, rows);
    for (u32 i = 0; i < count; i++) {
        if (rows[i].is_area)
            draw_area(look, &part, (int)i, &rows[i]);
        else
            draw_page(look, &part, (int)i, &rows[i]);
        if (look->has_focus && state->has_cursor && !rows[i].is_area &&
            state->cursor - rows[i].address < rows[i].pages * 4096u)
            draw_paint(&part, (int)i, 0, part.area.cols, draw_style(&part, STYLE_FOCUS));
    }
    struct canvas bar = draw_part(canvas, 1, 0, page, canvas->area.cols);
    draw_scrollbar(&bar, &state->scroll);
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
    int below = is_beside ? 0 : map_rows(rows, (int)look.summary.rows + 1);
    struct canvas part = draw_part(canvas, 0, 0, rows - below, left);
    draw_list(&look, &part);
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
        snprintf(text, size, _("%s: %u → %u, count %d → %d"), row.name, row.side[side].frame_was,
                 row.side[side].frame, row.count_was, row.count);
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
