// Files that can be mapped: the programs of the catalogue, and memory that is like a file.
#include "kernel/mmap.h"
#include "machine/program.h"

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

s32 open_exec(struct machine *m, const char *path, kaddr *file)
{
    KFN(m, open_exec);
    s32 program = program_find(m, path);

    if (program < 0)
        KRETURN(-ENOENT);
    kaddr inode = iget(m, program);
    *file = inode ? make_file(m, path, 0, inode) : 0;
    KRETURN(*file ? 0 : -ENOMEM);
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
        s32 program = program_find(m, f->name);
        kaddr inode = program < 0 ? 0 : iget(m, program);

        if (!inode) {
            s32 error = program < 0 ? ENODEV : ENOMEM;
            note(m, EVENT_REFUSED, current(m)->pid, error,
                 program < 0 ? REFUSED_NO_FILE : REFUSED_NO_MEMORY);
            return -error;
        }
        set(m, f->f_inode, inode);
    }
    *file = found;
    return 0;
}
