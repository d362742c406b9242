// The tree of tasks as rows: who is whose child, in an order that does not jump about.
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include "report/objects.h"

struct tree_row {
    kaddr task;
    s32 pid, tgid;
    s32 parent; // row of the parent (a thread: of its leader), or -1
    u32 depth;
    u32 size;      // rows of its subtree, itself included
    u32 threads;   // other threads folded into this row
    bool is_ghost; // the task is no more; only a view has such rows
};

struct tree {
    struct tree_row *rows;
    u32 count, capacity;
    s32 *row_of_pid; // of tasks that are there; -1: none. Only after tree_map_pids().
    u32 pid_limit;
};

// Builds the rows: swapper first, children below their parents in the order of the task list
// (which is the order of creation, whatever the lists of children do). With `fold`, threads are
// counted at their leader; else they are its first children. Costs one walk over the tasks.
void tree_build(struct tree *tree, const struct machine *m, bool fold);
// The same for tasks that have been collected already.
void tree_build_from(struct tree *tree, const struct machine *m, const struct task_struct **tasks,
                     u32 count, bool fold);
void tree_finish(struct tree *tree);

// The branches before a row, as in struct view_task.
u64 tree_rails(const struct tree *tree, u32 row);

void tree_map_pids(struct tree *tree);
// The row of a task that is there, or -1.
static inline s32 tree_row_of(const struct tree *tree, s32 pid)
{
    return pid >= 0 && (u32)pid < tree->pid_limit ? tree->row_of_pid[pid] : -1;
}

// Works out parents and sizes from the depths.
void tree_link(struct tree *tree);

// ---- Changing a tree (tree_edit.c) -----------------------------------------------------------------
// Costs what moves to make room, not a walk over the tasks.

// Puts a task's row in below a parent: before its child `before`, or (-1) behind its last one.
void tree_insert(struct tree *tree, const struct task_struct *p, kaddr task, u32 parent,
                 s32 before);
// The row becomes a ghost and keeps its place.
void tree_make_ghost(struct tree *tree, u32 row);
// Takes all ghosts out. They have no children but ghosts.
void tree_drop_ghosts(struct tree *tree);

// Is the task on the list on which a walk over all tasks finds it?
bool is_task_listed(const struct machine *m, const struct task_struct *p);

// The tasks that may have changed between a moment and now: those whose task_struct differs.
#define CHANGED_TASKS_MAX 256u
struct changed_tasks {
    kaddr task[CHANGED_TASKS_MAX];
    u32 count;
    bool is_complete; // else there are more
};
void find_changed_tasks(const struct machine *m, const struct moment *then,
                        struct changed_tasks *changed);
// Adds one more, if it is not among them; 0 is nobody.
void add_changed_task(struct changed_tasks *changed, kaddr task);

// Takes the tree, with no ghosts in it, to now: tasks that are gone become ghosts, new ones get
// rows. False if that takes more than a few rows: the tree is to be built anew.
bool tree_update(struct tree *tree, const struct machine *m, const struct moment *then, bool fold,
                 const struct changed_tasks *changed);

#endif
