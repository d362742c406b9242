// Travelling to a moment: until a kernel function is entered, or something happens.
#include "script/session.h"

#include "machine/record.h"
#include "script/messages.h"

#include <string.h>

// Which of an event's numbers is the PID that one would name.
enum about { ABOUT_A = 1, ABOUT_B = 2, ABOUT_BOTH = 3, ABOUT_NOBODY = 0 };

// The moments by their names, and whom each is about.
#define EVENT_NAMES_LIST(X)                                                                        \
    X(fork, FORK, BOTH)                                                                            \
    X(state, STATE, A)                                                                             \
    X(switch, SWITCH, B)                                                                           \
    X(exec, EXEC, A)                                                                               \
    X(send, SEND, B)                                                                               \
    X(signal, SIGNAL, A)                                                                           \
    X(exit, EXIT, A)                                                                               \
    X(zombie, ZOMBIE, A)                                                                           \
    X(wait, WAIT_STATUS, BOTH)                                                                     \
    X(release, RELEASE, A)                                                                         \
    X(reparent, REPARENT, A)                                                                       \
    X(refused, REFUSED, A)                                                                         \
    X(panic, PANIC, A)                                                                             \
    X(fault, FAULT, A)                                                                             \
    X(copy, PAGE_COPY, NOBODY)                                                                     \
    X(slab, SLAB_ALLOC, NOBODY)                                                                    \
    X(page, PAGE_ALLOC, NOBODY)                                                                    \
    X(close, CLOSE, A)

static const struct event_name {
    const char *name;
    enum event_kind kind;
    enum about about;
} event_names[] = {
#define ROW(name, kind, about) { #name, EVENT_##kind, ABOUT_##about },
    EVENT_NAMES_LIST(ROW)
#undef ROW
};

#define WORD(name, kind, about) " " #name
const char *const until_events = &(EVENT_NAMES_LIST(WORD))[1]; // without the first blank
#undef WORD

#define EVENT_NAMES (sizeof event_names / sizeof *event_names)

struct moment_wanted {
    bool is_back;
    enum ksym function; // KSYM_COUNT: an event
    const struct event_name *event;
    s32 pid;    // 0: anybody's
    char state; // 0: any
};

static enum ksym function_by_name(const char *name)
{
    u32 i = 0;

    while (i < KSYM_COUNT && strcmp(ksym_info((enum ksym)i)->name, name) != 0)
        i++;
    return (enum ksym)i;
}

static bool is_match(const struct moment_wanted *w, const struct record *r)
{
    if (w->function != KSYM_COUNT)
        return r->kind == RECORD_ENTER && r->id == w->function;
    if (r->kind != RECORD_NOTE)
        return false;
    struct event event = record_event(r);
    if (event.kind != w->event->kind)
        return false;
    bool is_about = w->pid == 0 || ((w->event->about & ABOUT_A) && event.a == w->pid) ||
                    ((w->event->about & ABOUT_B) && event.b == w->pid);
    return is_about && (!w->state || (event.b & 0xFF) == w->state);
}

// The stop behind which the machine stands after a step, or NULL at the start of a command.
static const struct record *last_stop(const struct machine *m)
{
    u64 cursor = record_cursor(m);

    if (cursor == m->journal.tail)
        return NULL;
    const struct record *r = record_get(m, cursor - 1);
    return is_step(r) ? r : NULL;
}

// ---- The words -------------------------------------------------------------------------------

static bool word_state(struct session *s, const struct word *w, char *state)
{
    if (w->kind != WORD_PLAIN || w->length != 1 || !strchr("RSDTtZX", w->text[0]))
        return fail(s, w->offset, MSG_NOT_STATE, w->text);
    *state = w->text[0];
    return true;
}

static bool read_event(struct session *s, const struct node *n, u32 i, struct moment_wanted *wanted)
{
    const struct word *w = &n->word[i];
    s64 pid;

    for (u32 k = 0; k < EVENT_NAMES && !wanted->event; k++)
        if (word_is(w, event_names[k].name))
            wanted->event = &event_names[k];
    if (!wanted->event)
        return fail(s, w->offset, MSG_NOT_MOMENT, w->text, until_events);
    u32 most = wanted->event->kind == EVENT_STATE     ? 2
               : wanted->event->about == ABOUT_NOBODY ? 0
                                                      : 1;
    if (n->words - i - 1 > most)
        return fail(s, n->word[i + 1 + most].offset, MSG_TOO_MANY, w->text);
    if (i + 1 < n->words) {
        // The task may be one that is not there any more, or not yet.
        if (!word_in_range(s, &n->word[i + 1], WHAT_PID, 1, INT32_MAX, &pid))
            return false;
        wanted->pid = (s32)pid;
    }
    return i + 2 >= n->words || word_state(s, &n->word[i + 2], &wanted->state);
}

static bool read_wanted(struct session *s, const struct node *n, struct moment_wanted *wanted)
{
    u32 i = word_is(&n->word[0], "back");

    wanted->is_back = i == 1;
    if (i == n->words)
        return fail(s, n->word[0].offset, MSG_TOO_FEW, n->command->info.name);
    wanted->function = function_by_name(n->word[i].text);
    if (wanted->function == KSYM_COUNT)
        return read_event(s, n, i, wanted);
    return i + 1 == n->words || fail(s, n->word[i + 1].offset, MSG_TOO_MANY, n->word[i].text);
}

// ---- Going -----------------------------------------------------------------------------------

// Returns to where the search began.
static void go_home(struct session *s, const struct time_position *home)
{
    machine_goto(s->m, home->command);
    for (u64 i = 0; i < home->step; i++)
        machine_step(s->m, STEP_INTO);
}

RUN(until)
{
    struct time_position home = machine_position(s->m);
    struct moment_wanted wanted = { 0 };
    const struct face *f = &s->face;
    u64 steps = 0;

    if (!read_wanted(s, n, &wanted))
        return false;
    while (machine_step(s->m, wanted.is_back ? STEP_BACK : STEP_INTO)) {
        const struct record *stop = last_stop(s->m);
        bool is_found = stop && is_match(&wanted, stop);

        if (!is_found)
            poll_after_step(s, ++steps);
        if (is_found || s->inner == RUN_INTERRUPTED) {
            if (f->moved)
                f->moved(f->context);
            return true;
        }
    }
    go_home(s, &home);
    return fail(s, n->word[0].offset, wanted.is_back ? MSG_NOT_BEHIND : MSG_NOT_AHEAD);
}
