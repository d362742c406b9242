// See regions.h.
#include "report/regions.h"

#include <string.h>

// The five parts of a program that have no name of their own in the kernel.
enum part { PART_TEXT, PART_DATA, PART_BSS, PART_HEAP, PART_STACK, PARTS };
static const char *const part_names[PARTS] = { "text", "data", "bss", "heap", "stack" };

struct range {
    uaddr start, end;
};

static struct range part_range(const struct mm_struct *mm, enum part part)
{
    bool has_data = mm->start_data > mm->start_code;
    uaddr data_end = page_align(mm->end_data);

    switch (part) {
    case PART_TEXT:
        return (struct range){ mm->start_code, page_align(mm->end_code) };
    case PART_DATA:
        return (struct range){ mm->start_data, has_data ? data_end : mm->start_data };
    case PART_BSS:
        return (struct range){ mm->end_data,
                               mm->start_brk > data_end ? mm->start_brk : mm->end_data };
    case PART_HEAP:
        return (struct range){ mm->start_brk, page_align(mm->brk) };
    default:
        return (struct range){ 0, 0 };
    }
}

const char *region_name(const struct machine *m, const struct mm_struct *mm,
                        const struct vm_area_struct *vma, uaddr address)
{
    if (vma->vm_private_data)
        return at(m, vma->vm_private_data, struct area_name)->name;
    if (vma->vm_flags & VM_GROWSDOWN)
        return part_names[PART_STACK];
    for (enum part part = PART_TEXT; part < PART_STACK; part++) {
        struct range range = part_range(mm, part);
        uaddr first_page = range.start & ~(PAGE_SIZE - 1);

        if (range.start < range.end && first_page <= address && address < range.end)
            return part_names[part];
    }
    return "";
}

uaddr region_end(const struct mm_struct *mm, const struct vm_area_struct *vma, uaddr address)
{
    uaddr end = vma->vm_end;

    for (enum part part = PART_TEXT; part < PART_STACK; part++) {
        struct range range = part_range(mm, part);

        if (range.start > address && range.start < end)
            end = range.start;
        if (range.end > address && range.end < end)
            end = range.end;
    }
    return end;
}

static bool is_name(const char *wanted, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(name, wanted, length) == 0;
}

uaddr stack_area_start(const struct machine *m, const struct mm_struct *mm)
{
    const struct vm_area_struct *vma = look_for_vma(m, mm, mm->start_stack);

    return vma && vma->vm_flags & VM_GROWSDOWN ? vma->vm_start : 0;
}

bool region_base(const struct machine *m, const struct mm_struct *mm, u32 esp, const char *name,
                 size_t length, uaddr *base)
{
    for (kaddr v = mm->mmap; v; v = vma_at(m, v)->vm_next) {
        const struct vm_area_struct *vma = vma_at(m, v);

        if (vma->vm_private_data &&
            is_name(name, length, at(m, vma->vm_private_data, struct area_name)->name)) {
            *base = vma->vm_start;
            return true;
        }
    }
    for (enum part part = PART_TEXT; part < PARTS; part++) {
        if (!is_name(name, length, part_names[part]))
            continue;
        struct range range = part_range(mm, part);
        *base = part == PART_STACK ? esp : range.start;
        return part == PART_STACK  ? stack_area_start(m, mm) != 0
               : part == PART_HEAP ? true // brk can make it
                                   : range.end > range.start;
    }
    return false;
}

static void add_name(struct strbuf *out, size_t begin, const char *name)
{
    if (out->length > begin)
        strbuf_putc(out, ' ');
    strbuf_add_visible(out, name, strlen(name));
}

void region_names(const struct machine *m, const struct mm_struct *mm, struct strbuf *out)
{
    size_t begin = out->length;
    kaddr last = 0;

    for (enum part part = PART_TEXT; part < PART_STACK; part++) {
        struct range range = part_range(mm, part);

        if (range.end > range.start)
            add_name(out, begin, part_names[part]);
    }
    for (kaddr v = mm->mmap; v; v = vma_at(m, v)->vm_next) {
        kaddr name = vma_at(m, v)->vm_private_data;

        if (name && name != last)
            add_name(out, begin, at(m, name, struct area_name)->name);
        last = name;
    }
    if (stack_area_start(m, mm))
        add_name(out, begin, part_names[PART_STACK]);
}

void region_names_of_area(const struct machine *m, const struct mm_struct *mm,
                          const struct vm_area_struct *vma, struct strbuf *out)
{
    size_t begin = out->length;
    const char *last = "";

    for (uaddr address = vma->vm_start; address < vma->vm_end;
         address = region_end(mm, vma, address)) {
        const char *name = region_name(m, mm, vma, address);

        if (!*name || strcmp(name, last) == 0)
            continue;
        add_name(out, begin, name);
        last = name;
        if (vma->vm_private_data || vma->vm_flags & VM_GROWSDOWN)
            break;
    }
}
