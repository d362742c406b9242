// Areas: mapping, splitting, merging, brk and mprotect, limits, thousands of them; and the catalogue
// of programs.
#include "booted_machine.h"
#include "cunit_main.h"

#include "kernel/mmap.h"
#include "machine/program.h"

#include <string.h>

#define RW        (PROT_READ | PROT_WRITE)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)

static u32 map(struct booted *b, uaddr address, u32 pages, u32 prot, u32 flags)
{
    return (u32)CALL(b, 1, mmap, address, pages * PAGE_SIZE, prot, flags);
}

static u32 map_fixed(struct booted *b, uaddr address, u32 pages, u32 prot)
{
    return map(b, address, pages, prot, ANONYMOUS | MAP_FIXED);
}

static s32 unmap(struct booted *b, uaddr address, u32 pages)
{
    return CALL(b, 1, munmap, address, pages * PAGE_SIZE);
}

static s32 protect(struct booted *b, uaddr address, u32 pages, u32 prot)
{
    return CALL(b, 1, mprotect, address, pages * PAGE_SIZE, prot);
}

// The area at an address, or NULL.
static const struct vm_area_struct *area(const struct booted *b, uaddr address)
{
    const struct vm_area_struct *vma = look_for_vma(b->m, mm_of(b, 1), address);

    return vma && vma->vm_start <= address ? vma : NULL;
}

static bool is_area(const struct booted *b, uaddr start, uaddr end)
{
    const struct vm_area_struct *vma = area(b, start);

    return vma && vma->vm_start == start && vma->vm_end == end;
}

#define BASE 0x40000000u
#define P(n) (BASE + (n)*PAGE_SIZE)

// ---- mmap ----------------------------------------------------------------------------------------

static void test_top_down(void)
{
    struct booted *b = power_on_machine();
    u32 pages = mm_of(b, 1)->total_vm;
    s32 areas = mm_of(b, 1)->map_count;

    CU_ASSERT_EQUAL(map(b, 0, 3, PROT_READ, ANONYMOUS), 0xB7FFD000);
    CU_ASSERT_EQUAL(map(b, 0, 2, RW, ANONYMOUS), 0xB7FFB000);
    CU_ASSERT_EQUAL(mm_of(b, 1)->map_count, areas + 2);
    CU_ASSERT_EQUAL(mm_of(b, 1)->total_vm, pages + 5);
    // The same kind, just below: one area.
    CU_ASSERT_EQUAL(map(b, 0, 1, RW, ANONYMOUS), 0xB7FFA000);
    CU_ASSERT(is_area(b, 0xB7FFA000, 0xB7FFD000));
    // A gap is used again.
    CU_ASSERT_EQUAL(unmap(b, 0xB7FFD000, 3), 0);
    CU_ASSERT_EQUAL(map(b, 0, 3, PROT_READ, ANONYMOUS), 0xB7FFD000);
    // A wish is granted if it can be.
    CU_ASSERT_EQUAL(map(b, BASE + 1, 1, RW, ANONYMOUS), P(1));
    CU_ASSERT_EQUAL(map(b, P(1), 1, PROT_READ, ANONYMOUS), 0xB7FF9000);
    power_off(b);
}

static void test_legacy_layout(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(CALL(b, 1, setrlimit, RLIMIT_STACK, RLIM_INFINITY, RLIM_INFINITY), 0);
    CU_ASSERT_EQUAL(exec(b, 1, "/sbin/init"), 0);
    CU_ASSERT_EQUAL(map(b, 0, 2, RW, ANONYMOUS), 0x40000000);
    CU_ASSERT_EQUAL(map(b, 0, 2, PROT_READ, ANONYMOUS), 0x40002000);
    power_off(b);
}

static void test_refusals(void)
{
    struct booted *b = power_on_machine();

    CU_ASSERT_EQUAL(map(b, 0, 0, RW, ANONYMOUS), (u32)-EINVAL);
    CU_ASSERT_EQUAL(map(b, 0, 1, RW, MAP_ANONYMOUS), (u32)-EINVAL);
    CU_ASSERT_EQUAL(map_fixed(b, BASE + 1, 1, RW), (u32)-EINVAL);
    CU_ASSERT_EQUAL(map_fixed(b, 0xBFFFF000, 2, RW), (u32)-ENOMEM);
    CU_ASSERT_EQUAL(map_fixed(b, 0xC0000000, 1, RW), (u32)-ENOMEM);
    CU_ASSERT_EQUAL(CALL(b, 1, mmap, 0, 0xFFFFFFFF, RW, ANONYMOUS), -EINVAL);
    CU_ASSERT_EQUAL(CALL(b, 1, mmap, 0, TASK_SIZE + PAGE_SIZE, RW, ANONYMOUS), -EINVAL);
    CU_ASSERT_EQUAL(CALL(b, 1, mmap, 0, TASK_SIZE, RW, ANONYMOUS), -ENOMEM);
    CU_ASSERT_EQUAL(CALL(b, 1, mmap, TASK_SIZE - 1, PAGE_SIZE, RW, ANONYMOUS | MAP_FIXED), -ENOMEM);
    CU_ASSERT_EQUAL(CALL(b, 1, mmap, 0, 0xC0000000, RW, ANONYMOUS), -ENOMEM);
    CU_ASSERT_EQUAL(CALL(b, 1, mmap, 0, PAGE_SIZE, RW, MAP_PRIVATE, 77), -EBADF);
    CU_ASSERT_EQUAL(CALL(b, 1, mmap, 0, PAGE_SIZE, RW, MAP_PRIVATE, 0), -ENODEV);
    s32 fd = open_path(b, 1, "/bin/cat", 0);
    CU_ASSERT_EQUAL(CALL(b, 1, mmap, 0, PAGE_SIZE, RW, MAP_SHARED, (u32)fd), -EACCES);
    CU_ASSERT_EQUAL(unmap(b, BASE + 1, 1), -EINVAL);
    CU_ASSERT_EQUAL(unmap(b, BASE, 0), -EINVAL);
    CU_ASSERT_EQUAL(unmap(b, 0xBFFFF000, 2), -EINVAL);
    CU_ASSERT_EQUAL(unmap(b, BASE, 1), 0); // nothing there: nothing to do
    CU_ASSERT_EQUAL(CALL(b, 1, setrlimit, RLIMIT_AS, 100 * PAGE_SIZE, 100 * PAGE_SIZE), 0);
    CU_ASSERT_EQUAL(map(b, 0, 90, RW, ANONYMOUS), (u32)-ENOMEM);
    u32 here = map(b, 0, 60, RW, ANONYMOUS);
    CU_ASSERT_EQUAL(here % PAGE_SIZE, 0);
    // What lies there goes first: it does not count, and is gone if the new one is too large.
    CU_ASSERT_EQUAL(map_fixed(b, here, 60, PROT_READ), here);
    CU_ASSERT_EQUAL(map_fixed(b, here, 90, RW), (u32)-ENOMEM);
    CU_ASSERT_PTR_NULL(area(b, here));
    power_off(b);
}

static void test_file_mapping(void)
{
    struct booted *b = power_on_machine();
    s32 fd = open_path(b, 1, "/bin/cat", 0);
    char text[16];

    CU_ASSERT_EQUAL(
        (u32)CALL(b, 1, mmap, BASE, 2 * PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, (u32)fd, 1),
        BASE);
    CALL(b, 1, close, (u32)fd); // the area keeps the file open
    CU_ASSERT(load(b, 1, BASE, 16));
    read_user_bytes(b->m, mm_of(b, 1), BASE, text, sizeof text);
    CU_ASSERT_EQUAL(memcmp(text, "cat text 0001000", 16), 0);
    // Behind the end of the file there is no page.
    fd = open_path(b, 1, "/bin/cat", 0);
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL((u32)CALL(b, child, mmap, P(8), 9 * PAGE_SIZE, PROT_READ,
                              MAP_SHARED | MAP_FIXED, (u32)fd, 0),
                    P(8));
    CU_ASSERT_FALSE(load(b, child, P(16), 1));
    CU_ASSERT(took(b, child, SIGBUS, ACTION_CORE));
    power_off(b);
}

// ---- munmap --------------------------------------------------------------------------------------

static void test_partial_unmap(void)
{
    struct booted *b = power_on_machine();
    u32 rss = mm_of(b, 1)->rss;
    s32 areas = mm_of(b, 1)->map_count;

    map_fixed(b, BASE, 6, RW);
    for (u32 i = 0; i < 6; i++)
        store(b, 1, P(i), "page", 4);
    CU_ASSERT_EQUAL(unmap(b, P(2), 2), 0); // the middle
    CU_ASSERT(is_area(b, P(0), P(2)));
    CU_ASSERT(is_area(b, P(4), P(6)));
    CU_ASSERT_EQUAL(mm_of(b, 1)->map_count, areas + 2);
    CU_ASSERT_EQUAL(mm_of(b, 1)->rss, rss + 4);
    CU_ASSERT_EQUAL(unmap(b, P(5), 1), 0); // an end
    CU_ASSERT_EQUAL(unmap(b, P(0), 1), 0); // a beginning
    CU_ASSERT(is_area(b, P(1), P(2)));
    CU_ASSERT(is_area(b, P(4), P(5)));
    char text[5] = "";
    read_user_bytes(b->m, mm_of(b, 1), P(4), text, 4);
    CU_ASSERT_STRING_EQUAL(text, "page");
    u32 tables = mm_of(b, 1)->nr_ptes;
    CU_ASSERT_EQUAL(unmap(b, BASE, 10), 0); // across two areas and gaps
    CU_ASSERT_EQUAL(mm_of(b, 1)->map_count, areas);
    CU_ASSERT_EQUAL(mm_of(b, 1)->nr_ptes, tables - 1);
    CU_ASSERT_FALSE(load(b, 1, P(4), 1));
    // What fork shares is only taken from one of the two.
    map_fixed(b, BASE, 2, RW);
    store(b, 1, P(0), "both", 4);
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(CALL(b, child, munmap, P(0), PAGE_SIZE), 0);
    CU_ASSERT(load(b, 1, P(0), 4));
    CU_ASSERT_EQUAL(console(b->m)->last_value, 0x68746F62);
    power_off(b);
}

static void test_fixed_replaces(void)
{
    struct booted *b = power_on_machine();

    map_fixed(b, BASE, 4, RW);
    store(b, 1, P(1), "old", 3);
    CU_ASSERT_EQUAL(map_fixed(b, P(1), 2, PROT_READ), P(1));
    CU_ASSERT(is_area(b, P(0), P(1)));
    CU_ASSERT(is_area(b, P(1), P(3)));
    CU_ASSERT(is_area(b, P(3), P(4)));
    CU_ASSERT(load(b, 1, P(1), 4));
    CU_ASSERT_EQUAL(console(b->m)->last_value, 0);
    power_off(b);
}

// ---- mprotect and brk ----------------------------------------------------------------------------

static void test_protect(void)
{
    struct booted *b = power_on_machine();

    map_fixed(b, BASE, 5, RW);
    for (u32 i = 0; i < 5; i++)
        store(b, 1, P(i), "page", 4);
    CU_ASSERT_EQUAL(protect(b, P(1), 2, PROT_READ), 0);
    CU_ASSERT(is_area(b, P(0), P(1)));
    CU_ASSERT(is_area(b, P(1), P(3)));
    CU_ASSERT(is_area(b, P(3), P(5)));
    CU_ASSERT(load(b, 1, P(1), 4));
    CU_ASSERT_FALSE(store(b, 1, P(1), "x", 1));
    CU_ASSERT_EQUAL(protect(b, P(1), 2, RW), 0);
    CU_ASSERT(is_area(b, P(0), P(5))); // merged again
    CU_ASSERT(store(b, 1, P(1), "x", 1));
    const struct event *e = heard_first(b, EVENT_FAULT);
    CU_ASSERT(e && FAULT_EVENT_KIND(e->c) == FAULT_REUSE); // no copy: it was the only user
    CU_ASSERT_EQUAL(protect(b, P(0), 5, 0), 0);
    CU_ASSERT_FALSE(load(b, 1, P(0), 1));
    CU_ASSERT_EQUAL(protect(b, P(0), 5, PROT_READ), 0);
    CU_ASSERT(load(b, 1, P(4), 4));
    CU_ASSERT_EQUAL(console(b->m)->last_value, 0x65676170);
    CU_ASSERT_EQUAL(protect(b, P(0) + 1, 1, RW), -EINVAL);
    CU_ASSERT_EQUAL(protect(b, P(4), 2, RW), -ENOMEM);             // the second page is not mapped
    CU_ASSERT_EQUAL(area(b, P(4))->vm_flags & VM_WRITE, VM_WRITE); // the first one was changed
    CU_ASSERT_EQUAL(protect(b, P(0), 0, RW), 0);
    // A private page that is shared after fork is not made writable by mprotect.
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(protect(b, P(0), 5, RW), 0);
    CU_ASSERT(store(b, 1, P(0), "mine", 4));
    CU_ASSERT(load(b, child, P(0), 4));
    CU_ASSERT_EQUAL(console(b->m)->last_value, 0x65676170);
    power_off(b);
}

static void test_brk(void)
{
    struct booted *b = power_on_machine();
    const struct mm_struct *mm = mm_of(b, 1);
    uaddr end = mm->brk;

    CU_ASSERT_EQUAL((u32)CALL(b, 1, brk, 0), end);
    CU_ASSERT_EQUAL((u32)CALL(b, 1, brk, end + 100), end + 100);
    CU_ASSERT(store(b, 1, end + PAGE_SIZE - 1, "x", 1));
    CU_ASSERT_EQUAL((u32)CALL(b, 1, brk, end - PAGE_SIZE), end - PAGE_SIZE);
    CU_ASSERT_FALSE(load(b, 1, end, 1));
    CU_ASSERT_EQUAL((u32)CALL(b, 1, brk, mm->start_code), end - PAGE_SIZE); // into the text: no
    CU_ASSERT_EQUAL((u32)CALL(b, 1, brk, 0xC0000001), end - PAGE_SIZE);
    CU_ASSERT_EQUAL((u32)CALL(b, 1, brk, 0xBFFF0000), end - PAGE_SIZE); // into the stack: no
    CU_ASSERT(heard(b, EVENT_REFUSED, 1, 0) != NULL);
    CU_ASSERT_EQUAL(CALL(b, 1, setrlimit, RLIMIT_DATA, 8 * PAGE_SIZE, 8 * PAGE_SIZE), 0);
    CU_ASSERT_EQUAL((u32)CALL(b, 1, brk, end + 40 * PAGE_SIZE), end - PAGE_SIZE);
    CU_ASSERT_EQUAL(heard(b, EVENT_REFUSED, 1, 0)->c, REFUSED_DATA_LIMIT);
    CU_ASSERT_EQUAL(CALL(b, 1, setrlimit, RLIMIT_DATA, RLIM_INFINITY, RLIM_INFINITY), 0);
    CU_ASSERT_EQUAL(CALL(b, 1, setrlimit, RLIMIT_AS, 60 * PAGE_SIZE, 60 * PAGE_SIZE), 0);
    CU_ASSERT_EQUAL((u32)CALL(b, 1, brk, end + 60 * PAGE_SIZE), end - PAGE_SIZE);
    CU_ASSERT_EQUAL(heard(b, EVENT_REFUSED, 1, 0)->c, REFUSED_ADDRESS_SPACE);
    power_off(b);
}

// ---- Many ----------------------------------------------------------------------------------------

#define MODEL_PAGES 600u

static u32 random_below(u32 *state, u32 bound)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % bound;
}

// Against a model of one byte a page.
static void test_random_areas(void)
{
    for (u32 seed = 1; seed <= 6; seed++) {
        struct booted *b = power_on_machine();
        u8 model[MODEL_PAGES] = { 0 }; // 0 = nothing, else 1 + its protection
        u32 state = seed * 77;

        b->unchecked = true;
        for (u32 i = 0; i < 1500; i++) {
            u32 first = random_below(&state, MODEL_PAGES - 8);
            u32 pages = 1 + random_below(&state, 8), prot = random_below(&state, 4);
            bool all = memchr(model + first, 0, pages) == NULL;

            switch (random_below(&state, 4)) {
            case 0:
                CU_ASSERT_EQUAL(unmap(b, P(first), pages), 0);
                memset(model + first, 0, pages);
                break;
            case 1:
                CU_ASSERT_EQUAL(protect(b, P(first), pages, prot), all ? 0 : -ENOMEM);
                for (u32 k = first; k < first + pages && model[k]; k++)
                    model[k] = (u8)(1 + prot);
                break;
            default:
                CU_ASSERT_EQUAL(map_fixed(b, P(first), pages, prot), P(first));
                memset(model + first, (int)(1 + prot), pages);
            }
            if (i % 100 == 0)
                CU_ASSERT(is_machine_sound(b->m));
        }
        for (u32 k = 0; k < MODEL_PAGES; k++) {
            const struct vm_area_struct *vma = area(b, P(k));

            CU_ASSERT_EQUAL(vma ? 1 + (vma->vm_flags & 3) : 0, model[k]);
        }
        CU_ASSERT(is_machine_sound(b->m));
        power_off(b);
    }
}

static void test_thousands(void)
{
    struct boot_options options = boot_defaults;
    const u32 count = 20000;

    struct booted *b = power_on_with(&options, 0);
    s32 areas = mm_of(b, 1)->map_count;
    b->unchecked = true;
    for (u32 i = 0; i < count; i++) // every second page, so that none are merged
        CU_ASSERT_EQUAL(map_fixed(b, P(i * 2 * 7919 % (2 * count)), 1, PROT_READ),
                        P(i * 2 * 7919 % (2 * count)));
    CU_ASSERT_EQUAL(mm_of(b, 1)->map_count, areas + (s32)count);
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT(is_machine_sound(b->m));
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(unmap(b, BASE, 2 * count), 0);
    CU_ASSERT_EQUAL(mm_of(b, 1)->map_count, areas);
    CU_ASSERT(is_machine_sound(b->m));
    power_off(b);
}

// ---- The catalogue -------------------------------------------------------------------------------

static void expect_mistake(const char *text, const char *words)
{
    struct programs table = { .list = NULL };
    struct strbuf why = STRBUF_INIT;

    CU_ASSERT_FALSE(programs_add(&table, text, &why));
    if (!strstr(strbuf_text(&why), words))
        printf("%s\n", strbuf_text(&why));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&why), words));
    CU_ASSERT_EQUAL(table.count, 0);
    strbuf_finish(&why);
    programs_finish(&table);
}

static void test_catalogue(void)
{
    struct booted *b = power_on_machine();
    struct strbuf why = STRBUF_INIT;

    expect_mistake("bin/sh text=1p", "line 1: a program's path begins with /: bin/sh");
    expect_mistake("# a comment\n\n/bin/sh text=1q",
                   "line 3: expected text=, data=, bss=, heap= or plain=");
    expect_mistake("/bin/sh text=1p\n/bin/x text=99999999999", "line 2");
    expect_mistake("/bin/sh text=65M", "line 1");
    expect_mistake("/bin/sh text=", "line 1");
    expect_mistake("/bin/sh data=1p", "a program needs text");
    expect_mistake("/bin/sh text=1p more=2", "more=2");
    expect_mistake("/bin/sh text=1p mode=758", "mode=758");
    expect_mistake("/bin/sh text=1p mode=", "mode=");
    expect_mistake("/bin/sh plain=0", "a program needs text");
    expect_mistake("/0123456789012345678901234567890123456789012345678901234567890123456789 text=1",
                   "too long");
    // The newer one counts.
    CU_ASSERT(programs_add(
        &b->m->programs,
        "/x text=5000 data=100 bss=10000 heap=1K\r\n/x text=5000 data=100 bss=9000", &why));
    CU_ASSERT_EQUAL(exec(b, 1, "/x"), 0);
    const struct mm_struct *mm = mm_of(b, 1);
    CU_ASSERT_EQUAL(mm->end_code, 0x08048000 + 5000);
    CU_ASSERT_EQUAL(mm->start_data, 0x0804A000);
    CU_ASSERT_EQUAL(mm->end_data, 0x0804A000 + 100);
    CU_ASSERT_EQUAL(mm->start_brk, 0x0804D000);
    CU_ASSERT_EQUAL(mm->brk, mm->start_brk);
    // The rest of the last page of data was cleared, as bss must be.
    char bytes[8];
    CU_ASSERT_EQUAL(read_user_bytes(b->m, mm, 0x0804A000 + 96, bytes, 8), 8);
    CU_ASSERT_EQUAL(memcmp(bytes + 4, "\0\0\0", 4), 0);
    CU_ASSERT_NOT_EQUAL(bytes[0], 0);
    power_off(b);
}

static CU_TestInfo tests[] = {
    { "from the top down", test_top_down },
    { "from the bottom up, without a limit for the stack", test_legacy_layout },
    { "what mmap and munmap refuse", test_refusals },
    { "a file", test_file_mapping },
    { "munmap of a part", test_partial_unmap },
    { "MAP_FIXED replaces", test_fixed_replaces },
    { "mprotect splits and merges", test_protect },
    { "brk", test_brk },
    { "random areas against a model", test_random_areas },
    { "twenty thousand areas", test_thousands },
    { "the catalogue of programs", test_catalogue },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "mmap", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
