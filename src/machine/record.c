// See record.h.
#include "machine/record.h"

#include "machine/door.h"

#include <stdlib.h>
#include <string.h>

bool command_records(const struct machine *m, u64 i, struct record_range *range)
{
    const struct history *h = &m->history;

    if (i >= h->count || i < h->held || i >= h->executed)
        return false;
    range->begin = command_at(h, i)->begin;
    range->end = command_at(h, i)->end;
    return range->begin >= m->journal.tail;
}

struct event record_event(const struct record *r)
{
    return (struct event){ (enum event_kind)r->id, r->a, (s32)(u32)r->data,
                           (s32)(u32)(r->data >> 32) };
}

u32 record_bytes(const struct machine *m, const struct record *r, const u8 **bytes)
{
    switch (r->kind) {
    case RECORD_STORE:
        *bytes = (const u8 *)&r->data;
        return r->id;
    case RECORD_ENTER:
        *bytes = (const u8 *)&r->data;
        return 8;
    case RECORD_COPY: {
        const u8 *blob = m->journal.blobs + (r->data & m->journal.blob_mask);
        u32 size;

        memcpy(&size, blob, 4);
        *bytes = blob + 4;
        return size;
    }
    default:
        return 0;
    }
}

// ---- Moments -------------------------------------------------------------------------------------

#define KEPT_WORDS 8192u

void moment_clear(struct moment *w)
{
    if (w->capacity >
        KEPT_WORDS) // a long way has been looked at: clearing must not cost as much again
        moment_finish(w);
    if (w->used)
        memset(w->words, 0, w->capacity * sizeof *w->words);
    w->used = 0;
}

void moment_finish(struct moment *w)
{
    free(w->words);
    *w = MOMENT_INIT;
}

static struct moment_word *slot_of(const struct moment *w, u32 index)
{
    u32 mask = w->capacity - 1;
    u32 i = (index * 2654435761u) >> 7 & mask;

    while (w->words[i].index && w->words[i].index != index + 1)
        i = (i + 1) & mask;
    return &w->words[i];
}

static void grow(struct moment *w)
{
    struct moment old = *w;

    w->capacity = old.capacity ? old.capacity * 2 : 1024;
    w->words = calloc(w->capacity, sizeof *w->words);
    BUG_ON(!w->words);
    for (u32 i = 0; i < old.capacity; i++) {
        if (old.words[i].index)
            *slot_of(w, old.words[i].index - 1) = old.words[i];
    }
    free(old.words);
}

static u32 word_now(const struct machine *m, u32 index)
{
    u32 value;

    memcpy(&value, m->image + (size_t)index * 4, 4);
    return value;
}

void moment_put(struct moment *w, const struct machine *m, u32 offset, const void *bytes, u32 size)
{
    const u8 *from = bytes;

    for (u32 done = 0; done < size;) {
        u32 index = (offset + done) / 4, inside = (offset + done) % 4;
        u32 part = 4 - inside < size - done ? 4 - inside : size - done;

        if (w->used >= w->capacity / 2)
            grow(w);
        struct moment_word *word = slot_of(w, index);
        if (!word->index) {
            *word = (struct moment_word){ index + 1, word_now(m, index) };
            w->used++;
        }
        memcpy((u8 *)&word->value + inside, from + done, part);
        done += part;
    }
}

void moment_get(const struct moment *w, const struct machine *m, u32 offset, void *bytes, u32 size)
{
    u8 *to = bytes;

    if (!w || !w->used) {
        memcpy(to, m->image + offset, size);
        return;
    }
    for (u32 done = 0; done < size;) {
        u32 index = (offset + done) / 4, inside = (offset + done) % 4;
        u32 part = 4 - inside < size - done ? 4 - inside : size - done;
        const struct moment_word *word = slot_of(w, index);
        u32 value = word->index ? word->value : word_now(m, index);

        memcpy(to + done, (const u8 *)&value + inside, part);
        done += part;
    }
}

bool moment_differs(const struct moment *w, const struct machine *m, u32 offset, u32 size)
{
    u8 then[64];

    if (!w->used)
        return false;
    for (u32 done = 0; done < size;) {
        u32 part = size - done < sizeof then ? size - done : (u32)sizeof then;

        moment_get(w, m, offset + done, then, part);
        if (memcmp(then, m->image + offset + done, part) != 0)
            return true;
        done += part;
    }
    return false;
}

static u32 moment_word_at(const struct moment *w, const struct machine *m, u32 offset)
{
    u32 value;

    moment_get(w, m, offset, &value, 4);
    return value;
}

#define ESP_OFFSET ((u32)offsetof(struct image_head, cpu.esp))
#define EBP_OFFSET ((u32)offsetof(struct image_head, cpu.ebp))

// As history.c moves the real registers.
static void moment_frame(struct moment *w, const struct machine *m, bool push)
{
    u32 esp = moment_word_at(w, m, ESP_OFFSET), ebp = moment_word_at(w, m, EBP_OFFSET);
    u32 moved[2] = { esp - KFRAME_SIZE, esp - KFRAME_LINK };

    if (!push) {
        moved[0] = ebp + KFRAME_LINK;
        moved[1] = moment_word_at(w, m, kaddr_to_offset(ebp));
    }
    moment_put(w, m, ESP_OFFSET, moved, sizeof moved);
}

void moment_step(struct moment *w, const struct machine *m, const struct record *r, bool forward)
{
    bool is_enter = r->kind == RECORD_ENTER;
    bool is_leave = r->kind == RECORD_LEAVE || r->kind == RECORD_LEAVE_VALUE;
    const u8 *bytes;
    u32 size = record_bytes(m, r, &bytes);

    if ((is_enter && !forward) || (is_leave && forward))
        moment_frame(w, m, false);
    moment_put(w, m, record_offset(r), bytes, size);
    if ((is_enter && forward) || (is_leave && !forward))
        moment_frame(w, m, true);
}

bool moment_set(struct moment *w, const struct machine *m, u64 position, u64 limit)
{
    u64 cursor = record_cursor(m);
    u64 distance = cursor > position ? cursor - position : position - cursor;

    moment_clear(w);
    if (position < m->journal.tail || position > journal_head(&m->journal) ||
        (limit && distance > limit))
        return false;
    for (u64 i = cursor; i > position; i--)
        moment_step(w, m, record_get(m, i - 1), false);
    for (u64 i = cursor; i < position; i++)
        moment_step(w, m, record_get(m, i), true);
    return true;
}
