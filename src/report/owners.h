// Whose pages and page tables lie in which frames, of the first tasks of the tree.
#ifndef REPORT_OWNERS_H
#define REPORT_OWNERS_H

#include "report/tree.h"

struct owners {
    u32 *marks; // of every frame; 0: nobody of those that were looked at
    u32 frames;
};

// Looks at a bounded number of tasks, pages and tables, whatever there is.
void owners_build(struct owners *o, const struct machine *m, const struct tree *tree);
void owners_finish(struct owners *o);

// The pid of the one whose page or page table (*is_table) it is, or -1.
s32 owner_of_frame(const struct owners *o, pfn frame, bool *is_table);

#endif
