// The checker's part for pipes and for those who wait: rings, counts of ends, wait queues, the disk.
#include "kernel/check_files.h"
#include "kernel/pipe.h"

#define SAY(c, inode, format, ...)                                                                 \
    complain(&(c)->complaints, "pipe [%u]: " format, (inode)->i_ino, __VA_ARGS__)

static bool is_asleep(const struct task_struct *p)
{
    return p->state == TASK_INTERRUPTIBLE || p->state == TASK_UNINTERRUPTIBLE;
}

// ---- The ring ----------------------------------------------------------------------------------------

static void check_ring(struct file_check *c, const struct inode *inode,
                       const struct pipe_inode_info *info)
{
    if (info->nrbufs > PIPE_BUFFERS || info->curbuf >= PIPE_BUFFERS) {
        SAY(c, inode, "%u buffers from %u on", info->nrbufs, info->curbuf);
        return;
    }
    for (u32 i = 0; i < PIPE_BUFFERS; i++) {
        const struct pipe_buffer *buf = &info->bufs[(info->curbuf + i) % PIPE_BUFFERS];
        bool is_filled = i < info->nrbufs;

        if (is_filled != (buf->ops == PIPE_BUF_ANON))
            SAY(c, inode, "buffer %u of %u has ops %u", i, info->nrbufs, buf->ops);
        if (is_filled && (!buf->len || buf->offset + buf->len > PAGE_SIZE || !buf->page))
            SAY(c, inode, "buffer %u has page %08x, offset %u, length %u", i, buf->page,
                buf->offset, buf->len);
    }
}

// ---- Who waits ---------------------------------------------------------------------------------------

// Where the entry of a task that waits lies: in the frame of the function that put it there.
struct waiters {
    enum ksym function;
    bool leaves_when_woken;
};

// Every entry must be one of a task in that function; how many there are. Where wake-ups take a task
// off, one that a signal has woken stays until it runs again: it is not counted.
static u32 check_queue(struct file_check *c, const struct wait_queue_head *queue,
                       const struct waiters *w)
{
    u32 count = 0;

    list_for_each(c->m, link, &queue->task_list)
    {
        const struct wait_queue *wait = list_entry(c->m, link, struct wait_queue, task_list);
        const struct task_struct *p = task_at(c->m, wait->task);

        if (locals_of_sleeper(c->m, p, w->function) != kaddr_of(c->m, wait)) {
            complain(&c->complaints, "wait queue %08x: the entry %08x is not one of a sleeper",
                     kaddr_of(c->m, queue), kaddr_of(c->m, wait));
            return count;
        }
        bool is_awake = w->leaves_when_woken && !is_asleep(p);
        if (is_awake && !signal_pending(c->m, p))
            complain(&c->complaints, "wait queue %08x: task %d is awake", kaddr_of(c->m, queue),
                     p->pid);
        count += !is_awake;
    }
    return count;
}

// The inode that a task's read or write under way is about, or 0.
static kaddr inode_of_call(const struct machine *m, const struct task_struct *p, enum ksym call)
{
    kaddr locals = locals_of_sleeper(m, p, call);

    return locals ? file_at(m, at(m, locals, struct call_file)->file)->f_inode : 0;
}

void check_pipe(struct file_check *c, const struct inode *inode)
{
    const struct machine *m = c->m;
    const struct pipe_inode_info *info = pipe_info(m, inode);
    const struct waiters waiters = { KSYM_pipe_wait, true };
    kaddr self = kaddr_of(m, inode);
    u32 readers = references_to(&c->readers, self), writers = references_to(&c->writers, self);
    u32 asleep = 0, writing = 0;

    check_ring(c, inode, info);
    if (info->readers != readers || info->writers != writers)
        SAY(c, inode, "readers %u and writers %u, open ends %u and %u", info->readers,
            info->writers, readers, writers);
    u32 queued = check_queue(c, &info->wait, &waiters);
    for (const struct task_struct *p = first_process(m); p; p = next_task_and_thread(m, p)) {
        if (!locals_of_sleeper(m, p, KSYM_pipe_wait))
            continue;
        bool writes = inode_of_call(m, p, KSYM_sys_write) == self;
        if (writes || inode_of_call(m, p, KSYM_sys_read) == self)
            asleep += is_asleep(p);
        writing += writes;
    }
    if (queued != asleep)
        SAY(c, inode, "%u in the queue, %u asleep", queued, asleep);
    if (info->waiting_writers != writing)
        SAY(c, inode, "waiting_writers %u, found %u", info->waiting_writers, writing);
}

// ---- The console and the disk ----------------------------------------------------------------------------

static void check_disk(struct file_check *c)
{
    list_for_each(c->m, link, &kernel(c->m)->disk_queue)
    {
        const struct page *page = list_entry(c->m, link, struct page, lru);

        if (!(page->flags >> PG_locked & 1) || !page->mapping)
            complain(&c->complaints, "page %08x waits for the disk, but is not locked",
                     kaddr_of(c->m, page));
    }
}

void check_waiting(struct file_check *c)
{
    const struct machine *m = c->m;
    const struct waiters at_console = { KSYM_read_chan, false };
    const struct waiters at_disk = { KSYM___lock_page, true };
    u32 in_io = 0, locking = 0, reading = 0;

    for (const struct task_struct *p = first_process(m); p; p = next_task_and_thread(m, p)) {
        in_io += locals_of_sleeper(m, p, KSYM_io_schedule) != 0;
        locking += locals_of_sleeper(m, p, KSYM___lock_page) && is_asleep(p);
        reading += locals_of_sleeper(m, p, KSYM_read_chan) != 0;
    }
    if (check_queue(c, &kernel(m)->console_wait, &at_console) != reading)
        complain(&c->complaints, "console: %u tasks read, not all wait", reading);
    if (check_queue(c, &kernel(m)->page_wait, &at_disk) != locking)
        complain(&c->complaints, "disk: %u tasks wait for pages, not all in the queue", locking);
    if (rq(m)->nr_iowait != in_io)
        complain(&c->complaints, "run queue: nr_iowait %u, tasks %u", rq(m)->nr_iowait, in_io);
    check_disk(c);
}
