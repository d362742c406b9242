// The program that init runs after `boot sh`: it waits for children for ever, and starts a new
// shell when the old one has ended. (as an inittab line with "respawn" would)
#include "kernel/kernel.h"

static void call(struct machine *m, s32 nr, u32 a, const char *const *strings)
{
    struct call c = { .nr = nr, .args = { a }, .strings = strings };

    enter_call(m, &c);
}

// fork, and exec a shell in the child. init is current and in user mode, before and after.
static void spawn_shell(struct machine *m)
{
    static const char *const argv[] = { "/bin/sh", "/bin/sh", NULL };
    const struct task_struct *init = current(m);

    call(m, __NR_fork, 0, NULL);
    run_current(m); // the child comes first
    const struct task_struct *child = find_task_by_pid(m, console(m)->last_child);
    if (current(m) != init)
        give_cpu(m, init);
    if (!child || (s32)task_pt_regs(m, init)->eax <= 0) // no memory, or no pid, for a shell
        return;
    give_cpu(m, child);
    call(m, __NR_execve, 0, argv);
    run_current(m);
    set(m, console(m)->shell, child->pid);
    if (console(m)->focus <= 1)
        set_focus(m, child->pid);
    give_cpu(m, init);
}

bool is_init_idle(const struct machine *m, const struct task_struct *p)
{
    return p->pid == 1 && console(m)->init_loops;
}

static bool has_shell(const struct machine *m)
{
    return console(m)->shell && find_task_by_pid(m, console(m)->shell);
}

// init is current and in user mode: it goes back to waiting. Where it could not start a shell, it
// tries again after the next child's end; without any child, it sleeps for good.
void run_init_program(struct machine *m)
{
    const struct task_struct *init = current(m);

    if (!has_shell(m)) {
        set(m, console(m)->init_loops, 0u); // it does one thing at a time
        spawn_shell(m);
        set(m, console(m)->init_loops, 1u);
    }
    if (current(m) != init || cpu(m)->mode != CPU_USER)
        return;
    call(m, __NR_wait4, (u32)-1, NULL);
    if (current(m) == init && cpu(m)->mode == CPU_USER && !has_shell(m) &&
        (s32)task_pt_regs(m, init)->eax == -ECHILD)
        call(m, __NR_pause, 0, NULL);
}

void start_init_program(struct machine *m)
{
    set(m, console(m)->init_loops, 1u);
    settle(m);
    set(m, console(m)->has_last_child, 0u);
    set(m, console(m)->has_last_value, 0u);
}
