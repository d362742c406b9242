// Inodes: of the programs of the catalogue, of files that are created, of memory that is like a
// file; and what of them can be mapped. (fs/inode.c)
#include "kernel/binfmt.h"
#include "kernel/files.h"

#include <string.h>

kaddr new_inode(struct machine *m, const char *name, u32 mode, u32 fop)
{
    KFN(m, new_inode);
    kaddr address = kmem_cache_alloc(m, mm_data(m)->inode_cachep);
    struct inode fresh = { .i_count = 1, .i_mode = mode, .i_uid = current(m)->fsuid };
    size_t length = strlen(name);

    if (!address)
        KRETURN(0u);
    memcpy(fresh.i_name, name, length < INODE_NAME_MAX ? length : INODE_NAME_MAX - 1);
    set(m, kernel(m)->last_ino, kernel(m)->last_ino + 1);
    fresh.i_ino = kernel(m)->last_ino;
    fresh.i_program = -1;
    fresh.i_fop = fop;
    fresh.i_data.host = address;
    copy(m, inode_at(m, address), &fresh, sizeof fresh);
    list_add_tail(m, &inode_at(m, address)->i_list, &kernel(m)->inodes);
    KRETURN(address);
}

kaddr iget(struct machine *m, s32 program)
{
    const struct program *p = program_at(m, (u32)program);

    list_for_each(m, link, &kernel(m)->inodes)
    {
        const struct inode *inode = list_entry(m, link, struct inode, i_list);

        if (inode->i_program != program)
            continue;
        set(m, inode->i_count, inode->i_count + 1);
        return kaddr_of(m, inode);
    }
    u32 mode = p->open_error ? 0644 : 0755;
    kaddr address = new_inode(m, p->path, S_IFREG | mode, FOPS_FILE);
    if (address) {
        set(m, inode_at(m, address)->i_uid, 0u);
        set(m, inode_at(m, address)->i_program, program);
        set(m, inode_at(m, address)->i_size, p->size);
    }
    return address;
}

s32 error_of_program(enum program_error error)
{
    static const s32 errors[] = {
        [PROGRAM_WELL] = 0,           [PROGRAM_MISSING] = ENOENT,
        [PROGRAM_NO_ACCESS] = EACCES, [PROGRAM_NO_FOLDER] = ENOTDIR,
        [PROGRAM_LOOP] = ELOOP,       [PROGRAM_NAME_LONG] = ENAMETOOLONG,
        [PROGRAM_UNREADABLE] = EIO,   [PROGRAM_FORMAT] = ENOEXEC,
    };

    BUG_ON((u32)error >= sizeof errors / sizeof errors[0]);
    return errors[error];
}

static s32 open_program(struct machine *m, u32 number, kaddr *file)
{
    const struct program *p = program_at(m, number);

    if (p->open_error)
        return -error_of_program(p->open_error);
    kaddr inode = iget(m, (s32)number);
    *file = inode ? dentry_open(m, 0, inode, O_RDONLY, p->path) : 0;
    return *file ? 0 : inode ? -ENFILE : -ENOMEM;
}

s32 open_host_exec(struct machine *m, u32 program, kaddr *file)
{
    KFN(m, open_exec);
    KRETURN(open_program(m, program, file));
}

// A file that somebody has created. Scripts are such files.
static s32 open_created(struct machine *m, kaddr dentry, kaddr *file)
{
    kaddr inode = dentry_at(m, dentry)->d_inode;
    const struct inode *i = inode_at(m, inode);
    char name[PATH_MAX];

    if (!is_kind(i, S_IFREG) || !permission(m, i, MAY_EXEC) || !(i->i_mode & 0111))
        return -EACCES;
    if (i->i_writecount > 0)
        return -ETXTBSY;
    d_path(m, dentry, name, sizeof name);
    dget(m, dentry);
    *file = dentry_open(m, dentry, inode, O_RDONLY, name);
    return *file ? 0 : -ENFILE;
}

s32 open_exec(struct machine *m, const char *path, kaddr *file)
{
    KFN(m, open_exec);
    u32 host = task_pt_regs(m, current(m))->ebx; // Unlike Linux: there is nothing like it
    struct nameidata found;

    if (is_host_path(path) && host)
        KRETURN(open_program(m, host, file));
    s32 error = path_lookup(m, path, &found);
    if (error)
        KRETURN(error);
    KRETURN(found.dentry ? open_created(m, found.dentry, file)
                         : open_program(m, (u32)found.program, file));
}

const struct program *program_of_file(const struct machine *m, kaddr file)
{
    s32 program = inode_at(m, file_at(m, file)->f_inode)->i_program;

    return program >= 0 ? program_at(m, (u32)program) : NULL;
}

kaddr shmem_file_setup(struct machine *m, u32 bytes)
{
    KFN(m, shmem_file_setup);
    kaddr inode = new_inode(m, "/dev/zero", S_IFREG | 0777, FOPS_FILE);

    if (inode)
        set(m, inode_at(m, inode)->i_size, bytes);
    KRETURN(inode ? dentry_open(m, 0, inode, O_RDWR, "/dev/zero") : 0u);
}

s32 file_to_map(struct machine *m, u32 fd, kaddr *file)
{
    kaddr found = current_file(m, fd);

    if (!found)
        return refuse_call(m, EBADF, REFUSED_BAD_FD);
    if (!is_kind(inode_at(m, file_at(m, found)->f_inode), S_IFREG))
        return refuse_call(m, ENODEV, REFUSED_NOT_MAPPABLE);
    *file = found;
    return 0;
}
