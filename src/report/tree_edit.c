// See tree.h: taking a tree from one stop to the next without a walk over all tasks.
#include "report/tree.h"

#include <stdlib.h>
#include <string.h>

#define SIBLINGS_MAX 64u // tasks that are looked at to find the next sibling

// ---- Rows ----------------------------------------------------------------------------------------

static void grow_pids(struct tree *tree, s32 pid)
{
    u32 limit = tree->pid_limit;

    if ((u32)pid < limit)
        return;
    tree->pid_limit = (u32)pid + 1024;
    tree->row_of_pid = realloc(tree->row_of_pid, tree->pid_limit * sizeof *tree->row_of_pid);
    BUG_ON(!tree->row_of_pid);
    memset(tree->row_of_pid + limit, 0xFF, (tree->pid_limit - limit) * sizeof *tree->row_of_pid);
}

// All rows from `first` on have moved by `step`; those above row `from` are parents that have not.
static void renumber(struct tree *tree, u32 first, u32 from, s32 step)
{
    for (u32 i = first; i < tree->count; i++) {
        struct tree_row *row = &tree->rows[i];

        if (row->parent >= (s32)from)
            row->parent += step;
        if (!row->is_ghost)
            tree->row_of_pid[row->pid] = (s32)i;
    }
}

static void change_sizes(struct tree *tree, s32 row, s32 step)
{
    for (; row >= 0; row = tree->rows[row].parent)
        tree->rows[row].size += (u32)step;
}

void tree_insert(struct tree *tree, const struct task_struct *p, kaddr task, u32 parent, s32 before)
{
    u32 row = before >= 0 ? (u32)before : parent + tree->rows[parent].size;

    if (tree->count == tree->capacity) {
        tree->capacity += tree->capacity / 8 + 16;
        tree->rows = realloc(tree->rows, tree->capacity * sizeof *tree->rows);
        BUG_ON(!tree->rows);
    }
    memmove(&tree->rows[row + 1], &tree->rows[row], (tree->count - row) * sizeof *tree->rows);
    tree->count++;
    tree->rows[row] = (struct tree_row){ .task = task,
                                         .pid = p->pid,
                                         .tgid = p->tgid,
                                         .parent = (s32)parent,
                                         .depth = tree->rows[parent].depth + 1,
                                         .size = 1 };
    grow_pids(tree, p->pid);
    renumber(tree, row + 1, row, 1);
    tree->row_of_pid[p->pid] = (s32)row;
    change_sizes(tree, (s32)parent, 1);
}

void tree_make_ghost(struct tree *tree, u32 row)
{
    tree->rows[row].is_ghost = true;
    tree->row_of_pid[tree->rows[row].pid] = -1;
}

void tree_drop_ghosts(struct tree *tree)
{
    for (u32 i = tree->count; i-- > 0;) {
        if (!tree->rows[i].is_ghost)
            continue;
        change_sizes(tree, tree->rows[i].parent, -1);
        tree->count--;
        memmove(&tree->rows[i], &tree->rows[i + 1], (tree->count - i) * sizeof *tree->rows);
        renumber(tree, i, i, -1);
    }
}

// ---- What has changed ------------------------------------------------------------------------------

// The task_struct that an address lies in, by the slab allocator's bookkeeping; or 0.
static kaddr task_around(const struct machine *m, kaddr address)
{
    if (kaddr_to_pfn(address) >= mm_data(m)->zone.present_pages)
        return 0;
    const struct page *page = page_of(m, address);
    kaddr cache = page->lru.next, slab = page->lru.prev;

    if (!(page->flags >> PG_slab & 1) || cache != kernel(m)->caches.task_struct ||
        !is_kaddr(m, slab, sizeof(struct slab)))
        return 0;
    kaddr first = at(m, slab, struct slab)->s_mem;
    u32 size = at(m, cache, struct kmem_cache)->objsize;
    if (address < first || !size ||
        (address - first) / size >= at(m, cache, struct kmem_cache)->num)
        return 0;
    return first + (address - first) / size * size;
}

void add_changed_task(struct changed_tasks *changed, kaddr task)
{
    if (!task)
        return;
    for (u32 i = 0; i < changed->count; i++)
        if (changed->task[i] == task)
            return;
    if (changed->count == CHANGED_TASKS_MAX)
        changed->is_complete = false;
    else
        changed->task[changed->count++] = task;
}

void find_changed_tasks(const struct machine *m, const struct moment *then,
                        struct changed_tasks *changed)
{
    kaddr last = 0;

    changed->count = 0;
    changed->is_complete = has_kernel(m) && mm_data(m)->zone.mem_map;
    for (u32 i = 0; i < then->capacity && changed->is_complete; i++) {
        u32 offset = (then->words[i].index - 1) * 4;

        if (!then->words[i].index || offset < IMAGE_HEAD_SIZE)
            continue;
        kaddr address = offset - IMAGE_HEAD_SIZE + KERNEL_BASE;
        if (last && address - last < sizeof(struct task_struct))
            continue;
        kaddr task = task_around(m, address);
        last = task ? task : last;
        add_changed_task(changed, task);
    }
}

// ---- From then to now ------------------------------------------------------------------------------

static bool is_linked(const struct machine *m, const struct list_head *link)
{
    kaddr here = kaddr_of(m, link);

    return link->next != here && is_kaddr(m, link->next, sizeof *link) &&
           is_kaddr(m, link->prev, sizeof *link) && list_at(m, link->next)->prev == here &&
           list_at(m, link->prev)->next == here;
}

bool is_task_listed(const struct machine *m, const struct task_struct *p)
{
    if (p->pid <= 0 || p->pid != p->pids[PIDTYPE_PID].nr)
        return false;
    if (thread_group_leader(p))
        return is_linked(m, &p->tasks);
    return is_linked(m, &p->pids[PIDTYPE_TGID].pid_list);
}

// The row of the task that p stands below, or -1.
static s32 parent_row(const struct tree *tree, const struct machine *m, const struct task_struct *p)
{
    const struct task_struct *parent = task_or_null(m, p->real_parent);

    if (!thread_group_leader(p))
        return tree_row_of(tree, p->tgid);
    return parent ? tree_row_of(tree, parent->tgid) : 0;
}

// The row of the next process in the task list that has the same parent: *row, or -1 if there is
// none. False if that takes too long to find out.
static bool find_next_sibling(const struct tree *tree, const struct machine *m,
                              const struct task_struct *p, s32 parent, s32 *row)
{
    kaddr head = kaddr_of(m, &kernel(m)->init_task.tasks);
    kaddr link = p->tasks.next;

    for (u32 i = 0; i < SIBLINGS_MAX; i++, link = list_at(m, link)->next) {
        const struct task_struct *q =
            task_or_null(m, link - (u32)offsetof(struct task_struct, tasks));

        *row = -1;
        if (link == head)
            return true;
        if (!q)
            return false;
        *row = tree_row_of(tree, q->pid);
        if (*row >= 0 && tree->rows[*row].parent == parent)
            return true;
    }
    return false;
}

// A thread stands behind the thread before it, the first one right below the leader.
static s32 row_for_thread(const struct tree *tree, const struct machine *m,
                          const struct task_struct *p, u32 leader)
{
    const struct task_struct *before =
        task_or_null(m, p->pids[PIDTYPE_TGID].pid_list.prev -
                            (u32)offsetof(struct task_struct, pids[PIDTYPE_TGID].pid_list));
    s32 row = before ? tree_row_of(tree, before->pid) : -1;

    if (row < 0)
        return -1;
    return row + (row == (s32)leader ? 1 : (s32)tree->rows[row].size);
}

static bool insert_task(struct tree *tree, const struct machine *m, const struct task_struct *p)
{
    s32 parent = parent_row(tree, m, p), before;

    if (parent < 0)
        return false;
    if (thread_group_leader(p)) {
        if (!find_next_sibling(tree, m, p, parent, &before))
            return false;
    } else {
        before = row_for_thread(tree, m, p, (u32)parent);
        if (before < 0)
            return false;
    }
    tree_insert(tree, p, kaddr_of(m, p), (u32)parent, before);
    return true;
}

static int compare_pids(const void *a, const void *b)
{
    const struct task_struct *const *p = a, *const *q = b;

    return ((*p)->pid > (*q)->pid) - ((*p)->pid < (*q)->pid);
}

// Takes one task's row away if it is gone; *fresh: it needs a row. False if more has to move.
static bool update_task(struct tree *tree, const struct machine *m, const struct moment *then,
                        kaddr task, bool fold, bool *fresh)
{
    const struct task_struct *p = task_at(m, task);
    bool is_here = is_task_listed(m, p);
    struct task_struct was;

    moment_get(then, m, kaddr_to_offset(task), &was, sizeof was);
    s32 row = tree_row_of(tree, was.pid);
    row = row >= 0 && tree->rows[row].task == task ? row : -1;
    *fresh = false;
    if (p == &kernel(m)->init_task) // it has the first row, always
        return true;
    if (fold && (was.pid != was.tgid || !thread_group_leader(p))) // folded: its leader counts it
        return is_here == (was.pids[PIDTYPE_PID].nr == was.pid) && was.pid == p->pid;
    if (is_here && row >= 0 && was.pid == p->pid)
        return was.tgid == p->tgid && tree->rows[row].parent == parent_row(tree, m, p);
    if (row >= 0 && tree->rows[row].size > 1)
        return false;
    if (row >= 0)
        tree_make_ghost(tree, (u32)row);
    *fresh = is_here;
    return true;
}

bool tree_update(struct tree *tree, const struct machine *m, const struct moment *then, bool fold,
                 const struct changed_tasks *changed)
{
    const struct task_struct *fresh[CHANGED_TASKS_MAX];
    u32 count = 0;

    if (!changed->is_complete || !tree->count)
        return false;
    for (u32 i = 0; i < changed->count; i++) {
        bool is_fresh;

        if (!update_task(tree, m, then, changed->task[i], fold, &is_fresh))
            return false;
        if (is_fresh)
            fresh[count++] = task_at(m, changed->task[i]);
    }
    qsort(fresh, count, sizeof fresh[0], compare_pids);
    for (u32 i = 0; i < count; i++)
        if (!insert_task(tree, m, fresh[i]))
            return false;
    return true;
}
