/* The panes there are, and what each keeps between two frames. */
#ifndef PROCARIUM_TUI_PANES_H
#define PROCARIUM_TUI_PANES_H

#include "tui/pane.h"
#include "tui/view_state.h"

/* Their order is that of the tabs. Every pane's `view` is a struct view_state. */
enum {
    PANE_TASKS,
    PANE_STATES,
    PANE_TRACE,
    PANE_TASK,
    PANE_STACK,
    PANE_KERNEL,
    PANES,
};

/* Rules: `stop` is the stop that the scroll position belongs to; with a new one it may move. */

struct tree_state {
    struct scroll scroll;
    u64 stop;
    s32 chosen; /* as in struct view_state; the tree is where it is chosen */
};

struct task_state {
    struct scroll scroll;
    u64 stop;
    s32 pid; /* whose fields they were */
    bool shows_all;
};

struct trace_state {
    struct scroll scroll;
    u64 stop;
    u32 detail; /* 0 words, 1 words and fields, 2 only functions */
};

struct stack_state {
    struct scroll scroll;
};

enum kernel_tab { TAB_SLABS, TAB_PIDS, TAB_RUNQUEUE, TAB_FRAMES, KERNEL_TABS };

struct kernel_state {
    enum kernel_tab tab;
    struct scroll scroll;
};

extern const struct pane tree_pane;   /* pane_tree.c */
extern const struct pane states_pane; /* pane_states.c, no state */
extern const struct pane trace_pane;  /* pane_trace.c */
extern const struct pane task_pane;   /* pane_task.c */
extern const struct pane stack_pane;  /* pane_stack.c */
extern const struct pane kernel_pane; /* pane_kernel.c */

#endif
