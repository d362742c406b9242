// One plain sentence about a command, or about the step at which the machine stands.
#include "procarium/report.h"
#include "report/explain.h"
#include "report/messages.h"
#include "report/pages.h"
#include "report/trace.h"

#include <string.h>

#define CLAUSES_MAX   3
#define SAME_KIND_MAX 2

// The place that a screen of 80 columns has for it.
#define SENTENCE_COLS 78u
#define SENTENCE_ROWS 2u

struct clause {
    u64 position;
    struct event event;
    int weight;
};

struct summary {
    struct clause clauses[CLAUSES_MAX];
    u32 count;
    u32 kinds[EVENT_COUNT]; // how many events of each kind there were
};

// What is left out of a sentence that is too long, one after the other; then the clause with the
// least weight, until a single one is left.
enum brevity {
    AT_LENGTH,
    IN_BRIEF,       // how many pages were copied; and an access is told with its fault
    WITHOUT_SHARING // of what a new task shares, or has copies of
};

// States that say something by themselves; the others go with forks, exits and signals.
static int weight_of(const struct event *event)
{
    s32 to = event->b & 0x7F;

    if (event->kind == EVENT_STATE &&
        (event->c == (CAUSE_CALL | __NR_vfork) || event->c == (CAUSE_CALL | __NR_clone) ||
         event->c == (CAUSE_CALL | __NR_execve)))
        return 0; // VFORK_WAIT and EXEC_WAIT say it better
    if (event->kind == EVENT_STATE)
        return to == 'S' || to == 'D' ? 30 : to == 'R' ? 12 : 0;
    if (event->kind == EVENT_PID_ALLOC && event->b) // it wrapped around
        return 75;
    // Every parent gets SIGCHLD, and few care: that is not worth one of the clauses.
    if (event->kind == EVENT_SIGNAL_DROPPED && event->b == SIGCHLD && event->c == 2)
        return 0;
    // SIGCONT does its work when it is sent: who goes on matters more than what becomes of it.
    if (event->kind == EVENT_SIGNAL_DROPPED && event->b == SIGCONT)
        return 11;
    return event_weight(event);
}

static bool is_access(enum event_kind kind)
{
    return kind == EVENT_FAULT || kind == EVENT_LOAD || kind == EVENT_STORE;
}

static bool is_fatal_fault(const struct event *event)
{
    return event->kind == EVENT_FAULT && FAULT_EVENT_KIND(event->c) >= FAULT_SEGV;
}

// The faults of the kernel, as it filled the new program's pages, are a part of exec; and where an
// access was the last one, those before it are no news.
static void forget_accesses(struct summary *s)
{
    u32 kept = 0;

    for (u32 i = 0; i < s->count; i++)
        if (!is_access(s->clauses[i].event.kind))
            s->clauses[kept++] = s->clauses[i];
    s->count = kept;
}

// How often a kind of event is told. A store to many pages has a fault and a store for each: the
// first of them, and how many there were, say more than a few of them.
static u32 most_of(const struct event *event)
{
    switch (event->kind) {
    case EVENT_FAULT:
        return is_fatal_fault(event) ? SAME_KIND_MAX : 1;
    case EVENT_LOAD:
    case EVENT_STORE:
    case EVENT_REPARENT:
        return 1;
    default:
        return SAME_KIND_MAX;
    }
}

static void consider(struct summary *s, u64 position, const struct event *event)
{
    int weight = weight_of(event);
    u32 worst = 0, same = 0;

    if (event->kind >= EVENT_COUNT)
        return;
    s->kinds[event->kind]++;
    if (!weight)
        return;
    if (event->kind == EVENT_EXEC || is_fatal_fault(event))
        forget_accesses(s);
    if (event->kind == EVENT_EXEC)
        s->kinds[EVENT_FAULT] = 0;
    for (u32 i = 0; i < s->count; i++) {
        same += s->clauses[i].event.kind == event->kind;
        if (s->clauses[i].weight < s->clauses[worst].weight)
            worst = i;
    }
    if (same >= most_of(event))
        return;
    if (s->count < CLAUSES_MAX)
        worst = s->count++;
    else if (s->clauses[worst].weight >= weight)
        return;
    s->clauses[worst] = (struct clause){ position, *event, weight };
}

// In the order in which it happened.
static void sort_clauses(struct summary *s)
{
    for (u32 i = 1; i < s->count; i++) {
        for (u32 k = i; k > 0 && s->clauses[k].position < s->clauses[k - 1].position; k--) {
            struct clause kept = s->clauses[k];

            s->clauses[k] = s->clauses[k - 1];
            s->clauses[k - 1] = kept;
        }
    }
}

// How many pages a task had when the command had ended; false if that is not known.
static bool find_rss(const struct story *story, s32 pid, u32 *rss)
{
    kaddr task = find_task_then(story->m, story->at_end, pid), mm = 0;

    return task &&
           read_kernel_then(story->m, story->at_end, task + offsetof(struct task_struct, mm), &mm,
                            sizeof mm) &&
           mm &&
           read_kernel_then(story->m, story->at_end, mm + offsetof(struct mm_struct, rss), rss,
                            sizeof *rss);
}

// What copying the address space took, and what copying all of its pages would have.
static void add_copied_pages(const struct story *story, struct strbuf *out)
{
    for (u64 i = story->range.begin; i < story->range.end; i++) {
        const struct record *r = record_get(story->m, i);
        struct event event = record_event(r);
        u32 rss;

        if (r->kind != RECORD_NOTE || event.kind != EVENT_COPY_PTES)
            continue;
        strbuf_printf(out, " (%d page table entries, %d", event.b, event.c);
        if (find_rss(story, event.a, &rss))
            strbuf_printf(out, " of %u", rss);
        strbuf_puts(out, " pages)");
    }
}

// What a new task shares with its parent, and what it has copies of.
static void add_sharing(const struct story *story, enum brevity brevity, struct strbuf *out)
{
    const struct record_range *range = &story->range;
    static const char *const names[] = {
        [OBJECT_MM] = "mm",           [OBJECT_FILES] = "files",   [OBJECT_FS] = "fs",
        [OBJECT_SIGHAND] = "sighand", [OBJECT_SIGNAL] = "signal", [OBJECT_NAMESPACE] = NULL,
        [OBJECT_SEMUNDO] = NULL,
    };
    const struct {
        enum event_kind kind;
        const char *word;
    } ways[] = { { EVENT_COPY, "; copied: " }, { EVENT_SHARE, "; shared: " } };

    for (u32 w = 0; w < 2; w++) {
        const char *before = ways[w].word;

        for (u64 i = range->begin; i < range->end; i++) {
            const struct record *r = record_get(story->m, i);
            struct event event = record_event(r);

            if (r->kind != RECORD_NOTE || event.kind != ways[w].kind ||
                (u32)event.b >= sizeof names / sizeof names[0] || !names[event.b])
                continue;
            strbuf_puts(out, before);
            strbuf_puts(out, names[event.b]);
            if (w == 0 && event.b == OBJECT_MM && brevity < IN_BRIEF)
                add_copied_pages(story, out);
            before = " ";
        }
    }
}

// Is a file read or written, or a thread made, whose number the kernel writes into user memory?
static bool has_transfer(const struct machine *m, const struct record_range *range)
{
    for (u64 i = range->begin; i < range->end; i++) {
        const struct record *r = record_get(m, i);

        if (r->kind == RECORD_ENTER &&
            (r->id == KSYM_sys_read || r->id == KSYM_sys_write || r->id == KSYM_sys_pipe ||
             r->id == KSYM_sys_getcwd || r->id == KSYM_sys_clone))
            return true;
    }
    return false;
}

// What a program's buffer takes in page faults is not worth a clause beside a read or a write, nor
// what a new thread's stack takes beside the thread.
static bool is_aside(const struct event *event)
{
    return event->kind == EVENT_FAULT && FAULT_EVENT_KIND(event->c) < FAULT_SEGV;
}

static void summarize(const struct machine *m, const struct record_range *range, struct summary *s)
{
    bool drops_faults = has_transfer(m, range);

    memset(s, 0, sizeof *s);
    for (u64 i = range->begin; i < range->end; i++) {
        const struct record *r = record_get(m, i);
        struct event event = record_event(r);

        if (r->kind == RECORD_NOTE && !(drops_faults && is_aside(&event)))
            consider(s, i, &event);
    }
    sort_clauses(s);
}

static bool begin_story(const struct machine *m, u64 n, struct moment *at_end, struct story *story)
{
    u64 number = n ? n : trace_default_command(m);

    *story = (struct story){ .m = m, .at_end = at_end };
    return number && !m->history.open && command_records(m, number - 1, &story->range) &&
           moment_set(at_end, m, story->range.end, 0);
}

// How many users the frame has left of which the fault has made a copy: " (of 682, count 2 → 1)".
static void add_left_count(const struct story *story, const struct event *fault, struct strbuf *out)
{
    struct page page;

    if (fault->kind != EVENT_FAULT || FAULT_EVENT_KIND(fault->c) != FAULT_COW)
        return;
    for (u64 i = story->range.end; i-- > story->range.begin;) {
        const struct record *r = record_get(story->m, i);
        struct event event = record_event(r);

        if (r->kind != RECORD_NOTE || event.kind != EVENT_PAGE_COPY ||
            (u32)event.b != FAULT_EVENT_FRAME(fault->c))
            continue;
        if ((u32)event.a < frame_count(story->m) &&
            read_kernel_then(story->m, story->at_end,
                             kaddr_of(story->m, pfn_to_page(story->m, (u32)event.a)), &page,
                             sizeof page) &&
            !page_is_reserved(&page))
            strbuf_printf(out, " (of %d, count %d → %d)", event.a, page_count(&page) + 1,
                          page_count(&page));
        return;
    }
}

// Children that change their parent together make one clause.
static void add_clause(const struct story *story, const struct summary *s,
                       const struct event *event, struct strbuf *out)
{
    u32 children = s->kinds[EVENT_REPARENT];

    event_text(story, event, out);
    add_left_count(story, event, out);
    if (event->kind == EVENT_REPARENT && children > 1)
        strbuf_printf(out, children == 2 ? ", with %u other" : ", with %u others", children - 1);
}

// "; in all 300 page faults, 300 stores": of those of which not all have been told.
static void add_counts(const struct summary *s, struct strbuf *out)
{
    static const struct {
        enum event_kind kind;
        const char *words;
    } counted[] = { { EVENT_FAULT, "page faults" }, { EVENT_LOAD, "loads" },
                    { EVENT_STORE, "stores" },      { EVENT_EXIT, "tasks ended" },
                    { EVENT_STOPPED, "stopped" },   { EVENT_CONTINUED, "go on" } };
    const char *before = "; in all ";

    for (u32 k = 0; k < sizeof counted / sizeof counted[0]; k++) {
        u32 count = s->kinds[counted[k].kind], told = 0;

        for (u32 i = 0; i < s->count; i++)
            told += s->clauses[i].event.kind == counted[k].kind;
        if (told == 0 || told == count)
            continue;
        strbuf_printf(out, "%s%u %s", before, count, counted[k].words);
        before = ", ";
    }
}

// Is it so that one fork is among the clauses, and no other happened?
static bool tells_fork(const struct summary *s)
{
    for (u32 i = 0; i < s->count; i++)
        if (s->clauses[i].event.kind == EVENT_FORK)
            return s->kinds[EVENT_FORK] == 1;
    return false;
}

static void add_sentence(const struct story *story, const struct summary *s, enum brevity brevity,
                         struct strbuf *out)
{
    for (u32 i = 0; i < s->count; i++) {
        const struct event *event = &s->clauses[i].event;

        if (i && event_text_again(story, &s->clauses[i - 1].event, event, out))
            continue;
        if (i)
            strbuf_puts(out, "; ");
        if (i && story->is_brief && event_text_there(story, &s->clauses[i - 1].event, event, out))
            continue;
        add_clause(story, s, event, out);
    }
    if (brevity < WITHOUT_SHARING && tells_fork(s))
        add_sharing(story, brevity, out);
    add_counts(s, out);
    if (s->count)
        strbuf_putc(out, '.');
}

static void drop_lightest(struct summary *s)
{
    u32 lightest = 0;

    for (u32 i = 1; i < s->count; i++)
        if (s->clauses[i].weight < s->clauses[lightest].weight)
            lightest = i;
    for (u32 i = lightest + 1; i < s->count; i++)
        s->clauses[i - 1] = s->clauses[i];
    s->count--;
}

// Does it have room in its place, wrapped at blanks?
static bool fits(const char *text)
{
    u32 rows = 1, cols = 0;

    while (*text) {
        u32 width = 0;

        for (; *text && *text != ' '; text++)
            width += (*text & 0xC0) != 0x80; // a character, not the rest of one
        text += *text == ' ';
        if (cols && cols + 1 + width > SENTENCE_COLS) {
            rows++;
            cols = 0;
        }
        cols += width + (cols > 0);
        for (; cols > SENTENCE_COLS; cols -= SENTENCE_COLS)
            rows++;
    }
    return rows <= SENTENCE_ROWS;
}

// As much as its place has room for.
static void tell(struct story *story, struct strbuf *out)
{
    enum brevity brevity = AT_LENGTH;
    size_t start = out->length;
    struct summary s;

    summarize(story->m, &story->range, &s);
    for (;;) {
        story->is_brief = brevity >= IN_BRIEF;
        add_sentence(story, &s, brevity, out);
        if (fits(strbuf_text(out) + start) || (brevity == WITHOUT_SHARING && s.count < 2))
            return;
        strbuf_truncate(out, start);
        if (brevity < WITHOUT_SHARING)
            brevity++;
        else
            drop_lightest(&s);
    }
}

static void tell_all(const struct story *story, struct strbuf *out)
{
    struct summary s;

    summarize(story->m, &story->range, &s);
    add_sentence(story, &s, AT_LENGTH, out);
}

bool report_sentence(const struct machine *m, u64 n, struct strbuf *out)
{
    struct moment at_end = MOMENT_INIT;
    struct story story;
    bool is_held = begin_story(m, n, &at_end, &story);

    if (is_held)
        tell(&story, out);
    moment_finish(&at_end);
    return is_held;
}

// The function entered last, or the event told last, before the cursor.
static bool tell_step(const struct story *story, struct strbuf *out)
{
    for (u64 i = record_cursor(story->m); i-- > story->range.begin;) {
        const struct record *r = record_get(story->m, i);
        struct event event = record_event(r);

        if (r->kind == RECORD_ENTER) {
            const struct ksym_info *info = ksym_info((enum ksym)r->id);

            strbuf_printf(out, "%s(): %s.", info->name, info->purpose);
            return true;
        }
        if (r->kind == RECORD_NOTE) {
            event_text(story, &event, out);
            add_left_count(story, &event, out);
            strbuf_putc(out, '.');
            return true;
        }
    }
    return false;
}

bool report_step_sentence(const struct machine *m, struct strbuf *out)
{
    struct moment at_end = MOMENT_INIT;
    struct story story;
    bool has_told = !m->history.open && machine_is_inside(m) &&
                    begin_story(m, 0, &at_end, &story) && tell_step(&story, out);

    moment_finish(&at_end);
    return has_told;
}

// At length: the call, the functions, all events, and what others can see of it.
static void explain(const struct story *story, struct strbuf *out)
{
    size_t start = out->length;

    tell_all(story, out);
    if (out->length > start)
        strbuf_putc(out, '\n');
    explain_in_c(story->m, &story->range, out);
    explain_functions(story, out);
    explain_events(story, out);
    explain_outside(story->m, &story->range, out);
    if (out->length == start)
        strbuf_puts(out, "It asked nothing of the kernel.\n");
}

bool report_explain(const struct machine *m, u64 n, struct strbuf *out)
{
    struct moment at_end = MOMENT_INIT;
    struct story story;
    bool is_held = begin_story(m, n, &at_end, &story);

    if (!is_held) {
        strbuf_puts(out, "there is no command to explain, or the journal no longer holds it");
    } else {
        if (n == 0 && report_step_sentence(m, out))
            strbuf_putc(out, '\n');
        explain(&story, out);
    }
    moment_finish(&at_end);
    return is_held;
}
