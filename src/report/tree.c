// See tree.h.
#include "report/tree.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY      UINT32_MAX
#define PIDS_MAX    (1u << 22)
#define RAIL_LEVELS 64u

// One task while the tree is being built; links are indices into the array of nodes.
struct node {
    const struct task_struct *p;
    u32 parent, first_child, last_child, next_sibling;
    u32 threads;
};

struct builder {
    const struct machine *m;
    bool fold;
    struct node *nodes;
    u32 count;
    u32 *by_pid; // node of each leader's pid
    u32 pid_limit;
};

static u32 node_of_pid(const struct builder *b, s32 pid)
{
    return pid >= 0 && (u32)pid < b->pid_limit ? b->by_pid[pid] : NOBODY;
}

static void take_tasks(struct builder *b, const struct task_struct **tasks, u32 count)
{
    u32 limit = 1;

    b->nodes = calloc(count + 1, sizeof *b->nodes);
    BUG_ON(!b->nodes);
    b->nodes[0].p = &kernel(b->m)->init_task;
    b->count = count + 1;
    for (u32 i = 0; i < count; i++) {
        b->nodes[i + 1].p = tasks[i];
        if (tasks[i]->pid >= 0 && (u32)tasks[i]->pid < PIDS_MAX && (u32)tasks[i]->pid >= limit)
            limit = (u32)tasks[i]->pid + 1;
    }
    b->pid_limit = limit;
    b->by_pid = malloc(limit * sizeof *b->by_pid);
    BUG_ON(!b->by_pid);
    memset(b->by_pid, 0xFF, limit * sizeof *b->by_pid);
    for (u32 i = b->count; i-- > 0;) {
        const struct task_struct *p = b->nodes[i].p;

        if (thread_group_leader(p) && p->pid >= 0 && (u32)p->pid < limit)
            b->by_pid[p->pid] = i;
    }
}

// Children are appended, so that they keep the order of the task list.
static void link_tasks(struct builder *b)
{
    for (u32 i = 0; i < b->count; i++)
        b->nodes[i].parent = b->nodes[i].first_child = b->nodes[i].last_child =
            b->nodes[i].next_sibling = NOBODY;
    for (u32 i = 1; i < b->count; i++) {
        const struct task_struct *p = b->nodes[i].p;
        const struct task_struct *parent = task_or_null(b->m, p->real_parent);
        u32 above = !thread_group_leader(p) ? node_of_pid(b, p->tgid)
                    : parent                ? node_of_pid(b, parent->tgid)
                                            : 0;

        if (above == NOBODY || above == i)
            above = 0;
        struct node *up = &b->nodes[above];
        b->nodes[i].parent = above;
        if (!thread_group_leader(p)) {
            up->threads++;
            if (b->fold)
                continue;
        }
        if (up->last_child == NOBODY)
            up->first_child = i;
        else
            b->nodes[up->last_child].next_sibling = i;
        up->last_child = i;
    }
}

static void emit(struct tree *tree, const struct builder *b, u32 node, s32 up)
{
    const struct node *n = &b->nodes[node];

    tree->rows[tree->count++] = (struct tree_row){
        .task = kaddr_of(b->m, n->p),
        .pid = n->p->pid,
        .tgid = n->p->tgid,
        .parent = up,
        .depth = up >= 0 ? tree->rows[up].depth + 1 : 0,
        .size = 1,
        .threads = b->fold ? n->threads : 0,
    };
}

// Down to the first child, else on to the next sibling, else up: a node knows its parent.
static void emit_all(struct tree *tree, const struct builder *b)
{
    u32 *row_of = malloc(b->count * sizeof *row_of);
    u32 node = 0;

    BUG_ON(!row_of);
    for (;;) {
        u32 parent = b->nodes[node].parent;

        row_of[node] = tree->count;
        emit(tree, b, node, parent == NOBODY ? -1 : (s32)row_of[parent]);
        if (b->nodes[node].first_child != NOBODY) {
            node = b->nodes[node].first_child;
            continue;
        }
        while (node != 0 && b->nodes[node].next_sibling == NOBODY)
            node = b->nodes[node].parent;
        if (node == 0)
            break;
        node = b->nodes[node].next_sibling;
    }
    free(row_of);
}

static void add_up_sizes(struct tree *tree)
{
    for (u32 i = tree->count; i-- > 1;)
        if (tree->rows[i].parent >= 0)
            tree->rows[tree->rows[i].parent].size += tree->rows[i].size;
}

void tree_link(struct tree *tree)
{
    for (u32 i = 0; i < tree->count; i++) {
        s32 up = (s32)i - 1;

        while (up >= 0 && tree->rows[up].depth >= tree->rows[i].depth)
            up = tree->rows[up].parent;
        tree->rows[i].parent = up;
        tree->rows[i].size = 1;
    }
    add_up_sizes(tree);
}

void tree_build_from(struct tree *tree, const struct machine *m, const struct task_struct **tasks,
                     u32 count, bool fold)
{
    struct builder b = { .m = m, .fold = fold };

    tree->count = 0;
    if (!has_kernel(m))
        return;
    take_tasks(&b, tasks, count);
    link_tasks(&b);
    if (tree->capacity < b.count) {
        free(tree->rows);
        tree->capacity = b.count + b.count / 8 + 16;
        tree->rows = malloc(tree->capacity * sizeof *tree->rows);
        BUG_ON(!tree->rows);
    }
    emit_all(tree, &b);
    add_up_sizes(tree);
    free(b.nodes);
    free(b.by_pid);
}

void tree_build(struct tree *tree, const struct machine *m, bool fold)
{
    u32 count;
    const struct task_struct **tasks = collect_tasks(m, &count);

    tree_build_from(tree, m, tasks, count, fold);
    free(tasks);
}

void tree_finish(struct tree *tree)
{
    free(tree->rows);
    free(tree->row_of_pid);
    *tree = (struct tree){ NULL, 0, 0, NULL, 0 };
}

void tree_map_pids(struct tree *tree)
{
    u32 limit = 1;

    for (u32 i = 0; i < tree->count; i++) {
        s32 pid = tree->rows[i].pid;

        if (pid >= 0 && (u32)pid < PIDS_MAX && (u32)pid >= limit)
            limit = (u32)pid + 1;
    }
    if (limit > tree->pid_limit) {
        free(tree->row_of_pid);
        tree->row_of_pid = malloc(limit * sizeof *tree->row_of_pid);
        BUG_ON(!tree->row_of_pid);
        tree->pid_limit = limit;
    }
    memset(tree->row_of_pid, 0xFF, tree->pid_limit * sizeof *tree->row_of_pid);
    for (u32 i = tree->count; i-- > 0;) {
        s32 pid = tree->rows[i].pid;

        if (pid >= 0 && (u32)pid < tree->pid_limit && !tree->rows[i].is_ghost)
            tree->row_of_pid[pid] = (s32)i;
    }
}

static bool has_later_sibling(const struct tree *tree, u32 row)
{
    u32 next = row + tree->rows[row].size;

    return next < tree->count && tree->rows[next].depth == tree->rows[row].depth;
}

u64 tree_rails(const struct tree *tree, u32 row)
{
    s32 up = (s32)row;
    u64 rails = 0;

    for (u32 level = 0; level < RAIL_LEVELS && up >= 0; level++, up = tree->rows[up].parent)
        rails |= (u64)has_later_sibling(tree, (u32)up) << level;
    return rails;
}
