// See owners.h.
#include "report/owners.h"
#include "report/pages.h"

#include <stdlib.h>
#include <string.h>

#define TASKS_MAX 48u   // that are looked at
#define PAGES_MAX 4096u // of all of them

static void mark(struct owners *o, pfn frame, s32 pid, bool is_table)
{
    if (frame < o->frames && !o->marks[frame])
        o->marks[frame] = ((u32)pid + 1) << 1 | is_table;
}

static void mark_tables(struct owners *o, const struct machine *m, const struct mm_struct *mm,
                        s32 pid)
{
    const u32 *pgd = at(m, mm->pgd, u32);

    mark(o, kaddr_to_pfn(mm->pgd), pid, true);
    for (u32 i = 0; i < USER_PTRS_PER_PGD; i++)
        if (pgd[i] & _PAGE_PRESENT)
            mark(o, pte_pfn(pgd[i]), pid, true);
}

static void mark_pages(struct owners *o, const struct machine *m, const struct mm_struct *mm,
                       s32 pid, u32 *left)
{
    struct page_walk walk = begin_page_walk(m, mm);

    for (; *left > 0 && next_page(&walk); --*left)
        mark(o, pte_pfn(*walk.pte), pid, false);
}

void owners_build(struct owners *o, const struct machine *m, const struct tree *tree)
{
    u32 frames = frame_count(m), left = PAGES_MAX;
    kaddr before = 0;

    if (frames != o->frames) {
        free(o->marks);
        o->marks = malloc((frames + 1u) * sizeof *o->marks);
        BUG_ON(!o->marks);
        o->frames = frames;
    }
    memset(o->marks, 0, frames * sizeof *o->marks);
    for (u32 i = 0; i < tree->count && i < TASKS_MAX && left > 0; i++) {
        const struct tree_row *row = &tree->rows[i];
        const struct task_struct *p = row->is_ghost ? NULL : task_or_null(m, row->task);
        const struct mm_struct *mm = p ? mm_or_null(m, p) : NULL;

        if (!mm || p->mm == before) // of threads, the first
            continue;
        before = p->mm;
        mark_tables(o, m, mm, p->pid);
        mark_pages(o, m, mm, p->pid, &left);
    }
}

void owners_finish(struct owners *o)
{
    free(o->marks);
    *o = (struct owners){ 0 };
}

s32 owner_of_frame(const struct owners *o, pfn frame, bool *is_table)
{
    u32 found = frame < o->frames ? o->marks[frame] : 0;

    *is_table = found & 1;
    return (s32)(found >> 1) - 1;
}
