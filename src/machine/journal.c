// The journal's rings, block stores, and notes.
#include "machine/door.h"

// One command may outgrow the journal: then it forgets its own beginning and can only be taken
// back by executing again.
void journal_make_room(struct machine *m)
{
    struct journal *j = &m->journal;
    struct history *h = &m->history;
    u64 keep = (j->mask + 1) / 8 * 7; // records to keep: room is made in strides
    u64 blob_keep = (j->blob_mask + 1) / 8 * 7;

    while (h->held < h->run &&
           (j->head - j->tail > keep || j->blob_head - j->blob_tail > blob_keep)) {
        bool more = ++h->held < h->run || h->open;

        j->tail = more ? h->commands[h->held].begin : j->head;
        j->blob_tail = more ? h->commands[h->held].blob_begin : j->blob_head;
    }
    if (j->head - j->tail > keep || j->blob_head - j->blob_tail > blob_keep) {
        j->tail = j->head;
        j->blob_tail = j->blob_head;
        if (h->open)
            h->held = h->run + 1; // not even the command that is running
    }
}

u64 journal_blob(struct machine *m, u32 size)
{
    struct journal *j = &m->journal;
    u64 need = ((u64)size + 4 + 7) & ~7ull;
    u64 at_slot = j->blob_head & j->blob_mask;

    if (at_slot + need > j->blob_mask + 1) // no wrapping inside a blob
        j->blob_head += j->blob_mask + 1 - at_slot;
    if (j->blob_head + need - j->blob_tail > j->blob_mask + 1)
        journal_make_room(m);
    u64 position = j->blob_head;
    memcpy(j->blobs + (position & j->blob_mask), &size, 4);
    j->blob_head += need;
    return position;
}

#define COPY_MAX 0x10000u

// Saves what stands at offset and leaves a record; the caller then stores.
static void record_block(struct machine *m, size_t offset, u32 size)
{
    BUG_ON(offset >= m->image_size || size > m->image_size - offset);
    u64 blob = journal_blob(m, size);
    struct record *r = journal_push(m);

    memcpy(m->journal.blobs + (blob & m->journal.blob_mask) + 4, m->image + offset, size);
    r->kind = RECORD_COPY;
    r->depth = (u8)m->depth;
    r->id = 0;
    r->offset = (u32)offset;
    r->data = blob;
    for (u32 page = (u32)(offset >> PAGE_SHIFT); page <= (offset + size - 1) >> PAGE_SHIFT; page++)
        m->touched[page] = 1;
}

void door_copy(struct machine *m, const void *where, const void *from, size_t size)
{
    size_t offset = (size_t)((const u8 *)where - m->image);

    for (size_t done = 0; done < size;) {
        u32 part = size - done < COPY_MAX ? (u32)(size - done) : COPY_MAX;

        record_block(m, offset + done, part);
        memmove(m->image + offset + done, (const u8 *)from + done, part);
        done += part;
    }
}

void door_fill(struct machine *m, const void *where, u8 byte, size_t size)
{
    size_t offset = (size_t)((const u8 *)where - m->image);

    for (size_t done = 0; done < size;) {
        u32 part = size - done < COPY_MAX ? (u32)(size - done) : COPY_MAX;

        record_block(m, offset + done, part);
        memset(m->image + offset + done, byte, part);
        done += part;
    }
}

void kframe_leave_value(struct kframe *frame)
{
    struct record *r = journal_push(frame->m);

    r->kind = RECORD_VALUE;
    r->depth = (u8)frame->m->depth;
    r->id = frame->symbol;
    r->offset = 0;
    r->data = (u64)frame->value;
}

void note(struct machine *m, enum event_kind kind, s32 a, s32 b, s32 c)
{
    struct record *r = journal_push(m);

    r->kind = RECORD_NOTE;
    r->depth = (u8)m->depth;
    r->id = (u16)kind;
    r->offset = (u32)a;
    r->data = (u64)(u32)b | (u64)(u32)c << 32;
    if (m->travelling)
        return;
    struct event event = { kind, a, b, c };
    for (u32 i = 0; i < m->listener_count; i++)
        m->listeners[i].listener(m->listeners[i].context, m, &event);
}
