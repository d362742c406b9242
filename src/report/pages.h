// Frames and page table entries as reports and panes show them: careful walks, kinds, sharing.
#ifndef REPORT_PAGES_H
#define REPORT_PAGES_H

#include "mm/vm.h"
#include "report/objects.h"

// A task's address space, or NULL if it has none or its pointer leads nowhere.
const struct mm_struct *mm_or_null(const struct machine *m, const struct task_struct *p);
// The area at an address, or NULL.
const struct vm_area_struct *vma_or_null(const struct machine *m, kaddr vma);

// The page table entry for an address, or NULL if no page table is there.
const u32 *entry_or_null(const struct machine *m, const struct mm_struct *mm, uaddr address);

// Walks the entries of an address space that are not empty, in the order of their addresses. Only
// what lies in areas; stops when a link leads nowhere.
struct page_walk {
    const struct machine *m;
    const struct mm_struct *mm;
    kaddr vma; // the area of the page found; 0 at the end
    uaddr next;
    uaddr address; // of the page found
    const u32 *pte;
    u32 areas_left; // a list of areas that goes on for ever is cut off
};

struct page_walk begin_page_walk(const struct machine *m, const struct mm_struct *mm);
bool next_page(struct page_walk *w);

// What a frame is, by its struct page alone: 0 the zero page, K kernel, s slab, t kernel stack,
// a anonymous (A: mapped several times), f of a file (F), c only in the page cache, u taken for
// something else, such as a page table; . free.
char frame_kind(const struct machine *m, pfn frame);

// How many frames there are; 0 if the machine is off.
u32 frame_count(const struct machine *m);

enum page_link {
    LINK_NONE,   // only one has a page there, or two that never were the same
    LINK_SAME,   // one frame for both, as long as they leave it mapped
    LINK_COW,    // one frame for both until one of them writes
    LINK_PARTED, // the same page once, in a frame each now
};

// A page as one task has it.
struct page_side {
    const struct vm_area_struct *vma;
    u32 pte;
};

// Did the two areas come from one, by fork? Then pages at one address were one page once.
bool are_of_one(const struct vm_area_struct *a, const struct vm_area_struct *b);
// What two tasks' pages at the same address are to each other.
enum page_link link_of_pages(const struct machine *m, const struct page_side *a,
                             const struct page_side *b);

#endif
