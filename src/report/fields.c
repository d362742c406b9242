// See fields.h.
#include "report/fields.h"

#include "mm/vm.h"

#include "procarium/report.h"
#include "report/objects.h"

#include <string.h>

static const struct ktype_info no_type = { "", 0, NULL, 0 };

static const char *const group_names[GROUP_COUNT] = {
    [GROUP_NONE] = "other",    [GROUP_IDENTITY] = "identity",     [GROUP_STATE] = "state",
    [GROUP_USE] = "use",       [GROUP_SCHEDULING] = "scheduling", [GROUP_FAMILY] = "family",
    [GROUP_MEMORY] = "memory", [GROUP_FILES] = "files & fs",      [GROUP_SIGNALS] = "signals",
    [GROUP_TIMES] = "times",   [GROUP_STACK] = "kernel stack",
};

// In the order of enum field_group, from GROUP_IDENTITY on.
const char report_task_groups[] =
    "identity state use scheduling family memory files signals times stack all";

const char *field_group_name(enum field_group group)
{
    return group < GROUP_COUNT ? group_names[group] : "";
}

const struct ktype_info *ktype_info(enum ktype type)
{
    if (type >= TYPE_COUNT)
        return &no_type;
    if (task_types[type].name)
        return &task_types[type];
    if (memory_types[type].name)
        return &memory_types[type];
    if (file_types[type].name)
        return &file_types[type];
    return kernel_types[type].name ? &kernel_types[type] : &no_type;
}

enum ktype ktype_by_name(const char *name)
{
    if (strncmp(name, "struct ", 7) == 0)
        name += 7;
    for (enum ktype type = TYPE_NONE + 1; type < TYPE_COUNT; type++) {
        if (strcmp(ktype_info(type)->name, name) == 0)
            return type;
    }
    return TYPE_NONE;
}

const struct field *field_at(enum ktype type, u32 offset)
{
    const struct ktype_info *info = ktype_info(type);
    u32 low = 0, high = info->count;

    while (low < high) { // the last field that starts at or before the offset
        u32 middle = (low + high) / 2;

        if (info->fields[middle].offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct field *f = &info->fields[low - 1];
    return offset - f->offset < f->size * f->count ? f : NULL;
}

// Signals count from 1: action[8] is what the kernel's array has at 8, for signal 9.
static void add_element(const struct field *f, u32 index, struct strbuf *out)
{
    if (f->count > 1)
        strbuf_printf(out, "[%u]", index);
}

struct field_path field_path(enum ktype type, u32 offset, struct strbuf *out)
{
    struct field_path path = { NULL, 0, type };
    u32 base = 0;

    for (;;) {
        const struct field *f = field_at(type, offset - base);

        if (!f)
            return path;
        u32 index = (offset - base - f->offset) / f->size;
        if (out) {
            if (path.field)
                strbuf_putc(out, '.');
            strbuf_puts(out, f->name);
            add_element(f, index, out);
        }
        base += f->offset + index * f->size;
        path = (struct field_path){ f, base, type };
        if (f->kind != KIND_STRUCT)
            return path;
        type = (enum ktype)f->what;
    }
}

// ---- Values ----------------------------------------------------------------------------------

static u64 read_number(const void *bytes, u32 size, bool is_signed)
{
    u64 value = 0;

    memcpy(&value, bytes, size < 8 ? size : 8);
    if (is_signed && size < 8 && value >> (size * 8 - 1) & 1)
        value |= ~0ull << size * 8;
    return value;
}

static void add_sigset(const void *bytes, struct strbuf *out)
{
    struct sigset set;
    u32 count = 0, shown = 0;
    char buffer[16];

    memcpy(&set, bytes, sizeof set);
    for (s32 signal = 1; signal <= _NSIG; signal++)
        count += sigismember(&set, signal);
    if (count == 0)
        strbuf_puts(out, "none");
    else if (count == _NSIG)
        strbuf_puts(out, "all");
    for (s32 signal = 1; signal <= _NSIG && count < _NSIG; signal++) {
        if (!sigismember(&set, signal))
            continue;
        if (shown == 8) {
            strbuf_printf(out, " and %u more", count - shown);
            break;
        }
        strbuf_printf(out, "%s%s", shown ? " " : "", signal_text(signal, buffer, sizeof buffer));
        shown++;
    }
}

static void add_list(const void *bytes, kaddr self, struct strbuf *out)
{
    struct list_head list;

    memcpy(&list, bytes, sizeof list);
    if (self && list.next == self && list.prev == self)
        strbuf_puts(out, "empty");
    else if (list.next == LIST_POISON1 && list.prev == LIST_POISON2)
        strbuf_puts(out, "removed");
    else if (!list.next && !list.prev)
        strbuf_puts(out, "0");
    else
        strbuf_printf(out, "next %08x prev %08x", list.next, list.prev);
}

static void add_address(const struct machine *m, const struct moment *then, const struct field *f,
                        kaddr address, struct strbuf *out)
{
    if (!address) {
        strbuf_puts(out, "NULL");
        return;
    }
    strbuf_printf(out, "%08x", address);
    if (m && f->what == TYPE_TASK_STRUCT && task_or_null(m, address)) {
        strbuf_puts(out, " (");
        add_task_name_then(m, then, address, out);
        strbuf_putc(out, ')');
    }
}

static void add_code(kaddr address, struct strbuf *out)
{
    enum ksym symbol = ksym_at(address);

    strbuf_printf(out, "%08x", address);
    if (symbol == KSYM_COUNT)
        return;
    strbuf_printf(out, " <%s", ksym_info(symbol)->name);
    if (address != ksym_address(symbol))
        strbuf_printf(out, "+0x%x", address - ksym_address(symbol));
    strbuf_putc(out, '>');
}

static void add_name(const struct field *f, u32 value, struct strbuf *out)
{
    const char *name = name_of((enum name_set)f->what, value);
    const char *zero = f->what == NAMES_STATE && strcmp(f->name, "exit_state") == 0 ? "0" : NULL;

    if (zero && value == 0)
        strbuf_puts(out, zero);
    else if (name)
        strbuf_printf(out, "%d %s", (s32)value, name);
    else
        strbuf_printf(out, "%d", (s32)value);
}

static void add_handler(u32 handler, struct strbuf *out)
{
    if (handler == SIG_DFL)
        strbuf_puts(out, "SIG_DFL");
    else if (handler == SIG_IGN)
        strbuf_puts(out, "SIG_IGN");
    else
        strbuf_printf(out, "%08x", handler);
}

static void add_signal(s32 signal, struct strbuf *out)
{
    char buffer[16];

    if (signal > 0 && signal <= _NSIG)
        strbuf_printf(out, "%d %s", signal, signal_text(signal, buffer, sizeof buffer));
    else
        strbuf_printf(out, "%d", signal);
}

static void add_status(u32 status, struct strbuf *out)
{
    strbuf_printf(out, "%d", (s32)status);
    if (status) {
        strbuf_puts(out, " (");
        wait_status_text(status, out);
        strbuf_putc(out, ')');
    }
}

static void add_string(const void *bytes, u32 size, struct strbuf *out)
{
    strbuf_putc(out, '"');
    add_text(bytes, size, out);
    strbuf_putc(out, '"');
}

// "002a3067 (P RW U A D)": the frame is all but the last three digits.
static void add_entry(u32 entry, struct strbuf *out)
{
    static const struct {
        u32 bit;
        const char *name;
    } bits[] = { { _PAGE_PRESENT, "P" },
                 { _PAGE_RW, "RW" },
                 { _PAGE_USER, "U" },
                 { _PAGE_ACCESSED, "A" },
                 { _PAGE_DIRTY, "D" } };
    const char *between = " (";

    strbuf_printf(out, "%08x", entry);
    for (u32 i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        if (!(entry & bits[i].bit))
            continue;
        strbuf_printf(out, "%s%s", between, bits[i].name);
        between = " ";
    }
    if (*between && between[1] == '\0')
        strbuf_putc(out, ')');
}

void field_value(const struct machine *m, const struct moment *then, const struct field *f,
                 const void *bytes, kaddr self, struct strbuf *out)
{
    u64 number = read_number(bytes, f->size, f->kind == KIND_SIGNED);
    u32 word = (u32)number;

    switch ((enum field_kind)f->kind) {
    case KIND_SIGNED:
        strbuf_printf(out, "%lld", (long long)number);
        break;
    case KIND_UNSIGNED:
        strbuf_printf(out, "%llu", (unsigned long long)number);
        break;
    case KIND_ENTRY:
        add_entry(word, out);
        break;
    case KIND_HEX:
        strbuf_printf(out, "0x%llx", (unsigned long long)number);
        break;
    case KIND_OCTAL:
        strbuf_printf(out, "%03o", word);
        break;
    case KIND_USER:
        strbuf_printf(out, word ? "%08x" : "0", word);
        break;
    case KIND_ADDRESS:
        add_address(m, then, f, word, out);
        break;
    case KIND_CODE:
        add_code(word, out);
        break;
    case KIND_LIST:
        add_list(bytes, self, out);
        break;
    case KIND_STRING:
        add_string(bytes, f->size, out);
        break;
    case KIND_SIGSET:
        add_sigset(bytes, out);
        break;
    case KIND_FLAGS:
        names_of_flags((enum name_set)f->what, word, out);
        break;
    case KIND_NAME:
        add_name(f, word, out);
        break;
    case KIND_SIGNAL:
        add_signal((s32)word, out);
        break;
    case KIND_STATUS:
        add_status(word, out);
        break;
    case KIND_HANDLER:
        add_handler(word, out);
        break;
    case KIND_STRUCT:
    case KIND_BYTES:
        strbuf_printf(out, "%u bytes", f->size);
        break;
    }
}
