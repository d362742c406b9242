// See ksym.h.
#include "machine/ksym.h"

#include "util/bug.h"

static const struct ksym_info table[] = {
#define X(name, file, purpose) { #name, file, purpose },
#include "machine/ksym.def"
#undef X
};

const struct ksym_info *ksym_info(enum ksym symbol)
{
    BUG_ON(symbol >= KSYM_COUNT);
    return &table[symbol];
}

enum ksym ksym_at(kaddr address)
{
    u32 index = (address - KERNEL_TEXT) / KSYM_SIZE;

    return address >= KERNEL_TEXT && index < KSYM_COUNT ? (enum ksym)index : KSYM_COUNT;
}
