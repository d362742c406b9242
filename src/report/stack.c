// Reports about a task's kernel stack: bt, stack, and the parts that pictures are made of.
#include "report/stack.h"
#include "report/fields.h"

#include "procarium/report.h"
#include "report/text.h"

#define SCALE_CELLS 64u

// ---- Parts ---------------------------------------------------------------------------------------

struct part_list {
    struct stack_part *parts;
    u32 count;
};

static void add_part(struct part_list *list, enum stack_part_kind kind, kaddr low, kaddr high,
                     enum ksym symbol)
{
    if (low < high && list->count < STACK_PARTS_MAX - 2)
        list->parts[list->count++] = (struct stack_part){ kind, low, high, symbol };
}

u32 stack_parts(const struct machine *m, const struct stack_walk *w, struct stack_part *parts)
{
    struct part_list list = { parts, 0 };
    struct stack_frame frames[STACK_PARTS_MAX / 2];
    struct stack_walk walk = *w;
    u32 count = 0;

    if (!w->base)
        return 0;
    kaddr floor = w->base + (u32)sizeof(struct thread_info);
    kaddr used = w->esp >= floor && w->esp <= w->top ? w->esp : floor;
    if (used > w->regs) // user mode: the registers of the last entry are still there
        used = w->regs;
    while (count < STACK_PARTS_MAX / 2 - 4 && stack_next(m, &walk, &frames[count]))
        count++;
    add_part(&list, PART_REGS, w->regs, w->top, KSYM_COUNT);
    kaddr below = w->regs;
    for (u32 i = count; i-- > 0;) { // outermost first
        if (frames[i].high > below || frames[i].low < used)
            continue;
        add_part(&list, PART_OTHER, frames[i].high, below, KSYM_COUNT);
        add_part(&list, PART_FRAME, frames[i].low, frames[i].high, frames[i].symbol);
        below = frames[i].low;
    }
    add_part(&list, PART_OTHER, used, below, KSYM_COUNT);
    list.parts[list.count++] = (struct stack_part){ PART_FREE, floor, used, KSYM_COUNT };
    list.parts[list.count++] = (struct stack_part){ PART_INFO, w->base, floor, KSYM_COUNT };
    return list.count;
}

const char *stack_part_name(const struct stack_part *part)
{
    switch (part->kind) {
    case PART_REGS:
        return "pt_regs";
    case PART_FRAME:
        return ksym_info(part->symbol)->name;
    case PART_OTHER:
        return "saved";
    case PART_FREE:
        return "free";
    case PART_INFO:
        return "thread_info";
    }
    return "";
}

static void add_regs_text(const struct machine *m, const struct task_struct *p,
                          const struct stack_walk *w, struct strbuf *out)
{
    const struct pt_regs *r = at(m, w->regs, struct pt_regs);
    const char *call = r->orig_eax >= 0 ? name_of(NAMES_SYSCALL, (u32)r->orig_eax) : NULL;

    if (!p->pid)
        strbuf_puts(out, "never used: swapper has no user mode");
    else if (w->is_live && w->esp == w->top)
        strbuf_puts(out, "left over: user mode now");
    else if (call && w->is_new)
        strbuf_printf(out, "eax = %d, what %s returns to the child", (s32)r->eax, call);
    else if (r->orig_eax < -1)
        strbuf_printf(out, "interrupt 0x%x", (u32)(r->orig_eax + 256));
    else if (call)
        strbuf_printf(out, "%s(%d, %d, %d)", call, (s32)r->ebx, (s32)r->ecx, (s32)r->edx);
    else
        strbuf_printf(out, "eax = %d, eip = %08x", (s32)r->eax, r->eip);
}

void stack_part_text(const struct machine *m, const struct task_struct *p,
                     const struct stack_walk *w, const struct stack_part *part, struct strbuf *out)
{
    const struct thread_info *ti = at(m, w->base, struct thread_info);
    const struct task_struct *task = task_or_null(m, ti->task);

    switch (part->kind) {
    case PART_REGS:
        add_regs_text(m, p, w, out);
        break;
    case PART_FRAME:
        strbuf_puts(out, ksym_info(part->symbol)->purpose);
        break;
    case PART_OTHER:
        strbuf_printf(out, "%u bytes", part->high - part->low);
        break;
    case PART_FREE:
        strbuf_printf(out, "%u bytes", part->high - part->low);
        break;
    case PART_INFO:
        strbuf_printf(out, "task = %08x", ti->task);
        if (task) {
            strbuf_puts(out, " (");
            add_task_name(task, out);
            strbuf_putc(out, ')');
        }
        break;
    }
}

// ---- bt ------------------------------------------------------------------------------------------

static void add_registers(const struct machine *m, const struct stack_walk *w, struct strbuf *out)
{
    const struct pt_regs *r = at(m, w->regs, struct pt_regs);
    const char *call = r->orig_eax >= 0 ? name_of(NAMES_SYSCALL, (u32)r->orig_eax) : NULL;

    strbuf_printf(out, "    EAX: %08x  EBX: %08x  ECX: %08x  EDX: %08x\n", r->eax, r->ebx, r->ecx,
                  r->edx);
    strbuf_printf(out, "    DS:  %04x      ESI: %08x  ES:  %04x      EDI: %08x\n", r->xds, r->esi,
                  r->xes, r->edi);
    strbuf_printf(out, "    SS:  %04x      ESP: %08x  EBP: %08x\n", r->xss, r->esp, r->ebp);
    strbuf_printf(out, "    CS:  %04x      EIP: %08x  ORIG_EAX: %d%s%s  EFLAGS: %08x\n", r->xcs,
                  r->eip, r->orig_eax, call ? " " : "", call ? call : "", r->eflags);
}

bool report_bt(const struct machine *m, s32 pid, struct strbuf *out)
{
    const struct task_struct *p = wanted_task(m, pid, out);
    struct stack_frame frame;
    u32 number = 0;

    if (!p)
        return false;
    struct stack_walk walk = stack_begin(m, p);
    strbuf_printf(out, "PID: %d  TASK: %08x  CPU: 0  COMMAND: \"", p->pid, kaddr_of(m, p));
    add_comm(p, out);
    strbuf_puts(out, "\"\n");
    if (!walk.base) {
        strbuf_puts(out, " (it has no kernel stack any more)\n");
        return true;
    }
    if (walk.is_new)
        strbuf_printf(out, " #%u [%08x] ret_from_fork at %08x\n", number++, walk.esp,
                      p->thread.eip);
    while (stack_next(m, &walk, &frame))
        strbuf_printf(out, " #%u [%08x] %s at %08x\n", number++, frame.low,
                      ksym_info(frame.symbol)->name, at(m, frame.high - 4, u32)[0]);
    if (walk.is_live && walk.esp == walk.top)
        strbuf_puts(out, " (in user mode: the kernel stack is empty)\n");
    else if (p->pid)
        add_registers(m, &walk, out);
    return true;
}

// ---- stack ---------------------------------------------------------------------------------------

// How many bytes of [low, high) a part covers.
static u32 covered(const struct stack_part *part, kaddr low, kaddr high)
{
    kaddr from = part->low > low ? part->low : low;
    kaddr to = part->high < high ? part->high : high;

    return to > from ? to - from : 0;
}

void stack_scale(const struct stack_walk *w, const struct stack_part *parts, u32 count, u32 cells,
                 enum stack_part_kind *kinds)
{
    u32 cell = (w->top - w->base) / cells;

    for (u32 i = 0; i < cells; i++) {
        kaddr low = w->base + i * cell;
        u32 bytes[5] = { 0 }, best = PART_FREE;

        for (u32 k = 0; k < count; k++)
            bytes[parts[k].kind == PART_OTHER ? PART_FRAME : parts[k].kind] +=
                covered(&parts[k], low, low + cell);
        for (u32 kind = 0; kind < 5; kind++) {
            if (bytes[kind] && (kind != PART_FREE) && bytes[kind] * 10 > cell &&
                (best == PART_FREE || bytes[kind] > bytes[best]))
                best = kind;
        }
        kinds[i] = (enum stack_part_kind)best;
    }
}

// One cell for every 128 bytes (of 8 KB), lowest address left.
static void add_scale(const struct stack_walk *w, const struct stack_part *parts, u32 count,
                      struct strbuf *out)
{
    static const char *const marks[] = { "r", "f", "f", "·", "i" };
    enum stack_part_kind kinds[SCALE_CELLS];

    strbuf_printf(out,
                  " to scale, 1 cell = %u bytes: i thread_info, · free, f frames, r pt_regs\n ",
                  (w->top - w->base) / SCALE_CELLS);
    stack_scale(w, parts, count, SCALE_CELLS, kinds);
    for (u32 i = 0; i < SCALE_CELLS; i++)
        strbuf_puts(out, marks[kinds[i]]);
    strbuf_putc(out, '\n');
}

static void add_current_line(const struct machine *m, const struct stack_walk *w,
                             struct strbuf *out)
{
    u32 size = w->top - w->base, mask = ~(size - 1);
    u32 esp = w->is_live && w->esp == w->top ? w->esp - 1 : w->esp;
    const struct thread_info *ti = at(m, w->base, struct thread_info);
    const struct task_struct *task = task_or_null(m, ti->task);
    const char *what = !w->is_live ? "if it ran" : "current  ";

    if (w->is_live && w->esp == w->top)
        strbuf_printf(out, " user mode: the next entry loads esp from tss.esp0 = %08x\n",
                      cpu(m)->tss_esp0);
    strbuf_printf(out, " %s: esp %08x & %08x = %08x -> thread_info.task = %08x", what, esp, mask,
                  esp & mask, ti->task);
    if (task) {
        strbuf_puts(out, " (");
        add_task_name(task, out);
        strbuf_putc(out, ')');
    }
    strbuf_putc(out, '\n');
}

static void add_all_regs(const struct machine *m, const struct stack_walk *w, struct strbuf *out)
{
    const struct ktype_info *info = ktype_info(TYPE_PT_REGS);

    for (u32 i = info->count; i-- > 0;) { // addresses go downwards
        const struct field *f = &info->fields[i];
        kaddr address = w->regs + f->offset;

        strbuf_printf(out, " %08x │   ", address);
        add_padded(out, f->name, 10);
        field_value(m, NULL, f, kpointer(m, address), address, out);
        strbuf_putc(out, '\n');
    }
}

bool report_stack(const struct machine *m, s32 pid, struct strbuf *out)
{
    const struct task_struct *p = wanted_task(m, pid, out);
    struct stack_part parts[STACK_PARTS_MAX];

    if (!p)
        return false;
    struct stack_walk walk = stack_begin(m, p);
    u32 count = stack_parts(m, &walk, parts);
    if (!count) {
        strbuf_printf(out, "task %d has no kernel stack any more", pid);
        return false;
    }
    strbuf_puts(out, "kernel stack of ");
    add_task_name(p, out);
    strbuf_printf(out, ": %u bytes, addresses downwards\n", walk.top - walk.base);
    strbuf_printf(out, " %08x ┬ esp0\n", walk.top);
    for (u32 i = 0; i < count; i++) {
        if (parts[i].kind == PART_REGS && p->pid)
            add_all_regs(m, &walk, out);
        strbuf_printf(out, " %08x %s ", parts[i].low,
                      i + 1 == count             ? "┴"
                      : walk.esp == parts[i].low ? "┼"
                                                 : "├");
        add_padded(out, stack_part_name(&parts[i]), 22);
        stack_part_text(m, p, &walk, &parts[i], out);
        if (walk.esp == parts[i].low && parts[i].kind != PART_INFO)
            strbuf_puts(out, walk.is_live ? "  <- esp" : "  <- esp (thread.esp)");
        strbuf_putc(out, '\n');
    }
    add_scale(&walk, parts, count, out);
    add_current_line(m, &walk, out);
    return true;
}
