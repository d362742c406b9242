// Mapping and unmapping: the calls that change which areas an address space has. (mm/mmap.c)
//
// Unlike Linux: memory is not reserved when it is mapped (VM_ACCOUNT is noted, but nothing is
// counted), as with vm.overcommit_memory = 1.
#include "kernel/mmap.h"

#define MAX_MAP_COUNT 65536

static u32 limit(const struct machine *m, enum rlimit_index which)
{
    return signal_of(m, current(m))->rlim[which].rlim_cur;
}

u32 protection_of(u32 vm_flags)
{
    if (!(vm_flags & (VM_READ | VM_WRITE | VM_EXEC)))
        return PAGE_NONE;
    return (vm_flags & (VM_SHARED | VM_WRITE)) == (VM_SHARED | VM_WRITE) ? PAGE_SHARED
                                                                         : PAGE_READONLY;
}

bool may_expand_vm(const struct machine *m, const struct mm_struct *mm, u32 pages)
{
    return mm->total_vm + pages <= limit(m, RLIMIT_AS) >> PAGE_SHIFT;
}

void stat_account(struct machine *m, const struct vm_area_struct *vma, s32 pages)
{
    const struct mm_struct *mm = mm_at(m, vma->vm_mm);

    set(m, mm->total_vm, mm->total_vm + (u32)pages);
    if (vma->vm_file) {
        set(m, mm->shared_vm, mm->shared_vm + (u32)pages);
        if ((vma->vm_flags & (VM_EXEC | VM_WRITE)) == VM_EXEC)
            set(m, mm->exec_vm, mm->exec_vm + (u32)pages);
    } else if (vma->vm_flags & VM_GROWSDOWN) {
        set(m, mm->stack_vm, mm->stack_vm + (u32)pages);
    }
}

// ---- One area --------------------------------------------------------------------------------------

static void count_name(struct machine *m, kaddr address, s32 by)
{
    const struct area_name *name = at(m, address, struct area_name);

    set(m, name->count, name->count + by);
    if (!name->count)
        kfree(m, address);
}

// A copy of an area, not in any list yet, with what it refers to counted once more. 0 without
// memory. (what dup_mmap() and split_vma() have in common)
kaddr copy_area(struct machine *m, const struct vm_area_struct *vma, kaddr mm)
{
    kaddr address = kmem_cache_alloc(m, mm_data(m)->vm_area_cachep);

    if (!address)
        return 0;
    struct vm_area_struct *fresh = rewrite(m, vma_at(m, address));

    *fresh = *vma;
    fresh->vm_mm = mm;
    fresh->vm_next = 0;
    fresh->vm_rb = (struct rb_node){ 0, 0, 0, 0 };
    anon_vma_link(m, vma_at(m, address));
    if (vma->vm_file) {
        const struct file *file = at(m, vma->vm_file, struct file);
        set(m, file->f_count, file->f_count + 1);
    }
    if (vma->vm_private_data)
        count_name(m, vma->vm_private_data, 1);
    return address;
}

// After mm/mmap.c, remove_vm_struct(): it is in no list any more.
static void free_area(struct machine *m, const struct vm_area_struct *vma)
{
    kaddr file = vma->vm_file, name = vma->vm_private_data;

    anon_vma_unlink(m, vma);
    if (file)
        fput(m, file);
    if (name)
        count_name(m, name, -1);
    kmem_cache_free(m, mm_data(m)->vm_area_cachep, kaddr_of(m, vma));
}

const struct vm_area_struct *make_area(struct machine *m, kaddr mm, uaddr start, uaddr end,
                                       u32 vm_flags)
{
    kaddr address = kmem_cache_alloc(m, mm_data(m)->vm_area_cachep);
    struct vm_area_struct fresh = {
        .vm_mm = mm,
        .vm_start = start,
        .vm_end = end,
        .vm_page_prot = protection_of(vm_flags),
        .vm_flags = vm_flags,
        .vm_pgoff = start >> PAGE_SHIFT,
    };

    if (!address)
        return NULL;
    copy(m, vma_at(m, address), &fresh, sizeof fresh);
    return vma_at(m, address);
}

void insert_area(struct machine *m, const struct vm_area_struct *vma)
{
    const struct mm_struct *mm = mm_at(m, vma->vm_mm);

    vma_link(m, mm, vma, find_prev_vma(m, mm, vma->vm_start));
    stat_account(m, vma, (s32)vma_pages(vma));
}

// ---- Merging and splitting -------------------------------------------------------------------------

static bool is_mergeable(const struct vm_area_struct *vma, u32 vm_flags)
{
    return vma->vm_flags == vm_flags && !vma->vm_file && !vma->vm_private_data &&
           !(vm_flags & VM_GROWSDOWN);
}

static void set_end(struct machine *m, const struct vm_area_struct *vma, uaddr end)
{
    set(m, vma->vm_end, end);
}

static void set_start(struct machine *m, const struct vm_area_struct *vma, uaddr start)
{
    set(m, vma->vm_pgoff, vma->vm_pgoff + (start >> PAGE_SHIFT) - (vma->vm_start >> PAGE_SHIFT));
    set(m, vma->vm_start, start);
}

void join_next_area(struct machine *m, const struct vm_area_struct *prev,
                    const struct vm_area_struct *next)
{
    vma_unlink(m, mm_at(m, prev->vm_mm), next, prev);
    if (!prev->anon_vma && next->anon_vma) { // it keeps the pages that are there
        set(m, prev->anon_vma, next->anon_vma);
        anon_vma_link(m, prev);
    }
    set_end(m, prev, next->vm_end);
    free_area(m, next);
}

bool can_join_areas(const struct vm_area_struct *prev, const struct vm_area_struct *next)
{
    return prev->vm_end == next->vm_start && is_mergeable(next, prev->vm_flags) &&
           is_mergeable(prev, next->vm_flags) &&
           (!prev->anon_vma || !next->anon_vma || prev->anon_vma == next->anon_vma);
}

// Widens the neighbours of the free range [start, end), instead of a new area, if they are of the
// same anonymous kind. After mm/mmap.c, vma_merge().
static const struct vm_area_struct *vma_merge(struct machine *m, const struct mm_struct *mm,
                                              uaddr start, uaddr end, u32 vm_flags)
{
    KFN(m, vma_merge);
    const struct vm_area_struct *prev = find_prev_vma(m, mm, start);
    kaddr after = prev ? prev->vm_next : mm->mmap;
    const struct vm_area_struct *next = after ? vma_at(m, after) : NULL;

    if (prev && prev->vm_end == start && is_mergeable(prev, vm_flags)) {
        set_end(m, prev, end);
        if (next && can_join_areas(prev, next))
            join_next_area(m, prev, next);
        return prev;
    }
    if (next && next->vm_start == end && is_mergeable(next, vm_flags)) {
        set_start(m, next, start);
        return next;
    }
    return NULL;
}

s32 split_vma(struct machine *m, const struct vm_area_struct *vma, uaddr address)
{
    KFN(m, split_vma);
    const struct mm_struct *mm = mm_at(m, vma->vm_mm);

    if (mm->map_count >= MAX_MAP_COUNT)
        KRETURN(refuse(m, ENOMEM, REFUSED_MAP_COUNT));
    kaddr upper = copy_area(m, vma, vma->vm_mm);
    if (!upper)
        KRETURN(refuse(m, ENOMEM, REFUSED_NO_MEMORY));
    set_start(m, vma_at(m, upper), address);
    set_end(m, vma, address);
    vma_link(m, mm, vma_at(m, upper), vma);
    return 0;
}

// ---- Unmapping -------------------------------------------------------------------------------------

// Takes out the area behind prev.
static void remove_area(struct machine *m, const struct mm_struct *mm,
                        const struct vm_area_struct *vma, const struct vm_area_struct *prev)
{
    stat_account(m, vma, -(s32)vma_pages(vma));
    if (vma->vm_end > mm->free_area_cache) // the next search for a gap begins here
        set(m, mm->free_area_cache, vma->vm_end > mm->mmap_base ? mm->mmap_base : vma->vm_end);
    vma_unlink(m, mm, vma, prev);
    free_area(m, vma);
}

// Pages, then page tables that nobody needs any more, then the areas. The range begins and ends
// between areas. After mm/mmap.c, unmap_region().
static void unmap_region(struct machine *m, const struct mm_struct *mm,
                         const struct vm_area_struct *prev, uaddr start, uaddr end)
{
    KFN(m, unmap_region);
    const kaddr *first = prev ? &prev->vm_next : &mm->mmap;
    kaddr address = *first;

    for (; address && vma_at(m, address)->vm_start < end; address = vma_at(m, address)->vm_next)
        zap_page_range(m, mm, vma_at(m, address)->vm_start, vma_at(m, address)->vm_end);
    clear_page_range(m, mm, start, end, prev ? prev->vm_end : 0,
                     address ? vma_at(m, address)->vm_start : 0);
    while (*first != address)
        remove_area(m, mm, vma_at(m, *first), prev);
}

s32 do_munmap(struct machine *m, const struct mm_struct *mm, uaddr start, u32 length)
{
    KFN(m, do_munmap);
    s32 error;

    if (start % PAGE_SIZE || start > TASK_SIZE || length > TASK_SIZE - start || !page_align(length))
        KRETURN(refuse(m, EINVAL, start % PAGE_SIZE ? REFUSED_NOT_ALIGNED : REFUSED_BAD_OPTION));
    uaddr end = start + page_align(length);
    const struct vm_area_struct *vma = find_vma(m, mm, start);
    if (!vma || vma->vm_start >= end)
        return 0;
    if (start > vma->vm_start && (error = split_vma(m, vma, start)))
        KRETURN(error);
    vma = find_vma(m, mm, end);
    if (vma && end > vma->vm_start && (error = split_vma(m, vma, end)))
        KRETURN(error);
    unmap_region(m, mm, find_prev_vma(m, mm, start), start, end);
    return 0;
}

// The last user is gone. After mm/mmap.c, exit_mmap().
void exit_mmap(struct machine *m, kaddr address)
{
    KFN(m, exit_mmap);
    const struct mm_struct *mm = mm_at(m, address);
    kaddr vma = mm->mmap;

    if (!vma)
        return;
    {
        KFN_PART(m, unmap_vmas);
        for (kaddr v = vma; v; v = vma_at(m, v)->vm_next)
            zap_page_range(m, mm, vma_at(m, v)->vm_start, vma_at(m, v)->vm_end);
    }
    for (kaddr v = vma; v; v = vma_at(m, v)->vm_next)
        clear_page_range(m, mm, vma_at(m, v)->vm_start, vma_at(m, v)->vm_end, 0, 0);
    BUG_ON(mm->nr_ptes || mm->rss || mm->anon_rss);
    set(m, mm->mmap, 0u);
    set(m, mm->mmap_cache, 0u);
    set(m, mm->mm_rb, 0u);
    set(m, mm->total_vm, 0u);
    set(m, mm->map_count, 0);
    while (vma) {
        kaddr next = vma_at(m, vma)->vm_next;

        free_area(m, vma_at(m, vma));
        vma = next;
    }
}

// ---- Mapping ---------------------------------------------------------------------------------------

// Is [start, start + length) free and in user space?
static bool is_gap(const struct machine *m, const struct mm_struct *mm, uaddr start, u32 length)
{
    const struct vm_area_struct *vma = look_for_vma(m, mm, start);

    return start % PAGE_SIZE == 0 && start <= TASK_SIZE - length &&
           (!vma || vma->vm_start >= start + length);
}

// From the top of the mapping area downwards, beginning where the last search ended; if that
// fails, from the bottom up. 0 if no gap is large enough. After mm/mmap.c,
// arch_get_unmapped_area_topdown().
static uaddr get_unmapped_area(struct machine *m, const struct mm_struct *mm, u32 length)
{
    KFN(m, get_unmapped_area);
    bool is_upwards = mm->mmap_base == TASK_UNMAPPED_BASE; // the legacy layout
    uaddr top = mm->free_area_cache;

    for (int pass = 0; pass < 2 && !is_upwards; pass++, top = mm->mmap_base) {
        while (top > length) {
            const struct vm_area_struct *vma = look_for_vma(m, mm, top - length);

            if (!vma || vma->vm_start >= top) {
                set(m, mm->free_area_cache, top - length);
                KRETURN(top - length);
            }
            top = vma->vm_start;
        }
    }
    for (uaddr start = TASK_UNMAPPED_BASE; start <= TASK_SIZE - length;) {
        const struct vm_area_struct *vma = look_for_vma(m, mm, start);

        if (!vma || vma->vm_start >= start + length)
            KRETURN(start);
        start = vma->vm_end;
    }
    KRETURN(0u);
}

// The flags of a new area, or an error in *error. The middle of mm/mmap.c, do_mmap_pgoff().
static u32 flags_of_map(struct machine *m, const struct map_request *map, s32 *error)
{
    u32 vm_flags = (map->prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) | VM_MAY_ALL;
    u32 mode = map->file ? at(m, map->file, struct file)->f_mode : 3;

    if (map->flags & MAP_SHARED) {
        vm_flags |= VM_SHARED | VM_MAYSHARE;
        if (map->prot & PROT_WRITE && !(mode & 2))
            *error = refuse(m, EACCES, REFUSED_PROTECTION);
        if (!(mode & 2))
            vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
    }
    if (!(mode & 1))
        *error = refuse(m, EACCES, REFUSED_PROTECTION);
    return vm_flags;
}

static kaddr make_name(struct machine *m, const char *text)
{
    struct area_name name = { .count = 1 };
    kaddr address = kmalloc(m, sizeof name);
    size_t length = strlen(text);

    if (!address)
        return 0;
    memcpy(name.name, text, length < AREA_NAME_MAX ? length : AREA_NAME_MAX - 1);
    copy(m, kpointer(m, address), &name, sizeof name);
    return address;
}

// What the area refers to: a file, or memory that is like one; and its name. 0 or an error.
static s32 furnish_area(struct machine *m, const struct vm_area_struct *vma,
                        const struct map_request *map)
{
    if (map->file) {
        const struct file *file = at(m, map->file, struct file);

        set(m, file->f_count, file->f_count + 1);
        set(m, vma->vm_file, map->file);
        set(m, vma->vm_ops, (u32)VM_OPS_FILEMAP);
        set(m, vma->vm_pgoff, map->pgoff);
    } else if (vma->vm_flags & VM_SHARED) {
        kaddr file = shmem_file_setup(m, vma->vm_end - vma->vm_start);

        if (!file)
            return -ENOMEM;
        set(m, vma->vm_file, file);
        set(m, vma->vm_ops, (u32)VM_OPS_SHMEM);
        set(m, vma->vm_pgoff, 0u);
    }
    if (map->name) {
        kaddr name = make_name(m, map->name);

        if (!name)
            return -ENOMEM;
        set(m, vma->vm_private_data, name);
    }
    return 0;
}

// Where the area shall lie. An error code if there is no room.
static u32 choose_address(struct machine *m, const struct mm_struct *mm,
                          const struct map_request *map, u32 length)
{
    if (map->flags & MAP_FIXED) {
        if (map->address > TASK_SIZE - length)
            return (u32)refuse(m, ENOMEM, REFUSED_ADDRESS_SPACE);
        if (map->address % PAGE_SIZE)
            return (u32)refuse(m, EINVAL, REFUSED_NOT_ALIGNED);
        return map->address;
    }
    if (map->address && is_gap(m, mm, page_align(map->address), length))
        return page_align(map->address);
    uaddr found = get_unmapped_area(m, mm, length);
    return found ? found : (u32)refuse(m, ENOMEM, REFUSED_ADDRESS_SPACE);
}

// Unlike Linux 2.6.11, which takes no bytes for done: they are refused, as since 2.6.12.
u32 do_mmap_pgoff(struct machine *m, const struct map_request *map)
{
    KFN(m, do_mmap_pgoff);
    kaddr mm_address = current(m)->mm;
    const struct mm_struct *mm = mm_at(m, mm_address);
    u32 length = page_align(map->length);
    s32 error = 0;

    if (!map->length || !(map->flags & (MAP_SHARED | MAP_PRIVATE)))
        KRETURN((u32)refuse(m, EINVAL, REFUSED_BAD_OPTION));
    if (!length || length > TASK_SIZE)
        KRETURN((u32)refuse(m, EINVAL, REFUSED_ADDRESS_SPACE));
    if (map->pgoff + (length >> PAGE_SHIFT) < map->pgoff)
        KRETURN((u32)refuse(m, EINVAL, REFUSED_BAD_OPTION));
    if (mm->map_count > MAX_MAP_COUNT)
        KRETURN((u32)refuse(m, ENOMEM, REFUSED_MAP_COUNT));
    uaddr start = choose_address(m, mm, map, length);
    if (is_error(start))
        KRETURN(start);
    u32 vm_flags = flags_of_map(m, map, &error);
    if (error)
        KRETURN((u32)error);
    // What lies there goes, even if the rest should fail.
    if (!is_gap(m, mm, start, length) && (error = do_munmap(m, mm, start, length)))
        KRETURN((u32)error);
    if (!may_expand_vm(m, mm, length >> PAGE_SHIFT))
        KRETURN((u32)refuse(m, ENOMEM, REFUSED_ADDRESS_SPACE));
    const struct vm_area_struct *vma = NULL;
    if (!map->file && !map->name && !(vm_flags & VM_SHARED) &&
        (vma = vma_merge(m, mm, start, start + length, vm_flags))) {
        stat_account(m, vma, (s32)(length >> PAGE_SHIFT));
        KRETURN(start);
    }
    vma = make_area(m, mm_address, start, start + length, vm_flags);
    if (!vma)
        KRETURN((u32)refuse(m, ENOMEM, REFUSED_NO_MEMORY));
    if (furnish_area(m, vma, map)) {
        free_area(m, vma);
        KRETURN((u32)refuse(m, ENOMEM, REFUSED_NO_MEMORY));
    }
    insert_area(m, vma);
    KRETURN(start);
}

// ---- brk -------------------------------------------------------------------------------------------

bool do_brk(struct machine *m, const struct mm_struct *mm, uaddr start, u32 length)
{
    KFN(m, do_brk);
    u32 vm_flags = VM_DATA_DEFAULT_FLAGS | VM_ACCOUNT;
    uaddr end = start + page_align(length);

    if (!length)
        return true;
    if (end > TASK_SIZE || end < start)
        KRETURN(false);
    const struct vm_area_struct *old = look_for_vma(m, mm, start);
    if (old && old->vm_start < end && do_munmap(m, mm, start, end - start))
        KRETURN(false);
    if (!may_expand_vm(m, mm, page_align(length) >> PAGE_SHIFT) || mm->map_count > MAX_MAP_COUNT)
        KRETURN(false);
    const struct vm_area_struct *vma = vma_merge(m, mm, start, end, vm_flags);
    if (vma) {
        stat_account(m, vma, (s32)((end - start) >> PAGE_SHIFT));
        return true;
    }
    vma = make_area(m, kaddr_of(m, mm), start, end, vm_flags);
    if (!vma)
        KRETURN(false);
    insert_area(m, vma);
    return true;
}

// The new end of the heap, or the old one if it cannot be moved there. After mm/mmap.c, sys_brk().
static u32 sys_brk(struct machine *m, uaddr brk)
{
    KFN(m, sys_brk);
    const struct mm_struct *mm = mm_at(m, current(m)->mm);
    uaddr new_end = page_align(brk), old_end = page_align(mm->brk);

    if (brk < mm->end_code || brk > TASK_SIZE)
        KRETURN(mm->brk);
    if (new_end < old_end) {
        if (do_munmap(m, mm, new_end, old_end - new_end))
            KRETURN(mm->brk);
    } else if (new_end > old_end) {
        const struct vm_area_struct *next = look_for_vma(m, mm, old_end);
        enum refusal why = brk - mm->start_data > limit(m, RLIMIT_DATA)   ? REFUSED_DATA_LIMIT
                           : next && next->vm_start < new_end + PAGE_SIZE ? REFUSED_OVERLAPS
                                                                          : 0;
        if (!why && !may_expand_vm(m, mm, (new_end - old_end) >> PAGE_SHIFT))
            why = REFUSED_ADDRESS_SPACE;
        if (!why && !do_brk(m, mm, old_end, new_end - old_end))
            why = REFUSED_NO_MEMORY;
        if (why) {
            note(m, EVENT_REFUSED, current(m)->pid, 0, (s32)why);
            KRETURN(mm->brk);
        }
    }
    set(m, mm->brk, brk);
    KRETURN(brk);
}

// ---- The calls -------------------------------------------------------------------------------------

static u32 sys_mmap2(struct machine *m, const struct pt_regs *r)
{
    KFN(m, sys_mmap2);
    const char *name = call_string(m, 0);
    struct map_request map = {
        .address = r->ebx,
        .length = r->ecx,
        .prot = r->edx,
        .flags = r->esi,
        .pgoff = r->ebp,
        .name = name && *name ? name : NULL,
    };

    if (!(map.flags & MAP_ANONYMOUS)) {
        s32 error = file_to_map(m, r->edi, &map.file);

        if (error)
            KRETURN((u32)error);
    }
    KRETURN(do_mmap_pgoff(m, &map));
}

static s32 sys_munmap(struct machine *m, uaddr start, u32 length)
{
    KFN(m, sys_munmap);
    return do_munmap(m, mm_at(m, current(m)->mm), start, length);
}

s32 memory_call(struct machine *m, const struct pt_regs *r)
{
    switch (r->orig_eax) {
    case __NR_brk:
        return (s32)sys_brk(m, r->ebx);
    case __NR_mmap:
        return (s32)sys_mmap2(m, r);
    case __NR_munmap:
        return sys_munmap(m, r->ebx, r->ecx);
    default:
        return sys_mprotect(m, r->ebx, r->ecx, r->edx);
    }
}
