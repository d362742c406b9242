// Reports about tasks: ps, pstree, task.
#include "procarium/report.h"

#include "report/rows.h"
#include "report/text.h"
#include "report/tree.h"

#include <stdlib.h>
#include <string.h>

const struct task_struct *wanted_task(const struct machine *m, s32 pid, struct strbuf *out)
{
    const struct task_struct *p = find_task(m, pid);

    if (!p)
        strbuf_printf(out, "no task has PID %d", pid);
    return p;
}

s32 parent_pid(const struct machine *m, const struct task_struct *p)
{
    const struct task_struct *parent = task_or_null(m, p->real_parent);

    return parent ? parent->pid : 0;
}

// ---- ps ------------------------------------------------------------------------------------------

// printf's width counts bytes: this pads by characters.
void add_padded(struct strbuf *out, const char *text, int width)
{
    strbuf_puts(out, text);
    for (const char *c = text; *c; c++)
        width -= (*c & 0xC0) != 0x80;
    strbuf_repeat(out, ' ', width > 1 ? width : 1);
}

// A right-aligned number. There may be tens of thousands of lines: printf would take most of the
// time.
static void add_number(struct strbuf *out, s32 value, u32 width)
{
    char digits[16];
    u32 rest = value < 0 ? 0u - (u32)value : (u32)value, at_digit = sizeof digits;

    do {
        digits[--at_digit] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        digits[--at_digit] = '-';
    while (sizeof digits - at_digit < width && at_digit > 0)
        digits[--at_digit] = ' ';
    strbuf_add(out, digits + at_digit, sizeof digits - at_digit);
}

static void add_address(struct strbuf *out, kaddr address)
{
    char text[8];

    for (u32 i = 8; i-- > 0; address >>= 4)
        text[i] = "0123456789abcdef"[address & 15];
    strbuf_add(out, text, sizeof text);
}

static void add_ps_line(const struct machine *m, const struct task_struct *p, struct strbuf *comm,
                        struct strbuf *out)
{
    static const char killed[] = "killed by "; // the signal's name will do, as for who is stopped
    char letter[] = { ' ', ' ', task_state_letter(p), ' ' };

    strbuf_putc(out, p == current_or_null(m) ? '>' : ' ');
    strbuf_putc(out, p->pid && p->pid == console(m)->focus ? '*' : ' ');
    add_number(out, p->pid, 6);
    add_number(out, p->tgid, 7);
    add_number(out, parent_pid(m, p), 7);
    strbuf_add(out, letter, sizeof letter);
    add_number(out, p->prio, 5);
    add_number(out, p->static_prio - 120, 4);
    strbuf_puts(out, "  ");
    add_address(out, kaddr_of(m, p));
    strbuf_puts(out, "  ");
    strbuf_clear(comm);
    add_comm(p, comm);
    size_t end = out->length + comm->length;
    add_padded(out, strbuf_text(comm), 17);
    strbuf_clear(comm);
    add_about(m, p, comm);
    const char *about = strbuf_text(comm);
    strbuf_puts(out, strncmp(about, killed, strlen(killed)) == 0 ? about + strlen(killed) : about);
    if (!*about) // nothing to say: no blanks at the end of the line
        strbuf_truncate(out, end);
    strbuf_putc(out, '\n');
}

void report_ps(const struct machine *m, struct strbuf *out)
{
    struct strbuf comm = STRBUF_INIT;
    u32 count;

    if (!has_kernel(m)) {
        strbuf_puts(out, "the machine is off\n");
        return;
    }
    const struct task_struct **tasks = collect_tasks(m, &count);
    strbuf_puts(out, "     PID   TGID   PPID  ST PRIO  NI  TASK      COMM\n");
    add_ps_line(m, &kernel(m)->init_task, &comm, out);
    for (u32 i = 0; i < count; i++)
        add_ps_line(m, tasks[i], &comm, out);
    strbuf_finish(&comm);
    free(tasks);
}

// ---- pstree --------------------------------------------------------------------------------------

static void add_branches(const struct tree *tree, u32 row, struct strbuf *out)
{
    u64 rails = tree_rails(tree, row);

    for (u32 level = tree->rows[row].depth; level-- > 1;)
        strbuf_puts(out, level < 64 && rails >> level & 1 ? "│  " : "   ");
    if (tree->rows[row].depth)
        strbuf_puts(out, rails & 1 ? "├─ " : "└─ ");
}

void report_pstree(const struct machine *m, struct strbuf *out)
{
    struct tree tree = { .count = 0 };

    tree_build(&tree, m, true);
    if (!tree.count)
        strbuf_puts(out, "the machine is off\n");
    for (u32 i = 0; i < tree.count; i++) {
        const struct tree_row *row = &tree.rows[i];
        const struct task_struct *p = task_at(m, row->task);

        add_branches(&tree, i, out);
        add_task_name(p, out);
        if (row->threads)
            strbuf_printf(out, " {%u thread%s}", row->threads, row->threads == 1 ? "" : "s");
        if (task_state_letter(p) == 'Z') {
            strbuf_puts(out, " <zombie, ");
            add_about(m, p, out);
            strbuf_putc(out, '>');
        }
        if (p == current_or_null(m))
            strbuf_puts(out, " ▶");
        if (p->pid && p->pid == console(m)->focus)
            strbuf_puts(out, " *");
        strbuf_putc(out, '\n');
    }
    tree_finish(&tree);
}

// ---- task ----------------------------------------------------------------------------------------

#define GROUP_BIT(group) (1u << ((u32)(group)-GROUP_IDENTITY))

bool report_task(const struct machine *m, s32 pid, u32 groups, struct strbuf *out)
{
    bool all = groups & GROUP_BIT(GROUP_COUNT);
    u32 wanted = groups & (GROUP_BIT(GROUP_COUNT) - 1);
    const struct task_struct *p = wanted_task(m, pid, out);
    struct field_row rows[FIELD_ROWS_MAX];
    enum field_group group = GROUP_NONE;

    if (!p)
        return false;
    u32 count = field_rows(m, p, all, rows);
    strbuf_puts(out, "task ");
    add_task_name(p, out);
    strbuf_printf(out, ": struct task_struct at %08x, %u bytes; %s\n", kaddr_of(m, p),
                  (u32)sizeof *p, state_letter_text(task_state_letter(p)));
    for (u32 i = 0; i < count; i++) {
        if (wanted && !(wanted & GROUP_BIT(rows[i].group)))
            continue;
        if (rows[i].group != group) {
            group = rows[i].group;
            strbuf_printf(out, "%s\n", field_group_name(group));
        }
        strbuf_puts(out, "  ");
        add_padded(out, rows[i].name, 28);
        field_row_value(m, NULL, &rows[i], out);
        strbuf_putc(out, '\n');
    }
    return true;
}

// The row of another task that has the same name; rows of both are in the same order.
static const struct field_row *same_row(const struct field_row *row, const struct field_row *rows,
                                        u32 count)
{
    for (u32 i = 0; i < count; i++)
        if (rows[i].group == row->group && strcmp(rows[i].name, row->name) == 0)
            return &rows[i];
    return NULL;
}

static void add_difference(const struct machine *m, const struct field_row *a,
                           const struct field_row *b, struct strbuf *out)
{
    struct strbuf one = STRBUF_INIT, other = STRBUF_INIT;

    field_row_value(m, NULL, a, &one);
    field_row_value(m, NULL, b, &other);
    if (strcmp(strbuf_text(&one), strbuf_text(&other)) != 0) {
        strbuf_puts(out, "  ");
        add_padded(out, a->name, 20);
        add_padded(out, strbuf_text(&one), 28);
        strbuf_printf(out, "%s\n", strbuf_text(&other));
    }
    strbuf_finish(&one);
    strbuf_finish(&other);
}

bool report_task_pair(const struct machine *m, s32 pid, s32 other, u32 groups, struct strbuf *out)
{
    const struct task_struct *p = wanted_task(m, pid, out);
    const struct task_struct *q = p ? wanted_task(m, other, out) : NULL;
    struct field_row rows[FIELD_ROWS_MAX], others[FIELD_ROWS_MAX];
    u32 wanted = groups & (GROUP_BIT(GROUP_COUNT) - 1);
    struct strbuf name = STRBUF_INIT;

    if (!q)
        return false;
    u32 count = field_rows(m, p, groups & GROUP_BIT(GROUP_COUNT), rows);
    u32 other_count = field_rows(m, q, groups & GROUP_BIT(GROUP_COUNT), others);
    add_padded(out, "where they differ", 22);
    add_task_name(p, &name);
    add_padded(out, strbuf_text(&name), 28);
    add_task_name(q, out);
    strbuf_putc(out, '\n');
    for (u32 i = 0; i < count; i++) {
        const struct field_row *row = same_row(&rows[i], others, other_count);

        if (row && (!wanted || wanted & GROUP_BIT(row->group)))
            add_difference(m, &rows[i], row, out);
    }
    strbuf_finish(&name);
    return true;
}
