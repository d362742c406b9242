// Laying a program out in memory: its segments, its dynamic linker, its heap. (fs/binfmt_elf.c)
#include "kernel/binfmt.h"

#define MIN_GAP (128u << 20)
#define MAX_GAP (TASK_SIZE / 6 * 5)

#define ELF_ET_DYN_BASE (TASK_SIZE / 3 * 2) // where relocatable programs go

// Where mmap begins to look for room: below the largest stack there may be, or, if that has no
// limit, from a third of the address space upwards. After arch/i386/mm/mmap.c.
static void arch_pick_mmap_layout(struct machine *m, const struct mm_struct *mm)
{
    u32 gap = signal_of(m, current(m))->rlim[RLIMIT_STACK].rlim_cur;
    bool is_legacy = gap == RLIM_INFINITY;

    gap = gap < MIN_GAP ? MIN_GAP : gap > MAX_GAP ? MAX_GAP : gap;
    uaddr base = is_legacy ? TASK_UNMAPPED_BASE : TASK_SIZE - page_align(gap);
    set(m, mm->mmap_base, base);
    set(m, mm->free_area_cache, base);
}

// ---- The segments ----------------------------------------------------------------------------------

struct layout { // as load_elf_binary() gathers it from the program headers
    uaddr start_code, end_code, start_data, end_data;
    uaddr bss, brk;  // ends of the last file bytes and of the last zeros
    uaddr load_bias; // what is added to the file's addresses …
    bool is_placed;  // … once the first segment has its place
    struct elf_place place;
};

// The address, or an error. After fs/binfmt_elf.c, elf_map(), and what do_mmap() refuses.
static u32 elf_map(struct machine *m, kaddr file, const struct program_segment *s, uaddr address,
                   bool is_fixed)
{
    KFN(m, elf_map);
    u32 inside = s->address & (PAGE_SIZE - 1);
    u32 offset = s->offset - inside;
    struct map_request map = {
        .file = file,
        .address = address & ~(PAGE_SIZE - 1),
        .length = s->file_size + inside,
        .prot = s->prot,
        .flags = MAP_PRIVATE | (is_fixed ? MAP_FIXED : 0),
        .pgoff = offset >> PAGE_SHIFT,
    };

    if (offset % PAGE_SIZE || offset + page_align(map.length) < offset)
        KRETURN((u32)-EINVAL);
    KRETURN(map.length ? do_mmap_pgoff(m, &map) : map.address);
}

// Does a segment that begins there lie in user space? After load_elf_binary()'s own words.
static bool is_segment_sane(const struct program_segment *s, uaddr address)
{
    return address <= TASK_SIZE && s->file_size <= s->memory_size && s->memory_size <= TASK_SIZE &&
           TASK_SIZE - s->memory_size >= address;
}

static uaddr max_address(uaddr a, uaddr b)
{
    return a > b ? a : b;
}

// Zeros up to the page's end, but not beyond `limit`: what the file has there is not the program's.
static bool clear_rest_of_page(struct machine *m, uaddr address, uaddr limit)
{
    u32 inside = address & (PAGE_SIZE - 1), rest = PAGE_SIZE - inside;

    if (rest > limit - address)
        rest = limit - address;
    return inside == 0 || copy_to_user(m, address, NULL, rest);
}

// From the last file byte to the end of its page there must be zeros. After padzero().
static bool padzero(struct machine *m, uaddr end_of_file_bytes)
{
    KFN(m, padzero);
    KRETURN(clear_rest_of_page(m, end_of_file_bytes, ~0u));
}

// Zeros from the page behind the file bytes on; the heap begins where they end. After set_brk().
static bool set_brk(struct machine *m, const struct mm_struct *mm, uaddr bss, uaddr brk)
{
    KFN(m, set_brk);
    uaddr start = page_align(bss), end = page_align(brk);

    if (end > start && !do_brk(m, mm, start, end - start))
        KRETURN(false);
    set(m, mm->start_brk, end);
    set(m, mm->brk, end);
    return true;
}

// What the headers say about one segment that is mapped now.
static void note_segment(struct layout *l, const struct program_segment *s)
{
    uaddr file_end = s->address + s->file_size;

    if (s->address < l->start_code)
        l->start_code = s->address;
    l->start_data = max_address(l->start_data, s->address);
    l->bss = max_address(l->bss, file_end);
    l->end_data = max_address(l->end_data, file_end);
    if (s->prot & SEGMENT_EXEC)
        l->end_code = max_address(l->end_code, file_end);
    l->brk = max_address(l->brk, s->address + s->memory_size);
}

// The first segment of a relocatable file decides where all lie: near ELF_ET_DYN_BASE.
static s32 map_segment(struct machine *m, kaddr file, const struct program *program,
                       const struct program_segment *s, struct layout *l)
{
    bool is_fixed = !program->is_relocatable || l->is_placed;

    if (!is_fixed)
        l->load_bias = (ELF_ET_DYN_BASE - s->address) & ~(PAGE_SIZE - 1);
    uaddr wanted = l->load_bias + s->address;
    // Unlike Linux 2.6.11, which maps first, and looks at the address before it is moved.
    if (!is_segment_sane(s, wanted))
        return -EINVAL;
    u32 got = elf_map(m, file, s, wanted, is_fixed);
    if (is_error(got))
        return (s32)got;
    if (!is_fixed)
        l->load_bias += got - (wanted & ~(PAGE_SIZE - 1));
    if (!l->is_placed)
        l->place.headers = s->address - s->offset + l->load_bias + program->headers;
    l->is_placed = true;
    return is_segment_sane(s, l->load_bias + s->address) ? 0 : -EINVAL;
}

static void move_layout(struct layout *l)
{
    l->bss += l->load_bias;
    l->brk += l->load_bias;
    l->start_code += l->load_bias;
    l->end_code += l->load_bias;
    l->start_data += l->load_bias;
    l->end_data += l->load_bias;
}

// 0 or a negative errno.
static s32 map_segments(struct machine *m, const struct mm_struct *mm, kaddr file,
                        const struct program *program, struct layout *l)
{
    *l = (struct layout){ .start_code = ~0u };
    for (u32 i = 0; i < program->segment_count; i++) {
        if (l->brk > l->bss) { // zeros belong between what was mapped and this segment
            uaddr bss = l->bss + l->load_bias;

            if (!set_brk(m, mm, bss, l->brk + l->load_bias))
                return -ENOMEM;
            clear_rest_of_page(m, bss, l->brk + l->load_bias);
        }
        s32 error = map_segment(m, file, program, &program->segment[i], l);
        if (error)
            return error;
        note_segment(l, &program->segment[i]);
    }
    move_layout(l);
    if (!set_brk(m, mm, l->bss, l->brk))
        return -ENOMEM;
    // Unlike Linux 2.6.11, which fails for a program that has nothing but text.
    return l->bss != l->brk && !padzero(m, l->bss) ? -EFAULT : 0;
}

// ---- The dynamic linker ----------------------------------------------------------------------------

// Opens what the program names as its dynamic linker. 0 or a negative errno.
//
// Unlike Linux, which looks at some of its headers only when the old program is gone already.
static s32 open_interpreter(struct machine *m, const struct linux_binprm *bprm,
                            const struct program *program)
{
    kaddr file;

    if (program->interpreter < 0)
        return 0;
    s32 error = open_host_exec(m, (u32)program->interpreter, &file);
    if (error) {
        set(m, bprm->lacks_interpreter, 1u);
        return error;
    }
    set(m, bprm->interpreter, file);
    const struct program *interpreter = program_of_file(m, file);
    return interpreter->exec_error || interpreter->is_script ? -ELIBBAD : 0;
}

// Its segments, from where there is room for the first one. The address of its first instruction,
// or an error. After fs/binfmt_elf.c.
static u32 load_elf_interp(struct machine *m, kaddr file, uaddr *load_address)
{
    KFN(m, load_elf_interp);
    const struct program *program = program_of_file(m, file);
    const struct mm_struct *mm = mm_at(m, current(m)->mm);
    uaddr bias = 0, bss = 0, brk = 0;

    for (u32 i = 0; i < program->segment_count; i++) {
        const struct program_segment *s = &program->segment[i];
        bool is_first = i == 0 && program->is_relocatable;
        u32 got = elf_map(m, file, s, bias + s->address, !is_first);

        if (is_error(got))
            KRETURN(got);
        if (is_first)
            bias = got - (s->address & ~(PAGE_SIZE - 1));
        if (!is_segment_sane(s, bias + s->address))
            KRETURN((u32)-ENOMEM);
        bss = max_address(bss, bias + s->address + s->file_size);
        brk = max_address(brk, bias + s->address + s->memory_size);
    }
    // Unlike Linux 2.6.11, which fails for one that has nothing but text.
    if (brk > bss && !padzero(m, bss))
        KRETURN((u32)-EFAULT);
    if (brk > page_align(bss) && !do_brk(m, mm, page_align(bss), brk - page_align(bss)))
        KRETURN((u32)-ENOMEM);
    *load_address = bias;
    KRETURN(program->entry + bias);
}

// ---- The whole program -----------------------------------------------------------------------------

static void start_thread(struct machine *m, const struct task_struct *p, uaddr eip, uaddr esp)
{
    KFN(m, start_thread);
    struct pt_regs regs = {
        .xds = USER_DS,
        .xes = USER_DS,
        .orig_eax = task_pt_regs(m, p)->orig_eax,
        .eip = eip,
        .xcs = USER_CS,
        .eflags = 0x202,
        .esp = esp,
        .xss = USER_DS,
    };

    copy(m, task_pt_regs(m, p), &regs, sizeof regs);
}

// Unlike Linux: what the program would ask of brk itself, as its C library starts, is done here.
static bool give_heap(struct machine *m, const struct mm_struct *mm, u32 bytes)
{
    if (!do_brk(m, mm, mm->brk, bytes))
        return false;
    if (bytes)
        set(m, mm->brk, mm->brk + bytes);
    return true;
}

// Everything behind the point of no return. 0 or a negative errno, which nobody gets to see: the
// task dies.
static s32 fill_address_space(struct machine *m, const struct linux_binprm *bprm,
                              const struct program *program)
{
    const struct task_struct *p = current(m);
    const struct mm_struct *mm = mm_at(m, p->mm);
    struct layout l;

    arch_pick_mmap_layout(m, mm);
    if (!setup_arg_pages(m, bprm))
        return -ENOMEM;
    s32 error = map_segments(m, mm, bprm->file, program, &l);
    if (error)
        return error;
    l.place.entry = program->entry + l.load_bias;
    uaddr eip = l.place.entry;
    if (bprm->interpreter)
        eip = load_elf_interp(m, bprm->interpreter, &l.place.interp);
    if (bprm->interpreter && is_error(eip))
        return -EFAULT;
    set(m, mm->start_code, l.start_code);
    set(m, mm->end_code, l.end_code);
    set(m, mm->start_data, l.start_data);
    set(m, mm->end_data, l.end_data);
    uaddr esp = create_elf_tables(m, bprm, program, &l.place);
    if (!esp || !give_heap(m, mm, program->heap))
        return -ENOMEM;
    start_thread(m, p, eip, esp);
    return 0;
}

s32 load_elf_binary(struct machine *m, const struct linux_binprm *bprm)
{
    KFN(m, load_elf_binary);
    const struct task_struct *p = current(m);
    const struct program *program = program_of_file(m, bprm->file);
    s32 error = is_resuming(m) ? 0 : open_interpreter(m, bprm, program);

    if (error)
        KRETURN(error);
    error = flush_old_exec(m, bprm);
    if (error)
        return error;
    set(m, p->flags, p->flags & ~(u32)PF_FORKNOEXEC);
    error = fill_address_space(m, bprm, program);
    if (!error)
        return 0;
    force_sig(m, error == -EFAULT ? SIGSEGV : SIGKILL, p);
    KRETURN(error);
}
