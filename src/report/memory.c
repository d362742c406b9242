// Reports about memory, by hand: rd, struct, list, and what lies at an address.
#include "mm/vm.h"
#include "procarium/report.h"
#include "report/places.h"
#include "report/text.h"

#include <ctype.h>
#include <string.h>

#define WORDS_PER_LINE 4u
#define RD_WORDS_MAX   65536u
#define LIST_MAX       65536u

// ---- What lies there -----------------------------------------------------------------------------

bool describe_address(const struct machine *m, kaddr address, struct strbuf *out)
{
    struct place place = place_of(m, NULL, address);
    struct strbuf path = STRBUF_INIT;
    u32 inside = address - place.base;

    if (place.kind == PLACE_UNKNOWN)
        return false;
    place_name(m, NULL, &place, out);
    if (inside)
        strbuf_printf(out, place.kind == PLACE_TEXT ? "+0x%x" : " + 0x%x", inside);
    if (place.kind == PLACE_OBJECT && inside && place.type != TYPE_NONE) {
        field_path(place.type, inside, &path);
        if (path.length)
            strbuf_printf(out, " (%s)", strbuf_text(&path));
    }
    strbuf_finish(&path);
    return true;
}

// ---- rd ------------------------------------------------------------------------------------------

static void add_characters(const u8 *bytes, u32 count, struct strbuf *out)
{
    for (u32 i = 0; i < count; i++)
        strbuf_putc(out, bytes[i] >= 0x20 && bytes[i] < 0x7F ? (char)bytes[i] : '.');
}

static void add_words(const struct machine *m, kaddr address, u32 words, struct strbuf *out)
{
    strbuf_printf(out, "%08x: ", address);
    for (u32 i = 0; i < WORDS_PER_LINE; i++) {
        if (i < words)
            strbuf_printf(out, " %08x", *at(m, address + i * 4, u32));
        else
            strbuf_repeat(out, ' ', 9);
    }
    strbuf_puts(out, "   ");
    add_characters(kpointer(m, address), words * 4, out);
    strbuf_repeat(out, ' ', (int)(WORDS_PER_LINE - words) * 4);
}

// The one word of a line most worth a remark: a pointer to something that has a name.
static void add_remark(const struct machine *m, kaddr address, u32 words, struct strbuf *out)
{
    for (u32 i = 0; i < words; i++) {
        u32 value = *at(m, address + i * 4, u32);
        struct place place = place_of(m, NULL, value);

        if (place.kind == PLACE_UNKNOWN || place.kind == PLACE_FRAME ||
            address - place.base < place.size) // within itself: an empty list
            continue;
        strbuf_printf(out, "  %08x = ", value);
        describe_address(m, value, out);
        return;
    }
}

bool report_rd(const struct machine *m, kaddr address, u32 words, struct strbuf *out)
{
    if (address % 4) {
        strbuf_printf(out, "the address %08x is not a multiple of 4", address);
        return false;
    }
    if (words == 0 || words > RD_WORDS_MAX) {
        strbuf_printf(out, "the count must be 1 to %u words", RD_WORDS_MAX);
        return false;
    }
    if (!is_kaddr(m, address, words * 4)) {
        strbuf_printf(out, "%08x and %u words from it are not all in the RAM", address, words);
        return false;
    }
    strbuf_printf(out, "%08x: ", address);
    if (!describe_address(m, address, out))
        strbuf_puts(out, "nothing known");
    strbuf_putc(out, '\n');
    for (u32 done = 0; done < words; done += WORDS_PER_LINE) {
        u32 part = words - done < WORDS_PER_LINE ? words - done : WORDS_PER_LINE;

        add_words(m, address + done * 4, part, out);
        add_remark(m, address + done * 4, part, out);
        strbuf_putc(out, '\n');
    }
    return true;
}

// Bytes that are not mapped are shown as "--------".
bool report_rd_user(const struct machine *m, s32 pid, u32 address, u32 words, struct strbuf *out)
{
    const struct task_struct *p = wanted_task(m, pid, out);

    if (!p)
        return false;
    if (!p->mm || address % 4 || words == 0 || words > RD_WORDS_MAX ||
        words * 4 > TASK_SIZE - address) {
        strbuf_puts(out, !p->mm        ? "this task has no address space"
                         : address % 4 ? "the address is not a multiple of 4"
                                       : "these words are not all below 0xc0000000");
        return false;
    }
    if (!find_pte(m, mm_at(m, p->mm), address) || !*find_pte(m, mm_at(m, p->mm), address)) {
        strbuf_printf(out, "task %d has no page at %08x", pid, address);
        return false;
    }
    for (u32 done = 0; done < words; done += WORDS_PER_LINE) {
        u32 part = words - done < WORDS_PER_LINE ? words - done : WORDS_PER_LINE;
        u8 bytes[WORDS_PER_LINE * 4];
        u32 got = read_user_bytes(m, mm_at(m, p->mm), address + done * 4, bytes, part * 4);

        strbuf_printf(out, "%08x: ", address + done * 4);
        for (u32 i = 0; i < part; i++) {
            u32 word = 0;

            memcpy(&word, bytes + i * 4, 4);
            if (i * 4 < got)
                strbuf_printf(out, " %08x", word);
            else
                strbuf_puts(out, " --------");
        }
        strbuf_repeat(out, ' ', (int)(WORDS_PER_LINE - part) * 9 + 3);
        add_characters(bytes, got, out);
        strbuf_putc(out, '\n');
    }
    return true;
}

// ---- struct --------------------------------------------------------------------------------------

static void add_structure(const struct machine *m, enum ktype type, kaddr base, int indent,
                          struct strbuf *out);

static bool is_zero(const u8 *bytes, u32 size)
{
    for (u32 i = 0; i < size; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

static void add_element(const struct machine *m, const struct field *f, kaddr address, int indent,
                        struct strbuf *out)
{
    if (f->kind == KIND_STRUCT) {
        strbuf_puts(out, "{\n");
        add_structure(m, (enum ktype)f->what, address, indent + 2, out);
        strbuf_repeat(out, ' ', indent);
        strbuf_putc(out, '}');
    } else {
        field_value(m, NULL, f, kpointer(m, address), address, out);
    }
}

// Elements of an array that are all zero bytes, or empty lists, are left out and counted.
static void add_array(const struct machine *m, const struct field *f, kaddr address, int indent,
                      struct strbuf *out)
{
    u32 left_out = 0;

    strbuf_puts(out, "{\n");
    for (u32 i = 0; i < f->count; i++) {
        kaddr element = address + i * f->size;
        bool is_empty = f->kind == KIND_LIST && list_at(m, element)->next == element;

        if (is_empty || is_zero(kpointer(m, element), f->size)) {
            left_out++;
            continue;
        }
        strbuf_repeat(out, ' ', indent + 2);
        strbuf_printf(out, "[%u] = ", i);
        add_element(m, f, element, indent + 2, out);
        strbuf_putc(out, '\n');
    }
    strbuf_repeat(out, ' ', indent);
    strbuf_putc(out, '}');
    if (left_out)
        strbuf_printf(out, " and %u %s", left_out, f->kind == KIND_LIST ? "empty" : "zero");
}

static void add_structure(const struct machine *m, enum ktype type, kaddr base, int indent,
                          struct strbuf *out)
{
    const struct ktype_info *info = ktype_info(type);

    for (u32 i = 0; i < info->count; i++) {
        const struct field *f = &info->fields[i];
        kaddr address = base + f->offset;

        strbuf_repeat(out, ' ', indent);
        strbuf_printf(out, "%s = ", f->name);
        if (f->count > 1)
            add_array(m, f, address, indent, out);
        else
            add_element(m, f, address, indent, out);
        strbuf_putc(out, '\n');
    }
}

// Does a structure of type `wanted` begin at this offset of a type, at any level?
static bool begins_at(enum ktype type, u32 offset, enum ktype wanted)
{
    while (type != wanted || offset) {
        const struct field *f = field_at(type, offset);

        if (!f || (f->kind != KIND_STRUCT && !(f->kind == KIND_LIST && wanted == TYPE_LIST_HEAD)))
            return false;
        offset = (offset - f->offset) % f->size;
        type = f->kind == KIND_LIST ? TYPE_LIST_HEAD : (enum ktype)f->what;
        if (f->kind == KIND_LIST)
            return offset == 0;
    }
    return true;
}

// The cpu lies in the head of the image: it has no kernel address.
bool report_struct(const struct machine *m, const char *type, kaddr address, struct strbuf *out)
{
    enum ktype t = ktype_by_name(type);

    if (t == TYPE_NONE || t == TYPE_CPU) {
        strbuf_puts(out, "there is no structure “");
        strbuf_add_visible(out, type, strlen(type));
        strbuf_puts(out,
                    "”: task_struct, mm_struct, vm_area_struct and page are some (Tab has all)");
        return false;
    }
    if (address % 4 || !is_kaddr(m, address, ktype_info(t)->size)) {
        strbuf_printf(out, "no struct %s can lie at %08x: %s", ktype_info(t)->name, address,
                      address % 4 ? "not a multiple of 4" : "not all in the RAM");
        return false;
    }
    struct place place = place_of(m, NULL, address);
    strbuf_printf(out, "struct %s at %08x, %u bytes", ktype_info(t)->name, address,
                  ktype_info(t)->size);
    if (place.kind == PLACE_OBJECT && !begins_at(place.type, address - place.base, t)) {
        strbuf_puts(out, " (but this is ");
        describe_address(m, address, out);
        strbuf_putc(out, ')');
    }
    strbuf_putc(out, '\n');
    add_structure(m, t, address, 2, out);
    return true;
}

// ---- list ----------------------------------------------------------------------------------------

bool report_list(const struct machine *m, kaddr address, struct strbuf *out)
{
    if (!has_kernel(m)) {
        strbuf_puts(out, "the machine is off");
        return false;
    }
    kaddr head = address ? address : kaddr_of(m, &kernel(m)->init_task.tasks);
    kaddr link = head;
    u32 count = 0;

    if (head % 4 || !is_kaddr(m, head, sizeof(struct list_head))) {
        strbuf_printf(out, "no list_head can lie at %08x", head);
        return false;
    }
    strbuf_puts(out, "  LINK      NEXT      PREV      IN\n");
    do {
        if (link % 4 || !is_kaddr(m, link, sizeof(struct list_head))) {
            strbuf_printf(out, "  %08x leads out of the RAM: this is no circle\n", link);
            return true;
        }
        const struct list_head *l = list_at(m, link);

        strbuf_printf(out, "  %08x  %08x  %08x  ", link, l->next, l->prev);
        describe_address(m, link, out);
        strbuf_putc(out, '\n');
        if (is_kaddr(m, l->next, sizeof *l) && list_at(m, l->next)->prev != link)
            strbuf_puts(out, "            (the next one's prev does not lead back here)\n");
        link = l->next;
        count++;
    } while (link != head && count < LIST_MAX);
    if (link != head)
        strbuf_printf(out, "  no circle after %u links\n", count);
    else
        strbuf_printf(out, "  %u link%s, and back at %08x\n", count, count == 1 ? "" : "s", head);
    return true;
}
