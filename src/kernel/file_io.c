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

// Bytes between one page of the cache and the caller's memory, as far as that is accessible. How
// many, or -EFAULT if none, or -ENOMEM. is_write: from the caller to the file.
static s32 transfer_part(struct machine *m, const struct transfer *t, u32 position, u32 done,
                         u32 part, bool is_write)
{
    bool is_major;
    pfn frame = find_or_read_page(m, t->inode, position >> PAGE_SHIFT, &is_major);

    if (!frame)
        return -ENOMEM;
    kaddr here = pfn_to_kaddr(frame) + (position & (PAGE_SIZE - 1));
    u32 left_out = is_write ? copy_in_from_user(m, here, t->buffer + done, part)
                            : copy_out_to_user(m, t->buffer + done, here, part);
    free_pages(m, pfn_to_kaddr(frame), 0);
    return left_out < part ? (s32)(part - left_out) : -EFAULT;
}

// What a call returns that has come this far: a negative errno counts only if nothing was done.
static s32 end_transfer(struct machine *m, u32 done, s32 error)
{
    if (done || error >= 0)
        return (s32)done;
    return refuse_call(m, -error, error == -ENOMEM ? REFUSED_NO_MEMORY : REFUSED_BAD_ADDRESS);
}

// From the position on, up to the end of the file. After mm/filemap.c, generic_file_read() and
// do_generic_mapping_read(). Unlike Linux: what is not in the cache yet is there at once.
s32 generic_file_read(struct machine *m, const struct transfer *t)
{
    KFN(m, generic_file_read);
    u64 position = t->file->f_pos;
    u32 size = t->inode->i_size, done = 0;
    s32 got = 0;

    while (done < t->count && position < size) {
        u32 left = t->count - done < size - (u32)position ? t->count - done : size - (u32)position;
        u32 part = part_of((u32)position, left);

        got = transfer_part(m, t, (u32)position, done, part, false);
        if (got < 0)
            break;
        done += (u32)got;
        position += (u32)got;
        if ((u32)got < part)
            break;
    }
    set(m, t->file->f_pos, position);
    KRETURN(end_transfer(m, done, got));
}

// Where a write begins and how much of it may be done; a negative errno with its event otherwise.
// After mm/filemap.c, generic_write_checks().
static s32 generic_write_checks(struct machine *m, const struct transfer *t, u64 *position,
                                u32 *count)
{
    u32 limit = signal_of(m, current(m))->rlim[RLIMIT_FSIZE].rlim_cur;

    if (limit > MAX_NON_LFS)
        limit = MAX_NON_LFS;
    if (t->file->f_flags & O_APPEND)
        *position = t->inode->i_size;
    if (*position >= limit) {
        struct siginfo info = { .signo = SIGXFSZ, .code = SI_USER, .pid = current(m)->tgid };

        specific_send_sig_info(m, &info, current(m));
        return refuse_call(m, EFBIG, REFUSED_FILE_SIZE);
    }
    if (*count > limit - *position)
        *count = limit - (u32)*position;
    return 0;
}

// Into the page cache; the file grows if need be. After mm/filemap.c, generic_file_write(). Unlike
// Linux: it grows by no byte that was not written when the caller's memory ends too soon.
s32 generic_file_write(struct machine *m, const struct transfer *t)
{
    KFN(m, generic_file_write);
    u64 position = t->file->f_pos;
    u32 count = t->count, done = 0;
    s32 got = generic_write_checks(m, t, &position, &count);

    if (got)
        KRETURN(got);
    while (done < count) {
        u32 part = part_of((u32)position, count - done);

        got = transfer_part(m, t, (u32)position, done, part, true);
        if (got < 0)
            break;
        done += (u32)got;
        position += (u32)got;
        if (position > t->inode->i_size)
            set(m, t->inode->i_size, (u32)position);
        if ((u32)got < part)
            break;
    }
    if (done)
        set(m, t->file->f_pos, position);
    KRETURN(end_transfer(m, done, got));
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
