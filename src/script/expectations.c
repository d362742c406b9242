// What `expect` can say that is not a number: states, names, what is shared, what was read, the trace.
#include "script/expect.h"

#include "kernel/files.h"
#include "machine/record.h"
#include "procarium/names.h"
#include "report/file_words.h"
#include "report/objects.h"
#include "script/messages.h"
#include "script/quantity.h"

#include <string.h>

#define HOLDS(name) static bool holds_##name(struct session *s, const struct node *n)
#define TELL(name)                                                                                 \
    static bool tell_##name(struct session *s, const struct node *n, struct strbuf *out)

// ---- The last call, and one task ---------------------------------------------------------------

static const char *errno_name(s64 value)
{
    const char *name = value < 0 && value > -4096 ? name_of(NAMES_ERRNO, (u32)-value) : NULL;

    return name ? name : "none";
}

HOLDS(errno)
{
    struct word last = { .kind = WORD_VALUE, .offset = n->offset };
    const struct word *w = &n->word[1];
    u32 wanted = 0;
    s64 value;

    if (!word_is(w, "none") && !name_parse(NAMES_ERRNO, w->text, w->length, &wanted))
        return fail(s, w->offset, MSG_NOT_ERRNO, w->text);
    if (!word_number(s, &last, &value))
        return false;
    u32 found = value < 0 && value > -4096 ? (u32)-value : 0;
    return found == wanted || fail_expected(s, w->offset, MSG_EXPECT_ERRNO, w->text,
                                            errno_name(value), (long long)value);
}

TELL(errno)
{
    struct word last = { .kind = WORD_VALUE, .offset = n->offset };
    s64 value;

    if (!word_number(s, &last, &value))
        return false;
    strbuf_puts(out, errno_name(value));
    return true;
}

HOLDS(state)
{
    const struct task_struct *p;
    const struct word *w = &n->word[2];

    if (!word_task(s, &n->word[1], &p))
        return false;
    if (w->length != 1 || !strchr("RSDTtZX", w->text[0]))
        return fail(s, w->offset, MSG_NOT_CHOICE, w->text, "R S D T t Z X");
    char found = task_state_letter(p);
    return found == w->text[0] ||
           fail_expected(s, w->offset, MSG_EXPECT_STATE, p->pid, p->comm, w->text, found);
}

TELL(state)
{
    const struct task_struct *p;

    if (!word_task(s, &n->word[1], &p))
        return false;
    strbuf_putc(out, task_state_letter(p));
    return true;
}

HOLDS(comm)
{
    const struct task_struct *p;
    const struct word *w = &n->word[2];

    return word_task(s, &n->word[1], &p) &&
           (strcmp(p->comm, w->text) == 0 ||
            fail_expected(s, w->offset, MSG_EXPECT_COMM, p->pid, w->text, p->comm));
}

TELL(comm)
{
    const struct task_struct *p;

    if (!word_task(s, &n->word[1], &p))
        return false;
    strbuf_add_visible(out, p->comm, strlen(p->comm));
    return true;
}

// The call that a task is in, asleep or not; "none" in user mode.
static const char *call_of(const struct session *s, const struct task_struct *p)
{
    s32 number = task_pt_regs(s->m, p)->orig_eax;
    const char *found = number > 0 ? name_of(NAMES_SYSCALL, (u32)number) : NULL;

    return found ? found : "none";
}

TELL(call)
{
    const struct task_struct *p;

    if (!word_task(s, &n->word[1], &p))
        return false;
    strbuf_puts(out, call_of(s, p));
    return true;
}

HOLDS(call)
{
    const struct task_struct *p;
    const struct word *w = &n->word[2];

    if (!word_task(s, &n->word[1], &p))
        return false;
    const char *found = call_of(s, p);
    return strcmp(found, w->text) == 0 ||
           fail_expected(s, w->offset, MSG_EXPECT_CALL, p->pid, w->text, found);
}

HOLDS(gone)
{
    s32 pid;

    if (!word_pid(s, &n->word[1], &pid))
        return false;
    const struct task_struct *p = find_task_by_pid(s->m, pid);
    return !p ||
           fail_expected(s, n->word[1].offset, MSG_EXPECT_GONE, pid, p->comm, task_state_letter(p));
}

// ---- What two tasks share ----------------------------------------------------------------------

// shared OBJECT PID PID, separate OBJECT PID PID
static bool compare_objects(struct session *s, const struct node *n, bool is_shared)
{
    const struct task_struct *a, *b;
    u32 index;

    if (!word_choice(s, &n->word[1], SHARED_OBJECTS, &index) || !word_task(s, &n->word[2], &a) ||
        !word_task(s, &n->word[3], &b))
        return false;
    bool is_same = shared_object(a, index) && shared_object(a, index) == shared_object(b, index);
    if (is_same == is_shared)
        return true;
    return is_shared ? fail_expected(s, n->word[1].offset, MSG_EXPECT_SHARED, a->pid, b->pid,
                                     n->word[1].text)
                     : fail_expected(s, n->word[1].offset, MSG_EXPECT_SEPARATE, a->pid, b->pid,
                                     n->word[1].text);
}

HOLDS(shared)
{
    return compare_objects(s, n, true);
}

HOLDS(separate)
{
    return compare_objects(s, n, false);
}

// ---- Bytes and paths ---------------------------------------------------------------------------

#define READ_MAX (WORD_LENGTH_MAX + 1) // bytes of what was read: more than any word has
#define TOLD_MAX 256u                  // of them, those that are told as an answer

// What the newest load, or read(2), got: up to READ_MAX bytes, whose number goes into *got. They are
// looked for where they were then: since that, the task may have made other calls, or ended.
static bool read_newest(struct session *s, u32 offset, enum event_kind kind, u8 *bytes, u32 *got)
{
    struct moment then = MOMENT_INIT;
    u64 position;

    if (!newest_event(s->m, kind, &position))
        return fail(s, offset, kind == EVENT_LOAD ? MSG_NO_LOAD : MSG_NO_READ);
    struct event event = record_event(record_get(s->m, position));
    u32 size = (u32)event.c < READ_MAX ? (u32)event.c : READ_MAX;
    *got = 0;
    if (moment_set(&then, s->m, position, 0)) {
        uaddr from = kind == EVENT_LOAD ? (uaddr)event.b : second_argument(s->m, &then, event.a);

        *got = read_user_then(s->m, &then, event.a, from, bytes, size);
    }
    moment_finish(&then);
    return true;
}

static bool tell_bytes(struct session *s, const struct node *n, enum event_kind kind,
                       struct strbuf *out)
{
    u8 bytes[READ_MAX];
    u32 got;

    if (!read_newest(s, n->offset, kind, bytes, &got))
        return false;
    if (got > TOLD_MAX)
        got = TOLD_MAX;
    while (got > 0 && bytes[got - 1] == 0)
        got--;
    strbuf_add_visible(out, (const char *)bytes, got);
    return true;
}

static bool holds_bytes(struct session *s, const struct node *n, enum event_kind kind,
                        const char *message)
{
    const struct word *w = &n->word[1];
    struct strbuf found = STRBUF_INIT;
    u8 bytes[READ_MAX];
    u32 got;

    if (!read_newest(s, w->offset, kind, bytes, &got))
        return false;
    bool is_same = got == w->length && memcmp(bytes, w->text, got) == 0;
    strbuf_add_visible(&found, (const char *)bytes, got);
    if (!is_same)
        fail_expected(s, w->offset, message, w->text, strbuf_text(&found));
    strbuf_finish(&found);
    return is_same;
}

TELL(loaded)
{
    return tell_bytes(s, n, EVENT_LOAD, out);
}

// loaded TEXT: what the newest load read, byte for byte.
HOLDS(loaded)
{
    return holds_bytes(s, n, EVENT_LOAD, MSG_EXPECT_LOADED);
}

TELL(read)
{
    return tell_bytes(s, n, EVENT_READ, out);
}

// read TEXT: what the newest read(2) got.
HOLDS(read)
{
    return holds_bytes(s, n, EVENT_READ, MSG_EXPECT_READ);
}

// The working directory of the task that the first word names, into `path` (PATH_MAX bytes).
static bool cwd_of_task(struct session *s, const struct word *w, const struct task_struct **p,
                        char *path)
{
    if (!word_task(s, w, p))
        return false;
    if (!(*p)->fs)
        return fail(s, w->offset, MSG_HAS_NONE, (*p)->pid, "fs");
    d_path(s->m, at(s->m, (*p)->fs, struct fs_struct)->pwd, path, PATH_MAX);
    return true;
}

TELL(cwd)
{
    const struct task_struct *p;
    char path[PATH_MAX];

    if (!cwd_of_task(s, &n->word[1], &p, path))
        return false;
    strbuf_puts(out, path);
    return true;
}

// cwd PID PATH
HOLDS(cwd)
{
    const struct task_struct *p;
    const struct word *w = &n->word[2];
    char path[PATH_MAX];

    return cwd_of_task(s, &n->word[1], &p, path) &&
           (strcmp(path, w->text) == 0 ||
            fail_expected(s, w->offset, MSG_EXPECT_CWD, p->pid, w->text, path));
}

// ---- The last command, and the whole machine ---------------------------------------------------

static const char *const fault_names[] = {
    [FAULT_ZERO] = "zero",   [FAULT_ANON] = "anon",   [FAULT_FILE] = "file", [FAULT_COW] = "cow",
    [FAULT_REUSE] = "reuse", [FAULT_STACK] = "stack", [FAULT_SEGV] = "segv", [FAULT_BUS] = "bus",
    [FAULT_OOM] = "oom",     [FAULT_SHMEM] = "shmem",
};

// The last page fault of the last command; "none" if it had none. NULL with a mistake.
static const char *last_fault(struct session *s, u32 offset)
{
    struct record_range range;
    const char *found = "none";

    if (s->m->history.run == 0) {
        fail(s, offset, MSG_AT_START);
        return NULL;
    }
    if (!command_records(s->m, s->m->history.run - 1, &range)) {
        fail(s, offset, MSG_NOT_HELD);
        return NULL;
    }
    for (u64 i = range.begin; i < range.end; i++) {
        const struct record *r = record_get(s->m, i);

        if (r->kind == RECORD_NOTE && r->id == EVENT_FAULT)
            found = fault_names[FAULT_EVENT_KIND(record_event(r).c)];
    }
    return found;
}

TELL(fault)
{
    const char *found = last_fault(s, n->offset);

    if (found)
        strbuf_puts(out, found);
    return found != NULL;
}

HOLDS(fault)
{
    const struct word *w = &n->word[1];
    bool is_known = word_is(w, "none");

    for (u32 i = 0; i < sizeof fault_names / sizeof *fault_names; i++)
        is_known |= word_is(w, fault_names[i]);
    if (!is_known)
        return fail(s, w->offset, MSG_NOT_CHOICE, w->text, FAULT_KINDS);
    const char *found = last_fault(s, n->offset);
    if (!found)
        return false;
    return word_is(w, found) || fail_expected(s, w->offset, MSG_EXPECT_FAULT, w->text, found);
}

HOLDS(check)
{
    struct strbuf out = STRBUF_INIT;
    bool well = machine_check(s->m, &out) == 0;

    if (!well)
        fail_expected(s, n->word[0].offset, MSG_EXPECT_CHECK, strbuf_text(&out));
    strbuf_finish(&out);
    return well;
}

bool is_traced_function(const char *name)
{
    for (u32 i = 0; i < KSYM_COUNT; i++)
        if (strcmp(ksym_info((enum ksym)i)->name, name) == 0)
            return true;
    return false;
}

// Are the words functions, and are the records of the last command there?
static bool functions_of_last(struct session *s, const struct node *n, struct record_range *range)
{
    u64 run = s->m->history.run;

    for (u32 i = 1; i < n->words; i++)
        if (!is_traced_function(n->word[i].text))
            return fail(s, n->word[i].offset, MSG_NO_FUNCTION, n->word[i].text);
    if (run == 0)
        return fail(s, n->offset, MSG_AT_START);
    return command_records(s->m, run - 1, range) || fail(s, n->offset, MSG_NOT_HELD);
}

// trace NAME…: the last command entered these functions, in this order.
HOLDS(trace)
{
    struct record_range range;
    u32 next = 1;

    if (!functions_of_last(s, n, &range))
        return false;
    for (u64 i = range.begin; i < range.end && next < n->words; i++) {
        const struct record *r = record_get(s->m, i);

        next += r->kind == RECORD_ENTER &&
                strcmp(ksym_info((enum ksym)r->id)->name, n->word[next].text) == 0;
    }
    if (next == n->words)
        return true;
    if (next == 1)
        return fail_expected(s, n->word[1].offset, MSG_EXPECT_TRACE, n->word[1].text);
    return fail_expected(s, n->word[next].offset, MSG_EXPECT_TRACE_AFTER, n->word[next].text,
                         n->word[next - 1].text);
}

// untraced NAME…: it entered none of these.
HOLDS(untraced)
{
    struct record_range range;

    if (!functions_of_last(s, n, &range))
        return false;
    for (u64 i = range.begin; i < range.end; i++) {
        const struct record *r = record_get(s->m, i);

        for (u32 k = 1; r->kind == RECORD_ENTER && k < n->words; k++)
            if (strcmp(ksym_info((enum ksym)r->id)->name, n->word[k].text) == 0)
                return fail_expected(s, n->word[k].offset, MSG_EXPECT_UNTRACED, n->word[k].text);
    }
    return true;
}

// ---- The table ---------------------------------------------------------------------------------

const struct expectation expectations[] = {
    { "errno", 1, 1, "errno EAGAIN|…|none", "how the last call failed", holds_errno, tell_errno },
    { "state", 2, 2, "state PID R|S|D|T|t|Z|X", "its state, as in /proc/PID/stat", holds_state,
      tell_state },
    { "comm", 2, 2, "comm PID NAME", "its name", holds_comm, tell_comm },
    { "call", 2, 2, "call PID NAME|none", "the call that it is in", holds_call, tell_call },
    { "gone", 1, 1, "gone PID", "no task has this PID, not even a zombie", holds_gone, NULL },
    { "shared", 3, 3, "shared mm|files|fs|sighand|signal PID PID", "both use the same one",
      holds_shared, NULL },
    { "separate", 3, 3, "separate mm|files|fs|sighand|signal PID PID", "each has its own",
      holds_separate, NULL },
    { "loaded", 1, 1, "loaded TEXT", "what the newest load read", holds_loaded, tell_loaded },
    { "read", 1, 1, "read TEXT", "what the newest read(2) got", holds_read, tell_read },
    { "cwd", 2, 2, "cwd PID PATH", "the task's working directory", holds_cwd, tell_cwd },
    { "fault", 1, 1, "fault zero|anon|file|shmem|cow|reuse|stack|segv|bus|oom|none",
      "the last page fault of the last command", holds_fault, tell_fault },
    { "check", 0, 0, "check", "all invariants hold", holds_check, NULL },
    { "trace", 1, ANY_COUNT - 1, "trace FUNCTION…",
      "the last command entered these kernel functions, in this order", holds_trace, NULL },
    { "untraced", 1, ANY_COUNT - 1, "untraced FUNCTION…", "it entered none of these",
      holds_untraced, NULL },
};
const u32 expectation_count = sizeof expectations / sizeof *expectations;

const struct expectation *find_expectation(const struct word *w)
{
    for (u32 i = 0; i < expectation_count; i++)
        if (word_is(w, expectations[i].name))
            return &expectations[i];
    return NULL;
}
