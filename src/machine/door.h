// The door: the only ways to change the image. Every store is journaled.
#ifndef MACHINE_DOOR_H
#define MACHINE_DOOR_H

#include "machine/ksym.h"
#include "machine/machine.h"

#include <string.h>

// Makes room in the rings by forgetting the oldest commands. (journal.c)
void journal_make_room(struct machine *m);
// Reserves `size` contiguous bytes in the blob ring; returns their position. (journal.c)
u64 journal_blob(struct machine *m, u32 size);

static inline struct record *journal_push(struct machine *m)
{
    struct journal *j = &m->journal;

    if (__builtin_expect(j->head - j->tail > j->mask, 0))
        journal_make_room(m);
    return &j->records[j->head++ & j->mask];
}

static inline void image_swap_in(struct machine *m, u32 offset, const void *bytes, u32 size)
{
    m->touched[offset >> PAGE_SHIFT] = 1;
    m->touched[(offset + size - 1) >> PAGE_SHIFT] = 1;
    memcpy(m->image + offset, bytes, size);
}

// Stores size (1..8) bytes at `where`, which points into the image. Storing what is already
// there is no change and leaves no record.
static inline void door_store(struct machine *m, const void *where, const void *value, u32 size)
{
    size_t offset = (size_t)((const u8 *)where - m->image);
    u64 old = 0;

    BUG_ON(offset >= m->image_size);
    memcpy(&old, where, size);
    if (memcmp(&old, value, size) == 0)
        return;
    struct record *r = journal_push(m);
    r->kind = RECORD_STORE;
    r->depth = (u8)m->depth;
    r->id = (u16)size;
    r->offset = (u32)offset;
    r->data = old;
    image_swap_in(m, (u32)offset, value, size);
}

// Replaces `size` bytes at `where` by those at `from`. (journal.c)
void door_copy(struct machine *m, const void *where, const void *from, size_t size);
// The same with a byte repeated. (journal.c)
void door_fill(struct machine *m, const void *where, u8 byte, size_t size);

// One field: set(m, task->state, TASK_INTERRUPTIBLE).
#define set(m, field, value)                                                                       \
    do {                                                                                           \
        __typeof__(field) set_value_ = (value);                                                    \
        _Static_assert(sizeof set_value_ <= 8, "use copy() for blocks");                           \
        door_store((m), &(field), &set_value_, (u32)sizeof set_value_);                            \
    } while (0)

#define copy(m, where, from, size) door_copy((m), (where), (from), (size))
#define fill(m, where, byte, size) door_fill((m), (where), (byte), (size))

// ---- Kernel functions ------------------------------------------------------------------------
// A frame on the simulated kernel stack: return address, saved ebp, and 24 bytes for locals.
#define KFRAME_SIZE   32u
#define KFRAME_LOCALS 24u

struct kframe {
    struct machine *m;
    u32 esp, ebp; // of the caller
    u32 switches; // m->switches at entry
    u16 symbol;
    bool has_value;
    s64 value;
};

void kframe_leave_value(struct kframe *frame); // journal.c

static inline struct kframe kframe_enter(struct machine *m, enum ksym symbol)
{
    const struct cpu *c = cpu(m);
    struct kframe frame = { m, c->esp, c->ebp, m->switches, (u16)symbol, false, 0 };
    u32 link[2] = { c->ebp, ksym_return_address(symbol) };
    u32 now[2] = { c->esp - KFRAME_SIZE, c->esp - 8 };
    struct record *r = journal_push(m);

    BUG_ON(c->mode != CPU_KERNEL);
    r->kind = RECORD_ENTER;
    r->depth = (u8)m->depth;
    r->id = (u16)symbol;
    r->offset = (u32)offsetof(struct image_head, cpu.esp);
    memcpy(&r->data, &c->esp, 8);
    image_swap_in(m, r->offset, now, 8);
    door_store(m, kpointer(m, frame.esp - 8), link, 8);
    m->depth++;
    return frame;
}

static inline void kframe_leave(struct kframe *frame)
{
    struct machine *m = frame->m;

    if (frame->switches != m->switches) // another stack is loaded: this frame sleeps or is dead
        return;
    if (frame->has_value)
        kframe_leave_value(frame);
    m->depth--;
    struct record *r = journal_push(m);
    u32 back[2] = { frame->esp, frame->ebp };

    r->kind = RECORD_LEAVE;
    r->depth = (u8)m->depth;
    r->id = frame->symbol;
    r->offset = (u32)offsetof(struct image_head, cpu.esp);
    memcpy(&r->data, &cpu(m)->esp, 8);
    image_swap_in(m, r->offset, back, 8);
}

// At the top of a kernel function: it enters here and leaves with its scope.
#define KFN(m, name)                                                                               \
    struct kframe kfn_ __attribute__((cleanup(kframe_leave), unused)) =                            \
        kframe_enter((m), KSYM_##name)

// For a short kernel function that is written as a block of its caller.
#define KFN_PART(m, name)                                                                          \
    struct kframe kfn_##name##_ __attribute__((cleanup(kframe_leave), unused)) =                   \
        kframe_enter((m), KSYM_##name)

// Returns a value and shows it in the trace.
#define KRETURN(result)                                                                            \
    do {                                                                                           \
        __typeof__(result) kfn_result_ = (result);                                                 \
        kfn_.value = (s64)kfn_result_;                                                             \
        kfn_.has_value = true;                                                                     \
        return kfn_result_;                                                                        \
    } while (0)

// The kernel address of this function's locals on the simulated stack (KFRAME_LOCALS bytes).
#define KLOCALS() (kfn_.esp - KFRAME_SIZE)

// Why, in words: an event for the journal and the listeners. (journal.c)
void note(struct machine *m, enum event_kind kind, s32 a, s32 b, s32 c);

#endif
