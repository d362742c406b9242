// What a page fault brings in: the zero page, a fresh page, a page of a file, a private copy.
// (mm/memory.c)
#include "mm/vm.h"

static const struct page *zero_page(const struct machine *m)
{
    return page_of(m, mm_data(m)->zero_page);
}

// Both count: the page is there, and it is the area's own.
static void set_own_page(struct machine *m, const struct vm_area_struct *vma, uaddr address,
                         const u32 *pte, pfn frame)
{
    u32 entry = mk_pte(frame, vma->vm_page_prot) | _PAGE_DIRTY;

    if (vma->vm_flags & VM_WRITE) // maybe_mkwrite()
        entry |= _PAGE_RW;
    set(m, *pte, entry);
    page_add_anon_rmap(m, frame, vma, address);
}

static void copy_user_page(struct machine *m, pfn from, pfn to, uaddr address)
{
    copy(m, kpointer(m, pfn_to_kaddr(to)), kpointer(m, pfn_to_kaddr(from)), PAGE_SIZE);
    note(m, EVENT_PAGE_COPY, (s32)from, (s32)to, (s32)address);
}

// Nothing was ever there: a reader gets the zero page, a writer a page of its own. After
// mm/memory.c, do_anonymous_page().
static enum fault_result do_anonymous_page(struct machine *m, const struct mm_struct *mm,
                                           const struct vm_area_struct *vma, uaddr address,
                                           const u32 *pte, bool write, struct fault *fault)
{
    KFN(m, do_anonymous_page);

    if (!write) {
        *fault = (struct fault){ FAULT_ZERO, kaddr_to_pfn(mm_data(m)->zero_page) };
        set(m, *pte, mk_pte(fault->frame, vma->vm_page_prot & ~_PAGE_RW));
        KRETURN((enum fault_result)VM_FAULT_MINOR);
    }
    kaddr page = anon_vma_prepare(m, vma) ? get_zeroed_page(m) : 0;
    if (!page)
        KRETURN((enum fault_result)VM_FAULT_OOM);
    *fault = (struct fault){ FAULT_ANON, kaddr_to_pfn(page) };
    set(m, mm->rss, mm->rss + 1);
    set_own_page(m, vma, address, pte, fault->frame);
    KRETURN((enum fault_result)VM_FAULT_MINOR);
}

// ---- Pages of files --------------------------------------------------------------------------------

static const struct inode *inode_of_area(const struct machine *m, const struct vm_area_struct *vma)
{
    return at(m, at(m, vma->vm_file, struct file)->f_inode, struct inode);
}

// The page cache's frame for an address, with a reference for the caller; 0 and the reason in
// *result. After mm/filemap.c, filemap_nopage(), and mm/shmem.c, shmem_nopage().
static pfn nopage(struct machine *m, const struct vm_area_struct *vma, uaddr address,
                  enum fault_result *result)
{
    struct kframe frame_ __attribute__((cleanup(kframe_leave), unused)) =
        kframe_enter(m, vma->vm_ops == VM_OPS_SHMEM ? KSYM_shmem_nopage : KSYM_filemap_nopage);
    const struct inode *inode = inode_of_area(m, vma);
    u32 index = ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
    bool is_major = false;

    *result = VM_FAULT_SIGBUS;
    if (index >= page_align(inode->i_size) >> PAGE_SHIFT)
        return 0;
    pfn frame = find_or_read_page(m, inode, index, &is_major);
    *result = !frame ? VM_FAULT_OOM : is_major ? VM_FAULT_MAJOR : VM_FAULT_MINOR;
    return frame;
}

// A private page that is written at once is copied at once. 0 without memory; the reference to
// the file's page is dropped in any case.
static pfn copy_early(struct machine *m, const struct vm_area_struct *vma, uaddr address,
                      pfn file_frame)
{
    kaddr page = anon_vma_prepare(m, vma) ? alloc_pages(m, 0) : 0;

    if (page)
        copy_user_page(m, file_frame, kaddr_to_pfn(page), address);
    free_pages(m, pfn_to_kaddr(file_frame), 0);
    return page ? kaddr_to_pfn(page) : 0;
}

// After mm/memory.c, do_no_page().
static enum fault_result do_no_page(struct machine *m, const struct mm_struct *mm,
                                    const struct vm_area_struct *vma, uaddr address, const u32 *pte,
                                    bool write, struct fault *fault)
{
    KFN(m, do_no_page);
    enum fault_result result;

    if (vma->vm_ops == VM_OPS_NONE)
        KRETURN(do_anonymous_page(m, mm, vma, address, pte, write, fault));
    pfn frame = nopage(m, vma, address, &result);

    if (!frame)
        KRETURN(result);
    if (write && !(vma->vm_flags & VM_SHARED)) {
        frame = copy_early(m, vma, address, frame);
        if (!frame)
            KRETURN((enum fault_result)VM_FAULT_OOM);
        *fault = (struct fault){ FAULT_COW, frame };
        set(m, mm->rss, mm->rss + 1);
        set_own_page(m, vma, address, pte, frame);
        KRETURN(result);
    }
    *fault = (struct fault){ vma->vm_ops == VM_OPS_SHMEM ? FAULT_SHMEM : FAULT_FILE, frame };
    set(m, mm->rss, mm->rss + 1);
    set(m, *pte, mk_pte(frame, vma->vm_page_prot | (write ? _PAGE_DIRTY : 0)));
    page_add_file_rmap(m, frame);
    KRETURN(result);
}

// ---- Writing to a read-only page -----------------------------------------------------------------------

// Nobody else has a reference: the page may be written as it is. After mm/swapfile.c,
// can_share_swap_page().
static bool can_share_page(const struct page *page)
{
    return page_count(page) == 1 && !page_is_reserved(page);
}

// After mm/memory.c, do_wp_page(): the last one who has the page keeps it, all others copy.
static enum fault_result do_wp_page(struct machine *m, const struct mm_struct *mm,
                                    const struct vm_area_struct *vma, uaddr address, const u32 *pte,
                                    struct fault *fault)
{
    KFN(m, do_wp_page);
    pfn old_frame = pte_pfn(*pte);
    const struct page *old = pfn_to_page(m, old_frame);

    if (can_share_page(old)) {
        *fault = (struct fault){ FAULT_REUSE, old_frame };
        set(m, *pte, *pte | _PAGE_RW | _PAGE_DIRTY | _PAGE_ACCESSED);
        KRETURN((enum fault_result)VM_FAULT_MINOR);
    }
    kaddr page = 0;
    if (anon_vma_prepare(m, vma))
        page = old == zero_page(m) ? get_zeroed_page(m) : alloc_pages(m, 0);
    if (!page)
        KRETURN((enum fault_result)VM_FAULT_OOM);
    pfn frame = kaddr_to_pfn(page);
    if (old == zero_page(m))
        note(m, EVENT_PAGE_COPY, (s32)old_frame, (s32)frame, (s32)address);
    else
        copy_user_page(m, old_frame, frame, address);
    if (page_is_reserved(old)) {
        set(m, mm->rss, mm->rss + 1);
    } else {
        if (page_is_anon(old))
            set(m, mm->anon_rss, mm->anon_rss - 1);
        set(m, old->_mapcount, old->_mapcount - 1);
    }
    *fault = (struct fault){ FAULT_COW, frame };
    set_own_page(m, vma, address, pte, frame); // break_cow()
    free_pages(m, pfn_to_kaddr(old_frame), 0);
    KRETURN((enum fault_result)VM_FAULT_MINOR);
}

// After mm/memory.c, handle_pte_fault().
static enum fault_result handle_pte_fault(struct machine *m, const struct mm_struct *mm,
                                          const struct vm_area_struct *vma, uaddr address,
                                          const u32 *pte, bool write, struct fault *fault)
{
    KFN(m, handle_pte_fault);

    if (!*pte)
        return do_no_page(m, mm, vma, address, pte, write, fault);
    BUG_ON(!pte_present(*pte)); // there is no swap
    if (write && !(*pte & _PAGE_RW))
        return do_wp_page(m, mm, vma, address, pte, fault);
    *fault = (struct fault){ FAULT_REUSE, pte_pfn(*pte) };
    set(m, *pte, *pte | _PAGE_ACCESSED | (write ? _PAGE_DIRTY : 0));
    return VM_FAULT_MINOR;
}

enum fault_result handle_mm_fault(struct machine *m, const struct mm_struct *mm,
                                  const struct vm_area_struct *vma, uaddr address, bool write,
                                  struct fault *fault)
{
    KFN(m, handle_mm_fault);
    const u32 *pte = pte_alloc_map(m, mm, address);

    if (!pte)
        KRETURN((enum fault_result)VM_FAULT_OOM);
    KRETURN(handle_pte_fault(m, mm, vma, address & ~(PAGE_SIZE - 1), pte, write, fault));
}

// ---- Looking ---------------------------------------------------------------------------------------

u32 read_user_bytes(const struct machine *m, const struct mm_struct *mm, uaddr address, void *bytes,
                    u32 size)
{
    u32 done = 0;

    while (done < size) {
        uaddr from = address + done;
        u32 inside = from & (PAGE_SIZE - 1);
        u32 part = PAGE_SIZE - inside < size - done ? PAGE_SIZE - inside : size - done;
        const u32 *pte = find_pte(m, mm, from);

        if (!pte || !(*pte & _PAGE_PRESENT))
            break;
        memcpy((u8 *)bytes + done, kpointer(m, pfn_to_kaddr(pte_pfn(*pte)) + inside), part);
        done += part;
    }
    return done;
}
