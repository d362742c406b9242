// Address spaces in fork's part: sharing, copying and dropping an mm_struct. (kernel/fork.c)
#include "kernel/kernel.h"

static const struct mm_struct *mm_at(const struct machine *m, kaddr mm)
{
    return at(m, mm, struct mm_struct);
}

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

// No area is mapped by this kernel yet when this runs with nothing to unmap. (mm/mmap.c)
void exit_mmap(struct machine *m, kaddr address)
{
    KFN(m, exit_mmap);
    const struct mm_struct *mm = mm_at(m, address);

    set(m, mm->rss, 0u);
    set(m, mm->total_vm, 0u);
}

static s32 dup_mmap(struct machine *m, const struct mm_struct *mm)
{
    KFN(m, dup_mmap);
    set(m, mm->locked_vm, 0u);
    set(m, mm->mmap, 0u);
    set(m, mm->mmap_cache, 0u);
    set(m, mm->map_count, 0);
    set(m, mm->rss, 0u);
    set(m, mm->anon_rss, 0u);
    return 0;
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
    copy(m, mm, mm_at(m, old), sizeof *mm);
    if (!mm_init(m, address))
        KRETURN(-ENOMEM);
    s32 error = dup_mmap(m, mm);
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
