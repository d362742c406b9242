// See owners.h.
#include "report/owners.h"
#include "report/pages.h"

#include <stdlib.h>

#define TASKS_MAX   48u   // of the tree that are looked at
#define PAGES_MAX   4096u // of all tasks that are looked at
#define SHARERS_MAX 64u   // areas that may share an anonymous page
#define HEIRS_MAX   16u   // threads that are looked at for one that has memory still

// ---- Asking --------------------------------------------------------------------------------------

static bool is_directory(const struct machine *m, pfn frame)
{
    const struct page *page = pfn_to_page(m, frame);

    return page->flags >> PG_slab & 1 && page->lru.next == kernel(m)->caches.pgd;
}

static s32 owner_of_directory(const struct owners *o, const struct machine *m, pfn frame)
{
    const struct task_struct *p = task_or_null(m, o->named_by[frame]);
    const struct mm_struct *mm = p ? mm_or_null(m, p) : NULL;

    return mm && kaddr_to_pfn(mm->pgd) == frame ? p->pid : -1;
}

// The entry that is said to name a frame, if it does; else 0.
static kaddr entry_of(const struct owners *o, const struct machine *m, pfn frame)
{
    kaddr entry = o->named_by[frame];

    return entry % 4 == 0 && is_kaddr(m, entry, 4) && *at(m, entry, u32) &&
                   pte_pfn(*at(m, entry, u32)) == frame
               ? entry
               : 0;
}

// The directory whose entry names this frame as a page table; NO_FRAME if it is none.
#define NO_FRAME UINT32_MAX
static pfn directory_of_table(const struct owners *o, const struct machine *m, pfn frame)
{
    kaddr entry = entry_of(o, m, frame);

    return entry && is_directory(m, kaddr_to_pfn(entry)) ? kaddr_to_pfn(entry) : NO_FRAME;
}

// One whose area may hold an anonymous page, and does. (mm/rmap.c would look for all of them.)
static s32 find_sharer(const struct owners *o, const struct machine *m, pfn frame)
{
    const struct page *page = pfn_to_page(m, frame);
    kaddr head = page->mapping & ~PAGE_MAPPING_ANON;
    u32 left = SHARERS_MAX;

    if (!page_is_anon(page) || page_mapcount(page) < 1 || !is_kaddr(m, head, sizeof(kaddr) * 2))
        return -1;
    for (kaddr link = list_at(m, head)->next; link != head && left-- > 0;) {
        const struct vm_area_struct *vma =
            vma_or_null(m, link - (u32)offsetof(struct vm_area_struct, anon_vma_node));

        if (!vma || !is_kaddr(m, vma->vm_mm, sizeof(struct mm_struct)))
            return -1;
        uaddr address = vma->vm_start + ((page->index - vma->vm_pgoff) << PAGE_SHIFT);
        const struct mm_struct *mm = mm_at(m, vma->vm_mm);
        const u32 *pte =
            address >= vma->vm_start && address < vma->vm_end && is_kaddr(m, mm->pgd, PAGE_SIZE)
                ? entry_or_null(m, mm, address)
                : NULL;
        s32 owner =
            pte && pte_pfn(*pte) == frame ? owner_of_directory(o, m, kaddr_to_pfn(mm->pgd)) : -1;
        if (owner >= 0)
            return owner;
        link = vma->anon_vma_node.next;
    }
    return -1;
}

s32 owner_of_frame(const struct owners *o, const struct machine *m, pfn frame, bool *is_table)
{
    *is_table = false;
    if (frame >= o->frames)
        return -1;
    if (is_directory(m, frame)) {
        *is_table = true;
        return owner_of_directory(o, m, frame);
    }
    kaddr entry = entry_of(o, m, frame);
    pfn holder = entry ? kaddr_to_pfn(entry) : 0;
    if (entry && is_directory(m, holder)) {
        *is_table = true;
        return owner_of_directory(o, m, holder);
    }
    pfn directory = entry ? directory_of_table(o, m, holder) : NO_FRAME;
    s32 owner = directory != NO_FRAME ? owner_of_directory(o, m, directory) : -1;
    return owner >= 0 ? owner : find_sharer(o, m, frame);
}

// ---- Learning ------------------------------------------------------------------------------------

// Has a place for each frame of this machine. False if there are none.
static bool make_room(struct owners *o, const struct machine *m)
{
    u32 frames = frame_count(m);

    if (frames == o->frames)
        return frames > 0;
    free(o->named_by);
    o->named_by = calloc(frames + 1u, sizeof *o->named_by);
    BUG_ON(!o->named_by);
    o->frames = frames;
    return frames > 0;
}

static void learn_space(struct owners *o, const struct machine *m, const struct task_struct *p)
{
    const struct task_struct *leader = task_or_null(m, p->group_leader);
    const struct mm_struct *mm = mm_or_null(m, p);

    if (!mm || owner_of_directory(o, m, kaddr_to_pfn(mm->pgd)) >= 0)
        return;
    o->named_by[kaddr_to_pfn(mm->pgd)] = kaddr_of(m, leader && leader->mm == p->mm ? leader : p);
}

// When one of a group has left the memory to the others, to the next one that is there.
static void learn_heir(struct owners *o, const struct machine *m, const struct task_struct *p)
{
    for (u32 i = 0; p && !mm_or_null(m, p) && p->pids[PIDTYPE_TGID].nr && i < HEIRS_MAX; i++)
        p = task_or_null(m, p->pids[PIDTYPE_TGID].pid_list.next -
                                (u32)offsetof(struct task_struct, pids[PIDTYPE_TGID].pid_list));
    if (p)
        learn_space(o, m, p);
}

static void learn_table(struct owners *o, kaddr entry, u32 value)
{
    if (value & _PAGE_PRESENT && pte_pfn(value) < o->frames)
        o->named_by[pte_pfn(value)] = entry;
}

// The first one who is known to have a page stays that.
static void learn_page(struct owners *o, const struct machine *m, kaddr entry, u32 value)
{
    pfn frame = pte_pfn(value);
    bool is_table;

    if (value && frame < o->frames && owner_of_frame(o, m, frame, &is_table) < 0)
        o->named_by[frame] = entry;
}

// At most *left pages.
static void learn_pages(struct owners *o, const struct machine *m, const struct mm_struct *mm,
                        u32 *left)
{
    struct page_walk walk = begin_page_walk(m, mm);
    u32 index = PTRS_PER_PGD;

    for (; *left > 0 && next_page(&walk); --*left) {
        if (pgd_index(walk.address) != index) {
            const u32 *entry = pgd_offset(m, mm, walk.address);

            index = pgd_index(walk.address);
            learn_table(o, kaddr_of(m, entry), *entry);
        }
        learn_page(o, m, kaddr_of(m, walk.pte), *walk.pte);
    }
}

void owners_learn_all(struct owners *o, const struct machine *m, const struct task_struct **tasks,
                      u32 count, bool with_pages)
{
    u32 left = UINT32_MAX;
    kaddr before = 0;

    if (!make_room(o, m))
        return;
    for (u32 i = 0; i < count; i++) {
        const struct mm_struct *mm = tasks[i]->mm != before ? mm_or_null(m, tasks[i]) : NULL;

        if (!mm) // of threads, the first
            continue;
        before = tasks[i]->mm;
        learn_space(o, m, tasks[i]);
        if (with_pages)
            learn_pages(o, m, mm, &left);
    }
}

// The address of a word that differs, or 0 if there is none or it is not in the RAM.
static kaddr changed_word(const struct owners *o, const struct moment *then, u32 i)
{
    u32 offset = (then->words[i].index - 1) * 4;

    if (!then->words[i].index || offset < IMAGE_HEAD_SIZE)
        return 0;
    offset -= IMAGE_HEAD_SIZE;
    return offset >> PAGE_SHIFT < o->frames ? offset + KERNEL_BASE : 0;
}

// Who has lost a parent or a child may be the only one now that has what they shared.
static void learn_relatives(struct owners *o, const struct machine *m,
                            const struct changed_tasks *changed)
{
    u32 left = PAGES_MAX;

    for (u32 i = 0; i < changed->count && left > 0; i++) {
        const struct task_struct *p = task_or_null(m, changed->task[i]);
        const struct mm_struct *mm = p ? mm_or_null(m, p) : NULL;

        if (mm)
            learn_pages(o, m, mm, &left);
    }
}

void owners_learn_changes(struct owners *o, const struct machine *m, const struct moment *then)
{
    struct changed_tasks changed;

    if (!make_room(o, m))
        return;
    find_changed_tasks(m, then, &changed);
    for (u32 i = 0; i < changed.count; i++) {
        const struct task_struct *p = task_or_null(m, changed.task[i]);

        if (p)
            learn_heir(o, m, p);
    }
    for (u32 i = 0; i < then->capacity; i++) {
        kaddr entry = changed_word(o, then, i);

        if (entry && entry % PAGE_SIZE / 4 < USER_PTRS_PER_PGD &&
            is_directory(m, kaddr_to_pfn(entry)))
            learn_table(o, entry, *at(m, entry, u32));
    }
    for (u32 i = 0; i < then->capacity; i++) {
        kaddr entry = changed_word(o, then, i);

        if (entry && directory_of_table(o, m, kaddr_to_pfn(entry)) != NO_FRAME)
            learn_page(o, m, entry, *at(m, entry, u32));
    }
    learn_relatives(o, m, &changed);
}

void owners_learn_first(struct owners *o, const struct machine *m, const struct tree *tree)
{
    u32 left = PAGES_MAX;
    kaddr before = 0;

    if (!make_room(o, m))
        return;
    for (u32 i = 0; i < tree->count && i < TASKS_MAX && left > 0; i++) {
        const struct tree_row *row = &tree->rows[i];
        const struct task_struct *p = row->is_ghost ? NULL : task_or_null(m, row->task);
        const struct mm_struct *mm = p && p->mm != before ? mm_or_null(m, p) : NULL;

        if (!mm)
            continue;
        before = p->mm;
        learn_space(o, m, p);
        learn_pages(o, m, mm, &left);
    }
}

void owners_finish(struct owners *o)
{
    free(o->named_by);
    *o = (struct owners){ 0 };
}
