// Whose page tables and pages lie in which frames: hints that are followed through all stops.
#ifndef REPORT_OWNERS_H
#define REPORT_OWNERS_H

#include "report/tree.h"

// For each frame the address of what names it: of a page directory a task_struct, of a page table
// an entry of a directory, of a page an entry of a page table. Rule: a hint may have become wrong;
// who asks follows it up to the task and believes only what is so now. So nobody needs to take
// hints away, and what an owner is said to be is right at any step of any command.
struct owners {
    kaddr *named_by; // 0: not known
    u32 frames;
};

// Learns all that the tasks have. Costs a look at each of them and, `with_pages`, at each page.
void owners_learn_all(struct owners *o, const struct machine *m, const struct task_struct **tasks,
                      u32 count, bool with_pages);
// Learns what has come up since a moment. Costs a look at each word that differs, and at a bounded
// number of pages of the tasks that differ.
void owners_learn_changes(struct owners *o, const struct machine *m, const struct moment *then);
// Learns what the first tasks of the tree have, in whatever way it came about: who is left when
// one of several that had a page has gone. Costs a look at a bounded number of tasks and pages.
void owners_learn_first(struct owners *o, const struct machine *m, const struct tree *tree);
void owners_finish(struct owners *o);

// The pid of the one whose page or page table (*is_table) it is, or -1. Of a page that several
// have, one of them; of threads, the leader.
s32 owner_of_frame(const struct owners *o, const struct machine *m, pfn frame, bool *is_table);

#endif
