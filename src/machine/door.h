// The door: the only ways to change the image. Every store is journaled.
#ifndef MACHINE_DOOR_H
#define MACHINE_DOOR_H

#include "machine/ksym.h"
#include "machine/machine.h"

#include <string.h>

// So many records may follow each other until the next test for room. It is not made at every
// store, but where a function is entered; a loop that stores without entering any asks for itself.
#define JOURNAL_STRIDE 4096u

// The ring's end is reached, or its oldest records are in the way: begins a new round, forgets
// the oldest commands. (journal.c)
void journal_make_room(struct machine *m);
// Cuts the journal off: these positions become its heads. (journal.c)
void journal_set_head(struct journal *j, u64 position, u64 blob_position);
// Says anew from where on room must be made, after tail has moved. (journal.c)
void journal_set_stop(struct journal *j);

// Room for JOURNAL_STRIDE records from here.
static inline void journal_reserve(struct machine *m)
{
    if (__builtin_expect(m->journal.next >= m->journal.stop, 0))
        journal_make_room(m);
}

// The record at the journal's end is taken.
static inline void journal_advance(struct machine *m, struct record *end)
{
    DEBUG_BUG_ON(end >= m->journal.stop + JOURNAL_STRIDE);
    m->journal.next = end + 1;
}

// Where the next record goes.
static inline struct record *journal_next(struct machine *m)
{
    struct record *r = m->journal.next;

    journal_advance(m, r);
    return r;
}

// The next record, but for what it carries.
static inline struct record *journal_push(struct machine *m, enum record_kind kind, u32 id,
                                          u32 address)
{
    struct record *r = journal_next(m);

    record_write(r, (u32)kind | id << 16, address);
    return r;
}

// A store of one number: the record, then the new value. Storing what is already there is no
// change and leaves no record. The journal's end is read before it is known whether there is a
// change, so that it need not be waited for; and the stores are of the number's own type, so that
// the compiler sees that they leave the end alone.
#define PUT_NUMBER(m, where, type, value)                                                          \
    do {                                                                                           \
        struct record *r_ = (m)->journal.next;                                                     \
        type *where_ = (type *)(uintptr_t)(where);                                                 \
        type old_ = *where_, new_ = (value);                                                       \
                                                                                                   \
        if (old_ == new_)                                                                          \
            break;                                                                                 \
        journal_advance((m), r_);                                                                  \
        record_write(r_, RECORD_STORE | (u32)sizeof(type) << 16, (u32)(uintptr_t)where_);          \
        r_->data = old_;                                                                           \
        *where_ = new_;                                                                            \
    } while (0)

// What set() does for a number of `size` bytes. Eight bytes need not be aligned on i386.
static inline __attribute__((always_inline)) void
door_put_number(struct machine *m, const void *where, const void *value, u32 size)
{
    if (size == 1)
        PUT_NUMBER(m, where, u8, *(const u8 *)value);
    else if (size == 2)
        PUT_NUMBER(m, where, u16, *(const u16 *)value);
    else if (size == 4)
        PUT_NUMBER(m, where, u32, *(const u32 *)value);
    else
        PUT_NUMBER(m, where, u64_i386, *(const u64_i386 *)value);
}

#define IS_NUMBER(value)                                                                           \
    _Generic((value), u8 : 1, s8 : 1, u16 : 1, s16 : 1, u32 : 1, s32 : 1, u64 : 1, s64 : 1,        \
             default : 0)

// Stores two words that lie side by side, such as the links of a list, as one change. `where` must
// point into the image.
static inline __attribute__((always_inline)) void set_pair(struct machine *m, const void *where,
                                                           u32 first, u32 second)
{
    struct record *r = m->journal.next;
    u32 *words = (u32 *)(uintptr_t)where;
    u64 old = words[0] | (u64)words[1] << 32, both = first | (u64)second << 32;

    DEBUG_BUG_ON((size_t)((const u8 *)where - machine_image(m)) >=
                 IMAGE_HEAD_SIZE + (size_t)RAM_MAX);
    if (old == both)
        return;
    journal_advance(m, r);
    record_write(r, RECORD_STORE | 8u << 16, (u32)(uintptr_t)where);
    r->data = old;
    memcpy(words, &both, 8);
}

// Two fields of 32 bits that lie side by side: set_both(m, p, mm, active_mm, 0, 0). Their place is
// that of the structure, for the compiler sees only one field behind a field's own address.
#define set_both(m, object, one, other, first, second)                                             \
    do {                                                                                           \
        _Static_assert(offsetof(__typeof__(*(object)), other) ==                                   \
                           offsetof(__typeof__(*(object)), one) + 4,                               \
                       #one " and " #other " lie side by side");                                   \
        set_pair((m), (const u8 *)(object) + offsetof(__typeof__(*(object)), one), (u32)(first),   \
                 (u32)(second));                                                                   \
    } while (0)

// The CPU's stack and frame pointers, both at once.
static inline void set_registers(struct machine *m, u32 esp, u32 ebp)
{
    PUT_NUMBER(m, &cpu(m)->registers, u64_i386, esp | (u64)ebp << 32);
}

// Replaces `size` bytes at `where` by those at `from`. (journal.c)
void door_copy(struct machine *m, const void *where, const void *from, size_t size);
// The same where the caller makes up the new bytes in place, which spares it a copy: what stood
// there is kept as one block, and until the next call of the door it may be written through the
// pointer returned. size is from 1 to 32 KiB. (journal.c)
void *door_rewrite(struct machine *m, const void *where, u32 size);
// The same with a byte repeated. (journal.c)
void door_fill(struct machine *m, const void *where, u8 byte, size_t size);

// One field: set(m, task->state, TASK_INTERRUPTIBLE).
#define set(m, field, value)                                                                       \
    do {                                                                                           \
        __typeof__(field) set_value_ = (value);                                                    \
        _Static_assert(IS_NUMBER(set_value_), "use set_pair() or copy()");                         \
        _Static_assert(                                                                            \
            __builtin_types_compatible_p(__typeof__(&(field)), const __typeof__(field) *),         \
            "only what lies in the image, and so is const, goes through the door");                \
        door_put_number((m), &(field), &set_value_, (u32)sizeof set_value_);                       \
    } while (0)

#define copy(m, where, from, size) door_copy((m), (where), (from), (size))
#define rewrite(m, where)          door_rewrite((m), (where), (u32)sizeof *(where))
#define fill(m, where, byte, size) door_fill((m), (where), (byte), (size))

// ---- Kernel functions ------------------------------------------------------------------------
// A frame on the simulated kernel stack: return address, saved ebp, and 24 bytes for locals. ebp
// points at the saved ebp, so entering and leaving can be undone by arithmetic (history.c).
#define KFRAME_SIZE   32u
#define KFRAME_LOCALS 24u
#define KFRAME_LINK   8u // bytes of return address and saved ebp

struct kframe {
    struct machine *m;
    u64 registers; // the caller's esp and ebp
    u64 inside;    // the function's own, while it calls no other
    u16 symbol;
    bool has_value;
    s32 value;
};

static inline u64 load_registers(const struct machine *m)
{
    return cpu(m)->registers;
}

// The head's first words: their page always counts as touched.
static inline void store_registers(struct machine *m, u64 registers)
{
    ((struct cpu *)(void *)machine_image(m))->registers = registers;
}

// What a call and the function's first push leave on the stack.
union kframe_link {
    struct {
        u32 ebp, return_address;
    };
    u64_i386 both;
};

static inline __attribute__((always_inline)) struct kframe kframe_enter(struct machine *m,
                                                                        enum ksym symbol)
{
    u64 registers = load_registers(m);
    u32 esp = (u32)registers;
    u64 link = registers >> 32 | (u64)ksym_return_address(symbol) << 32;
    u32 address = esp - KFRAME_LINK; // in user mode, a place in the guard
    union kframe_link *where = (union kframe_link *)(uintptr_t)kpointer(m, address);

    journal_reserve(m);
    struct record *r = journal_next(m);

    record_write(r, (u32)RECORD_ENTER | (u32)symbol << 16, address);
    __builtin_prefetch((const void *)((uintptr_t)r + 1024), 1); // a hint: it may point anywhere
    __builtin_prefetch((const void *)((uintptr_t)r + 1088), 1);
    r->data = where->both;
    where->both = link;
    u64 inside = (u64)(esp - KFRAME_SIZE) | (u64)address << 32;

    store_registers(m, inside);
    return (struct kframe){ m, registers, inside, (u16)symbol, false, 0 };
}

static inline __attribute__((always_inline)) void kframe_leave(struct kframe *frame)
{
    struct machine *m = frame->m;

    // Else another stack is loaded: this frame sleeps or is dead.
    if (__builtin_expect(load_registers(m) != frame->inside, 0))
        return;
    struct record *r = journal_next(m);

    if (frame->has_value) {
        record_write_what(r, RECORD_LEAVE_VALUE | (u32)frame->symbol << 16);
        r->data = (u64)(s64)frame->value;
    } else {
        record_write_what(r, RECORD_LEAVE | (u32)frame->symbol << 16);
    }
    store_registers(m, frame->registers);
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
        kfn_.value = (s32)kfn_result_;                                                             \
        kfn_.has_value = true;                                                                     \
        return kfn_result_;                                                                        \
    } while (0)

// The kernel address of this function's locals on the simulated stack (KFRAME_LOCALS bytes).
#define KLOCALS() ((u32)kfn_.registers - KFRAME_SIZE)

// Tells the listeners. (journal.c)
void call_listeners(const struct machine *m, const struct event *event);

// Why, in words: an event for the journal and the listeners.
static inline void note(struct machine *m, enum event_kind kind, s32 a, s32 b, s32 c)
{
    journal_push(m, RECORD_NOTE, kind, (u32)a)->data = (u64)(u32)b | (u64)(u32)c << 32;
    if (m->listener_count && !m->travelling) {
        struct event event = { kind, a, b, c };

        call_listeners(m, &event);
    }
}

#endif
