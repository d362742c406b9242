// Looking: the commands that show what is there.
#include "script/session.h"

#include "procarium/report.h"
#include "script/messages.h"

#include <string.h>

void show(struct session *s, struct strbuf *text)
{
    if (s->face.text && text->length)
        s->face.text(s->face.context, strbuf_text(text), text->length);
}

// Shows what a report has written, or turns its words into a mistake.
static bool show_or_fail(struct session *s, u32 offset, bool well, struct strbuf *out)
{
    if (well)
        show(s, out);
    else
        fail(s, offset, "%s", strbuf_text(out));
    strbuf_finish(out);
    return well;
}

RUN(look)
{
    struct strbuf out = STRBUF_INIT;

    n->command->report(s->m, &out);
    return show_or_fail(s, n->offset, true, &out);
}

// Shows the task that the first word names, or the focus.
static bool look_at(struct session *s, const struct node *n, bool is_named,
                    bool (*report)(const struct machine *m, s32 pid, struct strbuf *out))
{
    struct strbuf out = STRBUF_INIT;
    s32 pid = console(s->m)->focus;

    if (is_named) {
        if (!word_pid(s, &n->word[0], &pid))
            return false;
    } else if (pid == 0) {
        return fail(s, n->end, MSG_LOOK_NO_FOCUS, n->command->info.name);
    }
    return show_or_fail(s, is_named ? n->word[0].offset : n->offset, report(s->m, pid, &out), &out);
}

RUN(look_at_task)
{
    return look_at(s, n, n->words > 0, n->command->report_task);
}

// Is it a PID, or a variable that holds one? Else it is the name of something.
static bool is_number_word(const struct word *w)
{
    return w->kind >= WORD_VARIABLE || strchr("0123456789-", w->text[0]);
}

// task [PID [OTHER]] [GROUP…] [all]
RUN(task)
{
    bool is_named = n->words > 0 && is_number_word(&n->word[0]);
    bool is_pair = is_named && n->words > 1 && is_number_word(&n->word[1]);
    struct strbuf out = STRBUF_INIT;
    s32 pid = console(s->m)->focus, other = 0;
    u32 groups = 0, group;

    if ((is_named && !word_pid(s, &n->word[0], &pid)) ||
        (is_pair && !word_pid(s, &n->word[1], &other)))
        return false;
    for (u32 i = (u32)is_named + is_pair; i < n->words; i++) {
        if (!word_choice(s, &n->word[i], n->command->choices, &group))
            return false;
        groups |= 1u << group;
    }
    if (pid == 0 && !is_named)
        return fail(s, n->end, MSG_LOOK_NO_FOCUS, n->command->info.name);
    u32 offset = is_named ? n->word[is_pair].offset : n->offset;
    bool well = is_pair ? report_task_pair(s->m, pid, other, groups, &out)
                        : report_task(s->m, pid, groups, &out);
    return show_or_fail(s, offset, well, &out);
}

RUN(kmem)
{
    struct strbuf out = STRBUF_INIT;

    if (n->words > 0 && !word_is(&n->word[0], "-s"))
        return fail(s, n->word[0].offset, MSG_NOT_CHOICE, n->word[0].text, "-s");
    if (n->words > 1)
        return show_or_fail(s, n->word[1].offset, report_slab(s->m, n->word[1].text, &out), &out);
    if (n->words > 0)
        report_slabs(s->m, &out);
    else
        report_kmem(s->m, &out);
    return show_or_fail(s, n->offset, true, &out);
}

// ---- Memory, by hand -------------------------------------------------------------------------

// The task whose memory is looked at: the first word's if there are more than `words`, else the
// focus.
static bool task_to_look_at(struct session *s, const struct node *n, u32 words,
                            const struct task_struct **p)
{
    s32 pid = console(s->m)->focus;

    if (n->words > words)
        return word_task(s, &n->word[0], p);
    if (pid == 0)
        return fail(s, n->end, MSG_LOOK_NO_FOCUS, n->command->info.name);
    *p = find_task_by_pid(s->m, pid);
    return *p || fail(s, n->offset, MSG_NO_TASK, pid);
}

// vtop [PID] ADDR
RUN(vtop)
{
    struct strbuf out = STRBUF_INIT;
    const struct word *w = &n->word[n->words - 1];
    const struct task_struct *p;
    uaddr address;

    return task_to_look_at(s, n, 1, &p) && word_user_address(s, w, p, &address) &&
           show_or_fail(s, n->word[0].offset, report_vtop(s->m, p->pid, address, &out), &out);
}

// shared [PID] PID
RUN(shared)
{
    struct strbuf out = STRBUF_INIT;
    const struct task_struct *p, *q;

    return task_to_look_at(s, n, 1, &p) && word_task(s, &n->word[n->words - 1], &q) &&
           show_or_fail(s, n->word[0].offset, report_shared(s->m, p->pid, q->pid, &out), &out);
}

// An address of the kernel, or of the focus.
static bool word_any_address(struct session *s, const struct word *w, u32 *address)
{
    const struct task_struct *p = find_task_by_pid(s->m, console(s->m)->focus);

    return w->kind == WORD_PLAIN && !w->is_number && p ? word_user_address(s, w, p, address)
                                                       : word_address(s, w, address);
}

RUN(rd)
{
    struct strbuf out = STRBUF_INIT;
    kaddr address;
    s64 count = 16;

    if (!word_any_address(s, &n->word[0], &address))
        return false;
    if (n->words > 1 && !word_in_range(s, &n->word[1], WHAT_COUNT, 1, 65536, &count))
        return false;
    bool well = address < TASK_SIZE
                    ? report_rd_user(s->m, console(s->m)->focus, address, (u32)count, &out)
                    : report_rd(s->m, address, (u32)count, &out);
    return show_or_fail(s, n->word[0].offset, well, &out);
}

// struct TYPE ADDRESS; for a task_struct, a PID will do.
RUN(struct)
{
    struct strbuf out = STRBUF_INIT;
    const struct word *type = &n->word[0];
    kaddr address;

    if (!word_address(s, &n->word[1], &address))
        return false;
    if (strcmp(type->text, "task_struct") == 0 && address < KERNEL_BASE) {
        const struct task_struct *p;

        if (!word_task(s, &n->word[1], &p))
            return false;
        address = kaddr_of(s->m, p);
    }
    return show_or_fail(s, type->offset, report_struct(s->m, type->text, address, &out), &out);
}

RUN(list)
{
    struct strbuf out = STRBUF_INIT;
    kaddr address = 0;

    if (n->words > 0 && !word_address(s, &n->word[0], &address))
        return false;
    return show_or_fail(s, n->words ? n->word[0].offset : n->offset,
                        report_list(s->m, address, &out), &out);
}

// ---- The past --------------------------------------------------------------------------------

// Command N of the history, counted from 1; 0 without a word.
static bool word_command(struct session *s, const struct node *n, u32 i, u64 *number)
{
    s64 value = 0;

    if (i < n->words && machine_position(s->m).commands == 0)
        return fail(s, n->word[i].offset, MSG_AT_START);
    if (i < n->words && !word_in_range(s, &n->word[i], WHAT_COMMAND, 1,
                                       (s64)machine_position(s->m).commands, &value))
        return false;
    *number = (u64)value;
    return true;
}

// One word of `trace`.
static bool word_trace(struct session *s, const struct node *n, u32 i,
                       struct trace_options *options, u64 *number)
{
    const struct word *w = &n->word[i];
    const char *depth = word_after(w, "depth");
    s64 value = 0;

    if (depth) {
        if (!option_number(s, w, depth, WHAT_DEPTH, 0, 1000, &value))
            return false;
        options->max_depth = (u32)value;
    } else if (word_is(w, "calls")) {
        options->no_fields = options->no_notes = true;
    } else if (w->kind == WORD_PLAIN && !w->is_number) {
        options->function = w->text;
        if (is_traced_function(w->text))
            return true;
        fail(s, w->offset, MSG_NO_FUNCTION, w->text);
        strbuf_puts(&s->diagnosis.hint, HINT_FUNCTIONS);
        return false;
    } else {
        return word_command(s, n, i, number);
    }
    return true;
}

// trace [N] [FUNCTION] [calls] [depth=D]
RUN(trace)
{
    struct trace_options options = { 0 };
    struct strbuf out = STRBUF_INIT;
    u64 number = 0;

    for (u32 i = 0; i < n->words; i++)
        if (!word_trace(s, n, i, &options, &number))
            return false;
    return show_or_fail(s, n->offset, report_trace(s->m, number, &options, &out), &out);
}

// diff: the last command; diff N: command N; diff FROM TO: between two positions.
RUN(diff)
{
    struct time_position p = machine_position(s->m);
    struct strbuf out = STRBUF_INIT;
    u64 from, to;

    if (n->words == 2) {
        s64 a, b;

        if (!word_in_range(s, &n->word[0], WHAT_POSITION, 0, (s64)p.commands, &a) ||
            !word_in_range(s, &n->word[1], WHAT_POSITION, 0, (s64)p.commands, &b))
            return false;
        from = (u64)a;
        to = (u64)b;
    } else {
        if (!word_command(s, n, 0, &to))
            return false;
        if (to == 0)
            to = p.command + machine_is_inside(s->m);
        if (to == 0)
            return fail(s, n->offset, MSG_AT_START);
        from = to - 1;
    }
    return show_or_fail(s, n->offset, report_diff(s->m, from, to, &out), &out);
}

RUN(explain)
{
    struct strbuf out = STRBUF_INIT;
    u64 number;

    return word_command(s, n, 0, &number) &&
           show_or_fail(s, n->offset, report_explain(s->m, number, &out), &out);
}

static const char *text_of_command(void *context, u64 number)
{
    return session_history(context, number - 1).text;
}

RUN(history)
{
    struct strbuf out = STRBUF_INIT;
    s64 limit = 50;

    if (n->words > 0 && !word_in_range(s, &n->word[0], WHAT_COUNT, 0, INT32_MAX, &limit))
        return false;
    report_history(s->m, (u64)limit, text_of_command, s, &out);
    return show_or_fail(s, n->offset, true, &out);
}

// ---- The machine as a whole ------------------------------------------------------------------

RUN(check)
{
    struct strbuf out = STRBUF_INIT;
    struct strbuf wrong = STRBUF_INIT;

    if (machine_check(s->m, &wrong) == 0)
        strbuf_puts(&out, TEXT_CHECK_WELL "\n");
    else if (machine_is_inside(s->m))
        strbuf_puts(&out, TEXT_CHECK_INSIDE "\n");
    strbuf_puts(&out, strbuf_text(&wrong));
    strbuf_finish(&wrong);
    return show_or_fail(s, n->offset, true, &out);
}

RUN(snapshot)
{
    (void)n;
    if (s->face.snapshot)
        s->face.snapshot(s->face.context, machine_position(s->m).command);
    return true;
}

static bool fail_unknown_topic(struct session *s, const struct word *w)
{
    const char *near = suggest_command(w->text);

    fail(s, w->offset, MSG_NO_TOPIC, w->text);
    if (near)
        strbuf_printf(&s->diagnosis.hint, HINT_DID_YOU_MEAN, near);
    else
        strbuf_puts(&s->diagnosis.hint, HINT_LIST);
    return false;
}

// The screen knows what its keys do.
static bool help_about_key(struct session *s, const struct word *w, struct strbuf *out)
{
    struct view_command command = { .name = "keys", .words = 1, .word = { w->text } };
    struct strbuf why = STRBUF_INIT;

    if (!is_one_of(w, key_names))
        return false;
    if (!s->face.view || !s->face.view(s->face.context, &command, &why))
        strbuf_printf(out, TEXT_KEY_OF_SCREEN, w->text);
    strbuf_finish(&why);
    return true;
}

RUN(help)
{
    struct strbuf out = STRBUF_INIT;
    bool well = script_help(n->words ? n->word[0].text : NULL, &out) ||
                help_about_key(s, &n->word[0], &out);

    if (well)
        show(s, &out);
    strbuf_finish(&out);
    return well || fail_unknown_topic(s, &n->word[0]);
}
