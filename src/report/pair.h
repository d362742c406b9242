// The memory of one task, or of two beside each other: areas and pages in one list of rows.
#ifndef REPORT_PAIR_H
#define REPORT_PAIR_H

#include "report/pages.h"

// Rule: [0] is the left task's, [1] the right one's.

struct pair_row {
    bool is_area;   // where areas begin; else pages
    u8 link;        // of pages: enum page_link
    bool parts_now; // one frame at the moment before, two now
    uaddr address;
    u32 pages;    // of a page row: how many are alike from there on
    u32 there[2]; // of an area row: its pages that are there
    kaddr vma[2]; // 0: the task has none there
    u32 pte[2];   // of the first page; 0: not there
    u32 then[2];  // the same at the moment before; as now where nobody knows
};

enum { FRAME_PAGE = 1, FRAME_TABLE = 4 }; // << side

struct pair {
    s32 pid[2]; // -1: nobody
    const struct mm_struct *mm[2];
    bool is_new[2]; // was not there at the moment before
    struct pair_row *rows;
    u32 count, capacity;
    u8 *frames; // FRAME_ bits of every frame
    u32 frame_count;
    u32 same, cow, parted; // pages
    u32 changed;           // pages, of which
    u32 parts_now;
    s32 first_changed; // a row, or -1: the first that parts now, else the first that changed
};

// Looks at the two tasks' memory as it is, and (then not NULL) as it was. live[side]: was this task
// alive then? Costs a look at each of their pages.
void pair_build(struct pair *p, const struct machine *m, const struct moment *then,
                const s32 pid[2], const bool live[2]);
void pair_finish(struct pair *p);

// Do the two tasks have memory in common, or had they before one of them wrote?
bool have_common_memory(const struct machine *m, const struct task_struct *a,
                        const struct task_struct *b);

#endif
