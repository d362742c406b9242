// In and out of the kernel: system calls, the way back to user mode, and who gets the CPU next.
// (arch/i386/kernel/entry.S, and what a person at the console adds to it)
#include "kernel/mmap.h"

#include <stdlib.h>

#define TIMER_VECTOR        0x20
#define SYSCALL_INSTRUCTION 2 // bytes of int 0x80

static s32 sys_exit(struct machine *m, s32 code)
{
    KFN(m, sys_exit);
    do_exit(m, (code & 0xFF) << 8);
    return CALL_SLEEPS;
}

static s32 sys_exit_group(struct machine *m, s32 code)
{
    KFN(m, sys_exit_group);
    do_group_exit(m, (code & 0xFF) << 8);
    return CALL_SLEEPS;
}

static s32 sys_prctl(struct machine *m, u32 option, u32 value)
{
    KFN(m, sys_prctl);
    const struct task_struct *p = current(m);

    if (option != PR_SET_PDEATHSIG || value > _NSIG) {
        note(m, EVENT_REFUSED, p->pid, EINVAL, REFUSED_BAD_OPTION);
        KRETURN(-EINVAL);
    }
    set(m, p->pdeath_signal, (s32)value);
    KRETURN(0);
}

// ebx, ecx, … as the call's arguments; sys_call_table's job.
static s32 dispatch(struct machine *m, const struct pt_regs *r)
{
    switch (r->orig_eax) {
    case __NR_exit:
        return sys_exit(m, (s32)r->ebx);
    case __NR_exit_group:
        return sys_exit_group(m, (s32)r->ebx);
    case __NR_fork:
        return sys_fork(m, r->ebx == FORK_EAGER);
    case __NR_vfork:
        return sys_vfork(m);
    case __NR_clone:
        return sys_clone(m, r->ebx, r->ecx, r->edx, r->edi, r->esi);
    case __NR_execve:
        return sys_execve(m);
    case __NR_waitpid:
    case __NR_wait4:
        return sys_wait4(m, (s32)r->ebx, r->edx);
    case __NR_kill:
        return sys_kill(m, (s32)r->ebx, (s32)r->ecx);
    case __NR_tgkill:
        return sys_tgkill(m, (s32)r->ebx, (s32)r->ecx, (s32)r->edx);
    case __NR_rt_sigaction:
        return sys_rt_sigaction(m, (s32)r->ebx, r->ecx, r->edx,
                                (struct sigset){ { r->esi, r->edi } });
    case __NR_rt_sigprocmask:
        return sys_rt_sigprocmask(m, r->ebx, (struct sigset){ { r->ecx, r->edx } });
    case __NR_pause:
        return sys_pause(m);
    case __NR_nice:
        return sys_nice(m, (s32)r->ebx);
    case __NR_sched_yield:
        return sys_sched_yield(m);
    case __NR_setpgid:
        return sys_setpgid(m, (s32)r->ebx, (s32)r->ecx);
    case __NR_setsid:
        return sys_setsid(m);
    case __NR_setrlimit:
        return sys_setrlimit(m, r->ebx, r->ecx, r->edx);
    case __NR_setuid:
        return sys_setuid(m, r->ebx);
    case __NR_ioperm:
        return sys_ioperm(m, r->ebx, r->ecx, r->edx);
    case __NR_prctl:
        return sys_prctl(m, r->ebx, r->ecx);
    case __NR_read ... __NR_close: // read, write, open, close
    case __NR_unlink:
    case __NR_chdir:
    case __NR_lseek:
    case __NR_dup:
    case __NR_pipe:
    case __NR_fcntl:
    case __NR_umask:
    case __NR_chroot:
    case __NR_dup2:
    case __NR_getcwd:
        return file_call(m, r);
    case __NR_brk:
    case __NR_mmap:
    case __NR_munmap:
    case __NR_mprotect:
        return memory_call(m, r);
    default:
        return -ENOSYS;
    }
}

// ---- Returning to user mode ---------------------------------------------------------------------

// The value a finished call returned, for $? and the listeners. The actor's own call counts most.
static void note_return(struct machine *m, const struct task_struct *p, const struct pt_regs *r)
{
    const struct console *c = console(m);

    if (p->pid == m->actor || !m->actor_returned) {
        set(m, c->last_pid, p->pid);
        set(m, c->last_value, is_error(r->eax) ? (s64)(s32)r->eax : (s64)r->eax);
        set(m, c->has_last_value, 1u);
        m->actor_returned = p->pid == m->actor;
    }
    if (r->orig_eax != __NR_execve || r->eax) // a new program does not see exec return
        note(m, EVENT_RETURN, p->pid, r->orig_eax, (s32)r->eax);
}

static void load_stack(struct machine *m, u32 esp)
{
    set_registers(m, esp, 0);
}

// The last instructions: registers restored, user mode. (resume_userspace, restore_all)
static void return_to_user(struct machine *m, const struct task_struct *p, const struct pt_regs *r)
{
    if (r->orig_eax >= 0)
        note_return(m, p, r);
    set(m, r->orig_eax, -1);
    set(m, cpu(m)->mode, CPU_USER);
}

static bool make_restarted_call(struct machine *m, const struct task_struct *p);

// Everything a task must do before user mode: let others run, take signals. True when it is in
// user mode; false when another task has the CPU (or the call was restarted and sleeps).
static bool exit_to_user(struct machine *m, const struct task_struct *p)
{
    const struct thread_info *ti = thread_info_of(m, p);
    const struct pt_regs *r = task_pt_regs(m, p);

    for (;;) {
        if (ti->flags & 1u << TIF_NEED_RESCHED) {
            KFN_PART(m, work_resched);
            schedule(m);
            if (!is_current(m, p))
                return false;
        } else if (ti->flags & 1u << TIF_SIGPENDING) {
            u32 eip = r->eip;
            bool runs;
            {
                KFN_PART(m, work_notifysig);
                runs = do_signal(m);
            }
            if (!runs)
                return false;
            if (r->eip + SYSCALL_INSTRUCTION == eip) // back to int 0x80: the call again
                return make_restarted_call(m, p);
        } else {
            return_to_user(m, p, r);
            return true;
        }
    }
}

// Runs the call that the saved registers name, then goes back to user mode.
static void run_call(struct machine *m, const struct task_struct *p, bool resuming)
{
    const struct pt_regs *r = task_pt_regs(m, p);
    s32 result;

    m->resuming = resuming;
    {
        KFN_PART(m, system_call);
        if (resuming)
            note(m, EVENT_RESUME, p->pid, 0, 0);
        result = dispatch(m, r);
    }
    m->resuming = false;
    if (cpu(m)->panicked || !is_current(m, p))
        return;
    BUG_ON(result == CALL_SLEEPS);
    bool is_new_program = r->orig_eax == __NR_execve && result == 0;
    set(m, r->eax, (u32)result);
    if (exit_to_user(m, p) && is_new_program)
        fetch_instruction(m);
}

static bool make_restarted_call(struct machine *m, const struct task_struct *p)
{
    const struct pt_regs *r = task_pt_regs(m, p);

    set(m, r->eip, r->eip + SYSCALL_INSTRUCTION);
    run_call(m, p, false);
    return is_current(m, p);
}

// A new task's first steps. After arch/i386/kernel/entry.S, ret_from_fork.
static void run_new_task(struct machine *m, const struct task_struct *p)
{
    {
        KFN_PART(m, ret_from_fork);
        KFN_PART(m, schedule_tail);
        finish_task_switch(m, task_at(m, cpu(m)->eax));
        set(m, thread_info_of(m, p)->preempt_count, 0);
        if (p->set_child_tid)
            put_user(m, p->set_child_tid, (u32)p->pid);
    }
    exit_to_user(m, p);
}

void enter_from_user(struct machine *m)
{
    BUG_ON(cpu(m)->mode != CPU_USER);
    load_stack(m, kaddr_of(m, task_pt_regs(m, current(m))));
    set(m, cpu(m)->mode, CPU_KERNEL);
}

bool exit_to_user_mode(struct machine *m)
{
    return exit_to_user(m, current(m));
}

// Which kernel entry a task's stack began with.
static enum ksym outermost(const struct machine *m, const struct task_struct *p)
{
    kaddr regs = kaddr_of(m, task_pt_regs(m, p));

    return ksym_at(*(const u32 *)kpointer(m, regs - 4));
}

// The current task has just been switched to: it goes on from where its stack says.
static void go_on(struct machine *m)
{
    const struct task_struct *p = current(m);
    kaddr regs = kaddr_of(m, task_pt_regs(m, p));

    if (cpu(m)->esp == p->thread.esp && p->thread.eip == ksym_address(KSYM_ret_from_fork)) {
        run_new_task(m, p);
        return;
    }
    load_stack(m, regs);
    if (outermost(m, p) == KSYM_system_call)
        run_call(m, p, true);
    else
        exit_to_user(m, p);
}

// Until the current task is in user mode, or nobody has anything to run.
void run_current(struct machine *m)
{
    for (;;) {
        while (cpu(m)->mode == CPU_KERNEL && !cpu(m)->panicked && !is_idle_task(m, current(m)))
            go_on(m);
        if (cpu(m)->mode != CPU_USER || !is_init_idle(m, current(m)) || !console(m)->settle)
            break;
        run_init_program(m);
    }
}

// ---- Work ----------------------------------------------------------------------------------------

void add_work(struct machine *m, const struct task_struct *p)
{
    struct worklist *w = &m->work;

    if (w->count && w->tasks[w->count - 1].pid == p->pid)
        return;
    if (w->count == w->capacity) {
        w->capacity = w->capacity ? w->capacity * 2 : 64;
        w->tasks = realloc(w->tasks, w->capacity * sizeof *w->tasks);
        BUG_ON(!w->tasks);
    }
    w->tasks[w->count++] = (struct work){ kaddr_of(m, p), p->pid, 0 };
}

bool has_kernel_work(const struct machine *m, const struct task_struct *p)
{
    if (p->state != TASK_RUNNING || p->exit_state || !p->array)
        return false;
    return p->thread.eip == ksym_address(KSYM_ret_from_fork) || task_pt_regs(m, p)->orig_eax >= 0 ||
           test_tsk_thread_flag(m, p, TIF_SIGPENDING) || is_init_idle(m, p);
}

// A listed task, if it still lives and still has something to do.
static const struct task_struct *live_work(const struct machine *m, const struct work *w)
{
    const struct task_struct *p = find_task_by_pid(m, w->pid);

    return p && kaddr_of(m, p) == w->task && p != current(m) && has_kernel_work(m, p) ? p : NULL;
}

static int compare_order(const void *a, const void *b)
{
    u64 x = ((const struct work *)a)->order, y = ((const struct work *)b)->order;

    return x < y ? -1 : x > y;
}

// Drops what is done, and puts the rest into scheduling order: the active array before the
// expired one, better priorities first, and within one list whoever was queued first.
static void order_work(struct machine *m)
{
    struct worklist *w = &m->work;
    u32 kept = 0;

    for (u32 i = 0; i < w->count; i++) {
        const struct task_struct *p = live_work(m, &w->tasks[i]);

        if (!p)
            continue;
        w->tasks[kept] = w->tasks[i];
        w->tasks[kept].order =
            (u64)(p->array != rq(m)->active) << 63 | (u64)p->prio << 32 | (u64)kept;
        kept++;
    }
    w->count = kept;
    if (kept > 1)
        qsort(w->tasks, kept, sizeof *w->tasks, compare_order);
}

// Lists every runnable task with work anew.
static void find_work(struct machine *m)
{
    const kaddr arrays[] = { rq(m)->active, rq(m)->expired };

    m->work.count = 0;
    for (int a = 0; a < 2; a++) {
        const struct prio_array *array = at(m, arrays[a], struct prio_array);

        for (int prio = 0; prio < MAX_PRIO; prio++) {
            if (!(array->bitmap[prio / 32] >> prio % 32 & 1))
                continue;
            list_for_each(m, link, &array->queue[prio])
            {
                const struct task_struct *p = list_entry(m, link, struct task_struct, run_list);

                if (p != current(m) && has_kernel_work(m, p))
                    add_work(m, p);
            }
        }
    }
}

// ---- Giving the CPU away ------------------------------------------------------------------------------

// Task p gets the CPU, as if the timer had found the running task's time over.
void give_cpu(struct machine *m, const struct task_struct *p)
{
    const struct task_struct *me = current(m);

    m->elected = kaddr_of(m, p);
    if (is_idle_task(m, me)) {
        schedule(m);
    } else {
        const struct pt_regs *r = task_pt_regs(m, me);

        load_stack(m, kaddr_of(m, r));
        set(m, cpu(m)->mode, CPU_KERNEL);
        set(m, r->orig_eax, TIMER_VECTOR - 256);
        KFN_PART(m, ret_from_intr);
        set_tsk_need_resched(m, me);
        schedule(m);
    }
    run_current(m);
}

// Runs one wave: every task that is known to have work, in scheduling order.
static void run_wave(struct machine *m)
{
    struct worklist *w = &m->work;
    u32 count = w->count;

    for (u32 i = 0; i < count && !cpu(m)->panicked; i++) {
        const struct task_struct *p = live_work(m, &w->tasks[i]);

        if (p)
            give_cpu(m, p);
    }
    w->count -= count;
    if (w->count)
        memmove(w->tasks, w->tasks + count, w->count * sizeof *w->tasks);
}

void settle(struct machine *m)
{
    run_current(m);
    if (!console(m)->settle || cpu(m)->panicked)
        return;
    while (m->work.count && !cpu(m)->panicked) {
        if (m->work.count > 1)
            order_work(m);
        run_wave(m);
    }
    if (current(m)->pid == console(m)->focus)
        return;
    const struct task_struct *focus = find_task_by_pid(m, console(m)->focus);
    if (focus && focus != current(m) && focus->array && !cpu(m)->panicked)
        give_cpu(m, focus);
}

void set_focus(struct machine *m, s32 pid)
{
    set(m, console(m)->focus, pid);
}

void settle_all(struct machine *m)
{
    find_work(m);
    settle(m);
}

// ---- Acting ------------------------------------------------------------------------------------------

bool is_resuming(const struct machine *m)
{
    return m->resuming;
}

void end_resuming(struct machine *m)
{
    m->resuming = false;
}

const char *call_string(const struct machine *m, u32 index)
{
    for (u32 i = 0; m->strings && m->strings[i]; i++)
        if (i == index)
            return m->strings[i];
    return NULL;
}

static const char *call_name(s32 nr)
{
    switch (nr) {
#define X(name, number)                                                                            \
    case number:                                                                                   \
        return #name;
        SYSCALL_LIST(X)
#undef X
    default:
        return "a call";
    }
}

bool can_act(const struct machine *m, const struct task_struct *p, struct strbuf *why)
{
    s32 nr = task_pt_regs(m, p)->orig_eax;

    if (cpu(m)->panicked)
        strbuf_puts(why, "the kernel has panicked: go back in time (undo) or boot");
    else if (p->pid == 0)
        strbuf_puts(why, "task 0 (swapper) is the idle task: it makes no calls");
    else if (p->exit_state == EXIT_ZOMBIE)
        strbuf_printf(why, "task %d (%s) is dead: a zombie (Z) until its parent waits for it",
                      p->pid, p->comm);
    else if (p->exit_state)
        strbuf_printf(why, "task %d (%s) is dead (X)", p->pid, p->comm);
    else if (!p->mm)
        strbuf_printf(why, "task %d (%s) is a kernel thread: it makes no calls", p->pid, p->comm);
    else if (p->state == TASK_INTERRUPTIBLE)
        strbuf_printf(why, "task %d (%s) sleeps (S) in %s", p->pid, p->comm, call_name(nr));
    else if (p->state == TASK_UNINTERRUPTIBLE)
        strbuf_printf(why, "task %d (%s) sleeps (D) in %s: no signal wakes it", p->pid, p->comm,
                      call_name(nr));
    else if (p->state == TASK_STOPPED || p->state == TASK_TRACED)
        strbuf_printf(why, "task %d (%s) is stopped (T): SIGCONT lets it go on", p->pid, p->comm);
    else
        return true;
    return false;
}

// Does the program need room for what it writes, or is to read?
static bool needs_buffer(const struct call *call)
{
    return call->strings && (call->nr == __NR_read || call->nr == __NR_write ||
                             call->nr == __NR_pipe || call->nr == __NR_getcwd);
}

// Gives the call a buffer on the program's stack, with the bytes to be written in it. False if the
// task did not get there.
static bool prepare_buffer(struct machine *m, struct call *call)
{
    bool is_first = call->nr == __NR_pipe || call->nr == __NR_getcwd;
    u32 size = call->nr == __NR_pipe ? 8 : call->args[is_first ? 1 : 2];
    const struct task_struct *p = current(m);

    return fill_buffer(m, call->strings[0], size, &call->args[!is_first]) && is_current(m, p);
}

void enter_call(struct machine *m, const struct call *call)
{
    const struct task_struct *p = current(m);
    const struct pt_regs *r = task_pt_regs(m, p);
    struct call made = *call;

    if (needs_buffer(call) && !prepare_buffer(m, &made))
        return;
    m->strings = call->strings;
    enter_from_user(m);
    set(m, r->ebx, made.args[0]);
    set(m, r->ecx, made.args[1]);
    set(m, r->edx, call->args[2]);
    set(m, r->esi, call->args[3]);
    set(m, r->edi, call->args[4]);
    set(m, r->ebp, call->args[5]);
    set(m, r->orig_eax, call->nr);
    set(m, r->eax, (u32)call->nr);
    run_call(m, p, false);
    m->strings = NULL;
}

void make_call(struct machine *m, const struct task_struct *p, const struct call *call)
{
    m->actor = p->pid;
    m->actor_returned = false;
    if (current(m) != p)
        give_cpu(m, p);
    if (current(m) == p && cpu(m)->mode == CPU_USER)
        enter_call(m, call);
    settle(m);
}
