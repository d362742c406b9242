// exec of the host's files: where their parts lie, their bytes, bad and hostile ones, and scripts.
#include "booted_machine.h"
#include "cunit_main.h"
#include "elf_image.h"
#include "hoard.h"
#include "host_file.h"

#include "kernel/binfmt.h"
#include "report/regions.h"

#include <elf.h>
#include <string.h>

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

    CU_ASSERT_EQUAL(run(b, first, take_in(b, "/a.out", &plain_32_image, -1)), 0);
    CU_ASSERT_EQUAL(heard_value(b, EVENT_EXEC_HOST, first, (s32)TEXT), 0);
    CU_ASSERT_STRING_EQUAL(task(b, first)->comm, "a.out");
    CU_ASSERT(has_argument(b, first, 0, "host:/a.out") && has_argument(b, first, 1, "one"));
    expect_plain(b, first, 32);
    CU_ASSERT_EQUAL(run(b, second, take_in(b, "/a.out", &plain_64_image, -1)), 0);
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
    u32 program = take_in(b, "/a.out", &plain_32_image, -1);
    uaddr data = TEXT + 0x3000;

    CU_ASSERT_EQUAL(take_in(b, "/a.out", &plain_32_image, -1), program); // the same again
    CU_ASSERT_NOT_EQUAL(take_in(b, "/b.out", &plain_32_image, -1), program);
    CU_ASSERT_NOT_EQUAL(take_in(b, "/a.out", &plain_64_image, -1), program);
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
    u32 program =
        take_in(b, "/pie", &relocatable_image, (s32)take_in(b, "/ld.so", &linker_image, -1));
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
    struct elf_image bad = plain_32_image;

    bad.type = ET_REL;
    expect_refused(&bad, 0, ENOEXEC);
    bad.type = ET_CORE;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32_image;
    bad.machine = EM_MIPS;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32_image;
    bad.header_size = 31;
    expect_refused(&bad, 0, ENOEXEC);
    bad.header_size = 0xFFFF;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32_image;
    bad.has_no_headers = true;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32_image;
    bad.header_count = 2049;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_32_image;
    bad.size = 3; // cut off in the magic
    expect_refused(&bad, 0, ENOEXEC);
    bad.size = 30; // in the header
    expect_refused(&bad, 0, ENOEXEC);
    bad.size = 60; // in the table
    expect_refused(&bad, 0, EIO);
    bad = plain_32_image;
    bad.interpreter = "";
    expect_refused(&bad, 0, ENOEXEC);
    bad.interpreter = "/none";
    expect_refused(&bad, ENOENT, ENOENT);
    bad.interpreter = "/bad";
    expect_refused(&bad, ELIBBAD, ELIBBAD);
    // Of 64 bits, and its parts further apart than i386 could reach.
    bad = plain_64_image;
    bad.part[1].address = 0x4000000000;
    expect_refused(&bad, 0, ENOEXEC);
    bad.part[1].address = 0xFFFFFFFFFFFFF000;
    expect_refused(&bad, 0, ENOEXEC);
    bad = plain_64_image;
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
        struct elf_image image = plain_32_image;

        image.part[1] = cases[i].part;
        image.size = 0x4000;
        expect_death(&image, cases[i].sig);
        if (CU_get_number_of_failure_records())
            printf("case %u\n", i);
    }
    struct elf_image nothing = plain_32_image; // no segment: the first instruction is a fault
    nothing.part[0].type = nothing.part[1].type = PT_NOTE;
    expect_death(&nothing, SIGSEGV);
    struct elf_image astray = plain_32_image;
    astray.entry = 0xC0100000;
    expect_death(&astray, SIGSEGV);
}

static void test_bad_linker(void)
{
    struct booted *b = power_on_machine();
    struct elf_image bad = linker_image;
    s32 child = CALL(b, 1, fork, 0);

    bad.part[1].address = 0x10000000; // from where it is, out of user space
    CU_ASSERT_EQUAL(
        run(b, child, take_in(b, "/pie", &relocatable_image, (s32)take_in(b, "/ld.so", &bad, -1))),
        NO_RETURN);
    CU_ASSERT_EQUAL(task(b, child)->exit_code & 0x7F, SIGSEGV);
    power_off(b);
}

// With memory for its first n allocations, for every n: it fails and nothing is left, or the task
// dies, or all is well.
static void test_no_memory(void)
{
    struct booted *b = power_on_machine();
    u32 program =
        take_in(b, "/pie", &relocatable_image, (s32)take_in(b, "/ld.so", &linker_image, -1));
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
        refusals += result == -ENOMEM || result == -ENFILE;
        CU_ASSERT(result != -ENOMEM || refused(b, child, ENOMEM, REFUSED_NO_MEMORY));
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
    s32 program = (s32)take_in(b, "/bin/sh", &plain_32_image, -1);
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
    u32 program =
        take_in(b, "/pie", &relocatable_image, (s32)take_in(b, "/ld.so", &linker_image, -1));
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

static CU_TestInfo tests[] = {
    { "static programs of 32 and 64 bits", test_static },
    { "who runs the same file shares its pages", test_shared_text },
    { "a relocatable_image program and its dynamic linker", test_dynamic },
    { "headers that are refused", test_bad_headers },
    { "hostile segments", test_hostile_segments },
    { "a hostile dynamic linker", test_bad_linker },
    { "no memory, at every allocation", test_no_memory },
    { "scripts", test_scripts },
    { "the first line of a script", test_script_lines },
    { "exec that must wait for threads", test_exec_that_sleeps },
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
