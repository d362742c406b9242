// A kernel stack as parts: what lies where, from the top downwards.
#ifndef REPORT_STACK_H
#define REPORT_STACK_H

#include "report/objects.h"

enum stack_part_kind { PART_REGS, PART_FRAME, PART_OTHER, PART_FREE, PART_INFO };

struct stack_part {
    enum stack_part_kind kind;
    kaddr low, high;
    enum ksym symbol; // of a frame
};

#define STACK_PARTS_MAX 160

// Fills the parts of the area that w walks, top first; returns how many (0 = no stack).
u32 stack_parts(const struct machine *m, const struct stack_walk *w, struct stack_part *parts);

// What covers most of each of so many equal cells of the area, lowest addresses first.
void stack_scale(const struct stack_walk *w, const struct stack_part *parts, u32 count, u32 cells,
                 enum stack_part_kind *kinds);

// Adds what is worth knowing about a part: "eax = 0  eip = 08048123", "7940 bytes".
void stack_part_text(const struct machine *m, const struct task_struct *p,
                     const struct stack_walk *w, const struct stack_part *part, struct strbuf *out);
// Its name: "pt_regs", "schedule", "free", "thread_info".
const char *stack_part_name(const struct stack_part *part);

#endif
