// Reading and writing the bytes of files in the page cache, and the console. (mm/filemap.c,
// drivers/char/n_tty.c)
#include "kernel/files.h"

// ---- Files -------------------------------------------------------------------------------------------

// The part of a transfer that lies in one page.
static u32 part_of(u32 position, u32 left)
{
    u32 inside = position & (PAGE_SIZE - 1);

    return PAGE_SIZE - inside < left ? PAGE_SIZE - inside : left;
}

// Bytes from one page of the cache to the reader; 0 without memory, or if its memory is out of
// reach, with the reason in *error.
static u32 read_page_part(struct machine *m, const struct transfer *t, u32 position, u32 done,
                          u32 left, s32 *error)
{
    bool is_major;
    pfn frame = find_or_read_page(m, t->inode, position >> PAGE_SHIFT, &is_major);
    u32 part = part_of(position, left);

    if (!frame) {
        *error = refuse_call(m, ENOMEM, REFUSED_NO_MEMORY);
        return 0;
    }
    kaddr from = pfn_to_kaddr(frame) + (position & (PAGE_SIZE - 1));
    bool is_copied = copy_out_to_user(m, t->buffer + done, from, part);
    free_pages(m, pfn_to_kaddr(frame), 0);
    if (!is_copied)
        *error = refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS);
    return is_copied ? part : 0;
}

// From the position on, up to the end of the file. After mm/filemap.c, generic_file_read() and
// do_generic_mapping_read(). Unlike Linux: what is not in the cache yet is there at once.
s32 generic_file_read(struct machine *m, const struct transfer *t)
{
    KFN(m, generic_file_read);
    u64 position = t->file->f_pos;
    u32 size = t->inode->i_size, done = 0;
    s32 error = 0;

    while (done < t->count && position < size && !error) {
        u32 left = t->count - done < size - (u32)position ? t->count - done : size - (u32)position;
        u32 part = read_page_part(m, t, (u32)position, done, left, &error);

        done += part;
        position += part;
    }
    set(m, t->file->f_pos, position);
    KRETURN(done ? (s32)done : error);
}

// Where a write begins and how much of it may be done; a negative errno with its event otherwise.
// After mm/filemap.c, generic_write_checks().
static s32 generic_write_checks(struct machine *m, const struct transfer *t, u64 *position,
                                u32 *count)
{
    u32 limit = signal_of(m, current(m))->rlim[RLIMIT_FSIZE].rlim_cur;

    if (t->file->f_flags & O_APPEND)
        *position = t->inode->i_size;
    if (*position >= limit) {
        struct siginfo info = { .signo = SIGXFSZ, .code = SI_USER, .pid = current(m)->tgid };

        specific_send_sig_info(m, &info, current(m));
        return refuse_call(m, EFBIG, REFUSED_FILE_SIZE);
    }
    if (*position >= MAX_NON_LFS)
        return refuse_call(m, EFBIG, REFUSED_FILE_SIZE);
    if (limit > MAX_NON_LFS)
        limit = MAX_NON_LFS;
    if (*count > limit - *position)
        *count = limit - (u32)*position;
    return 0;
}

static u32 write_page_part(struct machine *m, const struct transfer *t, u32 position, u32 done,
                           u32 left, s32 *error)
{
    bool is_major;
    pfn frame = find_or_read_page(m, t->inode, position >> PAGE_SHIFT, &is_major);
    u32 part = part_of(position, left);

    if (!frame) {
        *error = refuse_call(m, ENOSPC, REFUSED_NO_MEMORY);
        return 0;
    }
    kaddr to = pfn_to_kaddr(frame) + (position & (PAGE_SIZE - 1));
    bool is_copied = copy_in_from_user(m, to, t->buffer + done, part);
    free_pages(m, pfn_to_kaddr(frame), 0);
    if (!is_copied)
        *error = refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS);
    return is_copied ? part : 0;
}

// Into the page cache; the file grows if need be. After mm/filemap.c, generic_file_write().
s32 generic_file_write(struct machine *m, const struct transfer *t)
{
    KFN(m, generic_file_write);
    u64 position = t->file->f_pos;
    u32 count = t->count, done = 0;
    s32 error = generic_write_checks(m, t, &position, &count);

    while (done < count && !error) {
        u32 part = write_page_part(m, t, (u32)position, done, count - done, &error);

        done += part;
        position += part;
        if (position > t->inode->i_size)
            set(m, t->inode->i_size, (u32)position);
    }
    if (done)
        set(m, t->file->f_pos, position);
    KRETURN(done ? (s32)done : error);
}

// ---- The console ---------------------------------------------------------------------------------------

// Sleeps until a line is typed. Unlike Linux: nobody types, so only a signal ends it. After
// drivers/char/n_tty.c, read_chan().
static s32 read_chan(struct machine *m, const struct transfer *t)
{
    KFN(m, read_chan);
    const struct task_struct *me = current(m);
    kaddr entry = KLOCALS();

    if (!is_resuming(m)) {
        if (t->file->f_flags & O_NONBLOCK)
            KRETURN(refuse_call(m, EAGAIN, REFUSED_WOULD_BLOCK));
        if (signal_pending(m, me))
            KRETURN(-ERESTARTSYS);
        add_wait_queue(m, &kernel(m)->console_wait, entry, false);
        set_task_state(m, me, TASK_INTERRUPTIBLE);
        schedule(m);
        if (!is_current(m, me))
            return CALL_SLEEPS;
    }
    end_resuming(m);
    set_task_state(m, me, TASK_RUNNING);
    remove_wait_queue(m, entry);
    KRETURN(-ERESTARTSYS);
}

s32 tty_read(struct machine *m, const struct transfer *t)
{
    KFN(m, tty_read);
    return read_chan(m, t);
}
