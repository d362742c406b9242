/* The chosen task's kernel stack, addresses downwards, and how current follows from it. */
#include "text.h"
#include "tui/glyph.h"
#include "tui/panes.h"

#include <stdio.h>

enum { PARTS_MAX = 64, ADDRESS_COLS = 8, WIDE_COLS = 70, TEXT_AT = 38 };

static void draw_address(const struct canvas *canvas, int y, kaddr address, bool has_esp)
{
    const struct theme *theme = canvas->theme;

    draw_textf(canvas, y, 0, draw_style(canvas, STYLE_DIM), "%08x", address);
    if (has_esp)
        draw_textf(canvas, y, ADDRESS_COLS + 1, draw_style(canvas, STYLE_CURRENT), "esp %s",
                   theme_symbol(theme, SYMBOL_RIGHT));
}

static void draw_stack_part(const struct canvas *canvas, int y, const struct view_stack_part *part)
{
    static const enum style styles[] = {
        [VIEW_STACK_REGS] = STYLE_SHARED,  [VIEW_STACK_FRAME] = STYLE_NORMAL,
        [VIEW_STACK_OTHER] = STYLE_NORMAL, [VIEW_STACK_FREE] = STYLE_FREE,
        [VIEW_STACK_INFO] = STYLE_KERNEL,
    };
    int x = ADDRESS_COLS + 7;

    draw_address(canvas, y, part->low, part->has_esp);
    draw_text(canvas, y, x - 1, draw_style(canvas, part->changed ? STYLE_CHANGED : STYLE_BORDER),
              part->changed ? theme_symbol(canvas->theme, SYMBOL_CHANGED) : " ");
    x = draw_text(canvas, y, x + 1, draw_style(canvas, styles[part->kind]), part->name);
    if (canvas->area.cols >= WIDE_COLS)
        x = x < TEXT_AT ? TEXT_AT : x;
    else if (part->kind == VIEW_STACK_FRAME)
        return; /* too little room to say what the function is for */
    draw_field(canvas, y, x + 1, canvas->area.cols - x - 1, ALIGN_LEFT,
               draw_style(canvas, part->changed ? STYLE_CURRENT : STYLE_DIM), part->text);
}

/* "current: esp c029df1c & ~8191 = c029c000, where thread_info.task stands" */
static void draw_current(const struct canvas *canvas, int y, const struct view_stack *stack)
{
    u32 size = stack->top - stack->base;

    draw_textf(canvas, y, 0, draw_style(canvas, stack->is_live ? STYLE_CURRENT : STYLE_DIM),
               _("%s %08x & %08x = %08x"), stack->is_live ? _("current: esp") : _("esp"),
               stack->esp, ~(size - 1), stack->base);
}

static void draw(const struct canvas *canvas, void *pane, const void *view, bool has_focus)
{
    const struct view_state *vs = view;
    struct view_stack stack;
    struct view_stack_part parts[PARTS_MAX];
    int rows = canvas->area.rows, room = rows - 2;
    u32 filled = 0;
    s32 pid = view_state_task(vs);

    (void)pane;
    (void)has_focus;
    room = room > PARTS_MAX ? PARTS_MAX : room < 2 ? 2 : room;
    if (pid < 0 || !view_stack(vs->view, pid, &stack, parts, (u32)room, &filled)) {
        draw_text(canvas, 0, 0, draw_style(canvas, STYLE_DIM), _("no kernel stack"));
        return;
    }
    draw_textf(canvas, 0, 0, draw_style(canvas, STYLE_DIM), _("%08x esp0: the top, %u bytes"),
               stack.top, stack.top - stack.base);
    for (u32 i = 0; i < filled && (int)i + 1 < rows; i++)
        draw_stack_part(canvas, (int)i + 1, &parts[i]);
    if (filled < stack.parts)
        draw_textf(canvas, rows - 1, 0, draw_style(canvas, STYLE_DIM), _("%u frames not shown"),
                   stack.parts - filled);
    else if ((int)filled + 1 < rows)
        draw_current(canvas, (int)filled + 1, &stack);
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
};
