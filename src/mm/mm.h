// Memory management: struct page and the buddy allocator, the slab allocator, address spaces.
#ifndef MM_MM_H
#define MM_MM_H

#include "mm/list.h"

// ---- Page frames (mm/page_alloc.c) -------------------------------------------------------------

// 32 bytes, as on i386. Rule: _count and _mapcount are stored biased by -1: -1 means no user.
struct page {
    u32 flags; // PG_ bits
    s32 _count;
    s32 _mapcount;
    u32 private; // order of a free block while PG_private is set
    kaddr mapping;
    u32 index;
    struct list_head lru; // free list link; for a slab's pages: next = cache, prev = slab
};
_Static_assert(sizeof(struct page) == 32, "struct page is 32 bytes");

// Bit numbers of struct page.flags in 2.6.11 (those that are used here).
#define PG_locked   0
#define PG_slab     7
#define PG_reserved 11
#define PG_private  12
#define PG_zeroed   31 // Unlike Linux: a free frame that is known to hold zeros

#define MAX_ORDER 11

struct free_area {
    struct list_head free_list;
    u32 nr_free;
};

// Single frames kept at hand, so that the one freed last is the next one handed out: its bytes are
// still in the CPU's caches. (struct per_cpu_pages; of the two of a CPU, the "hot" one)
struct per_cpu_pages {
    u32 count;
    u32 low, high; // refilled at `low`, emptied by a batch at `high`
    u32 batch;
    struct list_head list;
};

// The one zone of this machine: the direct map. (ZONE_NORMAL)
struct zone {
    u32 free_pages; // in free_area; pcp's are not counted
    struct free_area free_area[MAX_ORDER];
    struct per_cpu_pages pcp;
    kaddr mem_map;      // array of struct page, indexed by pfn
    u32 present_pages;  // all page frames of the RAM
    u32 first_free_pfn; // frames below belong to the kernel image and boot allocations for ever
};

// Takes 2^order contiguous frames, aligned to their size. 0 = none left (the caller reports
// ENOMEM). The first frame's _count becomes 0 (one user). After mm/page_alloc.c, __alloc_pages().
kaddr alloc_pages(struct machine *m, u32 order);
// Gives 2^order frames back when the last user lets go. After mm/page_alloc.c, __free_pages().
void free_pages(struct machine *m, kaddr address, u32 order);
// The same for one frame whose last user has just been counted off. After free_hot_page().
void free_hot_page(struct machine *m, pfn frame);
// One zeroed frame, or 0. After mm/page_alloc.c, get_zeroed_page().
kaddr get_zeroed_page(struct machine *m);
// The same, asked for with __GFP_ZERO instead.
kaddr alloc_zeroed_page(struct machine *m);
// Gives back a frame that holds zeros, so that it need not be cleared when zeros are wanted.
void free_zeroed_page(struct machine *m, kaddr address);
// Boot: the frames from first_free_pfn up become free blocks, lowest first. mem_map lies at
// `mem_map`, below first_free_pfn, 32 bytes a frame of the whole RAM.
void free_area_init(struct machine *m, kaddr mem_map, pfn first_free_pfn);
// Says in words, one line each, what is wrong with the frames and the free lists; returns the
// number of lines (0 = all is well). Changes nothing. Ownership: out stays the caller's.
int check_pages(const struct machine *m, struct strbuf *out);

// ---- Slabs (mm/slab.c) -------------------------------------------------------------------------

// The per-CPU array of free objects: a stack, used from the end. (struct array_cache)
#define ARRAY_CACHE_MAX 120
struct array_cache {
    u32 avail;
    u32 limit;
    u32 batchcount;
    u32 touched;
    u32 fresh; // Unlike Linux: the lowest `fresh` entries came from a refill, not from a free
    kaddr entry[ARRAY_CACHE_MAX];
};

#define KMEM_NAME_MAX 20

// kmem_cache_t. Rule: objects of a slab are in `num` equal parts of `objsize` from s_mem.
struct kmem_cache {
    struct array_cache array;
    struct list_head slabs_partial, slabs_full, slabs_free;
    u32 free_objects; // in the slabs, not counting the array
    u32 free_limit;
    u32 objsize;
    u32 num;      // objects a slab
    u32 gfporder; // a slab has 2^gfporder frames
    u32 colour, colour_off, colour_next;
    kaddr slabp_cache;     // cache of off-slab descriptors, or 0
    u32 slab_size;         // bytes of the descriptor with its index array
    u32 flags;             // CFLGS_OFF_SLAB, SLAB_HWCACHE_ALIGN
    u32 constructor;       // enum slab_constructor
    struct list_head next; // cache_chain
    char name[KMEM_NAME_MAX];
    u32 grown, reaped; // statistics: slabs made and destroyed
};

#define CFLGS_OFF_SLAB     0x80000000u
#define SLAB_HWCACHE_ALIGN 0x2000u
#define SLAB_PANIC         0x40000u

// Constructors cannot be function pointers in simulated RAM: they are named.
enum slab_constructor { SLAB_NO_CONSTRUCTOR, SLAB_PGD_CONSTRUCTOR };

// The slab descriptor, followed by `num` u16 indices that chain the free objects.
struct slab {
    struct list_head list;
    u32 colouroff;
    kaddr s_mem;
    u32 inuse;
    u16 free; // index of the first free object, or BUFCTL_END
    u16 padding;
};
_Static_assert(sizeof(struct slab) == 24, "struct slab is 24 bytes");
#define BUFCTL_END 0xFFFFu

enum general_cache_count { GENERAL_CACHES = 15 };

// The static data of mm/: it lies in the kernel image, in front of that of kernel/.
struct mm_data {
    struct zone zone;
    struct kmem_cache cache_cache;       // the cache of caches
    struct list_head cache_chain;        // newest first
    kaddr malloc_caches[GENERAL_CACHES]; // size-32 … size-131072; 0 where a size is left out
    kaddr swapper_pg_dir;                // set by boot: the master page directory
    kaddr zero_page;                     // set by boot: what untouched memory reads as
    kaddr vm_area_cachep, anon_vma_cachep, inode_cachep;
};
#define MM_DATA 0xC0180000u

static inline const struct mm_data *mm_data(const struct machine *m)
{
    return at(m, MM_DATA, struct mm_data);
}

static inline const struct page *pfn_to_page(const struct machine *m, pfn frame)
{
    return at(m, mm_data(m)->zone.mem_map + frame * (u32)sizeof(struct page), struct page);
}

// The struct page of the frame that an address lies in.
static inline const struct page *page_of(const struct machine *m, kaddr address)
{
    return pfn_to_page(m, kaddr_to_pfn(address));
}

// Unlike Linux: those that wait in the per-CPU list count as free too.
static inline u32 nr_free_pages(const struct machine *m)
{
    return mm_data(m)->zone.free_pages + mm_data(m)->zone.pcp.count;
}

// Boot: makes cache_cache and the general caches size-32 … size-131072. After kmem_cache_init().
void kmem_cache_init(struct machine *m);
// Makes a cache; align 0 = 4 bytes; returns its kaddr, or 0 without memory. The sizing rules are
// those of 2.6.11: kmem_cache_create().
kaddr kmem_cache_create(struct machine *m, const char *name, u32 size, u32 align, u32 flags,
                        enum slab_constructor constructor);
// One object, or 0 without memory. Its bytes are what the last user left (the constructor ran
// when the slab was made).
kaddr kmem_cache_alloc(struct machine *m, kaddr cache);
void kmem_cache_free(struct machine *m, kaddr cache, kaddr object);
// From the smallest general cache that fits size (1..131072); 0 without memory.
kaddr kmalloc(struct machine *m, u32 size);
void kfree(struct machine *m, kaddr object);
// The cache that an object's page belongs to, or 0 if the address is not a slab object.
kaddr cache_of_object(const struct machine *m, kaddr object);
// The general cache that kmalloc(size) takes from (size 1..131072).
kaddr kmem_find_general_cachep(const struct machine *m, u32 size);
// Objects handed out and not yet given back; slabs that the cache has.
u32 cache_objects_in_use(const struct kmem_cache *cache);
u32 cache_slabs(const struct kmem_cache *cache);
// Like check_pages(), for every cache, slab and per-CPU array.
int check_slabs(const struct machine *m, struct strbuf *out);

// ---- Address spaces (mm/mmap.c and others) -----------------------------------------------------

struct mm_struct { // 548 bytes, as in 2.6.11 (uniprocessor)
    kaddr mmap;    // first vm_area_struct
    kaddr mm_rb;
    kaddr mmap_cache;
    kaddr get_unmapped_area, unmap_area;
    uaddr mmap_base, free_area_cache;
    kaddr pgd;
    s32 mm_users; // tasks that use it
    s32 mm_count; // all users together count 1, each lazy borrower 1 more
    s32 map_count;
    u32 mmap_sem[3];
    struct list_head mmlist;
    uaddr start_code, end_code, start_data, end_data;
    uaddr start_brk, brk, start_stack;
    uaddr arg_start, arg_end, env_start, env_end;
    u32 rss, anon_rss, total_vm, locked_vm, shared_vm, exec_vm, stack_vm, reserved_vm;
    u32 def_flags, nr_ptes;
    u32 saved_auxv[42];
    u32 dumpable;
    u32 cpu_vm_mask;
    u32 context[6];
    u32 swap_token_time, recent_pagein;
    s32 core_waiters;
    kaddr core_startup_done;
    u32 core_done[3];
    kaddr ioctx_list;
    u32 default_kioctx[40];
    u32 hiwater_rss, hiwater_vm;
};
_Static_assert(sizeof(struct mm_struct) == 548, "mm_struct is as in 2.6.11");

#define PTRS_PER_PGD      1024
#define USER_PTRS_PER_PGD 768
#define TASK_SIZE         0xC0000000u

#endif
