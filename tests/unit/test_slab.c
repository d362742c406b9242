// The slab allocator: sizes and colours as 2.6.11 works them out, which object comes next, and
// where slabs stand.
#include "bare_machine.h"
#include "cunit_main.h"

#define SMALL_RAM (16u << 20)

static const struct kmem_cache *cache_at(const struct machine *m, kaddr cache)
{
    return at(m, cache, struct kmem_cache);
}

static bool all_is_sound(const struct machine *m)
{
    return is_sound(m, check_pages) && is_sound(m, check_slabs);
}

// ---- Sizes ---------------------------------------------------------------------------------------

struct sizing {
    const char *name;
    u32 size, align, flags;
    struct {
        u32 objsize, order, num, slab_size, colour_off, colour;
        bool off_slab;
    } line[3]; // for lines of 32, 64 and 128 bytes
};

#define LINE SLAB_HWCACHE_ALIGN
// The table of facts about 2.6.11: object, order, objects a slab, descriptor, colours.
static const struct sizing sizings[] = {
    { "task A",
      1264,
      16,
      SLAB_PANIC,
      { { 1264, 0, 3, 32, 32, 8, 0 },
        { 1264, 0, 3, 32, 64, 4, 0 },
        { 1264, 0, 3, 32, 128, 2, 0 } } },
    { "task B",
      1296,
      16,
      SLAB_PANIC,
      { { 1296, 0, 3, 32, 32, 5, 0 },
        { 1296, 0, 3, 32, 64, 2, 0 },
        { 1296, 0, 3, 32, 128, 1, 0 } } },
    { "task C",
      1360,
      16,
      SLAB_PANIC,
      { { 1360, 0, 3, 30, 32, 0, 1 },
        { 1360, 0, 3, 30, 64, 0, 1 },
        { 1360, 0, 3, 30, 128, 0, 1 } } },
    { "mm_struct",
      548,
      0,
      LINE,
      { { 576, 0, 7, 64, 32, 0, 0 }, { 576, 0, 7, 64, 64, 0, 0 }, { 640, 0, 6, 128, 128, 1, 0 } } },
    { "vm_area_struct",
      88,
      0,
      0,
      { { 88, 0, 45, 116, 32, 0, 0 },
        { 88, 0, 45, 116, 64, 0, 0 },
        { 88, 0, 45, 116, 128, 0, 0 } } },
    { "signal_cache",
      236,
      0,
      LINE,
      { { 256, 0, 15, 64, 32, 6, 0 },
        { 256, 0, 15, 64, 64, 3, 0 },
        { 256, 0, 15, 128, 128, 1, 0 } } },
    { "sighand_cache",
      1284,
      0,
      LINE,
      { { 1312, 0, 3, 32, 32, 4, 0 },
        { 1344, 0, 3, 64, 64, 0, 0 },
        { 1408, 1, 5, 128, 128, 8, 0 } } },
    { "files_cache",
      412,
      0,
      LINE,
      { { 416, 0, 9, 64, 32, 9, 0 }, { 448, 0, 9, 64, 64, 0, 0 }, { 512, 0, 7, 128, 128, 3, 0 } } },
    { "fs_cache",
      32,
      0,
      LINE,
      { { 32, 0, 119, 288, 32, 0, 0 },
        { 32, 0, 119, 288, 64, 0, 0 },
        { 32, 0, 119, 288, 128, 0, 0 } } },
    { "thread_info",
      8192,
      0,
      LINE,
      { { 8192, 1, 1, 26, 32, 0, 1 },
        { 8192, 1, 1, 26, 64, 0, 1 },
        { 8192, 1, 1, 26, 128, 0, 1 } } },
};

static void check_sizing(struct machine *m, const struct sizing *s, u32 line)
{
    const struct kmem_cache *c =
        cache_at(m, kmem_cache_create(m, s->name, s->size, s->align, s->flags, 0));
    bool is_right = c->objsize == s->line[line].objsize && c->gfporder == s->line[line].order &&
                    c->num == s->line[line].num && c->slab_size == s->line[line].slab_size &&
                    c->colour_off == s->line[line].colour_off &&
                    c->colour == s->line[line].colour &&
                    !!(c->flags & CFLGS_OFF_SLAB) == s->line[line].off_slab;

    if (!is_right)
        fprintf(stderr, "%s, line %u: objsize %u order %u num %u slab_size %u colour %u * %u\n",
                s->name, 32u << line, c->objsize, c->gfporder, c->num, c->slab_size, c->colour,
                c->colour_off);
    CU_ASSERT_TRUE(is_right);
    CU_ASSERT_STRING_EQUAL(c->name, s->name);
    CU_ASSERT_EQUAL(c->free_limit, 2 * c->array.batchcount + c->num);
}

static void test_sizes(void)
{
    for (u32 line = 0; line < 3; line++) {
        struct machine *m = bare_machine(64u << 20, 32u << line);

        history_begin(m, NULL);
        for (size_t i = 0; i < sizeof sizings / sizeof *sizings; i++)
            check_sizing(m, &sizings[i], line);
        CU_ASSERT_TRUE(all_is_sound(m));
        history_end(m);
        machine_destroy(m);
    }
}

// With 32 MB or less a slab stays at order 0 if an object fits at all.
static void test_break_order(void)
{
    struct machine *m = bare_machine(32u << 20, 128);

    history_begin(m, NULL);
    const struct kmem_cache *c =
        cache_at(m, kmem_cache_create(m, "sighand_cache", 1284, 0, LINE, 0));
    CU_ASSERT_EQUAL(c->gfporder, 0);
    CU_ASSERT_EQUAL(c->num, 2);
    history_end(m);
    machine_destroy(m);
}

static void test_array_sizes(void)
{
    static const u32 wanted[][3] = { { 256, 120, 60 }, { 257, 54, 27 },  { 1024, 54, 27 },
                                     { 1264, 24, 12 }, { 4096, 24, 12 }, { 8192, 8, 4 },
                                     { 131072, 8, 4 } };
    struct machine *m = bare_machine(SMALL_RAM, 32);

    history_begin(m, NULL);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct kmem_cache *c =
            cache_at(m, kmem_cache_create(m, "any", wanted[i][0], 0, 0, 0));

        CU_ASSERT_EQUAL(c->array.limit, wanted[i][1]);
        CU_ASSERT_EQUAL(c->array.batchcount, wanted[i][2]);
    }
    history_end(m);
    machine_destroy(m);
}

static void test_general_caches(void)
{
    for (u32 line = 32; line <= 128; line *= 2) {
        struct machine *m = bare_machine(SMALL_RAM, line);
        const struct mm_data *data = mm_data(m);

        CU_ASSERT_EQUAL(data->malloc_caches[2] != 0, line < 64);
        CU_ASSERT_EQUAL(data->malloc_caches[4] != 0, line < 128);
        CU_ASSERT_STRING_EQUAL(cache_at(m, data->malloc_caches[0])->name, "size-32");
        CU_ASSERT_STRING_EQUAL(cache_at(m, data->malloc_caches[10])->name, "size-8192");
        CU_ASSERT_STRING_EQUAL(cache_at(m, data->malloc_caches[14])->name, "size-131072");
        CU_ASSERT_EQUAL(kmem_find_general_cachep(m, 1), data->malloc_caches[0]);
        CU_ASSERT_EQUAL(kmem_find_general_cachep(m, 65), data->malloc_caches[line < 64 ? 2 : 3]);
        CU_ASSERT_EQUAL(kmem_find_general_cachep(m, 8192), data->malloc_caches[10]);
        CU_ASSERT_STRING_EQUAL(data->cache_cache.name, "kmem_cache");
        CU_ASSERT_TRUE(all_is_sound(m));
        machine_destroy(m);
    }
}

// ---- Which object ----------------------------------------------------------------------------------

static void test_kmalloc(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);

    history_begin(m, NULL);
    for (u32 size = 1; size <= 131072; size = size * 5 / 3 + 1) {
        kaddr object = kmalloc(m, size);

        CU_ASSERT_FATAL(object != 0);
        CU_ASSERT_EQUAL(cache_of_object(m, object), kmem_find_general_cachep(m, size));
        CU_ASSERT_TRUE(all_is_sound(m));
        kfree(m, object);
    }
    kfree(m, 0);
    kaddr stack = kmalloc(m, 8192);
    CU_ASSERT_EQUAL(stack % 8192, 0);
    CU_ASSERT_EQUAL(cache_of_object(m, stack + 8191), kmem_find_general_cachep(m, 8192));
    CU_ASSERT_EQUAL(cache_of_object(m, KERNEL_DATA), 0);
    CU_ASSERT_EQUAL(cache_of_object(m, 0x1000), 0);
    CU_ASSERT_TRUE(all_is_sound(m));
    history_end(m);
    machine_destroy(m);
}

// "configuration B, line 32: object 0 of the first slab at page + 32, 1 at + 1328, 2 at + 2624"
static void test_places_and_colours(void)
{
    static const u32 colours[] = { 0, 32, 64, 96, 128, 0, 32, 64, 96, 128, 0 };
    struct machine *m = bare_machine(64u << 20, 32);

    history_begin(m, NULL);
    kaddr cache = kmem_cache_create(m, "task_struct", 1296, 16, SLAB_PANIC, 0);
    for (u32 slab = 0; slab < sizeof colours / sizeof *colours; slab++) {
        for (u32 i = 3; i-- > 0;) { // a refill lays out the slab; its last object goes first
            kaddr object = kmem_cache_alloc(m, cache);

            CU_ASSERT_EQUAL(object % PAGE_SIZE, colours[slab] + 32 + i * 1296);
        }
        CU_ASSERT_EQUAL(cache_slabs(cache_at(m, cache)), slab + 1);
    }
    CU_ASSERT_TRUE(all_is_sound(m));
    history_end(m);
    machine_destroy(m);
}

static void test_last_freed_comes_first(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);

    history_begin(m, NULL);
    kaddr cache = kmem_cache_create(m, "task_struct", 1264, 16, 0, 0);
    kaddr a = kmem_cache_alloc(m, cache);
    kaddr b = kmem_cache_alloc(m, cache);
    kmem_cache_free(m, cache, a);
    kmem_cache_free(m, cache, b);
    CU_ASSERT_EQUAL(kmem_cache_alloc(m, cache), b);
    CU_ASSERT_EQUAL(kmem_cache_alloc(m, cache), a);
    CU_ASSERT_EQUAL(cache_objects_in_use(cache_at(m, cache)), 2);
    CU_ASSERT_TRUE(all_is_sound(m));
    history_end(m);
    machine_destroy(m);
}

struct heard {
    u32 count;
    s32 flags[8];
};

static void hear(void *context, const struct machine *m, const struct event *event)
{
    struct heard *heard = context;

    (void)m;
    if (event->kind == EVENT_SLAB_ALLOC && heard->count < 8)
        heard->flags[heard->count++] = event->c;
}

static void test_events_tell_recycled_objects(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);
    struct heard heard = { 0 };

    history_begin(m, NULL);
    kaddr cache = kmem_cache_create(m, "any", 1264, 16, 0, 0);
    machine_listen(m, hear, &heard);
    kaddr a = kmem_cache_alloc(m, cache); // fresh
    kmem_cache_free(m, cache, a);
    kmem_cache_alloc(m, cache); // the same again
    kmem_cache_alloc(m, cache); // fresh
    machine_unlisten(m, hear, &heard);
    CU_ASSERT_EQUAL(heard.count, 3);
    CU_ASSERT_EQUAL(heard.flags[0], 0);
    CU_ASSERT_EQUAL(heard.flags[1], 1);
    CU_ASSERT_EQUAL(heard.flags[2], 0);
    history_end(m);
    machine_destroy(m);
}

// ---- Where slabs stand -----------------------------------------------------------------------------

static u32 list_length(const struct machine *m, const struct list_head *head)
{
    u32 length = 0;

    list_for_each(m, link, head) length++;
    return length;
}

static void test_lists(void)
{
    struct machine *m = bare_machine(64u << 20, 32);
    kaddr objects[40];

    history_begin(m, NULL);
    kaddr cache = kmem_cache_create(m, "task_struct", 1264, 16, 0, 0); // 3 a slab
    const struct kmem_cache *c = cache_at(m, cache);
    CU_ASSERT_EQUAL(c->grown, 0); // made when first needed
    objects[0] = kmem_cache_alloc(m, cache);
    CU_ASSERT_EQUAL(c->array.avail, 2); // a refill that must grow is content with one slab
    CU_ASSERT_EQUAL(list_length(m, &c->slabs_full), 1);
    CU_ASSERT_EQUAL(c->free_objects, 0);
    for (u32 i = 1; i < 36; i++)
        objects[i] = kmem_cache_alloc(m, cache);
    CU_ASSERT_EQUAL(c->array.avail, 0);
    CU_ASSERT_EQUAL(list_length(m, &c->slabs_full), 12);
    // 24 fill the array; the 25th pushes the oldest 12, four whole slabs, out of it.
    for (u32 i = 0; i < 24; i++)
        kmem_cache_free(m, cache, objects[i]);
    CU_ASSERT_EQUAL(c->array.avail, 24);
    CU_ASSERT_EQUAL(list_length(m, &c->slabs_full), 12);
    kmem_cache_free(m, cache, objects[24]);
    CU_ASSERT_EQUAL(c->array.avail, 13);
    CU_ASSERT_EQUAL(c->array.entry[12], objects[24]);
    CU_ASSERT_EQUAL(c->array.entry[0], objects[12]);
    CU_ASSERT_EQUAL(list_length(m, &c->slabs_free), 4);
    CU_ASSERT_EQUAL(c->free_objects, 12);
    CU_ASSERT_TRUE(all_is_sound(m));
    // The rest: free slabs beyond the limit of 27 free objects are destroyed.
    for (u32 i = 25; i < 36; i++)
        kmem_cache_free(m, cache, objects[i]);
    CU_ASSERT_EQUAL(c->array.avail, 24);
    CU_ASSERT_EQUAL(c->free_objects, 12);
    CU_ASSERT_EQUAL(c->reaped, 0);
    CU_ASSERT_EQUAL(cache_objects_in_use(c), 0);
    CU_ASSERT_TRUE(all_is_sound(m));
    history_end(m);
    machine_destroy(m);
}

// An array that is not full makes partial slabs: the freed one goes to the tail.
static void test_partial_goes_to_the_tail(void)
{
    struct machine *m = bare_machine(64u << 20, 32);
    kaddr objects[48];

    history_begin(m, NULL);
    kaddr cache = kmem_cache_create(m, "task_struct", 1264, 16, 0, 0);
    const struct kmem_cache *c = cache_at(m, cache);
    for (u32 i = 0; i < 48; i++)
        objects[i] = kmem_cache_alloc(m, cache);
    for (u32 i = 0; i < 25; i++) // one object of each of the first slabs, then others
        kmem_cache_free(m, cache, objects[i * 3 % 48 + i * 3 / 48]);
    kaddr prev = 0;
    CU_ASSERT_TRUE(list_length(m, &c->slabs_partial) >= 12);
    u32 seen = 0;
    list_for_each(m, link, &c->slabs_partial)
    { // in the order of freeing
        if (seen < 12)
            CU_ASSERT_EQUAL(page_of(m, objects[seen * 3])->lru.prev, link);
        seen++;
        prev = link;
    }
    CU_ASSERT_TRUE(prev != 0);
    // A refill takes from the head of partial first.
    kaddr head = c->slabs_partial.next;
    while (c->array.avail)
        kmem_cache_alloc(m, cache);
    kmem_cache_alloc(m, cache);
    CU_ASSERT_EQUAL(at(m, head, struct slab)->inuse, 3);
    CU_ASSERT_TRUE(all_is_sound(m));
    history_end(m);
    machine_destroy(m);
}

static void test_destruction(void)
{
    struct machine *m = bare_machine(64u << 20, 32);
    kaddr objects[300];

    history_begin(m, NULL);
    kaddr cache = kmem_cache_create(m, "off-slab", 1360, 16, 0, 0);
    const struct kmem_cache *c = cache_at(m, cache);
    kmem_cache_free(m, cache, kmem_cache_alloc(m, cache));
    u32 before = nr_free_pages(m);
    for (u32 i = 0; i < 300; i++)
        objects[i] = kmem_cache_alloc(m, cache);
    CU_ASSERT_TRUE(nr_free_pages(m) <= before - 96);
    CU_ASSERT_TRUE(all_is_sound(m));
    for (u32 i = 0; i < 300; i++)
        kmem_cache_free(m, cache, objects[i]);
    CU_ASSERT_EQUAL(cache_objects_in_use(c), 0);
    CU_ASSERT_TRUE(c->reaped > 80);
    CU_ASSERT_TRUE(c->free_objects <= c->free_limit);
    CU_ASSERT_TRUE(nr_free_pages(m) > before - 40);
    CU_ASSERT_TRUE(all_is_sound(m));
    history_end(m);
    machine_destroy(m);
}

static void test_no_memory(void)
{
    struct machine *m = bare_machine(8u << 20, 32);
    u8 *before = image_copy(m);
    u32 stacks = 0;
    kaddr last = 0;

    history_begin(m, NULL);
    for (kaddr stack; (stack = kmalloc(m, 8192)) != 0; last = stack)
        stacks++;
    CU_ASSERT_TRUE(stacks > 500);
    CU_ASSERT_TRUE(nr_free_pages(m) < 8);
    CU_ASSERT_TRUE(all_is_sound(m));
    kfree(m, last);
    CU_ASSERT_EQUAL(kmalloc(m, 8192), last);
    CU_ASSERT_EQUAL(kmalloc(m, 8192), 0);
    history_end(m);
    CU_ASSERT_TRUE(is_undone_and_redone(m, before));
    free(before);
    machine_destroy(m);
}

static void test_page_directories(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);
    u32 kernel_entry = 0x00400063;
    kaddr master = mm_data(m)->swapper_pg_dir;

    history_begin(m, NULL);
    set(m, at(m, master, u32)[USER_PTRS_PER_PGD + 1], kernel_entry);
    kaddr dirty = alloc_pages(m, 3); // what the frames held before must not show through
    fill(m, kpointer(m, dirty), 0xFF, PAGE_SIZE * 8);
    free_pages(m, dirty, 3);
    kaddr cache = kmem_cache_create(m, "pgd", PAGE_SIZE, PAGE_SIZE, 0, SLAB_PGD_CONSTRUCTOR);
    for (u32 n = 0; n < 10; n++) {
        kaddr pgd = kmem_cache_alloc(m, cache);

        CU_ASSERT_EQUAL(pgd % PAGE_SIZE, 0);
        for (u32 i = 0; i < PTRS_PER_PGD; i++)
            CU_ASSERT_EQUAL(at(m, pgd, u32)[i], i == USER_PTRS_PER_PGD + 1 ? kernel_entry : 0);
    }
    CU_ASSERT_TRUE(all_is_sound(m));
    history_end(m);
    machine_destroy(m);
}

// ---- Against a model -------------------------------------------------------------------------------

#define HELD_MAX 400

// Objects that are held never overlap, hold their bytes, and none is lost.
static void random_round(struct machine *m, const kaddr *caches, kaddr (*held)[2], u32 *count,
                         u32 *random)
{
    for (u32 i = 0; i < 60; i++) {
        *random = *random * 1664525 + 1013904223;
        if (*random >> 28 < 9 && *count < HELD_MAX) {
            kaddr cache = caches[(*random >> 8) % 4];
            kaddr object = kmem_cache_alloc(m, cache);

            CU_ASSERT_FATAL(object != 0);
            fill(m, kpointer(m, object), (u8)object / 4, cache_at(m, cache)->objsize);
            held[*count][0] = cache;
            held[(*count)++][1] = object;
        } else if (*count) {
            u32 which = (*random >> 12) % *count;
            const u8 *bytes = kpointer(m, held[which][1]);
            bool is_kept = true;

            for (u32 b = 0; b < cache_at(m, held[which][0])->objsize; b++)
                is_kept &= bytes[b] == (u8)held[which][1] / 4;
            CU_ASSERT_TRUE(is_kept);
            kmem_cache_free(m, held[which][0], held[which][1]);
            memcpy(held[which], held[--*count], sizeof *held);
        }
    }
}

static void test_random_and_undo(void)
{
    struct machine *m = bare_machine(8u << 20, 64);
    static kaddr held[HELD_MAX][2];
    u32 count = 0;
    u32 random = 7;

    history_begin(m, NULL);
    kaddr caches[4] = { kmem_cache_create(m, "tiny", 12, 0, 0, 0),
                        kmem_cache_create(m, "task", 1264, 16, 0, 0),
                        kmem_cache_create(m, "away", 1360, 16, 0, 0),
                        mm_data(m)->malloc_caches[10] };
    history_end(m);
    for (u32 round = 0; round < 60; round++) {
        u8 *before = image_copy(m);

        history_begin(m, NULL);
        random_round(m, caches, held, &count, &random);
        history_end(m);
        CU_ASSERT_TRUE(all_is_sound(m));
        u32 in_use = 0;
        for (u32 i = 0; i < 4; i++)
            in_use += cache_objects_in_use(cache_at(m, caches[i]));
        CU_ASSERT_EQUAL(in_use, count);
        CU_ASSERT_TRUE(is_undone_and_redone(m, before));
        free(before);
    }
    machine_destroy(m);
}

static void expect_complaint(const struct machine *m, const char *words)
{
    struct strbuf out = STRBUF_INIT;

    CU_ASSERT_TRUE(check_slabs(m, &out) > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), words));
    strbuf_finish(&out);
}

static void test_checker(void)
{
    struct machine *m = bare_machine(SMALL_RAM, 32);

    history_begin(m, NULL);
    kaddr cache = kmem_cache_create(m, "any", 1264, 16, 0, 0);
    const struct kmem_cache *c = cache_at(m, cache);
    kaddr a = kmem_cache_alloc(m, cache);
    const struct slab *slab = at(m, page_of(m, a)->lru.prev, struct slab);
    kmem_cache_free(m, cache, a);
    kmem_cache_free(m, cache, a);
    expect_complaint(m, "in the array twice");
    set(m, c->array.avail, c->array.avail - 1);
    set(m, slab->inuse, 2u);
    expect_complaint(m, "on the full list");
    set(m, slab->inuse, 3u);
    set(m, slab->free, 0);
    expect_complaint(m, "free chain");
    set(m, slab->free, BUFCTL_END);
    set(m, page_of(m, a)->lru.next, cache + 4);
    expect_complaint(m, "names cache");
    set(m, page_of(m, a)->lru.next, cache);
    set(m, c->slabs_full.next, 0u);
    expect_complaint(m, "list is broken");
    history_end(m);
    machine_destroy(m);
}

static CU_TestInfo tests[] = {
    { "sizes, orders, descriptors and colours are 2.6.11's", test_sizes },
    { "small machines keep to single frames", test_break_order },
    { "the larger the objects, the shorter the array", test_array_sizes },
    { "the general caches there are", test_general_caches },
    { "kmalloc takes from the smallest that fits", test_kmalloc },
    { "objects lie where the colours put them; colours cycle", test_places_and_colours },
    { "the object freed last comes first", test_last_freed_comes_first },
    { "events tell recycled objects from fresh ones", test_events_tell_recycled_objects },
    { "slabs stand on the list that their counts say", test_lists },
    { "a freed object's slab goes to the tail of partial", test_partial_goes_to_the_tail },
    { "empty slabs beyond the limit are destroyed", test_destruction },
    { "without memory there is no object, and nothing breaks", test_no_memory },
    { "page directories are constructed", test_page_directories },
    { "random use against a model; undo brings every byte back", test_random_and_undo },
    { "the checker sees what is broken", test_checker },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "slab allocator", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
