// Running a new program in an old task: do_execve() in the order of 2.6.11's fs/exec.c.
#include "kernel/kernel.h"

#define MAX_ARG_BYTES (32 * PAGE_SIZE) // MAX_ARG_PAGES
#define PATH_MAX      4096u

// What execve() collects before it commits. (struct linux_binprm)
struct linux_binprm {
    u8 buf[128]; // the file's first bytes
    kaddr page[32];
    kaddr mm;
    u32 p; // top of the argument area
    s32 argc, envc;
    kaddr filename;
};

// do_execve() keeps these on its stack while it waits for its threads to end.
struct exec_locals {
    kaddr bprm, path;
};

void set_task_comm(struct machine *m, const struct task_struct *p, const char *name)
{
    char comm[TASK_COMM_LEN] = { 0 };
    const char *slash = strrchr(name, '/');

    strncpy(comm, slash && slash[1] ? slash + 1 : name, TASK_COMM_LEN - 1);
    copy(m, p->comm, comm, sizeof comm);
}

// Copies the path out of user memory into a page of its own. After fs/namei.c, getname().
static s32 getname(struct machine *m, kaddr *result)
{
    KFN(m, getname);
    const char *path = call_string(m, 0);
    size_t length = path ? strlen(path) : 0;

    if (length == 0)
        KRETURN(-ENOENT);
    if (length >= PATH_MAX)
        KRETURN(-ENAMETOOLONG);
    kaddr page = kmem_cache_alloc(m, kernel(m)->caches.names);
    if (!page)
        KRETURN(-ENOMEM);
    copy(m, kpointer(m, page), path, length + 1);
    *result = page;
    return 0;
}

static void putname(struct machine *m, kaddr page)
{
    kmem_cache_free(m, kernel(m)->caches.names, page);
}

// ---- The other threads must go -------------------------------------------------------------------

// The calling thread becomes the leader: it takes over the process's number and place.
static void take_over_leader(struct machine *m, const struct task_struct *p,
                             const struct task_struct *leader)
{
    KFN(m, switch_exec_pids);
    s32 tid = p->pid;
    s32 tgid = leader->pid;

    // In this order no number is ever unused, so none is freed.
    detach_pid(m, leader, PIDTYPE_PID);
    set(m, leader->pid, tid);
    attach_pid(m, leader, PIDTYPE_PID, tid);
    detach_pid(m, p, PIDTYPE_PID);
    set(m, p->pid, tgid);
    attach_pid(m, p, PIDTYPE_PID, tgid);
    detach_pid(m, leader, PIDTYPE_TGID);
    set(m, leader->tgid, tid);
    attach_pid(m, leader, PIDTYPE_TGID, tid);
    attach_pid(m, p, PIDTYPE_PGID, process_group(m, p));
    attach_pid(m, p, PIDTYPE_SID, signal_of(m, p)->session);
    set(m, kernel(m)->process_counts, kernel(m)->process_counts + 1);
    list_add(m, &p->tasks, &leader->tasks);
    set(m, p->group_leader, kaddr_of(m, p));
    set(m, leader->group_leader, kaddr_of(m, leader));
    set(m, p->parent, leader->parent);
    set(m, p->real_parent, leader->real_parent);
    list_move_tail(m, &p->sibling, &task_at(m, p->parent)->children);
    set(m, p->exit_signal, SIGCHLD);
    // Unlike Linux 2.6.11, which leaves it pointing at the leader that is about to be freed.
    if (signal_of(m, p)->curr_target == kaddr_of(m, leader))
        set(m, signal_of(m, p)->curr_target, kaddr_of(m, p));
    if (console(m)->focus == tid)
        set_focus(m, tgid);
    if (m->actor == tid)
        m->actor = tgid;
}

// Waits until only the caller (and the leader, if that is another) are left. False: it sleeps.
static bool wait_for_threads(struct machine *m, const struct task_struct *p)
{
    const struct signal_struct *sig = signal_of(m, p);
    s32 rest = thread_group_leader(p) ? 1 : 2;

    while (sig->count > rest) {
        set(m, sig->group_exit_task, kaddr_of(m, p));
        set(m, sig->notify_count, rest);
        set_task_state(m, p, TASK_UNINTERRUPTIBLE);
        schedule(m);
        if (!is_current(m, p))
            return false;
    }
    // Unlike Linux, which asks again and again and yields in between: exit_notify() wakes it.
    while (!thread_group_leader(p) && task_at(m, p->group_leader)->exit_state != EXIT_ZOMBIE) {
        set(m, sig->group_exit_task, kaddr_of(m, p));
        set(m, sig->notify_count, -1);
        set_task_state(m, p, TASK_UNINTERRUPTIBLE);
        schedule(m);
        if (!is_current(m, p))
            return false;
    }
    set(m, sig->group_exit_task, 0u);
    set(m, sig->notify_count, 0);
    return true;
}

// The caller is alone: as the leader, if it was not that before.
static void finish_de_thread(struct machine *m, const struct task_struct *p)
{
    if (!thread_group_leader(p)) {
        const struct task_struct *leader = task_at(m, p->group_leader);

        take_over_leader(m, p, leader);
        set(m, leader->exit_state, EXIT_DEAD);
        note_state(m, leader, 'Z', CAUSE_FUNCTION | KSYM_de_thread);
        release_task(m, leader);
    }
    set(m, signal_of(m, p)->flags, 0u);
    // Unlike Linux 2.6.11: a signal that came meanwhile, and whose taker died, is not forgotten.
    recalc_sigpending_tsk(m, p);
}

// A handler table of its own, at `fresh`, if there are still others who use the old one.
static void unshare_sighand(struct machine *m, const struct task_struct *p, kaddr fresh)
{
    const struct sighand_struct *old = sighand_of(m, p);

    if (old->count == 1) {
        kmem_cache_free(m, kernel(m)->caches.sighand, fresh);
        return;
    }
    copy(m, kpointer(m, fresh), old, sizeof *old);
    set(m, at(m, fresh, struct sighand_struct)->count, 1);
    set(m, old->count, old->count - 1);
    set(m, p->sighand, fresh);
}

// 0, a negative errno, or CALL_SLEEPS. After fs/exec.c, de_thread().
static s32 de_thread(struct machine *m)
{
    KFN(m, de_thread);
    const kaddr *fresh = at(m, KLOCALS(), kaddr); // kept while it sleeps
    const struct task_struct *p = current(m);
    bool has_slept = is_resuming(m); // the last of the other threads may be gone already

    if (!has_slept) {
        if (sighand_of(m, p)->count <= 1)
            return 0;
        kaddr address = kmem_cache_alloc(m, kernel(m)->caches.sighand);
        if (!address)
            KRETURN(-ENOMEM);
        set(m, *fresh, address);
        if (!thread_group_empty(m, p)) {
            if (signal_of(m, p)->flags & SIGNAL_GROUP_EXIT) {
                kmem_cache_free(m, kernel(m)->caches.sighand, address);
                KRETURN(-EAGAIN);
            }
            zap_other_threads(m, p);
        }
    }
    end_resuming(m);
    if (has_slept || !thread_group_empty(m, p)) {
        if (!wait_for_threads(m, p))
            return CALL_SLEEPS;
        finish_de_thread(m, p);
    }
    unshare_sighand(m, p, *fresh);
    return 0;
}

// ---- The point of no return ------------------------------------------------------------------------

static void exec_mmap(struct machine *m, kaddr mm)
{
    KFN(m, exec_mmap);
    const struct task_struct *p = current(m);
    kaddr old = p->mm;
    kaddr borrowed = p->active_mm;

    mm_release(m, p, old);
    set(m, p->mm, mm);
    set(m, p->active_mm, mm);
    set(m, cpu(m)->cr3, at(m, mm, struct mm_struct)->pgd - KERNEL_BASE);
    if (old)
        mmput(m, old);
    else
        mmdrop(m, borrowed);
}

// After fs/exec.c, flush_old_exec().
static s32 flush_old_exec(struct machine *m, const struct linux_binprm *bprm)
{
    KFN(m, flush_old_exec);
    const struct task_struct *p = current(m);
    s32 error = de_thread(m);

    if (error)
        return error;
    if ((error = unshare_files(m)))
        KRETURN(error);
    exec_mmap(m, bprm->mm);
    set(m, bprm->mm, 0u);
    set(m, p->sas_ss_sp, 0u);
    set(m, p->sas_ss_size, 0u);
    set_task_comm(m, p, (const char *)kpointer(m, bprm->filename));
    {
        KFN_PART(m, flush_thread);
        for (int i = 0; i < 3; i++)
            set(m, p->thread.tls_array[i], (u64)0);
    }
    set(m, p->self_exec_id, p->self_exec_id + 1);
    flush_signal_handlers(m, p, false);
    flush_old_files(m, p->files);
    return 0;
}

static void start_thread(struct machine *m, const struct task_struct *p)
{
    KFN(m, start_thread);
    struct pt_regs regs = {
        .xds = USER_DS,
        .xes = USER_DS,
        .orig_eax = task_pt_regs(m, p)->orig_eax,
        .eip = 0x08048000,
        .xcs = USER_CS,
        .eflags = 0x202,
        .esp = 0xBFFFFF00,
        .xss = USER_DS,
    };

    copy(m, task_pt_regs(m, p), &regs, sizeof regs);
}

// After fs/binfmt_elf.c, load_elf_binary(): as much of it as needs no user pages.
static s32 load_elf_binary(struct machine *m, const struct linux_binprm *bprm)
{
    KFN(m, load_elf_binary);
    const struct task_struct *p = current(m);
    kaddr address = bprm->mm;
    s32 error = flush_old_exec(m, bprm);

    if (error)
        return error;
    const struct mm_struct *mm = at(m, address, struct mm_struct);
    set(m, p->flags, p->flags & ~(u32)PF_FORKNOEXEC);
    set(m, mm->mmap_base, (uaddr)0xB8000000);
    set(m, mm->free_area_cache, (uaddr)0xB8000000);
    set(m, mm->start_code, (uaddr)0x08048000);
    set(m, mm->start_stack, (uaddr)0xBFFFFF00);
    start_thread(m, p);
    return 0;
}

static s32 search_binary_handler(struct machine *m, const struct linux_binprm *bprm)
{
    KFN(m, search_binary_handler);
    return load_elf_binary(m, bprm);
}

// ---- do_execve ---------------------------------------------------------------------------------------

// Number and bytes of the arguments, checked against the 128 KB limit.
static s32 count_strings(struct machine *m, s32 *argc)
{
    KFN(m, count);
    size_t bytes = 0;
    const char *s;

    for (*argc = 0; (s = call_string(m, (u32)*argc)); ++*argc)
        bytes += strlen(s) + 1;
    if (bytes > MAX_ARG_BYTES)
        KRETURN(-E2BIG);
    return 0;
}

// Allocates what the new program needs. 0 or a negative errno, then nothing is left allocated.
static s32 prepare(struct machine *m, kaddr path, kaddr *result)
{
    s32 argc;
    s32 error = count_strings(m, &argc);

    if (error)
        return error;
    kaddr address = kmalloc(m, sizeof(struct linux_binprm));
    if (!address)
        return -ENOMEM;
    const struct linux_binprm *bprm = at(m, address, struct linux_binprm);
    kaddr mm = mm_alloc(m);
    if (!mm) {
        kfree(m, address);
        return -ENOMEM;
    }
    set(m, bprm->mm, mm);
    set(m, bprm->p, (u32)(MAX_ARG_BYTES - 4));
    set(m, bprm->argc, argc);
    set(m, bprm->envc, 0);
    set(m, bprm->filename, path);
    *result = address;
    return 0;
}

static s32 do_execve(struct machine *m, kaddr path)
{
    KFN(m, do_execve);
    const struct exec_locals *locals = at(m, KLOCALS(), struct exec_locals);
    const struct task_struct *p = current(m);
    kaddr address;
    s32 error;

    if (is_resuming(m)) {
        address = locals->bprm;
    } else {
        error = prepare(m, path, &address);
        if (error)
            KRETURN(error);
        set(m, locals->bprm, address);
        set(m, locals->path, path);
    }
    const struct linux_binprm *bprm = at(m, address, struct linux_binprm);
    error = search_binary_handler(m, bprm);
    if (error == CALL_SLEEPS)
        return error;
    if (error == 0) {
        set(m, p->did_exec, 1u);
        note(m, EVENT_EXEC, p->pid, (s32)bprm->filename, 0);
    } else if (bprm->mm) {
        mmput(m, bprm->mm);
    }
    kfree(m, address);
    KRETURN(error);
}

static s32 refuse_exec(struct machine *m, s32 error)
{
    enum refusal why = error == -ENOMEM   ? REFUSED_NO_MEMORY
                       : error == -E2BIG  ? REFUSED_ARGUMENTS_TOO_LONG
                       : error == -EAGAIN ? REFUSED_GROUP_EXITING
                                          : REFUSED_NO_FILE;

    note(m, EVENT_REFUSED, current(m)->pid, -error, (s32)why);
    return error;
}

// The path and the arguments are the strings of the call.
s32 sys_execve(struct machine *m)
{
    KFN(m, sys_execve);
    const kaddr *path = at(m, KLOCALS(), kaddr);

    if (!is_resuming(m)) {
        kaddr page = 0;
        s32 error = getname(m, &page);

        if (error)
            KRETURN(refuse_exec(m, error));
        set(m, *path, page);
    }
    s32 error = do_execve(m, *path);
    if (error == CALL_SLEEPS)
        return error;
    putname(m, *path);
    KRETURN(error ? refuse_exec(m, error) : 0);
}
