// See user_memory.h.
#include "user_memory.h"

#include "kernel/mmap.h"

#include <string.h>

uaddr heap_of(const struct booted *b, s32 pid)
{
    return mm_of(b, pid)->start_brk;
}

uaddr map_anonymous(struct booted *b, s32 pid, u32 pages, u32 how)
{
    return (uaddr)CALL(b, pid, mmap, 0, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
                       how | MAP_ANONYMOUS);
}

bool put(struct booted *b, s32 pid, uaddr address, const char *text)
{
    return store(b, pid, address, text, (u32)strlen(text));
}

bool holds(const struct booted *b, s32 pid, uaddr address, const char *text)
{
    char bytes[64] = "";
    u32 size = (u32)strlen(text);

    return read_user_bytes(b->m, mm_of(b, pid), address, bytes, size) == size &&
           memcmp(bytes, text, size) == 0;
}

int fault_kind(const struct booted *b)
{
    for (u32 i = b->count; i-- > 0;)
        if (b->heard[i].kind == EVENT_FAULT)
            return (int)FAULT_EVENT_KIND(b->heard[i].c);
    return -1;
}
