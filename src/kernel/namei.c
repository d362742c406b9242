// Names: from a path to a directory entry; a task's root, working directory and umask.
// (fs/namei.c, fs/dcache.c, and parts of fs/open.c)
//
// Unlike Linux: there are no links and no mounts, so that the tree of entries is the file system.
#include "kernel/files.h"
#include "machine/program.h"

#include <string.h>

static const struct fs_struct *current_fs(const struct machine *m)
{
    return at(m, current(m)->fs, struct fs_struct);
}

// ---- Directory entries -----------------------------------------------------------------------------

void dget(struct machine *m, kaddr dentry)
{
    if (dentry)
        set(m, dentry_at(m, dentry)->d_count, dentry_at(m, dentry)->d_count + 1);
}

// The last reference to an entry that is not in the tree (a pipe's, or a removed one) takes it along. After
// fs/dcache.c, dput().
void dput(struct machine *m, kaddr address)
{
    if (!address)
        return;
    const struct dentry *dentry = dentry_at(m, address);

    set(m, dentry->d_count, dentry->d_count - 1);
    if (dentry->d_count)
        return;
    kaddr inode = dentry->d_inode, parent = dentry->d_parent;
    kmem_cache_free(m, kernel(m)->caches.dentry, address);
    iput(m, inode);
    if (parent != address)
        dput(m, parent);
}

kaddr d_alloc(struct machine *m, kaddr parent, const char *name, kaddr inode)
{
    KFN(m, d_alloc);
    kaddr address = kmem_cache_alloc(m, kernel(m)->caches.dentry);
    struct dentry fresh = { .d_count = 1, .d_inode = inode, .d_parent = parent };

    if (!address)
        KRETURN(0u);
    strncpy(fresh.d_name, name, DENTRY_NAME_MAX - 1);
    if (!parent)
        fresh.d_parent = address;
    const struct dentry *dentry = dentry_at(m, address);
    copy(m, dentry, &fresh, sizeof fresh);
    list_init(m, &dentry->d_child);
    list_init(m, &dentry->d_subdirs);
    if (parent) {
        dget(m, parent);
        list_add_tail(m, &dentry->d_child, &dentry_at(m, parent)->d_subdirs);
    }
    KRETURN(address);
}

kaddr d_lookup(const struct machine *m, kaddr parent, const char *name)
{
    list_for_each(m, link, &dentry_at(m, parent)->d_subdirs)
    {
        const struct dentry *dentry = list_entry(m, link, struct dentry, d_child);

        if (strcmp(dentry->d_name, name) == 0)
            return kaddr_of(m, dentry);
    }
    return 0;
}

u32 d_path(const struct machine *m, kaddr address, char *path, u32 size)
{
    kaddr way[64];
    u32 depth = 0, length = 0;

    for (; dentry_at(m, address)->d_parent != address && depth < 64;
         address = dentry_at(m, address)->d_parent)
        way[depth++] = address;
    path[0] = '\0';
    while (depth-- > 0 && length + DENTRY_NAME_MAX < size) {
        const char *name = dentry_at(m, way[depth])->d_name;

        path[length++] = '/';
        memcpy(path + length, name, strlen(name) + 1);
        length += (u32)strlen(name);
    }
    if (!length)
        memcpy(path, "/", 2);
    return length ? length : 1;
}

// ---- Who may ------------------------------------------------------------------------------------------

bool permission(const struct machine *m, const struct inode *inode, u32 mask)
{
    const struct task_struct *me = current(m);
    u32 mode = inode->i_mode;

    if (me->fsuid == 0) // CAP_DAC_OVERRIDE
        return true;
    if (me->fsuid == inode->i_uid)
        mode >>= 6;
    else if (me->fsgid == 0) // everything belongs to group 0
        mode >>= 3;
    return (mode & mask) == mask;
}

// ---- Walking ------------------------------------------------------------------------------------------

// Cuts the next name off the path. False at its end.
static bool next_name(const char **path, const char **name, size_t *length)
{
    while (**path == '/')
        ++*path;
    *name = *path;
    *length = strcspn(*path, "/");
    *path += *length;
    return *length > 0;
}

static kaddr step(const struct machine *m, kaddr directory, const char *name)
{
    if (strcmp(name, ".") == 0)
        return directory;
    if (strcmp(name, "..") == 0)
        return directory == current_fs(m)->root ? directory : dentry_at(m, directory)->d_parent;
    return d_lookup(m, directory, name);
}

// The program of the catalogue that lies in that directory under this name, or -1. There are no
// entries for programs, only for the directories that they lie in.
static s32 program_in(const struct machine *m, kaddr directory, const char *name, size_t length)
{
    enum program_error ignored;
    char path[PROGRAM_PATH_MAX + DENTRY_NAME_MAX];
    u32 used = d_path(m, directory, path, sizeof path);

    if (used == 1) // "/"
        used = 0;
    if (used + 1 + length >= PROGRAM_PATH_MAX)
        return -1;
    path[used++] = '/';
    memcpy(path + used, name, length);
    path[used + length] = '\0';
    return program_find(m, path, &ignored);
}

// No entry has this name: is it a program's? `rest` is the path behind it.
static s32 leave_tree(const struct machine *m, kaddr directory, const char *name, size_t length,
                      const char *rest, struct nameidata *found)
{
    s32 program = program_in(m, directory, name, length);

    if (program >= 0 && *rest)
        return -ENOTDIR;
    found->program = program;
    if (program < 0 && *rest == '\0')
        found->parent = directory;
    return program >= 0 ? 0 : -ENOENT;
}

// After fs/namei.c, link_path_walk(): name by name, from the root or the working directory.
static s32 link_path_walk(const struct machine *m, const char *path, struct nameidata *found)
{
    kaddr here = *path == '/' ? current_fs(m)->root : current_fs(m)->pwd;
    const char *name;
    size_t length;

    while (next_name(&path, &name, &length)) {
        const struct inode *inode = inode_at(m, dentry_at(m, here)->d_inode);

        found->last[0] = '\0';
        if (!is_kind(inode, S_IFDIR))
            return -ENOTDIR;
        if (!permission(m, inode, MAY_EXEC))
            return -EACCES;
        if (length > NAME_MAX)
            return -ENAMETOOLONG;
        if (length >= DENTRY_NAME_MAX)
            return leave_tree(m, here, name, length, path, found);
        memcpy(found->last, name, length);
        found->last[length] = '\0';
        kaddr next = step(m, here, found->last);
        if (!next)
            return leave_tree(m, here, name, length, path, found);
        here = next;
    }
    if (path[-1] == '/' && !is_kind(inode_at(m, dentry_at(m, here)->d_inode), S_IFDIR))
        return -ENOTDIR;
    found->dentry = here;
    return 0;
}

s32 path_lookup(struct machine *m, const char *path, struct nameidata *found)
{
    KFN(m, path_lookup);
    *found = (struct nameidata){ .program = -1 };
    KRETURN(link_path_walk(m, path, found));
}

enum refusal path_refusal(s32 error)
{
    return error == -ENOTDIR        ? REFUSED_NO_DIRECTORY
           : error == -EACCES       ? REFUSED_NOT_PERMITTED
           : error == -EPERM        ? REFUSED_NOT_PERMITTED
           : error == -EISDIR       ? REFUSED_IS_DIRECTORY
           : error == -EROFS        ? REFUSED_READ_ONLY
           : error == -ENAMETOOLONG ? REFUSED_NAME_TOO_LONG
           : error == -ENOMEM       ? REFUSED_NO_MEMORY
                                    : REFUSED_NO_FILE;
}

// ---- unlink ----------------------------------------------------------------------------------------------

// May the running task take the name away? 0 or the errno. After fs/namei.c, may_delete().
static s32 may_delete(const struct machine *m, const struct nameidata *found)
{
    const struct kernel_data *k = kernel(m);

    if (!found->dentry)
        return -EROFS; // a program
    const struct dentry *dentry = dentry_at(m, found->dentry);
    const struct inode *inode = inode_at(m, dentry->d_inode);
    const struct inode *directory = inode_at(m, dentry_at(m, dentry->d_parent)->d_inode);
    u32 fsuid = current(m)->fsuid;
    if (!permission(m, directory, MAY_WRITE | MAY_EXEC))
        return -EACCES;
    if (directory->i_mode & S_ISVTX && fsuid && fsuid != inode->i_uid && fsuid != directory->i_uid)
        return -EPERM;
    if (is_kind(inode, S_IFDIR))
        return -EISDIR;
    // Unlike Linux: what is there from the start stays.
    return dentry >= k->rootfs_dentry && dentry < k->rootfs_dentry + ROOTFS_FILES ? -EROFS : 0;
}

// The name goes at once; the file when nobody has it open any more. After fs/namei.c,
// sys_unlink().
s32 sys_unlink(struct machine *m)
{
    KFN(m, sys_unlink);
    struct nameidata found;
    kaddr path;
    s32 error = getname(m, &path);

    if (!error) {
        error = path_lookup(m, kpointer(m, path), &found);
        putname(m, path);
    }
    if (!error)
        error = may_delete(m, &found);
    if (error)
        KRETURN(refuse_call(m, -error, path_refusal(error)));
    KFN_PART(m, vfs_unlink);
    const struct dentry *dentry = dentry_at(m, found.dentry);
    note(m, EVENT_CREATE, current(m)->pid, (s32)dentry->d_inode, 1);
    list_del_init(m, &dentry->d_child);
    dput(m, found.dentry);
    KRETURN(0);
}

// ---- chdir, chroot, getcwd, umask -------------------------------------------------------------------------

// The directory that the call's path names, or a negative errno with its event.
static s32 find_directory(struct machine *m, kaddr *dentry)
{
    struct nameidata found;
    kaddr path;
    s32 error = getname(m, &path);

    if (error)
        return refuse_call(m, -error, path_refusal(error));
    error = path_lookup(m, kpointer(m, path), &found);
    putname(m, path);
    if (!error &&
        (!found.dentry || !is_kind(inode_at(m, dentry_at(m, found.dentry)->d_inode), S_IFDIR)))
        error = -ENOTDIR;
    if (!error && !permission(m, inode_at(m, dentry_at(m, found.dentry)->d_inode), MAY_EXEC))
        error = -EACCES;
    *dentry = found.dentry;
    return error ? refuse_call(m, -error, path_refusal(error)) : 0;
}

static void replace_dentry(struct machine *m, const kaddr *field, kaddr dentry)
{
    kaddr old = *field;

    dget(m, dentry);
    set(m, *field, dentry);
    dput(m, old);
}

// After include/linux/fs_struct.h, set_fs_pwd().
s32 sys_chdir(struct machine *m)
{
    KFN(m, sys_chdir);
    kaddr dentry;
    s32 error = find_directory(m, &dentry);

    if (error)
        KRETURN(error);
    replace_dentry(m, &current_fs(m)->pwd, dentry);
    note(m, EVENT_CHDIR, current(m)->pid, (s32)dentry, 0);
    KRETURN(0);
}

s32 sys_chroot(struct machine *m)
{
    KFN(m, sys_chroot);
    kaddr dentry;
    s32 error = find_directory(m, &dentry);

    if (error)
        KRETURN(error);
    if (!capable(m, current(m), CAP_SYS_CHROOT))
        KRETURN(refuse_call(m, EPERM, REFUSED_NOT_PERMITTED));
    replace_dentry(m, &current_fs(m)->root, dentry);
    note(m, EVENT_CHDIR, current(m)->pid, (s32)dentry, 1);
    KRETURN(0);
}

// The bytes of the path with its NUL, or -ERANGE, -EFAULT. After fs/dcache.c, sys_getcwd(). Unlike
// Linux: from the real root on, if the working directory lies outside the task's own.
s32 sys_getcwd(struct machine *m, uaddr buffer, u32 size)
{
    KFN(m, sys_getcwd);
    const struct fs_struct *fs = current_fs(m);
    char path[PATH_MAX], root[PATH_MAX];
    u32 length = d_path(m, fs->pwd, path, sizeof path);
    u32 above = d_path(m, fs->root, root, sizeof root);
    const char *shown = path;

    if (above > 1 && strncmp(path, root, above) == 0 && (path[above] == '/' || !path[above]))
        shown = path[above] ? path + above : "/";
    length = (u32)strlen(shown) + 1;
    if (length > size)
        KRETURN(refuse_call(m, ERANGE, REFUSED_BUFFER_SMALL));
    if (!copy_to_user(m, buffer, shown, length))
        KRETURN(refuse_call(m, EFAULT, REFUSED_BAD_ADDRESS));
    note(m, EVENT_CWD, current(m)->pid, (s32)buffer, (s32)length - 1);
    KRETURN((s32)length);
}

// The old mask. After kernel/sys.c, sys_umask().
s32 sys_umask(struct machine *m, u32 mask)
{
    KFN(m, sys_umask);
    const struct fs_struct *fs = current_fs(m);
    s32 old = fs->umask;

    set(m, fs->umask, (s32)(mask & 0777));
    KRETURN(old);
}

// One user fewer; the last one lets go of its directories. After kernel/exit.c, put_fs_struct().
void put_fs_struct(struct machine *m, kaddr address)
{
    KFN(m, put_fs_struct);
    const struct fs_struct *fs = at(m, address, struct fs_struct);

    set(m, fs->count, fs->count - 1);
    if (fs->count)
        return;
    dput(m, fs->root);
    dput(m, fs->pwd);
    dput(m, fs->altroot);
    kmem_cache_free(m, kernel(m)->caches.fs, address);
}
