// Files that can be mapped: the programs of the catalogue, and memory that is like a file.
#include "kernel/binfmt.h"

static const struct inode *inode_at(const struct machine *m, kaddr inode)
{
    return at(m, inode, struct inode);
}

static kaddr make_inode(struct machine *m, const char *name, u32 size, s32 program)
{
    kaddr address = kmem_cache_alloc(m, mm_data(m)->inode_cachep);
    struct inode fresh = { .i_count = 1, .i_size = size, .i_program = program };
    size_t length = strlen(name);

    if (!address)
        return 0;
    memcpy(fresh.i_name, name, length < INODE_NAME_MAX ? length : INODE_NAME_MAX - 1);
    fresh.i_data.host = address;
    copy(m, inode_at(m, address), &fresh, sizeof fresh);
    list_add_tail(m, &inode_at(m, address)->i_list, &kernel(m)->inodes);
    return address;
}

// The program's inode with one user more; 0 without memory. After fs/inode.c, iget().
static kaddr iget(struct machine *m, s32 program)
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
    return make_inode(m, p->path, p->size, program);
}

// An open file of an inode, whose reference it takes over; 0 without memory, and that is dropped.
static kaddr make_file(struct machine *m, const char *name, u32 flags, kaddr inode)
{
    kaddr file = get_filp(m, name, flags);

    if (!file) {
        iput(m, inode);
        return 0;
    }
    set(m, at(m, file, struct file)->f_inode, inode);
    return file;
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
    *file = inode ? make_file(m, p->path, 0, inode) : 0;
    return *file ? 0 : -ENOMEM;
}

s32 open_host_exec(struct machine *m, u32 program, kaddr *file)
{
    KFN(m, open_exec);
    KRETURN(open_program(m, program, file));
}

s32 open_exec(struct machine *m, const char *path, kaddr *file)
{
    KFN(m, open_exec);
    u32 host = task_pt_regs(m, current(m))->ebx; // Unlike Linux: there is nothing like it
    enum program_error error;
    s32 number = program_find(m, path, &error);

    if (is_host_path(path) && host)
        KRETURN(open_program(m, host, file));
    KRETURN(number < 0 ? -error_of_program(error) : open_program(m, (u32)number, file));
}

const struct program *program_of_file(const struct machine *m, kaddr file)
{
    return program_at(m, (u32)inode_at(m, at(m, file, struct file)->f_inode)->i_program);
}

kaddr shmem_file_setup(struct machine *m, u32 bytes)
{
    KFN(m, shmem_file_setup);
    kaddr inode = make_inode(m, "/dev/zero", bytes, -1);

    KRETURN(inode ? make_file(m, "/dev/zero", 2, inode) : 0);
}

s32 file_to_map(struct machine *m, u32 fd, kaddr *file)
{
    kaddr found = current_file(m, fd);

    if (!found) {
        note(m, EVENT_REFUSED, current(m)->pid, EBADF, REFUSED_BAD_FD);
        return -EBADF;
    }
    const struct file *f = at(m, found, struct file);
    if (!f->f_inode) {
        enum program_error ignored;
        s32 program = program_find(m, f->name, &ignored);
        kaddr inode = program < 0 ? 0 : iget(m, program);

        if (!inode) {
            s32 error = program < 0 ? ENODEV : ENOMEM;
            note(m, EVENT_REFUSED, current(m)->pid, error,
                 program < 0 ? REFUSED_NOT_MAPPABLE : REFUSED_NO_MEMORY);
            return -error;
        }
        set(m, f->f_inode, inode);
    }
    *file = found;
    return 0;
}
