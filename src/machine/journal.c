// The journal's rings, block stores, and notes.
#include "machine/door.h"

void journal_set_stop(struct journal *j)
{
    s64 size = (s64)j->mask + 1;
    s64 stop = (s64)(j->tail - j->base) + size - JOURNAL_STRIDE; // in this round, from records[0]

    j->stop = j->records + (stop < size ? stop : size);
    u64 round_end = (j->blob_head | j->blob_mask) + 1; // no blob wraps
    u64 blob_stop = j->blob_tail + j->blob_mask + 1;

    j->blob_stop = blob_stop < round_end ? blob_stop : round_end;
}

void journal_set_head(struct journal *j, u64 position, u64 blob_position)
{
    j->blob_head = blob_position;
    j->base = position & ~j->mask;
    j->next = j->records + (position & j->mask);
    journal_set_stop(j);
}

// One command may outgrow the journal: then it forgets its own beginning and can only be taken
// back by executing again.
static void forget_oldest(struct machine *m)
{
    struct journal *j = &m->journal;
    struct history *h = &m->history;
    u64 head = journal_head(j);
    u64 keep = (j->mask + 1) / 4 * 3; // room is made in strides
    u64 blob_keep = (j->blob_mask + 1) / 8 * 7;

    while (h->held < h->run && (head - j->tail > keep || j->blob_head - j->blob_tail > blob_keep)) {
        bool more = ++h->held < h->run || h->open;

        j->tail = more ? command_at(h, h->held)->begin : head;
        j->blob_tail = more ? command_at(h, h->held)->blob_begin : j->blob_head;
    }
    if (head - j->tail > keep || j->blob_head - j->blob_tail > blob_keep) {
        j->tail = head;
        j->blob_tail = j->blob_head;
        if (h->open)
            h->held = h->run + 1; // not even the command that is running
    }
    journal_set_stop(j);
}

void journal_make_room(struct machine *m)
{
    struct journal *j = &m->journal;

    BUG_ON(journal_head(j) - j->tail > j->mask + 1); // more than JOURNAL_STRIDE at once
    struct record *end = j->records + j->mask + 1;

    if (j->next >= end) {
        memcpy(j->records, end, (size_t)(j->next - end) * sizeof *end);
        j->base += j->mask + 1;
        j->next -= j->mask + 1;
        journal_set_stop(j);
    }
    if (j->next >= j->stop)
        forget_oldest(m);
}

// No room for `need` bytes where the next blob would begin: a new round of the blob ring, without
// wrapping inside a blob, and its oldest bytes forgotten.
static __attribute__((noinline)) void blob_make_room(struct machine *m, u64 need)
{
    struct journal *j = &m->journal;
    u64 round_end = (j->blob_head | j->blob_mask) + 1;

    if (j->blob_head + need > round_end)
        j->blob_head = round_end;
    if (j->blob_head + need - j->blob_tail > j->blob_mask + 1)
        forget_oldest(m);
    journal_set_stop(j);
}

// Two of these, with their lengths, fit into what forgetting frees of the smallest ring.
#define COPY_MAX 0x8000u

// Saves what stands at offset and leaves a record; the caller then stores.
static inline void record_block(struct machine *m, size_t offset, u32 size)
{
    struct journal *j = &m->journal;
    u64 need = ((u64)size + 4 + 7) & ~7ull;

    DEBUG_BUG_ON(offset >= m->image_size || size > m->image_size - offset);
    journal_reserve(m);
    if (__builtin_expect(j->blob_head + need > j->blob_stop, 0))
        blob_make_room(m, need);
    u8 *blob = j->blobs + (j->blob_head & j->blob_mask);

    for (uintptr_t ahead = (uintptr_t)blob + 2048, end = ahead + need; ahead < end; ahead += 128) {
        __builtin_prefetch((const void *)ahead, 1); // a hint: it may point anywhere
        __builtin_prefetch((const void *)(ahead + 64), 1);
    }
    memcpy(blob, &size, 4);
    memcpy(blob + 4, machine_image(m) + offset, size);
    journal_push(m, RECORD_COPY, 0, IMAGE_BASE + (u32)offset)->data = j->blob_head;
    j->blob_head += need;
}

void *door_rewrite(struct machine *m, const void *where, u32 size)
{
    BUG_ON(!size || size > COPY_MAX);
    record_block(m, (size_t)((const u8 *)where - machine_image(m)), size);
    return (void *)(uintptr_t)where;
}

void door_copy(struct machine *m, const void *where, const void *from, size_t size)
{
    if (!size)
        return;
    size_t offset = (size_t)((const u8 *)where - machine_image(m));

    for (; __builtin_expect(size > COPY_MAX, 0); size -= COPY_MAX) {
        record_block(m, offset, COPY_MAX);
        memmove(machine_image(m) + offset, from, COPY_MAX);
        offset += COPY_MAX;
        from = (const u8 *)from + COPY_MAX;
    }
    record_block(m, offset, (u32)size);
    memmove(machine_image(m) + offset, from, size);
}

void door_fill(struct machine *m, const void *where, u8 byte, size_t size)
{
    if (!size)
        return;
    size_t offset = (size_t)((const u8 *)where - machine_image(m));

    for (; __builtin_expect(size > COPY_MAX, 0); size -= COPY_MAX) {
        record_block(m, offset, COPY_MAX);
        memset(machine_image(m) + offset, byte, COPY_MAX);
        offset += COPY_MAX;
    }
    record_block(m, offset, (u32)size);
    memset(machine_image(m) + offset, byte, size);
}

void call_listeners(const struct machine *m, const struct event *event)
{
    for (u32 i = 0; i < m->listener_count; i++)
        m->listeners[i].listener(m->listeners[i].context, m, event);
}
