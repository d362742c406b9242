// An arena: memory that is given back all at once, for what a text is parsed into.
#ifndef SCRIPT_ARENA_H
#define SCRIPT_ARENA_H

#include "procarium/types.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; // the newest first
    size_t used, capacity;      // of the newest
};

// Zeroed memory, aligned for any object. Never NULL: the host being out of memory is fatal.
void *arena_alloc(struct arena *a, size_t size);
// A copy of `length` bytes with a NUL behind.
char *arena_copy(struct arena *a, const char *bytes, size_t length);
void arena_finish(struct arena *a);

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
