/* What all panes look at: the machine as it stood at the last stop, and the task that was chosen. */
#ifndef PROCARIUM_TUI_VIEW_STATE_H
#define PROCARIUM_TUI_VIEW_STATE_H

#include "procarium/script.h"
#include "procarium/view.h"
#include "tui/narration.h"

enum { FOLLOW = -1, TRAIL_MAX = 16 };

struct view_state {
    struct session *session;
    const struct machine *m;
    struct view *view;
    u64 stops;                 /* how many there were: another number means that something moved */
    struct time_position at;   /* where the machine stood at the last one, */
    u32 branches;              /* and how many lines of time there were */
    bool has_just_run;         /* it stands behind a command that was new then, not travelled to */
    struct view_states states; /* who stands in which state */
    struct strbuf sentence;
    struct telling telling; /* what there is to read */
    s32 chosen;             /* the task that was picked in the tree, or FOLLOW */
    s32 trail[TRAIL_MAX];   /* those that were picked before, the last one last */
    int trail_length;
    s32 beside; /* the one whose memory is to stand beside it, or FOLLOW */
};

void view_state_init(struct view_state *vs, struct session *session);
void view_state_finish(struct view_state *vs);

/* Picks a task, or FOLLOW, or the one that was picked before. */
void view_state_choose(struct view_state *vs, s32 pid);
void view_state_choose_back(struct view_state *vs);

/* A stop: looks at the machine as it now stands. True if it had moved. */
bool view_state_refresh(struct view_state *vs);

/*
 * The pid of the task that panes about one task show: the chosen one, else the one that the last
 * thing happened to, else the focus. -1 when there is none.
 */
s32 view_state_task(const struct view_state *vs);

#endif
