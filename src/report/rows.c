// See rows.h.
#include "report/rows.h"

#include "procarium/report.h"

#include <stdio.h>
#include <string.h>

struct row_list {
    struct field_row *rows;
    u32 count;
    enum field_group group;
    bool essential; // wanted now: the essential ones, or the others
};

static void add_row(struct row_list *list, const struct field *f, kaddr address, const char *prefix)
{
    if (list->count == FIELD_ROWS_MAX || f->essential != list->essential)
        return;
    struct field_row *row = &list->rows[list->count++];

    row->group = list->group;
    row->field = f;
    row->address = address;
    snprintf(row->name, sizeof row->name, "%s%s", prefix, f->name);
}

// The fields of one structure inside a structure: all of them belong where it stands.
static void add_inner(struct row_list *list, enum ktype type, kaddr base, const char *prefix)
{
    const struct ktype_info *info = ktype_info(type);

    for (u32 i = 0; i < info->count; i++) {
        const struct field *f = &info->fields[i];

        if (f->group == GROUP_NONE || f->count > 1 || f->kind == KIND_BYTES)
            continue;
        if (f->kind != KIND_STRUCT)
            add_row(list, f, base + f->offset, prefix);
    }
}

static void add_structure(struct row_list *list, enum ktype type, kaddr base, const char *prefix)
{
    const struct ktype_info *info = ktype_info(type);
    char inner[40];

    for (u32 i = 0; i < info->count; i++) {
        const struct field *f = &info->fields[i];

        if (f->group != list->group || f->count > 1)
            continue;
        if (f->kind == KIND_STRUCT) {
            snprintf(inner, sizeof inner, "%s%s.", prefix, f->name);
            add_inner(list, (enum ktype)f->what, base + f->offset, inner);
        } else if (f->kind != KIND_BYTES) {
            add_row(list, f, base + f->offset, prefix);
        }
    }
}

u32 field_rows(const struct machine *m, const struct task_struct *p, bool all,
               struct field_row *rows)
{
    struct row_list list = { .rows = rows };
    const struct {
        enum ktype type;
        kaddr base;
        const char *prefix;
    } structures[] = {
        { TYPE_TASK_STRUCT, kaddr_of(m, p), "" },
        { TYPE_USER_STRUCT, p->user, "user->" },
        { TYPE_MM_STRUCT, p->mm, "mm->" },
        { TYPE_FILES_STRUCT, p->files, "files->" },
        { TYPE_FS_STRUCT, p->fs, "fs->" },
        { TYPE_SIGNAL_STRUCT, p->signal, "signal->" },
        { TYPE_SIGHAND_STRUCT, p->sighand, "sighand->" },
        { TYPE_THREAD_INFO, p->thread_info, "thread_info->" },
    };

    for (u32 i = 0; i < (GROUP_COUNT - 1u) * 2; i++) { // in each group the essential ones first
        list.group = (enum field_group)(GROUP_NONE + 1u + i / 2);
        list.essential = i % 2 == 0;
        for (u32 k = 0; k < sizeof structures / sizeof structures[0]; k++) {
            kaddr base = structures[k].base;

            if ((all || list.essential) && base &&
                is_kaddr(m, base, ktype_info(structures[k].type)->size))
                add_structure(&list, structures[k].type, base, structures[k].prefix);
        }
    }
    return list.count;
}

void field_row_value(const struct machine *m, const struct moment *then,
                     const struct field_row *row, struct strbuf *out)
{
    u8 bytes[64];
    u32 size = row->field->size < sizeof bytes ? row->field->size : (u32)sizeof bytes;

    moment_get(then, m, kaddr_to_offset(row->address), bytes, size);
    field_value(m, then, row->field, bytes, row->address, out);
}

// Does a name end where the row's name does, or choose one link of a list_head?
static bool is_whole_field(const struct field_row *row, const char *rest)
{
    bool is_link = strcmp(rest, ".next") == 0 || strcmp(rest, ".prev") == 0;

    return row->field->kind == KIND_LIST ? is_link : *rest == '\0';
}

static bool is_number(const struct field *f)
{
    return f->kind == KIND_LIST || (f->size <= 4 && f->kind != KIND_STRING &&
                                    f->kind != KIND_STRUCT && f->kind != KIND_BYTES);
}

static bool find_register(const struct machine *m, const struct task_struct *p, const char *name,
                          struct field_row *row)
{
    const struct ktype_info *info = ktype_info(TYPE_PT_REGS);
    const struct pt_regs *regs = regs_or_null(m, p);

    for (u32 i = 0; regs && i < info->count; i++) {
        if (strcmp(info->fields[i].name, name) != 0)
            continue;
        row->field = &info->fields[i];
        row->address = kaddr_of(m, regs) + row->field->offset;
        return true;
    }
    return false;
}

static bool find_row(const struct machine *m, const struct task_struct *p, const char *name,
                     struct field_row *found)
{
    static const char regs[] = "pt_regs->";
    struct field_row rows[FIELD_ROWS_MAX];

    if (strncmp(name, regs, sizeof regs - 1) == 0)
        return find_register(m, p, name + sizeof regs - 1, found);
    u32 count = field_rows(m, p, true, rows);
    for (u32 i = 0; i < count; i++) {
        size_t length = strlen(rows[i].name);

        if (strncmp(rows[i].name, name, length) != 0 || !is_whole_field(&rows[i], name + length))
            continue;
        *found = rows[i];
        if (strcmp(name + length, ".prev") == 0)
            found->address += (u32)offsetof(struct list_head, prev);
        return true;
    }
    return false;
}

bool task_field(const struct machine *m, s32 pid, const char *name, s64 *value)
{
    const struct task_struct *p = find_task(m, pid);
    struct field_row row;
    u32 bits = 0;

    if (!p || !find_row(m, p, name, &row) || !is_number(row.field))
        return false;
    memcpy(&bits, kpointer(m, row.address), row.field->kind == KIND_LIST ? 4 : row.field->size);
    bool is_signed = row.field->kind == KIND_SIGNED && row.field->size == 4;
    *value = is_signed ? (s64)(s32)bits : (s64)bits;
    return true;
}
