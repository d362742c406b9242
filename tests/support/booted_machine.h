// A booted machine whose tasks make calls, every one checked, and what was heard meanwhile.
#ifndef SUPPORT_BOOTED_MACHINE_H
#define SUPPORT_BOOTED_MACHINE_H

#include "kernel/kernel.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

#define HEARD_MAX 4096
#define NO_RETURN (-9999) // the call sleeps, or its task has ended

struct booted {
    struct machine *m;
    struct event heard[HEARD_MAX]; // since the last call began
    u32 count;
};

static inline void hear(void *context, const struct machine *m, const struct event *event)
{
    struct booted *b = context;

    (void)m;
    if (b->count < HEARD_MAX)
        b->heard[b->count++] = *event;
}

// Boots bare: init (1) runs. The caller calls power_off().
static inline struct booted *power_on_machine(void)
{
    struct booted *b = calloc(1, sizeof *b);

    b->m = machine_create(NULL);
    boot(b->m, &boot_defaults);
    history_clear(b->m);
    machine_listen(b->m, hear, b);
    return b;
}

static inline void power_off(struct booted *b)
{
    machine_destroy(b->m);
    free(b);
}

static inline bool is_machine_sound(const struct machine *m)
{
    struct strbuf words = STRBUF_INIT;
    int count = machine_check(m, &words);

    if (count)
        fprintf(stderr, "%s", strbuf_text(&words));
    strbuf_finish(&words);
    return count == 0;
}

static inline const struct task_struct *task(const struct booted *b, s32 pid)
{
    return find_task_by_pid(b->m, pid);
}

// Makes a call as task pid, and settles. What it returned, or NO_RETURN.
static inline s32 make(struct booted *b, s32 pid, struct call call)
{
    struct machine *m = b->m;
    const struct task_struct *p = task(b, pid);
    struct strbuf why = STRBUF_INIT;

    CU_ASSERT_FATAL(p != NULL);
    if (!can_act(m, p, &why))
        fprintf(stderr, "%s\n", strbuf_text(&why));
    CU_ASSERT_FATAL(why.length == 0);
    b->count = 0;
    history_begin(m, NULL);
    make_call(m, p, &call);
    history_end(m);
    CU_ASSERT(is_machine_sound(m));
    return m->actor_returned ? (s32)console(m)->last_value : NO_RETURN;
}

#define CALL(b, pid, name, ...) make(b, pid, (struct call){ __NR_##name, { __VA_ARGS__ }, NULL })

// What was heard of this kind with these a and b, newest first; NULL if nothing.
static inline const struct event *heard(const struct booted *b, enum event_kind kind, s32 first,
                                        s32 second)
{
    for (u32 i = b->count; i-- > 0;) {
        const struct event *e = &b->heard[i];

        if (e->kind == kind && e->a == first && e->b == second)
            return e;
    }
    return NULL;
}

// Did task pid take the signal, and with this action?
static inline bool took(const struct booted *b, s32 pid, s32 sig, enum signal_action action)
{
    const struct event *e = heard(b, EVENT_SIGNAL, pid, sig);

    return e && e->c == (s32)action;
}

// Was the newest call of pid refused for this reason?
static inline bool refused(const struct booted *b, s32 pid, s32 error, enum refusal why)
{
    const struct event *e = heard(b, EVENT_REFUSED, pid, error);

    return e && e->c == (s32)why;
}

// As /proc/PID/stat says; '-' when there is no such task.
static inline char state_of(const struct booted *b, s32 pid)
{
    const struct task_struct *p = task(b, pid);

    return p ? task_state_letter(p) : '-';
}

#endif
