// The tree of tasks as rows: who is whose child, in an order that does not jump about.
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include "report/objects.h"

struct tree_row {
    kaddr task;
    s32 pid, tgid;
    s32 parent; // row of the parent (a thread: of its leader), or -1
    u32 depth;
    u32 threads; // other threads folded into this row
    u64 rails;   // as in struct view_task
};

struct tree {
    struct tree_row *rows;
    u32 count;
};

// Builds the rows: swapper first, children below their parents in the order of the task list
// (which is the order of creation, whatever the lists of children do). With `fold`, threads are
// counted at their leader; else they are its first children. Costs one walk over the tasks.
void tree_build(struct tree *tree, const struct machine *m, bool fold);
void tree_finish(struct tree *tree);

#endif
