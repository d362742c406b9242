// Reports about the kernel's tables: runq, pidmap, kmem, kmem -s.
#include "report/tables.h"
#include "procarium/report.h"
#include "report/text.h"

#include <string.h>

#define CACHES_SHOWN 1024u

static bool is_off(const struct machine *m, struct strbuf *out)
{
    if (has_kernel(m))
        return false;
    strbuf_puts(out, "the machine is off\n");
    return true;
}

// ---- runq ----------------------------------------------------------------------------------------

static void add_array(const struct machine *m, const char *name, kaddr address, struct strbuf *out)
{
    const struct prio_array *array = at(m, address, struct prio_array);
    u32 limit = 65536;

    strbuf_printf(out, " %s prio_array %08x: %u task%s\n", name, address, array->nr_active,
                  array->nr_active == 1 ? "" : "s");
    for (u32 prio = 0; prio < MAX_PRIO; prio++) {
        if (!(array->bitmap[prio / 32] >> prio % 32 & 1))
            continue;
        strbuf_printf(out, "   [%3u]", prio);
        kaddr head = kaddr_of(m, &array->queue[prio]);
        for (kaddr link = array->queue[prio].next; link != head && limit-- > 0;) {
            const struct task_struct *p =
                task_or_null(m, link - (u32)offsetof(struct task_struct, run_list));

            if (!p)
                break;
            strbuf_puts(out, p == current_or_null(m) ? "  >" : "  ");
            add_task_name(p, out);
            strbuf_printf(out, " (%u ms)", p->time_slice);
            link = p->run_list.next;
        }
        strbuf_putc(out, '\n');
    }
}

void report_runq(const struct machine *m, struct strbuf *out)
{
    if (is_off(m, out))
        return;
    const struct runqueue *q = rq(m);
    const struct task_struct *curr = task_or_null(m, q->curr);
    strbuf_printf(out, "runqueue at %08x: %u running, %llu switches, curr ", kaddr_of(m, q),
                  q->nr_running, (unsigned long long)q->nr_switches);
    if (curr)
        add_task_name(curr, out);
    strbuf_printf(out, ", nr_uninterruptible %d\n", (s32)q->nr_uninterruptible);
    if (is_kaddr(m, q->active, sizeof(struct prio_array)))
        add_array(m, "active ", q->active, out);
    if (is_kaddr(m, q->expired, sizeof(struct prio_array)))
        add_array(m, "expired", q->expired, out);
}

// ---- pidmap --------------------------------------------------------------------------------------

#define PIDS_PER_CELL        64u
#define CELLS_PER_LINE       64u
#define RUNS_MAX             64u
#define FIRST_UNRESERVED_PID 300

static bool is_taken(const struct machine *m, s32 pid)
{
    return pid < kernel(m)->pid_max && is_pid_in_use(m, pid);
}

static void add_runs(const struct machine *m, struct strbuf *out)
{
    s32 pid_max = kernel(m)->pid_max;
    u32 runs = 0, left_out = 0;

    strbuf_puts(out, " in use:");
    for (s32 pid = 0; pid < pid_max; pid++) {
        s32 first = pid;

        if (!is_taken(m, pid))
            continue;
        while (is_taken(m, pid + 1))
            pid++;
        if (runs++ >= RUNS_MAX) {
            left_out++;
            continue;
        }
        strbuf_printf(out, first == pid ? " %d" : " %d-%d", first, pid);
    }
    if (left_out)
        strbuf_printf(out, " and %u more runs", left_out);
    strbuf_putc(out, '\n');
}

// Lines with nothing in use are left out.
static void add_bitmap(const struct machine *m, struct strbuf *out)
{
    s32 pid_max = kernel(m)->pid_max;

    for (s32 line = 0; line < pid_max; line += (s32)(PIDS_PER_CELL * CELLS_PER_LINE)) {
        struct strbuf cells = STRBUF_INIT;
        bool is_empty = true;

        for (u32 cell = 0; cell < CELLS_PER_LINE; cell++) {
            s32 first = line + (s32)(cell * PIDS_PER_CELL);
            u32 used = 0;

            for (s32 pid = first; pid < first + (s32)PIDS_PER_CELL && pid < pid_max; pid++)
                used += is_taken(m, pid);
            is_empty = is_empty && used == 0;
            if (first < pid_max)
                strbuf_puts(&cells, used == 0 ? "·" : used == PIDS_PER_CELL ? "█" : "▒");
        }
        if (!is_empty)
            strbuf_printf(out, " %5d %s\n", line, strbuf_text(&cells));
        strbuf_finish(&cells);
    }
}

static s32 find_free_pid(const struct machine *m, s32 pid)
{
    while (is_pid_in_use(m, pid))
        pid++;
    return pid;
}

// The same search as alloc_pidmap()'s, with its oddities.
s32 next_free_pid(const struct machine *m)
{
    const struct kernel_data *k = kernel(m);
    s32 pid = k->last_pid + 1;

    if (pid >= k->pid_max)
        pid = FIRST_UNRESERVED_PID;
    if (!k->pidmap[0].nr_free)
        return -1;
    if (!is_pid_in_use(m, pid))
        return pid;
    pid = find_free_pid(m, pid);
    if (pid < k->pid_max)
        return pid;
    if (k->last_pid == FIRST_UNRESERVED_PID)
        return -1;
    pid = find_free_pid(m, FIRST_UNRESERVED_PID);
    return pid == FIRST_UNRESERVED_PID || (pid < k->pid_max && pid < k->last_pid) ? pid : -1;
}

void report_pidmap(const struct machine *m, struct strbuf *out)
{
    if (is_off(m, out))
        return;
    const struct kernel_data *k = kernel(m);
    s32 next = next_free_pid(m);
    strbuf_printf(out, "pidmap: page %08x, %u of 32768 bits free, pid_max %d\n", k->pidmap[0].page,
                  k->pidmap[0].nr_free, k->pid_max);
    strbuf_printf(out, " last_pid %d, next ", k->last_pid);
    if (next < 0)
        strbuf_puts(out, "none: all in use\n");
    else
        strbuf_printf(out, "%d%s\n", next, next <= k->last_pid ? " (wraps around)" : "");
    add_runs(m, out);
    strbuf_printf(out, " 1 cell = %u PIDs: █ all in use, ▒ some, · none\n", PIDS_PER_CELL);
    add_bitmap(m, out);
}

// ---- kmem ----------------------------------------------------------------------------------------

struct frame_counts count_frames(const struct machine *m)
{
    const struct zone *zone = &mm_data(m)->zone;
    struct frame_counts c = { .frames = zone->present_pages, .free = nr_free_pages(m) };
    u32 limit = CACHES_SHOWN;

    if (!zone->mem_map)
        return c;
    c.reserved = zone->first_free_pfn;
    for (const struct kmem_cache *k = next_cache(m, NULL); k && limit--; k = next_cache(m, k))
        c.slab += cache_slabs(k) << k->gfporder;
    u32 known = c.reserved + c.slab + c.free;
    c.other = c.frames > known ? c.frames - known : 0;
    return c;
}

static void add_amount(const char *what, u32 pages, u32 total, struct strbuf *out)
{
    strbuf_printf(out, "%14s  %8u  %9u KB  %3u%%\n", what, pages, pages * 4,
                  total ? (u32)((u64)pages * 100 / total) : 0);
}

void report_kmem(const struct machine *m, struct strbuf *out)
{
    if (is_off(m, out))
        return;
    struct frame_counts c = count_frames(m);
    const struct zone *zone = &mm_data(m)->zone;
    strbuf_puts(out, "                   PAGES         TOTAL\n");
    add_amount("TOTAL MEM", c.frames, c.frames, out);
    add_amount("FREE", c.free, c.frames, out);
    add_amount("KERNEL", c.reserved, c.frames, out);
    add_amount("SLAB", c.slab, c.frames, out);
    add_amount("OTHER", c.other, c.frames, out);
    strbuf_puts(out, "\nfree blocks of 2^order page frames\n  order  pages  blocks\n");
    for (u32 order = 0; order < MAX_ORDER; order++)
        strbuf_printf(out, "  %5u  %5u  %6u\n", order, 1u << order, zone->free_area[order].nr_free);
    strbuf_printf(out, "  and %u single ones in the CPU's own list\n", zone->pcp.count);
}

// ---- kmem -s -------------------------------------------------------------------------------------

const struct kmem_cache *next_cache(const struct machine *m, const struct kmem_cache *cache)
{
    const struct list_head *head = &mm_data(m)->cache_chain;
    kaddr link = cache ? cache->next.next : head->next;
    kaddr address = link - (u32)offsetof(struct kmem_cache, next);

    if (link == kaddr_of(m, head) || !is_kaddr(m, address, sizeof(struct kmem_cache)))
        return NULL;
    return at(m, address, struct kmem_cache);
}

static void add_caches_title(struct strbuf *out)
{
    strbuf_puts(out,
                "CACHE     NAME            OBJSIZE  ALLOCATED  TOTAL  SLABS  SSIZE  COLOURS\n");
}

static void add_cache_row(const struct machine *m, const struct kmem_cache *c, struct strbuf *out)
{
    struct strbuf name = STRBUF_INIT;
    u32 slabs = cache_slabs(c);

    add_cache_name(m, kaddr_of(m, c), &name);
    strbuf_printf(out, "%08x  ", kaddr_of(m, c));
    add_padded(out, strbuf_text(&name), 15);
    strbuf_printf(out, " %7u  %9u %6u  %5u  %4uk  %u, next %u\n", c->objsize,
                  cache_objects_in_use(c), slabs * c->num, slabs, 4u << c->gfporder, c->colour,
                  c->colour_next);
    strbuf_finish(&name);
}

void report_slabs(const struct machine *m, struct strbuf *out)
{
    u32 limit = CACHES_SHOWN;

    if (is_off(m, out))
        return;
    add_caches_title(out);
    for (const struct kmem_cache *c = next_cache(m, NULL); c && limit--; c = next_cache(m, c))
        add_cache_row(m, c, out);
}

// ---- kmem -s CACHE -------------------------------------------------------------------------------

#define SLABS_SHOWN 1000u

static u32 add_slab_list(const struct machine *m, const struct kmem_cache *c,
                         const struct list_head *head, u32 limit, struct strbuf *out)
{
    u32 descriptor = c->flags & CFLGS_OFF_SLAB ? 0 : c->slab_size;

    for (kaddr link = head->next; link != kaddr_of(m, head) && limit; limit--) {
        if (!is_kaddr(m, link, sizeof(struct slab)))
            break;
        const struct slab *slab = at(m, link, struct slab);

        strbuf_printf(out, "  %08x  %08x  %6u  %5u of %u\n", slab->s_mem - slab->colouroff,
                      slab->s_mem, slab->colouroff - descriptor, slab->inuse, c->num);
        link = slab->list.next;
    }
    return limit;
}

static const struct kmem_cache *find_cache(const struct machine *m, const char *name)
{
    u32 limit = CACHES_SHOWN;

    for (const struct kmem_cache *c = next_cache(m, NULL); c && limit--; c = next_cache(m, c))
        if (strncmp(c->name, name, sizeof c->name) == 0)
            return c;
    return NULL;
}

bool report_slab(const struct machine *m, const char *name, struct strbuf *out)
{
    const struct kmem_cache *c = has_kernel(m) ? find_cache(m, name) : NULL;

    if (!c) {
        strbuf_puts(out, "there is no slab cache of that name: kmem -s lists them");
        return false;
    }
    add_caches_title(out);
    add_cache_row(m, c, out);
    strbuf_puts(out, "  SLAB      FIRST     COLOUR  TAKEN\n");
    u32 limit = add_slab_list(m, c, &c->slabs_full, SLABS_SHOWN, out);
    limit = add_slab_list(m, c, &c->slabs_partial, limit, out);
    add_slab_list(m, c, &c->slabs_free, limit, out);
    strbuf_printf(out, "  taken, but waiting in array to be used: %u", c->array.avail);
    if (c->array.avail > 0 && c->array.avail <= ARRAY_CACHE_MAX)
        strbuf_printf(out, "; the next is %08x", c->array.entry[c->array.avail - 1]);
    strbuf_putc(out, '\n');
    return true;
}
