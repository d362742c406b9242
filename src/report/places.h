// What lies at an address: finding the object that a kernel address belongs to, and naming it.
#ifndef REPORT_PLACES_H
#define REPORT_PLACES_H

#include "report/fields.h"
#include "report/objects.h"

enum place_kind {
    PLACE_UNKNOWN,
    PLACE_TEXT,   // kernel code
    PLACE_OBJECT, // a structure of the type table; or, with TYPE_NONE, bytes of a slab object
    PLACE_STACK,  // a task's kernel stack area (thread_info and pt_regs are objects in it)
    PLACE_FRAME   // a page frame with no known structure
};

struct place {
    enum place_kind kind;
    enum ktype type;   // of an object
    kaddr base;        // where it begins
    u32 size;          // bytes
    kaddr cache;       // kmem_cache that it comes from, or 0
    kaddr task;        // the task that it belongs to, where that is known; or 0
    const char *label; // what it is called when it has no type: "pidmap" …; static text or NULL
};

// Finds out what lies at a kernel address, now or (then not NULL) at another moment.
// PLACE_UNKNOWN if nobody knows.
struct place place_of(const struct machine *m, const struct moment *then, kaddr address);

// Adds the object's name: "task 3", "stack of 3", "signal_struct c7f01234", "kernel".
// With `then` (may be NULL), pids are read as they were at that moment.
void place_name(const struct machine *m, const struct moment *then, const struct place *place,
                struct strbuf *out);

#endif
