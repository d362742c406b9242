// Open files: made by open and pipe, shared by dup and fork, gone with their last reference.
// (fs/file_table.c)
#include "kernel/files.h"

#include <string.h>

kaddr get_empty_filp(struct machine *m)
{
    KFN(m, get_empty_filp);
    kaddr address = kmem_cache_alloc(m, kernel(m)->caches.filp);
    struct file file = { .f_count = 1, .f_uid = current(m)->fsuid };

    if (address)
        copy(m, file_at(m, address), &file, sizeof file);
    KRETURN(address);
}

static void put_name(struct file *file, const char *name)
{
    size_t length = strlen(name);

    memcpy(file->name, name, length < FILE_NAME_MAX ? length : FILE_NAME_MAX - 1);
}

static void put_inode(struct machine *m, kaddr dentry, kaddr inode)
{
    if (dentry)
        dput(m, dentry);
    else if (inode)
        iput(m, inode);
}

// A regular file knows how many may write to it. After include/linux/fs.h, get_write_access() and
// put_write_access().
static void count_writer(struct machine *m, const struct file *file, kaddr inode, s32 change)
{
    const struct inode *i = inode_at(m, inode);

    if (file->f_mode & FMODE_WRITE && is_kind(i, S_IFREG))
        set(m, i->i_writecount, i->i_writecount + change);
}

// After fs/open.c, dentry_open(). Flags that only matter while it is opened are not kept.
kaddr dentry_open(struct machine *m, kaddr dentry, kaddr inode, u32 flags, const char *name)
{
    KFN(m, dentry_open);
    kaddr address = get_empty_filp(m);

    if (!address) {
        put_inode(m, dentry, inode);
        KRETURN(0u);
    }
    struct file file = *file_at(m, address);
    u32 kind = inode_at(m, inode)->i_mode & S_IFMT;
    file.f_flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
    file.f_mode = (flags + 1) & O_ACCMODE;
    if (kind != S_IFIFO && kind != S_IFCHR)
        file.f_mode |= FMODE_LSEEK;
    file.f_dentry = dentry;
    file.f_inode = inode;
    file.f_op = inode_at(m, inode)->i_fop;
    put_name(&file, name);
    count_writer(m, &file, inode, 1);
    copy(m, file_at(m, address), &file, sizeof file);
    KRETURN(address);
}

static void __fput(struct machine *m, kaddr address)
{
    KFN(m, __fput);
    const struct file *file = file_at(m, address);

    if (file->f_op == FOPS_READ_PIPE || file->f_op == FOPS_WRITE_PIPE)
        pipe_release(m, inode_at(m, file->f_inode), file->f_op == FOPS_READ_PIPE,
                     file->f_op == FOPS_WRITE_PIPE);
    count_writer(m, file, file->f_inode, -1);
    put_inode(m, file->f_dentry, file->f_inode);
    kmem_cache_free(m, kernel(m)->caches.filp, address);
}

void count_file(struct machine *m, kaddr address, s32 change)
{
    const struct file *file = file_at(m, address);

    set(m, file->f_count, file->f_count + change);
    if (!file->f_count)
        __fput(m, address);
}

// One reference fewer; the last one closes the file. After fs/file_table.c, fput().
void fput(struct machine *m, kaddr file)
{
    count_file(m, file, -1);
}
