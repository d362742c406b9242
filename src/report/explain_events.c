// All that happened, one line an event, for `explain`; what slabs gave and got back in one line each.
#include "report/explain.h"

#include "mm/mm.h"
#include "report/objects.h"

#define CACHES_TOLD 24u

// How many objects of each cache were handed out, or given back, in the order of the first.
struct traffic {
    kaddr cache[CACHES_TOLD];
    u32 objects[CACHES_TOLD];
    u32 count;
};

static void add_object(struct traffic *t, kaddr cache)
{
    u32 i = 0;

    while (i < t->count && t->cache[i] != cache)
        i++;
    if (i == CACHES_TOLD)
        return;
    if (i == t->count) {
        t->cache[t->count++] = cache;
        t->objects[i] = 0;
    }
    t->objects[i]++;
}

static void add_traffic(const struct machine *m, const struct traffic *t, const char *words,
                        struct strbuf *out)
{
    if (t->count == 0)
        return;
    strbuf_printf(out, "  - %s", words);
    for (u32 i = 0; i < t->count; i++) {
        strbuf_puts(out, i ? ", " : " ");
        add_cache_name(m, t->cache[i], out);
        if (t->objects[i] > 1)
            strbuf_printf(out, " (%u)", t->objects[i]);
    }
    strbuf_putc(out, '\n');
}

// Memory that comes and goes is told in sum, or by the trace.
static bool is_told(const struct event *event)
{
    switch (event->kind) {
    case EVENT_PAGE_ALLOC:
    case EVENT_PAGE_FREE:
    case EVENT_SLAB_ALLOC:
    case EVENT_SLAB_FREE:
    case EVENT_SLAB_GROW:
    case EVENT_MARK:
        return false;
    default:
        return true;
    }
}

void explain_events(const struct story *story, struct strbuf *out)
{
    struct traffic taken = { .count = 0 }, given = { .count = 0 };
    size_t before = out->length;

    strbuf_puts(out, "What happened\n");
    size_t heading = out->length;
    for (u64 i = story->range.begin; i < story->range.end; i++) {
        const struct record *r = record_get(story->m, i);
        struct event event = record_event(r);

        if (r->kind != RECORD_NOTE)
            continue;
        if (event.kind == EVENT_SLAB_ALLOC)
            add_object(&taken, (kaddr)event.a);
        if (event.kind == EVENT_SLAB_FREE)
            add_object(&given, (kaddr)event.a);
        if (!is_told(&event))
            continue;
        strbuf_puts(out, i < record_cursor(story->m) ? "  - " : "    ");
        event_text(story, &event, out);
        strbuf_putc(out, '\n');
    }
    add_traffic(story->m, &taken, "taken from slabs:", out);
    add_traffic(story->m, &given, "given back to slabs:", out);
    if (out->length == heading)
        strbuf_truncate(out, before);
}
