// See procarium/view.h: refreshing, marks, and the task tree.
#include "report/view.h"

#include "procarium/report.h"

#include <stdlib.h>
#include <string.h>

#define MARK_RECORDS_MAX (1u << 20) // a longer way than this between two stops is not looked at

struct view *view_create(void)
{
    return calloc(1, sizeof(struct view));
}

void view_destroy(struct view *v)
{
    if (!v)
        return;
    moment_finish(&v->before);
    tree_finish(&v->tree);
    trace_finish(&v->trace);
    pair_finish(&v->pair);
    owners_finish(&v->owners);
    free(v);
}

void view_put(char *to, size_t size, const struct strbuf *text)
{
    size_t n = text->length < size ? text->length : size - 1;

    if (n < text->length) {
        while (n > 0 && ((u8)text->text[n] & 0xC0) == 0x80)
            n--;
    }
    if (n)
        memcpy(to, text->text, n);
    to[n] = '\0';
}

bool view_differs(const struct view *v, kaddr address, u32 size)
{
    return v->has_marks && is_kaddr(v->m, address, size) &&
           moment_differs(&v->before, v->m, kaddr_to_offset(address), size);
}

static void read_then(const struct view *v, kaddr task, struct task_struct *p)
{
    moment_get(&v->before, v->m, kaddr_to_offset(task), p, sizeof *p);
}

bool view_was_live(const struct view *v, kaddr task, s32 pid)
{
    struct task_struct p;

    if (!v->has_marks || !task_or_null(v->m, task))
        return false;
    read_then(v, task, &p);
    return p.pid == pid && p.pids[PIDTYPE_PID].nr == pid;
}

// ---- Refreshing ----------------------------------------------------------------------------------

static bool has_moved(const struct view *v, const struct machine *m)
{
    const struct history *h = &m->history;

    return v->m != m || v->record != record_cursor(m) || v->cuts != h->cuts || v->run != h->run ||
           v->count != h->count;
}

// The journal position of the stop before, or of the place where time branched since. False if
// the journal no longer knows.
static bool find_base(const struct view *v, const struct machine *m, u64 *base)
{
    const struct history *h = &m->history;

    *base = v->record;
    if (v->m != m || h->cuts - v->cuts > 1)
        return false;
    if (h->cuts != v->cuts && h->cut < *base)
        *base = h->cut;
    return true;
}

// The task on the CPU at the stop before: from its stack pointer, as now.
static kaddr find_then_current(const struct view *v)
{
    struct cpu c;
    kaddr task;

    moment_get(&v->before, v->m, (u32)offsetof(struct image_head, cpu), &c, sizeof c);
    if (c.mode == CPU_OFF || !c.thread_size)
        return 0;
    kaddr base = (c.mode == CPU_USER ? c.tss_esp0 - 1 : c.esp) & ~(c.thread_size - 1);
    if (!is_kaddr(v->m, base, sizeof(struct thread_info)))
        return 0;
    moment_get(&v->before, v->m, kaddr_to_offset(base), &task, sizeof task);
    return task;
}

// How many rows of the old tree are no more, and after which new row each stands (one-based row
// numbers in after[]; 0 = not a ghost).
static u32 find_ghosts(const struct view *v, const struct tree *old, u32 *after)
{
    const struct tree *tree = &v->tree;
    u32 ghosts = 0, last = 1;

    for (u32 i = 0; i < old->count; i++) {
        const struct tree_row *row = &old->rows[i];
        s32 at_row = tree_row_of(tree, row->pid);

        if (at_row >= 0 && tree->rows[at_row].task == row->task) {
            last = (u32)at_row + 1;
            continue;
        }
        if (!view_was_live(v, row->task, row->pid)) // in a future that was cut off
            continue;
        // Below what stood above it; if that was no ancestor, below its descendants too.
        while (last < tree->count && tree->rows[last - 1].depth >= row->depth &&
               tree->rows[last].depth > row->depth)
            last++;
        after[i] = last;
        ghosts++;
    }
    return ghosts;
}

// Puts the ghosts of the old tree among the rows of the new one. Ghosts at one place form a chain
// in the order of the old tree; all numbers are one-based, 0 ends.
static void add_ghosts(struct view *v, const struct tree *old)
{
    struct tree *tree = &v->tree;
    u32 *after = calloc(old->count + 1, sizeof *after);
    BUG_ON(!after);
    u32 ghosts = find_ghosts(v, old, after), count = 0;
    u32 *first = calloc(tree->count + 1, sizeof *first);
    u32 *next = calloc(old->count + 1, sizeof *next);
    u32 capacity = tree->count + ghosts + 16;
    struct tree_row *rows = malloc(capacity * sizeof *rows);

    BUG_ON(!first || !next || !rows);
    for (u32 i = old->count; i-- > 0;) {
        if (!after[i])
            continue;
        next[i] = first[after[i] - 1];
        first[after[i] - 1] = i + 1;
    }
    for (u32 k = 0; k < tree->count; k++) {
        rows[count++] = tree->rows[k];
        for (u32 i = first[k]; i; i = next[i - 1]) {
            rows[count] = old->rows[i - 1];
            rows[count++].is_ghost = true;
        }
    }
    free(tree->rows);
    tree->rows = rows;
    tree->count = count;
    tree->capacity = capacity;
    free(after);
    free(first);
    free(next);
    if (!ghosts)
        return;
    tree_link(tree);
    tree_map_pids(tree);
}

// Builds everything anew, from a walk over all tasks.
static void build_rows(struct view *v, bool with_ghosts)
{
    struct tree old = v->tree;
    u32 count;
    const struct task_struct **tasks = collect_tasks(v->m, &count);

    v->tree = (struct tree){ .count = 0 };
    tree_build_from(&v->tree, v->m, tasks, count, v->fold);
    tree_map_pids(&v->tree);
    if (with_ghosts && v->tree.count)
        add_ghosts(v, &old);
    tree_finish(&old);
    view_count_states(v, tasks, count);
    owners_learn_all(&v->owners, v->m, tasks, count, !v->has_marks);
    free(tasks);
}

// The tasks that the kernel says there are, without swapper: a tree that misses one is wrong.
static bool has_all_tasks(const struct view *v)
{
    u32 count = 0;

    for (u32 i = 0; i < VIEW_BOX_COUNT; i++)
        count += v->box[i].count;
    if (current_or_null(v->m) == &kernel(v->m)->init_task)
        count--;
    return (s32)count == kernel(v->m)->nr_threads;
}

// Takes the rows on from the stop before: only tasks that have changed are looked at.
static bool update_rows(struct view *v, bool is_cut)
{
    struct changed_tasks changed;

    if (!v->has_marks || is_cut || !v->tree.count || !has_kernel(v->m))
        return false;
    const struct task_struct *current = current_or_null(v->m);
    find_changed_tasks(v->m, &v->before, &changed);
    if (current) // who runs need not have changed itself
        add_changed_task(&changed, kaddr_of(v->m, current));
    if (task_or_null(v->m, v->then_current))
        add_changed_task(&changed, v->then_current);
    return changed.is_complete && view_update_states(v, &changed) && has_all_tasks(v) &&
           tree_update(&v->tree, v->m, &v->before, v->fold, &changed);
}

bool view_refresh(struct view *v, const struct machine *m)
{
    const struct history *h = &m->history;
    u64 base;

    if (h->open || !has_moved(v, m))
        return false;
    bool is_known = find_base(v, m, &base), is_cut = h->cuts != v->cuts;
    v->m = m;
    v->base = base;
    v->has_marks = is_known && moment_set(&v->before, m, base, MARK_RECORDS_MAX);
    if (!v->has_marks)
        moment_clear(&v->before);
    v->then_current = v->has_marks ? find_then_current(v) : 0;
    v->record = record_cursor(m);
    v->cuts = h->cuts;
    v->run = h->run;
    v->count = h->count;
    v->has_pair = false;
    tree_drop_ghosts(&v->tree);
    if (!update_rows(v, is_cut))
        build_rows(v, v->has_marks);
    if (v->has_marks)
        owners_learn_changes(&v->owners, m, &v->before);
    trace_build(&v->trace, m, 0, &v->filter);
    return true;
}

void view_clear_marks(struct view *v)
{
    if (!v->m)
        return;
    moment_clear(&v->before);
    v->has_marks = false;
    v->base = v->record;
    v->has_pair = false;
    build_rows(v, false);
}

void view_fold_threads(struct view *v, bool fold)
{
    if (v->fold == fold)
        return;
    v->fold = fold;
    if (v->m)
        build_rows(v, false);
}

bool view_threads_are_folded(const struct view *v)
{
    return v->fold;
}

// ---- The tree ------------------------------------------------------------------------------------

u32 view_task_count(const struct view *v)
{
    return v->tree.count;
}

s32 view_task_row(const struct view *v, s32 pid)
{
    s32 row = v->m ? tree_row_of(&v->tree, pid) : -1;
    const struct task_struct *p = row < 0 && v->m && v->fold ? find_task(v->m, pid) : NULL;

    return p && p->tgid != pid ? tree_row_of(&v->tree, p->tgid) : row;
}

static void fill_words(const struct machine *m, const struct task_struct *p, struct view_task *row)
{
    struct strbuf text = STRBUF_INIT;

    add_comm(p, &text);
    view_put(row->comm, sizeof row->comm, &text);
    strbuf_clear(&text);
    if (m)
        add_about(m, p, &text);
    else if (row->state == 'Z' || row->state == 'X')
        wait_status_text((u32)p->exit_code, &text);
    view_put(row->about, sizeof row->about, &text);
    strbuf_finish(&text);
}

// What a row shows of a task: has any of it changed?
static bool is_changed(const struct view *v, const struct task_struct *p, kaddr task)
{
    const struct pt_regs *regs = regs_or_null(v->m, p);
    struct task_struct then;

    read_then(v, task, &then);
    return then.state != p->state || then.exit_state != p->exit_state ||
           then.real_parent != p->real_parent || then.exit_code != p->exit_code ||
           memcmp(then.comm, p->comm, sizeof p->comm) != 0 ||
           (v->then_current == task) != (current_or_null(v->m) == p) ||
           (regs && p->state && view_differs(v, kaddr_of(v->m, &regs->orig_eax), 4));
}

static void fill_task(const struct view *v, kaddr task, struct view_task *row)
{
    const struct task_struct *p = task_at(v->m, task);
    const struct task_struct *parent = task_or_null(v->m, p->real_parent);

    row->pid = p->pid;
    row->tgid = p->tgid;
    row->ppid = parent ? parent->pid : 0;
    row->task = task;
    row->state = task_state_letter(p);
    row->is_current = p == current_or_null(v->m);
    row->is_focus = p->pid && p->pid == console(v->m)->focus;
    row->is_thread = !thread_group_leader(p);
    row->is_kernel = !p->mm && !p->exit_state;
    if (v->has_marks)
        row->mark = !view_was_live(v, task, p->pid) && p->pid ? VIEW_NEW
                    : is_changed(v, p, task)                  ? VIEW_CHANGED
                                                              : VIEW_SAME;
    fill_words(v->m, p, row);
}

// A ghost is shown as it was at the stop before.
static void fill_ghost(const struct view *v, const struct tree_row *ghost, struct view_task *row)
{
    struct task_struct p;

    read_then(v, ghost->task, &p);
    row->pid = ghost->pid;
    row->tgid = ghost->tgid;
    row->task = ghost->task;
    row->state = task_state_letter(&p);
    row->is_thread = ghost->pid != ghost->tgid;
    row->mark = VIEW_GHOST;
    fill_words(NULL, &p, row);
    const struct task_struct *parent = task_or_null(v->m, p.real_parent);
    row->ppid = parent ? parent->pid : 0;
}

static void fill_row(const struct view *v, u32 i, struct view_task *row)
{
    const struct tree_row *from = &v->tree.rows[i];

    *row = (struct view_task){ .mark = VIEW_SAME };
    if (from->is_ghost)
        fill_ghost(v, from, row);
    else
        fill_task(v, from->task, row);
    row->threads = from->threads;
    row->depth = from->depth;
    row->rails = tree_rails(&v->tree, i);
}

u32 view_tasks(const struct view *v, u32 first, u32 count, struct view_task *rows)
{
    u32 filled = 0;

    for (u32 i = first; i < v->tree.count && filled < count; i++)
        fill_row(v, i, &rows[filled++]);
    return filled;
}

bool view_task_by_pid(const struct view *v, s32 pid, struct view_task *row)
{
    s32 at_row = v->m ? tree_row_of(&v->tree, pid) : -1;
    const struct task_struct *p = at_row < 0 && v->m ? find_task(v->m, pid) : NULL;

    if (at_row >= 0) {
        fill_row(v, (u32)at_row, row);
        return true;
    }
    if (!p)
        return false;
    *row = (struct view_task){ .mark = VIEW_SAME };
    fill_task(v, kaddr_of(v->m, p), row);
    return true;
}

s32 view_current(const struct view *v)
{
    const struct task_struct *p = v->m ? current_or_null(v->m) : NULL;

    return p ? p->pid : 0;
}

s32 view_focus(const struct view *v)
{
    return v->m && has_kernel(v->m) ? console(v->m)->focus : 0;
}

void view_sentence(const struct view *v, struct strbuf *out)
{
    if (!v->m)
        return;
    if (!report_step_sentence(v->m, out))
        report_sentence(v->m, 0, out);
}
