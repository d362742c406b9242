// The fields of a task in the order and the groups in which people look at them.
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include "report/fields.h"
#include "report/objects.h"

struct field_row {
    enum field_group group;
    const struct field *field;
    kaddr address; // of the field
    char name[40]; // "state", "thread.esp", "signal->pgrp"
};

#define FIELD_ROWS_MAX 256

// Fills the rows for a task: its task_struct, and the structures that belong to it. In each group
// the essential ones come first; with `all` false there are no others. Returns how many, at most
// FIELD_ROWS_MAX.
u32 field_rows(const struct machine *m, const struct task_struct *p, bool all,
               struct field_row *rows);

// Adds a row's value as it is now, or (then not NULL) as it was at another moment.
void field_row_value(const struct machine *m, const struct moment *then,
                     const struct field_row *row, struct strbuf *out);

#endif
