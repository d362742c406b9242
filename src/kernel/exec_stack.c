// A new program's stack: the pages with its arguments, and what its C library finds above esp.
// (setup_arg_pages() of fs/exec.c, create_elf_tables() of fs/binfmt_elf.c)
#include "kernel/binfmt.h"

#define EXTRA_STACK_VM_PAGES 20u

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

bool setup_arg_pages(struct machine *m, const struct linux_binprm *bprm)
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

// Unlike Linux: there is no AT_SYSINFO, for there is no vsyscall page; and of a file of 64 bits,
// AT_PHENT is the size that its table really has.
static void make_auxv(const struct machine *m, const struct program *program,
                      const struct elf_place *place, uaddr platform, u32 *auxv)
{
    const struct task_struct *p = current(m);
    const u32 entries[AUXV_WORDS] = {
        AT_HWCAP,    0x0383FBFF,
        AT_PAGESZ,   PAGE_SIZE,
        AT_CLKTCK,   100,
        AT_PHDR,     place->headers,
        AT_PHENT,    program->header_size,
        AT_PHNUM,    program->header_count,
        AT_BASE,     place->interp,
        AT_FLAGS,    0,
        AT_ENTRY,    place->entry,
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

uaddr create_elf_tables(struct machine *m, const struct linux_binprm *bprm,
                        const struct program *program, const struct elf_place *place)
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
    make_auxv(m, program, place, top, auxv);
    for (u32 i = 0; i < AUXV_WORDS; i++)
        push(&w, auxv[i]);
    flush(&w);
    copy(m, mm->saved_auxv, auxv, sizeof auxv);
    set(m, mm->start_stack, esp);
    KRETURN(w.is_well ? esp : 0u);
}
