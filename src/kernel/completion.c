// Wait queues and completions: how tasks sleep until something has happened.
#include "kernel/kernel.h"

static const struct wait_queue *entry_at(const struct machine *m, kaddr entry)
{
    return at(m, entry, struct wait_queue);
}

void init_waitqueue_head(struct machine *m, const struct wait_queue_head *q)
{
    list_init(m, &q->task_list);
}

// entry: where on the sleeper's kernel stack the wait_queue_t lies (KLOCALS()).
void add_wait_queue(struct machine *m, const struct wait_queue_head *q, kaddr entry, bool exclusive)
{
    KFN(m, add_wait_queue);
    const struct wait_queue *wait = entry_at(m, entry);

    set(m, wait->flags, exclusive ? WQ_FLAG_EXCLUSIVE : 0u);
    set(m, wait->task, kaddr_of(m, current(m)));
    set(m, wait->func, WAKE_DEFAULT);
    if (exclusive)
        list_add_tail(m, &wait->task_list, &q->task_list);
    else
        list_add(m, &wait->task_list, &q->task_list);
}

void remove_wait_queue(struct machine *m, kaddr entry)
{
    KFN(m, remove_wait_queue);
    list_del(m, &entry_at(m, entry)->task_list);
}

// The entry's task is about to sleep. After kernel/wait.c, prepare_to_wait(), with the wake-up
// function that DEFINE_WAIT names.
void prepare_to_wait(struct machine *m, const struct wait_queue_head *q, kaddr entry, s32 state)
{
    KFN(m, prepare_to_wait);
    const struct task_struct *me = current(m);
    struct wait_queue wait = { 0, kaddr_of(m, me), WAKE_AUTOREMOVE, { 0, 0 } };

    copy(m, entry_at(m, entry), &wait, sizeof wait);
    list_add(m, &entry_at(m, entry)->task_list, &q->task_list);
    set_task_state(m, me, state);
}

void prepare_to_wait_on_page(struct machine *m, kaddr entry, kaddr page)
{
    prepare_to_wait(m, &kernel(m)->page_wait, entry, TASK_UNINTERRUPTIBLE);
    set(m, entry_at(m, entry)->func, (u32)WAKE_BIT);
    set(m, at(m, entry, struct wait_bit_queue)->page, page);
}

// After kernel/wait.c, finish_wait(). The entry has left the queue already if it was woken.
void finish_wait(struct machine *m, kaddr entry)
{
    KFN(m, finish_wait);
    const struct list_head *link = &entry_at(m, entry)->task_list;

    set_task_state(m, current(m), TASK_RUNNING);
    if (!list_empty(m, link))
        list_del_init(m, link);
}

// After kernel/wait.c, __wake_up_bit(): only those who wait for this page.
void wake_up_page(struct machine *m, kaddr page)
{
    KFN(m, __wake_up_bit);
    list_for_each_safe(m, link, following, &kernel(m)->page_wait.task_list)
    {
        const struct wait_queue *wait = list_entry(m, link, struct wait_queue, task_list);
        const struct wait_bit_queue *bit = at(m, kaddr_of(m, wait), struct wait_bit_queue);

        if (bit->page == page &&
            try_to_wake_up(m, task_at(m, wait->task), TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE,
                           CAUSE_FUNCTION | KSYM___wake_up_bit))
            list_del_init(m, &wait->task_list);
    }
}

void wake_up(struct machine *m, const struct wait_queue_head *q, u32 mask, u32 nr_exclusive)
{
    if (list_empty(m, &q->task_list))
        return;
    KFN(m, __wake_up);
    list_for_each_safe(m, link, following, &q->task_list)
    {
        const struct wait_queue *wait = list_entry(m, link, struct wait_queue, task_list);
        bool exclusive = wait->flags & WQ_FLAG_EXCLUSIVE;

        if (!try_to_wake_up(m, task_at(m, wait->task), mask, CAUSE_FUNCTION | KSYM___wake_up))
            continue;
        if (wait->func == WAKE_AUTOREMOVE)
            list_del_init(m, &wait->task_list);
        if (exclusive && nr_exclusive && !--nr_exclusive)
            break;
    }
}

void init_completion(struct machine *m, const struct completion *x)
{
    set(m, x->done, 0u);
    init_waitqueue_head(m, &x->wait);
}

// After kernel/sched.c, wait_for_completion().
bool wait_for_completion(struct machine *m, const struct completion *x)
{
    KFN(m, wait_for_completion);
    const struct task_struct *me = current(m);
    kaddr entry = KLOCALS();
    bool queued = is_resuming(m);

    if (!queued && x->done) {
        set(m, x->done, x->done - 1);
        return true;
    }
    end_resuming(m);
    if (!queued)
        add_wait_queue(m, &x->wait, entry, true);
    while (!x->done) {
        set_task_state(m, me, TASK_UNINTERRUPTIBLE);
        schedule(m);
        if (!is_current(m, me))
            return false;
    }
    remove_wait_queue(m, entry);
    set(m, x->done, x->done - 1);
    return true;
}

// After kernel/sched.c, complete().
void complete(struct machine *m, const struct completion *x)
{
    KFN(m, complete);
    set(m, x->done, x->done + 1);
    wake_up(m, &x->wait, TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE, 1);
}
