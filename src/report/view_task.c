// See procarium/view.h: one task's fields and its kernel stack.
#include "report/rows.h"
#include "report/stack.h"
#include "report/view.h"

#include <string.h>

// ---- Fields --------------------------------------------------------------------------------------

static void fill_field(const struct view *v, bool was_live, const struct field_row *from,
                       struct view_field *row)
{
    struct strbuf text = STRBUF_INIT;

    row->group = field_group_name(from->group);
    memcpy(row->name, from->name, sizeof row->name);
    row->address = from->address;
    row->size = from->field->size;
    field_row_value(v->m, NULL, from, &text);
    view_put(row->value, sizeof row->value, &text);
    row->was[0] = '\0';
    row->changed = was_live && view_differs(v, from->address, from->field->size);
    if (row->changed) {
        strbuf_clear(&text);
        field_row_value(v->m, &v->before, from, &text);
        view_put(row->was, sizeof row->was, &text);
    }
    strbuf_finish(&text);
}

u32 view_fields(const struct view *v, s32 pid, enum view_detail detail, u32 first, u32 count,
                struct view_field *rows, u32 *total)
{
    const struct task_struct *p = v->m ? find_task(v->m, pid) : NULL;
    struct field_row all[FIELD_ROWS_MAX];
    u32 filled = 0;

    if (total)
        *total = 0;
    if (!p)
        return 0;
    u32 have = field_rows(v->m, p, detail == VIEW_ALL, all);
    // What a task that has just been made differs from is another task's bytes: no news.
    bool was_live = !pid || view_was_live(v, kaddr_of(v->m, p), pid);
    if (total)
        *total = have;
    for (u32 i = first; i < have && filled < count; i++)
        fill_field(v, was_live, &all[i], &rows[filled++]);
    return filled;
}

// ---- The kernel stack ----------------------------------------------------------------------------

static enum view_stack_kind kind_of(enum stack_part_kind kind)
{
    switch (kind) {
    case PART_REGS:
        return VIEW_STACK_REGS;
    case PART_FRAME:
        return VIEW_STACK_FRAME;
    case PART_OTHER:
        return VIEW_STACK_OTHER;
    case PART_FREE:
        return VIEW_STACK_FREE;
    case PART_INFO:
        break;
    }
    return VIEW_STACK_INFO;
}

static void fill_part(const struct view *v, const struct task_struct *p,
                      const struct stack_walk *walk, const struct stack_part *from,
                      struct view_stack_part *part)
{
    struct strbuf text = STRBUF_INIT;

    *part = (struct view_stack_part){ .kind = kind_of(from->kind),
                                      .low = from->low,
                                      .high = from->high };
    part->has_esp = walk->esp == from->low && from->kind != PART_INFO;
    part->changed = from->kind != PART_FREE && view_differs(v, from->low, from->high - from->low);
    strbuf_puts(&text, stack_part_name(from));
    view_put(part->name, sizeof part->name, &text);
    strbuf_clear(&text);
    stack_part_text(v->m, p, walk, from, &text);
    view_put(part->text, sizeof part->text, &text);
    strbuf_finish(&text);
}

bool view_stack(const struct view *v, s32 pid, struct view_stack *stack,
                struct view_stack_part *parts, u32 count, u32 *filled)
{
    const struct task_struct *p = v->m ? find_task(v->m, pid) : NULL;
    struct stack_part all[STACK_PARTS_MAX];

    *filled = 0;
    if (!p)
        return false;
    struct stack_walk walk = stack_begin(v->m, p);
    u32 have = stack_parts(v->m, &walk, all);
    *stack = (struct view_stack){ .pid = pid,
                                  .base = walk.base,
                                  .top = walk.top,
                                  .esp = walk.esp,
                                  .is_live = walk.is_live,
                                  .parts = have };
    for (u32 i = 0; i < have && *filled < count; i++) {
        bool skips = have > count && *filled + 2 == count && i + 2 < have;

        if (!skips) // the lowest two always have their place
            fill_part(v, p, &walk, &all[i], &parts[(*filled)++]);
    }
    return have > 0;
}
