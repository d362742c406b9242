// Pages: what faults bring in, what fork shares, who copies and who keeps.
#include "booted_machine.h"
#include "cunit_main.h"
#include "user_memory.h"

#include <string.h>

// The entry for an address, 0 if there is none.
static u32 entry(const struct booted *b, s32 pid, uaddr address)
{
    const u32 *pte = find_pte(b->m, mm_of(b, pid), address);

    return pte ? *pte : 0;
}

static u32 bits(const struct booted *b, s32 pid, uaddr address)
{
    return entry(b, pid, address) & (PAGE_SIZE - 1);
}

static pfn frame(const struct booted *b, s32 pid, uaddr address)
{
    return pte_pfn(entry(b, pid, address));
}

static s32 count(const struct booted *b, pfn number)
{
    return page_count(pfn_to_page(b->m, number));
}

static s32 mapcount(const struct booted *b, pfn number)
{
    return page_mapcount(pfn_to_page(b->m, number));
}

static u32 fault_reason(const struct booted *b)
{
    for (u32 i = b->count; i-- > 0;)
        if (b->heard[i].kind == EVENT_FAULT)
            return FAULT_EVENT_FRAME(b->heard[i].c);
    return ~0u;
}

// ---- A program in memory -----------------------------------------------------------------------

static void test_layout(void)
{
    struct booted *b = power_on_machine();
    const struct mm_struct *mm = mm_of(b, 1);
    const struct vm_area_struct *text = look_for_vma(b->m, mm, 0);
    const struct vm_area_struct *stack = look_for_vma(b->m, mm, 0xBFFFF000);

    CU_ASSERT_EQUAL(text->vm_start, 0x08048000);
    CU_ASSERT_EQUAL(text->vm_flags & 0xF, VM_READ | VM_EXEC);
    CU_ASSERT_EQUAL(stack->vm_start, 0xBFFEB000);
    CU_ASSERT_EQUAL(stack->vm_end, 0xC0000000);
    CU_ASSERT_EQUAL(mm->mmap_base, 0xB8000000);
    CU_ASSERT_EQUAL(mm->start_code, 0x08048000);
    CU_ASSERT_TRUE(mm->start_brk < mm->brk);
    // Only what was touched is there: the first instruction, and the stack's top.
    CU_ASSERT_EQUAL(mm->rss, 2);
    CU_ASSERT_EQUAL(mm->anon_rss, 1);
    CU_ASSERT_EQUAL(mm->nr_ptes, 2);
    CU_ASSERT_EQUAL(bits(b, 1, 0x08048000), 0x025);
    CU_ASSERT_EQUAL(bits(b, 1, 0xBFFFF000), 0x067);
    CU_ASSERT_EQUAL(*pgd_offset(b->m, mm, 0x08048000) & 0xFFF, 0x067);
    CU_ASSERT_EQUAL(cpu(b->m)->cr3, mm->pgd - KERNEL_BASE);
    // argc, argv, NULL, envp … lie where esp points; the strings above.
    uaddr esp = task_pt_regs(b->m, task(b, 1))->esp;
    u32 words[5];
    CU_ASSERT_EQUAL(esp % 16, 0);
    read_user_bytes(b->m, mm, esp, words, sizeof words);
    CU_ASSERT_EQUAL(words[0], 1);
    CU_ASSERT(holds(b, 1, words[1], "/sbin/init"));
    CU_ASSERT_EQUAL(words[2], 0);
    CU_ASSERT(holds(b, 1, words[3], "HOME=/"));
    CU_ASSERT(holds(b, 1, words[4], "TERM=linux"));
    CU_ASSERT(holds(b, 1, 0xC0000000 - 4 - 11, "/sbin/init"));
    power_off(b);
}

static void test_programs_share_text(void)
{
    struct booted *b = power_on_machine();
    s32 first = CALL(b, 1, fork, 0), second = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(exec(b, first, "/bin/cat"), 0);
    CU_ASSERT(RAN(b, "do_execve", "open_exec", "copy_strings", "load_elf_binary", "flush_old_exec",
                  "exec_mmap", "setup_arg_pages", "elf_map", "create_elf_tables", "start_thread",
                  "page_fault", "do_no_page", "filemap_nopage"));
    CU_ASSERT_EQUAL(exec(b, second, "/bin/cat"), 0);
    pfn shared = frame(b, first, 0x08048000);
    CU_ASSERT_EQUAL(frame(b, second, 0x08048000), shared);
    CU_ASSERT_EQUAL(mapcount(b, shared), 2);
    CU_ASSERT_EQUAL(count(b, shared), 3); // and the page cache
    CU_ASSERT_NOT_EQUAL(frame(b, 1, 0x08048000), shared);
    CU_ASSERT(holds(b, first, 0x08048000, "cat text"));
    CU_ASSERT_EQUAL(exec(b, second, "/bin/nothing"), -ENOENT);
    CU_ASSERT(holds(b, second, 0x08048000, "cat text"));
    // Data is private: a copy at the first write.
    uaddr data = mm_of(b, first)->start_data;
    CU_ASSERT(load(b, second, data, 4));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_FILE);
    CU_ASSERT(put(b, first, data, "mine"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_COW);
    CU_ASSERT(holds(b, second, data, "cat data"));
    CU_ASSERT_EQUAL(bits(b, first, data), 0x067);
    power_off(b);
}

// ---- Copy on write -----------------------------------------------------------------------------

// Section 11.5 of the facts, entry by entry.
static void test_worked_example(void)
{
    struct booted *b = power_on_machine();
    uaddr heap = heap_of(b, 1);

    CU_ASSERT(put(b, 1, heap, "hello"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_ANON);
    pfn f = frame(b, 1, heap);
    CU_ASSERT_EQUAL(bits(b, 1, heap), 0x067);
    CU_ASSERT_EQUAL(count(b, f), 1);
    CU_ASSERT_EQUAL(mapcount(b, f), 1);
    u32 rss = mm_of(b, 1)->rss;
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT(RAN(b, "copy_mm", "dup_mmap", "copy_page_range"));
    CU_ASSERT_EQUAL(heard_first(b, EVENT_COPY_PTES)->b, 3);
    CU_ASSERT_EQUAL(heard_first(b, EVENT_COPY_PTES)->c, 0);
    CU_ASSERT_EQUAL(entry(b, 1, heap), mk_pte(f, 0x065));
    CU_ASSERT_EQUAL(entry(b, child, heap), mk_pte(f, 0x045));
    CU_ASSERT_EQUAL(count(b, f), 2);
    CU_ASSERT_EQUAL(mapcount(b, f), 2);
    CU_ASSERT_EQUAL(mm_of(b, child)->rss, rss);
    CU_ASSERT(load(b, child, heap, 5));
    CU_ASSERT_EQUAL(fault_kind(b), -1);
    CU_ASSERT_EQUAL(bits(b, child, heap), 0x065); // the CPU sets Accessed again
    CU_ASSERT(put(b, child, heap, "world"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_COW);
    CU_ASSERT_EQUAL(task(b, child)->thread.cr2, 0);
    pfn g = frame(b, child, heap);
    CU_ASSERT_NOT_EQUAL(f, g);
    CU_ASSERT_EQUAL(entry(b, 1, heap), mk_pte(f, 0x065));
    CU_ASSERT_EQUAL(entry(b, child, heap), mk_pte(g, 0x067));
    CU_ASSERT_EQUAL(count(b, f), 1);
    CU_ASSERT_EQUAL(mapcount(b, f), 1);
    CU_ASSERT_EQUAL(count(b, g), 1);
    CU_ASSERT_EQUAL(mm_of(b, child)->rss, rss);
    CU_ASSERT(put(b, 1, heap, "again"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_REUSE);
    CU_ASSERT_EQUAL(entry(b, 1, heap), mk_pte(f, 0x067));
    CU_ASSERT(holds(b, child, heap, "world"));
    CU_ASSERT(holds(b, 1, heap, "again"));
    power_off(b);
}

static void test_child_ends_first(void)
{
    struct booted *b = power_on_machine();
    uaddr heap = heap_of(b, 1);

    put(b, 1, heap, "hello");
    pfn f = frame(b, 1, heap);
    s32 child = CALL(b, 1, fork, 0);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(entry(b, 1, heap), mk_pte(f, 0x065));
    CU_ASSERT_EQUAL(count(b, f), 1);
    CU_ASSERT(put(b, 1, heap, "alone"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_REUSE);
    CU_ASSERT_EQUAL(frame(b, 1, heap), f);
    power_off(b);
}

// fork of a page that is already shared keeps it protected, whoever writes.
static void test_generations(void)
{
    struct booted *b = power_on_machine();
    uaddr heap = heap_of(b, 1);

    put(b, 1, heap, "one");
    s32 child = CALL(b, 1, fork, 0);
    s32 grandchild = CALL(b, child, fork, 0);
    pfn f = frame(b, 1, heap);
    CU_ASSERT_EQUAL(count(b, f), 3);
    CU_ASSERT_EQUAL(bits(b, child, heap) & _PAGE_RW, 0);
    CU_ASSERT_EQUAL(bits(b, grandchild, heap) & _PAGE_RW, 0);
    put(b, 1, heap, "two"); // the parent
    put(b, child, heap, "six");
    CU_ASSERT(holds(b, grandchild, heap, "one"));
    CU_ASSERT(holds(b, 1, heap, "two"));
    exit_task(b, child, 0); // the grandchild's parent is gone
    CU_ASSERT(put(b, grandchild, heap, "ten"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_REUSE);
    CU_ASSERT_EQUAL(frame(b, grandchild, heap), f);
    CU_ASSERT(holds(b, 1, heap, "two"));
    // exec while shared.
    s32 other = CALL(b, grandchild, fork, 0);
    CU_ASSERT_EQUAL(count(b, f), 2);
    CU_ASSERT_EQUAL(exec(b, other, "/bin/ls"), 0);
    CU_ASSERT_EQUAL(count(b, f), 1);
    power_off(b);
}

static void test_zero_page(void)
{
    struct booted *b = power_on_machine();
    uaddr heap = heap_of(b, 1);
    pfn zero = kaddr_to_pfn(mm_data(b->m)->zero_page);
    u32 rss = mm_of(b, 1)->rss;

    CU_ASSERT(load(b, 1, heap + 100, 4));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_ZERO);
    CU_ASSERT_EQUAL(entry(b, 1, heap), mk_pte(zero, 0x025));
    CU_ASSERT_EQUAL(mm_of(b, 1)->rss, rss);
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(entry(b, child, heap), mk_pte(zero, 0x025)); // unchanged
    CU_ASSERT_EQUAL(pfn_to_page(b->m, zero)->_count, 0);
    CU_ASSERT(put(b, child, heap, "x"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_COW);
    CU_ASSERT_EQUAL(mm_of(b, child)->rss, rss + 1);
    CU_ASSERT_EQUAL(mm_of(b, child)->anon_rss, mm_of(b, 1)->anon_rss + 1);
    CU_ASSERT_EQUAL(entry(b, 1, heap), mk_pte(zero, 0x025));
    power_off(b);
}

static void test_shared_mapping(void)
{
    struct booted *b = power_on_machine();
    uaddr here = map_anonymous(b, 1, 2, MAP_SHARED);

    CU_ASSERT_EQUAL(here, 0xB8000000 - 2 * PAGE_SIZE);
    CU_ASSERT(put(b, 1, here, "ours"));
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(bits(b, 1, here), 0x067);
    CU_ASSERT_EQUAL(bits(b, child, here), 0x007); // clean and old, but writable
    CU_ASSERT(put(b, child, here + 4, " too"));
    CU_ASSERT_EQUAL(fault_kind(b), -1);
    CU_ASSERT(holds(b, 1, here, "ours too"));
    // A page that nobody had touched before is shared all the same.
    CU_ASSERT(put(b, child, here + PAGE_SIZE, "late"));
    CU_ASSERT(load(b, 1, here + PAGE_SIZE, 4));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_SHMEM);
    CU_ASSERT_EQUAL(frame(b, 1, here + PAGE_SIZE), frame(b, child, here + PAGE_SIZE));
    CU_ASSERT(holds(b, 1, here + PAGE_SIZE, "late"));
    exit_task(b, child, 0);
    CU_ASSERT(holds(b, 1, here, "ours too"));
    power_off(b);
}

static void test_shared_address_space(void)
{
    struct booted *b = power_on_machine();
    uaddr heap = heap_of(b, 1);
    s32 shell = CALL(b, 1, fork, 0);
    s32 thread = clone_with(b, shell, CLONE_VM | SIGCHLD);

    CU_ASSERT_EQUAL(times_entered(b, "copy_page_range"), 0);
    CU_ASSERT_EQUAL(heard_first(b, EVENT_COPY_PTES), NULL);
    CU_ASSERT(put(b, thread, heap, "both"));
    CU_ASSERT(holds(b, shell, heap, "both"));
    CU_ASSERT_EQUAL(CALL(b, shell, vfork, 0), NO_RETURN);
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(times_entered(b, "copy_page_range"), 0);
    CU_ASSERT(put(b, child, heap, "lent"));
    CU_ASSERT_EQUAL(exec(b, child, "/bin/true"), 0);
    CU_ASSERT(holds(b, shell, heap, "lent"));
    power_off(b);
}

static void test_eager_fork(void)
{
    struct booted *b = power_on_machine();
    uaddr heap = heap_of(b, 1);

    put(b, 1, heap, "hello");
    put(b, 1, heap + PAGE_SIZE, "hello");
    load(b, 1, heap + 2 * PAGE_SIZE, 4); // the zero page is nobody's: not copied
    s32 child = CALL(b, 1, fork, FORK_EAGER);
    CU_ASSERT_EQUAL(heard_first(b, EVENT_COPY_PTES)->b, 5);
    CU_ASSERT_EQUAL(heard_first(b, EVENT_COPY_PTES)->c, 4);
    CU_ASSERT_NOT_EQUAL(frame(b, 1, heap), frame(b, child, heap));
    CU_ASSERT_EQUAL(bits(b, 1, heap), 0x067);
    CU_ASSERT(put(b, child, heap, "jello"));
    CU_ASSERT_EQUAL(fault_kind(b), -1);
    CU_ASSERT(holds(b, 1, heap, "hello"));
    CU_ASSERT(holds(b, child, heap + PAGE_SIZE, "hello"));
    power_off(b);
}

// ---- Whose page tables the CPU uses -----------------------------------------------------------

static bool uses(const struct booted *b, kaddr mm)
{
    return cpu(b->m)->cr3 == mm_at(b->m, mm)->pgd - KERNEL_BASE;
}

static void test_lazy_switching(void)
{
    struct booted *b = power_on_machine();
    const struct task_struct *idle = &kernel(b->m)->init_task;
    s32 child = CALL(b, 1, fork, 0);
    kaddr mine = task(b, 1)->mm, its = task(b, child)->mm;

    CU_ASSERT(uses(b, mine));
    CALL(b, child, nice, 0);
    CU_ASSERT(RAN(b, "context_switch", "__switch_to", "sys_nice", "context_switch"));
    CU_ASSERT(uses(b, mine)); // settled: back with the focus
    focus_on(b, child);
    CU_ASSERT(uses(b, its));
    s32 thread = clone_with(b, child, THREAD_FLAGS);
    focus_on(b, thread); // the same address space: cr3 is not loaded
    CU_ASSERT(uses(b, its));
    CU_ASSERT_EQUAL(mm_at(b->m, its)->mm_users, 2);
    exit_task(b, thread, 0);
    CU_ASSERT_EQUAL(mm_at(b->m, its)->mm_users, 1);
    // Everybody sleeps: swapper has no address space, and borrows the last one.
    CALL(b, 1, pause, 0);
    CALL(b, child, pause, 0);
    CU_ASSERT_EQUAL(current_pid(b), 0);
    CU_ASSERT_EQUAL(idle->mm, 0);
    CU_ASSERT_EQUAL(idle->active_mm, its);
    CU_ASSERT_EQUAL(mm_at(b->m, its)->mm_count, 2);
    CU_ASSERT(uses(b, its));
    // The last one dies: nobody uses it any more, but it is not freed while it is borrowed.
    machine_goto(b->m, machine_position(b->m).command - 1);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(current_pid(b), 0);
    CU_ASSERT_EQUAL(task(b, child)->active_mm, 0);
    CU_ASSERT_EQUAL(idle->active_mm, its);
    CU_ASSERT_EQUAL(mm_at(b->m, its)->mm_users, 0);
    CU_ASSERT_EQUAL(mm_at(b->m, its)->mm_count, 1);
    CU_ASSERT_EQUAL(mm_at(b->m, its)->rss, 0);
    CU_ASSERT(uses(b, its));
    power_off(b);
}

// ---- Accesses that must fail -------------------------------------------------------------------

static void expect_segv(struct booted *b, uaddr address, bool write, enum fault_reason reason)
{
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_FALSE(write ? put(b, child, address, "x") : load(b, child, address, 1));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_SEGV);
    CU_ASSERT_EQUAL(fault_reason(b), reason);
    CU_ASSERT(took(b, child, SIGSEGV, ACTION_CORE));
    CU_ASSERT_EQUAL(state_of(b, child), 'Z');
    CALL(b, 1, wait4, (u32)child);
    CU_ASSERT_EQUAL(waited_status(b, 1, child), SIGSEGV);
}

static void test_segv(void)
{
    struct booted *b = power_on_machine();
    uaddr none = map_anonymous(b, 1, 1, MAP_PRIVATE);

    put(b, 1, none, "secret");
    CU_ASSERT_EQUAL(CALL(b, 1, mprotect, none, PAGE_SIZE, 0), 0);
    CU_ASSERT_EQUAL(bits(b, 1, none), 0x0E0);
    expect_segv(b, 0, false, REASON_NOT_MAPPED);
    expect_segv(b, 0x08048000, true, REASON_READ_ONLY);
    expect_segv(b, 0xC0100000, false, REASON_KERNEL);
    expect_segv(b, 0xFFFFFFFF, true, REASON_KERNEL);
    expect_segv(b, none, false, REASON_NO_ACCESS);
    expect_segv(b, none, true, REASON_READ_ONLY);
    expect_segv(b, 0xBFFEB000 - 64, true, REASON_BELOW_STACK);
    // Half of it lies beyond the heap: what comes before is written, then the program dies.
    expect_segv(b, mm_of(b, 1)->brk, true, REASON_NOT_MAPPED);
    // init is told, but survives.
    CU_ASSERT_FALSE(load(b, 1, 0, 1));
    CU_ASSERT_EQUAL(state_of(b, 1), 'R');
    power_off(b);
}

static void test_stack_growth(void)
{
    struct booted *b = power_on_machine();
    const struct mm_struct *mm = mm_of(b, 1);
    const struct pt_regs *regs = task_pt_regs(b->m, task(b, 1));
    uaddr below = 0xBFFEB000 - 3 * PAGE_SIZE;
    u32 pages = mm->total_vm;

    CU_ASSERT(put(b, 1, 0xBFFEC000, "inside"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_ANON);
    history_begin(b->m, NULL);
    set(b->m, regs->esp, below + 32); // as a function with large locals would
    history_end(b->m);
    CU_ASSERT(put(b, 1, below, "deeper"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_STACK);
    CU_ASSERT_EQUAL(mm->total_vm, pages + 3);
    CU_ASSERT_EQUAL(look_for_vma(b->m, mm, below)->vm_start, below);
    CU_ASSERT_EQUAL(CALL(b, 1, setrlimit, RLIMIT_STACK, 64 * PAGE_SIZE, 64 * PAGE_SIZE), 0);
    history_begin(b->m, NULL);
    set(b->m, regs->esp, 0xC0000000 - 65 * PAGE_SIZE);
    history_end(b->m);
    CU_ASSERT_FALSE(put(b, 1, 0xC0000000 - 65 * PAGE_SIZE, "x"));
    CU_ASSERT_EQUAL(fault_reason(b), REASON_STACK_LIMIT);
    CU_ASSERT(put(b, 1, 0xC0000000 - 64 * PAGE_SIZE, "x"));
    power_off(b);
}

// The kernel's own writes go the same way: a bad address is EFAULT, a shared page is copied.
static void test_kernel_writes(void)
{
    struct booted *b = power_on_machine();
    uaddr heap = heap_of(b, 1);

    put(b, 1, heap, "xxxx");
    s32 shell = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(CALL(b, shell, clone, CLONE_PARENT_SETTID | SIGCHLD, 0, 0x1000), -EFAULT);
    CU_ASSERT_EQUAL(CALL(b, shell, clone, CLONE_PARENT_SETTID | SIGCHLD, 0, 0x08048000), -EFAULT);
    s32 child = CALL(b, shell, clone, CLONE_PARENT_SETTID | SIGCHLD, 0, heap);
    CU_ASSERT(child > 0);
    s32 number = 0;
    read_user_bytes(b->m, mm_of(b, shell), heap, &number, 4);
    CU_ASSERT_EQUAL(number, child);
    CU_ASSERT(holds(b, 1, heap, "xxxx"));
    power_off(b);
}

// ---- Many --------------------------------------------------------------------------------------

static void test_hundreds_of_sharers(void)
{
    struct booted *b = power_on_machine();
    uaddr heap = heap_of(b, 1);
    s32 children[300];

    put(b, 1, heap, "many");
    b->unchecked = true;
    for (u32 i = 0; i < 300; i++)
        children[i] = CALL(b, 1, fork, 0);
    pfn f = frame(b, 1, heap);
    CU_ASSERT_EQUAL(count(b, f), 301);
    CU_ASSERT_EQUAL(mapcount(b, f), 301);
    CU_ASSERT(is_machine_sound(b->m));
    for (u32 i = 0; i < 300; i++) {
        CU_ASSERT(put(b, children[i], heap, i % 2 ? "odd" : "even"));
        CU_ASSERT_EQUAL(fault_kind(b), FAULT_COW);
    }
    CU_ASSERT_EQUAL(count(b, f), 1);
    CU_ASSERT(put(b, 1, heap, "last"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_REUSE);
    CU_ASSERT(is_machine_sound(b->m));
    power_off(b);
}

// One page of a file, mapped over and over again by two processes.
static void test_more_than_65535_sharers(void)
{
    struct boot_options options = boot_defaults;
    struct access touch = { .size = 1 };

    options.ram_bytes = 128u << 20;
    struct booted *b = power_on_with(&options, 0);
    s32 fd = open_path(b, 1, "/bin/ls", 0);
    u32 wanted = 33000;

    history_begin(b->m, NULL);
    for (u32 i = 0; i < wanted; i++) {
        struct call map = { __NR_mmap,
                            { 0x10000000 + i * PAGE_SIZE, PAGE_SIZE, PROT_READ,
                              MAP_SHARED | MAP_FIXED, (u32)fd, 0 },
                            NULL };
        make_call(b->m, task(b, 1), &map);
        touch.address = map.args[0];
        make_access(b->m, task(b, 1), &touch);
    }
    history_end(b->m);
    pfn f = frame(b, 1, 0x10000000);
    CU_ASSERT_EQUAL(mapcount(b, f), (s32)wanted);
    s32 child = CALL(b, 1, fork, 0);
    CU_ASSERT_EQUAL(mapcount(b, f), 2 * (s32)wanted);
    CU_ASSERT_EQUAL(count(b, f), 2 * (s32)wanted + 1);
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(mapcount(b, f), (s32)wanted);
    power_off(b);
}

static void test_large_fork(void)
{
    struct boot_options options = boot_defaults;
    struct access touch = { .size = 1, .bytes = "x" };
    const u32 pages = 100000;

    options.ram_bytes = 512u << 20;
    struct booted *b = power_on_with(&options, 0);
    s32 parent = CALL(b, 1, fork, 0);
    struct usage before = usage_of(b->m);
    uaddr here = map_anonymous(b, parent, pages, MAP_PRIVATE);
    history_begin(b->m, NULL);
    for (u32 i = 0; i < pages; i++) {
        touch.address = here + i * PAGE_SIZE;
        make_access(b->m, task(b, parent), &touch);
    }
    history_end(b->m);
    CU_ASSERT_EQUAL(mm_of(b, parent)->anon_rss, pages + 1);
    s32 child = CALL(b, parent, fork, 0);
    CU_ASSERT_EQUAL(heard_first(b, EVENT_COPY_PTES)->b, (s32)pages + 2);
    CU_ASSERT_EQUAL(mm_of(b, child)->rss, mm_of(b, parent)->rss);
    CU_ASSERT(put(b, child, here + 77777 * PAGE_SIZE, "y"));
    CU_ASSERT_EQUAL(fault_kind(b), FAULT_COW);
    exit_task(b, child, 0);
    CALL(b, parent, wait4, (u32)child);
    CU_ASSERT_EQUAL(CALL(b, parent, munmap, here, pages * PAGE_SIZE), 0);
    struct usage after = usage_of(b->m);
    CU_ASSERT(is_same_usage(&before, &after));
    power_off(b);
}

// ---- Time --------------------------------------------------------------------------------------

static void test_time_travel(void)
{
    struct booted *b = power_on_machine();
    uaddr heap = heap_of(b, 1);
    u8 *images[6];

    images[0] = malloc(b->m->image_size);
    memcpy(images[0], b->m->image, b->m->image_size);
    for (u32 i = 1; i < 6; i++) {
        if (i == 2)
            CALL(b, 1, fork, 0);
        else if (i == 4)
            exec(b, 2, "/bin/ls");
        else
            put(b, i < 4 ? 1 : 2, heap + i * 5, "bytes");
        images[i] = malloc(b->m->image_size);
        memcpy(images[i], b->m->image, b->m->image_size);
    }
    for (u32 i = 6; i-- > 0;) {
        CU_ASSERT(machine_goto(b->m, i));
        CU_ASSERT_EQUAL(memcmp(images[i], b->m->image, b->m->image_size), 0);
    }
    for (u32 i = 0; i < 6; i++) {
        CU_ASSERT(machine_goto(b->m, i));
        CU_ASSERT_EQUAL(memcmp(images[i], b->m->image, b->m->image_size), 0);
        free(images[i]);
    }
    power_off(b);
}

static CU_TestInfo tests[] = {
    { "a program in memory", test_layout },
    { "who runs the same program shares its text", test_programs_share_text },
    { "fork, and then both write", test_worked_example },
    { "the child ends instead", test_child_ends_first },
    { "children of children", test_generations },
    { "the zero page", test_zero_page },
    { "a shared mapping", test_shared_mapping },
    { "a shared address space is not copied", test_shared_address_space },
    { "the CPU's page tables, and who borrows them", test_lazy_switching },
    { "fork as it was before copy-on-write", test_eager_fork },
    { "accesses that must fail", test_segv },
    { "the stack grows", test_stack_growth },
    { "the kernel writes to programs", test_kernel_writes },
    { "300 sharers", test_hundreds_of_sharers },
    { "more than 65,535 sharers", test_more_than_65535_sharers },
    { "fork of 100,000 pages", test_large_fork },
    { "there and back", test_time_travel },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "memory", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
