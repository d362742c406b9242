/* Drawing the frame map: only the frames in sight are looked at. */
#include "tui/frame_map.h"

#include "text.h"
#include "tui/glyph.h"

#include <stdio.h>
#include <string.h>

enum {
    LABEL_COLS = 7,   /* "  16320 " */
    ACROSS_MAX = 256, /* frames in a row */
    ACROSS_STEP = 8,  /* their number is a multiple of this */
    LEGEND_ROWS = 6,  /* from so many rows on, the legend has two lines … */
    LEGEND_COLS = 60, /* … and one more where it is narrower than this */
};

/* ---- Glyphs ---- */

/* The last digit of the PID; a star for the right one when both end alike. */
static char digit_of(s32 pid)
{
    return (char)('0' + pid % 10);
}

char frame_glyph_of(const s32 pair[2], int side)
{
    if (side == 1 && pair[0] >= 0 && pair[0] % 10 == pair[1] % 10)
        return '*';
    return pair[side] < 0 ? '?' : digit_of(pair[side]);
}

struct glyph_look {
    char glyph; /* '.' is drawn as the theme's symbol */
    enum style style;
    s32 pid; /* whose colour it has instead of the style's, or -1 */
};

static struct glyph_look look_of(const struct view_frame *frame, const s32 pair[2])
{
    int side = frame->is_of[0] ? 0 : 1;
    bool is_both = frame->is_of[0] && frame->is_of[1];
    s32 pid = is_both ? -1 : frame->is_of[side] ? pair[side] : frame->owner;

    if ((frame->is_page && is_both) || frame->kind == 'A' || frame->kind == 'F')
        return (struct glyph_look){ '=', STYLE_SHARED, -1 };
    if (frame->is_page)
        return (struct glyph_look){ frame_glyph_of(pair, side), STYLE_NORMAL, pid };
    switch (frame->kind) {
    case 'a':
    case 'f':
        return (struct glyph_look){ pid >= 0 ? digit_of(pid) : frame->kind, STYLE_NORMAL, pid };
    case '.':
        return (struct glyph_look){ '.', STYLE_FREE, -1 };
    case 'K':
    case '0':
        return (struct glyph_look){ frame->kind == '0' ? 'z' : 'K', STYLE_KERNEL, -1 };
    case 's':
        return (struct glyph_look){ 's', STYLE_DIM, -1 };
    default:
        return (struct glyph_look){ frame->kind, STYLE_NORMAL, pid };
    }
}

static attr_t attrs_of(const struct canvas *canvas, const struct glyph_look *look)
{
    return look->pid >= 0 ? theme_task(canvas->theme, look->pid) : draw_style(canvas, look->style);
}

/* A task's new frame appears in its colour. */
static attr_t changed_attrs(const struct canvas *canvas, const struct glyph_look *look)
{
    return look->pid >= 0 ? theme_marked(canvas->theme, theme_task(canvas->theme, look->pid))
                          : draw_style(canvas, STYLE_CHANGED);
}

static int draw_glyph(const struct canvas *canvas, int y, int x, attr_t attrs, char glyph)
{
    const char text[2] = { glyph, 0 };

    return draw_text(canvas, y, x, attrs,
                     glyph == '.' ? theme_symbol(canvas->theme, SYMBOL_FREE) : text);
}

/* ---- The legend: what is in sight ---- */

enum { LEGEND_TASKS = 6 }; /* more are not told one by one */

struct legend {
    bool has[128];
    bool has_changed;
    char pair[2]; /* the glyphs of the two tasks' frames that are in sight, or 0 */
    bool has_more;
    int tasks; /* the others whose frames are in sight, with their glyphs, unless there are more */
    s32 pid[LEGEND_TASKS];
    char glyph[LEGEND_TASKS];
};

static void add_to_legend(struct legend *legend, const struct view_frame *frame,
                          const struct glyph_look *look, const s32 pair[2])
{
    bool is_digit = look->glyph == '*' || (look->glyph >= '0' && look->glyph <= '9');

    legend->has[(unsigned char)look->glyph & 127] = true;
    legend->has_changed = legend->has_changed || frame->changed;
    if (!is_digit || look->pid < 0)
        return;
    for (int side = 0; side < 2; side++) {
        if (look->pid == pair[side]) {
            legend->pair[side] = look->glyph;
            return;
        }
    }
    for (int i = 0; i < legend->tasks; i++)
        if (legend->pid[i] == look->pid)
            return;
    if (legend->tasks == LEGEND_TASKS) {
        legend->has_more = true;
        return;
    }
    legend->pid[legend->tasks] = look->pid;
    legend->glyph[legend->tasks++] = look->glyph;
}

/* In the order of their worth; the tasks come before. */
static const struct {
    char glyph;
    const char *text;
} meanings[] = {
    { '=', "shared" },    { 'p', "page table" },   { 't', "kernel stack" }, { 'c', "file cache" },
    { 'a', "another's" }, { 'f', "other's file" }, { 's', "slab" },         { 'K', "kernel" },
    { 'z', "zero page" }, { 'u', "other" },        { '.', "free" },
};

struct pen {
    const struct canvas *canvas;
    int y, x, rows;
};

/* One entry, on the next line if need be. False when there is no room. */
static bool add_entry(struct pen *pen, attr_t attrs, char glyph, const char *text)
{
    int width = 3 + glyph_width(text) + (pen->x > 0 ? 2 : 0);

    if (pen->x > 0 && pen->x + width > pen->canvas->area.cols) {
        pen->y++;
        pen->x = 0;
    }
    if (pen->y >= pen->rows)
        return false;
    pen->x += pen->x > 0 ? 2 : 0;
    pen->x = draw_glyph(pen->canvas, pen->y, pen->x, attrs, glyph);
    pen->x =
        draw_textf(pen->canvas, pen->y, pen->x, draw_style(pen->canvas, STYLE_DIM), " %s", text);
    return true;
}

/* "3 sh", and "3 13 sh" where the glyph is not the PID. */
static void add_task_entry(struct pen *pen, const struct view_state *vs, s32 pid, char glyph)
{
    struct view_task task;
    char name[96];

    if (!view_task_by_pid(vs->view, pid, &task))
        return;
    if (glyph == (char)('0' + pid))
        snprintf(name, sizeof name, "%s", task.comm);
    else
        snprintf(name, sizeof name, "%d %s", task.pid, task.comm);
    add_entry(pen, theme_task(pen->canvas->theme, pid), glyph, name);
}

static void draw_legend(const struct canvas *canvas, const struct legend *legend,
                        const struct view_state *vs, const s32 pair[2])
{
    struct pen pen = { canvas, 0, 0, canvas->area.rows };

    for (int side = 0; side < 2; side++)
        if (legend->pair[side])
            add_task_entry(&pen, vs, pair[side], legend->pair[side]);
    for (int i = 0; i < legend->tasks && !legend->has_more; i++)
        add_task_entry(&pen, vs, legend->pid[i], legend->glyph[i]);
    if (legend->has_more)
        add_entry(&pen, theme_task(canvas->theme, legend->pid[0]), legend->glyph[0],
                  _("and other digits: how a PID ends"));
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        char glyph = meanings[i].glyph;
        enum style style = glyph == '='                   ? STYLE_SHARED
                           : glyph == '.'                 ? STYLE_FREE
                           : glyph == 'K' || glyph == 'z' ? STYLE_KERNEL
                           : glyph == 's'                 ? STYLE_DIM
                                                          : STYLE_NORMAL;
        if (glyph == 'p' && legend->has_changed)
            add_entry(&pen, draw_style(canvas, STYLE_CHANGED), ' ', _("changed now"));
        if (legend->has[(unsigned char)glyph])
            add_entry(&pen, draw_style(canvas, style), glyph, _(meanings[i].text));
    }
}

/* ---- Moving ---- */

void frame_map_scroll(struct frame_map *map, int rows, u32 frames)
{
    struct scroll scroll = { .top = map->across > 0 ? (int)map->first / map->across : 0 };

    if (map->across <= 0)
        return;
    scroll_fit(&scroll, ((int)frames + map->across - 1) / map->across, map->rows);
    scroll_move(&scroll, rows);
    map->first = (u32)(scroll.top * map->across);
}

/* Has the frame in sight, with some rows above it. */
static void show_frame(struct frame_map *map, u32 frame, u32 frames)
{
    if (map->across <= 0 || map->rows <= 0)
        return;
    u32 row = frame / (u32)map->across, top = map->first / (u32)map->across;
    if (row >= top && row < top + (u32)map->rows)
        return;
    u32 before = map->rows > 2 ? 1 : 0; /* rows that stand above */
    map->first = (row > before ? row - before : 0) * (u32)map->across;
    frame_map_scroll(map, 0, frames);
}

/* ---- Drawing ---- */

static bool is_lit(const struct frame_light *light, u32 frame)
{
    return light->frame[0] == (s64)frame || light->frame[1] == (s64)frame;
}

static void draw_frames(const struct canvas *canvas, int y, u32 first,
                        const struct view_frame *frames, u32 count, const s32 pair[2],
                        const struct frame_light *light, struct legend *legend)
{
    draw_textf(canvas, y, 0, draw_style(canvas, STYLE_DIM), "%6u", first);
    for (u32 i = 0; i < count; i++) {
        struct glyph_look look = look_of(&frames[i], pair);
        attr_t attrs = is_lit(light, first + i) ? draw_style(canvas, STYLE_FOCUS)
                       : frames[i].changed      ? changed_attrs(canvas, &look)
                                                : attrs_of(canvas, &look);
        add_to_legend(legend, &frames[i], &look, pair);
        draw_glyph(canvas, y, LABEL_COLS + (int)i, attrs, look.glyph);
    }
}

/* How many frames stand in a row, so that their numbers are easy to follow. */
static int frames_across(int cols)
{
    int across = cols - LABEL_COLS;

    across -= across > ACROSS_STEP ? across % ACROSS_STEP : 0;
    return across < ACROSS_MAX ? across : ACROSS_MAX;
}

static int legend_lines(const struct rect *area)
{
    return area->rows < LEGEND_ROWS ? 1 : area->cols < LEGEND_COLS ? 3 : 2;
}

static void draw_heading_line(const struct canvas *canvas, const struct frame_map *map, u32 frames)
{
    int x = draw_text(canvas, 0, 0, draw_style(canvas, STYLE_TITLE), _("page frames "));
    u32 end = map->first + (u32)(map->rows * map->across);

    x = draw_textf(canvas, 0, x, draw_style(canvas, STYLE_DIM), _("%u–%u of %u "), map->first,
                   (end < frames ? end : frames) - 1, frames);
    draw_horizontal(canvas, 0, x, canvas->area.cols - x, draw_style(canvas, STYLE_BORDER));
}

void frame_map_draw(const struct canvas *canvas, struct frame_map *map, const struct view_state *vs,
                    const s32 pair[2], s64 wanted, const struct frame_light *light)
{
    struct view_pair_summary summary;
    struct view_frame frames[ACROSS_MAX];
    struct legend legend = { .has_changed = false };
    int rows = canvas->area.rows, lines = legend_lines(&canvas->area);

    view_pair_summary(vs->view, &summary);
    map->across = frames_across(canvas->area.cols);
    map->rows = rows - 1 - lines;
    if (map->across <= 0 || map->rows <= 0)
        return;
    map->first -= map->first % (u32)map->across;
    frame_map_scroll(map, 0, summary.frames);
    if (map->is_stale && wanted >= 0)
        show_frame(map, (u32)wanted, summary.frames);
    map->is_stale = false;
    draw_heading_line(canvas, map, summary.frames);
    for (int y = 0; y < map->rows; y++) {
        u32 first = map->first + (u32)(y * map->across);
        u32 count = view_frame_map(vs->view, first, (u32)map->across, frames);
        if (count > 0)
            draw_frames(canvas, y + 1, first, frames, count, pair, light, &legend);
    }
    struct canvas part = draw_part(canvas, map->rows + 1, 0, lines, canvas->area.cols);
    draw_legend(&part, &legend, vs, pair);
}
