// The inside of a view: what it remembers between two stops.
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include "procarium/view.h"
#include "report/pair.h"
#include "report/trace.h"
#include "report/tree.h"

// A row of the task tree: a task, or the ghost of one.
struct view_row {
    struct tree_row t;
    bool is_ghost;
};

struct view {
    const struct machine *m; // NULL before the first refresh
    // Where the machine stood at the last refresh, to see whether it has moved.
    u64 record, cuts, run, count;
    // The image at the stop before this one, as differences from now.
    struct moment before;
    bool has_marks;     // `before` is valid
    u64 base;           // its journal position
    kaddr then_current; // task that was on the CPU then
    bool fold;
    struct tree tree;
    struct view_row *rows; // the tree with its ghosts
    u32 row_count;
    s32 *row_of_pid;
    u32 pid_limit;
    struct trace trace;
    struct trace_filter filter;
    struct pair pair;
    bool has_pair; // and it is of this stop
};

// Copies text into a fixed field, cut at a character's end if it is too long.
void view_put(char *to, size_t size, const struct strbuf *text);
// Was this task alive, with this pid, at the stop before? False if nothing is known.
bool view_was_live(const struct view *v, kaddr task, s32 pid);
// Has anything in these bytes changed since the stop before?
bool view_differs(const struct view *v, kaddr address, u32 size);
// A task's box in the state diagram, now and (then: the bytes it had) at the stop before.
enum view_box view_box_of(const struct task_struct *p, bool is_current);

#endif
