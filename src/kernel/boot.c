// From power-on to init in user mode. (init/main.c, with what i386 prepares before it)
#include "kernel/mmap.h"
#include "machine/program.h"

#define ROUND_UP(value, unit) (((value) + (unit)-1) / (unit) * (unit))

const struct boot_options boot_defaults = {
    .ram_bytes = RAM_DEFAULT,
    .thread_size = 8192,
    .cache_line = 32,
    .shell = false,
};

bool is_booted(const struct machine *m)
{
    return cpu(m)->mode != CPU_OFF;
}

static void power_on(struct machine *m, const struct boot_options *o)
{
    BUG_ON(o->thread_size != 4096 && o->thread_size != 8192);
    image_reset(m, o->ram_bytes);
    m->strings = NULL;
    m->resuming = false;
    const struct cpu *c = cpu(m);
    kaddr stack = KERNEL_DATA;
    set(m, c->thread_size, o->thread_size);
    set(m, c->cache_line, o->cache_line);
    set(m, c->ram_bytes, o->ram_bytes);
    set(m, c->eflags, 0x202u);
    set_registers(m, stack + o->thread_size, 0);
    set(m, c->tss_esp0, stack + o->thread_size);
    set(m, c->mode, CPU_KERNEL);
    set(m, c->jiffies, 0u);
    set(m, console(m)->settle, 1u);
}

static void init_rlimits(struct machine *m)
{
    struct rlimit limits[RLIM_NLIMITS];

    for (int i = 0; i < RLIM_NLIMITS; i++)
        limits[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
    limits[RLIMIT_STACK].rlim_cur = 8u << 20;
    limits[RLIMIT_CORE].rlim_cur = 0;
    limits[RLIMIT_NPROC] = (struct rlimit){ 0, 0 }; // fork_init() knows
    limits[RLIMIT_NOFILE] = (struct rlimit){ 1024, 1024 };
    limits[RLIMIT_MEMLOCK] = (struct rlimit){ 32768, 32768 };
    limits[RLIMIT_SIGPENDING] = (struct rlimit){ 1024, 1024 };
    limits[RLIMIT_MSGQUEUE] = (struct rlimit){ 819200, 819200 };
    copy(m, kernel(m)->init_signals.rlim, limits, sizeof limits);
}

// The statically initialized descriptor of the boot task. After include/linux/init_task.h.
static void init_static_task(struct machine *m)
{
    const struct kernel_data *k = kernel(m);
    const struct task_struct *p = &k->init_task;
    const struct thread_info *ti = at(m, KERNEL_DATA, struct thread_info);
    kaddr self = kaddr_of(m, p);

    set(m, ti->task, self);
    set(m, ti->addr_limit, 0xFFFFFFFFu);
    set(m, p->thread_info, KERNEL_DATA);
    set(m, p->usage, 2);
    set(m, p->lock_depth, -1);
    set(m, p->prio, 120);
    set(m, p->static_prio, 120);
    set(m, p->time_slice, 1000u);
    set(m, p->cpus_allowed, 1u);
    list_init(m, &p->run_list);
    list_init(m, &p->tasks);
    list_init(m, &p->ptrace_children);
    list_init(m, &p->ptrace_list);
    list_init(m, &p->children);
    list_init(m, &p->sibling);
    set(m, p->active_mm, kaddr_of(m, &k->init_mm));
    set(m, p->real_parent, self);
    set(m, p->parent, self);
    set(m, p->group_leader, self);
    set(m, p->cap_effective, 0xFFFFFEFFu); // all but CAP_SETPCAP
    set(m, p->cap_permitted, 0xFFFFFFFFu);
    set(m, p->user, kaddr_of(m, &k->root_user));
    set(m, p->group_info, kaddr_of(m, &k->init_groups));
    copy(m, p->comm, "swapper", sizeof "swapper");
    set(m, p->thread.esp0, cpu(m)->tss_esp0);
    set(m, p->fs, kaddr_of(m, &k->init_fs));
    set(m, p->files, kaddr_of(m, &k->init_files));
    set(m, p->namespace, kaddr_of(m, &k->init_namespace));
    set(m, p->signal, kaddr_of(m, &k->init_signals));
    set(m, p->sighand, kaddr_of(m, &k->init_sighand));
    init_sigpending(m, &p->pending);
}

static void init_static_objects(struct machine *m)
{
    const struct kernel_data *k = kernel(m);

    set(m, k->init_signals.count, 1);
    set(m, k->init_signals.live, 1);
    init_waitqueue_head(m, &k->init_signals.wait_chldexit);
    init_sigpending(m, &k->init_signals.shared_pending);
    list_init(m, &k->init_signals.posix_timers);
    init_rlimits(m);
    set(m, k->init_sighand.count, 1);
    set(m, k->init_mm.mm_users, 2);
    set(m, k->init_mm.mm_count, 1);
    set(m, k->init_mm.pgd, kaddr_of(m, k->swapper_pg_dir));
    list_init(m, &k->init_mm.mmlist);
    set(m, k->init_namespace.count, 1);
    set(m, k->init_namespace.root, kaddr_of(m, &k->root_dentry));
    set(m, k->root_user.count, 1);
    list_init(m, &k->root_user.uidhash_list);
    list_init(m, &k->inodes);
    set(m, k->init_groups.usage, 2);
}

// The kernel's half of every page directory: the RAM in 4 MB pages.
static void paging_init(struct machine *m)
{
    KFN(m, paging_init);
    const struct kernel_data *k = kernel(m);
    u32 entries[PTRS_PER_PGD] = { 0 };

    for (u32 i = 0; i < ROUND_UP(cpu(m)->ram_bytes, 4u << 20) >> 22; i++)
        entries[USER_PTRS_PER_PGD + i] = i << 22 | 0x1E3; // P RW A D PSE G
    copy(m, k->swapper_pg_dir, entries, sizeof entries);
    set(m, mm_data(m)->swapper_pg_dir, kaddr_of(m, k->swapper_pg_dir));
    set(m, mm_data(m)->zero_page, kaddr_of(m, k->empty_zero_page));
    set(m, cpu(m)->cr3, kaddr_of(m, k->swapper_pg_dir) - KERNEL_BASE);
}

// 2^shift chains for each type: more RAM, more chains. After kernel/pid.c, pidhash_init().
static u32 choose_pidhash_shift(u32 ram_bytes)
{
    u32 megabytes = ram_bytes >> 20;
    u32 shift = 32 - (u32)__builtin_clz(megabytes * 4); // fls()

    return shift < 4 ? 4 : shift > 12 ? 12 : shift;
}

// Memory that is handed out before there is an allocator lies behind the kernel image.
static void init_memory(struct machine *m)
{
    KFN(m, mem_init);
    u32 shift = choose_pidhash_shift(cpu(m)->ram_bytes);
    kaddr next = ROUND_UP(KERNEL_DATA + (u32)sizeof(struct kernel_data), PAGE_SIZE);
    kaddr pid_hash = next;
    next += ROUND_UP((u32)PIDTYPE_MAX * 4u << shift, PAGE_SIZE);
    kaddr mem_map = next;
    next += ROUND_UP((cpu(m)->ram_bytes >> PAGE_SHIFT) * (u32)sizeof(struct page), PAGE_SIZE);
    free_area_init(m, mem_map, kaddr_to_pfn(next));
    pidhash_init(m, pid_hash, shift);
}

static void proc_caches_init(struct machine *m)
{
    KFN(m, proc_caches_init);
    const struct kernel_caches *c = &kernel(m)->caches;

    set(m, c->task_struct,
        kmem_cache_create(m, "task_struct", sizeof(struct task_struct), 16, SLAB_PANIC, 0));
    set(m, c->signal,
        kmem_cache_create(m, "signal_cache", sizeof(struct signal_struct), 0, SLAB_HWCACHE_ALIGN,
                          0));
    set(m, c->sighand,
        kmem_cache_create(m, "sighand_cache", sizeof(struct sighand_struct), 0, SLAB_HWCACHE_ALIGN,
                          0));
    set(m, c->files,
        kmem_cache_create(m, "files_cache", sizeof(struct files_struct), 0, SLAB_HWCACHE_ALIGN, 0));
    set(m, c->fs,
        kmem_cache_create(m, "fs_cache", sizeof(struct fs_struct), 0, SLAB_HWCACHE_ALIGN, 0));
    set(m, c->mm,
        kmem_cache_create(m, "mm_struct", sizeof(struct mm_struct), 0, SLAB_HWCACHE_ALIGN, 0));
    set(m, mm_data(m)->vm_area_cachep,
        kmem_cache_create(m, "vm_area_struct", sizeof(struct vm_area_struct), 0, 0, 0));
    set(m, mm_data(m)->anon_vma_cachep,
        kmem_cache_create(m, "anon_vma", sizeof(struct anon_vma), 0, 0, 0));
    set(m, mm_data(m)->inode_cachep,
        kmem_cache_create(m, "inode_cache", sizeof(struct inode), 0, 0, 0));
    set(m, c->pgd, kmem_cache_create(m, "pgd", PAGE_SIZE, PAGE_SIZE, 0, SLAB_PGD_CONSTRUCTOR));
    set(m, c->filp, kmem_cache_create(m, "filp", sizeof(struct file), 0, SLAB_HWCACHE_ALIGN, 0));
    set(m, c->dentry, kmem_cache_create(m, "dentry_cache", sizeof(struct dentry), 0, 0, 0));
    set(m, c->sigqueue, kmem_cache_create(m, "sigqueue", sizeof(struct sigqueue), 4, 0, 0));
    set(m, c->names, kmem_cache_create(m, "names_cache", PAGE_SIZE, 0, SLAB_HWCACHE_ALIGN, 0));
    set(m, c->namespace,
        kmem_cache_create(m, "namespace", sizeof(struct namespace_struct), 0, 0, 0));
    set(m, c->user,
        kmem_cache_create(m, "uid_cache", sizeof(struct user_struct), 0, SLAB_HWCACHE_ALIGN, 0));
}

// What the kernel thread init() does before it is a program. After init/main.c, init().
static void run_init(struct machine *m)
{
    const struct task_struct *p = current(m);
    static const char *const argv[] = { "/sbin/init", "/sbin/init", NULL };
    {
        KFN_PART(m, ret_from_fork);
        {
            KFN_PART(m, schedule_tail);
            finish_task_switch(m, task_at(m, cpu(m)->eax));
            set(m, thread_info_of(m, p)->preempt_count, 0);
        }
        KFN_PART(m, init);
        set(m, kernel(m)->child_reaper, kaddr_of(m, p));
        set(m, thread_info_of(m, p)->addr_limit, (u32)TASK_SIZE);
        m->strings = argv;
        BUG_ON(sys_execve(m) != 0);
        m->strings = NULL;
    }
    clear_tsk_thread_flag(m, p, TIF_NEED_RESCHED);
    set_registers(m, task_pt_regs(m, p)->esp, 0);
    set(m, cpu(m)->mode, CPU_USER);
    fetch_instruction(m);
}

// The catalogue that comes with the program is always there; more may have been added to it.
static void load_programs(struct machine *m)
{
    struct strbuf why = STRBUF_INIT;

    if (!m->programs.count)
        BUG_ON(!programs_add(&m->programs, default_programs, &why));
    strbuf_finish(&why);
}

void boot(struct machine *m, const struct boot_options *options)
{
    load_programs(m);
    power_on(m, options);
    {
        KFN(m, start_kernel);
        init_static_objects(m);
        init_static_task(m);
        paging_init(m);
        init_memory(m);
        set(m, kernel(m)->pid_max, 0x8000);
        sched_init(m);
        kmem_cache_init(m);
        pidmap_init(m);
        proc_caches_init(m);
        fork_init(m);
        files_init(m);
        KFN_PART(m, rest_init);
        set(m, kernel(m)->nr_threads, 0); // the boot task does not count
        kernel_thread(m, CLONE_FS | CLONE_SIGHAND, "init");
        schedule(m); // cpu_idle()
    }
    run_init(m);
    set_focus(m, 1);
    set(m, console(m)->has_last_child, 0u);
    m->work.count = 0;
    if (options->shell)
        start_init_program(m);
    m->work.count = 0;
}
