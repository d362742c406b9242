// Numbers about the kernel's tables that reports and views share.
#ifndef REPORT_TABLES_H
#define REPORT_TABLES_H

#include "report/objects.h"

// The pid that the next fork gets, or -1 if it would find none.
s32 next_free_pid(const struct machine *m);

struct frame_counts {
    u32 frames;   // in the RAM
    u32 reserved; // kernel image and boot allocations
    u32 slab, free, other;
};
// Costs a look at every cache.
struct frame_counts count_frames(const struct machine *m);

// The caches, newest first: NULL begins, NULL ends.
const struct kmem_cache *next_cache(const struct machine *m, const struct kmem_cache *cache);

#endif
