// The buddy allocator: page frames in free lists of blocks of 1, 2, 4 … 1024.
//
// Unlike Linux: there is one zone (the direct map), the per-CPU list in front of it has no "cold"
// half, there are no watermarks and no reclaim: when no block is left, there is none.
#include "mm/mm.h"

#define BLOCK_MAX_ORDER (MAX_ORDER - 1)

static const struct zone *zone_of(const struct machine *m)
{
    return &mm_data(m)->zone;
}

static pfn page_to_pfn(const struct machine *m, const struct page *page)
{
    return (kaddr_of(m, page) - zone_of(m)->mem_map) / (u32)sizeof *page;
}

// ---- Free blocks -------------------------------------------------------------------------------

// The first page of a free block says so: PG_private, and the order in private.
static void set_page_order(struct machine *m, const struct page *page, u32 order)
{
    set(m, page->private, order);
    set(m, page->flags, page->flags | 1u << PG_private);
}

static void rmv_page_order(struct machine *m, const struct page *page)
{
    set(m, page->flags, page->flags & ~(1u << PG_private));
    set(m, page->private, 0);
}

static void add_free_block(struct machine *m, const struct page *page, u32 order)
{
    const struct free_area *area = &zone_of(m)->free_area[order];

    list_add(m, &page->lru, &area->free_list);
    set(m, area->nr_free, area->nr_free + 1);
    set_page_order(m, page, order);
}

static void take_free_block(struct machine *m, const struct page *page, u32 order)
{
    const struct free_area *area = &zone_of(m)->free_area[order];

    list_del(m, &page->lru);
    rmv_page_order(m, page);
    set(m, area->nr_free, area->nr_free - 1);
}

static bool is_free_block(const struct page *page, u32 order)
{
    return page->flags >> PG_private & 1 && !(page->flags >> PG_reserved & 1) &&
           page->private == order && page->_count == -1;
}

// Splits a block: the lower half goes on, the upper half becomes a free block of its own.
// After mm/page_alloc.c, expand().
static void expand(struct machine *m, const struct page *page, u32 low, u32 high)
{
    while (high > low) {
        high--;
        add_free_block(m, page + (1u << high), high);
    }
}

// The first block that is large enough, cut to size; NULL if there is none.
static const struct page *__rmqueue(struct machine *m, u32 order)
{
    for (u32 current_order = order; current_order < MAX_ORDER; current_order++) {
        const struct free_area *area = &zone_of(m)->free_area[current_order];

        if (list_empty(m, &area->free_list))
            continue;
        const struct page *page = list_entry(m, area->free_list.next, struct page, lru);
        take_free_block(m, page, current_order);
        set(m, zone_of(m)->free_pages, zone_of(m)->free_pages - (1u << order));
        expand(m, page, order, current_order);
        return page;
    }
    return NULL;
}

// Merges the block with its buddy, and the result with its buddy, as long as the buddy is a free
// block of the same size.
static void __free_pages_ok(struct machine *m, pfn frame, u32 order)
{
    KFN(m, __free_pages_ok);
    const struct zone *zone = zone_of(m);

    set(m, zone->free_pages, zone->free_pages + (1u << order));
    while (order < BLOCK_MAX_ORDER) {
        pfn buddy = frame ^ 1u << order;

        if (buddy >= zone->present_pages || !is_free_block(pfn_to_page(m, buddy), order))
            break;
        take_free_block(m, pfn_to_page(m, buddy), order);
        frame &= buddy;
        order++;
    }
    add_free_block(m, pfn_to_page(m, frame), order);
}

// ---- The per-CPU list ----------------------------------------------------------------------------

// After mm/page_alloc.c, rmqueue_bulk(): frames for the end of the list.
static void rmqueue_bulk(struct machine *m, const struct per_cpu_pages *pcp)
{
    KFN(m, rmqueue_bulk);

    for (u32 i = 0; i < pcp->batch; i++) {
        const struct page *page = __rmqueue(m, 0);

        if (!page)
            break;
        list_add_tail(m, &page->lru, &pcp->list);
        set(m, pcp->count, pcp->count + 1);
    }
}

// After mm/page_alloc.c, free_pages_bulk(): the frames that have waited longest.
static void free_pages_bulk(struct machine *m, const struct per_cpu_pages *pcp)
{
    KFN(m, free_pages_bulk);

    for (u32 i = 0; i < pcp->batch; i++) {
        const struct page *page = list_entry(m, pcp->list.prev, struct page, lru);

        list_del(m, &page->lru);
        set(m, pcp->count, pcp->count - 1);
        __free_pages_ok(m, page_to_pfn(m, page), 0);
    }
}

// The frame freed last, or NULL.
static const struct page *take_hot_page(struct machine *m)
{
    const struct per_cpu_pages *pcp = &zone_of(m)->pcp;

    if (pcp->count <= pcp->low)
        rmqueue_bulk(m, pcp);
    if (!pcp->count)
        return NULL;
    const struct page *page = list_entry(m, pcp->list.next, struct page, lru);
    list_unlink(m, &page->lru);
    set(m, pcp->count, pcp->count - 1);
    return page;
}

// After mm/page_alloc.c, free_hot_cold_page().
void free_hot_page(struct machine *m, pfn frame)
{
    const struct page *page = pfn_to_page(m, frame);
    const struct per_cpu_pages *pcp = &zone_of(m)->pcp;

    note(m, EVENT_PAGE_FREE, (s32)frame, 0, 0);
    set(m, page->mapping, 0);
    if (pcp->count >= pcp->high)
        free_pages_bulk(m, pcp);
    list_add(m, &page->lru, &pcp->list);
    set(m, pcp->count, pcp->count + 1);
}

// ---- Taking and giving back --------------------------------------------------------------------

// *is_zeroed: the first frame is known to hold zeros.
static kaddr take_pages(struct machine *m, u32 order, bool *is_zeroed)
{
    KFN(m, __alloc_pages);
    BUG_ON(order > BLOCK_MAX_ORDER);
    const struct page *page = order ? __rmqueue(m, order) : take_hot_page(m);

    if (!page)
        KRETURN(0u);
    pfn frame = page_to_pfn(m, page);
    *is_zeroed = page->flags >> PG_zeroed & 1 || !image_is_used(m, pfn_to_kaddr(frame));
    set(m, page->flags, 0);
    set(m, page->mapping, 0);
    set(m, page->_count, 0);
    image_use(m, pfn_to_kaddr(frame), PAGE_SIZE << order);
    note(m, EVENT_PAGE_ALLOC, (s32)frame, (s32)order, 0);
    KRETURN(pfn_to_kaddr(frame));
}

kaddr alloc_pages(struct machine *m, u32 order)
{
    bool is_zeroed;

    return take_pages(m, order, &is_zeroed);
}

void free_pages(struct machine *m, kaddr address, u32 order)
{
    KFN(m, __free_pages);
    pfn frame = kaddr_to_pfn(address);
    const struct page *page = pfn_to_page(m, frame);

    BUG_ON(order > BLOCK_MAX_ORDER || frame & ((1u << order) - 1));
    BUG_ON(page->_count < 0 || page->flags >> PG_private & 1);
    if (page->flags >> PG_reserved & 1)
        return;
    set(m, page->_count, page->_count - 1);
    if (page->_count >= 0)
        return;
    if (order == 0) {
        free_hot_page(m, frame);
        return;
    }
    note(m, EVENT_PAGE_FREE, (s32)frame, (s32)order, 0);
    __free_pages_ok(m, frame, order);
}

// Zeros over zeros would be no change, so they are not written.
kaddr alloc_zeroed_page(struct machine *m)
{
    bool is_zeroed;
    kaddr address = take_pages(m, 0, &is_zeroed);

    if (address && !is_zeroed)
        fill(m, kpointer(m, address), 0, PAGE_SIZE);
    return address;
}

kaddr get_zeroed_page(struct machine *m)
{
    KFN(m, get_zeroed_page);
    KRETURN(alloc_zeroed_page(m));
}

void free_zeroed_page(struct machine *m, kaddr address)
{
    const struct page *page = page_of(m, address);

    set(m, page->flags, page->flags | 1u << PG_zeroed);
    free_pages(m, address, 0);
}

// ---- Boot --------------------------------------------------------------------------------------

#define MAP_PART 512u // struct pages written at once

// Writes the whole mem_map: frames below first_free have one user and are reserved for ever, the
// others have none.
static void memmap_init(struct machine *m, u32 frames, pfn first_free)
{
    struct page part[MAP_PART];

    for (pfn start = 0; start < frames; start += MAP_PART) {
        u32 count = frames - start < MAP_PART ? frames - start : MAP_PART;

        for (u32 i = 0; i < count; i++) {
            bool is_reserved = start + i < first_free;

            part[i] = (struct page){ .flags = is_reserved ? 1u << PG_reserved : 0,
                                     ._count = is_reserved ? 0 : -1,
                                     ._mapcount = -1 };
        }
        copy(m, pfn_to_page(m, start), part, count * sizeof *part);
    }
}

// The largest block that may begin at a frame: aligned to its size, and before the end.
static u32 largest_order(pfn frame, pfn end)
{
    u32 order = BLOCK_MAX_ORDER;

    while (order > 0 && (frame & ((1u << order) - 1) || (1u << order) > end - frame))
        order--;
    return order;
}

// The larger the RAM, the more frames wait in the list. After mm/page_alloc.c,
// free_area_init_core().
static void init_pcp(struct machine *m, const struct per_cpu_pages *pcp, u32 frames)
{
    u32 batch = frames / 1024;

    if (batch * PAGE_SIZE > 256u * 1024)
        batch = 256u * 1024 / PAGE_SIZE;
    batch = batch < 4 ? 1 : batch / 4;
    set(m, pcp->count, 0);
    set(m, pcp->low, 2 * batch);
    set(m, pcp->high, 6 * batch);
    set(m, pcp->batch, batch);
    list_init(m, &pcp->list);
}

void free_area_init(struct machine *m, kaddr mem_map, pfn first_free_pfn)
{
    KFN(m, free_area_init);
    const struct zone *zone = zone_of(m);
    u32 frames = cpu(m)->ram_bytes >> PAGE_SHIFT;

    BUG_ON(first_free_pfn > frames);
    image_use(m, MM_DATA, pfn_to_kaddr(first_free_pfn) - MM_DATA);
    set(m, zone->mem_map, mem_map);
    set(m, zone->present_pages, frames);
    set(m, zone->first_free_pfn, first_free_pfn);
    memmap_init(m, frames, first_free_pfn);
    init_pcp(m, &zone->pcp, frames);
    for (u32 order = 0; order < MAX_ORDER; order++) {
        list_init(m, &zone->free_area[order].free_list);
        set(m, zone->free_area[order].nr_free, 0);
    }
    // The blocks grow towards the middle and shrink again at the end. Each list is to begin with
    // its lowest block, so they are put in from the highest down.
    pfn blocks[RAM_MAX / PAGE_SIZE / (1u << BLOCK_MAX_ORDER) + 2 * MAX_ORDER];
    u32 count = 0;
    for (pfn frame = first_free_pfn; frame < frames; frame += 1u << largest_order(frame, frames))
        blocks[count++] = frame;
    while (count-- > 0)
        add_free_block(m, pfn_to_page(m, blocks[count]), largest_order(blocks[count], frames));
    set(m, zone->free_pages, frames - first_free_pfn);
}
