// What the kernel did, as Trace Event JSON: tasks are rows, functions and states are slices.
//
// Time stands still inside the machine, so the clock is the journal: the n-th record that is
// written out lies at n microseconds.
#include "procarium/report.h"

#include "report/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The "processes" of the format: groups of rows.
enum { ROWS_COMMANDS = 1, ROWS_FUNCTIONS, ROWS_STATES };

// A row's number is the task's PID, but viewers take row 0 for a CPU that idles, and may hide it.
#define ROW_OF_COMMANDS 1
#define ROW_OF_SWAPPER  ((s32)(PIDMAP_ENTRIES * PAGE_SIZE * 8))

#define COMM_SIZE (TASK_COMM_LEN * 4) // what no terminal may get is written out in up to four bytes

// A row: what a task is in the middle of.
struct row {
    char comm[COMM_SIZE];
    u16 *open; // functions entered and not yet left
    u32 depth, capacity;
    bool is_back; // it has the CPU again: what it slept in is over at its next function
    bool is_dead;
    char state;    // 0: not known yet
    u64 since;     // … it is in this state
    s32 cause;     // of that
    bool is_alive; // there is such a task now
};

struct writer {
    const struct machine *m;
    struct strbuf *out;
    struct row **rows; // by pid; NULL: not seen
    u32 limit;
    u64 zero; // the journal position that is called 0
    s32 current;
    bool has_events;
};

static struct row *row_of(struct writer *w, s32 pid)
{
    if (pid < 0 || (u32)pid >= PIDMAP_ENTRIES * PAGE_SIZE * 8)
        return NULL;
    if ((u32)pid >= w->limit) {
        u32 limit = (u32)pid * 2 + 64;

        w->rows = realloc(w->rows, limit * sizeof *w->rows);
        BUG_ON(!w->rows);
        memset(w->rows + w->limit, 0, (limit - w->limit) * sizeof *w->rows);
        w->limit = limit;
    }
    if (!w->rows[pid]) {
        w->rows[pid] = calloc(1, sizeof **w->rows);
        BUG_ON(!w->rows[pid]);
    }
    return w->rows[pid];
}

// ---- Events ------------------------------------------------------------------------------------

// Begins an event: {"ph":"B","pid":2,"tid":3,"ts":17 and then what the caller adds.
static void begin_event(struct writer *w, char phase, int group, s32 tid, u64 position)
{
    strbuf_printf(w->out, "%s{\"ph\":\"%c\",\"pid\":%d,\"tid\":%d,\"ts\":%llu",
                  w->has_events ? ",\n" : "", phase, group, tid ? tid : ROW_OF_SWAPPER,
                  (unsigned long long)(position - w->zero));
    w->has_events = true;
}

static void add_name(struct writer *w, const char *text)
{
    strbuf_puts(w->out, ",\"name\":");
    json_add_text(w->out, text, strlen(text));
}

// Metadata: what a row or a group of rows is called, and where it stands among the others.
static void name_row(struct writer *w, const char *what, int group, s32 tid, const char *name,
                     s32 place)
{
    begin_event(w, 'M', group, tid, w->zero);
    strbuf_printf(w->out, ",\"name\":\"%s_name\",\"args\":{\"name\":", what);
    json_add_text(w->out, name, strlen(name));
    strbuf_puts(w->out, "}}");
    begin_event(w, 'M', group, tid, w->zero);
    strbuf_printf(w->out, ",\"name\":\"%s_sort_index\",\"args\":{\"sort_index\":%d}}", what, place);
}

// ---- Functions ---------------------------------------------------------------------------------

static void leave_top(struct writer *w, struct row *row, u64 position, const struct record *r)
{
    row->depth--;
    begin_event(w, 'E', ROWS_FUNCTIONS, w->current, position);
    if (r && r->kind == RECORD_LEAVE_VALUE) {
        struct strbuf value = STRBUF_INIT;

        value_text((s64)r->data, &value);
        strbuf_puts(w->out, ",\"args\":{\"returns\":");
        json_add_text(w->out, strbuf_text(&value), value.length);
        strbuf_putc(w->out, '}');
        strbuf_finish(&value);
    }
    strbuf_putc(w->out, '}');
}

static void leave_all(struct writer *w, struct row *row, s32 pid, u64 position)
{
    s32 kept = w->current;

    w->current = pid;
    while (row->depth)
        leave_top(w, row, position, NULL);
    w->current = kept;
    row->is_back = false;
}

static void enter(struct writer *w, u64 position, const struct record *r)
{
    struct row *row = row_of(w, w->current);
    const struct ksym_info *info = ksym_info((enum ksym)r->id);

    if (!row)
        return;
    if (row->is_back && r->id != KSYM_finish_task_switch)
        leave_all(w, row, w->current, position);
    if (row->depth == row->capacity) {
        row->capacity = row->capacity ? row->capacity * 2 : 32;
        row->open = realloc(row->open, row->capacity * sizeof *row->open);
        BUG_ON(!row->open);
    }
    row->open[row->depth++] = r->id;
    begin_event(w, 'B', ROWS_FUNCTIONS, w->current, position);
    strbuf_printf(w->out, ",\"cat\":\"%s\",\"name\":\"%s\"}", info->file, info->name);
}

static void leave(struct writer *w, u64 position, const struct record *r)
{
    struct row *row = row_of(w, w->current);
    u32 depth = row ? row->depth : 0;

    while (depth > 0 && row->open[depth - 1] != r->id)
        depth--;
    if (depth == 0)
        return; // it was entered before what the journal holds
    while (row->depth > depth)
        leave_top(w, row, position, NULL);
    leave_top(w, row, position, r);
}

// ---- States ------------------------------------------------------------------------------------

static void end_state(struct writer *w, struct row *row, s32 pid, u64 position)
{
    char cause[32], name[2] = { row->state, '\0' };

    if (!row->state)
        return;
    begin_event(w, 'X', ROWS_STATES, pid, row->since);
    strbuf_printf(w->out, ",\"cat\":\"state\",\"dur\":%llu",
                  (unsigned long long)(position - row->since));
    add_name(w, name);
    strbuf_puts(w->out, ",\"args\":{\"means\":");
    json_add_text(w->out, state_letter_text(row->state), strlen(state_letter_text(row->state)));
    if (row->cause) {
        const char *text = cause_text(row->cause, cause, sizeof cause);

        strbuf_puts(w->out, ",\"cause\":");
        json_add_text(w->out, text, strlen(text));
    }
    strbuf_puts(w->out, "}}");
}

static void change_state(struct writer *w, u64 position, const struct event *e)
{
    struct row *row = row_of(w, e->a);
    char from = (char)(e->b >> 8 & 0xFF), to = (char)(e->b & 0xFF);
    char cause[32], change[16];

    if (!row)
        return;
    if (!row->state) {
        row->state = from;
        row->since = w->zero;
    }
    end_state(w, row, e->a, position);
    row->state = to;
    row->since = position;
    row->cause = e->c;
    row->is_dead = to == 'Z' || to == 'X';
    snprintf(change, sizeof change, "%c → %c", from, to);
    begin_event(w, 'i', ROWS_FUNCTIONS, e->a, position);
    strbuf_puts(w->out, ",\"cat\":\"state\",\"s\":\"t\"");
    add_name(w, change);
    const char *text = cause_text(e->c, cause, sizeof cause);
    strbuf_puts(w->out, ",\"args\":{\"cause\":");
    json_add_text(w->out, text, strlen(text));
    strbuf_puts(w->out, "}}");
}

static void take_note(struct writer *w, u64 position, const struct record *r)
{
    struct event e = record_event(r);
    struct row *row, *parent;

    switch (e.kind) {
    case EVENT_SWITCH:
        row = row_of(w, e.a);
        if (row && row->is_dead)
            leave_all(w, row, e.a, position);
        w->current = e.b;
        row = row_of(w, e.b);
        if (row)
            row->is_back = row->depth > 0;
        break;
    case EVENT_STATE:
        change_state(w, position, &e);
        break;
    case EVENT_FORK:
        parent = row_of(w, e.a);
        row = row_of(w, e.b);
        if (row && parent && !row->is_alive)
            memcpy(row->comm, parent->comm, sizeof row->comm);
        if (row) {
            row->state = 'R';
            row->since = position;
            row->cause = 0;
        }
        break;
    case EVENT_RELEASE:
        row = row_of(w, e.a);
        if (row)
            end_state(w, row, e.a, position);
        if (row)
            row->state = 0;
        break;
    default:
        break;
    }
}

// ---- All of it ---------------------------------------------------------------------------------

static void write_command(struct writer *w, u64 i, const struct record_range *range,
                          command_text *text, void *context)
{
    const char *words = text(context, i + 1);

    begin_event(w, 'X', ROWS_COMMANDS, ROW_OF_COMMANDS, range->begin);
    strbuf_printf(w->out, ",\"cat\":\"command\",\"dur\":%llu",
                  (unsigned long long)(range->end - range->begin));
    add_name(w, words ? words : "");
    strbuf_printf(w->out, ",\"args\":{\"n\":%llu}}", (unsigned long long)i + 1);
    for (u64 at = range->begin; at < range->end; at++) {
        const struct record *r = record_get(w->m, at);

        if (r->kind == RECORD_ENTER)
            enter(w, at, r);
        else if (r->kind == RECORD_LEAVE || r->kind == RECORD_LEAVE_VALUE)
            leave(w, at, r);
        else if (r->kind == RECORD_NOTE)
            take_note(w, at, r);
    }
    // Between two commands the CPU is in user mode.
    struct row *row = row_of(w, w->current);
    if (row)
        leave_all(w, row, w->current, range->end);
}

// Who has the CPU at a journal position: whom the next switch takes it from.
static s32 current_at(const struct machine *m, u64 position)
{
    const struct task_struct *p = current_or_null(m);

    for (u64 i = position; i < record_cursor(m); i++) {
        const struct record *r = record_get(m, i);

        if (r->kind == RECORD_NOTE && r->id == EVENT_SWITCH)
            return record_event(r).a;
    }
    return p ? p->pid : 0;
}

static void take_task(struct writer *w, const struct task_struct *p)
{
    struct row *row = row_of(w, p->pid);
    struct strbuf comm = STRBUF_INIT;

    if (!row)
        return;
    add_comm(p, &comm);
    snprintf(row->comm, sizeof row->comm, "%s", strbuf_text(&comm));
    row->is_alive = true;
    strbuf_finish(&comm);
}

static void take_tasks(struct writer *w)
{
    u32 count;
    const struct task_struct **tasks = collect_tasks(w->m, &count);

    take_task(w, &kernel(w->m)->init_task);
    for (u32 i = 0; i < count; i++)
        take_task(w, tasks[i]);
    free(tasks);
}

// A task that was there before, and has not changed its state since.
static void begin_alive(struct writer *w, struct row *row, s32 pid)
{
    const struct task_struct *p = row->state || !row->is_alive ? NULL : find_task(w->m, pid);

    if (!p)
        return;
    row->state = task_state_letter(p);
    row->since = w->zero;
}

// Ends what is open, and gives every row that was used its name.
static void finish_rows(struct writer *w, u64 end)
{
    char name[COMM_SIZE + 16];

    name_row(w, "process", ROWS_COMMANDS, ROW_OF_COMMANDS, "commands", ROWS_COMMANDS);
    name_row(w, "thread", ROWS_COMMANDS, ROW_OF_COMMANDS, "as they were typed", 0);
    name_row(w, "process", ROWS_FUNCTIONS, 0, "kernel functions, by task", ROWS_FUNCTIONS);
    name_row(w, "process", ROWS_STATES, 0, "states, by task", ROWS_STATES);
    for (u32 pid = 0; pid < w->limit; pid++) {
        struct row *row = w->rows[pid];

        if (!row)
            continue;
        leave_all(w, row, (s32)pid, end);
        begin_alive(w, row, (s32)pid);
        end_state(w, row, (s32)pid, end);
        snprintf(name, sizeof name, "%u %s", pid, row->comm);
        name_row(w, "thread", ROWS_FUNCTIONS, (s32)pid, name, (s32)pid);
        name_row(w, "thread", ROWS_STATES, (s32)pid, name, (s32)pid);
        free(row->open);
        free(row);
    }
    free(w->rows);
}

u64 report_trace_events(const struct machine *m, command_text *text, void *context,
                        struct strbuf *out)
{
    struct writer w = { .m = m, .out = out };
    struct record_range range, last;
    u64 end = machine_position(m).command, first = end;

    while (first > 0 && command_records(m, first - 1, &range))
        first--;
    if (first == end || !command_records(m, first, &range) || !command_records(m, end - 1, &last))
        return 0;
    w.zero = range.begin;
    w.current = current_at(m, range.begin);
    strbuf_puts(out, "{\"displayTimeUnit\":\"ns\",\n"
                     "\"otherData\":{\"generator\":\"procarium\",\"clock\":"
                     "\"the position in the journal: one record is shown as one microsecond\"},\n"
                     "\"traceEvents\":[\n");
    take_tasks(&w);
    for (u64 i = first; i < end && command_records(m, i, &range); i++)
        write_command(&w, i, &range, text, context);
    finish_rows(&w, last.end);
    strbuf_puts(out, "\n]}\n");
    return end - first;
}
