// The checker's part for page frames: every frame is free, reserved or in use, and the free lists
// say so.
#include "mm/mm.h"
#include "util/complaints.h"

#include <stdlib.h>

struct page_check {
    const struct machine *m;
    const struct zone *zone;
    struct complaints complaints;
    u8 *is_free; // one a frame: lies in a block of a free list
};

static bool has_flag(const struct page *page, u32 flag)
{
    return page->flags >> flag & 1;
}

// The frame whose struct page's lru lies at this address; false if that is no such place.
static bool frame_of_link(const struct page_check *c, kaddr link, pfn *frame)
{
    u32 offset = link - (u32)offsetof(struct page, lru) - c->zone->mem_map;

    *frame = offset / (u32)sizeof(struct page);
    return offset % sizeof(struct page) == 0 && *frame < c->zone->present_pages;
}

static void check_block_frame(struct page_check *c, pfn frame, pfn first, u32 order)
{
    const struct page *page = pfn_to_page(c->m, frame);

    if (c->is_free[frame])
        complain(&c->complaints, "frame %u lies in two free blocks", frame);
    c->is_free[frame] = 1;
    if (page->_count != -1 || has_flag(page, PG_reserved) || has_flag(page, PG_slab))
        complain(&c->complaints,
                 "frame %u is in the free block %u of order %u, but in use (_count %d, flags 0x%x)",
                 frame, first, order, page->_count, page->flags);
    if (frame != first && has_flag(page, PG_private))
        complain(&c->complaints, "frame %u is inside the free block %u, but marked as a first one",
                 frame, first);
}

static void check_block(struct page_check *c, pfn first, u32 order)
{
    const struct page *page = pfn_to_page(c->m, first);
    u32 frames = 1u << order;
    pfn buddy = first ^ frames;

    if (first & (frames - 1) || frames > c->zone->present_pages - first) {
        complain(&c->complaints, "the free block %u of order %u is not aligned or too long", first,
                 order);
        return;
    }
    if (!has_flag(page, PG_private) || page->private != order)
        complain(&c->complaints,
                 "frame %u is on the free list of order %u, but says flags 0x%x, private %u", first,
                 order, page->flags, page->private);
    for (pfn frame = first; frame < first + frames; frame++)
        check_block_frame(c, frame, first, order);
    if (order + 1 < MAX_ORDER && buddy > first && buddy < c->zone->present_pages) {
        const struct page *other = pfn_to_page(c->m, buddy);

        if (has_flag(other, PG_private) && other->private == order && other->_count == -1)
            complain(&c->complaints, "the free blocks %u and %u of order %u were not merged", first,
                     buddy, order);
    }
}

// Returns the number of free frames on the list.
static u32 check_free_list(struct page_check *c, u32 order)
{
    const struct free_area *area = &c->zone->free_area[order];
    kaddr head = kaddr_of(c->m, &area->free_list);
    kaddr prev = head;
    u32 blocks = 0;

    for (kaddr link = area->free_list.next; link != head; link = list_at(c->m, link)->next) {
        pfn frame;

        if (!frame_of_link(c, link, &frame) || blocks > c->zone->present_pages) {
            complain(&c->complaints, "the free list of order %u leads to 0x%08x, no frame's link",
                     order, link);
            break;
        }
        if (list_at(c->m, link)->prev != prev)
            complain(&c->complaints, "frame %u on the free list of order %u has a wrong prev",
                     frame, order);
        check_block(c, frame, order);
        prev = link;
        blocks++;
    }
    if (area->free_list.prev != prev)
        complain(&c->complaints, "the free list of order %u does not end where its head says",
                 order);
    if (area->nr_free != blocks)
        complain(&c->complaints, "nr_free of order %u is %u, its list has %u blocks", order,
                 area->nr_free, blocks);
    return blocks << order;
}

// The frames that wait in the CPU's own list: free, each for itself.
static void check_pcp(struct page_check *c)
{
    const struct per_cpu_pages *pcp = &c->zone->pcp;
    kaddr head = kaddr_of(c->m, &pcp->list), prev = head;
    u32 count = 0;

    for (kaddr link = pcp->list.next; link != head; link = list_at(c->m, link)->next) {
        pfn frame;

        if (!frame_of_link(c, link, &frame) || count > c->zone->present_pages) {
            complain(&c->complaints, "the per-CPU list leads to 0x%08x, no frame's link", link);
            break;
        }
        if (list_at(c->m, link)->prev != prev)
            complain(&c->complaints, "frame %u on the per-CPU list has a wrong prev", frame);
        check_block_frame(c, frame, frame, 0);
        if (has_flag(pfn_to_page(c->m, frame), PG_private))
            complain(&c->complaints, "frame %u on the per-CPU list is marked as a free block",
                     frame);
        prev = link;
        count++;
    }
    if (pcp->list.prev != prev)
        complain(&c->complaints, "the per-CPU list does not end where its head says");
    if (pcp->count != count)
        complain(&c->complaints, "the per-CPU list has %u frames, its count says %u", count,
                 pcp->count);
}

// May a frame without a user of its own be the rest of the block that the frame before is in?
static bool may_follow(const struct page *page)
{
    const struct page *before = page - 1;

    if (has_flag(page, PG_slab))
        return has_flag(before, PG_slab) && page->lru.prev == before->lru.prev;
    return !has_flag(before, PG_slab);
}

// A frame that is on no free list.
static void check_taken_frame(struct page_check *c, pfn frame)
{
    const struct page *page = pfn_to_page(c->m, frame);
    bool is_inside = frame > c->zone->first_free_pfn && !c->is_free[frame - 1] && may_follow(page);

    if (has_flag(page, PG_private))
        complain(&c->complaints, "frame %u is marked as a free block, but on no free list", frame);
    if (page->_count < -1 || (page->_count == -1 && !is_inside))
        complain(&c->complaints, "frame %u is lost: no user, and on no free list", frame);
    if (has_flag(page, PG_reserved) && page->_count != 0)
        complain(&c->complaints, "reserved frame %u has _count %d", frame, page->_count);
}

static void check_frames(struct page_check *c)
{
    for (pfn frame = 0; frame < c->zone->present_pages; frame++) {
        bool is_reserved = has_flag(pfn_to_page(c->m, frame), PG_reserved);

        if (is_reserved != (frame < c->zone->first_free_pfn))
            complain(&c->complaints, "frame %u is %sreserved, but the kernel image ends at %u",
                     frame, is_reserved ? "" : "not ", c->zone->first_free_pfn);
        if (!c->is_free[frame])
            check_taken_frame(c, frame);
    }
}

int check_pages(const struct machine *m, struct strbuf *out)
{
    const struct zone *zone = &mm_data(m)->zone;
    struct page_check c = { .m = m, .zone = zone, .complaints = { out, 0 } };
    u32 free_frames = 0;

    if (zone->present_pages != cpu(m)->ram_bytes >> PAGE_SHIFT ||
        !is_kaddr(m, zone->mem_map, zone->present_pages * (u32)sizeof(struct page))) {
        complain(&c.complaints, "mem_map at 0x%08x for %u frames does not fit the RAM",
                 zone->mem_map, zone->present_pages);
        return c.complaints.count;
    }
    c.is_free = calloc(zone->present_pages, 1);
    BUG_ON(!c.is_free);
    for (u32 order = 0; order < MAX_ORDER; order++)
        free_frames += check_free_list(&c, order);
    if (zone->free_pages != free_frames)
        complain(&c.complaints, "free_pages is %u, the free lists have %u frames", zone->free_pages,
                 free_frames);
    check_pcp(&c);
    check_frames(&c);
    free(c.is_free);
    return c.complaints.count;
}
