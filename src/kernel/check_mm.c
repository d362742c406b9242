// The checker's part for address spaces: areas, page tables, and every page's counts held against
// the references that are found by walking them all.
#include "kernel/binfmt.h"
#include "kernel/files.h"
#include "kernel/pipe.h"
#include "kernel/references.h"
#include "util/complaints.h"

#include <stdlib.h>

struct mm_check {
    const struct machine *m;
    struct complaints complaints;
    struct references spaces;    // mm_structs of tasks, borrowed ones, and those of an exec
    struct references anon_vmas; // of areas
    u32 areas;
    struct frame_refs { // one a frame
        u32 mapped;     // page table entries that name it
        bool is_cached; // it holds a page of a file
        bool is_table;
        bool is_writable; // a private mapping may write it
        u32 held;         // calls that sleep, and keep it
        u32 owned;        // it is a pipe's, an exec's, or the bitmap of PIDs
    } * frames;
    // Of the address space that is being walked:
    kaddr address;
    u32 rss, anon_rss, tables;
    kaddr next; // in the list, while the tree is walked in order
};

#define SAY(c, format, ...)                                                                        \
    complain(&(c)->complaints, "mm %08x: " format, (c)->address, __VA_ARGS__)

static u32 in_use(const struct machine *m, kaddr cache)
{
    return cache_objects_in_use(at(m, cache, struct kmem_cache));
}

// ---- Areas -----------------------------------------------------------------------------------------

static void check_area(struct mm_check *c, const struct vm_area_struct *vma, uaddr previous_end)
{
    if (vma->vm_mm != c->address)
        SAY(c, "the area at %08x belongs to %08x", vma->vm_start, vma->vm_mm);
    if (vma->vm_start >= vma->vm_end || (vma->vm_start | vma->vm_end) % PAGE_SIZE ||
        vma->vm_end > TASK_SIZE)
        SAY(c, "the area [%08x, %08x) is none", vma->vm_start, vma->vm_end);
    if (vma->vm_start < previous_end)
        SAY(c, "the area at %08x begins before %08x, where another ends", vma->vm_start,
            previous_end);
    if ((vma->vm_ops != VM_OPS_NONE) != (vma->vm_file != 0))
        SAY(c, "the area at %08x has operations %u and file %08x", vma->vm_start, vma->vm_ops,
            vma->vm_file);
}

static void check_areas(struct mm_check *c, const struct mm_struct *mm)
{
    u32 count = 0, pages = 0;
    uaddr end = 0;

    for (kaddr v = mm->mmap; v && count < 1u << 20; v = vma_at(c->m, v)->vm_next) {
        const struct vm_area_struct *vma = vma_at(c->m, v);

        check_area(c, vma, end);
        end = vma->vm_end;
        pages += vma_pages(vma);
        add_reference(&c->anon_vmas, vma->anon_vma);
        count++;
    }
    c->areas += count;
    if ((u32)mm->map_count != count)
        SAY(c, "map_count %d, areas %u", mm->map_count, count);
    if (mm->total_vm != pages)
        SAY(c, "total_vm %u, the areas have %u pages", mm->total_vm, pages);
}

// Walks the tree in order beside the list; returns the number of black nodes on the way down.
static u32 check_node(struct mm_check *c, kaddr node, kaddr parent, bool is_parent_red)
{
    if (!node)
        return 1;
    const struct vm_area_struct *vma = list_entry(c->m, node, struct vm_area_struct, vm_rb);
    bool is_red = vma->vm_rb.rb_color == 0;
    u32 left = check_node(c, vma->vm_rb.rb_left, node, is_red);

    if (kaddr_of(c->m, vma) != c->next)
        SAY(c, "the tree has the area at %08x where the list has %08x", vma->vm_start, c->next);
    c->next = vma->vm_next;
    if (vma->vm_rb.rb_parent != parent || (is_red && is_parent_red))
        SAY(c, "the tree is broken at the area at %08x", vma->vm_start);
    if (check_node(c, vma->vm_rb.rb_right, node, is_red) != left)
        SAY(c, "the tree is out of balance under the area at %08x", vma->vm_start);
    return left + !is_red;
}

static void check_tree(struct mm_check *c, const struct mm_struct *mm)
{
    c->next = mm->mmap;
    check_node(c, mm->mm_rb, 0, true);
    if (c->next)
        SAY(c, "the area %08x is not in the tree", c->next);
}

// ---- Page tables -----------------------------------------------------------------------------------

// An entry of an area for a page that is counted.
static void check_page_entry(struct mm_check *c, const struct vm_area_struct *vma, uaddr address,
                             u32 pte)
{
    const struct page *page = pfn_to_page(c->m, pte_pfn(pte));
    struct frame_refs *frame = &c->frames[pte_pfn(pte)];
    bool is_private = !(vma->vm_flags & VM_SHARED);
    u32 index = ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;

    frame->mapped++;
    c->rss++;
    c->anon_rss += page_is_anon(page);
    if (page->index != index)
        SAY(c, "%08x maps frame %u, whose index is %u, not %u", address, pte_pfn(pte), page->index,
            index);
    if (page_is_anon(page) && page->mapping != (vma->anon_vma | PAGE_MAPPING_ANON))
        SAY(c, "%08x maps frame %u of another anon_vma", address, pte_pfn(pte));
    if (!page->mapping)
        SAY(c, "%08x maps frame %u, which is nobody's", address, pte_pfn(pte));
    if (!(pte & _PAGE_RW))
        return;
    if (!(vma->vm_flags & VM_WRITE))
        SAY(c, "%08x can be written, but its area must not", address);
    if (is_private && !page_is_anon(page))
        SAY(c, "%08x can write frame %u of a private file mapping", address, pte_pfn(pte));
    frame->is_writable |= is_private;
}

static void check_entry(struct mm_check *c, const struct mm_struct *mm, uaddr address, u32 pte)
{
    const struct vm_area_struct *vma = look_for_vma(c->m, mm, address);

    if (!vma || vma->vm_start > address) {
        SAY(c, "%08x is mapped, but no area is there", address);
        return;
    }
    if (!pte_present(pte) || pte_pfn(pte) >= mm_data(c->m)->zone.present_pages) {
        SAY(c, "the entry of %08x is %08x", address, pte);
        return;
    }
    if (!page_is_reserved(pfn_to_page(c->m, pte_pfn(pte)))) {
        check_page_entry(c, vma, address, pte);
        return;
    }
    if (pfn_to_kaddr(pte_pfn(pte)) != mm_data(c->m)->zero_page || pte & _PAGE_RW)
        SAY(c, "the entry of %08x maps the kernel's frame %u", address, pte_pfn(pte));
}

static void check_page_table(struct mm_check *c, const struct mm_struct *mm, u32 index, u32 entry)
{
    const u32 *table = pte_offset(c->m, entry, 0);
    const struct page *page = pfn_to_page(c->m, pte_pfn(entry));
    struct frame_refs *frame = &c->frames[pte_pfn(entry)];
    u64 pair;

    c->tables++;
    if ((entry & (PAGE_SIZE - 1)) != _PAGE_TABLE || page->_count != 0 || page->_mapcount != -1 ||
        page->flags >> PG_slab & 1 || page_is_reserved(page))
        SAY(c, "directory entry %u is %08x, but that frame is no page table", index, entry);
    if (frame->is_table)
        SAY(c, "the page table in frame %u is used twice", pte_pfn(entry));
    frame->is_table = true;
    const struct vm_area_struct *vma = look_for_vma(c->m, mm, index << PGDIR_SHIFT);
    if (!vma || pgd_index(vma->vm_start) > index)
        SAY(c, "the page table of directory entry %u has no area", index);
    for (u32 i = 0; i < PTRS_PER_PTE; i += 2) {
        memcpy(&pair, table + i, sizeof pair);
        for (u32 j = i; pair && j < i + 2; j++)
            if (table[j])
                check_entry(c, mm, index << PGDIR_SHIFT | j << PAGE_SHIFT, table[j]);
    }
}

static void check_space(struct mm_check *c, kaddr address)
{
    const struct mm_struct *mm = mm_at(c->m, address);
    const u32 *pgd = at(c->m, mm->pgd, u32);

    c->address = address;
    c->rss = c->anon_rss = c->tables = 0;
    check_areas(c, mm);
    check_tree(c, mm);
    for (u32 i = 0; i < USER_PTRS_PER_PGD; i++)
        if (pgd[i])
            check_page_table(c, mm, i, pgd[i]);
    if (memcmp(pgd + USER_PTRS_PER_PGD, kernel(c->m)->swapper_pg_dir + USER_PTRS_PER_PGD * 4,
               (PTRS_PER_PGD - USER_PTRS_PER_PGD) * 4) != 0)
        SAY(c, "the kernel's part of page directory %08x is not the kernel's", mm->pgd);
    if (mm->rss != c->rss || mm->anon_rss != c->anon_rss)
        SAY(c, "rss %u and anon_rss %u, pages found %u and %u", mm->rss, mm->anon_rss, c->rss,
            c->anon_rss);
    if (mm->nr_ptes != c->tables)
        SAY(c, "nr_ptes %u, page tables %u", mm->nr_ptes, c->tables);
}

// ---- The page cache --------------------------------------------------------------------------------

static u32 check_radix(struct mm_check *c, const struct inode *inode, kaddr node, u32 level,
                       u32 index)
{
    const struct radix_tree_node *n = at(c->m, node, struct radix_tree_node);
    u32 pages = 0;

    for (u32 i = 0; i < RADIX_TREE_MAP_SIZE; i++) {
        u32 at_index = index << RADIX_TREE_MAP_SHIFT | i;

        if (!n->slots[i])
            continue;
        if (level > 0) {
            pages += check_radix(c, inode, n->slots[i], level - 1, at_index);
            continue;
        }
        const struct page *page = at(c->m, n->slots[i], struct page);
        u32 number = (n->slots[i] - mm_data(c->m)->zone.mem_map) / (u32)sizeof *page;
        if (page->mapping != kaddr_of(c->m, &inode->i_data) || page->index != at_index ||
            c->frames[number].is_cached)
            complain(&c->complaints, "frame %u is not page %u of %s", number, at_index,
                     inode->i_name);
        c->frames[number].is_cached = true;
        pages++;
    }
    return pages;
}

static void check_page_cache(struct mm_check *c)
{
    list_for_each(c->m, link, &kernel(c->m)->inodes)
    {
        const struct inode *inode = list_entry(c->m, link, struct inode, i_list);
        const struct address_space *mapping = &inode->i_data;
        u32 pages = mapping->page_tree
                        ? check_radix(c, inode, mapping->page_tree, mapping->height - 1, 0)
                        : 0;

        if (mapping->nrpages != pages)
            complain(&c->complaints, "%s: nrpages %u, pages in the cache %u", inode->i_name,
                     mapping->nrpages, pages);
    }
}

// ---- Frames with other owners ------------------------------------------------------------------------

static void own_page(struct mm_check *c, kaddr page)
{
    u32 number = (page - mm_data(c->m)->zone.mem_map) / (u32)sizeof(struct page);

    if (page)
        c->frames[number].owned++;
}

static void own_pipe_pages(struct mm_check *c, const struct pipe_inode_info *info)
{
    own_page(c, info->tmp_page);
    for (u32 i = 0; i < PIPE_BUFFERS; i++)
        if (info->bufs[i].ops == PIPE_BUF_ANON)
            own_page(c, info->bufs[i].page);
}

static void look_at_owners(struct mm_check *c)
{
    c->frames[kaddr_to_pfn(kernel(c->m)->pidmap[0].page)].owned++;
    list_for_each(c->m, link, &kernel(c->m)->inodes)
    {
        const struct inode *inode = list_entry(c->m, link, struct inode, i_list);

        if (inode->i_pipe)
            own_pipe_pages(c, pipe_info(c->m, inode));
    }
}

// ---- Frames ----------------------------------------------------------------------------------------

static void check_frame(struct mm_check *c, pfn number)
{
    const struct page *page = pfn_to_page(c->m, number);
    const struct frame_refs *frame = &c->frames[number];
    s32 mapped = (s32)frame->mapped;

    if (page_is_reserved(page) || page->flags >> PG_slab & 1 || page->_count < 0) {
        if (mapped || frame->is_cached)
            complain(&c->complaints, "frame %u is mapped or cached, but not handed out for that",
                     number);
        return;
    }
    if (page_mapcount(page) != mapped)
        complain(&c->complaints, "frame %u: _mapcount stands for %d, mapped %d times", number,
                 page_mapcount(page), mapped);
    s32 users = mapped + frame->is_cached + (s32)frame->held;
    if (users && page_count(page) != users)
        complain(&c->complaints, "frame %u: _count stands for %d, %d references", number,
                 page_count(page), users);
    if ((users > 0) + frame->owned + frame->is_table > 1)
        complain(&c->complaints, "frame %u has more than one owner", number);
    if (!users && !frame->owned && !frame->is_table)
        complain(&c->complaints, "frame %u is in use, but nobody's", number);
    if (frame->is_writable && mapped > 1)
        complain(&c->complaints, "frame %u is shared privately, but can be written", number);
    if (frame->is_table && (mapped || frame->is_cached))
        complain(&c->complaints, "frame %u is a page table and a page", number);
    if (!mapped && !frame->is_cached && page->mapping)
        complain(&c->complaints, "frame %u holds a page that nobody maps", number);
}

// ---- The whole -------------------------------------------------------------------------------------

static void add_task(struct mm_check *c, const struct task_struct *p)
{
    kaddr kernels_own = kaddr_of(c->m, &kernel(c->m)->init_mm);
    const struct linux_binprm *bprm = exec_under_way(c->m, p);

    add_reference(&c->spaces, p->mm);
    if (p->active_mm != kernels_own)
        add_reference(&c->spaces, p->active_mm);
    if (bprm) {
        add_reference(&c->spaces, bprm->mm);
        for (u32 i = 0; i < MAX_ARG_PAGES; i++)
            if (bprm->page[i])
                c->frames[kaddr_to_pfn(bprm->page[i])].owned++;
    }
    kaddr page = page_of_disk_read(c->m, p);
    if (page)
        c->frames[(page - mm_data(c->m)->zone.mem_map) / (u32)sizeof(struct page)].held++;
}

static void check_caches(struct mm_check *c)
{
    const struct mm_data *data = mm_data(c->m);
    u32 spaces = count_distinct(&c->spaces), anon_vmas;

    sort_references(&c->anon_vmas);
    anon_vmas = count_distinct(&c->anon_vmas);
    if (in_use(c->m, kernel(c->m)->caches.mm) != spaces)
        complain(&c->complaints, "slab mm_struct: %u objects in use, address spaces %u",
                 in_use(c->m, kernel(c->m)->caches.mm), spaces);
    if (in_use(c->m, kernel(c->m)->caches.pgd) != spaces)
        complain(&c->complaints, "slab pgd: %u objects in use, address spaces %u",
                 in_use(c->m, kernel(c->m)->caches.pgd), spaces);
    if (in_use(c->m, data->vm_area_cachep) != c->areas)
        complain(&c->complaints, "slab vm_area_struct: %u objects in use, areas %u",
                 in_use(c->m, data->vm_area_cachep), c->areas);
    if (in_use(c->m, data->anon_vma_cachep) != anon_vmas)
        complain(&c->complaints, "slab anon_vma: %u objects in use, named by areas %u",
                 in_use(c->m, data->anon_vma_cachep), anon_vmas);
}

int check_mm(const struct machine *m, struct strbuf *out)
{
    u32 frames = mm_data(m)->zone.present_pages;
    struct mm_check c = { .m = m, .complaints = { out, 0 } };
    kaddr left_over = rq(m)->prev_mm;

    c.frames = calloc(frames, sizeof *c.frames);
    BUG_ON(!c.frames);
    for (const struct task_struct *p = first_process(m); p; p = next_task_and_thread(m, p))
        add_task(&c, p);
    add_task(&c, &kernel(m)->init_task);
    if (left_over != kaddr_of(m, &kernel(m)->init_mm))
        add_reference(&c.spaces, left_over);
    sort_references(&c.spaces);
    for (u32 i = 0; i < c.spaces.count; i++)
        if (distinct_reference(&c.spaces, i))
            check_space(&c, c.spaces.to[i]);
    check_page_cache(&c);
    look_at_owners(&c);
    for (pfn number = 0; number < frames; number++)
        check_frame(&c, number);
    check_caches(&c);
    free(c.frames);
    finish_references(&c.spaces);
    finish_references(&c.anon_vmas);
    return c.complaints.count;
}
