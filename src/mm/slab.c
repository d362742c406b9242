// The slab allocator: caches of equal objects, carved from slabs of page frames, with a stack of
// free objects in front.
//
// Unlike Linux: the per-CPU array lies inside the cache itself instead of in memory of its own,
// there is one CPU and so no array shared between CPUs, and nothing reaps caches by time.
#include "mm/mm.h"

#define BATCHREFILL_LIMIT 16u
#define OFF_SLAB_SIZE     (PAGE_SIZE >> 3) // from here on the descriptor provisionally lies elsewhere
#define MAX_GFP_ORDER     5u
#define SLAB_NUM_MAX      1400u // more 4-byte objects than fit in a slab of two frames

static const u32 malloc_sizes[GENERAL_CACHES] = { 32,   64,    96,    128,   192,
                                                  256,  512,   1024,  2048,  4096,
                                                  8192, 16384, 32768, 65536, 131072 };

static const struct kmem_cache *cache_at(const struct machine *m, kaddr cache)
{
    return at(m, cache, struct kmem_cache);
}

static const u16 *slab_bufctl(const struct slab *slab)
{
    return (const u16 *)(const void *)(slab + 1);
}

// ---- Slabs: making and destroying ----------------------------------------------------------------

// After mm/slab.c, kmem_getpages(): 2^gfporder frames, marked as a slab's.
static kaddr kmem_getpages(struct machine *m, const struct kmem_cache *cache)
{
    KFN(m, kmem_getpages);
    kaddr address = alloc_pages(m, cache->gfporder);

    if (!address)
        KRETURN(0u);
    const struct page *page = page_of(m, address);
    for (u32 i = 0; i < 1u << cache->gfporder; i++)
        set(m, page[i].flags, page[i].flags | 1u << PG_slab);
    KRETURN(address);
}

static void kmem_freepages(struct machine *m, const struct kmem_cache *cache, kaddr address)
{
    KFN(m, kmem_freepages);
    const struct page *page = page_of(m, address);

    for (u32 i = 0; i < 1u << cache->gfporder; i++)
        set(m, page[i].flags, page[i].flags & ~(1u << PG_slab));
    free_pages(m, address, cache->gfporder);
}

// Writes the descriptor with its chain of free objects 0, 1, 2 … in one block.
static void write_slab(struct machine *m, const struct kmem_cache *cache, kaddr slab, u32 colouroff,
                       kaddr s_mem)
{
    struct {
        struct slab slab;
        u16 bufctl[SLAB_NUM_MAX];
    } made = { .slab = { .colouroff = colouroff, .s_mem = s_mem } };
    u32 num = cache->num;

    BUG_ON(num > SLAB_NUM_MAX);
    for (u32 i = 0; i + 1 < num; i++)
        made.bufctl[i] = (u16)(i + 1);
    made.bufctl[num - 1] = BUFCTL_END;
    copy(m, kpointer(m, slab), &made, sizeof made.slab + num * sizeof made.bufctl[0]);
}

// An object of the cache of page directories begins as one with no user entries.
static void pgd_ctor(struct machine *m, kaddr pgd)
{
    KFN(m, pgd_ctor);
    u32 user = USER_PTRS_PER_PGD * (u32)sizeof(u32);

    BUG_ON(!mm_data(m)->swapper_pg_dir);
    copy(m, kpointer(m, pgd + user), kpointer(m, mm_data(m)->swapper_pg_dir + user),
         PAGE_SIZE - user);
    fill(m, kpointer(m, pgd), 0, user);
}

// After mm/slab.c, cache_grow(). False without memory.
static bool cache_grow(struct machine *m, const struct kmem_cache *cache)
{
    KFN(m, cache_grow);
    u32 offset = cache->colour_next * cache->colour_off;
    u32 next = cache->colour_next + 1;

    set(m, cache->colour_next, next >= cache->colour ? 0 : next);
    kaddr pages = kmem_getpages(m, cache);
    if (!pages)
        KRETURN(false);
    kaddr slab = pages + offset;
    u32 colouroff = offset;
    if (cache->flags & CFLGS_OFF_SLAB) {
        slab = kmem_cache_alloc(m, cache->slabp_cache);
        if (!slab) {
            kmem_freepages(m, cache, pages);
            KRETURN(false);
        }
    } else {
        colouroff += cache->slab_size;
    }
    for (u32 i = 0; i < 1u << cache->gfporder; i++) // how an address finds both
        set_pair(m, &page_of(m, pages)[i].lru, kaddr_of(m, cache), slab);
    write_slab(m, cache, slab, colouroff, pages + colouroff);
    if (cache->constructor == SLAB_PGD_CONSTRUCTOR)
        for (u32 i = 0; i < cache->num; i++)
            pgd_ctor(m, pages + colouroff + i * cache->objsize);
    list_add_tail(m, &at(m, slab, struct slab)->list, &cache->slabs_free);
    set(m, cache->grown, cache->grown + 1);
    set(m, cache->free_objects, cache->free_objects + cache->num);
    note(m, EVENT_SLAB_GROW, (s32)kaddr_of(m, cache), (s32)pages, (s32)offset);
    KRETURN(true);
}

static void slab_destroy(struct machine *m, const struct kmem_cache *cache, kaddr slab)
{
    KFN(m, slab_destroy);
    const struct slab *s = at(m, slab, struct slab);

    kmem_freepages(m, cache, s->s_mem - s->colouroff);
    if (cache->flags & CFLGS_OFF_SLAB)
        kmem_cache_free(m, cache->slabp_cache, slab);
    set(m, cache->reaped, cache->reaped + 1);
}

// ---- Between the array and the slabs -------------------------------------------------------------

// Moves up to `wanted` objects of one slab to the end of `entries`; returns how many it moved.
static u32 take_from_slab(struct machine *m, const struct kmem_cache *cache,
                          const struct slab *slab, kaddr *entries, u32 wanted)
{
    u32 taken = 0;
    u16 free = slab->free;

    while (taken < wanted && slab->inuse + taken < cache->num) {
        entries[taken++] = slab->s_mem + free * cache->objsize;
        free = slab_bufctl(slab)[free];
    }
    set(m, slab->inuse, slab->inuse + taken);
    set(m, slab->free, free);
    list_move(m, &slab->list, free == BUFCTL_END ? &cache->slabs_full : &cache->slabs_partial);
    return taken;
}

// After mm/slab.c, cache_alloc_refill(): partial slabs first, then free ones, then a new one.
static __attribute__((noinline)) bool cache_alloc_refill(struct machine *m,
                                                         const struct kmem_cache *cache)
{
    KFN(m, cache_alloc_refill);
    const struct array_cache *array = &cache->array;
    kaddr entries[ARRAY_CACHE_MAX];
    u32 count = 0;

    for (;;) {
        u32 wanted = array->batchcount;

        // An array that has lain idle gets few objects at first.
        if (!array->touched && wanted > BATCHREFILL_LIMIT)
            wanted = BATCHREFILL_LIMIT;
        while (count < wanted) {
            const struct list_head *from = &cache->slabs_partial;

            if (list_empty(m, from))
                from = &cache->slabs_free;
            if (list_empty(m, from))
                break;
            count += take_from_slab(m, cache, list_entry(m, from->next, struct slab, list),
                                    entries + count, wanted - count);
        }
        if (count > 0)
            break;
        if (!cache_grow(m, cache))
            KRETURN(false);
    }
    set(m, cache->free_objects, cache->free_objects - count);
    copy(m, array->entry, entries, count * sizeof *entries);
    set(m, array->avail, count);
    set(m, array->fresh, count);
    KRETURN(true);
}

// One object goes back to its slab, and the slab to the list it now belongs on.
static void free_object(struct machine *m, const struct kmem_cache *cache, kaddr object)
{
    kaddr address = page_of(m, object)->lru.prev;
    const struct slab *slab = at(m, address, struct slab);
    u16 index = (u16)((object - slab->s_mem) / cache->objsize);

    set(m, slab_bufctl(slab)[index], slab->free);
    set(m, slab->free, index);
    set(m, slab->inuse, slab->inuse - 1);
    if (slab->inuse > 0) {
        list_move_tail(m, &slab->list, &cache->slabs_partial);
    } else if (cache->free_objects > cache->free_limit) {
        list_del(m, &slab->list);
        set(m, cache->free_objects, cache->free_objects - cache->num);
        slab_destroy(m, cache, address);
    } else {
        list_move(m, &slab->list, &cache->slabs_free);
    }
}

// After mm/slab.c, cache_flusharray(): the oldest objects leave, the rest moves down.
static __attribute__((noinline)) void cache_flusharray(struct machine *m,
                                                       const struct kmem_cache *cache)
{
    KFN(m, cache_flusharray);
    const struct array_cache *array = &cache->array;
    u32 batch = array->batchcount;

    set(m, cache->free_objects, cache->free_objects + batch);
    for (u32 i = 0; i < batch; i++)
        free_object(m, cache, array->entry[i]);
    set(m, array->avail, array->avail - batch);
    set(m, array->fresh, array->fresh > batch ? array->fresh - batch : 0);
    copy(m, array->entry, array->entry + batch, array->avail * sizeof array->entry[0]);
}

// ---- Taking and giving back ----------------------------------------------------------------------

// After mm/slab.c, __cache_alloc(): from the end of the array, where the last one freed lies.
static inline kaddr cache_alloc(struct machine *m, kaddr address)
{
    const struct kmem_cache *cache = cache_at(m, address);
    const struct array_cache *array = &cache->array;

    if (!array->avail && !cache_alloc_refill(m, cache))
        return 0;
    u32 left = array->avail - 1;
    kaddr object = array->entry[left];
    bool is_recycled = left >= array->fresh;

    set(m, array->touched, 1);
    set(m, array->avail, left);
    if (!is_recycled)
        set(m, array->fresh, left);
    note(m, EVENT_SLAB_ALLOC, (s32)address, (s32)object, is_recycled);
    return object;
}

// After mm/slab.c, __cache_free().
static inline void cache_free(struct machine *m, kaddr address, kaddr object)
{
    const struct kmem_cache *cache = cache_at(m, address);
    const struct array_cache *array = &cache->array;

    if (array->avail >= array->limit)
        cache_flusharray(m, cache);
    note(m, EVENT_SLAB_FREE, (s32)address, (s32)object, 0);
    set(m, array->entry[array->avail], object);
    set(m, array->avail, array->avail + 1);
}

kaddr kmem_cache_alloc(struct machine *m, kaddr cache)
{
    KFN(m, kmem_cache_alloc);
    KRETURN(cache_alloc(m, cache));
}

void kmem_cache_free(struct machine *m, kaddr cache, kaddr object)
{
    KFN(m, kmem_cache_free);
    DEBUG_BUG_ON(cache_of_object(m, object) != cache);
    cache_free(m, cache, object);
}

kaddr kmem_find_general_cachep(const struct machine *m, u32 size)
{
    const kaddr *caches = mm_data(m)->malloc_caches;

    for (u32 i = 0; i < GENERAL_CACHES; i++)
        if (size <= malloc_sizes[i] && caches[i])
            return caches[i];
    BUG("kmalloc: no general cache is that large");
}

kaddr kmalloc(struct machine *m, u32 size)
{
    KFN(m, __kmalloc);
    KRETURN(cache_alloc(m, kmem_find_general_cachep(m, size)));
}

void kfree(struct machine *m, kaddr object)
{
    KFN(m, kfree);
    if (!object)
        return;
    kaddr cache = cache_of_object(m, object);
    BUG_ON(!cache);
    cache_free(m, cache, object);
}

kaddr cache_of_object(const struct machine *m, kaddr object)
{
    if (!is_kaddr(m, object, 1))
        return 0;
    const struct page *page = page_of(m, object);
    return page->flags >> PG_slab & 1 ? page->lru.next : 0;
}

u32 cache_slabs(const struct kmem_cache *cache)
{
    return cache->grown - cache->reaped;
}

u32 cache_objects_in_use(const struct kmem_cache *cache)
{
    return cache_slabs(cache) * cache->num - cache->free_objects - cache->array.avail;
}

// ---- Making caches -------------------------------------------------------------------------------

static u32 align_up(u32 value, u32 align)
{
    return (value + align - 1) / align * align;
}

// How many objects fit in a slab of this order, and the bytes left over.
// After mm/slab.c, cache_estimate().
static u32 cache_estimate(u32 order, u32 size, u32 align, u32 flags, u32 *left_over)
{
    u32 room = PAGE_SIZE << order;
    u32 base = flags & CFLGS_OFF_SLAB ? 0 : (u32)sizeof(struct slab);
    u32 extra = flags & CFLGS_OFF_SLAB ? 0 : (u32)sizeof(u16);
    u32 num = 0;

    while ((num + 1) * size + align_up(base + (num + 1) * extra, align) <= room)
        num++;
    *left_over = num ? room - num * size - align_up(base + num * extra, align) : room;
    return num;
}

static u32 object_alignment(u32 line, u32 size, u32 align, u32 flags)
{
    u32 natural = sizeof(u32);

    if (flags & SLAB_HWCACHE_ALIGN) {
        natural = line;
        while (size <= natural / 2) // small objects may share a line
            natural /= 2;
    }
    return natural < align ? align : natural;
}

// Sizes of a slab of cache c, whose objsize and flags are set. Returns the bytes left over.
static u32 size_slab(const struct machine *m, struct kmem_cache *c, u32 align)
{
    u32 break_order = cpu(m)->ram_bytes > 32u << 20 ? 1 : 0;
    u32 left_over;

    for (;; c->gfporder++) {
        c->num = cache_estimate(c->gfporder, c->objsize, align, c->flags, &left_over);
        if (c->gfporder >= MAX_GFP_ORDER)
            break;
        if (c->num && (c->gfporder >= break_order || left_over * 8 <= PAGE_SIZE << c->gfporder))
            break;
    }
    BUG_ON(!c->num);
    c->slab_size = (u32)sizeof(struct slab) + c->num * (u32)sizeof(u16);
    if (c->flags & CFLGS_OFF_SLAB && left_over >= align_up(c->slab_size, align)) {
        c->flags &= ~CFLGS_OFF_SLAB;
        left_over -= align_up(c->slab_size, align);
    }
    if (!(c->flags & CFLGS_OFF_SLAB))
        c->slab_size = align_up(c->slab_size, align);
    return left_over;
}

// After mm/slab.c, enable_cpucache(): the larger the objects, the fewer lie in the array.
static u32 array_limit(u32 size)
{
    return size > 131072 ? 1 : size > PAGE_SIZE ? 8 : size > 1024 ? 24 : size > 256 ? 54 : 120;
}

// Fills in a cache and links it into the chain.
static void setup_cache(struct machine *m, kaddr address, const char *name, u32 size, u32 align,
                        u32 flags, enum slab_constructor constructor)
{
    const struct kmem_cache *cache = cache_at(m, address);
    u32 line = cpu(m)->cache_line;
    struct kmem_cache made = { .flags = flags, .constructor = constructor };

    size = align_up(size, sizeof(u32));
    align = object_alignment(line, size, align, flags);
    if (size >= OFF_SLAB_SIZE && address != kaddr_of(m, &mm_data(m)->cache_cache))
        made.flags |= CFLGS_OFF_SLAB;
    made.objsize = align_up(size, align);
    u32 left_over = size_slab(m, &made, align);
    made.colour_off = line < align ? align : line;
    made.colour = left_over / made.colour_off;
    if (made.flags & CFLGS_OFF_SLAB)
        made.slabp_cache = kmem_find_general_cachep(m, made.slab_size);
    made.array.limit = array_limit(made.objsize);
    made.array.batchcount = (made.array.limit + 1) / 2;
    made.free_limit = 2 * made.array.batchcount + made.num;
    for (size_t i = 0; name[i]; i++) {
        BUG_ON(i + 1 >= sizeof made.name);
        made.name[i] = name[i];
    }
    copy(m, cache, &made, sizeof made);
    list_init(m, &cache->slabs_partial);
    list_init(m, &cache->slabs_full);
    list_init(m, &cache->slabs_free);
    list_add(m, &cache->next, &mm_data(m)->cache_chain);
}

kaddr kmem_cache_create(struct machine *m, const char *name, u32 size, u32 align, u32 flags,
                        enum slab_constructor constructor)
{
    KFN(m, kmem_cache_create);
    kaddr cache = kmem_cache_alloc(m, kaddr_of(m, &mm_data(m)->cache_cache));

    if (cache)
        setup_cache(m, cache, name, size, align, flags, constructor);
    KRETURN(cache);
}

// "size-131072" and the like.
static void general_cache_name(char *name, u32 size)
{
    char digits[10];
    u32 count = 0;

    memcpy(name, "size-", 5);
    for (; size > 0; size /= 10)
        digits[count++] = (char)('0' + size % 10);
    for (u32 i = 0; i < count; i++)
        name[5 + i] = digits[count - 1 - i];
    name[5 + count] = '\0';
}

void kmem_cache_init(struct machine *m)
{
    KFN(m, kmem_cache_init);
    const struct mm_data *data = mm_data(m);
    u32 line = cpu(m)->cache_line;

    list_init(m, &data->cache_chain);
    setup_cache(m, kaddr_of(m, &data->cache_cache), "kmem_cache", sizeof(struct kmem_cache), line,
                SLAB_HWCACHE_ALIGN, SLAB_NO_CONSTRUCTOR);
    for (u32 i = 0; i < GENERAL_CACHES; i++) {
        char name[KMEM_NAME_MAX];

        // Aligned to the line, these two would be as large as the next ones.
        if ((malloc_sizes[i] == 96 && line >= 64) || (malloc_sizes[i] == 192 && line >= 128))
            continue;
        general_cache_name(name, malloc_sizes[i]);
        set(m, data->malloc_caches[i],
            kmem_cache_create(m, name, malloc_sizes[i], 0, SLAB_HWCACHE_ALIGN | SLAB_PANIC,
                              SLAB_NO_CONSTRUCTOR));
    }
}
