// Many page table entries at once: fork copies them, exit and munmap clear them, mprotect changes
// them. (mm/memory.c and mm/mprotect.c)
//
// A page table's entries are read, changed and stored as one block, so that the cost of fork is
// that of the pages' counts.
#include "mm/vm.h"

// Another mapping, and one reference more with it (by = 1), or fewer of both (-1).
static void count_mapping(struct machine *m, const struct page *page, s32 by)
{
    set_both(m, page, _count, _mapcount, page->_count + by, page->_mapcount + by);
}

static void add_rss(struct machine *m, const struct mm_struct *mm, u32 rss, u32 anon_rss)
{
    set_both(m, mm, rss, anon_rss, mm->rss + rss, mm->anon_rss + anon_rss);
}

// Entries of one page table that belong to an area: [0, count) from `pte` on.
struct pte_run {
    const u32 *pte;
    u32 count;
};

// Without the empty entries at both ends.
static struct pte_run trim(const u32 *pte, u32 count)
{
    u64 pair, four[4];

    // Most entries are empty: eight at a time, then two, then one.
    while (count >= 8 &&
           (memcpy(four, pte, sizeof four), !(four[0] | four[1] | four[2] | four[3]))) {
        pte += 8;
        count -= 8;
    }
    while (count >= 2 && (memcpy(&pair, pte, 8), !pair)) {
        pte += 2;
        count -= 2;
    }
    while (count && !*pte) {
        pte++;
        count--;
    }
    while (count >= 2 && (memcpy(&pair, pte + count - 2, 8), !pair))
        count -= 2;
    while (count && !pte[count - 1])
        count--;
    return (struct pte_run){ pte, count };
}

static void store_run(struct machine *m, const u32 *pte, const u32 *values, u32 count)
{
    if (count == 1)
        set(m, *pte, *values);
    else if (count == 2)
        set_pair(m, pte, values[0], values[1]);
    else
        copy(m, pte, values, count * sizeof *values);
}

// ---- fork ------------------------------------------------------------------------------------------

// What the two entries become, by copy_one_pte(): the parent's loses RW if the mapping is
// private and may be written, the child's is old, and clean if shared.
static bool copy_run(struct machine *m, const struct pte_run *run, u32 vm_flags,
                     const struct mm_struct *dst, const u32 *to)
{
    const struct page *map = pfn_to_page(m, 0);
    bool is_cow = is_cow_mapping(vm_flags);
    u32 clean = vm_flags & VM_SHARED ? _PAGE_DIRTY | _PAGE_ACCESSED : _PAGE_ACCESSED;
    u32 parent[PTRS_PER_PTE], child[PTRS_PER_PTE];
    u32 rss = 0, anon_rss = 0, changed = 0;

    for (u32 i = 0; i < run->count; i++) {
        u32 pte = run->pte[i];
        const struct page *page = map + pte_pfn(pte);

        parent[i] = child[i] = pte;
        if (!pte || page_is_reserved(page)) // nothing, or the zero page: copied as it is
            continue;
        if (is_cow) {
            changed |= pte;
            parent[i] = pte &= ~_PAGE_RW;
        }
        child[i] = pte & ~clean;
        count_mapping(m, page, 1);
        rss++;
        anon_rss += page_is_anon(page);
    }
    if (changed & _PAGE_RW)
        store_run(m, run->pte, parent, run->count);
    store_run(m, to, child, run->count);
    add_rss(m, dst, rss, anon_rss);
    return true;
}

// A page of its own for the child, as before copy-on-write. False without memory.
static bool copy_page_eagerly(struct machine *m, const struct vm_area_struct *vma, uaddr address,
                              u32 pte, const u32 *to)
{
    const struct mm_struct *dst = mm_at(m, vma->vm_mm);
    kaddr fresh = anon_vma_prepare(m, vma) ? alloc_pages(m, 0) : 0;

    if (!fresh)
        return false;
    pfn frame = kaddr_to_pfn(fresh);
    copy(m, kpointer(m, fresh), kpointer(m, pfn_to_kaddr(pte_pfn(pte))), PAGE_SIZE);
    note(m, EVENT_PAGE_COPY, (s32)pte_pfn(pte), (s32)frame, (s32)address);
    set(m, *to, mk_pte(frame, pte & (PAGE_SIZE - 1) & ~_PAGE_ACCESSED));
    set(m, dst->rss, dst->rss + 1);
    page_add_anon_rmap(m, frame, vma, address);
    return true;
}

// Unlike Linux: what fork did before there was copy-on-write, for comparison.
static bool copy_run_eagerly(struct machine *m, const struct pte_run *run,
                             const struct vm_area_struct *vma, uaddr address, const u32 *to,
                             struct copied *copied)
{
    for (u32 i = 0; i < run->count; i++, address += PAGE_SIZE) {
        u32 pte = run->pte[i];

        if (!pte)
            continue;
        if (page_is_reserved(pfn_to_page(m, pte_pfn(pte)))) {
            set(m, to[i], pte);
            continue;
        }
        if (!copy_page_eagerly(m, vma, address, pte, to + i))
            return false;
        copied->pages++;
    }
    return true;
}

static u32 count_entries(const struct pte_run *run)
{
    u32 count = 0;

    for (u32 i = 0; i < run->count; i++)
        count += run->pte[i] != 0;
    return count;
}

bool copy_page_range(struct machine *m, const struct mm_struct *dst, const struct mm_struct *src,
                     const struct vm_area_struct *vma, const struct vm_area_struct *dst_vma,
                     bool eager, struct copied *copied)
{
    KFN(m, copy_page_range);

    for (uaddr address = vma->vm_start, next; address < vma->vm_end; address = next) {
        u32 entry = *pgd_offset(m, src, address);

        next = pgd_addr_end(address, vma->vm_end);
        if (!entry)
            continue;
        const u32 *to = pte_alloc_map(m, dst, address);
        if (!to)
            KRETURN(false);
        const u32 *from = pte_offset(m, entry, address);
        struct pte_run run = trim(from, (next - address) >> PAGE_SHIFT);
        u32 skipped = (u32)(run.pte - from);
        if (!run.count)
            continue;
        copied->entries += count_entries(&run);
        if (!eager || vma->vm_flags & VM_SHARED)
            copy_run(m, &run, vma->vm_flags, dst, to + skipped);
        else if (!copy_run_eagerly(m, &run, dst_vma, address + (skipped << PAGE_SHIFT),
                                   to + skipped, copied))
            KRETURN(false);
    }
    return true;
}

// ---- exit and munmap -------------------------------------------------------------------------------

static void zap_run(struct machine *m, const struct mm_struct *mm, const struct pte_run *run)
{
    const struct page *map = pfn_to_page(m, 0);
    u32 rss = 0, anon_rss = 0;

    journal_reserve(m);
    for (u32 i = 0; i < run->count; i++) {
        u32 pte = run->pte[i];
        const struct page *page = map + pte_pfn(pte);

        if (!pte || page_is_reserved(page))
            continue;
        rss++;
        anon_rss += page_is_anon(page);
        count_mapping(m, page, -1);
        if (page->_count < 0) {
            journal_reserve(m);
            free_hot_page(m, pte_pfn(pte));
        }
    }
    if (run->count == 1)
        set(m, *run->pte, 0u);
    else if (run->count == 2)
        set_pair(m, run->pte, 0, 0);
    else
        fill(m, run->pte, 0, run->count * sizeof(u32));
    add_rss(m, mm, -rss, -anon_rss);
}

// After mm/memory.c, zap_page_range() with zap_pte_range() inside.
void zap_page_range(struct machine *m, const struct mm_struct *mm, uaddr start, uaddr end)
{
    for (uaddr address = start, next; address < end; address = next) {
        u32 entry = *pgd_offset(m, mm, address);

        next = pgd_addr_end(address, end);
        if (!entry)
            continue;
        struct pte_run run = trim(pte_offset(m, entry, address), (next - address) >> PAGE_SHIFT);
        if (run.count)
            zap_run(m, mm, &run);
    }
}

// ---- mprotect --------------------------------------------------------------------------------------

void change_protection(struct machine *m, const struct mm_struct *mm, uaddr start, uaddr end,
                       u32 protection)
{
    KFN(m, change_protection);
    u32 values[PTRS_PER_PTE];

    for (uaddr address = start, next; address < end; address = next) {
        u32 entry = *pgd_offset(m, mm, address);

        next = pgd_addr_end(address, end);
        if (!entry)
            continue;
        struct pte_run run = trim(pte_offset(m, entry, address), (next - address) >> PAGE_SHIFT);
        if (!run.count)
            continue;
        for (u32 i = 0; i < run.count; i++)
            values[i] = run.pte[i] ? (run.pte[i] & _PAGE_CHG_MASK) | protection : 0;
        store_run(m, run.pte, values, run.count);
    }
}
