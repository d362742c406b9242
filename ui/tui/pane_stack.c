/* The chosen task's kernel stack, addresses downwards and to scale, and how current follows from it. */
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stdio.h>
#include <string.h>

enum {
    PARTS_MAX = 160,
    REGISTERS_MAX = 24,
    LOWEST_PARTS = 2, /* free and thread_info: they are always in sight */
    SPINE_AT = 9,     /* behind the address */
    MARK_AT = 14,
    NAME_AT = 15,
    TEXT_AT = 38,   /* where texts begin, with … */
    WIDE_COLS = 70, /* … so many columns */
    REGISTERS_AT = 11,
    REGISTER_COLS = 18,
    SCALE_WORDS = 16, /* columns for the words beside the scale */
};

/* What is drawn, and how many rows each piece gets. */
struct drawing {
    const struct canvas *canvas;
    const struct view_state *vs;
    struct stack_state *state;
    struct view_stack stack;
    struct view_stack_part parts[PARTS_MAX];
    int count;
    struct view_register registers[REGISTERS_MAX];
    int register_count, across; /* of them in a row */
    int part_rows, register_rows, scale_rows;
};

static enum style style_of(enum view_stack_kind kind)
{
    static const enum style styles[] = {
        [VIEW_STACK_REGS] = STYLE_SHARED,  [VIEW_STACK_FRAME] = STYLE_NORMAL,
        [VIEW_STACK_OTHER] = STYLE_NORMAL, [VIEW_STACK_FREE] = STYLE_FREE,
        [VIEW_STACK_INFO] = STYLE_KERNEL,
    };

    return styles[kind];
}

/* ---- The rows of the stack ---- */

static void draw_place(const struct drawing *d, int y, kaddr address, const char *spine)
{
    draw_textf(d->canvas, y, 0, draw_style(d->canvas, STYLE_DIM), "%08x", address);
    draw_text(d->canvas, y, SPINE_AT, draw_style(d->canvas, STYLE_BORDER), spine);
}

/* The text as it fits: rather its first or its most important part than a word that is cut. */
static const char *shorten(const struct view_stack_part *part, int room, char *text, size_t size)
{
    const char *value = strstr(part->text, "= "), *name = strrchr(part->text, '(');

    snprintf(text, size, "%s", part->text);
    if (glyph_width(text) <= room)
        return text;
    if (part->kind == VIEW_STACK_INFO && value && name)
        return glyph_width(value) <= room ? value : name; /* "= c0293020 (3 sh)", "(3 sh)" */
    char *end = strstr(text, ": ") ? strstr(text, ": ") : strstr(text, ", what");
    if (end)
        *end = '\0';
    return text;
}

static void draw_part_row(const struct drawing *d, int y, const struct view_stack_part *part)
{
    const struct canvas *canvas = d->canvas;
    bool is_last = part->kind == VIEW_STACK_INFO;
    char text[sizeof part->text];

    draw_place(d, y, part->low, is_last ? "┴" : part->has_esp ? "┼" : "├");
    if (part->has_esp)
        draw_textf(canvas, y, SPINE_AT + 1, draw_style(canvas, STYLE_CURRENT), "esp%s",
                   theme_symbol(canvas->theme, SYMBOL_RIGHT));
    if (part->changed)
        draw_text(canvas, y, MARK_AT, draw_style(canvas, STYLE_CHANGED),
                  theme_symbol(canvas->theme, SYMBOL_CHANGED));
    int x = draw_text(canvas, y, NAME_AT, draw_style(canvas, style_of(part->kind)), part->name);
    if (canvas->area.cols >= WIDE_COLS)
        x = x < TEXT_AT ? TEXT_AT : x;
    else if (part->kind == VIEW_STACK_FRAME)
        return; /* too little room to say what the function is for */
    int room = canvas->area.cols - x - 1;
    draw_field(canvas, y, x + 1, room, ALIGN_LEFT,
               draw_style(canvas, part->changed ? STYLE_CURRENT : STYLE_DIM),
               shorten(part, room, text, sizeof text));
}

/* The registers that the last entry has saved, row by row. */
static void draw_registers(const struct drawing *d, int y)
{
    for (int i = 0; i < d->register_count; i++) {
        const struct view_register *r = &d->registers[i];
        int row = y + i / d->across, x = REGISTERS_AT + i % d->across * REGISTER_COLS;
        if (d->across == 1)
            draw_place(d, row, d->stack.top - 4u * (u32)(i + 1), "│");
        else if (i % d->across == 0)
            draw_text(d->canvas, row, SPINE_AT, draw_style(d->canvas, STYLE_BORDER), "│");
        draw_text(d->canvas, row, x, draw_style(d->canvas, STYLE_DIM), r->name);
        draw_textf(d->canvas, row, x + (int)sizeof "orig_eax",
                   draw_style(d->canvas, r->changed ? STYLE_CURRENT : STYLE_NORMAL), "%x",
                   r->value);
    }
}

/* All parts; those between the registers and the lowest two can be scrolled. */
static void draw_parts(const struct drawing *d)
{
    int y = 1 + d->register_rows, upper = d->count - LOWEST_PARTS, page = d->state->scroll.page;

    draw_place(d, 0, d->stack.top, "┬");
    draw_textf(d->canvas, 0, SPINE_AT + 2, draw_style(d->canvas, STYLE_DIM),
               _("esp0: the top of %u bytes"), d->stack.top - d->stack.base);
    if (d->register_rows > 0)
        draw_registers(d, 1);
    for (int i = 0; i < page && d->state->scroll.top + i < upper; i++)
        draw_part_row(d, y++, &d->parts[d->state->scroll.top + i]);
    for (int i = upper; i < d->count; i++)
        draw_part_row(d, y++, &d->parts[i]);
    struct canvas bar = draw_part(d->canvas, 1 + d->register_rows, 0, page, d->canvas->area.cols);
    draw_scrollbar(&bar, &d->state->scroll);
}

/* ---- Below ---- */

static void draw_scale(const struct drawing *d, int y)
{
    static const char *const marks[] = {
        [VIEW_STACK_REGS] = "r", [VIEW_STACK_FRAME] = "f", [VIEW_STACK_OTHER] = "f",
        [VIEW_STACK_FREE] = "",  [VIEW_STACK_INFO] = "i",
    };
    enum view_stack_kind kinds[VIEW_SCALE_MAX];
    int cols = d->canvas->area.cols;
    u32 cells = cols >= 64 + SCALE_WORDS ? 64 : cols >= 32 + SCALE_WORDS ? 32 : 16;
    u32 bytes = (d->stack.top - d->stack.base) / cells;
    char words[64];

    if (!view_stack_scale(d->vs->view, d->stack.pid, cells, kinds))
        return;
    for (u32 i = 0; i < cells; i++)
        draw_text(d->canvas, y, (int)i, draw_style(d->canvas, style_of(kinds[i])),
                  kinds[i] == VIEW_STACK_FREE ? theme_symbol(d->canvas->theme, SYMBOL_FREE)
                                              : marks[kinds[i]]);
    snprintf(words, sizeof words, _("to scale, a cell is %u bytes"), bytes);
    if (glyph_width(words) > cols - (int)cells - 2)
        snprintf(words, sizeof words, _("%u bytes each"), bytes);
    draw_text(d->canvas, y, (int)cells + 1, draw_style(d->canvas, STYLE_DIM), words);
}

/*
 * "current: esp c029df1c & ffffe000 = c029c000 → task = c0293510 (2 sh)". In user mode, esp is what
 * it will be when the next entry has saved the registers.
 */
static void make_current(const struct drawing *d, char *text, size_t size)
{
    const struct view_stack *stack = &d->stack;
    kaddr mask = ~(stack->top - stack->base - 1),
          esp = stack->is_user ? d->parts[0].low : stack->esp;
    const char *who = stack->is_user   ? _("at the next entry: esp")
                      : stack->is_live ? _("current: esp")
                                       : _("if it ran: esp");
    int used = snprintf(text, size, "%s %08x & %08x = %08x → thread_info, %s", who, esp, mask,
                        esp & mask, d->parts[d->count - 1].text);

    if (stack->first && used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, _("; begins at %08x in ret_from_fork with %s"),
                 stack->first, d->parts[0].text);
}

/* ---- The pane ---- */

/* What is there, in the order of its worth: the parts, current, the scale, the registers. */
static void share_rows(struct drawing *d, int current_rows)
{
    int rows = d->canvas->area.rows, cols = d->canvas->area.cols;
    int spare = rows - 1 - d->count - current_rows;

    d->part_rows = d->count;
    if (rows - 1 < d->count)
        d->part_rows = rows - 1;
    d->across = (cols - REGISTERS_AT) / REGISTER_COLS;
    d->across = d->across < 1 ? 1 : d->across;
    d->scale_rows = spare >= 1;
    if (spare > d->register_count)
        d->across = 1;
    int register_rows = (d->register_count + d->across - 1) / d->across;
    d->register_rows = spare >= d->scale_rows + register_rows ? register_rows : 0;
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    struct drawing d = { .canvas = canvas, .vs = view, .state = pane };
    s32 pid = view_state_task(d.vs);
    int rows = canvas->area.rows;
    char current[256];
    u32 filled = 0;

    (void)has_focus;
    if (pid < 0 || !view_stack(d.vs->view, pid, &d.stack, d.parts, PARTS_MAX, &filled)) {
        draw_text(canvas, 0, 0, draw_style(canvas, STYLE_DIM), _("no kernel stack"));
        return;
    }
    d.count = (int)filled;
    d.register_count = (int)view_stack_registers(d.vs->view, pid, d.registers, (u32)REGISTERS_MAX);
    make_current(&d, current, sizeof current);
    share_rows(&d, draw_wrapped_rows(current, canvas->area.cols));
    scroll_fit(&d.state->scroll, d.count - LOWEST_PARTS, d.part_rows - LOWEST_PARTS);
    draw_parts(&d);
    int y = 1 + d.register_rows + d.part_rows;
    if (d.scale_rows > 0)
        draw_scale(&d, y++);
    struct canvas part = draw_part(canvas, y, 0, rows - y, canvas->area.cols);
    draw_wrapped(&part, 0, rows - y,
                 draw_style(canvas, d.stack.is_live ? STYLE_CURRENT : STYLE_DIM), current);
}

static void note(void *pane, const void *view, char *text, size_t size)
{
    const struct view_state *vs = view;
    struct view_task task;
    s32 pid = view_state_task(vs);

    (void)pane;
    if (pid >= 0 && view_task_by_pid(vs->view, pid, &task))
        snprintf(text, size, "%d %s", pid, task.comm);
}

const struct pane stack_pane = {
    .name = "stack",
    .title = "kernel stack",
    .min_rows = 8,
    .min_cols = 40,
    .state_size = sizeof(struct stack_state),
    .draw = draw,
    .note = note,
    .key = pane_scrolls_key,
    .mouse = pane_scrolls_mouse,
};
