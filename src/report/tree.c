// See tree.h.
#include "report/tree.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX

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

static void take_tasks(struct builder *b)
{
    u32 count, limit = 1;
    const struct task_struct **tasks = collect_tasks(b->m, &count);

    b->nodes = calloc(count + 1, sizeof *b->nodes);
    BUG_ON(!b->nodes);
    b->nodes[0].p = &kernel(b->m)->init_task;
    b->count = count + 1;
    for (u32 i = 0; i < count; i++) {
        b->nodes[i + 1].p = tasks[i];
        if (tasks[i]->pid >= 0 && (u32)tasks[i]->pid < (1u << 22) && (u32)tasks[i]->pid >= limit)
            limit = (u32)tasks[i]->pid + 1;
    }
    free(tasks);
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

static void emit(struct tree *tree, const struct builder *b, u32 node, const struct tree_row *up,
                 s32 up_row)
{
    const struct node *n = &b->nodes[node];
    u64 own = n->next_sibling != NOBODY;

    tree->rows[tree->count++] = (struct tree_row){
        .task = kaddr_of(b->m, n->p),
        .pid = n->p->pid,
        .tgid = n->p->tgid,
        .parent = up_row,
        .depth = up ? up->depth + 1 : 0,
        .threads = b->fold ? n->threads : 0,
        .rails = (up ? up->rails << 1 : 0) | own,
    };
}

// Down to the first child, else on to the next sibling, else up. last[depth] is not needed: a
// node knows its parent.
static void emit_all(struct tree *tree, const struct builder *b)
{
    u32 *row_of = malloc(b->count * sizeof *row_of);
    u32 node = 0;

    BUG_ON(!row_of);
    for (;;) {
        u32 parent = b->nodes[node].parent;
        s32 up_row = parent == NOBODY ? -1 : (s32)row_of[parent];

        row_of[node] = tree->count;
        emit(tree, b, node, up_row < 0 ? NULL : &tree->rows[up_row], up_row);
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

void tree_build(struct tree *tree, const struct machine *m, bool fold)
{
    struct builder b = { .m = m, .fold = fold };

    tree_finish(tree);
    if (!has_kernel(m))
        return;
    take_tasks(&b);
    link_tasks(&b);
    tree->rows = malloc(b.count * sizeof *tree->rows);
    BUG_ON(!tree->rows);
    emit_all(tree, &b);
    free(b.nodes);
    free(b.by_pid);
}

void tree_finish(struct tree *tree)
{
    free(tree->rows);
    *tree = (struct tree){ NULL, 0 };
}
