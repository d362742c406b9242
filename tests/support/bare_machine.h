// A machine that runs kernel code but nothing else: RAM, a kernel stack, and mm/ set up.
#ifndef SUPPORT_BARE_MACHINE_H
#define SUPPORT_BARE_MACHINE_H

#include "kernel/kernel.h"

#include <stdio.h>
#include <stdlib.h>

#define BARE_MEM_MAP 0xC0300000u

// Bytes that a test compares: the image as it is now. The caller frees it.
static inline u8 *image_copy(const struct machine *m)
{
    u8 *bytes = malloc(m->image_size);

    memcpy(bytes, m->image, m->image_size);
    return bytes;
}

// Powers the CPU on, with frames and slabs; history is at position 0.
static inline struct machine *bare_machine(u32 ram_bytes, u32 cache_line)
{
    struct machine *m = machine_create(NULL);
    u32 frames = ram_bytes >> PAGE_SHIFT;
    kaddr map_end = BARE_MEM_MAP + frames * (u32)sizeof(struct page);

    image_reset(m, ram_bytes);
    set(m, cpu(m)->ram_bytes, ram_bytes);
    set(m, cpu(m)->thread_size, 8192u);
    set(m, cpu(m)->cache_line, cache_line);
    set(m, cpu(m)->mode, CPU_KERNEL);
    set(m, cpu(m)->esp, KERNEL_DATA + 8192);
    set(m, mm_data(m)->swapper_pg_dir, kaddr_of(m, kernel(m)->swapper_pg_dir));
    free_area_init(m, BARE_MEM_MAP, kaddr_to_pfn(map_end + PAGE_SIZE - 1));
    kmem_cache_init(m);
    history_clear(m);
    return m;
}

// Runs a checker; shows what it says. True if it says nothing.
static inline bool is_sound(const struct machine *m,
                            int (*check)(const struct machine *, struct strbuf *))
{
    struct strbuf words = STRBUF_INIT;
    int count = check(m, &words);

    if (count)
        fprintf(stderr, "%s", strbuf_text(&words));
    strbuf_finish(&words);
    return count == 0;
}

// What the image was before the newest command comes back when it is undone, and what it was
// after it when it is redone. before stays the caller's.
static inline bool is_undone_and_redone(struct machine *m, const u8 *before)
{
    u64 now = machine_position(m).command;
    u8 *after = image_copy(m);
    bool is_right = machine_goto(m, now - 1) && memcmp(before, m->image, m->image_size) == 0;

    is_right = machine_goto(m, now) && is_right && memcmp(after, m->image, m->image_size) == 0;
    free(after);
    return is_right;
}

#endif
