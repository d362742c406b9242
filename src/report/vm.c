// Reports about a task's memory: its areas, its page tables, the frames, and what two tasks share.
#include "procarium/report.h"
#include "report/pages.h"
#include "report/regions.h"
#include "report/text.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN     400u
#define PATH_SHOWN     20u // a longer one is shown by its last part
#define FRAMES_PER_ROW 64u

// The task with this pid, if it has an address space; NULL, and the reason in out, if not.
static const struct task_struct *task_with_mm(const struct machine *m, s32 pid, struct strbuf *out)
{
    const struct task_struct *p = wanted_task(m, pid, out);

    if (p && !p->mm) {
        strbuf_printf(out, "task %d has no address space: it is %s", pid,
                      p->exit_state ? "dead" : "a kernel thread");
        return NULL;
    }
    return p;
}

// ---- vm --------------------------------------------------------------------------------------------

static u32 count_present(const struct machine *m, const struct mm_struct *mm,
                         const struct vm_area_struct *vma)
{
    u32 count = 0;

    for (uaddr address = vma->vm_start; address < vma->vm_end; address += PAGE_SIZE) {
        const u32 *pte = find_pte(m, mm, address);

        if (!pte) {
            address = pgd_addr_end(address, vma->vm_end) - PAGE_SIZE;
            continue;
        }
        count += *pte != 0;
    }
    return count;
}

// The names of the parts that lie in an area, and the file behind it.
static void add_what(const struct machine *m, const struct mm_struct *mm,
                     const struct vm_area_struct *vma, struct strbuf *out)
{
    size_t before = out->length;

    region_names_of_area(m, mm, vma, out);
    if (vma->vm_file) {
        const char *name = at(m, vma->vm_file, struct file)->name;
        const char *slash = strrchr(name, '/');

        if (out->length > before)
            strbuf_puts(out, "  ");
        if (strlen(name) > PATH_SHOWN && slash && slash[1])
            name = slash + 1;
        strbuf_add_visible(out, name, strlen(name));
    }
}

static void add_area(const struct machine *m, const struct mm_struct *mm,
                     const struct vm_area_struct *vma, struct strbuf *out)
{
    strbuf_printf(out, "  %08x  %08x  %08x  %c%c%c%c  %6u  %6u  ", kaddr_of(m, vma), vma->vm_start,
                  vma->vm_end, vma->vm_flags & VM_READ ? 'r' : '-',
                  vma->vm_flags & VM_WRITE ? 'w' : '-', vma->vm_flags & VM_EXEC ? 'x' : '-',
                  vma->vm_flags & VM_MAYSHARE ? 's' : 'p', vma_pages(vma),
                  count_present(m, mm, vma));
    add_what(m, mm, vma, out);
    strbuf_putc(out, '\n');
}

bool report_vm(const struct machine *m, s32 pid, struct strbuf *out)
{
    const struct task_struct *p = task_with_mm(m, pid, out);
    u32 rows = 0;

    if (!p)
        return false;
    const struct mm_struct *mm = mm_at(m, p->mm);
    u32 faults = p->min_flt + p->maj_flt;
    add_task_name(p, out);
    strbuf_printf(out, ": mm %08x, page directory %08x, users %d\n", p->mm, mm->pgd, mm->mm_users);
    strbuf_printf(out,
                  "  %u page%s mapped by areas, %u present (%u anonymous), %u page table%s, "
                  "%u fault%s (%u of them read a file)\n",
                  mm->total_vm, mm->total_vm == 1 ? "" : "s", mm->rss, mm->anon_rss, mm->nr_ptes,
                  mm->nr_ptes == 1 ? "" : "s", faults, faults == 1 ? "" : "s", p->maj_flt);
    strbuf_puts(out, "  AREA      START     END       MAY   PAGES   THERE   WHAT\n");
    for (kaddr v = mm->mmap; v && rows < ROWS_SHOWN; v = vma_at(m, v)->vm_next, rows++)
        add_area(m, mm, vma_at(m, v), out);
    if (rows < (u32)mm->map_count)
        strbuf_printf(out, "  … and %u more\n", (u32)mm->map_count - rows);
    return true;
}

// ---- vtop ------------------------------------------------------------------------------------------

// "P RW U A D", a dash for each bit that is not set. N: not present, but PROT_NONE has left a page.
static void add_bits(u32 entry, struct strbuf *out)
{
    static const struct {
        u32 bit;
        const char *name, *blank;
    } bits[] = { { _PAGE_PRESENT, "P", "-" },
                 { _PAGE_RW, "RW", "--" },
                 { _PAGE_USER, "U", "-" },
                 { _PAGE_ACCESSED, "A", "-" },
                 { _PAGE_DIRTY, "D", "-" } };

    for (u32 i = 0; i < sizeof bits / sizeof bits[0]; i++)
        strbuf_printf(out, i ? " %s" : "%s",
                      entry & bits[i].bit            ? bits[i].name
                      : i == 0 && pte_present(entry) ? "N"
                                                     : bits[i].blank);
}

// What the CPU lets the program do with the page.
static const char *rights_of(u32 pte)
{
    return !(pte & _PAGE_PRESENT) ? "--" : pte & _PAGE_RW ? "rw" : "r-";
}

static const char *page_kind(const struct machine *m, pfn frame)
{
    const struct page *page = pfn_to_page(m, frame);

    if (pfn_to_kaddr(frame) == mm_data(m)->zero_page)
        return "the zero page";
    if (page_is_reserved(page))
        return "the kernel's own";
    return page_is_anon(page) ? "anonymous" : page->mapping ? "of a file" : "the kernel's";
}

// What a page is, and how many have it.
static void add_page(const struct machine *m, pfn frame, struct strbuf *out)
{
    const struct page *page = pfn_to_page(m, frame);

    strbuf_puts(out, page_kind(m, frame));
    if (!page_is_reserved(page))
        strbuf_printf(out, ", _count %d (%d user%s), _mapcount %d (mapped %d time%s)", page->_count,
                      page_count(page), page_count(page) == 1 ? "" : "s", page->_mapcount,
                      page_mapcount(page), page_mapcount(page) == 1 ? "" : "s");
}

static void add_walk(const struct machine *m, const struct mm_struct *mm, uaddr address,
                     struct strbuf *out)
{
    const u32 *entry = at(m, mm->pgd, u32) + pgd_index(address);

    strbuf_printf(out, "  directory %08x, entry %4u at %08x: %08x  ", mm->pgd, pgd_index(address),
                  kaddr_of(m, entry), *entry);
    add_bits(*entry, out);
    if (*entry & _PAGE_PSE && address >= TASK_SIZE) {
        strbuf_printf(out, "\n  a page of 4 MB, the kernel's: physical %08x\n",
                      (*entry & ~(PGDIR_SIZE - 1)) | (address & (PGDIR_SIZE - 1)));
        return;
    }
    if (!(*entry & _PAGE_PRESENT)) {
        strbuf_puts(out, "\n  no page table: an access is a page fault\n");
        return;
    }
    const u32 *pte = pte_offset(m, *entry, address);
    strbuf_printf(out, "\n  table     %08x, entry %4u at %08x: %08x  ",
                  pfn_to_kaddr(pte_pfn(*entry)), pte_index(address), kaddr_of(m, pte), *pte);
    add_bits(*pte, out);
    if (!*pte) {
        strbuf_puts(out, "\n  no page: an access is a page fault\n");
        return;
    }
    strbuf_printf(out, "\n  frame %u + 0x%03x: physical %08x, for the kernel %08x\n  ",
                  pte_pfn(*pte), address & (PAGE_SIZE - 1),
                  (*pte & ~(PAGE_SIZE - 1)) | (address & (PAGE_SIZE - 1)),
                  pfn_to_kaddr(pte_pfn(*pte)) + (address & (PAGE_SIZE - 1)));
    if (!(*pte & _PAGE_PRESENT))
        strbuf_puts(out, "N: the page is there, but PROT_NONE: an access is a page fault\n  ");
    add_page(m, pte_pfn(*pte), out);
    strbuf_putc(out, '\n');
}

bool report_vtop(const struct machine *m, s32 pid, u32 address, struct strbuf *out)
{
    const struct task_struct *p = task_with_mm(m, pid, out);

    if (!p)
        return false;
    const struct mm_struct *mm = mm_at(m, p->mm);
    const struct vm_area_struct *vma = look_for_vma(m, mm, address);
    strbuf_printf(out, "%08x = directory entry %u | table entry %u | offset 0x%03x", address,
                  pgd_index(address), pte_index(address), address & (PAGE_SIZE - 1));
    if (address < TASK_SIZE && vma && vma->vm_start <= address) {
        const char *name = region_name(m, mm, vma, address);

        strbuf_puts(out, *name ? "  (" : "");
        strbuf_add_visible(out, name, strlen(name));
        strbuf_puts(out, *name ? ")" : "");
    } else if (address < TASK_SIZE) {
        strbuf_puts(out, "  (in no area)");
    }
    strbuf_printf(out, "\n  cr3 of %d: %08x\n", pid, mm->pgd - KERNEL_BASE);
    add_walk(m, mm, address, out);
    return true;
}

// ---- pte: every page that is there -------------------------------------------------------------------

static void add_region(const struct page_walk *w, struct strbuf *out)
{
    struct strbuf name = STRBUF_INIT;
    const char *text = region_name(w->m, w->mm, vma_at(w->m, w->vma), w->address);

    strbuf_add_visible(&name, text, strlen(text));
    add_padded(out, strbuf_text(&name), 12);
    strbuf_finish(&name);
}

bool report_ptes(const struct machine *m, s32 pid, struct strbuf *out)
{
    const struct task_struct *p = task_with_mm(m, pid, out);
    u32 rows = 0, more = 0;

    if (!p)
        return false;
    struct page_walk w = begin_page_walk(m, mm_at(m, p->mm));
    strbuf_puts(out, "  ADDRESS   REGION       ENTRY     BITS        FRAME  USERS MAPPED  PAGE\n");
    while (next_page(&w)) {
        if (rows >= ROWS_SHOWN) {
            more++;
            continue;
        }
        strbuf_printf(out, "  %08x  ", w.address);
        add_region(&w, out);
        strbuf_printf(out, " %08x  ", *w.pte);
        add_bits(*w.pte, out);
        pfn frame = pte_pfn(*w.pte);
        const struct page *page = pfn_to_page(m, frame);
        strbuf_printf(out, "  %5u  %5d %6d  %s\n", frame, page_count(page), page_mapcount(page),
                      page_kind(m, frame));
        rows++;
    }
    if (more)
        strbuf_printf(out, "  … and %u more\n", more);
    return true;
}

// ---- shared ------------------------------------------------------------------------------------------

struct sharing {
    u32 same, parted, only_a, only_b, rows;
};

static void add_side(const struct page_walk *w, const char *blank, struct strbuf *out)
{
    if (w)
        strbuf_printf(out, " %6u %s ", pte_pfn(*w->pte), rights_of(*w->pte));
    else
        strbuf_puts(out, blank);
}

static struct page_side side_of(const struct page_walk *w)
{
    return w ? (struct page_side){ vma_at(w->m, w->vma), *w->pte } : (struct page_side){ NULL, 0 };
}

static void add_sharing_row(const struct page_walk *a, const struct page_walk *b, struct sharing *s,
                            struct strbuf *out)
{
    static const char *const words[] = {
        [LINK_NONE] = "",
        [LINK_SAME] = "one frame for both",
        [LINK_COW] = "one frame until one writes",
        [LINK_PARTED] = "parted",
    };
    const struct page_walk *any = a ? a : b;
    struct page_side side_a = side_of(a), side_b = side_of(b);
    enum page_link link = link_of_pages(any->m, &side_a, &side_b);
    bool is_same = link == LINK_SAME || link == LINK_COW;

    s->same += is_same;
    s->parted += a && b && !is_same;
    s->only_a += !b;
    s->only_b += !a;
    if (s->rows++ >= ROWS_SHOWN)
        return;
    strbuf_printf(out, "  %08x  ", any->address);
    add_region(any, out);
    add_side(a, "      -    ", out);
    strbuf_puts(out, is_same ? "===" : "   ");
    add_side(b, "      -    ", out);
    strbuf_putc(out, ' ');
    strbuf_puts(out, link == LINK_NONE && a && b ? "unlike from the start" : words[link]);
    strbuf_putc(out, '\n');
}

bool report_shared(const struct machine *m, s32 pid_a, s32 pid_b, struct strbuf *out)
{
    const struct task_struct *p = task_with_mm(m, pid_a, out);
    const struct task_struct *q = p ? task_with_mm(m, pid_b, out) : NULL;
    struct sharing s = { 0 };

    if (!p || !q)
        return false;
    if (p->mm == q->mm) {
        strbuf_printf(out, "%d and %d have one and the same address space, mm %08x\n", pid_a, pid_b,
                      p->mm);
        return true;
    }
    struct page_walk a = begin_page_walk(m, mm_at(m, p->mm)),
                     b = begin_page_walk(m, mm_at(m, q->mm));
    bool has_a = next_page(&a), has_b = next_page(&b);
    strbuf_printf(out, "  ADDRESS   REGION       %6d          %6d\n", pid_a, pid_b);
    while (has_a || has_b) {
        bool use_a = has_a && (!has_b || a.address <= b.address);
        bool use_b = has_b && (!has_a || b.address <= a.address);

        add_sharing_row(use_a ? &a : NULL, use_b ? &b : NULL, &s, out);
        has_a = use_a ? next_page(&a) : has_a;
        has_b = use_b ? next_page(&b) : has_b;
    }
    if (s.rows > ROWS_SHOWN)
        strbuf_printf(out, "  … and %u more\n", s.rows - ROWS_SHOWN);
    strbuf_printf(out, "  %u in one frame, %u parted, %u only in %d, %u only in %d\n", s.same,
                  s.parted, s.only_a, pid_a, s.only_b, pid_b);
    return true;
}

// ---- pages: the frame map ----------------------------------------------------------------------------

static void mark_page_tables(const struct machine *m, u8 *is_table)
{
    u32 count;
    const struct task_struct **tasks = collect_tasks(m, &count);

    for (u32 i = 0; i < count; i++) {
        if (!tasks[i]->mm || !is_kaddr(m, tasks[i]->mm, sizeof(struct mm_struct)))
            continue;
        const u32 *pgd = at(m, mm_at(m, tasks[i]->mm)->pgd, u32);
        for (u32 k = 0; k < USER_PTRS_PER_PGD; k++)
            if (pgd[k] && pte_pfn(pgd[k]) < mm_data(m)->zone.present_pages)
                is_table[pte_pfn(pgd[k])] = 1;
    }
    free(tasks);
}

static u8 *find_page_tables(const struct machine *m)
{
    u8 *is_table = calloc(mm_data(m)->zone.present_pages + 1u, 1);

    BUG_ON(!is_table);
    mark_page_tables(m, is_table);
    return is_table;
}

void report_pages(const struct machine *m, struct strbuf *out)
{
    u32 frames = has_kernel(m) ? mm_data(m)->zone.present_pages : 0;
    u32 same = 0;
    char last[FRAMES_PER_ROW + 1] = "";

    if (!frames || !mm_data(m)->zone.mem_map) {
        strbuf_puts(out, "the machine is off\n");
        return;
    }
    u8 *is_table = find_page_tables(m);
    for (pfn first = 0; first < frames; first += FRAMES_PER_ROW) {
        char row[FRAMES_PER_ROW + 1] = "";

        for (u32 i = 0; i < FRAMES_PER_ROW && first + i < frames; i++)
            row[i] = is_table[first + i] ? 'p' : frame_kind(m, first + i);
        if (strcmp(row, last) == 0) {
            same++;
            continue;
        }
        if (same)
            strbuf_printf(out, "          (%u more rows like this)\n", same);
        same = 0;
        memcpy(last, row, sizeof row);
        strbuf_printf(out, "  %6u  %s\n", first, row);
    }
    if (same)
        strbuf_printf(out, "          (%u more rows like this)\n", same);
    free(is_table);
    strbuf_puts(out, "  a anonymous, A the same with several users; f of a file, F with several; "
                     "c only in the page cache\n"
                     "  p page table; K kernel, 0 the zero page, s slab, t kernel stack, u other; "
                     ". free\n");
}
