// The kernel stack of a new task: where things lie in it, the first registers, and `current`.
#include "booted_machine.h"
#include "cunit_main.h"

#include <string.h>

static struct booted *power_on_4k(void)
{
    struct boot_options options = boot_defaults;

    options.thread_size = 4096;
    return power_on_with(&options, 0);
}

static void expect_stack(struct booted *b, u32 size)
{
    struct machine *m = b->m;
    s32 pid = CALL(b, 1, clone, CLONE_STOPPED | CLONE_VM | SIGCHLD, 0xBFFF0000);
    const struct task_struct *p = task(b, 1), *c = task(b, pid);
    const struct pt_regs *regs = task_pt_regs(m, c);
    struct pt_regs expected = *task_pt_regs(m, p);

    CU_ASSERT_EQUAL(c->thread_info % size, 0);
    CU_ASSERT_EQUAL(thread_info_of(m, c)->task, kaddr_of(m, c));
    CU_ASSERT_EQUAL(thread_info_of(m, c)->preempt_count, 1);
    CU_ASSERT_EQUAL(thread_info_of(m, c)->addr_limit, TASK_SIZE);
    CU_ASSERT_EQUAL(kaddr_of(m, regs), c->thread_info + size - 60);
    CU_ASSERT_EQUAL(c->thread.esp, c->thread_info + size - 60);
    CU_ASSERT_EQUAL(c->thread.esp0, c->thread_info + size);
    CU_ASSERT_EQUAL(c->thread.eip, ksym_address(KSYM_ret_from_fork));
    CU_ASSERT_EQUAL((s32)expected.eax, pid);
    expected.eax = 0;
    expected.esp = 0xBFFF0000;
    expected.orig_eax = __NR_clone; // the parent's call is over
    CU_ASSERT_EQUAL(memcmp(regs, &expected, sizeof expected), 0);
    CU_ASSERT_EQUAL(cpu(m)->tss_esp0, p->thread.esp0);
    focus_on(b, 1);
    CALL(b, 1, kill, (u32)pid, SIGCONT);
    CU_ASSERT_EQUAL(thread_info_of(m, c)->preempt_count, 0);
    CU_ASSERT_TRUE(regs->orig_eax < 0); // no call
    CU_ASSERT_EQUAL(regs->eax, 0);
    CU_ASSERT_EQUAL(regs->esp, 0xBFFF0000);
}

static void test_stack(void)
{
    struct booted *b = power_on_machine();

    expect_stack(b, 8192);
    power_off(b);
    b = power_on_4k();
    expect_stack(b, 4096);
    power_off(b);
}

// `current` is the first word under the stack pointer's stack, at every step of a fork.
static void test_current(void)
{
    struct booted *b = power_on_machine();
    struct machine *m = b->m;
    u32 seen = 0;

    CALL(b, 1, fork, 0);
    machine_goto(m, 0);
    while (machine_step(m, STEP_INTO)) {
        u32 esp = cpu(m)->mode == CPU_KERNEL ? cpu(m)->esp : cpu(m)->tss_esp0 - 1;
        const struct task_struct *p = task_at(m, *at(m, esp & 0xFFFFE000, kaddr));

        CU_ASSERT_PTR_EQUAL(p, current(m));
        CU_ASSERT_TRUE(p->pid == 1 || p->pid == 2);
        CU_ASSERT_EQUAL(p->thread_info, esp & 0xFFFFE000);
        seen |= 1u << p->pid;
    }
    CU_ASSERT_EQUAL(seen, 6);
    power_off(b);
}

// The tables of the facts, where the sizes are not held by assertions in task.h already.
static void test_offsets(void)
{
    static const u32 offsets[][2] = {
        { offsetof(struct thread_info, task), 0 },
        { offsetof(struct thread_info, exec_domain), 4 },
        { offsetof(struct thread_info, flags), 8 },
        { offsetof(struct thread_info, status), 12 },
        { offsetof(struct thread_info, cpu), 16 },
        { offsetof(struct thread_info, preempt_count), 20 },
        { offsetof(struct thread_info, addr_limit), 24 },
        { offsetof(struct thread_info, restart_block), 28 },
        { offsetof(struct thread_info, previous_esp), 48 },
        { offsetof(struct pt_regs, ebx), 0x00 },
        { offsetof(struct pt_regs, ecx), 0x04 },
        { offsetof(struct pt_regs, edx), 0x08 },
        { offsetof(struct pt_regs, esi), 0x0C },
        { offsetof(struct pt_regs, edi), 0x10 },
        { offsetof(struct pt_regs, ebp), 0x14 },
        { offsetof(struct pt_regs, eax), 0x18 },
        { offsetof(struct pt_regs, xds), 0x1C },
        { offsetof(struct pt_regs, xes), 0x20 },
        { offsetof(struct pt_regs, orig_eax), 0x24 },
        { offsetof(struct pt_regs, eip), 0x28 },
        { offsetof(struct pt_regs, xcs), 0x2C },
        { offsetof(struct pt_regs, eflags), 0x30 },
        { offsetof(struct pt_regs, esp), 0x34 },
        { offsetof(struct pt_regs, xss), 0x38 },
        { offsetof(struct thread_struct, tls_array), 0 },
        { offsetof(struct thread_struct, esp0), 24 },
        { offsetof(struct thread_struct, sysenter_cs), 28 },
        { offsetof(struct thread_struct, eip), 32 },
        { offsetof(struct thread_struct, esp), 36 },
        { offsetof(struct thread_struct, fs), 40 },
        { offsetof(struct thread_struct, debugreg), 48 },
        { offsetof(struct thread_struct, cr2), 80 },
        { offsetof(struct thread_struct, i387), 96 },
        { offsetof(struct thread_struct, vm86_info), 608 },
        { offsetof(struct thread_struct, io_bitmap_ptr), 636 },
        { offsetof(struct task_struct, state), 0 },
        { offsetof(struct task_struct, thread_info), 4 },
        { offsetof(struct task_struct, usage), 8 },
        { offsetof(struct task_struct, flags), 12 },
        { offsetof(struct task_struct, ptrace), 16 },
        { offsetof(struct task_struct, lock_depth), 20 },
        { offsetof(struct task_struct, prio), 24 },
        { offsetof(struct task_struct, static_prio), 28 },
        { offsetof(struct task_struct, array), 40 },
        { offsetof(struct task_struct, sleep_avg), 44 },
        { offsetof(struct task_struct, policy), 68 },
        { offsetof(struct task_struct, cpus_allowed), 72 },
        { offsetof(struct task_struct, time_slice), 76 },
        { offsetof(struct task_struct, first_time_slice), 80 },
        { offsetof(struct task_struct, ptrace_children), 92 },
        { offsetof(struct task_struct, active_mm), 112 },
        { offsetof(struct task_struct, binfmt), 116 },
        { offsetof(struct task_struct, exit_code), 124 },
        { offsetof(struct task_struct, exit_signal), 128 },
        { offsetof(struct task_struct, pdeath_signal), 132 },
        { offsetof(struct task_struct, personality), 136 },
        { offsetof(struct task_struct, tgid), 148 },
        { offsetof(struct task_struct, real_parent), 152 },
        { offsetof(struct task_struct, parent), 156 },
        { offsetof(struct task_struct, sibling), 168 },
        { offsetof(struct task_struct, group_leader), 176 },
        { offsetof(struct task_struct, set_child_tid), 264 },
        { offsetof(struct task_struct, clear_child_tid), 268 },
        { offsetof(struct task_struct, nvcsw), 336 },
        { offsetof(struct task_struct, min_flt), 352 },
        { offsetof(struct task_struct, files), 1108 },
        { offsetof(struct task_struct, namespace), 1112 },
        { offsetof(struct task_struct, sighand), 1120 },
        { sizeof(struct wait_queue_head), 8 },
        { sizeof(struct completion), 12 },
        { sizeof(struct sigpending), 16 },
        { sizeof(struct k_sigaction), 20 },
    };

    for (u32 i = 0; i < sizeof offsets / sizeof *offsets; i++)
        CU_ASSERT_EQUAL(offsets[i][0], offsets[i][1]);
}

static void test_tls(void)
{
    struct booted *b = power_on_machine();

    for (u32 entry = 0; entry < 12; entry++) {
        s32 pid = CALL(b, 1, clone, CLONE_SETTLS | CLONE_VM | SIGCHLD, 0, 0, entry);

        if (entry < 6 || entry > 8) {
            CU_ASSERT_EQUAL(pid, -EINVAL);
            CU_ASSERT_TRUE(refused(b, 1, EINVAL, REFUSED_BAD_TLS));
            continue;
        }
        for (u32 i = 0; i < 3; i++)
            CU_ASSERT_EQUAL(task(b, pid)->thread.tls_array[i] != 0, i == entry - 6);
        CU_ASSERT_EQUAL(cpu(b->m)->gdt_tls[entry - 6], 0); // init runs, with its own
        focus_on(b, pid);
        CU_ASSERT_EQUAL(cpu(b->m)->gdt_tls[entry - 6], task(b, pid)->thread.tls_array[entry - 6]);
        s32 child = CALL(b, pid, fork, 0);
        CU_ASSERT_EQUAL(task(b, child)->thread.tls_array[entry - 6],
                        task(b, pid)->thread.tls_array[entry - 6]);
        exec(b, child, "/bin/ls");
        CU_ASSERT_EQUAL(task(b, child)->thread.tls_array[entry - 6], 0);
        focus_on(b, 1);
    }
    power_off(b);
}

int main(int argc, char **argv)
{
    static CU_TestInfo tests[] = {
        { "stack and registers", test_stack },
        { "current, at every step", test_current },
        { "offsets", test_offsets },
        { "thread-local storage", test_tls },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "stack", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    return cunit_main(argc, argv, suites);
}
