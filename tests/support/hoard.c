// See hoard.h.
#include "hoard.h"

struct hoard {
    kaddr *objects;
    u32 count, capacity;
};

static void take(struct hoard *h, kaddr object)
{
    if (h->count == h->capacity) {
        h->capacity = h->capacity ? h->capacity * 2 : 1024;
        h->objects = realloc(h->objects, h->capacity * sizeof *h->objects);
    }
    h->objects[h->count++] = object;
}

// The kernel's allocator works on the running task's stack.
static void enter_kernel(struct machine *m)
{
    set_registers(m, cpu(m)->tss_esp0 - (u32)sizeof(struct pt_regs), 0);
    set(m, cpu(m)->mode, CPU_KERNEL);
}

static void leave_kernel(struct machine *m)
{
    set(m, cpu(m)->mode, CPU_USER);
}

static void hoard_all(struct machine *m, struct hoard *pages, struct hoard *objects)
{
    kaddr address;

    while ((address = alloc_pages(m, 0)))
        take(pages, address);
    list_for_each(m, link, &mm_data(m)->cache_chain)
    {
        kaddr cache = kaddr_of(m, list_entry(m, link, struct kmem_cache, next));

        while ((address = kmem_cache_alloc(m, cache)))
            take(objects, address);
    }
}

static void give_back_one_of(struct machine *m, struct hoard *objects, kaddr cache)
{
    for (u32 i = objects->count; i-- > 0;) {
        if (objects->objects[i] && cache_of_object(m, objects->objects[i]) == cache) {
            kmem_cache_free(m, cache, objects->objects[i]);
            objects->objects[i] = 0;
            return;
        }
    }
    CU_FAIL_FATAL("the hoard has no object of this cache");
}

static void give_one_back(struct machine *m, struct hoard *pages, struct hoard *objects,
                          kaddr cache)
{
    if (cache == PAGE_ALLOCATION)
        free_pages(m, pages->objects[--pages->count], 0);
    else
        give_back_one_of(m, objects, cache);
}

static void give_all_back(struct machine *m, struct hoard *pages, struct hoard *objects)
{
    for (u32 i = objects->count; i-- > 0;)
        if (objects->objects[i])
            kmem_cache_free(m, cache_of_object(m, objects->objects[i]), objects->objects[i]);
    for (u32 i = pages->count; i-- > 0;)
        free_pages(m, pages->objects[i], 0);
    free(objects->objects);
    free(pages->objects);
}

struct allocations allocations_of(struct booted *b, s32 pid, struct call call)
{
    struct allocations a = { .count = 0 };

    make(b, pid, call);
    CU_ASSERT_PTR_NULL_FATAL(heard_first(b, EVENT_SLAB_GROW));
    for (u32 i = 0; i < b->count; i++) {
        if (b->heard[i].kind != EVENT_SLAB_ALLOC && b->heard[i].kind != EVENT_PAGE_ALLOC)
            continue;
        CU_ASSERT_FATAL(a.count < ALLOCATIONS_MAX);
        a.cache[a.count++] =
            b->heard[i].kind == EVENT_SLAB_ALLOC ? (kaddr)b->heard[i].a : PAGE_ALLOCATION;
    }
    CU_ASSERT_TRUE_FATAL(machine_goto(b->m, machine_position(b->m).command - 1));
    return a;
}

s32 make_with_memory_for(struct booted *b, s32 pid, struct call call, const struct allocations *a,
                         u32 n, bool *same)
{
    struct machine *m = b->m;
    struct hoard pages = { 0 }, objects = { 0 };

    CU_ASSERT_EQUAL_FATAL(current_pid(b), pid);
    history_begin(m, NULL);
    enter_kernel(m);
    hoard_all(m, &pages, &objects);
    for (u32 i = 0; i < n; i++)
        give_one_back(m, &pages, &objects, a->cache[i]);
    leave_kernel(m);
    struct usage before = usage_of(m);
    b->count = 0;
    make_call(m, task(b, pid), &call);
    struct usage after = usage_of(m);
    after.pids = before.pids;
    s32 value = m->actor_returned ? (s32)console(m)->last_value : NO_RETURN;
    if (same)
        *same = is_same_usage(&before, &after);
    CU_ASSERT_EQUAL_FATAL(cpu(m)->mode, CPU_USER);
    enter_kernel(m);
    give_all_back(m, &pages, &objects);
    leave_kernel(m);
    history_end(m);
    CU_ASSERT(is_machine_sound(m));
    return value;
}
