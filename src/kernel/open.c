// Opening files: what the flags of open(2) ask for. (fs/open.c, and open_namei() of fs/namei.c)
#include "kernel/files.h"

#include <string.h>

static bool wants_write(u32 flags)
{
    return (flags + 1) & FMODE_WRITE || flags & O_TRUNC;
}

// May the running task open the inode so? 0, or the errno. After fs/namei.c, may_open().
static s32 may_open(const struct machine *m, const struct inode *inode, u32 flags)
{
    u32 mask = ((flags + 1) & FMODE_READ ? MAY_READ : 0) | (wants_write(flags) ? MAY_WRITE : 0);

    if (is_kind(inode, S_IFDIR) && wants_write(flags))
        return -EISDIR;
    if (!permission(m, inode, mask))
        return -EACCES;
    // Unlike Linux: programs, and the disk that they lie on, can only be read.
    if (wants_write(flags) && (inode->i_program >= 0 || inode->i_fop == FOPS_DISK))
        return -EROFS;
    return 0;
}

// A new file in a directory; its entry, with a reference, or 0 and the error. After fs/namei.c,
// vfs_create().
static kaddr vfs_create(struct machine *m, const struct nameidata *found, u32 mode, s32 *error)
{
    KFN(m, vfs_create);
    u32 umask = (u32)at(m, current(m)->fs, struct fs_struct)->umask;
    char path[PATH_MAX];
    u32 length = d_path(m, found->parent, path, sizeof path);

    *error = -EACCES;
    if (!permission(m, inode_at(m, dentry_at(m, found->parent)->d_inode), MAY_WRITE | MAY_EXEC))
        KRETURN(0u);
    if (length + DENTRY_NAME_MAX < sizeof path) {
        if (length > 1)
            path[length++] = '/';
        strcpy(path + length, found->last);
    }
    *error = -ENOSPC;
    kaddr inode = new_inode(m, path, S_IFREG | (mode & 07777 & ~umask), FOPS_FILE);
    if (!inode)
        KRETURN(0u);
    kaddr dentry = d_alloc(m, found->parent, found->last, inode);
    if (!dentry) {
        iput(m, inode);
        KRETURN(0u);
    }
    note(m, EVENT_CREATE, current(m)->pid, (s32)inode, 0);
    dget(m, dentry);
    *error = 0;
    KRETURN(dentry);
}

// O_CREAT makes no directories: no path that ends as one's may, whatever is there.
static s32 look_for_place(struct machine *m, const char *path, struct nameidata *found)
{
    char name[PATH_MAX];
    size_t length = strlen(path);
    bool is_directory = path[length - 1] == '/';

    while (length > 1 && path[length - 1] == '/')
        length--;
    memcpy(name, path, length);
    name[length] = '\0';
    s32 error = path_lookup(m, name, found);
    const char *last = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    is_directory |= strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
    bool is_place = error == 0 || (error == -ENOENT && found->parent);
    return is_place && is_directory ? -EISDIR : error;
}

// The entry that the path names, with a reference, made if the flags say so; or 0 and the error.
static kaddr open_namei(struct machine *m, const char *path, u32 flags, u32 mode,
                        struct nameidata *found, s32 *error)
{
    KFN(m, open_namei);
    *error = flags & O_CREAT ? look_for_place(m, path, found) : path_lookup(m, path, found);
    // Unlike Linux, where a file may have a name of 255 bytes.
    if (*error == -ENOENT && found->parent && flags & O_CREAT && !found->last[0])
        *error = -ENAMETOOLONG;
    if (*error == -ENOENT && found->parent && flags & O_CREAT)
        KRETURN(vfs_create(m, found, mode, error));
    if (*error)
        KRETURN(0u);
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
        *error = -EEXIST;
        KRETURN(0u);
    }
    if (!found->dentry)
        KRETURN(0u);
    const struct inode *inode = inode_at(m, dentry_at(m, found->dentry)->d_inode);
    if (flags & O_DIRECTORY && !is_kind(inode, S_IFDIR))
        *error = -ENOTDIR;
    else if (flags & O_CREAT && is_kind(inode, S_IFDIR))
        *error = -EISDIR;
    else
        *error = may_open(m, inode, flags);
    if (!*error && flags & O_TRUNC && is_kind(inode, S_IFREG) && !truncate_inode(m, inode))
        *error = -ETXTBSY;
    if (*error)
        KRETURN(0u);
    dget(m, found->dentry);
    KRETURN(found->dentry);
}

// The open file, or 0 and the error. After fs/open.c, filp_open().
static kaddr filp_open(struct machine *m, const char *path, u32 flags, u32 mode, s32 *error)
{
    KFN(m, filp_open);
    struct nameidata found;
    char name[PATH_MAX];
    kaddr inode = 0;
    kaddr dentry = open_namei(m, path, flags, mode, &found, error);

    if (*error)
        KRETURN(0u);
    strncpy(name, path, sizeof name - 1);
    name[sizeof name - 1] = '\0';
    if (dentry) {
        inode = dentry_at(m, dentry)->d_inode;
        d_path(m, dentry, name, sizeof name);
    } else {
        inode = iget(m, found.program);
        *error = -ENFILE;
        if (!inode)
            KRETURN(0u);
        *error = flags & O_DIRECTORY ? -ENOTDIR : may_open(m, inode_at(m, inode), flags);
        if (*error) {
            iput(m, inode);
            KRETURN(0u);
        }
    }
    kaddr file = dentry_open(m, dentry, inode, flags, name);
    if (!file)
        *error = -ENFILE;
    KRETURN(file);
}

static enum refusal open_refusal(s32 error)
{
    switch (error) {
    case -EEXIST:
        return REFUSED_FILE_EXISTS;
    case -EISDIR:
        return REFUSED_IS_DIRECTORY;
    case -EROFS:
        return REFUSED_READ_ONLY;
    case -ETXTBSY:
        return REFUSED_MAPPED_FILE;
    case -ENFILE:
    case -ENOSPC:
        return REFUSED_NO_MEMORY;
    default:
        return path_refusal(error);
    }
}

// A descriptor, or a negative errno. After fs/open.c, sys_open(). mode: of a file that is made.
s32 sys_open(struct machine *m, u32 flags, u32 mode)
{
    KFN(m, sys_open);
    kaddr path;
    s32 error = getname(m, &path);

    if (error)
        KRETURN(refuse_call(m, -error, open_refusal(error)));
    s32 fd = get_unused_fd(m);
    if (fd >= 0) {
        kaddr file = filp_open(m, kpointer(m, path), flags, mode, &error);

        if (file) {
            fd_install(m, (u32)fd, file);
            note(m, EVENT_OPEN, current(m)->pid, fd, (s32)file);
        } else {
            put_unused_fd(m, (u32)fd);
            fd = refuse_call(m, -error, open_refusal(error));
        }
    }
    putname(m, path);
    KRETURN(fd);
}
