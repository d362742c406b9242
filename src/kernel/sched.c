// The O(1) scheduler's run queue, schedule() and the context switch.
#include "kernel/kernel.h"

#define NS_PER_TICK    1000000u // HZ = 1000
#define MAX_SLEEP_AVG  1000000000u
#define MAX_BONUS      10
#define CHILD_PENALTY  95
#define MIN_TIMESLICE  5
#define DEF_TIMESLICE  100
#define PREEMPT_ACTIVE 0x10000000

// ---- Priorities and slices -------------------------------------------------------------------

static s32 current_bonus(const struct task_struct *p)
{
    return (s32)(p->sleep_avg / NS_PER_TICK) * MAX_BONUS / 1000;
}

static bool rt_task(const struct task_struct *p)
{
    return p->prio < MAX_RT_PRIO;
}

// After kernel/sched.c, effective_prio(): 100..139 for normal tasks.
s32 effective_prio(const struct task_struct *p)
{
    if (rt_task(p))
        return p->prio;
    s32 prio = p->static_prio - (current_bonus(p) - MAX_BONUS / 2);
    return prio < MAX_RT_PRIO ? MAX_RT_PRIO : prio > MAX_PRIO - 1 ? MAX_PRIO - 1 : prio;
}

// In ticks. After kernel/sched.c, task_timeslice().
u32 task_timeslice(const struct task_struct *p)
{
    s32 base = p->static_prio < 120 ? DEF_TIMESLICE * 4 : DEF_TIMESLICE;
    s32 slice = base * (MAX_PRIO - p->static_prio) / 20;

    return (u32)(slice < MIN_TIMESLICE ? MIN_TIMESLICE : slice);
}

static bool is_interactive(const struct task_struct *p)
{
    s32 nice = p->static_prio - 120;
    s32 delta = nice * MAX_BONUS / 40 + 2;

    return p->prio <= p->static_prio - delta;
}

// Used ticks between two turns of an interactive task among its equals.
static u32 timeslice_granularity(const struct task_struct *p)
{
    s32 steps = MAX_BONUS - current_bonus(p);

    return 10u << ((steps > 1 ? steps : 1) - 1);
}

// ---- The priority arrays -----------------------------------------------------------------------

static const struct prio_array *array_at(const struct machine *m, kaddr array)
{
    return at(m, array, struct prio_array);
}

static void dequeue_task(struct machine *m, const struct task_struct *p)
{
    const struct prio_array *array = array_at(m, p->array);
    u32 prio = (u32)p->prio;

    set(m, array->nr_active, array->nr_active - 1);
    list_del(m, &p->run_list);
    if (list_empty(m, &array->queue[prio]))
        set(m, array->bitmap[prio / 32], array->bitmap[prio / 32] & ~(1u << prio % 32));
}

static void enqueue_task(struct machine *m, const struct task_struct *p, kaddr array_address)
{
    const struct prio_array *array = array_at(m, array_address);
    u32 prio = (u32)p->prio;

    list_add_tail(m, &p->run_list, &array->queue[prio]);
    set(m, array->bitmap[prio / 32], array->bitmap[prio / 32] | 1u << prio % 32);
    set(m, array->nr_active, array->nr_active + 1);
    set(m, p->array, array_address);
}

// To the tail of its own list.
static void requeue_task(struct machine *m, const struct task_struct *p)
{
    list_move_tail(m, &p->run_list, &array_at(m, p->array)->queue[p->prio]);
}

static void activate_task(struct machine *m, const struct task_struct *p)
{
    KFN(m, activate_task);
    set(m, p->prio, effective_prio(p));
    set(m, p->timestamp, cpu(m)->clock);
    enqueue_task(m, p, rq(m)->active);
    set(m, rq(m)->nr_running, rq(m)->nr_running + 1);
    add_work(m, p);
}

static void deactivate_task(struct machine *m, const struct task_struct *p)
{
    KFN(m, deactivate_task);
    set(m, rq(m)->nr_running, rq(m)->nr_running - 1);
    if (p->state == TASK_UNINTERRUPTIBLE)
        set(m, rq(m)->nr_uninterruptible, rq(m)->nr_uninterruptible + 1);
    dequeue_task(m, p);
    set(m, p->array, 0);
}

// ---- States --------------------------------------------------------------------------------------

char task_state_letter(const struct task_struct *p)
{
    u32 bits = ((u32)p->state & 15) | ((u32)p->exit_state & (EXIT_ZOMBIE | EXIT_DEAD));

    if (bits & EXIT_DEAD || (u32)p->state & EXIT_DEAD)
        return bits & EXIT_ZOMBIE && !(bits & EXIT_DEAD) ? 'Z' : 'X';
    if (bits & EXIT_ZOMBIE)
        return 'Z';
    if (bits & TASK_TRACED)
        return 't';
    if (bits & TASK_STOPPED)
        return 'T';
    return bits & TASK_UNINTERRUPTIBLE ? 'D' : bits & TASK_INTERRUPTIBLE ? 'S' : 'R';
}

void note_state(struct machine *m, const struct task_struct *p, char from, s32 cause)
{
    char to = task_state_letter(p);

    if (to != from)
        note(m, EVENT_STATE, p->pid, from << 8 | to, cause);
}

void set_task_state(struct machine *m, const struct task_struct *p, s32 state)
{
    set(m, p->state, state);
}

void set_tsk_need_resched(struct machine *m, const struct task_struct *p)
{
    set_tsk_thread_flag(m, p, TIF_NEED_RESCHED);
}

// ---- Waking ----------------------------------------------------------------------------------------

// After kernel/sched.c, try_to_wake_up(). sync wake-ups do not exist on one CPU with settling.
bool try_to_wake_up(struct machine *m, const struct task_struct *p, u32 mask, s32 cause)
{
    KFN(m, try_to_wake_up);
    char from = task_state_letter(p);

    if (!((u32)p->state & mask))
        KRETURN(false);
    if (!p->array) {
        if (p->state == TASK_UNINTERRUPTIBLE) {
            set(m, rq(m)->nr_uninterruptible, rq(m)->nr_uninterruptible - 1);
            set(m, p->activated, -1);
        } else {
            set(m, p->activated, 1);
        }
        activate_task(m, p);
        const struct task_struct *curr = task_at(m, rq(m)->curr);
        if (p->prio < curr->prio || is_idle_task(m, curr))
            set_tsk_need_resched(m, curr);
    }
    set(m, p->state, TASK_RUNNING);
    note_state(m, p, from, cause);
    KRETURN(true);
}

bool wake_up_process(struct machine *m, const struct task_struct *p, s32 cause)
{
    KFN(m, wake_up_process);
    return try_to_wake_up(
        m, p, TASK_STOPPED | TASK_TRACED | TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE, cause);
}

bool wake_up_state(struct machine *m, const struct task_struct *p, u32 mask, s32 cause)
{
    return try_to_wake_up(m, p, mask, cause);
}

// ---- Ticks of the slice --------------------------------------------------------------------------

static bool is_expired_starving(const struct machine *m, const struct task_struct *curr)
{
    const struct runqueue *q = rq(m);

    return (q->expired_timestamp &&
            cpu(m)->jiffies - q->expired_timestamp >= 1000 * q->nr_running + 1) ||
           curr->static_prio > q->best_expired_prio;
}

// A normal task's slice is used up: a new one, in the array where it waits for its next turn.
static void expire_slice(struct machine *m, const struct task_struct *p)
{
    const struct runqueue *q = rq(m);

    dequeue_task(m, p);
    set_tsk_need_resched(m, p);
    set(m, p->prio, effective_prio(p));
    set(m, p->time_slice, task_timeslice(p));
    set(m, p->first_time_slice, 0u);
    if (!q->expired_timestamp)
        set(m, q->expired_timestamp, cpu(m)->jiffies);
    if (!is_interactive(p) || is_expired_starving(m, p)) {
        enqueue_task(m, p, q->expired);
        if (p->static_prio < q->best_expired_prio)
            set(m, q->best_expired_prio, p->static_prio);
    } else {
        enqueue_task(m, p, q->active);
    }
}

// One tick for the running task. After kernel/sched.c, scheduler_tick().
static void scheduler_tick(struct machine *m)
{
    KFN(m, scheduler_tick);
    const struct task_struct *p = current(m);

    if (is_idle_task(m, p))
        return;
    if (p->array != rq(m)->active) {
        set_tsk_need_resched(m, p);
        return;
    }
    set(m, p->time_slice, p->time_slice - 1);
    if (p->time_slice == 0) {
        expire_slice(m, p);
    } else if (is_interactive(p)) {
        u32 granularity = timeslice_granularity(p);

        if ((task_timeslice(p) - p->time_slice) % granularity == 0 &&
            p->time_slice >= granularity) {
            requeue_task(m, p);
            set_tsk_need_resched(m, p);
        }
    }
}

// ---- A new task, and the end of one ------------------------------------------------------------------

// After kernel/sched.c, sched_fork(): the child takes half of its parent's slice.
void sched_fork(struct machine *m, const struct task_struct *p)
{
    KFN(m, sched_fork);
    const struct task_struct *parent = current(m);

    set(m, p->state, TASK_RUNNING);
    list_init(m, &p->run_list);
    set(m, p->array, 0);
    set(m, thread_info_of(m, p)->preempt_count, 1);
    set(m, p->time_slice, (parent->time_slice + 1) >> 1);
    set(m, p->first_time_slice, 1u);
    set(m, parent->time_slice, parent->time_slice >> 1);
    set(m, p->timestamp, cpu(m)->clock);
    if (parent->time_slice == 0) {
        set(m, parent->time_slice, 1u);
        scheduler_tick(m);
    }
}

// After kernel/sched.c, wake_up_new_task(): a plain fork's child goes before its parent.
void wake_up_new_task(struct machine *m, const struct task_struct *p, u32 clone_flags)
{
    KFN(m, wake_up_new_task);
    const struct task_struct *parent = current(m);
    u32 penalty = (u32)(current_bonus(p) * CHILD_PENALTY / 100);

    set(m, p->sleep_avg, penalty * (MAX_SLEEP_AVG / MAX_BONUS));
    set(m, p->prio, effective_prio(p));
    if (!(clone_flags & CLONE_VM) && parent->array) {
        const struct prio_array *array = array_at(m, parent->array);

        set(m, p->prio, parent->prio);
        list_insert(m, kaddr_of(m, &p->run_list), parent->run_list.prev,
                    kaddr_of(m, &parent->run_list));
        set(m, p->array, parent->array);
        set(m, array->nr_active, array->nr_active + 1);
        set(m, rq(m)->nr_running, rq(m)->nr_running + 1);
        set_tsk_need_resched(m, parent);
        add_work(m, p);
    } else {
        activate_task(m, p);
    }
    set(m, parent->sleep_avg, (u32)current_bonus(parent) * (MAX_SLEEP_AVG / MAX_BONUS));
}

// After kernel/sched.c, sched_exit(): what is left of a young child's slice goes back.
void sched_exit(struct machine *m, const struct task_struct *p)
{
    KFN(m, sched_exit);
    const struct task_struct *parent = task_at(m, p->parent);

    if (p->first_time_slice) {
        u32 slice = parent->time_slice + p->time_slice;
        u32 full = task_timeslice(p);

        set(m, parent->time_slice, slice > full ? full : slice);
    }
    if (p->sleep_avg < parent->sleep_avg)
        set(m, parent->sleep_avg, parent->sleep_avg / 4 * 3 + p->sleep_avg / 4);
}

// ---- The switch -------------------------------------------------------------------------------------

static void load_cr3(struct machine *m, kaddr mm)
{
    set(m, cpu(m)->cr3, at(m, mm, struct mm_struct)->pgd - KERNEL_BASE);
}

// After kernel/sched.c, finish_task_switch(): runs as the next task, on its stack.
void finish_task_switch(struct machine *m, const struct task_struct *prev)
{
    KFN(m, finish_task_switch);
    kaddr mm = rq(m)->prev_mm;
    bool dead = prev->flags & PF_DEAD;

    if (mm) {
        set(m, rq(m)->prev_mm, 0);
        mmdrop(m, mm);
    }
    if (dead)
        put_task_struct(m, prev);
}

// Saves prev's stack pointer and loads next's: from here on, `current` is another task.
static void switch_to(struct machine *m, const struct task_struct *prev,
                      const struct task_struct *next)
{
    const struct cpu *c = cpu(m);
    {
        KFN_PART(m, __switch_to);
        set(m, c->tss_esp0, next->thread.esp0);
        for (int i = 0; i < 3; i++)
            set(m, c->gdt_tls[i], next->thread.tls_array[i]);
    }
    // esp and ebp were stored at once: ebp read together with eflags would wait for that store.
    u64 registers = load_registers(m);
    u32 esp = (u32)registers - 8;

    set_pair(m, kpointer(m, esp), (u32)(registers >> 32), c->eflags);
    set(m, prev->thread.esp, esp);
    set(m, prev->thread.eip, ksym_return_address(KSYM___switch_to));
    note(m, EVENT_SWITCH, prev->pid, next->pid, 0);
    u32 loaded[2] = { next->thread.esp, next->thread.esp };
    if (next->thread.eip != ksym_address(KSYM_ret_from_fork)) {
        loaded[0] = next->thread.esp + 8;
        loaded[1] = *(const u32 *)kpointer(m, next->thread.esp);
    }
    set_registers(m, loaded[0], loaded[1]);
    set(m, c->eax, kaddr_of(m, prev));
}

// After kernel/sched.c, context_switch().
static void context_switch(struct machine *m, const struct task_struct *prev,
                           const struct task_struct *next)
{
    KFN(m, context_switch);
    kaddr old_mm = prev->active_mm;

    if (!next->mm) { // a kernel thread borrows what is loaded
        set(m, next->active_mm, old_mm);
        set(m, at(m, old_mm, struct mm_struct)->mm_count,
            at(m, old_mm, struct mm_struct)->mm_count + 1);
    } else if (next->mm != old_mm) {
        load_cr3(m, next->mm);
    }
    if (!prev->mm) {
        set(m, prev->active_mm, 0);
        set(m, rq(m)->prev_mm, old_mm);
    }
    switch_to(m, prev, next);
    if (next->thread.eip != ksym_address(KSYM_ret_from_fork))
        finish_task_switch(m, prev);
}

// ---- Choosing --------------------------------------------------------------------------------------

static u32 find_first_bit(const u32 *bitmap)
{
    u32 word = 0;

    while (!bitmap[word])
        word++;
    return word * 32 + (u32)__builtin_ctz(bitmap[word]);
}

static const struct task_struct *pick_next(struct machine *m)
{
    const struct runqueue *q = rq(m);
    kaddr elected = m->elected;

    if (elected) { // Unlike Linux: the person at the console may choose
        m->elected = 0;
        if (task_at(m, elected)->array)
            return task_at(m, elected);
    }
    if (!q->nr_running) {
        set(m, q->expired_timestamp, 0);
        return task_at(m, q->idle);
    }
    if (!array_at(m, q->active)->nr_active) {
        kaddr active = q->active;

        set(m, q->active, q->expired);
        set(m, q->expired, active);
        set(m, q->expired_timestamp, 0);
        set(m, q->best_expired_prio, MAX_PRIO);
    }
    const struct prio_array *array = array_at(m, q->active);
    return list_entry(m, array->queue[find_first_bit(array->bitmap)].next, struct task_struct,
                      run_list);
}

// Why a task that leaves the run queue sleeps: its call, or the signal that stops it.
static s32 sleep_cause(const struct machine *m, const struct task_struct *p)
{
    s32 nr = task_pt_regs(m, p)->orig_eax;

    if (p->state & (TASK_STOPPED | TASK_TRACED))
        return CAUSE_SIGNAL | p->exit_code;
    return nr >= 0 ? CAUSE_CALL | nr : CAUSE_FUNCTION | KSYM_schedule;
}

// The task leaves the run queue unless a signal calls it back at once.
static void leave_queue(struct machine *m, const struct task_struct *prev)
{
    if (prev->flags & PF_DEAD)
        set(m, prev->state, EXIT_DEAD);
    if (prev->state == TASK_INTERRUPTIBLE && signal_pending(m, prev)) {
        set(m, prev->state, TASK_RUNNING);
        return;
    }
    deactivate_task(m, prev);
    if (!prev->exit_state)
        note_state(m, prev, 'R', sleep_cause(m, prev));
}

void schedule(struct machine *m)
{
    KFN(m, schedule);
    const struct task_struct *prev = current(m);
    bool voluntary = (prev->state || prev->flags & PF_DEAD) &&
                     !(thread_info_of(m, prev)->preempt_count & PREEMPT_ACTIVE);

    if (voluntary && !is_idle_task(m, prev))
        leave_queue(m, prev);
    const struct task_struct *next = pick_next(m);
    clear_tsk_thread_flag(m, prev, TIF_NEED_RESCHED);
    set(m, prev->timestamp, cpu(m)->clock);
    if (prev == next)
        return;
    if (prev->array && task_pt_regs(m, prev)->orig_eax >= 0)
        add_work(m, prev); // preempted on its way out: its call has yet to return
    set(m, next->activated, 0);
    set(m, next->timestamp, cpu(m)->clock);
    set(m, rq(m)->nr_switches, rq(m)->nr_switches + 1);
    set(m, rq(m)->curr, kaddr_of(m, next));
    if (voluntary)
        set(m, prev->nvcsw, prev->nvcsw + 1);
    else
        set(m, prev->nivcsw, prev->nivcsw + 1);
    context_switch(m, prev, next);
}

// ---- Calls and boot ----------------------------------------------------------------------------------

// After kernel/sched.c, sys_sched_yield(): to the expired array, so that all others come first.
s32 sys_sched_yield(struct machine *m)
{
    KFN(m, sys_sched_yield);
    const struct task_struct *p = current(m);

    if (is_resuming(m)) { // it has its turn again
        end_resuming(m);
        KRETURN(0);
    }
    if (rt_task(p)) {
        requeue_task(m, p);
    } else if (p->array == rq(m)->active) {
        dequeue_task(m, p);
        enqueue_task(m, p, rq(m)->expired);
    } else {
        requeue_task(m, p);
    }
    schedule(m);
    return is_current(m, p) ? 0 : CALL_SLEEPS;
}

// After kernel/sched.c, sys_nice() and set_user_nice().
s32 sys_nice(struct machine *m, s32 increment)
{
    KFN(m, sys_nice);
    const struct task_struct *p = current(m);
    s32 step = increment < -40 ? -40 : increment > 40 ? 40 : increment;
    s32 nice = p->static_prio - 120 + step;

    if (increment < 0 && !capable(m, p, CAP_SYS_NICE)) {
        note(m, EVENT_REFUSED, p->pid, EPERM, REFUSED_NOT_PERMITTED);
        KRETURN(-EPERM);
    }
    nice = nice < -20 ? -20 : nice > 19 ? 19 : nice;
    s32 delta = nice - (p->static_prio - 120);
    kaddr array = p->array;
    if (delta == 0)
        KRETURN(0);
    dequeue_task(m, p);
    set(m, p->static_prio, p->static_prio + delta);
    set(m, p->prio, p->prio + delta > MAX_PRIO - 1 ? MAX_PRIO - 1 : p->prio + delta);
    enqueue_task(m, p, array);
    if (delta > 0) // it runs, and got worse
        set_tsk_need_resched(m, p);
    KRETURN(0);
}

void sched_init(struct machine *m)
{
    KFN(m, sched_init);
    const struct runqueue *q = rq(m);
    kaddr idle = kaddr_of(m, &kernel(m)->init_task);

    for (int i = 0; i < 2; i++) {
        const struct prio_array *array = &q->arrays[i];

        for (int prio = 0; prio < MAX_PRIO; prio++)
            list_init(m, &array->queue[prio]);
        set(m, array->bitmap[MAX_PRIO / 32], 1u << MAX_PRIO % 32);
    }
    set(m, q->active, kaddr_of(m, &q->arrays[0]));
    set(m, q->expired, kaddr_of(m, &q->arrays[1]));
    set(m, q->best_expired_prio, MAX_PRIO);
    set(m, kernel(m)->init_mm.mm_count, kernel(m)->init_mm.mm_count + 1); // borrowed at boot
    set(m, q->curr, idle);
    set(m, q->idle, idle);
    set(m, kernel(m)->init_task.prio, MAX_PRIO);
    set(m, kernel(m)->init_task.state, TASK_RUNNING);
    set_tsk_need_resched(m, &kernel(m)->init_task);
}
