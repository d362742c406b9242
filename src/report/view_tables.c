// See procarium/view.h: slabs, PIDs, the run queue and page frames.
#include "report/tables.h"
#include "report/view.h"

#define LIST_LIMIT 65536u

static bool is_on(const struct view *v)
{
    return v->m && has_kernel(v->m);
}

static u32 list_length(const struct machine *m, const struct list_head *head)
{
    u32 count = 0;

    for (kaddr link = head->next; link != kaddr_of(m, head) && count < LIST_LIMIT; count++) {
        if (!is_kaddr(m, link, sizeof *head))
            break;
        link = list_at(m, link)->next;
    }
    return count;
}

// ---- Slabs ---------------------------------------------------------------------------------------

u32 view_slab_count(const struct view *v)
{
    return is_on(v) ? list_length(v->m, &mm_data(v->m)->cache_chain) : 0;
}

// The numbers that a cache had at the stop before; one that was not there yet had none.
static void fill_slab_then(const struct view *v, const struct kmem_cache *c, struct view_slab *row)
{
    struct kmem_cache then;

    row->active_was = row->active;
    row->slabs_was = row->slabs;
    row->colour_was = row->colour_next;
    if (!row->changed)
        return;
    moment_get(&v->before, v->m, kaddr_to_offset(row->cache), &then, sizeof then);
    if (then.num != c->num)
        return;
    row->active_was = cache_objects_in_use(&then);
    row->slabs_was = cache_slabs(&then);
    row->colour_was = then.colour_next;
}

static void fill_slab(const struct view *v, const struct kmem_cache *c, struct view_slab *row)
{
    struct strbuf text = STRBUF_INIT;

    *row = (struct view_slab){
        .cache = kaddr_of(v->m, c),
        .object_size = c->objsize,
        .slabs = cache_slabs(c),
        .active = cache_objects_in_use(c),
        .partial = list_length(v->m, &c->slabs_partial),
        .empty = list_length(v->m, &c->slabs_free),
        .objects_per_slab = c->num,
        .pages_per_slab = 1u << c->gfporder,
        .colours = c->colour,
        .colour_next = c->colour_next,
        .colour_offset = c->colour_off,
    };
    row->objects = row->slabs * c->num;
    row->full = row->slabs - row->partial - row->empty;
    row->changed = view_differs(v, row->cache, sizeof *c);
    fill_slab_then(v, c, row);
    add_cache_name(v->m, row->cache, &text);
    view_put(row->name, sizeof row->name, &text);
    strbuf_finish(&text);
}

u32 view_slabs(const struct view *v, u32 first, u32 count, struct view_slab *rows)
{
    u32 i = 0, filled = 0;

    if (!is_on(v))
        return 0;
    for (const struct kmem_cache *c = next_cache(v->m, NULL); c && filled < count && i < LIST_LIMIT;
         c = next_cache(v->m, c)) {
        if (i++ >= first)
            fill_slab(v, c, &rows[filled++]);
    }
    return filled;
}

// ---- PIDs ----------------------------------------------------------------------------------------

void view_pidmap(const struct view *v, struct view_pidmap *map)
{
    *map = (struct view_pidmap){ .next_pid = -1 };
    if (!is_on(v))
        return;
    const struct kernel_data *k = kernel(v->m);
    map->last_pid = k->last_pid;
    map->next_pid = next_free_pid(v->m);
    map->pid_max = k->pid_max;
    map->free = k->pidmap[0].nr_free;
    map->used = PAGE_SIZE * 8 - map->free;
}

u32 view_pids(const struct view *v, u32 first, u32 count, u8 *bits)
{
    u32 filled = 0;

    if (!is_on(v) || !kernel(v->m)->pidmap[0].page)
        return 0;
    u32 limit = (u32)kernel(v->m)->pid_max;
    kaddr page = kernel(v->m)->pidmap[0].page;
    for (u32 pid = first; pid < limit && pid < PAGE_SIZE * 8 && filled < count; pid++) {
        u8 now = *at(v->m, page + pid / 8, u8) >> pid % 8 & 1, then = now;

        if (v->has_marks) {
            moment_get(&v->before, v->m, kaddr_to_offset(page + pid / 8), &then, 1);
            then = then >> pid % 8 & 1;
        }
        bits[filled++] = (u8)((now ? VIEW_PID_USED : 0) | (now != then ? VIEW_PID_CHANGED : 0));
    }
    return filled;
}

// ---- The run queue -------------------------------------------------------------------------------

static const struct prio_array *array_or_null(const struct machine *m, kaddr address)
{
    return is_kaddr(m, address, sizeof(struct prio_array)) ? at(m, address, struct prio_array)
                                                           : NULL;
}

void view_runqueue(const struct view *v, struct view_runqueue *summary)
{
    *summary = (struct view_runqueue){ 0 };
    if (!is_on(v))
        return;
    const struct runqueue *q = rq(v->m);
    const struct prio_array *active = array_or_null(v->m, q->active);
    const struct prio_array *expired = array_or_null(v->m, q->expired);
    summary->running = q->nr_running;
    summary->active = active ? active->nr_active : 0;
    summary->expired = expired ? expired->nr_active : 0;
    summary->switches = q->nr_switches;
    summary->iowait = q->nr_iowait;
    summary->uninterruptible = q->nr_uninterruptible;
}

struct queue_window {
    u32 first, count; // wanted
    u32 seen, filled;
    struct view_queued *rows;
};

static void add_queued(const struct view *v, const struct task_struct *p, bool is_expired, u32 prio,
                       struct queue_window *w)
{
    struct strbuf text = STRBUF_INIT;

    if (w->seen++ < w->first || w->filled == w->count)
        return;
    struct view_queued *row = &w->rows[w->filled++];
    *row = (struct view_queued){
        .is_expired = is_expired, .prio = prio, .pid = p->pid, .time_slice = p->time_slice
    };
    row->is_current = p == current_or_null(v->m);
    row->changed = view_differs(v, kaddr_of(v->m, &p->prio), 4) ||
                   view_differs(v, kaddr_of(v->m, &p->array), 4) ||
                   view_differs(v, kaddr_of(v->m, &p->time_slice), 4);
    add_comm(p, &text);
    view_put(row->comm, sizeof row->comm, &text);
    strbuf_finish(&text);
}

static void add_array(const struct view *v, const struct prio_array *array, bool is_expired,
                      struct queue_window *w)
{
    for (u32 prio = 0; array && prio < MAX_PRIO && w->filled < w->count; prio++) {
        kaddr head = kaddr_of(v->m, &array->queue[prio]);
        u32 limit = LIST_LIMIT;

        if (!(array->bitmap[prio / 32] >> prio % 32 & 1))
            continue;
        for (kaddr link = array->queue[prio].next; link != head && limit--;) {
            const struct task_struct *p =
                task_or_null(v->m, link - (u32)offsetof(struct task_struct, run_list));

            if (!p || w->filled == w->count)
                break;
            add_queued(v, p, is_expired, prio, w);
            link = p->run_list.next;
        }
    }
}

u32 view_queued(const struct view *v, u32 first, u32 count, struct view_queued *rows)
{
    struct queue_window w = { first, count, 0, 0, rows };

    if (!is_on(v))
        return 0;
    add_array(v, array_or_null(v->m, rq(v->m)->active), false, &w);
    add_array(v, array_or_null(v->m, rq(v->m)->expired), true, &w);
    return w.filled;
}

// ---- Page frames ---------------------------------------------------------------------------------

void view_memory(const struct view *v, struct view_memory *memory)
{
    *memory = (struct view_memory){ 0 };
    if (!is_on(v))
        return;
    struct frame_counts c = count_frames(v->m);
    memory->frames = c.frames;
    memory->kernel = c.reserved;
    memory->slab = c.slab;
    memory->other = c.other;
    memory->free = c.free;
    for (u32 order = 0; order < MAX_ORDER; order++) {
        const u32 *free = &mm_data(v->m)->zone.free_area[order].nr_free;

        memory->free_blocks[order] = memory->free_blocks_was[order] = *free;
        if (v->has_marks)
            moment_get(&v->before, v->m, kaddr_to_offset(kaddr_of(v->m, free)),
                       &memory->free_blocks_was[order], sizeof *free);
    }
}
