// Address spaces in fork's part: sharing, copying and dropping an mm_struct. (kernel/fork.c)
#include "kernel/mmap.h"

static bool mm_init(struct machine *m, kaddr address)
{
    KFN(m, mm_init);
    const struct mm_struct *mm = mm_at(m, address);
    kaddr pgd = kmem_cache_alloc(m, kernel(m)->caches.pgd);

    if (!pgd) {
        kmem_cache_free(m, kernel(m)->caches.mm, address);
        return false;
    }
    set(m, mm->mm_users, 1);
    set(m, mm->mm_count, 1);
    set(m, mm->mmap_sem[0], 0u);
    list_init(m, &mm->mmlist);
    set(m, mm->nr_ptes, 0u);
    set(m, mm->ioctx_list, 0u);
    set(m, mm->pgd, pgd);
    return true;
}

// An empty address space, or 0 without memory. After kernel/fork.c, mm_alloc().
kaddr mm_alloc(struct machine *m)
{
    KFN(m, mm_alloc);
    kaddr mm = kmem_cache_alloc(m, kernel(m)->caches.mm);

    if (!mm)
        KRETURN(0u);
    fill(m, mm_at(m, mm), 0, sizeof(struct mm_struct));
    KRETURN(mm_init(m, mm) ? mm : 0u);
}

// Frees the descriptor once nobody even borrows it. After kernel/fork.c, __mmdrop().
void mmdrop(struct machine *m, kaddr address)
{
    const struct mm_struct *mm = mm_at(m, address);

    set(m, mm->mm_count, mm->mm_count - 1);
    if (mm->mm_count)
        return;
    KFN(m, __mmdrop);
    BUG_ON(address == kaddr_of(m, &kernel(m)->init_mm));
    kmem_cache_free(m, kernel(m)->caches.pgd, mm->pgd);
    kmem_cache_free(m, kernel(m)->caches.mm, address);
}

// One user fewer; the last one takes the mappings along. After kernel/fork.c, mmput().
void mmput(struct machine *m, kaddr address)
{
    KFN(m, mmput);
    const struct mm_struct *mm = mm_at(m, address);

    set(m, mm->mm_users, mm->mm_users - 1);
    if (mm->mm_users)
        return;
    exit_mmap(m, address);
    mmdrop(m, address);
}

// One area of the parent, with its page table entries. False without memory: what was done stays
// for mmput() to undo.
static bool dup_area(struct machine *m, const struct mm_struct *mm, const struct mm_struct *old,
                     const struct vm_area_struct *area, const struct vm_area_struct **prev,
                     bool eager, struct copied *copied)
{
    kaddr address = copy_area(m, area, kaddr_of(m, mm));

    if (!address)
        return false;
    const struct vm_area_struct *vma = vma_at(m, address);
    if (vma->vm_flags & VM_LOCKED)
        set(m, vma->vm_flags, vma->vm_flags & ~VM_LOCKED);
    vma_link(m, mm, vma, *prev);
    *prev = vma;
    return copy_page_range(m, mm, old, area, vma, eager, copied);
}

// After kernel/fork.c, dup_mmap(). 0 or -ENOMEM.
static s32 dup_mmap(struct machine *m, const struct mm_struct *mm, const struct mm_struct *old,
                    bool eager, struct copied *copied)
{
    KFN(m, dup_mmap);
    const struct vm_area_struct *prev = NULL;

    for (kaddr v = old->mmap; v; v = vma_at(m, v)->vm_next) {
        const struct vm_area_struct *area = vma_at(m, v);

        if (area->vm_flags & VM_DONTCOPY)
            continue;
        if (!dup_area(m, mm, old, area, &prev, eager, copied))
            KRETURN(-ENOMEM);
    }
    return 0;
}

// The parent's mm_struct, as it is before anything is mapped by it.
static void copy_mm_struct(struct machine *m, const struct mm_struct *mm,
                           const struct mm_struct *old)
{
    struct mm_struct *fresh = rewrite(m, mm);

    *fresh = *old;
    fresh->mmap = fresh->mm_rb = fresh->mmap_cache = 0;
    fresh->map_count = 0;
    fresh->rss = fresh->anon_rss = fresh->locked_vm = 0;
    fresh->nr_ptes = 0;
    fresh->pgd = 0;
}

// After kernel/fork.c, copy_mm(): share with CLONE_VM, copy without, nothing for a kernel thread.
s32 copy_mm(struct machine *m, u32 clone_flags, const struct task_struct *p)
{
    KFN(m, copy_mm);
    kaddr old = current(m)->mm;

    set(m, p->min_flt, 0u);
    set(m, p->maj_flt, 0u);
    set(m, p->nvcsw, 0u);
    set(m, p->nivcsw, 0u);
    set(m, p->mm, 0u);
    set(m, p->active_mm, 0u);
    if (!old)
        return 0;
    if (clone_flags & CLONE_VM) {
        set(m, mm_at(m, old)->mm_users, mm_at(m, old)->mm_users + 1);
        note(m, EVENT_SHARE, p->pid, OBJECT_MM, mm_at(m, old)->mm_users);
        set(m, p->mm, old);
        set(m, p->active_mm, old);
        return 0;
    }
    kaddr address = kmem_cache_alloc(m, kernel(m)->caches.mm);
    if (!address)
        KRETURN(-ENOMEM);
    const struct mm_struct *mm = mm_at(m, address);
    struct copied copied = { 0, 0 };
    copy_mm_struct(m, mm, mm_at(m, old));
    if (!mm_init(m, address))
        KRETURN(-ENOMEM);
    s32 error = dup_mmap(m, mm, mm_at(m, old), clone_flags & CLONE_EAGER, &copied);
    note(m, EVENT_COPY_PTES, p->pid, (s32)copied.entries, (s32)copied.pages);
    if (error) {
        mmput(m, address);
        KRETURN(error);
    }
    set(m, mm->hiwater_rss, mm->rss);
    set(m, mm->hiwater_vm, mm->total_vm);
    set(m, p->mm, address);
    set(m, p->active_mm, address);
    note(m, EVENT_COPY, p->pid, OBJECT_MM, (s32)address);
    return 0;
}

// The task lets go of its address space: a vfork parent may go on. After kernel/fork.c,
// mm_release().
void mm_release(struct machine *m, const struct task_struct *p, kaddr mm)
{
    KFN(m, mm_release);
    kaddr done = p->vfork_done;

    if (done) {
        set(m, p->vfork_done, 0u);
        note(m, EVENT_VFORK_DONE, p->pid, 0, 0);
        complete(m, at(m, done, struct completion));
    }
    if (p->clear_child_tid && mm && mm_at(m, mm)->mm_users > 1) {
        uaddr address = p->clear_child_tid;

        set(m, p->clear_child_tid, 0u);
        put_user(m, address, 0);
    }
}
