// Page faults, and the CPU's way to user memory that causes them. (arch/i386/mm/fault.c)
#include "kernel/files.h"

// The error code that the CPU pushes.
#define PF_PROT  1u // the page is there, the access is not allowed
#define PF_WRITE 2u
#define PF_USER  4u

#define PAGE_FAULT_VECTOR 14

// ---- The paging unit -------------------------------------------------------------------------------

// Walks the page tables that cr3 names, as the CPU does, and marks the entry as accessed (and
// dirty). The kernel address of the byte, or 0 and the error code of the fault in *error.
// access: PF_WRITE and PF_USER, as in the error code.
static kaddr translate(struct machine *m, uaddr address, u32 access, u32 *error)
{
    u32 entry = at(m, cpu(m)->cr3 + KERNEL_BASE, u32)[pgd_index(address)];
    u32 needed = (access & PF_WRITE ? _PAGE_RW : 0) | (access & PF_USER ? _PAGE_USER : 0);
    u32 marks = access & PF_WRITE ? _PAGE_ACCESSED | _PAGE_DIRTY : _PAGE_ACCESSED;

    *error = access;
    if (!(entry & _PAGE_PRESENT))
        return 0;
    *error |= PF_PROT;
    if (entry & _PAGE_PSE || (entry & needed) != needed) // 4 MB pages are the kernel's
        return 0;
    const u32 *pte = pte_offset(m, entry, address);
    if (!(*pte & _PAGE_PRESENT)) {
        *error = access;
        return 0;
    }
    if ((*pte & needed) != needed)
        return 0;
    set(m, *pte, *pte | marks);
    return pfn_to_kaddr(pte_pfn(*pte)) + (address & (PAGE_SIZE - 1));
}

// ---- do_page_fault ---------------------------------------------------------------------------------

// The stack's area grows down to the page of the address. False past a limit, with *reason set,
// or without memory. After mm/mmap.c, expand_stack().
static bool expand_stack(struct machine *m, const struct vm_area_struct *vma, uaddr address,
                         enum fault_reason *reason)
{
    KFN(m, expand_stack);
    const struct mm_struct *mm = mm_at(m, vma->vm_mm);
    uaddr start = address & ~(PAGE_SIZE - 1);
    u32 pages = (vma->vm_start - start) >> PAGE_SHIFT;
    const struct rlimit *rlim = signal_of(m, current(m))->rlim;

    *reason = REASON_STACK_LIMIT;
    if (!anon_vma_prepare(m, vma) || vma->vm_end - start > rlim[RLIMIT_STACK].rlim_cur ||
        !may_expand_vm(m, mm, pages))
        KRETURN(false);
    set(m, vma->vm_start, start);
    set(m, vma->vm_pgoff, vma->vm_pgoff - pages);
    set(m, mm->total_vm, mm->total_vm + pages);
    set(m, mm->stack_vm, mm->stack_vm + pages);
    return true;
}

// The area that the access may use, or NULL and the reason. *has_grown: the stack was extended.
static const struct vm_area_struct *good_area(struct machine *m, const struct task_struct *p,
                                              u32 error, bool *has_grown, enum fault_reason *reason)
{
    uaddr address = cpu(m)->cr2;
    const struct vm_area_struct *vma = NULL;

    *reason = address >= TASK_SIZE ? REASON_KERNEL : REASON_NOT_MAPPED;
    if (address < TASK_SIZE && p->mm)
        vma = find_vma(m, mm_at(m, p->mm), address);
    if (!vma)
        return NULL;
    if (vma->vm_start > address) {
        if (!(vma->vm_flags & VM_GROWSDOWN))
            return NULL;
        if (address >= vma->vm_end - signal_of(m, p)->rlim[RLIMIT_STACK].rlim_cur)
            *reason = REASON_BELOW_STACK; // else it is in the gap that lies between
        // The instructions that push most may touch this far below the pointer before they move it.
        if (error & PF_USER && address + 32 < task_pt_regs(m, p)->esp)
            return NULL;
        if (!expand_stack(m, vma, address, reason))
            return NULL;
        *has_grown = true;
    }
    *reason = error & PF_WRITE ? REASON_READ_ONLY : REASON_NO_ACCESS;
    if (error & PF_WRITE ? !(vma->vm_flags & VM_WRITE)
                         : error & PF_PROT || !(vma->vm_flags & (VM_READ | VM_EXEC)))
        return NULL;
    return vma;
}

static void note_fault(struct machine *m, const struct task_struct *p, enum fault_kind kind,
                       u32 frame_or_reason)
{
    note(m, EVENT_FAULT, p->pid, (s32)cpu(m)->cr2, FAULT_EVENT(kind, frame_or_reason));
}

// A program gets the signal; the kernel itself just learns that it must not. Always false.
static bool bad_access(struct machine *m, const struct task_struct *p, u32 error, s32 sig)
{
    if (!(error & PF_USER))
        return false;
    set(m, p->thread.cr2, cpu(m)->cr2);
    set(m, p->thread.error_code, error | (cpu(m)->cr2 >= TASK_SIZE));
    set(m, p->thread.trap_no, (u32)PAGE_FAULT_VECTOR);
    force_sig(m, sig, p);
    return false;
}

// No frame is left: the program dies, which gives its own back. Unlike Linux: init, which would
// try again for ever, just fails.
static bool out_of_memory(struct machine *m, const struct task_struct *p, u32 error)
{
    note_fault(m, p, FAULT_OOM, 0);
    if (error & PF_USER && p->pid != 1)
        do_exit(m, SIGKILL);
    return false;
}

// The fault at cr2. True if the access may be tried again. Afterwards another task may be current,
// if this one was killed. After arch/i386/mm/fault.c, do_page_fault().
static bool do_page_fault(struct machine *m, u32 error)
{
    KFN(m, do_page_fault);
    const struct task_struct *p = current(m);
    bool has_grown = false;
    enum fault_reason reason;
    struct fault fault;
    const struct vm_area_struct *vma = good_area(m, p, error, &has_grown, &reason);

    if (!vma) {
        note_fault(m, p, FAULT_SEGV, reason);
        KRETURN(bad_access(m, p, error, SIGSEGV));
    }
    enum fault_result result =
        handle_mm_fault(m, mm_at(m, p->mm), vma, cpu(m)->cr2, error & PF_WRITE, &fault);
    switch (result) {
    case VM_FAULT_MINOR:
        set(m, p->min_flt, p->min_flt + 1);
        break;
    case VM_FAULT_MAJOR:
        set(m, p->maj_flt, p->maj_flt + 1);
        break;
    case VM_FAULT_SIGBUS:
        note_fault(m, p, FAULT_BUS, 0);
        KRETURN(bad_access(m, p, error, SIGBUS));
    case VM_FAULT_OOM:
        return out_of_memory(m, p, error);
    }
    note_fault(m, p, has_grown && fault.kind == FAULT_ANON ? FAULT_STACK : fault.kind, fault.frame);
    KRETURN(true);
}

// An instruction of the running task has met the fault. True if the task is back in user mode and
// may try again. After arch/i386/kernel/entry.S, page_fault.
static bool page_fault(struct machine *m, const struct task_struct *p, uaddr address, u32 error)
{
    bool is_fixed;

    set(m, cpu(m)->cr2, address);
    enter_from_user(m);
    {
        KFN_PART(m, page_fault);
        is_fixed = do_page_fault(m, error);
    }
    if (cpu(m)->panicked || !is_current(m, p) || !exit_to_user_mode(m))
        return false;
    return is_fixed;
}

// ---- The kernel's accesses -------------------------------------------------------------------------

bool copy_to_user(struct machine *m, uaddr address, const void *bytes, u32 size)
{
    if (address >= TASK_SIZE || size > TASK_SIZE - address)
        return false;
    for (u32 done = 0, part; done < size; done += part) {
        uaddr to = address + done;
        u32 inside = to & (PAGE_SIZE - 1), error;
        kaddr where = translate(m, to, PF_WRITE, &error);

        part = PAGE_SIZE - inside < size - done ? PAGE_SIZE - inside : size - done;
        if (!where) {
            set(m, cpu(m)->cr2, to);
            if (!do_page_fault(m, error))
                return false;
            part = 0; // again
        } else if (bytes) {
            copy(m, kpointer(m, where), (const u8 *)bytes + done, part);
        } else {
            fill(m, kpointer(m, where), 0, part);
        }
    }
    return true;
}

// Where a byte of the running task's memory lies, for the kernel's own access, once it is there; 0
// if it must not be accessed.
static kaddr reach_as_kernel(struct machine *m, uaddr address, u32 access)
{
    kaddr where;
    u32 error;

    while (!(where = translate(m, address, access, &error))) {
        set(m, cpu(m)->cr2, address);
        if (!do_page_fault(m, error))
            return 0;
    }
    return where;
}

// How many bytes at the end could not be copied.
static u32 copy_user(struct machine *m, uaddr user, kaddr own, u32 size, u32 access)
{
    if (user >= TASK_SIZE || size > TASK_SIZE - user)
        return size;
    for (u32 done = 0, part; done < size; done += part) {
        u32 inside = (user + done) & (PAGE_SIZE - 1);
        kaddr where = reach_as_kernel(m, user + done, access);

        if (!where)
            return size - done;
        part = PAGE_SIZE - inside < size - done ? PAGE_SIZE - inside : size - done;
        if (access == PF_WRITE)
            copy(m, kpointer(m, where), kpointer(m, own + done), part);
        else
            copy(m, kpointer(m, own + done), kpointer(m, where), part);
    }
    return 0;
}

u32 copy_in_from_user(struct machine *m, kaddr to, uaddr from, u32 size)
{
    KFN(m, __copy_from_user_ll);
    KRETURN(copy_user(m, from, to, size, 0));
}

u32 copy_out_to_user(struct machine *m, uaddr to, kaddr from, u32 size)
{
    KFN(m, __copy_to_user_ll);
    KRETURN(copy_user(m, to, from, size, PF_WRITE));
}

bool put_user(struct machine *m, uaddr address, u32 value)
{
    return copy_to_user(m, address, &value, sizeof value);
}

// ---- The program's accesses ------------------------------------------------------------------------

// After a fault the task may have lost the CPU on its way back: it tries again when it has it.
static bool has_cpu_again(struct machine *m, const struct task_struct *p, s32 pid)
{
    if (cpu(m)->panicked || find_task_by_pid(m, pid) != p || !p->array)
        return false;
    if (current(m) != p)
        give_cpu(m, p);
    return current(m) == p && cpu(m)->mode == CPU_USER;
}

// The byte's kernel address once it is accessible, or 0 if the task does not get there.
static kaddr reach(struct machine *m, const struct task_struct *p, uaddr address, u32 access)
{
    s32 pid = p->pid;
    kaddr where;
    u32 error;

    while (!(where = translate(m, address, access | PF_USER, &error)))
        if (!page_fault(m, p, address, error) || !has_cpu_again(m, p, pid))
            return 0;
    return where;
}

void fetch_instruction(struct machine *m)
{
    const struct task_struct *p = current(m);

    reach(m, p, task_pt_regs(m, p)->eip, 0);
}

// The first bytes loaded, as a number: $?.
static void remember_value(struct machine *m, const struct task_struct *p,
                           const struct access *access)
{
    const struct console *c = console(m);
    u8 bytes[4];
    u32 got = read_user_bytes(m, mm_at(m, p->mm), access->address, bytes,
                              access->size < 4 ? access->size : 4);
    s64 value = 0;

    for (u32 i = 0; i < got; i++)
        value |= (s64)bytes[i] << 8 * i;
    set(m, c->last_pid, p->pid);
    set(m, c->last_value, value);
    set(m, c->has_last_value, 1u);
}

// Byte by byte, so to speak: what lies before a page that is out of reach is accessed all the same.
// False if the task did not get to the end.
static bool touch_bytes(struct machine *m, const struct task_struct *p, const struct access *access)
{
    u32 kind = access->bytes ? PF_WRITE : 0;

    for (u32 done = 0, part; done < access->size; done += part) {
        uaddr address = access->address + done;
        u32 inside = address & (PAGE_SIZE - 1);
        kaddr where = reach(m, p, address, kind);

        if (!where)
            return false;
        part = PAGE_SIZE - inside < access->size - done ? PAGE_SIZE - inside : access->size - done;
        if (access->bytes)
            copy(m, kpointer(m, where), (const u8 *)access->bytes + done, part);
    }
    return true;
}

static bool access_memory(struct machine *m, const struct task_struct *p,
                          const struct access *access)
{
    if (!touch_bytes(m, p, access))
        return false;
    if (!access->bytes)
        remember_value(m, p, access);
    note(m, access->bytes ? EVENT_STORE : EVENT_LOAD, p->pid, (s32)access->address,
         (s32)access->size);
    return true;
}

// How far below its stack pointer a program has its buffer. Who shares the stack with others, as
// threads do that were given none of their own, keeps out of their way.
static u32 buffer_distance(const struct machine *m, const struct task_struct *p)
{
    return mm_at(m, p->mm)->mm_users > 1 ? (u32)p->pid % 16 * 2 * PAGE_SIZE : 0;
}

bool fill_buffer(struct machine *m, const void *bytes, u32 size, uaddr *address)
{
    const struct task_struct *p = current(m);
    const struct pt_regs *regs = task_pt_regs(m, p);
    u32 esp = regs->esp;
    uaddr top = esp - buffer_distance(m, p);
    struct access access = { .address = (top - size) & ~3u, .size = size, .bytes = bytes };

    *address = access.address;
    if (!bytes || !size)
        return true;
    set(m, regs->esp, access.address); // as a function that has it among its variables would
    bool is_filled = touch_bytes(m, p, &access);
    if (is_filled)
        set(m, regs->esp, esp);
    return is_filled;
}

static void access_pages(struct machine *m, const struct task_struct *p,
                         const struct access *access)
{
    const struct pt_regs *regs = task_pt_regs(m, p);
    struct access one = *access;

    if (access->moves_stack && access->address < regs->esp)
        set(m, regs->esp, access->address & ~3u);
    for (u32 i = 0; i <= access->pages; i++, one.address += PAGE_SIZE)
        if (!access_memory(m, p, &one))
            return;
}

void make_access(struct machine *m, const struct task_struct *p, const struct access *access)
{
    m->actor = p->pid;
    m->actor_returned = true;
    if (current(m) != p)
        give_cpu(m, p);
    if (current(m) == p && cpu(m)->mode == CPU_USER)
        access_pages(m, p, access);
    settle(m);
}
