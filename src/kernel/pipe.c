// Pipes: bytes in page frames, a queue for those who wait, an end when nobody writes any more.
// (fs/pipe.c)
//
// Unlike Linux: there is no i_sem, since nobody can come between on this machine while a function
// works on the pipe.
#include "kernel/pipe.h"
#include "kernel/files.h"

#include <stdio.h>

// What a read or write remembers while it sleeps; it lies in its function's frame.
struct pipe_locals {
    uaddr buffer; // the next byte goes there, or comes from there
    u32 left;     // bytes still wanted
    s32 done;     // what it would return now
    u32 do_wakeup;
};
_Static_assert(sizeof(struct pipe_locals) <= KFRAME_LOCALS, "it fits into the frame");

static kaddr page_address(const struct machine *m, kaddr page)
{
    return pfn_to_kaddr((page - mm_data(m)->zone.mem_map) / (u32)sizeof(struct page));
}

static void free_page_of(struct machine *m, kaddr page)
{
    free_pages(m, page_address(m, page), 0);
}

// ---- Waiting -----------------------------------------------------------------------------------------

// False: the caller sleeps now. After fs/pipe.c, pipe_wait().
static bool pipe_wait(struct machine *m, const struct pipe_inode_info *info)
{
    KFN(m, pipe_wait);
    const struct task_struct *me = current(m);
    kaddr entry = KLOCALS();

    if (!is_resuming(m)) {
        prepare_to_wait(m, &info->wait, entry, TASK_INTERRUPTIBLE);
        schedule(m);
        if (!is_current(m, me))
            return false;
    }
    end_resuming(m);
    finish_wait(m, entry);
    return true;
}

static void wake_up_others(struct machine *m, const struct pipe_inode_info *info)
{
    wake_up(m, &info->wait, TASK_INTERRUPTIBLE, 1);
}

static bool would_block(const struct transfer *t)
{
    return t->file->f_flags & O_NONBLOCK;
}

static s32 refuse_to_block(struct machine *m)
{
    return refuse_call(m, EAGAIN, REFUSED_WOULD_BLOCK);
}

// ---- Reading -----------------------------------------------------------------------------------------

// The page of a buffer that has been read: kept for the next write, or given back. After fs/pipe.c,
// anon_pipe_buf_release().
static void anon_pipe_buf_release(struct machine *m, const struct pipe_inode_info *info, kaddr page)
{
    if (info->tmp_page)
        free_page_of(m, page);
    else
        set(m, info->tmp_page, page);
}

// Takes bytes out of the oldest buffer. False if the reader's memory is not accessible.
static bool take_bytes(struct machine *m, const struct pipe_inode_info *info, struct pipe_locals *l)
{
    const struct pipe_buffer *buf = &info->bufs[info->curbuf];
    u32 chars = buf->len < l->left ? buf->len : l->left;

    if (copy_out_to_user(m, l->buffer, page_address(m, buf->page) + buf->offset, chars)) {
        if (!l->done)
            l->done = refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS);
        return false;
    }
    l->done += (s32)chars;
    l->buffer += chars;
    l->left -= chars;
    set(m, buf->offset, buf->offset + chars);
    set(m, buf->len, buf->len - chars);
    if (!buf->len) {
        set(m, buf->ops, (u32)PIPE_BUF_EMPTY);
        anon_pipe_buf_release(m, info, buf->page);
        set(m, info->curbuf, (info->curbuf + 1) % PIPE_BUFFERS);
        set(m, info->nrbufs, info->nrbufs - 1);
        l->do_wakeup = true;
    }
    return true;
}

// The pipe is empty: shall the reader wait for more? If not, l->done is what it returns.
static bool shall_wait_for_bytes(struct machine *m, const struct transfer *t,
                                 const struct pipe_inode_info *info, struct pipe_locals *l)
{
    if (!info->writers)
        return false; // end of file
    if (!info->waiting_writers) {
        if (l->done)
            return false;
        if (would_block(t)) {
            l->done = refuse_to_block(m);
            return false;
        }
    }
    if (signal_pending(m, current(m))) {
        if (!l->done)
            l->done = -ERESTARTSYS;
        return false;
    }
    return true;
}

// After fs/pipe.c, pipe_readv().
static s32 pipe_readv(struct machine *m, const struct transfer *t)
{
    KFN(m, pipe_readv);
    const struct pipe_inode_info *info = pipe_info(m, t->inode);
    const struct pipe_locals *kept = at(m, KLOCALS(), struct pipe_locals);
    struct pipe_locals l = { .buffer = t->buffer, .left = t->count };

    if (is_resuming(m)) {
        l = *kept;
        if (!pipe_wait(m, info))
            return CALL_SLEEPS;
    }
    for (;;) {
        if (info->nrbufs) {
            if (!take_bytes(m, info, &l) || !l.left)
                break;
            if (info->nrbufs)
                continue;
        }
        if (!shall_wait_for_bytes(m, t, info, &l))
            break;
        if (l.do_wakeup)
            wake_up_others(m, info);
        copy(m, kept, &l, sizeof l);
        if (!pipe_wait(m, info))
            return CALL_SLEEPS;
    }
    if (l.do_wakeup)
        wake_up_others(m, info);
    KRETURN(l.done);
}

s32 pipe_read(struct machine *m, const struct transfer *t)
{
    KFN(m, pipe_read);
    return pipe_readv(m, t);
}

// ---- Writing -----------------------------------------------------------------------------------------

// Small writes go behind the last one, into the same page, if that has room: then l->done is what
// the write returns.
static void merge_bytes(struct machine *m, const struct pipe_inode_info *info,
                        struct pipe_locals *l)
{
    const struct pipe_buffer *buf = &info->bufs[(info->curbuf + info->nrbufs - 1) % PIPE_BUFFERS];
    u32 offset = buf->offset + buf->len;

    if (!info->nrbufs || l->left >= PAGE_SIZE || offset + l->left > PAGE_SIZE)
        return;
    l->do_wakeup = true;
    if (copy_in_from_user(m, page_address(m, buf->page) + offset, l->buffer, l->left)) {
        l->done = refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS);
        return;
    }
    set(m, buf->len, buf->len + l->left);
    l->done = (s32)l->left;
}

// Fills one more page of the ring. False if it cannot be: then l->done is what the write returns.
static bool add_page(struct machine *m, const struct pipe_inode_info *info, struct pipe_locals *l)
{
    const struct pipe_buffer *buf = &info->bufs[(info->curbuf + info->nrbufs) % PIPE_BUFFERS];
    u32 chars = l->left < PAGE_SIZE ? l->left : PAGE_SIZE;

    if (!info->tmp_page) {
        kaddr address = alloc_pages(m, 0);

        if (!address) {
            if (!l->done)
                l->done = refuse_call(m, ENOMEM, REFUSED_NO_MEMORY);
            return false;
        }
        set(m, info->tmp_page, kaddr_of(m, page_of(m, address)));
    }
    l->do_wakeup = true;
    if (copy_in_from_user(m, page_address(m, info->tmp_page), l->buffer, chars)) {
        if (!l->done)
            l->done = refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS);
        return false;
    }
    l->done += (s32)chars;
    l->buffer += chars;
    l->left -= chars;
    struct pipe_buffer filled = { info->tmp_page, 0, chars, PIPE_BUF_ANON };
    copy(m, buf, &filled, sizeof filled);
    set(m, info->nrbufs, info->nrbufs + 1);
    set(m, info->tmp_page, 0u);
    return true;
}

static void break_pipe(struct machine *m, struct pipe_locals *l)
{
    const struct task_struct *me = current(m);
    struct siginfo info = { .signo = SIGPIPE, .code = SI_USER, .pid = me->tgid, .uid = me->uid };

    specific_send_sig_info(m, &info, me);
    if (!l->done)
        l->done = refuse_call(m, EPIPE, REFUSED_NO_READER);
}

// The ring is full: shall the writer wait? If not, l->done is what it returns.
static bool shall_wait_for_room(struct machine *m, const struct transfer *t, struct pipe_locals *l)
{
    if (would_block(t)) {
        if (!l->done)
            l->done = refuse_to_block(m);
        return false;
    }
    if (signal_pending(m, current(m))) {
        if (!l->done)
            l->done = -ERESTARTSYS;
        return false;
    }
    return true;
}

// Page by page, and asleep while the ring is full. False: the caller sleeps.
static bool write_pages(struct machine *m, const struct transfer *t,
                        const struct pipe_inode_info *info, struct pipe_locals *l, kaddr frame)
{
    const struct pipe_locals *kept = at(m, frame, struct pipe_locals);

    for (;;) {
        if (!is_resuming(m)) {
            if (!info->readers) {
                break_pipe(m, l);
                return true;
            }
            if (info->nrbufs < PIPE_BUFFERS) {
                if (!add_page(m, info, l) || !l->left)
                    return true;
                if (info->nrbufs < PIPE_BUFFERS)
                    continue;
            }
            if (!shall_wait_for_room(m, t, l))
                return true;
            if (l->do_wakeup)
                wake_up_others(m, info);
            l->do_wakeup = false;
            copy(m, kept, l, sizeof *l);
            set(m, info->waiting_writers, info->waiting_writers + 1);
        }
        if (!pipe_wait(m, info))
            return false;
        set(m, info->waiting_writers, info->waiting_writers - 1);
    }
}

// After fs/pipe.c, pipe_writev().
static s32 pipe_writev(struct machine *m, const struct transfer *t)
{
    KFN(m, pipe_writev);
    const struct pipe_inode_info *info = pipe_info(m, t->inode);
    struct pipe_locals l = { .buffer = t->buffer, .left = t->count };

    if (is_resuming(m))
        l = *at(m, KLOCALS(), struct pipe_locals);
    else if (!info->readers)
        break_pipe(m, &l);
    if (!l.done && !is_resuming(m))
        merge_bytes(m, info, &l);
    if (is_resuming(m) || !l.done)
        if (!write_pages(m, t, info, &l, KLOCALS()))
            return CALL_SLEEPS;
    if (l.do_wakeup)
        wake_up_others(m, info);
    KRETURN(l.done);
}

s32 pipe_write(struct machine *m, const struct transfer *t)
{
    KFN(m, pipe_write);
    return pipe_writev(m, t);
}

// ---- Making and ending one ---------------------------------------------------------------------------------

// The pipe's ring and counts; 0 without memory. After fs/pipe.c, pipe_new().
static kaddr pipe_new(struct machine *m)
{
    KFN(m, pipe_new);
    struct pipe_inode_info fresh = { .readers = 1, .writers = 1, .r_counter = 1, .w_counter = 1 };
    kaddr address = kmalloc(m, sizeof fresh);

    if (!address)
        KRETURN(0u);
    const struct pipe_inode_info *info = at(m, address, struct pipe_inode_info);
    copy(m, info, &fresh, sizeof fresh);
    init_waitqueue_head(m, &info->wait);
    KRETURN(address);
}

// After fs/pipe.c, get_pipe_inode().
static kaddr get_pipe_inode(struct machine *m)
{
    KFN(m, get_pipe_inode);
    kaddr inode = new_inode(m, "pipe", S_IFIFO | 0600, FOPS_NONE);
    kaddr info = inode ? pipe_new(m) : 0;

    if (inode && !info)
        iput(m, inode);
    if (!info)
        KRETURN(0u);
    set(m, inode_at(m, inode)->i_pipe, info);
    KRETURN(inode);
}

static void free_pipe_info(struct machine *m, const struct inode *inode)
{
    KFN(m, free_pipe_info);
    kaddr address = inode->i_pipe;
    const struct pipe_inode_info *info = pipe_info(m, inode);

    set(m, inode->i_pipe, 0u);
    for (u32 i = 0; i < PIPE_BUFFERS; i++)
        if (info->bufs[i].ops == PIPE_BUF_ANON)
            free_page_of(m, info->bufs[i].page);
    if (info->tmp_page)
        free_page_of(m, info->tmp_page);
    kfree(m, address);
}

// After fs/pipe.c, pipe_release(): who waits at the other end must hear of it.
void pipe_release(struct machine *m, const struct inode *inode, u32 readers, u32 writers)
{
    KFN(m, pipe_release);
    const struct pipe_inode_info *info = pipe_info(m, inode);

    set(m, info->readers, info->readers - readers);
    set(m, info->writers, info->writers - writers);
    if (!info->readers && !info->writers)
        free_pipe_info(m, inode);
    else
        wake_up_others(m, info);
}

// Makes an empty open file one end of the pipe.
static void open_end(struct machine *m, kaddr address, kaddr dentry, u32 flags)
{
    const struct file *old = file_at(m, address);
    struct file file = *old;

    file.f_flags = flags;
    file.f_mode = (flags + 1) & O_ACCMODE;
    file.f_dentry = dentry;
    file.f_inode = dentry_at(m, dentry)->d_inode;
    file.f_op = flags == O_RDONLY ? FOPS_READ_PIPE : FOPS_WRITE_PIPE;
    snprintf(file.name, sizeof file.name, "pipe:%s", dentry_at(m, dentry)->d_name);
    copy(m, old, &file, sizeof file);
}

// The entry that both ends refer to, twice counted; 0 without memory.
static kaddr make_entry(struct machine *m, kaddr inode)
{
    char name[16];

    snprintf(name, sizeof name, "[%u]", inode_at(m, inode)->i_ino);
    kaddr dentry = d_alloc(m, 0, name, inode);
    dget(m, dentry);
    return dentry;
}

static s32 connect_ends(struct machine *m, const kaddr *ends, kaddr inode, s32 *fds)
{
    s32 error = fds[0] = get_unused_fd(m);

    if (error < 0)
        return error;
    error = fds[1] = get_unused_fd(m);
    if (error >= 0) {
        kaddr dentry = make_entry(m, inode);

        if (dentry) {
            for (u32 i = 0; i < 2; i++) {
                open_end(m, ends[i], dentry, i ? O_WRONLY : O_RDONLY);
                fd_install(m, (u32)fds[i], ends[i]);
            }
            return 0;
        }
        error = refuse_call(m, ENOMEM, REFUSED_NO_MEMORY);
        put_unused_fd(m, (u32)fds[1]);
    }
    put_unused_fd(m, (u32)fds[0]);
    return error;
}

// An open file that nobody has seen goes back. After fs/file_table.c, put_filp().
static void put_filp(struct machine *m, kaddr file)
{
    if (file)
        kmem_cache_free(m, kernel(m)->caches.filp, file);
}

// After fs/pipe.c, do_pipe(): 0, with the descriptors, or a negative errno with its event.
static s32 do_pipe(struct machine *m, s32 *fds)
{
    KFN(m, do_pipe);
    kaddr ends[2] = { get_empty_filp(m), 0 };
    s32 error = -ENFILE;

    if (ends[0])
        ends[1] = get_empty_filp(m);
    kaddr inode = ends[1] ? get_pipe_inode(m) : 0;
    if (!inode) {
        refuse_call(m, ENFILE, REFUSED_NO_MEMORY);
    } else {
        error = connect_ends(m, ends, inode, fds);
        if (!error)
            KRETURN(0);
        free_pipe_info(m, inode_at(m, inode));
        iput(m, inode);
    }
    put_filp(m, ends[1]);
    put_filp(m, ends[0]);
    KRETURN(error);
}

// The two descriptors go to user memory. Where that cannot be written, they stay open, as in
// 2.6.11. After arch/i386/kernel/sys_i386.c, sys_pipe().
s32 sys_pipe(struct machine *m, uaddr descriptors)
{
    KFN(m, sys_pipe);
    s32 fds[2];
    s32 error = do_pipe(m, fds);

    if (error)
        KRETURN(error);
    note(m, EVENT_PIPE, current(m)->pid, fds[0], fds[1]);
    if (!copy_to_user(m, descriptors, fds, sizeof fds))
        KRETURN(refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS));
    KRETURN(0);
}
