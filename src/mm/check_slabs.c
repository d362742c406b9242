// The checker's part for the slab allocator: every slab is where its counts say, and the per-CPU
// arrays hold objects that nobody else holds.
#include "mm/mm.h"
#include "util/complaints.h"

struct slab_check {
    const struct machine *m;
    struct complaints complaints;
    const struct kmem_cache *cache; // the one being checked
    kaddr address;                  // its address
    u32 slabs, free_objects;        // of this cache, counted
    u32 frames;                     // of all caches
};

static const u16 *slab_bufctl(const struct slab *slab)
{
    return (const u16 *)(const void *)(slab + 1);
}

// ---- One slab ----------------------------------------------------------------------------------

// Every frame of the slab says whose it is.
static void check_slab_frames(struct slab_check *c, kaddr slab, kaddr pages)
{
    u32 frames = 1u << c->cache->gfporder;

    c->frames += frames;
    for (u32 i = 0; i < frames; i++) {
        const struct page *page = page_of(c->m, pages) + i;

        if (!(page->flags >> PG_slab & 1) || page->lru.next != c->address || page->lru.prev != slab)
            complain(&c->complaints,
                     "%s: frame %u of slab 0x%08x names cache 0x%08x, slab 0x%08x, flags 0x%x",
                     c->cache->name, kaddr_to_pfn(pages) + i, slab, page->lru.next, page->lru.prev,
                     page->flags);
        if (page->_count != (i == 0 ? 0 : -1))
            complain(&c->complaints, "%s: frame %u of slab 0x%08x has _count %d", c->cache->name,
                     kaddr_to_pfn(pages) + i, slab, page->_count);
    }
}

// The chain of free objects has the right length, and no object twice.
static void check_slab_chain(struct slab_check *c, kaddr address)
{
    const struct slab *slab = at(c->m, address, struct slab);
    u32 length = 0;
    u32 index = slab->free;

    while (index != BUFCTL_END && index < c->cache->num && length <= c->cache->num) {
        index = slab_bufctl(slab)[index];
        length++;
    }
    if (index != BUFCTL_END) // an object twice makes a ring
        complain(&c->complaints, "%s: the free objects of slab 0x%08x do not end (at %u)",
                 c->cache->name, address, index);
    else if (length != c->cache->num - slab->inuse)
        complain(&c->complaints, "%s: slab 0x%08x has %u of %u in use, but %u on its free chain",
                 c->cache->name, address, slab->inuse, c->cache->num, length);
}

// Where the descriptor lies, and that the colour is one of the cache's.
static void check_slab_place(struct slab_check *c, kaddr address, kaddr pages)
{
    const struct kmem_cache *cache = c->cache;
    u32 colour = address - pages;

    if (cache->flags & CFLGS_OFF_SLAB) {
        colour = at(c->m, address, struct slab)->colouroff;
        if (cache_of_object(c->m, address) != cache->slabp_cache)
            complain(&c->complaints, "%s: descriptor 0x%08x is not of the cache for descriptors",
                     cache->name, address);
    } else if (address + cache->slab_size != at(c->m, address, struct slab)->s_mem) {
        complain(&c->complaints, "%s: the objects of slab 0x%08x do not follow its descriptor",
                 cache->name, address);
    }
    if (colour % cache->colour_off || (colour && colour / cache->colour_off >= cache->colour))
        complain(&c->complaints, "%s: slab 0x%08x has colour offset %u", cache->name, address,
                 colour);
}

// False if the descriptor can't be trusted so far that the walk may go on.
static bool check_slab(struct slab_check *c, kaddr address, const char *list)
{
    const struct kmem_cache *cache = c->cache;
    const struct slab *slab = at(c->m, address, struct slab);
    kaddr pages = slab->s_mem - slab->colouroff;
    const char *right = slab->inuse == 0 ? "free" : slab->inuse < cache->num ? "partial" : "full";

    if (pages % (PAGE_SIZE << cache->gfporder) ||
        !is_kaddr(c->m, pages, PAGE_SIZE << cache->gfporder) || slab->inuse > cache->num) {
        complain(&c->complaints, "%s: 0x%08x on the %s list is no slab (s_mem 0x%08x, inuse %u)",
                 cache->name, address, list, slab->s_mem, slab->inuse);
        return false;
    }
    if (strcmp(list, right) != 0)
        complain(&c->complaints, "%s: slab 0x%08x with %u of %u in use is on the %s list",
                 cache->name, address, slab->inuse, cache->num, list);
    if (slab->colouroff + cache->num * cache->objsize > PAGE_SIZE << cache->gfporder)
        complain(&c->complaints, "%s: the objects of slab 0x%08x do not fit it", cache->name,
                 address);
    check_slab_place(c, address, pages);
    check_slab_frames(c, address, pages);
    check_slab_chain(c, address);
    c->slabs++;
    c->free_objects += cache->num - slab->inuse;
    return true;
}

static void check_slab_list(struct slab_check *c, const struct list_head *list, const char *name)
{
    kaddr head = kaddr_of(c->m, list);
    kaddr prev = head;

    for (kaddr link = list->next; link != head; link = list_at(c->m, link)->next) {
        if (!is_kaddr(c->m, link, sizeof(struct slab)) || list_at(c->m, link)->prev != prev) {
            complain(&c->complaints, "%s: the %s list is broken at 0x%08x", c->cache->name, name,
                     link);
            return;
        }
        if (c->slabs > cache_slabs(c->cache) || !check_slab(c, link, name))
            break; // a ring that misses its head would never end: the count says so below
        prev = link;
    }
}

// ---- One cache ---------------------------------------------------------------------------------

// Does the slab count this object as free too?
static bool is_on_free_chain(const struct slab_check *c, const struct slab *slab, u32 index)
{
    u32 next = slab->free;

    for (u32 i = 0; i <= c->cache->num && next < c->cache->num; i++) {
        if (next == index)
            return true;
        next = slab_bufctl(slab)[next];
    }
    return false;
}

static void check_array_entry(struct slab_check *c, kaddr object)
{
    const struct kmem_cache *cache = c->cache;

    if (cache_of_object(c->m, object) != c->address) {
        complain(&c->complaints, "%s: 0x%08x in the array is not of this cache", cache->name,
                 object);
        return;
    }
    const struct slab *slab = at(c->m, page_of(c->m, object)->lru.prev, struct slab);
    u32 offset = object - slab->s_mem;

    if (offset % cache->objsize || offset / cache->objsize >= cache->num)
        complain(&c->complaints, "%s: 0x%08x in the array is not the start of an object",
                 cache->name, object);
    else if (is_on_free_chain(c, slab, offset / cache->objsize))
        complain(&c->complaints, "%s: object 0x%08x is both in the array and free in its slab",
                 cache->name, object);
}

static void check_array(struct slab_check *c)
{
    const struct array_cache *array = &c->cache->array;

    if (array->limit > ARRAY_CACHE_MAX || array->avail > array->limit ||
        array->fresh > array->avail || array->batchcount > array->limit || !array->batchcount) {
        complain(&c->complaints, "%s: the array has avail %u, limit %u, batchcount %u, fresh %u",
                 c->cache->name, array->avail, array->limit, array->batchcount, array->fresh);
        return;
    }
    for (u32 i = 0; i < array->avail; i++) {
        check_array_entry(c, array->entry[i]);
        for (u32 j = 0; j < i; j++)
            if (array->entry[i] == array->entry[j])
                complain(&c->complaints, "%s: object 0x%08x is in the array twice", c->cache->name,
                         array->entry[i]);
    }
}

static bool has_sane_sizes(const struct kmem_cache *cache)
{
    return cache->num && cache->objsize && cache->colour_off && cache->gfporder < MAX_ORDER &&
           cache->num * cache->objsize <= PAGE_SIZE << cache->gfporder &&
           memchr(cache->name, '\0', sizeof cache->name);
}

static void check_cache(struct slab_check *c, kaddr address)
{
    const struct kmem_cache *cache = at(c->m, address, struct kmem_cache);

    c->address = address;
    c->cache = cache;
    c->slabs = c->free_objects = 0;
    if (!has_sane_sizes(cache)) {
        complain(&c->complaints, "0x%08x on the chain of caches is no cache", address);
        return;
    }
    check_slab_list(c, &cache->slabs_partial, "partial");
    check_slab_list(c, &cache->slabs_full, "full");
    check_slab_list(c, &cache->slabs_free, "free");
    if (c->slabs != cache_slabs(cache))
        complain(&c->complaints, "%s: %u slabs on the lists, %u were made and %u destroyed",
                 cache->name, c->slabs, cache->grown, cache->reaped);
    if (c->free_objects != cache->free_objects)
        complain(&c->complaints, "%s: free_objects is %u, the slabs have %u", cache->name,
                 cache->free_objects, c->free_objects);
    check_array(c);
}

static void check_general_caches(struct slab_check *c)
{
    for (u32 i = 0; i < GENERAL_CACHES; i++) {
        kaddr cache = mm_data(c->m)->malloc_caches[i];

        if (cache && cache_of_object(c->m, cache) != kaddr_of(c->m, &mm_data(c->m)->cache_cache))
            complain(&c->complaints, "general cache %u at 0x%08x is no cache", i, cache);
    }
}

int check_slabs(const struct machine *m, struct strbuf *out)
{
    struct slab_check c = { .m = m, .complaints = { out, 0 } };
    const struct mm_data *data = mm_data(m);
    kaddr head = kaddr_of(m, &data->cache_chain);
    u32 caches = 0;
    u32 frames = 0;

    for (kaddr link = data->cache_chain.next; link != head; link = list_at(m, link)->next) {
        kaddr cache = link - (u32)offsetof(struct kmem_cache, next);

        if (!is_kaddr(m, cache, sizeof(struct kmem_cache)) ||
            caches > cache_objects_in_use(&data->cache_cache)) {
            complain(&c.complaints, "the chain of caches leads to 0x%08x", link);
            return c.complaints.count;
        }
        check_cache(&c, cache);
        caches++;
    }
    if (caches != cache_objects_in_use(&data->cache_cache) + 1) // itself is not its own object
        complain(&c.complaints, "%u caches on the chain, but %u objects of kmem_cache in use",
                 caches, cache_objects_in_use(&data->cache_cache));
    check_general_caches(&c);
    for (pfn frame = 0; frame < data->zone.present_pages; frame++)
        frames += pfn_to_page(m, frame)->flags >> PG_slab & 1;
    if (frames != c.frames)
        complain(&c.complaints, "%u frames are marked as slabs', the slabs have %u", frames,
                 c.frames);
    return c.complaints.count;
}
