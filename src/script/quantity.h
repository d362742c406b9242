// Named quantities: the numbers about the machine that `expect` compares and `let` keeps.
#ifndef SCRIPT_QUANTITY_H
#define SCRIPT_QUANTITY_H

#include "script/session.h"

#define QUANTITY_WORDS_MAX 2

struct quantity {
    const char *name;
    u32 words;         // that it needs behind its name: a PID, a slab cache …
    const char *usage; // "children PID"
    const char *help;  // one clause
    bool is_of_image;  // depends on the image alone, so that `let` may keep it
    // `words` point to that many words. False with the session's diagnosis set.
    bool (*get)(struct session *s, const struct word *words, s64 *value);
};

extern const struct quantity quantities[];
extern const u32 quantity_count;

// Where the journal, up to where the machine stands, has the newest event of a kind. False if nowhere.
bool newest_event(const struct machine *m, enum event_kind kind, u64 *position);
// That of a task's objects which stands at `index` in SHARED_OBJECTS, or 0.
kaddr shared_object(const struct task_struct *p, u32 index);

// By the word that names it, or NULL.
const struct quantity *find_quantity(const struct word *w);

#endif
