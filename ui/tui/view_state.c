/* Refreshing what the panes look at. */
#include "tui/view_state.h"

#include "tui/mem.h"

void view_state_init(struct view_state *vs, struct session *session)
{
    *vs = (struct view_state){ .session = session,
                               .m = session_machine(session),
                               .view = view_create(),
                               .chosen = FOLLOW_FOCUS };
    if (!vs->view)
        abort();
    view_trace_options(vs->view, VIEW_TRACE_NOTES, 0);
}

void view_state_finish(struct view_state *vs)
{
    view_destroy(vs->view);
    strbuf_finish(&vs->sentence);
}

bool view_state_refresh(struct view_state *vs)
{
    if (!view_refresh(vs->view, vs->m))
        return false;
    vs->stops++;
    view_states(vs->view, &vs->states);
    strbuf_clear(&vs->sentence);
    view_sentence(vs->view, &vs->sentence);
    return true;
}

s32 view_state_task(const struct view_state *vs)
{
    struct view_task task;

    if (vs->chosen != FOLLOW_FOCUS && view_task_by_pid(vs->view, vs->chosen, &task))
        return vs->chosen;
    s32 pid = view_focus(vs->view);
    if (pid == 0)
        pid = view_current(vs->view);
    return view_task_by_pid(vs->view, pid, &task) ? pid : -1;
}
