// Laying a program out in memory: its stack, its segments, its heap. (fs/binfmt_elf.c, and
// setup_arg_pages() of fs/exec.c)
#include "kernel/binfmt.h"
#include "machine/program.h"

#define EXTRA_STACK_VM_PAGES 20u
#define MIN_GAP              (128u << 20)
#define MAX_GAP              (TASK_SIZE / 6 * 5)

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

// ---- The stack -------------------------------------------------------------------------------------

// One page of argument strings becomes a page of the stack. False without memory for its page
// table; the page stays the caller's. After fs/exec.c, install_arg_page().
static bool install_arg_page(struct machine *m, const struct vm_area_struct *vma, kaddr page,
                             uaddr address)
{
    const struct mm_struct *mm = mm_at(m, vma->vm_mm);
    const u32 *pte = anon_vma_prepare(m, vma) ? pte_alloc_map(m, mm, address) : NULL;

    if (!pte)
        return false;
    set(m, *pte, mk_pte(kaddr_to_pfn(page), vma->vm_page_prot | _PAGE_RW | _PAGE_DIRTY));
    set(m, mm->rss, mm->rss + 1);
    page_add_anon_rmap(m, kaddr_to_pfn(page), vma, address);
    return true;
}

// After fs/exec.c, setup_arg_pages().
static bool setup_arg_pages(struct machine *m, const struct linux_binprm *bprm)
{
    KFN(m, setup_arg_pages);
    kaddr mm = current(m)->mm;
    uaddr base = STACK_TOP - MAX_ARG_BYTES;
    u32 first = bprm->p / PAGE_SIZE;

    set(m, mm_at(m, mm)->arg_start, base + bprm->p);
    const struct vm_area_struct *vma = make_area(
        m, mm, base + (first - EXTRA_STACK_VM_PAGES) * PAGE_SIZE, STACK_TOP, VM_STACK_FLAGS);
    if (!vma)
        KRETURN(false);
    insert_area(m, vma);
    for (u32 i = first; i < MAX_ARG_PAGES; i++) {
        if (!install_arg_page(m, vma, bprm->page[i], base + i * PAGE_SIZE))
            KRETURN(false);
        set(m, bprm->page[i], 0u);
    }
    return true;
}

// Words that are put on the stack one after the other, from low to high.
struct stack_writer {
    struct machine *m;
    uaddr at;
    u32 words[64];
    u32 count;
    bool is_well;
};

static void flush(struct stack_writer *w)
{
    if (w->count && w->is_well)
        w->is_well = copy_to_user(w->m, w->at, w->words, w->count * (u32)sizeof w->words[0]);
    w->at += w->count * (u32)sizeof w->words[0];
    w->count = 0;
}

static void push(struct stack_writer *w, u32 word)
{
    if (w->count == sizeof w->words / sizeof w->words[0])
        flush(w);
    w->words[w->count++] = word;
}

// Behind the end of the string at a user address.
static uaddr end_of_string(const struct machine *m, const struct mm_struct *mm, uaddr string)
{
    char part[64];
    u32 got;

    while ((got = read_user_bytes(m, mm, string, part, sizeof part)) > 0) {
        const char *end = memchr(part, '\0', got);

        if (end)
            return string + (u32)(end - part) + 1;
        string += got;
    }
    return string;
}

static void push_pointers(struct stack_writer *w, const struct mm_struct *mm, s32 count,
                          uaddr *string)
{
    for (s32 i = 0; i < count; i++) {
        push(w, *string);
        *string = end_of_string(w->m, mm, *string);
    }
    push(w, 0);
}

// Numbers and order of the auxiliary vector, as the C library finds it.
enum auxv_type {
    AT_NULL = 0,
    AT_PHDR = 3,
    AT_PHENT = 4,
    AT_PHNUM = 5,
    AT_PAGESZ = 6,
    AT_BASE = 7,
    AT_FLAGS = 8,
    AT_ENTRY = 9,
    AT_UID = 11,
    AT_EUID = 12,
    AT_GID = 13,
    AT_EGID = 14,
    AT_PLATFORM = 15,
    AT_HWCAP = 16,
    AT_CLKTCK = 17,
    AT_SECURE = 23
};
#define AUXV_WORDS 32u

static void make_auxv(const struct machine *m, const struct program *program, uaddr platform,
                      u32 *auxv)
{
    const struct task_struct *p = current(m);
    const u32 entries[AUXV_WORDS] = {
        AT_HWCAP,    0x0383FBFF,
        AT_PAGESZ,   PAGE_SIZE,
        AT_CLKTCK,   100,
        AT_PHDR,     program->segment[0].address + 52,
        AT_PHENT,    32,
        AT_PHNUM,    program->segment_count,
        AT_BASE,     0,
        AT_FLAGS,    0,
        AT_ENTRY,    program->entry,
        AT_UID,      p->uid,
        AT_EUID,     p->euid,
        AT_GID,      p->gid,
        AT_EGID,     p->egid,
        AT_SECURE,   0,
        AT_PLATFORM, platform,
        AT_NULL,     0,
    };

    memcpy(auxv, entries, sizeof entries);
}

// Below the strings: "i686", the auxiliary vector, envp, argv and argc, where esp will point.
// After fs/binfmt_elf.c, create_elf_tables(). The new esp, or 0 if it has no room.
static uaddr create_elf_tables(struct machine *m, const struct linux_binprm *bprm,
                               const struct program *program)
{
    KFN(m, create_elf_tables);
    static const char platform[] = "i686";
    const struct mm_struct *mm = mm_at(m, current(m)->mm);
    uaddr top = mm->arg_start - (u32)sizeof platform;
    u32 words = 1 + (u32)bprm->argc + 1 + (u32)bprm->envc + 1 + AUXV_WORDS;
    u32 auxv[AUXV_WORDS];
    uaddr string = mm->arg_start;

    if (!copy_to_user(m, top, platform, sizeof platform))
        KRETURN(0u);
    uaddr esp = ((top & ~15u) - words * 4) & ~15u;
    struct stack_writer w = { .m = m, .at = esp, .is_well = true };
    push(&w, (u32)bprm->argc);
    push_pointers(&w, mm, bprm->argc, &string);
    set(m, mm->arg_end, string);
    set(m, mm->env_start, string);
    push_pointers(&w, mm, bprm->envc, &string);
    set(m, mm->env_end, string);
    make_auxv(m, program, top, auxv);
    for (u32 i = 0; i < AUXV_WORDS; i++)
        push(&w, auxv[i]);
    flush(&w);
    copy(m, mm->saved_auxv, auxv, sizeof auxv);
    set(m, mm->start_stack, esp);
    KRETURN(w.is_well ? esp : 0u);
}

// ---- The segments ----------------------------------------------------------------------------------

// After fs/binfmt_elf.c, elf_map(). False if it cannot be mapped.
static bool elf_map(struct machine *m, const struct linux_binprm *bprm,
                    const struct program_segment *s)
{
    KFN(m, elf_map);
    u32 inside = s->address & (PAGE_SIZE - 1);
    struct map_request map = {
        .file = bprm->file,
        .address = s->address - inside,
        .length = s->file_size + inside,
        .prot = PROT_READ | (s->is_writable ? PROT_WRITE : 0) | (s->is_executable ? PROT_EXEC : 0),
        .flags = MAP_PRIVATE | MAP_FIXED,
        .pgoff = (s->offset - inside) >> PAGE_SHIFT,
    };

    KRETURN(s->file_size == 0 || !is_error(do_mmap_pgoff(m, &map)));
}

// From the last file byte to the end of its page there must be zeros. After padzero().
static bool padzero(struct machine *m, uaddr end_of_file_bytes)
{
    KFN(m, padzero);
    u32 inside = end_of_file_bytes & (PAGE_SIZE - 1);

    KRETURN(inside == 0 || copy_to_user(m, end_of_file_bytes, NULL, PAGE_SIZE - inside));
}

struct layout { // as load_elf_binary() gathers it from the program headers
    uaddr start_code, end_code, start_data, end_data;
    uaddr bss, brk; // ends of the last file bytes and of the last zeros
};

static uaddr max_address(uaddr a, uaddr b)
{
    return a > b ? a : b;
}

static bool map_segments(struct machine *m, const struct linux_binprm *bprm,
                         const struct program *program, struct layout *l)
{
    *l = (struct layout){ .start_code = ~0u };
    for (u32 i = 0; i < program->segment_count; i++) {
        const struct program_segment *s = &program->segment[i];
        uaddr file_end = s->address + s->file_size;

        if (!elf_map(m, bprm, s))
            return false;
        if (s->address < l->start_code)
            l->start_code = s->address;
        l->start_data = max_address(l->start_data, s->address);
        l->bss = max_address(l->bss, file_end);
        l->end_data = max_address(l->end_data, file_end);
        if (s->is_executable)
            l->end_code = max_address(l->end_code, file_end);
        l->brk = max_address(l->brk, s->address + s->memory_size);
    }
    return true;
}

// Zeros from the page behind the file bytes on; the heap begins where they end. After set_brk().
static bool set_brk(struct machine *m, const struct mm_struct *mm, const struct layout *l)
{
    KFN(m, set_brk);
    uaddr start = page_align(l->bss), end = page_align(l->brk);

    if (end > start && !do_brk(m, mm, start, end - start))
        KRETURN(false);
    set(m, mm->start_brk, end);
    set(m, mm->brk, end);
    return true;
}

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
    set(m, mm->brk, mm->brk + bytes);
    return true;
}

// Everything behind the point of no return.
static bool fill_address_space(struct machine *m, const struct linux_binprm *bprm,
                               const struct program *program)
{
    const struct task_struct *p = current(m);
    const struct mm_struct *mm = mm_at(m, p->mm);
    struct layout l;

    arch_pick_mmap_layout(m, mm);
    if (!setup_arg_pages(m, bprm) || !map_segments(m, bprm, program, &l) || !set_brk(m, mm, &l))
        return false;
    // Unlike Linux 2.6.11, which fails for a program that has nothing but text.
    if (l.bss != l.brk && !padzero(m, l.bss))
        return false;
    set(m, mm->start_code, l.start_code);
    set(m, mm->end_code, l.end_code);
    set(m, mm->start_data, l.start_data);
    set(m, mm->end_data, l.end_data);
    uaddr esp = create_elf_tables(m, bprm, program);
    if (!esp || !give_heap(m, mm, program->heap))
        return false;
    start_thread(m, p, program->entry, esp);
    return true;
}

s32 load_elf_binary(struct machine *m, const struct linux_binprm *bprm)
{
    KFN(m, load_elf_binary);
    const struct task_struct *p = current(m);
    const struct inode *inode = at(m, at(m, bprm->file, struct file)->f_inode, struct inode);
    s32 error = flush_old_exec(m, bprm);

    if (error)
        return error;
    set(m, p->flags, p->flags & ~(u32)PF_FORKNOEXEC);
    if (fill_address_space(m, bprm, program_at(m, (u32)inode->i_program)))
        return 0;
    force_sig(m, SIGKILL, p);
    KRETURN(-ENOMEM);
}
