// Memory that a text is parsed into: blocks that are filled from the front.
#include "script/arena.h"

#include "util/bug.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 0x4000u
#define ALIGNMENT  16u

struct arena_block {
    struct arena_block *next;
    _Alignas(ALIGNMENT) u8 bytes[];
};

static void add_block(struct arena *a, size_t size)
{
    struct arena_block *b = calloc(1, sizeof *b + size);

    BUG_ON(!b);
    b->next = a->blocks;
    a->blocks = b;
    a->used = 0;
    a->capacity = size;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);

    if (!a->blocks || a->capacity - a->used < rounded)
        add_block(a, rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE);
    void *p = a->blocks->bytes + a->used;
    a->used += rounded;
    return p;
}

char *arena_copy(struct arena *a, const char *bytes, size_t length)
{
    char *text = arena_alloc(a, length + 1);

    if (length)
        memcpy(text, bytes, length);
    return text;
}

void arena_finish(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;

        free(a->blocks);
        a->blocks = next;
    }
    *a = (struct arena){ 0 };
}
