/*
 * Memory for the user interface: a few small blocks, so running out of them is not worth an error
 * path.
 */
#ifndef PROCARIUM_TUI_MEM_H
#define PROCARIUM_TUI_MEM_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* size zeroed bytes; aborts when there is no memory. The caller frees them. */
static inline void *mem_alloc(size_t size)
{
    void *block = calloc(1, size ? size : 1);

    if (!block)
        abort();
    return block;
}

/* The block resized to size bytes; aborts when there is no memory. */
static inline void *mem_resize(void *block, size_t size)
{
    block = realloc(block, size ? size : 1);
    if (!block)
        abort();
    return block;
}

/* A copy of the text; aborts when there is no memory. The caller frees it. */
static inline char *mem_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(mem_alloc(size), text, size);
}

#endif
