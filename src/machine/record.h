// Reading the journal: the records of a command, what they carry, and the image at other moments.
#ifndef MACHINE_RECORD_H
#define MACHINE_RECORD_H

#include "machine/machine.h"
#include "procarium/event.h"

struct record_range {
    u64 begin, end; // journal positions [begin, end)
};

// The record at a position that the journal holds.
static inline const struct record *record_get(const struct machine *m, u64 position)
{
    BUG_ON(position < m->journal.tail || position >= journal_head(&m->journal));
    return journal_slot(&m->journal, position);
}

// The position at which the image stands: records before it have happened.
static inline u64 record_cursor(const struct machine *m)
{
    return m->history.open ? journal_head(&m->journal) : m->history.cursor;
}

// The records of command i, which leads from history position i to i+1. False if there is no such
// command or the journal does not hold all of its records.
bool command_records(const struct machine *m, u64 i, struct record_range *range);

// Where in the image a record that carries bytes has stored.
static inline u32 record_offset(const struct record *r)
{
    return r->address - IMAGE_BASE;
}

// Does stepping stop after this record? (A function is entered, or an event.)
static inline bool is_step(const struct record *r)
{
    return r->kind == RECORD_ENTER || r->kind == RECORD_NOTE;
}

// How deeply kernel functions are nested at a record, going through a command's records one by one:
// *nesting is 0 before the first. A function's entry and its end lie as deep as its caller.
static inline u32 record_depth(const struct record *r, u32 *nesting)
{
    u32 depth = *nesting;

    switch ((enum record_kind)r->kind) {
    case RECORD_ENTER:
        *nesting = depth + 1;
        return depth;
    case RECORD_LEAVE:
    case RECORD_LEAVE_VALUE:
        BUG_ON(depth == 0);
        return *nesting = depth - 1;
    case RECORD_NOTE:
        if (r->id == EVENT_SWITCH) // on another stack: what it goes back to has been left already
            *nesting = 0;
        return depth;
    case RECORD_STORE:
    case RECORD_COPY:
        break;
    }
    return depth;
}

// The event that a RECORD_NOTE tells.
struct event record_event(const struct record *r);

// The bytes that a record carries for its offset in the image: *bytes points at them, their
// number is returned; 0 if it carries none. They stood there before it if it has happened, and
// will stand there after it if not.
u32 record_bytes(const struct machine *m, const struct record *r, const u8 **bytes);

// ---- Moments -------------------------------------------------------------------------------------
// The image at another position of the journal, kept as what differs from the image now.

struct moment {
    struct moment_word {
        u32 index; // of the 32-bit word in the image, + 1; 0 = unused
        u32 value;
    } * words; // a hash table
    u32 used, capacity;
};

#define MOMENT_INIT                                                                                \
    (struct moment)                                                                                \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

// Forgets all differences: the moment is now. Keeps the memory.
void moment_clear(struct moment *w);
void moment_finish(struct moment *w);
// Makes w the image at `position`. False if the journal does not reach it, or if it is more than
// `limit` records away (0 = no limit); w is cleared then.
bool moment_set(struct moment *w, const struct machine *m, u64 position, u64 limit);
// Takes w over one record: from before it to after it, or back.
void moment_step(struct moment *w, const struct machine *m, const struct record *r, bool forward);
// Lets bytes differ at an offset into the image.
void moment_put(struct moment *w, const struct machine *m, u32 offset, const void *bytes, u32 size);
// Reads bytes as they are at the moment.
void moment_get(const struct moment *w, const struct machine *m, u32 offset, void *bytes, u32 size);
// Do these bytes differ from the image now?
bool moment_differs(const struct moment *w, const struct machine *m, u32 offset, u32 size);

// The image offset of a kernel address, and back.
static inline u32 kaddr_to_offset(kaddr address)
{
    return address - IMAGE_BASE;
}

static inline kaddr offset_to_kaddr(u32 offset)
{
    return offset + IMAGE_BASE;
}

#endif
