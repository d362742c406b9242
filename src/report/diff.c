// The report diff: what differs between two positions in time, object by object.
#include "procarium/report.h"
#include "report/places.h"
#include "report/trace.h"

#include <stdlib.h>

// ---- Objects that came and went ------------------------------------------------------------------

// A slab object that was handed out or given back between the two positions.
struct passage {
    kaddr object;
    u64 position; // of the record
    u32 size;
    bool was_live, is_live; // at the earlier and at the later position
    bool is_told;
};

struct passages {
    struct passage *list;
    u32 count, capacity;
};

static int by_object_and_time(const void *a, const void *b)
{
    const struct passage *x = a, *y = b;

    if (x->object != y->object)
        return x->object < y->object ? -1 : 1;
    return x->position < y->position ? -1 : 1;
}

static void add_passage(struct passages *p, const struct passage *new)
{
    if (p->count == p->capacity) {
        p->capacity = p->capacity ? p->capacity * 2 : 64;
        p->list = realloc(p->list, p->capacity * sizeof *p->list);
        BUG_ON(!p->list);
    }
    p->list[p->count++] = *new;
}

// Several passages of one object become one: the first says what it was, the last what it is.
static void merge_passages(struct passages *p)
{
    u32 kept = 0;

    if (!p->count)
        return;
    qsort(p->list, p->count, sizeof *p->list, by_object_and_time);
    for (u32 i = 0; i < p->count; i++) {
        if (kept && p->list[kept - 1].object == p->list[i].object)
            p->list[kept - 1].is_live = p->list[i].is_live;
        else
            p->list[kept++] = p->list[i];
    }
    p->count = kept;
}

static void collect_passages(const struct machine *m, u64 begin, u64 end, struct passages *p)
{
    for (u64 i = begin; i < end; i++) {
        const struct record *r = record_get(m, i);
        struct event e = record_event(r);
        bool is_alloc = e.kind == EVENT_SLAB_ALLOC;

        if (r->kind != RECORD_NOTE || (!is_alloc && e.kind != EVENT_SLAB_FREE) ||
            !is_kaddr(m, (kaddr)e.a, sizeof(struct kmem_cache)))
            continue;
        add_passage(p,
                    &(struct passage){ (kaddr)e.b, i, at(m, (kaddr)e.a, struct kmem_cache)->objsize,
                                       !is_alloc, is_alloc, false });
    }
    merge_passages(p);
}

static struct passage *passage_at(const struct passages *p, kaddr address)
{
    u32 low = 0, high = p->count;

    while (low < high) { // the last object that begins at or before the address
        u32 middle = (low + high) / 2;

        if (p->list[middle].object <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || address - p->list[low - 1].object >= p->list[low - 1].size)
        return NULL;
    return &p->list[low - 1];
}

// ---- Words that differ ---------------------------------------------------------------------------

static int by_index(const void *a, const void *b)
{
    u32 x = ((const struct moment_word *)a)->index, y = ((const struct moment_word *)b)->index;

    return x < y ? -1 : x > y;
}

// The words that differ between two moments, by address. The caller frees *words.
static u32 changed_words(const struct machine *m, const struct moment *from,
                         const struct moment *to, struct moment_word **words)
{
    const struct moment *both[] = { from, to };
    u32 count = 0, kept = 0;

    *words = malloc((from->used + to->used + 1) * sizeof **words);
    BUG_ON(!*words);
    for (u32 k = 0; k < 2; k++) {
        for (u32 i = 0; i < both[k]->capacity; i++) {
            struct moment_word word = both[k]->words[i];
            u32 old, new;

            if (!word.index)
                continue;
            moment_get(from, m, (word.index - 1) * 4, &old, 4);
            moment_get(to, m, (word.index - 1) * 4, &new, 4);
            if (old != new)
                (*words)[count++] = word;
        }
    }
    qsort(*words, count, sizeof **words, by_index);
    for (u32 i = 0; i < count; i++) { // a word may differ from now at both moments
        if (!kept || (*words)[kept - 1].index != (*words)[i].index)
            (*words)[kept++] = (*words)[i];
    }
    return kept;
}

// ---- The report ----------------------------------------------------------------------------------

struct diff {
    const struct machine *m;
    struct moment from, to;
    struct passages passages;
    bool forwards;
    struct strbuf *out;
    u32 lines;
};

// Says once that an object is new or gone. True if its fields need not be looked at.
static bool tell_passage(struct diff *d, kaddr address)
{
    struct passage *passage = passage_at(&d->passages, address);

    if (!passage)
        return false;
    bool was = d->forwards ? passage->was_live : passage->is_live;
    bool is = d->forwards ? passage->is_live : passage->was_live;
    const struct moment *then = is ? &d->to : &d->from;
    struct place place = place_of(d->m, then, passage->object);
    bool is_free = !was && !is;
    if (was && is)
        return false; // given back and handed out again: its fields tell
    if (!passage->is_told && !is_free && place.type != TYPE_SLAB) {
        strbuf_puts(d->out, is ? "  + " : "  - ");
        if (place.type == TYPE_THREAD_INFO) // the whole area
            place.kind = PLACE_STACK;
        place_name(d->m, then, &place, d->out);
        strbuf_printf(d->out, is ? " is new: %u bytes at %08x\n" : " is gone: %u bytes at %08x\n",
                      passage->size, passage->object);
        d->lines++;
    }
    passage->is_told = true;
    return true;
}

// Adds one field's two values; returns the first offset after it.
static u32 add_change(struct diff *d, enum ktype type, const struct place *place, u32 base,
                      u32 offset)
{
    struct field_path path = field_path(type, offset - base, NULL);
    u64 old = 0, new = 0;
    u32 start = offset, size = 4;

    strbuf_puts(d->out, "  ");
    d->lines++;
    if (path.field) {
        start = base + path.start;
        size = path.field->size;
    }
    if (size > 8) { // a string, or bytes that nobody reads
        place_name(d->m, &d->to, place, d->out);
        strbuf_puts(d->out, ": ");
        field_path(type, offset - base, d->out);
        strbuf_puts(d->out, " has changed\n");
        return start + size;
    }
    moment_get(&d->from, d->m, start, &old, size);
    moment_get(&d->to, d->m, start, &new, size);
    store_text(d->m, &d->to, start, size, old, new, d->out);
    strbuf_putc(d->out, '\n');
    return start + size;
}

// One word that differs. Returns the first offset after what was said about it.
static u32 tell_word(struct diff *d, u32 offset)
{
    u32 cpu_end = (u32)(offsetof(struct image_head, cpu) + sizeof(struct cpu));
    struct place place = { 0 };

    if (offset < cpu_end)
        return add_change(d, TYPE_CPU, &place, (u32)offsetof(struct image_head, cpu), offset);
    if (offset < IMAGE_HEAD_SIZE) // the console's own
        return offset + 4;
    kaddr address = offset_to_kaddr(offset);
    if (tell_passage(d, address))
        return offset + 4;
    place = place_of(d->m, &d->to, address);
    if (place.kind == PLACE_STACK) // dead bytes and frames
        return offset + 4;
    return add_change(d, place.kind == PLACE_OBJECT ? place.type : TYPE_NONE, &place,
                      place.kind == PLACE_UNKNOWN ? offset : kaddr_to_offset(place.base), offset);
}

// The journal position of a history position. False if the journal does not hold it.
static bool record_of_position(const struct machine *m, u64 n, u64 *position)
{
    const struct history *h = &m->history;

    if (h->open || n < h->held || n > h->executed)
        return false;
    *position = n < h->executed ? command_at(h, n)->begin : journal_head(&m->journal);
    return *position >= m->journal.tail;
}

static void tell_all(struct diff *d)
{
    struct moment_word *words;
    u32 count = changed_words(d->m, &d->from, &d->to, &words);
    u32 done = 0;

    for (u32 i = 0; i < count; i++) {
        u32 offset = (words[i].index - 1) * 4;

        if (offset >= done)
            done = tell_word(d, offset);
    }
    free(words);
    if (!d->lines)
        strbuf_puts(d->out, "  nothing has changed\n");
}

bool report_diff(const struct machine *m, u64 from, u64 to, struct strbuf *out)
{
    struct diff d = {
        .m = m, .from = MOMENT_INIT, .to = MOMENT_INIT, .forwards = from <= to, .out = out
    };
    u64 begin, end;

    if (!record_of_position(m, from, &begin) || !record_of_position(m, to, &end)) {
        strbuf_printf(out, "the journal does not hold all that happened between %llu and %llu",
                      (unsigned long long)from, (unsigned long long)to);
        return false;
    }
    moment_set(&d.from, m, begin, 0);
    moment_set(&d.to, m, end, 0);
    collect_passages(m, from <= to ? begin : end, from <= to ? end : begin, &d.passages);
    tell_all(&d);
    free(d.passages.list);
    moment_finish(&d.from);
    moment_finish(&d.to);
    return true;
}
