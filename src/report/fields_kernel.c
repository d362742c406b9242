// The fields of memory management's structures, of the scheduler's, and of the kernel's static data.
#include "report/fields.h"

static const struct field mm_struct_fields[] = {
#define F(member, kind, what) FIELD(mm_struct, member, kind, what, GROUP_MEMORY)
#define E(member, kind, what) ESSENTIAL(mm_struct, member, kind, what, GROUP_MEMORY)
#define N(member, kind, what) FIELD(mm_struct, member, kind, what, GROUP_NONE)
    N(mmap, KIND_ADDRESS, TYPE_VM_AREA_STRUCT),
    N(mm_rb, KIND_ADDRESS, TYPE_RB_NODE),
    N(mmap_cache, KIND_ADDRESS, TYPE_VM_AREA_STRUCT),
    N(get_unmapped_area, KIND_HEX, 0),
    N(unmap_area, KIND_HEX, 0),
    N(mmap_base, KIND_USER, 0),
    N(free_area_cache, KIND_USER, 0),
    F(pgd, KIND_ADDRESS, TYPE_PAGE_DIRECTORY),
    E(mm_users, KIND_SIGNED, 0),
    E(mm_count, KIND_SIGNED, 0),
    F(map_count, KIND_SIGNED, 0),
    ARRAY(mm_struct, mmap_sem, KIND_HEX, 0, GROUP_NONE),
    N(mmlist, KIND_LIST, TYPE_MM_STRUCT),
    F(start_code, KIND_USER, 0),
    F(end_code, KIND_USER, 0),
    F(start_data, KIND_USER, 0),
    F(end_data, KIND_USER, 0),
    F(start_brk, KIND_USER, 0),
    F(brk, KIND_USER, 0),
    F(start_stack, KIND_USER, 0),
    N(arg_start, KIND_USER, 0),
    N(arg_end, KIND_USER, 0),
    N(env_start, KIND_USER, 0),
    N(env_end, KIND_USER, 0),
    F(rss, KIND_UNSIGNED, 0),
    F(anon_rss, KIND_UNSIGNED, 0),
    F(total_vm, KIND_UNSIGNED, 0),
    N(locked_vm, KIND_UNSIGNED, 0),
    N(shared_vm, KIND_UNSIGNED, 0),
    N(exec_vm, KIND_UNSIGNED, 0),
    N(stack_vm, KIND_UNSIGNED, 0),
    N(reserved_vm, KIND_UNSIGNED, 0),
    N(def_flags, KIND_HEX, 0),
    F(nr_ptes, KIND_UNSIGNED, 0),
    N(saved_auxv, KIND_BYTES, 0),
    N(dumpable, KIND_UNSIGNED, 0),
    N(cpu_vm_mask, KIND_HEX, 0),
    N(context, KIND_BYTES, 0),
    N(swap_token_time, KIND_UNSIGNED, 0),
    N(recent_pagein, KIND_UNSIGNED, 0),
    N(core_waiters, KIND_SIGNED, 0),
    N(core_startup_done, KIND_ADDRESS, TYPE_COMPLETION),
    N(core_done, KIND_BYTES, 0),
    N(ioctx_list, KIND_ADDRESS, TYPE_NONE),
    N(default_kioctx, KIND_BYTES, 0),
    N(hiwater_rss, KIND_UNSIGNED, 0),
    N(hiwater_vm, KIND_UNSIGNED, 0),
#undef F
#undef E
#undef N
};

static const struct field page_fields[] = {
#define F(member, kind, what) FIELD(page, member, kind, what, GROUP_NONE)
    F(flags, KIND_FLAGS, NAMES_PAGE_FLAG), F(_count, KIND_SIGNED, 0),
    F(_mapcount, KIND_SIGNED, 0),          F(private, KIND_UNSIGNED, 0),
    F(mapping, KIND_ADDRESS, TYPE_NONE),   F(index, KIND_UNSIGNED, 0),
    F(lru, KIND_LIST, TYPE_PAGE),
#undef F
};

static const struct field free_area_fields[] = {
    FIELD(free_area, free_list, KIND_LIST, TYPE_PAGE, GROUP_NONE),
    FIELD(free_area, nr_free, KIND_UNSIGNED, 0, GROUP_NONE),
};

static const struct field zone_fields[] = {
    FIELD(zone, free_pages, KIND_UNSIGNED, 0, GROUP_NONE),
    ARRAY(zone, free_area, KIND_STRUCT, TYPE_FREE_AREA, GROUP_NONE),
    FIELD(zone, pcp, KIND_STRUCT, TYPE_PER_CPU_PAGES, GROUP_NONE),
    FIELD(zone, mem_map, KIND_ADDRESS, TYPE_PAGE, GROUP_NONE),
    FIELD(zone, present_pages, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(zone, first_free_pfn, KIND_UNSIGNED, 0, GROUP_NONE),
};

static const struct field array_cache_fields[] = {
    FIELD(array_cache, avail, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(array_cache, limit, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(array_cache, batchcount, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(array_cache, touched, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(array_cache, fresh, KIND_UNSIGNED, 0, GROUP_NONE),
    ARRAY(array_cache, entry, KIND_ADDRESS, TYPE_NONE, GROUP_NONE),
};

static const struct field kmem_cache_fields[] = {
#define F(member, kind, what) FIELD(kmem_cache, member, kind, what, GROUP_NONE)
    F(array, KIND_STRUCT, TYPE_ARRAY_CACHE),
    F(slabs_partial, KIND_LIST, TYPE_SLAB),
    F(slabs_full, KIND_LIST, TYPE_SLAB),
    F(slabs_free, KIND_LIST, TYPE_SLAB),
    F(free_objects, KIND_UNSIGNED, 0),
    F(free_limit, KIND_UNSIGNED, 0),
    F(objsize, KIND_UNSIGNED, 0),
    F(num, KIND_UNSIGNED, 0),
    F(gfporder, KIND_UNSIGNED, 0),
    F(colour, KIND_UNSIGNED, 0),
    F(colour_off, KIND_UNSIGNED, 0),
    F(colour_next, KIND_UNSIGNED, 0),
    F(slabp_cache, KIND_ADDRESS, TYPE_KMEM_CACHE),
    F(slab_size, KIND_UNSIGNED, 0),
    F(flags, KIND_FLAGS, NAMES_SLAB_FLAG),
    F(constructor, KIND_UNSIGNED, 0),
    F(next, KIND_LIST, TYPE_KMEM_CACHE),
    F(name, KIND_STRING, 0),
    F(grown, KIND_UNSIGNED, 0),
    F(reaped, KIND_UNSIGNED, 0),
#undef F
};

static const struct field slab_fields[] = {
    FIELD(slab, list, KIND_LIST, TYPE_SLAB, GROUP_NONE),
    FIELD(slab, colouroff, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(slab, s_mem, KIND_ADDRESS, TYPE_NONE, GROUP_NONE),
    FIELD(slab, inuse, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(slab, free, KIND_UNSIGNED, 0, GROUP_NONE),
};

static const struct field prio_array_fields[] = {
    FIELD(prio_array, nr_active, KIND_UNSIGNED, 0, GROUP_NONE),
    ARRAY(prio_array, bitmap, KIND_HEX, 0, GROUP_NONE),
    ARRAY(prio_array, queue, KIND_LIST, TYPE_TASK_STRUCT, GROUP_NONE),
};

static const struct field runqueue_fields[] = {
#define F(member, kind, what) FIELD(runqueue, member, kind, what, GROUP_NONE)
    F(nr_running, KIND_UNSIGNED, 0),
    F(nr_switches, KIND_UNSIGNED, 0),
    F(nr_uninterruptible, KIND_SIGNED, 0),
    F(expired_timestamp, KIND_UNSIGNED, 0),
    F(timestamp_last_tick, KIND_UNSIGNED, 0),
    F(curr, KIND_ADDRESS, TYPE_TASK_STRUCT),
    F(idle, KIND_ADDRESS, TYPE_TASK_STRUCT),
    F(prev_mm, KIND_ADDRESS, TYPE_MM_STRUCT),
    F(active, KIND_ADDRESS, TYPE_PRIO_ARRAY),
    F(expired, KIND_ADDRESS, TYPE_PRIO_ARRAY),
    F(arrays[0], KIND_STRUCT, TYPE_PRIO_ARRAY),
    F(arrays[1], KIND_STRUCT, TYPE_PRIO_ARRAY),
    F(best_expired_prio, KIND_SIGNED, 0),
    F(nr_iowait, KIND_UNSIGNED, 0),
#undef F
};

static const struct field list_head_fields[] = {
    FIELD(list_head, next, KIND_ADDRESS, TYPE_LIST_HEAD, GROUP_NONE),
    FIELD(list_head, prev, KIND_ADDRESS, TYPE_LIST_HEAD, GROUP_NONE),
};

static const struct field pidmap_fields[] = {
    FIELD(pidmap, nr_free, KIND_UNSIGNED, 0, GROUP_NONE),
    FIELD(pidmap, page, KIND_ADDRESS, TYPE_NONE, GROUP_NONE),
};

static const struct field kernel_caches_fields[] = {
#define F(member) FIELD(kernel_caches, member, KIND_ADDRESS, TYPE_KMEM_CACHE, GROUP_NONE)
    F(task_struct), F(signal), F(sighand),  F(files), F(fs),        F(mm),   F(pgd),
    F(filp),        F(dentry), F(sigqueue), F(names), F(namespace), F(user),
#undef F
};

static const struct field kernel_data_fields[] = {
#define F(member, kind, what) FIELD(kernel_data, member, kind, what, GROUP_NONE)
    F(init_thread_union, KIND_BYTES, 0),
    F(swapper_pg_dir, KIND_BYTES, 0),
    F(empty_zero_page, KIND_BYTES, 0),
    F(init_task, KIND_STRUCT, TYPE_TASK_STRUCT),
    F(init_signals, KIND_STRUCT, TYPE_SIGNAL_STRUCT),
    F(init_sighand, KIND_STRUCT, TYPE_SIGHAND_STRUCT),
    F(init_files, KIND_STRUCT, TYPE_FILES_STRUCT),
    F(init_fs, KIND_STRUCT, TYPE_FS_STRUCT),
    F(init_mm, KIND_STRUCT, TYPE_MM_STRUCT),
    F(init_namespace, KIND_STRUCT, TYPE_NAMESPACE),
    F(root_user, KIND_STRUCT, TYPE_USER_STRUCT),
    F(init_groups, KIND_STRUCT, TYPE_GROUP_INFO),
    F(root_dentry, KIND_STRUCT, TYPE_DENTRY),
    F(inodes, KIND_LIST, TYPE_INODE),
    F(caches, KIND_STRUCT, TYPE_KERNEL_CACHES),
    ARRAY(kernel_data, pidmap, KIND_STRUCT, TYPE_PIDMAP, GROUP_NONE),
    F(pidhash_shift, KIND_UNSIGNED, 0),
    ARRAY(kernel_data, pid_hash, KIND_ADDRESS, TYPE_NONE, GROUP_NONE),
    F(runqueue, KIND_STRUCT, TYPE_RUNQUEUE),
    F(child_reaper, KIND_ADDRESS, TYPE_TASK_STRUCT),
    F(last_pid, KIND_SIGNED, 0),
    F(pid_max, KIND_SIGNED, 0),
    F(nr_threads, KIND_SIGNED, 0),
    F(max_threads, KIND_SIGNED, 0),
    F(process_counts, KIND_UNSIGNED, 0),
    F(total_forks, KIND_UNSIGNED, 0),
    F(last_ino, KIND_UNSIGNED, 0),
    F(console_wait, KIND_STRUCT, TYPE_WAIT_QUEUE_HEAD),
    F(page_wait, KIND_STRUCT, TYPE_WAIT_QUEUE_HEAD),
    F(disk_queue, KIND_LIST, TYPE_PAGE),
    F(disk_file, KIND_STRUCT, TYPE_FILE),
    ARRAY(kernel_data, rootfs_dentry, KIND_STRUCT, TYPE_DENTRY, GROUP_NONE),
    ARRAY(kernel_data, rootfs_inode, KIND_STRUCT, TYPE_INODE, GROUP_NONE),
    F(rootfs_text, KIND_BYTES, 0),
#undef F
};

static const struct field mm_data_fields[] = {
    FIELD(mm_data, zone, KIND_STRUCT, TYPE_ZONE, GROUP_NONE),
    FIELD(mm_data, cache_cache, KIND_STRUCT, TYPE_KMEM_CACHE, GROUP_NONE),
    FIELD(mm_data, cache_chain, KIND_LIST, TYPE_KMEM_CACHE, GROUP_NONE),
    ARRAY(mm_data, malloc_caches, KIND_ADDRESS, TYPE_KMEM_CACHE, GROUP_NONE),
    FIELD(mm_data, swapper_pg_dir, KIND_ADDRESS, TYPE_PAGE_DIRECTORY, GROUP_NONE),
    FIELD(mm_data, zero_page, KIND_ADDRESS, TYPE_NONE, GROUP_NONE),
    FIELD(mm_data, vm_area_cachep, KIND_ADDRESS, TYPE_KMEM_CACHE, GROUP_NONE),
    FIELD(mm_data, anon_vma_cachep, KIND_ADDRESS, TYPE_KMEM_CACHE, GROUP_NONE),
    FIELD(mm_data, inode_cachep, KIND_ADDRESS, TYPE_KMEM_CACHE, GROUP_NONE),
};

static const struct field cpu_fields[] = {
#define F(member, kind) FIELD(cpu, member, kind, 0, GROUP_NONE)
    F(esp, KIND_HEX),
    F(ebp, KIND_HEX),
    F(eflags, KIND_HEX),
    F(eax, KIND_HEX),
    F(cr3, KIND_HEX),
    F(cr2, KIND_HEX),
    F(tss_esp0, KIND_HEX),
    FIELD(cpu, mode, KIND_NAME, NAMES_CPU_MODE, GROUP_NONE),
    F(thread_size, KIND_UNSIGNED),
    F(ram_bytes, KIND_UNSIGNED),
    F(cache_line, KIND_UNSIGNED),
    F(panicked, KIND_UNSIGNED),
    F(jiffies, KIND_UNSIGNED),
    F(clock, KIND_UNSIGNED),
    F(gdt_tls[0], KIND_HEX),
    F(gdt_tls[1], KIND_HEX),
    F(gdt_tls[2], KIND_HEX),
#undef F
};

const struct ktype_info kernel_types[TYPE_COUNT] = {
    [TYPE_MM_STRUCT] = KTYPE(mm_struct, mm_struct_fields),
    [TYPE_PAGE] = KTYPE(page, page_fields),
    [TYPE_ZONE] = KTYPE(zone, zone_fields),
    [TYPE_FREE_AREA] = KTYPE(free_area, free_area_fields),
    [TYPE_ARRAY_CACHE] = KTYPE(array_cache, array_cache_fields),
    [TYPE_KMEM_CACHE] = KTYPE(kmem_cache, kmem_cache_fields),
    [TYPE_SLAB] = KTYPE(slab, slab_fields),
    [TYPE_RUNQUEUE] = KTYPE(runqueue, runqueue_fields),
    [TYPE_PRIO_ARRAY] = KTYPE(prio_array, prio_array_fields),
    [TYPE_LIST_HEAD] = KTYPE(list_head, list_head_fields),
    [TYPE_PIDMAP] = KTYPE(pidmap, pidmap_fields),
    [TYPE_KERNEL_CACHES] = KTYPE(kernel_caches, kernel_caches_fields),
    [TYPE_KERNEL_DATA] = KTYPE(kernel_data, kernel_data_fields),
    [TYPE_MM_DATA] = KTYPE(mm_data, mm_data_fields),
    [TYPE_CPU] = KTYPE(cpu, cpu_fields),
};
