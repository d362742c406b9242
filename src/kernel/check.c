// The invariants of the running system: every task on exactly the lists it should be on, and
// every reference counted. machine_check() of procarium/machine.h.
#include "kernel/kernel.h"
#include "util/complaints.h"

#include <stdlib.h>

// All tasks: swapper, every live or zombie one, and a dead one that has yet to leave the CPU.
struct survey {
    const struct machine *m;
    struct complaints complaints;
    const struct task_struct **tasks;
    u32 count;
};

#define EXPECT(s, condition, ...)                                                                  \
    do {                                                                                           \
        if (!(condition))                                                                          \
            complain(&(s)->complaints, __VA_ARGS__);                                               \
    } while (0)

// Is the list a circle whose links agree in both directions? Its length in *length.
static bool is_circle(const struct machine *m, const struct list_head *head, u32 *length)
{
    kaddr self = kaddr_of(m, head);
    kaddr prev = self;

    *length = 0;
    for (kaddr link = head->next; link != self; link = list_at(m, link)->next) {
        if (!is_kaddr(m, link, sizeof(struct list_head)) || list_at(m, link)->prev != prev ||
            *length > 1u << 20)
            return false;
        prev = link;
        ++*length;
    }
    return head->prev == prev;
}

// ---- One task ------------------------------------------------------------------------------------

static void check_state(struct survey *s, const struct task_struct *p)
{
    const struct machine *m = s->m;
    bool queued = p->array;
    bool running_state = p->state == TASK_RUNNING && !p->exit_state;
    bool idle = is_idle_task(m, p);

    EXPECT(s, !(p->state & ~(1 | 2 | 4 | 8 | 32)) && !(p->state & (p->state - 1)),
           "task %d: state %d is not one of the states", p->pid, p->state);
    EXPECT(s, p->exit_state == 0 || p->exit_state == EXIT_ZOMBIE || p->exit_state == EXIT_DEAD,
           "task %d: exit_state %d is not one of the states", p->pid, p->exit_state);
    EXPECT(s, idle ? !queued : queued == running_state,
           "task %d: state %d, exit_state %d, but it is %son the run queue", p->pid, p->state,
           p->exit_state, queued ? "" : "not ");
    EXPECT(s, !p->exit_state || (!p->mm && !p->files && !p->fs),
           "task %d is dead but still has mm, files or fs", p->pid);
    if (queued)
        EXPECT(s,
               p->prio >= 0 && p->prio < MAX_PRIO &&
                   (p->array == rq(m)->active || p->array == rq(m)->expired),
               "task %d: queued with prio %d in array %08x", p->pid, p->prio, p->array);
    if (!idle)
        EXPECT(s, p->active_mm || !running_state || current(m) != p,
               "task %d runs without an address space loaded", p->pid);
}

static void check_stack(struct survey *s, const struct task_struct *p)
{
    const struct machine *m = s->m;
    const struct thread_info *ti = thread_info_of(m, p);
    u32 size = cpu(m)->thread_size;

    EXPECT(s, p->thread_info % size == 0, "task %d: kernel stack %08x is not aligned", p->pid,
           p->thread_info);
    EXPECT(s, ti->task == kaddr_of(m, p), "task %d: thread_info.task is %08x", p->pid, ti->task);
    EXPECT(s, p->thread.esp0 == p->thread_info + size, "task %d: esp0 is %08x", p->pid,
           p->thread.esp0);
    EXPECT(s, !p->thread.io_bitmap_ptr == !p->thread.io_bitmap_max,
           "task %d: io_bitmap_ptr %08x, io_bitmap_max %u", p->pid, p->thread.io_bitmap_ptr,
           p->thread.io_bitmap_max);
    if (current(m) != p)
        EXPECT(s, p->thread.esp > p->thread_info + sizeof *ti && p->thread.esp < p->thread.esp0,
               "task %d: saved esp %08x is not in its stack", p->pid, p->thread.esp);
}

static void check_family(struct survey *s, const struct task_struct *p)
{
    const struct machine *m = s->m;
    const struct task_struct *parent = task_at(m, p->parent);
    bool found = false;
    u32 length;

    EXPECT(s, is_circle(m, &p->children, &length), "task %d: children is not a proper list",
           p->pid);
    if (p->pid == 0)
        return;
    EXPECT(s, find_task_by_pid(m, p->pid) == p, "task %d is not found by its number", p->pid);
    EXPECT(s, find_task_by_pid(m, parent->pid) == parent, "task %d: its parent %d is gone", p->pid,
           parent->pid);
    EXPECT(s, p->real_parent == p->parent || p->ptrace,
           "task %d: parent and real_parent differ without a tracer", p->pid);
    for (kaddr link = p->sibling.next; link != kaddr_of(m, &p->sibling) && !found;
         link = list_at(m, link)->next)
        found = link == kaddr_of(m, &parent->children);
    EXPECT(s, found, "task %d is not on the children list of %d", p->pid, parent->pid);
    EXPECT(s, task_at(m, p->group_leader)->pid == p->tgid, "task %d: group_leader is %d, tgid %d",
           p->pid, task_at(m, p->group_leader)->pid, p->tgid);
}

// Does the set hold a signal that p does not block?
static bool is_unblocked(const struct task_struct *p, const struct sigset *set)
{
    return set->sig[0] & ~p->blocked.sig[0] || set->sig[1] & ~p->blocked.sig[1];
}

static bool has_deliverable(const struct machine *m, const struct task_struct *p)
{
    return is_unblocked(p, &p->pending.signal) ||
           is_unblocked(p, &signal_of(m, p)->shared_pending.signal);
}

static void check_signals(struct survey *s, const struct task_struct *p)
{
    const struct machine *m = s->m;
    u32 kill_stop = 1u << (SIGKILL - 1) | 1u << (SIGSTOP - 1);

    EXPECT(s, !(p->blocked.sig[0] & kill_stop), "task %d blocks SIGKILL or SIGSTOP", p->pid);
    if (p->exit_state || !p->signal)
        return;
    // A shared signal may have been given to another thread, which is in D.
    if (p->state == TASK_INTERRUPTIBLE)
        EXPECT(s,
               !is_unblocked(p, &p->pending.signal) &&
                   (!thread_group_empty(m, p) || !has_deliverable(m, p)),
               "task %d sleeps interruptibly over a pending signal", p->pid);
    if (test_tsk_thread_flag(m, p, TIF_SIGPENDING) && p->pid != 0 && p->state == TASK_RUNNING)
        EXPECT(s,
               has_deliverable(m, p) || signal_of(m, p)->group_stop_count > 0 ||
                   !console(m)->settle,
               "task %d: TIF_SIGPENDING is set for nothing", p->pid);
}

// ---- Counting references ---------------------------------------------------------------------------

static int compare_kaddr(const void *a, const void *b)
{
    kaddr x = *(const kaddr *)a, y = *(const kaddr *)b;

    return x < y ? -1 : x > y;
}

enum counted {
    COUNT_SIGNAL,
    COUNT_LIVE,
    COUNT_SIGHAND,
    COUNT_FILES,
    COUNT_FS,
    COUNT_MM,
    COUNT_BORROWED,
    COUNT_NAMESPACE,
    COUNT_USER,
    COUNT_KINDS
};

static kaddr reference(const struct task_struct *p, enum counted what)
{
    switch (what) {
    case COUNT_SIGNAL:
        return p->signal;
    case COUNT_LIVE:
        return p->flags & PF_EXITING ? 0 : p->signal;
    case COUNT_SIGHAND:
        return p->sighand;
    case COUNT_FILES:
        return p->files;
    case COUNT_FS:
        return p->fs;
    case COUNT_MM:
        return p->mm;
    case COUNT_BORROWED:
        return p->mm ? 0 : p->active_mm;
    case COUNT_NAMESPACE:
        return p->namespace;
    case COUNT_USER:
        return p->pid ? p->user : 0;
    default:
        return 0;
    }
}

static s32 count_field(const struct machine *m, kaddr object, enum counted what)
{
    switch (what) {
    case COUNT_SIGNAL:
        return at(m, object, struct signal_struct)->count;
    case COUNT_LIVE:
        return at(m, object, struct signal_struct)->live;
    case COUNT_SIGHAND:
        return at(m, object, struct sighand_struct)->count;
    case COUNT_FILES:
        return at(m, object, struct files_struct)->count;
    case COUNT_FS:
        return at(m, object, struct fs_struct)->count;
    case COUNT_MM:
        return at(m, object, struct mm_struct)->mm_users;
    case COUNT_BORROWED: {
        const struct mm_struct *mm = at(m, object, struct mm_struct);
        return mm->mm_count - (mm->mm_users > 0) - (rq(m)->prev_mm == object);
    }
    case COUNT_NAMESPACE:
        return at(m, object, struct namespace_struct)->count;
    case COUNT_USER:
        return at(m, object, struct user_struct)->processes;
    default:
        return 0;
    }
}

static void check_counts(struct survey *s, enum counted what, const char *name)
{
    kaddr init_mm = kaddr_of(s->m, &kernel(s->m)->init_mm);
    kaddr *refs = malloc((s->count + 1) * sizeof *refs);
    u32 n = 0;

    BUG_ON(!refs);
    for (u32 i = 0; i < s->count; i++)
        if (reference(s->tasks[i], what))
            refs[n++] = reference(s->tasks[i], what);
    qsort(refs, n, sizeof *refs, compare_kaddr);
    for (u32 i = 0, run; i < n; i += run) {
        for (run = 1; i + run < n && refs[i + run] == refs[i]; run++)
            ;
        if (refs[i] == init_mm) // the kernel's own: swapper has it without being counted
            continue;
        s32 count = count_field(s->m, refs[i], what);
        EXPECT(s, count == (s32)run, "%s at %08x: %d counted, %u references", name, refs[i], count,
               run);
    }
    free(refs);
}

// ---- The whole -----------------------------------------------------------------------------------------

static void add_task(struct survey *s, const struct task_struct *p)
{
    if (s->count % 1024 == 0) {
        s->tasks = realloc(s->tasks, (s->count + 1024) * sizeof *s->tasks);
        BUG_ON(!s->tasks);
    }
    s->tasks[s->count++] = p;
}

static void collect(struct survey *s)
{
    const struct machine *m = s->m;

    add_task(s, &kernel(m)->init_task);
    for (const struct task_struct *p = first_process(m); p; p = next_task_and_thread(m, p))
        add_task(s, p);
}

static void check_run_queue(struct survey *s)
{
    const struct machine *m = s->m;
    const struct runqueue *q = rq(m);
    u32 running = 0, sleeping = 0;

    for (int a = 0; a < 2; a++) {
        const struct prio_array *array = &q->arrays[a];
        u32 active = 0;

        for (u32 prio = 0; prio < MAX_PRIO; prio++) {
            u32 length;
            bool bit = array->bitmap[prio / 32] >> prio % 32 & 1;

            EXPECT(s, is_circle(m, &array->queue[prio], &length),
                   "run queue: list %u is not a proper list", prio);
            EXPECT(s, bit == (length > 0), "run queue: bit %u is %d, its list has %u", prio, bit,
                   length);
            active += length;
        }
        EXPECT(s, active == array->nr_active, "run queue: nr_active %u, queued %u",
               array->nr_active, active);
        running += active;
    }
    EXPECT(s, running == q->nr_running, "run queue: nr_running %u, queued %u", q->nr_running,
           running);
    for (u32 i = 0; i < s->count; i++)
        sleeping += s->tasks[i]->state == TASK_UNINTERRUPTIBLE;
    EXPECT(s, sleeping == q->nr_uninterruptible, "run queue: nr_uninterruptible %u, in D %u",
           q->nr_uninterruptible, sleeping);
    EXPECT(s, q->curr == kaddr_of(m, current(m)), "run queue: curr %08x, but current is %08x",
           q->curr, kaddr_of(m, current(m)));
}

static void check_totals(struct survey *s)
{
    const struct machine *m = s->m;
    const struct kernel_data *k = kernel(m);
    const struct kmem_cache *tasks = at(m, k->caches.task_struct, struct kmem_cache);
    u32 processes = 0;
    u32 length;

    for (u32 i = 1; i < s->count; i++)
        processes += thread_group_leader(s->tasks[i]);
    EXPECT(s, k->nr_threads == (s32)s->count - 1, "nr_threads %d, tasks %u", k->nr_threads,
           s->count - 1);
    EXPECT(s, k->process_counts == processes, "process_counts %u, processes %u", k->process_counts,
           processes);
    EXPECT(s, is_circle(m, &k->init_task.tasks, &length) && length == processes,
           "the task list is broken, or its length is not %u", processes);
    EXPECT(s, cache_objects_in_use(tasks) == s->count - 1,
           "slab task_struct: %u objects in use, tasks %u", cache_objects_in_use(tasks),
           s->count - 1);
}

int machine_check(const struct machine *m, struct strbuf *out)
{
    struct survey s = { .m = m, .complaints = { out, 0 } };
    static const char *const names[COUNT_KINDS] = { "signal_struct",
                                                    "signal_struct.live",
                                                    "sighand_struct",
                                                    "files_struct",
                                                    "fs_struct",
                                                    "mm_struct.mm_users",
                                                    "mm_struct.mm_count (borrowers)",
                                                    "namespace",
                                                    "user_struct.processes" };

    int broken = check_pages(m, out) + check_slabs(m, out) + check_pids(m, out);
    if (broken) // the lists can't be trusted
        return broken;
    collect(&s);
    for (u32 i = 0; i < s.count; i++) {
        check_state(&s, s.tasks[i]);
        check_stack(&s, s.tasks[i]);
        check_family(&s, s.tasks[i]);
        check_signals(&s, s.tasks[i]);
    }
    for (enum counted what = 0; what < COUNT_KINDS; what++)
        check_counts(&s, what, names[what]);
    check_run_queue(&s);
    check_totals(&s);
    free(s.tasks);
    return s.complaints.count + check_files(m, out) + check_signal_queues(m, out) +
           check_mm(m, out);
}
