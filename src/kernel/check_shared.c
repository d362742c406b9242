// The checker's part for what tasks share by reference: open files, directories, queued signals
// and users.
#include "kernel/binfmt.h"
#include "kernel/references.h"
#include "util/complaints.h"

struct shared_check {
    const struct machine *m;
    struct complaints complaints;
    struct references tables, contexts, namespaces;   // of tasks
    struct references spaces;                         // mm_struct of tasks
    struct references files, dentries, users, queued; // queued: the users who pay for entries
    struct references inodes;
};

static u32 in_use(const struct machine *m, kaddr cache)
{
    return cache_objects_in_use(at(m, cache, struct kmem_cache));
}

// ---- Files -----------------------------------------------------------------------------------------

// One descriptor table: its bits and its slots must say the same.
static void check_table(struct shared_check *c, kaddr address)
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
static void look_at_areas(struct shared_check *c, kaddr mm)
{
    for (kaddr v = mm_at(c->m, mm)->mmap; v; v = vma_at(c->m, v)->vm_next)
        add_reference(&c->files, vma_at(c->m, v)->vm_file);
}

static void check_inodes(struct shared_check *c)
{
    sort_references(&c->inodes);
    list_for_each(c->m, link, &kernel(c->m)->inodes)
    {
        const struct inode *inode = list_entry(c->m, link, struct inode, i_list);
        u32 count = references_to(&c->inodes, kaddr_of(c->m, inode));

        if ((u32)inode->i_count != count)
            complain(&c->complaints, "inode %08x: i_count %d, %u open files", link, inode->i_count,
                     count);
    }
    if (in_use(c->m, mm_data(c->m)->inode_cachep) != count_distinct(&c->inodes))
        complain(&c->complaints, "slab inode_cache: %u objects in use, inodes %u",
                 in_use(c->m, mm_data(c->m)->inode_cachep), count_distinct(&c->inodes));
}

static void check_files(struct shared_check *c)
{
    const struct machine *m = c->m;
    u32 live = 0;

    sort_references(&c->tables);
    for (u32 i = 0; i < c->tables.count; i++)
        if (distinct_reference(&c->tables, i))
            check_table(c, c->tables.to[i]);
    sort_references(&c->spaces);
    for (u32 i = 0; i < c->spaces.count; i++)
        if (distinct_reference(&c->spaces, i))
            look_at_areas(c, c->spaces.to[i]);
    sort_references(&c->files);
    for (u32 i = 0; i < c->files.count; i++) {
        kaddr address = distinct_reference(&c->files, i);
        u32 count = address ? references_to(&c->files, address) : 0;

        if (!address)
            continue;
        live++;
        add_reference(&c->inodes, at(m, address, struct file)->f_inode);
        if ((u32)at(m, address, struct file)->f_count != count)
            complain(&c->complaints, "file %08x: f_count %d, %u descriptors and areas", address,
                     at(m, address, struct file)->f_count, count);
    }
    if (in_use(m, kernel(m)->caches.filp) != live)
        complain(&c->complaints, "slab filp: %u objects in use, open files %u",
                 in_use(m, kernel(m)->caches.filp), live);
    check_inodes(c);
}

static void check_directories(struct shared_check *c)
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
    sort_references(&c->dentries);
    for (u32 i = 0; i < c->dentries.count; i++) {
        kaddr address = distinct_reference(&c->dentries, i);
        u32 count = address ? references_to(&c->dentries, address) : 0;

        if (address && (u32)at(m, address, struct dentry)->d_count != count)
            complain(&c->complaints, "dentry %08x: d_count %d, %u references", address,
                     at(m, address, struct dentry)->d_count, count);
    }
}

// ---- Signals and users -------------------------------------------------------------------------------

// One queue: each entry has its bit, and a signal below SIGRTMIN at most one entry.
static void check_queue(struct shared_check *c, const struct sigpending *pending, s32 pid,
                        const char *which)
{
    const struct machine *m = c->m;
    struct sigset seen = { { 0, 0 } };

    for (kaddr link = pending->list.next; link != kaddr_of(m, &pending->list);
         link = list_at(m, link)->next) {
        const struct sigqueue *q = at(m, link, struct sigqueue);
        s32 sig = q->si_signo;

        if (sig < 1 || sig > _NSIG) {
            complain(&c->complaints, "task %d: an entry of its %s queue names signal %d", pid,
                     which, sig);
            return;
        }
        if (!sigismember(&pending->signal, sig))
            complain(&c->complaints, "task %d: signal %d is queued (%s) but its bit is not set",
                     pid, sig, which);
        if (sig < SIGRTMIN && sigismember(&seen, sig))
            complain(&c->complaints, "task %d: signal %d is queued (%s) twice", pid, sig, which);
        seen.sig[(sig - 1) / 32] |= 1u << (sig - 1) % 32;
        add_reference(&c->queued, q->user);
    }
}

static void check_user(struct shared_check *c, kaddr address)
{
    const struct user_struct *user = at(c->m, address, struct user_struct);
    u32 tasks = references_to(&c->users, address);
    u32 queued = references_to(&c->queued, address);

    if ((u32)user->sigpending != queued)
        complain(&c->complaints, "user %u: sigpending %d, queued signals %u", user->uid,
                 user->sigpending, queued);
    if ((u32)user->count != tasks + queued)
        complain(&c->complaints, "user %u: count %d, but %u tasks and %u queued signals", user->uid,
                 user->count, tasks, queued);
}

static void check_users(struct shared_check *c)
{
    const struct machine *m = c->m;
    kaddr root = kaddr_of(m, &kernel(m)->root_user);
    u32 live = 0;

    sort_references(&c->users);
    sort_references(&c->queued);
    for (u32 i = 0; i < c->users.count; i++) {
        if (!distinct_reference(&c->users, i))
            continue;
        check_user(c, c->users.to[i]);
        live += c->users.to[i] != root;
    }
    for (u32 i = 0; i < c->queued.count; i++) { // who has nothing left but queued signals
        if (!distinct_reference(&c->queued, i) || references_to(&c->users, c->queued.to[i]))
            continue;
        check_user(c, c->queued.to[i]);
        live += c->queued.to[i] != root;
    }
    if (in_use(m, kernel(m)->caches.user) != live)
        complain(&c->complaints, "slab uid_cache: %u objects in use, users %u",
                 in_use(m, kernel(m)->caches.user), live);
    if (in_use(m, kernel(m)->caches.sigqueue) != c->queued.count)
        complain(&c->complaints, "slab sigqueue: %u objects in use, queued signals %u",
                 in_use(m, kernel(m)->caches.sigqueue), c->queued.count);
}

// ---- All tasks ---------------------------------------------------------------------------------------

static void look_at_task(struct shared_check *c, const struct task_struct *p)
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
    add_reference(&c->users, p->user);
    check_queue(c, &p->pending, p->pid, "own");
    if (p->signal && (thread_group_leader(p) || !p->pid))
        check_queue(c, &signal_of(c->m, p)->shared_pending, p->pid, "shared");
}

int check_shared(const struct machine *m, struct strbuf *out)
{
    struct shared_check c = { .m = m, .complaints = { out, 0 } };

    look_at_task(&c, &kernel(m)->init_task);
    for (const struct task_struct *p = first_process(m); p; p = next_task_and_thread(m, p))
        look_at_task(&c, p);
    check_files(&c);
    check_directories(&c);
    check_users(&c);
    finish_references(&c.tables);
    finish_references(&c.contexts);
    finish_references(&c.namespaces);
    finish_references(&c.spaces);
    finish_references(&c.files);
    finish_references(&c.inodes);
    finish_references(&c.dentries);
    finish_references(&c.users);
    finish_references(&c.queued);
    return c.complaints.count;
}
