// The disk: who reads from it sleeps in state D until its interrupt says that the page is there.
// (mm/filemap.c, mm/mpage.c, and the way of an interrupt through arch/i386/kernel)
//
// Unlike Linux: only reads of the disk itself (/dev/hda) wait for it, one page at a time, and what
// was read does not stay in the page cache: so every read can be seen to wait. The disk holds zeros.
#include "kernel/files.h"

#define DISK_VECTOR 0x2E // IRQ 14

// What a read of the disk remembers while it sleeps; it lies in its function's frame.
struct disk_read {
    kaddr page;       // struct page
    u32 inside, part; // which of its bytes are wanted
};

static const struct page *page_at(const struct machine *m, kaddr page)
{
    return at(m, page, struct page);
}

static bool page_locked(const struct page *page)
{
    return page->flags >> PG_locked & 1;
}

static kaddr address_of_page(const struct machine *m, kaddr page)
{
    return pfn_to_kaddr((page - mm_data(m)->zone.mem_map) / (u32)sizeof(struct page));
}

// ---- Waiting for the page -----------------------------------------------------------------------------

// Gives the CPU away, as one who waits for the disk. After kernel/sched.c, io_schedule().
static bool io_schedule(struct machine *m)
{
    KFN(m, io_schedule);
    const struct task_struct *me = current(m);
    const struct runqueue *q = rq(m);

    if (!is_resuming(m)) {
        set(m, q->nr_iowait, q->nr_iowait + 1);
        schedule(m);
        if (!is_current(m, me))
            return false;
    }
    end_resuming(m);
    set(m, q->nr_iowait, q->nr_iowait - 1);
    return true;
}

// False: the caller sleeps now. No signal ends this. After mm/filemap.c, __lock_page().
static bool __lock_page(struct machine *m, kaddr page)
{
    KFN(m, __lock_page);
    kaddr entry = KLOCALS();

    while (is_resuming(m) || page_locked(page_at(m, page))) {
        if (!is_resuming(m))
            prepare_to_wait_on_page(m, entry, page);
        if (!io_schedule(m))
            return false;
        finish_wait(m, entry);
    }
    return true;
}

// ---- Reading -------------------------------------------------------------------------------------------

// A page of the cache that the disk has been asked to fill, with a reference for the reader; 0
// without memory. (mm/filemap.c, page_cache_read(), and mm/mpage.c, mpage_readpage())
static kaddr read_page_from_disk(struct machine *m, const struct inode *inode, u32 index)
{
    KFN(m, mpage_readpage);
    pfn frame = find_page(m, inode, index); // somebody waits for it already
    const struct page *page;

    if (frame) {
        page = pfn_to_page(m, frame);
    } else {
        kaddr address = get_zeroed_page(m);

        if (!address)
            KRETURN(0u);
        if (!add_to_page_cache(m, inode, index, address)) {
            free_pages(m, address, 0);
            KRETURN(0u);
        }
        page = page_of(m, address);
        set(m, page->flags, page->flags | 1u << PG_locked);
        list_add_tail(m, &page->lru, &kernel(m)->disk_queue);
    }
    set(m, page->_count, page->_count + 1);
    KRETURN(kaddr_of(m, page));
}

// The page is there: its bytes go to the reader, and it leaves the cache.
static s32 deliver_page(struct machine *m, const struct transfer *t, const struct disk_read *read)
{
    const struct page *page = page_at(m, read->page);
    kaddr address = address_of_page(m, read->page);
    u32 copied = read->part - copy_out_to_user(m, t->buffer, address + read->inside, read->part);

    if (page->mapping)
        remove_from_page_cache(m, t->inode, page->index);
    free_pages(m, address, 0);
    return copied ? (s32)copied : refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS);
}

// Asks the disk for the page at the file's position, which moves on. 0 or a negative errno.
static s32 begin_read(struct machine *m, const struct transfer *t, const struct disk_read *kept)
{
    bool is_whole = t->file == &kernel(m)->disk_file; // `io` wants another page each time
    u32 position = (u32)t->file->f_pos % DISK_BYTES;
    u32 inside = position & (PAGE_SIZE - 1);
    u32 part = t->count < PAGE_SIZE - inside ? t->count : PAGE_SIZE - inside;
    struct disk_read read = { read_page_from_disk(m, t->inode, position >> PAGE_SHIFT), inside,
                              part };

    if (!read.page)
        return refuse_call(m, ENOMEM, REFUSED_NO_MEMORY);
    copy(m, kept, &read, sizeof read);
    set(m, t->file->f_pos, (u64)position + (is_whole ? PAGE_SIZE : part));
    note(m, EVENT_DISK_WAIT, current(m)->pid, (s32)kaddr_to_pfn(address_of_page(m, read.page)), 0);
    return 0;
}

// At most up to the end of a page. After mm/filemap.c, do_generic_mapping_read().
s32 blkdev_read(struct machine *m, const struct transfer *t)
{
    KFN(m, do_generic_mapping_read);
    const struct disk_read *kept = at(m, KLOCALS(), struct disk_read);

    if (!is_resuming(m)) {
        bool is_disk = t->file == &kernel(m)->disk_file;

        if (!is_disk && t->file->f_pos >= t->inode->i_size)
            KRETURN(0);
        s32 error = begin_read(m, t, kept);
        if (error)
            KRETURN(error);
    }
    if (!__lock_page(m, kept->page))
        return CALL_SLEEPS;
    KRETURN(deliver_page(m, t, kept));
}

kaddr page_of_disk_read(const struct machine *m, const struct task_struct *p)
{
    kaddr locals = locals_of_sleeper(m, p, KSYM_do_generic_mapping_read);

    return locals ? at(m, locals, struct disk_read)->page : 0;
}

kaddr page_waited_for(const struct machine *m, const struct task_struct *p)
{
    kaddr page = page_of_disk_read(m, p);

    return page && page_locked(page_at(m, page)) ? page : 0;
}

// ---- The interrupt ----------------------------------------------------------------------------------------

// After mm/filemap.c, unlock_page().
static void unlock_page(struct machine *m, kaddr page)
{
    KFN(m, unlock_page);
    const struct page *p = page_at(m, page);

    set(m, p->flags, p->flags & ~(1u << PG_locked));
    wake_up_page(m, page);
}

// The disk's own part: the page is filled. After drivers/ide/ide-io.c, ide_intr(), and mm/mpage.c.
static void ide_intr(struct machine *m, kaddr page)
{
    KFN(m, ide_intr);
    const struct page *p = page_at(m, page);

    list_del(m, &p->lru);
    note(m, EVENT_DISK_DONE, (s32)kaddr_to_pfn(address_of_page(m, page)), current(m)->pid, 0);
    KFN_PART(m, mpage_end_io_read);
    unlock_page(m, page);
}

// The CPU is interrupted, in user mode or idle; then somebody else may run. After
// arch/i386/kernel/irq.c, do_IRQ().
static void do_IRQ(struct machine *m, kaddr page)
{
    KFN_PART(m, common_interrupt);
    KFN_PART(m, do_IRQ);
    ide_intr(m, page);
}

void disk_interrupt(struct machine *m, const struct task_struct *p)
{
    const struct task_struct *me = current(m);
    kaddr first = kernel(m)->disk_queue.next - (u32)offsetof(struct page, lru);
    kaddr page = p ? page_waited_for(m, p) : first;

    m->actor = 0;
    if (is_idle_task(m, me)) {
        do_IRQ(m, page);
        if (test_tsk_thread_flag(m, me, TIF_NEED_RESCHED))
            schedule(m); // cpu_idle()
    } else {
        enter_from_user(m);
        set(m, task_pt_regs(m, me)->orig_eax, DISK_VECTOR - 256);
        do_IRQ(m, page);
        exit_to_user_mode(m);
    }
    settle(m);
}
