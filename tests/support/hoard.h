// Taking all memory away from the kernel, and giving it back, so that a call fails at a chosen
// allocation.
#ifndef SUPPORT_HOARD_H
#define SUPPORT_HOARD_H

#include "booted_machine.h"

#define ALLOCATIONS_MAX 64

// What a call allocates when it succeeds, in order.
#define PAGE_ALLOCATION 0u
struct allocations {
    kaddr cache[ALLOCATIONS_MAX]; // or PAGE_ALLOCATION
    u32 count;
};

// Makes the call, notes its allocations, and takes it back. It must not make slabs grow: make it
// once before.
struct allocations allocations_of(struct booted *b, s32 pid, struct call call);

// Makes the call with memory for the first n of its allocations only, then frees the memory.
// What it returned. The machine stays there: one command on. *same: was everything in use after
// the call that had been before it? It may be NULL.
s32 make_with_memory_for(struct booted *b, s32 pid, struct call call, const struct allocations *a,
                         u32 n, bool *same);

#endif
