// The inside of a view: what it remembers between two stops.
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include "procarium/view.h"
#include "report/owners.h"
#include "report/pair.h"
#include "report/trace.h"
#include "report/tree.h"

// Who stands in a state: how many, and the first of them by PID.
struct box_list {
    u32 count, shown;
    s32 pid[VIEW_BOX_TASKS];
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
    struct tree tree;                    // with ghosts
    struct box_list box[VIEW_BOX_COUNT]; // of the tasks in it
    struct trace trace;
    struct trace_filter filter;
    struct pair pair;
    bool has_pair;        // it is of this stop
    struct owners owners; // of the frames that are not theirs
};

// Copies text into a fixed field, cut at a character's end if it is too long.
void view_put(char *to, size_t size, const struct strbuf *text);
// Was this task alive, with this pid, at the stop before? False if nothing is known.
bool view_was_live(const struct view *v, kaddr task, s32 pid);
// Has anything in these bytes changed since the stop before?
bool view_differs(const struct view *v, kaddr address, u32 size);
// Who stands in which state: counted anew from all tasks, or taken on from the stop before by what
// has changed. False if that is not enough.
void view_count_states(struct view *v, const struct task_struct **tasks, u32 count);
bool view_update_states(struct view *v, const struct changed_tasks *changed);
// A task's box in the state diagram, now and (then: the bytes it had) at the stop before.
enum view_box view_box_of(const struct task_struct *p, bool is_current);

#endif
