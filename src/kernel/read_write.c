// read, write and lseek; what reads and writes what; and the calls about files by their numbers.
// (fs/read_write.c)
#include "kernel/files.h"

#define SEEK_SET 0u
#define SEEK_CUR 1u
#define SEEK_END 2u

// ---- The file for the time of the call -----------------------------------------------------------------

// A table that nobody shares cannot lose the file meanwhile: no reference is needed. After
// fs/file_table.c, fget_light().
static struct call_file fget_light(struct machine *m, u32 fd)
{
    struct call_file held = { current_file(m, fd), false };

    if (held.file && at(m, current(m)->files, struct files_struct)->count > 1) {
        held.needs_fput = true;
        count_file(m, held.file, 1);
    }
    return held;
}

static void fput_light(struct machine *m, struct call_file held)
{
    if (held.needs_fput)
        fput(m, held.file);
}

// ---- By kind --------------------------------------------------------------------------------------------

static s32 read_zeros(struct machine *m, const struct transfer *t)
{
    KFN(m, read_zero);
    if (!copy_to_user(m, t->buffer, NULL, t->count))
        KRETURN(refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS));
    KRETURN((s32)t->count);
}

static s32 do_read(struct machine *m, const struct transfer *t)
{
    switch ((enum file_operations)t->file->f_op) {
    case FOPS_READ_PIPE:
        return pipe_read(m, t);
    case FOPS_FILE:
        return generic_file_read(m, t);
    case FOPS_CONSOLE:
        return tty_read(m, t);
    case FOPS_DISK:
        return blkdev_read(m, t);
    case FOPS_ZERO:
        return read_zeros(m, t);
    case FOPS_DIRECTORY:
        return refuse_call(m, EISDIR, REFUSED_IS_DIRECTORY);
    default: // FOPS_NULL
        return 0;
    }
}

static s32 do_write(struct machine *m, const struct transfer *t)
{
    switch ((enum file_operations)t->file->f_op) {
    case FOPS_WRITE_PIPE:
        return pipe_write(m, t);
    case FOPS_FILE:
        return generic_file_write(m, t);
    default: // what is written to a device is seen, and goes nowhere
        return (s32)t->count;
    }
}

// May this be read or written so at all? 0, or a negative errno with its event.
static s32 check_transfer(struct machine *m, const struct transfer *t, u32 mode)
{
    if (!(t->file->f_mode & mode))
        return refuse_call(m, EBADF,
                           mode == FMODE_READ ? REFUSED_NOT_READABLE : REFUSED_NOT_WRITABLE);
    if (t->buffer > TASK_SIZE || t->count > TASK_SIZE - t->buffer)
        return refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS);
    if (t->count > READ_COUNT_MAX)
        return refuse_call(m, EINVAL, REFUSED_BAD_OPTION);
    return 0;
}

// After fs/read_write.c, vfs_read().
static s32 vfs_read(struct machine *m, const struct transfer *t)
{
    KFN(m, vfs_read);
    const struct task_struct *me = current(m);
    s32 result = is_resuming(m) ? 0 : check_transfer(m, t, FMODE_READ);

    if (result)
        KRETURN(result);
    if (t->count || is_resuming(m))
        result = do_read(m, t);
    if (result == CALL_SLEEPS)
        return result;
    if (result > 0)
        set(m, me->rchar, me->rchar + (u32)result);
    set(m, me->syscr, me->syscr + 1);
    KRETURN(result);
}

// After fs/read_write.c, vfs_write().
static s32 vfs_write(struct machine *m, const struct transfer *t)
{
    KFN(m, vfs_write);
    const struct task_struct *me = current(m);
    s32 result = is_resuming(m) ? 0 : check_transfer(m, t, FMODE_WRITE);

    if (result)
        KRETURN(result);
    if (t->count || is_resuming(m))
        result = do_write(m, t);
    if (result == CALL_SLEEPS)
        return result;
    if (result > 0)
        set(m, me->wchar, me->wchar + (u32)result);
    set(m, me->syscw, me->syscw + 1);
    KRETURN(result);
}

static struct transfer make_transfer(const struct machine *m, kaddr file, const struct pt_regs *r)
{
    const struct file *f = file_at(m, file);

    return (struct transfer){ f, inode_at(m, f->f_inode), r->ecx, r->edx };
}

// ---- The calls -------------------------------------------------------------------------------------------

static s32 sys_read(struct machine *m, const struct pt_regs *r)
{
    KFN(m, sys_read);
    const struct task_struct *me = current(m);
    const struct call_file *kept = at(m, KLOCALS(), struct call_file);
    struct call_file held = *kept;

    if (!is_resuming(m)) {
        held = r->edi == READ_DISK ? (struct call_file){ kaddr_of(m, &kernel(m)->disk_file), false }
                                   : fget_light(m, r->ebx);
        if (!held.file)
            KRETURN(refuse_call(m, EBADF, REFUSED_BAD_FD));
        copy(m, kept, &held, sizeof held);
    }
    struct transfer t = make_transfer(m, held.file, r);
    s32 result = vfs_read(m, &t);
    if (result == CALL_SLEEPS)
        return result;
    if (result >= 0 && t.count)
        note(m, result ? EVENT_READ : EVENT_END_OF_FILE, me->pid, (s32)r->ebx, result);
    fput_light(m, held);
    KRETURN(result);
}

static s32 sys_write(struct machine *m, const struct pt_regs *r)
{
    KFN(m, sys_write);
    const struct task_struct *me = current(m);
    const struct call_file *kept = at(m, KLOCALS(), struct call_file);
    struct call_file held = *kept;

    if (!is_resuming(m)) {
        held = fget_light(m, r->ebx);
        if (!held.file)
            KRETURN(refuse_call(m, EBADF, REFUSED_BAD_FD));
        copy(m, kept, &held, sizeof held);
    }
    struct transfer t = make_transfer(m, held.file, r);
    s32 result = vfs_write(m, &t);
    if (result == CALL_SLEEPS)
        return result;
    if (result > 0)
        note(m, EVENT_WRITE, me->pid, (s32)r->ebx, result);
    fput_light(m, held);
    KRETURN(result);
}

// The new position, -EBADF, -EINVAL, -ESPIPE, or -EOVERFLOW if it does not fit into the result.
static s32 sys_lseek(struct machine *m, u32 fd, s32 offset, u32 whence)
{
    KFN(m, sys_lseek);
    kaddr address = current_file(m, fd);

    if (!address)
        KRETURN(refuse_call(m, EBADF, REFUSED_BAD_FD));
    const struct file *file = file_at(m, address);
    if (whence > SEEK_END)
        KRETURN(refuse_call(m, EINVAL, REFUSED_BAD_OPTION));
    if (!(file->f_mode & FMODE_LSEEK))
        KRETURN(refuse_call(m, ESPIPE, REFUSED_NO_POSITION));
    s64 position = offset;
    if (whence == SEEK_CUR)
        position += (s64)file->f_pos;
    else if (whence == SEEK_END)
        position += inode_at(m, file->f_inode)->i_size;
    if (position < 0)
        KRETURN(refuse_call(m, EINVAL, REFUSED_BAD_POSITION));
    set(m, file->f_pos, (u64)position);
    note(m, EVENT_SEEK, current(m)->pid, (s32)fd, (s32)position);
    KRETURN(position > INT32_MAX ? refuse_call(m, EOVERFLOW, REFUSED_BAD_POSITION) : (s32)position);
}

s32 file_call(struct machine *m, const struct pt_regs *r)
{
    switch (r->orig_eax) {
    case __NR_read:
        return sys_read(m, r);
    case __NR_write:
        return sys_write(m, r);
    case __NR_open:
        return sys_open(m, r->ecx, r->edx);
    case __NR_close:
        return sys_close(m, r->ebx);
    case __NR_dup:
        return sys_dup(m, r->ebx);
    case __NR_dup2:
        return sys_dup2(m, r->ebx, r->ecx);
    case __NR_fcntl:
        return sys_fcntl(m, r->ebx, r->ecx, r->edx);
    case __NR_lseek:
        return sys_lseek(m, r->ebx, (s32)r->ecx, r->edx);
    case __NR_pipe:
        return sys_pipe(m, r->ebx);
    case __NR_unlink:
        return sys_unlink(m);
    case __NR_chdir:
        return sys_chdir(m);
    case __NR_chroot:
        return sys_chroot(m);
    case __NR_umask:
        return sys_umask(m, r->ebx);
    default:
        return sys_getcwd(m, r->ebx, r->ecx);
    }
}
