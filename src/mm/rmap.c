// Who maps a page: counts, and the areas that may share anonymous pages. (mm/rmap.c)
#include "mm/vm.h"

static const struct anon_vma *anon_vma_at(const struct machine *m, kaddr address)
{
    return at(m, address, struct anon_vma);
}

bool anon_vma_prepare(struct machine *m, const struct vm_area_struct *vma)
{
    if (vma->anon_vma)
        return true;
    KFN(m, anon_vma_prepare);
    kaddr address = kmem_cache_alloc(m, mm_data(m)->anon_vma_cachep);

    if (!address)
        KRETURN(false);
    list_init(m, &anon_vma_at(m, address)->head);
    set(m, vma->anon_vma, address);
    anon_vma_link(m, vma);
    return true;
}

void anon_vma_link(struct machine *m, const struct vm_area_struct *vma)
{
    if (vma->anon_vma)
        list_add_tail(m, &vma->anon_vma_node, &anon_vma_at(m, vma->anon_vma)->head);
}

void anon_vma_unlink(struct machine *m, const struct vm_area_struct *vma)
{
    kaddr address = vma->anon_vma;

    if (!address)
        return;
    list_unlink(m,
                &vma->anon_vma_node); // the area is about to be freed: its links stay as they are
    if (list_empty(m, &anon_vma_at(m, address)->head))
        kmem_cache_free(m, mm_data(m)->anon_vma_cachep, address);
}

// After mm/rmap.c, page_add_anon_rmap(): anon_rss counts with it.
void page_add_anon_rmap(struct machine *m, pfn frame, const struct vm_area_struct *vma,
                        uaddr address)
{
    const struct page *page = pfn_to_page(m, frame);
    const struct mm_struct *mm = mm_at(m, vma->vm_mm);

    BUG_ON(!vma->anon_vma || page->_mapcount != -1);
    set_both(m, page, mapping, index, vma->anon_vma | PAGE_MAPPING_ANON,
             ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff);
    set(m, page->_mapcount, 0);
    set(m, mm->anon_rss, mm->anon_rss + 1);
}

void page_add_file_rmap(struct machine *m, pfn frame)
{
    const struct page *page = pfn_to_page(m, frame);

    set(m, page->_mapcount, page->_mapcount + 1);
}
