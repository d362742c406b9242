// The buddy allocator: splitting, merging, exhaustion, and taking it all back.
#include "bare_machine.h"
#include "cunit_main.h"

#define SMALL_RAM (8u << 20)

static u32 blocks_of_order(const struct machine *m, u32 order)
{
    return mm_data(m)->zone.free_area[order].nr_free;
}

static void test_boot(void)
{
    for (u32 ram = SMALL_RAM; ram <= RAM_MAX; ram = ram * 3 + PAGE_SIZE) {
        struct machine *m = bare_machine(ram, 32);
        const struct zone *zone = &mm_data(m)->zone;

        CU_ASSERT_EQUAL(zone->present_pages, ram / PAGE_SIZE);
        CU_ASSERT_EQUAL(pfn_to_page(m, 0)->flags, 1u << PG_reserved);
        CU_ASSERT_EQUAL(pfn_to_page(m, 0)->_count, 0);
        CU_ASSERT_TRUE(is_sound(m, check_pages));
        machine_destroy(m);
    }
}

static void test_low_addresses_first(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);
    kaddr last = 0;

    history_begin(m, NULL);
    for (u32 i = 0; i < 300; i++) {
        kaddr address = alloc_pages(m, 0);

        CU_ASSERT_FATAL(address != 0);
        CU_ASSERT_TRUE(address > last);
        last = address;
    }
    history_end(m);
    machine_destroy(m);
}

static void test_split_and_merge(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);
    kaddr block = 0;
    u32 before[MAX_ORDER];

    history_begin(m, NULL);
    while (blocks_of_order(m, 0) || blocks_of_order(m, 1) || blocks_of_order(m, 2))
        alloc_pages(m, blocks_of_order(m, 0) ? 0 : 1); // until the smallest has order 3 or more
    for (u32 order = 0; order < MAX_ORDER; order++)
        before[order] = blocks_of_order(m, order);
    u32 free_before = nr_free_pages(m);
    block = alloc_pages(m, 1);
    CU_ASSERT_EQUAL(blocks_of_order(m, 0), 0);
    CU_ASSERT_EQUAL(blocks_of_order(m, 1), 1);
    CU_ASSERT_EQUAL(blocks_of_order(m, 2), 1);
    CU_ASSERT_EQUAL(nr_free_pages(m), free_before - 2);
    CU_ASSERT_EQUAL(page_of(m, block)->_count, 0);
    // What follows is the buddy: it says in its struct page that it is free, and of which order.
    CU_ASSERT_EQUAL(page_of(m, block)[2].flags, 1u << PG_private);
    CU_ASSERT_EQUAL(page_of(m, block)[2].private, 1);
    CU_ASSERT_EQUAL(page_of(m, block)[4].private, 2);
    CU_ASSERT_TRUE(is_sound(m, check_pages));
    free_pages(m, block, 1);
    for (u32 order = 0; order < MAX_ORDER; order++)
        CU_ASSERT_EQUAL(blocks_of_order(m, order), before[order]);
    CU_ASSERT_EQUAL(nr_free_pages(m), free_before);
    CU_ASSERT_TRUE(is_sound(m, check_pages));
    history_end(m);
    machine_destroy(m);
}

static void test_per_cpu_list(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);
    const struct per_cpu_pages *pcp = &mm_data(m)->zone.pcp;
    kaddr taken[100];

    history_begin(m, NULL);
    u32 free_before = nr_free_pages(m);
    for (u32 i = 0; i < 100; i++)
        taken[i] = alloc_pages(m, 0);
    CU_ASSERT_TRUE(pcp->count <= pcp->low + pcp->batch);
    for (u32 i = 0; i < 100; i++) {
        free_pages(m, taken[i], 0);
        CU_ASSERT_TRUE(pcp->count <= pcp->high);
        CU_ASSERT_EQUAL(nr_free_pages(m), free_before - 99 + i);
    }
    CU_ASSERT_TRUE(is_sound(m, check_pages));
    // The one freed last comes first.
    CU_ASSERT_EQUAL(alloc_pages(m, 0), taken[99]);
    CU_ASSERT_EQUAL(alloc_pages(m, 0), taken[98]);
    // A frame in the list is marked neither as in use nor as a free block.
    set(m, page_of(m, taken[97])->flags, 1u << PG_private);
    CU_ASSERT_FALSE(is_sound(m, check_pages));
    history_end(m);
    machine_destroy(m);
}

static void test_alignment(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);

    history_begin(m, NULL);
    for (u32 order = 0; order < MAX_ORDER - 1; order++) {
        alloc_pages(m, 0); // an odd one in between
        kaddr block = alloc_pages(m, order);

        CU_ASSERT_FATAL(block != 0);
        CU_ASSERT_EQUAL(block & ((PAGE_SIZE << order) - 1), 0);
    }
    CU_ASSERT_TRUE(is_sound(m, check_pages));
    history_end(m);
    machine_destroy(m);
}

// Memory is left, but no two frames beside each other: a stack can't be had.
static void test_fragmentation(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);
    u32 frames = nr_free_pages(m);
    kaddr *taken = calloc(frames, sizeof *taken);

    history_begin(m, NULL);
    for (u32 i = 0; i < frames; i++)
        taken[i] = alloc_pages(m, 0);
    CU_ASSERT_EQUAL(nr_free_pages(m), 0);
    CU_ASSERT_EQUAL(alloc_pages(m, 0), 0);
    CU_ASSERT_TRUE(is_sound(m, check_pages));
    for (u32 i = 0; i < frames; i++)
        if (kaddr_to_pfn(taken[i]) % 2)
            free_pages(m, taken[i], 0);
    CU_ASSERT_TRUE(nr_free_pages(m) >= frames / 2 - 1);
    CU_ASSERT_EQUAL(alloc_pages(m, 1), 0);
    CU_ASSERT_TRUE(is_sound(m, check_pages));
    for (u32 i = 0; i < frames; i++)
        if (kaddr_to_pfn(taken[i]) % 2 == 0)
            free_pages(m, taken[i], 0);
    CU_ASSERT_EQUAL(nr_free_pages(m), frames);
    CU_ASSERT_TRUE(alloc_pages(m, 1) != 0);
    CU_ASSERT_TRUE(is_sound(m, check_pages));
    history_end(m);
    free(taken);
    machine_destroy(m);
}

static void test_users(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);

    history_begin(m, NULL);
    kaddr page = get_zeroed_page(m);
    u32 free_before = nr_free_pages(m);
    set(m, page_of(m, page)->_count, 1); // a second user
    free_pages(m, page, 0);
    CU_ASSERT_EQUAL(nr_free_pages(m), free_before);
    CU_ASSERT_EQUAL(page_of(m, page)->_count, 0);
    free_pages(m, page, 0);
    CU_ASSERT_EQUAL(nr_free_pages(m), free_before + 1);
    free_pages(m, KERNEL_DATA, 0); // reserved: never given back
    CU_ASSERT_EQUAL(nr_free_pages(m), free_before + 1);
    CU_ASSERT_TRUE(is_sound(m, check_pages));
    history_end(m);
    machine_destroy(m);
}

static void test_zeroed_page(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);

    history_begin(m, NULL);
    kaddr page = alloc_pages(m, 0);
    fill(m, kpointer(m, page), 0xAA, PAGE_SIZE);
    free_pages(m, page, 0);
    CU_ASSERT_EQUAL(get_zeroed_page(m), page);
    for (u32 i = 0; i < PAGE_SIZE; i += 4)
        CU_ASSERT_EQUAL(*at(m, page + i, u32), 0);
    history_end(m);
    machine_destroy(m);
}

#define HELD_MAX 200

static void test_random_and_undo(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);
    struct {
        kaddr address;
        u32 order;
    } held[HELD_MAX];
    u32 count = 0;
    u32 random = 1;
    u32 frames = nr_free_pages(m);

    for (u32 round = 0; round < 40; round++) {
        u8 *before = image_copy(m);

        history_begin(m, NULL);
        for (u32 i = 0; i < 50; i++) {
            random = random * 1664525 + 1013904223;
            u32 order = (random >> 8) % 16 % 6;

            if (random >> 28 < 9 && count < HELD_MAX) {
                kaddr address = alloc_pages(m, order);

                if (!address)
                    continue;
                frames -= 1u << order;
                held[count].address = address;
                held[count++].order = order;
            } else if (count) {
                u32 which = (random >> 12) % count;

                free_pages(m, held[which].address, held[which].order);
                frames += 1u << held[which].order;
                held[which] = held[--count];
            }
        }
        history_end(m);
        CU_ASSERT_EQUAL(nr_free_pages(m), frames);
        CU_ASSERT_TRUE(is_sound(m, check_pages));
        CU_ASSERT_TRUE(is_undone_and_redone(m, before));
        free(before);
    }
    machine_destroy(m);
}

static void expect_complaint(struct machine *m, const char *words)
{
    struct strbuf out = STRBUF_INIT;

    CU_ASSERT_TRUE(check_pages(m, &out) > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), words));
    strbuf_finish(&out);
}

// The checker itself must see what is wrong.
static void test_checker(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);
    const struct zone *zone = &mm_data(m)->zone;

    history_begin(m, NULL);
    kaddr page = alloc_pages(m, 0);
    set(m, page_of(m, page)->_count, -1);
    expect_complaint(m, "is lost");
    set(m, page_of(m, page)->_count, 0);
    set(m, zone->free_pages, zone->free_pages + 1);
    expect_complaint(m, "free_pages is");
    set(m, zone->free_pages, zone->free_pages - 1);
    u32 order = 0;
    while (!zone->free_area[order].nr_free)
        order++;
    kaddr first = zone->free_area[order].free_list.next;
    set(m, list_entry(m, first, struct page, lru)->_count, 0);
    expect_complaint(m, "but in use");
    set(m, list_entry(m, first, struct page, lru)->_count, -1);
    set(m, zone->free_area[order].free_list.next, first + 4);
    expect_complaint(m, "no frame's link");
    set(m, zone->free_area[order].free_list.next, first);
    CU_ASSERT_TRUE(is_sound(m, check_pages));
    history_end(m);
    machine_destroy(m);
}

static CU_TestInfo tests[] = {
    { "after boot all frames are accounted for, whatever the RAM", test_boot },
    { "low addresses are handed out first", test_low_addresses_first },
    { "a block is split for one frame and merged again", test_split_and_merge },
    { "single frames wait in the CPU's own list", test_per_cpu_list },
    { "a block is aligned to its size", test_alignment },
    { "exhaustion, and free frames that do not adjoin", test_fragmentation },
    { "the last user gives a frame back; reserved ones stay", test_users },
    { "get_zeroed_page clears", test_zeroed_page },
    { "random takes and gives; undo brings every byte back", test_random_and_undo },
    { "the checker sees what is broken", test_checker },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "page allocator", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
