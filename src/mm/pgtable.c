// Page tables: 1024 entries in a frame each, under a directory of 1024. (arch/i386/mm/pgtable.c)
#include "mm/vm.h"

const u32 *find_pte(const struct machine *m, const struct mm_struct *mm, uaddr address)
{
    u32 entry = address < TASK_SIZE ? *pgd_offset(m, mm, address) : 0;

    return entry & _PAGE_PRESENT ? pte_offset(m, entry, address) : NULL;
}

// A frame of empty entries. After arch/i386/mm/pgtable.c, pte_alloc_one().
static kaddr pte_alloc_one(struct machine *m)
{
    KFN(m, pte_alloc_one);
    KRETURN(alloc_zeroed_page(m));
}

const u32 *pte_alloc_map(struct machine *m, const struct mm_struct *mm, uaddr address)
{
    const u32 *entry = pgd_offset(m, mm, address);

    BUG_ON(address >= TASK_SIZE);
    if (!*entry) {
        kaddr table = pte_alloc_one(m);

        if (!table)
            return NULL;
        set(m, *entry, (table - KERNEL_BASE) | _PAGE_TABLE);
        set(m, mm->nr_ptes, mm->nr_ptes + 1);
    }
    return pte_offset(m, *entry, address);
}

// After mm/memory.c, clear_page_range(). The frames are all zeros when they go back, so that the
// next page table made of them need not be cleared.
void clear_page_range(struct machine *m, const struct mm_struct *mm, uaddr start, uaddr end,
                      uaddr floor, uaddr ceiling)
{
    u32 first = pgd_index(start), behind = pgd_index(end - 1) + 1;

    if (floor && first == pgd_index(floor - 1))
        first++;
    if (ceiling && behind == pgd_index(ceiling) + 1)
        behind--;
    for (u32 i = first; i < behind; i++) {
        const u32 *entry = at(m, mm->pgd, u32) + i;

        if (!*entry)
            continue;
        kaddr table = (*entry & ~(PAGE_SIZE - 1)) + KERNEL_BASE;
        set(m, *entry, 0u);
        set(m, mm->nr_ptes, mm->nr_ptes - 1);
        free_zeroed_page(m, table);
    }
}
