// The checker's part for files: tables, open files, names and inodes, each counted against the
// references that are found.
#include "kernel/check_files.h"
#include "kernel/binfmt.h"

static u32 in_use(const struct machine *m, kaddr cache)
{
    return cache_objects_in_use(at(m, cache, struct kmem_cache));
}

// Does it lie in the kernel's data, not in a slab?
static bool is_static(kaddr address)
{
    return address >= KERNEL_DATA && address - KERNEL_DATA < sizeof(struct kernel_data);
}

// How many of the things referred to come from slabs.
static u32 count_in_slabs(const struct references *r)
{
    u32 count = 0;

    for (u32 i = 0; i < r->count; i++)
        count += distinct_reference(r, i) && !is_static(r->to[i]);
    return count;
}

static void check_slab(struct file_check *c, kaddr cache, u32 found)
{
    if (in_use(c->m, cache) != found)
        complain(&c->complaints, "slab %s: %u objects in use, found %u",
                 at(c->m, cache, struct kmem_cache)->name, in_use(c->m, cache), found);
}

// ---- Descriptor tables -------------------------------------------------------------------------------

// One table: its bits and its slots must say the same.
static void check_table(struct file_check *c, kaddr address)
{
    const struct machine *m = c->m;
    const struct files_struct *files = at(m, address, struct files_struct);
    bool closed_seen = false;

    for (u32 fd = 0; fd < (u32)files->max_fdset; fd++) {
        u32 word = fd / 32 * 4, mask = 1u << fd % 32;
        bool open = *at(m, files->open_fds + word, u32) & mask;
        bool by_exec = *at(m, files->close_on_exec + word, u32) & mask;
        kaddr file = fd < (u32)files->max_fds ? *at(m, files->fd + fd * 4, kaddr) : 0;

        if (open != (file != 0))
            complain(&c->complaints, "files %08x: descriptor %u is %s, but its file is %08x",
                     address, fd, open ? "open" : "closed", file);
        if (by_exec && !open)
            complain(&c->complaints, "files %08x: close-on-exec for the closed descriptor %u",
                     address, fd);
        if (!open && !closed_seen && fd < (u32)files->next_fd)
            complain(&c->complaints, "files %08x: next_fd %d, but %u is free", address,
                     files->next_fd, fd);
        closed_seen |= !open;
        add_reference(&c->files, file);
    }
}

// Areas that map a file refer to it, too.
static void look_at_areas(struct file_check *c, kaddr mm)
{
    for (kaddr v = mm_at(c->m, mm)->mmap; v; v = vma_at(c->m, v)->vm_next)
        add_reference(&c->files, vma_at(c->m, v)->vm_file);
}

// ---- Open files ----------------------------------------------------------------------------------------

static void check_file(struct file_check *c, kaddr address)
{
    const struct file *file = file_at(c->m, address);
    u32 count = references_to(&c->files, address);

    if ((u32)file->f_count != count)
        complain(&c->complaints, "file %08x: f_count %d, %u references", address, file->f_count,
                 count);
    if (!file->f_inode ||
        (file->f_dentry && dentry_at(c->m, file->f_dentry)->d_inode != file->f_inode)) {
        complain(&c->complaints, "file %08x: its inode is %08x", address, file->f_inode);
        return;
    }
    if (file->f_dentry)
        add_reference(&c->dentries, file->f_dentry);
    else
        add_reference(&c->inodes, file->f_inode);
    if (file->f_mode & FMODE_WRITE && is_kind(inode_at(c->m, file->f_inode), S_IFREG))
        add_reference(&c->open_to_write, file->f_inode);
    if (file->f_op == FOPS_READ_PIPE)
        add_reference(&c->readers, file->f_inode);
    if (file->f_op == FOPS_WRITE_PIPE)
        add_reference(&c->writers, file->f_inode);
}

static void check_open_files(struct file_check *c)
{
    sort_references(&c->tables);
    for (u32 i = 0; i < c->tables.count; i++)
        if (distinct_reference(&c->tables, i))
            check_table(c, c->tables.to[i]);
    sort_references(&c->spaces);
    for (u32 i = 0; i < c->spaces.count; i++)
        if (distinct_reference(&c->spaces, i))
            look_at_areas(c, c->spaces.to[i]);
    sort_references(&c->files);
    for (u32 i = 0; i < c->files.count; i++)
        if (distinct_reference(&c->files, i))
            check_file(c, c->files.to[i]);
    check_slab(c, kernel(c->m)->caches.filp, count_distinct(&c->files));
}

// ---- Names and inodes ------------------------------------------------------------------------------------

// The entries below a directory: each holds its parent, and the tree holds each.
static void walk_tree(struct file_check *c, const struct dentry *directory, u32 depth)
{
    const struct machine *m = c->m;

    list_for_each(m, link, &directory->d_subdirs)
    {
        const struct dentry *entry = list_entry(m, link, struct dentry, d_child);

        if (entry->d_parent != kaddr_of(m, directory) || depth > 64) {
            complain(&c->complaints, "dentry %08x: its parent is %08x", link, entry->d_parent);
            return;
        }
        add_reference(&c->dentries, entry->d_parent);
        add_reference(&c->dentries, kaddr_of(m, entry));
        walk_tree(c, entry, depth + 1);
    }
}

static void look_at_directories(struct file_check *c)
{
    const struct machine *m = c->m;

    sort_references(&c->contexts);
    for (u32 i = 0; i < c->contexts.count; i++) {
        if (!distinct_reference(&c->contexts, i))
            continue;
        const struct fs_struct *fs = at(m, c->contexts.to[i], struct fs_struct);
        add_reference(&c->dentries, fs->root);
        add_reference(&c->dentries, fs->pwd);
        add_reference(&c->dentries, fs->altroot);
    }
    sort_references(&c->namespaces);
    for (u32 i = 0; i < c->namespaces.count; i++) {
        if (distinct_reference(&c->namespaces, i)) // its root is mounted
            add_reference(&c->dentries, at(m, c->namespaces.to[i], struct namespace_struct)->root);
    }
}

// Entries that have been removed, but whose files are open, still hold their parents.
static void look_at_removed(struct file_check *c)
{
    struct references removed = { 0 };

    for (u32 i = 0; i < c->files.count; i++) {
        kaddr address = file_at(c->m, c->files.to[i])->f_dentry;

        if (address && list_empty(c->m, &dentry_at(c->m, address)->d_child) &&
            dentry_at(c->m, address)->d_parent != address)
            add_reference(&removed, address);
    }
    sort_references(&removed);
    for (u32 i = 0; i < removed.count; i++)
        if (distinct_reference(&removed, i))
            add_reference(&c->dentries, dentry_at(c->m, removed.to[i])->d_parent);
    finish_references(&removed);
}

static void check_names(struct file_check *c)
{
    const struct machine *m = c->m;

    look_at_directories(c);
    look_at_removed(c);
    walk_tree(c, &kernel(m)->root_dentry, 0);
    sort_references(&c->dentries);
    for (u32 i = 0; i < c->dentries.count; i++) {
        kaddr address = distinct_reference(&c->dentries, i);
        u32 count = address ? references_to(&c->dentries, address) : 0;

        if (!address)
            continue;
        add_reference(&c->inodes, dentry_at(m, address)->d_inode);
        if ((u32)dentry_at(m, address)->d_count != count)
            complain(&c->complaints, "dentry %08x: d_count %d, %u references", address,
                     dentry_at(m, address)->d_count, count);
    }
    check_slab(c, kernel(m)->caches.dentry, count_in_slabs(&c->dentries));
}

static void check_inodes(struct file_check *c)
{
    sort_references(&c->inodes);
    sort_references(&c->readers);
    sort_references(&c->writers);
    sort_references(&c->open_to_write);
    list_for_each(c->m, link, &kernel(c->m)->inodes)
    {
        const struct inode *inode = list_entry(c->m, link, struct inode, i_list);
        u32 count = references_to(&c->inodes, kaddr_of(c->m, inode));
        u32 writers = references_to(&c->open_to_write, kaddr_of(c->m, inode));

        if ((u32)inode->i_count != count)
            complain(&c->complaints, "inode %08x: i_count %d, %u references", link, inode->i_count,
                     count);
        if ((u32)inode->i_writecount != writers)
            complain(&c->complaints, "inode %08x: i_writecount %d, %u open files may write", link,
                     inode->i_writecount, writers);
        if (is_kind(inode, S_IFIFO) != (inode->i_pipe != 0))
            complain(&c->complaints, "inode %08x: mode %o, pipe %08x", link, inode->i_mode,
                     inode->i_pipe);
        else if (inode->i_pipe)
            check_pipe(c, inode);
    }
    check_slab(c, mm_data(c->m)->inode_cachep, count_in_slabs(&c->inodes));
}

// ---- All tasks ---------------------------------------------------------------------------------------------

// A call that sleeps keeps the file that it works on.
static void look_at_call(struct file_check *c, const struct task_struct *p, enum ksym function)
{
    kaddr locals = locals_of_sleeper(c->m, p, function);

    if (locals && at(c->m, locals, struct call_file)->needs_fput)
        add_reference(&c->files, at(c->m, locals, struct call_file)->file);
}

static void look_at_task(struct file_check *c, const struct task_struct *p)
{
    add_reference(&c->tables, p->files);
    add_reference(&c->contexts, p->fs);
    add_reference(&c->namespaces, p->namespace);
    add_reference(&c->spaces, p->mm);
    const struct linux_binprm *bprm = exec_under_way(c->m, p);
    if (bprm)
        add_reference(&c->files, bprm->file);
    if (bprm && bprm->interpreter)
        add_reference(&c->files, bprm->interpreter);
    look_at_call(c, p, KSYM_sys_read);
    look_at_call(c, p, KSYM_sys_write);
}

int check_files(const struct machine *m, struct strbuf *out)
{
    struct file_check c = { .m = m, .complaints = { out, 0 } };

    look_at_task(&c, &kernel(m)->init_task);
    for (const struct task_struct *p = first_process(m); p; p = next_task_and_thread(m, p))
        look_at_task(&c, p);
    check_open_files(&c);
    check_names(&c);
    check_inodes(&c);
    check_waiting(&c);
    finish_references(&c.tables);
    finish_references(&c.contexts);
    finish_references(&c.namespaces);
    finish_references(&c.spaces);
    finish_references(&c.files);
    finish_references(&c.inodes);
    finish_references(&c.dentries);
    finish_references(&c.readers);
    finish_references(&c.writers);
    finish_references(&c.open_to_write);
    return c.complaints.count;
}
