// fork's part for what tasks can share: each of copy_process()'s copy_… functions counts one more
// user, or makes a copy; and the way back when one of them fails. (kernel/fork.c)
#include "kernel/kernel.h"

static void share(struct machine *m, const struct task_struct *p, enum shared_object what,
                  const s32 *count)
{
    set(m, *count, *count + 1);
    note(m, EVENT_SHARE, p->pid, (s32)what, *count);
}

// The list of semaphore adjustments to undo at exit. (ipc/sem.c)
static s32 copy_semundo(struct machine *m, u32 clone_flags, const struct task_struct *p)
{
    KFN(m, copy_semundo);
    if (!(clone_flags & CLONE_SYSVSEM)) {
        set(m, p->undo_list, 0u);
        return 0;
    }
    kaddr list = current(m)->undo_list;
    if (!list) {
        list = kmalloc(m, sizeof(struct sem_undo_list));
        if (!list)
            KRETURN(-ENOMEM);
        set(m, at(m, list, struct sem_undo_list)->refcnt, 1);
        set(m, current(m)->undo_list, list);
    }
    share(m, p, OBJECT_SEMUNDO, &at(m, list, struct sem_undo_list)->refcnt);
    set(m, p->undo_list, list);
    return 0;
}

static s32 copy_files(struct machine *m, u32 clone_flags, const struct task_struct *p)
{
    KFN(m, copy_files);
    kaddr old = current(m)->files;
    kaddr copied;

    if (!old) // a background task may have no files at all
        return 0;
    if (clone_flags & CLONE_FILES) {
        share(m, p, OBJECT_FILES, &at(m, old, struct files_struct)->count);
        return 0;
    }
    s32 error = dup_fd(m, old, &copied);
    if (error)
        KRETURN(error);
    set(m, p->files, copied);
    note(m, EVENT_COPY, p->pid, OBJECT_FILES, (s32)copied);
    return 0;
}

static s32 copy_fs(struct machine *m, u32 clone_flags, const struct task_struct *p)
{
    KFN(m, copy_fs);
    const struct fs_struct *old = at(m, current(m)->fs, struct fs_struct);

    if (clone_flags & CLONE_FS) {
        share(m, p, OBJECT_FS, &old->count);
        return 0;
    }
    kaddr copied = kmem_cache_alloc(m, kernel(m)->caches.fs);
    if (!copied)
        KRETURN(-ENOMEM);
    struct fs_struct *fresh = rewrite(m, at(m, copied, struct fs_struct));

    *fresh = *old;
    fresh->count = 1;
    dget(m, old->root);
    dget(m, old->pwd);
    if (old->altroot)
        dget(m, old->altroot);
    set(m, p->fs, copied);
    note(m, EVENT_COPY, p->pid, OBJECT_FS, (s32)copied);
    return 0;
}

static s32 copy_sighand(struct machine *m, u32 clone_flags, const struct task_struct *p)
{
    KFN(m, copy_sighand);
    const struct sighand_struct *old = sighand_of(m, current(m));

    if (clone_flags & (CLONE_SIGHAND | CLONE_THREAD)) {
        share(m, p, OBJECT_SIGHAND, &old->count);
        return 0;
    }
    kaddr copied = kmem_cache_alloc(m, kernel(m)->caches.sighand);
    if (!copied)
        KRETURN(-ENOMEM);
    const struct sighand_struct *sighand = at(m, copied, struct sighand_struct);
    copy(m, sighand, old, sizeof *sighand);
    set(m, sighand->count, 1);
    set(m, p->sighand, copied);
    note(m, EVENT_COPY, p->pid, OBJECT_SIGHAND, (s32)copied);
    return 0;
}

static s32 copy_signal(struct machine *m, u32 clone_flags, const struct task_struct *p)
{
    KFN(m, copy_signal);
    const struct signal_struct *old = signal_of(m, current(m));

    if (clone_flags & CLONE_THREAD) {
        share(m, p, OBJECT_SIGNAL, &old->count);
        set(m, old->live, old->live + 1);
        return 0;
    }
    kaddr copied = kmem_cache_alloc(m, kernel(m)->caches.signal);
    if (!copied)
        KRETURN(-ENOMEM);
    const struct signal_struct *sig = at(m, copied, struct signal_struct);
    kaddr waiters = kaddr_of(m, &sig->wait_chldexit.task_list);
    kaddr pending = kaddr_of(m, &sig->shared_pending.list);
    kaddr timers = kaddr_of(m, &sig->posix_timers);
    struct signal_struct *fresh = rewrite(m, sig);

    *fresh = (struct signal_struct){
        .count = 1,
        .live = 1,
        .wait_chldexit = { { waiters, waiters } },
        .shared_pending = { { pending, pending }, { { 0, 0 } } },
        .posix_timers = { timers, timers },
        .pgrp = old->pgrp,
        .session = old->session,
        .tty = old->tty,
    };
    memcpy(fresh->rlim, old->rlim, sizeof fresh->rlim);
    set(m, p->signal, copied);
    note(m, EVENT_COPY, p->pid, OBJECT_SIGNAL, (s32)copied);
    return 0;
}

// The tree of mounts: shared unless CLONE_NEWNS asks for a copy. (fs/namespace.c)
static s32 copy_namespace(struct machine *m, u32 clone_flags, const struct task_struct *p)
{
    KFN(m, copy_namespace);
    const struct namespace_struct *old;

    if (!p->namespace)
        return 0;
    old = at(m, p->namespace, struct namespace_struct);
    if (!(clone_flags & CLONE_NEWNS)) {
        set(m, old->count, old->count + 1);
        return 0;
    }
    if (!capable(m, current(m), CAP_SYS_ADMIN))
        KRETURN(refuse(m, EPERM, REFUSED_NO_CAP_SYS_ADMIN));
    kaddr copied = kmem_cache_alloc(m, kernel(m)->caches.namespace);
    if (!copied)
        KRETURN(-ENOMEM);
    struct namespace_struct fresh = { .count = 1, .root = old->root };
    copy(m, kpointer(m, copied), &fresh, sizeof fresh);
    dget(m, fresh.root);
    set(m, p->namespace, copied);
    note(m, EVENT_COPY, p->pid, OBJECT_NAMESPACE, (s32)copied);
    return 0;
}

void put_namespace(struct machine *m, kaddr address)
{
    const struct namespace_struct *ns = at(m, address, struct namespace_struct);

    set(m, ns->count, ns->count - 1);
    if (ns->count)
        return;
    dput(m, ns->root);
    kmem_cache_free(m, kernel(m)->caches.namespace, address);
}

// Keys are not configured into this kernel.
static s32 copy_keys(struct machine *m)
{
    KFN(m, copy_keys);
    return 0;
}

// ---- All of them, and the way back ---------------------------------------------------------------

// Unlike Linux 2.6.11, which forgets that a thread that was never born is not alive.
static void cleanup_signal(struct machine *m, u32 flags, const struct task_struct *p)
{
    const struct signal_struct *sig = signal_of(m, p);

    if (flags & CLONE_THREAD)
        set(m, sig->live, sig->live - 1);
    exit_signal(m, p);
}

// How far the child has come: it has everything up to and including this.
enum resource {
    RESOURCE_SEMUNDO,
    RESOURCE_FILES,
    RESOURCE_FS,
    RESOURCE_SIGHAND,
    RESOURCE_SIGNAL,
    RESOURCE_MM,
    RESOURCE_NAMESPACE,
    RESOURCE_THREAD
};

// Gives back everything up to `last`, in the reverse order. Returns the error, for the caller.
static s32 unwind(struct machine *m, u32 flags, const struct task_struct *p, enum resource last,
                  s32 error)
{
    switch (last) {
    case RESOURCE_THREAD:
        if (p->thread.io_bitmap_ptr)
            exit_thread(m, p);
        __attribute__((fallthrough));
    case RESOURCE_NAMESPACE:
        exit_namespace(m, p);
        __attribute__((fallthrough));
    case RESOURCE_MM:
        if (p->mm)
            mmput(m, p->mm);
        __attribute__((fallthrough));
    case RESOURCE_SIGNAL:
        cleanup_signal(m, flags, p);
        __attribute__((fallthrough));
    case RESOURCE_SIGHAND:
        exit_sighand(m, p);
        __attribute__((fallthrough));
    case RESOURCE_FS:
        exit_fs(m, p);
        __attribute__((fallthrough));
    case RESOURCE_FILES:
        exit_files(m, p);
        __attribute__((fallthrough));
    case RESOURCE_SEMUNDO:
        exit_sem(m, p);
    }
    return error;
}

s32 copy_resources(struct machine *m, u32 flags, u32 stack_start, u32 tls,
                   const struct task_struct *p)
{
    s32 error = copy_semundo(m, flags, p);

    if (error)
        return error;
    if ((error = copy_files(m, flags, p)))
        return unwind(m, flags, p, RESOURCE_SEMUNDO, error);
    if ((error = copy_fs(m, flags, p)))
        return unwind(m, flags, p, RESOURCE_FILES, error);
    if ((error = copy_sighand(m, flags, p)))
        return unwind(m, flags, p, RESOURCE_FS, error);
    if ((error = copy_signal(m, flags, p)))
        return unwind(m, flags, p, RESOURCE_SIGHAND, error);
    if ((error = copy_mm(m, flags, p)))
        return unwind(m, flags, p, RESOURCE_SIGNAL, error);
    if ((error = copy_keys(m)) || (error = copy_namespace(m, flags, p)))
        return unwind(m, flags, p, RESOURCE_MM, error);
    if ((error = copy_thread(m, flags, stack_start, tls, p)))
        return unwind(m, flags, p, RESOURCE_NAMESPACE, error);
    return 0;
}

void drop_resources(struct machine *m, u32 flags, const struct task_struct *p)
{
    unwind(m, flags, p, RESOURCE_THREAD, 0);
}
