/* The panes there are, and what each keeps between two frames. */
#ifndef PROCARIUM_TUI_PANES_H
#define PROCARIUM_TUI_PANES_H

#include "tui/frame_map.h"
#include "tui/pane.h"
#include "tui/pid_places.h"
#include "tui/view_state.h"

/*
 * A new pane is one file, a line here, a line in panes.c, its name (and its views) in
 * src/script/commands.c, and places in layouts.c.
 */

/* Their order is that of their numbers in the key bar. Every pane's `view` is a struct view_state. */
enum {
    PANE_TASKS,
    PANE_STATES,
    PANE_TRACE,
    PANE_TASK,
    PANE_STACK,
    PANE_KERNEL,
    PANE_MEMORY,
    PANE_FILES,
    PANE_TIMELINE,
    PANE_RING,
    PANE_NARRATION,
    PANES,
};

/* Rules: all begins as zeroes; `stop` is the stop that the scroll position belongs to; with a new one it may move. The scroll position comes first. */

enum tree_tab { TAB_THREADS, TAB_FOLDED };

struct tree_state {
    struct scroll scroll;
    u64 stop;
    int tab;    /* of enum tree_tab */
    s32 chosen; /* which task was chosen then */
};

enum task_tab { TAB_SHORT, TAB_ALL };

struct task_state {
    struct scroll scroll;
    u64 stop;
    s32 pid;      /* whose fields they were; 0, which has none, at first */
    int tab;      /* of enum task_tab */
    kaddr cursor; /* the address of the pointer under the hand; 0 for none */
};

enum trace_tab { TAB_WORDS, TAB_FIELDS, TAB_CALLS, TRACE_TABS };

/* Its scroll position counts lines, of which a long one takes several rows. */
struct trace_state {
    struct scroll scroll;
    u64 stop;
    int tab;        /* of enum trace_tab */
    int rows, cols; /* for lines, when it was drawn last */
    int last;       /* the first of the last lines that there is room for */
};

struct states_state {
    struct pid_places places;
};

struct ring_state {
    struct pid_places places;
};

struct stack_state {
    struct scroll scroll;
};

enum kernel_tab { TAB_SLABS, TAB_PIDS, TAB_RUNQUEUE, TAB_BLOCKS, KERNEL_TABS };

struct kernel_state {
    struct scroll scroll;
    struct pid_places places;
    int tab;  /* of enum kernel_tab */
    u64 stop; /* at which the changes were last brought into sight */
};

struct memory_state {
    struct scroll scroll;
    u64 stop;
    int page;          /* rows of the list then */
    s32 pair[2];       /* whose memory it is; -1: nobody */
    bool has_cursor;   /* a page is under the hand */
    uaddr cursor;      /* its address */
    bool has_close_up; /* a page has changed: */
    uaddr close_up;    /* the last one that did */
    struct frame_map map;
    int map_y, map_x; /* where the map was drawn, for the wheel */
};

enum files_tab { TAB_FDS, TAB_SIGNALS, FILES_TABS };
enum { FILES_LINES_MAX = 64 };

struct files_state {
    struct scroll scroll;
    u64 stop;
    s32 pid;            /* whose they were */
    int tab, shown_tab; /* of enum files_tab */
    /* Its lines as they were shown at this stop and at the one before, as numbers. */
    bool has_then;
    int now_lines, then_lines;
    u32 now[FILES_LINES_MAX], then[FILES_LINES_MAX];
};

enum { TIMELINE_TOLD = 64, TIMELINE_WORDS = 400 };

struct timeline_state {
    struct scroll scroll;
    /* What was worked out at this stop: command n's sentence at n modulo TIMELINE_TOLD. */
    u64 told[TIMELINE_TOLD]; /* n; 0: nothing */
    char words[TIMELINE_TOLD][TIMELINE_WORDS];
    u64 stop;
    u64 chosen; /* a position: Enter goes there */
    int list_y; /* where the list of commands began */
};

struct narration_state {
    struct scroll scroll;
    bool shows_end; /* until somebody scrolls: what matters is in the last rows */
    int list_y;     /* where the list of chapters began; 0: there was no room */
    int listed;     /* how many there were */
};

/* All of them, in that order: panes.c. */
extern const struct pane *const pane_table[PANES];

/* The pane of this name, or LAYOUT_NO_PANE. */
int pane_by_name(const char *name);

/* The key that goes to a pane, with Alt, and stands before its name; and the pane of a key. */
wchar_t pane_letter(int pane);
int pane_by_letter(wchar_t letter);

extern const struct pane tree_pane;      /* pane_tree.c */
extern const struct pane states_pane;    /* pane_states.c */
extern const struct pane trace_pane;     /* pane_trace.c */
extern const struct pane task_pane;      /* pane_task.c */
extern const struct pane stack_pane;     /* pane_stack.c */
extern const struct pane kernel_pane;    /* pane_kernel.c */
extern const struct pane memory_pane;    /* pane_memory.c */
extern const struct pane files_pane;     /* pane_files.c */
extern const struct pane timeline_pane;  /* pane_timeline.c */
extern const struct pane ring_pane;      /* pane_ring.c */
extern const struct pane narration_pane; /* pane_narration.c */

#endif
