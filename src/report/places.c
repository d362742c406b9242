// What lies at an address: which structure, which task's, and what it is called. See places.h.
#include "report/places.h"

#include "mm/vm.h"

#define OWNER_SEARCH_LIMIT 4096u // tasks asked whether a structure is theirs

// ---- Places --------------------------------------------------------------------------------------

static struct place object_place(enum ktype type, kaddr base)
{
    return (struct place){
        .kind = PLACE_OBJECT, .type = type, .base = base, .size = ktype_info(type)->size
    };
}

static struct place stack_place(const struct machine *m, kaddr base, kaddr task, kaddr address)
{
    u32 size = cpu(m)->thread_size;
    struct place place = { .kind = PLACE_STACK, .base = base, .size = size };

    if (address - base < sizeof(struct thread_info))
        place = object_place(TYPE_THREAD_INFO, base);
    else if (address - base >= size - sizeof(struct pt_regs))
        place = object_place(TYPE_PT_REGS, base + size - (u32)sizeof(struct pt_regs));
    place.task = task;
    return place;
}

// Whose kernel stack is this area? 0 if nobody's.
static kaddr stack_owner(const struct machine *m, const struct moment *then, kaddr base)
{
    kaddr task, back;

    if (!is_object_at(m, base, cpu(m)->thread_size) ||
        !read_kernel_then(m, then, base + (u32)offsetof(struct thread_info, task), &task, 4) ||
        !task_or_null(m, task) ||
        !read_kernel_then(m, then, task + (u32)offsetof(struct task_struct, thread_info), &back, 4))
        return 0;
    return back == base ? task : 0;
}

static enum ktype cache_type(const struct machine *m, kaddr cache)
{
    const struct kernel_caches *c = &kernel(m)->caches;
    const struct {
        kaddr cache;
        enum ktype type;
    } known[] = {
        { c->task_struct, TYPE_TASK_STRUCT },
        { c->signal, TYPE_SIGNAL_STRUCT },
        { c->sighand, TYPE_SIGHAND_STRUCT },
        { c->files, TYPE_FILES_STRUCT },
        { c->fs, TYPE_FS_STRUCT },
        { c->mm, TYPE_MM_STRUCT },
        { c->filp, TYPE_FILE },
        { c->pgd, TYPE_PAGE_DIRECTORY },
        { mm_data(m)->vm_area_cachep, TYPE_VM_AREA_STRUCT },
        { mm_data(m)->anon_vma_cachep, TYPE_ANON_VMA },
        { mm_data(m)->inode_cachep, TYPE_INODE },
        { c->dentry, TYPE_DENTRY },
        { c->sigqueue, TYPE_SIGQUEUE },
        { c->namespace, TYPE_NAMESPACE },
        { c->user, TYPE_USER_STRUCT },
        { MM_DATA + (u32)offsetof(struct mm_data, cache_cache), TYPE_KMEM_CACHE },
    };

    for (u32 i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].cache == cache)
            return known[i].type;
    }
    return TYPE_NONE;
}

#define INODE_SEARCH_LIMIT 1024u // inodes asked whether a piece of memory is their pipe

static bool is_pipe(const struct machine *m, kaddr base)
{
    kaddr head = kaddr_of(m, &kernel(m)->inodes), link = list_at(m, head)->next;

    for (u32 i = 0; i < INODE_SEARCH_LIMIT && link != head; i++) {
        if (!is_object_at(m, link, sizeof(struct inode)))
            break;
        if (at(m, link, struct inode)->i_pipe == base)
            return true;
        link = list_at(m, link)->next;
    }
    return false;
}

static struct place slab_place(const struct machine *m, const struct moment *then,
                               const struct page *page, kaddr address)
{
    struct place none = { 0 };
    kaddr cache_address = page->lru.next, slab_address = page->lru.prev;
    struct slab slab;

    if (!is_object_at(m, cache_address, sizeof(struct kmem_cache)) ||
        !read_kernel_then(m, then, slab_address, &slab, sizeof slab))
        return none;
    const struct kmem_cache *cache = at(m, cache_address, struct kmem_cache); // never changes size
    if (address >= slab_address && address - slab_address < cache->slab_size)
        return object_place(TYPE_SLAB, slab_address);
    if (!cache->objsize || address < slab.s_mem ||
        (address - slab.s_mem) / cache->objsize >= cache->num)
        return none;
    kaddr base = address - (address - slab.s_mem) % cache->objsize;
    kaddr owner = cache->objsize >= cpu(m)->thread_size ? stack_owner(m, then, base) : 0;
    if (owner)
        return stack_place(m, base, owner, address);
    struct place place = object_place(cache_type(m, cache_address), base);
    place.cache = cache_address;
    if (place.type == TYPE_NONE && is_pipe(m, base))
        place = object_place(TYPE_PIPE_INODE_INFO, base);
    if (place.type == TYPE_TASK_STRUCT)
        place.task = base;
    else if (place.type == TYPE_NONE)
        place.size = cache->objsize;
    return place;
}

static struct place kernel_place(const struct machine *m, kaddr address)
{
    const struct kernel_data *k = kernel(m);
    kaddr init_task = kaddr_of(m, &k->init_task);

    if (address - KERNEL_DATA < cpu(m)->thread_size)
        return stack_place(m, KERNEL_DATA, init_task, address);
    if (address - init_task < sizeof k->init_task) {
        struct place place = object_place(TYPE_TASK_STRUCT, init_task);

        place.task = init_task;
        return place;
    }
    return object_place(TYPE_KERNEL_DATA, KERNEL_DATA);
}

// Boot allocations and single pages with a purpose.
static struct place special_place(const struct machine *m, kaddr address)
{
    const struct kernel_data *k = kernel(m);
    const struct zone *zone = &mm_data(m)->zone;
    u32 hash_size = (u32)(PIDTYPE_MAX * sizeof(kaddr)) << k->pidhash_shift;

    if (zone->mem_map && address - zone->mem_map < zone->present_pages * (u32)sizeof(struct page)) {
        u32 offset = (address - zone->mem_map) % (u32)sizeof(struct page);

        return object_place(TYPE_PAGE, address - offset);
    }
    struct place place = { .kind = PLACE_FRAME,
                           .base = address & ~(PAGE_SIZE - 1),
                           .size = PAGE_SIZE };
    if (k->pid_hash[0] && address - k->pid_hash[0] < hash_size) {
        place.base = k->pid_hash[0];
        place.size = hash_size;
        place.label = "pid_hash";
    } else if (k->pidmap[0].page && address - k->pidmap[0].page < PAGE_SIZE) {
        place.label = "pidmap page";
    }
    return place;
}

#define MM_SEARCH_LIMIT 256u // address spaces asked whether a page table is theirs

// Did the address space name this frame in its page directory?
static bool has_page_table(const struct machine *m, const struct moment *then, kaddr mm_address,
                           pfn frame)
{
    struct vm_area_struct vma;
    struct mm_struct mm;

    if (!read_kernel_then(m, then, mm_address, &mm, sizeof mm))
        return false;
    for (kaddr v = mm.mmap; read_kernel_then(m, then, v, &vma, sizeof vma); v = vma.vm_next)
        for (u32 i = pgd_index(vma.vm_start); i <= pgd_index(vma.vm_end - 1); i++)
            if (pte_pfn(entry_then(m, then, mm.pgd, i)) == frame)
                return true;
    return false;
}

// A frame of a task: if it was one of its page tables, say so.
static struct place user_place(const struct machine *m, const struct moment *then,
                               const struct page *page, struct place place)
{
    kaddr head = kaddr_of(m, &kernel(m)->init_task.tasks), link = head, mm;

    if (page->mapping) {
        place.label = page_is_anon(page) ? "anonymous page" : "page of a file";
        return place;
    }
    for (u32 i = 0; page->_count == 0 && i < MM_SEARCH_LIMIT; i++) {
        kaddr task;

        if (!read_kernel_then(m, then, link, &link, 4) || link == head)
            break;
        task = link - (u32)offsetof(struct task_struct, tasks);
        if (!task_or_null(m, task) ||
            !read_kernel_then(m, then, task + (u32)offsetof(struct task_struct, mm), &mm, 4))
            break;
        if (mm && has_page_table(m, then, mm, kaddr_to_pfn(place.base))) {
            place = object_place(TYPE_PAGE_TABLE, place.base);
            place.task = task;
            break;
        }
    }
    return place;
}

struct place place_of(const struct machine *m, const struct moment *then, kaddr address)
{
    struct place none = { 0 };
    struct page page;

    if (!has_kernel(m) || !is_kaddr(m, address, 1))
        return none;
    if (ksym_at(address) != KSYM_COUNT)
        return (struct place){ .kind = PLACE_TEXT,
                               .base = ksym_address(ksym_at(address)),
                               .size = KSYM_SIZE };
    if (address >= MM_DATA && address - MM_DATA < sizeof(struct mm_data))
        return object_place(TYPE_MM_DATA, MM_DATA);
    if (address >= KERNEL_DATA && address - KERNEL_DATA < sizeof(struct kernel_data))
        return kernel_place(m, address);
    struct place place = special_place(m, address);
    if (place.kind != PLACE_FRAME || place.label)
        return place;
    const struct zone *zone = &mm_data(m)->zone;
    if (!zone->mem_map || kaddr_to_pfn(address) >= zone->present_pages)
        return none;
    if (!read_kernel_then(m, then, zone->mem_map + kaddr_to_pfn(address) * (u32)sizeof page, &page,
                          sizeof page))
        return none;
    return page.flags >> PG_slab & 1 ? slab_place(m, then, &page, address)
                                     : user_place(m, then, &page, place);
}

// ---- Their names -----------------------------------------------------------------------------------

// Which of its pointers would lead a task to such a structure?
static u32 owner_field(enum ktype type)
{
    switch (type) {
    case TYPE_MM_STRUCT:
        return (u32)offsetof(struct task_struct, mm);
    case TYPE_SIGNAL_STRUCT:
        return (u32)offsetof(struct task_struct, signal);
    case TYPE_SIGHAND_STRUCT:
        return (u32)offsetof(struct task_struct, sighand);
    case TYPE_FILES_STRUCT:
        return (u32)offsetof(struct task_struct, files);
    case TYPE_FS_STRUCT:
        return (u32)offsetof(struct task_struct, fs);
    default:
        return 0;
    }
}

// The first task that uses a structure, among the first few thousand; or 0.
static kaddr find_owner(const struct machine *m, const struct moment *then,
                        const struct place *place)
{
    kaddr head = kaddr_of(m, &kernel(m)->init_task.tasks), link = head, pointer;
    u32 field = owner_field(place->type);

    for (u32 i = 0; field && i < OWNER_SEARCH_LIMIT; i++) {
        kaddr task = link - (u32)offsetof(struct task_struct, tasks);

        if (i && (!read_kernel_then(m, then, task + field, &pointer, 4) || !task_or_null(m, task)))
            return 0;
        if (i && pointer == place->base)
            return task;
        if (!read_kernel_then(m, then, link, &link, 4) || link == head)
            return 0;
    }
    return 0;
}

static s32 pid_then(const struct machine *m, const struct moment *then, kaddr task)
{
    s32 pid;

    moment_get(then, m, kaddr_to_offset(task) + (u32)offsetof(struct task_struct, pid), &pid,
               sizeof pid);
    return pid;
}

static void object_name(const struct machine *m, const struct moment *then,
                        const struct place *place, struct strbuf *out)
{
    const char *type = ktype_info(place->type)->name;
    kaddr owner = place->task ? place->task : find_owner(m, then, place);

    if (place->type == TYPE_TASK_STRUCT)
        strbuf_printf(out, "task %d", pid_then(m, then, place->base));
    else if (owner)
        strbuf_printf(out, "%s of %d", type, pid_then(m, then, owner));
    else if (place->type == TYPE_KERNEL_DATA || place->type == TYPE_MM_DATA)
        strbuf_puts(out, "kernel");
    else if (place->type == TYPE_PAGE)
        strbuf_printf(out, "page %u",
                      (place->base - mm_data(m)->zone.mem_map) / (u32)sizeof(struct page));
    else if (place->type == TYPE_KMEM_CACHE) {
        strbuf_puts(out, "cache ");
        add_cache_name(m, place->base, out);
    } else if (place->type == TYPE_NONE) {
        add_cache_name(m, place->cache, out);
        strbuf_printf(out, " object %08x", place->base);
    } else
        strbuf_printf(out, "%s %08x", type, place->base);
}

void place_name(const struct machine *m, const struct moment *then, const struct place *place,
                struct strbuf *out)
{
    switch (place->kind) {
    case PLACE_UNKNOWN:
        break;
    case PLACE_TEXT:
        strbuf_puts(out, ksym_info(ksym_at(place->base))->name);
        break;
    case PLACE_OBJECT:
        object_name(m, then, place, out);
        break;
    case PLACE_STACK:
        strbuf_printf(out, "stack of %d", pid_then(m, then, place->task));
        break;
    case PLACE_FRAME:
        if (place->label)
            strbuf_puts(out, place->label);
        else
            strbuf_printf(out, "frame %u", kaddr_to_pfn(place->base));
        break;
    }
}
