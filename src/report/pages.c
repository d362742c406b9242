// See pages.h.
#include "report/pages.h"

#define AREAS_MAX 65536u

const struct mm_struct *mm_or_null(const struct machine *m, const struct task_struct *p)
{
    if (!p || !p->mm || p->mm % 4 || !is_kaddr(m, p->mm, sizeof(struct mm_struct)))
        return NULL;
    const struct mm_struct *mm = mm_at(m, p->mm);
    return mm->pgd % PAGE_SIZE == 0 && is_kaddr(m, mm->pgd, PAGE_SIZE) ? mm : NULL;
}

const struct vm_area_struct *vma_or_null(const struct machine *m, kaddr vma)
{
    return vma && vma % 4 == 0 && is_kaddr(m, vma, sizeof(struct vm_area_struct)) ? vma_at(m, vma)
                                                                                  : NULL;
}

u32 frame_count(const struct machine *m)
{
    return has_kernel(m) && mm_data(m)->zone.mem_map ? mm_data(m)->zone.present_pages : 0;
}

// ---- Walking -------------------------------------------------------------------------------------

struct page_walk begin_page_walk(const struct machine *m, const struct mm_struct *mm)
{
    return (struct page_walk){ .m = m, .mm = mm, .vma = mm->mmap, .areas_left = AREAS_MAX };
}

const u32 *entry_or_null(const struct machine *m, const struct mm_struct *mm, uaddr address)
{
    u32 entry = address < TASK_SIZE ? *pgd_offset(m, mm, address) : 0;

    return entry & _PAGE_PRESENT && pte_pfn(entry) < frame_count(m) ? pte_offset(m, entry, address)
                                                                    : NULL;
}

// The first entry that is not empty in the areas's part from `address` on.
static bool find_in_area(struct page_walk *w, const struct vm_area_struct *vma, uaddr address)
{
    while (address < vma->vm_end) {
        uaddr end = pgd_addr_end(address, vma->vm_end);
        const u32 *pte = entry_or_null(w->m, w->mm, address);

        for (; pte && address < end; address += PAGE_SIZE, pte++) {
            if (!*pte || pte_pfn(*pte) >= frame_count(w->m))
                continue;
            w->address = address;
            w->pte = pte;
            w->next = address + PAGE_SIZE;
            return true;
        }
        if (end < address) // the end of the address space
            break;
        address = end;
    }
    return false;
}

bool next_page(struct page_walk *w)
{
    const struct vm_area_struct *vma;

    while ((vma = vma_or_null(w->m, w->vma)) != NULL && w->areas_left > 0) {
        if (find_in_area(w, vma, w->next > vma->vm_start ? w->next : vma->vm_start))
            return true;
        w->vma = vma->vm_next;
        w->areas_left--;
    }
    w->vma = 0;
    return false;
}

// ---- What a frame is -----------------------------------------------------------------------------

char frame_kind(const struct machine *m, pfn frame)
{
    const struct page *page = pfn_to_page(m, frame);
    kaddr cache = page->lru.next;
    s32 mapped = page_mapcount(page);

    if (pfn_to_kaddr(frame) == mm_data(m)->zero_page)
        return '0';
    if (page_is_reserved(page))
        return 'K';
    if (page->flags >> PG_slab & 1)
        return is_kaddr(m, cache, sizeof(struct kmem_cache)) &&
                       at(m, cache, struct kmem_cache)->objsize == cpu(m)->thread_size
                   ? 't'
                   : 's';
    if (page->_count < 0)
        return '.';
    if (page_is_anon(page))
        return mapped > 1 ? 'A' : 'a';
    if (page->mapping)
        return mapped > 1 ? 'F' : mapped ? 'f' : 'c';
    return 'u';
}

// ---- Sharing -------------------------------------------------------------------------------------

bool are_of_one(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
    uaddr start_a = a->vm_start - (a->vm_pgoff << PAGE_SHIFT);
    uaddr start_b = b->vm_start - (b->vm_pgoff << PAGE_SHIFT);

    if (a == b)
        return true;
    if (start_a != start_b || a->vm_file != b->vm_file)
        return false;
    return a->vm_file || (a->anon_vma && a->anon_vma == b->anon_vma);
}

enum page_link link_of_pages(const struct machine *m, const struct page_side *a,
                             const struct page_side *b)
{
    if (!a->pte || !b->pte)
        return LINK_NONE;
    if (pte_pfn(a->pte) != pte_pfn(b->pte))
        return are_of_one(a->vma, b->vma) ? LINK_PARTED : LINK_NONE;
    if (pfn_to_kaddr(pte_pfn(a->pte)) == mm_data(m)->zero_page)
        return LINK_COW;
    u32 flags = a->vma->vm_flags | b->vma->vm_flags;
    return a->vma != b->vma && is_cow_mapping(flags) && flags & VM_WRITE ? LINK_COW : LINK_SAME;
}
