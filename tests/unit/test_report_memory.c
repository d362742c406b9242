// Text reports about memory: by hand, through page tables, and frame by frame.
#include "reported_session.h"

#include "cunit_main.h"

#include <string.h>

static void test_memory(void)
{
    open_session("boot sh; fork");
    kaddr task = kaddr_of(m, find_task_by_pid(m, 3));

    CU_ASSERT_TRUE(describe_address(m, task + 0x20, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "task 3 + 0x20 (run_list)");
    strbuf_clear(&out);
    CU_ASSERT_TRUE(describe_address(m, find_task_by_pid(m, 3)->thread_info + 8, &out));
    CU_ASSERT_STRING_EQUAL(strbuf_text(&out), "thread_info of 3 + 0x8 (flags)");
    strbuf_clear(&out);
    CU_ASSERT_FALSE(describe_address(m, 0x1000, &out));
    CU_ASSERT_TRUE(report_rd(m, task, 4, &out));
    CU_ASSERT_TRUE(has(": task 3\n"));
    CU_ASSERT_FALSE(report_rd(m, task + 1, 4, &out));
    CU_ASSERT_FALSE(report_rd(m, task, 0, &out));
    CU_ASSERT_FALSE(report_rd(m, 0xFFFFFFFC, 4, &out));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_struct(m, "struct task_struct", task, &out));
    CU_ASSERT_TRUE(has("  pid = 3\n"));
    CU_ASSERT_FALSE(has("but this is"));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_struct(m, "mm_struct", task, &out));
    CU_ASSERT_TRUE(has("(but this is task 3)"));
    CU_ASSERT_FALSE(report_struct(m, "no_struct", task, &out));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_list(m, 0, &out));
    CU_ASSERT_TRUE(has("  4 links, and back at "));
    close_session();
}

// The walk to an address, as vtop shows it.
static bool walk_has(s32 pid, u32 address, const char *words)
{
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_vtop(m, pid, address, &out));
    if (!has(words))
        fprintf(stderr, "%s\n", strbuf_text(&out));
    return has(words);
}

static void test_vtop(void)
{
    open_session("store heap 1; load heap+1p; store heap+2p 2; mprotect heap+2p 1 none; fork");
    CU_ASSERT(walk_has(1, 0x0804B010,
                       "0804b010 = directory entry 32 | table entry 75 | offset 0x010"
                       "  (heap)\n"));
    CU_ASSERT(walk_has(1, 0x0804B010, "P -- U A D\n  frame "));
    CU_ASSERT(walk_has(2, 0x0804B010, "P -- U - D\n  frame "));
    CU_ASSERT(has(" + 0x010: physical 00"));
    CU_ASSERT(has("anonymous, _count 1 (2 users), _mapcount 1 (mapped 2 times)"));
    CU_ASSERT(walk_has(1, 0x0804C000, "the zero page"));
    CU_ASSERT(walk_has(1, 0x0804D000, "N -- - A D\n"));
    CU_ASSERT(has("N: the page is there, but PROT_NONE"));
    CU_ASSERT(walk_has(1, 0x08048000, "P -- U A -\n"));
    CU_ASSERT(has("of a file, _count 2 (3 users)"));
    CU_ASSERT(walk_has(1, 0x08049000, "no page: an access is a page fault"));
    CU_ASSERT(walk_has(1, 0x40000000, "(in no area)"));
    CU_ASSERT(has("no page table: an access is a page fault"));
    CU_ASSERT(walk_has(1, 0xC0123456, "a page of 4 MB, the kernel's: physical 00123456"));
    CU_ASSERT(has("P RW - A D"));
    close_session();
}

static void test_memory_reports(void)
{
    open_session("store heap 1; load heap+1p; store heap+2p 2; mprotect heap+2p 1 none; fork");
    CU_ASSERT_TRUE(report_ptes(m, 2, &out));
    CU_ASSERT(has_in_order((const char *const[]){ "08048000  text ", "P -- U - -", "0804b000  heap",
                                                  "P -- U - D", "0804c000  heap", "P -- U A -",
                                                  "the zero page", "0804d000  heap", "N -- - - D",
                                                  "bffff000  stack", "P -- U - D", NULL }));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_shared(m, 1, 2, &out));
    CU_ASSERT(has_in_order((const char *const[]){ "0804b000  heap", "r- ===", "r-  one frame until",
                                                  "0804d000  heap", "-- ===", "--  one frame for",
                                                  "5 in one frame, 0 parted", NULL }));
    strbuf_clear(&out);
    CU_ASSERT_TRUE(report_vm(m, 1, &out));
    CU_ASSERT(has_in_order((const char *const[]){
        "28 pages mapped by areas, 4 present (3 anonymous)", "2 page tables",
        "08048000  0804a000  r-xp ", "text  /sbin/init", "0804d000  0804e000  ---p",
        "bffeb000  c0000000  rw-p", "stack", NULL }));
    // Every frame has its letter, and every letter its word.
    strbuf_clear(&out);
    report_pages(m, &out);
    CU_ASSERT(has("  a anonymous, A the same with several users; f of a file, F with several"));
    for (const char *letter = "KAF0spt."; *letter; letter++)
        CU_ASSERT_PTR_NOT_NULL(strchr(strbuf_text(&out), *letter));
    CU_ASSERT(has("more rows like this"));
    // What is read and not mapped is in the page cache only.
    run_in_session("open /etc/motd; read 3 5");
    strbuf_clear(&out);
    report_pages(m, &out);
    const char *legend = strstr(strbuf_text(&out), "  a anonymous");
    CU_ASSERT_PTR_NOT_NULL_FATAL(legend);
    CU_ASSERT_PTR_NOT_NULL(memchr(strbuf_text(&out), 'c', (size_t)(legend - strbuf_text(&out))));
    close_session();
}

static CU_TestInfo tests[] = {
    { "addresses, words, structures and lists are explained", test_memory },
    { "vtop", test_vtop },
    { "vm, pte, shared, pages", test_memory_reports },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "report_memory", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
