/* Refreshing what the panes look at. */
#include "tui/view_state.h"

#include "tui/mem.h"

#include <string.h>

void view_state_init(struct view_state *vs, struct session *session)
{
    *vs = (struct view_state){ .session = session,
                               .m = session_machine(session),
                               .view = view_create(),
                               .chosen = FOLLOW,
                               .beside = FOLLOW };
    if (!vs->view)
        abort();
    view_trace_options(vs->view, VIEW_TRACE_NOTES, 0);
}

void view_state_finish(struct view_state *vs)
{
    view_destroy(vs->view);
    strbuf_finish(&vs->sentence);
    strbuf_finish(&vs->telling.text);
    strbuf_finish(&vs->telling.contents);
    strbuf_finish(&vs->telling.holds);
}

void view_state_choose(struct view_state *vs, s32 pid)
{
    if (pid == vs->chosen)
        return;
    if (vs->trail_length == TRAIL_MAX) { /* the oldest is forgotten */
        memmove(vs->trail, vs->trail + 1, (TRAIL_MAX - 1) * sizeof vs->trail[0]);
        vs->trail_length--;
    }
    vs->trail[vs->trail_length++] = vs->chosen;
    vs->chosen = pid;
}

void view_state_choose_back(struct view_state *vs)
{
    vs->chosen = vs->trail_length > 0 ? vs->trail[--vs->trail_length] : FOLLOW;
}

/* A new command leaves a longer history, or another line of time; travelling leaves both. */
static void note_position(struct view_state *vs)
{
    struct time_position at = machine_position(vs->m);
    u32 branches = session_branch_count(vs->session);
    bool is_behind_all = at.command > 0 && at.command == at.commands && !machine_is_inside(vs->m);

    vs->has_just_run =
        is_behind_all && (at.commands != vs->at.commands || branches != vs->branches);
    vs->at = at;
    vs->branches = branches;
}

bool view_state_refresh(struct view_state *vs)
{
    if (!view_refresh(vs->view, vs->m))
        return false;
    vs->stops++;
    note_position(vs);
    view_states(vs->view, &vs->states);
    strbuf_clear(&vs->sentence);
    view_sentence(vs->view, &vs->sentence);
    return true;
}

static bool is_there(const struct view_state *vs, s32 pid)
{
    struct view_task task;

    return view_task_by_pid(vs->view, pid, &task);
}

/*
 * The task that the last thing happened to: inside a command the one that runs, after it the one
 * that was created or changed its state last, else the one that acted. 0 when that says nothing.
 */
static s32 concerned_task(const struct view_state *vs)
{
    const struct view_transition *last = &vs->states.last;

    if (machine_is_inside(vs->m))
        return view_current(vs->view);
    s32 pid = last->arrow == VIEW_ARROW_NONE || last->arrow == VIEW_ARROW_ELECTED ? vs->states.actor
                                                                                  : last->pid;
    return is_there(vs, pid) ? pid : 0;
}

s32 view_state_task(const struct view_state *vs)
{
    if (vs->chosen != FOLLOW && is_there(vs, vs->chosen))
        return vs->chosen;
    s32 pid = concerned_task(vs);
    if (pid == 0)
        pid = view_focus(vs->view);
    if (pid == 0)
        pid = view_current(vs->view);
    return is_there(vs, pid) ? pid : -1;
}
