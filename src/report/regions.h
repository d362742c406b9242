// The parts of an address space by name: text, data, bss, heap, stack, and what mmap was told.
#ifndef REPORT_REGIONS_H
#define REPORT_REGIONS_H

#include "mm/vm.h"

// The name of the part that an address of an area lies in; "" if it has none. Valid as long as the
// machine stays as it is. Its text may have come from outside.
const char *region_name(const struct machine *m, const struct mm_struct *mm,
                        const struct vm_area_struct *vma, uaddr address);
// Where the stack's area begins; 0 if it has been taken away.
uaddr stack_area_start(const struct machine *m, const struct mm_struct *mm);
// Where the part that an address of an area lies in ends, within the area.
uaddr region_end(const struct mm_struct *mm, const struct vm_area_struct *vma, uaddr address);
// Where the part of this name begins. False if the address space has none. The stack begins at
// `esp`: it is used from there up.
bool region_base(const struct machine *m, const struct mm_struct *mm, u32 esp, const char *name,
                 size_t length, uaddr *base);
// Adds the names of all parts that there are, with spaces between.
void region_names(const struct machine *m, const struct mm_struct *mm, struct strbuf *out);
// The same for the parts that lie in one area: "data", "bss heap". Nothing if it has no name.
void region_names_of_area(const struct machine *m, const struct mm_struct *mm,
                          const struct vm_area_struct *vma, struct strbuf *out);

#endif
