// Other rights for pages that are mapped: areas are cut to fit, changed and joined. (mm/mprotect.c)
#include "kernel/mmap.h"

// One area gets other flags in [start, end), which lies inside it. 0 or an error. After
// mm/mprotect.c, mprotect_fixup().
static s32 mprotect_fixup(struct machine *m, const struct vm_area_struct *vma, uaddr start,
                          uaddr end, u32 vm_flags)
{
    KFN(m, mprotect_fixup);
    const struct mm_struct *mm = mm_at(m, vma->vm_mm);
    s32 error;

    if (vm_flags == vma->vm_flags)
        return 0;
    if (end < vma->vm_end && (error = split_vma(m, vma, end)))
        KRETURN(error);
    if (start > vma->vm_start) {
        if ((error = split_vma(m, vma, start)))
            KRETURN(error);
        vma = vma_at(m, vma->vm_next);
    }
    stat_account(m, vma, -(s32)vma_pages(vma));
    set(m, vma->vm_flags, vm_flags);
    set(m, vma->vm_page_prot, protection_of(vm_flags));
    stat_account(m, vma, (s32)vma_pages(vma));
    change_protection(m, mm, start, end, vma->vm_page_prot);
    const struct vm_area_struct *prev = find_prev_vma(m, mm, start);
    if (vma->vm_next && can_join_areas(vma, vma_at(m, vma->vm_next)))
        join_next_area(m, vma, vma_at(m, vma->vm_next));
    if (prev && can_join_areas(prev, vma))
        join_next_area(m, prev, vma);
    return 0;
}

s32 sys_mprotect(struct machine *m, uaddr start, u32 length, u32 prot)
{
    KFN(m, sys_mprotect);
    const struct mm_struct *mm = mm_at(m, current(m)->mm);
    u32 rights = prot & (PROT_READ | PROT_WRITE | PROT_EXEC);

    if (start % PAGE_SIZE || prot != rights)
        KRETURN(refuse(m, EINVAL, start % PAGE_SIZE ? REFUSED_NOT_ALIGNED : REFUSED_BAD_OPTION));
    if (page_align(length) < length || start > TASK_SIZE - page_align(length))
        KRETURN(refuse(m, ENOMEM, REFUSED_NOT_MAPPED));
    for (uaddr end = start + page_align(length), next; start < end; start = next) {
        const struct vm_area_struct *vma = find_vma(m, mm, start);

        if (!vma || vma->vm_start > start)
            KRETURN(refuse(m, ENOMEM, REFUSED_NOT_MAPPED));
        u32 vm_flags = rights | (vma->vm_flags & ~(VM_READ | VM_WRITE | VM_EXEC));
        if (vm_flags & ~(vm_flags >> 4) & (VM_READ | VM_WRITE | VM_EXEC))
            KRETURN(refuse(m, EACCES, REFUSED_PROTECTION));
        next = vma->vm_end < end ? vma->vm_end : end;
        s32 error = mprotect_fixup(m, vma, start, next, vm_flags);
        if (error)
            KRETURN(error);
    }
    return 0;
}
