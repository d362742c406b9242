// See objects.h.
#include "report/objects.h"

#include "mm/vm.h"

#include <stdlib.h>
#include <string.h>

#define TASKS_LIMIT        65536u // a list longer than this is no list
#define OWNER_SEARCH_LIMIT 4096u  // tasks asked whether a structure is theirs

// ---- Careful pointers ------------------------------------------------------------------------

static bool is_object_at(const struct machine *m, kaddr address, u32 size)
{
    return address && address % 4 == 0 && is_kaddr(m, address, size);
}

// Reads bytes at a kernel address as they are at a moment. False if they are not in the RAM.
static bool read_then(const struct machine *m, const struct moment *then, kaddr address,
                      void *bytes, u32 size)
{
    if (!is_object_at(m, address, size))
        return false;
    moment_get(then, m, kaddr_to_offset(address), bytes, size);
    return true;
}

const struct thread_info *thread_info_or_null(const struct machine *m, const struct task_struct *p)
{
    return is_object_at(m, p->thread_info, cpu(m)->thread_size) ? thread_info_of(m, p) : NULL;
}

const struct signal_struct *signal_or_null(const struct machine *m, const struct task_struct *p)
{
    return is_object_at(m, p->signal, sizeof(struct signal_struct)) ? signal_of(m, p) : NULL;
}

const struct sighand_struct *sighand_or_null(const struct machine *m, const struct task_struct *p)
{
    return is_object_at(m, p->sighand, sizeof(struct sighand_struct)) ? sighand_of(m, p) : NULL;
}

const struct pt_regs *regs_or_null(const struct machine *m, const struct task_struct *p)
{
    return thread_info_or_null(m, p) ? task_pt_regs(m, p) : NULL;
}

const struct task_struct *current_or_null(const struct machine *m)
{
    if (!has_kernel(m))
        return NULL;
    kaddr base = current_thread_info(m);
    return is_object_at(m, base, sizeof(struct thread_info))
               ? task_or_null(m, at(m, base, struct thread_info)->task)
               : NULL;
}

const struct task_struct *find_task(const struct machine *m, s32 pid)
{
    if (!has_kernel(m) || pid < 0)
        return NULL;
    return pid == 0 ? &kernel(m)->init_task : find_task_by_pid(m, pid);
}

// Walks the chain of the pid hash as it was.
kaddr find_task_then(const struct machine *m, const struct moment *then, s32 pid)
{
    const struct task_struct *now;
    struct pid node;
    kaddr link;

    if (!then || !then->used || pid <= 0) {
        now = find_task(m, pid);
        return now ? kaddr_of(m, now) : 0;
    }
    if (!has_kernel(m))
        return 0;
    const struct kernel_data *k = kernel(m); // the tables never move
    kaddr bucket = k->pid_hash[PIDTYPE_PID] + pid_hashfn((u32)pid, k->pidhash_shift) * 4;
    if (!read_then(m, then, bucket, &link, sizeof link))
        return 0;
    for (u32 limit = 65536; limit && read_then(m, then, link, &node, sizeof node); limit--) {
        kaddr task = link - (u32)offsetof(struct task_struct, pids[PIDTYPE_PID]);

        if (node.nr == pid)
            return task_or_null(m, task) ? task : 0;
        link = node.chain_next;
    }
    return 0;
}

// One word of a page table or directory as it was; 0 if it is out of the RAM.
static u32 entry_then(const struct machine *m, const struct moment *then, kaddr table, u32 index)
{
    u32 entry = 0;

    read_then(m, then, table + index * 4, &entry, sizeof entry);
    return entry;
}

// The frame that an address of task pid was mapped to, as a kernel address; 0 if to none.
static kaddr user_page_then(const struct machine *m, const struct moment *then, kaddr pgd,
                            uaddr address)
{
    u32 entry = address < TASK_SIZE ? entry_then(m, then, pgd, pgd_index(address)) : 0;

    if (entry & _PAGE_PRESENT)
        entry = entry_then(m, then, pfn_to_kaddr(pte_pfn(entry)), pte_index(address));
    return entry & _PAGE_PRESENT ? pfn_to_kaddr(pte_pfn(entry)) : 0;
}

u32 read_user_then(const struct machine *m, const struct moment *then, s32 pid, uaddr address,
                   void *bytes, u32 size)
{
    kaddr task = find_task_then(m, then, pid), mm = 0, pgd = 0, page;
    u32 done = 0, part;

    if (!task || !read_then(m, then, task + (u32)offsetof(struct task_struct, mm), &mm, 4) ||
        !read_then(m, then, mm + (u32)offsetof(struct mm_struct, pgd), &pgd, 4))
        return 0;
    for (; done < size; done += part) {
        u32 inside = (address + done) & (PAGE_SIZE - 1);

        part = PAGE_SIZE - inside < size - done ? PAGE_SIZE - inside : size - done;
        page = user_page_then(m, then, pgd, address + done);
        if (!page || !is_kaddr(m, page, PAGE_SIZE))
            break;
        moment_get(then, m, kaddr_to_offset(page + inside), (u8 *)bytes + done, part);
    }
    return done;
}

// ---- Words about a task ------------------------------------------------------------------------

void add_comm(const struct task_struct *p, struct strbuf *out)
{
    const char *end = memchr(p->comm, 0, sizeof p->comm);

    strbuf_add_visible(out, p->comm, end ? (size_t)(end - p->comm) : sizeof p->comm);
}

void add_task_name(const struct task_struct *p, struct strbuf *out)
{
    strbuf_printf(out, "%d ", p->pid);
    add_comm(p, out);
}

void add_task_name_then(const struct machine *m, const struct moment *then, kaddr task,
                        struct strbuf *out)
{
    struct task_struct p;

    if (!task_or_null(m, task))
        return;
    moment_get(then, m, kaddr_to_offset(task), &p, sizeof p);
    add_task_name(&p, out);
}

// The innermost function that sleeps for a reason: not the scheduler's own.
static void add_wait_channel(const struct machine *m, const struct task_struct *p,
                             struct strbuf *out)
{
    struct stack_walk walk = stack_begin(m, p);
    struct stack_frame frame;

    while (stack_next(m, &walk, &frame)) {
        const char *name = ksym_info(frame.symbol)->name;

        if (strcmp(name, "context_switch") == 0 || strcmp(name, "__switch_to") == 0 ||
            strcmp(name, "schedule") == 0)
            continue;
        strbuf_puts(out, name);
        return;
    }
}

static void add_sleep_reason(const struct machine *m, const struct task_struct *p,
                             struct strbuf *out)
{
    const struct pt_regs *regs = regs_or_null(m, p);
    const char *call = NULL;

    if (regs && p->pid && regs->orig_eax >= 0)
        call = name_of(NAMES_SYSCALL, (u32)regs->orig_eax);
    if (call)
        strbuf_puts(out, call);
    else
        add_wait_channel(m, p, out);
}

static void add_end(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    const struct signal_struct *signal = signal_or_null(m, p);
    bool is_group = signal && signal->flags & SIGNAL_GROUP_EXIT;

    wait_status_text((u32)(is_group ? signal->group_exit_code : p->exit_code), out);
}

static void add_stop_reason(const struct machine *m, const struct task_struct *p,
                            struct strbuf *out)
{
    const struct signal_struct *signal = signal_or_null(m, p);
    s32 number = p->exit_code ? p->exit_code : signal ? signal->group_exit_code : 0;
    char buffer[16];

    if (number > 0 && number <= _NSIG)
        strbuf_puts(out, signal_text(number, buffer, sizeof buffer));
}

static void add_ready_reason(const struct machine *m, const struct task_struct *p,
                             struct strbuf *out)
{
    const struct pt_regs *regs = regs_or_null(m, p);
    const char *call =
        regs && p->pid && regs->orig_eax >= 0 ? name_of(NAMES_SYSCALL, (u32)regs->orig_eax) : NULL;

    if (p->thread.eip == ksym_address(KSYM_ret_from_fork) && p != current_or_null(m))
        strbuf_puts(out, "has not run yet");
    else if (call)
        strbuf_printf(out, "in %s", call);
}

void add_about(const struct machine *m, const struct task_struct *p, struct strbuf *out)
{
    switch (task_state_letter(p)) {
    case 'S':
    case 'D':
        add_sleep_reason(m, p, out);
        break;
    case 'T':
    case 't':
        add_stop_reason(m, p, out);
        break;
    case 'Z':
    case 'X':
        add_end(m, p, out);
        break;
    default:
        add_ready_reason(m, p, out);
        break;
    }
}

// ---- The kernel stack ----------------------------------------------------------------------------

struct stack_walk stack_begin(const struct machine *m, const struct task_struct *p)
{
    struct stack_walk w = { 0 };
    u32 size = cpu(m)->thread_size;

    if (!thread_info_or_null(m, p))
        return w;
    w.base = p->thread_info;
    w.top = w.base + size;
    w.regs = w.top - (u32)sizeof(struct pt_regs);
    w.is_live = current_thread_info(m) == w.base;
    if (w.is_live && cpu(m)->mode == CPU_USER) { // the stack is empty while user code runs
        w.esp = w.top;
        return w;
    }
    if (w.is_live) {
        w.esp = cpu(m)->esp;
        w.ebp = w.next_frame = cpu(m)->ebp;
        return w;
    }
    w.esp = p->thread.esp;
    w.is_new = p->thread.eip == ksym_address(KSYM_ret_from_fork);
    if (!w.is_new && w.esp >= w.base && w.esp <= w.top - 4 && w.esp % 4 == 0)
        w.ebp = w.next_frame = *at(m, w.esp, u32);
    return w;
}

bool stack_next(const struct machine *m, struct stack_walk *walk, struct stack_frame *frame)
{
    kaddr ebp = walk->next_frame;

    if (!walk->base || ebp % 4 || ebp < walk->base + KFRAME_LOCALS || ebp > walk->top - 8)
        return false;
    const u32 *link = at(m, ebp, u32); // saved ebp, return address
    frame->low = ebp - KFRAME_LOCALS;
    frame->high = ebp + 8;
    frame->symbol = ksym_at(link[1]);
    walk->next_frame = link[0] > ebp ? link[0] : 0; // frames only lie higher and higher
    return frame->symbol != KSYM_COUNT;
}

// ---- All tasks -----------------------------------------------------------------------------------

struct task_list {
    const struct task_struct **tasks;
    u32 count, capacity;
};

static void append(struct task_list *list, const struct task_struct *p)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->tasks = realloc(list->tasks, list->capacity * sizeof *list->tasks);
        BUG_ON(!list->tasks);
    }
    list->tasks[list->count++] = p;
}

static void append_threads(const struct machine *m, struct task_list *list,
                           const struct task_struct *leader)
{
    kaddr head = kaddr_of(m, &leader->pids[PIDTYPE_TGID].pid_list);
    kaddr link = leader->pids[PIDTYPE_TGID].pid_list.next;

    if (!leader->pids[PIDTYPE_TGID].nr)
        return;
    while (link != head && list->count < TASKS_LIMIT) {
        const struct task_struct *p =
            task_or_null(m, link - (u32)offsetof(struct task_struct, pids[PIDTYPE_TGID].pid_list));

        if (!p || p->tgid != leader->tgid)
            return;
        append(list, p);
        link = p->pids[PIDTYPE_TGID].pid_list.next;
    }
}

const struct task_struct **collect_tasks(const struct machine *m, u32 *count)
{
    struct task_list list = { NULL, 0, 0 };

    *count = 0;
    if (!has_kernel(m))
        return NULL;
    const struct task_struct *first = &kernel(m)->init_task;
    kaddr head = kaddr_of(m, &first->tasks);
    for (kaddr link = first->tasks.next; link != head && list.count < TASKS_LIMIT;) {
        const struct task_struct *p =
            task_or_null(m, link - (u32)offsetof(struct task_struct, tasks));

        if (!p)
            break;
        append(&list, p);
        append_threads(m, &list, p);
        link = p->tasks.next;
    }
    *count = list.count;
    return list.tasks;
}

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
        !read_then(m, then, base + (u32)offsetof(struct thread_info, task), &task, 4) ||
        !task_or_null(m, task) ||
        !read_then(m, then, task + (u32)offsetof(struct task_struct, thread_info), &back, 4))
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

static struct place slab_place(const struct machine *m, const struct moment *then,
                               const struct page *page, kaddr address)
{
    struct place none = { 0 };
    kaddr cache_address = page->lru.next, slab_address = page->lru.prev;
    struct slab slab;

    if (!is_object_at(m, cache_address, sizeof(struct kmem_cache)) ||
        !read_then(m, then, slab_address, &slab, sizeof slab))
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

    if (!read_then(m, then, mm_address, &mm, sizeof mm))
        return false;
    for (kaddr v = mm.mmap; read_then(m, then, v, &vma, sizeof vma); v = vma.vm_next)
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

        if (!read_then(m, then, link, &link, 4) || link == head)
            break;
        task = link - (u32)offsetof(struct task_struct, tasks);
        if (!task_or_null(m, task) ||
            !read_then(m, then, task + (u32)offsetof(struct task_struct, mm), &mm, 4))
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
    if (!read_then(m, then, zone->mem_map + kaddr_to_pfn(address) * (u32)sizeof page, &page,
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

        if (i && (!read_then(m, then, task + field, &pointer, 4) || !task_or_null(m, task)))
            return 0;
        if (i && pointer == place->base)
            return task;
        if (!read_then(m, then, link, &link, 4) || link == head)
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

static void add_cache_name(const struct machine *m, kaddr cache, struct strbuf *out)
{
    const struct kmem_cache *c = at(m, cache, struct kmem_cache);
    const char *end = memchr(c->name, 0, sizeof c->name);

    strbuf_add_visible(out, c->name, end ? (size_t)(end - c->name) : sizeof c->name);
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
