// Running a new program in an old task: do_execve() in the order of 2.6.11's fs/exec.c.
#include "kernel/binfmt.h"
#include "kernel/files.h"

void set_task_comm(struct machine *m, const struct task_struct *p, const char *name)
{
    char comm[TASK_COMM_LEN] = { 0 };
    const char *slash = strrchr(name, '/');

    strncpy(comm, slash && slash[1] ? slash + 1 : name, TASK_COMM_LEN - 1);
    copy(m, p->comm, comm, sizeof comm);
}

s32 getname(struct machine *m, kaddr *result)
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

void putname(struct machine *m, kaddr page)
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
    // Unlike Linux, which asks again and again and yields in between: exit_notify() wakes it. As in
    // Linux 2.6.11, that is never for a thread of init: its leader takes no SIGKILL.
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
        if (!has_slept)
            note(m, EVENT_EXEC_WAIT, p->pid, p->tgid, p->tgid == 1 && p->pid != 1);
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

s32 flush_old_exec(struct machine *m, const struct linux_binprm *bprm)
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

s32 search_binary_handler(struct machine *m, const struct linux_binprm *bprm, bool is_nested)
{
    KFN(m, search_binary_handler);
    const struct program *program = program_of_file(m, bprm->file);

    if (program && program->exec_error)
        KRETURN(-error_of_program(program->exec_error));
    // Unlike Linux: what somebody has created is a script or nothing, whatever bytes are in it.
    bool is_script = !program || program->is_script;
    if (is_script && is_nested)
        KRETURN(-ENOEXEC);
    // One that slept goes its way again: by then, the file is the one that the script has named.
    if (is_script || (bprm->sh_bang && !is_nested))
        return load_script(m, bprm);
    return load_elf_binary(m, bprm);
}

// ---- do_execve ---------------------------------------------------------------------------------------

// What every program finds in its environment: all that the kernel gives the first one.
static const char *const environment[] = { "HOME=/", "TERM=linux" };
#define ENVIRONMENT_STRINGS 2

// The arguments that the call names. (fs/exec.c, count())
static s32 count_strings(struct machine *m)
{
    KFN(m, count);
    s32 count = 0;

    while (call_string(m, (u32)count + 1)) // the first string is the path
        count++;
    KRETURN(count);
}

// Bytes to the pages that will be the top of the stack. False without memory.
static bool put_bytes(struct machine *m, const struct linux_binprm *bprm, u32 at, const char *bytes,
                      u32 size)
{
    for (u32 done = 0, part; done < size; done += part) {
        const kaddr *page = &bprm->page[(at + done) / PAGE_SIZE];
        u32 inside = (at + done) % PAGE_SIZE;

        part = PAGE_SIZE - inside < size - done ? PAGE_SIZE - inside : size - done;
        if (!*page) {
            kaddr fresh = get_zeroed_page(m); // the kernel clears only what stays unused

            if (!fresh)
                return false;
            set(m, *page, fresh);
        }
        copy(m, kpointer(m, *page + inside), bytes + done, part);
    }
    return true;
}

// copy_strings() does this for each.
s32 copy_string(struct machine *m, const struct linux_binprm *bprm, const char *string)
{
    u32 size = (u32)strlen(string) + 1;

    if (size > bprm->p)
        return -E2BIG;
    set(m, bprm->p, bprm->p - size);
    return put_bytes(m, bprm, bprm->p, string, size) ? 0 : -ENOMEM;
}

// From high to low: the path, the environment, the arguments. After fs/exec.c, copy_strings().
static s32 copy_strings(struct machine *m, const struct linux_binprm *bprm)
{
    KFN(m, copy_strings);
    s32 error = copy_string(m, bprm, (const char *)kpointer(m, bprm->filename));

    set(m, bprm->exec, bprm->p);
    for (u32 i = ENVIRONMENT_STRINGS; i-- > 0 && !error;)
        error = copy_string(m, bprm, environment[i]);
    for (u32 i = (u32)bprm->argc; i-- > 0 && !error;)
        error = copy_string(m, bprm, call_string(m, i + 1));
    KRETURN(error);
}

// Whatever was collected and not handed on.
static void free_bprm(struct machine *m, kaddr address)
{
    const struct linux_binprm *bprm = at(m, address, struct linux_binprm);

    for (u32 i = 0; i < MAX_ARG_PAGES; i++)
        if (bprm->page[i])
            free_pages(m, bprm->page[i], 0);
    if (bprm->mm)
        mmput(m, bprm->mm);
    if (bprm->file)
        fput(m, bprm->file);
    if (bprm->interpreter)
        fput(m, bprm->interpreter);
    kfree(m, address);
}

// Collects what the new program needs. 0, with *result to be freed, or a negative errno.
static s32 prepare(struct machine *m, kaddr path, kaddr *result)
{
    kaddr address = kmalloc(m, sizeof(struct linux_binprm));
    struct linux_binprm fresh = { .p = MAX_ARG_BYTES - 4, .envc = ENVIRONMENT_STRINGS };

    if (!address)
        return -ENOMEM;
    const struct linux_binprm *bprm = at(m, address, struct linux_binprm);
    fresh.filename = path;
    copy(m, bprm, &fresh, sizeof fresh);
    s32 error = open_exec(m, kpointer(m, path), &fresh.file);
    if (!error) {
        set(m, bprm->file, fresh.file);
        kaddr mm = mm_alloc(m);
        set(m, bprm->mm, mm);
        error = mm ? 0 : -ENOMEM;
    }
    if (!error) {
        set(m, bprm->argc, count_strings(m));
        error = copy_strings(m, bprm);
    }
    if (error)
        free_bprm(m, address);
    *result = address;
    return error;
}

// of_interpreter: it was not the file itself that could not be opened, but what it needs to run.
static s32 refuse_exec(struct machine *m, s32 error, bool of_interpreter)
{
    bool has_no_memory = error == -ENOMEM || error == -ENFILE;
    enum refusal why = has_no_memory                          ? REFUSED_NO_MEMORY
                       : error == -E2BIG                      ? REFUSED_ARGUMENTS_TOO_LONG
                       : error == -EAGAIN                     ? REFUSED_GROUP_EXITING
                       : error == -ENOENT                     ? REFUSED_NO_FILE
                       : error == -ENOTDIR                    ? REFUSED_NO_FOLDER
                       : error == -EACCES                     ? REFUSED_NOT_EXECUTABLE
                       : error == -ETXTBSY                    ? REFUSED_TEXT_BUSY
                       : error == -ENAMETOOLONG               ? REFUSED_NAME_TOO_LONG
                       : error == -ELIBBAD                    ? REFUSED_BAD_INTERPRETER
                       : error == -ENOEXEC                    ? REFUSED_NO_PROGRAM
                       : error == -EFAULT || error == -EINVAL ? REFUSED_BAD_LAYOUT
                                                              : REFUSED_BAD_PATH;

    if (of_interpreter && !has_no_memory)
        why = REFUSED_NO_INTERPRETER;
    note(m, EVENT_REFUSED, current(m)->pid, -error, (s32)why);
    return error;
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
            KRETURN(refuse_exec(m, error, false));
        set(m, locals->bprm, address);
        set(m, locals->path, path);
    }
    const struct linux_binprm *bprm = at(m, address, struct linux_binprm);
    error = search_binary_handler(m, bprm, false);
    if (error == CALL_SLEEPS)
        return error;
    if (error == 0) {
        set(m, p->did_exec, 1u);
        note(m, EVENT_EXEC, p->pid, (s32)bprm->filename, 0);
        const struct program *program = program_of_file(m, bprm->file);
        if (program->host.bytes && program->segment_count)
            note(m, EVENT_EXEC_HOST, p->pid, (s32)mm_at(m, p->mm)->start_code, program->is_64bit);
    } else {
        refuse_exec(m, error, bprm->lacks_interpreter);
    }
    free_bprm(m, address);
    KRETURN(error);
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
            KRETURN(refuse_exec(m, error, false));
        set(m, *path, page);
    }
    s32 error = do_execve(m, *path);
    if (error == CALL_SLEEPS)
        return error;
    putname(m, *path);
    KRETURN(error);
}

kaddr locals_of_sleeper(const struct machine *m, const struct task_struct *p, enum ksym function)
{
    kaddr top = p->thread_info + cpu(m)->thread_size - 8, ebp = 0;

    if (p != current(m) && p->pid && p->thread.eip != ksym_address(KSYM_ret_from_fork))
        ebp = *at(m, p->thread.esp, u32);
    while (ebp >= p->thread_info + KFRAME_LOCALS && ebp <= top) {
        const u32 *link = at(m, ebp, u32); // saved ebp, return address

        if (ksym_at(link[1]) == function)
            return ebp - KFRAME_LOCALS;
        ebp = link[0] > ebp ? link[0] : 0;
    }
    return 0;
}

const struct linux_binprm *exec_under_way(const struct machine *m, const struct task_struct *p)
{
    kaddr locals = 0;

    if (p->state == TASK_UNINTERRUPTIBLE || p->state == TASK_RUNNING) // or woken already
        locals = locals_of_sleeper(m, p, KSYM_do_execve);
    return locals ? at(m, at(m, locals, struct exec_locals)->bprm, struct linux_binprm) : NULL;
}
