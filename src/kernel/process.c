// The i386 part of creating a task: its first registers. (arch/i386/kernel/process.c)
#include "kernel/kernel.h"

#define GDT_ENTRY_TLS_MIN     6
#define GDT_ENTRY_TLS_ENTRIES 3

// What CLONE_SETTLS points to, packed into the register by the command language: the entry number
// (6..8, or 0xFFFFFFFF) of a writable, flat segment.
static s32 set_child_tls(struct machine *m, const struct task_struct *p, u32 tls)
{
    u32 index = tls - GDT_ENTRY_TLS_MIN;

    if (index >= GDT_ENTRY_TLS_ENTRIES) {
        note(m, EVENT_REFUSED, current(m)->pid, EINVAL, REFUSED_BAD_TLS);
        return -EINVAL;
    }
    set(m, p->thread.tls_array[index], (u64)0x00CFF3000000FFFFull);
    return 0;
}

// After arch/i386/kernel/process.c, copy_thread(): the child will return 0 from the same call.
s32 copy_thread(struct machine *m, u32 clone_flags, u32 stack_start, u32 tls,
                const struct task_struct *p)
{
    KFN(m, copy_thread);
    const struct task_struct *me = current(m);
    const struct pt_regs *child = task_pt_regs(m, p);

    copy(m, child, task_pt_regs(m, me), sizeof *child);
    set(m, child->eax, 0u); // what fork returns to the child
    set(m, child->esp, stack_start);
    set(m, p->thread.esp, kaddr_of(m, child));
    set(m, p->thread.esp0, p->thread_info + cpu(m)->thread_size);
    set(m, p->thread.eip, ksym_address(KSYM_ret_from_fork));
    if (clone_flags & CLONE_SETTLS) {
        s32 error = set_child_tls(m, p, tls);

        if (error)
            KRETURN(error);
    }
    return 0;
}
