// See references.h.
#include "kernel/references.h"

#include "util/bug.h"

#include <stdlib.h>

void add_reference(struct references *r, kaddr to)
{
    if (r->count == r->capacity) {
        r->capacity = r->capacity ? r->capacity * 2 : 256;
        r->to = realloc(r->to, r->capacity * sizeof *r->to);
        BUG_ON(!r->to);
    }
    if (to)
        r->to[r->count++] = to;
}

static int compare_kaddr(const void *a, const void *b)
{
    kaddr x = *(const kaddr *)a, y = *(const kaddr *)b;

    return x < y ? -1 : x > y;
}

void sort_references(struct references *r)
{
    if (r->count)
        qsort(r->to, r->count, sizeof *r->to, compare_kaddr);
}

void finish_references(struct references *r)
{
    free(r->to);
}

u32 references_to(const struct references *r, kaddr to)
{
    u32 low = 0, high = r->count, count = 0;

    while (low < high) {
        u32 middle = low + (high - low) / 2;

        if (r->to[middle] < to)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < r->count && r->to[low + count] == to)
        count++;
    return count;
}

kaddr distinct_reference(const struct references *r, u32 i)
{
    return i > 0 && r->to[i] == r->to[i - 1] ? 0 : r->to[i];
}

u32 count_distinct(const struct references *r)
{
    u32 count = 0;

    for (u32 i = 0; i < r->count; i++)
        count += distinct_reference(r, i) != 0;
    return count;
}
