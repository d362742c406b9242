// See trace.h.
#include "report/trace.h"

#include "report/messages.h"
#include "report/places.h"

#include <stdlib.h>
#include <string.h>

// ---- Building ------------------------------------------------------------------------------------

// Is this a store to a variable of the command language?
static bool is_in_variables(const struct record *r)
{
    return (r->kind == RECORD_STORE || r->kind == RECORD_COPY) &&
           record_offset(r) >= offsetof(struct image_head, console.variables) &&
           record_offset(r) < sizeof(struct image_head);
}

// Did command n, from 1, do no more than `let` does? Not if nobody knows any more.
static bool is_quiet(const struct machine *m, u64 n)
{
    struct record_range range;

    if (!command_records(m, n - 1, &range))
        return false;
    for (u64 i = range.begin; i < range.end; i++)
        if (!is_in_variables(record_get(m, i)))
            return false;
    return true;
}

u64 trace_default_command(const struct machine *m)
{
    const struct history *h = &m->history;
    u64 n = h->run;

    if (h->open || machine_is_inside(m))
        return h->run + 1;
    while (n > 0 && is_quiet(m, n))
        n--;
    return n > 0 ? n : h->run;
}

static struct trace_line *add_line(struct trace *t, u64 position, enum trace_line_kind kind,
                                   u32 depth)
{
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 256;
        t->lines = realloc(t->lines, t->capacity * sizeof *t->lines);
        BUG_ON(!t->lines);
    }
    struct trace_line *line = &t->lines[t->count++];

    *line = (struct trace_line){ .position = position, .kind = (u8)kind, .depth = (u16)depth };
    return line;
}

// What changed outside the RAM and outside the CPU is the console's own business.
static bool is_shown_store(const struct record *r)
{
    return record_offset(r) >= IMAGE_HEAD_SIZE ||
           record_offset(r) < offsetof(struct image_head, cpu) + sizeof(struct cpu);
}

static void close_function(struct trace *t, u64 position, const struct record *r, u32 depth)
{
    struct trace_line *last = t->count ? &t->lines[t->count - 1] : NULL;

    if (last && last->kind == TRACE_CALL && last->depth == depth && last->symbol == r->id)
        last->kind = TRACE_LEAF;
    else
        last = add_line(t, position, TRACE_CLOSE, depth);
    last->symbol = r->id;
    last->has_value = r->kind == RECORD_LEAVE_VALUE;
    last->new = r->data;
}

static void add_note(struct trace *t, u64 position, const struct record *r,
                     const struct trace_filter *f, u32 depth)
{
    bool is_switch = r->id == EVENT_SWITCH;
    bool is_marked = is_switch || r->id == EVENT_RESUME;

    t->steps++;
    if ((f->no_notes && !is_marked) || (!is_switch && f->max_depth && depth > f->max_depth))
        return;
    if (is_switch)
        t->outside = true;
    struct trace_line *line =
        add_line(t, position, is_switch ? TRACE_SWITCH : TRACE_NOTE, t->outside ? 0 : depth);
    line->step = t->steps;
}

static void add_stores(struct trace *t, u64 position, const struct record *r,
                       const struct trace_filter *f, u32 depth)
{
    const u8 *bytes;
    struct trace_line *line;

    if (f->no_fields || !is_shown_store(r) || (f->max_depth && depth > f->max_depth))
        return;
    if (r->kind == RECORD_STORE) {
        line = add_line(t, position, TRACE_FIELD, depth);
        line->size = (u8)r->id;
    } else {
        line = add_line(t, position, TRACE_BLOCK, depth);
        line->new = record_bytes(t->m, r, &bytes);
    }
    line->offset = record_offset(r);
}

static void add_records(struct trace *t, const struct trace_filter *f)
{
    u32 nesting = 0;

    t->outside = false;
    for (u64 i = t->begin; i < t->end; i++) {
        const struct record *r = record_get(t->m, i);
        u32 depth = record_depth(r, &nesting);
        bool is_deep = f->max_depth && depth >= f->max_depth;

        switch ((enum record_kind)r->kind) {
        case RECORD_ENTER:
            t->outside = false;
            t->steps++;
            if (!is_deep) {
                struct trace_line *line = add_line(t, i, TRACE_CALL, depth);

                line->symbol = r->id;
                line->step = t->steps;
            }
            break;
        case RECORD_LEAVE:
        case RECORD_LEAVE_VALUE:
            if (!is_deep)
                close_function(t, i, r, depth);
            break;
        case RECORD_NOTE:
            add_note(t, i, r, f, depth);
            break;
        case RECORD_STORE:
        case RECORD_COPY:
            add_stores(t, i, r, f, depth);
            break;
        }
    }
}

// ---- Values before and after -----------------------------------------------------------------------

// A record carries one of the two values; the other follows from the records between it and the
// image. `w` is the image just after (backwards) or just before (forwards) the record.
static void settle_values(struct trace *t, struct moment *w, u64 position, struct trace_line *line,
                          bool backwards)
{
    const struct machine *m = t->m;

    if (line) {
        const u8 *bytes;
        u64 carried = 0, other = 0;

        record_bytes(m, record_get(m, position), &bytes);
        memcpy(&carried, bytes, line->size);
        moment_get(w, m, line->offset, &other, line->size);
        line->old = backwards ? carried : other;
        line->new = backwards ? other : carried;
    }
    moment_step(w, m, record_get(m, position), !backwards);
}

static struct trace_line *field_line(struct trace *t, u32 index, u64 position)
{
    struct trace_line *line = index < t->count ? &t->lines[index] : NULL;

    return line && line->position == position && line->kind == TRACE_FIELD ? line : NULL;
}

// Records [begin, to) have happened.
static void find_values_back(struct trace *t, u64 to)
{
    struct moment w = MOMENT_INIT;
    u32 line = t->count;

    moment_set(&w, t->m, to, 0);
    for (u64 i = to; i-- > t->begin;) {
        while (line > 0 && t->lines[line - 1].position > i)
            line--;
        settle_values(t, &w, i, line ? field_line(t, line - 1, i) : NULL, true);
    }
    moment_finish(&w);
}

// Records [from, end) have not.
static void find_values_ahead(struct trace *t, u64 from)
{
    struct moment w = MOMENT_INIT;
    u32 line = 0;

    moment_set(&w, t->m, from, 0);
    for (u64 i = from; i < t->end; i++) {
        while (line < t->count && t->lines[line].position < i)
            line++;
        settle_values(t, &w, i, field_line(t, line, i), false);
    }
    moment_finish(&w);
}

bool trace_build(struct trace *t, const struct machine *m, u64 n, const struct trace_filter *f)
{
    u64 number = n ? n : trace_default_command(m);
    struct record_range range;

    t->m = m;
    t->count = t->steps = 0;
    t->command = 0;
    t->begin = t->end = 0;
    moment_clear(&t->at_end);
    if (!number || m->history.open || !command_records(m, number - 1, &range))
        return false;
    t->command = number;
    t->begin = range.begin;
    t->end = range.end;
    add_records(t, f);
    u64 cursor = record_cursor(m);
    u64 middle = cursor < t->begin ? t->begin : cursor > t->end ? t->end : cursor;
    if (!f->no_fields) {
        find_values_back(t, middle);
        find_values_ahead(t, middle);
    }
    moment_set(&t->at_end, m, t->end, 0);
    return true;
}

void trace_finish(struct trace *t)
{
    free(t->lines);
    moment_finish(&t->at_end);
    *t = (struct trace){ 0 };
}

s32 trace_cursor(const struct trace *t)
{
    u64 cursor;
    s32 found = -1;

    if (!t->command || !machine_is_inside(t->m) || t->m->history.run + 1 != t->command)
        return -1;
    cursor = record_cursor(t->m);
    for (u32 i = 0; i < t->count && t->lines[i].position < cursor; i++) {
        if (t->lines[i].step)
            found = (s32)i;
    }
    return found;
}

// ---- Words ---------------------------------------------------------------------------------------

void value_text(s64 value, struct strbuf *out)
{
    const char *name = value < 0 && value > -4096 ? name_of(NAMES_ERRNO, (u32)-value) : NULL;

    if (value == CALL_SLEEPS)
        strbuf_puts(out, "(sleeps)");
    else if (name)
        strbuf_printf(out, "%lld %s", (long long)value, name);
    else if (value == -ERESTARTSYS)
        strbuf_puts(out, "-512 ERESTARTSYS");
    else if (value == -ERESTARTNOINTR)
        strbuf_puts(out, "-513 ERESTARTNOINTR");
    else if (value == -ERESTARTNOHAND)
        strbuf_puts(out, "-514 ERESTARTNOHAND");
    else if ((value >= INT32_MIN && value < -4096) ||
             (value >= (s64)KERNEL_BASE && value <= (s64)UINT32_MAX)) // an address
        strbuf_printf(out, "%08x", (u32)value);
    else
        strbuf_printf(out, "%lld", (long long)value);
}

static void raw_change(u32 size, u64 old, u64 new, struct strbuf *out)
{
    int digits = (int)size * 2;

    strbuf_printf(out, "%0*llx → %0*llx", digits, (unsigned long long)old, digits,
                  (unsigned long long)new);
}

// One half of a list_head: what it pointed to, by name.
static void add_neighbour(const struct machine *m, const struct moment *then, kaddr link,
                          struct strbuf *out)
{
    struct place place = place_of(m, then, link);

    strbuf_printf(out, "%08x", link);
    if (place.kind == PLACE_OBJECT && place.type != TYPE_PAGE) {
        strbuf_puts(out, " (");
        place_name(m, then, &place, out);
        strbuf_putc(out, ')');
    }
}

// A store to one field, or to one half of a list_head.
static void field_change(const struct machine *m, const struct moment *then,
                         const struct field_path *path, kaddr base, u32 inside, u32 size, u64 old,
                         u64 new, struct strbuf *out)
{
    const struct field *f = path->field;

    if (f->kind == KIND_LIST && size == 4) {
        strbuf_puts(out, inside == path->start ? ".next " : ".prev ");
        add_neighbour(m, then, (kaddr)old, out);
        strbuf_puts(out, " → ");
        add_neighbour(m, then, (kaddr) new, out);
        return;
    }
    strbuf_putc(out, ' ');
    if (size != f->size || inside != path->start) {
        raw_change(size, old, new, out);
        return;
    }
    kaddr self = base ? base + path->start : 0;
    field_value(m, then, f, &old, self, out);
    strbuf_puts(out, " → ");
    field_value(m, then, f, &new, self, out);
}

// A store inside a structure; one of eight bytes may cover two fields.
static void structure_change(const struct machine *m, const struct moment *then, enum ktype type,
                             kaddr base, u32 inside, u32 size, u64 old, u64 new, struct strbuf *out)
{
    struct field_path path = field_path(type, inside, out);

    if (!path.field) {
        strbuf_printf(out, "+0x%x ", inside);
        raw_change(size, old, new, out);
    } else if (size == 8 && path.field->size == 4 && path.start == inside) {
        field_change(m, then, &path, base, inside, 4, (u32)old, (u32) new, out);
        if (old >> 32 == new >> 32)
            return;
        strbuf_puts(out, ", ");
        structure_change(m, then, type, base, inside + 4, 4, old >> 32, new >> 32, out);
    } else {
        field_change(m, then, &path, base, inside, size, old, new, out);
    }
}

void store_text(const struct machine *m, const struct moment *then, u32 offset, u32 size, u64 old,
                u64 new, struct strbuf *out)
{
    if (offset < IMAGE_HEAD_SIZE) {
        strbuf_puts(out, "cpu: ");
        structure_change(m, then, TYPE_CPU, 0, offset - (u32)offsetof(struct image_head, cpu), size,
                         old, new, out);
        return;
    }
    kaddr address = offset_to_kaddr(offset);
    struct place place = place_of(m, then, address);
    if (place.kind == PLACE_UNKNOWN) {
        strbuf_printf(out, "%08x: ", address);
        raw_change(size, old, new, out);
        return;
    }
    place_name(m, then, &place, out);
    strbuf_puts(out, ": ");
    structure_change(m, then, place.kind == PLACE_OBJECT ? place.type : TYPE_NONE, place.base,
                     address - place.base, size, old, new, out);
}

static void block_text(const struct trace *t, const struct trace_line *line, struct strbuf *out)
{
    kaddr address = offset_to_kaddr(line->offset);
    struct place place = place_of(t->m, &t->at_end, address);
    u32 size = (u32)line->new;

    if (line->offset < IMAGE_HEAD_SIZE || place.kind == PLACE_UNKNOWN)
        strbuf_printf(out, "%08x", address);
    else
        place_name(t->m, &t->at_end, &place, out);
    if (place.kind == PLACE_OBJECT && place.type != TYPE_NONE && size < place.size) {
        strbuf_puts(out, ": ");
        field_path(place.type, address - place.base, out);
    }
    strbuf_printf(out, ": %u bytes written", size);
}

void trace_text(const struct trace *t, const struct trace_line *line, struct strbuf *out)
{
    const char *name = ksym_info((enum ksym)line->symbol)->name;
    struct story story = { .m = t->m, .range = { t->begin, t->end }, .at_end = &t->at_end };
    struct event event;

    switch ((enum trace_line_kind)line->kind) {
    case TRACE_CALL:
        strbuf_printf(out, "%s() {", name);
        break;
    case TRACE_LEAF:
        strbuf_printf(out, "%s()", name);
        break;
    case TRACE_CLOSE:
        strbuf_puts(out, "}");
        break;
    case TRACE_FIELD:
        store_text(t->m, &t->at_end, line->offset, line->size, line->old, line->new, out);
        return;
    case TRACE_BLOCK:
        block_text(t, line, out);
        return;
    case TRACE_NOTE:
    case TRACE_SWITCH:
        event = record_event(record_get(t->m, line->position));
        event_text(&story, &event, out);
        return;
    }
    if (line->has_value) {
        strbuf_puts(out, " = ");
        value_text((s64)line->new, out);
    }
}
