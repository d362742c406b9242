// References that the checker has found, and how often each thing is referred to.
#ifndef KERNEL_REFERENCES_H
#define KERNEL_REFERENCES_H

#include "procarium/types.h"

// Addresses; sorted, the same ones stand together.
struct references {
    kaddr *to;
    u32 count, capacity;
};

// 0 is no reference.
void add_reference(struct references *r, kaddr to);
void sort_references(struct references *r);
void finish_references(struct references *r);
// How many references there are to an address, in a sorted list.
u32 references_to(const struct references *r, kaddr to);
// The i-th address if it is the first of its kind in a sorted list, else 0.
kaddr distinct_reference(const struct references *r, u32 i);
// How many different addresses a sorted list has.
u32 count_distinct(const struct references *r);

#endif
