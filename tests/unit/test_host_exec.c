// exec of the host's files: where their parts lie, their bytes, bad and hostile ones, scripts, and
// that a file is read once.
#include "booted_machine.h"
#include "cunit_main.h"
#include "elf_image.h"
#include "hoard.h"
#include "host_file.h"

#include "kernel/binfmt.h"
#include "procarium/report.h"
#include "report/regions.h"
#include "script/session.h"

#include <elf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT 0x08048000u
#define RX   (PF_R | PF_X)
#define RW   (PF_R | PF_W)

// ---- Taking in, and running ------------------------------------------------------------------------

static u32 take_in(struct booted *b, const char *path, const struct elf_image *image,
                   s32 interpreter)
{
    struct host_file file = { .bytes = NULL };

    file.bytes = make_image(image, &file.size);
    parse_host_file(&file);
    return programs_add_host(&b->m->programs, path, &file, interpreter);
}

static s32 run(struct booted *b, s32 pid, u32 program)
{
    const char *strings[] = { program_at(b->m, program)->path, program_at(b->m, program)->path,
                              "one", NULL };

    return make(b, pid,
                (struct call){ .nr = __NR_execve, .args = { program }, .strings = strings });
}

static const struct mm_struct *mm_of(const struct booted *b, s32 pid)
{
    return mm_at(b->m, task(b, pid)->mm);
}

static const struct vm_area_struct *area(const struct booted *b, s32 pid, uaddr address)
{
    const struct vm_area_struct *vma = look_for_vma(b->m, mm_of(b, pid), address);

    return vma && vma->vm_start <= address ? vma : NULL;
}

static bool is_area(const struct booted *b, s32 pid, uaddr start, uaddr end, u32 rights)
{
    const struct vm_area_struct *vma = area(b, pid, start);

    return vma && vma->vm_start == start && vma->vm_end == end &&
           (vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)) == rights;
}

static bool is_present(const struct booted *b, s32 pid, uaddr address)
{
    const u32 *pte = find_pte(b->m, mm_of(b, pid), address);

    return pte && *pte;
}

// Does the task load the file's bytes from [address, address + size)?
static bool loads_file(struct booted *b, s32 pid, uaddr address, u64 offset, u32 size)
{
    u8 bytes[64];

    if (!load(b, pid, address, size) ||
        read_user_bytes(b->m, mm_of(b, pid), address, bytes, size) != size)
        return false;
    for (u32 i = 0; i < size; i++)
        if (bytes[i] != image_byte(offset + i))
            return false;
    return true;
}

static bool loads_zeros(struct booted *b, s32 pid, uaddr address, u32 size)
{
    u8 bytes[64], zeros[64] = { 0 };

    return load(b, pid, address, size) &&
           read_user_bytes(b->m, mm_of(b, pid), address, bytes, size) == size &&
           memcmp(bytes, zeros, size) == 0;
}

// The value of an entry of the auxiliary vector, as it lies on the stack.
static u32 auxv(const struct booted *b, s32 pid, u32 type)
{
    uaddr at = task_pt_regs(b->m, task(b, pid))->esp;
    u32 word, pair[2];
    u32 lists = 0;

    for (at += 4; lists < 2; at += 4)
        if (read_user_bytes(b->m, mm_of(b, pid), at, &word, 4) == 4 && !word)
            lists++;
    for (; read_user_bytes(b->m, mm_of(b, pid), at, pair, 8) == 8 && pair[0]; at += 8)
        if (pair[0] == type)
            return pair[1];
    return 0xDEAD;
}

static bool has_argument(const struct booted *b, s32 pid, u32 i, const char *text)
{
    uaddr esp = task_pt_regs(b->m, task(b, pid))->esp, string = 0;
    char bytes[128] = "";
    u32 size = (u32)strlen(text) + 1;

    read_user_bytes(b->m, mm_of(b, pid), esp + 4 + 4 * i, &string, 4);
    return read_user_bytes(b->m, mm_of(b, pid), string, bytes, size) == size &&
           strcmp(bytes, text) == 0;
}

// Text of two pages, data of 0x1234 bytes of which the last page is cut, and bss behind it.
static const struct elf_image plain_32 = {
    .entry = TEXT + 0x1100,
    .part_count = 2,
    .part = { { PT_LOAD, RX, 0, TEXT, 0x2000, 0x2000 },
              { PT_LOAD, RW, 0x2000, TEXT + 0x3000, 0x1234, 0x5000 } },
};

static const struct elf_image plain_64 = {
    .is_64bit = true,
    .entry = 0x401100,
    .part_count = 2,
    .part = { { PT_LOAD, RX, 0, 0x400000, 0x2000, 0x2000 },
              { PT_LOAD, RW, 0x2000, 0x403000, 0x1234, 0x5000 } },
};

static const struct elf_image relocatable = {
    .is_64bit = true,
    .type = ET_DYN,
    .entry = 0x1080,
    .interpreter = "/ld.so",
    .part_count = 3,
    .part = { { PT_LOAD, PF_R, 0, 0, 0x1000, 0x1000 },
              { PT_LOAD, RX, 0x1000, 0x1000, 0x1800, 0x1800 },
              { PT_LOAD, RW, 0x2F00, 0x3F00, 0x200, 0x300 } },
};

static const struct elf_image linker = {
    .is_64bit = true,
    .type = ET_DYN,
    .entry = 0x1010,
    .part_count = 3,
    .part = { { PT_LOAD, PF_R, 0, 0, 0x1000, 0x1000 },
              { PT_LOAD, RX, 0x1000, 0x1000, 0x3000, 0x3000 },
              { PT_LOAD, RW, 0x4100, 0x4100, 0x400, 0x2000 } },
};

// ---- Where it lies ---------------------------------------------------------------------------------

static void expect_plain(struct booted *b, s32 pid, u32 header_size)
{
    const struct mm_struct *mm = mm_of(b, pid);

    CU_ASSERT(is_area(b, pid, TEXT, TEXT + 0x2000, VM_READ | VM_EXEC));
    CU_ASSERT(is_area(b, pid, TEXT + 0x3000, TEXT + 0x5000, VM_READ | VM_WRITE));
    CU_ASSERT(is_area(b, pid, TEXT + 0x5000, TEXT + 0x8000, VM_READ | VM_WRITE));
    CU_ASSERT_EQUAL(mm->start_code, TEXT);
    CU_ASSERT_EQUAL(mm->end_code, TEXT + 0x2000);
    CU_ASSERT_EQUAL(mm->start_data, TEXT + 0x3000);
    CU_ASSERT_EQUAL(mm->end_data, TEXT + 0x4234);
    CU_ASSERT_EQUAL(mm->start_brk, TEXT + 0x8000);
    CU_ASSERT_EQUAL(mm->brk, TEXT + 0x8000);
    CU_ASSERT_EQUAL(task_pt_regs(b->m, task(b, pid))->eip, TEXT + 0x1100);
    CU_ASSERT_EQUAL(auxv(b, pid, AT_PHDR), TEXT + (header_size == 32 ? 52 : 64));
    CU_ASSERT_EQUAL(auxv(b, pid, AT_PHENT), header_size);
    CU_ASSERT_EQUAL(auxv(b, pid, AT_PHNUM), 2);
    CU_ASSERT_EQUAL(auxv(b, pid, AT_BASE), 0);
    CU_ASSERT_EQUAL(auxv(b, pid, AT_ENTRY), TEXT + 0x1100);
    // The first instruction's page, the page that had to be cleared in part, and the stack.
    CU_ASSERT(is_present(b, pid, TEXT + 0x1000));
    CU_ASSERT(is_present(b, pid, TEXT + 0x4000));
    CU_ASSERT_EQUAL(mm->rss, 3);
    CU_ASSERT_FALSE(is_present(b, pid, TEXT));
    CU_ASSERT(loads_file(b, pid, TEXT + 0x800, 0x800, 64));
    CU_ASSERT(RAN(b, "do_page_fault", "do_no_page", "filemap_nopage"));
    CU_ASSERT(loads_file(b, pid, TEXT + 0x4200, 0x3200, 0x34));
    CU_ASSERT(loads_zeros(b, pid, TEXT + 0x4234, 64));
    CU_ASSERT(loads_zeros(b, pid, TEXT + 0x7000, 64));
    CU_ASSERT(store(b, pid, TEXT + 0x3000, "mine", 4));
    CU_ASSERT_FALSE(load(b, pid, TEXT + 0x2000, 1)); // between them
}

static void test_static(void)
{
    struct booted *b = power_on_machine();
    s32 first = CALL(b, 1, fork, 0), second = CALL(b, 1, fork, 0);
    struct usage before = usage_of(b->m);

    CU_ASSERT_EQUAL(run(b, first, take_in(b, "/a.out", &plain_32, -1)), 0);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_EXEC_HOST, first, (s32)TEXT), 0);
    CU_ASSERT_STRING_EQUAL(task(b, first)->comm, "a.out");
    CU_ASSERT(has_argument(b, first, 0, "host:/a.out") && has_argument(b, first, 1, "one"));
    expect_plain(b, first, 32);
    CU_ASSERT_EQUAL(run(b, second, take_in(b, "/a.out", &plain_64, -1)), 0);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_EXEC_HOST, second, (s32)TEXT), 1);
    expect_plain(b, second, 56);
    CALL(b, 1, wait4, (u32)-1);
    CALL(b, 1, wait4, (u32)-1);
    CALL(b, 1, fork, 0);
    CALL(b, 1, fork, 0);
    struct usage after = usage_of(b->m);
    CU_ASSERT(is_same_usage(&before, &after));
    power_off(b);
}

static void test_shared_text(void)
{
    struct booted *b = power_on_machine();
    s32 first = CALL(b, 1, fork, 0), second = CALL(b, 1, fork, 0);
    u32 program = take_in(b, "/a.out", &plain_32, -1);
    uaddr data = TEXT + 0x3000;

    CU_ASSERT_EQUAL(take_in(b, "/a.out", &plain_32, -1), program); // the same again
    CU_ASSERT_NOT_EQUAL(take_in(b, "/b.out", &plain_32, -1), program);
    CU_ASSERT_NOT_EQUAL(take_in(b, "/a.out", &plain_64, -1), program);
    run(b, first, program);
    run(b, second, program);
    CU_ASSERT(loads_file(b, first, data, 0x2000, 8) && loads_file(b, second, data, 0x2000, 8));
    CU_ASSERT_EQUAL(*find_pte(b->m, mm_of(b, first), data),
                    *find_pte(b->m, mm_of(b, second), data));
    CU_ASSERT(store(b, first, data, "mine", 4));
    CU_ASSERT(loads_file(b, second, data, 0x2000, 8)); // the file is not written
    power_off(b);
}

static void test_dynamic(void)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    u32 program = take_in(b, "/pie", &relocatable, (s32)take_in(b, "/ld.so", &linker, -1));
    const uaddr base = 0x80000000, interp = 0xB7FFF000;

    CU_ASSERT_EQUAL(run(b, child, program), 0);
    CU_ASSERT(RAN(b, "load_elf_binary", "open_exec", "flush_old_exec", "setup_arg_pages", "elf_map",
                  "set_brk", "padzero", "load_elf_interp", "elf_map", "padzero",
                  "create_elf_tables", "start_thread"));
    CU_ASSERT_EQUAL(heard_value(b, EVENT_EXEC_HOST, child, (s32)base), 1);
    CU_ASSERT(is_area(b, child, base, base + 0x1000, VM_READ));
    CU_ASSERT(is_area(b, child, base + 0x1000, base + 0x3000, VM_READ | VM_EXEC));
    CU_ASSERT(is_area(b, child, base + 0x3000, base + 0x5000, VM_READ | VM_WRITE));
    // The linker's first part went where mmap found room; the others keep their distance.
    CU_ASSERT(is_area(b, child, interp, interp + 0x1000, VM_READ));
    CU_ASSERT(is_area(b, child, interp + 0x1000, interp + 0x4000, VM_READ | VM_EXEC));
    CU_ASSERT(is_area(b, child, interp + 0x4000, interp + 0x5000, VM_READ | VM_WRITE));
    CU_ASSERT(is_area(b, child, interp + 0x5000, interp + 0x7000, VM_READ | VM_WRITE));
    CU_ASSERT_EQUAL(task_pt_regs(b->m, task(b, child))->eip, interp + 0x1010);
    CU_ASSERT_EQUAL(auxv(b, child, AT_BASE), interp);
    CU_ASSERT_EQUAL(auxv(b, child, AT_ENTRY), base + 0x1080);
    CU_ASSERT_EQUAL(auxv(b, child, AT_PHDR), base + 64);
    CU_ASSERT_EQUAL(auxv(b, child, AT_PHNUM), 4);
    CU_ASSERT_EQUAL(mm_of(b, child)->start_brk, base + 0x5000);
    CU_ASSERT(loads_file(b, child, interp + 0x1800, 0x1800, 64));
    CU_ASSERT(loads_file(b, child, base + 0x1400, 0x1400, 64));
    CU_ASSERT(loads_zeros(b, child, interp + 0x4500, 64));
    CU_ASSERT(loads_zeros(b, child, base + 0x4100, 64));
    // Data begins inside a page; all of that page is called so.
    const struct vm_area_struct *data = area(b, child, base + 0x3000);
    CU_ASSERT_STRING_EQUAL(region_name(b->m, mm_of(b, child), data, base + 0x3000), "data");
    CU_ASSERT_STRING_EQUAL(region_name(b->m, mm_of(b, child), data, base + 0x4000), "data");
    power_off(b);
}

// ---- Files that cannot run -------------------------------------------------------------------------

// The kernel refuses it: the old program goes on, and nothing is left.
static void expect_refused(const struct elf_image *image, s32 interpreter_error, s32 error)
{
    struct booted *b = power_on_machine();
    s32 child = CALL(b, 1, fork, 0);
    struct usage before = usage_of(b->m);
    struct host_file missing = { .open_error = PROGRAM_MISSING };
    s32 interpreter = -1;

    if (interpreter_error == ENOENT)
        interpreter = (s32)programs_add_host(&b->m->programs, "/none", &missing, -1);
    else if (interpreter_error)
        interpreter = (s32)take_in(b, "/bad", &(struct elf_image){ .machine = EM_MIPS }, -1);
    CU_ASSERT_EQUAL(run(b, child, take_in(b, "/bad", image, interpreter)), -error);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    CU_ASSERT_STRING_EQUAL(task(b, child)->comm, "init");
    CU_ASSERT(load(b, child, TEXT, 4));
    struct usage after = usage_of(b->m);
    CU_ASSERT(is_same_usage(&before, &after));
    power_off(b);
}

static void test_bad_headers(void)
{
    struct elf_image bad = plain_32;

    bad.type = ET_REL;
    expect_refused(&bad, 0, ENOEXEC);
    bad.type = ET_CORE;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32;
    bad.machine = EM_MIPS;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32;
    bad.header_size = 31;
    expect_refused(&bad, 0, ENOEXEC);
    bad.header_size = 0xFFFF;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32;
    bad.has_no_headers = true;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32;
    bad.header_count = 2049;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32;
    bad.size = 3; // cut off in the magic
    expect_refused(&bad, 0, ENOEXEC);
    bad.size = 30; // in the header
    expect_refused(&bad, 0, ENOEXEC);
    bad.size = 60; // in the table
    expect_refused(&bad, 0, EIO);
    bad = plain_32;
    bad.interpreter = "";
    expect_refused(&bad, 0, ENOEXEC);
    bad.interpreter = "/none";
    expect_refused(&bad, ENOENT, ENOENT);
    bad.interpreter = "/bad";
    expect_refused(&bad, ELIBBAD, ELIBBAD);
    // Of 64 bits, and its parts further apart than i386 could reach.
    bad = plain_64;
    bad.part[1].address = 0x4000000000;
    expect_refused(&bad, 0, ENOEXEC);
    bad.part[1].address = 0xFFFFFFFFFFFFF000;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_64;
    bad.part[1].memory_size = 1ull << 40;
    expect_refused(&bad, 0, ENOEXEC);
}

// It is refused when the old program is gone already: the task dies. sig 0: it runs all the same.
static void expect_death(const struct elf_image *image, s32 sig)
{
    struct booted *b = power_on_machine();
    struct usage before = usage_of(b->m);
    s32 child = CALL(b, 1, fork, 0);

    run(b, child, take_in(b, "/bad", image, -1));
    if (sig) {
        CU_ASSERT_EQUAL(state_of(b, child), 'Z');
        CU_ASSERT_EQUAL(task(b, child)->exit_code & 0x7F, sig);
    } else {
        CU_ASSERT_EQUAL(state_of(b, child), 'R');
        CU_ASSERT_STRING_EQUAL(task(b, child)->comm, "bad");
        exit_task(b, child, 0);
    }
    CALL(b, 1, wait4, (u32)child);
    struct usage after = usage_of(b->m);
    CU_ASSERT(is_same_usage(&before, &after));
    power_off(b);
}

static void test_hostile_segments(void)
{
    static const struct {
        struct image_part part;
        s32 sig;
    } cases[] = {
        { { PT_LOAD, RW, 0x2000, 0xC0000000, 0x1000, 0x1000 }, SIGKILL }, // the kernel's
        { { PT_LOAD, RW, 0x2000, 0xFFFFF000, 0x1000, 0x1000 }, SIGKILL }, // wraps around
        { { PT_LOAD, RW, 0x2000, 0xFFFFF000, 0x1000, 0xFFFFFFFF }, SIGKILL },
        { { PT_LOAD, RW, 0x2000, 0xBFFFF000, 0x1000, 0x2000 }, SIGKILL }, // reaches into it
        { { PT_LOAD, RW, 0x2000, TEXT + 0x3000, 0x2000, 0x1000 },
          SIGKILL }, // more file than memory
        { { PT_LOAD, RW, 0x2000, TEXT + 0x3000, 0xFFFFFFFF, 0xFFFFFFFF }, SIGKILL },
        { { PT_LOAD, RW, 0x2000, TEXT + 0x3000, 0, 0xB8000000 }, SIGKILL },
        { { PT_LOAD, RW, 0x2010, TEXT + 0x3000, 0x1000, 0x1000 }, SIGKILL }, // not aligned alike
        { { PT_LOAD, RW, 0xFFFFF000, TEXT + 0x3000, 0x2000, 0x2000 }, SIGKILL }, // offset wraps
        { { PT_LOAD, PF_R, 0x2000, TEXT + 0x3000, 0x234, 0x400 }, SIGSEGV }, // no place for zeros
        { { PT_LOAD, RW, 0x20000, TEXT + 0x20000, 0x234, 0x400 },
          SIGSEGV },                                                      // behind the file's end
        { { PT_LOAD, RW, 0x2000, TEXT, 0x2000, 0x2000 }, 0 },             // over the text
        { { PT_LOAD, RW, 0x2000, 0xBFFFE000, 0x2000, 0x2000 }, 0 },       // over the stack
        { { PT_LOAD, RX, 0x2000, 0xBFFFE000, 0x2000, 0x2000 }, SIGKILL }, // … which is read-only
        { { PT_LOAD, RW, 0x2000, 0, 0x1000, 0x1000 }, 0 },
        { { PT_LOAD, RW, 0x2000, TEXT + 0x3000, 0, 0xB7FB0000 }, 0 }, // huge, and over the stack
        { { PT_LOAD, 0, 0x2000, TEXT + 0x3000, 0x1000, 0x1000 }, 0 },
        { { PT_LOAD, RW, 0, TEXT + 0x3000, 0, 0 }, 0 },
    };

    for (u32 i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct elf_image image = plain_32;

        image.part[1] = cases[i].part;
        image.size = 0x4000;
        expect_death(&image, cases[i].sig);
        if (CU_get_number_of_failure_records())
            printf("case %u\n", i);
    }
    struct elf_image nothing = plain_32; // no segment: the first instruction is a fault
    nothing.part[0].type = nothing.part[1].type = PT_NOTE;
    expect_death(&nothing, SIGSEGV);
    struct elf_image astray = plain_32;
    astray.entry = 0xC0100000;
    expect_death(&astray, SIGSEGV);
}

static void test_bad_linker(void)
{
    struct booted *b = power_on_machine();
    struct elf_image bad = linker;
    s32 child = CALL(b, 1, fork, 0);

    bad.part[1].address = 0x10000000; // from where it is, out of user space
    CU_ASSERT_EQUAL(
        run(b, child, take_in(b, "/pie", &relocatable, (s32)take_in(b, "/ld.so", &bad, -1))),
        NO_RETURN);
    CU_ASSERT_EQUAL(task(b, child)->exit_code & 0x7F, SIGSEGV);
    power_off(b);
}

// With memory for its first n allocations, for every n: it fails and nothing is left, or the task
// dies, or all is well.
static void test_no_memory(void)
{
    struct booted *b = power_on_machine();
    u32 program = take_in(b, "/pie", &relocatable, (s32)take_in(b, "/ld.so", &linker, -1));
    s32 child = CALL(b, 1, fork, 0);
    const char *strings[] = { "host:/pie", "host:/pie", NULL };
    struct call call = { .nr = __NR_execve, .args = { program }, .strings = strings };
    u32 refusals = 0, deaths = 0;

    run(b, child, program); // the slabs have grown
    run(b, child, program);
    CALL(b, 1, vfork, 0); // what it gives up, its parent still has: nothing comes free
    child = console(b->m)->last_child;
    focus_on(b, child);
    struct allocations needed = allocations_of(b, child, call);
    CU_ASSERT(needed.count > 15);
    for (u32 n = 0; n <= needed.count; n++) {
        s32 result = make_with_memory_for(b, child, call, &needed, n, NULL);

        CU_ASSERT(is_machine_sound(b->m));
        refusals += result == -ENOMEM;
        deaths += state_of(b, child) == 'Z';
        CU_ASSERT_EQUAL(state_of(b, child), result == NO_RETURN && n < needed.count ? 'Z' : 'R');
        machine_goto(b->m, machine_position(b->m).commands - 1);
    }
    CU_ASSERT(refusals > 3 && deaths > 3);
    power_off(b);
}

// ---- Scripts ---------------------------------------------------------------------------------------

static u32 take_script(struct booted *b, const char *text, s32 interpreter)
{
    struct host_file file = { .bytes = (u8 *)strdup(text), .size = (u32)strlen(text) };

    parse_host_file(&file);
    return programs_add_host(&b->m->programs, "/bin/script", &file, interpreter);
}

static void test_scripts(void)
{
    struct booted *b = power_on_machine();
    s32 program = (s32)take_in(b, "/bin/sh", &plain_32, -1);
    s32 child = CALL(b, 1, fork, 0);

    CU_ASSERT_EQUAL(run(b, child, take_script(b, "#! /bin/sh  -e x \t\necho\n", program)), 0);
    CU_ASSERT(RAN(b, "do_execve", "open_exec", "search_binary_handler", "load_script", "open_exec",
                  "search_binary_handler", "load_elf_binary"));
    CU_ASSERT_STRING_EQUAL(task(b, child)->comm, "script"); // as 2.6.11 has it
    CU_ASSERT(has_argument(b, child, 0, "/bin/sh"));
    CU_ASSERT(has_argument(b, child, 1, "-e x"));
    CU_ASSERT(has_argument(b, child, 2, "host:/bin/script"));
    CU_ASSERT(has_argument(b, child, 3, "one"));
    CU_ASSERT_EQUAL(run(b, child, take_script(b, "#!/bin/sh", program)), 0);
    CU_ASSERT(has_argument(b, child, 1, "host:/bin/script"));
    CU_ASSERT(loads_file(b, child, TEXT + 0x800, 0x800, 64));
    struct usage before = usage_of(b->m);
    CU_ASSERT_EQUAL(run(b, child, take_script(b, "#!", -1)), -ENOEXEC);
    CU_ASSERT_EQUAL(run(b, child, take_script(b, "#! \t\n/bin/sh", -1)), -ENOEXEC);
    s32 script = (s32)take_script(b, "#!/bin/sh", program);
    CU_ASSERT_EQUAL(run(b, child, take_script(b, "#!/bin/script", script)), -ENOEXEC);
    struct host_file missing = { .open_error = PROGRAM_MISSING };
    script = (s32)programs_add_host(&b->m->programs, "/none", &missing, -1);
    CU_ASSERT_EQUAL(run(b, child, take_script(b, "#!/none", script)), -ENOENT);
    CU_ASSERT_EQUAL(state_of(b, child), 'R');
    struct usage after = usage_of(b->m);
    CU_ASSERT(is_same_usage(&before, &after));
    power_off(b);
}

static void test_script_lines(void)
{
    struct script_line line;
    u8 text[300];

    CU_ASSERT(parse_script_line((const u8 *)"#!/a b c \n", 10, &line));
    CU_ASSERT_STRING_EQUAL(line.interpreter, "/a");
    CU_ASSERT_STRING_EQUAL(line.argument, "b c");
    memset(text, 'x', sizeof text); // without an end: the kernel looks at 127 bytes
    memcpy(text, "#!", 2);
    CU_ASSERT(parse_script_line(text, sizeof text, &line));
    CU_ASSERT_EQUAL(strlen(line.interpreter), 125);
    text[10] = '\0';
    CU_ASSERT(parse_script_line(text, sizeof text, &line));
    CU_ASSERT_EQUAL(strlen(line.interpreter), 8);
    CU_ASSERT_FALSE(parse_script_line((const u8 *)"#!\n", 3, &line));
}

// A thread that must wait for the others has opened script, program and linker already.
static void test_exec_that_sleeps(void)
{
    struct booted *b = power_on_machine();
    u32 program = take_in(b, "/pie", &relocatable, (s32)take_in(b, "/ld.so", &linker, -1));
    u32 script = take_script(b, "#!/pie\n", (s32)program);
    s32 leader = CALL(b, 1, fork, 0);
    s32 thread = new_thread(b, leader);

    CU_ASSERT_EQUAL(CALL(b, leader, vfork, 0), NO_RETURN); // no signal ends that
    s32 child = console(b->m)->last_child;
    CU_ASSERT_EQUAL(run(b, thread, script), NO_RETURN);
    CU_ASSERT_EQUAL(state_of(b, thread), 'D');
    exit_task(b, child, 0);
    CU_ASSERT_EQUAL(state_of(b, leader), 'R'); // now it is the only one, by the leader's number
    CU_ASSERT_STRING_EQUAL(task(b, leader)->comm, "script");
    CU_ASSERT(has_argument(b, leader, 0, "/pie"));
    CU_ASSERT_EQUAL(auxv(b, leader, AT_BASE), 0xB7FFF000);
    power_off(b);
}

// ---- Read once -------------------------------------------------------------------------------------

static const struct elf_image *served; // what the host has at /prog
static u32 readings;

static bool serve(const char *path, struct host_file *file, struct strbuf *why)
{
    *file = (struct host_file){ .bytes = NULL };
    readings++;
    if (strcmp(path, "/huge") == 0) {
        strbuf_puts(why, "it is too large");
        return false;
    }
    if (strcmp(path, "/script") == 0) {
        file->bytes = (u8 *)strdup("#!/none\n");
        file->size = 8;
        parse_host_file(file);
    } else if (strcmp(path, "/prog") == 0 || strcmp(path, "/ld.so") == 0) {
        file->bytes = make_image(path[1] == 'p' ? served : &linker, &file->size);
        parse_host_file(file);
    } else {
        file->open_error = PROGRAM_MISSING;
    }
    return true;
}

static struct session *new_session(u64 journal_bytes)
{
    struct session_options options = { .journal_bytes = journal_bytes, .read_host_file = serve };

    return session_create(&options);
}

static enum run_result type(struct session *s, const char *text)
{
    return session_run(s, "test", text, strlen(text));
}

static bool is_same_image(const struct session *a, const struct session *b)
{
    return a->m->image_size == b->m->image_size &&
           memcmp(a->m->image, b->m->image, a->m->image_size) == 0;
}

static void test_read_once(void)
{
    struct session *s = new_session(0), *twin = new_session(0), *third = new_session(0);

    readings = 0;
    served = &plain_32;
    CU_ASSERT_EQUAL(type(s, "fork; 2: exec host:/prog; 2: load data"), RUN_OK);
    CU_ASSERT_EQUAL(type(twin, "fork; 2: exec host:/prog; 2: load data"), RUN_OK);
    CU_ASSERT_EQUAL(readings, 2);
    served = &plain_64; // the host's file has changed: what was run has not
    CU_ASSERT_EQUAL(type(s, "undo 3; redo 2; undo 1; redo; 2: load data"), RUN_OK);
    CU_ASSERT_EQUAL(readings, 2);
    CU_ASSERT(is_same_image(s, twin));
    CU_ASSERT_EQUAL(type(s, "2: exec host:/prog; 2: exec host:/prog"), RUN_OK); // the new one
    CU_ASSERT_EQUAL(readings, 4);
    CU_ASSERT_EQUAL(s->m->programs.host_count, 2);
    type(s, "undo 2");
    CU_ASSERT_EQUAL(type(s, "repeat 4 { 2: exec host:/prog }; undo 4"), RUN_OK);
    CU_ASSERT_EQUAL(readings, 5); // what is in a block is read once
    CU_ASSERT(is_same_image(s, twin));
    // What else had been read before does not show in the image: this one differs in a few bytes.
    struct elf_image other = plain_32;
    other.entry += 8;
    served = &other;
    CU_ASSERT_EQUAL(type(twin, "undo 3; 1: exec host:/prog; undo; fork"), RUN_OK);
    served = &plain_32;
    CU_ASSERT_EQUAL(type(twin, "2: exec host:/prog; 2: load data"), RUN_OK);
    CU_ASSERT(is_same_image(s, twin));
    served = &other;
    CU_ASSERT_EQUAL(type(third, "1: exec host:/prog; undo"), RUN_OK);
    served = &plain_32;
    CU_ASSERT_EQUAL(type(third, "fork; 2: exec host:/prog; 2: load data"), RUN_OK);
    CU_ASSERT(is_same_image(s, third));
    session_destroy(third);
    session_destroy(s);
    session_destroy(twin);
}

// Far behind what the journal holds, commands are executed again: without the host.
static void test_executed_again(void)
{
    const char *script = "fork; 2: exec host:/prog; repeat 3000 { 1: fork; $!: exit; 1: wait; "
                         "2: load data+4096; 2: brk +4096 }";
    struct session *s = new_session(1 << 20), *twin = new_session(256 << 20);

    readings = 0;
    served = &relocatable;
    CU_ASSERT_EQUAL(type(s, script), RUN_OK);
    CU_ASSERT_EQUAL(type(twin, script), RUN_OK);
    CU_ASSERT_EQUAL(readings, 4); // and its linker's
    served = &plain_32;
    for (u64 n = 0; n < 3000; n += 577) {
        CU_ASSERT(machine_goto(s->m, n) && machine_goto(twin->m, n));
        CU_ASSERT(is_same_image(s, twin));
    }
    CU_ASSERT_EQUAL(readings, 4);
    session_destroy(s);
    session_destroy(twin);
}

static void test_mistakes(void)
{
    struct session *s = new_session(0), *without = session_create(&(struct session_options){ 0 });

    CU_ASSERT_EQUAL(type(s, "exec host:/huge"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(type(without, "exec host:/prog"), RUN_MISTAKE);
    CU_ASSERT_EQUAL(machine_position(s->m).commands, 0);
    CU_ASSERT_EQUAL(
        type(s, "exec host:/none; expect errno ENOENT; exec host:; exec /; "
                "expect errno EACCES; exec /bin; expect errno EACCES; exec /bin/ls/x; "
                "expect errno ENOTDIR; exec /etc/passwd; expect errno EACCES; "
                "exec /usr/bin/broken; expect errno ENOEXEC; exec bin; "
                "expect errno EACCES; exec ls; expect errno ENOENT; exec //; expect errno EACCES"),
        RUN_OK);
    session_destroy(s);
    session_destroy(without);
}

// ---- The host's file system ------------------------------------------------------------------------

static enum program_error opening(const char *folder, const char *name)
{
    struct strbuf path = STRBUF_INIT, why = STRBUF_INIT;
    struct host_file file;

    strbuf_printf(&path, "%s/%s", folder, name);
    CU_ASSERT(read_host_file(strbuf_text(&path), &file, &why));
    enum program_error error = file.open_error ? file.open_error : file.exec_error;
    host_file_finish(&file);
    strbuf_finish(&path);
    return error;
}

static void put_file(const char *path, const void *bytes, size_t size, mode_t mode)
{
    FILE *file = fopen(path, "wb");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite(bytes, 1, size, file);
    fclose(file);
    chmod(path, mode);
}

static void test_host_files(void)
{
    char folder[] = "/tmp/procarium-test-XXXXXX";
    char name[300];
    struct strbuf why = STRBUF_INIT;
    struct host_file file;
    u32 size;

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    CU_ASSERT_EQUAL_FATAL(chdir(folder), 0);
    u8 *bytes = make_image(&plain_32, &size);
    put_file("program", bytes, size, 0755);
    put_file("data", bytes, size, 0644);
    put_file("empty", "", 0, 0755);
    put_file("text", "hello\n", 6, 0755);
    put_file("script", "#!/bin/sh\n", 10, 0755);
    put_file("large", "", 0, 0755);
    CU_ASSERT_EQUAL(truncate("large", (off_t)HOST_FILE_MAX + 1), 0);
    CU_ASSERT_EQUAL(mkfifo("fifo", 0777), 0);
    CU_ASSERT_EQUAL(symlink("loop", "loop"), 0);
    CU_ASSERT_EQUAL(symlink("program", "link"), 0);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';

    CU_ASSERT_EQUAL(opening(folder, "program"), PROGRAM_WELL);
    CU_ASSERT_EQUAL(opening(".", "link"), PROGRAM_WELL);
    CU_ASSERT_EQUAL(opening(folder, "script"), PROGRAM_WELL);
    CU_ASSERT_EQUAL(opening(folder, "none"), PROGRAM_MISSING);
    CU_ASSERT_EQUAL(opening(folder, ""), PROGRAM_NO_ACCESS); // a folder
    CU_ASSERT_EQUAL(opening(folder, "data"), PROGRAM_NO_ACCESS);
    CU_ASSERT_EQUAL(opening(folder, "fifo"), PROGRAM_NO_ACCESS); // and does not wait for a writer
    CU_ASSERT_EQUAL(opening("/dev", "null"), PROGRAM_NO_ACCESS);
    CU_ASSERT_EQUAL(opening("program", "x"), PROGRAM_NO_FOLDER);
    CU_ASSERT_EQUAL(opening(folder, "loop"), PROGRAM_LOOP);
    CU_ASSERT_EQUAL(opening(folder, name), PROGRAM_NAME_LONG);
    CU_ASSERT_EQUAL(opening(folder, "empty"), PROGRAM_FORMAT);
    CU_ASSERT_EQUAL(opening(folder, "text"), PROGRAM_FORMAT);
    CU_ASSERT_FALSE(read_host_file("large", &file, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&why), "256 MB"));
    host_file_finish(&file);
    CU_ASSERT(read_host_file("program", &file, &why));
    CU_ASSERT(file.size == size && memcmp(file.bytes, bytes, size) == 0);
    host_file_finish(&file);
    strbuf_finish(&why);
    free(bytes);
    const char *const files[] = { "program", "data", "empty", "text", "script",
                                  "large",   "fifo", "loop",  "link" };
    for (u32 i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(files[i]);
    CU_ASSERT_EQUAL(chdir("/"), 0);
    rmdir(folder);
}

// This program itself, as the host's linker made it: its bytes lie where its headers say.
static void test_real_program(void)
{
    struct session_options options = { .read_host_file = read_host_file };
    struct session *s = session_create(&options);

    CU_ASSERT_EQUAL(type(s, "fork; 2: exec host:/proc/self/exe; 2: load text 4; "
                            "expect value 0x464c457f; check; 2: fork; 3: exit; 2: wait; "
                            "2: exec host:/bin/sh; 2: exec /bin/ls; 2: exit; wait"),
                    RUN_OK);
    CU_ASSERT(is_machine_sound(s->m));
    session_destroy(s);
}

static bool says(struct session *s, const char *command, const char *words)
{
    struct strbuf out = STRBUF_INIT;

    type(s, command);
    report_sentence(s->m, 0, &out);
    bool is_there = strstr(strbuf_text(&out), words) != NULL;
    if (!is_there)
        printf("%s\n", strbuf_text(&out));
    strbuf_finish(&out);
    return is_there;
}

static void test_words(void)
{
    struct session *s = new_session(0);
    struct strbuf out = STRBUF_INIT;
    struct elf_image bad = plain_32;

    served = &relocatable; // nothing of how the kernel cleared its pages
    CU_ASSERT(says(s, "boot sh; exec host:/prog",
                   "2 prog runs a new program; the host's file, made for 64 bits, lies from "
                   "0x80000000 on; 2 prog needs a page of a file at 0xb8000010"));
    served = &plain_32;
    CU_ASSERT(says(s, "exec host:/prog", "; the host's file lies from 0x08048000 on"));
    bad.part[1].address = 0xC0000000;
    served = &bad;
    CU_ASSERT(says(s, "fork; $!: exec host:/prog", "and the old one is gone already"));
    CU_ASSERT(says(s, "exec host:/none", "ENOENT: there is no such file"));
    CU_ASSERT(says(s, "exec host:/script", "ENOENT: the file is there, but what it names"));
    struct elf_image lost = plain_32;
    lost.interpreter = "/none";
    served = &lost;
    CU_ASSERT(says(s, "exec host:/prog", "ENOENT: the file is there, but what it names"));
    CU_ASSERT(says(s, "exec /bin", "EACCES: the file cannot be executed"));
    CU_ASSERT(says(s, "exec /bin/ls/x", "ENOTDIR: a part of the path is no folder"));
    CU_ASSERT(says(s, "exec /usr/bin/broken", "ENOEXEC: it is neither a program of this machine"));
    CU_ASSERT(says(s, "mmap 1 private fd=0", "ENODEV: a file of that kind has no pages to map"));
    CU_ASSERT(says(s, "setrlimit DATA 4096; brk +10p", "2 prog is refused: RLIMIT_DATA forbids"));
    CU_ASSERT(report_vm(s->m, 2, &out));
    CU_ASSERT_PTR_NOT_NULL(strstr(strbuf_text(&out), "text  host:/prog"));
    strbuf_finish(&out);
    session_destroy(s);
}

// ---- Completion ------------------------------------------------------------------------------------

static bool completes(const struct session *s, const char *line, const char *word)
{
    struct completions c;
    bool found = false;

    session_complete(s, line, strlen(line), &c);
    for (u32 i = 0; i < c.count; i++)
        found |= strcmp(c.words[i], word) == 0;
    completions_finish(&c);
    return found;
}

static void test_completion(void)
{
    struct session *s = new_session(0);

    CU_ASSERT(completes(s, "exec /bin/l", "/bin/ls"));
    CU_ASSERT(completes(s, "exec ", "/usr/sbin/server"));
    CU_ASSERT_FALSE(completes(s, "exec /etc/", "/etc/passwd"));
    CU_ASSERT(completes(s, "exec ho", "host:"));
    CU_ASSERT(completes(s, "1: exec host:/bi", "host:/bin/"));
    CU_ASSERT(completes(s, "exec host:/bin/s", "host:/bin/sh"));
    CU_ASSERT_FALSE(completes(s, "exec host:/etc/passw", "host:/etc/passwd"));
    CU_ASSERT_FALSE(completes(s, "exec host:/bin/sh /bi", "/bin/"));
    session_destroy(s);
}

static CU_TestInfo tests[] = {
    { "static programs of 32 and 64 bits", test_static },
    { "who runs the same file shares its pages", test_shared_text },
    { "a relocatable program and its dynamic linker", test_dynamic },
    { "headers that are refused", test_bad_headers },
    { "hostile segments", test_hostile_segments },
    { "a hostile dynamic linker", test_bad_linker },
    { "no memory, at every allocation", test_no_memory },
    { "scripts", test_scripts },
    { "the first line of a script", test_script_lines },
    { "exec that must wait for threads", test_exec_that_sleeps },
    { "a file is read once", test_read_once },
    { "executed again, without the host", test_executed_again },
    { "mistakes, and what the catalogue refuses", test_mistakes },
    { "files of the host that cannot be opened", test_host_files },
    { "a real program", test_real_program },
    { "what is said about it", test_words },
    { "completion", test_completion },
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "host_exec", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
