// The kernel's symbol table: every traced function, its source file and what it is for.
#ifndef MACHINE_KSYM_H
#define MACHINE_KSYM_H

#include "procarium/types.h"

enum ksym {
#define X(name, file, purpose) KSYM_##name,
#include "machine/ksym.def"
#undef X
    KSYM_COUNT
};

// Kernel text begins at physical 1 MB. Every function gets 256 bytes of it, in the table's order.
#define KERNEL_TEXT 0xC0100000u
#define KSYM_SIZE   0x100u

static inline kaddr ksym_address(enum ksym symbol)
{
    return KERNEL_TEXT + (u32)symbol * KSYM_SIZE;
}

// What a call made by this function's frame leaves on the stack: an address inside it.
static inline kaddr ksym_return_address(enum ksym symbol)
{
    return ksym_address(symbol) + 0x1B;
}

struct ksym_info {
    const char *name;
    const char *file;    // in the kernel's tree
    const char *purpose; // in plain words, for people
};

const struct ksym_info *ksym_info(enum ksym symbol);
// The symbol whose text an address lies in, or KSYM_COUNT.
enum ksym ksym_at(kaddr address);

#endif
