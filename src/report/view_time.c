// See procarium/view.h: the trace and the state diagram.
#include "report/view.h"

#include <string.h>

// ---- The trace -----------------------------------------------------------------------------------

void view_trace_options(struct view *v, u32 detail, u32 max_depth)
{
    struct trace_filter filter = { max_depth, !(detail & VIEW_TRACE_FIELDS),
                                   !(detail & VIEW_TRACE_NOTES) };

    if (filter.max_depth == v->filter.max_depth && filter.no_fields == v->filter.no_fields &&
        filter.no_notes == v->filter.no_notes)
        return;
    v->filter = filter;
    if (v->m && !v->m->history.open)
        trace_build(&v->trace, v->m, 0, &v->filter);
}

u64 view_trace_command(const struct view *v)
{
    return v->trace.command;
}

u32 view_trace_count(const struct view *v)
{
    return v->trace.count;
}

s32 view_trace_cursor(const struct view *v)
{
    return v->trace.command ? trace_cursor(&v->trace) : -1;
}

static enum view_line_kind kind_of(const struct trace_line *line)
{
    switch ((enum trace_line_kind)line->kind) {
    case TRACE_CALL:
        return VIEW_LINE_CALL;
    case TRACE_LEAF:
        return VIEW_LINE_LEAF;
    case TRACE_CLOSE:
        return VIEW_LINE_CLOSE;
    case TRACE_NOTE:
        return VIEW_LINE_NOTE;
    case TRACE_SWITCH:
        return VIEW_LINE_SWITCH;
    case TRACE_FIELD:
    case TRACE_BLOCK:
        break;
    }
    return VIEW_LINE_FIELD;
}

u32 view_trace(const struct view *v, u32 first, u32 count, struct view_line *lines)
{
    struct strbuf text = STRBUF_INIT;
    s32 cursor = view_trace_cursor(v);
    u32 filled = 0;

    for (u32 i = first; i < v->trace.count && filled < count; i++) {
        const struct trace_line *from = &v->trace.lines[i];
        struct view_line *line = &lines[filled++];

        *line =
            (struct view_line){ .kind = kind_of(from), .depth = from->depth, .step = from->step };
        line->is_cursor = (s32)i == cursor;
        line->is_done = from->position < v->record;
        if (line->kind == VIEW_LINE_CALL || line->kind == VIEW_LINE_LEAF)
            line->meaning = ksym_info((enum ksym)from->symbol)->purpose;
        strbuf_clear(&text);
        trace_text(&v->trace, from, &text);
        view_put(line->text, sizeof line->text, &text);
    }
    strbuf_finish(&text);
    return filled;
}

// ---- Who stands in which state --------------------------------------------------------------------

enum view_box view_box_of(const struct task_struct *p, bool is_current)
{
    switch (task_state_letter(p)) {
    case 'S':
        return VIEW_BOX_SLEEP;
    case 'D':
        return VIEW_BOX_DISK;
    case 'T':
        return VIEW_BOX_STOPPED;
    case 't':
        return VIEW_BOX_TRACED;
    case 'Z':
        return VIEW_BOX_ZOMBIE;
    case 'X':
        return VIEW_BOX_DEAD;
    default:
        return is_current ? VIEW_BOX_CPU : VIEW_BOX_READY;
    }
}

// Lists are kept by PID, so that those that stay keep their order.
static void enter_box(struct box_list *list, s32 pid)
{
    u32 i = list->shown;

    list->count++;
    while (i > 0 && list->pid[i - 1] > pid)
        i--;
    if (i == VIEW_BOX_TASKS || (i == list->shown && list->shown + 1 < list->count))
        return; // behind those that are shown
    if (list->shown < VIEW_BOX_TASKS)
        list->shown++;
    memmove(&list->pid[i + 1], &list->pid[i], (list->shown - i - 1) * sizeof list->pid[0]);
    list->pid[i] = pid;
}

// False if the list would need one that is not known to take the place.
static bool leave_box(struct box_list *list, s32 pid)
{
    u32 i = 0;

    if (list->count-- == 0)
        return false;
    while (i < list->shown && list->pid[i] != pid)
        i++;
    if (i == list->shown)
        return list->shown <= list->count;
    if (list->count >= list->shown)
        return false;
    list->shown--;
    memmove(&list->pid[i], &list->pid[i + 1], (list->shown - i) * sizeof list->pid[0]);
    return true;
}

static void enter(struct view *v, const struct task_struct *p)
{
    enter_box(&v->box[view_box_of(p, p == current_or_null(v->m))], p->pid);
}

void view_count_states(struct view *v, const struct task_struct **tasks, u32 count)
{
    memset(v->box, 0, sizeof v->box);
    if (!has_kernel(v->m))
        return;
    const struct task_struct *idle = &kernel(v->m)->init_task;
    if (current_or_null(v->m) == idle)
        enter(v, idle);
    for (u32 i = 0; i < count; i++)
        enter(v, tasks[i]);
}

// Did the task stand in a box at the stop before? The tree is still of then.
static bool was_in_box(const struct view *v, kaddr task, const struct task_struct *then)
{
    s32 row = tree_row_of(&v->tree, then->pid);

    if (v->fold) // threads have no rows
        return then->pid > 0 && then->pids[PIDTYPE_PID].nr == then->pid;
    return row >= 0 && v->tree.rows[row].task == task;
}

// Takes a task from the box that it stood in at the stop before to the one where it stands now.
// swapper stands in one only while it is on the CPU.
static bool move_task(struct view *v, kaddr task)
{
    const struct task_struct *p = task_at(v->m, task);
    bool is_idle = p == &kernel(v->m)->init_task, is_current = p == current_or_null(v->m);
    bool was_current = task == v->then_current;
    struct task_struct then;

    moment_get(&v->before, v->m, kaddr_to_offset(task), &then, sizeof then);
    bool was_here = is_idle ? was_current : was_in_box(v, task, &then);
    bool is_here = is_idle ? is_current : is_task_listed(v->m, p);
    enum view_box from = view_box_of(&then, was_current), to = view_box_of(p, is_current);
    if (was_here && is_here && from == to && then.pid == p->pid)
        return true;
    if (was_here && !leave_box(&v->box[from], then.pid))
        return false;
    if (is_here)
        enter_box(&v->box[to], p->pid);
    return true;
}

bool view_update_states(struct view *v, const struct changed_tasks *changed)
{
    for (u32 i = 0; i < changed->count; i++)
        if (!move_task(v, changed->task[i]))
            return false;
    return true;
}

static void fill_entry(const struct view *v, enum view_box box, s32 pid,
                       struct view_box_task *entry)
{
    s32 row = tree_row_of(&v->tree, pid);
    const struct task_struct *p =
        row >= 0 ? task_at(v->m, v->tree.rows[row].task) : find_task(v->m, pid);
    struct strbuf text = STRBUF_INIT;

    *entry = (struct view_box_task){ .pid = pid, .mark = VIEW_SAME };
    if (!p)
        return;
    if (v->has_marks && !view_was_live(v, kaddr_of(v->m, p), pid) && pid) {
        entry->mark = VIEW_NEW;
    } else if (v->has_marks) {
        struct task_struct then;

        moment_get(&v->before, v->m, kaddr_to_offset(kaddr_of(v->m, p)), &then, sizeof then);
        if (view_box_of(&then, kaddr_of(v->m, p) == v->then_current) != box)
            entry->mark = VIEW_CHANGED;
    }
    add_comm(p, &text);
    view_put(entry->comm, sizeof entry->comm, &text);
    strbuf_finish(&text);
}

// ---- Transitions ----------------------------------------------------------------------------------

static enum view_arrow arrow_of_letters(char from, char to)
{
    switch (to) {
    case 'S':
        return VIEW_ARROW_SLEEPS;
    case 'D':
        return VIEW_ARROW_WAITS;
    case 'T':
    case 't':
        return VIEW_ARROW_STOPS;
    case 'Z':
        return VIEW_ARROW_EXITS;
    case 'X':
        return from == 'Z' ? VIEW_ARROW_REAPED : VIEW_ARROW_GOES;
    case 'R':
        return from == 'S'                  ? VIEW_ARROW_WOKEN
               : from == 'D'                ? VIEW_ARROW_DONE
               : from == 'T' || from == 't' ? VIEW_ARROW_CONTINUES
                                            : VIEW_ARROW_NONE;
    default:
        return VIEW_ARROW_NONE;
    }
}

// Was the task that a switch took from the CPU still runnable? Its last change of state, if there
// was one since it got the CPU, says so.
static bool was_preempted(const struct machine *m, u64 begin, u64 position, s32 pid)
{
    while (position-- > begin) {
        const struct record *r = record_get(m, position);
        struct event e = record_event(r);

        if (r->kind != RECORD_NOTE)
            continue;
        if (e.kind == EVENT_STATE && e.a == pid)
            return (e.b & 0x7F) == 'R';
        if (e.kind == EVENT_SWITCH && e.b == pid)
            return true;
    }
    return true;
}

static void name_transition(const struct view *v, s32 pid, struct view_transition *t)
{
    const struct task_struct *p = find_task(v->m, pid);
    struct strbuf text = STRBUF_INIT;

    t->pid = pid;
    t->comm[0] = '\0';
    if (p)
        add_comm(p, &text);
    view_put(t->comm, sizeof t->comm, &text);
    strbuf_finish(&text);
}

static void set_cause(struct view_transition *t, const char *cause)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_puts(&text, cause);
    view_put(t->cause, sizeof t->cause, &text);
    strbuf_finish(&text);
}

// The arrow that an event takes, NONE if it takes none.
static enum view_arrow transition_of(const struct event *e)
{
    switch (e->kind) {
    case EVENT_STATE:
        return arrow_of_letters((char)(e->b >> 8 & 0x7F), (char)(e->b & 0x7F));
    case EVENT_FORK:
        return VIEW_ARROW_FORK;
    case EVENT_SWITCH:
        return VIEW_ARROW_ELECTED;
    default:
        return VIEW_ARROW_NONE;
    }
}

// The same with its words.
static void describe_transition(const struct view *v, const struct event *e,
                                struct view_transition *t)
{
    char buffer[16];

    *t = (struct view_transition){ .arrow = transition_of(e), .from = '-', .to = '-' };
    switch (e->kind) {
    case EVENT_STATE:
        t->from = (char)(e->b >> 8 & 0x7F);
        t->to = (char)(e->b & 0x7F);
        name_transition(v, e->a, t);
        set_cause(t, cause_text(e->c, buffer, sizeof buffer));
        break;
    case EVENT_FORK:
        t->to = 'R';
        name_transition(v, e->b, t);
        set_cause(t, e->c == SIGCHLD ? "fork" : (u32)e->c & CLONE_VFORK ? "vfork" : "clone");
        break;
    case EVENT_SWITCH:
        t->from = t->to = 'R';
        name_transition(v, e->b, t);
        set_cause(t, "schedule");
        break;
    default:
        break;
    }
}

// The latest transitions of a command, of each task one; looked at from its end.
struct candidates {
    u32 count;
    struct candidate {
        struct event event;
        bool is_undone; // the task has come back to the state in which the command found it
    } of[16];
};

static s32 task_of(const struct event *e)
{
    return e->kind == EVENT_STATE ? e->a : e->b;
}

// An earlier event than all that were added.
static void add_candidate(struct candidates *c, const struct event *e)
{
    for (u32 i = 0; i < c->count; i++) {
        struct candidate *candidate = &c->of[i];
        if (task_of(&candidate->event) != task_of(e))
            continue;
        candidate->is_undone = e->kind == EVENT_STATE && candidate->event.kind == EVENT_STATE &&
                               (e->b >> 8 & 0x7F) == (candidate->event.b & 0x7F);
        return;
    }
    if (c->count < sizeof c->of / sizeof c->of[0])
        c->of[c->count++] = (struct candidate){ *e, false };
}

// Between two commands a switch says little: the focus always gets the CPU back. Nor does a sleeper
// that was woken and sleeps again, as init does when somebody else's child has stopped.
static void find_last_transition(const struct view *v, struct view_transition *last)
{
    bool is_inside = machine_is_inside(v->m);
    u64 end = v->record < v->trace.end ? v->record : v->trace.end;
    struct event a_switch = { .kind = EVENT_MARK };
    struct candidates c = { 0 };

    for (u64 i = end; v->trace.command && i-- > v->trace.begin;) {
        const struct record *r = record_get(v->m, i);
        struct event e = record_event(r);

        if (r->kind != RECORD_NOTE || transition_of(&e) == VIEW_ARROW_NONE)
            continue;
        if (is_inside) {
            describe_transition(v, &e, last);
            return;
        }
        if (e.kind != EVENT_SWITCH)
            add_candidate(&c, &e);
        else if (a_switch.kind == EVENT_MARK)
            a_switch = e;
    }
    for (u32 i = 0; i < c.count; i++)
        if (!c.of[i].is_undone) {
            describe_transition(v, &c.of[i].event, last);
            return;
        }
    describe_transition(v, c.count > 0 ? &c.of[0].event : &a_switch, last);
}

// Who made the call or the access that the command was, as its first such event says.
static s32 find_actor(const struct view *v)
{
    u64 end = v->record < v->trace.end ? v->record : v->trace.end;

    for (u64 i = v->trace.begin; v->trace.command && i < end; i++) {
        const struct record *r = record_get(v->m, i);
        struct event e = record_event(r);

        if (r->kind != RECORD_NOTE)
            continue;
        if (e.kind == EVENT_RETURN || e.kind == EVENT_LOAD || e.kind == EVENT_STORE ||
            e.kind == EVENT_FAULT || e.kind == EVENT_EXEC || e.kind == EVENT_REFUSED)
            return e.a;
    }
    return 0;
}

static u32 find_lit(const struct view *v)
{
    u32 lit = 0;

    if (!v->has_marks)
        return 0;
    for (u64 i = v->base; i < v->record; i++) {
        const struct record *r = record_get(v->m, i);
        struct event e = record_event(r);

        if (r->kind != RECORD_NOTE)
            continue;
        lit |= 1u << transition_of(&e);
        if (e.kind == EVENT_SWITCH && e.a && was_preempted(v->m, v->base, i, e.a))
            lit |= 1u << VIEW_ARROW_PREEMPTED;
    }
    return lit & ~(1u << VIEW_ARROW_NONE);
}

void view_states(const struct view *v, struct view_states *states)
{
    memset(states, 0, sizeof *states);
    states->last.from = states->last.to = '-';
    if (!v->m || !has_kernel(v->m))
        return;
    for (u32 box = 0; box < VIEW_BOX_COUNT; box++) {
        states->box[box].count = v->box[box].count;
        states->box[box].shown = v->box[box].shown;
        for (u32 i = 0; i < v->box[box].shown; i++)
            fill_entry(v, (enum view_box)box, v->box[box].pid[i], &states->box[box].task[i]);
    }
    find_last_transition(v, &states->last);
    states->actor = find_actor(v);
    states->lit = find_lit(v);
}
