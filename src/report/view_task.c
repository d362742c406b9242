// See procarium/view.h: one task's fields and its kernel stack.
#include "report/places.h"
#include "report/rows.h"
#include "report/stack.h"
#include "report/view.h"

#include <string.h>

// ---- The circle ------------------------------------------------------------------------------------

static const struct task_struct *process_of_link(const struct machine *m, kaddr link)
{
    return task_or_null(m, link - (u32)offsetof(struct task_struct, tasks));
}

static void fill_node(const struct view *v, const struct task_struct *p,
                      struct view_ring_node *node)
{
    struct strbuf text = STRBUF_INIT;

    *node = (struct view_ring_node){ .pid = p->pid,
                                     .link = kaddr_of(v->m, &p->tasks),
                                     .next = p->tasks.next,
                                     .prev = p->tasks.prev };
    bool is_new = v->has_marks && p->pid && !view_was_live(v, kaddr_of(v->m, p), p->pid);
    node->next_changed = is_new || view_differs(v, node->link, 4);
    node->prev_changed = is_new || view_differs(v, node->link + 4, 4);
    node->mark = is_new                                     ? VIEW_NEW
                 : node->next_changed || node->prev_changed ? VIEW_CHANGED
                                                            : VIEW_SAME;
    add_comm(p, &text);
    view_put(node->comm, sizeof node->comm, &text);
    strbuf_finish(&text);
}

u32 view_ring(const struct view *v, s32 pid, u32 count, struct view_ring_node *nodes,
              bool *leaves_out)
{
    const struct task_struct *p = v->m ? find_task(v->m, pid) : NULL, *q;
    u32 filled = 0;

    *leaves_out = false;
    if (!v->m || !has_kernel(v->m) || count < 2)
        return 0;
    const struct task_struct *head = &kernel(v->m)->init_task;
    p = p && p->pid != p->tgid ? find_task(v->m, p->tgid) : p;
    fill_node(v, head, &nodes[filled++]);
    // Back from the one that matters, so that it stands in the middle, or further when few follow.
    const struct task_struct *first = p && p != head ? p : process_of_link(v->m, head->tasks.next);
    u32 after = 0;
    for (q = first; q && q != head && after < count / 2; after++)
        q = process_of_link(v->m, q->tasks.next);
    for (u32 i = 0; first && i + after < count - 1; i++) {
        q = process_of_link(v->m, first->tasks.prev);
        if (!q || q == head)
            break;
        first = q;
    }
    bool is_far = first && first->tasks.prev != kaddr_of(v->m, &head->tasks);
    for (q = first; q && q != head && filled < count; filled++) {
        fill_node(v, q, &nodes[filled]);
        nodes[filled].is_far = is_far;
        is_far = false;
        q = process_of_link(v->m, q->tasks.next);
    }
    *leaves_out = q && q != head;
    return filled;
}

s32 view_ring_step(const struct view *v, s32 pid, bool forward)
{
    const struct task_struct *p = v->m ? find_task(v->m, pid) : NULL;

    p = p && p->pid != p->tgid ? find_task(v->m, p->tgid) : p;
    p = p ? process_of_link(v->m, forward ? p->tasks.next : p->tasks.prev) : NULL;
    return p ? p->pid : -1;
}

// ---- Fields --------------------------------------------------------------------------------------

static void fill_target(const struct view *v, const struct field_row *from, struct view_field *row)
{
    enum field_kind kind = (enum field_kind)from->field->kind;

    row->target = 0;
    row->target_type = NULL;
    row->target_pid = -1;
    if (kind != KIND_ADDRESS && kind != KIND_LIST)
        return;
    struct place place = place_of(v->m, NULL, *at(v->m, from->address, u32));
    if (place.kind != PLACE_OBJECT || place.type == TYPE_NONE)
        return;
    row->target = place.base;
    row->target_type = ktype_info(place.type)->name;
    if (place.type == TYPE_TASK_STRUCT)
        row->target_pid = task_at(v->m, place.base)->pid;
}

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
    fill_target(v, from, row);
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
                                  .is_user = walk.is_live && walk.esp == walk.top,
                                  .first = walk.is_new ? p->thread.eip : 0,
                                  .parts = have };
    for (u32 i = 0; i < have && *filled < count; i++) {
        bool skips = have > count && *filled + 2 == count && i + 2 < have;

        if (!skips) // the lowest two always have their place
            fill_part(v, p, &walk, &all[i], &parts[(*filled)++]);
    }
    return have > 0;
}

bool view_stack_scale(const struct view *v, s32 pid, u32 cells, enum view_stack_kind *kinds)
{
    const struct task_struct *p = v->m ? find_task(v->m, pid) : NULL;
    struct stack_part all[STACK_PARTS_MAX];
    enum stack_part_kind parts[VIEW_SCALE_MAX];

    if (!p || !cells || cells > VIEW_SCALE_MAX)
        return false;
    struct stack_walk walk = stack_begin(v->m, p);
    u32 have = stack_parts(v->m, &walk, all);
    if (!have)
        return false;
    stack_scale(&walk, all, have, cells, parts);
    for (u32 i = 0; i < cells; i++)
        kinds[i] = kind_of(parts[i]);
    return true;
}

u32 view_stack_registers(const struct view *v, s32 pid, struct view_register *registers, u32 count)
{
    const struct task_struct *p = v->m && pid ? find_task(v->m, pid) : NULL;
    const struct ktype_info *info = ktype_info(TYPE_PT_REGS);
    u32 filled = 0;

    if (!p)
        return 0;
    struct stack_walk walk = stack_begin(v->m, p);
    if (!walk.base)
        return 0;
    for (u32 i = info->count; i-- > 0 && filled < count; filled++) {
        const struct field *f = &info->fields[i];
        kaddr address = walk.regs + f->offset;
        struct view_register *r = &registers[filled];

        *r = (struct view_register){ .value = *at(v->m, address, u32),
                                     .changed = view_differs(v, address, sizeof(u32)) };
        strncpy(r->name, f->name, sizeof r->name - 1);
    }
    return info->count;
}
