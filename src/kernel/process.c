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

// ---- The I/O permission bitmap --------------------------------------------------------------------

// A bit for each of the 65536 I/O ports: 0 = the program may use it.
#define IO_BITMAP_BYTES 8192u
#define IO_PORTS        (IO_BITMAP_BYTES * 8)

// Some whole bytes of the bitmap and parts of the two at the ends, in one go.
static void set_bitmap(struct machine *m, kaddr bitmap, u32 from, u32 count, bool allowed)
{
    for (u32 port = from; port < from + count;) {
        const u8 *byte = at(m, bitmap + port / 8, u8);
        u32 left = from + count - port, inside = port % 8;

        if (inside == 0 && left >= 8) {
            fill(m, byte, allowed ? 0 : 0xFF, left / 8);
            port += left / 8 * 8;
        } else {
            u8 bit = (u8)(1u << inside);

            set(m, *byte, (u8)(allowed ? *byte & ~bit : *byte | bit));
            port++;
        }
    }
}

// After arch/i386/kernel/ioport.c, sys_ioperm().
s32 sys_ioperm(struct machine *m, u32 from, u32 count, bool allowed)
{
    KFN(m, sys_ioperm);
    const struct task_struct *p = current(m);

    if (from + count <= from || from + count > IO_PORTS)
        KRETURN(refuse(m, EINVAL, REFUSED_BAD_OPTION));
    if (allowed && !capable(m, p, CAP_SYS_RAWIO))
        KRETURN(refuse(m, EPERM, REFUSED_NOT_PERMITTED));
    if (!p->thread.io_bitmap_ptr) { // most programs never use it
        kaddr bitmap = kmalloc(m, IO_BITMAP_BYTES);

        if (!bitmap)
            KRETURN(refuse(m, ENOMEM, REFUSED_NO_MEMORY));
        fill(m, at(m, bitmap, u8), 0xFF, IO_BITMAP_BYTES);
        set(m, p->thread.io_bitmap_ptr, bitmap);
        set(m, p->thread.io_bitmap_max, IO_BITMAP_BYTES);
    }
    set_bitmap(m, p->thread.io_bitmap_ptr, from, count, allowed);
    return 0;
}

// The child's own copy, if the parent has one. dup_task_struct() has copied the pointer.
static s32 copy_io_bitmap(struct machine *m, const struct task_struct *p)
{
    kaddr old = current(m)->thread.io_bitmap_ptr;

    if (!old)
        return 0;
    kaddr copied = kmalloc(m, IO_BITMAP_BYTES);
    set(m, p->thread.io_bitmap_ptr, copied);
    if (!copied)
        return -ENOMEM;
    copy(m, kpointer(m, copied), kpointer(m, old), IO_BITMAP_BYTES);
    return 0;
}

// After arch/i386/kernel/process.c, exit_thread().
void exit_thread(struct machine *m, const struct task_struct *p)
{
    KFN(m, exit_thread);
    kaddr bitmap = p->thread.io_bitmap_ptr;

    if (!bitmap)
        return;
    set(m, p->thread.io_bitmap_ptr, 0u);
    set(m, p->thread.io_bitmap_max, 0u);
    kfree(m, bitmap);
}

// ---- copy_thread ----------------------------------------------------------------------------------

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
    s32 error = copy_io_bitmap(m, p);
    if (error)
        KRETURN(error);
    if (clone_flags & CLONE_SETTLS && (error = set_child_tls(m, p, tls))) {
        if (p->thread.io_bitmap_ptr)
            kfree(m, p->thread.io_bitmap_ptr);
        KRETURN(error);
    }
    return 0;
}
